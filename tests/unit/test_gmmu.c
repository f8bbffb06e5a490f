// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page tables of format v2: maps checked by a walker of the test's own over the memory that the
 * writer wrote. The reference vectors are in tests/vectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "gmmu.h"
#include "shim.h"

#define ROOT 0x101000ULL
#define POOL 0x200000ULL
#define POOL_PAGES 64U
#define K4 0x1000ULL
#define K64 0x10000ULL
#define M2 0x200000ULL

/* VRAM: the root page and the pool. */
static u64 root[512], pool[POOL_PAGES][512];
static bool pool_used[POOL_PAGES];
static u32 pool_limit;

static u64 *cell(u64 addr)
{
	assert_int_equal(addr % 8, 0);
	if (addr >= ROOT && addr < ROOT + K4)
		return &root[(addr - ROOT) / 8];
	assert_true(addr >= POOL && addr < POOL + POOL_PAGES * K4);
	return &pool[(addr - POOL) / K4][(addr % K4) / 8];
}

static int table_alloc(void *ctx, u64 *addr)
{
	for (u32 i = 0; i < pool_limit; i++) {
		if (pool_used[i])
			continue;
		pool_used[i] = true;
		*addr = POOL + i * K4;
		return 0;
	}
	return -ENOSPC;
}

static void table_free(void *ctx, u64 addr)
{
	u32 page = (u32)((addr - POOL) / K4);

	assert_true(pool_used[page]);
	for (u32 i = 0; i < 512; i++)
		assert_int_equal(pool[page][i], 0);
	pool_used[page] = false;
}

static void write_entries(void *ctx, u64 addr, const u64 *entries, unsigned int count)
{
	assert_true(count && count <= GMMU_WRITE_BATCH);
	assert_int_equal(addr / K4, (addr + count * 8 - 1) / K4);
	for (unsigned int i = 0; i < count; i++)
		*cell(addr + i * 8) = entries[i];
}

/*
 * The same memory as BAR1 would show it: each window is written from its start on, without a gap,
 * an entry at a time.
 */
static char __iomem *bar;
static u64 window_next, window_end;
static unsigned int windows;

static void bar_write(void *ctx, unsigned int nr, u64 offset, u64 value, unsigned int size)
{
	assert_int_equal(size, 8);
	assert_int_equal(offset, window_next);
	assert_true(offset + size <= window_end);
	window_next += size;
	*cell(offset) = value;
}

static u64 __iomem *window(void *ctx, u64 addr, u64 bytes)
{
	assert_true(bytes && addr % 8 == 0 && bytes % 8 == 0);
	assert_int_equal(addr / K4, (addr + bytes - 1) / K4);
	cell(addr);
	window_next = addr;
	window_end = addr + bytes;
	windows++;
	return (u64 __iomem *)(bar + addr);
}

/* There is not always one. */
static u64 __iomem *window_at_times(void *ctx, u64 addr, u64 bytes)
{
	return windows++ % 3 ? window(ctx, addr, bytes) : NULL;
}

static void no_write(void *ctx, u64 addr, const u64 *entries, unsigned int count)
{
	fail();
}

static const struct gmmu_ops all_ops[] = {
	{ table_alloc, table_free, .write = write_entries },
	{ table_alloc, table_free, .write = no_write, .window = window },
	{ table_alloc, table_free, .write = write_entries, .window = window_at_times },
};
static const struct gmmu_ops *ops = &all_ops[0];
static const struct gmmu_attr vid = { .aperture = NV_MMU_PTE_APERTURE_VIDMEM };

