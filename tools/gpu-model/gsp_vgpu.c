// SPDX-License-Identifier: GPL-2.0-or-later
/* vGPU host controls: the type list, and the plugin task of each GFID from bootload to clean-up. */
#include <stdio.h>

#include "gsp.h"

#define PCI_ID_DEVICE_SHIFT 16

static void plugin_tick(struct gpu_model *gm, uint64_t arg);

const char *plugin_state_name(enum plugin_state state)
{
	static const char *const names[] = {
		[PLUGIN_FREE] = "free",
		[PLUGIN_BOOTING] = "booting",
		[PLUGIN_UP] = "up",
		[PLUGIN_NEGOTIATED] = "negotiated",
		[PLUGIN_CONFIGURED] = "configured",
		[PLUGIN_CRASHED] = "crashed",
		[PLUGIN_STOPPED] = "stopped",
	};

	return names[state];
}

struct plugin *gsp_plugin(struct gm_gsp *g, uint32_t gfid)
{
	struct plugin *p;

	if (!gfid || gfid > GPU_MODEL_MAX_VFS)
		return NULL;
	p = &g->plugin[gfid];
	return p->state == PLUGIN_FREE || p->state == PLUGIN_STOPPED ? NULL : p;
}

void gsp_plugin_event(struct gpu_model *gm, uint32_t gfid, uint32_t notify)
{
	struct rpc_vgpu_plugin_triggered ev = {
		.gfid = htole32(gfid),
		.notify_index = htole32(notify),
	};

	gsp_event(gm, RPC_EV_VGPU_GSP_PLUGIN_TRIGGERED, &ev, sizeof(ev), NULL, 0);
}

void gsp_plugin_crash(struct gpu_model *gm, struct plugin *p)
{
	gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: plugin of GFID %u crashed", p->gfid);
	p->state = PLUGIN_CRASHED;
	guest_forget(p);
	gsp_plugin_event(gm, p->gfid, VGPU_NOTIFY_TASK_CRASHED);
}

static void plugin_forget(struct gpu_model *gm, struct plugin *p)
{
	if (p->state != PLUGIN_FREE)
		gm_vmmu_clear(gm, p->gfid);
	memset(p, 0, sizeof(*p));
}

void gsp_plugins_stop(struct gpu_model *gm)
{
	struct gm_gsp *g = gsp_of(gm);

	gm_cancel(gm, plugin_tick);
	for (unsigned int i = 1; i <= GPU_MODEL_MAX_VFS; i++)
		plugin_forget(gm, &g->plugin[i]);
}

/* ---- types ---- */

const struct gsp_vgpu_type *gsp_vgpu_type_find(const struct gm_gsp *g, uint32_t id)
{
	for (unsigned int i = 0; i < g->num_types; i++) {
		if (g->types[i].id == id)
			return &g->types[i];
	}
	return NULL;
}

static bool type_has_signature(const struct r570_vgpu_type *t)
{
	for (size_t i = 0; i < sizeof(t->signature); i++) {
		if (t->signature[i])
			return true;
	}
	return false;
}

/* Why a type is refused, or NULL; *@status gets the NV_STATUS. */
static const char *type_refuse(struct gpu_model *gm, const struct r570_vgpu_type *t,
			       uint32_t *status)
{
	uint64_t pdev = le64toh(t->pdev_id);

	*status = NV_STATUS_INVALID_ARGUMENT;
	if (!t->vgpu_type)
		return "it has no id";
	if (!t->name[0] || !memchr(t->name, 0, sizeof(t->name)))
		return "its name is empty or not terminated";
	if (!t->max_instance || le32toh(t->max_instance) > R570_VGPU_MAX_INSTANCES)
		return "its instance limit is out of range";
	if (!t->fb_bytes || le64toh(t->fb_bytes) > gm_vram_bytes(gm))
		return "its framebuffer is zero or larger than the board's";
	if (le64toh(t->gsp_heap_bytes) <= VGPU_HEAP_SHARED_BYTES)
		return "its management heap is smaller than the shared buffers";
	if (!t->vdev_id)
		return "it has no guest device id";
	if (le32toh(t->homogeneous_count) > R570_VGPU_MAX_INSTANCES ||
	    le32toh(t->heterogeneous_count) > R570_VGPU_MAX_INSTANCES)
		return "it has more places than there can be";
	if (pdev && pdev >> PCI_ID_DEVICE_SHIFT != gm_board(gm)->device) {
		*status = NV_STATUS_INVALID_DEVICE;
		return "it is for another board";
	}
	if (gm_config(gm)->require_signatures && !type_has_signature(t)) {
		*status = NV_STATUS_INSUFFICIENT_PERMISSIONS;
		return "it carries no signature";
	}
	return NULL;
}

