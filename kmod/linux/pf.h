/* SPDX-License-Identifier: GPL-2.0-only */
/* One PF as vgpu-core.ko's Linux side sees it. */
#ifndef VGPU_PF_H
#define VGPU_PF_H

#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "../core/gpu.h"
#include "../core/type.h"
#include "../core/vgpu.h"

struct dentry;
struct vgpu_pf;
struct vgpu_pf_aux;
struct vgpu_pf_dir;

/* Interrupt messages used at most: one per subtree of the largest tree. */
#define VGPU_PF_MAX_VECTORS 8

struct vgpu_pf_vector {
	struct vgpu_pf *pf;
	unsigned int subtree;	/* ~0: single message or pin */
};

/*
 * A VF and the driver that is bound to it. Exists from the PF's boot to its shutdown, whether or
 * not the VF does, so that a late event of the core always finds it.
 */
struct vgpu_link {
	struct vgpu_pf *pf;
	struct vgpu_vf *vf;
	struct rw_semaphore lock;	/* read: a callback runs; write: attach, detach */
	struct pci_dev *pdev;		/* NULL: not attached; holds a reference */
	const struct vgpu_vf_callbacks *cb;
	void *owner;
};

struct vgpu_pf {
	struct vgpu_gpu gpu;
	struct pci_dev *pdev;
	bool up;			/* boot succeeded; store-release, load-acquire */
	unsigned int num_vectors;
	struct vgpu_pf_vector vectors[VGPU_PF_MAX_VECTORS];
	struct mutex irq_thread_lock;	/* vectors have a thread each, the queue one reader */
	struct vgpu_link **links;	/* num_links of them, by VF index */
	unsigned int num_links;
	struct vgpu_pf_dir *dir;	/* sysfs vgpu/ */
	struct dentry *debugfs;
	struct vgpu_pf_aux *aux;	/* auxiliary device; NULL: none */

	spinlock_t state_lock;		/* what follows */
	bool state_told;		/* the folder is there: changes of state are reported */
	bool lost_due;			/* gpu-lost has to be sent */
	struct work_struct state_work;
};

static inline bool vgpu_pf_is_up(const struct vgpu_pf *pf)
{
	return smp_load_acquire(&pf->up);
}

extern struct pci_driver vgpu_pci_driver;

/* pci.c: VRAM, interrupt and SR-IOV side. irq.c. */
int vgpu_pf_irq_init(struct vgpu_pf *pf);
/* Free the interrupts; no handler runs after it. A no-op when there are none. */
void vgpu_pf_irq_fini(struct vgpu_pf *pf);

/* sriov.c: sriov_configure of the PCI driver, under the PF's device lock. */
int vgpu_pf_sriov_configure(struct pci_dev *pdev, int num_vfs);
/* Fill the SR-IOV part of the board info; all zero without the capability. */
void vgpu_pf_sriov_describe(struct pci_dev *pdev, struct vgpu_board_info *info);

/* Longest name of a driver in messages. */
#define VGPU_DRIVER_NAME 32

/* vfs.c. Next VF of the PF after @vf (NULL: the first); the reference to @vf moves on to it. */
struct pci_dev *vgpu_pf_next_vf(struct vgpu_pf *pf, struct pci_dev *vf);
/* 1 and the driver's name when another driver than ours has @vf, -EBUSY while that changes. */
int vgpu_vf_is_foreign(struct pci_dev *vf, char *name, size_t size);
/* -EBUSY and a sentence when a VF has such a driver, or is being bound or unbound. */
int vgpu_pf_check_vfs(struct vgpu_pf *pf);
/* Say so (log, last_error, uevent) when another driver takes a VF of ours; and no longer. */
int vgpu_vfs_watch(void);
void vgpu_vfs_unwatch(void);

/* api.c: links of all VFs. fini after vgpu_gpu_shutdown(). */
int vgpu_pf_links_init(struct vgpu_pf *pf);
void vgpu_pf_links_fini(struct vgpu_pf *pf);
/* CHANGE uevent of the PF with VGPU_EVENT=@event. */
void vgpu_pf_uevent(struct vgpu_pf *pf, const char *event);
int vgpu_link_caches_init(void);
void vgpu_link_caches_fini(void);

/* state.c: uevent and sysfs notification of the GPU's state, from init to fini (which flushes). */
void vgpu_pf_state_init(struct vgpu_pf *pf);
void vgpu_pf_state_fini(struct vgpu_pf *pf);
/* The boot succeeded and everything is in place. */
void vgpu_pf_state_up(struct vgpu_pf *pf);

/* sysfs.c: the vgpu/ directory. fini waits for readers; nothing of @pf is used after it. */
int vgpu_pf_sysfs_init(struct vgpu_pf *pf);
void vgpu_pf_sysfs_fini(struct vgpu_pf *pf);
int vgpu_sysfs_caches_init(void);
void vgpu_sysfs_caches_fini(void);
/* After a boot: types of the vendor's file instead of the built-in ones. -ENOMEM. */
int vgpu_pf_sysfs_refresh_types(struct vgpu_pf *pf);
/* Wake up who polls the state file; only between init and fini. */
void vgpu_pf_sysfs_notify_state(struct vgpu_pf *pf);

/*
 * client.c: the auxiliary device that other modules find this GPU by; after a boot. remove waits
 * for their drivers and revokes what they keep open. Both under the PF's device lock.
 */
int vgpu_pf_aux_add(struct vgpu_pf *pf);
void vgpu_pf_aux_remove(struct vgpu_pf *pf);
int vgpu_client_caches_init(void);
/* Waits until the last device is released. */
void vgpu_client_caches_fini(void);

/* debugfs.c: vgpu/<BDF>/. Failures are harmless and ignored, as is usual for debugfs. */
void vgpu_debugfs_init(void);
void vgpu_debugfs_fini(void);
void vgpu_pf_debugfs_init(struct vgpu_pf *pf);
void vgpu_pf_debugfs_fini(struct vgpu_pf *pf);

#endif
