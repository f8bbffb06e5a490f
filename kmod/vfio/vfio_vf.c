// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio-pci variant driver of the VFs: opening and closing a vGPU, resets, and being bound.
 *
 * On a PF it is plain vfio-pci, so that a whole GPU can be passed through with the same driver.
 */
#include <linux/io.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <asm/unaligned.h>

#include "../abi/pci.h"
#include "../abi/regs.h"
#include "../compat/compat.h"
#include "vfio_vf.h"

/* ---- telling the opener that its vGPU is lost ---- */

static void vgpu_vfio_dead_work(struct work_struct *work)
{
	struct vgpu_vfio *vf = container_of(work, struct vgpu_vfio, dead_work);
	struct eventfd_ctx *event;

	mutex_lock(&vf->core.igate);
	event = VGPU_COMPAT_ERROR_EVENT(&vf->core);
	if (event)
		VGPU_COMPAT_EVENTFD_SIGNAL(event);
	mutex_unlock(&vf->core.igate);
}

/*
 * Once per open. By a work item: igate is taken inside out by interrupt set-up (igate, then
 * memory_lock), and resets come here with memory_lock held.
 */
static void vgpu_vfio_lost(struct vgpu_vfio *vf)
{
	spin_lock(&vf->lock);
	if (vf->live && !vf->dead) {
		vf->dead = true;
		schedule_work(&vf->dead_work);
	}
	spin_unlock(&vf->lock);
}

static void vgpu_vfio_event(void *owner, enum vgpu_event event, u32 data)
{
	/* A Xid is the guest's own business: QEMU would stop the VM. */
	if (event == VGPU_EVENT_DEAD)
		vgpu_vfio_lost(owner);
}

static const struct vgpu_vf_callbacks vgpu_vfio_callbacks = {
	.event = vgpu_vfio_event,
};

/* ---- open and close ---- */

/* Everything of this open that depends on the type. */
static int vgpu_vfio_setup(struct vgpu_vfio *vf)
{
	struct pci_dev *pdev = vf->core.pdev;
	unsigned long flags = pci_resource_flags(pdev, NV_PCI_BAR_FB);
	struct vgpu_vf_info info;

	vgpu_link_info(vf->link, &info);
	if (!info.type)
		return -EIO;
	vf->view = (struct vgpu_guest_view){
		.page_bytes = PAGE_SIZE,
		.bar1_bytes = vgpu_guest_bar1_bytes(pci_resource_len(pdev, NV_PCI_BAR_FB),
						    info.type->bar1_mib, PAGE_SIZE),
		.bar1_64bit = flags & IORESOURCE_MEM_64,
		.bar1_prefetch = flags & IORESOURCE_PREFETCH,
		.trap = vgpu_link_traps_mmu_page(vf->link, info.type),
		.subsystem_vendor = NV_PCI_VENDOR_ID,
		.subsystem = info.type->guest_subsystem,
		.class_code = pdev->class,
	};
	if (vf->view.trap) {
		vf->mmu_page = ioremap(pci_resource_start(pdev, NV_PCI_BAR_REGS) + NV_VFN_MMU_PAGE,
				       NV_VFN_MMU_PAGE_BYTES);
		if (!vf->mmu_page)
			return -ENOMEM;
	}
	/* A VF's own id registers read all ones; the core filled in the board's. */
	put_unaligned_le16(NV_PCI_VENDOR_ID, &vf->core.vconfig[PCI_VENDOR_ID]);
	put_unaligned_le16(info.type->guest_device, &vf->core.vconfig[PCI_DEVICE_ID]);
	return 0;
}

static void vgpu_vfio_teardown(struct vgpu_vfio *vf)
{
	if (vf->mmu_page)
		iounmap(vf->mmu_page);
	vf->mmu_page = NULL;
}

static void vgpu_vfio_set_live(struct vgpu_vfio *vf, bool live)
{
	lockdep_assert_held(&vf->op_lock);
	spin_lock(&vf->lock);
	vf->live = live;
	if (live)
		vf->dead = false;
	spin_unlock(&vf->lock);
}

