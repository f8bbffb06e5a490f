// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * booter_load's checks of the WPR metadata (hw/boot.md 3.5, 8.2): the layout must be the one that
 * the published algorithm gives for the announced sizes, and all it points at must be readable.
 */
#include "board.h"

#define AD10X_CHIP_FIRST NV_CHIP_AD102
#define AD10X_CHIP_LAST NV_CHIP_AD107

/* Sizes of real .fwimage sections (hw/stock-drivers.md 1.7 step 9). */
static const struct gpu_model_fw_row builtin_rows[] = {
	{ GSP_IMAGE_BYTES_R570_144, "570.144" },
	{ GSP_IMAGE_BYTES_R535_113_01, "535.113.01" },
	{ 0x2477000, "535.261.03" },
	{ 0x2398000, "550.163.01" },
};

/* Heap sizes that a line's GSP accepts, bare metal and as vGPU host (hw/boot.md 3.4). */
static const struct {
	const char *prefix;
	uint64_t min, max, vgpu_min, vgpu_max;
} heap_rules[] = {
	{ "570.", GSP_HEAP_MIN_R570_BYTES, GSP_HEAP_MAX_R570_BYTES, GSP_HEAP_VGPU_R570_BYTES,
	  GSP_HEAP_VGPU_MAX_R570_BYTES },
	{ "535.", GSP_HEAP_MIN_R535_BYTES, GSP_HEAP_MAX_R535_BYTES, GSP_HEAP_VGPU_R535_BYTES,
	  1024ULL << 20 },
	{ "550.", 86ULL << 20, 278ULL << 20, 565ULL << 20, GSP_HEAP_VGPU_MAX_R570_BYTES },
};

/* The metadata in host order, only what is checked. */
struct meta {
	uint64_t radix3, image_bytes, bootloader, bootloader_bytes;
	uint64_t code_offset, data_offset, manifest_offset;
	uint64_t signature, signature_bytes;
	uint64_t rsvd, non_wpr, non_wpr_bytes, wpr_start, heap, heap_bytes, image, boot_bin;
	uint64_t frts, frts_bytes, wpr_end, fb, vga, vga_bytes, boot_count;
	unsigned int partitions, flags;
	uint32_t pmu_bytes;
};

const char *gm_fw_line(const struct gpu_model *gm, uint64_t image_bytes)
{
	for (size_t i = 0; i < gm->config.num_fw_rows; i++)
		if (gm->fw_rows[i].gsp_image_bytes == image_bytes)
			return gm->fw_rows[i].line;
	for (size_t i = 0; i < sizeof(builtin_rows) / sizeof(builtin_rows[0]); i++)
		if (builtin_rows[i].gsp_image_bytes == image_bytes)
			return builtin_rows[i].line;
	return NULL;
}

static void meta_decode(const struct gsp_fw_wpr_meta *raw, struct meta *m)
{
	*m = (struct meta){
		.radix3 = le64toh(raw->sysmem_addr_of_radix3_elf),
		.image_bytes = le64toh(raw->size_of_radix3_elf),
		.bootloader = le64toh(raw->sysmem_addr_of_bootloader),
		.bootloader_bytes = le64toh(raw->size_of_bootloader),
		.code_offset = le64toh(raw->bootloader_code_offset),
		.data_offset = le64toh(raw->bootloader_data_offset),
		.manifest_offset = le64toh(raw->bootloader_manifest_offset),
		.signature = le64toh(raw->sysmem_addr_of_signature),
		.signature_bytes = le64toh(raw->size_of_signature),
		.rsvd = le64toh(raw->gsp_fw_rsvd_start),
		.non_wpr = le64toh(raw->non_wpr_heap_offset),
		.non_wpr_bytes = le64toh(raw->non_wpr_heap_size),
		.wpr_start = le64toh(raw->gsp_fw_wpr_start),
		.heap = le64toh(raw->gsp_fw_heap_offset),
		.heap_bytes = le64toh(raw->gsp_fw_heap_size),
		.image = le64toh(raw->gsp_fw_offset),
		.boot_bin = le64toh(raw->boot_bin_offset),
		.frts = le64toh(raw->frts_offset),
		.frts_bytes = le64toh(raw->frts_size),
		.wpr_end = le64toh(raw->gsp_fw_wpr_end),
		.fb = le64toh(raw->fb_size),
		.vga = le64toh(raw->vga_workspace_offset),
		.vga_bytes = le64toh(raw->vga_workspace_size),
		.boot_count = le64toh(raw->boot_count),
		.partitions = raw->gsp_fw_heap_vf_partition_count,
		.flags = raw->flags,
		.pmu_bytes = le32toh(raw->pmu_reserved_size),
	};
}

