/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the page allocator: frames, their maps, and the lists of frames by free run. */
#ifndef VGPU_PAGE_FRAME_H
#define VGPU_PAGE_FRAME_H

#include <linux/bitops.h>
#include <linux/kernel.h>

#include "page_alloc.h"

#define FRAME_WORDS (VGPU_FRAME_PAGES / 64)
#define FRAME_INDEX_SHIFT (VGPU_FRAME_SHIFT - VGPU_PAGE_SHIFT)
#define FRAME_PAGE_MASK (VGPU_FRAME_PAGES - 1)

/* Two cache lines: both are needed for nearly every operation. */
struct vgpu_frame_map {
	u64 free[FRAME_WORDS];
	u64 mark[FRAME_WORDS];	/* of a free page: dirty; of a used one: first of an extent */
};

#define FRAME_DIRTY 0x1U	/* may have dirty free pages */
#define FRAME_SPILL 0x2U	/* the extent at its end goes on in the next frame */

struct vgpu_frame {
	u16 run_pos, run_len;	/* a free run; none: not listed, and then no page is free */
	u16 free;		/* free pages */
	u16 flags;
};

/* Bits [first, last] of word @w out of the range [@a, @b) of a frame. */
static inline u64 frame_mask(u32 w, u32 a, u32 b)
{
	u64 mask = ~0ULL;

	if (w == a / 64)
		mask &= ~0ULL << (a % 64);
	if (w == (b - 1) / 64)
		mask &= ~0ULL >> (63 - (b - 1) % 64);
	return mask;
}

/* Start of the free run that ends before @a. */
static inline u32 frame_run_start(const u64 *free, u32 a)
{
	while (a) {
		u32 shift = (a - 1) % 64;
		u64 used = ~free[(a - 1) / 64] << (63 - shift);

		if (used)
			return a - (64 - (u32)fls64(used));
		a -= shift + 1;
	}
	return 0;
}

/* End of the free run that starts at @b. */
static inline u32 frame_run_end(const u64 *free, u32 b)
{
	while (b < VGPU_FRAME_PAGES) {
		u64 used = ~free[b / 64] >> (b % 64);

		if (used)
			return b + (u32)__ffs64(used);
		b += 64 - b % 64;
	}
	return VGPU_FRAME_PAGES;
}

/* First free page at or after @b. */
static inline u32 frame_next_free(const u64 *free, u32 b)
{
	while (b < VGPU_FRAME_PAGES) {
		u64 word = free[b / 64] >> (b % 64);

		if (word)
			return b + (u32)__ffs64(word);
		b += 64 - b % 64;
	}
	return VGPU_FRAME_PAGES;
}

/* Class of a run of @len pages, 1 to 512. */
static inline u32 run_class(u32 len)
{
	u32 octave;

	if (len < 4)
		return len;
	octave = (u32)fls(len) - 1;
	return 4 * (octave - 1) + (len >> (octave - 2) & 3);
}

/* Lowest class all of whose runs have @len pages. */
static inline u32 run_class_above(u32 len)
{
	u32 step;

	if (len < 8)
		return run_class(len);
	step = 1U << (fls(len) - 3);
	return run_class((len + step - 1) & ~(step - 1));
}

static inline u32 frame_class(const struct vgpu_frame *frame)
{
	if (frame->run_len == VGPU_FRAME_PAGES)
		return frame->flags & FRAME_DIRTY ? VGPU_PAGES_CLASS_WHOLE_DIRTY :
						    VGPU_PAGES_CLASS_WHOLE;
	return run_class(frame->run_len);
}

static inline void frame_list(struct vgpu_pages *pa, u32 f, u32 class)
{
	pa->low[class * pa->low_words + f / 64] |= 1ULL << (f % 64);
	pa->mid[class * pa->mid_words + f / 4096] |= 1ULL << (f / 64 % 64);
	pa->top[class] |= 1ULL << (f / 4096);
	pa->listed |= 1ULL << class;
}

static inline void frame_unlist(struct vgpu_pages *pa, u32 f, u32 class)
{
	u64 *low = &pa->low[class * pa->low_words + f / 64];
	u64 *mid = &pa->mid[class * pa->mid_words + f / 4096];

	*low &= ~(1ULL << (f % 64));
	if (*low)
		return;
	*mid &= ~(1ULL << (f / 64 % 64));
	if (*mid)
		return;
	pa->top[class] &= ~(1ULL << (f / 4096));
	if (!pa->top[class])
		pa->listed &= ~(1ULL << class);
}

/* Lowest frame of a class that has one. */
static inline u32 frame_first(const struct vgpu_pages *pa, u32 class)
{
	u32 f = (u32)__ffs64(pa->top[class]);

	f = f * 64 + (u32)__ffs64(pa->mid[class * pa->mid_words + f]);
	return f * 64 + (u32)__ffs64(pa->low[class * pa->low_words + f]);
}

/* The frame's free run is now [@pos, @pos + @len). */
static inline void frame_set_run(struct vgpu_pages *pa, u32 f, u32 old_class, u32 pos, u32 len)
{
	struct vgpu_frame *frame = &pa->frame[f];
	u32 class;

	frame->run_pos = (u16)pos;
	frame->run_len = (u16)len;
	class = frame_class(frame);
	if (class == old_class)
		return;
	if (old_class)
		frame_unlist(pa, f, old_class);
	if (class)
		frame_list(pa, f, class);
}

/* page_alloc.c: the longest free run of a frame; *@pos gets its start. */
u32 vgpu_frame_longest(const struct vgpu_frame_map *map, u32 *pos);
/* Take free pages, wherever they are, as one extent. */
void vgpu_pages_take(struct vgpu_pages *pa, u32 page, u32 count);
/* Is [@page, @page + @count) exactly one extent? */
bool vgpu_pages_is_extent(const struct vgpu_pages *pa, u32 page, u32 count);

/* page_query.c: first free run at or after @page that begins below @high; false: none. */
bool vgpu_pages_next_free(const struct vgpu_pages *pa, u32 page, u32 high,
			  struct vgpu_extent *run);
/* How many of @count free pages from @page on are all clean, or all dirty. */
u32 vgpu_pages_dirty_run(const struct vgpu_pages *pa, u32 page, u32 count, bool *dirty);
/* Smallest run of [@req->low, @req->high) in which the request fits; where to put it. */
bool vgpu_pages_best_fit(const struct vgpu_pages *pa, const struct vgpu_pages_request *req,
			 u32 *page);

#endif
