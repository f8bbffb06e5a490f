// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MMU page of a VF's BAR0, which the erratum makes us trap: TLB invalidates of two functions
 * must not overlap. What a guest may do is decided in core/guest_trap.c; here it is done, one
 * invalidate at a time on the whole GPU with a bounded wait.
 */
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/uaccess.h>

#include "../abi/regs.h"
#include "vfio_vf.h"

#define VGPU_TLB_INVALIDATE_POLL_US 5
#define VGPU_TLB_INVALIDATE_TIMEOUT_US (500 * USEC_PER_MSEC)

static void vgpu_trap_count(struct vgpu_vfio *vf, enum vgpu_trap_count which)
{
	atomic64_inc(&vf->trap_counts[which]);
}

static void __iomem *vgpu_trap_register(struct vgpu_vfio *vf, u32 offset)
{
	return vf->mmu_page + (offset - NV_VFN_MMU_PAGE);
}

static bool vgpu_trap_invalidate_done(struct vgpu_vfio *vf)
{
	u32 value;

	return !read_poll_timeout(readl, value, !(value & NV_VFN_MMU_INVALIDATE_TRIGGER),
				  VGPU_TLB_INVALIDATE_POLL_US, VGPU_TLB_INVALIDATE_TIMEOUT_US,
				  false, vgpu_trap_register(vf, NV_VFN_MMU_INVALIDATE));
}

static int vgpu_trap_invalidate(struct vgpu_vfio *vf, u32 value)
{
	int rc;

	rc = vgpu_link_tlb_lock(vf->link);
	if (rc)
		return rc;
	writel(value, vgpu_trap_register(vf, NV_VFN_MMU_INVALIDATE));
	if (vgpu_trap_invalidate_done(vf))
		vgpu_trap_count(vf, VGPU_TRAP_INVALIDATE);
	else
		vgpu_trap_count(vf, VGPU_TRAP_INVALIDATE_TIMEOUT);
	vgpu_link_tlb_unlock(vf->link);
	return 0;
}

static int vgpu_trap_write_step(struct vgpu_vfio *vf, u32 offset, size_t bytes, u32 value)
{
	enum vgpu_trap_action action = vgpu_trap_on_write(offset, bytes, value);

	if (action == VGPU_TRAP_DO_NOTHING) {
		vgpu_trap_count(vf, VGPU_TRAP_WRITE_DROPPED);
		return 0;
	}
	vgpu_trap_count(vf, VGPU_TRAP_WRITE);
	switch (action) {
	case VGPU_TRAP_DO_INVALIDATE:
		return vgpu_trap_invalidate(vf, value);
	case VGPU_TRAP_DO_REFUSE:
		vgpu_trap_count(vf, VGPU_TRAP_INVALIDATE_REFUSED);
		return 0;
	default:
		writel(value, vgpu_trap_register(vf, offset));
		return 0;
	}
}

static u32 vgpu_trap_read_step(struct vgpu_vfio *vf, u32 offset, size_t bytes)
{
	if (vgpu_trap_on_read(offset, bytes) == VGPU_TRAP_DO_NOTHING) {
		vgpu_trap_count(vf, VGPU_TRAP_READ_DROPPED);
		return 0;
	}
	vgpu_trap_count(vf, VGPU_TRAP_READ);
	return readl(vgpu_trap_register(vf, offset));
}

/* A reset takes the lock for writing; a function in low power would answer with an error. */
static int vgpu_trap_enter(struct vgpu_vfio *vf)
{
	struct pci_dev *pdev = vf->core.pdev;

	down_read(&vf->core.memory_lock);
	if (vf->mmu_page && !vf->core.pm_runtime_engaged && pdev->current_state != PCI_D3hot &&
	    pdev->current_state != PCI_D3cold)
		return 0;
	up_read(&vf->core.memory_lock);
	return -EIO;
}

ssize_t vgpu_trap_read(struct vgpu_vfio *vf, char __user *buf, size_t count, u32 offset)
{
	size_t done = 0, step;
	int rc = 0;

	while ((step = vgpu_trap_step(offset + done, count - done))) {
		__le32 value;

		rc = vgpu_trap_enter(vf);
		if (rc)
			break;
		value = cpu_to_le32(vgpu_trap_read_step(vf, offset + done, step));
		up_read(&vf->core.memory_lock);
		if (copy_to_user(buf + done, &value, step)) {
			rc = -EFAULT;
			break;
		}
		done += step;
	}
	return done ?: rc;
}

ssize_t vgpu_trap_write(struct vgpu_vfio *vf, const char __user *buf, size_t count, u32 offset)
{
	size_t done = 0, step;
	int rc = 0;

	while ((step = vgpu_trap_step(offset + done, count - done))) {
		__le32 value = 0;

		if (copy_from_user(&value, buf + done, step)) {
			rc = -EFAULT;
			break;
		}
		rc = vgpu_trap_enter(vf);
		if (rc)
			break;
		rc = vgpu_trap_write_step(vf, offset + done, step, le32_to_cpu(value));
		up_read(&vf->core.memory_lock);
		if (rc)
			break;
		done += step;
	}
	return done ?: rc;
}
