// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "enable.h"
#include "vgpu_ops.h"

#define RUN_DIR "/run/vgpu-mgr"
/* So often are the saved vGPUs looked at, with a pause after one that did not start. */
#define BOOT_PASSES 4
#define BOOT_PAUSE_SECONDS 1

int host_lock(const struct mgr *m, struct err *e)
{
	autofree char *dir = mgr_path(m, RUN_DIR);
	autofree char *path = str_printf("%s/lock", dir);
	int fd;

	mkdir(dir, 0755);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(e, errno, NULL, "%s cannot be opened", path);
	if (flock(fd, LOCK_EX)) {
		err_errno(e, errno, NULL, "%s cannot be locked", path);
		close(fd);
		return -1;
	}
	return fd;
}

static bool boot_gpu(const struct mgr *m, const struct config_gpu *c, boot_report *report)
{
	autofree char *what = str_printf("GPU %s with %u VFs", c->bdf, c->vfs);
	struct err e = { 0 };
	bool good = !gpu_enable(m, c->bdf, c->vfs, c->placement, &e);

	report(what, good ? NULL : &e);
	return good;
}

enum step { STEP_DONE, STEP_STARTED, STEP_FAILED };

static enum step boot_vgpu(const struct mgr *m, const struct vgpu_entry *v, bool last,
			   boot_report *report)
{
	autofree char *what = str_printf("vGPU %s on VF %s", v->uuid, v->vf);
	int place = v->active ? v->function->placement_id : PLACE_NONE;
	struct err e = { 0 };

	if (v->active && (v->saved_place == PLACE_NONE || v->saved_place == place))
		return STEP_DONE;
	if (v->active)
		err_set(&e, ERR_CONFLICT, "destroy it and create it again there", "it is at place %d "
			"instead of %d", place, v->saved_place);
	else
		vgpu_start(m, v, &e);
	if (!e.code || last)
		report(what, e.code ? &e : NULL);
	return e.code ? STEP_FAILED : STEP_STARTED;
}

/* All vGPUs with a saved place (@placed), or all without. Returns the worst step. */
static enum step boot_pass(const struct mgr *m, bool placed, bool last, boot_report *report)
{
	enum step worst = STEP_DONE, step;
	autoinventory inv = { 0 };
	struct err e = { 0 };

	if (inventory_read(m, &inv, &e)) {
		if (last)
			report("vGPUs", &e);
		return STEP_FAILED;
	}
	for (size_t i = 0; i < inv.vgpu_count; i++) {
		const struct vgpu_entry *v = &inv.vgpus[i];

		if (!v->persistent || !v->automatic || placed != (v->saved_place != PLACE_NONE))
			continue;
		step = boot_vgpu(m, v, last, report);
		if (step > worst)
			worst = step;
	}
	return worst;
}

/*
 * Those with a place come first, so that no other takes it. udev starts mdevs too, several at a
 * time, and each is for a moment where the driver put it before it moves to its own place; that may
 * be another's, so who found no room tries again.
 */
static bool boot_vgpus(const struct mgr *m, boot_report *report)
{
	enum step step = STEP_STARTED;
	bool others;

	for (unsigned int pass = 1; step != STEP_DONE && pass <= BOOT_PASSES; pass++) {
		if (step == STEP_FAILED)
			sleep(BOOT_PAUSE_SECONDS);
		step = boot_pass(m, true, pass == BOOT_PASSES, report);
	}
	others = boot_pass(m, false, true, report) != STEP_FAILED;
	return others && step != STEP_FAILED;
}

int host_boot(const struct mgr *m, boot_report *report)
{
	struct config config;
	struct err e = { 0 };
	bool good = true;

	if (gpu_recover(m, &e) || config_load(m, &config, &e)) {
		report("configuration", &e);
		return -1;
	}
	for (size_t i = 0; i < config.count; i++)
		good &= boot_gpu(m, &config.gpus[i], report);
	good &= boot_vgpus(m, report);
	return good ? 0 : -1;
}
