// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GSP's end of the message queues. Commands are checked as the firmware's receiver does: geometry,
 * checksum and sequence; what fails is dropped, logged and counted. Status messages wait in a list
 * until the driver has made room.
 */
#include <errno.h>
#include <stdlib.h>

#include "gsp.h"

#define GSP_RETRY_NS	  100000
#define GSP_ASSEMBLY_NS	  5000000000ULL
#define GSP_HEADERS_BYTES (sizeof(struct gsp_queue_element) + sizeof(struct gsp_rpc_header))

static void gsp_retry(struct gpu_model *gm, uint64_t arg);

/* ---- the shared block ---- */

static int gsp_shm_access(struct gpu_model *gm, uint64_t offset, void *buf, size_t len, bool write)
{
	struct gm_gsp *g = gsp_of(gm);
	uint8_t *p = buf;

	while (len) {
		uint64_t page = offset / GSP_PAGE_BYTES;
		size_t in_page = offset % GSP_PAGE_BYTES;
		size_t n = GSP_PAGE_BYTES - in_page;
		int ret;

		if (page >= g->shm_pages)
			return -ERANGE;
		if (n > len)
			n = len;
		if (write)
			ret = gm_dma_write(gm, 0, g->shm_page[page] + in_page, p, n);
		else
			ret = gm_dma_read(gm, 0, g->shm_page[page] + in_page, p, n);
		if (ret)
			return ret;
		offset += n;
		p += n;
		len -= n;
	}
	return 0;
}

static int gsp_shm_read32(struct gpu_model *gm, uint64_t offset, uint32_t *value)
{
	__le32 raw;
	int ret = gsp_shm_access(gm, offset, &raw, sizeof(raw), false);

	*value = le32toh(raw);
	return ret;
}

static int gsp_shm_write32(struct gpu_model *gm, uint64_t offset, uint32_t value)
{
	__le32 raw = htole32(value);

	return gsp_shm_access(gm, offset, &raw, sizeof(raw), true);
}

/* Slot data of @count slots from @slot on, in two pieces at the ring's end. */
static int gsp_slots(struct gpu_model *gm, const struct gsp_queue *q, uint32_t slot, void *buf,
		     uint32_t count, bool write)
{
	uint64_t base = q->offset + q->entry_offset;
	uint32_t first = q->count - slot < count ? q->count - slot : count;
	int ret;

	ret = gsp_shm_access(gm, base + (uint64_t)slot * GSP_QUEUE_MSG_BYTES, buf,
			     (size_t)first * GSP_QUEUE_MSG_BYTES, write);
	if (ret || first == count)
		return ret;
	return gsp_shm_access(gm, base, (uint8_t *)buf + (size_t)first * GSP_QUEUE_MSG_BYTES,
			      (size_t)(count - first) * GSP_QUEUE_MSG_BYTES, write);
}

static uint32_t gsp_checksum(const uint8_t *data, size_t len)
{
	uint64_t sum = 0, word;

	for (size_t i = 0; i < len; i += sizeof(word)) {
		size_t n = len - i < sizeof(word) ? len - i : sizeof(word);

		word = 0;
		memcpy(&word, data + i, n);
		sum ^= word;
	}
	return (uint32_t)(sum >> 32) ^ (uint32_t)sum;
}

