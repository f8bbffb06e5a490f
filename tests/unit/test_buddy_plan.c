// SPDX-License-Identifier: GPL-2.0-or-later
/* Partition allocator: the choice among gaps with a catalogue, and the answers to "why not". */
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

static void take_at(struct vgpu_buddy *b, u32 first, u32 count)
{
	struct vgpu_buddy_request req = { .count = count };

	assert_int_equal(vgpu_buddy_alloc_at(b, &req, first), 0);
}

static u32 place_for(struct vgpu_buddy *b, u32 count)
{
	struct vgpu_buddy_request req = { .count = count };
	u32 first = ~0U;

	assert_int_equal(vgpu_buddy_would_fit(b, &req, &first), 0);
	return first;
}

/*
 * Best fit is the gap of four. Where twos and sixteens are asked for, that would cost the place for
 * a sixteen that is there when the eight goes; the gap that reserved units cut off costs nothing.
 *
 *	0      6  8     13       21   25
 *	|......|RR|.....|88888888|....|
 */
static void the_catalogue_decides(void **state)
{
	static const u32 sizes[] = { 2, 16 };
	struct vgpu_buddy b;

	assert_int_equal(vgpu_buddy_init(&b, 25, SEGMENT), 0);
	assert_int_equal(vgpu_buddy_reserve(&b, 6, 2), 0);
	take_at(&b, 13, 8);
	assert_in_range(place_for(&b, 2), 21, 23);
	assert_int_equal(vgpu_buddy_set_catalogue(&b, sizes, ARRAY_SIZE(sizes)), 0);
	assert_in_range(place_for(&b, 2), 0, 4);
	vgpu_buddy_fini(&b);
}

/*
 * Two units at the outer end leave the rest of the row in one piece, whoever goes.
 *
 *	0    4  6    10        18   22
 *	|....|22|....|88888888|....|
 */
static void neighbours_that_go_leave_room(void **state)
{
	static const u32 sizes[] = { 2, 4, 8, 12 };
	struct vgpu_buddy b;

	assert_int_equal(vgpu_buddy_init(&b, 22, SEGMENT), 0);
	take_at(&b, 4, 2);
	take_at(&b, 10, 8);
	assert_int_equal(vgpu_buddy_set_catalogue(&b, sizes, ARRAY_SIZE(sizes)), 0);
	assert_int_equal(place_for(&b, 2), 0);
	vgpu_buddy_fini(&b);
}

static void bad_catalogues(void **state)
{
	u32 sizes[VGPU_BUDDY_MAX_SIZES + 1] = { 1 };
	struct vgpu_buddy b;

	assert_int_equal(vgpu_buddy_init(&b, 8, SEGMENT), 0);
	assert_int_equal(vgpu_buddy_set_catalogue(&b, sizes, VGPU_BUDDY_MAX_SIZES + 1), -EINVAL);
	assert_int_equal(b.num_sizes, 0);
	assert_int_equal(vgpu_buddy_set_catalogue(&b, sizes, VGPU_BUDDY_MAX_SIZES), 0);
	vgpu_buddy_fini(&b);
}

static enum vgpu_buddy_verdict verdict(struct vgpu_buddy *b, u32 count, const uuid_t *owner,
				       struct vgpu_buddy_why *why)
{
	struct vgpu_buddy_request req = { .count = count, .owner = owner };

	vgpu_buddy_why(b, &req, why);
	return why->verdict;
}

