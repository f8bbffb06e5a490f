// SPDX-License-Identifier: GPL-2.0-or-later
/* Falcon load and start, FWSEC, scrubber, booter_unload. */
#include "model_board.h"

#define FRTS_L40 0xBFFE00000ULL
#define IMAGE HOST_RAM_BASE

static void test_registers(void **state)
{
	board_new(NULL);
	for (unsigned int i = 0; i < 2; i++) {
		uint32_t base = i ? NV_PSEC2 : NV_PGSP;

		assert_int_equal(rd(base + NV_PFALCON_HWCFG2), 0x80000400);
		assert_int_equal(rd(base + NV_PFALCON_HWCFG), 0x00020100);
		assert_true(rd(base + NV_PFALCON_CPUCTL) & NV_PFALCON_CPUCTL_HALTED);
		assert_int_equal(rd(base + NV_PFALCON2_RISCV_CPUCTL), 0x10);
		wr(base + NV_PFALCON2_BCR_CTRL, 0);
		assert_int_equal(rd(base + NV_PFALCON2_BCR_CTRL), 1);
		wr(base + NV_PFALCON2_BCR_CTRL, 0x111);
		assert_int_equal(rd(base + NV_PFALCON2_BCR_CTRL), 0x111);
	}
	/* Mailboxes survive an engine reset. */
	wr(NV_PGSP + NV_PFALCON_MAILBOX0, 0x1234);
	falcon_reset(NV_PGSP);
	assert_int_equal(rd(NV_PGSP + NV_PFALCON_MAILBOX0), 0x1234);
	assert_int_equal(host.warnings, 0);
	board_free();
}

static void test_empty_start(void **state)
{
	board_new(NULL);
	falcon_reset(NV_PGSP);
	wr(NV_PGSP + NV_PFALCON_MAILBOX0, 0x11);
	wr(NV_PGSP + NV_PFALCON_MAILBOX1, 0x22);
	wr(NV_PGSP + NV_PFALCON_CPUCTL, NV_PFALCON_CPUCTL_STARTCPU);
	assert_true(rd(NV_PGSP + NV_PFALCON_CPUCTL) & NV_PFALCON_CPUCTL_HALTED);
	assert_int_equal(rd(NV_PGSP + NV_PFALCON_MAILBOX0), 0x11);
	assert_int_equal(rd(NV_PGSP + NV_PFALCON_MAILBOX1), 0x22);
	assert_int_equal(host.gm->stats.fwsec_runs, 0);
	assert_int_equal(host.warnings, 0);
	board_free();
}

static uint32_t run_fwsec(const struct image *image)
{
	falcon_load(image);
	wr(NV_PGSP + NV_PFALCON_MAILBOX0, 0);
	falcon_start(image);
	assert_int_equal(rd(NV_PGSP + NV_PFALCON_MAILBOX0), 0);
	return rd(NV_PBUS_SW_SCRATCH_FRTS) >> 16;
}

static void test_frts(void **state)
{
	struct image image;

	board_new(NULL);
	image = fwsec_image(IMAGE, FWSEC_CMD_FRTS, FRTS_L40);
	assert_int_equal(run_fwsec(&image), 0);
	assert_int_equal(rd(NV_PFB_MMU_WPR2_LO), 0x0bffe000);
	assert_int_equal(rd(NV_PFB_MMU_WPR2_HI), 0x0bfff000);
	/* Closed to the CPU now. */
	wr(NV_PBUS_BAR0_WINDOW, (uint32_t)(FRTS_L40 >> 16));
	wr(NV_PRAMIN, 0x12345678);
	assert_int_equal(rd(NV_PRAMIN) & NV_PRI_ERROR_MASK, NV_PRI_ERROR_PATTERN);
	assert_int_equal(vram_get64(FRTS_L40), 0);
	/* A second time: WPR2 is set. */
	assert_int_equal(run_fwsec(&image), GM_FWSEC_WPR2_SET);
	board_free();
}

