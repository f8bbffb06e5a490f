// SPDX-License-Identifier: GPL-2.0-only
/* What GSP is told before it starts, and what it tells afterwards. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/regs.h"
#include "../abi/rpc.h"
#include "fw.h"
#include "gpu.h"

static const char *const registry_keys[] = {
	RPC_REGISTRY_KEY_SEC_BUS_RESET,
	RPC_REGISTRY_KEY_SAVE_PCIE_CONFIG,
	RPC_REGISTRY_KEY_DEVID_IGNORE,
	RPC_REGISTRY_KEY_SRIOV_MODE,	/* the last one for a vGPU host only */
};

ssize_t gsp_registry_build(bool vgpu_host, void **out)
{
	size_t keys = ARRAY_SIZE(registry_keys) - (vgpu_host ? 0 : 1);
	struct rpc_registry *table;
	size_t i, n, bytes, at;

	at = struct_size(table, entries, keys);
	bytes = at;
	for (i = 0; i < keys; i++)
		bytes += strlen(registry_keys[i]) + 1;
	table = kvzalloc(bytes, GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	table->size = cpu_to_le32(bytes);
	table->num_entries = cpu_to_le32(keys);
	for (i = 0; i < keys; i++) {
		n = strlen(registry_keys[i]) + 1;
		table->entries[i].name_offset = cpu_to_le32(at);
		table->entries[i].type = RPC_REGISTRY_TYPE_DWORD;
		table->entries[i].data = cpu_to_le32(1);
		table->entries[i].length = cpu_to_le32(sizeof(u32));
		memcpy((u8 *)table + at, registry_keys[i], n);
		at += n;
	}
	*out = table;
	return bytes;
}

int gsp_static_info_get(struct vgpu_gpu *gpu)
{
	const struct gsp_fw_ops *ops = gpu->boot.ops;
	const char *why = "";
	ssize_t ret;
	void *buf;
	int err;

	memset(&gpu->si, 0, sizeof(gpu->si));
	buf = kvzalloc(ops->static_info_bytes, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	ret = gsp_rpc_call(gpu, RPC_FN_GET_GSP_STATIC_INFO, buf, ops->static_info_bytes, buf,
			   ops->static_info_bytes, GSP_RPC_DEFAULT_MS);
	if (ret < 0) {
		vgpu_gpu_error(gpu, "GSP: does not describe the board (error %zd); its logs are in debugfs",
			       -ret);
		err = ret;
	} else if ((size_t)ret < ops->static_info_bytes) {
		vgpu_gpu_error(gpu, "GSP: describes the board in %zd bytes instead of %zu; the firmware is not version %s",
			       ret, ops->static_info_bytes, ops->version);
		err = -EPROTO;
	} else {
		err = ops->decode_static_info(buf, &gpu->si, &why);
		if (err)
			vgpu_gpu_error(gpu, "GSP: its description of the board is wrong: %s; its logs are in debugfs",
				       why);
	}
	kvfree(buf);
	return err ?: gsp_fw_query(gpu);
}
