/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the board side of the GPU model: its state and the calls between its files. */
#ifndef GM_BOARD_H
#define GM_BOARD_H

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../kmod/abi/boot.h"
#include "../../kmod/abi/firmware.h"
#include "../../kmod/abi/mmu.h"
#include "../../kmod/abi/pci.h"
#include "../../kmod/abi/regs.h"
#include "../../kmod/abi/vbios.h"
#include "gm.h"

#define GM_MAX_FUNCTIONS (GPU_MODEL_MAX_VFS + 1)
#define GM_MAX_TIMERS 64
#define GM_MAX_FAILS 32
#define GM_FAIL_NAME_BYTES 32
#define GM_PAGE_BYTES 4096
#define GM_PAGE_SHIFT 12

/* What the model answers where hardware answers with its own junk patterns. */
#define GM_PRI_UNKNOWN (NV_PRI_ERROR_PATTERN | 0x1100) /* no such register */
#define GM_PRI_PROTECTED (NV_PRI_ERROR_PATTERN | 0x5040) /* CPU access to WPR2 */
#define GM_BAR_UNMAPPED (NV_PRI_ERROR_PATTERN | 0x0200) /* BAR access without a translation */

/* Unknown registers are logged once each, and at most this many. */
#define GM_UNKNOWN_LOG_MAX 256
#define GM_UNKNOWN_WORDS (NV_PCI_PF_BAR0_BYTES / 4 / 64)

/* Memories of a falcon, as HWCFG announces them. */
#define GM_FALCON_MEM_BYTES 0x10000
#define GM_FALCON_MEM_BLOCKS (GM_FALCON_MEM_BYTES / NV_PFALCON_DMA_BLOCK_BYTES)

/*
 * What booter reports in SEC2 MAILBOX0. The real codes are not published; these are the model's
 * own, one per check, so that a test can tell which one refused.
 */
enum gm_booter_error {
	GM_BOOTER_OK = 0,
	GM_BOOTER_INJECTED = 0x01,
	GM_BOOTER_META_UNREADABLE = 0x10,
	GM_BOOTER_META_MAGIC,
	GM_BOOTER_META_REVISION,
	GM_BOOTER_META_VERIFIED, /* not 0 on the way in */
	GM_BOOTER_RESUME,	 /* suspend/resume metadata is not modelled */
	GM_BOOTER_FB_SIZE = 0x20,
	GM_BOOTER_VGA_WORKSPACE,
	GM_BOOTER_WPR_END,
	GM_BOOTER_FRTS,
	GM_BOOTER_BOOT_BIN,
	GM_BOOTER_IMAGE_OFFSET,
	GM_BOOTER_HEAP,
	GM_BOOTER_HEAP_SIZE,
	GM_BOOTER_WPR_START,
	GM_BOOTER_NON_WPR_HEAP,
	GM_BOOTER_RESERVED_START,
	GM_BOOTER_PMU_RESERVED,
	GM_BOOTER_PARTITIONS,
	GM_BOOTER_WPR2_UNSET = 0x40,
	GM_BOOTER_WPR2_MISMATCH,
	GM_BOOTER_WPR2_SET, /* load while WPR2 already holds a GSP */
	GM_BOOTER_SCRUB_MISSING,
	GM_BOOTER_RADIX3 = 0x50,
	GM_BOOTER_IMAGE_UNREADABLE,
	GM_BOOTER_IMAGE_SIZE, /* no known firmware has this size */
	GM_BOOTER_BOOTLOADER,
	GM_BOOTER_SIGNATURE,
};

/* What FWSEC reports in its PBUS scratch word; the model's own codes as well. */
enum gm_fwsec_error {
	GM_FWSEC_OK = 0,
	GM_FWSEC_INJECTED = 0x01,
	GM_FWSEC_COMMAND,     /* neither FRTS nor SB */
	GM_FWSEC_READ_VBIOS,  /* first part of the command buffer */
	GM_FWSEC_FRTS_HEADER, /* version, size or media of the region */
	GM_FWSEC_FRTS_RANGE,  /* not 1 MiB below the VGA workspace */
	GM_FWSEC_WPR2_SET,
};

