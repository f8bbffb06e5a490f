// SPDX-License-Identifier: GPL-2.0-or-later
/* RPC dispatch and the table of RM objects. */
#include <errno.h>
#include <stdlib.h>

#include "../../kmod/abi/channel.h"
#include "gsp.h"

/* ---- objects ---- */

struct gsp_object *gsp_object_find(struct gm_gsp *g, uint32_t client, uint32_t handle)
{
	for (unsigned int i = 0; i < g->num_objects; i++) {
		if (g->objects[i].client == client && g->objects[i].handle == handle)
			return &g->objects[i];
	}
	return NULL;
}

uint32_t gsp_object_add(struct gm_gsp *g, uint32_t client, uint32_t parent, uint32_t handle,
			uint32_t class_id)
{
	if (gsp_object_find(g, client, handle))
		return GSP_STATUS_DUPLICATE_NAME;
	if (g->num_objects == GSP_MAX_OBJECTS)
		return NV_STATUS_INSUFFICIENT_RESOURCES;
	g->objects[g->num_objects++] = (struct gsp_object){
		.client = client,
		.handle = handle,
		.parent = parent,
		.class_id = class_id,
	};
	return NV_STATUS_OK;
}

void gsp_object_remove(struct gpu_model *gm, struct gsp_object *root)
{
	bool whole_client = root->client == root->handle;
	uint32_t client = root->client;
	struct gm_gsp *g = gsp_of(gm);
	unsigned int keep = 0;
	bool more = true;

	root->dying = true;
	while (more) {
		more = false;
		for (unsigned int i = 0; i < g->num_objects; i++) {
			struct gsp_object *obj = &g->objects[i];
			struct gsp_object *parent;

			if (obj->dying || obj->client != client)
				continue;
			parent = gsp_object_find(g, client, obj->parent);
			if (whole_client || (parent && parent->dying)) {
				obj->dying = true;
				more = true;
			}
		}
	}
	for (unsigned int i = 0; i < g->num_objects; i++) {
		if (!g->objects[i].dying)
			g->objects[keep++] = g->objects[i];
		else if (g->objects[i].is_channel)
			gsp_chan_free(gm, &g->objects[i]);
		else
			gsp_vaspace_unset(gm, &g->objects[i]);
	}
	g->num_objects = keep;
}

int gsp_objects_init(struct gm_gsp *g)
{
	g->num_objects = 0;
	if (gsp_object_add(g, GSP_H_INTERNAL_CLIENT, 0, GSP_H_INTERNAL_CLIENT, RM_CLASS_ROOT) ||
	    gsp_object_add(g, GSP_H_INTERNAL_CLIENT, GSP_H_INTERNAL_CLIENT, GSP_H_INTERNAL_DEVICE,
			   RM_CLASS_DEVICE) ||
	    gsp_object_add(g, GSP_H_INTERNAL_CLIENT, GSP_H_INTERNAL_DEVICE,
			   GSP_H_INTERNAL_SUBDEVICE, RM_CLASS_SUBDEVICE))
		return -ENOSPC;
	return 0;
}

/* ---- calls on objects ---- */

static void gsp_rm_alloc(struct gpu_model *gm, struct gsp_call *call)
{
	struct rpc_rm_alloc *req = (struct rpc_rm_alloc *)call->payload;
	uint32_t client = le32toh(req->h_client), parent = le32toh(req->h_parent);
	uint32_t handle = le32toh(req->h_object), class_id = le32toh(req->h_class);
	struct gm_gsp *g = gsp_of(gm);
	struct gsp_object *up;
	uint32_t status;

	if (le32toh(req->params_bytes) > call->room - sizeof(*req)) {
		call->result = RPC_RESULT_INVALID_MESSAGE;
		return;
	}
	up = gsp_object_find(g, client, parent);
	if (class_id == RM_CLASS_ROOT || class_id == RM_CLASS_ROOT_CLIENT) {
		/* [OG] names the client only and leaves the object 0, others give it twice. */
		status = !client || (handle && client != handle)
				 ? NV_STATUS_INVALID_CLIENT
				 : gsp_object_add(g, client, 0, client, class_id);
	} else if (!gsp_object_find(g, client, client)) {
		status = NV_STATUS_INVALID_CLIENT;
	} else if (!handle) {
		status = NV_STATUS_INVALID_OBJECT_HANDLE;
	} else if (!up) {
		status = NV_STATUS_INVALID_OBJECT_PARENT;
	} else if ((class_id == RM_CLASS_DEVICE && up->handle != client) ||
		   (class_id == RM_CLASS_SUBDEVICE && up->class_id != RM_CLASS_DEVICE)) {
		status = NV_STATUS_INVALID_OBJECT_PARENT;
	} else if (gsp_is_channel_class(class_id)) {
		status = up->class_id != RM_CLASS_DEVICE ?
				 NV_STATUS_INVALID_OBJECT_PARENT :
				 gsp_chan_alloc(gm, up, handle, (const uint8_t *)(req + 1),
						le32toh(req->params_bytes));
	} else {
		status = up->is_channel ? gsp_chan_class(gm, up, class_id,
							 (const uint8_t *)(req + 1),
							 le32toh(req->params_bytes)) :
					  NV_STATUS_OK;
		if (!status)
			status = gsp_object_add(g, client, parent, handle, class_id);
		if (!status && class_id == RM_CLASS_VASPACE)
			gsp_vaspace_alloc(gsp_object_find(g, client, handle),
					  (const uint8_t *)(req + 1), le32toh(req->params_bytes));
	}
	if (status)
		gm_log(gm, GPU_MODEL_LOG_WARN,
		       "gsp: alloc of class 0x%04x as 0x%08x in client 0x%08x: status 0x%x",
		       class_id, handle, client, status);
	req->status = htole32(status);
}

