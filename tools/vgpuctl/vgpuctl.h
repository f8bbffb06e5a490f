/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of the command line tool. */
#ifndef VGPUCTL_H
#define VGPUCTL_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/json_util.h"
#include "lib/util.h"

/* Options that every command has. */
struct ctl {
	struct mgr mgr;
	const char *socket;	/* NULL: the daemon's own two */
	bool json;
	struct err e;
	bool told;		/* already said that a read went round the daemon */
};

/* ---- client.c ---- */

/*
 * client_call - one request to the daemon
 * @body:	JSON to send, NULL for none
 *
 * Returns the answer (the caller owns it), or NULL with ctl->e: the daemon's own error object, or
 * one about reaching it.
 */
struct json_object *client_call(struct ctl *ctl, const char *method, const char *path,
				struct json_object *body);
/* GET that falls back to sysfs when the daemon does not answer, and says so. */
struct json_object *client_read(struct ctl *ctl, const char *path);

/* ---- print.c: tables for people ---- */
void print_gpus(struct json_object *gpus);
void print_vgpus(struct json_object *vgpus);
/* @places: with the free places of types that can be created. */
void print_types(struct json_object *types, bool places);
void print_checks(struct json_object *checks);
/* vram.c: maps of VRAM at 80 columns. */
void print_vram(struct json_object *maps);
/* All members of one object, a line each. */
void print_object(struct json_object *o);
/* JSON with a newline. */
void print_json(struct json_object *o);

/* ---- commands.c: argv[0] is the command; the result is the exit status ---- */
struct command {
	const char *name, *arguments, *help;
	int (*run)(struct ctl *ctl, int argc, char **argv);
};

extern const struct command commands[];
extern const size_t command_count;

/* Report ctl->e in the wanted form; returns its exit status. */
int fail(struct ctl *ctl);

#endif
