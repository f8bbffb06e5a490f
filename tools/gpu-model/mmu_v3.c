// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GPU MMU, page-table format v3 (Hopper, Blackwell; hw/mm.md 5). Addresses are in place in every
 * entry; what an entry without a target means is in its PCF field. No chip of the model has it yet.
 */
#include "board.h"

/* Entries of five levels, then of the two page tables. */
#define ENTRY_SHIFT 3
#define DUAL_SHIFT 4

static bool read_words(struct gpu_model *gm, unsigned int function, uint64_t addr, bool sysmem,
		       uint64_t *word, unsigned int count)
{
	uint8_t raw[2 * sizeof(uint64_t)];
	int ret = sysmem ? gm_dma_read(gm, function, addr, raw, count * sizeof(*word)) :
			   gm_fb_read(gm, function, addr, raw, count * sizeof(*word));

	for (unsigned int i = 0; !ret && i < count; i++)
		word[i] = gm_get64(raw + i * sizeof(*word));
	return !ret;
}

static uint64_t in_page(uint64_t va, unsigned int shift)
{
	return va & ((1ULL << shift) - 1);
}

static struct gm_xlate no_page(enum gm_xlate_kind kind, uint64_t va, unsigned int shift)
{
	return (struct gm_xlate){ .kind = kind, .left = (1ULL << shift) - in_page(va, shift) };
}

static struct gm_xlate page(uint64_t pte, uint64_t va, unsigned int shift)
{
	struct gm_xlate x = no_page(GM_XLATE_FAULT, va, shift);

	if (ABI_GET(NV_MMU_V3_PTE_APERTURE, pte) == NV_MMU_PTE_APERTURE_PEER)
		return x;
	x.kind = ABI_GET(NV_MMU_V3_PTE_APERTURE, pte) == NV_MMU_PTE_APERTURE_VIDMEM ?
			 GM_XLATE_VIDMEM : GM_XLATE_SYSMEM;
	/* Hardware ignores the address bits below the page. */
	x.addr = gm_align_down(pte & NV_MMU_V3_PTE_ADDR, 1ULL << shift) + in_page(va, shift);
	x.read_only = ABI_GET(NV_MMU_V3_PTE_PCF, pte) & NV_MMU_V3_PTE_PCF_READ_ONLY;
	x.pte_kind = (uint8_t)ABI_GET(NV_MMU_V3_PTE_KIND, pte);
	return x;
}

/* An entry without VALID: bit 0 of its PCF is sparse, in PTEs (value 1) and in PDEs (1 and 3). */
static bool pte_sparse(uint64_t pte)
{
	return ABI_GET(NV_MMU_V3_PTE_PCF, pte) == NV_MMU_V3_PTE_PCF_INVALID_SPARSE;
}

static bool pde_sparse(uint64_t pde)
{
	return ABI_GET(NV_MMU_V3_PDE_PCF, pde) & 1;
}

/* True when the entry points to a table; @mask: its address bits. */
static bool points(uint64_t pde, uint64_t mask, uint64_t *table, bool *sysmem)
{
	uint64_t aperture = ABI_GET(NV_MMU_V3_PDE_APERTURE, pde);

	*sysmem = aperture != NV_MMU_PDE_APERTURE_VIDMEM;
	*table = pde & mask;
	return aperture != NV_MMU_PDE_APERTURE_INVALID;
}

