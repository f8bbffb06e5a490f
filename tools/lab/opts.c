// SPDX-License-Identifier: GPL-2.0-or-later
/* vgpu-lab's command line. */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab.h"

#define TIMEOUT_DEFAULT_S	300
#define SHELL_TIMEOUT_S		(24 * 3600)
#define MEMORY_DEFAULT_MIB	1536
#define CPUS_DEFAULT		2
/* A number that has a name, as a string. */
#define TEXT(number)		TEXT_OF(number)
#define TEXT_OF(number)		#number
/* Room for "/../lab-LINE". */
#define LAB_DIR_CHARS		32

static void __attribute__((noreturn)) usage(int status)
{
	fputs("usage: vgpu-lab run [options] [--] command [argument...]\n"
	      "       vgpu-lab shell [options]\n"
	      "Runs the command in a fresh hypervisor VM, streams its output, returns its exit\n"
	      "status (" TEXT(LAB_STATUS_LOST) ": the emulator lost the VM, " TEXT(LAB_STATUS_TIMEOUT)
	      ": time limit, " TEXT(LAB_STATUS_ERROR) ": the lab failed).\n"
	      "  --timeout SEC      time limit of the whole run (default 300; shell: a day)\n"
	      "  --tap              the output is TAP: any failure or a missing plan is non-zero\n"
	      "  --script FILE      run this host file; the command line holds its arguments\n"
	      "  --put SRC[:DST]    copy a host file into the VM first (default: " LAB_FOLDER ")\n"
	      "  --get SRC:DST      copy a file out of the VM after the command\n"
	      "  --env NAME=VALUE   environment of the command\n"
	      "  --disk FILE        keep the VM's writable layer in FILE, and shut down cleanly:\n"
	      "                     the next run with the same FILE is a reboot\n"
	      "  --fail NAMES       faults of the GPU model from the start\n"
	      "  --device-opts STR  more options of the GPU model's device\n"
	      "  --trace FILE       record the GPU model's register accesses and RPCs\n"
	      "  --no-device        no GPU in the VM\n"
	      "  --memory MIB, --cpus N, --append ARGS, --qemu-arg ARG (repeat)\n"
	      "  --log FILE         console and QEMU messages; --verbose: to standard error\n"
	      "  --report FILE      boot time, run time, peak memory as JSON\n"
	      "  --kernel LINE      the lab of another kernel line, 6.12 or 7 (make lab-stock-LINE)\n"
	      "  --no-iommu         a VM without an IOMMU\n"
	      "  --lab DIR          the built lab (default: beside this program, ../lab)\n"
	      "Environment: LAB_ACCEL=kvm uses the machine's KVM (default: tcg, needs none).\n",
	      status ? stderr : stdout);
	exit(status);
}

static int number(const char *s, const char *what, int min, int max)
{
	char *end;
	long v = strtol(s, &end, 10);

	if (*end || end == s || v < min || v > max)
		lab_die("%s: %s is not a number from %d to %d", what, s, min, max);
	return v;
}

static void list_add(const char **list, int *count, const char *value)
{
	if (*count >= LAB_MAX_LIST)
		lab_die("more than %d of one option", LAB_MAX_LIST);
	list[(*count)++] = value;
}

enum {
	OPT_TIMEOUT = 256, OPT_TAP, OPT_SCRIPT, OPT_PUT, OPT_GET, OPT_ENV, OPT_DISK, OPT_FAIL,
	OPT_DEVICE_OPTS, OPT_NO_DEVICE, OPT_MEMORY, OPT_CPUS, OPT_APPEND, OPT_QEMU_ARG, OPT_LOG,
	OPT_VERBOSE, OPT_REPORT, OPT_LAB, OPT_KERNEL, OPT_NO_IOMMU, OPT_TRACE,
	OPT_HELP
};

static const struct option long_options[] = {
	{ "timeout", 1, NULL, OPT_TIMEOUT },
	{ "tap", 0, NULL, OPT_TAP },
	{ "script", 1, NULL, OPT_SCRIPT },
	{ "put", 1, NULL, OPT_PUT },
	{ "get", 1, NULL, OPT_GET },
	{ "env", 1, NULL, OPT_ENV },
	{ "disk", 1, NULL, OPT_DISK },
	{ "fail", 1, NULL, OPT_FAIL },
	{ "device-opts", 1, NULL, OPT_DEVICE_OPTS },
	{ "no-device", 0, NULL, OPT_NO_DEVICE },
	{ "memory", 1, NULL, OPT_MEMORY },
	{ "cpus", 1, NULL, OPT_CPUS },
	{ "append", 1, NULL, OPT_APPEND },
	{ "qemu-arg", 1, NULL, OPT_QEMU_ARG },
	{ "log", 1, NULL, OPT_LOG },
	{ "verbose", 0, NULL, OPT_VERBOSE },
	{ "report", 1, NULL, OPT_REPORT },
	{ "lab", 1, NULL, OPT_LAB },
	{ "kernel", 1, NULL, OPT_KERNEL },
	{ "no-iommu", 0, NULL, OPT_NO_IOMMU },
	{ "trace", 1, NULL, OPT_TRACE },
	{ "help", 0, NULL, OPT_HELP },
	{ 0 }
};