static void test_frts_errors(void **state)
{
	struct image image;

	board_new(NULL);
	image = fwsec_image(IMAGE, FWSEC_CMD_FRTS, 0xBFFF00000ULL);
	assert_int_equal(run_fwsec(&image), GM_FWSEC_FRTS_RANGE);
	image = fwsec_image(IMAGE, FWSEC_CMD_FRTS, FRTS_L40 + 0x1000);
	assert_int_equal(run_fwsec(&image), GM_FWSEC_FRTS_RANGE);
	image = fwsec_image(IMAGE, 0x77, FRTS_L40);
	assert_int_equal(run_fwsec(&image), GM_FWSEC_COMMAND);
	image = fwsec_image(IMAGE, FWSEC_CMD_FRTS, FRTS_L40);
	ram_at(IMAGE)[image.dmem_src + GM_FWSEC_CMD_OFFSET + 0x24] = 1; /* size */
	assert_int_equal(run_fwsec(&image), GM_FWSEC_FRTS_HEADER);
	image = fwsec_image(IMAGE, FWSEC_CMD_FRTS, FRTS_L40);
	ram_at(IMAGE)[image.dmem_src + GM_FWSEC_CMD_OFFSET] = 9;
	assert_int_equal(run_fwsec(&image), GM_FWSEC_READ_VBIOS);
	assert_int_equal(rd(NV_PFB_MMU_WPR2_HI), 0);
	gpu_model_set_fail(host.gm, "fwsec", NULL, 0);
	image = fwsec_image(IMAGE, FWSEC_CMD_FRTS, FRTS_L40);
	assert_int_equal(run_fwsec(&image), GM_FWSEC_INJECTED);
	gpu_model_set_fail(host.gm, "wpr2", NULL, 0);
	assert_int_equal(run_fwsec(&image), 0);
	assert_int_equal(rd(NV_PFB_MMU_WPR2_HI), 0);
	board_free();
}

static void test_sb(void **state)
{
	struct image image;

	board_new(NULL);
	wr(NV_PBUS_SW_SCRATCH_SB, 0xffff);
	image = fwsec_image(IMAGE, FWSEC_CMD_SB, 0);
	run_fwsec(&image);
	assert_int_equal(rd(NV_PBUS_SW_SCRATCH_SB), 0);
	assert_int_equal(rd(NV_PFB_MMU_WPR2_HI), 0);
	gpu_model_set_fail(host.gm, "fwsec-sb", NULL, 0);
	run_fwsec(&image);
	assert_int_not_equal(rd(NV_PBUS_SW_SCRATCH_SB) & 0xffff, 0);
	board_free();
}

/* Whatever the boot ROM refuses leaves no trace but a log line. */
static void refused(const struct image *image)
{
	unsigned int warnings = host.warnings;

	falcon_load(image);
	wr(image->base + NV_PFALCON_MAILBOX0, 0xcafebeef);
	falcon_start(image);
	assert_true(host.warnings > warnings);
	assert_int_equal(rd(image->base + NV_PFALCON_MAILBOX0), 0xcafebeef);
	assert_int_equal(rd(NV_PFB_MMU_WPR2_HI), 0);
	assert_int_equal(host.gm->stats.fwsec_runs, 0);
	assert_int_equal(host.gm->stats.booter_loads, 0);
}

static void test_bootrom_refuses(void **state)
{
	struct image good, bad;

	board_new(NULL);
	good = fwsec_image(IMAGE, FWSEC_CMD_FRTS, FRTS_L40);
	bad = good, bad.engine_mask = NV_PFALCON_ENGID_SEC2;
	refused(&bad);
	bad = good, bad.ucode_id = 0;
	refused(&bad);
	bad = good, bad.ucode_id = 3;
	refused(&bad);
	bad = good, bad.signature = 0xff0;
	refused(&bad);
	bad = good, bad.bootvec = 0x8000;
	refused(&bad);
	ram_at(IMAGE)[0x123] ^= 1; /* code */
	refused(&good);
	ram_at(IMAGE)[0x123] ^= 1;
	memset(ram_at(IMAGE) + good.dmem_src + good.signature, 0, 384); /* never patched */
	refused(&good);
	bad = sec2_image(IMAGE, 5);
	refused(&bad);
	board_free();
}

