/* SPDX-License-Identifier: GPL-2.0-only */
/* vGPU types: the built-in catalogue, generated from vgpu-mgr/profiles/ at build time. */
#ifndef VGPU_TYPE_H
#define VGPU_TYPE_H

#include <linux/types.h>

struct vgpu_gpu;

/* One vGPU type of one board. All strings are constants. */
struct vgpu_type {
	u32 id;			/* number of the type, 0 when it is not known */
	const char *name;	/* "NVIDIA L40-12Q" */
	const char *class_name;	/* "Quadro", "NVS", "Compute" */
	const char *license;
	u16 pf_device;		/* PCI device id of the board */
	u16 pf_subsystem;	/* subsystem id of the board, 0 for any */
	u16 guest_device;
	u16 guest_subsystem;
	u64 profile_bytes;	/* share of the board that one vGPU takes */
	u64 fb_bytes;		/* framebuffer the guest sees */
	u64 reserve_bytes;
	u64 heap_bytes;		/* management heap of the plugin */
	u32 max_instances;
	u32 heads;
	u32 max_x, max_y;
	u32 max_pixels;
	u32 frl;		/* frame rate limit, frames per second */
	u32 bar1_mib;		/* guest BAR1, MiB; compute types take the VF's */
	u32 encoder_capacity;	/* percent */
	bool cuda, ecc, multi_vgpu;
	const char *missing;	/* why it can be listed but not created; NULL when complete */
};

extern const struct vgpu_type vgpu_type_catalogue[];
extern const size_t vgpu_type_catalogue_count;

/*
 * Types of this GPU's board in catalogue order: fills @out with up to @max pointers, returns the
 * number there are.
 */
size_t vgpu_types_of(const struct vgpu_gpu *gpu, const struct vgpu_type **out, size_t max);
/* Type @id of this GPU's board, or NULL. */
const struct vgpu_type *vgpu_type_find(const struct vgpu_gpu *gpu, u32 id);

#endif
