/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reference values of the page-table formats, put together from the bit fields of the hardware
 * headers (swref dev_mmu.h of gp100, tu102 and gh100) and, a second time, by the arithmetic of
 * another driver. Used in a process and in the kernel.
 */
#ifndef MMU_VECTORS_H
#define MMU_VECTORS_H

#include "gmmu.h"

enum mmu_word { WORD_PDE, WORD_DUAL_BIG, WORD_DUAL_SMALL, WORD_PTE };

struct mmu_vector {
	enum gmmu_version version;
	enum mmu_word word;
	unsigned int page_shift;	/* PTE only */
	u64 address;
	struct gmmu_attr attr;		/* of the others: aperture and vol */
	int err;
	u64 entry;
};

#define VID_TABLE { .aperture = NV_MMU_PDE_APERTURE_VIDMEM }
#define SYS_TABLE { .aperture = NV_MMU_PDE_APERTURE_SYSMEM_COH, .vol = true }
#define GENERIC { .kind = NV_MMU_KIND_GENERIC }
#define PITCH { .kind = NV_MMU_KIND_PITCH }
#define PITCH_RO { .read_only = true }
#define SYS { .aperture = NV_MMU_PTE_APERTURE_SYSMEM_COH, .vol = true }
#define SYS_ALL                                                                                    \
	{ .aperture = NV_MMU_PTE_APERTURE_SYSMEM_COH, .vol = true, .privilege = true,              \
	  .read_only = true, .atomic_disable = true }

static const struct mmu_vector mmu_vectors[] = {
	{ GMMU_V2, WORD_PDE, 0, 0x102000, VID_TABLE, 0, 0x10202 },
	{ GMMU_V2, WORD_PDE, 0, 0x1234567000, SYS_TABLE, 0, 0x12345670c },
	{ GMMU_V2, WORD_DUAL_BIG, 0, 0x105000, VID_TABLE, 0, 0x10502 },
	{ GMMU_V2, WORD_DUAL_SMALL, 0, 0x106000, VID_TABLE, 0, 0x10602 },
	{ GMMU_V2, WORD_PTE, 21, 0x40000000, GENERIC, 0, 0x0600000004000001 },
	{ GMMU_V2, WORD_PTE, 16, 0x80010000, GENERIC, 0, 0x0600000008001001 },
	{ GMMU_V2, WORD_PTE, 21, 0x40000000, PITCH, 0, 0x4000001 },
	{ GMMU_V2, WORD_PTE, 12, 0x123456000, PITCH, 0, 0x12345601 },
	{ GMMU_V2, WORD_PTE, 16, 0x80010000, PITCH_RO, 0, 0x8001041 },
	{ GMMU_V2, WORD_PTE, 12, 0x1234567000, SYS, 0, 0x12345670d },
	{ GMMU_V2, WORD_PTE, 12, 0x1234567000, SYS_ALL, 0, 0x1234567ed },

	{ GMMU_V3, WORD_PDE, 0, 0x101000, VID_TABLE, 0, 0x101012 },
	{ GMMU_V3, WORD_PDE, 0, 0x1234567000, SYS_TABLE, 0, 0x123456700c },
	{ GMMU_V3, WORD_DUAL_BIG, 0, 0x105000, VID_TABLE, 0, 0x105012 },
	{ GMMU_V3, WORD_DUAL_BIG, 0, 0x105100, VID_TABLE, 0, 0x105112 },
	{ GMMU_V3, WORD_DUAL_SMALL, 0, 0x106000, VID_TABLE, 0, 0x106012 },
	{ GMMU_V3, WORD_PTE, 21, 0x40000000, GENERIC, 0, 0x40000681 },
	{ GMMU_V3, WORD_PTE, 16, 0x80010000, GENERIC, 0, 0x80010681 },
	{ GMMU_V3, WORD_PTE, 29, 0x60000000, GENERIC, 0, 0x60000681 },
	{ GMMU_V3, WORD_PTE, 38, 0x8000000000, GENERIC, 0, 0x8000000681 },
	{ GMMU_V3, WORD_PTE, 21, 0x40000000, PITCH, 0, 0x40000081 },
	{ GMMU_V3, WORD_PTE, 12, 0x123456000, PITCH, 0, 0x123456081 },
	{ GMMU_V3, WORD_PTE, 16, 0x80010000, PITCH_RO, 0, 0x800100a1 },
	{ GMMU_V3, WORD_PTE, 12, 0x1234567000, SYS, 0, 0x123456708d },
	{ GMMU_V3, WORD_PTE, 12, 0x1234567000, SYS_ALL, 0, 0x12345670fd },

	/* Nothing wider than its field, no hidden bit, no aperture that means something else. */
	{ GMMU_V2, WORD_PDE, 0, 0x102800, VID_TABLE, -EINVAL },
	{ GMMU_V2, WORD_PDE, 0, 0x102000, { .aperture = NV_MMU_PDE_APERTURE_INVALID }, -EINVAL },
	{ GMMU_V2, WORD_PDE, 0, 0x102000, { .aperture = 4 }, -EINVAL },
	{ GMMU_V2, WORD_PDE, 0, 0x1fffffe000, VID_TABLE, 0, 0x1fffffe02 },
	{ GMMU_V2, WORD_PDE, 0, 1ULL << 37, VID_TABLE, -EINVAL },
	{ GMMU_V2, WORD_PTE, 12, 1ULL << 37, PITCH, -EINVAL },
	{ GMMU_V2, WORD_PTE, 16, 0x11000, PITCH, -EINVAL },
	{ GMMU_V2, WORD_PTE, 13, 0x12000, PITCH, -EINVAL },
	{ GMMU_V2, WORD_PTE, 38, 0, PITCH, -EINVAL },
	{ GMMU_V2, WORD_PTE, 12, 0x11000, { .kind = 0x100 }, -EINVAL },
	{ GMMU_V2, WORD_PTE, 12, 0x11000, { .kind = NV_MMU_KIND_INVALID }, -EINVAL },
	{ GMMU_V2, WORD_PTE, 12, 0x11000, { .aperture = NV_MMU_PTE_APERTURE_PEER }, -EINVAL },
	{ GMMU_V2, WORD_PTE, 12, 0x11000, { .aperture = 4 }, -EINVAL },
	{ GMMU_V3, WORD_PDE, 0, 1ULL << 52, VID_TABLE, -EINVAL },
	{ GMMU_V3, WORD_PDE, 0, 0x101800, VID_TABLE, -EINVAL },
	{ GMMU_V3, WORD_PDE, 0, 0x101000, { .aperture = NV_MMU_PDE_APERTURE_INVALID }, -EINVAL },
	{ GMMU_V3, WORD_PTE, 12, 1ULL << 52, PITCH, -EINVAL },
	{ GMMU_V3, WORD_PTE, 16, 0x11000, PITCH, -EINVAL },
	{ GMMU_V3, WORD_PTE, 38, 0x2000000000, PITCH, -EINVAL },
	{ GMMU_V3, WORD_PTE, 12, 0x11000, { .kind = 16 }, -EINVAL },
	{ GMMU_V3, WORD_PTE, 12, 0x11000, { .aperture = NV_MMU_PTE_APERTURE_PEER }, -EINVAL },
};