/* Physical address of @va or ~0; *@page gets the page size. */
static u64 walk(u64 va, u64 *page)
{
	u64 table = ROOT, entry, lo, hi;
	static const unsigned int shifts[] = { 47, 38, 29 };

	*page = 0;
	for (unsigned int i = 0; i < 3; i++) {
		entry = *cell(table + (va >> shifts[i] & (i ? 511 : 3)) * 8);
		if (!entry)
			return ~0ULL;
		assert_int_equal(entry & 0xff, 2);
		table = entry << 4 & ~0xfffULL;
	}
	lo = *cell(table + (va >> 21 & 255) * 16);
	hi = *cell(table + (va >> 21 & 255) * 16 + 8);
	if (lo & 1) {
		assert_int_equal(hi, 0);
		*page = M2;
		return ((lo & 0x1ffffff00ULL) << 4) + va % M2;
	}
	if (lo) {
		entry = *cell(((lo & ~0xfULL) << 4) + (va >> 16 & 31) * 8);
		if (entry & 1) {
			*page = K64;
			return ((entry & 0x1ffffff00ULL) << 4) + va % K64;
		}
		assert_int_equal(entry, 0);
	}
	if (!hi)
		return ~0ULL;
	entry = *cell((hi << 4 & ~0xfffULL) + (va >> 12 & 511) * 8);
	if (!(entry & 1))
		return ~0ULL;
	*page = K4;
	return ((entry & 0x1ffffff00ULL) << 4) + va % K4;
}

static struct kmem_cache *cache;

static void space_start(struct gmmu_space *space)
{
	memset(root, 0, sizeof(root));
	memset(pool, 0, sizeof(pool));
	memset(pool_used, 0, sizeof(pool_used));
	pool_limit = POOL_PAGES;
	cache = kmem_cache_create("test_gmmu_table", (unsigned int)gmmu_table_object_bytes(), 0, 0,
				  NULL);
	assert_non_null(cache);
	assert_int_equal(gmmu_space_init(space, GMMU_V2, ROOT, ops, NULL, cache), 0);
}

static void space_end(struct gmmu_space *space)
{
	gmmu_space_fini(space);
	assert_int_equal(space->tables, 0);
	for (u32 i = 0; i < POOL_PAGES; i++)
		assert_false(pool_used[i]);
	for (u32 i = 0; i < 512; i++)
		assert_int_equal(root[i], 0);
	kmem_cache_destroy(cache);
}

static void page_sizes_follow_alignment(void **state)
{
	const u64 va = 0x123440000000ULL;
	struct gmmu_space space;
	u64 page;

	space_start(&space);
	/* 12 KiB + 64 KiB pages + 2 MiB pages + a tail, both sides congruent. */
	assert_int_equal(gmmu_map(&space, va - 0x43000, 0x40000000 - 0x43000,
				  0x43000 + 2 * M2 + 0x15000, &vid),
			 0);
	assert_int_equal(walk(va - 0x43000, &page), 0x40000000 - 0x43000);
	assert_int_equal(page, K4);
	assert_int_equal(walk(va - 0x40000 + 5, &page), 0x40000000 - 0x40000 + 5);
	assert_int_equal(page, K64);
	assert_int_equal(walk(va + M2 + 7, &page), 0x40000000 + M2 + 7);
	assert_int_equal(page, M2);
	assert_int_equal(walk(va + 2 * M2, &page), 0x40000000 + 2 * M2);
	assert_int_equal(page, K64);
	assert_int_equal(walk(va + 2 * M2 + 0x14000, &page), 0x40000000 + 2 * M2 + 0x14000);
	assert_int_equal(page, K4);
	assert_int_equal(walk(va + 2 * M2 + 0x15000, &page), ~0ULL);
	assert_int_equal(walk(va - 0x44000, &page), ~0ULL);
	assert_int_equal(gmmu_lookup(&space, va), 21);
	assert_int_equal(gmmu_lookup(&space, va - 0x40000), 16);
	assert_int_equal(gmmu_lookup(&space, va - 0x43000), 12);
	assert_int_equal(gmmu_lookup(&space, va - 0x44000), 0);
	assert_int_equal(space.mapped_bytes, 0x43000 + 2 * M2 + 0x15000);
	gmmu_unmap(&space, va - 0x43000, 0x43000 + 2 * M2 + 0x15000);
	assert_int_equal(space.mapped_bytes, 0);
	assert_int_equal(space.tables, 0);

	/* Not congruent: small pages only. System memory too. */
	assert_int_equal(gmmu_map(&space, va, 0x40001000, M2, &vid), 0);
	assert_int_equal(walk(va + 0x12345, &page), 0x40013345);
	assert_int_equal(page, K4);
	gmmu_unmap(&space, va, M2);
	space_end(&space);
}

