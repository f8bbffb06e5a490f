// SPDX-License-Identifier: GPL-2.0-only
/* BAR1 windows, see bar1.h. */

#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "../abi/regs.h"
#include "gmmu.h"
#include "gpu.h"
#include "pramin.h"

#define INVALIDATE_TIMEOUT_NS (2ULL * NSEC_PER_SEC)
#define CACHE_NAME_BYTES 64
#define UPPER_PDB_SHIFT 28 /* bits of PDB >> 12 in the lower register */

struct bar1_window {
	struct list_head link; /* by va */
	u64 va, bytes;
};

struct bar1_space {
	struct vgpu_gpu *gpu;
	struct gmmu_space mmu;
	struct kmem_cache *table_cache, *window_cache;
	struct list_head windows;
	u32 num_windows;
	u64 va_bytes;
	u64 root; /* VRAM address of RM's root directory */
	u64 saved_root[NV_MMU_V2_PD3_ENTRIES];
	/* Page-table pages. Pages once given back are all zeroes. */
	u64 pool;
	u32 pool_pages;
	unsigned long *pool_used, *pool_zeroed;
};

static bool reachable(struct vgpu_gpu *gpu)
{
	return READ_ONCE(gpu->state) != VGPU_GPU_LOST;
}

void vgpu_tlb_lock(struct vgpu_gpu *gpu)
{
	mutex_lock(&gpu->tlb_lock);
}

void vgpu_tlb_unlock(struct vgpu_gpu *gpu)
{
	mutex_unlock(&gpu->tlb_lock);
}

/* Drop cached translations of BAR1. @downgrade: something was unmapped, wait until it is seen. */
static int invalidate(struct bar1_space *bar1, bool downgrade)
{
	struct vgpu_gpu *gpu = bar1->gpu;
	u64 page = bar1->root >> NV_VFN_MMU_INVALIDATE_PDB_SHIFT;
	u32 cmd = NV_VFN_MMU_INVALIDATE_TRIGGER | NV_VFN_MMU_INVALIDATE_ALL_VA;
	u64 deadline;
	int ret;

	if (!reachable(gpu))
		return -ENODEV;
	ret = vgpu_pramin_flush(gpu);
	if (ret)
		return ret;
	if (downgrade)
		cmd |= NV_VFN_MMU_INVALIDATE_SYS_MEMBAR |
		       ABI_PREP(NV_VFN_MMU_INVALIDATE_ACK,
				(u32)NV_VFN_MMU_INVALIDATE_ACK_VAL_GLOBALLY);

	vgpu_tlb_lock(gpu);
	vgpu_wr32(gpu, NV_VFN + NV_VFN_MMU_INVALIDATE_PDB,
		  ABI_PREP(NV_VFN_MMU_INVALIDATE_PDB_ADDR,
			   (u32)(page & (BIT_ULL(UPPER_PDB_SHIFT) - 1))));
	vgpu_wr32(gpu, NV_VFN + NV_VFN_MMU_INVALIDATE_UPPER_PDB, (u32)(page >> UPPER_PDB_SHIFT));
	vgpu_wr32(gpu, NV_VFN + NV_VFN_MMU_INVALIDATE, cmd);
	deadline = ktime_get_ns() + INVALIDATE_TIMEOUT_NS;
	while (vgpu_rd32(gpu, NV_VFN + NV_VFN_MMU_INVALIDATE) & NV_VFN_MMU_INVALIDATE_TRIGGER) {
		if (ktime_get_ns() > deadline) {
			ret = -ETIMEDOUT;
			break;
		}
		udelay(1);
	}
	vgpu_tlb_unlock(gpu);
	return ret;
}

static int pool_alloc(void *ctx, u64 *addr)
{
	struct bar1_space *bar1 = ctx;
	u32 page = (u32)find_first_zero_bit(bar1->pool_used, bar1->pool_pages);

	if (page == bar1->pool_pages)
		return -ENOSPC;
	*addr = bar1->pool + (u64)page * NV_MMU_TABLE_BYTES;
	if (!test_bit(page, bar1->pool_zeroed)) {
		vgpu_pramin_zero(bar1->gpu, *addr, NV_MMU_TABLE_BYTES);
		__set_bit(page, bar1->pool_zeroed);
	}
	__set_bit(page, bar1->pool_used);
	return 0;
}

