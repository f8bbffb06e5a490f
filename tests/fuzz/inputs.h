/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the drivers of fuzz targets and of property tests take their inputs from. */
#ifndef FUZZ_INPUTS_H
#define FUZZ_INPUTS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../xorshift.h"

#define INPUT_MAX_BYTES 4096U
#define INPUT_FILE_MAX_BYTES (1U << 20)

/* A number from the environment. */
static inline uint64_t input_option(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

/* The state of a sequence of inputs, the same for @seed on every machine. */
static inline uint64_t input_seed(uint64_t seed)
{
	return seed * 0x9e3779b97f4a7c15ULL | 1;
}

/* @size bytes and no more, so that a read past their end is found; the caller frees. Or NULL. */
static inline uint8_t *input_make(uint64_t *state, size_t size)
{
	uint8_t *data = malloc(size ? size : 1);

	for (size_t k = 0; data && k < size; k++)
		data[k] = (uint8_t)(xorshift_next(state) >> 24);
	return data;
}

/* Run what the file holds. 0, or 1 with a message. */
static inline int input_run_file(const char *path, void (*run)(const uint8_t *data, size_t size))
{
	uint8_t *data = malloc(INPUT_FILE_MAX_BYTES);
	FILE *f = fopen(path, "rb");
	int failed = !f || !data;

	if (failed)
		perror(path);
	else
		run(data, fread(data, 1, INPUT_FILE_MAX_BYTES, f));
	if (f)
		fclose(f);
	free(data);
	return failed;
}

#endif