static void overlap_leaves_no_trace(void **state)
{
	const u64 va = 0x40000000ULL;
	struct gmmu_space space;
	u32 tables;
	u64 page;

	space_start(&space);
	assert_int_equal(gmmu_map(&space, va + M2, 0x10000000, M2, &vid), 0);
	tables = space.tables;
	assert_int_equal(gmmu_map(&space, va, 0x20000000, 2 * M2, &vid), -EEXIST);
	assert_int_equal(walk(va, &page), ~0ULL);
	assert_int_equal(space.tables, tables);
	/* A small page under the big one, a big one over small ones. */
	assert_int_equal(gmmu_map(&space, va + M2 + K4, 0x20000000, K4, &vid), -EEXIST);
	assert_int_equal(gmmu_map(&space, va + M2 + K64, 0x20000000, K64, &vid), -EEXIST);
	assert_int_equal(gmmu_map(&space, va + 0x3000, 0x20003000, K4, &vid), 0);
	assert_int_equal(gmmu_map(&space, va, 0x20000000, K64, &vid), -EEXIST);
	assert_int_equal(gmmu_map(&space, va, 0x20000000, M2, &vid), -EEXIST);
	assert_int_equal(gmmu_map(&space, va + K64, 0x20000000, K64, &vid), 0);
	assert_int_equal(gmmu_map(&space, va + K64 + K4, 0x20001000, K4, &vid), -EEXIST);
	assert_int_equal(walk(va + 0x3000, &page), 0x20003000);
	assert_int_equal(gmmu_map(&space, va, 0, 0, &vid), -EINVAL);
	assert_int_equal(gmmu_map(&space, va + 1, 0, K4, &vid), -EINVAL);
	assert_int_equal(gmmu_map(&space, NV_MMU_V2_VA_LIMIT + 1 - K4, 0, 2 * K4, &vid), -EINVAL);
	space_end(&space);
}

static void no_tables_leave_no_trace(void **state)
{
	struct gmmu_space space;

	space_start(&space);
	for (u32 limit = 0; limit < 7; limit++) {
		pool_limit = limit;
		/* Needs PD2, PD1, two PD0 and page tables on both sides of 512 MiB. */
		assert_int_equal(gmmu_map(&space, 0x20000000 - K4, 0x10000000, 2 * K4, &vid),
				 limit < 6 ? -ENOSPC : 0);
		if (limit < 6)
			assert_int_equal(space.tables, 0);
	}
	assert_int_equal(space.tables, 6);
	assert_int_equal(space.mapped_bytes, 2 * K4);
	space_end(&space);
}

/* ---- random maps against a flat oracle ---- */

#define SLOTS 1536U /* 4 KiB pages: 6 MiB of VA across a PD0 edge */
#define BASE (0x20000000ULL - 3 * M2)

static u64 flat[SLOTS];
static u32 seed = 99;

static u32 rnd(u32 limit)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % limit;
}

static void random_maps(void **state)
{
	struct {
		u32 first, count;
	} live[64] = { 0 };
	struct gmmu_space space;
	u64 page, mapped = 0;

	memset(flat, 0, sizeof(flat));
	space_start(&space);
	for (u32 op = 0; op < 4000; op++) {
		u32 i = rnd(64);

		if (live[i].count) {
			gmmu_unmap(&space, BASE + live[i].first * K4, live[i].count * K4);
			memset(&flat[live[i].first], 0, live[i].count * sizeof(flat[0]));
			mapped -= live[i].count * K4;
			live[i].count = 0;
		} else {
			u32 align = rnd(3) ? 1 : rnd(2) ? 16 : 512;
			u32 first = rnd(SLOTS / align) * align;
			u32 count = min(1 + rnd(rnd(2) ? 40 : 700), SLOTS - first);
			u64 pa = 0x1000000 + (rnd(2) ? (u64)first : rnd(100000)) * K4;
			bool taken = false;

			for (u32 n = 0; n < count; n++)
				taken |= flat[first + n] != 0;
			assert_int_equal(gmmu_map(&space, BASE + first * K4, pa, count * K4, &vid),
					 taken ? -EEXIST : 0);
			for (u32 n = 0; !taken && n < count; n++)
				flat[first + n] = pa + n * K4;
			if (!taken) {
				live[i].first = first;
				live[i].count = count;
				mapped += count * K4;
			}
		}
		assert_int_equal(space.mapped_bytes, mapped);
		for (u32 n = op % 7; n < SLOTS; n += 7) {
			u64 pa = walk(BASE + n * K4, &page);

			assert_int_equal(pa, flat[n] ? flat[n] : ~0ULL);
		}
	}
	for (u32 i = 0; i < 64; i++)
		if (live[i].count)
			gmmu_unmap(&space, BASE + live[i].first * K4, live[i].count * K4);
	assert_int_equal(space.tables, 0);
	space_end(&space);
}

