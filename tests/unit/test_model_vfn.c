// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupt tree: edge rules of hw/irq.md 1.2 and delivery by MSI-X, MSI and INTx. */
#include "model_board.h"

#define LEAF(i) (NV_VFN + NV_VFN_INTR_LEAF(i))
#define EN_SET(i) (NV_VFN + NV_VFN_INTR_LEAF_EN_SET(i))
#define EN_CLEAR(i) (NV_VFN + NV_VFN_INTR_LEAF_EN_CLEAR(i))
#define TOP (NV_VFN + NV_VFN_INTR_TOP)
#define TOP_SET (NV_VFN + NV_VFN_INTR_TOP_EN_SET)
#define TOP_CLEAR (NV_VFN + NV_VFN_INTR_TOP_EN_CLEAR)
#define TRIGGER (NV_VFN + NV_VFN_INTR_LEAF_TRIGGER)

static void test_latch_and_enable(void **state)
{
	board_new(NULL);
	msix_enable(0);
	wr(TOP_SET, 0xffffffff);
	assert_int_equal(rd(TOP_SET), 0xf);
	/* Latches although disabled, invisible in TOP. */
	wr(TRIGGER, 129);
	assert_int_equal(rd(LEAF(4)), 1 << 1);
	assert_int_equal(rd(TOP), 0);
	assert_int_equal(host.msix[0][2], 0);
	/* Enabling a latched bit raises. */
	wr(EN_SET(4), 1 << 1);
	assert_int_equal(rd(TOP), 1 << 2);
	assert_int_equal(host.msix[0][2], 1);
	assert_int_equal(rd(EN_CLEAR(4)), 1 << 1);
	/* A second vector in the pending subtree: no message. */
	wr(EN_SET(5), 1);
	wr(TRIGGER, 160);
	assert_int_equal(host.msix[0][2], 1);
	/* Clearing and setting TOP_EN while pending: a new one. */
	wr(TOP_CLEAR, 1 << 2);
	assert_int_equal(rd(TOP), 1 << 2);
	wr(TOP_SET, 1 << 2);
	assert_int_equal(host.msix[0][2], 2);
	/* Write 1 to clear, only those bits. */
	wr(LEAF(4), 1 << 0);
	assert_int_equal(rd(LEAF(4)), 1 << 1);
	wr(LEAF(4), 1 << 1);
	assert_int_equal(rd(TOP), 1 << 2);
	wr(LEAF(5), 1);
	assert_int_equal(rd(TOP), 0);
	wr(EN_CLEAR(4), 1 << 1);
	wr(TRIGGER, 129);
	assert_int_equal(host.msix[0][2], 2);
	board_free();
}

/* The self-test of a driver: LEAF_TRIGGER(129) twice, each delivered, each alone in its leaf. */
static void test_leaf_trigger_acceptance(void **state)
{
	board_new(NULL);
	msix_enable(0);
	wr(TOP_SET, 1 << 2);
	wr(EN_SET(4), 1 << 1);
	for (unsigned int i = 1; i <= 2; i++) {
		wr(TRIGGER, NV_VFN_VECTOR_DOORBELL);
		assert_int_equal(host.msix[0][2], i);
		assert_int_equal(rd(LEAF(4)), 1 << 1);
		wr(LEAF(4), 1 << 1);
		wr(TOP_CLEAR, 1 << 2);
		wr(TOP_SET, 1 << 2);
		assert_int_equal(host.msix[0][2], i);
	}
	board_free();
}

static void test_out_of_range(void **state)
{
	board_new(NULL);
	wr(TRIGGER, 256);
	wr(TRIGGER, 0xfff);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(rd(LEAF(i)), 0);
	wr(TRIGGER, 255);
	assert_int_equal(rd(LEAF(7)), 1U << 31);
	board_free();
}

static void test_vf_trees(void **state)
{
	board_new(NULL);
	vfs_enable(2);
	msix_enable(1);
	msix_enable(2);
	for (unsigned int fn = 1; fn <= 2; fn++) {
		vf_wr(fn, NV_VFN_INTR_TOP_EN_SET, 0xf);
		vf_wr(fn, NV_VFN_INTR_LEAF_EN_SET(4), 0xffffffff);
	}
	gm_vfn_trigger(host.gm, 2, 129);
	assert_int_equal(host.msix[2][2], 1);
	assert_int_equal(host.msix[1][2], 0);
	assert_int_equal(vf_rd(1, NV_VFN_INTR_LEAF(4)), 0);
	assert_int_equal(rd(LEAF(4)), 0);
	vf_wr(1, NV_VFN_INTR_LEAF_TRIGGER, 129);
	assert_int_equal(host.msix[1][2], 1);
	/* Bus mastering off: the message is lost. */
	gpu_model_config_write(host.gm, 1, NV_PCI_CFG_COMMAND, 0, 2);
	vf_wr(1, NV_VFN_INTR_LEAF(4), 0xffffffff);
	vf_wr(1, NV_VFN_INTR_LEAF_TRIGGER, 129);
	assert_int_equal(host.msix[1][2], 1);
	assert_int_equal(host.gm->stats.irq_dropped, 1);
	board_free();
}

