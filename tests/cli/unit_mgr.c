// SPDX-License-Identifier: GPL-2.0-or-later
/* Unit tests of vgpu-mgr/lib and of the profile reader. Runs in the project's top folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "lib/api.h"
#include "lib/config.h"
#include "lib/hostdev.h"
#include "lib/inventory.h"
#include "lib/json_util.h"
#include "lib/run.h"
#include "lib/wait.h"
#include "profiles/profile.h"

#define OPENAPI "vgpu-mgr/openapi.json"
#define PROFILE "vgpu-mgr/profiles/l40.json"
#define UUID "6f0c53fc-2d4e-4d84-9b4b-6a4d8f2f7a11"

#define RECORD_OF_BEFORE "\"uuid\":\"" UUID "\",\"gpu\":\"0000:01:00.0\",\"vf\":\"0000:01:00.4\",\"type_id\":877"

static char root[64];

static struct mgr mgr(void)
{
	return (struct mgr){ .root = root };
}

static int make_root(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/unit-mgr-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int drop_root(void **state)
{
	char *const argv[] = { (char *)"rm", (char *)"-rf", root, NULL };
	autorun r = { 0 };

	(void)state;
	return run_program(argv, NULL, 10, &r, NULL);
}

/* Under the root: directories on the way are made. */
static void put(const char *name, const char *text)
{
	autofree char *path = str_printf("%s%s", root, name);

	for (char *p = strchr(path + strlen(root) + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
	assert_int_equal(file_replace(path, text, 0644), 0);
}

static void test_addresses(void **state)
{
	static const char *const bad[] = { "", "0", "01:00", "0000:01:00.8", "0000:01:20.0", "0000:01:00.0 ",
					   "0000.01:00.0", "g000:01:00.0", "0000:01:00.0/..", "../../../../" };
	char bdf[BDF_BYTES];

	(void)state;
	assert_true(bdf_parse("01:00.0", bdf));
	assert_string_equal(bdf, "0000:01:00.0");
	assert_true(bdf_parse("ABCD:EF:1F.7", bdf));
	assert_string_equal(bdf, "abcd:ef:1f.7");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(bdf_parse(bad[i], bdf));
}

static void test_uuids(void **state)
{
	char uuid[UUID_BYTES], other[UUID_BYTES];

	(void)state;
	assert_true(uuid_parse("6F0C53FC-2D4E-4D84-9B4B-6A4D8F2F7A11", uuid));
	assert_string_equal(uuid, UUID);
	assert_false(uuid_parse("00000000-0000-0000-0000-000000000000", uuid));
	assert_false(uuid_parse("6f0c53fc2d4e4d849b4b6a4d8f2f7a11", uuid));
	assert_false(uuid_parse(UUID "0", uuid));
	assert_false(uuid_parse("6f0c53fc-2d4e-4d84-9b4b-6a4d8f2f7a1g", uuid));
	uuid_make(uuid);
	uuid_make(other);
	assert_string_not_equal(uuid, other);
	assert_true(uuid_parse(uuid, other));
	assert_int_equal(uuid[14], '4');
}

static void test_text(void **state)
{
	char text[] = "a\nb\tc\x1b\xff \n";

	(void)state;
	text_clean(text);
	assert_string_equal(text, "a b c ?");
}

static void test_error_object(void **state)
{
	struct err e = { 0 }, back;
	autojson *o = NULL;

	(void)state;
	assert_int_equal(err_set(&e, ERR_BUSY, "do this", "the %s", "first"), -1);
	err_set(&e, ERR_FAILED, NULL, "the second");
	assert_string_equal(e.sentence, "the first");
	for (int i = 0; i < ERR_HOLDERS + 3; i++)
		err_holder(&e, "holder %d", i);
	o = err_json(&e);
	err_from_json(&back, o);
	assert_int_equal(back.code, ERR_BUSY);
	assert_string_equal(back.hint, "do this");
	assert_int_equal(back.holder_count, ERR_HOLDERS);
	assert_string_equal(back.holders[1], "holder 1");
	assert_int_equal(err_set(NULL, ERR_FAILED, NULL, "nobody listens"), -1);
	err_from_json(&back, NULL);
	assert_int_equal(back.code, ERR_FAILED);
}

static void test_error_codes(void **state)
{
	static const int status[] = { 0, 1, 2, 3, 4, 5, 6, 7 };

	(void)state;
	for (int i = 0; i < 8; i++)
		assert_int_equal(err_exit_status((enum err_code)i), status[i]);
	for (int i = 1; i < ERR_CODE_COUNT; i++) {
		assert_int_equal(err_code_from_name(err_code_name((enum err_code)i)), i);
		assert_true(err_http_status((enum err_code)i) >= 400);
	}
	assert_int_equal(err_code_from_name("nonsense"), ERR_FAILED);
}

static void test_json(void **state)
{
	static const char *const bad[] = { "", "{", "{}x", "[1,]", "{\"a\":1,}", "null", "\"\xff\"" };
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&e);
		assert_null(json_parse(bad[i], strlen(bad[i]), "the text", &e));
		assert_int_equal(e.code, ERR_USAGE);
	}
}

