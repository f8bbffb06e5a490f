// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Address spaces against a flat array, one word per 4 KiB: random ranges (fixed, hinted, aligned,
 * guarded, from either end), mappings in them, failing allocations, tables running out and
 * invalidates that fail. Places are the ones a search page by page finds, errors are exact, each
 * change of the tables is followed by one invalidate, and nothing stays behind.
 */
#include "prop.h"

#include <errno.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "shim.h"
#include "vaspace.h"

#define K4 0x1000ULL
#define LOW_PAGE 0x3f000ULL	/* 16 MiB before a 1 GiB edge */
#define PAGES 9000U		/* 35 MiB */
#define LOW (LOW_PAGE * K4)
#define END (LOW + PAGES * K4)
#define RANGES 48U
#define POOL 64U
#define CARVED (RANGES + 1)
#define PA_OF(i) (0x100000000ULL + (u64)(i) * K4)

static u64 memory[POOL + 1][512];
static bool used[POOL + 1];
static u32 limit, invalidates;
static unsigned int last_depth;
static enum vgpu_va_change last_change;
static int fail_invalidate;
static bool touched;	/* tables written since the last invalidate */

static u32 taken[PAGES];	/* 1 + number of the range, guards too */
static u64 mapped[PAGES];	/* memory; 1: sparse; 0: not mapped */
static struct vgpu_va_range range[RANGES];
static struct vgpu_vaspace space;

static int table_alloc(void *ctx, u64 *addr)
{
	u32 i;

	if (prop_take_table(used, 1, limit + 1, &i))
		return -ENOSPC;
	*addr = i * K4;
	return 0;
}

static void table_free(void *ctx, u64 addr)
{
	PROP_CHECK(used[addr / K4]);
	used[addr / K4] = false;
}

static void write_entries(void *ctx, u64 addr, const u64 *entries, unsigned int count)
{
	memcpy(&memory[addr / K4][addr / 8 % 512], entries, count * 8);
	touched = true;
}

static u64 read_entry(void *ctx, u64 addr)
{
	return memory[addr / K4][addr / 8 % 512];
}

static int invalidate(void *ctx, u64 root, enum vgpu_va_change change, unsigned int depth)
{
	PROP_CHECK(root == space.root && touched);
	PROP_CHECK(depth <= 5);
	last_depth = depth;
	invalidates++;
	last_change = change;
	touched = false;
	return fail_invalidate && !--fail_invalidate ? -ETIMEDOUT : 0;
}

static const struct vgpu_vaspace_ops ops = {
	.tables = {
		.table_alloc = table_alloc,
		.table_free = table_free,
		.write = write_entries,
		.read = read_entry,
	},
	.invalidate = invalidate,
};

/* ---- the oracle ---- */

static bool pages_free(s64 first, s64 count)
{
	for (s64 i = first; i < first + count; i++)
		if (taken[i])
			return false;
	return true;
}

struct want {
	s64 count, guard, low, high, align, like;	/* pages, counted from the space's start */
};

static bool can_be(const struct want *w, s64 at)
{
	return at - w->guard >= w->low && at + w->count + w->guard <= w->high &&
	       !(((u64)at + LOW_PAGE - (u64)w->like) % (u64)w->align);
}

static bool fits(const struct want *w, s64 at)
{
	return can_be(w, at) && pages_free(at - w->guard, w->count + 2 * w->guard);
}

/* Where the range has to be; -1: nowhere. */
static s64 oracle_place(const struct want *w, bool down)
{
	s64 at;

	if (down) {
		for (at = w->high - w->count - w->guard; at >= w->low; at--)
			if (fits(w, at))
				return at;
		return -1;
	}
	for (at = w->low; at <= w->high; at++)
		if (fits(w, at))
			return at;
	return -1;
}

