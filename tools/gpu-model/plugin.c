// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The vGPU plugin's mailbox in its management heap. The control page belongs to the CPU; it is
 * read when the doorbell rings and at no other time. The reply is published in the order received,
 * result, processed.
 */
#include "gsp.h"

/* The board's framebuffer is divided in units of so many segments. */
#define SETUP_TOTAL_SEGMENTS 8

/* One message while it is executed. */
struct plugin_msg {
	uint32_t type, seq;
	uint8_t data[VGPU_HEAP_MESSAGE_BYTES];
	uint32_t reply_bytes; /* of data that go back */
	uint32_t result; /* NV_STATUS */
};

static void msg_negotiate(struct gpu_model *gm, struct plugin *p, struct plugin_msg *m)
{
	struct vgpu_msg_version *v = (struct vgpu_msg_version *)m->data;

	if (gm_fail(gm, "plugin-negotiate")) {
		m->result = NV_STATUS_NOT_SUPPORTED;
		return;
	}
	if (p->state != PLUGIN_UP) {
		m->result = NV_STATUS_INVALID_STATE;
		return;
	}
	/* The host's content may be undefined: any version is accepted. */
	v->version_negotiated = v->version_cpu;
	m->reply_bytes = sizeof(*v);
	p->state = PLUGIN_NEGOTIATED;
}

/* Live plugins of one type, and whether any has a type of another size. */
static unsigned int count_type(const struct gm_gsp *g, const struct gsp_vgpu_type *type,
			       bool *other)
{
	unsigned int n = 0;

	*other = false;
	for (unsigned int i = 1; i <= GPU_MODEL_MAX_VFS; i++) {
		const struct gsp_vgpu_type *t;

		if (g->plugin[i].state != PLUGIN_CONFIGURED)
			continue;
		t = gsp_vgpu_type_find(g, g->plugin[i].type_id);
		if (t == type)
			n++;
		else if (!t || t->profile_bytes != type->profile_bytes)
			*other = true;
	}
	return n;
}

/*
 * Framebuffer that a guest of this type gets, in whole VMMU segments: its length, or its share of
 * the board without the type's reservation and heap where that is less (ECC takes from the total).
 * GSP rounds the total up to 8 segments (vgpu.md 4, 8).
 */
static uint64_t guest_fb_bytes(struct gpu_model *gm, const struct gsp_vgpu_type *type)
{
	uint64_t segment = gm_vmmu_segment_bytes(gm), chunk = SETUP_TOTAL_SEGMENTS * segment;
	uint64_t total = (gm_vram_bytes(gm) + chunk - 1) / chunk * chunk;
	uint64_t share = total / type->max_instance, bytes = type->fb_bytes;
	uint64_t overhead = type->reserve_bytes + type->heap_bytes;

	if (share < overhead)
		return 0;
	if (share - overhead < bytes)
		bytes = share - overhead;
	return bytes / segment * segment;
}

/* A place of the type's list that overlaps none in use; any id where all vGPUs have one size. */
static const char *check_place(const struct gm_gsp *g, const struct plugin *p,
			       const struct gsp_vgpu_type *type, uint32_t id)
{
	uint32_t place = 0;

	if (!g->heterogeneous)
		return NULL;
	while (place < type->num_mixed && type->mixed_id[place] != id)
		place++;
	if (place == type->num_mixed)
		return "its placement id is none of its type's for mixed sizes";
	for (unsigned int i = 1; i <= GPU_MODEL_MAX_VFS; i++) {
		const struct plugin *o = &g->plugin[i];
		const struct gsp_vgpu_type *t = gsp_vgpu_type_find(g, o->type_id);

		if (o != p && o->state == PLUGIN_CONFIGURED && t &&
		    id < (uint64_t)o->placement_id + t->placement_size &&
		    o->placement_id < (uint64_t)id + type->placement_size)
			return "its place overlaps the one of another vGPU";
	}
	return NULL;
}

