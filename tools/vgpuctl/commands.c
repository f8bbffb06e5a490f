// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "lib/config.h"
#include "lib/hostdev.h"
#include "lib/vgpu_ops.h"
#include "vgpuctl.h"

#define NUMBER_MAX 100000u

/* ---- arguments ---- */

static int usage(struct ctl *ctl, const char *command, const char *sentence)
{
	autofree char *hint = str_printf("see \"vgpuctl help %s\"", command);

	err_set(&ctl->e, ERR_USAGE, hint, "%s", sentence);
	return fail(ctl);
}

/*
 * The command's options: @options ends in {0}, their values land in @values by index. Exactly
 * @positional further arguments; the last ends up in *@argument. Returns 0, or the exit status + 1
 * negated, since the error is reported here.
 */
static int parse(struct ctl *ctl, int argc, char **argv, const struct option *options,
		 const char **values, const char *what, const char **argument)
{
	autofree char *sentence = NULL;
	int index, c;

	optind = 0; /* glibc: start over */
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, &index)) != -1) {
		if (c == 0) {
			values[index] = optarg ? optarg : "";
			continue;
		}
		sentence = c == ':' ? str_printf("the option %s needs a value", argv[optind - 1]) :
				      str_printf("\"vgpuctl %s\" has no option %s", argv[0],
						 argv[optind - 1]);
		return usage(ctl, argv[0], sentence);
	}
	if (argc - optind == (what ? 1 : 0)) {
		if (what)
			*argument = argv[optind];
		return 0;
	}
	if (what && argc == optind)
		sentence = str_printf("\"vgpuctl %s\" needs %s", argv[0], what);
	else
		sentence = str_printf("\"vgpuctl %s\" does not know what to do with \"%s\"", argv[0],
				      argv[optind + (what ? 1 : 0)]);
	return usage(ctl, argv[0], sentence);
}

static bool parse_number(const char *text, unsigned int *value)
{
	unsigned long n;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	n = strtoul(text, &end, 10);
	if (*end || n > NUMBER_MAX)
		return false;
	*value = (unsigned int)n;
	return true;
}

/* @text is not what the command takes; @what it is instead. */
static int wrong(struct ctl *ctl, const char *command, const char *text, const char *what)
{
	autofree char *sentence = str_printf("\"%s\" is %s", text, what);

	return usage(ctl, command, sentence);
}

static int check_bdf(struct ctl *ctl, const char *command, const char *text, char bdf[BDF_BYTES])
{
	if (bdf_parse(text, bdf))
		return 0;
	return wrong(ctl, command, text, "not a PCI address such as 0000:01:00.0");
}

static int check_uuid(struct ctl *ctl, const char *command, const char *text,
		      char uuid[UUID_BYTES])
{
	return uuid_parse(text, uuid) ? 0 : wrong(ctl, command, text, "not a UUID");
}

/* The member @key of an answer; reports an answer without it. */
static struct json_object *member(struct ctl *ctl, struct json_object *o, const char *key)
{
	struct json_object *v;

	if (json_object_object_get_ex(o, key, &v) && v)
		return v;
	err_set(&ctl->e, ERR_FAILED, "daemon and vgpuctl should have the same release",
		"the answer has no \"%s\"", key);
	return NULL;
}

/* ---- commands ---- */

static bool is_mixed(struct json_object *gpu)
{
	return placement_parse(json_get_string(gpu, "placement_mode", "")) ==
	       PLACEMENT_HETEROGENEOUS;
}

static int change_gpu(struct ctl *ctl, const char *bdf, const char *verb, struct json_object *body)
{
	autofree char *path = str_printf("/v1/gpus/%s/%s", bdf, verb);
	autojson *o = client_call(ctl, "POST", path, body);
	struct json_object *gpu = o ? member(ctl, o, "gpu") : NULL;

	if (!gpu)
		return fail(ctl);
	if (ctl->json)
		print_json(o);
	else if (!strcmp(verb, "enable"))
		printf("GPU %s is enabled: %s, firmware %s, %llu VFs%s.\n", bdf,
		       json_get_string(gpu, "chipset", "unknown chip"),
		       json_get_string(gpu, "gsp_version", "unknown"),
		       (unsigned long long)json_get_u64(gpu, "vfs", 0),
		       is_mixed(gpu) ? ", vGPUs of several sizes" : "");
	else
		printf("GPU %s is disabled.\n", bdf);
	return 0;
}

