// SPDX-License-Identifier: GPL-2.0-or-later
/* HTTP/1.1 by libmicrohttpd, driven from our own epoll loop. One request per connection. */
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "daemon.h"
#include "lib/api.h"
#include "lib/err.h"

/* Head of the request plus the library's own needs; our limit on headers is below it. */
#define CONNECTION_MEMORY_BYTES (20u * 1024)
#define STATUS_HEADERS_TOO_LARGE 431

struct request {
	struct MHD_Connection *connection;
	struct client *client;
	char *method, *path;
	char *body;
	size_t length, capacity;
	unsigned int status;	/* of the answer, 0 while there is none */
	char *answer;
	size_t answer_length;
	bool submitted;
};

static void on_mhd(struct source *s, uint32_t events);

static struct MHD_Daemon *mhd;
static struct source mhd_source = { on_mhd };

static void on_mhd(struct source *s, uint32_t events)
{
	(void)s;
	(void)events;
	MHD_run(mhd);
}

static enum MHD_Result send_text(struct request *r, unsigned int status, char *text, size_t length)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result ret;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", "application/json");
	MHD_add_response_header(response, "Connection", "close");
	ret = MHD_queue_response(r->connection, status, response);
	MHD_destroy_response(response);
	r->client->complete = true;
	r->client->deadline_ms = now_ms() + RESPONSE_SECONDS * 1000;
	if (strcmp(r->method, "GET"))
		log_line(LOG_LEVEL_NOTICE, "audit uid=%u gid=%u pid=%d %s %s status=%u",
			 r->client->peer.uid, r->client->peer.gid, r->client->peer.pid, r->method,
			 r->path, status);
	return ret;
}

static enum MHD_Result refuse(struct request *r, unsigned int status, const struct err *e)
{
	struct json_object *o = err_json(e);
	const char *text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_NOSLASHESCAPE);
	enum MHD_Result ret = send_text(r, status, (char *)text, strlen(text));

	json_object_put(o);
	return ret;
}

static enum MHD_Result refuse_code(struct request *r, enum err_code code, const char *hint,
				   const char *sentence)
{
	struct err e = { 0 };

	err_set(&e, code, hint, "%s", sentence);
	return refuse(r, err_http_status(code), &e);
}

static enum MHD_Result add_header(void *arg, enum MHD_ValueKind kind, const char *key,
				  const char *value)
{
	size_t *sum = arg;

	(void)kind;
	*sum += strlen(key) + (value ? strlen(value) : 0) + strlen(": \r\n");
	return MHD_YES;
}

/* What is known from the head alone. *done is set when the request is answered already. */
static enum MHD_Result check_head(struct request *r, bool *done)
{
	const char *length = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND,
							 "Content-Length");
	struct err e = { 0 };
	size_t headers = 0;

	*done = true;
	MHD_get_connection_values(r->connection, MHD_HEADER_KIND, add_header, &headers);
	if (headers > MAX_HEADER_BYTES) {
		err_set(&e, ERR_TOO_LARGE, NULL, "the request's headers are larger than %u bytes",
			MAX_HEADER_BYTES);
		return refuse(r, STATUS_HEADERS_TOO_LARGE, &e);
	}
	if (length && strtoull(length, NULL, 10) > API_MAX_BODY_BYTES)
		return refuse_code(r, ERR_TOO_LARGE, NULL, "the request body is larger than 65536 "
				   "bytes");
	if (MHD_get_connection_values(r->connection, MHD_GET_ARGUMENT_KIND, NULL, NULL))
		return refuse_code(r, ERR_USAGE, "pick what you need from the whole answer",
				   "no request has parameters behind a \"?\"");
	if (!r->client->control && strcmp(r->method, "GET"))
		return refuse_code(r, ERR_PERMISSION, "changes go through control.sock, which the "
				   "group vgpu may use", "the monitor socket only answers GET");
	*done = false;
	return MHD_YES;
}