static void option_take(struct lab_opts *o, int c)
{
	switch (c) {
	case OPT_TIMEOUT:
		o->timeout_s = number(optarg, "--timeout", 1, SHELL_TIMEOUT_S);
		break;
	case OPT_TAP:
		o->tap = true;
		break;
	case OPT_SCRIPT:
		o->script = optarg;
		break;
	case OPT_PUT:
		list_add(o->put, &o->puts, optarg);
		break;
	case OPT_GET:
		list_add(o->get, &o->gets, optarg);
		break;
	case OPT_ENV:
		list_add(o->env, &o->envs, optarg);
		break;
	case OPT_DISK:
		o->disk = optarg;
		break;
	case OPT_FAIL:
		o->fail = *optarg ? optarg : NULL;
		break;
	case OPT_DEVICE_OPTS:
		o->device_opts = *optarg ? optarg : NULL;
		break;
	case OPT_NO_DEVICE:
		o->no_device = true;
		break;
	case OPT_MEMORY:
		o->memory_mib = number(optarg, "--memory", 512, 65536);
		break;
	case OPT_CPUS:
		o->cpus = number(optarg, "--cpus", 1, 64);
		break;
	case OPT_APPEND:
		o->append = optarg;
		break;
	case OPT_QEMU_ARG:
		list_add(o->qemu_args, &o->qemu_arg_count, optarg);
		break;
	case OPT_LOG:
		o->log = optarg;
		break;
	case OPT_VERBOSE:
		o->verbose = true;
		break;
	case OPT_REPORT:
		o->report = optarg;
		break;
	case OPT_LAB:
		o->dir = optarg;
		break;
	case OPT_KERNEL:
		o->kernel = optarg;
		break;
	case OPT_TRACE:
		o->trace = *optarg ? optarg : NULL;
		break;
	case OPT_NO_IOMMU:
		o->no_iommu = true;
		break;
	case OPT_HELP:
		usage(0);
	default:
		usage(LAB_STATUS_ERROR);
	}
}

/* build/bin/vgpu-lab belongs to build/lab, or build/lab-LINE for another kernel line. */
static void lab_dir_find(struct lab_opts *o)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - LAB_DIR_CHARS);
	char *slash;

	if (o->dir || n <= 0)
		return;
	path[n] = 0;
	slash = strrchr(path, '/');
	snprintf(slash, LAB_DIR_CHARS, "/../lab%s%s", o->kernel ? "-" : "", o->kernel ?: "");
	o->dir = path;
}

void opts_parse(struct lab_opts *o, int argc, char **argv)
{
	static char *shell[] = { "/bin/bash", "-l", NULL };
	int c;

	*o = (struct lab_opts){
		.timeout_s = TIMEOUT_DEFAULT_S,
		.memory_mib = MEMORY_DEFAULT_MIB,
		.cpus = CPUS_DEFAULT,
	};
	if (argc < 2)
		usage(LAB_STATUS_ERROR);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))
		usage(0);
	o->tty = !strcmp(argv[1], "shell");
	if (o->tty)
		o->timeout_s = SHELL_TIMEOUT_S;
	else if (strcmp(argv[1], "run"))
		usage(LAB_STATUS_ERROR);
	argc--;
	argv++;
	while ((c = getopt_long(argc, argv, "+", long_options, NULL)) >= 0)
		option_take(o, c);
	if (o->tty) {
		o->command = shell;
	} else if (o->script) {
		/* One slot in front of the arguments for the script's path. */
		o->command = calloc(argc - optind + 2, sizeof(char *));
		if (!o->command)
			lab_die("out of memory");
		memcpy(o->command + 1, argv + optind, (argc - optind) * sizeof(char *));
	} else if (optind < argc) {
		o->command = argv + optind;
	} else {
		usage(LAB_STATUS_ERROR);
	}
	lab_dir_find(o);
}
