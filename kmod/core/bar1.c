// SPDX-License-Identifier: GPL-2.0-only
/* BAR1 windows, see bar1.h. */

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/regs.h"
#include "gpu.h"
#include "pramin.h"
#include "vaspace.h"
#include "vram.h"

#define CACHE_NAME_BYTES 64
#define PAGE_BYTES BIT_ULL(NV_MMU_PAGE_4K_SHIFT)
/* A page of 2 MiB is an entry of PD0. */
#define VGPU_BAR1_MOVING_DEPTH 1

struct bar1_window {
	struct list_head link;
	struct vgpu_va_range range;
};

struct bar1_space {
	struct vgpu_gpu *gpu;
	struct vgpu_vaspace va;
	struct kmem_cache *window_cache;
	struct list_head windows;
	u32 num_windows;
	u64 saved_root[NV_MMU_V2_PD3_ENTRIES];
	/* The driver's own windows: onto the pool of page tables, onto those elsewhere. */
	struct vgpu_va_range pool, moving;
	u32 own_tables;			/* that these windows need */
};

static const struct gmmu_attr vram_attr = {
	.aperture = NV_MMU_PTE_APERTURE_VIDMEM,
	.kind = NV_MMU_KIND_PITCH,
};

static bool reachable(struct vgpu_gpu *gpu)
{
	return READ_ONCE(gpu->state) != VGPU_GPU_LOST;
}

/* An address that agrees with the memory's lets the largest pages be used. */
static u64 window_align(u64 bytes)
{
	if (bytes >= BIT_ULL(NV_MMU_PAGE_2M_SHIFT))
		return BIT_ULL(NV_MMU_PAGE_2M_SHIFT);
	if (bytes >= BIT_ULL(NV_MMU_PAGE_64K_SHIFT))
		return BIT_ULL(NV_MMU_PAGE_64K_SHIFT);
	return PAGE_BYTES;
}

static struct vgpu_va_request window_request(u64 spa, u64 bytes)
{
	return (struct vgpu_va_request){
		.bytes = bytes,
		.align = window_align(bytes),
		.like = spa,
		.holder = "window",
	};
}

static int invalidate_error(struct vgpu_gpu *gpu, int ret)
{
	if (!ret)
		return 0;
	vgpu_gpu_error(gpu, "BAR1: the MMU did not finish a TLB invalidate; reset the GPU");
	return -EIO;
}

/* Remember RM's root entries and start from an empty directory. */
static int take_root(struct bar1_space *bar1)
{
	struct vgpu_gpu *gpu = bar1->gpu;
	u64 root = bar1->va.root;

	vgpu_pramin_read(gpu, root, bar1->saved_root, sizeof(bar1->saved_root));
	vgpu_pramin_zero(gpu, root, sizeof(bar1->saved_root));
	return invalidate_error(gpu, vgpu_mmu_bar_ops.invalidate(gpu, root, VGPU_VA_REMOVED,
								 VGPU_VA_WHOLE_TREE));
}

static void give_root_back(struct bar1_space *bar1)
{
	struct vgpu_gpu *gpu = bar1->gpu;

	if (!reachable(gpu))
		return;
	vgpu_pramin_write(gpu, gpu->si.bar1_pde_base, bar1->saved_root, sizeof(bar1->saved_root));
	vgpu_mmu_bar_ops.invalidate(gpu, gpu->si.bar1_pde_base, VGPU_VA_REMOVED,
				    VGPU_VA_WHOLE_TREE);
}

/*
 * Show the pool of page tables in BAR1 itself, at its end. Without it PRAMIN goes on serving; an
 * error means that the MMU does not answer.
 */