static void test_intx(void **state)
{
	board_new(NULL);
	wr(TOP_SET, 0xf);
	wr(EN_SET(4), 0xffffffff);
	wr(TRIGGER, 155);
	assert_true(host.intx);
	assert_true(gpu_model_config_read(host.gm, 0, NV_PCI_CFG_STATUS, 2) &
		    NV_PCI_CFG_STATUS_INTX);
	/* DisINTx takes the pin down, not the status. */
	gpu_model_config_write(host.gm, 0, NV_PCI_CFG_COMMAND,
			       NV_PCI_CFG_COMMAND_MASTER | NV_PCI_CFG_COMMAND_INTX_DISABLE, 2);
	assert_false(host.intx);
	assert_true(gpu_model_config_read(host.gm, 0, NV_PCI_CFG_STATUS, 2) &
		    NV_PCI_CFG_STATUS_INTX);
	gpu_model_config_write(host.gm, 0, NV_PCI_CFG_COMMAND, NV_PCI_CFG_COMMAND_MASTER, 2);
	assert_true(host.intx);
	wr(TOP_CLEAR, 0xf);
	assert_false(host.intx);
	wr(TOP_SET, 0xf);
	assert_true(host.intx);
	wr(LEAF(4), 1U << 27);
	assert_false(host.intx);
	/* MSI-X on: the pin stays down. */
	msix_enable(0);
	wr(TRIGGER, 155);
	assert_false(host.intx);
	assert_int_equal(host.msix[0][2], 1);
	board_free();
}

static void test_msi_one_shot(void **state)
{
	struct gpu_model_config config = { .msi = true };

	board_new(&config);
	gpu_model_config_write(host.gm, 0, NV_PCI_PF_MSI + NV_PCI_MSI_CTRL, NV_PCI_MSI_CTRL_ENABLE,
			       2);
	wr(TOP_SET, 0xf);
	wr(EN_SET(4), 0xffffffff);
	wr(EN_SET(0), 0xffffffff);
	wr(TRIGGER, 155);
	assert_int_equal(host.msi, 1);
	assert_false(host.intx);
	/* Another subtree before the rearm: held back, sent by the rearm. */
	wr(TRIGGER, 3);
	assert_int_equal(host.msi, 1);
	wr(NV_XVE_CYA_2, 0);
	assert_int_equal(host.msi, 2);
	wr(NV_XVE_CYA_2, 0);
	assert_int_equal(host.msi, 2);
	/* Rearmed and quiet: the next edge is sent at once. */
	wr(LEAF(0), 0xffffffff);
	wr(LEAF(4), 0xffffffff);
	wr(TRIGGER, 155);
	assert_int_equal(host.msi, 3);
	board_free();
}

/* Falcon causes: one vector per empty to non-empty, again by retrigger. */
static void test_gsp_causes(void **state)
{
	board_new(NULL);
	msix_enable(0);
	wr(TOP_SET, 1 << 2);
	wr(EN_SET(4), 1 << 27);
	gm_gsp_falcon_cause(host.gm, NV_PFALCON_IRQ_SWGEN0);
	assert_int_equal(rd(NV_PGSP_FALCON_IRQSTAT), NV_PFALCON_IRQ_SWGEN0);
	assert_int_equal(rd(NV_PGSP + NV_PFALCON2_RISCV_IRQMASK) &
			 rd(NV_PGSP + NV_PFALCON2_RISCV_IRQDEST), 0x50);
	assert_int_equal(host.msix[0][2], 1);
	wr(LEAF(4), 1 << 27);
	/* Not cleared in the falcon: no new edge. */
	gm_gsp_falcon_cause(host.gm, NV_PFALCON_IRQ_SWGEN0);
	assert_int_equal(rd(LEAF(4)), 0);
	wr(NV_PGSP + NV_PFALCON_INTR_RETRIGGER(0), 1);
	assert_int_equal(host.msix[0][2], 2);
	wr(LEAF(4), 1 << 27);
	wr(NV_PGSP_FALCON_IRQSCLR, NV_PFALCON_IRQ_SWGEN0);
	wr(NV_PGSP + NV_PFALCON_INTR_RETRIGGER(0), 1);
	assert_int_equal(host.msix[0][2], 2);
	gm_gsp_falcon_cause(host.gm, NV_PFALCON_IRQ_SWGEN0);
	assert_int_equal(host.msix[0][2], 3);
	gpu_model_set_fail(host.gm, "irq-lost", NULL, 0);
	wr(LEAF(4), 1 << 27);
	wr(NV_PGSP_FALCON_IRQSCLR, NV_PFALCON_IRQ_SWGEN0);
	gm_gsp_falcon_cause(host.gm, NV_PFALCON_IRQ_SWGEN0);
	assert_int_equal(host.msix[0][2], 3);
	/* This one latches, and nobody is told. */
	gpu_model_set_fail(host.gm, "irq-none", NULL, 0);
	wr(TRIGGER, NV_VFN_VECTOR_GSP);
	assert_int_equal(rd(LEAF(4)), 1 << 27);
	assert_int_equal(host.msix[0][2], 3);
	board_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_latch_and_enable),
		cmocka_unit_test(test_leaf_trigger_acceptance),
		cmocka_unit_test(test_out_of_range),
		cmocka_unit_test(test_vf_trees),
		cmocka_unit_test(test_intx),
		cmocka_unit_test(test_msi_one_shot),
		cmocka_unit_test(test_gsp_causes),
	};

	return cmocka_run_group_tests_name("model_vfn", tests, NULL, NULL);
}
