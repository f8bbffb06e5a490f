// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hostile client's channels: rings, pushbuffers, page tables, instance blocks and USERD of any
 * content on two channels of the PF and one of a VF. Nothing may be touched out of bounds, every
 * call must return, no VF may reach framebuffer outside its segment, and once nobody rings any more
 * every channel comes to rest.
 */
#include "../../tools/gpu-model/chan.h"
#include "model_host.h"

#define RAM_BYTES (256U << 10)
#define VRAM_BYTES (1ULL << 30)
#define SEGMENT_BYTES (32ULL << 20)
#define VF_SPA (4 * SEGMENT_BYTES)
#define MAX_OPS 96
#define NUM_CHANNELS 3
#define RING_ENTRIES 16
#define RUNLIST 2

/* In each function's framebuffer. */
#define TABLES 0x10000ULL
#define INSTANCE(i) (0x20000ULL + 0x1000 * (i))
#define USERD(i) (0x30000ULL + 0x200 * (i))
#define DATA 0x100000ULL
/* In every address space: system memory, framebuffer, framebuffer that is read only, itself. */
#define RAM_VA 0x0ULL
#define FB_VA 0x200000ULL
#define READ_ONLY_VA 0x400000ULL
#define TABLES_VA 0x600000ULL
#define RING_VA(i) (RAM_VA + 0x1000 * (i))
#define PB_VA(i) (RAM_VA + 0x8000 * (1 + (i)))

static unsigned int first; /* channel of those in use */

/* ---- a board with three channels ---- */

static void fb_put64(unsigned int gfid, uint64_t at, uint64_t value)
{
	uint8_t raw[8];

	gm_put64(raw, value);
	if (gm_fb_write(host.gm, gfid, at, raw, 8))
		abort();
}

static uint64_t table(uint64_t at)
{
	return at >> 4 | ABI_PREP(NV_MMU_V2_PDE_APERTURE, NV_MMU_PDE_APERTURE_VIDMEM);
}

static void map(unsigned int gfid, uint64_t va, uint64_t addr, uint64_t bits)
{
	uint64_t pt = TABLES + 0x4000 + (va >> 21) * 0x1000;

	fb_put64(gfid, TABLES + 0x3000 + (va >> 21) * 16 + 8, table(pt));
	for (unsigned int i = 0; i < NV_MMU_V2_PT_SMALL_ENTRIES; i++)
		fb_put64(gfid, pt + 8 * i, (addr + 0x1000 * (uint64_t)i) >> 4 | bits | 1);
}

static void build_space(unsigned int gfid)
{
	for (unsigned int level = 0; level < 3; level++)
		fb_put64(gfid, TABLES + 0x1000 * level, table(TABLES + 0x1000 * (level + 1)));
	map(gfid, RAM_VA, RAM_BASE, NV_MMU_PTE_APERTURE_SYSMEM_COH << 1);
	map(gfid, FB_VA, DATA, 0);
	map(gfid, READ_ONLY_VA, DATA, NV_MMU_V2_PTE_READ_ONLY);
	/* Pages that a client should not have: its own tables, instance block and USERD. */
	map(gfid, TABLES_VA, TABLES, 0);
}

static unsigned int gfid_of(unsigned int i)
{
	return i == NUM_CHANNELS - 1;
}

static void open_channel(unsigned int i)
{
	const struct gm_chan_config config = {
		.gfid = gfid_of(i), .runlist = RUNLIST, .chid = i,
		.engine = i == 1 ? GM_CHAN_ENGINE_GR : GM_CHAN_ENGINE_CE,
		.instance = INSTANCE(i), .userd = USERD(i), .gpfifo_va = RING_VA(i),
		.gpfifo_entries = RING_ENTRIES, .privileged = i == 0, .physical_ce = i == 0,
	};

	fb_put64(config.gfid, INSTANCE(i) + NV_RAMIN_PAGE_DIR_BASE,
		 TABLES | NV_RAMIN_PAGE_DIR_BASE_NEW_FORMAT);
	fb_put64(config.gfid, INSTANCE(i) + NV_RAMIN_ADR_LIMIT, UINT64_MAX);
	gm_chan_destroy(host.gm, config.gfid, RUNLIST, i);
	if (gm_chan_create(host.gm, &config) ||
	    gm_chan_enable(host.gm, config.gfid, RUNLIST, i, true))
		abort();
}

