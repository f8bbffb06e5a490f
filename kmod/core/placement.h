/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a vGPU goes: placement id, VMMU segments, channel ids. Source of both rules: the placement
 * code of the vendor's open driver, release 570 (kernel_vgpu_mgr.c).
 *
 * Same-size ("homogeneous") mode: all vGPUs of a GPU have one profile size, slot j starts at
 * segment first + j * count and has id j * size in GiB.
 *
 * Mixed-size ("heterogeneous") mode: the board, as large as its largest type with its heap, is
 * halved again and again, ids, segments and channels alike. A type with 2n instances has a place
 * at either end of each of n cells; one whose instances are no power of two has one in each of the
 * next lower power of two of cells, at the left end of left halves and the right end of right ones.
 * So places of two types are either disjoint or within each other. A heap of a segment or more
 * lies behind its framebuffer; smaller ones share a segment that is kept for them in each half of
 * those cells whose own type has a heap of just one segment, and that is halved like all else.
 */
#ifndef VGPU_PLACEMENT_H
#define VGPU_PLACEMENT_H

#include <linux/types.h>

struct vgpu_type;

enum vgpu_placement_mode {
	VGPU_PLACEMENT_HOMOGENEOUS,
	VGPU_PLACEMENT_HETEROGENEOUS,
};

/* Facts of the GPU that placements follow from. */
struct vgpu_placement_region {
	u64 fb_bytes;		/* whole framebuffer as GSP reports it */
	u64 segment_bytes;
	u32 first_segment;	/* partition space */
	u32 segments;

	/* What vgpu_placement_mixed_init() finds. */
	u32 mixed_segments;	/* of them laid out for mixed sizes; 0: not possible here */
	u32 mixed_ids;		/* placement ids there are, the board's GiB */
	u32 heap_cells;		/* so many cells have halves with a segment for heaps; or 0 */
};

/* One candidate. */
struct vgpu_placement {
	u16 id;
	u32 first_segment, segments;
	u64 heap_low, heap_high;	/* VRAM where its heap must lie; heap_high 0: anywhere */
	u32 chid_base, chid_count;
};

/* Guest segments of @type: what GSP computes for itself. 0 when the type does not fit. */
u32 vgpu_placement_segments(const struct vgpu_placement_region *region,
			    const struct vgpu_type *type);
/* Placement ids that @type takes from its first one on. */
u32 vgpu_placement_size(const struct vgpu_type *type);
/*
 * vgpu_placement_mixed_init - lay the board out for mixed sizes
 * @types:	all types of the board
 * Without a type that takes the whole board, or when that does not fit, mixed_segments stays 0.
 */
void vgpu_placement_mixed_init(struct vgpu_placement_region *region,
			       const struct vgpu_type *const *types, size_t count);
const char *vgpu_placement_mode_name(enum vgpu_placement_mode mode);
/*
 * vgpu_placement_next - the @index-th candidate for @type in the order they are tried
 * Returns 0, -ENOENT past the last one, -EOPNOTSUPP for mixed sizes on a board that has none.
 */
int vgpu_placement_next(enum vgpu_placement_mode mode, const struct vgpu_placement_region *region,
			const struct vgpu_type *type, u32 index, struct vgpu_placement *place);

#endif
