/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stores to a mapping as the kernel's are on this processor; the mapping is ordinary memory. */
#ifndef BENCH_LINUX_IO_H
#define BENCH_LINUX_IO_H

#include <asm/byteorder.h>
#include <linux/types.h>

static inline void __raw_writeq(u64 value, volatile void __iomem *to)
{
	__asm__ volatile("movq %0, %1" : : "r"(value), "m"(*(volatile u64 *)to));
}

#endif
