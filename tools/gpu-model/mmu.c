// SPDX-License-Identifier: GPL-2.0-or-later
/* GPU MMU, page-table format v2. What a walk reads is cached (tlb.c) until it is invalidated. */
#include "board.h"

/* Where a table lies. */
struct gm_table {
	uint64_t addr;
	bool sysmem;
};

/* One walk: where from, and what for. */
struct gm_walk {
	struct gpu_model *gm;
	unsigned int function; /* whose framebuffer view and requester id read the tables */
	uint64_t root;	       /* gm_tlb_root() */
	uint64_t va;
};

/*
 * Read the @words qwords at @offset of a table on the level that resolves addresses from bit @shift
 * on; false when the access itself fails.
 */
static bool table_read(const struct gm_walk *w, const struct gm_table *table, unsigned int shift,
		       uint64_t offset, uint64_t *value, unsigned int words)
{
	const struct gm_tlb_entry key = {
		.root = w->root,
		.page = w->va >> shift,
		.function = (uint16_t)w->function,
		.shift = (uint8_t)shift,
	};
	uint8_t raw[NV_MMU_DUAL_ENTRY_BYTES];
	size_t len = words * sizeof(uint64_t);
	int ret;

	if (gm_tlb_find(w->gm, &key, value, words))
		return true;
	if (table->sysmem)
		ret = gm_dma_read(w->gm, w->function, table->addr + offset, raw, len);
	else
		ret = gm_fb_read(w->gm, w->function, table->addr + offset, raw, len);
	if (ret)
		return false;
	for (unsigned int i = 0; i < words; i++)
		value[i] = gm_get64(raw + 8 * i);
	gm_tlb_keep(w->gm, &key, value, words);
	return true;
}

static struct gm_xlate xlate_fault(void)
{
	return (struct gm_xlate){ .kind = GM_XLATE_FAULT };
}

static struct gm_xlate xlate_sparse(uint64_t va, unsigned int shift)
{
	return (struct gm_xlate){ .kind = GM_XLATE_SPARSE,
				  .left = (1ULL << shift) - (va & ((1ULL << shift) - 1)) };
}

static struct gm_xlate xlate_leaf(uint64_t pte, uint64_t va, unsigned int shift)
{
	uint64_t in_page = va & ((1ULL << shift) - 1);
	struct gm_xlate x = {
		.left = (1ULL << shift) - in_page,
		.read_only = pte & NV_MMU_V2_PTE_READ_ONLY,
		.pte_kind = (uint8_t)ABI_GET(NV_MMU_V2_PTE_KIND, pte),
	};

	switch (ABI_GET(NV_MMU_V2_PTE_APERTURE, pte)) {
	case NV_MMU_PTE_APERTURE_VIDMEM:
		x.kind = GM_XLATE_VIDMEM;
		x.addr = ABI_GET(NV_MMU_V2_PTE_ADDR_VID, pte) << NV_MMU_V2_PTE_ADDR_SHIFT;
		break;
	case NV_MMU_PTE_APERTURE_SYSMEM_COH:
	case NV_MMU_PTE_APERTURE_SYSMEM_NONCOH:
		x.kind = GM_XLATE_SYSMEM;
		x.addr = ABI_GET(NV_MMU_V2_PTE_ADDR_SYS, pte) << NV_MMU_V2_PTE_ADDR_SHIFT;
		break;
	default: /* peer memory: there is no peer */
		return xlate_fault();
	}
	/* The page's own low address bits are zero in a proper PTE; hardware ignores them. */
	x.addr = gm_align_down(x.addr, 1ULL << shift) + in_page;
	return x;
}

/* A directory pointer; false when there is none (@sparse tells the two apart). */
static bool pde_decode(uint64_t pde, struct gm_table *next, bool *sparse)
{
	uint64_t aperture = ABI_GET(NV_MMU_V2_PDE_APERTURE, pde);

	*sparse = false;
	if (aperture == NV_MMU_PDE_APERTURE_INVALID) {
		*sparse = pde & NV_MMU_V2_PDE_VOL;
		return false;
	}
	next->sysmem = aperture != NV_MMU_PDE_APERTURE_VIDMEM;
	next->addr = (next->sysmem ? ABI_GET(NV_MMU_V2_PDE_ADDR_SYS, pde) :
				     ABI_GET(NV_MMU_V2_PDE_ADDR_VID, pde))
		     << NV_MMU_V2_PDE_ADDR_SHIFT;
	return true;
}

/* The big half of a dual entry. */
static bool dual_big_decode(uint64_t lo, struct gm_table *next)
{
	uint64_t aperture = ABI_GET(NV_MMU_V2_DUAL_APERTURE, lo);

	if (aperture == NV_MMU_PDE_APERTURE_INVALID)
		return false;
	next->sysmem = aperture != NV_MMU_PDE_APERTURE_VIDMEM;
	next->addr = (next->sysmem ? ABI_GET(NV_MMU_V2_DUAL_BIG_ADDR_SYS, lo) :
				     ABI_GET(NV_MMU_V2_DUAL_BIG_ADDR_VID, lo))
		     << NV_MMU_V2_DUAL_BIG_ADDR_SHIFT;
	return true;
}

