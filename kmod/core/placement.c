// SPDX-License-Identifier: GPL-2.0-only
/* Placement rules, see placement.h. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>

#include "chid.h"
#include "placement.h"
#include "type.h"

/* GSP rounds the framebuffer up to this many segments before it divides. */
#define TOTAL_ROUND_SEGMENTS 8
/* Placement ids count in units of this. */
#define PLACEMENT_UNIT_BYTES (1ULL << 30)

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

static int homogeneous(const struct vgpu_placement_region *region, const struct vgpu_type *type,
		       u32 index, struct vgpu_placement *place)
{
	u64 id = index * (type->profile_bytes / PLACEMENT_UNIT_BYTES);
	u32 segments = vgpu_placement_segments(region, type);
	u32 channels = vgpu_chid_share(type->max_instances);

	if (!segments || !channels || index >= type->max_instances || id > U16_MAX - 1 ||
	    (u64)(index + 1) * segments > region->segments)
		return -ENOENT;
	place->id = (u16)id;
	place->segments = segments;
	place->first_segment = region->first_segment + index * segments;
	place->chid_count = channels;
	place->chid_base = VGPU_CHID_COUNT - (index + 1) * channels;
	return 0;
}

int vgpu_placement_next(enum vgpu_placement_mode mode, const struct vgpu_placement_region *region,
			const struct vgpu_type *type, u32 index, struct vgpu_placement *place)
{
	switch (mode) {
	case VGPU_PLACEMENT_HOMOGENEOUS:
		return homogeneous(region, type, index, place);
	case VGPU_PLACEMENT_HETEROGENEOUS:
		break;
	}
	return -EOPNOTSUPP;
}
