// SPDX-License-Identifier: GPL-2.0-only
/* What GSP tells about vGPUs without being asked. Takes spinlocks only, tells owners at the end. */

#include <linux/completion.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

#include "host.h"

/* Events and the end of hosting meet here: gpu->host and host->pins, of all GPUs. */
static DEFINE_SPINLOCK(pin_lock);

/* The host for the time of one event; NULL when there is none (any more). */
static struct vgpu_host *host_pin(struct vgpu_gpu *gpu)
{
	struct vgpu_host *host;

	spin_lock(&pin_lock);
	host = gpu->host;
	if (host)
		host->pins++;
	spin_unlock(&pin_lock);
	return host;
}

static void host_unpin(struct vgpu_host *host)
{
	struct completion *unpinned = NULL;

	spin_lock(&pin_lock);
	if (!--host->pins)
		unpinned = host->unpinned;
	spin_unlock(&pin_lock);
	/* Whoever waits frees the host as soon as it knows: nothing of it is touched after this. */
	if (unpinned)
		complete(unpinned);
}

void host_publish(struct vgpu_host *host)
{
	spin_lock(&pin_lock);
	host->gpu->host = host;
	spin_unlock(&pin_lock);
}

void host_unpublish(struct vgpu_host *host)
{
	struct completion unpinned;
	bool wait = false;

	init_completion(&unpinned);
	spin_lock(&pin_lock);
	host->gpu->host = NULL;
	if (host->pins) {
		host->unpinned = &unpinned;
		wait = true;
	}
	spin_unlock(&pin_lock);
	if (wait)
		wait_for_completion(&unpinned);
}

static struct vgpu_vf *vf_of_gfid(const struct vgpu_host *host, u32 gfid)
{
	return gfid && gfid <= host->num_vfs ? host->vfs[gfid - 1] : NULL;
}

/* Is this the end that we asked for? Its event may be handled when the next plugin runs already. */
static bool unload_expected(struct vgpu_vf *vf)
{
	bool due;

	spin_lock(&vf->host->lock);
	due = vf->unload_due;
	vf->unload_due = false;
	spin_unlock(&vf->host->lock);
	return due;
}

/*
 * The plugin's task is gone. An operation under way sees it by itself and settles the state.
 * Returns true when somebody has to hear of it.
 */
static bool task_gone(struct vgpu_vf *vf, struct vf_events *events)
{
	bool dead = false;

	spin_lock(&vf->host->lock);
	if (vf->plugin_up)
		WRITE_ONCE(vf->crashed, true);
	if (vf->state == VGPU_OPEN) {
		vf_dead_locked(vf, events);
		dead = true;
	}
	spin_unlock(&vf->host->lock);
	return dead;
}

static void plugin_event(struct vgpu_vf *vf, u32 notify_index)
{
	struct device *dev = vf->host->gpu->dev;
	struct vf_events events = { 0 };

	spin_lock(&vf->host->lock);
	vf->event_count++;
	spin_unlock(&vf->host->lock);

	switch (notify_index) {
	case VGPU_NOTIFY_TASK_CRASHED:
		if (task_gone(vf, &events))
			vf_error(vf, "its plugin task crashed; stop its VM, release it and create it again");
		break;
	case VGPU_NOTIFY_TASK_UNLOADED:
		if (!unload_expected(vf) && task_gone(vf, &events))
			vf_error(vf, "its plugin task ended by itself; stop its VM, release it and create it again");
		break;
	case VGPU_NOTIFY_GUEST_DRIVER_LOADED:
		vf_queue_event(&events, VGPU_EVENT_GUEST_LOADED, 0);
		break;
	case VGPU_NOTIFY_GUEST_DRIVER_UNLOADED:
		vf_queue_event(&events, VGPU_EVENT_GUEST_UNLOADED, 0);
		break;
	case VGPU_NOTIFY_PRINT_ERROR:
		/* The layout of the error buffer is not known; the GSP logs have the text. */
		dev_warn_ratelimited(dev, "VF %u: its plugin reports an error, see the GSP logs\n",
				     vf->index);
		break;
	case VGPU_NOTIFY_TASK_BOOTLOADED:
	case VGPU_NOTIFY_LICENSE_CHANGED:
	case VGPU_NOTIFY_GUEST_OS_TYPE:
		break;
	default:
		dev_dbg(dev, "VF %u: unknown plugin event %u\n", vf->index, notify_index);
		break;
	}
	vf_tell(vf, &events);
}

void vgpu_event_plugin(struct vgpu_gpu *gpu, u32 gfid, u32 notify_index)
{
	struct vgpu_host *host = host_pin(gpu);
	struct vgpu_vf *vf;

	if (!host)
		return;
	vf = vf_of_gfid(host, gfid);
	if (vf)
		plugin_event(vf, notify_index);
	else
		dev_warn_ratelimited(gpu->dev, "event %u of a vGPU that does not exist (GFID %u)\n",
				     notify_index, gfid);
	host_unpin(host);
}

/* Text from firmware, made fit for a log line. */
static void clean_text(char *out, size_t size, const char *text)
{
	size_t i;

	for (i = 0; text && i < size - 1 && text[i]; i++)
		out[i] = text[i] >= ' ' && text[i] < 0x7f ? text[i] : ' ';
	while (i && out[i - 1] == ' ')
		i--;
	out[i] = '\0';
}

void vgpu_event_xid(struct vgpu_gpu *gpu, u32 gfid, u32 xid, const char *text)
{
	struct vgpu_host *host = host_pin(gpu);
	struct vgpu_vf *vf = host ? vf_of_gfid(host, gfid) : NULL;
	struct vf_events events = { 0 };
	char clean[VGPU_ERROR_TEXT_BYTES / 2];

	clean_text(clean, sizeof(clean), text);
	if (vf) {
		spin_lock(&host->lock);
		vf->xid_count++;
		vf->event_count++;
		spin_unlock(&host->lock);
		vf_error(vf, "Xid %u in the guest%s%s; the VM goes on", xid, clean[0] ? ": " : "",
			 clean);
		vf_queue_event(&events, VGPU_EVENT_XID, xid);
		vf_tell(vf, &events);
	} else {
		vgpu_gpu_error(gpu, "Xid %u of the GPU%s%s", xid, clean[0] ? ": " : "", clean);
	}
	if (host)
		host_unpin(host);
}

void vgpu_event_gsp_lost(struct vgpu_gpu *gpu)
{
	struct vgpu_host *host = host_pin(gpu);
	unsigned int i;

	if (!host)
		return;
	for (i = 0; i < host->num_vfs; i++) {
		struct vf_events events = { 0 };

		if (task_gone(host->vfs[i], &events))
			vf_error(host->vfs[i], "the GPU is lost; stop its VM and reset the GPU");
		vf_tell(host->vfs[i], &events);
	}
	host_unpin(host);
}
