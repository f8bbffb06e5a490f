// SPDX-License-Identifier: GPL-2.0-only
/* Start and stop of a vGPU's plugin on GSP. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "../abi/rpc.h"
#include "host.h"

#define PLUGIN_CHANNELS 1

static void fill_bootload(const struct vgpu_vf *vf, u32 vm_pid, u32 dbdf,
			  struct r570_vgpu_bootload *params)
{
	u64 segment_bytes = vf->host->region.segment_bytes;
	unsigned int engine;

	params->dbdf = cpu_to_le32(dbdf);
	params->gfid = cpu_to_le32(vf->gfid);
	params->vgpu_type = cpu_to_le32(vf->type->id);
	params->vm_pid = cpu_to_le32(vm_pid);
	params->swizz_id = 0; /* MIG is off */
	params->num_channels = cpu_to_le32(vf->place.chid_count);
	params->num_plugin_channels = cpu_to_le32(PLUGIN_CHANNELS);
	for_each_set_bit(engine, vf->host->engines, R570_NV2080_ENGINE_COUNT)
		params->chid_offset[engine] = cpu_to_le32(vf->place.chid_base);
	params->num_fb_segments = cpu_to_le32(1);
	params->fb_address[0] = cpu_to_le64(vf->place.first_segment * segment_bytes);
	params->fb_bytes[0] = cpu_to_le64(vf->place.segments * segment_bytes);
	params->heap_address = cpu_to_le64(vf->heap.spa);
	params->heap_bytes = cpu_to_le64(vf->heap.bytes);
	params->ctrl_buf_offset = cpu_to_le64(VGPU_HEAP_CTRL_OFFSET);
	params->init_log_address = cpu_to_le64(vf->heap.spa + VGPU_HEAP_INIT_LOG_OFFSET);
	params->init_log_bytes = cpu_to_le64(VGPU_HEAP_INIT_LOG_BYTES);
	params->vgpu_log_address = cpu_to_le64(vf->heap.spa + VGPU_HEAP_VGPU_LOG_OFFSET);
	params->vgpu_log_bytes = cpu_to_le64(VGPU_HEAP_VGPU_LOG_BYTES);
	params->kernel_log_address = cpu_to_le64(vf->heap.spa + VGPU_HEAP_KERNEL_LOG_OFFSET);
	params->kernel_log_bytes = cpu_to_le64(VGPU_HEAP_KERNEL_LOG_BYTES);
}

/* GSP has the request: from now on the plugin may write to its memory. */
static void mark_started(struct vgpu_vf *vf)
{
	struct vgpu_host *host = vf->host;
	struct vgpu_gpu *gpu = host->gpu;

	mutex_lock(&gpu->vram_lock);
	vgpu_buddy_mark_dirty(&gpu->buddy, vf->place.first_segment, vf->place.segments, &vf->uuid);
	vgpu_heap_mark_dirty(gpu, &host->vram, &vf->heap);
	mutex_unlock(&gpu->vram_lock);
	spin_lock(&host->lock);
	vf->plugin_up = true;
	spin_unlock(&host->lock);
}

static int bootload(struct vgpu_vf *vf, u32 vm_pid, u32 dbdf)
{
	struct vgpu_gpu *gpu = vf->host->gpu;
	struct r570_vgpu_bootload *params = kzalloc(sizeof(*params), GFP_KERNEL);
	u32 status = NV_STATUS_OK;
	bool unclear;
	int ret;

	if (!params)
		return -ENOMEM;
	fill_bootload(vf, vm_pid, dbdf, params);
	ret = rm_control(gpu, vf->rm.client, vf->rm.subdevice, VGPU_CTRL_BOOTLOAD, params,
			 sizeof(*params), GSP_RPC_DEFAULT_MS, &status);
	kfree(params);
	/* Without an answer it may run as well. */
	unclear = status == NV_STATUS_OK &&
		  (ret == -ETIMEDOUT || ret == -EPROTO || ret == -ENODEV);
	if (!ret || unclear)
		mark_started(vf);
	if (unclear)
		vf_error(vf, "GSP did not answer the request to start its plugin (error %d); reset the GPU",
			 ret);
	else if (ret == -ENOMEM)
		vf_error(vf, "no memory for the request to start its plugin; try again");
	else if (ret)
		vf_error(vf, "GSP refused to start its plugin (%s); release it and create it again",
			 status != NV_STATUS_OK ? rm_status_name(status) : "RPC error");
	return ret;
}

