/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What vgpu_core offers to other kernel modules: VRAM, page tables, BAR1 and GSP of a GPU, beside
 * its vGPUs. All calls, their errors, locks and quotas are described in ../core/client.h; here is
 * how a module finds the GPU.
 *
 * Each running GPU that hosts vGPUs has an auxiliary device "vgpu_core.gpu.N" below its PF. A module
 * registers an auxiliary_driver whose id table holds OPENVGPU_CLIENT_MATCH, opens a handle in probe
 * and closes it in remove:
 *
 *	static const struct auxiliary_device_id ids[] = { { .name = OPENVGPU_CLIENT_MATCH }, {} };
 *
 *	client = openvgpu_client_open(adev, "name", &ops, owner);
 *	err = vgpu_client_vram_alloc(client, bytes, 0, &vram);
 *	...
 *	vgpu_client_close(client);
 *
 * remove runs when the PF is unbound or taken away, while GSP still answers if it can. A handle
 * that is kept open beyond remove is revoked: its calls return -ENODEV until it is closed. The
 * modules that use these symbols depend on vgpu_core: the kernel refuses to unload it before them.
 *
 * Needs CONFIG_AUXILIARY_BUS, which distributions set. It has no prompt: drivers select it, so in a
 * kernel of your own any driver that does (e.g. CONFIG_MLX5_CORE, CONFIG_ICE)
 * brings it; without it vgpu_core builds and runs, and offers no auxiliary device.
 */
#ifndef OPENVGPU_CLIENT_H
#define OPENVGPU_CLIENT_H

#include <linux/auxiliary_bus.h>
#include <linux/scatterlist.h>

#include "../core/client.h"

#define OPENVGPU_CLIENT_MATCH "vgpu_core.gpu"

/*
 * openvgpu_client_open - become a client of the GPU behind @adev
 * From the driver's probe until its remove returns; later -ENODEV, as long as the caller holds a
 * reference to the device. Else as vgpu_client_open(); -EINVAL for another driver's device.
 */
struct vgpu_client *openvgpu_client_open(struct auxiliary_device *adev, const char *name,
					 const struct vgpu_client_ops *ops, void *owner);

/* The device to map memory for with the DMA API: the PF, parent of @adev. */
static inline struct device *openvgpu_client_dma_device(struct auxiliary_device *adev)
{
	return adev->dev.parent;
}

/*
 * openvgpu_client_map_sgt - vgpu_client_map_pages() for a list mapped with dma_map_sgtable()
 * @bytes:	receives the size of the range, the sum of the list's pieces; may be NULL
 *
 * Each piece is whole 4 KiB pages: else -EINVAL. Stays mapped for the device until unmapped here.
 */
int openvgpu_client_map_sgt(struct vgpu_client *client, u32 space, const struct sg_table *sgt,
			    unsigned int flags, u64 *va, u64 *bytes);

#endif
