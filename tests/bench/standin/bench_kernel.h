/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel's allocators and trees need beyond tests/shim. Each header of theirs that the
 * shim does not have is made at build time and includes this one.
 */
#ifndef BENCH_KERNEL_H
#define BENCH_KERNEL_H

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>

#define SZ_4K 0x1000
#define SZ_64K 0x10000
#define SZ_1M 0x100000
#define SZ_2M 0x200000
#define EXPORT_SYMBOL(sym)
#define EXPORT_SYMBOL_FOR_MODULES(sym, mods)
#define EXPORT_SYMBOL_FOR_TESTS_ONLY(sym)
#define MODULE_LICENSE(text)
#define MODULE_DESCRIPTION(text)
#define MODULE_AUTHOR(text)
#define module_init(fn) __attribute__((constructor)) static void bench_##fn(void) { (void)fn(); }
#define module_exit(fn) __attribute__((destructor)) static void bench_##fn(void) { fn(); }
#define THIS_MODULE NULL
#define __always_inline inline __attribute__((always_inline))
#define __rcu
#define rcu_assign_pointer(p, v) ((p) = (v))
#define rcu_dereference_raw(p) (p)
#define kmemleak_update_trace(p) ((void)0)
#define lockdep_assert(cond) ((void)0)
#define kunit_fail_current_test(...) ((void)0)
#define static_branch_unlikely(x) 0
#define BUG() abort()
#define DECLARE_FLEX_ARRAY(type, name) type name[]

struct drm_printer {
	int unused;
};
#define drm_printf(p, ...) ((void)(p))
#define drm_puts(p, s) ((void)(p))
#define DRM_ERROR(...) fprintf(stderr, __VA_ARGS__)
#define drm_err_printer(...) ((struct drm_printer){ 0 })
#define pr_cont pr_info

static inline void list_splice_tail(struct list_head *from, struct list_head *to)
{
	if (list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
}

static inline void list_splice_tail_init(struct list_head *from, struct list_head *to)
{
	list_splice_tail(from, to);
	INIT_LIST_HEAD(from);
}

static inline void list_replace(struct list_head *from, struct list_head *to)
{
	to->next = from->next;
	to->next->prev = to;
	to->prev = from->prev;
	to->prev->next = to;
}

static inline void list_move(struct list_head *entry, struct list_head *head)
{
	list_del(entry);
	list_add(entry, head);
}

#define __list_del_entry list_del
#define list_is_last(entry, head) ((entry)->next == (head))
#define list_prev_entry(pos, member) list_entry((pos)->member.prev, __typeof__(*(pos)), member)
#define list_for_each_entry_reverse(pos, head, member)                                             \
	for (pos = list_last_entry(head, __typeof__(*pos), member); &pos->member != (head);        \
	     pos = list_prev_entry(pos, member))
#define test_and_set_bit_lock __test_and_set_bit
#define __test_bit test_bit
#define BUILD_BUG_ON_INVALID(cond) ((void)sizeof((long)(cond)))
#define range_overflows(start, size, max)                                                          \
	((start) >= (max) || (size) > (max) - (start))

static inline u64 div64_u64_rem(u64 a, u64 b, u64 *rem)
{
	*rem = a % b;
	return a / b;
}

#define clear_bit_unlock __clear_bit

#endif
