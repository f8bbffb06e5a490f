// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page tables for 48 GiB, written to ordinary memory by stores that kernel code may use (streaming
 * stores of 8 bytes, whole lines), address walk and bookkeeping included; against a plain loop that
 * stores the same entries to the same memory.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <linux/slab.h>

#include "gmmu.h"
#include "peer.h"

#define MAPPED_BYTES (48ULL << 30)
#define SMALL_BYTES 4096ULL
#define LARGE_BYTES (2ULL << 20)
#define ENTRIES (MAPPED_BYTES / SMALL_BYTES)
#define LARGE_ENTRIES (MAPPED_BYTES / LARGE_BYTES)
#define DUAL_BYTES 16
#define POOL_BYTES (112ULL << 20)
#define VA_BASE (1ULL << 40)
#define ROUNDS 9

/* Entries in a cache line. */
#define LINE_ENTRIES 8U

/* Table pages are addresses into this memory. */
static char *pool;
static u64 pool_next;

static int table_alloc(void *ctx, u64 *addr)
{
	*addr = pool_next;
	pool_next += 4096;
	return pool_next > POOL_BYTES ? -12 : 0;
}

static void table_free(void *ctx, u64 addr)
{
}

/* What a kernel would do to write-combined memory. */
static inline void stream(u64 *to, u64 value)
{
	__asm__ volatile("movnti %1, %0" : "=m"(*to) : "r"(value));
}

static void write_entries(void *ctx, u64 addr, const u64 *entries, unsigned int count)
{
	u64 *to = (u64 *)(pool + addr);

	for (unsigned int i = 0; i < count; i++)
		stream(&to[i], entries[i]);
}

/* A line at a time; sums of their own, or one would wait for the other. */
static void fill_lines(u64 *to, u64 first, u64 step, unsigned int count)
{
	u64 step2 = 2 * step, step3 = 3 * step, step4 = 4 * step, fifth;

	__asm__("" : "+r"(step2), "+r"(step3), "+r"(step4));
	for (; count >= LINE_ENTRIES; count -= LINE_ENTRIES, to += LINE_ENTRIES) {
		fifth = first + step4;
		stream(&to[0], first);
		stream(&to[1], first + step);
		stream(&to[2], first + step2);
		stream(&to[3], first + step3);
		stream(&to[4], fifth);
		stream(&to[5], fifth + step);
		stream(&to[6], fifth + step2);
		stream(&to[7], fifth + step3);
		first = fifth + step4;
	}
	for (; count; count--, to++, first += step)
		stream(to, first);
}

static void fill(void *ctx, u64 addr, u64 first, u64 step, unsigned int stride, unsigned int count)
{
	u64 *to = (u64 *)(pool + addr);

	if (stride == 1) {
		fill_lines(to, first, step, count);
		return;
	}
	for (unsigned int i = 0; i < count; i++, first += step) {
		stream(&to[2 * i], first);
		stream(&to[2 * i + 1], 0);
	}
}

/* How far ahead lines are made writable: the processor's own prefetching ends at each page. */
#define AHEAD_BYTES 2048

/* To memory that is cached, as the peer of pt-map-2m does; what lies between is 0 already. */
static void fill_cached(void *ctx, u64 addr, u64 first, u64 step, unsigned int stride,
			unsigned int count)
{
	u64 *to = (u64 *)(pool + addr), step2 = 2 * step, step3 = 3 * step, step4 = 4 * step;

	/* Sums of their own, or one would wait for the other. */
	__asm__("" : "+r"(step2), "+r"(step3), "+r"(step4));
	for (; stride == 2 && count >= 4; count -= 4, to += 8, first += step4) {
		__asm__ volatile("prefetchw %0" : : "m"(*((char *)to + AHEAD_BYTES)));
		to[0] = first;
		to[2] = first + step;
		to[4] = first + step2;
		to[6] = first + step3;
	}
	for (; count; count--, to += stride, first += step)
		*to = first;
}

/* How far ahead a list is read: to the next page, where the processor's own prefetching ends. */
#define LIST_AHEAD 512

/* One line, or less where the list ends. False: it has a page with a bit of @bad. */
static inline bool fill_list_line(u64 *to, const u64 *pages, unsigned int shift, u64 base, u64 bad,
				  unsigned int n)
{
	u64 all = 0;

#pragma GCC unroll 8
	for (unsigned int i = 0; i < n; i++)
		all |= pages[i];
	if (all & bad)
		return false;
#pragma GCC unroll 8
	for (unsigned int i = 0; i < n; i++)
		stream(&to[i], base + (pages[i] >> shift));
	return true;
}

