/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of the kernel's maple tree that kmod/core uses, on a sorted array: the same answers, not
 * the same speed. Entries are ranges of indices, both ends included.
 */
#ifndef SHIM_LINUX_MAPLE_TREE_H
#define SHIM_LINUX_MAPLE_TREE_H

#include <linux/slab.h>
#include <linux/types.h>

#define MT_FLAGS_ALLOC_RANGE 0x01

struct shim_maple_entry {
	unsigned long first, last;
	void *entry;
};

struct maple_tree {
	struct shim_maple_entry *item;
	unsigned int count, room;
	unsigned int flags;
	bool locked;
};

/* Set by a search; the rest of the kernel's state has no meaning here. */
struct ma_state {
	struct maple_tree *tree;
	unsigned long index, last;
};

#define MA_STATE(name, mt, first, end)                                                             \
	struct ma_state name = { .tree = (mt), .index = (first), .last = (end) }

void mt_init_flags(struct maple_tree *mt, unsigned int flags);
void mtree_destroy(struct maple_tree *mt);
/* The tree's own spinlock: searches want it, the other calls take it themselves. */
void mtree_lock(struct maple_tree *mt);
void mtree_unlock(struct maple_tree *mt);
int mtree_insert_range(struct maple_tree *mt, unsigned long first, unsigned long last, void *entry,
		       gfp_t gfp);
void *mtree_erase(struct maple_tree *mt, unsigned long index);
void *mtree_load(struct maple_tree *mt, unsigned long index);
/* First entry that ends at or after *@index and begins at or before @max; *@index: behind it. */
void *mt_find(struct maple_tree *mt, unsigned long *index, unsigned long max);
/* The lowest or the highest gap of @size in [@min, @max]: -EBUSY when there is none. */
int mas_empty_area(struct ma_state *mas, unsigned long min, unsigned long max, unsigned long size);
int mas_empty_area_rev(struct ma_state *mas, unsigned long min, unsigned long max,
		       unsigned long size);

#define mt_for_each(mt, entry, index, max)                                                         \
	for (entry = mt_find(mt, &(index), max); entry; entry = mt_find(mt, &(index), max))

#endif
