// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scrubbing on the model, when somebody asks for it: a copy channel of the PF fills what vGPUs have
 * left with zeroes. Releases leave it dirty here; see test_vgpu_space.c for those that do not.
 */
#include "harness_vgpu.h"

#include "copy.h"

#define COPY2 0x0b
#define MARK 0x5ec2e7d1a60b4c93ULL

static int setup(void **state)
{
	board_up(NULL);
	h->gpu.scrub_on_release = &harness_off;
	return 0;
}

/* A vGPU runs and leaves a mark in its first and last page; returns where its memory is. */
static struct vgpu_vf_info use(unsigned int i, u32 type, unsigned int n)
{
	const u64 mark = MARK;
	struct vgpu_vf_info info;

	assert_int_equal(claim(i, type, n), 0);
	assert_int_equal(open_vf(i), 0);
	vgpu_vf_info(vf_of(i), &info);
	vram_word(info.fb_spa, &mark);
	vram_word(info.fb_spa + info.fb_bytes - 8, &mark);
	vgpu_close(vf_of(i));
	assert_int_equal(vgpu_release(vf_of(i)), 0);
	return info;
}

/* What a vGPU left goes to anybody, and nothing of it is left; a free neighbour is not touched. */
static void scrubbed(void **state)
{
	const u64 mark = MARK;
	struct vgpu_scrub_info scrub;
	struct vgpu_vf_info mine;

	mine = use(0, L40_24Q, 1);
	/* Clean memory behind it: nobody's business. */
	vram_word(mine.fb_spa + mine.fb_bytes, &mark);
	assert_int_equal(claim(0, L40_24Q, 2), 0);
	assert_int_equal(claim(1, L40_24Q, 3), -ENOSPC);
	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	assert_int_equal(vram_word(mine.fb_spa, NULL), 0);
	assert_int_equal(vram_word(mine.fb_spa + mine.fb_bytes - 8, NULL), 0);
	assert_int_equal(vram_word(mine.fb_spa + mine.fb_bytes, NULL), MARK);
	assert_int_equal(claim(1, L40_24Q, 3), 0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	assert_int_equal(vgpu_release(vf_of(1)), 0);
	/* The heap's memory was in use again, so it was not scrubbed. */
	expect_dirty(2 * SEGMENT);
	vgpu_host_scrub_info(&h->gpu, &scrub);
	assert_int_equal(scrub.runs, 1);
	assert_int_equal(scrub.bytes, mine.fb_bytes);
	assert_true(scrub.ns > 0);
	assert_int_equal(harness_stat(h, "ce_fill_bytes"), scrub.bytes);

	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	expect_dirty(0);
	vgpu_host_scrub_info(&h->gpu, &scrub);
	assert_int_equal(scrub.runs, 2);
	assert_int_equal(scrub.bytes, mine.fb_bytes + 2 * SEGMENT);
	/* Nothing to do is no work. */
	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	assert_int_equal(harness_stat(h, "ce_fill_bytes"), scrub.bytes);
}

/* vGPUs that are there keep what they have. */
static void others_are_left_alone(void **state)
{
	const u64 mark = MARK;
	struct vgpu_vf_info mine, live;

	mine = use(0, L40_12Q, 1);
	assert_int_equal(claim(1, L40_12Q, 2), 0);
	assert_int_equal(open_vf(1), 0);
	vgpu_vf_info(vf_of(1), &live);
	vram_word(live.fb_spa, &mark);
	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	assert_int_equal(vram_word(mine.fb_spa, NULL), 0);
	assert_int_equal(vram_word(live.fb_spa, NULL), MARK);
	vgpu_close(vf_of(1));
	assert_int_equal(vgpu_release(vf_of(1)), 0);
	expect_dirty(live.fb_bytes + SEGMENT);
}

/* The engine never says that it has done it: nothing counts as clean, nothing is lost. */
static void stuck(void **state)
{
	struct vgpu_vf_info mine = use(0, L40_12Q, 1);
	u64 dirty = mine.fb_bytes + SEGMENT;
	struct vgpu_scrub_info scrub;

	harness_set_fail(h, "sem-release");
	assert_int_equal(vgpu_host_scrub(&h->gpu), -EIO);
	harness_expect_error(h, "copy engine: it did not fill 1024 MiB at 0x0 in time");
	expect_dirty(dirty);
	harness_set_fail(h, NULL);
	vgpu_host_scrub_info(&h->gpu, &scrub);
	assert_int_equal(scrub.bytes, 0);
	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	expect_dirty(0);
}

/* RM refuses a step of the way. */
static void refused(void **state)
{
	static const struct {
		const char *fault, *text;
	} cases[] = {
		{ "control:0x20802a08", "the size of its method buffer" },
		{ "control:0x00801813", "an address space" },
		{ "control:0xa06f0103", "a channel" },
		{ "control:0xa06f0104", "a channel" },
		{ "control:0xc36f0108", "a channel" },
	};
	struct vgpu_vf_info mine = use(0, L40_12Q, 1);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		harness_set_fail(h, cases[i].fault);
		assert_int_equal(vgpu_host_scrub(&h->gpu), -EIO);
		harness_expect_error(h, cases[i].text);
		expect_dirty(mine.fb_bytes + SEGMENT);
	}
	harness_set_fail(h, NULL);
	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	expect_dirty(0);
}

