// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's map of VRAM as the daemon reads it: edits of one give a whole map, or a sentence. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json_util.h"
#include "lib/vram_map.h"
#include "mutate.h"

static const char seed[] =
	"map 1\nfb_bytes 8589934592\nsegment_bytes 134217728\nlargest_free_bytes 4294967296\n"
	"free_runs 1\nclients 1\nclient_bytes 4096 of 268435456\nbar1_bytes 4096 of 68719476736\n"
	"bar1_windows 1\nbytes free 4294967296\nbytes dirty 0\nbytes partition 4294963200\n"
	"bytes client 4096\nspace 1 4096 BAR1\ntables PD4 0 PD3 1 PD2 1 PD1 1 PD0 1 PT64K 0 PT4K 1\n"
	"runs 3\n0x0000000000    4194304K free      -     -\n"
	"0x0100000000    4194300K partition vf3   11111111-2222-4333-8444-555555555555\n"
	"0x01fffff000          4K client    -     client sample";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = fuzz_mutate(seed, data, size, &size), *text = malloc(size + 1);
	struct json_object *map, *runs;
	struct err e = { 0 };
	uint64_t at = 0;

	if (!text)
		abort();
	memcpy(text, bytes, size);
	text[size] = '\0';
	map = vram_map_parse("0000:01:00.0", text, &e);
	if (map) {
		json_object_object_get_ex(map, "runs", &runs);
		for (size_t i = 0; i < json_object_array_length(runs); i++) {
			struct json_object *run = json_object_array_get_idx(runs, i);

			if (json_get_u64(run, "address", 1) != at)
				abort();
			at += json_get_u64(run, "bytes", 0);
		}
		if (at < json_get_u64(map, "fb_bytes", UINT64_MAX))
			abort();
	} else if (!e.sentence[0]) {
		abort();
	}
	json_object_put(map);
	free(text);
	free(bytes);
	return 0;
}
