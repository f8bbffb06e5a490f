// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The driver writes page tables into the model's VRAM, the model walks them: two codes, from the
 * same facts, must agree on every address. Random maps, lists, sparse ranges and unmaps in both
 * versions, with pages of 4 KiB to 512 MiB (v3: 256 GiB) in VRAM and system memory; the oracle is a
 * list of what was asked for.
 */
#include "prop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "board.h"
#include "gmmu.h"
#include "shim.h"

#define K4 0x1000ULL
#define M2 0x200000ULL
#define M512 0x20000000ULL
#define G256 0x4000000000ULL
#define BASE 0x7fff00000000ULL	/* the range crosses from one entry of the root to the next (v2) */
#define SPAN (12 * M512)
#define ROOT 0x1000ULL
#define POOL_FIRST 2U		/* page numbers of VRAM */
#define POOL 400U
#define ITEMS 40U
#define LIST_MAX 2000U

struct item {
	u64 va, bytes, pa;
	bool sparse, list;
	struct gmmu_attr attr;
};

static struct gpu_model *gm;
static struct item items[ITEMS];
static u32 num;
static bool used[POOL], v3;
static u32 limit;
static struct gmmu_space space;

/* Pages of 256 GiB. */
static bool huge(void)
{
	return space.max_page_shift == NV_MMU_PAGE_256G_SHIFT;
}

static int table_alloc(void *ctx, u64 *addr)
{
	u32 i;

	if (prop_take_table(used, 0, limit, &i))
		return -ENOSPC;
	*addr = (POOL_FIRST + i) * K4;
	return 0;
}

static void table_free(void *ctx, u64 addr)
{
	static u8 page[K4], zero[K4];

	PROP_CHECK(used[addr / K4 - POOL_FIRST]);
	PROP_CHECK(!gm_vram_read(gm, addr, page, K4) && !memcmp(page, zero, K4));
	used[addr / K4 - POOL_FIRST] = false;
}

static void write_entries(void *ctx, u64 addr, const u64 *entries, unsigned int count)
{
	PROP_CHECK(!gm_vram_write(gm, addr, entries, count * sizeof(*entries)));
}

static const struct gmmu_ops ops = {
	.table_alloc = table_alloc,
	.table_free = table_free,
	.write = write_entries,
};

/* Memory of page @i of a list. */
static u64 list_page(u64 pa, u64 i)
{
	return pa + i * 7919 % 4999 * K4;
}

static const struct item *item_at(u64 va)
{
	for (u32 i = 0; i < num; i++)
		if (va >= items[i].va && va - items[i].va < items[i].bytes)
			return &items[i];
	return NULL;
}

/* The largest page that alignment, the item's ends and its memory allow. */
static unsigned int best_shift(const struct item *item, u64 va)
{
	static const unsigned int shifts[] = { 38, 29, 21, 16 };

	if (item->list || (!item->sparse && item->attr.aperture != NV_MMU_PTE_APERTURE_VIDMEM))
		return 12;
	for (u32 i = 0; i < ARRAY_SIZE(shifts); i++) {
		u64 bytes = 1ULL << shifts[i], first = va & ~(bytes - 1);

		if (shifts[i] <= space.max_page_shift && first >= item->va &&
		    first + bytes <= item->va + item->bytes &&
		    (item->sparse || !((item->va ^ item->pa) & (bytes - 1))))
			return shifts[i];
	}
	return 12;
}

static void check_at(u64 va)
{
	const struct item *item = item_at(va);
	unsigned int shift = gmmu_lookup(&space, va);
	struct gm_xlate x = v3 ? gm_mmu_walk_v3(gm, 0, ROOT, false, va, huge()) :
				 gm_mmu_walk(gm, 0, ROOT, false, va);
	u64 offset;

	if (!item) {
		PROP_CHECK(x.kind == GM_XLATE_FAULT && !shift);
		return;
	}
	/* Both know the same page, and it is the right one. */
	PROP_CHECK(shift == best_shift(item, va));
	PROP_CHECK(x.left == (1ULL << shift) - (va & ((1ULL << shift) - 1)));
	if (item->sparse) {
		PROP_CHECK(x.kind == GM_XLATE_SPARSE);
		return;
	}
	offset = va - item->va;
	PROP_CHECK(x.kind == (item->attr.aperture == NV_MMU_PTE_APERTURE_VIDMEM ?
				      GM_XLATE_VIDMEM : GM_XLATE_SYSMEM));
	PROP_CHECK(x.addr == (item->list ? list_page(item->pa, offset / K4) + offset % K4 :
					   item->pa + offset));
	PROP_CHECK(x.read_only == item->attr.read_only && x.pte_kind == item->attr.kind);
}

