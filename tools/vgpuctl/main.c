// SPDX-License-Identifier: GPL-2.0-or-later
/* vgpuctl: the command line. Global options may stand anywhere. */
#include <string.h>

#include <curl/curl.h>

#include "vgpuctl.h"

int fail(struct ctl *ctl)
{
	if (ctl->json) {
		autojson *o = err_json(&ctl->e);

		print_json(o);
		return err_exit_status(ctl->e.code);
	}
	fprintf(stderr, "vgpuctl: %s\n", ctl->e.sentence);
	for (size_t i = 0; i < ctl->e.holder_count; i++)
		fprintf(stderr, "  held by %s\n", ctl->e.holders[i]);
	if (ctl->e.hint[0])
		fprintf(stderr, "  -> %s\n", ctl->e.hint);
	return err_exit_status(ctl->e.code);
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void help(FILE *out)
{
	fprintf(out, "usage: vgpuctl [--json] [--socket PATH] [--root DIR] COMMAND ...\n\n");
	for (size_t i = 0; i < command_count; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
	fprintf(out, "  %-8s %s\n\nSee vgpuctl(1).\n", "help", "COMMAND: its arguments");
}

static int run_help(struct ctl *ctl, int argc, char **argv)
{
	const struct command *c = argc > 1 ? find(argv[1]) : NULL;

	if (argc < 2) {
		help(stdout);
		return 0;
	}
	if (!c) {
		err_set(&ctl->e, ERR_USAGE, "\"vgpuctl help\" lists them", "there is no command \"%s\"",
			argv[1]);
		return fail(ctl);
	}
	printf("usage: vgpuctl [--json] %s %s\n%s\n", c->name, c->arguments, c->help);
	return 0;
}

/* Length of a global option's own name when @arg is it, with or without "=value". */
static bool is_option(const char *arg, const char *name, const char **value)
{
	size_t n = strlen(name);

	if (strncmp(arg, name, n) || (arg[n] && arg[n] != '='))
		return false;
	*value = arg[n] ? arg + n + 1 : NULL;
	return true;
}

/* Takes the global options out of argv; returns the new argc, or -1 after setting the error. */
static int take_global(struct ctl *ctl, int argc, char **argv)
{
	int kept = 0;

	for (int i = 0; i < argc; i++) {
		const char *value, **into = NULL;

		if (!strcmp(argv[i], "--json") || !strcmp(argv[i], "-j")) {
			ctl->json = true;
			continue;
		}
		if (is_option(argv[i], "--root", &value))
			into = &ctl->mgr.root;
		else if (is_option(argv[i], "--socket", &value))
			into = &ctl->socket;
		if (!into) {
			argv[kept++] = argv[i];
			continue;
		}
		if (!value && i + 1 < argc)
			value = argv[++i];
		if (!value)
			return err_set(&ctl->e, ERR_USAGE, NULL, "the option %s needs a value",
				       argv[i]);
		*into = value;
	}
	argv[kept] = NULL;
	if (!strcmp(ctl->mgr.root, "/"))
		ctl->mgr.root = "";
	return kept;
}

static int run(struct ctl *ctl, int argc, char **argv)
{
	const struct command *c;

	argc = take_global(ctl, argc, argv);
	if (argc < 0)
		return fail(ctl);
	if (!argc) {
		help(stderr);
		return err_exit_status(ERR_USAGE);
	}
	if (!strcmp(argv[0], "--version")) {
		printf("vgpuctl %s\n", OPENVGPU_VERSION);
		return 0;
	}
	if (!strcmp(argv[0], "help") || !strcmp(argv[0], "--help") || !strcmp(argv[0], "-h"))
		return run_help(ctl, argc, argv);
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		char *swapped[] = { argv[1], argv[0], NULL };

		return run_help(ctl, 2, swapped);
	}
	c = find(argv[0]);
	if (!c) {
		err_set(&ctl->e, ERR_USAGE, "\"vgpuctl help\" lists the commands",
			"there is no command \"%s\"", argv[0]);
		return fail(ctl);
	}
	return c->run(ctl, argc, argv);
}

int main(int argc, char **argv)
{
	struct ctl ctl = { .mgr = { .root = "" } };
	int status;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	status = run(&ctl, argc - 1, argv + 1);
	curl_global_cleanup();
	if (fflush(stdout)) {
		fprintf(stderr, "vgpuctl: the output cannot be written\n");
		return err_exit_status(ERR_FAILED);
	}
	return status;
}
