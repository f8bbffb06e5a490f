/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How VRAM is split: whole VMMU segments go to the partition allocator; what is left over at the
 * ends of usable regions, and segments taken from the top on demand, are the PF's share ("arena"),
 * where management heaps, page tables and whatever else the PF needs are packed at 4 KiB
 * granularity by the page allocator. One page allocator object covers the framebuffer; segments of
 * the partition allocator, and what is not usable at all, are held in it as one extent each.
 *
 * The pages that go back holding zeroes (page tables always do) are known to the page allocator as
 * clean and need no scrubbing before they are tables again.
 *
 * An arena segment in which the heap of a booted plugin was freed unscrubbed goes back dirty with
 * the nil owner: it may hold another heap (the firmware's business) but no guest's framebuffer.
 *
 * The caller holds vgpu_gpu.vram_lock for all calls but init, fini and scrub.
 */
#ifndef VGPU_VRAM_H
#define VGPU_VRAM_H

#include <linux/list.h>
#include <linux/types.h>

#include "page_alloc.h"
#include "static_info.h"

struct vgpu_gpu;

#define VGPU_HEAP_ALIGN_BYTES 4096ULL
/* Kept for page tables, 512 of them, whoever's. More come from the PF's share, while there is. */
#define VGPU_PF_POOL_BYTES (2ULL << 20)

/* One block of the PF's share, embedded in its user. bytes 0: not allocated. */
struct vgpu_heap_block {
	struct list_head link;	/* by spa */
	u64 spa, bytes;
	const char *holder;	/* for people; a string that outlives the block */
	bool zeroed;		/* nobody has written to it since it held zeroes */
	bool secret;		/* may hold somebody's secrets, see vgpu_heap_mark_dirty() */
};

struct vgpu_vram {
	struct vgpu_fb_region tail[2 * VGPU_MAX_FB_REGIONS];	/* ends of usable regions */
	unsigned int tails;
	unsigned long *arena;	/* units taken from the partition allocator */
	unsigned long *left;	/* of these, in which secrets were left */
	struct vgpu_pages pages;	/* the whole framebuffer; free: of the PF's share */
	struct vgpu_pages tables;	/* pf_pool, page by page */
	struct list_head blocks;
	struct vgpu_heap_block pf_pool;
	u64 total_bytes;	/* usable for vGPUs and heaps */
};

/* Fills gpu->buddy and @vram from the static info. -ENOSPC when nothing usable is left. */
int vgpu_vram_init(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 segment_bytes);
void vgpu_vram_fini(struct vgpu_gpu *gpu, struct vgpu_vram *vram);

/* Nobody knows what VRAM holds: all that vGPUs could get is dirty, and has the nil owner. */
void vgpu_vram_distrust(struct vgpu_gpu *gpu, struct vgpu_vram *vram);

struct vgpu_vram_request {
	u64 bytes;		/* rounded up to 4 KiB */
	u64 align;		/* power of two; 0: natural, up to 2 MiB (large pages in windows) */
	bool zeroed;		/* prefer memory known to hold zeroes; block->zeroed tells */
	const char *holder;
	u64 low, high;		/* within [low, high) only, whole pages; high 0: anywhere */
};

/*
 * vgpu_vram_alloc - one contiguous block of the PF's share
 * Best fit among its gaps, else new segments: from the top, or those that are asked for. -EINVAL,
 * -ENOSPC.
 */
int vgpu_vram_alloc(struct vgpu_gpu *gpu, struct vgpu_vram *vram,
		    const struct vgpu_vram_request *req, struct vgpu_heap_block *block);
/* The same for a management heap. */
int vgpu_heap_alloc_in(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 bytes, u64 low, u64 high,
		       struct vgpu_heap_block *block);
int vgpu_heap_alloc(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 bytes,
		    struct vgpu_heap_block *block);
/*
 * vgpu_heap_would_fit - what vgpu_heap_alloc_in() would say if a partition were taken first
 * @first, @count:	its units, free now
 * True where it would succeed. Nothing changes.
 */
bool vgpu_heap_would_fit(struct vgpu_gpu *gpu, const struct vgpu_vram *vram, u64 bytes, u64 low,
			 u64 high, u32 first, u32 count);
/* Gives back segments that became empty. -EINVAL when the block is not allocated. */
int vgpu_heap_free(struct vgpu_gpu *gpu, struct vgpu_vram *vram, struct vgpu_heap_block *block);
/* @to, not allocated, becomes what @from was, which is not allocated then. */
void vgpu_heap_hand_over(struct vgpu_heap_block *from, struct vgpu_heap_block *to);
/* Somebody writes to this block from now on, who may leave secrets: a plugin, another module. */
void vgpu_heap_mark_dirty(struct vgpu_gpu *gpu, struct vgpu_vram *vram,
			  struct vgpu_heap_block *block);
/* It holds zeroes again, all of it, and nobody writes to it any more. */
void vgpu_heap_mark_clean(struct vgpu_heap_block *block);
/*
 * vgpu_vram_scrub - fill the block with zeroes through BAR1; nothing to do when it holds them
 * The caller does not hold vram_lock. 0, or what the window said.
 */
int vgpu_vram_scrub(struct vgpu_gpu *gpu, struct vgpu_heap_block *block);

/*
 * vgpu_table_alloc - one page of 4 KiB for a page table
 * @zeroed:	it holds zeroes; else the caller sees to that
 * From the pool kept for it, then from the rest of the PF's share. -ENOSPC.
 */
int vgpu_table_alloc(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 *addr, bool *zeroed);
/* @zeroed: it holds zeroes again. */
void vgpu_table_free(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 addr, bool zeroed);

/* Free bytes inside the arena. */
u64 vgpu_heap_free_bytes(struct vgpu_gpu *gpu, const struct vgpu_vram *vram);
/* Memory for page tables that is free now: the pool and the arena's free pages. */
u64 vgpu_table_free_bytes(struct vgpu_gpu *gpu, const struct vgpu_vram *vram);

#endif
