// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "inventory.h"
#include "json_util.h"
#include "mdevctl.h"

#define MDEV_TYPE_PREFIX VF_DRIVER "-"
#define DEFINITION_LIMIT_BYTES (64u * 1024)

void vgpu_attribute(const struct mgr *m, const char *bdf, const char *name, char *buf, size_t size)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/vgpu/%s", bdf, name);

	file_read_line(path, buf, size);
}

uint64_t vgpu_number(const struct mgr *m, const char *bdf, const char *name)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/vgpu/%s", bdf, name);
	uint64_t value;

	return file_read_u64(path, &value) ? 0 : value;
}

int vgpu_place(const struct mgr *m, const char *vf)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/vgpu/placement_id", vf);
	uint64_t value;

	return file_read_u64(path, &value) || value > PLACE_MAX ? PLACE_NONE : (int)value;
}

enum placement gpu_placement(const struct mgr *m, const char *bdf)
{
	char text[NAME_BYTES], *word;

	vgpu_attribute(m, bdf, "placement_mode", text, sizeof(text));
	word = strchr(text, '[');
	if (!word)
		return PLACEMENT_UNSET;
	word[strcspn(word, "]")] = '\0';
	return placement_parse(word + 1);
}

/* "vgpu_vfio_pci-877" -> 877, anything else 0. */
static unsigned int mdev_type_id(const char *name)
{
	char *end;
	unsigned long id;

	if (strncmp(name, MDEV_TYPE_PREFIX, strlen(MDEV_TYPE_PREFIX)))
		return 0;
	id = strtoul(name + strlen(MDEV_TYPE_PREFIX), &end, 10);
	return *end || id > UINT32_MAX ? 0 : (unsigned int)id;
}

/* An mdev is a directory named by its UUID inside its parent's. */
static void read_mdev(const struct mgr *m, struct vf *vf)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s", vf->bdf);
	autofree char *types = str_printf("%s/mdev_supported_types", path);
	autonames entries = { 0 };

	vf->has_mdev_types = path_exists(types);
	if (!vf->has_mdev_types)
		return;
	dir_list(path, &entries);
	for (size_t i = 0; i < entries.count; i++) {
		autofree char *link = NULL;
		char type[NAME_BYTES], uuid[UUID_BYTES];

		if (!uuid_parse(entries.names[i], uuid))
			continue;
		link = str_printf("%s/%s/mdev_type", path, entries.names[i]);
		if (link_name(link, type, sizeof(type)) || !mdev_type_id(type))
			continue;
		memcpy(vf->mdev_uuid, uuid, sizeof(uuid));
		if (!vf->type_id)
			vf->type_id = mdev_type_id(type);
		return;
	}
}

static void read_vf(const struct mgr *m, struct vf *vf)
{
	autofree char *dir = mgr_path(m, "/sys/bus/pci/devices/%s/vgpu", vf->bdf);
	char uuid[NAME_BYTES];

	pci_driver(m, vf->bdf, vf->driver);
	vf->iommu_group = pci_iommu_group(m, vf->bdf);
	vf->ours = !strcmp(vf->driver, VF_DRIVER) && path_exists(dir);
	if (!vf->ours)
		return;
	vgpu_attribute(m, vf->bdf, "state", vf->state, sizeof(vf->state));
	vf->placement_id = vgpu_place(m, vf->bdf);
	vgpu_attribute(m, vf->bdf, "last_error", vf->last_error, sizeof(vf->last_error));
	vgpu_attribute(m, vf->bdf, "uuid", uuid, sizeof(uuid));
	if (!uuid_parse(uuid, vf->uuid))
		vf->uuid[0] = '\0';
	vf->type_id = (unsigned int)vgpu_number(m, vf->bdf, "current_vgpu_type");
	vf->framebuffer_bytes = vgpu_number(m, vf->bdf, "framebuffer_bytes");
	vf->open_time_ns = vgpu_number(m, vf->bdf, "open_time_ns");
	read_mdev(m, vf);
}

static uint64_t device_number(const struct mgr *m, const char *bdf, const char *name)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/%s", bdf, name);
	uint64_t value;

	return file_read_u64(path, &value) ? 0 : value;
}

