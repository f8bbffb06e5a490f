// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Falcon register blocks of GSP and SEC2: reset, core select, DMA load of IMEM and DMEM, boot ROM
 * inputs, mailboxes, GSP's interrupt causes. Code is never executed: a start goes to bootrom.c.
 */
#include "board.h"

/* Ready, RISC-V core present, no scrub under way, no lockdown. */
#define HWCFG2_VALUE (NV_PFALCON_HWCFG2_RESET_READY | NV_PFALCON_HWCFG2_RISCV)
#define HWCFG_VALUE                                                                                \
	(ABI_PREP(NV_PFALCON_HWCFG_IMEM_BLOCKS, GM_FALCON_MEM_BLOCKS) |                            \
	 ABI_PREP(NV_PFALCON_HWCFG_DMEM_BLOCKS, GM_FALCON_MEM_BLOCKS))
/* Core revision 6, security model 3, one port each. */
#define HWCFG1_VALUE 0x00001136
#define BCR_RESET (NV_PFALCON2_BCR_CTRL_VALID | NV_PFALCON2_BCR_CTRL_BRFETCH)
/* Causes that GSP's RISC-V core routes to the host. */
#define HOST_CAUSES (NV_PFALCON_IRQ_HALT | NV_PFALCON_IRQ_SWGEN0)
#define XMEMC_ADDRESS (NV_PFALCON_XMEMC_OFFSET | NV_PFALCON_XMEMC_BLOCK)

int gm_falcon_init(struct gpu_model *gm)
{
	gm->falcon_gsp.name = "GSP";
	gm->falcon_gsp.base = NV_PGSP;
	gm->falcon_gsp.is_gsp = true;
	gm->falcon_sec2.name = "SEC2";
	gm->falcon_sec2.base = NV_PSEC2;
	gm->falcon_gsp.imem = calloc(4, GM_FALCON_MEM_BYTES);
	if (!gm->falcon_gsp.imem)
		return -ENOMEM;
	gm->falcon_gsp.dmem = gm->falcon_gsp.imem + GM_FALCON_MEM_BYTES;
	gm->falcon_sec2.imem = gm->falcon_gsp.imem + 2 * GM_FALCON_MEM_BYTES;
	gm->falcon_sec2.dmem = gm->falcon_gsp.imem + 3 * GM_FALCON_MEM_BYTES;
	return 0;
}

void gm_falcon_fini(struct gpu_model *gm)
{
	free(gm->falcon_gsp.imem);
}

void gm_gsp_halt(struct gpu_model *gm)
{
	gm->falcon_gsp.riscv_active = false;
	if (!gm->gsp_started)
		return;
	gm->gsp_started = false;
	gm_bar_release_all(gm);
	gm_gsp_stop(gm);
	for (unsigned int gfid = 1; gfid <= gm->board.num_vfs; gfid++)
		gm_vmmu_clear(gm, gfid);
}

/* What an engine reset clears; mailboxes and scratch survive it. */
static void falcon_reset(struct gpu_model *gm, struct gm_falcon *f)
{
	if (f->is_gsp)
		gm_gsp_halt(gm);
	if (f->imem_bytes)
		memset(f->imem, 0, GM_FALCON_MEM_BYTES);
	if (f->dmem_bytes)
		memset(f->dmem, 0, GM_FALCON_MEM_BYTES);
	f->imem_loaded = false;
	f->imem_bytes = f->dmem_bytes = 0;
	memset(f->imem_valid, 0, sizeof(f->imem_valid));
	f->irqstat = f->irqmode = f->irqmask = f->irqdest = 0;
	f->itfen = f->debuginfo = f->bootvec = 0;
	f->dmactl = NV_PFALCON_DMACTL_REQUIRE_CTX;
	f->dma_base = f->dma_base1 = f->dma_moffs = f->dma_fboffs = 0;
	f->fbif_ctl = 0;
	memset(f->transcfg, 0, sizeof(f->transcfg));
	f->mod_sel = f->ucode_id = f->engidmask = f->paraaddr = 0;
	f->imemc = f->dmemc = 0;
	f->bcr = BCR_RESET;
}

