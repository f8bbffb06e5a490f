// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the Test Anything Protocol as it streams by and gives the verdict. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"

static struct {
	struct buf line;
	long planned;		/* from the plan, -1 without one */
	long passed, failed, skipped;
	bool bailed, all_skipped;
} tap = { .planned = -1 };

/* True if the description carries the directive @name after a '#'. */
static bool directive(const char *s, const char *name)
{
	const char *hash = strchr(s, '#');

	if (!hash)
		return false;
	hash++;
	while (*hash == ' ')
		hash++;
	return !strncasecmp(hash, name, strlen(name));
}

static void line_handle(const char *s)
{
	if (!strncmp(s, "1..", 3) && isdigit((unsigned char)s[3])) {
		tap.planned = atol(s + 3);
		tap.all_skipped = !tap.planned && directive(s, "skip");
	} else if (!strncmp(s, "Bail out!", 9)) {
		tap.bailed = true;
	} else if (!strncmp(s, "ok", 2) && (!s[2] || isspace((unsigned char)s[2]))) {
		if (directive(s, "skip"))
			tap.skipped++;
		else
			tap.passed++;
	} else if (!strncmp(s, "not ok", 6) && (!s[6] || isspace((unsigned char)s[6]))) {
		if (directive(s, "todo"))
			tap.skipped++;
		else
			tap.failed++;
	}
}

void tap_feed(const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (data[i] == '\r')
			continue;
		if (data[i] != '\n') {
			buf_add(&tap.line, &data[i], 1);
			continue;
		}
		buf_add(&tap.line, "", 1);
		line_handle(tap.line.data);
		tap.line.len = 0;
	}
}

int tap_verdict(int command_status)
{
	long seen = tap.passed + tap.failed + tap.skipped;
	int status = 0;

	if (tap.line.len)
		tap_feed("\n", 1);
	seen = tap.passed + tap.failed + tap.skipped;
	if (tap.bailed) {
		printf("# the script bailed out\n");
		status = 1;
	} else if (tap.planned < 0) {
		printf("# no plan (\"1..N\") was seen: the script did not get to its end\n");
		status = 1;
	} else if (seen != tap.planned) {
		printf("# %ld tests planned, %ld seen\n", tap.planned, seen);
		status = 1;
	}
	if (command_status) {
		printf("# the script's exit status is %d\n", command_status);
		status = command_status;
	}
	if (tap.failed && !status)
		status = 1;
	if (tap.all_skipped)
		tap.skipped++;
	printf("%ld passed, %ld failed, %ld skipped\n", tap.passed, tap.failed, tap.skipped);
	return status;
}
