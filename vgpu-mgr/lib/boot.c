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
	bool good = !gpu_enable(m, c->bdf, c->vfs, &e);

	report(what, good ? NULL : &e);
	return good;
}

static bool boot_vgpus(const struct mgr *m, boot_report *report)
{
	autoinventory inv = { 0 };
	struct err e = { 0 };
	bool good = true;

	if (inventory_read(m, &inv, &e)) {
		report("vGPUs", &e);
		return false;
	}
	for (size_t i = 0; i < inv.vgpu_count; i++) {
		const struct vgpu_entry *v = &inv.vgpus[i];
		autofree char *what = str_printf("vGPU %s on VF %s", v->uuid, v->vf);
		struct err mine = { 0 };
		bool started;

		if (!v->persistent || !v->automatic || v->active)
			continue;
		started = !vgpu_start(m, v, &mine);
		report(what, started ? NULL : &mine);
		good = good && started;
	}
	return good;
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
