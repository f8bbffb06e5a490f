// SPDX-License-Identifier: GPL-2.0-or-later
/* Plugin mailbox against a plugin played by the test: good, slow, silent, hostile, gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "../abi/regs.h"
#include "../abi/vgpu_host.h"
#include "gpu.h"
#include "mbox.h"
#include "shim.h"

#define GFID 3
#define DOORBELL (NV_VFN + NV_VFN_PRIV_DOORBELL)
#define BAR0_BYTES 0x1000000

static struct {
	union {
		u8 bytes[VGPU_MBOX_BYTES];
		u32 words[VGPU_MBOX_BYTES / 4];
	} heap;
	u64 marker_at_ns;	/* virtual time at which the marker appears, 0: never */
	u64 answer_delay_ns;	/* from the doorbell to the answer */
	u64 answer_at_ns;
	bool silent, gone;
	u32 result, seq_error;
	u8 bme_allowed;
	u32 doorbells, last_doorbell, last_type, last_seq;
	u8 request[VGPU_HEAP_MESSAGE_BYTES];
} plugin;

static struct vgpu_gpu gpu;
static struct vgpu_mbox mbox;
static bool crashed;

static u32 *ctrl_word(size_t field)
{
	return &plugin.heap.words[(VGPU_HEAP_CTRL_OFFSET + field) / 4];
}

static u32 *response_word(size_t field)
{
	return &plugin.heap.words[(VGPU_HEAP_RESPONSE_OFFSET + field) / 4];
}

static void answer(void)
{
	struct vgpu_msg_bme *bme = (void *)&plugin.heap.bytes[VGPU_HEAP_MESSAGE_OFFSET];
	struct vgpu_msg_version *version = (void *)bme;

	plugin.answer_at_ns = 0;
	if (plugin.last_type == VGPU_MSG_UPDATE_BME)
		bme->allowed = plugin.bme_allowed;
	if (plugin.last_type == VGPU_MSG_VERSION_NEGOTIATION)
		version->version_negotiated = 77;
	*response_word(offsetof(struct r570_vgpu_response_buf, result_code)) = plugin.result;
	*response_word(offsetof(struct r570_vgpu_response_buf, message_seq_num_processed)) =
		plugin.last_seq + plugin.seq_error;
}

static void tick(void)
{
	u64 now = ktime_get_ns();

	if (plugin.marker_at_ns && now >= plugin.marker_at_ns) {
		plugin.marker_at_ns = 0;
		*ctrl_word(offsetof(struct vgpu_ctrl_buf, message_seq_num)) = VGPU_PLUGIN_MARKER;
	}
	if (plugin.answer_at_ns && now >= plugin.answer_at_ns)
		answer();
}

static u64 mmio_read(void *ctx, unsigned int bar, u64 offset, unsigned int size)
{
	u64 value = 0;

	if (plugin.gone)
		return ~0ULL;
	tick();
	if (bar == 1) {
		assert_true(offset + size <= VGPU_MBOX_BYTES);
		memcpy(&value, &plugin.heap.bytes[offset], size);
	}
	return value;
}

static void mmio_write(void *ctx, unsigned int bar, u64 offset, u64 value, unsigned int size)
{
	if (bar == 1) {
		assert_true(offset + size <= VGPU_MBOX_BYTES);
		memcpy(&plugin.heap.bytes[offset], &value, size);
		return;
	}
	assert_int_equal(offset, DOORBELL);
	plugin.doorbells++;
	plugin.last_doorbell = (u32)value;
	plugin.last_type = *ctrl_word(offsetof(struct vgpu_ctrl_buf, message_type));
	plugin.last_seq = *ctrl_word(offsetof(struct vgpu_ctrl_buf, message_seq_num));
	memcpy(plugin.request, &plugin.heap.bytes[VGPU_HEAP_MESSAGE_OFFSET],
	       sizeof(plugin.request));
	if (!plugin.silent)
		plugin.answer_at_ns = ktime_get_ns() + 1 + plugin.answer_delay_ns;
}

