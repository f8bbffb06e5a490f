/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * VBIOS: the chain of images in the expansion ROM, the tables that lead to FWSEC, its descriptors
 * and its commands. All little endian.
 *
 * Source tags: nova, nvkm = Linux 7.3 drivers; OKM = NVIDIA's open kernel modules 570.144 (and
 * 535.113.01 where a name ends in _R535); FW = read from the firmware files themselves.
 */
#ifndef VGPU_ABI_VBIOS_H
#define VGPU_ABI_VBIOS_H

#include "bits.h"

/* ---- VBIOS: expansion ROM image chain (nova vbios.rs, nvkm subdev/bios) ---- */
#define VBIOS_BLOCK_BYTES 512
#define VBIOS_HEADER_WINDOW_BYTES 1024		/* headers of an image lie in its first bytes */
#define VBIOS_IFR_SIGNATURE 0x4947564eU		/* "NVGI": IFR header before the first image */
#define VBIOS_IFR_FIXED1_VERSION ABI_MASK(15, 8)
#define VBIOS_IFR_FIXED1_DATA_BYTES ABI_MASK(30, 16)
#define VBIOS_IFR_FIXED2_TOTAL_BYTES ABI_MASK(19, 0)
#define VBIOS_IFR_DIRECTORY_OFFSET 4096		/* from the flash status offset (version 3) */
#define VBIOS_IFR_DIRECTORY_SIGNATURE 0x44524652U	/* "RFRD" */

struct vbios_ifr_header {
	__le32 signature;
	__le32 fixed1;
	__le32 fixed2;
};

struct vbios_ifr_directory {
	__le32 signature;
	__le32 reserved;
	__le32 rom_offset;
};

#define VBIOS_ROM_SIGNATURE 0xaa55
#define VBIOS_ROM_SIGNATURE_NV 0x4e56
#define VBIOS_ROM_SIGNATURE_ALT 0xbb77

struct vbios_rom_header {
	__le16 signature;
	__u8 reserved[22];
	__le16 pcir_offset;		/* from the image's start */
};
ABI_ASSERT_OFFSET(struct vbios_rom_header, pcir_offset, 0x18);
ABI_ASSERT_SIZE(struct vbios_rom_header, 0x1a);

#define VBIOS_PCIR_SIGNATURE 0x52494350U	/* "PCIR" */
#define VBIOS_PCIR_SIGNATURE_NPDS 0x5344504eU	/* "NPDS" */
#define VBIOS_PCIR_SIGNATURE_RGIS 0x53494752U	/* "RGIS" */
#define VBIOS_PCIR_LAST ABI_BIT(7)
#define VBIOS_CODE_TYPE_PCIAT 0x00		/* legacy image with the BIT table */
#define VBIOS_CODE_TYPE_EFI 0x03
#define VBIOS_CODE_TYPE_NBSI 0x70
#define VBIOS_CODE_TYPE_FWSEC 0xe0

struct vbios_pcir {
	__le32 signature;
	__le16 vendor;
	__le16 device;
	__le16 device_list;
	__le16 length;			/* of this structure, bytes */
	__u8 revision;
	__u8 class_code[3];
	__le16 image_blocks;		/* image length, 512-byte blocks */
	__le16 rom_revision;
	__u8 code_type;
	__u8 last;
	__le16 max_runtime_length;
};
ABI_ASSERT_SIZE(struct vbios_pcir, 0x18);

/* NVIDIA's extension at align_up(PCIR offset + PCIR length, 16); overrides length and last. */
#define VBIOS_NPDE_SIGNATURE 0x4544504eU	/* "NPDE" */
#define VBIOS_NPDE_REVISION_1_0 0x0100
#define VBIOS_NPDE_REVISION_1_1 0x0101
#define VBIOS_NPDE_ALIGN 16
#define VBIOS_NPDE_MIN_BYTES 0x0b
#define VBIOS_NPDE_LAST ABI_BIT(7)

