// SPDX-License-Identifier: GPL-2.0-only
/* Page allocator: allocation and release, see page_alloc.h. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/prefetch.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "page_frame.h"

/* Requests in pieces fill holes unless these are less than this part of the memory. */
#define HOLES_SHARE 256

u32 vgpu_frame_longest(const struct vgpu_pages *pa, u32 f, u32 *pos)
{
	const u64 *free = pa->map[f].free;
	u32 start = frame_next_free(free, 0), best = 0;

	*pos = 0;
	while (start < VGPU_FRAME_PAGES) {
		u32 end = frame_run_end(free, start), len = end - start;

		if (end == VGPU_FRAME_PAGES && start)
			len += frame_prefix(pa, f + 1);
		if (len > best) {
			best = len;
			*pos = start;
		}
		start = frame_next_free(free, end);
	}
	return best;
}

/* Pages [@pos, @pos + @count), counted from the frame's start, were taken: list it anew. */
static void relist_taken(struct vgpu_pages *pa, u32 f, u32 pos, u32 count, u32 old_list)
{
	struct vgpu_frame *frame = frame_of(pa, f);
	u32 run = frame->run_pos, end = run + frame->run_len;

	if (pos < end && pos + count > run) {
		u32 after = end > pos + count ? end - pos - count : 0;
		u32 before = pos > run ? pos - run : 0;

		/* What begins in the next frame is the next frame's. */
		if (pos + count >= VGPU_FRAME_PAGES)
			after = 0;
		if (after >= before) {
			run = pos + count;
			end = run + after;
		} else {
			end = pos;
		}
	}
	/* A longer run may be elsewhere in the frame. */
	if (frame->free > 2 * (end - run)) {
		u32 len = vgpu_frame_longest(pa, f, &run);

		end = run + len;
	}
	frame_set_run(pa, f, old_list, end > run ? run : 0, end - run);
}

/* Take free pages of one frame; @head: the first one starts an extent. */
static void frame_take(struct vgpu_pages *pa, u32 f, u32 pos, u32 count, bool head)
{
	struct vgpu_frame_map *map = &pa->map[f];
	struct vgpu_frame *frame = frame_of(pa, f);
	u32 list = frame_list_of(frame), w;

	for (w = pos / 64; w <= (pos + count - 1) / 64; w++) {
		u64 mask = frame_mask(w, pos, pos + count);

		map->free[w] &= ~mask;
		map->mark[w] &= ~mask;
	}
	if (head)
		map->mark[pos / 64] |= 1ULL << (pos % 64);
	frame->free -= (u16)count;
	pa->free_pages -= count;
	relist_taken(pa, f, pos, count, list);
	if (!frame->free)
		frame->flags &= (u16)~FRAME_DIRTY;
	/* A run of the frame before may have reached here. */
	if (head && f) {
		frame = frame_of(pa, f - 1);
		if (frame->run_pos + frame->run_len > VGPU_FRAME_PAGES + pos)
			relist_taken(pa, f - 1, VGPU_FRAME_PAGES + pos, count,
				     frame_list_of(frame));
	}
}

void vgpu_pages_take(struct vgpu_pages *pa, u32 page, u32 count)
{
	bool head = true;

	while (count) {
		u32 pos = page & FRAME_PAGE_MASK, f = page >> FRAME_INDEX_SHIFT;
		u32 n = min(count, VGPU_FRAME_PAGES - pos);

		frame_take(pa, f, pos, n, head);
		if (n < count)
			frame_of(pa, f)->flags |= FRAME_SPILL;
		head = false;
		page += n;
		count -= n;
	}
}

/*
 * The frame with the shortest listed run of @count pages or more, a whole one when there is none
 * partly used. What fills a frame gets a whole one first. False: none.
 */
static bool pick_frame(const struct vgpu_pages *pa, u32 count, bool clear, u32 *f)
{
	u32 list = 0;

	if (count < VGPU_FRAME_PAGES || !pa->whole_frames)
		list = frame_list_from(pa, count);
	if (list)
		*f = pa->head[list];
	else if (pa->whole_frames)
		*f = frame_whole(pa, clear);
	else
		return false;
	return true;
}

