// SPDX-License-Identifier: GPL-2.0-or-later
/* The board of flat memory, see fake_board.h. */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "fake_board.h"

void gm_trace_event(struct gpu_model *gm, char what, const char *fmt, ...)
{
}

void gm_trace_call(struct gpu_model *gm, uint32_t function, const uint8_t *payload, uint32_t bytes)
{
}

void gm_trace_message(struct gpu_model *gm, uint32_t function, uint32_t bytes, uint32_t result)
{
}

void gm_log(struct gpu_model *gm, enum gpu_model_log_level level, const char *fmt, ...)
{
	va_list ap;

	if (level <= GPU_MODEL_LOG_WARN)
		gm->warnings++;
	if (gm->quiet || level > GPU_MODEL_LOG_WARN)
		return;
	va_start(ap, fmt);
	fprintf(stderr, "# ");
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n");
	va_end(ap);
}

bool gm_fail(struct gpu_model *gm, const char *name)
{
	return gm->fail[0] && !strcmp(gm->fail, name);
}

bool gm_fail_num(struct gpu_model *gm, const char *name, uint32_t arg)
{
	char word[64];

	if (!gm->fail[0])
		return false;
	snprintf(word, sizeof(word), "%s:%u", name, arg);
	return !strcmp(gm->fail, word);
}

uint64_t gm_now_ns(struct gpu_model *gm)
{
	return gm->now;
}

int gm_after(struct gpu_model *gm, uint64_t delay_ns, void (*fn)(struct gpu_model *, uint64_t),
	     uint64_t arg)
{
	for (int i = 0; i < FAKE_TIMERS; i++) {
		if (gm->timer[i].used)
			continue;
		gm->timer[i] = (struct fake_timer){true, gm->now + delay_ns, fn, arg};
		return 0;
	}
	return -ENOSPC;
}

void gm_cancel(struct gpu_model *gm, void (*fn)(struct gpu_model *, uint64_t))
{
	for (int i = 0; i < FAKE_TIMERS; i++) {
		if (gm->timer[i].fn == fn)
			gm->timer[i].used = false;
	}
}

/* The memory at a bus address, or NULL. */
static uint8_t *sys_at(struct gpu_model *gm, unsigned int function, uint64_t addr, size_t len)
{
	if (function == gm->no_dma_function || addr > FAKE_SYSMEM_BYTES ||
	    len > FAKE_SYSMEM_BYTES - addr)
		return NULL;
	gm->dma_by[function]++;
	return gm->sysmem + addr;
}

/* A word moves as a whole, whoever else looks at it. */
static void sys_copy(uint8_t *to, const uint8_t *from, size_t len)
{
	if (len == sizeof(uint32_t))
		*(volatile uint32_t *)to = *(const volatile uint32_t *)from;
	else
		memcpy(to, from, len);
}

int gm_dma_read(struct gpu_model *gm, unsigned int function, uint64_t addr, void *buf, size_t len)
{
	const uint8_t *from = sys_at(gm, function, addr, len);

	if (!from)
		return function == gm->no_dma_function ? -EPERM : -EFAULT;
	sys_copy(buf, from, len);
	return 0;
}

int gm_dma_write(struct gpu_model *gm, unsigned int function, uint64_t addr, const void *buf,
		 size_t len)
{
	uint8_t *to = sys_at(gm, function, addr, len);

	if (!to)
		return function == gm->no_dma_function ? -EPERM : -EFAULT;
	sys_copy(to, buf, len);
	return 0;
}

uint64_t gm_vram_bytes(const struct gpu_model *gm)
{
	return FAKE_VRAM_BYTES;
}

int gm_vram_read(struct gpu_model *gm, uint64_t spa, void *buf, size_t len)
{
	if (spa > FAKE_VRAM_BYTES || len > FAKE_VRAM_BYTES - spa)
		return -ERANGE;
	memcpy(buf, gm->vram + spa, len);
	return 0;
}

