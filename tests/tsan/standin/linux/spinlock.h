/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TSAN_LINUX_SPINLOCK_H
#define TSAN_LINUX_SPINLOCK_H

#include <linux/kernel.h>
#include <linux/types.h>
#include <pthread.h>

typedef struct {
	pthread_mutex_t lock;
} spinlock_t;

#define DEFINE_SPINLOCK(name) spinlock_t name = { PTHREAD_MUTEX_INITIALIZER }
#define spin_lock_init(s) pthread_mutex_init(&(s)->lock, NULL)
#define spin_lock(s) BUG_ON(pthread_mutex_lock(&(s)->lock))
#define spin_unlock(s) BUG_ON(pthread_mutex_unlock(&(s)->lock))
#define spin_lock_irqsave(s, flags) ((flags) = 1, spin_lock(s))
#define spin_unlock_irqrestore(s, flags) ((void)(flags), spin_unlock(s))
#define spin_lock_irq spin_lock
#define spin_unlock_irq spin_unlock

#endif
