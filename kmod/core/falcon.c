// SPDX-License-Identifier: GPL-2.0-only
/* Falcon microcontrollers of GA102 to AD107: reset, DMA load, boot ROM, start. */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/iopoll.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/regs.h"
#include "fw.h"
#include "gpu.h"

/* Limits of boot.md 5.4 and 5.5, microseconds. */
#define FALCON_RESET_READY_US 150
#define FALCON_RESET_HOLD_US 10
#define FALCON_SCRUB_US 20000
#define FALCON_CORE_SELECT_US 10000
#define FALCON_DMA_US 2000000
#define FALCON_HALT_US 2000000
#define FALCON_POLL_US 10

const struct falcon falcon_gsp = { .name = "GSP", .base = NV_PGSP };
const struct falcon falcon_sec2 = { .name = "SEC2", .base = NV_PSEC2 };

u32 falcon_read(struct vgpu_gpu *gpu, const struct falcon *falcon, u32 reg)
{
	return vgpu_rd32(gpu, falcon->base + reg);
}

void falcon_write(struct vgpu_gpu *gpu, const struct falcon *falcon, u32 reg, u32 value)
{
	vgpu_wr32(gpu, falcon->base + reg, value);
}

void falcon_ucode_free(struct falcon_ucode *ucode)
{
	kvfree(ucode->image);
	memset(ucode, 0, sizeof(*ucode));
}

/* Poll a register until (value & mask) == want. All ones is a dead bus, not an answer. */
static int falcon_poll(struct vgpu_gpu *gpu, const struct falcon *falcon, u32 reg, u32 mask,
		       u32 want, unsigned int timeout_us)
{
	u32 value;
	int err;

	err = readl_poll_timeout(gpu->bar0 + falcon->base + reg, value,
				 (value & mask) == want || value == NV_MMIO_GONE, FALCON_POLL_US,
				 timeout_us);
	if (value == NV_MMIO_GONE && vgpu_gpu_check_gone(gpu)) {
		vgpu_gpu_error(gpu, "GPU: registers read all ones; the board fell off the bus");
		return -ENODEV;
	}
	return err;
}

static int falcon_wait_scrub(struct vgpu_gpu *gpu, const struct falcon *falcon)
{
	int err = falcon_poll(gpu, falcon, NV_PFALCON_HWCFG2, NV_PFALCON_HWCFG2_MEM_SCRUBBING, 0,
			      FALCON_SCRUB_US);

	if (err == -ETIMEDOUT)
		vgpu_gpu_error(gpu, "%s falcon: its memory scrub did not end within %u ms; power-cycle the board",
			       falcon->name, FALCON_SCRUB_US / 1000);
	return err;
}

static int falcon_select_core(struct vgpu_gpu *gpu, const struct falcon *falcon, bool riscv)
{
	u32 bcr = falcon_read(gpu, falcon, NV_PFALCON2_BCR_CTRL);
	u32 valid = NV_PFALCON2_BCR_CTRL_VALID;
	int err;

	if (riscv) {
		falcon_write(gpu, falcon, NV_PFALCON2_BCR_CTRL,
			     NV_PFALCON2_BCR_CTRL_CORE_RISCV | NV_PFALCON2_BCR_CTRL_VALID |
				     NV_PFALCON2_BCR_CTRL_BRFETCH);
		return 0;
	}
	if (!(bcr & NV_PFALCON2_BCR_CTRL_CORE_RISCV))
		return 0;
	falcon_write(gpu, falcon, NV_PFALCON2_BCR_CTRL, 0);
	err = falcon_poll(gpu, falcon, NV_PFALCON2_BCR_CTRL, valid, valid, FALCON_CORE_SELECT_US);
	if (err == -ETIMEDOUT)
		vgpu_gpu_error(gpu, "%s falcon: the core selection was not taken within %u ms; power-cycle the board",
			       falcon->name, FALCON_CORE_SELECT_US / 1000);
	return err;
}

