// SPDX-License-Identifier: GPL-2.0-only
/* Partition allocator on flat bitmaps, see buddy.h. */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "buddy.h"

/* A gap of the blocked bitmap. */
struct gap {
	u32 first, end;
};

int vgpu_buddy_init(struct vgpu_buddy *buddy, u32 units, u64 unit_bytes)
{
	memset(buddy, 0, sizeof(*buddy));
	if (!units || units > VGPU_BUDDY_MAX_UNITS || !is_power_of_2(unit_bytes))
		return -EINVAL;

	buddy->used = bitmap_zalloc(units, GFP_KERNEL);
	buddy->head = bitmap_zalloc(units, GFP_KERNEL);
	buddy->reserved = bitmap_zalloc(units, GFP_KERNEL);
	buddy->dirty = bitmap_zalloc(units, GFP_KERNEL);
	buddy->blocked = bitmap_zalloc(units, GFP_KERNEL);
	buddy->owner = kvcalloc(units, sizeof(*buddy->owner), GFP_KERNEL);
	if (!buddy->used || !buddy->head || !buddy->reserved || !buddy->dirty || !buddy->blocked ||
	    !buddy->owner) {
		vgpu_buddy_fini(buddy);
		return -ENOMEM;
	}
	buddy->units = units;
	buddy->free_units = units;
	buddy->unit_bytes = unit_bytes;
	return 0;
}

void vgpu_buddy_fini(struct vgpu_buddy *buddy)
{
	bitmap_free(buddy->used);
	bitmap_free(buddy->head);
	bitmap_free(buddy->reserved);
	bitmap_free(buddy->dirty);
	bitmap_free(buddy->blocked);
	kvfree(buddy->owner);
	memset(buddy, 0, sizeof(*buddy));
}

static bool units_exist(const struct vgpu_buddy *buddy, u32 first, u32 count)
{
	return count && first < buddy->units && count <= buddy->units - first;
}

/* Free units of [first, first + count) that are clean or dirty leave or enter the counters. */
static void account(struct vgpu_buddy *buddy, u32 first, u32 count, bool becomes_free)
{
	u32 dirty = 0, unit;

	for (unit = find_next_bit(buddy->dirty, first + count, first); unit < first + count;
	     unit = find_next_bit(buddy->dirty, first + count, unit + 1))
		dirty++;
	if (becomes_free) {
		buddy->dirty_units += dirty;
		buddy->free_units += count - dirty;
	} else {
		buddy->dirty_units -= dirty;
		buddy->free_units -= count - dirty;
	}
}

int vgpu_buddy_reserve(struct vgpu_buddy *buddy, u32 first, u32 count)
{
	u32 unit;

	if (!units_exist(buddy, first, count))
		return -EINVAL;
	for (unit = first; unit < first + count; unit++)
		if (test_bit(unit, buddy->used) && !test_bit(unit, buddy->reserved))
			return -EBUSY;
	for (unit = first; unit < first + count; unit++) {
		if (test_bit(unit, buddy->reserved))
			continue;
		account(buddy, unit, 1, false);
		__set_bit(unit, buddy->used);
		__set_bit(unit, buddy->reserved);
	}
	return 0;
}

static bool unit_is_for(const struct vgpu_buddy *buddy, u32 unit, const uuid_t *owner,
			unsigned int flags)
{
	if (!test_bit(unit, buddy->dirty) || (flags & VGPU_BUDDY_ANY_DIRTY))
		return true;
	return owner && uuid_equal(owner, &buddy->owner[unit]);
}

/* Fill the scratch bitmap with what a request of @owner may not have. */
static void block_for(struct vgpu_buddy *buddy, const uuid_t *owner, unsigned int flags)
{
	u32 unit;

	bitmap_copy(buddy->blocked, buddy->used, buddy->units);
	if (flags & VGPU_BUDDY_ANY_DIRTY)
		return;
	for (unit = find_first_bit(buddy->dirty, buddy->units); unit < buddy->units;
	     unit = find_next_bit(buddy->dirty, buddy->units, unit + 1))
		if (!unit_is_for(buddy, unit, owner, flags))
			__set_bit(unit, buddy->blocked);
}

