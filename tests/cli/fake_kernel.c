// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kernel made of files: preloaded into the daemon and the fake mdevctl, it answers what they
 * write below $FAKE_ROOT/sys as the two modules would. Everything it knows is in the tree itself,
 * so tests read and change it with cat and echo. A file $FAKE_ROOT/fail/NAME that holds an errno
 * makes that step fail: bind-pf, boot, mode, numvfs, bind-vf, claim, remove, scrub. A number of
 * bytes in $FAKE_ROOT/left-meanwhile is what a vGPU leaves dirty that is released during a scrub.
 * All types fill the board without a rest, so their places are the same in both modes.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_files.h"

#define PF_DRIVER "vgpu_core"
#define VF_DRIVER "vgpu_vfio_pci"
#define BOARD_MIB 49152
#define BOARD_GIB (BOARD_MIB / 1024)
#define FIRST_VF 4
#define MIXED "homogeneous [heterogeneous]"
#define NO_PLACE "Not Applicable"
#define MAX_VFS 8

static const struct fake_type {
	unsigned int id, mib;
	const char *directory, *name, *why_not;
} types[] = {
	{ 877, 12288, "877", "NVIDIA L40-12Q", "" },
	{ 879, 24576, "879", "NVIDIA L40-24Q", "" },
	{ 880, 49152, "880", "NVIDIA L40-48Q", "" },
	{ 0, 4096, "L40-4C", "NVIDIA L40-4C", "type L40-4C cannot be created: not known: id" },
};

#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

/* 0, or the errno that the test asked for. */
static int planned(const char *step)
{
	return (int)get_number(path("/fail/%s", step));
}

static bool bound_to(const char *bdf, const char *driver)
{
	char target[256];
	ssize_t n = readlink(path("/sys/bus/pci/devices/%s/driver", bdf), target, sizeof(target) - 1);
	const char *name;

	if (n < 0)
		return false;
	target[n] = '\0';
	name = strrchr(target, '/');
	return name && !strcmp(name + 1, driver);
}

/* ---- vGPUs ---- */

static void vf_of(const char *pf, unsigned int index, char bdf[16])
{
	snprintf(bdf, 16, "%.11s%u", pf, FIRST_VF + index);
}

/* The PF of a VF of ours: function 0 of the same slot. */
static void pf_of(const char *vf, char pf[16])
{
	snprintf(pf, 16, "%.11s0", vf);
}

static const struct fake_type *type_by_id(long id)
{
	for (size_t i = 0; i < TYPE_COUNT; i++)
		if (types[i].id && types[i].id == id)
			return &types[i];
	return NULL;
}

static bool mixed(const char *pf)
{
	char text[64];

	get(path("/sys/bus/pci/devices/%s/vgpu/placement_mode", pf), text, sizeof(text));
	return !strcmp(text, MIXED);
}

/* A vGPU other than that of @except at these ids? */
static bool taken(const char *pf, long first, long size, const char *except)
{
	long vfs = get_number(path("/sys/bus/pci/devices/%s/sriov_numvfs", pf));

	for (unsigned int i = 0; i < vfs; i++) {
		const struct fake_type *t;
		long at, end;
		char vf[16];

		vf_of(pf, i, vf);
		t = type_by_id(get_number(path("/sys/bus/pci/devices/%s/vgpu/current_vgpu_type",
					       vf)));
		at = get_number(path("/sys/bus/pci/devices/%s/vgpu/placement_id", vf));
		end = t ? at + t->mib / 1024 : at;
		if (strcmp(vf, except) && at < first + size && first < end)
			return true;
	}
	return false;
}

/* First free place of the type, or -1; all of them into @list. */
static long find_place(const char *pf, const struct fake_type *t, bool free_only, char *list,
		       size_t n)
{
	long size = t->mib / 1024, first = -1;
	size_t used = 0;

	list[0] = '\0';
	for (long id = 0; t->id && id + size <= BOARD_GIB; id += size) {
		if (free_only && taken(pf, id, size, ""))
			continue;
		used += (size_t)snprintf(list + used, n - used, "%s%ld", used ? " " : "", id);
		if (first < 0)
			first = id;
	}
	return first;
}

