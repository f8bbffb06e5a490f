// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Channels as RM hands them out: allocation, scheduling, address spaces, graphics contexts. The
 * board runs them (chan.c); here is only who owns what and what is refused.
 */
#include <errno.h>

#include "../../kmod/abi/channel.h"
#include "../../kmod/abi/mmu.h"
#include "../../kmod/abi/rm_channel.h"
#include "gsp.h"

/*
 * Sizes of graphics context buffers are not published and no graphics runs here, so they are the
 * model's own: small, because drivers clear them word by word.
 */
#define GSP_CONTEXT_BYTES	  0x8000
#define GSP_CONTEXT_BUFFER_BYTES  0x1000
#define GSP_CONTEXT_ALIGNMENT	  0x1000
#define GSP_ZCULL_ALIGN_PIXELS	  16
#define GSP_ZCULL_ALIQUOTS	  0x1000
#define GSP_ZCULL_HEADER_BYTES	  0x20
#define GSP_ZCULL_SUBREGIONS	  16

/* ---- address spaces ---- */

/* Nothing that is cached of a root outlives its use as one. */
void gsp_vaspace_unset(struct gpu_model *gm, struct gsp_object *vas)
{
	if (vas->pdb_set)
		gm_tlb_drop_root(gm, 0, vas->pdb, vas->pdb_sysmem);
	vas->pdb_set = false;
}

void gsp_vaspace_alloc(struct gsp_object *vas, const uint8_t *params, uint32_t bytes)
{
	struct rm_vaspace_params p;

	if (bytes < sizeof(p))
		return;
	memcpy(&p, params, sizeof(p));
	vas->of_device = le32toh(p.index) == RM_VASPACE_INDEX_DEVICE;
}

/*
 * Where the root is kept. A device has an address space of its own, which outlives the objects that
 * refer to it; channels that name none run in it.
 */
static struct gsp_object *vaspace_home(struct gm_gsp *g, struct gsp_object *vas)
{
	return vas->of_device ? gsp_object_find(g, vas->client, vas->parent) : vas;
}

static uint32_t vaspace_set(struct gpu_model *gm, struct gsp_object *vas, uint64_t pdb,
			    bool sysmem)
{
	if (!vas)
		return NV_STATUS_INVALID_OBJECT_HANDLE;
	if (pdb & ~NV_RAMIN_PAGE_DIR_BASE_ADDR)
		return NV_STATUS_INVALID_ARGUMENT;
	gsp_vaspace_unset(gm, vas);
	vas->pdb = pdb;
	vas->pdb_sysmem = sysmem;
	vas->pdb_set = true;
	return NV_STATUS_OK;
}

/* The root of @device's address space @handle (0: its own); NULL when there is none. */
static struct gsp_object *vaspace_find(struct gpu_model *gm, struct gsp_object *device,
				       uint32_t handle)
{
	struct gsp_object *vas;

	if (!handle)
		return device;
	vas = gsp_object_find(gsp_of(gm), device->client, handle);
	return vas && vas->class_id == RM_CLASS_VASPACE ? vaspace_home(gsp_of(gm), vas) : NULL;
}

static uint32_t ctrl_set_page_directory(struct gpu_model *gm, struct gsp_object *obj,
					uint8_t *params)
{
	const struct rm_page_directory *p = (const struct rm_page_directory *)params;
	uint32_t aperture = ABI_GET(RM_PAGE_DIRECTORY_APERTURE, le32toh(p->flags));

	return vaspace_set(gm, vaspace_find(gm, obj, le32toh(p->h_vaspace)),
			   le64toh(p->phys_address),
			   aperture != RM_PAGE_DIRECTORY_APERTURE_VIDMEM);
}

static uint32_t ctrl_unset_page_directory(struct gpu_model *gm, struct gsp_object *obj,
					  uint8_t *params)
{
	const struct rm_unset_page_directory *p = (const struct rm_unset_page_directory *)params;
	struct gsp_object *vas = vaspace_find(gm, obj, le32toh(p->h_vaspace));

	if (vas)
		gsp_vaspace_unset(gm, vas);
	return NV_STATUS_OK;
}

