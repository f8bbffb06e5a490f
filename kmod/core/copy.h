/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A channel of the PF on a copy engine, in an address space of the caller's: what fills VRAM at the
 * engine's speed, and reaches only what is mapped there. It is opened for one piece of work and
 * closed after it.
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
#include "space.h"
#include "vram.h"

struct vgpu_gpu;

/* Most bytes of one vgpu_copy_zero(). */
#define VGPU_COPY_MAX_BYTES (1ULL << 30)
/* A copy engine writes more than 10 GB/s; a slower one is stuck. */
#define VGPU_COPY_TIMEOUT_MS 5000

struct vgpu_copy {
	struct vgpu_gpu *gpu;
	struct rm_client rm;
	struct vgpu_space *space;	/* under vram_lock, as is the range in it */
	struct vgpu_va_range own;
	struct vgpu_heap_block block;	/* instance block, USERD, ring, pushbuffer, semaphore */
	struct vgpu_bar1_map map;	/* onto it */
	bool told;			/* RM knows of the space and the block */
	u32 engine;			/* NV2080_ENGINE_COPY* */
	u32 token;			/* what the doorbell takes */
	u32 put;			/* next entry of the ring */
	u32 fence;			/* payload of the last semaphore */
};

/*
 * vgpu_copy_open - a channel on copy engine @engine (NV2080_ENGINE_COPY0 and up)
 * @space:	what it can reach, besides pages of its own; outlives the channel
 * Returns 0, -ENOSPC or -ENOMEM, -ENODEV when the GPU is lost, or what RM or BAR1 said; the GPU's
 * last_error holds the sentence then. The caller closes it in either case.
 */
int vgpu_copy_open(struct vgpu_gpu *gpu, u32 engine, struct vgpu_space *space,
		   struct vgpu_copy *copy);
/*
 * vgpu_copy_zero - fill VRAM at [@spa, @spa + @bytes), mapped in the space, and wait until it is
 * @spa, @bytes:	multiples of 4 KiB, @bytes at most VGPU_COPY_MAX_BYTES
 * Returns 0; -EINVAL; -ENODEV; -ETIMEDOUT when the engine did not end, and then the channel is only
 * good for closing, and until that the engine may still write. last_error as above.
 */
int vgpu_copy_zero(struct vgpu_copy *copy, u64 spa, u64 bytes);
/*
 * vgpu_copy_close - end the channel, then take its memory back
 * Returns 0, or -EBUSY when RM did not confirm the end: the engine may go on to use the channel's
 * memory, the space and what it was told to fill. All of that, and @copy, stay as they are until
 * the GPU is reset; vgpu_copy_forget() then.
 */
int vgpu_copy_close(struct vgpu_copy *copy);
/* Take the memory back of a channel that could not be closed: no engine runs any more. */
void vgpu_copy_forget(struct vgpu_copy *copy);

#endif
