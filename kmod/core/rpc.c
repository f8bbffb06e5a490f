// SPDX-License-Identifier: GPL-2.0-only
/* Remote procedure calls over the message queues. */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/msgq.h"
#include "../abi/regs.h"
#include "../abi/rpc.h"
#include "event.h"
#include "fw.h"
#include "gpu.h"
#include "queue.h"
#include "rm.h"
#include "vgpu.h"

/* A waiter looks into the queue itself this often, in case an interrupt went missing. */
#define RPC_SLICE_MS 10
#define RPC_POLL_MIN_US 20
#define RPC_POLL_MAX_US 500
/* Events received but not handled yet; more are dropped. */
#define RPC_MAX_EVENTS 256
/* Messages taken in one go before others get their turn. */
#define RPC_DRAIN_BUDGET 512

/* A call that waits; lives on the caller's stack. */
struct gsp_rpc_pending {
	u32 function;
	u8 *reply;
	size_t reply_len;		/* room */
	size_t got;			/* payload bytes received */
	unsigned int records;		/* records the reply still has */
	bool started, done;
	u32 result;
	int err;
};

void gsp_rpc_lost(struct vgpu_gpu *gpu, const char *why)
{
	struct gsp_rpc *rpc = &gpu->rpc;
	unsigned long flags;
	bool first;

	spin_lock_irqsave(&rpc->event_lock, flags);
	first = rpc->running;
	WRITE_ONCE(rpc->running, false);
	if (first)
		rpc->lost_pending = true;
	spin_unlock_irqrestore(&rpc->event_lock, flags);
	if (!first)
		return;
	vgpu_gpu_error(gpu, "GSP: %s; its logs are in debugfs, release the vGPUs and reload the driver",
		       why);
	vgpu_gpu_set_lost(gpu);
	complete(&rpc->reply);
	schedule_work(&rpc->work);
}

/* ---- receiving ---- */

static void rpc_event_add(struct gsp_rpc *rpc, const struct gsp_record *rec)
{
	struct gsp_event *ev = NULL;
	unsigned long flags;

	if (rpc->event_count < RPC_MAX_EVENTS)
		ev = kmalloc(sizeof(*ev) + rec->len, GFP_KERNEL);
	if (!ev) {
		rpc->dropped++;
		return;
	}
	ev->function = rec->function;
	ev->result = rec->result;
	ev->gfid = rec->gfid;
	ev->len = rec->len;
	memcpy(ev->data, rec->payload, rec->len);
	spin_lock_irqsave(&rpc->event_lock, flags);
	list_add_tail(&ev->link, &rpc->event_list);
	rpc->event_count++;
	rpc->events++;
	spin_unlock_irqrestore(&rpc->event_lock, flags);
}

static void rpc_pending_finish(struct gsp_rpc *rpc, int err)
{
	rpc->pending->err = err;
	rpc->pending->done = true;
	complete(&rpc->reply);
}

/* A record that is no event: part of the pending reply, or nobody's. */
static void rpc_reply_take(struct gsp_rpc *rpc, const struct gsp_record *rec)
{
	struct gsp_rpc_pending *p = rpc->pending;
	size_t n;

	if (!p || p->done ||
	    rec->function != (p->started ? RPC_FN_CONTINUATION_RECORD : p->function)) {
		rpc->dropped++;
		return;
	}
	if (!p->started) {
		p->started = true;
		p->result = rec->result;
	}
	if (p->got < p->reply_len) {
		n = min(rec->len, p->reply_len - p->got);
		memcpy(p->reply + p->got, rec->payload, n);
	}
	p->got += rec->len;
	p->records--;
	/* A refusal may come as one record even when the request had more. */
	if (!p->records || p->result)
		rpc_pending_finish(rpc, 0);
}

void gsp_rpc_drain(struct vgpu_gpu *gpu)
{
	struct gsp_rpc *rpc = &gpu->rpc;
	unsigned int budget = RPC_DRAIN_BUDGET;
	struct gsp_record rec;
	const char *why = "";
	int ret = 0;

	mutex_lock(&rpc->rx_lock);
	while (READ_ONCE(rpc->running) && rpc->queues && budget--) {
		ret = gsp_queue_get(rpc->queues, &rec, &why);
		if (!ret || ret == -EIO)
			break;
		if (ret == -EPROTO) {
			rpc->dropped++;
			dev_warn_ratelimited(gpu->dev, "GSP status queue: %s\n", why);
			if (rpc->pending && !rpc->pending->done)
				rpc_pending_finish(rpc, -EPROTO);
		} else if (rec.function >= RPC_EV_FIRST) {
			rpc_event_add(rpc, &rec);
		} else {
			rpc_reply_take(rpc, &rec);
		}
	}
	mutex_unlock(&rpc->rx_lock);
	if (ret == -EIO)
		gsp_rpc_lost(gpu, why);
	else if (ret)
		schedule_work(&rpc->work);	/* budget used up */
}

