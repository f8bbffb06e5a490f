// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A firmware that lies: the input writes into the shared block, sends messages good and spoiled,
 * and answers calls. The driver must end every call, keep its memory and stay inside it.
 */
#include <stdint.h>
#include <stdlib.h>

#include <linux/kernel.h>
#include <linux/string.h>

#include "../../kmod/abi/regs.h"
#include "../../kmod/abi/rpc.h"
#include "../shim/shim.h"
#include "../unit/gsp_peer.h"
#include "bytes.h"
#include "fw.h"
#include "gpu.h"

#define BAR0_BYTES (16U << 20)
#define CALL_MS 3
#define MAX_STEPS 64

static struct {
	struct gsp_peer peer;
} in;

static uint32_t next32(void)
{
	uint32_t v = next();

	v |= (uint32_t)next() << 8;
	return v & 0x8000 ? v << 16 | next() : v;
}

static const uint32_t functions[] = {
	RPC_FN_GSP_RM_CONTROL, RPC_FN_CONTINUATION_RECORD, RPC_FN_NOP, RPC_EV_GSP_INIT_DONE,
	RPC_EV_GSP_RUN_CPU_SEQUENCER, RPC_EV_RC_TRIGGERED, RPC_EV_OS_ERROR_LOG,
	RPC_EV_VGPU_GSP_PLUGIN_TRIGGERED, 0x1fff,
};

/* One hostile act. */
static void act(void)
{
	static uint8_t payload[4096];
	uint8_t what = next();
	struct peer_lie lie = {};
	uint32_t at;

	switch (what % 4) {
	case 0:
		at = next32() % GSP_QUEUE_BYTES;
		in.peer.mem[GSP_QUEUE_STAT_OFFSET + at] = next();
		break;
	case 1:
		at = (next() % 2 ? GSP_QUEUE_RX_OFFSET : 0) + next() % 32;
		in.peer.mem[GSP_QUEUE_STAT_OFFSET + at] = next();
		break;
	case 2:
		lie.bad_checksum = next() % 8 == 0;
		lie.bad_signature = next() % 16 == 0;
		lie.elements = next() % 4 == 0 ? next32() : 0;
		lie.length = next() % 4 == 0 ? next32() : 0;
		lie.sequence_skip = next() % 3;
		/* fall through */
	default:
		for (at = 0; at < 64; at++)
			payload[at] = next();
		peer_send(&in.peer, functions[next() % ARRAY_SIZE(functions)], next() % 3,
			  payload, next32() % sizeof(payload), &lie);
		break;
	}
}

static u64 reg_read(void *ctx, unsigned int bar, u64 offset, unsigned int size)
{
	return offset == NV_PMC_BOOT_0 ? 0x192000a1 : next();
}

static void reg_write(void *ctx, unsigned int bar, u64 offset, u64 value, unsigned int size)
{
	if (offset == NV_PGSP_DOORBELL)
		act();
}

static const struct shim_mmio_ops ops = { .read = reg_read, .write = reg_write };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vgpu_gpu gpu;
	static struct device dev = { .name = "fuzz" };
	static uint8_t reply[1024];
	unsigned int i;
	ssize_t ret;

	shim_reset();
	shim_bind_mmio(&ops, NULL);
	memset(&gpu, 0, sizeof(gpu));
	input = (struct fuzz_input){ data, size };
	gpu.dev = &dev;
	gpu.bar0 = shim_map_bar(0, BAR0_BYTES);
	gpu.boot.ops = &gsp_fw_ops_r570;
	gpu.boot.init_done = true;
	gpu.state = VGPU_GPU_READY;
	gsp_rpc_setup(&gpu);
	if (gsp_rpc_init(&gpu))
		abort();
	peer_link(&in.peer, gpu.rpc.queues->mem.cpu);
	for (i = 0; i < MAX_STEPS && input.left; i++) {
		act();
		if (next() % 2) {
			ret = gsp_rpc_call(&gpu, RPC_FN_GSP_RM_CONTROL, reply, next() * 4,
					   reply, next() * 4, CALL_MS);
			if (ret > 0x100000)
				abort();
		} else {
			gsp_rpc_drain(&gpu);
			gsp_rpc_dispatch(&gpu);
		}
	}
	gsp_rpc_fini(&gpu);
	shim_unmap_bar(gpu.bar0);
	if (shim_leaks())
		abort();
	return 0;
}