static uint32_t type_store(struct gpu_model *gm, const struct r570_vgpu_type *t)
{
	struct gm_gsp *g = gsp_of(gm);
	struct gsp_vgpu_type *out;
	const char *why;
	uint32_t status;

	why = type_refuse(gm, t, &status);
	if (why) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: vGPU type %u refused: %s",
		       le32toh(t->vgpu_type), why);
		return status;
	}
	out = (struct gsp_vgpu_type *)gsp_vgpu_type_find(g, le32toh(t->vgpu_type));
	if (!out) {
		if (g->num_types == R570_VGPU_MAX_TYPES)
			return NV_STATUS_INSUFFICIENT_RESOURCES;
		out = &g->types[g->num_types++];
	}
	memset(out, 0, sizeof(*out));
	out->id = le32toh(t->vgpu_type);
	out->max_instance = le32toh(t->max_instance);
	out->profile_bytes = le64toh(t->profile_bytes);
	out->fb_bytes = le64toh(t->fb_bytes);
	out->heap_bytes = le64toh(t->gsp_heap_bytes);
	out->reserve_bytes = le64toh(t->fb_reservation_bytes);
	out->vdev_id = le64toh(t->vdev_id);
	memcpy(out->name, t->name, sizeof(t->name));
	out->placement_size = le32toh(t->placement_size);
	out->num_mixed = le32toh(t->heterogeneous_count);
	for (uint32_t i = 0; i < out->num_mixed; i++)
		out->mixed_id[i] = le32toh(t->heterogeneous_ids[i]);
	return NV_STATUS_OK;
}

static uint32_t ctrl_add_type(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	const struct r570_vgpu_add_type *req = (const struct r570_vgpu_add_type *)params;
	struct gm_gsp *g = gsp_of(gm);
	uint32_t count = le32toh(req->count);

	if (gm_fail(gm, "add-type")) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: fault add-type: the type list is refused");
		return NV_STATUS_INVALID_ARGUMENT;
	}
	if (count > R570_VGPU_MAX_TYPES)
		return NV_STATUS_INVALID_ARGUMENT;
	if (req->discard)
		g->num_types = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t status = type_store(gm, &req->types[i]);

		if (status)
			return status;
	}
	gm_log(gm, GPU_MODEL_LOG_INFO, "gsp: %u vGPU types known", g->num_types);
	return NV_STATUS_OK;
}

/* ---- bootload ---- */

static bool ranges_touch(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes)
{
	return a < b + b_bytes && b < a + a_bytes;
}

/* True when a range belongs to a plugin that has not been cleaned up. */
static bool range_taken(const struct gm_gsp *g, uint64_t base, uint64_t bytes)
{
	for (unsigned int i = 1; i <= GPU_MODEL_MAX_VFS; i++) {
		const struct plugin *p = &g->plugin[i];

		if (p->state == PLUGIN_FREE)
			continue;
		if (ranges_touch(base, bytes, p->heap_base, p->heap_bytes))
			return true;
		for (uint32_t s = 0; s < p->num_segments; s++) {
			if (ranges_touch(base, bytes, p->seg_base[s], p->seg_bytes[s]))
				return true;
		}
	}
	return false;
}

/* Not empty, below the firmware's region, no wrap-around. */
static bool range_usable(struct gpu_model *gm, uint64_t base, uint64_t bytes)
{
	uint64_t end = gm_fw_reserved_start(gm);

	return bytes && base < end && bytes <= end - base;
}

static const char *check_segments(struct gpu_model *gm, const struct r570_vgpu_bootload *req,
				  struct plugin *p)
{
	uint64_t seg = gm_vmmu_segment_bytes(gm);
	uint32_t n = le32toh(req->num_fb_segments);

