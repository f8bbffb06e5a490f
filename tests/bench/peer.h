/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One allocator under test behind five calls. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PEER_PAGE_BYTES 4096ULL

struct peer_extent {
	uint64_t first, bytes;
};

struct peer {
	const char *name;
	size_t slot_bytes; /* what the caller keeps per allocation; zeroed: none */
	void *(*create)(uint64_t bytes);
	void (*destroy)(void *mm);
	/* 0 or a negative errno. */
	int (*alloc)(void *mm, void *slot, uint64_t bytes, uint64_t align, bool contiguous);
	void (*free)(void *mm, void *slot);
	/* Up to @max extents; returns how many there are. */
	size_t (*extents)(void *mm, void *slot, struct peer_extent *out, size_t max);
};

extern const struct peer peer_ours, peer_mm;
/* Of the newest kernel, and of the 6.12 line; NULL name when its source could not be had. */
extern const struct peer peer_buddy_next, peer_buddy_612;

/* Metadata held by all peers together. */
extern size_t bench_held_bytes;

#endif
