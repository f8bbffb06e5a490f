// SPDX-License-Identifier: GPL-2.0-or-later
/* booter_load: a good boot of each layout, and every field wrong once. */
#include "model_board.h"

#define FWSEC_AT (HOST_RAM_BASE + 0x000000)
#define BOOTER_AT (HOST_RAM_BASE + 0x010000)
#define META_AT (HOST_RAM_BASE + 0x020000)
#define SIGNATURE_AT (HOST_RAM_BASE + 0x021000)
#define BOOTLOADER_AT (HOST_RAM_BASE + 0x030000)
#define RADIX3_AT (HOST_RAM_BASE + 0x040000)
#define LEVEL1_AT (HOST_RAM_BASE + 0x041000)
#define LEVEL2_AT (HOST_RAM_BASE + 0x042000)
#define IMAGE_AT (HOST_RAM_BASE + 0x100000) /* every page of the image is this one */
#define LIBOS_ARGS 0x123456000ULL
#define BOOTLOADER_BYTES 0x9000

/* The vGPU host column of hw/boot.md 3.6, r570 on a 48 GiB L40. */
static struct gsp_fw_wpr_meta vgpu_meta(void)
{
	return (struct gsp_fw_wpr_meta){
		.magic = GSP_FW_WPR_META_MAGIC,
		.revision = 1,
		.sysmem_addr_of_radix3_elf = RADIX3_AT,
		.size_of_radix3_elf = 0x3C99000,
		.sysmem_addr_of_bootloader = BOOTLOADER_AT,
		.size_of_bootloader = BOOTLOADER_BYTES,
		.bootloader_code_offset = 0x4800,
		.bootloader_data_offset = 0x800,
		.bootloader_manifest_offset = 0,
		.sysmem_addr_of_signature = SIGNATURE_AT,
		.size_of_signature = 0x1000,
		.gsp_fw_rsvd_start = 0xBD7A00000,
		.non_wpr_heap_offset = 0xBD7A00000,
		.non_wpr_heap_size = 0x100000,
		.gsp_fw_wpr_start = 0xBD7B00000,
		.gsp_fw_heap_offset = 0xBD7C00000,
		.gsp_fw_heap_size = 0x24500000,
		.gsp_fw_offset = 0xBFC150000,
		.boot_bin_offset = 0xBFFDF7000,
		.frts_offset = 0xBFFE00000,
		.frts_size = 0x100000,
		.gsp_fw_wpr_end = 0xBFFF00000,
		.fb_size = 0xC00000000,
		.vga_workspace_offset = 0xBFFF00000,
		.vga_workspace_size = 0x100000,
		.gsp_fw_heap_vf_partition_count = 32,
	};
}

/* The bare-metal column. */
static struct gsp_fw_wpr_meta bare_meta(void)
{
	struct gsp_fw_wpr_meta meta = vgpu_meta();

	meta.gsp_fw_rsvd_start = 0xBF3C00000;
	meta.non_wpr_heap_offset = 0xBF3C00000;
	meta.gsp_fw_wpr_start = 0xBF3D00000;
	meta.gsp_fw_heap_offset = 0xBF3E00000;
	meta.gsp_fw_heap_size = 0x08300000;
	meta.gsp_fw_heap_vf_partition_count = 0;
	return meta;
}

static void build_radix3(uint64_t image_bytes)
{
	uint64_t pages = (image_bytes + 0xfff) / 0x1000;

	memset(ram_at(RADIX3_AT), 0, 0xa0000);
	gm_put64(ram_at(RADIX3_AT), LEVEL1_AT);
	for (uint64_t i = 0; i < (pages + 511) / 512; i++)
		gm_put64(ram_at(LEVEL1_AT) + 8 * i, LEVEL2_AT + i * 0x1000);
	for (uint64_t i = 0; i < pages; i++)
		gm_put64(ram_at(LEVEL2_AT) + 8 * i, IMAGE_AT);
}

static void scrub(void)
{
	struct image image = sec2_image(BOOTER_AT, 0xd);

	falcon_load(&image);
	falcon_start(&image);
}

/* A board ready for booter: FRTS done, GSP mailboxes hold the libos arguments. */
static void board_ready(const struct gpu_model_config *config, bool scrubbed)
{
	struct image image;

	board_new(config);
	image = fwsec_image(FWSEC_AT, FWSEC_CMD_FRTS, 0xBFFE00000ULL);
	falcon_load(&image);
	falcon_start(&image);
	falcon_reset(NV_PGSP);
	wr(NV_PGSP + NV_PFALCON2_BCR_CTRL, 0x111);
	wr(NV_PGSP + NV_PFALCON_MAILBOX0, (uint32_t)LIBOS_ARGS);
	wr(NV_PGSP + NV_PFALCON_MAILBOX1, (uint32_t)(LIBOS_ARGS >> 32));
	if (scrubbed)
		scrub();
	build_radix3(0x3C99000);
}

