// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Driver of a property test: replays the files named on the command line, or generates inputs until
 * PROP_OPS operations were done (default 1000000). PROP_SEED=N gives another set. An input that
 * fails is kept in a file.
 */
#include "prop.h"

#include "../fuzz/inputs.h"

#define DEFAULT_OPS 1000000UL

unsigned long prop_operations;

static const uint8_t *current;
static size_t current_size;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void prop_fail(const char *file, int line, const char *what)
{
	const char *name = getenv("PROP_SAVE");
	FILE *f = current ? fopen(name ? name : "prop-failed-input", "wb") : NULL;

	fprintf(stderr, "%s:%d: does not hold after %lu operations: %s\n", file, line,
		prop_operations, what);
	if (f) {
		fwrite(current, 1, current_size, f);
		fclose(f);
	}
	abort();
}

static void run(const uint8_t *data, size_t size)
{
	current = data;
	current_size = size;
	LLVMFuzzerTestOneInput(data, size);
	current = NULL;
}

int main(int argc, char **argv)
{
	uint64_t state = input_seed(input_option("PROP_SEED", 1));
	uint64_t goal = input_option("PROP_OPS", DEFAULT_OPS), inputs = 0;
	int failed = 0;

	for (int i = 1; i < argc; i++, inputs++)
		failed |= input_run_file(argv[i], run);
	for (; argc == 1 && prop_operations < goal; inputs++) {
		size_t size = 1 + xorshift_next(&state) % INPUT_MAX_BYTES;
		uint8_t *data = input_make(&state, size);

		if (!data)
			return 1;
		run(data, size);
		free(data);
	}
	printf("ok %s: %lu operations of %llu inputs\n", argv[0], prop_operations,
	       (unsigned long long)inputs);
	return failed;
}
