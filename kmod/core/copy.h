/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A channel of the PF on a copy engine, with a GPU address space of its own: what fills VRAM at the
 * engine's speed. It is opened for one piece of work and closed after it.
 *
 * RM is asked for it as nouveau does: client, address space with our page directory, channel with
 * instance block, USERD and ring in the PF's share of VRAM, engine object. Work is told by the
 * doorbell and its end seen in a semaphore that is polled through BAR1; no interrupt is used.
 *
 * Locking: the caller serialises the calls on one object and holds none of the core's locks.
 */
#ifndef VGPU_COPY_H
#define VGPU_COPY_H

#include "bar1.h"
#include "rpc.h"
#include "vaspace.h"
#include "vram.h"

struct vgpu_gpu;

/* Most bytes of one vgpu_copy_zero(): what the window for it can show. */
#define VGPU_COPY_MAX_BYTES (1ULL << 30)
/* A copy engine writes more than 10 GB/s; a slower one is stuck. */
#define VGPU_COPY_TIMEOUT_MS 5000

struct vgpu_copy {
	struct vgpu_gpu *gpu;
	struct rm_client rm;
	struct vgpu_vaspace va;		/* under vram_lock, as are the ranges */
	struct vgpu_va_range own, window;
	struct vgpu_heap_block block;	/* instance block, USERD, ring, pushbuffer, semaphore */
	struct vgpu_bar1_map map;	/* onto it */
	u32 engine;			/* NV2080_ENGINE_COPY* */
	u32 token;			/* what the doorbell takes */
	u32 put;			/* next entry of the ring */
	u32 fence;			/* payload of the last semaphore */
};

/*
 * vgpu_copy_open - a channel on copy engine @engine (NV2080_ENGINE_COPY0 and up)
 * Returns 0, -ENOSPC or -ENOMEM, -ENODEV when the GPU is lost, or what RM or BAR1 said; the GPU's
 * last_error holds the sentence then, and nothing is left.
 */
int vgpu_copy_open(struct vgpu_gpu *gpu, u32 engine, struct vgpu_copy *copy);
/*
 * vgpu_copy_zero - fill VRAM at [@spa, @spa + @bytes) with zeroes and wait until it is
 * @spa, @bytes:	multiples of 4 KiB, @bytes at most VGPU_COPY_MAX_BYTES
 * Returns 0; -EINVAL; -ENODEV; -ETIMEDOUT when the engine did not end, and then the channel is only
 * good for closing; what the page tables said. last_error as above.
 */
int vgpu_copy_zero(struct vgpu_copy *copy, u64 spa, u64 bytes);
/* Ends the channel, then takes its memory back. */
void vgpu_copy_close(struct vgpu_copy *copy);

#endif
