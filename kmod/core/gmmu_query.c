// SPDX-License-Identifier: GPL-2.0-only
/* GPU page tables: what is mapped where, and changes in place. See gmmu.h. */

#include <linux/errno.h>
#include <linux/kernel.h>

#include "gmmu_priv.h"

#define DUMP_LINE_BYTES 80

/* The table and slot of the leaf that maps @va; NULL: none. */
static struct gmmu_table *find_leaf(const struct gmmu_space *space, u64 va, unsigned int *slot)
{
	struct gmmu_table *table = space->root, *child;
	unsigned int level;

	if (va > space->format->va_limit)
		return NULL;
	for (level = space->format->root; level < PD0; level++) {
		*slot = step_of(space, level, va);
		child = child_of(table, *slot);
		if (!child)
			return test_bit(*slot, table->valid) ? table : NULL;
		table = child;
	}
	*slot = 2 * step_of(space, PD0, va);
	child = child_of(table, *slot);
	if (!child && test_bit(*slot, table->valid))
		return table;
	if (child && test_bit(step_of(space, PT_BIG, va), child->valid)) {
		*slot = step_of(space, PT_BIG, va);
		return child;
	}
	child = child_of(table, *slot + 1);
	*slot = step_of(space, PT_SMALL, va);
	return child && test_bit(*slot, child->valid) ? child : NULL;
}

unsigned int gmmu_lookup(const struct gmmu_space *space, u64 va)
{
	unsigned int slot;
	struct gmmu_table *table = find_leaf(space, va, &slot);

	return table ? space->format->level[table->level].shift : 0;
}

int gmmu_remap(struct gmmu_space *space, u64 va, u64 pa, u64 bytes, const struct gmmu_attr *attr)
{
	unsigned int slot, shift, pass;
	struct gmmu_table *table;
	u64 done, entry;
	int ret;

	if (!gmmu_range_ok(space, va, bytes) || pa + bytes < pa)
		return -EINVAL;
	/* Look first, then write: nothing changes on error. */
	for (pass = 0; pass < 2; pass++) {
		for (done = 0; done < bytes; done += BIT_ULL(shift)) {
			table = find_leaf(space, va + done, &slot);
			if (!table || test_bit(slot, table->sparse))
				return -ENOENT;
			shift = space->format->level[table->level].shift;
			if ((va + done) & (BIT_ULL(shift) - 1) || bytes - done < BIT_ULL(shift))
				return -ENOENT;
			if (shift > NV_MMU_PAGE_4K_SHIFT &&
			    attr->aperture != NV_MMU_PTE_APERTURE_VIDMEM)
				return -EINVAL;
			ret = space->format->pte(pa + done, shift, attr, &entry);
			if (ret)
				return ret;
			if (pass)
				gmmu_write_slots(space, table, slot, &entry, 1);
		}
	}
	return 0;
}

int gmmu_query(const struct gmmu_space *space, u64 va, struct gmmu_mapping *mapping)
{
	unsigned int slot;
	struct gmmu_table *table = find_leaf(space, va, &slot);
	u64 entry;

	if (!table)
		return -ENOENT;
	if (!space->ops->read)
		return -EOPNOTSUPP;
	*mapping = (struct gmmu_mapping){ 0 };
	mapping->page_shift = space->format->level[table->level].shift;
	mapping->bytes = BIT_ULL(mapping->page_shift);
	mapping->va = va & ~(mapping->bytes - 1);
	mapping->sparse = test_bit(slot, table->sparse);
	if (mapping->sparse)
		return 0;
	entry = space->ops->read(space->ctx, table->addr + slot * NV_MMU_ENTRY_BYTES);
	space->format->pte_decode(entry, &mapping->pa, &mapping->attr);
	return 0;
}

