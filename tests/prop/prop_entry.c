// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Encoders of page-table entries with any arguments, against the shortcuts of hw/mm.md 4 and 5
 * written as plain arithmetic: the same word, or refused where a field cannot hold its value; and
 * what was encoded decodes to what it was made of.
 */
#include "prop.h"

#include <errno.h>
#include <string.h>

#include <linux/kernel.h>

#include "gmmu.h"

#define V2_VIDMEM_BITS 37
#define V2_SYSMEM_BITS 58
#define V3_BITS 52

static bool v3;

static u64 random_address(struct prop_input *in)
{
	u64 value = (u64)prop_u32(in) << 32 | prop_u32(in);
	unsigned int kind = prop_byte(in);

	/* Mostly aligned, of any length. */
	value >>= kind % 64;
	if (prop_byte(in) % 8)
		value &= ~((1ULL << (prop_byte(in) % 4 ? 12 : prop_byte(in) % 40)) - 1);
	return value;
}

static bool aligned(u64 address, unsigned int shift)
{
	return !(address & ((1ULL << shift) - 1));
}

static bool in_bits(u64 address, unsigned int bits)
{
	return !(address >> bits);
}

/* Directories: version 2 has the address from bit 4 on, version 3 in place. */
static void op_directory(struct prop_input *in)
{
	static int (*const encoders[2][3])(u64, u32, bool, u64 *) = {
		{ gmmu_v2_pde, gmmu_v2_dual_big, gmmu_v2_dual_small },
		{ gmmu_v3_pde, gmmu_v3_dual_big, gmmu_v3_dual_small },
	};
	unsigned int which = prop_byte(in) % 3;
	u64 table = random_address(in), entry = ~0ULL, want;
	u32 aperture = prop_byte(in) % 6;
	bool vol = prop_byte(in) % 2, vram = aperture == 1, ok;
	int ret = encoders[v3][which](table, aperture, vol, &entry);

	ok = aperture >= 1 && aperture <= 3 && aligned(table, which == 1 ? 8 : 12);
	if (v3) {
		u64 pcf = vram ? 2 + vol : aperture == 2 ? 1 : 0;

		ok = ok && in_bits(table, V3_BITS);
		want = table | pcf << 3 | aperture << 1;
	} else {
		ok = ok && in_bits(table, vram ? V2_VIDMEM_BITS : V2_SYSMEM_BITS);
		want = table >> 4 | (u64)vol << 3 | aperture << 1;
	}
	PROP_CHECK(ret == (ok ? 0 : -EINVAL));
	PROP_CHECK(!ok || entry == want);
	PROP_CHECK(gmmu_format(v3 ? GMMU_V3 : GMMU_V2)->pde != NULL);
}

static u64 wanted_page(u64 page, const struct gmmu_attr *attr)
{
	u64 flags;

	if (v3) {
		flags = attr->vol | attr->privilege << 1 | attr->read_only << 2 |
			attr->atomic_disable << 3 | !attr->count_access << 4;
		return 1 | attr->aperture << 1 | flags << 3 | attr->kind << 8 | page;
	}
	flags = attr->vol << 3 | attr->privilege << 5 | attr->read_only << 6 |
		attr->atomic_disable << 7;
	return 1 | attr->aperture << 1 | flags | page >> 12 << 8 | (u64)attr->kind << 56;
}

static void op_page(struct prop_input *in)
{
	static const unsigned int shifts[] = { 12, 16, 21, 29, 38, 0, 13, 47, 63 };
	const struct gmmu_format *format = gmmu_format(v3 ? GMMU_V3 : GMMU_V2);
	unsigned int shift = shifts[prop_byte(in) % ARRAY_SIZE(shifts)], bits = prop_byte(in);
	u64 page = random_address(in), entry = ~0ULL, address;
	struct gmmu_attr attr = {
		.aperture = prop_byte(in) % 6,
		.kind = prop_byte(in) % 8 ? prop_byte(in) % 16 : prop_u32(in),
		.vol = bits & 1,
		.privilege = bits & 2,
		.read_only = bits & 4,
		.atomic_disable = bits & 8,
		.count_access = bits & 16,
	}, back;
	bool vram = attr.aperture == 0, ok;
	int ret;

	if (bits & 32)
		page &= ~((1ULL << shift) - 1);
	ret = format->pte(page, shift, &attr, &entry);
	ok = (shift == 12 || shift == 16 || shift == 21 || shift == 29 || (v3 && shift == 38)) &&
	     aligned(page, shift) && (vram || attr.aperture == 2 || attr.aperture == 3) &&
	     attr.kind != 7;
	if (v3)
		ok = ok && in_bits(page, V3_BITS) && attr.kind < 16;
	else
		ok = ok && in_bits(page, vram ? V2_VIDMEM_BITS : V2_SYSMEM_BITS) &&
		     attr.kind < 256 && !attr.count_access;
	PROP_CHECK(ret == (ok ? 0 : -EINVAL));
	if (!ok)
		return;
	PROP_CHECK(entry == wanted_page(page, &attr));
	format->pte_decode(entry, &address, &back);
	PROP_CHECK(address == page && back.aperture == attr.aperture && back.kind == attr.kind &&
		   back.vol == attr.vol && back.privilege == attr.privilege &&
		   back.read_only == attr.read_only &&
		   back.atomic_disable == attr.atomic_disable &&
		   back.count_access == attr.count_access);
	PROP_CHECK(!(page & ~format->page_mask(attr.aperture)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct prop_input in = { data, size };

	while (in.left) {
		unsigned int op = prop_byte(&in);

		prop_operations++;
		v3 = op & 1;
		if (op & 2)
			op_directory(&in);
		else
			op_page(&in);
	}
	return 0;
}
