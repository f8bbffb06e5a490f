// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI driver of the PF. Binds only when driver_override names it, and has no module alias: nothing
 * is claimed unasked.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "../abi/pci.h"
#include "../compat/compat.h"
#include "../core/fw.h"
#include "pf.h"

#define VGPU_CORE_NAME "vgpu_core"

static bool allow_unscrubbed;
module_param(allow_unscrubbed, bool, 0444);
MODULE_PARM_DESC(allow_unscrubbed,
		 "Give VRAM that a guest has used to another owner without scrubbing it (lab only; default off)");

static bool scrub_on_release = true;
module_param(scrub_on_release, bool, 0644);
MODULE_PARM_DESC(scrub_on_release,
		 "Fill the VRAM that a vGPU has used with zeroes when it is released (default on)");

static char *firmware = "";
module_param(firmware, charp, 0444);
MODULE_PARM_DESC(firmware,
		 "Version of the GSP firmware: 570.144, or 535.113.01, which hosts no vGPUs (default: the former; the latter where only that is installed and the board hosts no vGPUs anyway)");

static bool bare_metal;
module_param(bare_metal, bool, 0444);
MODULE_PARM_DESC(bare_metal, "Boot GSP as if the board could host no vGPUs (default off)");

static unsigned int client_vram_mib = VGPU_CLIENT_VRAM_BYTES >> 20;
module_param(client_vram_mib, uint, 0444);
MODULE_PARM_DESC(client_vram_mib,
		 "VRAM of each GPU that other kernel modules may have together, in MiB (0: no clients; default 256)");

static struct kmem_cache *vgpu_pf_cache;

static void vgpu_pf_describe(struct pci_dev *pdev, struct vgpu_board_info *info)
{
	static const int bars[] = { NV_PCI_BAR_REGS, NV_PCI_BAR_FB, NV_PCI_BAR_INST };
	int i;

	info->device = pdev->device;
	info->subvendor = pdev->subsystem_vendor;
	info->subdevice = pdev->subsystem_device;
	info->revision = pdev->revision;
	info->domain = pci_domain_nr(pdev->bus);
	info->bus = pdev->bus->number;
	info->devfn = pdev->devfn;
	for (i = 0; i < ARRAY_SIZE(bars); i++) {
		info->bar_base[i] = pci_resource_start(pdev, bars[i]);
		info->bar_bytes[i] = pci_resource_len(pdev, bars[i]);
	}
	vgpu_pf_sriov_describe(pdev, info);
}

/* Enable the function, claim its BARs and map BAR0. */
static int vgpu_pf_pci_init(struct vgpu_pf *pf, void __iomem **bar0)
{
	struct pci_dev *pdev = pf->pdev;
	int rc;

	rc = pci_enable_device_mem(pdev);
	if (rc)
		return dev_err_probe(&pdev->dev, rc, "PF: can't be enabled\n");
	rc = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(NV_PCI_DMA_BITS));
	if (rc) {
		dev_err(&pdev->dev, "PF: no DMA with %d address bits (%d)\n", NV_PCI_DMA_BITS, rc);
		goto err_disable;
	}
	rc = pci_request_mem_regions(pdev, VGPU_CORE_NAME);
	if (rc) {
		dev_err(&pdev->dev, "PF: its BARs are in use (%d); unbind the other driver or frame buffer first\n",
			rc);
		goto err_disable;
	}
	*bar0 = pci_ioremap_bar(pdev, NV_PCI_BAR_REGS);
	if (!*bar0) {
		rc = -ENOMEM;
		goto err_regions;
	}
	pci_set_master(pdev);
	return 0;
err_regions:
	pci_release_mem_regions(pdev);
err_disable:
	pci_disable_device(pdev);
	return rc;
}

static void vgpu_pf_pci_fini(struct vgpu_pf *pf, void __iomem *bar0)
{
	pci_clear_master(pf->pdev);
	iounmap(bar0);
	pci_release_mem_regions(pf->pdev);
	pci_disable_device(pf->pdev);
}

/* GSP, and what of ours needs it. */
static int vgpu_pf_bring_up(struct vgpu_pf *pf)
{
	int rc;

	rc = vgpu_gpu_boot(&pf->gpu);
	if (rc)
		return rc;
	rc = vgpu_pf_links_init(pf);
	if (!rc)
		rc = vgpu_pf_sysfs_refresh_types(pf);
	if (rc) {
		vgpu_gpu_error(&pf->gpu, "PF: its VFs or types could not be set up (%d), GSP is stopped again; free memory, then bind again",
			       rc);
		vgpu_gpu_boot_undo(&pf->gpu);
	}
	return rc;
}

