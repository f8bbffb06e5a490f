// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The boards the model can be. Another board is another row: identification (PMC_BOOT_0 and 42, PCI
 * ids), VRAM, SR-IOV geometry and BAR sizes, floor-sweeping masks, fuses. The values belong into
 * kmod/abi with their source when they are hardware facts; nothing else asks which board it is.
 * README.md tells where each comes from.
 */
#include "board.h"

#define GIB (1ULL << 30)

/* PMC_BOOT_0 and 42 and the fuses of a chip. */
#define AD102 .boot_0 = 0x192000a1, .boot_42 = 0x192a1000
#define AD104 .boot_0 = 0x194000a1, .boot_42 = 0x194a1000
#define GA102 .boot_0 = 0x172000a1, .boot_42 = 0x172a1000, .booter_fuse = 0x1

/*
 * A board of @chip: SR-IOV and apertures are the reference board's but for the size of BAR1. The
 * first @gpcs GPCs are there, 6 TPCs in each.
 */
#define BOARD(model, chip, vram_gib, bar1_bytes, gpcs)                                             \
	{                                                                                          \
		.name = #model, chip, .device = NV_PCI_DEVICE_ID_##model,                          \
		.subsystem = NV_PCI_SUBSYSTEM_ID_##model, .vram_bytes = (vram_gib) * GIB,          \
		.num_vfs = NV_PCI_SRIOV_REF_TOTAL_VFS, .vf_offset = NV_PCI_SRIOV_REF_VF_OFFSET,    \
		.vf_stride = NV_PCI_SRIOV_REF_VF_STRIDE, .pf_bar1_bytes = bar1_bytes,              \
		.pf_bar3_bytes = NV_PCI_PF_BAR3_BYTES, .vf_bar0_bytes = NV_PCI_VF_BAR0_BYTES,      \
		.vf_bar1_bytes = NV_PCI_VF_BAR1_BYTES, .vf_bar3_bytes = NV_PCI_VF_BAR3_BYTES,      \
		.gpc_mask = (1U << (gpcs)) - 1, .tpc_mask = 0x3f,                                  \
	}

static const struct gm_board boards[] = {
	/* L40 and L40S: the one missing TPC is not modelled. */
	BOARD(L40, AD102, 48, NV_PCI_PF_BAR1_BYTES, 12),
	BOARD(L40S, AD102, 48, NV_PCI_PF_BAR1_BYTES, 12),
	/*
	 * The board whose configuration space is the reference. 46 TPCs; how they lie in the 12
	 * GPCs is not published: 8 GPCs of 6 here.
	 */
	BOARD(L20, AD102, 48, NV_PCI_PF_BAR1_BYTES, 8),
	/* One missing TPC is not modelled here. */
	BOARD(L4, AD104, 24, NV_PCI_PF_BAR1_24G_BYTES, 5),
	BOARD(A40, GA102, 48, NV_PCI_PF_BAR1_BYTES, 7),
};

const struct gm_board *gm_board_find(const char *name)
{
	for (size_t i = 0; i < sizeof(boards) / sizeof(boards[0]); i++)
		if (!name || !strcmp(boards[i].name, name))
			return &boards[i];
	return NULL;
}

void gm_board_names(char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(boards) / sizeof(boards[0]) && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? ", " : "",
					 boards[i].name);
}
