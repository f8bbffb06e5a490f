// SPDX-License-Identifier: GPL-2.0-or-later
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "doctor.h"
#include "enable.h"
#include "json_util.h"
#include "scrub.h"
#include "vgpu_ops.h"
#include "vram_map.h"

#define API_NAME "vgpu-mgr"
#define STATUS_OK 200
#define STATUS_CREATED 201

struct call {
	const struct mgr *m;
	const char *argument;		/* the path's {…}, "" when it has none */
	struct json_object *body;	/* NULL when empty */
	unsigned int status;
	struct err e;
};

/* Returns the answer, or NULL with c->e set. */
typedef struct json_object *handler(struct call *c);

/* ---- request bodies ---- */

static int only_keys(struct call *c, const char *const *keys)
{
	const char *unknown;

	if (!c->body)
		return 0;
	if (!json_object_is_type(c->body, json_type_object))
		return err_set(&c->e, ERR_USAGE, NULL, "the request body is not a JSON object");
	unknown = json_unknown_key(c->body, keys);
	if (unknown)
		return err_set(&c->e, ERR_USAGE, NULL, "the request body has an unknown member "
			       "\"%.40s\"", unknown);
	return 0;
}

static int get_string(struct call *c, const char *key, const char **value)
{
	struct json_object *o;

	*value = NULL;
	if (!c->body || !json_object_object_get_ex(c->body, key, &o) || !o)
		return 0;
	if (!json_object_is_type(o, json_type_string) ||
	    (int)strlen(json_object_get_string(o)) != json_object_get_string_len(o))
		return err_set(&c->e, ERR_USAGE, NULL, "\"%s\" is not a string", key);
	*value = json_object_get_string(o);
	return 0;
}

static int get_number(struct call *c, const char *key, unsigned int min, unsigned int max,
		      unsigned int *value)
{
	struct json_object *o;
	int64_t n;

	if (!c->body || !json_object_object_get_ex(c->body, key, &o) || !o)
		return 0;
	n = json_object_is_type(o, json_type_int) ? json_object_get_int64(o) : -1;
	if (n < (int64_t)min || n > (int64_t)max)
		return err_set(&c->e, ERR_USAGE, NULL, "\"%s\" is not a number from %u to %u", key, min,
			       max);
	*value = (unsigned int)n;
	return 0;
}

/* ---- reads ---- */

static struct json_object *get_version(struct call *c)
{
	struct json_object *root = json_versioned();

	(void)c;
	json_put_string(root, "name", API_NAME);
	json_put_string(root, "release", OPENVGPU_VERSION);
	return root;
}

static struct json_object *get_gpus(struct call *c)
{
	struct json_object *root, *list;
	autoinventory inv = { 0 };

	if (inventory_read(c->m, &inv, &c->e))
		return NULL;
	root = json_versioned();
	list = json_object_new_array();
	for (size_t i = 0; i < inv.gpu_count; i++)
		json_object_array_add(list, gpu_json(&inv.gpus[i], false));
	json_object_object_add(root, "gpus", list);
	return root;
}

static struct json_object *gpu_answer(struct call *c)
{
	autoinventory inv = { 0 };
	struct json_object *root;
	struct gpu *g;

	if (inventory_read(c->m, &inv, &c->e))
		return NULL;
	g = inventory_gpu(&inv, c->argument, &c->e);
	if (!g)
		return NULL;
	root = json_versioned();
	json_object_object_add(root, "gpu", gpu_json(g, true));
	return root;
}

/* {"version": 1, "vram": [...]} with the maps of all GPUs that are running, or of @bdf alone. */
static struct json_object *vram_answer(struct call *c, const char *bdf)
{
	struct json_object *root, *list, *map;
	autoinventory inv = { 0 };

