// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copy engine: pitch copies of one or many lines, element remapping with constants (fills),
 * semaphore and interrupt at the end. A launch goes on over as many slices as it needs. Block
 * linear layouts, semaphore reductions and blocking interrupts are refused with an error.
 */
#include "chan.h"

#define BOUNCE_BYTES 4096
#define MAX_COMPONENTS 4
/* What a step costs of a slice besides its bytes; a hole in place of zeros costs this alone. */
#define STEP_COST_BYTES 1024

bool gm_ce_class(uint32_t class_id)
{
	return class_id == NV_CLASS_COPY_TURING_A || class_id == NV_CLASS_COPY_AMPERE_A ||
	       class_id == NV_CLASS_COPY_AMPERE_B;
}

static bool ce_error(struct gpu_model *gm, struct gm_chan *c, const char *why, uint32_t value)
{
	return gm_chan_error(gm, c, NV_XID_CE_ERROR, 0, "copy engine: %s (0x%08x)", why, value);
}

static void put_low(uint64_t *word, uint32_t value)
{
	*word = (*word & ~(uint64_t)UINT32_MAX) | value;
}

static void put_high(uint64_t *word, uint32_t value)
{
	*word = (uint32_t)*word | (uint64_t)value << 32;
}

/* ---- remap ---- */

struct remap {
	unsigned int size; /* bytes of a component */
	unsigned int num_src, num_dst;
	uint8_t select[MAX_COMPONENTS];
	bool reads, masks; /* takes source components, leaves destination bytes alone */
};

static struct remap remap_decode(const struct gm_ce *ce)
{
	struct remap r = { .size = 1, .num_src = 1, .num_dst = 1, .reads = true };
	uint32_t word = ce->components;

	if (!(ce->launch & NVC7B5_LAUNCH_REMAP))
		return r;
	r.size = ABI_GET(NVC7B5_REMAP_COMPONENT_SIZE, word) + 1;
	r.num_src = ABI_GET(NVC7B5_REMAP_NUM_SRC, word) + 1;
	r.num_dst = ABI_GET(NVC7B5_REMAP_NUM_DST, word) + 1;
	r.reads = false;
	for (unsigned int i = 0; i < r.num_dst; i++) {
		r.select[i] = word >> NVC7B5_REMAP_DST(i) & NVC7B5_REMAP_DST_MASK;
		r.reads |= r.select[i] < NVC7B5_REMAP_CONST_A;
		r.masks |= r.select[i] >= NVC7B5_REMAP_NO_WRITE;
	}
	return r;
}

/* Every component that is taken must be there. */
static bool remap_ok(const struct remap *r)
{
	for (unsigned int i = 0; i < r->num_dst; i++)
		if (r->select[i] > NVC7B5_REMAP_NO_WRITE ||
		    (r->select[i] < NVC7B5_REMAP_CONST_A && r->select[i] >= r->num_src))
			return false;
	return true;
}

/* One element of the destination; @dst holds what is there now. */
static void remap_element(const struct gm_ce *ce, const struct remap *r, const uint8_t *src,
			  uint8_t *dst)
{
	uint8_t a[4], b[4];

	gm_put32(a, ce->const_a);
	gm_put32(b, ce->const_b);
	for (unsigned int i = 0; i < r->num_dst; i++) {
		if (r->select[i] < NVC7B5_REMAP_CONST_A)
			memcpy(dst + i * r->size, src + r->select[i] * r->size, r->size);
		else if (r->select[i] == NVC7B5_REMAP_CONST_A)
			memcpy(dst + i * r->size, a, r->size);
		else if (r->select[i] == NVC7B5_REMAP_CONST_B)
			memcpy(dst + i * r->size, b, r->size);
	}
}

/* ---- a launch ---- */

static enum gm_operand operand(bool physical, uint32_t mode)
{
	if (!physical)
		return GM_OPERAND_VIRTUAL;
	return ABI_GET(NVC7B5_PHYS_MODE_TARGET, mode) == NVC7B5_PHYS_MODE_TARGET_LOCAL_FB ?
		       GM_OPERAND_VIDMEM :
		       GM_OPERAND_SYSMEM;
}

