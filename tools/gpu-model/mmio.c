// SPDX-License-Identifier: GPL-2.0-or-later
/* Dispatch of BAR accesses. Registers are 32 bits wide; narrower accesses pick or merge bytes. */
#include "board.h"

static bool access_ok(const struct gpu_model *gm, unsigned int function, unsigned int bar,
		      uint64_t offset, unsigned int size)
{
	uint64_t bytes = gpu_model_bar_bytes(gm, function, bar);

	if (function && function > gm->vfs_enabled)
		return false;
	return (size == 1 || size == 2 || size == 4 || size == 8) && !(offset & (size - 1)) &&
	       bytes >= size && offset <= bytes - size;
}

/* Log an unknown register the first time it is touched. @offset counts from the PF's BAR0. */
static void unknown_register(struct gpu_model *gm, unsigned int function, uint32_t offset,
			     const char *how)
{
	uint32_t dword = (function ? NV_VFN + offset : offset) / 4;
	uint64_t bit = 1ULL << (dword % 64);

	if (gm->unknown[dword / 64] & bit)
		return;
	gm->unknown[dword / 64] |= bit;
	if (gm->unknown_logged > GM_UNKNOWN_LOG_MAX)
		return;
	if (gm->unknown_logged++ == GM_UNKNOWN_LOG_MAX) {
		gm_log(gm, GPU_MODEL_LOG_WARN, "unknown registers: no more of them are logged");
		return;
	}
	gm_log(gm, GPU_MODEL_LOG_WARN, "function %u: %s of unknown register 0x%06x", function, how,
	       offset);
}

static struct gm_falcon *falcon_at(struct gpu_model *gm, uint32_t offset)
{
	if (offset >= NV_PGSP && offset < NV_PGSP + NV_PFALCON_BYTES)
		return &gm->falcon_gsp;
	if (offset >= NV_PSEC2 && offset < NV_PSEC2 + NV_PFALCON_BYTES)
		return &gm->falcon_sec2;
	return NULL;
}

static uint32_t reg_read(struct gpu_model *gm, unsigned int function, uint32_t offset)
{
	struct gm_falcon *falcon = function ? NULL : falcon_at(gm, offset);
	uint32_t value = 0;
	bool known;

	if (function)
		known = gm_window_read(gm, function, offset, &value);
	else if (offset >= NV_VFN && offset < NV_VFN + NV_VFN_BYTES)
		known = gm_window_read(gm, 0, offset - NV_VFN, &value);
	else if (falcon)
		known = gm_falcon_read(gm, falcon, offset - falcon->base, &value);
	else
		known = gm_pf_reg_read(gm, offset, &value);
	if (known)
		return value;
	gm->stats.unknown_reads++;
	unknown_register(gm, function, offset, "read");
	return GM_PRI_UNKNOWN;
}

static void reg_write(struct gpu_model *gm, unsigned int function, uint32_t offset, uint32_t value)
{
	struct gm_falcon *falcon = function ? NULL : falcon_at(gm, offset);
	bool known;

	if (function)
		known = gm_window_write(gm, function, offset, value);
	else if (offset >= NV_VFN && offset < NV_VFN + NV_VFN_BYTES)
		known = gm_window_write(gm, 0, offset - NV_VFN, value);
	else if (falcon)
		known = gm_falcon_write(gm, falcon, offset - falcon->base, value);
	else
		known = gm_pf_reg_write(gm, offset, value);
	if (known)
		return;
	gm->stats.unknown_writes++;
	unknown_register(gm, function, offset, "write");
}

/* ---- byte-addressed ranges of the PF's BAR0 ---- */

static bool in_range(uint64_t offset, uint32_t start, uint32_t bytes)
{
	return offset >= start && offset - start < bytes;
}

static uint64_t pramin_address(const struct gpu_model *gm, uint64_t offset)
{
	return ((uint64_t)ABI_GET(NV_PBUS_BAR0_WINDOW_BASE, gm->pramin_window)
		<< NV_PBUS_BAR0_WINDOW_SHIFT) + (offset - NV_PRAMIN);
}

static bool pramin_is_vram(const struct gpu_model *gm)
{
	return ABI_GET(NV_PBUS_BAR0_WINDOW_TARGET, gm->pramin_window) ==
	       NV_PBUS_BAR0_WINDOW_TARGET_VAL_VRAM;
}

static void prom_read(struct gpu_model *gm, uint32_t offset, uint8_t *buf, unsigned int size)
{
	bool gone = gm_fail(gm, "prom");

	for (unsigned int i = 0; i < size; i++)
		buf[i] = !gone && offset + i < gm->rom_bytes ? gm->rom[offset + i] : 0xff;
}

