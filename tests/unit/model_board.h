/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host for the GPU model in this process, with a fake of the firmware side: what the unit tests
 * of the board side share.
 */
#ifndef MODEL_BOARD_H
#define MODEL_BOARD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "board.h"

#define HOST_RAM_BASE 0x10000000ULL
#define HOST_RAM_BYTES (8U << 20)

/* What the host and the fake firmware have seen. Reset by board_new(). */
struct host {
	struct gpu_model *gm;
	uint8_t *ram;
	uint64_t now_ns, now_step_ns;
	unsigned int msix[GM_MAX_FUNCTIONS][NV_PCI_MSIX_ENTRIES];
	unsigned int msi, intx_edges, schedules, warnings, errors;
	bool intx;
	char last_log[512];
	unsigned int dma_function; /* requester of the last DMA */
	void (*on_dma_write)(uint64_t addr); /* the write reaches the board's own registers, say */

	unsigned int gsp_starts, gsp_stops, doorbells, priv_doorbells, function_resets;
	unsigned int last_function, partitions;
	uint32_t last_value;
	uint64_t libos_args;
	unsigned int chan_errors, chan_fault_gfid;
	struct gm_chan_fault chan_fault; /* the last one, without its text */
	char line[32];
};

extern struct host host;

/* A model with the given configuration (NULL: defaults) and the PF's bus mastering on. */
struct gpu_model *board_new(const struct gpu_model_config *config);
void board_free(void);

uint32_t rd(uint32_t offset);
void wr(uint32_t offset, uint32_t value);
uint32_t vf_rd(unsigned int function, uint32_t offset);
void vf_wr(unsigned int function, uint32_t offset, uint32_t value);
void vram_put64(uint64_t spa, uint64_t value);
uint64_t vram_get64(uint64_t spa);
uint8_t *ram_at(uint64_t addr);

/* Enable @count VFs and bus mastering on them, as the kernel does. */
void vfs_enable(unsigned int count);
void msix_enable(unsigned int function);

/* One signed image for a falcon. Addresses are bus addresses; the signature is already patched. */
struct image {
	uint32_t base; /* NV_PGSP or NV_PSEC2 */
	uint64_t addr;
	uint32_t imem_src, imem_bytes; /* offset in the image; also the virtual address */
	uint32_t dmem_src, dmem_bytes;
	uint32_t signature; /* in DMEM */
	uint32_t engine_mask, ucode_id, bootvec;
};

/* Reset, DMA load, boot ROM set-up, start (hw/boot.md 5.4, 5.5). */
void falcon_load(const struct image *image);
void falcon_start(const struct image *image);
void falcon_reset(uint32_t base);

/* FWSEC as a driver finds it in the PROM window, copied to @addr and patched for @command. */
struct image fwsec_image(uint64_t addr, uint32_t command, uint64_t frts_offset);
/* A made-up SEC2 image with this ucode id. */
struct image sec2_image(uint64_t addr, uint32_t ucode_id);

#endif
