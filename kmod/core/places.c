// SPDX-License-Identifier: GPL-2.0-only
/* Where a vGPU goes: the search over candidate places, and the sentence when there is none. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../abi/vgpu_host.h"
#include "host.h"

#define MIB_SHIFT 20

unsigned int vf_claim_flags(const struct vgpu_host *host)
{
	return host->gpu->allow_unscrubbed ? VGPU_BUDDY_ANY_DIRTY : 0;
}

/* Whose data keep @uuid (may be NULL) out of @place? Management heaps belong to nobody. */
static void tally_owner(const struct vgpu_buddy *buddy, const struct vgpu_placement *place,
			const uuid_t *uuid, struct place_tally *tally)
{
	u32 unit, end = place->first_segment + place->segments;

	for (unit = place->first_segment; unit < end && uuid_is_null(&tally->owner); unit++)
		if (vgpu_buddy_unit_state(buddy, unit) == VGPU_UNIT_DIRTY &&
		    !(uuid && uuid_equal(uuid, &buddy->owner[unit])))
			tally->owner = buddy->owner[unit];
}

/*
 * Does a vGPU of another VF than @vf (may be NULL) have an id of @place? Where sizes are mixed, a
 * place may not overlap one in use even if the segments of the two do not. vram_lock is held, so
 * types and places agree.
 */
static bool ids_taken(const struct vgpu_host *host, const struct vgpu_vf *vf,
		      const struct vgpu_type *type, const struct vgpu_placement *place)
{
	u32 end = place->id + vgpu_placement_size(type);
	unsigned int i;

	if (host->mode == VGPU_PLACEMENT_HOMOGENEOUS)
		return false;
	for (i = 0; i < host->num_vfs; i++) {
		const struct vgpu_vf *other = host->vfs[i];

		if (other != vf && other->type && place->id < other->place.id +
		    vgpu_placement_size(other->type) && other->place.id < end)
			return true;
	}
	return false;
}

/* Could @vf (may be NULL) have partition and heap at @place? What stands against it is counted. */
static bool place_free(struct vgpu_host *host, const struct vgpu_vf *vf,
		       const struct vgpu_type *type, const uuid_t *uuid, unsigned int flags,
		       const struct vgpu_placement *place, struct place_tally *tally)
{
	const struct vgpu_buddy_request req = {
		.count = place->segments,
		.owner = uuid,
		.flags = flags,
	};
	struct vgpu_buddy *buddy = &host->gpu->buddy;
	int ret = ids_taken(host, vf, type, place) ? -EBUSY : 0;

	if (!ret)
		ret = vgpu_buddy_would_fit_at(buddy, &req, place->first_segment);
	if (ret == -EACCES) {
		tally->dirty++;
		tally_owner(buddy, place, uuid, tally);
	} else if (ret) {
		tally->used++;
	} else if (!vgpu_heap_would_fit(host->gpu, &host->vram, type->heap_bytes, place->heap_low,
					place->heap_high, place->first_segment, place->segments)) {
		tally->heapless++;
		tally->joinable = vgpu_buddy_largest_beside(buddy, place->first_segment,
							    place->segments);
		ret = -ENOSPC;
	}
	return !ret;
}

static bool left_by(const struct vgpu_host *host, const struct vgpu_placement *place,
		    const uuid_t *uuid)
{
	const struct vgpu_buddy *buddy = &host->gpu->buddy;

	return uuid &&
	       vgpu_buddy_unit_state(buddy, place->first_segment) == VGPU_UNIT_DIRTY &&
	       uuid_equal(uuid, &buddy->owner[place->first_segment]);
}

/*
 * First candidate that @uuid can have, one that it left dirty itself before all others; the one
 * whose id is @wish->id when that is not VGPU_PLACEMENT_NONE. Nothing is taken.
 */
static int pick_place(struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid,
		      const struct place_wish *wish, struct vgpu_placement *place,
		      struct place_tally *tally)
{
	struct vgpu_host *host = vf->host;
	unsigned int pass;
	u32 index;
	int ret;

	/* First what it left itself, where anything is left of anybody; then all. */
	for (pass = uuid && host->gpu->buddy.dirty_units ? 0 : 1; pass < 2; pass++) {
		memset(tally, 0, sizeof(*tally));
		for (index = 0;; index++) {
			ret = vgpu_placement_next(host->mode, &host->region, type, index, place);
			if (ret == -ENOENT)
				break;
			if (ret)
				return ret;
			if (wish->id != VGPU_PLACEMENT_NONE && place->id != wish->id)
				continue;
			tally->places++;
			if (place_free(host, vf, type, uuid, wish->flags, place, tally) &&
			    (pass || left_by(host, place, uuid)))
				return 0;
		}
	}
	return tally->places ? -ENOSPC : -ENOENT;
}

