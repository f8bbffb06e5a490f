/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EXPORT_SYMBOL_GPL() is in kernel.h. */
#ifndef SHIM_LINUX_EXPORT_H
#define SHIM_LINUX_EXPORT_H

#include <linux/kernel.h>

#endif
