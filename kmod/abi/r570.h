/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Message layouts of firmware line r570 (570.144). Offsets were taken from the published headers
 * ([OG] open-gpu-kernel-modules 570.144, [NV] nouveau nvrm/, [RFC2] vGPU series on nova-core) and
 * recomputed by compiling them. Reserved members are zero; their content is not known to matter.
 */
#ifndef VGPU_ABI_R570_H
#define VGPU_ABI_R570_H

#include "bits.h"
#include "gsp_info.h"

#define R570_GSP_VERSION "570.144"

/* Limits of the line. */
#define R570_NV2080_ENGINE_COUNT 0x54	/* NV2080_ENGINE_TYPE_LAST: length of chidOffset[] */
#define R570_MAX_GFID		 64

/* ---- GspSystemInfo, payload of RPC_FN_GSP_SET_SYSTEM_INFO ---- */

struct r570_system_info {
	struct gsp_bar_addresses bars;
	__le64 gpu_phys_io_address;
	__le64 domain_bus_device_func;
	__le64 sim_access_buf_address;
	__le64 notify_op_surface_address;
	struct gsp_host_limits limits;
	__le32 pci_device_id;		/* device << 16 | vendor */
	__le32 pci_subdevice_id;	/* subdevice << 16 | subvendor */
	__le32 pci_revision_id;
	__le32 pcie_atomics_cpl_mask;
	__u8 oor_arch;
	__u8 pad0[7];
	__le64 cl_pdb_properties;
	__le32 chipset;
	__u8 gpu_behind_bridge;
	__u8 flr_supported;
	__u8 bar0_64bit_supported;
	__u8 mnoc_available;
	__le32 chipset_l1ss_enable;
	__u8 flags[6];
	struct gsp_bus_info fhb_bus_info;
	struct gsp_bus_info chipset_id_info;
	__u8 pad1[2];
	__u8 acpi_method_data[676];
	__le32 hypervisor_type;		/* NV_HYPERVISOR_* */
	__u8 is_passthru;
	__u8 pad2[7];
	__le64 sys_timer_offset_ns;
	struct gsp_vf_info vf_info;
	__u8 is_primary;
	__u8 is_grid_build;
	__u8 pad3[2];
	__le32 pcie_link_cap;
	__le32 grid_build_csp;
	__u8 bools[6];			/* [0] preserve video memory allocations */
	__u8 pad4[6];
	__le64 host_page_bytes;
};
ABI_ASSERT_SIZE(struct r570_system_info, 0x3a0);
ABI_ASSERT_OFFSET(struct r570_system_info, limits.max_user_va, 0x48);
ABI_ASSERT_OFFSET(struct r570_system_info, limits.pci_config_mirror_base, 0x50);
ABI_ASSERT_OFFSET(struct r570_system_info, oor_arch, 0x68);
ABI_ASSERT_OFFSET(struct r570_system_info, cl_pdb_properties, 0x70);
ABI_ASSERT_OFFSET(struct r570_system_info, fhb_bus_info, 0x8a);
ABI_ASSERT_OFFSET(struct r570_system_info, acpi_method_data, 0xa0);
ABI_ASSERT_OFFSET(struct r570_system_info, hypervisor_type, 0x344);
ABI_ASSERT_OFFSET(struct r570_system_info, vf_info, 0x358);
ABI_ASSERT_OFFSET(struct r570_system_info, is_primary, 0x380);
ABI_ASSERT_OFFSET(struct r570_system_info, bools, 0x38c);
ABI_ASSERT_OFFSET(struct r570_system_info, host_page_bytes, 0x398);

/* ---- GspStaticConfigInfo, reply of RPC_FN_GET_GSP_STATIC_INFO ---- */

struct r570_sriov_caps {
	struct gsp_sriov_caps caps;
	__u8 vf_resizable_bar1;
	__u8 pad0[7];
};
ABI_ASSERT_SIZE(struct r570_sriov_caps, 80);

