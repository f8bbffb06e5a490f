// SPDX-License-Identifier: GPL-2.0-or-later
/* Formatted text of the stand-in kernel. */
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>

#include "shim.h"

/* One conversion of vscnprintf(): @spec is its text, NUL-terminated. */
static int print_one(char *buf, size_t size, const char *spec, va_list *args)
{
	size_t len = strlen(spec);
	bool star = strchr(spec, '*');
	int width = star ? va_arg(*args, int) : 0;

#define PRINT_ARG(type)                                                                            \
	(star ? snprintf(buf, size, spec, width, va_arg(*args, type)) :                            \
		snprintf(buf, size, spec, va_arg(*args, type)))
	switch (spec[len - 1]) {
	case 's':
		return PRINT_ARG(const char *);
	case 'p':
		return PRINT_ARG(void *);
	case '%':
		return snprintf(buf, size, "%%");
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'c':
		if (strchr(spec, 'l') || strchr(spec, 'z'))
			return PRINT_ARG(unsigned long);
		return PRINT_ARG(unsigned int);
	default:
		shim_bug(__FILE__, __LINE__, "vscnprintf: unknown conversion");
	}
#undef PRINT_ARG
	return 0;
}

/* The kernel's %pUb: a uuid_t. */
static int print_uuid(char *buf, size_t size, const u8 *b)
{
	return snprintf(buf, size,
			"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
			b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12],
			b[13], b[14], b[15]);
}

/* libc's, and the pointer formats of the kernel that the core uses. */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	char spec[16];
	size_t at = 0;
	va_list ap;

	if (!size)
		return 0;
	va_copy(ap, args);
	while (*fmt && at < size - 1) {
		size_t len = 1;

		if (*fmt != '%') {
			buf[at++] = *fmt++;
			continue;
		}
		len += strspn(fmt + 1, "-+ #0123456789.*hlzjt") + 1;
		if (len >= sizeof(spec))
			shim_bug(__FILE__, __LINE__, "vscnprintf: long conversion");
		memcpy(spec, fmt, len);
		spec[len] = '\0';
		fmt += len;
		if (spec[len - 1] == 'p' && !strncmp(fmt, "Ub", 2)) {
			at += print_uuid(buf + at, size - at, va_arg(ap, const u8 *));
			fmt += 2;
		} else {
			at += print_one(buf + at, size - at, spec, &ap);
		}
	}
	va_end(ap);
	if (at > size - 1)
		at = size - 1;
	buf[at] = '\0';
	return at;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}
