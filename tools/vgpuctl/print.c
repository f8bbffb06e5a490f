// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "vgpuctl.h"

#define MAX_COLUMNS 8
/* What the other columns of the types leave of 80. */
#define PLACES_COLUMNS 26
#define MORE " ..."
#define MIB (1024.0 * 1024)
#define GIB (1024.0 * MIB)

/* A table is collected first, since the widest cell decides a column's width. */
struct table {
	char **cells;
	size_t columns, count;
};

static void cell(struct table *t, char *text)
{
	t->cells = reallocarray(t->cells, t->count + 1, sizeof(*t->cells));
	if (!t->cells)
		abort();
	t->cells[t->count++] = text;
}

static void heading(struct table *t, size_t columns, const char *const *names)
{
	t->columns = columns;
	for (size_t i = 0; i < columns; i++)
		cell(t, str_printf("%s", names[i]));
}

static void print_table(struct table *t)
{
	size_t width[MAX_COLUMNS] = { 0 };

	for (size_t i = 0; i < t->count; i++) {
		size_t n = strlen(t->cells[i]);

		if (n > width[i % t->columns])
			width[i % t->columns] = n;
	}
	for (size_t i = 0; i < t->count; i++) {
		bool last = i % t->columns == t->columns - 1;

		if (last)
			printf("%s\n", t->cells[i]);
		else
			printf("%-*s  ", (int)width[i % t->columns], t->cells[i]);
		free(t->cells[i]);
	}
	free(t->cells);
}

static char *text_of(struct json_object *o, const char *key)
{
	return str_printf("%s", json_get_string(o, key, "-"));
}

static char *bytes(uint64_t n)
{
	if (!n)
		return str_printf("-");
	return n < GIB ? str_printf("%.0f MiB", n / MIB) : str_printf("%.1f GiB", n / GIB);
}

#define EACH(list, item)                                                                           \
	(size_t i_ = 0; i_ < json_object_array_length(list) &&                                     \
	 ((item) = json_object_array_get_idx(list, i_), true); i_++)

void print_gpus(struct json_object *gpus)
{
	static const char *const names[] = { "GPU", "DEVICE", "DRIVER", "STATE", "VFS", "VGPUS",
					     "VRAM FREE", "ENABLED" };
	struct json_object *o;
	struct table t = { 0 };

	if (!json_object_array_length(gpus)) {
		printf("No GPU with SR-IOV on this host.\n");
		return;
	}
	heading(&t, 8, names);
	for EACH(gpus, o) {
		cell(&t, text_of(o, "bdf"));
		cell(&t, str_printf("%s:%s", json_get_string(o, "vendor", ""),
				    json_get_string(o, "device", "")));
		cell(&t, text_of(o, "driver"));
		cell(&t, text_of(o, "state"));
		cell(&t, str_printf("%" PRIu64 "/%" PRIu64, json_get_u64(o, "vfs", 0),
				    json_get_u64(o, "total_vfs", 0)));
		cell(&t, str_printf("%" PRIu64, json_get_u64(o, "vgpus", 0)));
		cell(&t, bytes(json_get_u64(o, "vram_free_bytes", 0)));
		cell(&t, str_printf("%s", json_get_bool(o, "managed", false) ? "yes" : "no"));
	}
	print_table(&t);
	for EACH(gpus, o) {
		const char *why = json_get_string(o, "why_not", NULL);

		if (why)
			printf("GPU %s: %s\n", json_get_string(o, "bdf", "?"), why);
	}
}

void print_vgpus(struct json_object *vgpus)
{
	static const char *const names[] = { "VGPU", "TYPE", "GPU", "VF", "FACE", "STATE", "START" };
	struct json_object *o;
	struct table t = { 0 };

	if (!json_object_array_length(vgpus)) {
		printf("No vGPUs.\n");
		return;
	}
	heading(&t, 7, names);
	for EACH(vgpus, o) {
		cell(&t, text_of(o, "uuid"));
		cell(&t, text_of(o, "type"));
		cell(&t, text_of(o, "gpu"));
		cell(&t, text_of(o, "vf"));
		cell(&t, text_of(o, "face"));
		cell(&t, text_of(o, "state"));
		cell(&t, json_get_bool(o, "persistent", false) ? text_of(o, "start") :
								 str_printf("never"));
	}
	print_table(&t);
}

/* "0 16 24 40", cut so that a line has 80 columns. */
static char *places_text(struct json_object *type)
{
	char text[PLACES_COLUMNS + 1] = "";
	struct json_object *list;
	int used = 0;

	if (!json_object_object_get_ex(type, "creatable_placement_ids", &list) ||
	    !json_object_is_type(list, json_type_array))
		return str_printf("-");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		autofree char *one = str_printf("%s%" PRId64, i ? " " : "", json_object_get_int64(
			json_object_array_get_idx(list, i)));
		bool last = i + 1 == json_object_array_length(list);

		if (used + (int)strlen(one) + (last ? 0 : (int)strlen(MORE)) > PLACES_COLUMNS) {
			snprintf(text + used, sizeof(text) - (size_t)used, MORE);
			break;
		}
		used += snprintf(text + used, sizeof(text) - (size_t)used, "%s", one);
	}
	return str_printf("%s", text);
}

void print_types(struct json_object *types, bool places)
{
	const char *const names[] = { "GPU", "ID", "TYPE", "FRAMEBUFFER", "MAX", "NOW",
				      places ? "FREE PLACES, OR WHY NOT" : "WHY NOT" };
	struct json_object *o;
	struct table t = { 0 };

	heading(&t, 7, names);
	for EACH(types, o) {
		bool creatable = json_get_bool(o, "creatable", false);
		uint64_t id = json_get_u64(o, "id", 0);

		cell(&t, text_of(o, "gpu"));
		cell(&t, id ? str_printf("%" PRIu64, id) : str_printf("-"));
		cell(&t, text_of(o, "name"));
		cell(&t, bytes(json_get_u64(o, "framebuffer_bytes", 0)));
		cell(&t, str_printf("%" PRIu64, json_get_u64(o, "max_instances", 0)));
		cell(&t, str_printf("%s", creatable ? "yes" : "no"));
		cell(&t, places && creatable ? places_text(o) :
					       str_printf("%s", json_get_string(o, "why_not", "")));
	}
	print_table(&t);
}

void print_checks(struct json_object *checks)
{
	struct json_object *o;

	for EACH(checks, o) {
		const char *hint = json_get_string(o, "hint", NULL);

		printf("%-5s %s: %s\n", json_get_string(o, "status", "?"),
		       json_get_string(o, "name", "?"), json_get_string(o, "detail", ""));
		if (hint)
			printf("      -> %s\n", hint);
	}
}

void print_object(struct json_object *o)
{
	json_object_object_foreach(o, key, value) {
		if (json_object_is_type(value, json_type_array) ||
		    json_object_is_type(value, json_type_object))
			continue;
		printf("%-24s %s\n", key, value ? json_object_get_string(value) : "-");
	}
}

void print_json(struct json_object *o)
{
	printf("%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
						      JSON_C_TO_STRING_NOSLASHESCAPE));
}
