// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map of the card, see vram_map.h. Everything is copied under vram_lock; sorting, filling of
 * gaps and text come after it.
 */

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "../abi/mmu.h"
#include "client_priv.h"
#include "vram_map.h"

/* Pages that no block has but page tables; free pages that hold zeroes. */
#define TABLES_HOLDER "page tables"
#define ZEROED "zeroed"
/* How often room is made for a map that outgrew it. */
#define MAP_ATTEMPTS 4
/* Room beyond what was counted: gaps, firmware, what comes meanwhile. */
#define MAP_SLACK_RUNS 64U

static const char *const map_kind_names[VGPU_MAP_KINDS] = {
	[VGPU_MAP_FREE] = "free",	    [VGPU_MAP_DIRTY] = "dirty",
	[VGPU_MAP_PARTITION] = "partition", [VGPU_MAP_HEAP] = "heap",
	[VGPU_MAP_DRIVER] = "driver",	    [VGPU_MAP_CLIENT] = "client",
	[VGPU_MAP_SPARE] = "spare",	    [VGPU_MAP_FIRMWARE] = "firmware",
	[VGPU_MAP_RESERVED] = "reserved",
};

const char *vgpu_map_kind_name(enum vgpu_map_kind kind)
{
	return kind < VGPU_MAP_KINDS ? map_kind_names[kind] : "unknown";
}

const char *vgpu_map_level_name(unsigned int level)
{
	static const char *const names[GMMU_LEVELS] = { "PD4", "PD3", "PD2", "PD1",
							"PD0", "PT64K", "PT4K" };

	return level < GMMU_LEVELS ? names[level] : "unknown";
}

/* Runs under construction; counts on when there is no room. */
struct map_builder {
	struct vgpu_map *map;
	u32 room, count;
};

static struct vgpu_map_run *map_add(struct map_builder *b, enum vgpu_map_kind kind, u64 spa,
				    u64 bytes)
{
	struct vgpu_map_run *run;

	if (b->count++ >= b->room)
		return NULL;
	run = &b->map->run[b->count - 1];
	memset(run, 0, sizeof(*run));
	run->kind = kind;
	run->spa = spa;
	run->bytes = bytes;
	run->vf = -1;
	return run;
}

static void map_set_vf(struct vgpu_map_run *run, const struct vgpu_vf *vf)
{
	run->vf = (s16)vf->index;
	run->uuid = vf->uuid;
}

/* ---- partitions; vram_lock and host->lock are held ---- */

static const struct vgpu_vf *partition_owner(const struct vgpu_host *host, u32 first)
{
	unsigned int i;

	for (i = 0; i < host->num_vfs; i++) {
		const struct vgpu_vf *vf = host->vfs[i];

		if ((vf->state != VGPU_FREE || vf->claiming) && vf->place.segments &&
		    vf->place.first_segment == first)
			return vf;
	}
	return NULL;
}

/* Free dirty units of different owners are different runs. */
static u32 dirty_count(const struct vgpu_buddy *buddy, const struct vgpu_buddy_run *run, u32 first)
{
	u32 unit = first + 1;

	while (unit < run->first + run->count &&
	       uuid_equal(&buddy->owner[unit], &buddy->owner[first]))
		unit++;
	return unit - first;
}

static void add_partitions(struct map_builder *b, const struct vgpu_host *host)
{
	const struct vgpu_buddy *buddy = &host->gpu->buddy;
	struct vgpu_buddy_run run = { 0 };
	struct vgpu_map_run *out;
	const struct vgpu_vf *vf;
	u32 unit, count;

	for (unit = 0; vgpu_buddy_walk(buddy, unit, &run); unit += count) {
		u64 spa = unit * buddy->unit_bytes;

		count = run.first + run.count - unit;
		if (run.state == VGPU_UNIT_DIRTY) {
			count = dirty_count(buddy, &run, unit);
			out = map_add(b, VGPU_MAP_DIRTY, spa, count * buddy->unit_bytes);
			if (out)
				out->uuid = buddy->owner[unit];
		} else if (run.state == VGPU_UNIT_FREE) {
			map_add(b, VGPU_MAP_FREE, spa, count * buddy->unit_bytes);
		} else if (run.state == VGPU_UNIT_USED && !test_bit(unit, host->vram.arena)) {
			out = map_add(b, VGPU_MAP_PARTITION, spa, count * buddy->unit_bytes);
			vf = partition_owner(host, unit);
			if (out && vf)
				map_set_vf(out, vf);
		}
	}
}

