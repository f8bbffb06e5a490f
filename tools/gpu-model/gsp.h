/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to the firmware side of the GPU model: the state of GSP-RM and of its vGPU plugins.
 *
 *   gsp.c        start, stop, boot hand-over, injected events
 *   gsp_queue.c  the two message queues           gsp_block.c  the memory they are in
 *   gsp_rm.c     RPC dispatch and RM objects      gsp_ctrl.c   RM controls
 *   gsp_chan.c   channels, address spaces, graphics contexts
 *   gsp_internal.c  RM controls of a driver that is a full RM
 *   gsp_line.c   what differs between firmware lines: layouts, numbers
 *   gsp_static.c system info, registry, static info
 *   gsp_vgpu.c   vGPU types, plugin life cycle    plugin.c     the plugin's mailbox
 *   gsp_guest.c  what a guest shares with its plugin           gsp_stats.c  counters
 *
 * Everything that comes out of shared memory is copied once and bounded before it is used: the
 * driver on the other side may be wrong or hostile and must never harm the model.
 */
#ifndef GM_GSP_H
#define GM_GSP_H

#include <endian.h>
#include <string.h>

#include "../../kmod/abi/boot.h"
#include "../../kmod/abi/msgq.h"
#include "../../kmod/abi/r535.h"
#include "../../kmod/abi/r550.h"
#include "../../kmod/abi/regs.h"
#include "../../kmod/abi/rpc.h"
#include "../../kmod/abi/vgpu_host.h"
#include "gm.h"

/* Largest call, continuations included: ADD_VGPU_TYPE of the newest line with room to spare. */
#define GSP_CALL_MAX_BYTES (1024 * 1024)
/* Records of such a call. */
#define GSP_CALL_MAX_RECORDS (GSP_CALL_MAX_BYTES / 0xff00 + 2)
#define GSP_HEADERS_BYTES    (sizeof(struct gsp_queue_element) + sizeof(struct gsp_rpc_header))
#define GSP_MAX_OBJECTS	     4096
#define GSP_MAX_SHM_PAGES    4096
/* Messages that may wait for room; commands are not read above the lower mark. */
#define GSP_OUT_MAX		 256
#define GSP_OUT_THROTTLE	 32
#define GSP_MAX_CONTROLS_SEEN	 96
#define GSP_CHANNELS_PER_RUNLIST 2048

/* Handles of RM's own client, reported in the static info. */
#define GSP_H_INTERNAL_CLIENT	 0xc2000005
#define GSP_H_INTERNAL_DEVICE	 0xabcd0080
#define GSP_H_INTERNAL_SUBDEVICE 0xabcd2080

/* Where RM keeps the BAR1 and BAR2 root directories: in the heap below the protected region. */
#define GSP_BAR1_PDB_OFFSET 0x10000
#define GSP_BAR2_PDB_OFFSET 0x11000

#define GSP_STATUS_DUPLICATE_NAME 0x19 /* NV_ERR_INSERT_DUPLICATE_NAME */

/* What the driver tells about itself and the board, whatever the line's layout. */
struct gsp_told {
	uint64_t bar_address[3]; /* BAR0, BAR1, BAR2 */
	uint32_t device_id, subdevice_id; /* 0: the line does not tell */
	uint32_t config_mirror;
	struct gsp_vf_info vf;
};

enum gsp_engine_kind {
	GSP_ENGINE_GR,
	GSP_ENGINE_CE,
	GSP_ENGINE_NVDEC,
	GSP_ENGINE_NVENC,
	GSP_ENGINE_NVJPEG,
	GSP_ENGINE_OFA,
	GSP_ENGINE_SEC2,
	GSP_NUM_ENGINE_KINDS
};

/* An engine of the board as firmware tables show it. */
struct gsp_engine {
	char name[R570_DEVICE_INFO_NAME_CHARS];
	enum gsp_engine_kind kind;
	uint32_t instance;
	uint32_t nv2080; /* NV2080_ENGINE_* */
	uint32_t enum_type; /* device type of the topology: 0 graphics, 19 copy, 16.. video */
	uint32_t runlist;
};

