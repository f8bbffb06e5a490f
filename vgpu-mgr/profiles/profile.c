// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "profile.h"

/* Deeper nesting than any valid file has is refused by the parser itself. */
#define PROFILE_MAX_DEPTH 8
#define PCI_ID_DIGITS 4

enum field_kind { KIND_NUMBER, KIND_BOOL, KIND_HEX16, KIND_STRING, KIND_PAIR };

struct field {
	const char *key;
	enum field_kind kind;
	size_t offset;
	uint64_t max;
	bool creating;	/* a type whose value is unknown or inferred cannot be created */
	bool preset;	/* may come from the series */
	bool optional;	/* the key may be absent: unknown */
};

#define AT(member) offsetof(struct profile_type, member)
#define SIZE_MAX_BYTES (1ull << 40)

static const struct field fields[] = {
	{ "name", KIND_STRING, AT(name), 0, false, false, false },
	{ "series", KIND_STRING, AT(series), 0, false, false, false },
	{ "id", KIND_NUMBER, AT(id), 1u << 20, true, false, true },
	{ "guest_subsystem", KIND_HEX16, AT(guest_subsystem), 0xffff, true, false, false },
	{ "framebuffer_mib", KIND_NUMBER, AT(framebuffer_mib), 1u << 20, false, false, true },
	{ "profile_bytes", KIND_NUMBER, AT(profile_bytes), SIZE_MAX_BYTES, true, false, true },
	{ "fb_bytes", KIND_NUMBER, AT(fb_bytes), SIZE_MAX_BYTES, true, false, true },
	{ "reserve_bytes", KIND_NUMBER, AT(reserve_bytes), SIZE_MAX_BYTES, true, false, true },
	{ "heap_bytes", KIND_NUMBER, AT(heap_bytes), SIZE_MAX_BYTES, true, false, true },
	{ "max_instances", KIND_NUMBER, AT(max_instances), 256, true, false, true },
	{ "max_instances_mixed", KIND_NUMBER, AT(max_instances_mixed), 256, false, false, true },
	{ "max_resolution_docs", KIND_PAIR, AT(docs_x), 1u << 16, false, false, true },
	{ "multi_vgpu", KIND_BOOL, AT(multi_vgpu), 1, false, false, false },
	{ "class", KIND_STRING, AT(class_name), 0, false, true, false },
	{ "heads", KIND_NUMBER, AT(heads), 16, false, true, false },
	{ "max_resolution", KIND_PAIR, AT(max_x), 1u << 16, false, true, false },
	{ "max_pixels", KIND_NUMBER, AT(max_pixels), UINT32_MAX, false, true, false },
	{ "frl", KIND_NUMBER, AT(frl), 1000, false, true, false },
	{ "cuda", KIND_BOOL, AT(cuda), 1, false, true, false },
	{ "ecc", KIND_BOOL, AT(ecc), 1, false, true, false },
	{ "bar1_mib", KIND_NUMBER, AT(bar1_mib), 1u << 20, false, true, true },
	{ "encoder_capacity", KIND_NUMBER, AT(encoder_capacity), 100, false, true, false },
	{ "license", KIND_STRING, AT(license), 0, false, true, false },
};

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

__attribute__((format(printf, 2, 3))) static int fail(char *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, PROFILE_WHY_BYTES, fmt, ap);
	va_end(ap);
	return -1;
}

static int field_index(const char *key)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (!strcmp(fields[i].key, key))
			return (int)i;
	return -1;
}

static bool known(const struct profile_type *t, const char *key)
{
	return t->known >> field_index(key) & 1;
}

/*
 * Copy a JSON string that is printable ASCII, fits, and can stand in a C string literal as it is.
 */
static int get_string(struct json_object *o, char *out, size_t size)
{
	const char *s;
	size_t length;

	if (!json_object_is_type(o, json_type_string))
		return -1;
	s = json_object_get_string(o);
	length = (size_t)json_object_get_string_len(o);
	if (!length || length >= size)
		return -1;
	for (size_t i = 0; i < length; i++)
		if (s[i] < ' ' || s[i] > '~' || s[i] == '"' || s[i] == '\\')
			return -1;
	memcpy(out, s, length + 1);
	return 0;
}

static int get_hex16(struct json_object *o, uint64_t *out)
{
	const char *s;
	char *end;

	if (!json_object_is_type(o, json_type_string))
		return -1;
	s = json_object_get_string(o);
	if (strlen(s) != PCI_ID_DIGITS || strspn(s, "0123456789abcdef") != PCI_ID_DIGITS)
		return -1;
	*out = strtoull(s, &end, 16);
	return 0;
}