int falcon_reset(struct vgpu_gpu *gpu, const struct falcon *falcon, bool riscv)
{
	u32 engine;
	int err;

	err = falcon_poll(gpu, falcon, NV_PFALCON_HWCFG2, NV_PFALCON_HWCFG2_RESET_READY,
			  NV_PFALCON_HWCFG2_RESET_READY, FALCON_RESET_READY_US);
	if (err && err != -ETIMEDOUT)	/* not every falcon reports ready: go on after the wait */
		return err;
	engine = falcon_read(gpu, falcon, NV_PFALCON_ENGINE);
	falcon_write(gpu, falcon, NV_PFALCON_ENGINE, engine | NV_PFALCON_ENGINE_RESET);
	udelay(FALCON_RESET_HOLD_US);
	falcon_write(gpu, falcon, NV_PFALCON_ENGINE, engine & ~NV_PFALCON_ENGINE_RESET);
	err = falcon_wait_scrub(gpu, falcon);
	if (err)
		return err;
	err = falcon_select_core(gpu, falcon, riscv);
	if (err)
		return err;
	err = falcon_wait_scrub(gpu, falcon);
	if (err)
		return err;
	falcon_write(gpu, falcon, NV_PFALCON_RM, vgpu_rd32(gpu, NV_PMC_BOOT_0));
	return 0;
}

/* Copy @bytes from DMA address @base + @src_offset on to IMEM or DMEM at @dst. */
static int falcon_dma(struct vgpu_gpu *gpu, const struct falcon *falcon, dma_addr_t base,
		      u32 src_offset, u32 dst, u32 bytes, bool imem)
{
	u32 cmd = ABI_PREP(NV_PFALCON_DMATRFCMD_SIZE, NV_PFALCON_DMATRFCMD_SIZE_VAL_256B);
	u32 at;
	int err;

	if (imem)
		cmd |= NV_PFALCON_DMATRFCMD_IMEM | ABI_PREP(NV_PFALCON_DMATRFCMD_SEC, 1U);
	falcon_write(gpu, falcon, NV_PFALCON_DMATRFBASE,
		     lower_32_bits(base >> NV_PFALCON_DMATRFBASE_SHIFT));
	falcon_write(gpu, falcon, NV_PFALCON_DMATRFBASE1,
		     (u32)((u64)base >> NV_PFALCON_DMATRFBASE1_SHIFT) &
			     NV_PFALCON_DMATRFBASE1_ADDR);
	for (at = 0; at < bytes; at += NV_PFALCON_DMA_BLOCK_BYTES) {
		falcon_write(gpu, falcon, NV_PFALCON_DMATRFMOFFS, dst + at);
		falcon_write(gpu, falcon, NV_PFALCON_DMATRFFBOFFS, src_offset + at);
		falcon_write(gpu, falcon, NV_PFALCON_DMATRFCMD, cmd);
		err = falcon_poll(gpu, falcon, NV_PFALCON_DMATRFCMD, NV_PFALCON_DMATRFCMD_IDLE,
				  NV_PFALCON_DMATRFCMD_IDLE, FALCON_DMA_US);
		if (err == -ETIMEDOUT)
			vgpu_gpu_error(gpu, "%s falcon: loading code by DMA stalled; check that bus mastering and the IOMMU let the GPU read memory",
				       falcon->name);
		if (err)
			return err;
	}
	return 0;
}

