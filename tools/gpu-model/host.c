// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Host: fetches GPFIFO entries and pushbuffer segments of a channel, decodes methods, executes its
 * own ones and hands the rest to the engine. In order and to the end, so there is never anything
 * to wait for but semaphores.
 */
#include "chan.h"

#define FETCH_DWORDS 64

static bool pb_error(struct gpu_model *gm, struct gm_chan *c, const char *why, uint32_t value)
{
	return gm_chan_error(gm, c, NV_XID_PBDMA_ERROR, 0, "%s (0x%08x) before 0x%llx", why, value,
			     (unsigned long long)c->pb_addr);
}

/* ---- semaphores ---- */

static bool sem_aligned(struct gpu_model *gm, struct gm_chan *c, const struct gm_semaphore *sem,
			bool wide, bool stamp)
{
	uint64_t align = stamp ? NV_SEM_BYTES : wide ? 8 : 4;

	return !(sem->addr & (align - 1)) ||
	       pb_error(gm, c, "semaphore address is not aligned", (uint32_t)sem->addr);
}

static bool sem_load(struct gpu_model *gm, struct gm_chan *c, const struct gm_semaphore *sem,
		     bool wide, uint64_t *value)
{
	uint8_t raw[8] = { 0 };

	if (!gm_chan_read(gm, c, sem->addr, raw, wide ? 8 : 4))
		return false;
	*value = gm_get64(raw);
	return true;
}

/* True when @value satisfies the acquire; operations as in SEM_EXECUTE. */
static bool sem_satisfied(uint32_t op, uint64_t value, uint64_t payload, bool wide)
{
	switch (op) {
	case NVC56F_SEM_EXECUTE_ACQUIRE:
		return value == payload;
	case NVC56F_SEM_EXECUTE_ACQ_STRICT_GEQ:
		return value >= payload;
	case NVC56F_SEM_EXECUTE_ACQ_CIRC_GEQ:
		return wide ? (int64_t)(value - payload) >= 0 :
			      (int32_t)((uint32_t)value - (uint32_t)payload) >= 0;
	case NVC56F_SEM_EXECUTE_ACQ_AND:
		return value & payload;
	default: /* ACQ_NOR */
		return (value | payload) != (wide ? UINT64_MAX : UINT32_MAX);
	}
}

/* Acquire, or wait: @mthd and @data are executed again when something may have changed. */
static bool sem_acquire(struct gpu_model *gm, struct gm_chan *c, const struct gm_semaphore *sem,
			uint32_t op, bool wide, uint32_t mthd, uint32_t data)
{
	uint64_t value, payload = wide ? sem->payload : (uint32_t)sem->payload;

	if (!sem_aligned(gm, c, sem, wide, false) || !sem_load(gm, c, sem, wide, &value))
		return false;
	if (sem_satisfied(op, value, payload, wide)) {
		gm->stats.sem_acquires++;
		c->waiting = false;
		return true;
	}
	if (!c->waiting)
		gm->stats.sem_waits++;
	c->waiting = true;
	c->wait_mthd = mthd;
	c->wait_data = data;
	return true;
}

static uint64_t reduce(uint32_t op, uint64_t old, uint64_t payload, bool is_unsigned, bool wide)
{
	bool less = is_unsigned ? old < payload :
		    wide ? (int64_t)old < (int64_t)payload :
			   (int32_t)old < (int32_t)payload;

	switch (op) {
	case NV_SEM_REDUCTION_IMIN:
		return less ? old : payload;
	case NV_SEM_REDUCTION_IMAX:
		return less ? payload : old;
	case NV_SEM_REDUCTION_IXOR:
		return old ^ payload;
	case NV_SEM_REDUCTION_IAND:
		return old & payload;
	case NV_SEM_REDUCTION_IOR:
		return old | payload;
	case NV_SEM_REDUCTION_IADD:
		return old + payload;
	case NV_SEM_REDUCTION_INC:
		return old >= payload ? 0 : old + 1;
	default: /* DEC */
		return !old || old > payload ? payload : old - 1;
	}
}

static bool sem_reduce(struct gpu_model *gm, struct gm_chan *c, uint32_t data, bool wide,
		       bool stamp)
{
	uint32_t op = ABI_GET(NVC56F_SEM_EXECUTE_REDUCTION, data);
	struct gm_semaphore result = c->sem;
	uint64_t old;

	if (op > NV_SEM_REDUCTION_DEC)
		return pb_error(gm, c, "unknown semaphore reduction", data);
	if (!wide)
		result.payload = (uint32_t)result.payload;
	if (!sem_load(gm, c, &c->sem, wide, &old))
		return false;
	result.payload = reduce(op, old, result.payload,
				data & NVC56F_SEM_EXECUTE_REDUCTION_UNSIGNED, wide);
	return gm_chan_release(gm, c, &result, wide, stamp);
}

