/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The host side of vGPUs on firmware line r570: type records, plugin start and stop, the management
 * heap with its mailbox, and the buffers a guest shares with the plugin. Sources: [OG]
 * ctrl2080vgpumgrinternal.h, ctrla081.h, dev_vgpu.h, cla084_notification.h; [RFC2] vGPU series on
 * nova-core (firmware 570.144).
 */
#ifndef VGPU_ABI_VGPU_HOST_H
#define VGPU_ABI_VGPU_HOST_H

#include "bits.h"
#include "r570.h"

/* GFID of a VF: its index + 1; 0 is the PF. */
#define VGPU_GFID(vf_index) ((vf_index) + 1)

/* ---- RM controls of the vGPU manager, on a subdevice ---- */
#define VGPU_CTRL_BOOTLOAD		0x20804001	/* struct r570_vgpu_bootload */
#define VGPU_CTRL_SHUTDOWN		0x20804002	/* struct vgpu_ctrl_gfid */
#define VGPU_CTRL_ADD_TYPE		0x20804003	/* struct r570_vgpu_add_type */
#define VGPU_CTRL_ENUMERATE		0x20804004	/* struct r570_vgpu_enumerate */
#define VGPU_CTRL_CLEAR_VM_INFO		0x20804005	/* struct vgpu_ctrl_gfid */
#define VGPU_CTRL_GET_FB_USAGE		0x20804006	/* struct r570_vgpu_fb_usage */
#define VGPU_CTRL_SET_ENCODER_CAPACITY	0x20804007	/* struct vgpu_ctrl_encoder_capacity */
#define VGPU_CTRL_CLEANUP		0x20804008	/* struct vgpu_ctrl_gfid */
#define VGPU_CTRL_GET_FS_ENCODING	0x20804009
#define VGPU_CTRL_GET_MIGRATION_SUPPORT 0x2080400a	/* u8 */
#define VGPU_CTRL_SET_MGR_CONFIG	0x2080400b	/* u8 */
#define VGPU_CTRL_FREE_STATES		0x2080400c	/* struct vgpu_ctrl_free_states */
#define VGPU_CTRL_GET_FRL_STATUS	0x2080400d	/* u8 disabled, out */
#define VGPU_CTRL_SET_HETEROGENEOUS	0x2080400e	/* u8 */

struct vgpu_ctrl_gfid {
	__le32 gfid;
};

struct vgpu_ctrl_free_states {
	__le32 gfid;
	__le32 flags;
};

struct vgpu_ctrl_encoder_capacity {
	__le32 gfid;
	__le32 capacity;	/* percent */
};

/* ---- Types: NVA081_CTRL_VGPU_INFO [OG] ctrla081.h ---- */
#define R570_VGPU_MAX_TYPES	 64
#define R570_VGPU_MAX_INSTANCES	 32
#define R570_VGPU_NAME_CHARS	 32
#define R570_VGPU_SIGNATURE_BYTES 128

