/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thread runs at a time here: a lock that would wait is a deadlock and aborts the test. */
#ifndef SHIM_LINUX_RWSEM_H
#define SHIM_LINUX_RWSEM_H

#include <linux/kernel.h>
#include <linux/types.h>

struct rw_semaphore {
	unsigned int readers;
	bool writer;
};

static inline void init_rwsem(struct rw_semaphore *sem)
{
	sem->readers = 0;
	sem->writer = false;
}

static inline void down_read(struct rw_semaphore *sem)
{
	might_sleep();
	BUG_ON(sem->writer);
	sem->readers++;
}

static inline void up_read(struct rw_semaphore *sem)
{
	BUG_ON(!sem->readers);
	sem->readers--;
}

static inline void down_write(struct rw_semaphore *sem)
{
	might_sleep();
	BUG_ON(sem->writer || sem->readers);
	sem->writer = true;
}

static inline void up_write(struct rw_semaphore *sem)
{
	BUG_ON(!sem->writer);
	sem->writer = false;
}

#endif
