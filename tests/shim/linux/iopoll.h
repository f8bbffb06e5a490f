/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_IOPOLL_H
#define SHIM_LINUX_IOPOLL_H

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/ktime.h>

#define read_poll_timeout(op, val, cond, sleep_us, timeout_us, sleep_before, ...)                  \
	({                                                                                         \
		ktime_t _limit = ktime_add_us(ktime_get(), timeout_us);                            \
		if (sleep_before)                                                                  \
			usleep_range(sleep_us, sleep_us);                                          \
		for (;;) {                                                                         \
			(val) = op(__VA_ARGS__);                                                   \
			if (cond)                                                                  \
				break;                                                             \
			if ((timeout_us) && ktime_after(ktime_get(), _limit)) {                    \
				(val) = op(__VA_ARGS__);                                           \
				break;                                                             \
			}                                                                          \
			usleep_range((sleep_us) ?: 1, (sleep_us) ?: 1);                            \
		}                                                                                  \
		(cond) ? 0 : -ETIMEDOUT;                                                           \
	})
#define readl_poll_timeout(addr, val, cond, sleep_us, timeout_us)                                  \
	read_poll_timeout(readl, val, cond, sleep_us, timeout_us, false, addr)
#define readl_poll_timeout_atomic(addr, val, cond, delay_us, timeout_us)                           \
	({                                                                                         \
		ktime_t _limit = ktime_add_us(ktime_get(), timeout_us);                            \
		for (;;) {                                                                         \
			(val) = readl(addr);                                                       \
			if ((cond) || ktime_after(ktime_get(), _limit))                            \
				break;                                                             \
			udelay((delay_us) ?: 1);                                                   \
		}                                                                                  \
		(cond) ? 0 : -ETIMEDOUT;                                                           \
	})

#endif