/* Fill the scratch bitmap so that only free units left dirty by @owner remain. */
static void block_all_but_own(struct vgpu_buddy *buddy, const uuid_t *owner)
{
	u32 unit;

	bitmap_fill(buddy->blocked, buddy->units);
	for (unit = find_first_bit(buddy->dirty, buddy->units); unit < buddy->units;
	     unit = find_next_bit(buddy->dirty, buddy->units, unit + 1))
		if (!test_bit(unit, buddy->used) && uuid_equal(owner, &buddy->owner[unit]))
			__clear_bit(unit, buddy->blocked);
}

/* Next gap of the blocked bitmap in [gap->end, high); false when there is none. */
static bool next_gap(const struct vgpu_buddy *buddy, struct gap *gap, u32 high)
{
	gap->first = (u32)find_next_zero_bit(buddy->blocked, high, gap->end);
	if (gap->first >= high)
		return false;
	gap->end = (u32)find_next_bit(buddy->blocked, high, gap->first);
	return true;
}

/* The end of @gap whose cut leaves the rest on the better aligned boundary. */
static u32 pick_end(const struct gap *gap, u32 count)
{
	u32 cut_after_low = gap->first + count;
	u32 cut_before_high = gap->end - count;

	if (cut_after_low == gap->end || !cut_before_high)
		return gap->first;
	return __ffs(cut_before_high) > __ffs(cut_after_low) ? cut_before_high : gap->first;
}

static int search(const struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req, u32 high,
		  u32 *first)
{
	struct gap gap = { .end = req->low }, best = { 0 };
	u32 best_len = U32_MAX;

	if (buddy->num_sizes && !(req->flags & VGPU_BUDDY_TOP_DOWN))
		return vgpu_buddy_plan(buddy, req, high, first);
	while (next_gap(buddy, &gap, high)) {
		u32 len = gap.end - gap.first;

		if (len < req->count)
			continue;
		if (!(req->flags & VGPU_BUDDY_TOP_DOWN) && len >= best_len)
			continue;
		best = gap;
		best_len = len;
		if (len == req->count && !(req->flags & VGPU_BUDDY_TOP_DOWN))
			break;
	}
	if (best_len == U32_MAX)
		return -ENOSPC;
	*first = req->flags & VGPU_BUDDY_TOP_DOWN ? best.end - req->count :
						    pick_end(&best, req->count);
	return 0;
}

int vgpu_buddy_would_fit(struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req,
			 u32 *first)
{
	u32 high = req->high ? req->high : buddy->units;

	if (!req->count || high > buddy->units || req->low >= high ||
	    req->count > high - req->low)
		return -EINVAL;
	if ((req->flags & VGPU_BUDDY_OWN_FIRST) && req->owner) {
		block_all_but_own(buddy, req->owner);
		if (!search(buddy, req, high, first))
			return 0;
	}
	block_for(buddy, req->owner, req->flags);
	return search(buddy, req, high, first);
}

int vgpu_buddy_would_fit_at(struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req,
			    u32 first)
{
	u32 end, unit;

	if (!units_exist(buddy, first, req->count))
		return -EINVAL;
	end = first + req->count;
	if (find_next_bit(buddy->used, end, first) < end)
		return -EBUSY;
	for (unit = find_next_bit(buddy->dirty, end, first); unit < end;
	     unit = find_next_bit(buddy->dirty, end, unit + 1))
		if (!unit_is_for(buddy, unit, req->owner, req->flags))
			return -EACCES;
	return 0;
}

static void take(struct vgpu_buddy *buddy, u32 first, u32 count)
{
	account(buddy, first, count, false);
	bitmap_set(buddy->used, first, count);
	__set_bit(first, buddy->head);
}

int vgpu_buddy_alloc(struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req, u32 *first)
{
	int ret = vgpu_buddy_would_fit(buddy, req, first);

	if (!ret)
		take(buddy, *first, req->count);
	return ret;
}

int vgpu_buddy_alloc_at(struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req, u32 first)
{
	int ret = vgpu_buddy_would_fit_at(buddy, req, first);

	if (!ret)
		take(buddy, first, req->count);
	return ret;
}

