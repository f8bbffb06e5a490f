// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading a trace into memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../gpu-model/trace.h"
#include "normal.h"

/* A trace of any length worth comparing is far below this. */
#define TRACE_MAX_BYTES (1UL << 30)

/* Standard output of "gzip -dc PATH", and the child. */
static FILE *gunzip(const char *path, pid_t *pid)
{
	int pipe_fd[2];

	if (pipe2(pipe_fd, O_CLOEXEC))
		return NULL;
	*pid = fork();
	if (!*pid) {
		dup2(pipe_fd[1], 1);
		execlp("gzip", "gzip", "-dc", "--", path, (char *)NULL);
		_exit(127);
	}
	close(pipe_fd[1]);
	if (*pid < 0) {
		close(pipe_fd[0]);
		return NULL;
	}
	return fdopen(pipe_fd[0], "r");
}

static char *text_read(const char *path, char *err, size_t err_size)
{
	size_t len = strlen(path), used = 0, room = 1 << 16, n;
	char *text = malloc(room + 1), *more;
	int status = 0;
	pid_t pid = 0;
	FILE *f;

	f = len > 3 && !strcmp(path + len - 3, ".gz") ? gunzip(path, &pid) : fopen(path, "re");
	if (!f || !text) {
		snprintf(err, err_size, "%s cannot be read: %s", path, strerror(errno));
		if (f)
			fclose(f);
		free(text);
		return NULL;
	}
	while ((n = fread(text + used, 1, room - used, f))) {
		used += n;
		if (used < room)
			continue;
		more = room < TRACE_MAX_BYTES ? realloc(text, room * 2 + 1) : NULL;
		if (!more)
			break;
		text = more;
		room *= 2;
	}
	text[used] = 0;
	n = ferror(f) || !feof(f);
	fclose(f);
	if (pid > 0 && (waitpid(pid, &status, 0) < 0 || status))
		n = 1;
	if (n) {
		snprintf(err, err_size, "%s cannot be read to its end", path);
		free(text);
		return NULL;
	}
	return text;
}

/* Cut one field off *@p. */
static char *field(char **p)
{
	char *start = *p, *end = start + strcspn(start, " ");

	*p = *end ? end + 1 : end;
	*end = 0;
	return start;
}

static bool line_parse(char *line, struct trace_event *ev)
{
	char *end, *op, *p = line;

	*ev = (struct trace_event){ .value = "", .repeats = 1 };
	/* A normal form has no times. */
	if (*p >= '0' && *p <= '9') {
		ev->us = strtoull(p, &end, 10);
		if (*end != ' ')
			return false;
		p = end + 1;
	}
	op = field(&p);
	if (!op[0] || op[1] || !strchr("RWCAEIMT", op[0]) || !*p)
		return false;
	ev->op = op[0];
	if (ev->op != 'R' && ev->op != 'W') {
		ev->text = p;
		return true;
	}
	ev->text = field(&p);
	ev->kind = *p;
	if (!*p || !strchr("=@~!*", *p))
		return false;
	p++;
	ev->value = field(&p);
	if (*p == 'x')
		ev->repeats = strtoull(p + 1, NULL, 10);
	return ev->repeats;
}

static bool is_mark(const struct trace_event *ev, const char *word, const char *part)
{
	size_t n = strlen(word);

	return ev->op == 'M' && !strncmp(ev->text, word, n) && ev->text[n] == ' ' &&
	       !strcmp(ev->text + n + 1, part);
}

static int event_add(struct trace *t, size_t *room, const struct trace_event *ev)
{
	if (t->num_events == *room) {
		size_t more_room = *room ? 2 * *room : 1024;
		struct trace_event *more = reallocarray(t->event, more_room, sizeof(*more));

		if (!more)
			return -1;
		t->event = more;
		*room = more_room;
	}
	t->event[t->num_events++] = *ev;
	return 0;
}

int trace_parse(struct trace *t, char *text, const char *name, const char *part, char *err,
		size_t err_size)
{
	bool inside = !part, whole = !part;
	size_t room = 0, line_nr = 0;
	char *p, *nl;

	memset(t, 0, sizeof(*t));
	t->text = text;
	if (strncmp(text, GM_TRACE_HEADER, strlen(GM_TRACE_HEADER))) {
		snprintf(err, err_size, "%s does not begin with \"%s\": it is no trace", name,
			 GM_TRACE_HEADER);
		return -1;
	}
	for (p = text; *p; p = nl + 1) {
		struct trace_event ev;

		line_nr++;
		nl = strchr(p, '\n');
		if (nl)
			*nl = 0;
		if (!nl || (*p != '#' && !line_parse(p, &ev))) {
			snprintf(err, err_size, "%s: line %zu is not a line of a trace", name, line_nr);
			return -1;
		}
		if (*p == '#')
			continue;
		if (part && is_mark(&ev, "begin", part)) {
			inside = true;
			continue;
		}
		if (part && inside && is_mark(&ev, "end", part)) {
			whole = true;
			break;
		}
		if (inside && event_add(t, &room, &ev)) {
			snprintf(err, err_size, "%s: out of memory", name);
			return -1;
		}
	}
	if (!whole) {
		snprintf(err, err_size, "%s: the milestones \"begin %s\" and \"end %s\" are not in it",
			 name, part, part);
		return -1;
	}
	return 0;
}

int trace_read(struct trace *t, const char *path, const char *part, char *err, size_t err_size)
{
	char *text = text_read(path, err, err_size);

	memset(t, 0, sizeof(*t));
	return text ? trace_parse(t, text, path, part, err, err_size) : -1;
}

void trace_free(struct trace *t)
{
	free(t->text);
	free(t->event);
	memset(t, 0, sizeof(*t));
}
