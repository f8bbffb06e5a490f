// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PF's interrupt tree. We serve two vectors: GSP's, and the doorbell for the self-test. Rules
 * (irq.md 1.2, 5): a message is sent when a subtree's summary rises while enabled, so after each
 * interrupt the subtree is re-armed by a clear and set of its enable; the falcon raises its vector
 * when its causes go from none to some, so causes are cleared and the falcon is retriggered.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>

#include "../abi/regs.h"
#include "fw.h"
#include "gpu.h"

#define VFN_TEST_MS 1000
#define VFN_TEST_ROUNDS 2
#define VFN_ALL_SUBTREES ((1U << NV_VFN_INTR_SUBTREES) - 1)
#define VFN_LEAF_ALL 0xffffffffU

static u32 vfn_read(struct vgpu_gpu *gpu, u32 reg)
{
	return vgpu_rd32(gpu, NV_VFN + reg);
}

static void vfn_write(struct vgpu_gpu *gpu, u32 reg, u32 value)
{
	vgpu_wr32(gpu, NV_VFN + reg, value);
}

static u32 vfn_leaf(u32 vector)
{
	return vector / NV_VFN_INTR_VECTORS_PER_LEAF;
}

static u32 vfn_bit(u32 vector)
{
	return ABI_BIT(vector % NV_VFN_INTR_VECTORS_PER_LEAF);
}

static u32 vfn_subtree(u32 vector)
{
	return ABI_BIT(vector / NV_VFN_INTR_VECTORS_PER_SUBTREE);
}

static u32 vfn_gsp_vector(const struct vgpu_gpu *gpu)
{
	return gpu->si.gsp_vector ?: NV_VFN_VECTOR_GSP;
}

/* Let the board send its next message: what is still pending raises a new one. */
static void vfn_rearm(struct vgpu_gpu *gpu, unsigned int subtree)
{
	u32 mask = subtree < NV_VFN_INTR_SUBTREES ? ABI_BIT(subtree) : VFN_ALL_SUBTREES;

	if (subtree >= NV_VFN_INTR_SUBTREES)
		vgpu_wr32(gpu, NV_XVE_CYA_2, 0);	/* MSI is one-shot */
	vfn_write(gpu, NV_VFN_INTR_TOP_EN_CLEAR, mask);
	vfn_write(gpu, NV_VFN_INTR_TOP_EN_SET, mask);
}

static void vfn_silence(struct vgpu_gpu *gpu)
{
	u32 i;

	vfn_write(gpu, NV_VFN_INTR_TOP_EN_CLEAR, VFN_ALL_SUBTREES);
	for (i = 0; i < NV_VFN_INTR_LEAVES; i++) {
		vfn_write(gpu, NV_VFN_INTR_LEAF_EN_CLEAR(i), VFN_LEAF_ALL);
		vfn_write(gpu, NV_VFN_INTR_LEAF(i), VFN_LEAF_ALL);
	}
}

void vgpu_vfn_init(struct vgpu_gpu *gpu)
{
	struct vgpu_vfn *vfn = &gpu->vfn;
	unsigned long flags;

	spin_lock_irqsave(&vfn->lock, flags);
	vfn_silence(gpu);
	vgpu_wr32(gpu, NV_PGSP_FALCON_IRQSCLR, NV_PFALCON_IRQ_SWGEN0 | NV_PFALCON_IRQ_HALT);
	vfn->gsp_enabled = false;
	vfn->gsp_halted = false;
	vfn->all_ones = false;
	vfn->testing = false;
	vfn->live = true;
	vfn_rearm(gpu, ~0U);
	spin_unlock_irqrestore(&vfn->lock, flags);
}

void vgpu_vfn_fini(struct vgpu_gpu *gpu)
{
	struct vgpu_vfn *vfn = &gpu->vfn;
	unsigned long flags;

	spin_lock_irqsave(&vfn->lock, flags);
	if (vfn->live && !gpu->gone)
		vfn_silence(gpu);
	vfn->live = false;
	vfn->gsp_enabled = false;
	spin_unlock_irqrestore(&vfn->lock, flags);
}

