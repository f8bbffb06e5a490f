// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A vGPU's own address space on the model: what it maps, and the scrub of its memory through it
 * when it is released, with everything that can go wrong on the way.
 */
#include "harness_vgpu.h"

#include "copy.h"

#define COPY2 0x0b
#define MARK 0x5ec2e7d1a60b4c93ULL
/* RM's answer to the end of a client, and so of its channel. */
#define FREE_FAILS "rpc:10"

static u64 tables_at_start;

static u64 free_tables(void)
{
	u64 bytes;

	mutex_lock(&h->gpu.vram_lock);
	bytes = vgpu_table_free_bytes(&h->gpu, &h->gpu.host->vram);
	mutex_unlock(&h->gpu.vram_lock);
	return bytes;
}

static int setup(void **state)
{
	int ret = board_setup(state);

	tables_at_start = free_tables();
	return ret;
}

/* A vGPU runs, and leaves marks at both ends of its partition and of its management heap. */
static struct vgpu_vf_info use(unsigned int i)
{
	const u64 mark = MARK;
	struct vgpu_vf_info info;

	assert_int_equal(open_vf(i), 0);
	info = info_of(i);
	vgpu_close(vf_of(i));
	vram_word(info.fb_spa, &mark);
	vram_word(info.fb_spa + info.fb_bytes - 8, &mark);
	vram_word(info.heap_spa, &mark);
	vram_word(info.heap_spa + info.heap_bytes - 8, &mark);
	return info;
}

static void expect_marks(const struct vgpu_vf_info *info, u64 want)
{
	assert_int_equal(vram_word(info->fb_spa, NULL), want);
	assert_int_equal(vram_word(info->fb_spa + info->fb_bytes - 8, NULL), want);
	assert_int_equal(vram_word(info->heap_spa, NULL), want);
	assert_int_equal(vram_word(info->heap_spa + info->heap_bytes - 8, NULL), want);
}

/* No vGPU is left nor anything of one, page tables included, but for so many dirty bytes. */
static void expect_left(u64 dirty)
{
	expect_dirty(dirty);
	assert_int_equal(free_tables(), tables_at_start);
}

/* ---- what it maps ---- */

/* Where VRAM at @spa is in the space of VF @i: as the tables in VRAM have it. */
static bool mapped(unsigned int i, u64 spa, u64 *page_bytes)
{
	struct gmmu_mapping mapping;
	int ret;

	mutex_lock(&h->gpu.vram_lock);
	ret = gmmu_query(&vf_of(i)->space.va.mmu, VGPU_SPACE_VRAM_VA + spa, &mapping);
	mutex_unlock(&h->gpu.vram_lock);
	if (ret)
		return false;
	assert_int_equal(mapping.pa + (VGPU_SPACE_VRAM_VA + spa - mapping.va), spa);
	assert_int_equal(mapping.attr.aperture, NV_MMU_PTE_APERTURE_VIDMEM);
	*page_bytes = mapping.bytes;
	return true;
}

/* Its partition and its heap, every 2 MiB of the board asked for. */
static void expect_only_its_own(unsigned int i)
{
	struct vgpu_vf_info info;
	u64 spa, page_bytes = 0;

	info = info_of(i);
	for (spa = 0; spa < h->gpu.si.fb_bytes; spa += 2 * MIB) {
		bool own = (spa >= info.fb_spa && spa < info.fb_spa + info.fb_bytes) ||
			   (spa >= info.heap_spa && spa < info.heap_spa + info.heap_bytes);

		assert_int_equal(mapped(i, spa, &page_bytes), own);
		if (own)
			assert_int_equal(page_bytes, 2 * MIB);
	}
	assert_int_equal(vf_of(i)->space.va.mmu.mapped_bytes, info.fb_bytes + info.heap_bytes);
}

static void maps_its_own_and_nothing_else(void **state)
{
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(claim(i, L40_6Q, i), 0);
	for (unsigned int i = 0; i < 3; i++) {
		assert_true(vf_of(i)->space.va.root != vf_of((i + 1) % 3)->space.va.root);
		expect_only_its_own(i);
	}
	/* Its memory moves, and the space with it. */
	assert_int_equal(vgpu_place(vf_of(1), 42), 0);
	expect_only_its_own(1);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(vgpu_release(vf_of(i)), 0);
		assert_false(vf_of(i)->space.va.has_tables);
	}
	expect_left(0);
	assert_int_equal(harness_stat(h, "ce_fill_bytes"), 0);
}

