// SPDX-License-Identifier: GPL-2.0-only
/* GPU page tables: mapping, see gmmu.h. */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "gmmu_priv.h"
#include "gmmu_store.h"

/* 4 KiB pages within a 64 KiB page. */
#define SMALL_PER_BIG (1U << (NV_MMU_V2_PT_BIG_SHIFT - NV_MMU_V2_PT_SMALL_SHIFT))

/* Of eight valid slots, the even ones: leaves of PD0. */
#define EVEN_SLOTS 0x55

/* What a range is mapped to. */
struct target {
	u64 pa;
	const struct gmmu_attr *attr;	/* NULL: sparse */
	struct gmmu_table *pd0;		/* of the step before; NULL: there was none */
	/* Of pages of @shift (0: not yet known): all of an entry but the address, its bad bits. */
	unsigned int shift;
	u64 base, bad;
};

/* The PD0 of @va, made if need be. @last: that of the step that ended at @va, if there was one. */
static struct gmmu_table *next_pd0(struct gmmu_space *space, u64 va, struct gmmu_table *last)
{
	struct gmmu_table *from = space->root;

	if (last && va & (BIT_ULL(NV_MMU_V2_PD1_SHIFT) - 1))
		return last;
	if (last && va & (BIT_ULL(NV_MMU_V2_PD2_SHIFT) - 1))
		from = last->parent;
	return gmmu_table_find(space, from, va, PD0, true);
}

/* Learn how pages of @shift are encoded. */
static int encode(const struct gmmu_space *space, struct target *to, unsigned int shift)
{
	int ret = space->format->pte(0, shift, to->attr, &to->base);

	if (ret)
		return ret;
	to->bad = ~space->format->page_mask(to->attr->aperture);
	to->shift = shift;
	return 0;
}

/* First entry of @to in pages of @shift, to which its address is aligned, and what to add each. */
static inline int first_entry(const struct gmmu_space *space, struct target *to, unsigned int shift,
			      u64 count, u64 *entry, u64 *step)
{
	const struct gmmu_format *format = space->format;
	int ret;

	if (!to->attr) {
		*entry = format->sparse;
		*step = 0;
		return 0;
	}
	if (to->shift != shift) {
		ret = encode(space, to, shift);
		if (ret)
			return ret;
	}
	/* Between two addresses that fit, all do. */
	if ((to->pa | (to->pa + ((count - 1) << shift))) & to->bad)
		return -EINVAL;
	*entry = to->base + (to->pa >> format->addr_shift);
	*step = BIT_ULL(shift) >> format->addr_shift;
	return 0;
}

/* Write @count pages from @slot on, each @stride slots, the odd ones 0; in lines where possible. */
static void write_pages(struct gmmu_space *space, const struct gmmu_table *table, unsigned int slot,
			unsigned int stride, unsigned int count, u64 entry, u64 step)
{
	u64 __iomem *window = gmmu_window(space, table, slot, stride * count);
	u64 line[GMMU_WRITE_BATCH];

	if (window) {
		gmmu_store_run(window, entry, step, stride, count);
		return;
	}
	while (count) {
		unsigned int room = GMMU_WRITE_BATCH - slot % GMMU_WRITE_BATCH;
		unsigned int n = min(room / stride, count), i;

		if (stride == 1) {
			for (i = 0; i < n; i++, entry += step)
				line[i] = entry;
		} else {
			for (i = 0; i < n; i++, entry += step) {
				line[2 * i] = entry;
				line[2 * i + 1] = 0;
			}
		}
		gmmu_write_slots(space, table, slot, line, n * stride);
		slot += n * stride;
		count -= n;
	}
}

/* Set the even bits from @slot, which is one, up to @end. */
static void set_even(unsigned long *map, unsigned int slot, unsigned int end)
{
	for (; slot < end && slot % BITS_PER_LONG; slot += 2)
		__set_bit(slot, map);
	if (slot < end)
		memset(map + slot / BITS_PER_LONG, EVEN_SLOTS,
		       (end - slot) / BITS_PER_LONG * sizeof(*map));
	for (slot = max(slot, round_down(end, BITS_PER_LONG)); slot < end; slot += 2)
		__set_bit(slot, map);
}

