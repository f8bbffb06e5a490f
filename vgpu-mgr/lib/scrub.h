/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vGPUs have left in a GPU's memory, filled with zeroes. */
#ifndef MGR_SCRUB_H
#define MGR_SCRUB_H

#include "config.h"

struct json_object;

/*
 * gpu_scrub - have the driver of @bdf scrub what is free but dirty now
 *
 * Blocks until the copy engine has done it. Returns {"gpu", "scrubbed_bytes", "dirty_bytes",
 * "runs", "bytes", "ns"}: by how much the driver's sum of bytes grew, what is dirty still or again,
 * and the driver's sums since the GPU's start, releases included. Or NULL with @e: ERR_UNSUPPORTED
 * for a GPU that vgpu_core does not drive or without a copy engine, ERR_BUSY while it is not ready,
 * ERR_FAILED when the engine did not do it.
 */
struct json_object *gpu_scrub(const struct mgr *m, const char *bdf, struct err *e);

#endif
