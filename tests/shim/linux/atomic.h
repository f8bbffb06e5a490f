/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_ATOMIC_H
#define SHIM_LINUX_ATOMIC_H

#include <linux/types.h>

#define ATOMIC_INIT(n) { (n) }
#define atomic_read(v) ((v)->counter)
#define atomic_set(v, n) ((v)->counter = (n))
#define atomic_inc(v) ((v)->counter++)
#define atomic_dec(v) ((v)->counter--)
#define atomic_inc_return(v) (++(v)->counter)
#define atomic_dec_and_test(v) (--(v)->counter == 0)

#endif
