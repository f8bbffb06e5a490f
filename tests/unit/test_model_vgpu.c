// SPDX-License-Identifier: GPL-2.0-or-later
/* The model's vGPU host side: types, bootload and its refusals, plugin mailbox, guest set-up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake_board.h"

#define TYPE_ID	   875
#define TYPE_FB	   (128ULL << 20)
#define TYPE_HEAP  (32ULL << 20)
#define CLIENT	   0xc1d00010
#define HEAP(gfid) (0x80000000ULL + (gfid)*TYPE_HEAP)
#define FB(gfid)   ((gfid)*TYPE_FB)

static struct fake_reply reply;

static void fill_type(struct r570_vgpu_type *t, uint32_t id)
{
	t->vgpu_type = id;
	strcpy((char *)t->name, "NVIDIA L40-X");
	t->max_instance = 4;
	t->vdev_id = 0x26b5176fULL;
	t->pdev_id = 0x26b50000ULL;
	t->profile_bytes = TYPE_FB;
	t->fb_bytes = TYPE_FB;
	t->gsp_heap_bytes = TYPE_HEAP;
}

static uint32_t add_types(struct gpu_model *gm, uint32_t count, uint8_t discard, uint32_t first)
{
	struct r570_vgpu_add_type *req = calloc(1, sizeof(*req));
	uint32_t status;

	req->discard = discard;
	req->count = count;
	for (uint32_t i = 0; i < count && i < R570_VGPU_MAX_TYPES; i++)
		fill_type(&req->types[i], first + i);
	status = drv_control(gm, VGPU_CTRL_ADD_TYPE, req, sizeof(*req));
	free(req);
	return status;
}

static void fill_boot(struct r570_vgpu_bootload *b, uint32_t gfid)
{
	memset(b, 0, sizeof(*b));
	b->gfid = gfid;
	b->num_channels = 64;
	b->num_plugin_channels = 1;
	b->chid_offset[NV2080_ENGINE_GR0] = gfid * 64;
	b->num_fb_segments = 1;
	b->fb_address[0] = FB(gfid);
	b->fb_bytes[0] = TYPE_FB;
	b->heap_address = HEAP(gfid);
	b->heap_bytes = TYPE_HEAP;
	b->init_log_address = HEAP(gfid) + VGPU_HEAP_INIT_LOG_OFFSET;
	b->init_log_bytes = VGPU_HEAP_INIT_LOG_BYTES;
	b->vgpu_log_address = HEAP(gfid) + VGPU_HEAP_VGPU_LOG_OFFSET;
	b->vgpu_log_bytes = VGPU_HEAP_VGPU_LOG_BYTES;
	b->kernel_log_address = HEAP(gfid) + VGPU_HEAP_KERNEL_LOG_OFFSET;
	b->kernel_log_bytes = VGPU_HEAP_KERNEL_LOG_BYTES;
}

static uint32_t bootload(struct gpu_model *gm, uint32_t gfid)
{
	struct r570_vgpu_bootload b;

	fill_boot(&b, gfid);
	return drv_control(gm, VGPU_CTRL_BOOTLOAD, &b, sizeof(b));
}

static uint32_t gfid_control(struct gpu_model *gm, uint32_t cmd, uint32_t gfid)
{
	return drv_control(gm, cmd, &gfid, sizeof(gfid));
}

/* Next plugin event; false when the queue is empty. */
static bool plugin_event(struct gpu_model *gm, uint32_t *gfid, uint32_t *index)
{
	while (drv_recv(gm, &reply)) {
		const struct rpc_vgpu_plugin_triggered *ev = (void *)reply.data;

		if (reply.function != RPC_EV_VGPU_GSP_PLUGIN_TRIGGERED)
			continue;
		*gfid = ev->gfid;
		*index = ev->notify_index;
		return true;
	}
	return false;
}

static struct vgpu_ctrl_buf *ctrl_of(struct gpu_model *gm, uint32_t gfid)
{
	return (void *)(gm->vram + HEAP(gfid));
}

