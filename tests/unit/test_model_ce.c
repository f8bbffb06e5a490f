// SPDX-License-Identifier: GPL-2.0-or-later
/* The model's copy engine: copies, fills, operands, completion, refusals, faults. */
#include "chan_driver.h"

#define MIB (1u << 20)

static struct chan_driver d;
static uint8_t want[2 * MIB], got[2 * MIB];

static int setup(void **state)
{
	board_new(NULL);
	build_space(0);
	d = chan_open(0, 0, GM_CHAN_ENGINE_CE, true);
	mthd1(&d, 4, H_SET_OBJECT, C_CLASS);
	return 0;
}

static int teardown(void **state)
{
	board_free();
	return 0;
}

static void noise(uint8_t *buf, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525 + 1013904223;
		buf[i] = (uint8_t)(seed >> 24);
	}
}

static void vram_set(uint64_t spa, const uint8_t *buf, size_t len)
{
	assert_int_equal(gm_vram_write(host.gm, spa, buf, len), 0);
}

static const uint8_t *vram_at(uint64_t spa, size_t len)
{
	assert_int_equal(gm_vram_read(host.gm, spa, got, len), 0);
	return got;
}

static void put64(uint64_t value)
{
	push(&d, (uint32_t)(value >> 32));
	push(&d, (uint32_t)value);
}

static void operands(uint64_t in, uint64_t out, uint32_t pitch_in, uint32_t pitch_out,
		     uint32_t length, uint32_t count)
{
	mthd(&d, 4, C_OFFSET_IN_UPPER, 8);
	put64(in);
	put64(out);
	push(&d, pitch_in);
	push(&d, pitch_out);
	push(&d, length);
	push(&d, count);
}

static void launch(uint32_t flags)
{
	mthd1(&d, 4, C_LAUNCH_DMA, flags);
}

static void remap(uint32_t a, uint32_t b, uint32_t components)
{
	mthd(&d, 4, C_SET_REMAP_CONST_A, 3);
	push(&d, a);
	push(&d, b);
	push(&d, components);
}

/* Every pair of memories, odd addresses and lengths, more than a slice. */
static void test_linear(void **state)
{
	static const struct {
		uint64_t in, out;
		uint32_t bytes;
	} cases[] = {
		{ A_VA, B_VA, 4096 },	      { A_VA + 1, B_VA + 4095, 4097 },
		{ A_VA + 77, B_VA, 2 * MIB - 77 }, { R_VA + 5, B_VA + 3, MIB - 5 },
		{ A_VA + 3, R_VA + 9, MIB - 9 },   { R_VA, R_VA + MIB / 2, MIB / 2 },
		{ B_VA, B_VA + 3, 1 },
	};

	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t in = cases[i].in, out = cases[i].out;
		uint32_t n = cases[i].bytes;

		noise(want, n, i);
		if (in >= R_VA)
			memcpy(ram_at(R_RAM + in - R_VA), want, n);
		else
			vram_set(in, want, n);
		operands(in, out, 0, 0, n, 1);
		launch(L_NON_PIPELINED | L_PITCH | L_FLUSH);
		mthd1(&d, 0, H_SET_REFERENCE, i + 1);
		kick(&d);
		assert_int_equal(userd_get(&d, U_REF), i + 1);
		if (out >= R_VA)
			assert_memory_equal(ram_at(R_RAM + out - R_VA), want, n);
		else
			assert_memory_equal(vram_at(out, n), want, n);
	}
	assert_int_equal(host.chan_errors, 0);
}

