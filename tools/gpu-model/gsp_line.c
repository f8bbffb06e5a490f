// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The firmware lines the model speaks, a row each: layouts of what is said once at boot, numbers
 * that moved between releases. The line follows from the size of the image that booter loaded.
 */
#include <stdio.h>

#include "../../kmod/abi/gsp_info.h"
#include "../../kmod/abi/rm_channel.h"
#include "gsp.h"

#define GSP_GID_FLAGS_BINARY 2
#define GSP_GID_BINARY_BYTES 16
#define GSP_FB_BUS_WIDTH     384
#define GSP_ENGINE_CAPS	     (1U << NV2080_ENGINE_GR0 | 0x1fU << NV2080_ENGINE_COPY0)

/* ---- shared by the lines ---- */

static void take_system_info(struct gsp_told *told, const struct gsp_bar_addresses *bars,
			     const struct gsp_host_limits *limits, const struct gsp_vf_info *vf)
{
	told->bar_address[0] = le64toh(bars->gpu_phys_address);
	told->bar_address[1] = le64toh(bars->gpu_phys_fb_address);
	told->bar_address[2] = le64toh(bars->gpu_phys_inst_address);
	told->config_mirror = le32toh(limits->pci_config_mirror_base);
	told->vf = *vf;
}

static void fill_gid(struct gpu_model *gm, struct gsp_static_head *head)
{
	const struct gm_board *board = gm_board(gm);

	head->gid_flags = htole32(GSP_GID_FLAGS_BINARY);
	head->gid_bytes = htole32(GSP_GID_BINARY_BYTES);
	memcpy(head->gid, "openvgpu", 8);
	head->gid[12] = board->device >> 8;
	head->gid[13] = board->device & 0xff;
}

/* All that lies below the firmware's reservation is the driver's. */
static void fill_fb(struct gpu_model *gm, struct gsp_fb_region_info *info)
{
	struct gsp_fb_region *region = &info->region[0];

	info->num_regions = htole32(2);
	region->limit = htole64(gm_fw_reserved_start(gm) - 1);
	region->performance = htole32(1);
	region->support_compressed = !gm_fail(gm, "fb-region");
	region->support_iso = 1;
	region[1].base = htole64(gm_fw_reserved_start(gm));
	region[1].limit = htole64(gm_vram_bytes(gm) - 1);
	region[1].reserved = htole64(gm_vram_bytes(gm) - gm_fw_reserved_start(gm));
}

static void fill_names(struct gpu_model *gm, struct gsp_gpu_names *names)
{
	const char *board = gm_board(gm)->name;

	snprintf((char *)names->gpu_name, GSP_GPU_NAME_CHARS, "NVIDIA %s", board);
	snprintf((char *)names->gpu_short_name, GSP_GPU_NAME_CHARS, "%s", board);
	for (size_t i = 0; i < GSP_GPU_NAME_CHARS && names->gpu_name[i]; i++)
		names->gpu_name_unicode[i] = htole16(names->gpu_name[i]);
}

static void fill_rm_state(struct gpu_model *gm, struct gsp_rm_state *rm)
{
	const struct gm_gsp *g = gsp_of(gm);

	rm->bar1_pde_base = htole64(g->bar1_pdb);
	rm->bar2_pde_base = htole64(g->bar2_pdb);
	rm->h_internal_client = htole32(GSP_H_INTERNAL_CLIENT);
	rm->h_internal_device = htole32(GSP_H_INTERNAL_DEVICE);
	rm->h_internal_subdevice = htole32(GSP_H_INTERNAL_SUBDEVICE);
}

static void fill_sriov(struct gpu_model *gm, struct gsp_sriov_caps *caps)
{
	const struct gm_board *board = gm_board(gm);
	const struct gm_gsp *g = gsp_of(gm);
	const struct gsp_vf_info *vf = &g->told.vf;

	if (!vf->total_vfs)
		return;
	caps->total_vfs = vf->total_vfs;
	caps->first_vf_offset = vf->first_vf_offset;
	for (unsigned int i = 0; i < 3; i++) {
		caps->first_vf_bar_address[i] = vf->first_vf_bar_address[i];
		caps->bar_is_64bit[i] = vf->bar_is_64bit[i];
	}
	caps->vf_bar_bytes[0] = htole64(board->vf_bar0_bytes);
	caps->vf_bar_bytes[1] = htole64(board->vf_bar1_bytes);
	caps->vf_bar_bytes[2] = htole64(board->vf_bar3_bytes);
	caps->sriov_enabled = g->vf_partitions && g->sriov_mode;
	caps->emulate_vf_bar0_tlb_invalidate = 1;
}