	if (inventory_read(c->m, &inv, &c->e) || (bdf && !inventory_gpu(&inv, bdf, &c->e)))
		return NULL;
	list = json_object_new_array();
	for (size_t i = 0; i < inv.gpu_count && !c->e.code; i++) {
		const struct gpu *g = &inv.gpus[i];

		if (bdf ? strcmp(bdf, g->pci.bdf) : !g->ours || !g->gsp_version[0])
			continue;
		if (!g->ours)
			err_set(&c->e, ERR_UNSUPPORTED, "enable it first: vgpuctl enable PF",
				"GPU %s has no VRAM map: vgpu_core does not drive it", g->pci.bdf);
		map = g->ours ? vram_map_read(c->m, g->pci.bdf, &c->e) : NULL;
		if (map)
			json_object_array_add(list, map);
	}
	if (c->e.code) {
		json_object_put(list);
		return NULL;
	}
	root = json_versioned();
	json_object_object_add(root, "vram", list);
	return root;
}

static struct json_object *get_vram(struct call *c)
{
	return vram_answer(c, NULL);
}

static struct json_object *get_gpu_vram(struct call *c)
{
	char bdf[BDF_BYTES];

	if (!bdf_parse(c->argument, bdf)) {
		err_set(&c->e, ERR_USAGE, "an address looks like 0000:01:00.0",
			"\"%.40s\" is not a PCI address", c->argument);
		return NULL;
	}
	return vram_answer(c, bdf);
}

static struct json_object *get_types(struct call *c)
{
	struct json_object *root, *list;
	autoinventory inv = { 0 };

	if (inventory_read(c->m, &inv, &c->e))
		return NULL;
	root = json_versioned();
	list = json_object_new_array();
	for (size_t i = 0; i < inv.gpu_count; i++) {
		const char *bdf = inv.gpus[i].pci.bdf;
		autofree struct vgpu_type_info *types = NULL;
		size_t count;

		if (!inv.gpus[i].ours)
			continue;
		types = types_read(c->m, bdf, &count);
		for (size_t j = 0; j < count; j++)
			json_object_array_add(list, type_json(bdf, &types[j]));
	}
	json_object_object_add(root, "types", list);
	return root;
}

static struct json_object *get_vgpus(struct call *c)
{
	struct json_object *root, *list;
	autoinventory inv = { 0 };

	if (inventory_read(c->m, &inv, &c->e))
		return NULL;
	root = json_versioned();
	list = json_object_new_array();
	for (size_t i = 0; i < inv.vgpu_count; i++)
		json_object_array_add(list, vgpu_json(&inv.vgpus[i]));
	json_object_object_add(root, "vgpus", list);
	return root;
}

static int get_uuid(struct call *c, char uuid[UUID_BYTES])
{
	if (uuid_parse(c->argument, uuid))
		return 0;
	return err_set(&c->e, ERR_USAGE, "\"vgpuctl list\" shows those of the vGPUs",
		       "\"%.40s\" is not a UUID", c->argument);
}

static struct json_object *vgpu_answer(struct call *c, const char *uuid)
{
	autoinventory inv = { 0 };
	struct vgpu_entry *v;
	struct json_object *root;

	if (inventory_read(c->m, &inv, &c->e))
		return NULL;
	v = inventory_vgpu(&inv, uuid);
	if (!v) {
		err_set(&c->e, ERR_NOT_FOUND, "\"vgpuctl list\" shows the vGPUs of this host",
			"there is no vGPU %s", uuid);
		return NULL;
	}
	root = json_versioned();
	json_object_object_add(root, "vgpu", vgpu_json(v));
	return root;
}

static struct json_object *get_vgpu(struct call *c)
{
	char uuid[UUID_BYTES];

	return get_uuid(c, uuid) ? NULL : vgpu_answer(c, uuid);
}

static struct json_object *get_doctor(struct call *c)
{
	return doctor_json(c->m);
}

/* ---- changes ---- */

static struct json_object *post_enable(struct call *c)
{
	static const char *const keys[] = { "vfs", "placement", NULL };
	enum placement placement = PLACEMENT_UNSET;
	const char *mode;
	unsigned int vfs = 0;

	if (only_keys(c, keys) || get_number(c, "vfs", 1, PCI_MAX_VFS, &vfs) ||
	    get_string(c, "placement", &mode))
		return NULL;
	if (mode)
		placement = placement_parse(mode);
	if (mode && !placement) {
		err_set(&c->e, ERR_USAGE, NULL, "\"placement\" is neither \"homogeneous\" nor "
			"\"heterogeneous\"");
		return NULL;
	}
	if (gpu_enable(c->m, c->argument, vfs, placement, &c->e))
		return NULL;
	return gpu_answer(c);
}

