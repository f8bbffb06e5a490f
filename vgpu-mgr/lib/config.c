// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "json_util.h"

#define FILE_LIMIT_BYTES (1u << 20)
#define FILE_MODE 0644
#define CONFIG_HINT "correct the file, or move it away and run \"vgpuctl enable\" again"
#define RECORDS_HINT "move the file away; the vGPUs of the VF face have to be created again"
#define PENDING_HINT "move the file away"

/*
 * The file's object with its version checked; NULL and no error when the file is absent. @hint:
 * what to do about a file that cannot be understood.
 */
static struct json_object *load_object(const struct mgr *m, const char *name, const char *hint,
				       struct err *e)
{
	autofree char *path = mgr_path(m, "%s", name);
	autofree char *text = file_read(path, FILE_LIMIT_BYTES);
	struct json_object *o;

	if (!text) {
		if (errno != ENOENT)
			err_errno(e, errno, NULL, "%s cannot be read", path);
		return NULL;
	}
	o = json_parse(text, strlen(text), path, e);
	if (!o) {
		e->code = ERR_FAILED;
		snprintf(e->hint, sizeof(e->hint), "%s", hint);
		return NULL;
	}
	if (!json_object_is_type(o, json_type_object) ||
	    json_get_u64(o, "version", 0) != JSON_VERSION) {
		err_set(e, ERR_FAILED, hint, "%s does not say \"version\": %d", path, JSON_VERSION);
		json_object_put(o);
		return NULL;
	}
	return o;
}

static int save_object(const struct mgr *m, const char *name, struct json_object *o, struct err *e)
{
	autofree char *path = mgr_path(m, "%s", name);
	autofree char *text = str_printf("%s\n", json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));

	if (file_replace(path, text, FILE_MODE))
		return err_errno(e, errno, NULL, "%s cannot be written", path);
	return 0;
}

/* The list @key of @root; NULL with an error when it is something else. */
static struct json_object *get_list(struct json_object *root, const char *key, const char *what,
				    size_t limit, const char *hint, struct err *e)
{
	struct json_object *list;

	if (!json_object_object_get_ex(root, key, &list) ||
	    !json_object_is_type(list, json_type_array) || json_object_array_length(list) > limit) {
		err_set(e, ERR_FAILED, hint, "%s: \"%s\" is not a list of up to %zu entries", what,
			key, limit);
		return NULL;
	}
	return list;
}

const char *placement_name(enum placement p)
{
	return p == PLACEMENT_HOMOGENEOUS   ? "homogeneous" :
	       p == PLACEMENT_HETEROGENEOUS ? "heterogeneous" :
					      NULL;
}

enum placement placement_parse(const char *text)
{
	for (enum placement p = PLACEMENT_HOMOGENEOUS; p <= PLACEMENT_HETEROGENEOUS; p++)
		if (!strcmp(text, placement_name(p)))
			return p;
	return PLACEMENT_UNSET;
}

/* An entry of before there were two modes has no such member. */
static enum placement parse_placement(struct json_object *o)
{
	if (!json_object_object_get_ex(o, "placement", NULL))
		return PLACEMENT_HOMOGENEOUS;
	return placement_parse(json_get_string(o, "placement", ""));
}

/* @at: where in the file @what it is. Saving would drop what is not understood. */
static int only_keys(struct json_object *o, const char *const *keys, const char *what,
		     const char *at, struct err *e)
{
	const char *unknown = json_unknown_key(o, keys);

	return unknown ? err_set(e, ERR_FAILED, CONFIG_HINT, "%s: unknown member \"%.40s\"%s", what,
				 unknown, at) : 0;
}

