/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine for fuzz targets of the whole GPU model: some memory for DMA and a clock that the
 * target moves. Its interrupts go nowhere; one that the board does not have ends the program.
 */
#ifndef FUZZ_MODEL_HOST_H
#define FUZZ_MODEL_HOST_H

#include "../../tools/gpu-model/board.h"
#include "input.h"

#define RAM_BASE 0x10000000ULL
#define MAX_RAM_BYTES (1U << 20)

struct fuzz_host {
	struct gpu_model *gm;
	uint64_t now; /* ns */
	unsigned int num_vfs;
	size_t ram_bytes; /* from RAM_BASE on */
	uint8_t ram[MAX_RAM_BYTES];
};

extern struct fuzz_host host;

/* A board with its machine: no time has gone by, @ram_bytes of zeroed memory. Ends on failure. */
void host_begin(const struct gpu_model_config *config, size_t ram_bytes);
void host_end(void);
/* Memory at bus address @addr, or NULL when @len bytes from there are not all memory. */
uint8_t *host_ram(uint64_t addr, size_t len);

#endif
