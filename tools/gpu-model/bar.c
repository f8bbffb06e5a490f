// SPDX-License-Identifier: GPL-2.0-or-later
/* BAR1 and BAR2 (PCI index 3): windows into a function's GPU address space or its memory. */
#include "board.h"

/* Words of the latched fault, as the registers from NV_VFN_LATCHED_FAULT_ADDR_LO on. */
enum { LATCH_ADDR_LO, LATCH_ADDR_HI, LATCH_INST_LO, LATCH_INST_HI, LATCH_INFO, LATCH_STATUS };

/* Fault info (hw/mm.md 9): reason 4:0, access 19:16, valid 31. */
#define INFO_REASON_PTE 2
#define INFO_ACCESS_WRITE (1U << 16)
#define INFO_VALID ABI_BIT(31)
/* Status bits of dropped accesses: BAR1 physical, BAR1 virtual, BAR2 physical, BAR2 virtual. */
#define STATUS_DROPPED(bar2, virtual) ABI_BIT(2 * (bar2) + (virtual))
#define LATCH_ADDR_LO_MASK ABI_MASK(31, 12)

static struct gm_bar *bar_get(struct gpu_model *gm, unsigned int function, unsigned int bar)
{
	return bar == NV_PCI_BAR_FB ? &gm->fn[function].bar1 : &gm->fn[function].bar2;
}

static void bar_fault(struct gpu_model *gm, unsigned int function, unsigned int bar, uint64_t va,
		      bool write)
{
	struct gm_bar *b = bar_get(gm, function, bar);
	uint32_t *latch = gm->fn[function].latched;
	uint64_t inst = ABI_GET(NV_VFN_BAR_BLOCK_PTR, b->block);
	bool virtual = b->pdb_set || (b->block & NV_VFN_BAR_BLOCK_VIRTUAL);

	gm->stats.bar_faults++;
	if (latch[LATCH_STATUS] & NV_VFN_LATCHED_FAULT_STATUS_VALID)
		return;
	latch[LATCH_ADDR_LO] = (uint32_t)va & LATCH_ADDR_LO_MASK;
	latch[LATCH_ADDR_HI] = (uint32_t)(va >> 32);
	latch[LATCH_INST_LO] = (uint32_t)(inst << NV_VFN_BAR_BLOCK_PTR_SHIFT);
	latch[LATCH_INST_HI] = (uint32_t)(inst >> (32 - NV_VFN_BAR_BLOCK_PTR_SHIFT));
	latch[LATCH_INFO] = INFO_VALID | INFO_REASON_PTE | (write ? INFO_ACCESS_WRITE : 0);
	latch[LATCH_STATUS] = NV_VFN_LATCHED_FAULT_STATUS_VALID |
			      STATUS_DROPPED(bar == NV_PCI_BAR_INST, virtual);
	gm_log(gm, GPU_MODEL_LOG_INFO, "function %u: %s of BAR%u offset 0x%llx has no translation",
	       function, write ? "write" : "read", bar, (unsigned long long)va);
}

/* Through the instance block of a BAR in virtual mode. */
static struct gm_xlate bar_walk_instance(struct gpu_model *gm, unsigned int function,
					 const struct gm_bar *b, uint64_t va)
{
	static const struct gm_xlate fault = { .kind = GM_XLATE_FAULT };
	uint64_t inst = ABI_GET(NV_VFN_BAR_BLOCK_PTR, (uint64_t)b->block)
			<< NV_VFN_BAR_BLOCK_PTR_SHIFT;
	uint32_t target = ABI_GET(NV_VFN_BAR_BLOCK_TARGET, b->block);
	uint8_t raw[16];
	uint64_t pdb, limit;
	int ret;

	if (target == NV_MMU_TARGET_VIDMEM)
		ret = gm_fb_read(gm, function, inst + NV_RAMIN_PAGE_DIR_BASE, raw, sizeof(raw));
	else if (target == NV_MMU_TARGET_INVALID)
		ret = -EFAULT;
	else
		ret = gm_dma_read(gm, function, inst + NV_RAMIN_PAGE_DIR_BASE, raw, sizeof(raw));
	if (ret)
		return fault;
	pdb = gm_get64(raw);
	limit = gm_get64(raw + NV_RAMIN_ADR_LIMIT - NV_RAMIN_PAGE_DIR_BASE);
	target = (uint32_t)ABI_GET(NV_RAMIN_PAGE_DIR_BASE_TARGET, pdb);
	if (!(pdb & NV_RAMIN_PAGE_DIR_BASE_NEW_FORMAT) || target == NV_MMU_TARGET_INVALID ||
	    va > (limit | (GM_PAGE_BYTES - 1)))
		return fault;
	return gm_mmu_walk(gm, function, pdb & NV_RAMIN_PAGE_DIR_BASE_ADDR,
			   target != NV_MMU_TARGET_VIDMEM, va);
}

