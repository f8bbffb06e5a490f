/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mdev face goes through mdevctl, so that definitions, boot-time starts and libvirt's view are
 * the ones every other tool has. The program is "mdevctl" in PATH, or what MDEVCTL names (tests).
 */
#ifndef MGR_MDEVCTL_H
#define MGR_MDEVCTL_H

#include "util.h"

/* The vGPU's place below its mdev; mdevctl writes it at each start. */
#define MDEV_PLACE_ATTRIBUTE "vgpu/placement_id"

/*
 * Each: 0, or -1 with mdevctl's own text in the sentence (ERR_TIMEOUT, ERR_NOT_FOUND when mdevctl
 * is not installed, ERR_FAILED otherwise). @vf: parent, @type_id: id of the vGPU type.
 */
int mdevctl_define(const char *vf, const char *uuid, unsigned int type_id, struct err *e);
/* Add to the definition that the vGPU goes to place @place (0 to 65534) when it is started. */
int mdevctl_define_place(const char *vf, const char *uuid, int place, struct err *e);
int mdevctl_undefine(const char *vf, const char *uuid, struct err *e);
int mdevctl_start(const char *vf, const char *uuid, struct err *e);
int mdevctl_stop(const char *uuid, struct err *e);
/* "1.2.0" into @buf. */
int mdevctl_version(char *buf, size_t size, struct err *e);

#endif
