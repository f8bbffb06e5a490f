// SPDX-License-Identifier: GPL-2.0-or-later
/* The map of a card's memory for people: at most 80 columns. */
#include <inttypes.h>
#include <string.h>

#include "vgpuctl.h"

#define BAR_CELLS 64
#define SIZE_BYTES 16
#define KIB 1024.0

/* In the order in which they are summed up; the mark stands for them in the picture. */
static const struct {
	const char *name, *about;
	char mark;
} kinds[] = {
	{ "partition", "framebuffers of vGPUs", 'P' },
	{ "heap", "management heaps of vGPUs", 'H' },
	{ "free", "for any vGPU", '.' },
	{ "dirty", "only for the vGPU that used it", '-' },
	{ "spare", "free in the driver's share", 's' },
	{ "driver", "page tables and the like", 'D' },
	{ "client", "other kernel modules", 'C' },
	{ "firmware", "GSP", 'F' },
	{ "reserved", "not usable", 'R' },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static size_t kind_of(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (!strcmp(kinds[i].name, name))
			return i;
	return KINDS - 1;
}

static const char *size_text(uint64_t bytes, char buf[SIZE_BYTES])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double value = (double)bytes / KIB;
	size_t unit = 0;

	while (value >= KIB && unit < sizeof(units) / sizeof(units[0]) - 1) {
		value /= KIB;
		unit++;
	}
	/* Whole numbers as such, others with enough digits to tell them apart. */
	snprintf(buf, SIZE_BYTES, "%.*f %s", value == (double)(uint64_t)value ? 0 : 2, value,
		 units[unit]);
	return buf;
}

static struct json_object *member(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	json_object_object_get_ex(o, key, &v);
	return v;
}

/* One cell for each 1/64 of the board: what most of it is. */
static void print_bar(struct json_object *map, struct json_object *runs)
{
	uint64_t fb = json_get_u64(map, "fb_bytes", 0), share[KINDS];
	char bar[BAR_CELLS + 1], size[SIZE_BYTES];

	for (unsigned int cell = 0; cell < BAR_CELLS; cell++) {
		uint64_t low = fb / BAR_CELLS * cell, high = low + fb / BAR_CELLS;
		size_t most = 0;

		memset(share, 0, sizeof(share));
		for (size_t i = 0; i < json_object_array_length(runs); i++) {
			struct json_object *run = json_object_array_get_idx(runs, i);
			uint64_t start = json_get_u64(run, "address", 0);
			uint64_t end = start + json_get_u64(run, "bytes", 0);

			if (start < high && end > low)
				share[kind_of(json_get_string(run, "kind", ""))] +=
					(end < high ? end : high) - (start > low ? start : low);
		}
		for (size_t i = 1; i < KINDS; i++)
			if (share[i] > share[most])
				most = i;
		bar[cell] = kinds[most].mark;
	}
	bar[BAR_CELLS] = '\0';
	printf("0 [%s] %s\n\n", bar, size_text(fb, size));
}

static void print_kinds(struct json_object *map)
{
	struct json_object *sums = member(map, "kinds");
	uint64_t fb = json_get_u64(map, "fb_bytes", 0);
	char size[SIZE_BYTES];

	printf("   KIND       %12s  SHARE\n", "SIZE");
	for (size_t i = 0; i < KINDS; i++) {
		uint64_t bytes = json_get_u64(sums, kinds[i].name, 0);

		if (bytes && fb)
			printf("%c  %-9s  %12s  %4.1f %%  %s\n", kinds[i].mark, kinds[i].name,
			       size_text(bytes, size), 100.0 * (double)bytes / (double)fb,
			       kinds[i].about);
	}
}

static void print_facts(struct json_object *map)
{
	uint64_t windows = json_get_u64(map, "bar1_windows", 0);
	char a[SIZE_BYTES], b[SIZE_BYTES];

	printf("\nFree for any vGPU: at most %s at once, fragmentation %" PRIu64 " %%.\n",
	       size_text(json_get_u64(map, "largest_free_bytes", 0), a),
	       json_get_u64(map, "fragmentation_percent", 0));
	printf("Other kernel modules: %" PRIu64 ", with %s of %s.\n",
	       json_get_u64(map, "clients", 0),
	       size_text(json_get_u64(map, "client_used_bytes", 0), a),
	       size_text(json_get_u64(map, "client_limit_bytes", 0), b));
	printf("BAR1: %" PRIu64 " window%s, %s of %s.\n\n", windows, windows == 1 ? "" : "s",
	       size_text(json_get_u64(map, "bar1_mapped_bytes", 0), a),
	       size_text(json_get_u64(map, "bar1_bytes", 0), b));
}

static void print_runs(struct json_object *runs)
{
	char size[SIZE_BYTES], vf[SIZE_BYTES];

	printf("%-12s  %10s  %-9s  %-3s  HOLDER\n", "ADDRESS", "SIZE", "KIND", "VF");
	for (size_t i = 0; i < json_object_array_length(runs); i++) {
		struct json_object *run = json_object_array_get_idx(runs, i);

		snprintf(vf, sizeof(vf), member(run, "vf") ? "%" PRIu64 : "-",
			 json_get_u64(run, "vf", 0));
		printf("0x%010" PRIx64 "  %10s  %-9s  %-3s  %s\n", json_get_u64(run, "address", 0),
		       size_text(json_get_u64(run, "bytes", 0), size),
		       json_get_string(run, "kind", "?"), vf,
		       json_get_string(run, "uuid", json_get_string(run, "holder", "-")));
	}
}

static void print_spaces(struct json_object *spaces)
{
	static const char *const levels[] = { "PD4", "PD3", "PD2", "PD1", "PD0", "PT64K", "PT4K" };
	char size[SIZE_BYTES];

	printf("\n%-24s  %10s ", "PAGE TABLES", "MAPPED");
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		printf(" %5s", levels[i]);
	printf("\n");
	for (size_t i = 0; i < json_object_array_length(spaces); i++) {
		struct json_object *space = json_object_array_get_idx(spaces, i);
		struct json_object *tables = member(space, "tables");

		printf("%-24.24s  %10s ", json_get_string(space, "holder", "?"),
		       size_text(json_get_u64(space, "mapped_bytes", 0), size));
		for (size_t j = 0; j < sizeof(levels) / sizeof(levels[0]); j++)
			printf(" %5" PRIu64, json_get_u64(tables, levels[j], 0));
		printf("\n");
	}
}

void print_vram(struct json_object *maps)
{
	if (!json_object_array_length(maps))
		printf("No map: no GPU is running (vgpuctl enable PF).\n");
	for (size_t i = 0; i < json_object_array_length(maps); i++) {
		struct json_object *map = json_object_array_get_idx(maps, i);
		struct json_object *runs = member(map, "runs");
		char a[SIZE_BYTES], b[SIZE_BYTES];

		printf("%sGPU %s: %s of VRAM in segments of %s\n\n", i ? "\n" : "",
		       json_get_string(map, "gpu", "?"),
		       size_text(json_get_u64(map, "fb_bytes", 0), a),
		       size_text(json_get_u64(map, "segment_bytes", 0), b));
		print_bar(map, runs);
		print_kinds(map);
		print_facts(map);
		print_runs(runs);
		print_spaces(member(map, "spaces"));
	}
}
