// SPDX-License-Identifier: GPL-2.0-or-later
/* The interrupt tree on the real model: self-test, service, re-arming, enabling late. */
#include "harness.h"

#include <linux/ktime.h>

#include "../../kmod/abi/regs.h"
#include "../../kmod/abi/rpc.h"

static struct harness *h;

static int setup(void **state)
{
	h = harness_new(NULL);
	assert_int_equal(vgpu_gpu_init(&h->gpu, &h->dev, h->bar0, &h->info), 0);
	return 0;
}

static int teardown(void **state)
{
	vgpu_vfn_fini(&h->gpu);
	vgpu_gpu_shutdown(&h->gpu);
	vgpu_gpu_fini(&h->gpu);
	harness_free(h);
	return 0;
}

static u32 vfn(u32 reg)
{
	return vgpu_rd32(&h->gpu, NV_VFN + reg);
}

static void init_silences_everything(void **state)
{
	u32 i;

	for (i = 0; i < NV_VFN_INTR_LEAVES; i++)
		vgpu_wr32(&h->gpu, NV_VFN + NV_VFN_INTR_LEAF_EN_SET(i), ~0U);
	vgpu_wr32(&h->gpu, NV_VFN + NV_VFN_INTR_LEAF_TRIGGER, 40);
	vgpu_vfn_init(&h->gpu);
	for (i = 0; i < NV_VFN_INTR_LEAVES; i++) {
		assert_int_equal(vfn(NV_VFN_INTR_LEAF(i)), 0);
		assert_int_equal(vfn(NV_VFN_INTR_LEAF_EN_SET(i)), 0);
	}
	assert_int_equal(vfn(NV_VFN_INTR_TOP), 0);
}

static void selftest_passes(void **state)
{
	vgpu_vfn_init(&h->gpu);
	assert_int_equal(vgpu_vfn_selftest(&h->gpu), 0);
	assert_int_equal(h->gpu.vfn.irqs, 2);
	assert_int_equal(vfn(NV_VFN_INTR_LEAF_EN_SET(4)), 0);
	assert_int_equal(vfn(NV_VFN_INTR_LEAF(4)), 0);
}

static void selftest_sees_missing_interrupts(void **state)
{
	vgpu_vfn_init(&h->gpu);
	shim_set_irq(NULL, NULL, NULL);
	assert_int_equal(vgpu_vfn_selftest(&h->gpu), -ETIMEDOUT);
	harness_expect_error(h, "interrupts: the test interrupt did not arrive within 1000 ms");
	assert_int_equal(vfn(NV_VFN_INTR_LEAF_EN_SET(4)), 0);
}

static void selftest_sees_foreign_vectors(void **state)
{
	vgpu_vfn_init(&h->gpu);
	vgpu_wr32(&h->gpu, NV_VFN + NV_VFN_INTR_LEAF_TRIGGER, 132);
	assert_int_equal(vgpu_vfn_selftest(&h->gpu), -EIO);
	harness_expect_error(h, "interrupts: leaf shows 0x00000012");
}

/* Before init and after fini the handler touches nothing. */
static void handler_is_quiet_when_not_live(void **state)
{
	bool wake = true;

	assert_false(vgpu_gpu_irq(&h->gpu, 2, &wake));
	assert_false(wake);
	vgpu_vfn_init(&h->gpu);
	vgpu_vfn_fini(&h->gpu);
	shim_set_gone(true);
	assert_false(vgpu_gpu_irq(&h->gpu, 2, &wake));
	shim_set_gone(false);
	assert_int_equal(h->gpu.vfn.irqs + h->gpu.vfn.irqs_foreign, 0);
}

static void foreign_interrupts_are_counted(void **state)
{
	bool wake;

	vgpu_vfn_init(&h->gpu);
	assert_false(vgpu_gpu_irq(&h->gpu, 2, &wake));
	assert_int_equal(h->gpu.vfn.irqs_foreign, 1);
}

static void all_ones_mark_the_gpu_lost(void **state)
{
	bool wake = false;

	assert_int_equal(vgpu_gpu_boot(&h->gpu), 0);
	shim_set_gone(true);
	assert_true(vgpu_gpu_irq(&h->gpu, 2, &wake));
	assert_true(wake);
	vgpu_gpu_irq_thread(&h->gpu);
	assert_int_equal(h->gpu.state, VGPU_GPU_LOST);
	assert_true(h->gpu.gone);
	vgpu_gpu_shutdown(&h->gpu);
}

/* Replies come by interrupt, one after the other, in far less than the waiter's own look. */
static void replies_come_by_interrupt(void **state)
{
	u64 irqs, before;
	int i;

	assert_int_equal(vgpu_gpu_boot(&h->gpu), 0);
	irqs = h->gpu.vfn.irqs;
	for (i = 0; i < 50; i++) {
		before = ktime_get_ns();
		gsp_rpc_call(&h->gpu, RPC_FN_NOP, NULL, 0, NULL, 0, 1000);
		assert_true(ktime_get_ns() - before < 9 * 1000 * 1000);
	}
	assert_true(h->gpu.vfn.irqs >= irqs + 50);
	assert_int_equal(vfn(NV_VFN_INTR_LEAF(4)) & ABI_BIT(27), 0);
	assert_int_equal(vgpu_rd32(&h->gpu, NV_PGSP_FALCON_IRQSTAT) & NV_PFALCON_IRQ_SWGEN0, 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(init_silences_everything),
		TEST(selftest_passes),
		TEST(selftest_sees_missing_interrupts),
		TEST(selftest_sees_foreign_vectors),
		TEST(handler_is_quiet_when_not_live),
		TEST(foreign_interrupts_are_counted),
		TEST(all_ones_mark_the_gpu_lost),
		TEST(replies_come_by_interrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
