/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Harness of the benchmarks: pinning, clock, statistics, the result line. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <x86intrin.h>

#include "../xorshift.h"

#define BENCH_MAX_ROUNDS 15

/* One figure of ours and of the peer per round. */
struct bench_series {
	double ours[BENCH_MAX_ROUNDS], peer[BENCH_MAX_ROUNDS];
	unsigned int rounds;
};

enum bench_better { BENCH_HIGHER, BENCH_LOWER };

/*
 * Print one line. The ratio is the median of the rounds' ratios: peer / ours for @flip (times,
 * where higher is better then), else ours / peer. @bar and @aim are met by a ratio that is higher
 * or equal (BENCH_HIGHER) or lower or equal.
 */
void bench_line(const char *name, const char *unit, const struct bench_series *s, bool flip,
		enum bench_better better, double bar, double aim);
/* What has been measured of a row; zeroed at first. */
struct bench_attempts {
	unsigned int count;
	double least_spread;
	bool best;	/* the last one is the one to keep */
};

/*
 * Is @s to be measured anew, from its first round on? It is when the rounds' ratios spread over
 * 25 %, a few times at most. The attempt that spreads least is the row's; says which are dropped.
 */
bool bench_again(const char *name, const struct bench_series *s, bool flip,
		 struct bench_attempts *a);
/* A line for what cannot be measured here. */
void bench_skip(const char *name, const char *why);
double bench_median(const double *values, unsigned int n);

/* Rounds and sizes of a full or of a short run. */
extern bool bench_quick;
unsigned int bench_rounds(unsigned int full);

/* Cycles of an empty measured pair, and of a nanosecond. */
extern uint64_t bench_empty_cycles;
extern double bench_cycles_per_ns;
void bench_start(void);

static inline uint64_t bench_tick(void)
{
	uint64_t t;

	_mm_lfence();
	t = __rdtsc();
	_mm_lfence();
	return t;
}

static inline uint64_t bench_ns(uint64_t cycles)
{
	return (uint64_t)((double)cycles / bench_cycles_per_ns);
}

struct bench {
	const char *prefix;	/* names it prints begin so */
	void (*run)(void);
};
/* bench_ring.c: msgq-rtt and msgq-stream. */
void bench_ring(void);

extern const struct bench bench_vram, bench_part, bench_pt, bench_msgq;

#endif
