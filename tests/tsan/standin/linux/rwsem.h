/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TSAN_LINUX_RWSEM_H
#define TSAN_LINUX_RWSEM_H

#include <linux/kernel.h>
#include <linux/types.h>
#include <pthread.h>

struct rw_semaphore {
	pthread_rwlock_t lock;
};

#define init_rwsem(s) pthread_rwlock_init(&(s)->lock, NULL)
#define down_read(s) BUG_ON(pthread_rwlock_rdlock(&(s)->lock))
#define up_read(s) BUG_ON(pthread_rwlock_unlock(&(s)->lock))
#define down_write(s) BUG_ON(pthread_rwlock_wrlock(&(s)->lock))
#define up_write(s) BUG_ON(pthread_rwlock_unlock(&(s)->lock))

#endif
