// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A user-space VFIO program for the hypervisor: opens one VF (or the mdev on it), maps DMA memory,
 * reads the GPU's identity and clock, takes an MSI-X interrupt on an eventfd, and has the VF do DMA
 * inside and outside its mappings. Prints TAP; exit status 0 when nothing failed.
 *
 * How a VF is made to do DMA: the guest's RPC set-up. The doorbell of the VF's own register window
 * makes its vGPU plugin read a control page and write a response page with the VF's requester id.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
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
#include "../../../kmod/abi/vgpu_host.h"
#include "../tap.h"

#define DMA_BYTES     0x10000
#define DMA_IOVA      0x10000000ULL /* where the VF sees our memory */
#define OUTSIDE_IOVA  0x7fff0000ULL /* nothing is mapped there */
#define CTRL_PAGE     0x0000 /* offsets in our memory */
#define RESPONSE_PAGE 0x1000
/* First set-up of a stock guest driver: message, event and shared buffer in its framebuffer. */
#define FB_MESSAGE	0xa00000ULL
#define FB_EVENT	(FB_MESSAGE + VGPU_GUEST_MESSAGE_BYTES)
#define FB_SHARED	(FB_EVENT + VGPU_GUEST_PAGE_BYTES)
#define ANSWER_MS	3000 /* until a set-up must have been answered */
#define SILENCE_MS	400 /* how long a refused one is watched */
#define KMSG_LINE_BYTES 1024

struct probe {
	char name[64]; /* what VFIO calls the device: BDF or UUID */
	char bdf[16]; /* the VF below it */
	int container, group, device;
	uint8_t *dma;
	struct vfio_region_info bar0, config;
	unsigned int num_msix;
	unsigned int request; /* last request id of the RPC channel */
	int kmsg;
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- access ---- */

static uint32_t reg_read(struct probe *p, uint64_t offset)
{
	uint32_t value = ~0u;

	if (pread(p->device, &value, 4, p->bar0.offset + offset) != 4)
		printf("# reading BAR0+0x%" PRIx64 ": %s\n", offset, strerror(errno));
	return value;
}

static void reg_write(struct probe *p, uint64_t offset, uint32_t value)
{
	if (pwrite(p->device, &value, 4, p->bar0.offset + offset) != 4)
		printf("# writing BAR0+0x%" PRIx64 ": %s\n", offset, strerror(errno));
}

static uint16_t config_read16(struct probe *p, unsigned int offset)
{
	uint16_t value = 0xffff;

	if (pread(p->device, &value, 2, p->config.offset + offset) != 2)
		printf("# reading config 0x%x: %s\n", offset, strerror(errno));
	return value;
}

static uint64_t usermode_time_ns(struct probe *p)
{
	uint32_t hi, lo;

	do {
		hi = reg_read(p, NV_VFN_USERMODE_TIME_1);
		lo = reg_read(p, NV_VFN_USERMODE_TIME_0);
	} while (hi != reg_read(p, NV_VFN_USERMODE_TIME_1));
	return (uint64_t)hi << 32 | lo;
}

/* ---- opening ---- */

/* Resolve @arg (BDF, or UUID of an mdev) to a group number; fills name and bdf. */
static unsigned int find_group(struct probe *p, const char *arg)
{
	char path[PATH_MAX], real[PATH_MAX], link[PATH_MAX];
	bool mdev = strchr(arg, '-');
	ssize_t n;

	snprintf(p->name, sizeof(p->name), "%s", arg);
	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s", mdev ? "mdev" : "pci", arg);
	if (!realpath(path, real))
		bail("%s does not exist: %s", path, strerror(errno));
	snprintf(p->bdf, sizeof(p->bdf), "%s", basename(mdev ? dirname(strdup(real)) : real));
	snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/iommu_group", mdev ? "mdev" : "pci",
		 arg);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		bail("%s has no IOMMU group; is a VFIO driver bound to it?", arg);
	link[n] = 0;
	return strtoul(basename(link), NULL, 10);
}

