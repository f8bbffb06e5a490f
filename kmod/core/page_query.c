// SPDX-License-Identifier: GPL-2.0-only
/* Page allocator: searches over the whole stretch, walk, dump, self-check. See page_alloc.h. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "page_pack.h"

#define DUMP_CELLS 1024U
#define DUMP_COLUMNS 64U

bool vgpu_pages_next_free(const struct vgpu_pages *pa, u32 page, u32 high, struct vgpu_extent *run)
{
	u32 f = page >> FRAME_INDEX_SHIFT, pos = page & FRAME_PAGE_MASK, end;
	struct vgpu_frame_map room;

	for (; f < pa->frames && f * VGPU_FRAME_PAGES < high; f++, pos = 0) {
		if (!RUN_LEN(frame_of(pa, f)->state))
			continue;
		pos = frame_next_free(vgpu_frame_map(pa, f, &room), pos);
		if (pos < VGPU_FRAME_PAGES)
			break;
	}
	if (f >= pa->frames || f * VGPU_FRAME_PAGES + pos >= high)
		return false;
	run->page = f * VGPU_FRAME_PAGES + pos;
	run->dirty = 0;
	end = frame_run_end(vgpu_frame_map(pa, f, &room), pos);
	run->count = end - pos;
	while (end == VGPU_FRAME_PAGES && ++f < pa->frames) {
		end = frame_prefix(pa, f);
		run->count += end;
	}
	return true;
}

/* Where in @run of free pages, cut to [low, high), the request fits. */
static bool fit_in_run(const struct vgpu_pages_request *req, u32 high,
		       const struct vgpu_extent *run, u32 *page)
{
	u32 align = max(req->align, 1U);
	u64 start = max(run->page, req->low), end = min(run->page + run->count, high), at_end;

	start = round_up(start, (u64)align);
	if (start + req->count > end)
		return false;
	*page = (u32)start;
	/* Of an unaligned end, rather that. */
	at_end = round_down(end - req->count, (u64)align);
	if (end % VGPU_FRAME_PAGES && !(start % VGPU_FRAME_PAGES) && at_end + req->count == end)
		*page = (u32)at_end;
	return true;
}

bool vgpu_pages_best_fit(const struct vgpu_pages *pa, const struct vgpu_pages_request *req,
			 u32 *page)
{
	u32 high = req->high ? req->high : pa->pages, best = U32_MAX, at, from = req->low;
	struct vgpu_extent run;

	while (best != req->count && vgpu_pages_next_free(pa, from, high, &run)) {
		if (run.count < best && fit_in_run(req, high, &run, &at)) {
			best = run.count;
			*page = at;
		}
		from = run.page + run.count;
	}
	return best != U32_MAX;
}

int vgpu_pages_mark_clean(struct vgpu_pages *pa, u32 page, u32 count)
{
	struct vgpu_extent run;

	if (!count || page >= pa->pages || count > pa->pages - page)
		return -EINVAL;
	if (!vgpu_pages_next_free(pa, page, pa->pages, &run) || run.page != page ||
	    run.count < count)
		return -EBUSY;
	while (count) {
		u32 f = page >> FRAME_INDEX_SHIFT, pos = page & FRAME_PAGE_MASK, w;
		u32 n = min(count, VGPU_FRAME_PAGES - pos);
		struct frame_state s;
		u64 dirty = 0;

		vgpu_frame_unpack(pa, f);
		s = frame_state(pa, f);
		for (w = pos / 64; w <= (pos + n - 1) / 64; w++)
			pa->map[f].word[w].mark &= ~frame_mask(w, pos, pos + n);
		for (w = 0; w < FRAME_WORDS; w++)
			dirty |= pa->map[f].word[w].mark & pa->map[f].word[w].free;
		if (!dirty) {
			s.dirty = 0;
			frame_update(pa, f, frame_of(pa, f)->state, &s);
		}
		vgpu_frame_pack(pa, f);
		page += n;
		count -= n;
	}
	return 0;
}

/* State of one page; a used one starts an extent if *@head. */
static enum vgpu_page_state page_state(const struct vgpu_pages *pa, u32 page, bool *head)
{
	struct vgpu_frame_map room;
	const struct vgpu_frame_map *map = vgpu_frame_map(pa, page >> FRAME_INDEX_SHIFT, &room);
	u32 w = (page & FRAME_PAGE_MASK) / 64, i;
	bool mark = map->word[w].mark >> (page % 64) & 1;

	*head = false;
	if (map->word[w].free >> (page % 64) & 1)
		return mark ? VGPU_PAGE_DIRTY : VGPU_PAGE_FREE;
	*head = mark;
	for (i = 0; i < pa->num_reserved; i++)
		if (page >= pa->reserved[i].page &&
		    page - pa->reserved[i].page < pa->reserved[i].count)
			return VGPU_PAGE_RESERVED;
	return VGPU_PAGE_USED;
}