static struct r570_vgpu_response_buf *response_of(struct gpu_model *gm, uint32_t gfid)
{
	return (void *)(gm->vram + HEAP(gfid) + VGPU_HEAP_RESPONSE_OFFSET);
}

/* Send one plugin message; the result, or ~0 when it was not processed. */
static uint32_t message(struct gpu_model *gm, uint32_t gfid, uint32_t type, void *data, size_t len)
{
	uint8_t *buf = gm->vram + HEAP(gfid) + VGPU_HEAP_MESSAGE_OFFSET;
	struct vgpu_ctrl_buf *ctrl = ctrl_of(gm, gfid);
	uint32_t seq = ctrl->message_seq_num == VGPU_PLUGIN_MARKER ? 1 : ctrl->message_seq_num + 1;

	if (len)
		memcpy(buf, data, len);
	ctrl->version = VGPU_CTRL_BUF_VERSION;
	ctrl->response_offset = VGPU_HEAP_RESPONSE_OFFSET;
	ctrl->message_offset = VGPU_HEAP_MESSAGE_OFFSET;
	ctrl->message_type = type;
	ctrl->message_seq_num = seq;
	gm_gsp_priv_doorbell(gm, 0, VGPU_DOORBELL_VALUE(gfid));
	if (response_of(gm, gfid)->message_seq_num_processed != seq)
		return ~0U;
	if (len)
		memcpy(data, buf, len);
	assert_int_equal(response_of(gm, gfid)->message_seq_num_received, seq);
	return response_of(gm, gfid)->result_code;
}

static void fill_setup(struct r570_vgpu_msg_setup *s)
{
	memset(s, 0, sizeof(*s));
	s->vgpu_device_instance_id = CLIENT;
	s->vgpu_type = TYPE_ID;
	s->num_channels = 64;
	s->num_plugin_channels = 1;
	s->host_cpu_arch = VGPU_CPU_ARCH_X86_64;
	s->host_page_bytes = 4096;
}

static uint32_t configure(struct gpu_model *gm, uint32_t gfid)
{
	struct r570_vgpu_msg_setup s;
	uint32_t ret;

	fill_setup(&s);
	ret = message(gm, gfid, VGPU_MSG_VERSION_NEGOTIATION, NULL, 0);
	return ret ? ret : message(gm, gfid, VGPU_MSG_SETUP, &s, sizeof(s));
}

static int setup(void **state)
{
	struct gpu_model *gm;

	fake_setup(state);
	gm = *state;
	drv_boot(gm, 4, true);
	drv_alloc(gm, CLIENT, 0, CLIENT, RM_CLASS_ROOT);
	return add_types(gm, 2, 1, TYPE_ID);
}

static void test_types(void **state)
{
	struct gpu_model *gm = *state;

	/* The upload is larger than the queue: continuations, both ways. */
	assert_int_equal(gm->gsp->stats.max_call_bytes,
			 sizeof(struct rpc_rm_control) + sizeof(struct r570_vgpu_add_type));
	assert_int_equal(gm->gsp->num_types, 2);
	assert_int_equal(add_types(gm, 1, 0, TYPE_ID + 7), 0);
	assert_int_equal(gm->gsp->num_types, 3);
	assert_int_equal(add_types(gm, R570_VGPU_MAX_TYPES, 1, 1), 0);
	assert_int_equal(gm->gsp->num_types, R570_VGPU_MAX_TYPES);
	assert_int_equal(add_types(gm, 1, 0, 1000), NV_STATUS_INSUFFICIENT_RESOURCES);
	assert_int_equal(add_types(gm, R570_VGPU_MAX_TYPES + 1, 1, 1), NV_STATUS_INVALID_ARGUMENT);
	assert_int_equal(add_types(gm, 1, 1, 0), NV_STATUS_INVALID_ARGUMENT);
	gm->config.require_signatures = true;
	assert_int_equal(add_types(gm, 1, 1, 5), NV_STATUS_INSUFFICIENT_PERMISSIONS);
}