/* Boot failures leave the driver bound, so that last_error and the GSP logs can be read. */
static void vgpu_pf_boot(struct vgpu_pf *pf)
{
	int rc;

	rc = vgpu_pf_bring_up(pf);
	vgpu_pf_debugfs_init(pf);
	if (rc) {
		dev_err(&pf->pdev->dev, "PF: not running (%d); vgpu/last_error and debugfs vgpu/%s say more, then bind again\n",
			rc, pci_name(pf->pdev));
		vgpu_pf_uevent(pf, "gpu-failed");
		return;
	}
	vgpu_pf_state_up(pf);
	rc = vgpu_pf_aux_add(pf);
	if (rc)
		dev_warn(&pf->pdev->dev, "PF: no auxiliary device (%d), other modules can't use this GPU; bind again to retry\n",
			 rc);
	vgpu_pf_uevent(pf, "gpu-ready");
}

static int vgpu_pf_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct vgpu_board_info info = {};
	void __iomem *bar0;
	struct vgpu_pf *pf;
	int rc;

	/* A VF with the PF's driver_override: not ours, and not worth a line each. */
	if (pdev->is_virtfn)
		return -ENODEV;
	if (pci_num_vf(pdev)) {
		dev_err(&pdev->dev, "PF: has VFs of another driver; write 0 to sriov_numvfs, then bind again\n");
		return -EBUSY;
	}
	pf = kmem_cache_zalloc(vgpu_pf_cache, GFP_KERNEL);
	if (!pf)
		return -ENOMEM;
	pf->pdev = pdev;
	mutex_init(&pf->irq_thread_lock);

	rc = vgpu_pf_pci_init(pf, &bar0);
	if (rc)
		goto err_free;
	vgpu_pf_describe(pdev, &info);
	rc = vgpu_gpu_init(&pf->gpu, &pdev->dev, bar0, &info);
	if (rc)
		goto err_pci;
	pf->gpu.allow_unscrubbed = allow_unscrubbed;
	pf->gpu.scrub_on_release = &scrub_on_release;
	pf->gpu.firmware_version = firmware;
	pf->gpu.bare_metal = bare_metal;
	pf->gpu.clients.vram_limit = (u64)client_vram_mib << 20;
	pci_set_drvdata(pdev, pf);
	rc = vgpu_pf_irq_init(pf);
	if (rc)
		goto err_gpu;
	rc = vgpu_pf_sysfs_init(pf);
	if (rc)
		goto err_irq;
	vgpu_pf_state_init(pf);
	vgpu_pf_boot(pf);
	return 0;
err_irq:
	vgpu_pf_irq_fini(pf);
err_gpu:
	pci_set_drvdata(pdev, NULL);
	vgpu_gpu_fini(&pf->gpu);
err_pci:
	vgpu_pf_pci_fini(pf, bar0);
err_free:
	kmem_cache_free(vgpu_pf_cache, pf);
	return rc;
}

static void vgpu_pf_remove(struct pci_dev *pdev)
{
	struct vgpu_pf *pf = pci_get_drvdata(pdev);
	struct vgpu_gpu *gpu = &pf->gpu;
	void __iomem *bar0 = gpu->bar0;

	/* Also when only its registers are gone: nobody shall wait for answers that can't come. */
	if (!pci_device_is_present(pdev) || vgpu_gpu_check_gone(gpu))
		vgpu_gpu_mark_lost(gpu, "the device is gone from the bus");
	if (vgpu_pf_is_up(pf))
		vgpu_host_set_closing(gpu, true);
	vgpu_pf_aux_remove(pf);
	/*
	 * GSP still runs: each VF's driver sends its request event, waits for its user and shuts
	 * its plugin down while it is unbound here.
	 */
	pci_disable_sriov(pdev);
	vgpu_pf_state_fini(pf);
	vgpu_pf_sysfs_fini(pf);
	vgpu_pf_debugfs_fini(pf);
	vgpu_gpu_shutdown(gpu);
	vgpu_pf_irq_fini(pf);
	vgpu_pf_links_fini(pf);
	vgpu_gpu_fini(gpu);
	pci_set_drvdata(pdev, NULL);
	vgpu_pf_pci_fini(pf, bar0);
	kmem_cache_free(vgpu_pf_cache, pf);
}

