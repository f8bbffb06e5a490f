// SPDX-License-Identifier: GPL-2.0-or-later
/* The normal form of a trace, and comparing two. */
#include <stdlib.h>
#include <string.h>

#include "../gpu-model/trace.h"
#include "normal.h"

#define DIFF_CONTEXT 5	 /* lines before the first divergence */
#define DIFF_AFTER 8	 /* lines of each side from there on */

/* Lines being gathered. */
struct lines {
	char **line;
	size_t num, room;
	bool failed;
};

static void lines_add(struct lines *l, char *line)
{
	if (l->num == l->room) {
		size_t room = l->room ? 2 * l->room : 1024;
		char **more = reallocarray(l->line, room, sizeof(*more));

		if (!more) {
			free(line);
			l->failed = true;
			return;
		}
		l->line = more;
		l->room = room;
	}
	l->line[l->num++] = line;
	if (!line)
		l->failed = true;
}

static void __attribute__((format(printf, 2, 3))) lines_print(struct lines *l, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	lines_add(l, text);
}

static void lines_free(struct lines *l)
{
	for (size_t i = 0; i < l->num; i++)
		free(l->line[i]);
	free(l->line);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* An access whose time is chance: it says only that the register is used. */
static bool is_loose(const struct trace_event *ev)
{
	return ev->kind == GM_TRACE_TIME || ev->kind == GM_TRACE_ASYNC;
}

static bool is_access(const struct trace_event *ev)
{
	return ev->op == 'R' || ev->op == 'W';
}

static bool same_register(const struct trace_event *a, const struct trace_event *b)
{
	return a->op == b->op && !strcmp(a->text, b->text);
}

static void line_normal(struct lines *l, const struct trace_event *ev)
{
	if (!is_access(ev))
		lines_print(l, "%c %s", ev->op, ev->text);
	else if (ev->kind == GM_TRACE_VALUE)
		lines_print(l, "%c %s =%s", ev->op, ev->text, ev->value);
	else
		lines_print(l, "%c %s %c", ev->op, ev->text, ev->kind);
}

/* The accesses whose order the driver decides. */
static void accesses(const struct trace *t, struct lines *out)
{
	const struct trace_event *held = NULL;

	for (size_t i = 0; i < t->num_events; i++) {
		const struct trace_event *ev = &t->event[i];

		if (!is_access(ev) || is_loose(ev))
			continue;
		/* Polling ends in its last value; memory is one line however much of it. */
		if (held && !(same_register(held, ev) &&
			      (ev->op == 'R' || ev->kind == GM_TRACE_AREA)))
			line_normal(out, held);
		held = ev;
	}
	if (held)
		line_normal(out, held);
}

static void firmware(const struct trace *t, struct lines *out)
{
	for (size_t i = 0; i < t->num_events; i++)
		if (!is_access(&t->event[i]) && t->event[i].op != 'I')
			line_normal(out, &t->event[i]);
}

/* The other registers, each once. */
static void loose(const struct trace *t, struct lines *out)
{
	struct lines l = { 0 };

	for (size_t i = 0; i < t->num_events; i++)
		if (is_access(&t->event[i]) && is_loose(&t->event[i]))
			lines_print(&l, "%c %s %c", t->event[i].op, t->event[i].text,
				    t->event[i].kind);
	out->failed |= l.failed;
	if (l.num && !l.failed)
		qsort(l.line, l.num, sizeof(*l.line), compare);
	for (size_t i = 0; !l.failed && i < l.num; i++)
		if (!i || strcmp(l.line[i - 1], l.line[i]))
			lines_print(out, "%s", l.line[i]);
	lines_free(&l);
}

int trace_normalise(const struct trace *t, struct trace_normal *n)
{
	struct lines out = { 0 };

	memset(n, 0, sizeof(*n));
	accesses(t, &out);
	firmware(t, &out);
	loose(t, &out);
	if (out.failed) {
		lines_free(&out);
		return -1;
	}
	n->line = out.line;
	n->num_lines = out.num;
	return 0;
}

void trace_normal_free(struct trace_normal *n)
{
	for (size_t i = 0; i < n->num_lines; i++)
		free(n->line[i]);
	free(n->line);
	memset(n, 0, sizeof(*n));
}

/* ---- comparing ---- */

/* Letter and register or call of each line, sorted. */
static char **keys(const struct trace_normal *n)
{
	char **key = calloc(n->num_lines + 1, sizeof(*key));

	for (size_t i = 0; key && i < n->num_lines; i++) {
		const char *line = n->line[i];
		bool access = line[0] == 'R' || line[0] == 'W';
		size_t len = access ? 2 + strcspn(line + 2, " ") : strlen(line);

		key[i] = strndup(line, len);
		if (!key[i]) {
			while (i)
				free(key[--i]);
			free(key);
			return NULL;
		}
	}
	if (key)
		qsort(key, n->num_lines, sizeof(*key), compare);
	return key;
}

static void keys_free(char **key, size_t n)
{
	for (size_t i = 0; key && i < n; i++)
		free(key[i]);
	free(key);
}

static size_t run(char **key, size_t i, size_t n, const char *what)
{
	size_t count = 0;

	while (i + count < n && !strcmp(key[i + count], what))
		count++;
	return count;
}

static void counts_diff(const struct trace_normal *a, const struct trace_normal *b, FILE *out)
{
	char **ka = keys(a), **kb = keys(b);
	size_t i = 0, j = 0;

	fprintf(out, "lines whose number is not equal (first, second):\n");
	while (ka && kb && (i < a->num_lines || j < b->num_lines)) {
		const char *what;
		size_t na, nb;

		if (j >= b->num_lines || (i < a->num_lines && strcmp(ka[i], kb[j]) <= 0))
			what = ka[i];
		else
			what = kb[j];
		na = run(ka, i, a->num_lines, what);
		nb = run(kb, j, b->num_lines, what);
		if (na != nb)
			fprintf(out, "%8zu %8zu  %s\n", na, nb, what);
		i += na;
		j += nb;
	}
	keys_free(ka, a->num_lines);
	keys_free(kb, b->num_lines);
}

static void show(const struct trace_normal *n, size_t from, size_t to, char mark, FILE *out)
{
	for (size_t i = from; i < to && i < n->num_lines; i++)
		fprintf(out, "%c %6zu %s\n", mark, i + 1, n->line[i]);
	if (to > n->num_lines)
		fprintf(out, "%c (ends here)\n", mark);
}

bool trace_diff(const struct trace_normal *a, const struct trace_normal *b, FILE *out)
{
	size_t i = 0;

	while (i < a->num_lines && i < b->num_lines && !strcmp(a->line[i], b->line[i]))
		i++;
	if (i == a->num_lines && i == b->num_lines)
		return true;
	fprintf(out, "equal for %zu lines of %zu and %zu, then:\n", i, a->num_lines, b->num_lines);
	show(a, i > DIFF_CONTEXT ? i - DIFF_CONTEXT : 0, i, ' ', out);
	show(a, i, i + DIFF_AFTER, '-', out);
	show(b, i, i + DIFF_AFTER, '+', out);
	counts_diff(a, b, out);
	return false;
}
