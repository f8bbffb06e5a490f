// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Helper of the CLI tests.
 *	apitest call SOCKET METHOD PATH [BODY]	one request; prints status, newline, body
 *	apitest raw SOCKET SECONDS		stdin as it is; prints what comes back until the
 *						other side closes; exit 1 if not within SECONDS
 *	apitest check OPENAPI METHOD PATH STATUS	stdin is an answer of that request: valid?
 *	apitest list OPENAPI			METHOD PATH of all requests
 *	apitest many SOCKET COUNT SECONDS	COUNT idle connections at once, then as raw
 *	apitest get FILE KEY...			one value out of a JSON file ("-" is stdin)
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <json-c/json.h>

#define BUFFER_BYTES (4u << 20)

static char buffer[BUFFER_BYTES + 1];

static int dial(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		perror(path);
		exit(1);
	}
	return fd;
}

static void send_all(int fd, const char *data, size_t length)
{
	while (length) {
		ssize_t n = send(fd, data, length, MSG_NOSIGNAL);

		if (n <= 0)
			return; /* the other side may close early: that is what tests look at */
		data += n;
		length -= (size_t)n;
	}
}

/* Until the other side closes; -1 when it does not. */
static ssize_t receive(int fd, int seconds)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	time_t end = time(NULL) + seconds;
	size_t used = 0;

	while (time(NULL) <= end) {
		ssize_t n;

		if (poll(&p, 1, 200) <= 0)
			continue;
		n = read(fd, buffer + used, BUFFER_BYTES - used);
		if (n <= 0) {
			buffer[used] = '\0';
			return (ssize_t)used;
		}
		used += (size_t)n;
	}
	return -1;
}

static size_t read_stdin(void)
{
	return fread(buffer, 1, BUFFER_BYTES, stdin);
}

static int call(const char *socket, const char *method, const char *path, const char *body)
{
	int fd = dial(socket);
	char *head, *text;

	if (asprintf(&head, "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n", method,
		     path, strlen(body)) < 0)
		abort();
	send_all(fd, head, strlen(head));
	send_all(fd, body, strlen(body));
	if (receive(fd, 120) < 0)
		return 1;
	text = strstr(buffer, "\r\n\r\n");
	if (!text || strncmp(buffer, "HTTP/1.1 ", 9))
		return 1;
	printf("%.3s\n%s\n", buffer + 9, text + 4);
	return 0;
}

static int raw(const char *socket, int seconds)
{
	static char input[BUFFER_BYTES];
	size_t length = read_stdin();
	int fd = dial(socket);

	memcpy(input, buffer, length);
	send_all(fd, input, length);
	if (receive(fd, seconds) < 0)
		return 1;
	fputs(buffer, stdout);
	return 0;
}

static int many(const char *socket, int count, int seconds)
{
	int last = -1;

	for (int i = 0; i < count; i++)
		last = dial(socket);
	return receive(last, seconds) < 0;
}

/* ---- JSON schema, as much of it as openapi.json uses ---- */

static struct json_object *doc;

static bool complain(const char *where, const char *what)
{
	printf("# %s: %s\n", where, what);
	return false;
}

static struct json_object *member(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	json_object_object_get_ex(o, key, &v);
	return v;
}

static bool one_type(const char *name, struct json_object *v)
{
	static const struct {
		const char *name;
		enum json_type type;
	} names[] = { { "string", json_type_string },	{ "integer", json_type_int },
		      { "boolean", json_type_boolean }, { "array", json_type_array },
		      { "object", json_type_object },	{ "null", json_type_null } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].name, name))
			return json_object_is_type(v, names[i].type);
	return false;
}

static bool type_fits(struct json_object *type, struct json_object *v)
{
	if (!type)
		return true;
	if (json_object_is_type(type, json_type_string))
		return one_type(json_object_get_string(type), v);
	for (size_t i = 0; i < json_object_array_length(type); i++)
		if (one_type(json_object_get_string(json_object_array_get_idx(type, i)), v))
			return true;
	return false;
}

static bool valid(struct json_object *schema, struct json_object *v, const char *where);

