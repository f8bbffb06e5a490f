// SPDX-License-Identifier: GPL-2.0-or-later
/* How many accesses, where, until when. */
#include <stdlib.h>
#include <string.h>

#include "normal.h"

struct count {
	const char *name;
	uint64_t reads, writes;
};

static int by_number(const void *a, const void *b)
{
	const struct count *x = a, *y = b;
	uint64_t nx = x->reads + x->writes, ny = y->reads + y->writes;

	return nx != ny ? (nx < ny ? 1 : -1) : strcmp(x->name, y->name);
}

void trace_count(const struct trace *t, FILE *out)
{
	struct count *c = calloc(t->num_events + 1, sizeof(*c));
	size_t n = 0;

	if (!c)
		return;
	for (size_t i = 0; i < t->num_events; i++) {
		const struct trace_event *ev = &t->event[i];
		size_t k = 0;

		if (ev->op != 'R' && ev->op != 'W')
			continue;
		while (k < n && strcmp(c[k].name, ev->text))
			k++;
		if (k == n)
			c[n++].name = ev->text;
		*(ev->op == 'R' ? &c[k].reads : &c[k].writes) += ev->repeats;
	}
	qsort(c, n, sizeof(*c), by_number);
	fprintf(out, "%10s %10s  register\n", "reads", "writes");
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%10llu %10llu  %s\n", (unsigned long long)c[i].reads,
			(unsigned long long)c[i].writes, c[i].name);
	free(c);
}

void trace_phases(const struct trace *t, FILE *out)
{
	uint64_t reads = 0, writes = 0, first_us = 0;
	bool any = false;

	fprintf(out, "%10s %10s %12s  since the first access, at\n", "reads", "writes", "us");
	for (size_t i = 0; i < t->num_events; i++) {
		const struct trace_event *ev = &t->event[i];

		if (ev->op == 'R' || ev->op == 'W') {
			if (!any)
				first_us = ev->us;
			any = true;
			*(ev->op == 'R' ? &reads : &writes) += ev->repeats;
		}
		if ((ev->op == 'M' || ev->op == 'E') && any)
			fprintf(out, "%10llu %10llu %12llu  %s\n", (unsigned long long)reads,
				(unsigned long long)writes,
				(unsigned long long)(ev->us - first_us), ev->text);
	}
	fprintf(out, "%10llu %10llu %12s  the end\n", (unsigned long long)reads,
		(unsigned long long)writes, "");
}
