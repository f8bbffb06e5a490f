// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vGPU types: the built-in catalogue, the vendor's file in its place, and what hosting asks of GSP.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <linux/errno.h>
#include <linux/uuid.h>

#include "../abi/vgpu_metadata.h"
#include "host.h"
#include "metadata_file.h"
#include "type.h"

#define L40_DEVICE 0x26b5
#define L40_12Q 877
#define MIB (1ULL << 20)

/* ---- the catalogue as data ---- */

static void catalogue_is_consistent(void **state)
{
	size_t creatable = 0;

	assert_true(vgpu_type_catalogue_count > 50);
	for (size_t i = 0; i < vgpu_type_catalogue_count; i++) {
		const struct vgpu_type *t = &vgpu_type_catalogue[i];

		assert_non_null(t->name);
		assert_non_null(t->class_name);
		assert_true(t->pf_device);
		if (t->missing)
			continue;
		creatable++;
		assert_true(t->id && t->guest_device && t->guest_subsystem);
		assert_in_range(t->max_instances, 1, R570_VGPU_MAX_INSTANCES);
		assert_true(t->profile_bytes >= 1024 * MIB);
		assert_true(t->fb_bytes && t->fb_bytes <= t->profile_bytes);
		assert_true(t->heap_bytes > VGPU_HEAP_SHARED_BYTES);
		assert_int_equal(t->heap_bytes % VGPU_HEAP_ALIGN_BYTES, 0);
		for (size_t j = 0; j < i; j++)
			assert_false(vgpu_type_catalogue[j].id == t->id &&
				     vgpu_type_catalogue[j].pf_device == t->pf_device &&
				     vgpu_type_catalogue[j].pf_subsystem == t->pf_subsystem);
	}
	assert_true(creatable >= 20);
}

static void types_belong_to_boards(void **state)
{
	const struct vgpu_type *types[2];
	struct vgpu_gpu gpu = { 0 };

	gpu.info.device = L40_DEVICE;
	assert_true(vgpu_types_of(&gpu, types, 2) > 2);
	assert_int_equal(types[1]->pf_device, L40_DEVICE);
	assert_string_equal(vgpu_type_find(&gpu, L40_12Q)->name, "NVIDIA L40-12Q");
	assert_null(vgpu_type_find(&gpu, 0));
	gpu.info.device = 0x1234;
	assert_int_equal(vgpu_types_of(&gpu, NULL, 0), 0);
	assert_null(vgpu_type_find(&gpu, L40_12Q));
	/* L2 is told from its sisters by the subsystem. */
	gpu.info.device = 0x27b6;
	gpu.info.subdevice = 1;
	assert_int_equal(vgpu_types_of(&gpu, NULL, 0), 0);
	gpu.info.subdevice = 0x1933;
	assert_true(vgpu_types_of(&gpu, NULL, 0) > 0);
}

/* ---- hosting ---- */

static int boot(struct harness *h)
{
	assert_int_equal(vgpu_gpu_init(&h->gpu, &h->dev, h->bar0, &h->info), 0);
	return vgpu_gpu_boot(&h->gpu);
}

static void refused_boots(void **state)
{
	static const struct {
		const char *fail, *text;
	} faults[] = {
		{ "add-type", "GSP refused the vGPU types" },
		{ "control:545273345", "did not tell the" },	/* 0x20803601, features */
		{ "control:545259902", "VMMU segment size" },	/* 0x2080017e */
		{ "control:545259823", "ECC state" },		/* 0x2080012f */
	};

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		struct harness_options opt = { .fail = faults[i].fail };
		struct harness *h = harness_new(&opt);

		assert_true(boot(h) < 0);
		harness_expect_error(h, i == 1 ? "features" : faults[i].text);
		assert_null(h->gpu.host);
		harness_shutdown(h);
		harness_free(h);
	}
}

static void engines_have_a_second_source(void **state)
{
	struct harness_options opt = { .fail = "control:545259888" }; /* 0x20800170 */
	struct harness *h = harness_new(&opt);

	assert_int_equal(boot(h), 0);
	assert_true(test_bit(1, h->gpu.host->engines));
	harness_shutdown(h);
	harness_free(h);
}

static void other_segment_sizes(void **state)
{
	static const u64 sizes[] = { 32 * MIB, 64 * MIB, 256 * MIB };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct harness_options opt = { .vmmu_segment_bytes = sizes[i] };
		struct harness *h = harness_new(&opt);
		uuid_t uuid = { .b = { 1 } };
		struct vgpu_host_info info;

		assert_int_equal(boot(h), 0);
		vgpu_host_info(&h->gpu, &info);
		assert_int_equal(info.segment_bytes, sizes[i]);
		for (unsigned int vf = 0; vf < 4; vf++) {
			uuid.b[1] = (u8)vf;
			assert_int_equal(vgpu_claim(vgpu_vf_get(&h->gpu, vf), L40_12Q, &uuid), 0);
			assert_int_equal(vgpu_open(vgpu_vf_get(&h->gpu, vf), 1, 0x104), 0);
		}
		harness_shutdown(h);
		harness_free(h);
	}
}