static void want_of(const struct vgpu_va_request *req, struct want *w)
{
	w->count = (s64)(req->bytes / K4);
	w->guard = (s64)(req->guard_bytes / K4);
	w->low = req->low > LOW ? (s64)(req->low / K4 - LOW_PAGE) : 0;
	w->high = req->high && req->high < END ? (s64)(req->high / K4) - (s64)LOW_PAGE : PAGES;
	w->align = req->align ? (s64)(req->align / K4) : 1;
	w->like = (s64)(req->like / K4);
}

static int oracle(const struct vgpu_va_request *req, s64 *at)
{
	struct want w;

	want_of(req, &w);
	if (!w.count || w.low >= w.high || w.count + 2 * w.guard > w.high - w.low)
		return -EINVAL;
	*at = (s64)(req->va / K4) - (s64)LOW_PAGE;
	if (req->flags & VGPU_VA_FIXED) {
		if (!can_be(&w, *at))
			return -EINVAL;
		return fits(&w, *at) ? 0 : -EEXIST;
	}
	if (req->flags & VGPU_VA_HINT && fits(&w, *at))
		return 0;
	*at = oracle_place(&w, req->flags & VGPU_VA_TOP_DOWN);
	return *at < 0 ? -ENOSPC : 0;
}

/* ---- operations ---- */

static void random_request(struct prop_input *in, struct vgpu_va_request *req)
{
	unsigned int kind = prop_byte(in);

	memset(req, 0, sizeof(*req));
	req->bytes = prop_size(in, kind & 16 ? 2000 : 60) * K4;
	req->guard_bytes = kind & 1 ? 0 : prop_byte(in) % 4 * K4;
	if (kind & 2)
		req->align = K4 << prop_byte(in) % 10;
	if (kind & 4)
		req->like = prop_byte(in) * K4;
	if (kind & 8) {
		req->low = LOW + (prop_u32(in) % PAGES) * K4;
		req->high = LOW + (prop_u32(in) % (PAGES + 10)) * K4;
	}
	req->va = LOW + (prop_u32(in) % (PAGES + 4)) * K4;
	kind = prop_byte(in) % 8;
	req->flags = kind == 0 ? VGPU_VA_FIXED : kind == 1 ? VGPU_VA_HINT : 0;
	if (kind & 4)
		req->flags |= VGPU_VA_TOP_DOWN;
}

static void op_alloc(struct prop_input *in)
{
	u32 i = prop_byte(in) % RANGES;
	struct vgpu_va_request req;
	bool armed = prop_byte(in) % 32 == 0;
	char text[256];
	s64 at = 0;
	int ret, want;

	random_request(in, &req);
	if (range[i].space) {
		PROP_CHECK(vgpu_va_alloc(&space, &req, &range[i]) == -EINVAL);
		return;
	}
	want = oracle(&req, &at);
	shim_fail_allocation(armed ? 0 : -1);
	ret = vgpu_va_alloc(&space, &req, &range[i]);
	shim_fail_allocation(-1);
	PROP_CHECK(ret == (armed && !want ? -ENOMEM : want));
	if (ret) {
		PROP_CHECK(!range[i].space && !range[i].bytes);
		PROP_CHECK(vgpu_va_why(&space, &req, ret, "space", text, sizeof(text)) > 20);
		return;
	}
	PROP_CHECK(range[i].va == LOW + (u64)at * K4 && range[i].bytes == req.bytes);
	for (s64 k = at - (s64)(req.guard_bytes / K4);
	     k < at + (s64)((req.bytes + req.guard_bytes) / K4); k++)
		taken[k] = 1 + i;
}

/* Exactly one invalidate of the right kind when something changed, none else. */
static void expect_invalidates(u32 before, bool changed, enum vgpu_va_change change)
{
	PROP_CHECK(invalidates == before + changed);
	PROP_CHECK(!changed || last_change == change);
	PROP_CHECK(!touched);
}

static bool any_mapped(u64 first, u64 count)
{
	for (u64 i = first; i < first + count; i++)
		if (mapped[i])
			return true;
	return false;
}