/* Lines of a rectangle; the rest of the destination stays, pitches may be negative. */
static void test_lines(void **state)
{
	const uint32_t width = 1000, lines = 37, pin = 1500, pout = 4096;

	noise(got, pin * lines, 1);
	vram_set(A_SPA, got, pin * lines);
	memset(want, 0xee, pout * lines);
	vram_set(B_SPA, want, pout * lines);
	for (uint32_t i = 0; i < lines; i++)
		memcpy(want + i * pout, got + i * pin, width);
	operands(A_VA, B_VA, pin, pout, width, lines);
	launch(L_NON_PIPELINED | L_PITCH | L_MULTI);
	kick(&d);
	assert_memory_equal(vram_at(B_SPA, pout * lines), want, pout * lines);
	/* Upside down. */
	vram_at(A_SPA, pin * lines);
	for (uint32_t i = 0; i < lines; i++)
		memcpy(want + (lines - 1 - i) * pout, got + i * pin, width);
	operands(A_VA, B_VA + (lines - 1) * pout, pin, 0u - pout, width, lines);
	launch(L_PIPELINED | L_PITCH | L_MULTI);
	kick(&d);
	assert_memory_equal(vram_at(B_SPA, pout * lines), want, pout * lines);
	/* Without MULTI_LINE the count is not looked at; no length is no copy. */
	operands(A_VA, B_VA + MIB, pin, pout, 16, lines);
	launch(L_NON_PIPELINED | L_PITCH);
	operands(A_VA, B_VA + MIB, pin, pout, 0, lines);
	launch(L_NON_PIPELINED | L_PITCH | L_MULTI);
	kick(&d);
	memset(want, 0, pout);
	gm_vram_read(host.gm, A_SPA, want, 16);
	assert_memory_equal(vram_at(B_SPA + MIB, pout), want, pout);
	assert_int_equal(host.chan_errors, 0);
}

static void test_fill(void **state)
{
	uint64_t resident;

	/* 4-byte components, one each way, constant A. */
	remap(0x11223344, 0, 4 | 3 << 16);
	operands(0, B_VA + 4, 0, 0, MIB / 4, 1);
	launch(L_NON_PIPELINED | L_PITCH | L_REMAP);
	kick(&d);
	for (uint32_t i = 0; i < MIB; i += 4)
		gm_put32(want + i, 0x11223344);
	assert_memory_equal(vram_at(B_SPA + 4, MIB), want, MIB);
	assert_int_equal(host.gm->stats.ce_fill_bytes, MIB);
	/* Two 2-byte components: A, B. */
	remap(0xaaaa1234, 0xbbbb5678, 4 | 5 << 4 | 1 << 16 | 1 << 24);
	operands(0, B_VA, 0, 0, 1024, 1);
	launch(L_NON_PIPELINED | L_PITCH | L_REMAP);
	kick(&d);
	for (uint32_t i = 0; i < 4096; i += 4)
		gm_put32(want + i, 0x56781234);
	assert_memory_equal(vram_at(B_SPA, 4096), want, 4096);
	/* Zeros over whole pages give the memory back. */
	resident = host.gm->resident_pages;
	remap(0, 0xffffffff, 4 | 3 << 16);
	operands(0, B_VA + 4096, 0, 0, (MIB - 4096) / 4, 1);
	launch(L_NON_PIPELINED | L_PITCH | L_REMAP);
	kick(&d);
	memset(want + 4096, 0, MIB - 4096);
	assert_memory_equal(vram_at(B_SPA, MIB), want, MIB);
	assert_int_equal(host.gm->resident_pages, resident - (MIB / 4096 - 1));
	assert_int_equal(host.chan_errors, 0);
}

/* Components change places, and what is not written stays. */
static void test_swizzle(void **state)
{
	noise(got, 4 * 2000, 3);
	vram_set(A_SPA, got, 4 * 2000);
	memset(want, 0x5a, 3 * 2000);
	vram_set(B_SPA, want, 3 * 2000);
	for (uint32_t i = 0; i < 2000; i++) {
		want[3 * i] = got[4 * i + 2];
		want[3 * i + 2] = 0x77;
	}
	/* X from Z, Y not written, Z from constant B; 4 source, 3 destination components. */
	remap(0, 0x77, 2 | 6 << 4 | 5 << 8 | 3 << 20 | 2 << 24);
	operands(A_VA, B_VA, 0, 0, 2000, 1);
	launch(L_NON_PIPELINED | L_PITCH | L_REMAP);
	kick(&d);
	assert_memory_equal(vram_at(B_SPA, 3 * 2000), want, 3 * 2000);
	assert_int_equal(host.chan_errors, 0);
}

