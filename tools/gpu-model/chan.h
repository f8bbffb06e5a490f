/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the board side: channels.
 *
 *   chan.c     the table of channels, their memory accesses, errors, doorbells
 *   runlist.c  who runs next, for how long, and what waits
 *   host.c     GPFIFO, pushbuffer, methods of host
 *   ce.c       the copy engine
 *   gr.c       graphics, as far as it goes
 *
 * A channel belongs to a function (GFID): its tables are read through that function's framebuffer
 * view and with its requester id, its interrupts go to that function's tree. Whatever is read from
 * memory is read once and bounded; work is done in slices from gpu_model_run(), never from the
 * access that rings the doorbell.
 */
#ifndef GM_CHAN_H
#define GM_CHAN_H

#include "../../kmod/abi/channel.h"
#include "board.h"

#define GM_MAX_CHANNELS 256

/* A slice: what one channel may do before the next one has its turn. */
#define GM_SLICE_DWORDS 4096
#define GM_SLICE_BYTES (1U << 20)
/*
 * What a channel may do between two doorbells. A ring that feeds itself (a pushbuffer can write
 * its own GP_PUT) would otherwise go on for ever.
 */
#define GM_MAX_WORK_DWORDS (16ULL << 20)
#define GM_MAX_WORK_BYTES (64ULL << 30)

/* State of a copy engine as methods leave it, and of the launch under way. */
struct gm_ce {
	uint64_t in, out, sem;
	uint64_t payload;
	uint32_t pitch_in, pitch_out, length, count;
	uint32_t src_phys, dst_phys;
	uint32_t const_a, const_b, components;
	uint32_t render_mode;

	bool active;
	uint32_t launch;
	uint32_t line; /* lines done */
	uint64_t done; /* bytes, with REMAP elements, done in this line */
	bool flipped;
};

/* What methods of graphics leave. */
struct gm_gr {
	uint64_t notify_addr;
	bool notify_armed; /* the next method writes the notification */
};

struct gm_semaphore {
	uint64_t addr, payload;
};

struct gm_chan {
	struct gm_chan_config config;
	bool enabled, errored;
	bool rung; /* a doorbell has come, GP_PUT is to be read */
	bool waiting; /* for a semaphore */

	/* address space, read from the instance block at the start of each slice */
	uint64_t pdb, va_limit;
	bool pdb_sysmem, pdb_valid;

	/* GPFIFO and the segment being fetched */
	uint32_t gp_get, gp_put;
	uint64_t pb_addr;
	uint32_t pb_dwords; /* left in the segment */
	bool pb_subroutine;
	uint64_t top_level_get;

	/* decoder */
	enum { GM_MTHD_INC, GM_MTHD_NON_INC, GM_MTHD_ONE_INC } kind;
	uint32_t mthd, subch, count;
	uint32_t subdev_mask, subdev_stored;
	uint16_t class_of[NV_DMA_SUBCHANNELS];

	/* host */
	struct gm_semaphore sem, old_sem;
	uint32_t mem_op[3];
	uint32_t reference;
	uint32_t wait_mthd, wait_data; /* the acquire that has failed */

	struct gm_ce ce;
	struct gm_gr gr;
	uint64_t work_dwords, work_bytes; /* since the last doorbell */
};

/* What is left of a slice. */
struct gm_slice {
	uint32_t dwords;
	int64_t bytes;
};

/* ---- chan.c ---- */

/* How an operand is reached. */
enum gm_operand {
	GM_OPERAND_VIRTUAL,
	GM_OPERAND_VIDMEM, /* the function's framebuffer view */
	GM_OPERAND_SYSMEM,
};

/* Where an operand lies, good for @left bytes. */
struct gm_place {
	enum gm_xlate_kind kind; /* not GM_XLATE_FAULT */
	uint64_t addr, left;
};

struct gm_chan *gm_chan_find(struct gpu_model *gm, unsigned int gfid, uint32_t runlist,
			     uint32_t chid);
/* The page directory that the instance block names now. False: the channel has an error now. */
bool gm_chan_load_pdb(struct gpu_model *gm, struct gm_chan *c);
/*
 * gm_chan_place - translate one operand for reading or writing
 *
 * Refuses what the function may not reach (no translation, read only, outside its framebuffer, in
 * WPR2). False: the channel has an error now.
 */
bool gm_chan_place(struct gpu_model *gm, struct gm_chan *c, enum gm_operand operand, uint64_t addr,
		   bool write, struct gm_place *place);
/* Access within one place. False: the channel has an error now. */
bool gm_chan_place_read(struct gpu_model *gm, struct gm_chan *c, const struct gm_place *place,
			void *buf, size_t len);
bool gm_chan_place_write(struct gpu_model *gm, struct gm_chan *c, const struct gm_place *place,
			 const void *buf, size_t len);
/* Virtual accesses of any length. False: the channel has an error now. */
bool gm_chan_read(struct gpu_model *gm, struct gm_chan *c, uint64_t va, void *buf, size_t len);
bool gm_chan_write(struct gpu_model *gm, struct gm_chan *c, uint64_t va, const void *buf,
		   size_t len);
/* Stop the channel and tell the firmware. Returns false, for the caller to pass on. */
bool gm_chan_error(struct gpu_model *gm, struct gm_chan *c, uint32_t xid, uint64_t addr,
		   const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* USERD words; errors as above. */
bool gm_chan_userd_read(struct gpu_model *gm, struct gm_chan *c, uint32_t offset,
			uint32_t *value);
bool gm_chan_userd_write(struct gpu_model *gm, struct gm_chan *c, uint32_t offset,
			 uint32_t value);
/* Release: payload of 4 or 8 bytes, with the time behind it when @stamp. */
bool gm_chan_release(struct gpu_model *gm, struct gm_chan *c, const struct gm_semaphore *sem,
		     bool wide, bool stamp);
void gm_chan_nonstall(struct gpu_model *gm, struct gm_chan *c);

/* ---- runlist.c ---- */
/* A channel may have something to do now. */
void gm_runlist_kick(struct gpu_model *gm);

/* ---- host.c ---- */
/* Run until the slice is used up, the channel is idle, waits or has an error. */
void gm_host_run(struct gpu_model *gm, struct gm_chan *c, struct gm_slice *slice);
/* True when the channel could use a slice. */
bool gm_host_runnable(const struct gm_chan *c);

/* ---- ce.c ---- */
bool gm_ce_class(uint32_t class_id);
bool gm_ce_method(struct gpu_model *gm, struct gm_chan *c, uint32_t mthd, uint32_t data);
/* Go on with the launch under way, at most as far as the slice reaches. */
bool gm_ce_run(struct gpu_model *gm, struct gm_chan *c, struct gm_slice *slice);

/* ---- gr.c ---- */
bool gm_gr_method(struct gpu_model *gm, struct gm_chan *c, uint32_t mthd, uint32_t data);

#endif /* GM_CHAN_H */
