/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The vendor's vGPU metadata file of firmware line r570 ([RFC2] vgpu_mgr.c): a header, then blobs;
 * a type blob is followed by records for the kernel and by the ready-made parameters of
 * VGPU_CTRL_ADD_TYPE, signatures included. All little-endian.
 */
#ifndef VGPU_ABI_VGPU_METADATA_H
#define VGPU_ABI_VGPU_METADATA_H

#include "bits.h"

#define VGPU_METADATA_MAGIC "NVVGPUMT" /* 8 bytes, no terminator */
#define VGPU_METADATA_MAJOR 18	       /* pair that belongs to 570.144 */
#define VGPU_METADATA_MINOR 1
#define VGPU_METADATA_CRC_START 0x10   /* crc32 (seed ~0, not inverted at the end) from here on */
#define VGPU_METADATA_BLOB_TYPES 0

struct vgpu_metadata_header {
	__u8 magic[8];
	__le32 crc32;
	__u8 pad0[4];
	__le64 major;
	__le64 minor;
	__u8 features[128];
	__u8 gsp_build_version[64];
	__le64 num_blobs;
};
ABI_ASSERT_SIZE(struct vgpu_metadata_header, 0xe8);
ABI_ASSERT_OFFSET(struct vgpu_metadata_header, num_blobs, 0xe0);

struct vgpu_metadata_blob {
	__le64 type;	/* VGPU_METADATA_BLOB_* */
	__le64 bytes;	/* with this header */
};
ABI_ASSERT_SIZE(struct vgpu_metadata_blob, 16);

/* Behind the header of a VGPU_METADATA_BLOB_TYPES blob. */
struct vgpu_metadata_types {
	__le64 device_id;		/* PCI device id of the PF */
	__le64 rmctrl_info_offset;
	__le64 bytes;
	__le64 kernel_struct_bytes;	/* of all kernel records together */
	__le64 num_kernel_structs;
	__le64 gsp_rmctrl_cmd;		/* VGPU_CTRL_ADD_TYPE */
	__le64 gsp_rmctrl_bytes;
};
ABI_ASSERT_SIZE(struct vgpu_metadata_types, 56);

#endif