/* The top of the layout, down to the bootloader. */
static enum gm_booter_error check_top(const struct gpu_model *gm, const struct meta *m)
{
	uint64_t fb = gm->board.vram_bytes, end;

	if (m->fb != fb)
		return GM_BOOTER_FB_SIZE;
	if (m->vga != fb - GSP_VGA_WORKSPACE_DEFAULT_BYTES || m->vga_bytes != fb - m->vga)
		return GM_BOOTER_VGA_WORKSPACE;
	end = gm_align_down(m->vga, GSP_WPR_END_ALIGN);
	/* A retry may leave a margin on top, and says so. */
	if (m->flags & GSP_FW_WPR_META_FLAG_RECOVERY_MARGIN) {
		if (m->wpr_end > end || (m->wpr_end & (GSP_WPR_END_ALIGN - 1)) ||
		    m->wpr_end < fb / 2)
			return GM_BOOTER_WPR_END;
	} else if (m->wpr_end != end) {
		return GM_BOOTER_WPR_END;
	}
	if (m->frts_bytes != GSP_FRTS_BYTES || m->frts != m->wpr_end - m->frts_bytes)
		return GM_BOOTER_FRTS;
	if (!m->bootloader_bytes || m->bootloader_bytes > GSP_FRTS_BYTES ||
	    m->code_offset >= m->bootloader_bytes || m->data_offset >= m->bootloader_bytes ||
	    m->manifest_offset >= m->bootloader_bytes)
		return GM_BOOTER_BOOTLOADER;
	if (m->boot_bin != gm_align_down(m->frts - m->bootloader_bytes, GSP_BOOTLOADER_ALIGN))
		return GM_BOOTER_BOOT_BIN;
	return GM_BOOTER_OK;
}

static bool heap_size_ok(const struct meta *m, const char *line)
{
	for (size_t i = 0; i < sizeof(heap_rules) / sizeof(heap_rules[0]); i++) {
		if (strncmp(line, heap_rules[i].prefix, strlen(heap_rules[i].prefix)))
			continue;
		if (m->partitions)
			return m->heap_bytes >= heap_rules[i].vgpu_min &&
			       m->heap_bytes <= heap_rules[i].vgpu_max;
		return m->heap_bytes >= heap_rules[i].min && m->heap_bytes <= heap_rules[i].max;
	}
	return true;
}

/* From the image down to the start of the reservation. */
static enum gm_booter_error check_bottom(const struct gpu_model *gm, const struct meta *m,
					 const char *line)
{
	if (m->image_bytes >= m->boot_bin ||
	    m->image != gm_align_down(m->boot_bin - m->image_bytes, GSP_IMAGE_ALIGN))
		return GM_BOOTER_IMAGE_OFFSET;
	if (!m->heap || m->heap >= m->image || (m->heap & (GSP_HEAP_ALIGN - 1)))
		return GM_BOOTER_HEAP;
	if (m->heap_bytes != gm_align_down(m->image - m->heap, GSP_HEAP_ALIGN) ||
	    !heap_size_ok(m, line))
		return GM_BOOTER_HEAP_SIZE;
	if (m->wpr_start != gm_align_down(m->heap - GSP_FW_WPR_META_BYTES, GSP_HEAP_ALIGN))
		return GM_BOOTER_WPR_START;
	if (m->non_wpr_bytes != GSP_NON_WPR_HEAP_BYTES || m->wpr_start < m->non_wpr_bytes ||
	    m->non_wpr != m->wpr_start - m->non_wpr_bytes)
		return GM_BOOTER_NON_WPR_HEAP;
	if (m->rsvd != m->non_wpr)
		return GM_BOOTER_RESERVED_START;
	if (m->pmu_bytes)
		return GM_BOOTER_PMU_RESERVED;
	if (m->partitions > gm->board.num_vfs)
		return GM_BOOTER_PARTITIONS;
	return GM_BOOTER_OK;
}

/* WPR2 as FWSEC left it, and memory beyond what GFW has scrubbed. */
static enum gm_booter_error check_state(const struct gpu_model *gm, const struct meta *m)
{
	uint32_t chip = ABI_GET(NV_PMC_BOOT_42_CHIP_ID, gm->board.boot_42);
	bool scrubber_exists = chip >= AD10X_CHIP_FIRST && chip <= AD10X_CHIP_LAST;
	uint64_t start, end;