static int get_number(struct json_object *o, uint64_t max, uint64_t *out)
{
	int64_t v;

	if (!json_object_is_type(o, json_type_int))
		return -1;
	v = json_object_get_int64(o);
	if (v < 0 || (uint64_t)v > max)
		return -1;
	*out = (uint64_t)v;
	return 0;
}

static int get_pair(struct json_object *o, uint64_t max, uint64_t *out)
{
	if (!json_object_is_type(o, json_type_array) || json_object_array_length(o) != 2)
		return -1;
	for (size_t i = 0; i < 2; i++)
		if (get_number(json_object_array_get_idx(o, i), max, &out[i]))
			return -1;
	return 0;
}

static int get_field(struct json_object *o, const struct field *f, struct profile_type *t)
{
	void *at = (char *)t + f->offset;

	switch (f->kind) {
	case KIND_STRING:
		return get_string(o, at, PROFILE_NAME_BYTES);
	case KIND_HEX16:
		return get_hex16(o, at);
	case KIND_NUMBER:
		return get_number(o, f->max, at);
	case KIND_PAIR:
		return get_pair(o, f->max, at);
	case KIND_BOOL:
		if (!json_object_is_type(o, json_type_boolean))
			return -1;
		*(uint64_t *)at = json_object_get_boolean(o) ? 1 : 0;
		return 0;
	}
	return -1;
}

/* "inferred": { rule: [key, ...] }; every rule declared, every key known and given. */
static int parse_inferred(struct json_object *o, struct json_object *rules, struct profile_type *t,
			  char *why)
{
	if (!json_object_is_type(o, json_type_object))
		return fail(why, "type \"%s\": \"inferred\" is not an object", t->name);
	json_object_object_foreach(o, rule, keys) {
		if (!json_object_object_get_ex(rules, rule, NULL))
			return fail(why, "type \"%s\": inference rule \"%.40s\" is not declared",
				    t->name, rule);
		if (!json_object_is_type(keys, json_type_array))
			return fail(why, "type \"%s\": \"inferred\": \"%.40s\" is not a list",
				    t->name, rule);
		for (size_t i = 0; i < json_object_array_length(keys); i++) {
			struct json_object *name = json_object_array_get_idx(keys, i);
			const char *key = json_object_get_string(name);
			int index = key ? field_index(key) : -1;

			if (index < 0 || !(t->known >> index & 1))
				return fail(why, "type \"%s\": \"inferred\" names \"%.40s\", which "
					    "has no value", t->name, key ? key : "null");
			t->inferred |= 1ull << index;
		}
	}
	return 0;
}

static int parse_sources(struct json_object *o, struct json_object *sources,
			 struct profile_type *t, char *why)
{
	if (!json_object_is_type(o, json_type_array) || !json_object_array_length(o))
		return fail(why, "type \"%s\": \"source\" is not a list with at least one tag",
			    t->name);
	for (size_t i = 0; i < json_object_array_length(o); i++) {
		const char *tag = json_object_get_string(json_object_array_get_idx(o, i));

		if (!tag || !json_object_object_get_ex(sources, tag, NULL))
			return fail(why, "type \"%s\": source \"%.40s\" is not declared", t->name,
				    tag ? tag : "null");
	}
	return 0;
}

static int parse_fields(struct json_object *o, struct json_object *preset, struct profile_type *t,
			char *why)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const struct field *f = &fields[i];
		struct json_object *v = NULL;
		bool given = json_object_object_get_ex(o, f->key, &v);

		if (!given && f->preset)
			given = json_object_object_get_ex(preset, f->key, &v);
		if (!given && !f->optional)
			return fail(why, "type \"%s\": the key \"%s\" is missing", t->name, f->key);
		if (!given || !v) /* null: the sources do not say */
			continue;
		if (get_field(v, f, t))
			return fail(why, "type \"%s\": \"%s\" has a value of the wrong kind or out "
				    "of range", t->name, f->key);
		t->known |= 1ull << i;
	}
	return 0;
}

static int check_keys(struct json_object *o, const char *name, char *why)
{
	json_object_object_foreach(o, key, value) {
		(void)value;
		if (field_index(key) < 0 && strcmp(key, "source") && strcmp(key, "inferred"))
			return fail(why, "type \"%s\": the key \"%.40s\" is not known", name, key);
	}
	return 0;
}

static void append(char *list, size_t size, const char *key)
{
	size_t used = strlen(list);

	snprintf(list + used, size - used, "%s%s", used ? ", " : "", key);
}

