/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left of a fuzz target's input; zeros follow its end. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_input {
	const uint8_t *data;
	size_t left;
};

/* The next byte. */
static inline uint8_t fuzz_next(struct fuzz_input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->data++;
}

/* The next @bytes, 1 to 8, low byte first. */
static inline uint64_t take(struct fuzz_input *in, unsigned int bytes)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < bytes; i++)
		value |= (uint64_t)fuzz_next(in) << (8 * i);
	return value;
}

#endif
