// SPDX-License-Identifier: GPL-2.0-or-later
/* GSP-RM as the board starts and stops it: hand-over from booter, log buffers, unload, crash. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "gsp.h"

/* Time from the release of the core to the first message; hardware takes longer. */
#define GSP_BOOT_NS 200000
/* From the answer to UNLOADING_GUEST_DRIVER until the core has halted; hardware takes longer. */
#define GSP_UNLOAD_NS 10000000

static void gsp_boot(struct gpu_model *gm, uint64_t arg);
static void gsp_halt(struct gpu_model *gm, uint64_t arg);

int gm_gsp_init(struct gpu_model *gm)
{
	struct gm_gsp *g = calloc(1, sizeof(*g));

	if (!g)
		return -ENOMEM;
	g->call_msg = calloc(1, GSP_HEADERS_BYTES + GSP_CALL_MAX_BYTES + GSP_QUEUE_MAX_MSG_BYTES);
	g->shm_page = calloc(GSP_MAX_SHM_PAGES, sizeof(*g->shm_page));
	g->objects = calloc(GSP_MAX_OBJECTS, sizeof(*g->objects));
	g->out_tail = &g->out_head;
	if (!g->call_msg || !g->shm_page || !g->objects) {
		free(g->call_msg);
		free(g->shm_page);
		free(g->objects);
		free(g);
		return -ENOMEM;
	}
	g->call_buf = g->call_msg + GSP_HEADERS_BYTES;
	*gm_gsp_slot(gm) = g;
	return 0;
}

void gm_gsp_fini(struct gpu_model *gm)
{
	struct gm_gsp *g = gsp_of(gm);

	if (!g)
		return;
	gsp_queue_stop(gm);
	free(g->call_msg);
	free(g->shm_page);
	free(g->objects);
	free(g);
	*gm_gsp_slot(gm) = NULL;
}

/* Forget all firmware state but the counters. */
static void gsp_forget(struct gpu_model *gm)
{
	struct gm_gsp *g = gsp_of(gm);

	gm_cancel(gm, gsp_boot);
	gm_cancel(gm, gsp_halt);
	gsp_queue_stop(gm);
	gsp_plugins_stop(gm);
	gm_chan_reset(gm, GM_CHAN_ALL);
	g->have_system_info = false;
	g->have_registry = false;
	g->init_sent = false;
	g->sriov_mode = false;
	g->heterogeneous = false;
	g->num_types = 0;
	g->num_objects = 0;
	g->bar1_pdb = 0;
	g->bar2_pdb = 0;
}

void gm_gsp_start(struct gpu_model *gm, uint64_t libos_args, const char *line,
		  unsigned int vf_partitions)
{
	struct gm_gsp *g = gsp_of(gm);

	gsp_forget(gm);
	g->state = GSP_STARTING;
	g->libos_args = libos_args;
	g->vf_partitions = vf_partitions;
	snprintf(g->version, sizeof(g->version), "%s", line ? line : "");
	g->line = gsp_line_find(g->version);
	gm_gsp_set_active(gm, true);
	if (gm_after(gm, GSP_BOOT_NS, gsp_boot, 0))
		gsp_boot(gm, 0);
}

void gm_gsp_stop(struct gpu_model *gm)
{
	struct gm_gsp *g = gsp_of(gm);

	gsp_forget(gm);
	g->state = GSP_OFF;
}

/* Leave what a person would look for in a log buffer: a put pointer and readable text. */
static void gsp_write_log(struct gpu_model *gm, const struct libos_arg *arg, const char *name)
{
	struct gm_gsp *g = gsp_of(gm);
	struct libos_log_header header;
	char text[256] = "";
	uint64_t pa = le64toh(arg->pa);

	if (arg->loc != LIBOS_ARG_LOC_SYSMEM || le64toh(arg->size) < GSP_PAGE_BYTES) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: log %s: not a buffer in system memory", name);
		return;
	}
	if (gm_dma_read(gm, 0, pa, &header, sizeof(header))) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: log %s: DMA read failed", name);
		return;
	}
	if (le64toh(header.pte[0]) != pa)
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: log %s: first page entry is not the buffer",
		       name);
	snprintf(text, sizeof(text), "%s: GSP-RM %s, VF partitions %u (GPU model)\n", name, g->version,
		 g->vf_partitions);
	gm_dma_write(gm, 0, pa + sizeof(header), text, sizeof(text));
	header.put = htole64(sizeof(text) / sizeof(uint64_t));
	gm_dma_write(gm, 0, pa, &header.put, sizeof(header.put));
}