static struct gm_xlate bar_translate(struct gpu_model *gm, unsigned int function, unsigned int bar,
				     uint64_t va)
{
	const struct gm_bar *b = bar_get(gm, function, bar);

	if (b->pdb_set)
		return gm_mmu_walk(gm, function, b->pdb_spa, false, va);
	if (b->block & NV_VFN_BAR_BLOCK_VIRTUAL)
		return bar_walk_instance(gm, function, b, va);
	return (struct gm_xlate){ .kind = GM_XLATE_VIDMEM, .addr = va, .left = GM_PAGE_BYTES };
}

void gm_aperture_read(struct gpu_model *gm, unsigned int function, unsigned int bar,
		      uint64_t offset, void *buf, size_t len)
{
	struct gm_xlate x = bar_translate(gm, function, bar, offset);
	uint64_t spa;

	switch (x.kind) {
	case GM_XLATE_SPARSE:
		memset(buf, 0, len);
		return;
	case GM_XLATE_VIDMEM:
		if (gm_vmmu_translate(gm, function, x.addr, &spa)) {
			gm_vram_cpu_read(gm, spa, buf, len);
			return;
		}
		break;
	case GM_XLATE_SYSMEM:
		if (!gm_dma_read(gm, function, x.addr, buf, len))
			return;
		break;
	case GM_XLATE_FAULT:
		break;
	}
	bar_fault(gm, function, bar, offset, false);
	gm_fill_pattern(buf, offset, len, GM_BAR_UNMAPPED);
}

void gm_aperture_write(struct gpu_model *gm, unsigned int function, unsigned int bar,
		       uint64_t offset, const void *buf, size_t len)
{
	struct gm_xlate x = bar_translate(gm, function, bar, offset);
	uint64_t spa;

	switch (x.kind) {
	case GM_XLATE_SPARSE:
		return;
	case GM_XLATE_VIDMEM:
		if (!x.read_only && gm_vmmu_translate(gm, function, x.addr, &spa)) {
			gm_vram_cpu_write(gm, spa, buf, len);
			return;
		}
		break;
	case GM_XLATE_SYSMEM:
		if (!x.read_only && !gm_dma_write(gm, function, x.addr, buf, len))
			return;
		break;
	case GM_XLATE_FAULT:
		break;
	}
	bar_fault(gm, function, bar, offset, true);
}

void gm_bar_set_pdb(struct gpu_model *gm, unsigned int bar, uint64_t pdb_spa)
{
	struct gm_bar *b = bar_get(gm, 0, bar);

	b->pdb_set = pdb_spa != GM_BAR_PDB_NONE;
	b->pdb_spa = b->pdb_set ? pdb_spa : 0;
	gm_tlb_drop_function(gm, 0);
}

void gm_bar_release_all(struct gpu_model *gm)
{
	gm_bar_set_pdb(gm, NV_PCI_BAR_FB, GM_BAR_PDB_NONE);
	gm_bar_set_pdb(gm, NV_PCI_BAR_INST, GM_BAR_PDB_NONE);
}