/* Which end of the listed run to take: the one that keeps 64 KiB pages whole. */
static u32 place_in_run(const struct vgpu_frame *frame, u32 count)
{
	u32 at_end = frame->run_pos + frame->run_len - count;

	return frame->run_pos % 16 && !(at_end % 16) ? at_end : frame->run_pos;
}

/* The shortest run of the frame that takes @count pages, at its end nearer to the frame's edge. */
static u32 place_tight(const struct vgpu_pages *pa, u32 f, u32 count)
{
	const struct vgpu_frame *frame = frame_of(pa, f);
	const u64 *free = pa->map[f].free;
	u32 best = frame->run_len, pos = place_in_run(frame, count), start, end;

	if (frame->free < count + count || frame->free == VGPU_FRAME_PAGES)
		return pos;
	for (start = frame_next_free(free, 0); start < VGPU_FRAME_PAGES;
	     start = frame_next_free(free, end)) {
		end = frame_run_end(free, start);
		if (end - start >= count && end - start < best) {
			best = end - start;
			pos = start;
		}
	}
	return pos;
}

/*
 * Take [@page, @page + @count) and describe it. Wants zeroes: one extent for each change between
 * clean and dirty while there is room.
 */
static unsigned int take_described(struct vgpu_pages *pa, u32 page, u32 count, bool clear,
				   struct vgpu_extent *extents, unsigned int max)
{
	unsigned int n = 0;

	while (count) {
		struct vgpu_extent run = { .page = page, .count = count, .dirty = 1 };
		bool dirty;

		if (clear) {
			run.count = vgpu_pages_dirty_run(pa, page, count, &dirty);
			run.dirty = dirty;
			if (n + 1 == max && run.count < count) {
				run.count = count;
				run.dirty = 1;
			}
		}
		vgpu_pages_take(pa, run.page, run.count);
		extents[n++] = run;
		page += run.count;
		count -= run.count;
	}
	return n;
}

static int alloc_contiguous(struct vgpu_pages *pa, const struct vgpu_pages_request *req,
			    struct vgpu_extent *extents, unsigned int max, unsigned int *num)
{
	bool clear = req->flags & VGPU_PAGES_CLEAR;
	bool plain = req->align <= 1 && !req->low && !req->high;
	u32 page, f;

	if (plain && req->count <= VGPU_FRAME_PAGES && pick_frame(pa, req->count, clear, &f))
		page = f * VGPU_FRAME_PAGES + place_tight(pa, f, req->count);
	else if (!vgpu_pages_best_fit(pa, req, &page))
		return -ENOSPC;
	*num = take_described(pa, page, req->count, clear, extents, max);
	return 0;
}

/* The frame partly used with the longest listed run, else a whole one. */
static u32 pick_longest(const struct vgpu_pages *pa, bool clear)
{
	u32 list = frame_list_last(pa);

	return list ? pa->head[list] : frame_whole(pa, clear);
}

static void undo(struct vgpu_pages *pa, const struct vgpu_extent *extents, unsigned int num)
{
	while (num--)
		WARN_ON(vgpu_pages_free(pa, &extents[num], 1, !extents[num].dirty));
}

/* Pieces of [low, high): whatever is free there, in order. */
static int scatter_range(struct vgpu_pages *pa, const struct vgpu_pages_request *req,
			 struct vgpu_extent *extents, unsigned int max, unsigned int *num)
{
	u32 left = req->count, page = req->low, high = req->high ? req->high : pa->pages;
	struct vgpu_extent run;
	unsigned int n = 0;

	while (left && n < max && vgpu_pages_next_free(pa, page, high, &run)) {
		u32 count = min3(left, (u32)run.count, high - run.page);

		n += take_described(pa, run.page, count, req->flags & VGPU_PAGES_CLEAR,
				    &extents[n], max - n);
		left -= count;
		page = run.page + count;
	}
	if (left) {
		undo(pa, extents, n);
		return -ENOSPC;
	}
	*num = n;
	return 0;
}

/* So little is free in frames partly used that one more may be opened. */
static bool few_holes(const struct vgpu_pages *pa)
{
	u32 holes = pa->free_pages - pa->whole_frames * VGPU_FRAME_PAGES;

	return holes < pa->pages / HOLES_SHARE;
}

/* Holes first, the long ones before the short; the last piece comes in one. */
static int scatter(struct vgpu_pages *pa, const struct vgpu_pages_request *req,
		   struct vgpu_extent *extents, unsigned int max, unsigned int *num)
{
	bool clear = req->flags & VGPU_PAGES_CLEAR;
	u32 left = req->count, f;
	unsigned int n = 0;

