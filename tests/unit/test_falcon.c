// SPDX-License-Identifier: GPL-2.0-or-later
/* Falcon sequences against a register file of the test that records every write. */
#include "harness.h"

#include <stdlib.h>

#include "../../kmod/abi/regs.h"
#include "fw.h"

#define MAX_WRITES 4096

static struct {
	u32 hwcfg2, cpuctl, bcr, dmatrfcmd, engine, mailbox[2];
	bool halt_on_start, scrub_stuck;
	struct {
		u32 offset, value;
	} w[MAX_WRITES];
	unsigned int writes;
} r;

static u64 reg_read(void *ctx, unsigned int bar, u64 offset, unsigned int size)
{
	switch (offset - NV_PSEC2) {
	case NV_PFALCON_HWCFG2:
		return r.hwcfg2 | (r.scrub_stuck ? NV_PFALCON_HWCFG2_MEM_SCRUBBING : 0);
	case NV_PFALCON_CPUCTL:
		return r.cpuctl;
	case NV_PFALCON2_BCR_CTRL:
		return r.bcr;
	case NV_PFALCON_DMATRFCMD:
		return r.dmatrfcmd;
	case NV_PFALCON_ENGINE:
		return r.engine;
	case NV_PFALCON_MAILBOX0:
		return r.mailbox[0];
	case NV_PFALCON_MAILBOX1:
		return r.mailbox[1];
	default:
		return 0;
	}
}

static void reg_write(void *ctx, unsigned int bar, u64 offset, u64 value, unsigned int size)
{
	assert_true(r.writes < MAX_WRITES);
	r.w[r.writes].offset = (u32)(offset - NV_PSEC2);
	r.w[r.writes++].value = (u32)value;
	switch (offset - NV_PSEC2) {
	case NV_PFALCON_ENGINE:
		r.engine = (u32)value;
		break;
	case NV_PFALCON2_BCR_CTRL:
		r.bcr = (u32)value | NV_PFALCON2_BCR_CTRL_VALID;
		break;
	case NV_PFALCON_MAILBOX0:
		r.mailbox[0] = (u32)value;
		break;
	case NV_PFALCON_CPUCTL:
		if (r.halt_on_start) {
			r.cpuctl |= NV_PFALCON_CPUCTL_HALTED;
			r.mailbox[0] = 0x77;
		}
		break;
	}
}

static const struct shim_mmio_ops ops = { .read = reg_read, .write = reg_write };

static struct vgpu_gpu gpu;
static struct device dev = { .name = "falcon" };

static int setup(void **state)
{
	memset(&r, 0, sizeof(r));
	memset(&gpu, 0, sizeof(gpu));
	shim_reset();
	shim_bind_mmio(&ops, NULL);
	gpu.dev = &dev;
	gpu.bar0 = shim_map_bar(0, 16 << 20);
	r.hwcfg2 = NV_PFALCON_HWCFG2_RESET_READY;
	r.dmatrfcmd = NV_PFALCON_DMATRFCMD_IDLE;
	r.halt_on_start = true;
	return 0;
}

static int teardown(void **state)
{
	shim_unmap_bar(gpu.bar0);
	assert_null(shim_leaks());
	return 0;
}

/* Value of the @nth write (from 0) to @offset; fails when there are fewer. */
static u32 written(u32 offset, unsigned int nth)
{
	unsigned int i;

	for (i = 0; i < r.writes; i++)
		if (r.w[i].offset == offset && !nth--)
			return r.w[i].value;
	fail_msg("too few writes to 0x%x", offset);
	return 0;
}

static void reset_pulses_engine(void **state)
{
	r.bcr = NV_PFALCON2_BCR_CTRL_CORE_RISCV;
	assert_int_equal(falcon_reset(&gpu, &falcon_sec2, false), 0);
	assert_int_equal(written(NV_PFALCON_ENGINE, 0), 1);
	assert_int_equal(written(NV_PFALCON_ENGINE, 1), 0);
	assert_int_equal(written(NV_PFALCON2_BCR_CTRL, 0), 0);
	assert_int_equal(falcon_reset(&gpu, &falcon_sec2, true), 0);
	assert_int_equal(written(NV_PFALCON2_BCR_CTRL, 1), 0x111);
}

static void reset_times_out(void **state)
{
	r.scrub_stuck = true;
	assert_int_equal(falcon_reset(&gpu, &falcon_sec2, false), -ETIMEDOUT);
	assert_non_null(strstr(gpu.last_error, "SEC2 falcon: its memory scrub"));
}