	if (!n || n > R570_VGPU_MAX_FB_SEGMENTS)
		return "the number of framebuffer segments is out of range";
	for (uint32_t i = 0; i < n; i++) {
		uint64_t base = le64toh(req->fb_address[i]), bytes = le64toh(req->fb_bytes[i]);

		if (base % seg || bytes % seg)
			return "a framebuffer segment is not aligned to the VMMU segment";
		if (!range_usable(gm, base, bytes))
			return "a framebuffer segment is empty or outside the usable framebuffer";
		if (range_taken(gsp_of(gm), base, bytes))
			return "a framebuffer segment belongs to another vGPU";
		for (uint32_t k = 0; k < i; k++) {
			if (ranges_touch(base, bytes, p->seg_base[k], p->seg_bytes[k]))
				return "two framebuffer segments overlap";
		}
		p->seg_base[i] = base;
		p->seg_bytes[i] = bytes;
		p->fb_bytes += bytes;
	}
	p->num_segments = n;
	return NULL;
}

static bool log_in_heap(const struct plugin *p, __le64 address, __le64 size)
{
	uint64_t start = le64toh(address), bytes = le64toh(size);

	return start >= p->heap_base && bytes < p->heap_bytes &&
	       start - p->heap_base < p->heap_bytes - bytes;
}

static const char *check_heap(struct gpu_model *gm, const struct r570_vgpu_bootload *req,
			      struct plugin *p)
{
	p->heap_base = le64toh(req->heap_address);
	p->heap_bytes = le64toh(req->heap_bytes);
	p->ctrl_offset = le64toh(req->ctrl_buf_offset);
	if (p->heap_base % GSP_PAGE_BYTES || p->heap_bytes % GSP_PAGE_BYTES)
		return "the management heap is not page aligned";
	if (!range_usable(gm, p->heap_base, p->heap_bytes) ||
	    p->heap_bytes <= VGPU_HEAP_SHARED_BYTES)
		return "the management heap is too small or outside the usable framebuffer";
	if (range_taken(gsp_of(gm), p->heap_base, p->heap_bytes))
		return "the management heap belongs to another vGPU";
	for (uint32_t i = 0; i < p->num_segments; i++) {
		if (ranges_touch(p->heap_base, p->heap_bytes, p->seg_base[i], p->seg_bytes[i]))
			return "the management heap lies in the guest's framebuffer";
	}
	if (p->ctrl_offset % GSP_PAGE_BYTES ||
	    p->ctrl_offset > p->heap_bytes - VGPU_HEAP_CTRL_BYTES)
		return "the control buffer lies outside the management heap";
	if (!log_in_heap(p, req->init_log_address, req->init_log_bytes) ||
	    !log_in_heap(p, req->vgpu_log_address, req->vgpu_log_bytes) ||
	    !log_in_heap(p, req->kernel_log_address, req->kernel_log_bytes))
		return "a log buffer lies outside the management heap";
	return NULL;
}

static const char *check_channels(struct gpu_model *gm, const struct r570_vgpu_bootload *req,
				  struct plugin *p)
{
	struct gm_gsp *g = gsp_of(gm);

	p->num_channels = le32toh(req->num_channels);
	if (p->num_channels > GSP_CHANNELS_PER_RUNLIST)
		return "there are more channels than a run list has";
	if (le32toh(req->num_plugin_channels) > VGPU_MAX_PLUGIN_CHANNELS)
		return "there are too many plugin channels";
	for (unsigned int e = 0; e < R570_NV2080_ENGINE_COUNT; e++) {
		p->chid[e] = le32toh(req->chid_offset[e]);
		if (p->chid[e] > GSP_CHANNELS_PER_RUNLIST - p->num_channels)
			return "a channel range runs past the run list";
		for (unsigned int i = 1; p->chid[e] && i <= GPU_MODEL_MAX_VFS; i++) {
			const struct plugin *o = &g->plugin[i];

			if (o->state != PLUGIN_FREE && o->chid[e] &&
			    ranges_touch(p->chid[e], p->num_channels, o->chid[e], o->num_channels))
				return "a channel range overlaps another vGPU's";
		}
	}
	return NULL;
}

