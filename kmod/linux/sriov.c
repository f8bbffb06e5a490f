// SPDX-License-Identifier: GPL-2.0-only
/* SR-IOV of the PF: what the capability says, switching VFs on and off. */
#include "../abi/pci.h"
#include "pf.h"

static const int vgpu_bar_number[] = { NV_PCI_BAR_REGS, NV_PCI_BAR_FB, NV_PCI_BAR_INST };

void vgpu_pf_sriov_describe(struct pci_dev *pdev, struct vgpu_board_info *info)
{
	int cap, total, i;

	cap = pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_SRIOV);
	total = pci_sriov_get_totalvfs(pdev);
	if (!cap || total <= 0)
		return;
	info->total_vfs = total;
	pci_read_config_word(pdev, cap + PCI_SRIOV_VF_OFFSET, &info->first_vf_offset);
	pci_read_config_word(pdev, cap + PCI_SRIOV_VF_STRIDE, &info->vf_stride);
	for (i = 0; i < ARRAY_SIZE(vgpu_bar_number); i++) {
		int resno = PCI_IOV_RESOURCES + vgpu_bar_number[i];

		info->vf_bar_base[i] = pci_resource_start(pdev, resno);
		info->vf_bar_bytes[i] = div_u64(pci_resource_len(pdev, resno), total);
		info->vf_bar_64bit[i] = pci_resource_flags(pdev, resno) & IORESOURCE_MEM_64;
		if (!info->vf_bar_base[i])
			dev_warn(&pdev->dev, "SR-IOV: BAR%d of the VFs has no address, so VFs can't be enabled; give the slot a larger MMIO window in the firmware set-up\n",
				 vgpu_bar_number[i]);
	}
}

static int vgpu_pf_sriov_enable(struct vgpu_pf *pf, int num_vfs)
{
	struct vgpu_gpu *gpu = &pf->gpu;
	char why[VGPU_ERROR_TEXT_BYTES];
	int rc;

	switch (READ_ONCE(gpu->state)) {
	case VGPU_GPU_READY:
		break;
	case VGPU_GPU_COLD:
	case VGPU_GPU_BOOTING:
		return -EAGAIN;
	default:
		dev_notice(gpu->dev, "SR-IOV: no VF can be enabled, the GPU is not running; read vgpu/last_error and bind the driver again\n");
		return -ENODEV;
	}
	if (!vgpu_pf_is_up(pf))
		return -EAGAIN;
	if (!vgpu_gpu_hosts_vgpus(gpu, why, sizeof(why))) {
		vgpu_gpu_error(gpu, "SR-IOV: %s", why);
		return -EOPNOTSUPP;
	}
	rc = pci_enable_sriov(pf->pdev, num_vfs);
	if (rc) {
		vgpu_gpu_error(gpu, "SR-IOV: enabling %d VFs failed (%d); look for the PCI core's reason in the kernel log",
			       num_vfs, rc);
		return rc;
	}
	return num_vfs;
}

static int vgpu_pf_sriov_disable(struct vgpu_pf *pf)
{
	struct vgpu_gpu *gpu = &pf->gpu;
	int rc;

	/*
	 * pci_disable_sriov() waits for each VF's user with the PF's device lock and the PCI rescan
	 * lock held: refuse instead. From here on nothing new can start.
	 */
	vgpu_host_set_closing(gpu, true);
	if (vgpu_host_busy(gpu)) {
		vgpu_host_set_closing(gpu, false);
		vgpu_gpu_error(gpu, "SR-IOV: VFs stay enabled, a vGPU is claimed or open; shut its VM down, release the vGPU, then write 0 again");
		return -EBUSY;
	}
	rc = vgpu_pf_check_vfs(pf);
	if (!rc)
		pci_disable_sriov(pf->pdev);
	vgpu_host_set_closing(gpu, false);
	return rc;
}

int vgpu_pf_sriov_configure(struct pci_dev *pdev, int num_vfs)
{
	struct vgpu_pf *pf = pci_get_drvdata(pdev);

	if (!num_vfs)
		return pci_num_vf(pdev) ? vgpu_pf_sriov_disable(pf) : 0;
	return vgpu_pf_sriov_enable(pf, num_vfs);
}