/* The page directories that server and client share: the first is the client's root. */
static uint32_t ctrl_reserved_pdes(struct gpu_model *gm, struct gsp_object *obj, uint8_t *params)
{
	const struct rm_ctrl_reserved_pdes *r = (const struct rm_ctrl_reserved_pdes *)params;
	uint32_t levels = le32toh(r->num_levels), aperture = le32toh(r->level[0].aperture);
	uint64_t page = le64toh(r->page_bytes);

	if (!page || levels > RM_RESERVED_PDES_MAX_LEVELS || le64toh(r->virt_lo) % page ||
	    (le64toh(r->virt_hi) + 1) % page)
		return NV_STATUS_INVALID_ARGUMENT;
	if (!levels || r->level[0].page_shift != NV_MMU_V2_PD3_SHIFT)
		return NV_STATUS_OK;
	return vaspace_set(gm, vaspace_home(gsp_of(gm), obj), le64toh(r->level[0].phys_address),
			   aperture != RM_LEVEL_APERTURE_VIDEO);
}

/* ---- allocation ---- */

/* Memory of a channel: in system memory, or in framebuffer that is the driver's. */
static bool memory_ok(struct gpu_model *gm, const struct rm_memory_desc *m, uint64_t need)
{
	uint64_t base = le64toh(m->base), limit = gm_fw_reserved_start(gm);

	if (base & (need - 1))
		return false;
	if (le32toh(m->address_space) == RM_ADDR_SYSMEM)
		return true;
	return le32toh(m->address_space) == RM_ADDR_FBMEM && base < limit && need <= limit - base;
}

/* RM fills the instance block's address space when it knows it; otherwise the driver has. */
static uint32_t write_instance(struct gpu_model *gm, const struct gm_chan_config *config,
			       const struct gsp_object *vas)
{
	uint64_t target = vas->pdb_sysmem ? NV_MMU_TARGET_SYSMEM_COH : NV_MMU_TARGET_VIDMEM;
	uint64_t at = config->instance + NV_RAMIN_PAGE_DIR_BASE;
	uint64_t words[2] = {
		htole64(vas->pdb | NV_RAMIN_PAGE_DIR_BASE_NEW_FORMAT |
			NV_RAMIN_PAGE_DIR_BASE_BIG_64K |
			ABI_PREP(NV_RAMIN_PAGE_DIR_BASE_TARGET, target) |
			(vas->pdb_sysmem ? NV_RAMIN_PAGE_DIR_BASE_VOL : 0)),
		htole64(NV_MMU_V2_VA_LIMIT),
	};
	int ret;

	if (config->instance_sysmem)
		ret = gm_dma_write(gm, 0, at, words, sizeof(words));
	else
		ret = gm_vram_write(gm, at, words, sizeof(words));
	return ret ? NV_STATUS_NO_MEMORY : NV_STATUS_OK;
}

static enum gm_chan_engine engine_of(enum gsp_engine_kind kind)
{
	return kind == GSP_ENGINE_GR ? GM_CHAN_ENGINE_GR :
	       kind == GSP_ENGINE_CE ? GM_CHAN_ENGINE_CE :
				       GM_CHAN_ENGINE_OTHER;
}

static uint32_t chan_config(struct gpu_model *gm, const struct rm_channel_params *p,
			    struct gm_chan_config *config)
{
	const struct gsp_engine *engine = gsp_engine_find(le32toh(p->engine_type));
	uint32_t flags = le32toh(p->flags), internal = le32toh(p->internal_flags);