/* The sentence that a type which cannot be created carries into the catalogue. */
static void note_missing(struct profile_type *t)
{
	char unknown[PROFILE_WHY_BYTES / 3] = "", inferred[PROFILE_WHY_BYTES / 3] = "";

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (!fields[i].creating)
			continue;
		if (!(t->known >> i & 1))
			append(unknown, sizeof(unknown), fields[i].key);
		else if (t->inferred >> i & 1)
			append(inferred, sizeof(inferred), fields[i].key);
	}
	if (!unknown[0] && !inferred[0])
		return;
	snprintf(t->missing, sizeof(t->missing), "type %s cannot be created:%s%s%s%s%s", t->name,
		 unknown[0] ? " not known: " : "", unknown, unknown[0] && inferred[0] ? ";" : "",
		 inferred[0] ? " inferred, not verified: " : "", inferred);
}

static int parse_type(struct json_object *o, struct json_object *root, struct profile_board *b,
		      char *why)
{
	struct profile_type *t = &b->types[b->type_count];
	struct json_object *presets, *preset, *v;

	if (!json_object_is_type(o, json_type_object))
		return fail(why, "types[%zu] is not an object", b->type_count);
	if (!json_object_object_get_ex(o, "name", &v) || get_string(v, t->name, sizeof(t->name)))
		return fail(why, "types[%zu] has no usable \"name\"", b->type_count);
	if (!json_object_object_get_ex(o, "series", &v) ||
	    get_string(v, t->series, sizeof(t->series)))
		return fail(why, "type \"%s\": the key \"series\" is missing or not a string",
			    t->name);
	json_object_object_get_ex(root, "series", &presets);
	if (!json_object_object_get_ex(presets, t->series, &preset) ||
	    !json_object_is_type(preset, json_type_object))
		return fail(why, "type \"%s\": series \"%s\" is not declared", t->name, t->series);
	if (check_keys(o, t->name, why) || parse_fields(o, preset, t, why))
		return -1;
	if (!json_object_object_get_ex(o, "source", &v))
		return fail(why, "type \"%s\": the key \"source\" is missing", t->name);
	if (parse_sources(v, json_object_object_get(root, "sources"), t, why))
		return -1;
	if (json_object_object_get_ex(o, "inferred", &v) &&
	    parse_inferred(v, json_object_object_get(root, "inference_rules"), t, why))
		return -1;
	if (known(t, "id") && !t->id)
		return fail(why, "type \"%s\": id 0 means \"no type\" and cannot be a type's number",
			    t->name);
	if (!known(t, "profile_bytes") && known(t, "framebuffer_mib"))
		t->profile_bytes = t->framebuffer_mib << 20;
	if (!t->profile_bytes)
		return fail(why, "type \"%s\": neither \"profile_bytes\" nor \"framebuffer_mib\" is "
			    "given", t->name);
	if (t->profile_bytes > b->framebuffer_mib << 20 || t->fb_bytes > t->profile_bytes)
		return fail(why, "type \"%s\": the sizes do not fit (framebuffer within profile "
			    "within board)", t->name);
	note_missing(t);
	b->type_count++;
	return 0;
}

static int check_duplicates(const struct profile_board *b, char *why)
{
	for (size_t i = 0; i < b->type_count; i++)
		for (size_t j = i + 1; j < b->type_count; j++) {
			const struct profile_type *x = &b->types[i], *y = &b->types[j];

			if (!strcmp(x->name, y->name))
				return fail(why, "type \"%s\" is there twice", x->name);
			if (x->id && x->id == y->id)
				return fail(why, "types \"%s\" and \"%s\" both have id %u", x->name,
					    y->name, (unsigned int)x->id);
			if (x->guest_subsystem == y->guest_subsystem)
				return fail(why, "types \"%s\" and \"%s\" both have guest subsystem "
					    "%04x", x->name, y->name,
					    (unsigned int)x->guest_subsystem);
		}
	return 0;
}

static int parse_gpu(struct json_object *root, struct profile_board *b, char *why)
{
	struct json_object *gpu, *v;
	uint64_t vendor;

	if (!json_object_object_get_ex(root, "gpu", &gpu) ||
	    !json_object_is_type(gpu, json_type_object))
		return fail(why, "the key \"gpu\" is missing or not an object");
	if (!json_object_object_get_ex(gpu, "vendor", &v) || get_hex16(v, &vendor) ||
	    vendor != 0x10de)
		return fail(why, "\"gpu\": \"vendor\" is not \"10de\"");
	if (!json_object_object_get_ex(gpu, "device", &v) || get_hex16(v, &b->device) || !b->device)
		return fail(why, "\"gpu\": \"device\" is not four lower-case hexadecimal digits");
	if (!json_object_object_get_ex(gpu, "subsystem", &v) || !v)
		return fail(why, "\"gpu\": the key \"subsystem\" is missing");
	if (strcmp(json_object_get_string(v), "any") && get_hex16(v, &b->subsystem))
		return fail(why, "\"gpu\": \"subsystem\" is neither \"any\" nor four lower-case "
			    "hexadecimal digits");
	return 0;
}

