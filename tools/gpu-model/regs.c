// SPDX-License-Identifier: GPL-2.0-or-later
/* 32-bit registers of the PF outside the function windows and the falcons; the board's clock. */
#include "board.h"

#define IN_RANGE(offset, first, last) ((offset) >= (first) && (offset) <= (last))
/* PTIMER counts in units of 32 ns, and drivers take a clock that stands still for a dead one. */
#define PTIMER_STEP_NS 32

uint64_t gm_ptimer_ns(struct gpu_model *gm)
{
	uint64_t now = gm_now_ns(gm) + gm->ptimer_offset_ns;
	uint64_t least = gm->ptimer_last_ns + PTIMER_STEP_NS;

	if ((int64_t)(least - now) > 0)
		now = least;
	gm->ptimer_last_ns = now;
	return now;
}

/* The write of the low word adopts the time, with the high word written before it. */
static void ptimer_set(struct gpu_model *gm, uint32_t lo)
{
	uint64_t ns = (uint64_t)gm->ptimer_hi_latch << 32 | (lo & NV_PTIMER_TIME_0_NSEC);

	gm->ptimer_offset_ns = ns - gm_now_ns(gm);
	gm->ptimer_last_ns = ns;
}

static bool ptimer_read(struct gpu_model *gm, uint32_t offset, uint32_t *value)
{
	switch (offset) {
	case NV_PTIMER_TIME_0:
		*value = (uint32_t)gm_ptimer_ns(gm) & NV_PTIMER_TIME_0_NSEC;
		return true;
	case NV_PTIMER_TIME_1:
		*value = (uint32_t)((gm_now_ns(gm) + gm->ptimer_offset_ns) >> 32);
		if (*value < gm->ptimer_last_ns >> 32)
			*value = (uint32_t)(gm->ptimer_last_ns >> 32);
		return true;
	case NV_PTIMER_INTR_0: /* the alarm is not modelled and never fires */
		*value = 0;
		return true;
	case NV_PTIMER_INTR_EN_0:
		*value = gm->ptimer_intr_en;
		return true;
	case NV_PTIMER_ALARM_0:
		*value = gm->ptimer_alarm;
		return true;
	case NV_PTIMER_NUMERATOR:
	case NV_PTIMER_DENOMINATOR:
		*value = 1;
		return true;
	}
	return false;
}

static bool ptimer_write(struct gpu_model *gm, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case NV_PTIMER_TIME_0:
		ptimer_set(gm, value);
		return true;
	case NV_PTIMER_TIME_1:
		gm->ptimer_hi_latch = value;
		return true;
	case NV_PTIMER_INTR_EN_0:
		gm->ptimer_intr_en = value;
		return true;
	case NV_PTIMER_ALARM_0:
		gm->ptimer_alarm = value;
		return true;
	case NV_PTIMER_INTR_0:
	case NV_PTIMER_NUMERATOR:
	case NV_PTIMER_DENOMINATOR:
		return true;
	}
	return false;
}

/* Registers whose value is a fact of the board. */
static bool constant_read(struct gpu_model *gm, uint32_t offset, uint32_t *value)
{
	switch (offset) {
	case NV_PMC_BOOT_0:
		*value = gm->board.boot_0;
		return true;
	case NV_PMC_BOOT_42:
		*value = gm->board.boot_42;
		return true;
	case NV_PGC6_SCRATCH_05_PRIV_MASK:
		*value = NV_PGC6_SCRATCH_05_PRIV_MASK_READ_L0;
		return true;
	case NV_PGC6_SCRATCH_05_GFW_BOOT:
		*value = gm_fail(gm, "gfw") ? 0 : NV_PGC6_SCRATCH_05_GFW_BOOT_PROGRESS_VAL_DONE;
		return true;
	case NV_PGC6_BSI_SCRATCH_15:
		*value = gm->scrubbed ? ABI_PREP(NV_PGC6_BSI_SCRATCH_15_SCRUBBER,
						 NV_PGC6_BSI_SCRATCH_15_SCRUBBER_VAL_DONE) :
					0;
		return true;
	case NV_USABLE_FB_SIZE:
		*value = (uint32_t)(gm->board.vram_bytes >> NV_USABLE_FB_SIZE_SHIFT);
		return true;
	case NV_FUSE_OPT_DISPLAY: /* server board: no display */
	case NV_FUSE_OPT_DISPLAY_TU:
		*value = NV_FUSE_OPT_DISPLAY_DISABLED;
		return true;
	case NV_FUSE_GSP_DEBUG_DISABLE:
		*value = NV_FUSE_GSP_DEBUG_DISABLE_PRODUCTION;
		return true;
	case NV_PFB_MMU_WPR1_LO:
		*value = NV_PFB_MMU_WPR_LO_RESET;
		return true;
	case NV_PFB_MMU_LOCK_CFG:
		*value = NV_PFB_MMU_LOCK_CFG_READ_L0;
		return true;
	case NV_PFB_MMU_LOCK_LO:
		*value = NV_PFB_MMU_LOCK_LO_NONE;
		return true;
	case NV_PTIMER_TIME_PLM:
		*value = NV_PTIMER_TIME_PLM_WRITE_L0;
		return true;
	case NV_PBUS_INTR_0: /* no bus error is modelled */
	case NV_STRAP_CRYSTAL:
	case NV_PDISP_VGA_WORKSPACE:
	case NV_PFB_MMU_WPR1_HI:
	case NV_PFB_MMU_LOCK_HI:
		*value = 0;
		return true;
	}
	if (offset == NV_FUSE_UCODE_VERSION_SEC2(NV_FUSE_UCODE_ID_BOOTER)) {
		*value = gm->board.booter_fuse;
		return true;
	}
	/* All other version fuses are unblown; PTOP has no entries. */
	if (IN_RANGE(offset, NV_FUSE_UCODE_VERSION_NVDEC(1),
		     NV_FUSE_UCODE_VERSION_NVDEC(NV_FUSE_UCODE_ID_MAX)) ||
	    IN_RANGE(offset, NV_FUSE_UCODE_VERSION_SEC2(1),
		     NV_FUSE_UCODE_VERSION_SEC2(NV_FUSE_UCODE_ID_MAX)) ||
	    IN_RANGE(offset, NV_FUSE_UCODE_VERSION_GSP(1),
		     NV_FUSE_UCODE_VERSION_GSP(NV_FUSE_UCODE_ID_MAX)) ||
	    IN_RANGE(offset, NV_PTOP_DEVICE_INFO(0),
		     NV_PTOP_DEVICE_INFO(NV_PTOP_DEVICE_INFO_COUNT - 1))) {
		*value = 0;
		return true;
	}
	return false;
}

