/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Partition allocator: VRAM in units of the VMMU segment, on flat bitmaps.
 *
 * A partition is one contiguous run of units of exactly the size asked for; nothing is rounded up
 * to a power of two. Where there is a choice and a catalogue of sizes, that end of a gap is taken
 * after which most sizes can still be served, now and after any one or two partitions have gone.
 * Without a catalogue it is the smallest sufficient gap, and the end of that gap whose cut leaves
 * the rest on the most buddy-aligned boundary.
 *
 * Each unit is free or used, and besides may be reserved (never given out) or dirty (holds what an
 * owner left behind; given only to that owner). Dirtiness stays while a unit is used again.
 *
 * There is no per-block object: init allocates everything, no other call allocates. The caller
 * serialises all calls on one buddy (vgpu_gpu.vram_lock).
 */
#ifndef VGPU_BUDDY_H
#define VGPU_BUDDY_H

#include <linux/types.h>
#include <linux/uuid.h>

/* Most units of one buddy: 1 TiB in the smallest VMMU segments, with room to spare. */
#define VGPU_BUDDY_MAX_UNITS 65536U

/* Sizes a catalogue holds at most. */
#define VGPU_BUDDY_MAX_SIZES 16U

struct vgpu_buddy {
	u64 unit_bytes;		 /* 0: not initialised */
	u32 units;
	u32 free_units;		 /* free, clean */
	u32 dirty_units;	 /* free, dirty */
	unsigned long *used;	 /* allocated or reserved */
	unsigned long *head;	 /* first unit of an allocation */
	unsigned long *reserved; /* never given out */
	unsigned long *dirty;
	unsigned long *blocked;	 /* scratch of one search: what this request may not have */
	uuid_t *owner;		 /* of dirty units; nil: management heaps */
	u32 num_sizes;
	u32 size[VGPU_BUDDY_MAX_SIZES];	/* the catalogue */
};

enum vgpu_buddy_unit_state {
	VGPU_UNIT_FREE,
	VGPU_UNIT_USED,
	VGPU_UNIT_DIRTY, /* free but dirty */
	VGPU_UNIT_RESERVED,
};

#define VGPU_BUDDY_ANY_DIRTY 0x1U  /* dirty units count as free, whoever left them */
#define VGPU_BUDDY_TOP_DOWN 0x2U   /* the highest position that fits instead of best fit */
#define VGPU_BUDDY_OWN_FIRST 0x4U  /* where @owner's dirty units alone suffice, take them */

struct vgpu_buddy_request {
	u32 count;		/* units, at least 1 */
	u32 low, high;		/* search [low, high); high 0: to the end */
	const uuid_t *owner;	/* may have what this owner left dirty; NULL: only clean units */
	unsigned int flags;
};

/*
 * vgpu_buddy_init - manage @units units of @unit_bytes each, all free and clean
 * Unit i is VRAM [i * unit_bytes, (i + 1) * unit_bytes).
 * Returns 0, -EINVAL (@units 0 or above the limit, @unit_bytes not a power of two), -ENOMEM.
 */
int vgpu_buddy_init(struct vgpu_buddy *buddy, u32 units, u64 unit_bytes);
/* Free the bitmaps; a no-op on a zeroed object. Outstanding allocations are forgotten. */
void vgpu_buddy_fini(struct vgpu_buddy *buddy);

/* Take units out of service for good. -EINVAL out of range, -EBUSY when one is allocated. */
int vgpu_buddy_reserve(struct vgpu_buddy *buddy, u32 first, u32 count);

/*
 * vgpu_buddy_alloc - allocate @req->count contiguous units
 * @first:	receives the first unit
 * Returns 0, -EINVAL for a request that could never be served, -ENOSPC.
 */
int vgpu_buddy_alloc(struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req, u32 *first);
/*
 * vgpu_buddy_alloc_at - allocate exactly [@first, @first + @req->count); low and high are ignored
 * Returns 0, -EINVAL out of range, -EBUSY when a unit is used or reserved, -EACCES when all are
 * free but one is dirty and not for @req->owner.
 */
int vgpu_buddy_alloc_at(struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req, u32 first);
/* Same answers as the two calls above, without the allocation. */
int vgpu_buddy_would_fit(struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req,
			 u32 *first);
