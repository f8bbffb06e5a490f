/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Remote procedure calls to GSP-RM that are the same on every firmware line we know (r535, r570):
 * function and event numbers, result codes, RM classes and controls, payload headers.
 *
 * The RPC header, the queue element header and the queues themselves are in msgq.h. What depends
 * on the firmware line is in r570.h, the vGPU host interface in vgpu_host.h. Payload offsets count
 * from the end of the RPC header. Sources: [OG] open-gpu-kernel-modules rpc_global_enums.h,
 * g_rpc-structures.h, nvstatuscodes.h, ctrl/; [NV] nouveau nvkm/subdev/gsp/rm; [NOVA] nova-core.
 */
#ifndef VGPU_ABI_RPC_H
#define VGPU_ABI_RPC_H

#include "bits.h"

/* ---- RPC functions, CPU to GSP (header.function) [OG] rpc_global_enums.h ---- */
#define RPC_FN_NOP			 0
#define RPC_FN_SET_GUEST_SYSTEM_INFO	 1	/* version: guests; to GSP from r550 on */
#define RPC_FN_ALLOC_ROOT		 2	/* guest only */
#define RPC_FN_ALLOC_MEMORY		 4
#define RPC_FN_FREE			 10
#define RPC_FN_LOG			 11	/* guest only */
#define RPC_FN_ALLOC_SUBDEVICE		 19	/* guest only */
#define RPC_FN_DUP_OBJECT		 21
#define RPC_FN_IDLE_CHANNELS		 22
#define RPC_FN_ALLOC_SHARE_DEVICE	 32	/* guest only */
#define RPC_FN_UNLOADING_GUEST_DRIVER	 47
#define RPC_FN_GET_STATIC_INFO		 51	/* guest only */
#define RPC_FN_SET_PAGE_DIRECTORY	 54
#define RPC_FN_SET_GUEST_SYSTEM_INFO_EXT 64	/* guest only */
#define RPC_FN_GET_GSP_STATIC_INFO	 65
#define RPC_FN_UPDATE_BAR_PDE		 70
#define RPC_FN_CONTINUATION_RECORD	 71
#define RPC_FN_GSP_SET_SYSTEM_INFO	 72	/* no reply */
#define RPC_FN_SET_REGISTRY		 73	/* no reply */
#define RPC_FN_GSP_RM_CONTROL		 76
#define RPC_FN_UNSET_PAGE_DIRECTORY	 79
#define RPC_FN_GSP_RM_ALLOC		 103
#define RPC_FN_INVALIDATE_TLB		 200
#define RPC_FN_ECC_NOTIFIER_WRITE_ACK	 202
#define RPC_FN_RM_API_CONTROL		 204	/* r570, guest */
#define RPC_FN_GET_STATIC_DATA		 207	/* r570, guest */

/* ---- Events, GSP to CPU: no reply; the same on r535 and r570 [OG] rpc_global_enums.h ---- */
#define RPC_EV_FIRST			   0x1000
#define RPC_EV_GSP_INIT_DONE		   0x1001
#define RPC_EV_GSP_RUN_CPU_SEQUENCER	   0x1002
#define RPC_EV_POST_EVENT		   0x1003
#define RPC_EV_RC_TRIGGERED		   0x1004
#define RPC_EV_MMU_FAULT_QUEUED		   0x1005
#define RPC_EV_OS_ERROR_LOG		   0x1006
#define RPC_EV_RG_LINE_INTR		   0x1007
#define RPC_EV_GPUACCT_PERFMON_SAMPLES	   0x1008
#define RPC_EV_SEMAPHORE_SCHEDULE_CALLBACK 0x100b
#define RPC_EV_UCODE_LIBOS_PRINT	   0x100c
#define RPC_EV_VGPU_GSP_PLUGIN_TRIGGERED   0x100d
#define RPC_EV_PERF_GPU_BOOST_SYNC_LIMITS  0x100e
#define RPC_EV_PERF_BRIDGELESS_INFO_UPDATE 0x100f
#define RPC_EV_VGPU_CONFIG		   0x1010
/* Numbers of r535 only [OG] rpc_global_enums.h of 535.113.01 */
#define R535_EV_GSP_SEND_USER_SHARED_DATA  0x101b
#define R535_EV_NVLINK_FAULT_UP		   0x101c
#define R535_EV_GSP_LOCKDOWN_NOTICE	   0x101d
#define R535_EV_MIG_CI_CONFIG_UPDATE	   0x101e
/* Numbers of r570 only. */
#define R570_EV_NVLINK_FAULT_UP		   0x101b
#define R570_EV_GSP_LOCKDOWN_NOTICE	   0x101c
#define R570_EV_MIG_CI_CONFIG_UPDATE	   0x101d
#define R570_EV_UPDATE_GSP_TRACE	   0x101e
#define R570_EV_NVLINK_FATAL_RECOVERY	   0x101f
#define R570_EV_GSP_POST_NOCAT_RECORD	   0x1020
#define R570_EV_FECS_ERROR		   0x1021
#define R570_EV_RECOVERY_ACTION		   0x1022

