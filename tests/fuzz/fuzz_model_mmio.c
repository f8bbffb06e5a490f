// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any driver against the whole model: BAR and configuration accesses of PF and VFs, resets, DMA
 * buffers with any content, boot attempts that are good but for a few bytes. Nothing may be touched
 * out of bounds and every call must return.
 */
#include "model_host.h"

#define RAM_BYTES (1U << 20)
#define VRAM_BYTES (1ULL << 30)
#define NUM_VFS 4
#define MAX_OPS 512
#define IMAGE_BYTES 0x3000
#define META_AT (RAM_BASE + 0x1000)
#define RADIX3_AT (RAM_BASE + 0x2000)
#define SMALL_AT (RAM_BASE + 0x8000)
#define UCODE_AT (RAM_BASE + 0x10000)
#define ARGS_AT (RAM_BASE + 0x20000)

/* ---- a boot that works unless the input spoils it ---- */

static void wr(uint32_t offset, uint32_t value)
{
	gpu_model_mmio_write(host.gm, 0, NV_PCI_BAR_REGS, offset, value, 4);
}

static void falcon_run(uint32_t base, uint32_t imem, uint32_t imem_src, uint32_t dmem_src,
		       uint32_t dmem, uint32_t signature, uint32_t engine, uint32_t id)
{
	wr(base + NV_PFALCON_ENGINE, 1);
	wr(base + NV_PFALCON_ENGINE, 0);
	wr(base + NV_PFALCON2_BCR_CTRL, 0);
	wr(base + NV_PFALCON_FBIF_CTL, NV_PFALCON_FBIF_CTL_PHYS_NO_CTX);
	wr(base + NV_PFALCON_DMACTL, 0);
	wr(base + NV_PFALCON_FBIF_TRANSCFG(0), 5);
	wr(base + NV_PFALCON_DMATRFBASE, (uint32_t)(UCODE_AT >> 8));
	for (uint32_t off = 0; off < imem; off += 256) {
		wr(base + NV_PFALCON_DMATRFMOFFS, off);
		wr(base + NV_PFALCON_DMATRFFBOFFS, imem_src + off);
		wr(base + NV_PFALCON_DMATRFCMD, 0x614);
	}
	for (uint32_t off = 0; off < dmem; off += 256) {
		wr(base + NV_PFALCON_DMATRFMOFFS, off);
		wr(base + NV_PFALCON_DMATRFFBOFFS, dmem_src + off);
		wr(base + NV_PFALCON_DMATRFCMD, 0x600);
	}
	wr(base + NV_PFALCON2_BROM_PARAADDR(0), signature);
	wr(base + NV_PFALCON2_BROM_ENGIDMASK, engine);
	wr(base + NV_PFALCON2_BROM_CURR_UCODE_ID, id);
	wr(base + NV_PFALCON2_MOD_SEL, 1);
	wr(base + NV_PFALCON_BOOTVEC, imem_src);
	wr(base + NV_PFALCON_CPUCTL, NV_PFALCON_CPUCTL_STARTCPU);
}

static void spoil(struct fuzz_input *in, uint8_t *at, size_t len)
{
	unsigned int count = take(in, 1) & 3;

	while (count--)
		at[take(in, 2) % len] ^= (uint8_t)take(in, 1);
}

static void run_fwsec(struct fuzz_input *in, uint64_t frts)
{
	uint8_t *image = host_ram(UCODE_AT, 0), *dmem = image + GM_FWSEC_IMEM_BYTES;
	struct fwsec_frts_cmd cmd = {
		.read_vbios = { .version = 1, .size = 24, .flags = 2 },
		.frts_region = { 1, 20, (uint32_t)(frts >> 12), 0x100, 2 },
	};

	memcpy(image, gm_vbios_fwsec_imem(host.gm), GM_FWSEC_IMEM_BYTES + GM_FWSEC_DMEM_BYTES);
	memcpy(dmem + GM_FWSEC_SIGNATURE_OFFSET, gm_vbios_fwsec_signature(host.gm), 384);
	memcpy(dmem + GM_FWSEC_CMD_OFFSET, &cmd, sizeof(cmd));
	gm_put32(dmem + GM_FWSEC_MAPPER_OFFSET + 0x2c, FWSEC_CMD_FRTS);
	spoil(in, dmem, GM_FWSEC_DMEM_BYTES);
	falcon_run(NV_PGSP, GM_FWSEC_IMEM_BYTES, 0, GM_FWSEC_IMEM_BYTES, GM_FWSEC_DMEM_BYTES,
		   GM_FWSEC_SIGNATURE_OFFSET, NV_PFALCON_ENGID_GSP, GM_FWSEC_UCODE_ID);
}