static int falcon_load(struct vgpu_gpu *gpu, const struct falcon *falcon,
		       const struct falcon_ucode *ucode, dma_addr_t addr)
{
	u32 cfg;
	int err;

	cfg = falcon_read(gpu, falcon, NV_PFALCON_FBIF_CTL);
	falcon_write(gpu, falcon, NV_PFALCON_FBIF_CTL, cfg | NV_PFALCON_FBIF_CTL_PHYS_NO_CTX);
	falcon_write(gpu, falcon, NV_PFALCON_DMACTL, 0);
	cfg = falcon_read(gpu, falcon, NV_PFALCON_FBIF_TRANSCFG(0));
	cfg &= ~NV_PFALCON_FBIF_TRANSCFG_TARGET;
	cfg |= NV_PFALCON_FBIF_TRANSCFG_PHYSICAL |
	       ABI_PREP(NV_PFALCON_FBIF_TRANSCFG_TARGET,
			NV_PFALCON_FBIF_TRANSCFG_TARGET_VAL_COHERENT);
	falcon_write(gpu, falcon, NV_PFALCON_FBIF_TRANSCFG(0), cfg);

	/* The source offset of an IMEM block is its tag, so the base moves down by the tag. */
	err = falcon_dma(gpu, falcon, addr + ucode->imem_offset - ucode->imem_tag, ucode->imem_tag,
			 ucode->imem_phys, ucode->imem_bytes, true);
	if (!err)
		err = falcon_dma(gpu, falcon, addr + ucode->dmem_offset, 0, ucode->dmem_phys,
				 ucode->dmem_bytes, false);
	if (err)
		return err;
	falcon_write(gpu, falcon, NV_PFALCON2_BROM_PARAADDR(0), ucode->pkc_offset);
	falcon_write(gpu, falcon, NV_PFALCON2_BROM_ENGIDMASK, ucode->engine_id_mask);
	falcon_write(gpu, falcon, NV_PFALCON2_BROM_CURR_UCODE_ID, ucode->ucode_id);
	falcon_write(gpu, falcon, NV_PFALCON2_MOD_SEL, NV_PFALCON2_MOD_SEL_ALGO_VAL_RSA3K);
	falcon_write(gpu, falcon, NV_PFALCON_BOOTVEC, ucode->boot_vector);
	return 0;
}

void falcon_start(struct vgpu_gpu *gpu, const struct falcon *falcon)
{
	u32 cpuctl = falcon_read(gpu, falcon, NV_PFALCON_CPUCTL);

	falcon_write(gpu, falcon,
		     cpuctl & NV_PFALCON_CPUCTL_ALIAS_EN ? NV_PFALCON_CPUCTL_ALIAS :
							   NV_PFALCON_CPUCTL,
		     NV_PFALCON_CPUCTL_STARTCPU);
}

int falcon_wait_halted(struct vgpu_gpu *gpu, const struct falcon *falcon)
{
	return falcon_poll(gpu, falcon, NV_PFALCON_CPUCTL, NV_PFALCON_CPUCTL_HALTED,
			   NV_PFALCON_CPUCTL_HALTED, FALCON_HALT_US);
}

bool falcon_riscv_active(struct vgpu_gpu *gpu, const struct falcon *falcon)
{
	u32 cpuctl = falcon_read(gpu, falcon, NV_PFALCON2_RISCV_CPUCTL);

	return cpuctl != NV_MMIO_GONE && (cpuctl & NV_PFALCON2_RISCV_CPUCTL_ACTIVE);
}

int falcon_run(struct vgpu_gpu *gpu, const struct falcon *falcon, const struct falcon_ucode *ucode,
	       u32 mailbox[2])
{
	struct gsp_dma mem = {};
	int err;

	err = gsp_dma_alloc(gpu, &mem,
			    ALIGN(ucode->image_bytes, NV_PFALCON_DMA_BLOCK_BYTES));
	if (err)
		return err;
	memcpy(mem.cpu, ucode->image, ucode->image_bytes);
	err = falcon_load(gpu, falcon, ucode, mem.addr);
	if (err)
		goto out;
	if (mailbox) {
		falcon_write(gpu, falcon, NV_PFALCON_MAILBOX0, mailbox[0]);
		falcon_write(gpu, falcon, NV_PFALCON_MAILBOX1, mailbox[1]);
	}
	falcon_start(gpu, falcon);
	err = falcon_wait_halted(gpu, falcon);
	if (err == -ETIMEDOUT)
		vgpu_gpu_error(gpu, "%s: did not halt on the %s falcon within %u ms; power-cycle the board",
			       ucode->name, falcon->name, FALCON_HALT_US / 1000);
	if (!err && mailbox) {
		mailbox[0] = falcon_read(gpu, falcon, NV_PFALCON_MAILBOX0);
		mailbox[1] = falcon_read(gpu, falcon, NV_PFALCON_MAILBOX1);
	}
out:
	/* A falcon that may still fetch must not find this memory with somebody else's data. */
	if (err && !gpu->gone)
		falcon_write(gpu, falcon, NV_PFALCON_ENGINE,
			     falcon_read(gpu, falcon, NV_PFALCON_ENGINE) |
				     NV_PFALCON_ENGINE_RESET);
	gsp_dma_free(gpu, &mem);
	return err;
}
