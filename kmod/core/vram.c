// SPDX-License-Identifier: GPL-2.0-only
/* The split of VRAM and the PF's share of it, see vram.h. */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "gpu.h"
#include "vram.h"

/* Alignment that serves every page size of a CPU window. */
#define MAX_NATURAL_ALIGN (2ULL << 20)
/* Scrubbing maps this much at a time. */
#define SCRUB_BYTES (64ULL << 20)

static u32 page_of(u64 address)
{
	return (u32)(address >> VGPU_PAGE_SHIFT);
}

/* Pages of a unit, as far as there is memory; 0 past its end. */
static u32 unit_pages(const struct vgpu_gpu *gpu, const struct vgpu_vram *vram, u32 unit,
		      u32 *first)
{
	u64 start = (unit * gpu->buddy.unit_bytes) >> VGPU_PAGE_SHIFT;

	*first = (u32)start;
	if (start >= vram->pages.pages)
		return 0;
	return min((u32)(gpu->buddy.unit_bytes >> VGPU_PAGE_SHIFT), vram->pages.pages - *first);
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

/* Hold pages [@page, @end), without those of the tails. */
static int hold_around_tails(struct vgpu_vram *vram, u32 page, u32 end)
{
	while (page < end) {
		u32 next = end, resume = end;
		unsigned int i;
		int ret;

		for (i = 0; i < vram->tails; i++) {
			const struct vgpu_fb_region *tail = &vram->tail[i];
			u32 first = max(page_of(tail->base), page);
			u32 last = min(page_of(tail->base + tail->bytes), end);

			if (first < last && first < next) {
				next = first;
				resume = last;
			}
		}
		if (next > page) {
			ret = vgpu_pages_alloc_at(&vram->pages, page, next - page);
			if (ret)
				return ret;
		}
		page = resume;
	}
	return 0;
}

/* Leave the tails free and hold all else: each unit of the partition allocator by itself. */
static int hold_units(struct vgpu_gpu *gpu, struct vgpu_vram *vram, const unsigned long *usable)
{
	u32 unit, first, count;
	int ret = 0;

	for (unit = 0; unit < gpu->buddy.units && !ret; unit++) {
		count = unit_pages(gpu, vram, unit, &first);
		if (count && test_bit(unit, usable))
			ret = vgpu_pages_alloc_at(&vram->pages, first, count);
		else if (count)
			ret = hold_around_tails(vram, first, first + count);
	}
	return ret;
}

static int split(struct vgpu_gpu *gpu, struct vgpu_vram *vram, unsigned long *usable)
{
	u64 fb_bytes = round_down(gpu->si.fb_bytes, VGPU_PAGE_BYTES);
	unsigned int i;
	int ret;

	for (i = 0; i < min(gpu->si.num_regions, (unsigned int)VGPU_MAX_FB_REGIONS); i++)
		if (region_valid(gpu, &gpu->si.region[i]))
			add_region(gpu, vram, &gpu->si.region[i], usable);
	reserve_unusable(&gpu->buddy, usable);
	/* What it holds nobody knows. */
	ret = vgpu_pages_init(&vram->pages, 0, fb_bytes, false);
	if (!ret)
		ret = hold_units(gpu, vram, usable);
	return ret;
}

int vgpu_vram_init(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 segment_bytes)
{
	u32 units = (u32)min_t(u64, DIV_ROUND_UP_ULL(gpu->si.fb_bytes, segment_bytes), U32_MAX);
	const struct vgpu_vram_request pool = {
		.bytes = VGPU_PF_POOL_BYTES,
		.holder = "page tables",
	};
	unsigned long *usable;
	int ret;

	memset(vram, 0, sizeof(*vram));
	INIT_LIST_HEAD(&vram->blocks);
	ret = vgpu_buddy_init(&gpu->buddy, units, segment_bytes);
	if (ret)
		return ret;
	usable = bitmap_zalloc(units, GFP_KERNEL);
	vram->arena = bitmap_zalloc(units, GFP_KERNEL);
	vram->left = bitmap_zalloc(units, GFP_KERNEL);
	ret = usable && vram->arena && vram->left ? split(gpu, vram, usable) : -ENOMEM;
	bitmap_free(usable);
	if (!ret)
		ret = vgpu_vram_alloc(gpu, vram, &pool, &vram->pf_pool);
	if (!ret)
		ret = vgpu_pages_init(&vram->tables, vram->pf_pool.spa, vram->pf_pool.bytes, false);
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
	vgpu_pages_fini(&vram->tables);
	if (vram->pf_pool.bytes)
		vgpu_heap_free(gpu, vram, &vram->pf_pool);
	vgpu_pages_fini(&vram->pages);
	bitmap_free(vram->arena);
	bitmap_free(vram->left);
	vram->arena = NULL;
	vram->left = NULL;
	vgpu_buddy_fini(&gpu->buddy);
}

void vgpu_vram_distrust(struct vgpu_gpu *gpu, struct vgpu_vram *vram)
{
	const struct vgpu_buddy_request req = { .count = 1, .flags = VGPU_BUDDY_ANY_DIRTY };
	struct vgpu_buddy *buddy = &gpu->buddy;
	u32 unit;

	for (unit = 0; unit < buddy->units; unit++) {
		bool mine = test_bit(unit, vram->arena);

		if (mine)
			__set_bit(unit, vram->left);
		else if (vgpu_buddy_alloc_at(buddy, &req, unit))
			continue;
		vgpu_buddy_mark_dirty(buddy, unit, 1, &uuid_null);
		if (!mine)
			vgpu_buddy_free(buddy, unit, 1);
	}
}

static void link_block(struct vgpu_vram *vram, struct vgpu_heap_block *block)
{
	struct vgpu_heap_block *next;
	struct list_head *pos = &vram->blocks;

	list_for_each_entry(next, &vram->blocks, link) {
		if (next->spa > block->spa) {
			pos = &next->link;
			break;
		}
	}
	list_add_tail(&block->link, pos);
}

/* Units of the partition allocator, which are the caller's, become part of the arena. */
static void join(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u32 first, u32 count)
{
	struct vgpu_extent held = { 0 };
	u32 unit, page;

	/* Segments go back one by one, whenever the last block leaves them. */
	vgpu_buddy_split(&gpu->buddy, first, count);
	bitmap_set(vram->arena, first, count);
	for (unit = first; unit < first + count; unit++) {
		if (test_bit(unit, gpu->buddy.dirty))
			__set_bit(unit, vram->left);
		held.count = unit_pages(gpu, vram, unit, &page) & U32_MAX >> 1;
		held.page = page;
		WARN_ON(vgpu_pages_free(&vram->pages, &held, 1, false));
	}
}

/* Take segments for a block: clean ones or old arena segments first, else what guests left. */
static int grow(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 bytes)
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
	join(gpu, vram, first, req.count);
	return 0;
}