static void test_files(void **state)
{
	autofree char *path = str_printf("%s/deep/file", root);
	autofree char *temporary = str_printf("%s.new", path);
	autofree char *text = NULL;
	uint64_t n;

	(void)state;
	assert_int_equal(file_replace(path, "17\n\n", 0600), 0);
	assert_false(path_exists(temporary));
	text = file_read(path, 10);
	assert_string_equal(text, "17");
	assert_null(file_read(path, 2));
	assert_int_equal(file_read_u64(path, &n), 0);
	assert_int_equal(n, 17);
	assert_int_equal(file_replace(path, "x", 0600), 0);
	assert_int_equal(file_read_u64(path, &n), -1);
	assert_int_equal(file_remove(path), 0);
	assert_int_equal(file_remove(path), 0);
	assert_int_equal(file_write(path, "never made"), -1);
}

static void test_config_faults(void **state)
{
	static const char *const bad[] = {
		"", "[]", "{}", "{\"version\":1}", "{\"version\":2,\"gpus\":[]}", "{\"version\":1,\"gpus\":{}}",
		"{\"version\":1,\"gpus\":[1]}", "{\"version\":1,\"gpus\":[{\"bdf\":\"x\",\"vfs\":1}]}",
		"{\"version\":1,\"gpus\":[{\"bdf\":\"0000:01:00.0\"}]}",
		"{\"version\":1,\"gpus\":[{\"bdf\":\"0000:01:00.0\",\"vfs\":0}]}",
		"{\"version\":1,\"gpus\":[{\"bdf\":\"0000:01:00.0\",\"vfs\":257}]}",
		"{\"version\":1,\"gpus\":[{\"bdf\":\"0000:01:00.0\",\"vfs\":1},{\"bdf\":\"01:00.0\",\"vfs\":1}]}",
		"{\"version\":1,\"gpus\":[{\"bdf\":\"0000:01:00.0\",\"vfs\":1,\"placement\":\"mixed\"}]}",
		"{\"version\":1,\"gpus\":[{\"bdf\":\"0000:01:00.0\",\"vfs\":1,\"placement\":1}]}",
		"{\"version\":1,\"gpus\":[{\"bdf\":\"0000:01:00.0\",\"vfs\":1,\"placement\":null}]}",
		"{\"version\":1,\"gpus\":[{\"bdf\":\"0000:01:00.0\",\"vfs\":1,\"placment\":\"heterogeneous\"}]}",
		"{\"version\":1,\"gpus\":[],\"policy\":{}}",
	};
	static const char cut_off[] = "{\"version\":1,";
	struct config c;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&e);
		assert_int_equal(config_parse(bad[i], strlen(bad[i]), "the file", &c, &e), -1);
		assert_true(strlen(e.sentence) > 10);
	}
	err_clear(&e);
	assert_int_equal(config_parse(cut_off, strlen(cut_off), "the file", &c, &e), -1);
	assert_non_null(strstr(e.sentence, "near byte 13: "));
}