int gm_vram_write(struct gpu_model *gm, uint64_t spa, const void *buf, size_t len)
{
	if (spa > FAKE_VRAM_BYTES || len > FAKE_VRAM_BYTES - spa)
		return -ERANGE;
	memcpy(gm->vram + spa, buf, len);
	return 0;
}

int gm_vram_zero(struct gpu_model *gm, uint64_t spa, uint64_t len)
{
	if (spa > FAKE_VRAM_BYTES || len > FAKE_VRAM_BYTES - spa)
		return -ERANGE;
	memset(gm->vram + spa, 0, len);
	return 0;
}

uint64_t gm_vmmu_segment_bytes(const struct gpu_model *gm)
{
	return FAKE_SEGMENT_BYTES;
}

int gm_vmmu_map(struct gpu_model *gm, unsigned int gfid, uint64_t gpa, uint64_t spa, uint64_t len)
{
	unsigned int n = gm->vmmu[gfid].count;

	if (n == 8)
		return -ENOSPC;
	gm->vmmu[gfid].gpa[n] = gpa;
	gm->vmmu[gfid].spa[n] = spa;
	gm->vmmu[gfid].len[n] = len;
	gm->vmmu[gfid].count++;
	return 0;
}

void gm_vmmu_clear(struct gpu_model *gm, unsigned int gfid)
{
	gm->vmmu[gfid].count = 0;
}

static int fb_find(struct gpu_model *gm, unsigned int gfid, uint64_t gpa, size_t len, uint64_t *spa)
{
	for (unsigned int i = 0; i < gm->vmmu[gfid].count; i++) {
		uint64_t base = gm->vmmu[gfid].gpa[i], bytes = gm->vmmu[gfid].len[i];

		if (gpa < base || gpa - base > bytes || len > bytes - (gpa - base))
			continue;
		*spa = gm->vmmu[gfid].spa[i] + gpa - base;
		return 0;
	}
	return -EFAULT;
}

int gm_fb_read(struct gpu_model *gm, unsigned int gfid, uint64_t gpa, void *buf, size_t len)
{
	uint64_t spa;

	return fb_find(gm, gfid, gpa, len, &spa) ? -EFAULT : gm_vram_read(gm, spa, buf, len);
}

int gm_fb_write(struct gpu_model *gm, unsigned int gfid, uint64_t gpa, const void *buf, size_t len)
{
	uint64_t spa;

	return fb_find(gm, gfid, gpa, len, &spa) ? -EFAULT : gm_vram_write(gm, spa, buf, len);
}

void gm_vfn_trigger(struct gpu_model *gm, unsigned int function, unsigned int vector)
{
}

void gm_gsp_falcon_cause(struct gpu_model *gm, uint32_t bits)
{
	gm->swgen += !!(bits & NV_PFALCON_IRQ_SWGEN0);
	gm->halts += !!(bits & NV_PFALCON_IRQ_HALT);
}

void gm_gsp_set_mailbox(struct gpu_model *gm, unsigned int index, uint32_t value)
{
	gm->mailbox[index] = value;
}

void gm_gsp_set_active(struct gpu_model *gm, bool active)
{
	gm->active = active;
}

uint32_t gm_vf_scratch(struct gpu_model *gm, unsigned int function, unsigned int index)
{
	return gm->scratch[function][index];
}

uint64_t gm_bar_address(struct gpu_model *gm, unsigned int function, unsigned int bar)
{
	return function ? 0 : 0x100000000ULL * (bar + 1);
}

bool gm_bus_master(struct gpu_model *gm, unsigned int function)
{
	return true;
}

void gm_bar_set_pdb(struct gpu_model *gm, unsigned int bar, uint64_t pdb_spa)
{
	gm->pdb[bar] = pdb_spa;
}

void gm_tlb_drop_root(struct gpu_model *gm, unsigned int function, uint64_t pdb, bool sysmem)
{
}