static void pool_free(void *ctx, u64 addr)
{
	struct bar1_space *bar1 = ctx;

	__clear_bit((unsigned int)((addr - bar1->pool) / NV_MMU_TABLE_BYTES), bar1->pool_used);
}

static void pool_write(void *ctx, u64 addr, const u64 *entries, unsigned int count)
{
	struct bar1_space *bar1 = ctx;
	__le64 line[GMMU_WRITE_BATCH];
	unsigned int i;

	if (!reachable(bar1->gpu))
		return;
	for (i = 0; i < count; i++)
		line[i] = cpu_to_le64(entries[i]);
	vgpu_pramin_write(bar1->gpu, addr, line, i * sizeof(line[0]));
}

static const struct gmmu_ops bar1_gmmu_ops = {
	.table_alloc = pool_alloc,
	.table_free = pool_free,
	.write = pool_write,
};

static void bar1_free(struct bar1_space *bar1)
{
	bitmap_free(bar1->pool_used);
	bitmap_free(bar1->pool_zeroed);
	kmem_cache_destroy(bar1->table_cache);
	kmem_cache_destroy(bar1->window_cache);
	kfree(bar1);
}

/* Remember RM's root entries and start from an empty directory. */
static int take_root(struct bar1_space *bar1)
{
	struct vgpu_gpu *gpu = bar1->gpu;
	int ret;

	ret = gmmu_space_init(&bar1->mmu, GMMU_V2, bar1->root, &bar1_gmmu_ops, bar1,
			      bar1->table_cache);
	if (ret)
		return ret;
	mutex_lock(&gpu->vram_lock);
	vgpu_pramin_read(gpu, bar1->root, bar1->saved_root, sizeof(bar1->saved_root));
	vgpu_pramin_zero(gpu, bar1->root, sizeof(bar1->saved_root));
	ret = invalidate(bar1, true);
	mutex_unlock(&gpu->vram_lock);
	if (ret) {
		vgpu_gpu_error(gpu, "BAR1: the MMU did not finish a TLB invalidate; reset the GPU");
		gmmu_space_fini(&bar1->mmu);
		return -EIO;
	}
	return 0;
}

int vgpu_bar1_init(struct vgpu_gpu *gpu, u64 pool_spa, u64 pool_bytes)
{
	struct bar1_space *bar1 = kzalloc(sizeof(*bar1), GFP_KERNEL);
	char name[CACHE_NAME_BYTES];
	int ret = -ENOMEM;

	if (!bar1)
		return -ENOMEM;
	mutex_init(&gpu->tlb_lock);
	bar1->gpu = gpu;
	INIT_LIST_HEAD(&bar1->windows);
	bar1->va_bytes = gpu->info.bar_bytes[1];
	bar1->root = gpu->si.bar1_pde_base;
	bar1->pool = pool_spa;
	bar1->pool_pages = (u32)(pool_bytes / NV_MMU_TABLE_BYTES);
	bar1->pool_used = bitmap_zalloc(bar1->pool_pages, GFP_KERNEL);
	bar1->pool_zeroed = bitmap_zalloc(bar1->pool_pages, GFP_KERNEL);
	/* Caches are the GPU's own, and the kernel wants their names to differ. */
	snprintf(name, sizeof(name), "vgpu_gmmu_table_%s", dev_name(gpu->dev));
	bar1->table_cache = kmem_cache_create(name, (unsigned int)gmmu_table_object_bytes(), 0, 0,
					      NULL);
	snprintf(name, sizeof(name), "vgpu_bar1_window_%s", dev_name(gpu->dev));
	bar1->window_cache = kmem_cache_create(name, sizeof(struct bar1_window), 0, 0, NULL);
	if (bar1->pool_used && bar1->pool_zeroed && bar1->table_cache && bar1->window_cache)
		ret = take_root(bar1);
	if (ret) {
		bar1_free(bar1);
		mutex_destroy(&gpu->tlb_lock);
		return ret;
	}
	gpu->bar1.priv = bar1;
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
	gmmu_space_fini(&bar1->mmu);
	if (reachable(gpu)) {
		vgpu_pramin_write(gpu, bar1->root, bar1->saved_root, sizeof(bar1->saved_root));
		invalidate(bar1, true);
	}
	mutex_unlock(&gpu->vram_lock);
	bar1_free(bar1);
	mutex_destroy(&gpu->tlb_lock);
}

