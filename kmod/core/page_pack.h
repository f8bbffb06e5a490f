/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the page allocator: a frame with few extents, described in its record alone.
 *
 * Such a frame is cut into segments, each of them one extent or one free run. A lane of ten bits
 * says where a segment starts and whether it is free; lane 0 is the last segment, the one after it
 * lies before it in the frame, and so on down to the one that starts at page 0. What follows is 0,
 * which reads as a used segment at page 0, so that this one needs no lane of its own. All lanes
 * are searched and moved at once, as one number. The free pages are all dirty or all clean.
 *
 * An extent that goes on in the next frame is a segment in each; the record of the first one says
 * that it does.
 */
#ifndef VGPU_PAGE_PACK_H
#define VGPU_PAGE_PACK_H

#include "page_frame.h"

typedef unsigned __int128 vgpu_lanes;

#define LANE_BITS 10
#define LANE_START (VGPU_FRAME_PAGES - 1)
#define LANE_FREE VGPU_FRAME_PAGES
#define LANES_BITS (RECORD_LOW_BITS + 64 - STATE_LANES)

/* A 1 in each lane, and in one more. */
#define LANES_ONE_LOW (1ULL | 1ULL << 10 | 1ULL << 20 | 1ULL << 30 | 1ULL << 40 | 1ULL << 50)
#define LANES_ONE (LANES_ONE_LOW | (vgpu_lanes)(LANES_ONE_LOW >> LANE_BITS) << 60)
#define LANES_FREE (LANES_ONE * LANE_FREE)
/* All pages free. */
#define LANES_WHOLE ((vgpu_lanes)LANE_FREE)

static inline vgpu_lanes frame_lanes(const struct vgpu_frame *frame)
{
	return (vgpu_lanes)(frame->state >> STATE_LANES) << RECORD_LOW_BITS | frame->low;
}

static inline u32 lanes_first_bit(vgpu_lanes v)
{
	u64 low = (u64)v;

	return low ? (u32)__ffs64(low) : 64 + (u32)__ffs64((u64)(v >> 64));
}

/* Where in @v the lane of the segment with page @pos begins. */
static inline u32 lane_at(vgpu_lanes v, u32 pos)
{
	/* The lanes' spare bits take up the borrow: one that stays says that the lane is beyond. */
	vgpu_lanes beyond = (v | LANES_FREE) - LANES_ONE * (pos + 1);

	return lanes_first_bit(~beyond & LANES_FREE) - (LANE_BITS - 1);
}

/* End of the segment that is followed by that of @lane (none: 0). */
static inline u32 lane_end(u64 lane)
{
	return (u32)(lane & LANE_START) ?: VGPU_FRAME_PAGES;
}

/* Is [@pos, @end) one extent? Bits of @v from the lane before that of @pos on are @around. */
static inline bool lane_is_extent(u64 around, u32 pos, u32 end)
{
	u64 lanes = around & (LANE_START | ((1ULL << LANE_BITS) - 1) << LANE_BITS);

	return lanes == ((end & LANE_START) | (u64)pos << LANE_BITS);
}

/* Free pages at the start of the frame. */
static inline u32 lanes_prefix(vgpu_lanes v)
{
	u64 high = (u64)(v >> 64);
	u32 top = high ? 64 + (u32)fls64(high) : (u32)fls64((u64)v);

	/* The first segment's lane has one bit if it is free, else none. */
	if (!top || top % LANE_BITS)
		return 0;
	if ((v >> (top - LANE_BITS)) != LANE_FREE)
		return 0;
	return top == LANE_BITS ? VGPU_FRAME_PAGES :
				  (u32)(v >> (top - 2 * LANE_BITS)) & LANE_START;
}

/* The longest free run, as RUN(); @beyond: free pages after the frame. */
static inline u32 lanes_longest(vgpu_lanes v, u32 beyond)
{
	vgpu_lanes left = v & LANES_FREE;
	u32 best = 0, best_pos = 0;

	while (left) {
		u32 at = lanes_first_bit(left) - (LANE_BITS - 1);
		u64 lanes = (u64)((v << LANE_BITS) >> at);
		u32 start = (u32)(lanes >> LANE_BITS) & LANE_START;
		u32 len = lane_end(lanes) - start + (!at && start ? beyond : 0);

		best_pos = len >= best ? start : best_pos;
		best = max(len, best);
		left &= left - 1;
	}
	return RUN(best_pos, best);
}

/* Start of the shortest free run of @count pages or more and fewer than @best; none: @pos. */
static inline u32 lanes_tight(vgpu_lanes v, u32 count, u32 best, u32 pos)
{
	vgpu_lanes left = v & LANES_FREE;

	while (left) {
		u32 at = lanes_first_bit(left) - (LANE_BITS - 1);
		u64 lanes = (u64)((v << LANE_BITS) >> at);
		u32 start = (u32)(lanes >> LANE_BITS) & LANE_START, len = lane_end(lanes) - start;

		if (len >= count && len < best) {
			best = len;
			pos = start;
		}
		left &= left - 1;
	}
	return pos;
}

/* Free pages. */
static inline u32 lanes_free(vgpu_lanes v)
{
	u32 end = VGPU_FRAME_PAGES, start, free = 0;

	do {
		start = (u32)v & LANE_START;
		free += v & LANE_FREE ? end - start : 0;
		v >>= LANE_BITS;
		end = start;
	} while (start);
	return free;
}

static inline u32 frame_pages_free(const struct vgpu_pages *pa, u32 f)
{
	const struct vgpu_frame *frame = frame_of(pa, f);

	return frame_is_packed(pa, f) ? lanes_free(frame_lanes(frame)) :
					(u32)(frame->state >> STATE_FREE) & STATE_MASK;
}

/* Free pages at the start of the frame; 0 past the last one. */
static inline u32 frame_prefix(const struct vgpu_pages *pa, u32 f)
{
	const struct vgpu_frame *frame = frame_of(pa, f);

	return frame_is_packed(pa, f) ? lanes_prefix(frame_lanes(frame)) :
					(u32)(frame->state >> STATE_PREFIX) & STATE_MASK;
}

/*
 * How many pages a run that ends with the frame before is listed with here: none if all are free,
 * so that a whole frame is opened as such and not by what goes on in it.
 */
static inline u32 frame_entry(const struct vgpu_pages *pa, u32 f)
{
	u32 prefix = frame_prefix(pa, f);

	return prefix < VGPU_FRAME_PAGES ? prefix : 0;
}

/* Free pages at the end of the frame. */
static inline u32 frame_suffix(const struct vgpu_pages *pa, u32 f)
{
	const struct vgpu_frame *frame = frame_of(pa, f);

	if (!frame_is_packed(pa, f))
		return (u32)(frame->state >> STATE_SUFFIX) & STATE_MASK;
	return frame->low & LANE_FREE ? VGPU_FRAME_PAGES - (u32)(frame->low & LANE_START) : 0;
}

/* page_pack.c: describe a frame by its map from now on. */
void vgpu_frame_unpack(struct vgpu_pages *pa, u32 f);
/* Describe a frame by its record alone if that can be done. */
void vgpu_frame_pack(struct vgpu_pages *pa, u32 f);
/* The map of a frame, made in @room if it has none. */
const struct vgpu_frame_map *vgpu_frame_map(const struct vgpu_pages *pa, u32 f,
					    struct vgpu_frame_map *room);
/* What is wrong with a packed frame, or NULL. */
const char *vgpu_frame_check_packed(const struct vgpu_frame *frame);

#endif
