// SPDX-License-Identifier: GPL-2.0-only
/* Walking the VBIOS: image chain, BIT table, falcon ucode table. Every byte is untrusted. */
#include <asm/unaligned.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../abi/vbios.h"
#include "../abi/regs.h"
#include "fw.h"

static int vbios_fail(const char **why, int err, const char *text)
{
	*why = text;
	return err;
}

/* Does [@offset, @offset + @bytes) lie in the ROM? */
static bool vbios_inside(const struct vbios *vb, u32 offset, u32 bytes)
{
	return offset <= vb->bytes && bytes <= vb->bytes - offset;
}

/* Make [@offset, @offset + @bytes) readable; false when it does not lie in the ROM. */
static bool vbios_have(const struct vbios *vb, u32 offset, u32 bytes)
{
	if (!vbios_inside(vb, offset, bytes))
		return false;
	if (vb->fetch)
		vb->fetch(vb, offset, bytes);
	return true;
}

static u16 vbios_le16(const struct vbios *vb, u32 offset)
{
	return get_unaligned_le16(vb->data + offset);
}

static u32 vbios_le32(const struct vbios *vb, u32 offset)
{
	return get_unaligned_le32(vb->data + offset);
}

static bool vbios_is_rom(u16 signature)
{
	return signature == VBIOS_ROM_SIGNATURE || signature == VBIOS_ROM_SIGNATURE_NV ||
	       signature == VBIOS_ROM_SIGNATURE_ALT;
}

/* Start of the first image: 0, or behind an IFR header. */
static int vbios_rom_start(struct vbios *vb, u32 *start, const char **why)
{
	u32 fixed1, fixed2, at;

	if (!vbios_have(vb, 0, sizeof(struct vbios_ifr_header)))
		return vbios_fail(why, -EINVAL, "the ROM window cannot be read");
	*start = 0;
	if (vbios_le32(vb, 0) != VBIOS_IFR_SIGNATURE)
		return 0;
	fixed1 = vbios_le32(vb, offsetof(struct vbios_ifr_header, fixed1));
	fixed2 = vbios_le32(vb, offsetof(struct vbios_ifr_header, fixed2));
	switch (ABI_GET(VBIOS_IFR_FIXED1_VERSION, fixed1)) {
	case 1:
	case 2:
		at = ABI_GET(VBIOS_IFR_FIXED1_DATA_BYTES, fixed1) + 4;
		break;
	case 3:
		at = ABI_GET(VBIOS_IFR_FIXED2_TOTAL_BYTES, fixed2);
		if (!vbios_have(vb, at, 4))
			return vbios_fail(why, -EINVAL, "its IFR header points outside the ROM");
		at = vbios_le32(vb, at);
		if (at > vb->bytes - VBIOS_IFR_DIRECTORY_OFFSET)
			return vbios_fail(why, -EINVAL, "its IFR directory is outside the ROM");
		at += VBIOS_IFR_DIRECTORY_OFFSET;
		if (!vbios_have(vb, at, sizeof(struct vbios_ifr_directory)) ||
		    vbios_le32(vb, at) != VBIOS_IFR_DIRECTORY_SIGNATURE)
			return vbios_fail(why, -EINVAL, "its IFR directory is missing");
		at += offsetof(struct vbios_ifr_directory, rom_offset);
		break;
	default:
		return vbios_fail(why, -EINVAL, "its IFR header has an unknown version");
	}
	if (!vbios_have(vb, at, 4))
		return vbios_fail(why, -EINVAL, "its IFR header points outside the ROM");
	*start = vbios_le32(vb, at);
	if (*start % 4)
		return vbios_fail(why, -EINVAL, "its first image is not aligned");
	return 0;
}

/* One image's facts. */
struct vbios_image {
	u32 start, bytes;
	u8 code_type;
	bool last;
};

