// SPDX-License-Identifier: GPL-2.0-or-later
/* Channels of the model: ring, pushbuffer, methods of host, waiting, errors, functions. */
#include "chan_driver.h"

static int setup(void **state)
{
	board_new(NULL);
	build_space(0);
	return 0;
}

static int teardown(void **state)
{
	board_free();
	return 0;
}

static uint64_t leaf0(void)
{
	return rd(0xb81000);
}

/* Payload, upper half or zero, time: what each form of release leaves. */
static void test_release(void **state)
{
	struct chan_driver d = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);
	uint64_t before = gm_ptimer_ns(host.gm);

	for (unsigned int i = 0; i < 8; i++)
		fb_put64(0, SEM_SPA + 8 * i, UINT64_MAX);
	sem(&d, SEM_VA, 0x1122334455667788, SEM_RELEASE);
	sem(&d, SEM_VA + 0x10, 0x1122334455667788, SEM_RELEASE | SEM_64);
	sem(&d, SEM_VA + 0x20, 0x55667788, SEM_RELEASE | SEM_STAMP);
	mthd(&d, 0, H_SEMAPHOREA, 4);
	push(&d, 0);
	push(&d, SEM_VA + 0x30);
	push(&d, 0xcafe);
	push(&d, 2);
	mthd1(&d, 0, H_NON_STALL_INTERRUPT, 0);
	mthd1(&d, 0, H_SET_REFERENCE, 77);
	assert_int_equal(leaf0(), 0);
	kick(&d);
	assert_int_equal(fb_get64(0, SEM_SPA), 0xffffffff55667788);
	assert_int_equal(fb_get64(0, SEM_SPA + 8), UINT64_MAX);
	assert_int_equal(fb_get64(0, SEM_SPA + 0x10), 0x1122334455667788);
	assert_int_equal(fb_get64(0, SEM_SPA + 0x18), UINT64_MAX);
	assert_int_equal(fb_get64(0, SEM_SPA + 0x20), 0x55667788);
	assert_in_range(fb_get64(0, SEM_SPA + 0x28), before, gm_ptimer_ns(host.gm));
	assert_int_equal(fb_get64(0, SEM_SPA + 0x30), 0xcafe);
	assert_in_range(fb_get64(0, SEM_SPA + 0x38), before, gm_ptimer_ns(host.gm));
	assert_int_equal(leaf0(), 1 << 5);
	assert_int_equal(userd_get(&d, U_REF), 77);
	assert_int_equal(userd_get(&d, U_GP_GET), 1);
	assert_int_equal(userd_get(&d, U_GET), d.pb_va + 4 * d.pb);
	assert_int_equal(userd_get(&d, U_TL_GET_HI), 1u << 31);
	/* The 4-byte form leaves the rest alone. */
	fb_put64(0, SEM_SPA + 0x30, UINT64_MAX);
	mthd(&d, 0, H_SEMAPHOREA, 4);
	push(&d, 0);
	push(&d, SEM_VA + 0x30);
	push(&d, 0xbeef);
	push(&d, 2 | 1 << 24);
	kick(&d);
	assert_int_equal(fb_get64(0, SEM_SPA + 0x30), 0xffffffff0000beef);
	assert_int_equal(host.chan_errors, 0);
}