/* Every allocation of a claim and an open may fail: an error, and everything back. */
static void allocation_failures(void **state)
{
	struct harness *h = harness_new(NULL);
	uuid_t uuid = { .b = { 1 } };
	struct vgpu_host_info before, after;
	struct vgpu_vf *vf;

	assert_int_equal(boot(h), 0);
	vf = vgpu_vf_get(&h->gpu, 0);
	vgpu_host_info(&h->gpu, &before);
	for (long nr = 0;; nr++) {
		bool failed;
		int ret;

		shim_fail_allocation(nr);
		ret = vgpu_claim(vf, L40_12Q, &uuid);
		if (!ret)
			ret = vgpu_open(vf, 1, 0x104);
		failed = shim_allocation_failed();
		shim_fail_allocation(-1);
		vgpu_close(vf);
		vgpu_release(vf);
		vgpu_host_info(&h->gpu, &after);
		assert_int_equal(before.vram_free_bytes + before.vram_dirty_bytes,
				 after.vram_free_bytes + after.vram_dirty_bytes);
		assert_int_equal(after.claimed, 0);
		if (!failed) {
			assert_int_equal(ret, 0);
			break;
		}
	}
	harness_shutdown(h);
	harness_free(h);
}

/* ---- the vendor's file ---- */

/* A file of the made-up type 4711, signed with anything. */
static void write_file(struct harness *h, bool good)
{
	struct metadata_file *file = malloc(sizeof(*file));
	struct r570_vgpu_type *type = &file->payload.types[0];
	char path[160];
	FILE *f;

	assert_non_null(file);
	metadata_file_init(file, L40_DEVICE, 1);
	file->payload.discard = 1;
	type->vgpu_type = cpu_to_le32(4711);
	memcpy(type->name, "Signed type", 11);
	memcpy(type->class_name, "Quadro", 6);
	memset(type->signature, 0x5a, sizeof(type->signature));
	type->max_instance = cpu_to_le32(8);
	type->vdev_id = cpu_to_le64(0x26b51234);
	type->profile_bytes = cpu_to_le64(6ULL << 30);
	type->fb_bytes = cpu_to_le64(5888 * MIB);
	type->gsp_heap_bytes = cpu_to_le64(64 * MIB);
	metadata_seal(&file->header, sizeof(*file));
	if (!good)
		type->name[0] ^= 1;
	snprintf(path, sizeof(path), "%s/nvidia", h->firmware_root);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/nvidia/vgpu-570.144.bin", h->firmware_root);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(file, sizeof(*file), 1, f), 1);
	fclose(f);
	free(file);
}

static void vendor_file_wins(void **state)
{
	struct harness_options opt = { .require_signatures = true };
	struct harness *h = harness_new(&opt);
	uuid_t uuid = { .b = { 1 } };
	struct vgpu_vf *vf;

	write_file(h, true);
	assert_int_equal(boot(h), 0);
	vf = vgpu_vf_get(&h->gpu, 0);
	assert_int_equal(vgpu_types_of(&h->gpu, NULL, 0), 1);
	assert_int_equal(vgpu_claim(vf, L40_12Q, &uuid), -ENOENT);
	assert_int_equal(vgpu_claim(vf, 4711, &uuid), 0);
	assert_int_equal(vgpu_open(vf, 1, 0x104), 0);
	vgpu_close(vf);
	harness_shutdown(h);
	harness_free(h);
}

static void unsigned_types_may_be_refused(void **state)
{
	struct harness_options opt = { .require_signatures = true };
	struct harness *h = harness_new(&opt);

	assert_true(boot(h) < 0);
	harness_expect_error(h, "INSUFFICIENT_PERMISSIONS");
	harness_expect_error(h, "vgpu-570.144.bin");
	harness_shutdown(h);
	harness_free(h);
}

static void a_bad_vendor_file_is_not_used(void **state)
{
	struct harness *h = harness_new(NULL);
	uuid_t uuid = { .b = { 1 } };

	write_file(h, false);
	assert_int_equal(boot(h), 0);
	assert_non_null(shim_log_find("checksum"));
	assert_int_equal(vgpu_claim(vgpu_vf_get(&h->gpu, 0), L40_12Q, &uuid), 0);
	harness_shutdown(h);
	harness_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(catalogue_is_consistent),
		cmocka_unit_test(types_belong_to_boards),
		cmocka_unit_test(refused_boots),
		cmocka_unit_test(engines_have_a_second_source),
		cmocka_unit_test(other_segment_sizes),
		cmocka_unit_test(allocation_failures),
		cmocka_unit_test(vendor_file_wins),
		cmocka_unit_test(unsigned_types_may_be_refused),
		cmocka_unit_test(a_bad_vendor_file_is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
