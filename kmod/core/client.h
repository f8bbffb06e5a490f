/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clients: other kernel modules that use a GPU's VRAM, page tables, BAR1 and GSP beside the vGPUs.
 * Modules include kmod/linux/openvgpu_client.h, which adds the auxiliary device that a client is
 * opened with.
 *
 * A client is a handle, valid from open to close. What it makes (VRAM, address spaces, windows) is
 * named by a number (u32, never 0) that is the client's own: a number of another client, of another
 * kind, or one that was freed is refused with -EINVAL and changes nothing.
 *
 * The end of a GPU. When its PF is unbound or gone, the client is revoked: calls under way finish,
 * everything the client held is taken back, and from then on each call returns -ENODEV. The handle
 * itself stays valid until vgpu_client_close(), which the module has to call once in any case. A
 * board that fell off the bus makes calls return -ENODEV before that, too. When GSP crashes or
 * stops answering, calls return -EIO and vgpu_client_why() says so in a sentence; what was made can
 * still be freed, and the handle is revoked when the driver is unbound.
 *
 * Locking: all calls sleep and may be made from several threads; those of one client take turns.
 * Only vgpu_client_enter() and vgpu_client_exit() let threads side by side.
 *
 * Quotas. All clients of a GPU together have vram_bytes of VRAM (parameter client_vram_mib of
 * vgpu_core; 0 refuses clients), page tables included, and VGPU_CLIENT_BAR1_BYTES of BAR1, so that
 * vGPUs always find the rest; more is -EDQUOT. VRAM comes in whole pages from segments that no vGPU
 * has; -ENOSPC when vGPUs left none.
 */
#ifndef VGPU_CLIENT_H
#define VGPU_CLIENT_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct vgpu_client;
struct vgpu_gpu;

#define VGPU_CLIENT_NAME_BYTES 24
#define VGPU_CLIENT_MAX 16U			/* clients of one GPU */
#define VGPU_CLIENT_OBJECTS 1024U		/* VRAM, spaces and windows of one client */
#define VGPU_CLIENT_MAPPINGS 4096U		/* of one client, in all its spaces */
#define VGPU_CLIENT_BAR1_BYTES (256ULL << 20)	/* windows of all clients of one GPU */
#define VGPU_CLIENT_VRAM_BYTES (256ULL << 20)	/* VRAM of all clients of one GPU, by default */
#define VGPU_CLIENT_PARAMS_BYTES (64U << 10)	/* largest parameter block of a control */
#define VGPU_CLIENT_LIST_PAGES (1U << 18)	/* pages of one list: 1 GiB */
#define VGPU_CLIENT_PAGE_BYTES 4096ULL
/* Virtual addresses below stay free, so that a small offset to no address faults. */
#define VGPU_CLIENT_FIRST_VA (2ULL << 20)

enum vgpu_client_state {
	VGPU_CLIENT_LIVE,
	VGPU_CLIENT_LOST,	/* GSP does not answer: -EIO */
	VGPU_CLIENT_REVOKED,	/* the GPU is gone or was given back: -ENODEV */
};

struct vgpu_client_ops {
	/*
	 * The handle went to @state, LOST or REVOKED, each at most once; may be NULL. Sleeps if it
	 * likes. REVOKED comes before anything is taken back. It may make calls, but not close.
	 */
	void (*changed)(void *owner, enum vgpu_client_state state);
};

/*
 * vgpu_client_open - become a client of @gpu
 * @name:	shown in the map of the card; letters, digits and "._-", at most 23 of them
 * @ops:	may be NULL; outlives the client
 *
 * Returns the handle, or ERR_PTR: -EINVAL, -ENODEV the GPU is not running, -EDQUOT clients are
 * switched off or there are too many, -ENOMEM. Modules call openvgpu_client_open() instead.
 */
struct vgpu_client *vgpu_client_open(struct vgpu_gpu *gpu, const char *name,
				     const struct vgpu_client_ops *ops, void *owner);
