// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "enable.h"
#include "inventory.h"
#include "run.h"
#include "wait.h"

/* The firmware of a real board needs seconds; an emulated processor needs patience. */
#define READY_SECONDS 120
#define VFS_SECONDS 60
#define MODPROBE_SECONDS 60

struct enable {
	const char *bdf;
	unsigned int vfs;
	bool pf_was_bound;	/* before we began */
	unsigned int vfs_before;
	enum placement placement, placement_before;
	bool override_written, vfs_written, autoprobe_written, placement_written;
};

static int ensure_driver(const struct mgr *m, const char *driver, struct err *e)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/drivers/%s", driver);
	char *set = getenv("MODPROBE");
	char *const argv[] = { set ? set : (char *)"/sbin/modprobe", (char *)driver, NULL };
	autorun r = { 0 };

	if (path_exists(path))
		return 0;
	/* Below another root the host's own modprobe has no business. */
	if (m->root[0] && !set)
		return err_set(e, ERR_FAILED, "load it with modprobe", "the module %s is not loaded",
			       driver);
	if (run_program(argv, NULL, MODPROBE_SECONDS, &r, e))
		return -1;
	if (r.status || !path_exists(path)) {
		text_clean(r.err);
		return err_set(e, ERR_FAILED, "install the modules for the running kernel (dkms or "
			       "\"make install\"), then try again",
			       "the module %s cannot be loaded: %.300s", driver,
			       r.err[0] ? r.err : "modprobe gave no reason");
	}
	return 0;
}

static int condition_ready(const struct mgr *m, void *arg, struct err *e)
{
	const char *bdf = arg;
	char state[STATE_BYTES], text[TEXT_BYTES];

	vgpu_attribute(m, bdf, "state", state, sizeof(state));
	if (!strcmp(state, "ready"))
		return 1;
	if (strcmp(state, "failed") && strcmp(state, "lost"))
		return 0;
	vgpu_attribute(m, bdf, "last_error", text, sizeof(text));
	return err_set(e, ERR_FAILED, "the kernel log and the firmware logs in debugfs (vgpu/) have "
		       "the details", "GPU %s did not start: %s", bdf,
		       text[0] ? text : "the driver gave no reason");
}

static int wait_ready(const struct mgr *m, const char *bdf, struct err *e)
{
	char state[STATE_BYTES];
	int ret = wait_until(m, READY_SECONDS, condition_ready, (void *)bdf, e);

	if (ret)
		return ret < 0 ? -1 : 0;
	vgpu_attribute(m, bdf, "state", state, sizeof(state));
	return err_set(e, ERR_TIMEOUT, "look at the kernel log", "GPU %s was not ready within %d "
		       "seconds, its state is \"%s\"", bdf, READY_SECONDS,
		       state[0] ? state : "unknown");
}

/* Chip and firmware decide; no number of VFs would help. */
static int check_hosting(const struct mgr *m, const char *bdf, struct err *e)
{
	char text[TEXT_BYTES];

	vgpu_attribute(m, bdf, "why_not", text, sizeof(text));
	if (!text[0])
		return 0;
	return err_set(e, ERR_UNSUPPORTED, NULL, "GPU %s: %s", bdf, text);
}

/* The driver's start of a GPU leaves it at one size. */
static int write_placement(const struct mgr *m, const char *bdf, enum placement placement,
			   struct err *e)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/vgpu/placement_mode", bdf);
	const char *name = placement_name(placement);
	char text[TEXT_BYTES];
	int error;

	if (!file_write(path, name))
		return 0;
	error = errno;
	vgpu_attribute(m, bdf, "last_error", text, sizeof(text));
	return err_errno(e, error, "destroy the vGPUs of this GPU first if it has any; the kernel log may "
			 "say more", "GPU %s: cannot set the placement mode to %s%s%s", bdf, name,
			 text[0] ? "; the driver says: " : "", text);
}

