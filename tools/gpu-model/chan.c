// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of channels, what they reach in memory, how they end, and who rings for them. */
#include "chan.h"

int gm_chan_init(struct gpu_model *gm)
{
	gm->chan = calloc(GM_MAX_CHANNELS, sizeof(*gm->chan));
	return gm->chan ? 0 : -ENOMEM;
}

void gm_chan_fini(struct gpu_model *gm)
{
	if (gm->chan)
		gm_chan_reset(gm, GM_CHAN_ALL);
	free(gm->chan);
	gm->chan = NULL;
}

unsigned int gm_chan_count(const struct gpu_model *gm)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < GM_MAX_CHANNELS; i++)
		n += gm->chan[i] != NULL;
	return n;
}

struct gm_chan *gm_chan_find(struct gpu_model *gm, unsigned int gfid, uint32_t runlist,
			     uint32_t chid)
{
	for (unsigned int i = 0; i < GM_MAX_CHANNELS; i++) {
		struct gm_chan *c = gm->chan[i];

		if (c && c->config.gfid == gfid && c->config.runlist == runlist &&
		    c->config.chid == chid)
			return c;
	}
	return NULL;
}

static bool config_ok(const struct gpu_model *gm, const struct gm_chan_config *config)
{
	uint32_t n = config->gpfifo_entries;

	return config->gfid <= gm->board.num_vfs && n && !(n & (n - 1)) &&
	       n <= NV_GP_MAX_ENTRIES && !(config->instance & (NV_RAMIN_BYTES - 1)) &&
	       !(config->userd & (NV_USERD_BYTES - 1)) &&
	       !(config->gpfifo_va & (NV_GP_ENTRY_BYTES - 1)) &&
	       config->runlist <= ABI_GET(NV_DOORBELL_RUNLIST, ~0U) &&
	       config->chid <= ABI_GET(NV_DOORBELL_CHID, ~0U);
}

int gm_chan_create(struct gpu_model *gm, const struct gm_chan_config *config)
{
	struct gm_chan *c;

	if (!config_ok(gm, config))
		return -EINVAL;
	if (gm_chan_find(gm, config->gfid, config->runlist, config->chid))
		return -EEXIST;
	for (unsigned int i = 0; i < GM_MAX_CHANNELS; i++) {
		if (gm->chan[i])
			continue;
		c = calloc(1, sizeof(*c));
		if (!c)
			return -ENOMEM;
		c->config = *config;
		c->subdev_mask = c->subdev_stored = 1;
		c->ce.render_mode = NVC7B5_SET_RENDER_ENABLE_C_MODE_TRUE;
		gm->chan[i] = c;
		return 0;
	}
	return -ENOSPC;
}

/*
 * Out of the table, and gone unless it is the one that runs: its own DMA may have reached a
 * register that ends it, and then the runlist frees it when its slice is over.
 */
static void chan_remove(struct gpu_model *gm, unsigned int at)
{
	struct gm_chan *c = gm->chan[at];

	gm->chan[at] = NULL;
	c->enabled = false;
	c->errored = true;
	if (c != gm->chan_running)
		free(c);
}

void gm_chan_destroy(struct gpu_model *gm, unsigned int gfid, uint32_t runlist, uint32_t chid)
{
	struct gm_chan *c = gm_chan_find(gm, gfid, runlist, chid);

	for (unsigned int i = 0; c && i < GM_MAX_CHANNELS; i++) {
		if (gm->chan[i] != c)
			continue;
		chan_remove(gm, i);
		return;
	}
}

int gm_chan_enable(struct gpu_model *gm, unsigned int gfid, uint32_t runlist, uint32_t chid,
		   bool on)
{
	struct gm_chan *c = gm_chan_find(gm, gfid, runlist, chid);

	if (!c)
		return -ENOENT;
	if (on && c->errored)
		return -EIO;
	c->enabled = on;
	if (on)
		gm_runlist_kick(gm);
	return 0;
}

void gm_chan_reset(struct gpu_model *gm, unsigned int gfid)
{
	for (unsigned int i = 0; i < GM_MAX_CHANNELS; i++) {
		if (!gm->chan[i] || (gfid != GM_CHAN_ALL && gm->chan[i]->config.gfid != gfid))
			continue;
		chan_remove(gm, i);
	}
}

void gm_chan_doorbell(struct gpu_model *gm, unsigned int function, uint32_t value)
{
	struct gm_chan *c = gm_chan_find(gm, function, ABI_GET(NV_DOORBELL_RUNLIST, value),
					 ABI_GET(NV_DOORBELL_CHID, value));

	gm->stats.usermode_doorbells++;
	if (!c) {
		if (!gm->stats.bad_doorbells++)
			gm_log(gm, GPU_MODEL_LOG_WARN,
			       "function %u: doorbell 0x%08x names no channel of it", function,
			       value);
		return;
	}
	c->rung = true;
	c->work_dwords = 0;
	c->work_bytes = 0;
	gm_runlist_kick(gm);
}

