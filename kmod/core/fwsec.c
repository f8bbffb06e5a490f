// SPDX-License-Identifier: GPL-2.0-only
/* FWSEC: the VBIOS' own heavy-secure code, run on the GSP falcon to open and close WPR2. */
#include <asm/unaligned.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../abi/vbios.h"
#include "../abi/regs.h"
#include "fw.h"
#include "gpu.h"

#define FWSEC_PROM_WORD 4U

/* ---- out of the VBIOS ---- */

/* Copy @bytes at DMEM offset @offset of the ucode; false when outside. */
static bool fwsec_dmem(const struct falcon_ucode *ucode, u32 offset, u32 bytes, void *out)
{
	if (offset > ucode->dmem_bytes || bytes > ucode->dmem_bytes - offset)
		return false;
	if (out)
		memcpy(out, ucode->image + ucode->dmem_offset + offset, bytes);
	return true;
}

/* Find the DMEM mapper through the application interface table, then the command buffer. */
static int fwsec_locate(struct fwsec *fwsec, u32 interface_offset, const char **why)
{
	const struct falcon_ucode *ucode = &fwsec->ucode;
	struct falcon_dmemmapper mapper;
	struct falcon_appif_header head;
	struct falcon_appif_entry entry;
	u32 i, at;

	if (!fwsec_dmem(ucode, interface_offset, sizeof(head), &head) ||
	    head.version != FALCON_APPIF_VERSION || head.entry_size < sizeof(entry) ||
	    head.header_size < sizeof(head)) {
		*why = "its FWSEC has no application interface table";
		return -EINVAL;
	}
	for (i = 0; i < head.entries; i++) {
		at = interface_offset + head.header_size + i * head.entry_size;
		if (!fwsec_dmem(ucode, at, sizeof(entry), &entry))
			break;
		if (le32_to_cpu(entry.id) != FALCON_APPIF_ID_DMEMMAPPER)
			continue;
		at = le32_to_cpu(entry.dmem_offset);
		if (!fwsec_dmem(ucode, at, sizeof(mapper), &mapper))
			break;
		fwsec->dmemmapper_offset = ucode->dmem_offset + at;
		at = le32_to_cpu(mapper.cmd_in_buffer_offset);
		fwsec->cmd_bytes = le32_to_cpu(mapper.cmd_in_buffer_size);
		if (fwsec->cmd_bytes < sizeof(struct fwsec_frts_cmd) ||
		    !fwsec_dmem(ucode, at, fwsec->cmd_bytes, NULL)) {
			*why = "its FWSEC command buffer is outside DMEM or too small";
			return -EINVAL;
		}
		fwsec->cmd_offset = ucode->dmem_offset + at;
		return 0;
	}
	*why = "its FWSEC has no DMEM mapper";
	return -EINVAL;
}

int fwsec_build(const struct vbios *vb, const struct fwsec_location *loc, u32 fuse,
		struct fwsec *out, const char **why)
{
	struct falcon_ucode *ucode = &out->ucode;
	u32 index, bit = fuse < 16 ? BIT(fuse) : 0;
	int err;

	memset(out, 0, sizeof(*out));
	if (!(loc->signature_versions & bit)) {
		*why = "its FWSEC has no signature for the version burnt into the fuses";
		return -ENOKEY;
	}
	index = hweight16(loc->signature_versions & (bit - 1));
	if (index >= loc->signature_count ||
	    loc->pkc_offset > loc->dmem_bytes - min(loc->dmem_bytes,
						    (u32)FALCON_UCODE_SIGNATURE_BYTES)) {
		*why = "its FWSEC signatures do not match their description";
		return -EINVAL;
	}
	ucode->name = "FWSEC";
	ucode->image_bytes = loc->imem_bytes + loc->dmem_bytes;
	ucode->image = kvmalloc(ucode->image_bytes, GFP_KERNEL);
	if (!ucode->image) {
		*why = "there is no memory for its FWSEC";
		return -ENOMEM;
	}
	memcpy(ucode->image, vb->data + loc->ucode_offset, ucode->image_bytes);
	ucode->imem_bytes = loc->imem_bytes;
	ucode->imem_phys = loc->imem_phys;
	ucode->dmem_offset = loc->imem_bytes;
	ucode->dmem_bytes = loc->dmem_bytes;
	ucode->dmem_phys = loc->dmem_phys;
	ucode->pkc_offset = loc->pkc_offset;
	ucode->engine_id_mask = loc->engine_id_mask;
	ucode->ucode_id = loc->ucode_id;
	if (loc->dmem_bytes < FALCON_UCODE_SIGNATURE_BYTES) {
		*why = "its FWSEC data has no room for a signature";
		err = -EINVAL;
		goto fail;
	}
	memcpy(ucode->image + ucode->dmem_offset + ucode->pkc_offset,
	       vb->data + loc->signatures_offset + index * FALCON_UCODE_SIGNATURE_BYTES,
	       FALCON_UCODE_SIGNATURE_BYTES);
	err = fwsec_locate(out, loc->interface_offset, why);
	if (err)
		goto fail;
	return 0;

fail:
	falcon_ucode_free(ucode);
	return err;
}