void gm_falcon_power_on(struct gpu_model *gm)
{
	struct gm_falcon *both[] = { &gm->falcon_gsp, &gm->falcon_sec2 };

	for (unsigned int i = 0; i < 2; i++) {
		struct gm_falcon *f = both[i];

		falcon_reset(gm, f);
		f->mailbox[0] = f->mailbox[1] = f->os = f->rm = 0;
		f->engine = f->intr_vector = 0;
		memset(f->pgsp_mailbox, 0, sizeof(f->pgsp_mailbox));
	}
	gm->falcon_gsp.intr_vector = NV_VFN_VECTOR_GSP;
}

/* ---- DMA load ---- */

static int dma_fetch(struct gpu_model *gm, const struct gm_falcon *f, uint32_t cmd, uint8_t *buf,
		     size_t len)
{
	uint32_t ctx = ABI_GET(NV_PFALCON_DMATRFCMD_CTXDMA, cmd);
	uint32_t cfg = f->transcfg[ctx];
	uint64_t src = ((uint64_t)f->dma_base << NV_PFALCON_DMATRFBASE_SHIFT) +
		       ((uint64_t)ABI_GET(NV_PFALCON_DMATRFBASE1_ADDR, f->dma_base1)
			<< NV_PFALCON_DMATRFBASE1_SHIFT) + f->dma_fboffs;

	if ((f->dmactl & NV_PFALCON_DMACTL_REQUIRE_CTX) ||
	    !(f->fbif_ctl & NV_PFALCON_FBIF_CTL_PHYS_NO_CTX) ||
	    !(cfg & NV_PFALCON_FBIF_TRANSCFG_PHYSICAL)) {
		gm_log(gm, GPU_MODEL_LOG_WARN,
		       "%s falcon: DMA needs a context: DMACTL 0x%x, FBIF_CTL 0x%x, TRANSCFG(%u) 0x%x",
		       f->name, f->dmactl, f->fbif_ctl, ctx, cfg);
		return -EPERM;
	}
	if (ABI_GET(NV_PFALCON_FBIF_TRANSCFG_TARGET, cfg) ==
	    NV_PFALCON_FBIF_TRANSCFG_TARGET_VAL_VRAM)
		return gm_vram_read(gm, src, buf, len);
	return gm_dma_read(gm, 0, src, buf, len);
}

static void falcon_dma(struct gpu_model *gm, struct gm_falcon *f, uint32_t cmd)
{
	size_t len = 4U << ABI_GET(NV_PFALCON_DMATRFCMD_SIZE, cmd);
	bool imem = cmd & NV_PFALCON_DMATRFCMD_IMEM;
	uint32_t dst = f->dma_moffs, block;
	uint8_t *mem = imem ? f->imem : f->dmem;

	if ((cmd & NV_PFALCON_DMATRFCMD_WRITE) || dst >= GM_FALCON_MEM_BYTES ||
	    len > GM_FALCON_MEM_BYTES - dst || (dst & (len - 1)) ||
	    (imem && len != NV_PFALCON_DMA_BLOCK_BYTES)) {
		gm_log(gm, GPU_MODEL_LOG_WARN,
		       "%s falcon: DMA command 0x%x at offset 0x%x is refused", f->name, cmd, dst);
		return;
	}
	if (dma_fetch(gm, f, cmd, mem + dst, len)) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "%s falcon: DMA to %s 0x%x failed", f->name,
		       imem ? "IMEM" : "DMEM", dst);
		return;
	}
	if (!imem) {
		if (f->dmem_bytes < dst + len)
			f->dmem_bytes = dst + (uint32_t)len;
		return;
	}
	block = dst / NV_PFALCON_DMA_BLOCK_BYTES;
	f->imem_tag[block] = (uint16_t)(f->dma_fboffs / NV_PFALCON_DMA_BLOCK_BYTES);
	f->imem_valid[block] = true;
	f->imem_secure[block] = ABI_GET(NV_PFALCON_DMATRFCMD_SEC, cmd) != 0;
	f->imem_loaded = true;
	if (f->imem_bytes < dst + len)
		f->imem_bytes = dst + (uint32_t)len;
}

