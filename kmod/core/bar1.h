/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU windows onto VRAM through the PF's BAR1.
 *
 * Owner: core-vgpu. With GSP running, the driver edits RM's own BAR1 root directory (static info's
 * bar1_pde_base) with page tables kept in the PF's share of VRAM.
 */
#ifndef VGPU_BAR1_H
#define VGPU_BAR1_H

#include <linux/types.h>

struct vgpu_gpu;

struct vgpu_bar1 {
	bool live;
	void *priv;
};

/* One mapped window. */
struct vgpu_bar1_map {
	void __iomem *io;	/* CPU address, write combined */
	u64 va;			/* offset in BAR1 */
	u64 spa, bytes;		/* what it shows */
};

/* Needs GSP ready and the VRAM split done. fini after the last unmap. */
int vgpu_bar1_init(struct vgpu_gpu *gpu);
void vgpu_bar1_fini(struct vgpu_gpu *gpu);
/*
 * vgpu_bar1_map_window - map VRAM [@spa, @spa + @bytes) for CPU access
 * Both 4 KiB aligned. -ENOSPC when the aperture or the page-table pool is full (nothing changed).
 * Takes vram_lock; sleeps.
 */
int vgpu_bar1_map_window(struct vgpu_gpu *gpu, u64 spa, u64 bytes, struct vgpu_bar1_map *map);
void vgpu_bar1_unmap_window(struct vgpu_gpu *gpu, struct vgpu_bar1_map *map);

#endif
