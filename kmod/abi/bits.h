/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Bit helpers of the ABI headers, usable in the kernel and in userspace alike. */
#ifndef VGPU_ABI_BITS_H
#define VGPU_ABI_BITS_H

#include <linux/types.h>

#define ABI_BIT(n) (1U << (n))
#define ABI_MASK(hi, lo) ((~0U >> (31 - (hi))) & (~0U << (lo)))
#define ABI_BIT64(n) (1ULL << (n))
#define ABI_MASK64(hi, lo) ((~0ULL >> (63 - (hi))) & (~0ULL << (lo)))

/* Field access by mask: the mask's lowest set bit gives the shift. */
#define ABI_GET(mask, value) (((value) & (mask)) / ((mask) & ~((mask) << 1)))
#define ABI_PREP(mask, value) (((value) * ((mask) & ~((mask) << 1))) & (mask))

#define ABI_ASSERT_SIZE(type, size) _Static_assert(sizeof(type) == (size), #type " size")
#define ABI_ASSERT_OFFSET(type, member, offset)                                                    \
	_Static_assert(__builtin_offsetof(type, member) == (offset), #type "." #member)

#endif
