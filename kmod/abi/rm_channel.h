/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Channels as RM is asked for them: allocation parameters, controls of channels, what a driver asks
 * before it makes the first. The same on r535, r550 and r570 where no line is named. Offsets were
 * taken from [NV] nouveau nvrm/535.113.01 and nvrm/570.144 (fifo.h, gr.h, ce.h) and recomputed by
 * compiling them; r550 from [OG].
 */
#ifndef VGPU_ABI_RM_CHANNEL_H
#define VGPU_ABI_RM_CHANNEL_H

#include "bits.h"

/* ---- allocation of class NV_CLASS_CHANNEL_AMPERE_A, on a device ---- */

struct rm_memory_desc {
	__le64 base;
	__le64 bytes;
	__le32 address_space;	/* RM_ADDR_* */
	__le32 cache_attrib;
};
ABI_ASSERT_SIZE(struct rm_memory_desc, 24);
#define RM_ADDR_SYSMEM 1
#define RM_ADDR_FBMEM 2
/* Cache attribute of VRAM: as [NV] fifo.c says it */
#define RM_CACHE_UNCACHED 1

#define RM_MAX_SUBDEVICES 8

/* r535, r550; r570 has a TPC configuration id behind it. */
struct rm_channel_params {
	__le32 h_object_error;
	__le32 h_object_buffer;
	__le64 gpfifo_offset;	/* GPU virtual address of the ring */
	__le32 gpfifo_entries;
	__le32 flags;		/* RM_CHANNEL_FLAG_* */
	__le32 h_context_share;
	__le32 h_vaspace;
	__le32 h_userd_memory[RM_MAX_SUBDEVICES];
	__le64 userd_offset[RM_MAX_SUBDEVICES];
	__le32 engine_type;	/* NV2080_ENGINE_* */
	__le32 cid;
	__le32 subdevice_id;
	__le32 h_object_ecc_error;
	struct rm_memory_desc instance;
	struct rm_memory_desc userd;
	struct rm_memory_desc ramfc;
	struct rm_memory_desc method_buffer;
	__le32 h_phys_channel_group;
	__le32 internal_flags;	/* RM_CHANNEL_INTERNAL_* */
	struct rm_memory_desc error_notifier;
	struct rm_memory_desc ecc_error_notifier;
	__le32 process_id;
	__le32 subprocess_id;
	__le32 encrypt_iv[3];
	__le32 decrypt_iv[3];
	__le32 hmac_nonce[8];
};
ABI_ASSERT_SIZE(struct rm_channel_params, 0x168);
ABI_ASSERT_OFFSET(struct rm_channel_params, gpfifo_offset, 0x08);
ABI_ASSERT_OFFSET(struct rm_channel_params, h_vaspace, 0x1c);
ABI_ASSERT_OFFSET(struct rm_channel_params, userd_offset, 0x40);
ABI_ASSERT_OFFSET(struct rm_channel_params, engine_type, 0x80);
ABI_ASSERT_OFFSET(struct rm_channel_params, instance, 0x90);
ABI_ASSERT_OFFSET(struct rm_channel_params, userd, 0xa8);
ABI_ASSERT_OFFSET(struct rm_channel_params, method_buffer, 0xd8);
ABI_ASSERT_OFFSET(struct rm_channel_params, internal_flags, 0xf4);
ABI_ASSERT_OFFSET(struct rm_channel_params, process_id, 0x128);

struct r570_channel_params {
	struct rm_channel_params common;
	__le32 tpc_config_id;
	__u8 pad0[4];
};
ABI_ASSERT_SIZE(struct r570_channel_params, 0x170);

/* NVOS04_FLAGS: the channel's id is page * RM_CHANNELS_PER_USERD_PAGE + index. */
#define RM_CHANNEL_FLAG_PRIVILEGED ABI_BIT(5)
#define RM_CHANNEL_FLAG_DENY_PHYSICAL_CE ABI_BIT(7)
#define RM_CHANNEL_FLAG_USERD_INDEX ABI_MASK(10, 8)
#define RM_CHANNEL_FLAG_USERD_PAGE ABI_MASK(20, 12)
#define RM_CHANNEL_FLAG_USERD_PAGE_FIXED ABI_BIT(21)
#define RM_CHANNELS_PER_USERD_PAGE 8
#define RM_CHANNEL_INTERNAL_PRIVILEGE ABI_MASK(1, 0)
#define RM_CHANNEL_INTERNAL_PRIVILEGE_USER 0

/* Parameters of a copy engine's class, on a channel. */
struct rm_copy_params {
	__le32 version;		/* 1: engine_type is NV2080_ENGINE_* */
	__le32 engine_type;
};
ABI_ASSERT_SIZE(struct rm_copy_params, 8);

/* ---- controls ---- */