static void test_dma_needs_setup(void **state)
{
	struct image image;
	unsigned int warnings;

	board_new(NULL);
	image = fwsec_image(IMAGE, FWSEC_CMD_FRTS, FRTS_L40);
	/* Bus mastering off: nothing arrives, nothing runs. */
	gpu_model_config_write(host.gm, 0, NV_PCI_CFG_COMMAND, 0, 2);
	falcon_load(&image);
	falcon_start(&image);
	assert_int_equal(host.gm->stats.fwsec_runs, 0);
	gpu_model_config_write(host.gm, 0, NV_PCI_CFG_COMMAND, NV_PCI_CFG_COMMAND_MASTER, 2);
	/* No FBIF set-up after a reset. */
	falcon_reset(NV_PGSP);
	warnings = host.warnings;
	wr(NV_PGSP + NV_PFALCON_DMATRFBASE, (uint32_t)(IMAGE >> 8));
	wr(NV_PGSP + NV_PFALCON_DMATRFCMD, 0x614);
	assert_true(host.warnings > warnings);
	assert_false(host.gm->falcon_gsp.imem_loaded);
	board_free();
}

static void test_scrubber(void **state)
{
	struct image image;

	board_new(NULL);
	assert_int_equal(rd(NV_PGC6_BSI_SCRATCH_15) >> 29, 0);
	gpu_model_set_fail(host.gm, "scrubber", NULL, 0);
	image = sec2_image(IMAGE, 0xd);
	falcon_load(&image);
	falcon_start(&image);
	assert_int_equal(rd(NV_PGC6_BSI_SCRATCH_15) >> 29, 0);
	gpu_model_set_fail(host.gm, NULL, NULL, 0);
	falcon_start(&image);
	assert_true(rd(NV_PGC6_BSI_SCRATCH_15) >> 29 >= 3);
	board_free();
}

static void test_unload(void **state)
{
	struct image image;

	board_new(NULL);
	image = fwsec_image(IMAGE, FWSEC_CMD_FRTS, FRTS_L40);
	assert_int_equal(run_fwsec(&image), 0);
	image = sec2_image(IMAGE, 3);
	falcon_load(&image);
	wr(NV_PSEC2 + NV_PFALCON_MAILBOX0, 0xff);
	wr(NV_PSEC2 + NV_PFALCON_MAILBOX1, 0xff);
	gpu_model_set_fail(host.gm, "booter-unload", NULL, 0);
	falcon_start(&image);
	assert_int_not_equal(rd(NV_PSEC2 + NV_PFALCON_MAILBOX0), 0);
	gpu_model_set_fail(host.gm, "", NULL, 0);
	wr(NV_PSEC2 + NV_PFALCON_MAILBOX0, 0xff);
	falcon_start(&image);
	assert_int_equal(rd(NV_PSEC2 + NV_PFALCON_MAILBOX0), 0);
	assert_int_equal(rd(NV_PFB_MMU_WPR2_HI), 0);
	assert_int_equal(rd(NV_PFB_MMU_WPR2_LO), 0);
	board_free();
}

static void test_dmem_port(void **state)
{
	board_new(NULL);
	falcon_reset(NV_PGSP);
	wr(NV_PGSP + NV_PFALCON_DMEMC(0), 0x100 | NV_PFALCON_XMEMC_AINCW);
	wr(NV_PGSP + NV_PFALCON_DMEMD(0), 0x11111111);
	wr(NV_PGSP + NV_PFALCON_DMEMD(0), 0x22222222);
	wr(NV_PGSP + NV_PFALCON_DMEMC(0), 0x100 | NV_PFALCON_XMEMC_AINCR);
	assert_int_equal(rd(NV_PGSP + NV_PFALCON_DMEMD(0)), 0x11111111);
	assert_int_equal(rd(NV_PGSP + NV_PFALCON_DMEMD(0)), 0x22222222);
	/* Past the end of the memory. */
	wr(NV_PGSP + NV_PFALCON_DMEMC(0), 0xfffffc | NV_PFALCON_XMEMC_AINCW);
	wr(NV_PGSP + NV_PFALCON_DMEMD(0), 3);
	board_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registers),	cmocka_unit_test(test_empty_start),
		cmocka_unit_test(test_frts),		cmocka_unit_test(test_frts_errors),
		cmocka_unit_test(test_sb),		cmocka_unit_test(test_bootrom_refuses),
		cmocka_unit_test(test_dma_needs_setup), cmocka_unit_test(test_scrubber),
		cmocka_unit_test(test_unload),		cmocka_unit_test(test_dmem_port),
	};

	return cmocka_run_group_tests_name("model_falcon", tests, NULL, NULL);
}
