// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor VM as a QEMU process: its command line, its channels, its end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab.h"
#include "proto.h"

#define QEMU		"qemu-system-x86_64"
#define QEMU_ARGS_MAX	128
/* Translated code that QEMU may keep; the default (1 GiB) would count against the 2 GiB. */
#define TCG_CACHE_MIB	"384"

#define KERNEL_ARGS \
	"console=ttyS0 quiet loglevel=4 panic=-1 oops=panic intel_iommu=on iommu=pt no_timer_check " \
	"slab_nomerge lsm=capability apparmor=0 selinux=0 audit=0 mitigations=off " \
	"random.trust_cpu=on " \
	"systemd.show_status=false systemd.log_level=warning net.ifnames=0 " \
	"fsck.mode=skip nmi_watchdog=0 cryptomgr.notests no5lvl"

struct args {
	char *v[QEMU_ARGS_MAX];
	int n;
};

static void __attribute__((format(printf, 2, 3))) arg_add(struct args *a, const char *fmt, ...)
{
	va_list ap;

	if (a->n >= QEMU_ARGS_MAX - 1)
		lab_die("too many QEMU arguments");
	va_start(ap, fmt);
	if (vasprintf(&a->v[a->n++], fmt, ap) < 0)
		lab_die("out of memory");
	va_end(ap);
	a->v[a->n] = NULL;
}

static void arg_pair(struct args *a, const char *option, char *value)
{
	arg_add(a, "%s", option);
	arg_add(a, "%s", value);
	free(value);
}

static char *__attribute__((format(printf, 1, 2))) text(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		lab_die("out of memory");
	va_end(ap);
	return s;
}

/* QEMU's option syntax: a comma in a value is written twice. */
static char *commas_escape(const char *s)
{
	char *out = calloc(2, strlen(s) + 1), *p = out;

	if (!out)
		lab_die("out of memory");
	for (; *s; s++) {
		*p++ = *s;
		if (*s == ',')
			*p++ = ',';
	}
	return out;
}

static char *lab_file(const struct lab_opts *opts, const char *name)
{
	char *path = text("%s/%s", opts->dir, name);

	if (access(path, R_OK))
		lab_die("%s is not there (%s); run \"make lab-image\" first", path, strerror(errno));
	return path;
}

static void disk_add(struct args *a, const char *path, int index, bool writable)
{
	char *file = commas_escape(path);

	arg_pair(a, "-drive", text("file=%s,format=raw,if=none,id=disk%d,readonly=%s", file, index,
				   writable ? "off" : "on"));
	arg_pair(a, "-device", text("virtio-blk-pci,drive=disk%d,addr=0x%x", index, 0x10 + index));
	free(file);
}

/* The image of the writable layer is made on first use: sparse, 4 GiB. */
static void disk_make(const char *path)
{
	char *tmp, *cmd[] = { "mkfs.ext4", "-q", "-F", "-m", "0", NULL, NULL };
	int status, fd;
	pid_t pid;

	if (!access(path, F_OK))
		return;
	tmp = text("%s.%d", path, (int)getpid());
	fd = open(tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, 4LL << 30))
		lab_die("cannot make the disk %s: %s", tmp, strerror(errno));
	close(fd);
	cmd[5] = tmp;
	setenv("PATH", text("%s:/usr/sbin:/sbin", getenv("PATH") ?: "/usr/bin:/bin"), 1);
	pid = fork();
	if (!pid) {
		execvp(cmd[0], cmd);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status) {
		unlink(tmp);
		lab_die("mkfs.ext4 failed on the new disk %s", tmp);
	}
	if (rename(tmp, path))
		lab_die("cannot name the disk %s: %s", path, strerror(errno));
	free(tmp);
}

static int channel(int *child_end)
{
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv))
		lab_die("socketpair: %s", strerror(errno));
	fcntl(sv[0], F_SETFL, O_NONBLOCK);
	*child_end = sv[1];
	return sv[0];
}

static void machine_args(struct args *a, const struct lab_opts *opts)
{
	const char *accel = getenv("LAB_ACCEL");
	char *path;

	arg_add(a, QEMU);
	if (accel && !strcmp(accel, "kvm")) {
		arg_pair(a, "-M", text("q35,kernel-irqchip=split"));
		arg_pair(a, "-accel", text("kvm"));
		arg_pair(a, "-cpu", text("host"));
	} else if (!accel || !*accel || !strcmp(accel, "tcg")) {
		arg_pair(a, "-M", text("q35"));
		arg_pair(a, "-accel", text("tcg,thread=multi,tb-size=" TCG_CACHE_MIB));
		arg_pair(a, "-cpu", text("max"));
	} else {
		lab_die("LAB_ACCEL=%s is not known; use tcg (the default) or kvm", accel);
	}
	arg_pair(a, "-smp", text("%d", opts->cpus));
	arg_pair(a, "-m", text("%dM", opts->memory_mib));
	arg_add(a, "-nodefaults");
	arg_add(a, "-no-user-config");
	arg_pair(a, "-display", text("none"));
	/* At its end QEMU waits for us, so that we may look; qmp.c sends it away. */
	arg_pair(a, "-action", text("reboot=shutdown,shutdown=pause"));
	path = lab_file(opts, "kernel/vmlinux");
	arg_pair(a, "-kernel", path);
	path = lab_file(opts, "initrd.img");
	arg_pair(a, "-initrd", path);
	arg_pair(a, "-append", text("%s %s", KERNEL_ARGS, opts->append ?: ""));
	if (!opts->no_iommu)
		arg_pair(a, "-device", text("intel-iommu,intremap=on"));
	arg_pair(a, "-device", text("pcie-root-port,id=rp1,bus=pcie.0,chassis=1,slot=1,addr=0x4,"
				    "mem-reserve=64M,pref64-reserve=256G"));
}

