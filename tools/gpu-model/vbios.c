// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VBIOS made up from scratch, with what drivers parse and nothing else (hw/boot.md 4.8): a PciAt
 * image with a BIT table and an FWSEC image with the ucode descriptor, both chained by PCIR and
 * NPDE. The FWSEC "code" is a pattern: it is compared when loaded, never executed.
 */
#include "board.h"

#define PCIAT_BYTES 0x1000
#define FWSEC_IMAGE 0x1000
#define FWSEC_IMAGE_BYTES 0x2400
#define ROM_BYTES (FWSEC_IMAGE + FWSEC_IMAGE_BYTES)

/* Places inside either image. */
#define PCIR_OFFSET 0x40
#define NPDE_OFFSET 0x60
/* Places inside the PciAt image. */
#define BIT_OFFSET 0x100
#define BIOSDATA_OFFSET 0x180
#define BIOSDATA_BYTES 6
#define INFO_OFFSET 0x1a0
#define INFO_BYTES 8
#define FALCON_DATA_OFFSET 0x1c0
#define FALCON_DATA_BYTES 4
/* Places inside the FWSEC image. */
#define PMU_TABLE_OFFSET 0x100
#define DESC_OFFSET 0x200
#define SIGNATURE_OFFSET (DESC_OFFSET + sizeof(struct falcon_ucode_desc_v3))
#define IMEM_OFFSET (SIGNATURE_OFFSET + FALCON_UCODE_SIGNATURE_BYTES)
#define DMEM_OFFSET (IMEM_OFFSET + GM_FWSEC_IMEM_BYTES)
_Static_assert(DMEM_OFFSET + GM_FWSEC_DMEM_BYTES <= FWSEC_IMAGE_BYTES, "FWSEC image");

#define PCIR_REVISION 3
#define NPDE_BYTES 0x10
#define BIT_TOKENS 3
#define APPIF_OFFSET 0
#define APPIF_DEVINIT_OFFSET 0x80
/* "95.02.xx" in the shape of a real version, of a board nobody sells. */
#define BIOS_VERSION 0x95020000
#define BIOS_OEM_VERSION 1
#define PMU_TARGET 0x07

/* Bytes that look like nothing and are the same on every run. */
static void fill_pseudo_random(uint8_t *p, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i++) {
		seed = seed * 1664525 + 1013904223;
		p[i] = (uint8_t)(seed >> 24);
	}
}

static uint8_t checksum(const uint8_t *p, size_t len)
{
	uint8_t sum = 0;

	while (len--)
		sum = (uint8_t)(sum + *p++);
	return (uint8_t)-sum;
}

static void image_headers(const struct gpu_model *gm, uint8_t *image, uint8_t type, uint32_t bytes,
			  bool last)
{
	uint16_t blocks = (uint16_t)(bytes / VBIOS_BLOCK_BYTES);
	struct vbios_pcir pcir = {
		.signature = htole32(VBIOS_PCIR_SIGNATURE),
		.vendor = htole16(NV_PCI_VENDOR_ID),
		.device = htole16(gm->board.device),
		.length = htole16(sizeof(pcir)),
		.revision = PCIR_REVISION,
		.class_code = { NV_PCI_CLASS_3D & 0xff, NV_PCI_CLASS_3D >> 8 & 0xff,
				NV_PCI_CLASS_3D >> 16 },
		.image_blocks = htole16(blocks),
		.code_type = type,
		.last = last ? VBIOS_PCIR_LAST : 0,
	};
	struct vbios_npde npde = {
		.signature = htole32(VBIOS_NPDE_SIGNATURE),
		.revision = htole16(VBIOS_NPDE_REVISION_1_1),
		.length = htole16(NPDE_BYTES),
		.image_blocks = htole16(blocks),
		.last = last ? VBIOS_NPDE_LAST : 0,
	};

	gm_put16(image, VBIOS_ROM_SIGNATURE);
	image[2] = (uint8_t)blocks;
	gm_put16(image + offsetof(struct vbios_rom_header, pcir_offset), PCIR_OFFSET);
	memcpy(image + PCIR_OFFSET, &pcir, sizeof(pcir));
	memcpy(image + NPDE_OFFSET, &npde, sizeof(npde));
}

