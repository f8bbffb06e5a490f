// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Places for vGPUs of several sizes: the ids that are known for the boards, and that memory, heaps
 * and channels are there wherever the ids say that a place is free.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../xorshift.h"
#include "chid.h"
#include "gpu.h"
#include "placement.h"
#include "type.h"
#include "vram.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define SEGMENT (128 * MIB)
#define L40_DEVICE 0x26b5
#define L4_DEVICE 0x27b8
#define L40S_DEVICE 0x26b9
/* Taken from the top by 570.144 with the vGPU-host heap, as on the 48 GiB board. */
#define RESERVED (48 * GIB - 0xbd7a00000ULL)
#define MAX_TYPES 128
#define MAX_VGPUS 64
#define STEPS 20000

struct vgpu {
	const struct vgpu_type *type;
	struct vgpu_placement place;
	struct vgpu_heap_block heap;
};

struct board {
	struct vgpu_gpu gpu;
	struct vgpu_vram vram;
	struct vgpu_placement_region region;
	struct vgpu_chid_pool chids;
	const struct vgpu_type *type[MAX_TYPES];
	size_t types;
	struct vgpu vgpu[MAX_VGPUS];
};

static struct board *board_new(u16 device, u64 fb_bytes)
{
	struct board *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->gpu.si.fb_bytes = fb_bytes;
	b->gpu.si.num_regions = 1;
	b->gpu.si.region[0].bytes = fb_bytes - RESERVED;
	assert_int_equal(vgpu_vram_init(&b->gpu, &b->vram, SEGMENT), 0);
	b->region.fb_bytes = fb_bytes;
	b->region.segment_bytes = SEGMENT;
	b->region.segments = vgpu_buddy_region(&b->gpu.buddy, &b->region.first_segment);
	vgpu_chid_init(&b->chids);
	for (size_t i = 0; i < vgpu_type_catalogue_count; i++) {
		const struct vgpu_type *type = &vgpu_type_catalogue[i];

		if (type->pf_device == device && !type->missing && type->id &&
		    b->types < MAX_TYPES)
			b->type[b->types++] = type;
	}
	assert_true(b->types > 10);
	vgpu_placement_mixed_init(&b->region, b->type, b->types);
	assert_true(b->region.mixed_segments > 0);
	return b;
}

static void board_free(struct board *b)
{
	vgpu_vram_fini(&b->gpu, &b->vram);
	free(b);
}

static int place_of(struct board *b, const struct vgpu_type *type, u32 index,
		    struct vgpu_placement *place)
{
	return vgpu_placement_next(VGPU_PLACEMENT_HETEROGENEOUS, &b->region, type, index, place);
}

/* Ids of the first type with @gib, as text. */
static void expect_ids(struct board *b, u32 gib, const char *want)
{
	struct vgpu_placement place;
	char text[256] = "";
	size_t len = 0;

	for (size_t t = 0; t < b->types; t++) {
		if (vgpu_placement_size(b->type[t]) != gib)
			continue;
		for (u32 i = 0; !place_of(b, b->type[t], i, &place); i++)
			len += scnprintf(text + len, sizeof(text) - len, "%s%u", i ? " " : "",
					 place.id);
		break;
	}
	assert_string_equal(text, want);
}

/* Places of each size. */
struct size_ids {
	u32 gib;
	const char *ids;
};

static const struct size_ids ids_of_48_gib[] = {
	{ 48, "0" },
	{ 24, "0 24" },
	{ 16, "0 32" },
	{ 12, "0 12 24 36" },
	{ 8, "0 16 24 40" },
	{ 6, "0 6 12 18 24 30 36 42" },
	{ 4, "0 8 12 20 24 32 36 44" },
	{ 3, "0 3 6 9 12 15 18 21 24 27 30 33 36 39 42 45" },
	{ 2, "0 4 6 10 12 16 18 22 24 28 30 34 36 40 42 46" },
	{ 1, "0 5 6 11 12 17 18 23 24 29 30 35 36 41 42 47" },
	{ }
};

static const struct size_ids ids_of_24_gib[] = {
	{ 24, "0" },
	{ 12, "0 12" },
	{ 8, "0 16" },
	{ 6, "0 6 12 18" },
	{ 4, "0 8 12 20" },
	{ 3, "0 3 6 9 12 15 18 21" },
	{ 2, "0 4 6 10 12 16 18 22" },
	{ 1, "0 2 3 5 6 8 9 11 12 14 15 17 18 20 21 23" },
	{ }
};

static void ids_of_the_boards(void **state)
{
	static const struct {
		u16 device;
		u32 gib;
		const struct size_ids *want;
	} boards[] = {
		{ L40_DEVICE, 48, ids_of_48_gib },
		{ L40S_DEVICE, 48, ids_of_48_gib },
		{ L4_DEVICE, 24, ids_of_24_gib },
	};

	for (size_t i = 0; i < ARRAY_SIZE(boards); i++) {
		struct board *b = board_new(boards[i].device, boards[i].gib * GIB);

		assert_int_equal(b->region.mixed_ids, boards[i].gib);
		for (const struct size_ids *want = boards[i].want; want->gib; want++)
			expect_ids(b, want->gib, want->ids);
		board_free(b);
	}
}