/* Every form of header reaches the method it names. */
static void test_headers(void **state)
{
	struct chan_driver d = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);

	/* Nothing but zeros is a row of empty headers. */
	for (unsigned int i = 0; i < 8; i++)
		push(&d, 0);
	push(&d, 4u << 29 | 0x123 << 16 | H_SET_REFERENCE >> 2); /* immediate */
	kick(&d);
	assert_int_equal(userd_get(&d, U_REF), 0x123);
	push(&d, 3u << 29 | 3 << 16 | H_SET_REFERENCE >> 2); /* not incrementing */
	push(&d, 1);
	push(&d, 2);
	push(&d, 3);
	kick(&d);
	assert_int_equal(userd_get(&d, U_REF), 3);
	push(&d, 5u << 29 | 4 << 16 | H_SEM_ADDR_LO >> 2); /* ADDR_LO once, ADDR_HI thrice */
	push(&d, SEM_VA);
	push(&d, 0x55);
	push(&d, 0x66);
	push(&d, 0);
	push(&d, 0u << 29 | 2 << 18 | (H_SEM_ADDR_LO + 8)); /* the old incrementing form */
	push(&d, 0x77);
	push(&d, 0);
	push(&d, 2u << 29 | 1 << 18 | (H_SEM_ADDR_LO + 16)); /* the old other form */
	push(&d, SEM_RELEASE);
	kick(&d);
	assert_int_equal((uint32_t)fb_get64(0, SEM_SPA), 0x77);
	/* Other subdevices' methods are skipped, the stored mask comes back. */
	push(&d, 1 << 16 | 2 << 4);
	mthd1(&d, 0, H_SET_REFERENCE, 99);
	push(&d, 2 << 16 | 1 << 4);
	push(&d, 3 << 16);
	mthd1(&d, 0, H_NOP, 0);
	push(&d, 7u << 29); /* end of segment: what follows is not looked at */
	mthd1(&d, 0, H_SET_REFERENCE, 98);
	kick(&d);
	assert_int_equal(userd_get(&d, U_REF), 3);
	assert_int_equal(host.chan_errors, 0);
}

/* A method may go on in the next segment; an empty entry and a full round do no harm. */
static void test_ring(void **state)
{
	struct chan_driver d = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);

	mthd(&d, 0, H_SEM_ADDR_LO, 5);
	push(&d, SEM_VA);
	segment(&d);
	entry_put(&d, 0, 0);
	push(&d, 0);
	push(&d, 1);
	segment(&d);
	push(&d, 0);
	push(&d, SEM_RELEASE);
	kick(&d);
	assert_int_equal((uint32_t)fb_get64(0, SEM_SPA), 1);
	for (uint32_t i = 2; i < 4 * RING_ENTRIES; i++) {
		start_over(&d);
		sem(&d, SEM_VA, i, SEM_RELEASE);
		kick(&d);
		assert_int_equal((uint32_t)fb_get64(0, SEM_SPA), i);
		assert_int_equal(userd_get(&d, U_GP_GET), d.put);
	}
	/* As many entries as fit, one doorbell. */
	start_over(&d);
	for (uint32_t i = 0; i < RING_ENTRIES - 1; i++) {
		sem(&d, SEM_VA + 8 * i, 1000 + i, SEM_RELEASE);
		segment(&d);
	}
	ring(&d);
	settle();
	for (uint32_t i = 0; i < RING_ENTRIES - 1; i++)
		assert_int_equal((uint32_t)fb_get64(0, SEM_SPA + 8 * i), 1000 + i);
	assert_int_equal(host.chan_errors, 0);
}

/* A long segment takes more than one slice, and nothing runs in the doorbell itself. */
static void test_slices(void **state)
{
	struct chan_driver d = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);

	for (unsigned int i = 0; i < 3 * GM_SLICE_DWORDS; i++)
		push(&d, 0);
	sem(&d, SEM_VA, 42, SEM_RELEASE);
	segment(&d);
	fb_put64(0, SEM_SPA, 0);
	ring(&d);
	assert_int_equal(host.gm->stats.pb_dwords, 0);
	gpu_model_run(host.gm);
	assert_int_not_equal(host.gm->stats.pb_dwords, 0);
	settle();
	assert_int_equal(fb_get64(0, SEM_SPA), 42);
	assert_int_equal(host.chan_errors, 0);
}

