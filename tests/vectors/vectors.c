// SPDX-License-Identifier: GPL-2.0-only
/* See vectors.h. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "buddy.h"
#include "mmu_vectors.h"
#include "page_vectors.h"
#include "vaspace.h"
#include "vectors.h"

static int __printf(3, 4) fail(char *why, size_t size, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(why, size, fmt, args);
	va_end(args);
	return -1;
}

#define FAIL(...) fail(why, size, __VA_ARGS__)

/* ---- entries ---- */

static int encode(const struct mmu_vector *v, u64 *entry)
{
	const struct gmmu_format *format = gmmu_format(v->version);

	switch (v->word) {
	case WORD_PDE:
		return format->pde(v->address, v->attr.aperture, v->attr.vol, entry);
	case WORD_DUAL_BIG:
		return format->dual_big(v->address, v->attr.aperture, v->attr.vol, entry);
	case WORD_DUAL_SMALL:
		return format->dual_small(v->address, v->attr.aperture, v->attr.vol, entry);
	default:
		return format->pte(v->address, v->page_shift, &v->attr, entry);
	}
}

static int entries(char *why, size_t size)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mmu_vectors); i++) {
		u64 entry = 0;
		int err = encode(&mmu_vectors[i], &entry);

		if (err != mmu_vectors[i].err)
			return FAIL("vector %u: error %d instead of %d", i, err, mmu_vectors[i].err);
		if (!err && entry != mmu_vectors[i].entry)
			return FAIL("vector %u: 0x%llx instead of 0x%llx", i, entry,
				    mmu_vectors[i].entry);
	}
	return 0;
}

/* ---- tables ---- */

struct tables {
	u32 next;	/* page to hand out */
	u32 given;	/* pages out now */
	bool bad;
	u64 word[MMU_EXAMPLE_PAGES * NV_MMU_TABLE_BYTES / sizeof(u64)];
};

static u64 *word_of(struct tables *t, u64 address)
{
	u64 index = (address - MMU_EXAMPLE_BASE) / sizeof(u64);

	if (address < MMU_EXAMPLE_BASE || index >= ARRAY_SIZE(t->word)) {
		t->bad = true;
		index = 0;
	}
	return &t->word[index];
}

static int table_alloc(void *ctx, u64 *addr)
{
	struct tables *t = ctx;

	if (t->next == MMU_EXAMPLE_PAGES)
		return -ENOSPC;
	*addr = MMU_EXAMPLE_BASE + t->next++ * NV_MMU_TABLE_BYTES;
	t->given++;
	return 0;
}

static void table_free(void *ctx, u64 addr)
{
	struct tables *t = ctx;

	t->given--;
}

static void table_write(void *ctx, u64 addr, const u64 *entry, unsigned int count)
{
	struct tables *t = ctx;
	unsigned int i;

	for (i = 0; i < count; i++)
		*word_of(t, addr + i * sizeof(u64)) = entry[i];
}

static u64 table_read(void *ctx, u64 addr)
{
	return *word_of(ctx, addr);
}

static const struct gmmu_ops table_ops = {
	.table_alloc = table_alloc,
	.table_free = table_free,
	.write = table_write,
	.read = table_read,
};

static int compare_words(struct tables *t, enum gmmu_version version, char *why, size_t size)
{
	u32 i, set = 0, expected = 0;

	for (i = 0; i < ARRAY_SIZE(mmu_example_words); i++) {
		const struct mmu_example_word *w = &mmu_example_words[i];

		if (w->version != version)
			continue;
		expected++;
		if (*word_of(t, w->address) != w->value)
			return FAIL("word 0x%llx is 0x%llx instead of 0x%llx", w->address,
				    *word_of(t, w->address), w->value);
	}
	for (i = 0; i < ARRAY_SIZE(t->word); i++)
		set += t->word[i] != 0;
	return set == expected ? 0 : FAIL("%u words are set instead of %u", set, expected);
}