/* Mark slots valid; of PD0 only the even ones. */
static void mark_pages(struct gmmu_table *table, unsigned int slot, unsigned int stride,
		       unsigned int count, bool sparse)
{
	table->used += (u16)count;
	if (stride == 1) {
		bitmap_set(table->valid, slot, count);
		if (sparse)
			bitmap_set(table->sparse, slot, count);
	} else {
		set_even(table->valid, slot, slot + stride * count);
		if (sparse)
			set_even(table->sparse, slot, slot + stride * count);
	}
}

/* Map @count pages as leaves of a directory, PD0 or PD1. */
static int map_leaves(struct gmmu_space *space, struct gmmu_table *table, u64 va,
		      struct target *to, unsigned int count)
{
	unsigned int stride = table->level == PD0 ? 2 : 1;
	unsigned int slot = stride * step_of(space, table->level, va), end = slot + stride * count;
	u64 entry, step;
	int ret;

	if (table->used && find_next_bit(table->valid, end, slot) < end)
		return -EEXIST;
	ret = first_entry(space, to, space->format->level[table->level].shift, count, &entry,
			  &step);
	if (ret)
		return ret;
	write_pages(space, table, slot, stride, count, entry, step);
	mark_pages(table, slot, stride, count, !to->attr);
	return 0;
}

/* Is any entry of the other page size valid in the steps [va, va + count pages of @level)? */
static bool other_size_mapped(const struct gmmu_space *space, const struct gmmu_table *pd0,
			      enum level level, u64 va, unsigned int count)
{
	unsigned int slot = 2 * step_of(space, PD0, va);
	const struct gmmu_table *other;
	unsigned int first, end;

	if (level == PT_BIG) {
		other = child_of(pd0, slot + 1);
		first = step_of(space, PT_SMALL, va);
		end = first + count * SMALL_PER_BIG;
	} else {
		other = child_of(pd0, slot);
		first = step_of(space, PT_BIG, va);
		end = DIV_ROUND_UP(step_of(space, PT_SMALL, va) + count, SMALL_PER_BIG);
	}
	return other && find_next_bit(other->valid, end, first) < end;
}

/*
 * The page table for @count pages of @level at @va, if nothing is mapped there: NULL when it has
 * yet to be made, in @pd0_slot.
 */
static struct gmmu_table *free_run(const struct gmmu_space *space, const struct gmmu_table *pd0,
				   enum level level, u64 va, unsigned int count,
				   unsigned int *pd0_slot)
{
	unsigned int big_slot = 2 * step_of(space, PD0, va), slot = step_of(space, level, va);
	struct gmmu_table *table;

	*pd0_slot = big_slot + (level == PT_SMALL);
	table = child_of(pd0, *pd0_slot);
	if (test_bit(big_slot, pd0->valid) && !child_of(pd0, big_slot))
		return ERR_PTR(-EEXIST); /* a 2 MiB page */
	if (other_size_mapped(space, pd0, level, va, count) ||
	    (table && find_next_bit(table->valid, slot + count, slot) < slot + count))
		return ERR_PTR(-EEXIST);
	return table;
}

/* Map @count pages of one page table. */
static int map_run(struct gmmu_space *space, struct gmmu_table *pd0, enum level level, u64 va,
		   struct target *to, unsigned int count)
{
	unsigned int slot = step_of(space, level, va), pd0_slot;
	struct gmmu_table *table = free_run(space, pd0, level, va, count, &pd0_slot);
	u64 entry, step;
	int ret;

	if (IS_ERR(table))
		return PTR_ERR(table);
	ret = first_entry(space, to, space->format->level[level].shift, count, &entry, &step);
	if (ret)
		return ret;
	if (!table) {
		table = gmmu_child_create(space, pd0, pd0_slot, level);
		if (IS_ERR(table))
			return PTR_ERR(table);
	}
	write_pages(space, table, slot, 1, count, entry, step);
	mark_pages(table, slot, 1, count, !to->attr);
	return 0;
}