struct gm_falcon {
	const char *name;
	uint32_t base;
	bool is_gsp;
	uint32_t mailbox[2], os, rm, itfen, debuginfo, bootvec, dmactl, engine;
	uint32_t dma_base, dma_base1, dma_moffs, dma_fboffs;
	uint32_t fbif_ctl, transcfg[NV_PFALCON_FBIF_TRANSCFG_COUNT];
	uint32_t irqstat, irqmode, irqmask, irqdest, intr_vector;
	uint32_t mod_sel, ucode_id, engidmask, paraaddr, bcr;
	uint32_t pgsp_mailbox[NV_PGSP_MAILBOX_COUNT];
	uint32_t imemc, dmemc;
	bool riscv_active;
	bool imem_loaded;	/* since the last engine reset */
	uint32_t imem_bytes;	/* extent loaded since then */
	uint32_t dmem_bytes;
	uint8_t *imem, *dmem;
	uint16_t imem_tag[GM_FALCON_MEM_BLOCKS]; /* virtual address >> 8 of each block */
	bool imem_valid[GM_FALCON_MEM_BLOCKS];
	bool imem_secure[GM_FALCON_MEM_BLOCKS];
};

/* One BAR aperture (BAR1, BAR2) of a function. */
struct gm_bar {
	uint32_t block;	     /* the BLOCK register */
	bool pdb_set;	     /* the firmware owns the root: gm_bar_set_pdb() */
	uint64_t pdb_spa;
};

/* Registers of one function: its window, its configuration space. */
struct gm_function {
	uint8_t cfg[NV_PCI_CFG_BYTES];
	uint32_t leaf[NV_VFN_INTR_LEAVES], leaf_en[NV_VFN_INTR_LEAVES];
	uint32_t top_en;
	uint32_t signalled; /* subtrees whose TOP & TOP_EN is up */
	uint32_t scratch[NV_VFN_SCRATCH_COUNT];
	uint32_t priv_timer;
	uint32_t msix[NV_PCI_MSIX_ENTRIES * NV_PCI_MSIX_ENTRY_BYTES / 4];
	struct gm_bar bar1, bar2;
	struct {
		uint32_t lo, hi, get, put, size;
	} fault[NV_VFN_FAULT_BUFFER_COUNT];
	uint32_t page_fault_ctrl;
	uint32_t latched[6]; /* latched fault: address, instance, info, status */
	uint32_t inv_pdb, inv_upper, inv_cmd;
	uint64_t inv_until_ns; /* a triggered invalidate is under way until here or until polled */
	uint64_t *vmmu;	       /* per guest segment: SPA | 1, or 0; NULL without segments */
};

/* What a walk has read of one table: one qword, or two of a dual directory. */
struct gm_tlb_entry {
	uint64_t root; /* gm_tlb_root() */
	uint64_t page; /* virtual address >> shift */
	uint16_t function;
	uint8_t shift; /* of the level */
	bool used;
	uint64_t value[2];
};

#define GM_TLB_BITS 10
#define GM_TLB_ENTRIES (1U << GM_TLB_BITS)

struct gm_timer {
	bool used;
	uint64_t due_ns, arg;
	void (*fn)(struct gpu_model *gm, uint64_t arg);
};

struct gm_stats {
	uint64_t unknown_reads, unknown_writes;
	uint64_t dma_refused, dma_faults;
	uint64_t dma_above_4g; /* accesses of bus addresses that need more than 32 bits */
	uint64_t bar_faults, wpr_blocked;
	uint64_t tlb_invalidates, tlb_overlaps, tlb_vf_all_pdb;
	uint64_t irq_sent, irq_dropped;
	uint64_t usermode_doorbells;
	uint64_t fwsec_runs, scrubber_runs, booter_loads, booter_unloads;
	uint64_t vram_full, vmmu_shared;
	uint64_t function_resets;
	uint64_t bad_doorbells, chan_errors, pb_dwords, host_methods;
	uint64_t sem_releases, sem_acquires, sem_waits, nonstall_irqs;
	uint64_t ce_launches, ce_bytes, ce_fill_bytes, notifications;
};