static bool sem_execute(struct gpu_model *gm, struct gm_chan *c, uint32_t data)
{
	uint32_t op = ABI_GET(NVC56F_SEM_EXECUTE_OPERATION, data);
	bool stamp = data & NVC56F_SEM_EXECUTE_RELEASE_TIMESTAMP;
	bool wide = data & NVC56F_SEM_EXECUTE_PAYLOAD_64BIT;

	switch (op) {
	case NVC56F_SEM_EXECUTE_RELEASE:
		return sem_aligned(gm, c, &c->sem, wide, stamp) &&
		       gm_chan_release(gm, c, &c->sem, wide, stamp);
	case NVC56F_SEM_EXECUTE_REDUCTION_OP:
		return sem_aligned(gm, c, &c->sem, wide, stamp) &&
		       sem_reduce(gm, c, data, wide, stamp);
	case NVC56F_SEM_EXECUTE_ACQUIRE:
	case NVC56F_SEM_EXECUTE_ACQ_STRICT_GEQ:
	case NVC56F_SEM_EXECUTE_ACQ_CIRC_GEQ:
	case NVC56F_SEM_EXECUTE_ACQ_AND:
	case NVC56F_SEM_EXECUTE_ACQ_NOR:
		return sem_acquire(gm, c, &c->sem, op, wide, NVC56F_SEM_EXECUTE, data);
	default:
		return pb_error(gm, c, "unknown semaphore operation", data);
	}
}

/* The older form: 32 bits, 16 bytes with the time unless told otherwise. */
static bool sem_execute_old(struct gpu_model *gm, struct gm_chan *c, uint32_t data)
{
	bool stamp = !(data & NVC56F_SEMAPHORED_RELEASE_SIZE_4BYTE);
	uint32_t op;

	switch (ABI_GET(NVC56F_SEMAPHORED_OPERATION, data)) {
	case NVC56F_SEMAPHORED_OPERATION_RELEASE:
		return sem_aligned(gm, c, &c->old_sem, false, stamp) &&
		       gm_chan_release(gm, c, &c->old_sem, false, stamp);
	case NVC56F_SEMAPHORED_OPERATION_ACQUIRE:
		op = NVC56F_SEM_EXECUTE_ACQUIRE;
		break;
	case NVC56F_SEMAPHORED_OPERATION_ACQ_GEQ:
		op = NVC56F_SEM_EXECUTE_ACQ_CIRC_GEQ;
		break;
	case NVC56F_SEMAPHORED_OPERATION_ACQ_AND:
		op = NVC56F_SEM_EXECUTE_ACQ_AND;
		break;
	default:
		return pb_error(gm, c, "unknown semaphore operation", data);
	}
	return sem_acquire(gm, c, &c->old_sem, op, false, NVC56F_SEMAPHORED, data);
}

static void put_low(uint64_t *word, uint32_t value)
{
	*word = (*word & ~(uint64_t)UINT32_MAX) | value;
}

static void put_high(uint64_t *word, uint32_t value)
{
	*word = (uint32_t)*word | (uint64_t)value << 32;
}

/* ---- methods of host ---- */

/* Targeted or not, all of an address space goes: that is allowed. */
static void tlb_invalidate(struct gpu_model *gm, struct gm_chan *c, uint32_t data)
{
	uint32_t low = c->mem_op[2];
	uint64_t pdb = (low & NVC56F_MEM_OP_C_PDB_ADDR_LO) |
		       (uint64_t)ABI_GET(NVC56F_MEM_OP_D_PDB_ADDR_HI, data) << 32;

	gm->stats.tlb_invalidates++;
	if (low & NVC56F_MEM_OP_C_PDB_ALL)
		gm_tlb_drop_function(gm, c->config.gfid);
	else
		gm_tlb_drop_root(gm, c->config.gfid, pdb,
				 ABI_GET(NVC56F_MEM_OP_C_PDB_APERTURE, low) !=
					 NV_MMU_TARGET_VIDMEM);
}

