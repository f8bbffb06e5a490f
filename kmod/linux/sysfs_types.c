// SPDX-License-Identifier: GPL-2.0-only
/* vgpu/types/<id>/ of the PF: one directory per vGPU type of the board. */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "../abi/vgpu_host.h"
#include "pf.h"
#include "sysfs.h"
#include "vgpu_core_api.h"

static struct kmem_cache *vgpu_type_dir_cache;

struct vgpu_type_dir {
	struct kobject kobj;
	struct list_head list;
	struct vgpu_pf *pf;	/* only while the directory is in sysfs */
	const struct vgpu_type *type;
};

struct vgpu_type_attr {
	struct attribute attr;
	ssize_t (*show)(struct vgpu_type_dir *dir, char *buf);
};

#define VGPU_TYPE_ATTR(_name, fmt, ...)                                                            \
	static ssize_t _name##_show(struct vgpu_type_dir *dir, char *buf)                          \
	{                                                                                          \
		const struct vgpu_type *type = dir->type;                                          \
											           \
		return sysfs_emit(buf, fmt "\n", __VA_ARGS__);                                     \
	}                                                                                          \
	VGPU_TYPE_ATTR_RO(_name)

#define VGPU_TYPE_ATTR_RO(_name)                                                                   \
	static const struct vgpu_type_attr vgpu_type_attr_##_name = {                              \
		.attr = { .name = __stringify(_name), .mode = 0444 },                              \
		.show = _name##_show,                                                              \
	}

/*
 * Could one be created on any VF now? A VF that is free answers for the board; when none is, the
 * last one's reason will do. VFs that another driver has don't count.
 */
static int vgpu_type_dir_ask_vfs(struct vgpu_type_dir *dir, char *why, size_t why_size)
{
	struct vgpu_pf *pf = dir->pf;
	char name[VGPU_DRIVER_NAME];
	struct pci_dev *vf = NULL;
	int rc = -EAGAIN;

	strscpy(why, "no VF is enabled; write a number to sriov_numvfs", why_size);
	while ((vf = vgpu_pf_next_vf(pf, vf))) {
		int index = pci_iov_vf_id(vf);
		struct vgpu_vf_info info;

		if (index < 0 || index >= pf->num_links)
			continue;
		if (vgpu_vf_is_foreign(vf, name, sizeof(name)) > 0) {
			if (rc == -EAGAIN)
				snprintf(why, why_size, "VF %s is bound to %s; unbind it and bind %s",
					 pci_name(vf), name, VGPU_VFIO_NAME);
			continue;
		}
		vgpu_vf_info(pf->links[index]->vf, &info);
		rc = vgpu_creatable(pf->links[index]->vf, dir->type, NULL, why, why_size);
		if (!rc || info.state == VGPU_FREE)
			break;
	}
	pci_dev_put(vf);
	return rc;
}

static int vgpu_type_dir_creatable(struct vgpu_type_dir *dir, char *why, size_t why_size)
{
	struct vgpu_pf *pf = dir->pf;

	if (!vgpu_gpu_hosts_vgpus(&pf->gpu, why, why_size))
		return -EOPNOTSUPP;
	if (dir->type->missing) {
		strscpy(why, dir->type->missing, why_size);
		return -EOPNOTSUPP;
	}
	if (!vgpu_pf_is_up(pf)) {
		strscpy(why, "the GPU is not running; see state and last_error", why_size);
		return -EAGAIN;
	}
	return vgpu_type_dir_ask_vfs(dir, why, why_size);
}

static ssize_t creatable_show(struct vgpu_type_dir *dir, char *buf)
{
	char why[VGPU_ERROR_TEXT_BYTES];

	return sysfs_emit(buf, "%d\n", !vgpu_type_dir_creatable(dir, why, sizeof(why)));
}
VGPU_TYPE_ATTR_RO(creatable);

