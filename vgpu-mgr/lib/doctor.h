/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is this host fit, and is everything as the configuration wants it? */
#ifndef MGR_DOCTOR_H
#define MGR_DOCTOR_H

#include "util.h"

struct json_object;

/*
 * doctor_json - {"version":1, "healthy": bool, "checks":[{"name","status","detail","hint"}]}
 *
 * status: ok, warn (works, but look at it), fail, skip (cannot be told here). healthy: no fail.
 * Runs mdevctl and virsh for their versions. The caller owns it.
 */
struct json_object *doctor_json(const struct mgr *m);

#endif
