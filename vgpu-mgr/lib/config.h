/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What survives a reboot: /etc/vgpu-mgr/config.json (which GPUs we may touch) and, in
 * /var/lib/vgpu-mgr, the vGPUs of the VF face and the note about an operation under way.
 * mdevs persist in mdevctl's own files.
 */
#ifndef MGR_CONFIG_H
#define MGR_CONFIG_H

#include "pci.h"

#define CONFIG_PATH "/etc/vgpu-mgr/config.json"
#define RECORDS_PATH "/var/lib/vgpu-mgr/vf-vgpus.json"
#define PENDING_PATH "/var/lib/vgpu-mgr/pending.json"
#define MDEVCTL_DIR "/etc/mdevctl.d"

/* Sizes of vGPUs on one GPU, as its placement_mode has it. */
enum placement {
	PLACEMENT_UNSET,	/* keep what is configured; not known */
	PLACEMENT_HOMOGENEOUS,	/* all of one size */
	PLACEMENT_HETEROGENEOUS,
};

/* First placement id of a vGPU: 0 to PLACE_MAX, or PLACE_NONE. */
#define PLACE_NONE (-1)
#define PLACE_MAX 65534

struct config_gpu {
	char bdf[BDF_BYTES];
	unsigned int vfs;	/* 1 to PCI_MAX_VFS */
	enum placement placement;	/* never PLACEMENT_UNSET */
};

struct config {
	struct config_gpu gpus[PCI_MAX_GPUS];
	size_t count;
};

/* A vGPU of the VF face as it has to be after a reboot. */
struct vf_record {
	char uuid[UUID_BYTES];
	char gpu[BDF_BYTES], vf[BDF_BYTES];
	unsigned int type_id;
	int placement_id;	/* PLACE_NONE: where the driver likes */
};

#define RECORDS_MAX 1024

struct vf_records {
	struct vf_record *records;
	size_t count;
};

/* An operation that was begun; found at a start, it is undone or finished. */
struct pending {
	bool enable;	/* else disable */
	char gpu[BDF_BYTES];
};

/* "homogeneous", "heterogeneous"; NULL when unset. */
const char *placement_name(enum placement p);
/* PLACEMENT_UNSET when @text is neither. */
enum placement placement_parse(const char *text);

/*
 * Load: 0 (an absent file is an empty one) or -1 with a sentence that names file and fault.
 * Strict: an unknown version, a wrong kind, a duplicate is an error and the file is never
 * overwritten then. Save: atomic and durable.
 */
int config_load(const struct mgr *m, struct config *c, struct err *e);
int config_parse(const char *text, size_t length, const char *what, struct config *c,
		 struct err *e);
int config_save(const struct mgr *m, const struct config *c, struct err *e);
/* Entry of @bdf or NULL. */
struct config_gpu *config_find(struct config *c, const char *bdf);
/* Add or change an entry; -1 when the table is full. */
int config_set(struct config *c, const struct config_gpu *entry, struct err *e);
void config_drop(struct config *c, const char *bdf);

int records_load(const struct mgr *m, struct vf_records *r, struct err *e);
int records_save(const struct mgr *m, const struct vf_records *r, struct err *e);
struct vf_record *records_find(const struct vf_records *r, const char *uuid);
int records_add(struct vf_records *r, const struct vf_record *record, struct err *e);
void records_drop(struct vf_records *r, const char *uuid);
void records_free(struct vf_records *r);

#define autorecords __attribute__((cleanup(records_free))) struct vf_records

/* 1: there is one, 0: none, -1: unreadable. */
int pending_load(const struct mgr *m, struct pending *p, struct err *e);
int pending_save(const struct mgr *m, const struct pending *p, struct err *e);
int pending_clear(const struct mgr *m, struct err *e);

#endif