static uint32_t run_booter(const struct gsp_fw_wpr_meta *meta)
{
	struct image image = sec2_image(BOOTER_AT, 3);

	memcpy(ram_at(META_AT), meta, sizeof(*meta));
	falcon_load(&image);
	wr(NV_PSEC2 + NV_PFALCON_MAILBOX0, (uint32_t)META_AT);
	wr(NV_PSEC2 + NV_PFALCON_MAILBOX1, (uint32_t)(META_AT >> 32));
	falcon_start(&image);
	return rd(NV_PSEC2 + NV_PFALCON_MAILBOX0);
}

static void test_vgpu_boot(void **state)
{
	struct gsp_fw_wpr_meta meta = vgpu_meta(), copy;

	board_ready(NULL, true);
	wr(NV_PGSP_DOORBELL, 0); /* before GSP runs: not seen */
	assert_int_equal(host.doorbells, 0);
	assert_int_equal(run_booter(&meta), 0);
	assert_int_equal(host.gsp_starts, 1);
	assert_int_equal(host.libos_args, LIBOS_ARGS);
	assert_int_equal(host.partitions, 32);
	assert_string_equal(host.line, "570.144");
	assert_int_equal(rd(NV_PFB_MMU_WPR2_LO), 0x0bd7b000);
	assert_int_equal(rd(NV_PFB_MMU_WPR2_HI), 0x0bfff000);
	assert_true(rd(NV_PGSP + NV_PFALCON2_RISCV_CPUCTL) & NV_PFALCON2_RISCV_CPUCTL_ACTIVE);
	assert_int_equal(gm_fw_reserved_start(host.gm), 0xBD7A00000);
	assert_int_equal(gm_vram_read(host.gm, 0xBD7B00000, &copy, sizeof(copy)), 0);
	assert_int_equal(copy.verified, GSP_FW_WPR_META_VERIFIED);
	wr(NV_PGSP_DOORBELL, 0);
	assert_int_equal(host.doorbells, 1);
	/* A second load while GSP holds WPR2. */
	assert_int_equal(run_booter(&meta), GM_BOOTER_WPR2_SET);
	/* GSP reset stops the firmware; unload takes WPR2 down. */
	falcon_reset(NV_PGSP);
	assert_int_equal(host.gsp_stops, 1);
	assert_false(rd(NV_PGSP + NV_PFALCON2_RISCV_CPUCTL) & NV_PFALCON2_RISCV_CPUCTL_ACTIVE);
	wr(NV_PGSP_DOORBELL, 0);
	assert_int_equal(host.doorbells, 1);
	board_free();
}

static void test_bare_metal_needs_no_scrub(void **state)
{
	struct gsp_fw_wpr_meta meta = bare_meta();

	board_ready(NULL, false);
	assert_int_equal(run_booter(&meta), 0);
	assert_int_equal(host.partitions, 0);
	assert_int_equal(rd(NV_PFB_MMU_WPR2_LO), 0x0bf3d000);
	board_free();
}

static void test_scrub_required(void **state)
{
	struct gpu_model_config a40 = { .board = "A40" };
	struct gsp_fw_wpr_meta meta = vgpu_meta();

	board_ready(NULL, false);
	assert_int_equal(run_booter(&meta), GM_BOOTER_SCRUB_MISSING);
	assert_int_equal(host.gsp_starts, 0);
	board_free();
	/* GA10x has no scrubber: no vGPU layout boots. */
	board_ready(&a40, true);
	assert_int_equal(run_booter(&meta), GM_BOOTER_SCRUB_MISSING);
	board_free();
}