struct r570_vgpu_type {
	__le32 vgpu_type;		/* type id */
	__u8 name[R570_VGPU_NAME_CHARS];
	__u8 class_name[R570_VGPU_NAME_CHARS];	/* "Quadro", "NVS", "Compute" */
	__u8 signature[R570_VGPU_SIGNATURE_BYTES];
	__u8 license[128];
	__le32 max_instance;		/* per GPU */
	__le32 num_heads;
	__le32 max_resolution_x;
	__le32 max_resolution_y;
	__le32 max_pixels;
	__le32 frl_config;		/* frames per second */
	__le32 cuda_enabled;
	__le32 ecc_supported;
	__le32 gpu_instance_size;	/* MIG slices, 0: time-sliced */
	__le32 multi_vgpu_supported;
	__u8 pad0[4];
	__le64 vdev_id;			/* guest: device << 16 | subsystem */
	__le64 pdev_id;			/* board: device << 16 | subsystem, 0 wild */
	__le64 profile_bytes;
	__le64 fb_bytes;
	__le64 gsp_heap_bytes;
	__le64 fb_reservation_bytes;
	__le64 mappable_video_bytes;
	__le32 encoder_capacity;	/* percent */
	__u8 pad1[4];
	__le64 bar1_mib;
	__le32 frl_enable;
	__u8 adapter_name[64];
	__le16 adapter_name_unicode[64];
	__u8 short_gpu_name[64];
	__u8 licensed_product_name[128];
	__le32 extra_params[1024];
	__le32 ftrace_enable;
	__le32 gpu_direct_supported;
	__le32 nvlink_p2p_supported;
	__le32 multi_vgpu_exclusive;
	__le32 exclusive_type;
	__le32 exclusive_size;
	__le32 gpu_instance_profile_id;	/* ~0: none */
	__le32 placement_size;		/* profile in GiB, 0 for MIG types */
	__le32 homogeneous_count;
	__le32 homogeneous_ids[R570_VGPU_MAX_INSTANCES];
	__le32 heterogeneous_count;
	__le32 heterogeneous_ids[R570_VGPU_MAX_INSTANCES];
	__u8 pad2[4];
};
ABI_ASSERT_SIZE(struct r570_vgpu_type, 0x1468);
ABI_ASSERT_OFFSET(struct r570_vgpu_type, signature, 0x44);
ABI_ASSERT_OFFSET(struct r570_vgpu_type, max_instance, 0x144);
ABI_ASSERT_OFFSET(struct r570_vgpu_type, multi_vgpu_supported, 0x168);
ABI_ASSERT_OFFSET(struct r570_vgpu_type, vdev_id, 0x170);
ABI_ASSERT_OFFSET(struct r570_vgpu_type, fb_bytes, 0x188);
ABI_ASSERT_OFFSET(struct r570_vgpu_type, gsp_heap_bytes, 0x190);
ABI_ASSERT_OFFSET(struct r570_vgpu_type, bar1_mib, 0x1b0);
ABI_ASSERT_OFFSET(struct r570_vgpu_type, adapter_name, 0x1bc);
ABI_ASSERT_OFFSET(struct r570_vgpu_type, extra_params, 0x33c);
ABI_ASSERT_OFFSET(struct r570_vgpu_type, placement_size, 0x1358);
ABI_ASSERT_OFFSET(struct r570_vgpu_type, heterogeneous_count, 0x13e0);

/* VGPU_CTRL_ADD_TYPE: always the full size, only the first count elements matter. */
struct r570_vgpu_add_type {
	__u8 discard;		/* 1: replace the list */
	__u8 pad0[3];
	__le32 count;
	struct r570_vgpu_type types[R570_VGPU_MAX_TYPES];
};
ABI_ASSERT_SIZE(struct r570_vgpu_add_type, 0x51a08);

/* ---- VGPU_CTRL_BOOTLOAD: start the plugin task of one GFID [OG], [RFC2] ---- */
#define R570_VGPU_MAX_FB_SEGMENTS 384
#define VGPU_SWIZZ_NONE		  0xffffffff	/* 0 is accepted too when MIG is off */
#define VGPU_MAX_PLUGIN_CHANNELS  5

