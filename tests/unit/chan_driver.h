/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A channel driver of a few lines for tests of the model: page tables, instance block, ring and
 * pushbuffer built by hand. Its numbers are typed from the class headers a second time, so that a
 * slip in kmod/abi does not go unseen.
 */
#ifndef CHAN_DRIVER_H
#define CHAN_DRIVER_H

#include "chan.h"
#include "model_board.h"

/* clc56f.h */
enum {
	H_SET_OBJECT = 0x00,
	H_NOP = 0x08,
	H_SEMAPHOREA = 0x10,
	H_NON_STALL_INTERRUPT = 0x20,
	H_MEM_OP_A = 0x28,
	H_MEM_OP_D = 0x34,
	H_SET_REFERENCE = 0x50,
	H_SEM_ADDR_LO = 0x5c,
	H_WFI = 0x78,
};
enum {
	SEM_ACQUIRE = 0,
	SEM_RELEASE = 1,
	SEM_ACQ_STRICT_GEQ = 2,
	SEM_ACQ_CIRC_GEQ = 3,
	SEM_ACQ_AND = 4,
	SEM_ACQ_NOR = 5,
	SEM_REDUCTION = 6,
};
#define SEM_64 (1u << 24)
#define SEM_STAMP (1u << 25)
#define SEM_REDUCE(op) ((uint32_t)(op) << 27)
#define SEM_UNSIGNED (1u << 31)

/* cl902d.h */
enum {
	T_NO_OPERATION = 0x100,
	T_SET_NOTIFY_A = 0x104,
	T_NOTIFY = 0x10c,
	T_CLASS = 0x902d,
};

/* clc7b5.h */
enum {
	C_SET_SEMAPHORE_A = 0x240,
	C_SET_SRC_PHYS_MODE = 0x260,
	C_SET_DST_PHYS_MODE = 0x264,
	C_LAUNCH_DMA = 0x300,
	C_OFFSET_IN_UPPER = 0x400,
	C_SET_REMAP_CONST_A = 0x700,
	C_CLASS = 0xc7b5,
};
#define L_PIPELINED 1u
#define L_NON_PIPELINED 2u
#define L_FLUSH (1u << 2)
#define L_SEM_ONE (1u << 3)
#define L_SEM_FOUR (2u << 3)
#define L_IRQ (2u << 5)
#define L_IRQ_BLOCKING (1u << 5)
#define L_PITCH (3u << 7)
#define L_MULTI (1u << 9)
#define L_REMAP (1u << 10)
#define L_SRC_PHYS (1u << 12)
#define L_DST_PHYS (1u << 13)
#define L_SEM_REDUCTION (1u << 19)
#define L_SEM_64 (1u << 27)

/* USERD */
enum { U_GET = 0x44, U_REF = 0x48, U_TL_GET_HI = 0x5c, U_GP_GET = 0x88, U_GP_PUT = 0x8c };

#define DOORBELL 0xbb0090
#define VF_DOORBELL 0x30090

/* Where things are; the tables from TABLES on. */
#define TABLES 0x100000ULL
#define INSTANCE 0x200000ULL
#define USERD 0x202000ULL
#define SEM_SPA 0x204000ULL
#define RING_ENTRIES 64
#define RING_VA 0x10000ULL
#define RING_RAM (HOST_RAM_BASE + 0x10000)
#define PB_VA 0x20000ULL
#define PB_RAM (HOST_RAM_BASE + 0x20000)
#define PB_BYTES 0x40000
#define SEM_VA 0x80000ULL /* one page of VRAM at SEM_SPA */
#define SEM_RAM_VA 0x81000ULL
#define SEM_RAM (HOST_RAM_BASE + 0x1000)
#define A_VA 0x1000000ULL /* 2 MiB of VRAM */
#define A_SPA 0x1000000ULL
#define B_VA 0x2000000ULL
#define B_SPA 0x2000000ULL
#define R_VA 0x3000000ULL /* 1 MiB of system memory */
#define R_RAM (HOST_RAM_BASE + 0x200000)
#define READ_ONLY_VA 0x3800000ULL
#define HOLE_VA 0x3900000ULL