	while (left && n < max) {
		struct vgpu_pages_request rest = { .count = left, .flags = req->flags };
		unsigned int more;
		u32 count;

		if (n + 1 == max || left > VGPU_FRAME_PAGES) {
			if (!alloc_contiguous(pa, &rest, &extents[n], max - n, &more)) {
				*num = n + more;
				return 0;
			}
			if (n + 1 == max)
				break;
		}
		if (left > VGPU_FRAME_PAGES || !pick_frame(pa, left, clear, &f) ||
		    (frame_of(pa, f)->free == VGPU_FRAME_PAGES && !few_holes(pa)))
			f = pick_longest(pa, clear);
		count = min(left, (u32)frame_of(pa, f)->run_len);
		n += take_described(pa, f * VGPU_FRAME_PAGES + place_in_run(frame_of(pa, f), count),
				    count, clear, &extents[n], max - n);
		left -= count;
	}
	if (left) {
		/* Too many pieces; the whole may still fit somewhere. */
		undo(pa, extents, n);
		return alloc_contiguous(pa, req, extents, max, num);
	}
	*num = n;
	return 0;
}

int vgpu_pages_alloc(struct vgpu_pages *pa, const struct vgpu_pages_request *req,
		     struct vgpu_extent *extents, unsigned int max, unsigned int *num)
{
	u32 high = req->high ? req->high : pa->pages;

	if (!req->count || !max || high > pa->pages || req->low >= high ||
	    req->count > high - req->low || (req->align && !is_power_of_2(req->align)))
		return -EINVAL;
	if (req->align > 1 && !(req->flags & VGPU_PAGES_CONTIGUOUS))
		return -EINVAL;
	if (req->count > pa->free_pages)
		return -ENOSPC;
	if (req->flags & VGPU_PAGES_CONTIGUOUS)
		return alloc_contiguous(pa, req, extents, max, num);
	if (req->low || req->high)
		return scatter_range(pa, req, extents, max, num);
	return scatter(pa, req, extents, max, num);
}

static bool frame_is_clean(const struct vgpu_frame_map *map)
{
	u64 dirty = 0;
	u32 w;

	for (w = 0; w < FRAME_WORDS; w++)
		dirty |= map->free[w] & map->mark[w];
	return !dirty;
}

/* @prefix pages at the start of the frame after @f are free: a run of @f may go on there. */
static void extend_before(struct vgpu_pages *pa, u32 f, u32 prefix)
{
	struct vgpu_frame *frame = frame_of(pa, f);
	u32 start = frame_run_start(pa->map[f].free, VGPU_FRAME_PAGES);
	u32 len = VGPU_FRAME_PAGES - start + prefix;

	if (start && start < VGPU_FRAME_PAGES && len > frame->run_len)
		frame_set_run(pa, f, frame_list_of(frame), start, len);
}

/* Free pages of one frame that is_piece() has approved. */
static void frame_free(struct vgpu_pages *pa, u32 f, u32 pos, u32 count, bool clean)
{
	struct vgpu_frame_map *map = &pa->map[f];
	struct vgpu_frame *frame = frame_of(pa, f);
	u32 list = frame_list_of(frame), end = pos + count, start, w;

	for (w = pos / 64; w <= (end - 1) / 64; w++) {
		u64 mask = frame_mask(w, pos, end);

		map->free[w] |= mask;
		map->mark[w] = clean ? map->mark[w] & ~mask : map->mark[w] | mask;
	}
	frame->free += (u16)count;
	pa->free_pages += count;
	if (!clean)
		frame->flags |= FRAME_DIRTY;
	if (end == VGPU_FRAME_PAGES)
		frame->flags &= (u16)~FRAME_SPILL;
	if (clean && frame->free == VGPU_FRAME_PAGES && frame_is_clean(map))
		frame->flags &= (u16)~FRAME_DIRTY;
	start = frame_run_start(map->free, pos);
	end = frame_run_end(map->free, end);
	if (!start && f && frame_of(pa, f - 1)->free)
		extend_before(pa, f - 1, end);
	if (start && end == VGPU_FRAME_PAGES)
		end += frame_prefix(pa, f + 1);
	if (end - start > frame->run_len || frame->free == VGPU_FRAME_PAGES)
		frame_set_run(pa, f, list, start, end - start);
}

