/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Message layouts of firmware line r550 (550.163.01), for the GPU model only: Debian's packaged
 * module of the board's maker speaks this line. Offsets by compiling a program against [OG]
 * open-gpu-kernel-modules 550.163.01. What is not here is as on r535 (RMARGS too) or r570.
 */
#ifndef VGPU_ABI_R550_H
#define VGPU_ABI_R550_H

#include "bits.h"
#include "gsp_info.h"
#include "r535.h"
#include "r570.h"

#define R550_GSP_VERSION "550.163.01"

/* GspSystemInfo, payload of RPC_FN_GSP_SET_SYSTEM_INFO: no PCI ids in it. */
struct r550_system_info {
	struct gsp_bar_addresses bars;
	__le64 domain_bus_device_func;
	__le64 sim_access_buf_address;
	__le64 notify_op_surface_address;
	struct gsp_host_limits limits;
	__u8 oor_arch;
	__u8 pad0[7];
	__le64 cl_pdb_properties;
	__le32 chipset;
	__u8 flags[10];
	struct gsp_bus_info fhb_bus_info;
	struct gsp_bus_info chipset_id_info;
	__u8 pad1[2];
	__u8 acpi_method_data[676];
	__le32 hypervisor_type;		/* NV_HYPERVISOR_* */
	__u8 is_passthru;
	__u8 pad2[3];
	__le64 sys_timer_offset_ns;
	struct gsp_vf_info vf_info;
	__u8 is_grid_build;
	__u8 pad3[3];
	__le32 grid_build_csp;
	__u8 tdr_event_supported;
	__u8 pad4[7];
};
ABI_ASSERT_SIZE(struct r550_system_info, 0x370);
ABI_ASSERT_OFFSET(struct r550_system_info, limits.max_user_va, 0x40);
ABI_ASSERT_OFFSET(struct r550_system_info, limits.pci_config_mirror_base, 0x48);
ABI_ASSERT_OFFSET(struct r550_system_info, chipset, 0x60);
ABI_ASSERT_OFFSET(struct r550_system_info, fhb_bus_info, 0x6e);
ABI_ASSERT_OFFSET(struct r550_system_info, acpi_method_data, 0x84);
ABI_ASSERT_OFFSET(struct r550_system_info, hypervisor_type, 0x328);
ABI_ASSERT_OFFSET(struct r550_system_info, vf_info, 0x338);
ABI_ASSERT_OFFSET(struct r550_system_info, is_grid_build, 0x360);

/* GspStaticConfigInfo, reply of RPC_FN_GET_GSP_STATIC_INFO. */
struct r550_static_info {
	struct gsp_static_head head;
	struct r535_gpcs gpcs;
	__u8 sku_info[48];
	struct gsp_fb_region_info fb_regions;
	struct r570_sriov_caps sriov_caps;
	struct r535_static_tail tail;
};
ABI_ASSERT_SIZE(struct r550_static_info, 0x888);
ABI_ASSERT_OFFSET(struct r550_static_info, head.gid_index, 0x18);
ABI_ASSERT_OFFSET(struct r550_static_info, gpcs.gpc_mask, 0x124);
ABI_ASSERT_OFFSET(struct r550_static_info, gpcs.tpc_info, 0x128);
ABI_ASSERT_OFFSET(struct r550_static_info, gpcs.zcull_info, 0x228);
ABI_ASSERT_OFFSET(struct r550_static_info, sku_info, 0x328);
ABI_ASSERT_OFFSET(struct r550_static_info, fb_regions, 0x358);
ABI_ASSERT_OFFSET(struct r550_static_info, sriov_caps, 0x660);
ABI_ASSERT_OFFSET(struct r550_static_info, tail.sriov_max_gfid, 0x6b0);
ABI_ASSERT_OFFSET(struct r550_static_info, tail.engine_caps, 0x6b4);
ABI_ASSERT_OFFSET(struct r550_static_info, tail.sm_info, 0x6bc);
ABI_ASSERT_OFFSET(struct r550_static_info, tail.fb_bytes, 0x6e8);
ABI_ASSERT_OFFSET(struct r550_static_info, tail.names.gpu_name, 0x72c);
ABI_ASSERT_OFFSET(struct r550_static_info, tail.names.gpu_name_unicode, 0x7ac);
ABI_ASSERT_OFFSET(struct r550_static_info, tail.rm.bar1_pde_base, 0x838);
ABI_ASSERT_OFFSET(struct r550_static_info, tail.rm.bar2_pde_base, 0x840);
ABI_ASSERT_OFFSET(struct r550_static_info, tail.rm.h_internal_client, 0x878);

/* ---- Event payloads [OG] g_rpc-structures.h ---- */

/* RPC_EV_RC_TRIGGERED (v17_02); the journal follows. RPC_EV_OS_ERROR_LOG is as on r535. */
struct r550_rc_triggered {
	__le32 engine_type;	/* NV2080_ENGINE_* */
	__le32 chid;
	__le32 gfid;
	__le32 except_type;	/* Xid number */
	__le32 scope;
	__le16 partition_attribution_id;
	__u8 pad0[2];
	__le32 journal_bytes;
};
ABI_ASSERT_SIZE(struct r550_rc_triggered, 0x1c);
ABI_ASSERT_OFFSET(struct r550_rc_triggered, except_type, 0x0c);
ABI_ASSERT_OFFSET(struct r550_rc_triggered, journal_bytes, 0x18);

#endif