/*
 * PROM is slow: 32-bit words, each once, and only those that somebody asks for. Most of a ROM is
 * code for the host's processor, which nobody does.
 */
static void fwsec_fetch_prom(const struct vbios *vb, u32 offset, u32 bytes)
{
	u32 at;

	for (at = ALIGN_DOWN(offset, FWSEC_PROM_WORD); at < offset + bytes; at += FWSEC_PROM_WORD)
		if (!__test_and_set_bit(at / FWSEC_PROM_WORD, vb->fetched))
			put_unaligned_le32(vgpu_rd32(vb->gpu, NV_PROM + at), vb->data + at);
}

int fwsec_load(struct vgpu_gpu *gpu)
{
	struct vbios vb = { .bytes = NV_PROM_BYTES, .fetch = fwsec_fetch_prom, .gpu = gpu };
	struct fwsec_location loc = {};
	const char *why = "";
	u32 shadow, fuse;
	int err;

	vb.data = kvmalloc(vb.bytes, GFP_KERNEL);
	vb.fetched = kvzalloc(BITS_TO_LONGS(vb.bytes / FWSEC_PROM_WORD) * sizeof(long),
			      GFP_KERNEL);
	if (!vb.data || !vb.fetched) {
		vgpu_gpu_error(gpu, "VBIOS: no memory for a copy; free some and try again");
		err = -ENOMEM;
		goto out;
	}
	/* The ROM itself, not its shadow in VRAM. */
	shadow = vgpu_rd32(gpu, NV_XVE_ROM_CTRL);
	vgpu_wr32(gpu, NV_XVE_ROM_CTRL, shadow & ~NV_XVE_ROM_CTRL_SHADOW);
	err = vbios_walk(&vb, &why);
	if (!err)
		err = vbios_find_fwsec(&vb, &loc, &why);
	vgpu_wr32(gpu, NV_XVE_ROM_CTRL, shadow);
	if (!err) {
		fuse = vgpu_rd32(gpu, NV_FUSE_UCODE_VERSION_GSP(loc.ucode_id));
		fuse = fls(ABI_GET(NV_FUSE_UCODE_VERSION_DATA, fuse));
		err = fwsec_build(&vb, &loc, fuse, &gpu->boot.fwsec, &why);
	}
	if (err)
		vgpu_gpu_error(gpu, "VBIOS: %s; GSP cannot be started without FWSEC, update the board's VBIOS",
			       why);
out:
	kvfree(vb.fetched);
	kvfree(vb.data);
	return err;
}

/* ---- running it ---- */

u64 gsp_wpr2_end(struct vgpu_gpu *gpu)
{
	u32 hi = vgpu_rd32(gpu, NV_PFB_MMU_WPR2_HI);

	return (u64)ABI_GET(NV_PFB_MMU_WPR_ADDR, hi) << NV_PFB_MMU_WPR_ADDR_SHIFT;
}