static int map_pool(struct bar1_space *bar1)
{
	struct vgpu_gpu *gpu = bar1->gpu;
	const struct vgpu_heap_block *pool = &gpu->mmu.vram->pf_pool;
	struct vgpu_va_request req = window_request(pool->spa, pool->bytes);
	void __iomem *io = NULL;

	req.flags = VGPU_VA_TOP_DOWN;
	req.holder = "page tables";
	if (vgpu_va_alloc(&bar1->va, &req, &bar1->pool))
		return 0;
	vgpu_mmu_open_begin(gpu);
	if (!vgpu_va_map(&bar1->va, &bar1->pool, 0, pool->spa, pool->bytes, &vram_attr))
		io = ioremap_wc(gpu->info.bar_base[1] + bar1->pool.va, pool->bytes);
	if (!io)
		vgpu_va_free(&bar1->va, &bar1->pool);
	return invalidate_error(gpu, vgpu_mmu_open_end(gpu, bar1->va.root, io));
}

/*
 * A page of 2 MiB whose place in VRAM changes with the tables that are written. Its directories are
 * the first ones and so in the pool: that moving it never asks for itself.
 */
static void map_moving(struct bar1_space *bar1)
{
	struct vgpu_gpu *gpu = bar1->gpu;
	struct vgpu_va_request req = {
		.bytes = VGPU_MMU_MOVING_BYTES,
		.align = VGPU_MMU_MOVING_BYTES,
		.flags = VGPU_VA_TOP_DOWN,
		.holder = "page tables",
	};

	if (!gpu->mmu.pool_io || vgpu_va_alloc(&bar1->va, &req, &bar1->moving))
		return;
	gpu->mmu.moving_spa = 0;
	if (!vgpu_va_map(&bar1->va, &bar1->moving, 0, gpu->mmu.moving_spa, VGPU_MMU_MOVING_BYTES,
			 &vram_attr))
		gpu->mmu.moving_io = ioremap_wc(gpu->info.bar_base[1] + bar1->moving.va,
						VGPU_MMU_MOVING_BYTES);
	if (!gpu->mmu.moving_io)
		vgpu_va_free(&bar1->va, &bar1->moving);
}

int vgpu_bar1_move_window(struct vgpu_gpu *gpu, u64 spa)
{
	struct bar1_space *bar1 = gpu->bar1.priv;
	u64 first = round_down(spa, VGPU_MMU_MOVING_BYTES);
	int ret;

	if (first == gpu->mmu.moving_spa)
		return 0;
	if (first + VGPU_MMU_MOVING_BYTES > gpu->si.fb_bytes)
		return -EINVAL;
	/* What went through the window arrives before it moves. */
	wmb();
	ret = vgpu_pramin_flush(gpu);
	if (!ret)
		ret = gmmu_remap(&bar1->va.mmu, bar1->moving.va, first, VGPU_MMU_MOVING_BYTES,
				 &vram_attr);
	/* A batch of this space may be under way: this is not its end. */
	if (!ret)
		ret = vgpu_mmu_bar_ops.invalidate(gpu, bar1->va.root, VGPU_VA_REMOVED,
						  VGPU_BAR1_MOVING_DEPTH);
	gpu->mmu.moving_spa = ret ? VGPU_MMU_NOWHERE : first;
	return ret;
}

static void unmap_pool(struct bar1_space *bar1)
{
	struct vgpu_gpu *gpu = bar1->gpu;
	void __iomem *io = gpu->mmu.pool_io, *moving_io = gpu->mmu.moving_io;

	gpu->mmu.pool_io = NULL;
	gpu->mmu.moving_io = NULL;
	/* Through PRAMIN again: what went through the window has to arrive first. */
	wmb();
	if (reachable(gpu))
		vgpu_pramin_flush(gpu);
	if (io)
		iounmap(io);
	if (moving_io)
		iounmap(moving_io);
	if (bar1->moving.space)
		vgpu_va_free(&bar1->va, &bar1->moving);
	if (bar1->pool.space)
		vgpu_va_free(&bar1->va, &bar1->pool);
}