void gsp_rpc_dispatch(struct vgpu_gpu *gpu)
{
	struct gsp_rpc *rpc = &gpu->rpc;
	struct gsp_event *ev;
	unsigned long flags;
	bool lost;

	mutex_lock(&rpc->dispatch_lock);
	do {
		spin_lock_irqsave(&rpc->event_lock, flags);
		ev = list_first_entry_or_null(&rpc->event_list, struct gsp_event, link);
		if (ev) {
			list_del(&ev->link);
			rpc->event_count--;
		}
		lost = !ev && rpc->lost_pending;
		if (lost)
			rpc->lost_pending = false;
		spin_unlock_irqrestore(&rpc->event_lock, flags);
		if (ev)
			gsp_event_handle(gpu, ev);
		if (lost && rpc->host_events)
			vgpu_event_gsp_lost(gpu);
		kfree(ev);
	} while (ev);
	mutex_unlock(&rpc->dispatch_lock);
}

static void rpc_work(struct work_struct *work)
{
	struct gsp_rpc *rpc = container_of(work, struct gsp_rpc, work);
	struct vgpu_gpu *gpu = container_of(rpc, struct vgpu_gpu, rpc);

	gsp_rpc_drain(gpu);
	gsp_rpc_dispatch(gpu);
}

/* ---- life ---- */

void gsp_rpc_setup(struct vgpu_gpu *gpu)
{
	struct gsp_rpc *rpc = &gpu->rpc;

	mutex_init(&rpc->lock);
	mutex_init(&rpc->rx_lock);
	mutex_init(&rpc->dispatch_lock);
	spin_lock_init(&rpc->event_lock);
	init_completion(&rpc->reply);
	INIT_LIST_HEAD(&rpc->event_list);
	INIT_WORK(&rpc->work, rpc_work);
}

int gsp_rpc_init(struct vgpu_gpu *gpu)
{
	struct gsp_rpc *rpc = &gpu->rpc;
	struct gsp_queues *q;
	int err;

	q = kzalloc(sizeof(*q), GFP_KERNEL);
	if (!q)
		return -ENOMEM;
	err = gsp_dma_alloc(gpu, &q->mem, GSP_QUEUE_SHARED_BYTES);
	if (!err)
		err = gsp_queues_init(q);
	if (err) {
		gsp_dma_free(gpu, &q->mem);
		kfree(q);
		return err;
	}
	rpc->sequence = 0;
	rpc->lost_pending = false;
	memset(rpc->clients, 0, sizeof(rpc->clients));
	memset(rpc->unknown_events, 0, sizeof(rpc->unknown_events));
	rpc->queues = q;
	WRITE_ONCE(rpc->running, true);
	return 0;
}

dma_addr_t gsp_rpc_shared_addr(struct vgpu_gpu *gpu)
{
	return gpu->rpc.queues->mem.addr;
}

void gsp_rpc_fini(struct vgpu_gpu *gpu)
{
	struct gsp_rpc *rpc = &gpu->rpc;
	struct gsp_event *ev, *next;
	struct gsp_queues *q;

	WRITE_ONCE(rpc->running, false);
	WRITE_ONCE(rpc->irq_live, false);
	cancel_work_sync(&rpc->work);
	mutex_lock(&rpc->lock);
	mutex_lock(&rpc->rx_lock);
	q = rpc->queues;
	rpc->queues = NULL;
	mutex_unlock(&rpc->rx_lock);
	mutex_unlock(&rpc->lock);
	mutex_lock(&rpc->dispatch_lock);
	list_for_each_entry_safe(ev, next, &rpc->event_list, link) {
		list_del(&ev->link);
		kfree(ev);
	}
	rpc->event_count = 0;
	mutex_unlock(&rpc->dispatch_lock);
	if (!q)
		return;
	gsp_queues_fini(q);
	gsp_dma_free(gpu, &q->mem);
	kfree(q);
}

/* ---- sending ---- */

static void rpc_doorbell(struct vgpu_gpu *gpu)
{
	vgpu_wr32(gpu, NV_PGSP_DOORBELL, 0);
}

/* One record; @more follow. Waits for room until @limit. Caller holds rpc.lock. */
static int rpc_send_record(struct vgpu_gpu *gpu, u32 function, u32 sequence, const u8 *data,
			   size_t len, bool more, ktime_t limit)
{
	int err;

	for (;;) {
		err = gsp_queue_put(gpu->rpc.queues, function, sequence, data, len, more);
		if (err != -EAGAIN)
			return err;
		if (!READ_ONCE(gpu->rpc.running))
			return -ENODEV;
		if (ktime_after(ktime_get(), limit))
			return -ETIMEDOUT;
		/* GSP consumes while it is rung; its own queue must not fill up meanwhile. */
		rpc_doorbell(gpu);
		gsp_rpc_drain(gpu);
		usleep_range(RPC_POLL_MIN_US, RPC_POLL_MAX_US);
	}
}

