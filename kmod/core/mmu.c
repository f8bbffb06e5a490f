// SPDX-License-Identifier: GPL-2.0-only
/* Page tables in VRAM and the TLB, see mmu.h. */

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "../abi/regs.h"
#include "gpu.h"
#include "pramin.h"
#include "vaspace.h"
#include "vram.h"

#define INVALIDATE_TIMEOUT_NS (2ULL * NSEC_PER_SEC)
#define UPPER_PDB_SHIFT 28 /* bits of PDB >> 12 in the lower register */
#define CACHE_NAME_BYTES 64

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

static int trigger_invalidate(struct vgpu_gpu *gpu, u64 root, u32 cmd)
{
	u64 page = root >> NV_VFN_MMU_INVALIDATE_PDB_SHIFT, deadline;
	int ret = 0;

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

/*
 * One directory, all of its addresses, no level above those that changed; what was taken away must
 * have been seen by everybody.
 */
static int invalidate(struct vgpu_gpu *gpu, u64 root, enum vgpu_va_change change,
		      unsigned int depth, u32 scope)
{
	u32 level = depth < VGPU_VA_WHOLE_TREE ? NV_VFN_MMU_INVALIDATE_CACHE_LEVEL_VAL_PTE + depth :
						 NV_VFN_MMU_INVALIDATE_CACHE_LEVEL_VAL_ALL;
	u32 cmd = NV_VFN_MMU_INVALIDATE_TRIGGER | NV_VFN_MMU_INVALIDATE_ALL_VA | scope |
		  ABI_PREP(NV_VFN_MMU_INVALIDATE_CACHE_LEVEL, level);
	int ret;

	if (!reachable(gpu))
		return -ENODEV;
	/* Write-combined entries first, then all that is on its way to VRAM. */
	wmb();
	ret = vgpu_pramin_flush(gpu);
	if (ret)
		return ret;
	if (change == VGPU_VA_REMOVED)
		cmd |= NV_VFN_MMU_INVALIDATE_SYS_MEMBAR |
		       ABI_PREP(NV_VFN_MMU_INVALIDATE_ACK,
				(u32)NV_VFN_MMU_INVALIDATE_ACK_VAL_GLOBALLY);
	return trigger_invalidate(gpu, root, cmd);
}

static int invalidate_all(void *ctx, u64 root, enum vgpu_va_change change, unsigned int depth)
{
	return invalidate(ctx, root, change, depth, 0);
}

static int invalidate_hub(void *ctx, u64 root, enum vgpu_va_change change, unsigned int depth)
{
	return invalidate(ctx, root, change, depth, NV_VFN_MMU_INVALIDATE_HUBTLB_ONLY);
}

/* Where BAR1 shows [@addr, @addr + @bytes), a part of one table; NULL: nowhere. */
static void __iomem *window_of(struct vgpu_gpu *gpu, u64 addr, u64 bytes)
{
	const struct vgpu_heap_block *pool = &gpu->mmu.vram->pf_pool;

	if (gpu->mmu.pool_io && addr >= pool->spa && bytes <= pool->bytes &&
	    addr - pool->spa <= pool->bytes - bytes)
		return gpu->mmu.pool_io + (addr - pool->spa);
	if (!gpu->mmu.moving_io || !reachable(gpu) || vgpu_bar1_move_window(gpu, addr))
		return NULL;
	return gpu->mmu.moving_io + (addr - gpu->mmu.moving_spa);
}

static struct vgpu_mmu_raw *raw_of(struct vgpu_gpu *gpu, u64 addr)
{
	unsigned int i;

	for (i = 0; i < gpu->mmu.num_raw; i++)
		if (addr - gpu->mmu.raw[i].addr < NV_MMU_TABLE_BYTES)
			return &gpu->mmu.raw[i];
	return NULL;
}

/* The window that is being made will show @addr: only what is written there is emptied now. */
static bool raw_add(struct vgpu_gpu *gpu, u64 addr)
{
	const struct vgpu_heap_block *pool = &gpu->mmu.vram->pf_pool;

	if (!gpu->mmu.opening || gpu->mmu.num_raw == VGPU_MMU_MAX_RAW ||
	    addr - pool->spa >= pool->bytes)
		return false;
	gpu->mmu.raw[gpu->mmu.num_raw++] = (struct vgpu_mmu_raw){ .addr = addr };
	return true;
}

static bool raw_del(struct vgpu_gpu *gpu, u64 addr)
{
	struct vgpu_mmu_raw *raw = raw_of(gpu, addr);

	if (raw)
		*raw = gpu->mmu.raw[--gpu->mmu.num_raw];
	return raw;
}

/* @bytes at @addr, in one table, are about to be written through PRAMIN. */
static void raw_write(struct vgpu_gpu *gpu, u64 addr, size_t bytes)
{
	struct vgpu_mmu_raw *raw = raw_of(gpu, addr);
	u64 line, end = addr + bytes;

	if (!raw)
		return;
	line = round_down(addr, VGPU_MMU_LINE_BYTES);
	for (; line < end; line += VGPU_MMU_LINE_BYTES) {
		u64 bit = BIT_ULL((line - raw->addr) / VGPU_MMU_LINE_BYTES);

		if (!(raw->emptied & bit))
			vgpu_pramin_zero(gpu, line, VGPU_MMU_LINE_BYTES);
		raw->emptied |= bit;
	}
}

static int table_alloc(void *ctx, u64 *addr)
{
	struct vgpu_gpu *gpu = ctx;
	void __iomem *io;
	bool zeroed;
	int ret = vgpu_table_alloc(gpu, gpu->mmu.vram, addr, &zeroed);

	if (ret || zeroed || !reachable(gpu))
		return ret;
	io = window_of(gpu, *addr, NV_MMU_TABLE_BYTES);
	if (io)
		vgpu_bar1_zero(io, NV_MMU_TABLE_BYTES);
	else if (!raw_add(gpu, *addr))
		vgpu_pramin_zero(gpu, *addr, NV_MMU_TABLE_BYTES);
	return 0;
}

static void table_free(void *ctx, u64 addr)
{
	struct vgpu_gpu *gpu = ctx;
	bool emptied = !raw_del(gpu, addr);

	/* A lost GPU did not get the writes that emptied it. */
	vgpu_table_free(gpu, gpu->mmu.vram, addr, emptied && reachable(gpu));
}

static u64 __iomem *table_window(void *ctx, u64 addr, u64 bytes)
{
	struct vgpu_gpu *gpu = ctx;

	return reachable(gpu) ? window_of(gpu, addr, bytes) : NULL;
}

/* Where there is no window. */
static void table_write(void *ctx, u64 addr, const u64 *entries, unsigned int count)
{
	struct vgpu_gpu *gpu = ctx;
	__le64 line[GMMU_WRITE_BATCH];
	unsigned int i;

	if (!reachable(gpu))
		return;
	for (i = 0; i < count; i++)
		line[i] = cpu_to_le64(entries[i]);
	raw_write(gpu, addr, count * sizeof(line[0]));
	vgpu_pramin_write(gpu, addr, line, count * sizeof(line[0]));
}

static u64 table_read(void *ctx, u64 addr)
{
	struct vgpu_gpu *gpu = ctx;
	void __iomem *io = window_of(gpu, addr, sizeof(u64));
	__le64 entry = 0;

	if (!reachable(gpu))
		return 0;
	if (io)
		return readq(io);
	vgpu_pramin_read(gpu, addr, &entry, sizeof(entry));
	return le64_to_cpu(entry);
}

#define TABLE_OPS                                                                                  \
	{                                                                                          \
		.table_alloc = table_alloc, .table_free = table_free, .write = table_write,        \
		.window = table_window, .read = table_read,                                        \
	}

const struct vgpu_vaspace_ops vgpu_mmu_ops = {
	.tables = TABLE_OPS,
	.invalidate = invalidate_all,
};
const struct vgpu_vaspace_ops vgpu_mmu_bar_ops = {
	.tables = TABLE_OPS,
	.invalidate = invalidate_hub,
};

void vgpu_mmu_open_begin(struct vgpu_gpu *gpu)
{
	gpu->mmu.opening = true;
}

int vgpu_mmu_open_end(struct vgpu_gpu *gpu, u64 root, void __iomem *io)
{
	u64 spa = gpu->mmu.vram->pf_pool.spa;
	unsigned int i, line;

	gpu->mmu.opening = false;
	if (!io) {
		WARN_ON(gpu->mmu.num_raw);
		return 0;
	}
	gpu->mmu.pool_io = io;
	if (!reachable(gpu))
		return -ENODEV;
	for (i = 0; i < gpu->mmu.num_raw; i++) {
		const struct vgpu_mmu_raw *raw = &gpu->mmu.raw[i];

		for (line = 0; line < NV_MMU_TABLE_BYTES / VGPU_MMU_LINE_BYTES; line++)
			if (!(raw->emptied & BIT_ULL(line)))
				vgpu_bar1_zero(io + (raw->addr - spa) + line * VGPU_MMU_LINE_BYTES,
					       VGPU_MMU_LINE_BYTES);
	}
	gpu->mmu.num_raw = 0;
	return invalidate_hub(gpu, root, VGPU_VA_REMOVED, VGPU_VA_WHOLE_TREE);
}

int vgpu_mmu_init(struct vgpu_gpu *gpu, struct vgpu_vram *vram)
{
	char name[CACHE_NAME_BYTES];

	snprintf(name, sizeof(name), "vgpu_table_%s", dev_name(gpu->dev));
	gpu->mmu.cache = kmem_cache_create(name, (unsigned int)gmmu_table_object_bytes(), 0, 0,
					   NULL);
	if (!gpu->mmu.cache)
		return -ENOMEM;
	mutex_init(&gpu->tlb_lock);
	gpu->mmu.vram = vram;
	return 0;
}

void vgpu_mmu_fini(struct vgpu_gpu *gpu)
{
	if (!gpu->mmu.vram)
		return;
	kmem_cache_destroy(gpu->mmu.cache);
	mutex_destroy(&gpu->tlb_lock);
	gpu->mmu = (struct vgpu_mmu){ 0 };
}

int vgpu_mmu_space_init(struct vgpu_gpu *gpu, struct vgpu_vaspace *space, u64 low, u64 end)
{
	int ret;

	if (!gpu->mmu.vram || !reachable(gpu))
		return -ENODEV;
	ret = vgpu_vaspace_init(space, low, end);
	if (ret)
		return ret;
	ret = vgpu_vaspace_attach(space, GMMU_V2, 0, &vgpu_mmu_ops, gpu, gpu->mmu.cache);
	if (ret)
		vgpu_vaspace_fini(space);
	return ret;
}

void vgpu_mmu_space_fini(struct vgpu_gpu *gpu, struct vgpu_vaspace *space)
{
	bool had_tables = space->has_tables;
	u64 root = space->root;

	vgpu_vaspace_fini(space);
	/* The directory's page may become anything now. */
	if (had_tables)
		invalidate_all(gpu, root, VGPU_VA_REMOVED, VGPU_VA_WHOLE_TREE);
}
