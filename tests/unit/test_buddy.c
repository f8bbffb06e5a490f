// SPDX-License-Identifier: GPL-2.0-or-later
/* Partition allocator: choices, errors, dirtiness, and random operations against a naive oracle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uuid.h>

#include "buddy.h"

#define SEGMENT (128ULL << 20)

static const uuid_t alice = { .b = { 1 } };
static const uuid_t bob = { .b = { 2 } };

static u32 take(struct vgpu_buddy *b, u32 count)
{
	struct vgpu_buddy_request req = { .count = count };
	u32 first = ~0U;

	assert_int_equal(vgpu_buddy_alloc(b, &req, &first), 0);
	return first;
}

static void take_at(struct vgpu_buddy *b, u32 first, u32 count)
{
	struct vgpu_buddy_request req = { .count = count };

	assert_int_equal(vgpu_buddy_alloc_at(b, &req, first), 0);
}

static void init_rejects_nonsense(void **state)
{
	struct vgpu_buddy b;

	assert_int_equal(vgpu_buddy_init(&b, 0, SEGMENT), -EINVAL);
	assert_int_equal(vgpu_buddy_init(&b, VGPU_BUDDY_MAX_UNITS + 1, SEGMENT), -EINVAL);
	assert_int_equal(vgpu_buddy_init(&b, 8, SEGMENT + 1), -EINVAL);
	vgpu_buddy_fini(&b);
}

static void exact_sizes_pack(void **state)
{
	struct vgpu_buddy b;
	struct vgpu_buddy_request one = { .count = 1 };
	u32 first;

	/* Four partitions of 12 GiB fill 48 GiB to the last segment. */
	assert_int_equal(vgpu_buddy_init(&b, 384, SEGMENT), 0);
	for (u32 i = 0; i < 4; i++)
		assert_int_equal(take(&b, 96) % 96, 0);
	assert_int_equal(b.free_units, 0);
	assert_int_equal(vgpu_buddy_alloc(&b, &one, &first), -ENOSPC);
	assert_int_equal(vgpu_buddy_largest(&b, NULL, 0), 0);
	vgpu_buddy_fini(&b);
}

static void best_fit_then_aligned_end(void **state)
{
	struct vgpu_buddy b;

	assert_int_equal(vgpu_buddy_init(&b, 64, SEGMENT), 0);
	take_at(&b, 16, 4); /* gaps: 0..16, 20..23, 24..64 */
	take_at(&b, 23, 1);
	assert_int_equal(take(&b, 3), 20); /* the gap of exactly three */
	/* 5 of 0..16: cutting at 5 or at 11 is equally odd, the low end wins. */
	assert_int_equal(take(&b, 5), 0);
	/* 3 of 5..16: the cut at 8 keeps 8..16 whole, the one at 13 does not. */
	assert_int_equal(take(&b, 3), 5);
	/* 8 of 24..64 with 8..16 free: the exact gap first. */
	assert_int_equal(take(&b, 8), 8);
	/* 24..64: 8 at the high end would leave 24..56, at the low end 32..64. */
	assert_int_equal(take(&b, 8), 24);
	vgpu_buddy_fini(&b);
}

static void positions_ranges_and_top_down(void **state)
{
	struct vgpu_buddy b;
	struct vgpu_buddy_request req = { .count = 2, .flags = VGPU_BUDDY_TOP_DOWN };
	u32 first;

	assert_int_equal(vgpu_buddy_init(&b, 32, SEGMENT), 0);
	assert_int_equal(vgpu_buddy_alloc(&b, &req, &first), 0);
	assert_int_equal(first, 30);
	req.high = 16;
	assert_int_equal(vgpu_buddy_alloc(&b, &req, &first), 0);
	assert_int_equal(first, 14);
	req.flags = 0;
	req.low = 13;
	assert_int_equal(vgpu_buddy_alloc(&b, &req, &first), -ENOSPC);
	req.high = 33;
	assert_int_equal(vgpu_buddy_alloc(&b, &req, &first), -EINVAL);
	req.high = 0;
	req.count = 0;
	assert_int_equal(vgpu_buddy_alloc(&b, &req, &first), -EINVAL);
	req.count = 4;
	assert_int_equal(vgpu_buddy_alloc_at(&b, &req, 29), -EINVAL);
	assert_int_equal(vgpu_buddy_alloc_at(&b, &req, 12), -EBUSY);
	assert_int_equal(vgpu_buddy_would_fit_at(&b, &req, 8), 0);
	assert_int_equal(b.free_units, 28);
	vgpu_buddy_fini(&b);
}