/* An error in a channel, or one that is made up. */
struct gsp_error {
	uint32_t gfid, xid;
	uint32_t engine_type; /* NV2080_ENGINE_* */
	uint32_t runlist, chid; /* ~0: of no channel */
	uint64_t fault_addr;
	const char *text; /* NULL: an injected one */
};

/* Units without a runlist that the interrupt table names. */
enum gsp_unit_kind {
	GSP_UNIT_GSP,
	GSP_UNIT_DISP,
	GSP_UNIT_REPLAYABLE_FAULT,
	GSP_UNIT_ACCESS_COUNTER,
	GSP_UNIT_FAULT, /* not replayable */
	GSP_UNIT_DOORBELL,
	GSP_NUM_UNIT_KINDS
};

/* Numbers that moved between releases. */
struct gsp_line_numbers {
	uint16_t mc_unit[GSP_NUM_UNIT_KINDS]; /* index in the interrupt table */
	uint16_t mc_engine[GSP_NUM_ENGINE_KINDS]; /* first index of a kind there */
	uint32_t rm_engine[GSP_NUM_ENGINE_KINDS]; /* first RM engine type of a kind */
};

/* One firmware line. All that a line decides is in here; nothing else compares versions. */
struct gsp_line {
	const char *version; /* as the image size table names it */
	uint32_t system_info_bytes;
	const struct gsp_line_numbers *numbers;
	bool vgpu_host;
	bool full_rm; /* the controls of drivers that are a full RM are known for this line */
	void (*system_info)(const uint8_t *raw, struct gsp_told *told);
	/* Fill the zeroed static info. */
	void (*static_info)(struct gpu_model *gm, uint8_t *raw);
	uint32_t static_info_bytes;
	uint32_t channel_params_bytes;
	uint32_t context_buffers; /* of a graphics engine, in RM's table */
	/* Send the events of an error. */
	void (*error)(struct gpu_model *gm, const struct gsp_error *error);
};

/* One message queue in system memory, reached through the block's page list. */
struct gsp_queue {
	uint64_t offset; /* in the shared block */
	uint32_t bytes;
	uint32_t entry_offset;
	uint32_t rx_offset;
	uint32_t count; /* slots */
	uint64_t write_addr, read_addr; /* bus addresses of the words its producer writes */
	const uint64_t *slot_page; /* bus addresses of its slots */
	uint32_t index; /* our read (command) or write (status) position */
	uint32_t told; /* what the driver sees of it */
	uint32_t room; /* status: slots known to be free */
	uint32_t sequence; /* next expected or next to send */
};

struct gsp_out {
	struct gsp_out *next;
	uint32_t bytes;
	uint8_t data[];
};

/* One RPC while it is handled. The payload buffer holds GSP_CALL_MAX_BYTES. */
struct gsp_call {
	uint32_t function;
	uint8_t *payload;
	uint32_t bytes; /* payload announced by the headers; the reply's when handled */
	uint32_t room; /* payload bytes that were really there, slot padding included */
	uint32_t result; /* RPC result of the reply */
	bool no_reply;
};

struct gsp_assembly {
	bool active;
	uint32_t function;
	uint32_t have, want; /* payload bytes */
	uint32_t records;
	uint32_t sequence[GSP_CALL_MAX_RECORDS];
	uint32_t gfid;
	uint64_t deadline_ns;
};

struct gsp_object {
	uint32_t client, handle, parent, class_id;
	bool dying;
	/* a VA space, and a device for its own */
	bool pdb_set, pdb_sysmem;
	bool of_device; /* a reference to the one that its device has */
	uint64_t pdb; /* root page directory */
	/* a channel */
	bool is_channel;
	uint32_t runlist, chid, engine_id;
};

