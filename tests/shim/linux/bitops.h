/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_BITOPS_H
#define SHIM_LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/types.h>

static inline bool test_bit(unsigned long nr, const unsigned long *addr)
{
	return addr[BIT_WORD(nr)] >> (nr % BITS_PER_LONG) & 1;
}

static inline void __set_bit(unsigned long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static inline void __clear_bit(unsigned long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

#define set_bit __set_bit
#define clear_bit __clear_bit

static inline bool __test_and_set_bit(unsigned long nr, unsigned long *addr)
{
	bool was = test_bit(nr, addr);

	__set_bit(nr, addr);
	return was;
}

static inline bool __test_and_clear_bit(unsigned long nr, unsigned long *addr)
{
	bool was = test_bit(nr, addr);

	__clear_bit(nr, addr);
	return was;
}

#define test_and_set_bit __test_and_set_bit
#define test_and_clear_bit __test_and_clear_bit

static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline int ffs_shim(unsigned int x)
{
	return __builtin_ffs(x);
}

static inline unsigned long __ffs(unsigned long x)
{
	return __builtin_ctzl(x);
}

static inline unsigned long __ffs64(u64 x)
{
	return __builtin_ctzll(x);
}

static inline unsigned long __fls(unsigned long x)
{
	return BITS_PER_LONG - 1 - __builtin_clzl(x);
}

#define hweight8(x) ((unsigned int)__builtin_popcount((x) & 0xff))
#define hweight16(x) ((unsigned int)__builtin_popcount((x) & 0xffff))
#define hweight32(x) ((unsigned int)__builtin_popcount(x))
#define hweight64(x) ((unsigned int)__builtin_popcountll(x))
#define hweight_long(x) ((unsigned int)__builtin_popcountl(x))

/* Next bit at or after @offset that equals @value; @size when there is none. */
static inline unsigned long shim_find_bit(const unsigned long *addr, unsigned long size,
					  unsigned long offset, bool value)
{
	while (offset < size) {
		unsigned long word = value ? addr[BIT_WORD(offset)] : ~addr[BIT_WORD(offset)];

		word >>= offset % BITS_PER_LONG;
		if (word) {
			offset += (unsigned long)__builtin_ctzl(word);
			return offset < size ? offset : size;
		}
		offset += BITS_PER_LONG - offset % BITS_PER_LONG;
	}
	return size;
}

#define find_next_bit(addr, size, offset) shim_find_bit(addr, size, offset, true)
#define find_next_zero_bit(addr, size, offset) shim_find_bit(addr, size, offset, false)
#define find_first_bit(addr, size) shim_find_bit(addr, size, 0, true)
#define find_first_zero_bit(addr, size) shim_find_bit(addr, size, 0, false)
#define for_each_set_bit(bit, addr, size)                                                          \
	for ((bit) = find_first_bit(addr, size); (bit) < (size);                                   \
	     (bit) = find_next_bit(addr, size, (bit) + 1))
#define for_each_clear_bit(bit, addr, size)                                                        \
	for ((bit) = find_first_zero_bit(addr, size); (bit) < (size);                              \
	     (bit) = find_next_zero_bit(addr, size, (bit) + 1))

#endif
