// SPDX-License-Identifier: GPL-2.0-only
/* Parser of the vendor's vGPU metadata file, see metadata.h. */

#include <linux/crc32.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/vgpu_metadata.h"
#include "metadata.h"

#define ID_SHIFT 16 /* vdev_id, pdev_id: device << 16 | subsystem */

/* Strings of one type: name, class, licence, each with a terminator of its own. */
struct type_strings {
	char name[R570_VGPU_NAME_CHARS + 1];
	char class_name[R570_VGPU_NAME_CHARS + 1];
	char license[sizeof(((struct r570_vgpu_type *)NULL)->license) + 1];
};

/* What a parse has found: the payload inside the file. */
struct found {
	const u8 *payload;
	u32 payload_bytes;
};

/* At most @size bytes, up to the first NUL; what a log or sysfs could trip over becomes '?'. */
static void copy_text(char *out, const u8 *in, size_t size)
{
	size_t i;

	for (i = 0; i < size && in[i]; i++)
		out[i] = in[i] >= ' ' && in[i] < 0x7f ? (char)in[i] : '?';
	out[i] = '\0';
}

static int check_header(const struct vgpu_metadata_header *header, const u8 *data, size_t bytes,
			const char *gsp_version, char *why, size_t why_size)
{
	char version[sizeof(header->gsp_build_version) + 1];
	u32 crc;

	if (memcmp(header->magic, VGPU_METADATA_MAGIC, sizeof(header->magic))) {
		snprintf(why, why_size, "it is not a vGPU metadata file");
		return -EINVAL;
	}
	crc = crc32_le(~0U, data + VGPU_METADATA_CRC_START, bytes - VGPU_METADATA_CRC_START);
	if (crc != le32_to_cpu(header->crc32)) {
		snprintf(why, why_size, "its checksum is %08x where the header says %08x", crc,
			 le32_to_cpu(header->crc32));
		return -EINVAL;
	}
	copy_text(version, header->gsp_build_version, sizeof(header->gsp_build_version));
	if (strcmp(version, gsp_version) ||
	    le64_to_cpu(header->major) != VGPU_METADATA_MAJOR ||
	    le64_to_cpu(header->minor) != VGPU_METADATA_MINOR) {
		snprintf(why, why_size, "it is version %llu.%llu for firmware %s, wanted %u.%u for %s",
			 le64_to_cpu(header->major), le64_to_cpu(header->minor), version,
			 VGPU_METADATA_MAJOR, VGPU_METADATA_MINOR, gsp_version);
		return -EINVAL;
	}
	return 0;
}

/* Check one type blob of @bytes (without its header); 0 when it is this board's. */
static int check_types(const u8 *data, u64 bytes, u16 device, struct found *found, char *why,
		       size_t why_size)
{
	struct vgpu_metadata_types head;
	u64 kernel_bytes, rm_bytes;

	if (bytes < sizeof(head)) {
		snprintf(why, why_size, "a type blob is shorter than its header");
		return -EINVAL;
	}
	memcpy(&head, data, sizeof(head));
	if (le64_to_cpu(head.device_id) != device)
		return -ENOENT;
	kernel_bytes = le64_to_cpu(head.kernel_struct_bytes);
	rm_bytes = le64_to_cpu(head.gsp_rmctrl_bytes);
	bytes -= sizeof(head);
	if (kernel_bytes > bytes || rm_bytes != bytes - kernel_bytes) {
		snprintf(why, why_size, "the sizes in the type blob of device %04x do not add up",
			 device);
		return -EINVAL;
	}
	if (le64_to_cpu(head.gsp_rmctrl_cmd) != VGPU_CTRL_ADD_TYPE ||
	    rm_bytes != sizeof(struct r570_vgpu_add_type)) {
		snprintf(why, why_size, "the type blob of device %04x is for another firmware line",
			 device);
		return -EINVAL;
	}
	found->payload = data + sizeof(head) + kernel_bytes;
	found->payload_bytes = (u32)rm_bytes;
	return 0;
}

static int find_payload(const u8 *data, size_t bytes, u64 num_blobs, u16 device,
			struct found *found, char *why, size_t why_size)
{
	size_t pos = sizeof(struct vgpu_metadata_header);

	for (; num_blobs; num_blobs--) {
		struct vgpu_metadata_blob blob;
		u64 blob_bytes;
		int ret;

		if (bytes - pos < sizeof(blob)) {
			snprintf(why, why_size, "it ends where a blob should begin");
			return -EINVAL;
		}
		memcpy(&blob, data + pos, sizeof(blob));
		blob_bytes = le64_to_cpu(blob.bytes);
		if (blob_bytes < sizeof(blob) || blob_bytes > bytes - pos) {
			snprintf(why, why_size, "a blob of %llu bytes does not fit into it",
				 blob_bytes);
			return -EINVAL;
		}
		if (le64_to_cpu(blob.type) == VGPU_METADATA_BLOB_TYPES) {
			ret = check_types(data + pos + sizeof(blob), blob_bytes - sizeof(blob),
					  device, found, why, why_size);
			if (ret != -ENOENT)
				return ret;
		}
		pos += blob_bytes;
	}
	snprintf(why, why_size, "it has no types for device %04x", device);
	return -ENOENT;
}