static void test_physical(void **state)
{
	noise(want, 10000, 4);
	vram_set(0x5000000, want, 10000);
	mthd1(&d, 4, C_SET_SRC_PHYS_MODE, 0);
	mthd1(&d, 4, C_SET_DST_PHYS_MODE, 1);
	operands(0x5000000, R_RAM + 100, 0, 0, 10000, 1);
	launch(L_NON_PIPELINED | L_PITCH | L_SRC_PHYS | L_DST_PHYS);
	/* And back, from system memory to a virtual address. */
	mthd1(&d, 4, C_SET_SRC_PHYS_MODE, 2);
	operands(R_RAM + 100, B_VA + 8, 0, 0, 10000, 1);
	launch(L_NON_PIPELINED | L_PITCH | L_SRC_PHYS);
	kick(&d);
	assert_memory_equal(ram_at(R_RAM + 100), want, 10000);
	assert_memory_equal(vram_at(B_SPA + 8, 10000), want, 10000);
	assert_int_equal(host.chan_errors, 0);
	/* Past the end of VRAM. */
	mthd1(&d, 4, C_SET_DST_PHYS_MODE, 0);
	operands(A_VA, gm_vram_bytes(host.gm) - 4096, 0, 0, 8192, 1);
	launch(L_NON_PIPELINED | L_PITCH | L_DST_PHYS);
	kick(&d);
	assert_int_equal(host.chan_fault.xid, 31);
	assert_int_equal(host.chan_fault.addr, gm_vram_bytes(host.gm));
}

/* What the firmware keeps for itself is out of reach. */
static void test_wpr2(void **state)
{
	const uint64_t start = gm_vram_bytes(host.gm) - (3 << 20);

	memset(want, 1, 8192);
	vram_set(start, want, 4096);
	host.gm->wpr2_lo = (uint32_t)(start >> 12 << 4);
	host.gm->wpr2_hi = (uint32_t)((start + MIB) >> 12 << 4);
	mthd1(&d, 4, C_SET_DST_PHYS_MODE, 0);
	operands(A_VA, start - 4096, 0, 0, 8192, 1);
	launch(L_NON_PIPELINED | L_PITCH | L_DST_PHYS);
	kick(&d);
	assert_int_equal(host.chan_fault.xid, 31);
	assert_int_equal(host.chan_fault.addr, start);
	assert_memory_equal(vram_at(start, 4096), want, 4096);
}

/* Semaphore and interrupt come after the last byte, in each form. */
static void test_completion(void **state)
{
	const uint32_t slices = 2 * MIB / GM_SLICE_BYTES;
	unsigned int runs = 0;

	assert_true(slices >= 2);
	fb_put64(0, SEM_SPA + 8, UINT64_MAX);
	noise(want, 2 * MIB, 5);
	vram_set(A_SPA, want, 2 * MIB);
	mthd(&d, 4, C_SET_SEMAPHORE_A, 3);
	put64(SEM_VA);
	push(&d, 0xfeed);
	operands(A_VA, B_VA, 0, 0, 2 * MIB, 1);
	launch(L_NON_PIPELINED | L_PITCH | L_SEM_ONE | L_IRQ);
	segment(&d);
	ring(&d);
	while (!vram_get64(SEM_SPA)) {
		assert_int_equal(rd(0xb81000), 0);
		host.now_ns += 1000;
		gpu_model_run(host.gm);
		assert_true(++runs < 1000);
	}
	assert_memory_equal(vram_at(B_SPA, 2 * MIB), want, 2 * MIB);
	assert_int_equal(vram_get64(SEM_SPA), 0xfeed);
	assert_int_equal(vram_get64(SEM_SPA + 8), UINT64_MAX);
	assert_int_equal(rd(0xb81000), 1 << 5);
	/* Four words, 64 bits, and no transfer at all. */
	mthd(&d, 4, C_SET_SEMAPHORE_A, 4);
	put64(SEM_VA);
	push(&d, 0x89abcdef);
	push(&d, 0x01234567);
	launch(L_SEM_FOUR | L_SEM_64);
	kick(&d);
	assert_int_equal(vram_get64(SEM_SPA), 0x0123456789abcdef);
	assert_in_range(vram_get64(SEM_SPA + 8), 1, gm_ptimer_ns(host.gm));
	launch(L_SEM_FOUR);
	kick(&d);
	assert_int_equal(vram_get64(SEM_SPA), 0x89abcdef);
	assert_int_equal(host.chan_errors, 0);
}

