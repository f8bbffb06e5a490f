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
/* Pages of a scattered list, in runs of 1 to 16. */
#define SG_RUNS (1U << 20)
#define SG_ENTRIES (SG_RUNS * 4ULL)
#define POOL_BYTES (112ULL << 20)
#define VA_BASE (1ULL << 40)
#define ROUNDS 9

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
static void write_entries(void *ctx, u64 addr, const u64 *entries, unsigned int count)
{
	u64 *to = (u64 *)(pool + addr);

	for (unsigned int i = 0; i < count; i++)
		__asm__ volatile("movnti %1, %0" : "=m"(to[i]) : "r"(entries[i]));
}

static const struct gmmu_ops ops = { table_alloc, table_free, write_entries, NULL };
static const struct gmmu_attr vidmem = { .aperture = NV_MMU_PTE_APERTURE_VIDMEM };

/* Seconds; the tables start out empty. */
static double map_once(const u64 *pages, const u64 *counts, size_t runs)
{
	struct kmem_cache *cache = kmem_cache_create("table",
						     (unsigned int)gmmu_table_object_bytes(), 0, 0,
						     NULL);
	struct gmmu_space space;
	u64 va = VA_BASE, start;
	double seconds;

	pool_next = 4096;
	if (gmmu_space_init(&space, GMMU_V2, 0, &ops, NULL, cache))
		abort();
	start = bench_tick();
	for (size_t i = 0; i < runs; i++) {
		if (gmmu_map(&space, va, pages[i], counts[i], &vidmem))
			abort();
		va += counts[i];
	}
	__asm__ volatile("sfence" ::: "memory");
	seconds = (double)(bench_tick() - start) / bench_cycles_per_ns / 1e9;
	gmmu_space_fini(&space);
	kmem_cache_destroy(cache);
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

static double set_bytes(size_t bytes)
{
	u64 start = bench_tick();

	memset(pool, 0x5a, bytes);
	__asm__ volatile("" ::: "memory");
	return (double)(bench_tick() - start) / bench_cycles_per_ns / 1e9;
}

static void scattered(struct bench_series *s)
{
	u64 *pages = malloc(SG_RUNS * sizeof(*pages)), *counts = malloc(SG_RUNS * sizeof(*counts));
	u64 seed = 88172645463325252ULL, entries = 0;

	for (size_t i = 0; i < SG_RUNS; i++) {
		counts[i] = (1 + (bench_random(&seed) >> 20) % 16) * SMALL_BYTES;
		pages[i] = ((bench_random(&seed) >> 20) % (ENTRIES - 16)) * SMALL_BYTES;
		entries += counts[i] / SMALL_BYTES;
	}
	for (unsigned int round = 0; round < bench_rounds(ROUNDS); round++) {
		s->ours[round] = (double)entries / map_once(pages, counts, SG_RUNS) / 1e9;
		s->peer[round] = (double)entries / plain_loop(entries) / 1e9;
		s->rounds++;
	}
	free(pages);
	free(counts);
}

static void run(void)
{
	struct bench_series small = { .rounds = 0 }, large = small, sg = small;
	const u64 bytes = MAPPED_BYTES, odd = SMALL_BYTES, even = 0;

	pool = mmap(NULL, POOL_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (pool == MAP_FAILED) {
		bench_skip("pt-map", "no memory");
		return;
	}
	for (unsigned int round = 0; round < bench_rounds(ROUNDS); round++) {
		/* One page off, so that only small pages will do. */
		small.ours[round] = ENTRIES / map_once(&odd, &bytes, 1) / 1e9;
		small.peer[round] = ENTRIES / plain_loop(ENTRIES) / 1e9;
		small.rounds++;
		large.ours[round] = map_once(&even, &bytes, 1) * 1e6;
		large.peer[round] = set_bytes(LARGE_ENTRIES * DUAL_BYTES) * 1e6;
		large.rounds++;
	}
	bench_line("pt-map-4k", "G/s", &small, false, BENCH_HIGHER, 0.9, 1.8);
	bench_line("pt-map-2m", "us", &large, false, BENCH_LOWER, 3, 2);
	scattered(&sg);
	bench_line("pt-map-sg", "G/s", &sg, false, BENCH_HIGHER, 0.65, 0.9);
	munmap(pool, POOL_BYTES);
}

const struct bench bench_pt = { "pt", run };
