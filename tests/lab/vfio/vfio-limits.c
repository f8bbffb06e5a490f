// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The limits of a vGPU's VFIO device, as a hostile user tries them: the trapped MMU page, BAR1's
 * end, BAR sizing, patched configuration space, accesses of odd sizes and places; then everything
 * at once from several threads with resets in between. Prints TAP.
 *
 *	vfio-limits [--storm SEC] BDF|MDEV-UUID		the limits, then a storm
 *	vfio-limits --hold SEC BDF|MDEV-UUID		hold it open; the error event must not fire
 *	vfio-limits --open-loop SEC BDF|MDEV-UUID	open and close, whatever comes of it
 *	vfio-limits --no-bme BDF|MDEV-UUID		the plugin refuses bus mastering
 *	vfio-limits --lost BDF|MDEV-UUID		the plugin fails its reset
 *	vfio-limits --await-lost SEC BDF|MDEV-UUID	hold it open until the error event
 *	vfio-limits --await-request SEC BDF|MDEV-UUID	hold it open until it is asked for
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/pci_regs.h>
#include <linux/vfio.h>

#include "../../../kmod/abi/pci.h"
#include "../../../kmod/abi/regs.h"
#include "../tap.h"

#define PAGE 4096ULL
#define MMU_PAGE_END (NV_VFN_MMU_PAGE + NV_VFN_MMU_PAGE_BYTES)
#define UNLISTED (NV_VFN_MMU_PAGE + 0xf00)
#define TEST_PDB 0x00123450U
#define STORM_THREADS 4
#define CONFIG_TEST_BYTES 64

struct device {
	char name[64], vf[PATH_MAX];
	int container, group, fd;
	struct vfio_region_info bar0, bar1, config;
};

static volatile bool storm_ends;

/* ---- opening ---- */

static int group_of(struct device *d, const char *arg)
{
	char path[PATH_MAX], link[PATH_MAX];
	ssize_t n;

	snprintf(d->name, sizeof(d->name), "%s", arg);
	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s", strchr(arg, ':') ? "pci" : "mdev",
		 arg);
	if (!realpath(path, d->vf))
		return -1;
	if (!strchr(arg, ':'))
		*strrchr(d->vf, '/') = '\0';
	strncat(path, "/iommu_group", sizeof(path) - strlen(path) - 1);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return -1;
	link[n] = '\0';
	return atoi(strrchr(link, '/') + 1);
}

/* Returns NULL, or the step that failed with errno set. */
static const char *device_open(struct device *d, const char *arg)
{
	char path[64];
	int group = group_of(d, arg);

	d->group = d->fd = -1;
	if (group < 0)
		return "IOMMU group";
	snprintf(path, sizeof(path), "/dev/vfio/%d", group);
	d->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	d->group = open(path, O_RDWR | O_CLOEXEC);
	if (d->group < 0)
		return "group";
	if (ioctl(d->group, VFIO_GROUP_SET_CONTAINER, &d->container) ||
	    ioctl(d->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return "container";
	d->fd = ioctl(d->group, VFIO_GROUP_GET_DEVICE_FD, d->name);
	return d->fd < 0 ? "device" : NULL;
}

static void device_close(struct device *d)
{
	if (d->fd >= 0)
		close(d->fd);
	if (d->group >= 0)
		close(d->group);
	if (d->container >= 0)
		close(d->container);
}

static void region(struct device *d, unsigned int index, struct vfio_region_info *info)
{
	memset(info, 0, sizeof(*info));
	info->argsz = sizeof(*info);
	info->index = index;
	if (ioctl(d->fd, VFIO_DEVICE_GET_REGION_INFO, info))
		bail("region info: %s", strerror(errno));
}

/* ---- the trapped page ---- */

static uint64_t trap_count(struct device *d, const char *name)
{
	char path[PATH_MAX + 32], line[128];
	unsigned long long value = 0;
	size_t len = strlen(name);
	FILE *f;

	snprintf(path, sizeof(path), "%s/vgpu/trap_counts", d->vf);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, len) && line[len] == ' ')
			value = strtoull(line + len, NULL, 10);
	if (f)
		fclose(f);
	return value;
}

static uint32_t rd(struct device *d, uint64_t offset)
{
	uint32_t value = ~0u;

	return pread(d->fd, &value, 4, d->bar0.offset + offset) == 4 ? value : ~0u;
}

