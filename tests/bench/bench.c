// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "peer.h"

#define EMPTY_PAIRS 10001
/* Rounds of a result whose spread is larger are not to be trusted. */
#define SPREAD_LIMIT 0.25
#define MOST_ATTEMPTS 8

size_t bench_held_bytes;
bool bench_quick;
uint64_t bench_empty_cycles;
double bench_cycles_per_ns;

static int below;

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double bench_median(const double *values, unsigned int n)
{
	double sorted[BENCH_MAX_ROUNDS];

	memcpy(sorted, values, n * sizeof(*values));
	qsort(sorted, n, sizeof(*sorted), compare);
	return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

unsigned int bench_rounds(unsigned int full)
{
	return bench_quick && full > 3 ? 3 : full;
}

static bool reaches(double ratio, enum bench_better better, double goal)
{
	return better == BENCH_HIGHER ? ratio >= goal : ratio <= goal;
}

/* The rounds' ratios; returns by how much they differ, as a part of their median. */
static double ratios_of(const struct bench_series *s, bool flip, double *ratio, double *median)
{
	double low = INFINITY, high = 0;

	for (unsigned int i = 0; i < s->rounds; i++) {
		double x = s->ours[i], y = s->peer[i];

		ratio[i] = flip ? y / x : x / y;
		if (x == y)
			ratio[i] = 1;
		low = fmin(low, ratio[i]);
		high = fmax(high, ratio[i]);
	}
	*median = bench_median(ratio, s->rounds);
	return (high - low) / *median;
}

bool bench_again(const char *name, const struct bench_series *s, bool flip,
		 struct bench_attempts *a)
{
	double ratio[BENCH_MAX_ROUNDS] = { 0 }, median, spread = ratios_of(s, flip, ratio, &median);

	a->best = !a->count++ || spread < a->least_spread;
	if (a->best)
		a->least_spread = spread;
	if (bench_quick || a->least_spread <= SPREAD_LIMIT)
		return false;
	printf("# %s: %.3f with a spread of %.0f %%\n", name, median, 100 * spread);
	fflush(stdout);
	return a->count < MOST_ATTEMPTS;
}

void bench_line(const char *name, const char *unit, const struct bench_series *s, bool flip,
		enum bench_better better, double bar, double aim)
{
	double ratio[BENCH_MAX_ROUNDS] = { 0 }, median, spread = ratios_of(s, flip, ratio, &median);
	const char *sign = better == BENCH_HIGHER ? ">=" : "<=";
	bool good;

	good = reaches(median, better, bar);
	below += !good;
	printf("%-24s %10.4g %-6s %10.4g  %7.3f  %4.0f%%  bar %s%-5g aim %-5g%s  %s\n", name,
	       bench_median(s->ours, s->rounds), unit, bench_median(s->peer, s->rounds), median,
	       100 * spread, sign, bar, aim,
	       reaches(median, better, aim) ? " met" : "    ", good ? "ok" : "below");
	if (spread > SPREAD_LIMIT && !bench_quick)
		printf("# %s: spread over %.0f %%, repeat it\n", name, 100 * SPREAD_LIMIT);
	fflush(stdout);
}

void bench_skip(const char *name, const char *why)
{
	printf("# %s: skipped, %s\n", name, why);
}

void bench_start(void)
{
	static double pairs[EMPTY_PAIRS];
	struct timespec a, b;
	uint64_t start, end;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)sched_getcpu(), &set);
	sched_setaffinity(0, sizeof(set), &set);
	for (unsigned int i = 0; i < EMPTY_PAIRS; i++) {
		uint64_t t = bench_tick();

		pairs[i] = (double)(bench_tick() - t);
	}
	qsort(pairs, EMPTY_PAIRS, sizeof(*pairs), compare);
	bench_empty_cycles = (uint64_t)pairs[EMPTY_PAIRS / 2];
	clock_gettime(CLOCK_MONOTONIC, &a);
	start = __rdtsc();
	do {
		clock_gettime(CLOCK_MONOTONIC, &b);
	} while ((b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec < 20000000);
	end = __rdtsc();
	bench_cycles_per_ns = (double)(end - start) /
			      (double)((b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec -
				       a.tv_nsec);
}

/* @name is the group, or one of its rows, or begins like it. */
static bool names_group(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix)) || !strncmp(name, prefix, strlen(name));
}

static bool wanted(const char *prefix, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (names_group(argv[i], prefix))
			return true;
	return argc == 1;
}

static const struct bench *const all[] = { &bench_vram, &bench_part, &bench_pt, &bench_msgq };
#define NUM_BENCHES (sizeof(all) / sizeof(*all))

static bool known(const char *name)
{
	for (size_t i = 0; i < NUM_BENCHES; i++)
		if (names_group(name, all[i]->prefix))
			return true;
	fprintf(stderr, "bench: there is no group '%s'; the groups are", name);
	for (size_t i = 0; i < NUM_BENCHES; i++)
		fprintf(stderr, " %s", all[i]->prefix);
	fputc('\n', stderr);
	return false;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!known(argv[i]))
			return 2;
	bench_quick = getenv("BENCH_QUICK") != NULL;
	bench_start();
	printf("# clock %.2f GHz, an empty measurement takes %llu cycles%s\n", bench_cycles_per_ns,
	       (unsigned long long)bench_empty_cycles, bench_quick ? "; short run" : "");
	printf("%-24s %10s %-6s %10s  %7s  %5s\n", "# name", "ours", "", "peer", "ratio", "spread");
	for (size_t i = 0; i < NUM_BENCHES; i++)
		if (wanted(all[i]->prefix, argc, argv))
			all[i]->run();
	printf("# %d below the bar\n", below);
	return 0;
}
