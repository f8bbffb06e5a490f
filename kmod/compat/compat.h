/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernel versions, and nowhere else. Written for 6.1 (Debian 12); the guards
 * for later kernels follow include/linux of 6.12 and 7.3.
 */
#ifndef VGPU_COMPAT_H
#define VGPU_COMPAT_H

#include <linux/eventfd.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/version.h>

/* 6.8: eventfd_signal() always adds one. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define VGPU_COMPAT_EVENTFD_SIGNAL(ctx) eventfd_signal(ctx, 1)
#else
#define VGPU_COMPAT_EVENTFD_SIGNAL(ctx) eventfd_signal(ctx)
#endif

/*
 * 6.12 (later stable releases): the error event is an object of its own, still changed under igate.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define VGPU_COMPAT_ERROR_EVENT(core) ((core)->err_trigger)
#else
#define VGPU_COMPAT_ERROR_EVENT(core)                                                              \
	(rcu_access_pointer((core)->err_trigger) ?                                                 \
		 rcu_dereference_protected((core)->err_trigger, true)->ctx : NULL)
#endif

/* 6.2: iommufd callbacks are demanded of every VFIO driver when iommufd is built; 6.6: detach. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define VGPU_COMPAT_IOMMUFD_OPS
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define VGPU_COMPAT_IOMMUFD_OPS                                                                    \
	.bind_iommufd = vfio_iommufd_physical_bind,                                                \
	.unbind_iommufd = vfio_iommufd_physical_unbind,                                            \
	.attach_ioas = vfio_iommufd_physical_attach_ioas,
#else
#define VGPU_COMPAT_IOMMUFD_OPS                                                                    \
	.bind_iommufd = vfio_iommufd_physical_bind,                                                \
	.unbind_iommufd = vfio_iommufd_physical_unbind,                                            \
	.attach_ioas = vfio_iommufd_physical_attach_ioas,                                          \
	.detach_ioas = vfio_iommufd_physical_detach_ioas,
#endif

/*
 * 7.0: GET_REGION_INFO left the ioctl callback for one of its own, and matching by VF token became
 * a callback. Up to then a driver answers the ioctl itself.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
#define VGPU_COMPAT_REGION_INFO_IOCTL 1
#define VGPU_COMPAT_REGION_DEFINE(fn)
#define VGPU_COMPAT_REGION_OPS(fn)
#define VGPU_COMPAT_REGION_CORE_OPS
#else
#define VGPU_COMPAT_REGION_INFO_IOCTL 0
/* @fn answers 1 where the core's answer is the right one. */
#define VGPU_COMPAT_REGION_DEFINE(fn)                                                              \
	static int fn##_caps(struct vfio_device *vdev, struct vfio_region_info *info,              \
			     struct vfio_info_cap *caps)                                           \
	{                                                                                          \
		int rc = fn(vdev, info, caps);                                                     \
												   \
		return rc == 1 ? vfio_pci_ioctl_get_region_info(vdev, info, caps) : rc;            \
	}
#define VGPU_COMPAT_REGION_OPS(fn)                                                                 \
	.get_region_info_caps = fn##_caps, .match_token_uuid = vfio_pci_core_match_token_uuid,
#define VGPU_COMPAT_REGION_CORE_OPS                                                                \
	.get_region_info_caps = vfio_pci_ioctl_get_region_info,                                    \
	.match_token_uuid = vfio_pci_core_match_token_uuid,
#endif

/* 6.10: INTx became a choice beside the renamed flag. */
#ifdef PCI_IRQ_INTX
#define VGPU_COMPAT_IRQ_INTX PCI_IRQ_INTX
#else
#define VGPU_COMPAT_IRQ_INTX PCI_IRQ_LEGACY
#endif

#endif
