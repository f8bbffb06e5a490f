/* SPDX-License-Identifier: GPL-2.0-only */
/* vGPU hosting, inside the core: not for kmod/linux or kmod/vfio. */
#ifndef VGPU_HOST_H
#define VGPU_HOST_H

#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

#include "../abi/vgpu_host.h"
#include "chid.h"
#include "gpu.h"
#include "mbox.h"
#include "metadata.h"
#include "placement.h"
#include "space.h"
#include "type.h"
#include "vgpu.h"
#include "vram.h"

struct kmem_cache;
struct scrub_work;

struct vgpu_vf {
	struct vgpu_host *host;
	unsigned int index;
	u16 gfid;

	/*
	 * One operation (claim, open, ...) at a time. Outermost of the core's own locks; not held
	 * while owners are called, and never taken by event handlers.
	 */
	struct mutex op_lock;

	/* Under host->lock. */
	enum vgpu_state state;
	bool claiming;		/* resources are held (yet, still) though the state is free */
	bool plugin_up;		/* bootload was accepted and its end is not confirmed */
	bool crashed;		/* task died or GSP is lost; also read by mailbox waits */
	bool dead_told;
	bool unload_due;	/* we asked for a shutdown, its event may come late */
	const struct vgpu_type *type;
	uuid_t uuid;
	u64 claim_ns, open_ns;
	u64 xid_count, event_count;
	char last_error[VGPU_ERROR_TEXT_BYTES];
	const struct vgpu_vf_callbacks *cb;
	void *owner;
	unsigned int cb_running;
	struct completion *cb_drained;	/* somebody waits for cb_running to become 0 */

	/* Written by the operation that has op_lock; stable while the VF is claimed. */
	struct vgpu_placement place;
	struct vgpu_heap_block heap;	/* under vram_lock */
	struct vgpu_space space;	/* onto both; under vram_lock */
	struct rm_client rm;
	struct vgpu_bar1_map mbox_map;
	struct vgpu_mbox mbox;
	bool bus_master;
};

struct vgpu_host {
	struct vgpu_gpu *gpu;
	struct rm_client rm;
	struct kmem_cache *vf_cache;
	unsigned int num_vfs;
	struct vgpu_vf **vfs;

	spinlock_t lock;	/* states, owners, closing; innermost */
	bool closing;
	unsigned int pins;	/* events under way, see notify.c */
	struct completion *unpinned;

	bool ecc;
	enum vgpu_placement_mode mode;
	struct vgpu_placement_region region;
	DECLARE_BITMAP(engines, R570_NV2080_ENGINE_COUNT);
	struct vgpu_metadata metadata;

	/* What scrub.c has done. Of the core's own locks only op_lock is taken before this one. */
	struct {
		struct mutex lock;	/* one scrub at a time */
		u64 runs, bytes, ns;
		bool hung;	/* the engine did not end the last one */
		struct scrub_work *stuck;	/* its channel may still run; until the reset */
	} scrub;

	/* Under vram_lock. */
	struct vgpu_vram vram;
	struct vgpu_chid_pool chids;
};

/* Events of one operation, told after its locks are dropped. */
#define VF_MAX_EVENTS 8
struct vf_events {
	unsigned int count;
	struct {
		enum vgpu_event event;
		u32 data;
	} item[VF_MAX_EVENTS];
};

/* ---- state.c ---- */

void vf_queue_event(struct vf_events *events, enum vgpu_event event, u32 data);
/* Tell the owner; no core lock may be held. */
void vf_tell(struct vgpu_vf *vf, const struct vf_events *events);
/* Move to @to if the table allows it; host->lock is held. False (and a warning) if it does not. */
bool vf_set_state_locked(struct vgpu_vf *vf, enum vgpu_state to, struct vf_events *events);
/* The plugin is gone for good: failed, and the owner learns it once. host->lock is held. */
void vf_dead_locked(struct vgpu_vf *vf, struct vf_events *events);
/* Record and log a sentence for this VF and its GPU. */
void vf_error(struct vgpu_vf *vf, const char *fmt, ...) __printf(2, 3);

