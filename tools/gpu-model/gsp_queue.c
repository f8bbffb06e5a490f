// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GSP's end of the message queues. Commands are checked as the firmware's receiver does: geometry,
 * checksum and sequence; what fails is dropped, logged and counted. Status messages wait in a list
 * until the driver has made room.
 */
#include <errno.h>
#include <stdlib.h>

#include "gsp.h"

#define GSP_RETRY_NS	100000
#define GSP_ASSEMBLY_NS 5000000000ULL
/* Read of a command at once: the headers and a short payload. */
#define GSP_HEAD_BYTES	128
/* Commands taken before the driver is told of that and of the answers. */
#define GSP_BATCH	8

/* Aligned as what it is read into wants to be. */
struct gsp_head {
	_Alignas(64) uint8_t data[GSP_HEAD_BYTES];
};
#define GSP_HEAD_PAYLOAD (GSP_HEAD_BYTES - GSP_HEADERS_BYTES)

static void gsp_retry(struct gpu_model *gm, uint64_t arg);

void gsp_queue_stop(struct gpu_model *gm)
{
	struct gm_gsp *g = gsp_of(gm);

	gm_cancel(gm, gsp_retry);
	g->retry_pending = false;
	while (g->out_head) {
		struct gsp_out *next = g->out_head->next;

		free(g->out_head);
		g->out_head = next;
	}
	g->out_tail = &g->out_head;
	g->out_count = 0;
	g->asmb.active = false;
	g->shm_pages = 0;
	g->cmd = g->stat = (struct gsp_queue){0};
}

/* ---- status queue: GSP to CPU ---- */

static void gsp_retry_later(struct gpu_model *gm)
{
	struct gm_gsp *g = gsp_of(gm);

	if (!g->retry_pending && !gm_after(gm, GSP_RETRY_NS, gsp_retry, 0))
		g->retry_pending = true;
}

/* Are @slots free? The driver's pointer is only read when those known to be free do not do. */
static bool gsp_room(struct gpu_model *gm, struct gm_gsp *g, uint32_t slots)
{
	struct gsp_queue *q = &g->stat;
	uint32_t read_ptr;

	if (q->room >= slots)
		return true;
	if (gsp_word_read(gm, g->cmd.read_addr, &read_ptr))
		return false;
	/* A pointer that cannot be means "no room", as for the firmware. */
	q->room = read_ptr < q->count ? (read_ptr + q->count - q->index - 1) % q->count : 0;
	if (q->room < slots)
		g->stats.queue_full++;
	return q->room >= slots;
}

/* Write a message into the status queue; false: there is no room, or no memory there. */
static bool gsp_post(struct gpu_model *gm, struct gm_gsp *g, const uint8_t *msg, uint32_t bytes)
{
	uint32_t slots = (bytes + GSP_QUEUE_MSG_BYTES - 1) / GSP_QUEUE_MSG_BYTES;
	struct gsp_queue *q = &g->stat;

	if (!gsp_room(gm, g, slots) || gsp_ring_write(gm, q, q->index, msg, bytes))
		return false;
	q->index = gsp_next(q, q->index, slots);
	q->room -= slots;
	return true;
}

/* Write waiting messages as far as there is room, and tell the driver of all that is new. */
static void gsp_flush(struct gpu_model *gm, struct gm_gsp *g)
{
	struct gsp_queue *q = &g->stat;

	while (g->out_head && gsp_post(gm, g, g->out_head->data, g->out_head->bytes)) {
		struct gsp_out *out = g->out_head;

		g->out_head = out->next;
		if (!g->out_head)
			g->out_tail = &g->out_head;
		g->out_count--;
		free(out);
	}
	/* How far commands have been read; both pointers are in a cache line, which moves once. */
	if (g->cmd.told != g->cmd.index && g->state == GSP_RUNNING &&
	    !gsp_word_write(gm, q->read_addr, g->cmd.index))
		g->cmd.told = g->cmd.index;
	if (q->index != q->told && !gsp_word_write(gm, q->write_addr, q->index)) {
		q->told = q->index;
		gm_gsp_falcon_cause(gm, NV_PFALCON_IRQ_SWGEN0);
	}
	if (g->out_head || q->index != q->told)
		gsp_retry_later(gm);
}

