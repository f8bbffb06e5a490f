// SPDX-License-Identifier: GPL-2.0-only
/* GPU page tables of format version 2, see gmmu.h. */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "gmmu.h"

#define MAX_SLOTS 512
/* 4 KiB pages within a 64 KiB page. */
#define SMALL_PER_BIG (1U << (NV_MMU_V2_PT_BIG_SHIFT - NV_MMU_V2_PT_SMALL_SHIFT))

enum level { PD3, PD2, PD1, PD0, PT_BIG, PT_SMALL };

/*
 * Shadow of one table. A slot is one 8-byte entry; PD0 has two per VA step, the big half (or the
 * 2 MiB PTE) at the even and the small half at the odd slot.
 */
struct gmmu_table {
	u64 addr;
	struct gmmu_table *parent;
	struct gmmu_table **child;	/* by slot; NULL for page tables */
	u16 slot;			/* in the parent */
	u16 used;			/* valid slots */
	u8 level;
	DECLARE_BITMAP(valid, MAX_SLOTS);
};

static const struct {
	u8 shift;
	u16 steps;	/* VA steps one table covers */
	u16 slots;
} levels[] = {
	[PD3] = { NV_MMU_V2_PD3_SHIFT, NV_MMU_V2_PD3_ENTRIES, NV_MMU_V2_PD3_ENTRIES },
	[PD2] = { NV_MMU_V2_PD2_SHIFT, NV_MMU_V2_PD2_ENTRIES, NV_MMU_V2_PD2_ENTRIES },
	[PD1] = { NV_MMU_V2_PD1_SHIFT, NV_MMU_V2_PD1_ENTRIES, NV_MMU_V2_PD1_ENTRIES },
	[PD0] = { NV_MMU_V2_PD0_SHIFT, NV_MMU_V2_PD0_ENTRIES, 2 * NV_MMU_V2_PD0_ENTRIES },
	[PT_BIG] = { NV_MMU_V2_PT_BIG_SHIFT, NV_MMU_V2_PT_BIG_ENTRIES, NV_MMU_V2_PT_BIG_ENTRIES },
	[PT_SMALL] = { NV_MMU_V2_PT_SMALL_SHIFT, NV_MMU_V2_PT_SMALL_ENTRIES,
		       NV_MMU_V2_PT_SMALL_ENTRIES },
};

/* An address field: @addr >> @shift placed in @mask, if it fits and nothing is lost. */
static int encode_addr(u64 addr, unsigned int shift, u64 mask, u64 *entry)
{
	u64 value = addr >> shift;

	if (addr & (BIT_ULL(shift) - 1) || value > ABI_GET(mask, mask))
		return -EINVAL;
	*entry |= ABI_PREP(mask, value);
	return 0;
}

static int encode_directory(u64 table, u32 aperture, bool vol, unsigned int shift, u64 vid_mask,
			    u64 sys_mask, u64 *entry)
{
	u64 mask = aperture == NV_MMU_PDE_APERTURE_VIDMEM ? vid_mask : sys_mask;

	*entry = 0;
	if (aperture == NV_MMU_PDE_APERTURE_INVALID ||
	    aperture > NV_MMU_PDE_APERTURE_SYSMEM_NONCOH || encode_addr(table, shift, mask, entry))
		return -EINVAL;
	*entry |= ABI_PREP(NV_MMU_V2_PDE_APERTURE, (u64)aperture);
	if (vol)
		*entry |= NV_MMU_V2_PDE_VOL;
	return 0;
}

int gmmu_v2_pde(u64 table, u32 aperture, bool vol, u64 *entry)
{
	return encode_directory(table, aperture, vol, NV_MMU_V2_PDE_ADDR_SHIFT,
				NV_MMU_V2_PDE_ADDR_VID, NV_MMU_V2_PDE_ADDR_SYS, entry);
}

int gmmu_v2_dual_big(u64 table, u32 aperture, bool vol, u64 *half)
{
	return encode_directory(table, aperture, vol, NV_MMU_V2_DUAL_BIG_ADDR_SHIFT,
				NV_MMU_V2_DUAL_BIG_ADDR_VID, NV_MMU_V2_DUAL_BIG_ADDR_SYS, half);
}

