/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wait for a condition in the kernel. */
#ifndef MGR_WAIT_H
#define MGR_WAIT_H

#include "util.h"

/* 1: fulfilled, 0: not yet, -1: can never be (sets the error itself). */
typedef int wait_condition(const struct mgr *m, void *arg, struct err *e);

/*
 * wait_until - ask @condition until it holds
 * @seconds:	limit; 0 asks once
 *
 * Asks again after each uevent of the kernel and, since not every change sends one, after pauses
 * that grow from 5 to 200 ms. Returns what the condition said last: 1, 0 (time over) or -1.
 */
int wait_until(const struct mgr *m, unsigned int seconds, wait_condition *condition, void *arg,
	       struct err *e);

#endif
