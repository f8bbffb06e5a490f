/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Polling for what mostly comes within microseconds: a short spin, then sleeps that double. Each
 * waiter keeps its own; there is nothing to lock.
 */
#ifndef VGPU_BACKOFF_H
#define VGPU_BACKOFF_H

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/types.h>

#define VGPU_BACKOFF_SPIN_NS 20000ULL	/* most answers come within this */
#define VGPU_BACKOFF_MIN_US 50U
#define VGPU_BACKOFF_MAX_US 2000U

struct vgpu_backoff {
	u64 start_ns, now_ns;
	unsigned int sleep_us;
};

static inline void vgpu_backoff_start(struct vgpu_backoff *b)
{
	b->start_ns = ktime_get_ns();
	b->now_ns = b->start_ns;
	b->sleep_us = VGPU_BACKOFF_MIN_US;
}

/* Has it taken longer than @timeout_ms, as of the last pause? */
static inline bool vgpu_backoff_expired(const struct vgpu_backoff *b, unsigned int timeout_ms)
{
	return b->now_ns - b->start_ns > (u64)timeout_ms * NSEC_PER_MSEC;
}

/* Between two looks. Sleeps. */
static inline void vgpu_backoff_pause(struct vgpu_backoff *b)
{
	if (b->now_ns - b->start_ns < VGPU_BACKOFF_SPIN_NS) {
		udelay(1);
	} else {
		usleep_range(b->sleep_us, 2 * b->sleep_us);
		b->sleep_us = min(2 * b->sleep_us, VGPU_BACKOFF_MAX_US);
	}
	b->now_ns = ktime_get_ns();
}

#endif