static void check_edges(const struct item *item)
{
	u64 end = item->va + item->bytes;

	check_at(item->va);
	check_at(item->va - 1);
	check_at(end - 1);
	check_at(end);
	check_at(item->va + item->bytes / 2);
	check_at((item->va | (M2 - 1)) + 1);
	check_at((end & ~(M2 - 1)) - 1);
}

static u64 random_bytes(struct prop_input *in)
{
	unsigned int kind = prop_byte(in) % 8;
	u64 n = 1 + prop_byte(in) % 40;

	if (kind < 3)
		return n * K4;
	if (kind < 5)
		return n * 0x10000 + (prop_byte(in) % 3) * K4;
	if (kind < 7)
		return n * M2 + (prop_byte(in) % 3) * 0x10000;
	if (huge() && n % 2)
		return (1 + n % 3) * G256 + n % 5 * M512;
	return (1 + n % 3) * M512 + n % 4 * M2;
}

static u64 random_va(struct prop_input *in)
{
	static const u64 align[] = { K4, 0x10000, M2, M512, G256 };
	u64 va = BASE + (u64)prop_u32(in) * K4 % SPAN;

	return va & ~(align[prop_byte(in) % (huge() ? 5 : 4)] - 1);
}

static bool overlaps(u64 va, u64 bytes)
{
	for (u32 i = 0; i < num; i++)
		if (va < items[i].va + items[i].bytes && items[i].va < va + bytes)
			return true;
	return false;
}

/*
 * The model keeps translations until it is told, as hardware does, and those of levels above the
 * one it is told: an invalidate that does not reach far enough leaves stale pages.
 */
static void end_batch(void)
{
	struct gm_function *pf = &gm->fn[0];
	int depth = gmmu_take_depth(&space);

	if (depth < 0)
		return;
	pf->inv_pdb = ABI_PREP(NV_VFN_MMU_INVALIDATE_PDB_ADDR,
			       (u32)(ROOT >> NV_VFN_MMU_INVALIDATE_PDB_SHIFT));
	pf->inv_upper = 0;
	pf->inv_cmd = NV_VFN_MMU_INVALIDATE_ALL_VA |
		      ABI_PREP(NV_VFN_MMU_INVALIDATE_CACHE_LEVEL,
			       NV_VFN_MMU_INVALIDATE_CACHE_LEVEL_VAL_PTE + (u32)depth);
	gm_tlb_invalidate(gm, 0);
}

static struct gmmu_attr random_attr(struct prop_input *in)
{
	static const u32 apertures[] = { 0, 0, 0, 0, NV_MMU_PTE_APERTURE_SYSMEM_COH,
					 NV_MMU_PTE_APERTURE_SYSMEM_NONCOH,
					 NV_MMU_PTE_APERTURE_PEER, 4 };
	unsigned int bits = prop_byte(in);

	return (struct gmmu_attr){
		.aperture = apertures[prop_byte(in) % ARRAY_SIZE(apertures)],
		.kind = bits & 1 ? NV_MMU_KIND_GENERIC : NV_MMU_KIND_PITCH,
		.read_only = bits & 2,
		.vol = bits & 4,
		.privilege = bits & 8,
		.atomic_disable = bits & 16,
	};
}