/* Walk the libos arguments; *@rmargs gets the address of the RMARGS page, 0 when missing. */
static int gsp_walk_libos_args(struct gpu_model *gm, uint64_t *rmargs)
{
	static const struct {
		uint64_t id;
		const char *name;
	} logs[] = {
		{LIBOS_ARG_ID_LOGINIT, "LOGINIT"},
		{LIBOS_ARG_ID_LOGINTR, "LOGINTR"},
		{LIBOS_ARG_ID_LOGRM, "LOGRM"},
	};
	struct libos_arg args[LIBOS_ARGS_MAX];
	struct gm_gsp *g = gsp_of(gm);

	*rmargs = 0;
	if (gm_dma_read(gm, 0, g->libos_args, args, sizeof(args)))
		return -EFAULT;
	for (size_t i = 0; i < LIBOS_ARGS_MAX && args[i].id; i++) {
		uint64_t id = le64toh(args[i].id);

		if (i == 0 && id != LIBOS_ARG_ID_LOGINIT)
			gm_log(gm, GPU_MODEL_LOG_WARN,
			       "gsp: libos arguments: LOGINIT is not first");
		if (id == LIBOS_ARG_ID_RMARGS && args[i].loc == LIBOS_ARG_LOC_SYSMEM)
			*rmargs = le64toh(args[i].pa);
		for (size_t k = 0; k < sizeof(logs) / sizeof(logs[0]); k++) {
			if (id == logs[k].id)
				gsp_write_log(gm, &args[i], logs[k].name);
		}
	}
	return 0;
}

/* RM's own root page directories, empty, bound to BAR1 and BAR2. */
static void gsp_bind_bars(struct gpu_model *gm)
{
	struct gm_gsp *g = gsp_of(gm);
	uint64_t base = gm_fw_reserved_start(gm);

	g->bar1_pdb = base + GSP_BAR1_PDB_OFFSET;
	g->bar2_pdb = base + GSP_BAR2_PDB_OFFSET;
	gm_vram_zero(gm, g->bar1_pdb, GSP_PAGE_BYTES);
	gm_vram_zero(gm, g->bar2_pdb, GSP_PAGE_BYTES);
	gm_bar_set_pdb(gm, 1, g->bar1_pdb);
	gm_bar_set_pdb(gm, 3, g->bar2_pdb);
}

static void gsp_boot(struct gpu_model *gm, uint64_t arg)
{
	struct gsp_msgq_init_args msgq;
	struct gm_gsp *g = gsp_of(gm);
	uint64_t rmargs;

	if (g->state != GSP_STARTING)
		return;
	if (!g->line) {
		gm_log(gm, GPU_MODEL_LOG_ERROR, "gsp: firmware line %s is not modelled, GSP halts",
		       g->version);
		gsp_crash(gm, "unknown firmware line");
		return;
	}
	if (gsp_walk_libos_args(gm, &rmargs) || !rmargs) {
		gm_log(gm, GPU_MODEL_LOG_ERROR, "gsp: no RMARGS in the libos arguments at 0x%llx",
		       (unsigned long long)g->libos_args);
		gsp_crash(gm, "no RMARGS");
		return;
	}
	/* The queue arguments come first on every line; the rest of RMARGS is not looked at. */
	if (gm_dma_read(gm, 0, rmargs, &msgq, sizeof(msgq))) {
		gsp_crash(gm, "RMARGS page cannot be read");
		return;
	}
	if (gsp_objects_init(g) || gsp_queue_start(gm, &msgq)) {
		gsp_crash(gm, "message queues are not usable");
		return;
	}
	gsp_bind_bars(gm);
	g->state = GSP_RUNNING;
	gm_trace_event(gm, 'M', "GSP runs");
	gm_log(gm, GPU_MODEL_LOG_INFO, "gsp: GSP-RM %s is up, %u VF partitions", g->version,
	       g->vf_partitions);
	gsp_queue_poll(gm);
}

void gsp_maybe_init_done(struct gpu_model *gm)
{
	struct rpc_run_cpu_sequencer seq = {.buffer_dwords = htole32(1)};
	struct rpc_init_done done = {0};
	struct gm_gsp *g = gsp_of(gm);

	if (g->init_sent || !g->have_system_info || !g->have_registry)
		return;
	g->init_sent = true;
	gsp_event(gm, RPC_EV_GSP_RUN_CPU_SEQUENCER, &seq, sizeof(seq), NULL, 0);
	if (gm_fail(gm, "init-done")) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: fault init-done: GSP_INIT_DONE is not sent");
		return;
	}
	gsp_event(gm, RPC_EV_GSP_INIT_DONE, &done, sizeof(done), NULL, 0);
}

