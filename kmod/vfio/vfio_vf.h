/* SPDX-License-Identifier: GPL-2.0-only */
/* A VF as vgpu-vfio-pci.ko sees it. */
#ifndef VGPU_VFIO_VF_H
#define VGPU_VFIO_VF_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/uuid.h>
#include <linux/vfio_pci_core.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../core/guest_trap.h"
#include "../core/guest_view.h"
#include "../linux/vgpu_core_api.h"

struct mdev_device;
struct vgpu_vfio_mdev;

/* Who claimed the vGPU, and thereby under which name the device can be opened. */
enum vgpu_face {
	VGPU_FACE_NONE,	/* not claimed: can't be opened */
	VGPU_FACE_VF,	/* by current_vgpu_type; opened by the VF's address */
	VGPU_FACE_MDEV,	/* by an mdev; opened by its UUID */
};

/*
 * Locks, outer to inner: device_lock(VF) > VFIO group and device set > memory_lock of the core >
 * op_lock > locks of vgpu_core. claim_lock is outside vgpu_core's locks and never taken by open,
 * close, match or reset. lock is a leaf.
 */
struct vgpu_vfio {
	struct vfio_pci_core_device core;	/* first member: VFIO frees the whole */
	struct vgpu_link *link;			/* NULL: a PF, plain pass-through */

	struct mutex claim_lock;	/* one claim or release at a time */
	spinlock_t lock;		/* what follows, up to idle; live, dead */
	enum vgpu_face face;
	struct mdev_device *mdev;	/* of VGPU_FACE_MDEV */
	bool dying;			/* mdev is being removed: no new open */
	bool removing;			/* the driver is being unbound: no new open or claim */
	bool in_use;			/* from open_device to the end of close_device */
	uuid_t next_uuid;		/* for the next claim by current_vgpu_type; nil: random */
	wait_queue_head_t idle;		/* woken when in_use ends */

	struct mutex op_lock;		/* plugin operations on the device that is open */
	bool live;			/* the plugin runs; written with both locks */
	bool bus_master;		/* as the plugin was told */
	bool resetting;			/* between reset_prepare and reset_done */
	bool reset_failed;
	bool dead;			/* the opener was told that its vGPU is lost */
	struct work_struct dead_work;	/* the eventfd needs a lock that resets may not take */

	/* Fixed from open_device to close_device. */
	struct vgpu_guest_view view;	/* its bar1_register: written under op_lock */
	void __iomem *mmu_page;
	bool vetoed;			/* the mdev's remove file is write protected */

	atomic64_t trap_counts[VGPU_TRAP_COUNTS];

	struct vgpu_vfio_mdev *mdev_face;	/* NULL without mdev */
};

static inline struct vgpu_vfio *vgpu_vfio_of(struct vfio_device *vdev)
{
	return container_of(vdev, struct vgpu_vfio, core.vdev);
}

static inline struct device *vgpu_vfio_dev(struct vgpu_vfio *vf)
{
	return &vf->core.pdev->dev;
}

/*
 * claim.c. face VF or MDEV; the face is set only when the claim succeeded. Errors as
 * vgpu_link_claim(), -EBUSY also while the other face has it, -ENODEV while being unbound.
 */
int vgpu_vfio_claim(struct vgpu_vfio *vf, enum vgpu_face face, struct mdev_device *mdev,
		    u32 type_id, const uuid_t *uuid);
/* -EBUSY while in use or claimed by the other face, -ENOENT when free, else vgpu_link_release(). */
int vgpu_vfio_release(struct vgpu_vfio *vf, enum vgpu_face face);
/*
 * Reserve the device for an opener, which from then on nothing releases. -EINVAL when no vGPU is
 * claimed, -ENODEV while it or the driver is being removed.
 */
int vgpu_vfio_use(struct vgpu_vfio *vf);
void vgpu_vfio_unuse(struct vgpu_vfio *vf);

/* access.c: regions and configuration space of a VF. */
ssize_t vgpu_vfio_read(struct vfio_device *vdev, char __user *buf, size_t count, loff_t *ppos);
ssize_t vgpu_vfio_write(struct vfio_device *vdev, const char __user *buf, size_t count,
			loff_t *ppos);
int vgpu_vfio_mmap(struct vfio_device *vdev, struct vm_area_struct *vma);
/* Bring the plugin in line with the command register's bus-master bit. op_lock held. */
void vgpu_vfio_sync_bus_master(struct vgpu_vfio *vf);

/* region.c. Fill *@info (index set) and *@caps; 1 when VFIO's own answer is the right one. */
int vgpu_vfio_region_info(struct vfio_device *vdev, struct vfio_region_info *info,
			  struct vfio_info_cap *caps);
long vgpu_vfio_region_ioctl(struct vfio_device *vdev, unsigned long arg);

/*
 * trap.c: the MMU page. The access starts inside the page; at most up to its end is done. Returns
 * bytes done or -errno, and advances nothing.
 */
ssize_t vgpu_trap_read(struct vgpu_vfio *vf, char __user *buf, size_t count, u32 offset);
ssize_t vgpu_trap_write(struct vgpu_vfio *vf, const char __user *buf, size_t count, u32 offset);

/* sysfs.c: the VF's vgpu/ group. */
extern const struct attribute_group vgpu_vfio_group;

/* mdev.c. */
#if IS_ENABLED(CONFIG_VFIO_MDEV)
int vgpu_mdev_driver_init(void);
void vgpu_mdev_driver_fini(void);
int vgpu_mdev_face_init(struct vgpu_vfio *vf);
/* Removes the mdev; waits, with request events, until its user is gone. */
void vgpu_mdev_face_fini(struct vgpu_vfio *vf);
/* Write-protect the remove file of the mdev while the device is in use, and lift it. */
void vgpu_mdev_veto(struct vgpu_vfio *vf);
void vgpu_mdev_unveto(struct vgpu_vfio *vf);
/* True when @name is the present mdev's; vf->lock held. */
bool vgpu_mdev_matches(struct vgpu_vfio *vf, const char *name);
#else
static inline int vgpu_mdev_driver_init(void)
{
	return 0;
}

static inline void vgpu_mdev_driver_fini(void)
{
}

static inline int vgpu_mdev_face_init(struct vgpu_vfio *vf)
{
	return 0;
}

static inline void vgpu_mdev_face_fini(struct vgpu_vfio *vf)
{
}

static inline void vgpu_mdev_veto(struct vgpu_vfio *vf)
{
}

static inline void vgpu_mdev_unveto(struct vgpu_vfio *vf)
{
}

static inline bool vgpu_mdev_matches(struct vgpu_vfio *vf, const char *name)
{
	return false;
}
#endif

#endif
