// SPDX-License-Identifier: GPL-2.0-or-later
/* See board.h. */
#include "board.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "../../kmod/abi/regs.h"
#include "fw.h"

#define BAR0_BYTES (16UL << 20)
#define BAR1_ADDRESS 0x2000000000ULL
#define BAR1_ROOT 0x1000ULL		/* in VRAM, below what is usable */
#define USABLE_FROM BOARD_SEGMENT_BYTES

static char *bar0, *bar1, *vram;
static long allocations;

/* ---- what the core wants of a kernel ---- */

void shim_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "BUG at %s:%d: %s\n", file, line, what ? what : "");
	abort();
}

void shim_warn(const char *file, int line, const char *what)
{
	shim_bug(file, line, what);
}

void shim_print(const struct device *dev, enum shim_level level, const char *fmt, ...)
{
}

void might_sleep(void)
{
}

void cond_resched(void)
{
}

u64 ktime_get_ns(void)
{
	return 0;
}

void udelay(unsigned long us)
{
}

void *shim_alloc(size_t bytes, bool zero)
{
	__atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
	return zero ? calloc(1, bytes ? bytes : 1) : malloc(bytes ? bytes : 1);
}

void shim_free(const void *ptr)
{
	if (ptr)
		__atomic_fetch_sub(&allocations, 1, __ATOMIC_RELAXED);
	free((void *)ptr);
}

struct kmem_cache {
	unsigned int bytes;
};

struct kmem_cache *kmem_cache_create(const char *name, unsigned int bytes, unsigned int align,
				     unsigned long flags, void (*ctor)(void *))
{
	struct kmem_cache *cache = shim_alloc(sizeof(*cache), true);

	cache->bytes = bytes;
	return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	shim_free(cache);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return shim_alloc(cache->bytes, false);
}

void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	return shim_alloc(cache->bytes, true);
}

void kmem_cache_free(struct kmem_cache *cache, void *obj)
{
	shim_free(obj);
}

bool shim_allocation_armed(void)
{
	return false;
}

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size);

	if (len == size)
		len--;
	memcpy(dst, src, len);
	dst[len] = '\0';
	return src[len] ? -E2BIG : (ssize_t)len;
}

/* ---- registers and memory ---- */

static u32 reg(u32 offset)
{
	return __atomic_load_n((u32 *)(bar0 + offset), __ATOMIC_RELAXED);
}

/* PRAMIN shows VRAM from the window's base on; all else is where it seems to be. */
static void *place(const volatile void *addr)
{
	char *p = (char *)(uintptr_t)addr;
	u64 at;

	if (p < bar0 + NV_PRAMIN || p >= bar0 + NV_PRAMIN + NV_PRAMIN_BYTES)
		return p;
	at = ((u64)ABI_GET(NV_PBUS_BAR0_WINDOW_BASE, reg(NV_PBUS_BAR0_WINDOW))
	      << NV_PBUS_BAR0_WINDOW_SHIFT) + (u64)(p - bar0 - NV_PRAMIN);
	if (at >= BOARD_VRAM_BYTES)
		shim_bug(__FILE__, __LINE__, "PRAMIN beyond VRAM");
	return vram + at;
}

u64 shim_io_read(const volatile void *addr, unsigned int size)
{
	void *p = place(addr);

	return size == 8 ? __atomic_load_n((u64 *)p, __ATOMIC_RELAXED) :
			   __atomic_load_n((u32 *)p, __ATOMIC_RELAXED);
}

void shim_io_write(volatile void *addr, u64 value, unsigned int size)
{
	void *p = place(addr);

	/* Everything that is triggered is done at once. */
	if (p == bar0 + NV_VFN + NV_VFN_MMU_INVALIDATE || p == bar0 + NV_UFLUSH_FB_FLUSH)
		value = 0;
	if (size == 8)
		__atomic_store_n((u64 *)p, value, __ATOMIC_RELAXED);
	else
		__atomic_store_n((u32 *)p, (u32)value, __ATOMIC_RELAXED);
}

void memset_io(volatile void *dst, int value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += sizeof(u64))
		shim_io_write((volatile char *)dst + i, (u64)(u8)value * 0x0101010101010101ULL, 8);
}