static int example_maps(struct gmmu_space *space, struct tables *t, enum gmmu_version version,
			char *why, size_t size)
{
	struct gmmu_mapping mapping;
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(mmu_example_maps); i++) {
		const struct mmu_example_map *m = &mmu_example_maps[i];

		err = gmmu_map(space, m->va, m->pa, m->bytes, &m->attr);
		if (err)
			return FAIL("mapping %u gave %d", i, err);
	}
	if (compare_words(t, version, why, size))
		return -1;
	for (i = 0; i < ARRAY_SIZE(mmu_example_maps); i++) {
		const struct mmu_example_map *m = &mmu_example_maps[i];

		err = gmmu_query(space, m->va, &mapping);
		if (err || mapping.pa != m->pa || mapping.bytes != m->bytes)
			return FAIL("query %u: error %d, 0x%llx, %llu bytes", i, err, mapping.pa,
				    mapping.bytes);
	}
	if (gmmu_query(space, MMU_EXAMPLE_UNMAPPED, &mapping) != -ENOENT)
		return FAIL("0x%llx is mapped", MMU_EXAMPLE_UNMAPPED);
	for (i = 0; i < ARRAY_SIZE(mmu_example_maps); i++)
		gmmu_unmap(space, mmu_example_maps[i].va, mmu_example_maps[i].bytes);
	if (t->given || space->mapped_bytes)
		return FAIL("%u tables are left after the last unmap", t->given);
	for (i = 0; i < ARRAY_SIZE(t->word); i++)
		if (t->word[i])
			return FAIL("word 0x%llx is left", MMU_EXAMPLE_BASE + i * sizeof(u64));
	return t->bad ? FAIL("a word beside the tables was touched") : 0;
}

static int example(enum gmmu_version version, char *why, size_t size)
{
	struct kmem_cache *cache = kmem_cache_create("vgpu_vector_table",
						     (unsigned int)gmmu_table_object_bytes(), 0, 0,
						     NULL);
	struct tables *t = kvzalloc(sizeof(*t), GFP_KERNEL);
	/* The root of version 2 is where version 3 has its second level. */
	u32 root = version == GMMU_V2;
	struct gmmu_space space;
	int ret = -1;

	if (!cache || !t) {
		FAIL("no memory");
	} else {
		t->next = root + 1;
		ret = gmmu_space_init(&space, version,
				      MMU_EXAMPLE_BASE + root * NV_MMU_TABLE_BYTES, &table_ops, t,
				      cache);
		if (ret)
			FAIL("init gave %d", ret);
		else
			ret = example_maps(&space, t, version, why, size);
		gmmu_space_fini(&space);
	}
	kvfree(t);
	kmem_cache_destroy(cache);
	return ret;
}

static int example_v2(char *why, size_t size)
{
	return example(GMMU_V2, why, size);
}

static int example_v3(char *why, size_t size)
{
	return example(GMMU_V3, why, size);
}

/* ---- pages ---- */

static int page_step(struct vgpu_pages *pa, struct vgpu_extent *slot, const struct page_vector *v)
{
	struct vgpu_pages_request req = {
		.count = v->count,
		.align = v->align,
		.flags = VGPU_PAGES_CONTIGUOUS,
	};
	struct vgpu_extent part = *slot;
	unsigned int num = 0;
	int err;

	if (v->step == PAGE_ALLOC_CLEAR)
		req.flags |= VGPU_PAGES_CLEAR;
	switch (v->step) {
	case PAGE_ALLOC:
	case PAGE_ALLOC_CLEAR:
		return vgpu_pages_alloc(pa, &req, slot, 1, &num);
	case PAGE_ALLOC_AT:
		err = vgpu_pages_alloc_at(pa, v->page, v->count);
		if (!err)
			*slot = (struct vgpu_extent){ .page = v->page, .count = v->count & 0xffff };
		return err;
	case PAGE_FREE:
	case PAGE_FREE_CLEAN:
		return vgpu_pages_free(pa, slot, 1, v->step == PAGE_FREE_CLEAN);
	case PAGE_FREE_PART:
		part.count--;
		return vgpu_pages_free(pa, &part, 1, false);
	case PAGE_TRIM:
		return vgpu_pages_trim(pa, slot, v->count);
	case PAGE_RESERVE:
		return vgpu_pages_reserve(pa, v->page, v->count);
	case PAGE_EXPECT_FREE:
		return pa->free_pages == v->count ? 0 : -EILSEQ;
	}
	return -EINVAL;
}

