// SPDX-License-Identifier: GPL-2.0-or-later
/* GSP boot of the real core on the real model: the good way, and every way it can fail. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../kmod/abi/boot.h"
#include "../../kmod/abi/regs.h"
#include "../../kmod/abi/rpc.h"
#include "../../kmod/abi/r570.h"
#include "fw.h"
#include "vgpu.h"

/* An L40 shows the facts of hw/boot.md 3.6: 48 GiB, with the tiny image of the harness. */
static void boots_and_unloads(void **state)
{
	struct harness *h = harness_new(NULL);
	unsigned int i;

	harness_boot(h);
	assert_int_equal(h->gpu.state, VGPU_GPU_READY);
	assert_string_equal(h->gpu.chip->name, "AD102");
	assert_string_equal(h->gpu.si.gsp_version, R570_GSP_VERSION);
	assert_int_equal(h->gpu.si.fb_bytes, 48ULL << 30);
	assert_int_equal(h->gpu.si.gsp_vector, NV_VFN_VECTOR_GSP);
	assert_true(h->gpu.si.num_regions >= 1);
	assert_true(h->gpu.boot.vgpu_host);
	assert_true(h->gpu.boot_ns > 0);
	assert_true(h->gpu.boot.layout.heap_bytes >= GSP_HEAP_VGPU_R570_BYTES);
	assert_int_equal(harness_stat(h, "scrubber_runs"), 1);
	/* The image is in WPR2 now; its copy in memory is gone. */
	assert_null(h->gpu.boot.radix3.level0.cpu);
	for (i = 0; i < GSP_LOG_COUNT; i++)
		assert_non_null(h->gpu.boot.log[i].cpu);
	harness_shutdown(h);
	assert_int_equal(h->gpu.state, VGPU_GPU_COLD);
	assert_int_equal(harness_stat(h, "booter_unloads"), 1);
	assert_int_equal(shim_log_warnings(), 0);
	harness_free(h);
}

static void boots_ten_times(void **state)
{
	struct harness *h = harness_new(NULL);
	int i;

	for (i = 0; i < 10; i++) {
		harness_boot(h);
		assert_int_equal(h->gpu.state, VGPU_GPU_READY);
		harness_shutdown(h);
		memset(&h->gpu, 0, sizeof(h->gpu));
	}
	assert_int_equal(shim_log_warnings(), 0);
	harness_free(h);
}

/* What the caller needed beside GSP was not to be had: failed, with its sentence, and again. */
static void boot_undone(void **state)
{
	struct harness *h = harness_new(NULL);
	char text[VGPU_ERROR_TEXT_BYTES];

	harness_boot(h);
	vgpu_gpu_error(&h->gpu, "no memory");
	vgpu_gpu_boot_undo(&h->gpu);
	assert_int_equal(h->gpu.state, VGPU_GPU_FAILED);
	assert_int_equal(harness_stat(h, "booter_unloads"), 1);
	vgpu_gpu_last_error(&h->gpu, text, sizeof(text));
	assert_string_equal(text, "no memory");
	assert_int_equal(vgpu_gpu_boot(&h->gpu), 0);
	assert_int_equal(h->gpu.state, VGPU_GPU_READY);
	harness_shutdown(h);
	harness_free(h);
}

/* VRAM that was scrubbed stays so until the board is reset. */
static void scrubs_once_per_reset(void **state)
{
	struct harness *h = harness_new(NULL);

	harness_boot(h);
	vgpu_gpu_shutdown(&h->gpu);
	assert_int_equal(vgpu_gpu_boot(&h->gpu), 0);
	vgpu_gpu_shutdown(&h->gpu);
	assert_int_equal(harness_stat(h, "scrubber_runs"), 1);
	harness_reset_pf(h);
	assert_int_equal(vgpu_gpu_boot(&h->gpu), 0);
	assert_int_equal(harness_stat(h, "scrubber_runs"), 2);
	harness_shutdown(h);
	harness_free(h);
}

/* GA102 has no scrubber: GSP runs with the bare-metal layout, and nothing is hosted. */
static void ga102_boots_bare_metal(void **state)
{
	struct harness_options opt = { .board = "A40" };
	struct harness *h = harness_new(&opt);

	harness_boot(h);
	assert_string_equal(h->gpu.chip->name, "GA102");
	assert_false(h->gpu.boot.vgpu_host);
	assert_null(h->gpu.host);
	assert_true(h->gpu.boot.layout.heap_bytes < GSP_HEAP_VGPU_R570_BYTES);
	assert_int_equal(harness_stat(h, "scrubber_runs"), 0);
	harness_shutdown(h);
	harness_free(h);
}

