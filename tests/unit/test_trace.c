// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model's trace: our own core boots as its reference traces say, and the tools that compare
 * traces see what differs.
 *
 * A change of the boot sequence changes the references: "make trace-refs" writes them anew, and
 * their difference (gpu-trace diff OLD NEW) belongs into the description of that change.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../kmod/abi/regs.h"
#include "../../tools/gpu-trace/normal.h"

/* Folder of the references; "make trace-refs" names another one to write to. */
#define REFERENCES "tests/trace"
#define UPDATE_ENV "TRACE_UPDATE"

/* Each chip with each firmware line that it boots. */
static const struct {
	const char *board, *chip, *firmware;
} boots[] = {
	{ "L40", "AD102", "570.144" },
	{ "L40", "AD102", "535.113.01" },
	{ "A40", "GA102", "570.144" },
	{ "A40", "GA102", "535.113.01" },
};

static const char *trace_path(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/openvgpu-trace-%d", (int)getpid());
	return path;
}

static void record(struct harness *h)
{
	char err[256];

	if (gpu_model_trace(h->gm, trace_path(), err, sizeof(err)))
		fail_msg("%s", err);
}

static void load(struct trace *t, struct trace_normal *n, const char *path, const char *part)
{
	char err[256];

	if (trace_read(t, path, part, err, sizeof(err)))
		fail_msg("%s", err);
	assert_int_equal(trace_normalise(t, n), 0);
}

/* Boot and unload on a fresh board, traced. */
static void boot_traced(const char *board, const char *firmware)
{
	struct harness_options opt = { .board = board, .firmware = firmware };
	struct harness *h = harness_new(&opt);

	record(h);
	gpu_model_trace_mark(h->gm, "begin boot");
	harness_boot(h);
	gpu_model_trace_mark(h->gm, "end boot");
	harness_shutdown(h);
	assert_int_equal(gpu_model_trace(h->gm, NULL, NULL, 0), 0);
	harness_free(h);
}

static void write_reference(const struct trace_normal *n, const char *name)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", getenv(UPDATE_ENV), name);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "# openvgpu trace 1\n");
	for (size_t i = 0; i < n->num_lines; i++)
		fprintf(f, "%s\n", n->line[i]);
	fclose(f);
}

/* Every register that the core touches has a name. */
static void names_expect(const struct trace_normal *n)
{
	for (size_t i = 0; i < n->num_lines; i++) {
		const char *name = n->line[i] + 2, *colon = strchr(name, ':');

		if (strchr("RW", n->line[i][0]) && !strncmp(colon ? colon + 1 : name, "0x", 2))
			fail_msg("no name in trace_names.c for: %s", n->line[i]);
	}
}

static void core_boots_as_its_references(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(boots); i++) {
		struct trace_normal want = { 0 }, got = { 0 };
		struct trace t_want = { 0 }, t_got = { 0 };
		char name[64], path[128];
		bool same = true;

		snprintf(name, sizeof(name), "core-%s-%s", boots[i].chip, boots[i].firmware);
		boot_traced(boots[i].board, boots[i].firmware);
		load(&t_got, &got, trace_path(), NULL);
		if (getenv(UPDATE_ENV)) {
			write_reference(&got, name);
		} else {
			snprintf(path, sizeof(path), REFERENCES "/%s.gz", name);
			load(&t_want, &want, path, NULL);
			same = trace_diff(&want, &got, stdout);
		}
		if (!same)
			fail_msg("%s is not as its reference (above); see \"make trace-refs\"", name);
		names_expect(&got);
		trace_normal_free(&want);
		trace_normal_free(&got);
		trace_free(&t_want);
		trace_free(&t_got);
		remove(trace_path());
	}
}

/* Twice the same boot, addresses and times apart; only a part of the second is compared. */
static void two_boots_are_equal(void **state)
{
	struct trace_normal a, b;
	struct trace ta, tb;

	boot_traced(NULL, NULL);
	load(&ta, &a, trace_path(), "boot");
	boot_traced(NULL, NULL);
	load(&tb, &b, trace_path(), "boot");
	assert_true(a.num_lines > 100);
	assert_true(trace_diff(&a, &b, stdout));
	trace_normal_free(&a);
	trace_normal_free(&b);
	trace_free(&ta);
	trace_free(&tb);
	remove(trace_path());
}

static char *diff_text(const struct trace_normal *a, const struct trace_normal *b, bool *same)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	*same = trace_diff(a, b, f);
	fclose(f);
	return text;
}

