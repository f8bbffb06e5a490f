// SPDX-License-Identifier: GPL-2.0-only
/* Placement rules, see placement.h. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/math64.h>

#include "chid.h"
#include "placement.h"
#include "type.h"

/* GSP rounds the framebuffer up to this many segments before it divides. */
#define TOTAL_ROUND_SEGMENTS 8
/* Placement ids count in units of this. */
#define PLACEMENT_UNIT_BYTES (1ULL << 30)
/* The board is halved no further than this. */
#define MIXED_MAX_CELLS 16U
/* Types with so many instances have their heaps beside their framebuffer. */
#define MIXED_OWN_HEAP_INSTANCES 32U

/* A part of the board in mixed mode: [first, end) of ids, segments and channels. */
struct cell {
	u32 id, id_end;
	u32 segment, segment_end;	/* in the partition space */
	u32 chid, chid_end;
	/* Bytes of the board for small heaps; meaningful below the level that has them. */
	u64 heap, heap_end;
	bool right;	/* the upper half of its parent */
};

u32 vgpu_placement_segments(const struct vgpu_placement_region *region,
			    const struct vgpu_type *type)
{
	u64 total = round_up(region->fb_bytes, TOTAL_ROUND_SEGMENTS * region->segment_bytes);
	u64 share, overhead = type->reserve_bytes + type->heap_bytes;

	if (!type->max_instances)
		return 0;
	share = div_u64(total, type->max_instances);
	if (overhead >= share)
		return 0;
	return (u32)(min(share - overhead, type->fb_bytes) / region->segment_bytes);
}

u32 vgpu_placement_size(const struct vgpu_type *type)
{
	return (u32)(type->profile_bytes / PLACEMENT_UNIT_BYTES);
}

static int homogeneous(const struct vgpu_placement_region *region, const struct vgpu_type *type,
		       u32 index, struct vgpu_placement *place)
{
	u64 id = index * (u64)vgpu_placement_size(type);
	u32 segments = vgpu_placement_segments(region, type);
	u32 channels = vgpu_chid_share(type->max_instances);

	if (!segments || !channels || index >= type->max_instances || id > U16_MAX - 1 ||
	    (u64)(index + 1) * segments > region->segments)
		return -ENOENT;
	*place = (struct vgpu_placement){
		.id = (u16)id,
		.segments = segments,
		.first_segment = region->first_segment + index * segments,
		.chid_count = channels,
		.chid_base = VGPU_CHID_COUNT - (index + 1) * channels,
	};
	return 0;
}

/* Into how many cells a type divides the board; @two: with a place at either end of each. */
static u32 mixed_cells(const struct vgpu_type *type, bool *two)
{
	*two = type->max_instances > 1 && is_power_of_2(type->max_instances);
	if (!type->max_instances)
		return 0;
	return *two ? type->max_instances / 2 : (u32)rounddown_pow_of_two(type->max_instances);
}

static u32 heap_segments(const struct vgpu_placement_region *region, const struct vgpu_type *type)
{
	return (u32)DIV_ROUND_UP_ULL(type->heap_bytes, region->segment_bytes);
}

void vgpu_placement_mixed_init(struct vgpu_placement_region *region,
			       const struct vgpu_type *const *types, size_t count)
{
	size_t i;

	region->mixed_segments = 0;
	region->mixed_ids = 0;
	region->heap_cells = 0;
	for (i = 0; i < count; i++) {
		const struct vgpu_type *type = types[i];
		u32 segments = vgpu_placement_segments(region, type);
		u32 cells;
		bool two;

		if (type->missing || !type->id || !segments)
			continue;
		cells = mixed_cells(type, &two);
		if (type->max_instances == 1) {
			region->mixed_segments = segments + heap_segments(region, type);
			region->mixed_ids = vgpu_placement_size(type);
		} else if (two && type->heap_bytes == region->segment_bytes) {
			region->heap_cells = cells;
		}
	}
	if (region->mixed_segments > region->segments)
		region->mixed_segments = 0;
}

#define halve(first, end, right) (*((right) ? &(first) : &(end)) = ((first) + (end)) / 2)

static u64 segment_address(const struct vgpu_placement_region *region, u32 segment)
{
	return (region->first_segment + segment) * region->segment_bytes;
}