/* ---- the driver's share ---- */

static void add_block(struct map_builder *b, const struct vgpu_host *host,
		      const struct vgpu_heap_block *block)
{
	struct vgpu_map_run *out;
	unsigned int i;

	for (i = 0; i < host->num_vfs; i++) {
		if (block != &host->vfs[i]->heap)
			continue;
		out = map_add(b, VGPU_MAP_HEAP, block->spa, block->bytes);
		if (out)
			map_set_vf(out, host->vfs[i]);
		return;
	}
	out = map_add(b, VGPU_MAP_DRIVER, block->spa, block->bytes);
	if (!out || !block->holder)
		return;
	strscpy(out->holder, block->holder, sizeof(out->holder));
	if (!strncmp(out->holder, CLIENT_HOLDER_PREFIX, strlen(CLIENT_HOLDER_PREFIX)))
		out->kind = VGPU_MAP_CLIENT;
}

/* Pages that no block has: free, or single page tables. Neighbours of one kind are one run. */
static void add_loose_pages(struct map_builder *b, const struct vgpu_host *host, u64 start, u64 end)
{
	struct vgpu_map_run *out = NULL;
	enum vgpu_page_state state;
	struct vgpu_extent run;

	while (start < end &&
	       vgpu_pages_walk(&host->vram.pages, (u32)(start >> VGPU_PAGE_SHIFT), &run, &state)) {
		bool used = state == VGPU_PAGE_USED || state == VGPU_PAGE_RESERVED;
		enum vgpu_map_kind kind = used ? VGPU_MAP_DRIVER : VGPU_MAP_SPARE;
		const char *holder = used ? TABLES_HOLDER : state == VGPU_PAGE_FREE ? ZEROED : "";
		u64 bytes = min((u64)run.count << VGPU_PAGE_SHIFT, end - start);

		if (out && out->kind == kind && !strcmp(out->holder, holder)) {
			out->bytes += bytes;
		} else {
			out = map_add(b, kind, start, bytes);
			if (out)
				strscpy(out->holder, holder, sizeof(out->holder));
		}
		start += bytes;
	}
}

/* The blocks of [@start, @end), and what is between them. */
static void add_extent(struct map_builder *b, const struct vgpu_host *host, u64 start, u64 end)
{
	const struct vgpu_heap_block *block;

	list_for_each_entry(block, &host->vram.blocks, link) {
		if (block->spa < start || block->spa >= end)
			continue;
		add_loose_pages(b, host, start, block->spa);
		add_block(b, host, block);
		start = block->spa + block->bytes;
	}
	add_loose_pages(b, host, start, end);
}

static void add_share(struct map_builder *b, const struct vgpu_host *host)
{
	const struct vgpu_buddy *buddy = &host->gpu->buddy;
	const struct vgpu_vram *vram = &host->vram;
	unsigned int i;
	u32 first, end;

	for (i = 0; i < vram->tails; i++)
		add_extent(b, host, vram->tail[i].base, vram->tail[i].base + vram->tail[i].bytes);
	first = (u32)find_first_bit(vram->arena, buddy->units);
	while (first < buddy->units) {
		end = (u32)find_next_zero_bit(vram->arena, buddy->units, first);
		add_extent(b, host, first * buddy->unit_bytes, end * buddy->unit_bytes);
		first = (u32)find_next_bit(vram->arena, buddy->units, end);
	}
}

/* ---- page tables; vram_lock is held ---- */

static void add_space(struct vgpu_map *map, const char *holder, const struct gmmu_space *mmu)
{
	struct vgpu_map_space *space;
	unsigned int i, level;

	for (i = 0; i < map->num_spaces; i++)
		if (!strcmp(map->space[i].holder, holder))
			break;
	if (i == VGPU_MAP_SPACES)
		return;
	space = &map->space[i];
	if (i == map->num_spaces) {
		map->num_spaces++;
		strscpy(space->holder, holder, sizeof(space->holder));
	}
	space->spaces++;
	space->mapped_bytes += mmu->mapped_bytes;
	for (level = 0; level < GMMU_LEVELS; level++)
		space->tables[level] += mmu->tables_of[level];
}