struct gsp_vgpu_type {
	uint32_t id, max_instance;
	uint64_t profile_bytes, fb_bytes, heap_bytes, reserve_bytes, vdev_id;
	char name[R570_VGPU_NAME_CHARS + 1];
	/* Places in mixed-size mode: first ids, and how many each takes. */
	uint32_t placement_size, num_mixed, mixed_id[R570_VGPU_MAX_INSTANCES];
};

enum plugin_state {
	PLUGIN_FREE,
	PLUGIN_BOOTING,
	PLUGIN_UP, /* marker written */
	PLUGIN_NEGOTIATED,
	PLUGIN_CONFIGURED,
	PLUGIN_CRASHED,
	PLUGIN_STOPPED, /* shut down, not cleaned up */
};

/* What the guest has announced. */
struct guest_rpc {
	bool set_up;
	uint64_t ctrl, response, message; /* coded addresses, message 0 when not valid */
	uint32_t last_id;
	bool driver_loaded;
	uint64_t setups, teardowns, messages, rejected;
};

struct plugin {
	enum plugin_state state;
	uint32_t gfid;
	uint32_t type_id;
	uint32_t num_channels;
	uint32_t placement_id; /* configured in mixed-size mode */
	uint32_t chid[R570_NV2080_ENGINE_COUNT];
	uint32_t num_segments;
	uint64_t seg_base[R570_VGPU_MAX_FB_SEGMENTS];
	uint64_t seg_bytes[R570_VGPU_MAX_FB_SEGMENTS];
	uint64_t fb_bytes; /* sum of the segments */
	uint64_t heap_base, heap_bytes, ctrl_offset;
	uint64_t up_at_ns; /* BOOTING: when the marker is due */
	uint32_t last_seq;
	bool bus_master;
	uint32_t encoder_capacity;
	struct guest_rpc guest;
	uint64_t doorbells, spurious, messages, errors, resets;
};

struct gsp_control_count {
	uint32_t cmd;
	uint64_t count;
	bool unknown;
};

struct gsp_stats {
	uint64_t calls[256];
	uint64_t events[64]; /* by number above RPC_EV_FIRST */
	uint64_t bad_checksum, bad_sequence, bad_geometry, bad_header, stray_continuation;
	uint64_t dropped_out, queue_full;
	uint64_t system_info_mismatches;
	uint64_t bootloads_refused, bad_doorbells;
	uint64_t max_call_bytes;
	struct gsp_control_count controls[GSP_MAX_CONTROLS_SEEN];
	unsigned int num_controls;
};

enum gsp_state {
	GSP_OFF,
	GSP_STARTING,
	GSP_RUNNING, /* queues are mapped; INIT_DONE may still be due */
	GSP_UNLOADED,
	GSP_CRASHED,
};

struct gm_gsp {
	enum gsp_state state;
	const struct gsp_line *line; /* NULL before the first start and for a line not modelled */
	char version[24];
	unsigned int vf_partitions;
	uint64_t libos_args;

	/* shared block */
	uint64_t *shm_page;
	uint32_t shm_pages;
	struct gsp_queue cmd, stat;
	bool in_poll, poll_again;
	_Alignas(uint64_t) uint8_t in_msg[GSP_QUEUE_MAX_MSG_BYTES]; /* a long command */
	_Alignas(uint64_t) uint8_t out_msg[GSP_QUEUE_MAX_MSG_BYTES]; /* an event being built */
	struct gsp_out *out_head, **out_tail;
	unsigned int out_count;
	bool retry_pending;
	/* The call in progress or being assembled: room for an answer's headers; its payload. */
	uint8_t *call_msg, *call_buf;
	struct gsp_assembly asmb;

	/* bring-up */
	bool have_system_info, have_registry, init_sent;
	bool sriov_mode; /* RMSetSriovMode */
	struct gsp_told told;
	uint64_t bar1_pdb, bar2_pdb;

	/* RM */
	struct gsp_object *objects;
	unsigned int num_objects;
	bool class_logged;