static unsigned int rpc_records(size_t len)
{
	return len ? DIV_ROUND_UP(len, GSP_QUEUE_MAX_PAYLOAD_BYTES) : 1;
}

/* A message of any length: first record, then continuations. Caller holds rpc.lock. */
static int rpc_send(struct vgpu_gpu *gpu, u32 function, const u8 *req, size_t len, bool numbered,
		    ktime_t limit)
{
	size_t at = 0, n;
	int err;

	do {
		n = min_t(size_t, len - at, GSP_QUEUE_MAX_PAYLOAD_BYTES);
		err = rpc_send_record(gpu, at ? RPC_FN_CONTINUATION_RECORD : function,
				      numbered ? ++gpu->rpc.sequence : 0, req + at, n,
				      at + n < len, limit);
		if (err)
			return err;
		at += n;
	} while (at < len);
	rpc_doorbell(gpu);
	return 0;
}

int gsp_rpc_post(struct vgpu_gpu *gpu, u32 function, const void *req, size_t req_len)
{
	struct gsp_rpc *rpc = &gpu->rpc;
	int err = -ENODEV;

	mutex_lock(&rpc->lock);
	if (READ_ONCE(rpc->running))
		err = rpc_send(gpu, function, req, req_len, false,
			       ktime_add_ms(ktime_get(), GSP_RPC_DEFAULT_MS));
	mutex_unlock(&rpc->lock);
	return err;
}

/* Wait until the pending call is done, GSP is lost, or the limit has passed. */
static void rpc_wait(struct vgpu_gpu *gpu, struct gsp_rpc_pending *p, ktime_t limit)
{
	struct gsp_rpc *rpc = &gpu->rpc;
	unsigned int us = RPC_POLL_MIN_US;

	while (!READ_ONCE(p->done) && READ_ONCE(rpc->running)) {
		if (READ_ONCE(rpc->irq_live)) {
			if (wait_for_completion_timeout(&rpc->reply,
							msecs_to_jiffies(RPC_SLICE_MS)))
				continue;
		} else {
			usleep_range(us, us * 2);
			us = min(us * 2, (unsigned int)RPC_POLL_MAX_US);
		}
		gsp_rpc_drain(gpu);
		if (ktime_after(ktime_get(), limit))
			return;
	}
}

/* As gsp_rpc_call(), and *@result gets what GSP answered in the RPC header. */
ssize_t gsp_rpc_call_result(struct vgpu_gpu *gpu, u32 function, const void *req, size_t req_len,
			    void *reply, size_t reply_len, unsigned int timeout_ms, u32 *result)
{
	struct gsp_rpc *rpc = &gpu->rpc;
	struct gsp_rpc_pending p = {
		.function = function,
		.reply = reply,
		.reply_len = reply ? reply_len : 0,
		.records = rpc_records(req_len),
	};
	ktime_t limit;
	char why[96];
	ssize_t ret;

	might_sleep();
	*result = 0;
	mutex_lock(&rpc->lock);
	if (!READ_ONCE(rpc->running)) {
		mutex_unlock(&rpc->lock);
		return -ENODEV;
	}
	rpc->calls++;
	limit = ktime_add_ms(ktime_get(), timeout_ms);
	reinit_completion(&rpc->reply);
	mutex_lock(&rpc->rx_lock);
	rpc->pending = &p;
	mutex_unlock(&rpc->rx_lock);

	ret = rpc_send(gpu, function, req, req_len, true, limit);
	if (!ret)
		rpc_wait(gpu, &p, limit);

	mutex_lock(&rpc->rx_lock);
	rpc->pending = NULL;
	mutex_unlock(&rpc->rx_lock);
	if (!ret)
		ret = p.done ? p.err : READ_ONCE(rpc->running) ? -ETIMEDOUT : -ENODEV;
	if (ret == -ETIMEDOUT) {
		rpc->timeouts++;
		vgpu_gpu_check_gone(gpu);
		snprintf(why, sizeof(why), "no answer to RPC %u within %u ms", function,
			 timeout_ms);
		gsp_rpc_lost(gpu, why);
	}
	if (!list_empty(&rpc->event_list))
		schedule_work(&rpc->work);
	mutex_unlock(&rpc->lock);
	if (ret)
		return ret;
	*result = p.result;
	return p.result ? -EIO : (ssize_t)p.got;
}

ssize_t gsp_rpc_call(struct vgpu_gpu *gpu, u32 function, const void *req, size_t req_len,
		     void *reply, size_t reply_len, unsigned int timeout_ms)
{
	u32 result;
	ssize_t ret = gsp_rpc_call_result(gpu, function, req, req_len, reply, reply_len,
					  timeout_ms, &result);

	if (result)
		dev_warn(gpu->dev, "RPC %u: GSP answered %s (0x%x)\n", function,
			 rm_status_name(result), result);
	return ret;
}
