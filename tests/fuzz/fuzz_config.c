// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon's configuration: edits of a valid file give entries within bounds or a sentence. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config.h"
#include "mutate.h"

static const char seed[] =
	"{\"version\":1,\"gpus\":[{\"bdf\":\"0000:01:00.0\",\"vfs\":32},{\"bdf\":\"0000:41:00.0\",\"vfs\":4,\"placement\":\"heterogeneous\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_mutate(seed, data, size, &size), bdf[BDF_BYTES];
	struct err e = { 0 };
	struct config c;

	if (config_parse(text, size, "the file", &c, &e)) {
		if (!e.sentence[0])
			abort();
	} else {
		for (size_t i = 0; i < c.count; i++)
			if (!c.gpus[i].vfs || c.gpus[i].vfs > PCI_MAX_VFS ||
			    !placement_name(c.gpus[i].placement) || !bdf_parse(c.gpus[i].bdf, bdf))
				abort();
	}
	free(text);
	return 0;
}