/* ---- header.rpc_result: below 0xff000000 an NV_STATUS [OG] rpc_global_enums.h ---- */
#define RPC_RESULT_OK			     0x00000000
#define RPC_RESULT_VMIOP_INVAL		     0xff000001
#define RPC_RESULT_VMIOP_RESOURCE	     0xff000002
#define RPC_RESULT_VMIOP_RANGE		     0xff000003
#define RPC_RESULT_VMIOP_NOT_FOUND	     0xff000005
#define RPC_RESULT_VMIOP_TIMEOUT	     0xff000007
#define RPC_RESULT_VMIOP_NOT_SUPPORTED	     0xff00000a
#define RPC_RESULT_UNKNOWN_FUNCTION	     0xff100001
#define RPC_RESULT_INVALID_MESSAGE	     0xff100002
#define RPC_RESULT_HANDLE_NOT_FOUND	     0xff100003
#define RPC_RESULT_HANDLE_EXISTS	     0xff100004
#define RPC_RESULT_UNKNOWN_RM_ERROR	     0xff100005
#define RPC_RESULT_CONTROL_NOT_SUPPORTED     0xff100009
#define RPC_RESULT_PENDING		     0xffffffff	/* what a request carries */

/* ---- NV_STATUS [OG] nvstatuscodes.h ---- */
#define NV_STATUS_OK			   0x00
#define NV_STATUS_GPU_IS_LOST		   0x0f
#define NV_STATUS_INSUFFICIENT_RESOURCES   0x1a
#define NV_STATUS_INSUFFICIENT_PERMISSIONS 0x1b
#define NV_STATUS_INVALID_ARGUMENT	   0x1f
#define NV_STATUS_INVALID_CLASS		   0x22
#define NV_STATUS_INVALID_CLIENT	   0x23
#define NV_STATUS_INVALID_COMMAND	   0x24
#define NV_STATUS_INVALID_DEVICE	   0x26
#define NV_STATUS_INVALID_FUNCTION	   0x2a
#define NV_STATUS_INVALID_LIMIT		   0x2e
#define NV_STATUS_INVALID_OBJECT	   0x31
#define NV_STATUS_INVALID_OBJECT_HANDLE	   0x33
#define NV_STATUS_INVALID_OBJECT_PARENT	   0x36
#define NV_STATUS_INVALID_OFFSET	   0x37
#define NV_STATUS_INVALID_PARAM_STRUCT	   0x3a
#define NV_STATUS_INVALID_PARAMETER	   0x3b
#define NV_STATUS_INVALID_REQUEST	   0x3f
#define NV_STATUS_INVALID_STATE		   0x40
#define NV_STATUS_NO_MEMORY		   0x51
#define NV_STATUS_NOT_READY		   0x55
#define NV_STATUS_NOT_SUPPORTED		   0x56
#define NV_STATUS_OBJECT_NOT_FOUND	   0x57
#define NV_STATUS_OUT_OF_RANGE		   0x5b
#define NV_STATUS_RESET_REQUIRED	   0x62
#define NV_STATUS_STATE_IN_USE		   0x63
#define NV_STATUS_TIMEOUT		   0x65
#define NV_STATUS_TIMEOUT_RETRY		   0x66

/* ---- RM object classes [OG] class/ ---- */
#define RM_CLASS_ROOT			0x0000	/* NV01_ROOT: a client */
#define RM_CLASS_ROOT_CLIENT		0x0041	/* NV01_ROOT_CLIENT */
#define RM_CLASS_EVENT_CALLBACK_EX	0x007e	/* NV01_EVENT_KERNEL_CALLBACK_EX */
#define RM_CLASS_DEVICE			0x0080	/* NV01_DEVICE_0 */
#define RM_CLASS_SUBDEVICE		0x2080	/* NV20_SUBDEVICE_0 */
#define RM_CLASS_VASPACE		0x90f1	/* FERMI_VASPACE_A */

