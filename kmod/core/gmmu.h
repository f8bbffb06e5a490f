/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * GPU page tables, format versions 2 (Turing to Ada) and 3 (Hopper, Blackwell): entry encoders, one
 * table writer and walker for both.
 *
 * The writer keeps a software shadow of the tables it made (which entries are valid, which child
 * hangs where), so it never reads VRAM but to answer gmmu_query(). Page sizes are chosen from
 * alignment; a table is freed when its last entry goes; entries go out in whole lines of 64 bytes
 * wherever a range covers them. A failed map leaves no trace. The writer issues no flush and no TLB
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
	bool count_access;	/* v3 only: access counters on */
};

enum gmmu_version {
	GMMU_V2,
	GMMU_V3,
};

#define GMMU_LEVELS 7

/* What differs between the versions. */
struct gmmu_format {
	u64 va_limit;
	u64 sparse;		/* PTE, or low half of a dual PDE */
	u8 root;		/* level; 0 is the top one of v3 */
	u8 addr_shift;		/* a PTE's address field is the address shifted right by this */
	u8 max_page_shift;	/* largest page that any chip with the format has */
	struct {
		u8 shift;	/* VA bits below one step */
		u16 steps, slots;
	} level[GMMU_LEVELS];
	int (*pde)(u64 table, u32 aperture, bool vol, u64 *entry);
	int (*dual_big)(u64 table, u32 aperture, bool vol, u64 *half);
	int (*dual_small)(u64 table, u32 aperture, bool vol, u64 *half);
	int (*pte)(u64 page, unsigned int page_shift, const struct gmmu_attr *attr, u64 *entry);
	/* Bits of addresses that 4 KiB pages of this aperture may have. */
	u64 (*page_mask)(u32 aperture);
	/* The address and attributes of a valid PTE. */
	void (*pte_decode)(u64 entry, u64 *page, struct gmmu_attr *attr);
};

const struct gmmu_format *gmmu_format(enum gmmu_version version);

/* Encoders: 0 with *@entry set, or -EINVAL for an address or value its field cannot hold. */
int gmmu_v2_pde(u64 table, u32 aperture, bool vol, u64 *entry);
int gmmu_v2_dual_big(u64 table, u32 aperture, bool vol, u64 *half);
int gmmu_v2_dual_small(u64 table, u32 aperture, bool vol, u64 *half);
int gmmu_v2_pte(u64 page, unsigned int page_shift, const struct gmmu_attr *attr, u64 *entry);
int gmmu_v3_pde(u64 table, u32 aperture, bool vol, u64 *entry);
int gmmu_v3_dual_big(u64 table, u32 aperture, bool vol, u64 *half);
int gmmu_v3_dual_small(u64 table, u32 aperture, bool vol, u64 *half);
int gmmu_v3_pte(u64 page, unsigned int page_shift, const struct gmmu_attr *attr, u64 *entry);

/* Most entries of one write call: 4 lines of 64 bytes. */
#define GMMU_WRITE_BATCH 32

/* Where the tables live. */
struct gmmu_ops {
	/* A zeroed 4 KiB page in VRAM, or a negative errno. */
	int (*table_alloc)(void *ctx, u64 *addr);
	/* The page's content is all zeroes again. */
	void (*table_free)(void *ctx, u64 addr);
	/*
	 * Where the CPU sees [@addr, @addr + @bytes), a part of one table, until the next call of
	 * any operation: entries are stored there in runs (gmmu_store.h). NULL: nowhere now. May be
	 * NULL itself.
	 */
	u64 __iomem *(*window)(void *ctx, u64 addr, u64 bytes);
	/*
	 * Without a window: store @count entries at VRAM address @addr (8-byte aligned, within one
	 * table), @count at most GMMU_WRITE_BATCH. No call crosses a multiple of GMMU_WRITE_BATCH
	 * entries.
	 */
	void (*write)(void *ctx, u64 addr, const u64 *entries, unsigned int count);
	/* One entry; only gmmu_query() needs it, may be NULL. */
	u64 (*read)(void *ctx, u64 addr);
};

