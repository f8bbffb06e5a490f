/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between QEMU 7.2 and 10.x, and nowhere else. The version numbers come from
 * config-host.h: QEMU's own in a QEMU tree, the one written by `prepare` outside it.
 */
#ifndef QGM_COMPAT_H
#define QGM_COMPAT_H

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#if QEMU_VERSION_MAJOR >= 8
#include "hw/pci/pci_device.h"
#else
#include "hw/pci/pci.h"
#endif
#include "hw/pci/msi.h"
#include "hw/pci/msix.h"
#include "hw/pci/pcie.h"
#include "hw/qdev-properties.h"

/* Some 10.0 updates dropped pcie_sriov_vf_register_bar(); `prepare` looks into the header. */
#ifndef QGM_HAVE_VF_REGISTER_BAR
#define QGM_HAVE_VF_REGISTER_BAR (QEMU_VERSION_MAJOR < 10)
#endif

#if QEMU_VERSION_MAJOR > 10 || (QEMU_VERSION_MAJOR == 10 && QEMU_VERSION_MINOR >= 1)
typedef const void qgm_class_data;
#else
typedef void qgm_class_data;
#endif

static inline void qgm_set_reset(DeviceClass *dc, void (*reset)(DeviceState *dev))
{
#if QEMU_VERSION_MAJOR > 9 || (QEMU_VERSION_MAJOR == 9 && QEMU_VERSION_MINOR >= 2)
	device_class_set_legacy_reset(dc, reset);
#else
	dc->reset = reset;
#endif
}

static inline bool qgm_sriov_pf_init(PCIDevice *dev, uint16_t offset, const char *vf_type,
				     uint16_t vf_device_id, uint16_t initial, uint16_t total,
				     uint16_t vf_offset, uint16_t vf_stride, Error **errp)
{
#if QEMU_VERSION_MAJOR >= 10
	return pcie_sriov_pf_init(dev, offset, vf_type, vf_device_id, initial, total, vf_offset,
				  vf_stride, errp);
#else
	pcie_sriov_pf_init(dev, offset, vf_type, vf_device_id, initial, total, vf_offset,
			   vf_stride);
	return true;
#endif
}

/* From 10.0 on the PCI core disables the VFs itself on a reset of the PF. */
static inline void qgm_sriov_pf_reset(PCIDevice *dev)
{
#if QEMU_VERSION_MAJOR < 10
	pcie_sriov_pf_disable_vfs(dev);
#endif
}

static inline void qgm_ari_init(PCIDevice *dev, uint16_t offset, uint16_t next_function)
{
#if QEMU_VERSION_MAJOR >= 9
	pcie_ari_init(dev, offset);
#else
	pcie_ari_init(dev, offset, next_function);
#endif
}

static inline void qgm_vf_register_bar(PCIDevice *vf, int bar, uint8_t type, MemoryRegion *mr)
{
#if QGM_HAVE_VF_REGISTER_BAR
	pcie_sriov_vf_register_bar(vf, bar, mr);
#else
	pci_register_bar(vf, bar, type, mr);
#endif
}

static inline const Property *qgm_class_props(DeviceClass *dc, size_t *count)
{
#if QEMU_VERSION_MAJOR >= 10
	*count = dc->props_count_;
	return dc->props_;
#else
	size_t n = 0;

	while (dc->props_ && dc->props_[n].name)
		n++;
	*count = n;
	return dc->props_;
#endif
}

#endif /* QGM_COMPAT_H */