static void test_config_round_trip(void **state)
{
	static const struct config_gpu first = { "0000:01:00.0", 32, PLACEMENT_HOMOGENEOUS };
	static const struct config_gpu second = { "0000:02:00.0", 4, PLACEMENT_HOMOGENEOUS };
	static const struct config_gpu changed = { "0000:01:00.0", 16, PLACEMENT_HETEROGENEOUS };
	struct mgr m = mgr();
	struct config c = { 0 }, back;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(config_load(&m, &back, &e), 0);
	assert_int_equal(back.count, 0);
	config_set(&c, &first, &e);
	config_set(&c, &second, &e);
	config_set(&c, &changed, &e);
	put("/etc/x", "");
	assert_int_equal(config_save(&m, &c, &e), 0);
	assert_int_equal(config_load(&m, &back, &e), 0);
	assert_int_equal(back.count, 2);
	assert_int_equal(config_find(&back, "0000:01:00.0")->vfs, 16);
	assert_int_equal(config_find(&back, "0000:01:00.0")->placement, PLACEMENT_HETEROGENEOUS);
	assert_int_equal(config_find(&back, "0000:02:00.0")->placement, PLACEMENT_HOMOGENEOUS);
	config_drop(&back, "0000:01:00.0");
	assert_null(config_find(&back, "0000:01:00.0"));
	assert_int_equal(back.count, 1);
}

static void test_records(void **state)
{
	struct vf_record rec = { .uuid = UUID, .gpu = "0000:01:00.0", .vf = "0000:01:00.4", .type_id = 877,
				 .placement_id = 24 };
	struct mgr m = mgr();
	static const char *const bad_places[] = { "-1", "65535", "\"24\"", "null", "1.5" };
	autorecords r = { 0 }, back = { 0 }, damaged = { 0 }, old = { 0 };
	struct pending p = { .enable = true, .gpu = "0000:01:00.0" }, q;
	struct err e = { 0 };

	(void)state;
	put("/var/lib/x", "");
	assert_int_equal(records_add(&r, &rec, &e), 0);
	assert_int_equal(records_save(&m, &r, &e), 0);
	assert_int_equal(records_load(&m, &back, &e), 0);
	assert_int_equal(records_find(&back, UUID)->type_id, 877);
	assert_int_equal(records_find(&back, UUID)->placement_id, 24);
	records_drop(&back, UUID);
	assert_null(records_find(&back, UUID));
	put(RECORDS_PATH, "{\"version\":1,\"vgpus\":[{\"uuid\":\"" UUID "\"}]}");
	assert_int_equal(records_load(&m, &damaged, &e), -1);
	put(RECORDS_PATH, "{\"version\":1,\"vgpus\":[{" RECORD_OF_BEFORE "}]}");
	assert_int_equal(records_load(&m, &old, &e), 0);
	assert_int_equal(records_find(&old, UUID)->placement_id, PLACE_NONE);
	for (size_t i = 0; i < sizeof(bad_places) / sizeof(bad_places[0]); i++) {
		autofree char *text = str_printf("{\"version\":1,\"vgpus\":[{%s,\"placement_id\":%s}]}",
						 RECORD_OF_BEFORE, bad_places[i]);

		put(RECORDS_PATH, text);
		assert_int_equal(records_load(&m, &damaged, &e), -1);
	}
	err_clear(&e);
	assert_int_equal(pending_load(&m, &q, &e), 0);
	assert_int_equal(pending_save(&m, &p, &e), 0);
	assert_int_equal(pending_load(&m, &q, &e), 1);
	assert_true(q.enable);
	assert_int_equal(pending_clear(&m, &e), 0);
	assert_int_equal(pending_load(&m, &q, &e), 0);
	put(PENDING_PATH, "{\"version\":1,\"operation\":\"explode\",\"gpu\":\"0000:01:00.0\"}");
	assert_int_equal(pending_load(&m, &q, &e), -1);
}

static void test_run(void **state)
{
	char *const both[] = { (char *)"sh", (char *)"-c", (char *)"cat; echo bad >&2; exit 3", NULL };
	char *const slow[] = { (char *)"sleep", (char *)"100", NULL };
	char *const none[] = { (char *)"/nonexistent/program", NULL };
	char *const flood[] = { (char *)"head", (char *)"-c", (char *)"1000000", (char *)"/dev/zero", NULL };
	autorun a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(run_program(both, "hello", 10, &a, &e), 0);
	assert_int_equal(a.status, 3);
	assert_string_equal(a.out, "hello");
	assert_string_equal(a.err, "bad\n");
	assert_int_equal(run_program(slow, NULL, 1, &b, &e), -1);
	assert_int_equal(e.code, ERR_TIMEOUT);
	err_clear(&e);
	assert_int_equal(run_program(none, NULL, 10, &c, &e), -1);
	assert_int_equal(e.code, ERR_NOT_FOUND);
	assert_int_equal(run_program(flood, NULL, 30, &d, NULL), 0);
}