static int run_enable(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { "vfs", required_argument, NULL, 0 },
						 { "placement", required_argument, NULL, 0 },
						 { 0 } };
	autojson *body = json_object_new_object();
	const char *values[2] = { NULL, NULL }, *pf;
	unsigned int vfs;
	char bdf[BDF_BYTES];
	int ret = parse(ctl, argc, argv, options, values, "the PCI address of a GPU", &pf);

	if (ret || (ret = check_bdf(ctl, argv[0], pf, bdf)))
		return ret;
	if (values[0]) {
		if (!parse_number(values[0], &vfs) || !vfs)
			return usage(ctl, argv[0], "--vfs needs a number of at least 1");
		json_put_u64(body, "vfs", vfs);
	}
	if (values[1] && !placement_parse(values[1]))
		return usage(ctl, argv[0], "--placement is either homogeneous or heterogeneous");
	if (values[1])
		json_put_string(body, "placement", values[1]);
	return change_gpu(ctl, bdf, "enable", body);
}

static int run_disable(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { 0 } };
	const char *pf;
	char bdf[BDF_BYTES];
	int ret = parse(ctl, argc, argv, options, NULL, "the PCI address of a GPU", &pf);

	if (ret || (ret = check_bdf(ctl, argv[0], pf, bdf)))
		return ret;
	return change_gpu(ctl, bdf, "disable", NULL);
}

static void print_scrubbed(const char *bdf, uint64_t mib, uint64_t dirty_mib)
{
	printf("GPU %s: %" PRIu64 " MiB scrubbed.\n", bdf, mib);
	if (dirty_mib)
		printf("%" PRIu64 " MiB are dirty again, left by a vGPU that was released meanwhile.\n",
		       dirty_mib);
}

static int run_scrub(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { 0 } };
	autofree char *path = NULL;
	struct json_object *done;
	char bdf[BDF_BYTES];
	autojson *o = NULL;
	const char *pf;
	int ret = parse(ctl, argc, argv, options, NULL, "the PCI address of a GPU", &pf);

	if (ret || (ret = check_bdf(ctl, argv[0], pf, bdf)))
		return ret;
	path = str_printf("/v1/gpus/%s/scrub", bdf);
	o = client_call(ctl, "POST", path, NULL);
	done = o ? member(ctl, o, "scrub") : NULL;
	if (!done)
		return fail(ctl);
	if (ctl->json)
		print_json(o);
	else
		print_scrubbed(bdf, json_get_u64(done, "scrubbed_bytes", 0) >> 20,
			       json_get_u64(done, "dirty_bytes", 0) >> 20);
	return 0;
}

static int run_list(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { "gpus", no_argument, NULL, 0 },
						 { "vgpus", no_argument, NULL, 0 }, { 0 } };
	const char *values[2] = { NULL, NULL };
	struct json_object *gpus = NULL, *vgpus = NULL;
	autojson *first = NULL, *second = NULL;
	int ret = parse(ctl, argc, argv, options, values, NULL, NULL);
	bool all = !values[0] && !values[1];

	if (ret)
		return ret;
	if (all || values[0]) {
		first = client_read(ctl, "/v1/gpus");
		gpus = first ? member(ctl, first, "gpus") : NULL;
		if (!gpus)
			return fail(ctl);
	}
	if (all || values[1]) {
		second = client_read(ctl, "/v1/vgpus");
		vgpus = second ? member(ctl, second, "vgpus") : NULL;
		if (!vgpus)
			return fail(ctl);
	}
	if (ctl->json) {
		if (gpus && vgpus)
			json_object_object_add(first, "vgpus", json_object_get(vgpus));
		print_json(first ? first : second);
		return 0;
	}
	if (gpus)
		print_gpus(gpus);
	if (all)
		printf("\n");
	if (vgpus)
		print_vgpus(vgpus);
	return 0;
}

