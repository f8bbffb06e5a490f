/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vendor's vGPU metadata file ("nvidia/vgpu-<version>.bin"): type records with signatures, for
 * firmware that demands them. Optional; never part of this project. The file is data from outside:
 * every offset and count is checked.
 */
#ifndef VGPU_METADATA_H
#define VGPU_METADATA_H

#include <linux/types.h>

#include "../abi/vgpu_host.h"
#include "type.h"

struct vgpu_metadata {
	struct vgpu_type *types;	/* NULL without a file; strings live in @strings */
	size_t num_types;
	char *strings;
	void *payload;			/* ready-made parameters of VGPU_CTRL_ADD_TYPE */
	u32 payload_bytes;
};

/*
 * vgpu_metadata_parse - take this board's types from a file image
 * @data, @bytes:	the file, not kept
 * @gsp_version:	running firmware, must be the file's
 * @device:		PCI device id of the PF
 * @meta:		filled on success, owned by the caller; untouched otherwise
 * @why:		on failure receives the reason as a sentence part
 *
 * Returns 0, -ENOENT when the file has nothing for this board, -EINVAL for a file that is
 * malformed or for another firmware, -ENOMEM.
 */
int vgpu_metadata_parse(const u8 *data, size_t bytes, const char *gsp_version, u16 device,
			struct vgpu_metadata *meta, char *why, size_t why_size);
void vgpu_metadata_free(struct vgpu_metadata *meta);

#endif
