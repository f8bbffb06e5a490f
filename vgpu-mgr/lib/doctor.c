// SPDX-License-Identifier: GPL-2.0-or-later
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "doctor.h"
#include "hostdev.h"
#include "inventory.h"
#include "json_util.h"
#include "mdevctl.h"

#define KERNEL_MAJOR 6
#define KERNEL_MINOR 1
#define FIRMWARE_VERSION "570.144"
#define MODULES_DEP_BYTES (4u << 20)

enum status { OK, WARN, FAIL, SKIP };

struct report {
	struct json_object *checks;
	bool healthy;
};

__attribute__((format(printf, 5, 6)))
static void check(struct report *r, const char *name, enum status status, const char *hint,
		  const char *fmt, ...)
{
	static const char *const names[] = { "ok", "warn", "fail", "skip" };
	struct json_object *o = json_object_new_object();
	char detail[TEXT_BYTES * 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	json_put_string(o, "name", name);
	json_put_string(o, "status", names[status]);
	json_put_string(o, "detail", detail);
	json_put_string(o, "hint", status == OK ? NULL : hint);
	json_object_array_add(r->checks, o);
	if (status == FAIL)
		r->healthy = false;
}

static void check_kernel(const struct mgr *m, struct report *r)
{
	autofree char *groups = mgr_path(m, "/sys/kernel/iommu_groups");
	autonames list = { 0 };
	unsigned int major = 0, minor = 0;
	struct utsname u;

	uname(&u);
	sscanf(u.release, "%u.%u", &major, &minor);
	if (major > KERNEL_MAJOR || (major == KERNEL_MAJOR && minor >= KERNEL_MINOR))
		check(r, "kernel", OK, NULL, "Linux %s", u.release);
	else
		check(r, "kernel", FAIL, "boot a newer kernel", "Linux %s is older than %d.%d",
		      u.release, KERNEL_MAJOR, KERNEL_MINOR);
	dir_list(groups, &list);
	if (list.count)
		check(r, "iommu", OK, NULL, "on, %zu groups", list.count);
	else
		check(r, "iommu", FAIL, "switch VT-d or AMD-Vi on in the firmware set-up and boot with "
		      "intel_iommu=on (Intel)", "off: no VFIO device can be given to a VM");
}

static bool module_installed(const struct mgr *m, const char *file)
{
	autofree char *dep = NULL, *text = NULL;
	struct utsname u;

	uname(&u);
	dep = mgr_path(m, "/lib/modules/%s/modules.dep", u.release);
	text = file_read(dep, MODULES_DEP_BYTES);
	return text && strstr(text, file);
}

static void check_module(const struct mgr *m, struct report *r, const char *name, const char *file)
{
	autofree char *loaded = mgr_path(m, "/sys/module/%s", name);
	autofree char *what = str_printf("module %s", name);

	if (path_exists(loaded))
		check(r, what, OK, NULL, "loaded");
	else if (module_installed(m, file))
		check(r, what, OK, NULL, "installed, loaded by \"vgpuctl enable\"");
	else
		check(r, what, FAIL, "install the modules for this kernel: dkms, or \"make install\" "
		      "and depmod", "neither loaded nor installed for the running kernel");
}

/* A module that is not loaded has its parameters neither on nor off. */
static bool parameter_is(const struct mgr *m, const char *name, bool on)
{
	autofree char *path = mgr_path(m, "/sys/module/" PF_DRIVER "/parameters/%s", name);
	char value[STATE_BYTES];

	file_read_line(path, value, sizeof(value));
	return !strcmp(value, on ? "Y" : "N");
}

static void check_modules(const struct mgr *m, struct report *r)
{
	check_module(m, r, PF_DRIVER, "vgpu-core.ko");
	check_module(m, r, VF_DRIVER, "vgpu-vfio-pci.ko");
	if (parameter_is(m, "scrub_on_release", false))
		check(r, "scrub_on_release", WARN, "drop the module option, write 1 to /sys/module/"
		      PF_DRIVER "/parameters/scrub_on_release, then \"vgpuctl scrub PF\" for what is "
		      "left", "off: VRAM of a vGPU that is released is not zeroed at once");
	if (parameter_is(m, "allow_unscrubbed", true))
		check(r, "allow_unscrubbed", WARN, "load vgpu_core without allow_unscrubbed on a host "
		      "whose guests must not see each other's data",
		      "on: memory of one guest may reach another one without being cleared");
}

/* All chips of a family share their files; NULL for a chip that has none we could name. */
static const char *firmware_directory(const char *chipset)
{
	return !strncmp(chipset, "AD10", 4) ? "ad102" : !strncmp(chipset, "GA10", 4) ? "ga102" : NULL;
}

static void check_firmware(const struct mgr *m, struct report *r, const struct inventory *inv)
{
	for (size_t i = 0; i < inv->gpu_count; i++) {
		const struct gpu *g = &inv->gpus[i];
		autofree char *path = NULL, *compressed = NULL, *what = NULL;
		const char *chip;

		chip = firmware_directory(g->chipset);
		if (!chip)
			continue;
		what = str_printf("firmware %s", chip);
		path = mgr_path(m, "/lib/firmware/nvidia/%s/gsp/gsp-" FIRMWARE_VERSION ".bin", chip);
		compressed = str_printf("%s.xz", path);
		if (path_exists(path) || path_exists(compressed))
			check(r, what, OK, NULL, "version " FIRMWARE_VERSION " is installed");
		else
			check(r, what, FAIL, "install firmware-nvidia-graphics with version "
			      FIRMWARE_VERSION, "%s is not there", path);
	}
}

static void check_tools(const struct mgr *m, struct report *r)
{
	bool below_root = m->root[0];
	char version[NAME_BYTES];
	struct err e = { 0 };
	unsigned long libvirt;

	if (below_root && !getenv("MDEVCTL"))
		check(r, "mdevctl", SKIP, NULL, "not asked below another root");
	else if (mdevctl_version(version, sizeof(version), &e))
		check(r, "mdevctl", FAIL, e.hint, "%s", e.sentence);
	else
		check(r, "mdevctl", OK, NULL, "version %s", version);
	if (below_root && !getenv("VIRSH")) {
		check(r, "libvirt", SKIP, NULL, "not asked below another root");
		return;
	}
	libvirt = libvirt_version();
	if (!libvirt)
		check(r, "libvirt", WARN, "install libvirt, or give the devices to QEMU directly",
		      "not installed");
	else
		check(r, "libvirt", OK, NULL, "version %lu.%lu.%lu: %s", libvirt / 1000000,
		      libvirt / 1000 % 1000, libvirt % 1000,
		      libvirt < LIBVIRT_PCI_HOSTDEV_VERSION ? "mdev face only" : "both faces");
}

static void check_groups(const struct mgr *m, struct report *r)
{
	if (m->root[0])
		return;
	if (getgrnam("vgpu") && getgrnam("vgpu-monitor"))
		check(r, "groups", OK, NULL, "vgpu and vgpu-monitor exist");
	else
		check(r, "groups", WARN, "systemd-sysusers makes them; then restart vgpu-mgr",
		      "vgpu or vgpu-monitor is missing: only root can use the sockets");
}

static void check_managed(struct report *r, const struct gpu *g)
{
	autofree char *what = str_printf("GPU %s", g->pci.bdf);
	size_t foreign = 0;

	if (!g->ours) {
		check(r, what, FAIL, "vgpuctl enable binds it again", "configured, but bound to %s",
		      g->driver[0] ? g->driver : "no driver");
		return;
	}
	if (strcmp(g->state, "ready")) {
		check(r, what, FAIL, "look at the kernel log, then vgpuctl enable starts it again",
		      "state \"%s\": %s", g->state,
		      g->last_error[0] ? g->last_error : "no reason given");
		return;
	}
	if (g->why_not[0]) {
		check(r, what, FAIL, "vgpuctl disable drops it from the configuration", "%s",
		      g->why_not);
		return;
	}
	for (size_t i = 0; i < g->vf_count; i++)
		foreign += !g->vf[i].ours;
	if (g->vfs != g->configured_vfs)
		check(r, what, FAIL, "vgpuctl enable puts it right", "has %u VFs instead of %u", g->vfs,
		      g->configured_vfs);
	else if (g->placement && g->placement != g->configured_placement)
		check(r, what, FAIL, "vgpuctl enable puts it right once it has no vGPUs",
		      "its placement mode is %s instead of %s", placement_name(g->placement),
		      placement_name(g->configured_placement));
	else if (foreign)
		check(r, what, FAIL, "something took them (libvirt with managed='yes' does); unbind "
		      "them there, then vgpuctl enable", "%zu of %u VFs are not bound to " VF_DRIVER,
		      foreign, g->vfs);
	else
		check(r, what, OK, NULL, "ready, %u VFs, %s", g->vfs,
		      g->placement == PLACEMENT_HETEROGENEOUS ? "vGPUs of several sizes" :
							       "vGPUs of one size");
}

static void check_state(const struct mgr *m, struct report *r, struct inventory *inv)
{
	struct err e = { 0 };
	struct pending p;

	if (!inv->config_valid)
		check(r, "configuration", FAIL, inv->config_error.hint, "%s",
		      inv->config_error.sentence);
	else
		check(r, "configuration", OK, NULL, "%zu GPU%s enabled", inv->config.count,
		      inv->config.count == 1 ? "" : "s");
	if (pending_load(m, &p, &e) == 1)
		check(r, "interrupted", WARN, "the next change repairs it, or restart vgpu-mgr",
		      "%s of GPU %s was interrupted", p.enable ? "enable" : "disable", p.gpu);
	else if (e.code)
		check(r, "interrupted", FAIL, e.hint, "%s", e.sentence);
	if (!inv->gpu_count)
		check(r, "gpus", WARN, "is SR-IOV on in the firmware set-up?",
		      "no GPU with SR-IOV on this host");
	for (size_t i = 0; i < inv->config.count; i++) {
		struct gpu *g = inventory_gpu(inv, inv->config.gpus[i].bdf, NULL);
		autofree char *what = str_printf("GPU %s", inv->config.gpus[i].bdf);

		if (g)
			check_managed(r, g);
		else
			check(r, what, FAIL, "vgpuctl disable drops it from the configuration",
			      "configured, but not on this host");
	}
}

struct json_object *doctor_json(const struct mgr *m)
{
	struct report r = { .checks = json_object_new_array(), .healthy = true };
	struct json_object *root = json_versioned();
	autoinventory inv = { 0 };
	struct err e = { 0 };

	check_kernel(m, &r);
	check_modules(m, &r);
	check_tools(m, &r);
	check_groups(m, &r);
	if (inventory_read(m, &inv, &e)) {
		check(&r, "inventory", FAIL, e.hint, "%s", e.sentence);
	} else {
		check_firmware(m, &r, &inv);
		check_state(m, &r, &inv);
	}
	json_put_bool(root, "healthy", r.healthy);
	json_object_object_add(root, "checks", r.checks);
	return root;
}
