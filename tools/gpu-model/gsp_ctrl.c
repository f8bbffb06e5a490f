// SPDX-License-Identifier: GPL-2.0-or-later
/* RM controls on the PF's objects. What is not here is answered NOT_SUPPORTED and logged once. */
#include <stdio.h>

#include "gsp.h"

/*
 * Engines of the board as firmware tables show them. Numbers that a line counts its own way are the
 * line's first of the kind plus the instance.
 */
static const struct gsp_engine gsp_engines[] = {
	{"GR0", GSP_ENGINE_GR, 0, NV2080_ENGINE_GR0, 0, 0},
	{"CE0", GSP_ENGINE_CE, 0, NV2080_ENGINE_COPY0, 19, 1},
	{"CE1", GSP_ENGINE_CE, 1, NV2080_ENGINE_COPY0 + 1, 19, 2},
	{"CE2", GSP_ENGINE_CE, 2, NV2080_ENGINE_COPY0 + 2, 19, 3},
	{"CE3", GSP_ENGINE_CE, 3, NV2080_ENGINE_COPY0 + 3, 19, 4},
	{"CE4", GSP_ENGINE_CE, 4, NV2080_ENGINE_COPY0 + 4, 19, 5},
	{"NVDEC0", GSP_ENGINE_NVDEC, 0, NV2080_ENGINE_NVDEC0, 16, 6},
	{"NVDEC1", GSP_ENGINE_NVDEC, 1, NV2080_ENGINE_NVDEC0 + 1, 16, 7},
	{"NVDEC2", GSP_ENGINE_NVDEC, 2, NV2080_ENGINE_NVDEC0 + 2, 16, 8},
	{"NVENC0", GSP_ENGINE_NVENC, 0, NV2080_ENGINE_NVENC0, 14, 9},
	{"NVENC1", GSP_ENGINE_NVENC, 1, NV2080_ENGINE_NVENC0 + 1, 14, 10},
	{"NVENC2", GSP_ENGINE_NVENC, 2, NV2080_ENGINE_NVENC0 + 2, 14, 11},
	{"NVJPEG0", GSP_ENGINE_NVJPEG, 0, NV2080_ENGINE_NVJPEG0, 21, 12},
	{"NVJPEG1", GSP_ENGINE_NVJPEG, 1, NV2080_ENGINE_NVJPEG0 + 1, 21, 13},
	{"NVJPEG2", GSP_ENGINE_NVJPEG, 2, NV2080_ENGINE_NVJPEG0 + 2, 21, 14},
	{"NVJPEG3", GSP_ENGINE_NVJPEG, 3, NV2080_ENGINE_NVJPEG0 + 3, 21, 15},
	{"OFA0", GSP_ENGINE_OFA, 0, NV2080_ENGINE_OFA0, 22, 16},
	{"SEC2", GSP_ENGINE_SEC2, 0, NV2080_ENGINE_SEC2, 13, 17},
};

#define GSP_NUM_ENGINES	       (sizeof(gsp_engines) / sizeof(gsp_engines[0]))
#define GSP_RUNLIST_PRI_BASE   0xc00000
#define GSP_RUNLIST_PRI_STRIDE 0x4000
#define GSP_CHRAM_PRI_BASE     0xe00000
#define GSP_CHRAM_PRI_STRIDE   0x4000
#define GSP_FAULT_ID_BASE      64
#define GSP_VECTOR_DISP	       154
/* In the leaf of replayable faults, as drivers expect; which one the firmware decides. */
#define GSP_VECTOR_ACCESS_COUNTER 65
/* Any size will do: the model's copy engines take no replayable faults. */
#define GSP_CE_FAULT_BUFFER_BYTES 0x1000

const struct gsp_engine *gsp_engine_find(uint32_t nv2080)
{
	for (size_t i = 0; i < GSP_NUM_ENGINES; i++) {
		if (gsp_engines[i].nv2080 == nv2080)
			return &gsp_engines[i];
	}
	return NULL;
}

/* From leaf 0 on, in the order of the table. */
unsigned int gsp_engine_nonstall(const struct gsp_engine *engine)
{
	return (unsigned int)(engine - gsp_engines);
}

static uint32_t ctrl_features(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct r570_gsp_features *f = (struct r570_gsp_features *)params;

	memset(f, 0, sizeof(*f));
	f->valid = 1;
	f->default_gsp_rm_gpu = 1;
	snprintf((char *)f->firmware_version, sizeof(f->firmware_version), "%s",
		 gsp_of(gm)->version);
	return NV_STATUS_OK;
}

static uint32_t ctrl_segment(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct rm_ctrl_vmmu_segment *s = (struct rm_ctrl_vmmu_segment *)params;

	s->segment_bytes = htole64(gm_vmmu_segment_bytes(gm));
	return NV_STATUS_OK;
}

