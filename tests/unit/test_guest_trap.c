// SPDX-License-Identifier: GPL-2.0-or-later
/* What a guest may do in the trapped MMU page. */
#include "harness.h"

#include "../abi/regs.h"
#include "guest_trap.h"

#define WORD sizeof(u32)

/* The list of the references, register by register. */
static const u32 allowed[] = {
	0x3000, 0x3004, 0x3008, 0x300c, 0x3010, /* non-replayable fault buffer */
	0x3020, 0x3024, 0x3028, 0x302c, 0x3030, /* replayable fault buffer */
	0x3070,					/* page fault control */
	0x3080, 0x3084, 0x3088, 0x308c, 0x3090, 0x3094, /* latched fault */
	0x30a0, 0x30a4, 0x30b0,			/* TLB invalidate */
	0x3100, 0x3104, 0x3108, 0x310c, 0x3110, 0x3114, 0x3118, 0x311c, /* access counters */
};

static bool is_allowed(u32 offset)
{
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++)
		if (allowed[i] == offset)
			return true;
	return false;
}

static void only_listed_words_are_reached(void **state)
{
	for (u32 offset = 0x2ff0; offset < 0x4010; offset++) {
		enum vgpu_trap_action want = is_allowed(offset) ? VGPU_TRAP_DO_ACCESS :
								  VGPU_TRAP_DO_NOTHING;

		assert_int_equal(vgpu_trap_on_read(offset, WORD), want);
		assert_int_equal(vgpu_trap_on_write(offset, WORD, 0), want);
		for (size_t bytes = 0; bytes <= 2 * WORD; bytes++) {
			if (bytes == WORD)
				continue;
			assert_int_equal(vgpu_trap_on_read(offset, bytes), VGPU_TRAP_DO_NOTHING);
			assert_int_equal(vgpu_trap_on_write(offset, bytes, ~0U),
					 VGPU_TRAP_DO_NOTHING);
		}
	}
}

static void invalidates(void **state)
{
	const u32 trigger = 0x80000000, all_pdb = 0x2, all_va = 0x1;

	assert_int_equal(vgpu_trap_on_write(0x30b0, WORD, trigger | all_va),
			 VGPU_TRAP_DO_INVALIDATE);
	assert_int_equal(vgpu_trap_on_write(0x30b0, WORD, trigger), VGPU_TRAP_DO_INVALIDATE);
	assert_int_equal(vgpu_trap_on_write(0x30b0, WORD, trigger | all_pdb), VGPU_TRAP_DO_REFUSE);
	assert_int_equal(vgpu_trap_on_write(0x30b0, WORD, ~0U), VGPU_TRAP_DO_REFUSE);
	/* Without the trigger nothing happens on the GPU. */
	assert_int_equal(vgpu_trap_on_write(0x30b0, WORD, all_pdb), VGPU_TRAP_DO_ACCESS);
	/* The page directory's own registers are plain ones, whatever their bits. */
	assert_int_equal(vgpu_trap_on_write(0x30a0, WORD, ~0U), VGPU_TRAP_DO_ACCESS);
	assert_int_equal(vgpu_trap_on_write(0x30a4, WORD, ~0U), VGPU_TRAP_DO_ACCESS);
	/* Half a word of the trigger is none. */
	assert_int_equal(vgpu_trap_on_write(0x30b2, 2, ~0U), VGPU_TRAP_DO_NOTHING);
	assert_int_equal(vgpu_trap_on_write(0x30b0, 2, ~0U), VGPU_TRAP_DO_NOTHING);
	assert_int_equal(vgpu_trap_on_read(0x30b0, WORD), VGPU_TRAP_DO_ACCESS);
}

static void steps_of_an_access(void **state)
{
	assert_int_equal(vgpu_trap_step(0x3000, 0), 0);
	assert_int_equal(vgpu_trap_step(0x3000, 1), 1);
	assert_int_equal(vgpu_trap_step(0x3000, 4), 4);
	assert_int_equal(vgpu_trap_step(0x3000, 8), 4);
	assert_int_equal(vgpu_trap_step(0x3001, 8), 3);
	assert_int_equal(vgpu_trap_step(0x3002, 1), 1);
	assert_int_equal(vgpu_trap_step(0x3003, SIZE_MAX), 1);
	/* Never out of the page. */
	assert_int_equal(vgpu_trap_step(0x2fff, 4), 0);
	assert_int_equal(vgpu_trap_step(0x3ffd, 8), 3);
	assert_int_equal(vgpu_trap_step(0x4000, 4), 0);
	assert_int_equal(vgpu_trap_step(~0U, 4), 0);
	assert_false(vgpu_trap_hit(0x2fff));
	assert_true(vgpu_trap_hit(0x3000));
	assert_true(vgpu_trap_hit(0x3fff));
	assert_false(vgpu_trap_hit(0x4000));
	assert_false(vgpu_trap_hit((1ULL << 32) + 0x3000));
}

static void host_pages_round_it(void **state)
{
	assert_int_equal(vgpu_trap_start(4096), 0x3000);
	assert_int_equal(vgpu_trap_end(4096), 0x4000);
	assert_int_equal(vgpu_trap_start(16384), 0);
	assert_int_equal(vgpu_trap_end(16384), 0x4000);
	assert_int_equal(vgpu_trap_start(65536), 0);
	assert_int_equal(vgpu_trap_end(65536), 0x10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_listed_words_are_reached),
		cmocka_unit_test(invalidates),
		cmocka_unit_test(steps_of_an_access),
		cmocka_unit_test(host_pages_round_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