/* ---- start ---- */

static void falcon_start(struct gpu_model *gm, struct gm_falcon *f)
{
	/* Nothing loaded since the reset: the core halts at once and the mailboxes stay. */
	if (!f->imem_loaded || (f->bcr & NV_PFALCON2_BCR_CTRL_CORE_RISCV))
		return;
	gm_bootrom_start(gm, f);
}

/* ---- interrupt causes (GSP) ---- */

static void cause_raise(struct gpu_model *gm)
{
	if (!gm_fail(gm, "irq-lost"))
		gm_vfn_trigger(gm, 0, NV_VFN_VECTOR_GSP);
}

void gm_gsp_falcon_cause(struct gpu_model *gm, uint32_t irqstat_bits)
{
	struct gm_falcon *f = &gm->falcon_gsp;
	bool was_empty = !(f->irqstat & HOST_CAUSES);

	f->irqstat |= irqstat_bits;
	if (was_empty && (f->irqstat & HOST_CAUSES))
		cause_raise(gm);
}

void gm_gsp_set_mailbox(struct gpu_model *gm, unsigned int index, uint32_t value)
{
	if (index < 2)
		gm->falcon_gsp.mailbox[index] = value;
}

void gm_gsp_set_active(struct gpu_model *gm, bool active)
{
	gm->falcon_gsp.riscv_active = active;
}

/* ---- registers ---- */

/* Registers that store what is written; NULL for any other. */
static uint32_t *falcon_storage(struct gm_falcon *f, uint32_t offset)
{
	switch (offset) {
	case NV_PFALCON_IRQMODE:
		return &f->irqmode;
	case NV_PFALCON_IRQDEST:
		return &f->irqdest;
	case NV_PFALCON_MAILBOX0:
		return &f->mailbox[0];
	case NV_PFALCON_MAILBOX1:
		return &f->mailbox[1];
	case NV_PFALCON_ITFEN:
		return &f->itfen;
	case NV_PFALCON_OS:
		return &f->os;
	case NV_PFALCON_RM:
		return &f->rm;
	case NV_PFALCON_DEBUGINFO:
		return &f->debuginfo;
	case NV_PFALCON_BOOTVEC:
		return &f->bootvec;
	case NV_PFALCON_DMACTL:
		return &f->dmactl;
	case NV_PFALCON_DMATRFBASE:
		return &f->dma_base;
	case NV_PFALCON_DMATRFBASE1:
		return &f->dma_base1;
	case NV_PFALCON_DMATRFMOFFS:
		return &f->dma_moffs;
	case NV_PFALCON_DMATRFFBOFFS:
		return &f->dma_fboffs;
	case NV_PFALCON_INTR_VECTOR:
		return &f->intr_vector;
	case NV_PFALCON_FBIF_CTL:
		return &f->fbif_ctl;
	case NV_PFALCON_IMEMC(0):
		return &f->imemc;
	case NV_PFALCON_DMEMC(0):
		return &f->dmemc;
	case NV_PFALCON2_MOD_SEL:
		return &f->mod_sel;
	case NV_PFALCON2_BROM_CURR_UCODE_ID:
		return &f->ucode_id;
	case NV_PFALCON2_BROM_ENGIDMASK:
		return &f->engidmask;
	case NV_PFALCON2_BROM_PARAADDR(0):
		return &f->paraaddr;
	}
	if (offset >= NV_PFALCON_FBIF_TRANSCFG(0) &&
	    offset < NV_PFALCON_FBIF_TRANSCFG(NV_PFALCON_FBIF_TRANSCFG_COUNT))
		return &f->transcfg[(offset - NV_PFALCON_FBIF_TRANSCFG(0)) / 4];
	if (f->is_gsp && offset >= NV_PGSP_MAILBOX(0) &&
	    offset < NV_PGSP_MAILBOX(NV_PGSP_MAILBOX_COUNT))
		return &f->pgsp_mailbox[(offset - NV_PGSP_MAILBOX(0)) / 4];
	return NULL;
}