/*
 * Are pages [@pos, @pos + @count) of the frame in use, with an extent's first page at @pos (@head)
 * and at no other place, and its last page at their end (@tail)?
 */
static bool is_piece(const struct vgpu_pages *pa, u32 f, u32 pos, u32 count, bool head, bool tail)
{
	const struct vgpu_frame_map *map = &pa->map[f];
	u32 end = pos + count, w;

	for (w = pos / 64; w <= (end - 1) / 64; w++) {
		u64 mask = frame_mask(w, pos, end);
		u64 heads = head && w == pos / 64 ? 1ULL << (pos % 64) : 0;

		if ((map->free[w] & mask) || (map->mark[w] & mask) != heads)
			return false;
	}
	if (end == VGPU_FRAME_PAGES)
		return tail == !(frame_of(pa, f)->flags & FRAME_SPILL);
	return !tail || ((map->free[end / 64] | map->mark[end / 64]) >> (end % 64) & 1);
}

bool vgpu_pages_is_extent(const struct vgpu_pages *pa, u32 page, u32 count)
{
	bool head = true;
	u32 i;

	if (!count || page >= pa->pages || count > pa->pages - page)
		return false;
	for (i = 0; unlikely(i < pa->num_reserved); i++)
		if (page < pa->reserved[i].page + pa->reserved[i].count &&
		    pa->reserved[i].page < page + count)
			return false;
	while (count) {
		u32 pos = page & FRAME_PAGE_MASK;
		u32 n = min(count, VGPU_FRAME_PAGES - pos);

		if (!is_piece(pa, page >> FRAME_INDEX_SHIFT, pos, n, head, n == count))
			return false;
		head = false;
		page += n;
		count -= n;
	}
	return true;
}

/* Bring in what freeing an extent will read; an extent out of range is found out later. */
static void prefetch_extent(const struct vgpu_pages *pa, const struct vgpu_extent *extent)
{
	u32 f = min(extent->page >> FRAME_INDEX_SHIFT, pa->frames - 1);

	prefetchw(&pa->map[f].free[0]);
	prefetchw(&pa->map[f].mark[0]);
	prefetchw(frame_of(pa, f));
}

int vgpu_pages_free(struct vgpu_pages *pa, const struct vgpu_extent *extents, unsigned int num,
		    bool clean)
{
	unsigned int i;

	for (i = 0; i < num; i++)
		prefetch_extent(pa, &extents[i]);
	for (i = 0; i < num; i++) {
		u32 page = extents[i].page, count = extents[i].count;

		if (!vgpu_pages_is_extent(pa, page, count))
			break;
		while (count) {
			u32 pos = page & FRAME_PAGE_MASK;
			u32 n = min(count, VGPU_FRAME_PAGES - pos);

			frame_free(pa, page >> FRAME_INDEX_SHIFT, pos, n, clean);
			page += n;
			count -= n;
		}
	}
	if (i == num)
		return 0;
	/* All or nothing. */
	while (i--)
		vgpu_pages_take(pa, extents[i].page, extents[i].count);
	return -EINVAL;
}

/* Are these pages all free? */
static bool range_is_free(const struct vgpu_pages *pa, u32 page, u32 count)
{
	while (count) {
		u32 pos = page & FRAME_PAGE_MASK, n = min(count, VGPU_FRAME_PAGES - pos);
		u32 f = page >> FRAME_INDEX_SHIFT;

		if (frame_of(pa, f)->free < n || frame_run_end(pa->map[f].free, pos) < pos + n)
			return false;
		page += n;
		count -= n;
	}
	return true;
}

int vgpu_pages_alloc_at(struct vgpu_pages *pa, u32 page, u32 count)
{
	if (!count || page >= pa->pages || count > pa->pages - page)
		return -EINVAL;
	if (!range_is_free(pa, page, count))
		return -EBUSY;
	vgpu_pages_take(pa, page, count);
	return 0;
}

