// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Translation cache: entries of page tables and directories that a walk has read, by function, root
 * and virtual address. They stay until the function invalidates them, however memory changes, as
 * hardware may keep them: also the invalid ones, which is why NVIDIA's UVM invalidates after it has
 * hung a new table into a directory. So a driver that forgets an invalidate gets stale pages here.
 *
 * Each function invalidates what is its own only. What GSP does on a reset or when it moves a
 * segment drops all of the function.
 */
#include <limits.h>

#include "board.h"

/* Bits of the root's page number in NV_VFN_MMU_INVALIDATE_PDB; the rest is in UPPER_PDB. */
#define TLB_PDB_LOW_BITS 28
#define TLB_PTE_VALID 1U /* an entry of a directory with this bit is a large page's */

/* Depth of a directory above the page tables, as NV_VFN_MMU_INVALIDATE_CACHE_LEVEL counts. */
static unsigned int tlb_depth(const struct gm_tlb_entry *e)
{
	static const unsigned int shift[] = {
		NV_MMU_V2_PD0_SHIFT, NV_MMU_V2_PD1_SHIFT, NV_MMU_V2_PD2_SHIFT, NV_MMU_V2_PD3_SHIFT,
	};
	unsigned int depth = 0;

	if (e->value[0] & TLB_PTE_VALID)
		return 0;
	while (depth < sizeof(shift) / sizeof(shift[0]) && e->shift >= shift[depth])
		depth++;
	return e->shift > NV_MMU_V2_PD3_SHIFT ? depth + 1 : depth;
}

static struct gm_tlb_entry *tlb_slot(struct gpu_model *gm, const struct gm_tlb_entry *key)
{
	uint64_t h = key->page * 0x9e3779b97f4a7c15ULL ^ key->root * 0xc2b2ae3d27d4eb4fULL ^
		     (uint64_t)(key->shift << 8 | key->function) * 0x165667b19e3779f9ULL;

	return &gm->tlb[h >> (64 - GM_TLB_BITS)];
}

static bool tlb_same(const struct gm_tlb_entry *a, const struct gm_tlb_entry *b)
{
	return a->used && a->page == b->page && a->root == b->root && a->shift == b->shift &&
	       a->function == b->function;
}

bool gm_tlb_find(struct gpu_model *gm, const struct gm_tlb_entry *key, uint64_t *value,
		 unsigned int words)
{
	const struct gm_tlb_entry *e = tlb_slot(gm, key);

	if (!tlb_same(e, key))
		return false;
	memcpy(value, e->value, words * sizeof(*value));
	return true;
}

void gm_tlb_keep(struct gpu_model *gm, const struct gm_tlb_entry *key, const uint64_t *value,
		 unsigned int words)
{
	struct gm_tlb_entry *e = tlb_slot(gm, key);

	*e = *key;
	e->used = true;
	memcpy(e->value, value, words * sizeof(*value));
}

static void tlb_drop(struct gpu_model *gm, unsigned int function, const uint64_t *root,
		     unsigned int depth)
{
	for (size_t i = 0; i < GM_TLB_ENTRIES; i++) {
		struct gm_tlb_entry *e = &gm->tlb[i];

		if (e->used && e->function == function && (!root || e->root == *root) &&
		    tlb_depth(e) <= depth)
			e->used = false;
	}
}

void gm_tlb_drop_function(struct gpu_model *gm, unsigned int function)
{
	tlb_drop(gm, function, NULL, UINT_MAX);
}

void gm_tlb_drop_root(struct gpu_model *gm, unsigned int function, uint64_t pdb, bool sysmem)
{
	uint64_t root = gm_tlb_root(pdb, sysmem);

	tlb_drop(gm, function, &root, UINT_MAX);
}

void gm_tlb_invalidate(struct gpu_model *gm, unsigned int function)
{
	const struct gm_function *fn = &gm->fn[function];
	uint32_t level = ABI_GET(NV_VFN_MMU_INVALIDATE_CACHE_LEVEL, fn->inv_cmd);
	uint64_t page, root;

	/* Which single addresses are meant otherwise, no public source says: none then. */
	if (!(fn->inv_cmd & NV_VFN_MMU_INVALIDATE_ALL_VA) || gm_fail(gm, "tlb-stale"))
		return;
	page = (uint64_t)ABI_GET(NV_VFN_MMU_INVALIDATE_UPPER_PDB_ADDR, fn->inv_upper)
		       << TLB_PDB_LOW_BITS |
	       ABI_GET(NV_VFN_MMU_INVALIDATE_PDB_ADDR, fn->inv_pdb);
	root = gm_tlb_root(page << NV_VFN_MMU_INVALIDATE_PDB_SHIFT,
			   fn->inv_pdb & NV_VFN_MMU_INVALIDATE_PDB_SYSMEM);
	tlb_drop(gm, function, fn->inv_cmd & NV_VFN_MMU_INVALIDATE_ALL_PDB ? NULL : &root,
		 level ? level - 1 : UINT_MAX);
}