/* Does a vGPU of another size keep @type away? vram_lock is held. */
static bool size_refused(const struct vgpu_host *host, const struct vgpu_type *type)
{
	unsigned int i;

	for (i = 0; host->mode == VGPU_PLACEMENT_HOMOGENEOUS && i < host->num_vfs; i++)
		if (host->vfs[i]->type && host->vfs[i]->type->profile_bytes != type->profile_bytes)
			return true;
	return false;
}

/* What the partition allocator says about @segments for @uuid: what is free, what is missing. */
static void say_room(struct vgpu_host *host, u32 segments, const uuid_t *uuid,
		     struct vf_reason *room)
{
	const struct vgpu_buddy_request req = {
		.count = segments,
		.owner = uuid,
		.flags = vf_claim_flags(host),
	};
	u64 segment_mib = host->region.segment_bytes >> MIB_SHIFT, need = segments * segment_mib;
	struct vgpu_buddy_why why;

	vgpu_buddy_why(&host->gpu->buddy, &req, &why);
	switch (why.verdict) {
	case VGPU_BUDDY_NEVER:
		vf_because(room, "it needs %llu MiB in one piece, which this board does not have", need);
		break;
	case VGPU_BUDDY_FITS:
		vf_because(room, "%llu MiB are free in one piece, but at no place of it",
			   why.largest * segment_mib);
		break;
	case VGPU_BUDDY_FULL:
	case VGPU_BUDDY_DIRTY:
		vf_because(room, "it needs %llu MiB, %llu are free", need, why.free * segment_mib);
		break;
	case VGPU_BUDDY_SCATTERED:
		if (why.moves)
			vf_because(room,
				   "it needs %llu MiB, %llu are free, %llu in one piece; %u pieces of together %llu MiB would have to move",
				   need, why.free * segment_mib, why.largest * segment_mib,
				   why.moves,
				   why.move_units * segment_mib);
		else
			vf_because(room, "it needs %llu MiB, %llu are free, %llu in one piece", need,
				   why.free * segment_mib, why.largest * segment_mib);
		break;
	}
}

/* Also a reason why places are in use: what other modules were given is not free for vGPUs. */
static void say_clients(struct vgpu_gpu *gpu, struct vf_reason *text)
{
	u64 bytes;

	mutex_lock(&gpu->clients.lock);
	bytes = gpu->clients.vram_used;
	mutex_unlock(&gpu->clients.lock);
	if (bytes)
		vf_because(text, ", other kernel modules hold %llu MiB",
			   DIV_ROUND_UP_ULL(bytes, 1ULL << MIB_SHIFT));
}

static void say_no_place(struct vgpu_host *host, const struct vgpu_type *type, const uuid_t *uuid,
			 const struct place_tally *tally, struct vf_reason *why)
{
	unsigned int places = tally->used + tally->dirty;
	struct vf_reason room = { "" }, clients = { "" };

	if (!tally->dirty) {
		say_room(host, vgpu_placement_segments(&host->region, type), uuid, &room);
		say_clients(host->gpu, &clients);
		vf_because(why, "no room for %s: all %u places are in use, %s%s; release a vGPU",
			   type->name, places, room.text, clients.text);
	} else if (uuid_is_null(&tally->owner)) {
		vf_because(why,
			   "no room for %s: %u of %u places are in use, %u hold what vGPU plugins or earlier users left until scrubbed; write 1 to vgpu/scrub of the GPU",
			   type->name, tally->used, places, tally->dirty);
	} else {
		vf_because(why,
			   "no room for %s: %u of %u places are in use, %u hold what another vGPU left%s %pUb and go only to its UUID until scrubbed; create that one, or write 1 to vgpu/scrub of the GPU",
			   type->name, tally->used, places, tally->dirty,
			   tally->dirty > 1 ? ", e.g." : ":", &tally->owner);
	}
}

static void say_no_heap(struct vgpu_host *host, const struct vgpu_type *type,
			const struct place_tally *tally, struct vf_reason *why)
{
	u64 segment_mib = host->region.segment_bytes >> MIB_SHIFT;
	struct vgpu_pages_usage usage;

	if (host->mode == VGPU_PLACEMENT_HETEROGENEOUS) {
		vf_because(why, "no room for the %llu MiB management heap of %s: at each place of it that is free, the PF or another kernel module has a part of the heap's segment",
			   type->heap_bytes >> MIB_SHIFT, type->name);
		return;
	}
	vgpu_pages_usage(&host->vram.pages, &usage);
	vf_because(why,
		   "no room for the %llu MiB management heap of %s: the PF's share has %u MiB in one piece, and %llu MiB can join it; release a vGPU",
		   type->heap_bytes >> MIB_SHIFT, type->name,
		   usage.largest_free >> (MIB_SHIFT - VGPU_PAGE_SHIFT),
		   tally->joinable * segment_mib);
}

/* Why pick_place() said @ret. */
static void say_no_pick(struct vgpu_host *host, const struct vgpu_type *type, const uuid_t *uuid,
			const struct place_wish *wish, const struct place_tally *tally, int ret,
			struct vf_reason *why)
{
	const char *mode = vgpu_placement_mode_name(host->mode);

