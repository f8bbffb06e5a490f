// SPDX-License-Identifier: GPL-2.0-only
/* Address spaces of clients: life, mappings, and looking through them. See client.h. */

#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/mmu.h"
#include "client_priv.h"
#include "pramin.h"

#define PEEK_MAX_BYTES (1U << 20)

/* ---- life ---- */

/* What the tables take now, counted against the quota; vram_lock is held. */
static int space_charge(struct client_space *space)
{
	u64 bytes = (u64)(space->va.mmu.tables + 1) * NV_MMU_TABLE_BYTES;
	struct vgpu_gpu *gpu = space->client->gpu;
	int err = 0;

	if (bytes > space->table_bytes)
		err = client_charge_vram(gpu, bytes - space->table_bytes);
	else
		client_uncharge_vram(gpu, space->table_bytes - bytes);
	if (!err)
		space->table_bytes = bytes;
	return err;
}

static int space_init(struct client_space *space)
{
	struct vgpu_gpu *gpu = space->client->gpu;
	int err;

	mutex_lock(&gpu->vram_lock);
	err = vgpu_mmu_space_init(gpu, &space->va, VGPU_CLIENT_FIRST_VA,
				  gmmu_format(GMMU_V2)->va_limit + 1);
	if (!err) {
		err = space_charge(space);
		if (err)
			vgpu_mmu_space_fini(gpu, &space->va);
	}
	if (!err)
		list_add_tail(&space->gpu_link, &gpu->clients.spaces);
	mutex_unlock(&gpu->vram_lock);
	return err;
}

/* vram_lock is held. The range goes, whatever becomes of the invalidate: a lost GPU has none. */
static void mapping_delete(struct client_space *space, struct client_mapping *mapping)
{
	vgpu_va_free(&space->va, &mapping->range);
	list_del(&mapping->link);
	if (mapping->vram)
		mapping->vram->users--;
	space->num_mappings--;
	space->client->mappings--;
	kfree(mapping);
}

void client_space_delete(struct vgpu_client *client, struct client_space *space)
{
	struct vgpu_gpu *gpu = client->gpu;

	mutex_lock(&gpu->vram_lock);
	list_del(&space->gpu_link);
	while (!list_empty(&space->mappings))
		mapping_delete(space, list_first_entry(&space->mappings, struct client_mapping,
						       link));
	vgpu_mmu_space_fini(gpu, &space->va);
	client_uncharge_vram(gpu, space->table_bytes);
	mutex_unlock(&gpu->vram_lock);
	kfree(space);
}

int vgpu_client_space_create(struct vgpu_client *client, u32 *number)
{
	struct client_space *space;
	int err;

	if (!number)
		return -EINVAL;
	err = client_begin(client);
	if (err)
		return err;
	space = kzalloc(sizeof(*space), GFP_KERNEL);
	err = space ? 0 : -ENOMEM;
	if (!err) {
		space->client = client;
		INIT_LIST_HEAD(&space->mappings);
		err = space_init(space);
		if (err)
			kfree(space);
	}
	if (!err) {
		err = client_add(client, CLIENT_SPACE, space, number);
		if (err)
			client_space_delete(client, space);
	}
	return client_end(client, err);
}
EXPORT_SYMBOL_GPL(vgpu_client_space_create);

int vgpu_client_space_destroy(struct vgpu_client *client, u32 number)
{
	struct client_space *space;
	int err = client_begin_undo(client);

	if (err)
		return err;
	space = client_find(client, CLIENT_SPACE, number);
	if (space) {
		client_remove(client, number);
		client_space_delete(client, space);
	} else {
		err = -EINVAL;
	}
	return client_end(client, err);
}
EXPORT_SYMBOL_GPL(vgpu_client_space_destroy);

int vgpu_client_space_info(struct vgpu_client *client, u32 number,
			   struct vgpu_client_space_info *info)
{
	struct client_space *space;
	int err;

	if (!info)
		return -EINVAL;
	err = client_begin(client);
	if (err)
		return err;
	memset(info, 0, sizeof(*info));
	space = client_find(client, CLIENT_SPACE, number);
	if (space) {
		info->pdb_spa = space->va.root;
		info->mapped_bytes = space->va.mmu.mapped_bytes;
		info->table_bytes = space->table_bytes;
		info->mappings = space->num_mappings;
	} else {
		err = -EINVAL;
	}
	return client_end(client, err);
}
EXPORT_SYMBOL_GPL(vgpu_client_space_info);

/* ---- mappings ---- */