/* Cell @index of @cells. */
static void find_cell(const struct vgpu_placement_region *region, u32 cells, u32 index,
		      struct cell *c)
{
	u32 level;

	*c = (struct cell){
		.id_end = region->mixed_ids,
		.segment_end = region->mixed_segments,
		.chid_end = VGPU_CHID_COUNT,
	};
	for (level = 1; level < cells; level *= 2) {
		c->right = index / (cells / level / 2) % 2;
		halve(c->id, c->id_end, c->right);
		halve(c->segment, c->segment_end, c->right);
		halve(c->chid, c->chid_end, c->right);
		if (level == region->heap_cells) {
			c->heap = segment_address(region, c->right ? --c->segment_end :
								     c->segment++);
			c->heap_end = c->heap + region->segment_bytes;
		} else {
			halve(c->heap, c->heap_end, c->right);
		}
	}
}

/* Framebuffer and heap of a place at the left or right end of @c; false: they do not fit. */
static bool mixed_segments(const struct vgpu_placement_region *region,
			   const struct vgpu_type *type, u32 cells, const struct cell *c,
			   bool right, struct vgpu_placement *place)
{
	u32 segments = vgpu_placement_segments(region, type), heap = heap_segments(region, type);
	bool beside = type->heap_bytes >= region->segment_bytes ||
		      type->max_instances == MIXED_OWN_HEAP_INSTANCES;
	bool behind = !right || type->heap_bytes >= region->segment_bytes;
	u32 first = c->segment;

	if (!segments || segments + (beside ? heap : 0) > c->segment_end - c->segment)
		return false;
	if (right)
		first = c->segment_end - segments - (beside && behind ? heap : 0);
	place->segments = segments;
	place->first_segment = region->first_segment + first;
	if (beside) {
		place->heap_low = segment_address(region, behind ? first + segments :
								   first - heap);
		place->heap_high = place->heap_low + heap * region->segment_bytes;
	} else if (region->heap_cells && cells > region->heap_cells) {
		if (type->heap_bytes > c->heap_end - c->heap)
			return false;
		place->heap_low = right ? c->heap_end - type->heap_bytes : c->heap;
		place->heap_high = place->heap_low + type->heap_bytes;
	}
	return true;
}

static int heterogeneous(const struct vgpu_placement_region *region, const struct vgpu_type *type,
			 u32 index, struct vgpu_placement *place)
{
	u32 size = vgpu_placement_size(type), channels = vgpu_chid_share(type->max_instances);
	struct cell c;
	u32 cells;
	bool two, right;

	if (!region->mixed_segments)
		return -EOPNOTSUPP;
	cells = mixed_cells(type, &two);
	/* One whose framebuffer is all of its profile leaves the inner end of its cell unused. */
	if (two && vgpu_placement_segments(region, type) * region->segment_bytes ==
			   PLACEMENT_UNIT_BYTES)
		two = false;
	if (!cells || cells > MIXED_MAX_CELLS || !size || !channels ||
	    index >= (two ? 2 * cells : cells))
		return -ENOENT;
	find_cell(region, cells, two ? index / 2 : index, &c);
	right = two ? index % 2 : c.right;
	memset(place, 0, sizeof(*place));
	if (size > c.id_end - c.id || !mixed_segments(region, type, cells, &c, right, place))
		return -ENOENT;
	place->id = (u16)(right ? c.id_end - size : c.id);
	place->chid_count = channels;
	/* The lowest are the PF's. */
	place->chid_base = right ? c.chid_end - channels : max(c.chid, VGPU_CHID_PF_COUNT);
	return 0;
}

int vgpu_placement_next(enum vgpu_placement_mode mode, const struct vgpu_placement_region *region,
			const struct vgpu_type *type, u32 index, struct vgpu_placement *place)
{
	switch (mode) {
	case VGPU_PLACEMENT_HOMOGENEOUS:
		return homogeneous(region, type, index, place);
	case VGPU_PLACEMENT_HETEROGENEOUS:
		return heterogeneous(region, type, index, place);
	}
	return -EINVAL;
}

const char *vgpu_placement_mode_name(enum vgpu_placement_mode mode)
{
	return mode == VGPU_PLACEMENT_HETEROGENEOUS ? "heterogeneous" : "homogeneous";
}
