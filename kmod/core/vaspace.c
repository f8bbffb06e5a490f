// SPDX-License-Identifier: GPL-2.0-only
/* GPU virtual address spaces, see vaspace.h. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "vaspace.h"

#define PAGE_BYTES (1ULL << VGPU_VA_PAGE_SHIFT)

/* Indices of the tree are page numbers. */
static_assert(sizeof(unsigned long) == sizeof(u64), "page numbers fit a long");

/* A request in pages; what the search works on. */
struct fit {
	u64 count, guard;
	u64 align, like;	/* like below align */
	u64 low, high;
};

int vgpu_vaspace_init(struct vgpu_vaspace *space, u64 low, u64 end)
{
	memset(space, 0, sizeof(*space));
	if ((low | end) & (PAGE_BYTES - 1) || low >= end || end > NV_MMU_V3_VA_LIMIT + 1)
		return -EINVAL;
	space->low = low;
	space->end = end;
	mt_init_flags(&space->tree, MT_FLAGS_ALLOC_RANGE);
	return 0;
}

int vgpu_vaspace_attach(struct vgpu_vaspace *space, enum gmmu_version version, u64 root,
			const struct vgpu_vaspace_ops *ops, void *ctx, struct kmem_cache *cache)
{
	bool own = !root;
	int ret;

	if (space->has_tables)
		return -EBUSY;
	if (space->end - 1 > gmmu_format(version)->va_limit)
		return -EINVAL;
	if (own) {
		ret = ops->tables.table_alloc(ctx, &root);
		if (ret)
			return ret;
	}
	ret = gmmu_space_init(&space->mmu, version, root, &ops->tables, ctx, cache);
	if (ret) {
		if (own)
			ops->tables.table_free(ctx, root);
		return ret;
	}
	space->root = root;
	space->owns_root = own;
	space->ops = ops;
	space->ctx = ctx;
	space->has_tables = true;
	return 0;
}

/* First and last page of a range, guards included. */
static unsigned long first_page(const struct vgpu_va_range *range)
{
	return (range->va - range->guard_bytes) >> VGPU_VA_PAGE_SHIFT;
}

static unsigned long last_page(const struct vgpu_va_range *range)
{
	return ((range->va + range->bytes + range->guard_bytes) >> VGPU_VA_PAGE_SHIFT) - 1;
}

static void forget(struct vgpu_vaspace *space, struct vgpu_va_range *range)
{
	WARN_ON(mtree_erase(&space->tree, first_page(range)) != range);
	space->ranges--;
	space->used_bytes -= range->bytes + 2 * range->guard_bytes;
	memset(range, 0, sizeof(*range));
}

void vgpu_vaspace_fini(struct vgpu_vaspace *space)
{
	unsigned int i;

	if (!space->end)
		return;
	for (i = 0; i < VGPU_VA_MAX_CARVEOUTS; i++)
		if (space->carveout[i].space)
			forget(space, &space->carveout[i]);
	WARN_ON(space->ranges);
	if (space->has_tables) {
		gmmu_space_fini(&space->mmu);
		if (space->owns_root)
			space->ops->tables.table_free(space->ctx, space->root);
	}
	mtree_destroy(&space->tree);
	memset(space, 0, sizeof(*space));
}

/* The first page from @page on, or the last one up to it (@down), that agrees with fit->like. */
static bool align_page(const struct fit *fit, u64 page, bool down, u64 *out)
{
	u64 mask = fit->align - 1;

	if (!down) {
		*out = page + ((fit->like - page) & mask);
		return *out >= page;
	}
	*out = page - ((page - fit->like) & mask);
	return *out <= page;
}

