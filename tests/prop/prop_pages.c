// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page allocator against a naive oracle: an array with one word per page. Each operation takes a
 * few bytes of the input; answers, refusals and, now and then, the whole map are compared.
 */
#include "prop.h"

#include <errno.h>
#include <string.h>

#include "page_alloc.h"

#define MAX_PAGES 2900U /* five frames and two thirds */
#define MAX_LIVE 128U
#define MAX_EXTENTS 24U

static struct {
	u32 owner[MAX_PAGES];	/* 0: free; else number of the extent */
	bool dirty[MAX_PAGES];	/* of a free page */
	bool reserved[MAX_PAGES];
	u32 pages, next_owner, num_reserved;
} oracle;

static struct {
	struct vgpu_extent extent[MAX_EXTENTS];
	unsigned int num;
} live[MAX_LIVE];

static u32 oracle_free(void)
{
	u32 n = 0;

	for (u32 i = 0; i < oracle.pages; i++)
		n += !oracle.owner[i];
	return n;
}

/* Does a run of @count free pages, aligned, exist in [low, high)? */
static bool oracle_fits(u32 count, u32 align, u32 low, u32 high)
{
	for (u32 start = low; start + count <= high; start++) {
		u32 n = 0;

		if (align > 1 && start % align)
			continue;
		while (n < count && !oracle.owner[start + n])
			n++;
		if (n == count)
			return true;
	}
	return false;
}

static bool oracle_is_extent(u32 page, u32 count)
{
	u32 owner;

	if (!count || page >= oracle.pages || count > oracle.pages - page)
		return false;
	owner = oracle.owner[page];
	if (!owner || oracle.reserved[page] || (page && oracle.owner[page - 1] == owner) ||
	    (page + count < oracle.pages && oracle.owner[page + count] == owner))
		return false;
	for (u32 i = 0; i < count; i++)
		if (oracle.owner[page + i] != owner)
			return false;
	return true;
}

static void oracle_take(const struct vgpu_extent *e, bool clear)
{
	bool dirty = false;

	PROP_CHECK(e->count && e->page < oracle.pages && e->count <= oracle.pages - e->page);
	oracle.next_owner++;
	for (u32 i = 0; i < e->count; i++) {
		PROP_CHECK(!oracle.owner[e->page + i]);
		oracle.owner[e->page + i] = oracle.next_owner;
		dirty |= oracle.dirty[e->page + i];
	}
	/* Clean must be clean; without room for another extent a clean part may count as dirty. */
	PROP_CHECK(!clear || e->dirty || !dirty);
}

static void oracle_release(const struct vgpu_extent *e, bool clean)
{
	for (u32 i = 0; i < e->count; i++) {
		oracle.owner[e->page + i] = 0;
		oracle.dirty[e->page + i] = !clean;
	}
}

/* A failed request in pieces may have turned clean pages dirty, never the other way round. */
static void more_dirty(const struct vgpu_pages *pa)
{
	struct vgpu_extent run;
	enum vgpu_page_state state;

	for (u32 page = 0; vgpu_pages_walk(pa, page, &run, &state); page += run.count)
		for (u32 i = page; state == VGPU_PAGE_DIRTY && i < page + run.count; i++)
			oracle.dirty[i] = true;
}

static void op_alloc(struct vgpu_pages *pa, struct prop_input *in, unsigned int slot)
{
	struct vgpu_pages_request req = { .count = 1 + prop_size(in, 1600),
					  .flags = prop_byte(in) % 4 };
	unsigned int max = 1 + prop_byte(in) % MAX_EXTENTS, num = 0;
	u32 high, total = 0;
	int ret;

	if (prop_byte(in) % 4 == 0) {
		req.low = prop_size(in, oracle.pages - 1);
		req.high = req.low + 1 + prop_size(in, oracle.pages - req.low - 1);
	}
	if (req.flags & VGPU_PAGES_CONTIGUOUS && prop_byte(in) % 4 == 0)
		req.align = 1U << prop_byte(in) % 10;
	high = req.high ? req.high : oracle.pages;
	if (req.flags & VGPU_PAGES_CONTIGUOUS)
		PROP_CHECK(vgpu_pages_would_fit(pa, &req) ==
			   oracle_fits(req.count, req.align, req.low, high));
	ret = vgpu_pages_alloc(pa, &req, live[slot].extent, max, &num);
	if (req.count > high - req.low) {
		PROP_CHECK(ret == -EINVAL);
		return;
	}
	if (ret) {
		PROP_CHECK(ret == -ENOSPC);
		/* Contiguous and one-piece requests fail only when nothing fits. */
		if (req.flags & VGPU_PAGES_CONTIGUOUS)
			PROP_CHECK(!oracle_fits(req.count, req.align, req.low, high));
		else if (!req.high)
			PROP_CHECK(oracle_free() < req.count ||
				   !oracle_fits(req.count, 1, 0, oracle.pages));
		if (!(req.flags & VGPU_PAGES_CONTIGUOUS))
			more_dirty(pa);
		return;
	}
	PROP_CHECK(num && num <= max);
	for (unsigned int i = 0; i < num; i++) {
		const struct vgpu_extent *e = &live[slot].extent[i];

		total += e->count;
		PROP_CHECK(e->page >= req.low && e->page + e->count <= high);
		oracle_take(e, req.flags & VGPU_PAGES_CLEAR);
		if (req.flags & VGPU_PAGES_CONTIGUOUS && i)
			PROP_CHECK(e[-1].page + e[-1].count == e->page);
	}
	PROP_CHECK(total == req.count);
	PROP_CHECK(!(req.flags & VGPU_PAGES_CONTIGUOUS) || req.align < 2 ||
		   live[slot].extent[0].page % req.align == 0);
	live[slot].num = num;
}

