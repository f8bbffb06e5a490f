// SPDX-License-Identifier: GPL-2.0-only
/* Claim and release: which type, where, and what a vGPU holds while it exists. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "host.h"

static int check_gpu(struct vgpu_host *host, struct vf_reason *why)
{
	switch (READ_ONCE(host->gpu->state)) {
	case VGPU_GPU_READY:
		return 0;
	case VGPU_GPU_LOST:
		vf_because(why, "the GPU is lost; reset it or reload vgpu_core");
		return -ENODEV;
	default:
		vf_because(why, "GSP is not ready; wait for the GPU's state to become ready");
		return -EAGAIN;
	}
}

static int check_type(const struct vgpu_host *host, const struct vgpu_type *type,
		      struct vf_reason *why)
{
	if (type->missing || !type->id) {
		vf_because(why, "%s cannot be created: %s", type->name,
			   type->missing ? type->missing : "its type id is not known");
		return -EOPNOTSUPP;
	}
	if (!vgpu_placement_segments(&host->region, type)) {
		vf_because(why, "%s does not fit this board: %llu MiB of framebuffer", type->name,
			   host->region.fb_bytes >> 20);
		return -ENOSPC;
	}
	if (type->heap_bytes < VGPU_HEAP_SHARED_BYTES) {
		vf_because(why, "%s has a management heap of %llu bytes, too small for its buffers",
			   type->name, type->heap_bytes);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* Rules about the vGPUs present. host->lock is held. */
static int check_others(const struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid,
			struct vf_reason *why)
{
	const struct vgpu_host *host = vf->host;
	unsigned int i, same = 0;

	for (i = 0; i < host->num_vfs; i++) {
		const struct vgpu_vf *other = host->vfs[i];

		if (other == vf || (other->state == VGPU_FREE && !other->claiming))
			continue;
		if (uuid && uuid_equal(uuid, &other->uuid)) {
			vf_because(why, "VF %u already has a vGPU with this UUID; use another one", i);
			return -EEXIST;
		}
		if (host->mode == VGPU_PLACEMENT_HETEROGENEOUS)
			continue;
		if (other->type->profile_bytes != type->profile_bytes) {
			vf_because(why,
				   "%s cannot be beside %s on VF %u: in homogeneous mode all vGPUs of a GPU have one size; release it first, or write heterogeneous to the GPU's placement_mode while it has no vGPU",
				   type->name, other->type->name, i);
			return -EINVAL;
		}
		same++;
	}
	if (same >= type->max_instances) {
		vf_because(why, "%s: %u vGPUs of this size exist, more are not possible on this board",
			   type->name, same);
		return -ENOSPC;
	}
	return 0;
}

/* May this VF take a claim at all? host->lock is held. */
static int check_vf(const struct vgpu_vf *vf, struct vf_reason *why)
{
	if (vf->host->closing) {
		vf_because(why, "the GPU is being shut down or its VFs disabled");
		return -EBUSY;
	}
	if (vf->state == VGPU_QUARANTINED) {
		vf_because(why, "it is quarantined; reset the GPU");
		return -EBUSY;
	}
	if (vf->state != VGPU_FREE || vf->claiming) {
		vf_because(why, "it already has a vGPU; release it first");
		return -EBUSY;
	}
	return 0;
}

/* Checks and memory of a claim in one step, so that concurrent claims cannot pass each other. */
static int take(struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid,
		struct place_tally *tally, struct vf_reason *why)
{
	struct vgpu_host *host = vf->host;
	const struct place_wish wish = {
		.flags = vf_claim_flags(host),
		.id = VGPU_PLACEMENT_NONE,
	};
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
		ret = vf_take_memory(vf, type, uuid, &wish, &vf->place, &vf->heap, tally, why);
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
	vgpu_space_fini(gpu, &vf->space);
	vf_put_memory(host, &vf->place, &vf->heap);
	spin_lock(&host->lock);
	vf->claiming = false;
	vf->type = NULL;
	vf->uuid = uuid_null;
	spin_unlock(&host->lock);
	mutex_unlock(&gpu->vram_lock);
}

static int map_mbox(struct vgpu_gpu *gpu, const struct vgpu_heap_block *heap,
		    struct vgpu_bar1_map *map, struct vf_reason *why)
{
	int ret = vgpu_bar1_map_window(gpu, heap->spa, VGPU_MBOX_BYTES, map);
	struct vf_reason bar1;