/* The same object again, without fini in between; logs are kept and used again. */
static void boots_again_on_the_same_object(void **state)
{
	struct harness *h = harness_new(NULL);
	void *log;

	harness_boot(h);
	log = h->gpu.boot.log[GSP_LOG_INIT].cpu;
	assert_int_equal(vgpu_gpu_boot(&h->gpu), -EBUSY);
	vgpu_gpu_shutdown(&h->gpu);
	assert_int_equal(vgpu_gpu_boot(&h->gpu), 0);
	assert_ptr_equal(h->gpu.boot.log[GSP_LOG_INIT].cpu, log);
	harness_shutdown(h);
	harness_free(h);
}

/* Every kind of interrupt brings GSP up, hears of its crash, and is gone after the end. */
static void boots_on_msi_and_on_the_pin(void **state)
{
	static const struct harness_options kinds[] = { { .msi = true }, { .intx = true } };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct harness *h = harness_new(&kinds[i]);

		harness_boot(h);
		assert_true(h->gpu.rpc.irq_live);
		assert_true(h->gpu.vfn.irqs > 2);
		assert_int_equal(h->gpu.rpc.timeouts, 0);
		assert_int_equal(gpu_model_inject(h->gm, "gsp-crash", NULL, 0), 0);
		shim_run(20 * 1000 * 1000);
		assert_int_equal(h->gpu.state, VGPU_GPU_LOST);
		vgpu_gpu_shutdown(&h->gpu);
		assert_int_equal(vgpu_gpu_boot(&h->gpu), 0);
		harness_shutdown(h);
		harness_free(h);
	}
}

static void boots_without_interrupts(void **state)
{
	struct harness_options opt = { .no_irq = true };
	struct harness *h = harness_new(&opt);

	harness_boot(h);
	assert_false(h->gpu.rpc.irq_live);
	harness_shutdown(h);
	assert_int_equal(h->gpu.vfn.irqs, 0);
	harness_free(h);
}

/* Boot with a fault: its sentence, an errno, and nothing left; then without: it works. */
static void boot_fails(const char *fault, int err, const char *sentence)
{
	struct harness_options opt = { .fail = fault };
	struct harness *h = harness_new(&opt);
	int ret;

	assert_int_equal(vgpu_gpu_init(&h->gpu, &h->dev, h->bar0, &h->info), 0);
	ret = vgpu_gpu_boot(&h->gpu);
	if (ret != err)
		print_error("fault %s: error %d instead of %d: %s\n", fault, ret, err,
			    h->gpu.last_error);
	assert_int_equal(ret, err);
	harness_expect_error(h, sentence);
	assert_int_equal(h->gpu.state, VGPU_GPU_FAILED);
	harness_set_fail(h, "");
	ret = vgpu_gpu_boot(&h->gpu);
	if (ret)
		print_error("after fault %s: %s\n", fault, h->gpu.last_error);
	assert_int_equal(ret, 0);
	assert_string_equal(h->gpu.last_error, "");
	harness_shutdown(h);
	harness_free(h);
}

#define FAULT(name, fault, err, sentence)                                                          \
	static void fault_##name(void **state)                                                     \
	{                                                                                          \
		boot_fails(fault, err, sentence);                                                  \
	}

FAULT(gfw, "gfw", -ETIMEDOUT, "GFW: the board's own firmware did not finish")
FAULT(vbios, "vbios", -ENOENT, "VBIOS:")
FAULT(prom, "prom", -EINVAL, "VBIOS: an image has no ROM signature")
FAULT(fwsec, "fwsec", -EIO, "FWSEC-FRTS: reports error")
FAULT(wpr2, "wpr2", -EIO, "FWSEC-FRTS: WPR2 is")
FAULT(scrubber, "scrubber", -EIO, "scrubber: halted without clearing VRAM")
FAULT(booter, "booter", -EIO, "booter: refused the GSP image with error")
FAULT(riscv, "riscv", -ETIMEDOUT, "GSP: its RISC-V core did not start")
FAULT(init_done, "init-done", -ETIMEDOUT, "GSP: the firmware was not ready within")
FAULT(static_info, "static-info", -EIO, "GSP: does not describe the board")
FAULT(static_rpc, "rpc:65", -EIO, "GSP: does not describe the board")
FAULT(static_timeout, "rpc-timeout:65", -ETIMEDOUT, "GSP:")
FAULT(intr_table, "control:0x20800a5c", -EINVAL, "GSP: does not tell its interrupt vectors")

