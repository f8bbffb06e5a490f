// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Profile files: whatever the bytes, a board that keeps its promises or a sentence. An odd first
 * byte: that is the file; an even one: the rest edits a valid file.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "profiles/profile.h"

static const char seed[] =
	"{\"format\":\"openvgpu-profiles/1\",\"board\":\"L40\",\"framebuffer_mib\":49152,"
	"\"gpu\":{\"vendor\":\"10de\",\"device\":\"26b5\",\"subsystem\":\"any\"},"
	"\"sources\":{\"a\":\"b\"},\"inference_rules\":{\"r\":\"s\"},"
	"\"series\":{\"Q\":{\"class\":\"Quadro\",\"heads\":4,\"max_resolution\":[7680,4320],"
	"\"max_pixels\":66355200,\"frl\":60,\"cuda\":true,\"ecc\":true,\"bar1_mib\":256,"
	"\"encoder_capacity\":100,\"license\":\"Q\"}},\"types\":["
	"{\"id\":877,\"name\":\"L40-12Q\",\"series\":\"Q\",\"guest_subsystem\":\"1775\","
	"\"profile_bytes\":12884901888,\"fb_bytes\":12348030976,\"reserve_bytes\":402653184,"
	"\"heap_bytes\":134217728,\"max_instances\":4,\"multi_vgpu\":true,\"source\":[\"a\"]},"
	"{\"name\":\"L40-6C\",\"series\":\"Q\",\"guest_subsystem\":\"178e\","
	"\"framebuffer_mib\":6144,\"multi_vgpu\":null,\"source\":[\"a\"],"
	"\"inferred\":{\"r\":[\"framebuffer_mib\"]}}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct profile_board board;
	char why[PROFILE_WHY_BYTES] = "";
	char *text;

	if (!size)
		return 0;
	if (data[0] & 1) {
		text = malloc(size);
		if (!text)
			abort();
		memcpy(text, data, size);
	} else {
		text = fuzz_mutate(seed, data + 1, size - 1, &size);
	}
	if (profile_parse(text, size, &board, why)) {
		if (!why[0])
			abort();
	} else {
		for (size_t i = 0; i < board.type_count; i++)
			if (board.types[i].fb_bytes > board.types[i].profile_bytes ||
			    (!board.types[i].id && !board.types[i].missing[0]))
				abort();
	}
	profile_free(&board);
	free(text);
	return 0;
}