static int run_types(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { "gpu", required_argument, NULL, 0 },
						 { "creatable", no_argument, NULL, 0 }, { 0 } };
	const char *values[2] = { NULL, NULL };
	struct json_object *types, *kept, *gpu = NULL;
	char bdf[BDF_BYTES] = "";
	autojson *about = NULL;
	bool seen = false;
	autojson *o = NULL;
	int ret = parse(ctl, argc, argv, options, values, NULL, NULL);

	if (ret || (values[0] && (ret = check_bdf(ctl, argv[0], values[0], bdf))))
		return ret;
	o = client_read(ctl, "/v1/types");
	types = o ? member(ctl, o, "types") : NULL;
	if (!types)
		return fail(ctl);
	kept = json_object_new_array();
	for (size_t i = 0; i < json_object_array_length(types); i++) {
		struct json_object *t = json_object_array_get_idx(types, i);

		if (bdf[0] && strcmp(bdf, json_get_string(t, "gpu", "")))
			continue;
		seen = true;
		if (!values[1] || json_get_bool(t, "creatable", false))
			json_object_array_add(kept, json_object_get(t));
	}
	json_object_object_add(o, "types", kept);
	if (bdf[0]) {
		autofree char *path = str_printf("/v1/gpus/%s", bdf);

		about = client_read(ctl, path);
		gpu = about ? member(ctl, about, "gpu") : NULL;
		if (!gpu)
			return fail(ctl);
	}
	if (ctl->json)
		print_json(o);
	else if (json_object_array_length(kept))
		print_types(kept, is_mixed(gpu));
	else if (seen)
		printf("No type can be created now; \"vgpuctl types\" says why.\n");
	else
		printf("No types: %s%s is %senabled (vgpuctl enable PF).\n",
		       bdf[0] ? "GPU " : "no GPU", bdf, bdf[0] ? "not " : "");
	return 0;
}

static int run_create(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		{ "gpu", required_argument, NULL, 0 },  { "type", required_argument, NULL, 0 },
		{ "uuid", required_argument, NULL, 0 }, { "face", required_argument, NULL, 0 },
		{ "wait", required_argument, NULL, 0 }, { "placement", required_argument, NULL, 0 },
		{ 0 }
	};
	autofree char *wait_limit =
		str_printf("not a number of seconds from 0 to %d", CREATE_WAIT_MAX_SECONDS);
	const char *values[6] = { NULL };
	autojson *body = json_object_new_object(), *o = NULL;
	char bdf[BDF_BYTES], uuid[UUID_BYTES];
	struct json_object *vgpu;
	unsigned int seconds = 0, place = 0;
	int ret = parse(ctl, argc, argv, options, values, NULL, NULL);

	if (ret)
		return ret;
	if (!values[0] || !values[1])
		return usage(ctl, argv[0], "\"vgpuctl create\" needs --gpu and --type");
	ret = check_bdf(ctl, argv[0], values[0], bdf);
	if (ret || (values[2] && (ret = check_uuid(ctl, argv[0], values[2], uuid))))
		return ret;
	if (values[3] && strcmp(values[3], "mdev") && strcmp(values[3], "vf"))
		return usage(ctl, argv[0], "--face is either mdev or vf");
	if (values[4] && (!parse_number(values[4], &seconds) || seconds > CREATE_WAIT_MAX_SECONDS))
		return wrong(ctl, argv[0], values[4], wait_limit);
	if (values[5] && (!parse_number(values[5], &place) || place > PLACE_MAX))
		return usage(ctl, argv[0], "--placement needs the number of a place");
	json_put_string(body, "gpu", bdf);
	json_put_string(body, "type", values[1]);
	if (values[2])
		json_put_string(body, "uuid", uuid);
	if (values[3])
		json_put_string(body, "face", values[3]);
	if (values[4])
		json_put_u64(body, "wait_seconds", seconds);
	if (values[5])
		json_put_u64(body, "placement_id", place);
	o = client_call(ctl, "POST", "/v1/vgpus", body);
	vgpu = o ? member(ctl, o, "vgpu") : NULL;
	if (!vgpu)
		return fail(ctl);
	if (ctl->json)
		print_json(o);
	else
		printf("%s\n", json_get_string(vgpu, "uuid", ""));
	return 0;
}

static int run_destroy(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { 0 } };
	autofree char *path = NULL;
	autojson *o = NULL;
	char uuid[UUID_BYTES];
	const char *text;
	int ret = parse(ctl, argc, argv, options, NULL, "the UUID of a vGPU", &text);

	if (ret || (ret = check_uuid(ctl, argv[0], text, uuid)))
		return ret;
	path = str_printf("/v1/vgpus/%s", uuid);
	o = client_call(ctl, "DELETE", path, NULL);
	if (!o)
		return fail(ctl);
	if (ctl->json)
		print_json(o);
	return 0;
}

static int run_show(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { 0 } };
	char uuid[UUID_BYTES], bdf[BDF_BYTES];
	autofree char *path = NULL;
	struct json_object *what;
	autojson *o = NULL;
	const char *text;
	bool is_vgpu;
	int ret = parse(ctl, argc, argv, options, NULL, "a vGPU's UUID or a GPU's PCI address",
			&text);

	if (ret)
		return ret;
	is_vgpu = uuid_parse(text, uuid);
	if (!is_vgpu && !bdf_parse(text, bdf))
		return wrong(ctl, argv[0], text, "neither a vGPU's UUID nor a GPU's PCI address");
	path = is_vgpu ? str_printf("/v1/vgpus/%s", uuid) : str_printf("/v1/gpus/%s", bdf);
	o = client_read(ctl, path);
	what = o ? member(ctl, o, is_vgpu ? "vgpu" : "gpu") : NULL;
	if (!what)
		return fail(ctl);
	if (ctl->json)
		print_json(o);
	else
		print_object(what);
	return 0;
}

