/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One board in this process: the GPU model, the stand-in kernel and kmod/core, connected as the PCI
 * driver would connect them. Include this first in a test of the core.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../../tools/gpu-model/gpu_model.h"
#include "../shim/shim.h"
#include "gpu.h"

/* What a test may ask for beyond the defaults (L40, 32 VFs, interrupts, firmware present). */
struct harness_options {
	const char *board;
	const char *fail;	/* faults of the model */
	bool no_irq;		/* as if no interrupt had been requested */
	bool msi, intx;		/* one message, or the pin, instead of MSI-X */
	u64 vmmu_segment_bytes;
	bool require_signatures;
	const char *firmware;	/* version; NULL: as the core chooses */
	const char *firmware_root;	/* real files instead of the harness's own */
};

struct harness {
	struct gpu_model *gm;
	struct device dev;
	struct vgpu_gpu gpu;
	void __iomem *bar0;
	struct vgpu_board_info info;
	char firmware_root[64];	/* of the files written here; empty with real ones */
	struct harness_options opt;
};

/* Set everything up to the point before vgpu_gpu_init(). @opt may be NULL. */
struct harness *harness_new(const struct harness_options *opt);
/* Fail the test if anything is left behind. Also without harness_shutdown(). */
void harness_free(struct harness *h);

/* vgpu_gpu_init() and vgpu_gpu_boot(); fails the test when they fail. */
void harness_boot(struct harness *h);
/*
 * Boot again and again, each time with another allocation that fails, until none does: an error
 * has its sentence and leaves nothing behind. @least: there must be more than so many.
 */
void harness_boot_short_of_memory(struct harness *h, long least);
/* vgpu_gpu_shutdown() and vgpu_gpu_fini(). */
void harness_shutdown(struct harness *h);
/* FLR of the PF and the PCI set-up that follows it; the GPU is shut down. */
void harness_reset_pf(struct harness *h);
/* For gpu.scrub_on_release: what vGPUs leave stays dirty. */
extern const bool harness_off;
/* Change the injected faults; fails the test on an unknown name. */
void harness_set_fail(struct harness *h, const char *names);
/* Fail the test unless last_error contains @text. */
void harness_expect_error(struct harness *h, const char *text);
/* Integer member of the model's statistics; fails the test when there is none. */
u64 harness_stat(struct harness *h, const char *name);

/*
 * Tiny firmware files of versions 570.144 and 535.113.01 below h->firmware_root; harness_new()
 * writes them. One file of 570.144 can be changed afterwards: the file's bytes are given to @edit,
 * which may change *@bytes.
 */
#define HARNESS_GSP_IMAGE_BYTES 0x212000U
#define HARNESS_GSP_R535_IMAGE_BYTES 0x11a000U
void harness_write_firmware(struct harness *h);
void harness_edit_firmware(struct harness *h, const char *name,
			   void (*edit)(u8 *data, size_t *bytes, void *ctx), void *ctx);
void harness_remove_firmware(struct harness *h, const char *name);
/* All files of a version. */
void harness_remove_line(struct harness *h, const char *version);

/* The same images in memory, for parser tests; malloc'ed. */
u8 *harness_make_gsp(size_t *bytes);
u8 *harness_make_bootloader(size_t *bytes);
/* @ucode_id 3: booter, 0xd: scrubber */
u8 *harness_make_hs(u32 ucode_id, size_t *bytes);

#endif