/* PD0: a 2 MiB page, or a big and a small table of which a valid big PTE wins. */
static struct gm_xlate walk_dual(const struct gm_walk *w, const struct gm_table *pd0)
{
	uint64_t va = w->va, index = va >> NV_MMU_V2_PD0_SHIFT & (NV_MMU_V2_PD0_ENTRIES - 1);
	uint64_t dual[2], pte;
	struct gm_table table;
	bool sparse;

	if (!table_read(w, pd0, NV_MMU_V2_PD0_SHIFT, index * NV_MMU_DUAL_ENTRY_BYTES, dual, 2))
		return xlate_fault();
	if (dual[0] & NV_MMU_V2_DUAL_IS_PTE)
		return xlate_leaf(dual[0], va, NV_MMU_V2_PD0_SHIFT);
	if (dual_big_decode(dual[0], &table)) {
		index = va >> NV_MMU_V2_PT_BIG_SHIFT & (NV_MMU_V2_PT_BIG_ENTRIES - 1);
		if (!table_read(w, &table, NV_MMU_V2_PT_BIG_SHIFT, index * NV_MMU_ENTRY_BYTES,
				&pte, 1))
			return xlate_fault();
		if (pte & NV_MMU_V2_PTE_VALID)
			return xlate_leaf(pte, va, NV_MMU_V2_PT_BIG_SHIFT);
		if (pte & NV_MMU_V2_PTE_VOL)
			return xlate_sparse(va, NV_MMU_V2_PT_BIG_SHIFT);
		if (pte & NV_MMU_V2_BIG_NO_SMALL)
			return xlate_fault();
	}
	if (!pde_decode(dual[1], &table, &sparse)) {
		if (ABI_GET(NV_MMU_V2_DUAL_APERTURE, dual[0]) == NV_MMU_PDE_APERTURE_INVALID &&
		    (dual[0] & NV_MMU_V2_DUAL_VOL))
			return xlate_sparse(va, NV_MMU_V2_PD0_SHIFT);
		return xlate_fault();
	}
	index = va >> NV_MMU_V2_PT_SMALL_SHIFT & (NV_MMU_V2_PT_SMALL_ENTRIES - 1);
	if (!table_read(w, &table, NV_MMU_V2_PT_SMALL_SHIFT, index * NV_MMU_ENTRY_BYTES, &pte, 1))
		return xlate_fault();
	if (pte & NV_MMU_V2_PTE_VALID)
		return xlate_leaf(pte, va, NV_MMU_V2_PT_SMALL_SHIFT);
	if (pte & NV_MMU_V2_PTE_VOL)
		return xlate_sparse(va, NV_MMU_V2_PT_SMALL_SHIFT);
	return xlate_fault();
}

struct gm_xlate gm_mmu_walk(struct gpu_model *gm, unsigned int function, uint64_t pdb,
			    bool pdb_sysmem, uint64_t va)
{
	static const struct {
		unsigned int shift, entries;
		bool leaf;
	} level[] = {
		{ NV_MMU_V2_PD3_SHIFT, NV_MMU_V2_PD3_ENTRIES, false },
		{ NV_MMU_V2_PD2_SHIFT, NV_MMU_V2_PD2_ENTRIES, false },
		{ NV_MMU_V2_PD1_SHIFT, NV_MMU_V2_PD1_ENTRIES, true }, /* GA100 and later */
	};
	struct gm_table table = { .addr = pdb, .sysmem = pdb_sysmem };
	const struct gm_walk w = {
		.gm = gm,
		.function = function,
		.root = gm_tlb_root(pdb, pdb_sysmem),
		.va = va,
	};

	if (va > NV_MMU_V2_VA_LIMIT)
		return xlate_fault();
	for (size_t i = 0; i < sizeof(level) / sizeof(level[0]); i++) {
		uint64_t index = va >> level[i].shift & (level[i].entries - 1);
		uint64_t pde;
		bool sparse;

		if (!table_read(&w, &table, level[i].shift, index * NV_MMU_ENTRY_BYTES, &pde, 1))
			return xlate_fault();
		if (pde & NV_MMU_V2_PDE_IS_PTE)
			return level[i].leaf ? xlate_leaf(pde, va, level[i].shift) : xlate_fault();
		if (!pde_decode(pde, &table, &sparse))
			return sparse ? xlate_sparse(va, level[i].shift) : xlate_fault();
	}
	return walk_dual(&w, &table);
}

void gpu_model_translate(struct gpu_model *gm, uint64_t pdb, uint64_t va,
			 struct gpu_model_page *page)
{
	static const char *const kinds[] = {
		[GM_XLATE_FAULT] = "fault",
		[GM_XLATE_VIDMEM] = "vram",
		[GM_XLATE_SYSMEM] = "system",
		[GM_XLATE_SPARSE] = "sparse",
	};
	struct gm_xlate x = gm_mmu_walk(gm, 0, gm_align_down(pdb, NV_MMU_TABLE_BYTES), false, va);

	*page = (struct gpu_model_page){
		.kind = kinds[x.kind],
		.address = x.addr,
		.left = x.left,
		.read_only = x.read_only,
	};
}