static int vgpu_vfio_open(struct vfio_device *vdev)
{
	struct vgpu_vfio *vf = vgpu_vfio_of(vdev);
	int rc;

	rc = vgpu_vfio_use(vf);
	if (rc)
		return rc;
	vgpu_mdev_veto(vf);
	rc = vfio_pci_core_enable(&vf->core);
	if (rc)
		goto err_unuse;
	rc = vgpu_link_open(vf->link, task_tgid_nr(current));
	if (rc)
		goto err_disable;
	rc = vgpu_vfio_setup(vf);
	if (rc)
		goto err_close;
	vfio_pci_core_finish_enable(&vf->core);
	mutex_lock(&vf->op_lock);
	vf->bus_master = false;
	vgpu_vfio_set_live(vf, true);
	mutex_unlock(&vf->op_lock);
	return 0;
err_close:
	vgpu_link_close(vf->link);
err_disable:
	vfio_pci_core_disable(&vf->core);
err_unuse:
	vgpu_mdev_unveto(vf);
	vgpu_vfio_unuse(vf);
	return rc;
}

static void vgpu_vfio_close(struct vfio_device *vdev)
{
	struct vgpu_vfio *vf = vgpu_vfio_of(vdev);

	mutex_lock(&vf->op_lock);
	pci_clear_master(vf->core.pdev);
	/* vgpu_link_close() tells the plugin. */
	vf->bus_master = false;
	vgpu_vfio_set_live(vf, false);
	mutex_unlock(&vf->op_lock);
	cancel_work_sync(&vf->dead_work);

	vgpu_link_close(vf->link);
	vgpu_vfio_teardown(vf);
	/* The function level reset is in here: after the plugin, before anybody else. */
	vfio_pci_core_close_device(vdev);
	vgpu_mdev_unveto(vf);
	vgpu_vfio_unuse(vf);
}

static long vgpu_vfio_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg)
{
	long rc;

	switch (cmd) {
	case VFIO_DEVICE_RESET:
		/* The core sees the function level reset only, not the plugin's. */
		rc = vfio_pci_core_ioctl(vdev, cmd, arg);
		return !rc && READ_ONCE(vgpu_vfio_of(vdev)->dead) ? -EIO : rc;
	case VFIO_DEVICE_GET_REGION_INFO:
		if (VGPU_COMPAT_REGION_INFO_IOCTL)
			return vgpu_vfio_region_ioctl(vdev, arg);
		break;
	case VFIO_DEVICE_IOEVENTFD:
		/* Would let its user write where we trap or behind the end of BAR1. */
		return -ENOTTY;
	}
	return vfio_pci_core_ioctl(vdev, cmd, arg);
}

/* Under the VFIO group's lock: no lock but the leaf here. */
static int vgpu_vfio_match(struct vfio_device *vdev, char *buf)
{
	struct vgpu_vfio *vf = vgpu_vfio_of(vdev);
	bool by_uuid, match = false;

	spin_lock(&vf->lock);
	by_uuid = vf->face == VGPU_FACE_MDEV;
	if (by_uuid)
		match = vgpu_mdev_matches(vf, buf);
	spin_unlock(&vf->lock);
	return by_uuid ? match : vfio_pci_core_match(vdev, buf);
}

static int vgpu_vfio_init(struct vfio_device *vdev)
{
	struct vgpu_vfio *vf = vgpu_vfio_of(vdev);

	mutex_init(&vf->claim_lock);
	mutex_init(&vf->op_lock);
	spin_lock_init(&vf->lock);
	init_waitqueue_head(&vf->idle);
	INIT_WORK(&vf->dead_work, vgpu_vfio_dead_work);
	return vfio_pci_core_init_dev(vdev);
}

VGPU_COMPAT_REGION_DEFINE(vgpu_vfio_region_info)

static const struct vfio_device_ops vgpu_vfio_ops = {
	.name = VGPU_VFIO_NAME,
	.init = vgpu_vfio_init,
	.release = vfio_pci_core_release_dev,
	.open_device = vgpu_vfio_open,
	.close_device = vgpu_vfio_close,
	.ioctl = vgpu_vfio_ioctl,
	.device_feature = vfio_pci_core_ioctl_feature,
	.read = vgpu_vfio_read,
	.write = vgpu_vfio_write,
	.mmap = vgpu_vfio_mmap,
	.request = vfio_pci_core_request,
	.match = vgpu_vfio_match,
	VGPU_COMPAT_IOMMUFD_OPS
	VGPU_COMPAT_REGION_OPS(vgpu_vfio_region_info)
};

