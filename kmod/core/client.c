// SPDX-License-Identifier: GPL-2.0-only
/* Handles of clients: life, revocation, numbers, quotas, controls. See client.h. */

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/rpc.h"
#include "client_priv.h"
#include "fw.h"

static_assert(VGPU_CLIENT_OBJECTS < BIT(CLIENT_INDEX_BITS));
static_assert(VGPU_CLIENT_MAX <= sizeof_field(struct vgpu_clients, tags) * 8);

/* A control's number: class, then category of its interface, then the control. */
#define CONTROL_CLASS_SHIFT 16
#define CONTROL_CATEGORY(cmd) (((cmd) >> 8) & 0xff)

/* ---- state ---- */

/* Why calls fail now, 0 when they do not. client->lock is held. */
static int client_health(const struct vgpu_client *client)
{
	const struct vgpu_gpu *gpu = client->gpu;

	if (!gpu || READ_ONCE(gpu->gone))
		return -ENODEV;
	return READ_ONCE(gpu->state) == VGPU_GPU_LOST ? -EIO : 0;
}

int client_begin(struct vgpu_client *client)
{
	int err;

	if (IS_ERR_OR_NULL(client))
		return -EINVAL;
	mutex_lock(&client->lock);
	err = client_health(client);
	if (err)
		mutex_unlock(&client->lock);
	return err;
}

int client_begin_undo(struct vgpu_client *client)
{
	if (IS_ERR_OR_NULL(client))
		return -EINVAL;
	mutex_lock(&client->lock);
	if (client->gpu)
		return 0;
	mutex_unlock(&client->lock);
	return -ENODEV;
}

int client_end(struct vgpu_client *client, int err)
{
	struct vgpu_gpu *gpu = client->gpu;

	/* A board that fell off the bus shows in all sorts of errors before anybody says so. */
	if (err && err != -EINVAL && vgpu_gpu_check_gone(gpu))
		vgpu_gpu_mark_lost(gpu, "the device is gone from the bus");
	if (err == -ENODEV || err == -ETIMEDOUT || READ_ONCE(gpu->gone))
		err = err ? client_health(client) ?: err : 0;
	mutex_unlock(&client->lock);
	return err;
}

enum vgpu_client_state vgpu_client_state(struct vgpu_client *client)
{
	enum vgpu_client_state state = VGPU_CLIENT_REVOKED;

	if (IS_ERR_OR_NULL(client))
		return state;
	mutex_lock(&client->lock);
	if (client->gpu)
		state = client_health(client) ? VGPU_CLIENT_LOST : VGPU_CLIENT_LIVE;
	mutex_unlock(&client->lock);
	return state;
}
EXPORT_SYMBOL_GPL(vgpu_client_state);

size_t vgpu_client_why(struct vgpu_client *client, char *buf, size_t size)
{
	char error[VGPU_ERROR_TEXT_BYTES] = "";

	if (!buf || !size)
		return 0;
	buf[0] = '\0';
	if (IS_ERR_OR_NULL(client))
		return 0;
	mutex_lock(&client->lock);
	if (client->gpu)
		vgpu_gpu_last_error(client->gpu, error, sizeof(error));
	if (!client->gpu)
		scnprintf(buf, size, "client %s: revoked, the GPU's driver was unbound; close it",
			  client->name);
	else if (client_health(client))
		scnprintf(buf, size, "client %s: the GPU is lost (%s); close it", client->name,
			  error);
	mutex_unlock(&client->lock);
	return strlen(buf);
}
EXPORT_SYMBOL_GPL(vgpu_client_why);

/* ---- numbers ---- */

int client_add(struct vgpu_client *client, enum client_kind kind, void *object, u32 *number)
{
	struct client_slot *slot = client->slot;
	u32 index;

	for (index = 0; index < VGPU_CLIENT_OBJECTS; index++, slot++)
		if (slot->kind == CLIENT_NONE)
			break;
	if (index == VGPU_CLIENT_OBJECTS)
		return -EDQUOT;
	slot->kind = kind;
	slot->object = object;
	client->objects++;
	*number = (u32)client->tag << CLIENT_TAG_SHIFT |
		  (u32)slot->generation << CLIENT_GENERATION_SHIFT | (index + 1);
	return 0;
}

