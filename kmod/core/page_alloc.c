// SPDX-License-Identifier: GPL-2.0-only
/* Page allocator: allocation and release, see page_alloc.h. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/prefetch.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "page_pack.h"

/* Requests in pieces fill holes unless these are less than this part of the memory. */
#define HOLES_SHARE 256

/*
 * The frame with the shortest listed run of @count pages or more, a whole one when there is none
 * partly used. What fills a frame gets a whole one first. FRAME_NONE: none.
 */
static inline u32 pick_frame(const struct vgpu_pages *pa, u32 count, bool clear)
{
	u32 list = 0;

	if (count < VGPU_FRAME_PAGES || !pa->whole_frames)
		list = frame_list_from(pa, count);
	if (list)
		return frame_list_first(pa, list);
	return pa->whole_frames ? frame_whole(pa, clear) : FRAME_NONE;
}

/* Which end of the listed run to take: the one that keeps 64 KiB pages whole. */
static u32 place_in_run(const struct frame_state *s, u32 count)
{
	u32 at_end = s->run_pos + s->run_len - count;

	return s->run_pos % 16 && !(at_end % 16) ? at_end : s->run_pos;
}

/* The shortest run of the frame that takes @count pages, at its end nearer to the frame's edge. */
static u32 place_tight(const struct vgpu_pages *pa, u32 f, u32 count)
{
	struct frame_state s = frame_state(pa, f);
	const struct vgpu_frame_map *map = &pa->map[f];
	u32 pos = place_in_run(&s, count), best = s.run_len, start, end;

	if (frame_is_whole(pa, f))
		return pos;
	if (s.packed)
		return lanes_tight(frame_lanes(frame_of(pa, f)), count, best, pos);
	if (s.free < count + count)
		return pos;
	for (start = frame_next_free(map, 0); start < VGPU_FRAME_PAGES;
	     start = frame_next_free(map, end)) {
		end = frame_run_end(map, start);
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
	u32 page, f = FRAME_NONE;

	if (plain && req->count <= VGPU_FRAME_PAGES)
		f = pick_frame(pa, req->count, clear);
	if (f != FRAME_NONE)
		page = f * VGPU_FRAME_PAGES + place_tight(pa, f, req->count);
	else if (!vgpu_pages_best_fit(pa, req, &page))
		return -ENOSPC;
	*num = take_described(pa, page, req->count, clear, extents, max);
	return 0;
}

/* The frame partly used with the longest listed run, else a whole one. */
static noinline u32 pick_longest(const struct vgpu_pages *pa, bool clear)
{
	u32 list = frame_list_last(pa);

	return list ? frame_list_first(pa, list) : frame_whole(pa, clear);
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

/* The rest of a request in pieces that must come in one, or nearly. */
static noinline int scatter_rest(struct vgpu_pages *pa, u32 count, bool clear,
				 struct vgpu_extent *extents, unsigned int max, unsigned int *num)
{
	struct vgpu_pages_request rest = { .count = count, .flags = clear ? VGPU_PAGES_CLEAR : 0 };
	unsigned int more;

	if (alloc_contiguous(pa, &rest, extents, max, &more))
		return -ENOSPC;
	*num += more;
	return 0;
}

/* Which frame gives the next of @left pages. */
static inline u32 pick_piece(const struct vgpu_pages *pa, u32 left, bool clear)
{
	u32 f = FRAME_NONE;

	if (likely(left <= VGPU_FRAME_PAGES))
		f = pick_frame(pa, left, clear);
	/* A whole frame is opened only when there are few holes left. */
	if (f == FRAME_NONE || (frame_is_whole(pa, f) && !few_holes(pa)))
		return pick_longest(pa, clear);
	return f;
}

/* Holes first, the long ones before the short; the last piece comes in one. */
static int scatter(struct vgpu_pages *pa, const struct vgpu_pages_request *req,
		   struct vgpu_extent *extents, unsigned int max, unsigned int *num)
{
	bool clear = req->flags & VGPU_PAGES_CLEAR;
	u32 left = req->count, f, count, page;
	unsigned int n = 0;

	while (left && n < max) {
		struct frame_state s;

		if (unlikely(n + 1 == max || left > VGPU_FRAME_PAGES)) {
			*num = n;
			if (!scatter_rest(pa, left, clear, &extents[n], max - n, num))
				return 0;
			if (n + 1 == max)
				break;
		}
		f = pick_piece(pa, left, clear);
		s = frame_state(pa, f);
		count = min(left, s.run_len);
		page = f * VGPU_FRAME_PAGES + place_in_run(&s, count);
		left -= count;
		if (unlikely(clear)) {
			n += take_described(pa, page, count, true, &extents[n], max - n);
			continue;
		}
		vgpu_pages_take(pa, page, count);
		extents[n++] = (struct vgpu_extent){ .page = page, .count = count, .dirty = 1 };
	}
	if (left) {
		/* Too many pieces; the whole may still fit somewhere. */
		undo(pa, extents, n);
		return alloc_contiguous(pa, req, extents, max, num);
	}
	*num = n;
	return 0;
}

static __always_inline bool request_valid(const struct vgpu_pages *pa,
					  const struct vgpu_pages_request *req)
{
	u32 high = req->high ? req->high : pa->pages;

	return req->count && high <= pa->pages && req->low < high &&
	       req->count <= high - req->low && (!req->align || is_power_of_2(req->align));
}

bool vgpu_pages_would_fit(const struct vgpu_pages *pa, const struct vgpu_pages_request *req)
{
	u32 page;

	return request_valid(pa, req) && req->count <= pa->free_pages &&
	       vgpu_pages_best_fit(pa, req, &page);
}

int vgpu_pages_alloc(struct vgpu_pages *pa, const struct vgpu_pages_request *req,
		     struct vgpu_extent *extents, unsigned int max, unsigned int *num)
{
	if (!max || !request_valid(pa, req))
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

/* Bring in what freeing an extent will read; an extent out of range is found out later. */
static inline void prefetch_extent(const struct vgpu_pages *pa, const struct vgpu_extent *extent)
{
	u32 f = min(extent->page >> FRAME_INDEX_SHIFT, pa->frames - 1);
	u32 pos = extent->page & FRAME_PAGE_MASK;
	u32 last = min(pos + extent->count, VGPU_FRAME_PAGES - 1);
	const struct vgpu_frame *frame = frame_of(pa, f);
	bool packed = pa->packed[f / 64] >> (f % 64) & 1;

	/* Whether it has a map the record would say too, but too late. */
	prefetchw(frame);
	prefetchw(packed ? (const void *)frame : &pa->map[f].word[pos / 64]);
	prefetchw(packed ? (const void *)frame : &pa->map[f].word[last / 64]);
}

int vgpu_pages_free(struct vgpu_pages *pa, const struct vgpu_extent *extents, unsigned int num,
		    bool clean)
{
	unsigned int i;

	for (i = 0; i < num; i++)
		prefetch_extent(pa, &extents[i]);
	for (i = 0; i < num; i++)
		if (!vgpu_pages_release(pa, extents[i].page, extents[i].count, clean))
			break;
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
		struct vgpu_frame_map room;

		if (frame_pages_free(pa, f) < n ||
		    frame_run_end(vgpu_frame_map(pa, f, &room), pos) < pos + n)
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
	vgpu_frame_unpack(pa, f);
	frame_of(pa, f)->low += !!(tail.page & FRAME_PAGE_MASK);
	pa->map[f].word[(tail.page & FRAME_PAGE_MASK) / 64].mark |= 1ULL << (tail.page % 64);
	if (!(tail.page & FRAME_PAGE_MASK))
		frame_of(pa, f - 1)->state &= ~STATE_SPILL_BIT;
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
	u32 f, w, n = pa->pages % VGPU_FRAME_PAGES, whole = pa->pages / VGPU_FRAME_PAGES;

	for (f = 0; f < whole; f++) {
		frame_of(pa, f)->low = LANES_WHOLE;
		pa->packed[f / 64] |= 1ULL << (f % 64);
		frame_set_state(pa, f, 0, RUN_WHOLE | (u64)!clean << STATE_DIRTY |
					  1ULL << STATE_PACKED);
	}
	if (!n)
		return;
	for (w = 0; w < FRAME_WORDS; w++) {
		u64 exists = w < n / 64 ? ~0ULL : w == n / 64 ? (1ULL << (n % 64)) - 1 : 0;

		pa->map[f].word[w].free = exists;
		/* Pages past the end: in use, each an extent. */
		pa->map[f].word[w].mark = clean ? ~exists : ~0ULL;
	}
	frame_of(pa, f)->low = VGPU_FRAME_PAGES - n;
	frame_update(pa, f, 0, &(struct frame_state){
		.free = n, .run_len = n, .prefix = n, .dirty = !clean,
	});
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
	pa->frame = kvcalloc(pa->frames + 1, sizeof(*pa->frame), GFP_KERNEL);
	pa->packed = kvcalloc(DIV_ROUND_UP(pa->frames, 64U), sizeof(*pa->packed), GFP_KERNEL);
	pa->map = kvcalloc(pa->frames, sizeof(*pa->map), GFP_KERNEL);
	if (!pa->frame || !pa->packed || !pa->map || init_set(pa, &pa->whole[0]) ||
	    init_set(pa, &pa->whole[1])) {
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
	kvfree(pa->packed);
	kvfree(pa->map);
	memset(pa, 0, sizeof(*pa));
}

size_t vgpu_pages_metadata_bytes(const struct vgpu_pages *pa)
{
	size_t set = DIV_ROUND_UP(pa->frames, 64U) + DIV_ROUND_UP(pa->frames, 4096U);

	return ARRAY_SIZE(pa->whole) * set * sizeof(u64) +
	       DIV_ROUND_UP(pa->frames, 64U) * sizeof(*pa->packed) +
	       (pa->frames + 1) * sizeof(*pa->frame) +
	       pa->frames * sizeof(*pa->map);
}
