// SPDX-License-Identifier: GPL-2.0-or-later
/* The VM's console and QEMU's messages: kept, logged, shown, and what they tell of the VM's end. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab.h"

#define CONSOLE_KEEP		65536	/* bytes of it kept for the report of a failure */
#define CONSOLE_SHOW_LINES	80	/* the registers of two processors are half of them */
#define LOST_OOPS		"Oops: int3"

static struct buf kept;
static int log_fd = -1;
static bool verbose;

void console_start(const struct lab_opts *opts)
{
	verbose = opts->verbose;
	if (!opts->log)
		return;
	log_fd = open(opts->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (log_fd < 0)
		lab_die("cannot write %s: %s", opts->log, strerror(errno));
}

void console_reset(void)
{
	kept.len = 0;
}

void console_show(void)
{
	const char *p = kept.data + kept.len;
	int lines = 0;

	if (!kept.len)
		return;
	while (p > kept.data && lines <= CONSOLE_SHOW_LINES)
		if (*--p == '\n')
			lines++;
	fputs("---- last lines of the VM's console and of QEMU ----\n", stderr);
	fwrite(p, 1, kept.data + kept.len - p, stderr);
	fputs("\n----\n", stderr);
}

void console_add(const char *chunk, size_t n)
{
	write_all(log_fd, chunk, n);
	if (verbose)
		write_all(2, chunk, n);
	if (kept.len > CONSOLE_KEEP)
		buf_drop(&kept, kept.len - CONSOLE_KEEP / 2);
	buf_add(&kept, chunk, n);
}

void console_take(int *fd)
{
	char chunk[8192];
	ssize_t n = read(*fd, chunk, sizeof(chunk));

	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
			close(*fd);
			*fd = -1;
		}
		return;
	}
	console_add(chunk, n);
}

static bool console_has(const char *text)
{
	return kept.len && memmem(kept.data, kept.len, text, strlen(text));
}

/*
 * Two ways are known. QEMU's emulation of two processors at a time can let one run a breakpoint
 * instruction after the kernel, patching its code, has taken it away and everybody seen so: the
 * kernel dies of it, now and then one of 7.x while it boots. And a processor may be reset, as by a
 * triple fault, of which the kernel cannot say a word; one VM that ended with guests running, and
 * without a word, may have been such. A kernel that restarts says so before.
 */
bool vm_lost(void)
{
	static const char *const last_words[] = {
		"Kernel panic", "Oops", "BUG:", "sysrq: Resetting", "reboot: Restarting",
	};
	size_t i;

	if (console_has(LOST_OOPS))
		return true;
	if (strcmp(qmp_end_reason(), QMP_GUEST_RESET))
		return false;
	for (i = 0; i < sizeof(last_words) / sizeof(*last_words); i++)
		if (console_has(last_words[i]))
			return false;
	return true;
}

void vm_end_reason(const struct vm *vm, char *why, size_t size)
{
	const char *reason = qmp_end_reason();
	int status = vm->wait_status;

	if (WIFSIGNALED(status))
		snprintf(why, size, "QEMU was killed by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		snprintf(why, size, "QEMU left with status %d", WEXITSTATUS(status));
	else if (!strcmp(reason, QMP_GUEST_RESET))
		snprintf(why, size, "a processor was reset (a triple fault, unless the kernel says "
			 "otherwise above)");
	else
		snprintf(why, size, "QEMU left without an error (%s)", *reason ? reason :
			 "it gave no reason");
}