static void read_gpu(const struct mgr *m, struct gpu *g)
{
	const char *bdf = g->pci.bdf;

	pci_driver(m, bdf, g->driver);
	g->ours = !strcmp(g->driver, PF_DRIVER);
	g->total_vfs = (unsigned int)device_number(m, bdf, "sriov_totalvfs");
	g->vfs = (unsigned int)device_number(m, bdf, "sriov_numvfs");
	if (!g->ours)
		return;
	vgpu_attribute(m, bdf, "state", g->state, sizeof(g->state));
	vgpu_attribute(m, bdf, "chipset", g->chipset, sizeof(g->chipset));
	vgpu_attribute(m, bdf, "gsp_version", g->gsp_version, sizeof(g->gsp_version));
	g->placement = gpu_placement(m, bdf);
	vgpu_attribute(m, bdf, "last_error", g->last_error, sizeof(g->last_error));
	vgpu_attribute(m, bdf, "why_not", g->why_not, sizeof(g->why_not));
	g->vram_total_bytes = vgpu_number(m, bdf, "vram_total_bytes");
	g->vram_free_bytes = vgpu_number(m, bdf, "vram_free_bytes");
	g->vram_dirty_bytes = vgpu_number(m, bdf, "vram_dirty_bytes");
	g->vram_largest_free_bytes = vgpu_number(m, bdf, "vram_largest_free_bytes");
	g->vmmu_segment_bytes = vgpu_number(m, bdf, "vmmu_segment_bytes");
	g->boot_time_ns = vgpu_number(m, bdf, "boot_time_ns");
	if (!g->vfs)
		return;
	g->vf = calloc(PCI_MAX_VFS, sizeof(*g->vf));
	for (unsigned int i = 0; g->vf && i < g->vfs && i < PCI_MAX_VFS; i++) {
		struct vf *vf = &g->vf[g->vf_count];

		if (pci_vf(m, bdf, i, vf->bdf))
			continue;
		vf->index = i;
		read_vf(m, vf);
		g->vf_count++;
	}
}

static struct vgpu_entry *add_vgpu(struct inventory *inv)
{
	struct vgpu_entry *grown = reallocarray(inv->vgpus, inv->vgpu_count + 1, sizeof(*grown));

	if (!grown)
		abort();
	inv->vgpus = grown;
	memset(&grown[inv->vgpu_count], 0, sizeof(*grown));
	grown[inv->vgpu_count].saved_place = PLACE_NONE;
	return &grown[inv->vgpu_count++];
}

static void add_active(struct inventory *inv)
{
	for (size_t i = 0; i < inv->gpu_count; i++)
		for (size_t j = 0; j < inv->gpus[i].vf_count; j++) {
			const struct vf *vf = &inv->gpus[i].vf[j];
			struct vgpu_entry *v;

			if (!vf->type_id && !vf->mdev_uuid[0])
				continue;
			v = add_vgpu(inv);
			v->face = vf->mdev_uuid[0] ? FACE_MDEV : FACE_VF;
			memcpy(v->uuid, vf->mdev_uuid[0] ? vf->mdev_uuid : vf->uuid, UUID_BYTES);
			memcpy(v->gpu, inv->gpus[i].pci.bdf, BDF_BYTES);
			memcpy(v->vf, vf->bdf, BDF_BYTES);
			v->type_id = vf->type_id;
			v->active = true;
			v->function = vf;
		}
}

static const struct vf *find_vf(const struct inventory *inv, const char *bdf, const char **gpu)
{
	for (size_t i = 0; i < inv->gpu_count; i++)
		for (size_t j = 0; j < inv->gpus[i].vf_count; j++)
			if (!strcmp(inv->gpus[i].vf[j].bdf, bdf)) {
				*gpu = inv->gpus[i].pci.bdf;
				return &inv->gpus[i].vf[j];
			}
	return NULL;
}

/* Entry for a saved vGPU: the active one with this UUID on this VF, or a new inactive one. */
static struct vgpu_entry *saved_entry(struct inventory *inv, const char *uuid, const char *vf,
				      enum vgpu_face face, unsigned int type_id)
{
	const char *gpu = NULL;
	struct vgpu_entry *v;

	for (size_t i = 0; i < inv->vgpu_count; i++) {
		v = &inv->vgpus[i];
		if (!strcmp(v->vf, vf) && v->face == face &&
		    (!strcmp(v->uuid, uuid) || (face == FACE_VF && !v->uuid[0])))
			goto found;
	}
	v = add_vgpu(inv);
	snprintf(v->vf, sizeof(v->vf), "%s", vf);
	v->function = find_vf(inv, vf, &gpu);
	snprintf(v->gpu, sizeof(v->gpu), "%s", gpu ? gpu : "");
	v->face = face;
	v->type_id = type_id;
found:
	snprintf(v->uuid, sizeof(v->uuid), "%s", uuid);
	v->persistent = true;
	return v;
}

/* "attrs": [{"vgpu/placement_id": "24"}]; mdevctl writes them in order, so the last one counts. */
static int definition_place(struct json_object *definition)
{
	struct json_object *attrs;
	int place = PLACE_NONE;

	if (!json_object_object_get_ex(definition, "attrs", &attrs) ||
	    !json_object_is_type(attrs, json_type_array))
		return PLACE_NONE;
	for (size_t i = 0; i < json_object_array_length(attrs); i++) {
		const char *text = json_get_string(json_object_array_get_idx(attrs, i),
						   MDEV_PLACE_ATTRIBUTE, "");
		char *end;
		unsigned long id = strtoul(text, &end, 10);

		if (text[0] >= '0' && text[0] <= '9' && !*end && id <= PLACE_MAX)
			place = (int)id;
	}
	return place;
}

