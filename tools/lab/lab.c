// SPDX-License-Identifier: GPL-2.0-or-later
/* vgpu-lab: run a command, or a shell, in a fresh hypervisor VM. See opts.c and lab.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "job.h"
#include "lab.h"
#include "proto.h"

#define POWEROFF_MS		30000
#define STDIN_AHEAD		(256 * 1024)	/* most input queued towards the VM */
#define ALARM_MARGIN_S		30

enum state { BOOTING, PUTTING, RUNNING, GETTING, STOPPING, DONE };

static struct lab_opts opts;

static struct {
	struct vm vm;
	enum state state;
	struct buf in, out;		/* agent stream */
	int get_fd;
	int put_index, get_index;
	bool stdin_open, started_again;
	int status;			/* exit status of the command */
	int64_t start_ms, hello_ms, exec_ms, exit_ms, deadline_ms;
	struct termios saved;
	bool raw;
	char *script_path;		/* where the script lies in the VM */
} lab = { .get_fd = -1 };

int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len && fd >= 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EAGAIN) {
			struct pollfd pfd = { .fd = fd, .events = POLLOUT };

			poll(&pfd, 1, 1000);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		p += n;
		len -= n;
	}
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	if (b->len + len > b->cap) {
		b->cap = (b->len + len) * 2;
		b->data = realloc(b->data, b->cap);
		if (!b->data)
			lab_die("out of memory");
	}
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

void buf_drop(struct buf *b, size_t len)
{
	b->len -= len;
	memmove(b->data, b->data + len, b->len);
}

static void terminal_restore(void)
{
	if (lab.raw)
		tcsetattr(0, TCSANOW, &lab.saved);
	lab.raw = false;
}

static void terminal_raw(void)
{
	struct termios t;

	if (!isatty(0) || tcgetattr(0, &lab.saved))
		return;
	t = lab.saved;
	cfmakeraw(&t);
	tcsetattr(0, TCSANOW, &t);
	lab.raw = true;
}

