/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the driver and the boot firmware hand each other: VBIOS structures, firmware containers,
 * WPR metadata, libos arguments, message queues. All little endian.
 *
 * Source tags: nova, nvkm = Linux 7.3 drivers; OKM = NVIDIA's open kernel modules 570.144 (and
 * 535.113.01 where a name ends in _R535); FW = read from the firmware files themselves.
 */
#ifndef VGPU_ABI_BOOT_H
#define VGPU_ABI_BOOT_H

#include "bits.h"

#define GSP_PAGE_BYTES 0x1000			/* page of every DMA table below */
#define GSP_PAGE_SHIFT 12

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

/* ---- Framebuffer layout of the GSP boot (nova fb.rs, OKM gsp_fw_heap.h) ---- */
#define GSP_FRTS_BYTES 0x100000ULL
#define GSP_WPR_END_ALIGN 0x20000ULL
#define GSP_BOOTLOADER_ALIGN 0x1000ULL
#define GSP_IMAGE_ALIGN 0x10000ULL
#define GSP_HEAP_ALIGN 0x100000ULL
#define GSP_NON_WPR_HEAP_BYTES 0x100000ULL	/* Turing to Ada */
#define GSP_VGA_WORKSPACE_DEFAULT_BYTES 0x100000ULL
#define GSP_VGA_WORKSPACE_SMALL_BYTES 0x20000ULL	/* when display reaches below the default */
/* Framebuffer that GFW scrubs itself on GA10x and AD10x; more needs the scrubber. */
#define GSP_PRESCRUBBED_BYTES (256ULL << 20)
/* Heap: formula for bare metal, fixed for a vGPU host. */
#define GSP_HEAP_CARVEOUT_R570_BYTES (22ULL << 20)	/* LIBOS3, bare metal */
#define GSP_HEAP_CARVEOUT_R535_BYTES (20ULL << 20)
#define GSP_HEAP_BASE_BYTES (8ULL << 20)		/* Turing to Ada */
#define GSP_HEAP_PER_GIB_BYTES (96ULL << 10)
#define GSP_HEAP_CLIENT_BYTES (96ULL << 20)
#define GSP_HEAP_MIN_R570_BYTES (88ULL << 20)
#define GSP_HEAP_MAX_R570_BYTES (280ULL << 20)
#define GSP_HEAP_MIN_R535_BYTES (84ULL << 20)
#define GSP_HEAP_MAX_R535_BYTES (276ULL << 20)
#define GSP_HEAP_VGPU_R570_BYTES (581ULL << 20)
#define GSP_HEAP_VGPU_R535_BYTES (549ULL << 20)
#define GSP_HEAP_VGPU_MAX_R570_BYTES (1040ULL << 20)
#define GSP_VF_PARTITIONS_VGPU 32		/* OKM up to r570 */

/* ---- WPR metadata: driver to booter (OKM gsp_fw_wpr_meta.h) ---- */
#define GSP_FW_WPR_META_MAGIC 0xdc3aae21371a60b3ULL
#define GSP_FW_WPR_META_REVISION 1
#define GSP_FW_WPR_META_VERIFIED 0xa0a0a0a0a0a0a0a0ULL	/* written by booter */
#define GSP_FW_WPR_META_BYTES 256
#define GSP_FW_WPR_META_FLAG_CLOCK_BOOST ABI_BIT(0)
#define GSP_FW_WPR_META_FLAG_RECOVERY_MARGIN ABI_BIT(1)

