// SPDX-License-Identifier: GPL-2.0-only
/* The split of VRAM and the heap arena, see vram.h. */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "gpu.h"
#include "vram.h"

/* Walk over the arena: first the tails, then runs of arena segments. */
struct extent_iter {
	unsigned int tail;
	u32 unit;
	u64 start, end;
};

static bool next_extent(const struct vgpu_buddy *buddy, const struct vgpu_vram *vram,
			struct extent_iter *it)
{
	u32 first, end;

	if (it->tail < vram->tails) {
		it->start = vram->tail[it->tail].base;
		it->end = it->start + vram->tail[it->tail].bytes;
		it->tail++;
		return true;
	}
	first = (u32)find_next_bit(vram->arena, buddy->units, it->unit);
	if (first >= buddy->units)
		return false;
	end = (u32)find_next_zero_bit(vram->arena, buddy->units, first);
	it->unit = end;
	it->start = first * buddy->unit_bytes;
	it->end = end * buddy->unit_bytes;
	return true;
}

/* Segments wholly inside @region become partition space; its ends become tails. */
static void add_region(struct vgpu_gpu *gpu, struct vgpu_vram *vram,
		       const struct vgpu_fb_region *region, unsigned long *usable)
{
	u64 seg = gpu->buddy.unit_bytes, end = region->base + region->bytes;
	u64 first = round_up(region->base, seg), last = round_down(end, seg);
	u64 low = round_up(region->base, VGPU_HEAP_ALIGN_BYTES);
	u64 high = round_down(end, VGPU_HEAP_ALIGN_BYTES);

	if (first < last)
		bitmap_set(usable, (unsigned int)(first / seg),
			   (unsigned int)((last - first) / seg));
	else
		first = last = high; /* no whole segment: all of it is one tail */
	if (low < first)
		vram->tail[vram->tails++] = (struct vgpu_fb_region){ low, first - low };
	if (last < high)
		vram->tail[vram->tails++] = (struct vgpu_fb_region){ last, high - last };
}

static bool region_valid(const struct vgpu_gpu *gpu, const struct vgpu_fb_region *region)
{
	return region->bytes && region->bytes <= gpu->si.fb_bytes &&
	       region->base <= gpu->si.fb_bytes - region->bytes;
}

/* Take segments that no usable region covers out of service. */
static void reserve_unusable(struct vgpu_buddy *buddy, const unsigned long *usable)
{
	u32 first, end = 0;

	while (end < buddy->units) {
		first = (u32)find_next_zero_bit(usable, buddy->units, end);
		if (first >= buddy->units)
			break;
		end = (u32)find_next_bit(usable, buddy->units, first);
		vgpu_buddy_reserve(buddy, first, end - first);
	}
}

int vgpu_vram_init(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 segment_bytes)
{
	u32 units = (u32)min_t(u64, DIV_ROUND_UP_ULL(gpu->si.fb_bytes, segment_bytes), U32_MAX);
	unsigned long *usable;
	unsigned int i;
	int ret;

	memset(vram, 0, sizeof(*vram));
	INIT_LIST_HEAD(&vram->blocks);
	ret = vgpu_buddy_init(&gpu->buddy, units, segment_bytes);
	if (ret)
		return ret;
	usable = bitmap_zalloc(units, GFP_KERNEL);
	vram->arena = bitmap_zalloc(units, GFP_KERNEL);
	if (!usable || !vram->arena) {
		bitmap_free(usable);
		vgpu_vram_fini(gpu, vram);
		return -ENOMEM;
	}
	for (i = 0; i < min(gpu->si.num_regions, (unsigned int)VGPU_MAX_FB_REGIONS); i++)
		if (region_valid(gpu, &gpu->si.region[i]))
			add_region(gpu, vram, &gpu->si.region[i], usable);
	reserve_unusable(&gpu->buddy, usable);
	bitmap_free(usable);

	ret = vgpu_heap_alloc(gpu, vram, VGPU_PF_POOL_BYTES, &vram->pf_pool);
	if (ret) {
		vgpu_vram_fini(gpu, vram);
		return ret;
	}
	vram->total_bytes = gpu->buddy.free_units * segment_bytes +
			    vgpu_heap_free_bytes(gpu, vram);
	return 0;
}

void vgpu_vram_fini(struct vgpu_gpu *gpu, struct vgpu_vram *vram)
{
	if (vram->arena && vram->pf_pool.bytes)
		vgpu_heap_free(gpu, vram, &vram->pf_pool);
	bitmap_free(vram->arena);
	vram->arena = NULL;
	vgpu_buddy_fini(&gpu->buddy);
}

/* Natural alignment up to 2 MiB, so that CPU windows onto heaps get large pages. */
static u64 heap_align(u64 bytes)
{
	u64 align = bytes & (~bytes + 1);

	return clamp_t(u64, align, VGPU_HEAP_ALIGN_BYTES, 2ULL << 20);
}

