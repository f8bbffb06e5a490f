/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the messages about the board and its errors have in common on every firmware line from
 * r535 to r570: the lines' own headers say where in a message a part stands and what is between.
 * Offsets were taken from the published headers of each line ([OG] open-gpu-kernel-modules, [NV]
 * nouveau nvrm/) and recomputed by compiling them. Reserved members are zero.
 */
#ifndef VGPU_ABI_GSP_INFO_H
#define VGPU_ABI_GSP_INFO_H

#include "bits.h"

#define GSP_MAX_FB_REGIONS  16
#define GSP_GPU_NAME_CHARS  64
#define GSP_GID_BYTES	    256
#define GSP_OS_ERROR_CHARS  256

/* ---- Parts of GspSystemInfo, payload of RPC_FN_GSP_SET_SYSTEM_INFO ---- */

/* Where it begins. */
struct gsp_bar_addresses {
	__le64 gpu_phys_address;	/* BAR0 */
	__le64 gpu_phys_fb_address;	/* BAR1 */
	__le64 gpu_phys_inst_address;	/* BAR2, PCI index 3 */
};
ABI_ASSERT_SIZE(struct gsp_bar_addresses, 0x18);

struct gsp_host_limits {
	__le64 pcie_atomics_op_mask;
	__le64 console_mem_bytes;
	__le64 max_user_va;		/* (1 << 47) - 4096 */
	__le32 pci_config_mirror_base;	/* 0x088000 on Turing to Ada */
	__le32 pci_config_mirror_bytes;
};
ABI_ASSERT_SIZE(struct gsp_host_limits, 0x20);

struct gsp_bus_info {
	__le16 device, vendor, subdevice, subvendor;
	__u8 revision;
	__u8 pad0;
};
ABI_ASSERT_SIZE(struct gsp_bus_info, 10);

/* SR-IOV facts from the PF's capability; all zero means no VF information. */
struct gsp_vf_info {
	__le32 total_vfs;
	__le32 first_vf_offset;
	__le64 first_vf_bar_address[3];	/* BAR0, BAR1 (1|2), BAR2 (3|4) */
	__u8 bar_is_64bit[3];
	__u8 pad0[5];
};
ABI_ASSERT_SIZE(struct gsp_vf_info, 40);

/* ---- Parts of GspStaticConfigInfo, reply of RPC_FN_GET_GSP_STATIC_INFO ---- */

/* Where it begins. */
struct gsp_static_head {
	__u8 gr_caps[23];
	__u8 pad0;
	__le32 gid_index;
	__le32 gid_flags;
	__le32 gid_bytes;
	__u8 gid[GSP_GID_BYTES];
};
ABI_ASSERT_SIZE(struct gsp_static_head, 0x124);
ABI_ASSERT_OFFSET(struct gsp_static_head, gid_index, 0x18);

/* Usable framebuffer: reserved 0, protected 0, compressed and iso not 0. Ascending order. */
struct gsp_fb_region {
	__le64 base;
	__le64 limit;		/* inclusive */
	__le64 reserved;
	__le32 performance;
	__u8 support_compressed;
	__u8 support_iso;
	__u8 is_protected;
	__u8 black_list[17];
};
ABI_ASSERT_SIZE(struct gsp_fb_region, 48);

struct gsp_fb_region_info {
	__le32 num_regions;
	__u8 pad0[4];
	struct gsp_fb_region region[GSP_MAX_FB_REGIONS];
};
ABI_ASSERT_SIZE(struct gsp_fb_region_info, 776);

/* All of r535's; the later lines have more behind it. */
struct gsp_sriov_caps {
	__le32 total_vfs;
	__le32 first_vf_offset;
	__le32 vf_feature_mask;
	__u8 pad0[4];
	__le64 first_vf_bar_address[3];
	__le64 vf_bar_bytes[3];
	__u8 bar_is_64bit[3];
	__u8 sriov_enabled;
	__u8 sriov_heavy_enabled;
	__u8 emulate_vf_bar0_tlb_invalidate;	/* erratum of GA102-107 and AD102-107 */
	__u8 client_rm_allocated_ctx_buffer;
	__u8 non_power_of_2_channel_count;	/* reserved on r535 */
};
ABI_ASSERT_SIZE(struct gsp_sriov_caps, 72);

struct gsp_gpu_names {
	__u8 gpu_name[GSP_GPU_NAME_CHARS];
	__u8 gpu_short_name[GSP_GPU_NAME_CHARS];
	__le16 gpu_name_unicode[GSP_GPU_NAME_CHARS];
};
ABI_ASSERT_SIZE(struct gsp_gpu_names, 256);

/* What RM has set up for itself. */
struct gsp_rm_state {
	__le64 bar1_pde_base;		/* VRAM address of RM's BAR1 root directory */
	__le64 bar2_pde_base;
	__u8 vbios_flags[0x30];
	__le32 h_internal_client;
	__le32 h_internal_device;
	__le32 h_internal_subdevice;
	__u8 mode_flags[4];
};
ABI_ASSERT_SIZE(struct gsp_rm_state, 0x50);
ABI_ASSERT_OFFSET(struct gsp_rm_state, h_internal_client, 0x40);

/* ---- Part of the reply of RM_CTRL_GPU_QUERY_ECC_STATUS ---- */
struct gsp_ecc_unit {
	__u8 enabled;
	__u8 scrub_complete;
	__u8 supported;
	__u8 pad0[5];
	__le64 dbe;
	__le64 dbe_non_resettable;
	__le64 sbe;
	__le64 sbe_non_resettable;
};
ABI_ASSERT_SIZE(struct gsp_ecc_unit, 40);

/* ---- Payload of RPC_EV_OS_ERROR_LOG: all of r535's and r550's, the head of r570's ---- */
struct gsp_os_error {
	__le32 except_type;	/* Xid number */
	__le32 runlist_id;	/* ~0: none */
	__le32 chid;		/* ~0: none */
	__u8 text[GSP_OS_ERROR_CHARS];
};
ABI_ASSERT_SIZE(struct gsp_os_error, 0x10c);
ABI_ASSERT_OFFSET(struct gsp_os_error, text, 0x0c);

#endif