/* Give the segments at [@spa, @spa + @bytes) back that nobody uses a page of any more. */
static void shrink(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 spa, u64 bytes)
{
	u64 seg = gpu->buddy.unit_bytes;
	u32 unit, last = (u32)((spa + bytes - 1) / seg), first, count;

	for (unit = (u32)(spa / seg); unit <= last; unit++) {
		count = unit_pages(gpu, vram, unit, &first);
		if (!test_bit(unit, vram->arena) ||
		    vgpu_pages_alloc_at(&vram->pages, first, count))
			continue;
		__clear_bit(unit, vram->arena);
		/* It is dirty for what its blocks were used for: all of that has been scrubbed. */
		if (!__test_and_clear_bit(unit, vram->left))
			vgpu_buddy_mark_clean(&gpu->buddy, unit, 1);
		vgpu_buddy_free(&gpu->buddy, unit, 1);
	}
}

/* The segments of [@low, @high) join the arena, those that are not in it. */
static int grow_into(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 low, u64 high)
{
	struct vgpu_buddy_request req = { .count = 1, .owner = &uuid_null };
	u64 seg = gpu->buddy.unit_bytes;
	u32 first = (u32)(low / seg), end = (u32)DIV_ROUND_UP_ULL(high, seg), unit;
	int ret;

	for (unit = first; unit < end; unit++) {
		if (test_bit(unit, vram->arena))
			continue;
		req.flags = 0;
		ret = vgpu_buddy_alloc_at(&gpu->buddy, &req, unit);
		if (ret == -EACCES) {
			req.flags = VGPU_BUDDY_ANY_DIRTY;
			ret = vgpu_buddy_alloc_at(&gpu->buddy, &req, unit);
		}
		if (ret) {
			if (unit > first)
				shrink(gpu, vram, first * seg, (unit - first) * seg);
			return -ENOSPC;
		}
		join(gpu, vram, unit, 1);
	}
	return 0;
}

