// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Partition allocator, with and without a catalogue, against an array with one word per unit:
 * refusals only when nothing fits, no overlap, double and foreign frees refused, and the reasons
 * given for a refusal are true, the proposed moves included.
 */
#include "prop.h"

#include <errno.h>
#include <string.h>

#include <linux/kernel.h>

#include "buddy.h"

#define MAX_UNITS 200U
#define MAX_LIVE 64U
#define UNIT_BYTES (128ULL << 20)
#define RESERVED (~0U)

static const uuid_t owners[] = { { .b = { 1 } }, { .b = { 2 } }, { .b = { 3 } } };

static u32 held[MAX_UNITS];	/* 0 free, else allocation number */
static u8 dirty[MAX_UNITS];	/* 1 + owner who left it dirty */
static u32 units, next_number;
static struct {
	u32 first, count;
} live[MAX_LIVE];

static bool usable(u32 unit, unsigned int owner)
{
	return !held[unit] && (!dirty[unit] || dirty[unit] == owner + 1);
}

static u32 longest(unsigned int owner, u32 low, u32 high)
{
	u32 run = 0, best = 0;

	for (u32 i = low; i < high; i++) {
		run = usable(i, owner) ? run + 1 : 0;
		best = max(best, run);
	}
	return best;
}

/* For anybody, were [@first, @first + @count) taken. */
static u32 longest_beside(u32 first, u32 count)
{
	u32 run = 0, best = 0;

	for (u32 i = 0; i < units; i++) {
		run = held[i] || (i >= first && i < first + count) ? 0 : run + 1;
		best = max(best, run);
	}
	return best;
}

static void take(u32 slot, u32 first, u32 count, unsigned int owner)
{
	PROP_CHECK(first < units && count <= units - first);
	next_number++;
	for (u32 i = first; i < first + count; i++) {
		PROP_CHECK(usable(i, owner));
		held[i] = next_number;
	}
	live[slot].first = first;
	live[slot].count = count;
}

/* Room for the moved allocations need not be found by us: the units must at least be there. */
static void check_moves(const struct vgpu_buddy_why *why, u32 count, unsigned int owner)
{
	u32 in_window = 0, moves = 0, sum = 0, last = 0;

	if (!why->moves)
		return;
	PROP_CHECK(why->move_first + count <= units);
	for (u32 i = why->move_first; i < why->move_first + count; i++) {
		PROP_CHECK(held[i] != RESERVED && (held[i] || usable(i, owner)));
		in_window += !held[i];
		if (!held[i] || held[i] == last)
			continue;
		last = held[i];
		moves++;
		for (u32 k = 0; k < units; k++)
			sum += held[k] == last;
	}
	PROP_CHECK(moves == why->moves && sum == why->move_units);
	PROP_CHECK(why->free - in_window >= sum);
}

static void check_why(struct vgpu_buddy *b, const struct vgpu_buddy_request *req,
		      unsigned int owner)
{
	struct vgpu_buddy_why why;
	u32 free = 0, others = 0, in_service = 0;

	vgpu_buddy_why(b, req, &why);
	for (u32 i = 0; i < units; i++) {
		free += usable(i, owner);
		others += !held[i] && !usable(i, owner);
		in_service += held[i] != RESERVED;
	}
	PROP_CHECK(why.free == free && why.dirty == others);
	PROP_CHECK(why.largest == longest(owner, 0, units));
	PROP_CHECK((why.verdict == VGPU_BUDDY_FITS) == (why.largest >= req->count));
	PROP_CHECK((why.verdict == VGPU_BUDDY_NEVER) == (req->count > in_service));
	if (why.verdict == VGPU_BUDDY_SCATTERED)
		check_moves(&why, req->count, owner);
	PROP_CHECK(why.verdict != VGPU_BUDDY_SCATTERED || free >= req->count);
	PROP_CHECK(why.verdict != VGPU_BUDDY_DIRTY || free + others >= req->count);
}

