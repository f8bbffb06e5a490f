// SPDX-License-Identifier: GPL-2.0-only
/*
 * Framebuffer scrub before booter (AD10x). The board's own firmware clears the top 256 MiB; a vGPU
 * host reserves more than that, and booter refuses memory that nobody has scrubbed.
 */
#include <linux/errno.h>
#include <linux/iopoll.h>
#include <linux/kernel.h>

#include "../abi/boot.h"
#include "../abi/regs.h"
#include "fw.h"
#include "gpu.h"

#define SCRUB_HANDOFF_US 2000000
#define SCRUB_POLL_US 100

static bool gsp_scrub_done(u32 scratch)
{
	return scratch != NV_MMIO_GONE &&
	       ABI_GET(NV_PGC6_BSI_SCRATCH_15_SCRUBBER, scratch) >=
		       NV_PGC6_BSI_SCRATCH_15_SCRUBBER_VAL_DONE;
}

int gsp_scrub(struct vgpu_gpu *gpu)
{
	const struct gsp_layout *l = &gpu->boot.layout;
	struct falcon_ucode ucode = {};
	u32 scratch;
	int err;

	gpu->boot.scrubbed = false;
	if (l->fb_bytes - l->rsvd_start <= GSP_PRESCRUBBED_BYTES ||
	    gsp_scrub_done(vgpu_rd32(gpu, NV_PGC6_BSI_SCRATCH_15)))
		return 0;
	err = gsp_firmware_hs(gpu, "scrubber", &ucode);
	if (err)
		return err;
	err = falcon_reset(gpu, &falcon_sec2, false);
	if (!err)
		err = falcon_run(gpu, &falcon_sec2, &ucode, NULL);
	falcon_ucode_free(&ucode);
	if (err)
		return err;
	if (readl_poll_timeout(gpu->bar0 + NV_PGC6_BSI_SCRATCH_15, scratch, gsp_scrub_done(scratch),
			       SCRUB_POLL_US, SCRUB_HANDOFF_US)) {
		vgpu_gpu_error(gpu, "scrubber: halted without clearing VRAM (state 0x%08x); power-cycle the board",
			       scratch);
		return -EIO;
	}
	gpu->boot.scrubbed = true;
	return 0;
}