/* Lowest place; 0 or -ENOSPC. */
static int fit_up(struct vgpu_vaspace *space, const struct fit *fit, u64 *page)
{
	u64 total = fit->count + 2 * fit->guard, low = fit->low, start;
	struct vgpu_va_range *range;
	unsigned long index;
	int ret;

	while (low < fit->high && fit->high - low >= total) {
		MA_STATE(mas, &space->tree, 0, 0);

		mtree_lock(&space->tree);
		ret = mas_empty_area(&mas, low, fit->high - 1, total);
		mtree_unlock(&space->tree);
		if (ret)
			return -ENOSPC;
		low = max_t(u64, low, mas.index);
		if (!align_page(fit, low + fit->guard, false, &start) || start > fit->high ||
		    fit->high - start < fit->count + fit->guard)
			return -ENOSPC;
		index = low;
		range = mt_find(&space->tree, &index, start + fit->count + fit->guard - 1);
		if (!range) {
			*page = start;
			return 0;
		}
		low = last_page(range) + 1;
	}
	return -ENOSPC;
}

/* Highest place; 0 or -ENOSPC. */
static int fit_down(struct vgpu_vaspace *space, const struct fit *fit, u64 *page)
{
	u64 total = fit->count + 2 * fit->guard, high = fit->high, start;
	struct vgpu_va_range *range, *in_the_way;
	unsigned long index;
	int ret;

	while (high > fit->low && high - fit->low >= total) {
		MA_STATE(mas, &space->tree, 0, 0);

		mtree_lock(&space->tree);
		ret = mas_empty_area_rev(&mas, fit->low, high - 1, total);
		mtree_unlock(&space->tree);
		if (ret)
			return -ENOSPC;
		high = min_t(u64, high, mas.last + 1);
		if (high - fit->low < total ||
		    !align_page(fit, high - fit->guard - fit->count, true, &start) ||
		    start < fit->low + fit->guard)
			return -ENOSPC;
		in_the_way = NULL;
		index = start - fit->guard;
		mt_for_each(&space->tree, range, index, high - 1)
			in_the_way = range;
		if (!in_the_way) {
			*page = start;
			return 0;
		}
		high = first_page(in_the_way);
	}
	return -ENOSPC;
}

/* At @va or nowhere. */
static int fit_at(struct vgpu_vaspace *space, const struct fit *fit, u64 va, u64 *page)
{
	u64 start = va >> VGPU_VA_PAGE_SHIFT;
	unsigned long index = start - fit->guard;

	if (va & (PAGE_BYTES - 1) || ((start - fit->like) & (fit->align - 1)) ||
	    start < fit->low + fit->guard || start > fit->high ||
	    fit->high - start < fit->count + fit->guard)
		return -EINVAL;
	if (mt_find(&space->tree, &index, start + fit->count + fit->guard - 1))
		return -EEXIST;
	*page = start;
	return 0;
}

static int fit_from(const struct vgpu_vaspace *space, const struct vgpu_va_request *req,
		    struct fit *fit)
{
	u64 align = req->align ? : PAGE_BYTES, high = req->high ? : space->end;
	u64 low = max(req->low, space->low);

	high = min(high, space->end);
	if (!req->bytes || (req->bytes | req->guard_bytes) & (PAGE_BYTES - 1) ||
	    !is_power_of_2(align) || align < PAGE_BYTES || req->like & (PAGE_BYTES - 1) ||
	    (req->low | req->high) & (PAGE_BYTES - 1) || low >= high ||
	    req->guard_bytes > space->end || req->bytes > space->end ||
	    req->bytes + 2 * req->guard_bytes > high - low)
		return -EINVAL;
	*fit = (struct fit){
		.count = req->bytes >> VGPU_VA_PAGE_SHIFT,
		.guard = req->guard_bytes >> VGPU_VA_PAGE_SHIFT,
		.align = align >> VGPU_VA_PAGE_SHIFT,
		.like = (req->like & (align - 1)) >> VGPU_VA_PAGE_SHIFT,
		.low = low >> VGPU_VA_PAGE_SHIFT,
		.high = high >> VGPU_VA_PAGE_SHIFT,
	};
	return 0;
}

static int find_place(struct vgpu_vaspace *space, const struct vgpu_va_request *req, u64 *page)
{
	struct fit fit;
	int ret = fit_from(space, req, &fit);

	if (ret)
		return ret;
	if (req->flags & VGPU_VA_FIXED)
		return fit_at(space, &fit, req->va, page);
	if (req->flags & VGPU_VA_HINT && !fit_at(space, &fit, req->va, page))
		return 0;
	return req->flags & VGPU_VA_TOP_DOWN ? fit_down(space, &fit, page) :
					       fit_up(space, &fit, page);
}