/* One size only, but for mixed mode; NULL when it fits. */
static const char *why_not(const char *pf, const struct fake_type *t)
{
	char places[256];
	long vfs = get_number(path("/sys/bus/pci/devices/%s/sriov_numvfs", pf));
	bool free_vf = false;

	if (!t->id)
		return t->why_not;
	for (unsigned int i = 0; i < vfs; i++) {
		char vf[16];
		long id;

		vf_of(pf, i, vf);
		id = get_number(path("/sys/bus/pci/devices/%s/vgpu/current_vgpu_type", vf));
		if (id && id != t->id && !mixed(pf))
			return "vGPUs of another size are present";
		free_vf |= !id;
	}
	if (!vfs)
		return "no VF is enabled";
	if (find_place(pf, t, true, places, sizeof(places)) < 0)
		return "the board's memory is taken";
	return free_vf ? NULL : "every VF is taken";
}

/* The map in debugfs: a partition and a heap for each vGPU, a client, the firmware at the top. */
static void put_map(const char *pf)
{
	const unsigned long long gib = 1ull << 30, fb = BOARD_MIB * 1048576ull, top = fb - gib;
	long vfs = get_number(path("/sys/bus/pci/devices/%s/sriov_numvfs", pf));
	unsigned long long at = 0, used = 0;
	unsigned int runs = 4;
	char vf[16], uuid[64], lines[4096] = "", text[8192];
	int n = 0;

	for (unsigned int i = 0; i < vfs; i++) {
		const struct fake_type *t;

		vf_of(pf, i, vf);
		t = type_by_id(get_number(path("/sys/bus/pci/devices/%s/vgpu/current_vgpu_type", vf)));
		if (!t || at + t->mib * 1048576ull > top - gib)
			continue;
		get(path("/sys/bus/pci/devices/%s/vgpu/uuid", vf), uuid, sizeof(uuid));
		n += snprintf(lines + n, sizeof(lines) - (size_t)n,
			      "\n0x%010llx %10lluK partition vf%-3u %s", at, t->mib * 1024ull, i, uuid);
		at += t->mib * 1048576ull;
		used += t->mib * 1048576ull;
		runs++;
	}
	snprintf(text, sizeof(text),
		 "map 1\nfb_bytes %llu\nsegment_bytes 134217728\nlargest_free_bytes %llu\n"
		 "free_runs 1\nclients 1\nclient_bytes 4194304 of 268435456\n"
		 "bar1_bytes 2097152 of 68719476736\nbar1_windows 1\nbytes free %llu\nbytes dirty 0\n"
		 "bytes partition %llu\nbytes heap 0\nbytes driver 0\nbytes client 4194304\n"
		 "bytes spare %llu\nbytes firmware %llu\nbytes reserved 0\nspace 1 2097152 BAR1\n"
		 "tables PD4 0 PD3 1 PD2 1 PD1 1 PD0 1 PT64K 0 PT4K 0\nruns %u%s"
		 "\n0x%010llx %10lluK free      -     -\n0x%010llx %10lluK client    -     client sample"
		 "\n0x%010llx %10lluK spare     -     -\n0x%010llx %10lluK firmware  -     -",
		 fb, top - gib - at, top - gib - at, used, gib - 4194304, gib, runs, lines,
		 at, (top - gib - at) >> 10, top - gib, 4096ull, top - gib + 4194304,
		 (gib - 4194304) >> 10, top, gib >> 10);
	mkdir(path("/sys/kernel/debug"), 0700);
	mkdir(path("/sys/kernel/debug/vgpu"), 0700);
	mkdir(path("/sys/kernel/debug/vgpu/%s", pf), 0700);
	put(path("/sys/kernel/debug/vgpu/%s/vram", pf), text);
}

static void refresh(const char *pf)
{
	long vfs = get_number(path("/sys/bus/pci/devices/%s/sriov_numvfs", pf));

	for (size_t i = 0; i < TYPE_COUNT; i++) {
		const char *why = why_not(pf, &types[i]);
		char places[256];

		put(path("/sys/bus/pci/devices/%s/vgpu/types/%s/creatable", pf, types[i].directory),
		    why ? "0" : "1");
		put(path("/sys/bus/pci/devices/%s/vgpu/types/%s/why_not", pf, types[i].directory),
		    why ? why : "");
		find_place(pf, &types[i], false, places, sizeof(places));
		put(path("/sys/bus/pci/devices/%s/vgpu/types/%s/placement_ids", pf,
			 types[i].directory), places);
		find_place(pf, &types[i], true, places, sizeof(places));
		put(path("/sys/bus/pci/devices/%s/vgpu/types/%s/creatable_placement_ids", pf,
			 types[i].directory), why ? "" : places);
		for (unsigned int j = 0; types[i].id && j < vfs; j++) {
			char vf[16];

			vf_of(pf, j, vf);
			put(path("/sys/bus/pci/devices/%s/mdev_supported_types/" VF_DRIVER "-%u/"
				 "available_instances", vf, types[i].id),
			    !why && !get_number(path("/sys/bus/pci/devices/%s/vgpu/current_vgpu_type",
						     vf)) ? "1" : "0");
		}
	}
	put_map(pf);
}

