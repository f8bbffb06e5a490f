// SPDX-License-Identifier: GPL-2.0-or-later
/* What prop.c gives a property test, where libFuzzer brings its own main(). */
#include "prop.h"

#include <stdio.h>
#include <stdlib.h>

unsigned long prop_operations;

void prop_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}
