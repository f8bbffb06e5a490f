// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a guest shares with its plugin: the control page announced through the VF's scratch words,
 * and the RPC messages behind it. System memory is reached with the VF's own identity, framebuffer
 * through the VF's own segments. Everything is copied once, then checked, then used.
 *
 * Modelled: set-up, tear-down, the version handshake, driver load and unload. Other functions are
 * answered "unknown function": a guest driver that goes further than the handshake is told so.
 */
#include "gsp.h"

/* Access @len bytes at @offset of a coded buffer. */
static int guest_access(struct gpu_model *gm, const struct plugin *p, uint64_t coded,
			uint32_t offset, void *buf, size_t len, bool write)
{
	uint64_t addr = (coded & VGPU_GUEST_ADDR_PAGE) + offset;

	if (ABI_GET(VGPU_GUEST_ADDR_APERTURE, coded) == VGPU_GUEST_ADDR_APERTURE_FB)
		return write ? gm_fb_write(gm, p->gfid, addr, buf, len)
			     : gm_fb_read(gm, p->gfid, addr, buf, len);
	return write ? gm_dma_write(gm, p->gfid, addr, buf, len)
		     : gm_dma_read(gm, p->gfid, addr, buf, len);
}

static bool coded_ok(uint64_t coded)
{
	uint64_t aperture = ABI_GET(VGPU_GUEST_ADDR_APERTURE, coded);

	return (coded & VGPU_GUEST_ADDR_VALID) && (aperture == VGPU_GUEST_ADDR_APERTURE_SYSMEM ||
						   aperture == VGPU_GUEST_ADDR_APERTURE_FB);
}

static uint32_t coded_bytes(uint64_t coded)
{
	return ABI_GET(VGPU_GUEST_ADDR_SIZE, coded) == VGPU_GUEST_ADDR_SIZE_128K
		       ? VGPU_GUEST_MESSAGE_BYTES
		       : VGPU_GUEST_PAGE_BYTES;
}

void guest_forget(struct plugin *p)
{
	p->guest.set_up = false;
	p->guest.ctrl = 0;
	p->guest.response = 0;
	p->guest.message = 0;
	p->guest.driver_loaded = false;
}

static void guest_reject(struct gpu_model *gm, struct plugin *p, const char *why)
{
	p->guest.rejected++;
	gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: guest of GFID %u: %s", p->gfid, why);
}

/* Tell the guest that @id is done. */
static void guest_ack(struct gpu_model *gm, struct plugin *p, uint64_t response, uint32_t id)
{
	__le32 raw = htole32(id);

	p->guest.last_id = id;
	if (guest_access(gm, p, response,
			 __builtin_offsetof(struct vgpu_guest_response, response_id), &raw,
			 sizeof(raw), true))
		guest_reject(gm, p, "the response page cannot be written");
}

/* The guest takes its buffers back: answered from the pages still known, then forgotten. */
static void guest_tear_down(struct gpu_model *gm, struct plugin *p)
{
	struct guest_rpc *r = &p->guest;
	struct vgpu_guest_ctrl ctrl;

	if (!r->set_up)
		return;
	r->teardowns++;
	if (guest_access(gm, p, r->ctrl, 0, &ctrl, sizeof(ctrl), false))
		guest_reject(gm, p, "the control page cannot be read any more");
	else
		guest_ack(gm, p, r->response, le32toh(ctrl.request_id));
	r->set_up = false;
	r->ctrl = 0;
	r->response = 0;
	r->message = 0;
}

static void guest_set_up(struct gpu_model *gm, struct plugin *p)
{
	uint64_t lo = gm_vf_scratch(gm, p->gfid, VGPU_GUEST_SCRATCH_RPC_LO);
	uint64_t hi = gm_vf_scratch(gm, p->gfid, VGPU_GUEST_SCRATCH_RPC_HI);
	struct vgpu_guest_response blank = {0};
	struct guest_rpc *r = &p->guest;
	uint64_t coded = hi << 32 | lo, response, message;
	struct vgpu_guest_ctrl ctrl;

	if (!(coded & VGPU_GUEST_ADDR_VALID)) {
		guest_tear_down(gm, p);
		return;
	}
	if (!coded_ok(coded)) {
		guest_reject(gm, p, "the control page's aperture makes no sense");
		return;
	}
	if (guest_access(gm, p, coded, 0, &ctrl, sizeof(ctrl), false)) {
		guest_reject(gm, p, "the control page cannot be read");
		return;
	}
	response = le64toh(ctrl.response_buf.address);
	message = le64toh(ctrl.msg_buf.address);
	if (le32toh(ctrl.version) != VGPU_GUEST_CTRL_VERSION) {
		guest_reject(gm, p, "the control page has another version");
		return;
	}
	if (!coded_ok(response)) {
		guest_reject(gm, p, "the response page's address makes no sense");
		return;
	}
	if (!(message & VGPU_GUEST_ADDR_VALID)) {
		guest_tear_down(gm, p);
		return;
	}
	if (!coded_ok(message)) {
		guest_reject(gm, p, "the message buffer's address makes no sense");
		return;
	}
	r->ctrl = coded;
	r->response = response;
	r->message = message;
	r->set_up = true;
	r->setups++;
	/* The other words of the response page first, the id that the guest polls last. */
	guest_access(gm, p, response, sizeof(__le32), (uint8_t *)&blank + sizeof(__le32),
		     sizeof(blank) - sizeof(__le32), true);
	guest_ack(gm, p, response, le32toh(ctrl.request_id));
}

