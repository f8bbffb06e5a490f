/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map of a card's VRAM, from the kernel's debugfs file (kmod/ABI.md) to JSON. debugfs and not
 * sysfs, since that file shows one moment, however long reading takes.
 */
#ifndef MGR_VRAM_MAP_H
#define MGR_VRAM_MAP_H

#include "util.h"

struct json_object;

/* Larger than any map that the kernel makes: 65536 segments, a line of 80 columns each. */
#define VRAM_MAP_BYTES (6u << 20)

/*
 * vram_map_parse - the kernel's text as the object "Vram" of openapi.json
 * @gpu:	its PCI address
 *
 * The caller owns the object. NULL and @e (ERR_FAILED) when a line is not as described, runs are
 * missing, or they leave a gap or overlap.
 */
struct json_object *vram_map_parse(const char *gpu, const char *text, struct err *e);
/* Read and parse the file of a GPU that vgpu_core drives. */
struct json_object *vram_map_read(const struct mgr *m, const char *gpu, struct err *e);

#endif
