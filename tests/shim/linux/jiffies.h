/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_JIFFIES_H
#define SHIM_LINUX_JIFFIES_H

#include <linux/ktime.h>

/* A jiffy is a millisecond. */
#define HZ 1000
#define jiffies ((unsigned long)(ktime_get_ns() / NSEC_PER_MSEC))
#define msecs_to_jiffies(ms) ((unsigned long)(ms))
#define usecs_to_jiffies(us) (((unsigned long)(us) + 999) / 1000)
#define jiffies_to_msecs(j) ((unsigned int)(j))
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)

#endif
