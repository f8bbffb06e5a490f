// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page tables of both versions against a flat array, one word per 4 KiB of VA: random maps, lists,
 * sparse ranges, remaps and unmaps, with tables running out. What is in "memory" is read by a walker
 * that shares no code with the writer, and no table may stay behind.
 */
#include "prop.h"

#include <errno.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "gmmu.h"

#define K4 0x1000ULL
#define PAGES 2600U	/* 10 MiB and a bit, across a 512 MiB edge */
#define BASE (0x40000000ULL - 5 * 0x200000ULL)
#define POOL 96U
#define SPARSE_PA 1ULL	/* marks in the oracle */
#define RO_BIT 2ULL

static u64 memory[POOL + 1][512];
static bool used[POOL + 1];
static u32 limit;
static bool v3;

static u64 oracle[PAGES];		/* pa | marks; 0: not mapped */
static u8 page_shift[PAGES];		/* of the page there */

static int table_alloc(void *ctx, u64 *addr)
{
	u32 i;

	if (prop_take_table(used, 1, limit + 1, &i))
		return -ENOSPC;
	*addr = i * K4;
	return 0;
}

static void table_free(void *ctx, u64 addr)
{
	PROP_CHECK(used[addr / K4]);
	for (u32 i = 0; i < 512; i++)
		PROP_CHECK(!memory[addr / K4][i]);
	used[addr / K4] = false;
}

static void write_entries(void *ctx, u64 addr, const u64 *entries, unsigned int count)
{
	u64 first = addr / 8 % 512;

	PROP_CHECK(count && first / GMMU_WRITE_BATCH == (first + count - 1) / GMMU_WRITE_BATCH);
	memcpy(&memory[addr / K4][first], entries, count * 8);
}

static u64 read_entry(void *ctx, u64 addr)
{
	return memory[addr / K4][addr / 8 % 512];
}

static const struct gmmu_ops ops = {
	.table_alloc = table_alloc,
	.table_free = table_free,
	.write = write_entries,
	.read = read_entry,
};

/* Table that a directory entry points to; 0: none. */
static u64 table_of(u64 entry)
{
	if (!(entry & 6))
		return 0;
	PROP_CHECK((entry & 7) == 2);
	if (v3)
		PROP_CHECK((entry & 0x38) == 0x10);
	return v3 ? entry & 0xffffffffff000ULL : (entry & 0x1ffffff00ULL) << 4;
}

/* Oracle's word for a leaf. */
static u64 leaf_word(u64 entry, u64 va, unsigned int shift, unsigned int *found)
{
	u64 pa = v3 ? entry & 0xffffffffff000ULL : (entry & 0x1ffffff00ULL) << 4;
	u64 ro = v3 ? entry >> 5 & 1 : entry >> 6 & 1;

	*found = shift;
	PROP_CHECK(!(pa & ((1ULL << shift) - 1)));
	/* No bit that was not asked for. */
	PROP_CHECK(entry == (v3 ? pa | 0x81 | ro << 5 : pa >> 4 | 1 | ro << 6));
	return pa + (va & ((1ULL << shift) - 1) & ~(K4 - 1)) + (ro ? RO_BIT : 0);
}

/* What the tables say about @va, in the oracle's form; @found gets the page shift. */
static u64 walk(u64 va, unsigned int *found)
{
	static const unsigned int shifts[] = { 56, 47, 38, 29 };
	u64 table = 0, entry, lo, hi;

	*found = 0;
	for (unsigned int i = v3 ? 0 : 1; i < 4; i++) {
		entry = memory[table / K4][va >> shifts[i] & 511];
		if (entry & 1)
			return leaf_word(entry, va, shifts[i], found);
		if (entry == 8) {
			*found = shifts[i];
			return SPARSE_PA;
		}
		table = table_of(entry);
		if (!table)
			return 0;
	}
	lo = memory[table / K4][(va >> 21 & 255) * 2];
	hi = memory[table / K4][(va >> 21 & 255) * 2 + 1];
	if (lo & 1 || lo == 8) {
		PROP_CHECK(!hi);
		*found = 21;
		return lo == 8 ? SPARSE_PA : leaf_word(lo, va, 21, found);
	}
	table = v3 ? lo & 0xfffffffffff00ULL : (lo & 0x1fffffff0ULL) << 4;
	if (lo) {
		entry = memory[table / K4][va >> 16 & 31];
		if (entry)
			*found = 16;
		if (entry & 1)
			return leaf_word(entry, va, 16, found);
		if (entry)
			return SPARSE_PA;
	}
	table = table_of(hi);
	entry = table ? memory[table / K4][va >> 12 & 511] : 0;
	if (entry)
		*found = 12;
	if (entry & 1)
		return leaf_word(entry, va, 12, found);
	PROP_CHECK(!entry || entry == 8);
	return entry ? SPARSE_PA : 0;
}

static void compare(struct gmmu_space *space)
{
	u64 va = BASE, mapped = 0;
	struct gmmu_mapping m;
	unsigned int shift;
	u32 i;

	for (i = 0; i < PAGES; i++) {
		PROP_CHECK(walk(BASE + i * K4, &shift) == oracle[i]);
		PROP_CHECK(gmmu_lookup(space, BASE + i * K4) == shift);
		page_shift[i] = (u8)shift;
		mapped += oracle[i] ? K4 : 0;
		if (i % 64)
			continue;
		PROP_CHECK(gmmu_query(space, BASE + i * K4, &m) == (oracle[i] ? 0 : -ENOENT));
		PROP_CHECK(!oracle[i] || m.sparse == (oracle[i] == SPARSE_PA));
		PROP_CHECK(!oracle[i] || m.sparse ||
			   m.pa + BASE + i * K4 - m.va == (oracle[i] & ~(K4 - 1)));
	}
	PROP_CHECK(space->mapped_bytes == mapped);
	/* The walk shows the same ranges. */
	for (i = 0; gmmu_walk(space, va, &m); va = m.va + m.bytes) {
		for (; BASE + i * K4 < m.va; i++)
			PROP_CHECK(!oracle[i]);
		for (; i < PAGES && BASE + i * K4 < m.va + m.bytes; i++)
			PROP_CHECK(oracle[i] && page_shift[i] == m.page_shift &&
				   m.sparse == (oracle[i] == SPARSE_PA));
	}
	for (; i < PAGES; i++)
		PROP_CHECK(!oracle[i]);
}

