/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_ASM_BARRIER_H
#define SHIM_ASM_BARRIER_H

#define mb() __sync_synchronize()
#define rmb() __sync_synchronize()
#define wmb() __sync_synchronize()
#define smp_mb() __sync_synchronize()
/* As in the kernel: x86 keeps reads in order, and writes. */
#if defined(__x86_64__)
#define smp_rmb() __asm__ volatile("" ::: "memory")
#else
#define smp_rmb() __sync_synchronize()
#endif
#define smp_wmb() smp_rmb()
#define dma_rmb() smp_rmb()
#define dma_wmb() smp_rmb()
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define virt_store_release(p, v) smp_store_release(p, v)

#endif