struct gsp_fw_wpr_meta {
	__le64 magic;
	__le64 revision;
	__le64 sysmem_addr_of_radix3_elf;
	__le64 size_of_radix3_elf;
	__le64 sysmem_addr_of_bootloader;
	__le64 size_of_bootloader;
	__le64 bootloader_code_offset;
	__le64 bootloader_data_offset;
	__le64 bootloader_manifest_offset;
	__le64 sysmem_addr_of_signature;
	__le64 size_of_signature;
	__le64 gsp_fw_rsvd_start;
	__le64 non_wpr_heap_offset;
	__le64 non_wpr_heap_size;
	__le64 gsp_fw_wpr_start;
	__le64 gsp_fw_heap_offset;
	__le64 gsp_fw_heap_size;
	__le64 gsp_fw_offset;
	__le64 boot_bin_offset;
	__le64 frts_offset;
	__le64 frts_size;
	__le64 gsp_fw_wpr_end;
	__le64 fb_size;
	__le64 vga_workspace_offset;
	__le64 vga_workspace_size;
	__le64 boot_count;
	__le64 partition_rpc_padding[2];
	__le64 sysmem_addr_of_crash_report_queue;
	__le32 size_of_crash_report_queue;
	__le32 ls_ucode_version;
	__u8 gsp_fw_heap_vf_partition_count;
	__u8 flags;			/* r570 */
	__le16 reserved;
	__le32 pmu_reserved_size;	/* r570 */
	__le64 verified;
};
ABI_ASSERT_SIZE(struct gsp_fw_wpr_meta, GSP_FW_WPR_META_BYTES);
ABI_ASSERT_OFFSET(struct gsp_fw_wpr_meta, gsp_fw_rsvd_start, 0x58);
ABI_ASSERT_OFFSET(struct gsp_fw_wpr_meta, frts_offset, 0x98);
ABI_ASSERT_OFFSET(struct gsp_fw_wpr_meta, fb_size, 0xb0);
ABI_ASSERT_OFFSET(struct gsp_fw_wpr_meta, gsp_fw_heap_vf_partition_count, 0xf0);
ABI_ASSERT_OFFSET(struct gsp_fw_wpr_meta, verified, 0xf8);

/* Suspend and resume metadata, recognised by its magic (OKM gsp_fw_sr_meta.h). */
#define GSP_FW_SR_META_MAGIC 0x8a3bb9e6c6c39d93ULL
#define GSP_FW_SR_META_REVISION 2

/* ---- Libos init arguments: a page of entries, ended by a zero id (OKM libos_init_args.h) ---- */
#define LIBOS_ARG_ID_LOGINIT 0x4c4f47494e4954ULL	/* "LOGINIT", first character topmost */
#define LIBOS_ARG_ID_LOGINTR 0x4c4f47494e5452ULL
#define LIBOS_ARG_ID_LOGRM 0x4c4f47524dULL
#define LIBOS_ARG_ID_RMARGS 0x524d41524753ULL
#define LIBOS_ARG_KIND_CONTIGUOUS 1
#define LIBOS_ARG_KIND_RADIX3 2
#define LIBOS_ARG_LOC_SYSMEM 1
#define LIBOS_ARG_LOC_FB 2
#define LIBOS_ARGS_BYTES GSP_PAGE_BYTES
#define LIBOS_LOG_BYTES 0x10000			/* LOGINIT, LOGINTR, LOGRM, each */

struct libos_arg {
	__le64 id;
	__le64 pa;			/* DMA address */
	__le64 size;
	__u8 kind;
	__u8 loc;
	__u8 reserved[6];
};
ABI_ASSERT_SIZE(struct libos_arg, 32);
#define LIBOS_ARGS_MAX (LIBOS_ARGS_BYTES / sizeof(struct libos_arg))

/* Log buffer: put pointer, then the DMA addresses of the buffer's own pages, then GSP's ring. */
struct libos_log_header {
	__le64 put;
	__le64 pte[LIBOS_LOG_BYTES / GSP_PAGE_BYTES];
};

/* ---- RMARGS page (OKM gsp_init_args.h) ---- */
struct gsp_msgq_init_args {
	__le64 shared_mem_phys_addr;
	__le32 page_table_entry_count;
	__le32 reserved;
	__le64 cmd_queue_offset;
	__le64 stat_queue_offset;
};
ABI_ASSERT_SIZE(struct gsp_msgq_init_args, 0x20);

struct gsp_sr_init_args {
	__le32 old_level;
	__le32 flags;
	__u8 in_pm_transition;
	__u8 reserved[3];
};

struct gsp_arguments_cached_r570 {
	struct gsp_msgq_init_args msgq;
	struct gsp_sr_init_args sr;
	__le32 gpu_instance;
	__u8 dmem_stack;		/* 1 */
	__u8 reserved[7];
	__le64 profiler_pa;
	__le64 profiler_size;
};
ABI_ASSERT_SIZE(struct gsp_arguments_cached_r570, 0x48);
ABI_ASSERT_OFFSET(struct gsp_arguments_cached_r570, gpu_instance, 0x2c);
ABI_ASSERT_OFFSET(struct gsp_arguments_cached_r570, dmem_stack, 0x30);
ABI_ASSERT_OFFSET(struct gsp_arguments_cached_r570, profiler_pa, 0x38);

