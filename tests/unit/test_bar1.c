// SPDX-License-Identifier: GPL-2.0-or-later
/* BAR1 windows of a booted GPU: what the CPU writes there is where the model's own walk puts it. */
#include "harness.h"

#include <linux/errno.h>
#include <linux/io.h>

#include "../abi/regs.h"
#include "../../tools/gpu-model/gm.h"
#include "bar1.h"
#include "host.h"
#include "pramin.h"
#include "vaspace.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)

static struct harness *h;

static int setup(void **state)
{
	h = harness_new(NULL);
	harness_boot(h);
	return 0;
}

static int teardown(void **state)
{
	struct vgpu_bar1_usage usage;

	vgpu_bar1_usage(&h->gpu, &usage);
	assert_int_equal(usage.mapped_bytes, 0);
	assert_int_equal(usage.windows, 0);
	assert_int_equal(usage.tables, 0);
	harness_shutdown(h);
	harness_free(h);
	return 0;
}

static u64 vram_at(u64 spa)
{
	u64 value = 0;

	assert_int_equal(gpu_model_vram_read(h->gm, spa, &value, sizeof(value)), 0);
	return value;
}

static void check_window(const struct vgpu_bar1_map *map)
{
	static u64 salt;
	u64 at[] = { 0, 0xff8, map->bytes / 2 & ~7ULL, map->bytes - 8 };

	for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
		u64 value = 0x1122334455667788ULL + ++salt;

		writeq(value, map->io + at[i]);
		assert_int_equal(vram_at(map->spa + at[i]), value);
		assert_int_equal(readq(map->io + at[i]), value);
	}
}

static void windows_show_their_vram(void **state)
{
	static const struct {
		u64 spa, bytes;
	} want[] = {
		{ 0x10000000, 0x1000 },		/* one page */
		{ 0x20003000, 0x5000 },		/* small pages */
		{ 0x30010000, 0x40000 },	/* 64 KiB pages */
		{ 0x40000000, 0x204000 },	/* a mailbox: 2 MiB and four small */
		{ 0x5000f000, 0x3f2000 },	/* all sizes */
		{ 40 * GIB, 64 * MIB },
	};
	struct vgpu_bar1_map map[ARRAY_SIZE(want)];
	struct vgpu_bar1_usage usage;
	u64 bytes = 0;

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		assert_int_equal(vgpu_bar1_map_window(&h->gpu, want[i].spa, want[i].bytes, &map[i]),
				 0);
		bytes += want[i].bytes;
		for (size_t j = 0; j < i; j++)
			assert_true(map[i].va >= map[j].va + map[j].bytes ||
				    map[j].va >= map[i].va + map[i].bytes);
	}
	vgpu_bar1_usage(&h->gpu, &usage);
	assert_int_equal(usage.mapped_bytes, bytes); /* never more than asked for */
	assert_int_equal(usage.windows, ARRAY_SIZE(want));
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		check_window(&map[i]);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		vgpu_bar1_unmap_window(&h->gpu, &map[i]);
		assert_null(map[i].io);
		for (size_t j = i + 1; j < ARRAY_SIZE(want); j++)
			check_window(&map[j]);
	}
	vgpu_bar1_unmap_window(&h->gpu, &map[0]); /* of nothing: nothing */
}

static void the_same_address_twice(void **state)
{
	struct vgpu_bar1_map a, b;

	assert_int_equal(vgpu_bar1_map_window(&h->gpu, GIB, 0x1000, &a), 0);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, GIB, 0x1000, &b), 0);
	writel(0xcafe, a.io);
	assert_int_equal(readl(b.io), 0xcafe);
	vgpu_bar1_unmap_window(&h->gpu, &a);
	/* Its place is taken by another page: no stale translation may show the old one. */
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 2 * GIB, 0x1000, &a), 0);
	writel(0xbeef, a.io);
	assert_int_equal(readl(b.io), 0xcafe);
	assert_int_equal((u32)vram_at(2 * GIB), 0xbeef);
	vgpu_bar1_unmap_window(&h->gpu, &a);
	vgpu_bar1_unmap_window(&h->gpu, &b);
}