	if (!engine)
		return NV_STATUS_INVALID_ARGUMENT;
	/* A driver that leaves the id to RM learns it by a way that is not modelled. */
	if (!(flags & RM_CHANNEL_FLAG_USERD_PAGE_FIXED))
		return NV_STATUS_NOT_SUPPORTED;
	if (!memory_ok(gm, &p->instance, NV_RAMIN_BYTES) ||
	    !memory_ok(gm, &p->userd, NV_USERD_BYTES))
		return NV_STATUS_INVALID_ARGUMENT;
	*config = (struct gm_chan_config){
		.runlist = engine->runlist,
		.chid = ABI_GET(RM_CHANNEL_FLAG_USERD_PAGE, flags) *
				RM_CHANNELS_PER_USERD_PAGE +
			ABI_GET(RM_CHANNEL_FLAG_USERD_INDEX, flags),
		.engine = engine_of(engine->kind),
		.engine_id = engine->nv2080,
		.nonstall_vector = gsp_engine_nonstall(engine),
		.instance = le64toh(p->instance.base),
		.userd = le64toh(p->userd.base),
		.instance_sysmem = le32toh(p->instance.address_space) == RM_ADDR_SYSMEM,
		.userd_sysmem = le32toh(p->userd.address_space) == RM_ADDR_SYSMEM,
		.gpfifo_va = le64toh(p->gpfifo_offset),
		.gpfifo_entries = le32toh(p->gpfifo_entries),
		.privileged = (flags & RM_CHANNEL_FLAG_PRIVILEGED) &&
			      ABI_GET(RM_CHANNEL_INTERNAL_PRIVILEGE, internal) !=
				      RM_CHANNEL_INTERNAL_PRIVILEGE_USER,
	};
	config->physical_ce = config->privileged && !(flags & RM_CHANNEL_FLAG_DENY_PHYSICAL_CE);
	return NV_STATUS_OK;
}

static uint32_t create_status(int ret)
{
	switch (ret) {
	case 0:
		return NV_STATUS_OK;
	case -EEXIST:
		return NV_STATUS_STATE_IN_USE;
	case -EINVAL:
		return NV_STATUS_INVALID_ARGUMENT;
	default:
		return NV_STATUS_INSUFFICIENT_RESOURCES;
	}
}

bool gsp_is_channel_class(uint32_t class_id)
{
	return class_id == NV_CLASS_CHANNEL_VOLTA_A || class_id == NV_CLASS_CHANNEL_TURING_A ||
	       class_id == NV_CLASS_CHANNEL_AMPERE_A;
}

uint32_t gsp_chan_alloc(struct gpu_model *gm, struct gsp_object *parent, uint32_t handle,
			const uint8_t *params, uint32_t bytes)
{
	const struct rm_channel_params *p = (const struct rm_channel_params *)params;
	struct gm_chan_config config;
	struct gm_gsp *g = gsp_of(gm);
	const struct gsp_object *vas;
	struct gsp_object *obj;
	uint32_t status;

	if (bytes < g->line->channel_params_bytes)
		return NV_STATUS_INVALID_PARAM_STRUCT;
	vas = vaspace_find(gm, parent, le32toh(p->h_vaspace));
	if (!vas)
		return NV_STATUS_INVALID_OBJECT_HANDLE;
	status = chan_config(gm, p, &config);
	if (status)
		return status;
	status = gsp_object_add(g, parent->client, parent->handle, handle,
				NV_CLASS_CHANNEL_AMPERE_A);
	if (status)
		return status;
	obj = gsp_object_find(g, parent->client, handle);
	status = create_status(gm_chan_create(gm, &config));
	if (!status) {
		obj->is_channel = true;
		obj->runlist = config.runlist;
		obj->chid = config.chid;
		obj->engine_id = config.engine_id;
		if (vas->pdb_set)
			status = write_instance(gm, &config, vas);
	}
	if (status)
		gsp_object_remove(gm, obj);
	return status;
}

uint32_t gsp_chan_class(struct gpu_model *gm, const struct gsp_object *chan, uint32_t class_id,
			const uint8_t *params, uint32_t bytes)
{
	const struct rm_copy_params *p = (const struct rm_copy_params *)params;
	const struct gsp_engine *engine;

	if (class_id != NV_CLASS_COPY_TURING_A && class_id != NV_CLASS_COPY_AMPERE_A &&
	    class_id != NV_CLASS_COPY_AMPERE_B)
		return NV_STATUS_OK;
	if (bytes < sizeof(*p))
		return NV_STATUS_INVALID_PARAM_STRUCT;
	engine = gsp_engine_find(le32toh(p->engine_type));
	if (!engine || engine->kind != GSP_ENGINE_CE || engine->runlist != chan->runlist)
		return NV_STATUS_INVALID_ARGUMENT;
	return NV_STATUS_OK;
}

