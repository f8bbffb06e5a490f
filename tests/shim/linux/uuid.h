/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_UUID_H
#define SHIM_LINUX_UUID_H

#include <linux/types.h>
#include <string.h>

#define UUID_SIZE 16
#define UUID_STRING_LEN 36

typedef struct {
	__u8 b[UUID_SIZE];
} uuid_t;

#define UUID_INIT(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)                                         \
	((uuid_t){ { ((a) >> 24) & 0xff, ((a) >> 16) & 0xff, ((a) >> 8) & 0xff, (a) & 0xff,        \
		     ((b) >> 8) & 0xff, (b) & 0xff, ((c) >> 8) & 0xff, (c) & 0xff, (d0), (d1),     \
		     (d2), (d3), (d4), (d5), (d6), (d7) } })

static const uuid_t __attribute__((unused)) uuid_null;

static inline bool uuid_equal(const uuid_t *a, const uuid_t *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline void uuid_copy(uuid_t *dst, const uuid_t *src)
{
	*dst = *src;
}

static inline bool uuid_is_null(const uuid_t *u)
{
	return uuid_equal(u, &uuid_null);
}

static inline void import_uuid(uuid_t *dst, const __u8 *src)
{
	memcpy(dst, src, UUID_SIZE);
}

static inline void export_uuid(__u8 *dst, const uuid_t *src)
{
	memcpy(dst, src, UUID_SIZE);
}

#endif
