/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thread runs at a time here: a lock that is taken twice is a deadlock and aborts the test. */
#ifndef SHIM_LINUX_MUTEX_H
#define SHIM_LINUX_MUTEX_H

#include <linux/kernel.h>
#include <linux/types.h>

struct mutex {
	bool held;
	const char *where;
};

#define DEFINE_MUTEX(name) struct mutex name = {}

static inline void mutex_init(struct mutex *lock)
{
	lock->held = false;
}

static inline void mutex_destroy(struct mutex *lock)
{
	BUG_ON(lock->held);
}

static inline void shim_mutex_lock(struct mutex *lock, const char *where)
{
	might_sleep();
	if (lock->held)
		shim_bug(where, 0, lock->where);
	lock->held = true;
	lock->where = where;
}

#define mutex_lock(lock) shim_mutex_lock(lock, __func__)
#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
#define mutex_lock_interruptible(lock) (mutex_lock(lock), 0)

static inline bool mutex_trylock(struct mutex *lock)
{
	if (lock->held)
		return false;
	lock->held = true;
	lock->where = "trylock";
	return true;
}

static inline void mutex_unlock(struct mutex *lock)
{
	BUG_ON(!lock->held);
	lock->held = false;
}

static inline bool mutex_is_locked(struct mutex *lock)
{
	return lock->held;
}

#endif
