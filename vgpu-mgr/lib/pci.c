// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pci.h"

#define VENDOR_NVIDIA 0x10de
#define CLASS_BASE_DISPLAY 0x03
/* Empty override: the newline alone clears it. */
#define OVERRIDE_NONE "\n"

static jmp_buf pci_failed;
static char pci_failure[256];

/* libpci leaves the process when its error hook returns, so this one does not. */
static void __attribute__((noreturn, format(printf, 1, 2))) on_error(char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(pci_failure, sizeof(pci_failure), fmt, ap);
	va_end(ap);
	longjmp(pci_failed, 1);
}

static void __attribute__((format(printf, 1, 2))) on_message(char *fmt, ...)
{
	(void)fmt;
}

static void add_gpu(const struct mgr *m, struct pci_dev *d, struct pci_gpu_list *list)
{
	struct pci_gpu *g = &list->gpus[list->count];
	autofree char *sriov = NULL;

	pci_fill_info(d, PCI_FILL_IDENT | PCI_FILL_CLASS | PCI_FILL_SUBSYS);
	if (d->vendor_id != VENDOR_NVIDIA || d->device_class >> 8 != CLASS_BASE_DISPLAY)
		return;
	if (list->count == PCI_MAX_GPUS)
		return;
	snprintf(g->bdf, sizeof(g->bdf), "%04x:%02x:%02x.%x", (unsigned int)d->domain & 0xffff,
		 d->bus, d->dev, d->func & 7u);
	/* The kernel makes this file for every device with the capability, and only for those. */
	sriov = mgr_path(m, "/sys/bus/pci/devices/%s/sriov_totalvfs", g->bdf);
	if (!path_exists(sriov))
		return;
	g->vendor = d->vendor_id;
	g->device = d->device_id;
	g->class_id = d->device_class;
	g->subvendor = d->subsys_vendor_id;
	g->subdevice = d->subsys_id;
	list->count++;
}

static int compare_gpus(const void *a, const void *b)
{
	return strcmp(((const struct pci_gpu *)a)->bdf, ((const struct pci_gpu *)b)->bdf);
}

int pci_find_gpus(const struct mgr *m, struct pci_gpu_list *list, struct err *e)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci");
	autofree char *devices = str_printf("%s/devices", path);
	struct pci_access *access;

	list->count = 0;
	if (!path_exists(devices)) /* a machine without PCI has no GPUs */
		return 0;
	access = pci_alloc();
	access->method = PCI_ACCESS_SYS_BUS_PCI;
	access->error = on_error;
	access->warning = on_message;
	access->debug = on_message;
	pci_set_param(access, "sysfs.path", path);
	if (setjmp(pci_failed))
		return err_set(e, ERR_FAILED, NULL, "the PCI bus cannot be read: %s", pci_failure);
	pci_init(access);
	pci_scan_bus(access);
	for (struct pci_dev *d = access->devices; d; d = d->next)
		add_gpu(m, d, list);
	pci_cleanup(access);
	qsort(list->gpus, list->count, sizeof(list->gpus[0]), compare_gpus);
	return 0;
}

void pci_driver(const struct mgr *m, const char *bdf, char name[NAME_BYTES])
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/driver", bdf);

	link_name(path, name, NAME_BYTES);
}

int pci_vf(const struct mgr *m, const char *pf, unsigned int index, char bdf[BDF_BYTES])
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/virtfn%u", pf, index);
	char name[NAME_BYTES];

	return link_name(path, name, sizeof(name)) || !bdf_parse(name, bdf) ? -1 : 0;
}

int pci_iommu_group(const struct mgr *m, const char *bdf)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/iommu_group", bdf);
	char name[NAME_BYTES], *end;
	long n;

	if (link_name(path, name, sizeof(name)))
		return -1;
	n = strtol(name, &end, 10);
	return *end || n < 0 ? -1 : (int)n;
}

int pci_write(const struct mgr *m, const char *bdf, const char *attribute, const char *value,
	      struct err *e)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/%s", bdf, attribute);

	if (file_write(path, value))
		return err_errno(e, errno, NULL, "device %s: cannot write \"%.40s\" to %s", bdf,
				 value[0] == '\n' ? "" : value, attribute);
	return 0;
}

static int check_bound(const struct mgr *m, const char *bdf, const char *driver, struct err *e)
{
	char name[NAME_BYTES];

	pci_driver(m, bdf, name);
	if (!strcmp(name, driver))
		return 0;
	if (name[0])
		return err_set(e, ERR_FAILED, NULL, "device %s: the driver %s took it instead of %s",
			       bdf, name, driver);
	return err_set(e, ERR_FAILED, "the kernel log says why: dmesg | grep -i vgpu",
		       "device %s: the driver %s did not accept it", bdf, driver);
}

int pci_bind(const struct mgr *m, const char *bdf, const char *driver, struct err *e)
{
	autofree char *probe = mgr_path(m, "/sys/bus/pci/drivers_probe");
	char present[NAME_BYTES];

	pci_driver(m, bdf, present);
	if (!strcmp(present, driver))
		return 0;
	if (present[0]) {
		err_set(e, ERR_BUSY, "stop what uses it, unbind it (echo the address into that "
			"driver's unbind file), then try again",
			"device %s is bound to the driver %s and is not taken away from it", bdf,
			present);
		err_holder(e, "driver %s", present);
		return -1;
	}
	if (pci_write(m, bdf, "driver_override", driver, e))
		return -1;
	/* A probe that fails may show as an error here or not at all: the link decides. */
	if (file_write(probe, bdf) && errno != EINVAL && errno != ENODEV && errno != EIO)
		return err_errno(e, errno, NULL, "device %s: cannot ask the kernel to probe it",
				 bdf);
	return check_bound(m, bdf, driver, e);
}

int pci_release(const struct mgr *m, const char *bdf, const char *driver, struct err *e)
{
	autofree char *unbind = mgr_path(m, "/sys/bus/pci/drivers/%s/unbind", driver);
	char present[NAME_BYTES];

	pci_driver(m, bdf, present);
	if (!strcmp(present, driver) && file_write(unbind, bdf))
		return err_errno(e, errno, NULL, "device %s: cannot unbind it from %s", bdf, driver);
	return pci_write(m, bdf, "driver_override", OVERRIDE_NONE, e);
}