/*
 * Write entries for the pages of a list: @base holds all but the address. Returns how many, up to
 * an address with a bit that its field does not have.
 */
static unsigned int write_list(struct gmmu_space *space, const struct gmmu_table *table,
			       unsigned int slot, const u64 *pages, unsigned int count, u64 base,
			       u64 bad)
{
	unsigned int shift = space->format->addr_shift, done, i, n;
	u64 __iomem *window = gmmu_window(space, table, slot, count);
	u64 line[GMMU_WRITE_BATCH], all = 0;

	if (window)
		return gmmu_store_list(window, pages, shift, base, bad, count);
	for (done = 0; done < count; done += n) {
		n = min(GMMU_WRITE_BATCH - (slot + done) % GMMU_WRITE_BATCH, count - done);
		for (i = 0; i < n; i++) {
			all |= pages[done + i];
			line[i] = base + (pages[done + i] >> shift);
		}
		if (all & bad)
			break;
		gmmu_write_slots(space, table, slot + done, line, n);
	}
	return done;
}

/* A list of pages while it is mapped. */
struct list {
	const u64 *pages;
	u64 base, bad;			/* see write_list() */
	u64 done;			/* pages mapped */
	struct gmmu_table *pd0;		/* as in struct target */
};

/* Map the next @count pages of a list, which lie in one page table. */
static int map_list_step(struct gmmu_space *space, u64 va, struct list *list, unsigned int count)
{
	unsigned int slot = step_of(space, PT_SMALL, va), pd0_slot, n;
	struct gmmu_table *pd0 = next_pd0(space, va, list->pd0), *table;

	if (IS_ERR(pd0))
		return PTR_ERR(pd0);
	list->pd0 = pd0;
	table = free_run(space, pd0, PT_SMALL, va, count, &pd0_slot);
	if (!table)
		table = gmmu_child_create(space, pd0, pd0_slot, PT_SMALL);
	if (IS_ERR(table)) {
		gmmu_prune(space, pd0);
		return PTR_ERR(table);
	}
	n = write_list(space, table, slot, list->pages + list->done, count, list->base, list->bad);
	mark_pages(table, slot, 1, n, false);
	space->mapped_bytes += (u64)n << NV_MMU_PAGE_4K_SHIFT;
	list->done += n;
	if (n == count)
		return 0;
	gmmu_prune(space, table);
	return -EINVAL;
}

static bool fits_page(u64 va, u64 pa, u64 bytes, unsigned int shift)
{
	return !((va | pa) & (BIT_ULL(shift) - 1)) && bytes >= BIT_ULL(shift);
}

/* The level whose leaves map the next bytes, and how many of them in one table. */
static enum level choose_level(const struct gmmu_space *space, u64 va, u64 pa, u64 bytes,
			       bool large, u64 *run)
{
	*run = min(bytes, to_boundary(va, NV_MMU_PAGE_2M_SHIFT));
	if (!large)
		return PT_SMALL;
	if (space->max_page_shift >= NV_MMU_PAGE_256G_SHIFT &&
	    fits_page(va, pa, bytes, NV_MMU_PAGE_256G_SHIFT)) {
		*run = round_down(min(bytes, to_boundary(va, NV_MMU_V3_PD3_SHIFT)),
				  BIT_ULL(NV_MMU_PAGE_256G_SHIFT));
		return PD2;
	}
	if (space->max_page_shift >= NV_MMU_PAGE_512M_SHIFT &&
	    fits_page(va, pa, bytes, NV_MMU_PAGE_512M_SHIFT)) {
		*run = round_down(min(bytes, to_boundary(va, NV_MMU_V2_PD2_SHIFT)),
				  BIT_ULL(NV_MMU_PAGE_512M_SHIFT));
		return PD1;
	}
	if (fits_page(va, pa, bytes, NV_MMU_PAGE_2M_SHIFT)) {
		*run = min(bytes, to_boundary(va, NV_MMU_PAGE_512M_SHIFT));
		*run = round_down(*run, BIT_ULL(NV_MMU_PAGE_2M_SHIFT));
		return PD0;
	}
	if (fits_page(va, pa, bytes, NV_MMU_PAGE_64K_SHIFT)) {
		*run = round_down(*run, BIT_ULL(NV_MMU_PAGE_64K_SHIFT));
		return PT_BIG;
	}
	/* 64 KiB pages may follow. */
	if (!((va ^ pa) & (BIT_ULL(NV_MMU_PAGE_64K_SHIFT) - 1)))
		*run = min(*run, to_boundary(va, NV_MMU_PAGE_64K_SHIFT));
	return PT_SMALL;
}

