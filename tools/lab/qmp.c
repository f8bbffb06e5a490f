// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QMP, and the "model" channel on top of it: a script in the VM writes one line, it becomes one or
 * two QMP commands on the board's object, the answer goes back as one line: "ok VALUE" or
 * "error SENTENCE". One request at a time; later ones wait in the channel.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab.h"

#define BOARD_PATH	"/machine/peripheral/gpu0"
#define REGISTERS_ID	"registers"	/* names the one answer that is about the processors */

static struct {
	struct buf in, requests;
	bool ready;		/* capabilities negotiated */
	bool busy;		/* a request is being answered */
	const char *then_get;	/* property to read after the running command, or NULL */
	bool show;		/* the running command's result is the answer's value */
	char end_reason[32];	/* of the SHUTDOWN event, QEMU's word for it; empty before */
} qmp;

/* @arguments, which it takes over, and @id, which the answer then carries, may be NULL. */
static void qmp_command(struct vm *vm, const char *name, struct json_object *arguments,
			const char *id)
{
	struct json_object *cmd = json_object_new_object();
	const char *line;

	json_object_object_add(cmd, "execute", json_object_new_string(name));
	if (arguments)
		json_object_object_add(cmd, "arguments", arguments);
	if (id)
		json_object_object_add(cmd, "id", json_object_new_string(id));
	line = json_object_to_json_string_ext(cmd, JSON_C_TO_STRING_PLAIN);
	write_all(vm->qmp, line, strlen(line));
	write_all(vm->qmp, "\n", 1);
	json_object_put(cmd);
}

static void property_get(struct vm *vm, const char *property)
{
	struct json_object *args = json_object_new_object();

	json_object_object_add(args, "path", json_object_new_string(BOARD_PATH));
	json_object_object_add(args, "property", json_object_new_string(property));
	qmp.show = true;
	qmp_command(vm, "qom-get", args, NULL);
}

static void property_set(struct vm *vm, const char *property, const char *value)
{
	struct json_object *args = json_object_new_object();

	json_object_object_add(args, "path", json_object_new_string(BOARD_PATH));
	json_object_object_add(args, "property", json_object_new_string(property));
	json_object_object_add(args, "value", json_object_new_string(value));
	qmp.show = false;
	qmp_command(vm, "qom-set", args, NULL);
}