static struct gm_xlate walk_pd0(struct gpu_model *gm, unsigned int function, uint64_t pd0,
				bool sysmem, uint64_t va)
{
	uint64_t dual[2], table, pte;
	bool in_sysmem;

	if (!read_words(gm, function, pd0 + ((va >> NV_MMU_V2_PD0_SHIFT & 0xff) << DUAL_SHIFT),
			sysmem, dual, 2))
		return no_page(GM_XLATE_FAULT, va, NV_MMU_V2_PD0_SHIFT);
	if (dual[0] & NV_MMU_V3_PDE_IS_PTE)
		return page(dual[0], va, NV_MMU_V2_PD0_SHIFT);
	if (points(dual[0], NV_MMU_V3_DUAL_BIG_ADDR, &table, &in_sysmem)) {
		table += (va >> NV_MMU_V2_PT_BIG_SHIFT & 0x1f) << ENTRY_SHIFT;
		if (!read_words(gm, function, table, in_sysmem, &pte, 1))
			return no_page(GM_XLATE_FAULT, va, NV_MMU_V2_PT_BIG_SHIFT);
		if (pte & NV_MMU_V3_PTE_VALID)
			return page(pte, va, NV_MMU_V2_PT_BIG_SHIFT);
		if (pte_sparse(pte))
			return no_page(GM_XLATE_SPARSE, va, NV_MMU_V2_PT_BIG_SHIFT);
		if (ABI_GET(NV_MMU_V3_PTE_PCF, pte) == NV_MMU_V3_PTE_PCF_INVALID_NO_SMALL)
			return no_page(GM_XLATE_FAULT, va, NV_MMU_V2_PT_BIG_SHIFT);
	} else if (pde_sparse(dual[0])) {
		return no_page(GM_XLATE_SPARSE, va, NV_MMU_V2_PD0_SHIFT);
	}
	if (!points(dual[1], NV_MMU_V3_DUAL_SMALL_ADDR, &table, &in_sysmem))
		return no_page(GM_XLATE_FAULT, va, NV_MMU_V2_PT_BIG_SHIFT);
	table += (va >> NV_MMU_V2_PT_SMALL_SHIFT & 0x1ff) << ENTRY_SHIFT;
	if (!read_words(gm, function, table, in_sysmem, &pte, 1))
		return no_page(GM_XLATE_FAULT, va, NV_MMU_V2_PT_SMALL_SHIFT);
	if (pte & NV_MMU_V3_PTE_VALID)
		return page(pte, va, NV_MMU_V2_PT_SMALL_SHIFT);
	return no_page(pte_sparse(pte) ? GM_XLATE_SPARSE : GM_XLATE_FAULT, va,
		       NV_MMU_V2_PT_SMALL_SHIFT);
}

struct gm_xlate gm_mmu_walk_v3(struct gpu_model *gm, unsigned int function, uint64_t pdb,
			       bool pdb_sysmem, uint64_t va, bool pages_256g)
{
	const struct {
		uint8_t shift;
		uint16_t mask;
		bool leaf;
	} level[] = {
		{ NV_MMU_V3_PD4_SHIFT, NV_MMU_V3_PD4_ENTRIES - 1, false },
		{ NV_MMU_V3_PD3_SHIFT, NV_MMU_V3_PD3_ENTRIES - 1, false },
		{ NV_MMU_V2_PD2_SHIFT, NV_MMU_V2_PD2_ENTRIES - 1, pages_256g },
		{ NV_MMU_V2_PD1_SHIFT, NV_MMU_V2_PD1_ENTRIES - 1, true },
	};
	uint64_t table = pdb, pde;
	bool sysmem = pdb_sysmem;

	if (va > NV_MMU_V3_VA_LIMIT)
		return no_page(GM_XLATE_FAULT, va, NV_MMU_V3_PD4_SHIFT);
	for (size_t i = 0; i < sizeof(level) / sizeof(level[0]); i++) {
		table += (va >> level[i].shift & level[i].mask) << ENTRY_SHIFT;
		if (!read_words(gm, function, table, sysmem, &pde, 1))
			return no_page(GM_XLATE_FAULT, va, level[i].shift);
		if (pde & NV_MMU_V3_PDE_IS_PTE)
			return level[i].leaf ? page(pde, va, level[i].shift) :
					       no_page(GM_XLATE_FAULT, va, level[i].shift);
		if (!points(pde, NV_MMU_V3_PDE_ADDR, &table, &sysmem))
			return no_page(pde_sparse(pde) ? GM_XLATE_SPARSE : GM_XLATE_FAULT, va,
				       level[i].shift);
	}
	return walk_pd0(gm, function, table, sysmem, va);
}
