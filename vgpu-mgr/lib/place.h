/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a new vGPU goes on a board whose vGPUs have several sizes. */
#ifndef MGR_PLACE_H
#define MGR_PLACE_H

#include "inventory.h"

/*
 * place_unclaimed - a place for a new vGPU where it is in no other's way
 * @types:	all types of @g, @t among them
 *
 * The driver takes the first free place that it comes to. It does not know of a vGPU that is saved
 * but not running, which comes back at its own place or not at all.
 *
 * Returns the first free place of @t none of whose ids such a vGPU claims. PLACE_NONE leaves it to
 * the driver: it would take that place in any case, or there is none, or @g has vGPUs of one size,
 * where any order of starts finds room.
 */
int place_unclaimed(const struct inventory *inv, const struct gpu *g,
		    const struct vgpu_type_info *types, size_t count,
		    const struct vgpu_type_info *t);

#endif
