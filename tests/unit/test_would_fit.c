// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions about memory: whether a partition and its management heap would fit is answered as
 * taking them says, whatever else is there, and asking changes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../xorshift.h"
#include "gpu.h"
#include "vram.h"

#define MIB (1ULL << 20)
#define SEGMENT (32 * MIB)
/* No multiple of a segment: a tail is left. */
#define USABLE (1024 * MIB - 6 * MIB)
#define UNITS 31U
#define SLOTS 24U
#define ROUNDS 20000

static struct vgpu_gpu gpu;
static struct vgpu_vram vram;
static uint64_t rng;

static u64 below(u64 end)
{
	return xorshift_next(&rng) % end;
}

/* ---- what is there ---- */

static struct {
	u32 first, count;
} partition[SLOTS];
static struct vgpu_heap_block heap[SLOTS];

static void toggle_partition(unsigned int i)
{
	static const uuid_t owner = { .b = { 1 } };
	struct vgpu_buddy_request req = { .flags = VGPU_BUDDY_ANY_DIRTY };

	if (partition[i].count) {
		assert_int_equal(vgpu_buddy_free(&gpu.buddy, partition[i].first,
						 partition[i].count), 0);
		partition[i].count = 0;
		return;
	}
	req.count = 1 + below(4);
	partition[i].first = below(UNITS);
	if (vgpu_buddy_alloc_at(&gpu.buddy, &req, partition[i].first))
		return;
	partition[i].count = req.count;
	if (below(3))
		vgpu_buddy_mark_clean(&gpu.buddy, partition[i].first, req.count);
	else
		vgpu_buddy_mark_dirty(&gpu.buddy, partition[i].first, req.count, &owner);
}

/* Bytes of a heap, from a page to more than a segment. */
static u64 some_bytes(void)
{
	return below(4) ? 4096 * (1 + below(2048)) : MIB * (1 + below(80));
}

/* Anywhere, in whole segments, or between any two pages. */
static void some_range(u64 *low, u64 *high)
{
	u64 unit = below(3) ? SEGMENT : 4096, first, last;

	*low = *high = 0;
	if (!below(3))
		return;
	first = below(USABLE / unit);
	last = below(USABLE / unit);
	*low = min(first, last) * unit;
	*high = min((max(first, last) + 1) * unit, *low + 4 * SEGMENT);
}

static void toggle_heap(unsigned int i)
{
	u64 low, high;

	if (heap[i].bytes) {
		if (!below(3))
			vgpu_heap_mark_dirty(&gpu, &vram, &heap[i]);
		assert_int_equal(vgpu_heap_free(&gpu, &vram, &heap[i]), 0);
		return;
	}
	some_range(&low, &high);
	vgpu_heap_alloc_in(&gpu, &vram, some_bytes(), low, high, &heap[i]);
}

/* ---- the question ---- */

static void add(u64 *digest, u64 value)
{
	*digest = (*digest ^ value) * 0x100000001b3ULL;
}

/* All that an allocation could change. */
static u64 digest_of_all(void)
{
	enum vgpu_page_state state;
	struct vgpu_extent run;
	u64 digest = 1;
	u32 page;

	add(&digest, gpu.buddy.used[0]);
	add(&digest, gpu.buddy.head[0]);
	add(&digest, gpu.buddy.dirty[0]);
	add(&digest, gpu.buddy.free_units);
	add(&digest, gpu.buddy.dirty_units);
	add(&digest, vram.arena[0]);
	add(&digest, vram.left[0]);
	for (page = 0; vgpu_pages_walk(&vram.pages, page, &run, &state); page += run.count) {
		add(&digest, run.count);
		add(&digest, state);
	}
	return digest;
}