/* ---- a PF: plain vfio-pci ---- */

static int vgpu_plain_open(struct vfio_device *vdev)
{
	struct vgpu_vfio *vf = vgpu_vfio_of(vdev);
	int rc;

	rc = vfio_pci_core_enable(&vf->core);
	if (rc)
		return rc;
	vfio_pci_core_finish_enable(&vf->core);
	return 0;
}

static const struct vfio_device_ops vgpu_plain_ops = {
	.name = VGPU_VFIO_NAME "-pf",
	.init = vgpu_vfio_init,
	.release = vfio_pci_core_release_dev,
	.open_device = vgpu_plain_open,
	.close_device = vfio_pci_core_close_device,
	.ioctl = vfio_pci_core_ioctl,
	.device_feature = vfio_pci_core_ioctl_feature,
	.read = vfio_pci_core_read,
	.write = vfio_pci_core_write,
	.mmap = vfio_pci_core_mmap,
	.request = vfio_pci_core_request,
	.match = vfio_pci_core_match,
	VGPU_COMPAT_IOMMUFD_OPS
	VGPU_COMPAT_REGION_CORE_OPS
};

/* ---- PCI driver ---- */

static int vgpu_vfio_bind_vf(struct vgpu_vfio *vf)
{
	struct pci_dev *pdev = vf->core.pdev;
	int rc;

	vf->link = vgpu_vf_attach(pdev, &vgpu_vfio_callbacks, vf);
	if (IS_ERR(vf->link)) {
		rc = PTR_ERR(vf->link);
		vf->link = NULL;
		dev_err(&pdev->dev, "VF: can't be driven (%d); its PF must be bound to vgpu_core and ready first\n",
			rc);
		return rc;
	}
	rc = vfio_pci_core_register_device(&vf->core);
	if (rc)
		goto err_detach;
	rc = sysfs_create_group(&pdev->dev.kobj, &vgpu_vfio_group);
	if (rc)
		goto err_unregister;
	rc = vgpu_mdev_face_init(vf);
	if (rc)
		goto err_sysfs;
	return 0;
err_sysfs:
	sysfs_remove_group(&pdev->dev.kobj, &vgpu_vfio_group);
err_unregister:
	vfio_pci_core_unregister_device(&vf->core);
	vgpu_vfio_release(vf, VGPU_FACE_VF);
err_detach:
	vgpu_vf_detach(vf->link);
	return rc;
}

static void vgpu_vfio_unbind_vf(struct vgpu_vfio *vf)
{
	spin_lock(&vf->lock);
	vf->removing = true;
	spin_unlock(&vf->lock);
	/* Each of these waits for its users; the vGPU is released once nobody can have it open. */
	vgpu_mdev_face_fini(vf);
	sysfs_remove_group(&vf->core.pdev->dev.kobj, &vgpu_vfio_group);
	vfio_pci_core_unregister_device(&vf->core);
	vgpu_vfio_release(vf, VGPU_FACE_VF);
	vgpu_vf_detach(vf->link);
	cancel_work_sync(&vf->dead_work);
}

static int vgpu_vfio_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	const struct vfio_device_ops *ops = pdev->is_virtfn ? &vgpu_vfio_ops : &vgpu_plain_ops;
	struct vgpu_vfio *vf;
	int rc;

	vf = vfio_alloc_device(vgpu_vfio, core.vdev, &pdev->dev, ops);
	if (IS_ERR(vf))
		return PTR_ERR(vf);
	dev_set_drvdata(&pdev->dev, &vf->core);
	if (pdev->is_virtfn)
		rc = vgpu_vfio_bind_vf(vf);
	else
		rc = vfio_pci_core_register_device(&vf->core);
	if (rc) {
		dev_set_drvdata(&pdev->dev, NULL);
		vfio_put_device(&vf->core.vdev);
	}
	return rc;
}