/* A copy that ends in a page without translation: all before it is there, no completion. */
static void test_fault(void **state)
{
	noise(want, 2 * MIB, 6);
	vram_set(A_SPA, want, 2 * MIB);
	mthd(&d, 4, C_SET_SEMAPHORE_A, 3);
	put64(SEM_VA);
	push(&d, 1);
	operands(A_VA, READ_ONLY_VA - 4096, 0, 0, 8192, 1);
	map_page(0, READ_ONLY_VA - 4096, B_SPA, VIDMEM, false);
	launch(L_NON_PIPELINED | L_PITCH | L_SEM_ONE);
	kick(&d);
	assert_int_equal(host.chan_errors, 1);
	assert_int_equal(host.chan_fault.xid, 31);
	assert_int_equal(host.chan_fault.addr, READ_ONLY_VA);
	assert_memory_equal(vram_at(B_SPA, 4096), want, 4096);
	assert_int_equal(vram_get64(SEM_SPA), 0);
}

/* What is not modelled is refused before a byte moves. */
static void test_refused(void **state)
{
	static const struct {
		uint32_t flags, method, data;
		bool privileged;
		uint32_t xid;
	} cases[] = {
		{ L_NON_PIPELINED | 1 << 7, 0, 0, true, 39 },
		{ L_NON_PIPELINED | 1 << 8, 0, 0, true, 39 },
		{ L_NON_PIPELINED | L_PITCH | L_SEM_REDUCTION, 0, 0, true, 39 },
		{ L_NON_PIPELINED | L_PITCH | L_SEM_ONE | L_SEM_FOUR, 0, 0, true, 39 },
		{ L_NON_PIPELINED | L_PITCH | L_IRQ_BLOCKING, 0, 0, true, 39 },
		{ L_NON_PIPELINED | L_PITCH, 0x25c, 3, true, 39 },
		{ L_NON_PIPELINED | L_PITCH, 0x2000, 0, true, 13 },
		{ L_NON_PIPELINED | L_PITCH | L_REMAP, 0x708, 1, true, 39 },
		{ L_NON_PIPELINED | L_PITCH | L_REMAP, 0x708, 7, true, 39 },
		{ L_NON_PIPELINED | L_PITCH | L_SRC_PHYS, 0, 0, false, 39 },
		{ L_NON_PIPELINED | L_PITCH | L_DST_PHYS, 0, 0, false, 39 },
	};

	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		gm_chan_destroy(host.gm, 0, d.runlist, d.chid);
		d = chan_open(0, 0, GM_CHAN_ENGINE_CE, cases[i].privileged);
		userd_put(&d, U_GP_PUT, 0);
		mthd1(&d, 4, H_SET_OBJECT, C_CLASS);
		memset(want, 0xa5, 64);
		vram_set(A_SPA, want, 64);
		memset(want, 0, 64);
		vram_set(B_SPA, want, 64);
		operands(A_VA, B_VA, 0, 0, 64, 1);
		if (cases[i].method)
			mthd1(&d, 4, cases[i].method, cases[i].data);
		launch(cases[i].flags);
		kick(&d);
		if (host.chan_errors != i + 1)
			fail_msg("case %u: %u errors", i, host.chan_errors);
		assert_int_equal(host.chan_fault.xid, cases[i].xid);
		assert_memory_equal(vram_at(B_SPA, 64), want, 64);
	}
	/* Rendering disabled: the launch is skipped, the channel goes on. */
	gm_chan_destroy(host.gm, 0, d.runlist, d.chid);
	d = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);
	mthd1(&d, 4, H_SET_OBJECT, C_CLASS);
	mthd1(&d, 4, 0x25c, 0);
	operands(A_VA, B_VA, 0, 0, 64, 1);
	launch(L_NON_PIPELINED | L_PITCH);
	kick(&d);
	assert_memory_equal(vram_at(B_SPA, 64), want, 64);
	assert_int_equal(host.chan_errors, sizeof(cases) / sizeof(cases[0]));
}

