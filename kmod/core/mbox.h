/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mailbox of one vGPU's plugin: shared buffers at the start of its management heap, a doorbell,
 * and no interrupt, so the CPU polls. One message at a time; the caller serialises all calls.
 *
 * The plugin's side is outside input: what it writes is read once and checked. After a time-out the
 * mailbox is broken (an answer may still come and would be taken for the next one's): every later
 * call fails with -EPIPE until vgpu_mbox_prepare().
 */
#ifndef VGPU_MBOX_H
#define VGPU_MBOX_H

#include <linux/types.h>
#include <linux/uuid.h>

struct vgpu_gpu;

/* How much of the heap the CPU maps: up to and with the error buffer. */
#define VGPU_MBOX_BYTES (VGPU_HEAP_ERROR_OFFSET + VGPU_HEAP_ERROR_BYTES)

/* Limits of one message, ms. */
#define VGPU_MBOX_BOOT_MS 10000
#define VGPU_MBOX_VCPU_MS 5000	/* RESET, BME: a vCPU waits */
#define VGPU_MBOX_MS 30000

struct vgpu_mbox {
	struct vgpu_gpu *gpu;
	void __iomem *io;	/* VGPU_MBOX_BYTES of the heap, write combined */
	u32 gfid;
	u32 seq;		/* of the last message */
	bool broken;
	const bool *abort;	/* set by the event path when the task is gone */
	u32 result;		/* result code of the last message that failed with -EREMOTEIO */
};

/* Clear the shared buffers, before the plugin is started. */
void vgpu_mbox_prepare(struct vgpu_mbox *mbox);
/*
 * vgpu_mbox_connect - write the header and wait for the plugin's marker
 * Returns 0, -ETIMEDOUT after VGPU_MBOX_BOOT_MS, -ECONNRESET when the task died, -ENODEV when the
 * GPU is gone.
 */
int vgpu_mbox_connect(struct vgpu_mbox *mbox);
/*
 * vgpu_mbox_call - send one message and wait for its answer
 * @msg:			VGPU_MSG_*
 * @req, @req_bytes:		payload, at most VGPU_HEAP_MESSAGE_BYTES, may be NULL
 * @reply, @reply_bytes:	read from the message buffer afterwards, may be NULL
 *
 * Returns 0, -EREMOTEIO with @mbox->result when the plugin refused, -ETIMEDOUT, -EPIPE,
 * -ECONNRESET, -ENODEV.
 */
int vgpu_mbox_call(struct vgpu_mbox *mbox, u32 msg, const void *req, size_t req_bytes, void *reply,
		   size_t reply_bytes, unsigned int timeout_ms);

int vgpu_mbox_negotiate(struct vgpu_mbox *mbox, u32 *version);

/* What the plugin is told about its vGPU. */
struct vgpu_mbox_config {
	const uuid_t *uuid;
	u32 dbdf;
	u32 client;	/* RM client of the vGPU */
	u32 type_id;
	u32 vm_pid;
	u32 num_channels;
	u16 placement_id;
};

int vgpu_mbox_setup(struct vgpu_mbox *mbox, const struct vgpu_mbox_config *config);
int vgpu_mbox_reset(struct vgpu_mbox *mbox);
/* -EACCES when the plugin does not allow it. */
int vgpu_mbox_bus_master(struct vgpu_mbox *mbox, bool enable);

#endif
