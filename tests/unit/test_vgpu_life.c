// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of vGPUs on the model: what a claim holds, who gets which memory, what is refused. What
 * happens when GSP or a plugin fails is in test_vgpu_faults.c.
 */
#include "harness_vgpu.h"

#include "../abi/rpc.h"

/* ---- the good life ---- */

static void facts_of_the_board(void **state)
{
	assert_int_equal(at_start.segment_bytes, 128ULL << 20);
	assert_int_equal(at_start.vfs, 32);
	assert_true(at_start.vram_total_bytes > 47ULL << 30);
	assert_int_equal(at_start.vram_free_bytes, at_start.vram_total_bytes);
	assert_int_equal(at_start.vram_dirty_bytes, 0);
	assert_true(test_bit(NV2080_ENGINE_GR0, h->gpu.host->engines));
	assert_true(test_bit(NV2080_ENGINE_COPY0, h->gpu.host->engines));
	assert_null(vgpu_vf_get(&h->gpu, 32));
	assert_true(vgpu_types_of(&h->gpu, NULL, 0) >= 20);
}

static void one_life(void **state)
{
	struct vgpu_vf_info info;

	assert_int_equal(claim(0, L40_12Q, 1), 0);
	expect_state(0, VGPU_READY);
	vgpu_vf_info(vf_of(0), &info);
	assert_string_equal(info.type->name, "NVIDIA L40-12Q");
	assert_int_equal(info.gfid, 1);
	assert_int_equal(info.fb_bytes, 92 * (128ULL << 20));
	assert_int_equal(info.heap_bytes, 128ULL << 20);
	assert_int_equal(info.chid_count, 256);
	assert_int_equal(info.chid_base, 1792);
	assert_int_equal(info.placement_id, 0);
	assert_true(vgpu_host_busy(&h->gpu));

	assert_int_equal(open_vf(0), 0);
	expect_state(0, VGPU_OPEN);
	vgpu_vf_info(vf_of(0), &info);
	assert_true(info.open_ns > 0);
	assert_int_equal(vgpu_set_bus_master(vf_of(0), true), 0);
	assert_int_equal(vgpu_set_bus_master(vf_of(0), false), 0);
	assert_int_equal(vgpu_reset(vf_of(0)), 0);
	assert_int_equal(vgpu_set_bus_master(vf_of(0), true), 0);
	vgpu_close(vf_of(0));
	expect_state(0, VGPU_READY);
	assert_int_equal(open_vf(0), 0); /* and again */
	vgpu_close(vf_of(0));
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_state(0, VGPU_FREE);
	expect_all_back();
	assert_int_equal(owners[0].dead, 0);
}

static void fifty_lives(void **state)
{
	for (unsigned int i = 0; i < 50; i++) {
		unsigned int vf = i % 3;

		assert_int_equal(claim(vf, i & 1 ? L40_6Q : L40_24Q, 7), 0);
		assert_int_equal(open_vf(vf), 0);
		assert_int_equal(vgpu_set_bus_master(vf_of(vf), true), 0);
		shim_run(1000000);
		vgpu_close(vf_of(vf));
		assert_int_equal(vgpu_release(vf_of(vf)), 0);
		shim_run(1000000);
		expect_all_back();
	}
	/* One owner only: the whole of it was its own. */
	assert_int_equal(claim(0, L40_48Q, 7), 0);
}

static void thirty_two_1q(void **state)
{
	struct vgpu_vf_info a, b;

	for (unsigned int i = 0; i < 32; i++) {
		assert_int_equal(claim(i, L40_1Q, i), 0);
		assert_int_equal(open_vf(i), 0);
	}
	for (unsigned int i = 0; i < 32; i++) {
		vgpu_vf_info(vf_of(i), &a);
		for (unsigned int j = 0; j < i; j++) {
			vgpu_vf_info(vf_of(j), &b);
			assert_true(a.fb_spa >= b.fb_spa + b.fb_bytes ||
				    b.fb_spa >= a.fb_spa + a.fb_bytes);
			assert_true(a.chid_base >= b.chid_base + b.chid_count ||
				    b.chid_base >= a.chid_base + a.chid_count);
		}
	}
	for (unsigned int i = 0; i < 32; i++) {
		vgpu_close(vf_of(i));
		assert_int_equal(vgpu_release(vf_of(i)), 0);
	}
	expect_all_back();
}

