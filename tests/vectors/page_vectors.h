/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A life of the page allocator, step by step, on a stretch of four frames of 2 MiB that holds
 * zeroes: what is asked, and what its header promises for an answer. Where the promise leaves a
 * choice, the answer is not compared (PAGE_ANY). Used in a process and in the kernel.
 */
#ifndef PAGE_VECTORS_H
#define PAGE_VECTORS_H

#include "page_alloc.h"

#define PAGE_VECTOR_BYTES (4ULL << VGPU_FRAME_SHIFT)
#define PAGE_VECTOR_PAGES ((u32)(PAGE_VECTOR_BYTES >> VGPU_PAGE_SHIFT))
#define PAGE_ANY (~0U)
#define PAGE_SLOTS 8U

enum page_step {
	PAGE_ALLOC,	/* contiguous, into the slot */
	PAGE_ALLOC_CLEAR,
	PAGE_ALLOC_AT,	/* at page, into the slot */
	PAGE_FREE,	/* the slot, dirty */
	PAGE_FREE_CLEAN,
	PAGE_FREE_PART,	/* the slot without its last page */
	PAGE_TRIM,	/* the slot to count pages */
	PAGE_RESERVE,	/* count pages from page on */
	PAGE_EXPECT_FREE,	/* count pages are free now */
};

struct page_vector {
	enum page_step step;
	u8 slot;
	u32 page, count, align;
	int err;
	int dirty;	/* of what was handed out: 0, 1, -1 not compared */
};

static const struct page_vector page_vectors[] = {
	{ PAGE_EXPECT_FREE, .count = 2048 },
	/* The lowest free frame is opened first, frames in use are filled before others. */
	{ PAGE_ALLOC_CLEAR, 0, .page = 0, .count = 1, .dirty = 0 },
	{ PAGE_ALLOC_CLEAR, 1, .page = PAGE_ANY, .count = 511, .dirty = 0 },
	{ PAGE_EXPECT_FREE, .count = 1536 },
	/* Contiguous across frames, and exact. */
	{ PAGE_ALLOC, 2, .page = PAGE_ANY, .count = 1025, .dirty = -1 },
	{ PAGE_EXPECT_FREE, .count = 511 },
	{ PAGE_ALLOC, 3, .count = 512, .err = -ENOSPC },
	{ PAGE_ALLOC, 3, .count = 2049, .err = -EINVAL },
	{ PAGE_ALLOC, 3, .count = 0, .err = -EINVAL },
	{ PAGE_ALLOC, 3, .count = 1, .align = 3, .err = -EINVAL },
	{ PAGE_FREE_PART, 2, .err = -EINVAL },
	{ PAGE_EXPECT_FREE, .count = 511 },
	{ PAGE_TRIM, 2, .count = 25 },
	{ PAGE_TRIM, 2, .count = 26, .err = -EINVAL },
	{ PAGE_EXPECT_FREE, .count = 1511 },
	{ PAGE_FREE, 2 },
	{ PAGE_FREE, 2, .err = -EINVAL },
	{ PAGE_EXPECT_FREE, .count = 1536 },
	/* Aligned, at a place, around what is there. */
	{ PAGE_ALLOC_AT, 3, .page = 1024, .count = 16 },
	{ PAGE_ALLOC_AT, 4, .page = 1039, .count = 1, .err = -EBUSY },
	{ PAGE_ALLOC_AT, 4, .page = 2048, .count = 1, .err = -EINVAL },
	{ PAGE_ALLOC, 4, .page = PAGE_ANY, .count = 512, .align = 512, .dirty = -1 },
	{ PAGE_FREE_CLEAN, 4 },
	{ PAGE_ALLOC_CLEAR, 4, .page = PAGE_ANY, .count = 400, .dirty = -1 },
	{ PAGE_RESERVE, .page = 1024, .count = 1, .err = -EBUSY },
	{ PAGE_FREE, 3 },
	{ PAGE_FREE, 4 },
	{ PAGE_FREE, 1 },
	{ PAGE_FREE, 0 },
	{ PAGE_EXPECT_FREE, .count = 2048 },
	{ PAGE_RESERVE, .page = 2000, .count = 48 },
	{ PAGE_EXPECT_FREE, .count = 2000 },
	{ PAGE_ALLOC, 5, .page = 0, .count = 2000, .dirty = -1 },
	{ PAGE_ALLOC, 6, .count = 1, .err = -ENOSPC },
	{ PAGE_FREE, 5 },
};

#endif