static ssize_t why_not_show(struct vgpu_type_dir *dir, char *buf)
{
	char why[VGPU_ERROR_TEXT_BYTES];

	if (!vgpu_type_dir_creatable(dir, why, sizeof(why)))
		why[0] = '\0';
	return sysfs_emit(buf, "%s\n", why);
}
VGPU_TYPE_ATTR_RO(why_not);

static ssize_t vgpu_type_placements(struct vgpu_type_dir *dir, bool creatable, char *buf)
{
	u16 ids[R570_VGPU_MAX_INSTANCES];
	unsigned int count = 0, i;
	ssize_t len = 0;

	if (vgpu_pf_is_up(dir->pf) && dir->type->id && !dir->type->missing)
		count = vgpu_placements(&dir->pf->gpu, dir->type, creatable, ids, ARRAY_SIZE(ids));
	for (i = 0; i < count; i++)
		len += sysfs_emit_at(buf, len, "%s%u", i ? " " : "", ids[i]);
	return len + sysfs_emit_at(buf, len, "\n");
}

static ssize_t placement_ids_show(struct vgpu_type_dir *dir, char *buf)
{
	return vgpu_type_placements(dir, false, buf);
}
VGPU_TYPE_ATTR_RO(placement_ids);

static ssize_t creatable_placement_ids_show(struct vgpu_type_dir *dir, char *buf)
{
	return vgpu_type_placements(dir, true, buf);
}
VGPU_TYPE_ATTR_RO(creatable_placement_ids);

VGPU_TYPE_ATTR(id, "%u", type->id);
VGPU_TYPE_ATTR(name, "%s", type->name);
VGPU_TYPE_ATTR(class, "%s", type->class_name);
VGPU_TYPE_ATTR(license, "%s", type->license);
VGPU_TYPE_ATTR(framebuffer_bytes, "%llu", type->fb_bytes);
VGPU_TYPE_ATTR(profile_bytes, "%llu", type->profile_bytes);
VGPU_TYPE_ATTR(heap_bytes, "%llu", type->heap_bytes);
VGPU_TYPE_ATTR(bar1_bytes, "%llu", (u64)type->bar1_mib << 20);
VGPU_TYPE_ATTR(max_instances, "%u", type->max_instances);
VGPU_TYPE_ATTR(guest_device_id, "0x%04x", type->guest_device);
VGPU_TYPE_ATTR(guest_subsystem_id, "0x%04x", type->guest_subsystem);
VGPU_TYPE_ATTR(heads, "%u", type->heads);
VGPU_TYPE_ATTR(max_resolution, "%ux%u", type->max_x, type->max_y);
VGPU_TYPE_ATTR(frame_rate_limit, "%u", type->frl);
VGPU_TYPE_ATTR(encoder_capacity_percent, "%u", type->encoder_capacity);
VGPU_TYPE_ATTR(cuda, "%d", type->cuda);
VGPU_TYPE_ATTR(ecc, "%d", type->ecc);

static const struct attribute *const vgpu_type_attrs[] = {
	&vgpu_type_attr_id.attr,
	&vgpu_type_attr_name.attr,
	&vgpu_type_attr_class.attr,
	&vgpu_type_attr_license.attr,
	&vgpu_type_attr_framebuffer_bytes.attr,
	&vgpu_type_attr_profile_bytes.attr,
	&vgpu_type_attr_heap_bytes.attr,
	&vgpu_type_attr_bar1_bytes.attr,
	&vgpu_type_attr_max_instances.attr,
	&vgpu_type_attr_guest_device_id.attr,
	&vgpu_type_attr_guest_subsystem_id.attr,
	&vgpu_type_attr_heads.attr,
	&vgpu_type_attr_max_resolution.attr,
	&vgpu_type_attr_frame_rate_limit.attr,
	&vgpu_type_attr_encoder_capacity_percent.attr,
	&vgpu_type_attr_cuda.attr,
	&vgpu_type_attr_ecc.attr,
	&vgpu_type_attr_placement_ids.attr,
	&vgpu_type_attr_creatable_placement_ids.attr,
	&vgpu_type_attr_creatable.attr,
	&vgpu_type_attr_why_not.attr,
	NULL,
};