static void bad_requests(void **state)
{
	struct vgpu_bar1_map map;

	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0x100, 0x1000, &map), -EINVAL);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0x1000, 0x100, &map), -EINVAL);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0x1000, 0, &map), -EINVAL);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 48 * GIB, 0x1000, &map), -EINVAL);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 48 * GIB - 0x1000, 0x2000, &map), -EINVAL);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, ~0xfffULL, 0x1000, &map), -EINVAL);
}

static void exhaustion_changes_nothing(void **state)
{
	struct vgpu_bar1_usage before, after;
	struct vgpu_bar1_map big, map;

	/* 64 GiB of aperture: 40 fit, 40 more do not. */
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0, 40 * GIB, &big), 0);
	vgpu_bar1_usage(&h->gpu, &before);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0, 40 * GIB, &map), -ENOSPC);
	vgpu_bar1_usage(&h->gpu, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	check_window(&big);
	vgpu_bar1_unmap_window(&h->gpu, &big);
}

static void the_refusal_says_how_much_is_free(void **state)
{
	struct vgpu_bar1_usage usage;
	struct vgpu_bar1_map a, b, map;
	char text[VGPU_ERROR_TEXT_BYTES], want[64];

	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0, 20 * GIB, &a), 0);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0, 40 * GIB, &b), 0);
	vgpu_bar1_unmap_window(&h->gpu, &a);
	vgpu_bar1_usage(&h->gpu, &usage);
	assert_int_equal(usage.aperture_bytes, 64 * GIB);
	assert_int_equal(usage.largest_free_bytes, 20 * GIB);
	assert_int_equal(usage.free_bytes, 24 * GIB - VGPU_PF_POOL_BYTES - VGPU_MMU_MOVING_BYTES);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0, 22 * GIB, &map), -ENOSPC);
	assert_true(vgpu_bar1_why(&h->gpu, 22 * GIB, -ENOSPC, text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), "%llu KiB of %llu are free", usage.free_bytes >> 10,
		 64 * GIB >> 10);
	assert_non_null(strstr(text, want));
	snprintf(want, sizeof(want), "the largest gap is %llu KiB", 20 * GIB >> 10);
	assert_non_null(strstr(text, want));
	/* A page too much, to the byte: what is left over can be had. */
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0, 20 * GIB + 0x1000, &map), -ENOSPC);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0, 20 * GIB, &a), 0);
	vgpu_bar1_unmap_window(&h->gpu, &a);
	vgpu_bar1_unmap_window(&h->gpu, &b);
}

static u64 invalidates(void)
{
	char *json = gpu_model_stats_json(h->gm), *at = strstr(json, "\"tlb_invalidates\"");
	u64 count;

	assert_non_null(at);
	count = strtoull(strchr(at, ':') + 1, NULL, 10);
	free(json);
	return count;
}

static void poke(u64 spa, u64 value)
{
	mutex_lock(&h->gpu.vram_lock);
	vgpu_pramin_write(&h->gpu, spa, &value, sizeof(value));
	mutex_unlock(&h->gpu.vram_lock);
	assert_int_equal(vram_at(spa), value);
}

static void one_invalidate_a_batch_and_no_pramin(void **state)
{
	u32 window = 0x00abcdef & NV_PBUS_BAR0_WINDOW_BASE;
	struct vgpu_bar1_map map;
	u64 before = invalidates();

	/* Tables lie in the pool, which BAR1 itself shows: PRAMIN is not touched any more. */
	assert_non_null(h->gpu.mmu.pool_io);
	vgpu_wr32(&h->gpu, NV_PBUS_BAR0_WINDOW, window);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0x5000f000, 0x3f2000, &map), 0);
	assert_int_equal(invalidates(), before + 1);
	check_window(&map);
	vgpu_bar1_unmap_window(&h->gpu, &map);
	assert_int_equal(invalidates(), before + 2);
	assert_int_equal(vgpu_rd32(&h->gpu, NV_PBUS_BAR0_WINDOW), window);
}