	if (ret == -EOPNOTSUPP)
		vf_because(why, "this board has no places for mixed sizes");
	else if (ret == -ENOENT && wish->id != VGPU_PLACEMENT_NONE)
		vf_because(why, "%s has no place %u in %s mode; see placement_ids of the type",
			   type->name, wish->id, mode);
	else if (ret == -ENOENT)
		vf_because(why, "%s has no place in %s mode on this board", type->name, mode);
	else if (tally->heapless)
		say_no_heap(host, type, tally, why);
	else if (wish->id != VGPU_PLACEMENT_NONE)
		vf_because(why, "place %u is not free for %s: %s; see creatable_placement_ids of the type",
			   wish->id, type->name,
			   tally->dirty ? "it holds what others left until scrubbed (write 1 to vgpu/scrub of the GPU)" :
					  "another vGPU or the PF has a part of it");
	else
		say_no_place(host, type, uuid, tally, why);
}

int vf_find_memory(struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid,
		   const struct place_wish *wish, struct vgpu_placement *place,
		   struct place_tally *tally, struct vf_reason *why)
{
	struct vgpu_host *host = vf->host;
	int ret = pick_place(vf, type, uuid, wish, place, tally);

	if (ret) {
		say_no_pick(host, type, uuid, wish, tally, ret, why);
		return ret == -ENOENT && wish->id == VGPU_PLACEMENT_NONE ? -ENOSPC : ret;
	}
	ret = vgpu_chid_would_fit(&host->chids, place->chid_count, &place->chid_base);
	if (ret) {
		place->chid_base = VGPU_CHID_ANY;
		ret = vgpu_chid_would_fit(&host->chids, place->chid_count, &place->chid_base);
	}
	if (ret)
		vf_because(why, "no %u consecutive channel ids are free for %s; release a vGPU",
			   place->chid_count, type->name);
	return ret;
}

/* Take what vf_find_memory() has found. Undone on failure. */
static int take_at(struct vgpu_host *host, const struct vgpu_type *type,
		   const struct vgpu_buddy_request *req, struct vgpu_placement *place,
		   struct vgpu_heap_block *heap)
{
	struct vgpu_gpu *gpu = host->gpu;
	int ret = vgpu_buddy_alloc_at(&gpu->buddy, req, place->first_segment);

	if (ret)
		return ret;
	ret = vgpu_heap_alloc_in(gpu, &host->vram, type->heap_bytes, place->heap_low,
				 place->heap_high, heap);
	if (ret)
		goto free_partition;
	ret = vgpu_chid_alloc(&host->chids, place->chid_count, &place->chid_base);
	if (!ret)
		return 0;
	vgpu_heap_free(gpu, &host->vram, heap);
free_partition:
	vgpu_buddy_free(&gpu->buddy, place->first_segment, place->segments);
	return ret;
}

int vf_take_memory(struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid,
		   const struct place_wish *wish, struct vgpu_placement *place,
		   struct vgpu_heap_block *heap, struct place_tally *tally, struct vf_reason *why)
{
	struct vgpu_buddy_request req = { .owner = uuid, .flags = wish->flags };
	int ret = vf_find_memory(vf, type, uuid, wish, place, tally, why);

	if (ret)
		return ret;
	req.count = place->segments;
	ret = take_at(vf->host, type, &req, place, heap);
	/* vram_lock is held: what was there is there. */
	if (WARN_ON(ret))
		vf_because(why, "what was free for %s could not be taken (error %d); see the kernel log",
			   type->name, ret);
	return ret;
}

void vf_put_memory(struct vgpu_host *host, const struct vgpu_placement *place,
		   struct vgpu_heap_block *heap)
{
	struct vgpu_gpu *gpu = host->gpu;

	WARN_ON(vgpu_chid_free(&host->chids, place->chid_base, place->chid_count));
	WARN_ON(vgpu_heap_free(gpu, &host->vram, heap));
	WARN_ON(vgpu_buddy_free(&gpu->buddy, place->first_segment, place->segments));
}

unsigned int vgpu_placements(struct vgpu_gpu *gpu, const struct vgpu_type *type, bool creatable,
			     u16 *ids, unsigned int max)
{
	struct vgpu_host *host = gpu->host;
	struct vgpu_placement place;
	struct place_tally tally = { 0 };
	unsigned int count = 0;
	u32 index;

	if (!host || !host->num_vfs || !max)
		return 0;
	mutex_lock(&gpu->vram_lock);
	for (index = 0; count < max; index++) {
		if (vgpu_placement_next(host->mode, &host->region, type, index, &place))
			break;
		/* Of no VF in particular: each that has a vGPU stands in the way of others. */
		if (!creatable || (!size_refused(host, type) &&
				   place_free(host, NULL, type, NULL, vf_claim_flags(host), &place,
					      &tally)))
			ids[count++] = place.id;
	}
	mutex_unlock(&gpu->vram_lock);
	return count;
}
