// SPDX-License-Identifier: GPL-2.0-or-later
/* drm_mm, best fit; its node is the caller's and counts as metadata. */
#include <drm/drm_mm.h>

#include "peer.h"

extern const struct peer PEER;

static void *create(uint64_t bytes)
{
	struct drm_mm *mm = calloc(1, sizeof(*mm));

	drm_mm_init(mm, 0, bytes);
	return mm;
}

static void destroy(void *mm)
{
	drm_mm_takedown(mm);
	free(mm);
}

static int alloc(void *mm, void *slot, uint64_t bytes, uint64_t align, bool contiguous)
{
	struct drm_mm_node *node = slot;
	int ret;

	memset(node, 0, sizeof(*node));
	ret = drm_mm_insert_node_generic(mm, node, bytes, align, 0, DRM_MM_INSERT_BEST);
	if (!ret)
		bench_held_bytes += sizeof(*node);
	return ret;
}

static void release(void *mm, void *slot)
{
	drm_mm_remove_node(slot);
	bench_held_bytes -= sizeof(struct drm_mm_node);
}

static size_t extents(void *mm, void *slot, struct peer_extent *out, size_t max)
{
	struct drm_mm_node *node = slot;

	if (!drm_mm_node_allocated(node))
		return 0;
	if (max) {
		out->first = node->start;
		out->bytes = node->size;
	}
	return 1;
}

const struct peer PEER = {
	.name = PEER_NAME,
	.slot_bytes = sizeof(struct drm_mm_node),
	.create = create,
	.destroy = destroy,
	.alloc = alloc,
	.free = release,
	.extents = extents,
};