static void answer(struct vm *vm, const char *kind, const char *value)
{
	struct buf line = { 0 };
	char *p;

	buf_add(&line, kind, strlen(kind));
	if (value && *value) {
		buf_add(&line, " ", 1);
		buf_add(&line, value, strlen(value));
	}
	for (p = line.data; p < line.data + line.len; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	buf_add(&line, "\n", 1);
	write_all(vm->model, line.data, line.len);
	free(line.data);
	qmp.busy = false;
}

static void request_start(struct vm *vm, char *line)
{
	char *verb = strtok(line, " \t\r"), *rest = strtok(NULL, "\r");

	qmp.busy = true;
	qmp.then_get = NULL;
	while (rest && *rest == ' ')
		rest++;
	if (!verb) {
		answer(vm, "error", "empty request");
	} else if (!strcmp(verb, "fail") && rest) {
		property_set(vm, "fail", strcmp(rest, "none") ? rest : "");
	} else if (!strcmp(verb, "fails")) {
		property_get(vm, "fail");
	} else if (!strcmp(verb, "find") && rest) {
		qmp.then_get = "hits";
		property_set(vm, "find", rest);
	} else if (!strcmp(verb, "translate") && rest) {
		qmp.then_get = "translation";
		property_set(vm, "translate", rest);
	} else if (!strcmp(verb, "stats")) {
		property_get(vm, "stats");
	} else if (!strcmp(verb, "inject") && rest) {
		property_set(vm, "inject", rest);
	} else if (!strcmp(verb, "mark") && rest) {
		property_set(vm, "trace-mark", rest);
	} else if (!strcmp(verb, "reset")) {
		property_set(vm, "inject", "reset");
	} else if (!strcmp(verb, "get") && rest) {
		property_get(vm, rest);
	} else {
		answer(vm, "error", "unknown request; known: fail NAMES|none, fails, find HEX, "
		       "translate PDB VA, stats, inject WHAT, mark TEXT, reset, get PROPERTY");
	}
}

void qmp_trace_end(struct vm *vm)
{
	qmp.busy = false;
	property_set(vm, "trace-file", "");
	qmp_command(vm, "quit", NULL, NULL);
}

static void request_next(struct vm *vm)
{
	while (qmp.ready && !qmp.busy) {
		char *nl = qmp.requests.len ?
			memchr(qmp.requests.data, '\n', qmp.requests.len) : NULL;
		char *line;

		if (!nl)
			return;
		line = strndup(qmp.requests.data, nl - qmp.requests.data);
		buf_drop(&qmp.requests, nl - qmp.requests.data + 1);
		if (!line)
			lab_die("out of memory");
		request_start(vm, line);
		free(line);
	}
}

static void result_handle(struct vm *vm, struct json_object *result, const char *error)
{
	if (!qmp.ready) {
		qmp.ready = true;
	} else if (!qmp.busy) {
		return;
	} else if (error) {
		answer(vm, "error", error);
	} else if (qmp.then_get) {
		const char *property = qmp.then_get;

		qmp.then_get = NULL;
		property_get(vm, property);
	} else {
		answer(vm, "ok", qmp.show && result ? json_object_get_string(result) : NULL);
	}
	request_next(vm);
}

/*
 * The VM is at its end and QEMU waits. One that was reset leaves its processors as they were: after
 * a triple fault that is all there is to see.
 */
static void vm_ended(struct vm *vm, const char *reason)
{
	struct json_object *args;

	if (qmp.end_reason[0])
		return;
	snprintf(qmp.end_reason, sizeof(qmp.end_reason), "%s", reason);
	if (strcmp(reason, QMP_GUEST_RESET)) {
		qmp_command(vm, "quit", NULL, NULL);
		return;
	}
	args = json_object_new_object();
	json_object_object_add(args, "command-line", json_object_new_string("info registers -a"));
	qmp_command(vm, "human-monitor-command", args, REGISTERS_ID);
}

/* The integer registers of each processor, that is all lines up to the one of EFER. */
static void registers_show(const char *text)
{
	bool show = true;
	size_t len;

	for (; *text; text += len) {
		len = strcspn(text, "\n");
		len += text[len] == '\n';
		if (!strncmp(text, "CPU#", 4))
			show = true;
		if (show)
			console_add(text, len);
		if (!strncmp(text, "EFER", 4))
			show = false;
	}
}

static void event_handle(struct vm *vm, struct json_object *msg, const char *name)
{
	struct json_object *data, *reason;

	if (!strcmp(name, "SHUTDOWN") && json_object_object_get_ex(msg, "data", &data) &&
	    json_object_object_get_ex(data, "reason", &reason))
		vm_ended(vm, json_object_get_string(reason));
}

static void message_handle(struct vm *vm, const char *line)
{
	struct json_object *msg = json_tokener_parse(line), *part, *desc;

	if (!msg)
		return;
	if (json_object_object_get_ex(msg, "QMP", &part)) {
		qmp_command(vm, "qmp_capabilities", NULL, NULL);
	} else if (json_object_object_get_ex(msg, "id", &part)) {
		if (json_object_object_get_ex(msg, "return", &part))
			registers_show(json_object_get_string(part));
		qmp_command(vm, "quit", NULL, NULL);
	} else if (json_object_object_get_ex(msg, "return", &part)) {
		result_handle(vm, part, NULL);
	} else if (json_object_object_get_ex(msg, "error", &part)) {
		result_handle(vm, NULL, json_object_object_get_ex(part, "desc", &desc) ?
			      json_object_get_string(desc) : "QEMU refused the request");
	} else if (json_object_object_get_ex(msg, "event", &part)) {
		event_handle(vm, msg, json_object_get_string(part));
	}
	json_object_put(msg);
}

static bool fd_fill(int *fd, struct buf *b)
{
	char chunk[8192];
	ssize_t n = read(*fd, chunk, sizeof(chunk));

	if (n > 0) {
		buf_add(b, chunk, n);
		return true;
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close(*fd);
		*fd = -1;
	}
	return false;
}

void qmp_readable(struct vm *vm)
{
	char *nl;

	if (!fd_fill(&vm->qmp, &qmp.in))
		return;
	while (qmp.in.len && (nl = memchr(qmp.in.data, '\n', qmp.in.len))) {
		char *line = strndup(qmp.in.data, nl - qmp.in.data);

		buf_drop(&qmp.in, nl - qmp.in.data + 1);
		if (!line)
			lab_die("out of memory");
		message_handle(vm, line);
		free(line);
	}
}

void model_readable(struct vm *vm)
{
	if (fd_fill(&vm->model, &qmp.requests))
		request_next(vm);
}

void qmp_reset(void)
{
	qmp.in.len = qmp.requests.len = 0;
	qmp.ready = qmp.busy = qmp.show = false;
	qmp.then_get = NULL;
	qmp.end_reason[0] = 0;
}

const char *qmp_end_reason(void)
{
	return qmp.end_reason;
}