static int third_time(const struct mgr *m, void *arg, struct err *e)
{
	(void)m;
	(void)e;
	return ++*(int *)arg == 3;
}

static int never(const struct mgr *m, void *arg, struct err *e)
{
	(void)m;
	(void)arg;
	(void)e;
	return 0;
}

static int hopeless(const struct mgr *m, void *arg, struct err *e)
{
	(void)m;
	(void)arg;
	return err_set(e, ERR_FAILED, NULL, "it cannot be");
}

static void test_wait(void **state)
{
	struct mgr m = mgr();
	struct err e = { 0 };
	int calls = 0;

	(void)state;
	assert_int_equal(wait_until(&m, 10, third_time, &calls, &e), 1);
	assert_int_equal(wait_until(&m, 0, never, NULL, &e), 0);
	assert_int_equal(wait_until(&m, 10, hopeless, NULL, &e), -1);
}

static void test_hostdev(void **state)
{
	autojson *mdev = json_tokener_parse("{\"uuid\":\"" UUID "\",\"vf\":\"0000:65:00.4\",\"face\":\"mdev\"}");
	autojson *vf = json_tokener_parse("{\"uuid\":\"" UUID "\",\"vf\":\"0000:65:00.4\",\"face\":\"vf\"}");
	autojson *bad = json_tokener_parse("{\"uuid\":\"'/><x\",\"vf\":\"0000:65:00.4\",\"face\":\"mdev\"}");
	autofree char *a = NULL, *b = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(libvirt_version_parse("9.0.0"), 9000000);
	assert_int_equal(libvirt_version_parse("10.2"), 10002000);
	assert_int_equal(libvirt_version_parse("nine"), 0);
	a = hostdev_xml(mdev, 9000000, &e);
	assert_non_null(strstr(a, "<address uuid='" UUID "'/>"));
	b = hostdev_xml(vf, 10000000, &e);
	assert_non_null(strstr(b, "domain='0x0000' bus='0x65' slot='0x00' function='0x4'"));
	assert_null(hostdev_xml(vf, 9000000, &e));
	assert_int_equal(e.code, ERR_UNSUPPORTED);
	assert_null(hostdev_xml(bad, 9000000, NULL));
}

static void test_types(void **state)
{
	static const struct vgpu_type_info types[] = { { .id = 877, .name = "L40-12Q" },
						       { .id = 0, .name = "L40-4C" } };

	(void)state;
	assert_ptr_equal(types_find(types, 2, "L40-12Q"), &types[0]);
	assert_ptr_equal(types_find(types, 2, "NVIDIA L40-12Q"), &types[0]);
	assert_ptr_equal(types_find(types, 2, "l40-12q"), &types[0]);
	assert_ptr_equal(types_find(types, 2, "877"), &types[0]);
	assert_ptr_equal(types_find(types, 2, VF_DRIVER "-877"), &types[0]);
	assert_ptr_equal(types_find(types, 2, "L40-4C"), &types[1]);
	assert_null(types_find(types, 2, "0"));
	assert_null(types_find(types, 2, ""));
	assert_null(types_find(types, 2, "8770000000000000000000000"));
}

/* "/v1/gpus/{bdf}/enable" -> "/v1/gpus/{}/enable" */
static void strip_name(const char *from, char *to)
{
	for (bool inside = false; *from; from++) {
		inside &= *from != '}';
		if (!inside)
			*to++ = *from;
		inside |= *from == '{';
	}
	*to = '\0';
}

/* Every request the code serves is in the description, and the other way round. */
static void test_openapi(void **state)
{
	autojson *doc = json_object_from_file(OPENAPI);
	struct json_object *paths;
	size_t described = 0, served = 0, matched = 0;
	const char *method;
	char path[128], plain[128];

	(void)state;
	assert_true(doc && json_object_object_get_ex(doc, "paths", &paths));
	json_object_object_foreach(paths, template, operations) {
		strip_name(template, plain);
		json_object_object_foreach(operations, name, operation) {
			(void)operation;
			described++;
			for (size_t i = 0; (method = api_route(i, path, sizeof(path))); i++)
				matched += !strcasecmp(name, method) && !strcmp(path, plain);
		}
	}
	while (api_route(served, path, sizeof(path)))
		served++;
	assert_int_equal(matched, described);
	assert_int_equal(matched, served);
}