static void tables_are_scrubbed_once(void **state)
{
	struct vgpu_pages *tables = &h->gpu.host->vram.tables;
	struct vgpu_pages_usage first, again;
	struct vgpu_bar1_map map;

	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0x5000f000, 0x3f2000, &map), 0);
	vgpu_bar1_unmap_window(&h->gpu, &map);
	vgpu_pages_usage(tables, &first);
	/* What came back holds zeroes and is known to; the next mapping dirties no other page. */
	assert_true(first.dirty_pages < first.free_pages);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0x5000f000, 0x3f2000, &map), 0);
	vgpu_bar1_unmap_window(&h->gpu, &map);
	vgpu_pages_usage(tables, &again);
	assert_memory_equal(&first, &again, sizeof(first));
}

/* The table that the entry at @slot of @table leads to; 0: none. */
static u64 next_of(u64 table, u64 slot)
{
	return (vram_at(table + slot * 8) & NV_MMU_V2_PDE_ADDR_VID) << 4;
}

static unsigned int entries_in(u64 table)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < NV_MMU_TABLE_BYTES / 8; i++)
		count += vram_at(table + 8 * i) != 0;
	return count;
}

/* The pool's window is made of tables in memory that holds anything, and they end up empty. */
static void the_first_tables_are_emptied_too(void **state)
{
	u64 pool = h->gpu.host->vram.pf_pool.spa, va, table;
	static u8 anything[VGPU_PF_POOL_BYTES];

	harness_shutdown(h);
	harness_free(h);
	h = harness_new(NULL);
	memset(anything, 0xa7, sizeof(anything));
	assert_int_equal(gm_vram_write(h->gm, pool, anything, sizeof(anything)), 0);
	harness_boot(h);
	assert_int_equal(h->gpu.host->vram.pf_pool.spa, pool);
	assert_int_equal(h->gpu.mmu.num_raw, 0);
	assert_int_equal(vram_at(pool + VGPU_PF_POOL_BYTES - 8), 0xa7a7a7a7a7a7a7a7ULL);
	/* The pool's window is the aperture's last 2 MiB: one entry in each table on the way. */
	va = round_down(h->gpu.info.bar_bytes[1], 2 * MIB) - 2 * MIB;
	table = next_of(h->gpu.si.bar1_pde_base, va >> 47);
	for (unsigned int shift = 38; shift >= 29; shift -= 9) {
		assert_in_range(table, pool, pool + VGPU_PF_POOL_BYTES - 1);
		assert_int_equal(entries_in(table), 1);
		table = next_of(table, va >> shift & 511);
	}
	assert_in_range(table, pool, pool + VGPU_PF_POOL_BYTES - 1);
	assert_int_equal(entries_in(table), 2);	/* and the window that moves */
	windows_show_their_vram(state);
}

static void debug_reads(void **state)
{
	u64 value = 0x0123456789abcdefULL, got = 0;
	struct vgpu_bar1_map big;

	poke(GIB + 0xffc, value);
	assert_int_equal(vgpu_vram_peek(&h->gpu, GIB + 0xffc, &got, sizeof(got)), 0);
	assert_int_equal(got, value);
	/* With no room in the aperture, and with no aperture: PRAMIN. */
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0, 47 * GIB, &big), 0);
	got = 0;
	assert_int_equal(vgpu_vram_peek(&h->gpu, GIB + 0xffc, &got, sizeof(got)), 0);
	assert_int_equal(got, value);
	vgpu_bar1_unmap_window(&h->gpu, &big);
	vgpu_bar1_fini(&h->gpu);
	got = 0;
	assert_int_equal(vgpu_vram_peek(&h->gpu, GIB + 0xffc, &got, sizeof(got)), 0);
	assert_int_equal(got, value);
	assert_int_equal(vgpu_bar1_init(&h->gpu), 0);
	assert_int_equal(vgpu_vram_peek(&h->gpu, 48 * GIB, &got, sizeof(got)), -EINVAL);
	assert_int_equal(vgpu_vram_peek(&h->gpu, 48 * GIB - 4, &got, sizeof(got)), -EINVAL);
	assert_int_equal(vgpu_vram_peek(&h->gpu, 2, &got, 4), -EINVAL);
	assert_int_equal(vgpu_vram_peek(&h->gpu, 0, &got, 0), -EINVAL);
	vgpu_gpu_mark_lost(&h->gpu, "test");
	assert_int_equal(vgpu_vram_peek(&h->gpu, 0, &got, 8), -ENODEV);
}

