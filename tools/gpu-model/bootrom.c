// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What happens when a falcon core is started with signed code: the boot ROM's checks, then FWSEC
 * (GSP), the scrubber, booter_load and booter_unload (SEC2). Which image runs follows from the
 * boot ROM registers and the image's arguments (hw/boot.md 2.4, 6, 8).
 */
#include "board.h"

/* Ucode ids of the AD10x and GA10x images (hw/boot.md 7.5). */
#define SEC2_UCODE_BOOTER 3
#define SEC2_UCODE_SCRUBBER 0xd

#define FRTS_ERROR(code) ABI_PREP(NV_PBUS_SW_SCRATCH_FRTS_ERROR, (uint32_t)(code))
#define SB_ERROR(code) ABI_PREP(NV_PBUS_SW_SCRATCH_SB_ERROR, (uint32_t)(code))
#define SCRATCH_INDEX(offset) (((offset) - NV_PBUS_SW_SCRATCH(0)) / 4)

bool gm_wpr2_range(const struct gpu_model *gm, uint64_t *start, uint64_t *end)
{
	*start = (uint64_t)ABI_GET(NV_PFB_MMU_WPR_ADDR, gm->wpr2_lo) << NV_PFB_MMU_WPR_ADDR_SHIFT;
	*end = (uint64_t)ABI_GET(NV_PFB_MMU_WPR_ADDR, gm->wpr2_hi) << NV_PFB_MMU_WPR_ADDR_SHIFT;
	return gm->wpr2_hi != 0;
}

static void wpr2_set(struct gpu_model *gm, uint64_t start, uint64_t end)
{
	gm->wpr2_lo = ABI_PREP(NV_PFB_MMU_WPR_ADDR, (uint32_t)(start >> NV_PFB_MMU_WPR_ADDR_SHIFT));
	gm->wpr2_hi = ABI_PREP(NV_PFB_MMU_WPR_ADDR, (uint32_t)(end >> NV_PFB_MMU_WPR_ADDR_SHIFT));
}

static bool all_bytes_equal(const uint8_t *p, size_t len)
{
	return !memcmp(p, p + 1, len - 1);
}

/* Is the boot vector inside secure code that was loaded? */
static bool bootvec_loaded(const struct gm_falcon *f)
{
	for (unsigned int i = 0; i < GM_FALCON_MEM_BLOCKS; i++)
		if (f->imem_valid[i] && f->imem_secure[i] &&
		    f->imem_tag[i] == f->bootvec / NV_PFALCON_DMA_BLOCK_BYTES)
			return true;
	return false;
}

/* Why the boot ROM refuses the image, or NULL. */
static const char *bootrom_check(const struct gm_falcon *f)
{
	uint32_t engine = f->is_gsp ? NV_PFALCON_ENGID_GSP : NV_PFALCON_ENGID_SEC2;
	uint32_t id = ABI_GET(NV_PFALCON2_BROM_CURR_UCODE_ID_VAL, f->ucode_id);

	if (ABI_GET(NV_PFALCON2_MOD_SEL_ALGO, f->mod_sel) != NV_PFALCON2_MOD_SEL_ALGO_VAL_RSA3K)
		return "the signature algorithm is not RSA-3K";
	if (!(f->engidmask & engine))
		return "the image is not signed for this engine";
	if (id < NV_FUSE_UCODE_ID_MIN || id > NV_FUSE_UCODE_ID_MAX)
		return "the ucode id is out of range";
	if (f->paraaddr > f->dmem_bytes ||
	    f->dmem_bytes - f->paraaddr < FALCON_UCODE_SIGNATURE_BYTES)
		return "the signature lies outside the loaded DMEM";
	if (all_bytes_equal(f->dmem + f->paraaddr, FALCON_UCODE_SIGNATURE_BYTES))
		return "no signature was patched in";
	if (!bootvec_loaded(f))
		return "the boot vector is not in loaded secure code";
	return NULL;
}

/* ---- FWSEC ---- */

