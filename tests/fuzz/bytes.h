/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The input of a target whose callbacks take bytes of it too: one for the whole program. */
#ifndef FUZZ_BYTES_H
#define FUZZ_BYTES_H

#include "input.h"

static struct fuzz_input input;

static inline uint8_t next(void)
{
	return fuzz_next(&input);
}

#endif
