// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page allocator: pages of one frame, taken and freed. See page_alloc.h and page_frame.h.
 *
 * Most of the time of an operation goes into memory that is not in the cache and into branches
 * that nobody can foresee. So the common case, an extent within one frame, touches the frame's
 * record and the words of its map where the extent lies, keeps the record in registers meanwhile,
 * and loops only over what is longer than a word.
 */

#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/prefetch.h>

#include "page_frame.h"

void vgpu_frame_relist(struct vgpu_pages *pa, u32 f, u32 old, u32 list)
{
	if (old)
		frame_list_remove(pa, f, old);
	if (list)
		frame_list_add(pa, f, list);
}

/* A run as one number, to be returned in a register. */
#define RUN(pos, len) ((pos) | (len) << STATE_BITS)
#define RUN_POS(run) ((run) & STATE_MASK)
#define RUN_LEN(run) ((run) >> STATE_BITS)

/*
 * The longest run that begins in a frame of which @left pages are free, @suffix of them at its end.
 * What is left to be seen bounds the search.
 */
static noinline u32 frame_longest(const struct vgpu_pages *pa, u32 f, u32 left, u32 suffix)
{
	const struct vgpu_frame_map *map = &pa->map[f];
	u32 beyond = suffix ? frame_prefix(pa, f + 1) : 0, start = 0, best = 0, best_len = 0;

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
	u32 list = state_list(&s);

	cut_run(pa, f, pos, end, &s);
	frame_update(pa, f, list, &s);
}

/* All pages of a frame at once; the map is written only, so that nothing waits for it. */
static inline void map_fill(struct vgpu_frame_map *map, u64 free, u64 first, u64 mark)
{
	u32 w;

	map->word[0].free = free;
	map->word[0].mark = first;
	for (w = 1; w < FRAME_WORDS; w++) {
		map->word[w].free = free;
		map->word[w].mark = mark;
	}
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

/* Take a whole frame as one extent. */
static noinline void take_single(struct vgpu_pages *pa, u32 f)
{
	struct frame_state s = frame_state(pa, f);
	u32 list = state_list(&s);

	map_fill(&pa->map[f], 0, 1, 0);
	s = (struct frame_state){ .single = 1 };
	frame_update(pa, f, list, &s);
	taken_before(pa, f, 0, VGPU_FRAME_PAGES);
}

/*
 * Take free pages [@pos, @end) of one frame; @head: the first one starts an extent; @spill: which
 * goes on in the next frame.
 */
static __always_inline void frame_take(struct vgpu_pages *pa, u32 f, u32 pos, u32 end, bool head,
				       bool spill)
{
	struct vgpu_frame_map *map = &pa->map[f];
	struct frame_state s = frame_state(pa, f);
	u32 list = state_list(&s);

	map_take(map, pos, end);
	map->word[pos / 64].mark |= (u64)head << (pos % 64);
	s.free -= end - pos;
	s.dirty &= !!s.free;
	s.prefix = min(s.prefix, pos);
	s.suffix = min(s.suffix, VGPU_FRAME_PAGES - end);
	s.spill |= spill;
	cut_run(pa, f, pos, end, &s);
	frame_update(pa, f, list, &s);
	if (head)
		taken_before(pa, f, pos, end);
}

/* Take what goes on in other frames. */
static noinline void take_across(struct vgpu_pages *pa, u32 f, u32 pos, u32 count)
{
	bool head = true;

	while (count) {
		u32 n = min(count, VGPU_FRAME_PAGES - pos);

		frame_take(pa, f++, pos, pos + n, head, n < count);
		head = false;
		pos = 0;
		count -= n;
	}
}

void vgpu_pages_take(struct vgpu_pages *pa, u32 page, u32 count)
{
	u32 pos = page & FRAME_PAGE_MASK, f = page >> FRAME_INDEX_SHIFT;

	pa->free_pages -= count;
	if (count == VGPU_FRAME_PAGES && !pos)
		take_single(pa, f);
	else if (likely(pos + count <= VGPU_FRAME_PAGES))
		frame_take(pa, f, pos, pos + count, true, false);
	else
		take_across(pa, f, pos, count);
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
	struct frame_state s = frame_state(pa, f);
	u32 list = state_list(&s), len = s.suffix + prefix;

	if (!s.suffix || s.suffix == VGPU_FRAME_PAGES || len <= s.run_len)
		return;
	s.run_pos = VGPU_FRAME_PAGES - s.suffix;
	s.run_len = len;
	frame_update(pa, f, list, &s);
}

/* Free pages [@pos, @end) of one frame that is_piece() has approved. */
static __always_inline void frame_free(struct vgpu_pages *pa, u32 f, u32 pos, u32 end, bool clean)
{
	struct vgpu_frame_map *map = &pa->map[f];
	struct frame_state s = frame_state(pa, f);
	u32 list = state_list(&s);

	map_free(map, pos, end, clean ? 0 : ~0ULL);
	s.free += end - pos;
	s.dirty |= !clean;
	s.spill &= end < VGPU_FRAME_PAGES;
	s.single = 0;
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
		end += frame_prefix(pa, f + 1);
	}
	if (end - pos > s.run_len || s.free == VGPU_FRAME_PAGES) {
		s.run_pos = pos;
		s.run_len = end - pos;
	}
	frame_update(pa, f, list, &s);
}

/* Free the extent that fills a frame: its record says that it is one. */
static noinline void free_single(struct vgpu_pages *pa, u32 f, bool clean)
{
	struct frame_state s = {
		.free = VGPU_FRAME_PAGES,
		.run_len = VGPU_FRAME_PAGES,
		.prefix = VGPU_FRAME_PAGES,
		.suffix = VGPU_FRAME_PAGES,
		.dirty = !clean,
	};
	u64 mark = clean ? 0 : ~0ULL;

	map_fill(&pa->map[f], ~0ULL, mark, mark);
	if (f)
		extend_before(pa, f - 1, VGPU_FRAME_PAGES);
	frame_update(pa, f, 0, &s);
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

		frame_free(pa, f++, pos, pos + n, clean);
		pos = 0;
		count -= n;
	}
}

bool vgpu_pages_release(struct vgpu_pages *pa, u32 page, u32 count, bool clean)
{
	u32 pos = page & FRAME_PAGE_MASK, f = page >> FRAME_INDEX_SHIFT;

	if (count == VGPU_FRAME_PAGES && page < pa->pages && frame_state(pa, f).single && !pos) {
		if (unlikely(pa->num_reserved && is_reserved(pa, page, count)))
			return false;
		free_single(pa, f, clean);
	} else if (likely(count <= VGPU_FRAME_PAGES - pos)) {
		if (unlikely(!in_service(pa, page, count) ||
			     !is_piece(pa, f, pos, pos + count, true, true)))
			return false;
		frame_free(pa, f, pos, pos + count, clean);
	} else {
		if (!vgpu_pages_is_extent(pa, page, count))
			return false;
		free_across(pa, f, pos, count, clean);
	}
	pa->free_pages += count;
	return true;
}
