// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's side of a vGPU test: /init of an initramfs under a stock kernel, without any module.
 * Finds the vGPU, checks its identity, BARs and registers, then uses its framebuffer as a driver
 * would (guest-mm.c), and says so in lines "GUEST key=value" on the serial console, the last of
 * them "GUEST done=pass" or "GUEST done=fail" after a "GUEST reason=".
 *
 * Kernel command line, all optional:
 *   vgpu.bdf=BDF                   which device (default: the first of the vendor)
 *   vgpu.device=HEX vgpu.subsystem=HEX  PCI device and subsystem id that the type promises
 *   vgpu.bar1=BYTES vgpu.fb=BYTES  sizes that the type promises
 *   vgpu.nonce=HEX                 32 bytes to write and read back (default: from the clock)
 *   vgpu.foreign=HEX[,HEX...]      nonces of others, which must not be visible
 *   vgpu.scan=MIB                  how much of the partition to search (default 8, at most 32)
 *   vgpu.hold                      afterwards stay until killed; a line "check" on the console
 *                                  looks again, any other ends; without it the guest powers off
 *   vgpu.shell                     a busybox shell at the end
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <linux/pci_regs.h>

#include "guest.h"

#define CMDLINE_BYTES	 4096
#define DEFAULT_SCAN_MIB 8
#define CONSOLE		 "/dev/ttyS0"

static char cmdline[CMDLINE_BYTES];
static char reason[256]; /* the first check that failed */
static unsigned int passed, failed;

/* ---- reporting ---- */