static void wrong_frees_are_caught(void **state)
{
	struct vgpu_buddy b;

	assert_int_equal(vgpu_buddy_init(&b, 32, SEGMENT), 0);
	take_at(&b, 4, 4);
	take_at(&b, 8, 4);
	assert_int_equal(vgpu_buddy_free(&b, 4, 8), -EINVAL);	/* two at once */
	assert_int_equal(vgpu_buddy_free(&b, 4, 3), -EINVAL);	/* a part */
	assert_int_equal(vgpu_buddy_free(&b, 5, 3), -EINVAL);	/* its tail */
	assert_int_equal(vgpu_buddy_free(&b, 0, 4), -EINVAL);	/* foreign */
	assert_int_equal(vgpu_buddy_free(&b, 30, 4), -EINVAL);	/* past the end */
	assert_int_equal(vgpu_buddy_free(&b, 4, 0), -EINVAL);
	assert_int_equal(vgpu_buddy_free(&b, 4, ~0U), -EINVAL);
	assert_int_equal(vgpu_buddy_free(&b, 4, 4), 0);
	assert_int_equal(vgpu_buddy_free(&b, 4, 4), -EINVAL);	/* twice */
	assert_int_equal(vgpu_buddy_split(&b, 8, 4), 0);
	assert_int_equal(vgpu_buddy_free(&b, 8, 4), -EINVAL);	/* split up */
	for (u32 i = 8; i < 12; i++)
		assert_int_equal(vgpu_buddy_free(&b, i, 1), 0);
	assert_int_equal(b.free_units, 32);
	vgpu_buddy_fini(&b);
}

static void reserved_units_stay_away(void **state)
{
	struct vgpu_buddy b;
	u32 first;

	assert_int_equal(vgpu_buddy_init(&b, 32, SEGMENT), 0);
	take_at(&b, 0, 1);
	assert_int_equal(vgpu_buddy_reserve(&b, 0, 2), -EBUSY);
	assert_int_equal(vgpu_buddy_reserve(&b, 31, 2), -EINVAL);
	assert_int_equal(vgpu_buddy_reserve(&b, 28, 4), 0);
	assert_int_equal(vgpu_buddy_reserve(&b, 27, 3), 0); /* overlapping is fine */
	assert_int_equal(b.free_units, 26);
	assert_int_equal(vgpu_buddy_free(&b, 28, 4), -EINVAL);
	assert_int_equal(vgpu_buddy_mark_dirty(&b, 28, 1, &alice), -EINVAL);
	assert_int_equal(vgpu_buddy_unit_state(&b, 28), VGPU_UNIT_RESERVED);
	assert_int_equal(vgpu_buddy_region(&b, &first), 27);
	assert_int_equal(first, 0);
	vgpu_buddy_fini(&b);
}