static struct client_slot *client_slot(struct vgpu_client *client, u32 number)
{
	u32 index = (number & (BIT(CLIENT_INDEX_BITS) - 1)) - 1;
	u32 generation = number >> CLIENT_GENERATION_SHIFT & (BIT(CLIENT_GENERATION_BITS) - 1);

	if (index >= VGPU_CLIENT_OBJECTS || number >> CLIENT_TAG_SHIFT != client->tag ||
	    client->slot[index].generation != generation)
		return NULL;
	return &client->slot[index];
}

void *client_find(struct vgpu_client *client, enum client_kind kind, u32 number)
{
	struct client_slot *slot = client_slot(client, number);

	return slot && slot->kind == kind ? slot->object : NULL;
}

static void client_slot_clear(struct vgpu_client *client, struct client_slot *slot)
{
	slot->kind = CLIENT_NONE;
	slot->object = NULL;
	slot->generation = (slot->generation + 1) & (BIT(CLIENT_GENERATION_BITS) - 1);
	client->objects--;
}

void client_remove(struct vgpu_client *client, u32 number)
{
	client_slot_clear(client, client_slot(client, number));
}

/* ---- quotas ---- */

static int client_charge(struct vgpu_gpu *gpu, u64 *used, u64 limit, u64 bytes)
{
	int err = -EDQUOT;

	mutex_lock(&gpu->clients.lock);
	if (bytes <= limit && *used <= limit - bytes) {
		*used += bytes;
		err = 0;
	}
	mutex_unlock(&gpu->clients.lock);
	return err;
}

static void client_uncharge(struct vgpu_gpu *gpu, u64 *used, u64 bytes)
{
	mutex_lock(&gpu->clients.lock);
	if (!WARN_ON_ONCE(*used < bytes))
		*used -= bytes;
	mutex_unlock(&gpu->clients.lock);
}

int client_charge_vram(struct vgpu_gpu *gpu, u64 bytes)
{
	return client_charge(gpu, &gpu->clients.vram_used, gpu->clients.vram_limit, bytes);
}

void client_uncharge_vram(struct vgpu_gpu *gpu, u64 bytes)
{
	client_uncharge(gpu, &gpu->clients.vram_used, bytes);
}

int client_charge_bar1(struct vgpu_gpu *gpu, u64 bytes)
{
	return client_charge(gpu, &gpu->clients.bar1_used, VGPU_CLIENT_BAR1_BYTES, bytes);
}

void client_uncharge_bar1(struct vgpu_gpu *gpu, u64 bytes)
{
	client_uncharge(gpu, &gpu->clients.bar1_used, bytes);
}

int vgpu_client_limits(struct vgpu_client *client, struct vgpu_client_limits *limits)
{
	struct vgpu_gpu *gpu;
	int err;

	if (!limits)
		return -EINVAL;
	memset(limits, 0, sizeof(*limits));
	err = client_begin(client);
	if (err)
		return err;
	gpu = client->gpu;
	limits->fb_bytes = gpu->si.fb_bytes;
	mutex_lock(&gpu->clients.lock);
	limits->vram_bytes = gpu->clients.vram_limit;
	limits->vram_used_bytes = gpu->clients.vram_used;
	limits->bar1_bytes = VGPU_CLIENT_BAR1_BYTES;
	limits->bar1_used_bytes = gpu->clients.bar1_used;
	mutex_unlock(&gpu->clients.lock);
	limits->objects = VGPU_CLIENT_OBJECTS;
	limits->objects_used = client->objects;
	limits->mappings = VGPU_CLIENT_MAPPINGS;
	limits->mappings_used = client->mappings;
	limits->va_bits = fls64(gmmu_format(GMMU_V2)->va_limit);
	limits->max_page_bytes = BIT_ULL(NV_MMU_PAGE_2M_SHIFT);
	return client_end(client, 0);
}
EXPORT_SYMBOL_GPL(vgpu_client_limits);

