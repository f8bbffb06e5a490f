/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgpu-lab: one hypervisor VM, one command in it. Parts of the program; nothing here is a library.
 *
 * Single-threaded: one poll loop owns everything. QEMU is a direct child with PR_SET_PDEATHSIG, so
 * it dies with this process however that ends; its channels are socket pairs: nothing has a name.
 */
#ifndef LAB_H
#define LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LAB_FOLDER		"/opt/openvgpu/lab/"	/* our files in the VM */
#define LAB_BOOT_MS_FILE	"/run/openvgpu-boot-ms"
#define LAB_MAX_LIST		64
#define LAB_STATUS_LOST		123	/* the emulator lost the VM while the command was running */
#define LAB_STATUS_TIMEOUT	124	/* the time limit ended the run */
#define LAB_STATUS_ERROR	125	/* the lab itself failed */

/* A growing byte queue. Zero-initialised is empty. */
struct buf {
	char *data;
	size_t len, cap;
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_drop(struct buf *b, size_t len);

/* What the command line asks for. Strings belong to argv. */
struct lab_opts {
	const char *dir;		/* build/lab */
	const char *device_opts;	/* appended to -device gpu-model, or NULL */
	const char *fail;		/* faults from the start, or NULL */
	const char *trace;		/* the GPU model's trace goes there, or NULL */
	const char *disk;		/* image of the writable layer, or NULL for tmpfs */
	const char *log;		/* console and QEMU messages go there, or NULL */
	const char *report;		/* JSON about the run, or NULL */
	const char *kernel;		/* kernel line other than the lab's own, or NULL */
	const char *script;		/* host file to run as the command, or NULL */
	const char *append;		/* more kernel arguments, or NULL */
	const char *put[LAB_MAX_LIST], *get[LAB_MAX_LIST], *env[LAB_MAX_LIST];
	const char *qemu_args[LAB_MAX_LIST];
	int puts, gets, envs, qemu_arg_count;
	int timeout_s, memory_mib, cpus;
	bool no_device, no_iommu, tap, tty, verbose;
	char **command;
};

/* Fills @o from the command line; one that is not understood ends the program with the usage. */
void opts_parse(struct lab_opts *o, int argc, char **argv);

/* Our ends of the channels to the VM, and the child. */
struct vm {
	pid_t pid;			/* QEMU, or 0 once reaped */
	int wait_status;		/* as waitpid tells it, after vm_reap */
	int agent, qmp, model, console, errors;
	int64_t peak_rss_bytes;		/* after vm_reap */
};

/*
 * Starts QEMU. Ends the program with a sentence if something it needs is missing. The descriptors
 * are non-blocking.
 */
void vm_start(struct vm *vm, const struct lab_opts *opts);
/* Ends QEMU (KILL) if it runs, and reaps it. */
void vm_end(struct vm *vm);
/* Reaps QEMU if it has ended; true if it is gone. */
bool vm_reap(struct vm *vm);
/* Closes our ends of the channels; after it, vm_start may be called again. */
void vm_close(struct vm *vm);

/* The QMP conversation and, on top of it, the requests of the "model" channel. */
void qmp_readable(struct vm *vm);
void model_readable(struct vm *vm);
/* Forgets the conversation: a new QEMU begins. */
void qmp_reset(void);
/* Why QEMU said that the VM ends, in its word; empty if it did not say. */
#define QMP_GUEST_RESET		"guest-reset"
const char *qmp_end_reason(void);
/* Has the model's trace written to its end, then QEMU leave. */
void qmp_trace_end(struct vm *vm);

/* The console: @opts says where it goes, too. Ends the program when its log cannot be written. */
void console_start(const struct lab_opts *opts);
/* Forgets what was kept: a new QEMU begins. */
void console_reset(void);
void console_add(const char *text, size_t len);
/* Reads what there is; at its end closes *@fd and makes it -1. */
void console_take(int *fd);
/* Its last lines to standard error: what one wants to see when a run broke. */
void console_show(void);
/* Has the emulator lost the VM? After its end. */
bool vm_lost(void);
/* What became of QEMU, in words. After its end. */
void vm_end_reason(const struct vm *vm, char *why, size_t size);

/* TAP: feed it the command's output; tap_verdict prints the summary and returns the exit status. */
void tap_feed(const char *data, size_t len);
int tap_verdict(int command_status);

/* Prints a sentence and leaves with LAB_STATUS_ERROR; QEMU dies with us. */
void __attribute__((noreturn, format(printf, 1, 2))) lab_die(const char *fmt, ...);
/* Monotonic milliseconds. */
int64_t now_ms(void);
/* Writes all of it; gives up silently when the reader is gone. */
void write_all(int fd, const void *data, size_t len);

#endif
