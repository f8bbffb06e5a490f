// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json_util.h"
#include "vram_map.h"

#define MAP_FORMAT 1
#define LINE_BYTES 256
#define WORD_BYTES 48
#define LEVELS_MAX 16
#define TABLE_BYTES 4096u

struct reader {
	const char *gpu, *at;
	unsigned int number;	/* of the line */
	char line[LINE_BYTES];
	struct err *e;
	struct json_object *o, *kinds, *spaces, *runs, *space;
	uint64_t run_count, next_address;
	bool runs_seen;
};

/* False at the end of the text. */
static bool next_line(struct reader *r)
{
	size_t n = strcspn(r->at, "\n");

	if (!*r->at)
		return false;
	snprintf(r->line, sizeof(r->line), "%.*s", (int)(n < LINE_BYTES ? n : LINE_BYTES - 1), r->at);
	text_clean(r->line);
	r->at += n + (r->at[n] == '\n');
	r->number++;
	return true;
}

static int bad(struct reader *r, const char *why)
{
	return err_set(r->e, ERR_FAILED, "vgpu_core and vgpu-mgr should be of one release",
		       "GPU %s: line %u of its VRAM map %s: \"%.80s\"", r->gpu, r->number, why, r->line);
}

static int space_line(struct reader *r)
{
	char holder[WORD_BYTES];
	uint64_t spaces, mapped;

	if (sscanf(r->line, "space %" SCNu64 " %" SCNu64 " %47[^\n]", &spaces, &mapped, holder) != 3)
		return bad(r, "cannot be understood");
	r->space = json_object_new_object();
	json_put_string(r->space, "holder", holder);
	json_put_u64(r->space, "spaces", spaces);
	json_put_u64(r->space, "mapped_bytes", mapped);
	json_object_array_add(r->spaces, r->space);
	return 0;
}

static int tables_line(struct reader *r)
{
	struct json_object *tables = json_object_new_object();
	const char *at = r->line + strlen("tables");
	uint64_t pages, sum = 0;
	char level[WORD_BYTES];
	int used, n = 0;

	if (!r->space) {
		json_object_put(tables);
		return bad(r, "belongs to no address space");
	}
	while (n++ < LEVELS_MAX && sscanf(at, " %47s %" SCNu64 "%n", level, &pages, &used) == 2) {
		json_put_u64(tables, level, pages);
		sum += pages;
		at += used;
	}
	json_put_u64(r->space, "table_bytes", sum * TABLE_BYTES);
	json_object_object_add(r->space, "tables", tables);
	r->space = NULL;
	return *at ? bad(r, "cannot be understood") : 0;
}

/* "0x0000000000   12582912K partition vf3   UUID" */
static int run_line(struct reader *r)
{
	char kind[WORD_BYTES], vf[WORD_BYTES], rest[WORD_BYTES], uuid[UUID_BYTES];
	struct json_object *o;
	uint64_t address, kib;
	unsigned int index;
	bool owned;

	if (!r->runs_seen ||
	    sscanf(r->line, "0x%" SCNx64 " %" SCNu64 "K %47s %47s %47[^\n]", &address, &kib, kind, vf,
		   rest) != 5 || kib > UINT64_MAX >> 10)
		return bad(r, "cannot be understood");
	if (address != r->next_address)
		return bad(r, "does not follow the one before");
	owned = uuid_parse(rest, uuid);
	r->next_address += kib << 10;
	r->run_count--;
	o = json_object_new_object();
	json_put_u64(o, "address", address);
	json_put_u64(o, "bytes", kib << 10);
	json_put_string(o, "kind", kind);
	if (sscanf(vf, "vf%u", &index) == 1)
		json_put_u64(o, "vf", index);
	else
		json_object_object_add(o, "vf", NULL);
	json_put_string(o, "uuid", owned ? uuid : NULL);
	json_put_string(o, "holder", owned || !strcmp(rest, "-") ? NULL : rest);
	json_object_array_add(r->runs, o);
	return 0;
}