/* Faults of unloading: the sentence is in the log, and the memory is given back all the same. */
static void unload_fault(const char *fault, const char *sentence)
{
	struct harness *h = harness_new(NULL);

	harness_boot(h);
	harness_set_fail(h, fault);
	harness_shutdown(h);
	if (!shim_log_find(sentence))
		print_error("fault %s: no log line has \"%s\"\n", fault, sentence);
	assert_non_null(shim_log_find(sentence));
	harness_free(h);
}

static void unload_without_answer(void **state)
{
	unload_fault("unload", "GSP did not take the unload request");
}

static void unload_sb_fails(void **state)
{
	unload_fault("fwsec-sb", "FWSEC-SB: reports error");
}

static void unload_booter_fails(void **state)
{
	struct harness *h = harness_new(NULL);

	harness_boot(h);
	harness_set_fail(h, "booter-unload");
	vgpu_gpu_shutdown(&h->gpu);
	assert_non_null(shim_log_find("WPR2: is still set"));
	/* The next boot refuses instead of guessing. */
	harness_set_fail(h, "");
	assert_int_equal(vgpu_gpu_boot(&h->gpu), -EBUSY);
	harness_expect_error(h, "WPR2: already set up");
	vgpu_gpu_fini(&h->gpu);
	harness_free(h);
}

/* Wrong checksums: every message is dropped, and the boot ends by its limit. */
static void bad_checksums_end_the_boot(void **state)
{
	struct harness_options opt = { .fail = "queue-checksum" };
	struct harness *h = harness_new(&opt);

	assert_int_equal(vgpu_gpu_init(&h->gpu, &h->dev, h->bar0, &h->info), 0);
	assert_int_equal(vgpu_gpu_boot(&h->gpu), -ETIMEDOUT);
	assert_non_null(shim_log_find("GSP status queue: a message has a wrong checksum"));
	vgpu_gpu_fini(&h->gpu);
	harness_free(h);
}

/* An interrupt that never comes costs time, not the call. */
static void lost_interrupts_are_survived(void **state)
{
	struct harness_options opt = { .fail = "irq-lost" };
	struct harness *h = harness_new(&opt);

	harness_boot(h);
	harness_shutdown(h);
	harness_free(h);
}

static void wrong_chip_is_refused(void **state)
{
	struct harness *h = harness_new(NULL);

	shim_set_gone(true);
	assert_int_equal(vgpu_gpu_init(&h->gpu, &h->dev, h->bar0, &h->info), -ENODEV);
	harness_expect_error(h, "registers read all ones");
	shim_set_gone(false);
	vgpu_gpu_fini(&h->gpu);
	harness_free(h);
}

static u64 chip_read(void *ctx, unsigned int bar, u64 offset, unsigned int size)
{
	u32 *regs = ctx;

	switch (offset) {
	case NV_PMC_BOOT_0:
		return regs[0];
	case NV_PMC_BOOT_1:
		return regs[1];
	case NV_PMC_BOOT_42:
		return regs[2];
	default:
		return 0;
	}
}

static void chip_write(void *ctx, unsigned int bar, u64 offset, u64 value, unsigned int size)
{
}

static const struct shim_mmio_ops chip_ops = { .read = chip_read, .write = chip_write };

