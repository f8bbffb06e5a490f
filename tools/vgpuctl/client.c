// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include <curl/curl.h>

#include "lib/api.h"
#include "vgpuctl.h"

#define CONNECT_SECONDS 5L
#define READ_SECONDS 75L
/* Longer than the daemon's own limit, so that its sentence arrives. */
#define CHANGE_SECONDS 960L
#define ANSWER_BYTES (8u << 20)
#define DAEMON_HINT "is it running? systemctl status vgpu-mgr"

struct answer {
	char *text;
	size_t length;
};

static size_t on_data(char *data, size_t size, size_t count, void *arg)
{
	struct answer *a = arg;
	size_t n = size * count;
	char *grown;

	if (a->length + n > ANSWER_BYTES)
		return 0;
	grown = realloc(a->text, a->length + n + 1);
	if (!grown)
		return 0;
	a->text = grown;
	memcpy(a->text + a->length, data, n);
	a->length += n;
	a->text[a->length] = '\0';
	return n;
}

/* Reads are welcome on either socket; which one depends on the groups of the caller. */
static char *choose_socket(const struct ctl *ctl, bool change)
{
	char *control = mgr_path(&ctl->mgr, "/run/vgpu-mgr/control.sock"), *monitor;

	if (ctl->socket) {
		free(control);
		return str_printf("%s", ctl->socket);
	}
	if (change || !access(control, R_OK | W_OK))
		return control;
	monitor = mgr_path(&ctl->mgr, "/run/vgpu-mgr/monitor.sock");
	if (!access(monitor, R_OK | W_OK)) {
		free(control);
		return monitor;
	}
	free(monitor);
	return control;
}

static CURLcode perform(const char *socket, const char *method, const char *path, const char *body,
			struct answer *a)
{
	autofree char *url = str_printf("http://localhost%s", path);
	struct curl_slist *headers = NULL;
	CURL *curl = curl_easy_init();
	CURLcode code;

	if (!curl)
		return CURLE_OUT_OF_MEMORY;
	headers = curl_slist_append(headers, "Content-Type: application/json");
	headers = curl_slist_append(headers, "Expect:");
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, strcmp(method, "GET") ? CHANGE_SECONDS : READ_SECONDS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, a);
	if (body)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	code = curl_easy_perform(curl);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return code;
}

static void explain(struct ctl *ctl, CURLcode code, const char *socket)
{
	if (access(socket, F_OK))
		err_set(&ctl->e, ERR_FAILED, DAEMON_HINT, "the daemon does not answer: there is no "
			"socket %s", socket);
	else if (access(socket, R_OK | W_OK) && errno == EACCES)
		err_set(&ctl->e, ERR_PERMISSION, "become root or a member of the group vgpu (to read: "
			"vgpu-monitor)", "you may not use the socket %s", socket);
	else if (code == CURLE_OPERATION_TIMEDOUT)
		err_set(&ctl->e, ERR_TIMEOUT, "look at its log: journalctl -u vgpu-mgr",
			"the daemon did not answer in time on %s", socket);
	else
		err_set(&ctl->e, ERR_FAILED, DAEMON_HINT, "the daemon does not answer on %s: %s",
			socket, curl_easy_strerror(code));
}

struct json_object *client_call(struct ctl *ctl, const char *method, const char *path,
				struct json_object *body)
{
	autofree char *socket = choose_socket(ctl, strcmp(method, "GET"));
	struct json_object *o = NULL, *member;
	struct answer a = { 0 };
	CURLcode code;

	err_clear(&ctl->e);
	code = perform(socket, method, path, body ? json_object_to_json_string(body) : NULL, &a);
	if (code)
		explain(ctl, code, socket);
	else
		o = json_parse(a.text ? a.text : "", a.length, "the daemon's answer", NULL);
	free(a.text);
	if (!code && (!o || json_object_object_get_ex(o, "error", &member))) {
		err_from_json(&ctl->e, o);
		json_object_put(o);
		o = NULL;
	}
	return o;
}

struct json_object *client_read(struct ctl *ctl, const char *path)
{
	struct json_object *o = client_call(ctl, "GET", path, NULL);
	struct err why = ctl->e;
	unsigned int status;

	/* An error object of the daemon is an answer; only silence is worked around. */
	if (o || strncmp(why.sentence, "the daemon does not answer", 26)) {
		if (o)
			json_put_string(o, "source", "daemon");
		return o;
	}
	err_clear(&ctl->e);
	o = api_call(&ctl->mgr, "GET", path, NULL, 0, &status);
	if (status >= 300) {
		err_from_json(&ctl->e, o);
		json_object_put(o);
		return NULL;
	}
	json_put_string(o, "source", "sysfs");
	if (!ctl->json && !ctl->told)
		fprintf(stderr, "vgpuctl: %s; this was read from sysfs instead\n", why.sentence);
	ctl->told = true;
	return o;
}