struct r570_vgpu_bootload {
	__le32 dbdf;		/* of the VF: domain << 16 | bus << 8 | devfn; 0 accepted */
	__le32 gfid;
	__le32 vgpu_type;	/* 0: follows in VGPU_MSG_SETUP */
	__le32 vm_pid;
	__le32 swizz_id;
	__le32 num_channels;
	__le32 num_plugin_channels;
	__le32 chid_offset[R570_NV2080_ENGINE_COUNT];	/* by NV2080_ENGINE_*, 0 unused */
	__u8 disable_default_smc_restore;
	__u8 pad0[3];
	__le32 num_fb_segments;	/* 1..R570_VGPU_MAX_FB_SEGMENTS */
	__u8 pad1[4];
	__le64 fb_address[R570_VGPU_MAX_FB_SEGMENTS];	/* VMMU segment aligned, physical */
	__le64 fb_bytes[R570_VGPU_MAX_FB_SEGMENTS];
	__le64 heap_address;
	__le64 heap_bytes;
	__le64 ctrl_buf_offset;	/* from heap_address */
	__le64 init_log_address;	/* the three logs by physical VRAM address */
	__le64 init_log_bytes;
	__le64 vgpu_log_address;
	__le64 vgpu_log_bytes;
	__le64 kernel_log_address;
	__le64 kernel_log_bytes;
	__le64 mig_heap_address;
	__le64 mig_heap_bytes;
	__u8 device_profiling;
	__u8 pad2[7];
};
ABI_ASSERT_SIZE(struct r570_vgpu_bootload, 0x19d8);
ABI_ASSERT_OFFSET(struct r570_vgpu_bootload, chid_offset, 0x1c);
ABI_ASSERT_OFFSET(struct r570_vgpu_bootload, num_fb_segments, 0x170);
ABI_ASSERT_OFFSET(struct r570_vgpu_bootload, fb_address, 0x178);
ABI_ASSERT_OFFSET(struct r570_vgpu_bootload, fb_bytes, 0xd78);
ABI_ASSERT_OFFSET(struct r570_vgpu_bootload, heap_address, 0x1978);
ABI_ASSERT_OFFSET(struct r570_vgpu_bootload, init_log_address, 0x1990);
ABI_ASSERT_OFFSET(struct r570_vgpu_bootload, mig_heap_address, 0x19c0);

/* VGPU_CTRL_ENUMERATE */
struct r570_vgpu_guest {
	__le32 vm_pid;
	__le32 guest_os;
	__le32 migration_prohibited;
	__le32 negotiated_version;
	__le32 frame_rate_limit;
	__u8 licensed;
	__u8 pad0[3];
	__le32 license_state;
	__le32 license_expiry_timestamp;
	__u8 license_expiry_status;
	__u8 driver_version[32];
	__u8 driver_branch[32];
	__u8 pad1[3];
	__le32 vm_info_state;
	__le32 gfid;
	__u8 pad2[4];
	__le64 pci_id;
	__le32 device_instance_id;
	__u8 pad3[4];
	__le64 fb_used_bytes;
	__le32 encoder_capacity;
	__le32 ecc_state;
	__u8 driver_loaded;
	__u8 pad4[7];
};
ABI_ASSERT_SIZE(struct r570_vgpu_guest, 152);
ABI_ASSERT_OFFSET(struct r570_vgpu_guest, vm_info_state, 0x64);

struct r570_vgpu_enumerate {
	__le32 count;
	__u8 pad0[4];
	struct r570_vgpu_guest guest[R570_VGPU_MAX_INSTANCES];
};
ABI_ASSERT_SIZE(struct r570_vgpu_enumerate, 4872);

/* VGPU_CTRL_GET_FB_USAGE */
struct r570_vgpu_fb_usage {
	__le32 count;
	__u8 pad0[4];
	struct {
		__le32 gfid;
		__u8 pad1[4];
		__le64 fb_used_bytes;
	} vgpu[R570_VGPU_MAX_INSTANCES];
};
ABI_ASSERT_SIZE(struct r570_vgpu_fb_usage, 520);

/* ---- Management heap, r570: offsets and sizes of the shared buffers [RFC2] ---- */
#define VGPU_HEAP_CTRL_OFFSET	    0x000000
#define VGPU_HEAP_CTRL_BYTES	    0x001000
#define VGPU_HEAP_RESPONSE_OFFSET   0x001000
#define VGPU_HEAP_RESPONSE_BYTES    0x001000
#define VGPU_HEAP_MESSAGE_OFFSET    0x002000
#define VGPU_HEAP_MESSAGE_BYTES	    0x001000
#define VGPU_HEAP_MIGRATION_OFFSET  0x003000
#define VGPU_HEAP_MIGRATION_BYTES   0x200000
#define VGPU_HEAP_ERROR_OFFSET	    0x203000
#define VGPU_HEAP_ERROR_BYTES	    0x001000
#define VGPU_HEAP_INIT_LOG_OFFSET   0x204000
#define VGPU_HEAP_INIT_LOG_BYTES    0x020000
#define VGPU_HEAP_VGPU_LOG_OFFSET   0x224000
#define VGPU_HEAP_VGPU_LOG_BYTES    0x040000
#define VGPU_HEAP_KERNEL_LOG_OFFSET 0x264000
#define VGPU_HEAP_KERNEL_LOG_BYTES  0x010000
#define VGPU_HEAP_SHARED_BYTES	    0x274000	/* the plugin's private heap begins here */

