/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel memory for the benchmarks, for our allocators and for the peers alike: caches are free
 * lists per type, larger requests are page aligned. Bytes held are counted.
 */
#ifndef BENCH_LINUX_SLAB_H
#define BENCH_LINUX_SLAB_H

#include <linux/types.h>
#include <stdlib.h>
#include <string.h>

#define GFP_KERNEL 0x1U
#define GFP_NOWAIT 0x4U
#define __GFP_ZERO 0x8U
#define __GFP_NOWARN 0x10U
#define SLAB_HWCACHE_ALIGN 0x1UL

/* Bytes allocated now; sizes of caches' objects are what a slab would use. */
extern size_t bench_held_bytes;

struct kmem_cache {
	size_t bytes;
	void *free;
};

static inline struct kmem_cache *kmem_cache_create(const char *name, unsigned int bytes,
						   unsigned int align, unsigned long flags,
						   void (*ctor)(void *))
{
	struct kmem_cache *cache = calloc(1, sizeof(*cache));

	cache->bytes = (bytes + 7U) & ~7U;
	return cache;
}

static inline void kmem_cache_destroy(struct kmem_cache *cache)
{
	free(cache);
}

#define KMEM_CACHE_CHUNK_BYTES (1U << 16)

static inline void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	void **object = cache->free;

	bench_held_bytes += cache->bytes;
	if (!object) {
		size_t n = KMEM_CACHE_CHUNK_BYTES / cache->bytes;
		char *chunk = aligned_alloc(4096, KMEM_CACHE_CHUNK_BYTES);

		for (size_t i = 0; i < n; i++) {
			object = (void **)(chunk + (n - 1 - i) * cache->bytes);
			*object = cache->free;
			cache->free = object;
		}
	}
	cache->free = *object;
	return object;
}

static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	return memset(kmem_cache_alloc(cache, gfp), 0, cache->bytes);
}

static inline void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	*(void **)object = cache->free;
	cache->free = object;
	bench_held_bytes -= cache->bytes;
}

#define KMEM_CACHE(type, flags) kmem_cache_create(#type, sizeof(struct type), 0, flags, NULL)

/* A header of one cache line in front, its size in it. */
static inline void *kmalloc(size_t bytes, gfp_t gfp)
{
	size_t align = bytes >= 4096 ? 4096 : 64;
	char *memory = aligned_alloc(align, (bytes + 2 * align - 1) & ~(align - 1));
	char *object = memory + align;

	if (!memory)
		return NULL;
	if (gfp & __GFP_ZERO)
		memset(object, 0, bytes);
	((size_t *)object)[-1] = bytes;
	((size_t *)object)[-2] = align;
	bench_held_bytes += bytes;
	return object;
}

static inline void kfree(const void *object)
{
	if (!object)
		return;
	bench_held_bytes -= ((const size_t *)object)[-1];
	free((char *)object - ((const size_t *)object)[-2]);
}

#define kzalloc(bytes, gfp) kmalloc(bytes, (gfp) | __GFP_ZERO)
#define kcalloc(n, bytes, gfp) kzalloc((size_t)(n) * (bytes), gfp)
#define kmalloc_array(n, bytes, gfp) kmalloc((size_t)(n) * (bytes), gfp)
#define kmalloc_obj(object, ...) kmalloc(sizeof(object), GFP_KERNEL)
#define kzalloc_obj(object, ...) kzalloc(sizeof(object), GFP_KERNEL)
#define kmalloc_objs(object, n, ...) kmalloc_array(n, sizeof(object), GFP_KERNEL)
#define kzalloc_objs(object, n, ...) kcalloc(n, sizeof(object), GFP_KERNEL)
#define kvcalloc kcalloc
#define kvmalloc kmalloc
#define kvzalloc kzalloc
#define kvfree kfree

#endif
