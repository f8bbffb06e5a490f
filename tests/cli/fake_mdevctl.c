// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stands in for mdevctl below $FAKE_ROOT: the calls that vgpu-mgr and libvirt 9.0 make (define,
 * undefine, start, stop, modify, list, types), with mdevctl's files, words and refusals.
 * $FAKE_ROOT/mdevctl.log gets one line per call; a file $FAKE_ROOT/fail/mdevctl-COMMAND makes that
 * command fail, or hang when it says "hang".
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *root;
static const char *parent = "", *uuid = "", *type = "", *startup = "manual";
static const char *attribute = "", *attribute_value = "";
static int defined_only;

__attribute__((format(printf, 1, 2))) static char *path(const char *fmt, ...)
{
	char *text, *whole;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	if (asprintf(&whole, "%s%s", root, text) < 0)
		abort();
	free(text);
	return whole;
}

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "Error: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	exit(1);
}

/* With write(2) itself, so that the fake kernel sees it. */
static int attribute_write(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY), ret;

	if (fd < 0)
		return -1;
	ret = write(fd, text, strlen(text)) < 0 ? -1 : 0;
	close(fd);
	return ret;
}

/* Parent of the definition of @uuid, from the files. */
static const char *find_parent(void)
{
	DIR *dir = opendir(path("/etc/mdevctl.d"));
	struct dirent *d;

	if (parent[0])
		return parent;
	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.' && !access(path("/etc/mdevctl.d/%s/%s", d->d_name, uuid), F_OK))
			return strdup(d->d_name);
	die("No devices match the specified uuid");
}

static void read_definition(char *text, size_t size)
{
	FILE *f = fopen(path("/etc/mdevctl.d/%s/%s", find_parent(), uuid), "r");
	size_t n;

	if (!f)
		die("Device is insufficiently specified");
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	fclose(f);
}

static void read_type(char *buf, size_t size)
{
	char text[1024], *at;

	read_definition(text, sizeof(text));
	at = strstr(text, "\"mdev_type\": \"");
	if (!at)
		die("damaged definition");
	snprintf(buf, size, "%.*s", (int)strcspn(at + 14, "\""), at + 14);
}

static void define(void)
{
	char *dir = path("/etc/mdevctl.d/%s", parent), *file = path("/etc/mdevctl.d/%s/%s", parent, uuid);
	FILE *f;

	if (!access(file, F_OK))
		die("Cowardly refusing to overwrite existing config for %s/%s", parent, uuid);
	mkdir(path("/etc/mdevctl.d"), 0755);
	mkdir(dir, 0755);
	f = fopen(file, "w");
	if (!f)
		die("%s", strerror(errno));
	fprintf(f, "{\n  \"mdev_type\": \"%s\",\n  \"start\": \"%s\",\n  \"attrs\": []\n}\n", type,
		startup);
	fclose(f);
}

/* "attrs": [] becomes "attrs": [ { "name": "value" } ]; one is enough here. */
static void modify(void)
{
	char text[1024], *at;
	FILE *f;

	read_definition(text, sizeof(text));
	at = strstr(text, "\"attrs\": []");
	if (!attribute[0] || !at)
		return;
	f = fopen(path("/etc/mdevctl.d/%s/%s", find_parent(), uuid), "w");
	if (!f)
		die("%s", strerror(errno));
	fprintf(f, "%.*s\"attrs\": [\n    {\n      \"%s\": \"%s\"\n    }\n  ]\n}\n", (int)(at - text),
		text, attribute, attribute_value);
	fclose(f);
}

static void stop(void);

/* In order after the creation, and without the device if one fails. */
static void start_attributes(void)
{
	char text[1024], name[128], value[64], *at;
	int error;

	if (access(path("/etc/mdevctl.d/%s/%s", parent, uuid), F_OK))
		return;
	read_definition(text, sizeof(text));
	at = strstr(text, "\"attrs\": [");
	if (!at || sscanf(at + 10, " { \"%127[^\"]\": \"%63[^\"]\"", name, value) != 2)
		return;
	if (!attribute_write(path("/sys/bus/mdev/devices/%s/%s", uuid, name), value))
		return;
	error = errno;
	stop();
	die("Failed to write %s to attribute %s\n\nCaused by:\n    %s (os error %d)", value, name,
	    strerror(error), error);
}

static void start(void)
{
	char buf[128];
	FILE *f;
	int n = 0;

	if (!type[0]) {
		read_type(buf, sizeof(buf));
		type = buf;
	}
	parent = find_parent();
	f = fopen(path("/sys/bus/pci/devices/%s/mdev_supported_types/%s/available_instances", parent,
		       type), "r");
	if (!f)
		die("Parent %s is not currently registered for mdev support", parent);
	if (fscanf(f, "%d", &n) != 1 || !n)
		die("No available instances of %s on %s", type, parent);
	fclose(f);
	if (attribute_write(path("/sys/bus/pci/devices/%s/mdev_supported_types/%s/create", parent, type),
			    uuid))
		die("Failed to create mdev %s\n\nCaused by:\n    %s (os error %d)", uuid,
		    strerror(errno), errno);
	start_attributes();
}

static void stop(void)
{
	if (attribute_write(path("/sys/bus/mdev/devices/%s/remove", uuid), "1"))
		die("Failed to remove %s\n\nCaused by:\n    %s (os error %d)", uuid, strerror(errno),
		    errno);
}

static void undefine(void)
{
	if (unlink(path("/etc/mdevctl.d/%s/%s", find_parent(), uuid)))
		die("Failed to undefine %s", uuid);
}

static void fault(const char *command)
{
	FILE *f = fopen(path("/fail/mdevctl-%s", command), "r");
	char text[32] = "";

	if (!f)
		return;
	if (fgets(text, sizeof(text), f) && !strncmp(text, "hang", 4))
		pause();
	die("this command was told to fail");
}

static void options(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		if (!strcmp(argv[i], "--auto"))
			startup = "auto";
		else if (!strcmp(argv[i], "--defined"))
			defined_only = 1;
		else if (!strcmp(argv[i], "--parent"))
			parent = value;
		else if (!strcmp(argv[i], "--uuid"))
			uuid = value;
		else if (!strcmp(argv[i], "--type"))
			type = value;
		else if (!strcmp(argv[i], "--addattr"))
			attribute = value;
		else if (!strcmp(argv[i], "--value"))
			attribute_value = value;
	}
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	FILE *log;

	root = getenv("FAKE_ROOT");
	if (!root)
		return 1;
	log = fopen(path("/mdevctl.log"), "a");
	for (int i = 1; log && i < argc; i++)
		fprintf(log, "%s%c", argv[i], i == argc - 1 ? '\n' : ' ');
	if (log)
		fclose(log);
	options(argc, argv);
	fault(command);
	if (!strcmp(command, "--version"))
		printf("mdevctl 1.2.0\n");
	else if (!strcmp(command, "define"))
		define();
	else if (!strcmp(command, "start"))
		start();
	else if (!strcmp(command, "stop"))
		stop();
	else if (!strcmp(command, "undefine"))
		undefine();
	else if (!strcmp(command, "list") || !strcmp(command, "types"))
		printf("[]\n");
	else if (!strcmp(command, "modify"))
		modify();
	else
		die("Found argument '%s' which wasn't expected", command);
	return 0;
}
