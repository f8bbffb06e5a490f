// SPDX-License-Identifier: GPL-2.0-only
/* Arithmetic of what a guest sees, see guest_view.h. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "../abi/pci.h"
#include "../abi/regs.h"
#include "guest_trap.h"
#include "guest_view.h"

/* The class is three bytes behind the revision. */
#define CLASS_BYTES 3
#define COMMAND_BYTES 2
#define BYTES_PER_MIB (1ULL << 20)

enum guest_patch {
	PATCH_SUBSYSTEM,
	PATCH_CLASS,
	PATCH_BAR1,
};

u64 vgpu_guest_bar1_bytes(u64 vf_bytes, u32 type_mib, u32 page_bytes)
{
	u64 bytes = type_mib * BYTES_PER_MIB;

	if (!bytes || bytes >= vf_bytes)
		return 0;
	bytes = max_t(u64, 1ULL << ilog2(bytes), page_bytes);
	return bytes < vf_bytes ? bytes : 0;
}

bool vgpu_guest_overlap(u64 pos, u64 count, u32 field, u32 field_bytes, struct vgpu_overlap *o)
{
	u64 start, end;

	if (pos >= (u64)field + field_bytes)
		return false;
	/* Only now can the end be computed: an access may reach to the last byte there is. */
	start = max_t(u64, pos, field);
	end = min_t(u64, pos + min_t(u64, count, U64_MAX - pos), (u64)field + field_bytes);
	if (start >= end)
		return false;
	o->in_access = start - pos;
	o->in_field = start - field;
	o->bytes = end - start;
	return true;
}

bool vgpu_guest_touches_command(u64 pos, u64 count)
{
	struct vgpu_overlap o;

	return vgpu_guest_overlap(pos, count, NV_PCI_CFG_COMMAND, COMMAND_BYTES, &o);
}

static u32 bar1_register_bytes(const struct vgpu_guest_view *view)
{
	return view->bar1_64bit ? sizeof(u64) : sizeof(u32);
}

/* BAR1 as the guest finds it: its own bits above the size, the type bits below. */
static u64 bar1_value(const struct vgpu_guest_view *view)
{
	u64 value = READ_ONCE(view->bar1_register) & ~(view->bar1_bytes - 1);

	if (view->bar1_prefetch)
		value |= NV_PCI_CFG_BAR_PREFETCH;
	if (view->bar1_64bit)
		value |= NV_PCI_CFG_BAR_64BIT;
	return value;
}

bool vgpu_guest_patch(const struct vgpu_guest_view *view, unsigned int which, u64 pos, u64 count,
		      struct vgpu_guest_patch *patch)
{
	u32 field, bytes;
	struct vgpu_overlap o;
	__le64 data;

	switch (which) {
	case PATCH_SUBSYSTEM:
		field = NV_PCI_CFG_SUBSYS_VENDOR_ID;
		bytes = sizeof(u32);
		data = cpu_to_le64(view->subsystem_vendor | (u64)view->subsystem << 16);
		break;
	case PATCH_CLASS:
		field = NV_PCI_CFG_CLASS;
		bytes = CLASS_BYTES;
		data = cpu_to_le64(view->class_code);
		break;
	case PATCH_BAR1:
		if (!view->bar1_bytes)
			return false;
		field = NV_PCI_CFG_BAR(NV_PCI_BAR_FB);
		bytes = bar1_register_bytes(view);
		data = cpu_to_le64(bar1_value(view));
		break;
	default:
		return false;
	}
	if (!vgpu_guest_overlap(pos, count, field, bytes, &o))
		return false;
	patch->in_access = o.in_access;
	patch->bytes = o.bytes;
	memcpy(patch->data, (const u8 *)&data + o.in_field, o.bytes);
	return true;
}

bool vgpu_guest_touches_bar1(const struct vgpu_guest_view *view, u64 pos, u64 count,
			     struct vgpu_overlap *o)
{
	return view->bar1_bytes && vgpu_guest_overlap(pos, count, NV_PCI_CFG_BAR(NV_PCI_BAR_FB),
						      bar1_register_bytes(view), o);
}

void vgpu_guest_write_bar1(struct vgpu_guest_view *view, const struct vgpu_overlap *o,
			   const u8 *data)
{
	__le64 value = cpu_to_le64(view->bar1_register);

	memcpy((u8 *)&value + o->in_field, data, o->bytes);
	WRITE_ONCE(view->bar1_register, le64_to_cpu(value));
}

int vgpu_guest_limit(const struct vgpu_guest_view *view, unsigned int index, u64 offset,
		     size_t *count, bool *trapped)
{
	*trapped = false;
	if (index == NV_PCI_BAR_FB && view->bar1_bytes) {
		if (offset >= view->bar1_bytes)
			return -EINVAL;
		*count = min_t(u64, *count, view->bar1_bytes - offset);
	}
	if (index == NV_PCI_BAR_REGS && view->trap) {
		if (offset < NV_VFN_MMU_PAGE)
			*count = min_t(u64, *count, NV_VFN_MMU_PAGE - offset);
		else
			*trapped = vgpu_trap_hit(offset);
	}
	return 0;
}

bool vgpu_guest_may_map(const struct vgpu_guest_view *view, unsigned int index, u64 start,
			u64 bytes)
{
	u64 end;

	if (check_add_overflow(start, bytes, &end))
		return false;
	if (index == NV_PCI_BAR_REGS && view->trap)
		return start >= vgpu_trap_end(view->page_bytes) ||
		       end <= vgpu_trap_start(view->page_bytes);
	if (index == NV_PCI_BAR_FB && view->bar1_bytes)
		return end <= view->bar1_bytes;
	return true;
}

unsigned int vgpu_guest_areas(const struct vgpu_guest_view *view, u64 bar_bytes,
			      struct vgpu_guest_area areas[VGPU_GUEST_AREAS])
{
	u64 start = min(vgpu_trap_start(view->page_bytes), bar_bytes);
	u64 end = vgpu_trap_end(view->page_bytes);
	unsigned int n = 0;

	if (start)
		areas[n++] = (struct vgpu_guest_area){ 0, start };
	if (end < bar_bytes)
		areas[n++] = (struct vgpu_guest_area){ end, bar_bytes - end };
	return n;
}
