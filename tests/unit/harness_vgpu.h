/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One board and its vGPUs, for tests that tell the life of vGPUs: what a host asks of the core,
 * with UUIDs made of small numbers, and what its VFs' owners are told.
 */
#ifndef HARNESS_VGPU_H
#define HARNESS_VGPU_H

#include "harness.h"

#include <linux/errno.h>
#include <linux/uuid.h>

#include "fw.h"
#include "host.h"
#include "type.h"
#include "vgpu.h"

/* Type numbers of public documentation. */
#define L40_1Q 871
#define L40_3Q 873
#define L40_6Q 875
#define L40_8Q 876
#define L40_12Q 877
#define L40_16Q 878
#define L40_24Q 879
#define L40_48Q 880
#define L4_2Q 911

#define MIB (1ULL << 20)
#define SEGMENT (128 * MIB)

/* The board of the running test, and what was free when it had booted. */
extern struct harness *h;
extern struct vgpu_host_info at_start;

/* What the owner of a VF was told. */
struct owner {
	struct vgpu_vf *vf;
	enum vgpu_state state;
	unsigned int dead, xid, last_xid;
};

extern struct owner owners[32];
/* Transitions from [] to [] that owners were told of, in all tests of the program. */
extern bool seen[VGPU_STATE_COUNT][VGPU_STATE_COUNT];

/* For cmocka: an L40, or another board, with an owner on each VF; and its end. */
void board_up(const struct harness_options *opt);
int board_setup(void **state);
int board_teardown(void **state);
#define BOARD_TEST(name) cmocka_unit_test_setup_teardown(name, board_setup, board_teardown)

uuid_t uuid_of(unsigned int n);
struct vgpu_vf *vf_of(unsigned int i);
/* Claim VF @i for UUID number @n. */
int claim(unsigned int i, u32 type, unsigned int n);
int open_vf(unsigned int i);
struct vgpu_vf_info info_of(unsigned int i);
u64 free_and_dirty(void);
/* The CPU's view of a word of VRAM, by way of BAR1. Unless @value is NULL, it is stored first. */
u64 vram_word(u64 spa, const u64 *value);

/* These fail the test. The core and the owner agree on the state: */
void expect_state(unsigned int i, enum vgpu_state want);
/* The VF's last error has @text: */
void expect_text(unsigned int i, const char *text);
/* No vGPU is left, nor anything that belonged to one: */
void expect_all_back(void);
/* The same, and so much of what is free is dirty: */
void expect_dirty(u64 bytes);

#endif