static int gsp_map_block(struct gpu_model *gm, const struct gsp_msgq_init_args *args)
{
	uint32_t pages = le32toh(args->page_table_entry_count);
	uint64_t base = le64toh(args->shared_mem_phys_addr);
	struct gm_gsp *g = gsp_of(gm);

	if (!pages || pages > GSP_MAX_SHM_PAGES || base % GSP_PAGE_BYTES) {
		gm_log(gm, GPU_MODEL_LOG_ERROR, "gsp: queue block: %u pages at 0x%llx cannot be",
		       pages, (unsigned long long)base);
		return -EINVAL;
	}
	if (gm_dma_read(gm, 0, base, g->shm_page, (size_t)pages * sizeof(*g->shm_page))) {
		gm_log(gm, GPU_MODEL_LOG_ERROR, "gsp: queue block: page list cannot be read");
		return -EFAULT;
	}
	for (uint32_t i = 0; i < pages; i++) {
		g->shm_page[i] = le64toh(g->shm_page[i]);
		if (g->shm_page[i] % GSP_PAGE_BYTES) {
			gm_log(gm, GPU_MODEL_LOG_ERROR, "gsp: queue block: page %u is not aligned",
			       i);
			return -EINVAL;
		}
	}
	if (g->shm_page[0] != base) {
		gm_log(gm, GPU_MODEL_LOG_ERROR,
		       "gsp: queue block: entry 0 is not the list's own page");
		return -EINVAL;
	}
	g->shm_pages = pages;
	return 0;
}

/* Take the command queue's geometry from its header. */
static int gsp_map_cmd(struct gpu_model *gm, uint64_t offset)
{
	struct gm_gsp *g = gsp_of(gm);
	uint64_t total = (uint64_t)g->shm_pages * GSP_PAGE_BYTES;
	struct gsp_queue *q = &g->cmd;
	struct gsp_queue_tx tx;

	if (offset >= total || offset % GSP_PAGE_BYTES ||
	    gsp_shm_access(gm, offset, &tx, sizeof(tx), false))
		return -EINVAL;
	*q = (struct gsp_queue){
		.offset = offset,
		.bytes = le32toh(tx.size),
		.entry_offset = le32toh(tx.entry_offset),
		.rx_offset = le32toh(tx.rx_offset),
		.count = le32toh(tx.msg_count),
	};
	if (le32toh(tx.version) != GSP_QUEUE_VERSION ||
	    le32toh(tx.msg_size) != GSP_QUEUE_MSG_BYTES ||
	    !(le32toh(tx.flags) & GSP_QUEUE_FLAG_SWAP_RX) || q->bytes > total - offset ||
	    q->rx_offset < sizeof(tx) || q->rx_offset % 4 ||
	    q->entry_offset % GSP_QUEUE_MSG_BYTES ||
	    q->entry_offset < q->rx_offset + sizeof(struct gsp_queue_rx) ||
	    q->bytes <= q->entry_offset ||
	    q->count != (q->bytes - q->entry_offset) / GSP_QUEUE_MSG_BYTES || q->count < 2)
		return -EINVAL;
	return 0;
}

int gsp_queue_start(struct gpu_model *gm, const struct gsp_msgq_init_args *args)
{
	struct gm_gsp *g = gsp_of(gm);
	struct gsp_queue_tx tx = {0};
	struct gsp_queue *q = &g->stat;
	uint64_t total;

	if (gsp_map_block(gm, args))
		return -EINVAL;
	if (gsp_map_cmd(gm, le64toh(args->cmd_queue_offset))) {
		gm_log(gm, GPU_MODEL_LOG_ERROR, "gsp: command queue: header is not valid");
		return -EINVAL;
	}
	total = (uint64_t)g->shm_pages * GSP_PAGE_BYTES;
	*q = g->cmd;
	q->offset = le64toh(args->stat_queue_offset);
	if (q->offset % GSP_PAGE_BYTES || q->offset > total || q->bytes > total - q->offset ||
	    (q->offset < g->cmd.offset + g->cmd.bytes && g->cmd.offset < q->offset + q->bytes)) {
		gm_log(gm, GPU_MODEL_LOG_ERROR,
		       "gsp: status queue: does not fit behind offset 0x%llx",
		       (unsigned long long)q->offset);
		return -EINVAL;
	}
	tx.version = htole32(GSP_QUEUE_VERSION);
	tx.size = htole32(q->bytes);
	tx.msg_size = htole32(GSP_QUEUE_MSG_BYTES);
	tx.msg_count = htole32(q->count);
	tx.flags = htole32(GSP_QUEUE_FLAG_SWAP_RX);
	tx.rx_offset = htole32(q->rx_offset);
	tx.entry_offset = htole32(q->entry_offset);
	if (gsp_shm_write32(gm, q->offset + q->rx_offset, 0) ||
	    gsp_shm_access(gm, q->offset, &tx, sizeof(tx), true))
		return -EFAULT;
	return 0;
}

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
}

