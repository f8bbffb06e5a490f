/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small helpers round json-c. */
#ifndef MGR_JSON_UTIL_H
#define MGR_JSON_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "err.h"

/* Version of every JSON object that the project writes: files, answers, command output. */
#define JSON_VERSION 1

static inline void json_cleanup(struct json_object **o)
{
	json_object_put(*o);
}

#define autojson __attribute__((cleanup(json_cleanup))) struct json_object

/* {"version": 1}; the caller owns it. */
struct json_object *json_versioned(void);
/* Add a member; an empty or NULL string becomes null. */
void json_put_string(struct json_object *o, const char *key, const char *value);
void json_put_u64(struct json_object *o, const char *key, uint64_t value);
void json_put_bool(struct json_object *o, const char *key, bool value);
/* Read a member of the right type, else @fallback. The string belongs to @o. */
const char *json_get_string(struct json_object *o, const char *key, const char *fallback);
uint64_t json_get_u64(struct json_object *o, const char *key, uint64_t fallback);
bool json_get_bool(struct json_object *o, const char *key, bool fallback);
/*
 * json_unknown_key - a member of @o that is not in @keys, which NULL ends; or NULL
 *
 * For what people write, so that a misspelt option is not silently ignored. @o owns the string.
 */
const char *json_unknown_key(struct json_object *o, const char *const *keys);
/*
 * json_parse - strict parse of @length bytes that come from outside
 * @what:	names the text in the error sentence ("request body", a file name)
 *
 * Depth is limited and nothing may follow the value. Returns an object that the caller owns, or
 * NULL with @e set to ERR_USAGE.
 */
struct json_object *json_parse(const char *text, size_t length, const char *what, struct err *e);

#endif
