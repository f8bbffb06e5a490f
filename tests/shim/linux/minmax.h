/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_MINMAX_H
#define SHIM_LINUX_MINMAX_H

/* As strict as the kernel's: both sides must have the same type. */
#define shim_same_type(a, b) ((void)(sizeof((__typeof__(a) *)1 == (__typeof__(b) *)1)))
#define min(a, b)                                                                                  \
	({                                                                                         \
		__auto_type _a = (a);                                                              \
		__auto_type _b = (b);                                                              \
		shim_same_type(_a, _b);                                                            \
		_a < _b ? _a : _b;                                                                 \
	})
#define max(a, b)                                                                                  \
	({                                                                                         \
		__auto_type _a = (a);                                                              \
		__auto_type _b = (b);                                                              \
		shim_same_type(_a, _b);                                                            \
		_a > _b ? _a : _b;                                                                 \
	})
#define min_t(type, a, b)                                                                          \
	({                                                                                         \
		type _ta = (a);                                                                    \
		type _tb = (b);                                                                    \
		_ta < _tb ? _ta : _tb;                                                             \
	})
#define max_t(type, a, b)                                                                          \
	({                                                                                         \
		type _ta = (a);                                                                    \
		type _tb = (b);                                                                    \
		_ta > _tb ? _ta : _tb;                                                             \
	})
#define min3(a, b, c) min((__typeof__(a))min(a, b), c)
#define max3(a, b, c) max((__typeof__(a))max(a, b), c)
#define clamp(val, lo, hi) min((__typeof__(val))max(val, lo), hi)
#define clamp_t(type, val, lo, hi) min_t(type, max_t(type, val, lo), hi)
#define swap(a, b)                                                                                 \
	do {                                                                                       \
		__typeof__(a) _swap = (a);                                                         \
		(a) = (b);                                                                         \
		(b) = _swap;                                                                       \
	} while (0)

#endif
