// SPDX-License-Identifier: GPL-2.0-or-later
/* The map of the card: complete, in order, and true to what the board's memory is given out for. */
#include "harness_vgpu.h"

#include <linux/err.h>
#include <linux/uuid.h>

#include "client.h"
#include "host.h"
#include "vram_map.h"

#define VM_PID 4242
#define FIRST_VF_DBDF 0x104

static const uuid_t uuid_a = UUID_INIT(0x11111111, 0x2222, 0x4333, 0x84, 0x44, 0x55, 0x55, 0x55,
				       0x55, 0x55, 0x55);

/* Without gaps, in order, neighbours differ, sums agree with the facts of the host. */
static void check_map(struct vgpu_map *map)
{
	struct vgpu_host_info info;
	u64 at = 0, sum = 0;

	assert_int_equal(vgpu_map_take(&h->gpu, map), 0);
	for (u32 i = 0; i < map->count; i++) {
		const struct vgpu_map_run *run = &map->run[i];

		assert_true(run->bytes > 0);
		assert_int_equal(run->spa, at);
		at += run->bytes;
	}
	assert_true(at >= h->gpu.si.fb_bytes);
	for (int kind = 0; kind < VGPU_MAP_KINDS; kind++)
		sum += map->bytes[kind];
	assert_int_equal(sum, at);
	vgpu_host_info(&h->gpu, &info);
	assert_int_equal(map->bytes[VGPU_MAP_FREE] + map->bytes[VGPU_MAP_SPARE],
			 info.vram_free_bytes);
	assert_int_equal(map->bytes[VGPU_MAP_DIRTY], info.vram_dirty_bytes);
	assert_int_equal(map->largest_free_bytes, info.vram_largest_free_bytes);
	assert_int_equal(map->segment_bytes, info.segment_bytes);
}

static const struct vgpu_map_run *find(const struct vgpu_map *map, enum vgpu_map_kind kind)
{
	for (u32 i = 0; i < map->count; i++)
		if (map->run[i].kind == kind)
			return &map->run[i];
	return NULL;
}

static void an_idle_board(void **state)
{
	const struct vgpu_map_run *run;
	struct vgpu_map map;

	check_map(&map);
	assert_null(find(&map, VGPU_MAP_PARTITION));
	assert_null(find(&map, VGPU_MAP_DIRTY));
	assert_non_null(find(&map, VGPU_MAP_FREE));
	run = find(&map, VGPU_MAP_DRIVER);
	assert_non_null(run);
	/* The firmware's part is where the boot put it. */
	run = find(&map, VGPU_MAP_FIRMWARE);
	assert_non_null(run);
	assert_int_equal(run->spa, h->gpu.boot.layout.rsvd_start);
	assert_int_equal(map.num_spaces, 1);
	assert_string_equal(map.space[0].holder, "BAR1");
	vgpu_map_put(&map);
}

static void a_vgpu_and_what_it_leaves(void **state)
{
	struct vgpu_vf *vf = vgpu_vf_get(&h->gpu, 3);
	const struct vgpu_map_run *run;
	struct vgpu_vf_info info;
	struct vgpu_map map;

	assert_int_equal(vgpu_claim(vf, L40_12Q, &uuid_a), 0);
	vgpu_vf_info(vf, &info);
	check_map(&map);
	run = find(&map, VGPU_MAP_PARTITION);
	assert_non_null(run);
	assert_int_equal(run->spa, info.fb_spa);
	assert_int_equal(run->bytes, info.fb_bytes);
	assert_int_equal(run->vf, 3);
	assert_true(uuid_equal(&run->uuid, &uuid_a));
	run = find(&map, VGPU_MAP_HEAP);
	assert_non_null(run);
	assert_int_equal(run->spa, info.heap_spa);
	assert_int_equal(run->bytes, info.heap_bytes);
	assert_int_equal(run->vf, 3);
	assert_true(map.bar1_windows > 0);
	/* Its address space: version 2, whole large pages, so no table of small ones. */
	assert_int_equal(map.num_spaces, 2);
	assert_string_equal(map.space[1].holder, "vGPU vf3");
	assert_int_equal(map.space[1].spaces, 1);
	assert_int_equal(map.space[1].mapped_bytes, info.fb_bytes + info.heap_bytes);
	assert_int_equal(map.space[1].tables[1], 1);
	assert_int_equal(map.space[1].tables[5] + map.space[1].tables[6], 0);
	vgpu_map_put(&map);
	h->gpu.scrub_on_release = &harness_off;

	assert_int_equal(vgpu_open(vf, VM_PID, FIRST_VF_DBDF + 3), 0);
	vgpu_close(vf);
	assert_int_equal(vgpu_release(vf), 0);
	check_map(&map);
	assert_null(find(&map, VGPU_MAP_PARTITION));
	run = find(&map, VGPU_MAP_DIRTY);
	assert_non_null(run);
	assert_int_equal(run->spa, info.fb_spa);
	assert_int_equal(run->bytes, info.fb_bytes);
	assert_true(uuid_equal(&run->uuid, &uuid_a));
	assert_int_equal(map.num_spaces, 1);
	vgpu_map_put(&map);
}

