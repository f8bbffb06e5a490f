/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_PRINTK_H
#define SHIM_LINUX_PRINTK_H

#include <linux/compiler.h>

struct device;

enum shim_level { SHIM_ERR, SHIM_WARN, SHIM_INFO, SHIM_DBG };

/* Kept for the test to look at; printed when SHIM_VERBOSE is set. */
void shim_print(const struct device *dev, enum shim_level level, const char *fmt, ...)
	__printf(3, 4);

#define pr_err(...) shim_print(NULL, SHIM_ERR, __VA_ARGS__)
#define pr_warn(...) shim_print(NULL, SHIM_WARN, __VA_ARGS__)
#define pr_info(...) shim_print(NULL, SHIM_INFO, __VA_ARGS__)
#define pr_debug(...) shim_print(NULL, SHIM_DBG, __VA_ARGS__)

#endif