static void gsp_rm_free(struct gpu_model *gm, struct gsp_call *call)
{
	struct rpc_rm_free *req = (struct rpc_rm_free *)call->payload;
	struct gm_gsp *g = gsp_of(gm);
	struct gsp_object *obj;

	obj = gsp_object_find(g, le32toh(req->h_root), le32toh(req->h_object));
	if (!obj || obj->client == GSP_H_INTERNAL_CLIENT) {
		gm_log(gm, GPU_MODEL_LOG_WARN,
		       "gsp: free of 0x%08x: client 0x%08x has no such object",
		       le32toh(req->h_object), le32toh(req->h_root));
		req->status = htole32(obj ? NV_STATUS_INSUFFICIENT_PERMISSIONS
					  : NV_STATUS_OBJECT_NOT_FOUND);
		return;
	}
	gsp_object_remove(gm, obj);
	req->status = htole32(NV_STATUS_OK);
}

static void gsp_rm_dup(struct gpu_model *gm, struct gsp_call *call)
{
	struct rpc_rm_dup *req = (struct rpc_rm_dup *)call->payload;
	uint32_t client = le32toh(req->h_client), parent = le32toh(req->h_parent);
	struct gm_gsp *g = gsp_of(gm);
	struct gsp_object *src;
	uint32_t status;

	src = gsp_object_find(g, le32toh(req->h_client_src), le32toh(req->h_object_src));
	if (!src || src->client == src->handle)
		status = NV_STATUS_OBJECT_NOT_FOUND;
	else if (!gsp_object_find(g, client, parent))
		status = NV_STATUS_INVALID_OBJECT_PARENT;
	else if (!req->h_object)
		status = NV_STATUS_INVALID_OBJECT_HANDLE;
	else
		status = gsp_object_add(g, client, parent, le32toh(req->h_object), src->class_id);
	req->status = htole32(status);
}

static void gsp_rm_control(struct gpu_model *gm, struct gsp_call *call)
{
	struct rpc_rm_control *req = (struct rpc_rm_control *)call->payload;
	uint32_t bytes = le32toh(req->params_bytes), cmd = le32toh(req->cmd);
	struct gm_gsp *g = gsp_of(gm);
	struct gsp_object *obj;

	if (bytes > call->bytes - sizeof(*req)) {
		call->result = RPC_RESULT_INVALID_MESSAGE;
		return;
	}
	obj = gsp_object_find(g, le32toh(req->h_client), le32toh(req->h_object));
	if (!obj) {
		gm_log(gm, GPU_MODEL_LOG_WARN,
		       "gsp: control 0x%08x: client 0x%08x has no object 0x%08x", cmd,
		       le32toh(req->h_client), le32toh(req->h_object));
		req->status = htole32(NV_STATUS_INVALID_OBJECT_HANDLE);
		return;
	}
	req->status = htole32(gsp_control(gm, obj, cmd, (uint8_t *)(req + 1), bytes));
}

/* ---- the rest ---- */

static void gsp_update_bar_pde(struct gpu_model *gm, struct gsp_call *call)
{
	const struct rpc_update_bar_pde *req = (const struct rpc_update_bar_pde *)call->payload;
	uint32_t type = le32toh(req->bar_type);
	struct gm_gsp *g = gsp_of(gm);
	uint64_t pdb;

	if (type != RPC_BAR_PDE_BAR1 && type != RPC_BAR_PDE_BAR2) {
		call->result = NV_STATUS_INVALID_ARGUMENT;
		return;
	}
	if (gm_fail(gm, "bar-pde")) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: fault bar-pde: BAR%u stays as it is",
		       type == RPC_BAR_PDE_BAR1 ? 1 : 2);
		return;
	}
	pdb = type == RPC_BAR_PDE_BAR1 ? g->bar1_pdb : g->bar2_pdb;
	/* Entry 0 of RM's own root; the value is already in the hardware's format. */
	if (gm_vram_write(gm, pdb, &req->entry_value, sizeof(req->entry_value)))
		call->result = NV_STATUS_NO_MEMORY;
	gm_tlb_drop_root(gm, 0, pdb, false);
}

