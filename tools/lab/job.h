/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watching the job a process belongs to, and ending what it started.
 *
 * "The job" is what started us: our parent, and every ancestor in our process group (make, the
 * shell that runs a recipe, a test script). When one of them dies, nobody waits for us any more.
 * PR_SET_PDEATHSIG alone does not do: it sees only the direct parent, and fires when the *thread*
 * that forked ends.
 */
#ifndef LAB_JOB_H
#define LAB_JOB_H

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Most ancestors that are watched. */
#define JOB_MAX	16

/* Pid file descriptors of the watched ancestors; each polls readable when that process is gone. */
struct job_watch {
	int fd[JOB_MAX];
	int count;
};

/* Reads the parent and the process group of @pid from /proc; returns 0, or -1 if it is gone. */
static inline int job_stat(pid_t pid, pid_t *ppid, pid_t *pgrp)
{
	char path[64], buf[1024];
	char *close_paren;
	int pp, pg, fd;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n <= 0)
		return -1;
	buf[n] = 0;
	/* The name may hold anything, so look for the last bracket. */
	close_paren = buf + n;
	while (close_paren > buf && *close_paren != ')')
		close_paren--;
	if (sscanf(close_paren, ") %*c %d %d", &pp, &pg) != 2)
		return -1;
	*ppid = pp;
	*pgrp = pg;
	return 0;
}

/* Opens the watch of the calling process. An ancestor that cannot be watched is left out. */
static inline void job_watch_init(struct job_watch *watch)
{
	pid_t pid = getppid(), mine = getpgrp();
	int depth;

	watch->count = 0;
	for (depth = 0; pid > 1 && watch->count < JOB_MAX; depth++) {
		pid_t ppid, pgrp;
		int fd;

		if (job_stat(pid, &ppid, &pgrp))
			break;
		if (depth > 0 && pgrp != mine)
			break;
		fd = (int)syscall(SYS_pidfd_open, pid, 0);
		if (fd >= 0) {
			fcntl(fd, F_SETFD, FD_CLOEXEC);
			watch->fd[watch->count++] = fd;
		}
		pid = ppid;
	}
}

/* True if @pid descends from @root. */
static inline int job_descends(pid_t pid, pid_t root)
{
	int depth;

	for (depth = 0; depth < 64 && pid > 1; depth++) {
		pid_t ppid, pgrp;

		if (job_stat(pid, &ppid, &pgrp))
			return 0;
		if (ppid == root)
			return 1;
		pid = ppid;
	}
	return 0;
}

/* Sends @sig to every descendant of @root; returns how many there were. */
static inline int job_signal_descendants(pid_t root, int sig)
{
	DIR *proc = opendir("/proc");
	struct dirent *de;
	int count = 0;

	if (!proc)
		return 0;
	while ((de = readdir(proc))) {
		pid_t pid = atoi(de->d_name);

		if (pid > 1 && pid != root && job_descends(pid, root)) {
			kill(pid, sig);
			count++;
		}
	}
	closedir(proc);
	return count;
}

#endif
