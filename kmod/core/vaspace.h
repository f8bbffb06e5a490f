/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GPU virtual address spaces: which ranges are taken, and the page tables behind them.
 *
 * Ranges are kept in a maple tree, by 4 KiB page, guard pages included. A range is an object of its
 * user; the space points to it until it is freed. A space without tables (has_tables false) hands
 * out ranges only. One with tables owns a page directory: mapping and unmapping within a range ends
 * in exactly one TLB invalidate, of the scope the change needs: this directory, up to the highest
 * level that changed. A mapping that fails leaves no trace.
 *
 * Locking: the caller serialises all calls on one space, the const ones too, with a mutex (on a
 * GPU: vgpu_gpu.vram_lock). All calls but usage, walk and why may sleep.
 */
#ifndef VGPU_VASPACE_H
#define VGPU_VASPACE_H

#include <linux/maple_tree.h>
#include <linux/types.h>

#include "gmmu.h"

#define VGPU_VA_PAGE_SHIFT NV_MMU_PAGE_4K_SHIFT
#define VGPU_VA_MAX_CARVEOUTS 4U

struct vgpu_vaspace;

/* A range in use, embedded in its user; zeroed: not allocated. Read only for users. */
struct vgpu_va_range {
	struct vgpu_vaspace *space;
	u64 va, bytes;		/* without the guards */
	u64 guard_bytes;	/* on either side */
	const char *holder;	/* for people; outlives the range */
};

/* What a change of the tables asks of the TLB. */
enum vgpu_va_change {
	VGPU_VA_ADDED,		/* what was invalid is valid now */
	VGPU_VA_REMOVED,	/* what was valid is not, or not there: wait until it is seen */
};

/* Depth of an invalidate that spares no level. */
#define VGPU_VA_WHOLE_TREE GMMU_LEVELS

struct vgpu_vaspace_ops {
	struct gmmu_ops tables;
	/*
	 * The end of a batch: the tables' writes have reached memory and no translation by
	 * directory @root is older; directories more than @depth levels above the page tables have
	 * not changed (gmmu_take_depth()). 0, -ENODEV, -ETIMEDOUT.
	 */
	int (*invalidate)(void *ctx, u64 root, enum vgpu_va_change change, unsigned int depth);
};

struct vgpu_vaspace {
	u64 low, end;		/* [low, end) is handed out */
	struct maple_tree tree;
	u32 ranges;		/* carve-outs included */
	u64 used_bytes;		/* guards included */
	struct vgpu_va_range carveout[VGPU_VA_MAX_CARVEOUTS];
	bool has_tables, owns_root;
	u64 root;		/* VRAM address of the directory */
	struct gmmu_space mmu;
	const struct vgpu_vaspace_ops *ops;
	void *ctx;
};

/*
 * vgpu_vaspace_init - an empty space that hands out [@low, @end)
 * Both multiples of 4 KiB, @end at most 2^57. No tables. Returns 0 or -EINVAL.
 */
int vgpu_vaspace_init(struct vgpu_vaspace *space, u64 low, u64 end);
/*
 * vgpu_vaspace_attach - give the space page tables; before the first range is mapped
 * @root:	VRAM address of an empty directory that stays the caller's; 0: take one from
 *		@ops->tables.table_alloc, given back by fini
 * @cache:	of objects of gmmu_table_object_bytes()
 * Returns 0, -EINVAL when the format has less than the space's end, -EBUSY twice, -ENOMEM, or what
 * table_alloc said; nothing changed on error.
 */
int vgpu_vaspace_attach(struct vgpu_vaspace *space, enum gmmu_version version, u64 root,
			const struct vgpu_vaspace_ops *ops, void *ctx, struct kmem_cache *cache);
/*
 * Frees all tables and the carve-outs; ranges still there are forgotten (and warned about). The
 * caller sees to it that nobody uses the directory any more. A no-op on a zeroed object.
 */
void vgpu_vaspace_fini(struct vgpu_vaspace *space);

