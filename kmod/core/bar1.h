/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU windows onto VRAM through the PF's BAR1.
 *
 * With GSP running, the driver edits RM's own BAR1 root directory (static info's bar1_pde_base)
 * with page tables kept in the PF's share of VRAM. The old root entries come back at fini. The
 * aperture is an address space like any other (vaspace.h); its topmost ranges are the driver's own
 * windows onto the pool of page tables, and onto those elsewhere.
 */
#ifndef VGPU_BAR1_H
#define VGPU_BAR1_H

#include <linux/io.h>
#include <linux/types.h>

struct vgpu_gpu;
struct vgpu_vaspace;

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
 * vgpu_bar1_init - take over BAR1's address space; needs GSP ready and vgpu_mmu_init()
 * fini after the last unmap. -EIO when the MMU does not answer, -EINVAL when there is no BAR1 or
 * GSP named no directory (last_error says which), -ENOMEM.
 */
int vgpu_bar1_init(struct vgpu_gpu *gpu);
void vgpu_bar1_fini(struct vgpu_gpu *gpu);
/*
 * vgpu_bar1_map_window - map VRAM [@spa, @spa + @bytes) for CPU access
 * Both 4 KiB aligned; takes exactly @bytes of the aperture. -ENOSPC when the aperture or the memory
 * for page tables is full (vgpu_bar1_why() tells), -EINVAL, -ENODEV, -ENOMEM, -ETIMEDOUT; nothing
 * changed on error. Takes vram_lock; sleeps.
 */
int vgpu_bar1_map_window(struct vgpu_gpu *gpu, u64 spa, u64 bytes, struct vgpu_bar1_map *map);
/*
 * vgpu_bar1_zero - fill a part of a window with zeroes; @io and @bytes are multiples of 8
 * memset_io() stores single bytes on an x86 with fast strings, and each is an access of its own
 * where nothing combines them, as in a virtual machine. No barrier.
 */
static inline void vgpu_bar1_zero(void __iomem *io, u64 bytes)
{
	u64 __iomem *to = io;

	for (; bytes >= sizeof(*to); bytes -= sizeof(*to))
		__raw_writeq(0, to++);
}
/* A no-op on a zeroed @map. */
void vgpu_bar1_unmap_window(struct vgpu_gpu *gpu, struct vgpu_bar1_map *map);
/*
 * vgpu_bar1_move_window - let gpu->mmu.moving_io show the 2 MiB of VRAM around @spa
 * For page tables outside their pool. Nothing to do when it shows them. vram_lock is held. -EINVAL
 * beyond the last whole 2 MiB, or what the MMU said: then nobody may use the window.
 */
int vgpu_bar1_move_window(struct vgpu_gpu *gpu, u64 spa);
/* Why a window of @bytes is refused with @err, as a sentence; returns its length. */
int vgpu_bar1_why(struct vgpu_gpu *gpu, u64 bytes, int err, char *buf, size_t size);

/*
 * vgpu_vram_peek - copy VRAM out, for debugging
 * Through a window of BAR1, or through PRAMIN while there is none or no room for it. Any address
 * and length inside the framebuffer that are multiples of 4; memory of guests included, so the
 * caller decides who may see it. -EINVAL, -ENODEV.
 */
int vgpu_vram_peek(struct vgpu_gpu *gpu, u64 spa, void *buf, size_t bytes);

/* What users have: bytes mapped, windows, page-table pages in use beyond the driver's own. */
struct vgpu_bar1_usage {
	u64 mapped_bytes;
	u32 windows, tables;
	u64 aperture_bytes, free_bytes, largest_free_bytes;
};
void vgpu_bar1_usage(struct vgpu_gpu *gpu, struct vgpu_bar1_usage *usage);
/* The aperture's address space, to look at under vram_lock; NULL while there is none. */
struct vgpu_vaspace *vgpu_bar1_space(struct vgpu_gpu *gpu);

#endif
