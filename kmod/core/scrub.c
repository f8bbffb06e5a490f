// SPDX-License-Identifier: GPL-2.0-only
/* Scrubbing: what vGPUs have left in VRAM is filled with zeroes by a copy engine. */

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/slab.h>

#include "../abi/rpc.h"
#include "copy.h"
#include "host.h"

/* The last copy engine; the first ones share their runlist with graphics. 0: there is none. */
static u32 pick_engine(const struct vgpu_host *host)
{
	u32 engine = NV2080_ENGINE_COPY0 + NV2080_ENGINE_COPY_COUNT;

	while (engine-- > NV2080_ENGINE_COPY0)
		if (test_bit(engine, host->engines))
			return engine;
	return 0;
}

/*
 * The next run of units from @unit on that are free and dirty, at most @max: taken, so that nobody
 * gets it meanwhile. Returns its length, 0 when there is none.
 */
static u32 take_run(struct vgpu_buddy *buddy, u32 unit, u32 max, u32 *first)
{
	struct vgpu_buddy_request req = { .flags = VGPU_BUDDY_ANY_DIRTY };

	while (unit < buddy->units && vgpu_buddy_unit_state(buddy, unit) != VGPU_UNIT_DIRTY)
		unit++;
	*first = unit;
	while (unit < buddy->units && req.count < max &&
	       vgpu_buddy_unit_state(buddy, unit) == VGPU_UNIT_DIRTY) {
		req.count++;
		unit++;
	}
	if (!req.count || WARN_ON(vgpu_buddy_alloc_at(buddy, &req, *first)))
		return 0;
	return req.count;
}

/* All that is dirty and free now, run by run. */
static int scrub_all(struct vgpu_host *host, struct vgpu_copy *copy, u64 *bytes)
{
	u64 segment_bytes = host->region.segment_bytes;
	u32 max = (u32)(VGPU_COPY_MAX_BYTES / segment_bytes), first = 0, count;
	struct vgpu_gpu *gpu = host->gpu;
	int ret = 0;

	for (; !ret; first += count) {
		mutex_lock(&gpu->vram_lock);
		count = take_run(&gpu->buddy, first, max, &first);
		mutex_unlock(&gpu->vram_lock);
		if (!count)
			break;
		ret = vgpu_copy_zero(copy, first * segment_bytes, count * segment_bytes);
		mutex_lock(&gpu->vram_lock);
		if (!ret)
			vgpu_buddy_mark_clean(&gpu->buddy, first, count);
		WARN_ON(vgpu_buddy_free(&gpu->buddy, first, count));
		mutex_unlock(&gpu->vram_lock);
		if (!ret)
			*bytes += count * segment_bytes;
	}
	return ret;
}

static bool anything_dirty(struct vgpu_gpu *gpu)
{
	bool dirty;

	mutex_lock(&gpu->vram_lock);
	dirty = gpu->buddy.dirty_units;
	mutex_unlock(&gpu->vram_lock);
	return dirty;
}

static int scrub_locked(struct vgpu_host *host, u64 *bytes)
{
	u32 engine = pick_engine(host);
	struct vgpu_copy *copy;
	int ret;

	if (!anything_dirty(host->gpu))
		return 0;
	if (!engine) {
		vgpu_gpu_error(host->gpu, "scrub: GSP reports no copy engine on this board");
		return -EOPNOTSUPP;
	}
	copy = kzalloc(sizeof(*copy), GFP_KERNEL);
	if (!copy) {
		vgpu_gpu_error(host->gpu, "scrub: no memory for a channel; try again");
		return -ENOMEM;
	}
	ret = vgpu_copy_open(host->gpu, engine, copy);
	if (!ret) {
		ret = scrub_all(host, copy, bytes);
		vgpu_copy_close(copy);
	}
	kfree(copy);
	return ret;
}

int vgpu_host_scrub(struct vgpu_gpu *gpu)
{
	struct vgpu_host *host = gpu->host;
	u64 start = ktime_get_ns(), bytes = 0;
	int ret;

	if (!host || READ_ONCE(gpu->state) != VGPU_GPU_READY)
		return -EAGAIN;
	mutex_lock(&host->scrub.lock);
	ret = scrub_locked(host, &bytes);
	host->scrub.runs++;
	host->scrub.bytes += bytes;
	host->scrub.ns += ktime_get_ns() - start;
	mutex_unlock(&host->scrub.lock);
	if (bytes)
		dev_info(gpu->dev, "scrub: %llu MiB filled with zeroes\n", bytes >> 20);
	return ret == -ENODEV || ret == -EOPNOTSUPP || ret == -ENOMEM || !ret ? ret : -EIO;
}

void vgpu_host_scrub_info(struct vgpu_gpu *gpu, struct vgpu_scrub_info *info)
{
	struct vgpu_host *host = gpu->host;

	*info = (struct vgpu_scrub_info){ 0 };
	if (!host)
		return;
	mutex_lock(&host->scrub.lock);
	info->runs = host->scrub.runs;
	info->bytes = host->scrub.bytes;
	info->ns = host->scrub.ns;
	mutex_unlock(&host->scrub.lock);
}
