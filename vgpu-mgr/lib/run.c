// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "run.h"
#include "util.h"

#define STATUS_NOT_FOUND 127
#define STATUS_SIGNAL_BASE 128

struct pipes {
	int in[2], out[2], err[2];
};

static void pipes_close(struct pipes *p)
{
	int *fds = (int *)p;

	for (size_t i = 0; i < sizeof(*p) / sizeof(int); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int pipes_open(struct pipes *p)
{
	memset(p, 0xff, sizeof(*p));
	return pipe2(p->in, O_CLOEXEC) || pipe2(p->out, O_CLOEXEC) || pipe2(p->err, O_CLOEXEC);
}

static void __attribute__((noreturn)) child(char *const argv[], const struct pipes *p)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(p->in[0], 0) >= 0 && dup2(p->out[1], 1) >= 0 && dup2(p->err[1], 2) >= 0)
		execvp(argv[0], argv);
	_exit(STATUS_NOT_FOUND);
}

struct sink {
	char *text;
	size_t used;
};

/* Returns false at end of file. What does not fit is read and dropped. */
static bool sink_read(struct sink *s, int fd)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	if (!n)
		return false;
	if ((size_t)n > RUN_OUTPUT_BYTES - s->used)
		n = (ssize_t)(RUN_OUTPUT_BYTES - s->used);
	memcpy(s->text + s->used, buf, (size_t)n);
	s->used += (size_t)n;
	s->text[s->used] = '\0';
	return true;
}

/* Feed and drain until both outputs are closed. Returns -1 when the time is over. */
static int pump(struct pipes *p, const char *input, struct sink *out, struct sink *err,
		uint64_t deadline)
{
	size_t left = input ? strlen(input) : 0;
	bool out_open = true, err_open = true;

	fcntl(p->in[1], F_SETFL, O_NONBLOCK);
	while (out_open || err_open) {
		uint64_t now = now_ms();
		struct pollfd fds[3] = {
			{ .fd = out_open ? p->out[0] : -1, .events = POLLIN },
			{ .fd = err_open ? p->err[0] : -1, .events = POLLIN },
			{ .fd = p->in[1], .events = POLLOUT },
		};

		if (p->in[1] >= 0 && !left) {
			close(p->in[1]);
			p->in[1] = fds[2].fd = -1;
		}
		if (now >= deadline)
			return -1;
		if (poll(fds, 3, (int)(deadline - now)) <= 0)
			continue;
		if (fds[2].revents) {
			ssize_t n = write(p->in[1], input, left);

			if (n < 0 && errno != EAGAIN && errno != EINTR)
				left = 0; /* it does not read its input: fine */
			if (n > 0) {
				input += n;
				left -= (size_t)n;
			}
		}
		if (fds[0].revents)
			out_open = sink_read(out, p->out[0]);
		if (fds[1].revents)
			err_open = sink_read(err, p->err[0]);
	}
	return 0;
}

/* The outputs are closed, so the program is about to end; give it the rest of the time. */
static int reap(pid_t pid, uint64_t deadline, int *status)
{
	for (;;) {
		pid_t got = waitpid(pid, status, WNOHANG);

		if (got == pid)
			return 0;
		if (got < 0 && errno != EINTR)
			return -1;
		if (now_ms() >= deadline)
			return -1;
		poll(NULL, 0, 2);
	}
}

int run_program(char *const argv[], const char *input, unsigned int seconds, struct run_result *r,
		struct err *e)
{
	uint64_t deadline = now_ms() + seconds * 1000ull;
	struct sink out = { .text = calloc(1, RUN_OUTPUT_BYTES + 1) };
	struct sink err = { .text = calloc(1, RUN_OUTPUT_BYTES + 1) };
	void (*old_pipe)(int) = signal(SIGPIPE, SIG_IGN);
	struct pipes p;
	int status = 0, ret = -1;
	pid_t pid;

	*r = (struct run_result){ .out = out.text, .err = err.text };
	if (pipes_open(&p) || !out.text || !err.text) {
		err_errno(e, errno, NULL, "cannot run %s", argv[0]);
		goto out;
	}
	pid = fork();
	if (pid < 0) {
		err_errno(e, errno, NULL, "cannot run %s", argv[0]);
		goto out;
	}
	if (!pid)
		child(argv, &p);
	close(p.in[0]);
	close(p.out[1]);
	close(p.err[1]);
	p.in[0] = p.out[1] = p.err[1] = -1;
	if (pump(&p, input, &out, &err, deadline) || reap(pid, deadline, &status)) {
		kill(-pid, SIGKILL);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		err_set(e, ERR_TIMEOUT, NULL, "%s %s did not end within %u seconds and was stopped",
			argv[0], argv[1] ? argv[1] : "", seconds);
		goto out;
	}
	r->status = WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNAL_BASE + WTERMSIG(status);
	if (r->status == STATUS_NOT_FOUND && !out.used && !err.used)
		err_set(e, ERR_NOT_FOUND, NULL, "the program %s is not installed", argv[0]);
	else
		ret = 0;
out:
	pipes_close(&p);
	signal(SIGPIPE, old_pipe);
	return ret;
}

void run_free(struct run_result *r)
{
	free(r->out);
	free(r->err);
	r->out = r->err = NULL;
}
