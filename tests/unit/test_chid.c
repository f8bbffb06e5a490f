// SPDX-License-Identifier: GPL-2.0-or-later
/* Channel id ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "chid.h"

static void shares_leave_room_for_the_pf(void **state)
{
	assert_int_equal(vgpu_chid_share(0), 0);
	assert_int_equal(vgpu_chid_share(1), 1024);
	assert_int_equal(vgpu_chid_share(2), 512);
	assert_int_equal(vgpu_chid_share(4), 256);
	assert_int_equal(vgpu_chid_share(6), 256);
	assert_int_equal(vgpu_chid_share(24), 64);
	assert_int_equal(vgpu_chid_share(32), 32);
	assert_int_equal(vgpu_chid_share(100000), 0);
	for (u32 max = 1; max <= 32; max++)
		assert_true(max * vgpu_chid_share(max) <= VGPU_CHID_COUNT - VGPU_CHID_PF_COUNT);
}

static void ranges_come_from_the_top(void **state)
{
	struct vgpu_chid_pool pool;
	u32 base = VGPU_CHID_ANY, n;

	vgpu_chid_init(&pool);
	assert_int_equal(vgpu_chid_alloc(&pool, 256, &base), 0);
	assert_int_equal(base, 1792);
	base = 1536;
	assert_int_equal(vgpu_chid_alloc(&pool, 256, &base), 0);
	assert_int_equal(vgpu_chid_alloc(&pool, 256, &base), -EBUSY);
	for (n = 0; n < 5; n++) {
		base = VGPU_CHID_ANY;
		assert_int_equal(vgpu_chid_alloc(&pool, 256, &base), 0);
		assert_int_equal(base, 1280 - n * 256);
	}
	/* 0..255 has the PF's ids in it. */
	base = VGPU_CHID_ANY;
	assert_int_equal(vgpu_chid_alloc(&pool, 256, &base), -ENOSPC);
	base = 0;
	assert_int_equal(vgpu_chid_alloc(&pool, 32, &base), -EINVAL);
	base = 32;
	assert_int_equal(vgpu_chid_alloc(&pool, 32, &base), 0);
	base = 2040;
	assert_int_equal(vgpu_chid_alloc(&pool, 16, &base), -EINVAL);
	base = VGPU_CHID_ANY;
	assert_int_equal(vgpu_chid_alloc(&pool, 0, &base), -EINVAL);
	assert_int_equal(vgpu_chid_alloc(&pool, 2048, &base), -EINVAL);
}

static void wrong_frees_are_caught(void **state)
{
	struct vgpu_chid_pool pool, fresh;
	u32 a = 1024, b = 1280;

	vgpu_chid_init(&fresh);
	vgpu_chid_init(&pool);
	assert_int_equal(vgpu_chid_alloc(&pool, 256, &a), 0);
	assert_int_equal(vgpu_chid_alloc(&pool, 256, &b), 0);
	assert_int_equal(vgpu_chid_free(&pool, 1024, 128), -EINVAL);
	assert_int_equal(vgpu_chid_free(&pool, 1024, 512), -EINVAL);
	assert_int_equal(vgpu_chid_free(&pool, 1100, 180), -EINVAL);
	assert_int_equal(vgpu_chid_free(&pool, 0, 32), -EINVAL);
	assert_int_equal(vgpu_chid_free(&pool, 2048, 1), -EINVAL);
	assert_int_equal(vgpu_chid_free(&pool, 1024, ~0U), -EINVAL);
	assert_int_equal(vgpu_chid_free(&pool, 1024, 256), 0);
	assert_int_equal(vgpu_chid_free(&pool, 1024, 256), -EINVAL);
	assert_int_equal(vgpu_chid_free(&pool, 1280, 256), 0);
	assert_memory_equal(&pool, &fresh, sizeof(pool));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_leave_room_for_the_pf),
		cmocka_unit_test(ranges_come_from_the_top),
		cmocka_unit_test(wrong_frees_are_caught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