static int set_mode(const char *pf, const char *word)
{
	bool mix = !strcmp(word, "heterogeneous");

	if (planned("mode")) {
		put(path("/sys/bus/pci/devices/%s/vgpu/last_error", pf),
		    "placement mode: GSP did not change to it");
		return planned("mode");
	}
	if (!mix && strcmp(word, "homogeneous"))
		return EINVAL;
	if (mix == mixed(pf))
		return 0;
	if (taken(pf, 0, BOARD_GIB, "")) {
		put(path("/sys/bus/pci/devices/%s/vgpu/last_error", pf),
		    "placement mode: it cannot change while the GPU has vGPUs");
		return EBUSY;
	}
	put(path("/sys/bus/pci/devices/%s/vgpu/placement_mode", pf),
	    mix ? MIXED : "[homogeneous] heterogeneous");
	refresh(pf);
	return 0;
}

/* All that was dirty when it began becomes clean. */
static int scrub(const char *pf, const char *text)
{
	unsigned long long runs = 0, bytes = 0;
	char sums[96], left[32];
	long dirty;
	FILE *f;

	if (strcmp(text, "1"))
		return EINVAL;
	if (planned("scrub")) {
		put(path("/sys/bus/pci/devices/%s/vgpu/last_error", pf),
		    "copy engine: it did not fill 1024 MiB in time");
		return planned("scrub");
	}
	get(path("/sys/bus/pci/devices/%s/vgpu/vram_dirty_bytes", pf), sums, sizeof(sums));
	dirty = strtol(sums, NULL, 10);
	f = fopen(path("/sys/bus/pci/devices/%s/vgpu/scrub", pf), "r");
	if (!f || fscanf(f, "runs %llu bytes %llu", &runs, &bytes) != 2)
		abort();
	fclose(f);
	snprintf(sums, sizeof(sums), "runs %llu\nbytes %llu\nns 0", runs + 1,
		 bytes + (unsigned long long)dirty);
	put(path("/sys/bus/pci/devices/%s/vgpu/scrub", pf), sums);
	snprintf(left, sizeof(left), "%ld", get_number(path("/left-meanwhile")));
	put(path("/sys/bus/pci/devices/%s/vgpu/vram_dirty_bytes", pf), left);
	return 0;
}

static int place(const char *vf, const char *text)
{
	const struct fake_type *t;
	char pf[16], state[32], *end, why[256];
	long id = strtol(text, &end, 10), size;

	if (!text[0] || *end)
		return EINVAL;
	pf_of(vf, pf);
	get(path("/sys/bus/pci/devices/%s/vgpu/state", vf), state, sizeof(state));
	t = type_by_id(get_number(path("/sys/bus/pci/devices/%s/vgpu/current_vgpu_type", vf)));
	if (!t || strcmp(state, "ready"))
		return EBUSY;
	size = t->mib / 1024;
	if (id < 0 || id % size || id + size > BOARD_GIB) {
		snprintf(why, sizeof(why), "%s has no place %ld", t->name, id);
		put(path("/sys/bus/pci/devices/%s/vgpu/last_error", vf), why);
		return ENOENT;
	}
	if (taken(pf, id, size, vf)) {
		snprintf(why, sizeof(why), "place %ld is not free for %s", id, t->name);
		put(path("/sys/bus/pci/devices/%s/vgpu/last_error", vf), why);
		return ENOSPC;
	}
	put(path("/sys/bus/pci/devices/%s/vgpu/placement_id", vf), text);
	refresh(pf);
	return 0;
}

