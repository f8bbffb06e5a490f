/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VRAM through the PRAMIN window of BAR0: slow, needs no page table. Bootstrap of BAR1 and a
 * debugging aid. The window is one per GPU: the caller holds vgpu_gpu.vram_lock.
 */
#ifndef VGPU_PRAMIN_H
#define VGPU_PRAMIN_H

#include <linux/types.h>

struct vgpu_gpu;

/* @addr and @bytes are multiples of 4. Reads of what is not there return all ones. */
void vgpu_pramin_read(struct vgpu_gpu *gpu, u64 addr, void *buf, size_t bytes);
void vgpu_pramin_write(struct vgpu_gpu *gpu, u64 addr, const void *buf, size_t bytes);
void vgpu_pramin_zero(struct vgpu_gpu *gpu, u64 addr, size_t bytes);
/* Wait until what was written has reached VRAM. -ETIMEDOUT after 2 s. */
int vgpu_pramin_flush(struct vgpu_gpu *gpu);

#endif
