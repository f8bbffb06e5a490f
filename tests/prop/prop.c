// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Driver of a property test: replays the files named on the command line, or generates inputs until
 * PROP_OPS operations were done (default 1000000). PROP_SEED=N gives another set. An input that
 * fails is kept in a file.
 */
#include "prop.h"

#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_OPS 1000000UL
#define MAX_BYTES 4096U

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

static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}

static unsigned long from_env(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

static void run(const uint8_t *data, size_t size)
{
	current = data;
	current_size = size;
	LLVMFuzzerTestOneInput(data, size);
	current = NULL;
}

static int run_file(const char *path)
{
	uint8_t *data = malloc(1 << 20);
	FILE *f = fopen(path, "rb");
	size_t size;

	if (!f || !data) {
		perror(path);
		free(data);
		return 1;
	}
	size = fread(data, 1, 1 << 20, f);
	fclose(f);
	run(data, size);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t state = from_env("PROP_SEED", 1) * 0x9e3779b97f4a7c15ULL | 1;
	unsigned long goal = from_env("PROP_OPS", DEFAULT_OPS), inputs = 0;
	int failed = 0;

	for (int i = 1; i < argc; i++, inputs++)
		failed |= run_file(argv[i]);
	for (; argc == 1 && prop_operations < goal; inputs++) {
		size_t size = 1 + next_random(&state) % MAX_BYTES;
		uint8_t *data = malloc(size);

		if (!data)
			return 1;
		for (size_t k = 0; k < size; k++)
			data[k] = (uint8_t)(next_random(&state) >> 24);
		run(data, size);
		free(data);
	}
	printf("ok %s: %lu operations of %lu inputs\n", argv[0], prop_operations, inputs);
	return failed;
}