static void op_map(struct prop_input *in)
{
	struct item item = { .va = random_va(in), .bytes = random_bytes(in) };
	static u64 list[LIST_MAX];
	unsigned int kind = prop_byte(in) % 7;
	u64 high = v3 ? 1ULL << 52 : 1ULL << 37, top = huge() ? 4 * G256 : 64 * M512;
	u64 large = huge() ? G256 : M512;
	bool taken, bad;
	int ret;

	item.attr = random_attr(in);
	item.pa = (u64)prop_u32(in) * K4 * (v3 ? 1 + prop_byte(in) : 1) % (high - top);
	if (kind < 4)	/* often aligned like the address, else to some page */
		item.pa = (item.pa & ~(large - 1)) + (item.va & (large - 1));
	else
		item.pa &= ~((K4 << prop_byte(in) % 18) - 1);
	item.sparse = kind == 4;
	item.list = kind == 5;
	if (item.list && item.bytes > LIST_MAX * K4)
		item.bytes = LIST_MAX * K4;
	/* Small pages for so much would take all tables there are. */
	if (kind > 4 && item.bytes >= G256)
		item.bytes = M512;
	/* Sizes of pages that only VRAM has: the tables of the rest would not end. */
	if (item.attr.aperture != NV_MMU_PTE_APERTURE_VIDMEM && item.bytes > 40 * M2)
		item.bytes = M2;
	taken = overlaps(item.va, item.bytes);
	bad = !item.sparse && item.attr.aperture != NV_MMU_PTE_APERTURE_VIDMEM &&
	      item.attr.aperture != NV_MMU_PTE_APERTURE_SYSMEM_COH &&
	      item.attr.aperture != NV_MMU_PTE_APERTURE_SYSMEM_NONCOH;
	for (u64 i = 0; item.list && i < item.bytes / K4; i++)
		list[i] = list_page(item.pa, i);
	if (item.list)
		ret = gmmu_map_list(&space, item.va, list, item.bytes / K4, &item.attr);
	else if (item.sparse)
		ret = gmmu_map_sparse(&space, item.va, item.bytes);
	else
		ret = gmmu_map(&space, item.va, item.pa, item.bytes, &item.attr);
	PROP_CHECK(ret == 0 || ret == -EEXIST || ret == -ENOSPC || ret == -EINVAL);
	PROP_CHECK(ret || (!taken && !bad));
	PROP_CHECK(ret != -EEXIST || taken);
	PROP_CHECK(ret != -EINVAL || bad);
	if (!ret)
		items[num++] = item;
	end_batch();
	check_edges(&item);
}

static void op_unmap(struct prop_input *in)
{
	struct item item;
	u32 i;

	if (!num)
		return;
	i = prop_byte(in) % num;
	item = items[i];
	gmmu_unmap(&space, item.va, item.bytes);
	items[i] = items[--num];
	end_batch();
	check_edges(&item);
}

static void model_start(void)
{
	char why[256] = "";

	shim_reset();
	gm = gpu_model_new(NULL, shim_host_ops(), NULL, why, sizeof(why));
	PROP_CHECK(gm != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kmem_cache *cache;
	struct prop_input in = { data, size };
	static u8 page[K4], zero[K4];
	unsigned int mode = prop_byte(&in);

	if (!gm)
		model_start();
	if (!cache)
		cache = kmem_cache_create("prop_walk", (unsigned int)gmmu_table_object_bytes(), 0,
					  0, NULL);
	v3 = mode & 1;
	num = 0;
	PROP_CHECK(!gmmu_space_init(&space, v3 ? GMMU_V3 : GMMU_V2, ROOT, &ops, NULL, cache));
	if (mode & 2)
		space.max_page_shift = mode & 4 ? NV_MMU_PAGE_512M_SHIFT :
						  space.format->max_page_shift;
	while (in.left) {
		unsigned int op = prop_byte(&in);

		prop_operations++;
		limit = op % 16 ? POOL : prop_byte(&in) % 32;
		if (num < ITEMS && op < 140)
			op_map(&in);
		else if (op < 200)
			op_unmap(&in);
		else
			check_at(random_va(&in) + prop_byte(&in));
	}
	for (u32 i = 0; i < num; i++)
		check_edges(&items[i]);
	gmmu_space_fini(&space);
	gm_tlb_drop_function(gm, 0);
	for (u32 i = 0; i < POOL; i++)
		PROP_CHECK(!used[i]);
	PROP_CHECK(!gm_vram_read(gm, ROOT, page, K4) && !memcmp(page, zero, K4));
	return 0;
}
