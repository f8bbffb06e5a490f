/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Create, start, destroy vGPUs on both faces. */
#ifndef MGR_VGPU_OPS_H
#define MGR_VGPU_OPS_H

#include "inventory.h"

#define CREATE_WAIT_DEFAULT_SECONDS 10
#define CREATE_WAIT_MAX_SECONDS 300

enum face_choice { FACE_CHOICE_ANY, FACE_CHOICE_MDEV, FACE_CHOICE_VF };

struct vgpu_request {
	char uuid[UUID_BYTES];		/* never empty */
	bool uuid_chosen;		/* by the client: it may own dirty memory of that name */
	char gpu[BDF_BYTES];
	char type[NAME_BYTES];		/* name or id */
	enum face_choice face;
	int place;			/* PLACE_NONE: any, see place_unclaimed() */
	unsigned int wait_seconds;
};

/*
 * vgpu_create - make a vGPU that persists and is usable when this returns
 * @existed:	set when it was there already with the same content
 *
 * mdev face: defined with automatic start and started through mdevctl, on the first VF that offers
 * the type. VF face: recorded, then written to the VF. Waits up to wait_seconds for the GPU to be
 * ready and for the VFIO group's device node. A place that is asked for is saved, and so is the one
 * that the driver chose where vGPUs have several sizes: started in another order they might find no
 * room. Same UUID and same content again: the answer is the
 * same; other content: ERR_CONFLICT. On failure nothing remains.
 */
int vgpu_create(const struct mgr *m, const struct vgpu_request *r, bool *existed, struct err *e);
/* Start a defined vGPU at its saved place (no effect when it runs). */
int vgpu_start(const struct mgr *m, const struct vgpu_entry *v, struct err *e);
/* Stop and forget. ERR_BUSY with the processes that have it open. */
int vgpu_destroy(const struct mgr *m, const char *uuid, struct err *e);

#endif
