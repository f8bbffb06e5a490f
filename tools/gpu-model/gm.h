/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the GPU model: the seam between the board (config space, registers, falcons, memory) and
 * the firmware it pretends to run (GSP-RM, vGPU plugins). Not visible to hosts.
 *
 *   board side  (config.c mmio.c falcon.c bootrom.c vbios.c vfn.c vram.c mmu.c vf.c fault.c
 *                  trace.c chan.c runlist.c host.c ce.c)
 *   firmware side (gsp.c gsp_queue.c gsp_rm.c gsp_static.c gsp_vgpu.c plugin.c ...)
 */
#ifndef GM_H
#define GM_H

#include "gpu_model.h"

struct gm_gsp; /* firmware side's private state */

/* ---- board side, used by the firmware side ---- */

void gm_log(struct gpu_model *gm, enum gpu_model_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* True when the named fault is injected, e.g. gm_fail(gm, "booter"). */
bool gm_fail(struct gpu_model *gm, const char *name);
/* True when "name:arg" is injected with this number, e.g. gm_fail_num(gm, "rpc", 76). */
bool gm_fail_num(struct gpu_model *gm, const char *name, uint32_t arg);

/* trace.c: each does nothing while no trace is recorded. What: I interrupt, M milestone. */
void gm_trace_event(struct gpu_model *gm, char what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A call of the driver, as it is about to be executed. */
void gm_trace_call(struct gpu_model *gm, uint32_t function, const uint8_t *payload, uint32_t bytes);
/* An event or an answer of GSP, as it is queued. */
void gm_trace_message(struct gpu_model *gm, uint32_t function, uint32_t bytes, uint32_t result);

uint64_t gm_now_ns(struct gpu_model *gm);
/* Call fn(gm, arg) from gpu_model_run() once, @delay_ns from now. -ENOSPC when 64 are pending. */
int gm_after(struct gpu_model *gm, uint64_t delay_ns,
	     void (*fn)(struct gpu_model *gm, uint64_t arg), uint64_t arg);
/* Forget pending calls of fn. */
void gm_cancel(struct gpu_model *gm, void (*fn)(struct gpu_model *gm, uint64_t arg));

/* System memory with the function's requester id; -EPERM when its bus master enable is off. */
int gm_dma_read(struct gpu_model *gm, unsigned int function, uint64_t addr, void *buf, size_t len);
int gm_dma_write(struct gpu_model *gm, unsigned int function, uint64_t addr, const void *buf,
		 size_t len);

/* VRAM by physical address; -ERANGE past the end, -ENOMEM at the resident cap (logged). */
uint64_t gm_vram_bytes(const struct gpu_model *gm);
int gm_vram_read(struct gpu_model *gm, uint64_t spa, void *buf, size_t len);
int gm_vram_write(struct gpu_model *gm, uint64_t spa, const void *buf, size_t len);
/* Zero a range; whole host pages are given back. */
int gm_vram_zero(struct gpu_model *gm, uint64_t spa, uint64_t len);

/* VMMU: segments of one GFID. A GFID without segments sees no framebuffer at all. */
uint64_t gm_vmmu_segment_bytes(const struct gpu_model *gm);
int gm_vmmu_map(struct gpu_model *gm, unsigned int gfid, uint64_t gpa, uint64_t spa, uint64_t len);
void gm_vmmu_clear(struct gpu_model *gm, unsigned int gfid);
/*
 * Framebuffer as a function sees it: GFID 0 physical, others through their VMMU; -EFAULT if
 * unmapped.
 */
int gm_fb_read(struct gpu_model *gm, unsigned int gfid, uint64_t gpa, void *buf, size_t len);
int gm_fb_write(struct gpu_model *gm, unsigned int gfid, uint64_t gpa, const void *buf, size_t len);

/* Interrupt tree of a function: latch @vector as its source would (edge). */
void gm_vfn_trigger(struct gpu_model *gm, unsigned int function, unsigned int vector);
/* GSP falcon host cause (IRQSTAT bit), vector 155 on empty to non-empty. */
void gm_gsp_falcon_cause(struct gpu_model *gm, uint32_t irqstat_bits);
void gm_gsp_set_mailbox(struct gpu_model *gm, unsigned int index, uint32_t value);
/* GSP RISC-V core state as RISCV_CPUCTL shows it. */
void gm_gsp_set_active(struct gpu_model *gm, bool active);

/* 16 scratch words at 0x2100 of a function's window (guest RPC address etc.). */
uint32_t gm_vf_scratch(struct gpu_model *gm, unsigned int function, unsigned int index);
/* BARs as the PCI core has programmed them (0 when unassigned), by function and BAR index. */
uint64_t gm_bar_address(struct gpu_model *gm, unsigned int function, unsigned int bar);
bool gm_bus_master(struct gpu_model *gm, unsigned int function);
/*
 * GSP owns the PF's BAR address spaces: the root page directory (v2, physical VRAM address) that
 * BAR @bar (PCI index: 1, or 3 for "BAR2") is translated with from now on, or GM_BAR_PDB_NONE to
 * go back to the BLOCK register. Dropped by the board when GSP stops. The CPU edits these tables
 * through PRAMIN and BAR2, so they must lie outside WPR2, e.g. in the non-WPR heap just below
 * (from gm_fw_reserved_start() on, 1 MiB).
 */
#define GM_BAR_PDB_NONE UINT64_MAX
void gm_bar_set_pdb(struct gpu_model *gm, unsigned int bar, uint64_t pdb_spa);
/* The firmware has changed the table at @pdb itself: no translation of it is cached any more. */
void gm_tlb_drop_root(struct gpu_model *gm, unsigned int function, uint64_t pdb, bool sysmem);
/* Host-visible facts of the board. */
struct gm_board {
	const char *name;		/* "L40" */
	uint32_t boot_0, boot_42;	/* PMC identification */
	uint16_t device, subsystem;	/* PCI ids, vendor is NVIDIA's */
	uint64_t vram_bytes;
	unsigned int num_vfs, vf_offset, vf_stride;
	uint64_t pf_bar1_bytes, pf_bar3_bytes;
	uint64_t vf_bar0_bytes, vf_bar1_bytes, vf_bar3_bytes;
	uint32_t gpc_mask, tpc_mask;	/* per GPC */
	/*
	 * SEC2's version fuse of booter: bit N-1 set up to the version the board demands. The GA102
	 * images carry no signature for an unblown fuse, so no board that runs them has one.
	 */
	uint32_t booter_fuse;
};
const struct gm_board *gm_board(const struct gpu_model *gm);

/*
 * Channels: the firmware makes them and schedules them, the hardware runs them. @gfid is the
 * function a channel belongs to, @chid its id as that function writes it to the doorbell.
 */
enum gm_chan_engine {
	GM_CHAN_ENGINE_GR,
	GM_CHAN_ENGINE_CE,
	GM_CHAN_ENGINE_OTHER,
};

struct gm_chan_config {
	unsigned int gfid;
	uint32_t runlist, chid;
	enum gm_chan_engine engine;
	uint32_t engine_id; /* comes back in gm_gsp_channel_error() */
	unsigned int nonstall_vector;
	uint64_t instance, userd; /* addresses; the page directory is in the instance block */
	bool instance_sysmem, userd_sysmem;
	uint64_t gpfifo_va;
	uint32_t gpfifo_entries;
	bool privileged;
	bool physical_ce; /* the copy engine may be given physical addresses */
};

struct gm_chan_fault {
	uint32_t runlist, chid, engine_id;
	uint32_t xid;
	uint64_t addr; /* of the fault, 0 for none */
	const char *text;
};

/* -EINVAL for what no channel can be, -EEXIST when the id is taken, -ENOSPC, -ENOMEM. */
int gm_chan_create(struct gpu_model *gm, const struct gm_chan_config *config);
void gm_chan_destroy(struct gpu_model *gm, unsigned int gfid, uint32_t runlist, uint32_t chid);
/* -ENOENT when there is none, -EIO when an error has stopped it. */
int gm_chan_enable(struct gpu_model *gm, unsigned int gfid, uint32_t runlist, uint32_t chid,
		   bool on);
/* Destroy the channels of one function, or with GM_CHAN_ALL of all. */
#define GM_CHAN_ALL (~0U)
void gm_chan_reset(struct gpu_model *gm, unsigned int gfid);

const struct gpu_model_config *gm_config(const struct gpu_model *gm);
/* Physical layout after booter: from here up VRAM belongs to the firmware (gspFwRsvdStart). */
uint64_t gm_fw_reserved_start(const struct gpu_model *gm);

struct gm_gsp **gm_gsp_slot(struct gpu_model *gm);

/* ---- firmware side, used by the board side ---- */

int gm_gsp_init(struct gpu_model *gm); /* once, at gpu_model_new() */
void gm_gsp_fini(struct gpu_model *gm);
/*
 * Booter released GSP: @libos_args is the DMA address from its mailboxes, @line the firmware line
 * ("570.144"), @vf_partitions the count from the WPR metadata (0: bare metal).
 */
void gm_gsp_start(struct gpu_model *gm, uint64_t libos_args, const char *line,
		  unsigned int vf_partitions);
/* Reset of the GSP falcon or the PF: all firmware state is gone. */
void gm_gsp_stop(struct gpu_model *gm);
/* Write to QUEUE_HEAD(0) while GSP runs. */
void gm_gsp_doorbell(struct gpu_model *gm);
/* Write to PRIV_DOORBELL (0x2200) of a function's window. */
void gm_gsp_priv_doorbell(struct gpu_model *gm, unsigned int function, uint32_t value);
/* FLR or disable of a VF. */
void gm_gsp_function_reset(struct gpu_model *gm, unsigned int function);
/* Hardware has stopped a channel: robust channel recovery is the firmware's. */
void gm_gsp_channel_error(struct gpu_model *gm, unsigned int gfid,
			  const struct gm_chan_fault *fault);
/* Write to a function's BAR-block, TLB invalidate etc. needs nothing from the firmware side. */
int gm_gsp_inject(struct gpu_model *gm, const char *what, char *errbuf, size_t errbuf_size);
/* JSON members (no braces) appended to gpu_model_stats_json(); malloc'ed, may be NULL. */
char *gm_gsp_stats(struct gpu_model *gm);

#endif /* GM_H */
