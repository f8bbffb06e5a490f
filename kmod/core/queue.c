// SPDX-License-Identifier: GPL-2.0-only
#include <asm/barrier.h>
#include <asm/unaligned.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/boot.h"
#include "queue.h"

/* A message may be read while GSP still completes it: so often it is read again. */
#define QUEUE_CHECKSUM_TRIES 3

#define QUEUE_HEAD_BYTES (sizeof(struct gsp_queue_element) + sizeof(struct gsp_rpc_header))

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
	return upper_32_bits(sum) ^ lower_32_bits(sum);
}

int gsp_queues_init(struct gsp_queues *q)
{
	struct gsp_queue_tx *tx;
	__le64 *pte = q->mem.cpu;
	unsigned int i;

	q->tx = kvmalloc(GSP_QUEUE_MAX_MSG_BYTES, GFP_KERNEL);
	q->rx = kvmalloc(GSP_QUEUE_MAX_MSG_BYTES, GFP_KERNEL);
	if (!q->tx || !q->rx) {
		gsp_queues_fini(q);
		return -ENOMEM;
	}
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
	kvfree(q->tx);
	kvfree(q->rx);
	q->tx = NULL;
	q->rx = NULL;
}

/* ---- sending ---- */

static u32 queue_room(const struct gsp_queues *q)
{
	u32 read = le32_to_cpu(READ_ONCE(queue_stat_rx(q)->read_ptr));

	if (read >= GSP_QUEUE_MSG_COUNT)
		return 0;
	return (read + GSP_QUEUE_MSG_COUNT - q->write_ptr - 1) % GSP_QUEUE_MSG_COUNT;
}

/*
 * A slot's rest is zeroes, as if all of it were written: but only what an earlier message left
 * there is, so that a short message moves few cache lines.
 */
static void queue_fill_slot(struct gsp_queues *q, u32 slot, const u8 *data, size_t bytes)
{
	u8 *to = queue_slot(q, GSP_QUEUE_CMD_OFFSET, slot);

	memcpy(to, data, bytes);
	if (q->tx_used[slot] > bytes)
		memset(to + bytes, 0, q->tx_used[slot] - bytes);
	q->tx_used[slot] = (u16)bytes;
}

int gsp_queue_put(struct gsp_queues *q, u32 function, u32 sequence, const void *payload, size_t len)
{
	struct gsp_queue_element *elem = (struct gsp_queue_element *)q->tx;
	struct gsp_rpc_header *rpc = (struct gsp_rpc_header *)(elem + 1);
	size_t total = QUEUE_HEAD_BYTES + len;
	u32 i, slots;

	if (len > GSP_QUEUE_MAX_PAYLOAD_BYTES)
		return -EMSGSIZE;
	slots = DIV_ROUND_UP(total, GSP_QUEUE_MSG_BYTES);
	if (queue_room(q) < slots)
		return -EAGAIN;

	memset(q->tx, 0, QUEUE_HEAD_BYTES);
	elem->sequence = cpu_to_le32(q->tx_sequence);
	elem->elements = cpu_to_le32(slots);
	rpc->header_version = cpu_to_le32(GSP_RPC_HEADER_VERSION);
	rpc->signature = cpu_to_le32(GSP_RPC_SIGNATURE);
	rpc->length = cpu_to_le32(sizeof(*rpc) + len);
	rpc->function = cpu_to_le32(function);
	rpc->result = cpu_to_le32(GSP_RPC_RESULT_PENDING);
	rpc->result_private = cpu_to_le32(GSP_RPC_RESULT_PENDING);
	rpc->sequence = cpu_to_le32(sequence);
	if (len)
		memcpy(rpc + 1, payload, len);
	elem->checksum = cpu_to_le32(gsp_queue_checksum(q->tx, total));

	for (i = 0; i < slots; i++)
		queue_fill_slot(q, (q->write_ptr + i) % GSP_QUEUE_MSG_COUNT,
				q->tx + (size_t)i * GSP_QUEUE_MSG_BYTES,
				min_t(size_t, total - (size_t)i * GSP_QUEUE_MSG_BYTES,
				      GSP_QUEUE_MSG_BYTES));
	q->write_ptr = (q->write_ptr + slots) % GSP_QUEUE_MSG_COUNT;
	q->tx_sequence++;
	dma_wmb();
	WRITE_ONCE(queue_cmd_tx(q)->write_ptr, cpu_to_le32(q->write_ptr));
	/* The pointer must be in memory before the doorbell that the caller rings. */
	mb();
	return 0;
}

