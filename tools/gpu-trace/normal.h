/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traces of the GPU model (tools/gpu-model/trace.h) and their normal form: what is left of a trace
 * when everything that chance decides is taken out, so that two boots of the same driver on the
 * same board are equal, line by line.
 *
 *  - the firmware's lines (calls, answers, events, milestones) follow the accesses: GSP works
 *    beside the driver, and how the two interleave is chance;
 *  - no times, no interrupts, no values of clocks; registers that interrupt handlers touch are
 *    listed once at the end;
 *  - no values of registers that hold addresses of memory;
 *  - reads of one register in a row are one read, with the last value: polling;
 *  - accesses of memory (PROM, PRAMIN, BAR1, BAR3) in a row are one line without a count.
 *
 * A normal form is its own normal form, so references are kept in it.
 */
#ifndef GPU_TRACE_NORMAL_H
#define GPU_TRACE_NORMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdarg.h>
#include <stdio.h>

/* One line of a trace. Strings point into the trace's text. */
struct trace_event {
	uint64_t us;
	char op;	     /* R W C A E I M */
	char kind;	     /* of R and W: enum gm_trace_kind */
	const char *text;    /* register, or all that follows the letter */
	const char *value;   /* of R and W, hex digits, or "" */
	uint64_t repeats;
};

struct trace {
	char *text;
	struct trace_event *event;
	size_t num_events;
};

struct trace_normal {
	char **line;
	size_t num_lines;
};

/*
 * trace_read - read a trace or a reference
 * @path:	plain, or compressed when it ends in .gz
 * @part:	only what lies between the milestones "begin PART" and "end PART"; NULL: all
 *
 * Returns 0, or -1 with @err holding one sentence. The trace must be freed in either case.
 */
int trace_read(struct trace *t, const char *path, const char *part, char *err, size_t err_size);
/* The same for a @text in memory, malloc'ed and ended by 0, which then belongs to @t. */
int trace_parse(struct trace *t, char *text, const char *name, const char *part, char *err,
		size_t err_size);
void trace_free(struct trace *t);

/* Fill @n with the normal form of @t; -1 when memory is out. Free with trace_normal_free(). */
int trace_normalise(const struct trace *t, struct trace_normal *n);
void trace_normal_free(struct trace_normal *n);

/*
 * trace_diff - compare two traces in normal form
 * @out:	gets the first divergence with what surrounds it, then a table of the registers and
 *		calls whose counts in the normal forms are not equal; nothing when there is none
 *
 * Returns true when they are equal.
 */
bool trace_diff(const struct trace_normal *a, const struct trace_normal *b, FILE *out);

/* Accesses by register and by milestone, with times. */
void trace_count(const struct trace *t, FILE *out);
void trace_phases(const struct trace *t, FILE *out);

#endif /* GPU_TRACE_NORMAL_H */
