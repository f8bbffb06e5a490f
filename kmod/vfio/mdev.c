// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mdev face: an mdev in front of a VF's own VFIO device.
 *
 * The mdev registers no VFIO device. Its iommu_group link points to the VF's group, where the VF's
 * driver answers to the mdev's UUID: so mdevctl, QEMU and libvirt of any age get the real device
 * with its real IOMMU domain.
 */
#include <linux/iommu.h>
#include <linux/kernfs.h>
#include <linux/mdev.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "vfio_vf.h"

/* How often the user of an mdev that has to go is asked again, as in VFIO's own removal. */
#define VGPU_MDEV_REQUEST_INTERVAL (10 * HZ)
#define VGPU_MDEV_TYPE_NAME 12
#define VGPU_MDEV_GROUP_NAME 12
#define VGPU_MDEV_GROUP_LINK "iommu_group"

/* One type as one VF offers it: the mdev core links types and parents one to one. */
struct vgpu_mdev_type {
	struct mdev_type mdev;
	struct vgpu_vfio *vf;
	const struct vgpu_type *type;
	char name[VGPU_MDEV_TYPE_NAME];
};

struct vgpu_vfio_mdev {
	struct mdev_parent parent;
	struct mdev_type **list;
	struct vgpu_mdev_type *types;
	unsigned int count;
};

static struct vgpu_mdev_type *vgpu_mdev_type_of(struct mdev_type *mtype)
{
	return container_of(mtype, struct vgpu_mdev_type, mdev);
}

/* ---- the link to the VF's IOMMU group ---- */

/*
 * The group's kobject is private to the IOMMU core, but the VF has a link to it in sysfs, and sysfs
 * keeps the kobject in the node the link leads to. Trusted only when all that can be checked holds.
 */
static struct kobject *vgpu_mdev_group_kobject(struct device *vf_dev, struct iommu_group *group)
{
	struct kobject *kobj = NULL;
	char name[VGPU_MDEV_GROUP_NAME];
	struct kernfs_node *link, *target;

	link = kernfs_find_and_get(vf_dev->kobj.sd, VGPU_MDEV_GROUP_LINK);
	if (!link)
		return NULL;
	snprintf(name, sizeof(name), "%d", iommu_group_id(group));
	target = kernfs_type(link) == KERNFS_LINK ? link->symlink.target_kn : NULL;
	if (target && kernfs_type(target) == KERNFS_DIR)
		kobj = target->priv;
	if (kobj && kobj->sd == target && kobject_name(kobj) && !strcmp(kobject_name(kobj), name))
		kobject_get(kobj);
	else
		kobj = NULL;
	kernfs_put(link);
	return kobj;
}

static int vgpu_mdev_link_group(struct vgpu_vfio *vf, struct mdev_device *mdev)
{
	struct iommu_group *group;
	int rc = -EOPNOTSUPP;
	struct kobject *kobj;

	group = iommu_group_get(vgpu_vfio_dev(vf));
	if (!group)
		return rc;
	kobj = vgpu_mdev_group_kobject(vgpu_vfio_dev(vf), group);
	if (kobj) {
		rc = sysfs_create_link(&mdev->dev.kobj, kobj, VGPU_MDEV_GROUP_LINK);
		kobject_put(kobj);
	}
	iommu_group_put(group);
	return rc;
}

/* ---- removal is refused while the device is in use ---- */

/*
 * The mdev core has no veto, but sysfs lets nobody, root included, open a file for writing that has
 * no write bit. The mdev is there throughout: its removal waits until in_use ends.
 */
static int vgpu_mdev_chmod_remove(struct mdev_device *mdev, umode_t mode)
{
	struct attribute remove = { .name = "remove" };

	return sysfs_chmod_file(&mdev->dev.kobj, &remove, mode);
}

void vgpu_mdev_veto(struct vgpu_vfio *vf)
{
	/*
	 * in_use is set: face and mdev stay. A removal under way has taken the file away already.
	 */
	if (vf->face == VGPU_FACE_MDEV)
		vf->vetoed = !vgpu_mdev_chmod_remove(vf->mdev, 0);
}

void vgpu_mdev_unveto(struct vgpu_vfio *vf)
{
	int rc;

	if (!vf->vetoed)
		return;
	vf->vetoed = false;
	rc = vgpu_mdev_chmod_remove(vf->mdev, 0200);
	if (rc && rc != -ENOENT)
		dev_warn(vgpu_vfio_dev(vf), "mdev: its remove file can't be made writable again (%d); unbind the VF to remove the mdev\n",
			 rc);
}