static int take_over(struct bar1_space *bar1)
{
	struct vgpu_gpu *gpu = bar1->gpu;
	int ret;

	if (!gpu->si.bar1_pde_base) {
		vgpu_gpu_error(gpu, "BAR1: GSP named no page directory for it; reset the GPU");
		return -EINVAL;
	}
	ret = vgpu_vaspace_init(&bar1->va, 0, round_down(gpu->info.bar_bytes[1], PAGE_BYTES));
	if (ret) {
		vgpu_gpu_error(gpu, "BAR1: the PF has none, or one of %llu bytes; check the host's PCI resources",
			       gpu->info.bar_bytes[1]);
		return ret;
	}
	mutex_lock(&gpu->vram_lock);
	ret = vgpu_vaspace_attach(&bar1->va, GMMU_V2, gpu->si.bar1_pde_base, &vgpu_mmu_bar_ops,
				  gpu, gpu->mmu.cache);
	if (!ret)
		ret = take_root(bar1);
	if (!ret) {
		ret = map_pool(bar1);
		if (ret)
			unmap_pool(bar1);
	}
	if (ret) {
		vgpu_vaspace_fini(&bar1->va);
	} else {
		gpu->bar1.priv = bar1;
		map_moving(bar1);
		bar1->own_tables = bar1->va.mmu.tables;
	}
	mutex_unlock(&gpu->vram_lock);
	return ret;
}

static void bar1_free(struct bar1_space *bar1)
{
	kmem_cache_destroy(bar1->window_cache);
	kfree(bar1);
}

int vgpu_bar1_init(struct vgpu_gpu *gpu)
{
	struct bar1_space *bar1 = kzalloc(sizeof(*bar1), GFP_KERNEL);
	char name[CACHE_NAME_BYTES];
	int ret = -ENOMEM;

	if (!bar1)
		return -ENOMEM;
	bar1->gpu = gpu;
	INIT_LIST_HEAD(&bar1->windows);
	snprintf(name, sizeof(name), "vgpu_bar1_window_%s", dev_name(gpu->dev));
	bar1->window_cache = kmem_cache_create(name, sizeof(struct bar1_window), 0, 0, NULL);
	if (bar1->window_cache)
		ret = take_over(bar1);
	if (ret) {
		bar1_free(bar1);
		return ret;
	}
	gpu->bar1.live = true;
	return 0;
}

void vgpu_bar1_fini(struct vgpu_gpu *gpu)
{
	struct bar1_space *bar1 = gpu->bar1.priv;

	if (!bar1)
		return;
	gpu->bar1.live = false;
	gpu->bar1.priv = NULL;
	WARN_ON(!list_empty(&bar1->windows));
	mutex_lock(&gpu->vram_lock);
	unmap_pool(bar1);
	vgpu_vaspace_fini(&bar1->va);
	give_root_back(bar1);
	mutex_unlock(&gpu->vram_lock);
	bar1_free(bar1);
}

/* Place and map under vram_lock; the window is linked on success. */
static int map_locked(struct bar1_space *bar1, struct bar1_window *window, u64 spa, u64 bytes)
{
	struct vgpu_va_request req = window_request(spa, bytes);
	int ret = vgpu_va_alloc(&bar1->va, &req, &window->range);

	if (ret)
		/* More than the whole aperture is no other case for the caller. */
		return ret == -EINVAL ? -ENOSPC : ret;
	ret = vgpu_va_map(&bar1->va, &window->range, 0, spa, bytes, &vram_attr);
	if (ret) {
		vgpu_va_free(&bar1->va, &window->range);
		return ret;
	}
	list_add_tail(&window->link, &bar1->windows);
	bar1->num_windows++;
	return 0;
}

int vgpu_bar1_map_window(struct vgpu_gpu *gpu, u64 spa, u64 bytes, struct vgpu_bar1_map *map)
{
	struct bar1_space *bar1 = gpu->bar1.priv;
	struct bar1_window *window;
	int ret;

	memset(map, 0, sizeof(*map));
	if (!bar1 || !reachable(gpu))
		return -ENODEV;
	if (!bytes || (spa | bytes) & (PAGE_BYTES - 1) || bytes > gpu->si.fb_bytes ||
	    spa > gpu->si.fb_bytes - bytes)
		return -EINVAL;
	window = kmem_cache_zalloc(bar1->window_cache, GFP_KERNEL);
	if (!window)
		return -ENOMEM;

	mutex_lock(&gpu->vram_lock);
	ret = map_locked(bar1, window, spa, bytes);
	if (ret)
		kmem_cache_free(bar1->window_cache, window);
	mutex_unlock(&gpu->vram_lock);
	if (ret)
		return ret;

	map->va = window->range.va;
	map->spa = spa;
	map->bytes = bytes;
	map->io = ioremap_wc(gpu->info.bar_base[1] + map->va, bytes);
	if (!map->io) {
		vgpu_bar1_unmap_window(gpu, map);
		return -ENOMEM;
	}
	return 0;
}