static void test_life(void **state)
{
	struct gpu_model *gm = *state;
	struct vgpu_msg_bme bme = {.enable = 1};
	uint32_t gfid = 0, index = 99;

	ctrl_of(gm, 2)->message_type = 0x55;
	response_of(gm, 2)->message_seq_num_processed = 7;
	assert_int_equal(bootload(gm, 2), 0);
	assert_int_equal(response_of(gm, 2)->message_seq_num_processed, 0);
	assert_int_equal(ctrl_of(gm, 2)->message_seq_num, 0);
	assert_int_equal(gm->vmmu[2].count, 1);
	assert_int_equal(gm->vmmu[2].spa[0], FB(2));
	/* Nothing is answered before the marker. */
	assert_int_equal(message(gm, 2, VGPU_MSG_VERSION_NEGOTIATION, NULL, 0), ~0U);
	fake_run(gm, 2000000);
	assert_int_equal(ctrl_of(gm, 2)->message_seq_num, VGPU_PLUGIN_MARKER);
	assert_true(plugin_event(gm, &gfid, &index));
	assert_int_equal(gfid, 2);
	assert_int_equal(index, VGPU_NOTIFY_TASK_BOOTLOADED);
	assert_int_equal(message(gm, 2, VGPU_MSG_RESET, NULL, 0), NV_STATUS_INVALID_STATE);
	assert_int_equal(configure(gm, 2), 0);
	assert_int_equal(message(gm, 2, VGPU_MSG_UPDATE_BME, &bme, sizeof(bme)), 0);
	assert_int_equal(bme.allowed, 1);
	assert_true(gm->gsp->plugin[2].bus_master);
	assert_int_equal(message(gm, 2, VGPU_MSG_RESET, NULL, 0), 0);
	assert_int_equal(message(gm, 2, VGPU_MSG_CONSOLE_VNC_STATE, NULL, 0), 0);
	assert_int_equal(message(gm, 2, VGPU_MSG_MIGRATION_SAVE_STATE, NULL, 0),
			 NV_STATUS_NOT_SUPPORTED);
	assert_int_equal(message(gm, 2, 77, NULL, 0), NV_STATUS_INVALID_COMMAND);
	/* A doorbell without a new sequence number does nothing. */
	gm_gsp_priv_doorbell(gm, 0, VGPU_DOORBELL_VALUE(2));
	assert_int_equal(gm->gsp->plugin[2].spurious, 2);
	assert_int_equal(gfid_control(gm, VGPU_CTRL_CLEANUP, 2), NV_STATUS_INVALID_STATE);
	assert_int_equal(gfid_control(gm, VGPU_CTRL_SHUTDOWN, 3), NV_STATUS_OBJECT_NOT_FOUND);
	assert_int_equal(gfid_control(gm, VGPU_CTRL_SHUTDOWN, 2), 0);
	assert_int_equal(gm->vmmu[2].count, 0);
	assert_int_equal(gfid_control(gm, VGPU_CTRL_CLEANUP, 2), 0);
	assert_int_equal(gfid_control(gm, VGPU_CTRL_CLEANUP, 2), NV_STATUS_OBJECT_NOT_FOUND);
	assert_int_equal(bootload(gm, 2), 0);
}

#define REFUSED(change)                                                              \
	do {                                                                         \
		fill_boot(&b, 2);                                                    \
		change;                                                              \
		assert_int_equal(drv_control(gm, VGPU_CTRL_BOOTLOAD, &b, sizeof(b)), \
				 NV_STATUS_INVALID_ARGUMENT);                        \
		assert_int_equal(gm->gsp->plugin[2].state, PLUGIN_FREE);             \
		assert_int_equal(gm->vmmu[2].count, 0);                              \
	} while (0)

