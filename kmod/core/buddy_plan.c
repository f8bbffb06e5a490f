// SPDX-License-Identifier: GPL-2.0-only
/* Partition allocator: where a partition hurts least, and why one does not fit. See buddy.h. */

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "buddy.h"

/* Gaps and allocations that a plan looks at; with more of them, plain best fit. */
#define PLAN_RUNS 96U
/*
 * Value of a place now, after any one and after any two allocations went, and what each gap costs:
 * the more of them, the smaller they are when several are full again. Found by simulation.
 */
#define WEIGHT_NOW 1U
#define WEIGHT_ONE 4U
#define WEIGHT_TWO 4U
#define WEIGHT_GAP 2U
/* Cells of a dump at most, and in one line. */
#define DUMP_CELLS 1024U
#define DUMP_COLUMNS 64U
/* Averages are kept in such parts. */
#define SCORE_SCALE 65536U

enum plan_kind { PLAN_GAP, PLAN_ALLOCATION, PLAN_FIXED };

struct plan_run {
	u32 len : 30;
	u32 kind : 2;
};

struct plan {
	u32 num;
	struct plan_run run[PLAN_RUNS];
};

int vgpu_buddy_set_catalogue(struct vgpu_buddy *buddy, const u32 *sizes, u32 num)
{
	if (num > VGPU_BUDDY_MAX_SIZES)
		return -EINVAL;
	memcpy(buddy->size, sizes, num * sizeof(*sizes));
	buddy->num_sizes = num;
	return 0;
}

/* Sizes of the catalogue that @len units serve. */
static u32 sizes_served(const struct vgpu_buddy *buddy, u32 len)
{
	u32 i, n = 0;

	for (i = 0; i < buddy->num_sizes; i++)
		n += len >= buddy->size[i];
	return n;
}

/* End of the run of equal units at @unit, by the blocked bitmap. */
static u32 plan_run_at(const struct vgpu_buddy *buddy, u32 unit, enum plan_kind *kind)
{
	u32 end = (u32)find_next_zero_bit(buddy->blocked, buddy->units, unit), head;

	if (end == unit) {
		*kind = PLAN_GAP;
		return (u32)find_next_bit(buddy->blocked, buddy->units, unit);
	}
	if (!test_bit(unit, buddy->head)) {
		/* Reserved, or free for others only. */
		*kind = PLAN_FIXED;
		head = (u32)find_next_bit(buddy->head, end, unit);
		return min(head, end);
	}
	*kind = PLAN_ALLOCATION;
	for (unit++; unit < end; unit++)
		if (!test_bit(unit, buddy->used) || test_bit(unit, buddy->head) ||
		    test_bit(unit, buddy->reserved))
			break;
	return unit;
}

/* Length that becomes free when allocation @i goes; *@after gets the gap behind it. */
static u32 freed_by(const struct plan *plan, u32 i, u32 *after)
{
	u32 len = plan->run[i].len;

	*after = 0;
	if (i && plan->run[i - 1].kind == PLAN_GAP)
		len += plan->run[i - 1].len;
	if (i + 1 < plan->num && plan->run[i + 1].kind == PLAN_GAP)
		*after = plan->run[i + 1].len;
	return len + *after;
}

/* How well the catalogue is served by this arrangement. */
static u64 plan_score(const struct vgpu_buddy *buddy, const struct plan *plan)
{
	u32 freed[PLAN_RUNS], after[PLAN_RUNS], place[PLAN_RUNS];
	u32 live = 0, largest = 0, gaps = 0, i, j;
	u64 score, one = 0, two = 0;

	for (i = 0; i < plan->num; i++) {
		if (plan->run[i].kind == PLAN_GAP) {
			largest = max(largest, (u32)plan->run[i].len);
			gaps++;
		}
		if (plan->run[i].kind != PLAN_ALLOCATION)
			continue;
		freed[live] = freed_by(plan, i, &after[live]);
		place[live++] = i;
	}
	for (i = 0; i < live; i++) {
		u32 first = max(freed[i], largest);

		one += sizes_served(buddy, first);
		for (j = i + 1; j < live; j++) {
			u32 len = max(first, freed[j]), apart = place[j] - place[i];

			/* Neighbours, perhaps with one gap between them, join. */
			if (apart == 1 || (apart == 2 && after[i]))
				len = max(len, freed[i] + freed[j] - after[i]);
			two += sizes_served(buddy, len);
		}
	}
	/* As much as all possible gaps cost, that it stays positive. */
	score = (u64)WEIGHT_GAP * SCORE_SCALE * (PLAN_RUNS - gaps);
	score += (u64)WEIGHT_NOW * SCORE_SCALE * sizes_served(buddy, largest);
	if (live)
		score += div_u64(WEIGHT_ONE * SCORE_SCALE * one, live);
	if (live > 1)
		score += div_u64(WEIGHT_TWO * SCORE_SCALE * two, live * (live - 1) / 2);
	return score;
}