struct vbios_npde {
	__le32 signature;
	__le16 revision;
	__le16 length;
	__le16 image_blocks;
	__u8 last;
	__u8 flags;
};
ABI_ASSERT_SIZE(struct vbios_npde, 0x0c);

/* ---- VBIOS: BIT table in the PciAt image ---- */
#define VBIOS_BIT_ID 0xb8ff
#define VBIOS_BIT_SIGNATURE 0x00544942U		/* "BIT" */
#define VBIOS_BIT_HEADER_BYTES 12
#define VBIOS_BIT_TOKEN_BYTES 6
#define VBIOS_BIT_VERSION 0x0100
#define VBIOS_BIT_TOKEN_FALCON_DATA 0x70	/* 'p' */
#define VBIOS_BIT_TOKEN_FALCON_DATA_VERSION 2
#define VBIOS_BIT_TOKEN_BIOSDATA 0x42		/* 'B' */
#define VBIOS_BIT_TOKEN_INFO 0x69		/* 'i' */

/* Unaligned inside the image: byte arrays, read with get_unaligned_le*. */
struct vbios_bit_header {
	__u8 id[2];
	__u8 signature[4];
	__u8 version[2];
	__u8 header_size;
	__u8 token_size;
	__u8 tokens;
	__u8 checksum;			/* byte sum over the header is 0 */
};
ABI_ASSERT_SIZE(struct vbios_bit_header, 12);

struct vbios_bit_token {
	__u8 id;
	__u8 version;
	__u8 data_size[2];
	__u8 data_offset[2];		/* in the PciAt image */
};
ABI_ASSERT_SIZE(struct vbios_bit_token, 6);

/*
 * PMU table: where the ucode descriptors are. Its pointers, and the FALCON_DATA pointer to it,
 * count as if the first FWSEC image followed the PciAt image directly.
 */
#define VBIOS_PMU_TABLE_VERSION 1
#define VBIOS_PMU_APP_FWSEC_LICENSED 0x05
#define VBIOS_PMU_APP_FWSEC_DEBUG 0x45
#define VBIOS_PMU_APP_FWSEC 0x85		/* production signed */
#define VBIOS_PMU_TARGET_PMU 0x01

struct vbios_pmu_header {
	__u8 version;
	__u8 header_size;
	__u8 entry_size;
	__u8 entries;
	__u8 descriptor_version;
	__u8 descriptor_size;
};
ABI_ASSERT_SIZE(struct vbios_pmu_header, 6);

struct vbios_pmu_entry {
	__u8 app;
	__u8 target;
	__u8 pointer[4];		/* to the ucode descriptor */
};
ABI_ASSERT_SIZE(struct vbios_pmu_entry, 6);

/* ---- Falcon ucode descriptors (nova fwsec.rs, nvkm fwsec.c) ---- */
#define FALCON_UCODE_HDR_VALID ABI_BIT(0)
#define FALCON_UCODE_HDR_ENCRYPTED ABI_BIT(2)
#define FALCON_UCODE_HDR_VERSION ABI_MASK(15, 8)
#define FALCON_UCODE_HDR_SIZE ABI_MASK(31, 16)	/* bytes, version 3: with the signatures */
#define FALCON_UCODE_SIGNATURE_BYTES 384	/* RSA-3072 */

struct falcon_ucode_desc_v2 {
	__le32 hdr;
	__le32 stored_size;
	__le32 uncompressed_size;
	__le32 virtual_entry;
	__le32 interface_offset;
	__le32 imem_phys_base;
	__le32 imem_load_size;
	__le32 imem_virt_base;
	__le32 imem_sec_base;
	__le32 imem_sec_size;
	__le32 dmem_offset;
	__le32 dmem_phys_base;
	__le32 dmem_load_size;
	__le32 alt_imem_load_size;
	__le32 alt_dmem_load_size;
};
ABI_ASSERT_SIZE(struct falcon_ucode_desc_v2, 60);

