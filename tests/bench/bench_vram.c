// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page allocators under churn: the same trace of allocations and releases for each, made beforehand
 * from a seed, every timed operation measured alone.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

#define GIB (1ULL << 30)
#define SIZE_BYTES (48 * GIB)
#define PAGES (SIZE_BYTES / PEER_PAGE_BYTES)
#define MAX_PAGES_SHIFT 9
#define LARGE_PAGES_SHIFT 4 /* 64 KiB */
#define WARM_UP 3
#define MAX_EXTENTS 512
/* An operation that takes longer was interrupted. */
#define DROP_NS 20000
#define SLOT_ALIGN 64
/* Types of part-after-churn are multiples of this, and so aligned. */
#define SEGMENT_BYTES (128ULL << 20)

enum mix { POW2, LOG, LARGE };

struct op {
	uint32_t slot, pages; /* pages 0: free */
};

struct trace {
	struct op *ops;
	size_t count, timed_from;
	uint32_t slots, live;
};

struct result {
	double mean_ns, alloc_ns, free_ns, tail_ns, frag, meta, largest, refused, extents;
};

static uint32_t random_pages(uint64_t *seed, enum mix mix)
{
	uint64_t r = xorshift_next(seed) >> 11;

	if (mix == POW2)
		return 1U << r % (MAX_PAGES_SHIFT + 1);
	if (mix == LARGE)
		return 1U << (LARGE_PAGES_SHIFT + r % (MAX_PAGES_SHIFT - LARGE_PAGES_SHIFT + 1));
	/* 2^(9 u), u uniform in 0..1, rounded up: fixed-point square roots of two. */
	double u = (double)r / (double)(1ULL << 53), x = 1;
	double factor = 512;

	for (int bit = 0; bit < 30; bit++) {
		u *= 2;
		factor = __builtin_sqrt(factor);
		if (u >= 1) {
			u -= 1;
			x *= factor;
		}
	}
	return (uint32_t)x + (x > (uint32_t)x);
}

/* Allocate to the target, then steps that free a random slot when at it, else allocate. */
static void trace_make(struct trace *t, enum mix mix, unsigned int percent, size_t timed,
		       uint64_t seed)
{
	uint64_t target = PAGES * percent / 100, requested = 0, fill_end = 0;
	uint32_t *live = malloc(PAGES * sizeof(*live)), *size = malloc(PAGES * sizeof(*size));
	uint32_t *spare = malloc(PAGES * sizeof(*spare)), spares = 0;
	size_t room = 1 << 20;

	memset(t, 0, sizeof(*t));
	t->ops = malloc(room * sizeof(*t->ops));
	for (;;) {
		struct op op;

		if (t->count == room)
			t->ops = realloc(t->ops, (room *= 2) * sizeof(*t->ops));
		if (requested >= target) {
			uint32_t i = (uint32_t)(xorshift_next(&seed) % t->live);

			if (!fill_end) {
				fill_end = t->count;
				t->timed_from = fill_end + WARM_UP * t->live;
			}
			op = (struct op){ live[i], 0 };
			live[i] = live[--t->live];
			requested -= size[op.slot];
			spare[spares++] = op.slot;
		} else {
			op.slot = spares ? spare[--spares] : t->slots++;
			op.pages = size[op.slot] = random_pages(&seed, mix);
			requested += op.pages;
			live[t->live++] = op.slot;
		}
		t->ops[t->count++] = op;
		if (fill_end && t->count == t->timed_from + timed)
			break;
	}
	free(live);
	free(size);
	free(spare);
}

