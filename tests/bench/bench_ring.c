// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages between two threads, the driver's queue here and the GPU model there: a command and its
 * answer at a time, and with both queues kept full; against Linux's ringtest `ring`, a program of
 * its own, on the same two processors.
 */
#include "bench.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../abi/msgq.h"
#include "../abi/rpc.h"
#include "echo_model.h"
#include "queue.h"

#define ROUNDS 9
#define RTT_CALLS 20000U
#define STREAM_CALLS 40000U
#define RING_RTT_MESSAGES 200000U
#define RING_STREAM_MESSAGES 2000000U
#define SMALL_PAYLOAD 32
#define WARM_UP_PART 10
/* So many commands at a time are made known to GSP, which answers so many at a time. */
#define BATCH 8
/* A command and its answer: each is written, made known, read, and its slot given back. */
#define MESSAGES_PER_CALL 2
#define NUMBER_TEXT 16

extern char **environ;

static volatile bool stop;
static int driver_cpu, model_cpu;

/* This thread's processor, and another one. False: there is none. */
static bool pick_cpus(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	driver_cpu = sched_getcpu();
	for (model_cpu = 0; model_cpu < online; model_cpu++)
		if (model_cpu != driver_cpu)
			return true;
	return false;
}

static void *model_thread(void *arg)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)model_cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	while (!stop)
		echo_poll();
	return NULL;
}

/* Nanoseconds a call, at most @outstanding of them on their way; the model already polls. */
static double calls(struct gsp_queues *q, unsigned int count, unsigned int outstanding)
{
	unsigned int sent = 0, received = 0;
	const u8 payload[SMALL_PAYLOAD] = { 0 };
	uint64_t start = bench_tick();
	struct gsp_record rec;
	const char *why = "";

	while (received < count) {
		int ret;

		if (sent < count && sent - received < outstanding) {
			bool more = sent + 1 < count && sent + 1 - received < outstanding &&
				    (sent + 1) % BATCH;

			ret = gsp_queue_put(q, RPC_FN_NOP, sent, payload, SMALL_PAYLOAD, more);
			if (ret && ret != -EAGAIN)
				abort();
			sent += !ret;
		}
		ret = gsp_queue_get(q, &rec, &why);
		if (ret < 0) {
			printf("# msgq: %s\n", why);
			abort();
		}
		received += ret == 1;
		/* As a loop that waits for memory does in the kernel: cpu_relax(). */
		if (!ret)
			_mm_pause();
	}
	return (double)(bench_tick() - start) / count / bench_cycles_per_ns;
}

/* The same, and the model's thread only lives as long, so that the peer has both processors. */
static double exchange(struct gsp_queues *q, unsigned int count, unsigned int outstanding)
{
	pthread_t thread;
	double ns;

	stop = false;
	if (pthread_create(&thread, NULL, model_thread, NULL))
		abort();
	/* Both are awake by then. */
	calls(q, count / WARM_UP_PART, outstanding);
	ns = calls(q, count, outstanding);
	stop = true;
	pthread_join(thread, NULL);
	return ns;
}

/* Seconds that ringtest takes for @count messages; negative: it could not be run. */
static double ring_seconds(unsigned int count, unsigned int outstanding)
{
	char messages[NUMBER_TEXT], limit[NUMBER_TEXT], guest[NUMBER_TEXT], host[NUMBER_TEXT];
	char *argv[] = { BENCH_RING, "--run-cycles", messages, "--guest-affinity", guest,
			 "--host-affinity", host, "--outstanding", limit, NULL };
	uint64_t start;
	int status;
	pid_t pid;

	snprintf(messages, sizeof(messages), "%u", count);
	snprintf(guest, sizeof(guest), "%d", driver_cpu);
	snprintf(host, sizeof(host), "%d", model_cpu);
	snprintf(limit, sizeof(limit), "%u", outstanding);
	start = bench_tick();
	if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) ||
	    waitpid(pid, &status, 0) != pid || status)
		return -1;
	return (double)(bench_tick() - start) / bench_cycles_per_ns / 1e9;
}

/* Nanoseconds a message, without the program's own start. */
static double ring(unsigned int count, unsigned int outstanding)
{
	double start = ring_seconds(1, outstanding), all = ring_seconds(count, outstanding);

	return start < 0 || all < 0 ? -1 : (all - start) * 1e9 / count;
}

/* False: ringtest failed. */
static bool measure(struct gsp_queues *q, struct bench_series *rtt, struct bench_series *stream)
{
	unsigned int rounds = bench_rounds(ROUNDS);

	for (unsigned int round = 0; round < rounds; round++) {
		rtt->ours[round] = exchange(q, RTT_CALLS, 1);
		rtt->peer[round] = ring(RING_RTT_MESSAGES, 1);
		stream->ours[round] = exchange(q, STREAM_CALLS, GSP_QUEUE_MSG_COUNT - 1) /
				      MESSAGES_PER_CALL;
		stream->peer[round] = ring(RING_STREAM_MESSAGES, GSP_QUEUE_MSG_COUNT - 1);
		if (rtt->peer[round] <= 0 || stream->peer[round] <= 0)
			return false;
	}
	rtt->rounds = stream->rounds = rounds;
	return true;
}

void bench_ring(void)
{
	struct bench_series rtt, stream, last_rtt, last_stream;
	struct bench_attempts attempts[2] = { 0 };
	bool more;
	struct gsp_queues q = { .mem = { .bytes = GSP_QUEUE_SHARED_BYTES } };
	uint64_t addr;

	if (!pick_cpus() || access(BENCH_RING, X_OK)) {
		bench_skip("msgq-rtt, msgq-stream",
			   "they want a second processor and ringtest out of linux-source");
		return;
	}
	q.mem.cpu = echo_memory(&addr);
	q.mem.addr = addr;
	if (gsp_queues_init(&q) || echo_start())
		abort();
	do {
		if (!measure(&q, &last_rtt, &last_stream)) {
			bench_skip("msgq-rtt, msgq-stream", "ringtest failed");
			gsp_queues_fini(&q);
			return;
		}
		more = bench_again("msgq-rtt", &last_rtt, false, &attempts[0]);
		more |= bench_again("msgq-stream", &last_stream, false, &attempts[1]);
		if (attempts[0].best)
			rtt = last_rtt;
		if (attempts[1].best)
			stream = last_stream;
	} while (more);
	bench_line("msgq-rtt", "ns", &rtt, false, BENCH_LOWER, 2.0, 1.2);
	bench_line("msgq-stream", "ns", &stream, false, BENCH_LOWER, 3, 1.5);
	printf("# msgq-stream: a command and its answer, %d messages, took %.4g ns\n", MESSAGES_PER_CALL,
	       MESSAGES_PER_CALL * bench_median(stream.ours, stream.rounds));
	gsp_queues_fini(&q);
}