/* ECC is off on every unit, as boards for vGPU are often run; all zero says so. */
static uint32_t ctrl_ecc(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	/* On every line the units come first. */
	struct gsp_ecc_unit *fb = (struct gsp_ecc_unit *)params;

	memset(params, 0, bytes);
	fb->supported = 1;
	fb->scrub_complete = 1;
	return NV_STATUS_OK;
}

static const uint32_t engine_class[GSP_NUM_ENGINE_KINDS] = {
	[GSP_ENGINE_GR] = R570_ENG_CLASS_GR,
	[GSP_ENGINE_CE] = R570_ENG_CLASS_CE,
	[GSP_ENGINE_NVDEC] = R570_ENG_CLASS_NVDEC,
	[GSP_ENGINE_NVENC] = R570_ENG_CLASS_NVENC,
	[GSP_ENGINE_NVJPEG] = R570_ENG_CLASS_NVJPEG,
	[GSP_ENGINE_OFA] = R570_ENG_CLASS_OFA,
	[GSP_ENGINE_SEC2] = R570_ENG_CLASS_SEC2,
};

static uint32_t ctrl_device_info(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct r570_device_info_table *t = (struct r570_device_info_table *)params;
	uint32_t base = le32toh(t->base_index), n = 0;

	memset(t, 0, sizeof(*t));
	t->base_index = htole32(base);
	for (size_t i = base; i < GSP_NUM_ENGINES && n < R570_DEVICE_INFO_PAGE; i++) {
		const struct gsp_engine *e = &gsp_engines[i];
		struct r570_device_info_entry *out = &t->entries[n++];
		out->engine_data[R570_ENGINE_DATA_ENG_DESC] =
			htole32(ABI_PREP(R570_ENG_DESC_CLASS, engine_class[e->kind]) |
				ABI_PREP(R570_ENG_DESC_INSTANCE, e->instance));
		out->engine_data[R570_ENGINE_DATA_FIFO_TAG] = htole32(i);
		out->engine_data[R570_ENGINE_DATA_RM_ENGINE_TYPE] =
			htole32(gsp_of(gm)->line->numbers->rm_engine[e->kind] + e->instance);
		out->engine_data[R570_ENGINE_DATA_RUNLIST] = htole32(e->runlist);
		out->engine_data[R570_ENGINE_DATA_MMU_FAULT_ID] = htole32(GSP_FAULT_ID_BASE + i);
		out->engine_data[R570_ENGINE_DATA_RESET] = htole32(i);
		out->engine_data[R570_ENGINE_DATA_INTR] = htole32(i);
		out->engine_data[R570_ENGINE_DATA_DEV_TYPE_ENUM] = htole32(e->enum_type);
		out->engine_data[R570_ENGINE_DATA_INSTANCE_ID] = htole32(e->instance);
		out->engine_data[R570_ENGINE_DATA_RUNLIST_PRI_BASE] =
			htole32(GSP_RUNLIST_PRI_BASE + e->runlist * GSP_RUNLIST_PRI_STRIDE);
		out->engine_data[R570_ENGINE_DATA_HOST_DRIVEN] = htole32(1);
		out->engine_data[R570_ENGINE_DATA_CHRAM_PRI_BASE] =
			htole32(GSP_CHRAM_PRI_BASE + e->runlist * GSP_CHRAM_PRI_STRIDE);
		out->pbdma_ids[0] = htole32(e->runlist);
		out->num_pbdmas = htole32(1);
		memcpy(out->name, e->name, sizeof(out->name));
	}
	t->num_entries = htole32(n);
	t->more = base + n < GSP_NUM_ENGINES;
	return NV_STATUS_OK;
}

static uint32_t ctrl_engines(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct r570_engines *e = (struct r570_engines *)params;

	memset(params, 0, bytes);
	e->count = htole32(GSP_NUM_ENGINES);
	for (size_t i = 0; i < GSP_NUM_ENGINES; i++)
		e->list[i] = htole32(gsp_engines[i].nv2080);
	return NV_STATUS_OK;
}

static void intr_add(struct r570_intr_table *t, uint32_t *n, uint16_t engine, uint32_t stall,
		     uint32_t nonstall)
{
	struct r570_intr_entry *e = &t->table[(*n)++];

	e->engine_idx = htole16(engine);
	e->vector_stall = htole32(stall);
	e->vector_nonstall = htole32(nonstall);
}

