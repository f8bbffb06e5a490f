// SPDX-License-Identifier: GPL-2.0-or-later
/* Partitions: packing of equal ones, and refusals of mixed ones despite enough free bytes. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/slab.h>

#include "buddy.h"
#include "peer.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define CHURN_BYTES (48 * GIB)
#define UNIT_BYTES (128 * MIB)
#define GRANULE_BYTES (2 * MIB)
#define STEPS 20000
#define MAX_LIVE 128
#define SLOT_BYTES 512

static const unsigned int sizes_gib[] = { 1, 2, 3, 4, 6, 8, 12, 16 };
#define NUM_SIZES (sizeof(sizes_gib) / sizeof(*sizes_gib))

/* Our partition allocator behind the peers' calls. */
static void *create(uint64_t bytes)
{
	struct vgpu_buddy *buddy = calloc(1, sizeof(*buddy));
	u32 units[NUM_SIZES];

	for (size_t i = 0; i < NUM_SIZES; i++)
		units[i] = (u32)(sizes_gib[i] * GIB / UNIT_BYTES);
	if (vgpu_buddy_init(buddy, (u32)(bytes / UNIT_BYTES), UNIT_BYTES) ||
	    vgpu_buddy_set_catalogue(buddy, units, NUM_SIZES))
		abort();
	return buddy;
}

static void destroy(void *buddy)
{
	vgpu_buddy_fini(buddy);
	free(buddy);
}

static int alloc(void *buddy, void *slot, uint64_t bytes, uint64_t align, bool contiguous)
{
	struct vgpu_buddy_request req = { .count = (u32)((bytes + UNIT_BYTES - 1) / UNIT_BYTES) };
	u32 *place = slot;

	place[1] = req.count;
	return vgpu_buddy_alloc(buddy, &req, place);
}

static void release(void *buddy, void *slot)
{
	u32 *place = slot;

	if (vgpu_buddy_free(buddy, place[0], place[1]))
		abort();
}

static const struct peer ours = {
	.name = "ours",
	.slot_bytes = 2 * sizeof(u32),
	.create = create,
	.destroy = destroy,
	.alloc = alloc,
	.free = release,
};

/* Partitions of one size until refusal. */
static unsigned int pack(const struct peer *peer, uint64_t card, uint64_t bytes)
{
	static char slots[MAX_LIVE][SLOT_BYTES];
	void *mm = peer->create(card);
	unsigned int n = 0;

	while (n < MAX_LIVE && !peer->alloc(mm, slots[n], bytes, GRANULE_BYTES, true))
		n++;
	for (unsigned int i = 0; i < n; i++)
		peer->free(mm, slots[i]);
	peer->destroy(mm);
	return n;
}

static void packing(void)
{
	static const struct {
		const char *name;
		uint64_t bytes;
	} cards[] = { { "45000M", 45000 * MIB }, { "48G", 48 * GIB }, { "78G", 78 * GIB } };

	for (size_t c = 0; c < sizeof(cards) / sizeof(*cards); c++) {
		struct bench_series s = { .rounds = 1 };
		char name[64];

		for (size_t i = 0; i < NUM_SIZES; i++) {
			uint64_t bytes = sizes_gib[i] * GIB;
			unsigned int got = pack(&ours, cards[c].bytes, bytes);

			if (peer_buddy_next.name &&
			    pack(&peer_buddy_next, cards[c].bytes, bytes) < got)
				printf("#   %s at %2u GiB: %u, %s gets %u\n", cards[c].name,
				       sizes_gib[i], got, peer_buddy_next.name,
				       pack(&peer_buddy_next, cards[c].bytes, bytes));
			s.ours[0] += got;
			s.peer[0] += (double)(cards[c].bytes / bytes);
		}
		snprintf(name, sizeof(name), "part-pack-%s", cards[c].name);
		bench_line(name, "", &s, false, BENCH_HIGHER, 1, 1);
	}
}

/* Refused despite enough free bytes, of all attempts. */
static double churn(const struct peer *peer, unsigned int percent, uint64_t seed)
{
	static char slots[MAX_LIVE][SLOT_BYTES];
	uint64_t held[MAX_LIVE], used = 0, refused = 0, tried = 0;
	unsigned int order[MAX_LIVE], n = 0;
	void *mm = peer->create(CHURN_BYTES);

	for (unsigned int i = 0; i < MAX_LIVE; i++)
		order[i] = i;
	for (unsigned int step = 0; step < STEPS; step++) {
		uint64_t bytes = sizes_gib[(xorshift_next(&seed) >> 20) % NUM_SIZES] * GIB;
		unsigned int pick, i;

		if (used + bytes <= CHURN_BYTES && used * 100 < CHURN_BYTES * percent) {
			tried++;
			if (!peer->alloc(mm, slots[order[n]], bytes, GRANULE_BYTES, true)) {
				held[order[n++]] = bytes;
				used += bytes;
				continue;
			}
			refused++;
		}
		if (!n)
			continue;
		pick = (unsigned int)((xorshift_next(&seed) >> 20) % n);
		i = order[pick];
		peer->free(mm, slots[i]);
		used -= held[i];
		order[pick] = order[--n];
		order[n] = i;
	}
	while (n)
		peer->free(mm, slots[order[--n]]);
	peer->destroy(mm);
	return 100.0 * (double)refused / (double)tried;
}

static void mixed(unsigned int percent)
{
	struct bench_series s = { .rounds = 0 };
	double buddy = 0;
	char name[64];

	for (unsigned int round = 0; round < bench_rounds(9); round++) {
		uint64_t seed = 7777 + 13 * round;

		s.ours[round] = churn(&ours, percent, seed);
		s.peer[round] = churn(&peer_mm, percent, seed);
		if (peer_buddy_next.name)
			buddy += churn(&peer_buddy_next, percent, seed) / bench_rounds(9);
		s.rounds++;
	}
	if (peer_buddy_next.name)
		printf("#   %s refuses %.1f %%\n", peer_buddy_next.name, buddy);
	snprintf(name, sizeof(name), "part-churn-%u", percent);
	bench_line(name, "%", &s, false, BENCH_LOWER, 1, 0.9);
}

static void run(void)
{
	packing();
	if (!peer_mm.name) {
		bench_skip("part-churn", "no peer");
		return;
	}
	mixed(75);
	mixed(90);
}

const struct bench bench_part = { "part", run };
