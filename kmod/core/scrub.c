// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scrubbing: what vGPUs have left in VRAM is filled with zeroes by a copy engine. A vGPU's memory
 * is scrubbed when it is released, in the vGPU's own address space; what could not be then, when
 * somebody asks for it, in one made for it. So is all of VRAM when a GPU starts that was not reset.
 */

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/slab.h>

#include "../abi/rpc.h"
#include "copy.h"
#include "host.h"

/* A channel, and the space it works in when that is no vGPU's. */
struct scrub_work {
	struct vgpu_copy copy;
	struct vgpu_space space;
};

/* The last copy engine; the first ones share their runlist with graphics. 0: there is none. */
static u32 pick_engine(const struct vgpu_host *host)
{
	u32 engine = NV2080_ENGINE_COPY0 + NV2080_ENGINE_COPY_COUNT;

	while (engine-- > NV2080_ENGINE_COPY0)
		if (test_bit(engine, host->engines))
			return engine;
	return 0;
}

static void free_work(struct vgpu_gpu *gpu, struct scrub_work *work)
{
	mutex_lock(&gpu->vram_lock);
	vgpu_space_fini(gpu, &work->space);
	mutex_unlock(&gpu->vram_lock);
	kfree(work);
}

/*
 * A channel in @space, or in an empty one of its own (NULL). scrub.lock is held from here to
 * end_work(), which is called when *@out is not NULL, also on failure.
 */
static int begin_work(struct vgpu_host *host, struct vgpu_space *space, struct scrub_work **out)
{
	struct vgpu_gpu *gpu = host->gpu;
	u32 engine = pick_engine(host);
	struct scrub_work *work;
	int ret = 0;

	*out = NULL;
	if (host->scrub.stuck) {
		vgpu_gpu_error(gpu, "scrub: GSP did not confirm the end of an earlier channel; reset the GPU");
		return -EIO;
	}
	if (!engine) {
		vgpu_gpu_error(gpu, "scrub: GSP reports no copy engine on this board");
		return -EOPNOTSUPP;
	}
	work = kzalloc(sizeof(*work), GFP_KERNEL);
	if (!work) {
		vgpu_gpu_error(gpu, "scrub: no memory for a channel; try again");
		return -ENOMEM;
	}
	if (!space) {
		space = &work->space;
		mutex_lock(&gpu->vram_lock);
		ret = vgpu_space_init(gpu, space);
		mutex_unlock(&gpu->vram_lock);
	}
	if (ret) {
		vgpu_gpu_error(gpu, "scrub: its address space could not be made (error %d); release a vGPU",
			       ret);
		kfree(work);
		return ret;
	}
	*out = work;
	return vgpu_copy_open(gpu, engine, space, &work->copy);
}

/* 0, or -EBUSY: the engine may go on, so what it was told to fill must not be given out. */
static int end_work(struct vgpu_host *host, struct scrub_work *work)
{
	int ret = vgpu_copy_close(&work->copy);

	if (ret) {
		vgpu_gpu_error(host->gpu, "scrub: GSP did not confirm the end of its channel; what belongs to it stays reserved until the GPU is reset");
		host->scrub.stuck = work;
	} else {
		free_work(host->gpu, work);
	}
	return ret;
}

void vf_scrub_fini(struct vgpu_host *host)
{
	struct scrub_work *work = host->scrub.stuck;

	if (!work)
		return;
	host->scrub.stuck = NULL;
	vgpu_copy_forget(&work->copy);
	free_work(host->gpu, work);
}

/* [@spa, @spa + @bytes), which is mapped. */
static int fill(struct scrub_work *work, u64 spa, u64 bytes)
{
	u64 done, count;
	int ret = 0;

	for (done = 0; !ret && done < bytes; done += count) {
		count = min(bytes - done, VGPU_COPY_MAX_BYTES);
		ret = vgpu_copy_zero(&work->copy, spa + done, count);
	}
	return ret;
}

/* One more scrub, for the statistics. An engine that hangs is not asked again unless told to. */
static void count_run(struct vgpu_host *host, u64 bytes, u64 start_ns, int ret)
{
	host->scrub.runs++;
	host->scrub.bytes += bytes;
	host->scrub.ns += ktime_get_ns() - start_ns;
	if (ret == -ETIMEDOUT)
		host->scrub.hung = true;
	else if (!ret && bytes)
		host->scrub.hung = false;
}

