/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page allocator: 4 KiB pages of one stretch of VRAM (a partition, the PF's share).
 *
 * The stretch is cut into frames of 2 MiB. A frame has a record of 24 bytes with one of the free
 * runs that begin in it, by whose length the frame is listed. Up to ten extents and free runs are
 * described in the record too; for a frame with more there are two bits per page. All of it lies in
 * flat arrays made by init, and no other call allocates memory. A request is cut from the
 * shortest listed run that takes it. Frames in use are filled before a new one is
 * opened, and the lowest free frame is opened first, so that the free memory stays in one piece.
 *
 * Two ways to ask: contiguous (one extent of exactly the size asked for, across frames if need be),
 * and scattered (several extents, which fills the holes other allocations left behind).
 *
 * Free pages are clean (hold zeroes) or dirty. A request that wants zeroes gets extents that are
 * each wholly clean or marked dirty, so that nothing is scrubbed twice.
 *
 * An allocation is known by its extents, each of which can be freed alone. A double free, a foreign
 * range or a part of an extent is refused and changes nothing.
 *
 * Locking: none inside; no call sleeps but init and fini. The caller serialises all calls on one
 * object, the const ones too, with a lock of its choice (a spinlock will do).
 */
#ifndef VGPU_PAGE_ALLOC_H
#define VGPU_PAGE_ALLOC_H

#include <linux/types.h>

#define VGPU_PAGE_SHIFT 12
#define VGPU_PAGE_BYTES (1ULL << VGPU_PAGE_SHIFT)
#define VGPU_FRAME_SHIFT 21
#define VGPU_FRAME_PAGES (1U << (VGPU_FRAME_SHIFT - VGPU_PAGE_SHIFT))
/* Most frames of one object: three levels of 64-bit words; 512 GiB. */
#define VGPU_PAGES_MAX_FRAMES (64U * 64U * 64U)
#define VGPU_PAGES_MAX_RESERVED 8U

/* Frames partly used are listed by the length of their run, 1 to 1023; whole ones in two sets. */
#define VGPU_PAGES_LISTS (2 * VGPU_FRAME_PAGES)
#define VGPU_PAGES_LIST_WHOLE VGPU_PAGES_LISTS		   /* all pages free and clean */
#define VGPU_PAGES_LIST_WHOLE_DIRTY (VGPU_PAGES_LISTS + 1) /* all pages free */

struct vgpu_frame_map;
struct vgpu_frame;

/* Whole frames, lowest first: three levels of bits. */
struct vgpu_frame_set {
	u64 top;
	u64 *mid, *low;
};

/* A run of pages; page numbers count from the start of the stretch. */
struct vgpu_extent {
	u32 page;
	u32 count : 31;
	u32 dirty : 1;	/* out: does not hold zeroes, or nobody asked */
};

struct vgpu_pages {
	u64 base;	/* VRAM address of page 0 */
	u32 pages, frames;
	u32 free_pages;
	u32 num_reserved;
	u32 whole_frames;
	u32 list_words;				/* words of it that are not 0 */
	u64 lists[VGPU_PAGES_LISTS / 64];	/* lengths that have frames */
	u32 head[VGPU_PAGES_LISTS];		/* by length */
	struct vgpu_frame_set whole[2];		/* clean, dirty */
	struct vgpu_frame *frame;
	u64 *packed;				/* frames that need no map */
	struct vgpu_frame_map *map;
	struct vgpu_extent reserved[VGPU_PAGES_MAX_RESERVED];
};

#define VGPU_PAGES_CONTIGUOUS 0x1U
#define VGPU_PAGES_CLEAR 0x2U	/* prefer clean pages, tell them from dirty ones */

struct vgpu_pages_request {
	u32 count;		/* pages, at least 1 */
	u32 align;		/* pages, a power of two; 0 or 1: none. Only with CONTIGUOUS */
	u32 low, high;		/* pages of [low, high) only; high 0: to the end */
	unsigned int flags;
};

/*
 * vgpu_pages_init - manage VRAM [@base, @base + @bytes), all free
 * @base, @bytes:	multiples of 4 KiB, @bytes at most 512 GiB; @base should be one of 2 MiB,
 *			frames are counted from it
 * @clean:		it holds zeroes
 * Returns 0, -EINVAL, -ENOMEM. Sleeps.
 */
int vgpu_pages_init(struct vgpu_pages *pa, u64 base, u64 bytes, bool clean);
/* Free the arrays; a no-op on a zeroed object. Outstanding allocations are forgotten. */
void vgpu_pages_fini(struct vgpu_pages *pa);
/* Memory the object holds, without itself. */
size_t vgpu_pages_metadata_bytes(const struct vgpu_pages *pa);

/* Take pages out of service. -EINVAL out of range, -EBUSY in use, -ENOSPC too many calls. */
int vgpu_pages_reserve(struct vgpu_pages *pa, u32 page, u32 count);

/*
 * vgpu_pages_alloc - allocate @req->count pages
 * @extents, @max:	room for the answer; CONTIGUOUS needs 1, and one for each change between
 *			clean and dirty with CLEAR (the last takes the rest and is marked dirty)
 * @num:		extents used
 * Returns 0, -EINVAL for a request that could never be served, -ENOSPC. Nothing changed on error,
 * but clean pages may count as dirty when the pieces of a scattered request did not suffice.
 */
int vgpu_pages_alloc(struct vgpu_pages *pa, const struct vgpu_pages_request *req,
		     struct vgpu_extent *extents, unsigned int max, unsigned int *num);
/* Would vgpu_pages_alloc() serve this request with CONTIGUOUS? Nothing changes. */
bool vgpu_pages_would_fit(const struct vgpu_pages *pa, const struct vgpu_pages_request *req);
/* Exactly these pages, as one extent. -EINVAL out of range, -EBUSY when one is not free. */
int vgpu_pages_alloc_at(struct vgpu_pages *pa, u32 page, u32 count);

/*
 * vgpu_pages_free - give extents back
 * @clean:	they hold zeroes
 * Returns 0, or -EINVAL (nothing changed) unless each is exactly one allocated extent.
 */
int vgpu_pages_free(struct vgpu_pages *pa, const struct vgpu_extent *extents, unsigned int num,
		    bool clean);
/* Shorten an extent to its first @count pages, at least 1; the rest is freed dirty. -EINVAL. */
int vgpu_pages_trim(struct vgpu_pages *pa, struct vgpu_extent *extent, u32 count);
/* These free pages hold zeroes now. -EINVAL out of range, -EBUSY when one is in use. */
int vgpu_pages_mark_clean(struct vgpu_pages *pa, u32 page, u32 count);

enum vgpu_page_state {
	VGPU_PAGE_FREE,		/* clean */
	VGPU_PAGE_DIRTY,	/* free, dirty */
	VGPU_PAGE_USED,
	VGPU_PAGE_RESERVED,
};

/*
 * vgpu_pages_walk - the run of pages at @page: one extent in use, or free pages of one kind
 * Start with 0 and go on at run->page + run->count; false past the end. A @page in the middle of a
 * run gives the rest of it.
 */
bool vgpu_pages_walk(const struct vgpu_pages *pa, u32 page, struct vgpu_extent *run,
		     enum vgpu_page_state *state);

struct vgpu_pages_usage {
	u32 free_pages, dirty_pages, largest_free;
	u32 whole_frames, partial_frames, full_frames;
	u32 extents, free_runs;
};

/* Counts everything: linear in the size of the stretch. */
void vgpu_pages_usage(const struct vgpu_pages *pa, struct vgpu_pages_usage *usage);

/* One line of text without line feed. */
typedef void (*vgpu_dump_line)(void *ctx, const char *line);
/*
 * vgpu_pages_dump - the map as text: totals, then one character per 1/1024 of it, 64 a line
 * ('.' free, '-' free but dirty, 1 to 9 tenths in use, '#' full, 'R' reserved)
 */
void vgpu_pages_dump(const struct vgpu_pages *pa, vgpu_dump_line line, void *ctx);

/* Recomputes all bookkeeping; the sentence that is wrong, or NULL. For tests and debugging. */
const char *vgpu_pages_check(const struct vgpu_pages *pa);

static inline u64 vgpu_pages_address(const struct vgpu_pages *pa, u32 page)
{
	return pa->base + ((u64)page << VGPU_PAGE_SHIFT);
}

#endif
