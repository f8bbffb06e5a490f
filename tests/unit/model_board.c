// SPDX-License-Identifier: GPL-2.0-or-later
#include "model_board.h"

struct host host;

/* ---- host ops ---- */

uint8_t *ram_at(uint64_t addr)
{
	assert_true(addr >= HOST_RAM_BASE && addr < HOST_RAM_BASE + HOST_RAM_BYTES);
	return host.ram + (addr - HOST_RAM_BASE);
}

static bool ram_ok(uint64_t addr, size_t len)
{
	return addr >= HOST_RAM_BASE && addr - HOST_RAM_BASE <= HOST_RAM_BYTES &&
	       len <= HOST_RAM_BYTES - (addr - HOST_RAM_BASE);
}

static int op_dma_read(void *opaque, unsigned int function, uint64_t addr, void *buf, size_t len)
{
	host.dma_function = function;
	if (!ram_ok(addr, len))
		return -EFAULT;
	memcpy(buf, ram_at(addr), len);
	return 0;
}

static int op_dma_write(void *opaque, unsigned int function, uint64_t addr, const void *buf,
			size_t len)
{
	host.dma_function = function;
	if (!ram_ok(addr, len))
		return -EFAULT;
	memcpy(ram_at(addr), buf, len);
	if (host.on_dma_write)
		host.on_dma_write(addr);
	return 0;
}

static void op_raise_msix(void *opaque, unsigned int function, unsigned int vector)
{
	host.msix[function][vector]++;
}

static void op_raise_msi(void *opaque)
{
	host.msi++;
}

static void op_set_intx(void *opaque, bool level)
{
	host.intx = level;
	host.intx_edges++;
}

static uint64_t op_now_ns(void *opaque)
{
	host.now_ns += host.now_step_ns;
	return host.now_ns;
}

static void op_schedule(void *opaque, uint64_t delay_ns)
{
	host.schedules++;
}

static void op_log(void *opaque, enum gpu_model_log_level level, const char *line)
{
	if (level == GPU_MODEL_LOG_WARN)
		host.warnings++;
	if (level == GPU_MODEL_LOG_ERROR)
		host.errors++;
	snprintf(host.last_log, sizeof(host.last_log), "%s", line);
}

static const struct gpu_model_host_ops host_ops = {
	.dma_read = op_dma_read,
	.dma_write = op_dma_write,
	.raise_msix = op_raise_msix,
	.raise_msi = op_raise_msi,
	.set_intx = op_set_intx,
	.now_ns = op_now_ns,
	.schedule = op_schedule,
	.log = op_log,
};

struct gpu_model *board_new(const struct gpu_model_config *config)
{
	char err[256] = "";

	memset(&host, 0, sizeof(host));
	host.ram = calloc(1, HOST_RAM_BYTES);
	assert_non_null(host.ram);
	host.now_ns = 1000000;
	host.gm = gpu_model_new(config, &host_ops, NULL, err, sizeof(err));
	if (!host.gm)
		fail_msg("%s", err);
	gpu_model_config_write(host.gm, 0, NV_PCI_CFG_COMMAND,
			       NV_PCI_CFG_COMMAND_MEMORY | NV_PCI_CFG_COMMAND_MASTER, 2);
	return host.gm;
}

void board_free(void)
{
	gpu_model_free(host.gm);
	free(host.ram);
	host.gm = NULL;
	host.ram = NULL;
}

/* ---- fake firmware side ---- */

int gm_gsp_init(struct gpu_model *gm)
{
	return 0;
}

void gm_gsp_fini(struct gpu_model *gm)
{
}

void gm_gsp_start(struct gpu_model *gm, uint64_t libos_args, const char *line,
		  unsigned int vf_partitions)
{
	host.gsp_starts++;
	host.libos_args = libos_args;
	host.partitions = vf_partitions;
	snprintf(host.line, sizeof(host.line), "%s", line);
}

void gm_gsp_stop(struct gpu_model *gm)
{
	host.gsp_stops++;
}

void gm_gsp_doorbell(struct gpu_model *gm)
{
	host.doorbells++;
}

void gm_gsp_priv_doorbell(struct gpu_model *gm, unsigned int function, uint32_t value)
{
	host.priv_doorbells++;
	host.last_function = function;
	host.last_value = value;
}

void gm_gsp_function_reset(struct gpu_model *gm, unsigned int function)
{
	host.function_resets++;
	host.last_function = function;
}

int gm_gsp_inject(struct gpu_model *gm, const char *what, char *errbuf, size_t errbuf_size)
{
	return -EINVAL;
}

void gm_gsp_channel_error(struct gpu_model *gm, unsigned int gfid,
			  const struct gm_chan_fault *fault)
{
	host.chan_errors++;
	host.chan_fault = *fault;
	host.chan_fault.text = NULL;
	host.chan_fault_gfid = gfid;
}

char *gm_gsp_stats(struct gpu_model *gm)
{
	return NULL;
}

/* ---- accesses ---- */

