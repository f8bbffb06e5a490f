/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Message layouts of firmware line r535 (535.113.01), bare metal only: no vGPU host interface.
 * Offsets were taken from the published headers ([OG] open-gpu-kernel-modules 535.113.01, [NV]
 * nouveau nvrm/535.113.01). What is not here is as on r570. Reserved members are zero.
 */
#ifndef VGPU_ABI_R535_H
#define VGPU_ABI_R535_H

#include "bits.h"
#include "gsp_info.h"
#include "r570.h"

#define R535_GSP_VERSION "535.113.01"

#define R535_NV2080_ENGINE_COUNT 0x3e	/* NV2080_ENGINE_TYPE_LAST */
#define R535_MAX_GPCS		 32

/* ---- GspSystemInfo, payload of RPC_FN_GSP_SET_SYSTEM_INFO: no PCI ids in it ---- */
struct r535_system_info {
	struct gsp_bar_addresses bars;
	__le64 domain_bus_device_func;
	__le64 sim_access_buf_address;
	struct gsp_host_limits limits;
	__u8 oor_arch;
	__u8 pad0[7];
	__le64 cl_pdb_properties;
	__le32 chipset;
	__u8 gpu_behind_bridge;
	__u8 flags[6];
	__u8 pad1;
	struct gsp_bus_info fhb_bus_info;
	struct gsp_bus_info chipset_id_info;
	__u8 acpi_method_data[484];
	__le32 hypervisor_type;		/* NV_HYPERVISOR_* */
	__u8 is_passthru;
	__u8 pad2[7];
	__le64 sys_timer_offset_ns;
	struct gsp_vf_info vf_info;
};
ABI_ASSERT_SIZE(struct r535_system_info, 0x298);
ABI_ASSERT_OFFSET(struct r535_system_info, limits.max_user_va, 0x38);
ABI_ASSERT_OFFSET(struct r535_system_info, limits.pci_config_mirror_base, 0x40);
ABI_ASSERT_OFFSET(struct r535_system_info, oor_arch, 0x48);
ABI_ASSERT_OFFSET(struct r535_system_info, cl_pdb_properties, 0x50);
ABI_ASSERT_OFFSET(struct r535_system_info, chipset, 0x58);
ABI_ASSERT_OFFSET(struct r535_system_info, fhb_bus_info, 0x64);
ABI_ASSERT_OFFSET(struct r535_system_info, acpi_method_data, 0x78);
ABI_ASSERT_OFFSET(struct r535_system_info, hypervisor_type, 0x25c);
ABI_ASSERT_OFFSET(struct r535_system_info, vf_info, 0x270);

/* ---- GspStaticConfigInfo, reply of RPC_FN_GET_GSP_STATIC_INFO ---- */

struct r535_tpc_info {
	__le32 gpc_id;
	__le32 tpc_mask;
};

/* Of r535 and r550. */
struct r535_gpcs {
	__le32 gpc_mask;
	struct r535_tpc_info tpc_info[R535_MAX_GPCS];
	__le32 zcull_info[R535_MAX_GPCS][2];
};
ABI_ASSERT_SIZE(struct r535_gpcs, 0x204);

/* Where both end. */
struct r535_static_tail {
	__le32 sriov_max_gfid;
	__le32 engine_caps[2];		/* bit per NV2080 engine type */
	__le32 sm_info[9];
	__u8 poison_fuse_enabled;
	__u8 pad0[7];
	__le64 fb_bytes;
	__le32 fbio_mask;
	__le32 fb_bus_width;
	__le32 fb_ram_type;
	__le32 fbp_mask;
	__le32 l2_cache_bytes;
	__le32 gfxp_buffer[10];
	struct gsp_gpu_names names;
	__u8 features[12];
	struct gsp_rm_state rm;
};
ABI_ASSERT_SIZE(struct r535_static_tail, 0x1d8);

struct r535_static_info {
	struct gsp_static_head head;
	struct r535_gpcs gpcs;
	__u8 sku_info[32];
	struct gsp_fb_region_info fb_regions;
	__le32 compute_branding;
	__u8 pad0[4];
	struct gsp_sriov_caps sriov_caps;
	struct r535_static_tail tail;
};
ABI_ASSERT_SIZE(struct r535_static_info, 0x878);
ABI_ASSERT_OFFSET(struct r535_static_info, head.gid_index, 0x18);
ABI_ASSERT_OFFSET(struct r535_static_info, gpcs.gpc_mask, 0x124);
ABI_ASSERT_OFFSET(struct r535_static_info, gpcs.tpc_info, 0x128);
ABI_ASSERT_OFFSET(struct r535_static_info, gpcs.zcull_info, 0x228);
ABI_ASSERT_OFFSET(struct r535_static_info, sku_info, 0x328);
ABI_ASSERT_OFFSET(struct r535_static_info, fb_regions, 0x348);
ABI_ASSERT_OFFSET(struct r535_static_info, compute_branding, 0x650);
ABI_ASSERT_OFFSET(struct r535_static_info, sriov_caps, 0x658);
ABI_ASSERT_OFFSET(struct r535_static_info, tail.sriov_max_gfid, 0x6a0);
ABI_ASSERT_OFFSET(struct r535_static_info, tail.engine_caps, 0x6a4);
ABI_ASSERT_OFFSET(struct r535_static_info, tail.sm_info, 0x6ac);
ABI_ASSERT_OFFSET(struct r535_static_info, tail.fb_bytes, 0x6d8);
ABI_ASSERT_OFFSET(struct r535_static_info, tail.names.gpu_name, 0x71c);
ABI_ASSERT_OFFSET(struct r535_static_info, tail.names.gpu_name_unicode, 0x79c);
ABI_ASSERT_OFFSET(struct r535_static_info, tail.rm.bar1_pde_base, 0x828);
ABI_ASSERT_OFFSET(struct r535_static_info, tail.rm.bar2_pde_base, 0x830);
ABI_ASSERT_OFFSET(struct r535_static_info, tail.rm.h_internal_client, 0x868);

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
	struct gsp_ecc_unit units[R535_ECC_UNITS];	/* [0] is the framebuffer */
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

#endif