/* What each line's static info has, whatever lies between. */
static void fill_common(struct gpu_model *gm, struct gsp_static_head *head,
			struct gsp_fb_region_info *fb, struct gsp_sriov_caps *sriov)
{
	fill_gid(gm, head);
	fill_fb(gm, fb);
	fill_sriov(gm, sriov);
}

/* Where a line's messages have no GFID the text is the only place for it. */
static void error_text(char *text, size_t size, const struct gsp_error *error)
{
	if (error->text)
		snprintf(text, size, "channel %u: %s\n", error->chid, error->text);
	else
		snprintf(text, size, "GFID %u: error %u injected into the GPU model\n",
			 error->gfid, error->xid);
}

/* Send @error's log, @log_bytes of r570's layout, and @rc, which has the line's own. */
static void send_error(struct gpu_model *gm, const struct gsp_error *error, size_t log_bytes,
		       const void *rc, size_t rc_bytes)
{
	struct r570_os_error_log log = {
		.error = {
			.except_type = htole32(error->xid),
			.runlist_id = htole32(error->runlist),
			.chid = htole32(error->chid),
		},
	};

	error_text((char *)log.error.text, sizeof(log.error.text), error);
	gsp_event(gm, RPC_EV_OS_ERROR_LOG, &log, log_bytes, NULL, 0);
	gsp_event(gm, RPC_EV_RC_TRIGGERED, rc, rc_bytes, NULL, 0);
}

/* The channel as RC_TRIGGERED has it: 0 for none. */
static __le32 rc_chid(const struct gsp_error *error)
{
	return htole32(error->chid == ~0U ? 0 : error->chid);
}

/* ---- r535 ---- */

static void r535_take_system_info(const uint8_t *raw, struct gsp_told *told)
{
	struct r535_system_info si;

	memcpy(&si, raw, sizeof(si));
	take_system_info(told, &si.bars, &si.limits, &si.vf_info);
}

static void r535_fill_gpcs(struct gpu_model *gm, struct r535_gpcs *gpcs)
{
	const struct gm_board *board = gm_board(gm);

	gpcs->gpc_mask = htole32(board->gpc_mask);
	for (unsigned int i = 0; i < R535_MAX_GPCS; i++) {
		gpcs->tpc_info[i].gpc_id = htole32(i);
		if (board->gpc_mask & (1U << i))
			gpcs->tpc_info[i].tpc_mask = htole32(board->tpc_mask);
	}
}

static void r535_fill_tail(struct gpu_model *gm, struct r535_static_tail *tail)
{
	tail->sriov_max_gfid = htole32(R570_MAX_GFID);
	tail->engine_caps[0] = htole32(GSP_ENGINE_CAPS);
	tail->fb_bytes = htole64(gm_vram_bytes(gm));
	tail->fb_bus_width = htole32(GSP_FB_BUS_WIDTH);
	fill_names(gm, &tail->names);
	fill_rm_state(gm, &tail->rm);
}

static void r535_fill_static_info(struct gpu_model *gm, uint8_t *raw)
{
	struct r535_static_info *si = (struct r535_static_info *)raw;

	fill_common(gm, &si->head, &si->fb_regions, &si->sriov_caps);
	r535_fill_gpcs(gm, &si->gpcs);
	r535_fill_tail(gm, &si->tail);
}

/* r535 has no GFID in the message: an error of a vGPU is not told from the host's own. */
static void r535_send_error(struct gpu_model *gm, const struct gsp_error *error)
{
	struct r535_rc_triggered rc = {
		.engine_type = htole32(error->engine_type),
		.chid = rc_chid(error),
		.except_type = htole32(error->xid),
	};

	send_error(gm, error, sizeof(struct gsp_os_error), &rc, sizeof(rc));
}

/* ---- r550 ---- */

