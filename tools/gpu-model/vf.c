// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A function's register window: VF BAR0, and the PF's copy at NV_VFN. Interrupt registers are in
 * vfn.c; here are scratch words, BAR blocks, fault buffers, TLB invalidates, doorbells, time.
 */
#include "board.h"

/*
 * An invalidate stays under way until its function polls it, at most this long. Erratum 3007008:
 * two VFs must not have one under way at a time, so the host polls each to its end.
 */
#define INVALIDATE_NS 1000000ULL
/* What SIZE.SET_DEFAULT loads: enough for any test, the real count is not published. */
#define FAULT_BUFFER_DEFAULT_ENTRIES 0x100
#define FAULT_GET_W1C (NV_VFN_FAULT_BUFFER_GETPTR_CORRUPTED | NV_VFN_FAULT_BUFFER_OVERFLOW)
#define PAGE_FAULT_CTRL_FILTER ABI_MASK(1, 0)
/* Access counters, stored nowhere: 0x3100 to 0x311c (hw/stock-drivers.md 4.2). */
#define ACCESS_COUNTER_FIRST 0x3100
#define ACCESS_COUNTER_LAST 0x311c

#define IN_RANGE(offset, first, last) ((offset) >= (first) && (offset) <= (last))

/* ---- TLB invalidate ---- */

static void invalidate_write(struct gpu_model *gm, unsigned int function, uint32_t value)
{
	struct gm_function *fn = &gm->fn[function];
	uint64_t now = gm_now_ns(gm);

	fn->inv_cmd = value & ~NV_VFN_MMU_INVALIDATE_TRIGGER;
	if (!(value & NV_VFN_MMU_INVALIDATE_TRIGGER))
		return;
	gm->stats.tlb_invalidates++;
	if (gm_fail(gm, "tlb-stuck")) {
		fn->inv_cmd = value;
		return;
	}
	gm_tlb_invalidate(gm, function);
	if (function) {
		if (value & NV_VFN_MMU_INVALIDATE_ALL_PDB)
			gm->stats.tlb_vf_all_pdb++;
		for (unsigned int i = 1; i <= gm->board.num_vfs; i++) {
			if (i == function || gm->fn[i].inv_until_ns <= now)
				continue;
			gm->stats.tlb_overlaps++;
			gm_log(gm, GPU_MODEL_LOG_WARN,
			       "TLB invalidates of VF %u and VF %u overlap (erratum 3007008)",
			       i - 1, function - 1);
			break;
		}
	}
	fn->inv_until_ns = now + INVALIDATE_NS;
}

static uint32_t invalidate_read(struct gpu_model *gm, unsigned int function)
{
	gm->fn[function].inv_until_ns = 0;
	return gm->fn[function].inv_cmd;
}

/* ---- fault registers ---- */

static uint32_t *latched_word(struct gm_function *fn, uint32_t offset)
{
	if (!IN_RANGE(offset, NV_VFN_LATCHED_FAULT_ADDR_LO, NV_VFN_LATCHED_FAULT_STATUS))
		return NULL;
	return &fn->latched[(offset - NV_VFN_LATCHED_FAULT_ADDR_LO) / 4];
}

static bool fault_read(struct gm_function *fn, uint32_t offset, uint32_t *value)
{
	const uint32_t *latched = latched_word(fn, offset);

	if (latched) {
		*value = *latched;
		return true;
	}
	if (offset == NV_VFN_PAGE_FAULT_CTRL) {
		*value = fn->page_fault_ctrl;
		return true;
	}
	if (IN_RANGE(offset, ACCESS_COUNTER_FIRST, ACCESS_COUNTER_LAST)) {
		*value = 0;
		return true;
	}
	for (unsigned int i = 0; i < NV_VFN_FAULT_BUFFER_COUNT; i++) {
		if (offset == NV_VFN_FAULT_BUFFER_LO(i))
			*value = fn->fault[i].lo;
		else if (offset == NV_VFN_FAULT_BUFFER_HI(i))
			*value = fn->fault[i].hi;
		else if (offset == NV_VFN_FAULT_BUFFER_GET(i))
			*value = fn->fault[i].get;
		else if (offset == NV_VFN_FAULT_BUFFER_PUT(i))
			*value = fn->fault[i].put;
		else if (offset == NV_VFN_FAULT_BUFFER_SIZE(i))
			*value = fn->fault[i].size;
		else
			continue;
		return true;
	}
	return false;
}

