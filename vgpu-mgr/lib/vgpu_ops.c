// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mdevctl.h"
#include "place.h"
#include "vgpu_ops.h"
#include "wait.h"

#define TYPE_NONE "0"
#define PLACE_HINT "\"vgpuctl types --json\" lists the places of each type, and the free ones"
/* How long a rival that began to start the same mdev may take until it shows. */
#define RIVAL_SECONDS 2

/* ---- is it usable? ---- */

struct usable {
	const char *uuid, *vf;
	enum vgpu_face face;
};

static int condition_usable(const struct mgr *m, void *arg, struct err *e)
{
	const struct usable *u = arg;
	autofree char *link = u->face == FACE_MDEV ?
		mgr_path(m, "/sys/bus/mdev/devices/%s/iommu_group", u->uuid) :
		mgr_path(m, "/sys/bus/pci/devices/%s/iommu_group", u->vf);
	autofree char *node = NULL;
	char group[NAME_BYTES];

	(void)e;
	if (link_name(link, group, sizeof(group)))
		return 0;
	node = mgr_path(m, "/dev/vfio/%s", group);
	return path_exists(node);
}

static int wait_usable(const struct mgr *m, const char *uuid, const char *vf, enum vgpu_face face,
		       unsigned int seconds, struct err *e)
{
	struct usable u = { .uuid = uuid, .vf = vf, .face = face };

	if (wait_until(m, seconds, condition_usable, &u, e) == 1)
		return 0;
	return err_set(e, ERR_TIMEOUT, "is the IOMMU on? \"vgpuctl doctor\" tells",
		       "vGPU %s on VF %s exists, but its VFIO group has no device node in /dev/vfio "
		       "after %u seconds", uuid, vf, seconds);
}

/* ---- who has it open? ---- */

static bool process_holds(const char *fds, const char *node)
{
	DIR *dir = opendir(fds);
	struct dirent *d;
	bool found = false;

	while (dir && !found && (d = readdir(dir))) {
		autofree char *fd = str_printf("%s/%s", fds, d->d_name);
		char target[NAME_BYTES];
		ssize_t n = readlink(fd, target, sizeof(target) - 1);

		if (n <= 0)
			continue;
		target[n] = '\0';
		found = !strcmp(target, node);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void add_holders(const struct mgr *m, int group, struct err *e)
{
	autofree char *proc = mgr_path(m, "/proc");
	autofree char *node = str_printf("/dev/vfio/%d", group);
	autonames pids = { 0 };

	dir_list(proc, &pids);
	for (size_t i = 0; i < pids.count; i++) {
		autofree char *fds = str_printf("%s/%s/fd", proc, pids.names[i]);
		autofree char *comm = str_printf("%s/%s/comm", proc, pids.names[i]);
		char name[NAME_BYTES];

		if (pids.names[i][0] < '0' || pids.names[i][0] > '9' || !process_holds(fds, node))
			continue;
		file_read_line(comm, name, sizeof(name));
		err_holder(e, "%s (pid %s)", name, pids.names[i]);
	}
}

static bool is_idle(const struct vf *vf)
{
	return !strcmp(vf->state, "ready") || !strcmp(vf->state, "failed") ||
	       !strcmp(vf->state, "free") || !vf->state[0];
}

/* ---- create ---- */

/* The sentence for a claim that the kernel refused: its own words come first. */
static int refused(const struct mgr *m, const char *vf, const char *gpu, struct err *why,
		   struct err *e)
{
	char text[TEXT_BYTES];

	text[0] = '\0';
	if (why->code != ERR_TIMEOUT)
		vgpu_attribute(m, vf, "last_error", text, sizeof(text));
	if (!text[0] && why->code != ERR_TIMEOUT)
		vgpu_attribute(m, gpu, "last_error", text, sizeof(text));
	if (text[0])
		return err_set(e, why->code, why->hint, "%.300s (the driver says: %s)",
			       why->sentence, text);
	*e = *why;
	return -1;
}

static bool reserved(const struct inventory *inv, const char *vf)
{
	for (size_t i = 0; i < inv->vgpu_count; i++)
		if (!strcmp(inv->vgpus[i].vf, vf))
			return true;
	return false;
}

static bool offers_mdev(const struct mgr *m, const struct vf *vf, unsigned int type_id)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/mdev_supported_types/" VF_DRIVER
				       "-%u/available_instances", vf->bdf, type_id);
	uint64_t n;

	return !file_read_u64(path, &n) && n;
}