static void bit_token(uint8_t *at, uint8_t id, uint8_t version, uint16_t size, uint16_t offset)
{
	at[0] = id;
	at[1] = version;
	gm_put16(at + 2, size);
	gm_put16(at + 4, offset);
}

static void build_pciat(const struct gpu_model *gm, uint8_t *image)
{
	uint8_t *bit = image + BIT_OFFSET;

	image_headers(gm, image, VBIOS_CODE_TYPE_PCIAT, PCIAT_BYTES, false);
	gm_put16(bit, VBIOS_BIT_ID);
	gm_put32(bit + offsetof(struct vbios_bit_header, signature), VBIOS_BIT_SIGNATURE);
	gm_put16(bit + offsetof(struct vbios_bit_header, version), VBIOS_BIT_VERSION);
	bit[offsetof(struct vbios_bit_header, header_size)] = VBIOS_BIT_HEADER_BYTES;
	bit[offsetof(struct vbios_bit_header, token_size)] = VBIOS_BIT_TOKEN_BYTES;
	bit[offsetof(struct vbios_bit_header, tokens)] = BIT_TOKENS;
	bit[offsetof(struct vbios_bit_header, checksum)] = checksum(bit, VBIOS_BIT_HEADER_BYTES);
	bit += VBIOS_BIT_HEADER_BYTES;
	bit_token(bit, VBIOS_BIT_TOKEN_BIOSDATA, 2, BIOSDATA_BYTES, BIOSDATA_OFFSET);
	bit += VBIOS_BIT_TOKEN_BYTES;
	bit_token(bit, VBIOS_BIT_TOKEN_INFO, 2, INFO_BYTES, INFO_OFFSET);
	bit += VBIOS_BIT_TOKEN_BYTES;
	bit_token(bit, VBIOS_BIT_TOKEN_FALCON_DATA, VBIOS_BIT_TOKEN_FALCON_DATA_VERSION,
		  FALCON_DATA_BYTES, FALCON_DATA_OFFSET);
	gm_put32(image + BIOSDATA_OFFSET, BIOS_VERSION);
	image[BIOSDATA_OFFSET + 4] = BIOS_OEM_VERSION;
	gm_put32(image + INFO_OFFSET, BIOS_VERSION);
	image[INFO_OFFSET + 4] = BIOS_OEM_VERSION;
	gm_put32(image + FALCON_DATA_OFFSET, PCIAT_BYTES + PMU_TABLE_OFFSET);
	image[PCIAT_BYTES - 1] = checksum(image, PCIAT_BYTES);
}

static void build_dmem(uint8_t *dmem)
{
	struct falcon_appif_header head = {
		.version = FALCON_APPIF_VERSION,
		.header_size = sizeof(head),
		.entry_size = sizeof(struct falcon_appif_entry),
		.entries = 2,
	};
	struct falcon_appif_entry entry[] = {
		{ htole32(FALCON_APPIF_ID_DEVINIT), htole32(APPIF_DEVINIT_OFFSET) },
		{ htole32(FALCON_APPIF_ID_DMEMMAPPER), htole32(GM_FWSEC_MAPPER_OFFSET) },
	};
	struct falcon_dmemmapper mapper = {
		.signature = htole32(FALCON_DMEMMAPPER_SIGNATURE),
		.version = htole16(FALCON_DMEMMAPPER_VERSION),
		.size = htole16(sizeof(mapper)),
		.cmd_in_buffer_offset = htole32(GM_FWSEC_CMD_OFFSET),
		.cmd_in_buffer_size = htole32(GM_FWSEC_CMD_BYTES),
		.cmd_out_buffer_offset = htole32(GM_FWSEC_OUT_OFFSET),
		.cmd_out_buffer_size = htole32(GM_FWSEC_OUT_BYTES),
	};

	memcpy(dmem + APPIF_OFFSET, &head, sizeof(head));
	memcpy(dmem + APPIF_OFFSET + sizeof(head), entry, sizeof(entry));
	memcpy(dmem + GM_FWSEC_MAPPER_OFFSET, &mapper, sizeof(mapper));
}