/* ---- status queue: GSP to CPU ---- */

static void gsp_retry_later(struct gpu_model *gm)
{
	struct gm_gsp *g = gsp_of(gm);

	if (!g->retry_pending && !gm_after(gm, GSP_RETRY_NS, gsp_retry, 0))
		g->retry_pending = true;
}

/* Write waiting messages as far as there is room. */
static void gsp_flush(struct gpu_model *gm)
{
	struct gm_gsp *g = gsp_of(gm);
	struct gsp_queue *q = &g->stat;
	bool wrote = false;

	while (g->out_head) {
		struct gsp_out *out = g->out_head;
		uint32_t slots = out->bytes / GSP_QUEUE_MSG_BYTES;
		uint32_t read_ptr, room;

		if (gsp_shm_read32(gm, g->cmd.offset + g->cmd.rx_offset, &read_ptr))
			break;
		/* A pointer that cannot be means "no room", as for the firmware. */
		room = read_ptr < q->count ? (read_ptr + q->count - q->index - 1) % q->count : 0;
		if (slots > room) {
			g->stats.queue_full++;
			break;
		}
		if (gsp_slots(gm, q, q->index, out->data, slots, true))
			break;
		q->index = (q->index + slots) % q->count;
		if (gsp_shm_write32(gm,
				    q->offset + __builtin_offsetof(struct gsp_queue_tx, write_ptr),
				    q->index))
			break;
		wrote = true;
		g->out_head = out->next;
		if (!g->out_head)
			g->out_tail = &g->out_head;
		g->out_count--;
		free(out);
	}
	if (g->out_head)
		gsp_retry_later(gm);
	if (wrote)
		gm_gsp_falcon_cause(gm, NV_PFALCON_IRQ_SWGEN0);
}

/* Queue one element with its RPC header. */
static void gsp_send(struct gpu_model *gm, const struct gsp_rpc_header *rpc, const uint8_t *payload,
		     uint32_t bytes, const uint8_t *extra, uint32_t extra_bytes)
{
	struct gm_gsp *g = gsp_of(gm);
	uint32_t total = GSP_HEADERS_BYTES + bytes + extra_bytes;
	uint32_t slots = (total + GSP_QUEUE_MSG_BYTES - 1) / GSP_QUEUE_MSG_BYTES;
	struct gsp_queue_element *el;
	struct gsp_rpc_header *hdr;
	struct gsp_out *out;

	if (g->out_count >= GSP_OUT_MAX || slots > GSP_QUEUE_MAX_ELEMENTS ||
	    slots >= g->stat.count ||
	    !(out = calloc(1, sizeof(*out) + (size_t)slots * GSP_QUEUE_MSG_BYTES))) {
		g->stats.dropped_out++;
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: message %u dropped: %u messages wait already",
		       le32toh(rpc->function), g->out_count);
		return;
	}
	out->bytes = slots * GSP_QUEUE_MSG_BYTES;
	el = (struct gsp_queue_element *)out->data;
	hdr = (struct gsp_rpc_header *)(el + 1);
	*hdr = *rpc;
	hdr->header_version = htole32(GSP_RPC_HEADER_VERSION);
	hdr->signature = htole32(GSP_RPC_SIGNATURE);
	hdr->length = htole32(sizeof(*hdr) + bytes + extra_bytes);
	if (bytes)
		memcpy(hdr + 1, payload, bytes);
	if (extra_bytes)
		memcpy((uint8_t *)(hdr + 1) + bytes, extra, extra_bytes);
	el->sequence = htole32(g->stat.sequence++);
	el->elements = htole32(slots);
	if (gm_fail(gm, "queue-sequence"))
		el->sequence = htole32(le32toh(el->sequence) + 1);
	el->checksum = htole32(gsp_checksum(out->data, total));
	if (gm_fail(gm, "queue-checksum"))
		el->checksum ^= htole32(1);
	*g->out_tail = out;
	g->out_tail = &out->next;
	g->out_count++;
}

