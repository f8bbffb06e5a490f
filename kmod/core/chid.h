/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Channel ids for vGPUs. Every runlist has the same number of channels, and a vGPU gets the same
 * contiguous range on all of them, so one pool serves the GPU. The PF keeps the lowest ids.
 * The caller holds vgpu_gpu.vram_lock.
 */
#ifndef VGPU_CHID_H
#define VGPU_CHID_H

#include <linux/bitmap.h>
#include <linux/types.h>

#define VGPU_CHID_COUNT 2048U	/* channels of one runlist, Turing to Ada */
#define VGPU_CHID_PF_COUNT 32U	/* lowest ids, for the PF's own channels (scrubbing, copies) */
#define VGPU_CHID_ANY U32_MAX

struct vgpu_chid_pool {
	DECLARE_BITMAP(used, VGPU_CHID_COUNT);
	DECLARE_BITMAP(head, VGPU_CHID_COUNT);	/* first id of a range */
};

void vgpu_chid_init(struct vgpu_chid_pool *pool);
/* Channels of one vGPU when @max_instances (at least 1) share the GPU: a power of two, or 0. */
u32 vgpu_chid_share(u32 max_instances);
/*
 * vgpu_chid_alloc - take @count consecutive ids
 * @base:	in: wanted first id, or VGPU_CHID_ANY for the highest free range; out: the first id
 * Returns 0, -EINVAL for a range that does not exist, -EBUSY when @base is taken, -ENOSPC.
 */
int vgpu_chid_alloc(struct vgpu_chid_pool *pool, u32 count, u32 *base);
/* The same, but nothing is taken. */
int vgpu_chid_would_fit(const struct vgpu_chid_pool *pool, u32 count, u32 *base);
/* Give back one whole range; -EINVAL (nothing changed) for anything else. */
int vgpu_chid_free(struct vgpu_chid_pool *pool, u32 base, u32 count);

#endif
