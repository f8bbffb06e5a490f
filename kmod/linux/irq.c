// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts of the PF: MSI-X entry n serves subtree n; else one MSI; else the pin. */
#include <linux/interrupt.h>

#include "../abi/regs.h"
#include "../compat/compat.h"
#include "pf.h"

#define VGPU_PF_ALL_SUBTREES (~0U)

static irqreturn_t vgpu_pf_irq(int irq, void *data)
{
	struct vgpu_pf_vector *vector = data;
	bool wake = false;

	if (!vgpu_gpu_irq(&vector->pf->gpu, vector->subtree, &wake))
		return IRQ_NONE;
	return wake ? IRQ_WAKE_THREAD : IRQ_HANDLED;
}

static irqreturn_t vgpu_pf_irq_thread(int irq, void *data)
{
	struct vgpu_pf_vector *vector = data;

	mutex_lock(&vector->pf->irq_thread_lock);
	vgpu_gpu_irq_thread(&vector->pf->gpu);
	mutex_unlock(&vector->pf->irq_thread_lock);
	return IRQ_HANDLED;
}

static int vgpu_pf_irq_vectors(struct vgpu_pf *pf)
{
	struct pci_dev *pdev = pf->pdev;
	int n;

	n = pci_alloc_irq_vectors(pdev, NV_VFN_INTR_SUBTREES, VGPU_PF_MAX_VECTORS, PCI_IRQ_MSIX);
	if (n > 0)
		return n;
	return pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI | VGPU_COMPAT_IRQ_INTX);
}

int vgpu_pf_irq_init(struct vgpu_pf *pf)
{
	struct pci_dev *pdev = pf->pdev;
	int n, i, rc;

	n = vgpu_pf_irq_vectors(pf);
	if (n < 0) {
		dev_err(&pdev->dev, "PF: no MSI-X, MSI or INTx could be allocated (%d); check the kernel log of the IOMMU and the interrupt remapping\n",
			n);
		return n;
	}
	for (i = 0; i < n; i++) {
		pf->vectors[i].pf = pf;
		pf->vectors[i].subtree = pdev->msix_enabled ? i : VGPU_PF_ALL_SUBTREES;
		rc = pci_request_irq(pdev, i, vgpu_pf_irq, vgpu_pf_irq_thread, &pf->vectors[i],
				     "vgpu_core[%s]%d", pci_name(pdev), i);
		if (rc)
			goto err;
		pf->num_vectors++;
	}
	pf->gpu.info.irq_requested = true;
	return 0;
err:
	vgpu_pf_irq_fini(pf);
	return rc;
}

void vgpu_pf_irq_fini(struct vgpu_pf *pf)
{
	while (pf->num_vectors > 0) {
		pf->num_vectors--;
		pci_free_irq(pf->pdev, pf->num_vectors, &pf->vectors[pf->num_vectors]);
	}
	pci_free_irq_vectors(pf->pdev);
}
