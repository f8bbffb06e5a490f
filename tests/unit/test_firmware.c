// SPDX-License-Identifier: GPL-2.0-or-later
/* Firmware containers: what is read from good files, and every way of cutting or bending them. */
#include "harness.h"

#include <stdlib.h>

#include "../../kmod/abi/firmware.h"
#include "../../kmod/abi/vbios.h"
#include "../../kmod/abi/r570.h"
#include "../../kmod/abi/regs.h"
#include "fw.h"

/* A copy of exactly @bytes, so that one byte too far is seen. */
static u8 *exact(const u8 *data, size_t bytes)
{
	u8 *copy = malloc(bytes ?: 1);

	memcpy(copy, data, bytes);
	return copy;
}

static void gsp_good(void **state)
{
	struct gsp_image img;
	const char *why = NULL;
	size_t bytes;
	u8 *data = harness_make_gsp(&bytes);

	assert_int_equal(gsp_image_parse(data, bytes, GSP_ELF_SECTION_SIGNATURE_AD10X, &img, &why),
			 0);
	assert_int_equal(img.image.bytes, HARNESS_GSP_IMAGE_BYTES);
	assert_ptr_equal(img.image.data, data + sizeof(struct gsp_elf_header));
	assert_string_equal(img.version, R570_GSP_VERSION);
	assert_int_equal(img.signature.bytes, GSP_SIGNATURE_BYTES);
	assert_int_equal(gsp_image_parse(data, bytes, ".fwsignature_gh100", &img, &why), -EINVAL);
	assert_string_equal(why, "has no signature for this chip");
	free(data);
}

/* Cut anywhere in the tables (they are at the end): never accepted, never read past the end. */
static void gsp_truncated(void **state)
{
	struct gsp_image img;
	size_t bytes, n;
	const char *why;
	u8 *data = harness_make_gsp(&bytes), *copy;

	for (n = 0; n < 64; n++) {
		copy = exact(data, n);
		assert_int_equal(gsp_image_parse(copy, n, GSP_ELF_SECTION_SIGNATURE_AD10X, &img,
						 &why), -EINVAL);
		free(copy);
	}
	for (n = bytes - 1; n > bytes - 0x2000; n -= 37) {
		copy = exact(data, n);
		why = NULL;
		assert_int_equal(gsp_image_parse(copy, n, GSP_ELF_SECTION_SIGNATURE_AD10X, &img,
						 &why), -EINVAL);
		assert_non_null(why);
		free(copy);
	}
	free(data);
}

static void gsp_bent(void **state)
{
	struct gsp_elf_header *eh;
	struct gsp_elf_section *sh;
	struct gsp_image img;
	const char *why;
	size_t bytes;
	u8 *data = harness_make_gsp(&bytes);

	eh = (void *)data;
	eh->machine = cpu_to_le16(62);
	assert_int_equal(gsp_image_parse(data, bytes, GSP_ELF_SECTION_SIGNATURE_AD10X, &img, &why),
			 -EINVAL);
	eh->machine = cpu_to_le16(GSP_ELF_MACHINE_RISCV);
	eh->shoff = cpu_to_le64(~0ULL - 63);
	assert_int_equal(gsp_image_parse(data, bytes, GSP_ELF_SECTION_SIGNATURE_AD10X, &img, &why),
			 -EINVAL);
	eh->shoff = cpu_to_le64(bytes - 6 * sizeof(*sh));
	sh = (void *)(data + le64_to_cpu(eh->shoff));
	sh[1].size = cpu_to_le64(~0ULL);
	assert_int_equal(gsp_image_parse(data, bytes, GSP_ELF_SECTION_SIGNATURE_AD10X, &img, &why),
			 -EINVAL);
	sh[1].size = cpu_to_le64(0);
	assert_int_equal(gsp_image_parse(data, bytes, GSP_ELF_SECTION_SIGNATURE_AD10X, &img, &why),
			 -EINVAL);
	sh[1].size = cpu_to_le64(HARNESS_GSP_IMAGE_BYTES);
	sh[2].size = cpu_to_le64(3);	/* version without its NUL */
	assert_int_equal(gsp_image_parse(data, bytes, GSP_ELF_SECTION_SIGNATURE_AD10X, &img, &why),
			 -EINVAL);
	assert_string_equal(why, "has no version section");
	free(data);
}