static void add_tables(struct vgpu_map *map, struct vgpu_gpu *gpu)
{
	const struct vgpu_vaspace *bar1 = vgpu_bar1_space(gpu);
	const struct client_space *space;
	char holder[VGPU_MAP_HOLDER_BYTES];
	unsigned int i;

	if (bar1)
		add_space(map, "BAR1", &bar1->mmu);
	for (i = 0; i < gpu->host->num_vfs; i++) {
		if (!gpu->host->vfs[i]->space.va.has_tables)
			continue;
		snprintf(holder, sizeof(holder), "vGPU vf%u", i);
		add_space(map, holder, &gpu->host->vfs[i]->space.va.mmu);
	}
	list_for_each_entry(space, &gpu->clients.spaces, gpu_link)
		add_space(map, space->client->holder, &space->va.mmu);
}

/* ---- the snapshot ---- */

static int map_compare(const void *a, const void *b)
{
	const struct vgpu_map_run *x = a, *y = b;

	return x->spa < y->spa ? -1 : x->spa > y->spa;
}

/* [@spa, @end) belongs to nobody: the firmware's, or not usable. */
static void add_gap(struct map_builder *b, const struct vgpu_gpu *gpu, u64 spa, u64 end)
{
	u64 firmware = gpu->boot.layout.rsvd_start;

	if (!firmware || firmware > gpu->si.fb_bytes)
		firmware = gpu->si.fb_bytes;
	if (spa < min(end, firmware))
		map_add(b, VGPU_MAP_RESERVED, spa, min(end, firmware) - spa);
	if (max(spa, firmware) < end)
		map_add(b, VGPU_MAP_FIRMWARE, max(spa, firmware), end - max(spa, firmware));
}

/* Sort the runs and make the rest of the board runs as well. */
static void map_complete(struct map_builder *b, const struct vgpu_gpu *gpu)
{
	struct vgpu_map *map = b->map;
	u32 i, known = b->count;
	u64 at = 0;

	sort(map->run, known, sizeof(map->run[0]), map_compare, NULL);
	for (i = 0; i < known; i++) {
		if (map->run[i].spa > at)
			add_gap(b, gpu, at, map->run[i].spa);
		at = map->run[i].spa + map->run[i].bytes;
	}
	if (at < map->fb_bytes)
		add_gap(b, gpu, at, map->fb_bytes);
	if (b->count <= b->room)
		sort(map->run, b->count, sizeof(map->run[0]), map_compare, NULL);
}

static void map_sum(struct vgpu_map *map)
{
	u64 clean = 0;
	u32 i;

	for (i = 0; i < map->count; i++) {
		const struct vgpu_map_run *run = &map->run[i];
		bool open = run->kind == VGPU_MAP_FREE || run->kind == VGPU_MAP_DIRTY;

		map->bytes[run->kind] += run->bytes;
		clean = run->kind == VGPU_MAP_FREE ? clean + run->bytes : 0;
		map->largest_free_bytes = max(map->largest_free_bytes, clean);
		if (open && !(i && (run[-1].kind == VGPU_MAP_FREE ||
				    run[-1].kind == VGPU_MAP_DIRTY)))
			map->free_runs++;
	}
}

/* One attempt; the number of runs that there would have been. */
static u32 map_try(struct vgpu_gpu *gpu, struct vgpu_map *map, u32 room)
{
	struct vgpu_host *host = gpu->host;
	struct map_builder b = { .map = map, .room = room };
	struct vgpu_map_run *runs = map->run;
	struct vgpu_bar1_usage bar1;

	memset(map, 0, sizeof(*map));
	map->run = runs;
	vgpu_bar1_usage(gpu, &bar1);
	map->bar1_bytes = bar1.aperture_bytes;
	map->bar1_mapped_bytes = bar1.mapped_bytes;
	map->bar1_windows = bar1.windows;
	map->fb_bytes = gpu->si.fb_bytes;
	map->segment_bytes = host->region.segment_bytes;
	mutex_lock(&gpu->vram_lock);
	spin_lock(&host->lock);
	add_partitions(&b, host);
	add_share(&b, host);
	spin_unlock(&host->lock);
	add_tables(map, gpu);
	mutex_lock(&gpu->clients.lock);
	map->clients = gpu->clients.count;
	map->client_limit_bytes = gpu->clients.vram_limit;
	map->client_used_bytes = gpu->clients.vram_used;
	mutex_unlock(&gpu->clients.lock);
	mutex_unlock(&gpu->vram_lock);
	if (b.count <= room)
		map_complete(&b, gpu);
	if (b.count <= room)
		map->count = b.count;
	return b.count;
}

