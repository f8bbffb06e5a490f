// SPDX-License-Identifier: GPL-2.0-only
/* Decisions about the MMU page, see guest_trap.h. */
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "../abi/regs.h"
#include "guest_trap.h"

u64 vgpu_trap_start(u32 page_bytes)
{
	return round_down((u64)NV_VFN_MMU_PAGE, (u64)page_bytes);
}

u64 vgpu_trap_end(u32 page_bytes)
{
	return round_up((u64)NV_VFN_MMU_PAGE + NV_VFN_MMU_PAGE_BYTES, (u64)page_bytes);
}

bool vgpu_trap_hit(u64 offset)
{
	return offset >= NV_VFN_MMU_PAGE && offset - NV_VFN_MMU_PAGE < NV_VFN_MMU_PAGE_BYTES;
}

size_t vgpu_trap_step(u32 offset, size_t left)
{
	if (!vgpu_trap_hit(offset))
		return 0;
	return min_t(size_t, left, sizeof(u32) - offset % sizeof(u32));
}

/* Registers of the page a guest may use. */
static bool trap_listed(u32 offset)
{
	switch (offset) {
	case NV_VFN_FAULT_BUFFER_LO(NV_VFN_FAULT_BUFFER_NONREPLAYABLE) ...
		NV_VFN_FAULT_BUFFER_SIZE(NV_VFN_FAULT_BUFFER_NONREPLAYABLE):
	case NV_VFN_FAULT_BUFFER_LO(NV_VFN_FAULT_BUFFER_REPLAYABLE) ...
		NV_VFN_FAULT_BUFFER_SIZE(NV_VFN_FAULT_BUFFER_REPLAYABLE):
	case NV_VFN_PAGE_FAULT_CTRL:
	case NV_VFN_LATCHED_FAULT_ADDR_LO ... NV_VFN_LATCHED_FAULT_STATUS:
	case NV_VFN_MMU_INVALIDATE_PDB:
	case NV_VFN_MMU_INVALIDATE_UPPER_PDB:
	case NV_VFN_MMU_INVALIDATE:
	case NV_VFN_ACCESS_COUNTER(0) ... NV_VFN_ACCESS_COUNTER(NV_VFN_ACCESS_COUNTER_COUNT - 1):
		return true;
	default:
		return false;
	}
}

enum vgpu_trap_action vgpu_trap_on_read(u32 offset, size_t bytes)
{
	if (bytes != sizeof(u32) || offset % sizeof(u32) || !trap_listed(offset))
		return VGPU_TRAP_DO_NOTHING;
	return VGPU_TRAP_DO_ACCESS;
}

enum vgpu_trap_action vgpu_trap_on_write(u32 offset, size_t bytes, u32 value)
{
	if (vgpu_trap_on_read(offset, bytes) != VGPU_TRAP_DO_ACCESS)
		return VGPU_TRAP_DO_NOTHING;
	if (offset != NV_VFN_MMU_INVALIDATE || !(value & NV_VFN_MMU_INVALIDATE_TRIGGER))
		return VGPU_TRAP_DO_ACCESS;
	return value & NV_VFN_MMU_INVALIDATE_ALL_PDB ? VGPU_TRAP_DO_REFUSE :
						       VGPU_TRAP_DO_INVALIDATE;
}
