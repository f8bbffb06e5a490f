// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes the built-in catalogue of vGPU types (C, for kmod/core/type.h) from the profile files:
 *	gen-types OUTPUT PROFILE.json...
 * Any fault in a file is one sentence on stderr, exit status 1, and no output file.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "profile.h"

static int read_file(const char *path, char **text, size_t *length)
{
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		return -1;
	*text = malloc(PROFILE_MAX_FILE_BYTES + 1);
	if (!*text) {
		fclose(f);
		return -1;
	}
	n = fread(*text, 1, PROFILE_MAX_FILE_BYTES + 1, f);
	if (ferror(f)) {
		fclose(f);
		return -1;
	}
	fclose(f);
	*length = n;
	return 0;
}

static int load(const char *path, struct profile_board *board)
{
	char why[PROFILE_WHY_BYTES] = "";
	char *text = NULL;
	size_t length;
	int ret;

	memset(board, 0, sizeof(*board));
	if (read_file(path, &text, &length)) {
		fprintf(stderr, "gen-types: %s: %s\n", path, strerror(errno));
		free(text);
		return -1;
	}
	ret = profile_parse(text, length, board, why);
	if (ret)
		fprintf(stderr, "gen-types: %s: %s\n", path, why);
	free(text);
	return ret;
}

static void write_type(FILE *out, const struct profile_board *b, const struct profile_type *t)
{
	fprintf(out, "\t{\n\t\t.id = %" PRIu64 ",\n\t\t.name = \"NVIDIA %s\",\n", t->id, t->name);
	fprintf(out, "\t\t.class_name = \"%s\",\n\t\t.license = \"%s\",\n", t->class_name,
		t->license);
	fprintf(out, "\t\t.pf_device = 0x%04x,\n\t\t.pf_subsystem = 0x%04x,\n",
		(unsigned int)b->device, (unsigned int)b->subsystem);
	fprintf(out, "\t\t.guest_device = 0x%04x,\n\t\t.guest_subsystem = 0x%04x,\n",
		(unsigned int)b->device, (unsigned int)t->guest_subsystem);
	fprintf(out, "\t\t.profile_bytes = 0x%" PRIx64 "ULL,\n\t\t.fb_bytes = 0x%" PRIx64 "ULL,\n",
		t->profile_bytes, t->fb_bytes);
	fprintf(out, "\t\t.reserve_bytes = 0x%" PRIx64 "ULL,\n\t\t.heap_bytes = 0x%" PRIx64 "ULL,\n",
		t->reserve_bytes, t->heap_bytes);
	fprintf(out, "\t\t.max_instances = %" PRIu64 ",\n\t\t.heads = %" PRIu64 ",\n",
		t->max_instances, t->heads);
	fprintf(out, "\t\t.max_x = %" PRIu64 ",\n\t\t.max_y = %" PRIu64 ",\n", t->max_x, t->max_y);
	fprintf(out, "\t\t.max_pixels = %" PRIu64 ",\n\t\t.frl = %" PRIu64 ",\n", t->max_pixels,
		t->frl);
	fprintf(out, "\t\t.bar1_mib = %" PRIu64 ",\n\t\t.encoder_capacity = %" PRIu64 ",\n",
		t->bar1_mib, t->encoder_capacity);
	fprintf(out, "\t\t.cuda = %s,\n\t\t.ecc = %s,\n\t\t.multi_vgpu = %s,\n",
		t->cuda ? "true" : "false", t->ecc ? "true" : "false",
		t->multi_vgpu ? "true" : "false");
	if (t->missing[0])
		fprintf(out, "\t\t.missing = \"%s\",\n", t->missing);
	fprintf(out, "\t},\n");
}

static int write_table(const char *path, const struct profile_board *boards, size_t count)
{
	char temporary[4096];
	FILE *out;
	int bad;

	snprintf(temporary, sizeof(temporary), "%s.tmp", path);
	out = fopen(temporary, "w");
	if (!out) {
		fprintf(stderr, "gen-types: %s: %s\n", temporary, strerror(errno));
		return -1;
	}
	fprintf(out, "// SPDX-License-Identifier: GPL-2.0-only\n"
		"/* Generated from vgpu-mgr/profiles/ by gen-types. Edit those files. */\n"
		"#include <linux/types.h>\n\n#include \"type.h\"\n\n"
		"const struct vgpu_type vgpu_type_catalogue[] = {\n");
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "\t/* %s */\n", boards[i].board);
		for (size_t j = 0; j < boards[i].type_count; j++)
			write_type(out, &boards[i], &boards[i].types[j]);
	}
	fprintf(out, "};\n\nconst size_t vgpu_type_catalogue_count =\n"
		"\tsizeof(vgpu_type_catalogue) / sizeof(vgpu_type_catalogue[0]);\n");
	bad = ferror(out);
	if (fclose(out) || bad || rename(temporary, path)) {
		fprintf(stderr, "gen-types: %s: %s\n", path, strerror(errno));
		unlink(temporary);
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct profile_board *boards;
	char why[PROFILE_WHY_BYTES];
	size_t count;
	int ret = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: gen-types OUTPUT PROFILE.json...\n");
		return 2;
	}
	count = (size_t)argc - 2;
	boards = calloc(count, sizeof(*boards));
	if (!boards)
		return 1;
	for (size_t i = 0; i < count; i++)
		ret |= load(argv[i + 2], &boards[i]);
	if (!ret && profile_check_set(boards, count, why)) {
		fprintf(stderr, "gen-types: %s\n", why);
		ret = -1;
	}
	if (!ret)
		ret = write_table(argv[1], boards, count);
	for (size_t i = 0; i < count; i++)
		profile_free(&boards[i]);
	free(boards);
	return ret ? 1 : 0;
}