static void ring(unsigned int i, uint32_t put)
{
	uint8_t raw[4];

	gm_put32(raw, put);
	gm_fb_write(host.gm, gfid_of(i), USERD(i) + NV_USERD_GP_PUT, raw, 4);
	if (gfid_of(i))
		gpu_model_mmio_write(host.gm, gfid_of(i), NV_PCI_BAR_REGS, NV_VFN_USERMODE_DOORBELL,
				     RUNLIST << 16 | i, 4);
	else
		gpu_model_mmio_write(host.gm, 0, NV_PCI_BAR_REGS,
				     NV_VFN + NV_VFN_USERMODE_DOORBELL, RUNLIST << 16 | i, 4);
}

static void run(unsigned int times)
{
	while (times--) {
		host.now += 10000;
		gpu_model_run(host.gm);
	}
}

/* ---- what the client does ---- */

/* An address that means something in most cases. */
static uint64_t pick_va(struct fuzz_input *in)
{
	static const uint64_t base[] = { RAM_VA, FB_VA, FB_VA, READ_ONLY_VA, TABLES_VA };
	uint64_t what = take(in, 1), at = take(in, 3) & 0x1ffff0;

	if (what < 4)
		return take(in, 7);
	/* The pages of system memory that there are, behind rings and pushbuffers. */
	return what & 1 ? RAM_VA + 0x20000 + (at & 0x1fff0) :
			  base[what / 2 % (what < 16 ? 5 : 3)] + at;
}

static uint32_t header(uint32_t mthd, uint32_t count)
{
	return ABI_PREP(NV_DMA_SEC_OP, NV_DMA_SEC_OP_INC) | ABI_PREP(NV_DMA_COUNT, count) |
	       ABI_PREP(NV_DMA_SUBCH, 4U) | mthd >> NV_DMA_METHOD_SHIFT;
}

static uint32_t put_copy(struct fuzz_input *in, uint8_t *at)
{
	uint64_t from = pick_va(in), to = pick_va(in);
	uint32_t flags = NVC7B5_LAUNCH_TRANSFER_NON_PIPELINED | NVC7B5_LAUNCH_SRC_PITCH |
			 NVC7B5_LAUNCH_DST_PITCH;
	const uint32_t words[] = {
		header(NVC7B5_OFFSET_IN_UPPER, 8),
		(uint32_t)(from >> 32), (uint32_t)from, (uint32_t)(to >> 32), (uint32_t)to,
		(uint32_t)take(in, 2), (uint32_t)take(in, 2),
		(uint32_t)take(in, 2) >> (take(in, 1) & 7), (uint32_t)take(in, 1) & 15,
		header(NVC7B5_SET_REMAP_CONST_A, 3),
		(uint32_t)take(in, 1) & 1, (uint32_t)take(in, 1), (uint32_t)take(in, 4),
		header(NVC7B5_LAUNCH_DMA, 1),
	};
	uint32_t n = sizeof(words) / sizeof(words[0]), odd = (uint32_t)take(in, 1);

	for (uint32_t i = 0; i < n; i++)
		gm_put32(at + 4 * i, words[i]);
	flags |= odd & 1 ? NVC7B5_LAUNCH_MULTI_LINE : 0;
	flags |= odd & 2 ? NVC7B5_LAUNCH_REMAP : 0;
	flags |= odd & 4 ? ABI_PREP(NVC7B5_LAUNCH_SEMAPHORE, 1U + (odd >> 3 & 1)) : 0;
	flags |= odd & 16 ? ABI_PREP(NVC7B5_LAUNCH_INTERRUPT, 2U) : 0;
	if (odd > 240)
		flags ^= 1U << (take(in, 1) & 31);
	gm_put32(at + 4 * n, flags);
	return n + 1;
}