/* Alignment that lets the largest pages be used. */
static u64 map_align(u64 bytes)
{
	if (bytes >= BIT_ULL(NV_MMU_PAGE_2M_SHIFT))
		return BIT_ULL(NV_MMU_PAGE_2M_SHIFT);
	return bytes >= BIT_ULL(NV_MMU_PAGE_64K_SHIFT) ? BIT_ULL(NV_MMU_PAGE_64K_SHIFT) :
							 VGPU_CLIENT_PAGE_BYTES;
}

/* What is mapped: contiguous VRAM at @spa, or @pages. */
struct source {
	struct client_vram *vram;
	u64 spa;
	const u64 *pages;
	u32 count;
};

/* Take a range and map it; vram_lock is held. */
static int mapping_fill(struct client_space *space, struct client_mapping *mapping,
			const struct source *source, u64 bytes, unsigned int flags, u64 va)
{
	const bool fixed = flags & VGPU_CLIENT_MAP_FIXED;
	const struct vgpu_va_request req = {
		.bytes = bytes,
		.va = va,
		.align = fixed || source->pages ? 0 : map_align(bytes),
		.like = fixed ? 0 : source->spa,
		.flags = fixed ? VGPU_VA_FIXED : 0,
		.holder = space->client->holder,
	};
	const struct gmmu_attr attr = {
		.aperture = source->pages ? NV_MMU_PTE_APERTURE_SYSMEM_COH :
					    NV_MMU_PTE_APERTURE_VIDMEM,
		.kind = NV_MMU_KIND_PITCH,
		.vol = source->pages,
		.read_only = flags & VGPU_CLIENT_MAP_READ_ONLY,
	};
	int err = vgpu_va_alloc(&space->va, &req, &mapping->range);

	if (err)
		return err;
	if (source->pages)
		err = vgpu_va_map_list(&space->va, &mapping->range, 0, source->pages,
				       source->count, &attr);
	else
		err = vgpu_va_map(&space->va, &mapping->range, 0, source->spa, bytes, &attr);
	if (!err)
		err = space_charge(space);
	if (err)
		vgpu_va_free(&space->va, &mapping->range);
	return err;
}

static int map_locked(struct client_space *space, const struct source *source, u64 bytes,
		      unsigned int flags, u64 *va)
{
	struct vgpu_gpu *gpu = space->client->gpu;
	struct client_mapping *mapping;
	int err;

	if (space->client->mappings == VGPU_CLIENT_MAPPINGS)
		return -EDQUOT;
	mapping = kzalloc(sizeof(*mapping), GFP_KERNEL);
	if (!mapping)
		return -ENOMEM;
	mutex_lock(&gpu->vram_lock);
	err = mapping_fill(space, mapping, source, bytes, flags, *va);
	mutex_unlock(&gpu->vram_lock);
	if (err) {
		kfree(mapping);
		return err;
	}
	list_add_tail(&mapping->link, &space->mappings);
	space->num_mappings++;
	space->client->mappings++;
	mapping->vram = source->vram;
	if (source->vram)
		source->vram->users++;
	*va = mapping->range.va;
	return 0;
}

int vgpu_client_map(struct vgpu_client *client, u32 number, u32 vram_number, u64 offset, u64 bytes,
		    unsigned int flags, u64 *va)
{
	struct source source = { 0 };
	struct client_space *space;
	int err;

	if (!va || flags & ~VGPU_CLIENT_MAP_FLAGS)
		return -EINVAL;
	err = client_begin(client);
	if (err)
		return err;
	space = client_find(client, CLIENT_SPACE, number);
	source.vram = client_find(client, CLIENT_VRAM, vram_number);
	if (!space || !source.vram || !client_range_ok(source.vram, offset, bytes)) {
		err = -EINVAL;
	} else {
		source.spa = source.vram->block.spa + offset;
		err = map_locked(space, &source, bytes, flags, va);
	}
	return client_end(client, err);
}
EXPORT_SYMBOL_GPL(vgpu_client_map);

int vgpu_client_map_pages(struct vgpu_client *client, u32 number, const u64 *pages, u32 count,
			  unsigned int flags, u64 *va)
{
	struct source source = { .pages = pages, .count = count };
	struct client_space *space;
	int err;

	if (!va || !pages || !count || count > VGPU_CLIENT_LIST_PAGES ||
	    flags & ~VGPU_CLIENT_MAP_FLAGS)
		return -EINVAL;
	err = client_begin(client);
	if (err)
		return err;
	space = client_find(client, CLIENT_SPACE, number);
	if (space)
		err = map_locked(space, &source, count * VGPU_CLIENT_PAGE_BYTES, flags, va);
	else
		err = -EINVAL;
	return client_end(client, err);
}
EXPORT_SYMBOL_GPL(vgpu_client_map_pages);