/* Memory port: address of the access, moved on when the port increments for this direction. */
static uint32_t port_next(uint32_t *ctl, uint32_t increment)
{
	uint32_t at = *ctl & XMEMC_ADDRESS;

	if (*ctl & increment)
		*ctl = (*ctl & ~XMEMC_ADDRESS) | ((at + 4) & XMEMC_ADDRESS);
	return at;
}

/* Data port: DMEM reads back, IMEM is execute-only to the host once it is secure. */
static uint32_t port_read(struct gm_falcon *f, bool imem)
{
	uint32_t at = port_next(imem ? &f->imemc : &f->dmemc, NV_PFALCON_XMEMC_AINCR);

	if (at > GM_FALCON_MEM_BYTES - 4 ||
	    (imem && f->imem_secure[at / NV_PFALCON_DMA_BLOCK_BYTES]))
		return GM_PRI_PROTECTED;
	return gm_get32((imem ? f->imem : f->dmem) + at);
}

static void port_write(struct gm_falcon *f, bool imem, uint32_t value)
{
	uint32_t *ctl = imem ? &f->imemc : &f->dmemc;
	bool secure = *ctl & NV_PFALCON_XMEMC_SECURE;
	uint32_t at = port_next(ctl, NV_PFALCON_XMEMC_AINCW);
	uint32_t *extent = imem ? &f->imem_bytes : &f->dmem_bytes;

	if (at > GM_FALCON_MEM_BYTES - 4)
		return;
	gm_put32((imem ? f->imem : f->dmem) + at, value);
	if (*extent < at + 4)
		*extent = at + 4;
	if (imem) {
		f->imem_loaded = true;
		f->imem_valid[at / NV_PFALCON_DMA_BLOCK_BYTES] = true;
		f->imem_secure[at / NV_PFALCON_DMA_BLOCK_BYTES] = secure;
	}
}

/* Message queue registers exist on GSP: heads and tails, of which only HEAD(0) is used. */
static bool is_queue_reg(const struct gm_falcon *f, uint32_t offset)
{
	return f->is_gsp && offset >= NV_PGSP_QUEUE_HEAD(0) &&
	       offset <= NV_PGSP_QUEUE_TAIL(NV_PGSP_QUEUE_COUNT - 1);
}

bool gm_falcon_read(struct gpu_model *gm, struct gm_falcon *f, uint32_t offset, uint32_t *value)
{
	const uint32_t *word = falcon_storage(f, offset);

	*value = 0;
	if (word) {
		*value = *word;
		return true;
	}
	switch (offset) {
	case NV_PFALCON_IRQSTAT:
		*value = f->irqstat;
		return true;
	case NV_PFALCON_IRQMASK:
		*value = f->irqmask;
		return true;
	case NV_PFALCON_HWCFG:
		*value = HWCFG_VALUE;
		return true;
	case NV_PFALCON_HWCFG1:
		*value = HWCFG1_VALUE;
		return true;
	case NV_PFALCON_HWCFG2:
		*value = HWCFG2_VALUE;
		return true;
	case NV_PFALCON_CPUCTL:
		*value = NV_PFALCON_CPUCTL_HALTED;
		return true;
	case NV_PFALCON_DMATRFCMD:
		*value = NV_PFALCON_DMATRFCMD_IDLE;
		return true;
	case NV_PFALCON_ENGINE:
		*value = f->engine;
		return true;
	case NV_PFALCON_IMEMD(0):
		*value = port_read(f, true);
		return true;
	case NV_PFALCON_DMEMD(0):
		*value = port_read(f, false);
		return true;
	case NV_PFALCON2_BCR_CTRL:
		*value = f->bcr;
		return true;
	case NV_PFALCON2_RISCV_CPUCTL:
		*value = f->riscv_active ? NV_PFALCON2_RISCV_CPUCTL_ACTIVE :
					   NV_PFALCON2_RISCV_CPUCTL_HALTED;
		return true;
	case NV_PFALCON2_RISCV_IRQMASK:
	case NV_PFALCON2_RISCV_IRQDEST:
		*value = f->is_gsp ? HOST_CAUSES : 0;
		return true;
	case NV_PFALCON_IRQSSET:
	case NV_PFALCON_IRQSCLR:
	case NV_PFALCON_IRQMSET:
	case NV_PFALCON_IRQMCLR:
	case NV_PFALCON_CPUCTL_ALIAS:
	case NV_PFALCON_IMEMT(0):
	case NV_PFALCON_INTR_RETRIGGER(0):
	case NV_PFALCON_INTR_RETRIGGER(1):
	case NV_PFALCON2_RISCV_IRQDELEG:
		return true;
	}
	return is_queue_reg(f, offset);
}