static struct bar1_window *find_window(struct bar1_space *bar1, const struct vgpu_bar1_map *map)
{
	struct bar1_window *window;

	list_for_each_entry(window, &bar1->windows, link)
		if (window->range.va == map->va && window->range.bytes == map->bytes)
			return window;
	return NULL;
}

void vgpu_bar1_unmap_window(struct vgpu_gpu *gpu, struct vgpu_bar1_map *map)
{
	struct bar1_space *bar1 = gpu->bar1.priv;
	struct bar1_window *window;

	if (!map->bytes || !bar1)
		return;
	if (map->io)
		iounmap(map->io);
	mutex_lock(&gpu->vram_lock);
	window = find_window(bar1, map);
	if (!WARN_ON(!window)) {
		vgpu_va_free(&bar1->va, &window->range);
		list_del(&window->link);
		bar1->num_windows--;
		kmem_cache_free(bar1->window_cache, window);
	}
	mutex_unlock(&gpu->vram_lock);
	memset(map, 0, sizeof(*map));
}

int vgpu_bar1_why(struct vgpu_gpu *gpu, u64 bytes, int err, char *buf, size_t size)
{
	const struct vgpu_va_request req = window_request(0, round_up(bytes, PAGE_BYTES));
	struct bar1_space *bar1 = gpu->bar1.priv;
	int len;

	if (!bar1)
		return scnprintf(buf, size, "BAR1: GSP is not ready; wait for the GPU's state to become ready");
	mutex_lock(&gpu->vram_lock);
	len = vgpu_va_why(&bar1->va, &req, err, "BAR1", buf, size);
	mutex_unlock(&gpu->vram_lock);
	return len;
}

int vgpu_vram_peek(struct vgpu_gpu *gpu, u64 spa, void *buf, size_t bytes)
{
	u64 first = round_down(spa, PAGE_BYTES), end = round_up(spa + bytes, PAGE_BYTES);
	struct vgpu_bar1_map map;

	if (!bytes || (spa | bytes) % sizeof(u32) || bytes > gpu->si.fb_bytes ||
	    spa > gpu->si.fb_bytes - bytes)
		return -EINVAL;
	if (!reachable(gpu) || !gpu->si.fb_bytes)
		return -ENODEV;
	if (!vgpu_bar1_map_window(gpu, first, end - first, &map)) {
		memcpy_fromio(buf, map.io + (spa - first), bytes);
		vgpu_bar1_unmap_window(gpu, &map);
		return 0;
	}
	mutex_lock(&gpu->vram_lock);
	vgpu_pramin_read(gpu, spa, buf, bytes);
	mutex_unlock(&gpu->vram_lock);
	return 0;
}

void vgpu_bar1_usage(struct vgpu_gpu *gpu, struct vgpu_bar1_usage *usage)
{
	struct bar1_space *bar1 = gpu->bar1.priv;
	struct vgpu_va_usage va;

	memset(usage, 0, sizeof(*usage));
	if (!bar1)
		return;
	mutex_lock(&gpu->vram_lock);
	vgpu_vaspace_usage(&bar1->va, &va);
	usage->mapped_bytes = bar1->va.mmu.mapped_bytes - bar1->pool.bytes - bar1->moving.bytes;
	usage->windows = bar1->num_windows;
	usage->tables = bar1->va.mmu.tables - bar1->own_tables;
	usage->aperture_bytes = va.total_bytes;
	usage->free_bytes = va.free_bytes;
	usage->largest_free_bytes = va.largest_free_bytes;
	mutex_unlock(&gpu->vram_lock);
}

struct vgpu_vaspace *vgpu_bar1_space(struct vgpu_gpu *gpu)
{
	struct bar1_space *bar1 = gpu->bar1.priv;

	return bar1 ? &bar1->va : NULL;
}