static void test_empty_host(void **state)
{
	struct mgr m = { .root = "/nonexistent" };
	autoinventory inv = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(inventory_read(&m, &inv, &e), 0);
	assert_int_equal(inv.gpu_count, 0);
}

/* The word in brackets, and a number or none, as the driver's files have them. */
static void test_placement_files(void **state)
{
	static const struct {
		const char *mode, *place;
		enum placement placement;
		int id;
	} cases[] = {
		{ "[homogeneous] heterogeneous\n", "0\n", PLACEMENT_HOMOGENEOUS, 0 },
		{ "homogeneous [heterogeneous]\n", "65534\n", PLACEMENT_HETEROGENEOUS, 65534 },
		{ "homogeneous heterogeneous\n", "Not Applicable\n", PLACEMENT_UNSET, PLACE_NONE },
		{ "[several\n", "65535\n", PLACEMENT_UNSET, PLACE_NONE },
	};
	struct mgr m = mgr();

	(void)state;
	assert_int_equal(gpu_placement(&m, "0000:01:00.0"), PLACEMENT_UNSET);
	assert_int_equal(vgpu_place(&m, "0000:01:00.4"), PLACE_NONE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put("/sys/bus/pci/devices/0000:01:00.0/vgpu/placement_mode", cases[i].mode);
		put("/sys/bus/pci/devices/0000:01:00.4/vgpu/placement_id", cases[i].place);
		assert_int_equal(gpu_placement(&m, "0000:01:00.0"), cases[i].placement);
		assert_int_equal(vgpu_place(&m, "0000:01:00.4"), cases[i].id);
	}
}

/* As many as there can be, and a file with more or with something else. */
static void test_places(void **state)
{
	autofree struct vgpu_type_info *types = NULL;
	char text[PLACES_MAX * 4 + 16];
	struct mgr m = mgr();
	size_t used = 0, count;

	(void)state;
	for (unsigned int i = 0; i < PLACES_MAX + 1; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%u ", i * 3);
	put("/sys/bus/pci/devices/0000:01:00.0/vgpu/types/877/placement_ids", text);
	put("/sys/bus/pci/devices/0000:01:00.0/vgpu/types/877/creatable_placement_ids", "0 24 x 36");
	types = types_read(&m, "0000:01:00.0", &count);
	assert_int_equal(count, 1);
	assert_int_equal(types[0].places.count, PLACES_MAX);
	assert_int_equal(types[0].places.ids[PLACES_MAX - 1], (PLACES_MAX - 1) * 3);
	assert_int_equal(types[0].free_places.count, 2);
	assert_int_equal(types[0].free_places.ids[1], 24);
}

/* A file cut off anywhere is a sentence, never a crash. */
static void test_profile_truncated(void **state)
{
	autofree char *text = file_read(PROFILE, 1u << 20);
	struct profile_board board;
	char why[PROFILE_WHY_BYTES];
	size_t length;

	(void)state;
	assert_non_null(text);
	length = strlen(text);
	assert_int_equal(profile_parse(text, length, &board, why), 0);
	assert_int_equal(board.type_count, 30);
	assert_int_equal(board.device, 0x26b5);
	assert_string_equal(board.types[0].name, "L40-1B");
	assert_int_equal(board.types[0].id, 869);
	profile_free(&board);
	for (size_t cut = 0; cut < length; cut += 37) {
		assert_int_equal(profile_parse(text, cut, &board, why), -1);
		profile_free(&board);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_uuids),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_error_object),
		cmocka_unit_test(test_error_codes),
		cmocka_unit_test(test_json),
		cmocka_unit_test_setup_teardown(test_files, make_root, drop_root),
		cmocka_unit_test(test_config_faults),
		cmocka_unit_test_setup_teardown(test_config_round_trip, make_root, drop_root),
		cmocka_unit_test_setup_teardown(test_records, make_root, drop_root),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_hostdev),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_openapi),
		cmocka_unit_test(test_empty_host),
		cmocka_unit_test_setup_teardown(test_placement_files, make_root, drop_root),
		cmocka_unit_test_setup_teardown(test_places, make_root, drop_root),
		cmocka_unit_test(test_profile_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