/* On a channel. */
#define RM_CTRL_CHANNEL_SCHEDULE 0xa06f0103	/* GPFIFO_SCHEDULE */
#define RM_CTRL_CHANNEL_BIND 0xa06f0104
#define RM_CTRL_CHANNEL_GET_TOKEN 0xc36f0108	/* GPFIFO_GET_WORK_SUBMIT_TOKEN */
/* On a subdevice. */
#define RM_CTRL_GPU_PROMOTE_CTX 0x2080012b
#define RM_CTRL_INTERNAL_GR_GET_CONTEXT_BUFFERS 0x20800a32
#define RM_CTRL_GR_GET_ZCULL_INFO 0x20801206

struct rm_ctrl_channel_schedule {
	__u8 enable;
	__u8 skip_submit;
};
ABI_ASSERT_SIZE(struct rm_ctrl_channel_schedule, 2);

struct rm_ctrl_channel_bind {
	__le32 engine_type;	/* NV2080_ENGINE_* */
};

struct rm_ctrl_channel_token {
	__le32 token;		/* out: what to write to the doorbell */
};

/* RM_CTRL_INTERNAL_GR_GET_CONTEXT_BUFFERS: engines times buffers, the count is the line's. */
struct rm_context_buffer {
	__le32 bytes;
	__le32 alignment;
};
ABI_ASSERT_SIZE(struct rm_context_buffer, 8);
#define RM_GR_MAX_ENGINES 8
#define R535_CONTEXT_BUFFERS 0x19
#define R570_CONTEXT_BUFFERS 0x1a /* and r550 */
/* Index: NV0080_CTRL_FIFO_GET_ENGINE_CONTEXT_PROPERTIES_ENGINE_ID */
#define RM_CONTEXT_BUFFER_GRAPHICS 0x00
#define RM_CONTEXT_BUFFER_ZCULL 0x08
#define RM_CONTEXT_BUFFER_PM 0x09
#define RM_CONTEXT_BUFFER_PAGEPOOL 0x0d
#define RM_CONTEXT_BUFFER_PATCH 0x10
#define RM_CONTEXT_BUFFER_BUNDLE_CB 0x11
#define RM_CONTEXT_BUFFER_PAGEPOOL_GLOBAL 0x12
#define RM_CONTEXT_BUFFER_ATTRIBUTE_CB 0x13
#define RM_CONTEXT_BUFFER_RTV_CB_GLOBAL 0x14
#define RM_CONTEXT_BUFFER_FECS_EVENT 0x17
#define RM_CONTEXT_BUFFER_PRIV_ACCESS_MAP 0x18

/* RM_CTRL_GPU_PROMOTE_CTX: buffers of a context that the client has allocated. */
struct rm_promote_entry {
	__le64 gpu_phys_address;
	__le64 gpu_virt_address;
	__le64 bytes;
	__le32 phys_attr;
	__le16 buffer_id;
	__u8 initialize;
	__u8 nonmapped;
};
ABI_ASSERT_SIZE(struct rm_promote_entry, 32);
#define RM_PROMOTE_MAX_ENTRIES 16
#define RM_PROMOTE_MAX_BUFFER_ID 12

struct rm_ctrl_promote_ctx {
	__le32 engine_type;
	__le32 h_client;
	__le32 ch_id;
	__le32 h_chan_client;
	__le32 h_object;	/* the channel */
	__le32 h_virt_memory;
	__le64 virt_address;
	__le64 bytes;
	__le32 entry_count;
	__u8 pad0[4];
	struct rm_promote_entry entry[RM_PROMOTE_MAX_ENTRIES];
};
ABI_ASSERT_SIZE(struct rm_ctrl_promote_ctx, 0x230);
ABI_ASSERT_OFFSET(struct rm_ctrl_promote_ctx, virt_address, 0x18);
ABI_ASSERT_OFFSET(struct rm_ctrl_promote_ctx, entry_count, 0x28);
ABI_ASSERT_OFFSET(struct rm_ctrl_promote_ctx, entry, 0x30);

/* RM_CTRL_GR_GET_ZCULL_INFO */
struct rm_ctrl_zcull_info {
	__le32 width_align_pixels;
	__le32 height_align_pixels;
	__le32 pixel_squares_by_aliquots;
	__le32 aliquot_total;
	__le32 region_byte_multiplier;
	__le32 region_header_bytes;
	__le32 subregion_header_bytes;
	__le32 subregion_count;
	__le32 subregion_width_align_pixels;
	__le32 subregion_height_align_pixels;
};
ABI_ASSERT_SIZE(struct rm_ctrl_zcull_info, 40);

/* Aperture of a level in struct rm_ctrl_reserved_pdes. [OG] gmmu_fmt.h */
#define RM_LEVEL_APERTURE_VIDEO 1
#define RM_LEVEL_APERTURE_SYS_NONCOH 3
#define RM_LEVEL_APERTURE_SYS_COH 4

#endif
