// SPDX-License-Identifier: GPL-2.0-only
/* Firmware lines: which one runs on a board, and what all of them share. */
#include <linux/errno.h>
#include <linux/firmware.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/boot.h"
#include "../abi/msgq.h"
#include "../abi/gsp_info.h"
#include "../abi/pci.h"
#include "../abi/r570.h"
#include "../abi/regs.h"
#include "../abi/rpc.h"
#include "fw.h"
#include "gpu.h"

/* ---- which one ---- */

/* Best first. */
static const struct gsp_fw_ops *const gsp_lines[] = { &gsp_fw_ops_r570, &gsp_fw_ops_r535 };

static bool gsp_fw_hosts(const struct vgpu_gpu *gpu, const struct gsp_fw_ops *ops)
{
	return gpu->chip->scrubber && ops->hosts_vgpus && gpu->info.total_vfs && !gpu->bare_metal;
}

/* Its smallest file stands for all of them: a package has a line whole or not at all. */
static bool gsp_fw_installed(struct vgpu_gpu *gpu, const struct gsp_fw_ops *ops)
{
	const struct firmware *fw;
	char path[GSP_FW_PATH_BYTES];
	int err;

	gsp_firmware_path(gpu, ops, "bootloader", path, sizeof(path));
	err = firmware_request_nowarn(&fw, path, gpu->dev);
	if (!err)
		release_firmware(fw);
	/* Anything but its absence is for the boot to report. */
	return err != -ENOENT;
}

static const struct gsp_fw_ops *gsp_fw_choose(struct vgpu_gpu *gpu)
{
	size_t i;

	if (gsp_fw_hosts(gpu, gsp_lines[0]) || gsp_fw_installed(gpu, gsp_lines[0]))
		return gsp_lines[0];
	for (i = 1; i < ARRAY_SIZE(gsp_lines); i++) {
		if (!gsp_fw_installed(gpu, gsp_lines[i]))
			continue;
		dev_info(gpu->dev, "firmware %s is not installed, %s is used\n",
			 gsp_lines[0]->version, gsp_lines[i]->version);
		return gsp_lines[i];
	}
	return gsp_lines[0];
}

int gsp_fw_select(struct vgpu_gpu *gpu)
{
	const char *want = gpu->firmware_version;
	const struct gsp_fw_ops *ops = NULL;
	size_t i;

	if (!want || !want[0]) {
		ops = gsp_fw_choose(gpu);
	} else {
		for (i = 0; i < ARRAY_SIZE(gsp_lines); i++)
			if (!strcmp(gsp_lines[i]->version, want))
				ops = gsp_lines[i];
	}
	if (!ops) {
		vgpu_gpu_error(gpu, "firmware %.32s: not a version this driver knows; load vgpu_core with firmware=%s or firmware=%s, or without",
			       want, gsp_fw_ops_r570.version, gsp_fw_ops_r535.version);
		return -EINVAL;
	}
	WRITE_ONCE(gpu->boot.ops, ops);
	gpu->boot.vgpu_host = gsp_fw_hosts(gpu, ops);
	return 0;
}

bool vgpu_gpu_hosts_vgpus(const struct vgpu_gpu *gpu, char *why, size_t why_size)
{
	const struct gsp_fw_ops *ops = READ_ONCE(gpu->boot.ops) ?: gsp_lines[0];

	if (gsp_fw_hosts(gpu, ops)) {
		if (why_size)
			why[0] = '\0';
		return true;
	}
	snprintf(why, why_size, "%s with firmware %s cannot host vGPUs: %s", gpu->chip->name,
		 ops->version,
		 !gpu->chip->scrubber ?
		 "no framebuffer scrubber for this chip and firmware; use a board with a chip of the AD10x family" :
		 !ops->hosts_vgpus ?
		 "no framebuffer scrubber for this chip and firmware; load vgpu_core with firmware=" R570_GSP_VERSION :
		 !gpu->info.total_vfs ?
		 "the board shows no virtual functions; switch SR-IOV on in the machine's firmware set-up" :
		 "it was told not to; load vgpu_core without bare_metal=1");
	return false;
}

/* ---- what they share ---- */

void gsp_fw_text(char *dst, size_t size, const u8 *src, size_t chars)
{
	size_t i, n = strnlen((const char *)src, min(chars, size - 1));

	for (i = 0; i < n; i++)
		dst[i] = src[i] >= ' ' && src[i] <= '~' ? src[i] : ' ';
	dst[n] = '\0';
}

void gsp_fw_fill_bars(const struct vgpu_board_info *info, struct gsp_bar_addresses *bars)
{
	bars->gpu_phys_address = cpu_to_le64(info->bar_base[0]);
	bars->gpu_phys_fb_address = cpu_to_le64(info->bar_base[1]);
	bars->gpu_phys_inst_address = cpu_to_le64(info->bar_base[2]);
}

__le64 gsp_fw_pci_address(const struct vgpu_board_info *info)
{
	return cpu_to_le64((u64)info->domain << 32 | (u32)info->bus << 8 | info->devfn);
}

void gsp_fw_fill_limits(struct gsp_host_limits *limits)
{
	limits->max_user_va = cpu_to_le64(GSP_MAX_USER_VA);
	limits->pci_config_mirror_base = cpu_to_le32(NV_XVE_MIRROR);
	limits->pci_config_mirror_bytes = cpu_to_le32(NV_XVE_MIRROR_BYTES);
}

void gsp_fw_fill_queues(struct vgpu_gpu *gpu, struct gsp_msgq_init_args *msgq)
{
	msgq->shared_mem_phys_addr = cpu_to_le64(gsp_rpc_shared_addr(gpu));
	msgq->page_table_entry_count = cpu_to_le32(GSP_QUEUE_PTES);
	msgq->cmd_queue_offset = cpu_to_le64(GSP_QUEUE_CMD_OFFSET);
	msgq->stat_queue_offset = cpu_to_le64(GSP_QUEUE_STAT_OFFSET);
}

