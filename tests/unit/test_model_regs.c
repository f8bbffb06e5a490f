// SPDX-License-Identifier: GPL-2.0-or-later
/* Registers of the model's PF and VFs. */
#include "model_board.h"

static void test_identification(void **state)
{
	board_new(NULL);
	assert_int_equal(rd(NV_PMC_BOOT_0), 0x192000a1);
	assert_int_equal(rd(NV_PMC_BOOT_1), 0);
	assert_int_equal(rd(NV_PMC_BOOT_42), 0x192a1000);
	wr(NV_PMC_BOOT_1, NV_PMC_BOOT_1_ENDIAN_BIG);
	assert_int_equal(rd(NV_PMC_BOOT_1), 0);
	assert_int_equal(rd(NV_USABLE_FB_SIZE), 0xc000);
	assert_int_equal(rd(NV_FUSE_OPT_DISPLAY), 1);
	assert_int_equal(rd(NV_PDISP_VGA_WORKSPACE), 0);
	assert_int_equal(rd(NV_FUSE_UCODE_VERSION_GSP(9)), 0);
	assert_int_equal(rd(NV_FUSE_UCODE_VERSION_SEC2(3)), 0);
	assert_int_equal(rd(NV_PFB_MMU_WPR2_HI), 0);
	assert_int_equal(host.warnings, 0);
	board_free();
}

static void test_gfw(void **state)
{
	board_new(NULL);
	assert_int_equal(rd(0x118128) & 1, 1);
	assert_int_equal(rd(0x118234) & 0xff, 0xff);
	assert_int_equal(gpu_model_set_fail(host.gm, "gfw", NULL, 0), 0);
	assert_int_not_equal(rd(0x118234) & 0xff, 0xff);
	assert_int_equal(gpu_model_set_fail(host.gm, "", NULL, 0), 0);
	assert_int_equal(rd(0x118234) & 0xff, 0xff);
	board_free();
}

static void test_ptimer(void **state)
{
	uint64_t last = 0;

	board_new(NULL);
	/* The host's clock stands still, the GPU's may not. */
	for (unsigned int i = 0; i < 64; i++) {
		uint32_t hi = rd(NV_PTIMER_TIME_1);
		uint64_t now = (uint64_t)hi << 32 | rd(NV_PTIMER_TIME_0);

		assert_int_equal(rd(NV_PTIMER_TIME_1), hi);
		assert_true(now > last);
		assert_int_equal(now & 0x1f, 0);
		last = now;
	}
	/* A host clock finer than the GPU's. */
	host.now_ns = last + 7;
	host.now_step_ns = 1;
	for (unsigned int i = 0; i < 64; i++) {
		uint64_t now = rd(NV_PTIMER_TIME_0);

		assert_true(now > (uint32_t)last);
		last = now;
	}
	host.now_step_ns = 0;
	assert_true(rd(NV_PTIMER_TIME_PLM) & NV_PTIMER_TIME_PLM_WRITE_L0);
	wr(NV_PTIMER_TIME_1, 0x10);
	wr(NV_PTIMER_TIME_0, 0x80000000);
	assert_int_equal(rd(NV_PTIMER_TIME_1), 0x10);
	assert_in_range(rd(NV_PTIMER_TIME_0), 0x80000000, 0x80001000);
	host.now_ns += 0x80000000;
	assert_int_equal(rd(NV_PTIMER_TIME_1), 0x11);
	board_free();
}

static void test_vf_time(void **state)
{
	uint32_t t;

	board_new(NULL);
	vfs_enable(1);
	t = vf_rd(1, NV_VFN_USERMODE_TIME_0);
	assert_true(vf_rd(1, NV_VFN_USERMODE_TIME_0) > t);
	assert_true(rd(NV_VFN + NV_VFN_USERMODE_TIME_0) > t);
	board_free();
}