/* Numbers a later computation relies on. */
static bool type_sane(const struct r570_vgpu_type *in)
{
	u64 profile = le64_to_cpu(in->profile_bytes);
	u64 limit = 1ULL << 40;
	u32 max = le32_to_cpu(in->max_instance);

	return in->vgpu_type && max && max <= R570_VGPU_MAX_INSTANCES && profile &&
	       profile <= limit && le64_to_cpu(in->fb_bytes) &&
	       le64_to_cpu(in->fb_bytes) <= limit &&
	       le64_to_cpu(in->fb_reservation_bytes) <= limit &&
	       le64_to_cpu(in->gsp_heap_bytes) > VGPU_HEAP_SHARED_BYTES &&
	       le64_to_cpu(in->gsp_heap_bytes) <= limit;
}

static void decode_type(const struct r570_vgpu_type *in, struct type_strings *text, u16 device,
			struct vgpu_type *out)
{
	copy_text(text->name, in->name, sizeof(in->name));
	copy_text(text->class_name, in->class_name, sizeof(in->class_name));
	copy_text(text->license, in->license, sizeof(in->license));
	*out = (struct vgpu_type){
		.id = le32_to_cpu(in->vgpu_type),
		.name = text->name,
		.class_name = text->class_name,
		.license = text->license,
		.pf_device = device,
		.pf_subsystem = (u16)le64_to_cpu(in->pdev_id),
		.guest_device = (u16)(le64_to_cpu(in->vdev_id) >> ID_SHIFT),
		.guest_subsystem = (u16)le64_to_cpu(in->vdev_id),
		.profile_bytes = le64_to_cpu(in->profile_bytes),
		.fb_bytes = le64_to_cpu(in->fb_bytes),
		.reserve_bytes = le64_to_cpu(in->fb_reservation_bytes),
		.heap_bytes = le64_to_cpu(in->gsp_heap_bytes),
		.max_instances = le32_to_cpu(in->max_instance),
		.heads = le32_to_cpu(in->num_heads),
		.max_x = le32_to_cpu(in->max_resolution_x),
		.max_y = le32_to_cpu(in->max_resolution_y),
		.max_pixels = le32_to_cpu(in->max_pixels),
		.frl = le32_to_cpu(in->frl_config),
		.bar1_mib = (u32)le64_to_cpu(in->bar1_mib),
		.encoder_capacity = le32_to_cpu(in->encoder_capacity),
		.cuda = in->cuda_enabled != 0,
		.ecc = in->ecc_supported != 0,
		.multi_vgpu = in->multi_vgpu_supported != 0,
	};
	if (le32_to_cpu(in->gpu_instance_size))
		out->missing = "MIG-backed types are not supported";
	else if (!type_sane(in))
		out->missing = "its record in the vGPU metadata file is out of range";
}

static int decode_payload(const struct found *found, u16 device, struct vgpu_metadata *meta,
			  char *why, size_t why_size)
{
	const struct r570_vgpu_add_type *params;
	struct type_strings *strings;
	u32 count, i;

	meta->payload = kvmalloc(found->payload_bytes, GFP_KERNEL);
	if (!meta->payload)
		return -ENOMEM;
	memcpy(meta->payload, found->payload, found->payload_bytes);
	meta->payload_bytes = found->payload_bytes;
	params = meta->payload;
	count = le32_to_cpu(params->count);
	if (!count || count > R570_VGPU_MAX_TYPES) {
		snprintf(why, why_size, "it announces %u types, 1 to %u are possible", count,
			 R570_VGPU_MAX_TYPES);
		return -EINVAL;
	}
	meta->types = kvcalloc(count, sizeof(*meta->types), GFP_KERNEL);
	strings = kvcalloc(count, sizeof(*strings), GFP_KERNEL);
	meta->strings = (char *)strings;
	if (!meta->types || !strings)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		decode_type(&params->types[i], &strings[i], device, &meta->types[i]);
	meta->num_types = count;
	return 0;
}

int vgpu_metadata_parse(const u8 *data, size_t bytes, const char *gsp_version, u16 device,
			struct vgpu_metadata *meta, char *why, size_t why_size)
{
	struct vgpu_metadata_header header;
	struct vgpu_metadata result = { 0 };
	struct found found;
	int ret;

	if (bytes < sizeof(header)) {
		snprintf(why, why_size, "it is %zu bytes long, shorter than its header", bytes);
		return -EINVAL;
	}
	memcpy(&header, data, sizeof(header));
	ret = check_header(&header, data, bytes, gsp_version, why, why_size);
	if (!ret)
		ret = find_payload(data, bytes, le64_to_cpu(header.num_blobs), device, &found, why,
				   why_size);
	if (ret)
		return ret;
	ret = decode_payload(&found, device, &result, why, why_size);
	if (ret) {
		vgpu_metadata_free(&result);
		return ret;
	}
	*meta = result;
	return 0;
}

void vgpu_metadata_free(struct vgpu_metadata *meta)
{
	kvfree(meta->types);
	kvfree(meta->strings);
	kvfree(meta->payload);
	memset(meta, 0, sizeof(*meta));
}