int gm_chan_create(struct gpu_model *gm, const struct gm_chan_config *config)
{
	for (unsigned int i = 0; i < FAKE_CHANNELS; i++) {
		if (gm->chan[i].used && gm->chan[i].config.runlist == config->runlist &&
		    gm->chan[i].config.chid == config->chid)
			return -EEXIST;
	}
	for (unsigned int i = 0; i < FAKE_CHANNELS; i++) {
		if (gm->chan[i].used)
			continue;
		gm->chan[i] = (struct fake_chan){.used = true, .config = *config};
		return 0;
	}
	return -ENOSPC;
}

static struct fake_chan *fake_chan(struct gpu_model *gm, uint32_t runlist, uint32_t chid)
{
	for (unsigned int i = 0; i < FAKE_CHANNELS; i++) {
		if (gm->chan[i].used && gm->chan[i].config.runlist == runlist &&
		    gm->chan[i].config.chid == chid)
			return &gm->chan[i];
	}
	return NULL;
}

void gm_chan_destroy(struct gpu_model *gm, unsigned int gfid, uint32_t runlist, uint32_t chid)
{
	struct fake_chan *c = fake_chan(gm, runlist, chid);

	if (c)
		c->used = false;
}

int gm_chan_enable(struct gpu_model *gm, unsigned int gfid, uint32_t runlist, uint32_t chid,
		   bool on)
{
	struct fake_chan *c = fake_chan(gm, runlist, chid);

	if (!c)
		return -ENOENT;
	c->enabled = on;
	return 0;
}

void gm_chan_reset(struct gpu_model *gm, unsigned int gfid)
{
	memset(gm->chan, 0, sizeof(gm->chan));
}

const struct gm_board *gm_board(const struct gpu_model *gm)
{
	return &gm->board;
}

const struct gpu_model_config *gm_config(const struct gpu_model *gm)
{
	return &gm->config;
}

uint64_t gm_fw_reserved_start(const struct gpu_model *gm)
{
	return FAKE_RESERVED_START;
}

struct gm_gsp **gm_gsp_slot(struct gpu_model *gm)
{
	return &gm->gsp;
}

static uint8_t *fake_map(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert(p != MAP_FAILED);
	return p;
}

struct gpu_model *fake_new(void)
{
	struct gpu_model *gm = calloc(1, sizeof(*gm));

	assert(gm);
	gm->sysmem = fake_map(FAKE_SYSMEM_BYTES);
	gm->vram = fake_map(FAKE_VRAM_BYTES);
	gm->no_dma_function = ~0U;
	gm->now = 1000000;
	gm->config.plugin_boot_ns = 1000000;
	gm->board = (struct gm_board){
		.name = "L40",
		.device = 0x26b5,
		.subsystem = 0x169d,
		.vram_bytes = FAKE_VRAM_BYTES,
		.num_vfs = 32,
		.vf_offset = 4,
		.vf_stride = 1,
		.vf_bar0_bytes = 0x40000,
		.vf_bar1_bytes = 2ULL << 30,
		.vf_bar3_bytes = 32ULL << 20,
		.gpc_mask = 0xfff,
		.tpc_mask = 0x3f,
	};
	assert(!gm_gsp_init(gm));
	return gm;
}

void fake_free(struct gpu_model *gm)
{
	gm_gsp_fini(gm);
	munmap(gm->sysmem, FAKE_SYSMEM_BYTES);
	munmap(gm->vram, FAKE_VRAM_BYTES);
	free(gm);
}

void fake_run(struct gpu_model *gm, uint64_t ns)
{
	uint64_t end = gm->now + ns;

	for (;;) {
		struct fake_timer *next = NULL;

		for (int i = 0; i < FAKE_TIMERS; i++) {
			struct fake_timer *t = &gm->timer[i];

			if (t->used && t->when <= end && (!next || t->when < next->when))
				next = t;
		}
		if (!next)
			break;
		next->used = false;
		if (next->when > gm->now)
			gm->now = next->when;
		next->fn(gm, next->arg);
	}
	gm->now = end;
}
