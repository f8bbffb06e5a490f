/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_KREF_H
#define SHIM_LINUX_KREF_H

#include <linux/kernel.h>
#include <linux/types.h>

struct kref {
	unsigned int count;
};

static inline void kref_init(struct kref *ref)
{
	__atomic_store_n(&ref->count, 1, __ATOMIC_RELAXED);
}

static inline void kref_get(struct kref *ref)
{
	BUG_ON(!__atomic_fetch_add(&ref->count, 1, __ATOMIC_RELAXED));
}

static inline int kref_put(struct kref *ref, void (*release)(struct kref *ref))
{
	unsigned int old = __atomic_fetch_sub(&ref->count, 1, __ATOMIC_ACQ_REL);

	BUG_ON(!old);
	if (old != 1)
		return 0;
	release(ref);
	return 1;
}

#endif
