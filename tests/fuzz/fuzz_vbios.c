// SPDX-License-Identifier: GPL-2.0-or-later
/* VBIOS walk and FWSEC extraction over edited copies of the model's PROM. */
#include <stdint.h>
#include <stdlib.h>

#include <linux/kernel.h>
#include <linux/string.h>

#include "../../kmod/abi/regs.h"
#include "../../tools/gpu-model/gpu_model.h"
#include "../shim/shim.h"
#include "edits.h"
#include "fw.h"

#define ROM_BYTES 0x3800U
#define HEADERS_BYTES 0x1800U	/* everything before the ucode */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t *seed_rom(void)
{
	static uint8_t *rom;
	struct gpu_model *gm;
	uint32_t word;

	if (rom)
		return rom;
	shim_reset();
	gm = gpu_model_new(NULL, shim_host_ops(), NULL, NULL, 0);
	if (!gm)
		abort();
	rom = malloc(ROM_BYTES);
	for (uint32_t at = 0; at < ROM_BYTES; at += 4) {
		word = gpu_model_mmio_read(gm, 0, 0, NV_PROM + at, 4);
		memcpy(rom + at, &word, 4);
	}
	gpu_model_free(gm);
	return rom;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fwsec_location loc = {};
	struct vbios vb = {};
	struct fwsec fwsec;
	const char *why = NULL;
	size_t n;

	vb.data = fuzz_edit(seed_rom(), ROM_BYTES, HEADERS_BYTES, 0, data, size, &n);
	vb.bytes = n;
	if (!vbios_walk(&vb, &why) && !vbios_find_fwsec(&vb, &loc, &why) &&
	    !fwsec_build(&vb, &loc, size ? data[size - 1] & 1 : 0, &fwsec, &why)) {
		/* What the boot code writes into must lie inside. */
		if (fwsec.dmemmapper_offset + 64ULL > fwsec.ucode.image_bytes ||
		    (u64)fwsec.cmd_offset + fwsec.cmd_bytes > fwsec.ucode.image_bytes ||
		    fwsec.ucode.pkc_offset + 384ULL > fwsec.ucode.dmem_bytes)
			abort();
		falcon_ucode_free(&fwsec.ucode);
	} else if (!why) {
		abort();	/* an error without a sentence */
	}
	if (shim_leaks())
		abort();
	free(vb.data);
	return 0;
}
