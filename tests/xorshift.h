/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that are the same on every machine: Marsaglia's 64-bit xorshift, 13, 7, 17. */
#ifndef TESTS_XORSHIFT_H
#define TESTS_XORSHIFT_H

#include <stdint.h>

/* The next one; @state is never 0. */
static inline uint64_t xorshift_next(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}

#endif