/* Is there anything to flush? */
static bool gsp_unflushed(const struct gm_gsp *g)
{
	return g->out_head || g->cmd.told != g->cmd.index || g->stat.told != g->stat.index;
}

/* Send a message now, or when those before it have been sent. */
static bool gsp_post_in_order(struct gpu_model *gm, struct gm_gsp *g, const uint8_t *msg,
			      uint32_t bytes)
{
	struct gsp_out *out;

	if (!g->out_head && gsp_post(gm, g, msg, bytes))
		return true;
	if (g->out_count >= GSP_OUT_MAX || !(out = malloc(sizeof(*out) + bytes)))
		return false;
	out->next = NULL;
	out->bytes = bytes;
	memcpy(out->data, msg, bytes);
	*g->out_tail = out;
	g->out_tail = &out->next;
	g->out_count++;
	return true;
}

/*
 * Send @msg, whose payload of @bytes is in its place behind the headers, with up to seven bytes of
 * room behind it. Function, results, sequence and GFID are set in its RPC header. The driver learns
 * of the message by gsp_flush().
 */
static void gsp_send(struct gpu_model *gm, struct gm_gsp *g, uint8_t *msg, uint32_t bytes)
{
	uint32_t total = GSP_HEADERS_BYTES + bytes, sequence = g->stat.sequence;
	uint32_t slots = (total + GSP_QUEUE_MSG_BYTES - 1) / GSP_QUEUE_MSG_BYTES;
	struct gsp_queue_element *el = (struct gsp_queue_element *)msg;
	struct gsp_rpc_header *hdr = (struct gsp_rpc_header *)(el + 1);

	if (slots > GSP_QUEUE_MAX_ELEMENTS || slots >= g->stat.count)
		goto dropped;
	if (gm_fail(gm, "queue-sequence"))
		sequence++;
	*el = (struct gsp_queue_element){
		.sequence = htole32(sequence),
		.elements = htole32(slots),
	};
	hdr->header_version = htole32(GSP_RPC_HEADER_VERSION);
	hdr->signature = htole32(GSP_RPC_SIGNATURE);
	hdr->length = htole32(sizeof(*hdr) + bytes);
	/* Up to the words of the checksum; what is behind them in the slot is nobody's. */
	for (; total % sizeof(uint64_t); total++)
		msg[total] = 0;
	/* The sum over words of 64 bits is that of 32 bits, which the headers are made of. */
	el->checksum = el->sequence ^ el->elements ^ hdr->header_version ^ hdr->signature ^
		       hdr->length ^ hdr->function ^ hdr->result ^ hdr->result_private ^
		       hdr->sequence ^ hdr->cpu_rm_gfid ^
		       htole32(gsp_checksum(msg + GSP_HEADERS_BYTES, total - GSP_HEADERS_BYTES));
	if (gm_fail(gm, "queue-checksum"))
		el->checksum ^= htole32(1);
	if (gsp_post_in_order(gm, g, msg, total)) {
		g->stat.sequence++;
		return;
	}
dropped:
	g->stats.dropped_out++;
	gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: message %u dropped: %u messages wait already",
	       le32toh(hdr->function), g->out_count);
}

void gsp_event(struct gpu_model *gm, uint32_t event, const void *payload, size_t len,
	       const void *extra, size_t extra_len)
{
	struct gm_gsp *g = gsp_of(gm);
	struct gsp_rpc_header *hdr =
		(struct gsp_rpc_header *)(g->out_msg + sizeof(struct gsp_queue_element));
	uint8_t *data = g->out_msg + GSP_HEADERS_BYTES;

	if (g->state != GSP_RUNNING || !g->shm_pages)
		return;
	if (event - RPC_EV_FIRST < sizeof(g->stats.events) / sizeof(g->stats.events[0]))
		g->stats.events[event - RPC_EV_FIRST]++;
	gm_trace_message(gm, event, len + extra_len, 0);
	*hdr = (struct gsp_rpc_header){.function = htole32(event)};
	if (len + extra_len <= GSP_QUEUE_MAX_PAYLOAD_BYTES) {
		if (len)
			memcpy(data, payload, len);
		if (extra_len)
			memcpy(data + len, extra, extra_len);
	}
	gsp_send(gm, g, g->out_msg, (uint32_t)(len + extra_len));
	gsp_flush(gm, g);
}

