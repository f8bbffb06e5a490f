// SPDX-License-Identifier: GPL-2.0-or-later
/* gpu_buddy as xe and amdgpu call it; built once per kernel version with PEER, PEER_NAME. */
#include <linux/gpu_buddy.h>

#include "peer.h"

extern const struct peer PEER;

struct slot {
	struct list_head blocks;
};

static void *create(uint64_t bytes)
{
	struct gpu_buddy *mm = calloc(1, sizeof(*mm));

	if (gpu_buddy_init(mm, bytes, PEER_PAGE_BYTES))
		abort();
	return mm;
}

static void destroy(void *mm)
{
	gpu_buddy_fini(mm);
	free(mm);
}

static int alloc(void *ctx, void *memory, uint64_t bytes, uint64_t align, bool contiguous)
{
	struct gpu_buddy *mm = ctx;
	struct slot *slot = memory;
	int ret;

	INIT_LIST_HEAD(&slot->blocks);
	ret = gpu_buddy_alloc_blocks(mm, 0, mm->size, bytes, align, &slot->blocks,
				     contiguous ? GPU_BUDDY_CONTIGUOUS_ALLOCATION : 0);
	if (ret)
		slot->blocks.next = NULL;
	return ret;
}

static void release(void *mm, void *memory)
{
	struct slot *slot = memory;

	gpu_buddy_free_list(mm, &slot->blocks, 0);
	slot->blocks.next = NULL;
}

static size_t extents(void *mm, void *memory, struct peer_extent *out, size_t max)
{
	struct gpu_buddy_block *block;
	struct slot *slot = memory;
	size_t n = 0;

	if (!slot->blocks.next)
		return 0;
	list_for_each_entry(block, &slot->blocks, link) {
		if (n < max) {
			out[n].first = gpu_buddy_block_offset(block);
			out[n].bytes = gpu_buddy_block_size(mm, block);
		}
		n++;
	}
	return n;
}

const struct peer PEER = {
	.name = PEER_NAME,
	.slot_bytes = sizeof(struct slot),
	.create = create,
	.destroy = destroy,
	.alloc = alloc,
	.free = release,
	.extents = extents,
};
