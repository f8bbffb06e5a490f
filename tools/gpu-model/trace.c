// SPDX-License-Identifier: GPL-2.0-or-later
/* Recording a trace; trace.h has its form. While none is recorded, gm->trace is NULL. */
#include "../../kmod/abi/rpc.h"
#include "board.h"
#include "trace.h"

#define TRACE_BUFFER_BYTES (1 << 20)
#define TRACE_ARGS_BYTES 160

struct gm_trace {
	FILE *f;
	uint64_t start_ns; /* of the first event */
	bool started;
	/* The access that may still repeat. */
	char held[GM_TRACE_NAME_BYTES + 32];
	uint64_t held_us, repeats;
};

static uint64_t trace_us(struct gpu_model *gm)
{
	struct gm_trace *t = gm->trace;
	uint64_t now = gm_now_ns(gm);

	if (!t->started) {
		t->started = true;
		t->start_ns = now;
	}
	return (now - t->start_ns) / 1000;
}

static void held_out(struct gm_trace *t)
{
	if (!t->repeats)
		return;
	fprintf(t->f, "%llu %s", (unsigned long long)t->held_us, t->held);
	if (t->repeats > 1)
		fprintf(t->f, " x%llu", (unsigned long long)t->repeats);
	fputc('\n', t->f);
	t->repeats = 0;
}

void gm_trace_access(struct gpu_model *gm, char op, unsigned int function, unsigned int bar,
		     uint64_t offset, uint64_t value, unsigned int size)
{
	char name[GM_TRACE_NAME_BYTES], line[sizeof(gm->trace->held)];
	enum gm_trace_kind kind = GM_TRACE_AREA;
	struct gm_trace *t = gm->trace;

	if (bar == NV_PCI_BAR_REGS)
		kind = gm_trace_register(function, offset, name);
	else if (function)
		snprintf(name, sizeof(name), "gfid%u:BAR%u", function, bar);
	else
		snprintf(name, sizeof(name), "BAR%u", bar);
	if (kind == GM_TRACE_AREA)
		snprintf(line, sizeof(line), "%c %s %c", op, name, kind);
	else
		snprintf(line, sizeof(line), "%c %s %c%0*llx", op, name, kind, (int)size * 2,
			 (unsigned long long)value);
	if (t->repeats && !strcmp(line, t->held)) {
		t->repeats++;
		return;
	}
	held_out(t);
	t->held_us = trace_us(gm);
	memcpy(t->held, line, sizeof(line));
	t->repeats = 1;
}

static void trace_line(struct gpu_model *gm, char what, const char *text)
{
	uint64_t us = trace_us(gm);

	held_out(gm->trace);
	fprintf(gm->trace->f, "%llu %c %s\n", (unsigned long long)us, what, text);
}

void gm_trace_event(struct gpu_model *gm, char what, const char *fmt, ...)
{
	char text[TRACE_ARGS_BYTES];
	va_list ap;

	if (!gm->trace)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	trace_line(gm, what, text);
}

void gm_trace_call(struct gpu_model *gm, uint32_t function, const uint8_t *payload, uint32_t bytes)
{
	char name[GM_TRACE_NAME_BYTES], detail[GM_TRACE_NAME_BYTES] = "-";
	struct rpc_rm_control control;
	struct rpc_rm_alloc alloc;

	if (!gm->trace)
		return;
	gm_trace_rpc_name(function, name);
	if (function == RPC_FN_GSP_RM_CONTROL && bytes >= sizeof(control)) {
		memcpy(&control, payload, sizeof(control));
		gm_trace_control_name(le32toh(control.cmd), detail);
	} else if (function == RPC_FN_GSP_RM_ALLOC && bytes >= sizeof(alloc)) {
		memcpy(&alloc, payload, sizeof(alloc));
		gm_trace_class_name(le32toh(alloc.h_class), detail);
	}
	gm_trace_event(gm, 'C', "%s %s %u", name, detail, bytes);
}

void gm_trace_message(struct gpu_model *gm, uint32_t function, uint32_t bytes, uint32_t result)
{
	char name[GM_TRACE_NAME_BYTES];

	if (!gm->trace)
		return;
	gm_trace_rpc_name(function, name);
	gm_trace_event(gm, function >= RPC_EV_FIRST ? 'E' : 'A', "%s %u 0x%x", name, bytes, result);
}

static void trace_close(struct gpu_model *gm)
{
	struct gm_trace *t = gm->trace;

	if (!t)
		return;
	held_out(t);
	fclose(t->f);
	free(t);
	gm->trace = NULL;
}

int gpu_model_trace(struct gpu_model *gm, const char *path, char *errbuf, size_t errbuf_size)
{
	struct gm_trace *t;

	trace_close(gm);
	if (!path || !*path)
		return 0;
	t = calloc(1, sizeof(*t));
	if (t)
		t->f = fopen(path, "we");
	if (!t || !t->f) {
		int err = t ? errno : ENOMEM;

		if (errbuf && errbuf_size)
			snprintf(errbuf, errbuf_size, "trace: %s cannot be written: %s", path,
				 strerror(err));
		free(t);
		return -err;
	}
	setvbuf(t->f, NULL, _IOFBF, TRACE_BUFFER_BYTES);
	fprintf(t->f, "%s %s\n", GM_TRACE_HEADER, gm->board.name);
	gm->trace = t;
	return 0;
}

void gpu_model_trace_mark(struct gpu_model *gm, const char *text)
{
	if (!gm->trace)
		return;
	gm_trace_event(gm, 'M', "%s", text);
	fflush(gm->trace->f);
}
