/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page tables of one GPU's own address spaces: their pages come from the PF's share of VRAM, a
 * batch of changes ends in one flush and one TLB invalidate.
 *
 * Entries go to VRAM through PRAMIN until BAR1 lives, then through write-combined windows of BAR1,
 * in lines of 64 bytes: one onto the pool kept for tables, and one of 2 MiB that follows the tables
 * elsewhere, which costs one more invalidate whenever it moves.
 */
#ifndef VGPU_MMU_H
#define VGPU_MMU_H

#include <linux/types.h>

struct kmem_cache;
struct vgpu_gpu;
struct vgpu_vaspace;
struct vgpu_vaspace_ops;
struct vgpu_vram;

/* A table in vram->pf_pool that is empty only where it was written. */
struct vgpu_mmu_raw {
	u64 addr;
	u64 emptied;			/* bit per line of VGPU_MMU_LINE_BYTES */
};

#define VGPU_MMU_LINE_BYTES 64U
#define VGPU_MMU_MAX_RAW 4U

struct vgpu_mmu {
	struct vgpu_vram *vram;		/* NULL: not there */
	struct kmem_cache *cache;	/* of shadows of tables */
	void __iomem *pool_io;		/* window onto vram->pf_pool; NULL: PRAMIN */
	bool opening;			/* that window is being made */
	unsigned int num_raw;
	struct vgpu_mmu_raw raw[VGPU_MMU_MAX_RAW];	/* while opening */
	void __iomem *moving_io;	/* window onto VRAM from moving_spa on; NULL: PRAMIN */
	u64 moving_spa;
};

/* Size and alignment of the window that moves. */
#define VGPU_MMU_MOVING_BYTES (2ULL << 20)
/* No multiple of that: the window's place when the MMU failed to move it. */
#define VGPU_MMU_NOWHERE (~0ULL)

/* Tables come from @vram, which outlives this. -ENOMEM. */
int vgpu_mmu_init(struct vgpu_gpu *gpu, struct vgpu_vram *vram);
void vgpu_mmu_fini(struct vgpu_gpu *gpu);

/*
 * vgpu_mmu_space_init - an empty address space of this GPU, with a directory of its own
 * It hands out [@low, @end), multiples of 4 KiB. The caller holds vram_lock, as for all calls on
 * the space. -EINVAL, -ENOMEM, -ENOSPC, -ENODEV when the GPU is lost or not booted.
 */
int vgpu_mmu_space_init(struct vgpu_gpu *gpu, struct vgpu_vaspace *space, u64 low, u64 end);
void vgpu_mmu_space_fini(struct vgpu_gpu *gpu, struct vgpu_vaspace *space);

/*
 * vgpu_mmu_open_begin, vgpu_mmu_open_end - round the mapping of the pool's window into BAR1
 * The window's own tables would be emptied word by word through PRAMIN. In between, only the lines
 * of theirs that are written are; the end empties the others through the window, @io, and then
 * drops what the TLB may have read of them. Until then nobody may use another address of BAR1.
 * Without a window (@io is NULL, its range is freed) the tables have gone back as what they were.
 * vram_lock is held. Returns 0, or what the invalidate said.
 */
void vgpu_mmu_open_begin(struct vgpu_gpu *gpu);
int vgpu_mmu_open_end(struct vgpu_gpu *gpu, u64 root, void __iomem *io);

/* For spaces whose context is the GPU; ends batches for all clients of the MMU. */
extern const struct vgpu_vaspace_ops vgpu_mmu_ops;
/* The same for a space that only the CPU uses, through a BAR: the hub's TLBs alone. */
extern const struct vgpu_vaspace_ops vgpu_mmu_bar_ops;

/*
 * One MMU invalidate at a time per GPU, the PF's own and those carried out for VFs: an erratum of
 * GA10x and AD10x loses overlapping ones. Sleeps.
 */
void vgpu_tlb_lock(struct vgpu_gpu *gpu);
void vgpu_tlb_unlock(struct vgpu_gpu *gpu);

#endif
