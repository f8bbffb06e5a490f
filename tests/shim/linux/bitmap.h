/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_BITMAP_H
#define SHIM_LINUX_BITMAP_H

#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <string.h>

#define BITS_TO_LONGS(n) DIV_ROUND_UP(n, BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	memset(map, 0, BITS_TO_LONGS(bits) * sizeof(long));
}

static inline void bitmap_fill(unsigned long *map, unsigned int bits)
{
	memset(map, 0xff, BITS_TO_LONGS(bits) * sizeof(long));
}

static inline void bitmap_copy(unsigned long *dst, const unsigned long *src, unsigned int bits)
{
	memcpy(dst, src, BITS_TO_LONGS(bits) * sizeof(long));
}

/* The first and the last word's bits of a range of more than none. */
#define SHIM_FIRST_MASK(start) (~0UL << ((start) % BITS_PER_LONG))
#define SHIM_LAST_MASK(end) (~0UL >> (-(end) % BITS_PER_LONG))

static inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int count)
{
	unsigned long *word = map + BIT_WORD(start), *last = map + BIT_WORD(start + count - 1);
	unsigned long mask = SHIM_FIRST_MASK(start);

	if (!count)
		return;
	for (; word < last; word++, mask = ~0UL)
		*word |= mask;
	*word |= mask & SHIM_LAST_MASK(start + count);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int count)
{
	unsigned long *word = map + BIT_WORD(start), *last = map + BIT_WORD(start + count - 1);
	unsigned long mask = SHIM_FIRST_MASK(start);

	if (!count)
		return;
	for (; word < last; word++, mask = ~0UL)
		*word &= ~mask;
	*word &= ~(mask & SHIM_LAST_MASK(start + count));
}

static inline unsigned int bitmap_weight(const unsigned long *map, unsigned int bits)
{
	unsigned int i, n = 0;

	for (i = 0; i < bits; i++)
		n += test_bit(i, map);
	return n;
}

static inline bool bitmap_empty(const unsigned long *map, unsigned int bits)
{
	return find_first_bit(map, bits) >= bits;
}

static inline bool bitmap_full(const unsigned long *map, unsigned int bits)
{
	return find_first_zero_bit(map, bits) >= bits;
}

static inline void bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b,
			     unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(bits); i++)
		dst[i] = a[i] | b[i];
}

static inline bool bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b,
			      unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(bits); i++)
		dst[i] = a[i] & b[i];
	return !bitmap_empty(dst, bits);
}

static inline bool bitmap_andnot(unsigned long *dst, const unsigned long *a,
				 const unsigned long *b, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(bits); i++)
		dst[i] = a[i] & ~b[i];
	return !bitmap_empty(dst, bits);
}

static inline unsigned long *bitmap_zalloc(unsigned int bits, gfp_t gfp)
{
	return kcalloc(BITS_TO_LONGS(bits), sizeof(long), gfp);
}

static inline void bitmap_free(const unsigned long *map)
{
	kfree(map);
}

#endif
