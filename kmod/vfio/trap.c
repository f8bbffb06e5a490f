// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MMU page of a VF's BAR0, which the erratum makes us trap: TLB invalidates of two functions
 * must not overlap. Guests are hostile: only named registers are reached, by aligned words, one
 * invalidate at a time on the whole GPU with a bounded wait, and never one for everybody.
 */
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include "../abi/regs.h"
#include "vfio_vf.h"

#define VGPU_TLB_INVALIDATE_POLL_US 5
#define VGPU_TLB_INVALIDATE_TIMEOUT_US (500 * USEC_PER_MSEC)

u64 vgpu_trap_start(void)
{
	return round_down(NV_VFN_MMU_PAGE, PAGE_SIZE);
}

u64 vgpu_trap_end(void)
{
	return round_up(NV_VFN_MMU_PAGE + NV_VFN_MMU_PAGE_BYTES, PAGE_SIZE);
}

static void vgpu_trap_count(struct vgpu_vfio *vf, enum vgpu_trap_count which)
{
	atomic64_inc(&vf->trap_counts[which]);
}

/* Registers of the page a guest may use. */
static bool vgpu_trap_listed(u32 offset)
{
	switch (offset) {
	case NV_VFN_FAULT_BUFFER_LO(NV_VFN_FAULT_BUFFER_NONREPLAYABLE) ...
		NV_VFN_FAULT_BUFFER_SIZE(NV_VFN_FAULT_BUFFER_NONREPLAYABLE):
	case NV_VFN_FAULT_BUFFER_LO(NV_VFN_FAULT_BUFFER_REPLAYABLE) ...
		NV_VFN_FAULT_BUFFER_SIZE(NV_VFN_FAULT_BUFFER_REPLAYABLE):
	case NV_VFN_PAGE_FAULT_CTRL:
	case NV_VFN_LATCHED_FAULT_ADDR_LO ... NV_VFN_LATCHED_FAULT_STATUS:
	case NV_VFN_MMU_INVALIDATE_PDB:
	case NV_VFN_MMU_INVALIDATE_UPPER_PDB:
	case NV_VFN_MMU_INVALIDATE:
	case NV_VFN_ACCESS_COUNTER(0) ... NV_VFN_ACCESS_COUNTER(NV_VFN_ACCESS_COUNTER_COUNT - 1):
		return true;
	default:
		return false;
	}
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

	if (value & NV_VFN_MMU_INVALIDATE_ALL_PDB) {
		vgpu_trap_count(vf, VGPU_TRAP_INVALIDATE_REFUSED);
		return 0;
	}
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

static int vgpu_trap_write_word(struct vgpu_vfio *vf, u32 offset, u32 value)
{
	if (!vgpu_trap_listed(offset)) {
		vgpu_trap_count(vf, VGPU_TRAP_WRITE_DROPPED);
		return 0;
	}
	vgpu_trap_count(vf, VGPU_TRAP_WRITE);
	if (offset == NV_VFN_MMU_INVALIDATE && value & NV_VFN_MMU_INVALIDATE_TRIGGER)
		return vgpu_trap_invalidate(vf, value);
	writel(value, vgpu_trap_register(vf, offset));
	return 0;
}

static u32 vgpu_trap_read_word(struct vgpu_vfio *vf, u32 offset)
{
	if (!vgpu_trap_listed(offset)) {
		vgpu_trap_count(vf, VGPU_TRAP_READ_DROPPED);
		return 0;
	}
	vgpu_trap_count(vf, VGPU_TRAP_READ);
	return readl(vgpu_trap_register(vf, offset));
}

/* Bytes of the next step: a word where one is aligned and whole, else what leads to the next. */
static size_t vgpu_trap_step(size_t left, u32 offset, bool *word)
{
	*word = IS_ALIGNED(offset, sizeof(u32)) && left >= sizeof(u32);
	return min_t(size_t, left, sizeof(u32) - offset % sizeof(u32));
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

	count = min_t(size_t, count, NV_VFN_MMU_PAGE + NV_VFN_MMU_PAGE_BYTES - offset);
	while (done < count) {
		__le32 value = 0;
		bool word;

		step = vgpu_trap_step(count - done, offset + done, &word);
		rc = vgpu_trap_enter(vf);
		if (rc)
			break;
		if (word)
			value = cpu_to_le32(vgpu_trap_read_word(vf, offset + done));
		else
			vgpu_trap_count(vf, VGPU_TRAP_READ_DROPPED);
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

	count = min_t(size_t, count, NV_VFN_MMU_PAGE + NV_VFN_MMU_PAGE_BYTES - offset);
	while (done < count) {
		__le32 value = 0;
		bool word;

		step = vgpu_trap_step(count - done, offset + done, &word);
		if (copy_from_user(&value, buf + done, step)) {
			rc = -EFAULT;
			break;
		}
		rc = vgpu_trap_enter(vf);
		if (rc)
			break;
		if (word)
			rc = vgpu_trap_write_word(vf, offset + done, le32_to_cpu(value));
		else
			vgpu_trap_count(vf, VGPU_TRAP_WRITE_DROPPED);
		up_read(&vf->core.memory_lock);
		if (rc)
			break;
		done += step;
	}
	return done ?: rc;
}