/* Alloc parameters of NV01_ROOT, r570; r535 ends before os_pid_info [OG] nvos.h */
struct rm_root_params {
	__le32 h_client;
	__le32 process_id;	/* ~0: kernel */
	__u8 process_name[100];
	__u8 pad0[4];
	__le64 os_pid_info;
};
ABI_ASSERT_SIZE(struct rm_root_params, 120);

/* Alloc parameters of NV01_DEVICE_0 [OG] cl0080.h */
struct rm_device_params {
	__le32 device_id;
	__le32 h_client_share;	/* the client itself */
	__le32 h_target_client;
	__le32 h_target_device;
	__le32 flags;
	__u8 pad0[4];
	__le64 va_space_bytes;
	__le64 va_start_internal;
	__le64 va_limit_internal;
	__le32 va_mode;
	__u8 pad1[4];
};
ABI_ASSERT_SIZE(struct rm_device_params, 56);

/* Alloc parameters of NV20_SUBDEVICE_0 [OG] cl2080.h */
struct rm_subdevice_params {
	__le32 subdevice_id;
};

/* ---- RM controls (class << 16 | category << 8 | index) [OG] ctrl/ ---- */
#define RM_CTRL_CATEGORY_INTERNAL	     0x0a	/* of a subdevice: kernel RM to GSP */
#define RM_CTRL_CATEGORY_VGPU_MANAGER	     0x40	/* of a subdevice, see vgpu_host.h */
#define RM_CTRL_DMA_SET_PAGE_DIRECTORY	     0x00801813	/* on a device */
#define RM_CTRL_DMA_UNSET_PAGE_DIRECTORY     0x00801814	/* on a device */
#define RM_CTRL_GPU_QUERY_ECC_STATUS	     0x2080012f
#define RM_CTRL_GPU_GET_GPC_MASK	     0x20800137	/* GPU_GET_FERMI_GPC_INFO */
#define RM_CTRL_GPU_GET_TPC_MASK	     0x20800138	/* GPU_GET_FERMI_TPC_INFO */
#define RM_CTRL_GPU_GET_ENGINES_V2	     0x20800170
#define RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE    0x2080017e
#define RM_CTRL_INTERNAL_MEMSYS_GET_CONFIG   0x20800a1c	/* zeros are accepted by all drivers */
#define RM_CTRL_GPU_GET_CONSTRUCTED_FALCONS  0x208001b0	/* r570 */
#define RM_CTRL_INTERNAL_GET_CONSTRUCTED_FALCONS 0x20800a42	/* r535 */
#define RM_CTRL_INTERNAL_INTR_GET_TABLE	     0x20800a5c	/* INTERNAL_INTR_GET_KERNEL_TABLE, r570 */
#define RM_CTRL_FIFO_GET_DEVICE_INFO_TABLE   0x20801112
#define RM_CTRL_FIFO_OBJSCHED_GET_STATE	     0x20801120
#define RM_CTRL_FIFO_OBJSCHED_SET_STATE	     0x20801121
#define RM_CTRL_FIFO_OBJSCHED_GET_CAPS	     0x20801122
#define RM_CTRL_CE_GET_FAULT_METHOD_BUFFER_SIZE 0x20802a08
#define RM_CTRL_GSP_GET_FEATURES	     0x20803601
#define RM_CTRL_VASPACE_COPY_SERVER_RESERVED_PDES 0x90f10106	/* on a VA space */
/* The VGPU_MGR_INTERNAL_* group (0x208040xx) is in vgpu_host.h. */

/* Params of RM_CTRL_GPU_GET_GPC_MASK. */
struct rm_ctrl_gpc_mask {
	__le32 gpc_mask;	/* out */
};

/* Params of RM_CTRL_GPU_GET_TPC_MASK. */
struct rm_ctrl_tpc_mask {
	__le32 gpc_id;		/* in */
	__le32 tpc_mask;	/* out */
};

