// SPDX-License-Identifier: GPL-2.0-only
/* Claim and release: which type, where, and what a vGPU holds while it exists. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "host.h"

/* Why a claim is refused; written only when it is. */
struct reason {
	char text[VGPU_ERROR_TEXT_BYTES];
};

#define MIB_SHIFT 20

#define because(why, fmt, ...) scnprintf((why)->text, sizeof((why)->text), fmt, ##__VA_ARGS__)

static int check_gpu(struct vgpu_host *host, struct reason *why)
{
	switch (READ_ONCE(host->gpu->state)) {
	case VGPU_GPU_READY:
		return 0;
	case VGPU_GPU_LOST:
		because(why, "the GPU is lost; reset it or reload vgpu_core");
		return -ENODEV;
	default:
		because(why, "GSP is not ready; wait for the GPU's state to become ready");
		return -EAGAIN;
	}
}

static int check_type(const struct vgpu_host *host, const struct vgpu_type *type,
		      struct reason *why)
{
	if (type->missing || !type->id) {
		because(why, "%s cannot be created: %s", type->name,
			type->missing ? type->missing : "its type id is not known");
		return -EOPNOTSUPP;
	}
	if (!vgpu_placement_segments(&host->region, type)) {
		because(why, "%s does not fit this board: %llu MiB of framebuffer", type->name,
			host->region.fb_bytes >> 20);
		return -ENOSPC;
	}
	if (type->heap_bytes < VGPU_HEAP_SHARED_BYTES) {
		because(why, "%s has a management heap of %llu bytes, too small for its buffers",
			type->name, type->heap_bytes);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* Rules about the vGPUs present. host->lock is held. */
static int check_others(const struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid,
			struct reason *why)
{
	const struct vgpu_host *host = vf->host;
	unsigned int i, same = 0;

	for (i = 0; i < host->num_vfs; i++) {
		const struct vgpu_vf *other = host->vfs[i];

		if (other == vf || (other->state == VGPU_FREE && !other->claiming))
			continue;
		if (uuid && uuid_equal(uuid, &other->uuid)) {
			because(why, "VF %u already has a vGPU with this UUID; use another one", i);
			return -EEXIST;
		}
		if (other->type->profile_bytes != type->profile_bytes) {
			because(why,
				"%s cannot be beside %s on VF %u: in homogeneous mode all vGPUs of a GPU have one size; release it first",
				type->name, other->type->name, i);
			return -EINVAL;
		}
		same++;
	}
	if (same >= type->max_instances) {
		because(why, "%s: %u vGPUs of this size exist, more are not possible on this board",
			type->name, same);
		return -ENOSPC;
	}
	return 0;
}

/* May this VF take a claim at all? host->lock is held. */
static int check_vf(const struct vgpu_vf *vf, struct reason *why)
{
	if (vf->host->closing) {
		because(why, "the GPU is being shut down or its VFs disabled");
		return -EBUSY;
	}
	if (vf->state == VGPU_QUARANTINED) {
		because(why, "it is quarantined; reset the GPU");
		return -EBUSY;
	}
	if (vf->state != VGPU_FREE || vf->claiming) {
		because(why, "it already has a vGPU; release it first");
		return -EBUSY;
	}
	return 0;
}

/* What the search over candidate places met. */
struct tally {
	unsigned int used, dirty;
	uuid_t owner;	/* of something in the first dirty place that names one; else nil */
};

/* Buddy flags of a claim by somebody in particular. */
static unsigned int claim_flags(const struct vgpu_host *host)
{
	return host->gpu->allow_unscrubbed ? VGPU_BUDDY_ANY_DIRTY : 0;
}

/* Whose data keep @uuid (may be NULL) out of @place? Management heaps belong to nobody. */
static void tally_owner(const struct vgpu_buddy *buddy, const struct vgpu_placement *place,
			const uuid_t *uuid, struct tally *tally)
{
	u32 unit, end = place->first_segment + place->segments;

	for (unit = place->first_segment; unit < end && uuid_is_null(&tally->owner); unit++)
		if (vgpu_buddy_unit_state(buddy, unit) == VGPU_UNIT_DIRTY &&
		    !(uuid && uuid_equal(uuid, &buddy->owner[unit])))
			tally->owner = buddy->owner[unit];
}

/* First candidate that @uuid can have, one that it left dirty itself before all others. */
static int pick_place(struct vgpu_host *host, const struct vgpu_type *type, const uuid_t *uuid,
		      unsigned int flags, struct vgpu_placement *place, struct tally *tally)
{
	struct vgpu_buddy *buddy = &host->gpu->buddy;
	struct vgpu_buddy_request req = { .owner = uuid, .flags = flags };
	struct vgpu_placement candidate;
	bool found = false;
	u32 index;
	int ret;

	memset(tally, 0, sizeof(*tally));
	for (index = 0;; index++) {
		ret = vgpu_placement_next(host->mode, &host->region, type, index, &candidate);
		if (ret == -ENOENT)
			break;
		if (ret)
			return ret;
		req.count = candidate.segments;
		ret = vgpu_buddy_would_fit_at(buddy, &req, candidate.first_segment);
		if (ret == -EACCES) {
			tally->dirty++;
			tally_owner(buddy, &candidate, uuid, tally);
		} else if (ret) {
			tally->used++;
		}
		if (ret)
			continue;
		if (uuid && vgpu_buddy_unit_state(buddy, candidate.first_segment) ==
				    VGPU_UNIT_DIRTY &&
		    uuid_equal(uuid, &buddy->owner[candidate.first_segment])) {
			*place = candidate;
			found = true;
			break;
		}
		if (!found)
			*place = candidate;
		found = true;
	}
	if (!found)
		return -ENOSPC;
	req.count = place->segments;
	return vgpu_buddy_alloc_at(buddy, &req, place->first_segment);
}

/* What the partition allocator says about @segments for @uuid: what is free, what is missing. */
static void say_room(struct vgpu_host *host, u32 segments, const uuid_t *uuid, struct reason *room)
{
	const struct vgpu_buddy_request req = {
		.count = segments,
		.owner = uuid,
		.flags = claim_flags(host),
	};
	u64 segment_mib = host->region.segment_bytes >> MIB_SHIFT, need = segments * segment_mib;
	struct vgpu_buddy_why why;

	vgpu_buddy_why(&host->gpu->buddy, &req, &why);
	switch (why.verdict) {
	case VGPU_BUDDY_NEVER:
		because(room, "it needs %llu MiB in one piece, which this board does not have", need);
		break;
	case VGPU_BUDDY_FITS:
		because(room, "%llu MiB are free in one piece, but at no place of it",
			why.largest * segment_mib);
		break;
	case VGPU_BUDDY_FULL:
	case VGPU_BUDDY_DIRTY:
		because(room, "it needs %llu MiB, %llu are free", need, why.free * segment_mib);
		break;
	case VGPU_BUDDY_SCATTERED:
		if (why.moves)
			because(room,
				"it needs %llu MiB, %llu are free, %llu in one piece; %u pieces of together %llu MiB would have to move",
				need, why.free * segment_mib, why.largest * segment_mib, why.moves,
				why.move_units * segment_mib);
		else
			because(room, "it needs %llu MiB, %llu are free, %llu in one piece", need,
				why.free * segment_mib, why.largest * segment_mib);
		break;
	}
}

/* Also a reason why places are in use: what other modules were given is not free for vGPUs. */
static void say_clients(struct vgpu_gpu *gpu, struct reason *text)
{
	u64 bytes;

	mutex_lock(&gpu->clients.lock);
	bytes = gpu->clients.vram_used;
	mutex_unlock(&gpu->clients.lock);
	if (bytes)
		because(text, ", other kernel modules hold %llu MiB",
			DIV_ROUND_UP_ULL(bytes, 1ULL << MIB_SHIFT));
}

static void say_no_place(struct vgpu_host *host, const struct vgpu_type *type, const uuid_t *uuid,
			 const struct tally *tally, struct reason *why)
{
	unsigned int places = tally->used + tally->dirty;
	struct reason room = { "" }, clients = { "" };

	if (!tally->dirty) {
		say_room(host, vgpu_placement_segments(&host->region, type), uuid, &room);
		say_clients(host->gpu, &clients);
		because(why, "no room for %s: all %u places are in use, %s%s; release a vGPU",
			type->name, places, room.text, clients.text);
	} else if (uuid_is_null(&tally->owner)) {
		because(why,
			"no room for %s: %u of %u places are in use, %u hold what vGPU plugins left until scrubbed; load vgpu_core with allow_unscrubbed=1",
			type->name, tally->used, places, tally->dirty);
	} else {
		because(why,
			"no room for %s: %u of %u places are in use, %u hold what another vGPU left%s %pUb and go only to its UUID until scrubbed; create that one, or load vgpu_core with allow_unscrubbed=1",
			type->name, tally->used, places, tally->dirty,
			tally->dirty > 1 ? ", e.g." : ":", &tally->owner);
	}
}

static void say_no_heap(struct vgpu_host *host, const struct vgpu_type *type, struct reason *why)
{
	u64 segment_mib = host->region.segment_bytes >> MIB_SHIFT;
	struct vgpu_pages_usage usage;

	vgpu_pages_usage(&host->vram.pages, &usage);
	because(why,
		"no room for the %llu MiB management heap of %s: the PF's share has %u MiB in one piece, and %llu MiB can join it; release a vGPU",
		type->heap_bytes >> MIB_SHIFT, type->name,
		usage.largest_free >> (MIB_SHIFT - VGPU_PAGE_SHIFT),
		vgpu_buddy_largest(&host->gpu->buddy, &uuid_null, VGPU_BUDDY_ANY_DIRTY) *
			segment_mib);
}

/* Everything that lives in VRAM or in id pools; vram_lock is held. Undone on failure. */
static int take_memory(struct vgpu_host *host, const struct vgpu_type *type, const uuid_t *uuid,
		       unsigned int flags, struct vgpu_placement *place,
		       struct vgpu_heap_block *heap, struct tally *tally, struct reason *why)
{
	int ret = pick_place(host, type, uuid, flags, place, tally);

	if (ret) {
		if (ret == -EOPNOTSUPP)
			because(why, "mixed sizes are not supported");
		else
			say_no_place(host, type, uuid, tally, why);
		return ret;
	}
	ret = vgpu_heap_alloc(host->gpu, &host->vram, type->heap_bytes, heap);
	if (ret) {
		say_no_heap(host, type, why);
		goto free_place;
	}
	ret = vgpu_chid_alloc(&host->chids, place->chid_count, &place->chid_base);
	if (ret) {
		place->chid_base = VGPU_CHID_ANY;
		ret = vgpu_chid_alloc(&host->chids, place->chid_count, &place->chid_base);
	}
	if (ret) {
		because(why, "no %u consecutive channel ids are free for %s; release a vGPU",
			place->chid_count, type->name);
		goto free_heap;
	}
	return 0;

free_heap:
	vgpu_heap_free(host->gpu, &host->vram, heap);
free_place:
	vgpu_buddy_free(&host->gpu->buddy, place->first_segment, place->segments);
	return ret;
}

static void put_memory(struct vgpu_host *host, const struct vgpu_placement *place,
		       struct vgpu_heap_block *heap)
{
	struct vgpu_gpu *gpu = host->gpu;

	WARN_ON(vgpu_chid_free(&host->chids, place->chid_base, place->chid_count));
	WARN_ON(vgpu_heap_free(gpu, &host->vram, heap));
	WARN_ON(vgpu_buddy_free(&gpu->buddy, place->first_segment, place->segments));
}

/* Checks and memory of a claim in one step, so that concurrent claims cannot pass each other. */
static int take(struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid,
		struct tally *tally, struct reason *why)
{
	struct vgpu_host *host = vf->host;
	int ret;

	mutex_lock(&host->gpu->vram_lock);
	spin_lock(&host->lock);
	ret = check_vf(vf, why);
	if (!ret)
		ret = check_others(vf, type, uuid, why);
	if (!ret) {
		vf->claiming = true;
		vf->type = type;
		vf->uuid = *uuid;
	}
	spin_unlock(&host->lock);
	if (!ret) {
		ret = take_memory(host, type, uuid, claim_flags(host), &vf->place, &vf->heap,
				  tally, why);
		/* The mailbox in it is prepared before any plugin runs. */
		vf->heap.zeroed = false;
		if (ret) {
			spin_lock(&host->lock);
			vf->claiming = false;
			vf->type = NULL;
			vf->uuid = uuid_null;
			spin_unlock(&host->lock);
		}
	}
	mutex_unlock(&host->gpu->vram_lock);
	return ret;
}

void vf_put_resources(struct vgpu_vf *vf)
{
	struct vgpu_host *host = vf->host;
	struct vgpu_gpu *gpu = host->gpu;

	rm_client_fini(gpu, &vf->rm);
	memset(&vf->rm, 0, sizeof(vf->rm));
	vf->mbox.io = NULL;
	vgpu_bar1_unmap_window(gpu, &vf->mbox_map);
	mutex_lock(&gpu->vram_lock);
	put_memory(host, &vf->place, &vf->heap);
	spin_lock(&host->lock);
	vf->claiming = false;
	vf->type = NULL;
	vf->uuid = uuid_null;
	spin_unlock(&host->lock);
	mutex_unlock(&gpu->vram_lock);
}

/* What a claim needs besides memory. */
static int take_objects(struct vgpu_vf *vf, struct reason *why)
{
	struct vgpu_gpu *gpu = vf->host->gpu;
	int ret;

	ret = vgpu_bar1_map_window(gpu, vf->heap.spa, VGPU_MBOX_BYTES, &vf->mbox_map);
	if (ret) {
		struct reason bar1;

		vgpu_bar1_why(gpu, VGPU_MBOX_BYTES, ret, bar1.text, sizeof(bar1.text));
		because(why, "its management heap could not be mapped: %s", bar1.text);
		return ret;
	}
	vf->mbox = (struct vgpu_mbox){
		.gpu = gpu,
		.io = vf->mbox_map.io,
		.gfid = vf->gfid,
		.abort = &vf->crashed,
	};
	ret = rm_client_init(gpu, &vf->rm);
	if (ret)
		because(why, "GSP did not give it an RM client (error %d); see the kernel log", ret);
	return ret;
}

static int claim_locked(struct vgpu_vf *vf, u32 type_id, const uuid_t *uuid,
			struct vf_events *events, struct reason *why)
{
	struct vgpu_host *host = vf->host;
	const struct vgpu_type *type;
	u64 start = ktime_get_ns();
	struct tally tally;
	int ret;

	if (!uuid || uuid_is_null(uuid)) {
		because(why, "a vGPU needs a UUID that is not all zeroes");
		return -EINVAL;
	}
	ret = check_gpu(host, why);
	if (ret)
		return ret;
	type = vgpu_type_find(host->gpu, type_id);
	if (!type) {
		because(why, "type %u does not exist on this board; see vgpu/types", type_id);
		return -ENOENT;
	}
	ret = check_type(host, type, why);
	if (!ret)
		ret = take(vf, type, uuid, &tally, why);
	if (ret)
		return ret;
	ret = take_objects(vf, why);
	if (ret) {
		vf_put_resources(vf);
		return ret;
	}
	if (tally.dirty)
		dev_info(host->gpu->dev,
			 "VF %u: skipped %u places that hold what other vGPUs left behind\n",
			 vf->index, tally.dirty);

	spin_lock(&host->lock);
	vf->crashed = false;
	vf->dead_told = false;
	vf->bus_master = false;
	vf->last_error[0] = '\0';
	vf->claim_ns = ktime_get_ns() - start;
	vf->claiming = false;
	vf_set_state_locked(vf, VGPU_READY, events);
	spin_unlock(&host->lock);
	return 0;
}

int vgpu_claim(struct vgpu_vf *vf, u32 type_id, const uuid_t *uuid)
{
	struct vf_events events = { 0 };
	struct reason why = { "" };
	int ret;

	if (!mutex_trylock(&vf->op_lock)) {
		vf_error(vf, "another operation is under way; try again");
		return -EBUSY;
	}
	ret = claim_locked(vf, type_id, uuid, &events, &why);
	if (ret)
		vf_error(vf, "%s", why.text);
	mutex_unlock(&vf->op_lock);
	vf_tell(vf, &events);
	return ret;
}

static int release_locked(struct vgpu_vf *vf, struct vf_events *events)
{
	struct vgpu_host *host = vf->host;
	int ret = 0;

	spin_lock(&host->lock);
	if (vf->state == VGPU_FREE)
		ret = -ENOENT;
	else if (vf->plugin_up || (vf->state != VGPU_READY && vf->state != VGPU_FAILED))
		ret = -EBUSY;
	spin_unlock(&host->lock);
	if (ret == -EBUSY)
		vf_error(vf, vf->state == VGPU_QUARANTINED ?
				     "it is quarantined and cannot be released; reset the GPU" :
				     "it is in use and cannot be released; stop its VM first");
	if (ret)
		return ret;

	/* Free to look at from here on, to claim only when everything is back. */
	spin_lock(&host->lock);
	vf->claiming = true;
	vf_set_state_locked(vf, VGPU_FREE, events);
	spin_unlock(&host->lock);
	vf_put_resources(vf);
	return 0;
}

int vgpu_release(struct vgpu_vf *vf)
{
	struct vf_events events = { 0 };
	int ret;

	if (!mutex_trylock(&vf->op_lock)) {
		vf_error(vf, "another operation is under way; try again");
		return -EBUSY;
	}
	ret = release_locked(vf, &events);
	mutex_unlock(&vf->op_lock);
	vf_tell(vf, &events);
	return ret;
}

/* The steps of a claim that can say no, undone at once. */
static int try_claim(struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid,
		     unsigned int flags, struct reason *why)
{
	struct vgpu_host *host = vf->host;
	struct vgpu_heap_block heap = { 0 };
	struct vgpu_placement place;
	struct tally tally;
	int ret;

	ret = check_gpu(host, why);
	if (!ret)
		ret = check_type(host, type, why);
	if (ret)
		return ret;

	mutex_lock(&host->gpu->vram_lock);
	spin_lock(&host->lock);
	ret = check_vf(vf, why);
	if (!ret)
		ret = check_others(vf, type, uuid, why);
	spin_unlock(&host->lock);
	if (!ret)
		ret = take_memory(host, type, uuid, flags, &place, &heap, &tally, why);
	if (!ret)
		put_memory(host, &place, &heap);
	mutex_unlock(&host->gpu->vram_lock);
	return ret;
}

int vgpu_creatable(struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid, char *why,
		   size_t why_size)
{
	struct reason reason = { "" };
	int ret = try_claim(vf, type, uuid, claim_flags(vf->host), &reason);

	if (why && why_size)
		strscpy(why, reason.text, why_size);
	return ret;
}

int vgpu_claimable(struct vgpu_vf *vf, const struct vgpu_type *type)
{
	struct reason reason = { "" };

	return try_claim(vf, type, NULL, VGPU_BUDDY_ANY_DIRTY, &reason);
}
