/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the boot code: chips, firmware lines and the steps of a GSP boot.
 *
 * What differs between firmware lines is in struct gsp_fw_ops and nowhere else. Functions that take
 * a @why argument are pure parsers: on failure *@why is a constant phrase for the error sentence.
 */
#ifndef VGPU_FW_H
#define VGPU_FW_H

#include <linux/types.h>

#include "boot.h"

struct vgpu_gpu;
struct vgpu_static_info;

/* One chip this driver can boot. */
struct vgpu_chip {
	u16 id;				/* PMC_BOOT_42 chip id */
	const char *name;		/* "AD102" */
	const char *firmware;		/* folder below the firmware folder, "ad102" */
	const char *signature;		/* ELF section of its GSP signature */
	bool scrubber;			/* has a framebuffer scrubber image: may host vGPUs */
};

/*
 * vgpu_chip_identify - read the identification registers and look the chip up
 * Returns 0 and sets vgpu_gpu.chip, or -ENODEV with a sentence in last_error.
 */
int vgpu_chip_identify(struct vgpu_gpu *gpu);

/* Highest user virtual address that GSP may hand out: 47 bits, the last page kept free. */
#define GSP_MAX_USER_VA ((1ULL << 47) - GSP_PAGE_BYTES)

/* A channel or error event as every firmware line tells it. */
struct gsp_error_event {
	u32 gfid;			/* 0: the PF's own channels */
	u32 xid;
	u32 chid, engine;
	char text[256];			/* NUL-terminated, may be empty */
};

/* One firmware line. */
struct gsp_fw_ops {
	const char *version;		/* "570.144", part of the file names */
	bool hosts_vgpus;
	u64 heap_vgpu_bytes;		/* GSP heap of a vGPU host */
	u64 heap_carveout_bytes;	/* bare metal: formula's parts and limits */
	u64 heap_min_bytes, heap_max_bytes;
	u8 vf_partitions;		/* WPR metadata of a vGPU host */
	size_t gsp_file_bytes;		/* room for gsp-<version>.bin */
	size_t system_info_bytes;
	size_t static_info_bytes;
	size_t root_params_bytes;	/* alloc parameters of an RM client: the head of r570's */
	u16 mc_engine_gsp;		/* GSP in the interrupt table */
	const u32 *ignored_events;	/* of no use to this driver; 0 ends */
	/* @buf is zeroed and system_info_bytes long. */
	void (*fill_system_info)(struct vgpu_gpu *gpu, void *buf);
	/* @page is one zeroed page in memory that GSP reads. */
	void (*fill_rm_args)(struct vgpu_gpu *gpu, void *page);
	/* @buf holds static_info_bytes. -EPROTO on content that contradicts itself. */
	int (*decode_static_info)(const void *buf, struct vgpu_static_info *si, const char **why);
	/* False when @len is too short for the line's layout. */
	bool (*decode_rc)(const void *buf, size_t len, struct gsp_error_event *ev);
};

extern const struct gsp_fw_ops gsp_fw_ops_r570, gsp_fw_ops_r535;

/* ---- line.c: choosing a line, and what all lines share ---- */

/*
 * gsp_fw_select - set vgpu_gpu.boot.ops and boot.vgpu_host
 *
 * vgpu_gpu.firmware_version names a line, or the newest is taken. An older one takes its place only
 * where the newest is not installed and this board hosts no vGPUs in any case. -EINVAL with a
 * sentence when nobody knows the version.
 */
int gsp_fw_select(struct vgpu_gpu *gpu);
/* Copy text that firmware should have ended with NUL, fit for one line. */
void gsp_fw_text(char *dst, size_t size, const u8 *src, size_t chars);

struct gsp_bar_addresses;
struct gsp_host_limits;
struct gsp_msgq_init_args;
struct vgpu_board_info;

/* Parts of the zeroed system info and RMARGS page. */
void gsp_fw_fill_bars(const struct vgpu_board_info *info, struct gsp_bar_addresses *bars);
__le64 gsp_fw_pci_address(const struct vgpu_board_info *info);
void gsp_fw_fill_limits(struct gsp_host_limits *limits);
void gsp_fw_fill_queues(struct vgpu_gpu *gpu, struct gsp_msgq_init_args *msgq);

/* What this driver reads of a static info, wherever the line has it. */
struct gsp_fw_static_parts {
	__le64 fb_bytes;
	__le32 sriov_max_gfid;
	const struct gsp_gpu_names *names;
	const struct gsp_rm_state *rm;
	const struct gsp_sriov_caps *sriov_caps;
	const struct gsp_fb_region_info *fb_regions;
};