struct gpu_model {
	struct gpu_model_config config;
	struct gpu_model_host_ops ops;
	void *opaque;
	struct gm_board board;
	char *fail_text;
	struct gpu_model_fw_row *fw_rows;
	struct gm_gsp *gsp;
	struct gm_trace *trace; /* NULL while none is recorded */
	struct gm_stats stats;

	struct {
		char name[GM_FAIL_NAME_BYTES];
		bool has_arg;
		uint32_t arg;
	} fail[GM_MAX_FAILS];
	size_t num_fails;

	struct gm_timer timer[GM_MAX_TIMERS];

	/* VRAM: a sparse memfd, one bit per page that holds content. */
	int vram_fd;
	uint8_t *vram;
	uint64_t *resident;
	uint64_t resident_pages, resident_cap_pages;

	/* PCI */
	uint8_t pf_mask[NV_PCI_CFG_BYTES], vf_mask[NV_PCI_CFG_BYTES];
	unsigned int vfs_enabled;
	bool intx_level, msi_armed, msi_missed;

	/* Registers outside the function windows and falcons. */
	uint64_t *unknown; /* one bit per dword of BAR0: already logged */
	unsigned int unknown_logged;
	uint32_t scratch[NV_PBUS_SW_SCRATCH_COUNT];
	uint32_t boot_1, pramin_window, flush_lo, flush_hi;
	uint32_t wpr2_lo, wpr2_hi;
	uint32_t bsi_scratch_14;
	bool scrubbed;
	uint32_t ptimer_intr_en, ptimer_alarm, ptimer_hi_latch;
	uint64_t ptimer_offset_ns, ptimer_last_ns;
	uint8_t crtc_index;
	uint8_t crtc[256];

	uint8_t *rom;
	uint32_t rom_bytes;
	struct gm_falcon falcon_gsp, falcon_sec2;
	bool gsp_started;	     /* gm_gsp_start() was called and no stop since */
	uint64_t fw_reserved_start;  /* 0: no GSP booted */
	uint64_t wpr_start;

	struct gm_function fn[GM_MAX_FUNCTIONS];
	struct gm_tlb_entry tlb[GM_TLB_ENTRIES];

	/* channels: a table with holes, the one whose turn it is, and the pending run */
	struct gm_chan **chan, *chan_running;
	unsigned int chan_next;
	uint64_t chan_backoff_ns;
	bool chan_run_pending;
};

static inline uint32_t gm_get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static inline uint64_t gm_get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static inline void gm_put16(uint8_t *p, uint16_t v)
{
	v = htole16(v);
	memcpy(p, &v, sizeof(v));
}

static inline void gm_put32(uint8_t *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, sizeof(v));
}

static inline void gm_put64(uint8_t *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof(v));
}

/* Repeat a 32-bit pattern over a buffer that starts at address @addr. */
static inline void gm_fill_pattern(uint8_t *buf, uint64_t addr, size_t len, uint32_t pattern)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = (uint8_t)(pattern >> (8 * ((addr + i) & 3)));
}

static inline uint64_t gm_align_down(uint64_t v, uint64_t align)
{
	return v & ~(align - 1);
}

/* chip.c: rows of the board table; NULL when there is none of that name. */
const struct gm_board *gm_board_find(const char *name);
/* Names of all boards, for an error text. */
void gm_board_names(char *buf, size_t size);

/* fault.c: parse and replace the injected faults. */
int gm_fail_set(struct gpu_model *gm, const char *names, char *errbuf, size_t errbuf_size);

/*
 * trace.c: an access of the host to a BAR, @op R or W; only while gm->trace is not NULL. Writes
 * are noted before they act, so that what they cause comes after them.
 */
