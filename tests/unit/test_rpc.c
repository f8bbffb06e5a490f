// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RPC: calls, continuations, events, time-outs and objects, with a firmware that the test plays
 * through the doorbell register; and RM objects on the real model.
 */
#include "harness.h"

#include <linux/ktime.h>
#include <linux/workqueue.h>
#include <stdlib.h>

#include "../../kmod/abi/r570.h"
#include "../../kmod/abi/regs.h"
#include "../../kmod/abi/rpc.h"
#include "fw.h"
#include "gsp_peer.h"
#include "rm.h"
#include "vgpu.h"

#define MAX_REQUEST (512U << 10)

enum mood {
	ANSWER,			/* echo the request */
	ANSWER_ERROR,		/* result 0x56, one record */
	SILENT,
	EVENT_FIRST,
	SHORT_REPLY,
	WRONG_FUNCTION_FIRST,
	BAD_CHECKSUM,
	STRAY_CONTINUATIONS,
	BROKEN_POINTER,
};

static struct {
	struct gsp_peer peer;
	enum mood mood;
	u8 *request;
	size_t len;
	u32 function;
	unsigned int records, doorbells;
	size_t echoed;
	struct work_struct more;	/* echo that waits for room */
} fw;

static struct vgpu_gpu gpu;
static struct device dev = { .name = "rpc" };

static void fw_event(u32 function, const void *payload, size_t len)
{
	peer_send(&fw.peer, function, 0, payload, len, NULL);
}

/* Send the request back in as many records as it came, as far as there is room. */
static void fw_echo_more(struct work_struct *work)
{
	const struct gsp_queue_rx *rx = (void *)(fw.peer.mem + GSP_QUEUE_CMD_OFFSET +
						 GSP_QUEUE_RX_OFFSET);
	u32 room;
	size_t n;

	do {
		room = (le32toh(rx->read_ptr) + 62 - fw.peer.write_ptr + 63) % 63;
		if (room < GSP_QUEUE_MAX_ELEMENTS) {
			schedule_work(&fw.more);
			return;
		}
		n = min_t(size_t, fw.len - fw.echoed, GSP_QUEUE_MAX_PAYLOAD_BYTES);
		peer_send(&fw.peer, fw.echoed ? RPC_FN_CONTINUATION_RECORD : fw.function, 0,
			  fw.request + fw.echoed, n, NULL);
		fw.echoed += n;
	} while (fw.echoed < fw.len);
}

static void fw_echo(void)
{
	fw.echoed = 0;
	fw_echo_more(NULL);
}

static void fw_answer(void)
{
	static const struct peer_lie bad = { .bad_checksum = true };
	struct rpc_vgpu_plugin_triggered ev = {};
	u32 unknown = 7;

	switch (fw.mood) {
	case ANSWER:
		fw_echo();
		break;
	case ANSWER_ERROR:
		peer_send(&fw.peer, fw.function, NV_STATUS_NOT_SUPPORTED, fw.request,
			  min_t(size_t, fw.len, 64), NULL);
		break;
	case SILENT:
		break;
	case EVENT_FIRST:
		fw_event(0x1fff, &unknown, 4);
		fw_event(RPC_EV_VGPU_GSP_PLUGIN_TRIGGERED, &ev, sizeof(ev));
		fw_echo();
		break;
	case SHORT_REPLY:
		peer_send(&fw.peer, fw.function, 0, fw.request, 4, NULL);
		break;
	case WRONG_FUNCTION_FIRST:
		peer_send(&fw.peer, fw.function + 1, 0, fw.request, 4, NULL);
		fw_echo();
		break;
	case BAD_CHECKSUM:
		peer_send(&fw.peer, fw.function, 0, fw.request, 4, &bad);
		break;
	case STRAY_CONTINUATIONS:
		peer_send(&fw.peer, RPC_FN_CONTINUATION_RECORD, 0, "junkjunk", 8, NULL);
		fw_echo();
		break;
	case BROKEN_POINTER:
		peer_stat_tx(&fw.peer)->write_ptr = htole32(99);
		break;
	}
}

/* Collect records until the queue is empty. A request's end is known from its own size. */
static void fw_doorbell(void)
{
	u32 function;
	long n;

	fw.doorbells++;
	while ((n = peer_receive(&fw.peer, &function, fw.request + fw.len,
				 MAX_REQUEST - fw.len)) >= 0) {
		if (function != RPC_FN_CONTINUATION_RECORD) {
			if (fw.records)
				memmove(fw.request, fw.request + fw.len, n);
			fw.len = 0;
			fw.records = 0;
			fw.function = function;
		}
		fw.len += n;
		fw.records++;
		if ((size_t)n < GSP_QUEUE_MAX_PAYLOAD_BYTES)
			fw_answer();
	}
}

