// SPDX-License-Identifier: GPL-2.0-or-later
/* The firmware side's counters as JSON members. */
#include <stdio.h>
#include <stdlib.h>

#include "gsp.h"

static const char *state_name(enum gsp_state state)
{
	static const char *const names[] = {
		[GSP_OFF] = "off",	     [GSP_STARTING] = "starting", [GSP_RUNNING] = "running",
		[GSP_UNLOADED] = "unloaded", [GSP_CRASHED] = "crashed",
	};

	return names[state];
}

static void stats_counts(FILE *f, const struct gsp_stats *s)
{
	const char *sep = "";

	fprintf(f, ",\"calls\":{");
	for (unsigned int i = 0; i < sizeof(s->calls) / sizeof(s->calls[0]); i++) {
		if (!s->calls[i])
			continue;
		fprintf(f, "%s\"%u\":%llu", sep, i, (unsigned long long)s->calls[i]);
		sep = ",";
	}
	sep = "";
	fprintf(f, "},\"events\":{");
	for (unsigned int i = 0; i < sizeof(s->events) / sizeof(s->events[0]); i++) {
		if (!s->events[i])
			continue;
		fprintf(f, "%s\"0x%x\":%llu", sep, RPC_EV_FIRST + i,
			(unsigned long long)s->events[i]);
		sep = ",";
	}
	sep = "";
	fprintf(f, "},\"controls\":{");
	for (unsigned int i = 0; i < s->num_controls; i++) {
		fprintf(f, "%s\"0x%08x\":%llu", sep, s->controls[i].cmd,
			(unsigned long long)s->controls[i].count);
		sep = ",";
	}
	sep = "";
	fprintf(f, "},\"unknown_controls\":[");
	for (unsigned int i = 0; i < s->num_controls; i++) {
		if (!s->controls[i].unknown)
			continue;
		fprintf(f, "%s\"0x%08x\"", sep, s->controls[i].cmd);
		sep = ",";
	}
	fprintf(f, "]");
}

static void stats_plugins(FILE *f, const struct gm_gsp *g)
{
	const char *sep = "";

	fprintf(f, ",\"plugins\":[");
	for (unsigned int i = 1; i <= GPU_MODEL_MAX_VFS; i++) {
		const struct plugin *p = &g->plugin[i];

		if (p->state == PLUGIN_FREE)
			continue;
		fprintf(f,
			"%s{\"gfid\":%u,\"state\":\"%s\",\"type\":%u,\"fb_bytes\":%llu,"
			"\"heap_spa\":%llu,\"bus_master\":%s,\"messages\":%llu,\"errors\":%llu,"
			"\"spurious\":%llu,\"resets\":%llu,\"guest_setups\":%llu,"
			"\"guest_messages\":%llu,\"guest_rejected\":%llu,\"guest_driver\":%s}",
			sep, i, plugin_state_name(p->state), p->type_id,
			(unsigned long long)p->fb_bytes, (unsigned long long)p->heap_base,
			p->bus_master ? "true" : "false", (unsigned long long)p->messages,
			(unsigned long long)p->errors, (unsigned long long)p->spurious,
			(unsigned long long)p->resets, (unsigned long long)p->guest.setups,
			(unsigned long long)p->guest.messages,
			(unsigned long long)p->guest.rejected,
			p->guest.driver_loaded ? "true" : "false");
		sep = ",";
	}
	fprintf(f, "]");
}

char *gm_gsp_stats(struct gpu_model *gm)
{
	const struct gm_gsp *g = gsp_of(gm);
	const struct gsp_stats *s = &g->stats;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fprintf(f,
		"\"gsp\":{\"state\":\"%s\",\"line\":\"%s\",\"vf_partitions\":%u,\"sriov_mode\":%s",
		state_name(g->state), g->version, g->vf_partitions, g->sriov_mode ? "true" : "false");
	fprintf(f,
		",\"bad\":{\"checksum\":%llu,\"sequence\":%llu,\"geometry\":%llu,\"header\":%llu,"
		"\"continuation\":%llu,\"doorbell\":%llu,\"bootload\":%llu,\"system_info\":%llu}",
		(unsigned long long)s->bad_checksum, (unsigned long long)s->bad_sequence,
		(unsigned long long)s->bad_geometry, (unsigned long long)s->bad_header,
		(unsigned long long)s->stray_continuation, (unsigned long long)s->bad_doorbells,
		(unsigned long long)s->bootloads_refused,
		(unsigned long long)s->system_info_mismatches);
	fprintf(f, ",\"queue_full\":%llu,\"dropped_out\":%llu,\"max_call_bytes\":%llu",
		(unsigned long long)s->queue_full, (unsigned long long)s->dropped_out,
		(unsigned long long)s->max_call_bytes);
	fprintf(f, ",\"objects\":%u,\"types\":%u,\"heterogeneous\":%s", g->num_objects,
		g->num_types, g->heterogeneous ? "true" : "false");
	stats_counts(f, s);
	stats_plugins(f, g);
	fprintf(f, "}");
	fclose(f);
	return text;
}
