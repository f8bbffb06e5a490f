// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration space of the model against the reference board (hw/sriov.md 1.1). */
#include "model_board.h"

#define SRIOV(f) (NV_PCI_PF_EXT_SRIOV + (f))

static uint32_t cfg(unsigned int fn, unsigned int at, unsigned int size)
{
	return gpu_model_config_read(host.gm, fn, at, size);
}

static void test_pf_identity(void **state)
{
	board_new(NULL);
	assert_int_equal(cfg(0, 0x00, 4), 0x26b510de);
	assert_int_equal(cfg(0, 0x08, 4), 0x030200a1);
	assert_int_equal(cfg(0, 0x2c, 4), 0x169d10de);
	assert_int_equal(cfg(0, 0x3d, 1), 1);
	assert_int_equal(cfg(0, 0x10, 4), 0x0);
	assert_int_equal(cfg(0, 0x14, 4), 0xc);
	assert_int_equal(cfg(0, 0x1c, 4), 0xc);
	assert_int_equal(cfg(0, 0x24, 4), 0x0);
	board_free();
}

static void test_pf_capability_chain(void **state)
{
	static const uint8_t at[] = { 0x60, 0x68, 0x78, 0xb4, 0xc8 };
	static const uint8_t id[] = { 0x01, 0x00, 0x10, 0x09, 0x11 };
	unsigned int pos;

	board_new(NULL);
	assert_true(cfg(0, 6, 2) & 0x10);
	pos = cfg(0, 0x34, 1);
	for (unsigned int i = 0; i < 5; i++) {
		assert_int_equal(pos, at[i]);
		assert_int_equal(cfg(0, pos, 1), id[i]);
		pos = cfg(0, pos + 1, 1);
	}
	assert_int_equal(pos, 0);
	assert_int_equal(cfg(0, 0x60 + 2, 2) & 7, 3);
	assert_true(cfg(0, 0x7c, 4) & 0x10000000); /* FLR */
	assert_int_equal(cfg(0, 0xca, 2), 5);
	assert_int_equal(cfg(0, 0xcc, 4), 0xb90000);
	assert_int_equal(cfg(0, 0xd0, 4), 0xba0000);
	board_free();
}

static void test_pf_extended_chain(void **state)
{
	static const struct {
		uint16_t at, id;
	} want[] = {
		{ 0x100, 0x02 }, { 0x128, 0x04 }, { 0x250, 0x18 }, { 0x258, 0x1e }, { 0x420, 0x01 },
		{ 0x600, 0x0b }, { 0x900, 0x19 }, { 0xbb0, 0x15 }, { 0xbcc, 0x10 }, { 0xc14, 0x0e },
		{ 0xc1c, 0x26 }, { 0xd00, 0x27 }, { 0xe00, 0x25 },
	};
	uint32_t pos = 0x100;

	board_new(NULL);
	for (unsigned int i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_int_equal(pos, want[i].at);
		assert_int_equal(cfg(0, pos, 2), want[i].id);
		pos = cfg(0, pos, 4) >> 20;
	}
	assert_int_equal(pos, 0);
	assert_int_equal(cfg(0, 0xbb4, 4), 1 << (4 + 16)); /* 64 GiB */
	board_free();
}

static void test_pf_sriov(void **state)
{
	board_new(NULL);
	assert_int_equal(cfg(0, 0xbd8, 4), 0x00200020);
	assert_int_equal(cfg(0, 0xbe0, 4), 0x00010004);
	assert_int_equal(cfg(0, 0xbe4, 4), 0x26b50000);
	assert_int_equal(cfg(0, 0xbe8, 4), 0x573);
	assert_int_equal(cfg(0, 0xbec, 4), 1);
	assert_int_equal(cfg(0, 0xbf0, 4), 0);
	assert_int_equal(cfg(0, 0xbf4, 4), 0xc);
	assert_int_equal(cfg(0, 0xbfc, 4), 0xc);
	assert_int_equal(cfg(0, 0xbd0, 4) & 1, 0); /* no migration capability */
	board_free();
}

static uint64_t size_bar(unsigned int fn, unsigned int at, bool is64)
{
	uint64_t v;

	gpu_model_config_write(host.gm, fn, at, 0xffffffff, 4);
	v = cfg(fn, at, 4) & ~0xfU;
	if (is64) {
		gpu_model_config_write(host.gm, fn, at + 4, 0xffffffff, 4);
		v |= (uint64_t)cfg(fn, at + 4, 4) << 32;
	} else {
		v |= 0xffffffff00000000ULL;
	}
	return ~v + 1;
}

static void test_bar_sizing(void **state)
{
	board_new(NULL);
	assert_int_equal(size_bar(0, 0x10, false), 16ULL << 20);
	assert_int_equal(size_bar(0, 0x14, true), 64ULL << 30);
	assert_int_equal(size_bar(0, 0x1c, true), 32ULL << 20);
	assert_int_equal(size_bar(0, 0xbf0, false), 256ULL << 10);
	assert_int_equal(size_bar(0, 0xbf4, true), 2ULL << 30);
	assert_int_equal(size_bar(0, 0xbfc, true), 32ULL << 20);
	board_free();
}