/* Before there are VFs: udev starts their mdevs as soon as they are bound. */
static int set_placement(const struct mgr *m, struct enable *x, struct err *e)
{
	x->placement_before = gpu_placement(m, x->bdf);
	if (x->placement_before == x->placement)
		return 0;
	if (!x->placement_before)
		return x->placement == PLACEMENT_HOMOGENEOUS ? 0 :
			err_set(e, ERR_UNSUPPORTED, "install the modules of this release", "GPU %s: "
				"its driver has no placement_mode, so vGPUs of several sizes are not "
				"possible", x->bdf);
	x->placement_written = true;
	return write_placement(m, x->bdf, x->placement, e);
}

struct numvfs {
	const char *bdf;
	unsigned int vfs;
	int error;
};

/* -EAGAIN means that the driver has not finished its start. */
static int condition_numvfs(const struct mgr *m, void *arg, struct err *e)
{
	struct numvfs *n = arg;
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/sriov_numvfs", n->bdf);
	autofree char *text = str_printf("%u", n->vfs);

	(void)e;
	n->error = file_write(path, text) ? errno : 0;
	return n->error != EAGAIN;
}

static int write_numvfs(const struct mgr *m, const char *bdf, unsigned int vfs, struct err *e)
{
	struct numvfs n = { .bdf = bdf, .vfs = vfs };
	char text[TEXT_BYTES];

	wait_until(m, VFS_SECONDS, condition_numvfs, &n, e);
	if (!n.error)
		return 0;
	vgpu_attribute(m, bdf, "last_error", text, sizeof(text));
	return err_errno(e, n.error, "look at the kernel log", "GPU %s: cannot set sriov_numvfs to "
			 "%u%s%s", bdf, vfs, text[0] ? "; the driver says: " : "", text);
}

static int set_vfs(const struct mgr *m, struct enable *x, struct err *e)
{
	if (x->vfs_before == x->vfs)
		return 0;
	/* The kernel goes from one number to another only through none. */
	if (x->vfs_before && write_numvfs(m, x->bdf, 0, e))
		return -1;
	/* VFs must not be grabbed by whatever driver matches before ours is named. */
	if (pci_write(m, x->bdf, "sriov_drivers_autoprobe", "0", e))
		return -1;
	x->autoprobe_written = true;
	x->vfs_written = true;
	return write_numvfs(m, x->bdf, x->vfs, e);
}

static int bind_vfs(const struct mgr *m, const struct enable *x, struct err *e)
{
	for (unsigned int i = 0; i < x->vfs; i++) {
		char vf[BDF_BYTES];

		if (pci_vf(m, x->bdf, i, vf))
			return err_set(e, ERR_FAILED, "look at the kernel log", "GPU %s has %u VFs "
				       "instead of %u", x->bdf, i, x->vfs);
		if (pci_bind(m, vf, VF_DRIVER, e))
			return -1;
	}
	return 0;
}

/* VFs off (their drivers go with them); errors matter to disable, rollback goes on. */
static int drop_vfs(const struct mgr *m, const char *bdf, struct err *e)
{
	if (write_numvfs(m, bdf, 0, e))
		return -1;
	return pci_write(m, bdf, "sriov_drivers_autoprobe", "1", e);
}

static void roll_back(const struct mgr *m, const struct enable *x)
{
	if (x->vfs_written)
		drop_vfs(m, x->bdf, NULL);
	else if (x->autoprobe_written)
		pci_write(m, x->bdf, "sriov_drivers_autoprobe", "1", NULL);
	if (x->placement_written && x->pf_was_bound)
		write_placement(m, x->bdf, x->placement_before, NULL);
	if (x->override_written && !x->pf_was_bound)
		pci_release(m, x->bdf, PF_DRIVER, NULL);
}

/* A GPU whose firmware failed or was lost starts again only when its driver is bound anew. */
static int release_failed(const struct mgr *m, struct enable *x, struct err *e)
{
	char state[STATE_BYTES];

	vgpu_attribute(m, x->bdf, "state", state, sizeof(state));
	if (!x->pf_was_bound || (strcmp(state, "failed") && strcmp(state, "lost")))
		return 0;
	if ((x->vfs_before && drop_vfs(m, x->bdf, e)) || pci_release(m, x->bdf, PF_DRIVER, e))
		return -1;
	x->vfs_before = 0;
	x->pf_was_bound = false;
	return 0;
}

