// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VF's sysfs group vgpu/, described file by file in kmod/ABI.md. It exists while the VF is
 * bound to this driver; removing it waits for readers and writers. No store takes a device lock.
 */
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "../abi/vgpu_host.h"
#include "vfio_vf.h"

static struct vgpu_vfio *vgpu_vfio_of_dev(struct device *dev)
{
	return container_of((struct vfio_pci_core_device *)dev_get_drvdata(dev), struct vgpu_vfio,
			    core);
}

static struct vgpu_vf_info vgpu_vfio_info(struct device *dev)
{
	struct vgpu_vf_info info;

	vgpu_link_info(vgpu_vfio_of_dev(dev)->link, &info);
	return info;
}

static ssize_t creatable_vgpu_types_show(struct device *dev, struct device_attribute *attr,
					 char *buf)
{
	struct vgpu_vfio *vf = vgpu_vfio_of_dev(dev);
	const struct vgpu_type **types;
	ssize_t len;
	size_t i, n;
	uuid_t uuid;

	n = vgpu_link_types(vf->link, NULL, 0);
	types = kcalloc(n, sizeof(*types), GFP_KERNEL);
	if (!types)
		return -ENOMEM;
	n = min(n, vgpu_link_types(vf->link, types, n));
	spin_lock(&vf->lock);
	uuid = vf->next_uuid;
	spin_unlock(&vf->lock);
	len = sysfs_emit(buf, "ID    : vGPU Name\n");
	for (i = 0; i < n; i++)
		if (types[i]->id && !vgpu_link_creatable(vf->link, types[i],
							 uuid_is_null(&uuid) ? NULL : &uuid,
							 NULL, 0))
			len += sysfs_emit_at(buf, len, "%-5d : %s\n", types[i]->id, types[i]->name);
	kfree(types);
	return len;
}
static DEVICE_ATTR_RO(creatable_vgpu_types);

static ssize_t current_vgpu_type_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vgpu_vf_info info = vgpu_vfio_info(dev);

	return sysfs_emit(buf, "%u\n", info.type ? info.type->id : 0);
}

static ssize_t current_vgpu_type_store(struct device *dev, struct device_attribute *attr,
				       const char *buf, size_t count)
{
	struct vgpu_vfio *vf = vgpu_vfio_of_dev(dev);
	uuid_t uuid;
	u32 id;
	int rc;

	rc = kstrtou32(buf, 10, &id);
	if (rc)
		return rc;
	if (!id) {
		rc = vgpu_vfio_release(vf, VGPU_FACE_VF);
		/* Nothing there is what was asked for. */
		return rc && rc != -ENOENT ? rc : count;
	}
	spin_lock(&vf->lock);
	uuid = vf->next_uuid;
	spin_unlock(&vf->lock);
	if (uuid_is_null(&uuid))
		uuid_gen(&uuid);
	rc = vgpu_vfio_claim(vf, VGPU_FACE_VF, NULL, id, &uuid);
	return rc ?: count;
}
static DEVICE_ATTR_RW(current_vgpu_type);

static ssize_t uuid_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vgpu_vfio *vf = vgpu_vfio_of_dev(dev);
	struct vgpu_vf_info info = vgpu_vfio_info(dev);

	if (!info.type) {
		spin_lock(&vf->lock);
		info.uuid = vf->next_uuid;
		spin_unlock(&vf->lock);
	}
	if (uuid_is_null(&info.uuid))
		return sysfs_emit(buf, "\n");
	return sysfs_emit(buf, "%pUb\n", &info.uuid);
}

static ssize_t uuid_store(struct device *dev, struct device_attribute *attr, const char *buf,
			  size_t count)
{
	struct vgpu_vfio *vf = vgpu_vfio_of_dev(dev);
	uuid_t uuid = uuid_null;
	int rc = 0;

	if (!sysfs_streq(buf, "")) {
		if (!sysfs_streq(buf + min_t(size_t, count, UUID_STRING_LEN), ""))
			return -EINVAL;
		rc = uuid_parse(buf, &uuid);
		if (rc || uuid_is_null(&uuid))
			return -EINVAL;
	}
	spin_lock(&vf->lock);
	if (vf->face == VGPU_FACE_NONE)
		vf->next_uuid = uuid;
	else
		rc = -EBUSY;
	spin_unlock(&vf->lock);
	return rc ?: count;
}
static DEVICE_ATTR_RW(uuid);