bool vgpu_mdev_matches(struct vgpu_vfio *vf, const char *name)
{
	return vf->mdev && !vf->dying && !strcmp(name, dev_name(&vf->mdev->dev));
}

/* ---- mdev driver ---- */

static int vgpu_mdev_probe(struct mdev_device *mdev)
{
	struct vgpu_mdev_type *type = vgpu_mdev_type_of(mdev->type);
	struct vgpu_vfio *vf = type->vf;
	uuid_t uuid;
	int rc;

	/* By its text: mdev keeps a guid_t, which has another byte order. */
	rc = uuid_parse(dev_name(&mdev->dev), &uuid);
	if (rc)
		return rc;
	rc = vgpu_mdev_link_group(vf, mdev);
	if (rc) {
		dev_err(vgpu_vfio_dev(vf), "mdev: no link to the VF's IOMMU group could be made (%d); enable the IOMMU, or use the VF itself (vgpu/current_vgpu_type)\n",
			rc);
		return rc;
	}
	rc = vgpu_vfio_claim(vf, VGPU_FACE_MDEV, mdev, type->type->id, &uuid);
	if (rc)
		sysfs_remove_link(&mdev->dev.kobj, VGPU_MDEV_GROUP_LINK);
	return rc;
}

static bool vgpu_mdev_idle(struct vgpu_vfio *vf)
{
	bool idle;

	spin_lock(&vf->lock);
	idle = !vf->in_use;
	spin_unlock(&vf->lock);
	return idle;
}

/* Ask the user to let go until it does; a signal ends the interruptible part, not the wait. */
static void vgpu_mdev_wait_idle(struct vgpu_vfio *vf, struct mdev_device *mdev)
{
	bool interrupted = false;
	unsigned int count = 0;
	long rc;

	while (!vgpu_mdev_idle(vf)) {
		vfio_pci_core_request(&vf->core.vdev, count++);
		if (interrupted) {
			wait_event_timeout(vf->idle, vgpu_mdev_idle(vf),
					   VGPU_MDEV_REQUEST_INTERVAL);
			continue;
		}
		rc = wait_event_interruptible_timeout(vf->idle, vgpu_mdev_idle(vf),
						      VGPU_MDEV_REQUEST_INTERVAL);
		if (rc < 0) {
			interrupted = true;
			dev_warn(&mdev->dev, "mdev: in use, removal by \"%s\" (%d) goes on once its user has closed it\n",
				 current->comm, task_pid_nr(current));
		}
	}
}

static void vgpu_mdev_remove(struct mdev_device *mdev)
{
	struct vgpu_vfio *vf = vgpu_mdev_type_of(mdev->type)->vf;
	int rc;

	spin_lock(&vf->lock);
	vf->dying = true;
	spin_unlock(&vf->lock);
	sysfs_remove_link(&mdev->dev.kobj, VGPU_MDEV_GROUP_LINK);
	vgpu_mdev_wait_idle(vf, mdev);
	rc = vgpu_vfio_release(vf, VGPU_FACE_MDEV);
	if (rc)
		dev_warn(vgpu_vfio_dev(vf), "mdev: removed, but its vGPU was not released (%d); see vgpu/last_error of the VF\n",
			 rc);
	spin_lock(&vf->lock);
	vf->dying = false;
	spin_unlock(&vf->lock);
}

static unsigned int vgpu_mdev_get_available(struct mdev_type *mtype)
{
	struct vgpu_mdev_type *type = vgpu_mdev_type_of(mtype);

	if (READ_ONCE(type->vf->face) != VGPU_FACE_NONE)
		return 0;
	/* For any owner: mdevctl does not even try a type with 0 left, and can't say who asks. */
	return !vgpu_link_claimable(type->vf->link, type->type);
}

static ssize_t vgpu_mdev_show_description(struct mdev_type *mtype, char *buf)
{
	const struct vgpu_type *type = vgpu_mdev_type_of(mtype)->type;

	return sysfs_emit(buf, "num_heads=%u, frl_config=%u, framebuffer=%lluM, max_resolution=%ux%u, max_instance=%u\n",
			  type->heads, type->frl, type->profile_bytes >> 20, type->max_x,
			  type->max_y, type->max_instances);
}

