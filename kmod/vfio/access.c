// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest reads and writes: the core's virtual configuration space with our patches, and the
 * BARs inside their limits.
 */
#include <linux/overflow.h>
#include <linux/uaccess.h>

#include "../abi/pci.h"
#include "../abi/regs.h"
#include "vfio_vf.h"

/* BAR1 and the register behind it, its upper half. */
#define VGPU_CFG_BAR1 PCI_BASE_ADDRESS_1
/* The class is three bytes behind the revision. */
#define VGPU_CFG_CLASS PCI_CLASS_PROG
#define VGPU_CFG_CLASS_BYTES 3

/* The part of a field that an access of @count bytes at @pos touches. */
struct vgpu_overlap {
	size_t in_access, in_field, bytes;
};

static bool vgpu_overlaps(u64 pos, size_t count, u64 field, size_t field_bytes,
			  struct vgpu_overlap *o)
{
	u64 start = max(pos, field), end = min(pos + count, field + field_bytes);

	if (start >= end)
		return false;
	o->in_access = start - pos;
	o->in_field = start - field;
	o->bytes = end - start;
	return true;
}

static int vgpu_config_patch(char __user *buf, size_t count, u64 pos, u64 field, const void *value,
			     size_t bytes)
{
	struct vgpu_overlap o;

	if (!vgpu_overlaps(pos, count, field, bytes, &o))
		return 0;
	return copy_to_user(buf + o.in_access, value + o.in_field, o.bytes) ? -EFAULT : 0;
}

static size_t vgpu_bar1_register_bytes(struct vgpu_vfio *vf)
{
	bool wide = pci_resource_flags(vf->core.pdev, NV_PCI_BAR_FB) & IORESOURCE_MEM_64;

	return wide ? sizeof(u64) : sizeof(u32);
}

/* BAR1 as the guest finds it: its own bits above the size, the type bits below. */
static u64 vgpu_bar1_value(struct vgpu_vfio *vf)
{
	unsigned long flags = pci_resource_flags(vf->core.pdev, NV_PCI_BAR_FB);
	u64 value = READ_ONCE(vf->bar1_register) & ~(vf->bar1_bytes - 1);

	if (flags & IORESOURCE_PREFETCH)
		value |= PCI_BASE_ADDRESS_MEM_PREFETCH;
	if (flags & IORESOURCE_MEM_64)
		value |= PCI_BASE_ADDRESS_MEM_TYPE_64;
	return value;
}

static ssize_t vgpu_config_read(struct vgpu_vfio *vf, char __user *buf, size_t count, loff_t *ppos)
{
	u64 pos = *ppos & VFIO_PCI_OFFSET_MASK;
	__le16 subsystem[2];
	__le32 class;
	__le64 bar1;
	ssize_t done;

	done = vfio_pci_core_read(&vf->core.vdev, buf, count, ppos);
	if (done <= 0)
		return done;
	subsystem[0] = cpu_to_le16(NV_PCI_VENDOR_ID);
	subsystem[1] = cpu_to_le16(vf->type->guest_subsystem);
	class = cpu_to_le32(vf->core.pdev->class);
	bar1 = cpu_to_le64(vgpu_bar1_value(vf));
	if (vgpu_config_patch(buf, done, pos, PCI_SUBSYSTEM_VENDOR_ID, subsystem,
			      sizeof(subsystem)) ||
	    vgpu_config_patch(buf, done, pos, VGPU_CFG_CLASS, &class, VGPU_CFG_CLASS_BYTES))
		return -EFAULT;
	if (vf->bar1_bytes && vgpu_config_patch(buf, done, pos, VGPU_CFG_BAR1, &bar1,
						vgpu_bar1_register_bytes(vf)))
		return -EFAULT;
	return done;
}

/* Keep what the guest writes to BAR1: the core would mask it with the VF's own, larger size. */
static int vgpu_config_keep_bar1(struct vgpu_vfio *vf, const char __user *buf, size_t count,
				 u64 pos)
{
	struct vgpu_overlap o;
	u8 bytes[sizeof(u64)];
	__le64 value;

	if (!vf->bar1_bytes ||
	    !vgpu_overlaps(pos, count, VGPU_CFG_BAR1, vgpu_bar1_register_bytes(vf), &o))
		return 0;
	if (copy_from_user(bytes, buf + o.in_access, o.bytes))
		return -EFAULT;
	mutex_lock(&vf->op_lock);
	value = cpu_to_le64(vf->bar1_register);
	memcpy((u8 *)&value + o.in_field, bytes, o.bytes);
	WRITE_ONCE(vf->bar1_register, le64_to_cpu(value));
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
	struct vgpu_overlap o;
	ssize_t done;

	done = vfio_pci_core_write(&vf->core.vdev, buf, count, ppos);
	if (done <= 0)
		return done;
	if (vgpu_config_keep_bar1(vf, buf, done, pos))
		return -EFAULT;
	if (vgpu_overlaps(pos, done, PCI_COMMAND, sizeof(u16), &o)) {
		mutex_lock(&vf->op_lock);
		vgpu_vfio_sync_bus_master(vf);
		mutex_unlock(&vf->op_lock);
	}
	return done;
}

/*
 * vgpu_access_limit - cut a BAR access to what we allow
 * @trapped:	set when it starts in the MMU page (*@count is left to the trap code)
 *
 * Returns 0, or -EINVAL when it starts behind the end. A cut access is done in part, as read(2)
 * and write(2) allow.
 */
static int vgpu_access_limit(struct vgpu_vfio *vf, unsigned int index, u64 offset, size_t *count,
			     bool *trapped)
{
	*trapped = false;
	if (index == NV_PCI_BAR_FB && vf->bar1_bytes) {
		if (offset >= vf->bar1_bytes)
			return -EINVAL;
		*count = min_t(u64, *count, vf->bar1_bytes - offset);
	}
	if (index == NV_PCI_BAR_REGS && vf->trap) {
		if (offset < NV_VFN_MMU_PAGE)
			*count = min_t(u64, *count, NV_VFN_MMU_PAGE - offset);
		else
			*trapped = offset < NV_VFN_MMU_PAGE + NV_VFN_MMU_PAGE_BYTES;
	}
	return 0;
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
	if (vgpu_access_limit(vf, index, offset, &count, &trapped))
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
	if (vgpu_access_limit(vf, index, offset, &count, &trapped))
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
	u64 end;

	if (check_add_overflow(start, (u64)(vma->vm_end - vma->vm_start), &end))
		return -EINVAL;
	if (index == NV_PCI_BAR_REGS && vf->trap && start < vgpu_trap_end() &&
	    end > vgpu_trap_start())
		return -EINVAL;
	if (index == NV_PCI_BAR_FB && vf->bar1_bytes && end > vf->bar1_bytes)
		return -EINVAL;
	return vfio_pci_core_mmap(vdev, vma);
}