/* Why the configuration is refused, or NULL. */
static const char *check_setup(struct gpu_model *gm, const struct plugin *p,
			       const struct r570_vgpu_msg_setup *s, uint32_t *result)
{
	uint32_t type_id = le32toh(s->vgpu_type), client = le32toh(s->vgpu_device_instance_id);
	uint32_t arch = le32toh(s->host_cpu_arch);
	struct gm_gsp *g = gsp_of(gm);
	const struct gsp_vgpu_type *type = gsp_vgpu_type_find(g, type_id);
	bool other;

	*result = NV_STATUS_INVALID_ARGUMENT;
	if (!type || (p->type_id && p->type_id != type_id))
		return "its type is not in the list, or not the one of the bootload";
	if (!gsp_object_find(g, client, client))
		return "its instance id is no RM client";
	if (!s->num_channels || le32toh(s->num_channels) > GSP_CHANNELS_PER_RUNLIST ||
	    (p->num_channels && le32toh(s->num_channels) != p->num_channels))
		return "its channel count is out of range or not the one of the bootload";
	if (!s->num_plugin_channels || le32toh(s->num_plugin_channels) > VGPU_MAX_PLUGIN_CHANNELS)
		return "its plugin channel count is out of range";
	if (arch != VGPU_CPU_ARCH_X86_64 && arch != VGPU_CPU_ARCH_AARCH64)
		return "its CPU architecture is unknown";
	if (le64toh(s->host_page_bytes) < GSP_PAGE_BYTES)
		return "its host page size is too small";
	*result = NV_STATUS_INSUFFICIENT_RESOURCES;
	if (p->fb_bytes < guest_fb_bytes(gm, type))
		return "its framebuffer segments are smaller than the type asks";
	if (p->heap_bytes < type->heap_bytes)
		return "its management heap is smaller than the type asks";
	if (count_type(g, type, &other) >= type->max_instance)
		return "the type has no instance left";
	*result = NV_STATUS_STATE_IN_USE;
	if (other && !g->heterogeneous)
		return "vGPUs of another size are running";
	return check_place(g, p, type, le16toh(s->placement_id));
}

static void msg_setup(struct gpu_model *gm, struct plugin *p, struct plugin_msg *m)
{
	const struct r570_vgpu_msg_setup *s = (const struct r570_vgpu_msg_setup *)m->data;
	const char *why;

	if (p->state != PLUGIN_NEGOTIATED) {
		m->result = NV_STATUS_INVALID_STATE;
		return;
	}
	why = check_setup(gm, p, s, &m->result);
	if (!why && gm_fail(gm, "plugin-init")) {
		why = "fault plugin-init is injected";
		m->result = NV_STATUS_INVALID_STATE;
	}
	if (why) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: plugin of GFID %u: configuration refused: %s",
		       p->gfid, why);
		return;
	}
	p->type_id = le32toh(s->vgpu_type);
	p->num_channels = le32toh(s->num_channels);
	p->placement_id = le16toh(s->placement_id);
	p->state = PLUGIN_CONFIGURED;
	m->result = NV_STATUS_OK;
}

static void msg_reset(struct gpu_model *gm, struct plugin *p, struct plugin_msg *m)
{
	if (gm_fail(gm, "plugin-reset")) {
		m->result = NV_STATUS_TIMEOUT;
		return;
	}
	guest_forget(p);
	p->bus_master = false;
	p->resets++;
}

static void msg_bme(struct gpu_model *gm, struct plugin *p, struct plugin_msg *m)
{
	struct vgpu_msg_bme *bme = (struct vgpu_msg_bme *)m->data;

	m->reply_bytes = sizeof(*bme);
	if (gm_fail(gm, "plugin-bme")) {
		bme->allowed = 0;
		return;
	}
	p->bus_master = bme->enable;
	bme->allowed = 1;
}

/* Nothing is known of the guest's driver beyond its handshake: all zero. */
static void msg_guest_info(struct gpu_model *gm, struct plugin *p, struct plugin_msg *m)
{
	memset(m->data, 0, sizeof(m->data));
	m->reply_bytes = sizeof(m->data);
}

static void msg_nothing(struct gpu_model *gm, struct plugin *p, struct plugin_msg *m)
{
	m->result = NV_STATUS_OK;
}