/* @plan with @count units of gap @i allocated, at its end or at its start. */
static void plan_place(const struct plan *plan, u32 i, u32 count, bool at_end, struct plan *out)
{
	u32 rest = plan->run[i].len - count, n = i;

	memcpy(out->run, plan->run, i * sizeof(plan->run[0]));
	if (rest && at_end)
		out->run[n++] = (struct plan_run){ .len = rest, .kind = PLAN_GAP };
	out->run[n++] = (struct plan_run){ .len = count, .kind = PLAN_ALLOCATION };
	if (rest && !at_end)
		out->run[n++] = (struct plan_run){ .len = rest, .kind = PLAN_GAP };
	memcpy(&out->run[n], &plan->run[i + 1], (plan->num - i - 1) * sizeof(plan->run[0]));
	out->num = n + plan->num - i - 1;
}

/* Smallest sufficient gap of [low, high). */
static int best_fit(const struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req, u32 high,
		    u32 *first)
{
	u32 start, end = req->low, best = U32_MAX;

	while (end < high) {
		start = (u32)find_next_zero_bit(buddy->blocked, high, end);
		if (start >= high)
			break;
		end = (u32)find_next_bit(buddy->blocked, high, start);
		if (end - start >= req->count && end - start < best) {
			best = end - start;
			*first = start;
		}
	}
	return best == U32_MAX ? -ENOSPC : 0;
}

int vgpu_buddy_plan(const struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req, u32 high,
		    u32 *first)
{
	struct plan plan = { 0 }, tried;
	u64 best_score = 0;
	u32 unit, end, i, best_len = 0;
	enum plan_kind kind;
	int ret = -ENOSPC;

	for (unit = 0; unit < buddy->units; unit = end) {
		/* One entry is left for the request itself. */
		if (plan.num == PLAN_RUNS - 1)
			return best_fit(buddy, req, high, first);
		end = plan_run_at(buddy, unit, &kind);
		plan.run[plan.num++] = (struct plan_run){ .len = end - unit, .kind = kind };
	}
	for (unit = 0, i = 0; i < plan.num; unit += plan.run[i++].len) {
		u32 len = plan.run[i].len, side;

		if (plan.run[i].kind != PLAN_GAP || len < req->count)
			continue;
		for (side = 0; side < 2; side++) {
			u32 at = side ? unit + len - req->count : unit;
			u64 score;

			if (at < req->low || at + req->count > high)
				continue;
			plan_place(&plan, i, req->count, side, &tried);
			score = plan_score(buddy, &tried);
			if (ret && score >= best_score)
				best_len = U32_MAX;
			if (score < best_score || (score == best_score && len >= best_len))
				continue;
			best_score = score;
			best_len = len;
			*first = at;
			ret = 0;
		}
	}
	return ret ? best_fit(buddy, req, high, first) : 0;
}

bool vgpu_buddy_walk(const struct vgpu_buddy *buddy, u32 unit, struct vgpu_buddy_run *run)
{
	if (unit >= buddy->units)
		return false;
	run->first = unit;
	run->state = vgpu_buddy_unit_state(buddy, unit);
	for (unit++; unit < buddy->units; unit++)
		if (vgpu_buddy_unit_state(buddy, unit) != run->state ||
		    test_bit(unit, buddy->head))
			break;
	run->count = unit - run->first;
	return true;
}

/* One character for the cell at @unit: what it begins with. */
static char dump_cell(const struct vgpu_buddy *buddy, u32 unit)
{
	switch (vgpu_buddy_unit_state(buddy, unit)) {
	case VGPU_UNIT_FREE:
		return '.';
	case VGPU_UNIT_DIRTY:
		return '-';
	case VGPU_UNIT_USED:
		return test_bit(unit, buddy->head) ? '[' : '=';
	default:
		return 'R';
	}
}