static void chip_table(void **state)
{
	static const struct {
		u32 regs[3];
		const char *name;
	} rows[] = {
		{ { 0x192000a1, 0, 0x192a1000 }, "AD102" }, { { 0x194000a1, 0, 0x194a1000 }, "AD104" },
		{ { 0x197000a1, 0, 0x197a1000 }, "AD107" }, { { 0x172000a1, 0, 0x172a1000 }, "GA102" },
		{ { 0x162000a1, 0, 0x162a1000 }, NULL },    { { 0x180000a1, 0, 0x180a1000 }, NULL },
		{ { 0x170000a1, 0, 0x170a1000 }, NULL },    { { 0x1b2000a1, 0, 0x1b2a1000 }, NULL },
		{ { 0x192000a1, 0x20000, 0x192a1000 }, NULL },
	};
	struct vgpu_board_info info = {};
	struct device dev = { .name = "chip" };
	struct vgpu_gpu gpu = {};
	void *bar0;
	size_t i;

	shim_reset();
	bar0 = shim_map_bar(0, 16 << 20);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		shim_bind_mmio(&chip_ops, (void *)rows[i].regs);
		memset(&gpu, 0, sizeof(gpu));
		if (rows[i].name) {
			assert_int_equal(vgpu_gpu_init(&gpu, &dev, bar0, &info), 0);
			assert_string_equal(gpu.chip->name, rows[i].name);
		} else {
			assert_int_equal(vgpu_gpu_init(&gpu, &dev, bar0, &info), -ENODEV);
			assert_true(strlen(gpu.last_error) > 20);
		}
		vgpu_gpu_fini(&gpu);
	}
	shim_unmap_bar(bar0);
	assert_null(shim_leaks());
}

static void surprise_removal(void **state)
{
	struct harness *h = harness_new(NULL);

	harness_boot(h);
	shim_set_gone(true);
	vgpu_gpu_mark_lost(&h->gpu, "removed");
	assert_int_equal(h->gpu.state, VGPU_GPU_LOST);
	assert_int_equal(gsp_rpc_call(&h->gpu, RPC_FN_NOP, NULL, 0, NULL, 0, 100), -ENODEV);
	harness_shutdown(h);
	harness_free(h);
}

static void removal_during_boot(void **state)
{
	struct harness_options opt = { .fail = "gfw" };
	struct harness *h = harness_new(&opt);

	assert_int_equal(vgpu_gpu_init(&h->gpu, &h->dev, h->bar0, &h->info), 0);
	shim_set_gone(true);
	h->info.irq_requested = false;
	h->gpu.info.irq_requested = false;
	assert_int_equal(vgpu_gpu_boot(&h->gpu), -ENODEV);
	assert_int_equal(h->gpu.state, VGPU_GPU_LOST);
	vgpu_gpu_shutdown(&h->gpu);
	vgpu_gpu_fini(&h->gpu);
	harness_free(h);
}

/* GSP dies while running: calls fail at once, shutdown cleans up, and the board boots again. */
static void gsp_crash_is_survived(void **state)
{
	struct harness *h = harness_new(NULL);
	char err[256];
	ssize_t ret;

	harness_boot(h);
	assert_int_equal(gpu_model_inject(h->gm, "gsp-crash", err, sizeof(err)), 0);
	shim_run(20 * 1000 * 1000);
	ret = gsp_rpc_call(&h->gpu, RPC_FN_NOP, NULL, 0, NULL, 0, 1000);
	assert_true(ret == -ENODEV || ret == -ETIMEDOUT);
	assert_int_equal(h->gpu.state, VGPU_GPU_LOST);
	harness_expect_error(h, "GSP:");
	vgpu_gpu_shutdown(&h->gpu);
	assert_int_equal(h->gpu.state, VGPU_GPU_COLD);
	assert_int_equal(vgpu_gpu_boot(&h->gpu), 0);
	harness_shutdown(h);
	harness_free(h);
}

static struct {
	unsigned int count;
	enum vgpu_gpu_state state[16];
} told;

static void record_state(struct vgpu_gpu *gpu, enum vgpu_gpu_state state)
{
	might_sleep();
	assert_true(told.count < ARRAY_SIZE(told.state));
	assert_int_equal(gpu->state, state);
	told.state[told.count++] = state;
}