static const struct shim_mmio_ops ops = { mmio_read, mmio_write };

static int setup(void **state)
{
	memset(&plugin, 0, sizeof(plugin));
	memset(plugin.heap.bytes, 0xa5, sizeof(plugin.heap.bytes));
	*ctrl_word(offsetof(struct vgpu_ctrl_buf, message_seq_num)) = VGPU_PLUGIN_MARKER;
	plugin.bme_allowed = 1;
	crashed = false;
	shim_reset();
	shim_bind_mmio(&ops, NULL);
	memset(&gpu, 0, sizeof(gpu));
	gpu.state = VGPU_GPU_READY;
	gpu.bar0 = shim_map_bar(0, BAR0_BYTES);
	mbox = (struct vgpu_mbox){
		.gpu = &gpu, .gfid = GFID, .abort = &crashed,
		.io = shim_map_bar(1, VGPU_MBOX_BYTES),
	};
	vgpu_mbox_prepare(&mbox);
	return 0;
}

static int teardown(void **state)
{
	shim_unmap_bar(gpu.bar0);
	shim_unmap_bar(mbox.io);
	assert_null(shim_leaks());
	shim_bind_mmio(NULL, NULL);
	return 0;
}

static void connect(void)
{
	plugin.marker_at_ns = ktime_get_ns() + 5000000;
	assert_int_equal(vgpu_mbox_connect(&mbox), 0);
}

static void handshake(void **state)
{
	const struct vgpu_ctrl_buf *ctrl = (void *)plugin.heap.bytes;
	uuid_t uuid = { .b = { 9, 8, 7 } };
	struct vgpu_mbox_config config = {
		.uuid = &uuid, .dbdf = 0x10008, .client = 0xc1d00007, .type_id = 877,
		.vm_pid = 4242, .num_channels = 256, .placement_id = 12,
	};
	struct r570_vgpu_msg_setup *msg = (void *)plugin.request;
	u32 version = 0;

	assert_int_equal(*ctrl_word(offsetof(struct vgpu_ctrl_buf, message_seq_num)), 0);
	connect();
	assert_int_equal(ctrl->version, 1);
	assert_int_equal(ctrl->response_offset, 0x1000);
	assert_int_equal(ctrl->message_offset, 0x2000);
	assert_int_equal(ctrl->migration_offset, 0x3000);
	assert_int_equal(ctrl->error_offset, 0x203000);

	assert_int_equal(vgpu_mbox_negotiate(&mbox, &version), 0);
	assert_int_equal(version, 77);
	assert_int_equal(plugin.last_doorbell, GFID * 32 + 17);
	assert_int_equal(plugin.last_seq, 1);
	assert_int_equal(vgpu_mbox_setup(&mbox, &config), 0);
	assert_int_equal(plugin.last_seq, 2);
	assert_int_equal(plugin.last_type, 2);
	assert_memory_equal(msg->vgpu_uuid, uuid.b, 16);
	assert_int_equal(msg->vgpu_type, 877);
	assert_int_equal(msg->vgpu_device_instance_id, 0xc1d00007);
	assert_int_equal(msg->num_channels, 256);
	assert_int_equal(msg->host_page_bytes, 4096);
	assert_int_equal(msg->placement_id, 12);
	assert_int_equal(vgpu_mbox_reset(&mbox), 0);
	assert_int_equal(plugin.last_type, 3);
	assert_int_equal(vgpu_mbox_bus_master(&mbox, true), 0);
	assert_int_equal(plugin.request[0], 1);
	assert_int_equal(plugin.doorbells, 4);
}