/* Params of RM_CTRL_GPU_GET_CONSTRUCTED_FALCONS and its predecessor [OG] ctrl2080internal.h */
#define RM_MAX_CONSTRUCTED_FALCONS 64
struct rm_ctrl_constructed_falcons {
	__le32 count;
	struct {
		__le32 eng_desc, ctx_attr, ctx_buffer_bytes, addr_space_list, register_base;
	} falcon[RM_MAX_CONSTRUCTED_FALCONS];
};
ABI_ASSERT_SIZE(struct rm_ctrl_constructed_falcons, 1284);

/* Params of RM_CTRL_CE_GET_FAULT_METHOD_BUFFER_SIZE. */
struct rm_ctrl_ce_fault_buffer {
	__le32 bytes;		/* out */
};

/* Params of RM_CLASS_VASPACE; the rest is zero but for a driver's own limits [OG] nvos.h */
struct rm_vaspace_params {
	__le32 index;		/* RM_VASPACE_INDEX_* */
	__le32 flags;
	__le64 bytes;
};
/* All of it, as [OG] and [NV] send it. */
struct rm_vaspace_alloc {
	struct rm_vaspace_params common;
	__le64 va_start_internal;
	__le64 va_limit_internal;
	__le32 big_page_bytes;
	__u8 pad0[4];
	__le64 va_base;
};
ABI_ASSERT_SIZE(struct rm_vaspace_alloc, 48);
#define RM_VASPACE_INDEX_NEW	0
#define RM_VASPACE_INDEX_DEVICE 3	/* a reference to the device's own */
#define RM_VASPACE_FLAG_EXTERNALLY_OWNED ABI_BIT(3)	/* the client has the page tables */

/* Params of RM_CTRL_VASPACE_COPY_SERVER_RESERVED_PDES [OG] ctrl90f1.h */
#define RM_RESERVED_PDES_MAX_LEVELS 6
struct rm_ctrl_reserved_pdes {
	__le32 h_subdevice;
	__le32 subdevice_id;
	__le64 page_bytes;	/* what an entry of the reserved level covers */
	__le64 virt_lo;
	__le64 virt_hi;		/* inclusive */
	__le32 num_levels;
	__u8 pad0[4];
	struct {
		__le64 phys_address;
		__le64 bytes;
		__le32 aperture;
		__u8 page_shift;
		__u8 pad0[3];
	} level[RM_RESERVED_PDES_MAX_LEVELS];
};
ABI_ASSERT_SIZE(struct rm_ctrl_reserved_pdes, 184);

/* Params of RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE. */
struct rm_ctrl_vmmu_segment {
	__le64 segment_bytes;	/* out */
};

/* Params of RM_CTRL_DMA_SET_PAGE_DIRECTORY and of RPC_FN_SET_PAGE_DIRECTORY [OG] ctrl0080dma.h */
struct rm_page_directory {
	__le64 phys_address;
	__le32 num_entries;
	__le32 flags;		/* RM_PAGE_DIRECTORY_* */
	__le32 h_vaspace;
	__le32 ch_id;
	__le32 subdevice_id;
	__le32 pasid;
};
ABI_ASSERT_SIZE(struct rm_page_directory, 32);
#define RM_PAGE_DIRECTORY_APERTURE	   ABI_MASK(1, 0)
#define RM_PAGE_DIRECTORY_APERTURE_VIDMEM  0
#define RM_PAGE_DIRECTORY_APERTURE_SYS_COH 1
#define RM_PAGE_DIRECTORY_APERTURE_SYS_NON 2

/* Params of RM_CTRL_DMA_UNSET_PAGE_DIRECTORY, tail of RPC_FN_UNSET_PAGE_DIRECTORY. */
struct rm_unset_page_directory {
	__le32 h_vaspace;
	__le32 subdevice_id;
};

/* ---- NV2080_ENGINE_TYPE: channel allocation, GET_ENGINES_V2, chidOffset[] index (r570)
 * [OG] class/cl2080_notification.h
 */
#define NV2080_ENGINE_GR0     0x01
#define NV2080_ENGINE_COPY0   0x09	/* COPY0..9: 0x09..0x12 */
#define NV2080_ENGINE_COPY_COUNT 10
#define NV2080_ENGINE_NVDEC0  0x13	/* NVDEC0..7 */
#define NV2080_ENGINE_NVENC0  0x1b	/* NVENC0..2 */
#define NV2080_ENGINE_SW      0x22
#define NV2080_ENGINE_SEC2    0x26
#define NV2080_ENGINE_NVJPEG0 0x2b	/* NVJPEG0..7 */
#define NV2080_ENGINE_OFA0    0x33
#define NV2080_ENGINE_COPY10  0x34	/* COPY10..19 */

