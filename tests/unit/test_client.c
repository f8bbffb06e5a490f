// SPDX-License-Identifier: GPL-2.0-or-later
/* Clients of a booted GPU: what they may and what they may not. Their end: test_client_end.c. */
#include "client_board.h"

#include "../abi/mmu.h"

#define KIB (1ULL << 10)
#define NO_SUCH_CONTROL 0x2080ff01

static u64 vram_at(u64 spa)
{
	u64 value = 0;

	assert_int_equal(gpu_model_vram_read(h->gm, spa, &value, sizeof(value)), 0);
	return value;
}

/* What a client is for: memory, seen through BAR1 and through page tables of its own. */
static void memory_three_ways(void **state)
{
	struct vgpu_client *client = open_client("three");
	struct vgpu_client_space_info info;
	struct vgpu_client_page page;
	struct gpu_model_page seen;
	u32 vram, window, space, word;
	u64 spa, bytes, va = 0;
	void __iomem *io;

	assert_int_equal(vgpu_client_vram_alloc(client, 3 * MIB + 5, 64 * KIB, &vram), 0);
	assert_int_equal(vgpu_client_vram_info(client, vram, &spa, &bytes), 0);
	assert_int_equal(bytes, 3 * MIB + 4 * KIB);
	assert_int_equal(spa % (64 * KIB), 0);
	assert_int_equal(vram_at(spa), 0);
	assert_int_equal(vgpu_client_window_map(client, vram, 0, bytes, &window, &io), 0);
	assert_int_equal(vgpu_client_space_create(client, &space), 0);
	assert_int_equal(vgpu_client_map(client, space, vram, 0, bytes, 0, &va), 0);
	assert_true(va >= VGPU_CLIENT_FIRST_VA);

	assert_true(vgpu_client_enter(client));
	writel(0xcafef00d, io + MIB);
	assert_int_equal(readl(io + MIB), 0xcafef00d);
	vgpu_client_exit(client);
	assert_int_equal((u32)vram_at(spa + MIB), 0xcafef00d);
	assert_int_equal(vgpu_client_peek(client, space, va + MIB, &word, sizeof(word)), 0);
	assert_int_equal(word, 0xcafef00d);
	word = 0x12345678;
	assert_int_equal(vgpu_client_poke(client, space, va + 2 * MIB, &word, sizeof(word)), 0);
	assert_int_equal(readl(io + 2 * MIB), 0x12345678);

	assert_int_equal(vgpu_client_query(client, space, va + MIB, &page), 0);
	assert_int_equal(page.address + (va + MIB - page.va), spa + MIB);
	assert_true(page.vram && !page.read_only);
	assert_true(page.bytes >= 64 * KIB);
	assert_int_equal(vgpu_client_space_info(client, space, &info), 0);
	assert_int_equal(info.mapped_bytes, bytes);
	assert_int_equal(info.mappings, 1);
	assert_true(info.table_bytes >= 4 * 4096);	/* PD3 to PD0 */
	/* And what the GPU itself finds by the root, now and after it was told of the end. */
	gpu_model_translate(h->gm, info.pdb_spa, va + MIB, &seen);
	assert_string_equal(seen.kind, "vram");
	assert_int_equal(seen.address, spa + MIB);

	assert_int_equal(vgpu_client_vram_free(client, vram), -EBUSY);
	assert_int_equal(vgpu_client_unmap(client, space, va), 0);
	assert_int_equal(vgpu_client_query(client, space, va, &page), -ENOENT);
	gpu_model_translate(h->gm, info.pdb_spa, va + MIB, &seen);
	assert_string_equal(seen.kind, "fault");
	assert_int_equal(vgpu_client_vram_free(client, vram), -EBUSY);
	assert_int_equal(vgpu_client_window_unmap(client, window), 0);
	assert_int_equal(vgpu_client_vram_free(client, vram), 0);
	assert_int_equal((u32)vram_at(spa + MIB), 0);	/* nothing is left for the next one */
	assert_int_equal(vgpu_client_space_destroy(client, space), 0);
	assert_int_equal(h->gpu.clients.vram_used, 0);
	vgpu_client_close(client);
}

