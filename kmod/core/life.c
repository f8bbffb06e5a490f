// SPDX-License-Identifier: GPL-2.0-only
/* Open, reset, close: the part of a vGPU's life in which its plugin runs. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>

#include "host.h"

static bool gpu_lost(const struct vgpu_vf *vf)
{
	return READ_ONCE(vf->host->gpu->state) == VGPU_GPU_LOST;
}

/* The GPU is lost: nothing runs there any more, and nothing of it is given out again. */
static void give_up(struct vgpu_vf *vf, struct vf_events *events)
{
	spin_lock(&vf->host->lock);
	vf->plugin_up = false;
	if (vf->state != VGPU_FAILED)
		vf_dead_locked(vf, events);
	spin_unlock(&vf->host->lock);
}

/* End the plugin; @rest is the state to rest in when GSP confirms. */
static void end_plugin(struct vgpu_vf *vf, enum vgpu_state rest, struct vf_events *events)
{
	int ret = 0;

	if (vf->plugin_up && !gpu_lost(vf))
		ret = vf_plugin_stop(vf);
	if (gpu_lost(vf)) {
		give_up(vf, events);
		return;
	}
	spin_lock(&vf->host->lock);
	if (ret)
		vf_set_state_locked(vf, VGPU_QUARANTINED, events);
	else if (vf->state != rest)
		vf_set_state_locked(vf, rest, events);
	spin_unlock(&vf->host->lock);
	if (ret)
		vf_error(vf, "GSP did not confirm that its plugin is gone (error %d); its memory stays reserved until the GPU is reset",
			 ret);
}

static int open_locked(struct vgpu_vf *vf, u32 vm_pid, u32 dbdf, struct vf_events *events)
{
	struct vgpu_host *host = vf->host;
	u64 start = ktime_get_ns();
	int ret = 0;

	spin_lock(&host->lock);
	if (host->closing)
		ret = -EBUSY;
	else if (READ_ONCE(host->gpu->state) == VGPU_GPU_LOST)
		ret = -ENODEV;
	else if (vf->state != VGPU_READY)
		ret = -EINVAL;
	if (!ret) {
		WRITE_ONCE(vf->crashed, false);
		vf->dead_told = false;
		vf->bus_master = false;
		vf_set_state_locked(vf, VGPU_BOOTING, events);
	}
	spin_unlock(&host->lock);
	if (ret == -EINVAL)
		vf_error(vf, "it is %s and cannot be opened; a type must be written first",
			 vgpu_state_name(vf->state));
	else if (ret)
		vf_error(vf, "it cannot be opened: the GPU is %s",
			 ret == -EBUSY ? "being shut down" : "lost; reset it");
	if (ret)
		return ret;

	ret = vf_plugin_start(vf, vm_pid, dbdf);
	spin_lock(&host->lock);
	if (!ret && vf->crashed)
		ret = -EIO; /* between the last answer and here */
	if (!ret) {
		vf->open_ns = ktime_get_ns() - start;
		vf->last_error[0] = '\0';
		vf_set_state_locked(vf, VGPU_OPEN, events);
	}
	spin_unlock(&host->lock);
	if (ret)
		end_plugin(vf, VGPU_READY, events);
	return ret ? -EIO : 0;
}

int vgpu_open(struct vgpu_vf *vf, pid_t vm_pid, u32 dbdf)
{
	struct vf_events events = { 0 };
	int ret;

	mutex_lock(&vf->op_lock);
	ret = open_locked(vf, (u32)vm_pid, dbdf, &events);
	mutex_unlock(&vf->op_lock);
	vf_tell(vf, &events);
	return ret;
}

static void close_locked(struct vgpu_vf *vf, struct vf_events *events)
{
	struct vgpu_host *host = vf->host;
	enum vgpu_state rest;

	spin_lock(&host->lock);
	if (vf->state != VGPU_OPEN && !(vf->state == VGPU_FAILED && vf->plugin_up)) {
		spin_unlock(&host->lock);
		return;
	}
	if (vf->state == VGPU_OPEN)
		vf_set_state_locked(vf, VGPU_CLOSING, events);
	rest = vf->state == VGPU_CLOSING ? VGPU_READY : VGPU_FAILED;
	spin_unlock(&host->lock);

	if (rest == VGPU_READY && vf->bus_master)
		vgpu_mbox_bus_master(&vf->mbox, false);
	vf->bus_master = false;
	end_plugin(vf, rest, events);
}

void vgpu_close(struct vgpu_vf *vf)
{
	struct vf_events events = { 0 };

	mutex_lock(&vf->op_lock);
	close_locked(vf, &events);
	mutex_unlock(&vf->op_lock);
	vf_tell(vf, &events);
}

/* The plugin failed a message that it must not fail: it counts as dead. */
static void declare_dead(struct vgpu_vf *vf, const char *what, int err, struct vf_events *events)
{
	vf_error(vf, "its plugin failed to %s (error %d) and is given up; release it and create it again",
		 what, err);
	spin_lock(&vf->host->lock);
	if (vf->state != VGPU_FAILED)
		vf_dead_locked(vf, events);
	spin_unlock(&vf->host->lock);
}

static int reset_locked(struct vgpu_vf *vf, struct vf_events *events)
{
	struct vgpu_host *host = vf->host;
	int ret = 0;

	spin_lock(&host->lock);
	if (vf->state != VGPU_OPEN)
		ret = -EIO;
	else
		vf_set_state_locked(vf, VGPU_RESETTING, events);
	spin_unlock(&host->lock);
	if (ret)
		return ret;

	ret = vgpu_mbox_reset(&vf->mbox);
	vf->bus_master = false; /* a function reset clears it */
	spin_lock(&host->lock);
	if (!ret && vf->crashed)
		ret = -ECONNRESET;
	if (!ret)
		vf_set_state_locked(vf, VGPU_OPEN, events);
	spin_unlock(&host->lock);
	if (ret) {
		declare_dead(vf, "reset", ret, events);
		return -EIO;
	}
	return 0;
}

int vgpu_reset(struct vgpu_vf *vf)
{
	struct vf_events events = { 0 };
	int ret;

	mutex_lock(&vf->op_lock);
	ret = reset_locked(vf, &events);
	mutex_unlock(&vf->op_lock);
	vf_tell(vf, &events);
	return ret;
}

static int bus_master_locked(struct vgpu_vf *vf, bool enable, struct vf_events *events)
{
	int ret;

	if (READ_ONCE(vf->state) != VGPU_OPEN)
		return -EIO;
	ret = vgpu_mbox_bus_master(&vf->mbox, enable);
	if (!ret) {
		vf->bus_master = enable;
		return 0;
	}
	if (ret == -EACCES) {
		vf_error(vf, "its plugin did not allow bus mastering");
		return ret;
	}
	if (ret == -EREMOTEIO)
		vf_error(vf, "its plugin refused a change of bus mastering (0x%x)",
			 vf->mbox.result);
	else
		declare_dead(vf, "change bus mastering", ret, events);
	return -EIO;
}

int vgpu_set_bus_master(struct vgpu_vf *vf, bool enable)
{
	struct vf_events events = { 0 };
	int ret;

	mutex_lock(&vf->op_lock);
	ret = bus_master_locked(vf, enable, &events);
	mutex_unlock(&vf->op_lock);
	vf_tell(vf, &events);
	return ret;
}