static void test_every_field(void **state)
{
	static const struct {
		size_t offset;
		int64_t delta;
		uint32_t error;
	} wrong[] = {
#define F(field) offsetof(struct gsp_fw_wpr_meta, field)
		{ F(magic), 1, GM_BOOTER_META_MAGIC },
		{ F(revision), 1, GM_BOOTER_META_REVISION },
		{ F(verified), 1, GM_BOOTER_META_VERIFIED },
		{ F(boot_count), 1, GM_BOOTER_META_VERIFIED },
		{ F(size_of_radix3_elf), 0x1000, GM_BOOTER_IMAGE_SIZE },
		{ F(fb_size), 0x100000, GM_BOOTER_FB_SIZE },
		{ F(vga_workspace_offset), -0x20000, GM_BOOTER_VGA_WORKSPACE },
		{ F(vga_workspace_size), 0x1000, GM_BOOTER_VGA_WORKSPACE },
		{ F(gsp_fw_wpr_end), -0x20000, GM_BOOTER_WPR_END },
		{ F(frts_offset), 0x1000, GM_BOOTER_FRTS },
		{ F(frts_size), 0x1000, GM_BOOTER_FRTS },
		{ F(boot_bin_offset), 0x1000, GM_BOOTER_BOOT_BIN },
		{ F(boot_bin_offset), -0x1000, GM_BOOTER_BOOT_BIN },
		{ F(size_of_bootloader), 0x1000, GM_BOOTER_BOOT_BIN },
		{ F(size_of_bootloader), -BOOTLOADER_BYTES, GM_BOOTER_BOOTLOADER },
		{ F(bootloader_code_offset), 0x9000, GM_BOOTER_BOOTLOADER },
		{ F(bootloader_data_offset), 0x9000, GM_BOOTER_BOOTLOADER },
		{ F(bootloader_manifest_offset), 0x9000, GM_BOOTER_BOOTLOADER },
		{ F(sysmem_addr_of_bootloader), 0x10000000, GM_BOOTER_BOOTLOADER },
		{ F(gsp_fw_offset), 0x10000, GM_BOOTER_IMAGE_OFFSET },
		{ F(gsp_fw_heap_offset), 0x1000, GM_BOOTER_HEAP },
		{ F(gsp_fw_heap_offset), 0x100000, GM_BOOTER_HEAP_SIZE },
		{ F(gsp_fw_heap_size), -0x100000, GM_BOOTER_HEAP_SIZE },
		{ F(gsp_fw_wpr_start), 0x100000, GM_BOOTER_WPR_START },
		{ F(non_wpr_heap_size), 0x100000, GM_BOOTER_NON_WPR_HEAP },
		{ F(non_wpr_heap_offset), -0x100000, GM_BOOTER_NON_WPR_HEAP },
		{ F(gsp_fw_rsvd_start), -0x100000, GM_BOOTER_RESERVED_START },
		{ F(size_of_signature), 0x1000, GM_BOOTER_SIGNATURE },
		{ F(size_of_signature), -0x1000, GM_BOOTER_SIGNATURE },
		{ F(sysmem_addr_of_signature), 0x10000000, GM_BOOTER_SIGNATURE },
		{ F(sysmem_addr_of_radix3_elf), 8, GM_BOOTER_RADIX3 },
		{ F(sysmem_addr_of_radix3_elf), 0x10000000, GM_BOOTER_RADIX3 },
#undef F
	};

	board_ready(NULL, true);
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct gsp_fw_wpr_meta meta = vgpu_meta();
		uint8_t *field = (uint8_t *)&meta + wrong[i].offset;

		gm_put64(field, gm_get64(field) + (uint64_t)wrong[i].delta);
		if (run_booter(&meta) != wrong[i].error)
			fail_msg("offset 0x%zx: error 0x%x, expected 0x%x", wrong[i].offset,
				 rd(NV_PSEC2 + NV_PFALCON_MAILBOX0), wrong[i].error);
		assert_int_equal(host.gsp_starts, 0);
		assert_int_equal(rd(NV_PFB_MMU_WPR2_LO), 0x0bffe000);
	}
	board_free();
}

static void test_small_fields(void **state)
{
	struct gsp_fw_wpr_meta meta;

	board_ready(NULL, true);
	meta = vgpu_meta(), meta.pmu_reserved_size = 0x1000;
	assert_int_equal(run_booter(&meta), GM_BOOTER_PMU_RESERVED);
	meta = vgpu_meta(), meta.gsp_fw_heap_vf_partition_count = 33;
	assert_int_equal(run_booter(&meta), GM_BOOTER_PARTITIONS);
	/* A vGPU host needs the big heap. */
	meta = bare_meta(), meta.gsp_fw_heap_vf_partition_count = 32;
	assert_int_equal(run_booter(&meta), GM_BOOTER_HEAP_SIZE);
	/* Bare metal refuses one that is too big. */
	meta = vgpu_meta(), meta.gsp_fw_heap_vf_partition_count = 0;
	assert_int_equal(run_booter(&meta), GM_BOOTER_HEAP_SIZE);
	meta = vgpu_meta(), meta.magic = GSP_FW_SR_META_MAGIC;
	assert_int_equal(run_booter(&meta), GM_BOOTER_RESUME);
	board_free();
}