static const struct vf *choose_vf(const struct mgr *m, const struct inventory *inv,
				  const struct gpu *g, enum face_choice face, unsigned int type_id,
				  enum vgpu_face *chosen)
{
	for (size_t i = 0; i < g->vf_count; i++) {
		const struct vf *vf = &g->vf[i];

		/* A VF with a saved vGPU is that one's place, also while it is not started. */
		if (!vf->ours || reserved(inv, vf->bdf))
			continue;
		if (face != FACE_CHOICE_VF && offers_mdev(m, vf, type_id)) {
			*chosen = FACE_MDEV;
			return vf;
		}
		if (face == FACE_CHOICE_VF || (face == FACE_CHOICE_ANY && !vf->has_mdev_types)) {
			*chosen = FACE_VF;
			return vf;
		}
	}
	return NULL;
}

static int no_vf(const struct gpu *g, enum face_choice face, const struct vgpu_type_info *t,
		 struct err *e)
{
	size_t foreign = 0, used = 0;
	bool mdev = false;

	for (size_t i = 0; i < g->vf_count; i++) {
		foreign += !g->vf[i].ours;
		used += g->vf[i].type_id != 0;
		mdev |= g->vf[i].has_mdev_types;
	}
	if (!g->vf_count)
		return err_set(e, ERR_FAILED, "\"vgpuctl enable\" makes them", "GPU %s has no VFs",
			       g->pci.bdf);
	if (face == FACE_CHOICE_MDEV && !mdev)
		return err_set(e, ERR_UNSUPPORTED, "use --face vf", "the VFs of GPU %s offer no mdev "
			       "types: this kernel was built without mdev", g->pci.bdf);
	return err_set(e, ERR_BUSY, "destroy a vGPU, or see \"vgpuctl types --gpu\" for what fits "
		       "now", "no VF of GPU %s can take type %s now: of %zu VFs %zu have a vGPU and "
		       "%zu are not bound to " VF_DRIVER, g->pci.bdf, t->name, g->vf_count, used,
		       foreign);
}

/* ---- places ---- */

static int save_record(const struct mgr *m, const struct vf_record *add, const char *drop,
		       struct err *e)
{
	autorecords records = { 0 };

	if (records_load(m, &records, e))
		return -1;
	if (drop)
		records_drop(&records, drop);
	if (add && records_add(&records, add, e))
		return -1;
	return records_save(m, &records, e);
}

/* From its next start on the vGPU is at @place, which its definition or record has not yet. */
static int save_place(const struct mgr *m, const char *vf, const char *uuid, enum vgpu_face face,
		      int place, struct err *e)
{
	autorecords records = { 0 };
	struct vf_record *rec;

	if (face == FACE_MDEV)
		return mdevctl_define_place(vf, uuid, place, e);
	if (records_load(m, &records, e))
		return -1;
	rec = records_find(&records, uuid);
	if (!rec)
		return err_set(e, ERR_FAILED, "create it again", "vGPU %s has lost its record in "
			       RECORDS_PATH, uuid);
	rec->placement_id = place;
	return records_save(m, &records, e);
}

/* With one size any order of starts finds room; with several each has to come back where it is. */
static int save_chosen_place(const struct mgr *m, const struct gpu *g, const char *vf,
			     const char *uuid, enum vgpu_face face, struct err *e)
{
	int place = vgpu_place(m, vf);

	if (g->placement != PLACEMENT_HETEROGENEOUS)
		return 0;
	if (place == PLACE_NONE)
		return err_set(e, ERR_FAILED, "look at the kernel log", "VF %s does not say at which "
			       "place vGPU %s is", vf, uuid);
	return save_place(m, vf, uuid, face, place, e);
}

static int move_to(const struct mgr *m, const char *vf, const char *uuid, int place, struct err *e)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/vgpu/placement_id", vf);
	autofree char *text = str_printf("%d", place);

	if (place == PLACE_NONE || !file_write(path, text))
		return 0;
	return err_errno(e, errno, PLACE_HINT, "vGPU %s on VF %s cannot be at place %d", uuid, vf,
			 place);
}

/* Name the UUID first: the claim takes it. A kernel that makes its own leaves no such file. */
static int write_vf_type(const struct mgr *m, const char *vf, const char *uuid,
			 unsigned int type_id, struct err *e)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/vgpu/uuid", vf);
	autofree char *type = str_printf("%u", type_id);

	if (file_write(path, uuid) && errno != EACCES && errno != ENOENT && errno != EPERM)
		return err_errno(e, errno, NULL, "VF %s: cannot set the UUID %s", vf, uuid);
	if (pci_write(m, vf, "vgpu/current_vgpu_type", type, e))
		return -1;
	if (vgpu_number(m, vf, "current_vgpu_type") != type_id)
		return err_set(e, ERR_FAILED, NULL, "VF %s did not take type %u", vf, type_id);
	return 0;
}

