/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_ECHO_MODEL_H
#define BENCH_ECHO_MODEL_H

#include <stdint.h>

/* Memory for the queues' shared block, and its bus address; the model is booted. */
void *echo_memory(uint64_t *addr);
/* The block is laid out: the model begins with its first slot. 0 or a negative errno. */
int echo_start(void);
/* Answer what lies in the command queue; by one thread only. */
void echo_poll(void);

#endif
