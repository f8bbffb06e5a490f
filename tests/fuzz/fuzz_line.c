// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each firmware line's decoders make of a description of the board and of error events:
 * refused, or facts that make sense.
 */
#include "../unit/harness.h"

#include <stdlib.h>

#include "../abi/r535.h"
#include "fw.h"

#define FB_BYTES (48ULL << 30)
#define MAX_EDITS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct gsp_fw_ops *const lines[] = { &gsp_fw_ops_r570, &gsp_fw_ops_r535 };

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_line: %s\n", what);
	abort();
}

static void check_text(const char *text, size_t size)
{
	check(strnlen(text, size) < size, "a text without an end");
	for (; *text; text++)
		check(*text >= ' ' && *text <= '~', "a text that is not printable");
}

/* A description that is accepted, to start from. */
static struct gsp_fb_region_info *good(const struct gsp_fw_ops *ops, u8 *buf)
{
	struct r535_static_info *old = (void *)buf;
	struct r570_static_info *new = (void *)buf;
	bool is_old = ops == &gsp_fw_ops_r535;
	struct gsp_fb_region_info *regions = is_old ? &old->fb_regions : &new->fb_regions;
	struct gsp_rm_state *rm = is_old ? &old->tail.rm : &new->rm;

	*(is_old ? &old->tail.fb_bytes : &new->fb_bytes) = cpu_to_le64(FB_BYTES);
	rm->h_internal_client = cpu_to_le32(1);
	rm->h_internal_subdevice = cpu_to_le32(2);
	regions->num_regions = cpu_to_le32(2);
	for (unsigned int i = 0; i < 2; i++) {
		regions->region[i].base = cpu_to_le64(i * FB_BYTES / 2);
		regions->region[i].limit = cpu_to_le64((i + 1) * FB_BYTES / 2 - 1);
		regions->region[i].support_compressed = 1;
		regions->region[i].support_iso = 1;
	}
	return regions;
}

static void check_static_info(const struct vgpu_static_info *si)
{
	check(si->num_regions && si->num_regions <= VGPU_MAX_FB_REGIONS, "number of regions");
	for (unsigned int i = 0; i < si->num_regions; i++) {
		const struct vgpu_fb_region *r = &si->region[i];

		check(r->bytes && r->base < si->fb_bytes && r->bytes <= si->fb_bytes - r->base,
		      "a region outside the framebuffer");
		for (unsigned int j = 0; j < i; j++)
			check(r->base >= si->region[j].base + si->region[j].bytes ||
			      si->region[j].base >= r->base + r->bytes, "two regions overlap");
	}
	check(si->bar1_pde_base < si->fb_bytes, "a page directory outside the framebuffer");
	check(si->h_client && si->h_subdevice, "no objects");
	check_text(si->gpu_name, sizeof(si->gpu_name));
}

/* Three bytes an edit: where, counted from the regions or from the start, and what. */
static void fuzz_static_info(const struct gsp_fw_ops *ops, const uint8_t *data, size_t size)
{
	u8 *buf = calloc(1, ops->static_info_bytes), *regions = (u8 *)good(ops, buf);
	struct vgpu_static_info si = {};
	const char *why = NULL;

	for (size_t i = 0; i + 3 <= size && i < 3 * MAX_EDITS; i += 3) {
		size_t at = data[i] | data[i + 1] << 8;
		size_t from = at & 0x8000 ? 0 : regions - buf;

		at = from + (at & 0x7fff) % (ops->static_info_bytes - from);
		buf[at] = data[i + 2];
	}
	if (!ops->decode_static_info(buf, &si, &why))
		check_static_info(&si);
	else
		check(why && why[0], "refused without a reason");
	free(buf);
}

static void fuzz_events(const struct gsp_fw_ops *ops, const uint8_t *data, size_t size)
{
	struct gsp_error_event ev = {};
	u8 *copy = malloc(size ?: 1);	/* so that a read past its end is found */

	memcpy(copy, data, size);
	ops->decode_rc(copy, size, &ev);
	if (gsp_fw_decode_error_log(copy, size, &ev))
		check_text(ev.text, sizeof(ev.text));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	fuzz_static_info(lines[data[0] & 1], data + 1, size - 1);
	fuzz_events(lines[data[0] & 1], data + 1, size - 1);
	return 0;
}