/* One more access is found, at its place and in the counts. */
static void one_access_more_is_seen(void **state)
{
	struct trace_normal a, b;
	struct trace ta, tb;
	struct harness *h;
	char *text;
	bool same;

	boot_traced(NULL, NULL);
	load(&ta, &a, trace_path(), "boot");
	h = harness_new(NULL);
	record(h);
	gpu_model_trace_mark(h->gm, "begin boot");
	harness_boot(h);
	gpu_model_mmio_read(h->gm, 0, 0, NV_STRAP_CRYSTAL, 4);
	gpu_model_trace_mark(h->gm, "end boot");
	gpu_model_trace(h->gm, NULL, NULL, 0);
	harness_shutdown(h);
	harness_free(h);
	load(&tb, &b, trace_path(), "boot");
	text = diff_text(&a, &b, &same);
	assert_false(same);
	assert_non_null(strstr(text, "R NV_STRAP_CRYSTAL =00000000"));
	assert_non_null(strstr(text, "       0        1  R NV_STRAP_CRYSTAL"));
	free(text);
	trace_normal_free(&a);
	trace_normal_free(&b);
	trace_free(&ta);
	trace_free(&tb);
	remove(trace_path());
}

static void polling_and_chance_are_taken_out(void **state)
{
	static const char raw[] =
		"# openvgpu trace 1 L40\n"
		"5 R NV_PTIMER_TIME_0 ~00000001\n"
		"6 R NV_PFB_MMU_WPR2_HI =00000000 x3\n"
		"7 I INTx 1\n"
		"7 R NV_VFN_INTR_TOP !00000001\n"
		"8 C RPC_FN_NOP - 0\n"
		"9 R NV_PFB_MMU_WPR2_HI =00000001\n"
		"9 W NV_PBUS_BAR0_WINDOW @00012345\n"
		"9 W NV_PRAMIN * x8\n"
		"9 W NV_PBUS_BAR2_BLOCK @00000001 x2\n";
	static const char *const normal[] = {
		"R NV_PFB_MMU_WPR2_HI =00000001", "W NV_PBUS_BAR0_WINDOW @", "W NV_PRAMIN *",
		"W NV_PBUS_BAR2_BLOCK @", "C RPC_FN_NOP - 0",
		"R NV_PTIMER_TIME_0 ~", "R NV_VFN_INTR_TOP !",
	};
	FILE *f = fopen(trace_path(), "w");
	struct trace_normal n;
	struct trace t;

	assert_non_null(f);
	fputs(raw, f);
	fclose(f);
	load(&t, &n, trace_path(), NULL);
	assert_int_equal(n.num_lines, sizeof(normal) / sizeof(normal[0]));
	for (size_t i = 0; i < n.num_lines; i++)
		assert_string_equal(n.line[i], normal[i]);
	trace_normal_free(&n);
	trace_free(&t);
	remove(trace_path());
}

/* What is no trace is refused with a sentence that says where. */
static void bad_traces_are_refused(void **state)
{
	static const struct {
		const char *text, *part, *error;
	} cases[] = {
		{ "R NV_PMC_BOOT_0 =0\n", NULL, "it is no trace" },
		{ "# openvgpu trace 1\nR NV_PMC_BOOT_0\n", NULL, "line 2" },
		{ "# openvgpu trace 1\n1 X y\n", NULL, "line 2" },
		{ "# openvgpu trace 1\n1 R NV_PMC_BOOT_0 =0", NULL, "line 2" },
		{ "# openvgpu trace 1\n1 R NV_PMC_BOOT_0 =0 x0\n", NULL, "line 2" },
		{ "# openvgpu trace 1\n1 M begin boot\n", "boot", "\"end boot\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		FILE *f = fopen(trace_path(), "w");
		struct trace t;
		char err[256];

		assert_non_null(f);
		fputs(cases[i].text, f);
		fclose(f);
		assert_int_equal(trace_read(&t, trace_path(), cases[i].part, err, sizeof(err)), -1);
		if (!strstr(err, cases[i].error))
			fail_msg("expected \"%s\" in: %s", cases[i].error, err);
		trace_free(&t);
	}
	remove(trace_path());
}

static void a_file_that_cannot_be_written_is_named(void **state)
{
	struct harness *h = harness_new(NULL);
	char err[256];

	assert_int_not_equal(gpu_model_trace(h->gm, "/nowhere/trace", err, sizeof(err)), 0);
	assert_non_null(strstr(err, "/nowhere/trace"));
	harness_boot(h);
	harness_shutdown(h);
	harness_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(core_boots_as_its_references),
		cmocka_unit_test(two_boots_are_equal),
		cmocka_unit_test(one_access_more_is_seen),
		cmocka_unit_test(polling_and_chance_are_taken_out),
		cmocka_unit_test(bad_traces_are_refused),
		cmocka_unit_test(a_file_that_cannot_be_written_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