void say(const char *fmt, ...)
{
	va_list ap;

	fputs("GUEST ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

bool check(const char *name, bool good, const char *fmt, ...)
{
	char detail[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	say("check=%s result=%s %s", name, good ? "ok" : "fail", detail);
	*(good ? &passed : &failed) += 1;
	if (!good && !*reason)
		snprintf(reason, sizeof(reason), "check %s failed: %s", name, detail);
	return good;
}

static void say_done(void)
{
	say("checks=%u passed, %u failed", passed, failed);
	if (failed)
		say("reason=%s", reason);
	say("done=%s", failed ? "fail" : "pass");
}

/* ---- kernel command line ---- */

static const char *option(const char *name)
{
	static char value[CMDLINE_BYTES];
	size_t len = strlen(name);
	const char *at = cmdline;

	for (; *at; at += strcspn(at, " \n"), at += strspn(at, " \n")) {
		if (strncmp(at, name, len) || !strchr("= \n", at[len]))
			continue;
		snprintf(value, sizeof(value), "%s", at[len] == '=' ? at + len + 1 : "");
		value[strcspn(value, " \n")] = 0;
		return value;
	}
	return NULL;
}

static uint64_t option_number(const char *name, uint64_t otherwise)
{
	const char *value = option(name);

	return value ? strtoull(value, NULL, 0) : otherwise;
}

static bool read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	buf[n < 0 ? 0 : n] = 0;
	return n >= 0;
}

static bool parse_nonce(const char *hex, uint8_t *out)
{
	size_t i;

	for (i = 0; i < NONCE_BYTES; i++) {
		unsigned int byte;

		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			return false;
		out[i] = byte;
	}
	return true;
}

static void get_nonce(uint8_t *out)
{
	const char *hex = option("vgpu.nonce");
	struct timespec ts;
	size_t i;

	if (hex && strlen(hex) == 2 * NONCE_BYTES && parse_nonce(hex, out))
		return;
	clock_gettime(CLOCK_REALTIME, &ts);
	srandom(ts.tv_sec ^ ts.tv_nsec);
	for (i = 0; i < NONCE_BYTES; i++)
		out[i] = random() >> 8;
}

/* ---- the device ---- */

static unsigned long sysfs_hex(const char *dev, const char *name)
{
	char path[256], text[64];

	snprintf(path, sizeof(path), "%s/%s", dev, name);
	return read_file(path, text, sizeof(text)) ? strtoul(text, NULL, 16) : ~0ul;
}

static bool find_device(struct gpu *gpu)
{
	const char *bdf = option("vgpu.bdf");
	bool found = false;
	glob_t g;
	size_t i;

	if (bdf) {
		snprintf(gpu->path, sizeof(gpu->path), "/sys/bus/pci/devices/%s", bdf);
		return sysfs_hex(gpu->path, "vendor") == NV_PCI_VENDOR_ID;
	}

	if (glob("/sys/bus/pci/devices/*", 0, NULL, &g))
		return false;
	for (i = 0; i < g.gl_pathc && !found; i++) {
		if (sysfs_hex(g.gl_pathv[i], "vendor") != NV_PCI_VENDOR_ID)
			continue;
		snprintf(gpu->path, sizeof(gpu->path), "%s", g.gl_pathv[i]);
		found = true;
	}
	globfree(&g);
	return found;
}

static bool map_bar(struct gpu *gpu, unsigned int bar)
{
	char path[300];
	struct stat st;
	void *at;
	int fd;

	snprintf(path, sizeof(path), "%s/resource%u", gpu->path, bar);
	fd = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		say("error=%s: %s", path, strerror(errno));
		return false;
	}
	at = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (at == MAP_FAILED) {
		say("error=mapping %s: %s", path, strerror(errno));
		return false;
	}
	gpu->bar[bar] = at;
	gpu->bar_bytes[bar] = st.st_size;
	return true;
}

/* Memory decoding and bus mastering on, as a driver's probe does. */
static bool enable_device(struct gpu *gpu)
{
	char path[300];
	uint16_t command;
	bool good;
	int fd;

	snprintf(path, sizeof(path), "%s/enable", gpu->path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	good = fd >= 0 && write(fd, "1", 1) == 1;
	if (fd >= 0)
		close(fd);
	snprintf(path, sizeof(path), "%s/config", gpu->path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	good = good && pread(fd, &command, 2, PCI_COMMAND) == 2;
	command |= PCI_COMMAND_MASTER;
	good = good && pwrite(fd, &command, 2, PCI_COMMAND) == 2;
	good = good && pread(fd, &command, 2, PCI_COMMAND) == 2;
	close(fd);
	return check("enable", good && command & PCI_COMMAND_MASTER, "command=0x%04x",
		     good ? command : 0);
}

static bool has_capability(struct gpu *gpu, uint8_t want)
{
	uint8_t config[256] = {}, at;
	unsigned int steps = 0;
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/config", gpu->path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, config, sizeof(config)) < 64)
		return false;
	close(fd);
	for (at = config[PCI_CAPABILITY_LIST]; at >= 64 && steps++ < 48; at = config[at + 1]) {
		if (config[at] == want)
			return true;
	}
	return false;
}

static void check_id(struct gpu *gpu, const char *opt, const char *file)
{
	const char *want = option(opt);

	if (want)
		check(file, sysfs_hex(gpu->path, file) == strtoul(want, NULL, 16),
		      "want=%s have=%04lx", want, sysfs_hex(gpu->path, file));
}

static void check_identity(struct gpu *gpu)
{
	say("identity=%04lx:%04lx %04lx:%04lx", sysfs_hex(gpu->path, "vendor"),
	    sysfs_hex(gpu->path, "device"), sysfs_hex(gpu->path, "subsystem_vendor"),
	    sysfs_hex(gpu->path, "subsystem_device"));
	say("address=%s", strrchr(gpu->path, '/') + 1);
	say("class=%06lx revision %02lx", sysfs_hex(gpu->path, "class"),
	    sysfs_hex(gpu->path, "revision"));
	check_id(gpu, "vgpu.device", "device");
	check_id(gpu, "vgpu.subsystem", "subsystem_device");
	check("subsystem_vendor", sysfs_hex(gpu->path, "subsystem_vendor") == NV_PCI_VENDOR_ID,
	      "have=%04lx", sysfs_hex(gpu->path, "subsystem_vendor"));
	check("msix", has_capability(gpu, PCI_CAP_ID_MSIX), "capability=0x11");
}

static void check_bars(struct gpu *gpu)
{
	uint64_t bar1 = option_number("vgpu.bar1", gpu->bar_bytes[1]);

	say("bar_sizes=%" PRIu64 "K %" PRIu64 "M %" PRIu64 "M", gpu->bar_bytes[0] >> 10,
	    gpu->bar_bytes[1] >> 20, gpu->bar_bytes[3] >> 20);
	check("bars",
	      gpu->bar_bytes[0] == NV_PCI_VF_BAR0_BYTES && gpu->bar_bytes[1] == bar1 &&
		      gpu->bar_bytes[3] == NV_PCI_VF_BAR3_BYTES,
	      "want=%llu,%" PRIu64 ",%llu", NV_PCI_VF_BAR0_BYTES, bar1, NV_PCI_VF_BAR3_BYTES);
}

static uint64_t usermode_time_ns(struct gpu *gpu)
{
	uint32_t hi, lo;

	do {
		hi = reg_read(gpu, NV_VFN_USERMODE_TIME_1);
		lo = reg_read(gpu, NV_VFN_USERMODE_TIME_0);
	} while (hi != reg_read(gpu, NV_VFN_USERMODE_TIME_1));
	return (uint64_t)hi << 32 | lo;
}

static void check_registers(struct gpu *gpu)
{
	uint32_t boot_0 = reg_read(gpu, NV_PMC_BOOT_0);
	uint32_t boot_1 = reg_read(gpu, NV_PMC_BOOT_1);
	uint32_t boot_42 = reg_read(gpu, NV_PMC_BOOT_42);
	uint64_t before, after;

	say("boot0=0x%08x", boot_0);
	say("boot1=0x%08x", boot_1);
	say("boot42=0x%08x", boot_42);
	check("chip",
	      boot_0 != ~0u && (boot_0 >> 20 & 0x1ff) == ABI_GET(NV_PMC_BOOT_42_CHIP_ID, boot_42),
	      "id=0x%03x", ABI_GET(NV_PMC_BOOT_42_CHIP_ID, boot_42));
	check("virtual-function", ABI_GET(NV_PMC_BOOT_1_VGPU, boot_1) == NV_PMC_BOOT_1_VGPU_VAL_VF,
	      "field=%u", ABI_GET(NV_PMC_BOOT_1_VGPU, boot_1));
	before = usermode_time_ns(gpu);
	usleep(2000);
	after = usermode_time_ns(gpu);
	say("usermode_time=%" PRIu64 " ns, %" PRIu64 " ns later %" PRIu64 " ns", before,
	    after - before, after);
	check("time", after > before, "advanced_ns=%" PRIu64, after - before);
}

/* ---- run ---- */

static void setup_console(void)
{
	struct termios tio;
	int fd;

	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	fd = open(CONSOLE, O_RDWR);
	if (fd < 0)
		return;
	/* Lines that we are sent must not come back as if we had said them. */
	if (!tcgetattr(fd, &tio)) {
		tio.c_lflag &= ~(ECHO | ECHOE | ECHOK | ECHONL);
		tcsetattr(fd, TCSANOW, &tio);
	}
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
}

/* Searches for nonces that are not ours. */
static void look_around(struct gpu *gpu, struct plan *plan)
{
	struct sightings seen = {};
	const char *list = option("vgpu.foreign");
	unsigned int given = 0, visible = 0;

	mm_scan(gpu, plan, &seen);
	say("scan=%" PRIu64 "M own %u other %u", seen.bytes >> 20, seen.own, seen.others);
	if (seen.others)
		say("other=%s at 0x%" PRIx64, seen.other_hex, seen.other_at);
	for (; list && *list; list += 2 * NONCE_BYTES, list += *list == ',') {
		uint8_t nonce[NONCE_BYTES];
		uint64_t at;

		if (strlen(list) < 2 * NONCE_BYTES || !parse_nonce(list, nonce)) {
			check("foreign", false, "vgpu.foreign is not 32 bytes of hex");
			return;
		}
		given++;
		at = mm_find(gpu, plan, nonce);
		visible += at != UINT64_MAX;
		if (at != UINT64_MAX)
			say("foreign_at=0x%" PRIx64, at);
	}
	if (!given)
		return;
	say("foreign=%u of %u nonces of others visible in %" PRIu64 "M", visible, given,
	    seen.bytes >> 20);
	check("foreign", !visible, "visible=%u", visible);
}

static void hold(struct gpu *gpu, struct plan *plan)
{
	char line[64];

	say("hold=1");
	while (fgets(line, sizeof(line), stdin)) {
		if (strncmp(line, "check", 5))
			return;
		mm_verify(gpu, plan, "again");
		look_around(gpu, plan);
		say_done();
	}
	/* Nobody can write to this console. */
	for (;;)
		pause();
}

static bool prepare(struct gpu *gpu)
{
	if (!check("found", find_device(gpu), "vendor=0x%04x", NV_PCI_VENDOR_ID))
		return false;
	check_identity(gpu);
	if (!enable_device(gpu))
		return false;
	return check("map", map_bar(gpu, 0) && map_bar(gpu, 1) && map_bar(gpu, 3), "device=%s",
		     gpu->path);
}

static void probe(void)
{
	struct gpu gpu = {};
	struct plan plan = {.fb_bytes = option_number("vgpu.fb", 0)};

	plan.scan_bytes = option_number("vgpu.scan", DEFAULT_SCAN_MIB) << 20;
	get_nonce(plan.nonce);
	if (prepare(&gpu)) {
		check_bars(&gpu);
		check_registers(&gpu);
		if (plan.scan_bytes > gpu.bar_bytes[3])
			plan.scan_bytes = gpu.bar_bytes[3];
		if (mm_physical(&gpu, &plan)) {
			look_around(&gpu, &plan);
			mm_build(&gpu, &plan);
			mm_translated(&gpu, &plan);
			mm_outside(&gpu, &plan);
			mm_verify(&gpu, &plan, "final");
			look_around(&gpu, &plan);
		}
	}
	say_done();
	if (option("vgpu.hold"))
		hold(&gpu, &plan);
}

int main(void)
{
	setup_console();
	read_file("/proc/cmdline", cmdline, sizeof(cmdline));
	say("start=1");
	probe();
	if (option("vgpu.shell")) {
		pid_t pid = fork();

		if (!pid) {
			execl("/bin/busybox", "sh", NULL);
			_exit(127);
		}
		waitpid(pid, NULL, 0);
	}
	say("end=1");
	tcdrain(1);
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