static void wr(struct device *d, uint64_t offset, uint32_t value)
{
	if (pwrite(d->fd, &value, 4, d->bar0.offset + offset) != 4)
		ok(false, "write of BAR0+0x%" PRIx64 ": %s", offset, strerror(errno));
}

static bool sparse_is_right(struct device *d)
{
	struct vfio_region_info_cap_sparse_mmap *sparse;
	struct vfio_info_cap_header *cap;
	struct vfio_region_info *info;
	bool good = false;
	uint32_t at;

	info = calloc(1, d->bar0.argsz);
	info->argsz = d->bar0.argsz;
	info->index = NV_PCI_BAR_REGS;
	if (!(d->bar0.flags & VFIO_REGION_INFO_FLAG_CAPS) ||
	    ioctl(d->fd, VFIO_DEVICE_GET_REGION_INFO, info))
		goto out;
	for (at = info->cap_offset; at; at = cap->next) {
		cap = (void *)((char *)info + at);
		if (cap->id != VFIO_REGION_INFO_CAP_SPARSE_MMAP)
			continue;
		sparse = (void *)cap;
		good = sparse->nr_areas == 2 && !sparse->areas[0].offset &&
		       sparse->areas[0].size == NV_VFN_MMU_PAGE &&
		       sparse->areas[1].offset == MMU_PAGE_END &&
		       sparse->areas[1].size == info->size - MMU_PAGE_END;
	}
out:
	free(info);
	return good;
}

static bool maps(struct device *d, struct vfio_region_info *bar, uint64_t offset, uint64_t bytes)
{
	void *p =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, d->fd, bar->offset + offset);

	if (p == MAP_FAILED)
		return false;
	munmap(p, bytes);
	return true;
}

static void test_trap_access(struct device *d)
{
	uint64_t dropped, base = d->bar0.offset;
	uint8_t page[2 * PAGE];
	uint64_t wide = ~0ULL;

	wr(d, NV_VFN_MMU_INVALIDATE_PDB, TEST_PDB);
	ok(rd(d, NV_VFN_MMU_INVALIDATE_PDB) == TEST_PDB, "a listed register keeps what is written");
	dropped = trap_count(d, "read_dropped");
	ok(rd(d, UNLISTED) == 0, "an unlisted one reads 0");
	ok(trap_count(d, "read_dropped") == dropped + 1, "and is counted");
	dropped = trap_count(d, "write_dropped");
	wr(d, UNLISTED, 1);
	ok(trap_count(d, "write_dropped") == dropped + 1, "a write to it is dropped and counted");
	memset(page, 0xff, sizeof(page));
	ok(pread(d->fd, page, 2, base + NV_VFN_MMU_INVALIDATE_PDB) == 2 && !page[0] && !page[1],
	   "half a word reads 0");
	ok(pread(d->fd, page, 1, base + NV_VFN_MMU_INVALIDATE_PDB + 3) == 1 && !page[0],
	   "so does an odd byte");
	ok(pread(d->fd, &wide, 8, base + NV_VFN_MMU_INVALIDATE_PDB) == 8 &&
		   (uint32_t)wide == TEST_PDB,
	   "two words at once are two words");
	ok(pread(d->fd, page, PAGE, base + NV_VFN_MMU_PAGE) == (ssize_t)PAGE,
	   "the whole page can be read");
	ok(pread(d->fd, page, 2 * PAGE, base + NV_VFN_MMU_PAGE + 4) == (ssize_t)PAGE - 4,
	   "a read past its end stops there");
	ok(pread(d->fd, page, 8, base + NV_VFN_MMU_PAGE - 4) == 4, "one into it stops before it");
	ok(pread(d->fd, page, 4, base + d->bar0.size) < 0, "one behind BAR0 fails");
}