/* Is what was loaded the FWSEC of this board's VBIOS, with its signature in place? */
static const char *fwsec_check(struct gpu_model *gm, const struct gm_falcon *f)
{
	if (f->ucode_id != GM_FWSEC_UCODE_ID)
		return "the ucode id is not FWSEC's";
	if (f->imem_bytes != GM_FWSEC_IMEM_BYTES || f->dmem_bytes != GM_FWSEC_DMEM_BYTES)
		return "the loaded sizes are not FWSEC's";
	if (memcmp(f->imem, gm_vbios_fwsec_imem(gm), GM_FWSEC_IMEM_BYTES))
		return "the loaded code is not FWSEC's";
	if (f->paraaddr != GM_FWSEC_SIGNATURE_OFFSET ||
	    memcmp(f->dmem + f->paraaddr, gm_vbios_fwsec_signature(gm),
		   FALCON_UCODE_SIGNATURE_BYTES))
		return "the signature is wrong";
	return NULL;
}

/* The first part of the command buffer, common to both commands. */
static bool read_vbios_ok(const struct fwsec_read_vbios *cmd)
{
	return le32toh(cmd->version) == FWSEC_READ_VBIOS_VERSION &&
	       le32toh(cmd->size) == sizeof(*cmd) && le32toh(cmd->flags) == FWSEC_READ_VBIOS_FLAGS;
}

static enum gm_fwsec_error fwsec_frts(struct gpu_model *gm, const struct fwsec_frts_cmd *cmd)
{
	const struct fwsec_frts_region *region = &cmd->frts_region;
	uint64_t offset = (uint64_t)le32toh(region->offset_4k) << FWSEC_FRTS_REGION_SHIFT;
	uint64_t size = (uint64_t)le32toh(region->size_4k) << FWSEC_FRTS_REGION_SHIFT;
	uint64_t top = gm->board.vram_bytes - GSP_VGA_WORKSPACE_DEFAULT_BYTES;
	uint64_t start, end;

	if (gm_fail(gm, "fwsec"))
		return GM_FWSEC_INJECTED;
	if (!read_vbios_ok(&cmd->read_vbios))
		return GM_FWSEC_READ_VBIOS;
	if (le32toh(region->version) != FWSEC_FRTS_REGION_VERSION ||
	    le32toh(region->size) != sizeof(*region) ||
	    le32toh(region->media) != FWSEC_FRTS_REGION_MEDIA_FB || size != GSP_FRTS_BYTES)
		return GM_FWSEC_FRTS_HEADER;
	if (offset > top - size || (offset & (GSP_WPR_END_ALIGN - 1)))
		return GM_FWSEC_FRTS_RANGE;
	if (gm_wpr2_range(gm, &start, &end))
		return GM_FWSEC_WPR2_SET;
	if (!gm_fail(gm, "wpr2"))
		wpr2_set(gm, offset, offset + size);
	return GM_FWSEC_OK;
}

static void fwsec_run(struct gpu_model *gm, struct gm_falcon *f)
{
	struct falcon_dmemmapper mapper;
	struct fwsec_frts_cmd cmd;
	enum gm_fwsec_error error;
	uint32_t at;

	gm->stats.fwsec_runs++;
	memcpy(&mapper, f->dmem + GM_FWSEC_MAPPER_OFFSET, sizeof(mapper));
	at = le32toh(mapper.cmd_in_buffer_offset);
	if (at != GM_FWSEC_CMD_OFFSET) {
		error = GM_FWSEC_COMMAND;
	} else {
		memcpy(&cmd, f->dmem + at, sizeof(cmd));
		switch (le32toh(mapper.init_cmd)) {
		case FWSEC_CMD_FRTS:
			error = fwsec_frts(gm, &cmd);
			break;
		case FWSEC_CMD_SB:
			error = gm_fail(gm, "fwsec-sb")	       ? GM_FWSEC_INJECTED :
				read_vbios_ok(&cmd.read_vbios) ? GM_FWSEC_OK :
								 GM_FWSEC_READ_VBIOS;
			gm->scratch[SCRATCH_INDEX(NV_PBUS_SW_SCRATCH_SB)] = SB_ERROR(error);
			goto out;
		default:
			error = GM_FWSEC_COMMAND;
		}
	}
	gm->scratch[SCRATCH_INDEX(NV_PBUS_SW_SCRATCH_FRTS)] = FRTS_ERROR(error);
out:
	f->mailbox[0] = 0;
	gm_trace_event(gm, 'M', "FWSEC 0x%x: %u", le32toh(mapper.init_cmd), error);
	gm_log(gm, error ? GPU_MODEL_LOG_WARN : GPU_MODEL_LOG_INFO, "FWSEC command 0x%x: error %u",
	       le32toh(mapper.init_cmd), error);
}

/* ---- SEC2 images ---- */