/* ---- receiving ---- */

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

static void queue_consume(struct gsp_queues *q, u32 slots)
{
	q->read_ptr = (q->read_ptr + slots) % GSP_QUEUE_MSG_COUNT;
	/* Everything has been read before GSP may overwrite it. */
	mb();
	WRITE_ONCE(queue_cmd_rx(q)->read_ptr, cpu_to_le32(q->read_ptr));
}

static void queue_copy(struct gsp_queues *q, u32 first, u32 slots)
{
	u32 i;

	for (i = first; i < slots; i++)
		memcpy(q->rx + (size_t)i * GSP_QUEUE_MSG_BYTES,
		       queue_slot(q, GSP_QUEUE_STAT_OFFSET,
				  (q->read_ptr + i) % GSP_QUEUE_MSG_COUNT),
		       GSP_QUEUE_MSG_BYTES);
}

/* Copy the message at the read pointer and check it. 0 or -EPROTO. */
static int queue_fetch(struct gsp_queues *q, u32 available, u32 *slots, const char **why)
{
	const struct gsp_queue_element *elem = (const struct gsp_queue_element *)q->rx;
	const struct gsp_rpc_header *rpc = (const struct gsp_rpc_header *)(elem + 1);
	u32 length, total;

	queue_copy(q, 0, 1);
	*slots = le32_to_cpu(elem->elements);
	if (!*slots || *slots > GSP_QUEUE_MAX_ELEMENTS || *slots > available) {
		/* Where the next message starts is unknown: drop all there is. */
		*slots = available;
		*why = "a message takes an impossible number of slots";
		return -EPROTO;
	}
	queue_copy(q, 1, *slots);
	length = le32_to_cpu(rpc->length);
	total = sizeof(*elem) + length;
	if (length < sizeof(*rpc) || length > GSP_QUEUE_MAX_RPC_BYTES ||
	    DIV_ROUND_UP(total, GSP_QUEUE_MSG_BYTES) != *slots) {
		*why = "a message's length does not match its slots";
		return -EPROTO;
	}
	if (le32_to_cpu(rpc->signature) != GSP_RPC_SIGNATURE ||
	    le32_to_cpu(rpc->header_version) != GSP_RPC_HEADER_VERSION) {
		*why = "a message has no RPC header";
		return -EPROTO;
	}
	if (gsp_queue_checksum(q->rx, total)) {
		*why = "a message has a wrong checksum";
		return -EPROTO;
	}
	return 0;
}

int gsp_queue_get(struct gsp_queues *q, struct gsp_record *rec, const char **why)
{
	const struct gsp_queue_element *elem = (const struct gsp_queue_element *)q->rx;
	const struct gsp_rpc_header *rpc = (const struct gsp_rpc_header *)(elem + 1);
	u32 write, available, slots, sequence;
	unsigned int tries;
	int err;

	write = le32_to_cpu(READ_ONCE(queue_stat_tx(q)->write_ptr));
	if (write == q->read_ptr)
		return 0;
	if (write >= GSP_QUEUE_MSG_COUNT) {
		*why = "GSP's write pointer is outside the queue";
		return -EIO;
	}
	if (!q->linked && !queue_link(q)) {
		*why = "GSP describes its queue in another layout";
		return -EIO;
	}
	dma_rmb();
	available = (write + GSP_QUEUE_MSG_COUNT - q->read_ptr) % GSP_QUEUE_MSG_COUNT;
	for (tries = 0; tries < QUEUE_CHECKSUM_TRIES; tries++) {
		err = queue_fetch(q, available, &slots, why);
		if (!err)
			break;
	}
	queue_consume(q, slots);
	if (err)
		return err;
	sequence = le32_to_cpu(elem->sequence);
	if (sequence != q->rx_sequence)
		q->sequence_gaps++;
	q->rx_sequence = sequence + 1;

	rec->function = le32_to_cpu(rpc->function);
	rec->result = le32_to_cpu(rpc->result);
	rec->sequence = le32_to_cpu(rpc->sequence);
	rec->gfid = le32_to_cpu(rpc->cpu_rm_gfid);
	rec->payload = (const u8 *)(rpc + 1);
	rec->len = le32_to_cpu(rpc->length) - sizeof(*rpc);
	return 1;
}
