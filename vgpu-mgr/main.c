// SPDX-License-Identifier: GPL-2.0-or-later
/* vgpu-mgr: the daemon, and with --boot the one-shot that runs before libvirt. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <link.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

#include "daemon.h"
#include "lib/enable.h"

#define EXIT_USAGE 2
/* The parent needs little; without this each allocation of the HTTP library may keep its pages. */
#define MALLOC_ARENAS 1

struct daemon daemon_state = { .mgr = { .root = "" }, .epoll = -1 };

int source_add(int fd, struct source *s)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = s };

	return epoll_ctl(daemon_state.epoll, EPOLL_CTL_ADD, fd, &ev);
}

void source_drop(int fd)
{
	epoll_ctl(daemon_state.epoll, EPOLL_CTL_DEL, fd, NULL);
}

static int signal_fd = -1;

static void on_signal(struct source *s, uint32_t events)
{
	struct signalfd_siginfo info;

	(void)s;
	(void)events;
	if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (daemon_state.stopping) { /* asked twice: do not wait */
		log_line(LOG_LEVEL_WARNING, "stopping at once; a change that was under way is repaired "
			 "at the next start");
		_exit(1);
	}
	daemon_state.stopping = true;
	service_notify("STOPPING=1");
	listen_stop();
}

static struct source signal_source = { on_signal };

static int signals_start(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return signal_fd < 0 ? -1 : source_add(signal_fd, &signal_source);
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Give back what start-up needed and idling does not: of the libraries mostly their relocation
 * tables and the set-up of a TLS library that is never used. Only segments that no one can write,
 * so what is needed again comes back from the file.
 */
static int drop_segments(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size;
	(void)arg;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t from = (info->dlpi_addr + p->p_vaddr) & ~(page - 1);
		uintptr_t to = (info->dlpi_addr + p->p_vaddr + p->p_memsz) & ~(page - 1);

		if (p->p_type == PT_LOAD && !(p->p_flags & PF_W) && from < to)
			madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

static void trim_memory(void)
{
	static bool started;

	malloc_trim(0);
	if (!started)
		dl_iterate_phdr(drop_segments, NULL);
	started = true;
}

static void loop(void)
{
	uint64_t watchdog = service_watchdog_ms();
	uint64_t ping = watchdog ? now_ms() + watchdog : UINT64_MAX;
	struct epoll_event event;
	bool idle = false;

	while (!daemon_state.stopping || workers_changing()) {
		uint64_t now = now_ms(), timeout;
		int n;

		if (ping <= now) {
			service_notify("WATCHDOG=1");
			ping = now + watchdog;
		}
		timeout = smaller(clients_expire(), workers_expire());
		if (timeout == UINT64_MAX && !idle) {
			trim_memory();
			idle = true;
		} else if (timeout != UINT64_MAX) {
			idle = false;
		}
		timeout = smaller(timeout, http_timeout_ms());
		timeout = smaller(timeout, ping == UINT64_MAX ? UINT64_MAX : ping - now);
		/* One event at a time: a handler may free the source of another one. */
		n = epoll_wait(daemon_state.epoll, &event, 1,
			       timeout == UINT64_MAX ? -1 : (int)smaller(timeout + 1, INT32_MAX));
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0) {
			struct source *s = event.data.ptr;

			s->ready(s, event.events);
		}
		if (!n)
			http_run();
	}
}

static int serve(void)
{
	autofree char *dir = mgr_path(&daemon_state.mgr, "/run/vgpu-mgr");
	autofree char *path = str_printf("%s/daemon.lock", dir);
	int lock;

	mallopt(M_ARENA_MAX, MALLOC_ARENAS);
	mkdir(dir, 0755);
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB)) {
		log_line(LOG_LEVEL_ERROR, "%s: %s", path, lock < 0 ? strerror(errno) :
			 "another vgpu-mgr is running");
		return EXIT_FAILURE;
	}
	daemon_state.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (daemon_state.epoll < 0 || signals_start() || http_start() || listen_start())
		return EXIT_FAILURE;
	worker_submit(NULL, "", "", NULL, 0);
	service_notify("READY=1");
	log_line(LOG_LEVEL_INFO, "release %s is ready", OPENVGPU_VERSION);
	loop();
	_exit(EXIT_SUCCESS);
}

static void boot_report_line(const char *what, const struct err *e)
{
	if (e)
		log_line(LOG_LEVEL_ERROR, "%s: %s%s%s", what, e->sentence, e->hint[0] ? "; " : "",
			 e->hint);
	else
		log_line(LOG_LEVEL_INFO, "%s is back", what);
}

static int boot(void)
{
	struct err e = { 0 };
	autoclose int lock = host_lock(&daemon_state.mgr, &e);

	if (lock < 0) {
		boot_report_line("boot", &e);
		return EXIT_FAILURE;
	}
	return host_boot(&daemon_state.mgr, boot_report_line) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int usage(FILE *out, int status)
{
	fprintf(out, "usage: vgpu-mgr [--root DIR] [--boot]\n"
		"Serves /run/vgpu-mgr/control.sock and monitor.sock; see vgpu-mgr(8).\n"
		"  --boot      bring configured GPUs and their vGPUs back, then exit\n"
		"  --root DIR  use DIR/sys, DIR/etc, DIR/run and so on\n"
		"  --version   print the release and exit\n");
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "boot", no_argument, NULL, 'b' },
		{ "root", required_argument, NULL, 'r' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	bool boot_only = false;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'b':
			boot_only = true;
			break;
		case 'r':
			daemon_state.mgr.root = strcmp(optarg, "/") ? optarg : "";
			break;
		case 'v':
			printf("vgpu-mgr %s\n", OPENVGPU_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			return usage(stdout, EXIT_SUCCESS);
		default:
			return usage(stderr, EXIT_USAGE);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "vgpu-mgr: unexpected argument \"%s\"\n", argv[optind]);
		return usage(stderr, EXIT_USAGE);
	}
	return boot_only ? boot() : serve();
}