/* Each acquire holds until memory says so. */
static void test_acquire(void **state)
{
	static const struct {
		uint32_t execute;
		uint64_t payload, before, after;
	} cases[] = {
		{ SEM_ACQUIRE, 5, 4, 5 },
		{ SEM_ACQUIRE, 5, 6, 5 },
		{ SEM_ACQUIRE | SEM_64, 0x500000005, 5, 0x500000005 },
		{ SEM_ACQ_STRICT_GEQ, 5, 4, 6 },
		{ SEM_ACQ_STRICT_GEQ, 0xfffffff0, 3, 0xfffffff1 },
		{ SEM_ACQ_CIRC_GEQ, 0xfffffff0, 0xffffffef, 3 },
		{ SEM_ACQ_CIRC_GEQ | SEM_64, 10, 9, 11 },
		{ SEM_ACQ_AND, 6, 9, 2 },
		{ SEM_ACQ_NOR, 0xf0000000, 0x0fffffff, 0x0ffffffe },
	};
	struct chan_driver d = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);

	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fb_put64(0, SEM_SPA, cases[i].before);
		sem(&d, SEM_VA, cases[i].payload, cases[i].execute);
		mthd1(&d, 0, H_SET_REFERENCE, i + 1);
		kick(&d);
		assert_int_equal(userd_get(&d, U_REF), i);
		/* No doorbell: the CPU's write is found by itself. */
		fb_put64(0, SEM_SPA, cases[i].after);
		settle();
		assert_int_equal(userd_get(&d, U_REF), i + 1);
	}
	assert_int_equal(host.chan_errors, 0);
}

static void test_acquire_old(void **state)
{
	static const uint32_t op[][3] = { { 1, 4, 5 }, { 4, 4, 6 }, { 8, 2, 1 } };
	struct chan_driver d = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);

	for (uint32_t i = 0; i < 3; i++) {
		fb_put64(0, SEM_SPA, op[i][1]);
		mthd(&d, 0, H_SEMAPHOREA, 4);
		push(&d, 0);
		push(&d, SEM_VA);
		push(&d, 5);
		push(&d, op[i][0] | 1 << 12);
		mthd1(&d, 0, H_SET_REFERENCE, i + 1);
		kick(&d);
		assert_int_equal(userd_get(&d, U_REF), i);
		fb_put64(0, SEM_SPA, op[i][2]);
		settle();
		assert_int_equal(userd_get(&d, U_REF), i + 1);
	}
}

/* Two channels hand a token to and fro through system memory. */
static void test_ping_pong(void **state)
{
	struct chan_driver a = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);
	struct chan_driver b = chan_open(0, 1, GM_CHAN_ENGINE_GR, false);

	for (uint32_t i = 0; i < 100; i++) {
		sem(&a, SEM_RAM_VA, 2 * i, SEM_ACQUIRE);
		sem(&a, SEM_RAM_VA, 2 * i + 1, SEM_RELEASE);
		sem(&b, SEM_RAM_VA, 2 * i + 1, SEM_ACQUIRE);
		sem(&b, SEM_RAM_VA, 2 * i + 2, SEM_RELEASE);
	}
	mthd1(&b, 0, H_NON_STALL_INTERRUPT, 0);
	kick(&b);
	assert_int_equal(gm_get32(ram_at(SEM_RAM)), 0);
	kick(&a);
	assert_int_equal(gm_get32(ram_at(SEM_RAM)), 200);
	assert_int_equal(leaf0(), 1 << 6);
	assert_int_equal(host.chan_errors, 0);
}

