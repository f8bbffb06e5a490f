// SPDX-License-Identifier: GPL-2.0-only
/* States of a vGPU, its owner, its errors. */

#include <linux/kernel.h>
#include <linux/string.h>

#include "host.h"

static const char *const state_names[VGPU_STATE_COUNT] = {
	[VGPU_FREE] = "free",
	[VGPU_READY] = "ready",
	[VGPU_BOOTING] = "booting",
	[VGPU_OPEN] = "open",
	[VGPU_RESETTING] = "resetting",
	[VGPU_CLOSING] = "closing",
	[VGPU_FAILED] = "failed",
	[VGPU_QUARANTINED] = "quarantined",
};

/* Every allowed transition, by state left. */
static const u16 edges[VGPU_STATE_COUNT] = {
	/* claim */
	[VGPU_FREE] = BIT(VGPU_READY),
	/* release, open; the scrub of what it leaves did not end */
	[VGPU_READY] = BIT(VGPU_FREE) | BIT(VGPU_BOOTING) | BIT(VGPU_QUARANTINED),
	/* up; open failed and undone; GPU lost meanwhile; GSP did not confirm the end */
	[VGPU_BOOTING] = BIT(VGPU_OPEN) | BIT(VGPU_READY) | BIT(VGPU_FAILED) |
			 BIT(VGPU_QUARANTINED),
	/* reset, close, plugin dead */
	[VGPU_OPEN] = BIT(VGPU_RESETTING) | BIT(VGPU_CLOSING) | BIT(VGPU_FAILED),
	[VGPU_RESETTING] = BIT(VGPU_OPEN) | BIT(VGPU_FAILED),
	/* gone; GPU lost meanwhile; GSP did not confirm the end */
	[VGPU_CLOSING] = BIT(VGPU_READY) | BIT(VGPU_FAILED) | BIT(VGPU_QUARANTINED),
	/* release; close of a dead plugin, or a scrub, that GSP did not confirm */
	[VGPU_FAILED] = BIT(VGPU_FREE) | BIT(VGPU_QUARANTINED),
	/* until the GPU is reset */
	[VGPU_QUARANTINED] = 0,
};

const char *vgpu_state_name(enum vgpu_state state)
{
	return (unsigned int)state < VGPU_STATE_COUNT ? state_names[state] : "unknown";
}

bool vgpu_state_edge(enum vgpu_state from, enum vgpu_state to)
{
	return (unsigned int)from < VGPU_STATE_COUNT && (unsigned int)to < VGPU_STATE_COUNT &&
	       edges[from] & BIT(to);
}

void vf_queue_event(struct vf_events *events, enum vgpu_event event, u32 data)
{
	if (WARN_ON_ONCE(events->count == VF_MAX_EVENTS))
		return;
	events->item[events->count].event = event;
	events->item[events->count].data = data;
	events->count++;
}

/* Pin the owner for one call; NULL when there is none. */
static const struct vgpu_vf_callbacks *callback_get(struct vgpu_vf *vf, void **owner)
{
	const struct vgpu_vf_callbacks *cb;

	spin_lock(&vf->host->lock);
	cb = vf->cb;
	*owner = vf->owner;
	if (cb)
		vf->cb_running++;
	spin_unlock(&vf->host->lock);
	return cb;
}

static void callback_put(struct vgpu_vf *vf)
{
	spin_lock(&vf->host->lock);
	if (!--vf->cb_running && vf->cb_drained) {
		complete_all(vf->cb_drained);
		vf->cb_drained = NULL;
	}
	spin_unlock(&vf->host->lock);
}

void vf_tell(struct vgpu_vf *vf, const struct vf_events *events)
{
	const struct vgpu_vf_callbacks *cb;
	unsigned int i;
	void *owner;

	if (!events->count)
		return;
	cb = callback_get(vf, &owner);
	if (!cb)
		return;
	for (i = 0; i < events->count; i++)
		cb->event(owner, events->item[i].event, events->item[i].data);
	callback_put(vf);
}

void vgpu_vf_set_owner(struct vgpu_vf *vf, const struct vgpu_vf_callbacks *cb, void *owner)
{
	struct completion drained;
	bool wait = false;

	init_completion(&drained);
	spin_lock(&vf->host->lock);
	vf->cb = cb;
	vf->owner = owner;
	if (vf->cb_running && !WARN_ON(vf->cb_drained)) {
		vf->cb_drained = &drained;
		wait = true;
	}
	spin_unlock(&vf->host->lock);
	if (wait)
		wait_for_completion(&drained);
}

bool vf_set_state_locked(struct vgpu_vf *vf, enum vgpu_state to, struct vf_events *events)
{
	if (WARN(!vgpu_state_edge(vf->state, to), "VF %u: %s -> %s is no transition\n", vf->index,
		 vgpu_state_name(vf->state), vgpu_state_name(to)))
		return false;
	vf->state = to;
	vf_queue_event(events, VGPU_EVENT_STATE, to);
	return true;
}

void vf_dead_locked(struct vgpu_vf *vf, struct vf_events *events)
{
	WRITE_ONCE(vf->crashed, true);
	vf_set_state_locked(vf, VGPU_FAILED, events);
	if (!vf->dead_told) {
		vf->dead_told = true;
		vf_queue_event(events, VGPU_EVENT_DEAD, 0);
	}
}

void vf_error(struct vgpu_vf *vf, const char *fmt, ...)
{
	char text[VGPU_ERROR_TEXT_BYTES];
	va_list args;
	int len;

	len = scnprintf(text, sizeof(text), "VF %u: ", vf->index);
	va_start(args, fmt);
	vscnprintf(text + len, sizeof(text) - len, fmt, args);
	va_end(args);
	spin_lock(&vf->host->lock);
	strscpy(vf->last_error, text, sizeof(vf->last_error));
	spin_unlock(&vf->host->lock);
	vgpu_gpu_error(vf->host->gpu, "%s", text);
}

size_t vgpu_vf_last_error(struct vgpu_vf *vf, char *buf, size_t size)
{
	ssize_t len;

	if (!size)
		return 0;
	spin_lock(&vf->host->lock);
	len = strscpy(buf, vf->last_error, size);
	spin_unlock(&vf->host->lock);
	return len < 0 ? size - 1 : (size_t)len;
}

void vgpu_vf_info(struct vgpu_vf *vf, struct vgpu_vf_info *info)
{
	memset(info, 0, sizeof(*info));
	spin_lock(&vf->host->lock);
	info->state = vf->state;
	info->gfid = vf->gfid;
	info->placement_id = VGPU_PLACEMENT_NONE;
	info->claim_ns = vf->claim_ns;
	info->open_ns = vf->open_ns;
	info->xid_count = vf->xid_count;
	info->event_count = vf->event_count;
	if (vf->state != VGPU_FREE) {
		u64 segment_bytes = vf->host->region.segment_bytes;

		info->type = vf->type;
		info->uuid = vf->uuid;
		info->fb_spa = vf->place.first_segment * segment_bytes;
		info->fb_bytes = vf->place.segments * segment_bytes;
		info->heap_spa = vf->heap.spa;
		info->heap_bytes = vf->heap.bytes;
		info->chid_base = vf->place.chid_base;
		info->chid_count = vf->place.chid_count;
		info->placement_id = vf->place.id;
	}
	spin_unlock(&vf->host->lock);
}

unsigned int vgpu_vf_index(const struct vgpu_vf *vf)
{
	return vf->index;
}

struct vgpu_gpu *vgpu_vf_gpu(const struct vgpu_vf *vf)
{
	return vf->host->gpu;
}