static void put_meta(struct fuzz_input *in)
{
	uint64_t end = VRAM_BYTES - (1 << 20), frts = end - (1 << 20);
	uint64_t boot = frts - 0x1000, image = gm_align_down(boot - IMAGE_BYTES, 0x10000);
	uint64_t heap = gm_align_down(image - (600ULL << 20), 1 << 20);
	uint64_t wpr = heap - (1 << 20);
	struct gsp_fw_wpr_meta meta = {
		.magic = GSP_FW_WPR_META_MAGIC, .revision = 1,
		.sysmem_addr_of_radix3_elf = RADIX3_AT, .size_of_radix3_elf = IMAGE_BYTES,
		.sysmem_addr_of_bootloader = SMALL_AT, .size_of_bootloader = 0x1000,
		.sysmem_addr_of_signature = SMALL_AT, .size_of_signature = 0x100,
		.gsp_fw_rsvd_start = wpr - (1 << 20), .non_wpr_heap_offset = wpr - (1 << 20),
		.non_wpr_heap_size = 1 << 20, .gsp_fw_wpr_start = wpr, .gsp_fw_heap_offset = heap,
		.gsp_fw_heap_size = gm_align_down(image - heap, 1 << 20), .gsp_fw_offset = image,
		.boot_bin_offset = boot, .frts_offset = frts, .frts_size = 1 << 20,
		.gsp_fw_wpr_end = end, .fb_size = VRAM_BYTES, .vga_workspace_offset = end,
		.vga_workspace_size = 1 << 20, .gsp_fw_heap_vf_partition_count = NUM_VFS,
	};

	gm_put64(host_ram(RADIX3_AT, 8), RADIX3_AT + 0x1000);
	gm_put64(host_ram(RADIX3_AT + 0x1000, 8), RADIX3_AT + 0x2000);
	for (unsigned int i = 0; i < 3; i++)
		gm_put64(host_ram(RADIX3_AT + 0x2000 + 8 * i, 8), SMALL_AT);
	memcpy(host_ram(META_AT, sizeof(meta)), &meta, sizeof(meta));
	spoil(in, host_ram(META_AT, sizeof(meta)), sizeof(meta));
	spoil(in, host_ram(RADIX3_AT, 0), 0x3000);
}

static void boot(struct fuzz_input *in)
{
	uint8_t *image = host_ram(UCODE_AT, 0);

	gpu_model_config_write(host.gm, 0, NV_PCI_CFG_COMMAND, NV_PCI_CFG_COMMAND_MASTER, 2);
	run_fwsec(in, VRAM_BYTES - (2 << 20));
	wr(NV_PGSP + NV_PFALCON_ENGINE, 1);
	wr(NV_PGSP + NV_PFALCON_ENGINE, 0);
	wr(NV_PGSP + NV_PFALCON_MAILBOX0, (uint32_t)ARGS_AT);
	wr(NV_PGSP + NV_PFALCON_MAILBOX1, 0);
	for (unsigned int i = 0; i < 0x400; i++)
		image[i] = (uint8_t)i;
	falcon_run(NV_PSEC2, 0x100, 0x100, 0x200, 0x200, 0, NV_PFALCON_ENGID_SEC2, 0xd);
	put_meta(in);
	wr(NV_PSEC2 + NV_PFALCON_MAILBOX0, (uint32_t)META_AT);
	wr(NV_PSEC2 + NV_PFALCON_MAILBOX1, 0);
	falcon_run(NV_PSEC2, 0x100, 0x100, 0x200, 0x200, 0x10, NV_PFALCON_ENGID_SEC2, 3);
}

/* ---- operations ---- */