/* Smallest gap of the arena that takes @bytes; false when there is none. */
static bool find_gap(const struct vgpu_gpu *gpu, const struct vgpu_vram *vram, u64 bytes,
		     u64 *spa)
{
	u64 align = heap_align(bytes), best = U64_MAX;
	const struct vgpu_heap_block *block;
	struct extent_iter it = { 0 };

	while (next_extent(&gpu->buddy, vram, &it)) {
		u64 start = it.start;

		list_for_each_entry(block, &vram->blocks, link) {
			u64 at = round_up(start, align);

			if (block->spa < it.start || block->spa >= it.end)
				continue;
			if (at <= block->spa && block->spa - at >= bytes &&
			    block->spa - start < best) {
				best = block->spa - start;
				*spa = at;
			}
			start = block->spa + block->bytes;
		}
		if (round_up(start, align) <= it.end && it.end - round_up(start, align) >= bytes &&
		    it.end - start < best) {
			best = it.end - start;
			*spa = round_up(start, align);
		}
	}
	return best != U64_MAX;
}

static void link_block(struct vgpu_vram *vram, struct vgpu_heap_block *block, u64 spa, u64 bytes)
{
	struct vgpu_heap_block *next;
	struct list_head *pos = &vram->blocks;

	list_for_each_entry(next, &vram->blocks, link) {
		if (next->spa > spa) {
			pos = &next->link;
			break;
		}
	}
	block->spa = spa;
	block->bytes = bytes;
	list_add_tail(&block->link, pos);
}

/* Take segments for a heap: clean ones or old arena segments first, else what guests left. */
static int grow(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 bytes, u64 *spa)
{
	struct vgpu_buddy *buddy = &gpu->buddy;
	u64 count = DIV_ROUND_UP_ULL(bytes, buddy->unit_bytes);
	struct vgpu_buddy_request req = {
		.count = (u32)count,
		.owner = &uuid_null,
		.flags = VGPU_BUDDY_TOP_DOWN,
	};
	u32 first;
	int ret;

	if (count > buddy->units)
		return -ENOSPC;
	ret = vgpu_buddy_alloc(buddy, &req, &first);
	if (ret == -ENOSPC) {
		req.flags |= VGPU_BUDDY_ANY_DIRTY;
		ret = vgpu_buddy_alloc(buddy, &req, &first);
	}
	if (ret)
		return ret;
	/* Segments go back one by one, whenever the last block leaves them. */
	vgpu_buddy_split(buddy, first, req.count);
	bitmap_set(vram->arena, first, req.count);
	*spa = first * buddy->unit_bytes;
	return 0;
}

int vgpu_heap_alloc(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 bytes,
		    struct vgpu_heap_block *block)
{
	u64 spa;
	int ret;

	if (!bytes || bytes > gpu->si.fb_bytes || block->bytes)
		return -EINVAL;
	bytes = round_up(bytes, VGPU_HEAP_ALIGN_BYTES);
	if (!find_gap(gpu, vram, bytes, &spa)) {
		ret = grow(gpu, vram, bytes, &spa);
		if (ret)
			return ret;
		/* The new segments may have joined a run that has the better place. */
		find_gap(gpu, vram, bytes, &spa);
	}
	link_block(vram, block, spa, bytes);
	return 0;
}

static bool unit_in_use(const struct vgpu_vram *vram, u64 start, u64 end)
{
	const struct vgpu_heap_block *block;

	list_for_each_entry(block, &vram->blocks, link)
		if (block->spa < end && block->spa + block->bytes > start)
			return true;
	return false;
}

int vgpu_heap_free(struct vgpu_gpu *gpu, struct vgpu_vram *vram, struct vgpu_heap_block *block)
{
	u64 seg = gpu->buddy.unit_bytes;
	u32 unit, last;

	if (!block->bytes)
		return -EINVAL;
	list_del(&block->link);
	last = (u32)((block->spa + block->bytes - 1) / seg);
	for (unit = (u32)(block->spa / seg); unit <= last; unit++) {
		if (!test_bit(unit, vram->arena) ||
		    unit_in_use(vram, unit * seg, (unit + 1) * seg))
			continue;
		__clear_bit(unit, vram->arena);
		vgpu_buddy_free(&gpu->buddy, unit, 1);
	}
	memset(block, 0, sizeof(*block));
	return 0;
}

void vgpu_heap_mark_dirty(struct vgpu_gpu *gpu, struct vgpu_vram *vram,
			  const struct vgpu_heap_block *block)
{
	u64 seg = gpu->buddy.unit_bytes;
	u32 unit, last = (u32)((block->spa + block->bytes - 1) / seg);

	for (unit = (u32)(block->spa / seg); unit <= last; unit++)
		if (test_bit(unit, vram->arena))
			vgpu_buddy_mark_dirty(&gpu->buddy, unit, 1, &uuid_null);
}

u64 vgpu_heap_free_bytes(struct vgpu_gpu *gpu, const struct vgpu_vram *vram)
{
	const struct vgpu_heap_block *block;
	struct extent_iter it = { 0 };
	u64 bytes = 0;

	while (next_extent(&gpu->buddy, vram, &it))
		bytes += it.end - it.start;
	list_for_each_entry(block, &vram->blocks, link)
		bytes -= block->bytes;
	return bytes;
}
