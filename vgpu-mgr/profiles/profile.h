/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reader of a board's profile file (vGPU types as JSON, see README.md here). Used by the generator
 * of the built-in catalogue, its tests and its fuzz target. Never prints.
 */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_FORMAT "openvgpu-profiles/1"
#define PROFILE_NAME_BYTES 64
#define PROFILE_WHY_BYTES 320
#define PROFILE_MAX_TYPES 256
#define PROFILE_MAX_FILE_BYTES (1u << 20)

/* One vGPU type. A number that the file does not know is 0 and its bit is missing from @known. */
struct profile_type {
	uint64_t known;	      /* bit i: field i of the reader's table has a value */
	uint64_t inferred;    /* bit i: that value is inferred, not read from a source */
	uint64_t id;
	uint64_t guest_subsystem;
	uint64_t framebuffer_mib;
	uint64_t profile_bytes, fb_bytes, reserve_bytes, heap_bytes;
	uint64_t max_instances, max_instances_mixed;
	uint64_t heads, max_x, max_y, max_pixels, frl, bar1_mib, encoder_capacity;
	uint64_t docs_x, docs_y;
	uint64_t cuda, ecc, multi_vgpu;
	char name[PROFILE_NAME_BYTES];
	char series[PROFILE_NAME_BYTES];
	char class_name[PROFILE_NAME_BYTES];
	char license[PROFILE_NAME_BYTES];
	char missing[PROFILE_WHY_BYTES]; /* why it cannot be created; empty when it can */
};

struct profile_board {
	char board[PROFILE_NAME_BYTES];
	uint64_t device;
	uint64_t subsystem; /* 0: any */
	uint64_t framebuffer_mib;
	size_t type_count;
	struct profile_type *types;
};

/*
 * profile_parse - read one board's file
 * @text:	@length bytes of JSON, need not be terminated
 * @board:	filled; free with profile_free() also after a failure
 * @why:	at least PROFILE_WHY_BYTES; a sentence that names object and key on failure
 *
 * Unknown keys, missing keys, values out of range, tags that are not declared, and duplicates
 * within the board are errors. Returns 0 or -1.
 */
int profile_parse(const char *text, size_t length, struct profile_board *board, char *why);
void profile_free(struct profile_board *board);

/*
 * profile_check_set - what only shows with all boards side by side
 *
 * Duplicate type ids or names, two files for the same PCI device and subsystem. Returns 0 or -1
 * with a sentence in @why.
 */
int profile_check_set(const struct profile_board *boards, size_t count, char *why);

#endif
