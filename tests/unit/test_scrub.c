// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scrubbing on the model, when somebody asks for it: a copy channel of the PF fills what vGPUs have
 * left with zeroes. Releases leave it dirty here; see test_vgpu_space.c for those that do not.
 */
#include "harness.h"

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/uuid.h>

#include "copy.h"
#include "host.h"
#include "type.h"
#include "vgpu.h"

#define L40_6Q 875
#define L40_12Q 877
#define L40_24Q 879
#define MIB (1ULL << 20)
#define SEGMENT (128 * MIB)
#define PID 4242
#define DBDF(vf) (0x100U + 4 + (vf)->index)
#define COPY2 0x0b
#define MARK 0x5ec2e7d1a60b4c93ULL

static struct harness *h;
static struct vgpu_host_info at_start;

static int setup(void **state)
{
	h = harness_new(NULL);
	harness_boot(h);
	h->gpu.scrub_on_release = &harness_off;
	vgpu_host_info(&h->gpu, &at_start);
	return 0;
}

static int teardown(void **state)
{
	harness_shutdown(h);
	harness_free(h);
	return 0;
}

static struct vgpu_vf *vf_of(unsigned int i)
{
	return vgpu_vf_get(&h->gpu, i);
}

static int claim(unsigned int i, u32 type, unsigned int n)
{
	uuid_t uuid = { .b = { 0xcc, [15] = (u8)n } };

	return vgpu_claim(vf_of(i), type, &uuid);
}

/* The CPU's view of one word of VRAM, by way of BAR1. */
static u64 word(u64 spa, const u64 *value)
{
	struct vgpu_bar1_map map;
	u64 got;

	assert_int_equal(vgpu_bar1_map_window(&h->gpu, spa & ~4095ULL, 4096, &map), 0);
	if (value)
		writeq(*value, map.io + (spa & 4095));
	got = readq(map.io + (spa & 4095));
	vgpu_bar1_unmap_window(&h->gpu, &map);
	return got;
}

/* A vGPU runs and leaves a mark in its first and last page; returns where its memory is. */
static struct vgpu_vf_info use(unsigned int i, u32 type, unsigned int n)
{
	const u64 mark = MARK;
	struct vgpu_vf_info info;

	assert_int_equal(claim(i, type, n), 0);
	assert_int_equal(vgpu_open(vf_of(i), PID, DBDF(vf_of(i))), 0);
	vgpu_vf_info(vf_of(i), &info);
	word(info.fb_spa, &mark);
	word(info.fb_spa + info.fb_bytes - 8, &mark);
	vgpu_close(vf_of(i));
	assert_int_equal(vgpu_release(vf_of(i)), 0);
	return info;
}

static void expect_all_back(u64 dirty)
{
	struct vgpu_bar1_usage usage;
	struct vgpu_host_info info;

	vgpu_host_info(&h->gpu, &info);
	assert_int_equal(info.vram_dirty_bytes, dirty);
	assert_int_equal(info.vram_free_bytes + info.vram_dirty_bytes, at_start.vram_free_bytes);
	vgpu_bar1_usage(&h->gpu, &usage);
	assert_int_equal(usage.mapped_bytes, 0);
}

/* What a vGPU left goes to anybody, and nothing of it is left; a free neighbour is not touched. */
static void scrubbed(void **state)
{
	const u64 mark = MARK;
	struct vgpu_scrub_info scrub;
	struct vgpu_vf_info mine;

	mine = use(0, L40_24Q, 1);
	word(mine.fb_spa + mine.fb_bytes, &mark); /* clean memory behind it: nobody's business */
	assert_int_equal(claim(0, L40_24Q, 2), 0);
	assert_int_equal(claim(1, L40_24Q, 3), -ENOSPC);
	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	assert_int_equal(word(mine.fb_spa, NULL), 0);
	assert_int_equal(word(mine.fb_spa + mine.fb_bytes - 8, NULL), 0);
	assert_int_equal(word(mine.fb_spa + mine.fb_bytes, NULL), MARK);
	assert_int_equal(claim(1, L40_24Q, 3), 0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	assert_int_equal(vgpu_release(vf_of(1)), 0);
	/* The heap's memory was in use again, so it was not scrubbed. */
	expect_all_back(2 * SEGMENT);
	vgpu_host_scrub_info(&h->gpu, &scrub);
	assert_int_equal(scrub.runs, 1);
	assert_int_equal(scrub.bytes, mine.fb_bytes);
	assert_true(scrub.ns > 0);
	assert_int_equal(harness_stat(h, "ce_fill_bytes"), scrub.bytes);

	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	expect_all_back(0);
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
	assert_int_equal(vgpu_open(vf_of(1), PID, DBDF(vf_of(1))), 0);
	vgpu_vf_info(vf_of(1), &live);
	word(live.fb_spa, &mark);
	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	assert_int_equal(word(mine.fb_spa, NULL), 0);
	assert_int_equal(word(live.fb_spa, NULL), MARK);
	vgpu_close(vf_of(1));
	assert_int_equal(vgpu_release(vf_of(1)), 0);
	expect_all_back(live.fb_bytes + SEGMENT);
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
	expect_all_back(dirty);
	harness_set_fail(h, NULL);
	vgpu_host_scrub_info(&h->gpu, &scrub);
	assert_int_equal(scrub.bytes, 0);
	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	expect_all_back(0);
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
		expect_all_back(mine.fb_bytes + SEGMENT);
	}
	harness_set_fail(h, NULL);
	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	expect_all_back(0);
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
		expect_all_back(info.vram_dirty_bytes);
	}
	assert_in_range(nr, 10, 999);
	expect_all_back(0);
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

		word(spa + 4096, &mark);
		word(spa + 8192, &mark);
		assert_int_equal(vgpu_copy_zero(&copy, spa, 8192), 0);
		assert_int_equal(word(spa + 4096, NULL), 0);
		assert_int_equal(word(spa + 8192, NULL), MARK);
	}
	assert_int_equal(vgpu_copy_close(&copy), 0);
	/* No such engine. */
	assert_true(vgpu_copy_open(&h->gpu, 0x3f, &space, &copy) < 0);
	harness_expect_error(h, "did not get a channel");
	assert_int_equal(vgpu_copy_close(&copy), 0);
	mutex_lock(&h->gpu.vram_lock);
	vgpu_space_fini(&h->gpu, &space);
	mutex_unlock(&h->gpu.vram_lock);
	expect_all_back(0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(scrubbed), T(others_are_left_alone), T(stuck), T(refused), T(no_memory),
		T(limits_of_a_fill),
	};

	return cmocka_run_group_tests_name("scrub", tests, NULL, NULL);
}