static int claim(const char *vf, long id, const char *uuid)
{
	const struct fake_type *t = type_by_id(id);
	char pf[16], places[256], first[32];
	const char *why;

	pf_of(vf, pf);
	if (planned("claim")) {
		put(path("/sys/bus/pci/devices/%s/vgpu/last_error", vf), "GSP refused the vGPU");
		return planned("claim");
	}
	if (!t)
		return ENOENT;
	if (get_number(path("/sys/bus/pci/devices/%s/vgpu/current_vgpu_type", vf)))
		return EBUSY;
	why = why_not(pf, t);
	if (why) {
		put(path("/sys/bus/pci/devices/%s/vgpu/last_error", vf), why);
		return ENOSPC;
	}
	snprintf(first, sizeof(first), "%ld", find_place(pf, t, true, places, sizeof(places)));
	put(path("/sys/bus/pci/devices/%s/vgpu/placement_id", vf), first);
	put(path("/sys/bus/pci/devices/%s/vgpu/last_error", vf), "");
	put(path("/sys/bus/pci/devices/%s/vgpu/current_vgpu_type", vf), t->directory);
	put(path("/sys/bus/pci/devices/%s/vgpu/uuid", vf), uuid);
	put(path("/sys/bus/pci/devices/%s/vgpu/state", vf), "ready");
	refresh(pf);
	return 0;
}

static int release(const char *vf)
{
	char pf[16], state[32];

	pf_of(vf, pf);
	get(path("/sys/bus/pci/devices/%s/vgpu/state", vf), state, sizeof(state));
	if (!strcmp(state, "open"))
		return EBUSY;
	put(path("/sys/bus/pci/devices/%s/vgpu/current_vgpu_type", vf), "0");
	put(path("/sys/bus/pci/devices/%s/vgpu/placement_id", vf), NO_PLACE);
	put(path("/sys/bus/pci/devices/%s/vgpu/uuid", vf), "");
	put(path("/sys/bus/pci/devices/%s/vgpu/state", vf), "free");
	refresh(pf);
	return 0;
}

static int mdev_create(const char *vf, const char *type, const char *uuid)
{
	long id = strtol(type + strlen(VF_DRIVER "-"), NULL, 10);
	char dir[1024];
	int ret;

	if (strlen(uuid) != 36)
		return EINVAL;
	ret = claim(vf, id, uuid);
	if (ret)
		return ret;
	snprintf(dir, sizeof(dir), "%s", path("/sys/bus/pci/devices/%s/%s", vf, uuid));
	mkdir(dir, 0755);
	mkdir(path("/sys/bus/pci/devices/%s/%s/vgpu", vf, uuid), 0755);
	symlink(path("/sys/bus/pci/devices/%s/vgpu/placement_id", vf),
		path("/sys/bus/pci/devices/%s/%s/vgpu/placement_id", vf, uuid));
	symlink(path("/sys/bus/pci/devices/%s/mdev_supported_types/%s", vf, type),
		path("/sys/bus/pci/devices/%s/%s/mdev_type", vf, uuid));
	symlink(path("/sys/kernel/iommu_groups/%c", vf[11]),
		path("/sys/bus/pci/devices/%s/%s/iommu_group", vf, uuid));
	put(path("/sys/bus/pci/devices/%s/%s/remove", vf, uuid), "");
	symlink(dir, path("/sys/bus/mdev/devices/%s", uuid));
	return 0;
}

static int mdev_remove(const char *vf, const char *uuid)
{
	int ret = planned("remove");

	if (!ret)
		ret = release(vf) ? EACCES : 0;
	if (ret)
		return ret;
	remove_tree(path("/sys/bus/pci/devices/%s/%s", vf, uuid));
	unlink(path("/sys/bus/mdev/devices/%s", uuid));
	return 0;
}

/* ---- drivers ---- */