/* ---- errors ---- */

bool gm_chan_error(struct gpu_model *gm, struct gm_chan *c, uint32_t xid, uint64_t addr,
		   const char *fmt, ...)
{
	struct gm_chan_fault fault = {
		.runlist = c->config.runlist,
		.chid = c->config.chid,
		.engine_id = c->config.engine_id,
		.xid = xid,
		.addr = addr,
	};
	char text[160];
	va_list ap;

	if (c->errored)
		return false;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fault.text = text;
	c->errored = true;
	c->enabled = false;
	c->waiting = false;
	c->ce.active = false;
	gm->stats.chan_errors++;
	gm_log(gm, GPU_MODEL_LOG_WARN, "channel %u of runlist %u (GFID %u) stops, Xid %u: %s",
	       c->config.chid, c->config.runlist, c->config.gfid, xid, text);
	gm_gsp_channel_error(gm, c->config.gfid, &fault);
	return false;
}

static bool mmu_fault(struct gpu_model *gm, struct gm_chan *c, uint64_t addr, bool write,
		      const char *why)
{
	return gm_chan_error(gm, c, NV_XID_MMU_FAULT, addr, "%s of 0x%llx: %s",
			     write ? "write" : "read", (unsigned long long)addr, why);
}

/* ---- memory ---- */

/* Bytes from @gpa on that the function has in one piece and outside WPR2; 0 for none. */
static uint64_t vidmem_room(struct gpu_model *gm, unsigned int gfid, uint64_t gpa, uint64_t left)
{
	uint64_t seg = gm_vmmu_segment_bytes(gm), spa, start, end;

	if (!gm_vmmu_translate(gm, gfid, gpa, &spa))
		return 0;
	if (left > seg - (gpa & (seg - 1)))
		left = seg - (gpa & (seg - 1));
	if (left > gm_vram_bytes(gm) - spa)
		left = gm_vram_bytes(gm) - spa;
	if (!gm_wpr2_range(gm, &start, &end) || spa >= end)
		return left;
	if (spa >= start)
		return 0;
	return left < start - spa ? left : start - spa;
}

bool gm_chan_load_pdb(struct gpu_model *gm, struct gm_chan *c)
{
	uint64_t at = c->config.instance + NV_RAMIN_PAGE_DIR_BASE, base;
	unsigned int gfid = c->config.gfid;
	uint8_t raw[16];
	uint32_t target;
	int ret;

	if (c->config.instance_sysmem)
		ret = gm_dma_read(gm, gfid, at, raw, sizeof(raw));
	else if (vidmem_room(gm, gfid, at, sizeof(raw)) < sizeof(raw))
		ret = -EFAULT;
	else
		ret = gm_fb_read(gm, gfid, at, raw, sizeof(raw));
	if (ret)
		return mmu_fault(gm, c, at, false, "the instance block cannot be read");
	base = gm_get64(raw);
	target = (uint32_t)ABI_GET(NV_RAMIN_PAGE_DIR_BASE_TARGET, base);
	if (!(base & NV_RAMIN_PAGE_DIR_BASE_NEW_FORMAT) || target == NV_MMU_TARGET_INVALID)
		return mmu_fault(gm, c, at, false, "the instance block names no page directory");
	c->pdb = base & NV_RAMIN_PAGE_DIR_BASE_ADDR;
	c->pdb_sysmem = target != NV_MMU_TARGET_VIDMEM;
	c->va_limit = gm_get64(raw + NV_RAMIN_ADR_LIMIT - NV_RAMIN_PAGE_DIR_BASE) |
		      (GM_PAGE_BYTES - 1);
	return true;
}

bool gm_chan_place(struct gpu_model *gm, struct gm_chan *c, enum gm_operand operand, uint64_t addr,
		   bool write, struct gm_place *place)
{
	struct gm_xlate x = { .kind = GM_XLATE_FAULT, .addr = addr, .left = GM_PAGE_BYTES };
	unsigned int gfid = c->config.gfid;

	switch (operand) {
	case GM_OPERAND_VIRTUAL:
		if (addr <= c->va_limit)
			x = gm_mmu_walk(gm, gfid, c->pdb, c->pdb_sysmem, addr);
		break;
	case GM_OPERAND_VIDMEM:
		x.kind = GM_XLATE_VIDMEM;
		x.left = gm_vmmu_segment_bytes(gm);
		break;
	case GM_OPERAND_SYSMEM:
		x.kind = GM_XLATE_SYSMEM;
		x.left = GM_PAGE_BYTES - (addr & (GM_PAGE_BYTES - 1));
		break;
	}
	if (x.kind == GM_XLATE_FAULT)
		return mmu_fault(gm, c, addr, write, "no translation");
	if (write && x.read_only)
		return mmu_fault(gm, c, addr, write, "the page is read only");
	if (x.kind == GM_XLATE_VIDMEM) {
		x.left = vidmem_room(gm, gfid, x.addr, x.left);
		if (!x.left)
			return mmu_fault(gm, c, addr, write, "not this function's framebuffer");
	}
	*place = (struct gm_place){ .kind = x.kind, .addr = x.addr, .left = x.left };
	return true;
}

