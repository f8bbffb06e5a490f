// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Placement, VRAM split and heap arena together: as many vGPUs of each type as the board's table
 * promises fit beside the r570 firmware, heaps included; and the arena by itself.
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

#include "chid.h"
#include "gpu.h"
#include "placement.h"
#include "type.h"
#include "vram.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define L40_DEVICE 0x26b5
/* Start of the firmware's reservation on a 48 GiB board, 570.144 with the vGPU-host heap. */
#define L40_RESERVED 0xbd7a00000ULL
#define MAX_VGPUS 32

struct board {
	struct vgpu_gpu gpu;
	struct vgpu_vram vram;
	struct vgpu_placement_region region;
	struct vgpu_chid_pool chids;
	struct {
		struct vgpu_placement place;
		struct vgpu_heap_block heap;
	} vgpu[MAX_VGPUS];
};

static struct board *board_new(u64 fb_bytes, u64 usable, u64 segment)
{
	struct board *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->gpu.si.fb_bytes = fb_bytes;
	b->gpu.si.num_regions = 1;
	b->gpu.si.region[0].bytes = usable;
	assert_int_equal(vgpu_vram_init(&b->gpu, &b->vram, segment), 0);
	b->region.fb_bytes = fb_bytes;
	b->region.segment_bytes = segment;
	b->region.segments = vgpu_buddy_region(&b->gpu.buddy, &b->region.first_segment);
	vgpu_chid_init(&b->chids);
	return b;
}

static void board_free(struct board *b)
{
	vgpu_vram_fini(&b->gpu, &b->vram);
	free(b);
}

static u64 free_bytes(struct board *b)
{
	return (b->gpu.buddy.free_units + b->gpu.buddy.dirty_units) * b->region.segment_bytes +
	       vgpu_heap_free_bytes(&b->gpu, &b->vram);
}

/* One vGPU in place @i; 0 or the first error. */
static int add(struct board *b, const struct vgpu_type *type, u32 i)
{
	struct vgpu_buddy_request req = { 0 };
	struct vgpu_placement *place = &b->vgpu[i].place;
	int ret;

	ret = vgpu_placement_next(VGPU_PLACEMENT_HOMOGENEOUS, &b->region, type, i, place);
	if (ret)
		return ret;
	req.count = place->segments;
	ret = vgpu_buddy_alloc_at(&b->gpu.buddy, &req, place->first_segment);
	if (!ret)
		ret = vgpu_heap_alloc(&b->gpu, &b->vram, type->heap_bytes, &b->vgpu[i].heap);
	if (!ret)
		ret = vgpu_chid_alloc(&b->chids, place->chid_count, &place->chid_base);
	if (!ret)
		vgpu_heap_mark_dirty(&b->gpu, &b->vram, &b->vgpu[i].heap);
	return ret;
}

static void drop(struct board *b, u32 i)
{
	struct vgpu_placement *place = &b->vgpu[i].place;

	assert_int_equal(vgpu_chid_free(&b->chids, place->chid_base, place->chid_count), 0);
	assert_int_equal(vgpu_heap_free(&b->gpu, &b->vram, &b->vgpu[i].heap), 0);
	assert_int_equal(vgpu_heap_free(&b->gpu, &b->vram, &b->vgpu[i].heap), -EINVAL);
	assert_int_equal(vgpu_buddy_free(&b->gpu.buddy, place->first_segment, place->segments), 0);
}

/* No partition touches another one or a heap, no heap another heap or the firmware. */
static void check_disjoint(const struct board *b, u32 count, u64 end)
{
	struct vgpu_fb_region r[2 * MAX_VGPUS + 1];
	u32 n = 0;

	for (u32 i = 0; i < count; i++) {
		r[n].base = b->vgpu[i].place.first_segment * b->region.segment_bytes;
		r[n++].bytes = b->vgpu[i].place.segments * b->region.segment_bytes;
		r[n].base = b->vgpu[i].heap.spa;
		r[n++].bytes = b->vgpu[i].heap.bytes;
	}
	r[n].base = b->vram.pf_pool.spa;
	r[n++].bytes = b->vram.pf_pool.bytes;
	for (u32 i = 0; i < n; i++) {
		assert_true(r[i].base + r[i].bytes <= end);
		for (u32 j = 0; j < i; j++)
			assert_true(r[i].base >= r[j].base + r[j].bytes ||
				    r[j].base >= r[i].base + r[i].bytes);
	}
}