static int by_first(const void *a, const void *b)
{
	const struct peer_extent *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* Read all extents back; overlap and range are fatal. */
static void check(const struct peer *peer, void *mm, char *slots, size_t stride,
		  const struct trace *t, const uint32_t *held, struct result *r)
{
	struct peer_extent *all = malloc(PAGES / 4 * sizeof(*all));
	uint64_t end = 0, used = 0, largest = 0, aligned = 0;
	size_t n = 0, live = 0;

	for (uint32_t i = 0; i < t->slots; i++) {
		uint64_t bytes = 0;
		size_t more;

		if (!held[i])
			continue;
		live++;
		more = peer->extents(mm, slots + i * stride, all + n, MAX_EXTENTS);
		for (size_t k = 0; k < more; k++)
			bytes += all[n + k].bytes;
		if (bytes < held[i] * PEER_PAGE_BYTES || more > MAX_EXTENTS) {
			printf("# %s returned too little\n", peer->name);
			abort();
		}
		n += more;
	}
	qsort(all, n, sizeof(*all), by_first);
	for (size_t i = 0; i <= n; i++) {
		uint64_t first = i < n ? all[i].first : SIZE_BYTES, from;

		if (first < end || first > SIZE_BYTES) {
			printf("# %s gave out the same page twice\n", peer->name);
			abort();
		}
		if (first - end > largest)
			largest = first - end;
		from = (end + SEGMENT_BYTES - 1) & ~(SEGMENT_BYTES - 1);
		if (first > from && first - from > aligned)
			aligned = first - from;
		if (i < n) {
			used += all[i].bytes;
			end = first + all[i].bytes;
		}
	}
	r->frag = (double)largest / (double)(SIZE_BYTES - used);
	r->largest = (double)(aligned / GIB);
	r->extents = (double)n / (double)live;
	r->meta = (double)bench_held_bytes / (double)live;
	free(all);
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void replay(const struct peer *peer, const struct trace *t, bool contiguous,
		   struct result *r)
{
	size_t stride = (peer->slot_bytes + SLOT_ALIGN - 1) & ~(size_t)(SLOT_ALIGN - 1);
	char *slots = aligned_alloc(SLOT_ALIGN, t->slots * stride);
	uint32_t *held = calloc(t->slots, sizeof(*held));
	uint32_t *times = malloc((t->count - t->timed_from) * sizeof(*times)), n = 0;
	uint64_t sum[2] = { 0 }, count[2] = { 0 }, drop;
	void *mm = peer->create(SIZE_BYTES);

	drop = (uint64_t)(DROP_NS * bench_cycles_per_ns);
	memset(slots, 0, t->slots * stride);
	memset(r, 0, sizeof(*r));
	for (size_t i = 0; i < t->count; i++) {
		const struct op *op = &t->ops[i];
		char *slot = slots + op->slot * stride;
		uint64_t start;
		int ret = 0;

		if (!op->pages && !held[op->slot])
			continue;
		*(volatile char *)slot = *(volatile char *)slot;
		start = bench_tick();
		if (op->pages)
			ret = peer->alloc(mm, slot, op->pages * PEER_PAGE_BYTES, PEER_PAGE_BYTES,
					  contiguous);
		else
			peer->free(mm, slot);
		start = bench_tick() - start;
		held[op->slot] = ret ? 0 : op->pages;
		r->refused += !!ret;
		if (i < t->timed_from)
			continue;
		start -= start > bench_empty_cycles ? bench_empty_cycles : start;
		times[n++] = start > UINT32_MAX ? UINT32_MAX : (uint32_t)start;
		if (start <= drop) {
			sum[!op->pages] += start;
			count[!op->pages]++;
		}
	}
	r->mean_ns = (double)(sum[0] + sum[1]) / (double)(count[0] + count[1]) /
		     bench_cycles_per_ns;
	r->alloc_ns = (double)sum[0] / (double)count[0] / bench_cycles_per_ns;
	r->free_ns = (double)sum[1] / (double)count[1] / bench_cycles_per_ns;
	qsort(times, n, sizeof(*times), compare);
	r->tail_ns = times[n - 1 - n / 1000] / bench_cycles_per_ns;
	check(peer, mm, slots, stride, t, held, r);
	for (uint32_t i = 0; i < t->slots; i++)
		if (held[i])
			peer->free(mm, slots + i * stride);
	peer->destroy(mm);
	free(slots);
	free(held);
	free(times);
}

struct churn {
	const char *name;
	enum mix mix;
	unsigned int percent;
	bool contiguous;
	double bar, aim;	/* of the speed; 0: no row */
	unsigned int rounds;
	size_t timed;
};

static void series_add(struct bench_series *s, double ours, double peer)
{
	s->ours[s->rounds] = ours;
	s->peer[s->rounds++] = peer;
}

static void name_of(char *out, size_t size, const char *row, const struct churn *c)
{
	snprintf(out, size, "%s-%s-%u", row, c->name, c->percent);
}

static void describe(const struct peer *peer, const struct result *r)
{
	printf("#   %-22s alloc %6.1f free %6.1f p99.9 %7.1f ns, largest/free %.4f, %.0f B each, "
	       "%.2f extents, %.0f refused, largest %.0f GiB\n", peer->name, r->alloc_ns,
	       r->free_ns, r->tail_ns, r->frag, r->meta, r->extents, r->refused, r->largest);
}

struct rows {
	struct bench_series speed, frag, tail, meta, refused, largest;
	struct result r[3];
};

static void measure(const struct churn *c, const struct peer *const peers[3], struct rows *s)
{
	struct result *r = s->r;

	for (unsigned int round = 0; round < bench_rounds(c->rounds); round++) {
		struct trace t;

		trace_make(&t, c->mix, c->percent, bench_quick ? c->timed / 2 : c->timed,
			   0x9e3779b97f4a7c15ULL * (round + 1));
		for (unsigned int i = 0; i < 3; i++) {
			unsigned int p = (i + round) % 3;

			/* The third is for information, once is enough. */
			if (peers[p]->name && (p < 2 || !round))
				replay(peers[p], &t, c->contiguous, &r[p]);
		}
		free(t.ops);
		series_add(&s->speed, r[0].mean_ns, r[1].mean_ns);
		series_add(&s->frag, r[0].frag, r[1].frag);
		series_add(&s->tail, r[0].tail_ns, r[1].tail_ns);
		series_add(&s->meta, r[0].meta, r[1].meta);
		series_add(&s->refused, r[0].refused, 0);
		series_add(&s->largest, r[0].largest, r[1].largest);
	}
}

static void churn(const struct churn *c)
{
	const struct peer *peers[3] = { &peer_ours, c->contiguous ? &peer_mm : &peer_buddy_next,
					c->contiguous ? &peer_buddy_next : &peer_buddy_612 };
	struct bench_attempts attempts = { 0 };
	struct rows s, last;
	char name[64];
	bool more;

	name_of(name, sizeof(name), "vram-churn", c);
	do {
		memset(&last, 0, sizeof(last));
		measure(c, peers, &last);
		more = c->bar && bench_again(name, &last.speed, true, &attempts);
		if (!c->bar || attempts.best)
			s = last;
	} while (more);
	for (unsigned int i = 0; i < 3; i++)
		if (peers[i]->name)
			describe(peers[i], &s.r[i]);
	if (c->bar)
		bench_line(name, "ns", &s.speed, true, BENCH_HIGHER, c->bar, c->aim);
	name_of(name, sizeof(name), "vram-frag", c);
	bench_line(name, "", &s.frag, false, BENCH_HIGHER, 0.98, 1);
	if (c->contiguous) {
		name_of(name, sizeof(name), "vram-refused", c);
		bench_line(name, "", &s.refused, false, BENCH_LOWER, 1, 1);
		return;
	}
	name_of(name, sizeof(name), "vram-tail", c);
	bench_line(name, "ns", &s.tail, false, BENCH_LOWER, 0.5, 0.25);
	if (c->mix == POW2 && c->percent == 50)
		bench_line("vram-meta", "B", &s.meta, false, BENCH_LOWER, 0.35, 0.2);
	name_of(name, sizeof(name), "part-after-churn", c);
	bench_line(name, "GiB", &s.largest, false, BENCH_HIGHER, 1, 1.0001);
}

static void run(void)
{
	static const struct churn all[] = {
		{ "pow2", POW2, 50, false, 3, 5, 7, 100000 },
		{ "pow2", POW2, 90, false, 3, 5, 7, 100000 },
		{ "log", LOG, 50, false, 5, 9, 7, 100000 },
		{ "log", LOG, 90, false, 5, 9, 7, 100000 },
		{ "contig", LOG, 50, true, 3, 8, 5, 50000 },
		{ "contig", LOG, 90, true, 3, 8, 5, 50000 },
		{ "large", LARGE, 50, true, 0, 0, 5, 50000 },
		{ "large", LARGE, 90, true, 0, 0, 5, 50000 },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		churn(&all[i]);
}

const struct bench bench_vram = { "vram", run };
