// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reader of traces, normal form and comparison. The input picks lines from a list of good and
 * nearly good ones, by its bytes, and puts raw bytes between them; a normal form must be its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/gpu-trace/normal.h"

#define RAW_MAX 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const lines[] = {
	"1 R NV_PMC_BOOT_0 !192000a1\n", "2 W NV_PRAMIN * x8\n", "3 R NV_PFB_MMU_WPR2_HI =00000000 x3\n",
	"4 W NV_PBUS_BAR0_WINDOW @00012345\n", "5 R NV_PTIMER_TIME_0 ~1\n", "6 C RPC_FN_NOP - 0\n",
	"7 A RPC_FN_NOP 0 0x0\n", "8 E RPC_EV_GSP_INIT_DONE 4 0x0\n", "9 I INTx 1\n",
	"10 M begin boot\n", "11 M end boot\n", "R BAR3 *\n", "# comment\n", "12 R x\n", "13 R x =\n",
	"14 R x =0 x0\n", "99999999999999999999 M y\n", "W x =0 x18446744073709551615\n",
};

static char *text_make(const uint8_t *data, size_t size)
{
	char *text = NULL;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);

	if (!f)
		return NULL;
	fputs("# openvgpu trace 1\n", f);
	for (size_t i = 0; i < size; i++) {
		size_t pick = data[i] % (sizeof(lines) / sizeof(lines[0]) + 1);
		size_t n = data[i] % RAW_MAX;

		if (pick < sizeof(lines) / sizeof(lines[0]))
			fputs(lines[pick], f);
		else if (i + n < size)
			fwrite(data + i, 1, n, f);
	}
	fclose(f);
	return text;
}

static void normal_is_its_own(const struct trace_normal *n, FILE *out)
{
	struct trace_normal again;
	char err[256], *text;
	struct trace t;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);

	fputs("# openvgpu trace 1\n", f);
	for (size_t i = 0; i < n->num_lines; i++)
		fprintf(f, "%s\n", n->line[i]);
	fclose(f);
	if (trace_parse(&t, text, "normal form", NULL, err, sizeof(err)) || trace_normalise(&t, &again))
		abort();
	if (!trace_diff(n, &again, out))
		abort();
	trace_normal_free(&again);
	trace_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *part = size && data[0] & 1 ? "boot" : NULL;
	char err[256], *text = text_make(data, size);
	struct trace_normal n;
	struct trace t;
	static FILE *out;

	if (!out)
		out = fopen("/dev/null", "w");
	if (!text || !out)
		return 0;
	if (!trace_parse(&t, text, "input", part, err, sizeof(err)) && !trace_normalise(&t, &n)) {
		normal_is_its_own(&n, out);
		trace_count(&t, out);
		trace_phases(&t, out);
		trace_normal_free(&n);
	}
	trace_free(&t);
	return 0;
}
