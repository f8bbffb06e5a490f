// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Driver of a fuzz target where libFuzzer is not: runs the files named on the command line, or,
 * without any, a fixed number of generated inputs that are the same on every machine.
 *	FUZZ_RUNS=N	number of generated inputs
 *	FUZZ_SEED=N	another set of them
 */
#include "input.h"
#include "inputs.h"

#define DEFAULT_RUNS 2000

static void run(const uint8_t *data, size_t size)
{
	LLVMFuzzerTestOneInput(data, size);
}

int main(int argc, char **argv)
{
	uint64_t state = input_seed(input_option("FUZZ_SEED", 1));
	uint64_t runs = input_option("FUZZ_RUNS", DEFAULT_RUNS);
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= input_run_file(argv[i], run);
	for (uint64_t i = 0; argc == 1 && i < runs; i++) {
		size_t size = xorshift_next(&state) % INPUT_MAX_BYTES;
		uint8_t *data = input_make(&state, size);

		if (!data)
			return 1;
		run(data, size);
		free(data);
	}
	printf("%s: %llu inputs\n", argv[0],
	       (unsigned long long)(argc == 1 ? runs : (uint64_t)argc - 1));
	return failed;
}
