/* SPDX-License-Identifier: GPL-2.0-only */
/* The same checks of kmod/core's allocators and page tables in a process and in the kernel. */
#ifndef VECTORS_H
#define VECTORS_H

#include <linux/types.h>

/* What failed, as a sentence; returns 0 or -1. */
struct vector_check {
	const char *name;
	int (*run)(char *why, size_t size);
};

extern const struct vector_check vector_checks[];
extern const unsigned int vector_check_count;

#endif
