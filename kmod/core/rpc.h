/* SPDX-License-Identifier: GPL-2.0-only */
/* GSP message queues and remote procedure calls. */
#ifndef VGPU_RPC_H
#define VGPU_RPC_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct vgpu_gpu;

/* Default limit of one RPC; vGPU shutdown and cleanup use VGPU_RPC_LONG_MS. */
#define GSP_RPC_DEFAULT_MS 5000
#define GSP_RPC_LONG_MS 30000

/* Owner: core-boot. Members are private to rpc.c and queue.c. */
struct gsp_rpc {
	struct mutex lock;		/* one RPC in flight */
	struct gsp_queues *queues;
	struct completion reply;
	spinlock_t event_lock;
	bool running;			/* false: calls return -ENODEV without touching anything */
	bool irq_live;			/* until then waiters poll */
	u64 calls, events, timeouts;
};

/*
 * gsp_rpc_call - send one RPC and wait for its reply
 * @req, @req_len:	payload behind the RPC header; longer than a message becomes continuations
 * @reply, @reply_len:	receives the reply's payload (at most @reply_len bytes), may be NULL
 * @timeout_ms:		limit of the whole call
 *
 * Returns the reply's payload length, or -ETIMEDOUT (the GPU is then marked lost), -ENODEV when GSP
 * does not run, -EIO when GSP answered with an error (logged by number), -EPROTO on a malformed
 * reply. Sleeps; takes gsp_rpc.lock. Events that arrive meanwhile are dispatched after the call.
 */
ssize_t gsp_rpc_call(struct vgpu_gpu *gpu, u32 function, const void *req, size_t req_len,
		     void *reply, size_t reply_len, unsigned int timeout_ms);

/* One RM client with its device and subdevice, all handles chosen by us. */
struct rm_client {
	u32 client, device, subdevice;
};

/* Allocate the three objects. Errors as gsp_rpc_call(); undone on failure. */
int rm_client_init(struct vgpu_gpu *gpu, struct rm_client *rm);
/* Free the client and everything below it; a no-op on a zeroed object. */
void rm_client_fini(struct vgpu_gpu *gpu, struct rm_client *rm);
/*
 * rm_control - RM control call
 * @params, @size:	in and out, copied back whole on success
 *
 * Returns 0 or a negative errno; *@rm_status (may be NULL) gets the NV_STATUS.
 */
int rm_control(struct vgpu_gpu *gpu, u32 client, u32 object, u32 cmd, void *params, u32 size,
	       unsigned int timeout_ms, u32 *rm_status);
int rm_alloc(struct vgpu_gpu *gpu, u32 client, u32 parent, u32 handle, u32 class_id, void *params,
	     u32 size);
int rm_free(struct vgpu_gpu *gpu, u32 client, u32 handle);
/* Name of an NV_STATUS for messages, e.g. "NOT_SUPPORTED"; never NULL. */
const char *rm_status_name(u32 status);

#endif
