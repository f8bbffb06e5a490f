/* SPDX-License-Identifier: GPL-2.0-only */
/* Clients inside: client.c, client_mem.c and client_space.c. */
#ifndef VGPU_CLIENT_PRIV_H
#define VGPU_CLIENT_PRIV_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>

#include "bar1.h"
#include "client.h"
#include "gpu.h"
#include "host.h"
#include "rpc.h"
#include "vaspace.h"
#include "vram.h"

enum client_kind {
	CLIENT_NONE,
	CLIENT_VRAM,
	CLIENT_SPACE,
	CLIENT_WINDOW,
};

/* A number is tag, generation and index + 1, so that no two clients and no two lives share one. */
#define CLIENT_INDEX_BITS 12
#define CLIENT_GENERATION_BITS 12
#define CLIENT_GENERATION_SHIFT CLIENT_INDEX_BITS
#define CLIENT_TAG_SHIFT (CLIENT_INDEX_BITS + CLIENT_GENERATION_BITS)

/* How the map of the card names what a client holds. */
#define CLIENT_HOLDER_PREFIX "client "

struct client_slot {
	u16 generation;
	u8 kind;	/* enum client_kind */
	void *object;
};

/*
 * Lock order: io_lock > lock > gpu->vram_lock > gpu->clients.lock. A GPU is used under lock only,
 * while gpu is set; revocation takes lock to clear it.
 */
struct vgpu_client {
	struct kref ref;
	char name[VGPU_CLIENT_NAME_BYTES];
	char holder[VGPU_CLIENT_NAME_BYTES + sizeof(CLIENT_HOLDER_PREFIX)];
	u8 tag;				/* 1 to VGPU_CLIENT_MAX */
	struct list_head link;		/* under gpu->clients.lock */

	struct mutex tell_lock;		/* ops, told_*; held while ops->changed runs */
	const struct vgpu_client_ops *ops;
	void *owner;
	bool told_lost, told_revoked;

	struct rw_semaphore io_lock;	/* read: enter to exit; write: revocation */
	struct mutex lock;		/* what follows */
	struct vgpu_gpu *gpu;		/* NULL: revoked or closed */
	struct rm_client rm;
	u32 objects, mappings;
	struct client_slot slot[VGPU_CLIENT_OBJECTS];
};

struct client_vram {
	struct vgpu_heap_block block;
	u64 bytes;
	u32 users;			/* mappings and windows */
};

struct client_window {
	struct vgpu_bar1_map map;
	struct client_vram *vram;
};

struct client_mapping {
	struct list_head link;
	struct vgpu_va_range range;
	struct client_vram *vram;	/* NULL: system memory */
};

struct client_space {
	struct vgpu_client *client;
	struct list_head gpu_link;	/* among the spaces of the GPU; under vram_lock */
	struct vgpu_vaspace va;		/* under vram_lock */
	struct list_head mappings;
	u32 num_mappings;
	u64 table_bytes;		/* counted against the quota */
};

/* ---- client.c ---- */

/* Take client->lock for a call that needs a running GPU, or return why not (without the lock). */
int client_begin(struct vgpu_client *client);
/* The same for calls that only give back: also when the GPU is lost. */
int client_begin_undo(struct vgpu_client *client);
/* Drop it. Returns @err, or why the GPU made the call fail. */
int client_end(struct vgpu_client *client, int err);

/* A new number for @object; -EDQUOT. */
int client_add(struct vgpu_client *client, enum client_kind kind, void *object, u32 *number);
/* The object of this number and kind, or NULL. */
void *client_find(struct vgpu_client *client, enum client_kind kind, u32 number);
void client_remove(struct vgpu_client *client, u32 number);

/* Count VRAM or BAR1 against the quota of the GPU's clients; -EDQUOT. */
int client_charge_vram(struct vgpu_gpu *gpu, u64 bytes);
void client_uncharge_vram(struct vgpu_gpu *gpu, u64 bytes);
int client_charge_bar1(struct vgpu_gpu *gpu, u64 bytes);
void client_uncharge_bar1(struct vgpu_gpu *gpu, u64 bytes);

/* ---- client_mem.c ---- */

void client_vram_delete(struct vgpu_client *client, struct client_vram *vram);
void client_window_delete(struct vgpu_client *client, struct client_window *window);
/* @offset and @bytes are whole pages inside @vram? */
bool client_range_ok(const struct client_vram *vram, u64 offset, u64 bytes);

/* ---- client_space.c ---- */

void client_space_delete(struct vgpu_client *client, struct client_space *space);

#endif
