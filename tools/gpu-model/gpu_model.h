/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The GPU model: an SR-IOV capable GPU board as a plain C library.
 *
 * A host (the QEMU adapter, an in-process test, a fuzzer) creates a model, forwards configuration
 * space and BAR accesses to it, and gives it DMA, interrupts and time through
 * struct gpu_model_host_ops. The model holds no thread and no lock: every call on one model must
 * come from one thread at a time, and a host op may be called from inside any of these calls.
 *
 * Functions are numbered as the board numbers them: 0 is the PF, n (1..num_vfs) is VF n-1, which
 * is also that VF's GFID. BARs are PCI BAR indexes: 0 (registers), 1 (framebuffer), 3 (instance).
 */
#ifndef GPU_MODEL_H
#define GPU_MODEL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct gpu_model;

/* Most functions a model can have: the PF and 64 VFs (the largest GFID of the firmware ABI). */
#define GPU_MODEL_MAX_VFS 64

enum gpu_model_log_level {
	GPU_MODEL_LOG_ERROR,
	GPU_MODEL_LOG_WARN,
	GPU_MODEL_LOG_INFO,
	GPU_MODEL_LOG_TRACE,
};

/* What the model needs from its host. Every op is mandatory unless marked optional. */
struct gpu_model_host_ops {
	/*
	 * Bus-master access of @len bytes at bus address @addr with the requester id of @function.
	 * Returns 0, or a negative errno when the access faulted; a failed read leaves @buf
	 * unspecified. The model only calls these while the function's bus-master enable is on.
	 */
	int (*dma_read)(void *opaque, unsigned int function, uint64_t addr, void *buf, size_t len);
	int (*dma_write)(void *opaque, unsigned int function, uint64_t addr, const void *buf,
			 size_t len);
	/* Edge: MSI-X message @vector of @function. The host applies mask and pending bits. */
	void (*raise_msix)(void *opaque, unsigned int function, unsigned int vector);
	/* Edge: the PF's single MSI message (only with gpu_model_config.msi). */
	void (*raise_msi)(void *opaque);
	/* Level of the PF's INTA pin. */
	void (*set_intx)(void *opaque, bool level);
	/* Monotonic time in nanoseconds. */
	uint64_t (*now_ns)(void *opaque);
	/*
	 * Ask for one gpu_model_run() call @delay_ns from now, outside any model call. A new
	 * request replaces an earlier one only if it is sooner. 0 means as soon as possible.
	 */
	void (*schedule)(void *opaque, uint64_t delay_ns);
	/* Optional: one log line without newline. NULL: warnings and errors go to stderr. */
	void (*log)(void *opaque, enum gpu_model_log_level level, const char *line);
};

/* A row of the table that tells the firmware line from the announced size of the GSP image. */
struct gpu_model_fw_row {
	uint64_t gsp_image_bytes; /* size of the .fwimage section, as WPR metadata announces it */
	const char *line;	  /* "570.144" or "535.113.01" */
};

struct gpu_model_config {
	const char *board;	     /* "L40" (default when NULL), "L40S", "L20", "L4", "A40" */
	uint64_t vram_bytes;	     /* 0: the board's own size (48 GiB) */
	unsigned int num_vfs;	     /* TotalVFs, 0: the board's own count (32) */
	uint64_t vmmu_segment_bytes; /* 0: 128 MiB; else a power of two, 32 MiB to 1 GiB */
	uint64_t resident_cap_bytes; /* VRAM content that may be resident, 0: 2 GiB */
	uint32_t gpc_mask, tpc_mask; /* GPCs there are, TPCs in each; 0: the board's own */
	bool msi;		     /* show an MSI capability at 0x68 instead of the null one */
	unsigned int msix_entries;   /* of the PF's MSI-X table, 0: the board's own 6; 1 to 6 */
	bool require_signatures;     /* refuse vGPU types without a signature */
	const char *fail;	     /* comma separated fault names, see gpu_model_set_fail() */
	const struct gpu_model_fw_row *fw_rows; /* rows added to the built-in table, or NULL */
	size_t num_fw_rows;
	uint64_t plugin_boot_ns; /* latency from bootload to the plugin's ready marker */
};

/*
 * gpu_model_new - create a board in its power-on state
 * @config:	configuration, copied; NULL for an L40 with defaults
 * @ops:	host ops, copied
 * @opaque:	passed to every op
 * @errbuf:	on failure receives one sentence, may be NULL
 *
 * Returns the model, or NULL with @errbuf filled.
 */
struct gpu_model *gpu_model_new(const struct gpu_model_config *config,
				const struct gpu_model_host_ops *ops, void *opaque, char *errbuf,
				size_t errbuf_size);
void gpu_model_free(struct gpu_model *gm);

