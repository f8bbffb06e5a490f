/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Take a GPU into use, give it back, repair what was interrupted. */
#ifndef MGR_ENABLE_H
#define MGR_ENABLE_H

#include "config.h"

/*
 * host_lock - wait until no other process changes anything
 *
 * Every change holds it: those of the daemon's workers and "vgpu-mgr --boot". Returns a file that
 * holds the lock until it is closed, or -1.
 */
int host_lock(const struct mgr *m, struct err *e);
/*
 * gpu_enable - bind vgpu_core to @bdf, start its firmware, make and bind its VFs
 * @vfs:	how many, 0 for all the board has (or what is configured already)
 * @placement:	vGPUs of one size or of several; unset keeps what is configured, or of one size
 *
 * Verified step by step; the configuration is written last, and any failure takes back what was
 * done, in reverse. Enabling what is enabled already only verifies it, and
 * starts a GPU again that has failed or was lost. A GPU that another driver
 * has is refused (ERR_BUSY), and so is another number of VFs or another placement while the GPU has
 * vGPUs. Blocks while the firmware boots.
 */
int gpu_enable(const struct mgr *m, const char *bdf, unsigned int vfs, enum placement placement,
	       struct err *e);
/*
 * gpu_disable - the reverse; ERR_BUSY while vGPUs exist on the GPU
 *
 * VFs off, both drivers unbound, overrides cleared, entry dropped from the configuration.
 */
int gpu_disable(const struct mgr *m, const char *bdf, struct err *e);
/* Undo or finish an operation that a kill or a crash interrupted. Call before any change. */
int gpu_recover(const struct mgr *m, struct err *e);

/* Told about each step of host_boot(); @e is NULL when it went well. */
typedef void boot_report(const char *what, const struct err *e);

/*
 * host_boot - bring configured GPUs and their persistent vGPUs back after a reboot
 *
 * Goes on after a failure. Returns 0 when everything is back, -1 otherwise (each failure was
 * reported).
 */
int host_boot(const struct mgr *m, boot_report *report);

#endif