static void a_client(void **state)
{
	struct vgpu_client *client = vgpu_client_open(&h->gpu, "neighbour", NULL, NULL);
	struct vgpu_client_space_info info;
	const struct vgpu_map_run *run;
	struct vgpu_map map;
	u64 spa, bytes, va = 0;
	bool found = false;
	u32 vram, space;

	assert_false(IS_ERR(client));
	assert_int_equal(vgpu_client_vram_alloc(client, 3 * MIB, 0, &vram), 0);
	assert_int_equal(vgpu_client_vram_info(client, vram, &spa, &bytes), 0);
	assert_int_equal(vgpu_client_space_create(client, &space), 0);
	assert_int_equal(vgpu_client_map(client, space, vram, 0, bytes, 0, &va), 0);
	check_map(&map);
	for (u32 i = 0; i < map.count; i++) {
		run = &map.run[i];
		if (run->spa != spa)
			continue;
		found = true;
		assert_int_equal(run->kind, VGPU_MAP_CLIENT);
		assert_int_equal(run->bytes, bytes);
		assert_string_equal(run->holder, "client neighbour");
	}
	assert_true(found);
	/* Page tables are the driver's, and count against the client. */
	assert_int_equal(vgpu_client_space_info(client, space, &info), 0);
	assert_int_equal(map.bytes[VGPU_MAP_CLIENT], bytes);
	assert_int_equal(map.client_used_bytes, bytes + info.table_bytes);
	assert_int_equal(map.clients, 1);
	assert_int_equal(map.num_spaces, 2);
	assert_string_equal(map.space[1].holder, "client neighbour");
	assert_int_equal(map.space[1].mapped_bytes, bytes);
	assert_int_equal(map.space[1].tables[1], 1);	/* PD3, the root of version 2 */
	vgpu_map_put(&map);
	vgpu_client_close(client);
	check_map(&map);
	assert_int_equal(map.bytes[VGPU_MAP_CLIENT], 0);
	assert_int_equal(map.num_spaces, 1);
	vgpu_map_put(&map);
}

/* Each line fits a terminal, says what the map says, and the last one is the last. */
static void as_text(void **state)
{
	struct vgpu_vf *vf = vgpu_vf_get(&h->gpu, 31);
	u32 line, runs = 0, counted = 0;
	struct vgpu_map map;
	char buf[128];
	size_t len;

	assert_int_equal(vgpu_claim(vf, L40_12Q, &uuid_a), 0);
	check_map(&map);
	for (line = 0; (len = vgpu_map_line(&map, line, buf, sizeof(buf))); line++) {
		unsigned long long spa, kib;
		char kind[16];

		assert_int_equal(len, strlen(buf));
		assert_true(len <= 80);
		assert_null(strchr(buf, '\n'));
		if (sscanf(buf, "runs %u", &runs) == 1)
			continue;
		if (sscanf(buf, "0x%llx %lluK %15s", &spa, &kib, kind) != 3)
			continue;
		assert_int_equal(spa, map.run[counted].spa);
		assert_int_equal(kib << 10, map.run[counted].bytes & ~1023ULL);
		assert_string_equal(kind, vgpu_map_kind_name(map.run[counted].kind));
		if (map.run[counted].kind == VGPU_MAP_PARTITION) {
			assert_non_null(strstr(buf, "vf31"));
			assert_non_null(strstr(buf, "11111111-2222-4333-8444-555555555555"));
		}
		counted++;
	}
	assert_int_equal(counted, map.count);
	assert_int_equal(runs, map.count);
	assert_int_equal(vgpu_map_line(&map, ~0U, buf, sizeof(buf)), 0);
	/* A short buffer is filled, not overrun. */
	assert_true(vgpu_map_line(&map, line - 1, buf, 8) < 8);
	vgpu_map_put(&map);
	assert_int_equal(vgpu_release(vf), 0);
}

static void not_running(void **state)
{
	struct vgpu_map map;

	vgpu_gpu_shutdown(&h->gpu);
	assert_int_equal(vgpu_map_take(&h->gpu, &map), -ENODEV);
	vgpu_map_put(&map);
}

static void out_of_memory(void **state)
{
	struct vgpu_map map;

	shim_fail_allocation(0);
	assert_int_equal(vgpu_map_take(&h->gpu, &map), -ENOMEM);
	shim_fail_allocation(-1);
	vgpu_map_put(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(an_idle_board),
		BOARD_TEST(a_vgpu_and_what_it_leaves),
		BOARD_TEST(a_client),
		BOARD_TEST(as_text),
		BOARD_TEST(not_running),
		BOARD_TEST(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
