// SPDX-License-Identifier: GPL-2.0-only
/* GPU page tables: their shadow, and unmapping. See gmmu.h. */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "gmmu_priv.h"
#include "gmmu_store.h"

size_t gmmu_table_object_bytes(void)
{
	return sizeof(struct gmmu_table);
}

static inline struct gmmu_table *table_new(struct gmmu_space *space, enum level level, u64 addr)
{
	struct gmmu_table *table = kmem_cache_zalloc(space->cache, GFP_KERNEL);

	if (!table)
		return NULL;
	table->addr = addr;
	table->level = level;
	space->tables_of[level]++;
	return table;
}

static void table_delete(struct gmmu_space *space, struct gmmu_table *table)
{
	space->tables_of[table->level]--;
	kfree(table->child);
	kmem_cache_free(space->cache, table);
}

int gmmu_take_depth(struct gmmu_space *space)
{
	u8 level = space->changed;

	space->changed = GMMU_LEVELS;
	if (level == GMMU_LEVELS)
		return -ENODATA;
	return level < PT_BIG ? PT_BIG - level : 0;
}

void gmmu_write_slots(struct gmmu_space *space, const struct gmmu_table *table, unsigned int slot,
		      const u64 *entries, unsigned int count)
{
	u64 __iomem *window = gmmu_window(space, table, slot, count);

	if (!window)
		space->ops->write(space->ctx, table->addr + slot * NV_MMU_ENTRY_BYTES, entries,
				  count);
	for (; window && count; count--)
		gmmu_store(window++, *entries++);
}

static void clear_slots(struct gmmu_space *space, struct gmmu_table *table, unsigned int slot,
			unsigned int count)
{
	static const u64 invalid[GMMU_WRITE_BATCH];

	gmmu_write_slots(space, table, slot, invalid, count);
	bitmap_clear(table->valid, slot, count);
	bitmap_clear(table->sparse, slot, count);
	table->used -= count;
}

/* Take an empty table out of its parent, which is returned, and free it. */
static struct gmmu_table *drop(struct gmmu_space *space, struct gmmu_table *table)
{
	struct gmmu_table *parent = table->parent;

	clear_slots(space, parent, table->slot, 1);
	parent->child[table->slot] = NULL;
	space->ops->table_free(space->ctx, table->addr);
	space->tables--;
	table_delete(space, table);
	return parent;
}

void gmmu_prune(struct gmmu_space *space, struct gmmu_table *table)
{
	while (table->parent && !table->used)
		table = drop(space, table);
}

struct gmmu_table *gmmu_child_create(struct gmmu_space *space, struct gmmu_table *parent,
				     unsigned int slot, enum level level)
{
	const struct gmmu_format *format = space->format;
	struct gmmu_table *child;
	u64 addr, entry;
	int ret;

	if (test_bit(slot, parent->valid))
		return ERR_PTR(-EEXIST); /* a large page */
	ret = space->ops->table_alloc(space->ctx, &addr);
	if (ret)
		return ERR_PTR(ret);
	if (level == PT_BIG)
		ret = format->dual_big(addr, NV_MMU_PDE_APERTURE_VIDMEM, false, &entry);
	else if (level == PT_SMALL)
		ret = format->dual_small(addr, NV_MMU_PDE_APERTURE_VIDMEM, false, &entry);
	else
		ret = format->pde(addr, NV_MMU_PDE_APERTURE_VIDMEM, false, &entry);
	if (!parent->child)
		parent->child = kcalloc(space->format->level[parent->level].slots,
					sizeof(*parent->child), GFP_KERNEL);
	child = ret || !parent->child ? NULL : table_new(space, level, addr);
	if (!child) {
		space->ops->table_free(space->ctx, addr);
		return ERR_PTR(ret ? ret : -ENOMEM);
	}
	child->parent = parent;
	child->slot = (u16)slot;
	parent->child[slot] = child;
	gmmu_write_slots(space, parent, slot, &entry, 1);
	__set_bit(slot, parent->valid);
	parent->used++;
	space->tables++;
	return child;
}

struct gmmu_table *gmmu_table_find(struct gmmu_space *space, struct gmmu_table *from, u64 va,
				   enum level last, bool create)
{
	struct gmmu_table *table = from;
	unsigned int level;

	for (level = from->level; level < last; level++) {
		unsigned int slot = step_of(space, level, va);
		struct gmmu_table *child = child_of(table, slot);

		if (!child && create) {
			child = gmmu_child_create(space, table, slot, level + 1);
			if (IS_ERR(child)) {
				gmmu_prune(space, table);
				return child;
			}
		}
		if (!child)
			return NULL;
		table = child;
	}
	return table;
}

bool gmmu_range_ok(const struct gmmu_space *space, u64 va, u64 bytes)
{
	u64 mask = BIT_ULL(NV_MMU_PAGE_4K_SHIFT) - 1, limit = space->format->va_limit;

	return bytes && !((va | bytes) & mask) && bytes <= limit + 1 && va <= limit + 1 - bytes;
}