static void a_space_of_its_own(void **state)
{
	static const struct gmmu_attr attr = { .aperture = NV_MMU_PTE_APERTURE_VIDMEM };
	struct vgpu_vram *vram = &h->gpu.host->vram;
	u64 before = vgpu_table_free_bytes(&h->gpu, vram);
	struct vgpu_va_request req = { .bytes = 9 * MIB, .align = 2 * MIB };
	struct vgpu_va_range range = { 0 };
	struct vgpu_vaspace space;
	struct gmmu_mapping m;

	mutex_lock(&h->gpu.vram_lock);
	assert_int_equal(vgpu_mmu_space_init(&h->gpu, &space, GIB, 1ULL << 49), 0);
	assert_int_equal(vgpu_va_alloc(&space, &req, &range), 0);
	assert_int_equal(vgpu_va_map(&space, &range, 0, 4 * GIB, 9 * MIB, &attr), 0);
	assert_int_equal(gmmu_query(&space.mmu, range.va + 3 * MIB, &m), 0);
	assert_int_equal(m.pa, 4 * GIB + 2 * MIB);
	/* PD3, PD2, PD1, PD0, and a table of big pages for the last MiB. */
	assert_int_equal(before - vgpu_table_free_bytes(&h->gpu, vram), 5 * 0x1000);
	assert_int_equal(vgpu_va_free(&space, &range), 0);
	assert_int_equal(before - vgpu_table_free_bytes(&h->gpu, vram), 0x1000);
	vgpu_mmu_space_fini(&h->gpu, &space);
	assert_int_equal(before, vgpu_table_free_bytes(&h->gpu, vram));
	mutex_unlock(&h->gpu.vram_lock);
}

/* A list of pages at @va, some of its last table not, and one that no field can hold. */
static void check_list(struct vgpu_vaspace *space, u64 va)
{
	static const struct gmmu_attr attr = { .aperture = NV_MMU_PTE_APERTURE_VIDMEM };
	struct vgpu_va_request req = { .bytes = 3 * MIB, .va = va, .flags = VGPU_VA_FIXED };
	struct vgpu_va_range range = { 0 };
	struct gpu_model_page page;
	static u64 pages[765];

	for (u32 i = 0; i < ARRAY_SIZE(pages); i++)
		pages[i] = (u64)(i * 7919 % 100000) * 0x1000;
	assert_int_equal(vgpu_va_alloc(space, &req, &range), 0);
	pages[764] |= 1ULL << 50;
	assert_int_equal(vgpu_va_map_list(space, &range, 0, pages, ARRAY_SIZE(pages), &attr),
			 -EINVAL);
	for (u32 i = 0; i < ARRAY_SIZE(pages); i++) {
		gpu_model_translate(h->gm, space->root, va + i * 0x1000, &page);
		assert_string_not_equal(page.kind, "vram");
	}
	pages[764] &= ~(1ULL << 50);
	assert_int_equal(vgpu_va_map_list(space, &range, 0, pages, ARRAY_SIZE(pages), &attr), 0);
	for (u32 i = 0; i < ARRAY_SIZE(pages); i++) {
		gpu_model_translate(h->gm, space->root, va + i * 0x1000, &page);
		assert_string_equal(page.kind, "vram");
		assert_int_equal(page.address, pages[i]);
	}
	gpu_model_translate(h->gm, space->root, va + ARRAY_SIZE(pages) * 0x1000, &page);
	assert_string_not_equal(page.kind, "vram");
	assert_int_equal(vgpu_va_free(space, &range), 0);
}