static struct request *request_new(struct MHD_Connection *connection, const char *path,
				   const char *method)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct client *client = info ? client_by_fd(info->connect_fd) : NULL;
	struct request *r = client ? calloc(1, sizeof(*r)) : NULL;

	if (!r)
		return NULL;
	r->connection = connection;
	r->client = client;
	r->method = str_printf("%.16s", method);
	r->path = str_printf("%.512s", path);
	return r;
}

/* false when the body grows beyond the limit. */
static bool add_body(struct request *r, const char *data, size_t size)
{
	if (r->length + size > API_MAX_BODY_BYTES)
		return false;
	if (r->length + size > r->capacity) {
		size_t capacity = r->length + size + 1024;
		char *grown = realloc(r->body, capacity);

		if (!grown)
			return false;
		r->body = grown;
		r->capacity = capacity;
	}
	memcpy(r->body + r->length, data, size);
	r->length += size;
	return true;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *path,
				  const char *method, const char *version, const char *data,
				  size_t *size, void **context)
{
	struct request *r = *context;
	bool done;

	(void)cls;
	(void)version;
	if (!r) {
		r = *context = request_new(connection, path, method);
		return r ? check_head(r, &done) : MHD_NO;
	}
	if (*size) {
		bool fits = add_body(r, data, *size);

		*size = 0;
		/* Too late for an orderly answer while the client still sends: close. */
		return fits ? MHD_YES : MHD_NO;
	}
	if (r->status)
		return send_text(r, r->status, r->answer, r->answer_length);
	if (r->submitted)
		return MHD_YES;
	r->client->complete = true;
	r->client->deadline_ms = UINT64_MAX;
	r->submitted = true;
	if (daemon_state.stopping || worker_submit(r, r->method, r->path, r->body, r->length))
		return refuse_code(r, ERR_OVERLOAD, "try again", "the daemon has too many requests or "
				   "is stopping");
	MHD_suspend_connection(connection);
	return MHD_YES;
}

void request_answer(struct request *r, unsigned int status, char *body, size_t length)
{
	r->status = status;
	r->answer = body;
	r->answer_length = length;
	MHD_resume_connection(r->connection);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode code)
{
	struct request *r = *context;

	(void)cls;
	(void)connection;
	(void)code;
	if (!r)
		return;
	free(r->method);
	free(r->path);
	free(r->body);
	free(r->answer);
	free(r);
	*context = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info;

	(void)cls;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		*context = info ? client_by_fd(info->connect_fd) : NULL;
	} else if (*context) {
		client_closed(*context);
		*context = NULL;
	}
}

int http_accept(struct client *c)
{
	struct sockaddr addr = { .sa_family = AF_UNIX };
	enum MHD_Result ret = MHD_add_connection(mhd, c->fd, &addr, sizeof(addr));

	MHD_run(mhd);
	return ret == MHD_YES ? 0 : -1;
}

int http_start(void)
{
	const union MHD_DaemonInfo *info;

	mhd = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
			       MHD_USE_ITC, 0, NULL, NULL, on_request, NULL,
			       MHD_OPTION_CONNECTION_LIMIT, MAX_CONNECTIONS,
			       MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
			       MHD_OPTION_STRICT_FOR_CLIENT, 1,
			       MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
			       MHD_OPTION_NOTIFY_CONNECTION, on_connection, NULL, MHD_OPTION_END);
	info = mhd ? MHD_get_daemon_info(mhd, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (!info) {
		log_line(LOG_LEVEL_ERROR, "the HTTP library cannot be started");
		return -1;
	}
	return source_add(info->epoll_fd, &mhd_source);
}

void http_stop(void)
{
	if (mhd)
		MHD_stop_daemon(mhd);
	mhd = NULL;
}

void http_run(void)
{
	MHD_run(mhd);
}

uint64_t http_timeout_ms(void)
{
	MHD_UNSIGNED_LONG_LONG ms;

	return MHD_get_timeout(mhd, &ms) == MHD_YES ? ms : UINT64_MAX;
}
