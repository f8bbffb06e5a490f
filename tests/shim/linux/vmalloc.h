/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_VMALLOC_H
#define SHIM_LINUX_VMALLOC_H

#include <linux/kernel.h>
#include <linux/slab.h>

struct page;

/* A page is its address here. */
#define vmalloc_to_page(ptr) ((struct page *)(ptr))

#endif