void lab_die(const char *fmt, ...)
{
	va_list ap;

	terminal_restore();
	fputs("vgpu-lab: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	vm_end(&lab.vm);
	exit(LAB_STATUS_ERROR);
}

static void frame_queue(enum lab_frame type, const void *payload, uint32_t len)
{
	unsigned char h[LAB_FRAME_HEADER] = { type, len, len >> 8, len >> 16, len >> 24 };

	buf_add(&lab.out, h, sizeof(h));
	buf_add(&lab.out, payload, len);
}

static void exec_queue(char *const argv[], bool tty)
{
	struct buf args = { 0 };
	int i;

	for (i = 0; argv[i]; i++)
		buf_add(&args, argv[i], strlen(argv[i]) + 1);
	frame_queue(tty ? LAB_EXEC_TTY : LAB_EXEC, args.data, args.len);
	free(args.data);
}

static void winsize_queue(void)
{
	struct winsize ws;
	char text[32];

	if (ioctl(1, TIOCGWINSZ, &ws))
		return;
	frame_queue(LAB_WINSIZE, text, snprintf(text, sizeof(text), "%u %u", ws.ws_row, ws.ws_col));
}

/* Queues a whole host file for the path @dst in the VM (its name below the lab folder if NULL). */
static void put_queue(const char *src, const char *dst, mode_t more_mode)
{
	const char *base = strrchr(src, '/');
	char chunk[32768], head[PATH_MAX + 16];
	struct stat st;
	ssize_t n;
	int fd = open(src, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		lab_die("cannot read %s: %s", src, strerror(errno));
	base = base ? base + 1 : src;
	snprintf(head, sizeof(head), "%o %s%s", (st.st_mode | more_mode) & 0777,
		 dst ? "" : LAB_FOLDER, dst ?: base);
	frame_queue(LAB_PUT, head, strlen(head));
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		frame_queue(LAB_STDIN, chunk, n);
	frame_queue(LAB_STDIN, "", 0);
	close(fd);
}

static void command_start(void)
{
	int i;

	for (i = 0; i < opts.envs; i++)
		frame_queue(LAB_ENV, opts.env[i], strlen(opts.env[i]));
	if (opts.script)
		opts.command[0] = lab.script_path;
	exec_queue(opts.command, opts.tty);
	if (opts.tty) {
		winsize_queue();
		terminal_raw();
	}
	lab.state = RUNNING;
	lab.exec_ms = now_ms();
	lab.stdin_open = true;
}

/* The next file to send, or the command. */
static void put_next(void)
{
	if (lab.put_index < opts.puts) {
		char *src = strdup(opts.put[lab.put_index++]), *dst;

		dst = strchr(src, ':');
		if (dst)
			*dst++ = 0;
		put_queue(src, dst, 0);
		free(src);
	} else if (opts.script && !lab.script_path) {
		const char *base = strrchr(opts.script, '/');

		if (asprintf(&lab.script_path, LAB_FOLDER "%s", base ? base + 1 : opts.script) < 0)
			lab_die("out of memory");
		put_queue(opts.script, NULL, 0755);
	} else {
		command_start();
	}
}

/* Tells the VM how long it took from QEMU's start to the agent's first word, in milliseconds. */
static void boot_time_put(void)
{
	static const char head[] = "644 " LAB_BOOT_MS_FILE;
	char text[32];

	frame_queue(LAB_PUT, head, strlen(head));
	frame_queue(LAB_STDIN, text, snprintf(text, sizeof(text), "%lld\n",
					      (long long)(lab.hello_ms - lab.start_ms)));
	frame_queue(LAB_STDIN, "", 0);
}

static void stop(void)
{
	bool trace = opts.trace && !opts.no_device;

	if (!opts.disk && !trace) {
		lab.state = DONE;
		return;
	}
	lab.state = STOPPING;
	lab.deadline_ms = now_ms() + POWEROFF_MS;
	if (opts.disk)
		frame_queue(LAB_POWEROFF, "", 0);
	else
		qmp_trace_end(&lab.vm);
}

/* The next file to fetch after the command ended, or the end. */
static void get_next(void)
{
	char *argv[] = { "cat", NULL, NULL };
	char *src, *dst;

	if (lab.get_fd >= 0)
		close(lab.get_fd);
	lab.get_fd = -1;
	if (lab.get_index >= opts.gets) {
		stop();
		return;
	}
	src = strdup(opts.get[lab.get_index++]);
	dst = strchr(src, ':');
	if (!dst)
		lab_die("--get %s: SRC:DST is needed", src);
	*dst++ = 0;
	lab.get_fd = open(dst, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (lab.get_fd < 0)
		lab_die("cannot write %s: %s", dst, strerror(errno));
	argv[1] = src;
	exec_queue(argv, false);
	lab.state = GETTING;
	free(src);
}

static void frame_handle(char type, char *payload, uint32_t len)
{
	switch (type) {
	case LAB_HELLO:
		if (lab.state != BOOTING)
			break;
		lab.hello_ms = now_ms();
		lab.state = PUTTING;
		boot_time_put();
		break;
	case LAB_PUT_DONE:
		if (len)
			lab_die("a file could not be written in the VM: %s", payload);
		if (lab.state == PUTTING)
			put_next();
		break;
	case LAB_STDOUT:
		if (lab.state == GETTING) {
			write_all(lab.get_fd, payload, len);
			break;
		}
		write_all(1, payload, len);
		if (opts.tap)
			tap_feed(payload, len);
		break;
	case LAB_STDERR:
		write_all(2, payload, len);
		break;
	case LAB_EXIT:
		if (lab.state == GETTING && atoi(payload) && !lab.status)
			lab.status = LAB_STATUS_ERROR;
		if (lab.state == RUNNING) {
			lab.status = atoi(payload);
			lab.exit_ms = now_ms();
			lab.stdin_open = false;
			terminal_restore();
		}
		get_next();
		break;
	}
}

static void agent_readable(void)
{
	char chunk[65536];
	ssize_t n = read(lab.vm.agent, chunk, sizeof(chunk));

	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
			close(lab.vm.agent);
			lab.vm.agent = -1;
		}
		return;
	}
	buf_add(&lab.in, chunk, n);
	for (;;) {
		unsigned char *h = (unsigned char *)lab.in.data;
		static char payload[LAB_FRAME_MAX + 1];
		uint32_t len;

		if (lab.in.len < LAB_FRAME_HEADER)
			return;
		len = h[1] | h[2] << 8 | h[3] << 16 | (uint32_t)h[4] << 24;
		if (len > LAB_FRAME_MAX)
			lab_die("the agent in the VM sent a frame of %u bytes, more than %d", len,
				LAB_FRAME_MAX);
		if (lab.in.len < LAB_FRAME_HEADER + len)
			return;
		memcpy(payload, lab.in.data + LAB_FRAME_HEADER, len);
		payload[len] = 0;
		n = h[0];
		buf_drop(&lab.in, LAB_FRAME_HEADER + len);
		frame_handle(n, payload, len);
	}
}

static void agent_writable(void)
{
	ssize_t n = write(lab.vm.agent, lab.out.data, lab.out.len);

	if (n > 0)
		buf_drop(&lab.out, n);
}

static void stdin_readable(void)
{
	char chunk[16384];
	ssize_t n = read(0, chunk, sizeof(chunk));

	if (n < 0 && errno == EINTR)
		return;
	frame_queue(LAB_STDIN, chunk, n > 0 ? n : 0);
	if (n <= 0)
		lab.stdin_open = false;
}

static void signal_handle(int sig_fd)
{
	struct signalfd_siginfo si;

	while (read(sig_fd, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGCHLD)
			continue;
		if (si.ssi_signo == SIGWINCH) {
			if (opts.tty)
				winsize_queue();
			continue;
		}
		terminal_restore();
		vm_end(&lab.vm);
		fprintf(stderr, "vgpu-lab: ended by %s\n", strsignal(si.ssi_signo));
		exit(128 + si.ssi_signo);
	}
}

static void time_check(void)
{
	if (now_ms() < lab.deadline_ms)
		return;
	if (lab.state == STOPPING) {
		fputs("vgpu-lab: the VM did not shut down in time and was killed\n", stderr);
		lab.status = lab.status ?: LAB_STATUS_ERROR;
		lab.state = DONE;
		return;
	}
	terminal_restore();
	console_show();
	vm_end(&lab.vm);
	fprintf(stderr, "vgpu-lab: the time limit of %d s ended the run (%s)\n", opts.timeout_s,
		lab.state == BOOTING ? "the VM was still booting" :
		"the command was still running");
	exit(LAB_STATUS_TIMEOUT);
}

/* The time limit goes on. */
static void vm_start_again(void)
{
	fputs("vgpu-lab: the emulator lost the VM while it booted; once more\n", stderr);
	lab.started_again = true;
	vm_close(&lab.vm);
	qmp_reset();
	lab.in.len = lab.out.len = 0;
	console_reset();
	lab.start_ms = now_ms();
	vm_start(&lab.vm, &opts);
}

static void vm_gone(void)
{
	char why[160];

	if (lab.state == STOPPING) {
		lab.state = DONE;
		return;
	}
	if (lab.vm.errors >= 0)
		console_take(&lab.vm.errors);
	if (lab.vm.console >= 0)
		console_take(&lab.vm.console);
	/* Nothing that is to be run in the VM has run then. */
	if (lab.state == BOOTING && !lab.started_again && vm_lost()) {
		vm_start_again();
		return;
	}
	terminal_restore();
	console_show();
	vm_end_reason(&lab.vm, why, sizeof(why));
	if (lab.state != BOOTING && vm_lost()) {
		fprintf(stderr, "vgpu-lab: the emulator lost the hypervisor VM while the command was running: %s\n",
			why);
		exit(LAB_STATUS_LOST);
	}
	lab_die("the hypervisor VM ended by itself while %s: %s", lab.state == BOOTING ? "booting" :
		"the command was running", why);
}

static void loop(int sig_fd, const struct job_watch *watch)
{
	while (lab.state != DONE) {
		struct pollfd pfd[7 + JOB_MAX] = {
			{ .fd = sig_fd, .events = POLLIN },
			{ .fd = lab.vm.agent, .events = POLLIN | (lab.out.len ? POLLOUT : 0) },
			{ .fd = lab.vm.qmp, .events = POLLIN },
			{ .fd = lab.vm.model, .events = POLLIN },
			{ .fd = lab.vm.console, .events = POLLIN },
			{ .fd = lab.vm.errors, .events = POLLIN },
			{ .fd = lab.state == RUNNING && lab.stdin_open &&
				lab.out.len < STDIN_AHEAD ? 0 : -1, .events = POLLIN },
		};
		int i, n = 7;

		for (i = 0; i < watch->count; i++)
			pfd[n++] = (struct pollfd){ .fd = watch->fd[i], .events = POLLIN };
		if (poll(pfd, n, 500) < 0 && errno != EINTR)
			lab_die("poll: %s", strerror(errno));
		if (pfd[0].revents)
			signal_handle(sig_fd);
		for (i = 7; i < n; i++)
			if (pfd[i].revents)
				lab_die("the process that started this run is gone");
		if (pfd[1].revents & (POLLIN | POLLHUP))
			agent_readable();
		if (lab.vm.agent >= 0 && (pfd[1].revents & POLLOUT))
			agent_writable();
		if (pfd[2].revents)
			qmp_readable(&lab.vm);
		if (pfd[3].revents)
			model_readable(&lab.vm);
		if (pfd[4].revents)
			console_take(&lab.vm.console);
		if (pfd[5].revents)
			console_take(&lab.vm.errors);
		if (pfd[6].revents)
			stdin_readable();
		if (lab.state != DONE && vm_reap(&lab.vm))
			vm_gone();
		if (lab.state != DONE)
			time_check();
	}
}

static void report_write(void)
{
	FILE *f;

	if (opts.verbose)
		fprintf(stderr,
			"vgpu-lab: agent after %.1f s, command %.1f s, QEMU peak %lld MiB\n",
			(lab.hello_ms - lab.start_ms) / 1000.0,
			(lab.exit_ms - lab.exec_ms) / 1000.0,
			(long long)(lab.vm.peak_rss_bytes >> 20));
	if (!opts.report)
		return;
	f = fopen(opts.report, "we");
	if (!f)
		lab_die("cannot write %s: %s", opts.report, strerror(errno));
	fprintf(f, "{\"boot_ms\":%lld,\"command_ms\":%lld,\"qemu_peak_rss_bytes\":%lld,"
		"\"status\":%d}\n",
		(long long)(lab.hello_ms - lab.start_ms), (long long)(lab.exit_ms - lab.exec_ms),
		(long long)lab.vm.peak_rss_bytes, lab.status);
	fclose(f);
}

int main(int argc, char **argv)
{
	struct job_watch watch;
	sigset_t set;
	int sig_fd;

	opts_parse(&opts, argc, argv);
	console_start(&opts);
	job_watch_init(&watch);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	sig_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	/* Should this process hang writing to a stuck reader: SIGALRM ends it, and QEMU with it. */
	alarm(opts.timeout_s + ALARM_MARGIN_S + POWEROFF_MS / 1000);
	lab.start_ms = now_ms();
	lab.deadline_ms = lab.start_ms + (int64_t)opts.timeout_s * 1000;

	vm_start(&lab.vm, &opts);
	loop(sig_fd, &watch);
	vm_end(&lab.vm);
	report_write();
	return opts.tap ? tap_verdict(lab.status) : lab.status;
}