void gsp_chan_free(struct gpu_model *gm, const struct gsp_object *chan)
{
	gm_chan_destroy(gm, 0, chan->runlist, chan->chid);
}

/* ---- controls of a channel ---- */

static uint32_t ctrl_schedule(struct gpu_model *gm, struct gsp_object *obj, uint8_t *params)
{
	const struct rm_ctrl_channel_schedule *s = (const struct rm_ctrl_channel_schedule *)params;

	if (gm_chan_enable(gm, 0, obj->runlist, obj->chid, s->enable))
		return NV_STATUS_INVALID_STATE;
	return NV_STATUS_OK;
}

static uint32_t ctrl_bind(struct gpu_model *gm, struct gsp_object *obj, uint8_t *params)
{
	const struct rm_ctrl_channel_bind *b = (const struct rm_ctrl_channel_bind *)params;

	return le32toh(b->engine_type) == obj->engine_id ? NV_STATUS_OK :
							   NV_STATUS_INVALID_ARGUMENT;
}

static uint32_t ctrl_token(struct gpu_model *gm, struct gsp_object *obj, uint8_t *params)
{
	((struct rm_ctrl_channel_token *)params)->token =
		htole32(ABI_PREP(NV_DOORBELL_RUNLIST, obj->runlist) |
			ABI_PREP(NV_DOORBELL_CHID, obj->chid));
	return NV_STATUS_OK;
}

/* ---- graphics contexts ---- */

static uint32_t ctrl_promote(struct gpu_model *gm, struct gsp_object *obj, uint8_t *params)
{
	const struct rm_ctrl_promote_ctx *p = (const struct rm_ctrl_promote_ctx *)params;
	uint32_t n = le32toh(p->entry_count);
	const struct gsp_object *chan;

	chan = gsp_object_find(gsp_of(gm), le32toh(p->h_chan_client), le32toh(p->h_object));
	if (!chan || !chan->is_channel)
		return NV_STATUS_INVALID_OBJECT_HANDLE;
	if (n > RM_PROMOTE_MAX_ENTRIES)
		return NV_STATUS_INVALID_ARGUMENT;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t base = le64toh(p->entry[i].gpu_phys_address);
		uint64_t bytes = le64toh(p->entry[i].bytes), limit = gm_fw_reserved_start(gm);

		if (le16toh(p->entry[i].buffer_id) > RM_PROMOTE_MAX_BUFFER_ID ||
		    (p->entry[i].initialize && (base >= limit || bytes > limit - base)))
			return NV_STATUS_INVALID_ARGUMENT;
	}
	return NV_STATUS_OK;
}

static uint32_t ctrl_context_buffers(struct gpu_model *gm, struct gsp_object *obj, uint8_t *params)
{
	uint32_t per_engine = gsp_of(gm)->line->context_buffers;
	struct rm_context_buffer *b = (struct rm_context_buffer *)params;

	memset(b, 0, RM_GR_MAX_ENGINES * per_engine * sizeof(*b));
	/* One graphics engine, the first. */
	for (uint32_t i = 0; i < per_engine; i++) {
		b[i].bytes = htole32(i == RM_CONTEXT_BUFFER_GRAPHICS ? GSP_CONTEXT_BYTES :
								       GSP_CONTEXT_BUFFER_BYTES);
		b[i].alignment = htole32(GSP_CONTEXT_ALIGNMENT);
	}
	return NV_STATUS_OK;
}

static uint32_t ctrl_zcull(struct gpu_model *gm, struct gsp_object *obj, uint8_t *params)
{
	*(struct rm_ctrl_zcull_info *)params = (struct rm_ctrl_zcull_info){
		.width_align_pixels = htole32(GSP_ZCULL_ALIGN_PIXELS),
		.height_align_pixels = htole32(GSP_ZCULL_ALIGN_PIXELS),
		.pixel_squares_by_aliquots = htole32(GSP_ZCULL_ALIGN_PIXELS),
		.aliquot_total = htole32(GSP_ZCULL_ALIQUOTS),
		.region_byte_multiplier = htole32(1),
		.region_header_bytes = htole32(GSP_ZCULL_HEADER_BYTES),
		.subregion_header_bytes = htole32(GSP_ZCULL_HEADER_BYTES),
		.subregion_count = htole32(GSP_ZCULL_SUBREGIONS),
		.subregion_width_align_pixels = htole32(GSP_ZCULL_ALIGN_PIXELS),
		.subregion_height_align_pixels = htole32(GSP_ZCULL_ALIGN_PIXELS),
	};
	return NV_STATUS_OK;
}

