// SPDX-License-Identifier: GPL-2.0-or-later
/* The stand-in of the maple tree: an array in order. */
#include <errno.h>
#include <linux/kernel.h>
#include <linux/maple_tree.h>
#include <linux/spinlock.h>
#include <string.h>

#include "shim_priv.h"

void mt_init_flags(struct maple_tree *mt, unsigned int flags)
{
	memset(mt, 0, sizeof(*mt));
	mt->flags = flags;
}

void mtree_destroy(struct maple_tree *mt)
{
	kfree(mt->item);
	memset(mt, 0, sizeof(*mt));
}

void mtree_lock(struct maple_tree *mt)
{
	BUG_ON(mt->locked);
	mt->locked = true;
}

void mtree_unlock(struct maple_tree *mt)
{
	BUG_ON(!mt->locked);
	mt->locked = false;
}

/* First item that ends at or after @index. */
static unsigned int item_from(const struct maple_tree *mt, unsigned long index)
{
	unsigned int low = 0, high = mt->count;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (mt->item[mid].last < index)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

int mtree_insert_range(struct maple_tree *mt, unsigned long first, unsigned long last, void *entry,
		       gfp_t gfp)
{
	unsigned int i = item_from(mt, first);

	BUG_ON(mt->locked);
	might_sleep();
	if (first > last)
		return -EINVAL;
	if (i < mt->count && mt->item[i].first <= last)
		return -EEXIST;
	/* A real tree may need a node at any insertion. */
	if (mt->count == mt->room || shim_allocation_armed()) {
		unsigned int room = mt->count + 16;
		struct shim_maple_entry *item = kcalloc(room, sizeof(*item), gfp);

		if (!item)
			return -ENOMEM;
		if (mt->count)
			memcpy(item, mt->item, mt->count * sizeof(*item));
		kfree(mt->item);
		mt->item = item;
		mt->room = room;
	}
	memmove(&mt->item[i + 1], &mt->item[i], (mt->count - i) * sizeof(*mt->item));
	mt->item[i] = (struct shim_maple_entry){ first, last, entry };
	mt->count++;
	return 0;
}

void *mtree_erase(struct maple_tree *mt, unsigned long index)
{
	unsigned int i = item_from(mt, index);
	void *entry;

	BUG_ON(mt->locked);
	if (i == mt->count || mt->item[i].first > index)
		return NULL;
	entry = mt->item[i].entry;
	mt->count--;
	memmove(&mt->item[i], &mt->item[i + 1], (mt->count - i) * sizeof(*mt->item));
	if (!mt->count) {
		kfree(mt->item);
		mt->item = NULL;
		mt->room = 0;
	}
	return entry;
}

void *mtree_load(struct maple_tree *mt, unsigned long index)
{
	unsigned int i = item_from(mt, index);

	return i < mt->count && mt->item[i].first <= index ? mt->item[i].entry : NULL;
}

void *mt_find(struct maple_tree *mt, unsigned long *index, unsigned long max)
{
	unsigned int i = item_from(mt, *index);

	/* Wrapped round by an entry that ends at the last index. */
	if (*index > max || i == mt->count || mt->item[i].first > max)
		return NULL;
	*index = mt->item[i].last + 1;
	return *index ? mt->item[i].entry : NULL;
}

int mas_empty_area(struct ma_state *mas, unsigned long min, unsigned long max, unsigned long size)
{
	struct maple_tree *mt = mas->tree;
	unsigned int i;

	BUG_ON(!mt->locked || !(mt->flags & MT_FLAGS_ALLOC_RANGE));
	if (!size || min > max || max - min < size - 1)
		return -EINVAL;
	for (i = item_from(mt, min); min <= max && max - min >= size - 1; i++) {
		if (i == mt->count || mt->item[i].first > max ||
		    (mt->item[i].first > min && mt->item[i].first - min >= size)) {
			mas->index = min;
			mas->last = min + size - 1;
			return 0;
		}
		min = mt->item[i].last + 1;
	}
	return -EBUSY;
}

int mas_empty_area_rev(struct ma_state *mas, unsigned long min, unsigned long max,
		       unsigned long size)
{
	struct maple_tree *mt = mas->tree;
	unsigned int i;

	BUG_ON(!mt->locked || !(mt->flags & MT_FLAGS_ALLOC_RANGE));
	if (!size || min > max || max - min < size - 1)
		return -EINVAL;
	i = item_from(mt, max);
	if (i < mt->count && mt->item[i].first <= max)
		i++;
	for (; min <= max && max - min >= size - 1; i--) {
		if (!i || mt->item[i - 1].last < min ||
		    (mt->item[i - 1].last < max && max - mt->item[i - 1].last >= size)) {
			mas->last = max;
			mas->index = max - size + 1;
			return 0;
		}
		if (!mt->item[i - 1].first)
			break;
		max = mt->item[i - 1].first - 1;
	}
	return -EBUSY;
}