static void disk_args(struct args *a, const struct lab_opts *opts)
{
	static const char *const layers[] = { "base.ext4", "kernel.ext4", "top.ext4" };
	int i;

	for (i = 0; i < 3; i++) {
		char *path = lab_file(opts, layers[i]);

		disk_add(a, path, i, false);
		free(path);
	}
	if (opts->disk) {
		disk_make(opts->disk);
		disk_add(a, opts->disk, 3, true);
	}
}

static void channel_args(struct args *a, int agent, int model, int qmp, int console)
{
	arg_pair(a, "-device", text("virtio-serial-pci,addr=0x18"));
	arg_pair(a, "-chardev", text("socket,id=agent,fd=%d", agent));
	arg_pair(a, "-device", text("virtserialport,chardev=agent,name=" LAB_PORT_AGENT));
	arg_pair(a, "-chardev", text("socket,id=model,fd=%d", model));
	arg_pair(a, "-device", text("virtserialport,chardev=model,name=" LAB_PORT_MODEL));
	arg_pair(a, "-chardev", text("socket,id=qmp,fd=%d", qmp));
	arg_pair(a, "-mon", text("chardev=qmp,mode=control"));
	arg_pair(a, "-chardev", text("socket,id=console,fd=%d", console));
	arg_pair(a, "-serial", text("chardev:console"));
}

/* The board; returns the object to preload, or NULL without one. */
static char *device_args(struct args *a, const struct lab_opts *opts)
{
	char *so, *fail, *trace;

	if (opts->no_device)
		return NULL;
	so = text("%s/../qemu/gpu-model-qemu.so", opts->dir);
	if (access(so, R_OK))
		lab_die("the GPU model for QEMU, %s, is not there; run \"make\" first, or use --no-device",
			so);
	fail = opts->fail ? commas_escape(opts->fail) : NULL;
	trace = opts->trace ? commas_escape(opts->trace) : NULL;
	arg_pair(a, "-device", text("gpu-model,id=gpu0,bus=rp1%s%s%s%s%s%s", fail ? ",fail=" : "",
				    fail ?: "", trace ? ",trace-file=" : "", trace ?: "",
				    opts->device_opts ? "," : "", opts->device_opts ?: ""));
	free(trace);
	free(fail);
	return so;
}

static void fd_inherit(int fd)
{
	fcntl(fd, F_SETFD, 0);
}

void vm_start(struct vm *vm, const struct lab_opts *opts)
{
	int agent, model, qmp, console, err[2], i;
	struct args a = { .n = 0 };
	pid_t parent = getpid();
	char *preload;

	vm->agent = channel(&agent);
	vm->model = channel(&model);
	vm->qmp = channel(&qmp);
	vm->console = channel(&console);
	if (pipe2(err, O_CLOEXEC))
		lab_die("pipe: %s", strerror(errno));
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	vm->errors = err[0];

	machine_args(&a, opts);
	disk_args(&a, opts);
	channel_args(&a, agent, model, qmp, console);
	preload = device_args(&a, opts);
	for (i = 0; i < opts->qemu_arg_count; i++)
		arg_add(&a, "%s", opts->qemu_args[i]);

	vm->pid = fork();
	if (vm->pid < 0)
		lab_die("fork: %s", strerror(errno));
	if (!vm->pid) {
		int null = open("/dev/null", O_RDWR);
		sigset_t none;

		/* Dies with vgpu-lab, whatever ends that; and is not hit by the terminal's INT. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(LAB_STATUS_ERROR);
		setpgid(0, 0);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		dup2(null, 0);
		dup2(err[1], 1);
		dup2(err[1], 2);
		fd_inherit(agent);
		fd_inherit(model);
		fd_inherit(qmp);
		fd_inherit(console);
		if (preload)
			setenv("LD_PRELOAD", preload, 1);
		execvp(QEMU, a.v);
		fprintf(stderr, "cannot run " QEMU ": %s\n", strerror(errno));
		_exit(127);
	}
	close(agent);
	close(model);
	close(qmp);
	close(console);
	close(err[1]);
	for (i = 0; i < a.n; i++)
		free(a.v[i]);
	free(preload);
}

static bool vm_wait(struct vm *vm, int flags)
{
	struct rusage usage;

	if (!vm->pid)
		return true;
	if (wait4(vm->pid, &vm->wait_status, flags, &usage) != vm->pid)
		return false;
	vm->pid = 0;
	vm->peak_rss_bytes = (int64_t)usage.ru_maxrss * 1024;
	return true;
}

bool vm_reap(struct vm *vm)
{
	return vm_wait(vm, WNOHANG);
}

void vm_end(struct vm *vm)
{
	if (!vm->pid)
		return;
	kill(vm->pid, SIGKILL);
	vm_wait(vm, 0);
}

void vm_close(struct vm *vm)
{
	int *fd[] = { &vm->agent, &vm->model, &vm->qmp, &vm->console, &vm->errors };
	size_t i;

	for (i = 0; i < sizeof(fd) / sizeof(*fd); i++) {
		if (*fd[i] >= 0)
			close(*fd[i]);
		*fd[i] = -1;
	}
}
