/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz input as edits of a valid binary image: byte 0 says how much is cut off, then each four
 * bytes are place (16 bits), width (1, 2 or 4 bytes) and value. An odd byte 0 means the rest of the
 * input is the image itself.
 */
#ifndef FUZZ_EDITS_H
#define FUZZ_EDITS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EDITS_MAX 16

/* Values that parsers trip over, chosen by the low bits. */
static inline uint32_t edit_value(uint8_t v)
{
	static const uint32_t special[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8,
					    0x100, 0xff00 };

	return v & 0x80 ? special[v % 8] : v;
}

/*
 * A new image of *@length bytes, an exact allocation. @window: only offsets below it are edited
 * (headers), 0 for all; offsets count from the end when @from_end.
 */
static inline uint8_t *fuzz_edit(const uint8_t *seed, size_t n, size_t window, int from_end,
				 const uint8_t *data, size_t size, size_t *length)
{
	uint8_t *copy;
	uint32_t value;
	size_t at, width;

	if (size && (data[0] & 1)) {
		copy = malloc(size);
		memcpy(copy, data + 1, size - 1);
		*length = size - 1;
		return copy;
	}
	if (size && data[0])
		n -= n * data[0] / 1024;
	copy = malloc(n ? n : 1);
	memcpy(copy, seed, n);
	*length = n;
	window = window && window < n ? window : n;
	for (unsigned int i = 0; size >= 5 && i < EDITS_MAX && window; i++, data += 4, size -= 4) {
		at = (data[1] | (size_t)data[2] << 8) % window;
		if (from_end)
			at = n - 1 - at;
		width = data[3] % 3 == 0 ? 1 : data[3] % 3 == 1 ? 2 : 4;
		value = edit_value(data[4]);
		if (at + width <= n)
			memcpy(copy + at, &value, width);
	}
	return copy;
}

#endif
