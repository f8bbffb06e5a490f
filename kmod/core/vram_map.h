/* SPDX-License-Identifier: GPL-2.0-only */
/* The map of the card: who holds which part of VRAM, and what the page tables take. */
#ifndef VGPU_VRAM_MAP_H
#define VGPU_VRAM_MAP_H

#include <linux/types.h>
#include <linux/uuid.h>

#include "../abi/r570.h"
#include "client.h"
#include "gmmu.h"

struct vgpu_gpu;

#define VGPU_MAP_HOLDER_BYTES 40
/* Address spaces are summed up by who has them: BAR1, each vGPU and each client. */
#define VGPU_MAP_SPACES (1 + R570_MAX_GFID + VGPU_CLIENT_MAX)

enum vgpu_map_kind {
	VGPU_MAP_FREE,		/* whole segments, clean: for any vGPU */
	VGPU_MAP_DIRTY,		/* whole segments that only the vGPU with this UUID may have */
	VGPU_MAP_PARTITION,	/* framebuffer of a vGPU */
	VGPU_MAP_HEAP,		/* management heap of a vGPU */
	VGPU_MAP_DRIVER,	/* page tables and the like */
	VGPU_MAP_CLIENT,	/* of another kernel module */
	VGPU_MAP_SPARE,		/* free in the driver's share; holder "zeroed": holds zeroes */
	VGPU_MAP_FIRMWARE,	/* GSP: WPR2, its heap, the display workspace */
	VGPU_MAP_RESERVED,	/* not usable, says GSP */
	VGPU_MAP_KINDS,
};

/* A piece in one hand. The runs of a map are in order, and cover the board without gaps. */
struct vgpu_map_run {
	u64 spa, bytes;
	enum vgpu_map_kind kind;
	s16 vf;			/* index, -1: none */
	uuid_t uuid;		/* of the vGPU, or who left it dirty; nil: nobody in particular */
	char holder[VGPU_MAP_HOLDER_BYTES];	/* "" where the rest says it */
};

struct vgpu_map_space {
	char holder[VGPU_MAP_HOLDER_BYTES];
	u32 spaces;
	u64 mapped_bytes;
	u32 tables[GMMU_LEVELS];	/* pages of 4 KiB, roots included; level 0 is v3's top */
};

struct vgpu_map {
	u64 fb_bytes, segment_bytes;
	u64 bytes[VGPU_MAP_KINDS];
	u64 largest_free_bytes;		/* contiguous whole segments */
	u32 free_runs;			/* pieces that free and dirty segments are in */
	u64 client_limit_bytes, client_used_bytes;
	u32 clients;
	u64 bar1_bytes, bar1_mapped_bytes;
	u32 bar1_windows;
	u32 num_spaces;
	struct vgpu_map_space space[VGPU_MAP_SPACES];
	u32 count;
	struct vgpu_map_run *run;
};

/*
 * vgpu_map_take - the card at one moment
 * @map:	filled; vgpu_map_put() frees it
 *
 * Takes vram_lock; sleeps. The core must not be shut down meanwhile. -ENODEV when the GPU does not
 * host vGPUs (now), -ENOMEM, -EAGAIN when it grew faster than memory for it was found.
 */
int vgpu_map_take(struct vgpu_gpu *gpu, struct vgpu_map *map);
/* A no-op on a zeroed map. */
void vgpu_map_put(struct vgpu_map *map);

/* "free", "partition", ... */
const char *vgpu_map_kind_name(enum vgpu_map_kind kind);
/* "PD3", "PT4K", ... by index of struct vgpu_map_space.tables. */
const char *vgpu_map_level_name(unsigned int level);

/*
 * vgpu_map_line - line @index of the map as text of at most 80 columns, without line feed
 * Lines "name value..." about the whole, then "runs N", then one a run:
 * address, size in KiB, kind, VF or "-", UUID or holder or "-". Returns its length, 0 past the end.
 */
size_t vgpu_map_line(const struct vgpu_map *map, u32 index, char *buf, size_t size);

#endif
