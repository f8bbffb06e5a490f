// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plugin's side of the mailbox is hostile: the input decides what each read of the shared
 * buffers returns. Whatever comes, a call ends within its limit, with a known result, and writes
 * nothing outside of the buffers.
 */
#include <stdint.h>
#include <stdlib.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "../abi/regs.h"
#include "../abi/vgpu_host.h"
#include "../shim/shim.h"
#include "bytes.h"
#include "gpu.h"
#include "mbox.h"

#define GFID 7
#define BAR0_BYTES 0x1000000
#define LIMIT_MS 10

static struct {
	u32 seq;	/* last one the CPU wrote */
	bool crashed;
} in;

static u64 mmio_read(void *ctx, unsigned int bar, u64 offset, unsigned int size)
{
	u8 what = next();

	if (bar == 0)
		return what == 0xee ? ~0ULL : 0x192000a1;
	if (offset + size > VGPU_MBOX_BYTES)
		abort();
	switch (what % 8) {
	case 0:
	case 1:
		return in.seq;
	case 2:
		return VGPU_PLUGIN_MARKER;
	case 3:
		return ~0ULL;
	case 4:
		in.crashed = what == 0x84;
		return 0;
	case 5:
		return in.seq + 1;
	default:
		return (u64)next() << 24 | (u64)next() << 8 | next();
	}
}

static void mmio_write(void *ctx, unsigned int bar, u64 offset, u64 value, unsigned int size)
{
	if (bar == 0) {
		if (offset != NV_VFN + NV_VFN_PRIV_DOORBELL || value != VGPU_DOORBELL_VALUE(GFID))
			abort();
		return;
	}
	/* Never the buffers behind the message, never the response once it is in use. */
	if (offset + size > VGPU_HEAP_MIGRATION_OFFSET)
		abort();
	if (offset == offsetof(struct vgpu_ctrl_buf, message_seq_num) && size == 4)
		in.seq = (u32)value;
}

static const struct shim_mmio_ops ops = { mmio_read, mmio_write };

static void one_call(struct vgpu_mbox *mbox)
{
	u8 reply[64 + 8], guard[8];
	size_t bytes = next() % 65;
	u64 start = ktime_get_ns();
	int ret;

	memset(reply, 0xa5, sizeof(reply));
	memset(guard, 0xa5, sizeof(guard));
	ret = vgpu_mbox_call(mbox, next(), reply, bytes, reply, bytes, LIMIT_MS);
	if (memcmp(&reply[bytes], guard, sizeof(guard)))
		abort();
	if (ktime_get_ns() - start > 2ULL * LIMIT_MS * NSEC_PER_MSEC)
		abort();
	if (ret && ret != -EREMOTEIO && ret != -ETIMEDOUT && ret != -EPIPE && ret != -ECONNRESET &&
	    ret != -ENODEV)
		abort();
	if ((ret == -EREMOTEIO && !mbox->result) || (ret && ret != -EREMOTEIO && !mbox->broken))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vgpu_gpu gpu;
	struct vgpu_mbox mbox;

	input = (struct fuzz_input){ data, size };
	in.crashed = false;
	shim_reset();
	shim_bind_mmio(&ops, NULL);
	memset(&gpu, 0, sizeof(gpu));
	gpu.state = VGPU_GPU_READY;
	gpu.bar0 = shim_map_bar(0, BAR0_BYTES);
	mbox = (struct vgpu_mbox){
		.gpu = &gpu, .gfid = GFID, .abort = &in.crashed,
		.io = shim_map_bar(1, VGPU_MBOX_BYTES),
	};
	vgpu_mbox_prepare(&mbox);
	if (size && data[0] & 0x80 && vgpu_mbox_connect(&mbox) && !mbox.broken)
		abort();
	while (input.left) {
		if (mbox.broken)
			vgpu_mbox_prepare(&mbox);
		in.crashed = false;
		one_call(&mbox);
	}
	shim_unmap_bar(gpu.bar0);
	shim_unmap_bar(mbox.io);
	if (shim_leaks())
		abort();
	shim_bind_mmio(NULL, NULL);
	return 0;
}
