// SPDX-License-Identifier: GPL-2.0-only
/* Booter: heavy-secure code on SEC2 that builds WPR2, checks the GSP image and starts it. */
#include <linux/errno.h>
#include <linux/kernel.h>

#include "../abi/regs.h"
#include "fw.h"
#include "gpu.h"

static int booter_run(struct vgpu_gpu *gpu, const struct falcon_ucode *ucode, u64 argument,
		      u32 *result)
{
	u32 mailbox[2] = { lower_32_bits(argument), upper_32_bits(argument) };
	int err;

	err = falcon_reset(gpu, &falcon_sec2, false);
	if (!err)
		err = falcon_run(gpu, &falcon_sec2, ucode, mailbox);
	*result = mailbox[0];
	return err;
}

int booter_run_load(struct vgpu_gpu *gpu, const struct falcon_ucode *booter)
{
	u32 result;
	int err;

	gpu->boot.hw_touched = true;
	err = booter_run(gpu, booter, gpu->boot.wpr_meta.addr, &result);
	if (err)
		return err;
	if (result) {
		vgpu_gpu_error(gpu, "booter: refused the GSP image with error 0x%x; check that the firmware files belong together and to this board",
			       result);
		return -EIO;
	}
	gpu->boot.gsp_started = true;
	return 0;
}

int booter_run_unload(struct vgpu_gpu *gpu)
{
	u64 argument = (u64)NV_PSEC2_MAILBOX_UNLOAD << 32 | NV_PSEC2_MAILBOX_UNLOAD;
	u32 result;
	int err;

	err = booter_run(gpu, &gpu->boot.booter_unload, argument, &result);
	if (err)
		return err;
	if (result) {
		vgpu_gpu_error(gpu, "booter: would not take WPR2 down, error 0x%x; power-cycle the board",
			       result);
		return -EIO;
	}
	return 0;
}
