/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks for more than one thread. */
#ifndef TSAN_LINUX_MUTEX_H
#define TSAN_LINUX_MUTEX_H

#include <linux/kernel.h>
#include <linux/types.h>
#include <pthread.h>

struct mutex {
	pthread_mutex_t lock;
};

#define DEFINE_MUTEX(name) struct mutex name = { PTHREAD_MUTEX_INITIALIZER }
#define mutex_init(m) pthread_mutex_init(&(m)->lock, NULL)
#define mutex_destroy(m) pthread_mutex_destroy(&(m)->lock)
#define mutex_lock(m) BUG_ON(pthread_mutex_lock(&(m)->lock))
#define mutex_trylock(m) (!pthread_mutex_trylock(&(m)->lock))
#define mutex_unlock(m) BUG_ON(pthread_mutex_unlock(&(m)->lock))

#endif