static void test_bar_addresses(void **state)
{
	board_new(NULL);
	assert_int_equal(gm_bar_address(host.gm, 0, 1), 0);
	gpu_model_config_write(host.gm, 0, 0x14, 0x0, 4);
	gpu_model_config_write(host.gm, 0, 0x18, 0x40, 4);
	assert_int_equal(gm_bar_address(host.gm, 0, 1), 0x4000000000ULL);
	gpu_model_config_write(host.gm, 0, 0xbf4, 0, 4);
	gpu_model_config_write(host.gm, 0, 0xbf8, 0x60, 4);
	assert_int_equal(gm_bar_address(host.gm, 1, 1), 0x6000000000ULL);
	assert_int_equal(gm_bar_address(host.gm, 3, 1), 0x6000000000ULL + 2 * (2ULL << 30));
	assert_int_equal(gpu_model_bar_bytes(host.gm, 1, 0), 256 << 10);
	assert_int_equal(gpu_model_bar_bytes(host.gm, 33, 0), 0);
	assert_int_equal(gpu_model_bar_bytes(host.gm, 0, 2), 0);
	board_free();
}

static void test_vf_config(void **state)
{
	board_new(NULL);
	assert_int_equal(cfg(1, 0, 4), 0xffffffff);
	assert_int_equal(cfg(1, 8, 4), 0x030200a1);
	assert_int_equal(cfg(1, 0x2c, 4), 0x169d10de);
	assert_int_equal(cfg(1, 0x3d, 1), 0);
	assert_int_equal(cfg(1, 0x34, 1), 0x40);
	assert_int_equal(cfg(1, 0x40, 2), 0x7c10);
	assert_int_equal(cfg(1, 0x7c, 4), 0x00050011);
	assert_int_equal(cfg(1, 0x80, 4), 0x10000);
	assert_int_equal(cfg(1, 0x84, 4), 0x20000);
	gpu_model_config_write(host.gm, 1, 0x10, 0xffffffff, 4);
	assert_int_equal(cfg(1, 0x10, 4), 0);
	gpu_model_config_write(host.gm, 1, 4, 0xffff, 2);
	assert_int_equal(cfg(1, 4, 2), NV_PCI_CFG_COMMAND_MASTER);
	assert_int_equal(cfg(33, 0, 4), 0xffffffff); /* no such VF */
	board_free();
}

static void test_image(void **state)
{
	uint8_t image[4096], mask[4096];

	board_new(NULL);
	gpu_model_reset(host.gm);
	for (unsigned int fn = 0; fn < 2; fn++) {
		gpu_model_config_image(host.gm, fn, image, mask);
		for (unsigned int i = 0; i < 4096; i++)
			assert_int_equal(cfg(fn, i, 1), image[i]);
	}
	board_free();
}

static void test_vf_enable(void **state)
{
	board_new(NULL);
	assert_int_equal(vf_rd(1, 0), 0xffffffff);
	vfs_enable(32);
	assert_int_equal(vf_rd(1, 0), 0x192000a1);
	assert_int_equal(vf_rd(32, 0), 0x192000a1);
	assert_true(gm_bus_master(host.gm, 32));
	/* NumVFs is fixed while VFs exist. */
	gpu_model_config_write(host.gm, 0, SRIOV(NV_PCI_SRIOV_NUM_VFS), 3, 2);
	assert_int_equal(cfg(0, SRIOV(NV_PCI_SRIOV_NUM_VFS), 2), 32);
	vf_wr(5, NV_VFN_SCRATCH(2), 0x1234);
	gpu_model_config_write(host.gm, 0, SRIOV(NV_PCI_SRIOV_CTRL), 0, 2);
	assert_int_equal(host.function_resets, 32);
	assert_int_equal(vf_rd(1, 0), 0xffffffff);
	vfs_enable(8);
	assert_int_equal(vf_rd(5, NV_VFN_SCRATCH(2)), 0);
	assert_int_equal(vf_rd(9, 0), 0xffffffff);
	board_free();
}

static void test_vf_flr(void **state)
{
	board_new(NULL);
	vfs_enable(2);
	msix_enable(1);
	vf_wr(1, NV_VFN_SCRATCH(3), 7);
	vf_wr(1, NV_VFN_BAR2_BLOCK, 0x80000000);
	vf_wr(2, NV_VFN_SCRATCH(3), 8);
	gpu_model_config_write(host.gm, 1, 0x40 + NV_PCI_EXPRESS_DEVCTL, NV_PCI_EXPRESS_DEVCTL_FLR,
			       2);
	assert_int_equal(host.function_resets, 1);
	assert_int_equal(host.last_function, 1);
	assert_int_equal(cfg(1, 4, 2), 0);
	assert_int_equal(cfg(1, 0x7e, 2), 5);
	assert_int_equal(vf_rd(1, NV_VFN_SCRATCH(3)), 0);
	assert_int_equal(vf_rd(1, NV_VFN_BAR2_BLOCK), NV_VFN_BAR2_BLOCK_DEBUG_OFF);
	assert_int_equal(vf_rd(2, NV_VFN_SCRATCH(3)), 8);
	/* A 32-bit write reaches the bit as well; it does not stick. */
	gpu_model_config_write(host.gm, 2, 0x40 + NV_PCI_EXPRESS_DEVCTL, NV_PCI_EXPRESS_DEVCTL_FLR,
			       4);
	assert_int_equal(host.function_resets, 2);
	assert_int_equal(cfg(2, 0x48, 2), 0);
	board_free();
}