static int parse_gpus(struct json_object *root, const char *what, struct config *c, struct err *e)
{
	static const char *const root_keys[] = { "version", "gpus", NULL };
	static const char *const gpu_keys[] = { "bdf", "vfs", "placement", NULL };
	struct json_object *list = get_list(root, "gpus", what, PCI_MAX_GPUS, CONFIG_HINT, e);

	if (!list || only_keys(root, root_keys, what, "", e))
		return -1;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		uint64_t vfs = json_get_u64(o, "vfs", 0);
		struct config_gpu entry;
		char *bdf = entry.bdf;

		if (!bdf_parse(json_get_string(o, "bdf", ""), entry.bdf))
			return err_set(e, ERR_FAILED, CONFIG_HINT, "%s: gpus[%zu]: \"bdf\" is not a PCI "
				       "address such as 0000:01:00.0", what, i);
		if (!vfs || vfs > PCI_MAX_VFS)
			return err_set(e, ERR_FAILED, CONFIG_HINT, "%s: gpus[%zu] (%s): \"vfs\" is not a "
				       "number from 1 to %d", what, i, bdf, PCI_MAX_VFS);
		if (config_find(c, bdf))
			return err_set(e, ERR_FAILED, CONFIG_HINT, "%s: the GPU %s is there twice",
				       what, bdf);
		entry.vfs = (unsigned int)vfs;
		entry.placement = parse_placement(o);
		if (!entry.placement)
			return err_set(e, ERR_FAILED, CONFIG_HINT, "%s: gpus[%zu] (%s): \"placement\" is "
				       "neither \"homogeneous\" nor \"heterogeneous\"", what, i, bdf);
		if (only_keys(o, gpu_keys, what, " of a GPU", e) || config_set(c, &entry, e))
			return -1;
	}
	return 0;
}

int config_parse(const char *text, size_t length, const char *what, struct config *c, struct err *e)
{
	autojson *o = json_parse(text, length, what, e);

	c->count = 0;
	if (!o)
		return -1;
	if (json_get_u64(o, "version", 0) != JSON_VERSION)
		return err_set(e, ERR_FAILED, CONFIG_HINT, "%s does not say \"version\": %d", what,
			       JSON_VERSION);
	return parse_gpus(o, what, c, e);
}

int config_load(const struct mgr *m, struct config *c, struct err *e)
{
	struct err mine = { 0 };
	autojson *o = load_object(m, CONFIG_PATH, CONFIG_HINT, &mine);

	c->count = 0;
	if (mine.code) {
		*e = mine;
		return -1;
	}
	return o ? parse_gpus(o, CONFIG_PATH, c, e) : 0;
}

int config_save(const struct mgr *m, const struct config *c, struct err *e)
{
	autojson *root = json_versioned();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < c->count; i++) {
		struct json_object *o = json_object_new_object();

		json_put_string(o, "bdf", c->gpus[i].bdf);
		json_put_u64(o, "vfs", c->gpus[i].vfs);
		if (c->gpus[i].placement == PLACEMENT_HETEROGENEOUS)
			json_put_string(o, "placement", placement_name(c->gpus[i].placement));
		json_object_array_add(list, o);
	}
	json_object_object_add(root, "gpus", list);
	return save_object(m, CONFIG_PATH, root, e);
}

struct config_gpu *config_find(struct config *c, const char *bdf)
{
	for (size_t i = 0; i < c->count; i++)
		if (!strcmp(c->gpus[i].bdf, bdf))
			return &c->gpus[i];
	return NULL;
}

int config_set(struct config *c, const struct config_gpu *entry, struct err *e)
{
	struct config_gpu *g = config_find(c, entry->bdf);

	if (!g && c->count == PCI_MAX_GPUS)
		return err_set(e, ERR_FAILED, NULL, "the configuration holds %d GPUs already",
			       PCI_MAX_GPUS);
	if (!g)
		g = &c->gpus[c->count++];
	*g = *entry;
	return 0;
}

void config_drop(struct config *c, const char *bdf)
{
	struct config_gpu *g = config_find(c, bdf);

	if (g)
		*g = c->gpus[--c->count];
}

static int parse_record(struct json_object *o, size_t i, struct vf_record *rec, struct err *e)
{
	uint64_t type = json_get_u64(o, "type_id", 0), place = 0;
	bool placed = json_object_object_get_ex(o, "placement_id", NULL);

	if (placed)
		place = json_get_u64(o, "placement_id", UINT64_MAX);
	if (place > PLACE_MAX || !uuid_parse(json_get_string(o, "uuid", ""), rec->uuid) ||
	    !bdf_parse(json_get_string(o, "gpu", ""), rec->gpu) ||
	    !bdf_parse(json_get_string(o, "vf", ""), rec->vf) || !type || type > UINT32_MAX)
		return err_set(e, ERR_FAILED, RECORDS_HINT, "%s: vgpus[%zu] is damaged", RECORDS_PATH,
			       i);
	rec->type_id = (unsigned int)type;
	rec->placement_id = placed ? (int)place : PLACE_NONE;
	return 0;
}

