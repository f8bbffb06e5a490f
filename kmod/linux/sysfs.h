/* SPDX-License-Identifier: GPL-2.0-only */
/* The PF's sysfs directory and, below it, one directory per vGPU type. */
#ifndef VGPU_SYSFS_H
#define VGPU_SYSFS_H

#include <linux/kobject.h>
#include <linux/list.h>

struct vgpu_pf;

/* vgpu/. Freed by its last reference; pf only while the directory is in sysfs. */
struct vgpu_pf_dir {
	struct kobject kobj;
	struct vgpu_pf *pf;
	struct kobject *types_kobj;	/* vgpu/types */
	struct list_head types;		/* struct vgpu_type_dir */
};

/* sysfs_types.c: vgpu/types/<id>/. fini waits for readers, and undoes a partial init. */
int vgpu_type_dirs_init(struct vgpu_pf_dir *dir);
/* Make all directories anew if the board's types are not those they were made of. */
int vgpu_type_dirs_refresh(struct vgpu_pf_dir *dir);
void vgpu_type_dirs_fini(struct vgpu_pf_dir *dir);
int vgpu_type_dir_cache_init(void);
void vgpu_type_dir_cache_fini(void);

#endif
