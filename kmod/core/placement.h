/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a vGPU goes: placement id, VMMU segments, channel ids. Same-size ("homogeneous") mode:
 * all vGPUs of a GPU have one profile size, slot j starts at segment first + j * count and has
 * id j * size in GiB. Mixed sizes need another rule; vgpu_placement_next() is the seam for it.
 */
#ifndef VGPU_PLACEMENT_H
#define VGPU_PLACEMENT_H

#include <linux/types.h>

struct vgpu_type;

enum vgpu_placement_mode {
	VGPU_PLACEMENT_HOMOGENEOUS,
	VGPU_PLACEMENT_HETEROGENEOUS,	/* not offered yet: -EOPNOTSUPP */
};

/* Facts of the GPU that placements follow from. */
struct vgpu_placement_region {
	u64 fb_bytes;		/* whole framebuffer as GSP reports it */
	u64 segment_bytes;
	u32 first_segment;	/* partition space */
	u32 segments;
};

/* One candidate. */
struct vgpu_placement {
	u16 id;
	u32 first_segment, segments;
	u32 chid_base, chid_count;
};

/* Guest segments of @type: what GSP computes for itself. 0 when the type does not fit. */
u32 vgpu_placement_segments(const struct vgpu_placement_region *region,
			    const struct vgpu_type *type);
/*
 * vgpu_placement_next - the @index-th candidate for @type in the order they are tried
 * Returns 0, -ENOENT past the last one, -EOPNOTSUPP for a mode that is not offered.
 */
int vgpu_placement_next(enum vgpu_placement_mode mode, const struct vgpu_placement_region *region,
			const struct vgpu_type *type, u32 index, struct vgpu_placement *place);

#endif
