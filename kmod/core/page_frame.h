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
};

#define GROUP_FRAMES 64U

/* What most operations change of 64 frames, close together. */
struct vgpu_frame_group {
	u64 listed[VGPU_PAGES_CLASSES];	/* by class: the frames in it */
	struct vgpu_frame frame[GROUP_FRAMES];
};

static inline struct vgpu_frame *frame_of(const struct vgpu_pages *pa, u32 f)
{
	return &pa->group[f / GROUP_FRAMES].frame[f % GROUP_FRAMES];
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

/* Class of a run of @len pages, 0 to 1023. */
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
	if (frame->free == VGPU_FRAME_PAGES)
		return frame->flags & FRAME_DIRTY ? VGPU_PAGES_CLASS_WHOLE_DIRTY :
						    VGPU_PAGES_CLASS_WHOLE;
	return run_class(frame->run_len);
}

static inline void frame_list(struct vgpu_pages *pa, u32 f, u32 class)
{
	u32 g = f / GROUP_FRAMES;

	pa->group[g].listed[class] |= 1ULL << (f % GROUP_FRAMES);
	pa->mid[class * pa->mid_words + g / 64] |= 1ULL << (g % 64);
	pa->top[class] |= 1ULL << (g / 64);
	pa->listed |= 1ULL << class;
	pa->recent[class] = f;
	pa->whole_frames += class >= VGPU_PAGES_CLASS_WHOLE;
}

static inline void frame_unlist(struct vgpu_pages *pa, u32 f, u32 class)
{
	u32 g = f / GROUP_FRAMES;
	u64 *low = &pa->group[g].listed[class], *mid = &pa->mid[class * pa->mid_words + g / 64];

	pa->whole_frames -= class >= VGPU_PAGES_CLASS_WHOLE;
	*low &= ~(1ULL << (f % GROUP_FRAMES));
	if (*low)
		return;
	*mid &= ~(1ULL << (g % 64));
	if (*mid)
		return;
	pa->top[class] &= ~(1ULL << (g / 64));
	if (!pa->top[class])
		pa->listed &= ~(1ULL << class);
}

/* Lowest frame of a class that has one. */
static inline u32 frame_first(const struct vgpu_pages *pa, u32 class)
{
	u32 g = (u32)__ffs64(pa->top[class]);

	g = g * 64 + (u32)__ffs64(pa->mid[class * pa->mid_words + g]);
	return g * GROUP_FRAMES + (u32)__ffs64(pa->group[g].listed[class]);
}

/* The same, but the one listed last if that is still there: it is in the caches. */
static inline u32 frame_recent(const struct vgpu_pages *pa, u32 class)
{
	u32 f = pa->recent[class];

	return frame_class(frame_of(pa, f)) == class ? f : frame_first(pa, class);
}

/* List the frame, so far in @old_class, by the free run [@pos, @pos + @len). */
static inline void frame_set_run(struct vgpu_pages *pa, u32 f, u32 old_class, u32 pos, u32 len)
{
	struct vgpu_frame *frame = frame_of(pa, f);
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