static void test_unknown_once(void **state)
{
	board_new(NULL);
	assert_int_equal(rd(0x123450) & NV_PRI_ERROR_MASK, NV_PRI_ERROR_PATTERN);
	assert_int_equal(host.warnings, 1);
	rd(0x123450);
	wr(0x123450, 1);
	assert_int_equal(host.warnings, 1);
	rd(0x123454);
	assert_int_equal(host.warnings, 2);
	/* Bounded however many there are. */
	for (uint32_t i = 0; i < 0x4000; i += 4)
		rd(0x400000 + i);
	assert_true(host.warnings <= GM_UNKNOWN_LOG_MAX + 2);
	/* Outside the BAR and unaligned: all ones, no harm. */
	assert_int_equal(gpu_model_mmio_read(host.gm, 0, 0, 0x1000000, 4), 0xffffffff);
	assert_int_equal(gpu_model_mmio_read(host.gm, 0, 0, 2, 4), 0xffffffff);
	assert_int_equal(gpu_model_mmio_read(host.gm, 0, 2, 0, 4), 0xffffffff);
	assert_int_equal(gpu_model_mmio_read(host.gm, 70, 0, 0, 4), 0xffffffff);
	gpu_model_mmio_write(host.gm, 70, 0, 0, 1, 4);
	board_free();
}

static void test_widths(void **state)
{
	board_new(NULL);
	assert_int_equal(gpu_model_mmio_read(host.gm, 0, 0, 0, 1), 0xa1);
	assert_int_equal(gpu_model_mmio_read(host.gm, 0, 0, 2, 2), 0x1920);
	assert_int_equal(gpu_model_mmio_read(host.gm, 0, 0, 0, 8), 0x00000000192000a1ULL);
	wr(NV_PBUS_SW_SCRATCH(3), 0x11223344);
	gpu_model_mmio_write(host.gm, 0, 0, NV_PBUS_SW_SCRATCH(3) + 1, 0xaa, 1);
	assert_int_equal(rd(NV_PBUS_SW_SCRATCH(3)), 0x1122aa44);
	/* VGA CRTC, byte by byte. */
	gpu_model_mmio_write(host.gm, 0, 0, 0x6013d4, 0x1f, 1);
	gpu_model_mmio_write(host.gm, 0, 0, 0x6013d5, 0x57, 1);
	gpu_model_mmio_write(host.gm, 0, 0, 0x6013d4, 0x3f, 1);
	assert_int_equal(gpu_model_mmio_read(host.gm, 0, 0, 0x6013d5, 1), 0);
	gpu_model_mmio_write(host.gm, 0, 0, 0x6013d4, 0x1f, 1);
	assert_int_equal(gpu_model_mmio_read(host.gm, 0, 0, 0x6013d5, 1), 0x57);
	assert_int_equal(host.warnings, 0);
	board_free();
}

static void test_flush(void **state)
{
	board_new(NULL);
	wr(NV_PFB_FLUSH_SYSMEM_HI, 1);
	wr(NV_PFB_FLUSH_SYSMEM_LO, 0x12345);
	assert_int_equal(rd(NV_PFB_FLUSH_SYSMEM_LO), 0x12345);
	wr(NV_UFLUSH_FB_FLUSH, 1);
	assert_int_equal(rd(NV_UFLUSH_FB_FLUSH) & 3, 0);
	board_free();
}

static uint8_t prom8(uint32_t at)
{
	return (uint8_t)gpu_model_mmio_read(host.gm, 0, 0, NV_PROM + at, 1);
}

static void test_prom(void **state)
{
	uint8_t sum = 0;

	board_new(NULL);
	assert_int_equal(prom8(0), 0x55);
	assert_int_equal(prom8(1), 0xaa);
	for (uint32_t i = 0; i < prom8(2) * 512U; i++)
		sum = (uint8_t)(sum + prom8(i));
	assert_int_equal(sum, 0);
	/* PCIR of both images: ids, type, last flag. */
	assert_int_equal(rd(NV_PROM + 0x40), 0x52494350);
	assert_int_equal(rd(NV_PROM + 0x44), 0x26b510de);
	assert_int_equal(prom8(0x54), 0x00);
	assert_int_equal(prom8(0x55) & 0x80, 0);
	assert_int_equal(prom8(0x1054), 0xe0);
	assert_int_equal(prom8(0x1055) & 0x80, 0x80);
	assert_int_equal(rd(NV_PROM + 0x60), 0x4544504e);
	assert_int_equal(rd(NV_PROM + 0xffffc), 0xffffffff);
	fwsec_image(HOST_RAM_BASE, FWSEC_CMD_FRTS, 0);
	gpu_model_set_fail(host.gm, "prom", NULL, 0);
	assert_int_equal(rd(NV_PROM), 0xffffffff);
	board_free();
}