static const struct {
	uint32_t type;
	bool configured; /* needs VGPU_MSG_SETUP before */
	void (*run)(struct gpu_model *gm, struct plugin *p, struct plugin_msg *m);
} plugin_msgs[] = {
	{VGPU_MSG_VERSION_NEGOTIATION, false, msg_negotiate},
	{VGPU_MSG_SETUP, false, msg_setup},
	{VGPU_MSG_RESET, true, msg_reset},
	{VGPU_MSG_CONSOLE_VNC_STATE, true, msg_nothing},
	{VGPU_MSG_UPDATE_BME, true, msg_bme},
	{VGPU_MSG_GET_GUEST_INFO, true, msg_guest_info},
};

static void plugin_run(struct gpu_model *gm, struct plugin *p, struct plugin_msg *m)
{
	for (size_t i = 0; i < sizeof(plugin_msgs) / sizeof(plugin_msgs[0]); i++) {
		if (plugin_msgs[i].type != m->type)
			continue;
		if (plugin_msgs[i].configured && p->state != PLUGIN_CONFIGURED)
			m->result = NV_STATUS_INVALID_STATE;
		else
			plugin_msgs[i].run(gm, p, m);
		return;
	}
	gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: plugin of GFID %u: message %u is not known", p->gfid,
	       m->type);
	m->result = m->type && m->type <= VGPU_MSG_GET_GUEST_INFO ? NV_STATUS_NOT_SUPPORTED
								  : NV_STATUS_INVALID_COMMAND;
}

static int plugin_put32(struct gpu_model *gm, uint64_t spa, uint32_t value)
{
	__le32 raw = htole32(value);

	return gm_vram_write(gm, spa, &raw, sizeof(raw));
}

/* A page-sized buffer of the control header that lies whole inside the heap. */
static bool buffer_ok(const struct plugin *p, __le64 offset)
{
	uint64_t o = le64toh(offset);

	return !(o % GSP_PAGE_BYTES) && p->heap_bytes >= GSP_PAGE_BYTES &&
	       o <= p->heap_bytes - GSP_PAGE_BYTES;
}

void plugin_doorbell(struct gpu_model *gm, struct plugin *p)
{
	struct vgpu_ctrl_buf ctrl;
	struct plugin_msg m;
	uint64_t response;

	p->doorbells++;
	if (p->state == PLUGIN_BOOTING || p->state == PLUGIN_CRASHED ||
	    gm_vram_read(gm, p->heap_base + p->ctrl_offset, &ctrl, sizeof(ctrl))) {
		p->spurious++;
		return;
	}
	m.seq = le32toh(ctrl.message_seq_num);
	m.type = le32toh(ctrl.message_type);
	if (m.seq == p->last_seq) {
		p->spurious++;
		return;
	}
	if (le32toh(ctrl.version) != VGPU_CTRL_BUF_VERSION || !buffer_ok(p, ctrl.response_offset) ||
	    !buffer_ok(p, ctrl.message_offset)) {
		p->errors++;
		gm_log(gm, GPU_MODEL_LOG_WARN,
		       "gsp: plugin of GFID %u: control header (version %u) makes no sense",
		       p->gfid, le32toh(ctrl.version));
		return;
	}
	if (gm_fail(gm, "plugin-timeout")) {
		gm_log(gm, GPU_MODEL_LOG_WARN,
		       "gsp: fault plugin-timeout: message %u is not answered", m.type);
		return;
	}
	response = p->heap_base + le64toh(ctrl.response_offset);
	m.result = NV_STATUS_OK;
	m.reply_bytes = 0;
	if (gm_vram_read(gm, p->heap_base + le64toh(ctrl.message_offset), m.data, sizeof(m.data)))
		return;
	p->last_seq = m.seq;
	p->messages++;
	plugin_run(gm, p, &m);
	if (m.result)
		p->errors++;
	if (m.reply_bytes)
		gm_vram_write(gm, p->heap_base + le64toh(ctrl.message_offset), m.data,
			      m.reply_bytes);
	plugin_put32(gm,
		     response + __builtin_offsetof(struct r570_vgpu_response_buf,
						   message_seq_num_received),
		     m.seq);
	plugin_put32(gm, response + __builtin_offsetof(struct r570_vgpu_response_buf, result_code),
		     m.result);
	plugin_put32(gm,
		     response + __builtin_offsetof(struct r570_vgpu_response_buf,
						   message_seq_num_processed),
		     m.seq);
}
