// SPDX-License-Identifier: GPL-2.0-only
#include <asm/barrier.h>
#include <asm/unaligned.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/prefetch.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/boot.h"
#include "../abi/msgq.h"
#include "queue.h"

/* A message may be read while GSP still completes it: so often it is read again. */
#define QUEUE_CHECKSUM_TRIES 3

#define QUEUE_HEAD_BYTES (sizeof(struct gsp_queue_element) + sizeof(struct gsp_rpc_header))

/*
 * GSP is told that slots were read when there are so many, or when there is no more to read. Its
 * pointer is in the line of ours that GSP watches for commands, so it does not go alone; and for
 * the largest message there is room all the time.
 */
#define QUEUE_READ_BATCH GSP_QUEUE_MAX_ELEMENTS

/* Most messages end within so many bytes of their slot. */
#define QUEUE_SHORT_BYTES 128

/* Slots to look ahead, so that lines of several messages are on their way at a time. */
#define QUEUE_AHEAD 4

static struct gsp_queue_tx *queue_cmd_tx(const struct gsp_queues *q)
{
	return q->mem.cpu + GSP_QUEUE_CMD_OFFSET;
}

static struct gsp_queue_rx *queue_cmd_rx(const struct gsp_queues *q)
{
	return q->mem.cpu + GSP_QUEUE_CMD_OFFSET + GSP_QUEUE_RX_OFFSET;
}

static struct gsp_queue_tx *queue_stat_tx(const struct gsp_queues *q)
{
	return q->mem.cpu + GSP_QUEUE_STAT_OFFSET;
}

/* GSP's read position in the command queue is in the block that GSP writes. */
static struct gsp_queue_rx *queue_stat_rx(const struct gsp_queues *q)
{
	return q->mem.cpu + GSP_QUEUE_STAT_OFFSET + GSP_QUEUE_RX_OFFSET;
}

static u8 *queue_slot(const struct gsp_queues *q, u32 queue_offset, u32 index)
{
	return q->mem.cpu + queue_offset + GSP_QUEUE_ENTRY_OFFSET +
	       (size_t)index * GSP_QUEUE_MSG_BYTES;
}

static u32 queue_fold(u64 sum)
{
	return upper_32_bits(sum) ^ lower_32_bits(sum);
}

u32 gsp_queue_checksum(const u8 *data, size_t bytes)
{
	u64 sum = 0, second = 0, third = 0, fourth = 0;
	u8 tail[8] = {};
	size_t i;

	/* Four sums at a time, which do not wait for each other. */
	for (i = 0; i + 32 <= bytes; i += 32) {
		sum ^= get_unaligned_le64(data + i);
		second ^= get_unaligned_le64(data + i + 8);
		third ^= get_unaligned_le64(data + i + 16);
		fourth ^= get_unaligned_le64(data + i + 24);
	}
	sum ^= second ^ third ^ fourth;
	for (; i + 8 <= bytes; i += 8)
		sum ^= get_unaligned_le64(data + i);
	if (i < bytes) {
		memcpy(tail, data + i, bytes - i);
		sum ^= get_unaligned_le64(tail);
	}
	return queue_fold(sum);
}

/*
 * Copy and sum in one go; each byte is read once. Messages are short as a rule: no call, and no
 * string instruction, which take longer to start than this takes in all.
 */
static __always_inline u64 queue_copy_sum(u8 *to, const u8 *from, size_t bytes)
{
	u64 sum = 0, second = 0, a, b, c, d;
	unsigned int shift;

	for (; bytes >= 32; bytes -= 32, to += 32, from += 32) {
		a = get_unaligned_le64(from);
		b = get_unaligned_le64(from + 8);
		c = get_unaligned_le64(from + 16);
		d = get_unaligned_le64(from + 24);
		put_unaligned_le64(a, to);
		put_unaligned_le64(b, to + 8);
		put_unaligned_le64(c, to + 16);
		put_unaligned_le64(d, to + 24);
		sum ^= a ^ b;
		second ^= c ^ d;
	}
	for (; bytes >= 8; bytes -= 8, to += 8, from += 8) {
		a = get_unaligned_le64(from);
		put_unaligned_le64(a, to);
		sum ^= a;
	}
	for (shift = 0; bytes; bytes--, shift += 8) {
		*to = *from++;
		second ^= (u64)*to++ << shift;
	}
	return sum ^ second;
}

