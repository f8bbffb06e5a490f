// SPDX-License-Identifier: GPL-2.0-or-later
/* Why a vGPU is refused when other users of VRAM are in its way: figures, and what would help. */
#include "harness_vgpu.h"

#include <linux/errno.h>
#include <linux/uuid.h>

#include "host.h"
#include "type.h"
#include "vgpu.h"

#define GIB (1ULL << 30)

static void take(struct vgpu_heap_block *block, u64 bytes)
{
	const struct vgpu_vram_request req = { .bytes = bytes, .holder = "test" };

	mutex_lock(&h->gpu.vram_lock);
	assert_int_equal(vgpu_vram_alloc(&h->gpu, &h->gpu.host->vram, &req, block), 0);
	mutex_unlock(&h->gpu.vram_lock);
}

static void give_back(struct vgpu_heap_block *block)
{
	mutex_lock(&h->gpu.vram_lock);
	assert_int_equal(vgpu_heap_free(&h->gpu, &h->gpu.host->vram, block), 0);
	mutex_unlock(&h->gpu.vram_lock);
}

/* A claim of the type fails; the answer before and after is the same sentence. */
static const char *refused(u32 type)
{
	static char said[VGPU_ERROR_TEXT_BYTES];
	char why[VGPU_ERROR_TEXT_BYTES];
	uuid_t uuid = { .b = { 0xaa, 1 } };
	struct vgpu_vf *vf = vgpu_vf_get(&h->gpu, 0);

	assert_int_equal(vgpu_creatable(vf, vgpu_type_find(&h->gpu, type), &uuid, why,
					sizeof(why)), -ENOSPC);
	assert_int_equal(vgpu_claim(vf, type, &uuid), -ENOSPC);
	vgpu_vf_last_error(vf, said, sizeof(said));
	assert_non_null(strstr(said, why));
	return said;
}

static void expect(const char *said, const char *part)
{
	if (!strstr(said, part))
		print_message("wanted \"%s\" in: %s\n", part, said);
	assert_non_null(strstr(said, part));
}

static void too_little_is_free(void **state)
{
	static struct vgpu_heap_block block;
	char want[64];
	const char *said;

	take(&block, 40 * GIB);
	said = refused(L40_12Q);
	expect(said, "no room for NVIDIA L40-12Q: all 4 places are in use, it needs 11776 MiB, ");
	snprintf(want, sizeof(want), "%llu are free; release a vGPU",
		 h->gpu.buddy.free_units * h->gpu.buddy.unit_bytes / MIB);
	expect(said, want);
	give_back(&block);
}

static void enough_but_in_pieces(void **state)
{
	static struct vgpu_heap_block top, middle;
	char want[96];
	const char *said;

	take(&top, 20 * GIB);
	take(&middle, 20 * GIB);
	give_back(&top);
	said = refused(L40_24Q);
	snprintf(want, sizeof(want), "it needs 23552 MiB, %llu are free, %llu in one piece",
		 h->gpu.buddy.free_units * h->gpu.buddy.unit_bytes / MIB, 20 * GIB / MIB);
	expect(said, want);
	give_back(&middle);
}

static void a_small_block_would_have_to_move(void **state)
{
	static struct vgpu_heap_block top, small;

	/* The partition allocator knows what this board's vGPUs need. */
	assert_true(h->gpu.buddy.num_sizes >= 8);
	/* 256 MiB in the middle, two segments; elsewhere there is room for them. */
	take(&top, 24 * GIB);
	take(&small, 256 * MIB);
	give_back(&top);
	expect(refused(L40_48Q), "24576 in one piece; 2 pieces of together 256 MiB would have to move");
	give_back(&small);
}

static void no_memory_for_the_heap(void **state)
{
	static struct vgpu_heap_block rest[4];
	const struct vgpu_vram_request crumbs = { .bytes = 64 * MIB, .holder = "test" };
	struct vgpu_vram *vram = &h->gpu.host->vram;
	struct vgpu_buddy_request req = { 0 };
	u64 tail = vgpu_heap_free_bytes(&h->gpu, vram);
	const char *said;
	u32 first;

	/* All segments but the first place, and the tail, are taken. */
	mutex_lock(&h->gpu.vram_lock);
	req.count = h->gpu.buddy.free_units - 92;
	req.flags = VGPU_BUDDY_TOP_DOWN;
	assert_int_equal(vgpu_buddy_alloc(&h->gpu.buddy, &req, &first), 0);
	assert_int_equal(first, 92);
	for (u32 i = 0; i < ARRAY_SIZE(rest) && vgpu_heap_free_bytes(&h->gpu, vram) > 64 * MIB; i++)
		assert_int_equal(vgpu_vram_alloc(&h->gpu, vram, &crumbs, &rest[i]), 0);
	mutex_unlock(&h->gpu.vram_lock);
	said = refused(L40_12Q);
	expect(said, "no room for the 128 MiB management heap of NVIDIA L40-12Q: ");
	expect(said, "and 0 MiB can join it; release a vGPU");
	mutex_lock(&h->gpu.vram_lock);
	for (u32 i = 0; i < ARRAY_SIZE(rest); i++)
		if (rest[i].bytes)
			assert_int_equal(vgpu_heap_free(&h->gpu, vram, &rest[i]), 0);
	assert_int_equal(vgpu_buddy_free(&h->gpu.buddy, first, req.count), 0);
	mutex_unlock(&h->gpu.vram_lock);
	assert_int_equal(vgpu_heap_free_bytes(&h->gpu, vram), tail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(too_little_is_free),
		BOARD_TEST(enough_but_in_pieces),
		BOARD_TEST(a_small_block_would_have_to_move),
		BOARD_TEST(no_memory_for_the_heap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
