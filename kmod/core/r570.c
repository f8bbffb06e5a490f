// SPDX-License-Identifier: GPL-2.0-only
/* Firmware line r570 (570.144). */
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../abi/boot.h"
#include "../abi/firmware.h"
#include "../abi/pci.h"
#include "../abi/r570.h"
#include "../abi/regs.h"
#include "../abi/rpc.h"
#include "fw.h"
#include "gpu.h"

static void r570_fill_vf_info(const struct vgpu_board_info *info, struct gsp_vf_info *vf)
{
	unsigned int i;

	vf->total_vfs = cpu_to_le32(info->total_vfs);
	vf->first_vf_offset = cpu_to_le32(info->first_vf_offset);
	for (i = 0; i < ARRAY_SIZE(vf->first_vf_bar_address); i++) {
		vf->first_vf_bar_address[i] = cpu_to_le64(info->vf_bar_base[i]);
		vf->bar_is_64bit[i] = info->vf_bar_64bit[i];
	}
}

static void r570_fill_system_info(struct vgpu_gpu *gpu, void *buf)
{
	const struct vgpu_board_info *info = &gpu->info;
	struct r570_system_info *si = buf;

	gsp_fw_fill_bars(info, &si->bars);
	si->domain_bus_device_func = gsp_fw_pci_address(info);
	gsp_fw_fill_limits(&si->limits);
	si->pci_device_id = cpu_to_le32((u32)info->device << 16 | NV_PCI_VENDOR_ID);
	si->pci_subdevice_id = cpu_to_le32((u32)info->subdevice << 16 | info->subvendor);
	si->pci_revision_id = cpu_to_le32(info->revision);
	si->hypervisor_type = cpu_to_le32(NV_HYPERVISOR_UNKNOWN);
	si->host_page_bytes = cpu_to_le64(PAGE_SIZE);
	if (gpu->boot.vgpu_host) {
		si->hypervisor_type = cpu_to_le32(NV_HYPERVISOR_KVM);
		r570_fill_vf_info(info, &si->vf_info);
	}
}

static void r570_fill_rm_args(struct vgpu_gpu *gpu, void *page)
{
	struct gsp_arguments_cached_r570 *args = page;

	gsp_fw_fill_queues(gpu, &args->msgq);
	args->dmem_stack = 1;
}

static int r570_decode_static_info(const void *buf, struct vgpu_static_info *si, const char **why)
{
	const struct r570_static_info *in = buf;
	const struct gsp_fw_static_parts parts = {
		.fb_bytes = in->fb_bytes,
		.sriov_max_gfid = in->sriov_max_gfid,
		.names = &in->names,
		.rm = &in->rm,
		.sriov_caps = &in->sriov_caps.caps,
		.fb_regions = &in->fb_regions,
	};

	return gsp_fw_decode_static_info(&parts, si, why);
}

static bool r570_decode_rc(const void *buf, size_t len, struct gsp_error_event *ev)
{
	const struct r570_rc_triggered *rc = buf;

	/* The journal behind is optional, and so is its length word. */
	if (len < offsetof(struct r570_rc_triggered, journal_bytes))
		return false;
	ev->gfid = le32_to_cpu(rc->gfid);
	ev->xid = le32_to_cpu(rc->except_type);
	ev->chid = le32_to_cpu(rc->chid);
	ev->engine = le32_to_cpu(rc->engine_type);
	return true;
}

static const u32 r570_ignored_events[] = {
	R570_EV_GSP_LOCKDOWN_NOTICE,
	R570_EV_GSP_POST_NOCAT_RECORD,
	0
};

const struct gsp_fw_ops gsp_fw_ops_r570 = {
	.version = R570_GSP_VERSION,
	.hosts_vgpus = true,
	.heap_vgpu_bytes = GSP_HEAP_VGPU_R570_BYTES,
	.heap_carveout_bytes = GSP_HEAP_CARVEOUT_R570_BYTES,
	.heap_min_bytes = GSP_HEAP_MIN_R570_BYTES,
	.heap_max_bytes = GSP_HEAP_MAX_R570_BYTES,
	.vf_partitions = GSP_VF_PARTITIONS_VGPU,
	.gsp_file_bytes = GSP_IMAGE_BYTES_R570_144 + GSP_FILE_SECTIONS_BYTES,
	.system_info_bytes = sizeof(struct r570_system_info),
	.static_info_bytes = sizeof(struct r570_static_info),
	.root_params_bytes = sizeof(struct rm_root_params),
	.mc_engine_gsp = R570_MC_ENGINE_GSP,
	.ignored_events = r570_ignored_events,
	.fill_system_info = r570_fill_system_info,
	.fill_rm_args = r570_fill_rm_args,
	.decode_static_info = r570_decode_static_info,
	.decode_rc = r570_decode_rc,
};