static void make_pf(const char *pf)
{
	bool failed = planned("boot");

	mkdir(path("/sys/bus/pci/devices/%s/vgpu", pf), 0755);
	mkdir(path("/sys/bus/pci/devices/%s/vgpu/types", pf), 0755);
	put(path("/sys/bus/pci/devices/%s/vgpu/state", pf), failed ? "failed" : "ready");
	put(path("/sys/bus/pci/devices/%s/vgpu/chipset", pf), "AD102");
	put(path("/sys/bus/pci/devices/%s/vgpu/gsp_version", pf), failed ? "" : "570.144");
	put(path("/sys/bus/pci/devices/%s/vgpu/last_error", pf),
	    failed ? "booter: refused the GSP image with error 0x5" : "");
	put(path("/sys/bus/pci/devices/%s/vgpu/why_not", pf),
	    planned("hosting") ? "AD102 cannot host vGPUs: no framebuffer scrubber" : "");
	put(path("/sys/bus/pci/devices/%s/vgpu/placement_mode", pf), "[homogeneous] heterogeneous");
	put(path("/sys/bus/pci/devices/%s/vgpu/scrub", pf), "runs 0\nbytes 0\nns 0");
	put(path("/sys/bus/pci/devices/%s/vgpu/vram_dirty_bytes", pf), "0");
	put(path("/sys/bus/pci/devices/%s/vgpu/vram_total_bytes", pf), "51539607552");
	put(path("/sys/bus/pci/devices/%s/vgpu/vram_free_bytes", pf), "51539607552");
	for (size_t i = 0; i < TYPE_COUNT; i++) {
		const char *d = types[i].directory;
		char bytes[32];

		mkdir(path("/sys/bus/pci/devices/%s/vgpu/types/%s", pf, d), 0755);
		put(path("/sys/bus/pci/devices/%s/vgpu/types/%s/name", pf, d), types[i].name);
		snprintf(bytes, sizeof(bytes), "%llu", types[i].mib * 1048576ull);
		put(path("/sys/bus/pci/devices/%s/vgpu/types/%s/framebuffer_bytes", pf, d), bytes);
		put(path("/sys/bus/pci/devices/%s/vgpu/types/%s/profile_bytes", pf, d), bytes);
		snprintf(bytes, sizeof(bytes), "%u", BOARD_MIB / types[i].mib);
		put(path("/sys/bus/pci/devices/%s/vgpu/types/%s/max_instances", pf, d), bytes);
	}
	refresh(pf);
}

static void make_vf(const char *vf)
{
	static const char *const empty[] = { "uuid", "last_error", "framebuffer_bytes" };
	bool mdev = access(path("/no-mdev"), F_OK);
	char pf[16];

	mkdir(path("/sys/bus/pci/devices/%s/vgpu", vf), 0755);
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		put(path("/sys/bus/pci/devices/%s/vgpu/%s", vf, empty[i]), "");
	put(path("/sys/bus/pci/devices/%s/vgpu/current_vgpu_type", vf), "0");
	put(path("/sys/bus/pci/devices/%s/vgpu/placement_id", vf), NO_PLACE);
	put(path("/sys/bus/pci/devices/%s/vgpu/state", vf), "free");
	if (mdev)
		mkdir(path("/sys/bus/pci/devices/%s/mdev_supported_types", vf), 0755);
	for (size_t i = 0; mdev && i < TYPE_COUNT; i++) {
		if (!types[i].id)
			continue;
		mkdir(path("/sys/bus/pci/devices/%s/mdev_supported_types/" VF_DRIVER "-%u", vf,
			   types[i].id), 0755);
		put(path("/sys/bus/pci/devices/%s/mdev_supported_types/" VF_DRIVER "-%u/create", vf,
			 types[i].id), "");
	}
	pf_of(vf, pf);
	refresh(pf);
}

static int bind_driver(const char *bdf)
{
	char driver[64];
	bool pf;
	int ret;

	get(path("/sys/bus/pci/devices/%s/driver_override", bdf), driver, sizeof(driver));
	pf = !strcmp(driver, PF_DRIVER);
	if (!pf && strcmp(driver, VF_DRIVER))
		return 0;
	ret = planned(pf ? "bind-pf" : "bind-vf");
	if (ret)
		return ret;
	symlink(path("/sys/bus/pci/drivers/%s", driver), path("/sys/bus/pci/devices/%s/driver", bdf));
	if (pf)
		make_pf(bdf);
	else
		make_vf(bdf);
	return 0;
}

static int unbind_driver(const char *bdf, const char *driver)
{
	if (!bound_to(bdf, driver))
		return ENODEV;
	unlink(path("/sys/bus/pci/devices/%s/driver", bdf));
	remove_tree(path("/sys/bus/pci/devices/%s/vgpu", bdf));
	remove_tree(path("/sys/kernel/debug/vgpu/%s", bdf));
	remove_tree(path("/sys/bus/pci/devices/%s/mdev_supported_types", bdf));
	return 0;
}

