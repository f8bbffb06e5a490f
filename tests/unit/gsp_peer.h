/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other end of the message queues, played by a test: honest by default, lying on request. */
#ifndef GSP_PEER_H
#define GSP_PEER_H

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "../../kmod/abi/msgq.h"
#include "queue.h"

struct gsp_peer {
	u8 *mem;		/* the shared block */
	u32 write_ptr, read_ptr;
	u32 tx_sequence;
};

static inline struct gsp_queue_tx *peer_stat_tx(struct gsp_peer *p)
{
	return (void *)(p->mem + GSP_QUEUE_STAT_OFFSET);
}

static inline struct gsp_queue_tx *peer_cmd_tx(struct gsp_peer *p)
{
	return (void *)(p->mem + GSP_QUEUE_CMD_OFFSET);
}

static inline u8 *peer_slot(struct gsp_peer *p, u32 queue, u32 index)
{
	return p->mem + queue + GSP_QUEUE_ENTRY_OFFSET + (index % GSP_QUEUE_MSG_COUNT) *
	       GSP_QUEUE_MSG_BYTES;
}

static inline void peer_link(struct gsp_peer *p, void *mem)
{
	struct gsp_queue_tx *tx;

	memset(p, 0, sizeof(*p));
	p->mem = mem;
	tx = peer_stat_tx(p);
	tx->size = htole32(GSP_QUEUE_BYTES);
	tx->msg_size = htole32(GSP_QUEUE_MSG_BYTES);
	tx->msg_count = htole32(GSP_QUEUE_MSG_COUNT);
	tx->flags = htole32(GSP_QUEUE_FLAG_SWAP_RX);
	tx->rx_offset = htole32(GSP_QUEUE_RX_OFFSET);
	tx->entry_offset = htole32(GSP_QUEUE_ENTRY_OFFSET);
}

/* XOR of 64-bit words, folded; the test's own arithmetic. */
static inline u32 peer_sum(const u8 *data, size_t bytes)
{
	u64 sum = 0, word;
	size_t i;

	for (i = 0; i < bytes; i += 8) {
		word = 0;
		memcpy(&word, data + i, bytes - i < 8 ? bytes - i : 8);
		sum ^= word;
	}
	return (u32)(sum >> 32) ^ (u32)sum;
}

/* What a test may want to spoil. */
struct peer_lie {
	bool bad_checksum, bad_signature;
	u32 elements;		/* 0: the truth */
	u32 length;		/* 0: the truth */
	u32 sequence_skip;
};

static inline void peer_send(struct gsp_peer *p, u32 function, u32 result, const void *payload,
			     size_t len, const struct peer_lie *lie)
{
	size_t total = sizeof(struct gsp_queue_element) + sizeof(struct gsp_rpc_header) + len;
	u32 slots = (total + GSP_QUEUE_MSG_BYTES - 1) / GSP_QUEUE_MSG_BYTES, i;
	u8 *msg = calloc(slots, GSP_QUEUE_MSG_BYTES);
	struct gsp_queue_element *e = (void *)msg;
	struct gsp_rpc_header *r = (void *)(e + 1);

	if (lie)
		p->tx_sequence += lie->sequence_skip;
	e->sequence = htole32(p->tx_sequence++);
	e->elements = htole32(lie && lie->elements ? lie->elements : slots);
	r->header_version = htole32(GSP_RPC_HEADER_VERSION);
	r->signature = htole32(lie && lie->bad_signature ? 0 : GSP_RPC_SIGNATURE);
	r->length = htole32(lie && lie->length ? lie->length : (u32)(sizeof(*r) + len));
	r->function = htole32(function);
	r->result = htole32(result);
	if (len)
		memcpy(r + 1, payload, len);
	e->checksum = htole32(peer_sum(msg, total) ^ (lie && lie->bad_checksum));
	for (i = 0; i < slots; i++)
		memcpy(peer_slot(p, GSP_QUEUE_STAT_OFFSET, p->write_ptr + i),
		       msg + i * GSP_QUEUE_MSG_BYTES, GSP_QUEUE_MSG_BYTES);
	free(msg);
	p->write_ptr = (p->write_ptr + slots) % GSP_QUEUE_MSG_COUNT;
	peer_stat_tx(p)->write_ptr = htole32(p->write_ptr);
}

/* Take one request; returns its payload length or -1. */
static inline long peer_receive(struct gsp_peer *p, u32 *function, u8 *payload, size_t room)
{
	static u8 msg[GSP_QUEUE_MAX_MSG_BYTES];
	struct gsp_queue_element *e = (void *)msg;
	struct gsp_rpc_header *r = (void *)(e + 1);
	struct gsp_queue_rx *rx = (void *)(p->mem + GSP_QUEUE_STAT_OFFSET + GSP_QUEUE_RX_OFFSET);
	u32 i, slots;
	size_t len;

	if (le32toh(peer_cmd_tx(p)->write_ptr) == p->read_ptr)
		return -1;
	memcpy(msg, peer_slot(p, GSP_QUEUE_CMD_OFFSET, p->read_ptr), GSP_QUEUE_MSG_BYTES);
	slots = le32toh(e->elements);
	for (i = 1; i < slots; i++)
		memcpy(msg + i * GSP_QUEUE_MSG_BYTES,
		       peer_slot(p, GSP_QUEUE_CMD_OFFSET, p->read_ptr + i), GSP_QUEUE_MSG_BYTES);
	len = le32toh(r->length) - sizeof(*r);
	if (peer_sum(msg, sizeof(*e) + sizeof(*r) + len))
		abort();
	*function = le32toh(r->function);
	memcpy(payload, r + 1, len < room ? len : room);
	p->read_ptr = (p->read_ptr + slots) % GSP_QUEUE_MSG_COUNT;
	rx->read_ptr = htole32(p->read_ptr);
	return (long)len;
}

#endif