/* First page after @page, at most @end, that is in another state or starts another extent. */
static u32 next_boundary(const struct vgpu_pages *pa, u32 page, u32 end)
{
	struct vgpu_frame_map room;
	const struct vgpu_frame_map *map = vgpu_frame_map(pa, page >> FRAME_INDEX_SHIFT, &room);
	u32 w = (page & FRAME_PAGE_MASK) / 64;
	bool is_free = map->word[w].free >> (page % 64) & 1;
	bool mark = map->word[w].mark >> (page % 64) & 1;

	page++;
	while (page < end) {
		u64 other;

		if (!(page & FRAME_PAGE_MASK))
			map = vgpu_frame_map(pa, page >> FRAME_INDEX_SHIFT, &room);
		w = (page & FRAME_PAGE_MASK) / 64;
		if (is_free)
			other = ~map->word[w].free |
				(mark ? ~map->word[w].mark : map->word[w].mark);
		else
			other = map->word[w].free | map->word[w].mark;
		other >>= page % 64;
		if (other)
			return min(page + (u32)__ffs64(other), end);
		page += 64 - page % 64;
	}
	return end;
}

u32 vgpu_pages_dirty_run(const struct vgpu_pages *pa, u32 page, u32 count, bool *dirty)
{
	bool head;

	*dirty = page_state(pa, page, &head) != VGPU_PAGE_FREE;
	return next_boundary(pa, page, page + count) - page;
}

bool vgpu_pages_walk(const struct vgpu_pages *pa, u32 page, struct vgpu_extent *run,
		     enum vgpu_page_state *state)
{
	bool head;

	if (page >= pa->pages)
		return false;
	*state = page_state(pa, page, &head);
	run->page = page;
	run->count = next_boundary(pa, page, pa->pages) - page;
	run->dirty = *state != VGPU_PAGE_FREE;
	return true;
}

void vgpu_pages_usage(const struct vgpu_pages *pa, struct vgpu_pages_usage *usage)
{
	struct vgpu_frame_map room;
	struct vgpu_extent run;
	u32 f, w, page = 0;

	memset(usage, 0, sizeof(*usage));
	usage->free_pages = pa->free_pages;
	for (f = 0; f < pa->frames; f++) {
		const struct vgpu_frame_map *map = vgpu_frame_map(pa, f, &room);

		for (w = 0; w < FRAME_WORDS; w++) {
			usage->dirty_pages += hweight64(map->word[w].free & map->word[w].mark);
			usage->extents += hweight64(~map->word[w].free & map->word[w].mark);
		}
		if (!frame_pages_free(pa, f))
			usage->full_frames++;
		else if (frame_pages_free(pa, f) == VGPU_FRAME_PAGES)
			usage->whole_frames++;
		else
			usage->partial_frames++;
	}
	usage->extents -= pa->frames * VGPU_FRAME_PAGES - pa->pages + pa->num_reserved;
	while (vgpu_pages_next_free(pa, page, pa->pages, &run)) {
		usage->free_runs++;
		usage->largest_free = max(usage->largest_free, (u32)run.count);
		page = run.page + run.count;
	}
}

/* One character for pages [@page, @page + @count). */
static char dump_cell(const struct vgpu_pages *pa, u32 page, u32 count)
{
	u32 free = 0, dirty = 0, at, n;
	struct vgpu_frame_map room;

	for (at = page; at < page + count; at += n) {
		const struct vgpu_frame_map *map = vgpu_frame_map(pa, at >> FRAME_INDEX_SHIFT,
								  &room);
		u32 pos = at & FRAME_PAGE_MASK, w = pos / 64;
		u64 mask;

		n = min(64 - pos % 64, page + count - at);
		mask = frame_mask(w, pos, pos + n);
		free += hweight64(map->word[w].free & mask);
		dirty += hweight64(map->word[w].free & map->word[w].mark & mask);
	}
	for (n = 0; n < pa->num_reserved; n++)
		if (pa->reserved[n].page < page + count &&
		    page < pa->reserved[n].page + pa->reserved[n].count)
			return 'R';
	if (!free)
		return '#';
	if (free < count)
		return (char)('1' + (u64)(count - free) * 9 / count);
	return dirty ? '-' : '.';
}

void vgpu_pages_dump(const struct vgpu_pages *pa, vgpu_dump_line line, void *ctx)
{
	u32 cell = DIV_ROUND_UP(pa->pages, DUMP_CELLS), page = 0, column;
	struct vgpu_pages_usage usage;
	char text[DUMP_COLUMNS + 16];

	vgpu_pages_usage(pa, &usage);
	scnprintf(text, sizeof(text), "free %u KiB of %u, largest %u, dirty %u",
		  usage.free_pages * 4, pa->pages * 4, usage.largest_free * 4,
		  usage.dirty_pages * 4);
	line(ctx, text);
	scnprintf(text, sizeof(text), "frames: %u free, %u partly used, %u full; %u extents",
		  usage.whole_frames, usage.partial_frames, usage.full_frames, usage.extents);
	line(ctx, text);
	while (page < pa->pages) {
		int n = scnprintf(text, sizeof(text), "%10llx ", vgpu_pages_address(pa, page));

		for (column = 0; column < DUMP_COLUMNS && page < pa->pages; column++) {
			u32 count = min(cell, pa->pages - page);

			text[n++] = dump_cell(pa, page, count);
			page += count;
		}
		text[n] = '\0';
		line(ctx, text);
	}
}