static void op_free(struct prop_input *in)
{
	u32 i = prop_byte(in) % RANGES, before = invalidates;
	u64 first = range[i].va / K4 - LOW_PAGE, count = range[i].bytes / K4;

	if (!range[i].space) {
		PROP_CHECK(vgpu_va_free(&space, &range[i]) == -EINVAL);
		return;
	}
	PROP_CHECK(!vgpu_va_free(&space, &range[i]));
	expect_invalidates(before, any_mapped(first, count), VGPU_VA_REMOVED);
	memset(&mapped[first], 0, count * sizeof(*mapped));
	for (u32 k = 0; k < PAGES; k++)
		if (taken[k] == 1 + i)
			taken[k] = 0;
}

/* A live range and a part of it, mostly inside. */
static struct vgpu_va_range *part(struct prop_input *in, u64 *offset, u64 *bytes)
{
	struct vgpu_va_range *r = &range[prop_byte(in) % RANGES];
	u32 pages = (u32)(r->bytes / K4);

	*offset = prop_size(in, pages) * K4;
	*bytes = prop_byte(in) % 4 ? r->bytes - *offset : prop_size(in, pages) * K4;
	return r;
}

static void op_map(struct prop_input *in)
{
	unsigned int kind = prop_byte(in) % 8;
	struct gmmu_attr attr = { .aperture = NV_MMU_PTE_APERTURE_VIDMEM };
	u32 before = invalidates, tables;
	struct vgpu_va_range *r;
	u64 offset, bytes, first, pa;
	static u64 list[PAGES];
	bool inside, free;
	int ret;

	r = part(in, &offset, &bytes);
	first = (r->va + offset) / K4 - LOW_PAGE;
	inside = r->space && bytes && offset + bytes <= r->bytes;
	free = inside && !any_mapped(first, bytes / K4);
	pa = kind & 1 ? PA_OF(first) : PA_OF(prop_u32(in) % 0x10000);
	for (u64 k = 0; k < bytes / K4 && k < PAGES; k++)
		list[k] = kind == 0 ? PA_OF(k * 7919 % 4999) : kind == 2 ? 1 : pa + k * K4;
	fail_invalidate = prop_byte(in) % 32 == 0;
	if (prop_byte(in) % 32 == 0)
		shim_fail_allocation(prop_byte(in) % 4);
	tables = space.mmu.tables;
	if (kind == 0)
		ret = vgpu_va_map_list(&space, r, offset, list, bytes / K4, &attr);
	else if (kind == 2)
		ret = vgpu_va_map_sparse(&space, r, offset, bytes);
	else
		ret = vgpu_va_map(&space, r, offset, pa, bytes, &attr);
	shim_fail_allocation(-1);
	if (!inside)
		PROP_CHECK(ret == -EINVAL);
	else
		PROP_CHECK(ret == 0 || ret == -ENOSPC || ret == -ENOMEM || ret == -ETIMEDOUT ||
			   (ret == -EEXIST && !free));
	PROP_CHECK(ret != 0 || free);
	if (ret && ret != -ETIMEDOUT) {
		/* What was written is undone; whoever looked in between has to forget it. */
		PROP_CHECK(invalidates <= before + 1);
		PROP_CHECK(invalidates == before || last_change == VGPU_VA_REMOVED);
		PROP_CHECK(!touched && space.mmu.tables == tables);
	} else if (!ret) {
		expect_invalidates(before, true, VGPU_VA_ADDED);
		/* Directories change only where a table was hung in, or for large pages. */
		PROP_CHECK(last_depth || space.mmu.tables == tables);
		memcpy(&mapped[first], list, bytes / K4 * sizeof(*mapped));
	} else {
		PROP_CHECK(invalidates == before + 2 && space.mmu.tables == tables);
	}
	fail_invalidate = 0;
}

static bool cuts(u64 va)
{
	unsigned int shift = gmmu_lookup(&space.mmu, va);

	return shift && va % (1ULL << shift);
}

