/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_COMPLETION_H
#define SHIM_LINUX_COMPLETION_H

#include <linux/types.h>

struct completion {
	unsigned int done;
};

static inline void init_completion(struct completion *c)
{
	c->done = 0;
}

#define reinit_completion(c) init_completion(c)

static inline void complete(struct completion *c)
{
	if (c->done != ~0U)
		c->done++;
}

static inline void complete_all(struct completion *c)
{
	c->done = ~0U;
}

static inline bool completion_done(struct completion *c)
{
	return c->done;
}

/* Virtual time passes until somebody completes it; returns the jiffies left, 0 on time-out. */
unsigned long wait_for_completion_timeout(struct completion *c, unsigned long timeout);
void wait_for_completion(struct completion *c);

#endif