static uint32_t put_semaphore(struct fuzz_input *in, uint8_t *at)
{
	uint64_t va = pick_va(in);
	uint32_t odd = (uint32_t)take(in, 1), n = 0;
	uint32_t op = odd & 3 ? NVC56F_SEM_EXECUTE_RELEASE : odd >> 2 & 7;
	uint32_t mthd = odd & 64 ? NVC56F_SEM_ADDR_LO : NVC7B5_SET_SEMAPHORE_A;

	if (odd > 250)
		op |= (uint32_t)take(in, 4);
	op |= (uint32_t)take(in, 1) << 24;
	gm_put32(at + 4 * n++, header(mthd, mthd == NVC56F_SEM_ADDR_LO ? 5 : 3));
	gm_put32(at + 4 * n++, (uint32_t)(mthd == NVC56F_SEM_ADDR_LO ? va : va >> 32));
	gm_put32(at + 4 * n++, (uint32_t)(mthd == NVC56F_SEM_ADDR_LO ? va >> 32 : va));
	gm_put32(at + 4 * n++, (uint32_t)take(in, 1));
	if (mthd == NVC56F_SEM_ADDR_LO) {
		gm_put32(at + 4 * n++, 0);
		gm_put32(at + 4 * n++, op);
	}
	return n;
}

static uint32_t put_any(struct fuzz_input *in, uint8_t *at)
{
	static const uint16_t first[] = {
		NVC56F_SET_OBJECT, NVC56F_SEMAPHOREA, NVC56F_NON_STALL_INTERRUPT, NVC56F_MEM_OP_A,
		NVC56F_SET_REFERENCE, NVC56F_WFI, NVC7B5_SET_SRC_PHYS_MODE,
		NVC7B5_SET_RENDER_ENABLE_A,
	};
	uint32_t mthd = first[take(in, 1) & 7], count = 1 + take(in, 1) % 4;
	uint32_t odd = (uint32_t)take(in, 1);

	gm_put32(at, header(mthd, count));
	if (odd < 4)
		gm_put32(at, (uint32_t)take(in, 4));
	for (uint32_t i = 1; i <= count; i++)
		gm_put32(at + 4 * i, mthd == NVC56F_SET_OBJECT && odd & 15 ?
					     NV_CLASS_COPY_AMPERE_B : (uint32_t)take(in, 4));
	return 1 + count;
}

#define SEGMENT_DWORDS 256

static unsigned int pick_channel(struct fuzz_input *in)
{
	return first + take(in, 1) % (NUM_CHANNELS - first);
}

static void do_segment(struct fuzz_input *in)
{
	unsigned int i = pick_channel(in);
	uint8_t *pb = host_ram(RAM_BASE + PB_VA(i), 0x8000);
	uint8_t *gp = host_ram(RAM_BASE + RING_VA(i), 0x80);
	const struct gm_chan *c = gm_chan_find(host.gm, gfid_of(i), RUNLIST, i);
	uint32_t n = 2, want = SEGMENT_DWORDS - take(in, 1), put;

	if (!c || c->errored)
		open_channel(i);
	/* The object first, so that most methods reach an engine. */
	gm_put32(pb, header(NVC56F_SET_OBJECT, 1));
	gm_put32(pb + 4, NV_CLASS_COPY_AMPERE_B);
	while (n < want && in->left > 4) {
		uint32_t kind = (uint32_t)take(in, 1) % 8;

		n += kind < 4 ? put_copy(in, pb + 4 * n) :
		     kind < 7 ? put_semaphore(in, pb + 4 * n) :
				put_any(in, pb + 4 * n);
	}
	for (unsigned int e = 0; e < RING_ENTRIES; e++) {
		gm_put32(gp + 8 * e, (uint32_t)PB_VA(i));
		gm_put32(gp + 8 * e + 4, take(in, 1) ? n << 10 : (uint32_t)take(in, 4));
	}
	put = (uint32_t)take(in, 1);
	ring(i, put < 250 ? put % RING_ENTRIES : put);
}