int vgpu_map_take(struct vgpu_gpu *gpu, struct vgpu_map *map)
{
	u32 room = 0, needed, attempt;

	memset(map, 0, sizeof(*map));
	if (!gpu->host)
		return -ENODEV;
	for (attempt = 0; attempt < MAP_ATTEMPTS; attempt++) {
		needed = map_try(gpu, map, room);
		if (needed <= room) {
			map_sum(map);
			return 0;
		}
		room = 2 * needed + MAP_SLACK_RUNS;
		kvfree(map->run);
		map->run = kvmalloc_array(room, sizeof(*map->run), GFP_KERNEL);
		if (!map->run)
			return -ENOMEM;
	}
	vgpu_map_put(map);
	return -EAGAIN;
}

void vgpu_map_put(struct vgpu_map *map)
{
	kvfree(map->run);
	memset(map, 0, sizeof(*map));
}

/* ---- text ---- */

#define MAP_FORMAT 1
#define MAP_FACTS 9U

static int map_fact(const struct vgpu_map *map, u32 index, char *buf, size_t size)
{
	switch (index) {
	case 0:
		return scnprintf(buf, size, "map %u", MAP_FORMAT);
	case 1:
		return scnprintf(buf, size, "fb_bytes %llu", map->fb_bytes);
	case 2:
		return scnprintf(buf, size, "segment_bytes %llu", map->segment_bytes);
	case 3:
		return scnprintf(buf, size, "largest_free_bytes %llu", map->largest_free_bytes);
	case 4:
		return scnprintf(buf, size, "free_runs %u", map->free_runs);
	case 5:
		return scnprintf(buf, size, "clients %u", map->clients);
	case 6:
		return scnprintf(buf, size, "client_bytes %llu of %llu", map->client_used_bytes,
				 map->client_limit_bytes);
	case 7:
		return scnprintf(buf, size, "bar1_bytes %llu of %llu", map->bar1_mapped_bytes,
				 map->bar1_bytes);
	default:
		return scnprintf(buf, size, "bar1_windows %u", map->bar1_windows);
	}
}

/* Two lines a space: what it is, and its tables by level. */
static int map_space(const struct vgpu_map_space *space, bool tables, char *buf, size_t size)
{
	unsigned int level;
	int len;

	if (!tables)
		return scnprintf(buf, size, "space %u %llu %s", space->spaces, space->mapped_bytes,
				 space->holder);
	len = scnprintf(buf, size, "tables");
	for (level = 0; level < GMMU_LEVELS; level++)
		len += scnprintf(buf + len, size - (size_t)len, " %s %u",
				 vgpu_map_level_name(level), space->tables[level]);
	return len;
}

static int map_run(const struct vgpu_map_run *run, char *buf, size_t size)
{
	char vf[8] = "-";
	int len;

	if (run->vf >= 0)
		snprintf(vf, sizeof(vf), "vf%d", run->vf);
	len = scnprintf(buf, size, "0x%010llx %10lluK %-9s %-5s ", run->spa, run->bytes >> 10,
			vgpu_map_kind_name(run->kind), vf);
	if (!uuid_is_null(&run->uuid))
		return len + scnprintf(buf + len, size - (size_t)len, "%pUb", &run->uuid);
	return len + scnprintf(buf + len, size - (size_t)len, "%s",
			       run->holder[0] ? run->holder : "-");
}

size_t vgpu_map_line(const struct vgpu_map *map, u32 index, char *buf, size_t size)
{
	if (index < MAP_FACTS)
		return (size_t)map_fact(map, index, buf, size);
	index -= MAP_FACTS;
	if (index < VGPU_MAP_KINDS)
		return (size_t)scnprintf(buf, size, "bytes %s %llu", vgpu_map_kind_name(index),
					 map->bytes[index]);
	index -= VGPU_MAP_KINDS;
	if (index < 2 * map->num_spaces)
		return (size_t)map_space(&map->space[index / 2], index % 2, buf, size);
	index -= 2 * map->num_spaces;
	if (!index)
		return (size_t)scnprintf(buf, size, "runs %u", map->count);
	if (--index < map->count)
		return (size_t)map_run(&map->run[index], buf, size);
	return 0;
}