static void test_reduction(void **state)
{
	static const struct {
		uint32_t execute;
		uint64_t old, payload, result;
	} cases[] = {
		{ SEM_REDUCE(0), 0xffffffff, 1, 0xffffffff }, /* signed minimum: -1 */
		{ SEM_REDUCE(0) | SEM_UNSIGNED, 0xffffffff, 1, 1 },
		{ SEM_REDUCE(1), 0xffffffff, 1, 1 },
		{ SEM_REDUCE(2), 0xff, 0x0f, 0xf0 },
		{ SEM_REDUCE(3), 0xff, 0x0f, 0x0f },
		{ SEM_REDUCE(4), 0xf0, 0x0f, 0xff },
		{ SEM_REDUCE(5) | SEM_64, 0xffffffff, 1, 0x100000000 },
		{ SEM_REDUCE(6), 6, 7, 7 },
		{ SEM_REDUCE(6), 7, 7, 0 },
		{ SEM_REDUCE(7), 3, 7, 2 },
		{ SEM_REDUCE(7), 0, 7, 7 },
	};
	struct chan_driver d = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);

	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fb_put64(0, SEM_SPA, cases[i].old);
		sem(&d, SEM_VA, cases[i].payload, SEM_REDUCTION | cases[i].execute);
		kick(&d);
		assert_int_equal(fb_get64(0, SEM_SPA), cases[i].result);
	}
}

static void notify(struct chan_driver *d, uint64_t va)
{
	mthd(d, 3, T_SET_NOTIFY_A, 3);
	push(d, (uint32_t)(va >> 32));
	push(d, (uint32_t)va);
	push(d, 0);
}

/* What NVIDIA's watchdog waits for: time, no information, status 0. */
static void test_notification(void **state)
{
	struct chan_driver d = chan_open(0, 0, GM_CHAN_ENGINE_GR, false);
	uint64_t before = gm_ptimer_ns(host.gm);

	fb_put64(0, SEM_SPA, UINT64_MAX);
	fb_put64(0, SEM_SPA + 8, UINT64_MAX);
	mthd1(&d, 3, H_SET_OBJECT, T_CLASS);
	notify(&d, SEM_VA);
	kick(&d);
	assert_int_equal(fb_get64(0, SEM_SPA + 8), UINT64_MAX); /* with the next method */
	mthd1(&d, 3, T_NO_OPERATION, 0);
	kick(&d);
	assert_in_range(fb_get64(0, SEM_SPA), before, gm_ptimer_ns(host.gm));
	assert_int_equal(fb_get64(0, SEM_SPA + 8), 0);
	/* Once for each time it is asked. */
	fb_put64(0, SEM_SPA + 8, UINT64_MAX);
	mthd1(&d, 3, T_NO_OPERATION, 0);
	kick(&d);
	assert_int_equal(fb_get64(0, SEM_SPA + 8), UINT64_MAX);
	assert_int_equal(gpu_model_set_fail(host.gm, "notify", NULL, 0), 0);
	notify(&d, SEM_VA);
	mthd1(&d, 3, T_NO_OPERATION, 0);
	kick(&d);
	assert_int_equal(fb_get64(0, SEM_SPA + 8), UINT64_MAX);
	assert_int_equal(gpu_model_set_fail(host.gm, "", NULL, 0), 0);
	assert_int_equal(host.chan_errors, 0);
	/* Where nothing is mapped. */
	notify(&d, HOLE_VA);
	mthd1(&d, 3, T_NO_OPERATION, 0);
	kick(&d);
	assert_int_equal(host.chan_errors, 1);
	assert_int_equal(host.chan_fault.xid, 31);
}

/* With an interrupt, with another method, of another class: not there, and said so. */
static void test_notification_refused(void **state)
{
	static const struct {
		uint32_t class_id, method, data;
	} cases[] = {
		{ T_CLASS, T_NOTIFY, 1 }, { T_CLASS, 0x200, 0 }, { 0xc997, T_SET_NOTIFY_A, 0 },
	};

	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct chan_driver d = chan_open(0, 0, GM_CHAN_ENGINE_GR, false);

		mthd1(&d, 3, H_SET_OBJECT, cases[i].class_id);
		mthd1(&d, 3, cases[i].method, cases[i].data);
		kick(&d);
		assert_int_equal(host.chan_errors, i + 1);
		assert_int_equal(host.chan_fault.xid, 13);
		gm_chan_destroy(host.gm, 0, d.runlist, d.chid);
	}
}

