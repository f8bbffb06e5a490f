// SPDX-License-Identifier: GPL-2.0-only
/* Firmware line r570 (570.144). */
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/boot.h"
#include "../abi/pci.h"
#include "../abi/r570.h"
#include "../abi/regs.h"
#include "../abi/rpc.h"
#include "fw.h"
#include "gpu.h"

/* Highest user virtual address that GSP may hand out: 47 bits, the last page kept free. */
#define R570_MAX_USER_VA ((1ULL << 47) - GSP_PAGE_BYTES)
/* Names must match for handles of the RPC's own objects to be usable. */
#define R570_QUERY_MS GSP_RPC_DEFAULT_MS

static void r570_fill_vf_info(const struct vgpu_board_info *info, struct r570_vf_info *vf)
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

	si->gpu_phys_address = cpu_to_le64(info->bar_base[0]);
	si->gpu_phys_fb_address = cpu_to_le64(info->bar_base[1]);
	si->gpu_phys_inst_address = cpu_to_le64(info->bar_base[2]);
	si->domain_bus_device_func =
		cpu_to_le64((u64)info->domain << 32 | (u32)info->bus << 8 | info->devfn);
	si->max_user_va = cpu_to_le64(R570_MAX_USER_VA);
	si->pci_config_mirror_base = cpu_to_le32(NV_XVE_MIRROR);
	si->pci_config_mirror_bytes = cpu_to_le32(NV_XVE_MIRROR_BYTES);
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

	args->msgq.shared_mem_phys_addr = cpu_to_le64(gsp_rpc_shared_addr(gpu));
	args->msgq.page_table_entry_count = cpu_to_le32(GSP_QUEUE_PTES);
	args->msgq.cmd_queue_offset = cpu_to_le64(GSP_QUEUE_CMD_OFFSET);
	args->msgq.stat_queue_offset = cpu_to_le64(GSP_QUEUE_STAT_OFFSET);
	args->dmem_stack = 1;
}

/* Copy text that firmware should have ended with NUL, fit for one line. */
static void r570_text(char *dst, size_t size, const u8 *src, size_t chars)
{
	size_t i, n = strnlen((const char *)src, min(chars, size - 1));

	for (i = 0; i < n; i++)
		dst[i] = src[i] >= ' ' && src[i] <= '~' ? src[i] : ' ';
	dst[n] = '\0';
}

/* Does region @nr share memory with one before it? */
static bool r570_region_overlaps(const struct r570_fb_region_info *regions, u32 nr)
{
	const struct r570_fb_region *r = &regions->region[nr];
	u32 i;

	for (i = 0; i < nr; i++)
		if (le64_to_cpu(r->base) <= le64_to_cpu(regions->region[i].limit) &&
		    le64_to_cpu(regions->region[i].base) <= le64_to_cpu(r->limit))
			return true;
	return false;
}

static int r570_decode_regions(const struct r570_static_info *in, struct vgpu_static_info *si,
			       const char **why)
{
	u32 i, count = le32_to_cpu(in->fb_regions.num_regions);
	const struct r570_fb_region *r;
	u64 base, limit;

	if (count > R570_MAX_FB_REGIONS) {
		*why = "it has more framebuffer regions than fit";
		return -EPROTO;
	}
	for (i = 0; i < count; i++) {
		r = &in->fb_regions.region[i];
		base = le64_to_cpu(r->base);
		limit = le64_to_cpu(r->limit);
		if (limit < base || limit >= si->fb_bytes) {
			*why = "a framebuffer region lies outside the framebuffer";
			return -EPROTO;
		}
		if (r570_region_overlaps(&in->fb_regions, i)) {
			*why = "two framebuffer regions overlap";
			return -EPROTO;
		}
		if (le64_to_cpu(r->reserved) || r->is_protected || !r->support_compressed ||
		    !r->support_iso)
			continue;
		si->region[si->num_regions].base = base;
		si->region[si->num_regions].bytes = limit - base + 1;
		si->num_regions++;
	}
	if (!si->num_regions) {
		*why = "no framebuffer region is usable";
		return -EPROTO;
	}
	return 0;
}

