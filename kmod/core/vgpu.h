/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vGPU life cycle.
 *
 *   free --claim--> ready --open--> booting --> open --close--> closing --> ready --release--> free
 *                                     |          |  ^
 *                                     v          v  |reset
 *                                  ready       resetting      any failure --> failed | quarantined
 *
 * A failed open returns to ready with last_error set. failed: the plugin is dead (crashed, does not
 * answer, GSP lost); close, then release. quarantined: GSP would not confirm that the plugin, or
 * the channel that scrubs its memory, is gone, so its memory and channels stay reserved until the
 * GPU is reset. The table of transitions is in state.c.
 *
 * Locking: one operation at a time per VF, inside; callbacks run after the operation's lock is
 * dropped. An owner's callback must not call vgpu_vf_set_owner() on its own VF.
 */
#ifndef VGPU_VGPU_H
#define VGPU_VGPU_H

#include <linux/types.h>
#include <linux/uuid.h>

struct vgpu_gpu;
struct vgpu_type;
struct vgpu_vf;

enum vgpu_state {
	VGPU_FREE,
	VGPU_READY,
	VGPU_BOOTING,
	VGPU_OPEN,
	VGPU_RESETTING,
	VGPU_CLOSING,
	VGPU_FAILED,
	VGPU_QUARANTINED,
	VGPU_STATE_COUNT,
};

/* "free", "ready", ... */
const char *vgpu_state_name(enum vgpu_state state);
/* Is @from -> @to in the table of transitions? */
bool vgpu_state_edge(enum vgpu_state from, enum vgpu_state to);

/* Told to whoever drives the VF; called without core locks, may sleep. */
enum vgpu_event {
	VGPU_EVENT_STATE,	/* data: the new enum vgpu_state */
	VGPU_EVENT_XID,		/* data: Xid number; the VM goes on */
	VGPU_EVENT_DEAD,	/* task crashed or GSP lost: the vGPU is unusable until released */
	VGPU_EVENT_GUEST_LOADED,
	VGPU_EVENT_GUEST_UNLOADED,
};

struct vgpu_vf_callbacks {
	void (*event)(void *owner, enum vgpu_event event, u32 data);
};

/*
 * Called by vgpu_gpu_boot()/vgpu_gpu_shutdown(). init: segment size, ECC, VRAM, channels, types.
 * Where the board's own scrubber did not run in this boot, VRAM is scrubbed, or dirty when that
 * failed.
 */
int vgpu_host_init(struct vgpu_gpu *gpu);
void vgpu_host_fini(struct vgpu_gpu *gpu);

/* VF @index (0-based) or NULL. The object lives from vgpu_host_init() to vgpu_host_fini(). */
struct vgpu_vf *vgpu_vf_get(struct vgpu_gpu *gpu, unsigned int index);
/* Set or clear (NULL) who is told about this VF; returns when no old callback runs any more. */
void vgpu_vf_set_owner(struct vgpu_vf *vf, const struct vgpu_vf_callbacks *cb, void *owner);

/*
 * vgpu_claim - give VF a type: partition, heap, channels, GSP client
 * @type_id:	a type of this board
 * @uuid:	owner's id, not nil; a dirty partition goes only to the UUID that dirtied it
 *
 * free -> ready. -ENOENT unknown type, -EBUSY not free, -EEXIST UUID in use on this GPU,
 * -EOPNOTSUPP listed but not creatable, -EINVAL nil UUID or other size than the vGPUs present
 * (homogeneous mode), -ENOSPC,
 * -EAGAIN GSP not ready, -ENODEV GPU lost. The VF's and the GPU's last_error hold the sentence.
 */
int vgpu_claim(struct vgpu_vf *vf, u32 type_id, const uuid_t *uuid);
/*
 * vgpu_release - give all of it back, what its plugin and guest wrote to scrubbed by a copy engine
 * ready or failed -> free. -EBUSY while open or in transition, -ENOENT when free already, -EIO when
 * GSP did not confirm the end of the scrub: quarantined. A scrub that is refused or fails otherwise
 * is no error: the memory stays dirty, the VF's last_error holds the sentence. Sleeps while the
 * engine works (well below a second per GiB).
 */
int vgpu_release(struct vgpu_vf *vf);
/*
 * vgpu_open - boot the plugin: bootload, marker, negotiation, configuration
 * @vm_pid:	tgid of the opener
 * @dbdf:	VF's domain << 16 | bus << 8 | devfn
 *
 * ready -> open. -EINVAL when not ready; -EIO with last_error, back in ready (or quarantined).
 */
int vgpu_open(struct vgpu_vf *vf, pid_t vm_pid, u32 dbdf);
/*
 * open -> ready (or failed, quarantined). Never fails; the guest's memory is not touched after it.
 */
void vgpu_close(struct vgpu_vf *vf);
/* Function reset by the guest: plugin RESET. open -> open. -EIO when the plugin refused. */
int vgpu_reset(struct vgpu_vf *vf);
/* Tell the plugin about bus mastering. -EACCES when it said no, -EIO on failure. */
int vgpu_set_bus_master(struct vgpu_vf *vf, bool enable);