static void r550_take_system_info(const uint8_t *raw, struct gsp_told *told)
{
	struct r550_system_info si;

	memcpy(&si, raw, sizeof(si));
	take_system_info(told, &si.bars, &si.limits, &si.vf_info);
}

static void r550_fill_static_info(struct gpu_model *gm, uint8_t *raw)
{
	struct r550_static_info *si = (struct r550_static_info *)raw;

	fill_common(gm, &si->head, &si->fb_regions, &si->sriov_caps.caps);
	r535_fill_gpcs(gm, &si->gpcs);
	r535_fill_tail(gm, &si->tail);
}

static void r550_send_error(struct gpu_model *gm, const struct gsp_error *error)
{
	struct r550_rc_triggered rc = {
		.engine_type = htole32(error->engine_type),
		.chid = rc_chid(error),
		.gfid = htole32(error->gfid),
		.except_type = htole32(error->xid),
	};

	send_error(gm, error, sizeof(struct gsp_os_error), &rc, sizeof(rc));
}

/* ---- r570 ---- */

static void r570_take_system_info(const uint8_t *raw, struct gsp_told *told)
{
	struct r570_system_info si;

	memcpy(&si, raw, sizeof(si));
	take_system_info(told, &si.bars, &si.limits, &si.vf_info);
	told->device_id = le32toh(si.pci_device_id);
	told->subdevice_id = le32toh(si.pci_subdevice_id);
}

static void r570_fill_static_info(struct gpu_model *gm, uint8_t *raw)
{
	struct r570_static_info *si = (struct r570_static_info *)raw;

	fill_common(gm, &si->head, &si->fb_regions, &si->sriov_caps.caps);
	si->sriov_max_gfid = htole32(R570_MAX_GFID);
	si->engine_caps[0] = htole32(GSP_ENGINE_CAPS);
	si->fb_bytes = htole64(gm_vram_bytes(gm));
	si->fb_bus_width = htole32(GSP_FB_BUS_WIDTH);
	fill_names(gm, &si->names);
	fill_rm_state(gm, &si->rm);
	si->non_wpr_heap_offset = htole64(gm_fw_reserved_start(gm));
}

static void r570_send_error(struct gpu_model *gm, const struct gsp_error *error)
{
	struct r570_rc_triggered rc = {
		.engine_type = htole32(error->engine_type),
		.chid = rc_chid(error),
		.gfid = htole32(error->gfid),
		.except_type = htole32(error->xid),
		.mmu_fault_addr_lo = htole32((uint32_t)error->fault_addr),
		.mmu_fault_addr_hi = htole32((uint32_t)(error->fault_addr >> 32)),
	};

	send_error(gm, error, sizeof(struct r570_os_error_log), &rc, sizeof(rc));
}

/* ---- the lines ---- */

/* r550's are the same. */
static const struct gsp_line_numbers r570_numbers = {
	.mc_unit = {
		[GSP_UNIT_GSP] = R570_MC_ENGINE_GSP,
		[GSP_UNIT_DISP] = R570_MC_ENGINE_DISP,
		[GSP_UNIT_REPLAYABLE_FAULT] = R570_MC_ENGINE_REPLAYABLE_FAULT,
		[GSP_UNIT_ACCESS_COUNTER] = R570_MC_ENGINE_ACCESS_COUNTER,
		[GSP_UNIT_FAULT] = R570_MC_ENGINE_FAULT,
		[GSP_UNIT_DOORBELL] = R570_MC_ENGINE_DOORBELL,
	},
	.mc_engine = {
		[GSP_ENGINE_GR] = R570_MC_ENGINE_GR0,
		[GSP_ENGINE_CE] = R570_MC_ENGINE_CE0,
		[GSP_ENGINE_NVDEC] = R570_MC_ENGINE_NVDEC0,
		[GSP_ENGINE_NVENC] = R570_MC_ENGINE_NVENC0,
		[GSP_ENGINE_NVJPEG] = R570_MC_ENGINE_NVJPEG0,
		[GSP_ENGINE_OFA] = R570_MC_ENGINE_OFA0,
		[GSP_ENGINE_SEC2] = R570_MC_ENGINE_SEC2,
	},
	.rm_engine = {
		[GSP_ENGINE_GR] = R570_RM_ENGINE_GR0,
		[GSP_ENGINE_CE] = R570_RM_ENGINE_COPY0,
		[GSP_ENGINE_NVDEC] = R570_RM_ENGINE_NVDEC0,
		[GSP_ENGINE_NVENC] = R570_RM_ENGINE_NVENC0,
		[GSP_ENGINE_NVJPEG] = R570_RM_ENGINE_NVJPEG0,
		[GSP_ENGINE_OFA] = R570_RM_ENGINE_OFA0,
		[GSP_ENGINE_SEC2] = R570_RM_ENGINE_SEC2,
	},
};

