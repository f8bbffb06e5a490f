// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab-guard: run a command so that nothing of it is left behind.
 *
 *	lab-guard --scratch DIR -- command...
 *
 * Makes DIR/.tmp.<pid>, exports it as LAB_TMP (and LAB_GUARDED=<pid of the command>), runs the
 * command and removes the folder. INT, TERM and HUP, and the death of any process of the job that
 * the guard belongs to (the ancestors in its process group, and its direct parent), end the command
 * and everything it started: TERM first, KILL after a grace time. The guard is a child subreaper,
 * so a daemonised descendant is found as well. Folders of guards that were themselves killed are
 * removed by the next guard: each holds a lock on its folder.
 *
 * Exit status: the command's, 128 + signal if a signal ended it, 125 for an error of the guard.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "job.h"

#define GUARD_ERROR	125
#define GRACE_MS	8000
#define KILL_POLL_MS	50

static char scratch_path[4096];
static int scratch_fd = -1;

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	va_list ap;

	fputs("lab-guard: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(GUARD_ERROR);
}

/* Runs argv to its end; returns its wait status or -1. */
static int run_wait(char *const argv[])
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -1;
	if (!pid) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

/* Removes a tree; one with files of sub-uids (user namespace builds) needs the same namespace. */
static void tree_remove(const char *path)
{
	char *const rm[] = { "rm", "-rf", "--", (char *)path, NULL };
	char *const rm_ns[] = { "mmdebstrap", "--unshare-helper", "rm", "-rf", "--",
				(char *)path, NULL };
	struct stat st;

	run_wait(rm);
	if (!stat(path, &st) && geteuid()) {
		run_wait(rm_ns);
		run_wait(rm);
	}
}

/*
 * Removes a scratch folder, and the folder elsewhere that the command has noted in its file
 * "remove-too" (a build in a user namespace needs one outside of a closed home).
 */
static void scratch_remove(const char *path)
{
	char note[4200], other[4096];
	FILE *f;

	snprintf(note, sizeof(note), "%s/remove-too", path);
	f = fopen(note, "re");
	if (f) {
		if (fgets(other, sizeof(other), f) && other[0] == '/') {
			other[strcspn(other, "\n")] = 0;
			tree_remove(other);
		}
		fclose(f);
	}
	tree_remove(path);
}

static void scratch_sweep(const char *dir)
{
	struct dirent *de;
	DIR *d = opendir(dir);

	if (!d)
		return;
	while ((de = readdir(d))) {
		char path[4096];
		int fd;

		if (strncmp(de->d_name, ".tmp.", 5))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, de->d_name);
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!flock(fd, LOCK_EX | LOCK_NB))
			scratch_remove(path);
		close(fd);
	}
	closedir(d);
}

static void scratch_make(const char *dir)
{
	scratch_sweep(dir);
	snprintf(scratch_path, sizeof(scratch_path), "%s/.tmp.%d", dir, (int)getpid());
	if (mkdir(scratch_path, 0755))
		die("cannot make the scratch folder %s: %s", scratch_path, strerror(errno));
	scratch_fd = open(scratch_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (scratch_fd < 0 || flock(scratch_fd, LOCK_EX | LOCK_NB))
		die("cannot lock the scratch folder %s: %s", scratch_path, strerror(errno));
}

static void sleep_ms(long ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

/* Ends every descendant; *status gets the command's wait status if it is reaped here. */
static void descendants_end(pid_t command, int *status)
{
	long waited_ms = 0;

	job_signal_descendants(getpid(), SIGTERM);
	for (;;) {
		int st;
		pid_t pid = waitpid(-1, &st, WNOHANG);

		if (pid > 0) {
			if (pid == command)
				*status = st;
			continue;
		}
		if (pid < 0 && errno == ECHILD)
			return;
		sleep_ms(KILL_POLL_MS);
		waited_ms += KILL_POLL_MS;
		if (waited_ms >= GRACE_MS)
			job_signal_descendants(getpid(), SIGKILL);
	}
}

static pid_t command_start(char **argv)
{
	pid_t guard = getpid(), pid = fork();

	if (pid < 0)
		die("cannot fork: %s", strerror(errno));
	if (!pid) {
		char self[16];
		sigset_t none;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != guard)
			_exit(GUARD_ERROR);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		snprintf(self, sizeof(self), "%d", (int)getpid());
		setenv("LAB_GUARDED", self, 1);
		setenv("LAB_TMP", scratch_path, 1);
		execvp(argv[0], argv);
		fprintf(stderr, "lab-guard: cannot run %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	return pid;
}

int main(int argc, char **argv)
{
	struct job_watch watch;
	struct pollfd pfd[JOB_MAX + 1];
	int sig_fd, status = 0, by_signal = 0;
	bool ended = false;
	sigset_t set;
	pid_t command;

	if (argc < 5 || strcmp(argv[1], "--scratch") || strcmp(argv[3], "--"))
		die("usage: lab-guard --scratch DIR -- command...");

	job_watch_init(&watch);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sig_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	scratch_make(argv[2]);
	command = command_start(&argv[4]);

	while (!ended && !by_signal) {
		struct signalfd_siginfo si;
		int i, n = 1, st;
		pid_t pid;

		pfd[0] = (struct pollfd){ .fd = sig_fd, .events = POLLIN };
		for (i = 0; i < watch.count; i++)
			pfd[n++] = (struct pollfd){ .fd = watch.fd[i], .events = POLLIN };
		if (poll(pfd, n, -1) < 0 && errno != EINTR)
			break;
		for (i = 1; i < n; i++)
			if (pfd[i].revents)
				by_signal = SIGTERM;
		while (read(sig_fd, &si, sizeof(si)) == sizeof(si))
			if (si.ssi_signo != SIGCHLD)
				by_signal = si.ssi_signo;
		while ((pid = waitpid(-1, &st, WNOHANG)) > 0)
			if (pid == command) {
				status = st;
				ended = true;
			}
	}
	descendants_end(command, &status);
	scratch_remove(scratch_path);
	if (by_signal)
		return 128 + by_signal;
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}