struct r570_static_info {
	struct gsp_static_head head;
	__u8 sku_info[52];
	struct gsp_fb_region_info fb_regions;
	struct r570_sriov_caps sriov_caps;
	__le32 sriov_max_gfid;
	__le32 engine_caps[3];		/* bit per NV2080 engine type */
	__u8 poison_fuse_enabled;
	__u8 pad1[7];
	__le64 fb_bytes;
	__le64 fbio_mask;
	__le32 fb_bus_width;
	__le32 fb_ram_type;
	__le64 fbp_mask;
	__le32 l2_cache_bytes;
	struct gsp_gpu_names names;
	__u8 features[14];
	__u8 pad2[6];
	struct gsp_rm_state rm;
	__u8 ecid_info[24];
	__le64 non_wpr_heap_offset;
	__le64 frts_offset;
};
ABI_ASSERT_SIZE(struct r570_static_info, 0x678);
ABI_ASSERT_OFFSET(struct r570_static_info, head.gid_index, 0x18);
ABI_ASSERT_OFFSET(struct r570_static_info, sku_info, 0x124);
ABI_ASSERT_OFFSET(struct r570_static_info, fb_regions, 0x158);
ABI_ASSERT_OFFSET(struct r570_static_info, sriov_caps, 0x460);
ABI_ASSERT_OFFSET(struct r570_static_info, sriov_max_gfid, 0x4b0);
ABI_ASSERT_OFFSET(struct r570_static_info, engine_caps, 0x4b4);
ABI_ASSERT_OFFSET(struct r570_static_info, fb_bytes, 0x4c8);
ABI_ASSERT_OFFSET(struct r570_static_info, names.gpu_name, 0x4ec);
ABI_ASSERT_OFFSET(struct r570_static_info, names.gpu_name_unicode, 0x56c);
ABI_ASSERT_OFFSET(struct r570_static_info, rm.bar1_pde_base, 0x600);
ABI_ASSERT_OFFSET(struct r570_static_info, rm.h_internal_client, 0x640);
ABI_ASSERT_OFFSET(struct r570_static_info, non_wpr_heap_offset, 0x668);

/* ---- Control parameters ---- */

/* RM_CTRL_GSP_GET_FEATURES */
struct r570_gsp_features {
	__le32 features;
	__u8 valid;
	__u8 default_gsp_rm_gpu;
	__u8 firmware_version[64];	/* "570.144" */
	__u8 pad0[2];
};
ABI_ASSERT_SIZE(struct r570_gsp_features, 72);
ABI_ASSERT_OFFSET(struct r570_gsp_features, firmware_version, 6);

/* RM_CTRL_GPU_GET_ENGINES_V2 */
struct r570_engines {
	__le32 count;
	__le32 list[R570_NV2080_ENGINE_COUNT];	/* NV2080_ENGINE_* */
};
ABI_ASSERT_SIZE(struct r570_engines, 340);

/* RM_CTRL_GPU_QUERY_ECC_STATUS */
#define R570_ECC_UNITS 36
struct r570_ecc_status {
	struct gsp_ecc_unit units[R570_ECC_UNITS];	/* [0] is the framebuffer */
	__u8 fatal_poison_error;
	__u8 uncorrectable_error;
	__u8 pad0[2];
	__le32 flags;
	__u8 gr_route_info[16];
};
ABI_ASSERT_SIZE(struct r570_ecc_status, 1464);

/* RM_CTRL_INTERNAL_INTR_GET_TABLE */
#define R570_INTR_TABLE_ENTRIES 128
#define R570_INTR_SUBTREES	7
struct r570_intr_entry {
	__le16 engine_idx;	/* R570_MC_ENGINE_* */
	__u8 pad0[2];
	__le32 pmc_intr_mask;
	__le32 vector_stall;	/* ~0: none */
	__le32 vector_nonstall;	/* ~0: none */
};
ABI_ASSERT_SIZE(struct r570_intr_entry, 16);

struct r570_intr_table {
	__le32 count;
	struct r570_intr_entry table[R570_INTR_TABLE_ENTRIES];
	struct {
		__u8 start, end;
	} subtree_map[R570_INTR_SUBTREES];	/* by R570_INTR_CATEGORY_* */
	__u8 pad0[2];
};
ABI_ASSERT_OFFSET(struct r570_intr_table, subtree_map, 0x804);
ABI_ASSERT_SIZE(struct r570_intr_table, 0x814);
#define R570_INTR_VECTOR_NONE 0xffffffff
#define R570_INTR_SUBTREE_NONE 0xff
/* [OG] ctrl2080internal.h, NV2080_INTR_CATEGORY_* */
#define R570_INTR_CATEGORY_ENGINE 1		/* stall interrupts of engines */
#define R570_INTR_CATEGORY_ENGINE_NOTIFICATION 2
#define R570_INTR_CATEGORY_UVM_OWNED 5		/* replayable faults, access counters */
#define R570_INTR_CATEGORY_UVM_SHARED 6

/* Interrupt engine indexes of the line [OG] engine_idx.h, [NV] r570/gsp.c */
#define R570_MC_ENGINE_DISP   2
#define R570_MC_ENGINE_CE0    15
#define R570_MC_ENGINE_NVENC0 38
#define R570_MC_ENGINE_SEC2   47
#define R570_MC_ENGINE_GSP    50
#define R570_MC_ENGINE_NVJPEG0 51
#define R570_MC_ENGINE_REPLAYABLE_FAULT 59
#define R570_MC_ENGINE_ACCESS_COUNTER 60
#define R570_MC_ENGINE_FAULT  61	/* non-replayable */
#define R570_MC_ENGINE_NVDEC0 65
#define R570_MC_ENGINE_DOORBELL 73
#define R570_MC_ENGINE_OFA0   81
#define R570_MC_ENGINE_GR0    84