static void build_fwsec(struct gpu_model *gm, uint8_t *image)
{
	struct falcon_ucode_desc_v3 desc = {
		.hdr = htole32(FALCON_UCODE_HDR_VALID | ABI_PREP(FALCON_UCODE_HDR_VERSION, 3U) |
			       ABI_PREP(FALCON_UCODE_HDR_SIZE,
					(uint32_t)sizeof(desc) + FALCON_UCODE_SIGNATURE_BYTES)),
		.stored_size = htole32(GM_FWSEC_IMEM_BYTES + GM_FWSEC_DMEM_BYTES),
		.pkc_data_offset = htole32(GM_FWSEC_SIGNATURE_OFFSET),
		.interface_offset = htole32(APPIF_OFFSET),
		.imem_load_size = htole32(GM_FWSEC_IMEM_BYTES),
		.dmem_load_size = htole32(GM_FWSEC_DMEM_BYTES),
		.engine_id_mask = htole16(NV_PFALCON_ENGID_GSP),
		.ucode_id = GM_FWSEC_UCODE_ID,
		.signature_count = 1,
		.signature_versions = htole16(1), /* fuse version 0 */
	};
	uint8_t *pmu = image + PMU_TABLE_OFFSET;

	image_headers(gm, image, VBIOS_CODE_TYPE_FWSEC, FWSEC_IMAGE_BYTES, true);
	pmu[offsetof(struct vbios_pmu_header, version)] = VBIOS_PMU_TABLE_VERSION;
	pmu[offsetof(struct vbios_pmu_header, header_size)] = sizeof(struct vbios_pmu_header);
	pmu[offsetof(struct vbios_pmu_header, entry_size)] = sizeof(struct vbios_pmu_entry);
	pmu[offsetof(struct vbios_pmu_header, entries)] = gm_fail(gm, "vbios") ? 0 : 1;
	pmu[offsetof(struct vbios_pmu_header, descriptor_version)] = 3;
	pmu[offsetof(struct vbios_pmu_header, descriptor_size)] = sizeof(desc);
	pmu += sizeof(struct vbios_pmu_header);
	pmu[offsetof(struct vbios_pmu_entry, app)] = VBIOS_PMU_APP_FWSEC;
	pmu[offsetof(struct vbios_pmu_entry, target)] = PMU_TARGET;
	gm_put32(pmu + offsetof(struct vbios_pmu_entry, pointer), PCIAT_BYTES + DESC_OFFSET);
	memcpy(image + DESC_OFFSET, &desc, sizeof(desc));
	fill_pseudo_random(image + SIGNATURE_OFFSET, FALCON_UCODE_SIGNATURE_BYTES, 1);
	fill_pseudo_random(image + IMEM_OFFSET, GM_FWSEC_IMEM_BYTES, 2);
	build_dmem(image + DMEM_OFFSET);
}

int gm_vbios_build(struct gpu_model *gm)
{
	if (!gm->rom)
		gm->rom = malloc(ROM_BYTES);
	if (!gm->rom)
		return -ENOMEM;
	gm->rom_bytes = ROM_BYTES;
	memset(gm->rom, 0, ROM_BYTES);
	build_pciat(gm, gm->rom);
	build_fwsec(gm, gm->rom + FWSEC_IMAGE);
	return 0;
}

void gm_vbios_free(struct gpu_model *gm)
{
	free(gm->rom);
}

const uint8_t *gm_vbios_fwsec_imem(const struct gpu_model *gm)
{
	return gm->rom + FWSEC_IMAGE + IMEM_OFFSET;
}

const uint8_t *gm_vbios_fwsec_signature(const struct gpu_model *gm)
{
	return gm->rom + FWSEC_IMAGE + SIGNATURE_OFFSET;
}