static unsigned int plugins_alive(const struct gm_gsp *g)
{
	unsigned int n = 0;

	for (unsigned int i = 1; i <= GPU_MODEL_MAX_VFS; i++)
		n += g->plugin[i].state != PLUGIN_FREE;
	return n;
}

/* Why this bootload is refused, or NULL with @p filled. */
static const char *check_bootload(struct gpu_model *gm, const struct r570_vgpu_bootload *req,
				  struct plugin *p)
{
	uint32_t gfid = le32toh(req->gfid), swizz = le32toh(req->swizz_id);
	struct gm_gsp *g = gsp_of(gm);
	const char *why;

	if (!g->vf_partitions)
		return "GSP was booted without VF partitions";
	if (!g->sriov_mode)
		return "the registry lacks RMSetSriovMode=1";
	if (!gfid || gfid > gm_board(gm)->num_vfs || gfid > GPU_MODEL_MAX_VFS)
		return "there is no such GFID";
	if (g->plugin[gfid].state != PLUGIN_FREE)
		return "the GFID has a plugin already";
	if (plugins_alive(g) >= g->vf_partitions)
		return "all VF partitions of the firmware heap are in use";
	if (swizz && swizz != VGPU_SWIZZ_NONE)
		return "it names a MIG instance";
	p->gfid = gfid;
	p->type_id = le32toh(req->vgpu_type);
	if (p->type_id && !gsp_vgpu_type_find(g, p->type_id))
		return "its type is not in the list";
	why = check_segments(gm, req, p);
	if (!why)
		why = check_heap(gm, req, p);
	if (!why)
		why = check_channels(gm, req, p);
	return why;
}

/* One timer serves all plugins that boot. */
static void plugin_arm(struct gpu_model *gm)
{
	struct gm_gsp *g = gsp_of(gm);
	uint64_t now = gm_now_ns(gm), next = UINT64_MAX;

	gm_cancel(gm, plugin_tick);
	for (unsigned int i = 1; i <= GPU_MODEL_MAX_VFS; i++) {
		const struct plugin *p = &g->plugin[i];

		if (p->state == PLUGIN_BOOTING && p->up_at_ns < next)
			next = p->up_at_ns;
	}
	if (next != UINT64_MAX)
		gm_after(gm, next > now ? next - now : 0, plugin_tick, 0);
}

/* The task is up: marker into the sequence word, nothing else of the CPU's page is touched. */
static void plugin_come_up(struct gpu_model *gm, struct plugin *p)
{
	__le32 marker = htole32(VGPU_PLUGIN_MARKER);

	p->up_at_ns = UINT64_MAX;
	if (gm_fail(gm, "plugin-boot")) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: fault plugin-boot: GFID %u never comes up",
		       p->gfid);
		return;
	}
	if (gm_vram_write(gm,
			  p->heap_base + p->ctrl_offset +
				  __builtin_offsetof(struct vgpu_ctrl_buf, message_seq_num),
			  &marker, sizeof(marker))) {
		gsp_plugin_crash(gm, p);
		return;
	}
	p->state = PLUGIN_UP;
	p->last_seq = VGPU_PLUGIN_MARKER;
	gsp_plugin_event(gm, p->gfid, VGPU_NOTIFY_TASK_BOOTLOADED);
}

static void plugin_tick(struct gpu_model *gm, uint64_t arg)
{
	struct gm_gsp *g = gsp_of(gm);

	for (unsigned int i = 1; i <= GPU_MODEL_MAX_VFS; i++) {
		struct plugin *p = &g->plugin[i];

		if (p->state == PLUGIN_BOOTING && p->up_at_ns <= gm_now_ns(gm))
			plugin_come_up(gm, p);
	}
	plugin_arm(gm);
}

