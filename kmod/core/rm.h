/* SPDX-License-Identifier: GPL-2.0-only */
/* Between rm.c and rpc.c. */
#ifndef VGPU_RM_H
#define VGPU_RM_H

#include <linux/types.h>

struct vgpu_gpu;

/* As gsp_rpc_call(), and *@result gets the RPC header's result (0 when there was no answer). */
ssize_t gsp_rpc_call_result(struct vgpu_gpu *gpu, u32 function, const void *req, size_t req_len,
			    void *reply, size_t reply_len, unsigned int timeout_ms, u32 *result);

#endif