static u64 reg_read(void *ctx, unsigned int bar, u64 offset, unsigned int size)
{
	return 0;
}

static void reg_write(void *ctx, unsigned int bar, u64 offset, u64 value, unsigned int size)
{
	if (offset == NV_PGSP_DOORBELL)
		fw_doorbell();
}

static const struct shim_mmio_ops ops = { .read = reg_read, .write = reg_write };

static int setup(void **state)
{
	shim_reset();
	memset(&gpu, 0, sizeof(gpu));
	memset(&fw, 0, sizeof(fw));
	shim_bind_mmio(&ops, NULL);
	fw.request = calloc(1, MAX_REQUEST);
	INIT_WORK(&fw.more, fw_echo_more);
	gpu.dev = &dev;
	gpu.bar0 = shim_map_bar(0, 16 << 20);
	gpu.boot.ops = &gsp_fw_ops_r570;
	gpu.state = VGPU_GPU_READY;
	gsp_rpc_setup(&gpu);
	assert_int_equal(gsp_rpc_init(&gpu), 0);
	peer_link(&fw.peer, gpu.rpc.queues->mem.cpu);
	return 0;
}

static int teardown(void **state)
{
	gsp_rpc_fini(&gpu);
	shim_unmap_bar(gpu.bar0);
	free(fw.request);
	assert_null(shim_leaks());
	return 0;
}

static u8 out[MAX_REQUEST], in[MAX_REQUEST];

static void fill_out(size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		out[i] = (u8)(i ^ i >> 8 ^ i >> 16);
}

static void echoes_of_all_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 8, 4000, 4096, 0xffaf, 0xffb0, 0xffb1, 0x20000,
					334344, 334344 + 0x18, 500000 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i] && sizes[i] % GSP_QUEUE_MAX_PAYLOAD_BYTES == 0)
			continue;	/* the played firmware cannot tell its end */
		fill_out(sizes[i]);
		memset(in, 0, sizeof(in));
		assert_int_equal(gsp_rpc_call(&gpu, 76, out, sizes[i], in, sizeof(in), 1000),
				 sizes[i]);
		assert_memory_equal(in, out, sizes[i]);
		assert_int_equal(fw.records, sizes[i] ? DIV_ROUND_UP(sizes[i],
						GSP_QUEUE_MAX_PAYLOAD_BYTES) : 1);
	}
	assert_int_equal(gpu.rpc.dropped, 0);
}

static void room_is_respected(void **state)
{
	fill_out(1000);
	memset(in, 0xee, sizeof(in));
	assert_int_equal(gsp_rpc_call(&gpu, 76, out, 1000, in, 10, 1000), 1000);
	assert_memory_equal(in, out, 10);
	assert_int_equal(in[10], 0xee);
	assert_int_equal(gsp_rpc_call(&gpu, 76, out, 1000, NULL, 0, 1000), 1000);
}

static void refusal(void **state)
{
	u32 result;

	fw.mood = ANSWER_ERROR;
	assert_int_equal(gsp_rpc_call(&gpu, 76, out, 100, in, 100, 1000), -EIO);
	assert_non_null(shim_log_find("NOT_SUPPORTED"));
	/* One record is enough as a refusal of many. */
	assert_int_equal(gsp_rpc_call_result(&gpu, 76, out, 200000, in, 200000, 1000, &result),
			 -EIO);
	assert_int_equal(result, NV_STATUS_NOT_SUPPORTED);
	fw.mood = ANSWER;
	assert_int_equal(gsp_rpc_call(&gpu, 76, out, 100, in, 100, 1000), 100);
}

static void time_out_loses_the_gpu(void **state)
{
	u64 before = ktime_get_ns();

	fw.mood = SILENT;
	assert_int_equal(gsp_rpc_call(&gpu, 76, out, 100, in, 100, 250), -ETIMEDOUT);
	assert_true(ktime_get_ns() - before >= 250 * 1000000ULL);
	assert_true(ktime_get_ns() - before < 300 * 1000000ULL);
	assert_int_equal(gpu.state, VGPU_GPU_LOST);
	assert_non_null(strstr(gpu.last_error, "no answer to RPC 76 within 250 ms"));
	assert_int_equal(gsp_rpc_call(&gpu, 76, out, 100, in, 100, 250), -ENODEV);
	assert_int_equal(gpu.rpc.timeouts, 1);
}