static void test_trap(struct device *d)
{
	uint64_t done, refused;

	ok(sparse_is_right(d), "BAR0 has a sparse-mmap hole at the MMU page");
	ok(!maps(d, &d->bar0, 0, d->bar0.size), "BAR0 can't be mapped as a whole");
	ok(!maps(d, &d->bar0, NV_VFN_MMU_PAGE, PAGE), "nor the MMU page");
	ok(!maps(d, &d->bar0, NV_VFN_MMU_PAGE - PAGE, 3 * PAGE), "nor a range round it");
	ok(maps(d, &d->bar0, 0, NV_VFN_MMU_PAGE), "what lies before it can");
	ok(maps(d, &d->bar0, MMU_PAGE_END, PAGE), "and what lies behind it");
	test_trap_access(d);
	done = trap_count(d, "invalidate");
	wr(d, NV_VFN_MMU_INVALIDATE,
	   NV_VFN_MMU_INVALIDATE_TRIGGER | NV_VFN_MMU_INVALIDATE_ALL_VA);
	ok(trap_count(d, "invalidate") == done + 1 &&
		   !(rd(d, NV_VFN_MMU_INVALIDATE) & NV_VFN_MMU_INVALIDATE_TRIGGER),
	   "a TLB invalidate is carried out");
	refused = trap_count(d, "invalidate_refused");
	wr(d, NV_VFN_MMU_INVALIDATE,
	   NV_VFN_MMU_INVALIDATE_TRIGGER | NV_VFN_MMU_INVALIDATE_ALL_PDB);
	ok(trap_count(d, "invalidate_refused") == refused + 1 &&
		   trap_count(d, "invalidate") == done + 1,
	   "one for all page directories is refused and counted");
	ok(!trap_count(d, "invalidate_timeout"), "none timed out");
}

/* ---- BAR1 and configuration space ---- */

static uint32_t cfg(struct device *d, unsigned int offset)
{
	uint32_t value = 0;

	return pread(d->fd, &value, 4, d->config.offset + offset) == 4 ? value : 0xdeadbeef;
}

static void cfg_set(struct device *d, unsigned int offset, uint32_t value)
{
	if (pwrite(d->fd, &value, 4, d->config.offset + offset) != 4)
		ok(false, "write of config 0x%x: %s", offset, strerror(errno));
}

static void test_bar1(struct device *d)
{
	uint64_t size = d->bar1.size, base = d->bar1.offset;
	uint32_t lo, hi, where;
	uint8_t buf[8];

	ok(size && !(size & (size - 1)), "BAR1 is a power of two (%" PRIu64 " MiB)", size >> 20);
	ok(pread(d->fd, buf, 8, base + size - 4) == 4, "a read over its end stops there");
	ok(pread(d->fd, buf, 4, base + size) < 0, "one behind it fails");
	ok(pwrite(d->fd, buf, 4, base + size) < 0, "so does a write");
	ok(maps(d, &d->bar1, size - PAGE, PAGE), "its last page can be mapped");
	ok(!maps(d, &d->bar1, size - PAGE, 2 * PAGE), "one page more can't");
	ok(!maps(d, &d->bar1, size, PAGE), "nor what lies behind it");

	cfg_set(d, PCI_BASE_ADDRESS_1, ~0u);
	cfg_set(d, PCI_BASE_ADDRESS_2, ~0u);
	lo = cfg(d, PCI_BASE_ADDRESS_1);
	hi = cfg(d, PCI_BASE_ADDRESS_2);
	ok(~(((uint64_t)hi << 32 | lo) & ~0xfULL) + 1 == size && (lo & 0xf) == 0xc,
	   "BAR sizing finds the same size (%08x %08x)", hi, lo);
	where = (uint32_t)size;
	cfg_set(d, PCI_BASE_ADDRESS_1, where);
	cfg_set(d, PCI_BASE_ADDRESS_2, 1);
	ok(cfg(d, PCI_BASE_ADDRESS_1) == (where | 0xc) && cfg(d, PCI_BASE_ADDRESS_2) == 1,
	   "and an address aligned to it is kept");
}

static void test_config(struct device *d)
{
	uint8_t whole[CONFIG_TEST_BYTES], byte;
	uint64_t base = d->config.offset;
	struct vfio_device_ioeventfd eventfd_request = {
		.argsz = sizeof(eventfd_request),
		.flags = VFIO_DEVICE_IOEVENTFD_32,
		.offset = d->bar0.offset + NV_VFN_MMU_INVALIDATE,
		.fd = eventfd(0, 0),
	};
	unsigned int i;
	bool same = true;

	ok(cfg(d, PCI_VENDOR_ID) == (0x10deu | cfg(d, PCI_VENDOR_ID) >> 16 << 16), "vendor is 10de");
	ok((cfg(d, PCI_SUBSYSTEM_VENDOR_ID) & 0xffff) == 0x10de, "so is the subsystem's");
	ok(cfg(d, PCI_CLASS_REVISION) >> 8 == NV_PCI_CLASS_3D, "class is the VF's");
	same &= pread(d->fd, whole, sizeof(whole), base) == (ssize_t)sizeof(whole);
	for (i = 0; i < sizeof(whole); i++) {
		if (i / 4 * 4 == PCI_COMMAND)
			continue;
		same &= pread(d->fd, &byte, 1, base + i) == 1 && byte == whole[i];
	}
	ok(same, "byte by byte it is the same as in one piece");
	ok(ioctl(d->fd, VFIO_DEVICE_IOEVENTFD, &eventfd_request) && errno == ENOTTY,
	   "no eventfd can write behind the trap's back");
	close(eventfd_request.fd);
}