static void numbers_of_others(void **state)
{
	struct vgpu_client *a = open_client("a"), *b = open_client("b");
	u32 vram, space, window, again;
	void __iomem *io;
	u64 va = 0;

	assert_int_equal(vgpu_client_vram_alloc(a, 4096, 0, &vram), 0);
	assert_int_equal(vgpu_client_space_create(a, &space), 0);
	assert_int_equal(vgpu_client_vram_free(b, vram), -EINVAL);
	assert_int_equal(vgpu_client_window_map(b, vram, 0, 4096, &window, &io), -EINVAL);
	assert_int_equal(vgpu_client_map(b, space, vram, 0, 4096, 0, &va), -EINVAL);
	assert_int_equal(vgpu_client_space_destroy(b, space), -EINVAL);
	/* Another kind, nothing, a second time. */
	assert_int_equal(vgpu_client_vram_free(a, space), -EINVAL);
	assert_int_equal(vgpu_client_vram_free(a, 0), -EINVAL);
	assert_int_equal(vgpu_client_vram_free(a, ~0U), -EINVAL);
	assert_int_equal(vgpu_client_vram_free(a, vram), 0);
	assert_int_equal(vgpu_client_vram_free(a, vram), -EINVAL);
	/* The place is used again, its old number is not. */
	assert_int_equal(vgpu_client_vram_alloc(a, 4096, 0, &again), 0);
	assert_int_not_equal(again, vram);
	assert_int_equal(vgpu_client_vram_free(a, vram), -EINVAL);
	assert_int_equal(vgpu_client_vram_free(a, again), 0);
	vgpu_client_close(b);
	vgpu_client_close(a);
}

static void bad_arguments(void **state)
{
	static const struct {
		u64 bytes, align;
	} sizes[] = { { 0, 0 }, { ~0ULL, 0 }, { 1ULL << 62, 0 }, { 4096, 3 }, { 4096, 2048 },
		      { 4096, 4 * MIB }, { 4096, ~0ULL } };
	static const struct {
		u64 offset, bytes;
	} ranges[] = { { 0, 0 }, { 0, 4095 }, { 1, 4096 }, { 0, 3 * 4096 }, { 8192, 4096 },
		       { ~0ULL - 4095, 8192 }, { 4096, ~0ULL - 4095 } };
	static const char *const names[] = { NULL, "", "a b", "a/b", "a\n",
					     "123456789012345678901234" };
	struct vgpu_client *client = open_client("bad");
	u32 vram, window, space;
	void __iomem *io;
	u64 va;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(PTR_ERR(vgpu_client_open(&h->gpu, names[i], NULL, NULL)), -EINVAL);
	assert_int_equal(PTR_ERR(vgpu_client_open(NULL, "x", NULL, NULL)), -EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		assert_int_equal(vgpu_client_vram_alloc(client, sizes[i].bytes, sizes[i].align,
							&vram), -EINVAL);
	assert_int_equal(vgpu_client_vram_alloc(client, 4096, 0, NULL), -EINVAL);
	assert_int_equal(vgpu_client_vram_alloc(NULL, 4096, 0, &vram), -EINVAL);
	assert_int_equal(vgpu_client_vram_alloc(client, 8192, 0, &vram), 0);
	assert_int_equal(vgpu_client_space_create(client, &space), 0);
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		va = 0;
		assert_int_equal(vgpu_client_window_map(client, vram, ranges[i].offset,
							ranges[i].bytes, &window, &io), -EINVAL);
		assert_int_equal(vgpu_client_map(client, space, vram, ranges[i].offset,
						 ranges[i].bytes, 0, &va), -EINVAL);
	}
	va = VGPU_CLIENT_FIRST_VA;
	assert_int_equal(vgpu_client_map(client, space, vram, 0, 8192, 0x80, &va), -EINVAL);
	assert_int_equal(vgpu_client_map(client, space, vram, 0, 8192, 0, NULL), -EINVAL);
	va = 4096;
	assert_int_equal(vgpu_client_map(client, space, vram, 0, 8192, VGPU_CLIENT_MAP_FIXED, &va),
			 -EINVAL);
	va = (1ULL << 49) - 4096;
	assert_int_equal(vgpu_client_map(client, space, vram, 0, 8192, VGPU_CLIENT_MAP_FIXED, &va),
			 -EINVAL);
	va = ~0ULL - 4095;
	assert_int_equal(vgpu_client_map(client, space, vram, 0, 8192, VGPU_CLIENT_MAP_FIXED, &va),
			 -EINVAL);
	assert_int_equal(vgpu_client_unmap(client, space, VGPU_CLIENT_FIRST_VA), -EINVAL);
	assert_int_equal(vgpu_client_limits(client, NULL), -EINVAL);
	vgpu_client_close(client);
	vgpu_client_close(NULL);
}

