/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As the kernel's: whoever waited may free it at once, and what it belongs to. */
#ifndef TSAN_LINUX_COMPLETION_H
#define TSAN_LINUX_COMPLETION_H

#include <linux/kernel.h>
#include <linux/types.h>
#include <pthread.h>

struct completion {
	unsigned int done;
	pthread_mutex_t lock;
	pthread_cond_t wait;
};

static inline void init_completion(struct completion *c)
{
	c->done = 0;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wait, NULL);
}

static inline void reinit_completion(struct completion *c)
{
	c->done = 0;
}

static inline void completion_add(struct completion *c, unsigned int done)
{
	BUG_ON(pthread_mutex_lock(&c->lock));
	c->done = done == ~0U || c->done == ~0U ? ~0U : c->done + done;
	pthread_cond_broadcast(&c->wait);
	BUG_ON(pthread_mutex_unlock(&c->lock));
}

static inline void complete(struct completion *c)
{
	completion_add(c, 1);
}

static inline void complete_all(struct completion *c)
{
	completion_add(c, ~0U);
}

static inline void wait_for_completion(struct completion *c)
{
	BUG_ON(pthread_mutex_lock(&c->lock));
	while (!c->done)
		pthread_cond_wait(&c->wait, &c->lock);
	if (c->done != ~0U)
		c->done--;
	BUG_ON(pthread_mutex_unlock(&c->lock));
}

/* Nothing under test here waits with a time limit. */
static inline unsigned long wait_for_completion_timeout(struct completion *c, unsigned long timeout)
{
	wait_for_completion(c);
	return timeout;
}

#endif
