// SPDX-License-Identifier: GPL-2.0-only
/* Which chips this driver knows. */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "../abi/firmware.h"
#include "../abi/regs.h"
#include "fw.h"
#include "gpu.h"

static const struct vgpu_chip chips[] = {
	{ NV_CHIP_GA102, "GA102", "ga102", GSP_ELF_SECTION_SIGNATURE_GA10X, false },
	{ NV_CHIP_GA103, "GA103", "ga102", GSP_ELF_SECTION_SIGNATURE_GA10X, false },
	{ NV_CHIP_GA104, "GA104", "ga102", GSP_ELF_SECTION_SIGNATURE_GA10X, false },
	{ NV_CHIP_GA106, "GA106", "ga102", GSP_ELF_SECTION_SIGNATURE_GA10X, false },
	{ NV_CHIP_GA107, "GA107", "ga102", GSP_ELF_SECTION_SIGNATURE_GA10X, false },
	{ NV_CHIP_AD102, "AD102", "ad102", GSP_ELF_SECTION_SIGNATURE_AD10X, true },
	{ NV_CHIP_AD103, "AD103", "ad102", GSP_ELF_SECTION_SIGNATURE_AD10X, true },
	{ NV_CHIP_AD104, "AD104", "ad102", GSP_ELF_SECTION_SIGNATURE_AD10X, true },
	{ NV_CHIP_AD106, "AD106", "ad102", GSP_ELF_SECTION_SIGNATURE_AD10X, true },
	{ NV_CHIP_AD107, "AD107", "ad102", GSP_ELF_SECTION_SIGNATURE_AD10X, true },
};

int vgpu_chip_identify(struct vgpu_gpu *gpu)
{
	u32 boot_0 = vgpu_rd32(gpu, NV_PMC_BOOT_0);
	u32 boot_1, boot_42, id;
	size_t i;

	if (boot_0 == NV_MMIO_GONE) {
		vgpu_gpu_error(gpu, "GPU: registers read all ones; the board is powered down or off the bus, rescan or power-cycle it");
		return -ENODEV;
	}
	boot_1 = vgpu_rd32(gpu, NV_PMC_BOOT_1);
	if (ABI_GET(NV_PMC_BOOT_1_VGPU, boot_1) != NV_PMC_BOOT_1_VGPU_VAL_REAL) {
		vgpu_gpu_error(gpu, "GPU: this is a virtual function (BOOT_1 0x%08x); bind the driver to the physical function",
			       boot_1);
		return -ENODEV;
	}
	boot_42 = vgpu_rd32(gpu, NV_PMC_BOOT_42);
	id = ABI_GET(NV_PMC_BOOT_42_CHIP_ID, boot_42);
	for (i = 0; i < ARRAY_SIZE(chips); i++) {
		if (chips[i].id != id)
			continue;
		gpu->chip = &chips[i];
		return 0;
	}
	vgpu_gpu_error(gpu, "GPU: chip 0x%03x (BOOT_0 0x%08x, BOOT_42 0x%08x) is not supported; this driver knows GA102 to GA107 and AD102 to AD107",
		       id, boot_0, boot_42);
	return -ENODEV;
}
