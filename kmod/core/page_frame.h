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

/* 64 pages. Both words in one cache line, as whoever needs the one needs the other. */
struct vgpu_frame_word {
	u64 free;
	u64 mark;	/* of a free page: dirty; of a used one: first of an extent */
};

struct vgpu_frame_map {
	struct vgpu_frame_word word[FRAME_WORDS];
};

/*
 * Record of a frame. A frame with few extents is packed: the record is all there is of it, see
 * page_pack.h. The others have a map, and the record says what is asked most often about it.
 * One more record, behind the last one, stands for a frame that is full.
 */
struct vgpu_frame {
	u64 low;	/* packed: low lanes; else how many extents lie in it, or parts of them */
	u64 state;	/* packed struct frame_state; of a packed frame run, flags, high lanes */
	u32 next, prev;	/* of the same length */
};

/*
 * A frame described. The run begins in the frame and may go on in the next one, to its end at most.
 * Length 0: not listed; no run begins here. The free pages at both ends are known so that runs
 * across frames can be told from the records, which are neighbours in memory, without a look at the
 * neighbours' maps.
 */
struct frame_state {
	u32 run_pos, run_len;
	u32 dirty;		/* may have dirty free pages; packed: has nothing else, or none */
	u32 spill;		/* the extent at its end goes on in the next frame */
	u32 packed;
	u32 free;		/* free pages */
	u32 prefix, suffix;	/* free pages at the start and at the end */
};

#define STATE_BITS 10	/* 0 to 1023 */
#define STATE_MASK ((1U << STATE_BITS) - 1)
#define STATE_RUN_LEN STATE_BITS
#define STATE_DIRTY (2 * STATE_BITS)
#define STATE_SPILL (STATE_DIRTY + 1)
#define STATE_PACKED (STATE_SPILL + 1)
#define STATE_SPILL_BIT (1ULL << STATE_SPILL)
/* Not packed: */
#define STATE_FREE 24
#define STATE_PREFIX (STATE_FREE + STATE_BITS)
#define STATE_SUFFIX (STATE_PREFIX + STATE_BITS)
/* Packed: from here on the lanes for which the low word has no room. */
#define STATE_LANES 24
#define RECORD_LOW_BITS 60

/* A run as one number, as it is in the state. */
#define RUN(pos, len) ((pos) | (len) << STATE_BITS)
#define RUN_POS(run) ((u32)(run) & STATE_MASK)
#define RUN_LEN(run) ((u32)(run) >> STATE_BITS & STATE_MASK)
#define RUN_MASK RUN(STATE_MASK, STATE_MASK)
/* All pages of the frame, and no run but that of a frame all of whose pages are free. */
#define RUN_WHOLE RUN(0, VGPU_FRAME_PAGES)

static inline struct vgpu_frame *frame_of(const struct vgpu_pages *pa, u32 f)
{
	return &pa->frame[f];
}

static inline bool frame_is_packed(const struct vgpu_pages *pa, u32 f)
{
	return frame_of(pa, f)->state >> STATE_PACKED & 1;
}

/* Did an extent that lies at the frame's start begin in the one before? */
static inline bool frame_is_entered(const struct vgpu_pages *pa, u32 f)
{
	return f && frame_of(pa, f - 1)->state & STATE_SPILL_BIT;
}

static inline bool frame_is_whole(const struct vgpu_pages *pa, u32 f)
{
	return (frame_of(pa, f)->state & RUN_MASK) == RUN_WHOLE;
}