/* The VF's file, where tools that know only the mdev find it: attributes of mdevctl and libvirt. */
static ssize_t placement_id_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vgpu_vf_info info;

	vgpu_link_info(vgpu_mdev_type_of(to_mdev_device(dev)->type)->vf->link, &info);
	return sysfs_emit(buf, "%u\n", info.placement_id);
}

static ssize_t placement_id_store(struct device *dev, struct device_attribute *attr,
				  const char *buf, size_t count)
{
	u16 id;
	int rc = kstrtou16(buf, 10, &id);

	return rc ?: vgpu_link_place(vgpu_mdev_type_of(to_mdev_device(dev)->type)->vf->link, id) ?:
		     count;
}
static DEVICE_ATTR_RW(placement_id);

static struct attribute *vgpu_mdev_attrs[] = {
	&dev_attr_placement_id.attr,
	NULL,
};

static const struct attribute_group vgpu_mdev_group = {
	.name = "vgpu",
	.attrs = vgpu_mdev_attrs,
};

static const struct attribute_group *vgpu_mdev_groups[] = {
	&vgpu_mdev_group,
	NULL,
};

static struct mdev_driver vgpu_mdev_driver = {
	.device_api = VFIO_DEVICE_API_PCI_STRING,
	.probe = vgpu_mdev_probe,
	.remove = vgpu_mdev_remove,
	.get_available = vgpu_mdev_get_available,
	.show_description = vgpu_mdev_show_description,
	.driver = {
		.name = "vgpu_mdev",
		.owner = THIS_MODULE,
		.mod_name = KBUILD_MODNAME,
		.dev_groups = vgpu_mdev_groups,
		/*
		 * An unbound mdev could never be bound again, and would hide the VF's real state.
		 */
		.suppress_bind_attrs = true,
	},
};

int vgpu_mdev_driver_init(void)
{
	return mdev_register_driver(&vgpu_mdev_driver);
}

void vgpu_mdev_driver_fini(void)
{
	mdev_unregister_driver(&vgpu_mdev_driver);
}

/* ---- the VF as an mdev parent ---- */

static void vgpu_mdev_face_free(struct vgpu_vfio *vf)
{
	struct vgpu_vfio_mdev *face = vf->mdev_face;

	vf->mdev_face = NULL;
	kfree(face->list);
	kfree(face->types);
	kfree(face);
}

/* Types with a number; the others can't be claimed, and have no name to be offered by. */
static int vgpu_mdev_face_fill(struct vgpu_vfio *vf, struct vgpu_vfio_mdev *face)
{
	size_t i, n = vgpu_link_types(vf->link, NULL, 0);
	const struct vgpu_type **types;

	types = kcalloc(n, sizeof(*types), GFP_KERNEL);
	face->types = kcalloc(n, sizeof(*face->types), GFP_KERNEL);
	face->list = kcalloc(n, sizeof(*face->list), GFP_KERNEL);
	if (!types || !face->types || !face->list) {
		kfree(types);
		return -ENOMEM;
	}
	n = min(n, vgpu_link_types(vf->link, types, n));
	for (i = 0; i < n; i++) {
		struct vgpu_mdev_type *type = &face->types[face->count];

		if (!types[i]->id)
			continue;
		type->vf = vf;
		type->type = types[i];
		snprintf(type->name, sizeof(type->name), "%u", types[i]->id);
		type->mdev.sysfs_name = type->name;
		type->mdev.pretty_name = types[i]->name;
		face->list[face->count++] = &type->mdev;
	}
	kfree(types);
	return 0;
}

int vgpu_mdev_face_init(struct vgpu_vfio *vf)
{
	struct vgpu_vfio_mdev *face;
	int rc;

	face = kzalloc(sizeof(*face), GFP_KERNEL);
	if (!face)
		return -ENOMEM;
	vf->mdev_face = face;
	rc = vgpu_mdev_face_fill(vf, face);
	if (!rc && !face->count) {
		/* A board without a known type has nothing to offer. */
		vgpu_mdev_face_free(vf);
		return 0;
	}
	if (!rc)
		rc = mdev_register_parent(&face->parent, vgpu_vfio_dev(vf), &vgpu_mdev_driver,
					  face->list, face->count);
	if (rc)
		vgpu_mdev_face_free(vf);
	return rc;
}

void vgpu_mdev_face_fini(struct vgpu_vfio *vf)
{
	if (!vf->mdev_face)
		return;
	mdev_unregister_parent(&vf->mdev_face->parent);
	vgpu_mdev_face_free(vf);
}
