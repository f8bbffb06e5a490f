// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPU sequencer: small programs that GSP asks the CPU to run while it boots. They come from
 * signed firmware, but are checked like anything else: every address lies in BAR0.
 */
#include <asm/unaligned.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/iopoll.h>
#include <linux/kernel.h>

#include "../abi/pci.h"
#include "../abi/regs.h"
#include "../abi/rpc.h"
#include "fw.h"
#include "gpu.h"

#define SEQ_POLL_DEFAULT_US 4000000
#define SEQ_POLL_MAX_US 30000000
#define SEQ_DELAY_MAX_US 1000000
#define SEQ_POLL_STEP_US 10
#define SEQ_SAVED_REGS 8
#define SEQ_RESUME_US 2000000
#define SEQ_MAX_ARGS 5

struct sequencer {
	struct vgpu_gpu *gpu;
	u32 saved[SEQ_SAVED_REGS];
};

static int seq_args(u32 op)
{
	switch (op) {
	case RPC_SEQ_REG_WRITE:
		return 2;
	case RPC_SEQ_REG_MODIFY:
		return 3;
	case RPC_SEQ_REG_POLL:
		return 5;
	case RPC_SEQ_DELAY_US:
		return 1;
	case RPC_SEQ_REG_STORE:
		return 2;
	case RPC_SEQ_CORE_RESET:
	case RPC_SEQ_CORE_START:
	case RPC_SEQ_CORE_WAIT_FOR_HALT:
	case RPC_SEQ_CORE_RESUME:
		return 0;
	default:
		return -1;
	}
}

static bool seq_has_address(u32 op)
{
	return op == RPC_SEQ_REG_WRITE || op == RPC_SEQ_REG_MODIFY || op == RPC_SEQ_REG_POLL ||
	       op == RPC_SEQ_REG_STORE;
}

static int seq_poll(struct vgpu_gpu *gpu, const u32 *arg)
{
	u32 value, us = arg[3] ?: SEQ_POLL_DEFAULT_US;
	int err;

	err = readl_poll_timeout(gpu->bar0 + arg[0], value, (value & arg[1]) == arg[2],
				 SEQ_POLL_STEP_US, min_t(u32, us, SEQ_POLL_MAX_US));
	if (err)
		dev_err(gpu->dev, "GSP sequencer: register 0x%x stays 0x%08x, error 0x%x\n", arg[0],
			value, arg[4]);
	return err;
}

static int seq_core_reset(struct vgpu_gpu *gpu)
{
	u32 ctl;
	int err;

	err = falcon_reset(gpu, &falcon_gsp, false);
	if (err)
		return err;
	ctl = falcon_read(gpu, &falcon_gsp, NV_PFALCON_FBIF_CTL);
	falcon_write(gpu, &falcon_gsp, NV_PFALCON_FBIF_CTL, ctl | NV_PFALCON_FBIF_CTL_PHYS_NO_CTX);
	falcon_write(gpu, &falcon_gsp, NV_PFALCON_DMACTL, 0);
	return 0;
}

static int seq_core_resume(struct vgpu_gpu *gpu)
{
	u32 value;
	int err;

	err = gsp_core_reset(gpu);
	if (err)
		return err;
	falcon_start(gpu, &falcon_sec2);
	err = readl_poll_timeout(gpu->bar0 + NV_PGC6_BSI_SCRATCH_14, value,
				 value & NV_PGC6_BSI_SCRATCH_14_STAGE3_HANDOFF, SEQ_POLL_STEP_US,
				 SEQ_RESUME_US);
	if (err)
		return err;
	value = falcon_read(gpu, &falcon_sec2, NV_PFALCON_MAILBOX0);
	if (value) {
		dev_err(gpu->dev, "GSP sequencer: SEC2 reports error 0x%x\n", value);
		return -EIO;
	}
	falcon_write(gpu, &falcon_gsp, NV_PFALCON_OS, gpu->boot.bootloader_app_version);
	return falcon_riscv_active(gpu, &falcon_gsp) ? 0 : -EIO;
}

static int seq_step(struct sequencer *seq, u32 op, const u32 *arg)
{
	struct vgpu_gpu *gpu = seq->gpu;

	switch (op) {
	case RPC_SEQ_REG_WRITE:
		vgpu_wr32(gpu, arg[0], arg[1]);
		return 0;
	case RPC_SEQ_REG_MODIFY:
		vgpu_wr32(gpu, arg[0], (vgpu_rd32(gpu, arg[0]) & ~arg[1]) | arg[2]);
		return 0;
	case RPC_SEQ_REG_POLL:
		return seq_poll(gpu, arg);
	case RPC_SEQ_DELAY_US:
		fsleep(min_t(u32, arg[0], SEQ_DELAY_MAX_US));
		return 0;
	case RPC_SEQ_REG_STORE:
		if (arg[1] >= SEQ_SAVED_REGS)
			return -EINVAL;
		seq->saved[arg[1]] = vgpu_rd32(gpu, arg[0]);
		return 0;
	case RPC_SEQ_CORE_RESET:
		return seq_core_reset(gpu);
	case RPC_SEQ_CORE_START:
		falcon_start(gpu, &falcon_gsp);
		return 0;
	case RPC_SEQ_CORE_WAIT_FOR_HALT:
		return falcon_wait_halted(gpu, &falcon_gsp);
	case RPC_SEQ_CORE_RESUME:
		return seq_core_resume(gpu);
	default:
		return -EINVAL;
	}
}

int gsp_sequencer_run(struct vgpu_gpu *gpu, const void *payload, size_t len)
{
	const struct rpc_run_cpu_sequencer *head = payload;
	struct sequencer seq = { .gpu = gpu };
	const u8 *code = payload + sizeof(*head);
	u32 arg[SEQ_MAX_ARGS], used, at, op;
	int i, n, err;

	if (len < sizeof(*head))
		return -EPROTO;
	used = le32_to_cpu(head->used_dwords);
	if (used > (len - sizeof(*head)) / 4)
		return -EPROTO;
	for (at = 0; at < used; at += n) {
		op = get_unaligned_le32(code + 4 * at++);
		n = seq_args(op);
		if (n < 0 || (u32)n > used - at) {
			dev_err(gpu->dev, "GSP sequencer: bad command 0x%x at dword %u\n", op,
				at - 1);
			return -EPROTO;
		}
		for (i = 0; i < n; i++)
			arg[i] = get_unaligned_le32(code + 4 * (at + i));
		if (seq_has_address(op) && (arg[0] % 4 || arg[0] >= NV_PCI_PF_BAR0_BYTES))
			return -EPROTO;
		err = seq_step(&seq, op, arg);
		if (err)
			return err;
	}
	return 0;
}
