// SPDX-License-Identifier: GPL-2.0-or-later
/* What driver and firmware tell each other about the board: system info, registry, static info. */
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

static void check_vf_info(struct gpu_model *gm, const struct gsp_vf_info *vf)
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
	static const unsigned int bar[3] = {0, 1, 3};
	const struct gm_board *board = gm_board(gm);
	struct gm_gsp *g = gsp_of(gm);
	struct gsp_told *told = &g->told;

	if (call->bytes != g->line->system_info_bytes) {
		g->stats.system_info_mismatches++;
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: system info: %u bytes, expected %u",
		       call->bytes, g->line->system_info_bytes);
		return;
	}
	if (g->have_system_info) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: a second system info is ignored");
		return;
	}
	memset(told, 0, sizeof(*told));
	g->line->system_info(call->payload, told);
	g->have_system_info = true;
	for (unsigned int i = 0; i < 3; i++)
		check_fact(gm, "a BAR address", told->bar_address[i],
			   gm_bar_address(gm, 0, bar[i]));
	if (told->device_id) {
		check_fact(gm, "PCI device id", told->device_id,
			   (uint32_t)board->device << 16 | GSP_PCI_VENDOR);
		check_fact(gm, "PCI subdevice id", told->subdevice_id,
			   (uint32_t)board->subsystem << 16 | GSP_PCI_VENDOR);
	}
	check_fact(gm, "config mirror", told->config_mirror, NV_XVE_MIRROR);
	check_vf_info(gm, &told->vf);
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

void gsp_static_info(struct gpu_model *gm, struct gsp_call *call)
{
	struct gm_gsp *g = gsp_of(gm);

	if (gm_fail(gm, "static-info")) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: fault static-info: the call fails");
		call->result = NV_STATUS_INVALID_STATE;
		return;
	}
	/* A request may be shorter than the structure; the reply never is. */
	memset(call->payload, 0, g->line->static_info_bytes);
	call->bytes = g->line->static_info_bytes;
	g->line->static_info(gm, call->payload);
}