void gm_trace_access(struct gpu_model *gm, char op, unsigned int function, unsigned int bar,
		     uint64_t offset, uint64_t value, unsigned int size);

/* vram.c */
int gm_vram_init(struct gpu_model *gm, char *errbuf, size_t errbuf_size);
void gm_vram_fini(struct gpu_model *gm);
/* CPU access to physical VRAM: WPR2 is not reachable, past the end reads the unmapped pattern. */
void gm_vram_cpu_read(struct gpu_model *gm, uint64_t spa, void *buf, size_t len);
void gm_vram_cpu_write(struct gpu_model *gm, uint64_t spa, const void *buf, size_t len);

/* vmmu.c: translate within one segment; false when the GFID has none there. */
bool gm_vmmu_translate(struct gpu_model *gm, unsigned int gfid, uint64_t gpa, uint64_t *spa);
/* Owner of a physical address, 0 for none. */
unsigned int gm_vmmu_owner(struct gpu_model *gm, uint64_t spa, uint64_t *gpa);
void gm_vmmu_fini(struct gpu_model *gm);

/* tlb.c: entries that walks have read; @key says which, @words is 1 or 2. */
bool gm_tlb_find(struct gpu_model *gm, const struct gm_tlb_entry *key, uint64_t *value,
		 unsigned int words);
void gm_tlb_keep(struct gpu_model *gm, const struct gm_tlb_entry *key, const uint64_t *value,
		 unsigned int words);
/* As the invalidate registers of @function say. */
void gm_tlb_invalidate(struct gpu_model *gm, unsigned int function);
void gm_tlb_drop_function(struct gpu_model *gm, unsigned int function);
/* Tables are page-aligned: bit 0 says where the root lies. */
static inline uint64_t gm_tlb_root(uint64_t pdb, bool sysmem)
{
	return pdb | sysmem;
}

/* mmu.c: page-table walk. */
enum gm_xlate_kind {
	GM_XLATE_FAULT,
	GM_XLATE_VIDMEM, /* address in the function's framebuffer view */
	GM_XLATE_SYSMEM,
	GM_XLATE_SPARSE,
};

struct gm_xlate {
	enum gm_xlate_kind kind;
	uint64_t addr;
	uint64_t left; /* bytes from addr to the end of the page */
	bool read_only;
	uint8_t pte_kind;
};

/*
 * gm_mmu_walk - translate @va with the v2 tables whose root is at @pdb, or what is cached of them
 * @function:	whose framebuffer view and requester id the tables are read with
 * @pdb_sysmem:	the root is in system memory
 */
struct gm_xlate gm_mmu_walk(struct gpu_model *gm, unsigned int function, uint64_t pdb,
			    bool pdb_sysmem, uint64_t va);

/* mmu_v3.c: the same for v3 tables; @pages_256g: PD2 may have pages, on Blackwell. */
struct gm_xlate gm_mmu_walk_v3(struct gpu_model *gm, unsigned int function, uint64_t pdb,
			       bool pdb_sysmem, uint64_t va, bool pages_256g);

/* bar.c: BAR1 and BAR2 apertures of a function; @bar is the PCI index, @len at most 8. */
void gm_aperture_read(struct gpu_model *gm, unsigned int function, unsigned int bar,
		      uint64_t offset, void *buf, size_t len);
void gm_aperture_write(struct gpu_model *gm, unsigned int function, unsigned int bar,
		       uint64_t offset, const void *buf, size_t len);
/* Forget the roots that the firmware has set. */
void gm_bar_release_all(struct gpu_model *gm);

/* vf.c: a function's register window, @offset 0 to NV_VFN_BYTES - 4, 32-bit. False: no register. */
bool gm_window_read(struct gpu_model *gm, unsigned int function, uint32_t offset, uint32_t *value);
bool gm_window_write(struct gpu_model *gm, unsigned int function, uint32_t offset, uint32_t value);
void gm_window_reset(struct gpu_model *gm, unsigned int function);