static void test_pramin(void **state)
{
	board_new(NULL);
	wr(NV_PBUS_BAR0_WINDOW, 0x12345);
	wr(NV_PRAMIN + 0x10, 0xcafe1234);
	assert_int_equal(vram_get64(0x123450010ULL), 0xcafe1234);
	gpu_model_mmio_write(host.gm, 0, 0, NV_PRAMIN + 0x18, 0x1122334455667788ULL, 8);
	assert_int_equal(vram_get64(0x123450018ULL), 0x1122334455667788ULL);
	gpu_model_mmio_write(host.gm, 0, 0, NV_PRAMIN + 0x11, 0xee, 1);
	assert_int_equal(rd(NV_PRAMIN + 0x10), 0xcafeee34);
	/* Past the end of VRAM. */
	wr(NV_PBUS_BAR0_WINDOW, 0xc0000);
	wr(NV_PRAMIN, 1);
	assert_int_equal(rd(NV_PRAMIN) & NV_PRI_ERROR_MASK, NV_PRI_ERROR_PATTERN);
	board_free();
}

static void test_vf_window(void **state)
{
	board_new(NULL);
	vfs_enable(2);
	assert_int_equal(vf_rd(1, NV_PMC_BOOT_1), 0x20000);
	assert_int_equal(vf_rd(1, NV_PMC_BOOT_42), 0x192a1000);
	assert_int_equal(vf_rd(1, 0x9400) & NV_PRI_ERROR_MASK, NV_PRI_ERROR_PATTERN);
	vf_wr(2, NV_VFN_SCRATCH(2), 0xabc);
	assert_int_equal(gm_vf_scratch(host.gm, 2, 2), 0xabc);
	assert_int_equal(vf_rd(1, NV_VFN_SCRATCH(2)), 0);
	assert_int_equal(rd(NV_VFN + NV_VFN_SCRATCH(2)), 0);
	vf_wr(2, NV_VFN_PRIV_DOORBELL, 1);
	assert_int_equal(host.priv_doorbells, 1);
	assert_int_equal(host.last_function, 2);
	assert_int_equal(host.last_value, 1);
	wr(NV_VFN + NV_VFN_PRIV_DOORBELL, NV_VFN_PRIV_DOORBELL_VALUE(2, 17));
	assert_int_equal(host.last_function, 0);
	assert_int_equal(host.last_value, 81);
	assert_int_equal(vf_rd(1, NV_VFN_BIND_STATUS), 0);
	vf_wr(1, NV_VFN_L2_SYSMEM_INVALIDATE, 1);
	assert_int_equal(vf_rd(1, NV_VFN_L2_SYSMEM_INVALIDATE), 0);
	/* MSI-X entries come up masked and store. */
	assert_int_equal(vf_rd(1, NV_VFN_MSIX_TABLE + 12), 1);
	vf_wr(1, NV_VFN_MSIX_TABLE + 16, 0xfee00000);
	assert_int_equal(vf_rd(1, NV_VFN_MSIX_TABLE + 16), 0xfee00000);
	/* Fault buffer size. */
	vf_wr(1, NV_VFN_FAULT_BUFFER_SIZE(0), NV_VFN_FAULT_BUFFER_SIZE_SET_DEFAULT);
	assert_int_not_equal(vf_rd(1, NV_VFN_FAULT_BUFFER_SIZE(0)) & NV_VFN_FAULT_BUFFER_PTR, 0);
	assert_int_equal(vf_rd(1, NV_VFN_FAULT_BUFFER_SIZE(0)) &
			 NV_VFN_FAULT_BUFFER_SIZE_SET_DEFAULT, 0);
	board_free();
}

