// SPDX-License-Identifier: GPL-2.0-only
/*
 * The checks of tests/vectors inside the kernel: the core's own sources, built into this module, on
 * the kernel's bitmaps, maple tree and slab. (Distribution kernels have no KUnit.) Runs when it is
 * loaded; debugfs vgpu_selftest/report has the outcome as TAP. A failure is a warning in the log.
 */
#include <linux/debugfs.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "../vectors/vectors.h"

#define WHY_BYTES 96
#define CHECKS_MAX 32

static struct {
	int ret;
	u64 ns;
	char why[WHY_BYTES];
} selftest_result[CHECKS_MAX];

static struct dentry *selftest_dir;

static int selftest_report_show(struct seq_file *seq, void *v)
{
	unsigned int i;

	for (i = 0; i < vector_check_count; i++) {
		seq_printf(seq, "%s %u - %s\n", selftest_result[i].ret ? "not ok" : "ok", i + 1,
			   vector_checks[i].name);
		seq_printf(seq, "# %llu us %s\n", selftest_result[i].ns / NSEC_PER_USEC,
			   selftest_result[i].why);
	}
	seq_printf(seq, "1..%u\n", vector_check_count);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(selftest_report);

static int __init selftest_init(void)
{
	unsigned int i;

	if (WARN_ON(vector_check_count > CHECKS_MAX))
		return -EINVAL;
	for (i = 0; i < vector_check_count; i++) {
		u64 start = ktime_get_ns();

		selftest_result[i].ret = vector_checks[i].run(selftest_result[i].why, WHY_BYTES);
		selftest_result[i].ns = ktime_get_ns() - start;
		WARN(selftest_result[i].ret, "vgpu_selftest: %s: %s\n", vector_checks[i].name,
		     selftest_result[i].why);
	}
	selftest_dir = debugfs_create_dir("vgpu_selftest", NULL);
	debugfs_create_file("report", 0400, selftest_dir, NULL, &selftest_report_fops);
	return 0;
}

static void __exit selftest_exit(void)
{
	debugfs_remove_recursive(selftest_dir);
}

module_init(selftest_init);
module_exit(selftest_exit);

MODULE_DESCRIPTION("Self-test of vgpu_core's allocators and page tables");
MODULE_LICENSE("GPL");
