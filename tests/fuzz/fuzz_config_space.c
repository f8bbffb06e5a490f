// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration space and BAR limits of a VF under a hostile VMM. The input chooses the type's view
 * of the VF and a row of reads, writes, BAR accesses and mappings; a byte-wise model of what the
 * guest should see is the oracle.
 */
#include <stdint.h>
#include <stdlib.h>

#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>

#include "bytes.h"
#include "guest_view.h"

#define CFG_BYTES 4096
#define MAX_ACCESS 32
#define CFG_COMMAND 0x04
#define CFG_CLASS 0x09
#define CFG_BAR1 0x14
#define CFG_SUBSYSTEM 0x2c
#define MMU_PAGE 0x3000ULL
#define MMU_PAGE_END 0x4000ULL
#define VF_BAR0_BYTES 0x40000ULL
#define VF_BAR1_BYTES (2ULL << 30)

static struct {
	struct vgpu_guest_view view;
	uint8_t bar1[8];	/* as last written */
} in;

static uint64_t next64(void)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | next();
	return v;
}

/* Numbers near everything that is a limit somewhere. */
static uint64_t next_number(void)
{
	const uint64_t near[] = { 0, MMU_PAGE, MMU_PAGE_END, VF_BAR0_BYTES, in.view.bar1_bytes,
				  VF_BAR1_BYTES, 1ULL << 40, UINT64_MAX };
	uint8_t what = next();

	if (what & 0x80)
		return next64() >> what % 64;
	return near[what % ARRAY_SIZE(near)] + (int8_t)next();
}

/* What the guest should find in byte @at; the VF's own bytes are the place's low bits. */
static uint8_t expected(uint64_t at)
{
	const struct vgpu_guest_view *view = &in.view;
	unsigned int bar1_end = CFG_BAR1 + (view->bar1_64bit ? 8 : 4);
	uint64_t bar1;

	if (at >= CFG_CLASS && at < CFG_CLASS + 3)
		return view->class_code >> 8 * (at - CFG_CLASS);
	if (at >= CFG_SUBSYSTEM && at < CFG_SUBSYSTEM + 2)
		return view->subsystem_vendor >> 8 * (at - CFG_SUBSYSTEM);
	if (at >= CFG_SUBSYSTEM + 2 && at < CFG_SUBSYSTEM + 4)
		return view->subsystem >> 8 * (at - CFG_SUBSYSTEM - 2);
	if (!view->bar1_bytes || at < CFG_BAR1 || at >= bar1_end)
		return at;
	memcpy(&bar1, in.bar1, sizeof(bar1));
	bar1 -= bar1 % view->bar1_bytes;
	bar1 += (view->bar1_prefetch ? 8 : 0) + (view->bar1_64bit ? 4 : 0);
	return bar1 >> 8 * (at - CFG_BAR1);
}

static void read_config(uint64_t pos, size_t count)
{
	struct vgpu_guest_patch patch;
	uint8_t bytes[MAX_ACCESS];

	for (size_t i = 0; i < count; i++)
		bytes[i] = pos + i;
	for (unsigned int i = 0; i < VGPU_GUEST_PATCHES + 1; i++) {
		if (!vgpu_guest_patch(&in.view, i, pos, count, &patch))
			continue;
		if (!patch.bytes || patch.bytes > sizeof(patch.data) || patch.in_access >= count ||
		    patch.bytes > count - patch.in_access)
			abort();
		memcpy(bytes + patch.in_access, patch.data, patch.bytes);
	}
	for (size_t i = 0; i < count; i++)
		if (bytes[i] != expected(pos + i))
			abort();
}

static void write_config(uint64_t pos, size_t count)
{
	unsigned int bar1_bytes = in.view.bar1_64bit ? 8 : 4;
	uint8_t bytes[MAX_ACCESS];
	bool command = false;
	struct vgpu_overlap o;

	for (size_t i = 0; i < count; i++) {
		bytes[i] = next();
		if (pos + i >= CFG_BAR1 && pos + i < CFG_BAR1 + bar1_bytes && in.view.bar1_bytes)
			in.bar1[pos + i - CFG_BAR1] = bytes[i];
		command |= pos + i == CFG_COMMAND || pos + i == CFG_COMMAND + 1;
	}
	if (vgpu_guest_touches_command(pos, count) != command)
		abort();
	if (vgpu_guest_touches_bar1(&in.view, pos, count, &o)) {
		if (o.in_access + o.bytes > count || o.in_field + o.bytes > bar1_bytes)
			abort();
		vgpu_guest_write_bar1(&in.view, &o, bytes + o.in_access);
	}
	read_config(CFG_BAR1, 8);
}

