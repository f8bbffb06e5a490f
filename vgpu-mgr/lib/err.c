// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "err.h"
#include "json_util.h"

static const struct {
	const char *name;
	int exit_status;
	unsigned int http_status;
} codes[ERR_CODE_COUNT] = {
	[ERR_NONE] = { "none", 0, 200 },
	[ERR_FAILED] = { "failed", 1, 500 },
	[ERR_USAGE] = { "usage", 2, 400 },
	[ERR_NOT_FOUND] = { "not_found", 3, 404 },
	[ERR_BUSY] = { "busy", 4, 409 },
	[ERR_PERMISSION] = { "permission", 5, 403 },
	[ERR_TIMEOUT] = { "timeout", 6, 504 },
	[ERR_DRIFT] = { "drift", 7, 409 },
	[ERR_CONFLICT] = { "conflict", 1, 409 },
	[ERR_UNSUPPORTED] = { "unsupported", 1, 422 },
	[ERR_TOO_LARGE] = { "too_large", 2, 413 },
	[ERR_METHOD] = { "method", 2, 405 },
	[ERR_OVERLOAD] = { "overload", 4, 503 },
};

static void fill(struct err *e, enum err_code code, const char *hint, const char *fmt, va_list ap)
{
	e->code = code;
	vsnprintf(e->sentence, sizeof(e->sentence), fmt, ap);
	snprintf(e->hint, sizeof(e->hint), "%s", hint ? hint : "");
}

int err_set(struct err *e, enum err_code code, const char *hint, const char *fmt, ...)
{
	va_list ap;

	if (!e || e->code)
		return -1;
	va_start(ap, fmt);
	fill(e, code, hint, fmt, ap);
	va_end(ap);
	return -1;
}

static enum err_code code_of_errno(int error)
{
	switch (error) {
	case EBUSY:
	case EAGAIN:
		return ERR_BUSY;
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_PERMISSION;
	case ENOENT:
	case ENODEV:
		return ERR_NOT_FOUND;
	case ETIMEDOUT:
		return ERR_TIMEOUT;
	case EOPNOTSUPP:
		return ERR_UNSUPPORTED;
	default:
		return ERR_FAILED;
	}
}

int err_errno(struct err *e, int error, const char *hint, const char *fmt, ...)
{
	va_list ap;
	size_t used;

	if (!e || e->code)
		return -1;
	va_start(ap, fmt);
	fill(e, code_of_errno(error), hint, fmt, ap);
	va_end(ap);
	used = strlen(e->sentence);
	snprintf(e->sentence + used, sizeof(e->sentence) - used, ": %s", strerror(error));
	return -1;
}

void err_holder(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (!e || e->holder_count == ERR_HOLDERS)
		return;
	va_start(ap, fmt);
	vsnprintf(e->holders[e->holder_count++], ERR_HOLDER_BYTES, fmt, ap);
	va_end(ap);
}

void err_clear(struct err *e)
{
	memset(e, 0, sizeof(*e));
}

const char *err_code_name(enum err_code code)
{
	return codes[code].name;
}

enum err_code err_code_from_name(const char *name)
{
	for (size_t i = 1; name && i < ERR_CODE_COUNT; i++)
		if (!strcmp(codes[i].name, name))
			return (enum err_code)i;
	return ERR_FAILED;
}

int err_exit_status(enum err_code code)
{
	return codes[code].exit_status;
}

unsigned int err_http_status(enum err_code code)
{
	return codes[code].http_status;
}

struct json_object *err_json(const struct err *e)
{
	struct json_object *root = json_versioned(), *o = json_object_new_object();
	struct json_object *holders = json_object_new_array();

	for (size_t i = 0; i < e->holder_count; i++)
		json_object_array_add(holders, json_object_new_string(e->holders[i]));
	json_put_string(o, "code", err_code_name(e->code));
	json_put_string(o, "sentence", e->sentence);
	json_put_string(o, "hint", e->hint);
	json_object_object_add(o, "holders", holders);
	json_object_object_add(root, "error", o);
	return root;
}

void err_from_json(struct err *e, struct json_object *root)
{
	struct json_object *o, *holders;

	err_clear(e);
	if (!root || !json_object_object_get_ex(root, "error", &o)) {
		err_set(e, ERR_FAILED, "look at the daemon's log: journalctl -u vgpu-mgr",
			"the daemon's answer is not one that this vgpuctl understands");
		return;
	}
	err_set(e, err_code_from_name(json_get_string(o, "code", NULL)),
		json_get_string(o, "hint", ""), "%s",
		json_get_string(o, "sentence", "the daemon reported an error without a text"));
	if (!json_object_object_get_ex(o, "holders", &holders) ||
	    !json_object_is_type(holders, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(holders); i++) {
		const char *s = json_object_get_string(json_object_array_get_idx(holders, i));

		if (s)
			err_holder(e, "%s", s);
	}
}