/* Four billion lines of a byte end in an error, a little at a time. */
static void test_endless(void **state)
{
	unsigned int runs = 0;

	operands(A_VA, B_VA, 0, 0, 1, 0xffffffff);
	launch(L_NON_PIPELINED | L_PITCH | L_MULTI);
	segment(&d);
	ring(&d);
	settle();
	assert_int_equal(host.chan_errors, 0);
	assert_true(host.gm->stats.ce_bytes <= 2000ULL * GM_SLICE_BYTES / 1024);
	host.gm->chan[0]->work_bytes = GM_MAX_WORK_BYTES - GM_SLICE_BYTES;
	while (!host.chan_errors && runs++ < 100)
		settle();
	assert_int_equal(host.chan_fault.xid, 39);
}

static void destroy_it(uint64_t addr)
{
	gm_chan_destroy(host.gm, 0, d.runlist, d.chid);
}

static void reset_board(uint64_t addr)
{
	host.on_dma_write = NULL;
	gpu_model_function_reset(host.gm, 0);
}

/* A copy whose own writes end its channel, as a write to the reset register through PCI would. */
static void test_suicide(void **state)
{
	for (unsigned int i = 0; i < 2; i++) {
		host.on_dma_write = i ? reset_board : destroy_it;
		operands(A_VA, R_VA, 0, 0, 64 * 1024, 1);
		launch(L_NON_PIPELINED | L_PITCH);
		kick(&d);
		host.on_dma_write = NULL;
		assert_int_equal(gm_chan_count(host.gm), 0);
		assert_int_equal(host.chan_errors, 0);
		d = chan_open(0, 0, GM_CHAN_ENGINE_CE, true);
		mthd1(&d, 4, H_SET_OBJECT, C_CLASS);
	}
	/* The next channel is none the worse. */
	gpu_model_config_write(host.gm, 0, NV_PCI_CFG_COMMAND,
			       NV_PCI_CFG_COMMAND_MEMORY | NV_PCI_CFG_COMMAND_MASTER, 2);
	userd_put(&d, U_GP_PUT, 0);
	mthd1(&d, 0, H_SET_REFERENCE, 4);
	kick(&d);
	assert_int_equal(userd_get(&d, U_REF), 4);
}

static void test_spoilt(void **state)
{
	noise(want, 64 * 1024, 7);
	vram_set(A_SPA, want, 64 * 1024);
	assert_int_equal(gpu_model_set_fail(host.gm, "copy-flip", NULL, 0), 0);
	operands(A_VA, B_VA, 0, 0, 64 * 1024, 1);
	launch(L_NON_PIPELINED | L_PITCH);
	kick(&d);
	want[0] ^= 1;
	assert_memory_equal(vram_at(B_SPA, 64 * 1024), want, 64 * 1024);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_linear),   TEST(test_lines),	TEST(test_fill),
		TEST(test_swizzle),  TEST(test_physical), TEST(test_wpr2),
		TEST(test_completion), TEST(test_fault), TEST(test_refused),
		TEST(test_endless),  TEST(test_suicide), TEST(test_spoilt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