static void no_marker(void **state)
{
	u64 start = ktime_get_ns(), took;

	assert_int_equal(vgpu_mbox_connect(&mbox), -ETIMEDOUT);
	took = ktime_get_ns() - start;
	assert_in_range(took / NSEC_PER_MSEC, VGPU_MBOX_BOOT_MS, VGPU_MBOX_BOOT_MS + 50);
	assert_int_equal(vgpu_mbox_reset(&mbox), -EPIPE);
	assert_int_equal(plugin.doorbells, 0);
}

static void slow_answer(void **state)
{
	connect();
	plugin.answer_delay_ns = 4900 * NSEC_PER_MSEC;
	assert_int_equal(vgpu_mbox_reset(&mbox), 0);
}

static void late_answer_is_not_taken_for_the_next(void **state)
{
	connect();
	plugin.answer_delay_ns = 5200 * NSEC_PER_MSEC;
	assert_int_equal(vgpu_mbox_reset(&mbox), -ETIMEDOUT);
	assert_true(mbox.broken);
	shim_run(NSEC_PER_SEC);
	assert_int_equal(vgpu_mbox_bus_master(&mbox, true), -EPIPE);
	assert_int_equal(plugin.doorbells, 1);
	vgpu_mbox_prepare(&mbox);
	plugin.answer_delay_ns = 0;
	connect();
	assert_int_equal(vgpu_mbox_reset(&mbox), 0);
}

static void refusals(void **state)
{
	connect();
	plugin.result = 0x56;
	assert_int_equal(vgpu_mbox_reset(&mbox), -EREMOTEIO);
	assert_int_equal(mbox.result, 0x56);
	assert_false(mbox.broken); /* it did answer */
	plugin.result = 0;
	plugin.bme_allowed = 0;
	assert_int_equal(vgpu_mbox_bus_master(&mbox, true), -EACCES);
	assert_int_equal(vgpu_mbox_bus_master(&mbox, false), 0); /* switching off needs no leave */
}

static void hostile_sequence(void **state)
{
	connect();
	plugin.seq_error = 5; /* "processed" something that was never sent */
	assert_int_equal(vgpu_mbox_reset(&mbox), -ETIMEDOUT);
}

static void crash_ends_the_wait(void **state)
{
	u64 start;

	connect();
	plugin.silent = true;
	crashed = true;
	start = ktime_get_ns();
	assert_int_equal(vgpu_mbox_reset(&mbox), -ECONNRESET);
	assert_true(ktime_get_ns() - start < 100 * NSEC_PER_MSEC);
}

static void card_gone_ends_the_wait(void **state)
{
	u64 start;

	connect();
	plugin.gone = true;
	start = ktime_get_ns();
	assert_int_equal(vgpu_mbox_reset(&mbox), -ENODEV);
	assert_true(ktime_get_ns() - start < 100 * NSEC_PER_MSEC);
	plugin.gone = false;
	plugin.answer_at_ns = 0;
	vgpu_mbox_prepare(&mbox);
	connect();
	plugin.silent = true;
	gpu.state = VGPU_GPU_LOST;
	assert_int_equal(vgpu_mbox_reset(&mbox), -ENODEV);
}

static void too_long(void **state)
{
	static u8 big[VGPU_HEAP_MESSAGE_BYTES + 1];

	connect();
	assert_int_equal(vgpu_mbox_call(&mbox, 12, big, sizeof(big), NULL, 0, 10), -EINVAL);
	assert_int_equal(vgpu_mbox_call(&mbox, 12, NULL, 0, big, sizeof(big), 10), -EINVAL);
	assert_int_equal(vgpu_mbox_call(&mbox, 12, big, sizeof(big) - 1, big, sizeof(big) - 1, 10),
			 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(handshake),
		TEST(no_marker),
		TEST(slow_answer),
		TEST(late_answer_is_not_taken_for_the_next),
		TEST(refusals),
		TEST(hostile_sequence),
		TEST(crash_ends_the_wait),
		TEST(card_gone_ends_the_wait),
		TEST(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
