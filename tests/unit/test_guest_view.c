// SPDX-License-Identifier: GPL-2.0-or-later
/* What a guest sees of its VF: identity, BAR sizes, what it can map. */
#include "harness.h"

#include <linux/errno.h>

#include "guest_view.h"

#define MIB (1ULL << 20)
#define VF_BAR1 (2048 * MIB)
#define CFG_BYTES 256

/* The VF's own configuration space as VFIO shows it, before our patches. */
static u8 space[CFG_BYTES];

static struct vgpu_guest_view view_of(u64 bar1_bytes)
{
	return (struct vgpu_guest_view){
		.page_bytes = 4096, .bar1_bytes = bar1_bytes,
		.bar1_64bit = true, .bar1_prefetch = true, .trap = true,
		.subsystem_vendor = 0x10de, .subsystem = 0x1775, .class_code = 0x030200,
	};
}

static void read_patched(const struct vgpu_guest_view *view, u64 pos, size_t count, u8 *out)
{
	struct vgpu_guest_patch patch;

	memcpy(out, space + pos, count);
	for (unsigned int i = 0; i < VGPU_GUEST_PATCHES; i++) {
		if (!vgpu_guest_patch(view, i, pos, count, &patch))
			continue;
		assert_true(patch.in_access + patch.bytes <= count);
		memcpy(out + patch.in_access, patch.data, patch.bytes);
	}
}

static u64 read_value(const struct vgpu_guest_view *view, u64 pos, size_t count)
{
	u64 value = 0;

	read_patched(view, pos, count, (u8 *)&value);
	return value;
}

static void write_bar1(struct vgpu_guest_view *view, u64 pos, u64 value, size_t count)
{
	struct vgpu_overlap o;

	if (vgpu_guest_touches_bar1(view, pos, count, &o))
		vgpu_guest_write_bar1(view, &o, (const u8 *)&value + o.in_access);
}

static void bar1_sizes(void **state)
{
	assert_int_equal(vgpu_guest_bar1_bytes(VF_BAR1, 256, 4096), 256 * MIB);
	assert_int_equal(vgpu_guest_bar1_bytes(VF_BAR1, 1, 4096), MIB);
	assert_int_equal(vgpu_guest_bar1_bytes(VF_BAR1, 300, 4096), 256 * MIB);
	/* The VF's own: none asked for, as much, more. */
	assert_int_equal(vgpu_guest_bar1_bytes(VF_BAR1, 0, 4096), 0);
	assert_int_equal(vgpu_guest_bar1_bytes(VF_BAR1, 2048, 4096), 0);
	assert_int_equal(vgpu_guest_bar1_bytes(VF_BAR1, ~0U, 4096), 0);
	assert_int_equal(vgpu_guest_bar1_bytes(0, 256, 4096), 0);
}

static void identity(void **state)
{
	struct vgpu_guest_view view = view_of(0);

	memset(space, 0x5a, sizeof(space));
	assert_int_equal(read_value(&view, 0x2c, 4), 0x177510de);
	assert_int_equal(read_value(&view, 0x2e, 2), 0x1775);
	assert_int_equal(read_value(&view, 0x2f, 1), 0x17);
	assert_int_equal(read_value(&view, 0x08, 4), 0x0302005a); /* the revision stays */
	assert_int_equal(read_value(&view, 0x0a, 2), 0x0302);
	assert_int_equal(read_value(&view, 0x28, 8), 0x177510de5a5a5a5aULL);
	assert_int_equal(read_value(&view, 0x30, 4), 0x5a5a5a5a);
	/* BAR1 is not ours to show. */
	assert_int_equal(read_value(&view, 0x14, 8), 0x5a5a5a5a5a5a5a5aULL);
}

static void bar1_sizing(void **state)
{
	struct vgpu_guest_view view = view_of(256 * MIB);

	memset(space, 0, sizeof(space));
	assert_int_equal(read_value(&view, 0x14, 4), 0xc);
	write_bar1(&view, 0x14, ~0ULL, 4);
	write_bar1(&view, 0x18, ~0ULL, 4);
	assert_int_equal(read_value(&view, 0x14, 4), 0xf000000c);
	assert_int_equal(read_value(&view, 0x18, 4), 0xffffffff);
	write_bar1(&view, 0x14, 0x3450000000ULL, 8);
	assert_int_equal(read_value(&view, 0x14, 8), 0x345000000cULL);
	/* One byte of it; neighbours are others' business. */
	write_bar1(&view, 0x18, 0x77, 1);
	assert_int_equal(read_value(&view, 0x14, 8), 0x775000000cULL);
	write_bar1(&view, 0x10, ~0ULL, 4);
	write_bar1(&view, 0x1c, ~0ULL, 4);
	assert_int_equal(read_value(&view, 0x14, 8), 0x775000000cULL);
	assert_int_equal(read_value(&view, 0x10, 4), 0);
	assert_int_equal(read_value(&view, 0x1c, 4), 0);
	write_bar1(&view, 0x12, 0xddccbbaa00001111ULL, 8);
	assert_int_equal(read_value(&view, 0x14, 8) >> 32, 0xddcc);

	view.bar1_64bit = false;
	view.bar1_prefetch = false;
	view.bar1_register = ~0ULL;
	memset(space, 0x5a, sizeof(space));
	assert_int_equal(read_value(&view, 0x14, 8), 0x5a5a5a5af0000000ULL);
}