static struct json_object *post_disable(struct call *c)
{
	static const char *const keys[] = { NULL };

	if (only_keys(c, keys) || gpu_disable(c->m, c->argument, &c->e))
		return NULL;
	return gpu_answer(c);
}

static struct json_object *post_scrub(struct call *c)
{
	static const char *const keys[] = { NULL };
	struct json_object *root, *done;

	if (only_keys(c, keys))
		return NULL;
	done = gpu_scrub(c->m, c->argument, &c->e);
	if (!done)
		return NULL;
	root = json_versioned();
	json_object_object_add(root, "scrub", done);
	return root;
}

static int parse_create(struct call *c, struct vgpu_request *r)
{
	static const char *const keys[] = { "uuid", "gpu", "type", "face", "wait_seconds",
					    "placement_id", NULL };
	const char *uuid, *gpu, *type, *face;
	unsigned int place = UINT_MAX;

	r->wait_seconds = CREATE_WAIT_DEFAULT_SECONDS;
	if (only_keys(c, keys) || get_string(c, "uuid", &uuid) || get_string(c, "gpu", &gpu) ||
	    get_string(c, "type", &type) || get_string(c, "face", &face) ||
	    get_number(c, "wait_seconds", 0, CREATE_WAIT_MAX_SECONDS, &r->wait_seconds) ||
	    get_number(c, "placement_id", 0, PLACE_MAX, &place))
		return -1;
	r->place = place == UINT_MAX ? PLACE_NONE : (int)place;
	if (!gpu || !bdf_parse(gpu, r->gpu))
		return err_set(&c->e, ERR_USAGE, "an address looks like 0000:01:00.0",
			       "\"gpu\" is missing or not a PCI address");
	if (!type || !type[0] || strlen(type) >= sizeof(r->type))
		return err_set(&c->e, ERR_USAGE, "a type is a name like L40-12Q, or its id",
			       "\"type\" is missing or too long");
	if (uuid && !uuid_parse(uuid, r->uuid))
		return err_set(&c->e, ERR_USAGE, NULL, "\"uuid\" is not a UUID: \"%.40s\"", uuid);
	if (face && strcmp(face, "mdev") && strcmp(face, "vf"))
		return err_set(&c->e, ERR_USAGE, NULL, "\"face\" is neither \"mdev\" nor \"vf\"");
	r->face = !face ? FACE_CHOICE_ANY : face[0] == 'm' ? FACE_CHOICE_MDEV : FACE_CHOICE_VF;
	snprintf(r->type, sizeof(r->type), "%s", type);
	r->uuid_chosen = uuid;
	if (!uuid)
		uuid_make(r->uuid);
	return 0;
}

static struct json_object *post_vgpus(struct call *c)
{
	struct vgpu_request r = { 0 };
	bool existed;

	if (parse_create(c, &r) || vgpu_create(c->m, &r, &existed, &c->e))
		return NULL;
	c->status = existed ? STATUS_OK : STATUS_CREATED;
	return vgpu_answer(c, r.uuid);
}

static struct json_object *delete_vgpu(struct call *c)
{
	struct json_object *root;
	char uuid[UUID_BYTES];

	if (get_uuid(c, uuid) || vgpu_destroy(c->m, uuid, &c->e))
		return NULL;
	root = json_versioned();
	json_put_string(root, "destroyed", uuid);
	return root;
}

/* ---- routing ---- */

static const struct route {
	const char *method, *head, *tail; /* path = head {argument} tail; no argument: tail NULL */
	handler *call;
	enum api_kind kind;
} routes[] = {
	{ "GET", "/v1/version", NULL, get_version, API_READ },
	{ "GET", "/v1/gpus", NULL, get_gpus, API_READ },
	{ "POST", "/v1/gpus/", "/enable", post_enable, API_CHANGE },
	{ "POST", "/v1/gpus/", "/disable", post_disable, API_CHANGE },
	{ "POST", "/v1/gpus/", "/scrub", post_scrub, API_CHANGE },
	{ "GET", "/v1/gpus/", "/vram", get_gpu_vram, API_READ },
	{ "GET", "/v1/gpus/", "", gpu_answer, API_READ },
	{ "GET", "/v1/vram", NULL, get_vram, API_READ },
	{ "GET", "/v1/types", NULL, get_types, API_READ },
	{ "GET", "/v1/vgpus", NULL, get_vgpus, API_READ },
	{ "POST", "/v1/vgpus", NULL, post_vgpus, API_CHANGE },
	{ "GET", "/v1/vgpus/", "", get_vgpu, API_READ },
	{ "DELETE", "/v1/vgpus/", "", delete_vgpu, API_CHANGE },
	{ "GET", "/v1/doctor", NULL, get_doctor, API_READ },
};

