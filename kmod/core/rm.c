// SPDX-License-Identifier: GPL-2.0-only
/* RM objects and controls over RPC. */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/rpc.h"
#include "fw.h"
#include "gpu.h"
#include "rm.h"

/* Handles we give out: a client carries its number, the rest is the same below every client. */
#define RM_HANDLE_CLIENT 0xc1d00000U
#define RM_HANDLE_DEVICE 0xde1d0000U
#define RM_HANDLE_SUBDEVICE 0x5d1d0000U
/* Largest parameter block of any control of this line, with room. */
#define RM_MAX_PARAMS (1U << 20)
#define RM_KERNEL_PROCESS 0xffffffffU

#define RM_CLIENTS (sizeof_field(struct gsp_rpc, clients) * 8)

static const struct {
	u32 status;
	const char *name;
	int err;
} rm_status[] = {
	{ NV_STATUS_OK, "OK", 0 },
	{ NV_STATUS_GPU_IS_LOST, "GPU_IS_LOST", -ENODEV },
	{ NV_STATUS_INSUFFICIENT_RESOURCES, "INSUFFICIENT_RESOURCES", -ENOSPC },
	{ NV_STATUS_INSUFFICIENT_PERMISSIONS, "INSUFFICIENT_PERMISSIONS", -EPERM },
	{ NV_STATUS_INVALID_ARGUMENT, "INVALID_ARGUMENT", -EINVAL },
	{ NV_STATUS_INVALID_CLASS, "INVALID_CLASS", -EINVAL },
	{ NV_STATUS_INVALID_CLIENT, "INVALID_CLIENT", -EINVAL },
	{ NV_STATUS_INVALID_COMMAND, "INVALID_COMMAND", -EINVAL },
	{ NV_STATUS_INVALID_DEVICE, "INVALID_DEVICE", -EINVAL },
	{ NV_STATUS_INVALID_FUNCTION, "INVALID_FUNCTION", -EINVAL },
	{ NV_STATUS_INVALID_LIMIT, "INVALID_LIMIT", -EINVAL },
	{ NV_STATUS_INVALID_OBJECT, "INVALID_OBJECT", -EINVAL },
	{ NV_STATUS_INVALID_OBJECT_HANDLE, "INVALID_OBJECT_HANDLE", -EINVAL },
	{ NV_STATUS_INVALID_OBJECT_PARENT, "INVALID_OBJECT_PARENT", -EINVAL },
	{ NV_STATUS_INVALID_OFFSET, "INVALID_OFFSET", -EINVAL },
	{ NV_STATUS_INVALID_PARAM_STRUCT, "INVALID_PARAM_STRUCT", -EINVAL },
	{ NV_STATUS_INVALID_PARAMETER, "INVALID_PARAMETER", -EINVAL },
	{ NV_STATUS_INVALID_REQUEST, "INVALID_REQUEST", -EINVAL },
	{ NV_STATUS_INVALID_STATE, "INVALID_STATE", -EINVAL },
	{ NV_STATUS_NO_MEMORY, "NO_MEMORY", -ENOMEM },
	{ NV_STATUS_NOT_READY, "NOT_READY", -EAGAIN },
	{ NV_STATUS_NOT_SUPPORTED, "NOT_SUPPORTED", -EOPNOTSUPP },
	{ NV_STATUS_OBJECT_NOT_FOUND, "OBJECT_NOT_FOUND", -ENOENT },
	{ NV_STATUS_OUT_OF_RANGE, "OUT_OF_RANGE", -ERANGE },
	{ NV_STATUS_RESET_REQUIRED, "RESET_REQUIRED", -EIO },
	{ NV_STATUS_STATE_IN_USE, "STATE_IN_USE", -EBUSY },
	{ NV_STATUS_TIMEOUT, "TIMEOUT", -EIO },
	{ NV_STATUS_TIMEOUT_RETRY, "TIMEOUT_RETRY", -EAGAIN },
	{ RPC_RESULT_VMIOP_INVAL, "VMIOP_INVAL", -EINVAL },
	{ RPC_RESULT_VMIOP_RESOURCE, "VMIOP_RESOURCE", -ENOSPC },
	{ RPC_RESULT_VMIOP_RANGE, "VMIOP_RANGE", -ERANGE },
	{ RPC_RESULT_VMIOP_NOT_FOUND, "VMIOP_NOT_FOUND", -ENOENT },
	{ RPC_RESULT_VMIOP_TIMEOUT, "VMIOP_TIMEOUT", -EIO },
	{ RPC_RESULT_VMIOP_NOT_SUPPORTED, "VMIOP_NOT_SUPPORTED", -EOPNOTSUPP },
	{ RPC_RESULT_UNKNOWN_FUNCTION, "UNKNOWN_FUNCTION", -EOPNOTSUPP },
	{ RPC_RESULT_INVALID_MESSAGE, "INVALID_MESSAGE_FORMAT", -EINVAL },
	{ RPC_RESULT_HANDLE_NOT_FOUND, "HANDLE_NOT_FOUND", -ENOENT },
	{ RPC_RESULT_HANDLE_EXISTS, "HANDLE_EXISTS", -EEXIST },
	{ RPC_RESULT_UNKNOWN_RM_ERROR, "UNKNOWN_RM_ERROR", -EIO },
	{ RPC_RESULT_CONTROL_NOT_SUPPORTED, "API_CONTROL_NOT_SUPPORTED", -EOPNOTSUPP },
	{ RPC_RESULT_PENDING, "PENDING", -EIO },
};