enum { VIDMEM = 0, SYSMEM = 2 };

struct chan_driver {
	unsigned int gfid;
	uint32_t runlist, chid;
	uint64_t instance, userd; /* as the function sees them */
	uint64_t ring_ram, pb_ram, ring_va, pb_va;
	uint32_t put; /* next entry */
	uint32_t pb; /* dwords written */
	uint32_t pb_start; /* first dword of the next segment */
};

static unsigned int tables_used;

static inline void fb_put64(unsigned int gfid, uint64_t at, uint64_t value)
{
	uint8_t raw[8];

	gm_put64(raw, value);
	assert_int_equal(gm_fb_write(host.gm, gfid, at, raw, 8), 0);
}

static inline uint64_t fb_get64(unsigned int gfid, uint64_t at)
{
	uint8_t raw[8];

	assert_int_equal(gm_fb_read(host.gm, gfid, at, raw, 8), 0);
	return gm_get64(raw);
}

static inline uint32_t userd_get(const struct chan_driver *d, uint32_t offset)
{
	uint64_t word = fb_get64(d->gfid, d->userd + (offset & ~7ULL));

	return (uint32_t)(offset & 4 ? word >> 32 : word);
}

static inline void userd_put(const struct chan_driver *d, uint32_t offset, uint32_t value)
{
	uint8_t raw[4];

	gm_put32(raw, value);
	assert_int_equal(gm_fb_write(host.gm, d->gfid, d->userd + offset, raw, 4), 0);
}

/* One 4 KiB page below 512 MiB: four directories and a table. */
static inline void map_page(unsigned int gfid, uint64_t va, uint64_t addr, unsigned int aperture,
			    bool read_only)
{
	uint64_t entry = TABLES + 0x3000 + (va >> 21) * 16 + 8, table = fb_get64(gfid, entry);

	assert_true(va < 1ULL << 29);
	fb_put64(gfid, TABLES, (TABLES + 0x1000) >> 4 | 1 << 1);
	fb_put64(gfid, TABLES + 0x1000, (TABLES + 0x2000) >> 4 | 1 << 1);
	fb_put64(gfid, TABLES + 0x2000, (TABLES + 0x3000) >> 4 | 1 << 1);
	if (!table) {
		table = (TABLES + 0x10000 + 0x1000ULL * tables_used++) >> 4 | 1 << 1;
		fb_put64(gfid, entry, table);
	}
	fb_put64(gfid, ((table & ~7ULL) << 4) + (va >> 12 & 511) * 8,
		 addr >> 4 | (uint64_t)aperture << 1 | read_only << 6 | 1);
}

static inline void map(unsigned int gfid, uint64_t va, uint64_t addr, uint64_t bytes,
		       unsigned int aperture)
{
	for (uint64_t off = 0; off < bytes; off += 0x1000)
		map_page(gfid, va + off, addr + off, aperture, false);
}

/* The address space that all tests use. */
static inline void build_space(unsigned int gfid)
{
	tables_used = 0;
	map(gfid, RING_VA, RING_RAM, 0x10000, SYSMEM);
	map(gfid, PB_VA, PB_RAM, PB_BYTES, SYSMEM);
	map(gfid, SEM_VA, SEM_SPA, 0x1000, VIDMEM);
	map(gfid, SEM_RAM_VA, SEM_RAM, 0x1000, SYSMEM);
	map(gfid, A_VA, A_SPA, 2 << 20, VIDMEM);
	map(gfid, B_VA, B_SPA, 2 << 20, VIDMEM);
	map(gfid, R_VA, R_RAM, 1 << 20, SYSMEM);
	map_page(gfid, READ_ONLY_VA, A_SPA, VIDMEM, true);
}