int gsp_queues_init(struct gsp_queues *q)
{
	struct gsp_queue_tx *tx;
	__le64 *pte = q->mem.cpu;
	unsigned int i;

	q->rx = kvmalloc(GSP_QUEUE_MAX_MSG_BYTES, GFP_KERNEL);
	if (!q->rx)
		return -ENOMEM;
	memset(q->mem.cpu, 0, q->mem.bytes);
	memset(q->tx_used, 0, sizeof(q->tx_used));
	for (i = 0; i < GSP_QUEUE_PTES; i++)
		pte[i] = cpu_to_le64(q->mem.addr + i * GSP_PAGE_BYTES);
	tx = queue_cmd_tx(q);
	tx->version = cpu_to_le32(GSP_QUEUE_VERSION);
	tx->size = cpu_to_le32(GSP_QUEUE_BYTES);
	tx->msg_size = cpu_to_le32(GSP_QUEUE_MSG_BYTES);
	tx->msg_count = cpu_to_le32(GSP_QUEUE_MSG_COUNT);
	tx->flags = cpu_to_le32(GSP_QUEUE_FLAG_SWAP_RX);
	tx->rx_offset = cpu_to_le32(GSP_QUEUE_RX_OFFSET);
	tx->entry_offset = cpu_to_le32(GSP_QUEUE_ENTRY_OFFSET);
	return 0;
}

void gsp_queues_fini(struct gsp_queues *q)
{
	kvfree(q->rx);
	q->rx = NULL;
}

/* ---- sending ---- */

/* The slot that is @slots behind @index; a ring's worth at most. */
static u32 queue_next(u32 index, u32 slots)
{
	index += slots;
	return index < GSP_QUEUE_MSG_COUNT ? index : index - GSP_QUEUE_MSG_COUNT;
}

/* Are @slots free? GSP's pointer is only read when those known to be free do not do. */
static bool queue_room(struct gsp_queues *q, u32 slots)
{
	u32 read;

	if (q->tx_room >= slots)
		return true;
	read = le32_to_cpu(READ_ONCE(queue_stat_rx(q)->read_ptr));
	if (read >= GSP_QUEUE_MSG_COUNT)
		return false;
	q->tx_room = (read + GSP_QUEUE_MSG_COUNT - q->write_ptr - 1) % GSP_QUEUE_MSG_COUNT;
	return q->tx_room >= slots;
}

/* @used bytes of the slot are written. Its rest is zeroes, but for what an earlier message left. */
static void queue_clear_rest(struct gsp_queues *q, u32 slot, u8 *at, size_t used)
{
	if (q->tx_used[slot] > used)
		memset(at + used, 0, q->tx_used[slot] - used);
	q->tx_used[slot] = (u16)used;
}

/* The headers of a message, written in place. Returns their sum without the checksum. */
static u32 queue_fill_head(struct gsp_queues *q, u8 *to, u32 slots, u32 length, u32 function,
			   u32 sequence)
{
	struct gsp_queue_element *elem = (struct gsp_queue_element *)to;
	struct gsp_rpc_header *rpc = (struct gsp_rpc_header *)(elem + 1);

	memset(elem->auth_tag, 0, sizeof(elem->auth_tag));
	memset(elem->aad, 0, sizeof(elem->aad));
	elem->sequence = cpu_to_le32(q->tx_sequence);
	elem->elements = cpu_to_le32(slots);
	elem->reserved = 0;
	rpc->header_version = cpu_to_le32(GSP_RPC_HEADER_VERSION);
	rpc->signature = cpu_to_le32(GSP_RPC_SIGNATURE);
	rpc->length = cpu_to_le32(length);
	rpc->function = cpu_to_le32(function);
	rpc->result = cpu_to_le32(GSP_RPC_RESULT_PENDING);
	rpc->result_private = cpu_to_le32(GSP_RPC_RESULT_PENDING);
	rpc->sequence = cpu_to_le32(sequence);
	rpc->cpu_rm_gfid = 0;
	/* A folded sum of 64-bit words is that of the 32-bit ones; the two results cancel out. */
	return q->tx_sequence ^ slots ^ GSP_RPC_HEADER_VERSION ^ GSP_RPC_SIGNATURE ^ length ^
	       function ^ sequence;
}

/* The payload behind them, and nothing in the rest of the slots. Returns its sum. */
static u32 queue_fill_payload(struct gsp_queues *q, u8 *to, u32 slots, const u8 *payload,
			      size_t len)
{
	size_t at = QUEUE_HEAD_BYTES, n;
	u32 slot = q->write_ptr;
	u64 sum = 0;

	for (;;) {
		n = min_t(size_t, len, GSP_QUEUE_MSG_BYTES - at);
		sum ^= queue_copy_sum(to + at, payload, n);
		queue_clear_rest(q, slot, to, at + n);
		if (!--slots)
			return queue_fold(sum);
		payload += n;
		len -= n;
		at = 0;
		slot = queue_next(slot, 1);
		to = queue_slot(q, GSP_QUEUE_CMD_OFFSET, slot);
	}
}