static void every_l40_type_reaches_its_maximum(void **state)
{
	struct board *b = board_new(48 * GIB, L40_RESERVED, 128 * MIB);
	u64 before = free_bytes(b);
	unsigned int types = 0;

	assert_int_equal(b->region.segments, 378);
	assert_int_equal(b->vram.total_bytes, L40_RESERVED - VGPU_PF_POOL_BYTES);
	/* One board for all: what an earlier type left dirty must not be in the way of the next. */
	for (size_t t = 0; t < vgpu_type_catalogue_count; t++) {
		const struct vgpu_type *type = &vgpu_type_catalogue[t];
		u32 i;

		if (type->pf_device != L40_DEVICE || !type->profile_bytes || !type->max_instances)
			continue;
		types++;
		for (i = 0; i < type->max_instances; i++)
			if (add(b, type, i))
				break;
		if (i != type->max_instances)
			print_message("%s: %u of %u fit\n", type->name, i, type->max_instances);
		assert_int_equal(i, type->max_instances);
		assert_true(b->vgpu[0].place.segments * 128 * MIB >= type->fb_bytes);
		assert_int_equal(add(b, type, i), -ENOENT);
		check_disjoint(b, i, L40_RESERVED);
		while (i)
			drop(b, --i);
		assert_int_equal(free_bytes(b), before);
	}
	assert_true(types >= 20);
	board_free(b);
}

static void four_l40_12q_by_number(void **state)
{
	struct board *b = board_new(48 * GIB, L40_RESERVED, 128 * MIB);
	const struct vgpu_type *type = NULL;

	for (size_t t = 0; t < vgpu_type_catalogue_count; t++)
		if (vgpu_type_catalogue[t].pf_device == L40_DEVICE &&
		    vgpu_type_catalogue[t].id == 877)
			type = &vgpu_type_catalogue[t];
	assert_non_null(type);
	for (u32 i = 0; i < 4; i++) {
		assert_int_equal(add(b, type, i), 0);
		assert_int_equal(b->vgpu[i].place.id, i * 12);
		assert_int_equal(b->vgpu[i].place.first_segment, i * 92);
		assert_int_equal(b->vgpu[i].place.segments, 92);
		assert_int_equal(b->vgpu[i].place.chid_base, 2048 - (i + 1) * 256);
		assert_int_equal(b->vgpu[i].heap.bytes, 128 * MIB);
	}
	/* 378 whole segments, 4 * 92 for guests, 4 * 1 for heaps. */
	assert_int_equal(b->gpu.buddy.free_units, 6);
	board_free(b);
}

static void ecc_and_small_boards_shrink_the_guest(void **state)
{
	struct vgpu_type type = {
		.max_instances = 4, .profile_bytes = 12 * GIB, .fb_bytes = 11776 * MIB,
		.reserve_bytes = 384 * MIB, .heap_bytes = 128 * MIB,
	};
	struct vgpu_placement_region region = {
		.fb_bytes = 46068 * MIB, .segment_bytes = 128 * MIB, .segments = 356,
	};
	struct vgpu_placement place;

	/* 46068 MiB round up to 46080; a quarter less 512 MiB is 11008 MiB. */
	assert_int_equal(vgpu_placement_segments(&region, &type), 86);
	region.fb_bytes = 48 * GIB;
	assert_int_equal(vgpu_placement_segments(&region, &type), 92);
	region.segment_bytes = 32 * MIB;
	assert_int_equal(vgpu_placement_segments(&region, &type), 368);
	region.fb_bytes = GIB;
	assert_int_equal(vgpu_placement_segments(&region, &type), 0);
	assert_int_equal(vgpu_placement_next(VGPU_PLACEMENT_HOMOGENEOUS, &region, &type, 0, &place),
			 -ENOENT);
	type.max_instances = 0;
	assert_int_equal(vgpu_placement_segments(&region, &type), 0);
	assert_int_equal(
		vgpu_placement_next(VGPU_PLACEMENT_HETEROGENEOUS, &region, &type, 0, &place),
		-EOPNOTSUPP);
}

