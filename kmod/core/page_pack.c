// SPDX-License-Identifier: GPL-2.0-only
/* Page allocator: frames from record to map and back. See page_pack.h. */

#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "page_pack.h"

/* A frame with more segments is not packed again, though it could be: soon it would be unpacked. */
#define PACK_SEGMENTS 9

static void map_set(struct vgpu_frame_map *map, u32 start, u32 end, u64 dirty)
{
	u32 w;

	for (w = start / 64; w <= (end - 1) / 64; w++) {
		u64 mask = frame_mask(w, start, end);

		map->word[w].free |= mask;
		map->word[w].mark |= dirty & mask;
	}
}

const struct vgpu_frame_map *vgpu_frame_map(const struct vgpu_pages *pa, u32 f,
					    struct vgpu_frame_map *room)
{
	const struct vgpu_frame *frame = frame_of(pa, f);
	u64 dirty = frame->state >> STATE_DIRTY & 1 ? ~0ULL : 0;
	vgpu_lanes v = frame_lanes(frame);
	u32 end = VGPU_FRAME_PAGES, start;

	if (!frame_is_packed(pa, f))
		return &pa->map[f];
	memset(room, 0, sizeof(*room));
	do {
		start = (u32)v & LANE_START;
		if (v & LANE_FREE)
			map_set(room, start, end, dirty);
		else if (start || !frame_is_entered(pa, f))
			room->word[start / 64].mark |= 1ULL << (start % 64);
		v >>= LANE_BITS;
		end = start;
	} while (start);
	return room;
}

void vgpu_frame_unpack(struct vgpu_pages *pa, u32 f)
{
	struct vgpu_frame_map *map = &pa->map[f];
	struct vgpu_frame *frame = frame_of(pa, f);
	struct frame_state s = frame_state(pa, f);
	u32 w, extents = frame_is_entered(pa, f);

	if (!s.packed)
		return;
	s.prefix = frame_prefix(pa, f);
	s.suffix = frame_suffix(pa, f);
	s.free = 0;
	vgpu_frame_map(pa, f, map);
	for (w = 0; w < FRAME_WORDS; w++) {
		s.free += hweight64(map->word[w].free);
		extents += hweight64(~map->word[w].free & map->word[w].mark);
	}
	frame->low = extents;
	pa->packed[f / 64] &= ~(1ULL << f % 64);
	frame_update(pa, f, frame->state, &s);
}

void vgpu_frame_pack(struct vgpu_pages *pa, u32 f)
{
	const struct vgpu_frame_map *map = &pa->map[f];
	struct vgpu_frame *frame = frame_of(pa, f);
	u64 carry = 0, dirty = 0, clean = 0, state = frame->state;
	u32 w, segments = 0;
	vgpu_lanes v = 0;

	for (w = 0; w < FRAME_WORDS; w++) {
		u64 free = map->word[w].free, mark = map->word[w].mark;
		/* What goes on from the frame before starts a segment here, without a mark. */
		u64 first = w ? 0 : 1;
		u64 starts = (mark & ~free) | (free & ~(free << 1 | carry)) | first;

		carry = free >> 63;
		dirty |= free & mark;
		clean |= free & ~mark;
		for (; starts; starts &= starts - 1) {
			u32 bit = (u32)__ffs64(starts);

			if (++segments > PACK_SEGMENTS)
				return;
			v = v << LANE_BITS | (w * 64 + bit) | (free >> bit & 1 ? LANE_FREE : 0);
		}
	}
	if (dirty && clean)
		return;
	pa->packed[f / 64] |= 1ULL << f % 64;
	frame->low = (u64)v & ((1ULL << RECORD_LOW_BITS) - 1);
	frame_set_state(pa, f, state, (state & (RUN_MASK | STATE_SPILL_BIT)) |
				      (u64)!!dirty << STATE_DIRTY | 1ULL << STATE_PACKED |
				      (u64)(v >> RECORD_LOW_BITS) << STATE_LANES);
}

const char *vgpu_frame_check_packed(const struct vgpu_frame *frame)
{
	vgpu_lanes v = frame_lanes(frame);
	u32 end = VGPU_FRAME_PAGES, start;
	bool free, next_free = false;

	if (frame->state & STATE_SPILL_BIT && v & LANE_FREE)
		return "a packed frame's free pages go on in the next frame";
	if (frame->low >> RECORD_LOW_BITS)
		return "a packed frame's lanes overlap";
	if (!(v & LANES_FREE) && frame->state >> STATE_DIRTY & 1)
		return "a full frame is marked dirty";
	do {
		start = (u32)v & LANE_START;
		free = !!(v & LANE_FREE);
		if (start >= end || (free && next_free))
			return "a packed frame's segments are not in order";
		v >>= LANE_BITS;
		end = start;
		next_free = free;
	} while (start);
	return v ? "a packed frame has segments before its first page" : NULL;
}
