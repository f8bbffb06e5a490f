/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_SLAB_H
#define SHIM_LINUX_SLAB_H

#include <linux/overflow.h>
#include <linux/types.h>

#define GFP_KERNEL 0x1U
#define GFP_ATOMIC 0x2U
#define GFP_NOWAIT 0x4U
#define __GFP_ZERO 0x8U
#define __GFP_NOWARN 0x10U
#define SLAB_HWCACHE_ALIGN 0x1UL

void *shim_alloc(size_t bytes, bool zero);
void shim_free(const void *ptr);

static inline void *kmalloc(size_t bytes, gfp_t gfp)
{
	return shim_alloc(bytes, gfp & __GFP_ZERO);
}

static inline void *kzalloc(size_t bytes, gfp_t gfp)
{
	return shim_alloc(bytes, true);
}

static inline void *kcalloc(size_t n, size_t bytes, gfp_t gfp)
{
	return shim_alloc(size_mul(n, bytes), true);
}

#define kmalloc_array(n, bytes, gfp) shim_alloc(size_mul(n, bytes), false)
#define kvmalloc(bytes, gfp) kmalloc(bytes, gfp)
#define kvzalloc(bytes, gfp) kzalloc(bytes, gfp)
#define kvcalloc(n, bytes, gfp) kcalloc(n, bytes, gfp)
#define kvmalloc_array(n, bytes, gfp) kmalloc_array(n, bytes, gfp)
void *vmalloc(unsigned long bytes);	/* whole pages */
#define vzalloc(bytes) shim_alloc(bytes, true)

static inline void kfree(const void *ptr)
{
	shim_free(ptr);
}

#define kvfree(ptr) kfree(ptr)
#define vfree(ptr) kfree(ptr)

void *kmemdup(const void *src, size_t bytes, gfp_t gfp);
char *kstrdup(const char *s, gfp_t gfp);
char *kasprintf(gfp_t gfp, const char *fmt, ...) __printf(2, 3);

struct kmem_cache;

struct kmem_cache *kmem_cache_create(const char *name, unsigned int bytes, unsigned int align,
				     unsigned long flags, void (*ctor)(void *));
/* Objects still allocated are an error that shim_leaks() reports. */
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *cache, void *obj);
#define KMEM_CACHE(type, flags)                                                                    \
	kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), flags, NULL)

#endif
