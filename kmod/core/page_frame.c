// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page allocator: pages of one frame, taken and freed. See page_alloc.h and page_frame.h.
 *
 * Most of the time of an operation goes into memory that is not in the cache and into branches
 * that nobody can foresee. So the common case, an extent within one frame, touches the frame's
 * record and nothing else if the frame is packed, or also the words of its map where the extent
 * lies. The record stays in registers meanwhile, and loops run only over what is longer than a
 * word.
 */

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "page_pack.h"

/* With as many extents or fewer it is tried to pack a frame again. */
#define PACK_EXTENTS 7

void vgpu_frame_relist(struct vgpu_pages *pa, u32 f, u32 old, u32 list)
{
	if (old)
		frame_list_remove(pa, f, old);
	if (list)
		frame_list_add(pa, f, list);
}

/*
 * The longest run that begins in a frame of which @left pages are free, @suffix of them at its end.
 * What is left to be seen bounds the search.
 */
static noinline u32 frame_longest(const struct vgpu_pages *pa, u32 f, u32 left, u32 suffix)
{
	const struct vgpu_frame_map *map = &pa->map[f];
	u32 beyond = suffix ? frame_entry(pa, f + 1) : 0, start = 0, best = 0, best_len = 0;

	left += beyond;
	while (best_len < left) {
		u32 end, len;

		start = frame_next_free(map, start);
		end = frame_run_end(map, start);
		len = end - start;
		if (end == VGPU_FRAME_PAGES && start)
			len += beyond;
		if (len > best_len) {
			best_len = len;
			best = start;
		}
		left -= len;
		start = end;
	}
	return RUN(best, best_len);
}

/* Pages [@pos, @end), counted from the frame's start, were taken: which run describes it now? */
static __always_inline void cut_run(const struct vgpu_pages *pa, u32 f, u32 pos, u32 end,
				    struct frame_state *s)
{
	u32 run = s->run_pos, run_end = run + s->run_len, longest;

	if (pos < run_end && end > run) {
		/* What begins in the next frame is the next frame's. */
		u32 after = run_end > end && end < VGPU_FRAME_PAGES ? run_end - end : 0;
		u32 before = pos > run ? pos - run : 0;

		s->run_pos = after >= before ? end : run;
		s->run_len = max(after, before);
		s->run_pos = s->run_len ? s->run_pos : 0;
	}
	/* A longer run may be elsewhere in the frame. */
	if (s->free > 2 * s->run_len) {
		longest = frame_longest(pa, f, s->free, s->suffix);
		s->run_pos = RUN_POS(longest);
		s->run_len = RUN_LEN(longest);
	}
}

/* Pages [@pos, @end) become used, none of them the first of an extent. */
static inline void map_take(struct vgpu_frame_map *map, u32 pos, u32 end)
{
	u32 w = pos / 64, last = (end - 1) / 64;
	u64 mask = ~0ULL << (pos % 64);

	for (; w < last; w++, mask = ~0ULL) {
		map->word[w].free &= ~mask;
		map->word[w].mark &= ~mask;
	}
	mask &= ~0ULL >> (63 - (end - 1) % 64);
	map->word[w].free &= ~mask;
	map->word[w].mark &= ~mask;
}

/* Pages [@pos, @end) become free; @dirty: all ones if dirty, else 0. */
static inline void map_free(struct vgpu_frame_map *map, u32 pos, u32 end, u64 dirty)
{
	u32 w = pos / 64, last = (end - 1) / 64;
	u64 mask = ~0ULL << (pos % 64);

	for (; w < last; w++, mask = ~0ULL) {
		map->word[w].free |= mask;
		map->word[w].mark = (map->word[w].mark & ~mask) | (dirty & mask);
	}
	mask &= ~0ULL >> (63 - (end - 1) % 64);
	map->word[w].free |= mask;
	map->word[w].mark = (map->word[w].mark & ~mask) | (dirty & mask);
}

/* Pages [@pos, @end), counted from the start of @f, were taken from its run in the next frame. */
static noinline void cut_before(struct vgpu_pages *pa, u32 f, u32 pos, u32 end)
{
	struct frame_state s = frame_state(pa, f);

	if (s.packed) {
		frame_set_run(pa, f, lanes_longest(frame_lanes(frame_of(pa, f)),
						   frame_entry(pa, f + 1)));
		return;
	}
	cut_run(pa, f, pos, end, &s);
	frame_update(pa, f, frame_of(pa, f)->state, &s);
}

/* A run of the frame before @f may have reached [@pos, @end) of it, which were taken. */
static __always_inline void taken_before(struct vgpu_pages *pa, u32 f, u32 pos, u32 end)
{
	struct frame_state s;

	if (!f)
		return;
	s = frame_state(pa, f - 1);
	if (unlikely(s.run_pos + s.run_len > VGPU_FRAME_PAGES + pos))
		cut_before(pa, f - 1, VGPU_FRAME_PAGES + pos, VGPU_FRAME_PAGES + end);
}

