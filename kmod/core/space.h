/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an engine that works on behalf of one vGPU can reach: an address space in which nothing but
 * that vGPU's memory is mapped, each piece at VGPU_SPACE_VRAM_VA plus its address in VRAM. So a
 * place keeps its address however often the vGPU moves, and two places can be mapped at a time.
 *
 * Locking: the caller holds vgpu_gpu.vram_lock.
 */
#ifndef VGPU_SPACE_H
#define VGPU_SPACE_H

#include "vaspace.h"

struct vgpu_gpu;

/* From here on channels have their own pages. The first pages stay unmapped. */
#define VGPU_SPACE_LOW (2ULL << 20)
/* Beyond what any channel takes; within the 49 bits of version 2. */
#define VGPU_SPACE_VRAM_VA (1ULL << 40)

/* Zeroed: there is none. Not to be moved while there is. */
struct vgpu_space {
	struct vgpu_vaspace va;
	struct vgpu_va_range vram;	/* the addresses of all VRAM; few of them are mapped */
};

/* An empty one, its tables in the PF's share. What vgpu_mmu_space_init() says. */
int vgpu_space_init(struct vgpu_gpu *gpu, struct vgpu_space *space);
/* Nobody uses it any more; what is mapped is unmapped. A no-op where there is none. */
void vgpu_space_fini(struct vgpu_gpu *gpu, struct vgpu_space *space);
/*
 * vgpu_space_map - VRAM at [@spa, @spa + @bytes), multiples of 4 KiB, in the largest pages possible
 * What vgpu_va_map() says; nothing changed on error.
 */
int vgpu_space_map(struct vgpu_space *space, u64 spa, u64 bytes);
/* The whole of what one call mapped. What vgpu_va_unmap() says. */
int vgpu_space_unmap(struct vgpu_space *space, u64 spa, u64 bytes);

#endif
