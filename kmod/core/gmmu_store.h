/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs of page-table entries, stored where the CPU sees a table: ascending and without a gap, so
 * that write-combined memory sends lines of 64 bytes. No barrier: the batch ends with wmb().
 */
#ifndef VGPU_GMMU_STORE_H
#define VGPU_GMMU_STORE_H

#include <asm/byteorder.h>
#include <linux/io.h>
#include <linux/types.h>

/* One entry. Like __iowrite64_copy(): no order among them, none is needed. */
static inline void gmmu_store(u64 __iomem *to, u64 entry)
{
	__raw_writeq((__force u64)cpu_to_le64(entry), to);
}

/*
 * gmmu_store_run - store @count entries @first, @first + @step, @first + 2 * @step and so on
 * @to:		the first one; @count * @stride entries lie in one table
 * @stride:	1, or 2: an entry of 0 follows each
 */
void gmmu_store_run(u64 __iomem *to, u64 first, u64 step, unsigned int stride, unsigned int count);

/*
 * gmmu_store_list - store @base + (@pages[i] >> @shift) for @count pages
 * Returns how many were stored: all, or as many as precede the eight, counted from the first on,
 * among which a page has a bit of @bad.
 */
unsigned int gmmu_store_list(u64 __iomem *to, const u64 *pages, unsigned int shift, u64 base,
			     u64 bad, unsigned int count);

#endif