/* RM_CTRL_FIFO_GET_DEVICE_INFO_TABLE: one page of the table from base_index on. */
#define R570_DEVICE_INFO_PAGE	      32
#define R570_DEVICE_INFO_DATA	      16
#define R570_DEVICE_INFO_NAME_CHARS   16
struct r570_device_info_entry {
	__le32 engine_data[R570_DEVICE_INFO_DATA];	/* R570_ENGINE_DATA_* */
	__le32 pbdma_ids[2];
	__le32 pbdma_fault_ids[2];
	__le32 num_pbdmas;
	__u8 name[R570_DEVICE_INFO_NAME_CHARS];
};
ABI_ASSERT_SIZE(struct r570_device_info_entry, 100);

struct r570_device_info_table {
	__le32 base_index;	/* in: 0, 32, ... */
	__le32 num_entries;
	__u8 more;
	__u8 pad0[3];
	struct r570_device_info_entry entries[R570_DEVICE_INFO_PAGE];
};
ABI_ASSERT_SIZE(struct r570_device_info_table, 3212);

/* Index into engine_data[] [OG] engine_info.h */
#define R570_ENGINE_DATA_ENG_DESC	    0
#define R570_ENG_DESC_CLASS		    ABI_MASK(31, 8)	/* R570_ENG_CLASS_* */
#define R570_ENG_DESC_INSTANCE		    ABI_MASK(7, 0)
#define R570_ENGINE_DATA_FIFO_TAG	    1
#define R570_ENGINE_DATA_RM_ENGINE_TYPE	    2	/* R570_RM_ENGINE_*, not NV2080_ENGINE_* */
#define R570_ENGINE_DATA_RUNLIST	    3
#define R570_ENGINE_DATA_MMU_FAULT_ID	    4
#define R570_ENGINE_DATA_RESET		    6
#define R570_ENGINE_DATA_INTR		    7
#define R570_ENGINE_DATA_DEV_TYPE_ENUM	    9
#define R570_ENGINE_DATA_INSTANCE_ID	    10
#define R570_ENGINE_DATA_RUNLIST_PRI_BASE   11
#define R570_ENGINE_DATA_HOST_DRIVEN	    12
#define R570_ENGINE_DATA_RUNLIST_ENGINE_ID  13
#define R570_ENGINE_DATA_CHRAM_PRI_BASE	    14

/* Classes in an engine's descriptor, the same from r535 to r570 [OG] g_eng_desc_nvoc.h */
#define R570_ENG_CLASS_GR     0xd334df
#define R570_ENG_CLASS_CE     0x793ceb
#define R570_ENG_CLASS_NVDEC  0x8f99e1
#define R570_ENG_CLASS_NVENC  0xe97b6c
#define R570_ENG_CLASS_NVJPEG 0x2b3a54
#define R570_ENG_CLASS_OFA    0xdd7bab
#define R570_ENG_CLASS_SEC2   0x28c408

/* RM_ENGINE_TYPE of the line; equal to NV2080 up to COPY9 [OG] gpu_engine_type.h */
#define R570_RM_ENGINE_GR0     0x01
#define R570_RM_ENGINE_COPY0   0x09
#define R570_RM_ENGINE_COPY10  0x13
#define R570_RM_ENGINE_NVDEC0  0x1d
#define R570_RM_ENGINE_NVENC0  0x25	/* NVENC0..2 */
#define R570_RM_ENGINE_NVENC3  0x28
#define R570_RM_ENGINE_SW      0x2d
#define R570_RM_ENGINE_SEC2    0x31
#define R570_RM_ENGINE_NVJPEG0 0x36
#define R570_RM_ENGINE_OFA0    0x3e
#define R570_RM_ENGINE_OFA1    0x3f

/* ---- Event payloads ---- */

/* RPC_EV_RC_TRIGGERED; the journal follows. */
struct r570_rc_triggered {
	__le32 engine_type;	/* NV2080_ENGINE_* */
	__le32 chid;
	__le32 gfid;		/* not 0: a vGPU's channel, the host has no object for it */
	__le32 except_level;
	__le32 except_type;	/* Xid number */
	__le32 scope;
	__le16 partition_attribution_id;
	__u8 pad0[2];
	__le32 mmu_fault_addr_lo;
	__le32 mmu_fault_addr_hi;
	__le32 mmu_fault_type;
	__u8 callback_needed;
	__u8 pad1[3];
	__le32 journal_bytes;
};
ABI_ASSERT_SIZE(struct r570_rc_triggered, 0x30);
ABI_ASSERT_OFFSET(struct r570_rc_triggered, mmu_fault_addr_lo, 0x1c);

/* RPC_EV_OS_ERROR_LOG */
struct r570_os_error_log {
	struct gsp_os_error error;
	__le32 preemptive_removal_previous_xid;
};
ABI_ASSERT_SIZE(struct r570_os_error_log, 0x110);

#endif
