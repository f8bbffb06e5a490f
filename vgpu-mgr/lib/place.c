// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "place.h"

static unsigned int placement_size(const struct vgpu_type_info *types, size_t count,
				   unsigned int type_id)
{
	for (size_t i = 0; i < count; i++)
		if (types[i].id == type_id)
			return types[i].placement_size;
	return 0;
}

/* Does a vGPU of @g that is saved but not running come back at one of the ids [first, end)? */
static bool claimed(const struct inventory *inv, const struct gpu *g,
		    const struct vgpu_type_info *types, size_t count, unsigned int first,
		    unsigned int end)
{
	for (size_t i = 0; i < inv->vgpu_count; i++) {
		const struct vgpu_entry *v = &inv->vgpus[i];
		unsigned int at = (unsigned int)v->saved_place;

		if (v->active || v->saved_place == PLACE_NONE || strcmp(v->gpu, g->pci.bdf))
			continue;
		if (at < end && first < at + placement_size(types, count, v->type_id))
			return true;
	}
	return false;
}

int place_unclaimed(const struct inventory *inv, const struct gpu *g,
		    const struct vgpu_type_info *types, size_t count,
		    const struct vgpu_type_info *t)
{
	if (g->placement != PLACEMENT_HETEROGENEOUS)
		return PLACE_NONE;
	for (size_t i = 0; i < t->free_places.count; i++) {
		unsigned int id = t->free_places.ids[i];

		if (!claimed(inv, g, types, count, id, id + t->placement_size))
			return i ? (int)id : PLACE_NONE;
	}
	return PLACE_NONE;
}