static uint32_t ctrl_bootload(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	const struct r570_vgpu_bootload *req = (const struct r570_vgpu_bootload *)params;
	struct gm_gsp *g = gsp_of(gm);
	struct plugin p = {0};
	const char *why = check_bootload(gm, req, &p);
	uint64_t gpa = 0;

	if (!why && gm_fail(gm, "plugin-bootload"))
		why = "fault plugin-bootload is injected";
	if (why) {
		g->stats.bootloads_refused++;
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: bootload of GFID %u refused: %s",
		       le32toh(req->gfid), why);
		return NV_STATUS_INVALID_ARGUMENT;
	}
	for (uint32_t i = 0; i < p.num_segments; i++) {
		if (gm_vmmu_map(gm, p.gfid, gpa, p.seg_base[i], p.seg_bytes[i])) {
			gm_vmmu_clear(gm, p.gfid);
			return NV_STATUS_INSUFFICIENT_RESOURCES;
		}
		gpa += p.seg_bytes[i];
	}
	gm_vram_zero(gm, p.heap_base + VGPU_HEAP_RESPONSE_OFFSET, VGPU_HEAP_RESPONSE_BYTES);
	p.state = PLUGIN_BOOTING;
	p.up_at_ns = gm_now_ns(gm) + gm_config(gm)->plugin_boot_ns;
	p.encoder_capacity = 100;
	g->plugin[p.gfid] = p;
	plugin_arm(gm);
	return NV_STATUS_OK;
}

/* ---- the other controls ---- */

static uint32_t ctrl_shutdown(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	uint32_t gfid = le32toh(((struct vgpu_ctrl_gfid *)params)->gfid);
	struct plugin *p = gsp_plugin(gsp_of(gm), gfid);

	if (!p)
		return NV_STATUS_OBJECT_NOT_FOUND;
	if (gm_fail(gm, "plugin-shutdown")) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: fault plugin-shutdown: GFID %u stays", gfid);
		return NV_STATUS_TIMEOUT;
	}
	guest_forget(p);
	gm_vmmu_clear(gm, gfid);
	p->state = PLUGIN_STOPPED;
	plugin_arm(gm);
	gsp_plugin_event(gm, gfid, VGPU_NOTIFY_TASK_UNLOADED);
	return NV_STATUS_OK;
}

static uint32_t ctrl_cleanup(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	uint32_t gfid = le32toh(((struct vgpu_ctrl_gfid *)params)->gfid);
	struct gm_gsp *g = gsp_of(gm);
	char text[64];

	if (!gfid || gfid > GPU_MODEL_MAX_VFS || g->plugin[gfid].state == PLUGIN_FREE)
		return NV_STATUS_OBJECT_NOT_FOUND;
	if (g->plugin[gfid].state != PLUGIN_STOPPED && g->plugin[gfid].state != PLUGIN_CRASHED)
		return NV_STATUS_INVALID_STATE;
	if (gm_fail(gm, "plugin-cleanup")) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: fault plugin-cleanup: GFID %u stays", gfid);
		return NV_STATUS_TIMEOUT;
	}
	/* The heap is the plugin's until now: a host that gave it away sees foreign bytes. */
	snprintf(text, sizeof(text), "plugin of GFID %u is gone\n", gfid);
	gm_vram_write(gm, g->plugin[gfid].heap_base + VGPU_HEAP_VGPU_LOG_OFFSET, text,
		      sizeof(text));
	plugin_forget(gm, &g->plugin[gfid]);
	return NV_STATUS_OK;
}

static uint32_t ctrl_free_states(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct plugin *p = gsp_plugin(gsp_of(gm), le32toh(((struct vgpu_ctrl_gfid *)params)->gfid));

	if (!p)
		return NV_STATUS_OBJECT_NOT_FOUND;
	guest_forget(p);
	return NV_STATUS_OK;
}

static uint32_t ctrl_fb_usage(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct r570_vgpu_fb_usage *out = (struct r570_vgpu_fb_usage *)params;
	struct gm_gsp *g = gsp_of(gm);
	uint32_t n = 0;

	memset(out, 0, sizeof(*out));
	for (unsigned int i = 1; i <= GPU_MODEL_MAX_VFS && n < R570_VGPU_MAX_INSTANCES; i++) {
		if (gsp_plugin(g, i))
			out->vgpu[n++].gfid = htole32(i);
	}
	out->count = htole32(n);
	return NV_STATUS_OK;
}