static void take_range(struct prop_input *in, u32 *first, u32 *count)
{
	u32 align = 1U << (prop_byte(in) % 3 * 4 + prop_byte(in) % 2);

	*first = prop_size(in, PAGES - 1) / align * align;
	*count = 1 + prop_size(in, 1400);
	if (*count > PAGES - *first)
		*count = PAGES - *first;
}

static bool any_mapped(u32 first, u32 count)
{
	for (u32 i = first; i < first + count; i++)
		if (oracle[i])
			return true;
	return false;
}

static void op_map(struct gmmu_space *space, struct prop_input *in)
{
	struct gmmu_attr attr = { .read_only = prop_byte(in) % 2 };
	unsigned int kind = prop_byte(in) % 8;
	static u64 list[PAGES];
	u32 first, count, i;
	u64 pa, mark = attr.read_only ? RO_BIT : 0;
	bool taken;
	int ret;

	take_range(in, &first, &count);
	pa = 0x80000000ULL + (kind & 1 ? BASE + first * K4 : prop_u32(in) % 0x100000 * K4);
	taken = any_mapped(first, count);
	for (i = 0; i < count; i++)
		list[i] = pa + (kind == 0 ? (u64)(i * 7919 % 5000) : i) * K4;
	if (kind == 0)
		ret = gmmu_map_list(space, BASE + first * K4, list, count, &attr);
	else if (kind == 2)
		ret = gmmu_map_sparse(space, BASE + first * K4, count * K4);
	else
		ret = gmmu_map(space, BASE + first * K4, pa, count * K4, &attr);
	PROP_CHECK(ret == 0 || ret == -EEXIST || ret == -ENOSPC);
	PROP_CHECK(ret == -ENOSPC || (ret == -EEXIST) == taken);
	for (i = 0; !ret && i < count; i++)
		oracle[first + i] = kind == 2 ? SPARSE_PA : list[i] + mark;
}

/* Is this 4 KiB of a larger page, and not its first? */
static bool inside_page(u32 i)
{
	return page_shift[i] > 12 && (BASE / K4 + i) % (1U << (page_shift[i] - 12));
}

static void op_unmap(struct gmmu_space *space, struct prop_input *in)
{
	u32 first, count, i;

	take_range(in, &first, &count);
	compare(space);
	/* Whole pages only: grow the range to their edges. */
	while (first && inside_page(first))
		first--, count++;
	i = first + count;
	while (i < PAGES && inside_page(i))
		i++;
	count = i - first;
	gmmu_unmap(space, BASE + first * K4, count * K4);
	memset(&oracle[first], 0, count * sizeof(*oracle));
}

static void op_remap(struct gmmu_space *space, struct prop_input *in)
{
	struct gmmu_attr attr = { .read_only = prop_byte(in) % 2 };
	u32 first, count;
	u64 pa;
	int ret;

	take_range(in, &first, &count);
	count = 1 + count % 40;
	if (count > PAGES - first)
		count = PAGES - first;
	pa = 0x80000000ULL + (prop_byte(in) % 2 ? BASE + first * K4 : prop_u32(in) % 0x100000 * K4);
	ret = gmmu_remap(space, BASE + first * K4, pa, count * K4, &attr);
	PROP_CHECK(ret == 0 || ret == -ENOENT || ret == -EINVAL);
	for (u32 i = 0; !ret && i < count; i++) {
		PROP_CHECK(oracle[first + i] && oracle[first + i] != SPARSE_PA);
		oracle[first + i] = pa + i * K4 + (attr.read_only ? RO_BIT : 0);
	}
}

static void ignore_line(void *ctx, const char *text)
{
	PROP_CHECK(strlen(text) < 80);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kmem_cache *cache;
	struct prop_input in = { data, size };
	struct gmmu_space space;

	if (!cache)
		cache = kmem_cache_create("prop_gmmu", (unsigned int)gmmu_table_object_bytes(), 0,
					  0, NULL);
	memset(memory, 0, sizeof(memory));
	memset(oracle, 0, sizeof(oracle));
	v3 = prop_byte(&in) & 1;
	limit = POOL;
	PROP_CHECK(!gmmu_space_init(&space, v3 ? GMMU_V3 : GMMU_V2, 0, &ops, NULL, cache));
	while (in.left) {
		unsigned int op = prop_byte(&in);

		prop_operations++;
		limit = op % 16 ? POOL : prop_byte(&in) % 16;
		if (op < 110)
			op_map(&space, &in);
		else if (op < 190)
			op_remap(&space, &in);
		else
			op_unmap(&space, &in);
	}
	compare(&space);
	gmmu_dump(&space, ignore_line, NULL);
	gmmu_space_fini(&space);
	for (u32 i = 1; i <= POOL; i++)
		PROP_CHECK(!used[i]);
	for (u32 i = 0; i < 512; i++)
		PROP_CHECK(!memory[0][i]);
	return 0;
}
