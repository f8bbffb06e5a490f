/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bringing GSP up and down: firmware images, framebuffer layout, boot memory.
 *
 * All functions run under vgpu_gpu.life_lock unless said otherwise, may sleep, and on failure have
 * put a sentence into vgpu_gpu.last_error.
 */
#ifndef VGPU_BOOT_H
#define VGPU_BOOT_H

#include <linux/types.h>

struct firmware;
struct gsp_fw_ops;
struct vgpu_chip;
struct vgpu_gpu;

/* One coherent DMA buffer. cpu is NULL when there is none. */
struct gsp_dma {
	void *cpu;
	dma_addr_t addr;
	size_t bytes;
};

int gsp_dma_alloc(struct vgpu_gpu *gpu, struct gsp_dma *dma, size_t bytes);
void gsp_dma_free(struct vgpu_gpu *gpu, struct gsp_dma *dma);

/* Log buffers that GSP writes from its first instruction on. */
enum gsp_log_id {
	GSP_LOG_INIT,
	GSP_LOG_INTR,
	GSP_LOG_RM,
	GSP_LOG_COUNT,
};

/* Where things lie at the top of VRAM, bytes; see gsp_layout_compute(). */
struct gsp_layout {
	u64 fb_bytes;
	u64 vga_offset, vga_bytes;
	u64 wpr_end;
	u64 frts_offset, frts_bytes;
	u64 bootloader_offset;
	u64 image_offset;
	u64 heap_offset, heap_bytes;
	u64 wpr_start;
	u64 non_wpr_offset, non_wpr_bytes;
	u64 rsvd_start;			/* from here up VRAM belongs to the firmware */
};

/* What the layout follows from. */
struct gsp_layout_input {
	u64 fb_bytes;			/* usable framebuffer */
	u64 vga_offset;			/* display workspace, from gsp_layout_vga_offset() */
	u64 image_bytes;		/* .fwimage */
	u64 bootloader_bytes;
	u64 heap_bytes;			/* requested, from gsp_layout_heap_bytes() */
};

/* Workspace start from the display registers (0 for @workspace when there is no display). */
u64 gsp_layout_vga_offset(u64 fb_bytes, u32 workspace);
/* GSP heap for this firmware line: fixed for a vGPU host, by formula on bare metal. */
u64 gsp_layout_heap_bytes(const struct gsp_fw_ops *ops, u64 fb_bytes, bool vgpu_host);
/* Pure arithmetic. -ENOSPC when the framebuffer is too small for the reservation. */
int gsp_layout_compute(const struct gsp_layout_input *in, struct gsp_layout *out);

/* Heavy-secure ucode ready to load into a falcon; image is owned (kvmalloc). */
struct falcon_ucode {
	const char *name;		/* for messages, a constant */
	u8 *image;
	u32 image_bytes;
	u32 imem_offset, imem_bytes;	/* in image */
	u32 imem_phys, imem_tag;	/* IMEM address and virtual address of the first byte */
	u32 dmem_offset, dmem_bytes;
	u32 dmem_phys;
	u32 pkc_offset;			/* signature in DMEM */
	u32 boot_vector;
	u16 engine_id_mask;
	u8 ucode_id;
};

void falcon_ucode_free(struct falcon_ucode *ucode);

/* FWSEC as found in the VBIOS: the ucode with its signatures and command buffers located. */
struct fwsec {
	struct falcon_ucode ucode;	/* patched with a signature, not yet with a command */
	u32 dmemmapper_offset;		/* in ucode.image */
	u32 cmd_offset, cmd_bytes;	/* command buffer in ucode.image */
};

/* The GSP image in system memory behind its three-level page list. */
struct gsp_radix3 {
	struct gsp_dma level0, level1, level2;
	u8 *memory;			/* vmalloc: the file, its image in whole pages */
	dma_addr_t *page;		/* where the device finds each page of the image */
	unsigned int pages;		/* mapped so far */
	u64 bytes;
};

struct gsp_boot {
	const struct gsp_fw_ops *ops;	/* firmware line, chosen at boot */
	bool vgpu_host;			/* booted with the vGPU-host layout */
	bool scrubbed;			/* by the firmware's scrubber, in this boot */
	bool undoing;			/* errors are logged, last_error keeps the first */
	bool hw_touched;		/* a falcon ran code: stop has to clean up */
	bool gsp_started;		/* booter released GSP */
	bool init_done;			/* GSP said so; init_result is its result */
	u32 init_result;

	struct gsp_layout layout;
	struct fwsec fwsec;
	struct falcon_ucode booter_unload;

	struct gsp_dma flush_page;
	struct gsp_dma log[GSP_LOG_COUNT];	/* kept after a failed boot, freed by fini */
	struct gsp_dma libos_args;
	struct gsp_dma rm_args;

	/* Only until GSP has started. */
	struct gsp_radix3 radix3;
	struct gsp_dma bootloader;
	struct gsp_dma signature;
	struct gsp_dma wpr_meta;
	u32 bootloader_app_version;
	u32 bootloader_code_offset, bootloader_data_offset, bootloader_manifest_offset;
};

/* Name of a log buffer ("loginit", ...), for files. */
const char *gsp_log_name(enum gsp_log_id id);

/*
 * gsp_boot_start - from power-on to GSP_INIT_DONE
 * Undoes everything on failure but the log buffers. Queues (gsp_rpc_init()) are set up inside.
 */
int gsp_boot_start(struct vgpu_gpu *gpu);
/* Unload GSP (also one that hangs or crashed), clear WPR2, release all boot memory but the logs. */
void gsp_boot_stop(struct vgpu_gpu *gpu);
/* Release the log buffers. */
void gsp_boot_fini(struct vgpu_gpu *gpu);

#endif