/* ---- controls ---- */

int vgpu_client_control(struct vgpu_client *client, enum vgpu_client_object object, u32 cmd,
			void *params, u32 bytes, u32 *status)
{
	u32 class = object == VGPU_CLIENT_DEVICE ? RM_CLASS_DEVICE : RM_CLASS_SUBDEVICE;
	int err;

	if (status)
		*status = 0;
	if ((object != VGPU_CLIENT_DEVICE && object != VGPU_CLIENT_SUBDEVICE) ||
	    bytes > VGPU_CLIENT_PARAMS_BYTES || (bytes && !params))
		return -EINVAL;
	if (cmd >> CONTROL_CLASS_SHIFT != class ||
	    (object == VGPU_CLIENT_SUBDEVICE &&
	     (CONTROL_CATEGORY(cmd) == RM_CTRL_CATEGORY_INTERNAL ||
	      CONTROL_CATEGORY(cmd) == RM_CTRL_CATEGORY_VGPU_MANAGER)))
		return -EACCES;
	err = client_begin(client);
	if (err)
		return err;
	if (!client->rm.client)
		err = rm_client_init(client->gpu, &client->rm);
	if (!err)
		err = rm_control(client->gpu, client->rm.client,
				 object == VGPU_CLIENT_DEVICE ? client->rm.device :
								client->rm.subdevice,
				 cmd, params, bytes, GSP_RPC_DEFAULT_MS, status);
	return client_end(client, err);
}
EXPORT_SYMBOL_GPL(vgpu_client_control);

/* ---- life ---- */

static bool client_name_ok(const char *name)
{
	size_t i;

	if (!name || !name[0])
		return false;
	for (i = 0; name[i]; i++) {
		char c = name[i];

		if (i == VGPU_CLIENT_NAME_BYTES - 1 ||
		    !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '.' || c == '_' || c == '-'))
			return false;
	}
	return true;
}

/* Enter the list of the GPU's clients. */
static int client_join(struct vgpu_gpu *gpu, struct vgpu_client *client)
{
	struct vgpu_clients *clients = &gpu->clients;
	unsigned int tag;
	int err = 0;

	mutex_lock(&clients->lock);
	if (!clients->open || READ_ONCE(gpu->state) == VGPU_GPU_LOST)
		err = -ENODEV;
	else if (!clients->vram_limit || clients->count == VGPU_CLIENT_MAX)
		err = -EDQUOT;
	if (!err) {
		tag = (unsigned int)ffs(~clients->tags) - 1;
		clients->tags |= (u16)BIT(tag);
		clients->count++;
		client->tag = (u8)(tag + 1);
		client->gpu = gpu;
		list_add_tail(&client->link, &clients->list);
	}
	mutex_unlock(&clients->lock);
	return err;
}

struct vgpu_client *vgpu_client_open(struct vgpu_gpu *gpu, const char *name,
				     const struct vgpu_client_ops *ops, void *owner)
{
	struct vgpu_client *client;
	int err;

	if (!gpu || !client_name_ok(name))
		return ERR_PTR(-EINVAL);
	client = kvzalloc(sizeof(*client), GFP_KERNEL);
	if (!client)
		return ERR_PTR(-ENOMEM);
	kref_init(&client->ref);
	strscpy(client->name, name, sizeof(client->name));
	snprintf(client->holder, sizeof(client->holder), CLIENT_HOLDER_PREFIX "%s", name);
	mutex_init(&client->tell_lock);
	init_rwsem(&client->io_lock);
	mutex_init(&client->lock);
	client->ops = ops;
	client->owner = owner;
	err = client_join(gpu, client);
	if (err) {
		kvfree(client);
		return ERR_PTR(err);
	}
	return client;
}

static void client_release(struct kref *ref)
{
	struct vgpu_client *client = container_of(ref, struct vgpu_client, ref);

	mutex_destroy(&client->lock);
	mutex_destroy(&client->tell_lock);
	kvfree(client);
}

