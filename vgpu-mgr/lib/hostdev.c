// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "hostdev.h"
#include "json_util.h"
#include "pci.h"
#include "run.h"

#define VERSION_MAJOR 1000000ul
#define VERSION_MINOR 1000ul
#define VERSION_SECONDS 10

unsigned long libvirt_version_parse(const char *text)
{
	unsigned int major, minor, micro = 0;

	if (sscanf(text, "%u.%u.%u", &major, &minor, &micro) < 2 || major > 1000)
		return 0;
	return major * VERSION_MAJOR + minor * VERSION_MINOR + micro;
}

static unsigned long ask(const char *program)
{
	char *const argv[] = { (char *)program, (char *)"--version", NULL };
	autorun r = { 0 };
	const char *digit;

	if (run_program(argv, NULL, VERSION_SECONDS, &r, NULL) || r.status)
		return 0;
	digit = strpbrk(r.out, "0123456789");
	return digit ? libvirt_version_parse(digit) : 0;
}

unsigned long libvirt_version(void)
{
	const char *set = getenv("VIRSH");
	unsigned long version;

	if (set)
		return ask(set);
	version = ask("virsh");
	return version ? version : ask("libvirtd");
}

static char *mdev_xml(const char *uuid)
{
	return str_printf("<hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci'>\n"
			  "  <source>\n"
			  "    <address uuid='%s'/>\n"
			  "  </source>\n"
			  "</hostdev>\n", uuid);
}

static char *pci_xml(const char *bdf)
{
	return str_printf("<hostdev mode='subsystem' type='pci' managed='no'>\n"
			  "  <driver model='" VF_DRIVER "'/>\n"
			  "  <source>\n"
			  "    <address domain='0x%.4s' bus='0x%.2s' slot='0x%.2s' function='0x%.1s'/>\n"
			  "  </source>\n"
			  "</hostdev>\n", bdf, bdf + 5, bdf + 8, bdf + 11);
}

char *hostdev_xml(struct json_object *vgpu, unsigned long version, struct err *e)
{
	char uuid[UUID_BYTES], vf[BDF_BYTES];

	if (!uuid_parse(json_get_string(vgpu, "uuid", ""), uuid) ||
	    !bdf_parse(json_get_string(vgpu, "vf", ""), vf)) {
		err_set(e, ERR_FAILED, NULL, "the vGPU object has no UUID or no VF");
		return NULL;
	}
	if (strcmp(json_get_string(vgpu, "face", ""), "vf"))
		return mdev_xml(uuid);
	if (version && version < LIBVIRT_PCI_HOSTDEV_VERSION) {
		err_set(e, ERR_UNSUPPORTED, "create the vGPU with --face mdev, or give the VF to QEMU "
			"without libvirt: -device vfio-pci,host=ADDRESS",
			"libvirt %lu.%lu.%lu accepts no PCI host device whose driver is not vfio-pci, so "
			"it cannot use vGPU %s on VF %s", version / VERSION_MAJOR,
			version % VERSION_MAJOR / VERSION_MINOR, version % VERSION_MINOR, uuid, vf);
		return NULL;
	}
	return pci_xml(vf);
}
