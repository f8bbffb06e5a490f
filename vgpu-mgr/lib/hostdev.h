/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libvirt: which version is there, and the <hostdev> it accepts for a vGPU. */
#ifndef MGR_HOSTDEV_H
#define MGR_HOSTDEV_H

#include "err.h"

struct json_object;

/*
 * Versions as libvirt counts them: 9.0.0 is 9000000. From this one on a PCI hostdev may keep our
 * driver.
 */
#define LIBVIRT_PCI_HOSTDEV_VERSION 10000000ul

/* Parse "9.0.0" or "9.0"; 0 when it is no version. */
unsigned long libvirt_version_parse(const char *text);
/* Ask virsh, then libvirtd (VIRSH names another program for tests). 0 when neither is there. */
unsigned long libvirt_version(void);
/*
 * hostdev_xml - the element for a domain's <devices>
 * @vgpu:	a vGPU object as vgpu_json() makes it
 * @version:	of libvirt, 0 when not known
 *
 * Returns text that the caller frees, or NULL with ERR_UNSUPPORTED when this libvirt has no form
 * for this face.
 */
char *hostdev_xml(struct json_object *vgpu, unsigned long version, struct err *e);

#endif
