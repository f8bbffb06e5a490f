// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hostile driver and a hostile guest against the model's firmware side: queue memory, calls,
 * controls, plugin mailbox, guest pages, doorbells. Nothing may be touched out of bounds and every
 * call must return.
 */
#include <stdlib.h>

#include "../unit/fake_board.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t left;
};

#define HEAP_ADDRESS 0x80000000ULL
#define HEAP_BYTES   (32ULL << 20)
#define MAX_OPS	     64

static void take(struct input *in, void *out, size_t len)
{
	size_t n = len < in->left ? len : in->left;

	memset(out, 0, len);
	if (n)
		memcpy(out, in->data, n);
	in->data += n;
	in->left -= n;
}

static uint32_t take32(struct input *in)
{
	uint32_t value;

	take(in, &value, sizeof(value));
	return value;
}

static uint8_t take8(struct input *in)
{
	uint8_t value;

	take(in, &value, sizeof(value));
	return value;
}

static void set_write_ptr(struct gpu_model *gm, uint32_t value)
{
	((struct gsp_queue_tx *)fake_shm(gm, GSP_QUEUE_CMD_OFFSET))->write_ptr = value;
	gm_gsp_doorbell(gm);
}

/* Scribble over the block's queue pages. */
static void op_raw_queue(struct gpu_model *gm, struct input *in)
{
	uint32_t offset = GSP_QUEUE_CMD_OFFSET + take32(in) % (2 * GSP_QUEUE_BYTES - 64);
	uint8_t bytes[64];

	take(in, bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		*fake_shm(gm, offset + i) = bytes[i];
	set_write_ptr(gm, take8(in));
}

/* A message whose frame is right, so that its content is reached. */
static void send_framed(struct gpu_model *gm, uint32_t function, const uint8_t *payload,
			uint32_t len)
{
	static uint8_t msg[GSP_QUEUE_MSG_BYTES * 2];
	struct gsp_queue_element *el = (struct gsp_queue_element *)msg;
	struct gsp_rpc_header *rpc = (struct gsp_rpc_header *)(el + 1);
	struct gsp_queue *q = &gm->gsp->cmd;
	uint32_t total = sizeof(*el) + sizeof(*rpc) + len;
	uint32_t sum[2] = {0, 0};

	if (gm->gsp->state != GSP_RUNNING || total > sizeof(msg) || q->count < 3)
		return;
	memset(msg, 0, sizeof(msg));
	rpc->header_version = GSP_RPC_HEADER_VERSION;
	rpc->signature = GSP_RPC_SIGNATURE;
	rpc->length = sizeof(*rpc) + len;
	rpc->function = function;
	memcpy(rpc + 1, payload, len);
	el->sequence = q->sequence;
	el->elements = (total + GSP_QUEUE_MSG_BYTES - 1) / GSP_QUEUE_MSG_BYTES;
	for (uint32_t i = 0; i < total; i++)
		((uint8_t *)sum)[i % 8] ^= msg[i];
	el->checksum = sum[0] ^ sum[1];
	for (uint32_t i = 0; i < el->elements * GSP_QUEUE_MSG_BYTES; i++) {
		uint32_t slot = (q->index + i / GSP_QUEUE_MSG_BYTES) % GSP_QUEUE_MSG_COUNT;

		*fake_shm(gm, q->offset + GSP_QUEUE_ENTRY_OFFSET + slot * GSP_QUEUE_MSG_BYTES +
				      i % GSP_QUEUE_MSG_BYTES) = msg[i];
	}
	set_write_ptr(gm, (q->index + el->elements) % GSP_QUEUE_MSG_COUNT);
}

static void op_call(struct gpu_model *gm, struct input *in)
{
	static const uint32_t functions[] = {
		RPC_FN_GSP_RM_ALLOC,
		RPC_FN_GSP_RM_CONTROL,
		RPC_FN_FREE,
		RPC_FN_DUP_OBJECT,
		RPC_FN_CONTINUATION_RECORD,
		RPC_FN_GET_GSP_STATIC_INFO,
		RPC_FN_UPDATE_BAR_PDE,
		RPC_FN_SET_REGISTRY,
		RPC_FN_GSP_SET_SYSTEM_INFO,
		RPC_FN_SET_PAGE_DIRECTORY,
		230,
	};
	uint8_t payload[256];
	uint32_t len = take8(in);

	take(in, payload, sizeof(payload));
	send_framed(gm, functions[take8(in) % (sizeof(functions) / sizeof(functions[0]))], payload,
		    len);
}

static void op_control(struct gpu_model *gm, struct input *in)
{
	static const struct {
		uint32_t cmd, bytes;
	} controls[] = {
		{VGPU_CTRL_BOOTLOAD, sizeof(struct r570_vgpu_bootload)},
		{VGPU_CTRL_SHUTDOWN, 4},
		{VGPU_CTRL_CLEANUP, 4},
		{VGPU_CTRL_FREE_STATES, 8},
		{VGPU_CTRL_ENUMERATE, sizeof(struct r570_vgpu_enumerate)},
		{VGPU_CTRL_GET_FB_USAGE, sizeof(struct r570_vgpu_fb_usage)},
		{VGPU_CTRL_SET_HETEROGENEOUS, 1},
		{RM_CTRL_FIFO_GET_DEVICE_INFO_TABLE, sizeof(struct r570_device_info_table)},
		{RM_CTRL_GPU_GET_TPC_MASK, sizeof(struct rm_ctrl_tpc_mask)},
		{VGPU_CTRL_ADD_TYPE, sizeof(struct r570_vgpu_add_type)},
	};
	static uint8_t payload[sizeof(struct rpc_rm_control) + sizeof(struct r570_vgpu_bootload)];
	struct rpc_rm_control *req = (struct rpc_rm_control *)payload;
	unsigned int i = take8(in) % (sizeof(controls) / sizeof(controls[0]));
	uint32_t bytes = controls[i].bytes, fill = take8(in);

	if (bytes > sizeof(struct r570_vgpu_bootload))
		bytes = 256;
	memset(payload, 0, sizeof(payload));
	req->h_client = GSP_H_INTERNAL_CLIENT;
	req->h_object = GSP_H_INTERNAL_SUBDEVICE;
	req->cmd = controls[i].cmd;
	req->params_bytes = fill == 255 ? take32(in) : controls[i].bytes;
	take(in, req + 1, fill < bytes ? fill : bytes);
	/* One page of frame holds two slots; larger parameters are cut and wait for their rest. */
	if (sizeof(*req) + bytes > GSP_QUEUE_MSG_BYTES)
		bytes = GSP_QUEUE_MSG_BYTES;
	send_framed(gm, RPC_FN_GSP_RM_CONTROL, payload, sizeof(*req) + bytes);
}

static void op_plugin(struct gpu_model *gm, struct input *in)
{
	struct vgpu_ctrl_buf *ctrl = (struct vgpu_ctrl_buf *)(gm->vram + HEAP_ADDRESS);
	uint8_t mode = take8(in);

	take(in, gm->vram + HEAP_ADDRESS + VGPU_HEAP_MESSAGE_OFFSET, 128);
	if (mode & 1) {
		take(in, ctrl, sizeof(*ctrl));
	} else {
		ctrl->version = VGPU_CTRL_BUF_VERSION;
		ctrl->response_offset = VGPU_HEAP_RESPONSE_OFFSET;
		ctrl->message_offset = VGPU_HEAP_MESSAGE_OFFSET;
		ctrl->message_type = mode >> 4;
		ctrl->message_seq_num++;
	}
	gm_gsp_priv_doorbell(gm, 0, mode & 2 ? take32(in) : VGPU_DOORBELL_VALUE(1));
}

static void op_guest(struct gpu_model *gm, struct input *in)
{
	struct vgpu_guest_ctrl *ctrl = (struct vgpu_guest_ctrl *)(gm->sysmem + FAKE_GUEST_ADDR);
	uint8_t mode = take8(in);

	if (gsp_plugin(gm->gsp, 1))
		gm->gsp->plugin[1].state = PLUGIN_CONFIGURED;
	if (mode & 1) {
		take(in, ctrl, sizeof(*ctrl));
		take(in, gm->scratch[1], sizeof(gm->scratch[1]));
	} else {
		ctrl->version = VGPU_GUEST_CTRL_VERSION;
		ctrl->request_id++;
		ctrl->response_buf.address = (FAKE_GUEST_ADDR + 0x1000) | 3;
		ctrl->msg_buf.address =
			(mode & 2 ? FAKE_GUEST_ADDR + 0x2000 : 0xa00000) | (mode & 2 ? 3 : 5);
		take(in, gm->sysmem + FAKE_GUEST_ADDR + 0x2000, 64);
		gm->scratch[1][VGPU_GUEST_SCRATCH_RPC_LO] = FAKE_GUEST_ADDR | 3;
		gm->scratch[1][VGPU_GUEST_SCRATCH_RPC_HI] = 0;
	}
	gm_gsp_priv_doorbell(
		gm, 1, mode & 4 ? VGPU_GUEST_DOORBELL_RPC_MESSAGE : VGPU_GUEST_DOORBELL_RPC_SETUP);
}

static void boot_plugin(struct gpu_model *gm)
{
	struct plugin *p = &gm->gsp->plugin[1];

	p->gfid = 1;
	p->state = PLUGIN_UP;
	p->heap_base = HEAP_ADDRESS;
	p->heap_bytes = HEAP_BYTES;
	p->num_segments = 1;
	p->seg_bytes[0] = p->fb_bytes = FAKE_SEGMENT_BYTES;
	gm_vmmu_map(gm, 1, 0, 0, FAKE_SEGMENT_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct gpu_model *gm = fake_new();

	gm->quiet = true;
	drv_boot(gm, 8, true);
	boot_plugin(gm);
	for (unsigned int i = 0; i < MAX_OPS && in.left; i++) {
		switch (take8(&in) % 8) {
		case 0:
			op_raw_queue(gm, &in);
			break;
		case 1:
		case 2:
			op_call(gm, &in);
			break;
		case 3:
			op_control(gm, &in);
			break;
		case 4:
			op_plugin(gm, &in);
			break;
		case 5:
			op_guest(gm, &in);
			break;
		case 6:
			*(uint32_t *)fake_shm(gm, GSP_QUEUE_CMD_OFFSET + GSP_QUEUE_RX_OFFSET) =
				take8(&in);
			fake_run(gm, 1000000);
			break;
		default:
			gm_gsp_function_reset(gm, take8(&in) % 4 + 1);
			break;
		}
	}
	free(gm_gsp_stats(gm));
	fake_free(gm);
	return 0;
}
