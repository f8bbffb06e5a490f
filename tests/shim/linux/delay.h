/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_DELAY_H
#define SHIM_LINUX_DELAY_H

#include <linux/ktime.h>

/* Busy delay: time passes, nothing else runs. */
void udelay(unsigned long us);
/* Sleeping: interrupts, threads and work run meanwhile. */
void usleep_range(unsigned long min_us, unsigned long max_us);
void msleep(unsigned int ms);
#define ndelay(ns) udelay(1)
#define mdelay(ms) udelay((ms) * 1000UL)
#define fsleep(us) usleep_range(us, us)

#endif