static int set_numvfs(const char *pf, long n)
{
	long old = get_number(path("/sys/bus/pci/devices/%s/sriov_numvfs", pf));
	char text[16], vf[16];

	if (n && planned("numvfs"))
		return planned("numvfs");
	if (old && n)
		return EBUSY;
	for (unsigned int i = 0; !n && i < old; i++) {
		vf_of(pf, i, vf);
		if (get_number(path("/sys/bus/pci/devices/%s/vgpu/current_vgpu_type", vf)))
			return EBUSY;
	}
	for (unsigned int i = 0; !n && i < old; i++) {
		vf_of(pf, i, vf);
		remove_tree(path("/sys/bus/pci/devices/%s", vf));
		unlink(path("/sys/bus/pci/devices/%s/virtfn%u", pf, i));
	}
	for (unsigned int i = 0; i < n && i < MAX_VFS; i++) {
		vf_of(pf, i, vf);
		mkdir(path("/sys/bus/pci/devices/%s", vf), 0755);
		put(path("/sys/bus/pci/devices/%s/vendor", vf), "0x10de");
		put(path("/sys/bus/pci/devices/%s/device", vf), "0x26b5");
		put(path("/sys/bus/pci/devices/%s/class", vf), "0x030200");
		put(path("/sys/bus/pci/devices/%s/driver_override", vf), "(null)");
		symlink(path("/sys/kernel/iommu_groups/%c", vf[11]),
			path("/sys/bus/pci/devices/%s/iommu_group", vf));
		symlink(path("/sys/bus/pci/devices/%s", vf),
			path("/sys/bus/pci/devices/%s/virtfn%u", pf, i));
	}
	snprintf(text, sizeof(text), "%ld", n);
	put(path("/sys/bus/pci/devices/%s/sriov_numvfs", pf), text);
	refresh(pf);
	return 0;
}

/* ---- what is written where ---- */

static int device_write(char *bdf, char *attribute, const char *text)
{
	char *type, *uuid;

	if (!strcmp(attribute, "sriov_numvfs"))
		return set_numvfs(bdf, strtol(text, NULL, 10));
	if (!strcmp(attribute, "vgpu/placement_mode"))
		return set_mode(bdf, text);
	if (!strcmp(attribute, "vgpu/scrub"))
		return scrub(bdf, text);
	if (!strcmp(attribute, "vgpu/placement_id"))
		return place(bdf, text);
	if (!strcmp(attribute, "vgpu/current_vgpu_type")) {
		char next[64];

		if (!strcmp(text, "0"))
			return release(bdf);
		get(path("/sys/bus/pci/devices/%s/vgpu/uuid", bdf), next, sizeof(next));
		return claim(bdf, strtol(text, NULL, 10), next);
	}
	if (!strncmp(attribute, "mdev_supported_types/", 21) && strstr(attribute, "/create")) {
		type = attribute + 21;
		*strchr(type, '/') = '\0';
		return mdev_create(bdf, type, text);
	}
	uuid = strstr(attribute, "/remove");
	if (uuid && uuid - attribute == 36) {
		*uuid = '\0';
		return mdev_remove(bdf, attribute);
	}
	put(path("/sys/bus/pci/devices/%s/%s", bdf, attribute), text);
	return 0;
}

static int kernel_write(char *file, const char *text)
{
	char *slash;

	if (!strcmp(file, "/sys/bus/pci/drivers_probe"))
		return bind_driver(text);
	if (!strncmp(file, "/sys/bus/pci/drivers/", 21)) {
		slash = strchr(file + 21, '/');
		if (slash && !strcmp(slash, "/unbind")) {
			*slash = '\0';
			return unbind_driver(text, file + 21);
		}
	}
	if (!strncmp(file, "/sys/bus/pci/devices/", 21)) {
		slash = strchr(file + 21, '/');
		if (slash) {
			*slash = '\0';
			return device_write(file + 21, slash + 1, text);
		}
	}
	return EINVAL;
}

ssize_t write(int fd, const void *data, size_t size)
{
	static ssize_t (*real)(int, const void *, size_t);
	char link[64], file[1024], text[256];
	size_t skip;
	ssize_t n;
	int ret;

	if (!real) {
		const char *env = getenv("FAKE_ROOT");

		real = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
		snprintf(root, sizeof(root), "%s", env ? env : "/nonexistent");
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, file, sizeof(file) - 1);
	skip = strlen(root);
	if (n <= 0 || (size_t)n <= skip)
		return real(fd, data, size);
	file[n] = '\0';
	if (strncmp(file, root, skip) || strncmp(file + skip, "/sys/", 5))
		return real(fd, data, size);
	snprintf(text, sizeof(text), "%.*s", (int)size, (const char *)data);
	text[strcspn(text, "\n")] = '\0';
	ret = kernel_write(file + skip, text);
	if (!ret)
		return (ssize_t)size;
	errno = ret;
	return -1;
}