/*
 * The reply has as many records as the request had; the result is in every one. Each record is sent
 * from where its payload is: its headers go before it, over what has been sent.
 */
static void gsp_reply(struct gpu_model *gm, struct gm_gsp *g, const struct gsp_call *call)
{
	uint32_t done = 0, result = htole32(call->result);

	for (uint32_t record = 0; !record || done < call->bytes; record++) {
		uint8_t *msg = g->call_msg + done;
		struct gsp_rpc_header *hdr =
			(struct gsp_rpc_header *)(msg + sizeof(struct gsp_queue_element));
		uint32_t n = call->bytes - done;

		hdr->function = htole32(record ? RPC_FN_CONTINUATION_RECORD : call->function);
		hdr->result = result;
		hdr->result_private = result;
		hdr->sequence = record < g->asmb.records ? htole32(g->asmb.sequence[record]) : 0;
		hdr->cpu_rm_gfid = htole32(g->asmb.gfid);
		if (n > GSP_QUEUE_MAX_PAYLOAD_BYTES)
			n = GSP_QUEUE_MAX_PAYLOAD_BYTES;
		gsp_send(gm, g, msg, n);
		done += n;
	}
}
_Static_assert(GSP_QUEUE_MAX_PAYLOAD_BYTES % sizeof(uint64_t) == 0, "no padding between records");

/* ---- command queue: CPU to GSP ---- */

static void gsp_run_call(struct gpu_model *gm, struct gm_gsp *g, uint32_t room)
{
	struct gsp_call call = {
		.function = g->asmb.function,
		.payload = g->call_buf,
		.bytes = g->asmb.have,
		.room = room,
	};
	uint32_t kind = call.function < 256 ? call.function : 255;

	g->asmb.active = false;
	g->stats.calls[kind]++;
	gm_trace_call(gm, call.function, call.payload, call.bytes);
	if (call.bytes > g->stats.max_call_bytes)
		g->stats.max_call_bytes = call.bytes;
	if (gm_fail_num(gm, "rpc-timeout", call.function) ||
	    (call.function == RPC_FN_UNLOADING_GUEST_DRIVER && gm_fail(gm, "unload"))) {
		gm_log(gm, GPU_MODEL_LOG_WARN,
		       "gsp: fault rpc-timeout: function %u is not answered", call.function);
		return;
	}
	if (gm_fail_num(gm, "rpc", call.function)) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: fault rpc: function %u fails", call.function);
		call.result = NV_STATUS_INVALID_STATE;
	} else {
		gsp_call_handle(gm, &call);
	}
	if (g->state != GSP_RUNNING || call.no_reply)
		return;
	gm_trace_message(gm, call.function, call.bytes, call.result);
	gsp_reply(gm, g, &call);
	if (call.function == RPC_FN_UNLOADING_GUEST_DRIVER && call.result == RPC_RESULT_OK) {
		gsp_flush(gm, g);
		gsp_unload(gm);
	}
}

/* Payload behind the announced length, up to @want bytes in all. Returns what there is. */
static uint32_t gsp_read_rest(struct gpu_model *gm, struct gm_gsp *g, uint32_t slot, uint32_t bytes,
			      uint64_t want, uint32_t room)
{
	if (want <= bytes || want > room ||
	    gsp_ring_read(gm, &g->cmd, slot, GSP_HEADERS_BYTES + bytes, g->call_buf + bytes,
			  want - bytes))
		return bytes;
	return (uint32_t)want;
}

/*
 * Collect a record, which began in @slot; run the call when it is whole. @room is the payload space
 * in its slots.
 */