static void test_bootload_refused(void **state)
{
	struct gpu_model *gm = *state;
	struct r570_vgpu_bootload b;

	assert_int_equal(bootload(gm, 1), 0);
	assert_int_equal(bootload(gm, 1), NV_STATUS_INVALID_ARGUMENT);
	REFUSED(b.gfid = 0);
	REFUSED(b.gfid = 33);
	REFUSED(b.gfid = 0xffffffff);
	REFUSED(b.vgpu_type = 12345);
	REFUSED(b.swizz_id = 1);
	REFUSED(b.num_fb_segments = 0);
	REFUSED(b.num_fb_segments = R570_VGPU_MAX_FB_SEGMENTS + 1);
	REFUSED(b.num_fb_segments = 2);
	REFUSED(b.fb_address[0] += 0x1000);
	REFUSED(b.fb_bytes[0] = FAKE_SEGMENT_BYTES / 2);
	REFUSED(b.fb_bytes[0] = ~(FAKE_SEGMENT_BYTES - 1));
	REFUSED(b.fb_address[0] = FAKE_RESERVED_START);
	REFUSED(b.fb_address[0] = ~(FAKE_SEGMENT_BYTES - 1));
	REFUSED(b.fb_address[0] = FB(1) + FAKE_SEGMENT_BYTES);
	REFUSED((b.num_fb_segments = 2, b.fb_address[1] = FB(2), b.fb_bytes[1] = TYPE_FB));
	REFUSED(b.fb_address[0] = HEAP(1) & ~(FAKE_SEGMENT_BYTES - 1));
	REFUSED(b.heap_address += 1);
	REFUSED(b.heap_address = HEAP(1));
	REFUSED(b.heap_address = FB(2));
	REFUSED(b.heap_address = ~0xfffULL);
	REFUSED(b.heap_bytes = 0);
	REFUSED(b.heap_bytes = VGPU_HEAP_SHARED_BYTES);
	REFUSED(b.heap_bytes = ~0xfffULL);
	REFUSED(b.ctrl_buf_offset = TYPE_HEAP);
	REFUSED(b.ctrl_buf_offset = ~0xfffULL);
	REFUSED(b.init_log_address = HEAP(2) - 0x1000);
	REFUSED(b.vgpu_log_bytes = ~0ULL);
	REFUSED(b.kernel_log_address = HEAP(2) + TYPE_HEAP - VGPU_HEAP_KERNEL_LOG_BYTES);
	REFUSED(b.num_channels = GSP_CHANNELS_PER_RUNLIST + 1);
	REFUSED(b.num_plugin_channels = VGPU_MAX_PLUGIN_CHANNELS + 1);
	REFUSED(b.chid_offset[NV2080_ENGINE_GR0] = 2040);
	REFUSED(b.chid_offset[NV2080_ENGINE_GR0] = 100);
	assert_int_equal(bootload(gm, 2), 0);
	assert_int_equal(bootload(gm, 3), 0);
	assert_int_equal(bootload(gm, 4), 0);
	/* Four partitions only. */
	assert_int_equal(bootload(gm, 5), NV_STATUS_INVALID_ARGUMENT);
	gm_gsp_stop(gm);
	assert_int_equal(gm->vmmu[1].count, 0);
	drv_boot(gm, 0, true);
	assert_int_equal(bootload(gm, 1), NV_STATUS_INVALID_ARGUMENT);
	drv_boot(gm, 4, false);
	assert_int_equal(bootload(gm, 1), NV_STATUS_INVALID_ARGUMENT);
}

#define SETUP_REFUSED(change)                                                           \
	do {                                                                            \
		fill_setup(&s);                                                         \
		change;                                                                 \
		assert_int_not_equal(message(gm, 1, VGPU_MSG_SETUP, &s, sizeof(s)), 0); \
		assert_int_equal(gm->gsp->plugin[1].state, PLUGIN_NEGOTIATED);          \
	} while (0)