/* ---- Payloads of RPC functions ---- */

/* RPC_FN_GSP_RM_ALLOC; the class parameters follow. */
struct rpc_rm_alloc {
	__le32 h_client;
	__le32 h_parent;
	__le32 h_object;
	__le32 h_class;		/* RM_CLASS_* */
	__le32 status;		/* out: NV_STATUS */
	__le32 params_bytes;
	__le32 flags;
	__u8 reserved[4];
};
ABI_ASSERT_SIZE(struct rpc_rm_alloc, 0x20);

/*
 * RPC_FN_GSP_RM_CONTROL; the parameters follow and come back whole. header.rpc_result may be 0
 * while status is not: check both.
 */
struct rpc_rm_control {
	__le32 h_client;
	__le32 h_object;
	__le32 cmd;		/* RM_CTRL_* */
	__le32 status;		/* out: NV_STATUS */
	__le32 params_bytes;
	__le32 flags;
};
ABI_ASSERT_SIZE(struct rpc_rm_control, 0x18);

/* RPC_FN_FREE: freeing a client frees everything below it. */
struct rpc_rm_free {
	__le32 h_root;		/* client */
	__le32 h_parent;	/* 0 is accepted */
	__le32 h_object;
	__le32 status;		/* out */
};
ABI_ASSERT_SIZE(struct rpc_rm_free, 16);

/* RPC_FN_DUP_OBJECT */
struct rpc_rm_dup {
	__le32 h_client;
	__le32 h_parent;
	__le32 h_object;
	__le32 h_client_src;
	__le32 h_object_src;
	__le32 flags;
	__le32 status;		/* out */
};
ABI_ASSERT_SIZE(struct rpc_rm_dup, 28);

/* RPC_FN_UNLOADING_GUEST_DRIVER */
struct rpc_unloading {
	__u8 in_pm_transition;
	__u8 gc6_entering;
	__u8 pad0[2];
	__le32 new_level;	/* RPC_UNLOADING_LEVEL_* */
};
ABI_ASSERT_SIZE(struct rpc_unloading, 8);
#define RPC_UNLOADING_LEVEL_UNLOAD    0
#define RPC_UNLOADING_LEVEL_SUSPEND   3
#define RPC_UNLOADING_LEVEL_HIBERNATE 7
/* What GSP leaves in MAILBOX0 when it has unloaded. */
#define RPC_UNLOADING_MAILBOX0_DONE   0x80000000

/* RPC_FN_UPDATE_BAR_PDE: value 0 unmaps. */
struct rpc_update_bar_pde {
	__le32 bar_type;	/* RPC_BAR_PDE_* */
	__u8 pad0[4];
	__le64 entry_value;	/* the root directory entry in the hardware's format */
	__le64 entry_level_shift; /* 47 for the root of the v2 format */
};
ABI_ASSERT_SIZE(struct rpc_update_bar_pde, 0x18);
#define RPC_BAR_PDE_BAR1 0
#define RPC_BAR_PDE_BAR2 1

/* RPC_FN_SET_PAGE_DIRECTORY */
struct rpc_set_page_directory {
	__le32 h_client;
	__le32 h_device;
	__le32 pasid;
	__u8 pad0[4];
	struct rm_page_directory params;
};
ABI_ASSERT_SIZE(struct rpc_set_page_directory, 0x30);

/* RPC_FN_UNSET_PAGE_DIRECTORY */
struct rpc_unset_page_directory {
	__le32 h_client;
	__le32 h_device;
	struct rm_unset_page_directory params;
};
ABI_ASSERT_SIZE(struct rpc_unset_page_directory, 0x10);

/* RPC_FN_INVALIDATE_TLB */
struct rpc_invalidate_tlb {
	__le64 pdb_address;
	__le32 reg_value;
	__u8 pad0[4];
};
ABI_ASSERT_SIZE(struct rpc_invalidate_tlb, 0x10);

