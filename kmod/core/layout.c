// SPDX-License-Identifier: GPL-2.0-only
/* Where the firmware's reservations lie at the top of VRAM (boot without FSP: Turing to Ada). */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "../abi/boot.h"
#include "../abi/regs.h"
#include "fw.h"

#define LAYOUT_GIB_SHIFT 30
#define LAYOUT_MIB 0x100000ULL

u64 gsp_layout_vga_offset(u64 fb_bytes, u32 workspace)
{
	u64 base = fb_bytes - GSP_VGA_WORKSPACE_DEFAULT_BYTES;
	u64 addr;

	if (!(workspace & NV_PDISP_VGA_WORKSPACE_VALID))
		return base;
	addr = (u64)(workspace & NV_PDISP_VGA_WORKSPACE_ADDR)
	       << NV_PDISP_VGA_WORKSPACE_ADDR_SHIFT;
	if (addr < base)
		return fb_bytes - GSP_VGA_WORKSPACE_SMALL_BYTES;
	return min(addr, fb_bytes);
}

u64 gsp_layout_heap_bytes(const struct gsp_fw_ops *ops, u64 fb_bytes, bool vgpu_host)
{
	u64 gib = DIV_ROUND_UP_ULL(fb_bytes, 1ULL << LAYOUT_GIB_SHIFT);
	u64 heap;

	if (vgpu_host)
		return ops->heap_vgpu_bytes;
	heap = ops->heap_carveout_bytes + GSP_HEAP_BASE_BYTES +
	       ALIGN(GSP_HEAP_PER_GIB_BYTES * gib, LAYOUT_MIB) + GSP_HEAP_CLIENT_BYTES;
	return clamp(heap, ops->heap_min_bytes, ops->heap_max_bytes);
}

/* Place @bytes below *@top, aligned down; false when VRAM ends first. */
static bool layout_place(u64 *top, u64 bytes, u64 align)
{
	if (bytes > *top)
		return false;
	*top = ALIGN_DOWN(*top - bytes, align);
	return true;
}

int gsp_layout_compute(const struct gsp_layout_input *in, struct gsp_layout *out)
{
	struct gsp_layout l = { .fb_bytes = in->fb_bytes };
	u64 top;

	if (in->vga_offset > in->fb_bytes)
		return -EINVAL;
	l.vga_offset = in->vga_offset;
	l.vga_bytes = in->fb_bytes - in->vga_offset;
	top = ALIGN_DOWN(in->vga_offset, GSP_WPR_END_ALIGN);
	l.wpr_end = top;

	l.frts_bytes = GSP_FRTS_BYTES;
	if (!layout_place(&top, l.frts_bytes, 1))
		return -ENOSPC;
	l.frts_offset = top;
	if (!layout_place(&top, in->bootloader_bytes, GSP_BOOTLOADER_ALIGN))
		return -ENOSPC;
	l.bootloader_offset = top;
	if (!layout_place(&top, in->image_bytes, GSP_IMAGE_ALIGN))
		return -ENOSPC;
	l.image_offset = top;
	if (!layout_place(&top, in->heap_bytes, GSP_HEAP_ALIGN))
		return -ENOSPC;
	l.heap_offset = top;
	l.heap_bytes = ALIGN_DOWN(l.image_offset - l.heap_offset, GSP_HEAP_ALIGN);
	if (!layout_place(&top, sizeof(struct gsp_fw_wpr_meta), GSP_HEAP_ALIGN))
		return -ENOSPC;
	l.wpr_start = top;
	l.non_wpr_bytes = GSP_NON_WPR_HEAP_BYTES;
	if (!layout_place(&top, l.non_wpr_bytes, 1))
		return -ENOSPC;
	l.non_wpr_offset = top;
	l.rsvd_start = top;
	*out = l;
	return 0;
}