/* As decode_static_info. */
int gsp_fw_decode_static_info(const struct gsp_fw_static_parts *in, struct vgpu_static_info *si,
			      const char **why);
/* As decode_rc, for RPC_EV_OS_ERROR_LOG: what is read of it is the same on every line. */
bool gsp_fw_decode_error_log(const void *buf, size_t len, struct gsp_error_event *ev);
/* Version and interrupt vector by RM controls, into vgpu_gpu.si. */
int gsp_fw_query(struct vgpu_gpu *gpu);

/* ---- firmware.c: files and their containers ---- */

struct firmware;

/* A part of a file; not owned. */
struct fw_span {
	const u8 *data;
	size_t bytes;
};

/* gsp-<version>.bin */
struct gsp_image {
	struct fw_span image, signature;
	char version[32];
};

int gsp_image_parse(const u8 *data, size_t bytes, const char *signature_section,
		    struct gsp_image *out, const char **why);

/* bootloader-<version>.bin */
struct gsp_bootloader {
	struct fw_span image;
	u32 app_version, code_offset, data_offset, manifest_offset;
};

int gsp_bootloader_parse(const u8 *data, size_t bytes, struct gsp_bootloader *out,
			 const char **why);

/* booter_load, booter_unload, scrubber: heavy-secure ucode with signatures. */
struct hs_file {
	struct fw_span image;
	struct fw_span signatures;
	u32 num_signatures, signature_bytes;
	u32 patch_offset;		/* of the signature in image */
	u32 fuse_version, engine_id_mask, ucode_id;
	u32 data_offset, data_bytes;	/* DMEM part of image */
	u32 app_offset, app_bytes;	/* secure IMEM part of image */
};

int hs_file_parse(const u8 *data, size_t bytes, struct hs_file *out, const char **why);
/*
 * Copy the image and put the signature for fuse version @fuse (0: none burnt) into it.
 * -ENOKEY when no signature fits, -ENOMEM.
 */
int hs_file_build(const struct hs_file *hs, const char *name, u32 fuse, struct falcon_ucode *out,
		  const char **why);

#define GSP_FW_PATH_BYTES 128
/* Path of file @name of line @ops for this chip, below the firmware root. */
void gsp_firmware_path(const struct vgpu_gpu *gpu, const struct gsp_fw_ops *ops, const char *name,
		       char *path, size_t size);
/* Request "<firmware_dir>/<chip>/gsp/<name>-<version>.bin"; the sentence names the path. */
int gsp_firmware_request(struct vgpu_gpu *gpu, const char *name, const struct firmware **fw);
/*
 * As above, but into *@memory, which the caller vfrees; @file is the file in there. What follows
 * the ELF header begins a page, so that the image of a real file need not be copied.
 */
int gsp_firmware_request_image(struct vgpu_gpu *gpu, const char *name, u8 **memory,
			       struct fw_span *file);
/* Request, parse, pick the signature by the fuses of SEC2: ucode that runs on SEC2. */
int gsp_firmware_hs(struct vgpu_gpu *gpu, const char *name, struct falcon_ucode *out);

/* ---- vbios.c ---- */

struct vbios {
	u8 *data;			/* owned by who calls vbios_walk() */
	u32 bytes;			/* size of data, at most NV_PROM_BYTES */
	/* Make @bytes at @offset of data valid, which lie in it; NULL when all is. */
	void (*fetch)(const struct vbios *vb, u32 offset, u32 bytes);
	struct vgpu_gpu *gpu;		/* for fetch */
	unsigned long *fetched;		/* for fetch: words of data that are there */
	u32 pciat_start, pciat_bytes;	/* first legacy image */
	u32 fwsec_start, fwsec_end;	/* from the first FWSEC image on */
};

/* Walk the image chain and fill the members above. -EINVAL with *@why. */
int vbios_walk(struct vbios *vb, const char **why);

/* Where FWSEC is. Offsets are into vbios.data. */
struct fwsec_location {
	u32 signatures_offset;
	u32 ucode_offset;
	u32 imem_bytes, dmem_bytes;
	u32 imem_phys, dmem_phys;
	u32 pkc_offset, interface_offset;
	u16 engine_id_mask, signature_versions;
	u8 ucode_id, signature_count;
};

/* Find the production-signed FWSEC. -ENOENT or -EINVAL with *@why. */
int vbios_find_fwsec(const struct vbios *vb, struct fwsec_location *loc, const char **why);
/* Copy the ucode, put in the signature for fuse version @fuse, locate its command buffers. */
int fwsec_build(const struct vbios *vb, const struct fwsec_location *loc, u32 fuse,
		struct fwsec *out, const char **why);
