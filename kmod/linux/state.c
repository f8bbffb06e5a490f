// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GPU's state on its way out: whoever polls vgpu/state is woken at each change, and a GPU that
 * is lost sends a uevent, whether or not anybody has a vGPU open, and tells the clients. The ends
 * of a boot have uevents of their own (pci.c), which come when everything is in place.
 */
#include "pf.h"

static void vgpu_pf_state_work(struct work_struct *work)
{
	struct vgpu_pf *pf = container_of(work, struct vgpu_pf, state_work);
	bool lost;

	spin_lock_irq(&pf->state_lock);
	lost = pf->lost_due;
	pf->lost_due = false;
	spin_unlock_irq(&pf->state_lock);
	vgpu_pf_sysfs_notify_state(pf);
	if (lost) {
		vgpu_pf_uevent(pf, "gpu-lost");
		vgpu_clients_lost(&pf->gpu);
	}
}

static void vgpu_pf_state_queue(struct vgpu_pf *pf, bool lost)
{
	unsigned long flags;

	spin_lock_irqsave(&pf->state_lock, flags);
	if (pf->state_told) {
		pf->lost_due |= lost;
		schedule_work(&pf->state_work);
	}
	spin_unlock_irqrestore(&pf->state_lock, flags);
}

/* Called with locks of the core held, so only a work item is queued. */
static void vgpu_pf_state_changed(struct vgpu_gpu *gpu, enum vgpu_gpu_state state)
{
	struct vgpu_pf *pf = container_of(gpu, struct vgpu_pf, gpu);

	/* The file says ready when all of the PF is, see vgpu_pf_state_up(). */
	if (state != VGPU_GPU_READY)
		vgpu_pf_state_queue(pf, state == VGPU_GPU_LOST);
}

void vgpu_pf_state_up(struct vgpu_pf *pf)
{
	smp_store_release(&pf->up, true);
	vgpu_pf_state_queue(pf, false);
}

void vgpu_pf_state_init(struct vgpu_pf *pf)
{
	spin_lock_init(&pf->state_lock);
	INIT_WORK(&pf->state_work, vgpu_pf_state_work);
	pf->state_told = true;
	pf->gpu.state_changed = vgpu_pf_state_changed;
}

void vgpu_pf_state_fini(struct vgpu_pf *pf)
{
	spin_lock_irq(&pf->state_lock);
	pf->state_told = false;
	spin_unlock_irq(&pf->state_lock);
	/* Not cancelled: what was queued is news. */
	flush_work(&pf->state_work);
}