void gsp_event(struct gpu_model *gm, uint32_t event, const void *payload, size_t len,
	       const void *extra, size_t extra_len)
{
	struct gsp_rpc_header rpc = {.function = htole32(event)};
	struct gm_gsp *g = gsp_of(gm);

	if (g->state != GSP_RUNNING || !g->shm_pages)
		return;
	if (event - RPC_EV_FIRST < sizeof(g->stats.events) / sizeof(g->stats.events[0]))
		g->stats.events[event - RPC_EV_FIRST]++;
	gm_trace_message(gm, event, len + extra_len, 0);
	gsp_send(gm, &rpc, payload, len, extra, extra_len);
	gsp_flush(gm);
}

/* The reply has as many records as the request had; the result is in every one. */
static void gsp_reply(struct gpu_model *gm, const struct gsp_call *call)
{
	struct gm_gsp *g = gsp_of(gm);
	uint32_t done = 0;

	for (uint32_t record = 0; !record || done < call->bytes; record++) {
		uint32_t n = call->bytes - done;
		struct gsp_rpc_header rpc = {
			.function = htole32(record ? RPC_FN_CONTINUATION_RECORD : call->function),
			.result = htole32(call->result),
			.result_private = htole32(call->result),
			.cpu_rm_gfid = htole32(g->asmb.gfid),
		};

		if (record < GSP_CALL_MAX_RECORDS)
			rpc.sequence = htole32(g->asmb.sequence[record]);
		if (n > GSP_QUEUE_MAX_PAYLOAD_BYTES)
			n = GSP_QUEUE_MAX_PAYLOAD_BYTES;
		gsp_send(gm, &rpc, call->payload + done, n, NULL, 0);
		done += n;
	}
}

/* ---- command queue: CPU to GSP ---- */

static void gsp_run_call(struct gpu_model *gm, uint32_t room)
{
	struct gm_gsp *g = gsp_of(gm);
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
	gsp_reply(gm, &call);
	gsp_flush(gm);
	if (call.function == RPC_FN_UNLOADING_GUEST_DRIVER && call.result == RPC_RESULT_OK)
		gsp_unload(gm);
}

/* Collect a record; run the call when it is whole. @room is the payload space in its slots. */
static void gsp_take_record(struct gpu_model *gm, const struct gsp_rpc_header *rpc,
			    const uint8_t *payload, uint32_t bytes, uint32_t room)
{
	uint32_t function = le32toh(rpc->function);
	struct gm_gsp *g = gsp_of(gm);
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
			gsp_run_call(gm, a->have);
		return;
	}
	if (a->active)
		gm_log(gm, GPU_MODEL_LOG_WARN,
		       "gsp: function %u cuts off function %u at %u of %u bytes", function,
		       a->function, a->have, a->want);
	*a = (struct gsp_assembly){
		.function = function,
		.have = bytes,
		.records = 1,
		.sequence = {le32toh(rpc->sequence)},
		.gfid = le32toh(rpc->cpu_rm_gfid),
		.deadline_ns = gm_now_ns(gm) + GSP_ASSEMBLY_NS,
	};
	/* Padding of the last slot too: some drivers leave parameters outside the length. */
	memcpy(g->call_buf, payload, room);
	want = gsp_call_want(function, payload, bytes);
	if (want > bytes && want > GSP_QUEUE_MAX_PAYLOAD_BYTES && want <= GSP_CALL_MAX_BYTES) {
		a->want = want;
		a->active = true;
		return;
	}
	gsp_run_call(gm, room);
}