#define VGPU_VA_FIXED 0x1U	/* at @va or nowhere */
#define VGPU_VA_HINT 0x2U	/* at @va if that is free, else wherever it fits */
#define VGPU_VA_TOP_DOWN 0x4U	/* the highest place instead of the lowest */

struct vgpu_va_request {
	u64 bytes;		/* multiple of 4 KiB, not 0 */
	u64 va;			/* with FIXED or HINT */
	u64 align;		/* power of two from 4 KiB on; 0: 4 KiB */
	u64 like;		/* va equals this modulo @align: an address, for large pages */
	u64 low, high;		/* [low, high) only, guards too; high 0: to the end */
	u64 guard_bytes;	/* multiple of 4 KiB, kept unmapped on either side */
	unsigned int flags;
	const char *holder;	/* may be NULL */
};

/*
 * vgpu_va_alloc - take a range
 * @range:	zeroed, of the caller; untouched on error
 * Returns 0; -EINVAL for a request that could never be served (bad sizes, outside the space, FIXED
 * and not aligned); -EEXIST when FIXED meets another range or its guard; -ENOSPC; -ENOMEM.
 */
int vgpu_va_alloc(struct vgpu_vaspace *space, const struct vgpu_va_request *req,
		  struct vgpu_va_range *range);
/*
 * vgpu_va_free - unmap what is mapped in the range and give it back
 * Returns 0; -EINVAL when it is not allocated here (a second free); else what invalidate said, and
 * the range is gone nevertheless.
 */
int vgpu_va_free(struct vgpu_vaspace *space, struct vgpu_va_range *range);
/* Keep [@va, @va + @bytes) from everybody until fini. A FIXED alloc; -ENOSPC: too many. */
int vgpu_va_carve_out(struct vgpu_vaspace *space, u64 va, u64 bytes, const char *holder);

/*
 * vgpu_va_map - map [@offset, @offset + @bytes) of the range to memory at @pa
 * Returns 0; -EINVAL outside of the range, not 4 KiB aligned, or attributes that the format does
 * not have; -EEXIST when a part is mapped; -EOPNOTSUPP without tables; what table_alloc or
 * invalidate said. Nothing changed on error.
 */
int vgpu_va_map(struct vgpu_vaspace *space, const struct vgpu_va_range *range, u64 offset, u64 pa,
		u64 bytes, const struct gmmu_attr *attr);
/* The same for @count pages of 4 KiB anywhere, and without memory: reads give 0. */
int vgpu_va_map_list(struct vgpu_vaspace *space, const struct vgpu_va_range *range, u64 offset,
		     const u64 *pages, u64 count, const struct gmmu_attr *attr);
int vgpu_va_map_sparse(struct vgpu_vaspace *space, const struct vgpu_va_range *range, u64 offset,
		       u64 bytes);
/*
 * vgpu_va_unmap - unmap [@offset, @offset + @bytes) of the range; what is not mapped is skipped
 * Returns 0; -EINVAL outside of the range or where an end would cut a large page (nothing changed);
 * else what invalidate said, and it is unmapped nevertheless.
 */
int vgpu_va_unmap(struct vgpu_vaspace *space, const struct vgpu_va_range *range, u64 offset,
		  u64 bytes);

struct vgpu_va_usage {
	u64 total_bytes, free_bytes, largest_free_bytes;
	u32 ranges;		/* carve-outs included */
};

/* Looks at every range. */
void vgpu_vaspace_usage(struct vgpu_vaspace *space, struct vgpu_va_usage *usage);
/* First range that ends behind @va, or NULL; go on at its end. */
const struct vgpu_va_range *vgpu_va_walk(struct vgpu_vaspace *space, u64 va);
/*
 * A sentence for people, why @req was refused with @err: how much is free, how long the largest gap
 * is. @what names the space ("BAR1"). Returns the length.
 */
int vgpu_va_why(struct vgpu_vaspace *space, const struct vgpu_va_request *req, int err,
		const char *what, char *buf, size_t size);

#endif