int records_load(const struct mgr *m, struct vf_records *r, struct err *e)
{
	struct err mine = { 0 };
	autojson *o = load_object(m, RECORDS_PATH, RECORDS_HINT, &mine);
	struct json_object *list;

	r->records = NULL;
	r->count = 0;
	if (mine.code) {
		*e = mine;
		return -1;
	}
	if (!o)
		return 0;
	list = get_list(o, "vgpus", RECORDS_PATH, RECORDS_MAX, RECORDS_HINT, e);
	if (!list)
		return -1;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct vf_record rec;

		if (parse_record(json_object_array_get_idx(list, i), i, &rec, e) ||
		    records_add(r, &rec, e)) {
			records_free(r);
			return -1;
		}
	}
	return 0;
}

int records_save(const struct mgr *m, const struct vf_records *r, struct err *e)
{
	autojson *root = json_versioned();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < r->count; i++) {
		struct json_object *o = json_object_new_object();

		json_put_string(o, "uuid", r->records[i].uuid);
		json_put_string(o, "gpu", r->records[i].gpu);
		json_put_string(o, "vf", r->records[i].vf);
		json_put_u64(o, "type_id", r->records[i].type_id);
		if (r->records[i].placement_id != PLACE_NONE)
			json_put_u64(o, "placement_id", (uint64_t)r->records[i].placement_id);
		json_object_array_add(list, o);
	}
	json_object_object_add(root, "vgpus", list);
	return save_object(m, RECORDS_PATH, root, e);
}

struct vf_record *records_find(const struct vf_records *r, const char *uuid)
{
	for (size_t i = 0; i < r->count; i++)
		if (!strcmp(r->records[i].uuid, uuid))
			return &r->records[i];
	return NULL;
}

int records_add(struct vf_records *r, const struct vf_record *record, struct err *e)
{
	struct vf_record *grown;

	if (r->count == RECORDS_MAX)
		return err_set(e, ERR_FAILED, NULL, "%s holds %d vGPUs already", RECORDS_PATH,
			       RECORDS_MAX);
	grown = reallocarray(r->records, r->count + 1, sizeof(*grown));
	if (!grown)
		return err_set(e, ERR_FAILED, NULL, "out of memory");
	r->records = grown;
	r->records[r->count++] = *record;
	return 0;
}

void records_drop(struct vf_records *r, const char *uuid)
{
	struct vf_record *rec = records_find(r, uuid);

	if (rec)
		*rec = r->records[--r->count];
}

void records_free(struct vf_records *r)
{
	free(r->records);
	r->records = NULL;
	r->count = 0;
}

int pending_load(const struct mgr *m, struct pending *p, struct err *e)
{
	struct err mine = { 0 };
	autojson *o = load_object(m, PENDING_PATH, PENDING_HINT, &mine);
	const char *operation;

	if (mine.code) {
		*e = mine;
		return -1;
	}
	if (!o)
		return 0;
	operation = json_get_string(o, "operation", "");
	p->enable = !strcmp(operation, "enable");
	if ((!p->enable && strcmp(operation, "disable")) ||
	    !bdf_parse(json_get_string(o, "gpu", ""), p->gpu))
		return err_set(e, ERR_FAILED, PENDING_HINT, "%s is damaged", PENDING_PATH);
	return 1;
}

int pending_save(const struct mgr *m, const struct pending *p, struct err *e)
{
	autojson *root = json_versioned();

	json_put_string(root, "operation", p->enable ? "enable" : "disable");
	json_put_string(root, "gpu", p->gpu);
	return save_object(m, PENDING_PATH, root, e);
}

int pending_clear(const struct mgr *m, struct err *e)
{
	autofree char *path = mgr_path(m, "%s", PENDING_PATH);

	if (file_remove(path))
		return err_errno(e, errno, NULL, "%s cannot be removed", path);
	return 0;
}