/* First mapped page at or behind @va among the page tables and leaves of one PD0. */
static bool walk_pd0(const struct gmmu_space *space, const struct gmmu_table *pd0, u64 va,
		     struct gmmu_mapping *out)
{
	u64 base = va & ~(BIT_ULL(NV_MMU_PAGE_512M_SHIFT) - 1);
	u64 end = base + BIT_ULL(NV_MMU_PAGE_512M_SHIFT);
	unsigned int slot;

	while (va < end) {
		const struct gmmu_table *table;

		slot = 2 * step_of(space, PD0, va);
		slot = (unsigned int)find_next_bit(pd0->valid, MAX_SLOTS, slot) & ~1U;
		if (slot >= MAX_SLOTS)
			return false;
		va = max(va, base + ((u64)(slot / 2) << NV_MMU_PAGE_2M_SHIFT));
		/* The smaller pages one by one: both sizes may alternate. */
		do {
			table = find_leaf(space, va, &slot);
			if (table)
				break;
			va += BIT_ULL(NV_MMU_PAGE_4K_SHIFT);
		} while (va & (BIT_ULL(NV_MMU_PAGE_2M_SHIFT) - 1));
		if (!table)
			continue;
		out->page_shift = space->format->level[table->level].shift;
		out->va = va & ~(BIT_ULL(out->page_shift) - 1);
		out->sparse = test_bit(slot, table->sparse);
		return true;
	}
	return false;
}

bool gmmu_walk(const struct gmmu_space *space, u64 va, struct gmmu_mapping *out)
{
	unsigned int slot, level;

	*out = (struct gmmu_mapping){ 0 };
	while (va <= space->format->va_limit) {
		const struct gmmu_table *table = space->root;

		for (level = space->format->root; level < PD0; level++) {
			slot = step_of(space, level, va);
			if (!child_of(table, slot))
				break;
			table = child_of(table, slot);
		}
		if (level < PD0) {
			unsigned int shift = space->format->level[level].shift;

			if (test_bit(slot, table->valid)) {
				out->page_shift = shift;
				out->va = va & ~(BIT_ULL(shift) - 1);
				out->sparse = test_bit(slot, table->sparse);
				break;
			}
			va = (va & ~(BIT_ULL(shift) - 1)) + BIT_ULL(shift);
			continue;
		}
		if (walk_pd0(space, table, va, out))
			break;
		va = (va & ~(BIT_ULL(NV_MMU_PAGE_512M_SHIFT) - 1)) +
		     BIT_ULL(NV_MMU_PAGE_512M_SHIFT);
	}
	if (!out->page_shift)
		return false;
	/* Pages of the same size and kind that follow. */
	for (va = out->va + BIT_ULL(out->page_shift); va <= space->format->va_limit;
	     va += BIT_ULL(out->page_shift)) {
		const struct gmmu_table *table = find_leaf(space, va, &slot);

		if (!table || space->format->level[table->level].shift != out->page_shift ||
		    test_bit(slot, table->sparse) != out->sparse)
			break;
	}
	out->bytes = va - out->va;
	return true;
}

void gmmu_dump(const struct gmmu_space *space, void (*line)(void *ctx, const char *text),
	       void *ctx)
{
	static const char *const name[] = { "PD4", "PD3", "PD2", "PD1", "PD0", "64K", "4K" };
	struct gmmu_mapping run;
	char text[DUMP_LINE_BYTES];
	unsigned int level;
	u64 va = 0;
	int n;

	n = scnprintf(text, sizeof(text), "mapped %llu KiB; tables:", space->mapped_bytes >> 10);
	for (level = 0; level < GMMU_LEVELS; level++)
		if (space->tables_of[level])
			n += scnprintf(text + n, sizeof(text) - (size_t)n, " %s %u", name[level],
				       space->tables_of[level]);
	line(ctx, text);
	while (gmmu_walk(space, va, &run)) {
		scnprintf(text, sizeof(text), "%016llx %12llu KiB in pages of %u KiB%s", run.va,
			  run.bytes >> 10, 1U << (run.page_shift - 10),
			  run.sparse ? ", sparse" : "");
		line(ctx, text);
		va = run.va + run.bytes;
	}
}