/* Map the next run of equal pages; returns the bytes mapped or an error. */
static s64 map_step(struct gmmu_space *space, u64 va, u64 bytes, struct target *to)
{
	bool large = !to->attr || to->attr->aperture == NV_MMU_PTE_APERTURE_VIDMEM;
	enum level level;
	struct gmmu_table *table;
	unsigned int count;
	u64 run;
	int ret;

	/* Nothing is behind a sparse range, so it is aligned like its address. */
	level = choose_level(space, va, to->attr ? to->pa : va, bytes, large, &run);
	count = (unsigned int)(run >> space->format->level[level].shift);
	if (level < PD0)
		table = gmmu_table_find(space, space->root, va, level, true);
	else
		table = next_pd0(space, va, to->pd0);
	if (IS_ERR(table))
		return PTR_ERR(table);
	to->pd0 = level < PD0 ? NULL : table;
	if (level <= PD0)
		ret = map_leaves(space, table, va, to, count);
	else
		ret = map_run(space, table, level, va, to, count);
	if (ret) {
		gmmu_prune(space, table);
		return ret;
	}
	space->mapped_bytes += run;
	return (s64)run;
}

static int map_all(struct gmmu_space *space, u64 va, u64 bytes, struct target to)
{
	u64 done = 0;

	while (done < bytes) {
		s64 run = map_step(space, va + done, bytes - done, &to);

		if (run < 0) {
			if (done)
				gmmu_unmap(space, va, done);
			return (int)run;
		}
		done += (u64)run;
		to.pa += (u64)run;
	}
	return 0;
}

int gmmu_map(struct gmmu_space *space, u64 va, u64 pa, u64 bytes, const struct gmmu_attr *attr)
{
	struct target to = { .pa = pa, .attr = attr };

	if (!gmmu_range_ok(space, va, bytes) || pa & (BIT_ULL(NV_MMU_PAGE_4K_SHIFT) - 1) ||
	    pa + bytes < pa)
		return -EINVAL;
	return map_all(space, va, bytes, to);
}

int gmmu_map_list(struct gmmu_space *space, u64 va, const u64 *pages, u64 count,
		  const struct gmmu_attr *attr)
{
	struct list list = { .pages = pages };
	int ret;

	if (count > space->format->va_limit >> NV_MMU_PAGE_4K_SHIFT ||
	    !gmmu_range_ok(space, va, count << NV_MMU_PAGE_4K_SHIFT))
		return -EINVAL;
	ret = space->format->pte(0, NV_MMU_PAGE_4K_SHIFT, attr, &list.base);
	list.bad = ~space->format->page_mask(attr->aperture);
	while (!ret && list.done < count) {
		u64 at = va + (list.done << NV_MMU_PAGE_4K_SHIFT);
		u64 n = min(count - list.done,
			    to_boundary(at, NV_MMU_PAGE_2M_SHIFT) >> NV_MMU_PAGE_4K_SHIFT);

		ret = map_list_step(space, at, &list, (unsigned int)n);
	}
	if (ret && list.done)
		gmmu_unmap(space, va, list.done << NV_MMU_PAGE_4K_SHIFT);
	return ret;
}

int gmmu_map_sparse(struct gmmu_space *space, u64 va, u64 bytes)
{
	struct target to = { 0 };

	return gmmu_range_ok(space, va, bytes) ? map_all(space, va, bytes, to) : -EINVAL;
}
