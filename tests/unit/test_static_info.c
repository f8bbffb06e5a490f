// SPDX-License-Identifier: GPL-2.0-or-later
/* GSP's description of the board: what is taken from it, and what is refused. */
#include "harness.h"

#include <linux/errno.h>

#include "../abi/r570.h"
#include "fw.h"

#define GIB (1ULL << 30)
#define PDE_BASE 0x10000

static struct r570_static_info info;
static struct vgpu_static_info si;
static const char *why;

static void region(unsigned int i, u64 base, u64 bytes)
{
	info.fb_regions.region[i] = (struct gsp_fb_region){
		.base = cpu_to_le64(base), .limit = cpu_to_le64(base + bytes - 1),
		.support_compressed = 1, .support_iso = 1,
	};
	if (le32_to_cpu(info.fb_regions.num_regions) <= i)
		info.fb_regions.num_regions = cpu_to_le32(i + 1);
}

static int setup(void **state)
{
	memset(&info, 0, sizeof(info));
	info.fb_bytes = cpu_to_le64(48 * GIB);
	info.rm.bar1_pde_base = cpu_to_le64(PDE_BASE);
	info.rm.h_internal_client = cpu_to_le32(1);
	info.rm.h_internal_subdevice = cpu_to_le32(2);
	memset(info.names.gpu_name, 'x', sizeof(info.names.gpu_name)); /* no NUL at its end */
	info.names.gpu_name[1] = '\n';
	region(0, 0, 40 * GIB);
	return 0;
}

static int decode(void)
{
	memset(&si, 0, sizeof(si));
	why = "";
	return gsp_fw_ops_r570.decode_static_info(&info, &si, &why);
}

static void expect_refused(const char *text)
{
	assert_int_equal(decode(), -EPROTO);
	assert_string_equal(why, text);
}

static void usable_regions(void **state)
{
	region(1, 40 * GIB, 2 * GIB);
	info.fb_regions.region[1].reserved = cpu_to_le64(1);
	region(2, 42 * GIB, 2 * GIB);
	info.fb_regions.region[2].is_protected = 1;
	region(3, 44 * GIB, GIB);
	assert_int_equal(decode(), 0);
	assert_int_equal(si.num_regions, 2);
	assert_int_equal(si.region[0].bytes, 40 * GIB);
	assert_int_equal(si.region[1].base, 44 * GIB);
	assert_int_equal(si.region[1].bytes, GIB);
	assert_int_equal(strlen(si.gpu_name), sizeof(si.gpu_name) - 1);
	assert_memory_equal(si.gpu_name, "x xx", 4);
}

static void regions_that_make_no_sense(void **state)
{
	const char *outside = "a framebuffer region lies outside the framebuffer";

	region(1, 47 * GIB, 2 * GIB);
	expect_refused(outside);
	info.fb_regions.region[1].limit = cpu_to_le64(46 * GIB);
	expect_refused(outside);
	region(1, 39 * GIB, 2 * GIB);
	expect_refused("two framebuffer regions overlap");
	region(1, 40 * GIB - 1, 1);
	expect_refused("two framebuffer regions overlap");
	/* Also with one that nobody would use: the other is not free memory, then. */
	info.fb_regions.region[0].reserved = cpu_to_le64(1);
	expect_refused("two framebuffer regions overlap");
	region(1, 40 * GIB, GIB);
	assert_int_equal(decode(), 0);
	info.fb_regions.region[1].support_iso = 0;
	expect_refused("no framebuffer region is usable");
	info.fb_regions.num_regions = cpu_to_le32(GSP_MAX_FB_REGIONS + 1);
	expect_refused("it has more framebuffer regions than fit");
	info.fb_regions.num_regions = 0;
	expect_refused("no framebuffer region is usable");
}

static void objects_and_directories(void **state)
{
	info.rm.bar1_pde_base = cpu_to_le64(48 * GIB);
	expect_refused("its BAR1 page directory lies outside the framebuffer");
	info.rm.bar1_pde_base = cpu_to_le64(PDE_BASE + 8);
	expect_refused("its BAR1 page directory lies outside the framebuffer");
	info.rm.bar1_pde_base = cpu_to_le64(PDE_BASE);
	info.rm.h_internal_subdevice = 0;
	expect_refused("it has no internal objects");
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(usable_regions),
		TEST(regions_that_make_no_sense),
		TEST(objects_and_directories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
