// SPDX-License-Identifier: GPL-2.0-only
/* VRAM of clients and the CPU's windows onto it. See client.h. */

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "client_priv.h"

#define ALIGN_MAX_BYTES (2ULL << 20)

static bool whole_pages(u64 value)
{
	return !(value & (VGPU_CLIENT_PAGE_BYTES - 1));
}

bool client_range_ok(const struct client_vram *vram, u64 offset, u64 bytes)
{
	return bytes && whole_pages(offset | bytes) && bytes <= vram->bytes &&
	       offset <= vram->bytes - bytes;
}

/* ---- VRAM ---- */

/* A block of zeroes within the quota. */
static int vram_take(struct vgpu_client *client, u64 bytes, u64 align, struct client_vram *vram)
{
	const struct vgpu_vram_request req = {
		.bytes = bytes,
		.align = align,
		.zeroed = true,
		.holder = client->holder,
	};
	struct vgpu_gpu *gpu = client->gpu;
	int err = client_charge_vram(gpu, bytes);

	if (err)
		return err;
	mutex_lock(&gpu->vram_lock);
	err = vgpu_vram_alloc(gpu, &gpu->host->vram, &req, &vram->block);
	mutex_unlock(&gpu->vram_lock);
	if (err) {
		client_uncharge_vram(gpu, bytes);
		return err;
	}
	vram->bytes = bytes;
	return vgpu_vram_scrub(gpu, &vram->block);
}

/* Nobody after this client reads what it wrote. */
void client_vram_delete(struct vgpu_client *client, struct client_vram *vram)
{
	struct vgpu_gpu *gpu = client->gpu;
	int err;

	if (vram->block.bytes) {
		err = vgpu_vram_scrub(gpu, &vram->block);
		mutex_lock(&gpu->vram_lock);
		if (err)
			vgpu_heap_mark_dirty(gpu, &gpu->host->vram, &vram->block);
		vgpu_heap_free(gpu, &gpu->host->vram, &vram->block);
		mutex_unlock(&gpu->vram_lock);
		client_uncharge_vram(gpu, vram->bytes);
	}
	kfree(vram);
}

int vgpu_client_vram_alloc(struct vgpu_client *client, u64 bytes, u64 align, u32 *number)
{
	struct client_vram *vram;
	int err;

	if (!number || !bytes || bytes > U64_MAX - VGPU_CLIENT_PAGE_BYTES ||
	    (align && (!is_power_of_2(align) || align < VGPU_CLIENT_PAGE_BYTES ||
		       align > ALIGN_MAX_BYTES)))
		return -EINVAL;
	bytes = round_up(bytes, VGPU_CLIENT_PAGE_BYTES);
	err = client_begin(client);
	if (err)
		return err;
	vram = kzalloc(sizeof(*vram), GFP_KERNEL);
	err = vram ? 0 : -ENOMEM;
	if (!err && bytes > client->gpu->si.fb_bytes)
		err = -EINVAL;
	if (!err)
		err = vram_take(client, bytes, align, vram);
	if (!err)
		err = client_add(client, CLIENT_VRAM, vram, number);
	if (!err)
		vram->block.zeroed = false;	/* from here on nobody knows */
	else if (vram)
		client_vram_delete(client, vram);
	return client_end(client, err);
}
EXPORT_SYMBOL_GPL(vgpu_client_vram_alloc);

int vgpu_client_vram_free(struct vgpu_client *client, u32 number)
{
	struct client_vram *vram;
	int err = client_begin_undo(client);

	if (err)
		return err;
	vram = client_find(client, CLIENT_VRAM, number);
	if (!vram)
		err = -EINVAL;
	else if (vram->users)
		err = -EBUSY;
	if (!err) {
		client_remove(client, number);
		client_vram_delete(client, vram);
	}
	return client_end(client, err);
}
EXPORT_SYMBOL_GPL(vgpu_client_vram_free);

int vgpu_client_vram_info(struct vgpu_client *client, u32 number, u64 *spa, u64 *bytes)
{
	struct client_vram *vram;
	int err = client_begin(client);

	if (err)
		return err;
	vram = client_find(client, CLIENT_VRAM, number);
	if (!vram)
		err = -EINVAL;
	if (!err && spa)
		*spa = vram->block.spa;
	if (!err && bytes)
		*bytes = vram->bytes;
	return client_end(client, err);
}
EXPORT_SYMBOL_GPL(vgpu_client_vram_info);

/* ---- windows ---- */

void client_window_delete(struct vgpu_client *client, struct client_window *window)
{
	u64 bytes = window->map.bytes;

	vgpu_bar1_unmap_window(client->gpu, &window->map);
	client_uncharge_bar1(client->gpu, bytes);
	window->vram->users--;
	kfree(window);
}

static int window_map(struct vgpu_client *client, struct client_vram *vram, u64 offset, u64 bytes,
		      struct client_window *window)
{
	struct vgpu_gpu *gpu = client->gpu;
	int err = client_charge_bar1(gpu, bytes);

	if (err)
		return err;
	err = vgpu_bar1_map_window(gpu, vram->block.spa + offset, bytes, &window->map);
	if (err) {
		client_uncharge_bar1(gpu, bytes);
		return err;
	}
	window->vram = vram;
	vram->users++;
	return 0;
}

int vgpu_client_window_map(struct vgpu_client *client, u32 vram_number, u64 offset, u64 bytes,
			   u32 *number, void __iomem **io)
{
	struct client_window *window;
	struct client_vram *vram;
	int err;

	if (!number || !io)
		return -EINVAL;
	err = client_begin(client);
	if (err)
		return err;
	vram = client_find(client, CLIENT_VRAM, vram_number);
	if (!vram || !client_range_ok(vram, offset, bytes))
		return client_end(client, -EINVAL);
	window = kzalloc(sizeof(*window), GFP_KERNEL);
	err = window ? window_map(client, vram, offset, bytes, window) : -ENOMEM;
	if (err) {
		kfree(window);
	} else {
		err = client_add(client, CLIENT_WINDOW, window, number);
		if (err)
			client_window_delete(client, window);
		else
			*io = window->map.io;
	}
	return client_end(client, err);
}
EXPORT_SYMBOL_GPL(vgpu_client_window_map);

int vgpu_client_window_unmap(struct vgpu_client *client, u32 number)
{
	struct client_window *window;
	int err = client_begin_undo(client);

	if (err)
		return err;
	window = client_find(client, CLIENT_WINDOW, number);
	if (window) {
		client_remove(client, number);
		client_window_delete(client, window);
	} else {
		err = -EINVAL;
	}
	return client_end(client, err);
}
EXPORT_SYMBOL_GPL(vgpu_client_window_unmap);

bool vgpu_client_enter(struct vgpu_client *client)
{
	if (IS_ERR_OR_NULL(client))
		return false;
	down_read(&client->io_lock);
	if (READ_ONCE(client->gpu))
		return true;
	up_read(&client->io_lock);
	return false;
}
EXPORT_SYMBOL_GPL(vgpu_client_enter);

void vgpu_client_exit(struct vgpu_client *client)
{
	up_read(&client->io_lock);
}
EXPORT_SYMBOL_GPL(vgpu_client_exit);