/* Store a packed frame's lanes and the run by which it is to be listed. */
static __always_inline void frame_set_lanes(struct vgpu_pages *pa, u32 f, vgpu_lanes v, u32 run,
					    bool dirty, u64 spill)
{
	struct vgpu_frame *frame = frame_of(pa, f);

	frame->low = (u64)v & ((1ULL << RECORD_LOW_BITS) - 1);
	frame_set_state(pa, f, frame->state, run | (u64)dirty << STATE_DIRTY |
					     1ULL << STATE_PACKED | spill |
					     (u64)(v >> RECORD_LOW_BITS) << STATE_LANES);
}

/* What frame_take() does, of a packed frame. False: it would have too many segments. */
static __always_inline bool packed_take(struct vgpu_pages *pa, u32 f, u32 pos, u32 end, bool head,
					bool spill)
{
	const struct vgpu_frame *frame = frame_of(pa, f);
	vgpu_lanes v = frame_lanes(frame);
	u32 at = lane_at(v, pos), bits = LANE_BITS, run = 0;
	u64 around = (u64)((v << LANE_BITS) >> at), lanes = pos;
	u32 start = (u32)(around >> LANE_BITS) & LANE_START;
	bool dirty = frame->state >> STATE_DIRTY & 1;

	if (start < pos) {
		lanes |= (u64)(start | LANE_FREE) << LANE_BITS;
		bits += LANE_BITS;
	}
	if (end < lane_end(around)) {
		lanes = lanes << LANE_BITS | LANE_FREE | end;
		bits += LANE_BITS;
	}
	v = (v & (((vgpu_lanes)1 << at) - 1)) | (vgpu_lanes)lanes << at |
	    (v >> at >> LANE_BITS) << (at + bits);
	if (unlikely(v >> LANES_BITS))
		return false;
	if (v & LANES_FREE)
		run = lanes_longest(v, v & LANE_FREE ? frame_entry(pa, f + 1) : 0);
	else
		dirty = false;
	frame_set_lanes(pa, f, v, run, dirty, (frame->state & STATE_SPILL_BIT) |
					      (u64)spill << STATE_SPILL);
	if (head)
		taken_before(pa, f, pos, end);
	return true;
}

/*
 * Take free pages [@pos, @end) of one frame; @head: the first one starts an extent; @spill: which
 * goes on in the next frame.
 */
static __always_inline void frame_take(struct vgpu_pages *pa, u32 f, u32 pos, u32 end, bool head,
				       bool spill)
{
	struct vgpu_frame *frame = frame_of(pa, f);
	struct vgpu_frame_map *map = &pa->map[f];
	struct frame_state s = frame_state(pa, f);

	map_take(map, pos, end);
	map->word[pos / 64].mark |= (u64)head << (pos % 64);
	s.free -= end - pos;
	s.dirty &= !!s.free;
	s.prefix = min(s.prefix, pos);
	s.suffix = min(s.suffix, VGPU_FRAME_PAGES - end);
	s.spill |= spill;
	cut_run(pa, f, pos, end, &s);
	frame->low++;
	frame_update(pa, f, frame->state, &s);
	if (head)
		taken_before(pa, f, pos, end);
}

/* The same of a frame in either form. */
static __always_inline void take_piece(struct vgpu_pages *pa, u32 f, u32 pos, u32 end, bool head,
				       bool spill)
{
	if (frame_is_packed(pa, f)) {
		if (likely(packed_take(pa, f, pos, end, head, spill)))
			return;
		vgpu_frame_unpack(pa, f);
	}
	frame_take(pa, f, pos, end, head, spill);
}

/* Take what goes on in other frames. */
static noinline void take_across(struct vgpu_pages *pa, u32 f, u32 pos, u32 count)
{
	bool head = true;

	while (count) {
		u32 n = min(count, VGPU_FRAME_PAGES - pos);

		take_piece(pa, f++, pos, pos + n, head, n < count);
		head = false;
		pos = 0;
		count -= n;
	}
}

void vgpu_pages_take(struct vgpu_pages *pa, u32 page, u32 count)
{
	u32 pos = page & FRAME_PAGE_MASK, f = page >> FRAME_INDEX_SHIFT;

	pa->free_pages -= count;
	if (unlikely(pos + count > VGPU_FRAME_PAGES)) {
		take_across(pa, f, pos, count);
		return;
	}
	take_piece(pa, f, pos, pos + count, true, false);
}