struct gsp_arguments_cached_r535 {
	struct gsp_msgq_init_args msgq;
	__le64 lockless_cmd_queue_offset;
	__le64 lockless_stat_queue_offset;
	struct gsp_sr_init_args sr;
	__le32 gpu_instance;
	__le64 profiler_pa;
	__le64 profiler_size;
};
ABI_ASSERT_SIZE(struct gsp_arguments_cached_r535, 0x50);
ABI_ASSERT_OFFSET(struct gsp_arguments_cached_r535, gpu_instance, 0x3c);

#define GSP_RMARGS_BYTES GSP_PAGE_BYTES

/* ---- Message queues (OKM msgq, message_queue_priv.h; nova cmdq.rs) ---- */
/* Shared block: page table of the whole block, command queue, status queue. */
#define GSP_QUEUE_PTE_BYTES GSP_PAGE_BYTES
#define GSP_QUEUE_BYTES 0x40000
#define GSP_QUEUE_CMD_OFFSET GSP_QUEUE_PTE_BYTES
#define GSP_QUEUE_STAT_OFFSET (GSP_QUEUE_CMD_OFFSET + GSP_QUEUE_BYTES)
#define GSP_QUEUE_SHARED_BYTES (GSP_QUEUE_STAT_OFFSET + GSP_QUEUE_BYTES)
#define GSP_QUEUE_PTES (GSP_QUEUE_SHARED_BYTES / GSP_PAGE_BYTES)
_Static_assert(GSP_QUEUE_PTES == 0x81, "pages of the shared block");
#define GSP_QUEUE_VERSION 0
#define GSP_QUEUE_MSG_BYTES 0x1000		/* one slot */
#define GSP_QUEUE_ENTRY_OFFSET 0x1000
#define GSP_QUEUE_MSG_COUNT ((GSP_QUEUE_BYTES - GSP_QUEUE_ENTRY_OFFSET) / GSP_QUEUE_MSG_BYTES)
_Static_assert(GSP_QUEUE_MSG_COUNT == 63, "slots of a queue");
#define GSP_QUEUE_RX_OFFSET 0x20
#define GSP_QUEUE_FLAG_SWAP_RX ABI_BIT(0)

/* At offset 0 of each queue, written by its producer only. */
struct gsp_queue_tx {
	__le32 version;
	__le32 size;
	__le32 msg_size;
	__le32 msg_count;
	__le32 write_ptr;		/* slot index */
	__le32 flags;
	__le32 rx_offset;
	__le32 entry_offset;
};
ABI_ASSERT_SIZE(struct gsp_queue_tx, 0x20);

/* At rx_offset, written by the queue's producer: its read index of the OTHER queue (SWAP_RX). */
struct gsp_queue_rx {
	__le32 read_ptr;
};

/*
 * Head of each message; the RPC header follows. Checksum: with checksum 0, XOR of the 64-bit words
 * of element header and RPC (zero padded to 8 bytes), low half XOR high half. Over a whole message
 * with its checksum the same sum is 0.
 */
struct gsp_queue_element {
	__u8 auth_tag[16];
	__u8 aad[16];
	__le32 checksum;
	__le32 sequence;		/* per direction, from 0, +1 per message */
	__le32 elements;		/* slots this message takes, 1 to GSP_QUEUE_MAX_ELEMENTS */
	__le32 reserved;
};
ABI_ASSERT_SIZE(struct gsp_queue_element, 0x30);
#define GSP_QUEUE_MAX_ELEMENTS 16
#define GSP_QUEUE_MAX_MSG_BYTES (GSP_QUEUE_MAX_ELEMENTS * GSP_QUEUE_MSG_BYTES)

/* RPC header (OKM rpc_headers.h). Function and result numbers are in rpc.h. */
#define GSP_RPC_HEADER_VERSION 0x03000000U
#define GSP_RPC_SIGNATURE 0x43505256U		/* "VRPC" */
#define GSP_RPC_RESULT_PENDING 0xffffffffU

struct gsp_rpc_header {
	__le32 header_version;
	__le32 signature;
	__le32 length;			/* header and payload of this message, bytes */
	__le32 function;
	__le32 result;
	__le32 result_private;
	__le32 sequence;
	__le32 cpu_rm_gfid;
};
ABI_ASSERT_SIZE(struct gsp_rpc_header, 0x20);
#define GSP_QUEUE_MAX_RPC_BYTES (GSP_QUEUE_MAX_MSG_BYTES - sizeof(struct gsp_queue_element))
#define GSP_QUEUE_MAX_PAYLOAD_BYTES (GSP_QUEUE_MAX_RPC_BYTES - sizeof(struct gsp_rpc_header))

#endif