/*
 * vgpu_client_close - give everything back and end the handle
 * Waits for @ops->changed. NULL and ERR_PTR are ignored. No other call may be under way or follow.
 */
void vgpu_client_close(struct vgpu_client *client);

enum vgpu_client_state vgpu_client_state(struct vgpu_client *client);
/* The state as a sentence, NUL-terminated, "" when live; returns its length. */
size_t vgpu_client_why(struct vgpu_client *client, char *buf, size_t size);

struct vgpu_client_limits {
	u64 fb_bytes;				/* VRAM of the board */
	u64 vram_bytes, vram_used_bytes;	/* quota of all clients of this GPU */
	u64 bar1_bytes, bar1_used_bytes;
	u32 objects, objects_used;		/* of this client */
	u32 mappings, mappings_used;
	u32 va_bits;
	u64 max_page_bytes;			/* largest page of an address space */
};

/* Quotas and what is used of them. -ENODEV, -EIO as all calls. */
int vgpu_client_limits(struct vgpu_client *client, struct vgpu_client_limits *limits);

/*
 * vgpu_client_vram_alloc - contiguous VRAM that holds zeroes
 * @bytes:	rounded up to whole pages of 4 KiB
 * @align:	a power of two from 4 KiB to 2 MiB, or 0: as its size allows, for large pages
 * @vram:	receives its number
 *
 * What need not be contiguous is several of these, mapped side by side in an address space.
 * -EINVAL, -EDQUOT, -ENOSPC, -ENOMEM. Nothing is taken on error.
 */
int vgpu_client_vram_alloc(struct vgpu_client *client, u64 bytes, u64 align, u32 *vram);
/* -EINVAL for what is not there, -EBUSY while it is mapped anywhere. It is zeroed first. */
int vgpu_client_vram_free(struct vgpu_client *client, u32 vram);
/* Physical address and size, for a channel's or an engine's own descriptors. */
int vgpu_client_vram_info(struct vgpu_client *client, u32 vram, u64 *spa, u64 *bytes);

/*
 * vgpu_client_window_map - show VRAM to the CPU through BAR1
 * @offset, @bytes:	multiples of 4 KiB, inside @vram
 * @io:			receives the CPU address, write combined
 *
 * Use @io between vgpu_client_enter() and vgpu_client_exit() only. Writes are posted: read the last
 * address back before anybody else looks. -EINVAL, -EDQUOT, -ENOSPC, -ENOMEM.
 */
int vgpu_client_window_map(struct vgpu_client *client, u32 vram, u64 offset, u64 bytes,
			   u32 *window, void __iomem **io);
int vgpu_client_window_unmap(struct vgpu_client *client, u32 window);
/*
 * vgpu_client_enter - keep the client's windows mapped until vgpu_client_exit()
 * Returns false, and nothing is held, when the client is revoked; a lost GPU reads all ones. Does
 * not nest, and no other call but vgpu_client_state() is made in between: revocation waits for it.
 */
bool vgpu_client_enter(struct vgpu_client *client);
void vgpu_client_exit(struct vgpu_client *client);

/* Page tables of the GPU's format, in VRAM of the client's quota. */
int vgpu_client_space_create(struct vgpu_client *client, u32 *space);
/* Unmaps what is mapped. */
int vgpu_client_space_destroy(struct vgpu_client *client, u32 space);

struct vgpu_client_space_info {
	u64 pdb_spa;		/* root directory, for an instance block */
	u64 mapped_bytes;
	u64 table_bytes;	/* VRAM that the tables take, the root included */
	u32 mappings;
};

int vgpu_client_space_info(struct vgpu_client *client, u32 space,
			   struct vgpu_client_space_info *info);

#define VGPU_CLIENT_MAP_FIXED 0x1U	/* at *@va; else it is chosen and returned there */
#define VGPU_CLIENT_MAP_READ_ONLY 0x2U
#define VGPU_CLIENT_MAP_FLAGS (VGPU_CLIENT_MAP_FIXED | VGPU_CLIENT_MAP_READ_ONLY)