static void test_radix3(void **state)
{
	struct gsp_fw_wpr_meta meta = vgpu_meta();
	uint64_t last = 0x3C99000 / 0x1000 - 1;

	board_ready(NULL, true);
	gm_put64(ram_at(LEVEL2_AT) + 8 * 700, 0);
	assert_int_equal(run_booter(&meta), GM_BOOTER_RADIX3);
	gm_put64(ram_at(LEVEL2_AT) + 8 * 700, IMAGE_AT + 4);
	assert_int_equal(run_booter(&meta), GM_BOOTER_RADIX3);
	build_radix3(0x3C99000);
	gm_put64(ram_at(LEVEL2_AT) + 8 * last, 0x7000);
	assert_int_equal(run_booter(&meta), GM_BOOTER_IMAGE_UNREADABLE);
	build_radix3(0x3C99000);
	gm_put64(ram_at(LEVEL1_AT) + 8 * 30, 0);
	assert_int_equal(run_booter(&meta), GM_BOOTER_RADIX3);
	board_free();
}

static void test_state(void **state)
{
	struct gsp_fw_wpr_meta meta = vgpu_meta();
	struct image image;

	/* No FRTS. */
	board_new(NULL);
	build_radix3(0x3C99000);
	assert_int_equal(run_booter(&meta), GM_BOOTER_WPR2_UNSET);
	/* FRTS elsewhere. */
	image = fwsec_image(FWSEC_AT, FWSEC_CMD_FRTS, 0xBFFC00000ULL);
	falcon_load(&image);
	falcon_start(&image);
	scrub();
	build_radix3(0x3C99000);
	assert_int_equal(run_booter(&meta), GM_BOOTER_WPR2_MISMATCH);
	board_free();
	/* Faults. */
	board_ready(NULL, true);
	gpu_model_set_fail(host.gm, "booter", NULL, 0);
	assert_int_equal(run_booter(&meta), GM_BOOTER_INJECTED);
	gpu_model_set_fail(host.gm, "riscv", NULL, 0);
	assert_int_equal(run_booter(&meta), 0);
	assert_int_equal(host.gsp_starts, 0);
	assert_false(rd(NV_PGSP + NV_PFALCON2_RISCV_CPUCTL) & NV_PFALCON2_RISCV_CPUCTL_ACTIVE);
	board_free();
}

static void test_added_row(void **state)
{
	static const struct gpu_model_fw_row row = { 0x3000, "570.144" };
	struct gpu_model_config config = { .fw_rows = &row, .num_fw_rows = 1 };
	struct gsp_fw_wpr_meta meta = bare_meta();

	board_ready(&config, false);
	build_radix3(0x3000);
	/* Bootloader ends at 0xBFFDF7000; the image takes 64 KiB below it. */
	meta.size_of_radix3_elf = 0x3000;
	meta.gsp_fw_offset = 0xBFFDF0000;
	meta.gsp_fw_heap_offset = 0xBF7A00000;
	meta.gsp_fw_heap_size = 0x08300000;
	meta.gsp_fw_wpr_start = 0xBF7900000;
	meta.non_wpr_heap_offset = meta.gsp_fw_rsvd_start = 0xBF7800000;
	assert_int_equal(run_booter(&meta), 0);
	assert_string_equal(host.line, "570.144");
	board_free();
}

static void test_reload(void **state)
{
	struct gsp_fw_wpr_meta meta = vgpu_meta();
	struct image image;

	board_ready(NULL, true);
	for (unsigned int i = 1; i <= 3; i++) {
		assert_int_equal(run_booter(&meta), 0);
		assert_int_equal(host.gsp_starts, i);
		falcon_reset(NV_PGSP);
		image = fwsec_image(FWSEC_AT, FWSEC_CMD_SB, 0);
		falcon_load(&image);
		falcon_start(&image);
		image = sec2_image(BOOTER_AT, 3);
		falcon_load(&image);
		wr(NV_PSEC2 + NV_PFALCON_MAILBOX0, 0xff);
		wr(NV_PSEC2 + NV_PFALCON_MAILBOX1, 0xff);
		falcon_start(&image);
		assert_int_equal(rd(NV_PSEC2 + NV_PFALCON_MAILBOX0), 0);
		assert_int_equal(rd(NV_PFB_MMU_WPR2_HI), 0);
		assert_int_equal(gm_fw_reserved_start(host.gm), 0xC00000000);
		image = fwsec_image(FWSEC_AT, FWSEC_CMD_FRTS, 0xBFFE00000ULL);
		falcon_load(&image);
		falcon_start(&image);
	}
	/* FLR takes everything back to power-on. */
	assert_int_equal(run_booter(&meta), 0);
	gpu_model_function_reset(host.gm, 0);
	assert_int_equal(rd(NV_PFB_MMU_WPR2_HI), 0);
	assert_int_equal(host.gsp_stops, 4);
	board_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vgpu_boot),
		cmocka_unit_test(test_bare_metal_needs_no_scrub),
		cmocka_unit_test(test_scrub_required),
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_small_fields),
		cmocka_unit_test(test_radix3),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_added_row),
		cmocka_unit_test(test_reload),
	};

	return cmocka_run_group_tests_name("model_booter", tests, NULL, NULL);
}
