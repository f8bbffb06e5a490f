/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_SCHED_H
#define SHIM_LINUX_SCHED_H

void cond_resched(void);

#endif