static void test_reset(struct device *d)
{
	cfg_set(d, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	ok(cfg(d, PCI_COMMAND) & PCI_COMMAND_MASTER, "bus mastering goes on");
	ok(!ioctl(d->fd, VFIO_DEVICE_RESET), "reset ioctl");
	ok(cfg(d, PCI_COMMAND) & PCI_COMMAND_MASTER, "and is on after it, as VFIO has it");
	cfg_set(d, PCI_COMMAND, PCI_COMMAND_MEMORY);
	ok(!(cfg(d, PCI_COMMAND) & PCI_COMMAND_MASTER), "bus mastering goes off");
}

/* ---- faults of the plugin, injected by the caller ---- */

/* An event of the device (error or request) as an eventfd. */
static int event_of(struct device *d, unsigned int index)
{
	char buf[sizeof(struct vfio_irq_set) + sizeof(int32_t)] = { 0 };
	struct vfio_irq_set *set = (void *)buf;
	int32_t fd = eventfd(0, EFD_NONBLOCK);

	set->argsz = sizeof(buf);
	set->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	set->index = index;
	set->count = 1;
	memcpy(set->data, &fd, sizeof(fd));
	if (ioctl(d->fd, VFIO_DEVICE_SET_IRQS, set))
		bail("event: %s", strerror(errno));
	return fd;
}

static int error_event(struct device *d)
{
	return event_of(d, VFIO_PCI_ERR_IRQ_INDEX);
}

static uint64_t event_count(int fd)
{
	uint64_t value = 0;

	return read(fd, &value, sizeof(value)) == sizeof(value) ? value : 0;
}

static void test_hold(struct device *d, unsigned int seconds)
{
	int fd = error_event(d);

	sleep(seconds);
	ok(!event_count(fd), "no error event in %u s", seconds);
	close(fd);
}

static void test_await(struct device *d, unsigned int index, unsigned int seconds)
{
	struct pollfd event = { .fd = event_of(d, index), .events = POLLIN };

	ok(poll(&event, 1, (int)seconds * 1000) == 1, "the %s event fires",
	   index == VFIO_PCI_ERR_IRQ_INDEX ? "error" : "request");
	close(event.fd);
}

static void test_no_bme(struct device *d)
{
	cfg_set(d, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	ok(!(cfg(d, PCI_COMMAND) & PCI_COMMAND_MASTER),
	   "bus mastering is off again when the plugin says no");
}

static void test_lost(struct device *d)
{
	int fd = error_event(d);

	ok(ioctl(d->fd, VFIO_DEVICE_RESET) && errno == EIO, "a failed reset is EIO");
	usleep(200000);
	ok(event_count(fd) == 1, "the error event fires");
	ok(ioctl(d->fd, VFIO_DEVICE_RESET) && errno == EIO, "the next reset fails too");
	usleep(200000);
	ok(!event_count(fd), "and the event fires once only");
	close(fd);
}

/* ---- everything at once ---- */

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void storm_step(struct device *d, uint32_t *seed)
{
	static const size_t sizes[] = { 1, 2, 3, 4, 8, 5, 64 };
	uint64_t where = next_random(seed) % (2 * PAGE) + NV_VFN_MMU_PAGE - PAGE / 2;
	size_t bytes = sizes[next_random(seed) % (sizeof(sizes) / sizeof(sizes[0]))];
	uint8_t buf[64] = { 0 };
	uint32_t command;

	switch (next_random(seed) % 8) {
	case 0:
		command = PCI_COMMAND_MEMORY |
			  (next_random(seed) & 1 ? PCI_COMMAND_MASTER : 0);
		(void)!pwrite(d->fd, &command, 2, d->config.offset + PCI_COMMAND);
		break;
	case 1:
		(void)!pread(d->fd, buf, bytes, d->config.offset + next_random(seed) % PAGE);
		break;
	case 2:
		wr(d, NV_VFN_MMU_INVALIDATE, NV_VFN_MMU_INVALIDATE_TRIGGER | next_random(seed) % 8);
		break;
	case 3:
		(void)!pwrite(d->fd, buf, bytes, d->bar1.offset + d->bar1.size - bytes / 2);
		break;
	case 4:
		(void)!pwrite(d->fd, buf, bytes, d->bar0.offset + where);
		break;
	default:
		(void)!pread(d->fd, buf, bytes, d->bar0.offset + where);
	}
}

static void *storm_thread(void *arg)
{
	uint32_t seed = (uint32_t)(uintptr_t)&seed;

	while (!storm_ends)
		storm_step(arg, &seed);
	return NULL;
}

static void test_storm(struct device *d, unsigned int seconds)
{
	pthread_t thread[STORM_THREADS];
	time_t end = time(NULL) + seconds;
	unsigned int i, resets = 0, failed = 0;

	for (i = 0; i < STORM_THREADS; i++)
		if (pthread_create(&thread[i], NULL, storm_thread, d))
			bail("thread: %s", strerror(errno));
	while (time(NULL) < end) {
		failed += ioctl(d->fd, VFIO_DEVICE_RESET) && errno != EAGAIN;
		resets++;
		usleep(20000);
	}
	storm_ends = true;
	for (i = 0; i < STORM_THREADS; i++)
		pthread_join(thread[i], NULL);
	ok(!failed, "%u resets in a storm of accesses, %u failed", resets, failed);
}

/* Open and close as fast as possible while others take the device away; all errors are fine. */
static void open_loop(const char *arg, unsigned int seconds)
{
	time_t end = time(NULL) + seconds;
	unsigned int opened = 0, refused = 0;
	struct device d;

	while (time(NULL) < end) {
		d.container = -1;
		if (device_open(&d, arg))
			refused++;
		else
			opened++;
		device_close(&d);
	}
	ok(true, "open loop: %u opened, %u refused", opened, refused);
}

enum mode { LIMITS, HOLD, OPEN_LOOP, NO_BME, LOST, AWAIT_LOST, AWAIT_REQUEST };

static void run(struct device *d, enum mode mode, unsigned int seconds)
{
	region(d, NV_PCI_BAR_REGS, &d->bar0);
	region(d, NV_PCI_BAR_FB, &d->bar1);
	region(d, VFIO_PCI_CONFIG_REGION_INDEX, &d->config);
	switch (mode) {
	case HOLD:
		test_hold(d, seconds);
		break;
	case NO_BME:
		test_no_bme(d);
		break;
	case LOST:
		test_lost(d);
		break;
	case AWAIT_LOST:
		test_await(d, VFIO_PCI_ERR_IRQ_INDEX, seconds);
		break;
	case AWAIT_REQUEST:
		test_await(d, VFIO_PCI_REQ_IRQ_INDEX, seconds);
		break;
	default:
		test_trap(d);
		test_bar1(d);
		test_config(d);
		test_reset(d);
		if (seconds)
			test_storm(d, seconds);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "storm", 1, NULL, LIMITS },  { "hold", 1, NULL, HOLD }, { "open-loop", 1, NULL, OPEN_LOOP },
		{ "no-bme", 0, NULL, NO_BME }, { "lost", 0, NULL, LOST },
		{ "await-lost", 1, NULL, AWAIT_LOST },
		{ "await-request", 1, NULL, AWAIT_REQUEST },
		{ 0 }
	};
	struct device d = { .container = -1 };
	enum mode mode = LIMITS;
	unsigned int seconds = 0;
	const char *step;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return 2;
		mode = (enum mode)c;
		if (optarg)
			seconds = (unsigned int)atoi(optarg);
	}
	if (optind != argc - 1)
		return 2;
	if (mode == OPEN_LOOP) {
		open_loop(argv[optind], seconds);
	} else {
		step = device_open(&d, argv[optind]);
		if (step)
			bail("%s: %s", step, strerror(errno));
		run(&d, mode, seconds);
		device_close(&d);
	}
	return tap_end();
}