void vgpu_vfn_gsp_enable(struct vgpu_gpu *gpu, bool enable)
{
	u32 vector = vfn_gsp_vector(gpu);
	struct vgpu_vfn *vfn = &gpu->vfn;
	unsigned long flags;

	spin_lock_irqsave(&vfn->lock, flags);
	if (!vfn->live || gpu->gone) {
		spin_unlock_irqrestore(&vfn->lock, flags);
		return;
	}
	if (!enable) {
		vfn_write(gpu, NV_VFN_INTR_LEAF_EN_CLEAR(vfn_leaf(vector)), vfn_bit(vector));
		vfn->gsp_enabled = false;
	} else {
		/* Messages that came before are drained by the caller, after this. */
		vgpu_wr32(gpu, NV_PGSP_FALCON_IRQSCLR, NV_PFALCON_IRQ_SWGEN0);
		vfn_write(gpu, NV_VFN_INTR_LEAF(vfn_leaf(vector)), vfn_bit(vector));
		vfn->gsp_enabled = true;
		vfn_write(gpu, NV_VFN_INTR_TOP_EN_SET, vfn_subtree(vector));
		vfn_write(gpu, NV_VFN_INTR_LEAF_EN_SET(vfn_leaf(vector)), vfn_bit(vector));
		vgpu_wr32(gpu, NV_PGSP + NV_PFALCON_INTR_RETRIGGER(0),
			  NV_PFALCON_INTR_RETRIGGER_TRIGGER);
	}
	spin_unlock_irqrestore(&vfn->lock, flags);
}

/* ---- service ---- */

/* Causes of the GSP falcon. Returns true when the thread has work. */
static bool vfn_serve_gsp(struct vgpu_gpu *gpu)
{
	u32 stat = vgpu_rd32(gpu, NV_PGSP_FALCON_IRQSTAT);
	u32 other;
	bool wake = false;

	stat &= vgpu_rd32(gpu, NV_PGSP + NV_PFALCON2_RISCV_IRQMASK);
	stat &= vgpu_rd32(gpu, NV_PGSP + NV_PFALCON2_RISCV_IRQDEST);
	if (stat & NV_PFALCON_IRQ_SWGEN0) {
		/* Cleared before the queue is drained: what comes meanwhile raises it again. */
		vgpu_wr32(gpu, NV_PGSP_FALCON_IRQSCLR, NV_PFALCON_IRQ_SWGEN0);
		wake = true;
	}
	if (stat & NV_PFALCON_IRQ_HALT) {
		vgpu_wr32(gpu, NV_PGSP_FALCON_IRQSCLR, NV_PFALCON_IRQ_HALT);
		gpu->vfn.gsp_halted = true;
		wake = true;
	}
	other = stat & ~(NV_PFALCON_IRQ_SWGEN0 | NV_PFALCON_IRQ_HALT);
	if (other) {
		vgpu_wr32(gpu, NV_PGSP + NV_PFALCON_IRQMCLR, other);
		vgpu_wr32(gpu, NV_PGSP_FALCON_IRQSCLR, other);
	}
	vgpu_wr32(gpu, NV_PGSP + NV_PFALCON_INTR_RETRIGGER(0), NV_PFALCON_INTR_RETRIGGER_TRIGGER);
	return wake;
}

/* Pending vectors of @leaf that are ours are cleared and served. */
static bool vfn_serve(struct vgpu_gpu *gpu, bool *wake)
{
	struct vgpu_vfn *vfn = &gpu->vfn;
	u32 gsp = vfn_gsp_vector(gpu);
	u32 leaf = vfn_read(gpu, NV_VFN_INTR_LEAF(vfn_leaf(gsp)));
	bool mine = false;

	if (leaf == NV_MMIO_GONE && vgpu_rd32(gpu, NV_PMC_BOOT_0) == NV_MMIO_GONE) {
		vfn->all_ones = true;
		*wake = true;
		return true;
	}
	if (vfn->gsp_enabled && (leaf & vfn_bit(gsp))) {
		vfn_write(gpu, NV_VFN_INTR_LEAF(vfn_leaf(gsp)), vfn_bit(gsp));
		*wake |= vfn_serve_gsp(gpu);
		mine = true;
	}
	if (vfn->testing) {
		leaf = vfn_read(gpu, NV_VFN_INTR_LEAF(vfn_leaf(NV_VFN_VECTOR_DOORBELL)));
		if (leaf & vfn_bit(NV_VFN_VECTOR_DOORBELL)) {
			vfn->test_leaf = leaf;
			vfn_write(gpu, NV_VFN_INTR_LEAF(vfn_leaf(NV_VFN_VECTOR_DOORBELL)),
				  vfn_bit(NV_VFN_VECTOR_DOORBELL));
			complete(&vfn->test_done);
			mine = true;
		}
	}
	return mine;
}