void vgpu_buddy_dump(const struct vgpu_buddy *buddy, void (*line)(void *ctx, const char *text),
		     void *ctx)
{
	u32 cell = max(DIV_ROUND_UP(buddy->units, DUMP_CELLS), 1U), unit = 0, column;
	char text[DUMP_COLUMNS + 16];

	scnprintf(text, sizeof(text), "free %u of %u units of %llu MiB, dirty %u",
		  buddy->free_units, buddy->units, buddy->unit_bytes >> 20, buddy->dirty_units);
	line(ctx, text);
	while (unit < buddy->units) {
		int n = scnprintf(text, sizeof(text), "%10llx ", unit * buddy->unit_bytes);

		for (column = 0; column < DUMP_COLUMNS && unit < buddy->units; column++) {
			text[n++] = dump_cell(buddy, unit);
			unit += cell;
		}
		text[n] = '\0';
		line(ctx, text);
	}
}

/* Longest gap outside [@first, @end) that still has @count units; takes them off. */
static bool move_to(u32 *gap, u32 gaps, u32 count)
{
	u32 i, best = gaps;

	for (i = 0; i < gaps; i++)
		if (gap[i] >= count && (best == gaps || gap[i] < gap[best]))
			best = i;
	if (best == gaps)
		return false;
	gap[best] -= count;
	return true;
}

/*
 * Could [@first, @first + @count) be emptied? *@units and *@moves get what has to go. Allocations
 * are placed in the other gaps one after the other, which may miss an arrangement.
 */
static bool can_empty(const struct vgpu_buddy *buddy, u32 first, u32 count, u32 *units, u32 *moves)
{
	u32 gap[PLAN_RUNS], go[PLAN_RUNS], gaps = 0, unit, end, i;
	enum plan_kind kind;

	*units = *moves = 0;
	for (unit = 0; unit < buddy->units; unit = end) {
		bool inside;

		end = plan_run_at(buddy, unit, &kind);
		inside = unit < first + count && end > first;
		if (gaps == PLAN_RUNS - 2 || *moves == PLAN_RUNS || (inside && kind == PLAN_FIXED))
			return false;
		if (kind == PLAN_ALLOCATION && inside) {
			go[(*moves)++] = end - unit;
			*units += end - unit;
		}
		if (kind != PLAN_GAP)
			continue;
		/* The parts of a gap outside the window. */
		if (unit < first)
			gap[gaps++] = min(end, first) - unit;
		if (end > first + count)
			gap[gaps++] = end - max(unit, first + count);
	}
	for (i = 0; i < *moves; i++)
		if (!move_to(gap, gaps, go[i]))
			return false;
	return true;
}

/* The window that the fewest units have to leave; starts and ends at the edge of a run. */
static void find_move(const struct vgpu_buddy *buddy, u32 count, struct vgpu_buddy_why *why)
{
	u32 unit, end, units, moves, side;
	enum plan_kind kind;

	why->move_units = U32_MAX;
	for (unit = 0; unit < buddy->units; unit = end) {
		end = plan_run_at(buddy, unit, &kind);
		for (side = 0; side < 2; side++) {
			u32 first = side ? end - count : unit;

			if ((side && end < count) || first > buddy->units - count ||
			    !can_empty(buddy, first, count, &units, &moves) ||
			    units >= why->move_units)
				continue;
			why->move_first = first;
			why->move_units = units;
			why->moves = moves;
		}
	}
	if (!why->moves)
		why->move_units = 0;
}

void vgpu_buddy_why(struct vgpu_buddy *buddy, const struct vgpu_buddy_request *req,
		    struct vgpu_buddy_why *why)
{
	u32 unit, first, usable = buddy->units - bitmap_weight(buddy->reserved, buddy->units);

	memset(why, 0, sizeof(*why));
	/* Fills the blocked bitmap for this owner. */
	why->largest = vgpu_buddy_largest(buddy, req->owner, req->flags);
	why->free = buddy->units - bitmap_weight(buddy->blocked, buddy->units);
	for (unit = 0; unit < buddy->units; unit++)
		why->dirty += test_bit(unit, buddy->blocked) && !test_bit(unit, buddy->used);
	if (req->count > usable) {
		why->verdict = VGPU_BUDDY_NEVER;
	} else if (!vgpu_buddy_would_fit(buddy, req, &first)) {
		why->verdict = VGPU_BUDDY_FITS;
	} else if (why->free < req->count) {
		why->verdict = why->free + why->dirty < req->count ? VGPU_BUDDY_FULL :
								     VGPU_BUDDY_DIRTY;
	} else {
		why->verdict = VGPU_BUDDY_SCATTERED;
		find_move(buddy, req->count, why);
	}
}
