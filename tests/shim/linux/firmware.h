/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_FIRMWARE_H
#define SHIM_LINUX_FIRMWARE_H

#include <linux/types.h>

struct device;

struct firmware {
	size_t size;
	const u8 *data;
};

/* Files below the folder given to shim_set_firmware_root(). */
int request_firmware(const struct firmware **fw, const char *name, struct device *dev);
/* -EFBIG when the file is longer than @size. */
int request_firmware_into_buf(const struct firmware **fw, const char *name, struct device *dev,
			      void *buf, size_t size);
#define firmware_request_nowarn request_firmware
#define request_firmware_direct request_firmware
void release_firmware(const struct firmware *fw);

#endif
