// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests run in forked processes; the answer comes back through a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <json-c/json.h>

#include "daemon.h"
#include "lib/api.h"
#include "lib/enable.h"

#define READERS_AT_ONCE 8
#define READ_SECONDS 60
#define CHANGE_SECONDS 900
#define ANSWER_BYTES (4u << 20)
/* The first bytes of the pipe: the HTTP status as text and a newline. */
#define STATUS_DIGITS 3

struct job {
	struct source source;
	struct job *next;
	struct request *request;
	enum api_kind kind;
	char *method, *path, *body;
	size_t length;
	pid_t pid;		/* 0: waits for its turn */
	int fd;
	uint64_t deadline_ms;
	char *answer;
	size_t used;
};

static struct job *jobs;	/* oldest first */

static void job_free(struct job *j)
{
	for (struct job **p = &jobs; *p; p = &(*p)->next)
		if (*p == j) {
			*p = j->next;
			break;
		}
	free(j->method);
	free(j->path);
	free(j->body);
	free(j->answer);
	free(j);
}

static void write_all(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t n = write(fd, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(1); /* nobody listens any more */
		text += n;
		length -= (size_t)n;
	}
}

static void __attribute__((noreturn)) repair(void)
{
	struct err e = { 0 };
	int lock = host_lock(&daemon_state.mgr, &e);

	if (lock < 0 || gpu_recover(&daemon_state.mgr, &e))
		log_line(LOG_LEVEL_WARNING, "repair at start: %s", e.sentence);
	_exit(0);
}

static void __attribute__((noreturn)) worker(const struct job *j, int fd)
{
	struct json_object *o;
	unsigned int status;
	char head[16];
	const char *text;

	prctl(PR_SET_NAME, "vgpu-mgr-worker");
	/* Sockets of clients must close when the parent closes them. */
	if (fd > 3)
		close_range(3, (unsigned int)fd - 1, 0);
	close_range((unsigned int)fd + 1, ~0u, 0);
	signal(SIGPIPE, SIG_IGN);
	if (!j->request)
		repair();
	o = api_call(&daemon_state.mgr, j->method, j->path, j->body, j->length, &status);
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_NOSLASHESCAPE);
	write_all(fd, head, (size_t)snprintf(head, sizeof(head), "%0*u\n", STATUS_DIGITS, status));
	write_all(fd, text, strlen(text));
	_exit(0);
}

static void on_worker(struct source *s, uint32_t events);

static bool start(struct job *j)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return false;
	j->pid = fork();
	if (!j->pid)
		worker(j, fds[1]);
	close(fds[1]);
	if (j->pid < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) || source_add(fds[0], &j->source)) {
		if (j->pid > 0)
			kill(j->pid, SIGKILL);
		close(fds[0]);
		j->pid = 0;
		return false;
	}
	j->fd = fds[0];
	j->deadline_ms = now_ms() +
			 (j->kind == API_CHANGE ? CHANGE_SECONDS : READ_SECONDS) * 1000ull;
	return true;
}

static void answer_error(struct job *j, enum err_code code, const char *sentence)
{
	struct json_object *o;
	struct err e = { 0 };
	char *text;

	err_set(&e, code, "look at the daemon's log: journalctl -u vgpu-mgr", "%s", sentence);
	o = err_json(&e);
	text = str_printf("%s", json_object_to_json_string_ext(o, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	log_line(LOG_LEVEL_ERROR, "%s %s: %s", j->method, j->path, sentence);
	if (j->request)
		request_answer(j->request, err_http_status(code), text, strlen(text));
	else
		free(text);
}

/* Start what may run: one change, and readers beside it. */
static void schedule(void)
{
	unsigned int readers = 0;
	bool changing = false;
	struct job *j, *next;

	for (j = jobs; j; j = j->next) {
		readers += j->pid && j->kind != API_CHANGE;
		changing |= j->pid && j->kind == API_CHANGE;
	}
	for (j = jobs; j; j = next) {
		next = j->next;
		if (j->pid || (j->kind == API_CHANGE ? changing : readers == READERS_AT_ONCE))
			continue;
		if (!start(j)) {
			answer_error(j, ERR_OVERLOAD, "no process could be started for the request");
			job_free(j);
			continue;
		}
		changing |= j->kind == API_CHANGE;
		readers += j->kind != API_CHANGE;
	}
}

static void deliver(struct job *j)
{
	unsigned int status = j->used > STATUS_DIGITS ?
				      (unsigned int)strtoul(j->answer, NULL, 10) : 0;
	size_t length = j->used - (status ? STATUS_DIGITS + 1 : 0);
	char *body;

	if (!j->request)
		return;
	if (!status) {
		answer_error(j, ERR_FAILED, "the process that worked on the request ended without an "
			     "answer");
		return;
	}
	body = malloc(length + 1);
	if (!body)
		abort();
	memcpy(body, j->answer + STATUS_DIGITS + 1, length);
	body[length] = '\0';
	request_answer(j->request, status, body, length);
}

static void finish(struct job *j)
{
	int status;

	source_drop(j->fd);
	close(j->fd);
	while (waitpid(j->pid, &status, 0) < 0 && errno == EINTR)
		;
	deliver(j);
	job_free(j);
	schedule();
	http_run();
}

static void on_worker(struct source *s, uint32_t events)
{
	struct job *j = (struct job *)s;
	char buf[16384];
	ssize_t n;

	(void)events;
	n = read(j->fd, buf, sizeof(buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && j->used + (size_t)n <= ANSWER_BYTES) {
		char *grown = realloc(j->answer, j->used + (size_t)n + 1);

		if (!grown)
			abort();
		j->answer = grown;
		memcpy(j->answer + j->used, buf, (size_t)n);
		j->used += (size_t)n;
		j->answer[j->used] = '\0';
		return;
	}
	if (n > 0) { /* no answer of ours is that large */
		kill(j->pid, SIGKILL);
		j->used = 0;
	}
	finish(j);
}

int worker_submit(struct request *request, const char *method, const char *path, const char *body,
		  size_t length)
{
	struct job *j = calloc(1, sizeof(*j)), **p = &jobs;

	if (!j)
		return -1;
	j->source.ready = on_worker;
	j->request = request;
	j->kind = request ? api_classify(method, path) : API_CHANGE;
	j->method = str_printf("%s", method);
	j->path = str_printf("%s", path);
	j->length = length;
	j->body = malloc(length + 1);
	if (!j->body)
		abort();
	if (length)
		memcpy(j->body, body, length);
	while (*p)
		p = &(*p)->next;
	*p = j;
	schedule();
	return 0;
}

uint64_t workers_expire(void)
{
	uint64_t now = now_ms(), next = UINT64_MAX;

	for (struct job *j = jobs; j; j = j->next) {
		if (!j->pid || j->deadline_ms == UINT64_MAX)
			continue;
		if (j->deadline_ms <= now) {
			log_line(LOG_LEVEL_ERROR, "%s %s takes too long and is stopped", j->method,
				 j->path);
			kill(j->pid, SIGKILL);
			j->deadline_ms = UINT64_MAX;
			j->used = 0;
		} else if (j->deadline_ms - now < next) {
			next = j->deadline_ms - now;
		}
	}
	return next;
}

bool workers_changing(void)
{
	for (struct job *j = jobs; j; j = j->next)
		if (j->pid && j->kind == API_CHANGE)
			return true;
	return false;
}
