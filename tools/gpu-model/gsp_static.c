// SPDX-License-Identifier: GPL-2.0-or-later
/* What driver and firmware tell each other about the board: system info, registry, static info. */
#include <stdio.h>

#include "gsp.h"

/* One fact of the driver's system info against the model's own. */
static void check_fact(struct gpu_model *gm, const char *what, uint64_t told, uint64_t own)
{
	if (told == own)
		return;
	gsp_of(gm)->stats.system_info_mismatches++;
	gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: system info: %s is 0x%llx, the board has 0x%llx", what,
	       (unsigned long long)told, (unsigned long long)own);
}

#define GSP_PCI_VENDOR 0x10de

static void check_vf_info(struct gpu_model *gm, const struct r570_vf_info *vf)
{
	static const unsigned int bar[3] = {0, 1, 3};
	const struct gm_board *board = gm_board(gm);

	/* All zero: the driver gives no VF information. */
	if (!vf->total_vfs)
		return;
	check_fact(gm, "VF count", le32toh(vf->total_vfs), board->num_vfs);
	check_fact(gm, "first VF offset", le32toh(vf->first_vf_offset), board->vf_offset);
	for (unsigned int i = 0; i < 3; i++) {
		uint64_t own = gm_bar_address(gm, 1, bar[i]);

		if (own)
			check_fact(gm, "a VF BAR address", le64toh(vf->first_vf_bar_address[i]),
				   own);
	}
}

void gsp_set_system_info(struct gpu_model *gm, const struct gsp_call *call)
{
	const struct gm_board *board = gm_board(gm);
	struct gm_gsp *g = gsp_of(gm);
	struct r570_system_info *si = &g->system_info;

	if (call->bytes != sizeof(*si)) {
		g->stats.system_info_mismatches++;
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: system info: %u bytes, expected %zu",
		       call->bytes, sizeof(*si));
		return;
	}
	if (g->have_system_info) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: a second system info is ignored");
		return;
	}
	memcpy(si, call->payload, sizeof(*si));
	g->have_system_info = true;
	check_fact(gm, "BAR0 address", le64toh(si->gpu_phys_address), gm_bar_address(gm, 0, 0));
	check_fact(gm, "BAR1 address", le64toh(si->gpu_phys_fb_address), gm_bar_address(gm, 0, 1));
	check_fact(gm, "BAR2 address", le64toh(si->gpu_phys_inst_address),
		   gm_bar_address(gm, 0, 3));
	check_fact(gm, "PCI device id", le32toh(si->pci_device_id),
		   (uint32_t)board->device << 16 | GSP_PCI_VENDOR);
	check_fact(gm, "PCI subdevice id", le32toh(si->pci_subdevice_id),
		   (uint32_t)board->subsystem << 16 | GSP_PCI_VENDOR);
	check_fact(gm, "config mirror", le32toh(si->pci_config_mirror_base), NV_XVE_MIRROR);
	check_vf_info(gm, &si->vf_info);
	gsp_maybe_init_done(gm);
}

/* NUL-terminated string at @offset inside a table of @size bytes, or NULL. */
static const char *registry_string(const uint8_t *table, uint32_t size, uint32_t offset)
{
	if (offset >= size || !memchr(table + offset, 0, size - offset))
		return NULL;
	return (const char *)table + offset;
}

