/* SPDX-License-Identifier: GPL-2.0-only */
/* GSP message queues and remote procedure calls. */
#ifndef VGPU_RPC_H
#define VGPU_RPC_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct vgpu_gpu;

/* Default limit of one RPC; vGPU shutdown and cleanup use VGPU_RPC_LONG_MS. */
#define GSP_RPC_DEFAULT_MS 5000
#define GSP_RPC_LONG_MS 30000

struct gsp_queues;
struct gsp_rpc_pending;

/*
 * Members are private to rpc.c, queue.c and event.c. Locks: lock (one call) > rx_lock (the status
 * queue and the pending call) > event_lock. Events are dispatched with no lock of the driver held.
 */
struct gsp_rpc {
	struct mutex lock;		/* one RPC in flight */
	struct gsp_queues *queues;
	struct completion reply;
	spinlock_t event_lock;
	bool running;			/* false: calls return -ENODEV without touching anything */
	bool irq_live;			/* until then waiters poll */
	bool lost_pending;		/* vgpu_event_gsp_lost() is due; under event_lock */
	bool host_events;		/* vGPU hosting is up: tell it; under dispatch_lock */
	struct gsp_rpc_pending *pending;	/* call that waits for its reply; under rx_lock */
	u32 sequence;			/* of the last record sent; under lock */
	unsigned long clients[4];	/* client handles in use, bits; under event_lock */
	struct mutex rx_lock;
	struct list_head event_list;	/* received, not dispatched yet; under event_lock */
	unsigned int event_count;
	struct mutex dispatch_lock;	/* keeps events in order */
	struct work_struct work;	/* dispatches what callers drained */
	u32 unknown_events[8];		/* numbers logged already, 0 ends */
	u64 calls, events, timeouts, dropped;
};

/* Once per GPU object: locks and lists. */
void gsp_rpc_setup(struct vgpu_gpu *gpu);
/*
 * gsp_rpc_init - allocate the shared queue memory and allow calls
 * The DMA address for GSP's arguments is gsp_rpc_shared_addr().
 */
int gsp_rpc_init(struct vgpu_gpu *gpu);
dma_addr_t gsp_rpc_shared_addr(struct vgpu_gpu *gpu);
/* Stop calls and free the queues. GSP must not run any more. Safe when init failed or never ran. */
void gsp_rpc_fini(struct vgpu_gpu *gpu);
/* Send without waiting for a reply (system info, registry). */
int gsp_rpc_post(struct vgpu_gpu *gpu, u32 function, const void *req, size_t req_len);
/* Take everything out of the status queue: replies to their call, events to the list. */
void gsp_rpc_drain(struct vgpu_gpu *gpu);
/* Handle received events in order. Caller holds no lock of the driver (boot excepted). */
void gsp_rpc_dispatch(struct vgpu_gpu *gpu);
/*
 * GSP does not answer or crashed: fail calls from now on, tell the vGPUs from a work item.
 * Registers stay usable unless vgpu_gpu.gone. Any context that may sleep.
 */
void gsp_rpc_lost(struct vgpu_gpu *gpu, const char *why);

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
/*
 * Free the client and everything below it; a no-op on a zeroed object. Returns 0, or why RM did not
 * confirm it: its objects may still be there then, though the handles are forgotten.
 */
int rm_client_fini(struct vgpu_gpu *gpu, struct rm_client *rm);
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