/* vfn.c: interrupt registers of the window, and delivery. */
bool gm_vfn_read(struct gpu_model *gm, unsigned int function, uint32_t offset, uint32_t *value);
bool gm_vfn_write(struct gpu_model *gm, unsigned int function, uint32_t offset, uint32_t value);
void gm_vfn_reset(struct gpu_model *gm, unsigned int function);
/* Recompute signals of a function and send what rose; also after config changes. */
void gm_vfn_update(struct gpu_model *gm, unsigned int function);
void gm_msi_rearm(struct gpu_model *gm);

/* config.c */
void gm_config_reset(struct gpu_model *gm, unsigned int function);
void gm_config_init_masks(struct gpu_model *gm);
uint32_t gm_config_get(const struct gpu_model *gm, unsigned int function, unsigned int offset,
		       unsigned int size);
void gm_config_set_intx_status(struct gpu_model *gm, bool pending);
bool gm_config_msix_enabled(const struct gpu_model *gm, unsigned int function);
bool gm_config_msi_enabled(const struct gpu_model *gm);

/* chan.c */
int gm_chan_init(struct gpu_model *gm);
void gm_chan_fini(struct gpu_model *gm);
/* USERMODE doorbell of a function. */
void gm_chan_doorbell(struct gpu_model *gm, unsigned int function, uint32_t value);
unsigned int gm_chan_count(const struct gpu_model *gm);

/* timer of the board: PTIMER and USERMODE time. */
uint64_t gm_ptimer_ns(struct gpu_model *gm);

/* regs.c: 32-bit registers of the PF outside windows and falcons. False: no register. */
bool gm_pf_reg_read(struct gpu_model *gm, uint32_t offset, uint32_t *value);
bool gm_pf_reg_write(struct gpu_model *gm, uint32_t offset, uint32_t value);
void gm_pf_reg_reset(struct gpu_model *gm);

/* falcon.c */
int gm_falcon_init(struct gpu_model *gm);
void gm_falcon_fini(struct gpu_model *gm);
void gm_falcon_power_on(struct gpu_model *gm);
bool gm_falcon_read(struct gpu_model *gm, struct gm_falcon *f, uint32_t offset, uint32_t *value);
bool gm_falcon_write(struct gpu_model *gm, struct gm_falcon *f, uint32_t offset, uint32_t value);
/* Stop GSP-RM if it runs, RISC-V core inactive. */
void gm_gsp_halt(struct gpu_model *gm);

/* bootrom.c: the falcon core was started with code loaded. */
void gm_bootrom_start(struct gpu_model *gm, struct gm_falcon *f);
bool gm_wpr2_range(const struct gpu_model *gm, uint64_t *start, uint64_t *end);

/* booter.c: booter_load with WPR metadata at DMA address @meta_addr. Returns a MAILBOX0 value. */
enum gm_booter_error gm_booter_load(struct gpu_model *gm, uint64_t meta_addr);
const char *gm_fw_line(const struct gpu_model *gm, uint64_t image_bytes);

/* vbios.c: build the ROM; the places FWSEC is recognised by. */
#define GM_FWSEC_IMEM_BYTES 0x1000
#define GM_FWSEC_DMEM_BYTES 0x1000
#define GM_FWSEC_MAPPER_OFFSET 0x40
#define GM_FWSEC_CMD_OFFSET 0x100
#define GM_FWSEC_CMD_BYTES 0x40
#define GM_FWSEC_OUT_OFFSET 0x140
#define GM_FWSEC_OUT_BYTES 0x40
#define GM_FWSEC_SIGNATURE_OFFSET 0x200
#define GM_FWSEC_UCODE_ID 9
int gm_vbios_build(struct gpu_model *gm);
void gm_vbios_free(struct gpu_model *gm);
const uint8_t *gm_vbios_fwsec_imem(const struct gpu_model *gm);
const uint8_t *gm_vbios_fwsec_signature(const struct gpu_model *gm);

#endif /* GM_BOARD_H */