/* Lines of one name and one or two numbers. */
static int fact_line(struct reader *r)
{
	static const struct {
		const char *format, *first, *second;
	} facts[] = {
		{ "fb_bytes %" SCNu64 "%c", "fb_bytes", NULL },
		{ "segment_bytes %" SCNu64 "%c", "segment_bytes", NULL },
		{ "largest_free_bytes %" SCNu64 "%c", "largest_free_bytes", NULL },
		{ "free_runs %" SCNu64 "%c", "free_runs", NULL },
		{ "clients %" SCNu64 "%c", "clients", NULL },
		{ "client_bytes %" SCNu64 " of %" SCNu64, "client_used_bytes", "client_limit_bytes" },
		{ "bar1_bytes %" SCNu64 " of %" SCNu64, "bar1_mapped_bytes", "bar1_bytes" },
		{ "bar1_windows %" SCNu64 "%c", "bar1_windows", NULL },
	};
	uint64_t first, second;
	char kind[WORD_BYTES];

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		int want = facts[i].second ? 2 : 1, got;

		second = 0;
		got = facts[i].second ? sscanf(r->line, facts[i].format, &first, &second) :
					sscanf(r->line, facts[i].format, &first, (char *)&second);
		if (got != want)
			continue;
		json_put_u64(r->o, facts[i].first, first);
		if (facts[i].second)
			json_put_u64(r->o, facts[i].second, second);
		return 0;
	}
	if (sscanf(r->line, "bytes %47s %" SCNu64, kind, &first) == 2) {
		json_put_u64(r->kinds, kind, first);
		return 0;
	}
	if (sscanf(r->line, "runs %" SCNu64, &first) == 1) {
		r->run_count = first;
		r->runs_seen = true;
		return 0;
	}
	return bad(r, "cannot be understood");
}

static int read_lines(struct reader *r)
{
	unsigned int format;

	if (!next_line(r) || sscanf(r->line, "map %u", &format) != 1 || format != MAP_FORMAT)
		return bad(r, "is not that of a map of version 1");
	while (next_line(r)) {
		int ret;

		if (!strncmp(r->line, "0x", 2))
			ret = run_line(r);
		else if (!strncmp(r->line, "space ", 6))
			ret = space_line(r);
		else if (!strncmp(r->line, "tables", 6))
			ret = tables_line(r);
		else
			ret = fact_line(r);
		if (ret)
			return ret;
	}
	if (!r->runs_seen || r->run_count ||
	    r->next_address < json_get_u64(r->o, "fb_bytes", UINT64_MAX))
		return bad(r, "ends a map that is not complete");
	return 0;
}

/* How much of the clean segments is not in the largest piece. */
static uint64_t fragmentation(struct json_object *o, struct json_object *kinds)
{
	uint64_t free = json_get_u64(kinds, "free", 0);
	uint64_t largest = json_get_u64(o, "largest_free_bytes", 0);

	return free && largest <= free ? 100 - largest * 100 / free : 0;
}

struct json_object *vram_map_parse(const char *gpu, const char *text, struct err *e)
{
	struct reader r = { .gpu = gpu, .at = text, .e = e };
	int ret;

	r.o = json_object_new_object();
	r.kinds = json_object_new_object();
	r.spaces = json_object_new_array();
	r.runs = json_object_new_array();
	json_put_string(r.o, "gpu", gpu);
	ret = read_lines(&r);
	json_put_u64(r.o, "fragmentation_percent", fragmentation(r.o, r.kinds));
	json_object_object_add(r.o, "kinds", r.kinds);
	json_object_object_add(r.o, "spaces", r.spaces);
	json_object_object_add(r.o, "runs", r.runs);
	if (!ret)
		return r.o;
	json_object_put(r.o);
	return NULL;
}

struct json_object *vram_map_read(const struct mgr *m, const char *gpu, struct err *e)
{
	autofree char *path = mgr_path(m, "/sys/kernel/debug/vgpu/%s/vram", gpu);
	autofree char *text = file_read(path, VRAM_MAP_BYTES);
	const char *hint = NULL;

	if (text)
		return vram_map_parse(gpu, text, e);
	if (errno == ENOENT)
		hint = "mount -t debugfs debugfs /sys/kernel/debug; or the GPU is not ready, see vgpuctl list";
	else if (errno == EACCES || errno == EPERM)
		hint = "the file is root's: ask through the daemon, or as root";
	err_errno(e, errno, hint, "GPU %s: its VRAM map %s cannot be read", gpu, path);
	return NULL;
}
