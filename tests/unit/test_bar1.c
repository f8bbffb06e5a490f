// SPDX-License-Identifier: GPL-2.0-or-later
/* BAR1 windows of a booted GPU: what the CPU writes there is where the model's own walk puts it. */
#include "harness.h"

#include <linux/errno.h>
#include <linux/io.h>

#include "bar1.h"
#include "host.h"
#include "pramin.h"

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

static u64 vram(u64 spa)
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
		assert_int_equal(vram(map->spa + at[i]), value);
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
	assert_int_equal((u32)vram(2 * GIB), 0xbeef);
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
	struct vgpu_bar1_map map;

	/* What RM had in its root is there again once the driver lets go. */
	mutex_lock(&h->gpu.vram_lock);
	vgpu_pramin_read(&h->gpu, root, &before, sizeof(before));
	mutex_unlock(&h->gpu.vram_lock);
	assert_int_equal(before, 0);
	assert_int_equal(vgpu_bar1_map_window(&h->gpu, 0x10000000, 0x1000, &map), 0);
	assert_int_not_equal(vram(root), 0);
	vgpu_bar1_unmap_window(&h->gpu, &map);
	assert_int_equal(vram(root), 0);

	vgpu_bar1_fini(&h->gpu);
	mutex_lock(&h->gpu.vram_lock);
	vgpu_pramin_write(&h->gpu, root, &marker, sizeof(marker));
	mutex_unlock(&h->gpu.vram_lock);
	assert_int_equal(vgpu_bar1_init(&h->gpu, h->gpu.host->vram.pf_pool.spa,
					h->gpu.host->vram.pf_pool.bytes), 0);
	assert_int_equal(vram(root), 0);
	vgpu_bar1_fini(&h->gpu);
	assert_int_equal(vram(root), marker);
	assert_int_equal(vgpu_bar1_init(&h->gpu, h->gpu.host->vram.pf_pool.spa,
					h->gpu.host->vram.pf_pool.bytes), 0);
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
	assert_int_equal((u32)vram(GIB), 0xbeef); /* the old owner's page */
	harness_set_fail(h, "");
	vgpu_bar1_unmap_window(&h->gpu, &b);
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
		TEST(allocation_failures_leave_nothing),
		TEST(root_comes_back),
		TEST(a_lost_invalidate_shows),
		TEST(lost_gpu_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