uint32_t rd(uint32_t offset)
{
	return (uint32_t)gpu_model_mmio_read(host.gm, 0, NV_PCI_BAR_REGS, offset, 4);
}

void wr(uint32_t offset, uint32_t value)
{
	gpu_model_mmio_write(host.gm, 0, NV_PCI_BAR_REGS, offset, value, 4);
}

uint32_t vf_rd(unsigned int function, uint32_t offset)
{
	return (uint32_t)gpu_model_mmio_read(host.gm, function, NV_PCI_BAR_REGS, offset, 4);
}

void vf_wr(unsigned int function, uint32_t offset, uint32_t value)
{
	gpu_model_mmio_write(host.gm, function, NV_PCI_BAR_REGS, offset, value, 4);
}

void vram_put64(uint64_t spa, uint64_t value)
{
	uint8_t raw[8];

	gm_put64(raw, value);
	assert_int_equal(gm_vram_write(host.gm, spa, raw, sizeof(raw)), 0);
}

uint64_t vram_get64(uint64_t spa)
{
	uint8_t raw[8];

	assert_int_equal(gm_vram_read(host.gm, spa, raw, sizeof(raw)), 0);
	return gm_get64(raw);
}

void vfs_enable(unsigned int count)
{
	gpu_model_config_write(host.gm, 0, NV_PCI_PF_EXT_SRIOV + NV_PCI_SRIOV_NUM_VFS, count, 2);
	gpu_model_config_write(host.gm, 0, NV_PCI_PF_EXT_SRIOV + NV_PCI_SRIOV_CTRL,
			       NV_PCI_SRIOV_CTRL_VFE | NV_PCI_SRIOV_CTRL_MSE, 2);
	for (unsigned int fn = 1; fn <= count; fn++)
		gpu_model_config_write(host.gm, fn, NV_PCI_CFG_COMMAND, NV_PCI_CFG_COMMAND_MASTER,
				       2);
}

void msix_enable(unsigned int function)
{
	gpu_model_config_write(host.gm, function,
			       (function ? NV_PCI_VF_MSIX : NV_PCI_PF_MSIX) + NV_PCI_MSIX_CTRL,
			       NV_PCI_MSIX_CTRL_ENABLE, 2);
}

/* ---- falcon driver ---- */

void falcon_reset(uint32_t base)
{
	wr(base + NV_PFALCON_ENGINE, NV_PFALCON_ENGINE_RESET);
	wr(base + NV_PFALCON_ENGINE, 0);
	wr(base + NV_PFALCON2_BCR_CTRL, 0);
}

static void dma(uint32_t base, uint64_t src, uint32_t src_offset, uint32_t bytes, uint32_t cmd)
{
	wr(base + NV_PFALCON_DMATRFBASE, (uint32_t)(src >> NV_PFALCON_DMATRFBASE_SHIFT));
	wr(base + NV_PFALCON_DMATRFBASE1, (uint32_t)(src >> NV_PFALCON_DMATRFBASE1_SHIFT));
	for (uint32_t off = 0; off < bytes; off += NV_PFALCON_DMA_BLOCK_BYTES) {
		wr(base + NV_PFALCON_DMATRFMOFFS, off);
		wr(base + NV_PFALCON_DMATRFFBOFFS, src_offset + off);
		wr(base + NV_PFALCON_DMATRFCMD, cmd);
		assert_true(rd(base + NV_PFALCON_DMATRFCMD) & NV_PFALCON_DMATRFCMD_IDLE);
	}
}

void falcon_load(const struct image *image)
{
	uint32_t base = image->base;
	uint32_t cmd = ABI_PREP(NV_PFALCON_DMATRFCMD_SIZE, NV_PFALCON_DMATRFCMD_SIZE_VAL_256B);

	falcon_reset(base);
	wr(base + NV_PFALCON_FBIF_CTL, NV_PFALCON_FBIF_CTL_PHYS_NO_CTX);
	wr(base + NV_PFALCON_DMACTL, 0);
	wr(base + NV_PFALCON_FBIF_TRANSCFG(0),
	   NV_PFALCON_FBIF_TRANSCFG_PHYSICAL | NV_PFALCON_FBIF_TRANSCFG_TARGET_VAL_COHERENT);
	dma(base, image->addr, image->imem_src, image->imem_bytes,
	    cmd | NV_PFALCON_DMATRFCMD_IMEM | ABI_PREP(NV_PFALCON_DMATRFCMD_SEC, 1));
	dma(base, image->addr + image->dmem_src, 0, image->dmem_bytes, cmd);
	wr(base + NV_PFALCON2_BROM_PARAADDR(0), image->signature);
	wr(base + NV_PFALCON2_BROM_ENGIDMASK, image->engine_mask);
	wr(base + NV_PFALCON2_BROM_CURR_UCODE_ID, image->ucode_id);
	wr(base + NV_PFALCON2_MOD_SEL, NV_PFALCON2_MOD_SEL_ALGO_VAL_RSA3K);
	wr(base + NV_PFALCON_BOOTVEC, image->bootvec);
}

