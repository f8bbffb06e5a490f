// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Daemon requests: the first byte chooses method and shape of the path, then up to the first
 * newline comes the path's rest, behind it the edits of a valid body. The host is an empty folder,
 * so nothing can be done; every answer must be an object with "version", and an error must have a sentence.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/api.h"
#include "lib/json_util.h"
#include "mutate.h"

static const char seed[] =
	"{\"gpu\":\"0000:01:00.0\",\"type\":\"L40-12Q\",\"face\":\"mdev\",\"wait_seconds\":0,"
	"\"uuid\":\"6f0c53fc-2d4e-4d84-9b4b-6a4d8f2f7a11\"}";

static char root[64];

static void drop_root(void)
{
	autofree char *command = str_printf("rm -rf '%s'", root);

	if (system(command))
		abort();
}

static void make_root(void)
{
	autofree char *run = NULL;

	snprintf(root, sizeof(root), "/tmp/fuzz-request-XXXXXX");
	if (!mkdtemp(root))
		abort();
	run = str_printf("mkdir -p '%s/run' '%s/sys/bus/pci/devices'", root, root);
	if (system(run))
		abort();
	atexit(drop_root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const methods[] = { "GET", "POST", "DELETE", "BREW" };
	static const char *const heads[] = { "/v1/vgpus", "/v1/vgpus/", "/v1/gpus/", "/v1/types", "/v1/gpus",
					     "/v1/version", "/", "" };
	struct mgr m = { .root = root };
	const uint8_t *newline;
	autofree char *path = NULL, *body = NULL;
	autojson *answer = NULL;
	unsigned int status;
	size_t rest;

	if (!root[0])
		make_root();
	if (!size)
		return 0;
	newline = memchr(data + 1, '\n', size - 1);
	rest = newline ? (size_t)(newline - data) - 1 : size - 1;
	path = str_printf("%s%.*s", heads[data[0] >> 2 & 7], (int)rest, (const char *)data + 1);
	if (newline) {
		size -= (size_t)(newline + 1 - data);
		body = fuzz_mutate(seed, newline + 1, size, &size);
	}
	answer = api_call(&m, methods[data[0] & 3], path, body, newline ? size : 0, &status);
	if (json_get_u64(answer, "version", 0) != JSON_VERSION || status < 200 || status > 599)
		abort();
	if (status >= 400) {
		struct err e;

		err_from_json(&e, answer);
		if (!e.sentence[0] || e.code == ERR_NONE)
			abort();
	}
	return 0;
}
