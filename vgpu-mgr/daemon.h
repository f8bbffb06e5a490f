/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's parts. The parent process is one epoll loop that speaks HTTP and nothing else; every
 * request runs in a forked worker. So a slow kernel file never stops other clients, what the
 * request code allocates goes away with its process, and the parent stays small.
 */
#ifndef MGR_DAEMON_H
#define MGR_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "lib/util.h"

#define MAX_CONNECTIONS 64
#define MAX_HEADER_BYTES (8u * 1024)
#define REQUEST_SECONDS 5	/* from accept to a complete request */
#define RESPONSE_SECONDS 10	/* from the answer to its last byte */

struct MHD_Connection;
struct request;

/* What epoll hands back: called with the events of its file. */
struct source {
	void (*ready)(struct source *s, uint32_t events);
};

struct daemon {
	struct mgr mgr;
	int epoll;
	bool stopping;
};

extern struct daemon daemon_state;

int source_add(int fd, struct source *s);
void source_drop(int fd);

/* ---- log.c: one line on stderr, with a priority for the journal ---- */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
};

void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Tell the service manager; no effect without NOTIFY_SOCKET. */
void service_notify(const char *text);
/* Interval of watchdog pings in ms, 0 for none. */
uint64_t service_watchdog_ms(void);

/* ---- listen.c ---- */

/* A client; lives from accept to the end of its connection. */
struct client {
	int fd;			/* -1: slot is free */
	bool control;		/* came through control.sock */
	bool complete;		/* the request is all there */
	uint64_t deadline_ms;
	struct ucred peer;
};

/* Make both sockets; -1 after logging. */
int listen_start(void);
void listen_stop(void);
struct client *client_by_fd(int fd);
void client_closed(struct client *c);
/* Cut off who was too slow; returns ms to the next deadline, UINT64_MAX for none. */
uint64_t clients_expire(void);

/* ---- http.c ---- */
int http_start(void);
void http_stop(void);
/* Hand a new connection over; it is closed on failure. */
int http_accept(struct client *c);
void http_run(void);
/* ms until http_run() wants to be called, UINT64_MAX for none. */
uint64_t http_timeout_ms(void);
/* A worker is done: send @body (ownership passes) to the request's client. */
void request_answer(struct request *r, unsigned int status, char *body, size_t length);

/* ---- worker.c ---- */

/* Queue a request. @request NULL: repair what was interrupted, nobody waits. 0 or -1 (overload). */
int worker_submit(struct request *request, const char *method, const char *path, const char *body,
		  size_t length);
/* Stop workers that took too long; returns ms to the next deadline, UINT64_MAX for none. */
uint64_t workers_expire(void);
bool workers_changing(void);

#endif