static void bad_ring(struct chan_driver *d)
{
	userd_put(d, U_GP_PUT, RING_ENTRIES);
	wr(DOORBELL, d->runlist << 16 | d->chid);
}

static void bad_opcode(struct chan_driver *d)
{
	entry_put(d, 0, 1);
	ring(d);
}

static void bad_segment(struct chan_driver *d)
{
	entry_put(d, (uint32_t)HOLE_VA, 4 << 10);
	ring(d);
}

static void bad_header(struct chan_driver *d)
{
	push(d, 6u << 29);
}

static void bad_method(struct chan_driver *d)
{
	mthd1(d, 0, 0x0c, 0);
}

static void bad_mem_op(struct chan_driver *d)
{
	mthd1(d, 0, H_MEM_OP_D, 0x1fu << 27);
}

static void bad_privilege(struct chan_driver *d)
{
	mthd1(d, 0, H_MEM_OP_D, 9u << 27);
}

static void bad_subchannel(struct chan_driver *d)
{
	mthd1(d, 4, C_LAUNCH_DMA, 0);
}

static void bad_class(struct chan_driver *d)
{
	mthd1(d, 0, H_SET_OBJECT, 0xc997);
}

static void bad_alignment(struct chan_driver *d)
{
	sem(d, SEM_VA + 4, 1, SEM_RELEASE | SEM_64);
}

static void bad_sem_op(struct chan_driver *d)
{
	sem(d, SEM_VA, 1, 7);
}

static void bad_read_only(struct chan_driver *d)
{
	sem(d, READ_ONLY_VA, 1, SEM_RELEASE);
}

static void bad_hole(struct chan_driver *d)
{
	sem(d, HOLE_VA, 1, SEM_ACQUIRE);
}

static void bad_limit(struct chan_driver *d)
{
	sem(d, 0xff00000000, 1, SEM_RELEASE);
	fb_put64(0, d->instance + 0x208, 0xfffff);
}

static void bad_instance(struct chan_driver *d)
{
	fb_put64(0, d->instance + 0x200, 0);
}

static void bad_table(struct chan_driver *d)
{
	fb_put64(0, d->instance + 0x200, 0x7f000000000 | 1 << 10);
}

/* Each mistake stops its channel with one error event, and that channel only. */
static void test_errors(void **state)
{
	static const struct {
		void (*make)(struct chan_driver *d);
		uint32_t xid;
		bool rings;
	} cases[] = {
		{ bad_ring, 32, true },	    { bad_opcode, 32, true },
		{ bad_segment, 31, true },  { bad_header, 32, false },
		{ bad_method, 32, false },  { bad_mem_op, 32, false },
		{ bad_privilege, 32, false }, { bad_subchannel, 32, false },
		{ bad_class, 13, false },   { bad_alignment, 32, false },
		{ bad_sem_op, 32, false },  { bad_read_only, 31, false },
		{ bad_hole, 31, false },    { bad_limit, 31, false },
		{ bad_instance, 31, false }, { bad_table, 31, false },
	};
	struct chan_driver other = chan_open(0, 1, GM_CHAN_ENGINE_CE, false);

	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct chan_driver d = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);

		userd_put(&d, U_REF, 0);
		cases[i].make(&d);
		if (!cases[i].rings) {
			mthd1(&d, 0, H_SET_REFERENCE, 1);
			segment(&d);
			ring(&d);
		}
		settle();
		if (host.chan_errors != i + 1)
			fail_msg("case %u: %u errors", i, host.chan_errors);
		assert_int_equal(host.chan_fault.xid, cases[i].xid);
		assert_int_equal(host.chan_fault.chid, d.chid);
		assert_int_equal(host.chan_fault.runlist, d.runlist);
		assert_int_equal(host.chan_fault.engine_id, 9);
		assert_int_equal(userd_get(&d, U_REF), 0);
		/* It stays down, and cannot be scheduled again. */
		ring(&d);
		settle();
		assert_int_equal(host.chan_errors, i + 1);
		assert_int_equal(gm_chan_enable(host.gm, 0, d.runlist, d.chid, true), -EIO);
		mthd1(&other, 0, H_SET_REFERENCE, i + 1);
		kick(&other);
		assert_int_equal(userd_get(&other, U_REF), i + 1);
		gm_chan_destroy(host.gm, 0, d.runlist, d.chid);
	}
}

