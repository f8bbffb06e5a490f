/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How VRAM is split: whole VMMU segments go to the partition allocator; what is left over at the
 * ends of usable regions, and segments taken from the top on demand, form the heap arena, where
 * management heaps and the PF's page tables are packed at 4 KiB granularity.
 *
 * An arena segment that held the heap of a booted plugin goes back dirty with the nil owner: it
 * may hold another heap (the firmware's business) but no guest's framebuffer.
 *
 * The caller holds vgpu_gpu.vram_lock for all calls but init and fini.
 */
#ifndef VGPU_VRAM_H
#define VGPU_VRAM_H

#include <linux/list.h>
#include <linux/types.h>

#include "static_info.h"

struct vgpu_gpu;

#define VGPU_HEAP_ALIGN_BYTES 4096ULL
/* The PF's share for page tables: 512 tables. */
#define VGPU_PF_POOL_BYTES (2ULL << 20)

/* One block of the arena, embedded in its user. bytes 0: not allocated. */
struct vgpu_heap_block {
	struct list_head link;	/* by spa */
	u64 spa, bytes;
};

struct vgpu_vram {
	struct vgpu_fb_region tail[2 * VGPU_MAX_FB_REGIONS];	/* ends of usable regions */
	unsigned int tails;
	unsigned long *arena;	/* units taken from the partition allocator */
	struct list_head blocks;
	struct vgpu_heap_block pf_pool;
	u64 total_bytes;	/* usable for vGPUs and heaps */
};

/* Fills gpu->buddy and @vram from the static info. -ENOSPC when nothing usable is left. */
int vgpu_vram_init(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 segment_bytes);
void vgpu_vram_fini(struct vgpu_gpu *gpu, struct vgpu_vram *vram);

/* Best fit among the gaps of the arena, else new segments from the top. -EINVAL, -ENOSPC. */
int vgpu_heap_alloc(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 bytes,
		    struct vgpu_heap_block *block);
/* Gives back segments that became empty. -EINVAL when the block is not allocated. */
int vgpu_heap_free(struct vgpu_gpu *gpu, struct vgpu_vram *vram, struct vgpu_heap_block *block);
/* A plugin runs in this heap from now on. */
void vgpu_heap_mark_dirty(struct vgpu_gpu *gpu, struct vgpu_vram *vram,
			  const struct vgpu_heap_block *block);

/* Free bytes inside the arena. */
u64 vgpu_heap_free_bytes(struct vgpu_gpu *gpu, const struct vgpu_vram *vram);

#endif
