// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The boards the model can be. Another board is another row: identification (PMC_BOOT_0 and 42, PCI
 * ids), VRAM, SR-IOV geometry and BAR sizes, floor-sweeping masks, fuses. The values belong into
 * kmod/abi with their source when they are hardware facts; nothing else asks which board it is.
 * README.md tells where each comes from.
 */
#include "board.h"

#define GIB (1ULL << 30)

/* SR-IOV and apertures of the reference board; sizes of BAR1 differ. */
#define SRIOV_REF                                                                                  \
	.num_vfs = NV_PCI_SRIOV_REF_TOTAL_VFS, .vf_offset = NV_PCI_SRIOV_REF_VF_OFFSET,            \
	.vf_stride = NV_PCI_SRIOV_REF_VF_STRIDE, .pf_bar3_bytes = NV_PCI_PF_BAR3_BYTES,            \
	.vf_bar0_bytes = NV_PCI_VF_BAR0_BYTES, .vf_bar1_bytes = NV_PCI_VF_BAR1_BYTES,              \
	.vf_bar3_bytes = NV_PCI_VF_BAR3_BYTES

static const struct gm_board boards[] = {
	{
		.name = "L40",
		.boot_0 = 0x192000a1,
		.boot_42 = 0x192a1000,
		.device = NV_PCI_DEVICE_ID_L40,
		.subsystem = NV_PCI_SUBSYSTEM_ID_L40,
		.vram_bytes = 48 * GIB,
		SRIOV_REF,
		.pf_bar1_bytes = NV_PCI_PF_BAR1_BYTES,
		/* 12 GPCs of 6 TPCs; the board's one missing TPC is not modelled. */
		.gpc_mask = 0xfff,
		.tpc_mask = 0x3f,
	},
	{
		.name = "L40S",
		.boot_0 = 0x192000a1,
		.boot_42 = 0x192a1000,
		.device = NV_PCI_DEVICE_ID_L40S,
		.subsystem = NV_PCI_SUBSYSTEM_ID_L40S,
		.vram_bytes = 48 * GIB,
		SRIOV_REF,
		.pf_bar1_bytes = NV_PCI_PF_BAR1_BYTES,
		.gpc_mask = 0xfff,
		.tpc_mask = 0x3f,
	},
	{
		/* The board whose configuration space is the reference. */
		.name = "L20",
		.boot_0 = 0x192000a1,
		.boot_42 = 0x192a1000,
		.device = NV_PCI_DEVICE_ID_L20,
		.subsystem = NV_PCI_SUBSYSTEM_ID_L20,
		.vram_bytes = 48 * GIB,
		SRIOV_REF,
		.pf_bar1_bytes = NV_PCI_PF_BAR1_BYTES,
		/* 46 TPCs; how they lie in the 12 GPCs is not published: 8 GPCs of 6 here. */
		.gpc_mask = 0xff,
		.tpc_mask = 0x3f,
	},
	{
		.name = "L4",
		.boot_0 = 0x194000a1,
		.boot_42 = 0x194a1000,
		.device = NV_PCI_DEVICE_ID_L4,
		.subsystem = NV_PCI_SUBSYSTEM_ID_L4,
		.vram_bytes = 24 * GIB,
		SRIOV_REF,
		.pf_bar1_bytes = NV_PCI_PF_BAR1_24G_BYTES,
		/* 5 GPCs of 6 TPCs; the board's one missing TPC is not modelled. */
		.gpc_mask = 0x1f,
		.tpc_mask = 0x3f,
	},
	{
		.name = "A40",
		.boot_0 = 0x172000a1,
		.boot_42 = 0x172a1000,
		.device = NV_PCI_DEVICE_ID_A40,
		.subsystem = NV_PCI_SUBSYSTEM_ID_A40,
		.vram_bytes = 48 * GIB,
		SRIOV_REF,
		.pf_bar1_bytes = NV_PCI_PF_BAR1_BYTES,
		.gpc_mask = 0x7f,
		.tpc_mask = 0x3f,
		.booter_fuse = 0x1,
	},
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
