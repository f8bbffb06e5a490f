// SPDX-License-Identifier: GPL-2.0-only
/* Page-table entries on their way to VRAM, see gmmu_store.h. */

#include <linux/compiler.h>
#include <linux/prefetch.h>

#include "gmmu_store.h"

/* Entries in a line. */
#define LINE_ENTRIES 8U

/* How far ahead a list is read: into the next page, where the processor's own prefetching ends. */
#define LIST_AHEAD_ENTRIES 512U

/*
 * One entry of a page table, past the caches: nobody reads it here, and 2 MiB of them for each GiB
 * in small pages would push out everything else where the table's memory is cached after all. To
 * write-combined memory this is a store like any other.
 */
#ifdef CONFIG_X86_64
static inline void store_through(u64 __iomem *to, u64 entry)
{
	asm volatile("movnti %1, %0" : "=m"(*(volatile u64 __force *)to) : "r"(entry));
}
#else
#define store_through gmmu_store
#endif

/* @count multiples of @step from @first on, one after the other. */
static void store_pages(u64 __iomem *to, u64 first, u64 step, unsigned int count)
{
	u64 step2 = 2 * step, step3 = 3 * step, step4 = 4 * step, fifth;

	/* Sums of their own, or one would wait for the other. */
	OPTIMIZER_HIDE_VAR(step2);
	OPTIMIZER_HIDE_VAR(step3);
	OPTIMIZER_HIDE_VAR(step4);
	for (; count >= LINE_ENTRIES; count -= LINE_ENTRIES, to += LINE_ENTRIES) {
		fifth = first + step4;
		store_through(&to[0], first);
		store_through(&to[1], first + step);
		store_through(&to[2], first + step2);
		store_through(&to[3], first + step3);
		store_through(&to[4], fifth);
		store_through(&to[5], fifth + step);
		store_through(&to[6], fifth + step2);
		store_through(&to[7], fifth + step3);
		first = fifth + step4;
	}
	for (; count; count--, to++, first += step)
		store_through(to, first);
}

/* The same for a directory of double entries, whose other half stays 0. */
static void store_halves(u64 __iomem *to, u64 first, u64 step, unsigned int count)
{
	u64 step2 = 2 * step, step3 = 3 * step;

	OPTIMIZER_HIDE_VAR(step2);
	OPTIMIZER_HIDE_VAR(step3);
	for (; count >= LINE_ENTRIES / 2; count -= LINE_ENTRIES / 2, to += LINE_ENTRIES) {
		gmmu_store(&to[0], first);
		gmmu_store(&to[1], 0);
		gmmu_store(&to[2], first + step);
		gmmu_store(&to[3], 0);
		gmmu_store(&to[4], first + step2);
		gmmu_store(&to[5], 0);
		gmmu_store(&to[6], first + step3);
		gmmu_store(&to[7], 0);
		first += 4 * step;
	}
	for (; count; count--, to += 2, first += step) {
		gmmu_store(&to[0], first);
		gmmu_store(&to[1], 0);
	}
}

void gmmu_store_run(u64 __iomem *to, u64 first, u64 step, unsigned int stride, unsigned int count)
{
	if (stride == 1)
		store_pages(to, first, step, count);
	else
		store_halves(to, first, step, count);
}

/* Less than a line, from the list's end. False, and nothing stored: a page has a bit of @bad. */
static bool store_list_end(u64 __iomem *to, const u64 *pages, unsigned int shift, u64 base, u64 bad,
			   unsigned int count)
{
	unsigned int i;
	u64 all = 0;

	for (i = 0; i < count; i++)
		all |= pages[i];
	if (all & bad)
		return false;
	for (i = 0; i < count; i++)
		store_through(&to[i], base + (pages[i] >> shift));
	return true;
}

unsigned int gmmu_store_list(u64 __iomem *to, const u64 *pages, unsigned int shift, u64 base,
			     u64 bad, unsigned int count)
{
	u64 page[LINE_ENTRIES], all;
	unsigned int done, i;

	for (done = 0; count - done >= LINE_ENTRIES; done += LINE_ENTRIES) {
		const u64 *from = &pages[done];
		u64 __iomem *line = &to[done];

		prefetch(from + LIST_AHEAD_ENTRIES);
		/* Read once: memory is what this waits for. */
#pragma GCC unroll 8
		for (i = 0, all = 0; i < LINE_ENTRIES; i++) {
			page[i] = from[i];
			OPTIMIZER_HIDE_VAR(page[i]);
			all |= page[i];
		}
		if (all & bad)
			return done;
#pragma GCC unroll 8
		for (i = 0; i < LINE_ENTRIES; i++)
			store_through(&line[i], base + (page[i] >> shift));
	}
	return store_list_end(to + done, pages + done, shift, base, bad, count - done) ? count :
											 done;
}