/* A claim chooses a place; then the vGPU moves to the one it should have. Undone when it cannot. */
static int claim_vf(const struct mgr *m, const char *vf, const char *uuid, unsigned int type_id,
		    int place, struct err *e)
{
	if (write_vf_type(m, vf, uuid, type_id, e))
		return -1;
	if (!move_to(m, vf, uuid, place, e))
		return 0;
	pci_write(m, vf, "vgpu/current_vgpu_type", TYPE_NONE, NULL);
	return -1;
}

static int define_mdev(const struct mgr *m, const struct vgpu_request *r, const char *vf,
		       unsigned int type_id, struct err *e)
{
	if (mdevctl_define(vf, r->uuid, type_id, e))
		return -1;
	if (r->place == PLACE_NONE || !save_place(m, vf, r->uuid, FACE_MDEV, r->place, e))
		return 0;
	mdevctl_undefine(vf, r->uuid, NULL);
	return -1;
}

static int define_vf(const struct mgr *m, const struct vgpu_request *r, const struct gpu *g,
		     const char vf[BDF_BYTES], unsigned int type_id, struct err *e)
{
	struct vf_record record = { .type_id = type_id, .placement_id = r->place };

	memcpy(record.uuid, r->uuid, UUID_BYTES);
	memcpy(record.gpu, g->pci.bdf, BDF_BYTES);
	memcpy(record.vf, vf, BDF_BYTES);
	return save_record(m, &record, NULL, e);
}

static int start_new(const struct mgr *m, const struct vgpu_request *r, const char *vf,
		     enum vgpu_face face, unsigned int type_id, struct err *e)
{
	if (face == FACE_VF)
		return claim_vf(m, vf, r->uuid, type_id, r->place, e);
	if (!mdevctl_start(vf, r->uuid, e))
		return 0;
	if (r->place != PLACE_NONE && !e->hint[0])
		snprintf(e->hint, sizeof(e->hint), PLACE_HINT);
	return -1;
}

/* The kernel has it: can it be opened, and will it come back at this place? */
static int finish(const struct mgr *m, const struct vgpu_request *r, const struct gpu *g,
		  const char *vf, enum vgpu_face face, struct err *e)
{
	if (wait_usable(m, r->uuid, vf, face, r->wait_seconds, e))
		return -1;
	return r->place == PLACE_NONE ? save_chosen_place(m, g, vf, r->uuid, face, e) : 0;
}

static void undo(const struct mgr *m, const char *vf, const char *uuid, enum vgpu_face face)
{
	if (face == FACE_MDEV) {
		mdevctl_stop(uuid, NULL);
		mdevctl_undefine(vf, uuid, NULL);
	} else {
		pci_write(m, vf, "vgpu/current_vgpu_type", TYPE_NONE, NULL);
		save_record(m, NULL, uuid, NULL);
	}
}

static int create_new(const struct mgr *m, const struct vgpu_request *r, const struct gpu *g,
		      const char *vf, enum vgpu_face face, unsigned int type_id, struct err *e)
{
	struct err why = { 0 };
	int ret;

	ret = face == FACE_MDEV ? define_mdev(m, r, vf, type_id, e) :
				  define_vf(m, r, g, vf, type_id, e);
	if (ret)
		return -1;
	ret = start_new(m, r, vf, face, type_id, &why);
	if (ret)
		refused(m, vf, g->pci.bdf, &why, e);
	else
		ret = finish(m, r, g, vf, face, e);
	if (ret)
		undo(m, vf, r->uuid, face);
	return ret;
}

/* A create that was cut off after its definition has no place yet; then any is right. */
static bool same_place(const struct vgpu_request *r, const struct vgpu_entry *v)
{
	int place = v->active ? v->function->placement_id : v->saved_place;

	return r->place == PLACE_NONE || r->place == place ||
	       (!v->active && place == PLACE_NONE);
}

/* The request names a UUID that is there: the same vGPU, or a conflict? */
static int create_again(const struct mgr *m, const struct vgpu_request *r, const struct gpu *g,
			struct vgpu_entry *v, const struct vgpu_type_info *t, bool *existed,
			struct err *e)
{
	bool same_face = r->face == FACE_CHOICE_ANY || (r->face == FACE_CHOICE_MDEV) ==
							       (v->face == FACE_MDEV);