/* Of a frame that is not packed; of a packed one: the run and the flags. */
static inline struct frame_state frame_state(const struct vgpu_pages *pa, u32 f)
{
	u64 state = frame_of(pa, f)->state;

	return (struct frame_state){
		.run_pos = RUN_POS(state),
		.run_len = RUN_LEN(state),
		.dirty = state >> STATE_DIRTY & 1,
		.spill = state >> STATE_SPILL & 1,
		.packed = state >> STATE_PACKED & 1,
		.free = state >> STATE_FREE & STATE_MASK,
		.prefix = state >> STATE_PREFIX & STATE_MASK,
		.suffix = state >> STATE_SUFFIX & STATE_MASK,
	};
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
static inline u32 frame_run_start(const struct vgpu_frame_map *map, u32 a)
{
	while (a) {
		u32 shift = (a - 1) % 64;
		u64 used = ~map->word[(a - 1) / 64].free << (63 - shift);

		if (used)
			return a - (64 - (u32)fls64(used));
		a -= shift + 1;
	}
	return 0;
}

/* End of the free run that starts at @b. */
static inline u32 frame_run_end(const struct vgpu_frame_map *map, u32 b)
{
	while (b < VGPU_FRAME_PAGES) {
		u64 used = ~map->word[b / 64].free >> (b % 64);

		if (used)
			return b + (u32)__ffs64(used);
		b += 64 - b % 64;
	}
	return VGPU_FRAME_PAGES;
}

/* First free page at or after @b. */
static inline u32 frame_next_free(const struct vgpu_frame_map *map, u32 b)
{
	while (b < VGPU_FRAME_PAGES) {
		u64 word = map->word[b / 64].free >> (b % 64);

		if (word)
			return b + (u32)__ffs64(word);
		b += 64 - b % 64;
	}
	return VGPU_FRAME_PAGES;
}

/* Which list a frame belongs to, or which set if it is whole; 0: none. */
static inline u32 state_list(u64 state)
{
	u32 run = (u32)state & RUN_MASK;

	if (run == RUN_WHOLE)
		return VGPU_PAGES_LIST_WHOLE + (u32)(state >> STATE_DIRTY & 1);
	return RUN_LEN(run);
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

#define FRAME_NONE (~0U)

/* The frame that was listed last, or FRAME_NONE. */
static inline u32 frame_list_first(const struct vgpu_pages *pa, u32 list)
{
	return pa->head[list];
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
	pa->head[list] = f;
	if (frame->next != FRAME_NONE) {
		frame_of(pa, frame->next)->prev = f;
	} else {
		pa->lists[list / 64] |= 1ULL << (list % 64);
		pa->list_words |= 1U << (list / 64);
	}
}

/* The neighbours' records are written, not read: they need not be in the cache. */
static inline void frame_list_remove(struct vgpu_pages *pa, u32 f, u32 list)
{
	struct vgpu_frame *frame = frame_of(pa, f);
	u32 next = frame->next, prev = frame->prev;

	if (list >= VGPU_PAGES_LIST_WHOLE) {
		frame_set_remove(pa, f, list == VGPU_PAGES_LIST_WHOLE_DIRTY);
		return;
	}
	if (next != FRAME_NONE)
		frame_of(pa, next)->prev = prev;
	if (prev != FRAME_NONE) {
		frame_of(pa, prev)->next = next;
		return;
	}
	pa->head[list] = next;
	if (next == FRAME_NONE) {
		pa->lists[list / 64] &= ~(1ULL << (list % 64));
		if (!pa->lists[list / 64])
			pa->list_words &= ~(1U << (list / 64));
	}
}

/* Shortest length of at least @len that has a frame; 0: none. */
static inline u32 frame_list_from(const struct vgpu_pages *pa, u32 len)
{
	u32 w = len / 64, more;
	u64 word = pa->lists[w] & ~0ULL << (len % 64);

	if (!word) {
		more = pa->list_words & ~1U << w;
		if (!more)
			return 0;
		w = (u32)__ffs64(more);
		word = pa->lists[w];
	}
	return w * 64 + (u32)__ffs64(word);
}

/* Longest length that has a frame; 0: none. */
static inline u32 frame_list_last(const struct vgpu_pages *pa)
{
	u32 w;

	if (!pa->list_words)
		return 0;
	w = (u32)fls64(pa->list_words) - 1;
	return w * 64 + (u32)fls64(pa->lists[w]) - 1;
}

/* page_frame.c: move a frame from one list to another; 0: none. */
void vgpu_frame_relist(struct vgpu_pages *pa, u32 f, u32 old, u32 list);

/* Store what describes a frame; it changes lists if it has to. */
static __always_inline void frame_set_state(struct vgpu_pages *pa, u32 f, u64 old, u64 state)
{
	u32 from = state_list(old), to = state_list(state);

	frame_of(pa, f)->state = state;
	if (from != to)
		vgpu_frame_relist(pa, f, from, to);
}

/* The same for a frame that is not packed. */
static __always_inline void frame_update(struct vgpu_pages *pa, u32 f, u64 old,
					 const struct frame_state *s)
{
	frame_set_state(pa, f, old, RUN(s->run_pos, s->run_len) | (u64)s->dirty << STATE_DIRTY |
				    (u64)s->spill << STATE_SPILL | (u64)s->free << STATE_FREE |
				    (u64)s->prefix << STATE_PREFIX |
				    (u64)s->suffix << STATE_SUFFIX);
}

/* Another run of the frame is to be listed. */
static inline void frame_set_run(struct vgpu_pages *pa, u32 f, u32 run)
{
	u64 old = frame_of(pa, f)->state;

	frame_set_state(pa, f, old, (old & ~(u64)RUN_MASK) | run);
}

/* page_frame.c: take free pages, wherever they are, as one extent. */
void vgpu_pages_take(struct vgpu_pages *pa, u32 page, u32 count);
/* Is [@page, @page + @count) exactly one extent? */
bool vgpu_pages_is_extent(const struct vgpu_pages *pa, u32 page, u32 count);
/* Free [@page, @page + @count) if it is exactly one extent; false: it is not. */
bool vgpu_pages_release(struct vgpu_pages *pa, u32 page, u32 count, bool clean);

/* page_query.c: first free run at or after @page that begins below @high; false: none. */
bool vgpu_pages_next_free(const struct vgpu_pages *pa, u32 page, u32 high,
			  struct vgpu_extent *run);
/* How many of @count free pages from @page on are all clean, or all dirty. */
u32 vgpu_pages_dirty_run(const struct vgpu_pages *pa, u32 page, u32 count, bool *dirty);
/* Smallest run of [@req->low, @req->high) in which the request fits; where to put it. */
bool vgpu_pages_best_fit(const struct vgpu_pages *pa, const struct vgpu_pages_request *req,
			 u32 *page);

#endif