int vgpu_pages_trim(struct vgpu_pages *pa, struct vgpu_extent *extent, u32 count)
{
	struct vgpu_extent tail = { .page = extent->page + count, .count = extent->count - count };
	u32 f = tail.page >> FRAME_INDEX_SHIFT;

	if (!count || count > extent->count ||
	    !vgpu_pages_is_extent(pa, extent->page, extent->count))
		return -EINVAL;
	if (!tail.count)
		return 0;
	/* The tail becomes an extent of its own, then goes. */
	pa->map[f].mark[(tail.page & FRAME_PAGE_MASK) / 64] |= 1ULL << (tail.page % 64);
	if (!(tail.page & FRAME_PAGE_MASK))
		frame_of(pa, f - 1)->flags &= (u16)~FRAME_SPILL;
	extent->count = count;
	return vgpu_pages_free(pa, &tail, 1, false);
}

int vgpu_pages_reserve(struct vgpu_pages *pa, u32 page, u32 count)
{
	int ret;

	if (pa->num_reserved == VGPU_PAGES_MAX_RESERVED)
		return -ENOSPC;
	ret = vgpu_pages_alloc_at(pa, page, count);
	if (!ret)
		pa->reserved[pa->num_reserved++] = (struct vgpu_extent){ .page = page,
									 .count = count };
	return ret;
}

static void init_frames(struct vgpu_pages *pa, bool clean)
{
	u32 f, w;

	for (f = 0; f < pa->frames; f++) {
		u32 n = min(pa->pages - f * VGPU_FRAME_PAGES, VGPU_FRAME_PAGES);
		struct vgpu_frame_map *map = &pa->map[f];

		for (w = 0; w < FRAME_WORDS; w++) {
			u64 exists = w < n / 64 ? ~0ULL : w == n / 64 ? (1ULL << (n % 64)) - 1 : 0;

			map->free[w] = exists;
			/* Pages past the end: in use, each an extent. */
			map->mark[w] = clean ? ~exists : ~0ULL;
		}
		frame_of(pa, f)->free = (u16)n;
		frame_of(pa, f)->flags = clean ? 0 : FRAME_DIRTY;
		frame_set_run(pa, f, 0, 0, n);
	}
}

static int init_set(const struct vgpu_pages *pa, struct vgpu_frame_set *set)
{
	set->mid = kvcalloc(DIV_ROUND_UP(pa->frames, 4096U), sizeof(*set->mid), GFP_KERNEL);
	set->low = kvcalloc(DIV_ROUND_UP(pa->frames, 64U), sizeof(*set->low), GFP_KERNEL);
	return set->mid && set->low ? 0 : -ENOMEM;
}

int vgpu_pages_init(struct vgpu_pages *pa, u64 base, u64 bytes, bool clean)
{
	u64 pages = bytes >> VGPU_PAGE_SHIFT;

	memset(pa, 0, sizeof(*pa));
	if (!bytes || (base | bytes) & (VGPU_PAGE_BYTES - 1) || base + bytes < base ||
	    pages > (u64)VGPU_PAGES_MAX_FRAMES * VGPU_FRAME_PAGES)
		return -EINVAL;
	pa->base = base;
	pa->pages = (u32)pages;
	pa->frames = (u32)DIV_ROUND_UP_ULL(pages, VGPU_FRAME_PAGES);
	pa->free_pages = pa->pages;
	memset(pa->head, 0xff, sizeof(pa->head));
	pa->frame = kvcalloc(pa->frames, sizeof(*pa->frame), GFP_KERNEL);
	pa->map = kvcalloc(pa->frames, sizeof(*pa->map), GFP_KERNEL);
	if (!pa->frame || !pa->map || init_set(pa, &pa->whole[0]) || init_set(pa, &pa->whole[1])) {
		vgpu_pages_fini(pa);
		return -ENOMEM;
	}
	init_frames(pa, clean);
	return 0;
}

void vgpu_pages_fini(struct vgpu_pages *pa)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pa->whole); i++) {
		kvfree(pa->whole[i].mid);
		kvfree(pa->whole[i].low);
	}
	kvfree(pa->frame);
	kvfree(pa->map);
	memset(pa, 0, sizeof(*pa));
}

size_t vgpu_pages_metadata_bytes(const struct vgpu_pages *pa)
{
	size_t set = DIV_ROUND_UP(pa->frames, 64U) + DIV_ROUND_UP(pa->frames, 4096U);

	return ARRAY_SIZE(pa->whole) * set * sizeof(u64) +
	       pa->frames * (sizeof(*pa->frame) + sizeof(*pa->map));
}