	if (!ret)
		return 0;
	vgpu_bar1_why(gpu, VGPU_MBOX_BYTES, ret, bar1.text, sizeof(bar1.text));
	vf_because(why, "its management heap could not be mapped: %s", bar1.text);
	return ret;
}

/* A place and its heap in the vGPU's address space: in large pages, both are aligned for them. */
static int map_place(struct vgpu_vf *vf, const struct vgpu_placement *place,
		     const struct vgpu_heap_block *heap)
{
	u64 segment_bytes = vf->host->region.segment_bytes;
	u64 spa = place->first_segment * segment_bytes, bytes = place->segments * segment_bytes;
	int ret = vgpu_space_map(&vf->space, spa, bytes);

	if (ret)
		return ret;
	ret = vgpu_space_map(&vf->space, heap->spa, heap->bytes);
	if (ret)
		vgpu_space_unmap(&vf->space, spa, bytes);
	return ret;
}

static void unmap_place(struct vgpu_vf *vf, const struct vgpu_placement *place,
			const struct vgpu_heap_block *heap)
{
	u64 segment_bytes = vf->host->region.segment_bytes;

	vgpu_space_unmap(&vf->space, heap->spa, heap->bytes);
	vgpu_space_unmap(&vf->space, place->first_segment * segment_bytes,
			 place->segments * segment_bytes);
}

static int say_no_space(int ret, struct vf_reason *why)
{
	if (ret == -ENOSPC)
		vf_because(why, "no VRAM is left for the page tables of its address space; release another vGPU, or memory of another kernel module");
	else if (ret)
		vf_because(why, "its address space could not be made (error %d); see the kernel log",
			   ret);
	return ret;
}

/* The address space that engines see its memory in. Left to vf_put_resources() on failure. */
static int take_space(struct vgpu_vf *vf, struct vf_reason *why)
{
	struct vgpu_gpu *gpu = vf->host->gpu;
	int ret;

	mutex_lock(&gpu->vram_lock);
	ret = vgpu_space_init(gpu, &vf->space);
	if (!ret)
		ret = map_place(vf, &vf->place, &vf->heap);
	mutex_unlock(&gpu->vram_lock);
	return say_no_space(ret, why);
}

/* What a claim needs besides memory. */
static int take_objects(struct vgpu_vf *vf, struct vf_reason *why)
{
	struct vgpu_gpu *gpu = vf->host->gpu;
	int ret;

	ret = take_space(vf, why);
	if (!ret)
		ret = map_mbox(gpu, &vf->heap, &vf->mbox_map, why);
	if (ret)
		return ret;
	vf->mbox = (struct vgpu_mbox){
		.gpu = gpu,
		.io = vf->mbox_map.io,
		.gfid = vf->gfid,
		.abort = &vf->crashed,
	};
	ret = rm_client_init(gpu, &vf->rm);
	if (ret)
		vf_because(why, "GSP did not give it an RM client (error %d); see the kernel log", ret);
	return ret;
}

static int claim_locked(struct vgpu_vf *vf, u32 type_id, const uuid_t *uuid,
			struct vf_events *events, struct vf_reason *why)
{
	struct vgpu_host *host = vf->host;
	const struct vgpu_type *type;
	u64 start = ktime_get_ns();
	struct place_tally tally;
	int ret;