int gmmu_v2_dual_small(u64 table, u32 aperture, bool vol, u64 *half)
{
	return encode_directory(table, aperture, vol, NV_MMU_V2_DUAL_SMALL_ADDR_SHIFT,
				NV_MMU_V2_DUAL_SMALL_ADDR_VID, NV_MMU_V2_DUAL_SMALL_ADDR_SYS, half);
}

int gmmu_v2_pte(u64 page, unsigned int page_shift, const struct gmmu_attr *attr, u64 *entry)
{
	bool sysmem = attr->aperture == NV_MMU_PTE_APERTURE_SYSMEM_COH ||
		      attr->aperture == NV_MMU_PTE_APERTURE_SYSMEM_NONCOH;
	u64 mask = sysmem ? NV_MMU_V2_PTE_ADDR_SYS : NV_MMU_V2_PTE_ADDR_VID;

	*entry = 0;
	if (page_shift != NV_MMU_PAGE_4K_SHIFT && page_shift != NV_MMU_PAGE_64K_SHIFT &&
	    page_shift != NV_MMU_PAGE_2M_SHIFT)
		return -EINVAL;
	/* Peer memory needs a peer id, which no caller has. */
	if ((!sysmem && attr->aperture != NV_MMU_PTE_APERTURE_VIDMEM) ||
	    attr->kind > ABI_GET(NV_MMU_V2_PTE_KIND, NV_MMU_V2_PTE_KIND) ||
	    attr->kind == NV_MMU_KIND_INVALID || page & (BIT_ULL(page_shift) - 1) ||
	    encode_addr(page, NV_MMU_V2_PTE_ADDR_SHIFT, mask, entry))
		return -EINVAL;

	*entry |= NV_MMU_V2_PTE_VALID | ABI_PREP(NV_MMU_V2_PTE_APERTURE, (u64)attr->aperture) |
		  ABI_PREP(NV_MMU_V2_PTE_KIND, (u64)attr->kind);
	if (attr->vol)
		*entry |= NV_MMU_V2_PTE_VOL;
	if (attr->privilege)
		*entry |= NV_MMU_V2_PTE_PRIVILEGE;
	if (attr->read_only)
		*entry |= NV_MMU_V2_PTE_READ_ONLY;
	if (attr->atomic_disable)
		*entry |= NV_MMU_V2_PTE_ATOMIC_DISABLE;
	return 0;
}

size_t gmmu_table_object_bytes(void)
{
	return sizeof(struct gmmu_table);
}

static struct gmmu_table *table_new(struct gmmu_space *space, enum level level, u64 addr)
{
	struct gmmu_table *table = kmem_cache_zalloc(space->cache, GFP_KERNEL);

	if (!table)
		return NULL;
	table->addr = addr;
	table->level = level;
	if (level <= PD0) {
		table->child = kcalloc(levels[level].slots, sizeof(*table->child), GFP_KERNEL);
		if (!table->child) {
			kmem_cache_free(space->cache, table);
			return NULL;
		}
	}
	return table;
}

static void table_delete(struct gmmu_space *space, struct gmmu_table *table)
{
	kfree(table->child);
	kmem_cache_free(space->cache, table);
}

static void set_slots(struct gmmu_space *space, struct gmmu_table *table, unsigned int slot,
		      const u64 *entries, unsigned int count)
{
	space->ops->write(space->ctx, table->addr + slot * NV_MMU_ENTRY_BYTES, entries, count);
	bitmap_set(table->valid, slot, count);
	table->used += count;
}

static void clear_slots(struct gmmu_space *space, struct gmmu_table *table, unsigned int slot,
			unsigned int count)
{
	static const u64 invalid[GMMU_WRITE_BATCH];

	space->ops->write(space->ctx, table->addr + slot * NV_MMU_ENTRY_BYTES, invalid, count);
	bitmap_clear(table->valid, slot, count);
	table->used -= count;
}

/* Free @table and its now empty parents, never the root. */
static void prune(struct gmmu_space *space, struct gmmu_table *table)
{
	while (table->parent && !table->used) {
		struct gmmu_table *parent = table->parent;

		clear_slots(space, parent, table->slot, 1);
		parent->child[table->slot] = NULL;
		space->ops->table_free(space->ctx, table->addr);
		space->tables--;
		table_delete(space, table);
		table = parent;
	}
}