static void vgpu_vfio_remove(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *core = dev_get_drvdata(&pdev->dev);
	struct vgpu_vfio *vf = container_of(core, struct vgpu_vfio, core);

	if (vf->link)
		vgpu_vfio_unbind_vf(vf);
	else
		vfio_pci_core_unregister_device(core);
	dev_set_drvdata(&pdev->dev, NULL);
	vfio_put_device(&core->vdev);
}

/* ---- resets: by the guest (FLR bit, VFIO_DEVICE_RESET) or by root through sysfs ---- */

static struct vgpu_vfio *vgpu_vfio_of_pci(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *core = dev_get_drvdata(&pdev->dev);
	struct vgpu_vfio *vf = core ? container_of(core, struct vgpu_vfio, core) : NULL;

	return vf && vf->link ? vf : NULL;
}

static void vgpu_vfio_reset_prepare(struct pci_dev *pdev)
{
	struct vgpu_vfio *vf = vgpu_vfio_of_pci(pdev);

	if (!vf)
		return;
	mutex_lock(&vf->op_lock);
	vf->resetting = true;
	vf->reset_failed = vf->live && vgpu_link_reset(vf->link);
	mutex_unlock(&vf->op_lock);
}

static void vgpu_vfio_reset_done(struct pci_dev *pdev)
{
	struct vgpu_vfio *vf = vgpu_vfio_of_pci(pdev);
	bool failed;

	if (!vf)
		return;
	mutex_lock(&vf->op_lock);
	vf->resetting = false;
	failed = vf->reset_failed;
	vf->reset_failed = false;
	if (!failed) {
		/* The plugin starts anew, while the PCI core has restored the command register. */
		vf->bus_master = false;
		vgpu_vfio_sync_bus_master(vf);
	}
	mutex_unlock(&vf->op_lock);
	if (failed)
		vgpu_vfio_lost(vf);
}

static pci_ers_result_t vgpu_vfio_error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	struct vgpu_vfio *vf = vgpu_vfio_of_pci(pdev);

	if (!vf)
		return vfio_pci_core_aer_err_detected(pdev, state);
	vgpu_vfio_lost(vf);
	return PCI_ERS_RESULT_CAN_RECOVER;
}

static const struct pci_error_handlers vgpu_vfio_err_handlers = {
	.reset_prepare = vgpu_vfio_reset_prepare,
	.reset_done = vgpu_vfio_reset_done,
	.error_detected = vgpu_vfio_error_detected,
};

/* Binds by driver_override only; the alias "vfio_pci:..." is what libvirt from 10.0 looks for. */
static const struct pci_device_id vgpu_vfio_ids[] = {
	{ PCI_DRIVER_OVERRIDE_DEVICE_VFIO(NV_PCI_VENDOR_ID, PCI_ANY_ID),
	  .class = PCI_BASE_CLASS_DISPLAY << 16, .class_mask = 0xff << 16 },
	{}
};
MODULE_DEVICE_TABLE(pci, vgpu_vfio_ids);

static struct pci_driver vgpu_vfio_driver = {
	.name = VGPU_VFIO_NAME,
	.id_table = vgpu_vfio_ids,
	.probe = vgpu_vfio_probe,
	.remove = vgpu_vfio_remove,
	.err_handler = &vgpu_vfio_err_handlers,
	.driver_managed_dma = true,
};

static int __init vgpu_vfio_module_init(void)
{
	int rc;

	rc = vgpu_mdev_driver_init();
	if (rc)
		return rc;
	rc = pci_register_driver(&vgpu_vfio_driver);
	if (rc)
		vgpu_mdev_driver_fini();
	return rc;
}

static void __exit vgpu_vfio_module_exit(void)
{
	pci_unregister_driver(&vgpu_vfio_driver);
	vgpu_mdev_driver_fini();
}

module_init(vgpu_vfio_module_init);
module_exit(vgpu_vfio_module_exit);

MODULE_DESCRIPTION("VFIO driver of vGPUs: the VF itself and an mdev in front of it");
MODULE_LICENSE("GPL");
MODULE_VERSION(VGPU_MODULE_VERSION);