static void dirty_goes_to_its_owner(void **state)
{
	struct vgpu_buddy b;
	struct vgpu_buddy_request req = { .count = 8, .owner = &bob };
	u32 first;

	assert_int_equal(vgpu_buddy_init(&b, 16, SEGMENT), 0);
	take_at(&b, 0, 8);
	assert_int_equal(vgpu_buddy_mark_dirty(&b, 0, 9, &alice), -EINVAL);
	assert_int_equal(vgpu_buddy_mark_dirty(&b, 0, 8, &alice), 0);
	assert_int_equal(vgpu_buddy_free(&b, 0, 8), 0);
	assert_int_equal(b.free_units, 8);
	assert_int_equal(b.dirty_units, 8);
	assert_int_equal(vgpu_buddy_unit_state(&b, 0), VGPU_UNIT_DIRTY);

	assert_int_equal(vgpu_buddy_would_fit_at(&b, &req, 0), -EACCES);
	assert_int_equal(vgpu_buddy_alloc(&b, &req, &first), 0);
	assert_int_equal(first, 8);
	assert_int_equal(vgpu_buddy_would_fit(&b, &req, &first), -ENOSPC);
	assert_int_equal(vgpu_buddy_largest(&b, &bob, 0), 0);
	assert_int_equal(vgpu_buddy_largest(&b, &alice, 0), 8);
	assert_int_equal(vgpu_buddy_largest(&b, &bob, VGPU_BUDDY_ANY_DIRTY), 8);
	req.flags = VGPU_BUDDY_ANY_DIRTY;
	assert_int_equal(vgpu_buddy_would_fit(&b, &req, &first), 0);
	assert_int_equal(vgpu_buddy_free(&b, 8, 8), 0);

	/* Its own leftovers before clean memory. */
	req.flags = VGPU_BUDDY_OWN_FIRST;
	req.owner = &alice;
	req.count = 4;
	assert_int_equal(vgpu_buddy_alloc(&b, &req, &first), 0);
	assert_true(first < 8);
	/* Used again and freed: still dirty, until scrubbed. */
	assert_int_equal(vgpu_buddy_free(&b, first, 4), 0);
	assert_int_equal(b.dirty_units, 8);
	assert_int_equal(vgpu_buddy_mark_clean(&b, 0, 8), 0);
	assert_int_equal(b.dirty_units, 0);
	assert_int_equal(b.free_units, 16);
	assert_int_equal(vgpu_buddy_mark_clean(&b, 15, 2), -EINVAL);
	vgpu_buddy_fini(&b);
}

/* ---- against an oracle of one struct per unit ---- */

#define UNITS 97
#define OPERATIONS 60000

static struct {
	u32 id;		/* allocation, 0 free */
	bool reserved;
	int dirty;	/* 0, or who: 1 alice, 2 bob */
} oracle[UNITS];

static u32 seed = 12345;

static u32 rnd(u32 limit)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % limit;
}

static bool oracle_ok(u32 unit, int who, bool any)
{
	return !oracle[unit].id && !oracle[unit].reserved &&
	       (!oracle[unit].dirty || any || oracle[unit].dirty == who);
}

/* Length of the smallest gap that takes @count, 0 when there is none. */
static u32 oracle_best(u32 count, int who, bool any)
{
	u32 best = 0, run = 0;

	for (u32 i = 0; i <= UNITS; i++) {
		if (i < UNITS && oracle_ok(i, who, any)) {
			run++;
			continue;
		}
		if (run >= count && (!best || run < best))
			best = run;
		run = 0;
	}
	return best;
}

static u32 oracle_gap_around(u32 unit, int who, bool any)
{
	u32 low = unit, high = unit;

	while (low && oracle_ok(low - 1, who, any))
		low--;
	while (high + 1 < UNITS && oracle_ok(high + 1, who, any))
		high++;
	return high - low + 1;
}

static void compare(const struct vgpu_buddy *b)
{
	u32 free_units = 0, dirty = 0;

	for (u32 i = 0; i < UNITS; i++) {
		enum vgpu_buddy_unit_state want = oracle[i].reserved ? VGPU_UNIT_RESERVED :
						  oracle[i].id	     ? VGPU_UNIT_USED :
						  oracle[i].dirty    ? VGPU_UNIT_DIRTY :
								       VGPU_UNIT_FREE;

		assert_int_equal(vgpu_buddy_unit_state(b, i), want);
		free_units += want == VGPU_UNIT_FREE;
		dirty += want == VGPU_UNIT_DIRTY;
	}
	assert_int_equal(b->free_units, free_units);
	assert_int_equal(b->dirty_units, dirty);
}

