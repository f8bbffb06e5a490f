// SPDX-License-Identifier: GPL-2.0-or-later
/* vGPU types, and the JSON shapes of everything in the inventory. */
#include <stdio.h>
#include <string.h>

#include "inventory.h"
#include "json_util.h"

#define PLACES_LIMIT_BYTES 4096u

/* "0 12 24 36"; a longer list than there can be is cut. */
static void read_places(const char *path, struct place_list *list)
{
	autofree char *text = file_read(path, PLACES_LIMIT_BYTES);
	char *next = text, *end;

	list->count = 0;
	while (next && *next && list->count < PLACES_MAX) {
		unsigned long id = strtoul(next, &end, 10);

		if (end == next || id > PLACE_MAX)
			return;
		list->ids[list->count++] = (unsigned int)id;
		next = end;
	}
}

static void read_type(const struct mgr *m, const char *bdf, const char *directory,
		      struct vgpu_type_info *t)
{
	autofree char *base = mgr_path(m, "/sys/bus/pci/devices/%s/vgpu/types/%s", bdf, directory);
	autofree char *name = str_printf("%s/name", base);
	autofree char *fb = str_printf("%s/framebuffer_bytes", base);
	autofree char *profile = str_printf("%s/profile_bytes", base);
	autofree char *max = str_printf("%s/max_instances", base);
	autofree char *places = str_printf("%s/placement_ids", base);
	autofree char *free_places = str_printf("%s/creatable_placement_ids", base);
	autofree char *creatable = str_printf("%s/creatable", base);
	autofree char *why = str_printf("%s/why_not", base);
	char text[NAME_BYTES], *end;
	size_t skip = strlen(VGPU_NAME_PREFIX);
	uint64_t value;
	unsigned long id;

	id = strtoul(directory, &end, 10);
	t->id = *end || id > UINT32_MAX ? 0 : (unsigned int)id;
	file_read_line(name, text, sizeof(text));
	snprintf(t->name, sizeof(t->name), "%s",
		 strncmp(text, VGPU_NAME_PREFIX, skip) ? text : text + skip);
	t->framebuffer_bytes = file_read_u64(fb, &value) ? 0 : value;
	t->max_instances = file_read_u64(max, &value) ? 0 : (unsigned int)value;
	t->placement_size = file_read_u64(profile, &value) ? 0 :
			    (unsigned int)(value / PLACEMENT_UNIT_BYTES);
	read_places(places, &t->places);
	read_places(free_places, &t->free_places);
	t->creatable = !file_read_u64(creatable, &value) && value;
	file_read_line(why, t->why_not, sizeof(t->why_not));
}

struct vgpu_type_info *types_read(const struct mgr *m, const char *bdf, size_t *count)
{
	autofree char *dir = mgr_path(m, "/sys/bus/pci/devices/%s/vgpu/types", bdf);
	struct vgpu_type_info *types;
	autonames names = { 0 };

	dir_list(dir, &names);
	types = calloc(names.count + 1, sizeof(*types));
	*count = 0;
	if (!types)
		abort();
	for (size_t i = 0; i < names.count; i++)
		read_type(m, bdf, names.names[i], &types[(*count)++]);
	return types;
}

const struct vgpu_type_info *types_find(const struct vgpu_type_info *types, size_t count,
					const char *text)
{
	size_t skip = strlen(VGPU_NAME_PREFIX), driver = strlen(VF_DRIVER "-");
	unsigned long id;
	char *end;

	if (!strncmp(text, VGPU_NAME_PREFIX, skip))
		text += skip;
	else if (!strncmp(text, VF_DRIVER "-", driver))
		text += driver;
	id = strtoul(text, &end, 10);
	if (*end || end == text)
		id = 0;
	for (size_t i = 0; i < count; i++)
		if ((id && types[i].id == id) || !strcasecmp(types[i].name, text))
			return &types[i];
	return NULL;
}

static void put_hex(struct json_object *o, const char *key, unsigned int value)
{
	char text[8];

	snprintf(text, sizeof(text), "%04x", value & 0xffff);
	json_put_string(o, key, text);
}

static void put_int_or_null(struct json_object *o, const char *key, int value)
{
	json_object_object_add(o, key, value < 0 ? NULL : json_object_new_int(value));
}

static void put_places(struct json_object *o, const char *key, const struct place_list *list)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < list->count; i++)
		json_object_array_add(array, json_object_new_int((int)list->ids[i]));
	json_object_object_add(o, key, array);
}

static struct json_object *vf_json(const struct vf *vf)
{
	struct json_object *o = json_object_new_object();