static struct gmmu_table *child_create(struct gmmu_space *space, struct gmmu_table *parent,
				       unsigned int slot, enum level level)
{
	struct gmmu_table *child;
	u64 addr, entry;
	int ret;

	if (test_bit(slot, parent->valid))
		return ERR_PTR(-EEXIST); /* a 2 MiB page */
	ret = space->ops->table_alloc(space->ctx, &addr);
	if (ret)
		return ERR_PTR(ret);
	if (level == PT_BIG)
		ret = gmmu_v2_dual_big(addr, NV_MMU_PDE_APERTURE_VIDMEM, false, &entry);
	else if (level == PT_SMALL)
		ret = gmmu_v2_dual_small(addr, NV_MMU_PDE_APERTURE_VIDMEM, false, &entry);
	else
		ret = gmmu_v2_pde(addr, NV_MMU_PDE_APERTURE_VIDMEM, false, &entry);
	child = ret ? NULL : table_new(space, level, addr);
	if (!child) {
		space->ops->table_free(space->ctx, addr);
		return ERR_PTR(ret ? ret : -ENOMEM);
	}
	child->parent = parent;
	child->slot = (u16)slot;
	parent->child[slot] = child;
	set_slots(space, parent, slot, &entry, 1);
	space->tables++;
	return child;
}

static unsigned int step_of(enum level level, u64 va)
{
	return (unsigned int)(va >> levels[level].shift) & (levels[level].steps - 1U);
}

/* PD0 of @va; NULL or an error pointer when it is not there (and could not be made). */
static struct gmmu_table *find_pd0(struct gmmu_space *space, u64 va, bool create)
{
	struct gmmu_table *table = space->root;
	unsigned int level;

	for (level = PD3; level < PD0; level++) {
		unsigned int slot = step_of(level, va);
		struct gmmu_table *child = table->child[slot];

		if (!child && create) {
			child = child_create(space, table, slot, level + 1);
			if (IS_ERR(child)) {
				prune(space, table);
				return child;
			}
		}
		if (!child)
			return NULL;
		table = child;
	}
	return table;
}

/* Map one 2 MiB page as a leaf of PD0. */
static int map_2m(struct gmmu_space *space, struct gmmu_table *pd0, u64 va, u64 entry)
{
	unsigned int slot = 2 * step_of(PD0, va);

	if (test_bit(slot, pd0->valid) || test_bit(slot + 1, pd0->valid))
		return -EEXIST;
	set_slots(space, pd0, slot, &entry, 1);
	return 0;
}

/* Is any entry of the other page size valid in the steps [va, va + count pages of @level)? */
static bool other_size_mapped(const struct gmmu_table *pd0, enum level level, u64 va,
			      unsigned int count)
{
	unsigned int slot = 2 * step_of(PD0, va);
	const struct gmmu_table *other;
	unsigned int first, end;

	if (level == PT_BIG) {
		other = pd0->child[slot + 1];
		first = step_of(PT_SMALL, va);
		end = first + count * SMALL_PER_BIG;
	} else {
		other = pd0->child[slot];
		first = step_of(PT_BIG, va);
		end = DIV_ROUND_UP(step_of(PT_SMALL, va) + count, SMALL_PER_BIG);
	}
	return other && find_next_bit(other->valid, end, first) < end;
}

/* Map @count pages of one page table with consecutive physical addresses. */
static int map_run(struct gmmu_space *space, struct gmmu_table *pd0, enum level level, u64 va,
		   u64 pa, unsigned int count, const struct gmmu_attr *attr)
{
	unsigned int pd0_slot = 2 * step_of(PD0, va) + (level == PT_SMALL);
	unsigned int slot = step_of(level, va), i;
	struct gmmu_table *table;
	u64 entries[GMMU_WRITE_BATCH];

	if (test_bit(2 * step_of(PD0, va), pd0->valid) && !pd0->child[2 * step_of(PD0, va)])
		return -EEXIST; /* a 2 MiB page */
	if (other_size_mapped(pd0, level, va, count))
		return -EEXIST;
	table = pd0->child[pd0_slot];
	if (table && find_next_bit(table->valid, slot + count, slot) < slot + count)
		return -EEXIST;
	for (i = 0; i < count; i++) {
		u64 page = pa + ((u64)i << levels[level].shift);
		int ret = gmmu_v2_pte(page, levels[level].shift, attr, &entries[i]);

		if (ret)
			return ret;
	}
	if (!table) {
		table = child_create(space, pd0, pd0_slot, level);
		if (IS_ERR(table))
			return PTR_ERR(table);
	}
	set_slots(space, table, slot, entries, count);
	return 0;
}