static void tables_outgrow_their_pool(void **state)
{
	static const struct gmmu_attr attr = { .aperture = NV_MMU_PTE_APERTURE_VIDMEM };
	struct vgpu_va_request req = { .bytes = 0x1000 };
	static struct vgpu_va_range range[600];
	struct vgpu_vram *vram = &h->gpu.host->vram;
	u32 units = h->gpu.buddy.free_units, moves;
	u32 window = 0x00abcdef & NV_PBUS_BAR0_WINDOW_BASE;
	struct gpu_model_page page;
	struct vgpu_vaspace space;
	u64 before = invalidates();

	/*
	 * One table for each of 600 pages, 2 MiB apart: the pool has 512. The rest are written
	 * through BAR1, too: PRAMIN stays where it was put.
	 */
	assert_non_null(h->gpu.mmu.moving_io);
	vgpu_wr32(&h->gpu, NV_PBUS_BAR0_WINDOW, window);
	mutex_lock(&h->gpu.vram_lock);
	assert_int_equal(vgpu_mmu_space_init(&h->gpu, &space, GIB, 1ULL << 49), 0);
	for (u32 i = 0; i < ARRAY_SIZE(range); i++) {
		req.va = GIB + i * 2 * MIB;
		req.flags = VGPU_VA_FIXED;
		assert_int_equal(vgpu_va_alloc(&space, &req, &range[i]), 0);
		assert_int_equal(vgpu_va_map(&space, &range[i], 0, i * 0x1000, 0x1000, &attr), 0);
	}
	assert_int_equal(vram->tables.free_pages, 0);
	/* The window has moved once: what lies side by side is written side by side. */
	moves = (u32)(invalidates() - before - ARRAY_SIZE(range));
	assert_int_equal(moves, 1);
	for (u32 i = 0; i < ARRAY_SIZE(range); i++) {
		gpu_model_translate(h->gm, space.root, range[i].va, &page);
		assert_string_equal(page.kind, "vram");
		assert_int_equal(page.address, i * 0x1000);
	}
	check_list(&space, GIB + ARRAY_SIZE(range) * 2 * MIB);
	for (u32 i = 0; i < ARRAY_SIZE(range); i++)
		assert_int_equal(vgpu_va_free(&space, &range[i]), 0);
	vgpu_mmu_space_fini(&h->gpu, &space);
	mutex_unlock(&h->gpu.vram_lock);
	assert_int_equal(vgpu_rd32(&h->gpu, NV_PBUS_BAR0_WINDOW), window);
	assert_int_equal(h->gpu.buddy.free_units, units);
}

/* Tables in two places at once: what was written last is there, whichever it was. */
static void the_window_follows(void **state)
{
	u64 place[] = { 6 * GIB, 6 * GIB + VGPU_MMU_MOVING_BYTES, 40 * GIB };
	const struct gmmu_ops *ops = &vgpu_mmu_ops.tables;
	u64 value, before = invalidates();

	mutex_lock(&h->gpu.vram_lock);
	for (u64 i = 1; i <= 9; i++) {
		u64 __iomem *io = ops->window(&h->gpu, place[i % 3] + 8 * i, 8);

		value = 0x1111 * i;
		assert_non_null(io);
		writeq(value, io);
		assert_int_equal(ops->read(&h->gpu, place[i % 3] + 8 * i), value);
	}
	assert_int_equal(invalidates(), before + 9);
	for (u64 i = 1; i <= 9; i++)
		assert_int_equal(vram_at(place[i % 3] + 8 * i), 0x1111 * i);
	mutex_unlock(&h->gpu.vram_lock);
}