static void op_alloc(struct vgpu_buddy *b, struct prop_input *in, u32 slot)
{
	unsigned int owner = prop_byte(in) % 3;
	struct vgpu_buddy_request req = { .count = 1 + prop_size(in, units),
					  .owner = &owners[owner] };
	u32 first, high;
	int ret;

	if (prop_byte(in) % 8 == 0) {
		req.low = prop_size(in, units - 1);
		req.high = req.low + 1 + prop_size(in, units - req.low - 1);
	} else if (prop_byte(in) % 4 == 0 && req.count <= units) {
		check_why(b, &req, owner);
	}
	high = req.high ? req.high : units;
	ret = vgpu_buddy_alloc(b, &req, &first);
	if (req.count > high - req.low) {
		PROP_CHECK(ret == -EINVAL);
		return;
	}
	PROP_CHECK(ret == (longest(owner, req.low, high) >= req.count ? 0 : -ENOSPC));
	if (ret)
		return;
	PROP_CHECK(first >= req.low && first + req.count <= high);
	take(slot, first, req.count, owner);
	if (prop_byte(in) % 4)
		return;
	PROP_CHECK(!vgpu_buddy_mark_dirty(b, first, req.count, &owners[owner]));
	memset(&dirty[first], (int)owner + 1, req.count);
}

/* At this place or nowhere; asking first changes nothing and answers the same. */
static void op_alloc_at(struct vgpu_buddy *b, struct prop_input *in, u32 slot)
{
	unsigned int owner = prop_byte(in) % 3;
	struct vgpu_buddy_request req = { .count = prop_size(in, units),
					  .owner = &owners[owner] };
	u32 first = prop_size(in, units + 2);
	int want = 0, ret;

	if (!req.count || first >= units || req.count > units - first)
		want = -EINVAL;
	for (u32 i = first; !want && i < first + req.count; i++)
		want = held[i] ? -EBUSY : 0;
	for (u32 i = first; !want && i < first + req.count; i++)
		want = usable(i, owner) ? 0 : -EACCES;
	ret = vgpu_buddy_would_fit_at(b, &req, first);
	PROP_CHECK(ret == want && vgpu_buddy_alloc_at(b, &req, first) == want);
	if (!ret)
		take(slot, first, req.count, owner);
}

/* Questions: their answers are the oracle's, and nothing changes. */
static void op_ask(struct vgpu_buddy *b, struct prop_input *in)
{
	unsigned int owner = prop_byte(in) % 3;
	struct vgpu_buddy_request req = { .count = 1 + prop_size(in, units - 1),
					  .owner = &owners[owner] };
	u32 unit = prop_size(in, units + 2), first, run = 0, best = 0, free = b->free_units;
	enum vgpu_buddy_unit_state state = vgpu_buddy_unit_state(b, unit);
	int ret = vgpu_buddy_would_fit(b, &req, &first);

	PROP_CHECK(ret == (longest(owner, 0, units) >= req.count ? 0 : -ENOSPC));
	for (u32 i = first; !ret && i < first + req.count; i++)
		PROP_CHECK(usable(i, owner));
	PROP_CHECK(vgpu_buddy_largest(b, &owners[owner], 0) == longest(owner, 0, units));
	if (unit >= units || held[unit] == RESERVED)
		PROP_CHECK(state == VGPU_UNIT_RESERVED);
	else if (held[unit])
		PROP_CHECK(state == VGPU_UNIT_USED);
	else
		PROP_CHECK(state == (dirty[unit] ? VGPU_UNIT_DIRTY : VGPU_UNIT_FREE));
	for (u32 i = 0; i < units; i++) {
		run = held[i] == RESERVED ? 0 : run + 1;
		best = max(best, run);
	}
	PROP_CHECK(vgpu_buddy_region(b, &first) == best && first + best <= units);
	first = prop_size(in, units);
	PROP_CHECK(vgpu_buddy_largest_beside(b, first, min(req.count, units - first)) ==
		   longest_beside(first, min(req.count, units - first)));
	PROP_CHECK(b->free_units == free);
}

/* The end of an allocation goes back: as dirty as it was. */
static void op_trim(struct vgpu_buddy *b, struct prop_input *in, u32 slot)
{
	u32 first = live[slot].first, count = live[slot].count, keep = prop_size(in, count + 2);
	int ret = vgpu_buddy_trim(b, first, count, keep);

	PROP_CHECK(ret == (keep && keep <= count ? 0 : -EINVAL));
	PROP_CHECK(vgpu_buddy_trim(b, first, count + 1, 1) == -EINVAL);
	if (ret)
		return;
	memset(&held[first + keep], 0, (count - keep) * sizeof(*held));
	live[slot].count = keep;
}