static struct falcon_ucode make_ucode(void)
{
	struct falcon_ucode u = {
		.name = "test", .image_bytes = 0x500, .imem_offset = 0x100, .imem_bytes = 0x200,
		.imem_tag = 0x100, .dmem_offset = 0x300, .dmem_bytes = 0x180, .pkc_offset = 0x10,
		.boot_vector = 0x100, .engine_id_mask = 1, .ucode_id = 3,
	};

	u.image = calloc(1, u.image_bytes);
	return u;
}

static void run_loads_as_documented(void **state)
{
	struct falcon_ucode u = make_ucode();
	u32 mailbox[2] = { 0x11, 0x22 };
	u64 base;

	assert_int_equal(falcon_run(&gpu, &falcon_sec2, &u, mailbox), 0);
	assert_int_equal(mailbox[0], 0x77);
	assert_int_equal(written(NV_PFALCON_FBIF_CTL, 0), NV_PFALCON_FBIF_CTL_PHYS_NO_CTX);
	assert_int_equal(written(NV_PFALCON_FBIF_TRANSCFG(0), 0), 5);
	/* IMEM: two blocks, secure; the source offset is the tag, so the base is the image. */
	base = (u64)written(NV_PFALCON_DMATRFBASE, 0) << 8 |
	       (u64)written(NV_PFALCON_DMATRFBASE1, 0) << 40;
	assert_int_equal(written(NV_PFALCON_DMATRFMOFFS, 0), 0);
	assert_int_equal(written(NV_PFALCON_DMATRFFBOFFS, 0), 0x100);
	assert_int_equal(written(NV_PFALCON_DMATRFCMD, 0), 0x614);
	assert_int_equal(written(NV_PFALCON_DMATRFMOFFS, 1), 0x100);
	assert_int_equal(written(NV_PFALCON_DMATRFFBOFFS, 1), 0x200);
	/* DMEM: rounded up to two blocks, its offset is in the base. */
	assert_int_equal(written(NV_PFALCON_DMATRFCMD, 2), 0x600);
	assert_int_equal(((u64)written(NV_PFALCON_DMATRFBASE, 1) << 8 |
			  (u64)written(NV_PFALCON_DMATRFBASE1, 1) << 40), base + 0x300);
	assert_int_equal(written(NV_PFALCON_DMATRFFBOFFS, 3), 0x100);
	assert_int_equal(written(NV_PFALCON2_BROM_PARAADDR(0), 0), 0x10);
	assert_int_equal(written(NV_PFALCON2_BROM_ENGIDMASK, 0), 1);
	assert_int_equal(written(NV_PFALCON2_BROM_CURR_UCODE_ID, 0), 3);
	assert_int_equal(written(NV_PFALCON2_MOD_SEL, 0), 1);
	assert_int_equal(written(NV_PFALCON_BOOTVEC, 0), 0x100);
	assert_int_equal(written(NV_PFALCON_MAILBOX0, 0), 0x11);
	assert_int_equal(written(NV_PFALCON_CPUCTL, 0), 2);
	free(u.image);
}

static void alias_is_used_when_enabled(void **state)
{
	r.cpuctl = NV_PFALCON_CPUCTL_ALIAS_EN;
	falcon_start(&gpu, &falcon_sec2);
	assert_int_equal(written(NV_PFALCON_CPUCTL_ALIAS, 0), 2);
}

static void dma_stall_ends(void **state)
{
	struct falcon_ucode u = make_ucode();

	r.dmatrfcmd = NV_PFALCON_DMATRFCMD_FULL;
	assert_int_equal(falcon_run(&gpu, &falcon_sec2, &u, NULL), -ETIMEDOUT);
	assert_non_null(strstr(gpu.last_error, "loading code by DMA stalled"));
	/* The engine is held in reset: nobody reads the freed buffer. */
	assert_int_equal(r.engine & 1, 1);
	free(u.image);
}

static void halt_timeout_ends(void **state)
{
	struct falcon_ucode u = make_ucode();

	r.halt_on_start = false;
	assert_int_equal(falcon_run(&gpu, &falcon_sec2, &u, NULL), -ETIMEDOUT);
	assert_non_null(strstr(gpu.last_error, "test: did not halt on the SEC2 falcon"));
	free(u.image);
}

/* All ones has the HALTED bit set, but is no answer. */
static void dead_bus_is_seen(void **state)
{
	struct falcon_ucode u = make_ucode();

	shim_set_gone(true);
	assert_int_equal(falcon_run(&gpu, &falcon_sec2, &u, NULL), -ENODEV);
	assert_true(gpu.gone);
	free(u.image);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reset_pulses_engine),	  TEST(reset_times_out),
		TEST(run_loads_as_documented),	  TEST(alias_is_used_when_enabled),
		TEST(dma_stall_ends),		  TEST(halt_timeout_ends),
		TEST(dead_bus_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
