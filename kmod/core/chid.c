// SPDX-License-Identifier: GPL-2.0-only
/* Channel id ranges, see chid.h. */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>

#include "chid.h"

void vgpu_chid_init(struct vgpu_chid_pool *pool)
{
	bitmap_zero(pool->used, VGPU_CHID_COUNT);
	bitmap_zero(pool->head, VGPU_CHID_COUNT);
	bitmap_set(pool->used, 0, VGPU_CHID_PF_COUNT);
}

u32 vgpu_chid_share(u32 max_instances)
{
	u32 share = max_instances ? (VGPU_CHID_COUNT - VGPU_CHID_PF_COUNT) / max_instances : 0;

	return share ? (u32)rounddown_pow_of_two(share) : 0;
}

static bool range_free(const struct vgpu_chid_pool *pool, u32 base, u32 count)
{
	return find_next_bit(pool->used, base + count, base) >= base + count;
}

int vgpu_chid_would_fit(const struct vgpu_chid_pool *pool, u32 count, u32 *base)
{
	u32 at;

	if (!count || count > VGPU_CHID_COUNT - VGPU_CHID_PF_COUNT)
		return -EINVAL;
	if (*base != VGPU_CHID_ANY) {
		if (*base < VGPU_CHID_PF_COUNT || *base > VGPU_CHID_COUNT - count)
			return -EINVAL;
		if (!range_free(pool, *base, count))
			return -EBUSY;
		at = *base;
	} else {
		/* From the top in steps of the range's own size, as placements count them. */
		for (at = VGPU_CHID_COUNT - count; !range_free(pool, at, count); at -= count)
			if (at < VGPU_CHID_PF_COUNT + count)
				return -ENOSPC;
	}
	*base = at;
	return 0;
}

int vgpu_chid_alloc(struct vgpu_chid_pool *pool, u32 count, u32 *base)
{
	int ret = vgpu_chid_would_fit(pool, count, base);

	if (ret)
		return ret;
	bitmap_set(pool->used, *base, count);
	__set_bit(*base, pool->head);
	return 0;
}

int vgpu_chid_free(struct vgpu_chid_pool *pool, u32 base, u32 count)
{
	u32 end = base + count;

	if (!count || base < VGPU_CHID_PF_COUNT || base >= VGPU_CHID_COUNT ||
	    count > VGPU_CHID_COUNT - base || !test_bit(base, pool->head) ||
	    find_next_zero_bit(pool->used, end, base) < end ||
	    find_next_bit(pool->head, end, base + 1) < end)
		return -EINVAL;
	if (end < VGPU_CHID_COUNT && test_bit(end, pool->used) && !test_bit(end, pool->head))
		return -EINVAL; /* a part of a longer range */
	__clear_bit(base, pool->head);
	bitmap_clear(pool->used, base, count);
	return 0;
}
