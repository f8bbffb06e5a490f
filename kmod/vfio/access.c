// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest reads and writes: the core's virtual configuration space with our patches, and the
 * BARs inside their limits.
 */
#include <linux/uaccess.h>

#include "vfio_vf.h"

static ssize_t vgpu_config_read(struct vgpu_vfio *vf, char __user *buf, size_t count, loff_t *ppos)
{
	u64 pos = *ppos & VFIO_PCI_OFFSET_MASK;
	struct vgpu_guest_patch patch;
	unsigned int i;
	ssize_t done;

	done = vfio_pci_core_read(&vf->core.vdev, buf, count, ppos);
	if (done <= 0)
		return done;
	for (i = 0; i < VGPU_GUEST_PATCHES; i++)
		if (vgpu_guest_patch(&vf->view, i, pos, done, &patch) &&
		    copy_to_user(buf + patch.in_access, patch.data, patch.bytes))
			return -EFAULT;
	return done;
}

/* Keep what the guest writes to BAR1: the core would mask it with the VF's own, larger size. */
static int vgpu_config_keep_bar1(struct vgpu_vfio *vf, const char __user *buf, size_t count,
				 u64 pos)
{
	struct vgpu_overlap o;
	u8 bytes[sizeof(u64)];

	if (!vgpu_guest_touches_bar1(&vf->view, pos, count, &o))
		return 0;
	if (copy_from_user(bytes, buf + o.in_access, o.bytes))
		return -EFAULT;
	mutex_lock(&vf->op_lock);
	vgpu_guest_write_bar1(&vf->view, &o, bytes);
	mutex_unlock(&vf->op_lock);
	return 0;
}

void vgpu_vfio_sync_bus_master(struct vgpu_vfio *vf)
{
	struct pci_dev *pdev = vf->core.pdev;
	bool enable;
	u16 command;
	int rc;

	lockdep_assert_held(&vf->op_lock);
	if (!vf->live || vf->resetting || pci_read_config_word(pdev, PCI_COMMAND, &command) ||
	    PCI_POSSIBLE_ERROR(command))
		return;
	enable = command & PCI_COMMAND_MASTER;
	if (enable == vf->bus_master)
		return;
	rc = vgpu_link_set_bus_master(vf->link, enable);
	vf->bus_master = enable && !rc;
	if (!rc || !enable)
		return;
	/* Nothing may DMA that the plugin did not agree to. */
	pci_clear_master(pdev);
	dev_notice_ratelimited(&pdev->dev, "vGPU: bus mastering refused by the plugin (%d) and switched off again; see vgpu/last_error\n",
			       rc);
}

static ssize_t vgpu_config_write(struct vgpu_vfio *vf, const char __user *buf, size_t count,
				 loff_t *ppos)
{
	u64 pos = *ppos & VFIO_PCI_OFFSET_MASK;
	ssize_t done;

	done = vfio_pci_core_write(&vf->core.vdev, buf, count, ppos);
	if (done <= 0)
		return done;
	if (vgpu_config_keep_bar1(vf, buf, done, pos))
		return -EFAULT;
	if (vgpu_guest_touches_command(pos, done)) {
		mutex_lock(&vf->op_lock);
		vgpu_vfio_sync_bus_master(vf);
		mutex_unlock(&vf->op_lock);
	}
	return done;
}

ssize_t vgpu_vfio_read(struct vfio_device *vdev, char __user *buf, size_t count, loff_t *ppos)
{
	unsigned int index = VFIO_PCI_OFFSET_TO_INDEX(*ppos);
	u64 offset = *ppos & VFIO_PCI_OFFSET_MASK;
	struct vgpu_vfio *vf = vgpu_vfio_of(vdev);
	ssize_t done;
	bool trapped;

	if (!count)
		return 0;
	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		return vgpu_config_read(vf, buf, count, ppos);
	if (vgpu_guest_limit(&vf->view, index, offset, &count, &trapped))
		return -EINVAL;
	if (!trapped)
		return vfio_pci_core_read(vdev, buf, count, ppos);
	done = vgpu_trap_read(vf, buf, count, offset);
	if (done > 0)
		*ppos += done;
	return done;
}

ssize_t vgpu_vfio_write(struct vfio_device *vdev, const char __user *buf, size_t count,
			loff_t *ppos)
{
	unsigned int index = VFIO_PCI_OFFSET_TO_INDEX(*ppos);
	u64 offset = *ppos & VFIO_PCI_OFFSET_MASK;
	struct vgpu_vfio *vf = vgpu_vfio_of(vdev);
	ssize_t done;
	bool trapped;

	if (!count)
		return 0;
	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		return vgpu_config_write(vf, buf, count, ppos);
	if (vgpu_guest_limit(&vf->view, index, offset, &count, &trapped))
		return -EINVAL;
	if (!trapped)
		return vfio_pci_core_write(vdev, buf, count, ppos);
	done = vgpu_trap_write(vf, buf, count, offset);
	if (done > 0)
		*ppos += done;
	return done;
}

int vgpu_vfio_mmap(struct vfio_device *vdev, struct vm_area_struct *vma)
{
	unsigned int index = vma->vm_pgoff >> (VFIO_PCI_OFFSET_SHIFT - PAGE_SHIFT);
	u64 start = ((u64)vma->vm_pgoff << PAGE_SHIFT) & VFIO_PCI_OFFSET_MASK;
	struct vgpu_vfio *vf = vgpu_vfio_of(vdev);

	if (!vgpu_guest_may_map(&vf->view, index, start, vma->vm_end - vma->vm_start))
		return -EINVAL;
	return vfio_pci_core_mmap(vdev, vma);
}
