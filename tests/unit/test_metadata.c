// SPDX-License-Identifier: GPL-2.0-or-later
/* Vendor metadata file: a good one, and every way to be bad. The content is made up here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../abi/vgpu_metadata.h"
#include "metadata.h"
#include "metadata_file.h"

#define L40 0x26b5
#define KERNEL_BYTES 48U

struct image {
	struct vgpu_metadata_header header;
	struct vgpu_metadata_blob other;
	__u8 other_data[24];
	struct vgpu_metadata_blob blob;
	struct vgpu_metadata_types head;
	__u8 kernel[KERNEL_BYTES];
	struct r570_vgpu_add_type payload;
};

static struct image *img;
static struct vgpu_metadata meta;
static char why[160];

static int setup(void **state)
{
	struct r570_vgpu_type *type;

	free(img);
	img = calloc(1, sizeof(*img));
	assert_non_null(img);
	metadata_put_header(&img->header, 2);
	img->other.type = cpu_to_le64(9);
	img->other.bytes = cpu_to_le64(sizeof(img->other) + sizeof(img->other_data));
	img->blob.type = cpu_to_le64(VGPU_METADATA_BLOB_TYPES);
	img->blob.bytes = cpu_to_le64(sizeof(*img) - offsetof(struct image, blob));
	img->head.device_id = cpu_to_le64(L40);
	img->head.kernel_struct_bytes = cpu_to_le64(KERNEL_BYTES);
	img->head.num_kernel_structs = cpu_to_le64(1);
	img->head.gsp_rmctrl_cmd = cpu_to_le64(VGPU_CTRL_ADD_TYPE);
	img->head.gsp_rmctrl_bytes = cpu_to_le64(sizeof(img->payload));
	img->payload.discard = 1;
	img->payload.count = cpu_to_le32(2);
	for (int i = 0; i < 2; i++) {
		type = &img->payload.types[i];
		type->vgpu_type = cpu_to_le32(7001 + i);
		memcpy(type->name, "Test \x01type", 10);
		memset(type->class_name, 'Q', sizeof(type->class_name)); /* no terminator */
		type->max_instance = cpu_to_le32(4);
		type->vdev_id = cpu_to_le64(0x26b51234);
		type->pdev_id = cpu_to_le64(0x26b50000);
		type->profile_bytes = cpu_to_le64(12ULL << 30);
		type->fb_bytes = cpu_to_le64(0x2e0000000ULL);
		type->gsp_heap_bytes = cpu_to_le64(128 << 20);
		type->bar1_mib = cpu_to_le64(256);
	}
	img->payload.types[1].max_instance = 0;
	metadata_seal(&img->header, sizeof(*img));
	vgpu_metadata_free(&meta);
	why[0] = '\0';
	return 0;
}

static int teardown(void **state)
{
	vgpu_metadata_free(&meta);
	free(img);
	img = NULL;
	return 0;
}

/* Parse a copy of exactly @bytes, so that the sanitizer sees every read beyond. */
static int parse(size_t bytes)
{
	u8 *copy = malloc(bytes ? bytes : 1);
	int ret;

	memcpy(copy, img, bytes);
	ret = vgpu_metadata_parse(copy, bytes, "570.144", L40, &meta, why, sizeof(why));
	free(copy);
	return ret;
}

static int sealed(void)
{
	metadata_seal(&img->header, sizeof(*img));
	return parse(sizeof(*img));
}

static void good_file(void **state)
{
	assert_int_equal(parse(sizeof(*img)), 0);
	assert_int_equal(meta.num_types, 2);
	assert_int_equal(meta.types[0].id, 7001);
	assert_string_equal(meta.types[0].name, "Test ?type");
	assert_int_equal(strlen(meta.types[0].class_name), 32);
	assert_int_equal(meta.types[0].pf_device, L40);
	assert_int_equal(meta.types[0].pf_subsystem, 0);
	assert_int_equal(meta.types[0].guest_subsystem, 0x1234);
	assert_int_equal(meta.types[0].heap_bytes, 128 << 20);
	assert_null(meta.types[0].missing);
	assert_non_null(meta.types[1].missing); /* listed, not creatable */
	assert_int_equal(meta.payload_bytes, sizeof(img->payload));
	assert_memory_equal(meta.payload, &img->payload, sizeof(img->payload));
}

static void every_truncation(void **state)
{
	for (size_t bytes = 0; bytes < sizeof(*img); bytes += bytes < 600 ? 1 : 4099) {
		if (bytes >= sizeof(img->header))
			metadata_seal(&img->header, bytes);
		assert_int_equal(parse(bytes), -EINVAL);
		assert_true(why[0]);
		assert_null(meta.types);
	}
}

static void wrong_identity(void **state)
{
	img->header.magic[0] = 'X';
	assert_int_equal(sealed(), -EINVAL);
	setup(state);
	img->payload.types[0].name[0] = 'x'; /* checksum not renewed */
	assert_int_equal(parse(sizeof(*img)), -EINVAL);
	assert_non_null(strstr(why, "checksum"));
	setup(state);
	img->header.gsp_build_version[0] = '6';
	assert_int_equal(sealed(), -EINVAL);
	assert_non_null(strstr(why, "670.144"));
	setup(state);
	img->header.minor = cpu_to_le64(2);
	assert_int_equal(sealed(), -EINVAL);
	setup(state);
	img->head.device_id = cpu_to_le64(0x1234);
	assert_int_equal(sealed(), -ENOENT);
}

static void wrong_sizes(void **state)
{
	static const u64 bad[] = { 0, 1, 15, 16, 71, 72, 0x100, ~0ULL, ~0ULL - 15, 1ULL << 63 };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		img->blob.bytes = cpu_to_le64(bad[i]);
		assert_int_equal(sealed(), -EINVAL);
	}
	setup(state);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		img->other.bytes = cpu_to_le64(bad[i]);
		assert_true(sealed() < 0);
	}
	setup(state);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		img->head.kernel_struct_bytes = cpu_to_le64(bad[i]);
		assert_int_equal(sealed(), -EINVAL);
	}
	setup(state);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		img->head.gsp_rmctrl_bytes = cpu_to_le64(bad[i]);
		assert_int_equal(sealed(), -EINVAL);
	}
	setup(state);
	img->head.gsp_rmctrl_cmd = cpu_to_le64(VGPU_CTRL_BOOTLOAD);
	assert_int_equal(sealed(), -EINVAL);
	setup(state);
	img->header.num_blobs = cpu_to_le64(~0ULL);
	assert_int_equal(sealed(), 0); /* found before the count runs out */
	vgpu_metadata_free(&meta);
	img->head.device_id = 0;
	assert_int_equal(sealed(), -EINVAL); /* not found: the file ends first */
}

static void wrong_counts_and_types(void **state)
{
	img->payload.count = 0;
	assert_int_equal(sealed(), -EINVAL);
	img->payload.count = cpu_to_le32(65);
	assert_int_equal(sealed(), -EINVAL);
	img->payload.count = cpu_to_le32(1);
	img->payload.types[0].gsp_heap_bytes = cpu_to_le64(4096);
	assert_int_equal(sealed(), 0);
	assert_non_null(meta.types[0].missing);
	vgpu_metadata_free(&meta);
	setup(state);
	img->payload.types[0].gpu_instance_size = cpu_to_le32(1);
	assert_int_equal(sealed(), 0);
	assert_non_null(strstr(meta.types[0].missing, "MIG"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(good_file, setup, teardown),
		cmocka_unit_test_setup_teardown(every_truncation, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_identity, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_counts_and_types, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