/* Writes that do something. */
static bool falcon_action(struct gpu_model *gm, struct gm_falcon *f, uint32_t offset,
			  uint32_t value)
{
	switch (offset) {
	case NV_PFALCON_IRQSSET:
		if (f->is_gsp)
			gm_gsp_falcon_cause(gm, value);
		return true;
	case NV_PFALCON_IRQSCLR:
		f->irqstat &= ~value;
		return true;
	case NV_PFALCON_IRQMSET:
		f->irqmask |= value;
		return true;
	case NV_PFALCON_IRQMCLR:
		f->irqmask &= ~value;
		return true;
	case NV_PFALCON_INTR_RETRIGGER(0):
	case NV_PFALCON_INTR_RETRIGGER(1):
		if (f->is_gsp && (value & NV_PFALCON_INTR_RETRIGGER_TRIGGER) &&
		    (f->irqstat & HOST_CAUSES))
			cause_raise(gm);
		return true;
	case NV_PFALCON_CPUCTL:
	case NV_PFALCON_CPUCTL_ALIAS:
		if (value & NV_PFALCON_CPUCTL_STARTCPU)
			falcon_start(gm, f);
		return true;
	case NV_PFALCON_DMATRFCMD:
		falcon_dma(gm, f, value);
		return true;
	case NV_PFALCON_ENGINE:
		if (value & ~f->engine & NV_PFALCON_ENGINE_RESET)
			falcon_reset(gm, f);
		f->engine = value & NV_PFALCON_ENGINE_RESET;
		return true;
	case NV_PFALCON_IMEMD(0):
		port_write(f, true, value);
		return true;
	case NV_PFALCON_IMEMT(0):
		f->imem_tag[(f->imemc & XMEMC_ADDRESS) / NV_PFALCON_DMA_BLOCK_BYTES %
			    GM_FALCON_MEM_BLOCKS] = (uint16_t)value;
		return true;
	case NV_PFALCON_DMEMD(0):
		port_write(f, false, value);
		return true;
	case NV_PFALCON2_BCR_CTRL:
		f->bcr = value | NV_PFALCON2_BCR_CTRL_VALID;
		return true;
	}
	return false;
}

bool gm_falcon_write(struct gpu_model *gm, struct gm_falcon *f, uint32_t offset, uint32_t value)
{
	uint32_t *word = falcon_storage(f, offset), unused;

	if (word) {
		*word = value;
		return true;
	}
	if (falcon_action(gm, f, offset, value))
		return true;
	if (is_queue_reg(f, offset)) {
		/* Drivers ring before GSP runs; the messages are found later. */
		if (offset == NV_PGSP_QUEUE_HEAD(0) && gm->gsp_started)
			gm_gsp_doorbell(gm);
		return true;
	}
	return gm_falcon_read(gm, f, offset, &unused); /* read-only registers drop writes */
}
