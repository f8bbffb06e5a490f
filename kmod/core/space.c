// SPDX-License-Identifier: GPL-2.0-only
/* Address spaces of vGPUs, see space.h. */

#include <linux/kernel.h>

#include "../abi/mmu.h"
#include "gpu.h"
#include "mmu.h"
#include "space.h"

int vgpu_space_init(struct vgpu_gpu *gpu, struct vgpu_space *space)
{
	const struct vgpu_va_request req = {
		.bytes = round_up(gpu->si.fb_bytes, BIT_ULL(NV_MMU_PAGE_2M_SHIFT)),
		.va = VGPU_SPACE_VRAM_VA,
		.flags = VGPU_VA_FIXED,
		.holder = "VRAM",
	};
	int ret = vgpu_mmu_space_init(gpu, &space->va, VGPU_SPACE_LOW,
				      VGPU_SPACE_VRAM_VA + req.bytes);

	if (ret)
		return ret;
	ret = vgpu_va_alloc(&space->va, &req, &space->vram);
	if (ret)
		vgpu_mmu_space_fini(gpu, &space->va);
	return ret;
}

void vgpu_space_fini(struct vgpu_gpu *gpu, struct vgpu_space *space)
{
	if (!space->va.has_tables)
		return;
	/* A lost GPU has no TLB to tell; the range goes in any case. */
	vgpu_va_free(&space->va, &space->vram);
	vgpu_mmu_space_fini(gpu, &space->va);
}

int vgpu_space_map(struct vgpu_space *space, u64 spa, u64 bytes)
{
	const struct gmmu_attr attr = { .aperture = NV_MMU_PTE_APERTURE_VIDMEM };

	return vgpu_va_map(&space->va, &space->vram, spa, spa, bytes, &attr);
}

int vgpu_space_unmap(struct vgpu_space *space, u64 spa, u64 bytes)
{
	return vgpu_va_unmap(&space->va, &space->vram, spa, bytes);
}