/* Offset of @va from the congruence class that lets large pages be used. */
static u64 align_like(u64 va, u64 spa, u64 align)
{
	return va + ((spa - va) & (align - 1));
}

static u64 window_align(u64 bytes)
{
	if (bytes >= BIT_ULL(NV_MMU_PAGE_2M_SHIFT))
		return BIT_ULL(NV_MMU_PAGE_2M_SHIFT);
	if (bytes >= BIT_ULL(NV_MMU_PAGE_64K_SHIFT))
		return BIT_ULL(NV_MMU_PAGE_64K_SHIFT);
	return BIT_ULL(NV_MMU_PAGE_4K_SHIFT);
}

/* First gap that takes the window; links it there. */
static int place_window(struct bar1_space *bar1, struct bar1_window *window, u64 spa)
{
	u64 align = window_align(window->bytes), start = 0;
	struct list_head *pos = &bar1->windows;
	struct bar1_window *next;

	list_for_each_entry(next, &bar1->windows, link) {
		u64 va = align_like(start, spa, align);

		if (va <= next->va && next->va - va >= window->bytes) {
			pos = &next->link;
			break;
		}
		start = next->va + next->bytes;
	}
	window->va = align_like(start, spa, align);
	if (window->va > bar1->va_bytes || bar1->va_bytes - window->va < window->bytes)
		return -ENOSPC;
	list_add_tail(&window->link, pos);
	bar1->num_windows++;
	return 0;
}

static void drop_window(struct bar1_space *bar1, struct bar1_window *window)
{
	list_del(&window->link);
	bar1->num_windows--;
	kmem_cache_free(bar1->window_cache, window);
}

/* Place and map under vram_lock; the window is linked on success. */
static int map_locked(struct bar1_space *bar1, struct bar1_window *window, u64 spa)
{
	static const struct gmmu_attr attr = {
		.aperture = NV_MMU_PTE_APERTURE_VIDMEM,
		.kind = NV_MMU_KIND_PITCH,
	};
	int ret = place_window(bar1, window, spa);

	if (ret)
		return ret;
	ret = gmmu_map(&bar1->mmu, window->va, spa, window->bytes, &attr);
	if (!ret) {
		ret = invalidate(bar1, false);
		if (ret)
			gmmu_unmap(&bar1->mmu, window->va, window->bytes);
	}
	if (ret) {
		list_del(&window->link);
		bar1->num_windows--;
	}
	return ret;
}

int vgpu_bar1_map_window(struct vgpu_gpu *gpu, u64 spa, u64 bytes, struct vgpu_bar1_map *map)
{
	struct bar1_space *bar1 = gpu->bar1.priv;
	struct bar1_window *window;
	int ret;

	memset(map, 0, sizeof(*map));
	if (!bar1 || !reachable(gpu))
		return -ENODEV;
	if (!bytes || (spa | bytes) & (BIT_ULL(NV_MMU_PAGE_4K_SHIFT) - 1) ||
	    bytes > gpu->si.fb_bytes || spa > gpu->si.fb_bytes - bytes)
		return -EINVAL;
	window = kmem_cache_zalloc(bar1->window_cache, GFP_KERNEL);
	if (!window)
		return -ENOMEM;
	window->bytes = bytes;

	mutex_lock(&gpu->vram_lock);
	ret = map_locked(bar1, window, spa);
	if (ret)
		kmem_cache_free(bar1->window_cache, window);
	mutex_unlock(&gpu->vram_lock);
	if (ret)
		return ret;

	map->va = window->va;
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
		if (window->va == map->va && window->bytes == map->bytes)
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
		gmmu_unmap(&bar1->mmu, map->va, map->bytes);
		invalidate(bar1, true);
		drop_window(bar1, window);
	}
	mutex_unlock(&gpu->vram_lock);
	memset(map, 0, sizeof(*map));
}

void vgpu_bar1_usage(struct vgpu_gpu *gpu, struct vgpu_bar1_usage *usage)
{
	struct bar1_space *bar1 = gpu->bar1.priv;

	memset(usage, 0, sizeof(*usage));
	if (!bar1)
		return;
	mutex_lock(&gpu->vram_lock);
	usage->mapped_bytes = bar1->mmu.mapped_bytes;
	usage->windows = bar1->num_windows;
	usage->tables = bar1->mmu.tables;
	mutex_unlock(&gpu->vram_lock);
}