static void gsp_take_record(struct gpu_model *gm, struct gm_gsp *g,
			    const struct gsp_rpc_header *rpc, const uint8_t *payload,
			    uint32_t bytes, uint32_t slot, uint32_t room)
{
	uint32_t function = le32toh(rpc->function);
	struct gsp_assembly *a = &g->asmb;
	uint64_t want;

	if (function == RPC_FN_CONTINUATION_RECORD) {
		if (!a->active || a->records >= GSP_CALL_MAX_RECORDS || bytes > a->want - a->have) {
			g->stats.stray_continuation++;
			gm_log(gm, GPU_MODEL_LOG_WARN,
			       "gsp: continuation record of %u bytes belongs to no call", bytes);
			a->active = false;
			return;
		}
		a->sequence[a->records++] = le32toh(rpc->sequence);
		memcpy(g->call_buf + a->have, payload, bytes);
		a->have += bytes;
		if (a->have == a->want)
			gsp_run_call(gm, g, a->have);
		return;
	}
	if (a->active)
		gm_log(gm, GPU_MODEL_LOG_WARN,
		       "gsp: function %u cuts off function %u at %u of %u bytes", function,
		       a->function, a->have, a->want);
	a->function = function;
	a->have = bytes;
	a->records = 1;
	a->sequence[0] = le32toh(rpc->sequence);
	a->gfid = le32toh(rpc->cpu_rm_gfid);
	/* So much was read in any case. */
	if (bytes <= GSP_HEAD_PAYLOAD)
		memcpy(g->call_buf, payload, GSP_HEAD_PAYLOAD);
	else
		memcpy(g->call_buf, payload, bytes);
	want = gsp_call_want(function, payload, bytes);
	if (want > bytes && want > GSP_QUEUE_MAX_PAYLOAD_BYTES && want <= GSP_CALL_MAX_BYTES) {
		a->want = want;
		a->deadline_ns = gm_now_ns(gm) + GSP_ASSEMBLY_NS;
		a->active = true;
		return;
	}
	/* Some drivers leave parameters outside the length. */
	gsp_run_call(gm, g, gsp_read_rest(gm, g, slot, bytes, want, room));
}

/*
 * One message, of which @head was read already. Returns the slots it took, 0 when the rest of the
 * queue makes no sense.
 */
static uint32_t gsp_take_message(struct gpu_model *gm, struct gm_gsp *g,
				 const struct gsp_head *head, uint32_t avail)
{
	const struct gsp_queue_element *el = (const struct gsp_queue_element *)head->data;
	const struct gsp_rpc_header *rpc = (const struct gsp_rpc_header *)(el + 1);
	const uint8_t *msg = head->data;
	struct gsp_queue *q = &g->cmd;
	uint32_t slot = q->index, slots, length, total;

	slots = le32toh(el->elements);
	length = le32toh(rpc->length);
	total = sizeof(*el) + length;
	if (!slots || slots > GSP_QUEUE_MAX_ELEMENTS || slots > avail || length < sizeof(*rpc) ||
	    length > GSP_QUEUE_MAX_RPC_BYTES ||
	    slots != (total + GSP_QUEUE_MSG_BYTES - 1) / GSP_QUEUE_MSG_BYTES) {
		g->stats.bad_geometry++;
		gm_log(gm, GPU_MODEL_LOG_WARN,
		       "gsp: command at slot %u: %u slots, length %u, %u slots there; queue "
		       "skipped",
		       slot, slots, length, avail);
		return 0;
	}
	/* What was checked is not read again: it may have changed meanwhile. */
	if (total > GSP_HEAD_BYTES) {
		memcpy(g->in_msg, head->data, GSP_HEAD_BYTES);
		if (gsp_ring_read(gm, q, slot, GSP_HEAD_BYTES, g->in_msg + GSP_HEAD_BYTES,
				  total - GSP_HEAD_BYTES))
			return 0;
		msg = g->in_msg;
	}
	q->index = gsp_next(q, slot, slots);
	if (gsp_checksum(msg, total)) {
		g->stats.bad_checksum++;
		q->sequence++;
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: command %u: bad checksum, dropped",
		       le32toh(rpc->function));
		return slots;
	}
	if (le32toh(el->sequence) != q->sequence) {
		g->stats.bad_sequence++;
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: command %u: sequence %u, expected %u, dropped",
		       le32toh(rpc->function), le32toh(el->sequence), q->sequence);
		return slots;
	}
	q->sequence++;
	if (le32toh(rpc->header_version) != GSP_RPC_HEADER_VERSION ||
	    le32toh(rpc->signature) != GSP_RPC_SIGNATURE) {
		g->stats.bad_header++;
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: command: no RPC header, dropped");
		return slots;
	}
	gsp_take_record(gm, g, rpc, msg + GSP_HEADERS_BYTES, length - sizeof(*rpc), slot,
			slots * GSP_QUEUE_MSG_BYTES - GSP_HEADERS_BYTES);
	return slots;
}