/* GSP may read what has been written. */
static void queue_publish(struct gsp_queues *q)
{
	q->tx_held = false;
	dma_wmb();
	WRITE_ONCE(queue_cmd_tx(q)->write_ptr, cpu_to_le32(q->write_ptr));
}

int gsp_queue_put(struct gsp_queues *q, u32 function, u32 sequence, const void *payload, size_t len,
		  bool more)
{
	u32 slots, sum;
	u8 *to;

	if (len > GSP_QUEUE_MAX_PAYLOAD_BYTES)
		return -EMSGSIZE;
	slots = (u32)DIV_ROUND_UP(QUEUE_HEAD_BYTES + len, GSP_QUEUE_MSG_BYTES);
	if (!queue_room(q, slots)) {
		/* GSP makes room of what it sees. */
		if (q->tx_held)
			queue_publish(q);
		return -EAGAIN;
	}
	to = queue_slot(q, GSP_QUEUE_CMD_OFFSET, q->write_ptr);
	sum = queue_fill_head(q, to, slots, (u32)(sizeof(struct gsp_rpc_header) + len), function,
			      sequence);
	sum ^= queue_fill_payload(q, to, slots, payload, len);
	((struct gsp_queue_element *)to)->checksum = cpu_to_le32(sum);
	q->write_ptr = queue_next(q->write_ptr, slots);
	q->tx_room -= slots;
	q->tx_sequence++;
	if (more)
		q->tx_held = true;
	else
		queue_publish(q);
	return 0;
}

/* ---- receiving ---- */

/* What the headers of a message say. Each word is read once, as it may change meanwhile. */
struct queue_head {
	u64 sum;		/* of all their words */
	u64 place;		/* in words of 64 bits, as they come: checksum, sequence */
	u64 elements;		/* elements, reserved */
	u64 kind;		/* header version, signature */
	u64 call;		/* length, function */
	u64 result;		/* result, private result */
	u64 tag;		/* sequence, GFID */
};

/* A word of a header; slots are aligned, and so are their headers. */
static u64 queue_word(const void *at)
{
	return le64_to_cpu(READ_ONCE(*(const __le64 *)at));
}

static void queue_read_head(struct queue_head *h, const u8 *from)
{
	const struct gsp_queue_element *elem = (const struct gsp_queue_element *)from;
	const struct gsp_rpc_header *rpc = (const struct gsp_rpc_header *)(elem + 1);

	h->place = queue_word(&elem->checksum);
	h->elements = queue_word(&elem->elements);
	h->kind = queue_word(&rpc->header_version);
	h->call = queue_word(&rpc->length);
	h->result = queue_word(&rpc->result);
	h->tag = queue_word(&rpc->sequence);
	h->sum = queue_word(elem->auth_tag) ^ queue_word(elem->auth_tag + 8) ^
		 queue_word(elem->aad) ^ queue_word(elem->aad + 8) ^ h->place ^ h->elements ^
		 h->kind ^ h->call ^ h->result ^ h->tag;
}

/* Lines that will be read: GSP has written them, so they come from afar. */
static void queue_prefetch_read(const struct gsp_queues *q, u32 first, u32 end)
{
	const u8 *slot;

	for (; first < end; first++) {
		slot = queue_slot(q, GSP_QUEUE_STAT_OFFSET, queue_next(q->read_ptr, first));
		prefetch(slot);
		prefetch(slot + L1_CACHE_BYTES);
	}
}

/* Before the first message: GSP must have set up its queue as we did ours. */
static bool queue_link(struct gsp_queues *q)
{
	struct gsp_queue_tx tx;

	memcpy(&tx, queue_stat_tx(q), sizeof(tx));
	q->linked = le32_to_cpu(tx.version) == GSP_QUEUE_VERSION &&
		    le32_to_cpu(tx.size) == GSP_QUEUE_BYTES &&
		    le32_to_cpu(tx.msg_size) == GSP_QUEUE_MSG_BYTES &&
		    le32_to_cpu(tx.msg_count) == GSP_QUEUE_MSG_COUNT &&
		    le32_to_cpu(tx.rx_offset) == GSP_QUEUE_RX_OFFSET &&
		    le32_to_cpu(tx.entry_offset) == GSP_QUEUE_ENTRY_OFFSET &&
		    (le32_to_cpu(tx.flags) & GSP_QUEUE_FLAG_SWAP_RX);
	return q->linked;
}

/* Everything up to our read position has been read before GSP may overwrite it. */
static void queue_tell_read(struct gsp_queues *q)
{
	q->rx_untold = 0;
	virt_store_release(&queue_cmd_rx(q)->read_ptr, cpu_to_le32(q->read_ptr));
}