void falcon_start(const struct image *image)
{
	wr(image->base + NV_PFALCON_CPUCTL, NV_PFALCON_CPUCTL_STARTCPU);
	assert_true(rd(image->base + NV_PFALCON_CPUCTL) & NV_PFALCON_CPUCTL_HALTED);
}

static uint32_t prom_rd(uint32_t offset)
{
	return rd(NV_PROM + (offset & ~3U)) >> (8 * (offset & 3));
}

static uint8_t prom_rd8(uint32_t offset)
{
	return (uint8_t)prom_rd(offset);
}

static uint32_t prom_rd32(uint32_t offset)
{
	return prom_rd8(offset) | (uint32_t)prom_rd8(offset + 1) << 8 |
	       (uint32_t)prom_rd8(offset + 2) << 16 | (uint32_t)prom_rd8(offset + 3) << 24;
}

/* Follow the tables as a driver does; the PciAt image is 4 KiB and the FWSEC image follows it. */
static uint32_t prom_find_descriptor(void)
{
	uint32_t bit = 0, table = 0;

	for (uint32_t at = 4; at < 0x1000 && !bit; at += 4)
		if (prom_rd32(at) == 0x4942b8ff)
			bit = at;
	assert_true(bit);
	for (uint32_t i = 0; i < prom_rd8(bit + 10); i++) {
		uint32_t token = bit + VBIOS_BIT_HEADER_BYTES + i * VBIOS_BIT_TOKEN_BYTES;

		if (prom_rd8(token) == VBIOS_BIT_TOKEN_FALCON_DATA)
			table = prom_rd32(prom_rd8(token + 4) | (uint32_t)prom_rd8(token + 5) << 8);
	}
	assert_true(table);
	assert_int_equal(prom_rd8(table), VBIOS_PMU_TABLE_VERSION);
	assert_int_equal(prom_rd8(table + 3), 1);
	assert_int_equal(prom_rd8(table + 6), VBIOS_PMU_APP_FWSEC);
	return prom_rd32(table + 8);
}

struct image fwsec_image(uint64_t addr, uint32_t command, uint64_t frts_offset)
{
	uint32_t at = prom_find_descriptor(), code, imem, dmem, pkc, entry, mapper = 0, cmd;
	uint8_t *copy = ram_at(addr);
	struct fwsec_frts_cmd frts = {
		.read_vbios = { .version = 1, .size = 24, .flags = 2 },
		.frts_region = { .version = 1, .size = 20,
				 .offset_4k = (uint32_t)(frts_offset >> 12),
				 .size_4k = 0x100, .media = 2 },
	};

	assert_int_equal(prom_rd32(at) & 0xff01, 0x0301);
	pkc = prom_rd32(at + 8);
	imem = prom_rd32(at + 0x14);
	dmem = prom_rd32(at + 0x20);
	code = at + (prom_rd32(at) >> 16);
	assert_int_equal(prom_rd32(at + 4), imem + dmem);
	for (uint32_t i = 0; i < imem + dmem; i++)
		copy[i] = prom_rd8(code + i);
	for (uint32_t i = 0; i < FALCON_UCODE_SIGNATURE_BYTES; i++)
		copy[imem + pkc + i] = prom_rd8(at + 0x2c + i);
	entry = prom_rd32(at + 0xc);
	for (uint32_t i = 0; i < copy[imem + entry + 3]; i++) {
		const uint8_t *e = copy + imem + entry + 4 + 8 * i;

		if (gm_get32(e) == FALCON_APPIF_ID_DMEMMAPPER)
			mapper = gm_get32(e + 4);
	}
	assert_true(mapper);
	gm_put32(copy + imem + mapper + 0x2c, command);
	cmd = gm_get32(copy + imem + mapper + 0x08);
	memcpy(copy + imem + cmd, &frts, command == FWSEC_CMD_FRTS ? sizeof(frts) : 24);
	return (struct image){
		.base = NV_PGSP, .addr = addr, .imem_bytes = imem, .dmem_src = imem,
		.dmem_bytes = dmem, .signature = pkc, .engine_mask = NV_PFALCON_ENGID_GSP,
		.ucode_id = prom_rd8(at + 0x26),
	};
}

struct image sec2_image(uint64_t addr, uint32_t ucode_id)
{
	memset(ram_at(addr), 0x5a, 0x400);
	for (unsigned int i = 0; i < FALCON_UCODE_SIGNATURE_BYTES; i++)
		ram_at(addr)[0x210 + i] = (uint8_t)i;
	return (struct image){
		.base = NV_PSEC2, .addr = addr, .imem_src = 0x100, .imem_bytes = 0x100,
		.dmem_src = 0x200, .dmem_bytes = 0x200, .signature = 0x10,
		.engine_mask = NV_PFALCON_ENGID_SEC2, .ucode_id = ucode_id, .bootvec = 0x100,
	};
}