/* Registers that store what is written; NULL for any other. */
static uint32_t *storage(struct gpu_model *gm, uint32_t offset)
{
	if (IN_RANGE(offset, NV_PBUS_SW_SCRATCH(0),
		     NV_PBUS_SW_SCRATCH(NV_PBUS_SW_SCRATCH_COUNT - 1)))
		return &gm->scratch[(offset - NV_PBUS_SW_SCRATCH(0)) / 4];
	switch (offset) {
	case NV_PBUS_BAR0_WINDOW:
		return &gm->pramin_window;
	case NV_PFB_FLUSH_SYSMEM_LO:
		return &gm->flush_lo;
	case NV_PFB_FLUSH_SYSMEM_HI:
		return &gm->flush_hi;
	case NV_PBUS_BAR1_BLOCK:
		return &gm->fn[0].bar1.block;
	case NV_PBUS_BAR2_BLOCK:
		return &gm->fn[0].bar2.block;
	}
	return NULL;
}

/* Flushes end at once: reads of these find nothing pending. */
static bool is_flush(uint32_t offset)
{
	return IN_RANGE(offset, NV_UFLUSH_FB_FLUSH, NV_UFLUSH_L2_FLUSH_DIRTY);
}

/*
 * The mirror takes writes of the vendor registers only; the rest belongs to configuration cycles.
 */
static void mirror_write(struct gpu_model *gm, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case NV_PCI_CFG_ROM_SHADOW:
	case NV_PCI_CFG_SUBSYS_ALIAS:
	case NV_PCI_PF_PRIV_MISC_1:
	case NV_PCI_PF_MSI_REARM:
		gpu_model_config_write(gm, 0, offset, value, 4);
	}
}

bool gm_pf_reg_read(struct gpu_model *gm, uint32_t offset, uint32_t *value)
{
	const uint32_t *word = storage(gm, offset);

	if (word) {
		*value = *word;
		return true;
	}
	if (IN_RANGE(offset, NV_XVE_MIRROR, NV_XVE_MIRROR + NV_XVE_MIRROR_BYTES - 4)) {
		*value = gm_config_get(gm, 0, offset - NV_XVE_MIRROR, 4);
		return true;
	}
	if (is_flush(offset) || offset == NV_PBUS_BIND_STATUS) {
		*value = 0;
		return true;
	}
	switch (offset) {
	case NV_PMC_BOOT_1:
		*value = gm->boot_1;
		return true;
	case NV_PFB_MMU_WPR2_LO:
		*value = gm->wpr2_lo;
		return true;
	case NV_PFB_MMU_WPR2_HI:
		*value = gm->wpr2_hi;
		return true;
	case NV_PGC6_BSI_SCRATCH_14:
		*value = gm->bsi_scratch_14;
		return true;
	}
	return ptimer_read(gm, offset, value) || constant_read(gm, offset, value);
}

bool gm_pf_reg_write(struct gpu_model *gm, uint32_t offset, uint32_t value)
{
	uint32_t *word = storage(gm, offset), unused;

	if (word) {
		*word = value;
		return true;
	}
	if (IN_RANGE(offset, NV_XVE_MIRROR, NV_XVE_MIRROR + NV_XVE_MIRROR_BYTES - 4)) {
		mirror_write(gm, offset - NV_XVE_MIRROR, value);
		return true;
	}
	if (ptimer_write(gm, offset, value) || is_flush(offset))
		return true;
	switch (offset) {
	case NV_PMC_BOOT_1: /* a switch to big endian is refused: reads stay 0 */
	case NV_PFB_MMU_WPR2_LO: /* written by the boot ROM only */
	case NV_PFB_MMU_WPR2_HI:
	case NV_PGC6_BSI_SCRATCH_14:
	case NV_PBUS_BIND_STATUS:
		return true;
	}
	return constant_read(gm, offset, &unused);
}

void gm_pf_reg_reset(struct gpu_model *gm)
{
	memset(gm->scratch, 0, sizeof(gm->scratch));
	gm->boot_1 = 0;
	gm->pramin_window = 0;
	gm->flush_lo = gm->flush_hi = 0;
	gm->wpr2_lo = NV_PFB_MMU_WPR_LO_RESET;
	gm->wpr2_hi = 0;
	gm->bsi_scratch_14 = 0;
	gm->scrubbed = false;
	gm->ptimer_intr_en = gm->ptimer_alarm = gm->ptimer_hi_latch = 0;
	gm->ptimer_offset_ns = 0;
	gm->ptimer_last_ns = 0;
	gm->crtc_index = 0;
	memset(gm->crtc, 0, sizeof(gm->crtc));
	gm->fw_reserved_start = 0;
	gm->wpr_start = 0;
}