	/* vGPU host */
	struct gsp_vgpu_type types[R570_VGPU_MAX_TYPES];
	unsigned int num_types;
	bool heterogeneous;
	struct plugin plugin[GPU_MODEL_MAX_VFS + 1]; /* by GFID, [0] unused */

	struct gsp_stats stats;
};

static inline struct gm_gsp *gsp_of(struct gpu_model *gm)
{
	return *gm_gsp_slot(gm);
}

/* ---- gsp.c ---- */
/* GSP stops as a crashed core does: HALT cause, nothing answers any more. */
void gsp_crash(struct gpu_model *gm, const char *why);
/* Send SEQUENCER and INIT_DONE once both system info and registry have come. */
void gsp_maybe_init_done(struct gpu_model *gm);
/* After the reply to UNLOADING_GUEST_DRIVER has been queued. */
void gsp_unload(struct gpu_model *gm);

/* ---- gsp_block.c ---- */
/* Map the shared block that RMARGS describes and publish the status queue's header. */
int gsp_queue_start(struct gpu_model *gm, const struct gsp_msgq_init_args *args);
/* A word in the block at a bus address; 0 or a negative errno. */
static inline int gsp_word_read(struct gpu_model *gm, uint64_t addr, uint32_t *value)
{
	__le32 raw = 0;
	int ret = gm_dma_read(gm, 0, addr, &raw, sizeof(raw));

	*value = le32toh(raw);
	return ret;
}

static inline int gsp_word_write(struct gpu_model *gm, uint64_t addr, uint32_t value)
{
	__le32 raw = htole32(value);

	return gm_dma_write(gm, 0, addr, &raw, sizeof(raw));
}

/* Bytes of the message that begins in @slot, from @offset on; it may run over the ring's end. */
int gsp_ring_pages(struct gpu_model *gm, const struct gsp_queue *q, uint32_t slot, uint32_t offset,
		   void *buf, size_t len, bool write);

static inline int gsp_ring_read(struct gpu_model *gm, const struct gsp_queue *q, uint32_t slot,
				uint32_t offset, void *buf, size_t len)
{
	if (offset + len > GSP_PAGE_BYTES || slot >= q->count)
		return gsp_ring_pages(gm, q, slot, offset, buf, len, false);
	return gm_dma_read(gm, 0, q->slot_page[slot] + offset, buf, len);
}

static inline int gsp_ring_write(struct gpu_model *gm, const struct gsp_queue *q, uint32_t slot,
				 const void *buf, size_t len)
{
	if (len > GSP_PAGE_BYTES || slot >= q->count)
		return gsp_ring_pages(gm, q, slot, 0, (void *)buf, len, true);
	return gm_dma_write(gm, 0, q->slot_page[slot], buf, len);
}

/* XOR of all 64-bit words folded to 32 bits; zeroes fill up the last one. */
uint32_t gsp_checksum(const uint8_t *data, size_t len);

/* The slot that is @slots behind @slot; a ring's worth at most. */
static inline uint32_t gsp_next(const struct gsp_queue *q, uint32_t slot, uint32_t slots)
{
	slot += slots;
	return slot < q->count ? slot : slot - q->count;
}

/* ---- gsp_queue.c ---- */
void gsp_queue_stop(struct gpu_model *gm);
/* Read and execute commands until the queue is empty. */
void gsp_queue_poll(struct gpu_model *gm);
/*
 * Send one event. @extra bytes follow @payload. Dropped (and counted) when GSP does not run or the
 * backlog is full.
 */
void gsp_event(struct gpu_model *gm, uint32_t event, const void *payload, size_t len,
	       const void *extra, size_t extra_len);

/* ---- gsp_rm.c ---- */
/* Payload bytes that a call needs by its own account; 0: whatever came is all. */
uint64_t gsp_call_want(uint32_t function, const uint8_t *payload, uint32_t bytes);
void gsp_call_handle(struct gpu_model *gm, struct gsp_call *call);
struct gsp_object *gsp_object_find(struct gm_gsp *g, uint32_t client, uint32_t handle);
/* An NV_STATUS. */
uint32_t gsp_object_add(struct gm_gsp *g, uint32_t client, uint32_t parent, uint32_t handle,
			uint32_t class_id);
