/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_SORT_H
#define SHIM_LINUX_SORT_H

#include <stdlib.h>

/* No swap function of the caller's own is supported: pass NULL. */
#define sort(base, num, size, cmp, swap) ((void)(swap), qsort(base, num, size, cmp))

#endif
