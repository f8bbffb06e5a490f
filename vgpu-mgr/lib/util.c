// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "util.h"

#define SYSFS_ATTRIBUTE_BYTES 4096

static char *vprint(const char *prefix, const char *fmt, va_list ap)
{
	char *text, *whole;

	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	if (!prefix[0])
		return text;
	if (asprintf(&whole, "%s%s", prefix, text) < 0)
		abort();
	free(text);
	return whole;
}

char *str_printf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = vprint("", fmt, ap);
	va_end(ap);
	return s;
}

char *mgr_path(const struct mgr *m, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = vprint(m->root, fmt, ap);
	va_end(ap);
	return s;
}

char *file_read(const char *path, size_t limit)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	autofree char *buf = NULL;
	size_t used = 0;
	char *out;

	if (fd < 0)
		return NULL;
	buf = malloc(limit + 2);
	if (!buf)
		return NULL;
	for (;;) {
		ssize_t n = read(fd, buf + used, limit + 1 - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return NULL;
		if (!n)
			break;
		used += (size_t)n;
		if (used > limit) {
			errno = EFBIG;
			return NULL;
		}
	}
	while (used && buf[used - 1] == '\n')
		used--;
	buf[used] = '\0';
	out = buf;
	buf = NULL;
	return out;
}

int file_read_line(const char *path, char *buf, size_t size)
{
	autofree char *text = file_read(path, SYSFS_ATTRIBUTE_BYTES);

	buf[0] = '\0';
	if (!text)
		return -1;
	text_clean(text);
	snprintf(buf, size, "%s", text);
	return 0;
}

int file_read_u64(const char *path, uint64_t *value)
{
	char buf[32], *end;

	if (file_read_line(path, buf, sizeof(buf)) || !isdigit((unsigned char)buf[0]))
		return -1;
	errno = 0;
	*value = strtoull(buf, &end, 0);
	return errno || *end ? -1 : 0;
}

int file_write(const char *path, const char *text)
{
	autoclose int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return -1;
	do {
		n = write(fd, text, strlen(text));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	if ((size_t)n != strlen(text)) {
		errno = EIO;
		return -1;
	}
	return 0;
}

static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return str_printf("%.*s", slash > path ? (int)(slash - path) : 1, path);
}

/* Directory entries are durable only once the directory itself is synced. */
static int sync_directory(const char *path)
{
	autofree char *dir = parent_of(path);
	autoclose int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -1 : fsync(fd);
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		left -= (size_t)n;
	}
	return 0;
}

int file_replace(const char *path, const char *text, unsigned int mode)
{
	autofree char *temporary = str_printf("%s.new", path);
	autofree char *dir = parent_of(path);
	autoclose int fd = -1;
	int saved;

	if (mkdir(dir, 0755) && errno != EEXIST)
		return -1;
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return -1;
	if (write_all(fd, text) || fsync(fd) || rename(temporary, path)) {
		saved = errno;
		unlink(temporary);
		errno = saved;
		return -1;
	}
	return sync_directory(path);
}

int file_remove(const char *path)
{
	if (unlink(path))
		return errno == ENOENT ? 0 : -1;
	return sync_directory(path);
}

bool path_exists(const char *path)
{
	struct stat st;

	/* Not access(): for device nodes that asks the device cgroup, which our unit closes. */
	return !stat(path, &st);
}

int link_name(const char *path, char *buf, size_t size)
{
	char target[4096];
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	const char *slash;

	buf[0] = '\0';
	if (n < 0)
		return -1;
	target[n] = '\0';
	slash = strrchr(target, '/');
	snprintf(buf, size, "%s", slash ? slash + 1 : target);
	return 0;
}

static int not_hidden(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

void dir_list(const char *path, struct name_list *list)
{
	struct dirent **entries;
	int n = scandir(path, &entries, not_hidden, versionsort);

	list->names = NULL;
	list->count = 0;
	if (n < 0)
		return;
	list->names = calloc((size_t)n + 1, sizeof(*list->names));
	for (int i = 0; i < n; i++) {
		if (list->names)
			list->names[list->count++] = str_printf("%s", entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

void name_list_free(struct name_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	free(list->names);
	list->names = NULL;
	list->count = 0;
}

bool bdf_parse(const char *text, char out[BDF_BYTES])
{
	static const char shape[] = "xxxx:xx:xx.x";
	char full[BDF_BYTES];
	size_t length = strlen(text);

	if (length == sizeof(shape) - 1 - strlen("0000:"))
		snprintf(full, sizeof(full), "0000:%s", text);
	else if (length == sizeof(shape) - 1)
		memcpy(full, text, length + 1);
	else
		return false;
	for (size_t i = 0; shape[i]; i++) {
		full[i] = (char)tolower((unsigned char)full[i]);
		if (shape[i] == 'x' ? !isxdigit((unsigned char)full[i]) : full[i] != shape[i])
			return false;
	}
	/* device is 5 bits, function 3 */
	if (full[8] > '1' || full[11] > '7')
		return false;
	memcpy(out, full, BDF_BYTES);
	return true;
}

bool uuid_parse(const char *text, char out[UUID_BYTES])
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	bool nil = true;
	char buf[UUID_BYTES];

	if (strlen(text) != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < sizeof(shape); i++) {
		buf[i] = (char)tolower((unsigned char)text[i]);
		if (shape[i] == 'x' ? !isxdigit((unsigned char)buf[i]) : buf[i] != shape[i])
			return false;
		if (shape[i] == 'x' && buf[i] != '0')
			nil = false;
	}
	if (nil)
		return false;
	memcpy(out, buf, UUID_BYTES);
	return true;
}

void uuid_make(char out[UUID_BYTES])
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		abort();
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* version 4: random */
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80); /* variant of RFC 4122 */
	snprintf(out, UUID_BYTES,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		 b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		 b[15]);
}

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void text_clean(char *text)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = ' ';
		else if ((unsigned char)text[i] > 0x7f)
			text[i] = '?';
	while (length && text[length - 1] == ' ')
		text[--length] = '\0';
}
