// SPDX-License-Identifier: GPL-2.0-or-later
/* Firmware containers: edited GSP images, bootloaders and heavy-secure files. */
#include <stdint.h>
#include <stdlib.h>

#include <linux/kernel.h>
#include <linux/string.h>

#include "../../kmod/abi/firmware.h"
#include "../shim/shim.h"
#include "../unit/harness.h"
#include "edits.h"
#include "fw.h"

#define GSP_TABLES_BYTES 0x240U	/* names and section table at the file's end */
#define HS_HEADERS_BYTES 0x37cU

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_span(const struct fw_span *span, const uint8_t *file, size_t bytes)
{
	if (span->data < file || span->bytes > bytes ||
	    (size_t)(span->data - file) > bytes - span->bytes)
		abort();
}

static void fuzz_gsp(const uint8_t *data, size_t size)
{
	static uint8_t *seed;
	static size_t seed_bytes;
	struct gsp_image img;
	const char *why = NULL;
	uint8_t *file;
	size_t n;

	if (!seed) {
		uint8_t *whole = harness_make_gsp(&seed_bytes);
		size_t skip = HARNESS_GSP_IMAGE_BYTES - 0x1000;

		/* A small image makes a fast target: cut the middle out and move the tables. */
		struct gsp_elf_header *eh = (void *)whole;
		struct gsp_elf_section *sh = (void *)(whole + le64_to_cpu(eh->shoff));

		for (unsigned int i = 2; i < le16_to_cpu(eh->shnum); i++)
			sh[i].offset = cpu_to_le64(le64_to_cpu(sh[i].offset) - skip);
		sh[1].size = cpu_to_le64(0x1000);
		eh->shoff = cpu_to_le64(le64_to_cpu(eh->shoff) - skip);
		memmove(whole + sizeof(*eh), whole + sizeof(*eh) + skip,
			seed_bytes - sizeof(*eh) - skip);
		seed_bytes -= skip;
		seed = whole;
	}
	file = fuzz_edit(seed, seed_bytes, GSP_TABLES_BYTES, size > 1 ? data[1] & 1 : 0, data, size,
			 &n);
	if (!gsp_image_parse(file, n, GSP_ELF_SECTION_SIGNATURE_AD10X, &img, &why)) {
		check_span(&img.image, file, n);
		check_span(&img.signature, file, n);
		if (!memchr(img.version, 0, sizeof(img.version)))
			abort();
	} else if (!why) {
		abort();
	}
	free(file);
}

static void fuzz_bootloader(const uint8_t *data, size_t size)
{
	struct gsp_bootloader bl;
	const char *why = NULL;
	uint8_t *seed, *file;
	size_t n, bytes;

	seed = harness_make_bootloader(&bytes);
	file = fuzz_edit(seed, bytes, 0x70, 0, data, size, &n);
	if (!gsp_bootloader_parse(file, n, &bl, &why))
		check_span(&bl.image, file, n);
	else if (!why)
		abort();
	free(file);
	free(seed);
}

static void fuzz_hs(const uint8_t *data, size_t size)
{
	struct falcon_ucode ucode;
	struct hs_file hs;
	const char *why = NULL;
	uint8_t *seed, *file;
	size_t n, bytes;

	seed = harness_make_hs(3, &bytes);
	file = fuzz_edit(seed, bytes, HS_HEADERS_BYTES, 0, data, size, &n);
	if (hs_file_parse(file, n, &hs, &why)) {
		if (!why)
			abort();
	} else if (!hs_file_build(&hs, "fuzz", size ? data[size - 1] % 4 : 0, &ucode, &why)) {
		/* What is loaded by DMA lies inside the buffer made from the image. */
		if ((u64)ucode.imem_offset + ucode.imem_bytes > ucode.image_bytes ||
		    (u64)ucode.dmem_offset + ucode.dmem_bytes > ucode.image_bytes)
			abort();
		falcon_ucode_free(&ucode);
	}
	free(file);
	free(seed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	switch (data[0] % 3) {
	case 0:
		fuzz_gsp(data + 1, size - 1);
		break;
	case 1:
		fuzz_bootloader(data + 1, size - 1);
		break;
	default:
		fuzz_hs(data + 1, size - 1);
		break;
	}
	if (shim_leaks())
		abort();
	return 0;
}