static bool fault_buffer_write(struct gm_function *fn, uint32_t offset, uint32_t value)
{
	for (unsigned int i = 0; i < NV_VFN_FAULT_BUFFER_COUNT; i++) {
		if (offset == NV_VFN_FAULT_BUFFER_LO(i)) {
			fn->fault[i].lo = value;
		} else if (offset == NV_VFN_FAULT_BUFFER_HI(i)) {
			fn->fault[i].hi = value;
		} else if (offset == NV_VFN_FAULT_BUFFER_GET(i)) {
			fn->fault[i].get = (fn->fault[i].get & FAULT_GET_W1C & ~value) |
					   (value & NV_VFN_FAULT_BUFFER_PTR);
		} else if (offset == NV_VFN_FAULT_BUFFER_SIZE(i)) {
			if (value & NV_VFN_FAULT_BUFFER_SIZE_SET_DEFAULT)
				value = (value & ~(NV_VFN_FAULT_BUFFER_SIZE_SET_DEFAULT |
						   NV_VFN_FAULT_BUFFER_SIZE_ENTRIES)) |
					FAULT_BUFFER_DEFAULT_ENTRIES;
			fn->fault[i].size = value;
		} else if (offset != NV_VFN_FAULT_BUFFER_PUT(i)) {
			continue;
		}
		return true;
	}
	return false;
}

static bool fault_write(struct gm_function *fn, uint32_t offset, uint32_t value)
{
	if (latched_word(fn, offset)) {
		if (offset == NV_VFN_LATCHED_FAULT_STATUS &&
		    (value & NV_VFN_LATCHED_FAULT_STATUS_VALID))
			memset(fn->latched, 0, sizeof(fn->latched));
		return true;
	}
	if (offset == NV_VFN_PAGE_FAULT_CTRL) {
		fn->page_fault_ctrl = value & PAGE_FAULT_CTRL_FILTER;
		return true;
	}
	if (IN_RANGE(offset, ACCESS_COUNTER_FIRST, ACCESS_COUNTER_LAST))
		return true;
	return fault_buffer_write(fn, offset, value);
}

/* ---- identification, only in a VF's own BAR0 ---- */

static bool vf_ident_read(struct gpu_model *gm, uint32_t offset, uint32_t *value)
{
	if (offset == NV_PMC_BOOT_0)
		*value = gm->board.boot_0;
	else if (offset == NV_PMC_BOOT_1)
		*value = ABI_PREP(NV_PMC_BOOT_1_VGPU, NV_PMC_BOOT_1_VGPU_VAL_VF);
	else if (offset == NV_PMC_BOOT_42)
		*value = gm->board.boot_42;
	else
		return false;
	return true;
}

static uint32_t *msix_word(struct gm_function *fn, uint32_t offset)
{
	if (offset < NV_VFN_MSIX_TABLE || offset >= NV_VFN_MSIX_TABLE + sizeof(fn->msix))
		return NULL;
	return &fn->msix[(offset - NV_VFN_MSIX_TABLE) / 4];
}

static bool window_read_misc(struct gpu_model *gm, unsigned int function, uint32_t offset,
			     uint32_t *value)
{
	struct gm_function *fn = &gm->fn[function];

	switch (offset) {
	case NV_VFN_L2_SYSMEM_INVALIDATE:
	case NV_VFN_L2_PEERMEM_INVALIDATE:
	case NV_VFN_BIND_STATUS: /* binds are instantaneous */
	case NV_VFN_PRIV_DOORBELL:
	case NV_VFN_USERMODE_CFG0:
	case NV_VFN_USERMODE_DOORBELL:
	case NV_VFN_USERMODE_ERR_CONT:
	case NV_VFN_MSIX_PBA: /* pending bits are kept by the host */
	case NV_VFN_MSIX_PBA + 4:
		*value = 0;
		return true;
	case NV_VFN_BAR1_BLOCK:
		*value = fn->bar1.block;
		return true;
	case NV_VFN_BAR2_BLOCK:
		*value = fn->bar2.block;
		return true;
	case NV_VFN_PRIV_TIMER:
		*value = fn->priv_timer;
		return true;
	case NV_VFN_MMU_INVALIDATE_PDB:
		*value = fn->inv_pdb;
		return true;
	case NV_VFN_MMU_INVALIDATE_UPPER_PDB:
		*value = fn->inv_upper;
		return true;
	case NV_VFN_MMU_INVALIDATE:
		*value = invalidate_read(gm, function);
		return true;
	case NV_VFN_USERMODE_TIME_0:
		*value = (uint32_t)gm_ptimer_ns(gm) & NV_PTIMER_TIME_0_NSEC;
		return true;
	case NV_VFN_USERMODE_TIME_1:
		*value = (uint32_t)(gm_ptimer_ns(gm) >> 32);
		return true;
	}
	return false;
}