/* Result of one guest RPC. */
static uint32_t guest_run(struct gpu_model *gm, struct plugin *p, uint32_t function,
			  uint32_t payload_bytes)
{
	switch (function) {
	case RPC_FN_NOP:
	case RPC_FN_LOG:
	case RPC_FN_SET_GUEST_SYSTEM_INFO_EXT:
		return RPC_RESULT_OK;
	case RPC_FN_SET_GUEST_SYSTEM_INFO:
		/* The version stays as it is: whatever the guest speaks is accepted. */
		if (payload_bytes < sizeof(struct vgpu_guest_system_info_head))
			return RPC_RESULT_INVALID_MESSAGE;
		if (!p->guest.driver_loaded)
			gsp_plugin_event(gm, p->gfid, VGPU_NOTIFY_GUEST_DRIVER_LOADED);
		p->guest.driver_loaded = true;
		return RPC_RESULT_OK;
	case RPC_FN_UNLOADING_GUEST_DRIVER:
		if (p->guest.driver_loaded)
			gsp_plugin_event(gm, p->gfid, VGPU_NOTIFY_GUEST_DRIVER_UNLOADED);
		p->guest.driver_loaded = false;
		return RPC_RESULT_OK;
	case RPC_FN_RM_API_CONTROL:
		return RPC_RESULT_CONTROL_NOT_SUPPORTED;
	default:
		return RPC_RESULT_UNKNOWN_FUNCTION;
	}
}

static void guest_message(struct gpu_model *gm, struct plugin *p)
{
	struct guest_rpc *r = &p->guest;
	struct vgpu_guest_ctrl ctrl;
	struct gsp_rpc_header rpc;
	uint32_t id, length, limit, result;

	if (!r->set_up) {
		guest_reject(gm, p, "a message before the set-up");
		return;
	}
	if (guest_access(gm, p, r->ctrl, 0, &ctrl, sizeof(ctrl), false) ||
	    guest_access(gm, p, r->message, 0, &rpc, sizeof(rpc), false)) {
		guest_reject(gm, p, "the control page or the message buffer cannot be read");
		return;
	}
	id = le32toh(ctrl.request_id);
	if (id == r->last_id)
		return;
	r->messages++;
	length = le32toh(rpc.length);
	limit = le32toh(rpc.function) == RPC_FN_RM_API_CONTROL ? coded_bytes(r->message)
							       : VGPU_GUEST_RPC_LIMIT_BYTES;
	if (le32toh(rpc.header_version) != GSP_RPC_HEADER_VERSION ||
	    le32toh(rpc.signature) != GSP_RPC_SIGNATURE || length < sizeof(rpc) || length > limit) {
		guest_reject(gm, p, "a message without a valid RPC header");
		result = RPC_RESULT_INVALID_MESSAGE;
	} else {
		result = guest_run(gm, p, le32toh(rpc.function), length - sizeof(rpc));
	}
	/* Written from the copy: what the guest has changed meanwhile does not count. */
	rpc.result = htole32(result);
	rpc.result_private = htole32(result);
	if (guest_access(gm, p, r->message, 0, &rpc, sizeof(rpc), true))
		guest_reject(gm, p, "the reply cannot be written");
	guest_ack(gm, p, r->response, id);
}

void guest_doorbell(struct gpu_model *gm, struct plugin *p, uint32_t handle)
{
	if (p->state != PLUGIN_CONFIGURED)
		return;
	if (handle == VGPU_GUEST_DOORBELL_RPC_SETUP)
		guest_set_up(gm, p);
	else if (handle == VGPU_GUEST_DOORBELL_RPC_MESSAGE)
		guest_message(gm, p);
}