/* A channel with its own ring and pushbuffer; @n keeps two of them apart. */
static inline struct chan_driver chan_open(unsigned int gfid, unsigned int n,
					   enum gm_chan_engine engine, bool privileged)
{
	struct chan_driver d = {
		.gfid = gfid,
		.runlist = 3,
		.chid = 8 + n,
		.instance = INSTANCE + n * 0x1000ULL,
		.userd = USERD + n * 0x200ULL,
		.ring_ram = RING_RAM + n * 0x1000ULL,
		.ring_va = RING_VA + n * 0x1000ULL,
		.pb_ram = PB_RAM + n * 0x10000ULL,
		.pb_va = PB_VA + n * 0x10000ULL,
	};
	const struct gm_chan_config config = {
		.gfid = gfid,
		.runlist = d.runlist,
		.chid = d.chid,
		.engine = engine,
		.engine_id = 9 + n,
		.nonstall_vector = 5 + n,
		.instance = d.instance,
		.userd = d.userd,
		.gpfifo_va = d.ring_va,
		.gpfifo_entries = RING_ENTRIES,
		.privileged = privileged,
		.physical_ce = privileged,
	};

	fb_put64(gfid, d.instance + 0x200, TABLES | 1 << 10 | 1 << 11);
	fb_put64(gfid, d.instance + 0x208, (1ULL << 40) - 1);
	assert_int_equal(gm_chan_create(host.gm, &config), 0);
	assert_int_equal(gm_chan_enable(host.gm, gfid, d.runlist, d.chid, true), 0);
	return d;
}

static inline void push(struct chan_driver *d, uint32_t value)
{
	gm_put32(ram_at(d->pb_ram + 4ULL * d->pb++), value);
}

/* Headers (cl906f.h, SEC_OP 31:29). */
static inline void mthd(struct chan_driver *d, uint32_t subch, uint32_t method, uint32_t count)
{
	push(d, 1u << 29 | count << 16 | subch << 13 | method >> 2);
}

static inline void mthd1(struct chan_driver *d, uint32_t subch, uint32_t method, uint32_t data)
{
	mthd(d, subch, method, 1);
	push(d, data);
}

static inline void entry_put(struct chan_driver *d, uint32_t lo, uint32_t hi)
{
	gm_put32(ram_at(d->ring_ram + 8ULL * d->put), lo);
	gm_put32(ram_at(d->ring_ram + 8ULL * d->put + 4), hi);
	d->put = (d->put + 1) % RING_ENTRIES;
}

/* What has been pushed since becomes a segment. */
static inline void segment(struct chan_driver *d)
{
	entry_put(d, (uint32_t)(d->pb_va + 4ULL * d->pb_start), (d->pb - d->pb_start) << 10);
	d->pb_start = d->pb;
}

static inline void ring(struct chan_driver *d)
{
	userd_put(d, U_GP_PUT, d->put);
	if (d->gfid)
		vf_wr(d->gfid, VF_DOORBELL, d->runlist << 16 | d->chid);
	else
		wr(DOORBELL, d->runlist << 16 | d->chid);
}

/* Time passes: 20 ms, deferred work runs. */
static inline void settle(void)
{
	for (unsigned int i = 0; i < 2000; i++) {
		host.now_ns += 10000;
		gpu_model_run(host.gm);
	}
}

static inline void kick(struct chan_driver *d)
{
	segment(d);
	ring(d);
	settle();
}

static inline void sem(struct chan_driver *d, uint64_t va, uint64_t payload, uint32_t execute)
{
	mthd(d, 0, H_SEM_ADDR_LO, 5);
	push(d, (uint32_t)va);
	push(d, (uint32_t)(va >> 32));
	push(d, (uint32_t)payload);
	push(d, (uint32_t)(payload >> 32));
	push(d, execute);
}

static inline void start_over(struct chan_driver *d)
{
	d->pb = d->pb_start = 0;
}

#endif
