/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Property tests: LLVMFuzzerTestOneInput decodes bytes into operations, an oracle judges. libFuzzer
 * explores and minimises; prop.c replays inputs, or generates them until a number of operations.
 */
#ifndef PROP_H
#define PROP_H

#include <linux/errno.h>
#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>

/* Operations decoded so far, counted by the test. */
extern unsigned long prop_operations;

void prop_fail(const char *file, int line, const char *what) __attribute__((noreturn));

#define PROP_CHECK(cond)                                                                           \
	do {                                                                                       \
		if (!(cond))                                                                       \
			prop_fail(__FILE__, __LINE__, #cond);                                      \
	} while (0)

struct prop_input {
	const uint8_t *data;
	size_t left;
};

/* Next byte; 0 past the end. */
static inline unsigned int prop_byte(struct prop_input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->data++;
}

static inline u32 prop_u32(struct prop_input *in)
{
	u32 low = prop_byte(in) | prop_byte(in) << 8;

	return low | prop_byte(in) << 16 | (u32)prop_byte(in) << 24;
}

/* 0 to @max, small numbers and powers of two more often. */
static inline u32 prop_size(struct prop_input *in, u32 max)
{
	unsigned int kind = prop_byte(in);
	u32 value;

	if (kind < 96)
		value = kind & 15;
	else if (kind < 144)
		value = 1U << (kind % 13);
	else
		value = prop_byte(in) | prop_byte(in) << 8;
	return value % (max + 1);
}

/* Take the lowest free table of a pool: *@index, from @first on and below @end. */
static inline int prop_take_table(bool *used, u32 first, u32 end, u32 *index)
{
	for (u32 i = first; i < end; i++) {
		if (used[i])
			continue;
		used[i] = true;
		*index = i;
		return 0;
	}
	return -ENOSPC;
}

#endif