/* Put a mailbox failure into words. */
static void say_mbox_error(struct vgpu_vf *vf, const char *what, int err)
{
	switch (err) {
	case -ETIMEDOUT:
		vf_error(vf, "its plugin did not %s in time; see the GSP logs in debugfs", what);
		break;
	case -ECONNRESET:
		vf_error(vf, "its plugin crashed when it should %s; see the GSP logs in debugfs",
			 what);
		break;
	case -EREMOTEIO:
		vf_error(vf, "its plugin refused to %s (%s, 0x%x); see the GSP logs in debugfs",
			 what, rm_status_name(vf->mbox.result), vf->mbox.result);
		break;
	case -ENODEV:
		vf_error(vf, "the GPU was lost when its plugin should %s; reset it", what);
		break;
	default:
		vf_error(vf, "its plugin could not be asked to %s (error %d)", what, err);
		break;
	}
}

static int converse(struct vgpu_vf *vf, u32 vm_pid, u32 dbdf)
{
	const struct vgpu_mbox_config config = {
		.uuid = &vf->uuid,
		.dbdf = dbdf,
		.client = vf->rm.client,
		.type_id = vf->type->id,
		.vm_pid = vm_pid,
		.num_channels = vf->place.chid_count,
		.placement_id = vf->place.id,
	};
	const char *what = "start";
	u32 version = 0;
	int ret;

	ret = vgpu_mbox_connect(&vf->mbox);
	if (!ret) {
		what = "negotiate a version";
		ret = vgpu_mbox_negotiate(&vf->mbox, &version);
	}
	if (!ret) {
		dev_dbg(vf->host->gpu->dev, "VF %u: plugin protocol %u\n", vf->index, version);
		what = "take its configuration";
		ret = vgpu_mbox_setup(&vf->mbox, &config);
	}
	if (ret)
		say_mbox_error(vf, what, ret);
	return ret;
}

int vf_plugin_start(struct vgpu_vf *vf, u32 vm_pid, u32 dbdf)
{
	int ret;

	vgpu_mbox_prepare(&vf->mbox);
	ret = bootload(vf, vm_pid, dbdf);
	return ret ? ret : converse(vf, vm_pid, dbdf);
}

static int gfid_control(struct vgpu_vf *vf, u32 cmd)
{
	struct vgpu_ctrl_gfid params = { .gfid = cpu_to_le32(vf->gfid) };

	return rm_control(vf->host->gpu, vf->rm.client, vf->rm.subdevice, cmd, &params,
			  sizeof(params), GSP_RPC_LONG_MS, NULL);
}

int vf_plugin_stop(struct vgpu_vf *vf)
{
	struct vgpu_host *host = vf->host;
	int shutdown, cleanup;

	spin_lock(&host->lock);
	vf->unload_due = true;
	spin_unlock(&host->lock);
	shutdown = gfid_control(vf, VGPU_CTRL_SHUTDOWN);
	cleanup = gfid_control(vf, VGPU_CTRL_CLEANUP);
	/* A task that has crashed cannot be shut down any more; the clean-up alone must do. */
	if (cleanup || (shutdown && !READ_ONCE(vf->crashed)))
		return cleanup ? cleanup : shutdown;
	spin_lock(&host->lock);
	vf->plugin_up = false;
	spin_unlock(&host->lock);
	return 0;
}
