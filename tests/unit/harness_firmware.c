// SPDX-License-Identifier: GPL-2.0-or-later
/* Firmware files that are valid in every header and hold nothing. */
#include "harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../kmod/abi/firmware.h"
#include "../../kmod/abi/vbios.h"
#include "../../kmod/abi/r535.h"
#include "../../kmod/abi/regs.h"

#define GSP_DIR "nvidia/ad102/gsp"
#define SIGNATURES 2
#define HARNESS_EDIT_ROOM (65U << 20)	/* for edits that make a file longer */
#define HS_LOAD_BYTES 0x1000U	/* code, then as much data */
#define HS_PATCH_SKIP 0x10U

static void fill(u8 *p, size_t bytes, u8 seed)
{
	for (size_t i = 0; i < bytes; i++)
		p[i] = (u8)(seed + i * 7);
}

/* Add a section at the end of the file; returns its new end. */
static size_t elf_section(u8 *data, struct gsp_elf_section *sh, u32 name, u32 type, size_t at,
			  const void *content, size_t bytes)
{
	sh->name = cpu_to_le32(name);
	sh->type = cpu_to_le32(type);
	sh->offset = cpu_to_le64(at);
	sh->size = cpu_to_le64(bytes);
	if (content)
		memcpy(data + at, content, bytes);
	return at + bytes;
}

static u8 *make_gsp(const char *version, size_t image_bytes, size_t *bytes)
{
	static const char names[] = "\0" GSP_ELF_SECTION_IMAGE "\0" GSP_ELF_SECTION_VERSION
				    "\0" GSP_ELF_SECTION_SIGNATURE_AD10X
				    "\0" GSP_ELF_SECTION_SIGNATURE_GA10X "\0.shstrtab";
	u32 at_version = 1 + sizeof(GSP_ELF_SECTION_IMAGE);
	u32 at_ad = at_version + sizeof(GSP_ELF_SECTION_VERSION);
	u32 at_ga = at_ad + sizeof(GSP_ELF_SECTION_SIGNATURE_AD10X);
	u32 at_str = at_ga + sizeof(GSP_ELF_SECTION_SIGNATURE_GA10X);
	struct gsp_elf_section sh[6] = {};
	struct gsp_elf_header eh = {
		.magic = cpu_to_le32(GSP_ELF_MAGIC),
		.class_size = GSP_ELF_CLASS64,
		.data = GSP_ELF_DATA_LSB,
		.ident_version = 1,
		.type = cpu_to_le16(GSP_ELF_TYPE_REL),
		.machine = cpu_to_le16(GSP_ELF_MACHINE_RISCV),
		.version = cpu_to_le32(1),
		.ehsize = cpu_to_le16(sizeof(eh)),
		.shentsize = cpu_to_le16(sizeof(sh[0])),
		.shnum = cpu_to_le16(ARRAY_SIZE(sh)),
		.shstrndx = cpu_to_le16(5),
	};
	size_t at = sizeof(eh);
	u8 *data = calloc(1, image_bytes + 4 * GSP_SIGNATURE_BYTES);

	fill(data + at, image_bytes, 1);
	at = elf_section(data, &sh[1], 1, GSP_ELF_SECTION_PROGBITS, at, NULL, image_bytes);
	at = elf_section(data, &sh[2], at_version, GSP_ELF_SECTION_PROGBITS, at, version,
			 strlen(version) + 1);
	fill(data + at, 2 * GSP_SIGNATURE_BYTES, 3);
	at = elf_section(data, &sh[3], at_ad, GSP_ELF_SECTION_PROGBITS, at, NULL,
			 GSP_SIGNATURE_BYTES);
	at = elf_section(data, &sh[4], at_ga, GSP_ELF_SECTION_PROGBITS, at, NULL,
			 GSP_SIGNATURE_BYTES);
	at = elf_section(data, &sh[5], at_str, GSP_ELF_SECTION_STRTAB, at, names, sizeof(names));
	at = ALIGN(at, 8);
	eh.shoff = cpu_to_le64(at);
	memcpy(data, &eh, sizeof(eh));
	memcpy(data + at, sh, sizeof(sh));
	*bytes = at + sizeof(sh);
	return data;
}