static bool fits_page(u64 va, u64 pa, u64 bytes, unsigned int shift)
{
	return !((va | pa) & (BIT_ULL(shift) - 1)) && bytes >= BIT_ULL(shift);
}

/* Map the next run of equal pages; returns the bytes mapped or an error. */
static s64 map_step(struct gmmu_space *space, u64 va, u64 pa, u64 bytes,
		    const struct gmmu_attr *attr)
{
	bool vidmem = attr->aperture == NV_MMU_PTE_APERTURE_VIDMEM;
	u64 to_2m = BIT_ULL(NV_MMU_PAGE_2M_SHIFT) - (va & (BIT_ULL(NV_MMU_PAGE_2M_SHIFT) - 1));
	u64 to_64k = BIT_ULL(NV_MMU_PAGE_64K_SHIFT) - (va & (BIT_ULL(NV_MMU_PAGE_64K_SHIFT) - 1));
	struct gmmu_table *pd0 = find_pd0(space, va, true);
	bool congruent = !((va ^ pa) & (BIT_ULL(NV_MMU_PAGE_64K_SHIFT) - 1));
	enum level level = PT_SMALL;
	u64 run, entry;
	int ret;

	if (IS_ERR(pd0))
		return PTR_ERR(pd0);
	if (vidmem && fits_page(va, pa, bytes, NV_MMU_PAGE_2M_SHIFT)) {
		run = BIT_ULL(NV_MMU_PAGE_2M_SHIFT);
		ret = gmmu_v2_pte(pa, NV_MMU_PAGE_2M_SHIFT, attr, &entry);
		if (!ret)
			ret = map_2m(space, pd0, va, entry);
	} else {
		run = min(bytes, to_2m);
		if (vidmem && fits_page(va, pa, bytes, NV_MMU_PAGE_64K_SHIFT)) {
			level = PT_BIG;
			run = round_down(run, BIT_ULL(NV_MMU_PAGE_64K_SHIFT));
		} else if (vidmem && congruent) {
			run = min(run, to_64k); /* 64 KiB pages may follow */
		}
		run = min(run, (u64)GMMU_WRITE_BATCH << levels[level].shift);
		ret = map_run(space, pd0, level, va, pa,
			      (unsigned int)(run >> levels[level].shift), attr);
	}
	if (ret) {
		prune(space, pd0);
		return ret;
	}
	space->mapped_bytes += run;
	return (s64)run;
}

static bool range_ok(u64 va, u64 bytes)
{
	u64 mask = BIT_ULL(NV_MMU_PAGE_4K_SHIFT) - 1;

	return bytes && !((va | bytes) & mask) && bytes <= NV_MMU_V2_VA_LIMIT + 1 &&
	       va <= NV_MMU_V2_VA_LIMIT + 1 - bytes;
}

int gmmu_map(struct gmmu_space *space, u64 va, u64 pa, u64 bytes, const struct gmmu_attr *attr)
{
	u64 done = 0;

	if (!range_ok(va, bytes) || pa & (BIT_ULL(NV_MMU_PAGE_4K_SHIFT) - 1) || pa + bytes < pa)
		return -EINVAL;
	while (done < bytes) {
		s64 run = map_step(space, va + done, pa + done, bytes - done, attr);

		if (run < 0) {
			if (done)
				gmmu_unmap(space, va, done);
			return (int)run;
		}
		done += (u64)run;
	}
	return 0;
}

/* Clear the valid entries among @count slots, in batches of neighbours. */
static unsigned int clear_run(struct gmmu_space *space, struct gmmu_table *table, unsigned int slot,
			      unsigned int count)
{
	unsigned int end = slot + count, cleared = 0;

	for (slot = find_next_bit(table->valid, end, slot); slot < end;
	     slot = find_next_bit(table->valid, end, slot)) {
		unsigned int stop = find_next_zero_bit(table->valid, end, slot);
		unsigned int n = min(stop - slot, (unsigned int)GMMU_WRITE_BATCH);

		clear_slots(space, table, slot, n);
		cleared += n;
		slot += n;
	}
	return cleared;
}