/* Writes are never late, so most of these have nothing left to do. */
static bool mem_op(struct gpu_model *gm, struct gm_chan *c, uint32_t data)
{
	uint32_t op = ABI_GET(NVC56F_MEM_OP_D_OPERATION, data);

	switch (op) {
	case NVC56F_MEM_OP_TLB_INVALIDATE:
	case NVC56F_MEM_OP_TLB_INVALIDATE_TARGETED:
	case NVC56F_MEM_OP_ACCESS_COUNTER_CLR:
		if (!c->config.privileged)
			return pb_error(gm, c, "memory operation needs a privileged channel", data);
		if (op != NVC56F_MEM_OP_ACCESS_COUNTER_CLR)
			tlb_invalidate(gm, c, data);
		return true;
	case NVC56F_MEM_OP_MEMBAR:
	case NVC56F_MEM_OP_L2_PEERMEM_INVALIDATE:
	case NVC56F_MEM_OP_L2_SYSMEM_INVALIDATE:
	case NVC56F_MEM_OP_L2_CLEAN_COMPTAGS:
	case NVC56F_MEM_OP_L2_FLUSH_DIRTY:
	case NVC56F_MEM_OP_L2_WAIT_FOR_SYS_PENDING_READS:
		return true;
	default:
		return pb_error(gm, c, "unknown memory operation", data);
	}
}

static bool set_object(struct gpu_model *gm, struct gm_chan *c, uint32_t data)
{
	uint16_t class_id = (uint16_t)ABI_GET(NVC56F_SET_OBJECT_NVCLASS, data);

	if (c->config.engine == GM_CHAN_ENGINE_CE && !gm_ce_class(class_id))
		return gm_chan_error(gm, c, NV_XID_GR_CLASS_ERROR, 0,
				     "a copy engine has no class 0x%04x", class_id);
	c->class_of[c->subch] = class_id;
	return true;
}

static bool sem_method(struct gpu_model *gm, struct gm_chan *c, uint32_t mthd, uint32_t data)
{
	switch (mthd) {
	case NVC56F_SEMAPHOREA:
		put_high(&c->old_sem.addr, ABI_GET(NVC56F_SEMAPHOREA_OFFSET_UPPER, data));
		return true;
	case NVC56F_SEMAPHOREB:
		put_low(&c->old_sem.addr, data & NVC56F_SEMAPHOREB_OFFSET_LOWER);
		return true;
	case NVC56F_SEMAPHOREC:
		c->old_sem.payload = data;
		return true;
	case NVC56F_SEMAPHORED:
		return sem_execute_old(gm, c, data);
	case NVC56F_SEM_ADDR_LO:
		put_low(&c->sem.addr, data & NVC56F_SEM_ADDR_LO_OFFSET);
		return true;
	case NVC56F_SEM_ADDR_HI:
		put_high(&c->sem.addr, ABI_GET(NVC56F_SEM_ADDR_HI_OFFSET, data));
		return true;
	case NVC56F_SEM_PAYLOAD_LO:
		put_low(&c->sem.payload, data);
		return true;
	case NVC56F_SEM_PAYLOAD_HI:
		put_high(&c->sem.payload, data);
		return true;
	default:
		return sem_execute(gm, c, data);
	}
}

static bool host_method(struct gpu_model *gm, struct gm_chan *c, uint32_t mthd, uint32_t data)
{
	gm->stats.host_methods++;
	switch (mthd) {
	case NVC56F_SET_OBJECT:
		return set_object(gm, c, data);
	case NVC56F_SEMAPHOREA ... NVC56F_SEMAPHORED:
	case NVC56F_SEM_ADDR_LO ... NVC56F_SEM_EXECUTE:
		return sem_method(gm, c, mthd, data);
	case NVC56F_NON_STALL_INTERRUPT:
		gm_chan_nonstall(gm, c);
		return true;
	case NVC56F_MEM_OP_A:
	case NVC56F_MEM_OP_B:
	case NVC56F_MEM_OP_C:
		c->mem_op[(mthd - NVC56F_MEM_OP_A) / 4] = data;
		return true;
	case NVC56F_MEM_OP_D:
		return mem_op(gm, c, data);
	case NVC56F_SET_REFERENCE:
		c->reference = data;
		return gm_chan_userd_write(gm, c, NV_USERD_REF, data);
	case NVC56F_NOP:
	case NVC56F_FB_FLUSH:
	case NVC56F_WFI:
	case NVC56F_YIELD:
	case NVC56F_CLEAR_FAULTED:
		return true;
	default:
		return pb_error(gm, c, "unknown method of host", mthd);
	}
}

static bool engine_method(struct gpu_model *gm, struct gm_chan *c, uint32_t mthd, uint32_t data)
{
	uint16_t class_id = c->class_of[c->subch];

	if (!class_id)
		return pb_error(gm, c, "method on a subchannel without an object", mthd);
	if (gm_ce_class(class_id) && c->config.engine != GM_CHAN_ENGINE_OTHER)
		return gm_ce_method(gm, c, mthd, data);
	return gm_gr_method(gm, c, mthd, data);
}