static void every_verdict(void **state)
{
	struct vgpu_buddy_why why;
	struct vgpu_buddy b;

	/* 16 units, two of them reserved: 14 at most. */
	assert_int_equal(vgpu_buddy_init(&b, 16, SEGMENT), 0);
	assert_int_equal(vgpu_buddy_reserve(&b, 14, 2), 0);
	assert_int_equal(verdict(&b, 14, &bob, &why), VGPU_BUDDY_FITS);
	assert_int_equal(verdict(&b, 15, &bob, &why), VGPU_BUDDY_NEVER);
	take_at(&b, 0, 8);
	assert_int_equal(verdict(&b, 7, &bob, &why), VGPU_BUDDY_FULL);
	assert_int_equal(why.free, 6);
	assert_int_equal(why.largest, 6);
	/* Alice has left eight units dirty: hers, and enough for Bob were they clean. */
	assert_int_equal(vgpu_buddy_mark_dirty(&b, 0, 8, &alice), 0);
	assert_int_equal(vgpu_buddy_free(&b, 0, 8), 0);
	assert_int_equal(verdict(&b, 7, &bob, &why), VGPU_BUDDY_DIRTY);
	assert_int_equal(why.dirty, 8);
	assert_int_equal(verdict(&b, 14, &alice, &why), VGPU_BUDDY_FITS);
	vgpu_buddy_fini(&b);
}

/* The way out that is proposed is gone, move by move, and then the request fits. */
static void the_cheapest_move_is_named(void **state)
{
	struct vgpu_buddy_why why;
	struct vgpu_buddy b;

	assert_int_equal(vgpu_buddy_init(&b, 18, SEGMENT), 0);
	take_at(&b, 0, 3);	/* free: [3, 6) */
	take_at(&b, 6, 1);	/* free: [7, 11) */
	take_at(&b, 11, 5);	/* free: [16, 18) */
	assert_int_equal(verdict(&b, 4, NULL, &why), VGPU_BUDDY_FITS);
	assert_int_equal(verdict(&b, 7, NULL, &why), VGPU_BUDDY_SCATTERED);
	assert_int_equal(why.free, 9);
	assert_int_equal(why.largest, 4);
	/* The one between the gaps, to the end. */
	assert_int_equal(why.moves, 1);
	assert_int_equal(why.move_units, 1);
	assert_int_equal(vgpu_buddy_free(&b, 6, 1), 0);
	take_at(&b, 16, 1);
	assert_in_range(why.move_first, 3, 4);
	take_at(&b, why.move_first, 7);
	vgpu_buddy_fini(&b);
}

static void no_move_helps(void **state)
{
	struct vgpu_buddy_why why;
	struct vgpu_buddy b;

	/* Free units on both sides of a reserved one: nothing can be moved out of the way. */
	assert_int_equal(vgpu_buddy_init(&b, 9, SEGMENT), 0);
	assert_int_equal(vgpu_buddy_reserve(&b, 4, 1), 0);
	assert_int_equal(verdict(&b, 6, NULL, &why), VGPU_BUDDY_SCATTERED);
	assert_int_equal(why.moves, 0);
	assert_int_equal(why.move_units, 0);
	vgpu_buddy_fini(&b);
}

/* More runs than a plan looks at: best fit, the same as without a catalogue. */
static void many_runs_fall_back(void **state)
{
	static const u32 sizes[] = { 1, 2 };
	struct vgpu_buddy b;

	assert_int_equal(vgpu_buddy_init(&b, 600, SEGMENT), 0);
	for (u32 i = 0; i < 100; i++)
		take_at(&b, 5 * i, 2);	/* gaps of three */
	take_at(&b, 502, 1);
	assert_int_equal(vgpu_buddy_set_catalogue(&b, sizes, ARRAY_SIZE(sizes)), 0);
	assert_int_equal(place_for(&b, 3), 2);
	assert_int_equal(place_for(&b, 4), 497);	/* five units, and then 97 */
	vgpu_buddy_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_catalogue_decides),
		cmocka_unit_test(neighbours_that_go_leave_room),
		cmocka_unit_test(bad_catalogues),
		cmocka_unit_test(every_verdict),
		cmocka_unit_test(the_cheapest_move_is_named),
		cmocka_unit_test(no_move_helps),
		cmocka_unit_test(many_runs_fall_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