/* One message. Returns the slots it took, 0 when the rest of the queue makes no sense. */
static uint32_t gsp_take_message(struct gpu_model *gm, uint32_t avail)
{
	uint8_t msg[GSP_QUEUE_MAX_MSG_BYTES];
	struct gm_gsp *g = gsp_of(gm);
	struct gsp_queue *q = &g->cmd;
	struct gsp_queue_element el;
	struct gsp_rpc_header rpc;
	uint32_t slots, length, room;

	if (gsp_slots(gm, q, q->index, msg, 1, false))
		return 0;
	memcpy(&el, msg, sizeof(el));
	memcpy(&rpc, msg + sizeof(el), sizeof(rpc));
	slots = le32toh(el.elements);
	length = le32toh(rpc.length);
	if (!slots || slots > GSP_QUEUE_MAX_ELEMENTS || slots > avail || length < sizeof(rpc) ||
	    length > GSP_QUEUE_MAX_RPC_BYTES ||
	    slots != (sizeof(el) + length + GSP_QUEUE_MSG_BYTES - 1) / GSP_QUEUE_MSG_BYTES) {
		g->stats.bad_geometry++;
		gm_log(gm, GPU_MODEL_LOG_WARN,
		       "gsp: command at slot %u: %u slots, length %u, %u slots there; queue "
		       "skipped",
		       q->index, slots, length, avail);
		return 0;
	}
	if (slots > 1 && gsp_slots(gm, q, q->index, msg, slots, false))
		return 0;
	/* The first slot may have changed meanwhile: what was checked is what is used. */
	memcpy(msg, &el, sizeof(el));
	memcpy(msg + sizeof(el), &rpc, sizeof(rpc));
	q->index = (q->index + slots) % q->count;
	if (gsp_checksum(msg, sizeof(el) + length)) {
		g->stats.bad_checksum++;
		q->sequence++;
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: command %u: bad checksum, dropped",
		       le32toh(rpc.function));
		return slots;
	}
	if (le32toh(el.sequence) != q->sequence) {
		g->stats.bad_sequence++;
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: command %u: sequence %u, expected %u, dropped",
		       le32toh(rpc.function), le32toh(el.sequence), q->sequence);
		return slots;
	}
	q->sequence++;
	if (le32toh(rpc.header_version) != GSP_RPC_HEADER_VERSION ||
	    le32toh(rpc.signature) != GSP_RPC_SIGNATURE) {
		g->stats.bad_header++;
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: command: no RPC header, dropped");
		return slots;
	}
	room = slots * GSP_QUEUE_MSG_BYTES - GSP_HEADERS_BYTES;
	gsp_take_record(gm, &rpc, msg + GSP_HEADERS_BYTES, length - sizeof(rpc), room);
	return slots;
}

static void gsp_drain(struct gpu_model *gm)
{
	struct gm_gsp *g = gsp_of(gm);
	struct gsp_queue *q = &g->cmd;
	/* A driver that keeps writing must not keep the model from returning. */
	unsigned int budget = 4 * q->count;

	gsp_flush(gm);
	while (g->state == GSP_RUNNING && budget--) {
		uint32_t write_ptr, avail;

		if (g->out_count >= GSP_OUT_THROTTLE)
			return;
		if (gsp_shm_read32(gm,
				   q->offset + __builtin_offsetof(struct gsp_queue_tx, write_ptr),
				   &write_ptr))
			return;
		if (write_ptr >= q->count) {
			g->stats.bad_geometry++;
			return;
		}
		avail = (write_ptr + q->count - q->index) % q->count;
		if (!avail)
			break;
		if (!gsp_take_message(gm, avail))
			q->index = write_ptr;
		if (g->state == GSP_RUNNING)
			gsp_shm_write32(gm, g->stat.offset + g->stat.rx_offset, q->index);
	}
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
		gsp_drain(gm);
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
