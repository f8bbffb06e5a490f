// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VBIOS walk. The good image is the model's own PROM, read through its registers; from it every
 * structure is cut, bent or removed in turn.
 */
#include "harness.h"

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <stdlib.h>

#include "../../kmod/abi/vbios.h"
#include "../../kmod/abi/regs.h"
#include "fw.h"

#define ROM_BYTES 0x8000U

static u8 *rom;

static int setup(void **state)
{
	struct harness *h = harness_new(NULL);
	u32 at, word;

	rom = calloc(1, ROM_BYTES);
	for (at = 0; at < ROM_BYTES; at += 4) {
		word = gpu_model_mmio_read(h->gm, 0, 0, NV_PROM + at, 4);
		memcpy(rom + at, &word, 4);
	}
	harness_free(h);
	return 0;
}

static int teardown(void **state)
{
	free(rom);
	return 0;
}

/* Parse a copy of @bytes bytes; returns the error. @out may be NULL. */
static int parse(const u8 *data, u32 bytes, u32 fuse, struct fwsec *out, const char **why)
{
	struct vbios vb = { .bytes = bytes };
	struct fwsec_location loc = {};
	struct fwsec fwsec;
	int err;

	*why = NULL;
	vb.data = malloc(bytes ?: 1);
	memcpy(vb.data, data, bytes);
	err = vbios_walk(&vb, why);
	if (!err)
		err = vbios_find_fwsec(&vb, &loc, why);
	if (!err)
		err = fwsec_build(&vb, &loc, fuse, out ?: &fwsec, why);
	if (!err && !out)
		falcon_ucode_free(&fwsec.ucode);
	free(vb.data);
	if (err)
		assert_non_null(*why);
	return err;
}

static u32 find(u32 word, u32 from)
{
	u32 at;

	for (at = from; at + 4 <= ROM_BYTES; at++)
		if (!memcmp(rom + at, &word, 4))
			return at;
	return 0;
}

static void good(void **state)
{
	struct fwsec fwsec;
	const char *why;

	shim_reset();
	assert_int_equal(parse(rom, ROM_BYTES, 0, &fwsec, &why), 0);
	assert_int_equal(fwsec.ucode.engine_id_mask, NV_PFALCON_ENGID_GSP);
	assert_true(fwsec.ucode.imem_bytes % 256 == 0);
	assert_true(fwsec.cmd_bytes >= sizeof(struct fwsec_frts_cmd));
	assert_true(fwsec.cmd_offset + fwsec.cmd_bytes <= fwsec.ucode.image_bytes);
	falcon_ucode_free(&fwsec.ucode);
	assert_int_equal(parse(rom, ROM_BYTES, 3, NULL, &why), -ENOKEY);
	assert_int_equal(parse(rom, ROM_BYTES, 40, NULL, &why), -ENOKEY);
	assert_null(shim_leaks());
}

static u32 fetched;

/* Gives what it is asked for and nothing beside it. */
static void fetch(const struct vbios *vb, u32 offset, u32 bytes)
{
	assert_true(offset <= vb->bytes && bytes <= vb->bytes - offset);
	for (u32 at = offset; at < offset + bytes; at++) {
		fetched += !__test_and_set_bit(at, vb->fetched);
		vb->data[at] = rom[at];
	}
}

/* Nothing is looked at that was not fetched before, and much is never fetched. */
static void reads_what_it_needs(void **state)
{
	static unsigned long map[BITS_TO_LONGS(ROM_BYTES)];
	struct vbios vb = { .bytes = ROM_BYTES, .fetch = fetch, .fetched = map };
	struct fwsec_location loc = {};
	struct fwsec want, got;
	const char *why;

	shim_reset();
	fetched = 0;
	memset(map, 0, sizeof(map));
	assert_int_equal(parse(rom, ROM_BYTES, 0, &want, &why), 0);
	vb.data = malloc(ROM_BYTES);
	memset(vb.data, 0x5a, ROM_BYTES);
	assert_int_equal(vbios_walk(&vb, &why), 0);
	assert_int_equal(vbios_find_fwsec(&vb, &loc, &why), 0);
	assert_int_equal(fwsec_build(&vb, &loc, 0, &got, &why), 0);
	assert_int_equal(got.ucode.image_bytes, want.ucode.image_bytes);
	assert_memory_equal(got.ucode.image, want.ucode.image, want.ucode.image_bytes);
	assert_int_equal(got.cmd_offset, want.cmd_offset);
	assert_true(fetched < got.ucode.image_bytes + 2048);
	falcon_ucode_free(&got.ucode);
	falcon_ucode_free(&want.ucode);
	free(vb.data);
}