/*
 * The worked example: three mappings, tables handed out one page after the other behind the root,
 * and every word of all tables that is not 0 then.
 */
struct mmu_example_map {
	u64 va, pa, bytes;
	struct gmmu_attr attr;
};

static const struct mmu_example_map mmu_example_maps[] = {
	{ 0x123440000000, 0x40000000, 2 << 20, GENERIC },
	{ 0x123440230000, 0x80010000, 64 << 10, GENERIC },
	{ 0x123440405000, 0x1234567000, 4 << 10, SYS },
};

#define MMU_EXAMPLE_BASE 0x100000ULL
#define MMU_EXAMPLE_PAGES 7U
#define MMU_EXAMPLE_UNMAPPED 0x123440240000ULL

struct mmu_example_word {
	enum gmmu_version version;
	u64 address, value;
};

static const struct mmu_example_word mmu_example_words[] = {
	{ GMMU_V2, 0x101000, 0x0000000000010202 },
	{ GMMU_V2, 0x102240, 0x0000000000010302 },
	{ GMMU_V2, 0x103d10, 0x0000000000010402 },
	{ GMMU_V2, 0x104000, 0x0600000004000001 },
	{ GMMU_V2, 0x104010, 0x0000000000010502 },
	{ GMMU_V2, 0x104028, 0x0000000000010602 },
	{ GMMU_V2, 0x105018, 0x0600000008001001 },
	{ GMMU_V2, 0x106028, 0x000000012345670d },

	{ GMMU_V3, 0x100000, 0x0000000000101012 },
	{ GMMU_V3, 0x101000, 0x0000000000102012 },
	{ GMMU_V3, 0x102240, 0x0000000000103012 },
	{ GMMU_V3, 0x103d10, 0x0000000000104012 },
	{ GMMU_V3, 0x104000, 0x0000000040000681 },
	{ GMMU_V3, 0x104010, 0x0000000000105012 },
	{ GMMU_V3, 0x104028, 0x0000000000106012 },
	{ GMMU_V3, 0x105018, 0x0000000080010681 },
	{ GMMU_V3, 0x106028, 0x000000123456708d },
};

#endif