/* A channel in the space of one cannot fill the memory of another. */
static void an_engine_reaches_no_other(void **state)
{
	const u64 mark = MARK;
	struct vgpu_vf_info mine, other;
	struct vgpu_copy copy;

	assert_int_equal(claim(0, L40_6Q, 1), 0);
	assert_int_equal(claim(1, L40_6Q, 2), 0);
	mine = info_of(0);
	other = info_of(1);
	vram_word(mine.fb_spa, &mark);
	vram_word(other.fb_spa, &mark);
	assert_int_equal(vgpu_copy_open(&h->gpu, COPY2, &vf_of(0)->space, &copy), 0);
	assert_int_equal(vgpu_copy_zero(&copy, mine.fb_spa, 4096), 0);
	assert_int_equal(vram_word(mine.fb_spa, NULL), 0);
	assert_int_equal(vgpu_copy_zero(&copy, other.fb_spa, 4096), -ETIMEDOUT);
	assert_int_equal(vram_word(other.fb_spa, NULL), MARK);
	assert_int_equal(vgpu_copy_close(&copy), 0);
	expect_only_its_own(0);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(vgpu_release(vf_of(i)), 0);
	expect_left(0);
}

/* A claim for which any allocation fails leaves nothing, and says why. */
static void claim_without_memory(void **state)
{
	int nr, ret = -1;

	for (nr = 0; nr < 2000 && ret; nr++) {
		shim_fail_allocation(nr);
		ret = claim(0, L40_6Q, 1);
		shim_fail_allocation(-1);
		if (ret) {
			expect_state(0, VGPU_FREE);
			expect_text(0, "VF 0: ");
			expect_left(0);
		}
	}
	assert_in_range(nr, 10, 1999);
	expect_only_its_own(0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_left(0);
}

#define MAX_UNITS 512
#define MAX_TABLES 1024
#define MAX_BLOCKS 64

/* What is held so that page tables run short; under vram_lock. */
static struct {
	bool unit[MAX_UNITS];
	u64 table[MAX_TABLES];
	struct vgpu_heap_block block[MAX_BLOCKS];
	u32 tables, blocks;
} held;

/* All VRAM that is free, but for page tables' share of it: segments, then the PF's share. */
static void hold_all(void)
{
	const struct vgpu_buddy_request one = { .count = 1 };
	struct vgpu_vram *vram = &h->gpu.host->vram;
	struct vgpu_vram_request req = { .bytes = 64 * MIB, .holder = "test" };
	bool zeroed;

	memset(&held, 0, sizeof(held));
	assert_true(h->gpu.buddy.units <= MAX_UNITS);
	for (u32 unit = 0; unit < h->gpu.buddy.units; unit++)
		held.unit[unit] = !vgpu_buddy_alloc_at(&h->gpu.buddy, &one, unit);
	for (; req.bytes >= 4096; req.bytes /= 2)
		while (!vgpu_vram_alloc(&h->gpu, vram, &req, &held.block[held.blocks]))
			assert_true(++held.blocks < MAX_BLOCKS);
	while (!vgpu_table_alloc(&h->gpu, vram, &held.table[held.tables], &zeroed))
		assert_true(++held.tables < MAX_TABLES);
}

static void give_tables(u32 count)
{
	while (count--)
		vgpu_table_free(&h->gpu, &h->gpu.host->vram, held.table[--held.tables], false);
}

static void give_units(u32 end)
{
	for (u32 unit = 0; unit < end; unit++) {
		if (held.unit[unit])
			assert_int_equal(vgpu_buddy_free(&h->gpu.buddy, unit, 1), 0);
		held.unit[unit] = false;
	}
}

/* Partition and heap are there, page tables are not, or not enough: nothing is kept. */
static void claim_without_tables(void **state)
{
	static const u32 tables[] = { 0, 1, 2, 3, 4, 12, 26, 40 };
	/* A 12Q and the whole segment of its heap: 3 levels, and a table for each 512 MiB. */
	const u32 units = 92 + 1, needed = 3 + 23 + 1;
	u32 given = 0;

	mutex_lock(&h->gpu.vram_lock);
	hold_all();
	give_units(units);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		int ret;

		give_tables(tables[i] - given);
		given = tables[i];
		mutex_unlock(&h->gpu.vram_lock);
		ret = claim(0, L40_12Q, 1);
		mutex_lock(&h->gpu.vram_lock);
		if (given < needed) {
			assert_int_equal(ret, -ENOSPC);
			expect_text(0, "page tables of its address space");
			expect_state(0, VGPU_FREE);
			assert_int_equal(h->gpu.buddy.free_units, units);
			assert_int_equal(vgpu_table_free_bytes(&h->gpu, &h->gpu.host->vram),
					 (u64)given * 4096);
		} else {
			assert_int_equal(ret, 0);
		}
	}
	give_tables(held.tables);
	for (u32 i = 0; i < held.blocks; i++)
		assert_int_equal(vgpu_heap_free(&h->gpu, &h->gpu.host->vram, &held.block[i]), 0);
	give_units(MAX_UNITS);
	mutex_unlock(&h->gpu.vram_lock);
	expect_only_its_own(0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_left(0);
}

/* ---- the scrub of a release ---- */

static void released_clean(void **state)
{
	struct vgpu_scrub_info scrub;
	struct vgpu_vf_info mine, theirs;

	assert_int_equal(claim(0, L40_24Q, 1), 0);
	mine = use(0);
	expect_marks(&mine, MARK);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_left(0);
	expect_marks(&mine, 0);
	vgpu_host_scrub_info(&h->gpu, &scrub);
	assert_int_equal(scrub.runs, 1);
	assert_int_equal(scrub.bytes, mine.fb_bytes + mine.heap_bytes);
	assert_int_equal(harness_stat(h, "ce_fill_bytes"), scrub.bytes);

	/* It goes to anybody at once, and is not scrubbed again for one that never ran. */
	assert_int_equal(claim(0, L40_24Q, 2), 0);
	theirs = info_of(0);
	assert_int_equal(theirs.fb_spa, mine.fb_spa);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	assert_int_equal(harness_stat(h, "ce_fill_bytes"), scrub.bytes);
}

/* Four small vGPUs run; returns the first of two whose heaps are in one segment. */
static unsigned int use_four(struct vgpu_vf_info info[4])
{
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(claim(i, L40_1Q, i), 0);
	for (unsigned int i = 0; i < 4; i++)
		info[i] = use(i);
	for (unsigned int i = 0; i < 3; i++)
		if (info[i].heap_spa / SEGMENT == info[i + 1].heap_spa / SEGMENT)
			return i;
	fail_msg("no two heaps share a segment");
	return 0;
}

/* Heaps that share a segment: it is clean when the last of them is, and only then. */
static void heaps_that_share_a_segment(void **state)
{
	struct vgpu_vf_info info[4];
	unsigned int pair = use_four(info);

	assert_int_equal(vgpu_release(vf_of(pair)), 0);
	expect_marks(&info[pair], 0);
	expect_marks(&info[pair + 1], MARK);
	for (unsigned int i = 0; i < 4; i++)
		if (i != pair)
			assert_int_equal(vgpu_release(vf_of(i)), 0);
	expect_marks(&info[pair + 1], 0);
	expect_left(0);

	/* One of them is not scrubbed: the segment stays dirty, and is nobody's in particular. */
	pair = use_four(info);
	h->gpu.scrub_on_release = &harness_off;
	assert_int_equal(vgpu_release(vf_of(pair)), 0);
	h->gpu.scrub_on_release = NULL;
	for (unsigned int i = 0; i < 4; i++)
		if (i != pair)
			assert_int_equal(vgpu_release(vf_of(i)), 0);
	expect_marks(&info[pair + 1], 0);
	expect_left(info[pair].fb_bytes + SEGMENT);
	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	expect_marks(&info[pair], 0);
	expect_left(0);
}

/* What a vGPU leaves behind where it moves away from is scrubbed as well. */
static void moved_clean(void **state)
{
	struct vgpu_vf_info before, after;

	assert_int_equal(claim(0, L40_12Q, 1), 0);
	before = use(0);
	assert_int_equal(vgpu_place(vf_of(0), 24), 0);
	expect_marks(&before, 0);
	expect_only_its_own(0);
	after = use(0);
	assert_true(after.fb_spa != before.fb_spa);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_marks(&after, 0);
	expect_left(0);
}

/* The parameter is looked at each time. */
static void switched_off(void **state)
{
	struct vgpu_vf_info mine;

	h->gpu.scrub_on_release = &harness_off;
	assert_int_equal(claim(0, L40_12Q, 1), 0);
	mine = use(0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_marks(&mine, MARK);
	expect_left(mine.fb_bytes + mine.heap_bytes);
	assert_int_equal(harness_stat(h, "ce_fill_bytes"), 0);
	/* Its owner comes back: what it finds is its own, and is scrubbed when it goes now. */
	h->gpu.scrub_on_release = NULL;
	assert_int_equal(claim(0, L40_12Q, 1), 0);
	assert_int_equal(vram_word(mine.fb_spa, NULL), MARK);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	assert_int_equal(vram_word(mine.fb_spa, NULL), 0);
}

/* ---- what can go wrong ---- */

/* RM refuses a step: released all the same, dirty, with a sentence that says what to do. */
static void refused(void **state)
{
	static const char *const faults[] = {
		"control:0x20802a08", "control:0x00801813", "control:0xa06f0103",
		"control:0xa06f0104", "control:0xc36f0108",
	};
	struct vgpu_vf_info mine;

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		assert_int_equal(claim(0, L40_12Q, 1), 0);
		mine = use(0);
		harness_set_fail(h, faults[i]);
		assert_int_equal(vgpu_release(vf_of(0)), 0);
		harness_set_fail(h, NULL);
		expect_state(0, VGPU_FREE);
		expect_text(0, "vgpu/scrub");
		harness_expect_error(h, "could not be scrubbed");
		expect_marks(&mine, MARK);
		expect_left(mine.fb_bytes + mine.heap_bytes);
	}
	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	expect_marks(&mine, 0);
	expect_left(0);
}

/* An engine that hangs costs one timeout; the next release does not ask it. */
static void hung_engine(void **state)
{
	struct vgpu_scrub_info first, second;
	struct vgpu_vf_info a, b;

	assert_int_equal(claim(0, L40_12Q, 1), 0);
	assert_int_equal(claim(1, L40_12Q, 2), 0);
	a = use(0);
	b = use(1);
	harness_set_fail(h, "sem-release");
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_text(0, "could not be scrubbed");
	vgpu_host_scrub_info(&h->gpu, &first);
	assert_true(first.ns >= VGPU_COPY_TIMEOUT_MS * 1000000ULL);
	assert_int_equal(vgpu_release(vf_of(1)), 0);
	expect_text(1, "could not be scrubbed");
	vgpu_host_scrub_info(&h->gpu, &second);
	assert_int_equal(second.runs, first.runs);
	expect_left(a.fb_bytes + a.heap_bytes + b.fb_bytes + b.heap_bytes);
	harness_set_fail(h, NULL);
	/* Somebody asks, it works: releases trust it again. */
	assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	expect_left(0);
	assert_int_equal(claim(0, L40_12Q, 3), 0);
	a = use(0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_marks(&a, 0);
	expect_left(0);
}

/* Whatever allocation fails while it is released: it is free, and nothing is lost. */
static void release_without_memory(void **state)
{
	struct vgpu_host_info info;
	struct vgpu_vf_info mine;
	int nr;

	for (nr = 0; nr < 1000; nr++) {
		assert_int_equal(claim(0, L40_12Q, 1), 0);
		mine = use(0);
		shim_fail_allocation(nr);
		assert_int_equal(vgpu_release(vf_of(0)), 0);
		shim_fail_allocation(-1);
		expect_state(0, VGPU_FREE);
		vgpu_host_info(&h->gpu, &info);
		expect_left(info.vram_dirty_bytes);
		if (!info.vram_dirty_bytes)
			break;
		assert_int_equal(vgpu_host_scrub(&h->gpu), 0);
	}
	assert_in_range(nr, 10, 999);
	expect_marks(&mine, 0);
}

static void lost_meanwhile(void **state)
{
	struct vgpu_vf_info mine;

	assert_int_equal(claim(0, L40_12Q, 1), 0);
	mine = use(0);
	harness_set_fail(h, "rpc-timeout:103"); /* the RM allocations of the channel */
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	assert_int_equal(READ_ONCE(h->gpu.state), VGPU_GPU_LOST);
	expect_state(0, VGPU_FREE);
	/* Nothing is asked of it any more. */
	assert_int_equal(vgpu_host_scrub(&h->gpu), -EAGAIN);
	assert_true(mine.fb_bytes > 0);
}

/* ---- RM does not confirm the end of the channel ---- */

/* The vGPU's memory, its tables and the channel's block stay away from everybody. */
static void quarantined(void **state)
{
	static const char *const faults[] = { FREE_FAILS, "sem-release," FREE_FAILS };

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		struct vgpu_host_info held, info;
		struct vgpu_vf_info mine;
		u64 root, tables, page_bytes;

		assert_int_equal(claim(0, L40_12Q, 1), 0);
		mine = use(0);
		root = vf_of(0)->space.va.root;
		harness_set_fail(h, faults[i]);
		assert_int_equal(vgpu_release(vf_of(0)), -EIO);
		harness_set_fail(h, NULL);
		expect_state(0, VGPU_QUARANTINED);
		expect_text(0, "stays reserved until the GPU is reset");
		assert_int_equal(vf_of(0)->space.va.root, root);
		assert_int_equal(vgpu_release(vf_of(0)), -EBUSY);
		assert_int_equal(claim(0, L40_12Q, 2), -EBUSY);
		assert_true(mapped(0, mine.fb_spa, &page_bytes));
		assert_true(vf_of(0)->space.va.mmu.mapped_bytes > mine.fb_bytes + mine.heap_bytes);
		vgpu_host_info(&h->gpu, &held);
		tables = free_tables();

		/* Others come and go beside it, unscrubbed. */
		assert_int_equal(claim(1, L40_12Q, 2), 0);
		mine = use(1);
		assert_int_equal(vgpu_release(vf_of(1)), 0);
		expect_text(1, "could not be scrubbed");
		expect_marks(&mine, MARK);
		assert_int_equal(vgpu_host_scrub(&h->gpu), -EIO);
		harness_expect_error(h, "reset the GPU");
		vgpu_host_info(&h->gpu, &info);
		assert_int_equal(info.vram_free_bytes + info.vram_dirty_bytes,
				 held.vram_free_bytes + held.vram_dirty_bytes);
		assert_int_equal(free_tables(), tables);

		/* The reset takes it all back: teardown looks for leaks. */
		board_teardown(state);
		setup(state);
		assert_int_equal(claim(0, L40_12Q, 3), 0);
		mine = use(0);
		assert_int_equal(vgpu_release(vf_of(0)), 0);
		expect_left(0);
	}
}

static void quarantined_while_it_moves(void **state)
{
	struct vgpu_vf_info mine, now;

	assert_int_equal(claim(0, L40_12Q, 1), 0);
	mine = use(0);
	harness_set_fail(h, FREE_FAILS);
	assert_int_equal(vgpu_place(vf_of(0), 24), -EIO);
	harness_set_fail(h, NULL);
	expect_state(0, VGPU_QUARANTINED);
	expect_text(0, "did not move");
	now = info_of(0);
	assert_int_equal(now.fb_spa, mine.fb_spa);
	assert_int_equal(now.heap_spa, mine.heap_spa);
	/* The other place is free for others. */
	for (unsigned int i = 1; i < 4; i++)
		assert_int_equal(claim(i, L40_12Q, 1 + i), 0);
}

/* A scrub that somebody asked for: what it was about to fill stays taken. */
static void quarantined_run(void **state)
{
	struct vgpu_host_info before, info;
	struct vgpu_vf_info mine;

	h->gpu.scrub_on_release = &harness_off;
	assert_int_equal(claim(0, L40_12Q, 1), 0);
	mine = use(0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	vgpu_host_info(&h->gpu, &before);
	harness_set_fail(h, "sem-release," FREE_FAILS);
	assert_int_equal(vgpu_host_scrub(&h->gpu), -EIO);
	harness_set_fail(h, NULL);
	harness_expect_error(h, "did not confirm");
	vgpu_host_info(&h->gpu, &info);
	/* 1 GiB that the engine was told to fill; the segment with the channel's block. */
	assert_int_equal(before.vram_dirty_bytes - info.vram_dirty_bytes, VGPU_COPY_MAX_BYTES);
	assert_true(before.vram_free_bytes > info.vram_free_bytes);
	assert_int_equal(claim(0, L40_12Q, 1), 0);
	mine = info_of(0);
	assert_true(mine.fb_spa >= VGPU_COPY_MAX_BYTES);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, board_teardown)
	const struct CMUnitTest tests[] = {
		T(maps_its_own_and_nothing_else), T(an_engine_reaches_no_other),
		T(claim_without_memory), T(claim_without_tables), T(released_clean),
		T(heaps_that_share_a_segment), T(moved_clean), T(switched_off), T(refused),
		T(hung_engine), T(release_without_memory), T(lost_meanwhile), T(quarantined),
		T(quarantined_while_it_moves), T(quarantined_run),
	};

	return cmocka_run_group_tests_name("vgpu_space", tests, NULL, NULL);
}
