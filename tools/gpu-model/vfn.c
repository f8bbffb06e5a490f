// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupt tree of each function (hw/irq.md 1) and its delivery: MSI-X entry = subtree, one MSI
 * message with one-shot rearm, or the level of INTA.
 */
#include "board.h"

#define SUBTREES_MASK ((1U << NV_VFN_INTR_SUBTREES) - 1)
#define LEAVES_PER_SUBTREE (NV_VFN_INTR_LEAVES / NV_VFN_INTR_SUBTREES)

/* TOP: enabled latches by subtree; TOP_EN does not take part. */
static uint32_t vfn_top(const struct gm_function *fn)
{
	uint32_t top = 0;

	for (unsigned int i = 0; i < NV_VFN_INTR_LEAVES; i++)
		if (fn->leaf[i] & fn->leaf_en[i])
			top |= 1U << (i / LEAVES_PER_SUBTREE);
	return top;
}

/* A message is a posted write: without bus mastering it is lost. */
static bool vfn_can_send(struct gpu_model *gm, unsigned int function)
{
	if (gm_bus_master(gm, function) && (function || !gm_fail(gm, "irq-none")))
		return true;
	gm->stats.irq_dropped++;
	return false;
}

static void vfn_send_msi(struct gpu_model *gm)
{
	if (!gm->msi_armed) {
		gm->msi_missed = true;
		return;
	}
	if (!vfn_can_send(gm, 0))
		return;
	gm->msi_armed = false;
	gm->stats.irq_sent++;
	gm_trace_event(gm, 'I', "MSI");
	gm->ops.raise_msi(gm->opaque);
}

static void vfn_update_intx(struct gpu_model *gm)
{
	bool pending = gm->fn[0].signalled != 0;
	uint32_t command = gm_config_get(gm, 0, NV_PCI_CFG_COMMAND, 2);
	bool level = pending && !gm_config_msix_enabled(gm, 0) && !gm_config_msi_enabled(gm) &&
		     !(command & NV_PCI_CFG_COMMAND_INTX_DISABLE) && !gm_fail(gm, "irq-none");

	gm_config_set_intx_status(gm, pending);
	if (level == gm->intx_level)
		return;
	gm->intx_level = level;
	if (level)
		gm->stats.irq_sent++;
	gm_trace_event(gm, 'I', "INTx %d", level);
	gm->ops.set_intx(gm->opaque, level);
}

void gm_vfn_update(struct gpu_model *gm, unsigned int function)
{
	struct gm_function *fn = &gm->fn[function];
	uint32_t signal = vfn_top(fn) & fn->top_en;
	uint32_t rising = signal & ~fn->signalled;

	fn->signalled = signal;
	if (gm_config_msix_enabled(gm, function)) {
		for (unsigned int i = 0; i < NV_VFN_INTR_SUBTREES; i++) {
			if (!(rising >> i & 1) || (!function && i >= gm->config.msix_entries) ||
			    !vfn_can_send(gm, function))
				continue;
			gm->stats.irq_sent++;
			gm_trace_event(gm, 'I', "MSI-X %u of function %u", i, function);
			gm->ops.raise_msix(gm->opaque, function, i);
		}
	} else if (!function && rising && gm_config_msi_enabled(gm)) {
		vfn_send_msi(gm);
	}
	if (!function)
		vfn_update_intx(gm);
}

void gm_msi_rearm(struct gpu_model *gm)
{
	gm->msi_armed = true;
	if (!gm->msi_missed)
		return;
	gm->msi_missed = false;
	if (gm->fn[0].signalled && gm_config_msi_enabled(gm))
		vfn_send_msi(gm);
}

void gm_vfn_trigger(struct gpu_model *gm, unsigned int function, unsigned int vector)
{
	if (function >= GM_MAX_FUNCTIONS ||
	    vector >= NV_VFN_INTR_LEAVES * NV_VFN_INTR_VECTORS_PER_LEAF)
		return;
	gm->fn[function].leaf[vector / NV_VFN_INTR_VECTORS_PER_LEAF] |=
		1U << (vector % NV_VFN_INTR_VECTORS_PER_LEAF);
	gm_vfn_update(gm, function);
}

/* Index of a register in an array of leaves, or -1. */
static int leaf_index(uint32_t offset, uint32_t first)
{
	if (offset < first || offset >= first + 4 * NV_VFN_INTR_LEAVES)
		return -1;
	return (int)(offset - first) / 4;
}

bool gm_vfn_read(struct gpu_model *gm, unsigned int function, uint32_t offset, uint32_t *value)
{
	const struct gm_function *fn = &gm->fn[function];
	int i;

	if ((i = leaf_index(offset, NV_VFN_INTR_LEAF(0))) >= 0) {
		*value = fn->leaf[i];
	} else if ((i = leaf_index(offset, NV_VFN_INTR_LEAF_EN_SET(0))) >= 0 ||
		   (i = leaf_index(offset, NV_VFN_INTR_LEAF_EN_CLEAR(0))) >= 0) {
		*value = fn->leaf_en[i];
	} else if (offset == NV_VFN_INTR_TOP) {
		*value = vfn_top(fn);
	} else if (offset == NV_VFN_INTR_TOP_EN_SET || offset == NV_VFN_INTR_TOP_EN_CLEAR) {
		*value = fn->top_en;
	} else if (offset == NV_VFN_INTR_LEAF_TRIGGER) {
		*value = 0;
	} else {
		return false;
	}
	return true;
}

bool gm_vfn_write(struct gpu_model *gm, unsigned int function, uint32_t offset, uint32_t value)
{
	struct gm_function *fn = &gm->fn[function];
	int i;

	if ((i = leaf_index(offset, NV_VFN_INTR_LEAF(0))) >= 0) {
		fn->leaf[i] &= ~value;
	} else if ((i = leaf_index(offset, NV_VFN_INTR_LEAF_EN_SET(0))) >= 0) {
		fn->leaf_en[i] |= value;
	} else if ((i = leaf_index(offset, NV_VFN_INTR_LEAF_EN_CLEAR(0))) >= 0) {
		fn->leaf_en[i] &= ~value;
	} else if (offset == NV_VFN_INTR_TOP_EN_SET) {
		fn->top_en |= value & SUBTREES_MASK;
	} else if (offset == NV_VFN_INTR_TOP_EN_CLEAR) {
		fn->top_en &= ~value;
	} else if (offset == NV_VFN_INTR_LEAF_TRIGGER) {
		gm_vfn_trigger(gm, function, ABI_GET(NV_VFN_INTR_LEAF_TRIGGER_VECTOR, value));
		return true;
	} else {
		return offset == NV_VFN_INTR_TOP;
	}
	gm_vfn_update(gm, function);
	return true;
}

void gm_vfn_reset(struct gpu_model *gm, unsigned int function)
{
	struct gm_function *fn = &gm->fn[function];

	memset(fn->leaf, 0, sizeof(fn->leaf));
	memset(fn->leaf_en, 0, sizeof(fn->leaf_en));
	fn->top_en = 0;
	gm_vfn_update(gm, function);
	if (!function) {
		gm->msi_armed = true;
		gm->msi_missed = false;
	}
}