const char *rm_status_name(u32 status)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rm_status); i++)
		if (rm_status[i].status == status)
			return rm_status[i].name;
	return "an unknown status";
}

static int rm_status_errno(u32 status)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rm_status); i++)
		if (rm_status[i].status == status)
			return rm_status[i].err;
	return -EIO;
}

/*
 * Send @msg and get it back in place. @status_offset is where the payload keeps its NV_STATUS. A
 * refusal in the RPC header or in the payload ends up in *@status; the errno says the same.
 */
static int rm_call(struct vgpu_gpu *gpu, u32 function, void *msg, size_t len, size_t status_offset,
		   unsigned int timeout_ms, u32 *status)
{
	__le32 word;
	ssize_t ret;

	ret = gsp_rpc_call_result(gpu, function, msg, len, msg, len, timeout_ms, status);
	if (*status)
		return rm_status_errno(*status);
	if (ret < 0)
		return ret;
	if ((size_t)ret < status_offset + sizeof(word))
		return -EPROTO;
	memcpy(&word, msg + status_offset, sizeof(word));
	*status = le32_to_cpu(word);
	if (*status)
		return rm_status_errno(*status);
	return (size_t)ret < len ? -EPROTO : 0;
}

/* The same for a message of @head and, behind it, @size bytes of @params, which come back. */
static int rm_call_params(struct vgpu_gpu *gpu, u32 function, const void *head, size_t head_bytes,
			  size_t status_offset, void *params, u32 size, unsigned int timeout_ms,
			  u32 *status)
{
	void *msg;
	int err;

	if (size > RM_MAX_PARAMS)
		return -EINVAL;
	msg = kvzalloc(head_bytes + size, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	memcpy(msg, head, head_bytes);
	if (size)
		memcpy(msg + head_bytes, params, size);
	err = rm_call(gpu, function, msg, head_bytes + size, status_offset, timeout_ms, status);
	if (!err && size)
		memcpy(params, msg + head_bytes, size);
	kvfree(msg);
	return err;
}

int rm_control(struct vgpu_gpu *gpu, u32 client, u32 object, u32 cmd, void *params, u32 size,
	       unsigned int timeout_ms, u32 *rm_status)
{
	const struct rpc_rm_control head = {
		.h_client = cpu_to_le32(client),
		.h_object = cpu_to_le32(object),
		.cmd = cpu_to_le32(cmd),
		.params_bytes = cpu_to_le32(size),
	};
	u32 status = 0;
	int err;

	err = rm_call_params(gpu, RPC_FN_GSP_RM_CONTROL, &head, sizeof(head),
			     offsetof(struct rpc_rm_control, status), params, size,
			     timeout_ms ?: GSP_RPC_DEFAULT_MS, &status);
	if (status)
		dev_dbg(gpu->dev, "RM control 0x%08x: %s (0x%x)\n", cmd, rm_status_name(status),
			status);
	if (rm_status)
		*rm_status = status;
	return err;
}

int rm_alloc(struct vgpu_gpu *gpu, u32 client, u32 parent, u32 handle, u32 class_id, void *params,
	     u32 size)
{
	const struct rpc_rm_alloc head = {
		.h_client = cpu_to_le32(client),
		.h_parent = cpu_to_le32(parent),
		.h_object = cpu_to_le32(handle),
		.h_class = cpu_to_le32(class_id),
		.params_bytes = cpu_to_le32(size),
	};
	u32 status = 0;
	int err;

	err = rm_call_params(gpu, RPC_FN_GSP_RM_ALLOC, &head, sizeof(head),
			     offsetof(struct rpc_rm_alloc, status), params, size,
			     GSP_RPC_DEFAULT_MS, &status);
	if (err)
		dev_warn(gpu->dev, "RM alloc of class 0x%04x: %s (0x%x), error %d\n", class_id,
			 rm_status_name(status), status, -err);
	return err;
}

int rm_free(struct vgpu_gpu *gpu, u32 client, u32 handle)
{
	struct rpc_rm_free msg = {
		.h_root = cpu_to_le32(client),
		.h_object = cpu_to_le32(handle),
	};
	u32 status = 0;

	return rm_call(gpu, RPC_FN_FREE, &msg, sizeof(msg), offsetof(struct rpc_rm_free, status),
		       GSP_RPC_DEFAULT_MS, &status);
}

static int rm_client_number(struct gsp_rpc *rpc)
{
	unsigned long flags, nr;

	spin_lock_irqsave(&rpc->event_lock, flags);
	nr = find_first_zero_bit(rpc->clients, RM_CLIENTS);
	if (nr < RM_CLIENTS)
		__set_bit(nr, rpc->clients);
	spin_unlock_irqrestore(&rpc->event_lock, flags);
	return nr < RM_CLIENTS ? (int)nr : -ENOSPC;
}

static void rm_client_number_put(struct gsp_rpc *rpc, u32 nr)
{
	unsigned long flags;

	spin_lock_irqsave(&rpc->event_lock, flags);
	__clear_bit(nr, rpc->clients);
	spin_unlock_irqrestore(&rpc->event_lock, flags);
}

int rm_client_init(struct vgpu_gpu *gpu, struct rm_client *rm)
{
	struct rm_root_params root = { .process_id = cpu_to_le32(RM_KERNEL_PROCESS) };
	struct rm_device_params device = {};
	struct rm_subdevice_params subdevice = {};
	int err, nr;

	memset(rm, 0, sizeof(*rm));
	nr = rm_client_number(&gpu->rpc);
	if (nr < 0)
		return nr;
	rm->client = RM_HANDLE_CLIENT | nr;
	rm->device = RM_HANDLE_DEVICE;
	rm->subdevice = RM_HANDLE_SUBDEVICE;
	root.h_client = cpu_to_le32(rm->client);
	err = rm_alloc(gpu, rm->client, rm->client, rm->client, RM_CLASS_ROOT, &root,
		       gpu->boot.ops->root_params_bytes);
	if (err) {
		rm_client_number_put(&gpu->rpc, nr);
		memset(rm, 0, sizeof(*rm));
		return err;
	}
	device.h_client_share = cpu_to_le32(rm->client);
	err = rm_alloc(gpu, rm->client, rm->client, rm->device, RM_CLASS_DEVICE, &device,
		       sizeof(device));
	if (!err)
		err = rm_alloc(gpu, rm->client, rm->device, rm->subdevice, RM_CLASS_SUBDEVICE,
			       &subdevice, sizeof(subdevice));
	if (err)
		rm_client_fini(gpu, rm);
	return err;
}

int rm_client_fini(struct vgpu_gpu *gpu, struct rm_client *rm)
{
	int err;

	if (!rm->client)
		return 0;
	err = rm_free(gpu, rm->client, rm->client);
	/* A number that GSP may still know is not given out again. */
	if (!err)
		rm_client_number_put(&gpu->rpc, rm->client & ~RM_HANDLE_CLIENT);
	else if (err != -ENODEV)
		dev_warn(gpu->dev, "RM client 0x%08x could not be freed (error %d)\n", rm->client,
			 -err);
	memset(rm, 0, sizeof(*rm));
	return err;
}
