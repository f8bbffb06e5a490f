// SPDX-License-Identifier: GPL-2.0-only
/* Firmware line r535 (535.113.01), bare metal: without a framebuffer scrubber it hosts nothing. */
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../abi/boot.h"
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

	si->gpu_phys_address = cpu_to_le64(info->bar_base[0]);
	si->gpu_phys_fb_address = cpu_to_le64(info->bar_base[1]);
	si->gpu_phys_inst_address = cpu_to_le64(info->bar_base[2]);
	si->domain_bus_device_func =
		cpu_to_le64((u64)info->domain << 32 | (u32)info->bus << 8 | info->devfn);
	si->max_user_va = cpu_to_le64(GSP_MAX_USER_VA);
	si->pci_config_mirror_base = cpu_to_le32(NV_XVE_MIRROR);
	si->pci_config_mirror_bytes = cpu_to_le32(NV_XVE_MIRROR_BYTES);
	si->hypervisor_type = cpu_to_le32(NV_HYPERVISOR_UNKNOWN);
}

static void r535_fill_rm_args(struct vgpu_gpu *gpu, void *page)
{
	struct gsp_arguments_cached_r535 *args = page;

	args->msgq.shared_mem_phys_addr = cpu_to_le64(gsp_rpc_shared_addr(gpu));
	args->msgq.page_table_entry_count = cpu_to_le32(GSP_QUEUE_PTES);
	args->msgq.cmd_queue_offset = cpu_to_le64(GSP_QUEUE_CMD_OFFSET);
	args->msgq.stat_queue_offset = cpu_to_le64(GSP_QUEUE_STAT_OFFSET);
}

static int r535_decode_static_info(const void *buf, struct vgpu_static_info *si, const char **why)
{
	const struct r535_static_info *in = buf;
	unsigned int i;

	si->fb_bytes = le64_to_cpu(in->fb_bytes);
	gsp_fw_text(si->gpu_name, sizeof(si->gpu_name), in->gpu_name, sizeof(in->gpu_name));
	si->bar1_pde_base = le64_to_cpu(in->bar1_pde_base);
	si->bar2_pde_base = le64_to_cpu(in->bar2_pde_base);
	si->h_client = le32_to_cpu(in->h_internal_client);
	si->h_device = le32_to_cpu(in->h_internal_device);
	si->h_subdevice = le32_to_cpu(in->h_internal_subdevice);
	si->max_gfid = le32_to_cpu(in->sriov_max_gfid);
	for (i = 0; i < ARRAY_SIZE(si->vf_bar_bytes); i++)
		si->vf_bar_bytes[i] = le64_to_cpu(in->sriov_caps.vf_bar_bytes[i]);
	si->emulate_tlb_invalidate = in->sriov_caps.emulate_vf_bar0_tlb_invalidate;
	return gsp_fw_check_static_info(si, why) ?:
	       gsp_fw_decode_regions(&in->fb_regions, si, why);
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

static bool r535_decode_error_log(const void *buf, size_t len, struct gsp_error_event *ev)
{
	const struct r535_os_error_log *log = buf;

	if (len < sizeof(*log))
		return false;
	ev->xid = le32_to_cpu(log->except_type);
	ev->chid = le32_to_cpu(log->chid);
	gsp_fw_text(ev->text, sizeof(ev->text), log->text, sizeof(log->text));
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
	.decode_error_log = r535_decode_error_log,
};
