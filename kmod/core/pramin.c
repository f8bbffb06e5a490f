// SPDX-License-Identifier: GPL-2.0-only
/* The PRAMIN window, see pramin.h. */

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "../abi/regs.h"
#include "gpu.h"
#include "pramin.h"

#define FLUSH_TIMEOUT_NS (2ULL * NSEC_PER_SEC)

/* Point the window at @addr; returns the BAR0 offset of @addr and the bytes that follow there. */
static u32 window_at(struct vgpu_gpu *gpu, u64 addr, size_t *span)
{
	u64 base = round_down(addr, BIT_ULL(NV_PBUS_BAR0_WINDOW_SHIFT));
	u32 offset = (u32)(addr - base);

	vgpu_wr32(gpu, NV_PBUS_BAR0_WINDOW,
		  ABI_PREP(NV_PBUS_BAR0_WINDOW_BASE, (u32)(base >> NV_PBUS_BAR0_WINDOW_SHIFT)) |
			  ABI_PREP(NV_PBUS_BAR0_WINDOW_TARGET,
				   (u32)NV_PBUS_BAR0_WINDOW_TARGET_VAL_VRAM));
	*span = NV_PRAMIN_BYTES - offset;
	return NV_PRAMIN + offset;
}

void vgpu_pramin_read(struct vgpu_gpu *gpu, u64 addr, void *buf, size_t bytes)
{
	while (bytes) {
		size_t span, i;
		u32 offset = window_at(gpu, addr, &span);

		span = min(span, bytes);
		for (i = 0; i < span; i += sizeof(u32)) {
			u32 word = vgpu_rd32(gpu, offset + (u32)i);

			memcpy(buf + i, &word, sizeof(word));
		}
		addr += span;
		buf += span;
		bytes -= span;
	}
}

void vgpu_pramin_write(struct vgpu_gpu *gpu, u64 addr, const void *buf, size_t bytes)
{
	while (bytes) {
		size_t span, i;
		u32 offset = window_at(gpu, addr, &span);

		span = min(span, bytes);
		for (i = 0; i < span; i += sizeof(u32)) {
			u32 word;

			memcpy(&word, buf + i, sizeof(word));
			vgpu_wr32(gpu, offset + (u32)i, word);
		}
		addr += span;
		buf += span;
		bytes -= span;
	}
}

void vgpu_pramin_zero(struct vgpu_gpu *gpu, u64 addr, size_t bytes)
{
	while (bytes) {
		size_t span, i;
		u32 offset = window_at(gpu, addr, &span);

		span = min(span, bytes);
		for (i = 0; i < span; i += sizeof(u32))
			vgpu_wr32(gpu, offset + (u32)i, 0);
		addr += span;
		bytes -= span;
	}
}

int vgpu_pramin_flush(struct vgpu_gpu *gpu)
{
	u64 deadline = ktime_get_ns() + FLUSH_TIMEOUT_NS;

	vgpu_wr32(gpu, NV_UFLUSH_FB_FLUSH, NV_UFLUSH_FB_FLUSH_PENDING);
	while (vgpu_rd32(gpu, NV_UFLUSH_FB_FLUSH) & NV_UFLUSH_FB_FLUSH_OUTSTANDING) {
		if (ktime_get_ns() > deadline)
			return -ETIMEDOUT;
		udelay(1);
	}
	return 0;
}