/* Clear the valid entries among @count slots, in batches of neighbours. */
static unsigned int clear_run(struct gmmu_space *space, struct gmmu_table *table, unsigned int slot,
			      unsigned int count)
{
	unsigned int end = slot + count, cleared = 0;

	for (slot = find_next_bit(table->valid, end, slot); slot < end;
	     slot = find_next_bit(table->valid, end, slot)) {
		unsigned int stop = find_next_zero_bit(table->valid, end, slot);
		unsigned int n = min(stop - slot, GMMU_WRITE_BATCH - slot % GMMU_WRITE_BATCH);

		clear_slots(space, table, slot, n);
		cleared += n;
		slot += n;
	}
	return cleared;
}

/* Unmap within the 2 MiB step of @va; @bytes does not leave it. */
static void unmap_step(struct gmmu_space *space, struct gmmu_table *pd0, u64 va, u64 bytes)
{
	unsigned int slot = 2 * step_of(space, PD0, va);
	struct gmmu_table *big = child_of(pd0, slot), *small = child_of(pd0, slot + 1);
	u64 end = va + bytes;

	if (test_bit(slot, pd0->valid) && !big) {
		clear_slots(space, pd0, slot, 1);
		space->mapped_bytes -= BIT_ULL(NV_MMU_PAGE_2M_SHIFT);
	}
	if (big) {
		u64 first = va >> NV_MMU_PAGE_64K_SHIFT;
		u64 last = (end - 1) >> NV_MMU_PAGE_64K_SHIFT;
		u64 n = clear_run(space, big, step_of(space, PT_BIG, va),
				  (unsigned int)(last - first + 1));

		space->mapped_bytes -= n << NV_MMU_PAGE_64K_SHIFT;
	}
	if (small) {
		u64 n = clear_run(space, small, step_of(space, PT_SMALL, va),
				  (unsigned int)(bytes >> NV_MMU_PAGE_4K_SHIFT));

		space->mapped_bytes -= n << NV_MMU_PAGE_4K_SHIFT;
	}
	/* Detach the leaves before PD0 itself may go. */
	if (big && !big->used) {
		pd0->used++; /* hold */
		gmmu_prune(space, big);
		pd0->used--;
	}
	if (small && !small->used) {
		pd0->used++;
		gmmu_prune(space, small);
		pd0->used--;
	}
	gmmu_prune(space, pd0);
}

/* Unmap the large page of PD1 or PD2 at @va, if there is one; returns how far to go on. */
static u64 unmap_leaf(struct gmmu_space *space, u64 va)
{
	enum level level = PD1;
	struct gmmu_table *table = gmmu_table_find(space, space->root, va, level, false);
	unsigned int slot, shift;

	if (!table) {
		level = PD2;
		table = gmmu_table_find(space, space->root, va, level, false);
	}
	shift = space->format->level[level].shift;
	if (!table)
		return to_boundary(va, shift);
	slot = step_of(space, level, va);
	if (test_bit(slot, table->valid)) {
		clear_slots(space, table, slot, 1);
		space->mapped_bytes -= BIT_ULL(shift);
		gmmu_prune(space, table);
	}
	return to_boundary(va, shift);
}

void gmmu_unmap(struct gmmu_space *space, u64 va, u64 bytes)
{
	u64 end = va + bytes, run;

	if (!gmmu_range_ok(space, va, bytes))
		return;
	for (; va < end; va += min(run, end - va)) {
		struct gmmu_table *pd0 = gmmu_table_find(space, space->root, va, PD0, false);

		if (pd0) {
			run = min(to_boundary(va, NV_MMU_PAGE_2M_SHIFT), end - va);
			unmap_step(space, pd0, va, run);
		} else {
			run = unmap_leaf(space, va);
		}
	}
}

int gmmu_space_init(struct gmmu_space *space, enum gmmu_version version, u64 root_addr,
		    const struct gmmu_ops *ops, void *ctx, struct kmem_cache *cache)
{
	*space = (struct gmmu_space){
		.format = gmmu_format(version),
		.ops = ops,
		.ctx = ctx,
		.cache = cache,
		.max_page_shift = NV_MMU_PAGE_2M_SHIFT,
		.changed = GMMU_LEVELS,
	};
	space->root = table_new(space, space->format->root, root_addr);
	return space->root ? 0 : -ENOMEM;
}

/* First child of @table, or NULL. */
static struct gmmu_table *first_child(const struct gmmu_space *space,
				      const struct gmmu_table *table)
{
	unsigned int slot;

	for (slot = 0; table->child && slot < space->format->level[table->level].slots; slot++)
		if (child_of(table, slot))
			return child_of(table, slot);
	return NULL;
}

void gmmu_space_fini(struct gmmu_space *space)
{
	struct gmmu_table *table = space->root;

	while (table) {
		struct gmmu_table *child = first_child(space, table);

		if (child) {
			table = child;
			continue;
		}
		clear_run(space, table, 0, space->format->level[table->level].slots);
		if (!table->parent)
			break;
		table = drop(space, table);
	}
	if (space->root)
		table_delete(space, space->root);
	space->root = NULL;
}