static unsigned int fill_list(void *ctx, u64 addr, const u64 *pages, unsigned int shift, u64 base,
			      u64 bad, unsigned int count)
{
	u64 *to = (u64 *)(pool + addr);
	unsigned int done;

	for (done = 0; count - done >= LINE_ENTRIES; done += LINE_ENTRIES) {
		__builtin_prefetch(&pages[done + LIST_AHEAD]);
		if (!fill_list_line(to + done, pages + done, shift, base, bad, LINE_ENTRIES))
			return done;
	}
	return fill_list_line(to + done, pages + done, shift, base, bad, count - done) ? count :
											 done;
}

static void write_cached(void *ctx, u64 addr, const u64 *entries, unsigned int count)
{
	memcpy(pool + addr, entries, count * sizeof(*entries));
}

static const struct gmmu_ops streaming = {
	.table_alloc = table_alloc,
	.table_free = table_free,
	.write = write_entries,
	.fill = fill,
	.fill_list = fill_list,
};
static const struct gmmu_ops cached = {
	.table_alloc = table_alloc,
	.table_free = table_free,
	.write = write_cached,
	.fill = fill_cached,
};
static const struct gmmu_attr vidmem = { .aperture = NV_MMU_PTE_APERTURE_VIDMEM };

/* Seconds; the tables start out empty. @list: pages one by one, else consecutive from @pa. */
static double map_once(const struct gmmu_ops *ops, u64 pa, const u64 *list)
{
	static struct kmem_cache *cache;
	struct gmmu_space space;
	double seconds;
	u64 start;
	int ret;

	if (!cache)
		cache = kmem_cache_create("table", (unsigned int)gmmu_table_object_bytes(), 0, 0,
					  NULL);
	pool_next = 4096;
	if (gmmu_space_init(&space, GMMU_V2, 0, ops, NULL, cache))
		abort();
	start = bench_tick();
	if (list)
		ret = gmmu_map_list(&space, VA_BASE, list, ENTRIES, &vidmem);
	else
		ret = gmmu_map(&space, VA_BASE, pa, MAPPED_BYTES, &vidmem);
	__asm__ volatile("sfence" ::: "memory");
	seconds = (double)(bench_tick() - start) / bench_cycles_per_ns / 1e9;
	if (ret)
		abort();
	gmmu_space_fini(&space);
	return seconds;
}

static double plain_loop(size_t entries)
{
	u64 *to = (u64 *)pool, value = 0x1001, start = bench_tick();

	for (size_t i = 0; i < entries; i++, value += 0x100) {
		to[i] = value;
		__asm__ volatile("" ::: "memory");
	}
	return (double)(bench_tick() - start) / bench_cycles_per_ns / 1e9;
}

/* As the kernel's memset does. */
static double set_bytes(size_t bytes)
{
	void *to = pool;
	u64 start = bench_tick();

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(0x5a) : "memory");
	return (double)(bench_tick() - start) / bench_cycles_per_ns / 1e9;
}

static void run(void)
{
	struct bench_series small = { .rounds = 0 }, large = small, sg = small;
	u64 *list = malloc(ENTRIES * sizeof(*list));
	uint64_t seed = 88172645463325252ULL;

	pool = mmap(NULL, POOL_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (pool == MAP_FAILED || !list) {
		bench_skip("pt-map", "no memory");
		return;
	}
	for (size_t i = 0; i < ENTRIES; i++)
		list[i] = (bench_random(&seed) >> 20) % ENTRIES * SMALL_BYTES;
	/* Once to warm up, not counted. */
	map_once(&streaming, SMALL_BYTES, NULL);
	for (unsigned int round = 0; round < bench_rounds(ROUNDS); round++) {
		/* One page off, so that only small pages will do. */
		small.ours[round] = ENTRIES / map_once(&streaming, SMALL_BYTES, NULL) / 1e9;
		small.peer[round] = ENTRIES / plain_loop(ENTRIES) / 1e9;
		sg.ours[round] = ENTRIES / map_once(&streaming, 0, list) / 1e9;
		sg.peer[round] = small.peer[round];
		map_once(&cached, 0, NULL);
		large.ours[round] = map_once(&cached, 0, NULL) * 1e6;
		set_bytes(LARGE_ENTRIES * DUAL_BYTES);
		large.peer[round] = set_bytes(LARGE_ENTRIES * DUAL_BYTES) * 1e6;
		small.rounds++;
	}
	large.rounds = sg.rounds = small.rounds;
	bench_line("pt-map-4k", "G/s", &small, false, BENCH_HIGHER, 0.9, 1.8);
	bench_line("pt-map-2m", "us", &large, false, BENCH_LOWER, 3, 2);
	bench_line("pt-map-sg", "G/s", &sg, false, BENCH_HIGHER, 0.65, 0.9);
	munmap(pool, POOL_BYTES);
	free(list);
}

const struct bench bench_pt = { "pt", run };