static void test_setup_refused(void **state)
{
	struct gpu_model *gm = *state;
	struct r570_vgpu_msg_setup s;

	bootload(gm, 1);
	fake_run(gm, 2000000);
	fill_setup(&s);
	assert_int_equal(message(gm, 1, VGPU_MSG_SETUP, &s, sizeof(s)), NV_STATUS_INVALID_STATE);
	assert_int_equal(message(gm, 1, VGPU_MSG_VERSION_NEGOTIATION, NULL, 0), 0);
	SETUP_REFUSED(s.vgpu_type = 1);
	SETUP_REFUSED(s.vgpu_device_instance_id = 1);
	SETUP_REFUSED(s.num_channels = 128);
	SETUP_REFUSED(s.num_plugin_channels = 0);
	SETUP_REFUSED(s.host_cpu_arch = 0);
	SETUP_REFUSED(s.host_page_bytes = 0);
	strcpy(gm->fail, "plugin-init");
	SETUP_REFUSED((void)0);
	gm->fail[0] = 0;
	fill_setup(&s);
	assert_int_equal(message(gm, 1, VGPU_MSG_SETUP, &s, sizeof(s)), 0);
	/* A header that points out of the heap is not followed. */
	ctrl_of(gm, 1)->response_offset = ~0xfffULL;
	ctrl_of(gm, 1)->message_seq_num++;
	gm_gsp_priv_doorbell(gm, 0, VGPU_DOORBELL_VALUE(1));
	assert_int_equal(gm->gsp->plugin[1].errors, 9);
	gm_gsp_priv_doorbell(gm, 0, VGPU_DOORBELL_VALUE(60));
	gm_gsp_priv_doorbell(gm, 0, 0xffffffff);
	assert_int_equal(gm->gsp->stats.bad_doorbells, 2);
}

/* A type's length need not be whole segments; the guest gets what is. */
static void test_framebuffer_is_rounded_down(void **state)
{
	static const struct {
		uint64_t fb_bytes, reserve_bytes;
		uint32_t result;
	} cases[] = {
		{TYPE_FB, 0, 0},
		{TYPE_FB + FAKE_SEGMENT_BYTES - 1, 0, 0},
		{TYPE_FB + FAKE_SEGMENT_BYTES, 0, NV_STATUS_INSUFFICIENT_RESOURCES},
		/* A quarter of 4 GiB less reservation and heap is not all of it. */
		{TYPE_FB + FAKE_SEGMENT_BYTES, 865ULL << 20, 0},
		{TYPE_FB + FAKE_SEGMENT_BYTES, 800ULL << 20, NV_STATUS_INSUFFICIENT_RESOURCES},
	};
	struct r570_vgpu_add_type *req = calloc(1, sizeof(*req));
	struct gpu_model *gm = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(req, 0, sizeof(*req));
		req->discard = 1;
		req->count = 1;
		fill_type(&req->types[0], TYPE_ID);
		req->types[0].fb_bytes = cases[i].fb_bytes;
		req->types[0].fb_reservation_bytes = cases[i].reserve_bytes;
		assert_int_equal(drv_control(gm, VGPU_CTRL_ADD_TYPE, req, sizeof(*req)), 0);
		assert_int_equal(bootload(gm, 1), 0);
		fake_run(gm, 2000000);
		assert_int_equal(configure(gm, 1), cases[i].result);
		assert_int_equal(gfid_control(gm, VGPU_CTRL_SHUTDOWN, 1), 0);
		assert_int_equal(gfid_control(gm, VGPU_CTRL_CLEANUP, 1), 0);
		fake_run(gm, 2000000);
	}
	free(req);
}