static bool valid_object(struct json_object *schema, struct json_object *v, const char *where)
{
	struct json_object *properties = member(schema, "properties");
	struct json_object *required = member(schema, "required");

	for (size_t i = 0; required && i < json_object_array_length(required); i++) {
		const char *key = json_object_get_string(json_object_array_get_idx(required, i));

		if (!json_object_object_get_ex(v, key, NULL))
			return complain(where, key), complain(where, "the member above is missing");
	}
	json_object_object_foreach(v, key, value) {
		struct json_object *s = member(properties, key);

		if (!s)
			return complain(where, key), complain(where, "the member above is not described");
		if (!valid(s, value, key))
			return false;
	}
	return true;
}

static bool valid(struct json_object *schema, struct json_object *v, const char *where)
{
	struct json_object *ref = member(schema, "$ref"), *list = member(schema, "enum"), *items;
	bool found = false;

	if (ref) {
		const char *name = strrchr(json_object_get_string(ref), '/') + 1;

		return valid(member(member(member(doc, "components"), "schemas"), name), v, name);
	}
	if (!type_fits(member(schema, "type"), v))
		return complain(where, "the value has another type than described");
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		found |= json_object_equal(json_object_array_get_idx(list, i), v);
	if (list && !found)
		return complain(where, "the value is not among those described");
	if (json_object_is_type(v, json_type_object))
		return valid_object(schema, v, where);
	items = member(schema, "items");
	for (size_t i = 0; items && json_object_is_type(v, json_type_array) &&
	     i < json_object_array_length(v); i++)
		if (!valid(items, json_object_array_get_idx(v, i), where))
			return false;
	return true;
}

static int check(const char *method, const char *path, const char *status)
{
	struct json_object *o, *operation, *response, *answer;
	char lower[16] = "";

	for (size_t i = 0; method[i] && i < sizeof(lower) - 1; i++)
		lower[i] = (char)(method[i] | 0x20);
	operation = member(member(member(doc, "paths"), path), lower);
	response = member(member(operation, "responses"), status);
	o = member(member(member(response, "content"), "application/json"), "schema");
	if (!o)
		return !complain(path, "this status is not described");
	buffer[read_stdin()] = '\0';
	answer = json_tokener_parse(buffer);
	return answer && valid(o, answer, path) ? 0 : 1;
}

static int list(void)
{
	json_object_object_foreach(member(doc, "paths"), path, operations) {
		json_object_object_foreach(operations, method, operation) {
			(void)operation;
			for (const char *c = method; *c; c++)
				putchar(*c & ~0x20); /* OpenAPI spells methods in lower case */
			printf(" %s\n", path);
		}
	}
	return 0;
}

static int get(int argc, char **argv)
{
	struct json_object *o;

	if (!strcmp(argv[0], "-")) {
		buffer[read_stdin()] = '\0';
		o = json_tokener_parse(buffer);
	} else {
		o = json_object_from_file(argv[0]);
	}
	for (int i = 1; o && i < argc; i++)
		o = json_object_is_type(o, json_type_array) ?
			    json_object_array_get_idx(o, strtoul(argv[i], NULL, 10)) :
			    member(o, argv[i]);
	printf("%s\n", o ? json_object_get_string(o) : "null");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 5 && !strcmp(argv[1], "call"))
		return call(argv[2], argv[3], argv[4], argc > 5 ? argv[5] : "");
	if (argc == 4 && !strcmp(argv[1], "raw"))
		return raw(argv[2], atoi(argv[3]));
	if (argc == 5 && !strcmp(argv[1], "many"))
		return many(argv[2], atoi(argv[3]), atoi(argv[4]));
	if (argc >= 3 && !strcmp(argv[1], "get"))
		return get(argc - 2, argv + 2);
	doc = argc > 2 ? json_object_from_file(argv[2]) : NULL;
	if (doc && argc == 6 && !strcmp(argv[1], "check"))
		return check(argv[3], argv[4], argv[5]);
	if (doc && argc == 3 && !strcmp(argv[1], "list"))
		return list();
	fprintf(stderr, "apitest: wrong arguments, see the head of apitest.c\n");
	return 2;
}