bool vgpu_gpu_irq(struct vgpu_gpu *gpu, unsigned int subtree, bool *wake)
{
	struct vgpu_vfn *vfn = &gpu->vfn;
	unsigned long flags;
	bool mine = false;

	*wake = false;
	spin_lock_irqsave(&vfn->lock, flags);
	if (vfn->live && !gpu->gone) {
		mine = vfn_serve(gpu, wake);
		if (!vfn->all_ones)
			vfn_rearm(gpu, subtree);
		if (mine)
			vfn->irqs++;
		else
			vfn->irqs_foreign++;
	}
	spin_unlock_irqrestore(&vfn->lock, flags);
	return mine;
}

void vgpu_gpu_irq_thread(struct vgpu_gpu *gpu)
{
	struct vgpu_vfn *vfn = &gpu->vfn;
	bool halted, all_ones;
	unsigned long flags;

	spin_lock_irqsave(&vfn->lock, flags);
	halted = vfn->gsp_halted;
	all_ones = vfn->all_ones;
	vfn->gsp_halted = false;
	vfn->all_ones = false;
	spin_unlock_irqrestore(&vfn->lock, flags);

	if (all_ones) {
		vgpu_gpu_mark_lost(gpu, "registers read all ones");
		return;
	}
	gsp_rpc_drain(gpu);
	if (halted)
		gsp_rpc_lost(gpu, "the firmware halted");
	gsp_rpc_dispatch(gpu);
}

/* ---- self-test ---- */

static int vfn_test_round(struct vgpu_gpu *gpu)
{
	u32 want = vfn_bit(NV_VFN_VECTOR_DOORBELL);
	struct vgpu_vfn *vfn = &gpu->vfn;

	reinit_completion(&vfn->test_done);
	vfn_write(gpu, NV_VFN_INTR_LEAF_TRIGGER, NV_VFN_VECTOR_DOORBELL);
	if (!wait_for_completion_timeout(&vfn->test_done, msecs_to_jiffies(VFN_TEST_MS))) {
		vgpu_gpu_error(gpu, "interrupts: the test interrupt did not arrive within %u ms; check interrupt remapping and the board's MSI-X table",
			       VFN_TEST_MS);
		return -ETIMEDOUT;
	}
	if (vfn->test_leaf != want) {
		vgpu_gpu_error(gpu, "interrupts: leaf shows 0x%08x instead of 0x%08x at the test; reset the GPU",
			       vfn->test_leaf, want);
		return -EIO;
	}
	return 0;
}

int vgpu_vfn_selftest(struct vgpu_gpu *gpu)
{
	u32 vector = NV_VFN_VECTOR_DOORBELL;
	struct vgpu_vfn *vfn = &gpu->vfn;
	unsigned long flags;
	unsigned int i;
	int err = 0;

	spin_lock_irqsave(&vfn->lock, flags);
	vfn->testing = true;
	vfn_write(gpu, NV_VFN_INTR_TOP_EN_SET, vfn_subtree(vector));
	vfn_write(gpu, NV_VFN_INTR_LEAF_EN_SET(vfn_leaf(vector)), vfn_bit(vector));
	spin_unlock_irqrestore(&vfn->lock, flags);

	for (i = 0; i < VFN_TEST_ROUNDS && !err; i++)
		err = vfn_test_round(gpu);

	spin_lock_irqsave(&vfn->lock, flags);
	vfn->testing = false;
	if (!gpu->gone) {
		vfn_write(gpu, NV_VFN_INTR_LEAF_EN_CLEAR(vfn_leaf(vector)), vfn_bit(vector));
		vfn_write(gpu, NV_VFN_INTR_LEAF(vfn_leaf(vector)), vfn_bit(vector));
	}
	spin_unlock_irqrestore(&vfn->lock, flags);
	return err;
}