static void test_faults(void **state)
{
	struct gpu_model *gm = *state;
	struct vgpu_msg_bme bme = {.enable = 1};
	uint32_t gfid, index;

	strcpy(gm->fail, "plugin-boot");
	bootload(gm, 1);
	fake_run(gm, 2000000);
	assert_int_equal(ctrl_of(gm, 1)->message_seq_num, 0);
	gm->fail[0] = 0;
	assert_int_equal(gfid_control(gm, VGPU_CTRL_SHUTDOWN, 1), 0);
	assert_int_equal(gfid_control(gm, VGPU_CTRL_CLEANUP, 1), 0);
	memset(ctrl_of(gm, 1), 0, 0x1000);
	bootload(gm, 1);
	fake_run(gm, 2000000);
	strcpy(gm->fail, "plugin-negotiate");
	assert_int_not_equal(configure(gm, 1), 0);
	gm->fail[0] = 0;
	assert_int_equal(configure(gm, 1), 0);
	strcpy(gm->fail, "plugin-bme");
	assert_int_equal(message(gm, 1, VGPU_MSG_UPDATE_BME, &bme, sizeof(bme)), 0);
	assert_int_equal(bme.allowed, 0);
	strcpy(gm->fail, "plugin-reset");
	assert_int_equal(message(gm, 1, VGPU_MSG_RESET, NULL, 0), NV_STATUS_TIMEOUT);
	strcpy(gm->fail, "plugin-timeout");
	assert_int_equal(message(gm, 1, VGPU_MSG_RESET, NULL, 0), ~0U);
	strcpy(gm->fail, "plugin-shutdown");
	assert_int_equal(gfid_control(gm, VGPU_CTRL_SHUTDOWN, 1), NV_STATUS_TIMEOUT);
	gm->fail[0] = 0;
	while (plugin_event(gm, &gfid, &index))
		;
	assert_int_equal(gm_gsp_inject(gm, "plugin-crash:1", NULL, 0), 0);
	assert_true(plugin_event(gm, &gfid, &index));
	assert_int_equal(index, VGPU_NOTIFY_TASK_CRASHED);
	assert_int_equal(message(gm, 1, VGPU_MSG_RESET, NULL, 0), ~0U);
	strcpy(gm->fail, "plugin-cleanup");
	assert_int_equal(gfid_control(gm, VGPU_CTRL_SHUTDOWN, 1), 0);
	assert_int_equal(gfid_control(gm, VGPU_CTRL_CLEANUP, 1), NV_STATUS_TIMEOUT);
	gm->fail[0] = 0;
	assert_int_equal(gfid_control(gm, VGPU_CTRL_CLEANUP, 1), 0);
}

/* ---- guest ---- */

#define GUEST_MSG_GPA 0xa00000ULL

static uint64_t coded(uint64_t address, unsigned int aperture, unsigned int size)
{
	return address | VGPU_GUEST_ADDR_VALID |
	       ABI_PREP(VGPU_GUEST_ADDR_APERTURE, (uint64_t)aperture) |
	       ABI_PREP(VGPU_GUEST_ADDR_SIZE, (uint64_t)size);
}

static struct vgpu_guest_ctrl *guest_ctrl(struct gpu_model *gm)
{
	return (void *)(gm->sysmem + FAKE_GUEST_ADDR);
}

static uint32_t guest_response_id(struct gpu_model *gm)
{
	return ((struct vgpu_guest_response *)(gm->sysmem + FAKE_GUEST_ADDR + 0x1000))->response_id;
}

static void guest_announce(struct gpu_model *gm, uint64_t word)
{
	gm->scratch[2][VGPU_GUEST_SCRATCH_RPC_HI] = word >> 32;
	gm->scratch[2][VGPU_GUEST_SCRATCH_RPC_LO] = (uint32_t)word;
	guest_ctrl(gm)->request_id++;
	gm_gsp_priv_doorbell(gm, 2, VGPU_GUEST_DOORBELL_RPC_SETUP);
}

static struct gsp_rpc_header *guest_rpc(struct gpu_model *gm, uint32_t function, uint32_t length)
{
	struct gsp_rpc_header *rpc = (void *)(gm->vram + FB(2) + GUEST_MSG_GPA);