u8 *harness_make_gsp(size_t *bytes)
{
	return make_gsp(R570_GSP_VERSION, HARNESS_GSP_IMAGE_BYTES, bytes);
}

static void nvfw_header(u8 *data, size_t bytes, u32 data_offset, u32 data_size)
{
	struct nvfw_bin_hdr hdr = {
		.bin_magic = cpu_to_le32(NVFW_BIN_MAGIC),
		.bin_ver = cpu_to_le32(NVFW_BIN_VERSION),
		.bin_size = cpu_to_le32(ALIGN((u32)bytes, 256U)),
		.header_offset = cpu_to_le32(sizeof(hdr)),
		.data_offset = cpu_to_le32(data_offset),
		.data_size = cpu_to_le32(data_size),
	};

	memcpy(data, &hdr, sizeof(hdr));
}

u8 *harness_make_bootloader(size_t *bytes)
{
	struct rm_riscv_ucode_desc desc = {
		.version = cpu_to_le32(RM_RISCV_UCODE_VERSION_GA102),
		.manifest_size = cpu_to_le32(0x800),
		.monitor_data_offset = cpu_to_le32(0x800),
		.monitor_data_size = cpu_to_le32(0x4000),
		.monitor_code_offset = cpu_to_le32(0x4800),
		.monitor_code_size = cpu_to_le32(0x2900),
		.is_monitor_enabled = cpu_to_le32(1),
		.fb_reserved_size = cpu_to_le32(0x9000),
	};
	u32 at = sizeof(struct nvfw_bin_hdr) + sizeof(desc), size = 0x9000;
	u8 *data = calloc(1, at + size);

	*bytes = at + size;
	nvfw_header(data, *bytes, at, size);
	memcpy(data + sizeof(struct nvfw_bin_hdr), &desc, sizeof(desc));
	fill(data + at, size, 5);
	return data;
}

u8 *harness_make_hs(u32 ucode_id, size_t *bytes)
{
	u32 sigs = SIGNATURES * FALCON_UCODE_SIGNATURE_BYTES;
	u32 at_loc = NVFW_HS_SIGNATURES_OFFSET + sigs, at_sig = at_loc + 4, at_meta = at_sig + 4;
	u32 at_num = at_meta + sizeof(struct nvfw_hs_meta), at_load = at_num + 4;
	u32 at_data = at_load + sizeof(struct nvfw_hs_load_header_v2);
	u32 image = 0x100 + 2 * HS_LOAD_BYTES;
	struct nvfw_hs_header_v2 hs = {
		.sig_prod_offset = cpu_to_le32(NVFW_HS_SIGNATURES_OFFSET),
		.sig_prod_size = cpu_to_le32(sigs),
		.patch_loc = cpu_to_le32(at_loc),
		.patch_sig = cpu_to_le32(at_sig),
		.meta_data_offset = cpu_to_le32(at_meta),
		.meta_data_size = cpu_to_le32(sizeof(struct nvfw_hs_meta)),
		.num_sig = cpu_to_le32(at_num),
		.header_offset = cpu_to_le32(at_load),
		.header_size = cpu_to_le32(sizeof(struct nvfw_hs_load_header_v2)),
	};
	struct nvfw_hs_meta meta = {
		.fuse_ver = cpu_to_le32(1),
		.engine_id = cpu_to_le32(NV_PFALCON_ENGID_SEC2),
		.ucode_id = cpu_to_le32(ucode_id),
	};
	struct nvfw_hs_load_header_v2 load = {
		.os_code_size = cpu_to_le32(0x100),
		.os_data_offset = cpu_to_le32(0x100 + HS_LOAD_BYTES),
		.os_data_size = cpu_to_le32(HS_LOAD_BYTES),
		.num_apps = cpu_to_le32(1),
		.app[0] = { .offset = cpu_to_le32(0x100), .size = cpu_to_le32(HS_LOAD_BYTES),
			    .data_offset = cpu_to_le32(0x100) },
	};
	__le32 loc = cpu_to_le32(0x100 + HS_LOAD_BYTES + HS_PATCH_SKIP);
	__le32 num = cpu_to_le32(SIGNATURES);
	u8 *data = calloc(1, at_data + image);

	*bytes = at_data + image;
	nvfw_header(data, *bytes, at_data, image);
	memcpy(data + sizeof(struct nvfw_bin_hdr), &hs, sizeof(hs));
	fill(data + NVFW_HS_SIGNATURES_OFFSET, sigs, (u8)ucode_id);
	memcpy(data + at_loc, &loc, sizeof(loc));
	memcpy(data + at_meta, &meta, sizeof(meta));
	memcpy(data + at_num, &num, sizeof(num));
	memcpy(data + at_load, &load, sizeof(load));
	fill(data + at_data, image, 9);
	return data;
}