static uint32_t ctrl_enumerate(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct r570_vgpu_enumerate *out = (struct r570_vgpu_enumerate *)params;
	struct gm_gsp *g = gsp_of(gm);
	uint32_t n = 0;

	memset(out, 0, sizeof(*out));
	for (unsigned int i = 1; i <= GPU_MODEL_MAX_VFS && n < R570_VGPU_MAX_INSTANCES; i++) {
		const struct plugin *p = gsp_plugin(g, i);

		if (!p)
			continue;
		out->guest[n].gfid = htole32(i);
		out->guest[n].encoder_capacity = htole32(p->encoder_capacity);
		out->guest[n].driver_loaded = p->guest.driver_loaded;
		n++;
	}
	out->count = htole32(n);
	return NV_STATUS_OK;
}

static uint32_t ctrl_encoder_capacity(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct vgpu_ctrl_encoder_capacity *req = (struct vgpu_ctrl_encoder_capacity *)params;
	struct plugin *p = gsp_plugin(gsp_of(gm), le32toh(req->gfid));

	if (!p)
		return NV_STATUS_OBJECT_NOT_FOUND;
	if (le32toh(req->capacity) > 100)
		return NV_STATUS_INVALID_ARGUMENT;
	p->encoder_capacity = le32toh(req->capacity);
	return NV_STATUS_OK;
}

static uint32_t ctrl_heterogeneous(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct gm_gsp *g = gsp_of(gm);

	if (params[0] > 1)
		return NV_STATUS_INVALID_ARGUMENT;
	if (plugins_alive(g) && g->heterogeneous != !!params[0])
		return NV_STATUS_STATE_IN_USE;
	g->heterogeneous = params[0];
	return NV_STATUS_OK;
}

static uint32_t ctrl_zero_byte(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	params[0] = 0;
	return NV_STATUS_OK;
}

static uint32_t ctrl_nothing(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	return NV_STATUS_OK;
}

static const struct {
	uint32_t cmd, bytes;
	uint32_t (*run)(struct gpu_model *gm, uint8_t *params, uint32_t bytes);
} vgpu_ctrls[] = {
	{VGPU_CTRL_BOOTLOAD, sizeof(struct r570_vgpu_bootload), ctrl_bootload},
	{VGPU_CTRL_SHUTDOWN, sizeof(struct vgpu_ctrl_gfid), ctrl_shutdown},
	{VGPU_CTRL_ADD_TYPE, sizeof(struct r570_vgpu_add_type), ctrl_add_type},
	{VGPU_CTRL_ENUMERATE, sizeof(struct r570_vgpu_enumerate), ctrl_enumerate},
	{VGPU_CTRL_CLEAR_VM_INFO, sizeof(struct vgpu_ctrl_gfid), ctrl_nothing},
	{VGPU_CTRL_GET_FB_USAGE, sizeof(struct r570_vgpu_fb_usage), ctrl_fb_usage},
	{VGPU_CTRL_SET_ENCODER_CAPACITY, sizeof(struct vgpu_ctrl_encoder_capacity),
	 ctrl_encoder_capacity},
	{VGPU_CTRL_CLEANUP, sizeof(struct vgpu_ctrl_gfid), ctrl_cleanup},
	{VGPU_CTRL_GET_MIGRATION_SUPPORT, 1, ctrl_zero_byte},
	{VGPU_CTRL_SET_MGR_CONFIG, 1, ctrl_nothing},
	{VGPU_CTRL_FREE_STATES, sizeof(struct vgpu_ctrl_free_states), ctrl_free_states},
	{VGPU_CTRL_GET_FRL_STATUS, 1, ctrl_zero_byte},
	{VGPU_CTRL_SET_HETEROGENEOUS, 1, ctrl_heterogeneous},
};

uint32_t gsp_vgpu_control(struct gpu_model *gm, uint32_t cmd, uint8_t *params, uint32_t bytes)
{
	for (size_t i = 0; i < sizeof(vgpu_ctrls) / sizeof(vgpu_ctrls[0]); i++) {
		if (vgpu_ctrls[i].cmd != cmd)
			continue;
		if (vgpu_ctrls[i].bytes != bytes) {
			gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: control 0x%08x: %u bytes, expected %u",
			       cmd, bytes, vgpu_ctrls[i].bytes);
			return NV_STATUS_INVALID_PARAM_STRUCT;
		}
		return vgpu_ctrls[i].run(gm, params, bytes);
	}
	return NV_STATUS_NOT_SUPPORTED;
}