static int page_steps(struct vgpu_pages *pa, char *why, size_t size)
{
	struct vgpu_extent slot[PAGE_SLOTS] = { 0 };
	const char *wrong;
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(page_vectors); i++) {
		const struct page_vector *v = &page_vectors[i];
		const struct vgpu_extent *got = &slot[v->slot];
		bool allocates = v->step == PAGE_ALLOC || v->step == PAGE_ALLOC_CLEAR;

		err = page_step(pa, &slot[v->slot], v);
		if (err != v->err)
			return FAIL("step %u gave %d instead of %d, %u pages are free", i, err,
				    v->err, pa->free_pages);
		if (allocates && !err && (got->count != v->count ||
					  (v->page != PAGE_ANY && got->page != v->page) ||
					  (v->align && got->page % v->align) ||
					  (v->dirty >= 0 && (int)got->dirty != v->dirty)))
			return FAIL("step %u got %u pages at %u, dirty %u", i, got->count, got->page,
				    got->dirty);
		wrong = vgpu_pages_check(pa);
		if (wrong)
			return FAIL("step %u: %s", i, wrong);
	}
	return 0;
}

static int pages(char *why, size_t size)
{
	struct vgpu_pages *pa = kvzalloc(sizeof(*pa), GFP_KERNEL);
	int ret;

	if (!pa)
		return FAIL("no memory");
	ret = vgpu_pages_init(pa, 0, PAGE_VECTOR_BYTES, true);
	if (ret)
		FAIL("init gave %d", ret);
	else
		ret = page_steps(pa, why, size);
	vgpu_pages_fini(pa);
	kvfree(pa);
	return ret;
}

/* Allocations of any size, freed in any order: no page twice, all come back. */
#define CHURN_STEPS 20000U
#define CHURN_SLOTS 64U

static u32 churn_next(u32 *state, u32 limit)
{
	*state = *state * 1664525U + 1013904223U;
	return (*state >> 8) % limit;
}

static int churn(struct vgpu_pages *pa, struct vgpu_extent *slot, u8 *owner, char *why, size_t size)
{
	u32 state = 1, step, page;
	unsigned int num;

	for (step = 0; step < CHURN_STEPS; step++) {
		u32 i = churn_next(&state, CHURN_SLOTS);
		struct vgpu_pages_request req = {
			.count = 1 + churn_next(&state, churn_next(&state, 4) ? 24 : 700),
			.flags = VGPU_PAGES_CONTIGUOUS,
		};

		if (slot[i].count) {
			memset(owner + slot[i].page, 0, slot[i].count);
			if (vgpu_pages_free(pa, &slot[i], 1, i & 1))
				return FAIL("step %u: a free is refused", step);
			slot[i].count = 0;
			continue;
		}
		if (vgpu_pages_alloc(pa, &req, &slot[i], 1, &num)) {
			slot[i].count = 0;
			continue;
		}
		for (page = slot[i].page; page < slot[i].page + slot[i].count; page++) {
			if (page >= PAGE_VECTOR_PAGES || owner[page])
				return FAIL("step %u: page %u is given out twice", step, page);
			owner[page] = 1;
		}
	}
	for (step = 0; step < CHURN_SLOTS; step++)
		if (slot[step].count && vgpu_pages_free(pa, &slot[step], 1, false))
			return FAIL("the last free of slot %u is refused", step);
	if (pa->free_pages != PAGE_VECTOR_PAGES)
		return FAIL("%u pages came back instead of %u", pa->free_pages, PAGE_VECTOR_PAGES);
	return vgpu_pages_check(pa) ? FAIL("%s", vgpu_pages_check(pa)) : 0;
}

static int pages_churn(char *why, size_t size)
{
	struct vgpu_extent *slot = kcalloc(CHURN_SLOTS, sizeof(*slot), GFP_KERNEL);
	struct vgpu_pages *pa = kvzalloc(sizeof(*pa), GFP_KERNEL);
	u8 *owner = kvzalloc(PAGE_VECTOR_PAGES, GFP_KERNEL);
	int ret = -1;

	if (!slot || !pa || !owner || vgpu_pages_init(pa, 0, PAGE_VECTOR_BYTES, false))
		FAIL("no memory");
	else
		ret = churn(pa, slot, owner, why, size);
	if (pa)
		vgpu_pages_fini(pa);
	kvfree(owner);
	kvfree(pa);
	kfree(slot);
	return ret;
}

/* ---- partitions ---- */

/* Framebuffer and partition in segments: the ideal number of equal partitions has to fit. */
static const struct {
	u32 units, partition;
} packings[] = { { 384, 96 }, { 384, 48 }, { 384, 8 }, { 351, 87 }, { 351, 8 }, { 624, 156 },
		 { 624, 13 }, { 384, 384 }, { 7, 3 } };

#define SEGMENT_BYTES (128ULL << 20)