/* Channels of the 8 GiB type: the lowest are kept from vGPUs, the others are as known. */
static void channels_by_number(void **state)
{
	static const u32 base[] = { VGPU_CHID_PF_COUNT, 768, 1024, 1792 };
	struct board *b = board_new(L40_DEVICE, 48 * GIB);
	struct vgpu_placement place;

	for (size_t t = 0; t < b->types; t++) {
		if (vgpu_placement_size(b->type[t]) != 8)
			continue;
		for (u32 i = 0; i < ARRAY_SIZE(base); i++) {
			assert_int_equal(place_of(b, b->type[t], i, &place), 0);
			assert_int_equal(place.chid_base, base[i]);
			assert_int_equal(place.chid_count, 256);
		}
		assert_int_equal(place_of(b, b->type[t], 4, &place), -ENOENT);
	}
	board_free(b);
}

/* A board whose largest type does not fit, and one that has none. */
static void boards_without_places(void **state)
{
	struct board *b = board_new(L40_DEVICE, 48 * GIB);
	struct vgpu_placement_region region = b->region;
	struct vgpu_placement place;

	region.segments = region.mixed_segments - 1;
	vgpu_placement_mixed_init(&region, b->type, b->types);
	assert_int_equal(region.mixed_segments, 0);
	assert_int_equal(vgpu_placement_next(VGPU_PLACEMENT_HETEROGENEOUS, &region, b->type[0], 0,
					     &place), -EOPNOTSUPP);
	region = b->region;
	vgpu_placement_mixed_init(&region, b->type, 0);
	assert_int_equal(region.mixed_segments, 0);
	board_free(b);
}

static bool ids_free(const struct board *b, const struct vgpu_type *type, u32 id)
{
	for (size_t i = 0; i < MAX_VGPUS; i++) {
		const struct vgpu *v = &b->vgpu[i];

		if (v->type && id < v->place.id + vgpu_placement_size(v->type) &&
		    v->place.id < id + vgpu_placement_size(type))
			return false;
	}
	return true;
}

static int take(struct board *b, struct vgpu *v)
{
	struct vgpu_buddy_request req = { .count = v->place.segments };
	u32 chid = v->place.chid_base;
	int ret = vgpu_buddy_alloc_at(&b->gpu.buddy, &req, v->place.first_segment);

	if (ret)
		return ret;
	ret = vgpu_heap_alloc_in(&b->gpu, &b->vram, v->type->heap_bytes, v->place.heap_low,
				 v->place.heap_high, &v->heap);
	if (!ret) {
		ret = vgpu_chid_alloc(&b->chids, v->place.chid_count, &v->place.chid_base);
		assert_true(ret || v->place.chid_base == chid);
		if (ret)
			vgpu_heap_free(&b->gpu, &b->vram, &v->heap);
	}
	if (ret)
		vgpu_buddy_free(&b->gpu.buddy, v->place.first_segment, v->place.segments);
	return ret;
}

static void drop(struct board *b, struct vgpu *v)
{
	assert_int_equal(vgpu_chid_free(&b->chids, v->place.chid_base, v->place.chid_count), 0);
	assert_int_equal(vgpu_heap_free(&b->gpu, &b->vram, &v->heap), 0);
	assert_int_equal(vgpu_buddy_free(&b->gpu.buddy, v->place.first_segment,
					 v->place.segments), 0);
	v->type = NULL;
}

/* Any mix, coming and going: where the ids of a place are free, it has all it needs. */
static void churn(u16 device, u64 fb_bytes)
{
	struct board *b = board_new(device, fb_bytes);
	uint64_t seed = 20261122;
	u32 units = b->gpu.buddy.free_units, most = 0, live = 0;
	u64 heap_free = vgpu_heap_free_bytes(&b->gpu, &b->vram);

	for (unsigned int step = 0; step < STEPS; step++) {
		struct vgpu *v = &b->vgpu[xorshift_next(&seed) % MAX_VGPUS];
		const struct vgpu_type *type = b->type[xorshift_next(&seed) % b->types];
		u32 index = xorshift_next(&seed) % 32;
		int ret;

		if (v->type) {
			/* Rarely, or the board is never full. */
			if (xorshift_next(&seed) % 4 == 0) {
				drop(b, v);
				live--;
			}
			continue;
		}
		if (place_of(b, type, index, &v->place))
			continue;
		if (!ids_free(b, type, v->place.id))
			continue;
		v->type = type;
		ret = take(b, v);
		if (ret)
			print_message("step %u: %s at %u: %d\n", step, type->name, v->place.id, ret);
		assert_int_equal(ret, 0);
		assert_true(v->place.first_segment + v->place.segments <=
			    b->region.first_segment + b->region.mixed_segments);
		most = max(most, ++live);
	}
	/* It was full at times, and all comes back. */
	assert_true(most >= 12);
	for (size_t i = 0; i < MAX_VGPUS; i++)
		if (b->vgpu[i].type)
			drop(b, &b->vgpu[i]);
	assert_int_equal(b->gpu.buddy.free_units, units);
	assert_int_equal(vgpu_heap_free_bytes(&b->gpu, &b->vram), heap_free);
	board_free(b);
}

static void free_ids_mean_free_memory(void **state)
{
	churn(L40_DEVICE, 48 * GIB);
	churn(L40S_DEVICE, 48 * GIB);
	churn(L4_DEVICE, 24 * GIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_of_the_boards),
		cmocka_unit_test(channels_by_number),
		cmocka_unit_test(boards_without_places),
		cmocka_unit_test(free_ids_mean_free_memory),
	};

	return cmocka_run_group_tests_name("placement_mixed", tests, NULL, NULL);
}