#define ROUTE_COUNT (sizeof(routes) / sizeof(routes[0]))

const char *api_route(size_t index, char *path, size_t size)
{
	const struct route *r = &routes[index];

	if (index >= ROUTE_COUNT)
		return NULL;
	snprintf(path, size, "%s%s%s", r->head, r->tail ? "{}" : "", r->tail ? r->tail : "");
	return r->method;
}

/* Length of the argument, or -1 when the path is not this route's. */
static int match(const struct route *r, const char *path)
{
	size_t head = strlen(r->head), length = strlen(path), tail;

	if (!r->tail)
		return strcmp(path, r->head) ? -1 : 0;
	tail = strlen(r->tail);
	if (strncmp(path, r->head, head) || length <= head + tail ||
	    strcmp(path + length - tail, r->tail))
		return -1;
	length -= head + tail;
	return memchr(path + head, '/', length) || length >= NAME_BYTES ? -1 : (int)length;
}

static const struct route *find_route(const char *method, const char *path, bool *path_known)
{
	*path_known = false;
	for (size_t i = 0; i < ROUTE_COUNT; i++) {
		if (match(&routes[i], path) < 0)
			continue;
		*path_known = true;
		if (!strcmp(routes[i].method, method))
			return &routes[i];
	}
	return NULL;
}

enum api_kind api_classify(const char *method, const char *path)
{
	bool path_known;
	const struct route *r = find_route(method, path, &path_known);

	return r ? r->kind : API_UNKNOWN;
}

static struct json_object *run(const struct route *r, struct call *c)
{
	autoclose int lock = -1;

	if (r->kind == API_CHANGE) {
		lock = host_lock(c->m, &c->e);
		if (lock < 0 || gpu_recover(c->m, &c->e))
			return NULL;
	}
	return r->call(c);
}

static int parse_body(struct call *c, const struct route *r, const char *body, size_t length)
{
	if (!length)
		return 0;
	if (length > API_MAX_BODY_BYTES)
		return err_set(&c->e, ERR_TOO_LARGE, NULL, "the request body is larger than %u bytes",
			       API_MAX_BODY_BYTES);
	if (r->kind != API_CHANGE)
		return err_set(&c->e, ERR_USAGE, NULL, "this request takes no body");
	c->body = json_parse(body, length, "the request body", &c->e);
	return c->body ? 0 : -1;
}

struct json_object *api_call(const struct mgr *m, const char *method, const char *path,
			     const char *body, size_t length, unsigned int *status)
{
	struct call c = { .m = m, .argument = "", .status = STATUS_OK };
	struct json_object *answer = NULL;
	autofree char *argument = NULL;
	const struct route *r;
	bool path_known;

	r = find_route(method, path, &path_known);
	if (!r) {
		err_set(&c.e, path_known ? ERR_METHOD : ERR_NOT_FOUND,
			"vgpu-mgr(8) lists the requests",
			path_known ? "%.16s is not allowed for %.200s" :
				     "there is no %.16s %.200s", method, path);
	} else if (!parse_body(&c, r, body, length)) {
		argument = str_printf("%.*s", match(r, path), path + strlen(r->head));
		c.argument = r->tail ? argument : "";
		answer = run(r, &c);
	}
	if (!answer) {
		if (!c.e.code)
			err_set(&c.e, ERR_FAILED, NULL, "the request failed without a reason");
		c.status = err_http_status(c.e.code);
		answer = err_json(&c.e);
	}
	json_object_put(c.body);
	*status = c.status;
	return answer;
}
