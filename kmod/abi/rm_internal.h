/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * RM's internal controls on a subdevice, which a driver that is itself a full RM sends to GSP while
 * it initialises engines: as of r550 (550.163.01), for the GPU model only. Numbers and layouts from
 * [OG] ctrl2080internal.h, ctrl2080bus.h, ctrl2080ce.h, ctrl0080gr.h of that release. They move
 * between releases.
 */
#ifndef VGPU_ABI_RM_INTERNAL_H
#define VGPU_ABI_RM_INTERNAL_H

#include "bits.h"

#define RM_INTERNAL_GR_GET_CAPS		     0x20800a1f
#define RM_INTERNAL_GR_GET_SM_ORDER	     0x20800a22
#define RM_INTERNAL_GR_GET_FLOORSWEEPING     0x20800a26
#define RM_INTERNAL_GR_GET_INFO		     0x20800a2a
#define RM_INTERNAL_GPU_GET_CHIP_INFO	     0x20800a36
#define RM_INTERNAL_GR_GET_FECS_TRACE_ENABLE 0x20800a38
#define RM_INTERNAL_GR_GET_FECS_RECORD_BYTES 0x20800a3d
#define RM_INTERNAL_GET_DEVICE_INFO	     0x20800a40	/* 9220 bytes, first the count */
#define RM_INTERNAL_GPU_GET_REGISTER_MAP     0x20800a41
#define RM_INTERNAL_GR_GET_PDB_PROPERTIES    0x20800a48
#define RM_INTERNAL_GMMU_GET_STATIC_INFO     0x20800a59
#define RM_INTERNAL_FIFO_GET_NUM_CHANNELS    0x20800a61
#define RM_INTERNAL_MEMSYS_L2_INVALIDATE     0x20800a6c
#define RM_INTERNAL_BUS_FLUSH		     0x20800a70	/* no parameters */
#define RM_INTERNAL_PERF_BOOST_SYNC_GET_INFO 0x20800a80
#define RM_INTERNAL_GMMU_COPY_SPLIT_PDES     0x20800a9f	/* struct rm_ctrl_reserved_pdes */
#define RM_INTERNAL_BIF_GET_STATIC_INFO	     0x20800aac
#define RM_INTERNAL_CC_GET_STATIC_INFO	     0x20800af3
#define RM_INTERNAL_SET_USER_SHARED_DATA     0x20800afe
/* Not internal by name, and asked on the same way. */
#define RM_CTRL_EVENT_SET_NOTIFICATION	     0x20800301
#define RM_CTRL_BUS_GET_PCI_BAR_INFO	     0x20801803
#define RM_CTRL_CE_UPDATE_PCE_LCE_MAPPINGS   0x20802a05
#define RM_CTRL_CE_UPDATE_CLASS_DB	     0x20802a06

#define RM_INTERNAL_GR_ENGINES 8
#define RM_INTERNAL_GR_GPCS    12
#define RM_INTERNAL_GR_TPCS    10
#define RM_INTERNAL_GR_SMS     240

/* RM_INTERNAL_GPU_GET_CHIP_INFO */
#define RM_INTERNAL_REG_BASES	       16
#define RM_INTERNAL_REG_BASE_USERMODE  4	/* doorbell and time; index into reg_base[] */
struct rm_internal_chip_info {
	__u8 sub_revision;
	__u8 pad0[3];
	__le32 emulation_revision;
	__u8 is_cmp_sku;
	__u8 pad1[3];
	__le32 pci_device_id;		/* device << 16 | vendor */
	__le32 pci_subdevice_id;
	__le32 pci_revision_id;
	__le32 reg_base[RM_INTERNAL_REG_BASES];
};
ABI_ASSERT_SIZE(struct rm_internal_chip_info, 88);

/* RM_INTERNAL_GPU_GET_REGISTER_MAP; size 0: no register is open to user space. */
struct rm_internal_register_map {
	__le32 map_bytes;
	__le32 compressed_bytes;
	__u8 compressed[4096];
	__le32 profiling_bytes;
	__u8 profiling[4096];
};
ABI_ASSERT_SIZE(struct rm_internal_register_map, 8204);