#define LIST_PAGES 1100U /* of three tables */

/* An address that the field cannot hold is found wherever it is, and nothing of the list stays. */
static void bad_list_leaves_no_trace(void **state)
{
	static const u32 at[] = { 0, 1, 8, 255, 256, 299, 300, 811, 812, LIST_PAGES - 1 };
	const u64 va = BASE + (512 - 300) * K4;
	static u64 list[LIST_PAGES];
	struct gmmu_space space;
	u64 page;

	for (u32 i = 0; i < LIST_PAGES; i++)
		list[i] = 0x40000000ULL + (u64)(i * 7919 % 5000) * K4;
	for (u32 run = 0; run < ARRAY_SIZE(at); run++) {
		u32 wrong = at[run];
		u64 right = list[wrong];

		space_start(&space);
		list[wrong] = 1ULL << 37;
		assert_int_equal(gmmu_map_list(&space, va, list, LIST_PAGES, &vid), -EINVAL);
		assert_int_equal(space.tables, 0);
		assert_int_equal(space.mapped_bytes, 0);
		list[wrong] = right;
		assert_int_equal(gmmu_map_list(&space, va, list, LIST_PAGES, &vid), 0);
		for (u32 i = 0; i < LIST_PAGES; i++)
			assert_int_equal(walk(va + i * K4, &page), list[i]);
		gmmu_unmap(&space, va, LIST_PAGES * K4);
		assert_int_equal(space.tables, 0);
		space_end(&space);
	}
}

/* What one window gets of a run is all of it. */
static void runs_are_stored_at_once(void **state)
{
	struct gmmu_space space;
	u64 page;

	space_start(&space);
	/* A table of small pages but for the first and the last, then two of 2 MiB. */
	windows = 0;
	assert_int_equal(gmmu_map(&space, BASE + K4, 2 * K4, M2 - 2 * K4, &vid), 0);
	assert_int_equal(gmmu_map(&space, BASE + M2, 4 * M2, 2 * M2, &vid), 0);
	/* An entry of each directory that leads there, and two runs. */
	assert_int_equal(windows, space.tables + 2);
	assert_int_equal(walk(BASE + M2 - K4, &page), ~0ULL);
	assert_int_equal(walk(BASE + M2 - 2 * K4, &page), M2 - K4);
	assert_int_equal(page, K4);
	assert_int_equal(walk(BASE + 2 * M2, &page), 5 * M2);
	assert_int_equal(page, M2);
	gmmu_unmap(&space, BASE + K4, M2 - 2 * K4);
	gmmu_unmap(&space, BASE + M2, 2 * M2);
	space_end(&space);
}

/* @state: a place in all_ops. */
static int set_ops(void **state)
{
	static const struct shim_mmio_ops mmio = { .write = bar_write };

	ops = *state;
	shim_bind_mmio(&mmio, NULL);
	bar = shim_map_bar(1, POOL + POOL_PAGES * K4);
	return bar ? 0 : -1;
}

static int unset_ops(void **state)
{
	shim_unmap_bar(bar);
	return 0;
}

#define TEST(f, nr)                                                                                \
	cmocka_unit_test_prestate_setup_teardown(f, set_ops, unset_ops, (void *)&all_ops[nr])
#define TEST_ALL(f) TEST(f, 0), TEST(f, 1), TEST(f, 2)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_ALL(page_sizes_follow_alignment),
		TEST_ALL(overlap_leaves_no_trace),
		TEST_ALL(no_tables_leave_no_trace),
		TEST_ALL(random_maps),
		TEST_ALL(bad_list_leaves_no_trace),
		TEST(runs_are_stored_at_once, 1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
