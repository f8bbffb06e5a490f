// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs of the CPU sequencer out of the input, as GSP could send them while it boots. Each ends,
 * and touches registers of BAR0 only, by aligned words.
 */
#include <stdint.h>
#include <stdlib.h>

#include <linux/kernel.h>
#include <linux/string.h>

#include "../../kmod/abi/regs.h"
#include "../../kmod/abi/rpc.h"
#include "../shim/shim.h"
#include "bytes.h"
#include "fw.h"
#include "gpu.h"

#define BAR0_BYTES (16U << 20)
#define MAX_STEPS 16

/* An argument: an address in BAR0 or close to its end, a small number, anything. */
static uint32_t next_word(void)
{
	uint8_t what = next();

	switch (what % 4) {
	case 0:
		return (uint32_t)next() << 8 | (next() & 0xfc);
	case 1:
		return BAR0_BYTES - 8 + what / 16;
	case 2:
		return what / 16;
	default:
		return (uint32_t)next() << 24 | next();
	}
}

static u64 reg_read(void *ctx, unsigned int bar, u64 offset, unsigned int size)
{
	if (bar || size != 4 || offset % 4 || offset >= BAR0_BYTES)
		abort();
	return next() * 0x01010101U;
}

static void reg_write(void *ctx, unsigned int bar, u64 offset, u64 value, unsigned int size)
{
	reg_read(ctx, bar, offset, size);
}

static const struct shim_mmio_ops ops = { .read = reg_read, .write = reg_write };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vgpu_gpu gpu;
	static struct device dev = { .name = "fuzz" };
	uint32_t words[6 * MAX_STEPS], count, i;
	struct rpc_run_cpu_sequencer *head;
	size_t len;

	shim_reset();
	shim_bind_mmio(&ops, NULL);
	memset(&gpu, 0, sizeof(gpu));
	gpu.dev = &dev;
	gpu.bar0 = shim_map_bar(0, BAR0_BYTES);
	gpu.boot.ops = &gsp_fw_ops_r570;
	gpu.state = VGPU_GPU_BOOTING;
	input = (struct fuzz_input){ data, size };
	count = next() % ARRAY_SIZE(words);
	len = sizeof(*head) + count * sizeof(words[0]);
	for (i = 0; i < count; i++)
		words[i] = next() & 1 ? next() % 10 : next_word();
	if (next() % 8 == 0)
		len = next() % (len + 1);
	/* An exact allocation, so that reading past the end is seen. */
	head = calloc(1, len ? len : 1);
	if (len >= sizeof(*head)) {
		head->used_dwords = next() % 8 ? count : next_word();
		memcpy(head + 1, words, len - sizeof(*head));
	}
	gsp_sequencer_run(&gpu, head, len);
	free(head);
	shim_unmap_bar(gpu.bar0);
	if (shim_leaks())
		abort();
	shim_bind_mmio(NULL, NULL);
	return 0;
}