static bool frame_is_clean(const struct vgpu_frame_map *map)
{
	u64 dirty = 0;
	u32 w;

	for (w = 0; w < FRAME_WORDS; w++)
		dirty |= map->word[w].free & map->word[w].mark;
	return !dirty;
}

/* @prefix pages at the start of the frame after @f are free: a run of @f may go on there. */
static inline void extend_before(struct vgpu_pages *pa, u32 f, u32 prefix)
{
	u32 suffix = frame_suffix(pa, f), len = suffix + prefix;

	if (prefix < VGPU_FRAME_PAGES && suffix && suffix < VGPU_FRAME_PAGES &&
	    len > RUN_LEN(frame_of(pa, f)->state))
		frame_set_run(pa, f, RUN(VGPU_FRAME_PAGES - suffix, len));
}

/*
 * Is a frame to be listed by a run that came to be at @pos? The run by which it is so far may have
 * become a part of it.
 */
static inline bool replaces_run(u32 pos, u32 len, u32 run_pos, u32 run_len)
{
	return len > run_len || run_pos - pos < len;
}

/* Free pages [@pos, @end) of one frame that is_piece() has approved. */
static __always_inline void frame_free(struct vgpu_pages *pa, u32 f, u32 pos, u32 end, bool clean)
{
	struct vgpu_frame *frame = frame_of(pa, f);
	struct vgpu_frame_map *map = &pa->map[f];
	struct frame_state s = frame_state(pa, f);

	map_free(map, pos, end, clean ? 0 : ~0ULL);
	s.free += end - pos;
	s.dirty |= !clean;
	s.spill &= end < VGPU_FRAME_PAGES;
	if (clean && s.free == VGPU_FRAME_PAGES && frame_is_clean(map))
		s.dirty = 0;
	pos = frame_run_start(map, pos);
	end = frame_run_end(map, end);
	if (end == VGPU_FRAME_PAGES)
		s.suffix = VGPU_FRAME_PAGES - pos;
	if (!pos) {
		s.prefix = end;
		if (f)
			extend_before(pa, f - 1, end);
	} else if (end == VGPU_FRAME_PAGES) {
		end += frame_entry(pa, f + 1);
	}
	if (replaces_run(pos, end - pos, s.run_pos, s.run_len)) {
		s.run_pos = pos;
		s.run_len = end - pos;
	}
	frame->low--;
	frame_update(pa, f, frame->state, &s);
	if (frame->low <= PACK_EXTENTS)
		vgpu_frame_pack(pa, f);
}

/*
 * Does the used segment [@pos, @end) begin an extent (@head) or go on with one (!@head), and end it
 * (@tail) or not?
 */
static __always_inline bool has_ends(const struct vgpu_pages *pa, u32 f, u32 pos, u32 end,
				     bool head, bool tail)
{
	if (!pos && head == frame_is_entered(pa, f))
		return false;
	return end < VGPU_FRAME_PAGES || tail == !(frame_of(pa, f)->state & STATE_SPILL_BIT);
}

/*
 * Free [@pos, @end) of a packed frame: one extent (@check: -EINVAL if it is not), or a part of one
 * that is_piece() has approved. -EAGAIN: what the frame would be then takes a map.
 */
static __always_inline int packed_free(struct vgpu_pages *pa, u32 f, u32 pos, u32 end, bool clean,
				       bool check)
{
	const struct vgpu_frame *frame = frame_of(pa, f);
	u64 state = frame->state, around;
	vgpu_lanes v = frame_lanes(frame);
	u32 at = lane_at(v, pos), low = at, high = at + LANE_BITS, len, run;
	u64 spill = state & STATE_SPILL_BIT;

	around = (u64)((v << 2 * LANE_BITS) >> at);
	if (check && unlikely(!lane_is_extent(around >> LANE_BITS, pos, end) ||
			      !has_ends(pa, f, pos, end, true, true)))
		return -EINVAL;
	if (end == VGPU_FRAME_PAGES)
		spill = 0;
	if (unlikely((v & LANES_FREE) && (state >> STATE_DIRTY & 1) == clean))
		return -EAGAIN;
	if (around >> LANE_BITS & LANE_FREE) {
		end = lane_end(around);
		low -= LANE_BITS;
	}
	if (around >> (3 * LANE_BITS) & LANE_FREE) {
		pos = (u32)(around >> (3 * LANE_BITS)) & LANE_START;
		high += LANE_BITS;
	}
	v = (v & (((vgpu_lanes)1 << low) - 1)) | (vgpu_lanes)(pos | LANE_FREE) << low |
	    (v >> high) << low << LANE_BITS;
	/* A used segment at page 0 needs no lane, a free one does. */
	if (unlikely(v >> LANES_BITS))
		return -EAGAIN;
	len = end - pos;
	if (!pos) {
		if (f)
			extend_before(pa, f - 1, end);
	} else if (end == VGPU_FRAME_PAGES) {
		len += frame_entry(pa, f + 1);
	}
	run = replaces_run(pos, len, RUN_POS(state), RUN_LEN(state)) ? RUN(pos, len) :
								       (u32)state & RUN_MASK;
	frame_set_lanes(pa, f, v, run, !clean, spill);
	return 0;
}