static int apply(const struct mgr *m, struct enable *x, struct err *e)
{
	char driver[NAME_BYTES];

	if (ensure_driver(m, PF_DRIVER, e) || ensure_driver(m, VF_DRIVER, e) ||
	    release_failed(m, x, e))
		return -1;
	pci_driver(m, x->bdf, driver);
	x->override_written = !driver[0];
	return pci_bind(m, x->bdf, PF_DRIVER, e) || wait_ready(m, x->bdf, e) ||
	       check_hosting(m, x->bdf, e) || set_placement(m, x, e) || set_vfs(m, x, e) ||
	       bind_vfs(m, x, e) ? -1 : 0;
}

static unsigned int count_vgpus(const struct inventory *inv, const char *bdf, bool active_only)
{
	unsigned int n = 0;

	for (size_t i = 0; i < inv->vgpu_count; i++)
		n += !strcmp(inv->vgpus[i].gpu, bdf) && (inv->vgpus[i].active || !active_only);
	return n;
}

static int refuse_vgpus(const struct inventory *inv, const char *bdf, const char *what,
			struct err *e)
{
	unsigned int n = count_vgpus(inv, bdf, false);

	if (!n)
		return 0;
	err_set(e, ERR_BUSY, "destroy them first: vgpuctl destroy UUID", "GPU %s still has %u vGPU%s "
		"and %s", bdf, n, n == 1 ? "" : "s", what);
	for (size_t i = 0; i < inv->vgpu_count; i++)
		if (!strcmp(inv->vgpus[i].gpu, bdf))
			err_holder(e, "vGPU %s", inv->vgpus[i].uuid);
	return -1;
}

/* A vGPU that is saved but not running counts, too: its place is one of the mode it was made in. */
static int plan_placement(const struct inventory *inv, const struct gpu *g, enum placement wanted,
			  struct enable *x, struct err *e)
{
	enum placement before = g->managed ? g->configured_placement : g->placement;

	if (!before)
		before = PLACEMENT_HOMOGENEOUS;
	x->placement = wanted ? wanted : before;
	if (x->placement == before)
		return 0;
	return refuse_vgpus(inv, g->pci.bdf, "its placement mode cannot change under them", e);
}

/* What has to hold before anything is touched. Fills @x. */
static int plan(struct inventory *inv, const char *bdf, unsigned int vfs, enum placement placement,
		struct enable *x, struct err *e)
{
	struct gpu *g;

	if (!inv->config_valid) {
		*e = inv->config_error;
		return -1;
	}
	g = inventory_gpu(inv, bdf, e);
	if (!g)
		return -1;
	x->bdf = g->pci.bdf;
	x->vfs = vfs ? vfs : g->configured_vfs ? g->configured_vfs : g->total_vfs;
	x->pf_was_bound = g->ours;
	x->vfs_before = g->vfs;
	if (x->vfs > g->total_vfs || x->vfs > PCI_MAX_VFS || !x->vfs)
		return err_set(e, ERR_USAGE, NULL, "GPU %s has %u VFs, %u cannot be enabled", x->bdf,
			       g->total_vfs, x->vfs);
	if (g->driver[0] && !g->ours) {
		err_set(e, ERR_BUSY, "stop what uses it, then unbind it: echo the address into "
			"the unbind file of that driver", "GPU %s is bound to the driver %s and is not "
			"taken away from it", x->bdf, g->driver);
		err_holder(e, "driver %s", g->driver);
		return -1;
	}
	if (g->vfs && !g->ours)
		return err_set(e, ERR_BUSY, "write 0 to its sriov_numvfs first", "GPU %s has %u VFs "
			       "that this program did not make", x->bdf, g->vfs);
	if (g->vfs && g->vfs != x->vfs)
		if (refuse_vgpus(inv, x->bdf, "the number of VFs cannot change under them", e))
			return -1;
	return plan_placement(inv, g, placement, x, e);
}

