/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which GPUs there are, and the PCI side of binding drivers. */
#ifndef MGR_PCI_H
#define MGR_PCI_H

#include <stdint.h>

#include "util.h"

#define PF_DRIVER "vgpu_core"
#define VF_DRIVER "vgpu_vfio_pci"
#define PCI_MAX_GPUS 64
#define PCI_MAX_VFS 256

struct pci_gpu {
	char bdf[BDF_BYTES];
	uint16_t vendor, device, class_id, subvendor, subdevice;
};

struct pci_gpu_list {
	struct pci_gpu gpus[PCI_MAX_GPUS];
	size_t count;
};

/*
 * pci_find_gpus - physical functions: display class, vendor 10de, with an SR-IOV capability
 *
 * Reads the bus through libpci (below m->root when that is set); no driver is touched and no device
 * is woken. Returns 0, or -1 when the bus cannot be read at all.
 */
int pci_find_gpus(const struct mgr *m, struct pci_gpu_list *list, struct err *e);
/* Name of the driver that @bdf is bound to; "" when none. */
void pci_driver(const struct mgr *m, const char *bdf, char name[NAME_BYTES]);
/* BDF of VF @index (0-based) of @pf; -1 when there is none. */
int pci_vf(const struct mgr *m, const char *pf, unsigned int index, char bdf[BDF_BYTES]);
/* Number of the IOMMU group of a device directory ("…/devices/<BDF>"), -1 when it has none. */
int pci_iommu_group(const struct mgr *m, const char *bdf);
/* Write a sysfs attribute of the device; the error sentence names device, attribute and value. */
int pci_write(const struct mgr *m, const char *bdf, const char *attribute, const char *value,
	      struct err *e);
/*
 * pci_bind - give the device to @driver through driver_override; verified
 *
 * A device that another driver has is not taken away: ERR_BUSY with that driver as holder.
 */
int pci_bind(const struct mgr *m, const char *bdf, const char *driver, struct err *e);
/* Unbind from @driver if that is the one, and clear driver_override. */
int pci_release(const struct mgr *m, const char *bdf, const char *driver, struct err *e);

#endif