static int partitions(char *why, size_t size)
{
	struct vgpu_buddy buddy;
	u32 i, n, first;

	for (i = 0; i < ARRAY_SIZE(packings); i++) {
		struct vgpu_buddy_request req = { .count = packings[i].partition };
		u32 ideal = packings[i].units / packings[i].partition;

		if (vgpu_buddy_init(&buddy, packings[i].units, SEGMENT_BYTES))
			return FAIL("no memory");
		for (n = 0; !vgpu_buddy_alloc(&buddy, &req, &first); n++)
			;
		vgpu_buddy_fini(&buddy);
		if (n != ideal)
			return FAIL("%u partitions of %u of %u segments, %u would fit", n,
				    packings[i].partition, packings[i].units, ideal);
	}
	return 0;
}

/* ---- virtual ranges ---- */

#define VA_LOW (2ULL << 20)
#define VA_END (66ULL << 20)
#define VA_PAGES ((u32)((VA_END - VA_LOW) >> VGPU_VA_PAGE_SHIFT))
#define VA_RANGES 48U
#define VA_STEPS 20000U

/* Ranges against an array with a byte a page: none overlap, none is refused that has room. */
static int va_step(struct vgpu_vaspace *space, struct vgpu_va_range *range, u8 *owner, u32 *state,
		   char *why, size_t size)
{
	u32 i = churn_next(state, VA_RANGES), page, count, longest = 0, run = 0;
	struct vgpu_va_request req = {
		.bytes = (u64)(1 + churn_next(state, 900)) << VGPU_VA_PAGE_SHIFT,
		.flags = churn_next(state, 2) ? VGPU_VA_TOP_DOWN : 0,
	};
	int err;

	if (range[i].space) {
		page = (u32)((range[i].va - VA_LOW) >> VGPU_VA_PAGE_SHIFT);
		memset(owner + page, 0, range[i].bytes >> VGPU_VA_PAGE_SHIFT);
		return vgpu_va_free(space, &range[i]) ? FAIL("a free is refused") : 0;
	}
	err = vgpu_va_alloc(space, &req, &range[i]);
	count = (u32)(req.bytes >> VGPU_VA_PAGE_SHIFT);
	if (err) {
		for (page = 0; page < VA_PAGES; page++) {
			run = owner[page] ? 0 : run + 1;
			longest = max(longest, run);
		}
		return err != -ENOSPC || longest >= count ?
			       FAIL("error %d for %u pages, %u are free in one piece", err, count,
				    longest) : 0;
	}
	if (range[i].va < VA_LOW || range[i].va > VA_END - range[i].bytes ||
	    range[i].bytes != req.bytes)
		return FAIL("a range at 0x%llx", range[i].va);
	page = (u32)((range[i].va - VA_LOW) >> VGPU_VA_PAGE_SHIFT);
	while (count--) {
		if (owner[page])
			return FAIL("page %u is given out twice", page);
		owner[page++] = 1;
	}
	return 0;
}

static int ranges(char *why, size_t size)
{
	struct vgpu_va_range *range = kcalloc(VA_RANGES, sizeof(*range), GFP_KERNEL);
	u8 *owner = kvzalloc(VA_PAGES, GFP_KERNEL);
	struct vgpu_vaspace *space = kvzalloc(sizeof(*space), GFP_KERNEL);
	u32 state = 7, i;
	int ret = -1;

	if (!range || !owner || !space || vgpu_vaspace_init(space, VA_LOW, VA_END)) {
		FAIL("no memory");
	} else {
		for (i = 0, ret = 0; i < VA_STEPS && !ret; i++)
			ret = va_step(space, range, owner, &state, why, size);
		for (i = 0; i < VA_RANGES; i++)
			if (range[i].space)
				vgpu_va_free(space, &range[i]);
		if (!ret && (space->ranges || space->used_bytes))
			ret = FAIL("%u ranges are left", space->ranges);
	}
	if (space)
		vgpu_vaspace_fini(space);
	kvfree(space);
	kvfree(owner);
	kfree(range);
	return ret;
}

const struct vector_check vector_checks[] = {
	{ "entries of page tables, versions 2 and 3", entries },
	{ "the worked example of version 2, word by word", example_v2 },
	{ "the worked example of version 3, word by word", example_v3 },
	{ "the page allocator, step by step", pages },
	{ "the page allocator under churn", pages_churn },
	{ "partitions pack as well as can be", partitions },
	{ "virtual ranges against a page map", ranges },
};

const unsigned int vector_check_count = ARRAY_SIZE(vector_checks);