int gpu_enable(const struct mgr *m, const char *bdf, unsigned int vfs, enum placement placement,
	       struct err *e)
{
	struct pending pending = { .enable = true };
	struct config_gpu entry = { 0 };
	autoinventory inv = { 0 };
	struct enable x = { 0 };

	if (inventory_read(m, &inv, e) || plan(&inv, bdf, vfs, placement, &x, e))
		return -1;
	memcpy(entry.bdf, x.bdf, BDF_BYTES);
	entry.vfs = x.vfs;
	entry.placement = x.placement;
	memcpy(pending.gpu, x.bdf, BDF_BYTES);
	if (pending_save(m, &pending, e))
		return -1;
	if (apply(m, &x, e) || config_set(&inv.config, &entry, e) ||
	    config_save(m, &inv.config, e)) {
		roll_back(m, &x);
		pending_clear(m, NULL);
		return -1;
	}
	return pending_clear(m, e);
}

/* Also finishes a disable that was interrupted anywhere, so every step tolerates being done. */
static int take_down(const struct mgr *m, struct inventory *inv, const char *bdf, struct err *e)
{
	struct gpu *g = inventory_gpu(inv, bdf, e);

	if (!g)
		return -1;
	if (g->ours && g->vfs && drop_vfs(m, g->pci.bdf, e))
		return -1;
	if ((g->ours || !g->driver[0]) && pci_release(m, g->pci.bdf, PF_DRIVER, e))
		return -1;
	return 0;
}

int gpu_disable(const struct mgr *m, const char *bdf, struct err *e)
{
	struct pending pending = { .enable = false };
	autoinventory inv = { 0 };
	struct gpu *g;

	if (inventory_read(m, &inv, e))
		return -1;
	if (!inv.config_valid) {
		*e = inv.config_error;
		return -1;
	}
	g = inventory_gpu(&inv, bdf, e);
	if (!g)
		return -1;
	if (!g->managed && !g->ours)
		return 0; /* disabled already */
	if (refuse_vgpus(&inv, g->pci.bdf, "is not disabled under them", e))
		return -1;
	memcpy(pending.gpu, g->pci.bdf, BDF_BYTES);
	if (pending_save(m, &pending, e))
		return -1;
	if (take_down(m, &inv, g->pci.bdf, e)) {
		pending_clear(m, NULL);
		return -1;
	}
	config_drop(&inv.config, g->pci.bdf);
	return config_save(m, &inv.config, e) || pending_clear(m, e) ? -1 : 0;
}

/* Of a GPU that was in use before, an enable that was cut off may have changed the mode already. */
static void recover_placement(const struct mgr *m, const struct inventory *inv, const struct gpu *g)
{
	if (g->ours && g->placement && g->placement != g->configured_placement &&
	    !count_vgpus(inv, g->pci.bdf, true))
		write_placement(m, g->pci.bdf, g->configured_placement, NULL);
}

int gpu_recover(const struct mgr *m, struct err *e)
{
	autoinventory inv = { 0 };
	struct pending p;
	struct gpu *g;
	int found = pending_load(m, &p, e);

	if (found <= 0)
		return found;
	if (inventory_read(m, &inv, e))
		return -1;
	if (!inv.config_valid) {
		*e = inv.config_error;
		return -1;
	}
	g = inventory_gpu(&inv, p.gpu, NULL);
	if (!g) /* pulled out meanwhile */
		return pending_clear(m, e);
	/* The configuration is written last: once it names the GPU, the enable was complete. */
	if (p.enable && g->managed) {
		recover_placement(m, &inv, g);
		return pending_clear(m, e);
	}
	/* vGPUs appeared since (by hand): keep everything as it is. */
	if (!count_vgpus(&inv, p.gpu, true) && take_down(m, &inv, p.gpu, e))
		return -1;
	config_drop(&inv.config, p.gpu);
	return config_save(m, &inv.config, e) || pending_clear(m, e) ? -1 : 0;
}
