/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The error object of library, daemon and command line: what went wrong with which object and what
 * to do next. Nothing in the library prints; callers show the object or send it as JSON.
 */
#ifndef MGR_ERR_H
#define MGR_ERR_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

enum err_code {
	ERR_NONE,
	ERR_FAILED,	 /* the kernel or a tool refused, or something broke */
	ERR_USAGE,	 /* the request makes no sense as written */
	ERR_NOT_FOUND,
	ERR_BUSY,	 /* in use now; holders say by whom */
	ERR_PERMISSION,
	ERR_TIMEOUT,
	ERR_DRIFT,	 /* the state is not the one that was asserted */
	ERR_CONFLICT,	 /* exists with other content */
	ERR_UNSUPPORTED, /* understood, but this board, host or kernel cannot */
	ERR_TOO_LARGE,
	ERR_METHOD,	 /* HTTP method not allowed here */
	ERR_OVERLOAD,	 /* too many requests at once */
	ERR_CODE_COUNT,
};

#define ERR_SENTENCE_BYTES 640
#define ERR_HINT_BYTES 320
#define ERR_HOLDERS 8
#define ERR_HOLDER_BYTES 96

struct err {
	enum err_code code;
	char sentence[ERR_SENTENCE_BYTES];
	char hint[ERR_HINT_BYTES];
	char holders[ERR_HOLDERS][ERR_HOLDER_BYTES];
	size_t holder_count;
};

/*
 * err_set - fill an error object; the first one set wins
 * @e:		the object, NULL is allowed
 * @hint:	next step for the operator, NULL or "" for none
 *
 * Always returns -1, so that callers can write "return err_set(...)".
 */
int err_set(struct err *e, enum err_code code, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* As err_set() with the code that fits @error (an errno) and ": <text>" added to the sentence. */
int err_errno(struct err *e, int error, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Add one holder ("qemu-system-x86 (pid 4711)"); silently dropped when the list is full. */
void err_holder(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void err_clear(struct err *e);

/* "busy", "not_found", ...: the code as it stands in JSON. */
const char *err_code_name(enum err_code code);
/* The code of a name of err_code_name(), ERR_FAILED when there is none. */
enum err_code err_code_from_name(const char *name);
/* Exit status of a command that ends with this code. */
int err_exit_status(enum err_code code);
/* HTTP status of an answer that carries this code. */
unsigned int err_http_status(enum err_code code);
/* {"version":1,"error":{"code","sentence","hint","holders"}}; the caller owns it. */
struct json_object *err_json(const struct err *e);
/* The reverse; a body that is no error object becomes ERR_FAILED with a sentence about that. */
void err_from_json(struct err *e, struct json_object *o);

#endif
