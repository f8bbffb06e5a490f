/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What vgpu_core offers to the driver that is bound to a VF.
 *
 * A link is one VF seen from its driver, valid from vgpu_vf_attach() to vgpu_vf_detach(). All calls
 * check their arguments and may sleep, except vgpu_link_state_name(). The caller serialises open,
 * close and detach of one link among themselves; everything else may come at any time in between.
 * The PF's driver can't go away while a link exists: it disables SR-IOV first, which unbinds the
 * VF's driver.
 */
#ifndef VGPU_CORE_API_H
#define VGPU_CORE_API_H

#include <linux/pci.h>
#include <linux/types.h>
#include <linux/uuid.h>

#include "../core/type.h"
#include "../core/vgpu.h"

/* The driver that VFs should have. */
#define VGPU_VFIO_NAME "vgpu_vfio_pci"

struct vgpu_link;

/*
 * vgpu_vf_attach - become the driver of a VF
 * @vf_pdev:	the VF; a reference is held until detach
 * @cb:            told about events, in a thread that may sleep; must not call detach. Outlives the
 * link
 * @owner:	handed to @cb
 *
 * Returns the link, or ERR_PTR: -EINVAL not a VF, -ENODEV its PF is not driven by vgpu_core or does
 * not host vGPUs, -EBUSY attached already.
 */
struct vgpu_link *vgpu_vf_attach(struct pci_dev *vf_pdev, const struct vgpu_vf_callbacks *cb,
				 void *owner);
/*
 * vgpu_vf_detach - end of a link; no callback runs after it returned
 * The vGPU must have been released (or be beyond that, quarantined).
 */
void vgpu_vf_detach(struct vgpu_link *link);

/* Life cycle, with the states and errors of core/vgpu.h. */
int vgpu_link_claim(struct vgpu_link *link, u32 type_id, const uuid_t *uuid);
int vgpu_link_release(struct vgpu_link *link);
/* @vm_pid: tgid of the process that opens the device. */
int vgpu_link_open(struct vgpu_link *link, pid_t vm_pid);
void vgpu_link_close(struct vgpu_link *link);
int vgpu_link_reset(struct vgpu_link *link);
int vgpu_link_set_bus_master(struct vgpu_link *link, bool enable);

/* Snapshot; @info is zeroed for a bad link. */
void vgpu_link_info(struct vgpu_link *link, struct vgpu_vf_info *info);
/* One sentence about the last failure, NUL-terminated; returns its length. */
size_t vgpu_link_last_error(struct vgpu_link *link, char *buf, size_t size);
/* Name of a state for sysfs. */
const char *vgpu_link_state_name(enum vgpu_state state);

/* ready only: move the vGPU to the place that begins with placement id @id; see vgpu_place(). */
int vgpu_link_place(struct vgpu_link *link, u16 id);
/* Types of this VF's board: fills @out with up to @max pointers, returns how many there are. */
size_t vgpu_link_types(struct vgpu_link *link, const struct vgpu_type **out, size_t max);
/* Could @type be claimed now? 0, or vgpu_link_claim()'s error and a sentence in @why (if given). */
int vgpu_link_creatable(struct vgpu_link *link, const struct vgpu_type *type, const uuid_t *uuid,
			char *why, size_t why_size);

/* As above for the owner whom it suits best: one that left its own data in the only free place. */
int vgpu_link_claimable(struct vgpu_link *link, const struct vgpu_type *type);

/* True when the MMU page of this VF's BAR0 has to be trapped for a vGPU of @type. */
bool vgpu_link_traps_mmu_page(struct vgpu_link *link, const struct vgpu_type *type);
/*
 * One TLB invalidate at a time per GPU. lock: 0, or -EINVAL for a bad link (then not locked).
 * Innermost lock of its user.
 */
int vgpu_link_tlb_lock(struct vgpu_link *link);
void vgpu_link_tlb_unlock(struct vgpu_link *link);

#endif