/* One extent of the PF's share, which grows for it if it must. */
static int take_extent(struct vgpu_gpu *gpu, struct vgpu_vram *vram,
		       const struct vgpu_pages_request *req, struct vgpu_extent *extent)
{
	u64 low = (u64)req->low << VGPU_PAGE_SHIFT, high = (u64)req->high << VGPU_PAGE_SHIFT;
	unsigned int num;
	int ret = vgpu_pages_alloc(&vram->pages, req, extent, 1, &num);

	if (ret != -ENOSPC)
		return ret;
	if (high)
		ret = grow_into(gpu, vram, low, high);
	else
		ret = grow(gpu, vram, (u64)req->count << VGPU_PAGE_SHIFT);
	if (ret)
		return ret;
	ret = vgpu_pages_alloc(&vram->pages, req, extent, 1, &num);
	if (ret && high)
		shrink(gpu, vram, low, high - low);
	return ret;
}

/* A request in pages; 0 or -EINVAL. */
static int to_pages(const struct vgpu_gpu *gpu, const struct vgpu_vram_request *req,
		    struct vgpu_pages_request *pages)
{
	u64 bytes, align = req->align;

	if (!req->bytes || req->bytes > gpu->si.fb_bytes)
		return -EINVAL;
	bytes = round_up(req->bytes, VGPU_HEAP_ALIGN_BYTES);
	if (!align)
		align = clamp_t(u64, bytes & (~bytes + 1), VGPU_HEAP_ALIGN_BYTES,
				MAX_NATURAL_ALIGN);
	/* New segments are aligned to themselves and not more. */
	if (!is_power_of_2(align) || align > gpu->buddy.unit_bytes)
		return -EINVAL;
	*pages = (struct vgpu_pages_request){
		.count = page_of(bytes),
		.align = max(page_of(align), 1U),
		.flags = VGPU_PAGES_CONTIGUOUS | (req->zeroed ? VGPU_PAGES_CLEAR : 0),
	};
	if (!req->high)
		return 0;
	if (req->low >= req->high || req->high > gpu->si.fb_bytes ||
	    (req->low | req->high) % VGPU_PAGE_BYTES)
		return -EINVAL;
	pages->low = page_of(req->low);
	pages->high = page_of(req->high);
	return 0;
}

int vgpu_vram_alloc(struct vgpu_gpu *gpu, struct vgpu_vram *vram,
		    const struct vgpu_vram_request *req, struct vgpu_heap_block *block)
{
	struct vgpu_pages_request pages;
	struct vgpu_extent extent;
	int ret = block->bytes ? -EINVAL : to_pages(gpu, req, &pages);

	if (!ret)
		ret = take_extent(gpu, vram, &pages, &extent);
	if (ret)
		return ret;
	*block = (struct vgpu_heap_block){
		.spa = vgpu_pages_address(&vram->pages, extent.page),
		.bytes = (u64)pages.count << VGPU_PAGE_SHIFT,
		.holder = req->holder,
		.zeroed = !extent.dirty,
	};
	link_block(vram, block);
	return 0;
}