	if (!gm_wpr2_range(gm, &start, &end))
		return GM_BOOTER_WPR2_UNSET;
	if (gm->fw_reserved_start)
		return GM_BOOTER_WPR2_SET;
	if (start != m->frts || end != m->frts + m->frts_bytes)
		return GM_BOOTER_WPR2_MISMATCH;
	if (m->fb - m->rsvd > GSP_PRESCRUBBED_BYTES && !(scrubber_exists && gm->scrubbed))
		return GM_BOOTER_SCRUB_MISSING;
	return GM_BOOTER_OK;
}

static bool dma_page(struct gpu_model *gm, uint64_t addr, uint8_t *page)
{
	return addr && !(addr & (GSP_PAGE_BYTES - 1)) &&
	       !gm_dma_read(gm, 0, addr, page, GSP_PAGE_BYTES);
}

/* Walk every entry that the image needs; read its first and last page. */
static enum gm_booter_error check_radix3(struct gpu_model *gm, const struct meta *m)
{
	uint64_t pages = (m->image_bytes + GSP_PAGE_BYTES - 1) >> GSP_PAGE_SHIFT;
	uint8_t level1[GSP_PAGE_BYTES], level2[GSP_PAGE_BYTES], data[GSP_PAGE_BYTES];

	if (!pages || m->image_bytes > GSP_RADIX3_MAX_BYTES)
		return GM_BOOTER_RADIX3;
	if (!dma_page(gm, m->radix3, level2) || !dma_page(gm, gm_get64(level2), level1))
		return GM_BOOTER_RADIX3;
	for (uint64_t i = 0; i < pages; i++) {
		uint64_t slot = i % GSP_RADIX3_ENTRIES, addr;

		if (!slot && !dma_page(gm, gm_get64(level1 + 8 * (i / GSP_RADIX3_ENTRIES)), level2))
			return GM_BOOTER_RADIX3;
		addr = gm_get64(level2 + 8 * slot);
		if (!addr || (addr & (GSP_PAGE_BYTES - 1)))
			return GM_BOOTER_RADIX3;
		if ((!i || i == pages - 1) && !dma_page(gm, addr, data))
			return GM_BOOTER_IMAGE_UNREADABLE;
	}
	return GM_BOOTER_OK;
}

/* First and last 256 bytes of a buffer; false when unreadable. */
static bool dma_ends(struct gpu_model *gm, uint64_t addr, uint64_t bytes)
{
	uint8_t block[256];
	size_t len = bytes < sizeof(block) ? (size_t)bytes : sizeof(block);

	return addr && !gm_dma_read(gm, 0, addr, block, len) &&
	       !gm_dma_read(gm, 0, addr + bytes - len, block, len);
}

static enum gm_booter_error check_buffers(struct gpu_model *gm, const struct meta *m)
{
	if (!dma_ends(gm, m->bootloader, m->bootloader_bytes))
		return GM_BOOTER_BOOTLOADER;
	if (!m->signature_bytes || m->signature_bytes > GSP_SIGNATURE_BYTES ||
	    !dma_ends(gm, m->signature, m->signature_bytes))
		return GM_BOOTER_SIGNATURE;
	return check_radix3(gm, m);
}

enum gm_booter_error gm_booter_load(struct gpu_model *gm, uint64_t meta_addr)
{
	struct gsp_fw_wpr_meta raw;
	enum gm_booter_error error;
	struct meta m;
	const char *line;

	if (gm_fail(gm, "booter"))
		return GM_BOOTER_INJECTED;
	if (gm_dma_read(gm, 0, meta_addr, &raw, sizeof(raw)))
		return GM_BOOTER_META_UNREADABLE;
	if (le64toh(raw.magic) != GSP_FW_WPR_META_MAGIC)
		return GM_BOOTER_META_MAGIC;
	if (le64toh(raw.revision) != GSP_FW_WPR_META_REVISION)
		return GM_BOOTER_META_REVISION;
	if (raw.verified || raw.boot_count)
		return GM_BOOTER_META_VERIFIED;
	meta_decode(&raw, &m);
	line = gm_fw_line(gm, m.image_bytes);
	if (!line)
		return GM_BOOTER_IMAGE_SIZE;
	error = check_top(gm, &m);
	if (!error)
		error = check_bottom(gm, &m, line);
	if (!error)
		error = check_state(gm, &m);
	if (!error)
		error = check_buffers(gm, &m);
	if (error)
		return error;
	/* Booter keeps its own copy, marked, at the start of WPR2. */
	raw.verified = htole64(GSP_FW_WPR_META_VERIFIED);
	if (gm_vram_write(gm, m.wpr_start, &raw, sizeof(raw)))
		return GM_BOOTER_WPR_START;
	gm->wpr_start = m.wpr_start;
	gm->fw_reserved_start = m.rsvd;
	return GM_BOOTER_OK;
}
