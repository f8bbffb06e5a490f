// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory, DMA buffers, firmware files and string helpers of the stand-in kernel. */
#include <errno.h>
#include <linux/crc32.h>
#include <linux/dma-mapping.h>
#include <linux/firmware.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "shim.h"
#include "shim_priv.h"

/* Bus addresses above 40 bits: both halves of every address register are used. */
#define DMA_BASE 0x123400000000ULL
#define DMA_GAP PAGE_SIZE
#define MAX_BUFFERS 32768
/* More than any sane request: a hostile size must not take the machine down. */
#define MAX_ALLOC (1ULL << 30)
#define DMA_PAGES_PER_FAILURE 128

struct dma_buffer {
	u64 addr;
	size_t bytes;
	char *cpu;
	bool coherent;
};

struct kmem_cache {
	unsigned int bytes;
	unsigned int live;
};

static struct {
	long allocs, firmware, caches, cache_leaks;
	long fail_in;
	bool fail_armed, failed;
	struct dma_buffer buf[MAX_BUFFERS];
	unsigned int bufs;
	u64 next_addr, faults;
	char firmware_root[4096];
	const u8 *firmware_buf;		/* the caller's, of the last request */
} m;

void shim_memory_reset(void)
{
	unsigned int i;

	for (i = 0; i < m.bufs; i++)
		if (m.buf[i].coherent)
			free(m.buf[i].cpu);
	memset(&m, 0, sizeof(m));
	m.next_addr = DMA_BASE;
}

void shim_fail_allocation(long nr)
{
	m.fail_armed = nr >= 0;
	m.fail_in = nr;
	m.failed = false;
}

bool shim_allocation_failed(void)
{
	return m.failed;
}

bool shim_should_fail(void)
{
	if (!m.fail_armed || m.fail_in-- > 0)
		return false;
	m.fail_armed = false;
	m.failed = true;
	return true;
}

bool shim_allocation_armed(void)
{
	return m.fail_armed;
}

/* ---- kmalloc and friends ---- */

void *shim_alloc(size_t bytes, bool zero)
{
	void *p;

	if (bytes > MAX_ALLOC || shim_should_fail())
		return NULL;
	p = zero ? calloc(1, bytes ?: 1) : malloc(bytes ?: 1);
	if (p)
		m.allocs++;
	return p;
}

void *vmalloc(unsigned long bytes)
{
	void *p;

	if (!bytes || bytes > MAX_ALLOC || shim_should_fail() ||
	    posix_memalign(&p, PAGE_SIZE, ALIGN(bytes, PAGE_SIZE)))
		return NULL;
	m.allocs++;
	return p;
}

void shim_free(const void *ptr)
{
	if (ptr)
		m.allocs--;
	free((void *)ptr);
}

void *kmemdup(const void *src, size_t bytes, gfp_t gfp)
{
	void *p = kmalloc(bytes, gfp);

	if (p)
		memcpy(p, src, bytes);
	return p;
}

char *kstrdup(const char *str, gfp_t gfp)
{
	return str ? kmemdup(str, strlen(str) + 1, gfp) : NULL;
}

char *kasprintf(gfp_t gfp, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return kstrdup(text, gfp);
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int bytes, unsigned int align,
				     unsigned long flags, void (*ctor)(void *))
{
	struct kmem_cache *cache;

	if (shim_should_fail())
		return NULL;
	cache = calloc(1, sizeof(*cache));
	cache->bytes = bytes;
	m.caches++;
	return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (!cache)
		return;
	m.cache_leaks += cache->live;
	m.caches--;
	free(cache);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *p = kmalloc(cache->bytes, gfp);

	if (p)
		cache->live++;
	return p;
}

void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	void *p = kzalloc(cache->bytes, gfp);

	if (p)
		cache->live++;
	return p;
}

void kmem_cache_free(struct kmem_cache *cache, void *obj)
{
	if (!obj)
		return;
	cache->live--;
	kfree(obj);
}

/* ---- DMA ---- */

static dma_addr_t dma_add(void *cpu, size_t bytes, bool coherent)
{
	struct dma_buffer *b;

	if (m.bufs == MAX_BUFFERS)
		shim_bug(__FILE__, __LINE__, "too many DMA buffers");
	b = &m.buf[m.bufs++];
	b->addr = m.next_addr;
	b->bytes = bytes;
	b->cpu = cpu;
	b->coherent = coherent;
	m.next_addr += ALIGN((u64)bytes, PAGE_SIZE) + DMA_GAP;
	return b->addr;
}

static void dma_del(dma_addr_t addr, size_t bytes, bool coherent)
{
	unsigned int i;

	/* Who maps many pages unmaps the last one first. */
	for (i = m.bufs; i--;) {
		if (m.buf[i].addr != addr)
			continue;
		if (m.buf[i].bytes != bytes || m.buf[i].coherent != coherent)
			shim_bug(__FILE__, __LINE__, "DMA buffer freed with another size or kind");
		if (coherent)
			free(m.buf[i].cpu);
		/* The order of addresses is kept for the search. */
		memmove(&m.buf[i], &m.buf[i + 1], (--m.bufs - i) * sizeof(m.buf[0]));
		return;
	}
	shim_bug(__FILE__, __LINE__, "DMA buffer freed twice or never allocated");
}