/* Ranges without 32-bit registers; false when @offset is in none of them. */
static bool bytes_read(struct gpu_model *gm, uint64_t offset, uint8_t *buf, unsigned int size)
{
	if (in_range(offset, NV_PRAMIN, NV_PRAMIN_BYTES)) {
		if (pramin_is_vram(gm))
			gm_vram_cpu_read(gm, pramin_address(gm, offset), buf, size);
		else if (gm_dma_read(gm, 0, pramin_address(gm, offset), buf, size))
			gm_fill_pattern(buf, offset, size, GM_BAR_UNMAPPED);
		return true;
	}
	if (in_range(offset, NV_PROM, NV_PROM_BYTES)) {
		prom_read(gm, (uint32_t)offset - NV_PROM, buf, size);
		return true;
	}
	if (in_range(offset, NV_PDISP_VGA_CRTC_INDEX, 4)) {
		for (unsigned int i = 0; i < size; i++)
			buf[i] = offset + i == NV_PDISP_VGA_CRTC_INDEX ? gm->crtc_index :
				 offset + i == NV_PDISP_VGA_CRTC_DATA ? gm->crtc[gm->crtc_index] :
									 0;
		return true;
	}
	return false;
}

static bool bytes_write(struct gpu_model *gm, uint64_t offset, const uint8_t *buf,
			unsigned int size)
{
	if (in_range(offset, NV_PRAMIN, NV_PRAMIN_BYTES)) {
		if (pramin_is_vram(gm))
			gm_vram_cpu_write(gm, pramin_address(gm, offset), buf, size);
		else
			gm_dma_write(gm, 0, pramin_address(gm, offset), buf, size);
		return true;
	}
	if (in_range(offset, NV_PROM, NV_PROM_BYTES))
		return true;
	if (in_range(offset, NV_PDISP_VGA_CRTC_INDEX, 4)) {
		for (unsigned int i = 0; i < size; i++) {
			if (offset + i == NV_PDISP_VGA_CRTC_INDEX)
				gm->crtc_index = buf[i];
			else if (offset + i == NV_PDISP_VGA_CRTC_DATA)
				gm->crtc[gm->crtc_index] = buf[i];
		}
		return true;
	}
	return false;
}

static uint64_t bar_read(struct gpu_model *gm, unsigned int function, unsigned int bar,
			 uint64_t offset, unsigned int size)
{
	uint8_t buf[8] = { 0 };
	uint32_t reg;

	if (bar != NV_PCI_BAR_REGS) {
		gm_aperture_read(gm, function, bar, offset, buf, size);
		return gm_get64(buf);
	}
	if (!function && bytes_read(gm, offset, buf, size))
		return gm_get64(buf);
	reg = reg_read(gm, function, (uint32_t)offset & ~3U);
	if (size == 8)
		return reg | (uint64_t)reg_read(gm, function, (uint32_t)offset + 4) << 32;
	gm_put32(buf, reg >> (8 * (offset & 3)));
	memset(buf + size, 0, sizeof(buf) - size);
	return gm_get64(buf);
}

uint64_t gpu_model_mmio_read(struct gpu_model *gm, unsigned int function, unsigned int bar,
			     uint64_t offset, unsigned int size)
{
	uint64_t value;

	if (!access_ok(gm, function, bar, offset, size) || gm_fail(gm, "gone"))
		return size >= 8 ? UINT64_MAX : (1ULL << (8 * size)) - 1;
	value = bar_read(gm, function, bar, offset, size);
	if (gm->trace)
		gm_trace_access(gm, 'R', function, bar, offset, value, size);
	return value;
}

void gpu_model_mmio_write(struct gpu_model *gm, unsigned int function, unsigned int bar,
			  uint64_t offset, uint64_t value, unsigned int size)
{
	uint32_t shift = 8 * (offset & 3), old, mask;
	uint8_t buf[8];

	if (!access_ok(gm, function, bar, offset, size) || gm_fail(gm, "gone"))
		return;
	if (gm->trace)
		gm_trace_access(gm, 'W', function, bar, offset, value, size);
	gm_put64(buf, value);
	if (bar != NV_PCI_BAR_REGS) {
		gm_aperture_write(gm, function, bar, offset, buf, size);
		return;
	}
	if (!function && bytes_write(gm, offset, buf, size))
		return;
	if (size >= 4) {
		reg_write(gm, function, (uint32_t)offset, (uint32_t)value);
		if (size == 8)
			reg_write(gm, function, (uint32_t)offset + 4, (uint32_t)(value >> 32));
		return;
	}
	old = reg_read(gm, function, (uint32_t)offset & ~3U);
	mask = ((1U << (8 * size)) - 1) << shift;
	reg_write(gm, function, (uint32_t)offset & ~3U,
		  (old & ~mask) | ((uint32_t)value << shift & mask));
}
