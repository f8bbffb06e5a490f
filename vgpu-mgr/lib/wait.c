// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include "wait.h"

#define PAUSE_FIRST_MS 5
#define PAUSE_LAST_MS 200
#define UEVENT_GROUP_KERNEL 1

/* -1 where uevents cannot be had (a container, a fake tree): the pauses alone do then. */
static int uevent_open(const struct mgr *m)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = UEVENT_GROUP_KERNEL };
	int fd;

	if (m->root[0])
		return -1;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void uevent_drain(int fd)
{
	char buf[8192];

	while (fd >= 0 && recv(fd, buf, sizeof(buf), 0) > 0)
		;
}

int wait_until(const struct mgr *m, unsigned int seconds, wait_condition *condition, void *arg,
	       struct err *e)
{
	uint64_t deadline = now_ms() + seconds * 1000ull;
	unsigned int pause = PAUSE_FIRST_MS;
	autoclose int fd = -1;
	int ret = condition(m, arg, e);

	if (ret || !seconds)
		return ret;
	fd = uevent_open(m);
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		ret = condition(m, arg, e);
		if (ret || now_ms() >= deadline)
			return ret;
		if (poll(&p, 1, (int)pause) > 0)
			uevent_drain(fd);
		pause = pause * 2 > PAUSE_LAST_MS ? PAUSE_LAST_MS : pause * 2;
	}
}