static void op_free(struct vgpu_pages *pa, struct prop_input *in, unsigned int slot)
{
	struct vgpu_extent part = live[slot].extent[0];
	bool clean = prop_byte(in) % 2;

	/* Not up to the edge of a frame, nor from there. */
	part.count = VGPU_FRAME_PAGES - part.page % VGPU_FRAME_PAGES;
	if (part.count < live[slot].extent[0].count) {
		PROP_CHECK(vgpu_pages_free(pa, &part, 1, clean) == -EINVAL);
		part.page += part.count;
		part.count = live[slot].extent[0].count - part.count;
		PROP_CHECK(vgpu_pages_free(pa, &part, 1, clean) == -EINVAL);
	}
	PROP_CHECK(!vgpu_pages_free(pa, live[slot].extent, live[slot].num, clean));
	for (unsigned int i = 0; i < live[slot].num; i++)
		oracle_release(&live[slot].extent[i], clean);
	/* A second time: refused. */
	PROP_CHECK(vgpu_pages_free(pa, live[slot].extent, live[slot].num, clean) == -EINVAL);
	live[slot].num = 0;
}

/* Ranges out of thin air are refused unless they are extents. */
static void op_foreign_free(struct vgpu_pages *pa, struct prop_input *in)
{
	struct vgpu_extent e = { .page = prop_size(in, MAX_PAGES + 100) };

	e.count = prop_size(in, 600);
	if (!oracle_is_extent(e.page, e.count))
		PROP_CHECK(vgpu_pages_free(pa, &e, 1, true) == -EINVAL);
}

static void op_at(struct vgpu_pages *pa, struct prop_input *in, unsigned int slot)
{
	struct vgpu_extent e = { .page = prop_size(in, oracle.pages), .dirty = 1 };
	int ret;

	e.count = 1 + prop_size(in, 700);
	ret = vgpu_pages_alloc_at(pa, e.page, e.count);
	if (e.page >= oracle.pages || e.count > oracle.pages - e.page) {
		PROP_CHECK(ret == -EINVAL);
	} else if (oracle_fits(e.count, 1, e.page, e.page + e.count)) {
		PROP_CHECK(!ret);
		oracle_take(&e, false);
		live[slot].extent[0] = e;
		live[slot].num = 1;
	} else {
		PROP_CHECK(ret == -EBUSY);
	}
}

/* As much is never given back, and most calls are refused, once there are so many. */
static void op_reserve(struct vgpu_pages *pa, struct prop_input *in)
{
	struct vgpu_extent e = { .page = prop_size(in, oracle.pages), .dirty = 1 };
	int ret;

	e.count = 1 + prop_size(in, 600);
	ret = vgpu_pages_reserve(pa, e.page, e.count);
	if (oracle.num_reserved == VGPU_PAGES_MAX_RESERVED) {
		PROP_CHECK(ret == -ENOSPC);
	} else if (e.page >= oracle.pages || e.count > oracle.pages - e.page) {
		PROP_CHECK(ret == -EINVAL);
	} else if (!oracle_fits(e.count, 1, e.page, e.page + e.count)) {
		PROP_CHECK(ret == -EBUSY);
	} else {
		PROP_CHECK(!ret);
		oracle_take(&e, false);
		memset(&oracle.reserved[e.page], true, e.count);
		oracle.num_reserved++;
		/* Nobody's to give back, in whole or in part. */
		PROP_CHECK(vgpu_pages_free(pa, &e, 1, true) == -EINVAL);
		PROP_CHECK(vgpu_pages_trim(pa, &e, 1) == -EINVAL);
	}
}

