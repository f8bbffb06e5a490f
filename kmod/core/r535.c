// SPDX-License-Identifier: GPL-2.0-only
/* Firmware line r535 (535.113.01), bare metal: without a framebuffer scrubber it hosts nothing. */
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../abi/boot.h"
#include "../abi/firmware.h"
#include "../abi/pci.h"
#include "../abi/r535.h"
#include "../abi/regs.h"
#include "../abi/rpc.h"
#include "fw.h"
#include "gpu.h"

static void r535_fill_system_info(struct vgpu_gpu *gpu, void *buf)
{
	const struct vgpu_board_info *info = &gpu->info;
	struct r535_system_info *si = buf;

	gsp_fw_fill_bars(info, &si->bars);
	si->domain_bus_device_func = gsp_fw_pci_address(info);
	gsp_fw_fill_limits(&si->limits);
	si->hypervisor_type = cpu_to_le32(NV_HYPERVISOR_UNKNOWN);
}

static void r535_fill_rm_args(struct vgpu_gpu *gpu, void *page)
{
	struct gsp_arguments_cached_r535 *args = page;

	gsp_fw_fill_queues(gpu, &args->msgq);
}

static int r535_decode_static_info(const void *buf, struct vgpu_static_info *si, const char **why)
{
	const struct r535_static_info *in = buf;
	const struct gsp_fw_static_parts parts = {
		.fb_bytes = in->tail.fb_bytes,
		.sriov_max_gfid = in->tail.sriov_max_gfid,
		.names = &in->tail.names,
		.rm = &in->tail.rm,
		.sriov_caps = &in->sriov_caps,
		.fb_regions = &in->fb_regions,
	};

	return gsp_fw_decode_static_info(&parts, si, why);
}

static bool r535_decode_rc(const void *buf, size_t len, struct gsp_error_event *ev)
{
	const struct r535_rc_triggered *rc = buf;

	if (len < sizeof(*rc))
		return false;
	ev->xid = le32_to_cpu(rc->except_type);
	ev->chid = le32_to_cpu(rc->chid);
	ev->engine = le32_to_cpu(rc->engine_type);
	return true;
}

static const u32 r535_ignored_events[] = {
	R535_EV_GSP_SEND_USER_SHARED_DATA,
	R535_EV_GSP_LOCKDOWN_NOTICE,
	0
};

const struct gsp_fw_ops gsp_fw_ops_r535 = {
	.version = R535_GSP_VERSION,
	.hosts_vgpus = false,
	.heap_vgpu_bytes = GSP_HEAP_VGPU_R535_BYTES,
	.heap_carveout_bytes = GSP_HEAP_CARVEOUT_R535_BYTES,
	.heap_min_bytes = GSP_HEAP_MIN_R535_BYTES,
	.heap_max_bytes = GSP_HEAP_MAX_R535_BYTES,
	.gsp_file_bytes = GSP_IMAGE_BYTES_R535_113_01 + GSP_FILE_SECTIONS_BYTES,
	.system_info_bytes = sizeof(struct r535_system_info),
	.static_info_bytes = sizeof(struct r535_static_info),
	.root_params_bytes = sizeof(struct r535_root_params),
	.mc_engine_gsp = R535_MC_ENGINE_GSP,
	.ignored_events = r535_ignored_events,
	.fill_system_info = r535_fill_system_info,
	.fill_rm_args = r535_fill_rm_args,
	.decode_static_info = r535_decode_static_info,
	.decode_rc = r535_decode_rc,
};
