// SPDX-License-Identifier: GPL-2.0-only
/* GSP's log buffers as binary files. They stay after a failed boot, until the PF is unbound. */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>

#include "pf.h"

static struct dentry *vgpu_debugfs_root;

static ssize_t vgpu_log_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	/*
	 * debugfs keeps the file from being removed while this runs, and the buffer lives longer.
	 */
	const struct gsp_dma *log = file->private_data;

	return simple_read_from_buffer(buf, count, pos, log->cpu, log->cpu ? log->bytes : 0);
}

static const struct file_operations vgpu_log_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = vgpu_log_read,
	.llseek = default_llseek,
};

void vgpu_debugfs_init(void)
{
	vgpu_debugfs_root = debugfs_create_dir("vgpu", NULL);
}

void vgpu_debugfs_fini(void)
{
	debugfs_remove_recursive(vgpu_debugfs_root);
}

void vgpu_pf_debugfs_init(struct vgpu_pf *pf)
{
	int id;

	pf->debugfs = debugfs_create_dir(pci_name(pf->pdev), vgpu_debugfs_root);
	for (id = 0; id < GSP_LOG_COUNT; id++) {
		struct gsp_dma *log = &pf->gpu.boot.log[id];

		if (log->cpu)
			debugfs_create_file_size(gsp_log_name(id), 0400, pf->debugfs, log,
						 &vgpu_log_fops, log->bytes);
	}
}

void vgpu_pf_debugfs_fini(struct vgpu_pf *pf)
{
	debugfs_remove_recursive(pf->debugfs);
}