static pci_ers_result_t vgpu_pf_error_detected(struct pci_dev *pdev, pci_channel_state_t state)
{
	struct vgpu_pf *pf = pci_get_drvdata(pdev);

	/* GSP's state does not survive a link reset; without one it may have missed nothing. */
	if (state == pci_channel_io_normal)
		return PCI_ERS_RESULT_CAN_RECOVER;
	vgpu_gpu_mark_lost(&pf->gpu, "the PCI link reported an error");
	return PCI_ERS_RESULT_DISCONNECT;
}

static void vgpu_pf_reset_prepare(struct pci_dev *pdev)
{
	struct vgpu_pf *pf = pci_get_drvdata(pdev);

	vgpu_gpu_mark_lost(&pf->gpu, "the PF was reset from outside; bind the driver again");
}

static const struct pci_error_handlers vgpu_pf_err_handlers = {
	.error_detected = vgpu_pf_error_detected,
	.reset_prepare = vgpu_pf_reset_prepare,
};

static int vgpu_pf_suspend(struct device *dev)
{
	dev_err(dev, "PF: system sleep refused, GSP and its vGPUs would not survive it; unbind the driver first\n");
	return -EBUSY;
}

static const struct dev_pm_ops vgpu_pf_pm_ops = {
	.suspend = vgpu_pf_suspend,
	.freeze = vgpu_pf_suspend,
};

/* No MODULE_DEVICE_TABLE: without an alias nothing loads this module by itself. */
static const struct pci_device_id vgpu_pf_ids[] = {
	{ PCI_DEVICE_DRIVER_OVERRIDE(NV_PCI_VENDOR_ID, PCI_ANY_ID, 1),
	  .class = PCI_BASE_CLASS_DISPLAY << 16, .class_mask = 0xff << 16 },
	{}
};

struct pci_driver vgpu_pci_driver = {
	.name = VGPU_CORE_NAME,
	.id_table = vgpu_pf_ids,
	.probe = vgpu_pf_probe,
	.remove = vgpu_pf_remove,
	.sriov_configure = vgpu_pf_sriov_configure,
	.err_handler = &vgpu_pf_err_handlers,
	.driver.pm = &vgpu_pf_pm_ops,
};

static int __init vgpu_core_init(void)
{
	int rc;

	if (allow_unscrubbed)
		pr_warn(VGPU_CORE_NAME ": allow_unscrubbed is on: a guest may find what another one left in VRAM; not for production\n");
	vgpu_pf_cache = KMEM_CACHE(vgpu_pf, 0);
	if (!vgpu_pf_cache)
		return -ENOMEM;
	rc = vgpu_link_caches_init();
	if (rc)
		goto err_pf;
	rc = vgpu_sysfs_caches_init();
	if (rc)
		goto err_link;
	rc = vgpu_client_caches_init();
	if (rc)
		goto err_sysfs;
	rc = vgpu_vfs_watch();
	if (rc)
		goto err_client;
	vgpu_debugfs_init();
	rc = pci_register_driver(&vgpu_pci_driver);
	if (rc)
		goto err_watch;
	return 0;
err_watch:
	vgpu_debugfs_fini();
	vgpu_vfs_unwatch();
err_client:
	vgpu_client_caches_fini();
err_sysfs:
	vgpu_sysfs_caches_fini();
err_link:
	vgpu_link_caches_fini();
err_pf:
	kmem_cache_destroy(vgpu_pf_cache);
	return rc;
}

static void __exit vgpu_core_exit(void)
{
	pci_unregister_driver(&vgpu_pci_driver);
	vgpu_vfs_unwatch();
	vgpu_debugfs_fini();
	vgpu_client_caches_fini();
	vgpu_sysfs_caches_fini();
	vgpu_link_caches_fini();
	kmem_cache_destroy(vgpu_pf_cache);
}

module_init(vgpu_core_init);
module_exit(vgpu_core_exit);

MODULE_DESCRIPTION("vGPU manager core: GSP boot, VRAM and vGPU life cycle of SR-IOV GPUs");
MODULE_LICENSE("GPL");
MODULE_VERSION(VGPU_MODULE_VERSION);
