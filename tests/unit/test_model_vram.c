// SPDX-License-Identifier: GPL-2.0-or-later
/* Sparse VRAM: holes stay holes, the resident cap, the search. */
#include "model_board.h"

#define SEG (128ULL << 20)

static void test_sparse(void **state)
{
	static const uint8_t zeros[8192];
	uint8_t buf[64];

	board_new(NULL);
	assert_int_equal(gm_vram_bytes(host.gm), 48ULL << 30);
	assert_int_equal(gm_vram_read(host.gm, 47ULL << 30, buf, sizeof(buf)), 0);
	assert_int_equal(host.gm->resident_pages, 0);
	assert_int_equal(gm_vram_write(host.gm, 0x1000, zeros, sizeof(zeros)), 0);
	assert_int_equal(host.gm->resident_pages, 0);
	vram_put64(0x1ffc, 0x1122334455667788); /* across a page border */
	assert_int_equal(host.gm->resident_pages, 2);
	assert_int_equal(vram_get64(0x1ffc), 0x1122334455667788);
	vram_put64(0x1ffc, 0);
	assert_int_equal(vram_get64(0x1ffc), 0);
	assert_int_equal(gm_vram_read(host.gm, (48ULL << 30) - 4, buf, 8), -ERANGE);
	assert_int_equal(gm_vram_write(host.gm, 48ULL << 30, buf, 1), -ERANGE);
	assert_int_equal(gm_vram_write(host.gm, UINT64_MAX - 3, buf, 8), -ERANGE);
	board_free();
}

static void test_zero(void **state)
{
	board_new(NULL);
	for (uint64_t at = 0; at < 0x40000; at += 0x1000)
		vram_put64(at + 0x10, at + 1);
	assert_int_equal(host.gm->resident_pages, 0x40);
	assert_int_equal(gm_vram_zero(host.gm, 0x1008, 0x2f000), 0);
	assert_int_equal(vram_get64(0x0010), 0x0001);
	assert_int_equal(vram_get64(0x1010), 0);
	assert_int_equal(vram_get64(0x2f010), 0);
	assert_int_equal(vram_get64(0x30000), 0);
	assert_int_equal(vram_get64(0x30010), 0x30001);
	assert_int_equal(host.gm->resident_pages, 0x40 - 0x2e);
	assert_int_equal(gm_vram_zero(host.gm, 0x30010, 4), 0);
	assert_int_equal(vram_get64(0x30010), 0);
	assert_int_equal(gm_vram_zero(host.gm, 0, 48ULL << 30), 0);
	assert_int_equal(host.gm->resident_pages, 0);
	assert_int_equal(vram_get64(0x3f010), 0);
	assert_int_equal(gm_vram_zero(host.gm, 1, 48ULL << 30), -ERANGE);
	board_free();
}

static void test_cap(void **state)
{
	struct gpu_model_config config = { .resident_cap_bytes = 0x4000 };
	uint64_t one = 1;

	board_new(&config);
	for (uint64_t at = 0; at < 0x4000; at += 0x1000)
		vram_put64(at, 1);
	assert_int_equal(gm_vram_write(host.gm, 0x4000, &one, 8), -ENOMEM);
	assert_int_equal(gm_vram_write(host.gm, 0x5000, &one, 8), -ENOMEM);
	assert_int_equal(host.errors, 1);
	assert_int_equal(host.gm->stats.vram_full, 2);
	/* What is there stays writable; zeroing makes room. */
	vram_put64(0x1008, 2);
	assert_int_equal(gm_vram_zero(host.gm, 0, 0x1000), 0);
	vram_put64(0x5000, 3);
	board_free();
}

static void test_find(void **state)
{
	static const char needle[] = "a nonce of this run";
	struct gpu_model_hit hits[8];
	size_t n = sizeof(needle) - 1;

	board_new(NULL);
	assert_int_equal(gm_vmmu_map(host.gm, 3, SEG, 8 * SEG, SEG), 0);
	assert_int_equal(gpu_model_vram_find(host.gm, needle, n, hits, 8), 0);
	assert_int_equal(gm_vram_write(host.gm, 0x1ff8, needle, n), 0);		/* across pages */
	assert_int_equal(gm_vram_write(host.gm, 8 * SEG + 0x123, needle, n), 0); /* GFID 3's */
	assert_int_equal(gm_vram_write(host.gm, (48ULL << 30) - n, needle, n), 0);
	assert_int_equal(gpu_model_vram_find(host.gm, needle, n, hits, 8), 3);
	assert_int_equal(hits[0].spa, 0x1ff8);
	assert_int_equal(hits[0].gfid, 0);
	assert_int_equal(hits[1].spa, 8 * SEG + 0x123);
	assert_int_equal(hits[1].gfid, 3);
	assert_int_equal(hits[1].gpa, SEG + 0x123);
	assert_int_equal(hits[2].spa, (48ULL << 30) - n);
	assert_int_equal(gpu_model_vram_find(host.gm, needle, n, hits, 1), 3);
	assert_int_equal(gpu_model_vram_find(host.gm, needle, 0, hits, 8), 0);
	board_free();
}

/* A needle that ends in zeros lies partly in a hole. */
static void test_find_into_hole(void **state)
{
	static const uint8_t needle[8] = { 0, 0, 7, 0, 0, 0, 0, 0 };
	struct gpu_model_hit hits[4];
	uint8_t seven = 7;

	board_new(NULL);
	assert_int_equal(gm_vram_write(host.gm, 0x5fff, &seven, 1), 0);
	assert_int_equal(gm_vram_write(host.gm, 0x9000, &seven, 1), 0);
	assert_int_equal(host.gm->resident_pages, 2);
	assert_int_equal(gpu_model_vram_find(host.gm, needle, 8, hits, 4), 2);
	assert_int_equal(hits[0].spa, 0x5ffd);
	assert_int_equal(hits[1].spa, 0x8ffe);
	assert_int_equal(host.gm->resident_pages, 2);
	board_free();
}

/* An idle model is small: nothing of 48 GiB is touched. */
static void test_idle_footprint(void **state)
{
	board_new(NULL);
	assert_int_equal(host.gm->resident_pages, 0);
	assert_true(sizeof(struct gpu_model) < 2 << 20);
	board_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sparse),	       cmocka_unit_test(test_zero),
		cmocka_unit_test(test_cap),	       cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_into_hole), cmocka_unit_test(test_idle_footprint),
	};

	return cmocka_run_group_tests_name("model_vram", tests, NULL, NULL);
}
