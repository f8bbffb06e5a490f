// SPDX-License-Identifier: GPL-2.0-or-later
/* vGPUs of several sizes on one board, on the model: the mode, the places, moving between them. */
#include "harness_vgpu.h"

#include "../abi/vgpu_host.h"

static int claim_own(unsigned int i, u32 type)
{
	return claim(i, type, i + 1);
}

static void expect_ids(u32 type, bool creatable, const char *want)
{
	u16 ids[R570_VGPU_MAX_INSTANCES];
	char text[256] = "";
	unsigned int count;
	size_t len = 0;

	count = vgpu_placements(&h->gpu, vgpu_type_find(&h->gpu, type), creatable, ids,
				ARRAY_SIZE(ids));
	for (unsigned int i = 0; i < count; i++)
		len += scnprintf(text + len, sizeof(text) - len, "%s%u", i ? " " : "", ids[i]);
	assert_string_equal(text, want);
}

static void expect_model_mode(const char *want)
{
	char *json = gpu_model_stats_json(h->gm), key[32];

	snprintf(key, sizeof(key), "\"heterogeneous\":%s", want);
	assert_non_null(strstr(json, key));
	free(json);
}

/* GSP knows the mode, and it changes only while there is no vGPU. */
static void the_mode(void **state)
{
	struct vgpu_host_info info;

	assert_false(at_start.mixed);
	expect_ids(L40_24Q, false, "0 24");
	expect_ids(L40_8Q, false, "0 8 16 24 32 40");
	assert_int_equal(claim_own(0, L40_12Q), 0);
	assert_int_equal(vgpu_host_set_mixed(&h->gpu, true), -EBUSY);
	harness_expect_error(h, "it cannot change while the GPU has vGPUs");
	assert_int_equal(vgpu_host_set_mixed(&h->gpu, false), 0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);

	assert_int_equal(vgpu_host_set_mixed(&h->gpu, true), 0);
	expect_model_mode("true");
	vgpu_host_info(&h->gpu, &info);
	assert_true(info.mixed);
	expect_ids(L40_8Q, false, "0 16 24 40");
	assert_int_equal(claim_own(0, L40_12Q), 0);
	assert_int_equal(vgpu_host_set_mixed(&h->gpu, false), -EBUSY);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	assert_int_equal(vgpu_host_set_mixed(&h->gpu, false), 0);
	expect_model_mode("false");
}

static void several_sizes_run(void **state)
{
	static const u32 types[] = { L40_24Q, L40_12Q, L40_6Q, L40_3Q, L40_1Q };
	static const u16 places[] = { 0, 24, 36, 42, 47 };

	assert_int_equal(vgpu_host_set_mixed(&h->gpu, true), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
		assert_int_equal(claim_own(i, types[i]), 0);
		assert_int_equal(info_of(i).placement_id, places[i]);
	}
	expect_ids(L40_48Q, true, "");
	expect_ids(L40_12Q, true, "");
	expect_ids(L40_1Q, true, "");
	assert_int_equal(claim_own(5, L40_6Q), -ENOSPC);
	expect_text(5, "no room for NVIDIA L40-6Q: all 8 places are in use");
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
		assert_int_equal(open_vf(i), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
		vgpu_close(vf_of(i));
		assert_int_equal(vgpu_release(vf_of(i)), 0);
	}
	expect_all_back();
}

/* One size in homogeneous mode: the refusal says what to do. */
static void one_size_says_so(void **state)
{
	assert_int_equal(claim_own(0, L40_12Q), 0);
	assert_int_equal(claim_own(1, L40_6Q), -EINVAL);
	expect_text(1, "write heterogeneous to the GPU's placement_mode");
	expect_ids(L40_6Q, true, "");
	expect_ids(L40_12Q, true, "12 24 36");
	assert_int_equal(vgpu_release(vf_of(0)), 0);
}

static void moving(void **state)
{
	struct vgpu_vf_info before;

	assert_int_equal(vgpu_place(vf_of(0), 12), -EBUSY);
	expect_text(0, "it is free; a vGPU changes its place in state ready only");
	for (unsigned int mixed = 0; mixed < 2; mixed++) {
		h->gpu.allow_unscrubbed = true; /* the second round meets what the first left */
		assert_int_equal(vgpu_host_set_mixed(&h->gpu, mixed), 0);
		assert_int_equal(claim_own(0, L40_12Q), 0);
		assert_int_equal(claim_own(1, L40_12Q), 0);
		before = info_of(0);
		assert_int_equal(before.placement_id, 0);
		assert_int_equal(vgpu_place(vf_of(0), 36), 0);
		assert_int_equal(info_of(0).placement_id, 36);
		assert_true(info_of(0).fb_spa > before.fb_spa);
		assert_int_equal(vgpu_place(vf_of(0), 36), 0);
		assert_int_equal(vgpu_place(vf_of(0), 12), -ENOSPC);
		expect_text(0, "place 12 is not free for NVIDIA L40-12Q: another vGPU");
		assert_int_equal(vgpu_place(vf_of(0), 13), -ENOENT);
		expect_text(0, "has no place 13 in");
		assert_int_equal(info_of(0).placement_id, 36);
		/* The mailbox went with it. */
		assert_int_equal(open_vf(0), 0);
		assert_int_equal(vgpu_place(vf_of(0), 0), -EBUSY);
		vgpu_close(vf_of(0));
		assert_int_equal(vgpu_place(vf_of(0), 0), 0);
		assert_int_equal(open_vf(0), 0);
		vgpu_close(vf_of(0));
		assert_int_equal(vgpu_release(vf_of(0)), 0);
		assert_int_equal(vgpu_release(vf_of(1)), 0);
		expect_all_back();
		/* What the guest left lies at both places. */
		vgpu_host_info(&h->gpu, &at_start);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(the_mode),
		BOARD_TEST(several_sizes_run),
		BOARD_TEST(one_size_says_so),
		BOARD_TEST(moving),
	};

	return cmocka_run_group_tests_name("vgpu_mixed", tests, NULL, NULL);
}