void *dma_alloc_coherent(struct device *dev, size_t bytes, dma_addr_t *addr, gfp_t gfp)
{
	void *p;

	if (!bytes || bytes > MAX_ALLOC || shim_should_fail() ||
	    posix_memalign(&p, PAGE_SIZE, bytes))
		return NULL;
	memset(p, 0, bytes);
	*addr = dma_add(p, bytes, true);
	return p;
}

void dma_free_coherent(struct device *dev, size_t bytes, void *cpu, dma_addr_t addr)
{
	dma_del(addr, bytes, true);
}

dma_addr_t dma_map_single(struct device *dev, void *cpu, size_t bytes, enum dma_data_direction dir)
{
	if (shim_should_fail())
		return DMA_MAPPING_ERROR;
	return dma_add(cpu, bytes, false);
}

dma_addr_t dma_map_page(struct device *dev, struct page *page, size_t offset, size_t bytes,
			enum dma_data_direction dir)
{
	/* There are too many of them for each to fail once. */
	if (m.bufs % DMA_PAGES_PER_FAILURE == 0 && shim_should_fail())
		return DMA_MAPPING_ERROR;
	return dma_add((char *)page + offset, bytes, false);
}

void dma_unmap_single(struct device *dev, dma_addr_t addr, size_t bytes,
		      enum dma_data_direction dir)
{
	dma_del(addr, bytes, false);
}

static struct dma_buffer *dma_find(u64 addr, size_t len)
{
	unsigned int lo = 0, hi = m.bufs, mid;
	struct dma_buffer *b;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		b = &m.buf[mid];
		if (addr < b->addr)
			hi = mid;
		else if (addr - b->addr >= b->bytes)
			lo = mid + 1;
		else
			return len <= b->bytes - (addr - b->addr) ? b : NULL;
	}
	return NULL;
}

int shim_dma_access(u64 addr, void *buf, size_t len, bool write)
{
	struct dma_buffer *b = dma_find(addr, len);

	if (!b) {
		m.faults++;
		shim_print(NULL, SHIM_WARN, "DMA fault: %s of %zu bytes at 0x%llx",
			   write ? "write" : "read", len, addr);
		return -EFAULT;
	}
	if (write)
		memcpy(b->cpu + (addr - b->addr), buf, len);
	else
		memcpy(buf, b->cpu + (addr - b->addr), len);
	return 0;
}

int shim_dma_read(u64 addr, void *buf, size_t len)
{
	return shim_dma_access(addr, buf, len, false);
}

int shim_dma_write(u64 addr, const void *buf, size_t len)
{
	return shim_dma_access(addr, (void *)buf, len, true);
}

u64 shim_dma_faults(void)
{
	return m.faults;
}

const char *shim_leaks(void)
{
	static char text[256];

	if (!m.allocs && !m.bufs && !m.firmware && !m.caches && !m.cache_leaks &&
	    !shim_region_count() && !shim_work_pending())
		return NULL;
	snprintf(text, sizeof(text),
		 "%ld allocations, %u DMA buffers, %u register mappings, %ld firmware files, %ld caches, %ld cache objects%s",
		 m.allocs, m.bufs, shim_region_count(), m.firmware, m.caches, m.cache_leaks,
		 shim_work_pending() ? ", queued work" : "");
	return text;
}

/* ---- firmware ---- */

void shim_set_firmware_root(const char *dir)
{
	snprintf(m.firmware_root, sizeof(m.firmware_root), "%s", dir);
}

/* Into @buf of @size bytes, or into memory of its own. */
static int firmware_read(const struct firmware **out, const char *name, void *buf, size_t size)
{
	char path[4096 + 256];
	struct firmware *fw;
	u8 *data;
	FILE *f;
	long n;

	*out = NULL;
	if (shim_should_fail())
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/%s", m.firmware_root, name);
	f = fopen(path, "rb");
	if (!f)
		return -ENOENT;
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	rewind(f);
	if (buf && (size_t)n > size) {
		fclose(f);
		return -EFBIG;
	}
	fw = malloc(sizeof(*fw));
	data = buf ?: malloc(n ?: 1);
	if (fread(data, 1, n, f) != (size_t)n)
		shim_bug(__FILE__, __LINE__, "firmware file cannot be read");
	fclose(f);
	fw->size = n;
	fw->data = data;
	m.firmware_buf = buf;
	*out = fw;
	m.firmware++;
	return 0;
}

int request_firmware(const struct firmware **out, const char *name, struct device *dev)
{
	return firmware_read(out, name, NULL, 0);
}

int request_firmware_into_buf(const struct firmware **out, const char *name, struct device *dev,
			      void *buf, size_t size)
{
	return firmware_read(out, name, buf, size);
}

void release_firmware(const struct firmware *fw)
{
	if (!fw)
		return;
	m.firmware--;
	if (fw->data != m.firmware_buf)
		free((void *)fw->data);
	free((void *)fw);
}

/* ---- strings ---- */

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(src, size);

	if (!size)
		return -E2BIG;
	if (n == size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dst, src, n + 1);
	return n;
}

void *memchr_inv(const void *start, int c, size_t bytes)
{
	const u8 *p = start;

	for (; bytes--; p++)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}

int kstrtou32(const char *text, unsigned int base, u32 *res)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, base);
	if (errno || end == text || (*end && *end != '\n') || v > U32_MAX)
		return -EINVAL;
	*res = v;
	return 0;
}

u32 crc32_le(u32 crc, const unsigned char *p, size_t len)
{
	int bit;

	while (len--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
	}
	return crc;
}