/* RPC_FN_SET_REGISTRY: size counts header, entries and strings [OG] packed registry */
struct rpc_registry_entry {
	__le32 name_offset;	/* from the table's start, NUL-terminated */
	__u8 type;		/* RPC_REGISTRY_TYPE_* */
	__u8 pad0[3];
	__le32 data;		/* the dword, or the offset of the data */
	__le32 length;		/* bytes of the data; 0 or 4 for a dword */
};
ABI_ASSERT_SIZE(struct rpc_registry_entry, 16);

struct rpc_registry {
	__le32 size;
	__le32 num_entries;
	struct rpc_registry_entry entries[];
};
#define RPC_REGISTRY_TYPE_DWORD	 1
#define RPC_REGISTRY_TYPE_BINARY 2
#define RPC_REGISTRY_TYPE_STRING 3

/* Registry keys every driver sets to 1, and the one of a vGPU host [NOVA], [NV] */
#define RPC_REGISTRY_KEY_SEC_BUS_RESET	  "RMSecBusResetEnable"
#define RPC_REGISTRY_KEY_SAVE_PCIE_CONFIG "RMForcePcieConfigSave"
#define RPC_REGISTRY_KEY_DEVID_IGNORE	  "RMDevidCheckIgnore"
#define RPC_REGISTRY_KEY_SRIOV_MODE	  "RMSetSriovMode"

/* GspSystemInfo.hypervisorType and the plugin's hypervisor_type [OG] nv-hypervisor.h */
#define NV_HYPERVISOR_XEN     0
#define NV_HYPERVISOR_VMWARE  1
#define NV_HYPERVISOR_HYPERV  2
#define NV_HYPERVISOR_KVM     3
#define NV_HYPERVISOR_UNKNOWN 4

/* ---- Payloads of events ---- */

/* RPC_EV_GSP_INIT_DONE: success is header.rpc_result 0. */
struct rpc_init_done {
	__le32 unused;
};

/*
 * RPC_EV_GSP_RUN_CPU_SEQUENCER; the command dwords follow. buffer_dwords must be greater than
 * used_dwords, and the message must end with the last command ([NOVA] parses to its end).
 */
struct rpc_run_cpu_sequencer {
	__le32 buffer_dwords;
	__le32 used_dwords;	/* cmdIndex */
	__le32 saved_regs[8];	/* target of RPC_SEQ_REG_STORE */
};
ABI_ASSERT_SIZE(struct rpc_run_cpu_sequencer, 0x28);

/* Sequencer opcodes, each followed by its argument dwords [NV] r535/gsp.c, [OG] rmgspseq.h */
#define RPC_SEQ_REG_WRITE	   0	/* address, value */
#define RPC_SEQ_REG_MODIFY	   1	/* address, mask, value */
#define RPC_SEQ_REG_POLL	   2	/* address, mask, value, timeout us (0: 4 s), error */
#define RPC_SEQ_DELAY_US	   3	/* microseconds */
#define RPC_SEQ_REG_STORE	   4	/* address, index into saved_regs */
#define RPC_SEQ_CORE_RESET	   5
#define RPC_SEQ_CORE_START	   6
#define RPC_SEQ_CORE_WAIT_FOR_HALT 7
#define RPC_SEQ_CORE_RESUME	   8

/* RPC_EV_POST_EVENT: the event data follow at RPC_POST_EVENT_DATA_OFFSET, right behind the bool. */
struct rpc_post_event {
	__le32 h_client;
	__le32 h_event;
	__le32 notify_index;
	__le32 data;
	__le16 info16;
	__u8 pad0[2];
	__le32 status;
	__le32 event_data_bytes;
	__u8 notify_list;
	__u8 pad1[3];
};
ABI_ASSERT_OFFSET(struct rpc_post_event, notify_list, 0x1c);
#define RPC_POST_EVENT_DATA_OFFSET 0x1d

/* RPC_EV_UCODE_LIBOS_PRINT; the text follows. */
struct rpc_libos_print {
	__le32 engine_desc;	/* 31:8 falcon class, 7:0 instance */
	__le32 bytes;
};
ABI_ASSERT_SIZE(struct rpc_libos_print, 8);

/* RPC_EV_VGPU_GSP_PLUGIN_TRIGGERED; notify_index is VGPU_NOTIFY_* of vgpu_host.h. */
struct rpc_vgpu_plugin_triggered {
	__le32 gfid;
	__le32 notify_index;
};
ABI_ASSERT_SIZE(struct rpc_vgpu_plugin_triggered, 8);

#endif
