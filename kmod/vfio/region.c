// SPDX-License-Identifier: GPL-2.0-only
/* Region information of a VF: BAR1 as large as the type says, BAR0 with a hole where we trap. */
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../abi/pci.h"
#include "vfio_vf.h"

static int vgpu_region_sparse(struct vgpu_vfio *vf, struct vfio_info_cap *caps, u64 bar_bytes)
{
	struct vgpu_guest_area areas[VGPU_GUEST_AREAS];
	struct vfio_region_info_cap_sparse_mmap *sparse;
	unsigned int i, n;
	int rc;

	n = vgpu_guest_areas(&vf->view, bar_bytes, areas);
	sparse = kzalloc(struct_size(sparse, areas, n), GFP_KERNEL);
	if (!sparse)
		return -ENOMEM;
	sparse->header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP;
	sparse->header.version = 1;
	sparse->nr_areas = n;
	for (i = 0; i < n; i++) {
		sparse->areas[i].offset = areas[i].offset;
		sparse->areas[i].size = areas[i].bytes;
	}
	rc = vfio_info_add_capability(caps, &sparse->header, struct_size(sparse, areas, n));
	kfree(sparse);
	return rc;
}

int vgpu_vfio_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
			  struct vfio_info_cap *caps)
{
	struct vfio_info_cap_header msix = {
		.id = VFIO_REGION_INFO_CAP_MSIX_MAPPABLE,
		.version = 1,
	};
	struct vgpu_vfio *vf = vgpu_vfio_of(vdev);
	u64 bytes = pci_resource_len(vf->core.pdev, NV_PCI_BAR_REGS);
	int rc;

	if (info->index == NV_PCI_BAR_FB && vf->view.bar1_bytes)
		bytes = vf->view.bar1_bytes;
	else if (info->index != NV_PCI_BAR_REGS || !vf->view.trap)
		return 1;
	info->offset = VFIO_PCI_INDEX_TO_OFFSET(info->index);
	info->size = bytes;
	info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	if (!vf->core.bar_mmap_supported[info->index])
		return 0;
	info->flags |= VFIO_REGION_INFO_FLAG_MMAP;
	if (info->index == vf->core.msix_bar) {
		rc = vfio_info_add_capability(caps, &msix, sizeof(msix));
		if (rc)
			return rc;
	}
	return info->index == NV_PCI_BAR_REGS ? vgpu_region_sparse(vf, caps, bytes) : 0;
}

long vgpu_vfio_region_ioctl(struct vfio_device *vdev, unsigned long arg)
{
	size_t minsz = offsetofend(struct vfio_region_info, offset);
	struct vfio_info_cap caps = { .buf = NULL, .size = 0 };
	void __user *uarg = (void __user *)arg;
	struct vfio_region_info info;
	int rc;

	if (copy_from_user(&info, uarg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	info.cap_offset = 0;
	rc = vgpu_vfio_region_info(vdev, &info, &caps);
	if (rc == 1)
		return vfio_pci_core_ioctl(vdev, VFIO_DEVICE_GET_REGION_INFO, arg);
	if (!rc && caps.size) {
		info.flags |= VFIO_REGION_INFO_FLAG_CAPS;
		if (info.argsz < sizeof(info) + caps.size) {
			info.argsz = sizeof(info) + caps.size;
		} else {
			vfio_info_cap_shift(&caps, sizeof(info));
			if (copy_to_user(uarg + sizeof(info), caps.buf, caps.size))
				rc = -EFAULT;
			info.cap_offset = sizeof(info);
		}
	}
	kfree(caps.buf);
	if (rc)
		return rc;
	return copy_to_user(uarg, &info, minsz) ? -EFAULT : 0;
}