/* Is there something in @unit, which is somebody's (@used) or free? */
static bool is_dirty(const struct vgpu_buddy *buddy, u32 unit, bool used)
{
	return test_bit(unit, buddy->dirty) && test_bit(unit, buddy->used) == used;
}

/* The next run of such units in [@unit, @end); its length, 0 when there is none. */
static u32 dirty_run(const struct vgpu_buddy *buddy, u32 unit, u32 end, bool used, u32 *first)
{
	while (unit < end && !is_dirty(buddy, unit, used))
		unit++;
	*first = unit;
	while (unit < end && is_dirty(buddy, unit, used))
		unit++;
	return unit - *first;
}

/* ---- a vGPU's memory ---- */

static u32 partition_end(const struct vgpu_placement *place)
{
	return place->first_segment + place->segments;
}

static bool left_something(struct vgpu_gpu *gpu, const struct vgpu_placement *place,
			   const struct vgpu_heap_block *heap)
{
	bool dirty;
	u32 first;

	mutex_lock(&gpu->vram_lock);
	dirty = heap->secret || dirty_run(&gpu->buddy, place->first_segment, partition_end(place),
					  true, &first);
	mutex_unlock(&gpu->vram_lock);
	return dirty;
}

static int scrub_partition(struct vgpu_gpu *gpu, struct scrub_work *work,
			   const struct vgpu_placement *place, u64 *bytes)
{
	u64 segment_bytes = gpu->buddy.unit_bytes;
	u32 first = place->first_segment, count;
	int ret = 0;

	for (; !ret; first += count) {
		mutex_lock(&gpu->vram_lock);
		count = dirty_run(&gpu->buddy, first, partition_end(place), true, &first);
		mutex_unlock(&gpu->vram_lock);
		if (!count)
			break;
		ret = fill(work, first * segment_bytes, count * segment_bytes);
		if (ret)
			break;
		*bytes += count * segment_bytes;
		mutex_lock(&gpu->vram_lock);
		vgpu_buddy_mark_clean(&gpu->buddy, first, count);
		mutex_unlock(&gpu->vram_lock);
	}
	return ret;
}

static int scrub_heap(struct vgpu_gpu *gpu, struct scrub_work *work, struct vgpu_heap_block *heap,
		      u64 *bytes)
{
	int ret = heap->secret ? fill(work, heap->spa, heap->bytes) : 0;

	if (ret || !heap->secret)
		return ret;
	*bytes += heap->bytes;
	mutex_lock(&gpu->vram_lock);
	vgpu_heap_mark_clean(heap);
	mutex_unlock(&gpu->vram_lock);
	return 0;
}

static int scrub_vf_locked(struct vgpu_vf *vf, const struct vgpu_placement *place,
			   struct vgpu_heap_block *heap)
{
	struct vgpu_host *host = vf->host;
	u64 start = ktime_get_ns(), bytes = 0;
	struct scrub_work *work;
	int ret, end = 0;

	if (host->scrub.hung) {
		vgpu_gpu_error(host->gpu, "scrub: the copy engine did not work the last time");
		return -EIO;
	}
	ret = begin_work(host, &vf->space, &work);
	if (!ret)
		ret = scrub_partition(host->gpu, work, place, &bytes);
	if (!ret)
		ret = scrub_heap(host->gpu, work, heap, &bytes);
	if (work)
		end = end_work(host, work);
	count_run(host, bytes, start, ret);
	return end ? end : ret;
}

int vf_scrub(struct vgpu_vf *vf, const struct vgpu_placement *place, struct vgpu_heap_block *heap)
{
	struct vgpu_host *host = vf->host;
	struct vgpu_gpu *gpu = host->gpu;
	int ret;

	if (gpu->scrub_on_release && !READ_ONCE(*gpu->scrub_on_release))
		return 0;
	if (READ_ONCE(gpu->state) != VGPU_GPU_READY || !left_something(gpu, place, heap))
		return 0;
	mutex_lock(&host->scrub.lock);
	ret = scrub_vf_locked(vf, place, heap);
	mutex_unlock(&host->scrub.lock);
	if (ret == -EBUSY)
		vf_error(vf, "GSP did not confirm that the scrub of its memory has ended; it stays reserved until the GPU is reset");
	else if (ret && READ_ONCE(gpu->state) != VGPU_GPU_LOST)
		vf_error(vf, "what it left in VRAM could not be scrubbed (error %d); nobody else gets it before that is done: run vgpuctl scrub, or write 1 to vgpu/scrub of the GPU",
			 ret);
	return ret == -EBUSY ? ret : 0;
}