static uint64_t pick_offset(struct fuzz_input *in, unsigned int function, unsigned int bar)
{
	static const uint32_t near[] = {
		0x0, 0x1400, 0x1700, 0x9100, 0x9400, 0x70000, 0x88000, 0x88bc0, 0x100c00, 0x110000,
		0x110100, 0x110600, 0x110c00, 0x111100, 0x111600, 0x118100, 0x1fa800, 0x300000,
		0x6013d0, 0x700000, 0x7fff00, 0x820c00, 0x824100, 0x840000, 0x840100, 0x841600,
		0xb80f00, 0xb81000, 0xb81200, 0xb81600, 0xb82100, 0xb82200, 0xb83000, 0xb83080,
		0xb90000, 0xbb0080, 0xffff00,
	};
	static const uint32_t window[] = {
		0x0, 0xa00, 0xf00, 0x1000, 0x1200, 0x1400, 0x1600, 0x2100, 0x2200, 0x3000, 0x3080,
		0x10000, 0x20000, 0x30000, 0x3ff00,
	};
	uint64_t offset = take(in, 2);

	if (bar != NV_PCI_BAR_REGS)
		return offset << (take(in, 1) % 22);
	if (function)
		return window[(offset >> 8) % (sizeof(window) / 4)] + (offset & 0xff);
	return near[(offset >> 8) % (sizeof(near) / 4)] + (offset & 0xff);
}

static void do_mmio(struct fuzz_input *in, bool write)
{
	unsigned int function = take(in, 1) % (NUM_VFS + 2);
	unsigned int bar = take(in, 1) % 4;
	unsigned int size = 1U << (take(in, 1) % 4);
	uint64_t offset = pick_offset(in, function, bar);

	if (take(in, 1) & 7)
		offset &= ~(uint64_t)(size - 1);
	if (write)
		gpu_model_mmio_write(host.gm, function, bar, offset, take(in, size), size);
	else
		gpu_model_mmio_read(host.gm, function, bar, offset, size);
}

static void do_config(struct fuzz_input *in, bool write)
{
	unsigned int function = take(in, 1) % (NUM_VFS + 2);
	unsigned int size = 1U << (take(in, 1) % 3);
	unsigned int offset = (unsigned int)take(in, 2) & 0xfff & ~(size - 1);

	if (write)
		gpu_model_config_write(host.gm, function, offset, (uint32_t)take(in, size), size);
	else
		gpu_model_config_read(host.gm, function, offset, size);
}

/* Page tables and instance blocks near the start of VRAM, so that walks go somewhere. */
static void do_vram(struct fuzz_input *in)
{
	uint8_t raw[8];

	gm_put64(raw, (take(in, 2) & 0xff) << 8 | (take(in, 1) & 0x2f));
	gm_vram_write(host.gm, (take(in, 2) & 0x1fff) * 8, raw, sizeof(raw));
}

static void do_ram(struct fuzz_input *in)
{
	uint64_t at = RAM_BASE + (take(in, 3) & (RAM_BYTES - 8));

	gm_put64(host_ram(at, 8), take(in, 8));
}

static void do_find(struct fuzz_input *in)
{
	struct gpu_model_hit hits[4];
	uint64_t needle = take(in, 2);

	gpu_model_vram_find(host.gm, &needle, 1 + take(in, 1) % 8, hits, 4);
	free(gpu_model_stats_json(host.gm));
}

static void do_op(struct fuzz_input *in)
{
	switch (take(in, 1) % 16) {
	case 0 ... 4:
		do_mmio(in, true);
		break;
	case 5 ... 6:
		do_mmio(in, false);
		break;
	case 7:
		do_config(in, true);
		break;
	case 8:
		do_config(in, false);
		break;
	case 9:
		host.now += take(in, 4);
		gpu_model_run(host.gm);
		break;
	case 10:
		gpu_model_function_reset(host.gm, take(in, 1) % (NUM_VFS + 2));
		break;
	case 11:
		gm_vmmu_map(host.gm, take(in, 1) % (NUM_VFS + 2), (take(in, 1) & 15) << 25,
			    (take(in, 1) & 31) << 25, (take(in, 1) & 7) << 25);
		break;
	case 12:
		do_vram(in);
		break;
	case 13:
		do_ram(in);
		break;
	case 14:
		boot(in);
		break;
	case 15:
		do_find(in);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct gpu_model_fw_row row = { IMAGE_BYTES, "570.144" };
	struct gpu_model_config config = {
		.vram_bytes = VRAM_BYTES, .num_vfs = NUM_VFS, .vmmu_segment_bytes = 32 << 20,
		.resident_cap_bytes = 16 << 20, .fw_rows = &row, .num_fw_rows = 1,
	};
	struct fuzz_input in = { data, size };

	config.msi = take(&in, 1) & 1;
	host_begin(&config, RAM_BYTES);
	for (unsigned int i = 0; in.left && i < MAX_OPS; i++)
		do_op(&in);
	host_end();
	return 0;
}