	if (strcmp(v->gpu, r->gpu) || v->type_id != t->id || !same_face)
		return err_set(e, ERR_CONFLICT, "choose another UUID, or destroy that one first",
			       "vGPU %s exists already as type %s on GPU %s, %s face", r->uuid,
			       v->type[0] ? v->type : "unknown", v->gpu[0] ? v->gpu : "unknown",
			       v->face == FACE_MDEV ? "mdev" : "vf");
	if (!same_place(r, v))
		return err_set(e, ERR_CONFLICT, "choose another UUID, or destroy that one first",
			       "vGPU %s exists already at place %d instead of %d", r->uuid,
			       v->active ? v->function->placement_id : v->saved_place, r->place);
	*existed = true;
	if (v->persistent && v->saved_place == PLACE_NONE && r->place != PLACE_NONE) {
		if (save_place(m, v->vf, r->uuid, v->face, r->place, e))
			return -1;
		v->saved_place = r->place;
	}
	if (vgpu_start(m, v, e) || wait_usable(m, r->uuid, v->vf, v->face, r->wait_seconds, e))
		return -1;
	if (!v->persistent || v->saved_place != PLACE_NONE)
		return 0;
	return save_chosen_place(m, g, v->vf, r->uuid, v->face, e);
}

static int condition_gpu_ready(const struct mgr *m, void *arg, struct err *e)
{
	char state[STATE_BYTES];

	(void)e;
	vgpu_attribute(m, arg, "state", state, sizeof(state));
	return strcmp(state, "booting") && strcmp(state, "cold");
}

static int check_gpu(const struct mgr *m, const struct gpu *g, const struct vgpu_request *r,
		     struct err *e)
{
	char state[STATE_BYTES], why[TEXT_BYTES];

	if (!g->ours)
		return err_set(e, ERR_FAILED, "vgpuctl enable puts it into service",
			       "GPU %s is not enabled", g->pci.bdf);
	wait_until(m, r->wait_seconds, condition_gpu_ready, (void *)g->pci.bdf, e);
	vgpu_attribute(m, g->pci.bdf, "state", state, sizeof(state));
	if (strcmp(state, "ready"))
		return err_set(e, !strcmp(state, "booting") ? ERR_TIMEOUT : ERR_FAILED,
			       "\"vgpuctl list --gpus\" shows its state",
			       "GPU %s is not ready, its state is \"%s\"%s%s", g->pci.bdf, state,
			       g->last_error[0] ? ": " : "", g->last_error);
	vgpu_attribute(m, g->pci.bdf, "why_not", why, sizeof(why));
	if (why[0])
		return err_set(e, ERR_UNSUPPORTED, NULL, "GPU %s: %s", g->pci.bdf, why);
	return 0;
}

static int check_type(const struct gpu *g, const struct vgpu_type_info *t, const char *text,
		      struct err *e)
{
	if (!t)
		return err_set(e, ERR_NOT_FOUND, "\"vgpuctl types --gpu\" lists the types of a GPU",
			       "GPU %s has no vGPU type \"%s\"", g->pci.bdf, text);
	if (!t->id)
		return err_set(e, ERR_UNSUPPORTED, NULL, "%s", t->why_not[0] ? t->why_not :
			       "the number of this type is not known, so it cannot be created");
	return 0;
}

int vgpu_create(const struct mgr *m, const struct vgpu_request *r, bool *existed, struct err *e)
{
	autofree struct vgpu_type_info *types = NULL;
	struct vgpu_request placed = *r;
	autoinventory inv = { 0 };
	const struct vgpu_type_info *t;
	bool may_own_dirty;
	struct vgpu_entry *v;
	enum vgpu_face face;
	const struct vf *vf;
	struct gpu *g;
	size_t count;

	*existed = false;
	if (inventory_read(m, &inv, e))
		return -1;
	g = inventory_gpu(&inv, r->gpu, e);
	if (!g || check_gpu(m, g, r, e))
		return -1;
	types = types_read(m, g->pci.bdf, &count);
	t = types_find(types, count, r->type);
	if (check_type(g, t, r->type, e))
		return -1;
	v = inventory_vgpu(&inv, r->uuid);
	if (v)
		return create_again(m, r, g, v, t, existed, e);
	/* Memory that this UUID has used before is free for it, and for nobody else. */
	may_own_dirty = r->uuid_chosen && g->vram_dirty_bytes;
	if (!t->creatable && !may_own_dirty)
		return err_set(e, g->vf_count ? ERR_BUSY : ERR_FAILED, "\"vgpuctl types\" shows "
			       "what can be created now", "type %s cannot be created on GPU %s "
			       "now: %s", t->name, g->pci.bdf,
			       t->why_not[0] ? t->why_not : "the driver gave no reason");
	vf = choose_vf(m, &inv, g, r->face, t->id, &face);
	if (!vf)
		return no_vf(g, r->face, t, e);
	/* Such memory is where the driver puts it first. */
	if (r->place == PLACE_NONE && !may_own_dirty)
		placed.place = place_unclaimed(&inv, g, types, count, t);
	return create_new(m, &placed, g, vf->bdf, face, t->id, e);
}

