// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest's accesses to the trapped MMU page. The input is a row of accesses of any place, length
 * and content; each is taken apart as the VFIO driver does it, on a page of registers. Nothing but
 * listed registers is ever reached, whole words only, and no invalidate for everybody.
 */
#include <stdint.h>
#include <stdlib.h>

#include <linux/kernel.h>
#include <linux/string.h>

#include "bytes.h"
#include "guest_trap.h"

#define PAGE_START 0x3000U
#define PAGE_END 0x4000U
#define MAX_ACCESS 64
#define INVALIDATE 0x30b0U
#define TRIGGER 0x80000000U
#define ALL_PDB 0x2U
#define SECRET 0x5ec5ec5eU

/* Registers by word; those that a guest may not use hold a secret. */
static uint32_t page[(PAGE_END - PAGE_START) / 4];

/* The page's list once more, in other words. */
static bool usable(uint32_t offset)
{
	if (offset % 4)
		return false;
	if (offset >= 0x3100 && offset < 0x3120)
		return true;
	if (offset >= 0x3080 && offset < 0x3098)
		return true;
	if (offset == 0x3070 || offset == 0x30a0 || offset == 0x30a4 || offset == INVALIDATE)
		return true;
	return offset >= PAGE_START && offset < 0x3040 && offset % 0x20 <= 0x10;
}

/* Places that matter, and any. */
static uint32_t next_offset(void)
{
	static const uint32_t places[] = { 0x2ffe, 0x3000, 0x3010, 0x3020, 0x3070, 0x3080,
					   0x30a0, 0x30ae, 0x30b0, 0x3100, 0x311c, 0x3ffd };
	uint8_t what = next();

	if (what & 1)
		return places[what / 2 % ARRAY_SIZE(places)] + next() % 8;
	return PAGE_START - 16 + (next() | next() << 8) % 0x1020;
}

static void write_step(uint32_t offset, size_t step, uint32_t value)
{
	uint32_t *reg = &page[(offset - PAGE_START) / 4];

	switch (vgpu_trap_on_write(offset, step, value)) {
	case VGPU_TRAP_DO_NOTHING:
		if (step == 4 && usable(offset))
			abort();
		return;
	case VGPU_TRAP_DO_REFUSE:
		if (offset != INVALIDATE || !(value & TRIGGER) || !(value & ALL_PDB))
			abort();
		return;
	case VGPU_TRAP_DO_INVALIDATE:
		if (offset != INVALIDATE || !(value & TRIGGER) || (value & ALL_PDB))
			abort();
		value &= ~TRIGGER;
		break;
	case VGPU_TRAP_DO_ACCESS:
		if (offset == INVALIDATE && (value & TRIGGER))
			abort();
		break;
	}
	if (step != 4 || !usable(offset))
		abort();
	*reg = value;
}

static uint32_t read_step(uint32_t offset, size_t step)
{
	switch (vgpu_trap_on_read(offset, step)) {
	case VGPU_TRAP_DO_NOTHING:
		return 0;
	case VGPU_TRAP_DO_ACCESS:
		if (step != 4 || !usable(offset))
			abort();
		return page[(offset - PAGE_START) / 4];
	default:
		abort();
	}
}

static void one_access(void)
{
	uint32_t offset = next_offset();
	size_t count = next() % (MAX_ACCESS + 1), done = 0, step, want;
	bool write = next() & 1;
	uint8_t bytes[MAX_ACCESS];

	for (size_t i = 0; i < count; i++)
		bytes[i] = next();
	while ((step = vgpu_trap_step(offset + done, count - done))) {
		uint32_t value = 0;

		if (step > 4 || step > count - done || (offset + done) / 4 !=
							       (offset + done + step - 1) / 4)
			abort();
		if (write) {
			memcpy(&value, bytes + done, step);
			write_step(offset + done, step, value);
		} else {
			value = read_step(offset + done, step);
			if (value == SECRET)
				abort();
			memcpy(bytes + done, &value, step);
		}
		done += step;
	}
	/* All of it, up to the end of the page. */
	want = offset < PAGE_START || offset >= PAGE_END ? 0 :
	       count < PAGE_END - offset		 ? count :
							   PAGE_END - offset;
	if (done != want || vgpu_trap_hit(offset) != (offset >= PAGE_START && offset < PAGE_END))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = (struct fuzz_input){ data, size };
	for (uint32_t i = 0; i < ARRAY_SIZE(page); i++)
		page[i] = usable(PAGE_START + 4 * i) ? 0 : SECRET;
	while (input.left)
		one_access();
	for (uint32_t i = 0; i < ARRAY_SIZE(page); i++)
		if (!usable(PAGE_START + 4 * i) && page[i] != SECRET)
			abort();
	if (page[(INVALIDATE - PAGE_START) / 4] & TRIGGER)
		abort();
	return 0;
}