int vgpu_client_unmap(struct vgpu_client *client, u32 number, u64 va)
{
	struct client_mapping *mapping, *found = NULL;
	struct client_space *space;
	struct vgpu_gpu *gpu;
	int err = client_begin_undo(client);

	if (err)
		return err;
	gpu = client->gpu;
	space = client_find(client, CLIENT_SPACE, number);
	if (space)
		list_for_each_entry(mapping, &space->mappings, link)
			if (mapping->range.va == va)
				found = mapping;
	if (found) {
		mutex_lock(&gpu->vram_lock);
		mapping_delete(space, found);
		space_charge(space);
		mutex_unlock(&gpu->vram_lock);
	} else {
		err = -EINVAL;
	}
	return client_end(client, err);
}
EXPORT_SYMBOL_GPL(vgpu_client_unmap);

/* ---- looking through the tables ---- */

/* The page at @va as the tables in VRAM have it; vram_lock is held. */
static int space_query(struct client_space *space, u64 va, struct vgpu_client_page *page)
{
	struct gmmu_mapping mapping;
	int err = gmmu_query(&space->va.mmu, va, &mapping);

	if (err)
		return err;
	if (mapping.sparse)
		return -ENOENT;
	page->va = mapping.va;
	page->bytes = mapping.bytes;
	page->address = mapping.pa;
	page->vram = mapping.attr.aperture == NV_MMU_PTE_APERTURE_VIDMEM;
	page->read_only = mapping.attr.read_only;
	return 0;
}

int vgpu_client_query(struct vgpu_client *client, u32 number, u64 va,
		      struct vgpu_client_page *page)
{
	struct client_space *space;
	int err;

	if (!page)
		return -EINVAL;
	err = client_begin(client);
	if (err)
		return err;
	memset(page, 0, sizeof(*page));
	space = client_find(client, CLIENT_SPACE, number);
	if (space) {
		mutex_lock(&client->gpu->vram_lock);
		err = space_query(space, va, page);
		mutex_unlock(&client->gpu->vram_lock);
	} else {
		err = -EINVAL;
	}
	return client_end(client, err);
}
EXPORT_SYMBOL_GPL(vgpu_client_query);

/* Copy within one page; the number of bytes done or an error. vram_lock is held. */
static s64 space_copy(struct client_space *space, u64 va, void *in, const void *out, size_t bytes)
{
	struct vgpu_gpu *gpu = space->client->gpu;
	struct vgpu_client_page page;
	size_t run;
	u64 offset;
	int err = space_query(space, va, &page);

	if (err)
		return err;
	if (!page.vram)
		return -EOPNOTSUPP;
	if (out && page.read_only)
		return -EACCES;
	offset = va - page.va;
	run = (size_t)min_t(u64, bytes, page.bytes - offset);
	/* The tables are in VRAM, where anything may have written: stay within the board. */
	if (page.address > gpu->si.fb_bytes || page.bytes > gpu->si.fb_bytes - page.address)
		return -EIO;
	if (in)
		vgpu_pramin_read(gpu, page.address + offset, in, run);
	else
		vgpu_pramin_write(gpu, page.address + offset, out, run);
	return (s64)run;
}

static int copy_by_va(struct vgpu_client *client, u32 number, u64 va, void *in, const void *out,
		      size_t bytes)
{
	struct client_space *space;
	size_t done = 0;
	s64 run = 0;
	int err;

	if ((!in && !out) || !bytes || bytes > PEEK_MAX_BYTES || (va | bytes) & 3 ||
	    va > U64_MAX - bytes)
		return -EINVAL;
	err = client_begin(client);
	if (err)
		return err;
	space = client_find(client, CLIENT_SPACE, number);
	while (space && done < bytes && run >= 0) {
		mutex_lock(&client->gpu->vram_lock);
		run = space_copy(space, va + done, in ? (char *)in + done : NULL,
				 out ? (const char *)out + done : NULL, bytes - done);
		mutex_unlock(&client->gpu->vram_lock);
		done += run > 0 ? (size_t)run : 0;
	}
	if (!space)
		return client_end(client, -EINVAL);
	return client_end(client, run < 0 ? (int)run : 0);
}

int vgpu_client_peek(struct vgpu_client *client, u32 space, u64 va, void *buf, size_t bytes)
{
	return copy_by_va(client, space, va, buf, NULL, bytes);
}
EXPORT_SYMBOL_GPL(vgpu_client_peek);

int vgpu_client_poke(struct vgpu_client *client, u32 space, u64 va, const void *buf, size_t bytes)
{
	return copy_by_va(client, space, va, NULL, buf, bytes);
}
EXPORT_SYMBOL_GPL(vgpu_client_poke);
