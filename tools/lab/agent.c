// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab-agent: runs in the hypervisor VM, speaks proto.h on the virtio-serial port that is named
 * there, runs one command after the other. Statically linked, so that it does not care for the
 * image's libc.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto.h"

#define ENV_MAX		64
#define ARG_MAX_COUNT	256
#define DRAIN_MS	200
#define LAB_PATH \
	"/opt/openvgpu/lab:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static struct {
	int port;		/* the virtio-serial port */
	int sig_fd;
	pid_t pid;		/* the running command, or 0 */
	bool reaped;
	int status;		/* its wait status once reaped */
	int in, out, err;	/* pipes (or the terminal) to it, or -1 */
	bool tty;
	int put_fd;		/* the file that is being received, or -1 */
	char put_path[512];
	char *env[ENV_MAX];
	int env_count;
} agent = { .in = -1, .out = -1, .err = -1, .put_fd = -1 };

static void write_all(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		p += n;
		len -= n;
	}
}

static void frame_send(enum lab_frame type, const void *payload, uint32_t len)
{
	static unsigned char frame[LAB_FRAME_HEADER + LAB_FRAME_MAX];

	frame[0] = type;
	frame[1] = len;
	frame[2] = len >> 8;
	frame[3] = len >> 16;
	frame[4] = len >> 24;
	memcpy(frame + LAB_FRAME_HEADER, payload, len);
	write_all(agent.port, frame, LAB_FRAME_HEADER + len);
}

static void text_send(enum lab_frame type, const char *text)
{
	frame_send(type, text, strlen(text));
}