/* 0 or 1 as the answer was; -1: the partition itself does not fit there. */
static int ask_and_take(void)
{
	struct vgpu_buddy_request req = { .count = 1 + below(4), .flags = VGPU_BUDDY_ANY_DIRTY };
	u64 bytes = some_bytes(), low, high, before = digest_of_all();
	struct vgpu_heap_block block = { 0 };
	u32 first = below(UNITS);
	bool fits;
	int ret;

	some_range(&low, &high);
	if (vgpu_buddy_would_fit_at(&gpu.buddy, &req, first))
		return -1;
	fits = vgpu_heap_would_fit(&gpu, &vram, bytes, low, high, first, req.count);
	assert_int_equal(digest_of_all(), before);

	assert_int_equal(vgpu_buddy_alloc_at(&gpu.buddy, &req, first), 0);
	ret = vgpu_heap_alloc_in(&gpu, &vram, bytes, low, high, &block);
	if (!ret != fits)
		fail_msg("%llu bytes in [0x%llx, 0x%llx) beside %u+%u: %d, the answer was %d",
			 (unsigned long long)bytes, (unsigned long long)low,
			 (unsigned long long)high, first, req.count, ret, fits);
	if (!ret)
		assert_int_equal(vgpu_heap_free(&gpu, &vram, &block), 0);
	assert_int_equal(vgpu_buddy_free(&gpu.buddy, first, req.count), 0);
	return fits;
}

static void answers_are_what_taking_says(void **state)
{
	unsigned int answers[2] = { 0 };

	rng = 0x9e3779b97f4a7c15ULL;
	gpu.si.fb_bytes = 1024 * MIB;
	gpu.si.num_regions = 1;
	gpu.si.region[0].bytes = USABLE;
	assert_int_equal(vgpu_vram_init(&gpu, &vram, SEGMENT), 0);
	assert_int_equal(gpu.buddy.free_units, UNITS);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		int answer;

		/* Between nearly empty and nearly full. */
		if (below(2))
			toggle_partition(below(i / 1000 % 2 ? 4 : SLOTS));
		else
			toggle_heap(below(i / 2000 % 2 ? 8 : SLOTS));
		answer = ask_and_take();
		if (answer >= 0)
			answers[answer]++;
		assert_null(vgpu_pages_check(&vram.pages));
	}
	/* Both were often right. */
	assert_true(answers[0] > ROUNDS / 20);
	assert_true(answers[1] > ROUNDS / 20);
	vgpu_vram_fini(&gpu, &vram);
}

/* What can never be had is refused, as by an allocation. */
static void nonsense(void **state)
{
	memset(&gpu, 0, sizeof(gpu));
	gpu.si.fb_bytes = 1024 * MIB;
	gpu.si.num_regions = 1;
	gpu.si.region[0].bytes = USABLE;
	assert_int_equal(vgpu_vram_init(&gpu, &vram, SEGMENT), 0);
	assert_true(vgpu_heap_would_fit(&gpu, &vram, 4096, 0, 0, 0, 1));
	assert_false(vgpu_heap_would_fit(&gpu, &vram, 0, 0, 0, 0, 1));
	assert_false(vgpu_heap_would_fit(&gpu, &vram, 2048 * MIB, 0, 0, 0, 1));
	assert_false(vgpu_heap_would_fit(&gpu, &vram, 4096, SEGMENT, SEGMENT, 0, 1));
	assert_false(vgpu_heap_would_fit(&gpu, &vram, 4096, 1, SEGMENT, 0, 1));
	assert_false(vgpu_heap_would_fit(&gpu, &vram, 4096, 0, 2048 * MIB, 0, 1));
	/* The range is the partition's. */
	assert_false(vgpu_heap_would_fit(&gpu, &vram, 4096, 0, SEGMENT, 0, 1));
	assert_true(vgpu_heap_would_fit(&gpu, &vram, 4096, 0, SEGMENT, 1, 1));
	vgpu_vram_fini(&gpu, &vram);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_what_taking_says),
		cmocka_unit_test(nonsense),
	};

	return cmocka_run_group_tests_name("would_fit", tests, NULL, NULL);
}
