/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths below a root, files, directories, identifiers. */
#ifndef MGR_UTIL_H
#define MGR_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "err.h"

#define BDF_BYTES 13	/* "0000:01:00.0" and its NUL */
#define UUID_BYTES 37
#define NAME_BYTES 64

/* What every library call works on. @root is "" on a real host; tests give a directory. */
struct mgr {
	const char *root;
};

static inline void free_cleanup(void *p)
{
	free(*(void **)p);
}

static inline void close_cleanup(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define autofree __attribute__((cleanup(free_cleanup)))
#define autoclose __attribute__((cleanup(close_cleanup)))

/* printf into a new string that the caller frees. Aborts when there is no memory. */
char *str_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same with the root in front: mgr_path(m, "/sys/bus/pci/devices/%s", bdf). */
char *mgr_path(const struct mgr *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * file_read - whole content of a small file, trailing newlines removed
 * @limit:	largest size in bytes
 *
 * Returns a string that the caller frees, or NULL with errno (EFBIG beyond the limit).
 */
char *file_read(const char *path, size_t limit);
/* First line's worth of a sysfs attribute into @buf; "" and -1 (errno) when it can't be read. */
int file_read_line(const char *path, char *buf, size_t size);
/* A decimal or 0x number; -1 when there is none. */
int file_read_u64(const char *path, uint64_t *value);
/* One write(2) of @text to a kernel attribute (never made, never truncated). 0 or -1 with errno. */
int file_write(const char *path, const char *text);
/*
 * file_replace - write @text to @path so that a crash leaves the old or the new content
 *
 * Temporary file beside it, fsync, rename, fsync of the directory, which is made when missing.
 * 0 or -1 with errno.
 */
int file_replace(const char *path, const char *text, unsigned int mode);
/* fsync after an unlink. 0 when the file is gone afterwards, else -1 with errno. */
int file_remove(const char *path);
bool path_exists(const char *path);
/* Last component of what the link points to, into @buf; -1 when it is no link. */
int link_name(const char *path, char *buf, size_t size);

struct name_list {
	char **names;
	size_t count;
};

/* Entries of a directory without dot files, sorted; an absent directory gives none. */
void dir_list(const char *path, struct name_list *list);
void name_list_free(struct name_list *list);

#define autonames __attribute__((cleanup(name_list_free))) struct name_list

/* "0000:01:00.0" in lower case; "01:00.0" gets domain 0000. false: not a PCI address. */
bool bdf_parse(const char *text, char out[BDF_BYTES]);
/* Canonical lower case; false: not a UUID of 36 characters, or the nil UUID. */
bool uuid_parse(const char *text, char out[UUID_BYTES]);
/* Random UUID, version 4. */
void uuid_make(char out[UUID_BYTES]);
/* Monotonic clock. */
uint64_t now_ms(void);

/*
 * text_clean - make text from the kernel or a tool fit for one line of a log or of JSON
 *
 * Control characters become blanks, trailing ones go away, bytes beyond ASCII become '?'; in place.
 */
void text_clean(char *text);

#endif