int vgpu_va_alloc(struct vgpu_vaspace *space, const struct vgpu_va_request *req,
		  struct vgpu_va_range *range)
{
	struct vgpu_va_range taken = { .space = space };
	u64 page;
	int ret;

	if (range->space)
		return -EINVAL;
	ret = find_place(space, req, &page);
	if (ret)
		return ret;
	taken.va = page << VGPU_VA_PAGE_SHIFT;
	taken.bytes = req->bytes;
	taken.guard_bytes = req->guard_bytes;
	taken.holder = req->holder;
	ret = mtree_insert_range(&space->tree, first_page(&taken), last_page(&taken), range,
				 GFP_KERNEL);
	if (ret)
		return ret;
	*range = taken;
	space->ranges++;
	space->used_bytes += range->bytes + 2 * range->guard_bytes;
	return 0;
}

int vgpu_va_carve_out(struct vgpu_vaspace *space, u64 va, u64 bytes, const char *holder)
{
	struct vgpu_va_request req = {
		.va = va,
		.bytes = bytes,
		.flags = VGPU_VA_FIXED,
		.holder = holder,
	};
	unsigned int i;

	for (i = 0; i < VGPU_VA_MAX_CARVEOUTS; i++)
		if (!space->carveout[i].space)
			return vgpu_va_alloc(space, &req, &space->carveout[i]);
	return -ENOSPC;
}

static bool is_here(const struct vgpu_vaspace *space, const struct vgpu_va_range *range)
{
	return range->space && range->space == space;
}

/* One invalidate for what was written, none when nothing was. */
static int end_batch(struct vgpu_vaspace *space, enum vgpu_va_change change)
{
	int depth = gmmu_take_depth(&space->mmu);

	if (depth < 0)
		return 0;
	return space->ops->invalidate(space->ctx, space->root, change, (unsigned int)depth);
}

int vgpu_va_free(struct vgpu_vaspace *space, struct vgpu_va_range *range)
{
	int ret = 0;

	if (!is_here(space, range))
		return -EINVAL;
	if (space->has_tables) {
		gmmu_unmap(&space->mmu, range->va, range->bytes);
		ret = end_batch(space, VGPU_VA_REMOVED);
	}
	forget(space, range);
	return ret;
}

/* Is [@offset, @offset + @bytes) a part of the range that can be mapped? */
static int check_part(const struct vgpu_vaspace *space, const struct vgpu_va_range *range,
		      u64 offset, u64 bytes)
{
	if (!is_here(space, range) || !bytes || (offset | bytes) & (PAGE_BYTES - 1) ||
	    bytes > range->bytes || offset > range->bytes - bytes)
		return -EINVAL;
	return space->has_tables ? 0 : -EOPNOTSUPP;
}

/* The tables hold the new mapping, or not (@ret): finish the batch, or leave no trace. */
static int end_map(struct vgpu_vaspace *space, u64 va, u64 bytes, int ret)
{
	if (ret) {
		/* Tables that were hung in and taken out again may be something else soon. */
		end_batch(space, VGPU_VA_REMOVED);
		return ret;
	}
	ret = end_batch(space, VGPU_VA_ADDED);
	if (!ret)
		return 0;
	gmmu_unmap(&space->mmu, va, bytes);
	end_batch(space, VGPU_VA_REMOVED);
	return ret;
}

int vgpu_va_map(struct vgpu_vaspace *space, const struct vgpu_va_range *range, u64 offset, u64 pa,
		u64 bytes, const struct gmmu_attr *attr)
{
	u64 va = range->va + offset;
	int ret = check_part(space, range, offset, bytes);

	if (ret)
		return ret;
	return end_map(space, va, bytes, gmmu_map(&space->mmu, va, pa, bytes, attr));
}

int vgpu_va_map_list(struct vgpu_vaspace *space, const struct vgpu_va_range *range, u64 offset,
		     const u64 *pages, u64 count, const struct gmmu_attr *attr)
{
	u64 va = range->va + offset, bytes = count << VGPU_VA_PAGE_SHIFT;
	int ret;

	if (count > space->end >> VGPU_VA_PAGE_SHIFT)
		return -EINVAL;
	ret = check_part(space, range, offset, bytes);
	if (ret)
		return ret;
	return end_map(space, va, bytes, gmmu_map_list(&space->mmu, va, pages, count, attr));
}

