/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_BITFIELD_H
#define SHIM_LINUX_BITFIELD_H

#define FIELD_GET(mask, reg) (((reg) & (mask)) / ((mask) & ~((mask) << 1)))
#define FIELD_PREP(mask, val) (((val) * ((mask) & ~((mask) << 1))) & (mask))
#define FIELD_FIT(mask, val) (!(((val) * ((mask) & ~((mask) << 1))) & ~(mask)))

#endif
