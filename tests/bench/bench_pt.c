// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page tables for 48 GiB, written by the driver's own code where its BAR1 window would be: address
 * walk, bookkeeping and stores. The window is ordinary memory, so stores are judged against a plain
 * loop that stores the same entries to the same memory, and against setting its bytes.
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
#define SHOTS 15

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

static void write_entries(void *ctx, u64 addr, const u64 *entries, unsigned int count)
{
	memcpy(pool + addr, entries, count * sizeof(*entries));
}

static u64 *window(void *ctx, u64 addr, u64 bytes)
{
	return (u64 *)(pool + addr);
}

static const struct gmmu_ops ops = {
	.table_alloc = table_alloc,
	.table_free = table_free,
	.write = write_entries,
	.window = window,
};
static const struct gmmu_attr vidmem = { .aperture = NV_MMU_PTE_APERTURE_VIDMEM };

/* Seconds; the tables start out empty. @list: pages one by one, else consecutive from @pa. */
static double map_once(u64 pa, const u64 *list)
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
	if (gmmu_space_init(&space, GMMU_V2, 0, &ops, NULL, cache))
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

/* In large pages, as the kernel maps its own memory and a BAR's window; or NULL. */
static void *memory(size_t bytes)
{
	size_t whole = (bytes + LARGE_BYTES - 1) / LARGE_BYTES * LARGE_BYTES;
	void *p = aligned_alloc(LARGE_BYTES, whole);

	if (!p)
		return NULL;
	madvise(p, whole, MADV_HUGEPAGE);
	return memset(p, 0, whole);
}

struct rows {
	struct bench_series small, large, sg;
};

/* Both take microseconds, so a round has several of each, in turns; their medians count. */
static void measure_large(double *ours, double *peer)
{
	double map[SHOTS], set[SHOTS];

	map_once(0, NULL);
	for (unsigned int i = 0; i < SHOTS; i++) {
		map[i] = map_once(0, NULL) * 1e6;
		set_bytes(LARGE_ENTRIES * DUAL_BYTES);
		set[i] = set_bytes(LARGE_ENTRIES * DUAL_BYTES) * 1e6;
	}
	*ours = bench_median(map, SHOTS);
	*peer = bench_median(set, SHOTS);
}

static void measure(const u64 *list, struct rows *s)
{
	unsigned int rounds = bench_rounds(ROUNDS);

	for (unsigned int round = 0; round < rounds; round++) {
		/* One page off, so that only small pages will do. */
		s->small.ours[round] = ENTRIES / map_once(SMALL_BYTES, NULL) / 1e9;
		s->small.peer[round] = ENTRIES / plain_loop(ENTRIES) / 1e9;
		s->sg.ours[round] = ENTRIES / map_once(0, list) / 1e9;
		s->sg.peer[round] = s->small.peer[round];
		measure_large(&s->large.ours[round], &s->large.peer[round]);
	}
	s->small.rounds = s->large.rounds = s->sg.rounds = rounds;
}

/* Keeps each row's best attempt in @kept; true: one is to be measured again. */
static bool keep(const struct rows *s, struct rows *kept, struct bench_attempts *a)
{
	bool more = bench_again("pt-map-4k", &s->small, false, &a[0]);

	more |= bench_again("pt-map-2m", &s->large, false, &a[1]);
	more |= bench_again("pt-map-sg", &s->sg, false, &a[2]);
	if (a[0].best)
		kept->small = s->small;
	if (a[1].best)
		kept->large = s->large;
	if (a[2].best)
		kept->sg = s->sg;
	return more;
}

static void run(void)
{
	struct bench_attempts attempts[3] = { 0 };
	struct rows last, s;
	u64 *list = memory(ENTRIES * sizeof(*list));
	uint64_t seed = 88172645463325252ULL;

	pool = memory(POOL_BYTES);
	if (!pool || !list) {
		free(pool);
		free(list);
		bench_skip("pt-map", "no memory");
		return;
	}
	for (size_t i = 0; i < ENTRIES; i++)
		list[i] = (xorshift_next(&seed) >> 20) % ENTRIES * SMALL_BYTES;
	/* Once to warm up, not counted. */
	map_once(SMALL_BYTES, NULL);
	do {
		measure(list, &last);
	} while (keep(&last, &s, attempts));
	bench_line("pt-map-4k", "G/s", &s.small, false, BENCH_HIGHER, 0.9, 1.8);
	bench_line("pt-map-2m", "us", &s.large, false, BENCH_LOWER, 3, 2);
	bench_line("pt-map-sg", "G/s", &s.sg, false, BENCH_HIGHER, 0.65, 0.9);
	free(pool);
	free(list);
}

const struct bench bench_pt = { "pt", run };