static int vbios_image_read(struct vbios *vb, u32 start, struct vbios_image *img, const char **why)
{
	u32 pcir, npde, signature, revision;

	if (!vbios_have(vb, start, sizeof(struct vbios_rom_header)))
		return vbios_fail(why, -EINVAL, "an image header is outside the ROM");
	if (!vbios_is_rom(vbios_le16(vb, start)))
		return vbios_fail(why, -EINVAL, "an image has no ROM signature");
	pcir = vbios_le16(vb, start + offsetof(struct vbios_rom_header, pcir_offset));
	if (pcir > VBIOS_HEADER_WINDOW_BYTES - sizeof(struct vbios_pcir))
		return vbios_fail(why, -EINVAL, "a PCIR structure is outside its image's header");
	pcir += start;
	if (!vbios_have(vb, pcir, sizeof(struct vbios_pcir)))
		return vbios_fail(why, -EINVAL, "a PCIR structure is outside the ROM");
	signature = vbios_le32(vb, pcir);
	if (signature != VBIOS_PCIR_SIGNATURE && signature != VBIOS_PCIR_SIGNATURE_NPDS &&
	    signature != VBIOS_PCIR_SIGNATURE_RGIS)
		return vbios_fail(why, -EINVAL, "an image has no PCIR structure");

	img->start = start;
	img->bytes = vbios_le16(vb, pcir + offsetof(struct vbios_pcir, image_blocks)) *
		     VBIOS_BLOCK_BYTES;
	img->code_type = vb->data[pcir + offsetof(struct vbios_pcir, code_type)];
	img->last = vb->data[pcir + offsetof(struct vbios_pcir, last)] & VBIOS_PCIR_LAST;

	npde = pcir - start + vbios_le16(vb, pcir + offsetof(struct vbios_pcir, length));
	npde = start + ALIGN(npde, VBIOS_NPDE_ALIGN);
	if (vbios_have(vb, npde, sizeof(struct vbios_npde)) &&
	    vbios_le32(vb, npde) == VBIOS_NPDE_SIGNATURE) {
		revision = vbios_le16(vb, npde + offsetof(struct vbios_npde, revision));
		if ((revision == VBIOS_NPDE_REVISION_1_0 || revision == VBIOS_NPDE_REVISION_1_1) &&
		    vbios_le16(vb, npde + offsetof(struct vbios_npde, length)) >=
			    VBIOS_NPDE_MIN_BYTES) {
			img->bytes = vbios_le16(vb, npde + offsetof(struct vbios_npde,
								    image_blocks)) *
				     VBIOS_BLOCK_BYTES;
			img->last = vb->data[npde + offsetof(struct vbios_npde, last)] &
				    VBIOS_NPDE_LAST;
		}
	}
	if (!img->bytes)
		return vbios_fail(why, -EINVAL, "an image has length 0");
	return 0;
}

int vbios_walk(struct vbios *vb, const char **why)
{
	struct vbios_image img = {};
	u32 at;
	int err;

	err = vbios_rom_start(vb, &at, why);
	if (err)
		return err;
	do {
		err = vbios_image_read(vb, at, &img, why);
		if (!err && !vbios_inside(vb, at, img.bytes))
			err = vbios_fail(why, -EINVAL, "an image runs past the ROM window");
		if (err) {
			/* What follows the images we need is none of our business. */
			if (vb->pciat_bytes && vb->fwsec_end)
				break;
			return err;
		}
		if (img.code_type == VBIOS_CODE_TYPE_PCIAT && !vb->pciat_bytes) {
			vb->pciat_start = at;
			vb->pciat_bytes = img.bytes;
		}
		if (img.code_type == VBIOS_CODE_TYPE_FWSEC && !vb->fwsec_end)
			vb->fwsec_start = at;
		if (img.code_type == VBIOS_CODE_TYPE_FWSEC || vb->fwsec_end)
			vb->fwsec_end = at + img.bytes;
		at += img.bytes;
	} while (!img.last && at < vb->bytes);

	if (!vb->pciat_bytes)
		return vbios_fail(why, -EINVAL, "it has no legacy image");
	if (!vb->fwsec_end)
		return vbios_fail(why, -ENOENT, "it has no FWSEC image");
	return 0;
}