static uint64_t line_start(uint64_t base, uint32_t pitch, uint32_t line)
{
	return base + (uint64_t)((int64_t)(int32_t)pitch * (int64_t)line);
}

/* A piece of memory of any length by way of places. */
static bool piece(struct gpu_model *gm, struct gm_chan *c, enum gm_operand op, uint64_t addr,
		  uint8_t *buf, size_t len, bool write)
{
	struct gm_place place;

	while (len) {
		size_t n;

		if (!gm_chan_place(gm, c, op, addr, write, &place))
			return false;
		n = len < place.left ? len : (size_t)place.left;
		if (write ? !gm_chan_place_write(gm, c, &place, buf, n) :
			    !gm_chan_place_read(gm, c, &place, buf, n))
			return false;
		buf += n;
		addr += n;
		len -= n;
	}
	return true;
}

/* Zeros over whole pages of VRAM become holes. Bytes done, 0 when this is not the way, -1. */
static int64_t fill_hole(struct gpu_model *gm, struct gm_chan *c, enum gm_operand op, uint64_t addr,
			 uint64_t len)
{
	struct gm_place place;
	uint64_t spa;

	if (len < GM_PAGE_BYTES)
		return 0;
	if (!gm_chan_place(gm, c, op, addr, true, &place))
		return -1;
	if (len > place.left)
		len = place.left;
	if (place.kind != GM_XLATE_VIDMEM || len < GM_PAGE_BYTES ||
	    !gm_vmmu_translate(gm, c->config.gfid, place.addr, &spa) || gm_vram_zero(gm, spa, len))
		return 0;
	return (int64_t)len;
}

/* The constant of a fill that is all zeros and writes every byte. */
static bool is_zero_fill(const struct gm_ce *ce, const struct remap *r)
{
	if (!(ce->launch & NVC7B5_LAUNCH_REMAP) || r->reads || r->masks)
		return false;
	for (unsigned int i = 0; i < r->num_dst; i++)
		if (r->select[i] == NVC7B5_REMAP_CONST_A ? ce->const_a : ce->const_b)
			return false;
	return true;
}

/* Up to a bounce buffer of elements from @src to @dst; *@count is what was done. */
static bool copy_elements(struct gpu_model *gm, struct gm_chan *c, const struct remap *r,
			  uint64_t src, uint64_t dst, uint64_t *count)
{
	unsigned int in_bytes = r->size * r->num_src, out_bytes = r->size * r->num_dst;
	uint8_t in[BOUNCE_BYTES], out[BOUNCE_BYTES];
	enum gm_operand from, to;
	struct gm_ce *ce = &c->ce;
	uint64_t n = BOUNCE_BYTES / (in_bytes > out_bytes ? in_bytes : out_bytes);

	from = operand(ce->launch & NVC7B5_LAUNCH_SRC_PHYSICAL, ce->src_phys);
	to = operand(ce->launch & NVC7B5_LAUNCH_DST_PHYSICAL, ce->dst_phys);
	if (n > *count)
		n = *count;
	if (r->reads && !piece(gm, c, from, src, in, n * in_bytes, false))
		return false;
	if (r->masks && !piece(gm, c, to, dst, out, n * out_bytes, false))
		return false;
	if (ce->launch & NVC7B5_LAUNCH_REMAP) {
		for (uint64_t i = 0; i < n; i++)
			remap_element(ce, r, in + i * in_bytes, out + i * out_bytes);
	} else {
		memcpy(out, in, n);
	}
	if (!ce->flipped && gm_fail(gm, "copy-flip")) {
		ce->flipped = true;
		out[0] ^= 1;
	}
	if (!piece(gm, c, to, dst, out, n * out_bytes, true))
		return false;
	*count = n;
	return true;
}

