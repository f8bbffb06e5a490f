// SPDX-License-Identifier: GPL-2.0-only
/* Firmware files and their containers. Every byte is untrusted. */
#include <asm/unaligned.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/firmware.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "../abi/boot.h"
#include "../abi/firmware.h"
#include "../abi/vbios.h"
#include "../abi/regs.h"
#include "fw.h"
#include "gpu.h"

static int fw_fail(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

/* Copy @bytes at @offset; false when they are not all in the file. */
static bool fw_copy(const u8 *data, size_t size, u64 offset, void *out, size_t bytes)
{
	if (offset > size || bytes > size - offset)
		return false;
	memcpy(out, data + offset, bytes);
	return true;
}

static bool fw_span(const u8 *data, size_t size, u64 offset, u64 bytes, struct fw_span *out)
{
	if (offset > size || bytes > size - offset)
		return false;
	out->data = data + offset;
	out->bytes = bytes;
	return true;
}

static bool fw_u32(const u8 *data, size_t size, u64 offset, u32 *out)
{
	__le32 word;

	if (!fw_copy(data, size, offset, &word, sizeof(word)))
		return false;
	*out = le32_to_cpu(word);
	return true;
}

/* ---- GSP image: ELF64 sections by name ---- */

static int gsp_elf_check(const u8 *data, size_t size, struct gsp_elf_header *eh, const char **why)
{
	if (!fw_copy(data, size, 0, eh, sizeof(*eh)))
		return fw_fail(why, "is too short for an ELF header");
	if (le32_to_cpu(eh->magic) != GSP_ELF_MAGIC || eh->class_size != GSP_ELF_CLASS64 ||
	    eh->data != GSP_ELF_DATA_LSB || le16_to_cpu(eh->machine) != GSP_ELF_MACHINE_RISCV)
		return fw_fail(why, "is not a 64-bit RISC-V ELF file");
	if (le16_to_cpu(eh->shentsize) != sizeof(struct gsp_elf_section) ||
	    le16_to_cpu(eh->shstrndx) >= le16_to_cpu(eh->shnum))
		return fw_fail(why, "has a damaged ELF section table");
	return 0;
}

static bool gsp_elf_section_at(const u8 *data, size_t size, const struct gsp_elf_header *eh,
			       unsigned int index, struct gsp_elf_section *sh)
{
	u64 offset = le64_to_cpu(eh->shoff);

	if (offset > size)
		return false;
	return fw_copy(data, size, offset + (u64)index * sizeof(*sh), sh, sizeof(*sh));
}

/* Find section @name; *@out stays zero when there is none. -EINVAL when the table is damaged. */
static int gsp_elf_find(const u8 *data, size_t size, const struct gsp_elf_header *eh,
			const char *name, struct fw_span *out, const char **why)
{
	struct gsp_elf_section sh;
	struct fw_span names;
	size_t len = strlen(name) + 1;
	unsigned int i;
	u32 at;

	memset(out, 0, sizeof(*out));
	if (!gsp_elf_section_at(data, size, eh, le16_to_cpu(eh->shstrndx), &sh) ||
	    !fw_span(data, size, le64_to_cpu(sh.offset), le64_to_cpu(sh.size), &names))
		return fw_fail(why, "is truncated: its section names are missing");
	for (i = 0; i < le16_to_cpu(eh->shnum); i++) {
		if (!gsp_elf_section_at(data, size, eh, i, &sh))
			return fw_fail(why, "is truncated: its section table is cut off");
		at = le32_to_cpu(sh.name);
		if (at > names.bytes || len > names.bytes - at ||
		    memcmp(names.data + at, name, len))
			continue;
		if (le32_to_cpu(sh.type) == GSP_ELF_SECTION_NOBITS ||
		    !fw_span(data, size, le64_to_cpu(sh.offset), le64_to_cpu(sh.size), out))
			return fw_fail(why, "is truncated: a section runs past its end");
		return 0;
	}
	return 0;
}

int gsp_image_parse(const u8 *data, size_t bytes, const char *signature_section,
		    struct gsp_image *out, const char **why)
{
	struct gsp_elf_header eh;
	struct fw_span version;
	int err;

	memset(out, 0, sizeof(*out));
	err = gsp_elf_check(data, bytes, &eh, why);
	if (!err)
		err = gsp_elf_find(data, bytes, &eh, GSP_ELF_SECTION_IMAGE, &out->image, why);
	if (!err)
		err = gsp_elf_find(data, bytes, &eh, GSP_ELF_SECTION_VERSION, &version, why);
	if (!err)
		err = gsp_elf_find(data, bytes, &eh, signature_section, &out->signature, why);
	if (err)
		return err;
	if (!out->image.bytes || out->image.bytes > GSP_RADIX3_MAX_BYTES)
		return fw_fail(why, "has no GSP image of a possible size");
	if (!version.bytes || version.bytes > sizeof(out->version) ||
	    version.data[version.bytes - 1] != '\0')
		return fw_fail(why, "has no version section");
	memcpy(out->version, version.data, version.bytes);
	if (!out->signature.bytes)
		return fw_fail(why, "has no signature for this chip");
	return 0;
}

/* ---- nvfw container ---- */

static int nvfw_open(const u8 *data, size_t size, struct nvfw_bin_hdr *hdr, struct fw_span *image,
		     const char **why)
{
	if (!fw_copy(data, size, 0, hdr, sizeof(*hdr)))
		return fw_fail(why, "is too short for its header");
	if (le32_to_cpu(hdr->bin_magic) != NVFW_BIN_MAGIC ||
	    le32_to_cpu(hdr->bin_ver) != NVFW_BIN_VERSION)
		return fw_fail(why, "is not an NVIDIA firmware container");
	/* bin_size is rounded up in real files, so the file's own size is the limit. */
	if (!fw_span(data, size, le32_to_cpu(hdr->data_offset), le32_to_cpu(hdr->data_size), image))
		return fw_fail(why, "is truncated: its image runs past its end");
	if (!image->bytes)
		return fw_fail(why, "holds no image");
	return 0;
}

int gsp_bootloader_parse(const u8 *data, size_t bytes, struct gsp_bootloader *out,
			 const char **why)
{
	struct rm_riscv_ucode_desc desc = {};
	struct nvfw_bin_hdr hdr;
	int err;

	memset(out, 0, sizeof(*out));
	err = nvfw_open(data, bytes, &hdr, &out->image, why);
	if (err)
		return err;
	if (!fw_copy(data, bytes, le32_to_cpu(hdr.header_offset), &desc, sizeof(desc)))
		return fw_fail(why, "is truncated: its descriptor is cut off");
	if (le32_to_cpu(desc.version) != RM_RISCV_UCODE_VERSION_GA102)
		return fw_fail(why, "has a descriptor of an unknown version");
	out->app_version = le32_to_cpu(desc.app_version);
	out->code_offset = le32_to_cpu(desc.monitor_code_offset);
	out->data_offset = le32_to_cpu(desc.monitor_data_offset);
	out->manifest_offset = le32_to_cpu(desc.manifest_offset);
	if (out->code_offset >= out->image.bytes || out->data_offset >= out->image.bytes ||
	    out->manifest_offset >= out->image.bytes)
		return fw_fail(why, "describes parts outside its image");
	return 0;
}

/* The load header: where code and data are in the image. */
static int hs_file_layout(const u8 *data, size_t bytes, u32 offset, struct hs_file *out,
			  const char **why)
{
	struct nvfw_hs_load_header_v2 load;
	u32 size;

	if (!fw_copy(data, bytes, offset, &load, sizeof(load)))
		return fw_fail(why, "is truncated: its load header is cut off");
	if (!le32_to_cpu(load.num_apps))
		return fw_fail(why, "has no application");
	out->data_offset = le32_to_cpu(load.os_data_offset);
	out->data_bytes = le32_to_cpu(load.os_data_size);
	out->app_offset = le32_to_cpu(load.app[0].offset);
	out->app_bytes = le32_to_cpu(load.app[0].size);
	size = out->image.bytes;
	if (out->data_offset > size || out->data_bytes > size - out->data_offset ||
	    out->app_offset > size || out->app_bytes > size - out->app_offset ||
	    !out->data_bytes || !out->app_bytes)
		return fw_fail(why, "describes code or data outside its image");
	if ((out->data_offset | out->app_offset | out->app_bytes) % NV_PFALCON_DMA_BLOCK_BYTES)
		return fw_fail(why, "has code or data that is not aligned to 256 bytes");
	return 0;
}

int hs_file_parse(const u8 *data, size_t bytes, struct hs_file *out, const char **why)
{
	struct nvfw_hs_header_v2 hs;
	struct nvfw_hs_meta meta;
	struct nvfw_bin_hdr hdr;
	u32 skip, total;
	int err;

	memset(out, 0, sizeof(*out));
	err = nvfw_open(data, bytes, &hdr, &out->image, why);
	if (err)
		return err;
	if (out->image.bytes > U32_MAX / 2)
		return fw_fail(why, "holds an image of an impossible size");
	if (!fw_copy(data, bytes, le32_to_cpu(hdr.header_offset), &hs, sizeof(hs)) ||
	    !fw_u32(data, bytes, le32_to_cpu(hs.patch_loc), &out->patch_offset) ||
	    !fw_u32(data, bytes, le32_to_cpu(hs.patch_sig), &skip) ||
	    !fw_u32(data, bytes, le32_to_cpu(hs.num_sig), &out->num_signatures) ||
	    !fw_copy(data, bytes, le32_to_cpu(hs.meta_data_offset), &meta, sizeof(meta)))
		return fw_fail(why, "is truncated: its signature header is cut off");
	out->fuse_version = le32_to_cpu(meta.fuse_ver);
	out->engine_id_mask = le32_to_cpu(meta.engine_id);
	out->ucode_id = le32_to_cpu(meta.ucode_id);
	total = le32_to_cpu(hs.sig_prod_size);
	if (!out->num_signatures || out->num_signatures > total ||
	    total % out->num_signatures)
		return fw_fail(why, "has no production signature");
	out->signature_bytes = total / out->num_signatures;
	if (!fw_span(data, bytes, (u64)le32_to_cpu(hs.sig_prod_offset) + skip, total,
		     &out->signatures))
		return fw_fail(why, "is truncated: its signatures run past its end");
	if (out->signature_bytes != FALCON_UCODE_SIGNATURE_BYTES)
		return fw_fail(why, "is signed for another chip generation");
	if (out->ucode_id < NV_FUSE_UCODE_ID_MIN || out->ucode_id > NV_FUSE_UCODE_ID_MAX ||
	    !(out->engine_id_mask & NV_PFALCON_ENGID_SEC2))
		return fw_fail(why, "is not for the SEC2 falcon");
	err = hs_file_layout(data, bytes, le32_to_cpu(hs.header_offset), out, why);
	if (err)
		return err;
	if (out->patch_offset < out->data_offset ||
	    out->patch_offset - out->data_offset > out->data_bytes ||
	    out->signature_bytes > out->data_bytes - (out->patch_offset - out->data_offset))
		return fw_fail(why, "puts its signature outside its data");
	return 0;
}

int hs_file_build(const struct hs_file *hs, const char *name, u32 fuse, struct falcon_ucode *out,
		  const char **why)
{
	u32 index = hs->num_signatures - 1;

	memset(out, 0, sizeof(*out));
	if (fuse) {
		if (fuse > hs->fuse_version || hs->fuse_version - fuse >= hs->num_signatures) {
			*why = "has no signature for the version burnt into the fuses";
			return -ENOKEY;
		}
		index = hs->fuse_version - fuse;
	}
	out->image = kvmalloc(hs->image.bytes, GFP_KERNEL);
	if (!out->image) {
		*why = "does not fit into memory";
		return -ENOMEM;
	}
	memcpy(out->image, hs->image.data, hs->image.bytes);
	memcpy(out->image + hs->patch_offset, hs->signatures.data + index * hs->signature_bytes,
	       hs->signature_bytes);
	out->name = name;
	out->image_bytes = hs->image.bytes;
	out->imem_offset = hs->app_offset;
	out->imem_bytes = hs->app_bytes;
	out->imem_tag = hs->app_offset;
	out->dmem_offset = hs->data_offset;
	out->dmem_bytes = hs->data_bytes;
	out->pkc_offset = hs->patch_offset - hs->data_offset;
	out->boot_vector = hs->app_offset;
	out->engine_id_mask = hs->engine_id_mask;
	out->ucode_id = hs->ucode_id;
	return 0;
}

/* ---- files ---- */

void gsp_firmware_path(const struct vgpu_gpu *gpu, const struct gsp_fw_ops *ops, const char *name,
		       char *path, size_t size)
{
	const char *dir = gpu->firmware_dir ?: "nvidia";
	size_t len = strlen(dir);

	snprintf(path, size, "%s%s%s/gsp/%s-%s.bin", dir, len && dir[len - 1] == '/' ? "" : "/",
		 gpu->chip->firmware, name, ops->version);
}

int gsp_firmware_request(struct vgpu_gpu *gpu, const char *name, const struct firmware **fw)
{
	const struct gsp_fw_ops *ops = gpu->boot.ops;
	char path[GSP_FW_PATH_BYTES];
	int err;

	gsp_firmware_path(gpu, ops, name, path, sizeof(path));
	err = request_firmware(fw, path, gpu->dev);
	if (err)
		vgpu_gpu_error(gpu, "firmware %s: cannot be loaded (error %d); install the package with the NVIDIA graphics firmware %s%s",
			       path, -err, ops->version,
			       gpu->boot.vgpu_host ? ", the only one that hosts vGPUs" : "");
	return err;
}

int gsp_firmware_request_image(struct vgpu_gpu *gpu, const char *name, u8 **memory,
			       struct fw_span *file)
{
	size_t lead = GSP_PAGE_BYTES - sizeof(struct gsp_elf_header);
	size_t room = gpu->boot.ops->gsp_file_bytes;
	const struct firmware *fw;
	char path[GSP_FW_PATH_BYTES];
	int err;

	gsp_firmware_path(gpu, gpu->boot.ops, name, path, sizeof(path));
	*memory = vmalloc(ALIGN(lead + room, GSP_PAGE_BYTES));
	if (*memory && !request_firmware_into_buf(&fw, path, gpu->dev, *memory + lead, room))
		goto out;
	/* Not there, or longer than the one we know. */
	vfree(*memory);
	*memory = NULL;
	err = gsp_firmware_request(gpu, name, &fw);
	if (err)
		return err;
	*memory = vmalloc(ALIGN(lead + fw->size, GSP_PAGE_BYTES));
	if (!*memory) {
		vgpu_gpu_error(gpu, "firmware %s: %zu bytes do not fit into memory; free some and try again",
			       path, fw->size);
		release_firmware(fw);
		return -ENOMEM;
	}
	memcpy(*memory + lead, fw->data, fw->size);
out:
	file->data = *memory + lead;
	file->bytes = fw->size;
	release_firmware(fw);
	return 0;
}

int gsp_firmware_hs(struct vgpu_gpu *gpu, const char *name, struct falcon_ucode *out)
{
	const struct firmware *fw;
	const char *why = "";
	struct hs_file hs;
	char path[GSP_FW_PATH_BYTES];
	u32 fuse;
	int err;

	err = gsp_firmware_request(gpu, name, &fw);
	if (err)
		return err;
	err = hs_file_parse(fw->data, fw->size, &hs, &why);
	if (!err) {
		fuse = vgpu_rd32(gpu, NV_FUSE_UCODE_VERSION_SEC2(hs.ucode_id));
		fuse = fls(ABI_GET(NV_FUSE_UCODE_VERSION_DATA, fuse));
		err = hs_file_build(&hs, name, fuse, out, &why);
	}
	if (err) {
		gsp_firmware_path(gpu, gpu->boot.ops, name, path, sizeof(path));
		vgpu_gpu_error(gpu, "firmware %s: %s; reinstall the firmware package", path, why);
	}
	release_firmware(fw);
	return err;
}