static void client_delete_all(struct vgpu_client *client, enum client_kind kind)
{
	u32 i;

	for (i = 0; i < VGPU_CLIENT_OBJECTS; i++) {
		struct client_slot *slot = &client->slot[i];

		if (slot->kind != kind)
			continue;
		if (kind == CLIENT_WINDOW)
			client_window_delete(client, slot->object);
		else if (kind == CLIENT_SPACE)
			client_space_delete(client, slot->object);
		else
			client_vram_delete(client, slot->object);
		client_slot_clear(client, slot);
	}
}

/* Take everything back and part from the GPU; whoever comes second finds nothing to do. */
static void client_part(struct vgpu_client *client)
{
	struct vgpu_gpu *gpu;

	down_write(&client->io_lock);
	mutex_lock(&client->lock);
	gpu = client->gpu;
	if (gpu) {
		client_delete_all(client, CLIENT_WINDOW);
		client_delete_all(client, CLIENT_SPACE);
		client_delete_all(client, CLIENT_VRAM);
		rm_client_fini(gpu, &client->rm);
		mutex_lock(&gpu->clients.lock);
		list_del(&client->link);
		gpu->clients.tags &= (u16)~BIT(client->tag - 1);
		gpu->clients.count--;
		client->gpu = NULL;
		mutex_unlock(&gpu->clients.lock);
	}
	mutex_unlock(&client->lock);
	up_write(&client->io_lock);
}

void vgpu_client_close(struct vgpu_client *client)
{
	if (IS_ERR_OR_NULL(client))
		return;
	mutex_lock(&client->tell_lock);
	client->ops = NULL;
	mutex_unlock(&client->tell_lock);
	client_part(client);
	kref_put(&client->ref, client_release);
}
EXPORT_SYMBOL_GPL(vgpu_client_close);

static void client_tell(struct vgpu_client *client, enum vgpu_client_state state)
{
	bool *told = state == VGPU_CLIENT_LOST ? &client->told_lost : &client->told_revoked;

	mutex_lock(&client->tell_lock);
	if (!READ_ONCE(*told) && client->ops && client->ops->changed)
		client->ops->changed(client->owner, state);
	WRITE_ONCE(*told, true);
	mutex_unlock(&client->tell_lock);
}

/* ---- the GPU's side ---- */

void vgpu_clients_setup(struct vgpu_gpu *gpu)
{
	struct vgpu_clients *clients = &gpu->clients;

	*clients = (struct vgpu_clients){ .vram_limit = VGPU_CLIENT_VRAM_BYTES };
	mutex_init(&clients->lock);
	INIT_LIST_HEAD(&clients->list);
	INIT_LIST_HEAD(&clients->spaces);
}

static void clients_set_open(struct vgpu_gpu *gpu, bool open)
{
	mutex_lock(&gpu->clients.lock);
	gpu->clients.open = open;
	mutex_unlock(&gpu->clients.lock);
}

void vgpu_clients_start(struct vgpu_gpu *gpu)
{
	clients_set_open(gpu, true);
}

/* First client of the list, with a reference, or NULL. @untold: of those not told of a loss. */
static struct vgpu_client *clients_first(struct vgpu_gpu *gpu, bool untold)
{
	struct vgpu_client *client, *found = NULL;

	mutex_lock(&gpu->clients.lock);
	list_for_each_entry(client, &gpu->clients.list, link) {
		if (untold && READ_ONCE(client->told_lost))
			continue;
		found = client;
		kref_get(&client->ref);
		break;
	}
	mutex_unlock(&gpu->clients.lock);
	return found;
}

void vgpu_clients_stop(struct vgpu_gpu *gpu)
{
	struct vgpu_client *client;

	clients_set_open(gpu, false);
	while ((client = clients_first(gpu, false))) {
		client_tell(client, VGPU_CLIENT_REVOKED);
		client_part(client);
		kref_put(&client->ref, client_release);
	}
}

void vgpu_clients_lost(struct vgpu_gpu *gpu)
{
	struct vgpu_client *client;

	while ((client = clients_first(gpu, true))) {
		client_tell(client, VGPU_CLIENT_LOST);
		kref_put(&client->ref, client_release);
	}
}