/* Also a crash that nobody was waiting for: no vGPU, no call. */
static void changes_of_state_are_told(void **state)
{
	static const enum vgpu_gpu_state want[] = {
		VGPU_GPU_BOOTING, VGPU_GPU_READY, VGPU_GPU_LOST, VGPU_GPU_COLD, VGPU_GPU_BOOTING,
		VGPU_GPU_FAILED, VGPU_GPU_LOST,
	};
	struct harness *h = harness_new(NULL);

	told.count = 0;
	h->gpu.state_changed = record_state;
	harness_boot(h);
	assert_int_equal(gpu_model_inject(h->gm, "gsp-crash", NULL, 0), 0);
	shim_run(20 * 1000 * 1000);
	assert_int_equal(told.count, 3);
	/* Once is enough. */
	gsp_rpc_lost(&h->gpu, "it is still dead");
	assert_int_equal(told.count, 3);
	vgpu_gpu_shutdown(&h->gpu);
	harness_set_fail(h, "booter");
	assert_int_not_equal(vgpu_gpu_boot(&h->gpu), 0);
	vgpu_gpu_mark_lost(&h->gpu, "off the bus");
	assert_int_equal(told.count, ARRAY_SIZE(want));
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		assert_int_equal(told.state[i], want[i]);
	harness_shutdown(h);
	harness_free(h);
}

/* ---- firmware files ---- */

static void cut_in_half(u8 *data, size_t *bytes, void *ctx)
{
	*bytes /= 2;
}

static void cut_to_ten(u8 *data, size_t *bytes, void *ctx)
{
	*bytes = 10;
}

static void foreign(u8 *data, size_t *bytes, void *ctx)
{
	memset(data, 'x', *bytes);
}

static void file_fails(const char *name, void (*edit)(u8 *, size_t *, void *))
{
	struct harness *h = harness_new(NULL);
	char text[64];

	if (edit)
		harness_edit_firmware(h, name, edit, NULL);
	else
		harness_remove_firmware(h, name);
	assert_int_equal(vgpu_gpu_init(&h->gpu, &h->dev, h->bar0, &h->info), 0);
	assert_true(vgpu_gpu_boot(&h->gpu) < 0);
	snprintf(text, sizeof(text), "%s-" R570_GSP_VERSION ".bin", name);
	harness_expect_error(h, text);
	assert_int_equal(h->gpu.state, VGPU_GPU_FAILED);
	harness_write_firmware(h);
	assert_int_equal(vgpu_gpu_boot(&h->gpu), 0);
	harness_shutdown(h);
	harness_free(h);
}

static void bad_files_give_a_sentence(void **state)
{
	static const char *const names[] = { "gsp", "bootloader", "booter_load", "booter_unload",
					     "scrubber" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		file_fails(names[i], NULL);
		file_fails(names[i], cut_in_half);
		file_fails(names[i], cut_to_ten);
		file_fails(names[i], foreign);
	}
}

/* Every allocation of a boot fails once: an error, a sentence, nothing left, and then it works. */
static void every_allocation_may_fail(void **state)
{
	struct harness *h = harness_new(NULL);

	harness_boot_short_of_memory(h, 20);
	harness_shutdown(h);
	harness_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boots_and_unloads),
		cmocka_unit_test(boots_ten_times),
		cmocka_unit_test(boot_undone),
		cmocka_unit_test(boots_again_on_the_same_object),
		cmocka_unit_test(boots_on_msi_and_on_the_pin),
		cmocka_unit_test(boots_without_interrupts),
		cmocka_unit_test(scrubs_once_per_reset),
		cmocka_unit_test(ga102_boots_bare_metal),
		cmocka_unit_test(fault_gfw),
		cmocka_unit_test(fault_vbios),
		cmocka_unit_test(fault_prom),
		cmocka_unit_test(fault_fwsec),
		cmocka_unit_test(fault_wpr2),
		cmocka_unit_test(fault_scrubber),
		cmocka_unit_test(fault_booter),
		cmocka_unit_test(fault_riscv),
		cmocka_unit_test(fault_init_done),
		cmocka_unit_test(fault_static_info),
		cmocka_unit_test(fault_static_rpc),
		cmocka_unit_test(fault_static_timeout),
		cmocka_unit_test(fault_intr_table),
		cmocka_unit_test(unload_without_answer),
		cmocka_unit_test(unload_sb_fails),
		cmocka_unit_test(unload_booter_fails),
		cmocka_unit_test(bad_checksums_end_the_boot),
		cmocka_unit_test(lost_interrupts_are_survived),
		cmocka_unit_test(wrong_chip_is_refused),
		cmocka_unit_test(chip_table),
		cmocka_unit_test(surprise_removal),
		cmocka_unit_test(removal_during_boot),
		cmocka_unit_test(gsp_crash_is_survived),
		cmocka_unit_test(changes_of_state_are_told),
		cmocka_unit_test(bad_files_give_a_sentence),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
