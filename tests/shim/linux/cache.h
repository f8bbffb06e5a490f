/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_CACHE_H
#define SHIM_LINUX_CACHE_H

#define L1_CACHE_BYTES 64

#endif