static int port_open(void)
{
	DIR *dir = opendir("/sys/class/virtio-ports");
	struct dirent *de;
	int fd = -1;

	if (!dir)
		return -1;
	while (fd < 0 && (de = readdir(dir))) {
		char path[512], name[64] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", de->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fgets(name, sizeof(name), f) && !strcmp(strtok(name, "\n"), LAB_PORT_AGENT)) {
			snprintf(path, sizeof(path), "/dev/%s", de->d_name);
			fd = open(path, O_RDWR | O_CLOEXEC);
		}
		fclose(f);
	}
	closedir(dir);
	return fd;
}

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void __attribute__((noreturn)) command_exec(char **argv)
{
	sigset_t none;
	int i;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	for (i = 0; i < agent.env_count; i++)
		putenv(agent.env[i]);
	if (chdir("/opt/openvgpu/lab"))
		if (chdir("/"))
			_exit(126);
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static void command_start(char **argv, bool tty)
{
	int in[2], out[2], err[2];

	agent.tty = tty;
	agent.reaped = false;
	if (tty) {
		int master;

		agent.pid = forkpty(&master, NULL, NULL, NULL);
		if (!agent.pid)
			command_exec(argv);
		fcntl(master, F_SETFD, FD_CLOEXEC);
		agent.in = fcntl(master, F_DUPFD_CLOEXEC, 0);
		agent.out = master;
		return;
	}
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		exit(1);
	agent.pid = fork();
	if (!agent.pid) {
		setsid();
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		command_exec(argv);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	agent.in = in[1];
	agent.out = out[0];
	agent.err = err[0];
}

/* Forwards what is readable now; false at the end of the stream. */
static bool output_forward(int *fd, enum lab_frame type)
{
	static char buf[16384];
	ssize_t n = read(*fd, buf, sizeof(buf));

	if (n > 0) {
		frame_send(type, buf, n);
		return true;
	}
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	fd_close(fd);
	return false;
}

/* After the command ended: what is still in its pipes. A daemon it left may hold them open. */
static void output_drain(void)
{
	for (;;) {
		struct pollfd pfd[2] = {
			{ .fd = agent.out, .events = POLLIN },
			{ .fd = agent.err, .events = POLLIN },
		};

		if (poll(pfd, 2, agent.tty ? DRAIN_MS : 0) <= 0)
			break;
		if (pfd[0].revents)
			output_forward(&agent.out, LAB_STDOUT);
		if (pfd[1].revents)
			output_forward(&agent.err, LAB_STDERR);
		if (agent.out < 0 && agent.err < 0)
			break;
	}
}

static void command_finish(void)
{
	char text[16];
	int i;

	output_drain();
	fd_close(&agent.in);
	fd_close(&agent.out);
	fd_close(&agent.err);
	for (i = 0; i < agent.env_count; i++)
		free(agent.env[i]);
	agent.env_count = 0;
	agent.pid = 0;
	snprintf(text, sizeof(text), "%d", WIFSIGNALED(agent.status) ?
		 128 + WTERMSIG(agent.status) : WEXITSTATUS(agent.status));
	text_send(LAB_EXIT, text);
}

static void exec_frame(char *payload, uint32_t len, bool tty)
{
	char *argv[ARG_MAX_COUNT + 1];
	char *p = payload;
	int argc = 0;

	while (p < payload + len && argc < ARG_MAX_COUNT) {
		argv[argc++] = p;
		p += strlen(p) + 1;
	}
	argv[argc] = NULL;
	if (argc && !agent.pid)
		command_start(argv, tty);
}

static void put_start(const char *payload)
{
	char *end;
	long mode = strtol(payload, &end, 8);
	char why[600];

	snprintf(agent.put_path, sizeof(agent.put_path), "%s", *end ? end + 1 : "");
	unlink(agent.put_path);
	agent.put_fd = open(agent.put_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 07777);
	if (agent.put_fd < 0) {
		snprintf(why, sizeof(why), "%s: %s", agent.put_path, strerror(errno));
		text_send(LAB_PUT_DONE, why);
	}
}

static void stdin_frame(const char *payload, uint32_t len)
{
	if (agent.put_fd >= 0) {
		if (len) {
			write_all(agent.put_fd, payload, len);
		} else {
			fd_close(&agent.put_fd);
			text_send(LAB_PUT_DONE, "");
		}
		return;
	}
	if (agent.in < 0)
		return;
	if (len)
		write_all(agent.in, payload, len);
	else if (agent.tty)
		write_all(agent.in, "\4", 1);
	else
		fd_close(&agent.in);
}

static void frame_handle(char type, char *payload, uint32_t len)
{
	struct winsize ws = { 0 };

	switch (type) {
	case LAB_ENV:
		if (agent.env_count < ENV_MAX)
			agent.env[agent.env_count++] = strdup(payload);
		break;
	case LAB_EXEC:
	case LAB_EXEC_TTY:
		exec_frame(payload, len, type == LAB_EXEC_TTY);
		break;
	case LAB_STDIN:
		stdin_frame(payload, len);
		break;
	case LAB_WINSIZE:
		if (agent.tty && agent.out >= 0 &&
		    sscanf(payload, "%hu %hu", &ws.ws_row, &ws.ws_col) == 2)
			ioctl(agent.out, TIOCSWINSZ, &ws);
		break;
	case LAB_SIGNAL:
		if (agent.pid)
			kill(-agent.pid, atoi(payload));
		break;
	case LAB_PUT:
		put_start(payload);
		break;
	case LAB_POWEROFF:
		sync();
		if (system("systemctl poweroff --no-wall"))
			if (system("systemctl --force poweroff"))
				sync();
		break;
	}
}

/* Reads exactly @len bytes; the port is blocking and only read when it has something. */
static bool read_all(int fd, void *buf, size_t len)
{
	char *p = buf;

	while (len) {
		ssize_t n = read(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

static void port_readable(void)
{
	static char payload[LAB_FRAME_MAX + 1];
	unsigned char h[LAB_FRAME_HEADER];
	uint32_t len;

	if (!read_all(agent.port, h, sizeof(h)))
		exit(0);
	len = h[1] | h[2] << 8 | h[3] << 16 | (uint32_t)h[4] << 24;
	if (len > LAB_FRAME_MAX || !read_all(agent.port, payload, len))
		exit(1);
	payload[len] = 0;
	frame_handle(h[0], payload, len);
}

static void children_reap(void)
{
	struct signalfd_siginfo si;
	pid_t pid;
	int st;

	while (read(agent.sig_fd, &si, sizeof(si)) == sizeof(si))
		continue;
	while ((pid = waitpid(-1, &st, WNOHANG)) > 0) {
		if (pid == agent.pid) {
			agent.status = st;
			agent.reaped = true;
		}
	}
}

static void hello_send(void)
{
	char text[32];
	double up = 0;
	FILE *f = fopen("/proc/uptime", "re");

	if (f) {
		if (fscanf(f, "%lf", &up) != 1)
			up = 0;
		fclose(f);
	}
	snprintf(text, sizeof(text), "%.0f", up * 1000);
	text_send(LAB_HELLO, text);
}

int main(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	agent.sig_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	agent.port = port_open();
	if (agent.port < 0) {
		fprintf(stderr, "lab-agent: no virtio-serial port named %s\n", LAB_PORT_AGENT);
		return 1;
	}
	setenv("HOME", "/root", 1);
	setenv("PATH", LAB_PATH, 1);
	hello_send();
	for (;;) {
		struct pollfd pfd[] = {
			{ .fd = agent.port, .events = POLLIN },
			{ .fd = agent.sig_fd, .events = POLLIN },
			{ .fd = agent.out, .events = POLLIN },
			{ .fd = agent.err, .events = POLLIN },
		};

		if (poll(pfd, 4, -1) < 0)
			continue;
		if (pfd[2].revents)
			output_forward(&agent.out, LAB_STDOUT);
		if (pfd[3].revents)
			output_forward(&agent.err, LAB_STDERR);
		if (pfd[0].revents & POLLIN)
			port_readable();
		else if (pfd[0].revents & (POLLHUP | POLLERR))
			return 0;
		if (pfd[1].revents)
			children_reap();
		if (agent.pid && agent.reaped)
			command_finish();
	}
}