static struct vgpu_vram_request heap_request(u64 bytes, u64 low, u64 high)
{
	return (struct vgpu_vram_request){
		.bytes = bytes,
		.zeroed = true,
		.holder = "management heap",
		.low = low,
		.high = high,
	};
}

int vgpu_heap_alloc_in(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 bytes, u64 low, u64 high,
		       struct vgpu_heap_block *block)
{
	const struct vgpu_vram_request req = heap_request(bytes, low, high);

	return vgpu_vram_alloc(gpu, vram, &req, block);
}

/* Do pages [@page, @end), if all of them are free, serve the request? */
static bool has_room(const struct vgpu_pages_request *req, u32 page, u32 end)
{
	u64 start = round_up((u64)page, (u64)req->align);

	return start + req->count <= end;
}

/*
 * Would the request fit in its range once grow_into() had made that the PF's? Units [@first,
 * @first + @count) are somebody else's then.
 */
static bool would_fit_grown(const struct vgpu_gpu *gpu, const struct vgpu_vram *vram,
			    const struct vgpu_pages_request *req, u32 first, u32 count)
{
	u32 pages = (u32)(gpu->buddy.unit_bytes >> VGPU_PAGE_SHIFT);
	u32 page = req->low, gap = req->low;
	enum vgpu_page_state state;
	struct vgpu_extent run;
	bool fits = false;

	while (page < req->high) {
		u32 unit = page / pages;

		if (!test_bit(unit, vram->arena)) {
			if (test_bit(unit, gpu->buddy.used) || unit - first < count)
				return false;
			page = (unit + 1) * pages;
			continue;
		}
		vgpu_pages_walk(&vram->pages, page, &run, &state);
		if (state == VGPU_PAGE_USED || state == VGPU_PAGE_RESERVED) {
			fits |= has_room(req, gap, page);
			gap = page + run.count;
		}
		page += run.count;
	}
	return fits || has_room(req, gap, req->high);
}

bool vgpu_heap_would_fit(struct vgpu_gpu *gpu, const struct vgpu_vram *vram, u64 bytes, u64 low,
			 u64 high, u32 first, u32 count)
{
	const struct vgpu_vram_request req = heap_request(bytes, low, high);
	struct vgpu_pages_request pages;

	if (to_pages(gpu, &req, &pages))
		return false;
	if (vgpu_pages_would_fit(&vram->pages, &pages))
		return true;
	if (high)
		return would_fit_grown(gpu, vram, &pages, first, count);
	return vgpu_buddy_largest_beside(&gpu->buddy, first, count) >=
	       DIV_ROUND_UP_ULL(bytes, gpu->buddy.unit_bytes);
}

int vgpu_heap_alloc(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 bytes,
		    struct vgpu_heap_block *block)
{
	return vgpu_heap_alloc_in(gpu, vram, bytes, 0, 0, block);
}

/* A block goes back as it is: the units that it has a part of. */
static void leave_secrets(struct vgpu_gpu *gpu, struct vgpu_vram *vram,
			  const struct vgpu_heap_block *block)
{
	u64 seg = gpu->buddy.unit_bytes;
	u32 unit, last = (u32)((block->spa + block->bytes - 1) / seg);

	for (unit = (u32)(block->spa / seg); unit <= last; unit++)
		if (test_bit(unit, vram->arena))
			__set_bit(unit, vram->left);
}

int vgpu_heap_free(struct vgpu_gpu *gpu, struct vgpu_vram *vram, struct vgpu_heap_block *block)
{
	struct vgpu_extent extent;
	int ret;

	if (!block->bytes)
		return -EINVAL;
	extent.page = page_of(block->spa);
	extent.count = page_of(block->bytes) & U32_MAX >> 1;
	ret = vgpu_pages_free(&vram->pages, &extent, 1, block->zeroed);
	if (WARN_ON(ret))
		return ret;
	list_del(&block->link);
	if (block->secret)
		leave_secrets(gpu, vram, block);
	shrink(gpu, vram, block->spa, block->bytes);
	memset(block, 0, sizeof(*block));
	return 0;
}

