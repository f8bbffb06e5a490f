// SPDX-License-Identifier: GPL-2.0-or-later
/* The layout at the top of VRAM, against the worked example for a 48 GiB board. */
#include "harness.h"

#include "../../kmod/abi/regs.h"
#include "fw.h"

#define FB_48G 0xC00000000ULL
#define MIB 0x100000ULL

struct row {
	const struct gsp_fw_ops *ops;
	bool vgpu;
	u64 image, bootloader;
	u64 heap_request, boot_bin, gsp_fw, heap, heap_bytes, wpr_start, non_wpr;
};

static const struct row table[] = {
	{ &gsp_fw_ops_r570, false, 0x3C99000, 0x9000, 131 * MIB, 0xBFFDF7000, 0xBFC150000,
	  0xBF3E00000, 0x08300000, 0xBF3D00000, 0xBF3C00000 },
	{ &gsp_fw_ops_r570, true, 0x3C99000, 0x9000, 581 * MIB, 0xBFFDF7000, 0xBFC150000,
	  0xBD7C00000, 0x24500000, 0xBD7B00000, 0xBD7A00000 },
	{ &gsp_fw_ops_r535, false, 0x2448000, 0x8000, 129 * MIB, 0xBFFDF8000, 0xBFD9B0000,
	  0xBF5800000, 0x08100000, 0xBF5700000, 0xBF5600000 },
	{ &gsp_fw_ops_r535, true, 0x2448000, 0x8000, 549 * MIB, 0xBFFDF8000, 0xBFD9B0000,
	  0xBDB400000, 0x22500000, 0xBDB300000, 0xBDB200000 },
	/* A40: other bootloaders, the rest equal. */
	{ &gsp_fw_ops_r570, false, 0x3C99000, 0x6000, 131 * MIB, 0xBFFDFA000, 0xBFC160000,
	  0xBF3E00000, 0x08300000, 0xBF3D00000, 0xBF3C00000 },
	{ &gsp_fw_ops_r535, false, 0x2448000, 0x5000, 129 * MIB, 0xBFFDFB000, 0xBFD9B0000,
	  0xBF5800000, 0x08100000, 0xBF5700000, 0xBF5600000 },
};

static void worked_example(void **state)
{
	struct gsp_layout_input in = { .fb_bytes = FB_48G };
	struct gsp_layout l;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const struct row *r = &table[i];

		in.vga_offset = gsp_layout_vga_offset(FB_48G, 0);
		in.image_bytes = r->image;
		in.bootloader_bytes = r->bootloader;
		in.heap_bytes = gsp_layout_heap_bytes(r->ops, FB_48G, r->vgpu);
		assert_int_equal(in.heap_bytes, r->heap_request);
		assert_int_equal(gsp_layout_compute(&in, &l), 0);
		assert_int_equal(l.vga_offset, 0xBFFF00000);
		assert_int_equal(l.vga_bytes, 0x100000);
		assert_int_equal(l.wpr_end, 0xBFFF00000);
		assert_int_equal(l.frts_offset, 0xBFFE00000);
		assert_int_equal(l.frts_bytes, 0x100000);
		assert_int_equal(l.bootloader_offset, r->boot_bin);
		assert_int_equal(l.image_offset, r->gsp_fw);
		assert_int_equal(l.heap_offset, r->heap);
		assert_int_equal(l.heap_bytes, r->heap_bytes);
		assert_int_equal(l.wpr_start, r->wpr_start);
		assert_int_equal(l.non_wpr_offset, r->non_wpr);
		assert_int_equal(l.non_wpr_bytes, 0x100000);
		assert_int_equal(l.rsvd_start, r->non_wpr);
	}
}

/* Heap by formula for the board sizes of hw/boot.md 3.4. */
static void heap_sizes(void **state)
{
	static const struct {
		u64 gib, mib;
	} rows[] = { { 16, 128 }, { 24, 129 }, { 40, 130 }, { 48, 131 }, { 80, 134 }, { 96, 135 } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(gsp_layout_heap_bytes(&gsp_fw_ops_r570, rows[i].gib << 30, false),
				 rows[i].mib * MIB);
	assert_int_equal(gsp_layout_heap_bytes(&gsp_fw_ops_r570, 4096ULL << 30, false), 280 * MIB);
	assert_int_equal(gsp_layout_heap_bytes(&gsp_fw_ops_r570, 1, true), 581 * MIB);
}

static void display_workspace(void **state)
{
	u32 valid = NV_PDISP_VGA_WORKSPACE_VALID | NV_PDISP_VGA_WORKSPACE_TARGET_VAL_VRAM;

	assert_int_equal(gsp_layout_vga_offset(FB_48G, 0), FB_48G - MIB);
	/* Register value: address >> 8; 0xBFFF80000 lies in the last MiB. */
	assert_int_equal(gsp_layout_vga_offset(FB_48G, 0x0BFFF800 | valid), 0xBFFF80000ULL);
	assert_int_equal(gsp_layout_vga_offset(FB_48G, 0x01000000 | valid), FB_48G - 0x20000);
}

static void too_small(void **state)
{
	struct gsp_layout_input in = { .image_bytes = 0x3C99000, .bootloader_bytes = 0x9000,
				       .heap_bytes = 581 * MIB };
	struct gsp_layout l;
	u64 mib;

	for (mib = 1; mib < 800; mib++) {
		in.fb_bytes = mib * MIB;
		in.vga_offset = gsp_layout_vga_offset(in.fb_bytes, 0);
		if (!gsp_layout_compute(&in, &l)) {
			assert_true(l.rsvd_start < l.wpr_start && l.wpr_start < l.heap_offset);
			break;
		}
	}
	assert_true(mib > 640 && mib < 660);
	in.vga_offset = in.fb_bytes + 1;
	assert_int_equal(gsp_layout_compute(&in, &l), -EINVAL);
	in.vga_offset = in.fb_bytes;
	in.heap_bytes = ~0ULL;
	assert_int_equal(gsp_layout_compute(&in, &l), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worked_example),
		cmocka_unit_test(heap_sizes),
		cmocka_unit_test(display_workspace),
		cmocka_unit_test(too_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
