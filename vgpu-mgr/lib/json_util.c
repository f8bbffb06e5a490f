// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "json_util.h"

/* The deepest value that any of our files, requests or mdevctl's definitions has is 5. */
#define JSON_MAX_DEPTH 16
#define JSON_MAX_BYTES (4u << 20)

struct json_object *json_versioned(void)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "version", json_object_new_int(JSON_VERSION));
	return o;
}

void json_put_string(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, value && value[0] ? json_object_new_string(value) : NULL);
}

void json_put_u64(struct json_object *o, const char *key, uint64_t value)
{
	json_object_object_add(o, key, json_object_new_uint64(value));
}

void json_put_bool(struct json_object *o, const char *key, bool value)
{
	json_object_object_add(o, key, json_object_new_boolean(value));
}

const char *json_get_string(struct json_object *o, const char *key, const char *fallback)
{
	struct json_object *v;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v) ||
	    !json_object_is_type(v, json_type_string))
		return fallback;
	return json_object_get_string(v);
}

uint64_t json_get_u64(struct json_object *o, const char *key, uint64_t fallback)
{
	struct json_object *v;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v) ||
	    !json_object_is_type(v, json_type_int) || json_object_get_int64(v) < 0)
		return fallback;
	return json_object_get_uint64(v);
}

bool json_get_bool(struct json_object *o, const char *key, bool fallback)
{
	struct json_object *v;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v) ||
	    !json_object_is_type(v, json_type_boolean))
		return fallback;
	return json_object_get_boolean(v);
}

const char *json_unknown_key(struct json_object *o, const char *const *keys)
{
	json_object_object_foreach(o, key, value) {
		const char *const *k = keys;

		(void)value;
		while (*k && strcmp(*k, key))
			k++;
		if (!*k)
			return key;
	}
	return NULL;
}

struct json_object *json_parse(const char *text, size_t length, const char *what, struct err *e)
{
	struct json_tokener *tok;
	struct json_object *o;
	enum json_tokener_error error;
	size_t end;

	if (length > JSON_MAX_BYTES) {
		err_set(e, ERR_USAGE, NULL, "%s is larger than %u bytes", what, JSON_MAX_BYTES);
		return NULL;
	}
	tok = json_tokener_new_ex(JSON_MAX_DEPTH);
	if (!tok) {
		err_set(e, ERR_FAILED, NULL, "out of memory");
		return NULL;
	}
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, text, (int)length);
	error = json_tokener_get_error(tok);
	end = json_tokener_get_parse_end(tok);
	/* A bare number or word needs an end before the tokener calls it complete. */
	if (error == json_tokener_continue) {
		o = json_tokener_parse_ex(tok, "", 1);
		error = json_tokener_get_error(tok);
	}
	if (error != json_tokener_success) {
		err_set(e, ERR_USAGE, NULL, "%s is not valid JSON near byte %zu: %s", what,
			end, json_tokener_error_desc(error));
		json_object_put(o);
		o = NULL;
	} else if (!o) {
		err_set(e, ERR_USAGE, NULL, "%s is null, an object was expected", what);
	}
	json_tokener_free(tok);
	return o;
}