static void scrubber_run(struct gpu_model *gm)
{
	gm->stats.scrubber_runs++;
	gm_trace_event(gm, 'M', "scrubber");
	if (gm_fail(gm, "scrubber"))
		return;
	gm->scrubbed = true;
	gm_log(gm, GPU_MODEL_LOG_INFO, "SEC2: framebuffer scrubbed");
}

static uint32_t booter_unload(struct gpu_model *gm)
{
	gm->stats.booter_unloads++;
	gm_trace_event(gm, 'M', "booter unload");
	if (gm_fail(gm, "booter-unload"))
		return GM_BOOTER_INJECTED;
	gm_gsp_halt(gm);
	gm->wpr2_lo = gm->wpr2_hi = 0;
	gm->fw_reserved_start = 0;
	gm->wpr_start = 0;
	gm_log(gm, GPU_MODEL_LOG_INFO, "SEC2: booter took WPR2 down");
	return GM_BOOTER_OK;
}

/* booter_load found its metadata good: WPR2 covers all of GSP's memory, its core is released. */
static void booter_release_gsp(struct gpu_model *gm, uint64_t meta_addr)
{
	uint64_t args = gm->falcon_gsp.mailbox[0] | (uint64_t)gm->falcon_gsp.mailbox[1] << 32;
	struct gsp_fw_wpr_meta meta;

	/* Read again after the checks: booter works on its own copy in WPR2. */
	if (gm_vram_read(gm, gm->wpr_start, &meta, sizeof(meta)))
		return;
	wpr2_set(gm, le64toh(meta.gsp_fw_wpr_start), le64toh(meta.gsp_fw_wpr_end));
	gm->falcon_gsp.bcr = NV_PFALCON2_BCR_CTRL_VALID | NV_PFALCON2_BCR_CTRL_CORE_RISCV |
			     NV_PFALCON2_BCR_CTRL_BRFETCH;
	gm_log(gm, GPU_MODEL_LOG_INFO, "SEC2: booter released GSP %s (metadata at 0x%llx)",
	       gm_fw_line(gm, le64toh(meta.size_of_radix3_elf)), (unsigned long long)meta_addr);
	if (gm_fail(gm, "riscv"))
		return;
	gm->gsp_started = true;
	gm->falcon_gsp.riscv_active = true;
	gm_gsp_start(gm, args, gm_fw_line(gm, le64toh(meta.size_of_radix3_elf)),
		     meta.gsp_fw_heap_vf_partition_count);
}

static void booter_run(struct gpu_model *gm, struct gm_falcon *f)
{
	uint64_t addr = f->mailbox[0] | (uint64_t)f->mailbox[1] << 32;
	enum gm_booter_error error;
	uint8_t magic[8];

	if (f->mailbox[0] == NV_PSEC2_MAILBOX_UNLOAD && f->mailbox[1] == NV_PSEC2_MAILBOX_UNLOAD) {
		f->mailbox[0] = booter_unload(gm);
		return;
	}
	gm->stats.booter_loads++;
	if (gm_dma_read(gm, 0, addr, magic, sizeof(magic)))
		error = GM_BOOTER_META_UNREADABLE;
	else if (gm_get64(magic) == GSP_FW_SR_META_MAGIC)
		error = GM_BOOTER_RESUME;
	else
		error = gm_booter_load(gm, addr);
	f->mailbox[0] = error;
	gm_trace_event(gm, 'M', "booter load: %u", error);
	if (error) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "SEC2: booter refused the load with error 0x%x",
		       error);
		return;
	}
	booter_release_gsp(gm, addr);
}

void gm_bootrom_start(struct gpu_model *gm, struct gm_falcon *f)
{
	const char *why = bootrom_check(f);

	if (!why && f->is_gsp)
		why = fwsec_check(gm, f);
	if (!why && !f->is_gsp && f->ucode_id != SEC2_UCODE_BOOTER &&
	    f->ucode_id != SEC2_UCODE_SCRUBBER)
		why = "no SEC2 image has this ucode id";
	if (why) {
		/* The core halts without having run; mailboxes keep what the driver wrote. */
		gm_log(gm, GPU_MODEL_LOG_WARN, "%s falcon: the boot ROM refused the image: %s",
		       f->name, why);
		return;
	}
	if (f->is_gsp)
		fwsec_run(gm, f);
	else if (f->ucode_id == SEC2_UCODE_SCRUBBER)
		scrubber_run(gm);
	else
		booter_run(gm, f);
}