	if (!uuid || uuid_is_null(uuid)) {
		vf_because(why, "a vGPU needs a UUID that is not all zeroes");
		return -EINVAL;
	}
	ret = check_gpu(host, why);
	if (ret)
		return ret;
	type = vgpu_type_find(host->gpu, type_id);
	if (!type) {
		vf_because(why, "type %u does not exist on this board; see vgpu/types", type_id);
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
	struct vf_reason why = { "" };
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

	if (vf_scrub(vf, &vf->place, &vf->heap)) {
		spin_lock(&host->lock);
		vf_set_state_locked(vf, VGPU_QUARANTINED, events);
		spin_unlock(&host->lock);
		return -EIO;
	}
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

/* Memory at place @id beside what the vGPU has, in its address space too; vram_lock is taken. */
static int take_other(struct vgpu_vf *vf, u16 id, struct vgpu_placement *place,
		      struct vgpu_heap_block *heap, struct vf_reason *why)
{
	const struct place_wish wish = { .flags = vf_claim_flags(vf->host), .id = id };
	struct vgpu_gpu *gpu = vf->host->gpu;
	struct place_tally tally;
	int ret;

	mutex_lock(&gpu->vram_lock);
	ret = vf_take_memory(vf, vf->type, &vf->uuid, &wish, place, heap, &tally, why);
	heap->zeroed = false;
	if (!ret) {
		ret = say_no_space(map_place(vf, place, heap), why);
		if (ret)
			vf_put_memory(vf->host, place, heap);
	}
	mutex_unlock(&gpu->vram_lock);
	return ret;
}

/* The place that is not, or no longer, the vGPU's; vram_lock is held. */
static void drop_place(struct vgpu_vf *vf, const struct vgpu_placement *place,
		       struct vgpu_heap_block *heap)
{
	unmap_place(vf, place, heap);
	vf_put_memory(vf->host, place, heap);
}

/* What is left at the place that the vGPU leaves; nothing else can stop the move any more. */
static int scrub_old(struct vgpu_vf *vf, struct vf_events *events, struct vf_reason *why)
{
	if (!vf_scrub(vf, &vf->place, &vf->heap))
		return 0;
	vf_because(why, "it did not move: GSP did not confirm that the scrub of its place has ended; its memory stays reserved until the GPU is reset");
	spin_lock(&vf->host->lock);
	vf_set_state_locked(vf, VGPU_QUARANTINED, events);
	spin_unlock(&vf->host->lock);
	return -EIO;
}

/* Places of one type are disjoint, so the new one is taken and mapped before the old one goes. */
static int place_locked(struct vgpu_vf *vf, u16 id, struct vf_events *events,
			struct vf_reason *why)
{
	struct vgpu_gpu *gpu = vf->host->gpu;
	struct vgpu_heap_block heap = { 0 }, old_heap = { 0 };
	struct vgpu_placement place, old_place = vf->place;
	struct vgpu_bar1_map map = { 0 }, old_map = vf->mbox_map;
	int ret;

	if (READ_ONCE(vf->state) != VGPU_READY) {
		vf_because(why, "it is %s; a vGPU changes its place in state ready only",
			   vgpu_state_name(vf->state));
		return -EBUSY;
	}
	if (id == vf->place.id)
		return 0;
	ret = take_other(vf, id, &place, &heap, why);
	if (ret)
		return ret;
	ret = map_mbox(gpu, &heap, &map, why);
	if (!ret) {
		ret = scrub_old(vf, events, why);
		if (ret)
			vgpu_bar1_unmap_window(gpu, &map);
	}
	mutex_lock(&gpu->vram_lock);
	if (ret) {
		drop_place(vf, &place, &heap);
	} else {
		vgpu_heap_hand_over(&vf->heap, &old_heap);
		vgpu_heap_hand_over(&heap, &vf->heap);
		vf->place = place;
		drop_place(vf, &old_place, &old_heap);
	}
	mutex_unlock(&gpu->vram_lock);
	if (ret)
		return ret;
	vf->mbox_map = map;
	vf->mbox.io = map.io;
	vgpu_bar1_unmap_window(gpu, &old_map);
	return 0;
}

int vgpu_place(struct vgpu_vf *vf, u16 id)
{
	struct vf_events events = { 0 };
	struct vf_reason why = { "" };
	int ret;

	if (!mutex_trylock(&vf->op_lock)) {
		vf_error(vf, "another operation is under way; try again");
		return -EBUSY;
	}
	ret = place_locked(vf, id, &events, &why);
	if (ret)
		vf_error(vf, "%s", why.text);
	mutex_unlock(&vf->op_lock);
	vf_tell(vf, &events);
	return ret;
}

/* The steps of a claim that can say no; nothing is taken. */
static int try_claim(struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid,
		     unsigned int flags, struct vf_reason *why)
{
	const struct place_wish wish = { .flags = flags, .id = VGPU_PLACEMENT_NONE };
	struct vgpu_host *host = vf->host;
	struct vgpu_placement place;
	struct place_tally tally;
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
		ret = vf_find_memory(vf, type, uuid, &wish, &place, &tally, why);
	mutex_unlock(&host->gpu->vram_lock);
	return ret;
}

int vgpu_creatable(struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid, char *why,
		   size_t why_size)
{
	struct vf_reason reason = { "" };
	int ret = try_claim(vf, type, uuid, vf_claim_flags(vf->host), &reason);

	if (why && why_size)
		strscpy(why, reason.text, why_size);
	return ret;
}

int vgpu_claimable(struct vgpu_vf *vf, const struct vgpu_type *type)
{
	struct vf_reason reason = { "" };

	return try_claim(vf, type, NULL, VGPU_BUDDY_ANY_DIRTY, &reason);
}