/* Go on in the line under way. */
static bool copy_some(struct gpu_model *gm, struct gm_chan *c, struct gm_slice *slice)
{
	struct gm_ce *ce = &c->ce;
	const struct remap r = remap_decode(ce);
	unsigned int in_bytes = r.size * r.num_src, out_bytes = r.size * r.num_dst;
	uint64_t src = line_start(ce->in, ce->pitch_in, ce->line) + ce->done * in_bytes;
	uint64_t dst = line_start(ce->out, ce->pitch_out, ce->line) + ce->done * out_bytes;
	uint64_t count = ce->length - ce->done;
	int64_t hole = 0, cost;

	if (is_zero_fill(ce, &r) && !gm_fail(gm, "copy-flip"))
		hole = fill_hole(gm, c,
				 operand(ce->launch & NVC7B5_LAUNCH_DST_PHYSICAL, ce->dst_phys),
				 dst, count * out_bytes);
	if (hole < 0)
		return false;
	if (hole >= out_bytes) {
		count = (uint64_t)hole / out_bytes;
		cost = STEP_COST_BYTES;
	} else {
		if (!copy_elements(gm, c, &r, src, dst, &count))
			return false;
		cost = (int64_t)(count * out_bytes) + STEP_COST_BYTES;
	}
	slice->bytes -= cost;
	c->work_bytes += (uint64_t)cost;
	if (r.reads)
		gm->stats.ce_bytes += count * out_bytes;
	else
		gm->stats.ce_fill_bytes += count * out_bytes;
	ce->done += count;
	if (c->work_bytes > GM_MAX_WORK_BYTES)
		return ce_error(gm, c, "copies go on without a doorbell", ce->launch);
	return true;
}

static bool ce_finish(struct gpu_model *gm, struct gm_chan *c)
{
	struct gm_ce *ce = &c->ce;
	uint32_t kind = ABI_GET(NVC7B5_LAUNCH_SEMAPHORE, ce->launch);
	const struct gm_semaphore sem = { .addr = ce->sem, .payload = ce->payload };
	bool wide = ce->launch & NVC7B5_LAUNCH_SEMAPHORE_TWO_WORD;
	bool stamp = kind == NVC7B5_LAUNCH_SEMAPHORE_FOUR_WORD;

	ce->active = false;
	if (kind != NVC7B5_LAUNCH_SEMAPHORE_NONE) {
		if (sem.addr & (stamp ? NV_SEM_BYTES - 1 : wide ? 7 : 3))
			return ce_error(gm, c, "semaphore address is not aligned",
					(uint32_t)sem.addr);
		if (!gm_chan_release(gm, c, &sem, wide, stamp))
			return false;
	}
	if (ABI_GET(NVC7B5_LAUNCH_INTERRUPT, ce->launch) == NVC7B5_LAUNCH_INTERRUPT_NON_BLOCKING)
		gm_chan_nonstall(gm, c);
	return true;
}

bool gm_ce_run(struct gpu_model *gm, struct gm_chan *c, struct gm_slice *slice)
{
	struct gm_ce *ce = &c->ce;
	uint32_t lines = ce->launch & NVC7B5_LAUNCH_MULTI_LINE ? ce->count : 1;

	if (ABI_GET(NVC7B5_LAUNCH_TRANSFER, ce->launch) == NVC7B5_LAUNCH_TRANSFER_NONE ||
	    !ce->length)
		lines = 0;
	while (ce->line < lines) {
		if (slice->bytes <= 0)
			return true;
		if (!copy_some(gm, c, slice))
			return false;
		if (ce->done == ce->length) {
			ce->line++;
			ce->done = 0;
		}
	}
	return ce_finish(gm, c);
}

/* Everything of the launch that can be refused is refused before the first byte moves. */
static bool ce_launch(struct gpu_model *gm, struct gm_chan *c, uint32_t data)
{
	struct gm_ce *ce = &c->ce;
	bool copies = ABI_GET(NVC7B5_LAUNCH_TRANSFER, data) != NVC7B5_LAUNCH_TRANSFER_NONE;
	struct remap r;

	if (ce->render_mode == NVC7B5_SET_RENDER_ENABLE_C_MODE_FALSE)
		return true;
	if (ce->render_mode != NVC7B5_SET_RENDER_ENABLE_C_MODE_TRUE)
		return ce_error(gm, c, "conditional launches are not modelled", ce->render_mode);
	if (copies && (~data & (NVC7B5_LAUNCH_SRC_PITCH | NVC7B5_LAUNCH_DST_PITCH)))
		return ce_error(gm, c, "block linear layouts are not modelled", data);
	if (data & NVC7B5_LAUNCH_SEMAPHORE_REDUCTION)
		return ce_error(gm, c, "semaphore reductions are not modelled", data);
	if (ABI_GET(NVC7B5_LAUNCH_SEMAPHORE, data) > NVC7B5_LAUNCH_SEMAPHORE_FOUR_WORD)
		return ce_error(gm, c, "unknown semaphore type", data);
	if (ABI_GET(NVC7B5_LAUNCH_INTERRUPT, data) & NVC7B5_LAUNCH_INTERRUPT_BLOCKING)
		return ce_error(gm, c, "blocking interrupts are not modelled", data);
	if ((data & (NVC7B5_LAUNCH_SRC_PHYSICAL | NVC7B5_LAUNCH_DST_PHYSICAL)) &&
	    !c->config.physical_ce)
		return ce_error(gm, c, "this channel may not name physical addresses", data);
	ce->launch = data;
	r = remap_decode(ce);
	if (!remap_ok(&r))
		return ce_error(gm, c, "remap takes a component that is not there", ce->components);
	gm->stats.ce_launches++;
	ce->line = 0;
	ce->done = 0;
	ce->flipped = false;
	ce->active = true;
	return true;
}

