// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links between VFs and their driver: the exported calls, and events on their way out (uevents of
 * VF and PF, then the driver's callback).
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "../abi/vgpu_host.h"
#include "pf.h"
#include "vgpu_core_api.h"

#define VGPU_UEVENT_TEXT 64

static struct kmem_cache *vgpu_link_cache;

int vgpu_link_caches_init(void)
{
	vgpu_link_cache = KMEM_CACHE(vgpu_link, 0);
	return vgpu_link_cache ? 0 : -ENOMEM;
}

void vgpu_link_caches_fini(void)
{
	kmem_cache_destroy(vgpu_link_cache);
}

void vgpu_pf_uevent(struct vgpu_pf *pf, const char *event)
{
	char text[VGPU_UEVENT_TEXT];
	char *env[] = { text, NULL };

	snprintf(text, sizeof(text), "VGPU_EVENT=%s", event);
	kobject_uevent_env(&pf->pdev->dev.kobj, KOBJ_CHANGE, env);
}

static const char *vgpu_event_name(enum vgpu_event event)
{
	switch (event) {
	case VGPU_EVENT_STATE:
		return "state";
	case VGPU_EVENT_XID:
		return "xid";
	case VGPU_EVENT_DEAD:
		return "dead";
	case VGPU_EVENT_GUEST_LOADED:
		return "guest-loaded";
	case VGPU_EVENT_GUEST_UNLOADED:
		return "guest-unloaded";
	}
	return "unknown";
}

/* The last variable of the list is optional: an empty string ends it early. */
static void vgpu_link_uevent(struct vgpu_link *link, enum vgpu_event event, u32 data)
{
	char name[VGPU_UEVENT_TEXT], state[VGPU_UEVENT_TEXT], uuid[VGPU_UEVENT_TEXT];
	char vf[VGPU_UEVENT_TEXT], xid[VGPU_UEVENT_TEXT];
	char *env[] = { name, state, uuid, vf, NULL, NULL };
	struct vgpu_vf_info info;

	vgpu_vf_info(link->vf, &info);
	snprintf(name, sizeof(name), "VGPU_EVENT=%s", vgpu_event_name(event));
	snprintf(state, sizeof(state), "VGPU_STATE=%s", vgpu_state_name(info.state));
	snprintf(uuid, sizeof(uuid), "VGPU_UUID=%pUb", &info.uuid);
	snprintf(vf, sizeof(vf), "VGPU_VF=%s", pci_name(link->pdev));
	if (event == VGPU_EVENT_XID) {
		snprintf(xid, sizeof(xid), "VGPU_XID=%u", data);
		env[ARRAY_SIZE(env) - 2] = xid;
	}
	kobject_uevent_env(&link->pdev->dev.kobj, KOBJ_CHANGE, env);
	kobject_uevent_env(&link->pf->pdev->dev.kobj, KOBJ_CHANGE, env);
}

static void vgpu_link_event(void *owner, enum vgpu_event event, u32 data)
{
	struct vgpu_link *link = owner;

	down_read(&link->lock);
	if (link->pdev) {
		vgpu_link_uevent(link, event, data);
		link->cb->event(link->owner, event, data);
	}
	up_read(&link->lock);
}

static const struct vgpu_vf_callbacks vgpu_link_callbacks = {
	.event = vgpu_link_event,
};

int vgpu_pf_links_init(struct vgpu_pf *pf)
{
	unsigned int i, total = pf->gpu.info.total_vfs;

	if (!pf->gpu.host || !total)
		return 0;
	pf->links = kcalloc(total, sizeof(*pf->links), GFP_KERNEL);
	if (!pf->links)
		return -ENOMEM;
	for (i = 0; i < total; i++) {
		struct vgpu_vf *vf = vgpu_vf_get(&pf->gpu, i);
		struct vgpu_link *link;

		/* The firmware may support fewer vGPUs than there are VFs. */
		if (!vf)
			break;
		link = kmem_cache_zalloc(vgpu_link_cache, GFP_KERNEL);
		if (!link)
			return -ENOMEM;
		link->pf = pf;
		link->vf = vf;
		init_rwsem(&link->lock);
		pf->links[i] = link;
		pf->num_links++;
	}
	return 0;
}

void vgpu_pf_links_fini(struct vgpu_pf *pf)
{
	while (pf->num_links > 0)
		kmem_cache_free(vgpu_link_cache, pf->links[--pf->num_links]);
	kfree(pf->links);
	pf->links = NULL;
}

static bool vgpu_link_bad(const struct vgpu_link *link)
{
	return WARN_ON_ONCE(IS_ERR_OR_NULL(link) || !link->pdev);
}

struct vgpu_link *vgpu_vf_attach(struct pci_dev *vf_pdev, const struct vgpu_vf_callbacks *cb,
				 void *owner)
{
	struct vgpu_link *link;
	struct vgpu_pf *pf;
	int index;

	if (!vf_pdev || !vf_pdev->is_virtfn || !cb || !cb->event)
		return ERR_PTR(-EINVAL);
	pf = pci_iov_get_pf_drvdata(vf_pdev, &vgpu_pci_driver);
	if (IS_ERR_OR_NULL(pf) || !vgpu_pf_is_up(pf))
		return ERR_PTR(-ENODEV);
	index = pci_iov_vf_id(vf_pdev);
	if (index < 0 || index >= pf->num_links)
		return ERR_PTR(-ENODEV);

	link = pf->links[index];
	down_write(&link->lock);
	if (link->pdev) {
		up_write(&link->lock);
		return ERR_PTR(-EBUSY);
	}
	link->pdev = pci_dev_get(vf_pdev);
	link->cb = cb;
	link->owner = owner;
	up_write(&link->lock);
	vgpu_vf_set_owner(link->vf, &vgpu_link_callbacks, link);
	return link;
}
EXPORT_SYMBOL_GPL(vgpu_vf_attach);

