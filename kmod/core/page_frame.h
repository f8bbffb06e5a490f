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

/*
 * The run begins in the frame and may go on in the next one, to its end at most. Length 0: not
 * listed; no run begins here.
 */
struct vgpu_frame {
	u16 run_pos, run_len;
	u16 free;		/* free pages */
	u16 flags;
	u32 next, prev;		/* of the same length */
};

#define FRAME_NONE (~0U)

static inline struct vgpu_frame *frame_of(const struct vgpu_pages *pa, u32 f)
{
	return &pa->frame[f];
}

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

/* Which list a frame belongs to; 0: none. */
static inline u32 frame_list_of(const struct vgpu_frame *frame)
{
	if (frame->free == VGPU_FRAME_PAGES)
		return frame->flags & FRAME_DIRTY ? VGPU_PAGES_LIST_WHOLE_DIRTY :
						    VGPU_PAGES_LIST_WHOLE;
	return frame->run_len;
}

static inline void frame_set_add(struct vgpu_pages *pa, u32 f, bool dirty)
{
	struct vgpu_frame_set *set = &pa->whole[dirty];

	set->low[f / 64] |= 1ULL << (f % 64);
	set->mid[f / 4096] |= 1ULL << (f / 64 % 64);
	set->top |= 1ULL << (f / 4096);
	pa->whole_frames++;
}

static inline void frame_set_remove(struct vgpu_pages *pa, u32 f, bool dirty)
{
	struct vgpu_frame_set *set = &pa->whole[dirty];

	pa->whole_frames--;
	set->low[f / 64] &= ~(1ULL << (f % 64));
	if (set->low[f / 64])
		return;
	set->mid[f / 4096] &= ~(1ULL << (f / 64 % 64));
	if (!set->mid[f / 4096])
		set->top &= ~(1ULL << (f / 4096));
}

/* Lowest whole frame; there is one. Dirty ones first, unless zeroes are wanted. */
static inline u32 frame_whole(const struct vgpu_pages *pa, bool clear)
{
	const struct vgpu_frame_set *set = &pa->whole[!clear];
	u32 f;

	if (!set->top)
		set = &pa->whole[clear];
	f = (u32)__ffs64(set->top);
	f = f * 64 + (u32)__ffs64(set->mid[f]);
	return f * 64 + (u32)__ffs64(set->low[f]);
}

static inline void frame_list_add(struct vgpu_pages *pa, u32 f, u32 list)
{
	struct vgpu_frame *frame = frame_of(pa, f);

	if (list >= VGPU_PAGES_LIST_WHOLE) {
		frame_set_add(pa, f, list == VGPU_PAGES_LIST_WHOLE_DIRTY);
		return;
	}
	frame->prev = FRAME_NONE;
	frame->next = pa->head[list];
	if (frame->next != FRAME_NONE)
		frame_of(pa, frame->next)->prev = f;
	else
		pa->lists[list / 64] |= 1ULL << (list % 64);
	pa->head[list] = f;
}

static inline void frame_list_remove(struct vgpu_pages *pa, u32 f, u32 list)
{
	struct vgpu_frame *frame = frame_of(pa, f);

	if (list >= VGPU_PAGES_LIST_WHOLE) {
		frame_set_remove(pa, f, list == VGPU_PAGES_LIST_WHOLE_DIRTY);
		return;
	}
	if (frame->next != FRAME_NONE)
		frame_of(pa, frame->next)->prev = frame->prev;
	if (frame->prev != FRAME_NONE)
		frame_of(pa, frame->prev)->next = frame->next;
	else
		pa->head[list] = frame->next;
	if (pa->head[list] == FRAME_NONE)
		pa->lists[list / 64] &= ~(1ULL << (list % 64));
}

/* Shortest length of at least @len that has a frame; 0: none. */
static inline u32 frame_list_from(const struct vgpu_pages *pa, u32 len)
{
	u64 word = pa->lists[len / 64] & ~0ULL << (len % 64);
	u32 w = len / 64;

	while (!word && ++w < VGPU_PAGES_LISTS / 64)
		word = pa->lists[w];
	return word ? w * 64 + (u32)__ffs64(word) : 0;
}

/* Longest length that has a frame; 0: none. */
static inline u32 frame_list_last(const struct vgpu_pages *pa)
{
	u32 w = VGPU_PAGES_LISTS / 64;

	while (w--)
		if (pa->lists[w])
			return w * 64 + (u32)fls64(pa->lists[w]) - 1;
	return 0;
}

/* List the frame, so far in @old, by the free run [@pos, @pos + @len). */
static inline void frame_set_run(struct vgpu_pages *pa, u32 f, u32 old, u32 pos, u32 len)
{
	struct vgpu_frame *frame = frame_of(pa, f);
	u32 list;

	frame->run_pos = (u16)pos;
	frame->run_len = (u16)len;
	list = frame_list_of(frame);
	if (list == old)
		return;
	if (old)
		frame_list_remove(pa, f, old);
	if (list)
		frame_list_add(pa, f, list);
}

/* Free pages at the start of the frame; 0 past the last one. */
static inline u32 frame_prefix(const struct vgpu_pages *pa, u32 f)
{
	return f < pa->frames ? frame_run_end(pa->map[f].free, 0) : 0;
}

/* page_alloc.c: the longest free run that begins in a frame; *@pos gets its start. */
u32 vgpu_frame_longest(const struct vgpu_pages *pa, u32 f, u32 *pos);
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