/* Vectors of units: all but the engines' are at fixed places, see NV_VFN_VECTOR_*. */
static const struct gsp_unit {
	enum gsp_unit_kind kind;
	uint32_t vector;
} gsp_units[] = {
	{GSP_UNIT_GSP, NV_VFN_VECTOR_GSP},
	{GSP_UNIT_DISP, GSP_VECTOR_DISP},
	{GSP_UNIT_REPLAYABLE_FAULT, NV_VFN_VECTOR_REPLAYABLE_FAULT},
	{GSP_UNIT_ACCESS_COUNTER, GSP_VECTOR_ACCESS_COUNTER},
	{GSP_UNIT_FAULT, NV_VFN_VECTOR_NONREPLAYABLE_FAULT},
	{GSP_UNIT_DOORBELL, NV_VFN_VECTOR_DOORBELL},
};

static void intr_subtree(struct r570_intr_table *t, unsigned int category, uint32_t vector)
{
	t->subtree_map[category].start = (uint8_t)(vector / NV_VFN_INTR_VECTORS_PER_SUBTREE);
	t->subtree_map[category].end = t->subtree_map[category].start;
}

/* Stall vectors from leaf 6, non-stall vectors from leaf 0, as the hardware's defaults have it. */
static uint32_t ctrl_intr_table(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct r570_intr_table *t = (struct r570_intr_table *)params;
	const struct gsp_line_numbers *numbers = gsp_of(gm)->line->numbers;
	uint32_t n = 0;

	memset(t, 0, bytes);
	for (size_t i = 0; i < sizeof(gsp_units) / sizeof(gsp_units[0]); i++) {
		const struct gsp_unit *u = &gsp_units[i];

		if (u->kind != GSP_UNIT_GSP || !gm_fail(gm, "intr-table"))
			intr_add(t, &n, numbers->mc_unit[u->kind], u->vector,
				 R570_INTR_VECTOR_NONE);
	}
	for (size_t i = 0; i < GSP_NUM_ENGINES; i++) {
		const struct gsp_engine *e = &gsp_engines[i];

		intr_add(t, &n, (uint16_t)(numbers->mc_engine[e->kind] + e->instance),
			 NV_VFN_VECTOR_STALL_BASE + i, gsp_engine_nonstall(e));
	}
	t->count = htole32(n);
	if (bytes < sizeof(*t))
		return NV_STATUS_OK;
	memset(t->subtree_map, R570_INTR_SUBTREE_NONE, sizeof(t->subtree_map));
	intr_subtree(t, R570_INTR_CATEGORY_ENGINE, NV_VFN_VECTOR_STALL_BASE);
	intr_subtree(t, R570_INTR_CATEGORY_ENGINE_NOTIFICATION, 0);
	intr_subtree(t, R570_INTR_CATEGORY_UVM_OWNED, NV_VFN_VECTOR_REPLAYABLE_FAULT);
	intr_subtree(t, R570_INTR_CATEGORY_UVM_SHARED, NV_VFN_VECTOR_GSP);
	return NV_STATUS_OK;
}

static uint32_t ctrl_gpc_mask(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	((struct rm_ctrl_gpc_mask *)params)->gpc_mask = htole32(gm_board(gm)->gpc_mask);
	return NV_STATUS_OK;
}

static uint32_t ctrl_tpc_mask(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct rm_ctrl_tpc_mask *m = (struct rm_ctrl_tpc_mask *)params;
	uint32_t gpc = le32toh(m->gpc_id);

	if (gpc >= 32 || !(gm_board(gm)->gpc_mask & (1U << gpc)))
		return NV_STATUS_INVALID_ARGUMENT;
	m->tpc_mask = htole32(gm_board(gm)->tpc_mask);
	return NV_STATUS_OK;
}

static uint32_t ctrl_fault_buffer(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	((struct rm_ctrl_ce_fault_buffer *)params)->bytes = htole32(GSP_CE_FAULT_BUFFER_BYTES);
	return NV_STATUS_OK;
}

static uint32_t ctrl_zeros(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	memset(params, 0, bytes);
	return NV_STATUS_OK;
}

