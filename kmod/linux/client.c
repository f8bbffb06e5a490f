// SPDX-License-Identifier: GPL-2.0-only
/* The auxiliary device of a GPU, by which other modules find it. See openvgpu_client.h. */
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "openvgpu_client.h"
#include "pf.h"

/* Behind the module's name, which the auxiliary bus puts in front. */
#define VGPU_AUX_NAME "gpu"

/* Lives until the last reference; pf until the device is deleted. */
struct vgpu_pf_aux {
	struct auxiliary_device adev;
	struct mutex lock;
	struct vgpu_pf *pf;	/* NULL: deleted */
};

static DEFINE_IDA(vgpu_aux_ids);
static struct kmem_cache *vgpu_aux_cache;
/* Devices not released yet: the module's code has to outlive them. */
static atomic_t vgpu_aux_count = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(vgpu_aux_released);

int vgpu_client_caches_init(void)
{
	vgpu_aux_cache = KMEM_CACHE(vgpu_pf_aux, 0);
	return vgpu_aux_cache ? 0 : -ENOMEM;
}

void vgpu_client_caches_fini(void)
{
	wait_event(vgpu_aux_released, !atomic_read(&vgpu_aux_count));
	kmem_cache_destroy(vgpu_aux_cache);
	ida_destroy(&vgpu_aux_ids);
}

static void vgpu_aux_release(struct device *dev)
{
	struct vgpu_pf_aux *aux = container_of(dev, struct vgpu_pf_aux, adev.dev);

	ida_free(&vgpu_aux_ids, aux->adev.id);
	mutex_destroy(&aux->lock);
	kmem_cache_free(vgpu_aux_cache, aux);
	atomic_dec(&vgpu_aux_count);
	wake_up(&vgpu_aux_released);
}

int vgpu_pf_aux_add(struct vgpu_pf *pf)
{
	struct vgpu_pf_aux *aux;
	int id, rc;

	if (!IS_ENABLED(CONFIG_AUXILIARY_BUS) || !pf->gpu.host || !pf->gpu.clients.vram_limit)
		return 0;
	aux = kmem_cache_zalloc(vgpu_aux_cache, GFP_KERNEL);
	if (!aux)
		return -ENOMEM;
	id = ida_alloc(&vgpu_aux_ids, GFP_KERNEL);
	if (id < 0) {
		kmem_cache_free(vgpu_aux_cache, aux);
		return id;
	}
	mutex_init(&aux->lock);
	aux->pf = pf;
	aux->adev.name = VGPU_AUX_NAME;
	aux->adev.id = id;
	aux->adev.dev.parent = &pf->pdev->dev;
	aux->adev.dev.release = vgpu_aux_release;
	rc = auxiliary_device_init(&aux->adev);
	if (rc) {
		ida_free(&vgpu_aux_ids, id);
		kmem_cache_free(vgpu_aux_cache, aux);
		return rc;
	}
	atomic_inc(&vgpu_aux_count);
	rc = auxiliary_device_add(&aux->adev);
	if (rc) {
		auxiliary_device_uninit(&aux->adev);
		return rc;
	}
	pf->aux = aux;
	return 0;
}

void vgpu_pf_aux_remove(struct vgpu_pf *pf)
{
	struct vgpu_pf_aux *aux = pf->aux;

	if (!aux)
		return;
	pf->aux = NULL;
	/* Runs the remove of whoever is bound. */
	auxiliary_device_delete(&aux->adev);
	mutex_lock(&aux->lock);
	aux->pf = NULL;
	mutex_unlock(&aux->lock);
	auxiliary_device_uninit(&aux->adev);
	vgpu_clients_stop(&pf->gpu);
}

struct vgpu_client *openvgpu_client_open(struct auxiliary_device *adev, const char *name,
					 const struct vgpu_client_ops *ops, void *owner)
{
	struct vgpu_client *client = ERR_PTR(-ENODEV);
	struct vgpu_pf_aux *aux;

	if (!adev || adev->dev.release != vgpu_aux_release)
		return ERR_PTR(-EINVAL);
	aux = container_of(adev, struct vgpu_pf_aux, adev);
	mutex_lock(&aux->lock);
	if (aux->pf)
		client = vgpu_client_open(&aux->pf->gpu, name, ops, owner);
	mutex_unlock(&aux->lock);
	return client;
}
EXPORT_SYMBOL_GPL(openvgpu_client_open);

/* Pages of the list, or a negative errno. */
static s64 vgpu_sgt_pages(const struct sg_table *sgt)
{
	struct scatterlist *sg;
	u64 pages = 0;
	int i;

	for_each_sgtable_dma_sg(sgt, sg, i) {
		if ((sg_dma_address(sg) | sg_dma_len(sg)) & (VGPU_CLIENT_PAGE_BYTES - 1))
			return -EINVAL;
		pages += sg_dma_len(sg) / VGPU_CLIENT_PAGE_BYTES;
		if (pages > VGPU_CLIENT_LIST_PAGES)
			return -EINVAL;
	}
	return pages ? (s64)pages : -EINVAL;
}

int openvgpu_client_map_sgt(struct vgpu_client *client, u32 space, const struct sg_table *sgt,
			    unsigned int flags, u64 *va, u64 *bytes)
{
	struct scatterlist *sg;
	u32 n = 0, offset;
	s64 count;
	u64 *pages;
	int i, rc;

	if (!sgt)
		return -EINVAL;
	count = vgpu_sgt_pages(sgt);
	if (count < 0)
		return (int)count;
	pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	for_each_sgtable_dma_sg(sgt, sg, i)
		for (offset = 0; offset < sg_dma_len(sg); offset += VGPU_CLIENT_PAGE_BYTES)
			pages[n++] = sg_dma_address(sg) + offset;
	rc = vgpu_client_map_pages(client, space, pages, n, flags, va);
	kvfree(pages);
	if (!rc && bytes)
		*bytes = n * VGPU_CLIENT_PAGE_BYTES;
	return rc;
}
EXPORT_SYMBOL_GPL(openvgpu_client_map_sgt);