static void access_bar(unsigned int bar, uint64_t offset, size_t count)
{
	size_t left = count;
	bool trapped;

	if (vgpu_guest_limit(&in.view, bar, offset, &left, &trapped)) {
		if (bar != 1 || !in.view.bar1_bytes || offset < in.view.bar1_bytes)
			abort();
		return;
	}
	if (left > count || (count && !left))
		abort();
	if (bar == 1 && in.view.bar1_bytes && offset + left > in.view.bar1_bytes)
		abort();
	if (trapped != (bar == 0 && in.view.trap && offset >= MMU_PAGE && offset < MMU_PAGE_END))
		abort();
	/* What is not trapped keeps out of the page. */
	if (bar == 0 && in.view.trap && !trapped && offset < MMU_PAGE && left > MMU_PAGE - offset)
		abort();
}

static void map_bar(unsigned int bar, uint64_t start, uint64_t bytes)
{
	uint64_t end = start + bytes;

	if (!bytes || !vgpu_guest_may_map(&in.view, bar, start, bytes))
		return;
	if (end < start)
		abort();
	if (bar == 0 && in.view.trap && start < MMU_PAGE_END && end > MMU_PAGE)
		abort();
	if (bar == 1 && in.view.bar1_bytes && end > in.view.bar1_bytes)
		abort();
}

static void areas_of(uint64_t bar_bytes)
{
	struct vgpu_guest_area areas[VGPU_GUEST_AREAS];
	unsigned int n = vgpu_guest_areas(&in.view, bar_bytes, areas);
	uint64_t at = 0;

	if (n > VGPU_GUEST_AREAS)
		abort();
	for (unsigned int i = 0; i < n; i++) {
		if (!areas[i].bytes || areas[i].offset < at ||
		    areas[i].bytes > bar_bytes - areas[i].offset)
			abort();
		at = areas[i].offset + areas[i].bytes;
		if (in.view.trap && !vgpu_guest_may_map(&in.view, 0, areas[i].offset,
							areas[i].bytes))
			abort();
	}
}

static void choose_view(void)
{
	uint8_t flags = next();
	uint32_t mib = 1U << next() % 14;

	in.view = (struct vgpu_guest_view){
		.page_bytes = 4096U << flags % 3 * 2,
		.bar1_64bit = flags & 4, .bar1_prefetch = flags & 8, .trap = flags & 16,
		.subsystem_vendor = 0x10de, .subsystem = next() << 8 | next(),
		.class_code = 0x030000U + next(),
	};
	in.view.bar1_bytes = vgpu_guest_bar1_bytes(VF_BAR1_BYTES, mib + next(), in.view.page_bytes);
	if (in.view.bar1_bytes &&
	    (!is_power_of_2(in.view.bar1_bytes) || in.view.bar1_bytes >= VF_BAR1_BYTES ||
	     in.view.bar1_bytes < in.view.page_bytes))
		abort();
	memset(in.bar1, 0, sizeof(in.bar1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = (struct fuzz_input){ data, size };
	choose_view();
	while (input.left) {
		uint8_t what = next();
		uint64_t pos = what & 0x80 ? next() % 64 : (next() | next() << 8) % CFG_BYTES;
		size_t count = next() % (MAX_ACCESS + 1);

		switch (what % 5) {
		case 0:
			read_config(pos, count);
			break;
		case 1:
			write_config(pos, count);
			break;
		case 2:
			access_bar(what / 8 % 4, next_number(), next_number());
			break;
		case 3:
			map_bar(what / 8 % 4, next_number(), next_number());
			break;
		default:
			areas_of(next_number());
			break;
		}
	}
	return 0;
}