static void events_in_between(void **state)
{
	fw.mood = EVENT_FIRST;
	assert_int_equal(gsp_rpc_call(&gpu, 76, out, 100, in, 100, 1000), 100);
	assert_int_equal(gsp_rpc_call(&gpu, 76, out, 100, in, 100, 1000), 100);
	shim_run(1000);
	assert_int_equal(gpu.rpc.events, 4);
	assert_int_equal(gpu.rpc.event_count, 0);
	assert_non_null(shim_log_find("event 0x1fff"));
	shim_log_clear();
	gsp_rpc_call(&gpu, 76, out, 100, in, 100, 1000);
	shim_run(1000);
	assert_null(shim_log_find("event 0x1fff"));	/* said once */
}

static void flood_of_events_is_bounded(void **state)
{
	u32 i, n;

	for (i = 0; i < 40; i++) {
		for (n = 0; n < 30; n++)
			fw_event(RPC_EV_POST_EVENT, out, 32);
		gsp_rpc_drain(&gpu);
	}
	assert_int_equal(gpu.rpc.event_count, 256);
	assert_int_equal(gpu.rpc.dropped, 40 * 30 - 256);
	gsp_rpc_dispatch(&gpu);
	assert_int_equal(gpu.rpc.event_count, 0);
}

static void strange_answers(void **state)
{
	fw.mood = WRONG_FUNCTION_FIRST;
	assert_int_equal(gsp_rpc_call(&gpu, 76, out, 100, in, 100, 1000), 100);
	fw.mood = STRAY_CONTINUATIONS;
	assert_int_equal(gsp_rpc_call(&gpu, 76, out, 100, in, 100, 1000), 100);
	fw.mood = BAD_CHECKSUM;
	assert_int_equal(gsp_rpc_call(&gpu, 76, out, 100, in, 100, 1000), -EPROTO);
	fw.mood = ANSWER;
	assert_int_equal(gsp_rpc_call(&gpu, 76, out, 100, in, 100, 1000), 100);
	fw.mood = BROKEN_POINTER;
	assert_int_equal(gsp_rpc_call(&gpu, 76, out, 100, in, 100, 1000), -ENODEV);
	assert_int_equal(gpu.state, VGPU_GPU_LOST);
	assert_non_null(strstr(gpu.last_error, "write pointer is outside the queue"));
}

static void controls(void **state)
{
	u32 status = 99, params[4] = { 1, 2, 3, 4 };

	assert_int_equal(rm_control(&gpu, 1, 2, 3, params, sizeof(params), 1000, &status), 0);
	assert_int_equal(status, 0);
	fw.mood = ANSWER_ERROR;
	assert_int_equal(rm_control(&gpu, 1, 2, 3, params, sizeof(params), 1000, &status),
			 -EOPNOTSUPP);
	assert_int_equal(status, NV_STATUS_NOT_SUPPORTED);
	fw.mood = SHORT_REPLY;
	assert_int_equal(rm_control(&gpu, 1, 2, 3, params, sizeof(params), 1000, &status),
			 -EPROTO);
	assert_int_equal(rm_control(&gpu, 1, 2, 3, params, ~0U, 1000, &status), -EINVAL);
}

static void short_events_are_dropped(void **state)
{
	static const u32 events[] = { RPC_EV_GSP_INIT_DONE, RPC_EV_GSP_RUN_CPU_SEQUENCER,
				      RPC_EV_RC_TRIGGERED, RPC_EV_OS_ERROR_LOG,
				      RPC_EV_VGPU_GSP_PLUGIN_TRIGGERED, 0x1fff };
	size_t i, len;

	gpu.boot.init_done = true;	/* no sequencer programs any more */
	for (i = 0; i < ARRAY_SIZE(events); i++)
		for (len = 0; len < 300; len += len < 64 ? 1 : 59)
			do {
				fw_event(events[i], out, len);
				gsp_rpc_drain(&gpu);
				gsp_rpc_dispatch(&gpu);
			} while (0);
	assert_true(gpu.rpc.running);
}

/* ---- CPU sequencer ---- */