static int parse_root(struct json_object *root, struct profile_board *b, char *why)
{
	static const char *const objects[] = { "sources", "inference_rules", "series" };
	struct json_object *v;

	if (!json_object_is_type(root, json_type_object))
		return fail(why, "the file does not hold one JSON object");
	if (!json_object_object_get_ex(root, "format", &v) || !v ||
	    strcmp(json_object_get_string(v), PROFILE_FORMAT))
		return fail(why, "\"format\" is not \"" PROFILE_FORMAT "\"");
	if (!json_object_object_get_ex(root, "board", &v) ||
	    get_string(v, b->board, sizeof(b->board)))
		return fail(why, "the key \"board\" is missing or not a plain string");
	if (!json_object_object_get_ex(root, "framebuffer_mib", &v) ||
	    get_number(v, 1u << 20, &b->framebuffer_mib) || !b->framebuffer_mib)
		return fail(why, "the key \"framebuffer_mib\" is missing or out of range");
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (!json_object_object_get_ex(root, objects[i], &v) ||
		    !json_object_is_type(v, json_type_object))
			return fail(why, "the key \"%s\" is missing or not an object", objects[i]);
	if (parse_gpu(root, b, why))
		return -1;
	if (!json_object_object_get_ex(root, "types", &v) ||
	    !json_object_is_type(v, json_type_array) || !json_object_array_length(v) ||
	    json_object_array_length(v) > PROFILE_MAX_TYPES)
		return fail(why, "the key \"types\" is not a list of 1 to %d types",
			    PROFILE_MAX_TYPES);
	b->types = calloc(json_object_array_length(v), sizeof(*b->types));
	if (!b->types)
		return fail(why, "out of memory");
	for (size_t i = 0; i < json_object_array_length(v); i++)
		if (parse_type(json_object_array_get_idx(v, i), root, b, why))
			return -1;
	return check_duplicates(b, why);
}

int profile_parse(const char *text, size_t length, struct profile_board *board, char *why)
{
	struct json_tokener *tok;
	struct json_object *root;
	int ret;

	memset(board, 0, sizeof(*board));
	if (length > PROFILE_MAX_FILE_BYTES)
		return fail(why, "the file is larger than %u bytes", PROFILE_MAX_FILE_BYTES);
	tok = json_tokener_new_ex(PROFILE_MAX_DEPTH);
	if (!tok)
		return fail(why, "out of memory");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	root = json_tokener_parse_ex(tok, text, (int)length);
	if (json_tokener_get_error(tok) != json_tokener_success)
		ret = fail(why, "not valid JSON near byte %zu: %s", json_tokener_get_parse_end(tok),
			   json_tokener_error_desc(json_tokener_get_error(tok)));
	else
		ret = parse_root(root, board, why);
	json_object_put(root);
	json_tokener_free(tok);
	return ret;
}

void profile_free(struct profile_board *board)
{
	free(board->types);
	board->types = NULL;
	board->type_count = 0;
}

static int check_two(const struct profile_board *a, const struct profile_board *b, char *why)
{
	if (a->device == b->device && a->subsystem == b->subsystem)
		return fail(why, "boards \"%s\" and \"%s\" both describe PCI device 10de:%04x with "
			    "the same subsystem", a->board, b->board, (unsigned int)a->device);
	for (size_t i = 0; i < a->type_count; i++)
		for (size_t j = 0; j < b->type_count; j++) {
			const struct profile_type *x = &a->types[i], *y = &b->types[j];

			if (x->id && x->id == y->id)
				return fail(why, "types \"%s\" and \"%s\" both have id %u", x->name,
					    y->name, (unsigned int)x->id);
			if (!strcmp(x->name, y->name))
				return fail(why, "boards \"%s\" and \"%s\" both have a type \"%s\"",
					    a->board, b->board, x->name);
		}
	return 0;
}

int profile_check_set(const struct profile_board *boards, size_t count, char *why)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++)
			if (check_two(&boards[i], &boards[j], why))
				return -1;
	return 0;
}
