/* SPDX-License-Identifier: GPL-2.0-only */
/* 6.12 moved this header; up to then the kernel's own is found first. */
#include <linux/unaligned.h>