/* ---- pushbuffer ---- */

static bool grp0(struct gpu_model *gm, struct gm_chan *c, uint32_t header)
{
	uint32_t mask = ABI_GET(NV_DMA_SUBDEV_MASK, header);

	switch (ABI_GET(NV_DMA_TERT_OP, header)) {
	case NV_DMA_TERT_GRP0_INC:
		c->kind = GM_MTHD_INC;
		c->count = ABI_GET(NV_DMA_COUNT_OLD, header);
		c->mthd = ABI_GET(NV_DMA_METHOD_OLD, header) << NV_DMA_METHOD_SHIFT;
		return true;
	case NV_DMA_TERT_GRP0_SET_SUBDEV_MASK:
		c->subdev_mask = mask;
		return true;
	case NV_DMA_TERT_GRP0_STORE_SUBDEV_MASK:
		c->subdev_stored = mask;
		return true;
	default: /* NV_DMA_TERT_GRP0_USE_SUBDEV_MASK */
		c->subdev_mask = c->subdev_stored;
		return true;
	}
}

static bool deliver(struct gpu_model *gm, struct gm_chan *c, uint32_t mthd, uint32_t data)
{
	if (!(c->subdev_mask & 1))
		return true;
	if (mthd < NV_CHANNEL_ENGINE_METHODS)
		return host_method(gm, c, mthd, data);
	return engine_method(gm, c, mthd, data);
}

static bool header(struct gpu_model *gm, struct gm_chan *c, uint32_t value)
{
	c->subch = ABI_GET(NV_DMA_SUBCH, value);
	c->mthd = ABI_GET(NV_DMA_METHOD, value) << NV_DMA_METHOD_SHIFT;
	c->count = ABI_GET(NV_DMA_COUNT, value);
	switch (ABI_GET(NV_DMA_SEC_OP, value)) {
	case NV_DMA_SEC_OP_GRP0:
		c->count = 0;
		return grp0(gm, c, value);
	case NV_DMA_SEC_OP_INC:
		c->kind = GM_MTHD_INC;
		return true;
	case NV_DMA_SEC_OP_GRP2:
		if (ABI_GET(NV_DMA_TERT_OP, value) != NV_DMA_TERT_GRP2_NON_INC)
			break;
		c->kind = GM_MTHD_NON_INC;
		c->count = ABI_GET(NV_DMA_COUNT_OLD, value);
		c->mthd = ABI_GET(NV_DMA_METHOD_OLD, value) << NV_DMA_METHOD_SHIFT;
		return true;
	case NV_DMA_SEC_OP_NON_INC:
		c->kind = GM_MTHD_NON_INC;
		return true;
	case NV_DMA_SEC_OP_IMMD:
		c->count = 0;
		return deliver(gm, c, c->mthd, ABI_GET(NV_DMA_IMMD_DATA, value));
	case NV_DMA_SEC_OP_ONE_INC:
		c->kind = GM_MTHD_ONE_INC;
		return true;
	case NV_DMA_SEC_OP_END_PB_SEGMENT:
		c->count = 0;
		c->pb_dwords = 0;
		return true;
	}
	c->count = 0;
	return pb_error(gm, c, "header does not decode", value);
}

static bool consume(struct gpu_model *gm, struct gm_chan *c, uint32_t value)
{
	uint32_t mthd = c->mthd;

	if (!c->count)
		return header(gm, c, value);
	c->count--;
	if (c->kind != GM_MTHD_NON_INC)
		c->mthd += 1U << NV_DMA_METHOD_SHIFT;
	if (c->kind == GM_MTHD_ONE_INC)
		c->kind = GM_MTHD_NON_INC;
	return deliver(gm, c, mthd, value);
}

/* Work since the last doorbell is bounded. */
static bool charge(struct gpu_model *gm, struct gm_chan *c, struct gm_slice *slice)
{
	slice->dwords--;
	gm->stats.pb_dwords++;
	if (++c->work_dwords <= GM_MAX_WORK_DWORDS)
		return true;
	return pb_error(gm, c, "pushbuffer goes on without a doorbell", (uint32_t)c->work_dwords);
}

