// SPDX-License-Identifier: GPL-2.0-only
/* What GSP tells on its own: boot progress, errors of guests and of the host, plugin events. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "../abi/rpc.h"
#include "event.h"
#include "fw.h"
#include "gpu.h"
#include "vgpu.h"

static void event_short(struct vgpu_gpu *gpu, const struct gsp_event *ev)
{
	dev_warn_ratelimited(gpu->dev, "GSP event 0x%x: too short (%zu bytes), dropped\n",
			     ev->function, ev->len);
}

static void event_init_done(struct vgpu_gpu *gpu, const struct gsp_event *ev)
{
	gpu->boot.init_result = ev->result;
	gpu->boot.init_done = true;
}

static void event_sequencer(struct vgpu_gpu *gpu, const struct gsp_event *ev)
{
	int err;

	if (gpu->boot.init_done) {
		dev_warn(gpu->dev, "GSP sent a sequencer program after its start: not run\n");
		return;
	}
	err = gsp_sequencer_run(gpu, ev->data, ev->len);
	if (err)
		gsp_rpc_lost(gpu, "its sequencer program failed");
}

/* Text from firmware: printable characters only. */
static void event_clean_text(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = ' ';
}

static void event_xid(struct vgpu_gpu *gpu, const struct gsp_error_event *err)
{
	struct vgpu_gpu *host = gpu->rpc.host_events ? gpu : NULL;

	if (err->gfid)
		dev_warn_ratelimited(gpu->dev, "Xid %u in vGPU with GFID %u, channel 0x%x: %s\n",
				     err->xid, err->gfid, err->chid, err->text);
	else
		dev_warn_ratelimited(gpu->dev, "Xid %u: %s\n", err->xid, err->text);
	if (err->gfid && host)
		vgpu_event_xid(host, err->gfid, err->xid, err->text);
}

static void event_rc_triggered(struct vgpu_gpu *gpu, const struct gsp_event *ev)
{
	struct gsp_error_event err = {};

	if (!gpu->boot.ops->decode_rc(ev->data, ev->len, &err)) {
		event_short(gpu, ev);
		return;
	}
	snprintf(err.text, sizeof(err.text), "error on engine %u", err.engine);
	event_xid(gpu, &err);
}

static void event_error_log(struct vgpu_gpu *gpu, const struct gsp_event *ev)
{
	struct gsp_error_event err = {};

	if (!gsp_fw_decode_error_log(ev->data, ev->len, &err)) {
		event_short(gpu, ev);
		return;
	}
	err.gfid = ev->gfid;
	event_clean_text(err.text);
	event_xid(gpu, &err);
}

static void event_plugin(struct vgpu_gpu *gpu, const struct gsp_event *ev)
{
	const struct rpc_vgpu_plugin_triggered *msg = (const void *)ev->data;

	if (ev->len < sizeof(*msg))
		event_short(gpu, ev);
	else if (gpu->rpc.host_events)
		vgpu_event_plugin(gpu, le32_to_cpu(msg->gfid), le32_to_cpu(msg->notify_index));
}

/* Known, and of no use to this driver. @of_line: those whose number is the firmware line's own. */
static bool event_is_ignored(u32 function, const u32 *of_line)
{
	switch (function) {
	case RPC_EV_POST_EVENT:
	case RPC_EV_MMU_FAULT_QUEUED:
	case RPC_EV_GPUACCT_PERFMON_SAMPLES:
	case RPC_EV_UCODE_LIBOS_PRINT:
	case RPC_EV_PERF_GPU_BOOST_SYNC_LIMITS:
	case RPC_EV_PERF_BRIDGELESS_INFO_UPDATE:
	case RPC_EV_VGPU_CONFIG:
		return true;
	default:
		for (; *of_line; of_line++)
			if (*of_line == function)
				return true;
		return false;
	}
}

static void event_unknown(struct vgpu_gpu *gpu, const struct gsp_event *ev)
{
	u32 *seen = gpu->rpc.unknown_events;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gpu->rpc.unknown_events); i++) {
		if (seen[i] == ev->function)
			return;
		if (seen[i])
			continue;
		seen[i] = ev->function;
		dev_info(gpu->dev, "GSP sent event 0x%x (%zu bytes), which this driver does not know\n",
			 ev->function, ev->len);
		return;
	}
}

void gsp_event_handle(struct vgpu_gpu *gpu, const struct gsp_event *ev)
{
	switch (ev->function) {
	case RPC_EV_GSP_INIT_DONE:
		event_init_done(gpu, ev);
		break;
	case RPC_EV_GSP_RUN_CPU_SEQUENCER:
		event_sequencer(gpu, ev);
		break;
	case RPC_EV_RC_TRIGGERED:
		event_rc_triggered(gpu, ev);
		break;
	case RPC_EV_OS_ERROR_LOG:
		event_error_log(gpu, ev);
		break;
	case RPC_EV_VGPU_GSP_PLUGIN_TRIGGERED:
		event_plugin(gpu, ev);
		break;
	default:
		if (!event_is_ignored(ev->function, gpu->boot.ops->ignored_events))
			event_unknown(gpu, ev);
		break;
	}
}