void vgpu_vf_detach(struct vgpu_link *link)
{
	struct pci_dev *pdev;

	if (vgpu_link_bad(link))
		return;
	vgpu_vf_set_owner(link->vf, NULL, NULL);
	/* Waits for callbacks on their way; those that come later find no driver. */
	down_write(&link->lock);
	pdev = link->pdev;
	link->pdev = NULL;
	link->cb = NULL;
	link->owner = NULL;
	up_write(&link->lock);
	pci_dev_put(pdev);
}
EXPORT_SYMBOL_GPL(vgpu_vf_detach);

int vgpu_link_claim(struct vgpu_link *link, u32 type_id, const uuid_t *uuid)
{
	if (vgpu_link_bad(link) || !uuid || uuid_is_null(uuid) || !type_id)
		return -EINVAL;
	return vgpu_claim(link->vf, type_id, uuid);
}
EXPORT_SYMBOL_GPL(vgpu_link_claim);

int vgpu_link_release(struct vgpu_link *link)
{
	if (vgpu_link_bad(link))
		return -EINVAL;
	return vgpu_release(link->vf);
}
EXPORT_SYMBOL_GPL(vgpu_link_release);

int vgpu_link_place(struct vgpu_link *link, u16 id)
{
	if (vgpu_link_bad(link) || id == VGPU_PLACEMENT_NONE)
		return -EINVAL;
	return vgpu_place(link->vf, id);
}
EXPORT_SYMBOL_GPL(vgpu_link_place);

int vgpu_link_open(struct vgpu_link *link, pid_t vm_pid)
{
	struct pci_dev *pdev;

	if (vgpu_link_bad(link) || vm_pid <= 0)
		return -EINVAL;
	pdev = link->pdev;
	return vgpu_open(link->vf, vm_pid,
			 (u32)pci_domain_nr(pdev->bus) << 16 | pci_dev_id(pdev));
}
EXPORT_SYMBOL_GPL(vgpu_link_open);

void vgpu_link_close(struct vgpu_link *link)
{
	if (!vgpu_link_bad(link))
		vgpu_close(link->vf);
}
EXPORT_SYMBOL_GPL(vgpu_link_close);

int vgpu_link_reset(struct vgpu_link *link)
{
	if (vgpu_link_bad(link))
		return -EINVAL;
	return vgpu_reset(link->vf);
}
EXPORT_SYMBOL_GPL(vgpu_link_reset);

int vgpu_link_set_bus_master(struct vgpu_link *link, bool enable)
{
	if (vgpu_link_bad(link))
		return -EINVAL;
	return vgpu_set_bus_master(link->vf, enable);
}
EXPORT_SYMBOL_GPL(vgpu_link_set_bus_master);

void vgpu_link_info(struct vgpu_link *link, struct vgpu_vf_info *info)
{
	memset(info, 0, sizeof(*info));
	if (!vgpu_link_bad(link))
		vgpu_vf_info(link->vf, info);
}
EXPORT_SYMBOL_GPL(vgpu_link_info);

size_t vgpu_link_last_error(struct vgpu_link *link, char *buf, size_t size)
{
	if (!buf || !size)
		return 0;
	buf[0] = '\0';
	if (vgpu_link_bad(link))
		return 0;
	return vgpu_vf_last_error(link->vf, buf, size);
}
EXPORT_SYMBOL_GPL(vgpu_link_last_error);

const char *vgpu_link_state_name(enum vgpu_state state)
{
	return vgpu_state_name(state);
}
EXPORT_SYMBOL_GPL(vgpu_link_state_name);

size_t vgpu_link_types(struct vgpu_link *link, const struct vgpu_type **out, size_t max)
{
	if (vgpu_link_bad(link) || (max && !out))
		return 0;
	return vgpu_types_of(&link->pf->gpu, out, max);
}
EXPORT_SYMBOL_GPL(vgpu_link_types);

int vgpu_link_creatable(struct vgpu_link *link, const struct vgpu_type *type, const uuid_t *uuid,
			char *why, size_t why_size)
{
	if (vgpu_link_bad(link) || !type)
		return -EINVAL;
	return vgpu_creatable(link->vf, type, uuid, why, why_size);
}
EXPORT_SYMBOL_GPL(vgpu_link_creatable);

int vgpu_link_claimable(struct vgpu_link *link, const struct vgpu_type *type)
{
	if (vgpu_link_bad(link) || !type)
		return -EINVAL;
	return vgpu_claimable(link->vf, type);
}
EXPORT_SYMBOL_GPL(vgpu_link_claimable);

bool vgpu_link_traps_mmu_page(struct vgpu_link *link, const struct vgpu_type *type)
{
	if (vgpu_link_bad(link) || !type)
		return true;
	return link->pf->gpu.si.emulate_tlb_invalidate && type->max_instances > 1;
}
EXPORT_SYMBOL_GPL(vgpu_link_traps_mmu_page);

int vgpu_link_tlb_lock(struct vgpu_link *link)
{
	if (vgpu_link_bad(link))
		return -EINVAL;
	vgpu_tlb_lock(&link->pf->gpu);
	return 0;
}
EXPORT_SYMBOL_GPL(vgpu_link_tlb_lock);

void vgpu_link_tlb_unlock(struct vgpu_link *link)
{
	if (!vgpu_link_bad(link))
		vgpu_tlb_unlock(&link->pf->gpu);
}
EXPORT_SYMBOL_GPL(vgpu_link_tlb_unlock);
