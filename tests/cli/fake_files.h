/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that the fake kernel is made of: paths below $FAKE_ROOT, their one line of content. */
#ifndef FAKE_FILES_H
#define FAKE_FILES_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char root[512];	/* $FAKE_ROOT */

__attribute__((format(printf, 1, 2))) static const char *path(const char *fmt, ...)
{
	static __thread char buf[4][1024];
	static __thread unsigned int turn;
	char *p = buf[turn++ % 4];
	int n = snprintf(p, sizeof(buf[0]), "%s", root);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p + n, sizeof(buf[0]) - (size_t)n, fmt, ap);
	va_end(ap);
	return p;
}

/* stdio inside libc does not come back to our write(). */
static void put(const char *file, const char *text)
{
	FILE *f = fopen(file, "w");

	if (!f)
		return;
	fprintf(f, "%s\n", text);
	fclose(f);
}

static void get(const char *file, char *buf, size_t size)
{
	FILE *f = fopen(file, "r");

	buf[0] = '\0';
	if (!f)
		return;
	if (!fgets(buf, (int)size, f))
		buf[0] = '\0';
	fclose(f);
	buf[strcspn(buf, "\n")] = '\0';
}

static long get_number(const char *file)
{
	char buf[64];

	get(file, buf, sizeof(buf));
	return strtol(buf, NULL, 10);
}

static void remove_tree(const char *dir)
{
	char command[1200];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	if (system(command))
		abort();
}

#endif