/* Unmap within the 2 MiB step of @va; @bytes does not leave it. */
static void unmap_step(struct gmmu_space *space, struct gmmu_table *pd0, u64 va, u64 bytes)
{
	unsigned int slot = 2 * step_of(PD0, va);
	struct gmmu_table *big = pd0->child[slot], *small = pd0->child[slot + 1];
	u64 end = va + bytes;

	if (test_bit(slot, pd0->valid) && !big) {
		clear_slots(space, pd0, slot, 1);
		space->mapped_bytes -= BIT_ULL(NV_MMU_PAGE_2M_SHIFT);
	}
	if (big) {
		u64 first = va >> NV_MMU_PAGE_64K_SHIFT;
		u64 last = (end - 1) >> NV_MMU_PAGE_64K_SHIFT;
		u64 n = clear_run(space, big, step_of(PT_BIG, va),
				  (unsigned int)(last - first + 1));

		space->mapped_bytes -= n << NV_MMU_PAGE_64K_SHIFT;
	}
	if (small) {
		u64 n = clear_run(space, small, step_of(PT_SMALL, va),
				  (unsigned int)(bytes >> NV_MMU_PAGE_4K_SHIFT));

		space->mapped_bytes -= n << NV_MMU_PAGE_4K_SHIFT;
	}
	/* Detach the leaves before PD0 itself may go. */
	if (big && !big->used) {
		pd0->used++; /* hold */
		prune(space, big);
		pd0->used--;
	}
	if (small && !small->used) {
		pd0->used++;
		prune(space, small);
		pd0->used--;
	}
	prune(space, pd0);
}

void gmmu_unmap(struct gmmu_space *space, u64 va, u64 bytes)
{
	u64 end = va + bytes;

	if (!range_ok(va, bytes))
		return;
	while (va < end) {
		u64 run =
			BIT_ULL(NV_MMU_PAGE_2M_SHIFT) - (va & (BIT_ULL(NV_MMU_PAGE_2M_SHIFT) - 1));
		struct gmmu_table *pd0 = find_pd0(space, va, false);

		run = min(run, end - va);
		if (pd0)
			unmap_step(space, pd0, va, run);
		va += run;
	}
}

unsigned int gmmu_lookup(const struct gmmu_space *space, u64 va)
{
	const struct gmmu_table *table = space->root, *big, *small;
	unsigned int level, slot;

	for (level = PD3; level < PD0; level++) {
		table = table->child[step_of(level, va)];
		if (!table)
			return 0;
	}
	slot = 2 * step_of(PD0, va);
	big = table->child[slot];
	small = table->child[slot + 1];
	if (!big && test_bit(slot, table->valid))
		return NV_MMU_PAGE_2M_SHIFT;
	if (big && test_bit(step_of(PT_BIG, va), big->valid))
		return NV_MMU_PAGE_64K_SHIFT;
	if (small && test_bit(step_of(PT_SMALL, va), small->valid))
		return NV_MMU_PAGE_4K_SHIFT;
	return 0;
}

int gmmu_space_init(struct gmmu_space *space, u64 root_addr, const struct gmmu_ops *ops, void *ctx,
		    struct kmem_cache *cache)
{
	space->ops = ops;
	space->ctx = ctx;
	space->cache = cache;
	space->tables = 0;
	space->mapped_bytes = 0;
	space->root = table_new(space, PD3, root_addr);
	return space->root ? 0 : -ENOMEM;
}

/* First child of @table, or NULL. */
static struct gmmu_table *first_child(const struct gmmu_table *table)
{
	unsigned int slot;

	for (slot = 0; table->child && slot < levels[table->level].slots; slot++)
		if (table->child[slot])
			return table->child[slot];
	return NULL;
}

void gmmu_space_fini(struct gmmu_space *space)
{
	struct gmmu_table *table = space->root;

	while (table) {
		struct gmmu_table *child = first_child(table), *parent = table->parent;

		if (child) {
			table = child;
			continue;
		}
		clear_run(space, table, 0, levels[table->level].slots);
		if (!parent)
			break;
		clear_slots(space, parent, table->slot, 1);
		parent->child[table->slot] = NULL;
		space->ops->table_free(space->ctx, table->addr);
		space->tables--;
		table_delete(space, table);
		table = parent;
	}
	if (space->root)
		table_delete(space, space->root);
	space->root = NULL;
}
