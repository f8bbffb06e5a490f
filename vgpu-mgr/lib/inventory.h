/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The present state as the kernel and the files tell it, read anew for each request: nothing is
 * cached, so nothing can be stale.
 */
#ifndef MGR_INVENTORY_H
#define MGR_INVENTORY_H

#include "config.h"

#define TEXT_BYTES 320
#define STATE_BYTES 24
#define VGPU_NAME_PREFIX "NVIDIA "

struct vf {
	char bdf[BDF_BYTES];
	unsigned int index;		/* 0-based, as virtfnN */
	char driver[NAME_BYTES];	/* "" when unbound */
	bool ours;			/* bound to our driver and its vgpu/ files are there */
	bool has_mdev_types;		/* the kernel offers the mdev face */
	char state[STATE_BYTES];
	char uuid[UUID_BYTES];
	unsigned int type_id;		/* 0: no vGPU */
	char mdev_uuid[UUID_BYTES];	/* "" when no mdev is below this VF */
	uint64_t framebuffer_bytes;
	uint64_t open_time_ns;
	int placement_id;		/* PLACE_NONE: no vGPU */
	int iommu_group;		/* -1: none */
	char last_error[TEXT_BYTES];
};

/* The firmware's limit of vGPUs of one type, twice over. */
#define PLACES_MAX 64

/* Placement ids count in units of this. */
#define PLACEMENT_UNIT_BYTES (1ull << 30)

struct place_list {
	unsigned int ids[PLACES_MAX];
	size_t count;
};

struct vgpu_type_info {
	unsigned int id;		/* 0: not known */
	char name[NAME_BYTES];		/* without the vendor's name */
	uint64_t framebuffer_bytes;
	unsigned int max_instances;
	unsigned int placement_size;	/* so many ids one takes, from its place on; 0: not known */
	struct place_list places;	/* of the GPU's mode, as they are tried */
	struct place_list free_places;	/* where a new owner could have one now */
	bool creatable;
	char why_not[TEXT_BYTES];
};

struct gpu {
	struct pci_gpu pci;
	char driver[NAME_BYTES];
	bool ours;			/* bound to vgpu_core */
	bool managed;			/* named in the configuration */
	unsigned int configured_vfs;
	enum placement configured_placement;
	enum placement placement;	/* in force; unset when the driver does not say */
	unsigned int total_vfs;
	unsigned int vfs;		/* enabled now */
	char state[STATE_BYTES];
	char chipset[NAME_BYTES];
	char gsp_version[NAME_BYTES];
	uint64_t vram_total_bytes, vram_free_bytes, vram_dirty_bytes, vram_largest_free_bytes;
	uint64_t vmmu_segment_bytes, boot_time_ns;
	char why_not[TEXT_BYTES];	/* "" when chip and firmware host vGPUs */
	char last_error[TEXT_BYTES];
	struct vf *vf;
	size_t vf_count;
};

enum vgpu_face { FACE_MDEV, FACE_VF };

struct vgpu_entry {
	char uuid[UUID_BYTES];
	char gpu[BDF_BYTES];		/* "" when the VF is not there now */
	char vf[BDF_BYTES];
	enum vgpu_face face;
	unsigned int type_id;
	char type[NAME_BYTES];		/* "" when the GPU is not there to ask */
	bool active;			/* the kernel has it */
	bool persistent;		/* comes back after a reboot */
	bool automatic;			/* started at boot */
	int saved_place;		/* where it comes back; PLACE_NONE: anywhere */
	const struct vf *function;	/* NULL when the VF is not there now */
};

struct inventory {
	struct config config;
	bool config_valid;		/* else config_error says why */
	struct err config_error;
	struct gpu *gpus;
	size_t gpu_count;
	struct vgpu_entry *vgpus;
	size_t vgpu_count;
};

/*
 * inventory_read - GPUs, their VFs and all vGPUs
 *
 * An unreadable configuration does not fail it (see config_valid). Free with inventory_free().
 */
int inventory_read(const struct mgr *m, struct inventory *inv, struct err *e);
void inventory_free(struct inventory *inv);

#define autoinventory __attribute__((cleanup(inventory_free))) struct inventory

/* NULL and ERR_NOT_FOUND (ERR_USAGE for text that is no address) when there is no such thing. */
struct gpu *inventory_gpu(struct inventory *inv, const char *bdf, struct err *e);
struct vgpu_entry *inventory_vgpu(struct inventory *inv, const char *uuid);

/* The types of a GPU that vgpu_core drives, in the order of their ids. */
struct vgpu_type_info *types_read(const struct mgr *m, const char *bdf, size_t *count);
/* @text: an id, a name with or without the vendor's, or vgpu_vfio_pci-ID. NULL: no such type. */
const struct vgpu_type_info *types_find(const struct vgpu_type_info *types, size_t count,
					const char *text);

/* JSON of each; the caller owns it. */
struct json_object *gpu_json(const struct gpu *g, bool with_functions);
struct json_object *vgpu_json(const struct vgpu_entry *v);
struct json_object *type_json(const char *gpu, const struct vgpu_type_info *t);

/* Read one attribute of "…/devices/<bdf>/vgpu/"; "" or 0 when it is not there. */
void vgpu_attribute(const struct mgr *m, const char *bdf, const char *name, char *buf,
		    size_t size);
uint64_t vgpu_number(const struct mgr *m, const char *bdf, const char *name);
/* Where the vGPU of a VF is now, or PLACE_NONE. */
int vgpu_place(const struct mgr *m, const char *vf);
/* Mode of a GPU now: the word in brackets. */
enum placement gpu_placement(const struct mgr *m, const char *bdf);

#endif
