/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page tables of one GPU's own address spaces: their pages come from the PF's share of VRAM, a
 * batch of changes ends in one flush and one TLB invalidate.
 *
 * Entries go to VRAM through PRAMIN until BAR1 lives, then, for tables in the pool kept for them,
 * through a write-combined window of BAR1, in lines of 64 bytes.
 */
#ifndef VGPU_MMU_H
#define VGPU_MMU_H

#include <linux/types.h>

struct kmem_cache;
struct vgpu_gpu;
struct vgpu_vaspace;
struct vgpu_vaspace_ops;
struct vgpu_vram;

struct vgpu_mmu {
	struct vgpu_vram *vram;		/* NULL: not there */
	struct kmem_cache *cache;	/* of shadows of tables */
	void __iomem *pool_io;		/* window onto vram->pf_pool; NULL: PRAMIN */
};

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