bool gm_window_read(struct gpu_model *gm, unsigned int function, uint32_t offset, uint32_t *value)
{
	struct gm_function *fn = &gm->fn[function];
	const uint32_t *msix = msix_word(fn, offset);

	if (msix) {
		*value = *msix;
		return true;
	}
	if (IN_RANGE(offset, NV_VFN_SCRATCH(0), NV_VFN_SCRATCH(NV_VFN_SCRATCH_COUNT - 1))) {
		*value = fn->scratch[(offset - NV_VFN_SCRATCH(0)) / 4];
		return true;
	}
	if (function && vf_ident_read(gm, offset, value))
		return true;
	return gm_vfn_read(gm, function, offset, value) || fault_read(fn, offset, value) ||
	       window_read_misc(gm, function, offset, value);
}

static bool window_write_misc(struct gpu_model *gm, unsigned int function, uint32_t offset,
			      uint32_t value)
{
	struct gm_function *fn = &gm->fn[function];

	switch (offset) {
	case NV_VFN_L2_SYSMEM_INVALIDATE:
	case NV_VFN_L2_PEERMEM_INVALIDATE:
	case NV_VFN_BIND_STATUS:
	case NV_VFN_USERMODE_ERR_CONT:
	case NV_VFN_MSIX_PBA:
	case NV_VFN_MSIX_PBA + 4:
		return true;
	case NV_VFN_BAR1_BLOCK:
		fn->bar1.block = value;
		return true;
	case NV_VFN_BAR2_BLOCK:
		fn->bar2.block = value;
		return true;
	case NV_VFN_PRIV_DOORBELL:
		gm_gsp_priv_doorbell(gm, function, value);
		return true;
	case NV_VFN_PRIV_TIMER:
		fn->priv_timer = value;
		return true;
	case NV_VFN_MMU_INVALIDATE_PDB:
		fn->inv_pdb = value;
		return true;
	case NV_VFN_MMU_INVALIDATE_UPPER_PDB:
		fn->inv_upper = value;
		return true;
	case NV_VFN_MMU_INVALIDATE:
		invalidate_write(gm, function, value);
		return true;
	case NV_VFN_USERMODE_DOORBELL:
		gm_chan_doorbell(gm, function, value);
		return true;
	case NV_VFN_USERMODE_TIME_0:
	case NV_VFN_USERMODE_TIME_1:
		return true;
	}
	return false;
}

bool gm_window_write(struct gpu_model *gm, unsigned int function, uint32_t offset, uint32_t value)
{
	struct gm_function *fn = &gm->fn[function];
	uint32_t *msix = msix_word(fn, offset);
	uint32_t unused;

	if (msix) {
		*msix = value;
		return true;
	}
	if (IN_RANGE(offset, NV_VFN_SCRATCH(0), NV_VFN_SCRATCH(NV_VFN_SCRATCH_COUNT - 1))) {
		fn->scratch[(offset - NV_VFN_SCRATCH(0)) / 4] = value;
		return true;
	}
	if (function && vf_ident_read(gm, offset, &unused))
		return true;
	return gm_vfn_write(gm, function, offset, value) || fault_write(fn, offset, value) ||
	       window_write_misc(gm, function, offset, value);
}

void gm_window_reset(struct gpu_model *gm, unsigned int function)
{
	struct gm_function *fn = &gm->fn[function];

	gm_vfn_reset(gm, function);
	gm_tlb_drop_function(gm, function);
	memset(fn->scratch, 0, sizeof(fn->scratch));
	memset(fn->msix, 0, sizeof(fn->msix));
	for (unsigned int i = 0; i < NV_PCI_MSIX_ENTRIES; i++)
		fn->msix[(i * NV_PCI_MSIX_ENTRY_BYTES + NV_PCI_MSIX_ENTRY_CTRL) / 4] =
			NV_PCI_MSIX_ENTRY_CTRL_MASKED;
	memset(fn->fault, 0, sizeof(fn->fault));
	memset(fn->latched, 0, sizeof(fn->latched));
	fn->bar1 = (struct gm_bar){ 0 };
	fn->bar2 = (struct gm_bar){ .block = NV_VFN_BAR2_BLOCK_DEBUG_OFF };
	fn->priv_timer = 0;
	fn->page_fault_ctrl = 0;
	fn->inv_pdb = fn->inv_upper = fn->inv_cmd = 0;
	fn->inv_until_ns = 0;
}

uint32_t gm_vf_scratch(struct gpu_model *gm, unsigned int function, unsigned int index)
{
	if (function >= GM_MAX_FUNCTIONS || index >= NV_VFN_SCRATCH_COUNT)
		return 0;
	return gm->fn[function].scratch[index];
}