static void every_overlap(void **state)
{
	struct vgpu_overlap o;

	for (u64 pos = 0; pos < 16; pos++) {
		for (u64 count = 0; count < 16; count++) {
			u64 start = pos > 4 ? pos : 4, end = pos + count < 10 ? pos + count : 10;
			bool want = start < end;

			assert_int_equal(vgpu_guest_overlap(pos, count, 4, 6, &o), want);
			if (!want)
				continue;
			assert_int_equal(o.in_access, start - pos);
			assert_int_equal(o.in_field, start - 4);
			assert_int_equal(o.bytes, end - start);
		}
	}
	assert_true(vgpu_guest_overlap(0, U64_MAX, 4, 6, &o));
	assert_int_equal(o.bytes, 6);
	assert_true(vgpu_guest_overlap(5, U64_MAX, 4, 6, &o));
	assert_int_equal(o.bytes, 5);
	assert_false(vgpu_guest_overlap(U64_MAX, U64_MAX, 4, 6, &o));
	assert_true(vgpu_guest_touches_command(4, 1));
	assert_true(vgpu_guest_touches_command(5, 1));
	assert_true(vgpu_guest_touches_command(0, 8));
	assert_false(vgpu_guest_touches_command(6, 2));
	assert_false(vgpu_guest_touches_command(0, 4));
}

static void expect_limit(const struct vgpu_guest_view *view, unsigned int bar, u64 offset,
			 size_t count, int ret, size_t want, bool trapped)
{
	bool hit;

	assert_int_equal(vgpu_guest_limit(view, bar, offset, &count, &hit), ret);
	if (ret)
		return;
	assert_int_equal(count, want);
	assert_int_equal(hit, trapped);
}

static void accesses_are_cut(void **state)
{
	struct vgpu_guest_view view = view_of(256 * MIB);

	expect_limit(&view, 1, 0, 16, 0, 16, false);
	expect_limit(&view, 1, 256 * MIB - 4, 16, 0, 4, false);
	expect_limit(&view, 1, 256 * MIB, 1, -EINVAL, 0, false);
	expect_limit(&view, 1, U64_MAX, 1, -EINVAL, 0, false);
	expect_limit(&view, 3, 256 * MIB, 1, 0, 1, false);
	expect_limit(&view, 0, 0, 0x10000, 0, 0x3000, false);
	expect_limit(&view, 0, 0x2ffc, 8, 0, 4, false);
	expect_limit(&view, 0, 0x3000, 8, 0, 8, true);
	expect_limit(&view, 0, 0x3fff, 8, 0, 8, true);
	expect_limit(&view, 0, 0x4000, 8, 0, 8, false);
	view.trap = false;
	view.bar1_bytes = 0;
	expect_limit(&view, 0, 0x3000, 8, 0, 8, false);
	expect_limit(&view, 1, 256 * MIB, 8, 0, 8, false);
}

static void what_can_be_mapped(void **state)
{
	struct vgpu_guest_view view = view_of(256 * MIB);
	struct vgpu_guest_area areas[VGPU_GUEST_AREAS];

	assert_true(vgpu_guest_may_map(&view, 0, 0, 0x3000));
	assert_false(vgpu_guest_may_map(&view, 0, 0, 0x4000));
	assert_false(vgpu_guest_may_map(&view, 0, 0x3000, 0x1000));
	assert_true(vgpu_guest_may_map(&view, 0, 0x4000, 0x1000));
	assert_true(vgpu_guest_may_map(&view, 1, 0, 256 * MIB));
	assert_false(vgpu_guest_may_map(&view, 1, 4096, 256 * MIB));
	assert_false(vgpu_guest_may_map(&view, 1, U64_MAX - 4095, 8192));
	assert_false(vgpu_guest_may_map(&view, 3, U64_MAX - 4095, 8192));
	assert_true(vgpu_guest_may_map(&view, 3, 0, 32 * MIB));

	assert_int_equal(vgpu_guest_areas(&view, 0x40000, areas), 2);
	assert_int_equal(areas[0].offset, 0);
	assert_int_equal(areas[0].bytes, 0x3000);
	assert_int_equal(areas[1].offset, 0x4000);
	assert_int_equal(areas[1].bytes, 0x3c000);
	view.page_bytes = 65536;
	assert_int_equal(vgpu_guest_areas(&view, 0x40000, areas), 1);
	assert_int_equal(areas[0].offset, 0x10000);
	assert_int_equal(areas[0].bytes, 0x30000);
	assert_false(vgpu_guest_may_map(&view, 0, 0, 65536));
	assert_int_equal(vgpu_guest_areas(&view, 0x10000, areas), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bar1_sizes),
		cmocka_unit_test(identity),
		cmocka_unit_test(bar1_sizing),
		cmocka_unit_test(every_overlap),
		cmocka_unit_test(accesses_are_cut),
		cmocka_unit_test(what_can_be_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
