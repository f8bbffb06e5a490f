// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GSP's message queues: processor time of a 4 KiB message out and in, against two copies and two
 * sums; the checksum against its byte-wise form.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../abi/boot.h"
#include "../abi/msgq.h"
#include "peer.h"
#include "queue.h"

#define ROUNDS 9
#define MESSAGES 20000
#define SUM_BYTES 4096
#define PAYLOAD_BYTES                                                                              \
	(GSP_QUEUE_MSG_BYTES - sizeof(struct gsp_queue_element) - sizeof(struct gsp_rpc_header))

static volatile u32 sink;

__attribute__((target("general-regs-only"), __noinline__)) static u32 sum_bytes(const u8 *p, size_t n)
{
	u64 sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum ^= (u64)p[i] << (i % 8 * 8);
		__asm__ volatile("" : "+r"(sum));
	}
	return (u32)(sum >> 32) ^ (u32)sum;
}

__attribute__((target("general-regs-only"), __noinline__)) static u32 sum_words(const u8 *p, size_t n)
{
	u64 sum = 0, word;

	for (size_t i = 0; i < n; i += 8) {
		memcpy(&word, p + i, 8);
		sum ^= word;
	}
	return (u32)(sum >> 32) ^ (u32)sum;
}

static void checksum(void)
{
	struct bench_series s = { .rounds = 0 };
	static u8 data[SUM_BYTES];

	memset(data, 0x5a, sizeof(data));
	for (unsigned int round = 0; round < bench_rounds(ROUNDS); round++) {
		u64 a = bench_tick(), b, c;

		for (unsigned int i = 0; i < MESSAGES; i++)
			sink = gsp_queue_checksum(data, sizeof(data));
		b = bench_tick();
		for (unsigned int i = 0; i < MESSAGES; i++)
			sink = sum_bytes(data, sizeof(data));
		c = bench_tick();
		s.ours[round] = (double)(b - a) / MESSAGES / bench_cycles_per_ns;
		s.peer[round] = (double)(c - b) / MESSAGES / bench_cycles_per_ns;
		s.rounds++;
	}
	bench_line("msgq-sum", "ns", &s, true, BENCH_HIGHER, 10, 16);
}

/* What firmware would do: the message of the command queue comes back in the status queue. */
static void echo(struct gsp_queues *q, u32 slot)
{
	u8 *cmd = (u8 *)q->mem.cpu + GSP_QUEUE_CMD_OFFSET;
	u8 *stat = (u8 *)q->mem.cpu + GSP_QUEUE_STAT_OFFSET;
	size_t at = GSP_QUEUE_ENTRY_OFFSET + (size_t)slot * GSP_QUEUE_MSG_BYTES;

	memcpy(stat + at, cmd + at, GSP_QUEUE_MSG_BYTES);
	((struct gsp_queue_tx *)stat)->write_ptr = q->write_ptr;
	((struct gsp_queue_rx *)(stat + GSP_QUEUE_RX_OFFSET))->read_ptr = q->write_ptr;
}

static double out_and_in(struct gsp_queues *q, const u8 *payload)
{
	struct gsp_record rec;
	const char *why = "";
	u64 cycles = 0, start;

	for (unsigned int i = 0; i < MESSAGES; i++) {
		u32 slot = q->write_ptr;

		start = bench_tick();
		if (gsp_queue_put(q, 1, i, payload, PAYLOAD_BYTES, false))
			abort();
		cycles += bench_tick() - start;
		echo(q, slot);
		start = bench_tick();
		if (gsp_queue_get(q, &rec, &why) != 1) {
			printf("# msgq-cost: %s\n", why);
			abort();
		}
		cycles += bench_tick() - start;
	}
	return (double)cycles / MESSAGES / bench_cycles_per_ns -
	       2 * (double)bench_empty_cycles / bench_cycles_per_ns;
}

static double copies_and_sums(const u8 *from, u8 *to)
{
	u64 start = bench_tick();

	for (unsigned int i = 0; i < MESSAGES; i++) {
		size_t at = i % GSP_QUEUE_MSG_COUNT * GSP_QUEUE_MSG_BYTES;

		memcpy(to + at, from, GSP_QUEUE_MSG_BYTES);
		sink = sum_words(from, GSP_QUEUE_MSG_BYTES);
		memcpy((u8 *)from, to + at, GSP_QUEUE_MSG_BYTES);
		sink = sum_words(from, GSP_QUEUE_MSG_BYTES);
	}
	return (double)(bench_tick() - start) / MESSAGES / bench_cycles_per_ns;
}

static void cost(void)
{
	struct bench_series s = { .rounds = 0 };
	u8 *payload = calloc(1, GSP_QUEUE_MSG_BYTES), *ring = calloc(1, GSP_QUEUE_SHARED_BYTES);
	struct gsp_queues q = { .mem = { .bytes = GSP_QUEUE_SHARED_BYTES } };

	q.mem.cpu = aligned_alloc(GSP_PAGE_BYTES, GSP_QUEUE_SHARED_BYTES);
	if (!payload || !ring || !q.mem.cpu || gsp_queues_init(&q))
		abort();
	memcpy((u8 *)q.mem.cpu + GSP_QUEUE_STAT_OFFSET, (u8 *)q.mem.cpu + GSP_QUEUE_CMD_OFFSET,
	       sizeof(struct gsp_queue_tx));
	for (unsigned int round = 0; round < bench_rounds(ROUNDS); round++) {
		s.ours[round] = out_and_in(&q, payload);
		s.peer[round] = copies_and_sums(payload, ring);
		s.rounds++;
	}
	bench_line("msgq-cost", "ns", &s, false, BENCH_LOWER, 1.3, 1.1);
	gsp_queues_fini(&q);
	free(q.mem.cpu);
	free(payload);
	free(ring);
}

static void run(void)
{
	cost();
	checksum();
	bench_ring();
}

const struct bench bench_msgq = { "msgq", run };