static void op_unmap(struct prop_input *in)
{
	u64 offset, bytes, first;
	u32 before = invalidates;
	struct vgpu_va_range *r = part(in, &offset, &bytes);
	bool bad = !r->space || !bytes || offset + bytes > r->bytes, any;
	int ret;

	first = (r->va + offset) / K4 - LOW_PAGE;
	bad = bad || cuts(r->va + offset) || cuts(r->va + offset + bytes);
	any = !bad && any_mapped(first, bytes / K4);
	ret = vgpu_va_unmap(&space, r, offset, bytes);
	PROP_CHECK(ret == (bad ? -EINVAL : 0));
	expect_invalidates(before, any, VGPU_VA_REMOVED);
	if (!bad)
		memset(&mapped[first], 0, bytes / K4 * sizeof(*mapped));
}

static void compare_all(void)
{
	const struct vgpu_va_range *r;
	struct vgpu_va_usage usage;
	u32 run = 0, largest = 0, free = 0, ranges = 0;
	struct gmmu_mapping m;

	for (u32 i = 0; i < PAGES; i++) {
		u64 va = LOW + i * K4;

		run = taken[i] ? 0 : run + 1;
		largest = run > largest ? run : largest;
		free += !taken[i];
		PROP_CHECK(!gmmu_lookup(&space.mmu, va) == !mapped[i]);
		if (!mapped[i])
			continue;
		PROP_CHECK(!gmmu_query(&space.mmu, va, &m));
		PROP_CHECK(m.sparse == (mapped[i] == 1));
		PROP_CHECK(m.sparse || m.pa + va - m.va == mapped[i]);
	}
	vgpu_vaspace_usage(&space, &usage);
	PROP_CHECK(usage.free_bytes == free * K4 && usage.largest_free_bytes == largest * K4);
	PROP_CHECK(usage.total_bytes == PAGES * K4);
	for (u64 va = LOW; (r = vgpu_va_walk(&space, va)); va = r->va + r->bytes) {
		PROP_CHECK(r->va >= va && taken[r->va / K4 - LOW_PAGE]);
		PROP_CHECK(taken[r->va / K4 - LOW_PAGE] == CARVED ||
			   &range[taken[r->va / K4 - LOW_PAGE] - 1] == r);
		ranges++;
	}
	PROP_CHECK(ranges == usage.ranges);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kmem_cache *cache;
	struct prop_input in = { data, size };
	bool v3 = prop_byte(&in) & 1;

	if (!cache)
		cache = kmem_cache_create("prop_va", (unsigned int)gmmu_table_object_bytes(), 0, 0,
					  NULL);
	memset(memory, 0, sizeof(memory));
	memset(taken, 0, sizeof(taken));
	memset(mapped, 0, sizeof(mapped));
	memset(range, 0, sizeof(range));
	limit = POOL;
	invalidates = 0;
	touched = false;
	PROP_CHECK(!vgpu_vaspace_init(&space, LOW, END));
	PROP_CHECK(!vgpu_vaspace_attach(&space, v3 ? GMMU_V3 : GMMU_V2, 0, &ops, NULL, cache));
	PROP_CHECK(!vgpu_va_carve_out(&space, LOW + 100 * K4, 5 * K4, "carve-out"));
	for (u32 i = 100; i < 105; i++)
		taken[i] = CARVED;
	while (in.left) {
		unsigned int op = prop_byte(&in);

		prop_operations++;
		limit = op % 16 ? POOL : prop_byte(&in) % 16;
		if (op < 90)
			op_alloc(&in);
		else if (op < 150)
			op_map(&in);
		else if (op < 200)
			op_unmap(&in);
		else
			op_free(&in);
	}
	compare_all();
	for (u32 i = 0; i < RANGES; i++)
		if (range[i].space)
			PROP_CHECK(!vgpu_va_free(&space, &range[i]));
	PROP_CHECK(!space.mmu.tables && !space.mmu.mapped_bytes);
	vgpu_vaspace_fini(&space);
	for (u32 i = 1; i <= POOL; i++)
		PROP_CHECK(!used[i]);
	return 0;
}