/* Written by the plugin into message_seq_num of the control buffer when its task is up. */
#define VGPU_PLUGIN_MARKER 0x4e654a6f

#define VGPU_CTRL_BUF_VERSION 1		/* r535, r570 */
#define VGPU_MAX_ATTACHED     16

/* Control buffer: the CPU owns it; the plugin only writes the marker. */
struct vgpu_ctrl_buf {
	__le32 version;
	__le32 message_type;		/* VGPU_MSG_* */
	__le32 message_seq_num;		/* differs from the last processed one: a new message */
	__u8 pad0[4];
	__le64 response_offset;		/* the offsets count from the heap's start */
	__le64 message_offset;
	__le64 migration_offset;
	__le64 error_offset;
	__le32 migration_cpu_access_offset;
	__u8 migration_in_progress;
	__u8 pad1[3];
	__le32 error_cpu_get_idx;
	__le32 attached_vgpu_count;
	struct {
		__le32 vgpu_type_id;
		__le32 host_gpu_pci_id;
		__le32 pci_dev_id;
		__u8 vgpu_uuid[16];
	} host_info[VGPU_MAX_ATTACHED];
};
ABI_ASSERT_SIZE(struct vgpu_ctrl_buf, 0x200);
ABI_ASSERT_OFFSET(struct vgpu_ctrl_buf, error_cpu_get_idx, 0x38);

/* Console surface. Known to 0x3c on r570; the rest as r535 and r615 have it. */
struct vgpu_surface {
	__le64 sequence_update_start;
	__le64 sequence_update_end;
	__le32 effective_fb_page_bytes;
	__le32 rect_width, rect_height;
	__le32 surface_width, surface_height;
	__le32 surface_bytes, surface_offset;
	__le32 format, kind, pitch, type;
	__u8 block_height;
	__u8 pad0[3];
	__le32 blanking_enabled, flip_pending, free_pending, blocklinear;
};
ABI_ASSERT_SIZE(struct vgpu_surface, 80);

/*
 * Response buffer: written by the plugin. On r570 a host may act on received, processed and
 * result only; what follows surface[0] is not certain.
 */
struct r570_vgpu_response_buf {
	__le32 message_seq_num_received;
	__le32 message_seq_num_processed;	/* written last */
	__le32 result_code;			/* 0 or an NV_STATUS */
	__le32 guest_rpc_version;
	__le32 migration_gsp_access_offset;
	__le32 migration_save_complete;
	struct vgpu_surface surface[4];
	__le32 error_gsp_put_idx;
	__le32 grid_license_state;
	__le32 guest_os_type;
	__le32 frl_config;
};
ABI_ASSERT_SIZE(struct r570_vgpu_response_buf, 0x168);
ABI_ASSERT_OFFSET(struct r570_vgpu_response_buf, message_seq_num_processed, 4);
ABI_ASSERT_OFFSET(struct r570_vgpu_response_buf, result_code, 8);
ABI_ASSERT_OFFSET(struct r570_vgpu_response_buf, error_gsp_put_idx, 0x158);

/* ---- Plugin messages ---- */
#define VGPU_MSG_VERSION_NEGOTIATION	 1	/* struct vgpu_msg_version; may be undefined */
#define VGPU_MSG_SETUP			 2	/* struct r570_vgpu_msg_setup */
#define VGPU_MSG_RESET			 3	/* no payload */
#define VGPU_MSG_MIGRATION_STOP_WORK	 4
#define VGPU_MSG_MIGRATION_CANCEL_STOP	 5
#define VGPU_MSG_MIGRATION_SAVE_STATE	 6
#define VGPU_MSG_MIGRATION_CANCEL_SAVE	 7
#define VGPU_MSG_MIGRATION_RESTORE_STATE 8
#define VGPU_MSG_MIGRATION_RESTORE_DEFERRED 9
#define VGPU_MSG_MIGRATION_RESUME_WORK	 10
#define VGPU_MSG_CONSOLE_VNC_STATE	 11	/* u32 state */
#define VGPU_MSG_VF_BAR0_REG_ACCESS	 12
#define VGPU_MSG_UPDATE_BME		 13	/* struct vgpu_msg_bme */
#define VGPU_MSG_GET_GUEST_INFO		 14	/* r535, r570 */

