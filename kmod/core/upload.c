// SPDX-License-Identifier: GPL-2.0-only
/* vGPU types on their way to GSP, from the catalogue or from the vendor's metadata file. */

#include <linux/errno.h>
#include <linux/firmware.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "host.h"

#define ID_SHIFT 16	/* vdev_id, pdev_id: device << 16 | subsystem */
#define GPU_INSTANCE_NONE 0xffffffffU

/* The metadata file is optional; a bad one is refused with a sentence and then ignored. */
static void load_metadata(struct vgpu_host *host)
{
	struct vgpu_gpu *gpu = host->gpu;
	const struct firmware *fw;
	char name[96], why[VGPU_ERROR_TEXT_BYTES] = "";
	int ret;

	snprintf(name, sizeof(name), "%svgpu-%s.bin", gpu->firmware_dir ? gpu->firmware_dir : "nvidia/",
		 gpu->si.gsp_version);
	if (firmware_request_nowarn(&fw, name, gpu->dev))
		return;
	ret = vgpu_metadata_parse(fw->data, fw->size, gpu->si.gsp_version, gpu->info.device,
				  &host->metadata, why, sizeof(why));
	release_firmware(fw);
	if (ret)
		vgpu_gpu_error(gpu, "firmware file %s is not used: %s; the built-in types are",
			       name, why[0] ? why : "out of memory");
	else
		dev_info(gpu->dev, "vGPU types from firmware file %s: %zu\n", name,
			 host->metadata.num_types);
}

static void copy_name(__u8 *out, size_t size, const char *in)
{
	if (in)
		strscpy((char *)out, in, size);
}

/* Placement ids of @type in one mode; returns how many. */
static u32 fill_ids(const struct vgpu_host *host, enum vgpu_placement_mode mode,
		    const struct vgpu_type *type, __le32 *ids)
{
	struct vgpu_placement place;
	u32 i;

	for (i = 0; i < R570_VGPU_MAX_INSTANCES; i++) {
		if (vgpu_placement_next(mode, &host->region, type, i, &place))
			break;
		ids[i] = cpu_to_le32(place.id);
	}
	return i;
}

static void fill_type(const struct vgpu_host *host, const struct vgpu_type *type,
		      struct r570_vgpu_type *out)
{

	out->vgpu_type = cpu_to_le32(type->id);
	copy_name(out->name, sizeof(out->name), type->name);
	copy_name(out->class_name, sizeof(out->class_name), type->class_name);
	copy_name(out->license, sizeof(out->license), type->license);
	copy_name(out->adapter_name, sizeof(out->adapter_name), type->name);
	out->max_instance = cpu_to_le32(type->max_instances);
	out->num_heads = cpu_to_le32(type->heads);
	out->max_resolution_x = cpu_to_le32(type->max_x);
	out->max_resolution_y = cpu_to_le32(type->max_y);
	out->max_pixels = cpu_to_le32(type->max_pixels);
	out->frl_config = cpu_to_le32(type->frl);
	out->frl_enable = cpu_to_le32(type->frl != 0);
	out->cuda_enabled = cpu_to_le32(type->cuda);
	out->ecc_supported = cpu_to_le32(type->ecc);
	out->multi_vgpu_supported = cpu_to_le32(type->multi_vgpu);
	out->vdev_id = cpu_to_le64((u64)type->guest_device << ID_SHIFT | type->guest_subsystem);
	out->pdev_id = cpu_to_le64((u64)type->pf_device << ID_SHIFT | type->pf_subsystem);
	out->profile_bytes = cpu_to_le64(type->profile_bytes);
	out->fb_bytes = cpu_to_le64(type->fb_bytes);
	out->gsp_heap_bytes = cpu_to_le64(type->heap_bytes);
	out->fb_reservation_bytes = cpu_to_le64(type->reserve_bytes);
	out->encoder_capacity = cpu_to_le32(type->encoder_capacity);
	out->bar1_mib = cpu_to_le64(type->bar1_mib);
	out->gpu_instance_profile_id = cpu_to_le32(GPU_INSTANCE_NONE);
	out->placement_size = cpu_to_le32(vgpu_placement_size(type));
	out->homogeneous_count = cpu_to_le32(fill_ids(host, VGPU_PLACEMENT_HOMOGENEOUS, type,
						      out->homogeneous_ids));
	out->heterogeneous_count = cpu_to_le32(fill_ids(host, VGPU_PLACEMENT_HETEROGENEOUS, type,
							out->heterogeneous_ids));
}

static u32 fill_catalogue(struct vgpu_host *host, struct r570_vgpu_add_type *params)
{
	const struct vgpu_type **list;
	size_t total = vgpu_types_of(host->gpu, NULL, 0), i;
	u32 count = 0;

	list = kvcalloc(total + 1, sizeof(*list), GFP_KERNEL);
	if (!list)
		return 0;
	vgpu_types_of(host->gpu, list, total);
	for (i = 0; i < total && count < R570_VGPU_MAX_TYPES; i++)
		if (list[i]->id && !list[i]->missing)
			fill_type(host, list[i], &params->types[count++]);
	kvfree(list);
	params->discard = 1;
	params->count = cpu_to_le32(count);
	return count;
}

int host_types_init(struct vgpu_host *host)
{
	struct vgpu_gpu *gpu = host->gpu;
	struct r570_vgpu_add_type *params;
	u32 count, status = 0;
	int ret;

	load_metadata(host);
	ret = host_places_init(host);
	if (ret)
		return ret;
	params = kvzalloc(sizeof(*params), GFP_KERNEL);
	if (!params)
		return -ENOMEM;
	if (host->metadata.payload) {
		memcpy(params, host->metadata.payload, host->metadata.payload_bytes);
		count = le32_to_cpu(params->count);
	} else {
		count = fill_catalogue(host, params);
	}
	ret = count ? rm_control(gpu, host->rm.client, host->rm.subdevice, VGPU_CTRL_ADD_TYPE,
				 params, sizeof(*params), GSP_RPC_LONG_MS, &status) :
		      0;
	kvfree(params);
	if (ret)
		vgpu_gpu_error(gpu, "GSP refused the vGPU types (%s); it may want the vendor's signed records in %svgpu-%s.bin",
			       rm_status_name(status),
			       gpu->firmware_dir ? gpu->firmware_dir : "nvidia/",
			       gpu->si.gsp_version);
	else if (!count)
		dev_warn(gpu->dev, "no vGPU type is known for board %04x:%04x\n",
			 gpu->info.device, gpu->info.subdevice);
	return ret;
}