static void open_group(struct probe *p, unsigned int number)
{
	struct vfio_group_status status = {.argsz = sizeof(status)};
	char path[64];

	snprintf(path, sizeof(path), "/dev/vfio/%u", number);
	p->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	p->group = open(path, O_RDWR | O_CLOEXEC);
	if (p->container < 0 || p->group < 0)
		bail("cannot open %s: %s", path, strerror(errno));
	if (ioctl(p->group, VFIO_GROUP_GET_STATUS, &status) ||
	    !(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		bail("group %u is not viable: another member has a host driver", number);
	if (ioctl(p->group, VFIO_GROUP_SET_CONTAINER, &p->container) ||
	    ioctl(p->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		bail("cannot attach group %u to a type1v2 container: %s", number, strerror(errno));
}

static void map_dma(struct probe *p)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.iova = DMA_IOVA,
		.size = DMA_BYTES,
	};

	p->dma = mmap(NULL, DMA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p->dma == MAP_FAILED)
		bail("no memory for DMA");
	map.vaddr = (uintptr_t)p->dma;
	ok(!ioctl(p->container, VFIO_IOMMU_MAP_DMA, &map), "maps %u KiB for DMA", DMA_BYTES / 1024);
}

static void open_device(struct probe *p)
{
	struct vfio_device_info info = {.argsz = sizeof(info)};
	struct vfio_irq_info irq = {.argsz = sizeof(irq), .index = VFIO_PCI_MSIX_IRQ_INDEX};

	p->device = ioctl(p->group, VFIO_GROUP_GET_DEVICE_FD, p->name);
	if (!ok(p->device >= 0, "opens %s (VF %s)", p->name, p->bdf))
		bail("VFIO_GROUP_GET_DEVICE_FD: %s", strerror(errno));
	if (ioctl(p->device, VFIO_DEVICE_GET_INFO, &info))
		bail("VFIO_DEVICE_GET_INFO: %s", strerror(errno));
	ok(info.flags & VFIO_DEVICE_FLAGS_RESET, "device can be reset");
	p->bar0 = (struct vfio_region_info){.argsz = sizeof(p->bar0),
					    .index = VFIO_PCI_BAR0_REGION_INDEX};
	p->config = (struct vfio_region_info){.argsz = sizeof(p->config),
					      .index = VFIO_PCI_CONFIG_REGION_INDEX};
	if (ioctl(p->device, VFIO_DEVICE_GET_REGION_INFO, &p->bar0) ||
	    ioctl(p->device, VFIO_DEVICE_GET_REGION_INFO, &p->config) ||
	    ioctl(p->device, VFIO_DEVICE_GET_IRQ_INFO, &irq))
		bail("region or interrupt information: %s", strerror(errno));
	p->num_msix = irq.count;
}

/* ---- tests ---- */

static void test_identity(struct probe *p, const char *want_id)
{
	char id[24];

	snprintf(id, sizeof(id), "%04x:%04x:%04x:%04x", config_read16(p, PCI_VENDOR_ID),
		 config_read16(p, PCI_DEVICE_ID), config_read16(p, PCI_SUBSYSTEM_VENDOR_ID),
		 config_read16(p, PCI_SUBSYSTEM_ID));
	if (want_id)
		ok(!strcmp(id, want_id), "identity %s (expected %s)", id, want_id);
	else
		ok(config_read16(p, PCI_VENDOR_ID) == NV_PCI_VENDOR_ID, "identity %s", id);
}

static void test_bars(struct probe *p)
{
	struct vfio_region_info bar1 = {.argsz = sizeof(bar1), .index = VFIO_PCI_BAR1_REGION_INDEX};
	struct vfio_region_info bar3 = {.argsz = sizeof(bar3), .index = VFIO_PCI_BAR3_REGION_INDEX};

	if (ioctl(p->device, VFIO_DEVICE_GET_REGION_INFO, &bar1) ||
	    ioctl(p->device, VFIO_DEVICE_GET_REGION_INFO, &bar3))
		bail("region information: %s", strerror(errno));
	ok(p->bar0.size == NV_PCI_VF_BAR0_BYTES, "BAR0 is %llu KiB", p->bar0.size >> 10);
	ok(bar1.size >= 64 << 20 && bar1.size <= NV_PCI_VF_BAR1_BYTES &&
		   !(bar1.size & (bar1.size - 1)),
	   "BAR1 is %llu MiB", bar1.size >> 20);
	ok(bar3.size == NV_PCI_VF_BAR3_BYTES, "BAR3 is %llu MiB", bar3.size >> 20);
	ok(p->num_msix == NV_PCI_MSIX_ENTRIES, "%u MSI-X vectors", p->num_msix);
}

static void test_registers(struct probe *p)
{
	uint32_t boot_0 = reg_read(p, NV_PMC_BOOT_0);
	uint32_t boot_1 = reg_read(p, NV_PMC_BOOT_1);
	uint32_t boot_42 = reg_read(p, NV_PMC_BOOT_42);
	volatile uint32_t *page;
	uint64_t before, after;

	ok((boot_0 >> 20 & 0x1ff) == ABI_GET(NV_PMC_BOOT_42_CHIP_ID, boot_42) && boot_0 != ~0u,
	   "BOOT_0 %08x and BOOT_42 %08x name the same chip", boot_0, boot_42);
	ok(ABI_GET(NV_PMC_BOOT_1_VGPU, boot_1) == NV_PMC_BOOT_1_VGPU_VAL_VF,
	   "BOOT_1 %08x says virtual function", boot_1);
	before = usermode_time_ns(p);
	usleep(2000);
	after = usermode_time_ns(p);
	ok(after > before, "USERMODE time runs (%" PRIu64 " us in 2 ms)", (after - before) / 1000);

	if (!(p->bar0.flags & VFIO_REGION_INFO_FLAG_MMAP)) {
		ok(false, "BAR0 can be mapped");
		return;
	}
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, p->device, p->bar0.offset);
	ok(page != MAP_FAILED && page[NV_PMC_BOOT_0 / 4] == boot_0,
	   "the mapped BAR0 shows the same BOOT_0");
	if (page != MAP_FAILED)
		munmap((void *)page, 4096);
}

static bool set_msix(struct probe *p, const int *fds, unsigned int count)
{
	char buf[sizeof(struct vfio_irq_set) + NV_PCI_MSIX_ENTRIES * sizeof(int)];
	struct vfio_irq_set *set = (void *)buf;

	memset(buf, 0, sizeof(buf));
	set->argsz = sizeof(*set) + count * sizeof(int);
	set->flags = VFIO_IRQ_SET_ACTION_TRIGGER |
		     (count ? VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE);
	set->index = VFIO_PCI_MSIX_IRQ_INDEX;
	set->count = count;
	memcpy(set->data, fds, count * sizeof(int));
	return !ioctl(p->device, VFIO_DEVICE_SET_IRQS, set);
}

/* Trigger the doorbell vector in the VF's own interrupt tree; its subtree is its MSI-X entry. */
static void test_interrupt(struct probe *p)
{
	const unsigned int vector = NV_VFN_VECTOR_DOORBELL;
	const unsigned int leaf = vector / NV_VFN_INTR_VECTORS_PER_LEAF;
	const unsigned int subtree = vector / NV_VFN_INTR_VECTORS_PER_SUBTREE;
	const uint32_t bit = 1u << vector % NV_VFN_INTR_VECTORS_PER_LEAF;
	int fds[NV_PCI_MSIX_ENTRIES];
	unsigned int i, fired = 0, others = 0;
	uint64_t count, start;

	for (i = 0; i < NV_PCI_MSIX_ENTRIES; i++)
		fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (!ok(set_msix(p, fds, NV_PCI_MSIX_ENTRIES), "enables MSI-X on eventfds"))
		return;
	reg_write(p, NV_VFN_INTR_LEAF(leaf), bit);
	reg_write(p, NV_VFN_INTR_LEAF_EN_SET(leaf), bit);
	reg_write(p, NV_VFN_INTR_TOP_EN_SET, 1u << subtree);
	start = now_ms();
	reg_write(p, NV_VFN_INTR_LEAF_TRIGGER, vector);
	while (!fired && now_ms() - start < ANSWER_MS) {
		struct pollfd pfd = {.fd = fds[subtree], .events = POLLIN};

		if (poll(&pfd, 1, 100) == 1 && read(fds[subtree], &count, 8) == 8)
			fired = count;
	}
	for (i = 0; i < NV_PCI_MSIX_ENTRIES; i++)
		others += read(fds[i], &count, 8) == 8;
	ok(fired == 1 && !others, "vector %u arrives once, on MSI-X entry %u", vector, subtree);
	ok(reg_read(p, NV_VFN_INTR_LEAF(leaf)) & bit, "and is latched in leaf %u", leaf);
	reg_write(p, NV_VFN_INTR_LEAF(leaf), bit);
	ok(!(reg_read(p, NV_VFN_INTR_LEAF(leaf)) & bit), "and cleared by writing its bit");
	reg_write(p, NV_VFN_INTR_LEAF_EN_CLEAR(leaf), bit);
	reg_write(p, NV_VFN_INTR_LEAF_TRIGGER, vector);
	usleep(50000);
	ok(read(fds[subtree], &count, 8) < 0, "a disabled vector raises nothing");
	reg_write(p, NV_VFN_INTR_LEAF(leaf), bit);
	reg_write(p, NV_VFN_INTR_TOP_EN_CLEAR, 1u << subtree);
	set_msix(p, NULL, 0);
	for (i = 0; i < NV_PCI_MSIX_ENTRIES; i++)
		close(fds[i]);
}

static uint64_t coded(uint64_t page, unsigned int aperture, unsigned int size)
{
	return (page & VGPU_GUEST_ADDR_PAGE) |
	       ABI_PREP(VGPU_GUEST_ADDR_APERTURE, (uint64_t)aperture) |
	       ABI_PREP(VGPU_GUEST_ADDR_SIZE, (uint64_t)size) | VGPU_GUEST_ADDR_VALID;
}

/* Ring the set-up doorbell for the control page @ctrl_iova with its response at @response_iova. */
static void ring_setup(struct probe *p, uint64_t ctrl_iova, uint64_t response_iova)
{
	struct vgpu_guest_ctrl *ctrl = (void *)(p->dma + CTRL_PAGE);
	uint64_t word = coded(ctrl_iova, VGPU_GUEST_ADDR_APERTURE_SYSMEM, VGPU_GUEST_ADDR_SIZE_4K);

	memset(ctrl, 0, sizeof(*ctrl));
	ctrl->version = VGPU_GUEST_CTRL_VERSION;
	ctrl->request_id = ++p->request;
	ctrl->response_buf.address =
		coded(response_iova, VGPU_GUEST_ADDR_APERTURE_SYSMEM, VGPU_GUEST_ADDR_SIZE_4K);
	ctrl->msg_buf.address =
		coded(FB_MESSAGE, VGPU_GUEST_ADDR_APERTURE_FB, VGPU_GUEST_ADDR_SIZE_128K);
	ctrl->msg_buf.bar2_offset = FB_MESSAGE;
	ctrl->event_buf.address =
		coded(FB_EVENT, VGPU_GUEST_ADDR_APERTURE_FB, VGPU_GUEST_ADDR_SIZE_4K);
	ctrl->event_buf.bar2_offset = FB_EVENT;
	ctrl->shared_mem.address =
		coded(FB_SHARED, VGPU_GUEST_ADDR_APERTURE_FB, VGPU_GUEST_ADDR_SIZE_4K);
	ctrl->shared_mem.bar2_offset = FB_SHARED;
	__sync_synchronize();
	/* HI first, then LO. */
	reg_write(p, NV_VFN_SCRATCH(VGPU_GUEST_SCRATCH_RPC_HI), word >> 32);
	reg_write(p, NV_VFN_SCRATCH(VGPU_GUEST_SCRATCH_RPC_LO), (uint32_t)word);
	reg_write(p, NV_VFN_PRIV_DOORBELL, VGPU_GUEST_DOORBELL_RPC_SETUP);
}

static bool answered(struct probe *p, unsigned int wait_ms)
{
	volatile struct vgpu_guest_response *response = (void *)(p->dma + RESPONSE_PAGE);
	uint64_t start = now_ms();

	do {
		if (response->response_id == p->request)
			return true;
		usleep(500);
	} while (now_ms() - start < wait_ms);
	return false;
}

/* Close the channel: an invalid message buffer and scratch word, acknowledged like a request. */
static bool teardown(struct probe *p)
{
	struct vgpu_guest_ctrl *ctrl = (void *)(p->dma + CTRL_PAGE);

	ctrl->msg_buf.address = 0;
	ctrl->request_id = ++p->request;
	__sync_synchronize();
	reg_write(p, NV_VFN_SCRATCH(VGPU_GUEST_SCRATCH_RPC_HI), 0);
	reg_write(p, NV_VFN_SCRATCH(VGPU_GUEST_SCRATCH_RPC_LO), 0);
	reg_write(p, NV_VFN_PRIV_DOORBELL, VGPU_GUEST_DOORBELL_RPC_SETUP);
	return answered(p, ANSWER_MS);
}

/* A new DMAR fault line of the kernel that names our requester. */
static bool fault_logged(struct probe *p, bool show)
{
	char line[KMSG_LINE_BYTES], requester[16];
	bool found = false;
	ssize_t n;

	snprintf(requester, sizeof(requester), "%s]", p->bdf + 5); /* some kernels name the domain */
	while ((n = read(p->kmsg, line, sizeof(line) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		if (n < 0)
			continue;
		line[n] = 0;
		if (strstr(line, "DMAR") && strstr(line, "fault") && strstr(line, requester)) {
			line[strcspn(line, "\n")] = 0;
			if (show)
				printf("# %s\n", line);
			found = true;
		}
	}
	return found;
}

static void set_bus_master(struct probe *p, bool on)
{
	uint16_t command = config_read16(p, PCI_COMMAND) & ~PCI_COMMAND_MASTER;

	if (on)
		command |= PCI_COMMAND_MASTER;
	if (pwrite(p->device, &command, 2, p->config.offset + PCI_COMMAND) != 2)
		printf("# writing the command register: %s\n", strerror(errno));
}

static void test_outside(struct probe *p, const char *what, uint64_t ctrl_iova,
			 uint64_t response_iova)
{
	memset(p->dma + RESPONSE_PAGE, 0, VGPU_GUEST_PAGE_BYTES);
	fault_logged(p, false);
	ring_setup(p, ctrl_iova, response_iova);
	ok(!answered(p, SILENCE_MS), "%s outside its mappings is not answered", what);
	if (p->kmsg < 0)
		skip("the IOMMU reports the fault", "/dev/kmsg cannot be read");
	else
		ok(fault_logged(p, true), "the IOMMU reports the fault with requester %s", p->bdf);
}

static void test_dma(struct probe *p)
{
	memset(p->dma, 0, DMA_BYTES);
	set_bus_master(p, true);
	ring_setup(p, DMA_IOVA + CTRL_PAGE, DMA_IOVA + RESPONSE_PAGE);
	ok(answered(p, ANSWER_MS), "DMA inside the mappings: RPC set-up is answered");
	ok(teardown(p), "tear-down is answered");
	test_outside(p, "a control page", OUTSIDE_IOVA, DMA_IOVA + RESPONSE_PAGE);
	test_outside(p, "a response page", DMA_IOVA + CTRL_PAGE, OUTSIDE_IOVA);

	memset(p->dma, 0, DMA_BYTES);
	set_bus_master(p, false);
	ring_setup(p, DMA_IOVA + CTRL_PAGE, DMA_IOVA + RESPONSE_PAGE);
	ok(!answered(p, SILENCE_MS), "without bus mastering nothing is answered");
	set_bus_master(p, true);
	ring_setup(p, DMA_IOVA + CTRL_PAGE, DMA_IOVA + RESPONSE_PAGE);
	ok(answered(p, ANSWER_MS), "with it again, a new set-up is answered");
	teardown(p);
}

static void test_reset(struct probe *p)
{
	const unsigned int leaf = NV_VFN_VECTOR_DOORBELL / NV_VFN_INTR_VECTORS_PER_LEAF;
	uint32_t boot_0 = reg_read(p, NV_PMC_BOOT_0);

	reg_write(p, NV_VFN_SCRATCH(VGPU_GUEST_SCRATCH_RPC_HI), 0x5a5a5a5a);
	reg_write(p, NV_VFN_INTR_LEAF_EN_SET(leaf), ~0u);
	if (!ok(!ioctl(p->device, VFIO_DEVICE_RESET), "reset ioctl"))
		printf("# %s\n", strerror(errno));
	ok(!reg_read(p, NV_VFN_SCRATCH(VGPU_GUEST_SCRATCH_RPC_HI)), "scratch words are cleared");
	ok(!reg_read(p, NV_VFN_INTR_LEAF_EN_SET(leaf)), "interrupt enables are cleared");
	ok(reg_read(p, NV_PMC_BOOT_0) == boot_0, "BOOT_0 still reads %08x", boot_0);
}

static void usage(void)
{
	fputs("usage: vfio-probe [--open-only] [--id VVVV:DDDD:SSSS:SSSS] [--no-dma WHY] [--hold "
	      "SEC] "
	      "BDF|MDEV-UUID\n"
	      "  --open-only  open, look at the identity, close\n"
	      "  --id         PCI identity that the device must show\n"
	      "  --no-dma     skip the DMA tests (no vGPU behind the VF), with the reason\n"
	      "  --hold       keep the device open that many seconds before closing\n",
	      stderr);
	exit(2);
}

static void test_all(struct probe *p, const char *no_dma)
{
	test_bars(p);
	test_registers(p);
	/* An MSI-X message is a memory write of the device and needs this as well. */
	set_bus_master(p, true);
	test_interrupt(p);
	if (no_dma)
		skip("DMA inside and outside the mappings", no_dma);
	else
		test_dma(p);
	test_reset(p);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"open-only", no_argument, NULL, 'o'},
		{"id", required_argument, NULL, 'i'},
		{"no-dma", required_argument, NULL, 'n'},
		{"hold", required_argument, NULL, 'h'},
		{},
	};
	const char *want_id = NULL, *no_dma = NULL;
	unsigned int hold_sec = 0;
	bool open_only = false;
	struct probe p = {};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'o')
			open_only = true;
		else if (c == 'i')
			want_id = optarg;
		else if (c == 'n')
			no_dma = optarg;
		else if (c == 'h')
			hold_sec = strtoul(optarg, NULL, 10);
		else
			usage();
	}
	if (optind != argc - 1)
		usage();

	open_group(&p, find_group(&p, argv[optind]));
	p.kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (p.kmsg >= 0)
		lseek(p.kmsg, 0, SEEK_END);
	map_dma(&p);
	open_device(&p);
	test_identity(&p, want_id);
	if (!open_only)
		test_all(&p, no_dma);
	if (hold_sec) {
		printf("# holding the device open for %u s\n", hold_sec);
		fflush(stdout);
		sleep(hold_sec);
	}
	close(p.device);
	close(p.group);
	close(p.container);
	return tap_end();
}
