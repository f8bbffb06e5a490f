/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A board of plain memory for tests with threads: registers, VRAM behind PRAMIN, a BAR1. Nothing in
 * it takes a lock, so that it orders no access of the code under test. GSP is not played: its calls
 * succeed and do nothing.
 */
#ifndef TSAN_BOARD_H
#define TSAN_BOARD_H

#include "host.h"

#define BOARD_VRAM_BYTES (1ULL << 30)
#define BOARD_BAR1_BYTES (1ULL << 30)
#define BOARD_SEGMENT_BYTES (32ULL << 20)

struct board {
	struct device dev;
	struct vgpu_gpu gpu;
	struct vgpu_host host;
};

/* A GPU that is ready, with VRAM, page tables, BAR1 and clients; aborts when it can't be. */
struct board *board_new(void);
/* Fails the process when memory is left behind. */
void board_free(struct board *board);

#endif