static ssize_t placement_id_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vgpu_vf_info info = vgpu_vfio_info(dev);

	if (!info.type || info.placement_id == VGPU_PLACEMENT_NONE)
		return sysfs_emit(buf, "Not Applicable\n");
	return sysfs_emit(buf, "%u\n", info.placement_id);
}

static ssize_t placement_id_store(struct device *dev, struct device_attribute *attr,
				  const char *buf, size_t count)
{
	u16 id;
	int rc = kstrtou16(buf, 10, &id);

	return rc ?: vgpu_link_place(vgpu_vfio_of_dev(dev)->link, id) ?: count;
}
static DEVICE_ATTR_RW(placement_id);

static ssize_t vgpu_params_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "\n");
}

static ssize_t vgpu_params_store(struct device *dev, struct device_attribute *attr,
				 const char *buf, size_t count)
{
	return -EOPNOTSUPP;
}
static DEVICE_ATTR_RW(vgpu_params);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", vgpu_link_state_name(vgpu_vfio_info(dev).state));
}
static DEVICE_ATTR_RO(state);

static ssize_t face_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char *const names[] = {
		[VGPU_FACE_NONE] = "none",
		[VGPU_FACE_VF] = "vf",
		[VGPU_FACE_MDEV] = "mdev",
	};

	return sysfs_emit(buf, "%s\n", names[READ_ONCE(vgpu_vfio_of_dev(dev)->face)]);
}
static DEVICE_ATTR_RO(face);

/* One member of what the core tells about the VF. */
#define VGPU_VF_ATTR(_name, fmt, member)                                                           \
	static ssize_t _name##_show(struct device *dev, struct device_attribute *attr, char *buf)  \
	{                                                                                          \
		return sysfs_emit(buf, fmt "\n", vgpu_vfio_info(dev).member);                      \
	}                                                                                          \
	static DEVICE_ATTR_RO(_name)

VGPU_VF_ATTR(framebuffer_bytes, "%llu", fb_bytes);
VGPU_VF_ATTR(claim_time_ns, "%llu", claim_ns);
VGPU_VF_ATTR(open_time_ns, "%llu", open_ns);
VGPU_VF_ATTR(xid_count, "%llu", xid_count);
VGPU_VF_ATTR(gfid, "%u", gfid);

static ssize_t last_error_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	size_t len = vgpu_link_last_error(vgpu_vfio_of_dev(dev)->link, buf, PAGE_SIZE / 2);

	return len + sysfs_emit_at(buf, len, "\n");
}
static DEVICE_ATTR_RO(last_error);

static ssize_t trap_counts_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char *const names[VGPU_TRAP_COUNTS] = {
		[VGPU_TRAP_READ] = "read",
		[VGPU_TRAP_WRITE] = "write",
		[VGPU_TRAP_READ_DROPPED] = "read_dropped",
		[VGPU_TRAP_WRITE_DROPPED] = "write_dropped",
		[VGPU_TRAP_INVALIDATE] = "invalidate",
		[VGPU_TRAP_INVALIDATE_REFUSED] = "invalidate_refused",
		[VGPU_TRAP_INVALIDATE_TIMEOUT] = "invalidate_timeout",
	};
	struct vgpu_vfio *vf = vgpu_vfio_of_dev(dev);
	ssize_t len = 0;
	int i;

	for (i = 0; i < VGPU_TRAP_COUNTS; i++)
		len += sysfs_emit_at(buf, len, "%s %lld\n", names[i],
				     atomic64_read(&vf->trap_counts[i]));
	return len;
}
static DEVICE_ATTR_RO(trap_counts);

static struct attribute *vgpu_vfio_attrs[] = {
	&dev_attr_creatable_vgpu_types.attr,
	&dev_attr_current_vgpu_type.attr,
	&dev_attr_uuid.attr,
	&dev_attr_placement_id.attr,
	&dev_attr_vgpu_params.attr,
	&dev_attr_state.attr,
	&dev_attr_face.attr,
	&dev_attr_framebuffer_bytes.attr,
	&dev_attr_claim_time_ns.attr,
	&dev_attr_open_time_ns.attr,
	&dev_attr_xid_count.attr,
	&dev_attr_gfid.attr,
	&dev_attr_last_error.attr,
	&dev_attr_trap_counts.attr,
	NULL,
};

const struct attribute_group vgpu_vfio_group = {
	.name = "vgpu",
	.attrs = vgpu_vfio_attrs,
};
