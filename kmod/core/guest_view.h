/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a VF looks to its guest where that differs from the VF itself: identity in configuration
 * space, BAR1 as large as the vGPU type says, a hole in BAR0 where the MMU page is trapped. Only
 * arithmetic, no side effect and no lock; linked into vgpu-vfio-pci.ko, not into vgpu-core.ko.
 *
 * Positions and sizes come from the guest or its VMM: any value is safe.
 */
#ifndef VGPU_GUEST_VIEW_H
#define VGPU_GUEST_VIEW_H

#include <linux/types.h>

struct vgpu_guest_view {
	/* Fixed while the device is open. */
	u32 page_bytes;		/* of the host, power of two */
	u64 bar1_bytes;		/* power of two; 0: as large as the VF's */
	bool bar1_64bit, bar1_prefetch;
	bool trap;		/* the MMU page is trapped */
	u16 subsystem_vendor, subsystem;
	u32 class_code;		/* 24 bits */

	u64 bar1_register;	/* as the guest wrote it; writers exclude each other */
};

/* The part of a field that an access touches. */
struct vgpu_overlap {
	size_t in_access, in_field, bytes;
};

/* Bytes that belong into the result of a read, in_access from its start. */
struct vgpu_guest_patch {
	size_t in_access, bytes;
	u8 data[8];
};

/* Patches there can be for one read of configuration space. */
#define VGPU_GUEST_PATCHES 3
/* Parts of BAR0 that can be mapped: before and behind the trapped pages. */
#define VGPU_GUEST_AREAS 2

struct vgpu_guest_area {
	u64 offset, bytes;
};

/* BAR1 of a type, a power of two below the VF's @vf_bytes; 0 when the VF's own size is right. */
u64 vgpu_guest_bar1_bytes(u64 vf_bytes, u32 type_mib, u32 page_bytes);

/* Does an access of @count bytes at @pos touch the field? *@o is set when it does. */
bool vgpu_guest_overlap(u64 pos, u64 count, u32 field, u32 field_bytes, struct vgpu_overlap *o);
/* The same for the command register. */
bool vgpu_guest_touches_command(u64 pos, u64 count);
/*
 * Patch number @which (below VGPU_GUEST_PATCHES) of a read of @count bytes at @pos of configuration
 * space; false when that one does not touch the read.
 */
bool vgpu_guest_patch(const struct vgpu_guest_view *view, unsigned int which, u64 pos, u64 count,
		      struct vgpu_guest_patch *patch);
/* Does a write touch BAR1, and is its size ours to show? Then keep the bytes it writes there. */
bool vgpu_guest_touches_bar1(const struct vgpu_guest_view *view, u64 pos, u64 count,
			     struct vgpu_overlap *o);
/* @data: o->bytes bytes, those at o->in_access of the write. */
void vgpu_guest_write_bar1(struct vgpu_guest_view *view, const struct vgpu_overlap *o,
			   const u8 *data);

/*
 * vgpu_guest_limit - cut an access to BAR @index (PCI numbering) to what is allowed
 * @trapped:	set when it starts in the trapped MMU page (*@count is left to the trap code)
 *
 * Returns 0, or -EINVAL when it starts behind the end. A cut access is done in part.
 */
int vgpu_guest_limit(const struct vgpu_guest_view *view, unsigned int index, u64 offset,
		     size_t *count, bool *trapped);
/* May [start, start + bytes) of BAR @index be mapped? The caller checks the BAR's real end. */
bool vgpu_guest_may_map(const struct vgpu_guest_view *view, unsigned int index, u64 start,
			u64 bytes);
/* Parts of a BAR0 of @bar_bytes that can be mapped when the page is trapped; returns how many. */
unsigned int vgpu_guest_areas(const struct vgpu_guest_view *view, u64 bar_bytes,
			      struct vgpu_guest_area areas[VGPU_GUEST_AREAS]);

#endif
