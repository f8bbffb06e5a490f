// SPDX-License-Identifier: GPL-2.0-only
/*
 * GSP's log buffers as binary files, which stay after a failed boot until the PF is unbound; and
 * the map of the card as text, one moment of it: the one in which the file was opened.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "../core/vram_map.h"
#include "pf.h"

/* Longest line of the map, with room. */
#define VGPU_MAP_LINE 128

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

static void *vgpu_map_seq_start(struct seq_file *seq, loff_t *pos)
{
	char line[VGPU_MAP_LINE];

	/* The position is the number of the line; no pointer is needed beside it. */
	if (*pos > U32_MAX || !vgpu_map_line(seq->private, *pos, line, sizeof(line)))
		return NULL;
	return pos;
}

static void *vgpu_map_seq_next(struct seq_file *seq, void *v, loff_t *pos)
{
	++*pos;
	return vgpu_map_seq_start(seq, pos);
}

static void vgpu_map_seq_stop(struct seq_file *seq, void *v)
{
}

static int vgpu_map_seq_show(struct seq_file *seq, void *v)
{
	char line[VGPU_MAP_LINE];

	vgpu_map_line(seq->private, *(loff_t *)v, line, sizeof(line));
	seq_puts(seq, line);
	seq_putc(seq, '\n');
	return 0;
}

static const struct seq_operations vgpu_map_seq_ops = {
	.start = vgpu_map_seq_start,
	.next = vgpu_map_seq_next,
	.stop = vgpu_map_seq_stop,
	.show = vgpu_map_seq_show,
};

/* What was copied here is all that reads look at: they can't meet a GPU that is gone. */
static int vgpu_map_open(struct inode *inode, struct file *file)
{
	struct vgpu_pf *pf = inode->i_private;
	struct vgpu_map *map;
	int rc;

	map = kzalloc(sizeof(*map), GFP_KERNEL);
	if (!map)
		return -ENOMEM;
	rc = vgpu_map_take(&pf->gpu, map);
	if (!rc)
		rc = seq_open(file, &vgpu_map_seq_ops);
	if (rc) {
		vgpu_map_put(map);
		kfree(map);
		return rc;
	}
	((struct seq_file *)file->private_data)->private = map;
	return 0;
}

static int vgpu_map_release(struct inode *inode, struct file *file)
{
	struct vgpu_map *map = ((struct seq_file *)file->private_data)->private;

	vgpu_map_put(map);
	kfree(map);
	return seq_release(inode, file);
}

static const struct file_operations vgpu_map_fops = {
	.owner = THIS_MODULE,
	.open = vgpu_map_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = vgpu_map_release,
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
	if (pf->gpu.host)
		debugfs_create_file("vram", 0400, pf->debugfs, pf, &vgpu_map_fops);
}

void vgpu_pf_debugfs_fini(struct vgpu_pf *pf)
{
	debugfs_remove_recursive(pf->debugfs);
}