/* Pointers count as if the first FWSEC image followed the legacy image directly. */
static bool vbios_pointer(const struct vbios *vb, u32 pointer, u32 bytes, u32 *offset)
{
	u32 room = vb->fwsec_end - vb->fwsec_start;

	if (pointer < vb->pciat_bytes)
		return false;
	pointer -= vb->pciat_bytes;
	if (pointer > room || bytes > room - pointer)
		return false;
	*offset = vb->fwsec_start + pointer;
	return true;
}

/* Offset of the BIT header, 0 when there is none. It comes early: no need to fetch all first. */
static u32 vbios_find_bit(const struct vbios *vb)
{
	u32 at, end = vb->pciat_start + vb->pciat_bytes;

	for (at = vb->pciat_start; at + VBIOS_BIT_HEADER_BYTES <= end; at++)
		if (vbios_have(vb, at, VBIOS_BIT_HEADER_BYTES) &&
		    vbios_le16(vb, at) == VBIOS_BIT_ID &&
		    vbios_le32(vb, at + 2) == VBIOS_BIT_SIGNATURE)
			return at;
	return 0;
}

/* The FALCON_DATA token's pointer to the ucode table. */
static int vbios_falcon_data(const struct vbios *vb, u32 *pointer, const char **why)
{
	u32 bit = vbios_find_bit(vb);
	u32 i, at, step, count, data;

	if (!bit)
		return vbios_fail(why, -EINVAL, "its BIT table is missing");
	step = vb->data[bit + offsetof(struct vbios_bit_header, token_size)];
	count = vb->data[bit + offsetof(struct vbios_bit_header, tokens)];
	at = bit + vb->data[bit + offsetof(struct vbios_bit_header, header_size)];
	if (step < VBIOS_BIT_TOKEN_BYTES)
		return vbios_fail(why, -EINVAL, "its BIT tokens are too short");
	for (i = 0; i < count; i++, at += step) {
		if (at + VBIOS_BIT_TOKEN_BYTES > vb->pciat_start + vb->pciat_bytes ||
		    !vbios_have(vb, at, VBIOS_BIT_TOKEN_BYTES))
			return vbios_fail(why, -EINVAL, "its BIT table is cut off");
		if (vb->data[at] != VBIOS_BIT_TOKEN_FALCON_DATA ||
		    vb->data[at + 1] != VBIOS_BIT_TOKEN_FALCON_DATA_VERSION ||
		    vbios_le16(vb, at + offsetof(struct vbios_bit_token, data_size)) < 4)
			continue;
		data = vbios_le16(vb, at + offsetof(struct vbios_bit_token, data_offset));
		if (data + 4 > vb->pciat_bytes || !vbios_have(vb, vb->pciat_start + data, 4))
			return vbios_fail(why, -EINVAL, "its FALCON_DATA token points outside");
		*pointer = vbios_le32(vb, vb->pciat_start + data);
		return 0;
	}
	return vbios_fail(why, -ENOENT, "it has no FALCON_DATA token");
}

/* Descriptor pointer of the production FWSEC in the ucode table. */
static int vbios_fwsec_pointer(const struct vbios *vb, u32 *pointer, const char **why)
{
	u32 table, entry, i, count, step, head;
	int err;

	err = vbios_falcon_data(vb, &table, why);
	if (err)
		return err;
	if (!vbios_pointer(vb, table, sizeof(struct vbios_pmu_header), &table) ||
	    !vbios_have(vb, table, sizeof(struct vbios_pmu_header)))
		return vbios_fail(why, -EINVAL, "its falcon ucode table is outside the FWSEC image");
	head = vb->data[table + offsetof(struct vbios_pmu_header, header_size)];
	step = vb->data[table + offsetof(struct vbios_pmu_header, entry_size)];
	count = vb->data[table + offsetof(struct vbios_pmu_header, entries)];
	if (vb->data[table] != VBIOS_PMU_TABLE_VERSION || step < sizeof(struct vbios_pmu_entry) ||
	    head < sizeof(struct vbios_pmu_header))
		return vbios_fail(why, -EINVAL, "its falcon ucode table has an unknown layout");
	for (i = 0; i < count; i++) {
		entry = table + head + i * step;
		if (entry + sizeof(struct vbios_pmu_entry) > vb->fwsec_end ||
		    !vbios_have(vb, entry, sizeof(struct vbios_pmu_entry)))
			return vbios_fail(why, -EINVAL, "its falcon ucode table is cut off");
		if (vb->data[entry] != VBIOS_PMU_APP_FWSEC)
			continue;
		*pointer = vbios_le32(vb, entry + offsetof(struct vbios_pmu_entry, pointer));
		return 0;
	}
	return vbios_fail(why, -ENOENT, "its falcon ucode table has no production-signed FWSEC");
}