static void bootloader_all(void **state)
{
	struct gsp_bootloader bl;
	const char *why;
	size_t bytes, n;
	u8 *data = harness_make_bootloader(&bytes), *copy;

	assert_int_equal(gsp_bootloader_parse(data, bytes, &bl, &why), 0);
	assert_int_equal(bl.image.bytes, 0x9000);
	assert_int_equal(bl.code_offset, 0x4800);
	assert_int_equal(bl.data_offset, 0x800);
	for (n = 0; n < bytes; n = n < 128 ? n + 1 : n + 997) {
		copy = exact(data, n);
		assert_int_equal(gsp_bootloader_parse(copy, n, &bl, &why), -EINVAL);
		free(copy);
	}
	data[sizeof(struct nvfw_bin_hdr)] = RM_RISCV_UCODE_VERSION_TU;
	assert_int_equal(gsp_bootloader_parse(data, bytes, &bl, &why), -EINVAL);
	assert_string_equal(why, "has a descriptor of an unknown version");
	free(data);
}

static void hs_good(void **state)
{
	struct falcon_ucode ucode;
	struct hs_file hs;
	const char *why;
	size_t bytes;
	u8 *data = harness_make_hs(3, &bytes);

	shim_reset();
	assert_int_equal(hs_file_parse(data, bytes, &hs, &why), 0);
	assert_int_equal(hs.ucode_id, 3);
	assert_int_equal(hs.num_signatures, 2);
	/* No fuse burnt: the last signature, at patch_loc. */
	assert_int_equal(hs_file_build(&hs, "booter", 0, &ucode, &why), 0);
	assert_memory_equal(ucode.image + hs.patch_offset,
			    hs.signatures.data + FALCON_UCODE_SIGNATURE_BYTES,
			    FALCON_UCODE_SIGNATURE_BYTES);
	assert_int_equal(ucode.imem_tag, 0x100);
	assert_int_equal(ucode.boot_vector, 0x100);
	assert_int_equal(ucode.pkc_offset, 0x10);
	falcon_ucode_free(&ucode);
	/* Fuse version as the file's: the first one. */
	assert_int_equal(hs_file_build(&hs, "booter", 1, &ucode, &why), 0);
	assert_memory_equal(ucode.image + hs.patch_offset, hs.signatures.data,
			    FALCON_UCODE_SIGNATURE_BYTES);
	falcon_ucode_free(&ucode);
	assert_int_equal(hs_file_build(&hs, "booter", 2, &ucode, &why), -ENOKEY);
	assert_null(shim_leaks());
	free(data);
}

static void hs_truncated(void **state)
{
	struct hs_file hs;
	const char *why;
	size_t bytes, n;
	u8 *data = harness_make_hs(3, &bytes), *copy;

	for (n = 0; n < bytes; n = n < 0x400 ? n + 1 : n + 499) {
		copy = exact(data, n);
		assert_int_equal(hs_file_parse(copy, n, &hs, &why), -EINVAL);
		free(copy);
	}
	free(data);
}

/* Each 32-bit word of the headers replaced by hostile values: refused or harmless. */
static void hs_bent(void **state)
{
	static const u32 values[] = { 0, 1, 3, 0x7fffffff, 0x80000000, 0xffffff00, 0xffffffff };
	struct falcon_ucode ucode;
	struct hs_file hs;
	const char *why;
	size_t bytes, at, v;
	u8 *data = harness_make_hs(3, &bytes), *copy;
	__le32 word;

	shim_reset();
	for (at = 0; at < 0x378; at += at == 0x38 ? 0x304 : 4) {
		for (v = 0; v < ARRAY_SIZE(values); v++) {
			copy = exact(data, bytes);
			word = cpu_to_le32(values[v]);
			memcpy(copy + at, &word, sizeof(word));
			if (!hs_file_parse(copy, bytes, &hs, &why) &&
			    !hs_file_build(&hs, "x", 0, &ucode, &why))
				falcon_ucode_free(&ucode);
			free(copy);
		}
	}
	assert_null(shim_leaks());
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gsp_good),
		cmocka_unit_test(gsp_truncated),
		cmocka_unit_test(gsp_bent),
		cmocka_unit_test(bootloader_all),
		cmocka_unit_test(hs_good),
		cmocka_unit_test(hs_truncated),
		cmocka_unit_test(hs_bent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