struct gmmu_space {
	const struct gmmu_format *format;
	const struct gmmu_ops *ops;
	void *ctx;
	struct kmem_cache *cache;	/* of struct gmmu_table */
	struct gmmu_table *root;
	u32 tables;			/* alive, without the root */
	u32 tables_of[GMMU_LEVELS];	/* by level, the root included */
	u64 mapped_bytes;		/* sparse ranges included */
	/*
	 * Largest page used: 2 MiB from init on; the owner may raise it where the VMMU segment and
	 * the chip allow it: to 512 MiB on GA100 and later, to 256 GiB on Blackwell.
	 */
	unsigned int max_page_shift;
	u8 changed;			/* highest level that did, see gmmu_take_depth() */
};

/* Size of one shadow object, for the caller's kmem_cache. */
size_t gmmu_table_object_bytes(void);

/*
 * gmmu_space_init - start an empty address space
 * @root_addr:	VRAM address of the root directory; the page belongs to the caller, its entries
 *		are taken as invalid and overwritten one by one
 * @cache:	of objects of gmmu_table_object_bytes(); must outlive the space
 */
int gmmu_space_init(struct gmmu_space *space, enum gmmu_version version, u64 root_addr,
		    const struct gmmu_ops *ops, void *ctx, struct kmem_cache *cache);
/* Frees every table; entries of the root are written invalid. No-op on a zeroed object. */
void gmmu_space_fini(struct gmmu_space *space);

/*
 * gmmu_map - map [@va, @va + @bytes) to [@pa, @pa + @bytes)
 * All 4 KiB aligned, @bytes not 0. Pages up to max_page_shift are used where both sides are aligned
 * (64 KiB and up in VRAM only). -EEXIST when any part is mapped, -EINVAL, or what table_alloc said.
 */
int gmmu_map(struct gmmu_space *space, u64 va, u64 pa, u64 bytes, const struct gmmu_attr *attr);
/* The same for @count pages of 4 KiB anywhere, in the order of the list. */
int gmmu_map_list(struct gmmu_space *space, u64 va, const u64 *pages, u64 count,
		  const struct gmmu_attr *attr);
/* The same without memory behind it: reads give 0, writes are dropped, nothing faults. */
int gmmu_map_sparse(struct gmmu_space *space, u64 va, u64 bytes);
/*
 * gmmu_remap - give a mapped range another memory or other attributes, page by page in place
 * Each page changes at once, by one store, and keeps its size. -ENOENT unless all of it is mapped,
 * in whole pages, and not sparse; -EINVAL where @pa is not aligned to the page there. Nothing
 * changed on error.
 */
int gmmu_remap(struct gmmu_space *space, u64 va, u64 pa, u64 bytes, const struct gmmu_attr *attr);
/* Undo one gmmu_map() with the same @va and @bytes; what is not mapped is skipped. */
void gmmu_unmap(struct gmmu_space *space, u64 va, u64 bytes);
/*
 * gmmu_take_depth - how far up entries have changed since the last call: what to invalidate
 * Returns 0 for page tables alone, 1 for PD0 at most, 2 for PD1 and so on; -ENODATA: not at all.
 */
int gmmu_take_depth(struct gmmu_space *space);
/* Page shift (12, 16, 21, 29, 38) of the mapping at @va, sparse or not; 0 when there is none. */
unsigned int gmmu_lookup(const struct gmmu_space *space, u64 va);

struct gmmu_mapping {
	u64 va, bytes;		/* the page, or the run of pages of one size in one table */
	unsigned int page_shift;
	bool sparse;
	u64 pa;			/* of va; gmmu_query() only */
	struct gmmu_attr attr;	/* gmmu_query() only */
};

/* The page that maps @va, as it is in memory. -ENOENT, -EOPNOTSUPP without a read operation. */
int gmmu_query(const struct gmmu_space *space, u64 va, struct gmmu_mapping *mapping);
/* First run of mapped pages that ends behind @va; go on at va + bytes. False: no more. */
bool gmmu_walk(const struct gmmu_space *space, u64 va, struct gmmu_mapping *mapping);
/* Totals, tables by level and the mapped runs as text of at most 80 columns. */
void gmmu_dump(const struct gmmu_space *space, void (*line)(void *ctx, const char *text),
	       void *ctx);

#endif