static const struct chan_ctrl {
	uint32_t cmd, class_id, min_bytes;
	uint32_t (*run)(struct gpu_model *gm, struct gsp_object *obj, uint8_t *params);
} chan_ctrls[] = {
	{RM_CTRL_CHANNEL_SCHEDULE, NV_CLASS_CHANNEL_AMPERE_A,
	 sizeof(struct rm_ctrl_channel_schedule), ctrl_schedule},
	{RM_CTRL_CHANNEL_BIND, NV_CLASS_CHANNEL_AMPERE_A, sizeof(struct rm_ctrl_channel_bind),
	 ctrl_bind},
	{RM_CTRL_CHANNEL_GET_TOKEN, NV_CLASS_CHANNEL_AMPERE_A,
	 sizeof(struct rm_ctrl_channel_token), ctrl_token},
	{RM_CTRL_GPU_PROMOTE_CTX, RM_CLASS_SUBDEVICE, sizeof(struct rm_ctrl_promote_ctx),
	 ctrl_promote},
	/* The least of all lines; a line with more is checked in gsp_chan_control(). */
	{RM_CTRL_INTERNAL_GR_GET_CONTEXT_BUFFERS, RM_CLASS_SUBDEVICE,
	 RM_GR_MAX_ENGINES * R535_CONTEXT_BUFFERS * sizeof(struct rm_context_buffer),
	 ctrl_context_buffers},
	{RM_CTRL_GR_GET_ZCULL_INFO, RM_CLASS_SUBDEVICE, sizeof(struct rm_ctrl_zcull_info),
	 ctrl_zcull},
	{RM_CTRL_VASPACE_COPY_SERVER_RESERVED_PDES, RM_CLASS_VASPACE,
	 sizeof(struct rm_ctrl_reserved_pdes), ctrl_reserved_pdes},
	{RM_CTRL_DMA_SET_PAGE_DIRECTORY, RM_CLASS_DEVICE, sizeof(struct rm_page_directory),
	 ctrl_set_page_directory},
	{RM_CTRL_DMA_UNSET_PAGE_DIRECTORY, RM_CLASS_DEVICE,
	 sizeof(struct rm_unset_page_directory), ctrl_unset_page_directory},
};

uint32_t gsp_chan_control(struct gpu_model *gm, const struct gsp_object *obj, uint32_t cmd,
			  uint8_t *params, uint32_t bytes)
{
	for (size_t i = 0; i < sizeof(chan_ctrls) / sizeof(chan_ctrls[0]); i++) {
		const struct chan_ctrl *c = &chan_ctrls[i];
		uint32_t need = c->min_bytes;

		if (c->cmd != cmd)
			continue;
		if (cmd == RM_CTRL_INTERNAL_GR_GET_CONTEXT_BUFFERS)
			need = RM_GR_MAX_ENGINES * gsp_of(gm)->line->context_buffers *
			       sizeof(struct rm_context_buffer);
		if (obj->class_id != c->class_id)
			return NV_STATUS_INVALID_OBJECT_HANDLE;
		if (bytes < need)
			return NV_STATUS_INVALID_PARAM_STRUCT;
		return c->run(gm, gsp_object_find(gsp_of(gm), obj->client, obj->handle), params);
	}
	return NV_STATUS_NOT_SUPPORTED;
}

/* ---- errors ---- */

void gm_gsp_channel_error(struct gpu_model *gm, unsigned int gfid,
			  const struct gm_chan_fault *fault)
{
	const struct gsp_error error = {
		.gfid = gfid,
		.xid = fault->xid,
		.engine_type = fault->engine_id,
		.runlist = fault->runlist,
		.chid = fault->chid,
		.fault_addr = fault->addr,
		.text = fault->text,
	};
	struct gm_gsp *g = gsp_of(gm);

	if (g->state == GSP_RUNNING)
		g->line->error(gm, &error);
}