/* Does region @nr share memory with one before it? */
static bool gsp_fw_region_overlaps(const struct gsp_fb_region_info *regions, u32 nr)
{
	const struct gsp_fb_region *r = &regions->region[nr];
	u32 i;

	for (i = 0; i < nr; i++)
		if (le64_to_cpu(r->base) <= le64_to_cpu(regions->region[i].limit) &&
		    le64_to_cpu(regions->region[i].base) <= le64_to_cpu(r->limit))
			return true;
	return false;
}

/* The regions that a driver may use, into @si, whose fb_bytes is set. */
static int gsp_fw_decode_regions(const struct gsp_fb_region_info *in, struct vgpu_static_info *si,
				 const char **why)
{
	u32 i, count = le32_to_cpu(in->num_regions);
	const struct gsp_fb_region *r;
	u64 base, limit;

	if (count > GSP_MAX_FB_REGIONS) {
		*why = "it has more framebuffer regions than fit";
		return -EPROTO;
	}
	for (i = 0; i < count; i++) {
		r = &in->region[i];
		base = le64_to_cpu(r->base);
		limit = le64_to_cpu(r->limit);
		if (limit < base || limit >= si->fb_bytes) {
			*why = "a framebuffer region lies outside the framebuffer";
			return -EPROTO;
		}
		if (gsp_fw_region_overlaps(in, i)) {
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

/* What every line's static info must have. */
static int gsp_fw_check_static_info(const struct vgpu_static_info *si, const char **why)
{
	if (si->bar1_pde_base >= si->fb_bytes || si->bar1_pde_base % GSP_PAGE_BYTES) {
		*why = "its BAR1 page directory lies outside the framebuffer";
		return -EPROTO;
	}
	if (!si->h_client || !si->h_subdevice) {
		*why = "it has no internal objects";
		return -EPROTO;
	}
	return 0;
}

int gsp_fw_decode_static_info(const struct gsp_fw_static_parts *in, struct vgpu_static_info *si,
			      const char **why)
{
	unsigned int i;

	si->fb_bytes = le64_to_cpu(in->fb_bytes);
	gsp_fw_text(si->gpu_name, sizeof(si->gpu_name), in->names->gpu_name,
		    sizeof(in->names->gpu_name));
	si->bar1_pde_base = le64_to_cpu(in->rm->bar1_pde_base);
	si->bar2_pde_base = le64_to_cpu(in->rm->bar2_pde_base);
	si->h_client = le32_to_cpu(in->rm->h_internal_client);
	si->h_device = le32_to_cpu(in->rm->h_internal_device);
	si->h_subdevice = le32_to_cpu(in->rm->h_internal_subdevice);
	si->max_gfid = le32_to_cpu(in->sriov_max_gfid);
	for (i = 0; i < ARRAY_SIZE(si->vf_bar_bytes); i++)
		si->vf_bar_bytes[i] = le64_to_cpu(in->sriov_caps->vf_bar_bytes[i]);
	si->emulate_tlb_invalidate = in->sriov_caps->emulate_vf_bar0_tlb_invalidate;
	return gsp_fw_check_static_info(si, why) ?:
	       gsp_fw_decode_regions(in->fb_regions, si, why);
}

bool gsp_fw_decode_error_log(const void *buf, size_t len, struct gsp_error_event *ev)
{
	const struct gsp_os_error *error = buf;

	if (len < sizeof(*error))
		return false;
	ev->xid = le32_to_cpu(error->except_type);
	ev->chid = le32_to_cpu(error->chid);
	gsp_fw_text(ev->text, sizeof(ev->text), error->text, sizeof(error->text));
	return true;
}

static void gsp_fw_query_version(struct vgpu_gpu *gpu)
{
	struct r570_gsp_features features = {};
	struct vgpu_static_info *si = &gpu->si;

	strscpy(si->gsp_version, gpu->boot.ops->version, sizeof(si->gsp_version));
	if (rm_control(gpu, si->h_client, si->h_subdevice, RM_CTRL_GSP_GET_FEATURES, &features,
		       sizeof(features), GSP_RPC_DEFAULT_MS, NULL))
		return;
	if (features.firmware_version[0])
		gsp_fw_text(si->gsp_version, sizeof(si->gsp_version), features.firmware_version,
			  sizeof(features.firmware_version));
}

static int gsp_fw_query_vector(struct vgpu_gpu *gpu)
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
			 sizeof(*table), GSP_RPC_DEFAULT_MS, NULL);
	if (err)
		goto out;
	count = min_t(u32, le32_to_cpu(table->count), R570_INTR_TABLE_ENTRIES);
	for (i = 0; i < count; i++) {
		vector = le32_to_cpu(table->table[i].vector_stall);
		if (le16_to_cpu(table->table[i].engine_idx) == gpu->boot.ops->mc_engine_gsp &&
		    vector < NV_VFN_INTR_LEAVES * NV_VFN_INTR_VECTORS_PER_LEAF)
			si->gsp_vector = vector;
	}
out:
	kvfree(table);
	return err;
}

int gsp_fw_query(struct vgpu_gpu *gpu)
{
	int err;

	gsp_fw_query_version(gpu);
	if (!READ_ONCE(gpu->rpc.running))
		return -EIO;
	err = gsp_fw_query_vector(gpu);
	if (err)
		vgpu_gpu_error(gpu, "GSP: does not tell its interrupt vectors (error %d); its logs are in debugfs",
			       -err);
	return err;
}