/*
 * Are pages [@pos, @end) of the frame in use, with an extent's first page at @pos (@head) and at no
 * other place, and its last page at their end (@tail)?
 */
static __always_inline bool is_piece(const struct vgpu_pages *pa, u32 f, u32 pos, u32 end,
				     bool head, bool tail)
{
	const struct vgpu_frame_word *word = pa->map[f].word;
	u32 w = pos / 64, last = (end - 1) / 64;
	u64 mask = ~0ULL << (pos % 64), wrong = (u64)head << (pos % 64);

	if (frame_is_packed(pa, f)) {
		vgpu_lanes v = frame_lanes(frame_of(pa, f));

		return lane_is_extent((u64)((v << LANE_BITS) >> lane_at(v, pos)), pos, end) &&
		       has_ends(pa, f, pos, end, head, tail);
	}
	/*
	 * How often the loop runs is known before the map is in the cache; a loop that stopped at
	 * what it finds would be foretold wrong, and found out late.
	 */
	for (; w < last; w++, mask = ~0ULL) {
		wrong = (word[w].free & mask) | ((word[w].mark & mask) ^ wrong);
		if (unlikely(wrong))
			return false;
	}
	mask &= ~0ULL >> (63 - (end - 1) % 64);
	wrong = (word[w].free & mask) | ((word[w].mark & mask) ^ wrong);
	if (unlikely(wrong))
		return false;
	if (end == VGPU_FRAME_PAGES)
		return tail == !frame_state(pa, f).spill;
	return !tail || ((word[end / 64].free | word[end / 64].mark) >> (end % 64) & 1);
}

static noinline bool is_reserved(const struct vgpu_pages *pa, u32 page, u32 count)
{
	u32 i;

	for (i = 0; i < pa->num_reserved; i++)
		if (page < pa->reserved[i].page + pa->reserved[i].count &&
		    pa->reserved[i].page < page + count)
			return true;
	return false;
}

/* Do these pages exist, and has nobody taken them out of service? */
static __always_inline bool in_service(const struct vgpu_pages *pa, u32 page, u32 count)
{
	return count && page < pa->pages && count <= pa->pages - page &&
	       likely(!pa->num_reserved || !is_reserved(pa, page, count));
}

bool vgpu_pages_is_extent(const struct vgpu_pages *pa, u32 page, u32 count)
{
	u32 pos = page & FRAME_PAGE_MASK, f = page >> FRAME_INDEX_SHIFT;
	bool head = true;

	if (!in_service(pa, page, count))
		return false;
	while (pos + count > VGPU_FRAME_PAGES) {
		if (!is_piece(pa, f, pos, VGPU_FRAME_PAGES, head, false))
			return false;
		count -= VGPU_FRAME_PAGES - pos;
		head = false;
		pos = 0;
		f++;
	}
	return is_piece(pa, f, pos, pos + count, head, true);
}

static noinline void free_across(struct vgpu_pages *pa, u32 f, u32 pos, u32 count, bool clean)
{
	while (count) {
		u32 n = min(count, VGPU_FRAME_PAGES - pos);

		if (!frame_is_packed(pa, f) || packed_free(pa, f, pos, pos + n, clean, false)) {
			vgpu_frame_unpack(pa, f);
			frame_free(pa, f, pos, pos + n, clean);
		}
		f++;
		pos = 0;
		count -= n;
	}
}

bool vgpu_pages_release(struct vgpu_pages *pa, u32 page, u32 count, bool clean)
{
	u32 pos = page & FRAME_PAGE_MASK, f = page >> FRAME_INDEX_SHIFT;

	if (likely(count <= VGPU_FRAME_PAGES - pos)) {
		int ret = -EAGAIN;

		if (unlikely(!in_service(pa, page, count)))
			return false;
		if (frame_is_packed(pa, f)) {
			ret = packed_free(pa, f, pos, pos + count, clean, true);
			if (unlikely(ret == -EAGAIN))
				vgpu_frame_unpack(pa, f);
		}
		if (ret == -EAGAIN) {
			if (unlikely(!is_piece(pa, f, pos, pos + count, true, true)))
				return false;
			frame_free(pa, f, pos, pos + count, clean);
		} else if (unlikely(ret)) {
			return false;
		}
	} else {
		if (!vgpu_pages_is_extent(pa, page, count))
			return false;
		free_across(pa, f, pos, count, clean);
	}
	pa->free_pages += count;
	return true;
}