	json_put_string(o, "bdf", vf->bdf);
	json_put_u64(o, "index", vf->index);
	json_put_string(o, "driver", vf->driver);
	json_put_string(o, "state", vf->state);
	json_put_string(o, "uuid", vf->mdev_uuid[0] ? vf->mdev_uuid : vf->uuid);
	json_put_u64(o, "type_id", vf->type_id);
	put_int_or_null(o, "iommu_group", vf->iommu_group);
	json_put_string(o, "last_error", vf->last_error);
	return o;
}

static unsigned int active_vgpus(const struct gpu *g)
{
	unsigned int n = 0;

	for (size_t i = 0; i < g->vf_count; i++)
		n += g->vf[i].type_id || g->vf[i].mdev_uuid[0];
	return n;
}

struct json_object *gpu_json(const struct gpu *g, bool with_functions)
{
	struct json_object *o = json_object_new_object(), *list;

	json_put_string(o, "bdf", g->pci.bdf);
	put_hex(o, "vendor", g->pci.vendor);
	put_hex(o, "device", g->pci.device);
	put_hex(o, "subsystem_vendor", g->pci.subvendor);
	put_hex(o, "subsystem_device", g->pci.subdevice);
	json_put_string(o, "driver", g->driver);
	json_put_bool(o, "managed", g->managed);
	json_put_u64(o, "configured_vfs", g->configured_vfs);
	json_put_u64(o, "total_vfs", g->total_vfs);
	json_put_u64(o, "vfs", g->vfs);
	json_put_u64(o, "vgpus", active_vgpus(g));
	json_put_string(o, "placement_mode", placement_name(g->placement));
	json_put_string(o, "state", g->state);
	json_put_string(o, "chipset", g->chipset);
	json_put_string(o, "gsp_version", g->gsp_version);
	json_put_u64(o, "boot_time_ns", g->boot_time_ns);
	json_put_u64(o, "vram_total_bytes", g->vram_total_bytes);
	json_put_u64(o, "vram_free_bytes", g->vram_free_bytes);
	json_put_u64(o, "vram_dirty_bytes", g->vram_dirty_bytes);
	json_put_u64(o, "vram_largest_free_bytes", g->vram_largest_free_bytes);
	json_put_u64(o, "vmmu_segment_bytes", g->vmmu_segment_bytes);
	json_put_string(o, "why_not", g->why_not);
	json_put_string(o, "last_error", g->last_error);
	if (!with_functions)
		return o;
	list = json_object_new_array();
	for (size_t i = 0; i < g->vf_count; i++)
		json_object_array_add(list, vf_json(&g->vf[i]));
	json_object_object_add(o, "functions", list);
	return o;
}

/* What QEMU's vfio-pci takes as sysfsdev=. */
static char *device_path(const struct vgpu_entry *v)
{
	if (!v->active)
		return NULL;
	return v->face == FACE_MDEV ? str_printf("/sys/bus/mdev/devices/%s", v->uuid) :
				      str_printf("/sys/bus/pci/devices/%s", v->vf);
}

struct json_object *vgpu_json(const struct vgpu_entry *v)
{
	struct json_object *o = json_object_new_object();
	const struct vf *vf = v->active ? v->function : NULL;
	autofree char *device = device_path(v);

	json_put_string(o, "uuid", v->uuid);
	json_put_string(o, "gpu", v->gpu);
	json_put_string(o, "vf", v->vf);
	json_put_string(o, "face", v->face == FACE_MDEV ? "mdev" : "vf");
	json_put_u64(o, "type_id", v->type_id);
	json_put_string(o, "type", v->type);
	json_put_string(o, "state", vf ? vf->state : "defined");
	json_put_bool(o, "active", v->active);
	json_put_bool(o, "persistent", v->persistent);
	json_put_string(o, "start", v->automatic ? "auto" : "manual");
	json_put_u64(o, "framebuffer_bytes", vf ? vf->framebuffer_bytes : 0);
	put_int_or_null(o, "placement_id", vf ? vf->placement_id : PLACE_NONE);
	put_int_or_null(o, "iommu_group", v->function ? v->function->iommu_group : -1);
	json_put_string(o, "device", device);
	json_put_u64(o, "open_time_ns", vf ? vf->open_time_ns : 0);
	json_put_string(o, "last_error", v->function ? v->function->last_error : NULL);
	return o;
}

struct json_object *type_json(const char *gpu, const struct vgpu_type_info *t)
{
	struct json_object *o = json_object_new_object();

	json_put_string(o, "gpu", gpu);
	json_object_object_add(o, "id", t->id ? json_object_new_uint64(t->id) : NULL);
	json_put_string(o, "name", t->name);
	json_put_u64(o, "framebuffer_bytes", t->framebuffer_bytes);
	json_put_u64(o, "max_instances", t->max_instances);
	put_places(o, "placement_ids", &t->places);
	put_places(o, "creatable_placement_ids", &t->free_places);
	json_put_bool(o, "creatable", t->creatable);
	json_put_string(o, "why_not", t->why_not);
	return o;
}
