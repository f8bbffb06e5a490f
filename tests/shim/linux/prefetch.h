/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_PREFETCH_H
#define SHIM_LINUX_PREFETCH_H

/* As the kernel's on x86-64: prefetchnta. */
#define prefetch(addr) __builtin_prefetch(addr, 0, 0)
#if defined(__x86_64__)
/* The compiler's own would only read, for want of a processor to be named to it. */
#define prefetchw(addr) __asm__ volatile("prefetchw %0" : : "m"(*(const char *)(addr)))
#else
#define prefetchw(addr) __builtin_prefetch(addr, 1)
#endif

#endif