/* Complete: mdevctl makes it, then writes its place, and takes it back if that fails. */
static int condition_mdev_there(const struct mgr *m, void *arg, struct err *e)
{
	const struct vgpu_entry *v = arg;
	autofree char *path = mgr_path(m, "/sys/bus/mdev/devices/%s", v->uuid);

	(void)e;
	return path_exists(path) &&
	       (v->saved_place == PLACE_NONE || v->saved_place == vgpu_place(m, v->vf));
}

int vgpu_start(const struct mgr *m, const struct vgpu_entry *v, struct err *e)
{
	struct err why = { 0 };

	if (v->active)
		return 0;
	if (!v->function)
		return err_set(e, ERR_NOT_FOUND, "\"vgpuctl enable\" brings its GPU and VFs back",
			       "vGPU %s belongs to VF %s, which is not there", v->uuid, v->vf);
	if (!v->function->ours)
		return err_set(e, ERR_BUSY, "bind the VF again: \"vgpuctl enable\" with its GPU",
			       "vGPU %s belongs to VF %s, which is bound to %s instead of " VF_DRIVER,
			       v->uuid, v->vf,
			       v->function->driver[0] ? v->function->driver : "no driver");
	if (v->face == FACE_VF ?
	    !claim_vf(m, v->vf, v->uuid, v->type_id, v->saved_place, &why) :
	    !mdevctl_start(v->vf, v->uuid, &why))
		return 0;
	/* udev's rule of mdevctl starts it too when the VF appears; either may win. */
	if (v->face == FACE_MDEV &&
	    wait_until(m, RIVAL_SECONDS, condition_mdev_there, (void *)v, NULL) == 1)
		return 0;
	return refused(m, v->vf, v->gpu, &why, e);
}

static int busy(const struct mgr *m, const struct vgpu_entry *v, struct err *e)
{
	err_set(e, ERR_BUSY, "shut the VM down or detach the device first",
		"vGPU %s on VF %s is in use (state \"%s\")", v->uuid, v->vf, v->function->state);
	add_holders(m, v->function->iommu_group, e);
	return -1;
}

static int stop(const struct mgr *m, const struct vgpu_entry *v, struct err *e)
{
	autofree char *path = mgr_path(m, "/sys/bus/mdev/devices/%s", v->uuid);
	struct err why = { 0 };

	if (!v->active)
		return 0;
	if (!is_idle(v->function))
		return busy(m, v, e);
	if (v->face == FACE_VF)
		return pci_write(m, v->vf, "vgpu/current_vgpu_type", TYPE_NONE, e);
	if (!mdevctl_stop(v->uuid, &why) && !path_exists(path))
		return 0;
	if (!path_exists(path)) /* gone all the same: another tool was faster */
		return 0;
	if (!why.code)
		err_set(&why, ERR_BUSY, "shut the VM down or detach the device first",
			"vGPU %s is still there after mdevctl stopped it", v->uuid);
	*e = why;
	add_holders(m, v->function->iommu_group, e);
	if (e->holder_count)
		e->code = ERR_BUSY;
	return -1;
}

int vgpu_destroy(const struct mgr *m, const char *uuid, struct err *e)
{
	autoinventory inv = { 0 };
	struct vgpu_entry *v;

	if (inventory_read(m, &inv, e))
		return -1;
	v = inventory_vgpu(&inv, uuid);
	if (!v)
		return err_set(e, ERR_NOT_FOUND, "\"vgpuctl list\" shows the vGPUs of this host",
			       "there is no vGPU %s", uuid);
	if (stop(m, v, e))
		return -1;
	/* Last, so that a kill in between leaves a definition that can be destroyed again. */
	if (!v->persistent)
		return 0;
	return v->face == FACE_MDEV ? mdevctl_undefine(v->vf, uuid, e) :
				      save_record(m, NULL, uuid, e);
}
