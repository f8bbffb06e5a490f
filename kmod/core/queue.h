/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two message queues in memory shared with GSP: slots, checksums, sequence numbers.
 *
 * No locking: the sender serialises gsp_queue_put(), the receiver gsp_queue_get(). What GSP writes
 * is copied once and then checked.
 */
#ifndef VGPU_QUEUE_H
#define VGPU_QUEUE_H

#include <linux/types.h>

#include "boot.h"

struct gsp_queues {
	struct gsp_dma mem;		/* GSP_QUEUE_SHARED_BYTES */
	u32 write_ptr;			/* ours in the command queue */
	u32 read_ptr;			/* ours in the status queue */
	u32 tx_room;			/* command slots known to be free */
	u32 rx_ready;			/* status slots known to be written */
	u32 rx_untold;			/* status slots read that GSP was not told of */
	u32 tx_sequence, rx_sequence;
	bool tx_held;			/* commands are written that GSP was not told of */
	bool linked;			/* GSP's queue header was seen and is right */
	u8 *rx;				/* one message */
	u16 tx_used[GSP_QUEUE_MSG_COUNT];	/* bytes of a command slot that may not be 0 */
	u64 sequence_gaps;
};

/* One received message; payload points into the queue object until the next gsp_queue_get(). */
struct gsp_record {
	u32 function, result, sequence, gfid;
	const u8 *payload;
	size_t len;
};

/* Build the shared block in @q->mem (allocated by the caller). -ENOMEM. */
int gsp_queues_init(struct gsp_queues *q);
/* Free what init allocated; mem stays the caller's. */
void gsp_queues_fini(struct gsp_queues *q);
/*
 * gsp_queue_put - append one message of at most GSP_QUEUE_MAX_PAYLOAD_BYTES payload
 * @more: another one follows at once; GSP learns of both by that one, or when there is no room for
 * it, so the caller must not stop here.
 * Returns 0, -EAGAIN while there is no room, -EMSGSIZE. The caller rings the doorbell by writel(),
 * which comes after the message for GSP.
 */
int gsp_queue_put(struct gsp_queues *q, u32 function, u32 sequence, const void *payload, size_t len,
		  bool more);
/*
 * gsp_queue_get - take one message
 * Returns 1 with @rec, 0 when the queue is empty, -EPROTO when a malformed message was skipped,
 * -EIO when the queue itself cannot be trusted any more. *@why says what was wrong.
 */
int gsp_queue_get(struct gsp_queues *q, struct gsp_record *rec, const char **why);
/* XOR of all 64-bit words folded to 32 bits; @bytes is padded with zeros to 8. */
u32 gsp_queue_checksum(const u8 *data, size_t bytes);

#endif