static void random_alloc(struct vgpu_buddy *b, u32 id)
{
	int who = (int)rnd(3);
	bool any = !rnd(8), fixed = !rnd(3);
	struct vgpu_buddy_request req = {
		.count = 1 + rnd(rnd(4) ? 8 : 40),
		.owner = who == 1 ? &alice : who == 2 ? &bob : NULL,
		.flags = any ? VGPU_BUDDY_ANY_DIRTY : 0,
	};
	u32 first = rnd(UNITS), best = oracle_best(req.count, who, any);
	int ret;

	if (fixed) {
		bool ok = req.count <= UNITS - first;

		for (u32 i = 0; ok && i < req.count; i++)
			ok = oracle_ok(first + i, who, any);
		ret = vgpu_buddy_alloc_at(b, &req, first);
		assert_int_equal(!ret, ok);
	} else {
		ret = vgpu_buddy_alloc(b, &req, &first);
		assert_int_equal(!ret, best > 0);
		if (!ret)
			assert_int_equal(oracle_gap_around(first, who, any), best);
	}
	for (u32 i = 0; !ret && i < req.count; i++) {
		assert_true(oracle_ok(first + i, who, any));
		oracle[first + i].id = id;
	}
}

static void random_free(struct vgpu_buddy *b)
{
	u32 first = rnd(UNITS), count = 1 + rnd(12), id = oracle[first].id;
	u32 start = first, end = first;
	bool ok;

	while (id && start && oracle[start - 1].id == id)
		start--;
	while (id && end < UNITS && oracle[end].id == id)
		end++;
	if (id && rnd(2)) { /* an honest one */
		first = start;
		count = end - start;
	}
	ok = id && first == start && first + count == end;
	assert_int_equal(vgpu_buddy_free(b, first, count), ok ? 0 : -EINVAL);
	for (u32 i = first; ok && i < end; i++)
		oracle[i].id = 0;
}

static void random_dirty(struct vgpu_buddy *b)
{
	u32 first = rnd(UNITS), count = 1 + rnd(6);
	int who = 1 + (int)rnd(2);
	bool ok = count <= UNITS - first;

	for (u32 i = 0; ok && i < count; i++)
		ok = oracle[first + i].id;
	assert_int_equal(!vgpu_buddy_mark_dirty(b, first, count, who == 1 ? &alice : &bob), ok);
	for (u32 i = 0; ok && i < count; i++)
		oracle[first + i].dirty = who;
}

static void random_clean(struct vgpu_buddy *b)
{
	u32 first = rnd(UNITS), count = 1 + rnd(20);
	bool ok = count <= UNITS - first;

	assert_int_equal(!vgpu_buddy_mark_clean(b, first, count), ok);
	for (u32 i = 0; ok && i < count; i++)
		oracle[first + i].dirty = 0;
}

static void random_operations(void **state)
{
	struct vgpu_buddy b;

	memset(oracle, 0, sizeof(oracle));
	assert_int_equal(vgpu_buddy_init(&b, UNITS, SEGMENT), 0);
	assert_int_equal(vgpu_buddy_reserve(&b, 40, 3), 0);
	for (u32 i = 40; i < 43; i++)
		oracle[i].reserved = true;
	for (u32 i = 1; i <= OPERATIONS; i++) {
		switch (rnd(8)) {
		case 0 ... 2:
			random_alloc(&b, i);
			break;
		case 3 ... 5:
			random_free(&b);
			break;
		case 6:
			random_dirty(&b);
			break;
		default:
			random_clean(&b);
			break;
		}
		compare(&b);
	}
	vgpu_buddy_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_rejects_nonsense),
		cmocka_unit_test(exact_sizes_pack),
		cmocka_unit_test(best_fit_then_aligned_end),
		cmocka_unit_test(positions_ranges_and_top_down),
		cmocka_unit_test(wrong_frees_are_caught),
		cmocka_unit_test(reserved_units_stay_away),
		cmocka_unit_test(dirty_goes_to_its_owner),
		cmocka_unit_test(random_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
