/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The message queues between driver and GSP, and the header of an RPC in them. All little endian.
 *
 * Source tags: nova, nvkm = Linux 7.3 drivers; OKM = NVIDIA's open kernel modules 570.144 (and
 * 535.113.01 where a name ends in _R535); FW = read from the firmware files themselves.
 */
#ifndef VGPU_ABI_MSGQ_H
#define VGPU_ABI_MSGQ_H

#include "boot.h"

/* ---- Message queues (OKM msgq, message_queue_priv.h; nova cmdq.rs) ---- */
/* Shared block: page table of the whole block, command queue, status queue. */
#define GSP_QUEUE_PTE_BYTES GSP_PAGE_BYTES
#define GSP_QUEUE_BYTES 0x40000
#define GSP_QUEUE_CMD_OFFSET GSP_QUEUE_PTE_BYTES
#define GSP_QUEUE_STAT_OFFSET (GSP_QUEUE_CMD_OFFSET + GSP_QUEUE_BYTES)
#define GSP_QUEUE_SHARED_BYTES (GSP_QUEUE_STAT_OFFSET + GSP_QUEUE_BYTES)
#define GSP_QUEUE_PTES (GSP_QUEUE_SHARED_BYTES / GSP_PAGE_BYTES)
_Static_assert(GSP_QUEUE_PTES == 0x81, "pages of the shared block");
#define GSP_QUEUE_VERSION 0
#define GSP_QUEUE_MSG_BYTES 0x1000		/* one slot */
#define GSP_QUEUE_ENTRY_OFFSET 0x1000
#define GSP_QUEUE_MSG_COUNT ((GSP_QUEUE_BYTES - GSP_QUEUE_ENTRY_OFFSET) / GSP_QUEUE_MSG_BYTES)
_Static_assert(GSP_QUEUE_MSG_COUNT == 63, "slots of a queue");
#define GSP_QUEUE_RX_OFFSET 0x20
#define GSP_QUEUE_FLAG_SWAP_RX ABI_BIT(0)

/* At offset 0 of each queue, written by its producer only. */
struct gsp_queue_tx {
	__le32 version;
	__le32 size;
	__le32 msg_size;
	__le32 msg_count;
	__le32 write_ptr;		/* slot index */
	__le32 flags;
	__le32 rx_offset;
	__le32 entry_offset;
};
ABI_ASSERT_SIZE(struct gsp_queue_tx, 0x20);

/* At rx_offset, written by the queue's producer: its read index of the OTHER queue (SWAP_RX). */
struct gsp_queue_rx {
	__le32 read_ptr;
};

/*
 * Head of each message; the RPC header follows. Checksum: with checksum 0, XOR of the 64-bit words
 * of element header and RPC (zero padded to 8 bytes), low half XOR high half. Over a whole message
 * with its checksum the same sum is 0.
 */
struct gsp_queue_element {
	__u8 auth_tag[16];
	__u8 aad[16];
	__le32 checksum;
	__le32 sequence;		/* per direction, from 0, +1 per message */
	__le32 elements;		/* slots this message takes, 1 to GSP_QUEUE_MAX_ELEMENTS */
	__le32 reserved;
};
ABI_ASSERT_SIZE(struct gsp_queue_element, 0x30);
#define GSP_QUEUE_MAX_ELEMENTS 16
#define GSP_QUEUE_MAX_MSG_BYTES (GSP_QUEUE_MAX_ELEMENTS * GSP_QUEUE_MSG_BYTES)

/* RPC header (OKM rpc_headers.h). Function and result numbers are in rpc.h. */
#define GSP_RPC_HEADER_VERSION 0x03000000U
#define GSP_RPC_SIGNATURE 0x43505256U		/* "VRPC" */
#define GSP_RPC_RESULT_PENDING 0xffffffffU

struct gsp_rpc_header {
	__le32 header_version;
	__le32 signature;
	__le32 length;			/* header and payload of this message, bytes */
	__le32 function;
	__le32 result;
	__le32 result_private;
	__le32 sequence;
	__le32 cpu_rm_gfid;
};
ABI_ASSERT_SIZE(struct gsp_rpc_header, 0x20);
#define GSP_QUEUE_MAX_RPC_BYTES (GSP_QUEUE_MAX_MSG_BYTES - sizeof(struct gsp_queue_element))
#define GSP_QUEUE_MAX_PAYLOAD_BYTES (GSP_QUEUE_MAX_RPC_BYTES - sizeof(struct gsp_rpc_header))

#endif