/* RM_INTERNAL_GMMU_GET_STATIC_INFO: what a driver allocates for fault buffers. */
struct rm_internal_gmmu_info {
	__le32 replayable_bytes;
	__le32 replayable_metadata_bytes;
	__le32 nonreplayable_bytes;
	__le32 nonreplayable_metadata_bytes;
};
ABI_ASSERT_SIZE(struct rm_internal_gmmu_info, 16);

/* RM_INTERNAL_FIFO_GET_NUM_CHANNELS */
struct rm_internal_num_channels {
	__le32 runlist;		/* in */
	__le32 channels;
};

/* RM_INTERNAL_BIF_GET_STATIC_INFO */
struct rm_internal_bif_info {
	__u8 pcie_gen4;
	__u8 c2c_link_up;
	__u8 multi_function;
	__u8 gcx_restore;
	__u8 pad0[4];
	__le64 dma_window_start;
};
ABI_ASSERT_SIZE(struct rm_internal_bif_info, 16);

/* RM_INTERNAL_GR_GET_INFO: the value of each index, for each graphics engine. */
#define RM_INTERNAL_GR_INFO_ENTRIES 0x38
#define RM_INTERNAL_GR_INFO_WARPS_PER_SM 0x0d
#define RM_INTERNAL_GR_INFO_THREADS_PER_WARP 0x0e
#define RM_INTERNAL_GR_INFO_MAX_GPCS 0x14
#define RM_INTERNAL_GR_INFO_MAX_TPCS_PER_GPC 0x17
#define RM_INTERNAL_GR_INFO_SMS_PER_TPC 0x20
#define RM_INTERNAL_GR_INFO_MAX_ENGINES 0x24
#define RM_INTERNAL_GR_INFO_MAX_SUBCONTEXTS 0x2c
struct rm_internal_gr_info {
	struct {
		__le32 index;
		__le32 data;
	} engine[RM_INTERNAL_GR_ENGINES][RM_INTERNAL_GR_INFO_ENTRIES];
};
ABI_ASSERT_SIZE(struct rm_internal_gr_info, 3584);

/* RM_INTERNAL_GR_GET_FLOORSWEEPING */
struct rm_internal_floorsweeping {
	struct {
		__le32 gpc_mask;
		__le32 tpc_mask[RM_INTERNAL_GR_GPCS];	/* by physical GPC */
		__le32 tpc_count[RM_INTERNAL_GR_GPCS];	/* by logical GPC */
		__le32 phys_gpc_mask;
		__le32 mmus[RM_INTERNAL_GR_GPCS];
		__le32 tpc_to_pes[RM_INTERNAL_GR_TPCS];
		__le32 pes_count[RM_INTERNAL_GR_GPCS];
		__le32 zcull_mask[RM_INTERNAL_GR_GPCS];
		__le32 graphics_gpc_mask;
		__le32 graphics_tpcs;
	} engine[RM_INTERNAL_GR_ENGINES];
};
ABI_ASSERT_SIZE(struct rm_internal_floorsweeping, 2368);

/* RM_INTERNAL_GR_GET_SM_ORDER */
struct rm_internal_sm_order {
	struct {
		struct {
			__le16 gpc;
			__le16 local_tpc;
			__le16 local_sm;
			__le16 global_tpc;
			__le16 virtual_gpc;
			__le16 migratable_tpc;
		} sm[RM_INTERNAL_GR_SMS];
		__le16 num_sms;
		__le16 num_tpcs;
	} engine[RM_INTERNAL_GR_ENGINES];
};
ABI_ASSERT_SIZE(struct rm_internal_sm_order, 23072);

/* RM_CTRL_BUS_GET_PCI_BAR_INFO */
#define RM_BAR_INFO_MAX 8
struct rm_bar_info {
	__le32 count;
	__u8 pad0[4];
	struct {
		__le32 flags;
		__le32 mib;
		__le64 bytes;
		__le64 address;
	} bar[RM_BAR_INFO_MAX];
};
ABI_ASSERT_SIZE(struct rm_bar_info, 200);

#endif