static ssize_t vgpu_type_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct vgpu_type_dir *dir = container_of(kobj, struct vgpu_type_dir, kobj);

	return container_of(attr, struct vgpu_type_attr, attr)->show(dir, buf);
}

static const struct sysfs_ops vgpu_type_sysfs_ops = {
	.show = vgpu_type_attr_show,
};

static void vgpu_type_dir_release(struct kobject *kobj)
{
	kmem_cache_free(vgpu_type_dir_cache, container_of(kobj, struct vgpu_type_dir, kobj));
}

static struct kobj_type vgpu_type_dir_ktype = {
	.sysfs_ops = &vgpu_type_sysfs_ops,
	.release = vgpu_type_dir_release,
};

/* Directory name: the type's number, or the last word of its name where the number is not known. */
static int vgpu_type_dir_name(struct vgpu_type_dir *dir, struct kobject *parent)
{
	const char *word = strrchr(dir->type->name, ' ');

	if (dir->type->id)
		return kobject_add(&dir->kobj, parent, "%u", dir->type->id);
	return kobject_add(&dir->kobj, parent, "%s", word ? word + 1 : dir->type->name);
}

static int vgpu_type_dir_add(struct vgpu_pf_dir *parent, const struct vgpu_type *type)
{
	struct vgpu_type_dir *dir;
	int rc;

	dir = kmem_cache_zalloc(vgpu_type_dir_cache, GFP_KERNEL);
	if (!dir)
		return -ENOMEM;
	dir->pf = parent->pf;
	dir->type = type;
	kobject_init(&dir->kobj, &vgpu_type_dir_ktype);
	rc = vgpu_type_dir_name(dir, parent->types_kobj);
	if (rc) {
		kobject_put(&dir->kobj);
		return rc;
	}
	list_add_tail(&dir->list, &parent->types);
	return sysfs_create_files(&dir->kobj, (const struct attribute **)vgpu_type_attrs);
}

int vgpu_type_dirs_init(struct vgpu_pf_dir *parent)
{
	size_t i, n = vgpu_types_of(&parent->pf->gpu, NULL, 0);
	const struct vgpu_type **types;
	int rc = 0;

	parent->types_kobj = kobject_create_and_add("types", &parent->kobj);
	types = kcalloc(max_t(size_t, n, 1), sizeof(*types), GFP_KERNEL);
	if (!parent->types_kobj || !types) {
		rc = -ENOMEM;
		goto out;
	}
	n = min(n, vgpu_types_of(&parent->pf->gpu, types, n));
	for (i = 0; i < n && !rc; i++)
		rc = vgpu_type_dir_add(parent, types[i]);
out:
	kfree(types);
	if (rc)
		vgpu_type_dirs_fini(parent);
	return rc;
}

int vgpu_type_dirs_refresh(struct vgpu_pf_dir *parent)
{
	const struct vgpu_type_dir *dir;
	const struct vgpu_type *first;

	dir = list_first_entry_or_null(&parent->types, struct vgpu_type_dir, list);
	if (vgpu_types_of(&parent->pf->gpu, &first, 1) && dir && dir->type == first)
		return 0;
	vgpu_type_dirs_fini(parent);
	return vgpu_type_dirs_init(parent);
}

void vgpu_type_dirs_fini(struct vgpu_pf_dir *parent)
{
	struct vgpu_type_dir *dir, *next;

	list_for_each_entry_safe(dir, next, &parent->types, list) {
		list_del(&dir->list);
		kobject_del(&dir->kobj);
		kobject_put(&dir->kobj);
	}
	kobject_del(parent->types_kobj);
	kobject_put(parent->types_kobj);
	parent->types_kobj = NULL;
}

int vgpu_type_dir_cache_init(void)
{
	vgpu_type_dir_cache = KMEM_CACHE(vgpu_type_dir, 0);
	return vgpu_type_dir_cache ? 0 : -ENOMEM;
}

void vgpu_type_dir_cache_fini(void)
{
	kmem_cache_destroy(vgpu_type_dir_cache);
}