static void test_invalidate(void **state)
{
	board_new(NULL);
	vfs_enable(2);
	/* Serialized: each polled to its end. */
	for (unsigned int fn = 1; fn <= 2; fn++) {
		vf_wr(fn, NV_VFN_MMU_INVALIDATE_PDB, 0x1010);
		vf_wr(fn, NV_VFN_MMU_INVALIDATE, 0x80000001);
		assert_int_equal(vf_rd(fn, NV_VFN_MMU_INVALIDATE), 1);
	}
	assert_int_equal(host.gm->stats.tlb_overlaps, 0);
	/* Two at once. */
	vf_wr(1, NV_VFN_MMU_INVALIDATE, 0x80000001);
	vf_wr(2, NV_VFN_MMU_INVALIDATE, 0x80000001);
	assert_int_equal(host.gm->stats.tlb_overlaps, 1);
	assert_int_equal(vf_rd(1, NV_VFN_MMU_INVALIDATE) & 0x80000000, 0);
	/* The PF's do not count, neither do old ones. */
	host.now_ns += 10000000;
	wr(NV_VFN + NV_VFN_MMU_INVALIDATE, 0x80000007);
	vf_wr(1, NV_VFN_MMU_INVALIDATE, 0x80000003);
	assert_int_equal(host.gm->stats.tlb_overlaps, 1);
	assert_int_equal(host.gm->stats.tlb_vf_all_pdb, 1);
	board_free();
}

static unsigned int ran, ran_arg;

static void work(struct gpu_model *gm, uint64_t arg)
{
	ran++;
	ran_arg = (unsigned int)arg;
}

static void work_again(struct gpu_model *gm, uint64_t arg)
{
	ran++;
	gm_after(gm, 0, work_again, arg);
}

static void test_timers(void **state)
{
	board_new(NULL);
	ran = 0;
	assert_int_equal(gm_after(host.gm, 100, work, 1), 0);
	assert_int_equal(gm_after(host.gm, 50, work, 2), 0);
	gpu_model_run(host.gm);
	assert_int_equal(ran, 0);
	host.now_ns += 60;
	gpu_model_run(host.gm);
	assert_int_equal(ran, 1);
	assert_int_equal(ran_arg, 2);
	gm_cancel(host.gm, work);
	host.now_ns += 60;
	gpu_model_run(host.gm);
	assert_int_equal(ran, 1);
	for (unsigned int i = 0; i < GM_MAX_TIMERS; i++)
		assert_int_equal(gm_after(host.gm, 1, work, i), 0);
	assert_int_equal(gm_after(host.gm, 1, work, 0), -ENOSPC);
	gm_cancel(host.gm, work);
	/* Work that repeats itself at once does not keep the caller. */
	gm_after(host.gm, 0, work_again, 0);
	gpu_model_run(host.gm);
	board_free();
}

static void test_stats(void **state)
{
	char *json;

	board_new(NULL);
	rd(0x123450);
	json = gpu_model_stats_json(host.gm);
	assert_non_null(json);
	assert_non_null(strstr(json, "\"board\":\"L40\""));
	assert_non_null(strstr(json, "\"unknown_reads\":1"));
	assert_int_equal(json[strlen(json) - 1], '}');
	free(json);
	board_free();
}

static void test_faults(void **state)
{
	char err[1024];

	board_new(NULL);
	assert_int_equal(gpu_model_set_fail(host.gm, " booter , rpc:76,rpc:0x10", err, sizeof(err)), 0);
	assert_true(gm_fail(host.gm, "booter"));
	assert_false(gm_fail(host.gm, "rpc"));
	assert_true(gm_fail_num(host.gm, "rpc", 76));
	assert_true(gm_fail_num(host.gm, "rpc", 16));
	assert_false(gm_fail_num(host.gm, "rpc-timeout", 76));
	/* A bad word leaves the set as it was. */
	assert_int_equal(gpu_model_set_fail(host.gm, "gfw,oops", err, sizeof(err)), -EINVAL);
	assert_non_null(strstr(err, "oops"));
	assert_non_null(strstr(err, "plugin-boot"));
	assert_true(gm_fail(host.gm, "booter"));
	assert_false(gm_fail(host.gm, "gfw"));
	board_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identification), cmocka_unit_test(test_gfw),
		cmocka_unit_test(test_ptimer),	       cmocka_unit_test(test_vf_time),
		cmocka_unit_test(test_unknown_once),   cmocka_unit_test(test_widths),
		cmocka_unit_test(test_flush),	       cmocka_unit_test(test_prom),
		cmocka_unit_test(test_pramin),	       cmocka_unit_test(test_vf_window),
		cmocka_unit_test(test_invalidate),     cmocka_unit_test(test_timers),
		cmocka_unit_test(test_stats),	       cmocka_unit_test(test_faults),
	};

	return cmocka_run_group_tests_name("model_regs", tests, NULL, NULL);
}