int vbios_find_fwsec(const struct vbios *vb, struct fwsec_location *loc, const char **why)
{
	struct falcon_ucode_desc_v3 desc;
	u32 pointer, at, hdr, size, ucode;
	int err;

	err = vbios_fwsec_pointer(vb, &pointer, why);
	if (err)
		return err;
	if (!vbios_pointer(vb, pointer, sizeof(desc), &at) || !vbios_have(vb, at, sizeof(desc)))
		return vbios_fail(why, -EINVAL, "its FWSEC descriptor is outside the FWSEC image");
	memcpy(&desc, vb->data + at, sizeof(desc));
	hdr = le32_to_cpu(desc.hdr);
	if (!(hdr & FALCON_UCODE_HDR_VALID) || ABI_GET(FALCON_UCODE_HDR_VERSION, hdr) != 3)
		return vbios_fail(why, -EINVAL, "its FWSEC descriptor is not version 3");
	size = ABI_GET(FALCON_UCODE_HDR_SIZE, hdr);
	loc->signature_count = desc.signature_count;
	if (size < sizeof(desc) + loc->signature_count * FALCON_UCODE_SIGNATURE_BYTES)
		return vbios_fail(why, -EINVAL, "its FWSEC descriptor has no room for its signatures");
	loc->signatures_offset = at + sizeof(desc);
	loc->signature_versions = le16_to_cpu(desc.signature_versions);
	loc->imem_bytes = le32_to_cpu(desc.imem_load_size);
	loc->dmem_bytes = le32_to_cpu(desc.dmem_load_size);
	loc->imem_phys = le32_to_cpu(desc.imem_phys_base);
	loc->dmem_phys = le32_to_cpu(desc.dmem_phys_base);
	loc->pkc_offset = le32_to_cpu(desc.pkc_data_offset);
	loc->interface_offset = le32_to_cpu(desc.interface_offset);
	loc->engine_id_mask = le16_to_cpu(desc.engine_id_mask);
	loc->ucode_id = desc.ucode_id;
	if (!(loc->engine_id_mask & NV_PFALCON_ENGID_GSP))
		return vbios_fail(why, -EINVAL, "its FWSEC is not for the GSP falcon");
	if (loc->ucode_id < NV_FUSE_UCODE_ID_MIN || loc->ucode_id > NV_FUSE_UCODE_ID_MAX)
		return vbios_fail(why, -EINVAL, "its FWSEC has an impossible ucode id");
	if (!loc->imem_bytes || !loc->dmem_bytes || loc->imem_bytes > vb->bytes ||
	    loc->dmem_bytes > vb->bytes || loc->imem_bytes % NV_PFALCON_DMA_BLOCK_BYTES)
		return vbios_fail(why, -EINVAL, "its FWSEC has an impossible code or data size");
	ucode = loc->imem_bytes + loc->dmem_bytes;
	if (!vbios_pointer(vb, pointer, size + ucode, &at) || !vbios_have(vb, at, size + ucode))
		return vbios_fail(why, -EINVAL, "its FWSEC ucode runs past the FWSEC image");
	loc->ucode_offset = at + size;
	return 0;
}
