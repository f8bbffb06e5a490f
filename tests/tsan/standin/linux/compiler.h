/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shim's, but marked accesses are what they are in the kernel: no race. */
#ifndef TSAN_LINUX_COMPILER_H
#define TSAN_LINUX_COMPILER_H

#include_next <linux/compiler.h>

#undef READ_ONCE
#undef WRITE_ONCE
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, val) __atomic_store_n(&(x), val, __ATOMIC_RELAXED)

#endif
