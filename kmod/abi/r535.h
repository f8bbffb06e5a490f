/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Message layouts of firmware line r535 (535.113.01), bare metal only: no vGPU host interface.
 * Offsets were taken from the published headers ([OG] open-gpu-kernel-modules 535.113.01, [NV]
 * nouveau nvrm/535.113.01). What is not here is as on r570; layouts that both lines share are used
 * from r570.h under their names there. Reserved members are zero.
 */
#ifndef VGPU_ABI_R535_H
#define VGPU_ABI_R535_H

#include "bits.h"
#include "r570.h"

#define R535_GSP_VERSION "535.113.01"

#define R535_NV2080_ENGINE_COUNT 0x3e	/* NV2080_ENGINE_TYPE_LAST */
#define R535_MAX_GPCS		 32

/* ---- GspSystemInfo, payload of RPC_FN_GSP_SET_SYSTEM_INFO: no PCI ids in it ---- */
struct r535_system_info {
	__le64 gpu_phys_address;	/* BAR0 */
	__le64 gpu_phys_fb_address;	/* BAR1 */
	__le64 gpu_phys_inst_address;	/* BAR2, PCI index 3 */
	__le64 domain_bus_device_func;
	__le64 sim_access_buf_address;
	__le64 pcie_atomics_op_mask;
	__le64 console_mem_bytes;
	__le64 max_user_va;
	__le32 pci_config_mirror_base;
	__le32 pci_config_mirror_bytes;
	__u8 oor_arch;
	__u8 pad0[7];
	__le64 cl_pdb_properties;
	__le32 chipset;
	__u8 gpu_behind_bridge;
	__u8 flags[6];
	__u8 pad1;
	struct r570_bus_info fhb_bus_info;
	struct r570_bus_info chipset_id_info;
	__u8 acpi_method_data[484];
	__le32 hypervisor_type;		/* NV_HYPERVISOR_* */
	__u8 is_passthru;
	__u8 pad2[7];
	__le64 sys_timer_offset_ns;
	struct r570_vf_info vf_info;
};
ABI_ASSERT_SIZE(struct r535_system_info, 0x298);
ABI_ASSERT_OFFSET(struct r535_system_info, max_user_va, 0x38);
ABI_ASSERT_OFFSET(struct r535_system_info, pci_config_mirror_base, 0x40);
ABI_ASSERT_OFFSET(struct r535_system_info, oor_arch, 0x48);
ABI_ASSERT_OFFSET(struct r535_system_info, cl_pdb_properties, 0x50);
ABI_ASSERT_OFFSET(struct r535_system_info, chipset, 0x58);
ABI_ASSERT_OFFSET(struct r535_system_info, fhb_bus_info, 0x64);
ABI_ASSERT_OFFSET(struct r535_system_info, acpi_method_data, 0x78);
ABI_ASSERT_OFFSET(struct r535_system_info, hypervisor_type, 0x25c);
ABI_ASSERT_OFFSET(struct r535_system_info, vf_info, 0x270);

/* ---- GspStaticConfigInfo, reply of RPC_FN_GET_GSP_STATIC_INFO ---- */

/* r570's without its tail. */
struct r535_sriov_caps {
	__le32 total_vfs;
	__le32 first_vf_offset;
	__le32 vf_feature_mask;
	__u8 pad0[4];
	__le64 first_vf_bar_address[3];
	__le64 vf_bar_bytes[3];
	__u8 bar_is_64bit[3];
	__u8 sriov_enabled;
	__u8 sriov_heavy_enabled;
	__u8 emulate_vf_bar0_tlb_invalidate;
	__u8 client_rm_allocated_ctx_buffer;
	__u8 pad1;
};
ABI_ASSERT_SIZE(struct r535_sriov_caps, 72);

struct r535_tpc_info {
	__le32 gpc_id;
	__le32 tpc_mask;
};