void gsp_set_registry(struct gpu_model *gm, const struct gsp_call *call)
{
	const uint8_t *table = call->payload;
	struct gm_gsp *g = gsp_of(gm);
	struct rpc_registry head;
	uint32_t size, count;

	if (call->bytes < sizeof(head)) {
		g->stats.bad_header++;
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: registry: %u bytes hold no table",
		       call->bytes);
		return;
	}
	memcpy(&head, table, sizeof(head));
	size = le32toh(head.size);
	count = le32toh(head.num_entries);
	if (size > call->bytes || size < sizeof(head) ||
	    count > (size - sizeof(head)) / sizeof(struct rpc_registry_entry)) {
		g->stats.bad_header++;
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: registry: size %u, %u entries in %u bytes",
		       size, count, call->bytes);
		return;
	}
	if (g->have_registry) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: a second registry is ignored");
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct rpc_registry_entry e;
		const char *name;

		memcpy(&e, table + sizeof(head) + i * sizeof(e), sizeof(e));
		name = registry_string(table, size, le32toh(e.name_offset));
		if (!name) {
			gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: registry: entry %u has no name", i);
			continue;
		}
		if (!strcmp(name, RPC_REGISTRY_KEY_SRIOV_MODE) && e.type == RPC_REGISTRY_TYPE_DWORD)
			g->sriov_mode = le32toh(e.data) == 1;
		gm_log(gm, GPU_MODEL_LOG_TRACE, "gsp: registry %s = %u", name, le32toh(e.data));
	}
	g->have_registry = true;
	gsp_maybe_init_done(gm);
}

static void fill_names(struct r570_static_info *si, const char *board)
{
	snprintf((char *)si->gpu_name, sizeof(si->gpu_name), "NVIDIA %s", board);
	snprintf((char *)si->gpu_short_name, sizeof(si->gpu_short_name), "%s", board);
	for (size_t i = 0; i < R570_GPU_NAME_CHARS && si->gpu_name[i]; i++)
		si->gpu_name_unicode[i] = htole16(si->gpu_name[i]);
}

static void fill_sriov(struct gpu_model *gm, struct r570_sriov_caps *caps)
{
	const struct gm_board *board = gm_board(gm);
	const struct gm_gsp *g = gsp_of(gm);
	const struct r570_vf_info *vf = &g->system_info.vf_info;

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

#define GSP_GID_FLAGS_BINARY 2
#define GSP_GID_BINARY_BYTES 16

void gsp_static_info(struct gpu_model *gm, struct gsp_call *call)
{
	struct r570_static_info *si = (struct r570_static_info *)call->payload;
	const struct gm_board *board = gm_board(gm);
	struct r570_fb_region *region;
	struct gm_gsp *g = gsp_of(gm);

	if (gm_fail(gm, "static-info")) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: fault static-info: the call fails");
		call->result = NV_STATUS_INVALID_STATE;
		return;
	}
	/* A request may be shorter than the structure; the reply never is. */
	memset(si, 0, sizeof(*si));
	call->bytes = sizeof(*si);
	si->gid_flags = htole32(GSP_GID_FLAGS_BINARY);
	si->gid_bytes = htole32(GSP_GID_BINARY_BYTES);
	memcpy(si->gid, "openvgpu", 8);
	si->gid[12] = board->device >> 8;
	si->gid[13] = board->device & 0xff;
	region = &si->fb_regions.region[0];
	si->fb_regions.num_regions = htole32(1);
	region->limit = htole64(gm_fw_reserved_start(gm) - 1);
	region->performance = htole32(1);
	region->support_compressed = 1;
	region->support_iso = 1;
	fill_sriov(gm, &si->sriov_caps);
	si->sriov_max_gfid = htole32(R570_MAX_GFID);
	si->engine_caps[0] = htole32(1U << NV2080_ENGINE_GR0 | 0x1fU << NV2080_ENGINE_COPY0);
	si->fb_bytes = htole64(gm_vram_bytes(gm));
	si->fb_bus_width = htole32(384);
	fill_names(si, board->name);
	si->bar1_pde_base = htole64(g->bar1_pdb);
	si->bar2_pde_base = htole64(g->bar2_pdb);
	si->h_internal_client = htole32(GSP_H_INTERNAL_CLIENT);
	si->h_internal_device = htole32(GSP_H_INTERNAL_DEVICE);
	si->h_internal_subdevice = htole32(GSP_H_INTERNAL_SUBDEVICE);
	si->non_wpr_heap_offset = htole64(gm_fw_reserved_start(gm));
}