/* ---- places.c ---- */

/* Why a claim is refused; written only when it is. */
struct vf_reason {
	char text[VGPU_ERROR_TEXT_BYTES];
};

#define vf_because(why, fmt, ...) \
	scnprintf((why)->text, sizeof((why)->text), fmt, ##__VA_ARGS__)

/* What is asked of a place. */
struct place_wish {
	unsigned int flags;	/* of the partition allocator */
	u16 id;			/* this one, or VGPU_PLACEMENT_NONE */
};

/* What the search over candidate places met. */
struct place_tally {
	unsigned int places, used, dirty;
	unsigned int heapless;	/* free but for the management heap */
	u32 joinable;	/* segments in one piece that the heap could have had then */
	uuid_t owner;	/* of something in the first dirty place that names one; else nil */
};

/* Partition allocator's flags of a claim by somebody in particular. */
unsigned int vf_claim_flags(const struct vgpu_host *host);
/*
 * vf_find_memory - where everything is that lives in VRAM or in id pools; vram_lock is held
 * Nothing is taken. 0, -ENOSPC, or -ENOENT when there is no place with the id wished for, with the
 * sentence in @why.
 */
int vf_find_memory(struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid,
		   const struct place_wish *wish, struct vgpu_placement *place,
		   struct place_tally *tally, struct vf_reason *why);
/* The same, and take it. */
int vf_take_memory(struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid,
		   const struct place_wish *wish, struct vgpu_placement *place,
		   struct vgpu_heap_block *heap, struct place_tally *tally, struct vf_reason *why);
void vf_put_memory(struct vgpu_host *host, const struct vgpu_placement *place,
		   struct vgpu_heap_block *heap);

/* ---- scrub.c ---- */

/*
 * vf_scrub - fill what is dirty of @place and @heap, mapped in the vGPU's space, with zeroes
 * Nobody uses them any more; op_lock is held. Does nothing where nothing is dirty, on a lost GPU,
 * or while it is switched off. What could not be filled stays dirty, with the sentence in
 * last_error. Returns 0, or -EBUSY when the engine may still write there: nothing of it may be
 * given out.
 */
int vf_scrub(struct vgpu_vf *vf, const struct vgpu_placement *place, struct vgpu_heap_block *heap);
/* host_scrub - fill all that is dirty and free; 0, or what stopped it, said in last_error */
int host_scrub(struct vgpu_host *host);
/* Take back what a channel kept that could not be closed: GSP stops. */
void vf_scrub_fini(struct vgpu_host *host);

/* ---- claim.c ---- */

/* Give everything back that vgpu_claim() took; the plugin is gone. op_lock is held. */
void vf_put_resources(struct vgpu_vf *vf);

/* ---- plugin.c ---- */

/* Start the plugin and bring it to the running state. On failure last_error is set. */
int vf_plugin_start(struct vgpu_vf *vf, u32 vm_pid, u32 dbdf);
/* Shut the plugin down; 0 when GSP confirmed that it is gone. */
int vf_plugin_stop(struct vgpu_vf *vf);

/* ---- notify.c ---- */

/* Let events find this host, or not any more; the latter waits for those under way. */
void host_publish(struct vgpu_host *host);
void host_unpublish(struct vgpu_host *host);

/* ---- types.c ---- */

/* Lay the board out for mixed sizes, as its types ask. 0 or -ENOMEM. */
int host_places_init(struct vgpu_host *host);
/* Tell the partition allocator which sizes this board's vGPUs have. */
void host_catalogue_init(struct vgpu_host *host);

/* ---- upload.c ---- */

/* Load the optional metadata file, then hand the types of this board to GSP. */
int host_types_init(struct vgpu_host *host);

#endif