static void fwsec_set_command(struct fwsec *fwsec, u32 init_cmd, u64 offset, u64 bytes)
{
	struct fwsec_frts_cmd cmd = {
		.read_vbios = {
			.version = cpu_to_le32(FWSEC_READ_VBIOS_VERSION),
			.size = cpu_to_le32(sizeof(struct fwsec_read_vbios)),
			.flags = cpu_to_le32(FWSEC_READ_VBIOS_FLAGS),
		},
		.frts_region = {
			.version = cpu_to_le32(FWSEC_FRTS_REGION_VERSION),
			.size = cpu_to_le32(sizeof(struct fwsec_frts_region)),
			.offset_4k = cpu_to_le32(offset >> FWSEC_FRTS_REGION_SHIFT),
			.size_4k = cpu_to_le32(bytes >> FWSEC_FRTS_REGION_SHIFT),
			.media = cpu_to_le32(FWSEC_FRTS_REGION_MEDIA_FB),
		},
	};
	u8 *image = fwsec->ucode.image;
	__le32 word = cpu_to_le32(init_cmd);

	memcpy(image + fwsec->dmemmapper_offset + offsetof(struct falcon_dmemmapper, init_cmd),
	       &word, sizeof(word));
	memset(image + fwsec->cmd_offset, 0, fwsec->cmd_bytes);
	memcpy(image + fwsec->cmd_offset, &cmd,
	       init_cmd == FWSEC_CMD_FRTS ? sizeof(cmd) : sizeof(cmd.read_vbios));
}

/* Reset the falcon, run FWSEC with the command set, check the mailbox. */
static int fwsec_run(struct vgpu_gpu *gpu, const char *what)
{
	u32 mailbox[2] = {};
	int err;

	err = falcon_reset(gpu, &falcon_gsp, false);
	if (err)
		return err;
	gpu->boot.hw_touched = true;
	err = falcon_run(gpu, &falcon_gsp, &gpu->boot.fwsec.ucode, mailbox);
	if (err)
		return err;
	if (mailbox[0]) {
		vgpu_gpu_error(gpu, "%s: ended with error 0x%x on the GSP falcon; power-cycle the board",
			       what, mailbox[0]);
		return -EIO;
	}
	return 0;
}

int fwsec_run_frts(struct vgpu_gpu *gpu)
{
	const struct gsp_layout *l = &gpu->boot.layout;
	u64 start, end = gsp_wpr2_end(gpu);
	u32 code;
	int err;

	if (end) {
		vgpu_gpu_error(gpu, "WPR2: already set up to 0x%llx, another driver left GSP running; reset the GPU and try again",
			       end);
		return -EBUSY;
	}
	fwsec_set_command(&gpu->boot.fwsec, FWSEC_CMD_FRTS, l->frts_offset, l->frts_bytes);
	err = fwsec_run(gpu, "FWSEC-FRTS");
	if (err)
		return err;
	code = ABI_GET(NV_PBUS_SW_SCRATCH_FRTS_ERROR, vgpu_rd32(gpu, NV_PBUS_SW_SCRATCH_FRTS));
	if (code) {
		vgpu_gpu_error(gpu, "FWSEC-FRTS: reports error 0x%x; power-cycle the board", code);
		return -EIO;
	}
	end = gsp_wpr2_end(gpu);
	start = (u64)ABI_GET(NV_PFB_MMU_WPR_ADDR, vgpu_rd32(gpu, NV_PFB_MMU_WPR2_LO))
		<< NV_PFB_MMU_WPR_ADDR_SHIFT;
	if (!end || start != l->frts_offset) {
		vgpu_gpu_error(gpu, "FWSEC-FRTS: WPR2 is 0x%llx to 0x%llx instead of starting at 0x%llx; power-cycle the board",
			       start, end, l->frts_offset);
		return -EIO;
	}
	return 0;
}

int fwsec_run_sb(struct vgpu_gpu *gpu)
{
	u32 code;
	int err;

	fwsec_set_command(&gpu->boot.fwsec, FWSEC_CMD_SB, 0, 0);
	err = fwsec_run(gpu, "FWSEC-SB");
	if (err)
		return err;
	code = ABI_GET(NV_PBUS_SW_SCRATCH_SB_ERROR, vgpu_rd32(gpu, NV_PBUS_SW_SCRATCH_SB));
	if (code) {
		vgpu_gpu_error(gpu, "FWSEC-SB: reports error 0x%x; power-cycle the board", code);
		return -EIO;
	}
	return 0;
}