static void op_trim(struct vgpu_pages *pa, struct prop_input *in, unsigned int slot)
{
	struct vgpu_extent *e = &live[slot].extent[prop_byte(in) % live[slot].num], tail = *e;
	u32 count = prop_size(in, e->count + 2);
	int ret = vgpu_pages_trim(pa, e, count);

	if (!count || count > tail.count) {
		PROP_CHECK(ret == -EINVAL && e->count == tail.count);
		return;
	}
	PROP_CHECK(!ret && e->count == count);
	tail.page += count;
	tail.count -= count;
	oracle_release(&tail, false);
}

static void op_mark_clean(struct vgpu_pages *pa, struct prop_input *in)
{
	u32 page = prop_size(in, oracle.pages - 1), count = 1 + prop_size(in, 600);
	int ret = vgpu_pages_mark_clean(pa, page, count);

	if (count > oracle.pages - page) {
		PROP_CHECK(ret == -EINVAL);
	} else if (!oracle_fits(count, 1, page, page + count)) {
		PROP_CHECK(ret == -EBUSY);
	} else {
		PROP_CHECK(!ret);
		memset(&oracle.dirty[page], 0, count);
	}
}

static void ignore_line(void *ctx, const char *line)
{
	PROP_CHECK(strlen(line) <= 80);
}

static void check(const struct vgpu_pages *pa)
{
	const char *wrong = vgpu_pages_check(pa);

	if (wrong)
		prop_fail(__FILE__, __LINE__, wrong);
}

/* The walk shows what the oracle has, run by run. */
static void compare(const struct vgpu_pages *pa)
{
	struct vgpu_pages_usage usage;
	struct vgpu_extent run;
	enum vgpu_page_state state;
	u32 page = 0, dirty = 0;

	while (vgpu_pages_walk(pa, page, &run, &state)) {
		PROP_CHECK(run.page == page && run.count && run.count <= oracle.pages - page);
		for (u32 i = page; i < page + run.count; i++) {
			PROP_CHECK((state == VGPU_PAGE_RESERVED) == oracle.reserved[i]);
			PROP_CHECK((state == VGPU_PAGE_USED) ==
				   (oracle.owner[i] && !oracle.reserved[i]));
			PROP_CHECK(oracle.owner[i] == oracle.owner[page]);
			PROP_CHECK(oracle.owner[i] ||
				   oracle.dirty[i] == (state == VGPU_PAGE_DIRTY));
		}
		PROP_CHECK(state != VGPU_PAGE_USED || oracle_is_extent(run.page, run.count));
		dirty += state == VGPU_PAGE_DIRTY ? run.count : 0;
		page += run.count;
	}
	PROP_CHECK(page == oracle.pages);
	vgpu_pages_usage(pa, &usage);
	PROP_CHECK(usage.free_pages == oracle_free() && usage.dirty_pages == dirty);
	PROP_CHECK(usage.whole_frames + usage.partial_frames + usage.full_frames == pa->frames);
	PROP_CHECK(!usage.largest_free || oracle_fits(usage.largest_free, 1, 0, oracle.pages));
	PROP_CHECK(!oracle_fits(usage.largest_free + 1, 1, 0, oracle.pages));
	vgpu_pages_dump(pa, ignore_line, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct prop_input in = { data, size };
	struct vgpu_pages pa;
	bool clean = prop_byte(&in) & 1;

	memset(&oracle, 0, sizeof(oracle));
	memset(live, 0, sizeof(live));
	oracle.pages = 1 + prop_size(&in, MAX_PAGES - 1);
	memset(oracle.dirty, !clean, sizeof(oracle.dirty));
	PROP_CHECK(!vgpu_pages_init(&pa, 1ULL << 32, oracle.pages * VGPU_PAGE_BYTES, clean));
	PROP_CHECK(vgpu_pages_metadata_bytes(&pa) > 0);
	PROP_CHECK(vgpu_pages_address(&pa, 3) == (1ULL << 32) + 3 * VGPU_PAGE_BYTES);
	while (in.left) {
		unsigned int op = prop_byte(&in), slot = prop_byte(&in) % MAX_LIVE;

		prop_operations++;
		if (op < 16)
			op_foreign_free(&pa, &in);
		else if (op < 24)
			op_mark_clean(&pa, &in);
		else if (op < 26)
			compare(&pa);
		else if (op < 27)
			op_reserve(&pa, &in);
		else if (live[slot].num && op < 48)
			op_trim(&pa, &in, slot);
		else if (live[slot].num)
			op_free(&pa, &in, slot);
		else if (op < 48)
			op_at(&pa, &in, slot);
		else
			op_alloc(&pa, &in, slot);
		check(&pa);
	}
	compare(&pa);
	vgpu_pages_fini(&pa);
	return 0;
}