static void every_type_to_its_maximum(void **state)
{
	const struct vgpu_type *types[64];
	size_t count = vgpu_types_of(&h->gpu, types, ARRAY_SIZE(types));

	h->gpu.allow_unscrubbed = true;
	for (size_t t = 0; t < count; t++) {
		unsigned int i;

		if (types[t]->missing)
			continue;
		for (i = 0; i < types[t]->max_instances; i++) {
			assert_int_equal(claim(i, types[t]->id, i), 0);
			assert_int_equal(open_vf(i), 0);
		}
		if (i < 32)
			assert_int_equal(claim(i, types[t]->id, i), -ENOSPC);
		while (i--) {
			vgpu_close(vf_of(i));
			assert_int_equal(vgpu_release(vf_of(i)), 0);
		}
		expect_all_back();
	}
}

/* AD104: half the memory, and types whose framebuffer is not whole segments. */
static int setup_l4(void **state)
{
	const struct harness_options opt = { .board = "L4" };

	board_up(&opt);
	return 0;
}

static void l4_2q_gets_whole_segments(void **state)
{
	const struct vgpu_type *type = vgpu_type_find(&h->gpu, L4_2Q);
	struct vgpu_vf_info info;

	assert_string_equal(h->gpu.chip->name, "AD104");
	assert_string_equal(h->gpu.si.gpu_name, "NVIDIA L4");
	assert_true(at_start.vram_total_bytes > 23ULL << 30);
	assert_true(at_start.vram_total_bytes < 24ULL << 30);
	assert_non_null(type);
	assert_int_equal(type->fb_bytes, 1856ULL << 20);
	assert_int_equal(claim(0, L4_2Q, 1), 0);
	assert_int_equal(open_vf(0), 0);
	vgpu_vf_info(vf_of(0), &info);
	assert_string_equal(info.type->name, "NVIDIA L4-2Q");
	assert_int_equal(info.fb_bytes, 14 * (128ULL << 20));
	vgpu_close(vf_of(0));
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_all_back();
}

/* ---- refusals ---- */

static void refused_claims(void **state)
{
	const struct vgpu_type *types[64];
	size_t count = vgpu_types_of(&h->gpu, types, ARRAY_SIZE(types));
	char why[VGPU_ERROR_TEXT_BYTES];
	uuid_t one = uuid_of(1), two = uuid_of(2);
	bool unknown_id = false;

	assert_int_equal(claim(0, 99999, 1), -ENOENT);
	expect_text(0, "type 99999 does not exist");
	assert_int_equal(claim(0, 0, 1), -ENOENT);
	assert_int_equal(vgpu_claim(vf_of(0), L40_12Q, &uuid_null), -EINVAL);
	assert_int_equal(vgpu_claim(vf_of(0), L40_12Q, NULL), -EINVAL);
	assert_int_equal(vgpu_release(vf_of(0)), -ENOENT);
	assert_int_equal(open_vf(0), -EINVAL);
	assert_int_equal(vgpu_reset(vf_of(0)), -EIO);
	assert_int_equal(vgpu_set_bus_master(vf_of(0), true), -EIO);
	vgpu_close(vf_of(0)); /* nothing to do */
	for (size_t t = 0; t < count; t++) {
		if (!types[t]->missing)
			continue;
		unknown_id = true;
		assert_int_equal(vgpu_creatable(vf_of(0), types[t], NULL, why, sizeof(why)),
				 -EOPNOTSUPP);
		assert_non_null(strstr(why, types[t]->missing));
	}
	assert_true(unknown_id);

	assert_int_equal(claim(0, L40_12Q, 1), 0);
	assert_int_equal(claim(0, L40_12Q, 2), -EBUSY);
	assert_int_equal(claim(1, L40_12Q, 1), -EEXIST);
	expect_text(1, "VF 0 already has a vGPU with this UUID");
	assert_int_equal(claim(1, L40_6Q, 2), -EINVAL);
	expect_text(1, "cannot be beside NVIDIA L40-12Q on VF 0");
	assert_int_equal(vgpu_creatable(vf_of(1), vgpu_type_find(&h->gpu, L40_6Q), &two, why,
					sizeof(why)), -EINVAL);
	assert_int_equal(vgpu_creatable(vf_of(1), vgpu_type_find(&h->gpu, L40_12Q), &two, why,
					sizeof(why)), 0);
	assert_int_equal(vgpu_creatable(vf_of(1), vgpu_type_find(&h->gpu, L40_12Q), &one, why,
					sizeof(why)), -EEXIST);
	assert_int_equal(vgpu_creatable(vf_of(0), vgpu_type_find(&h->gpu, L40_12Q), &two, NULL, 0),
			 -EBUSY);
	for (unsigned int i = 1; i < 4; i++)
		assert_int_equal(claim(i, L40_12Q, i + 1), 0);
	assert_int_equal(claim(4, L40_12Q, 9), -ENOSPC);
	expect_text(4, "4 vGPUs of this size exist");

	assert_int_equal(open_vf(0), 0);
	assert_int_equal(open_vf(0), -EINVAL);
	assert_int_equal(vgpu_release(vf_of(0)), -EBUSY);
	expect_text(0, "in use");
	vgpu_host_set_closing(&h->gpu, true);
	assert_int_equal(open_vf(1), -EBUSY);
	vgpu_close(vf_of(0));
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	assert_int_equal(claim(0, L40_12Q, 1), -EBUSY);
	vgpu_host_set_closing(&h->gpu, false);
	assert_int_equal(claim(0, L40_12Q, 1), 0);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(vgpu_release(vf_of(i)), 0);
	expect_all_back();
}

