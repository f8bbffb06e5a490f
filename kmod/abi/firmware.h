/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Firmware files: the container of the small images, the ELF file of the GSP image. All little
 * endian.
 *
 * Source tags: nova, nvkm = Linux 7.3 drivers; OKM = NVIDIA's open kernel modules 570.144 (and
 * 535.113.01 where a name ends in _R535); FW = read from the firmware files themselves.
 */
#ifndef VGPU_ABI_FIRMWARE_H
#define VGPU_ABI_FIRMWARE_H

#include "bits.h"

/* ---- Firmware containers (nvkm include/nvfw, FW) ---- */
#define NVFW_BIN_MAGIC 0x10de
#define NVFW_BIN_VERSION 1

struct nvfw_bin_hdr {
	__le32 bin_magic;
	__le32 bin_ver;
	__le32 bin_size;		/* file size rounded up to 256 in real files: not a limit */
	__le32 header_offset;
	__le32 data_offset;
	__le32 data_size;
};
ABI_ASSERT_SIZE(struct nvfw_bin_hdr, 24);

/* Offsets below are file offsets unless said otherwise. */
struct nvfw_hs_header_v2 {
	__le32 sig_prod_offset;
	__le32 sig_prod_size;		/* all signatures together */
	__le32 patch_loc;		/* of a u32: signature's place in the image */
	__le32 patch_sig;		/* of a u32: added to sig_prod_offset, 0 in real files */
	__le32 meta_data_offset;	/* of struct nvfw_hs_meta */
	__le32 meta_data_size;
	__le32 num_sig;			/* of a u32 */
	__le32 header_offset;		/* of struct nvfw_hs_load_header_v2 */
	__le32 header_size;
};
ABI_ASSERT_SIZE(struct nvfw_hs_header_v2, 36);

struct nvfw_hs_meta {
	__le32 fuse_ver;
	__le32 engine_id;		/* mask, NV_PFALCON_ENGID_* */
	__le32 ucode_id;
};
ABI_ASSERT_SIZE(struct nvfw_hs_meta, 12);

struct nvfw_hs_load_app {
	__le32 offset;			/* in the image */
	__le32 size;
	__le32 data_offset;
	__le32 data_size;
};

struct nvfw_hs_load_header_v2 {
	__le32 os_code_offset;
	__le32 os_code_size;
	__le32 os_data_offset;		/* in the image */
	__le32 os_data_size;
	__le32 num_apps;
	struct nvfw_hs_load_app app[1];
};
ABI_ASSERT_SIZE(struct nvfw_hs_load_header_v2, 36);
/* Where every real file has its tables, for writers of test images. */
#define NVFW_HS_SIGNATURES_OFFSET 0x3c

/* GSP bootloader: RM_RISCV_UCODE_DESC at the container's header_offset. */
#define RM_RISCV_UCODE_VERSION_TU 4		/* 76 bytes */
#define RM_RISCV_UCODE_VERSION_GA102 5		/* 84 bytes */

struct rm_riscv_ucode_desc {
	__le32 version;
	__le32 bootloader_offset;
	__le32 bootloader_size;
	__le32 bootloader_param_offset;
	__le32 bootloader_param_size;
	__le32 riscv_elf_offset;
	__le32 riscv_elf_size;
	__le32 app_version;
	__le32 manifest_offset;
	__le32 manifest_size;
	__le32 monitor_data_offset;
	__le32 monitor_data_size;
	__le32 monitor_code_offset;
	__le32 monitor_code_size;
	__le32 is_monitor_enabled;
	__le32 swbrom_code_offset;
	__le32 swbrom_code_size;
	__le32 swbrom_data_offset;
	__le32 swbrom_data_size;
	__le32 fb_reserved_size;	/* version 5 only, from here on */
	__le32 signed_as_code;
};
ABI_ASSERT_SIZE(struct rm_riscv_ucode_desc, 84);
ABI_ASSERT_OFFSET(struct rm_riscv_ucode_desc, fb_reserved_size, 76);
#define RM_RISCV_UCODE_DESC_V4_BYTES 76

/* ELF64, the container of the GSP image: relocatable, RISC-V, no program headers (FW). */
#define GSP_ELF_MAGIC 0x464c457fU		/* 7f 'E' 'L' 'F' */
#define GSP_ELF_CLASS64 2
#define GSP_ELF_DATA_LSB 1
#define GSP_ELF_TYPE_REL 1
#define GSP_ELF_MACHINE_RISCV 243
#define GSP_ELF_SECTION_NOBITS 8
#define GSP_ELF_SECTION_PROGBITS 1
#define GSP_ELF_SECTION_STRTAB 3

struct gsp_elf_header {
	__le32 magic;
	__u8 class_size;
	__u8 data;
	__u8 ident_version;
	__u8 ident_pad[9];
	__le16 type;
	__le16 machine;
	__le32 version;
	__le64 entry;
	__le64 phoff;
	__le64 shoff;
	__le32 flags;
	__le16 ehsize;
	__le16 phentsize;
	__le16 phnum;
	__le16 shentsize;
	__le16 shnum;
	__le16 shstrndx;
};
ABI_ASSERT_SIZE(struct gsp_elf_header, 64);

struct gsp_elf_section {
	__le32 name;			/* offset in the section name string table */
	__le32 type;
	__le64 flags;
	__le64 addr;
	__le64 offset;
	__le64 size;
	__le32 link;
	__le32 info;
	__le64 addralign;
	__le64 entsize;
};
ABI_ASSERT_SIZE(struct gsp_elf_section, 64);

#define GSP_ELF_SECTION_IMAGE ".fwimage"
#define GSP_ELF_SECTION_VERSION ".fwversion"
#define GSP_ELF_SECTION_SIGNATURE_GA10X ".fwsignature_ga10x"
#define GSP_ELF_SECTION_SIGNATURE_AD10X ".fwsignature_ad10x"
#define GSP_SIGNATURE_BYTES 0x1000		/* each, in real files */
#define GSP_IMAGE_BYTES_R570_144 0x3c99000ULL	/* GA102 and later (FW) */
#define GSP_IMAGE_BYTES_R535_113_01 0x2448000ULL
#define GSP_FILE_SECTIONS_BYTES 0x10000		/* room for what a file has beside its image */

/* Radix3: level 0 one entry, level 1 up to 512, level 2 one entry per 4 KiB page of the image. */
#define GSP_RADIX3_ENTRIES 512
#define GSP_RADIX3_MAX_BYTES (1ULL << 30)	/* with one level 1 page */

#endif