/* Methods that only store their word; NULL for another. */
static uint32_t *ce_word(struct gm_ce *ce, uint32_t mthd)
{
	switch (mthd) {
	case NVC7B5_SET_SRC_PHYS_MODE:
		return &ce->src_phys;
	case NVC7B5_SET_DST_PHYS_MODE:
		return &ce->dst_phys;
	case NVC7B5_PITCH_IN:
		return &ce->pitch_in;
	case NVC7B5_PITCH_OUT:
		return &ce->pitch_out;
	case NVC7B5_LINE_LENGTH_IN:
		return &ce->length;
	case NVC7B5_LINE_COUNT:
		return &ce->count;
	case NVC7B5_SET_REMAP_CONST_A:
		return &ce->const_a;
	case NVC7B5_SET_REMAP_CONST_B:
		return &ce->const_b;
	case NVC7B5_SET_REMAP_COMPONENTS:
		return &ce->components;
	}
	return NULL;
}

bool gm_ce_method(struct gpu_model *gm, struct gm_chan *c, uint32_t mthd, uint32_t data)
{
	struct gm_ce *ce = &c->ce;
	uint32_t *word = ce_word(ce, mthd);

	if (word) {
		*word = data;
		return true;
	}
	switch (mthd) {
	case NVC7B5_NOP:
	case NVC7B5_PM_TRIGGER:
	case NVC7B5_PM_TRIGGER_END:
	case NVC7B5_SET_RENDER_ENABLE_A:
	case NVC7B5_SET_RENDER_ENABLE_B:
	case NVC7B5_SET_DST_BLOCK_SIZE ... NVC7B5_SET_SRC_ORIGIN:
		return true;
	case NVC7B5_SET_RENDER_ENABLE_C:
		ce->render_mode = ABI_GET(NVC7B5_SET_RENDER_ENABLE_C_MODE, data);
		return true;
	case NVC7B5_SET_SEMAPHORE_A:
		put_high(&ce->sem, ABI_GET(NVC7B5_OFFSET_UPPER, data));
		return true;
	case NVC7B5_SET_SEMAPHORE_B:
		put_low(&ce->sem, data);
		return true;
	case NVC7B5_SET_SEMAPHORE_PAYLOAD:
		put_low(&ce->payload, data);
		return true;
	case NVC7B5_SET_SEMAPHORE_PAYLOAD_UPPER:
		put_high(&ce->payload, data);
		return true;
	case NVC7B5_OFFSET_IN_UPPER:
		put_high(&ce->in, ABI_GET(NVC7B5_OFFSET_UPPER, data));
		return true;
	case NVC7B5_OFFSET_IN_LOWER:
		put_low(&ce->in, data);
		return true;
	case NVC7B5_OFFSET_OUT_UPPER:
		put_high(&ce->out, ABI_GET(NVC7B5_OFFSET_UPPER, data));
		return true;
	case NVC7B5_OFFSET_OUT_LOWER:
		put_low(&ce->out, data);
		return true;
	case NVC7B5_LAUNCH_DMA:
		return ce_launch(gm, c, data);
	}
	return gm_chan_error(gm, c, NV_XID_GR_CLASS_ERROR, 0,
			     "the copy engine has no method 0x%04x", mthd);
}