static void dirty_memory_stays_with_its_owner(void **state)
{
	const struct vgpu_type *q48 = vgpu_type_find(&h->gpu, L40_48Q);
	const struct vgpu_type *q24 = vgpu_type_find(&h->gpu, L40_24Q);
	char why[VGPU_ERROR_TEXT_BYTES];
	uuid_t one = uuid_of(1), two = uuid_of(2);
	struct vgpu_host_info info;
	struct vgpu_vf_info vf;

	h->gpu.scrub_on_release = &harness_off;
	/* Claimed but never opened: clean for anybody. */
	assert_int_equal(claim(0, L40_48Q, 1), 0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	assert_int_equal(claim(0, L40_48Q, 2), 0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);

	assert_int_equal(claim(0, L40_24Q, 1), 0);
	assert_int_equal(open_vf(0), 0);
	vgpu_close(vf_of(0));
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	vgpu_host_info(&h->gpu, &info);
	assert_true(info.vram_dirty_bytes >= 184 * (128ULL << 20));
	expect_all_back();

	/* Another one skips it, and says so when there is nothing else. */
	assert_int_equal(claim(0, L40_24Q, 2), 0);
	assert_non_null(shim_log_find("skipped 1 place"));
	vgpu_vf_info(vf_of(0), &vf);
	assert_int_equal(vf.fb_spa, 184 * (128ULL << 20));
	assert_int_equal(claim(1, L40_24Q, 3), -ENOSPC);
	expect_text(1, "1 of 2 places are in use, 1 hold what another vGPU left: "
		       "aa000000-0000-0000-0000-000000000001 and go only to its UUID");
	expect_text(1, "write 1 to vgpu/scrub");
	assert_int_equal(vgpu_creatable(vf_of(1), q24, NULL, why, sizeof(why)), -ENOSPC);
	assert_int_equal(vgpu_claimable(vf_of(1), q24), 0);
	/* Its owner gets the very same place. */
	assert_int_equal(claim(1, L40_24Q, 1), 0);
	vgpu_vf_info(vf_of(1), &vf);
	assert_int_equal(vf.fb_spa, 0);
	assert_int_equal(vgpu_release(vf_of(1)), 0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);

	assert_int_equal(vgpu_creatable(vf_of(0), q48, &two, why, sizeof(why)), -ENOSPC);
	assert_non_null(strstr(why, "left: aa000000-0000-0000-0000-000000000001 and"));
	assert_int_equal(vgpu_creatable(vf_of(0), q48, &one, why, sizeof(why)), 0);
	h->gpu.allow_unscrubbed = true;
	assert_int_equal(claim(0, L40_48Q, 2), 0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_all_back();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(facts_of_the_board),
		BOARD_TEST(one_life),
		BOARD_TEST(fifty_lives),
		BOARD_TEST(thirty_two_1q),
		BOARD_TEST(every_type_to_its_maximum),
		cmocka_unit_test_setup_teardown(l4_2q_gets_whole_segments, setup_l4,
						board_teardown),
		{ "every_l4_type_to_its_maximum", every_type_to_its_maximum, setup_l4,
		  board_teardown, NULL },
		BOARD_TEST(refused_claims),
		BOARD_TEST(dirty_memory_stays_with_its_owner),
	};

	return cmocka_run_group_tests_name("vgpu_life", tests, NULL, NULL);
}