void vgpu_heap_hand_over(struct vgpu_heap_block *from, struct vgpu_heap_block *to)
{
	*to = *from;
	list_add(&to->link, &from->link);
	list_del(&from->link);
	memset(from, 0, sizeof(*from));
}

void vgpu_heap_mark_dirty(struct vgpu_gpu *gpu, struct vgpu_vram *vram,
			  struct vgpu_heap_block *block)
{
	u64 seg = gpu->buddy.unit_bytes;
	u32 unit, last = (u32)((block->spa + block->bytes - 1) / seg);

	block->zeroed = false;
	block->secret = true;
	for (unit = (u32)(block->spa / seg); unit <= last; unit++)
		if (test_bit(unit, vram->arena))
			vgpu_buddy_mark_dirty(&gpu->buddy, unit, 1, &uuid_null);
}

void vgpu_heap_mark_clean(struct vgpu_heap_block *block)
{
	block->zeroed = true;
	block->secret = false;
}

int vgpu_vram_scrub(struct vgpu_gpu *gpu, struct vgpu_heap_block *block)
{
	struct vgpu_bar1_map map;
	u64 done = 0, bytes;
	int ret;

	if (block->zeroed)
		return 0;
	for (done = 0; done < block->bytes; done += bytes) {
		bytes = min(block->bytes - done, SCRUB_BYTES);
		ret = vgpu_bar1_map_window(gpu, block->spa + done, bytes, &map);
		if (ret)
			return ret;
		vgpu_bar1_zero(map.io, bytes);
		vgpu_bar1_unmap_window(gpu, &map);
	}
	vgpu_heap_mark_clean(block);
	return 0;
}

int vgpu_table_alloc(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 *addr, bool *zeroed)
{
	static const struct vgpu_pages_request req = {
		.count = 1,
		.flags = VGPU_PAGES_CONTIGUOUS | VGPU_PAGES_CLEAR,
	};
	struct vgpu_pages *from = &vram->tables;
	struct vgpu_extent extent;
	unsigned int num;
	int ret;

	ret = vgpu_pages_alloc(from, &req, &extent, 1, &num);
	if (ret == -ENOSPC) {
		from = &vram->pages;
		ret = take_extent(gpu, vram, &req, &extent);
	}
	if (ret)
		return ret;
	*addr = vgpu_pages_address(from, extent.page);
	*zeroed = !extent.dirty;
	return 0;
}

void vgpu_table_free(struct vgpu_gpu *gpu, struct vgpu_vram *vram, u64 addr, bool zeroed)
{
	struct vgpu_extent extent = { .count = 1 };

	if (addr >= vram->pf_pool.spa && addr - vram->pf_pool.spa < vram->pf_pool.bytes) {
		extent.page = page_of(addr - vram->pf_pool.spa);
		WARN_ON(vgpu_pages_free(&vram->tables, &extent, 1, zeroed));
		return;
	}
	extent.page = page_of(addr);
	if (!WARN_ON(vgpu_pages_free(&vram->pages, &extent, 1, zeroed)))
		shrink(gpu, vram, addr, VGPU_PAGE_BYTES);
}

u64 vgpu_heap_free_bytes(struct vgpu_gpu *gpu, const struct vgpu_vram *vram)
{
	return (u64)vram->pages.free_pages << VGPU_PAGE_SHIFT;
}

u64 vgpu_table_free_bytes(struct vgpu_gpu *gpu, const struct vgpu_vram *vram)
{
	return ((u64)vram->tables.free_pages + vram->pages.free_pages) << VGPU_PAGE_SHIFT;
}