static int run_vram(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { 0 } };
	autofree char *path = NULL;
	struct json_object *maps;
	char bdf[BDF_BYTES];
	autojson *o = NULL;
	const char *text;
	bool one = false;
	int ret;

	for (int i = 1; i < argc; i++)
		one |= argv[i][0] != '-';
	ret = parse(ctl, argc, argv, options, NULL, one ? "the PCI address of a GPU" : NULL, &text);
	if (ret || (one && (ret = check_bdf(ctl, argv[0], text, bdf))))
		return ret;
	path = one ? str_printf("/v1/gpus/%s/vram", bdf) : str_printf("/v1/vram");
	o = client_read(ctl, path);
	maps = o ? member(ctl, o, "vram") : NULL;
	if (!maps)
		return fail(ctl);
	if (ctl->json)
		print_json(o);
	else
		print_vram(maps);
	return 0;
}

static int run_xml(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { "libvirt-version", required_argument, NULL, 0 },
						 { 0 } };
	autofree char *path = NULL, *xml = NULL;
	const char *values[1] = { NULL }, *text;
	autojson *o = NULL, *answer = NULL;
	struct json_object *vgpu;
	unsigned long version;
	char uuid[UUID_BYTES];
	int ret = parse(ctl, argc, argv, options, values, "the UUID of a vGPU", &text);

	if (ret || (ret = check_uuid(ctl, argv[0], text, uuid)))
		return ret;
	version = values[0] ? libvirt_version_parse(values[0]) : libvirt_version();
	if (values[0] && !version)
		return usage(ctl, argv[0], "--libvirt-version needs a version such as 9.0.0");
	path = str_printf("/v1/vgpus/%s", uuid);
	o = client_read(ctl, path);
	vgpu = o ? member(ctl, o, "vgpu") : NULL;
	xml = vgpu ? hostdev_xml(vgpu, version, &ctl->e) : NULL;
	if (!xml)
		return fail(ctl);
	if (!ctl->json) {
		fputs(xml, stdout);
		return 0;
	}
	answer = json_versioned();
	json_put_string(answer, "uuid", uuid);
	json_put_u64(answer, "libvirt_version", version);
	json_put_string(answer, "xml", xml);
	print_json(answer);
	return 0;
}

static int run_doctor(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { 0 } };
	struct json_object *checks;
	autojson *o = NULL;
	int ret = parse(ctl, argc, argv, options, NULL, NULL, NULL);

	if (ret)
		return ret;
	o = client_read(ctl, "/v1/doctor");
	checks = o ? member(ctl, o, "checks") : NULL;
	if (!checks)
		return fail(ctl);
	if (ctl->json)
		print_json(o);
	else
		print_checks(checks);
	return json_get_bool(o, "healthy", false) ? 0 : err_exit_status(ERR_FAILED);
}

const struct command commands[] = {
	{ "enable", "PF [--vfs N] [--placement homogeneous|heterogeneous]", "take a GPU into use: driver, firmware, VFs", run_enable },
	{ "disable", "PF", "give a GPU back", run_disable },
	{ "scrub", "PF", "fill what vGPUs have left in a GPU's memory with zeroes", run_scrub },
	{ "list", "[--gpus] [--vgpus]", "GPUs and vGPUs", run_list },
	{ "types", "[--gpu BDF] [--creatable]", "vGPU types, what can be created now, why not",
	  run_types },
	{ "create", "--gpu BDF --type TYPE [--uuid UUID] [--face mdev|vf] [--placement ID] [--wait SEC]",
	  "make a vGPU, print its UUID when it is usable", run_create },
	{ "destroy", "UUID", "stop a vGPU and forget it", run_destroy },
	{ "show", "UUID|BDF", "everything about one vGPU or GPU", run_show },
	{ "vram", "[BDF]", "who holds which part of a GPU's memory, gaps, page tables", run_vram },
	{ "xml", "UUID [--libvirt-version V]", "the <hostdev> for a libvirt domain", run_xml },
	{ "doctor", "", "is this host fit, and is all as configured?", run_doctor },
};

const size_t command_count = sizeof(commands) / sizeof(commands[0]);
