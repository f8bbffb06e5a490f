// SPDX-License-Identifier: GPL-2.0-or-later
/* The checks that also run inside the kernel, in this process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/kernel.h>

#include "../vectors/vectors.h"

static void every_check(void **state)
{
	char why[128] = "";

	for (unsigned int i = 0; i < vector_check_count; i++)
		if (vector_checks[i].run(why, sizeof(why)))
			fail_msg("%s: %s", vector_checks[i].name, why);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_check) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