static int r570_decode_static_info(const void *buf, struct vgpu_static_info *si, const char **why)
{
	const struct r570_static_info *in = buf;
	unsigned int i;

	si->fb_bytes = le64_to_cpu(in->fb_bytes);
	r570_text(si->gpu_name, sizeof(si->gpu_name), in->gpu_name, sizeof(in->gpu_name));
	si->bar1_pde_base = le64_to_cpu(in->bar1_pde_base);
	si->bar2_pde_base = le64_to_cpu(in->bar2_pde_base);
	si->h_client = le32_to_cpu(in->h_internal_client);
	si->h_device = le32_to_cpu(in->h_internal_device);
	si->h_subdevice = le32_to_cpu(in->h_internal_subdevice);
	si->max_gfid = le32_to_cpu(in->sriov_max_gfid);
	for (i = 0; i < ARRAY_SIZE(si->vf_bar_bytes); i++)
		si->vf_bar_bytes[i] = le64_to_cpu(in->sriov_caps.vf_bar_bytes[i]);
	si->emulate_tlb_invalidate = in->sriov_caps.emulate_vf_bar0_tlb_invalidate;
	if (si->bar1_pde_base >= si->fb_bytes || si->bar1_pde_base % GSP_PAGE_BYTES) {
		*why = "its BAR1 page directory lies outside the framebuffer";
		return -EPROTO;
	}
	if (!si->h_client || !si->h_subdevice) {
		*why = "it has no internal objects";
		return -EPROTO;
	}
	return r570_decode_regions(in, si, why);
}

static void r570_query_version(struct vgpu_gpu *gpu)
{
	struct r570_gsp_features features = {};
	struct vgpu_static_info *si = &gpu->si;

	strscpy(si->gsp_version, R570_GSP_VERSION, sizeof(si->gsp_version));
	if (rm_control(gpu, si->h_client, si->h_subdevice, RM_CTRL_GSP_GET_FEATURES, &features,
		       sizeof(features), R570_QUERY_MS, NULL))
		return;
	if (features.firmware_version[0])
		r570_text(si->gsp_version, sizeof(si->gsp_version), features.firmware_version,
			  sizeof(features.firmware_version));
}

static int r570_query_vector(struct vgpu_gpu *gpu)
{
	struct vgpu_static_info *si = &gpu->si;
	struct r570_intr_table *table;
	u32 i, count, vector;
	int err;

	table = kvzalloc(sizeof(*table), GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	si->gsp_vector = NV_VFN_VECTOR_GSP;
	err = rm_control(gpu, si->h_client, si->h_subdevice, RM_CTRL_INTERNAL_INTR_GET_TABLE, table,
			 sizeof(*table), R570_QUERY_MS, NULL);
	if (err)
		goto out;
	count = min_t(u32, le32_to_cpu(table->count), R570_INTR_TABLE_ENTRIES);
	for (i = 0; i < count; i++) {
		vector = le32_to_cpu(table->table[i].vector_stall);
		if (le16_to_cpu(table->table[i].engine_idx) == R570_MC_ENGINE_GSP &&
		    vector < NV_VFN_INTR_LEAVES * NV_VFN_INTR_VECTORS_PER_LEAF)
			si->gsp_vector = vector;
	}
out:
	kvfree(table);
	return err;
}

static int r570_query(struct vgpu_gpu *gpu)
{
	int err;

	r570_query_version(gpu);
	if (!READ_ONCE(gpu->rpc.running))
		return -EIO;
	err = r570_query_vector(gpu);
	if (err)
		vgpu_gpu_error(gpu, "GSP: does not tell its interrupt vectors (error %d); its logs are in debugfs",
			       -err);
	return err;
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

static bool r570_decode_error_log(const void *buf, size_t len, struct gsp_error_event *ev)
{
	const struct r570_os_error_log *log = buf;

	if (len < offsetof(struct r570_os_error_log, preemptive_removal_previous_xid))
		return false;
	ev->xid = le32_to_cpu(log->except_type);
	ev->chid = le32_to_cpu(log->chid);
	r570_text(ev->text, sizeof(ev->text), log->text, sizeof(log->text));
	return true;
}

const struct gsp_fw_ops gsp_fw_ops_r570 = {
	.version = R570_GSP_VERSION,
	.hosts_vgpus = true,
	.heap_vgpu_bytes = GSP_HEAP_VGPU_R570_BYTES,
	.heap_carveout_bytes = GSP_HEAP_CARVEOUT_R570_BYTES,
	.heap_min_bytes = GSP_HEAP_MIN_R570_BYTES,
	.heap_max_bytes = GSP_HEAP_MAX_R570_BYTES,
	.vf_partitions = GSP_VF_PARTITIONS_VGPU,
	.system_info_bytes = sizeof(struct r570_system_info),
	.static_info_bytes = sizeof(struct r570_static_info),
	.fill_system_info = r570_fill_system_info,
	.fill_rm_args = r570_fill_rm_args,
	.decode_static_info = r570_decode_static_info,
	.query = r570_query,
	.decode_rc = r570_decode_rc,
	.decode_error_log = r570_decode_error_log,
};
