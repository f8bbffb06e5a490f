/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_DEVICE_H
#define SHIM_LINUX_DEVICE_H

#include <linux/kernel.h>
#include <linux/types.h>

struct device {
	const char *name;
	void *driver_data;
};

static inline const char *dev_name(const struct device *dev)
{
	return dev->name;
}

#define dev_err(dev, ...) shim_print(dev, SHIM_ERR, __VA_ARGS__)
#define dev_warn(dev, ...) shim_print(dev, SHIM_WARN, __VA_ARGS__)
#define dev_info(dev, ...) shim_print(dev, SHIM_INFO, __VA_ARGS__)
#define dev_notice(dev, ...) shim_print(dev, SHIM_INFO, __VA_ARGS__)
#define dev_dbg(dev, ...) shim_print(dev, SHIM_DBG, __VA_ARGS__)
#define dev_err_ratelimited dev_err
#define dev_warn_ratelimited dev_warn
#define dev_info_ratelimited dev_info
#define dev_err_once dev_err
#define dev_warn_once dev_warn
#define dev_info_once dev_info

#endif