static const struct gsp_ctrl {
	uint32_t cmd;
	uint32_t class_id; /* of the object it must be called on */
	uint32_t min_bytes;
	uint32_t (*run)(struct gpu_model *gm, uint8_t *params, uint32_t bytes);
} gsp_ctrls[] = {
	{RM_CTRL_GSP_GET_FEATURES, RM_CLASS_SUBDEVICE, sizeof(struct r570_gsp_features),
	 ctrl_features},
	{RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, RM_CLASS_SUBDEVICE, sizeof(struct rm_ctrl_vmmu_segment),
	 ctrl_segment},
	{RM_CTRL_GPU_QUERY_ECC_STATUS, RM_CLASS_SUBDEVICE, sizeof(struct r535_ecc_status),
	 ctrl_ecc},
	{RM_CTRL_FIFO_GET_DEVICE_INFO_TABLE, RM_CLASS_SUBDEVICE,
	 sizeof(struct r570_device_info_table), ctrl_device_info},
	{RM_CTRL_GPU_GET_ENGINES_V2, RM_CLASS_SUBDEVICE, sizeof(struct r535_engines), ctrl_engines},
	{RM_CTRL_INTERNAL_INTR_GET_TABLE, RM_CLASS_SUBDEVICE,
	 __builtin_offsetof(struct r570_intr_table, subtree_map), ctrl_intr_table},
	{RM_CTRL_GPU_GET_GPC_MASK, RM_CLASS_SUBDEVICE, sizeof(struct rm_ctrl_gpc_mask),
	 ctrl_gpc_mask},
	{RM_CTRL_GPU_GET_TPC_MASK, RM_CLASS_SUBDEVICE, sizeof(struct rm_ctrl_tpc_mask),
	 ctrl_tpc_mask},
	/* None: no video engine's context size is known. */
	{RM_CTRL_GPU_GET_CONSTRUCTED_FALCONS, RM_CLASS_SUBDEVICE,
	 sizeof(struct rm_ctrl_constructed_falcons), ctrl_zeros},
	{RM_CTRL_INTERNAL_GET_CONSTRUCTED_FALCONS, RM_CLASS_SUBDEVICE,
	 sizeof(struct rm_ctrl_constructed_falcons), ctrl_zeros},
	{RM_CTRL_INTERNAL_MEMSYS_GET_CONFIG, RM_CLASS_SUBDEVICE, 0, ctrl_zeros},
	{RM_CTRL_CE_GET_FAULT_METHOD_BUFFER_SIZE, RM_CLASS_SUBDEVICE,
	 sizeof(struct rm_ctrl_ce_fault_buffer), ctrl_fault_buffer},
};

/* Count a control; the entry tells whether it has been logged. NULL: the table is full. */
static struct gsp_control_count *ctrl_count(struct gm_gsp *g, uint32_t cmd)
{
	struct gsp_stats *s = &g->stats;

	for (unsigned int i = 0; i < s->num_controls; i++) {
		if (s->controls[i].cmd == cmd) {
			s->controls[i].count++;
			return &s->controls[i];
		}
	}
	if (s->num_controls == GSP_MAX_CONTROLS_SEEN)
		return NULL;
	s->controls[s->num_controls] = (struct gsp_control_count){.cmd = cmd, .count = 1};
	return &s->controls[s->num_controls++];
}

#define GSP_CTRL_GROUP_MASK 0xffffff00
#define GSP_CTRL_GROUP_VGPU 0x20804000

uint32_t gsp_control(struct gpu_model *gm, const struct gsp_object *obj, uint32_t cmd,
		     uint8_t *params, uint32_t bytes)
{
	struct gsp_control_count *seen = ctrl_count(gsp_of(gm), cmd);
	uint32_t status;

	if (gm_fail_num(gm, "control", cmd)) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: fault control: 0x%08x fails", cmd);
		return NV_STATUS_INVALID_STATE;
	}
	if ((cmd & GSP_CTRL_GROUP_MASK) == GSP_CTRL_GROUP_VGPU && gsp_of(gm)->line->vgpu_host) {
		if (obj->class_id != RM_CLASS_SUBDEVICE)
			return NV_STATUS_INVALID_OBJECT_HANDLE;
		status = gsp_vgpu_control(gm, cmd, params, bytes);
		if (status != NV_STATUS_NOT_SUPPORTED)
			return status;
	}
	status = gsp_chan_control(gm, obj, cmd, params, bytes);
	if (status == NV_STATUS_NOT_SUPPORTED && gsp_of(gm)->line->full_rm &&
	    obj->class_id == RM_CLASS_SUBDEVICE)
		status = gsp_internal_control(gm, cmd, params, bytes);
	if (status != NV_STATUS_NOT_SUPPORTED)
		return status;
	for (size_t i = 0; i < sizeof(gsp_ctrls) / sizeof(gsp_ctrls[0]); i++) {
		const struct gsp_ctrl *c = &gsp_ctrls[i];

		if (c->cmd != cmd)
			continue;
		if (obj->class_id != c->class_id)
			return NV_STATUS_INVALID_OBJECT_HANDLE;
		if (bytes < c->min_bytes)
			return NV_STATUS_INVALID_PARAM_STRUCT;
		return c->run(gm, params, bytes);
	}
	if (seen && !seen->unknown) {
		seen->unknown = true;
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: control 0x%08x (%u bytes) is not modelled",
		       cmd, bytes);
	}
	return NV_STATUS_NOT_SUPPORTED;
}
