/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The requests of vgpu-mgr/openapi.json, without any transport: the daemon's workers call this, and
 * so does vgpuctl for reads when the daemon does not answer.
 */
#ifndef MGR_API_H
#define MGR_API_H

#include "util.h"

struct json_object;

#define API_MAX_BODY_BYTES (64u * 1024)

/* How a request has to be run; decided from method and path alone. */
enum api_kind {
	API_READ,	/* any number at a time */
	API_CHANGE,	/* one at a time */
	API_UNKNOWN,	/* no such path or method: api_call() says which */
};

enum api_kind api_classify(const char *method, const char *path);
/*
 * api_route - request @index of all there are, as openapi.json writes it
 * @path:	receives "/v1/gpus/{}/enable": {} stands for the argument
 *
 * Returns the method, NULL behind the last one.
 */
const char *api_route(size_t index, char *path, size_t size);
/*
 * api_call - carry out one request
 * @path:	without query, as in "/v1/vgpus"
 * @body:	@length bytes, may be empty
 * @status:	receives the HTTP status
 *
 * May block (API_CHANGE: for minutes). Returns the answer, never NULL; the caller owns it.
 */
struct json_object *api_call(const struct mgr *m, const char *method, const char *path,
			     const char *body, size_t length, unsigned int *status);

#endif
