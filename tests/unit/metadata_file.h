/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vendor metadata file for tests of who reads it. The content is made up. */
#ifndef METADATA_FILE_H
#define METADATA_FILE_H

#include <linux/crc32.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../abi/vgpu_metadata.h"

/* The smallest: one blob without kernel structures. */
struct metadata_file {
	struct vgpu_metadata_header header;
	struct vgpu_metadata_blob blob;
	struct vgpu_metadata_types head;
	struct r570_vgpu_add_type payload;
};

static inline void metadata_put_header(struct vgpu_metadata_header *header, u64 num_blobs)
{
	memcpy(header->magic, VGPU_METADATA_MAGIC, 8);
	header->major = cpu_to_le64(VGPU_METADATA_MAJOR);
	header->minor = cpu_to_le64(VGPU_METADATA_MINOR);
	memcpy(header->gsp_build_version, "570.144", 7);
	header->num_blobs = cpu_to_le64(num_blobs);
}

/* Of @num_types empty types of the board @device; the rest of @file is zero. */
static inline void metadata_file_init(struct metadata_file *file, u16 device, u32 num_types)
{
	memset(file, 0, sizeof(*file));
	metadata_put_header(&file->header, 1);
	file->blob.bytes = cpu_to_le64(sizeof(*file) - sizeof(file->header));
	file->head.device_id = cpu_to_le64(device);
	file->head.gsp_rmctrl_cmd = cpu_to_le64(VGPU_CTRL_ADD_TYPE);
	file->head.gsp_rmctrl_bytes = cpu_to_le64(sizeof(file->payload));
	file->payload.count = cpu_to_le32(num_types);
}

/* The checksum of a file of @bytes, more than VGPU_METADATA_CRC_START, that begins at @header. */
static inline void metadata_seal(struct vgpu_metadata_header *header, size_t bytes)
{
	header->crc32 = cpu_to_le32(crc32_le(~0U, (u8 *)header + VGPU_METADATA_CRC_START,
					     bytes - VGPU_METADATA_CRC_START));
}

#endif
