// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFs of a PF that another driver has. Nobody can be kept from binding one, vfio-pci for instance:
 * its user gets a function without a vGPU. So it is said at once, such a VF counts for nothing, and
 * it is not pulled away from under its user.
 */
#include <linux/device.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "pf.h"
#include "vgpu_core_api.h"

struct pci_dev *vgpu_pf_next_vf(struct vgpu_pf *pf, struct pci_dev *vf)
{
	do
		vf = pci_get_device(pf->pdev->vendor, PCI_ANY_ID, vf);
	while (vf && !(vf->is_virtfn && pci_physfn(vf) == pf->pdev));
	return vf;
}

static bool vgpu_vf_is_foreign_locked(struct device *dev)
{
	return dev->driver && strcmp(dev->driver->name, VGPU_VFIO_NAME);
}

int vgpu_vf_is_foreign(struct pci_dev *vf, char *name, size_t size)
{
	bool foreign;

	/* Whoever has it may be waiting for a user of the device: not a lock to wait for. */
	if (!device_trylock(&vf->dev))
		return -EBUSY;
	foreign = vgpu_vf_is_foreign_locked(&vf->dev);
	if (foreign)
		strscpy(name, vf->dev.driver->name, size);
	device_unlock(&vf->dev);
	return foreign;
}

int vgpu_pf_check_vfs(struct vgpu_pf *pf)
{
	char name[VGPU_DRIVER_NAME];
	struct pci_dev *vf = NULL;
	int rc;

	while ((vf = vgpu_pf_next_vf(pf, vf))) {
		rc = vgpu_vf_is_foreign(vf, name, sizeof(name));
		if (!rc)
			continue;
		if (rc > 0)
			vgpu_gpu_error(&pf->gpu, "SR-IOV: VFs stay enabled, the driver %s has VF %s; unbind it, then write 0 again",
				       name, pci_name(vf));
		else
			vgpu_gpu_error(&pf->gpu, "SR-IOV: VFs stay enabled, VF %s is being bound or unbound; end what uses it, then write 0 again",
				       pci_name(vf));
		pci_dev_put(vf);
		return -EBUSY;
	}
	return 0;
}

/* The VF's device lock is held, so its PF can't leave its driver meanwhile. */
static int vgpu_vf_bound(struct notifier_block *nb, unsigned long action, void *data)
{
	struct device *dev = data;
	struct pci_dev *vf = to_pci_dev(dev);
	struct vgpu_pf *pf;

	if (action != BUS_NOTIFY_BOUND_DRIVER || !vf->is_virtfn || !vgpu_vf_is_foreign_locked(dev))
		return NOTIFY_DONE;
	pf = pci_iov_get_pf_drvdata(vf, &vgpu_pci_driver);
	if (IS_ERR_OR_NULL(pf))
		return NOTIFY_DONE;
	vgpu_gpu_error(&pf->gpu, "VF %s: the driver %s took it, so it can have no vGPU; unbind it and bind %s",
		       pci_name(vf), dev->driver->name, VGPU_VFIO_NAME);
	vgpu_pf_uevent(pf, "vf-foreign");
	return NOTIFY_OK;
}

static struct notifier_block vgpu_vf_notifier = {
	.notifier_call = vgpu_vf_bound,
};

int vgpu_vfs_watch(void)
{
	return bus_register_notifier(&pci_bus_type, &vgpu_vf_notifier);
}

void vgpu_vfs_unwatch(void)
{
	bus_unregister_notifier(&pci_bus_type, &vgpu_vf_notifier);
}
