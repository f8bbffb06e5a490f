// SPDX-License-Identifier: GPL-2.0-or-later
/* Our page allocator. */
#include <linux/slab.h>
#include <string.h>

#include "page_alloc.h"
#include "peer.h"

#define MAX_EXTENTS 31

struct slot {
	u32 num;
	struct vgpu_extent extent[MAX_EXTENTS];
};

static void *create(uint64_t bytes)
{
	struct vgpu_pages *pa = calloc(1, sizeof(*pa));

	if (vgpu_pages_init(pa, 0, bytes, false))
		abort();
	bench_held_bytes += sizeof(*pa);
	return pa;
}

static void destroy(void *pa)
{
	vgpu_pages_fini(pa);
	free(pa);
	bench_held_bytes -= sizeof(struct vgpu_pages);
}

static int alloc(void *pa, void *memory, uint64_t bytes, uint64_t align, bool contiguous)
{
	struct vgpu_pages_request req = {
		.count = (u32)(bytes >> VGPU_PAGE_SHIFT),
		.flags = contiguous ? VGPU_PAGES_CONTIGUOUS : 0,
	};
	struct slot *slot = memory;

	if (align > VGPU_PAGE_BYTES)
		req.align = (u32)(align >> VGPU_PAGE_SHIFT);
	return vgpu_pages_alloc(pa, &req, slot->extent, MAX_EXTENTS, &slot->num);
}

static void release(void *pa, void *memory)
{
	struct slot *slot = memory;

	if (vgpu_pages_free(pa, slot->extent, slot->num, false))
		abort();
	slot->num = 0;
}

static size_t extents(void *pa, void *memory, struct peer_extent *out, size_t max)
{
	struct slot *slot = memory;

	for (u32 i = 0; i < slot->num && i < max; i++) {
		out[i].first = vgpu_pages_address(pa, slot->extent[i].page);
		out[i].bytes = slot->extent[i].count * VGPU_PAGE_BYTES;
	}
	return slot->num;
}

const struct peer peer_ours = {
	.name = "ours",
	.slot_bytes = sizeof(struct slot),
	.create = create,
	.destroy = destroy,
	.alloc = alloc,
	.free = release,
	.extents = extents,
};
