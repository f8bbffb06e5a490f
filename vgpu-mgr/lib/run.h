/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Run another program: no shell, a time limit, captured output. */
#ifndef MGR_RUN_H
#define MGR_RUN_H

#include "err.h"

#define RUN_OUTPUT_BYTES (256u * 1024)

struct run_result {
	int status;	/* exit status; 128 + signal when it was killed */
	char *out;	/* NUL-terminated, up to RUN_OUTPUT_BYTES */
	char *err;
};

/*
 * run_program - execute argv[0] (looked up in PATH) and wait for it
 * @input:	written to its standard input, NULL for none
 * @seconds:	then the program and its process group are killed
 *
 * Returns 0 when the program ran to its end, whatever its status; -1 with @e when it could not be
 * started (ERR_NOT_FOUND) or took too long (ERR_TIMEOUT). Free with run_free() in both cases.
 */
int run_program(char *const argv[], const char *input, unsigned int seconds, struct run_result *r,
		struct err *e);
void run_free(struct run_result *r);

#define autorun __attribute__((cleanup(run_free))) struct run_result

#endif