static int sequence(const u32 *words, u32 used)
{
	struct {
		struct rpc_run_cpu_sequencer head;
		u32 words[64];
	} p = {};

	p.head.buffer_dwords = htole32(used + 1);
	p.head.used_dwords = htole32(used);
	memcpy(p.words, words, used * 4);
	return gsp_sequencer_run(&gpu, &p, sizeof(p.head) + used * 4);
}

static void sequencer_programs(void **state)
{
	const u32 fine[] = { RPC_SEQ_REG_WRITE, 0x1438, 5, RPC_SEQ_REG_MODIFY, 0x1438, 1, 2,
			     RPC_SEQ_REG_POLL, 0x1438, 1, 0, 1000, 77, RPC_SEQ_DELAY_US, 10,
			     RPC_SEQ_REG_STORE, 0x1438, 7 };
	const u32 poll[] = { RPC_SEQ_REG_POLL, 0x1438, 1, 1, 1000, 77 };
	const u32 cut[] = { RPC_SEQ_REG_WRITE, 0x1438 };
	const u32 unknown[] = { 99 };
	const u32 outside[] = { RPC_SEQ_REG_WRITE, 0x1000000, 1 };
	const u32 unaligned[] = { RPC_SEQ_REG_WRITE, 0x1439, 1 };
	const u32 index[] = { RPC_SEQ_REG_STORE, 0x1438, 8 };

	assert_int_equal(sequence(fine, ARRAY_SIZE(fine)), 0);
	assert_int_equal(sequence(fine, 0), 0);
	assert_int_equal(sequence(poll, ARRAY_SIZE(poll)), -ETIMEDOUT);
	assert_int_equal(sequence(cut, ARRAY_SIZE(cut)), -EPROTO);
	assert_int_equal(sequence(unknown, ARRAY_SIZE(unknown)), -EPROTO);
	assert_int_equal(sequence(outside, ARRAY_SIZE(outside)), -EPROTO);
	assert_int_equal(sequence(unaligned, ARRAY_SIZE(unaligned)), -EPROTO);
	assert_int_equal(sequence(index, ARRAY_SIZE(index)), -EINVAL);
	assert_int_equal(gsp_sequencer_run(&gpu, fine, 3), -EPROTO);
}

/* ---- on the model ---- */

static void objects_on_the_model(void **state)
{
	struct harness *h = harness_new(NULL);
	struct rm_ctrl_vmmu_segment seg = {};
	struct rm_client a, b;
	u32 status;

	harness_boot(h);
	assert_int_equal(rm_client_init(&h->gpu, &a), 0);
	assert_int_equal(rm_client_init(&h->gpu, &b), 0);
	assert_true(a.client != b.client);
	assert_int_equal(rm_control(&h->gpu, a.client, a.subdevice,
				    RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, &seg, sizeof(seg), 0,
				    &status), 0);
	assert_int_equal(le64toh(seg.segment_bytes), 128 << 20);
	assert_int_equal(rm_control(&h->gpu, a.client, a.subdevice, 0x2080dead, &seg, sizeof(seg),
				    0, &status), -EOPNOTSUPP);
	assert_int_equal(status, NV_STATUS_NOT_SUPPORTED);
	rm_client_fini(&h->gpu, &a);
	rm_client_fini(&h->gpu, &a);
	rm_client_fini(&h->gpu, &b);
	assert_true(h->gpu.vfn.irqs > 0);
	harness_shutdown(h);
	harness_free(h);
}

/* Interrupts lost: calls still end, by the waiter's own look into the queue. */
static void calls_without_interrupts(void **state)
{
	struct harness_options opt = { .fail = "irq-lost" };
	struct harness *h = harness_new(&opt);
	struct rm_client a;

	harness_boot(h);
	assert_int_equal(rm_client_init(&h->gpu, &a), 0);
	rm_client_fini(&h->gpu, &a);
	harness_shutdown(h);
	harness_free(h);
}

static void status_names(void **state)
{
	assert_string_equal(rm_status_name(0x56), "NOT_SUPPORTED");
	assert_string_equal(rm_status_name(0), "OK");
	assert_string_equal(rm_status_name(0x12345), "an unknown status");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(echoes_of_all_sizes),
		TEST(room_is_respected),
		TEST(refusal),
		TEST(time_out_loses_the_gpu),
		TEST(events_in_between),
		TEST(flood_of_events_is_bounded),
		TEST(strange_answers),
		TEST(controls),
		TEST(short_events_are_dropped),
		TEST(sequencer_programs),
		cmocka_unit_test(objects_on_the_model),
		cmocka_unit_test(calls_without_interrupts),
		cmocka_unit_test(status_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
