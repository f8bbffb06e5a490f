/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside the page-table writer: the shadow of the tables. */
#ifndef VGPU_GMMU_PRIV_H
#define VGPU_GMMU_PRIV_H

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/kernel.h>

#include "gmmu.h"

#define MAX_SLOTS 512
enum level { PD4, PD3, PD2, PD1, PD0, PT_BIG, PT_SMALL };

/*
 * Shadow of one table. A slot is one 8-byte entry; PD0 has two per VA step, the big half (or the
 * 2 MiB PTE) at the even and the small half at the odd slot.
 */
struct gmmu_table {
	u64 addr;
	struct gmmu_table *parent;
	struct gmmu_table **child;	/* by slot; NULL while there is none */
	u16 slot;			/* in the parent */
	u16 used;			/* valid slots */
	u8 level;
	DECLARE_BITMAP(valid, MAX_SLOTS);
	DECLARE_BITMAP(sparse, MAX_SLOTS);	/* of the valid ones */
};

static inline struct gmmu_table *child_of(const struct gmmu_table *table, unsigned int slot)
{
	return table->child ? table->child[slot] : NULL;
}

static inline unsigned int step_of(const struct gmmu_space *space, enum level level, u64 va)
{
	return (unsigned int)(va >> space->format->level[level].shift) &
	       (space->format->level[level].steps - 1U);
}

/* Bytes from @va to the next multiple of 1 << @shift. */
static inline u64 to_boundary(u64 va, unsigned int shift)
{
	return BIT_ULL(shift) - (va & (BIT_ULL(shift) - 1));
}

/*
 * Where @count slots from @slot on can be stored to; NULL: nowhere, write() does it. They are about
 * to change: the next invalidate has to reach up to them.
 */
static inline u64 __iomem *gmmu_window(struct gmmu_space *space, const struct gmmu_table *table,
				       unsigned int slot, unsigned int count)
{
	space->changed = min(space->changed, table->level);
	if (!space->ops->window)
		return NULL;
	return space->ops->window(space->ctx, table->addr + slot * NV_MMU_ENTRY_BYTES,
				  count * NV_MMU_ENTRY_BYTES);
}

/* gmmu.c */
void gmmu_write_slots(struct gmmu_space *space, const struct gmmu_table *table, unsigned int slot,
		      const u64 *entries, unsigned int count);
/*
 * The table at level @last of @va, below @from, which covers it; NULL or an error when it is not
 * there (and could not be made).
 */
struct gmmu_table *gmmu_table_find(struct gmmu_space *space, struct gmmu_table *from, u64 va,
				   enum level last, bool create);
/* A table of @level in a free slot of @parent. -EEXIST: a large page is there. */
struct gmmu_table *gmmu_child_create(struct gmmu_space *space, struct gmmu_table *parent,
				     unsigned int slot, enum level level);
/* Free @table if it is empty, and the parents that become empty by that, never the root. */
void gmmu_prune(struct gmmu_space *space, struct gmmu_table *table);

/* @va and @bytes are multiples of 4 KiB within the address space, @bytes not 0. */
bool gmmu_range_ok(const struct gmmu_space *space, u64 va, u64 bytes);

#endif