static void gsp_ok(struct gpu_model *gm, struct gsp_call *call)
{
	call->result = RPC_RESULT_OK;
}

static const struct gsp_function {
	uint32_t function;
	uint32_t min_bytes;
	void (*handle)(struct gpu_model *gm, struct gsp_call *call);
} gsp_functions[] = {
	{RPC_FN_NOP, 0, gsp_ok},
	/* Version negotiation: what was offered is taken. */
	{RPC_FN_SET_GUEST_SYSTEM_INFO, sizeof(struct vgpu_guest_system_info), gsp_ok},
	{RPC_FN_GET_GSP_STATIC_INFO, 0, gsp_static_info},
	{RPC_FN_GSP_RM_ALLOC, sizeof(struct rpc_rm_alloc), gsp_rm_alloc},
	{RPC_FN_GSP_RM_CONTROL, sizeof(struct rpc_rm_control), gsp_rm_control},
	{RPC_FN_FREE, sizeof(struct rpc_rm_free), gsp_rm_free},
	{RPC_FN_DUP_OBJECT, sizeof(struct rpc_rm_dup), gsp_rm_dup},
	{RPC_FN_UPDATE_BAR_PDE, sizeof(struct rpc_update_bar_pde), gsp_update_bar_pde},
	{RPC_FN_SET_PAGE_DIRECTORY, sizeof(struct rpc_set_page_directory), gsp_ok},
	{RPC_FN_UNSET_PAGE_DIRECTORY, sizeof(struct rpc_unset_page_directory), gsp_ok},
	{RPC_FN_INVALIDATE_TLB, sizeof(struct rpc_invalidate_tlb), gsp_ok},
	{RPC_FN_ECC_NOTIFIER_WRITE_ACK, 0, gsp_ok},
	/* The queue unloads GSP when this reply has been sent. */
	{RPC_FN_UNLOADING_GUEST_DRIVER, sizeof(struct rpc_unloading), gsp_ok},
};

uint64_t gsp_call_want(uint32_t function, const uint8_t *payload, uint32_t bytes)
{
	struct rpc_rm_control control;
	struct rpc_registry registry;
	struct rpc_rm_alloc alloc;

	switch (function) {
	case RPC_FN_GSP_RM_CONTROL:
		if (bytes < sizeof(control))
			return 0;
		memcpy(&control, payload, sizeof(control));
		return sizeof(control) + (uint64_t)le32toh(control.params_bytes);
	case RPC_FN_GSP_RM_ALLOC:
		if (bytes < sizeof(alloc))
			return 0;
		memcpy(&alloc, payload, sizeof(alloc));
		return sizeof(alloc) + (uint64_t)le32toh(alloc.params_bytes);
	case RPC_FN_SET_REGISTRY:
		if (bytes < sizeof(registry))
			return 0;
		memcpy(&registry, payload, sizeof(registry));
		return le32toh(registry.size);
	default:
		return 0;
	}
}

void gsp_call_handle(struct gpu_model *gm, struct gsp_call *call)
{
	const size_t count = sizeof(gsp_functions) / sizeof(gsp_functions[0]);
	struct gm_gsp *g = gsp_of(gm);

	if (call->function == RPC_FN_GSP_SET_SYSTEM_INFO) {
		call->no_reply = true;
		gsp_set_system_info(gm, call);
		return;
	}
	if (call->function == RPC_FN_SET_REGISTRY) {
		call->no_reply = true;
		gsp_set_registry(gm, call);
		return;
	}
	if (!g->init_sent) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: function %u before GSP_INIT_DONE",
		       call->function);
		call->result = NV_STATUS_NOT_READY;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (gsp_functions[i].function != call->function)
			continue;
		if (call->bytes < gsp_functions[i].min_bytes) {
			gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: function %u: %u bytes are too few",
			       call->function, call->bytes);
			call->result = RPC_RESULT_INVALID_MESSAGE;
			return;
		}
		gsp_functions[i].handle(gm, call);
		return;
	}
	gm_log(gm, GPU_MODEL_LOG_WARN, "gsp: function %u is not known", call->function);
	call->result = RPC_RESULT_UNKNOWN_FUNCTION;
}