static void add_definition(const struct mgr *m, struct inventory *inv, const char *vf,
			   const char *uuid)
{
	autofree char *path = mgr_path(m, MDEVCTL_DIR "/%s/%s", vf, uuid);
	autofree char *text = file_read(path, DEFINITION_LIMIT_BYTES);
	autojson *o = text ? json_parse(text, strlen(text), path, NULL) : NULL;
	unsigned int type_id = mdev_type_id(json_get_string(o, "mdev_type", ""));
	struct vgpu_entry *v;

	if (!type_id)
		return; /* another driver's, or damaged: mdevctl reports that itself */
	v = saved_entry(inv, uuid, vf, FACE_MDEV, type_id);
	v->automatic = !strcmp(json_get_string(o, "start", ""), "auto");
	v->saved_place = definition_place(o);
}

static void add_definitions(const struct mgr *m, struct inventory *inv)
{
	autofree char *dir = mgr_path(m, MDEVCTL_DIR);
	autonames parents = { 0 };

	dir_list(dir, &parents);
	for (size_t i = 0; i < parents.count; i++) {
		autofree char *sub = str_printf("%s/%s", dir, parents.names[i]);
		autonames uuids = { 0 };
		char bdf[BDF_BYTES], uuid[UUID_BYTES];

		if (!bdf_parse(parents.names[i], bdf))
			continue;
		dir_list(sub, &uuids);
		for (size_t j = 0; j < uuids.count; j++)
			if (uuid_parse(uuids.names[j], uuid))
				add_definition(m, inv, bdf, uuids.names[j]);
	}
}

static int add_records(const struct mgr *m, struct inventory *inv, struct err *e)
{
	autorecords records = { 0 };

	if (records_load(m, &records, e))
		return -1;
	for (size_t i = 0; i < records.count; i++) {
		const struct vf_record *r = &records.records[i];
		struct vgpu_entry *v = saved_entry(inv, r->uuid, r->vf, FACE_VF, r->type_id);

		v->automatic = true;
		v->saved_place = r->placement_id;
		if (!v->gpu[0])
			memcpy(v->gpu, r->gpu, BDF_BYTES);
	}
	return 0;
}

static void name_types(const struct mgr *m, struct inventory *inv)
{
	for (size_t i = 0; i < inv->vgpu_count; i++) {
		struct vgpu_entry *v = &inv->vgpus[i];
		autofree char *attribute = str_printf("types/%u/name", v->type_id);
		char name[NAME_BYTES];
		size_t skip = strlen(VGPU_NAME_PREFIX);

		if (!v->gpu[0])
			continue;
		vgpu_attribute(m, v->gpu, attribute, name, sizeof(name));
		snprintf(v->type, sizeof(v->type), "%s",
			 strncmp(name, VGPU_NAME_PREFIX, skip) ? name : name + skip);
	}
}

int inventory_read(const struct mgr *m, struct inventory *inv, struct err *e)
{
	struct pci_gpu_list list;

	memset(inv, 0, sizeof(*inv));
	inv->config_valid = !config_load(m, &inv->config, &inv->config_error);
	if (pci_find_gpus(m, &list, e))
		return -1;
	inv->gpus = calloc(list.count + 1, sizeof(*inv->gpus));
	if (!inv->gpus)
		return err_set(e, ERR_FAILED, NULL, "out of memory");
	for (size_t i = 0; i < list.count; i++) {
		struct gpu *g = &inv->gpus[inv->gpu_count++];
		struct config_gpu *c;

		g->pci = list.gpus[i];
		c = config_find(&inv->config, g->pci.bdf);
		g->managed = c;
		g->configured_vfs = c ? c->vfs : 0;
		g->configured_placement = c ? c->placement : PLACEMENT_UNSET;
		read_gpu(m, g);
	}
	add_active(inv);
	add_definitions(m, inv);
	if (add_records(m, inv, e))
		return -1;
	name_types(m, inv);
	return 0;
}

void inventory_free(struct inventory *inv)
{
	for (size_t i = 0; i < inv->gpu_count; i++)
		free(inv->gpus[i].vf);
	free(inv->gpus);
	free(inv->vgpus);
	memset(inv, 0, sizeof(*inv));
}

struct gpu *inventory_gpu(struct inventory *inv, const char *text, struct err *e)
{
	char bdf[BDF_BYTES];

	if (!bdf_parse(text, bdf)) {
		err_set(e, ERR_USAGE, "an address looks like 0000:01:00.0; \"vgpuctl list --gpus\" "
			"shows those of the GPUs", "\"%.40s\" is not a PCI address", text);
		return NULL;
	}
	for (size_t i = 0; i < inv->gpu_count; i++)
		if (!strcmp(inv->gpus[i].pci.bdf, bdf))
			return &inv->gpus[i];
	err_set(e, ERR_NOT_FOUND, "\"vgpuctl list --gpus\" shows the GPUs of this host",
		"no GPU with SR-IOV at %s", bdf);
	return NULL;
}

struct vgpu_entry *inventory_vgpu(struct inventory *inv, const char *uuid)
{
	for (size_t i = 0; i < inv->vgpu_count; i++)
		if (!strcmp(inv->vgpus[i].uuid, uuid))
			return &inv->vgpus[i];
	return NULL;
}