static void test_pf_flr(void **state)
{
	board_new(NULL);
	vfs_enable(4);
	wr(NV_PBUS_SW_SCRATCH(1), 5);
	vram_put64(0x1000, 0x55);
	gpu_model_config_write(host.gm, 0, 0x78 + NV_PCI_EXPRESS_DEVCTL + 1, 0x80, 1);
	assert_int_equal(cfg(0, SRIOV(NV_PCI_SRIOV_CTRL), 2), 0);
	assert_int_equal(cfg(0, SRIOV(NV_PCI_SRIOV_NUM_VFS), 2), 0);
	assert_int_equal(rd(NV_PBUS_SW_SCRATCH(1)), 0);
	assert_int_equal(vf_rd(1, 0), 0xffffffff);
	assert_int_equal(vram_get64(0x1000), 0x55);
	board_free();
}

static void test_mirror(void **state)
{
	board_new(NULL);
	assert_int_equal(rd(0x88000), 0x26b510de);
	assert_int_equal(rd(0x88bd8), 0x00200020);
	assert_int_equal(rd(0x88bf4), 0xc);
	assert_int_equal(rd(0x88050), 1);
	wr(0x88050, 0);
	assert_int_equal(rd(0x88050), 0);
	wr(0x88050, 0xffffffff);
	assert_int_equal(rd(0x88050), 1);
	wr(0x88004, 0); /* the command register belongs to configuration cycles */
	assert_true(gm_bus_master(host.gm, 0));
	board_free();
}

static void test_msi_variant(void **state)
{
	struct gpu_model_config config = { .msi = true };

	board_new(&config);
	assert_int_equal(cfg(0, 0x68, 2), 0x7805);
	assert_int_equal(cfg(0, 0x6a, 2), NV_PCI_MSI_CTRL_64BIT);
	assert_int_equal(cfg(0, 0xca, 2), 5);
	board_free();
	config.msix_entries = 1;
	board_new(&config);
	assert_int_equal(cfg(0, 0xca, 2), 0);
	board_free();
}

static void test_other_board(void **state)
{
	struct gpu_model_config config = { .board = "A40", .num_vfs = 8, .vram_bytes = 2ULL << 30 };

	board_new(&config);
	assert_int_equal(cfg(0, 0, 4), 0x223510de);
	assert_int_equal(rd(NV_PMC_BOOT_0) >> 20, 0x172);
	assert_int_equal(cfg(0, 0xbd8, 4), 0x00080008);
	assert_int_equal(rd(NV_USABLE_FB_SIZE), 2048);
	board_free();
}

static void test_bad_config(void **state)
{
	static const struct gpu_model_config bad[] = {
		{ .board = "L4000" },
		{ .vram_bytes = 1 << 20 },
		{ .vram_bytes = (2ULL << 30) + 4096 },
		{ .vmmu_segment_bytes = 100 << 20 },
		{ .vmmu_segment_bytes = 16 << 20 },
		{ .num_vfs = 65 },
		{ .msix_entries = 7 },
		{ .fail = "gfw,nonsense" },
		{ .fail = "rpc" },
		{ .fail = "gfw:3" },
	};
	static const struct gpu_model_host_ops none;
	char err[512];

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err[0] = '\0';
		assert_null(gpu_model_new(&bad[i], &none, NULL, err, sizeof(err)));
		assert_true(strlen(err) > 10);
	}
	assert_non_null(strstr(err, "known faults"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pf_identity),	cmocka_unit_test(test_pf_capability_chain),
		cmocka_unit_test(test_pf_extended_chain), cmocka_unit_test(test_pf_sriov),
		cmocka_unit_test(test_bar_sizing),	cmocka_unit_test(test_bar_addresses),
		cmocka_unit_test(test_vf_config),	cmocka_unit_test(test_image),
		cmocka_unit_test(test_vf_enable),	cmocka_unit_test(test_vf_flr),
		cmocka_unit_test(test_pf_flr),		cmocka_unit_test(test_mirror),
		cmocka_unit_test(test_msi_variant),	cmocka_unit_test(test_other_board),
		cmocka_unit_test(test_bad_config),
	};

	return cmocka_run_group_tests_name("model_config", tests, NULL, NULL);
}
