/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GPU page tables, format version 2 (Turing to Ada): entry encoders and a table writer.
 *
 * The writer keeps a software shadow of the tables it made (which entries are valid, which child
 * hangs where), so it never reads VRAM. Page sizes are chosen from alignment; a table is freed when
 * its last entry goes. A failed map leaves no trace. The writer issues no flush and no TLB
 * invalidate: the caller ends each batch with both before it lets anybody use the range, and keeps
 * freed table pages from reuse until then.
 *
 * The caller serialises all calls on one space.
 */
#ifndef VGPU_GMMU_H
#define VGPU_GMMU_H

#include <linux/types.h>

#include "../abi/mmu.h"

struct kmem_cache;
struct gmmu_table;

/* Attributes of a mapping. */
struct gmmu_attr {
	u32 aperture;	/* NV_MMU_PTE_APERTURE_* */
	u32 kind;	/* NV_MMU_KIND_* */
	bool vol, privilege, read_only, atomic_disable;
};

/* Encoders: 0 with *@entry set, or -EINVAL for an address or value its field cannot hold. */
int gmmu_v2_pde(u64 table, u32 aperture, bool vol, u64 *entry);
int gmmu_v2_dual_big(u64 table, u32 aperture, bool vol, u64 *half);
int gmmu_v2_dual_small(u64 table, u32 aperture, bool vol, u64 *half);
int gmmu_v2_pte(u64 page, unsigned int page_shift, const struct gmmu_attr *attr, u64 *entry);

/* Most entries of one write call: 4 lines of 64 bytes. */
#define GMMU_WRITE_BATCH 32

/* Where the tables live. */
struct gmmu_ops {
	/* A zeroed 4 KiB page in VRAM, or a negative errno. */
	int (*table_alloc)(void *ctx, u64 *addr);
	/* The page's content is all zeroes again. */
	void (*table_free)(void *ctx, u64 addr);
	/*
	 * Store @count entries at VRAM address @addr (8-byte aligned, within one table),
	 * @count at most GMMU_WRITE_BATCH.
	 */
	void (*write)(void *ctx, u64 addr, const u64 *entries, unsigned int count);
};

struct gmmu_space {
	const struct gmmu_ops *ops;
	void *ctx;
	struct kmem_cache *cache;	/* of struct gmmu_table */
	struct gmmu_table *root;
	u32 tables;			/* alive, without the root */
	u64 mapped_bytes;
};

/* Size of one shadow object, for the caller's kmem_cache. */
size_t gmmu_table_object_bytes(void);

/*
 * gmmu_space_init - start an empty address space
 * @root_addr:	VRAM address of the root directory; the page belongs to the caller, its entries
 *		are taken as invalid and overwritten one by one
 * @cache:	of objects of gmmu_table_object_bytes(); must outlive the space
 */
int gmmu_space_init(struct gmmu_space *space, u64 root_addr, const struct gmmu_ops *ops, void *ctx,
		    struct kmem_cache *cache);
/* Frees every table; entries of the root are written invalid. No-op on a zeroed object. */
void gmmu_space_fini(struct gmmu_space *space);

/*
 * gmmu_map - map [@va, @va + @bytes) to [@pa, @pa + @bytes)
 * All 4 KiB aligned, @bytes not 0. Pages of 2 MiB and 64 KiB are used where both sides are aligned
 * (64 KiB and up in VRAM only). -EEXIST when any part is mapped, -EINVAL, or what table_alloc said.
 */
int gmmu_map(struct gmmu_space *space, u64 va, u64 pa, u64 bytes, const struct gmmu_attr *attr);
/* Undo one gmmu_map() with the same @va and @bytes; what is not mapped is skipped. */
void gmmu_unmap(struct gmmu_space *space, u64 va, u64 bytes);
/* Page shift (12, 16, 21) of the mapping at @va, 0 when there is none. */
unsigned int gmmu_lookup(const struct gmmu_space *space, u64 va);

#endif