struct r535_static_info {
	__u8 gr_caps[23];
	__u8 pad0;
	__le32 gid_index;
	__le32 gid_flags;
	__le32 gid_bytes;
	__u8 gid[R570_GID_BYTES];
	__le32 gpc_mask;
	struct r535_tpc_info tpc_info[R535_MAX_GPCS];
	__le64 zcull_info[R535_MAX_GPCS];
	__u8 sku_info[32];
	struct r570_fb_region_info fb_regions;
	__le32 compute_branding;
	__u8 pad1[4];
	struct r535_sriov_caps sriov_caps;
	__le32 sriov_max_gfid;
	__le32 engine_caps[2];		/* bit per NV2080 engine type */
	__le32 sm_info[9];
	__u8 poison_fuse_enabled;
	__u8 pad2[7];
	__le64 fb_bytes;
	__le32 fbio_mask;
	__le32 fb_bus_width;
	__le32 fb_ram_type;
	__le32 fbp_mask;
	__le32 l2_cache_bytes;
	__le32 gfxp_buffer[10];
	__u8 gpu_name[R570_GPU_NAME_CHARS];
	__u8 gpu_short_name[R570_GPU_NAME_CHARS];
	__le16 gpu_name_unicode[R570_GPU_NAME_CHARS];
	__u8 features[12];
	__le64 bar1_pde_base;		/* VRAM address of RM's BAR1 root directory */
	__le64 bar2_pde_base;
	__u8 vbios_flags[0x30];
	__le32 h_internal_client;
	__le32 h_internal_device;
	__le32 h_internal_subdevice;
	__u8 mode_flags[4];
};
ABI_ASSERT_SIZE(struct r535_static_info, 0x878);
ABI_ASSERT_OFFSET(struct r535_static_info, gid_index, 0x18);
ABI_ASSERT_OFFSET(struct r535_static_info, gpc_mask, 0x124);
ABI_ASSERT_OFFSET(struct r535_static_info, tpc_info, 0x128);
ABI_ASSERT_OFFSET(struct r535_static_info, zcull_info, 0x228);
ABI_ASSERT_OFFSET(struct r535_static_info, sku_info, 0x328);
ABI_ASSERT_OFFSET(struct r535_static_info, fb_regions, 0x348);
ABI_ASSERT_OFFSET(struct r535_static_info, compute_branding, 0x650);
ABI_ASSERT_OFFSET(struct r535_static_info, sriov_caps, 0x658);
ABI_ASSERT_OFFSET(struct r535_static_info, sriov_max_gfid, 0x6a0);
ABI_ASSERT_OFFSET(struct r535_static_info, engine_caps, 0x6a4);
ABI_ASSERT_OFFSET(struct r535_static_info, sm_info, 0x6ac);
ABI_ASSERT_OFFSET(struct r535_static_info, fb_bytes, 0x6d8);
ABI_ASSERT_OFFSET(struct r535_static_info, gpu_name, 0x71c);
ABI_ASSERT_OFFSET(struct r535_static_info, gpu_name_unicode, 0x79c);
ABI_ASSERT_OFFSET(struct r535_static_info, bar1_pde_base, 0x828);
ABI_ASSERT_OFFSET(struct r535_static_info, bar2_pde_base, 0x830);
ABI_ASSERT_OFFSET(struct r535_static_info, h_internal_client, 0x868);

/* ---- Alloc parameters of NV01_ROOT: the head of the later one ---- */
struct r535_root_params {
	__le32 h_client;
	__le32 process_id;	/* ~0: kernel */
	__u8 process_name[100];
};
ABI_ASSERT_SIZE(struct r535_root_params, 108);

/* ---- Control parameters ---- */

/* RM_CTRL_GPU_GET_ENGINES_V2 */
struct r535_engines {
	__le32 count;
	__le32 list[R535_NV2080_ENGINE_COUNT];	/* NV2080_ENGINE_* */
};
ABI_ASSERT_SIZE(struct r535_engines, 252);

/* RM_CTRL_GPU_QUERY_ECC_STATUS */
#define R535_ECC_UNITS 24
struct r535_ecc_status {
	struct r570_ecc_unit units[R535_ECC_UNITS];	/* [0] is the framebuffer */
	__u8 fatal_poison_error;
	__u8 uncorrectable_error;
	__u8 pad0[2];
	__le32 flags;
	__u8 gr_route_info[16];
};
ABI_ASSERT_SIZE(struct r535_ecc_status, 984);

/* Interrupt engine indexes where they are not r570's [OG] engine_idx.h */
#define R535_MC_ENGINE_SEC2    46
#define R535_MC_ENGINE_GSP     49
#define R535_MC_ENGINE_NVJPEG0 50
#define R535_MC_ENGINE_REPLAYABLE_FAULT 58
#define R535_MC_ENGINE_ACCESS_COUNTER 59
#define R535_MC_ENGINE_FAULT   60
#define R535_MC_ENGINE_NVDEC0  64
#define R535_MC_ENGINE_DOORBELL 72
#define R535_MC_ENGINE_OFA0    80
#define R535_MC_ENGINE_GR0     82

/* RM_ENGINE_TYPE where it is not r570's [OG] gpu_engine_type.h */
#define R535_RM_ENGINE_SW      0x2c
#define R535_RM_ENGINE_SEC2    0x30
#define R535_RM_ENGINE_NVJPEG0 0x35
#define R535_RM_ENGINE_OFA0    0x3d

/* ---- Event payloads ---- */

/* RPC_EV_RC_TRIGGERED: no GFID. */
struct r535_rc_triggered {
	__le32 engine_type;	/* NV2080_ENGINE_* */
	__le32 chid;
	__le32 except_type;	/* Xid number */
	__le32 scope;
	__le16 partition_attribution_id;
	__u8 pad0[2];
};
ABI_ASSERT_SIZE(struct r535_rc_triggered, 0x14);

/* RPC_EV_OS_ERROR_LOG */
struct r535_os_error_log {
	__le32 except_type;	/* Xid number */
	__le32 runlist_id;	/* ~0: none */
	__le32 chid;		/* ~0: none */
	__u8 text[R570_OS_ERROR_CHARS];
};
ABI_ASSERT_SIZE(struct r535_os_error_log, 0x10c);

#endif