static const struct gsp_line_numbers r535_numbers = {
	.mc_unit = {
		[GSP_UNIT_GSP] = R535_MC_ENGINE_GSP,
		[GSP_UNIT_DISP] = R570_MC_ENGINE_DISP,
		[GSP_UNIT_REPLAYABLE_FAULT] = R535_MC_ENGINE_REPLAYABLE_FAULT,
		[GSP_UNIT_ACCESS_COUNTER] = R535_MC_ENGINE_ACCESS_COUNTER,
		[GSP_UNIT_FAULT] = R535_MC_ENGINE_FAULT,
		[GSP_UNIT_DOORBELL] = R535_MC_ENGINE_DOORBELL,
	},
	.mc_engine = {
		[GSP_ENGINE_GR] = R535_MC_ENGINE_GR0,
		[GSP_ENGINE_CE] = R570_MC_ENGINE_CE0,
		[GSP_ENGINE_NVDEC] = R535_MC_ENGINE_NVDEC0,
		[GSP_ENGINE_NVENC] = R570_MC_ENGINE_NVENC0,
		[GSP_ENGINE_NVJPEG] = R535_MC_ENGINE_NVJPEG0,
		[GSP_ENGINE_OFA] = R535_MC_ENGINE_OFA0,
		[GSP_ENGINE_SEC2] = R535_MC_ENGINE_SEC2,
	},
	.rm_engine = {
		[GSP_ENGINE_GR] = R570_RM_ENGINE_GR0,
		[GSP_ENGINE_CE] = R570_RM_ENGINE_COPY0,
		[GSP_ENGINE_NVDEC] = R570_RM_ENGINE_NVDEC0,
		[GSP_ENGINE_NVENC] = R570_RM_ENGINE_NVENC0,
		[GSP_ENGINE_NVJPEG] = R535_RM_ENGINE_NVJPEG0,
		[GSP_ENGINE_OFA] = R535_RM_ENGINE_OFA0,
		[GSP_ENGINE_SEC2] = R535_RM_ENGINE_SEC2,
	},
};

static const struct gsp_line lines[] = {
	{
		.version = R570_GSP_VERSION,
		.system_info_bytes = sizeof(struct r570_system_info),
		.numbers = &r570_numbers,
		.vgpu_host = true,
		.system_info = r570_take_system_info,
		.static_info = r570_fill_static_info,
		.static_info_bytes = sizeof(struct r570_static_info),
		.channel_params_bytes = sizeof(struct r570_channel_params),
		.context_buffers = R570_CONTEXT_BUFFERS,
		.error = r570_send_error,
	},
	{
		.version = R550_GSP_VERSION,
		.system_info_bytes = sizeof(struct r550_system_info),
		.numbers = &r570_numbers,
		.full_rm = true,
		.system_info = r550_take_system_info,
		.static_info = r550_fill_static_info,
		.static_info_bytes = sizeof(struct r550_static_info),
		.channel_params_bytes = sizeof(struct rm_channel_params),
		.context_buffers = R570_CONTEXT_BUFFERS,
		.error = r550_send_error,
	},
	{
		.version = R535_GSP_VERSION,
		.system_info_bytes = sizeof(struct r535_system_info),
		.numbers = &r535_numbers,
		.system_info = r535_take_system_info,
		.static_info = r535_fill_static_info,
		.static_info_bytes = sizeof(struct r535_static_info),
		.channel_params_bytes = sizeof(struct rm_channel_params),
		.context_buffers = R535_CONTEXT_BUFFERS,
		.error = r535_send_error,
	},
};

const struct gsp_line *gsp_line_find(const char *version)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!strcmp(lines[i].version, version))
			return &lines[i];
	}
	return NULL;
}