/* Signatures follow, then IMEM, then DMEM. */
struct falcon_ucode_desc_v3 {
	__le32 hdr;
	__le32 stored_size;
	__le32 pkc_data_offset;		/* in DMEM: where the signature is patched in */
	__le32 interface_offset;	/* in DMEM: application interface table */
	__le32 imem_phys_base;
	__le32 imem_load_size;
	__le32 imem_virt_base;
	__le32 dmem_phys_base;
	__le32 dmem_load_size;
	__le16 engine_id_mask;		/* NV_PFALCON_ENGID_* */
	__u8 ucode_id;			/* index of the version fuse, 1 to 16 */
	__u8 signature_count;
	__le16 signature_versions;	/* bit per fuse version that has a signature */
	__le16 reserved;
};
ABI_ASSERT_SIZE(struct falcon_ucode_desc_v3, 0x2c);
ABI_ASSERT_OFFSET(struct falcon_ucode_desc_v3, engine_id_mask, 0x24);

/* Application interface table in DMEM. */
#define FALCON_APPIF_VERSION 1
#define FALCON_APPIF_ID_DEVINIT 1
#define FALCON_APPIF_ID_DMEMMAPPER 4

struct falcon_appif_header {
	__u8 version;
	__u8 header_size;
	__u8 entry_size;
	__u8 entries;
};

struct falcon_appif_entry {
	__le32 id;
	__le32 dmem_offset;
};

#define FALCON_DMEMMAPPER_SIGNATURE 0x50414d44U	/* "DMAP" */
#define FALCON_DMEMMAPPER_VERSION 3
#define FWSEC_CMD_FRTS 0x15
#define FWSEC_CMD_SB 0x19

struct falcon_dmemmapper {
	__le32 signature;
	__le16 version;
	__le16 size;
	__le32 cmd_in_buffer_offset;	/* DMEM offset */
	__le32 cmd_in_buffer_size;
	__le32 cmd_out_buffer_offset;
	__le32 cmd_out_buffer_size;
	__le32 nvf_img_data_buffer_offset;
	__le32 nvf_img_data_buffer_size;
	__le32 printf_buffer_hdr;
	__le32 ucode_build_time_stamp;
	__le32 ucode_signature;
	__le32 init_cmd;		/* FWSEC_CMD_*, set by the driver */
	__le32 ucode_feature;
	__le32 ucode_cmd_mask0;
	__le32 ucode_cmd_mask1;
	__le32 multi_tgt_tbl;
};
ABI_ASSERT_SIZE(struct falcon_dmemmapper, 64);
ABI_ASSERT_OFFSET(struct falcon_dmemmapper, init_cmd, 0x2c);

/* FWSEC's command buffer. SB takes the first member only. */
#define FWSEC_READ_VBIOS_VERSION 1
#define FWSEC_READ_VBIOS_FLAGS 2
#define FWSEC_FRTS_REGION_VERSION 1
#define FWSEC_FRTS_REGION_MEDIA_FB 2
#define FWSEC_FRTS_REGION_SHIFT 12		/* offset and size count 4 KiB */
#define FWSEC_FRTS_CMD_MIN_BUFFER_BYTES 48	/* OKM copies a padded structure */

struct fwsec_read_vbios {
	__le32 version;
	__le32 size;			/* 24 */
	__le32 gfw_image_offset_lo;
	__le32 gfw_image_offset_hi;
	__le32 gfw_image_size;
	__le32 flags;
};
ABI_ASSERT_SIZE(struct fwsec_read_vbios, 24);

struct fwsec_frts_region {
	__le32 version;
	__le32 size;			/* 20 */
	__le32 offset_4k;
	__le32 size_4k;
	__le32 media;
};
ABI_ASSERT_SIZE(struct fwsec_frts_region, 20);

struct fwsec_frts_cmd {
	struct fwsec_read_vbios read_vbios;
	struct fwsec_frts_region frts_region;
};
ABI_ASSERT_SIZE(struct fwsec_frts_cmd, 44);

#endif
