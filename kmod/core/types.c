// SPDX-License-Identifier: GPL-2.0-only
/* vGPU types of a board: from the vendor's metadata when present, else from the catalogue. */

#include <linux/kernel.h>
#include <linux/slab.h>

#include "gpu.h"
#include "host.h"
#include "type.h"

static bool type_matches(const struct vgpu_gpu *gpu, const struct vgpu_type *type)
{
	return type->pf_device == gpu->info.device &&
	       (!type->pf_subsystem || type->pf_subsystem == gpu->info.subdevice);
}

/* The table that counts for this GPU. */
static const struct vgpu_type *type_table(const struct vgpu_gpu *gpu, size_t *count)
{
	if (gpu->host && gpu->host->metadata.num_types) {
		*count = gpu->host->metadata.num_types;
		return gpu->host->metadata.types;
	}
	*count = vgpu_type_catalogue_count;
	return vgpu_type_catalogue;
}

size_t vgpu_types_of(const struct vgpu_gpu *gpu, const struct vgpu_type **out, size_t max)
{
	const struct vgpu_type *table;
	size_t count, i, found = 0;

	table = type_table(gpu, &count);
	for (i = 0; i < count; i++) {
		if (!type_matches(gpu, &table[i]))
			continue;
		if (found < max)
			out[found] = &table[i];
		found++;
	}
	return found;
}

const struct vgpu_type *vgpu_type_find(const struct vgpu_gpu *gpu, u32 id)
{
	const struct vgpu_type *table;
	size_t count, i;

	/* 0 is not an id but marks types whose id nobody knows. */
	if (!id)
		return NULL;
	table = type_table(gpu, &count);
	for (i = 0; i < count; i++)
		if (table[i].id == id && type_matches(gpu, &table[i]))
			return &table[i];
	return NULL;
}

int host_places_init(struct vgpu_host *host)
{
	size_t total = vgpu_types_of(host->gpu, NULL, 0);
	const struct vgpu_type **list = kvcalloc(total + 1, sizeof(*list), GFP_KERNEL);

	if (!list)
		return -ENOMEM;
	vgpu_types_of(host->gpu, list, total);
	vgpu_placement_mixed_init(&host->region, list, total);
	kvfree(list);
	return 0;
}

void host_catalogue_init(struct vgpu_host *host)
{
	struct vgpu_gpu *gpu = host->gpu;
	u32 size[VGPU_BUDDY_MAX_SIZES], num = 0, segments, n;
	const struct vgpu_type *table;
	size_t count, i;

	table = type_table(gpu, &count);
	for (i = 0; i < count && num < VGPU_BUDDY_MAX_SIZES; i++) {
		if (!type_matches(gpu, &table[i]) || table[i].missing || !table[i].id)
			continue;
		segments = vgpu_placement_segments(&host->region, &table[i]);
		for (n = 0; n < num && size[n] != segments; n++)
			;
		if (segments && n == num)
			size[num++] = segments;
	}
	mutex_lock(&gpu->vram_lock);
	WARN_ON(vgpu_buddy_set_catalogue(&gpu->buddy, size, num));
	mutex_unlock(&gpu->vram_lock);
}
