/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the guest program: device access and the framebuffer tests. */
#ifndef LAB_GUEST_H
#define LAB_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../../kmod/abi/mmu.h"
#include "../../../kmod/abi/pci.h"
#include "../../../kmod/abi/regs.h"

#define NONCE_BYTES 32
#define TAG_BYTES   16 /* stands before every nonce in framebuffer, so that others' can be told */

struct gpu {
	char path[256]; /* sysfs folder */
	volatile uint8_t *bar[6]; /* 0, 1 and 3 are mapped */
	uint64_t bar_bytes[6];
};

/* What is written where, in guest-physical framebuffer addresses. */
struct plan {
	uint8_t nonce[NONCE_BYTES];
	uint64_t fb_bytes; /* size of the partition, 0: not told */
	uint64_t scan_bytes; /* from the start of the partition */
};

struct sightings {
	uint64_t bytes; /* searched */
	unsigned int own; /* our tagged nonce */
	unsigned int others; /* tagged nonces of somebody else, or of our own past */
	uint64_t other_at; /* the last of them */
	char other_hex[2 * NONCE_BYTES + 1];
};

static inline uint32_t reg_read(struct gpu *gpu, uint32_t offset)
{
	return *(volatile uint32_t *)(gpu->bar[0] + offset);
}

static inline void reg_write(struct gpu *gpu, uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)(gpu->bar[0] + offset) = value;
}

/* One line "GUEST ...". */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* One line "GUEST check=NAME result=ok|fail ...", counted; returns @good. */
bool check(const char *name, bool good, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* BAR3 bound in physical mode and seen to work; without it nothing below does. */
bool mm_physical(struct gpu *gpu, struct plan *plan);
/* Instance block and v2 page tables through BAR3, BAR1 bound to them. */
void mm_build(struct gpu *gpu, struct plan *plan);
/* Write through BAR1 at a virtual address, read back both ways; move the page, look again. */
void mm_translated(struct gpu *gpu, struct plan *plan);
/* An unmapped address and addresses past the partition must not hold anything. */
void mm_outside(struct gpu *gpu, struct plan *plan);
/* The nonce is still where it was written, by either view; says it as read back. */
void mm_verify(struct gpu *gpu, struct plan *plan, const char *when);
/* Search the start of the partition for tagged nonces. */
void mm_scan(struct gpu *gpu, struct plan *plan, struct sightings *seen);
/* Search for one nonce; its address or UINT64_MAX. */
uint64_t mm_find(struct gpu *gpu, struct plan *plan, const uint8_t *nonce);

#endif