static void heaps_are_packed(void **state)
{
	struct board *b = board_new(8 * GIB, 8 * GIB - 6 * MIB, 128 * MIB);
	struct vgpu_heap_block heap[16] = { 0 };
	u32 units = b->gpu.buddy.free_units;

	/* The tail has 122 MiB: the PF's pool and three heaps of 32 MiB go there. */
	assert_int_equal(units, 63);
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(vgpu_heap_alloc(&b->gpu, &b->vram, 32 * MIB, &heap[i]), 0);
	assert_int_equal(b->gpu.buddy.free_units, 63);
	/* Four more share one segment, the highest. */
	for (u32 i = 3; i < 7; i++) {
		assert_int_equal(vgpu_heap_alloc(&b->gpu, &b->vram, 32 * MIB, &heap[i]), 0);
		assert_int_equal(heap[i].spa / (128 * MIB), 62);
	}
	assert_int_equal(b->gpu.buddy.free_units, 62);
	assert_int_equal(vgpu_heap_alloc(&b->gpu, &b->vram, 512 * MIB, &heap[7]), 0);
	assert_int_equal(heap[7].spa, 58 * 128 * MIB);
	assert_int_equal(b->gpu.buddy.free_units, 58);
	/* A small one fills what is left of the tail. */
	assert_int_equal(vgpu_heap_alloc(&b->gpu, &b->vram, 5 * MIB + 1, &heap[8]), 0);
	assert_true(heap[8].spa >= 63 * 128 * MIB);
	assert_int_equal(heap[8].bytes, 5 * MIB + 4096);
	/* The last block of a segment gives it back. */
	for (u32 i = 3; i < 6; i++)
		assert_int_equal(vgpu_heap_free(&b->gpu, &b->vram, &heap[i]), 0);
	assert_int_equal(b->gpu.buddy.free_units, 58);
	assert_int_equal(vgpu_heap_free(&b->gpu, &b->vram, &heap[6]), 0);
	assert_int_equal(b->gpu.buddy.free_units, 59);
	assert_int_equal(vgpu_heap_free(&b->gpu, &b->vram, &heap[7]), 0);
	assert_int_equal(b->gpu.buddy.free_units, 63);
	assert_int_equal(vgpu_heap_alloc(&b->gpu, &b->vram, 0, &heap[7]), -EINVAL);
	assert_int_equal(vgpu_heap_alloc(&b->gpu, &b->vram, 8 * GIB, &heap[7]), -ENOSPC);
	assert_int_equal(vgpu_heap_alloc(&b->gpu, &b->vram, MIB, &heap[8]), -EINVAL); /* taken */
	board_free(b);
}

static void used_heaps_become_no_framebuffer(void **state)
{
	struct board *b = board_new(4 * GIB, 4 * GIB, 128 * MIB);
	struct vgpu_heap_block heap = { 0 };
	struct vgpu_buddy_request req = { .count = 1 };
	u64 before = free_bytes(b);

	/* No tail here: the PF's pool sits in the top segment, the heap takes the next one. */
	assert_int_equal(b->gpu.buddy.free_units, 31);
	assert_int_equal(vgpu_heap_alloc(&b->gpu, &b->vram, 128 * MIB, &heap), 0);
	assert_int_equal(heap.spa, 30 * 128 * MIB);
	vgpu_heap_mark_dirty(&b->gpu, &b->vram, &heap);
	assert_int_equal(vgpu_heap_free(&b->gpu, &b->vram, &heap), 0);
	assert_int_equal(b->gpu.buddy.dirty_units, 1);
	assert_int_equal(free_bytes(b), before);
	assert_int_equal(vgpu_buddy_would_fit_at(&b->gpu.buddy, &req, 30), -EACCES);
	/* For a heap it is as good as new. */
	assert_int_equal(vgpu_heap_alloc(&b->gpu, &b->vram, 128 * MIB, &heap), 0);
	assert_int_equal(heap.spa, 30 * 128 * MIB);
	board_free(b);
}

static void regions_with_holes(void **state)
{
	struct board *b = calloc(1, sizeof(*b));
	u32 first;

	assert_non_null(b);
	b->gpu.si.fb_bytes = 8 * GIB;
	b->gpu.si.num_regions = 4;
	b->gpu.si.region[0] = (struct vgpu_fb_region){ MIB, GIB };
	b->gpu.si.region[1] = (struct vgpu_fb_region){ 2 * GIB + 1, 8 * MIB };
	b->gpu.si.region[2] = (struct vgpu_fb_region){ 4 * GIB, 2 * GIB };
	b->gpu.si.region[3] = (struct vgpu_fb_region){ 7 * GIB, 2 * GIB };	/* past the end */
	assert_int_equal(vgpu_vram_init(&b->gpu, &b->vram, 128 * MIB), 0);
	assert_int_equal(b->gpu.buddy.free_units, 7 + 16);
	assert_int_equal(vgpu_buddy_region(&b->gpu.buddy, &first), 16);
	assert_int_equal(first, 32);
	assert_int_equal(b->vram.tails, 3);
	assert_int_equal(b->vram.tail[2].base, 2 * GIB + 4096);
	assert_int_equal(vgpu_buddy_unit_state(&b->gpu.buddy, 0), VGPU_UNIT_RESERVED);
	board_free(b);

	b = calloc(1, sizeof(*b));
	assert_non_null(b);
	b->gpu.si.fb_bytes = 8 * GIB;
	assert_int_equal(vgpu_vram_init(&b->gpu, &b->vram, 128 * MIB), -ENOSPC);
	assert_null(b->gpu.buddy.used);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_l40_type_reaches_its_maximum),
		cmocka_unit_test(four_l40_12q_by_number),
		cmocka_unit_test(ecc_and_small_boards_shrink_the_guest),
		cmocka_unit_test(heaps_are_packed),
		cmocka_unit_test(used_heaps_become_no_framebuffer),
		cmocka_unit_test(regions_with_holes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