static void queue_consume(struct gsp_queues *q, u32 slots)
{
	q->read_ptr = queue_next(q->read_ptr, slots);
	q->rx_ready -= slots;
	q->rx_untold += slots;
	if (q->rx_untold >= QUEUE_READ_BATCH)
		queue_tell_read(q);
	if (q->rx_ready > QUEUE_AHEAD)
		queue_prefetch_read(q, QUEUE_AHEAD, QUEUE_AHEAD + 1);
}

/* Copy the payload of the message at the read pointer. Returns its sum. */
static u64 queue_copy_payload(struct gsp_queues *q, const u8 *from, size_t len)
{
	size_t at = QUEUE_HEAD_BYTES, n;
	u32 slot = q->read_ptr;
	u8 *to = q->rx;
	u64 sum = 0;

	for (;;) {
		n = min_t(size_t, len, GSP_QUEUE_MSG_BYTES - at);
		sum ^= queue_copy_sum(to, from + at, n);
		len -= n;
		if (!len)
			return sum;
		to += n;
		at = 0;
		slot = queue_next(slot, 1);
		from = queue_slot(q, GSP_QUEUE_STAT_OFFSET, slot);
	}
}

/* Copy the message at the read pointer and check it. 0 or -EPROTO. */
static int queue_fetch(struct gsp_queues *q, struct queue_head *h, u32 *slots, const char **why)
{
	const u8 *from = queue_slot(q, GSP_QUEUE_STAT_OFFSET, q->read_ptr);
	u32 length;

	queue_read_head(h, from);
	*slots = lower_32_bits(h->elements);
	if (!*slots || *slots > GSP_QUEUE_MAX_ELEMENTS || *slots > q->rx_ready) {
		/* Where the next message starts is unknown: drop all there is. */
		*slots = q->rx_ready;
		*why = "a message takes an impossible number of slots";
		return -EPROTO;
	}
	length = lower_32_bits(h->call);
	if (length < sizeof(struct gsp_rpc_header) || length > GSP_QUEUE_MAX_RPC_BYTES ||
	    DIV_ROUND_UP(sizeof(struct gsp_queue_element) + length, GSP_QUEUE_MSG_BYTES) !=
		    *slots) {
		*why = "a message's length does not match its slots";
		return -EPROTO;
	}
	if (h->kind != ((u64)GSP_RPC_SIGNATURE << 32 | GSP_RPC_HEADER_VERSION)) {
		*why = "a message has no RPC header";
		return -EPROTO;
	}
	if (queue_fold(h->sum ^ queue_copy_payload(q, from,
						   length - sizeof(struct gsp_rpc_header)))) {
		*why = "a message has a wrong checksum";
		return -EPROTO;
	}
	return 0;
}

/* Look for messages: 1 when there are some, 0, or -EIO. */
static int queue_look(struct gsp_queues *q, const char **why)
{
	u32 write = le32_to_cpu(READ_ONCE(queue_stat_tx(q)->write_ptr));

	if (write == q->read_ptr) {
		/* When the pointer's line comes from GSP next time, so do these, not after it. */
		queue_prefetch_read(q, 0, 1);
		if (q->rx_untold)
			queue_tell_read(q);
		return 0;
	}
	if (write >= GSP_QUEUE_MSG_COUNT) {
		*why = "GSP's write pointer is outside the queue";
		return -EIO;
	}
	if (!q->linked && !queue_link(q)) {
		*why = "GSP describes its queue in another layout";
		return -EIO;
	}
	dma_rmb();
	q->rx_ready = queue_next(write, GSP_QUEUE_MSG_COUNT - q->read_ptr);
	queue_prefetch_read(q, 1, min_t(u32, q->rx_ready, QUEUE_AHEAD + 1));
	return 1;
}

int gsp_queue_get(struct gsp_queues *q, struct gsp_record *rec, const char **why)
{
	struct queue_head h;
	unsigned int tries;
	u32 slots;
	int err;

	if (!q->rx_ready) {
		err = queue_look(q, why);
		if (err <= 0)
			return err;
	}
	for (tries = 0; tries < QUEUE_CHECKSUM_TRIES; tries++) {
		err = queue_fetch(q, &h, &slots, why);
		if (!err)
			break;
	}
	queue_consume(q, slots);
	if (err)
		return err;
	if (upper_32_bits(h.place) != q->rx_sequence)
		q->sequence_gaps++;
	q->rx_sequence = upper_32_bits(h.place) + 1;

	rec->function = upper_32_bits(h.call);
	rec->result = lower_32_bits(h.result);
	rec->sequence = lower_32_bits(h.tag);
	rec->gfid = upper_32_bits(h.tag);
	rec->payload = q->rx;
	rec->len = lower_32_bits(h.call) - sizeof(struct gsp_rpc_header);
	return 1;
}
