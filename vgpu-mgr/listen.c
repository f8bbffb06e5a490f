// SPDX-License-Identifier: GPL-2.0-or-later
/* The two sockets, who came through which, and how long each may take. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "daemon.h"

#define RUN_DIR "/run/vgpu-mgr"
#define BACKLOG 64
#define SOCKET_MODE 0660

struct listener {
	struct source source;
	const char *name, *group;
	bool control;
	int fd;
};

static void on_listener(struct source *s, uint32_t events);

static struct listener listeners[] = {
	{ { on_listener }, RUN_DIR "/control.sock", "vgpu", true, -1 },
	{ { on_listener }, RUN_DIR "/monitor.sock", "vgpu-monitor", false, -1 },
};

#define LISTENER_COUNT (sizeof(listeners) / sizeof(listeners[0]))

static struct client clients[MAX_CONNECTIONS];
static size_t client_count;

/* With all slots taken new clients wait in the backlog, at most REQUEST_SECONDS long. */
static void set_accepting(bool on)
{
	for (size_t i = 0; i < LISTENER_COUNT; i++) {
		struct epoll_event ev = { .events = on ? EPOLLIN : 0,
					  .data.ptr = &listeners[i].source };

		if (listeners[i].fd >= 0)
			epoll_ctl(daemon_state.epoll, EPOLL_CTL_MOD, listeners[i].fd, &ev);
	}
}

static struct client *free_slot(void)
{
	for (size_t i = 0; i < MAX_CONNECTIONS; i++)
		if (clients[i].fd < 0)
			return &clients[i];
	return NULL;
}

static void on_listener(struct source *s, uint32_t events)
{
	struct listener *l = (struct listener *)s;
	struct client *c = free_slot();
	socklen_t length;
	int fd;

	(void)events;
	if (!c)
		return;
	fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	length = sizeof(c->peer);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c->peer, &length)) {
		close(fd);
		return;
	}
	c->fd = fd;
	c->control = l->control;
	c->complete = false;
	c->deadline_ms = now_ms() + REQUEST_SECONDS * 1000;
	if (++client_count == MAX_CONNECTIONS)
		set_accepting(false);
	if (http_accept(c) && c->fd >= 0)
		client_closed(c);
}

/*
 * The group's number, -1 when there is none. Looked up in a process of its own: the name service's
 * modules would stay mapped here for good.
 */
static gid_t find_group(const char *name)
{
	struct group *group;
	gid_t gid = (gid_t)-1;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return gid;
	pid = fork();
	if (!pid) {
		group = getgrnam(name);
		if (group && write(fds[1], &group->gr_gid, sizeof(gid)) != sizeof(gid))
			_exit(1);
		_exit(0);
	}
	close(fds[1]);
	if (pid > 0 && read(fds[0], &gid, sizeof(gid)) != sizeof(gid))
		gid = (gid_t)-1;
	close(fds[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return gid;
}

static int open_socket(struct listener *l)
{
	autofree char *path = mgr_path(&daemon_state.mgr, "%s", l->name);
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	gid_t gid = find_group(l->group);

	if (strlen(path) >= sizeof(addr.sun_path)) {
		log_line(LOG_LEVEL_ERROR, "the socket's path %s is too long", path);
		return -1;
	}
	strcpy(addr.sun_path, path);
	unlink(path);
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* Nobody may connect before mode and group are right: umask 0777 does that. */
	umask(0777);
	if (l->fd < 0 || bind(l->fd, (struct sockaddr *)&addr, sizeof(addr))) {
		log_line(LOG_LEVEL_ERROR, "the socket %s cannot be made: %s", path, strerror(errno));
		umask(022);
		return -1;
	}
	umask(022);
	if (gid == (gid_t)-1)
		log_line(LOG_LEVEL_WARNING, "the group %s does not exist, only root can use %s",
			 l->group, path);
	if ((gid != (gid_t)-1 && lchown(path, 0, gid) && !daemon_state.mgr.root[0]) ||
	    chmod(path, SOCKET_MODE) || listen(l->fd, BACKLOG)) {
		log_line(LOG_LEVEL_ERROR, "the socket %s cannot be set up: %s", path, strerror(errno));
		return -1;
	}
	return source_add(l->fd, &l->source);
}

int listen_start(void)
{
	autofree char *dir = mgr_path(&daemon_state.mgr, RUN_DIR);

	for (size_t i = 0; i < MAX_CONNECTIONS; i++)
		clients[i].fd = -1;
	if (mkdir(dir, 0755) && errno != EEXIST) {
		log_line(LOG_LEVEL_ERROR, "%s cannot be made: %s", dir, strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < LISTENER_COUNT; i++)
		if (open_socket(&listeners[i]))
			return -1;
	return 0;
}

void listen_stop(void)
{
	for (size_t i = 0; i < LISTENER_COUNT; i++) {
		autofree char *path = mgr_path(&daemon_state.mgr, "%s", listeners[i].name);

		if (listeners[i].fd < 0)
			continue;
		source_drop(listeners[i].fd);
		close(listeners[i].fd);
		listeners[i].fd = -1;
		unlink(path);
	}
}

struct client *client_by_fd(int fd)
{
	for (size_t i = 0; i < MAX_CONNECTIONS; i++)
		if (clients[i].fd == fd)
			return &clients[i];
	return NULL;
}

void client_closed(struct client *c)
{
	c->fd = -1;
	if (client_count-- == MAX_CONNECTIONS)
		set_accepting(true);
}

uint64_t clients_expire(void)
{
	uint64_t now = now_ms(), next = UINT64_MAX;

	for (size_t i = 0; client_count && i < MAX_CONNECTIONS; i++) {
		struct client *c = &clients[i];

		if (c->fd < 0 || c->deadline_ms == UINT64_MAX)
			continue;
		if (c->deadline_ms <= now) {
			/* The HTTP library sees the end of the stream and closes. */
			shutdown(c->fd, SHUT_RDWR);
			c->deadline_ms = UINT64_MAX;
		} else if (c->deadline_ms - now < next) {
			next = c->deadline_ms - now;
		}
	}
	return next;
}
