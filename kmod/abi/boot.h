/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the driver hands to booter and GSP: framebuffer layout, WPR metadata, libos arguments, RM
 * arguments. All little endian.
 *
 * Source tags: nova, nvkm = Linux 7.3 drivers; OKM = NVIDIA's open kernel modules 570.144 (and
 * 535.113.01 where a name ends in _R535); FW = read from the firmware files themselves.
 */
#ifndef VGPU_ABI_BOOT_H
#define VGPU_ABI_BOOT_H

#include "bits.h"

#define GSP_PAGE_BYTES 0x1000			/* page of every DMA table */
#define GSP_PAGE_SHIFT 12

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

#endif