struct vgpu_msg_version {
	__le32 version_cpu;
	__le32 version_negotiated;	/* out */
};

/* VGPU_MSG_SETUP of r570: the only place where open hosts send the type. */
struct r570_vgpu_msg_setup {
	__u8 vgpu_uuid[16];
	__le32 dbdf;			/* VF: domain << 16 | bus << 8 | devfn */
	__le32 driver_vm_vf_dbdf;
	__le32 vgpu_device_instance_id;	/* RM client handle of this vGPU */
	__le32 vgpu_type;
	__le32 vm_pid;
	__le32 swizz_id;
	__le32 num_channels;
	__le32 num_plugin_channels;
	__le32 vmm_cap;
	__le32 migration_feature;
	__le32 hypervisor_type;		/* NV_HYPERVISOR_UNKNOWN in all hosts seen */
	__le32 host_cpu_arch;		/* VGPU_CPU_ARCH_* */
	__le64 host_page_bytes;
	__u8 rev1[3];
	__u8 enable_uvm;
	__u8 linux_interrupt_optimization;
	__u8 vmm_migration_supported;
	__u8 rev2;
	__u8 enable_console_vnc;
	__u8 use_non_stall_linux_events;
	__u8 rev3[3];
	__le16 placement_id;		/* VGPU_PLACEMENT_NONE, 0 accepted in homogeneous mode */
	__u8 pad0[2];
	__le32 rev4;
	__le32 channel_usage_threshold_percent;
	__u8 rev5;
	__u8 pad1[3];
	__le32 rev6;
	__u8 rev7;
	__u8 pad2[7];
};
ABI_ASSERT_SIZE(struct r570_vgpu_msg_setup, 112);
ABI_ASSERT_OFFSET(struct r570_vgpu_msg_setup, vgpu_type, 0x1c);
ABI_ASSERT_OFFSET(struct r570_vgpu_msg_setup, host_page_bytes, 0x40);
ABI_ASSERT_OFFSET(struct r570_vgpu_msg_setup, enable_uvm, 0x4b);
ABI_ASSERT_OFFSET(struct r570_vgpu_msg_setup, placement_id, 0x54);
#define VGPU_CPU_ARCH_AARCH64 1
#define VGPU_CPU_ARCH_X86_64  2
#define VGPU_PLACEMENT_NONE   0xffff

struct vgpu_msg_bme {
	__u8 enable;	/* in */
	__u8 allowed;	/* out */
};

/* ---- Doorbell: PRIV_DOORBELL of the PF's own window, write-only ---- */
#define VGPU_DOORBELL_CPU_PLUGIN      17	/* handle within the GFID's interrupt leaf */
#define VGPU_DOORBELL_VALUE(gfid)     ((gfid) * 32 + VGPU_DOORBELL_CPU_PLUGIN)
#define VGPU_DOORBELL_GFID(value)     (((value) - VGPU_DOORBELL_CPU_PLUGIN) / 32)

/* ---- RPC_EV_VGPU_GSP_PLUGIN_TRIGGERED: notify_index [OG] cla084_notification.h ---- */
#define VGPU_NOTIFY_TASK_BOOTLOADED	  0
#define VGPU_NOTIFY_TASK_UNLOADED	  1
#define VGPU_NOTIFY_TASK_CRASHED	  2
#define VGPU_NOTIFY_GUEST_DRIVER_LOADED	  3
#define VGPU_NOTIFY_GUEST_DRIVER_UNLOADED 4
#define VGPU_NOTIFY_PRINT_ERROR		  5
#define VGPU_NOTIFY_LICENSE_CHANGED	  6
#define VGPU_NOTIFY_GUEST_OS_TYPE	  7

