// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Driver of a fuzz target where libFuzzer is not: runs the files named on the command line, or,
 * without any, a fixed number of generated inputs that are the same on every machine.
 *	FUZZ_RUNS=N	number of generated inputs
 *	FUZZ_SEED=N	another set of them
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_RUNS 2000
#define MAX_BYTES    4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}

static uint64_t from_env(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(1 << 20);
	size_t size;

	if (!f || !data) {
		perror(path);
		free(data);
		return 1;
	}
	size = fread(data, 1, 1 << 20, f);
	fclose(f);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t state = from_env("FUZZ_SEED", 1) * 0x9e3779b97f4a7c15ULL | 1;
	uint64_t runs = from_env("FUZZ_RUNS", DEFAULT_RUNS);
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= run_file(argv[i]);
	for (uint64_t i = 0; argc == 1 && i < runs; i++) {
		size_t size = next_random(&state) % MAX_BYTES;
		/* Exactly as large as the input, so that a read past its end is found. */
		uint8_t *data = malloc(size ? size : 1);

		if (!data)
			return 1;
		for (size_t k = 0; k < size; k++)
			data[k] = next_random(&state) >> 24;
		LLVMFuzzerTestOneInput(data, size);
		free(data);
	}
	printf("%s: %llu inputs\n", argv[0],
	       (unsigned long long)(argc == 1 ? runs : (uint64_t)argc - 1));
	return failed;
}