/* One frame's record against its map, or what would be its map. */
static const char *check_frame(const struct vgpu_pages *pa, u32 f)
{
	u32 w, free = 0, list = state_list(frame_of(pa, f)->state), end, pos;
	struct frame_state s = frame_state(pa, f);
	struct vgpu_frame_map room;
	const struct vgpu_frame_map *map = vgpu_frame_map(pa, f, &room);
	const char *wrong = s.packed ? vgpu_frame_check_packed(frame_of(pa, f)) : NULL;
	u64 dirty = 0;

	if (wrong)
		return wrong;
	for (w = 0; w < FRAME_WORDS; w++) {
		free += hweight64(map->word[w].free);
		dirty |= map->word[w].free & map->word[w].mark;
	}
	if (free != frame_pages_free(pa, f))
		return "a frame's count of free pages is wrong";
	if (dirty && !s.dirty)
		return "a frame with dirty pages is not marked so";
	if (frame_prefix(pa, f) != frame_run_end(map, 0) ||
	    frame_suffix(pa, f) != VGPU_FRAME_PAGES - frame_run_start(map, VGPU_FRAME_PAGES))
		return "the free pages at a frame's start or end are wrong";
	if (!s.run_len != !free || (free == VGPU_FRAME_PAGES) != frame_is_whole(pa, f))
		return "a frame with free pages is not listed, or a full one is";
	if (s.run_len) {
		pos = frame_run_end(map, s.run_pos);
		end = s.run_pos + s.run_len;
		if (pos == VGPU_FRAME_PAGES)
			pos += frame_prefix(pa, f + 1);
		if (frame_run_start(map, s.run_pos) != s.run_pos || pos < end)
			return "a frame is listed by what is not a free run";
	}
	if ((pa->packed[f / 64] >> (f % 64) & 1) != s.packed)
		return "the set of packed frames is wrong";
	for (w = 0; w < ARRAY_SIZE(pa->whole); w++)
		if ((pa->whole[w].low[f / 64] >> (f % 64) & 1) !=
		    (list == VGPU_PAGES_LIST_WHOLE + w))
			return "a frame is in the wrong set";
	return NULL;
}

static const char *check_lists(const struct vgpu_pages *pa)
{
	u32 list, f, prev, listed = 0, partial = 0;

	for (list = 1; list < VGPU_PAGES_LISTS; list++) {
		f = frame_list_first(pa, list);
		if ((pa->lists[list / 64] >> (list % 64) & 1) == (f == FRAME_NONE) ||
		    (pa->list_words >> (list / 64) & 1) == !pa->lists[list / 64])
			return "the set of lists with frames is wrong";
		for (prev = FRAME_NONE; f != FRAME_NONE; prev = f, f = frame_of(pa, f)->next) {
			if (state_list(frame_of(pa, f)->state) != list ||
			    frame_of(pa, f)->prev != prev)
				return "a frame is in the wrong list";
			if (++listed > pa->frames)
				return "a list has a loop";
		}
	}
	for (f = 0; f < pa->frames; f++) {
		list = state_list(frame_of(pa, f)->state);
		partial += list && list < VGPU_PAGES_LISTS;
	}
	return listed == partial ? NULL : "a frame is in no list";
}

const char *vgpu_pages_check(const struct vgpu_pages *pa)
{
	u32 f, i, w, free = 0, whole = 0;
	const char *wrong;

	for (f = 0; f < pa->frames; f++) {
		wrong = check_frame(pa, f);
		if (wrong)
			return wrong;
		free += frame_pages_free(pa, f);
		whole += frame_pages_free(pa, f) == VGPU_FRAME_PAGES;
	}
	if (free != pa->free_pages || whole != pa->whole_frames)
		return "the count of free pages or frames is wrong";
	for (i = 0; i < ARRAY_SIZE(pa->whole); i++) {
		const struct vgpu_frame_set *set = &pa->whole[i];

		for (w = 0; w < DIV_ROUND_UP(pa->frames, 64U); w++)
			if (!!set->low[w] != (set->mid[w / 64] >> (w % 64) & 1))
				return "the middle level of a set is wrong";
		for (w = 0; w < DIV_ROUND_UP(pa->frames, 4096U); w++)
			if (!!set->mid[w] != (set->top >> w & 1))
				return "the top level of a set is wrong";
	}
	return check_lists(pa);
}