/* As far into the segment as the slice, a launch or an acquire lets it. */
static bool run_segment(struct gpu_model *gm, struct gm_chan *c, struct gm_slice *slice)
{
	uint32_t n = c->pb_dwords < slice->dwords ? c->pb_dwords : slice->dwords;
	uint8_t raw[4 * FETCH_DWORDS];

	if (n > FETCH_DWORDS)
		n = FETCH_DWORDS;
	if (!gm_chan_read(gm, c, c->pb_addr, raw, 4 * (size_t)n))
		return false;
	for (uint32_t i = 0; i < n && c->pb_dwords; i++) {
		c->pb_addr += 4;
		c->pb_dwords--;
		if (!charge(gm, c, slice) || !consume(gm, c, gm_get32(raw + 4 * i)))
			return false;
		if (c->waiting || c->ce.active)
			break;
	}
	if (!c->pb_subroutine)
		c->top_level_get = c->pb_addr;
	return true;
}

/* ---- GPFIFO ---- */

static bool take_put(struct gpu_model *gm, struct gm_chan *c)
{
	uint32_t put;

	c->rung = false;
	if (!gm_chan_userd_read(gm, c, NV_USERD_GP_PUT, &put))
		return false;
	if (put >= c->config.gpfifo_entries)
		return pb_error(gm, c, "GP_PUT lies outside the ring", put);
	c->gp_put = put;
	return true;
}

static bool next_entry(struct gpu_model *gm, struct gm_chan *c, struct gm_slice *slice)
{
	uint64_t at = c->config.gpfifo_va + (uint64_t)c->gp_get * NV_GP_ENTRY_BYTES;
	uint8_t raw[NV_GP_ENTRY_BYTES];
	uint32_t lo, hi;

	if (!charge(gm, c, slice) || !gm_chan_read(gm, c, at, raw, sizeof(raw)))
		return false;
	lo = gm_get32(raw);
	hi = gm_get32(raw + 4);
	c->gp_get = (c->gp_get + 1) & (c->config.gpfifo_entries - 1);
	c->pb_dwords = ABI_GET(NV_GP_ENTRY1_LENGTH, hi);
	if (!c->pb_dwords) {
		uint32_t opcode = ABI_GET(NV_GP_ENTRY1_OPCODE, hi);

		if (opcode == NV_GP_OPCODE_NOP || opcode == NV_GP_OPCODE_GP_CRC ||
		    opcode == NV_GP_OPCODE_PB_CRC)
			return true;
		return pb_error(gm, c, "GPFIFO entry with a bad opcode", hi);
	}
	c->pb_addr = (lo & NV_GP_ENTRY0_GET) | (uint64_t)ABI_GET(NV_GP_ENTRY1_GET_HI, hi) << 32;
	c->pb_subroutine = hi & NV_GP_ENTRY1_SUBROUTINE;
	return true;
}

static void write_back(struct gpu_model *gm, struct gm_chan *c)
{
	const struct {
		uint32_t offset, value;
	} words[] = {
		{ NV_USERD_GP_GET, c->gp_get },
		{ NV_USERD_GET, (uint32_t)c->pb_addr },
		{ NV_USERD_GET_HI, (uint32_t)(c->pb_addr >> 32) },
		{ NV_USERD_TOP_LEVEL_GET, (uint32_t)c->top_level_get },
		{ NV_USERD_TOP_LEVEL_GET_HI, (uint32_t)(c->top_level_get >> 32) |
					     NV_USERD_TOP_LEVEL_GET_HI_VALID },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!gm_chan_userd_write(gm, c, words[i].offset, words[i].value))
			return;
}

bool gm_host_runnable(const struct gm_chan *c)
{
	return c->enabled && (c->waiting || c->rung || c->ce.active || c->pb_dwords ||
			      c->gp_get != c->gp_put);
}

static bool host_step(struct gpu_model *gm, struct gm_chan *c, struct gm_slice *slice)
{
	if (c->ce.active)
		return gm_ce_run(gm, c, slice);
	if (c->pb_dwords)
		return run_segment(gm, c, slice);
	if (c->gp_get == c->gp_put && c->rung)
		return take_put(gm, c);
	return c->gp_get != c->gp_put && next_entry(gm, c, slice);
}

void gm_host_run(struct gpu_model *gm, struct gm_chan *c, struct gm_slice *slice)
{
	if (!gm_chan_load_pdb(gm, c))
		return;
	if (c->waiting) {
		/* Waiting again is the same as still waiting: nothing has been fetched since. */
		if (!host_method(gm, c, c->wait_mthd, c->wait_data) || c->waiting)
			return;
	}
	while (slice->dwords && slice->bytes > 0 && !c->waiting && !c->errored &&
	       host_step(gm, c, slice))
		;
	if (!c->errored)
		write_back(gm, c);
}
