// SPDX-License-Identifier: GPL-2.0-or-later
/* The model as its host sees it: creation, resets, DMA, deferred work, statistics. */
#include "board.h"

#define GM_LOG_BYTES 320

void gm_log(struct gpu_model *gm, enum gpu_model_log_level level, const char *fmt, ...)
{
	char line[GM_LOG_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (gm->ops.log)
		gm->ops.log(gm->opaque, level, line);
	else if (level <= GPU_MODEL_LOG_WARN)
		fprintf(stderr, "gpu-model: %s\n", line);
}

/* ---- configuration ---- */

static void set_error(char *errbuf, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void set_error(char *errbuf, size_t size, const char *fmt, ...)
{
	va_list ap;

	if (!errbuf || !size)
		return;
	va_start(ap, fmt);
	vsnprintf(errbuf, size, fmt, ap);
	va_end(ap);
}

static bool power_of_two(uint64_t v)
{
	return v && !(v & (v - 1));
}

/* Least VRAM that holds a GSP image, its bare-metal heap and some framebuffer. */
#define GM_VRAM_MIN_BYTES (256ULL << 20)

static int config_board(struct gpu_model *gm, char *err, size_t size)
{
	const struct gm_board *board = gm_board_find(gm->config.board);
	uint64_t seg;
	char names[128];

	if (!board) {
		gm_board_names(names, sizeof(names));
		set_error(err, size, "board \"%s\": not in the table; known boards: %s",
			  gm->config.board, names);
		return -EINVAL;
	}
	gm->board = *board;
	if (gm->config.vram_bytes)
		gm->board.vram_bytes = gm->config.vram_bytes;
	if (gm->config.num_vfs)
		gm->board.num_vfs = gm->config.num_vfs;
	if (gm->config.gpc_mask)
		gm->board.gpc_mask = gm->config.gpc_mask;
	if (gm->config.tpc_mask)
		gm->board.tpc_mask = gm->config.tpc_mask;
	if (!gm->config.vmmu_segment_bytes)
		gm->config.vmmu_segment_bytes = NV_VMMU_SEGMENT_DEFAULT_BYTES;
	seg = gm->config.vmmu_segment_bytes;
	if (!power_of_two(seg) || seg < NV_VMMU_SEGMENT_MIN_BYTES ||
	    seg > NV_VMMU_SEGMENT_MAX_BYTES) {
		set_error(err, size,
			  "VMMU segment of %llu bytes: must be a power of two, 32 MiB to 1 GiB",
			  (unsigned long long)seg);
		return -EINVAL;
	}
	if (gm->board.vram_bytes < GM_VRAM_MIN_BYTES || (gm->board.vram_bytes & (seg - 1)) ||
	    gm->board.vram_bytes > NV_PCI_PF_BAR1_BYTES) {
		set_error(err, size,
			  "VRAM of %llu bytes: must be 256 MiB to 64 GiB and a multiple of the VMMU segment",
			  (unsigned long long)gm->board.vram_bytes);
		return -EINVAL;
	}
	if (!gm->config.msix_entries)
		gm->config.msix_entries = NV_PCI_MSIX_ENTRIES;
	if (gm->config.msix_entries > NV_PCI_MSIX_ENTRIES) {
		set_error(err, size, "%u MSI-X entries: at most %u", gm->config.msix_entries,
			  NV_PCI_MSIX_ENTRIES);
		return -EINVAL;
	}
	if (gm->board.num_vfs > GPU_MODEL_MAX_VFS) {
		set_error(err, size, "%u VFs: at most %u", gm->board.num_vfs, GPU_MODEL_MAX_VFS);
		return -EINVAL;
	}
	return 0;
}

static int config_copy(struct gpu_model *gm, const struct gpu_model_config *config)
{
	size_t n;

	if (config)
		gm->config = *config;
	n = gm->config.num_fw_rows;
	if (n) {
		gm->fw_rows = calloc(n, sizeof(*gm->fw_rows));
		if (!gm->fw_rows)
			return -ENOMEM;
		for (size_t i = 0; i < n; i++) {
			gm->fw_rows[i].gsp_image_bytes = config->fw_rows[i].gsp_image_bytes;
			gm->fw_rows[i].line = strdup(config->fw_rows[i].line);
			if (!gm->fw_rows[i].line)
				return -ENOMEM;
		}
	}
	gm->config.fw_rows = gm->fw_rows;
	return 0;
}

/* ---- life ---- */

static void power_on(struct gpu_model *gm)
{
	gm->vfs_enabled = 0;
	gm_put16(gm->pf_mask + NV_PCI_PF_EXT_SRIOV + NV_PCI_SRIOV_NUM_VFS, 0xffff);
	for (unsigned int fn = 0; fn <= gm->board.num_vfs; fn++) {
		gm_config_reset(gm, fn);
		gm_window_reset(gm, fn);
	}
	gm_pf_reg_reset(gm);
	gm_falcon_power_on(gm);
	gm_vbios_build(gm);
}

struct gpu_model *gpu_model_new(const struct gpu_model_config *config,
				const struct gpu_model_host_ops *ops, void *opaque, char *errbuf,
				size_t errbuf_size)
{
	struct gpu_model *gm = calloc(1, sizeof(*gm));
	char text[256] = "out of memory";

	if (!gm) {
		set_error(errbuf, errbuf_size, "%s", text);
		return NULL;
	}
	gm->vram_fd = -1;
	gm->ops = *ops;
	gm->opaque = opaque;
	gm->unknown = calloc(GM_UNKNOWN_WORDS, sizeof(uint64_t));
	if (!gm->unknown || config_copy(gm, config) ||
	    config_board(gm, text, sizeof(text)) ||
	    gm_fail_set(gm, gm->config.fail, text, sizeof(text)) ||
	    gm_vram_init(gm, text, sizeof(text)) || gm_falcon_init(gm) || gm_chan_init(gm) ||
	    gm_vbios_build(gm)) {
		set_error(errbuf, errbuf_size, "%s", text);
		gpu_model_free(gm);
		return NULL;
	}
	/* The copies replace what belongs to the caller. */
	gm->config.board = gm->board.name;
	gm->config.fail = NULL;
	gm_config_init_masks(gm);
	if (gm_gsp_init(gm)) {
		set_error(errbuf, errbuf_size, "GSP: its state cannot be created");
		gpu_model_free(gm);
		return NULL;
	}
	power_on(gm);
	return gm;
}

void gpu_model_free(struct gpu_model *gm)
{
	if (!gm)
		return;
	gpu_model_trace(gm, NULL, NULL, 0);
	if (gm->gsp)
		gm_gsp_fini(gm);
	gm_chan_fini(gm);
	gm_vmmu_fini(gm);
	gm_vram_fini(gm);
	gm_falcon_fini(gm);
	gm_vbios_free(gm);
	for (size_t i = 0; gm->fw_rows && i < gm->config.num_fw_rows; i++)
		free((char *)gm->fw_rows[i].line);
	free(gm->fw_rows);
	free(gm->unknown);
	free(gm);
}

void gpu_model_reset(struct gpu_model *gm)
{
	gpu_model_function_reset(gm, 0);
}

void gpu_model_function_reset(struct gpu_model *gm, unsigned int function)
{
	if (function > gm->board.num_vfs)
		return;
	gm->stats.function_resets++;
	gm_trace_event(gm, 'M', "reset of function %u", function);
	gm_chan_reset(gm, function ? function : GM_CHAN_ALL);
	if (function) {
		gm_config_reset(gm, function);
		gm_window_reset(gm, function);
		gm_gsp_function_reset(gm, function);
		return;
	}
	/* VFs go with the PF, and with GSP all that the VMMU maps. */
	gm_gsp_halt(gm);
	gm_vmmu_fini(gm);
	power_on(gm);
}

unsigned int gpu_model_num_vfs(const struct gpu_model *gm)
{
	return gm->board.num_vfs;
}

int gpu_model_set_fail(struct gpu_model *gm, const char *names, char *errbuf, size_t errbuf_size)
{
	int ret = gm_fail_set(gm, names, errbuf, errbuf_size);

	return ret ? ret : gm_vbios_build(gm);
}

int gpu_model_inject(struct gpu_model *gm, const char *what, char *errbuf, size_t errbuf_size)
{
	return gm_gsp_inject(gm, what, errbuf, errbuf_size);
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
	return gm->fw_reserved_start ? gm->fw_reserved_start : gm->board.vram_bytes;
}

struct gm_gsp **gm_gsp_slot(struct gpu_model *gm)
{
	return &gm->gsp;
}

/* ---- DMA ---- */

static int dma_allowed(struct gpu_model *gm, unsigned int function, uint64_t addr, size_t len)
{
	if (!gm_bus_master(gm, function)) {
		if (!gm->stats.dma_refused++)
			gm_log(gm, GPU_MODEL_LOG_WARN,
			       "function %u: DMA to 0x%llx with bus mastering off", function,
			       (unsigned long long)addr);
		return -EPERM;
	}
	if (addr >> NV_PCI_DMA_BITS || (addr + len - 1) >> NV_PCI_DMA_BITS) {
		gm->stats.dma_faults++;
		return -EFAULT;
	}
	if (addr > UINT32_MAX)
		gm->stats.dma_above_4g++;
	return 0;
}

static int dma_done(struct gpu_model *gm, unsigned int function, uint64_t addr, int ret)
{
	if (ret && !gm->stats.dma_faults++)
		gm_log(gm, GPU_MODEL_LOG_WARN, "function %u: DMA at 0x%llx faulted (%d)", function,
		       (unsigned long long)addr, ret);
	return ret;
}

int gm_dma_read(struct gpu_model *gm, unsigned int function, uint64_t addr, void *buf, size_t len)
{
	int ret;

	if (!len)
		return 0;
	ret = dma_allowed(gm, function, addr, len);
	if (ret)
		return ret;
	return dma_done(gm, function, addr,
			gm->ops.dma_read(gm->opaque, function, addr, buf, len));
}

int gm_dma_write(struct gpu_model *gm, unsigned int function, uint64_t addr, const void *buf,
		 size_t len)
{
	int ret;

	if (!len)
		return 0;
	ret = dma_allowed(gm, function, addr, len);
	if (ret)
		return ret;
	return dma_done(gm, function, addr,
			gm->ops.dma_write(gm->opaque, function, addr, buf, len));
}

/* ---- deferred work ---- */

uint64_t gm_now_ns(struct gpu_model *gm)
{
	return gm->ops.now_ns(gm->opaque);
}

int gm_after(struct gpu_model *gm, uint64_t delay_ns,
	     void (*fn)(struct gpu_model *gm, uint64_t arg), uint64_t arg)
{
	for (unsigned int i = 0; i < GM_MAX_TIMERS; i++) {
		struct gm_timer *t = &gm->timer[i];

		if (t->used)
			continue;
		*t = (struct gm_timer){ .used = true, .due_ns = gm_now_ns(gm) + delay_ns,
					.arg = arg, .fn = fn };
		gm->ops.schedule(gm->opaque, delay_ns);
		return 0;
	}
	gm_log(gm, GPU_MODEL_LOG_ERROR, "deferred work: all %u places are taken", GM_MAX_TIMERS);
	return -ENOSPC;
}

void gm_cancel(struct gpu_model *gm, void (*fn)(struct gpu_model *gm, uint64_t arg))
{
	for (unsigned int i = 0; i < GM_MAX_TIMERS; i++)
		if (gm->timer[i].used && gm->timer[i].fn == fn)
			gm->timer[i].used = false;
}

/* The pending call that is due first, NULL for none. */
static struct gm_timer *timer_first(struct gpu_model *gm)
{
	struct gm_timer *first = NULL;

	for (unsigned int i = 0; i < GM_MAX_TIMERS; i++)
		if (gm->timer[i].used && (!first || gm->timer[i].due_ns < first->due_ns))
			first = &gm->timer[i];
	return first;
}

void gpu_model_run(struct gpu_model *gm)
{
	/* Work that asks for itself again must not keep the caller here. */
	unsigned int budget = 2 * GM_MAX_TIMERS;
	struct gm_timer *t;
	uint64_t now;

	while ((t = timer_first(gm))) {
		struct gm_timer due = *t;

		now = gm_now_ns(gm);
		if (due.due_ns > now || !budget--) {
			gm->ops.schedule(gm->opaque, due.due_ns > now ? due.due_ns - now : 0);
			return;
		}
		t->used = false;
		due.fn(gm, due.arg);
	}
}

/* ---- statistics ---- */

static void stats_board(struct gpu_model *gm, FILE *f)
{
	fprintf(f, "\"board\":\"%s\",\"vram_bytes\":%llu,\"vmmu_segment_bytes\":%llu,"
		   "\"resident_bytes\":%llu,\"num_vfs\":%u,\"vfs_enabled\":%u,\"gsp_active\":%s,"
		   "\"wpr2_set\":%s,\"scrubbed\":%s,\"fw_reserved_start\":%llu",
		gm->board.name, (unsigned long long)gm->board.vram_bytes,
		(unsigned long long)gm->config.vmmu_segment_bytes,
		(unsigned long long)gm->resident_pages << GM_PAGE_SHIFT, gm->board.num_vfs,
		gm->vfs_enabled, gm->falcon_gsp.riscv_active ? "true" : "false",
		gm->wpr2_hi ? "true" : "false", gm->scrubbed ? "true" : "false",
		(unsigned long long)gm_fw_reserved_start(gm));
}

static void stats_counters(const struct gpu_model *gm, FILE *f)
{
	const struct gm_stats *s = &gm->stats;
	const struct {
		const char *name;
		uint64_t value;
	} counters[] = {
		{ "unknown_reads", s->unknown_reads },
		{ "unknown_writes", s->unknown_writes },
		{ "dma_refused", s->dma_refused },
		{ "dma_faults", s->dma_faults },
		{ "dma_above_4g", s->dma_above_4g },
		{ "bar_faults", s->bar_faults },
		{ "wpr_blocked", s->wpr_blocked },
		{ "tlb_invalidates", s->tlb_invalidates },
		{ "tlb_overlaps", s->tlb_overlaps },
		{ "tlb_vf_all_pdb", s->tlb_vf_all_pdb },
		{ "irq_sent", s->irq_sent },
		{ "irq_dropped", s->irq_dropped },
		{ "usermode_doorbells", s->usermode_doorbells },
		{ "fwsec_runs", s->fwsec_runs },
		{ "scrubber_runs", s->scrubber_runs },
		{ "booter_loads", s->booter_loads },
		{ "booter_unloads", s->booter_unloads },
		{ "vram_full", s->vram_full },
		{ "vmmu_shared", s->vmmu_shared },
		{ "function_resets", s->function_resets },
		{ "channels", gm_chan_count(gm) },
		{ "channel_errors", s->chan_errors },
		{ "bad_doorbells", s->bad_doorbells },
		{ "pushbuffer_dwords", s->pb_dwords },
		{ "host_methods", s->host_methods },
		{ "semaphore_releases", s->sem_releases },
		{ "semaphore_acquires", s->sem_acquires },
		{ "semaphore_waits", s->sem_waits },
		{ "nonstall_irqs", s->nonstall_irqs },
		{ "notifications", s->notifications },
		{ "ce_launches", s->ce_launches },
		{ "ce_bytes", s->ce_bytes },
		{ "ce_fill_bytes", s->ce_fill_bytes },
	};

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		fprintf(f, ",\"%s\":%llu", counters[i].name,
			(unsigned long long)counters[i].value);
}

char *gpu_model_stats_json(struct gpu_model *gm)
{
	char *text = NULL, *gsp;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fputc('{', f);
	stats_board(gm, f);
	stats_counters(gm, f);
	gsp = gm_gsp_stats(gm);
	if (gsp && *gsp)
		fprintf(f, ",%s", gsp);
	free(gsp);
	fputc('}', f);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}
