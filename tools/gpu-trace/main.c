// SPDX-License-Identifier: GPL-2.0-or-later
/* gpu-trace: look at traces of the GPU model. */
#include <stdlib.h>
#include <string.h>

#include "../gpu-model/trace.h"
#include "normal.h"

#define STATUS_DIFFERENT 1
#define STATUS_ERROR 2

static void __attribute__((noreturn)) usage(FILE *f)
{
	fputs("usage: gpu-trace show [--part NAME] FILE      the normal form\n"
	      "       gpu-trace diff [--part NAME] FILE FILE compare the normal forms; 1: they differ\n"
	      "       gpu-trace count [--part NAME] FILE     accesses by register\n"
	      "       gpu-trace phases [--part NAME] FILE    accesses and time up to each milestone\n"
	      "FILE is what vgpu-lab --trace or gpu_model_trace() wrote, or a normal form; .gz too.\n"
	      "--part: what lies between the milestones \"begin NAME\" and \"end NAME\". A normal form\n"
	      "as the first file of diff is whole and not cut.\n", f);
	exit(f == stdout ? 0 : STATUS_ERROR);
}

static void load(struct trace *t, const char *path, const char *part)
{
	char err[512] = "";

	if (!trace_read(t, path, part, err, sizeof(err)))
		return;
	fprintf(stderr, "gpu-trace: %s\n", err);
	exit(STATUS_ERROR);
}

static void normalise(const struct trace *t, struct trace_normal *n)
{
	if (!trace_normalise(t, n))
		return;
	fputs("gpu-trace: out of memory\n", stderr);
	exit(STATUS_ERROR);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "", *part = NULL;
	struct trace_normal na = { 0 }, nb = { 0 };
	struct trace a = { 0 }, b = { 0 };
	int at = 2, status = 0;

	if (!strcmp(verb, "--help"))
		usage(stdout);
	if (at + 1 < argc && !strcmp(argv[at], "--part")) {
		part = argv[at + 1];
		at += 2;
	}
	if (argc - at != (strcmp(verb, "diff") ? 1 : 2))
		usage(stderr);
	if (!strcmp(verb, "diff")) {
		load(&a, argv[at], NULL);
		load(&b, argv[at + 1], part);
		normalise(&a, &na);
		normalise(&b, &nb);
		status = trace_diff(&na, &nb, stdout) ? 0 : STATUS_DIFFERENT;
		trace_normal_free(&nb);
	} else if (!strcmp(verb, "show")) {
		load(&a, argv[at], part);
		normalise(&a, &na);
		puts(GM_TRACE_HEADER);
		for (size_t i = 0; i < na.num_lines; i++)
			puts(na.line[i]);
	} else if (!strcmp(verb, "count")) {
		load(&a, argv[at], part);
		trace_count(&a, stdout);
	} else if (!strcmp(verb, "phases")) {
		load(&a, argv[at], part);
		trace_phases(&a, stdout);
	} else {
		usage(stderr);
	}
	trace_normal_free(&na);
	trace_free(&a);
	trace_free(&b);
	return status;
}