static void scrubbing_is_remembered(void **state)
{
	struct vgpu_vram_request req = { .bytes = 3 * MIB, .zeroed = true, .holder = "test" };
	struct vgpu_heap_block block = { 0 }, again = { 0 };
	struct vgpu_vram *vram = &h->gpu.host->vram;

	mutex_lock(&h->gpu.vram_lock);
	assert_int_equal(vgpu_vram_alloc(&h->gpu, vram, &req, &block), 0);
	mutex_unlock(&h->gpu.vram_lock);
	assert_false(block.zeroed);	/* nobody knows */
	poke(block.spa + 2 * MIB, ~0ULL);
	assert_int_equal(vgpu_vram_scrub(&h->gpu, &block), 0);
	assert_true(block.zeroed);
	assert_int_equal(0, vram_at(block.spa + 2 * MIB));
	mutex_lock(&h->gpu.vram_lock);
	assert_int_equal(vgpu_heap_free(&h->gpu, vram, &block), 0);
	assert_int_equal(vgpu_vram_alloc(&h->gpu, vram, &req, &again), 0);
	assert_true(again.zeroed);	/* the same place, not scrubbed twice */
	vgpu_heap_mark_dirty(&h->gpu, vram, &again);
	assert_int_equal(vgpu_heap_free(&h->gpu, vram, &again), 0);
	assert_int_equal(vgpu_vram_alloc(&h->gpu, vram, &req, &again), 0);
	assert_false(again.zeroed);
	assert_int_equal(vgpu_heap_free(&h->gpu, vram, &again), 0);
	mutex_unlock(&h->gpu.vram_lock);
}

static void allocation_failures_leave_nothing(void **state)
{
	struct vgpu_bar1_usage usage;
	struct vgpu_bar1_map map;

	for (long nr = 0;; nr++) {
		int ret;

		shim_fail_allocation(nr);
		ret = vgpu_bar1_map_window(&h->gpu, 0x5000f000, 0x3f2000, &map);
		if (!shim_allocation_failed()) {
			shim_fail_allocation(-1);
			assert_int_equal(ret, 0);
			break;
		}
		assert_true(ret < 0);
		vgpu_bar1_usage(&h->gpu, &usage);
		assert_int_equal(usage.tables, 0);
		assert_int_equal(usage.windows, 0);
	}
	check_window(&map);
	vgpu_bar1_unmap_window(&h->gpu, &map);
}

static void root_comes_back(void **state)
{
	u64 root = h->gpu.si.bar1_pde_base, before, marker = 0x123450000000ULL << 4 | 2;

	/* What RM had in its root is there again once the driver lets go. */
	assert_int_not_equal(vram_at(root), 0); /* the driver's own window */
	vgpu_bar1_fini(&h->gpu);
	assert_int_equal(vram_at(root), 0);
	mutex_lock(&h->gpu.vram_lock);
	vgpu_pramin_read(&h->gpu, root, &before, sizeof(before));
	assert_int_equal(before, 0);
	vgpu_pramin_write(&h->gpu, root, &marker, sizeof(marker));
	mutex_unlock(&h->gpu.vram_lock);
	assert_int_equal(vgpu_bar1_init(&h->gpu), 0);
	assert_int_not_equal(vram_at(root), marker);
	vgpu_bar1_fini(&h->gpu);
	assert_int_equal(vram_at(root), marker);
	assert_int_equal(vgpu_bar1_init(&h->gpu), 0);
}

