// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Vendor metadata parser. The input is a list of changes to a well-formed file (where, what), which
 * is then sealed again or not and cut or not: random bytes alone would end at the checksum. Short
 * inputs are also parsed as they are.
 */
#include <stdint.h>
#include <stdlib.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../abi/vgpu_metadata.h"
#include "metadata.h"
#include "metadata_file.h"

#define DEVICE 0x26b5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A parse either fails with a reason and leaves nothing, or gives types one can read whole. */
static void check(const uint8_t *data, size_t bytes)
{
	struct vgpu_metadata meta = { 0 };
	char why[64] = "";
	int ret = vgpu_metadata_parse(data, bytes, "570.144", DEVICE, &meta, why, sizeof(why));

	if (ret) {
		if (meta.types || meta.payload || !why[0] || (ret != -EINVAL && ret != -ENOENT))
			abort();
		return;
	}
	if (!meta.num_types || meta.num_types > R570_VGPU_MAX_TYPES ||
	    meta.payload_bytes != sizeof(struct r570_vgpu_add_type))
		abort();
	for (size_t i = 0; i < meta.num_types; i++) {
		const struct vgpu_type *t = &meta.types[i];

		if (strlen(t->name) > R570_VGPU_NAME_CHARS || strlen(t->license) > 128 ||
		    (!t->missing && (!t->id || !t->max_instances || !t->profile_bytes)))
			abort();
	}
	vgpu_metadata_free(&meta);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct metadata_file *img = malloc(sizeof(*img));
	size_t bytes = sizeof(*img), cut;
	uint8_t *exact;

	if (!img || !size)
		goto out;
	check(data, size);
	if (data[0] & 0x20)
		goto out; /* the checksum of a whole file takes its time */
	metadata_file_init(img, DEVICE, 3);
	for (size_t i = 1; i + 5 <= size && i < 5 * 64; i += 5) {
		/* Two of three changes hit the headers. */
		size_t limit = data[i] % 3 ? offsetof(struct metadata_file, payload) + 0x400 :
					     sizeof(*img);
		size_t at = ((size_t)data[i + 1] << 8 | data[i + 2]) * 7 % limit;

		((uint8_t *)img)[at] =
			data[i] & 0x80 ? data[i + 3] : data[i + 4] ^ ((uint8_t *)img)[at];
	}
	if (data[0] & 1 && size > 2) {
		cut = (size_t)data[1] << 8 | data[2];
		bytes = data[0] & 2 ? cut : bytes - cut;
	}
	if (!(data[0] & 0x1c) || bytes <= VGPU_METADATA_CRC_START)
		img->header.crc32 ^= 1;
	else
		metadata_seal(&img->header, bytes);
	exact = malloc(bytes ? bytes : 1);
	if (exact) {
		memcpy(exact, img, bytes);
		check(exact, bytes);
	}
	free(exact);
out:
	free(img);
	return 0;
}