static void places_in_a_space(void **state)
{
	struct vgpu_client *client = open_client("places");
	u64 fixed = 64 * MIB, at, page = 0x7f0000000000ULL, pages[3];
	struct vgpu_client_page info;
	u32 vram, space, word = 0;

	assert_int_equal(vgpu_client_vram_alloc(client, 4 * MIB, 2 * MIB, &vram), 0);
	assert_int_equal(vgpu_client_space_create(client, &space), 0);
	at = fixed;
	assert_int_equal(vgpu_client_map(client, space, vram, 0, 4 * MIB,
					 VGPU_CLIENT_MAP_FIXED | VGPU_CLIENT_MAP_READ_ONLY, &at),
			 0);
	assert_int_equal(vgpu_client_query(client, space, fixed + 4096, &info), 0);
	assert_true(info.read_only);
	assert_int_equal(info.bytes, 2 * MIB);
	assert_int_equal(vgpu_client_poke(client, space, fixed, &word, 4), -EACCES);
	/* Any overlap is refused, and what was there stays. */
	for (u64 d = 0; d < 6 * MIB; d += MIB) {
		at = fixed - MIB + d;
		assert_int_equal(vgpu_client_map(client, space, vram, 0, 2 * MIB,
						 VGPU_CLIENT_MAP_FIXED, &at),
				 d < 5 * MIB ? -EEXIST : 0);
	}
	assert_int_equal(vgpu_client_query(client, space, fixed, &info), 0);
	assert_true(info.read_only);
	/* System memory: pages anywhere. */
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++)
		pages[i] = page + i * 3 * 4096;
	at = 0;
	assert_int_equal(vgpu_client_map_pages(client, space, pages, 3, 0, &at), 0);
	assert_int_equal(vgpu_client_query(client, space, at + 4096, &info), 0);
	assert_false(info.vram);
	assert_int_equal(info.address, pages[1]);
	assert_int_equal(vgpu_client_peek(client, space, at, &word, 4), -EOPNOTSUPP);
	pages[1] |= 8;
	at = 0;
	assert_int_equal(vgpu_client_map_pages(client, space, pages, 3, 0, &at), -EINVAL);
	pages[1] = ~0xfffULL;
	assert_int_equal(vgpu_client_map_pages(client, space, pages, 3, 0, &at), -EINVAL);
	assert_int_equal(vgpu_client_map_pages(client, space, pages, 0, 0, &at), -EINVAL);
	/* Closing takes all of it back. */
	vgpu_client_close(client);
}

