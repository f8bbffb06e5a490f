/* SPDX-License-Identifier: GPL-2.0-only */
/* Events that GSP sends on its own. */
#ifndef VGPU_EVENT_H
#define VGPU_EVENT_H

#include <linux/list.h>
#include <linux/types.h>

struct vgpu_gpu;

/* One received event, kmalloc'ed. */
struct gsp_event {
	struct list_head link;
	u32 function, result, gfid;
	size_t len;
	u8 data[] __aligned(8);
};

/* Handle one event. Called by gsp_rpc_dispatch() with dispatch_lock held. */
void gsp_event_handle(struct vgpu_gpu *gpu, const struct gsp_event *ev);

#endif