/* If the driver did not invalidate, or the MMU did not care, the tests above would fail. */
static void a_lost_invalidate_shows(void **state)
{
	struct vgpu_bar1_map a, b;
	u64 va;

	assert_int_equal(vgpu_bar1_map_window(&h->gpu, GIB, 0x1000, &a), 0);
	writel(0xcafe, a.io);
	va = a.va;
	harness_set_fail(h, "tlb-stale");
	vgpu_bar1_unmap_window(&h->gpu, &a);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 2 * GIB, 0x1000, &b), 0);
	assert_int_equal(b.va, va);
	assert_int_equal(readl(b.io), 0xcafe);
	writel(0xbeef, b.io);
	assert_int_equal((u32)vram_at(GIB), 0xbeef); /* the old owner's page */
	harness_set_fail(h, "");
	vgpu_bar1_unmap_window(&h->gpu, &b);
}

/* The MMU does not answer: the window is nobody's until it has been moved again. */
static void a_window_that_cannot_move_is_not_used(void **state)
{
	u64 here = 6 * GIB + 8, there = 40 * GIB + 8;
	const struct gmmu_ops *ops = &vgpu_mmu_ops.tables;
	u64 __iomem *io;

	mutex_lock(&h->gpu.vram_lock);
	io = ops->window(&h->gpu, here, 8);
	assert_non_null(io);
	writeq(0x1111, io);
	harness_set_fail(h, "tlb-stuck");
	assert_null(ops->window(&h->gpu, there, 8));
	/* Not where it was, either: nobody knows what it shows. PRAMIN does. */
	assert_null(ops->window(&h->gpu, here, 8));
	assert_int_equal(ops->read(&h->gpu, here), 0x1111);
	ops->write(&h->gpu, there, &(u64){ 0x2222 }, 1);
	assert_int_equal(vram_at(there), 0x2222);
	harness_set_fail(h, "");
	io = ops->window(&h->gpu, there, 8);
	assert_non_null(io);
	assert_int_equal(readq(io), 0x2222);
	writeq(0x3333, io);
	assert_int_equal(vram_at(there), 0x3333);
	assert_int_equal(vram_at(here), 0x1111);
	/* Beyond the framebuffer there is nothing to show. */
	assert_null(ops->window(&h->gpu, h->gpu.si.fb_bytes, 8));
	mutex_unlock(&h->gpu.vram_lock);
}

static void a_map_that_is_not_seen_is_undone(void **state)
{
	struct vgpu_bar1_usage before, after;
	struct vgpu_bar1_map map = { 0 };

	vgpu_bar1_usage(&h->gpu, &before);
	harness_set_fail(h, "tlb-stuck");
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, GIB, 0x1000, &map), -ETIMEDOUT);
	assert_null(map.io);
	vgpu_bar1_usage(&h->gpu, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	harness_set_fail(h, "");
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, GIB, 0x1000, &map), 0);
	writel(0xcafe, map.io);
	assert_int_equal((u32)vram_at(GIB), 0xcafe);
	vgpu_bar1_unmap_window(&h->gpu, &map);
}

static void lost_gpu_is_left_alone(void **state)
{
	struct vgpu_bar1_map map, other;

	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0x10000000, 0x1000, &map), 0);
	vgpu_gpu_mark_lost(&h->gpu, "test");
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0x10000000, 0x1000, &other), -ENODEV);
	vgpu_bar1_unmap_window(&h->gpu, &map);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(windows_show_their_vram),
		TEST(the_same_address_twice),
		TEST(bad_requests),
		TEST(exhaustion_changes_nothing),
		TEST(the_refusal_says_how_much_is_free),
		TEST(one_invalidate_a_batch_and_no_pramin),
		TEST(tables_are_scrubbed_once),
		TEST(the_first_tables_are_emptied_too),
		TEST(debug_reads),
		TEST(a_space_of_its_own),
		TEST(tables_outgrow_their_pool),
		TEST(the_window_follows),
		TEST(scrubbing_is_remembered),
		TEST(allocation_failures_leave_nothing),
		TEST(root_comes_back),
		TEST(a_lost_invalidate_shows),
		TEST(a_window_that_cannot_move_is_not_used),
		TEST(a_map_that_is_not_seen_is_undone),
		TEST(lost_gpu_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