void memcpy_fromio(void *dst, const volatile void *src, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += sizeof(u32))
		*(u32 *)((char *)dst + i) = (u32)shim_io_read((const volatile char *)src + i, 4);
}

void __iomem *ioremap_wc(phys_addr_t addr, size_t bytes)
{
	if (addr < BAR1_ADDRESS || addr - BAR1_ADDRESS > BOARD_BAR1_BYTES - bytes)
		shim_bug(__FILE__, __LINE__, "not in BAR1");
	return bar1 + (addr - BAR1_ADDRESS);
}

void iounmap(volatile void __iomem *addr)
{
}

/* ---- the rest of the driver ---- */

void vgpu_gpu_error(struct vgpu_gpu *gpu, const char *fmt, ...)
{
}

size_t vgpu_gpu_last_error(struct vgpu_gpu *gpu, char *buf, size_t size)
{
	if (size)
		buf[0] = '\0';
	return 0;
}

bool vgpu_gpu_check_gone(struct vgpu_gpu *gpu)
{
	return false;
}

void vgpu_gpu_mark_lost(struct vgpu_gpu *gpu, const char *why)
{
}

int rm_client_init(struct vgpu_gpu *gpu, struct rm_client *rm)
{
	*rm = (struct rm_client){ 1, 2, 3 };
	return 0;
}

int rm_client_fini(struct vgpu_gpu *gpu, struct rm_client *rm)
{
	memset(rm, 0, sizeof(*rm));
	return 0;
}

int rm_control(struct vgpu_gpu *gpu, u32 client, u32 object, u32 cmd, void *params, u32 size,
	       unsigned int timeout_ms, u32 *rm_status)
{
	return 0;
}

/* ---- the board ---- */

static void must(bool ok, const char *what)
{
	if (!ok)
		shim_bug(__FILE__, __LINE__, what);
}

static char *memory(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	must(p != MAP_FAILED, "no memory for the board");
	return p;
}

struct board *board_new(void)
{
	struct board *board = calloc(1, sizeof(*board));
	struct vgpu_gpu *gpu = &board->gpu;

	bar0 = memory(BAR0_BYTES);
	bar1 = memory(BOARD_BAR1_BYTES);
	vram = memory(BOARD_VRAM_BYTES);
	board->dev.name = "board";
	gpu->dev = &board->dev;
	gpu->bar0 = bar0;
	gpu->state = VGPU_GPU_READY;
	gpu->info.bar_base[1] = BAR1_ADDRESS;
	gpu->info.bar_bytes[1] = BOARD_BAR1_BYTES;
	gpu->si.fb_bytes = BOARD_VRAM_BYTES;
	gpu->si.bar1_pde_base = BAR1_ROOT;
	gpu->si.num_regions = 1;
	gpu->si.region[0].base = USABLE_FROM;
	gpu->si.region[0].bytes = BOARD_VRAM_BYTES - USABLE_FROM;
	mutex_init(&gpu->vram_lock);
	board->host.gpu = gpu;
	board->host.region.segment_bytes = BOARD_SEGMENT_BYTES;
	spin_lock_init(&board->host.lock);
	gpu->host = &board->host;
	must(!vgpu_vram_init(gpu, &board->host.vram, BOARD_SEGMENT_BYTES), "vram");
	must(!vgpu_mmu_init(gpu, &board->host.vram), "mmu");
	must(!vgpu_bar1_init(gpu), "bar1");
	vgpu_clients_setup(gpu);
	vgpu_clients_start(gpu);
	return board;
}

void board_free(struct board *board)
{
	struct vgpu_gpu *gpu = &board->gpu;

	vgpu_clients_stop(gpu);
	must(!gpu->clients.count && !gpu->clients.vram_used && !gpu->clients.bar1_used,
	     "clients left something behind");
	vgpu_bar1_fini(gpu);
	vgpu_mmu_fini(gpu);
	vgpu_vram_fini(gpu, &board->host.vram);
	must(!allocations, "memory is left behind");
	munmap(bar0, BAR0_BYTES);
	munmap(bar1, BOARD_BAR1_BYTES);
	munmap(vram, BOARD_VRAM_BYTES);
	free(board);
}