static void do_memory(struct fuzz_input *in)
{
	unsigned int gfid = gfid_of(pick_channel(in));
	uint64_t at = TABLES + (take(in, 3) & 0x2fff8);

	if (take(in, 1) & 1)
		fb_put64(gfid, at, take(in, 8));
	else
		gm_put64(host_ram(RAM_BASE + (take(in, 3) & (RAM_BYTES - 8)), 8), take(in, 8));
}

static void do_op(struct fuzz_input *in)
{
	unsigned int i;

	switch (take(in, 1) % 8) {
	case 0 ... 3:
		do_segment(in);
		run(take(in, 1) & 15);
		break;
	case 4:
		do_memory(in);
		break;
	case 5:
		i = pick_channel(in);
		open_channel(i);
		break;
	case 6:
		i = pick_channel(in);
		gm_chan_enable(host.gm, gfid_of(i), RUNLIST, i, take(in, 1) & 1);
		break;
	case 7:
		run(64);
		break;
	}
}

/* Of the framebuffer around the VF's segment and of the PF's tables. */
static uint64_t outside_sum(void)
{
	static uint8_t page[GM_PAGE_BYTES];
	uint64_t sum = 0;

	for (uint64_t spa = 0; spa < VF_SPA + 2 * SEGMENT_BYTES; spa += sizeof(page)) {
		if (spa - VF_SPA < SEGMENT_BYTES ||
		    (spa > 8 * DATA && spa < VF_SPA - 16 * sizeof(page)) ||
		    spa > VF_SPA + SEGMENT_BYTES + 16 * sizeof(page))
			continue;
		gpu_model_vram_read(host.gm, spa, page, sizeof(page));
		for (size_t i = 0; i < sizeof(page); i += 8)
			sum = (sum ^ gm_get64(page + i)) * 0x9e3779b97f4a7c15ULL + i;
	}
	return sum;
}

/* What does not wait for a semaphore ends: at the latest with the error for too much work. */
static void come_to_rest(void)
{
	for (unsigned int i = 0; i < NUM_CHANNELS; i++) {
		struct gm_chan *c = gm_chan_find(host.gm, gfid_of(i), RUNLIST, i);

		if (!c)
			continue;
		c->work_dwords = GM_MAX_WORK_DWORDS;
		c->work_bytes = GM_MAX_WORK_BYTES;
		if (c->ce.active)
			c->work_bytes -= GM_SLICE_BYTES;
	}
	run(64);
	for (unsigned int i = 0; i < NUM_CHANNELS; i++) {
		struct gm_chan *c = gm_chan_find(host.gm, gfid_of(i), RUNLIST, i);

		if (c && gm_host_runnable(c) && !c->waiting)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gpu_model_config config = {
		.vram_bytes = VRAM_BYTES, .num_vfs = 2, .vmmu_segment_bytes = SEGMENT_BYTES,
		.resident_cap_bytes = 8 << 20,
	};
	struct fuzz_input in = { data, size };
	uint64_t before;

	host_begin(&config, RAM_BYTES);
	if (gm_vmmu_map(host.gm, 1, 0, VF_SPA, SEGMENT_BYTES))
		abort();
	gpu_model_config_write(host.gm, 0, NV_PCI_CFG_COMMAND, NV_PCI_CFG_COMMAND_MASTER, 2);
	host.gm->vfs_enabled = 2;
	for (unsigned int fn = 1; fn <= 2; fn++)
		gpu_model_config_write(host.gm, fn, NV_PCI_CFG_COMMAND, NV_PCI_CFG_COMMAND_MASTER,
				       2);
	build_space(0);
	build_space(1);
	/* With only the VF's channel at work, nothing outside its segment may change. */
	first = take(&in, 1) & 1 ? 0 : NUM_CHANNELS - 1;
	for (unsigned int i = first; i < NUM_CHANNELS; i++)
		open_channel(i);
	before = outside_sum();
	for (unsigned int i = 0; in.left && i < MAX_OPS; i++)
		do_op(&in);
	if (first && outside_sum() != before)
		abort();
	come_to_rest();
	free(gpu_model_stats_json(host.gm));
	host_end();
	return 0;
}
