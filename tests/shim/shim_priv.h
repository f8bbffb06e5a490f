/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between shim.c and shim_memory.c. */
#ifndef SHIM_PRIV_H
#define SHIM_PRIV_H

#include <linux/types.h>

/* One more allocation is asked for: true when it has to fail. */
bool shim_should_fail(void);
/* Some allocation from here on is to fail. */
bool shim_allocation_armed(void);
void shim_memory_reset(void);
int shim_dma_access(u64 addr, void *buf, size_t len, bool write);
unsigned int shim_region_count(void);
bool shim_work_pending(void);

#endif