/*
 * vgpu_creatable - could this type be claimed on this VF now?
 * @uuid:	who asks, may be NULL
 * @why:	receives the reason as a sentence when not; may be NULL
 *
 * Same errors as vgpu_claim().
 */
int vgpu_creatable(struct vgpu_vf *vf, const struct vgpu_type *type, const uuid_t *uuid, char *why,
		   size_t why_size);

/*
 * vgpu_place - move a vGPU to the place whose first placement id is @id
 * Before its plugin first runs, or between two runs; what a guest left does not move with it, and
 * is scrubbed as by a release. Returns 0; -EBUSY not ready; -ENOENT no such place in the GPU's
 * mode; -ENOSPC somebody else has a part of it, or no memory for page tables; -EIO as a release;
 * what mapping its mailbox said. The vGPU stays where it is on error; the VF's last_error holds the
 * sentence.
 */
int vgpu_place(struct vgpu_vf *vf, u16 id);
/*
 * vgpu_placements - first placement ids of @type in the GPU's mode, in the order they are tried
 * @creatable:	only those where anybody could create one now
 * @ids:	room for @max, R570_VGPU_MAX_INSTANCES is enough
 * Returns how many.
 */
unsigned int vgpu_placements(struct vgpu_gpu *gpu, const struct vgpu_type *type, bool creatable,
			     u16 *ids, unsigned int max);

/*
 * vgpu_claimable - could anybody claim this type on this VF now?
 * As vgpu_creatable(), but places that hold what some owner left count too: 0 also when only the
 * UUID that used a partition before would get one.
 */
int vgpu_claimable(struct vgpu_vf *vf, const struct vgpu_type *type);

/* Snapshot for sysfs. */
struct vgpu_vf_info {
	enum vgpu_state state;
	const struct vgpu_type *type;	/* NULL when free */
	uuid_t uuid;
	u16 gfid;
	u64 fb_spa, fb_bytes;		/* partition, physical VRAM */
	u64 heap_spa, heap_bytes;
	u32 chid_base, chid_count;
	u16 placement_id;		/* 0xffff: none */
	u64 claim_ns;			/* duration of the last vgpu_claim() */
	u64 open_ns;			/* duration of the last vgpu_open() */
	u64 xid_count, event_count;
};

void vgpu_vf_info(struct vgpu_vf *vf, struct vgpu_vf_info *info);
size_t vgpu_vf_last_error(struct vgpu_vf *vf, char *buf, size_t size);
unsigned int vgpu_vf_index(const struct vgpu_vf *vf);
struct vgpu_gpu *vgpu_vf_gpu(const struct vgpu_vf *vf);

struct vgpu_host_info {
	u64 vram_total_bytes;		/* usable for vGPUs and their heaps */
	u64 vram_free_bytes;
	u64 vram_dirty_bytes;		/* free, but only for the UUID that used it */
	u64 vram_largest_free_bytes;
	u64 segment_bytes;
	unsigned int vfs, claimed, open;
	bool ecc;
	bool mixed;			/* placement mode is heterogeneous */
};

void vgpu_host_info(struct vgpu_gpu *gpu, struct vgpu_host_info *info);
/*
 * vgpu_host_set_mixed - vGPUs of one size (homogeneous mode), or of several (heterogeneous)
 * Until the GPU's next boot. Returns 0; -EBUSY while it has a vGPU; -EOPNOTSUPP on a board that
 * has no places for several; -EAGAIN while it hosts none; -EIO when GSP refuses. The GPU's
 * last_error holds the sentence.
 */
int vgpu_host_set_mixed(struct vgpu_gpu *gpu, bool mixed);
/*
 * vgpu_host_scrub - fill what vGPUs have left behind with zeroes, by a copy engine
 * What releases and the GPU's start left dirty, that is. Afterwards it is free for anybody. What
 * cannot be filled stays as it is. Sleeps until the engine has done it (seconds at most on a
 * board). Returns 0, also when there was nothing to do; -EAGAIN while the GPU hosts no vGPUs;
 * -EOPNOTSUPP without a copy engine; -ENOMEM; -ENODEV when the GPU is lost; -EIO when the engine
 * did not do it. The GPU's last_error holds the sentence.
 */
int vgpu_host_scrub(struct vgpu_gpu *gpu);

/* Since the GPU's start. */
struct vgpu_scrub_info {
	u64 runs, bytes, ns;
};

void vgpu_host_scrub_info(struct vgpu_gpu *gpu, struct vgpu_scrub_info *info);
/* True when any vGPU is claimed or open. Spinlock only: safe in sriov_configure. */
bool vgpu_host_busy(struct vgpu_gpu *gpu);
/* Refuse new claims and opens (-EBUSY) from now on, or allow them again. Spinlock only. */
void vgpu_host_set_closing(struct vgpu_gpu *gpu, bool closing);

/* From the event path of the RPC code. */
void vgpu_event_plugin(struct vgpu_gpu *gpu, u32 gfid, u32 notify_index);
void vgpu_event_xid(struct vgpu_gpu *gpu, u32 gfid, u32 xid, const char *text);
/* GSP is gone: every vGPU that is open is dead. */
void vgpu_event_gsp_lost(struct vgpu_gpu *gpu);

#endif