/* ---- files ---- */

static void file_path(struct harness *h, const char *name, const char *version, char *path,
		      size_t size)
{
	snprintf(path, size, "%s/" GSP_DIR "/%s-%s.bin", h->firmware_root, name, version);
}

static void file_put(struct harness *h, const char *name, const char *version, u8 *data,
		     size_t bytes)
{
	char path[256];
	FILE *f;

	file_path(h, name, version, path, sizeof(path));
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, bytes, f), bytes);
	assert_int_equal(fclose(f), 0);
	free(data);
}

static void write_line(struct harness *h, const char *version, size_t image_bytes)
{
	static const char *const booters[] = { "booter_load", "booter_unload" };
	size_t bytes;
	u8 *data;

	data = make_gsp(version, image_bytes, &bytes);
	file_put(h, "gsp", version, data, bytes);
	data = harness_make_bootloader(&bytes);
	file_put(h, "bootloader", version, data, bytes);
	for (size_t i = 0; i < ARRAY_SIZE(booters); i++) {
		data = harness_make_hs(3, &bytes);
		file_put(h, booters[i], version, data, bytes);
	}
}

void harness_write_firmware(struct harness *h)
{
	char path[256];
	size_t bytes;
	char *slash;
	u8 *data;

	snprintf(path, sizeof(path), "%s/" GSP_DIR "/", h->firmware_root);
	for (slash = path + strlen(h->firmware_root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		assert_true(!mkdir(path, 0700) || errno == EEXIST);
		*slash = '/';
	}
	/* GA10x takes the same files; as in the real package, one folder links to the other. */
	snprintf(path, sizeof(path), "%s/nvidia/ga102", h->firmware_root);
	assert_true(!symlink("ad102", path) || errno == EEXIST);
	write_line(h, R570_GSP_VERSION, HARNESS_GSP_IMAGE_BYTES);
	data = harness_make_hs(0xd, &bytes);
	file_put(h, "scrubber", R570_GSP_VERSION, data, bytes);
	/* The older line has no scrubber, as in the real package. */
	write_line(h, R535_GSP_VERSION, HARNESS_GSP_R535_IMAGE_BYTES);
}

void harness_edit_firmware(struct harness *h, const char *name,
			   void (*edit)(u8 *data, size_t *bytes, void *ctx), void *ctx)
{
	char path[256];
	size_t bytes;
	u8 *data;
	FILE *f;

	file_path(h, name, R570_GSP_VERSION, path, sizeof(path));
	f = fopen(path, "rb");
	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	bytes = ftell(f);
	rewind(f);
	data = malloc(bytes + HARNESS_EDIT_ROOM);
	assert_int_equal(fread(data, 1, bytes, f), bytes);
	fclose(f);
	edit(data, &bytes, ctx);
	file_put(h, name, R570_GSP_VERSION, data, bytes);
}

void harness_remove_firmware(struct harness *h, const char *name)
{
	char path[256];

	file_path(h, name, R570_GSP_VERSION, path, sizeof(path));
	assert_int_equal(unlink(path), 0);
}

void harness_remove_line(struct harness *h, const char *version)
{
	static const char *const names[] = { "gsp", "bootloader", "booter_load", "booter_unload",
					     "scrubber" };
	char path[256];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		file_path(h, names[i], version, path, sizeof(path));
		assert_true(!unlink(path) || errno == ENOENT);
	}
}
