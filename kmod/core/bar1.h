/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU windows onto VRAM through the PF's BAR1.
 *
 * With GSP running, the driver edits RM's own BAR1 root directory (static info's bar1_pde_base)
 * with page tables kept in the PF's share of VRAM. The old root entries come back at fini.
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

/*
 * vgpu_bar1_init - take over BAR1's address space; needs GSP ready
 * @pool_spa, @pool_bytes:	VRAM of the PF for page tables, 4 KiB aligned
 *
 * fini after the last unmap. -EIO when the MMU does not answer, -ENOMEM.
 */
int vgpu_bar1_init(struct vgpu_gpu *gpu, u64 pool_spa, u64 pool_bytes);
void vgpu_bar1_fini(struct vgpu_gpu *gpu);
/*
 * vgpu_bar1_map_window - map VRAM [@spa, @spa + @bytes) for CPU access
 * Both 4 KiB aligned. -ENOSPC when the aperture or the page-table pool is full (nothing changed).
 * Takes vram_lock; sleeps.
 */
int vgpu_bar1_map_window(struct vgpu_gpu *gpu, u64 spa, u64 bytes, struct vgpu_bar1_map *map);
/* A no-op on a zeroed @map. */
void vgpu_bar1_unmap_window(struct vgpu_gpu *gpu, struct vgpu_bar1_map *map);

/* For debugging and tests: bytes mapped, windows, page-table pages in use. */
struct vgpu_bar1_usage {
	u64 mapped_bytes;
	u32 windows, tables;
};
void vgpu_bar1_usage(struct vgpu_gpu *gpu, struct vgpu_bar1_usage *usage);

/*
 * One MMU invalidate at a time per GPU, the PF's own and those carried out for VFs: an erratum of
 * GA10x and AD10x loses overlapping ones. Sleeps.
 */
void vgpu_tlb_lock(struct vgpu_gpu *gpu);
void vgpu_tlb_unlock(struct vgpu_gpu *gpu);

#endif