/* ---- all that was left behind ---- */

/*
 * The next dirty run from @unit on that is free, at most @max units: taken, so that nobody gets it
 * meanwhile. Returns its length, 0 when there is none.
 */
static u32 take_run(struct vgpu_buddy *buddy, u32 unit, u32 max, u32 *first)
{
	struct vgpu_buddy_request req = { .flags = VGPU_BUDDY_ANY_DIRTY };

	req.count = min(dirty_run(buddy, unit, buddy->units, false, first), max);
	if (!req.count || WARN_ON(vgpu_buddy_alloc_at(buddy, &req, *first)))
		return 0;
	return req.count;
}

/* One run, mapped for as long as it takes; not unmapped while the engine may still write. */
static int scrub_run(struct vgpu_gpu *gpu, struct scrub_work *work, u64 spa, u64 bytes)
{
	int ret;

	mutex_lock(&gpu->vram_lock);
	ret = vgpu_space_map(&work->space, spa, bytes);
	mutex_unlock(&gpu->vram_lock);
	if (ret) {
		vgpu_gpu_error(gpu, "scrub: %llu MiB at 0x%llx could not be mapped (error %d); release a vGPU",
			       bytes >> 20, spa, ret);
		return ret;
	}
	ret = fill(work, spa, bytes);
	if (ret)
		return ret;
	mutex_lock(&gpu->vram_lock);
	ret = vgpu_space_unmap(&work->space, spa, bytes);
	mutex_unlock(&gpu->vram_lock);
	return ret;
}

/*
 * All that is dirty and free now, run by run. A run that failed is still taken then: *@first and
 * *@count.
 */
static int scrub_all(struct vgpu_host *host, struct scrub_work *work, u64 *bytes, u32 *first,
		     u32 *count)
{
	u64 segment_bytes = host->region.segment_bytes;
	u32 max = (u32)(VGPU_COPY_MAX_BYTES / segment_bytes);
	struct vgpu_gpu *gpu = host->gpu;
	int ret = 0;

	for (; !ret; *first += *count) {
		mutex_lock(&gpu->vram_lock);
		*count = take_run(&gpu->buddy, *first, max, first);
		mutex_unlock(&gpu->vram_lock);
		if (!*count)
			break;
		ret = scrub_run(gpu, work, *first * segment_bytes, *count * segment_bytes);
		if (ret)
			break;
		mutex_lock(&gpu->vram_lock);
		vgpu_buddy_mark_clean(&gpu->buddy, *first, *count);
		WARN_ON(vgpu_buddy_free(&gpu->buddy, *first, *count));
		mutex_unlock(&gpu->vram_lock);
		*bytes += *count * segment_bytes;
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
	struct vgpu_gpu *gpu = host->gpu;
	struct scrub_work *work;
	u32 first = 0, count = 0;
	int ret;

	if (!anything_dirty(gpu))
		return 0;
	ret = begin_work(host, NULL, &work);
	if (!ret)
		ret = scrub_all(host, work, bytes, &first, &count);
	/* What the engine may still write to stays taken. */
	if (work && end_work(host, work))
		return ret ? ret : -EIO;
	if (!ret || !count)
		return ret;
	mutex_lock(&gpu->vram_lock);
	WARN_ON(vgpu_buddy_free(&gpu->buddy, first, count));
	mutex_unlock(&gpu->vram_lock);
	return ret;
}

int host_scrub(struct vgpu_host *host)
{
	u64 start = ktime_get_ns(), bytes = 0;
	int ret;

	mutex_lock(&host->scrub.lock);
	ret = scrub_locked(host, &bytes);
	count_run(host, bytes, start, ret);
	mutex_unlock(&host->scrub.lock);
	if (bytes)
		dev_info(host->gpu->dev, "scrub: %llu MiB filled with zeroes\n", bytes >> 20);
	return ret;
}

int vgpu_host_scrub(struct vgpu_gpu *gpu)
{
	int ret;

	if (!gpu->host || READ_ONCE(gpu->state) != VGPU_GPU_READY)
		return -EAGAIN;
	ret = host_scrub(gpu->host);
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
