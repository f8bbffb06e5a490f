// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Are QEMU's structures where the headers we were compiled with say they are? The host itself
 * carries true offsets: the property table of its pci-device class and the migration description
 * of a PCI device; 7.2 also tells instance sizes. A header set of another version or built with
 * other options (CONFIG_INT128 moves half of PCIDevice) shows up here before anything is touched.
 */
#include "adapter.h"

#include <dlfcn.h>

#include "hw/pci/pci_bus.h"
#include "migration/vmstate.h"

struct fact {
	const char *name;
	size_t value;
};

/* Fewer than this many facts found means that the host does not tell enough to be trusted. */
#define MIN_FACTS 8

static const struct fact prop_facts[] = {
	{"addr", offsetof(PCIDevice, devfn)},
	{"romfile", offsetof(PCIDevice, romfile)},
	{"romsize", offsetof(PCIDevice, romsize)},
	{"rombar", offsetof(PCIDevice, rom_bar)},
	{"multifunction", offsetof(PCIDevice, cap_present)},
	{"x-pcie-lnksta-dllla", offsetof(PCIDevice, cap_present)},
	{"x-pcie-extcap-init", offsetof(PCIDevice, cap_present)},
	{"failover_pair_id", offsetof(PCIDevice, failover_pair_id)},
	{"acpi-index", offsetof(PCIDevice, acpi_index)},
};

static const struct fact vmstate_facts[] = {
	{"version_id", offsetof(PCIDevice, version_id)},
	{"config", offsetof(PCIDevice, config)},
	{"irq_state", offsetof(PCIDevice, irq_state)},
};

static const struct fact size_facts[] = {
	{"pci-device", sizeof(PCIDevice)},
	{"device", sizeof(DeviceState)},
	{"PCIE", sizeof(PCIBus)},
	{TYPE_MEMORY_REGION, sizeof(MemoryRegion)},
};

struct check {
	unsigned int compared;
	char *err;
	size_t err_size;
	bool failed;
};

static void compare(struct check *c, const char *what, const char *name, size_t host, size_t ours)
{
	c->compared++;
	if (host == ours || c->failed)
		return;
	c->failed = true;
	snprintf(c->err, c->err_size, "%s '%s' is %zu in the running QEMU and %zu in its headers",
		 what, name, host, ours);
}

static void check_props(struct check *c)
{
	ObjectClass *oc = object_class_by_name(TYPE_PCI_DEVICE);
	const Property *props;
	size_t count, i, k;

	if (!oc)
		return;
	props = qgm_class_props(DEVICE_CLASS(oc), &count);
	for (i = 0; i < count; i++) {
		for (k = 0; k < G_N_ELEMENTS(prop_facts); k++) {
			if (!strcmp(props[i].name, prop_facts[k].name))
				compare(c, "offset of property", props[i].name, props[i].offset,
					prop_facts[k].value);
		}
	}
}

static void check_vmstate(struct check *c)
{
	const VMStateDescription *vmsd = dlsym(RTLD_DEFAULT, "vmstate_pci_device");
	const VMStateField *field;
	size_t k;

	if (!vmsd)
		return;
	for (field = vmsd->fields; field->name; field++) {
		for (k = 0; k < G_N_ELEMENTS(vmstate_facts); k++) {
			if (!strcmp(field->name, vmstate_facts[k].name))
				compare(c, "offset of field", field->name, field->offset,
					vmstate_facts[k].value);
		}
	}
}

static void check_sizes(struct check *c)
{
	size_t (*instance_size)(const char *) =
		dlsym(RTLD_DEFAULT, "object_type_get_instance_size");
	size_t k;

	if (!instance_size)
		return;
	for (k = 0; k < G_N_ELEMENTS(size_facts); k++)
		compare(c, "size of type", size_facts[k].name, instance_size(size_facts[k].name),
			size_facts[k].value);
}

int qgm_selftest(unsigned int *facts, char *err, size_t err_size)
{
	struct check c = {.err = err, .err_size = err_size};

	check_props(&c);
	if (!c.failed)
		check_vmstate(&c);
	if (!c.failed)
		check_sizes(&c);
	*facts = c.compared;
	if (!c.failed && c.compared < MIN_FACTS) {
		snprintf(err, err_size, "only %u layout facts could be compared", c.compared);
		return -1;
	}
	return c.failed ? -1 : 0;
}