/* Bus reset or power cycle: everything but VRAM content returns to the power-on state. */
void gpu_model_reset(struct gpu_model *gm);
/* FLR of one function; function 0 resets GSP and all VFs with it. */
void gpu_model_function_reset(struct gpu_model *gm, unsigned int function);

/*
 * Naturally aligned accesses of 1, 2, 4 or 8 bytes. An offset outside what exists reads as the
 * hardware's error pattern and drops writes; both are logged once.
 */
uint64_t gpu_model_mmio_read(struct gpu_model *gm, unsigned int function, unsigned int bar,
			     uint64_t offset, unsigned int size);
void gpu_model_mmio_write(struct gpu_model *gm, unsigned int function, unsigned int bar,
			  uint64_t offset, uint64_t value, unsigned int size);

/* Configuration space, offset 0 to 0xfff, 1, 2 or 4 bytes, naturally aligned. */
uint32_t gpu_model_config_read(struct gpu_model *gm, unsigned int function, unsigned int offset,
			       unsigned int size);
void gpu_model_config_write(struct gpu_model *gm, unsigned int function, unsigned int offset,
			    uint32_t value, unsigned int size);
/* The power-on image of a function's configuration space and its mask of writable bits (4 KiB). */
void gpu_model_config_image(struct gpu_model *gm, unsigned int function, uint8_t *image,
			    uint8_t *write_mask);

/* BAR size in bytes of a function (0 when it has no such BAR). */
uint64_t gpu_model_bar_bytes(const struct gpu_model *gm, unsigned int function, unsigned int bar);
unsigned int gpu_model_num_vfs(const struct gpu_model *gm);

/* Run work that is due: GSP, plugins, timers. Called when the time given to schedule() has come. */
void gpu_model_run(struct gpu_model *gm);

/*
 * gpu_model_set_fail - replace the set of injected faults
 * @names:	comma separated names, "" or NULL for none
 *
 * Returns 0, or -EINVAL with @errbuf naming the unknown word and listing the known ones.
 */
int gpu_model_set_fail(struct gpu_model *gm, const char *names, char *errbuf, size_t errbuf_size);

/* One place in VRAM, physical. */
struct gpu_model_hit {
	uint64_t spa;	   /* physical VRAM address */
	unsigned int gfid; /* owner of the VMMU segment it lies in, 0 for none (the PF) */
	uint64_t gpa;	   /* guest-physical address in that GFID's view, 0 when gfid is 0 */
};

/* Search resident VRAM for @needle. Returns the number of hits found, at most @max stored. */
size_t gpu_model_vram_find(struct gpu_model *gm, const void *needle, size_t len,
			   struct gpu_model_hit *hits, size_t max);
/* Where an address of the PF's leads. */
struct gpu_model_page {
	const char *kind;	/* "vram", "system", "sparse", "fault" */
	uint64_t address;	/* physical, or of the PF's requester id */
	uint64_t left;		/* bytes from there to the end of the page */
	bool read_only;
};

/*
 * What the PF's engines find at @va by the page tables (format v2) whose root lies at @pdb in VRAM:
 * cached entries that nobody invalidated count.
 */
void gpu_model_translate(struct gpu_model *gm, uint64_t pdb, uint64_t va,
			 struct gpu_model_page *page);
/* Raw VRAM access for tests and debuggers; -ERANGE past the end. */
int gpu_model_vram_read(struct gpu_model *gm, uint64_t spa, void *buf, size_t len);

/* Counters and state as one JSON object, for people and tests. Returned string is malloc'ed. */
char *gpu_model_stats_json(struct gpu_model *gm);

/*
 * gpu_model_inject - make something happen now
 * @what:	"xid:GFID:CODE" (guest error), "plugin-crash:GFID", "gsp-crash"
 *
 * Returns 0 or -EINVAL with @errbuf filled.
 */
int gpu_model_inject(struct gpu_model *gm, const char *what, char *errbuf, size_t errbuf_size);

/*
 * gpu_model_trace - record what happens at the board's registers and in its message queues
 * @path:	file to write, replaced if it is there; NULL or "" ends the recording
 *
 * Off in a new model, where it costs nothing. trace.h has the form, tools/gpu-trace reads it. The
 * file is whole once the recording has ended (or with gpu_model_free()).
 *
 * Returns 0, or a negative errno with @errbuf naming the file and the reason; nothing is recorded
 * then.
 */
int gpu_model_trace(struct gpu_model *gm, const char *path, char *errbuf, size_t errbuf_size);
/* Put a milestone of the host's own into the trace, and write out all that came before it. */
void gpu_model_trace_mark(struct gpu_model *gm, const char *text);

#ifdef __cplusplus
}
#endif

#endif /* GPU_MODEL_H */
