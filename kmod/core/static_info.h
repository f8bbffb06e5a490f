/* SPDX-License-Identifier: GPL-2.0-only */
/* What GSP reports about the board, decoded from the firmware line's own layout. */
#ifndef VGPU_STATIC_INFO_H
#define VGPU_STATIC_INFO_H

#include <linux/types.h>

#define VGPU_MAX_FB_REGIONS 16

struct vgpu_fb_region {
	u64 base, bytes;
};

struct vgpu_static_info {
	char gsp_version[64];		/* "570.144" */
	char gpu_name[64];
	u64 fb_bytes;
	unsigned int num_regions;	/* usable framebuffer: not reserved, not protected */
	struct vgpu_fb_region region[VGPU_MAX_FB_REGIONS];
	u64 bar1_pde_base, bar2_pde_base;	/* VRAM address of RM's root page directories */
	u32 h_client, h_device, h_subdevice;	/* internal handles */
	u32 max_gfid;
	u64 vf_bar_bytes[3];
	bool emulate_tlb_invalidate;	/* erratum: trap VF BAR0 page 0x3000 */
	u32 gsp_vector;			/* stall vector of GSP in the interrupt table */
};

#endif