/* 16 Mi dwords without a doorbell in between are enough. */
static void test_runaway(void **state)
{
	struct chan_driver d = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);
	const uint64_t va = 0x8000000;

	/* 8 MiB of the same page, which is full of empty headers. */
	for (uint64_t off = 0; off < 8 << 20; off += 0x1000)
		map_page(0, va + off, A_SPA, VIDMEM, false);
	for (unsigned int i = 0; i < 7; i++)
		entry_put(&d, (uint32_t)va, 0x1fffffu << 10);
	ring(&d);
	settle();
	settle();
	assert_int_equal(host.chan_errors, 0);
	assert_int_equal(userd_get(&d, U_GP_GET), 7);
	for (unsigned int i = 0; i < 9; i++)
		entry_put(&d, (uint32_t)va, 0x1fffffu << 10);
	ring(&d);
	settle();
	settle();
	settle();
	assert_int_equal(host.chan_errors, 1);
	assert_int_equal(host.chan_fault.xid, 32);
}

static void test_create(void **state)
{
	struct chan_driver d = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);
	struct gm_chan_config good = { .runlist = 1, .chid = 1, .instance = INSTANCE,
				       .userd = USERD, .gpfifo_entries = 8 };
	struct gm_chan_config bad[8];

	assert_int_equal(gm_chan_create(host.gm, &good), 0);
	assert_int_equal(gm_chan_create(host.gm, &good), -EEXIST);
	for (unsigned int i = 0; i < 8; i++) {
		bad[i] = good;
		bad[i].chid = 100;
	}
	bad[0].gpfifo_entries = 0;
	bad[1].gpfifo_entries = 12;
	bad[2].gpfifo_entries = 1 << 21;
	bad[3].instance |= 0x800;
	bad[4].userd |= 0x100;
	bad[5].chid = 1 << 12;
	bad[6].runlist = 1 << 7;
	bad[7].gfid = 99;
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(gm_chan_create(host.gm, &bad[i]), -EINVAL);
	for (uint32_t i = 0; i < GM_MAX_CHANNELS - 2; i++) {
		good.chid = 200 + i;
		assert_int_equal(gm_chan_create(host.gm, &good), 0);
	}
	good.chid = 199;
	assert_int_equal(gm_chan_create(host.gm, &good), -ENOSPC);
	assert_int_equal(gm_chan_enable(host.gm, 0, 1, 4000, true), -ENOENT);
	/* Not scheduled: nothing runs. Scheduled again: it does. */
	gm_chan_enable(host.gm, 0, d.runlist, d.chid, false);
	mthd1(&d, 0, H_SET_REFERENCE, 5);
	kick(&d);
	assert_int_equal(userd_get(&d, U_REF), 0);
	gm_chan_enable(host.gm, 0, d.runlist, d.chid, true);
	settle();
	assert_int_equal(userd_get(&d, U_REF), 5);
	/* A doorbell for nobody is counted, and that is all. */
	wr(DOORBELL, 0x7f0fff);
	assert_int_equal(host.gm->stats.bad_doorbells, 1);
	gpu_model_function_reset(host.gm, 0);
	assert_int_equal(gm_chan_count(host.gm), 0);
}