/* Whatever allocation fails. */
static void no_memory(void **state)
{
	struct vgpu_vf_info mine = use(0, L40_12Q, 1);
	int nr, ret = -1;

	for (nr = 0; nr < 1000 && ret; nr++) {
		struct vgpu_host_info info;
		struct vgpu_scrub_info scrub;

		shim_fail_allocation(nr);
		ret = vgpu_host_scrub(&h->gpu);
		shim_fail_allocation(-1);
		vgpu_host_info(&h->gpu, &info);
		vgpu_host_scrub_info(&h->gpu, &scrub);
		/* What was done before it counts. */
		assert_int_equal(info.vram_dirty_bytes + scrub.bytes, mine.fb_bytes + SEGMENT);
		expect_dirty(info.vram_dirty_bytes);
	}
	assert_in_range(nr, 10, 999);
	expect_dirty(0);
}

static void limits_of_a_fill(void **state)
{
	struct vgpu_space space = { 0 };
	struct vgpu_copy copy;

	mutex_lock(&h->gpu.vram_lock);
	assert_int_equal(vgpu_space_init(&h->gpu, &space), 0);
	assert_int_equal(vgpu_space_map(&space, 0, 40 * SEGMENT), 0);
	mutex_unlock(&h->gpu.vram_lock);
	assert_int_equal(vgpu_copy_open(&h->gpu, COPY2, &space, &copy), 0);
	assert_int_equal(vgpu_copy_zero(&copy, 0, 0), -EINVAL);
	assert_int_equal(vgpu_copy_zero(&copy, 1, 4096), -EINVAL);
	assert_int_equal(vgpu_copy_zero(&copy, 0, 100), -EINVAL);
	assert_int_equal(vgpu_copy_zero(&copy, 0, VGPU_COPY_MAX_BYTES + 4096), -EINVAL);
	/* Round the ring more than once, sizes down to a page. */
	for (unsigned int i = 0; i < 40; i++) {
		const u64 mark = MARK;
		u64 spa = i * SEGMENT;

		vram_word(spa + 4096, &mark);
		vram_word(spa + 8192, &mark);
		assert_int_equal(vgpu_copy_zero(&copy, spa, 8192), 0);
		assert_int_equal(vram_word(spa + 4096, NULL), 0);
		assert_int_equal(vram_word(spa + 8192, NULL), MARK);
	}
	assert_int_equal(vgpu_copy_close(&copy), 0);
	/* No such engine. */
	assert_true(vgpu_copy_open(&h->gpu, 0x3f, &space, &copy) < 0);
	harness_expect_error(h, "did not get a channel");
	assert_int_equal(vgpu_copy_close(&copy), 0);
	mutex_lock(&h->gpu.vram_lock);
	vgpu_space_fini(&h->gpu, &space);
	mutex_unlock(&h->gpu.vram_lock);
	expect_dirty(0);
}

