// SPDX-License-Identifier: GPL-2.0-or-later
/* What tests/shim's headers declare, without the GPU model: warnings are printed, bugs abort. */
#include <linux/kernel.h>
#include <stdio.h>

void shim_warn(const char *file, int line, const char *what)
{
	printf("# %s:%d: warning: %s\n", file, line, what);
}

void shim_bug(const char *file, int line, const char *what)
{
	printf("# %s:%d: bug: %s\n", file, line, what);
	abort();
}

void shim_print(const struct device *dev, enum shim_level level, const char *fmt, ...)
{
	va_list args;

	if (level > SHIM_WARN)
		return;
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n < (int)size ? n : (int)size - 1;
}

void might_sleep(void)
{
}

#include <linux/sched.h>
void cond_resched(void)
{
}