/* A channel of a VF lives in that VF's framebuffer, requester id and interrupts. */
static void test_vf(void **state)
{
	const uint64_t seg = gm_vmmu_segment_bytes(host.gm), spa = 8 * seg;
	struct chan_driver pf, d;

	vfs_enable(2);
	assert_int_equal(gm_vmmu_map(host.gm, 1, 0, spa, seg), 0);
	build_space(1);
	d = chan_open(1, 0, GM_CHAN_ENGINE_CE, false);
	pf = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);
	sem(&d, SEM_VA, 0x1111, SEM_RELEASE);
	sem(&d, SEM_RAM_VA, 0x2222, SEM_RELEASE);
	mthd1(&d, 0, H_NON_STALL_INTERRUPT, 0);
	mthd1(&d, 0, H_SET_REFERENCE, 1);
	kick(&d);
	assert_int_equal(userd_get(&d, U_REF), 1);
	assert_int_equal((uint32_t)vram_get64(spa + SEM_SPA), 0x1111);
	assert_int_equal(vram_get64(SEM_SPA), 0);
	assert_int_equal(host.dma_function, 1);
	assert_int_equal(vf_rd(1, 0x1000), 1 << 5);
	assert_int_equal(leaf0(), 0);
	/* The other VF's doorbell does not ring here. */
	mthd1(&d, 0, H_SET_REFERENCE, 2);
	segment(&d);
	userd_put(&d, U_GP_PUT, d.put);
	vf_wr(2, VF_DOORBELL, d.runlist << 16 | d.chid);
	settle();
	assert_int_equal(userd_get(&d, U_REF), 1);
	/* Outside its segments there is nothing. */
	map_page(1, HOLE_VA, seg, VIDMEM, false);
	sem(&d, HOLE_VA, 1, SEM_RELEASE);
	kick(&d);
	assert_int_equal(host.chan_errors, 1);
	assert_int_equal(host.chan_fault_gfid, 1);
	assert_int_equal(userd_get(&d, U_REF), 2);
	gpu_model_function_reset(host.gm, 1);
	assert_int_equal(gm_chan_count(host.gm), 1);
	mthd1(&pf, 0, H_SET_REFERENCE, 3);
	kick(&pf);
	assert_int_equal(userd_get(&pf, U_REF), 3);
}

/* The non-stall vector by each way of delivery, and withheld. */
static void test_interrupt(void **state)
{
	struct chan_driver d = chan_open(0, 0, GM_CHAN_ENGINE_CE, false);

	wr(0xb81200, 1 << 5);
	wr(0xb81608, 1);
	assert_int_equal(gpu_model_set_fail(host.gm, "nonstall", NULL, 0), 0);
	mthd1(&d, 0, H_NON_STALL_INTERRUPT, 0);
	kick(&d);
	assert_false(host.intx);
	assert_int_equal(gpu_model_set_fail(host.gm, "", NULL, 0), 0);
	mthd1(&d, 0, H_NON_STALL_INTERRUPT, 0);
	kick(&d);
	assert_true(host.intx);
	wr(0xb81000, 1 << 5);
	assert_false(host.intx);
	msix_enable(0);
	mthd1(&d, 0, H_NON_STALL_INTERRUPT, 0);
	kick(&d);
	assert_false(host.intx);
	assert_int_equal(host.msix[0][0], 1);
	/* The release that does not reach memory. */
	assert_int_equal(gpu_model_set_fail(host.gm, "sem-release", NULL, 0), 0);
	sem(&d, SEM_VA, 9, SEM_RELEASE);
	kick(&d);
	assert_int_equal(fb_get64(0, SEM_SPA), 0);
	assert_int_equal(host.chan_errors, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_release), TEST(test_headers),	  TEST(test_ring),
		TEST(test_slices),  TEST(test_acquire),	  TEST(test_acquire_old),
		TEST(test_ping_pong), TEST(test_reduction), TEST(test_errors),
		TEST(test_notification), TEST(test_notification_refused),
		TEST(test_runaway), TEST(test_create),	  TEST(test_vf),
		TEST(test_interrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