/* ---- what was there before the driver ---- */

/* The driver lets go of the GPU, which @reset may follow, and starts it again. */
static void start_again(bool reset)
{
	vgpu_gpu_shutdown(&h->gpu);
	if (reset)
		harness_reset_pf(h);
	assert_int_equal(vgpu_gpu_boot(&h->gpu), 0);
}

/* Dirty memory is not forgotten about: all of VRAM that vGPUs can get is filled at the start. */
static void scrubbed_at_start(void **state)
{
	const u64 mark = MARK;
	u64 free_bytes = at_start.vram_free_bytes, filled;
	struct vgpu_vf_info mine = use(0, L40_12Q, 1);
	struct vgpu_host_info info;
	struct vgpu_scrub_info scrub;

	/* What another driver might have left, where no vGPU was. */
	vram_word(30 * 1024 * MIB, &mark);
	start_again(false);
	assert_int_equal(vram_word(mine.fb_spa, NULL), 0);
	assert_int_equal(vram_word(mine.fb_spa + mine.fb_bytes - 8, NULL), 0);
	assert_int_equal(vram_word(30 * 1024 * MIB, NULL), 0);
	vgpu_host_info(&h->gpu, &info);
	assert_int_equal(info.vram_free_bytes, free_bytes);
	assert_int_equal(info.vram_dirty_bytes, 0);
	vgpu_host_scrub_info(&h->gpu, &scrub);
	assert_int_equal(scrub.runs, 1);
	filled = scrub.bytes;
	assert_true(filled > 45 * 1024 * MIB);
	assert_int_equal(harness_stat(h, "ce_fill_bytes"), filled);
	assert_int_equal(claim(0, L40_48Q, 2), 0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);

	/* After a reset the board's own scrubber runs. */
	start_again(true);
	assert_int_equal(harness_stat(h, "scrubber_runs"), 2);
	assert_int_equal(harness_stat(h, "ce_fill_bytes"), filled);
	vgpu_host_info(&h->gpu, &info);
	assert_int_equal(info.vram_free_bytes, free_bytes);
	assert_int_equal(info.vram_dirty_bytes, 0);
}

/* The scrub fails: the GPU starts, and nobody gets any of it until a later one works. */
static void not_scrubbed_at_start(void **state)
{
	static const char *const faults[] = { "sem-release", "control:0xa06f0103" };
	struct vgpu_host_info info;

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		harness_set_fail(h, faults[i]);
		start_again(false);
		harness_set_fail(h, NULL);
		assert_int_equal(READ_ONCE(h->gpu.state), VGPU_GPU_READY);
		vgpu_host_info(&h->gpu, &info);
		assert_true(info.vram_dirty_bytes > 45 * 1024 * MIB);
		assert_int_equal(claim(0, L40_1Q, 1), -ENOSPC);
		expect_text(0, "until scrubbed; write 1 to vgpu/scrub");
		assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
		vgpu_host_info(&h->gpu, &info);
		assert_int_equal(info.vram_dirty_bytes, 0);
		assert_int_equal(claim(0, L40_1Q, 1), 0);
		assert_int_equal(vgpu_release(vf_of(0)), 0);
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, board_teardown)
	const struct CMUnitTest tests[] = {
		T(scrubbed), T(others_are_left_alone), T(stuck), T(refused), T(no_memory),
		T(limits_of_a_fill), T(scrubbed_at_start), T(not_scrubbed_at_start),
	};

	return cmocka_run_group_tests_name("scrub", tests, NULL, NULL);
}