/* Pieces of VRAM from different places, side by side in an address space: one run of addresses. */
static void pieces_side_by_side(void **state)
{
	struct vgpu_client *client = open_client("pieces");
	u32 vram[3], between, space, words[4] = { 1, 2, 3, 4 }, back[4] = { 0 };
	u64 at = 64 * MIB, spa[3], bytes;

	assert_int_equal(vgpu_client_space_create(client, &space), 0);
	for (u32 i = 0; i < ARRAY_SIZE(vram); i++) {
		assert_int_equal(vgpu_client_vram_alloc(client, 8 * KIB, 0, &vram[i]), 0);
		assert_int_equal(vgpu_client_vram_alloc(client, 4 * KIB, 0, &between), 0);
		assert_int_equal(vgpu_client_vram_info(client, vram[i], &spa[i], &bytes), 0);
		assert_int_equal(vgpu_client_map(client, space, vram[i], 0, bytes,
						 VGPU_CLIENT_MAP_FIXED, &at), 0);
		at += bytes;
	}
	assert_true(spa[1] != spa[0] + 8 * KIB || spa[2] != spa[1] + 8 * KIB);
	/* Across both borders. */
	for (u32 i = 1; i < ARRAY_SIZE(vram); i++) {
		at = 64 * MIB + i * 8 * KIB - 8;
		assert_int_equal(vgpu_client_poke(client, space, at, words, sizeof(words)), 0);
		assert_int_equal(vgpu_client_peek(client, space, at, back, sizeof(back)), 0);
		assert_memory_equal(words, back, sizeof(words));
		assert_int_equal(vram_at(spa[i - 1] + 8 * KIB - 8), 1 | 2ULL << 32);
		assert_int_equal(vram_at(spa[i]), 3 | 4ULL << 32);
	}
	vgpu_client_close(client);
}

static void quotas(void **state)
{
	struct vgpu_client *client = open_client("greedy"), *other = open_client("other");
	struct vgpu_client *many[VGPU_CLIENT_MAX];
	struct vgpu_client_limits limits;
	u32 vram, more, window, n = 0;
	void __iomem *io;

	h->gpu.clients.vram_limit = 8 * MIB;
	assert_int_equal(vgpu_client_vram_alloc(client, 9 * MIB, 0, &vram), -EDQUOT);
	assert_int_equal(vgpu_client_vram_alloc(client, 6 * MIB, 0, &vram), 0);
	assert_int_equal(vgpu_client_vram_alloc(other, 3 * MIB, 0, &more), -EDQUOT);
	assert_int_equal(vgpu_client_limits(other, &limits), 0);
	assert_int_equal(limits.vram_bytes, 8 * MIB);
	assert_int_equal(limits.vram_used_bytes, 6 * MIB);
	assert_int_equal(vgpu_client_vram_alloc(other, 2 * MIB, 0, &more), 0);
	assert_int_equal(vgpu_client_space_create(other, &window), -EDQUOT);
	assert_int_equal(vgpu_client_vram_free(other, more), 0);
	/* BAR1: the same memory as often as it fits. */
	while (!vgpu_client_window_map(client, vram, 0, 6 * MIB, &window, &io))
		n++;
	assert_int_equal(n, VGPU_CLIENT_BAR1_BYTES / (6 * MIB));
	assert_int_equal(vgpu_client_window_map(client, vram, 0, 6 * MIB, &window, &io), -EDQUOT);
	vgpu_client_close(client);
	/* Objects. */
	h->gpu.clients.vram_limit = 64 * MIB;
	for (n = 0; !vgpu_client_vram_alloc(other, 4096, 0, &vram); n++)
		;
	assert_int_equal(n, VGPU_CLIENT_OBJECTS);
	assert_int_equal(vgpu_client_vram_alloc(other, 4096, 0, &vram), -EDQUOT);
	vgpu_client_close(other);
	/* Clients. */
	for (n = 0; n < VGPU_CLIENT_MAX; n++)
		many[n] = open_client("many");
	assert_int_equal(PTR_ERR(vgpu_client_open(&h->gpu, "one-more", NULL, NULL)), -EDQUOT);
	while (n > 0)
		vgpu_client_close(many[--n]);
	h->gpu.clients.vram_limit = 0;
	assert_int_equal(PTR_ERR(vgpu_client_open(&h->gpu, "off", NULL, NULL)), -EDQUOT);
}

