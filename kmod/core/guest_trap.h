/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MMU page of a VF's BAR0: what a guest may do there. Only decisions, no side effect and no
 * lock; vgpu-vfio-pci.ko carries them out (it is linked with this file, vgpu-core.ko is not).
 *
 * Guests are hostile: only named registers are reached, by aligned words, and an invalidate never
 * concerns other guests' page directories.
 */
#ifndef VGPU_GUEST_TRAP_H
#define VGPU_GUEST_TRAP_H

#include <linux/types.h>

/* What became of accesses to the page. */
enum vgpu_trap_count {
	VGPU_TRAP_READ,			/* carried out on the VF */
	VGPU_TRAP_WRITE,
	VGPU_TRAP_READ_DROPPED,		/* not on the list or not an aligned word: reads 0 */
	VGPU_TRAP_WRITE_DROPPED,
	VGPU_TRAP_INVALIDATE,		/* TLB invalidates carried out */
	VGPU_TRAP_INVALIDATE_REFUSED,	/* for all page directories */
	VGPU_TRAP_INVALIDATE_TIMEOUT,
	VGPU_TRAP_COUNTS,
};

enum vgpu_trap_action {
	VGPU_TRAP_DO_NOTHING,	 /* reads 0, writes are dropped */
	VGPU_TRAP_DO_ACCESS,	 /* one 32-bit access to the VF's register */
	VGPU_TRAP_DO_INVALIDATE, /* write, wait until TRIGGER is 0 again; one at a time on a GPU */
	VGPU_TRAP_DO_REFUSE,	 /* an invalidate for everybody: not done, the guest is not told */
};

/* Host pages of @page_bytes (power of two) round the MMU page, as offsets in BAR0: [start, end). */
u64 vgpu_trap_start(u32 page_bytes);
u64 vgpu_trap_end(u32 page_bytes);
/* Does an access at @offset of BAR0 begin in the MMU page? */
bool vgpu_trap_hit(u64 offset);

/*
 * vgpu_trap_step - bytes of the next step of an access
 * @offset:	in BAR0
 * @left:	bytes of the access from there on
 *
 * A whole word where one is aligned, else what leads to the next word or to the end of the access.
 * 0 when nothing is left, or outside of the MMU page.
 */
size_t vgpu_trap_step(u32 offset, size_t left);
/* What to do with a step of @bytes at @offset. @value: what the guest writes, if @bytes is 4. */
enum vgpu_trap_action vgpu_trap_on_read(u32 offset, size_t bytes);
enum vgpu_trap_action vgpu_trap_on_write(u32 offset, size_t bytes, u32 value);

#endif