/* Is [first, first + count) exactly one allocation? */
static bool is_allocation(const struct vgpu_buddy *buddy, u32 first, u32 count)
{
	u32 end;

	if (!units_exist(buddy, first, count) || !test_bit(first, buddy->head))
		return false;
	end = first + count;
	if (find_next_zero_bit(buddy->used, end, first) < end ||
	    find_next_bit(buddy->reserved, end, first) < end ||
	    find_next_bit(buddy->head, end, first + 1) < end)
		return false;
	/* What follows must not belong to the same allocation. */
	return end == buddy->units || !test_bit(end, buddy->used) || test_bit(end, buddy->head) ||
	       test_bit(end, buddy->reserved);
}

int vgpu_buddy_free(struct vgpu_buddy *buddy, u32 first, u32 count)
{
	if (!is_allocation(buddy, first, count))
		return -EINVAL;
	__clear_bit(first, buddy->head);
	bitmap_clear(buddy->used, first, count);
	account(buddy, first, count, true);
	return 0;
}

int vgpu_buddy_trim(struct vgpu_buddy *buddy, u32 first, u32 count, u32 keep)
{
	if (!keep || keep > count || !is_allocation(buddy, first, count))
		return -EINVAL;
	bitmap_clear(buddy->used, first + keep, count - keep);
	account(buddy, first + keep, count - keep, true);
	return 0;
}

int vgpu_buddy_split(struct vgpu_buddy *buddy, u32 first, u32 count)
{
	if (!is_allocation(buddy, first, count))
		return -EINVAL;
	bitmap_set(buddy->head, first, count);
	return 0;
}

int vgpu_buddy_mark_dirty(struct vgpu_buddy *buddy, u32 first, u32 count, const uuid_t *owner)
{
	u32 end, unit;

	if (!units_exist(buddy, first, count))
		return -EINVAL;
	end = first + count;
	if (find_next_zero_bit(buddy->used, end, first) < end ||
	    find_next_bit(buddy->reserved, end, first) < end)
		return -EINVAL;
	bitmap_set(buddy->dirty, first, count);
	for (unit = first; unit < end; unit++)
		buddy->owner[unit] = *owner;
	return 0;
}

int vgpu_buddy_mark_clean(struct vgpu_buddy *buddy, u32 first, u32 count)
{
	u32 unit;

	if (!units_exist(buddy, first, count))
		return -EINVAL;
	for (unit = first; unit < first + count; unit++) {
		if (!test_bit(unit, buddy->dirty))
			continue;
		__clear_bit(unit, buddy->dirty);
		buddy->owner[unit] = uuid_null;
		if (test_bit(unit, buddy->used))
			continue;
		buddy->dirty_units--;
		buddy->free_units++;
	}
	return 0;
}

static u32 largest_gap(const struct vgpu_buddy *buddy)
{
	struct gap gap = { 0 };
	u32 largest = 0;

	while (next_gap(buddy, &gap, buddy->units))
		largest = max(largest, gap.end - gap.first);
	return largest;
}

u32 vgpu_buddy_largest(struct vgpu_buddy *buddy, const uuid_t *owner, unsigned int flags)
{
	block_for(buddy, owner, flags);
	return largest_gap(buddy);
}

u32 vgpu_buddy_largest_beside(struct vgpu_buddy *buddy, u32 first, u32 count)
{
	block_for(buddy, NULL, VGPU_BUDDY_ANY_DIRTY);
	bitmap_set(buddy->blocked, first, count);
	return largest_gap(buddy);
}

u32 vgpu_buddy_region(const struct vgpu_buddy *buddy, u32 *first)
{
	u32 start = 0, best = 0;

	*first = 0;
	while (start < buddy->units) {
		u32 end;

		start = (u32)find_next_zero_bit(buddy->reserved, buddy->units, start);
		end = (u32)find_next_bit(buddy->reserved, buddy->units, start);
		if (end - start > best) {
			best = end - start;
			*first = start;
		}
		start = end;
	}
	return best;
}

enum vgpu_buddy_unit_state vgpu_buddy_unit_state(const struct vgpu_buddy *buddy, u32 unit)
{
	if (unit >= buddy->units || test_bit(unit, buddy->reserved))
		return VGPU_UNIT_RESERVED;
	if (test_bit(unit, buddy->used))
		return VGPU_UNIT_USED;
	return test_bit(unit, buddy->dirty) ? VGPU_UNIT_DIRTY : VGPU_UNIT_FREE;
}