static void gsp_halt(struct gpu_model *gm, uint64_t arg)
{
	gm_trace_event(gm, 'M', "GSP unloaded");
	gm_gsp_set_mailbox(gm, 0, RPC_UNLOADING_MAILBOX0_DONE);
	gm_gsp_set_active(gm, false);
	gm_log(gm, GPU_MODEL_LOG_INFO, "gsp: GSP-RM has unloaded");
}

void gsp_unload(struct gpu_model *gm)
{
	struct gm_gsp *g = gsp_of(gm);

	gsp_forget(gm);
	g->state = GSP_UNLOADED;
	gm_bar_set_pdb(gm, 1, GM_BAR_PDB_NONE);
	gm_bar_set_pdb(gm, 3, GM_BAR_PDB_NONE);
	if (gm_after(gm, GSP_UNLOAD_NS, gsp_halt, 0))
		gsp_halt(gm, 0);
}

void gsp_crash(struct gpu_model *gm, const char *why)
{
	struct gm_gsp *g = gsp_of(gm);

	gm_log(gm, GPU_MODEL_LOG_ERROR, "gsp: core halted: %s", why);
	gsp_forget(gm);
	g->state = GSP_CRASHED;
	gm_trace_event(gm, 'M', "GSP crashed");
	gm_gsp_set_active(gm, false);
	gm_gsp_falcon_cause(gm, NV_PFALCON_IRQ_HALT);
}

void gm_gsp_doorbell(struct gpu_model *gm)
{
	if (gsp_of(gm)->state == GSP_RUNNING)
		gsp_queue_poll(gm);
}

/* Doorbell handles on the PF that belong to GSP's own units and need no answer here. */
#define GSP_PF_HANDLE_TIMER 3
#define GSP_PF_HANDLE_FAULT 16

void gm_gsp_priv_doorbell(struct gpu_model *gm, unsigned int function, uint32_t value)
{
	struct gm_gsp *g = gsp_of(gm);
	struct plugin *p;

	if (g->state != GSP_RUNNING)
		return;
	if (function) {
		p = gsp_plugin(g, function);
		if (p)
			guest_doorbell(gm, p, value);
		return;
	}
	if (value % NV_VFN_INTR_VECTORS_PER_LEAF == VGPU_DOORBELL_CPU_PLUGIN) {
		p = gsp_plugin(g, VGPU_DOORBELL_GFID(value));
		if (p) {
			plugin_doorbell(gm, p);
			return;
		}
	} else if (value == GSP_PF_HANDLE_TIMER || value == GSP_PF_HANDLE_FAULT) {
		return;
	}
	g->stats.bad_doorbells++;
	gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: doorbell value %u names no plugin", value);
}

void gm_gsp_function_reset(struct gpu_model *gm, unsigned int function)
{
	struct gm_gsp *g = gsp_of(gm);

	if (!function)
		gm_gsp_stop(gm);
	else if (function <= GPU_MODEL_MAX_VFS)
		guest_forget(&g->plugin[function]);
}

static int gsp_inject_error(char *errbuf, size_t size, const char *text)
{
	if (errbuf && size)
		snprintf(errbuf, size, "%s", text);
	return -EINVAL;
}

int gm_gsp_inject(struct gpu_model *gm, const char *what, char *errbuf, size_t errbuf_size)
{
	struct gm_gsp *g = gsp_of(gm);
	unsigned int gfid, xid;
	char end;

	if (g->state != GSP_RUNNING)
		return gsp_inject_error(errbuf, errbuf_size,
					"GSP does not run: nothing can happen in it");
	if (!strcmp(what, "gsp-crash")) {
		gsp_crash(gm, "injected crash");
		return 0;
	}
	if (sscanf(what, "xid:%u:%u%c", &gfid, &xid, &end) == 2) {
		g->line->error(gm, &(struct gsp_error){.gfid = gfid,
						       .xid = xid,
						       .engine_type = NV2080_ENGINE_GR0,
						       .runlist = ~0U,
						       .chid = ~0U});
		return 0;
	}
	if (sscanf(what, "plugin-crash:%u%c", &gfid, &end) == 1) {
		if (!gsp_plugin(g, gfid))
			return gsp_inject_error(errbuf, errbuf_size, "this GFID has no plugin");
		gsp_plugin_crash(gm, gsp_plugin(g, gfid));
		return 0;
	}
	return gsp_inject_error(errbuf, errbuf_size,
				"expected xid:GFID:CODE, plugin-crash:GFID or gsp-crash");
}