int vgpu_buddy_would_fit_at(struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req,
			    u32 first);

/*
 * vgpu_buddy_free - give back one whole allocation
 * Returns 0, or -EINVAL (nothing changed) when [@first, @first + @count) is not exactly one
 * allocation: a double free, a foreign range, a part of one or a run over several.
 */
int vgpu_buddy_free(struct vgpu_buddy *buddy, u32 first, u32 count);
/* Give back all but the first @keep units, not 0, of one allocation. -EINVAL as for a free. */
int vgpu_buddy_trim(struct vgpu_buddy *buddy, u32 first, u32 count, u32 keep);
/* Turn one allocation into single-unit allocations. -EINVAL as vgpu_buddy_free(). */
int vgpu_buddy_split(struct vgpu_buddy *buddy, u32 first, u32 count);

/* An owner's data is in these units now. -EINVAL unless all are allocated. */
int vgpu_buddy_mark_dirty(struct vgpu_buddy *buddy, u32 first, u32 count, const uuid_t *owner);
/* These units hold nothing any more (scrubbed); free or used. -EINVAL out of range. */
int vgpu_buddy_mark_clean(struct vgpu_buddy *buddy, u32 first, u32 count);

/* Length of the longest run this owner could get, in units. */
u32 vgpu_buddy_largest(struct vgpu_buddy *buddy, const uuid_t *owner, unsigned int flags);
/* For anybody and dirty ones too, were units [@first, @first + @count), which exist, taken. */
u32 vgpu_buddy_largest_beside(struct vgpu_buddy *buddy, u32 first, u32 count);
/* Longest run of units that are not reserved, allocated or not; *@first gets its start. */
u32 vgpu_buddy_region(const struct vgpu_buddy *buddy, u32 *first);
enum vgpu_buddy_unit_state vgpu_buddy_unit_state(const struct vgpu_buddy *buddy, u32 unit);


/* The sizes, in units, that requests will have: at most VGPU_BUDDY_MAX_SIZES. -EINVAL. */
int vgpu_buddy_set_catalogue(struct vgpu_buddy *buddy, const u32 *sizes, u32 num);

enum vgpu_buddy_verdict {
	VGPU_BUDDY_FITS,
	VGPU_BUDDY_NEVER,	/* larger than what is not reserved */
	VGPU_BUDDY_FULL,	/* not enough free units */
	VGPU_BUDDY_DIRTY,	/* enough, but others have left them dirty */
	VGPU_BUDDY_SCATTERED,	/* enough, but in no one piece */
};

/* Why a request is refused, and the cheapest way out. */
struct vgpu_buddy_why {
	enum vgpu_buddy_verdict verdict;
	u32 free, largest;	/* units this owner could have; in one piece */
	u32 dirty;		/* free units that only others may have */
	/*
	 * SCATTERED: [move_first, move_first + count) would be free if the allocations that
	 * overlap it, @move_units in @moves pieces, went elsewhere, where there is room for them.
	 * moves 0: no such place was found.
	 */
	u32 move_first, move_units, moves;
};

void vgpu_buddy_why(struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req,
		    struct vgpu_buddy_why *why);

/* A run of units in one state; an allocation is one run. */
struct vgpu_buddy_run {
	u32 first, count;
	enum vgpu_buddy_unit_state state;
};

/* The run at @unit; false past the end. Go on at first + count. */
bool vgpu_buddy_walk(const struct vgpu_buddy *buddy, u32 unit, struct vgpu_buddy_run *run);

/*
 * vgpu_buddy_dump - the map as text: totals, then one character per unit (of a large card per
 * some), 64 a line
 * '.' free, '-' free but dirty, '[' an allocation begins, '=' it goes on, 'R' reserved
 */
void vgpu_buddy_dump(const struct vgpu_buddy *buddy, void (*line)(void *ctx, const char *text),
		     void *ctx);

/* buddy_plan.c, for buddy.c: the best of the gaps of the blocked bitmap; -ENOSPC. */
int vgpu_buddy_plan(const struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req, u32 high,
		    u32 *first);

#endif
