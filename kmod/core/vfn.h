/* SPDX-License-Identifier: GPL-2.0-only */
/* The PF's interrupt tree (VFN window): which vectors are ours, and the GSP vector's service. */
#ifndef VGPU_VFN_H
#define VGPU_VFN_H

#include <linux/completion.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct vgpu_gpu;

struct vgpu_vfn {
	spinlock_t lock;		/* register sequences and the members below */
	bool live;			/* interrupts are ours to handle */
	bool gsp_enabled;		/* the GSP vector is enabled */
	bool gsp_halted;		/* falcon reported HALT: firmware crashed */
	bool all_ones;			/* tree reads all ones: the board is gone */
	bool testing;			/* self-test waits for the doorbell vector */
	u32 test_leaf;			/* leaf as the self-test's handler saw it */
	struct completion test_done;
	u64 irqs;			/* handled, and foreign ones below */
	u64 irqs_foreign;
};

/* Disable and clear the whole tree; from here on vgpu_gpu_irq() may be called. */
void vgpu_vfn_init(struct vgpu_gpu *gpu);
/* Disable the tree; afterwards vgpu_gpu_irq() touches nothing. Safe when init never ran. */
void vgpu_vfn_fini(struct vgpu_gpu *gpu);
/*
 * Trigger the doorbell vector twice and wait for its interrupts. Sleeps. -ETIMEDOUT when one does
 * not arrive, -EIO when other vectors are pending with it; last_error says so.
 */
int vgpu_vfn_selftest(struct vgpu_gpu *gpu);
/* Enable or disable delivery of the GSP vector. Enabling clears what is latched. */
void vgpu_vfn_gsp_enable(struct vgpu_gpu *gpu, bool enable);

#endif