/* ---- Guest to plugin: PRIV_DOORBELL of the VF's window, bare handle [OG] dev_vgpu.h ---- */
#define VGPU_GUEST_DOORBELL_RPC_SETUP	0
#define VGPU_GUEST_DOORBELL_RPC_MESSAGE 1

/* MAILBOX_SCRATCH indexes of the VF's window; HI is written first. */
#define VGPU_GUEST_SCRATCH_RPC_LO 2
#define VGPU_GUEST_SCRATCH_RPC_HI 3

/* Coded buffer address: the scratch pair and every address in the control page. */
#define VGPU_GUEST_ADDR_VALID		ABI_BIT64(0)
#define VGPU_GUEST_ADDR_APERTURE	ABI_MASK64(2, 1)
#define VGPU_GUEST_ADDR_APERTURE_SYSMEM 1
#define VGPU_GUEST_ADDR_APERTURE_FB	2
#define VGPU_GUEST_ADDR_SIZE		ABI_MASK64(4, 3)
#define VGPU_GUEST_ADDR_SIZE_4K		0
#define VGPU_GUEST_ADDR_SIZE_128K	1
#define VGPU_GUEST_ADDR_PAGE		ABI_MASK64(63, 12)	/* the address itself, masked */

#define VGPU_GUEST_CTRL_VERSION	   2
#define VGPU_GUEST_PAGE_BYTES	   0x1000
#define VGPU_GUEST_MESSAGE_BYTES   0x20000	/* message buffer */
#define VGPU_GUEST_RPC_LIMIT_BYTES 0x1000	/* of an ordinary RPC */

struct vgpu_guest_buf {
	__le64 address;		/* coded */
	__le64 bar2_offset;	/* where the guest sees it, a cross-check only */
};

/* Page written by the guest. */
struct vgpu_guest_ctrl {
	__le32 version;			/* VGPU_GUEST_CTRL_VERSION */
	__le32 request_id;
	struct vgpu_guest_buf response_buf;
	struct vgpu_guest_buf msg_buf;	/* invalid address: tear down */
	struct vgpu_guest_buf shared_mem;
	struct vgpu_guest_buf event_buf;
	__le32 get_event_idx;
	__le32 guest_ecc_status;
	__le64 sysmem_bitmap_pfn;
	__le32 guest_os_type;		/* 2:0 arch, 7:3 OS, 15:8 page size */
	__le32 requested_caps;
	struct vgpu_guest_buf debug_buf;
};
ABI_ASSERT_SIZE(struct vgpu_guest_ctrl, 0x70);
ABI_ASSERT_OFFSET(struct vgpu_guest_ctrl, msg_buf, 0x18);
ABI_ASSERT_OFFSET(struct vgpu_guest_ctrl, event_buf, 0x38);
ABI_ASSERT_OFFSET(struct vgpu_guest_ctrl, get_event_idx, 0x48);
ABI_ASSERT_OFFSET(struct vgpu_guest_ctrl, debug_buf, 0x60);

/* Page written by the plugin. */
struct vgpu_guest_response {
	__le32 response_id;	/* equal to request_id: done; compare for equality only */
	__le32 put_event_idx;
	__le32 host_ecc_status;
	__le32 usm_type;
	__le32 enabled_caps;
};
ABI_ASSERT_SIZE(struct vgpu_guest_response, 0x14);

/*
 * RPC_FN_SET_GUEST_SYSTEM_INFO (v03_00): the vGPU protocol version, major and minor, then who asks.
 * A guest sends it to its plugin, the module of 550 and later also to GSP [OG] rpc.c.
 */
#define VGPU_GUEST_STRING_CHARS 256
struct vgpu_guest_system_info_head {
	__le32 major;
	__le32 minor;
};

struct vgpu_guest_system_info {
	struct vgpu_guest_system_info_head head;
	__le32 driver_version_bytes;
	__le32 version_bytes;
	__le32 title_bytes;
	__le32 change_list;
	__u8 driver_version[VGPU_GUEST_STRING_CHARS];
	__u8 version[VGPU_GUEST_STRING_CHARS];
	__u8 title[VGPU_GUEST_STRING_CHARS];
};
ABI_ASSERT_SIZE(struct vgpu_guest_system_info, 0x318);

#endif