/* Remove an object and all below it. A client's own handle is its root. */
void gsp_object_remove(struct gpu_model *gm, struct gsp_object *root);
int gsp_objects_init(struct gm_gsp *g);

/* ---- gsp_ctrl.c ---- */
/* Execute a control on an object that exists; returns an NV_STATUS. */
uint32_t gsp_control(struct gpu_model *gm, const struct gsp_object *obj, uint32_t cmd,
		     uint8_t *params, uint32_t bytes);

/* The engine with this NV2080_ENGINE_*, or NULL. */
const struct gsp_engine *gsp_engine_find(uint32_t nv2080);
/* Vector of its non-stall interrupt. */
unsigned int gsp_engine_nonstall(const struct gsp_engine *engine);

/* ---- gsp_chan.c: all return an NV_STATUS ---- */
bool gsp_is_channel_class(uint32_t class_id);
/* A channel below @parent, a device. */
uint32_t gsp_chan_alloc(struct gpu_model *gm, struct gsp_object *parent, uint32_t handle,
			const uint8_t *params, uint32_t bytes);
/* May an object of @class_id be made on this channel? */
uint32_t gsp_chan_class(struct gpu_model *gm, const struct gsp_object *chan, uint32_t class_id,
			const uint8_t *params, uint32_t bytes);
void gsp_chan_free(struct gpu_model *gm, const struct gsp_object *chan);
/* Note what the parameters of a new VA space say. */
void gsp_vaspace_alloc(struct gsp_object *vas, const uint8_t *params, uint32_t bytes);
/* A VA space has no page directory any more. */
void gsp_vaspace_unset(struct gpu_model *gm, struct gsp_object *vas);
/* NOT_SUPPORTED: not a control of channels, contexts or address spaces. */
uint32_t gsp_chan_control(struct gpu_model *gm, const struct gsp_object *obj, uint32_t cmd,
			  uint8_t *params, uint32_t bytes);

/* ---- gsp_internal.c ---- */
/* A control on a subdevice that only a full RM sends; NOT_SUPPORTED when it is not modelled. */
uint32_t gsp_internal_control(struct gpu_model *gm, uint32_t cmd, uint8_t *params, uint32_t bytes);

/* ---- gsp_line.c ---- */
/* The line of this version, or NULL when it is not modelled. */
const struct gsp_line *gsp_line_find(const char *version);

/* ---- gsp_static.c ---- */
void gsp_set_system_info(struct gpu_model *gm, const struct gsp_call *call);
void gsp_set_registry(struct gpu_model *gm, const struct gsp_call *call);
void gsp_static_info(struct gpu_model *gm, struct gsp_call *call);

/* ---- gsp_vgpu.c ---- */
uint32_t gsp_vgpu_control(struct gpu_model *gm, uint32_t cmd, uint8_t *params, uint32_t bytes);
const struct gsp_vgpu_type *gsp_vgpu_type_find(const struct gm_gsp *g, uint32_t id);
/* The plugin of a GFID while its task exists (booting to crashed), else NULL. */
struct plugin *gsp_plugin(struct gm_gsp *g, uint32_t gfid);
void gsp_plugin_event(struct gpu_model *gm, uint32_t gfid, uint32_t notify);
void gsp_plugin_crash(struct gpu_model *gm, struct plugin *p);
/* All plugins are gone, their segments unmapped. */
void gsp_plugins_stop(struct gpu_model *gm);
const char *plugin_state_name(enum plugin_state state);

/* ---- plugin.c ---- */
/* CPU to plugin doorbell. */
void plugin_doorbell(struct gpu_model *gm, struct plugin *p);

/* ---- gsp_guest.c ---- */
void guest_doorbell(struct gpu_model *gm, struct plugin *p, uint32_t handle);
void guest_forget(struct plugin *p);

#endif