	memset(rpc, 0, sizeof(*rpc));
	rpc->header_version = GSP_RPC_HEADER_VERSION;
	rpc->signature = GSP_RPC_SIGNATURE;
	rpc->length = length;
	rpc->function = function;
	rpc->result = GSP_RPC_RESULT_PENDING;
	guest_ctrl(gm)->request_id++;
	gm_gsp_priv_doorbell(gm, 2, VGPU_GUEST_DOORBELL_RPC_MESSAGE);
	return rpc;
}

static void test_guest(void **state)
{
	struct gpu_model *gm = *state;
	uint64_t word = coded(FAKE_GUEST_ADDR, VGPU_GUEST_ADDR_APERTURE_SYSMEM, 0);
	struct vgpu_guest_ctrl *ctrl = guest_ctrl(gm);
	uint32_t gfid, index;

	ctrl->version = VGPU_GUEST_CTRL_VERSION;
	ctrl->request_id = 41;
	ctrl->response_buf.address =
		coded(FAKE_GUEST_ADDR + 0x1000, VGPU_GUEST_ADDR_APERTURE_SYSMEM, 0);
	ctrl->msg_buf.address =
		coded(GUEST_MSG_GPA, VGPU_GUEST_ADDR_APERTURE_FB, VGPU_GUEST_ADDR_SIZE_128K);
	/* No plugin, no answer. */
	guest_announce(gm, word);
	assert_int_equal(guest_response_id(gm), 0);
	bootload(gm, 2);
	fake_run(gm, 2000000);
	assert_int_equal(configure(gm, 2), 0);
	/* The VF's own identity is what counts, not the PF's. */
	gm->no_dma_function = 2;
	guest_announce(gm, word);
	assert_int_equal(guest_response_id(gm), 0);
	assert_int_equal(gm->dma_by[2], 0);
	gm->no_dma_function = ~0U;
	ctrl->version = 1;
	guest_announce(gm, word);
	assert_int_equal(guest_response_id(gm), 0);
	ctrl->version = VGPU_GUEST_CTRL_VERSION;
	guest_announce(gm, word);
	assert_int_equal(guest_response_id(gm), ctrl->request_id);
	assert_true(gm->dma_by[2] > 0);
	while (plugin_event(gm, &gfid, &index))
		;
	assert_int_equal(guest_rpc(gm, RPC_FN_SET_GUEST_SYSTEM_INFO, 0x40)->result, 0);
	assert_int_equal(guest_response_id(gm), ctrl->request_id);
	assert_true(plugin_event(gm, &gfid, &index));
	assert_int_equal(index, VGPU_NOTIFY_GUEST_DRIVER_LOADED);
	assert_int_equal(guest_rpc(gm, 111, 0x40)->result, RPC_RESULT_UNKNOWN_FUNCTION);
	assert_int_equal(guest_rpc(gm, RPC_FN_NOP, 0xffffffff)->result, RPC_RESULT_INVALID_MESSAGE);
	assert_int_equal(guest_rpc(gm, RPC_FN_NOP, 0)->result, RPC_RESULT_INVALID_MESSAGE);
	assert_int_equal(guest_rpc(gm, RPC_FN_RM_API_CONTROL, 0x20000)->result,
			 RPC_RESULT_CONTROL_NOT_SUPPORTED);
	/* Tear-down is answered in the old response page, then all is forgotten. */
	ctrl->msg_buf.address = 0;
	guest_announce(gm, 0);
	assert_int_equal(guest_response_id(gm), ctrl->request_id);
	assert_int_equal(guest_rpc(gm, RPC_FN_NOP, 0x20)->result, GSP_RPC_RESULT_PENDING);
	ctrl->msg_buf.address = coded(0x10000000, VGPU_GUEST_ADDR_APERTURE_FB, 0);
	guest_announce(gm, word);
	/* Beyond the partition: the reply cannot be written, nobody else's memory is. */
	guest_rpc(gm, RPC_FN_NOP, 0x20);
	assert_true(gm->gsp->plugin[2].guest.rejected > 0);
	gm_gsp_function_reset(gm, 2);
	assert_false(gm->gsp->plugin[2].guest.set_up);
}