/* One character a unit, so few of them there are. */
static void dump_line(void *ctx, const char *text)
{
	const char *cells = strchr(text, ' ') ? strrchr(text, ' ') + 1 : "";
	u32 *unit = ctx;

	PROP_CHECK(strlen(text) <= 80);
	if (!strncmp(text, "free ", 5))
		return;
	for (; *cells; cells++, ++*unit) {
		PROP_CHECK(*unit < units);
		if (held[*unit] == RESERVED)
			PROP_CHECK(*cells == 'R');
		else if (!held[*unit])
			PROP_CHECK(*cells == (dirty[*unit] ? '-' : '.'));
		else
			PROP_CHECK(*cells == (*unit && held[*unit - 1] == held[*unit] ? '=' : '['));
	}
}

/* One allocation into single units: each is freed by itself, the whole no longer is. */
static void op_split(struct vgpu_buddy *b, u32 slot)
{
	u32 first = live[slot].first, count = live[slot].count;

	PROP_CHECK(count == 1 || vgpu_buddy_split(b, first, count - 1) == -EINVAL);
	PROP_CHECK(!vgpu_buddy_split(b, first, count));
	PROP_CHECK(count == 1 || vgpu_buddy_free(b, first, count) == -EINVAL);
	for (u32 i = first + count; i-- > first;) {
		PROP_CHECK(!vgpu_buddy_free(b, i, 1));
		held[i] = 0;
	}
	live[slot].count = 0;
}

static void op_free(struct vgpu_buddy *b, struct prop_input *in, u32 slot)
{
	u32 first = live[slot].first, count = live[slot].count;

	PROP_CHECK(vgpu_buddy_free(b, first, count + 1) == -EINVAL);
	PROP_CHECK(count == 1 || vgpu_buddy_free(b, first, count - 1) == -EINVAL);
	if (prop_byte(in) % 2) {
		PROP_CHECK(!vgpu_buddy_mark_clean(b, first, count));
		memset(&dirty[first], 0, count);
	}
	PROP_CHECK(!vgpu_buddy_free(b, first, count));
	PROP_CHECK(vgpu_buddy_free(b, first, count) == -EINVAL);
	memset(&held[first], 0, count * sizeof(*held));
	live[slot].count = 0;
}

static void compare(const struct vgpu_buddy *b)
{
	struct vgpu_buddy_run run;
	u32 unit = 0;

	while (vgpu_buddy_walk(b, unit, &run)) {
		PROP_CHECK(run.first == unit && run.count && run.count <= units - unit);
		for (u32 i = unit; i < unit + run.count; i++) {
			PROP_CHECK(held[i] == held[unit]);
			PROP_CHECK((run.state == VGPU_UNIT_RESERVED) == (held[i] == RESERVED));
			PROP_CHECK((run.state == VGPU_UNIT_DIRTY) == (!held[i] && dirty[i]));
		}
		unit += run.count;
	}
	PROP_CHECK(unit == units);
	unit = 0;
	vgpu_buddy_dump(b, dump_line, &unit);
	PROP_CHECK(unit == units);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct prop_input in = { data, size };
	struct vgpu_buddy b;

	memset(held, 0, sizeof(held));
	memset(dirty, 0, sizeof(dirty));
	memset(live, 0, sizeof(live));
	units = 1 + prop_byte(&in) % MAX_UNITS;
	PROP_CHECK(!vgpu_buddy_init(&b, units, UNIT_BYTES));
	if (prop_byte(&in) % 2) {
		static const u32 sizes[] = { 1, 2, 3, 4, 6, 8, 12, 16, 24, 48 };

		PROP_CHECK(!vgpu_buddy_set_catalogue(&b, sizes, ARRAY_SIZE(sizes)));
	}
	if (prop_byte(&in) % 2) {
		u32 unit = prop_byte(&in) % units;

		PROP_CHECK(!vgpu_buddy_reserve(&b, unit, 1));
		held[unit] = RESERVED;
	}
	while (in.left) {
		u32 slot = prop_byte(&in) % MAX_LIVE;
		unsigned int op = prop_byte(&in);

		prop_operations++;
		if (op < 4)
			compare(&b);
		else if (op < 32)
			op_ask(&b, &in);
		else if (live[slot].count && op < 48)
			op_split(&b, slot);
		else if (live[slot].count && op < 80)
			op_trim(&b, &in, slot);
		else if (live[slot].count)
			op_free(&b, &in, slot);
		else if (op < 64)
			op_alloc_at(&b, &in, slot);
		else
			op_alloc(&b, &in, slot);
	}
	compare(&b);
	vgpu_buddy_fini(&b);
	return 0;
}