/*
 * vgpu_client_map - map VRAM into an address space
 * @offset, @bytes:	multiples of 4 KiB, inside @vram
 * @va:			a multiple of 4 KiB from VGPU_CLIENT_FIRST_VA on
 *
 * Seen by the GPU when the call returns. -EINVAL, -EEXIST part of a fixed range is mapped, -ENOSPC,
 * -EDQUOT, -ENOMEM; nothing changed then.
 */
int vgpu_client_map(struct vgpu_client *client, u32 space, u32 vram, u64 offset, u64 bytes,
		    unsigned int flags, u64 *va);
/*
 * The same for @count pages of 4 KiB of system memory: addresses from the DMA API for the PF, which
 * stay mapped there until unmapped here. The caller's own: nobody checks whose memory it is.
 */
int vgpu_client_map_pages(struct vgpu_client *client, u32 space, const u64 *pages, u32 count,
			  unsigned int flags, u64 *va);
/* Undo one map, whole. -EINVAL when none began at @va. */
int vgpu_client_unmap(struct vgpu_client *client, u32 space, u64 va);

struct vgpu_client_page {
	u64 va, bytes;		/* the page that maps the address asked for */
	u64 address;		/* where it lies, of va */
	bool vram;		/* else system memory */
	bool read_only;
};

/* What the entry in VRAM says that maps @va. -ENOENT not mapped. For debugging: CPU reads. */
int vgpu_client_query(struct vgpu_client *client, u32 space, u64 va,
		      struct vgpu_client_page *page);
/*
 * vgpu_client_peek, vgpu_client_poke - copy VRAM by virtual address, each page found as above
 * @va, @bytes:	multiples of 4, at most 1 MiB
 *
 * For debugging and tests: some 100 times slower than a window. -ENOENT when a page is not mapped,
 * -EOPNOTSUPP when it is system memory, -EACCES to poke a read-only one; poke stops there.
 */
int vgpu_client_peek(struct vgpu_client *client, u32 space, u64 va, void *buf, size_t bytes);
int vgpu_client_poke(struct vgpu_client *client, u32 space, u64 va, const void *buf,
		     size_t bytes);

/* Objects of the client in GSP; they are made at the first control. */
enum vgpu_client_object {
	VGPU_CLIENT_DEVICE,	/* controls 0x0080.... */
	VGPU_CLIENT_SUBDEVICE,	/* controls 0x2080.... */
};

/*
 * vgpu_client_control - RM control on one of the client's own objects
 * @params, @bytes:	in and out, at most VGPU_CLIENT_PARAMS_BYTES
 * @status:		receives the firmware's status, may be NULL
 *
 * -EINVAL, -EACCES for a control of another class, one internal to the firmware (0x20800a..) or one
 * that manages vGPUs (0x208040..); else what the firmware's status stands for; -EIO when it does
 * not answer (the GPU is lost then). The firmware trusts kernel clients: a control can stop the GPU
 * for everybody.
 */
int vgpu_client_control(struct vgpu_client *client, enum vgpu_client_object object, u32 cmd,
			void *params, u32 bytes, u32 *status);

/* ---- for the core ---- */

/* Of one GPU. */
struct vgpu_clients {
	struct mutex lock;		/* what follows; innermost but for spinlocks */
	struct list_head list;
	struct list_head spaces;	/* address spaces of all clients; under vram_lock */
	bool open;			/* from hosting's start to its end */
	u32 count;
	u16 tags;			/* of VGPU_CLIENT_MAX, those in use */
	u64 vram_limit, vram_used;
	u64 bar1_used;
};

void vgpu_clients_setup(struct vgpu_gpu *gpu);
/* Let clients in, or revoke all there are and let nobody in; the latter waits. */
void vgpu_clients_start(struct vgpu_gpu *gpu);
void vgpu_clients_stop(struct vgpu_gpu *gpu);
/* GSP is lost: tell them. No lock of the driver is held. */
void vgpu_clients_lost(struct vgpu_gpu *gpu);

#endif