/* Read PROM, find FWSEC, keep it in vgpu_gpu.boot.fwsec. */
int fwsec_load(struct vgpu_gpu *gpu);

/* ---- falcon.c ---- */

struct falcon {
	const char *name;		/* "GSP", "SEC2" */
	u32 base;
};

extern const struct falcon falcon_gsp, falcon_sec2;

/* Reset the engine and select its falcon or RISC-V core. -ETIMEDOUT, -ENODEV. */
int falcon_reset(struct vgpu_gpu *gpu, const struct falcon *falcon, bool riscv);
/*
 * falcon_run - load @ucode by DMA, start it and wait until it halts
 * @mailbox:	NULL, or two words to write before and to read back after
 *
 * The falcon must have been reset. Errors: -ETIMEDOUT, -ENODEV (gone), -ENOMEM.
 */
int falcon_run(struct vgpu_gpu *gpu, const struct falcon *falcon, const struct falcon_ucode *ucode,
	       u32 mailbox[2]);
/* The same steps for the CPU sequencer. */
void falcon_start(struct vgpu_gpu *gpu, const struct falcon *falcon);
int falcon_wait_halted(struct vgpu_gpu *gpu, const struct falcon *falcon);
bool falcon_riscv_active(struct vgpu_gpu *gpu, const struct falcon *falcon);
u32 falcon_read(struct vgpu_gpu *gpu, const struct falcon *falcon, u32 reg);
void falcon_write(struct vgpu_gpu *gpu, const struct falcon *falcon, u32 reg, u32 value);

/* ---- fwsec.c, scrubber.c, booter.c ---- */

/* Set up WPR2 for the FRTS region of vgpu_gpu.boot.layout; checks all result registers. */
int fwsec_run_frts(struct vgpu_gpu *gpu);
/* The step of unloading. */
int fwsec_run_sb(struct vgpu_gpu *gpu);
/* VRAM size of WPR2's end register, 0 when WPR2 is not set. */
u64 gsp_wpr2_end(struct vgpu_gpu *gpu);

/* Scrub VRAM if the layout reserves more than GFW has scrubbed and nobody did it before. */
int gsp_scrub(struct vgpu_gpu *gpu);
int booter_run_load(struct vgpu_gpu *gpu, const struct falcon_ucode *booter);
int booter_run_unload(struct vgpu_gpu *gpu);

/* ---- memory.c ---- */

/*
 * Map the image for booter, which lies in rx->memory from a page on, and list its pages. Behind the
 * image the last page is cleared. Undone on failure, and rx->memory freed.
 */
int gsp_radix3_build(struct vgpu_gpu *gpu, struct gsp_radix3 *rx, u8 *image, size_t bytes);
void gsp_radix3_free(struct vgpu_gpu *gpu, struct gsp_radix3 *rx);
/* Allocated at the first boot, cleared at every further one. */
int gsp_logs_prepare(struct vgpu_gpu *gpu);
int gsp_libos_args_build(struct vgpu_gpu *gpu);
/* Fill the WPR metadata from layout and buffers. */
void gsp_wpr_meta_fill(struct vgpu_gpu *gpu);

/* ---- boot.c ---- */

/* Reset GSP to its RISC-V core and name it its arguments, before it is started. */
int gsp_core_reset(struct vgpu_gpu *gpu);

/* ---- event.c, sequencer.c, static_info.c ---- */

/* Run a sequencer program (payload of the event). Only during boot. */
int gsp_sequencer_run(struct vgpu_gpu *gpu, const void *payload, size_t len);
/* Ask GSP about the board; fills vgpu_gpu.si. */
int gsp_static_info_get(struct vgpu_gpu *gpu);
/* Registry table as GSP wants it; returns its length, kvmalloc'ed in *@out, or -ENOMEM. */
ssize_t gsp_registry_build(bool vgpu_host, void **out);

/* ---- gpu.c ---- */

/* GSP is lost: ready becomes lost; a boot under way or failed says its own. May sleep. */
void vgpu_gpu_set_lost(struct vgpu_gpu *gpu);
/* Registers read all ones: remember that, no register is touched afterwards. Any context. */
void vgpu_gpu_set_gone(struct vgpu_gpu *gpu);
/* True when the identification register does not answer; then the GPU is marked gone. */
bool vgpu_gpu_check_gone(struct vgpu_gpu *gpu);

#endif