static void cut_anywhere(void **state)
{
	const char *why;
	u32 n, last = 0;

	shim_reset();
	for (n = 0; n < ROM_BYTES; n = n < 0x200 ? n + 1 : n + 61)
		if (parse(rom, n, 0, NULL, &why))
			last = n;
	/* Only a ROM with the whole last image is good. */
	assert_true(last > 0x2000);
	assert_null(shim_leaks());
}

/* Change each byte of everything but the ucode to some values: never a crash, never a leak. */
static void bent_anywhere(void **state)
{
	static const u8 values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	u8 *copy = malloc(ROM_BYTES);
	const char *why;
	u32 at, v, bad = 0;

	shim_reset();
	memcpy(copy, rom, ROM_BYTES);
	for (at = 0; at < 0x1800; at++) {
		if (!rom[at] && at % 16)
			continue;
		for (v = 0; v < ARRAY_SIZE(values); v++) {
			copy[at] = values[v];
			bad += !!parse(copy, ROM_BYTES, 0, NULL, &why);
		}
		copy[at] = rom[at];
	}
	assert_true(bad > 50);
	assert_null(shim_leaks());
	free(copy);
}

static void expect(u32 at, const void *bytes, size_t n, int err, const char *sentence)
{
	u8 *copy = malloc(ROM_BYTES);
	const char *why;

	memcpy(copy, rom, ROM_BYTES);
	memcpy(copy + at, bytes, n);
	assert_int_equal(parse(copy, ROM_BYTES, 0, NULL, &why), err);
	assert_string_equal(why, sentence);
	free(copy);
}

static void each_structure_missing(void **state)
{
	u32 pcir1 = find(VBIOS_PCIR_SIGNATURE, 0), pcir2 = find(VBIOS_PCIR_SIGNATURE, pcir1 + 4);
	u32 bit = find(VBIOS_BIT_SIGNATURE, 0);
	u8 efi = VBIOS_CODE_TYPE_EFI, ff[4] = { 0xff, 0xff, 0xff, 0xff };

	shim_reset();
	assert_true(pcir1 && pcir2 && bit);
	expect(0, ff, 2, -EINVAL, "an image has no ROM signature");
	expect(pcir1, ff, 4, -EINVAL, "an image has no PCIR structure");
	expect(bit, ff, 4, -EINVAL, "its BIT table is missing");
	expect(pcir1 + offsetof(struct vbios_pcir, code_type), &efi, 1, -EINVAL,
	       "it has no legacy image");
	expect(pcir2 + offsetof(struct vbios_pcir, code_type), &efi, 1, -ENOENT,
	       "it has no FWSEC image");
}

/* The same ROM behind IFR headers of all versions. */
static void ifr_headers(void **state)
{
	u32 total = ROM_BYTES + 0x4000;
	u8 *copy = calloc(1, total);
	const char *why;
	__le32 *w = (void *)copy;

	shim_reset();
	memcpy(copy + 0x3000, rom, ROM_BYTES);
	w[0] = cpu_to_le32(VBIOS_IFR_SIGNATURE);
	w[1] = cpu_to_le32(1 << 8 | 0x20 << 16);
	w[(0x20 + 4) / 4] = cpu_to_le32(0x3000);
	assert_int_equal(parse(copy, total, 0, NULL, &why), 0);
	w[1] = cpu_to_le32(3 << 8);
	w[2] = cpu_to_le32(0x40);
	w[0x40 / 4] = cpu_to_le32(0x100);
	w[0x1100 / 4] = cpu_to_le32(VBIOS_IFR_DIRECTORY_SIGNATURE);
	w[0x1108 / 4] = cpu_to_le32(0x3000);
	assert_int_equal(parse(copy, total, 0, NULL, &why), 0);
	w[0x1108 / 4] = cpu_to_le32(0x3001);
	assert_int_equal(parse(copy, total, 0, NULL, &why), -EINVAL);
	w[0x40 / 4] = cpu_to_le32(0xffffffff);
	assert_int_equal(parse(copy, total, 0, NULL, &why), -EINVAL);
	w[1] = cpu_to_le32(9 << 8);
	assert_int_equal(parse(copy, total, 0, NULL, &why), -EINVAL);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(reads_what_it_needs),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(bent_anywhere),
		cmocka_unit_test(each_structure_missing),
		cmocka_unit_test(ifr_headers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