/* Commands that the driver has written since, in slots. False: its pointer cannot be. */
static bool gsp_look(struct gpu_model *gm, struct gm_gsp *g, uint32_t *write_ptr, uint32_t *avail)
{
	struct gsp_queue *q = &g->cmd;

	if (gsp_word_read(gm, q->write_addr, write_ptr))
		return false;
	if (*write_ptr >= q->count) {
		g->stats.bad_geometry++;
		return false;
	}
	*avail = gsp_next(q, *write_ptr, q->count - q->index);
	return true;
}

/* What may be the heads of the next @want commands. Returns how many could be read. */
static uint32_t gsp_read_heads(struct gpu_model *gm, const struct gsp_queue *q,
			       struct gsp_head *head, uint32_t first, uint32_t want)
{
	for (; first < want; first++) {
		if (gsp_ring_read(gm, q, gsp_next(q, q->index, first), 0, head[first].data,
				  GSP_HEAD_BYTES))
			break;
	}
	return first;
}

/* Read and run commands until there are none. False: it ended before that. */
static bool gsp_take_commands(struct gpu_model *gm, struct gm_gsp *g)
{
	struct gsp_queue *q = &g->cmd;
	/* A driver that keeps writing must not keep the model from returning. */
	unsigned int budget = 4 * q->count, taken = 0;
	uint32_t write_ptr, avail = 0, slots, heads = 0, at = 0;
	struct gsp_head head[GSP_BATCH];

	while (g->state == GSP_RUNNING && budget--) {
		if (g->out_count >= GSP_OUT_THROTTLE)
			return false;
		if (!avail) {
			if (!gsp_look(gm, g, &write_ptr, &avail))
				return false;
			/* Its lines are asked for with the pointer's, before that is known. */
			heads = gsp_read_heads(gm, q, head, 0, 1);
			at = 0;
			if (!avail)
				break;
			if (heads)
				heads = gsp_read_heads(gm, q, head, 1,
						       avail < GSP_BATCH ? avail : GSP_BATCH);
		}
		if (at >= heads) {
			heads = gsp_read_heads(gm, q, head, 0,
					       avail < GSP_BATCH ? avail : GSP_BATCH);
			at = 0;
		}
		slots = heads ? gsp_take_message(gm, g, &head[at], avail) : 0;
		avail -= slots;
		at += slots;
		if (!slots) {
			q->index = write_ptr;
			avail = 0;
		}
		if (!avail)
			heads = 0;
		if ((!avail || ++taken % GSP_BATCH == 0) && g->state == GSP_RUNNING)
			gsp_flush(gm, g);
	}
	return true;
}

static void gsp_drain(struct gpu_model *gm, struct gm_gsp *g)
{
	bool done;

	if (gsp_unflushed(g))
		gsp_flush(gm, g);
	done = gsp_take_commands(gm, g);
	if (g->state == GSP_RUNNING && gsp_unflushed(g))
		gsp_flush(gm, g);
	if (!done)
		return;
	if (g->asmb.active && gm_now_ns(gm) > g->asmb.deadline_ns) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: function %u never came whole, dropped",
		       g->asmb.function);
		g->asmb.active = false;
	}
	/* The firmware waits for the rest of a large call without a doorbell. */
	if (g->state == GSP_RUNNING && g->asmb.active)
		gsp_retry_later(gm);
}

void gsp_queue_poll(struct gpu_model *gm)
{
	struct gm_gsp *g = gsp_of(gm);

	if (g->in_poll) {
		g->poll_again = true;
		return;
	}
	g->in_poll = true;
	do {
		g->poll_again = false;
		gsp_drain(gm, g);
	} while (g->poll_again && g->state == GSP_RUNNING);
	g->in_poll = false;
}

static void gsp_retry(struct gpu_model *gm, uint64_t arg)
{
	struct gm_gsp *g = gsp_of(gm);

	g->retry_pending = false;
	if (g->state == GSP_RUNNING)
		gsp_queue_poll(gm);
}