int vgpu_va_map_sparse(struct vgpu_vaspace *space, const struct vgpu_va_range *range, u64 offset,
		       u64 bytes)
{
	u64 va = range->va + offset;
	int ret = check_part(space, range, offset, bytes);

	if (ret)
		return ret;
	return end_map(space, va, bytes, gmmu_map_sparse(&space->mmu, va, bytes));
}

/* Does @va lie in a mapped page, and not at its start? */
static bool cuts_page(const struct vgpu_vaspace *space, u64 va)
{
	unsigned int shift = gmmu_lookup(&space->mmu, va);

	return shift && va & ((1ULL << shift) - 1);
}

int vgpu_va_unmap(struct vgpu_vaspace *space, const struct vgpu_va_range *range, u64 offset,
		  u64 bytes)
{
	u64 va = range->va + offset;
	int ret = check_part(space, range, offset, bytes);

	if (ret)
		return ret;
	if (cuts_page(space, va) || cuts_page(space, va + bytes))
		return -EINVAL;
	gmmu_unmap(&space->mmu, va, bytes);
	return end_batch(space, VGPU_VA_REMOVED);
}

void vgpu_vaspace_usage(struct vgpu_vaspace *space, struct vgpu_va_usage *usage)
{
	u64 low = space->low >> VGPU_VA_PAGE_SHIFT, end = space->end >> VGPU_VA_PAGE_SHIFT;
	unsigned long index = low;
	struct vgpu_va_range *range;
	u64 largest = 0;

	mt_for_each(&space->tree, range, index, end - 1) {
		largest = max_t(u64, largest, first_page(range) - low);
		low = last_page(range) + 1;
	}
	largest = max(largest, end - low);
	*usage = (struct vgpu_va_usage){
		.total_bytes = space->end - space->low,
		.free_bytes = space->end - space->low - space->used_bytes,
		.largest_free_bytes = largest << VGPU_VA_PAGE_SHIFT,
		.ranges = space->ranges,
	};
}

const struct vgpu_va_range *vgpu_va_walk(struct vgpu_vaspace *space, u64 va)
{
	unsigned long index = va >> VGPU_VA_PAGE_SHIFT;
	struct vgpu_va_range *range;

	while (va < space->end) {
		range = mt_find(&space->tree, &index, (space->end >> VGPU_VA_PAGE_SHIFT) - 1);
		/* Only a guard of it lies behind @va. */
		if (!range || range->va + range->bytes > va)
			return range;
	}
	return NULL;
}

int vgpu_va_why(struct vgpu_vaspace *space, const struct vgpu_va_request *req, int err,
		const char *what, char *buf, size_t size)
{
	u64 bytes = req->bytes + 2 * req->guard_bytes, page;
	struct vgpu_va_usage usage;

	vgpu_vaspace_usage(space, &usage);
	if (err == -EEXIST)
		return scnprintf(buf, size,
				 "%s: [0x%llx, 0x%llx) meets a range in use; free that, or ask for another place",
				 what, req->va, req->va + req->bytes);
	if (err == -EINVAL)
		return scnprintf(buf, size,
				 "%s: %llu KiB at this place or alignment can never be had of %llu KiB; ask for less",
				 what, bytes >> 10, usage.total_bytes >> 10);
	if (err == -ENOMEM)
		return scnprintf(buf, size, "%s: no kernel memory for a range; try again", what);
	if (find_place(space, req, &page) != -ENOSPC)
		return scnprintf(buf, size,
				 "%s: no memory for the page tables of %llu KiB; unmap something",
				 what, bytes >> 10);
	return scnprintf(buf, size,
			 "%s: no room for %llu KiB: %llu KiB of %llu are free, the largest gap is %llu KiB; unmap something",
			 what, bytes >> 10, usage.free_bytes >> 10, usage.total_bytes >> 10,
			 usage.largest_free_bytes >> 10);
}
