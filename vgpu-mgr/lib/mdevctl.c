// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "mdevctl.h"
#include "pci.h"
#include "run.h"

/* A start claims the vGPU in the kernel, which talks to the firmware; callouts come on top. */
#define MDEVCTL_SECONDS 60
#define INSTALL_HINT "install the package mdevctl"

static char *program(void)
{
	char *set = getenv("MDEVCTL");

	return set && set[0] ? set : (char *)"mdevctl";
}

/* mdevctl prints "Error: cause\n\nCaused by: ..." over lines: make it one. */
static void one_line(const struct run_result *r, char *text, size_t size)
{
	const char *from = r->err[0] ? r->err : r->out;
	size_t used = 0;

	for (; *from && used + 1 < size; from++) {
		if (isspace((unsigned char)*from) && (!used || text[used - 1] == ' '))
			continue;
		text[used++] = isspace((unsigned char)*from) ? ' ' : *from;
	}
	text[used] = '\0';
	text_clean(text);
}

static int mdevctl(char *const argv[], const char *uuid, struct err *e)
{
	char text[ERR_SENTENCE_BYTES / 2];
	autorun r = { 0 };

	if (run_program(argv, NULL, MDEVCTL_SECONDS, &r, e)) {
		if (e && e->code == ERR_NOT_FOUND)
			snprintf(e->hint, sizeof(e->hint), INSTALL_HINT);
		return -1;
	}
	if (!r.status)
		return 0;
	one_line(&r, text, sizeof(text));
	return err_set(e, ERR_FAILED, NULL, "vGPU %s: \"mdevctl %s\" failed: %s", uuid, argv[1],
		       text[0] ? text : "it gave no reason");
}

int mdevctl_define(const char *vf, const char *uuid, unsigned int type_id, struct err *e)
{
	autofree char *type = str_printf(VF_DRIVER "-%u", type_id);
	char *const argv[] = { program(), (char *)"define", (char *)"--parent", (char *)vf,
			       (char *)"--uuid", (char *)uuid, (char *)"--type", type,
			       (char *)"--auto", NULL };

	return mdevctl(argv, uuid, e);
}

int mdevctl_define_place(const char *vf, const char *uuid, int place, struct err *e)
{
	autofree char *value = str_printf("%d", place);
	char *const argv[] = { program(), (char *)"modify", (char *)"--parent", (char *)vf,
			       (char *)"--uuid", (char *)uuid, (char *)"--addattr",
			       (char *)MDEV_PLACE_ATTRIBUTE, (char *)"--value", value, NULL };

	return mdevctl(argv, uuid, e);
}

int mdevctl_undefine(const char *vf, const char *uuid, struct err *e)
{
	char *const argv[] = { program(), (char *)"undefine", (char *)"--parent", (char *)vf,
			       (char *)"--uuid", (char *)uuid, NULL };

	return mdevctl(argv, uuid, e);
}

int mdevctl_start(const char *vf, const char *uuid, struct err *e)
{
	char *const argv[] = { program(), (char *)"start", (char *)"--parent", (char *)vf,
			       (char *)"--uuid", (char *)uuid, NULL };

	return mdevctl(argv, uuid, e);
}

int mdevctl_stop(const char *uuid, struct err *e)
{
	char *const argv[] = { program(), (char *)"stop", (char *)"--uuid", (char *)uuid, NULL };

	return mdevctl(argv, uuid, e);
}

int mdevctl_version(char *buf, size_t size, struct err *e)
{
	char *const argv[] = { program(), (char *)"--version", NULL };
	autorun r = { 0 };
	const char *digit;

	if (run_program(argv, NULL, MDEVCTL_SECONDS, &r, e))
		return -1;
	digit = strpbrk(r.out, "0123456789");
	if (r.status || !digit)
		return err_set(e, ERR_FAILED, INSTALL_HINT, "\"mdevctl --version\" gives no version");
	snprintf(buf, size, "%.*s", (int)strspn(digit, "0123456789."), digit);
	return 0;
}