/* Who is refused a vGPU learns that other modules hold memory. */
static void vgpus_are_told(void **state)
{
	static const uuid_t uuid = { .b = { 1 } };
	struct vgpu_buddy_request req = { .count = 1 };
	struct vgpu_client *client = open_client("beside");
	struct vgpu_vf *vf = vgpu_vf_get(&h->gpu, 0);
	const struct vgpu_type *type = vgpu_type_find(&h->gpu, L40_12Q);
	char why[VGPU_ERROR_TEXT_BYTES];
	u32 vram, first, n = 0;

	assert_int_equal(vgpu_client_vram_alloc(client, 3 * MIB, 0, &vram), 0);
	assert_int_equal(vgpu_creatable(vf, type, &uuid, why, sizeof(why)), 0);
	while (!vgpu_buddy_alloc(&h->gpu.buddy, &req, &first))
		n++;
	assert_int_equal(vgpu_creatable(vf, type, &uuid, why, sizeof(why)), -ENOSPC);
	assert_non_null(strstr(why, "other kernel modules hold 3 MiB"));
	vgpu_client_close(client);
	assert_int_equal(vgpu_creatable(vf, type, &uuid, why, sizeof(why)), -ENOSPC);
	assert_null(strstr(why, "other kernel modules"));
	for (first = 0; n > 0; first++)
		if (!vgpu_buddy_free(&h->gpu.buddy, first, 1))
			n--;
}

static void controls(void **state)
{
	struct vgpu_client *client = open_client("controls");
	struct rm_ctrl_vmmu_segment segment = { 0 };
	u32 status = 0;

	assert_int_equal(vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE,
					     RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, &segment,
					     sizeof(segment), &status), 0);
	assert_int_equal(le64_to_cpu(segment.segment_bytes), h->gpu.host->region.segment_bytes);
	assert_int_equal(vgpu_client_control(client, VGPU_CLIENT_DEVICE,
					     RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, &segment,
					     sizeof(segment), NULL), -EACCES);
	assert_int_equal(vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE, VGPU_CTRL_SHUTDOWN,
					     &segment, sizeof(segment), NULL), -EACCES);
	assert_int_equal(vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE,
					     RM_CTRL_INTERNAL_INTR_GET_TABLE, &segment,
					     sizeof(segment), NULL), -EACCES);
	assert_int_equal(vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE,
					     RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, NULL, 8, NULL),
			 -EINVAL);
	assert_int_equal(vgpu_client_control(client, 7, RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, &segment,
					     sizeof(segment), NULL), -EINVAL);
	assert_int_equal(vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE,
					     RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, &segment,
					     VGPU_CLIENT_PARAMS_BYTES + 1, NULL), -EINVAL);
	/* The firmware says no: its status comes along. */
	assert_int_not_equal(vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE, NO_SUCH_CONTROL,
						 &segment, sizeof(segment), &status), 0);
	assert_int_not_equal(status, 0);
	vgpu_client_close(client);
}

/* An allocation that fails leaves nothing behind, wherever it is. */
static void out_of_memory(void **state)
{
	struct vgpu_client *client = open_client("oom");
	u32 vram, space, window;
	void __iomem *io;
	bool failed = true;
	long nr;

	for (nr = 0; failed; nr++) {
		u64 va = 0;
		int err;

		shim_fail_allocation(nr);
		err = vgpu_client_vram_alloc(client, MIB, 0, &vram);
		if (!err) {
			err = vgpu_client_space_create(client, &space);
			if (!err) {
				err = vgpu_client_map(client, space, vram, 0, MIB, 0, &va);
				if (!err)
					err = vgpu_client_window_map(client, vram, 0, MIB, &window,
								     &io);
				if (!err)
					assert_int_equal(vgpu_client_window_unmap(client, window),
							 0);
				assert_int_equal(vgpu_client_space_destroy(client, space), 0);
			}
			assert_int_equal(vgpu_client_vram_free(client, vram), 0);
		}
		failed = shim_allocation_failed();
		if (!failed)
			assert_int_equal(err, 0);
		assert_int_equal(h->gpu.clients.vram_used, 0);
		assert_int_equal(h->gpu.clients.bar1_used, 0);
		assert_true(nr < 64);
	}
	shim_fail_allocation(-1);
	vgpu_client_close(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLIENT_TEST(memory_three_ways),
		CLIENT_TEST(numbers_of_others),
		CLIENT_TEST(bad_arguments),
		CLIENT_TEST(places_in_a_space),
		CLIENT_TEST(pieces_side_by_side),
		CLIENT_TEST(quotas),
		CLIENT_TEST(vgpus_are_told),
		CLIENT_TEST(controls),
		CLIENT_TEST(out_of_memory),
	};

	return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