bool gm_chan_place_read(struct gpu_model *gm, struct gm_chan *c, const struct gm_place *place,
			void *buf, size_t len)
{
	int ret = 0;

	if (place->kind == GM_XLATE_SPARSE)
		memset(buf, 0, len);
	else if (place->kind == GM_XLATE_SYSMEM)
		ret = gm_dma_read(gm, c->config.gfid, place->addr, buf, len);
	else
		ret = gm_fb_read(gm, c->config.gfid, place->addr, buf, len);
	return !ret || mmu_fault(gm, c, place->addr, false, "the access failed");
}

bool gm_chan_place_write(struct gpu_model *gm, struct gm_chan *c, const struct gm_place *place,
			 const void *buf, size_t len)
{
	int ret = 0;

	if (place->kind == GM_XLATE_SYSMEM)
		ret = gm_dma_write(gm, c->config.gfid, place->addr, buf, len);
	else if (place->kind == GM_XLATE_VIDMEM)
		ret = gm_fb_write(gm, c->config.gfid, place->addr, buf, len);
	return !ret || mmu_fault(gm, c, place->addr, true, "the access failed");
}

bool gm_chan_read(struct gpu_model *gm, struct gm_chan *c, uint64_t va, void *buf, size_t len)
{
	struct gm_place place;

	for (uint8_t *out = buf; len;) {
		size_t n;

		if (!gm_chan_place(gm, c, GM_OPERAND_VIRTUAL, va, false, &place))
			return false;
		n = len < place.left ? len : (size_t)place.left;
		if (!gm_chan_place_read(gm, c, &place, out, n))
			return false;
		out += n;
		va += n;
		len -= n;
	}
	return true;
}

bool gm_chan_write(struct gpu_model *gm, struct gm_chan *c, uint64_t va, const void *buf,
		   size_t len)
{
	struct gm_place place;

	for (const uint8_t *in = buf; len;) {
		size_t n;

		if (!gm_chan_place(gm, c, GM_OPERAND_VIRTUAL, va, true, &place))
			return false;
		n = len < place.left ? len : (size_t)place.left;
		if (!gm_chan_place_write(gm, c, &place, in, n))
			return false;
		in += n;
		va += n;
		len -= n;
	}
	return true;
}

static bool userd_place(struct gpu_model *gm, struct gm_chan *c, uint32_t offset, bool write,
			struct gm_place *place)
{
	uint64_t addr = c->config.userd + offset;
	enum gm_operand operand =
		c->config.userd_sysmem ? GM_OPERAND_SYSMEM : GM_OPERAND_VIDMEM;

	return gm_chan_place(gm, c, operand, addr, write, place);
}

bool gm_chan_userd_read(struct gpu_model *gm, struct gm_chan *c, uint32_t offset, uint32_t *value)
{
	struct gm_place place;
	uint8_t raw[4];

	if (!userd_place(gm, c, offset, false, &place) ||
	    !gm_chan_place_read(gm, c, &place, raw, sizeof(raw)))
		return false;
	*value = gm_get32(raw);
	return true;
}

bool gm_chan_userd_write(struct gpu_model *gm, struct gm_chan *c, uint32_t offset, uint32_t value)
{
	struct gm_place place;
	uint8_t raw[4];

	gm_put32(raw, value);
	return userd_place(gm, c, offset, true, &place) &&
	       gm_chan_place_write(gm, c, &place, raw, sizeof(raw));
}

/* ---- what host and the engines share ---- */

bool gm_chan_release(struct gpu_model *gm, struct gm_chan *c, const struct gm_semaphore *sem,
		     bool wide, bool stamp)
{
	uint8_t raw[NV_SEM_BYTES];

	if (gm_fail(gm, "sem-release"))
		return true;
	gm->stats.sem_releases++;
	gm_put64(raw, wide ? sem->payload : (uint32_t)sem->payload);
	gm_put64(raw + NV_SEM_TIMESTAMP, gm_ptimer_ns(gm));
	/* One write, so that whoever polls the payload finds the time with it. */
	if (!gm_chan_write(gm, c, sem->addr, raw, stamp ? sizeof(raw) : wide ? 8 : 4))
		return false;
	/* Others may wait for it. */
	gm_runlist_kick(gm);
	return true;
}

void gm_chan_nonstall(struct gpu_model *gm, struct gm_chan *c)
{
	if (gm_fail(gm, "nonstall"))
		return;
	gm->stats.nonstall_irqs++;
	gm_vfn_trigger(gm, c->config.gfid, c->config.nonstall_vector);
}