static void test_small_controls(void **state)
{
	struct gpu_model *gm = *state;
	struct r570_vgpu_fb_usage usage = {0};
	struct r570_vgpu_enumerate *list = calloc(1, sizeof(*list));
	uint8_t byte = 1;

	assert_int_equal(drv_control(gm, VGPU_CTRL_SET_HETEROGENEOUS, &byte, 1), 0);
	bootload(gm, 3);
	byte = 0;
	assert_int_equal(drv_control(gm, VGPU_CTRL_SET_HETEROGENEOUS, &byte, 1),
			 NV_STATUS_STATE_IN_USE);
	assert_int_equal(drv_control(gm, VGPU_CTRL_GET_FB_USAGE, &usage, sizeof(usage)), 0);
	assert_int_equal(usage.count, 1);
	assert_int_equal(usage.vgpu[0].gfid, 3);
	assert_int_equal(drv_control(gm, VGPU_CTRL_ENUMERATE, list, sizeof(*list)), 0);
	assert_int_equal(list->guest[0].gfid, 3);
	free(list);
}

/* Where sizes are mixed, a vGPU has a place of its type's list that no other one has. */
static void test_mixed_places(void **state)
{
	struct r570_vgpu_add_type *req = calloc(1, sizeof(*req));
	struct gpu_model *gm = *state;
	struct r570_vgpu_msg_setup s;
	uint8_t on = 1;

	req->discard = 1;
	req->count = 1;
	fill_type(&req->types[0], TYPE_ID);
	req->types[0].placement_size = 12;
	req->types[0].heterogeneous_count = 3;
	req->types[0].heterogeneous_ids[1] = 12;
	req->types[0].heterogeneous_ids[2] = 20;
	assert_int_equal(drv_control(gm, VGPU_CTRL_ADD_TYPE, req, sizeof(*req)), 0);
	req->types[0].heterogeneous_count = R570_VGPU_MAX_INSTANCES + 1;
	assert_int_not_equal(drv_control(gm, VGPU_CTRL_ADD_TYPE, req, sizeof(*req)), 0);
	req->types[0].heterogeneous_count = 3;
	assert_int_equal(drv_control(gm, VGPU_CTRL_ADD_TYPE, req, sizeof(*req)), 0);
	free(req);
	assert_int_equal(drv_control(gm, VGPU_CTRL_SET_HETEROGENEOUS, &on, 1), 0);

	bootload(gm, 1);
	bootload(gm, 2);
	fake_run(gm, 2000000);
	assert_int_equal(message(gm, 1, VGPU_MSG_VERSION_NEGOTIATION, NULL, 0), 0);
	assert_int_equal(message(gm, 2, VGPU_MSG_VERSION_NEGOTIATION, NULL, 0), 0);
	SETUP_REFUSED(s.placement_id = 1);
	SETUP_REFUSED(s.placement_id = VGPU_PLACEMENT_NONE);
	fill_setup(&s);
	s.placement_id = 12;
	assert_int_equal(message(gm, 2, VGPU_MSG_SETUP, &s, sizeof(s)), 0);
	SETUP_REFUSED(s.placement_id = 12);
	SETUP_REFUSED(s.placement_id = 20); /* overlaps [12, 24) */
	fill_setup(&s);
	s.placement_id = 0;
	assert_int_equal(message(gm, 1, VGPU_MSG_SETUP, &s, sizeof(s)), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		T(test_types),	T(test_life),  T(test_bootload_refused), T(test_setup_refused),
		T(test_framebuffer_is_rounded_down),
		T(test_faults), T(test_guest), T(test_small_controls), T(test_mixed_places),
	};

	return cmocka_run_group_tests_name("model_vgpu", tests, NULL, NULL);
}
