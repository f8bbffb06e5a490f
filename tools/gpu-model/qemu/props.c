// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Properties of the board. The first group describes the board and can only be set on -device or
 * device_add; the second acts on the running model through QMP qom-set and qom-get.
 */
#include "adapter.h"

enum prop_kind {
	PROP_SIZE,
	PROP_U64,
	PROP_UINT,
	PROP_BOOL,
};

struct prop {
	const char *name;
	const char *type;
	enum prop_kind kind;
	size_t offset;
	const char *description;
};

#define BOARD_PROP(_name, _type, _kind, _member, _description)                      \
	{                                                                           \
		_name, _type, _kind, offsetof(struct qgm_pf, _member), _description \
	}

static const struct prop board_props[] = {
	BOARD_PROP("vram", "size", PROP_SIZE, config.vram_bytes,
		   "framebuffer in bytes (default: the board's own)"),
	BOARD_PROP("vmmu-segment", "size", PROP_SIZE, config.vmmu_segment_bytes,
		   "VMMU segment in bytes, 32M to 1G (default 128M)"),
	BOARD_PROP("resident-cap", "size", PROP_SIZE, config.resident_cap_bytes,
		   "framebuffer content that may be resident (default 2G)"),
	BOARD_PROP("plugin-boot-ns", "uint64", PROP_U64, config.plugin_boot_ns,
		   "time from bootload to a vGPU plugin's ready mark, in ns"),
	BOARD_PROP("num-vfs", "uint32", PROP_UINT, config.num_vfs,
		   "TotalVFs (default: the board's own)"),
	BOARD_PROP("gpc-mask", "uint32", PROP_UINT, config.gpc_mask,
		   "GPCs that exist (default: the board's own)"),
	BOARD_PROP("tpc-mask", "uint32", PROP_UINT, config.tpc_mask,
		   "TPCs of each GPC (default: the board's own)"),
	BOARD_PROP("msi", "bool", PROP_BOOL, config.msi, "show an MSI capability on the PF"),
	BOARD_PROP("msix-entries", "uint32", PROP_UINT, config.msix_entries,
		   "size of the PF's MSI-X table (default 6)"),
	BOARD_PROP("require-signatures", "bool", PROP_BOOL, config.require_signatures,
		   "refuse vGPU types without a signature"),
	BOARD_PROP("trace", "bool", PROP_BOOL, trace, "log the model's TRACE lines"),
};

static void prop_visit(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
	const struct prop *prop = opaque;
	char *field = (char *)QGM_PF(obj) + prop->offset;
	uint32_t u32;

	switch (prop->kind) {
	case PROP_SIZE:
		visit_type_size(v, name, (uint64_t *)field, errp);
		break;
	case PROP_U64:
		visit_type_uint64(v, name, (uint64_t *)field, errp);
		break;
	case PROP_UINT:
		u32 = *(unsigned int *)field;
		if (visit_type_uint32(v, name, &u32, errp))
			*(unsigned int *)field = u32;
		break;
	case PROP_BOOL:
		visit_type_bool(v, name, (bool *)field, errp);
		break;
	}
}

/* Properties that describe the board are fixed once it is there. */
static bool still_open(Object *obj, const char *name, Error **errp)
{
	if (!QGM_PF(obj)->model)
		return true;
	error_setg(errp, "gpu-model: '%s' describes the board and can only be set when it is made",
		   name);
	return false;
}

static void prop_set(Object *obj, Visitor *v, const char *name, void *opaque, Error **errp)
{
	if (still_open(obj, name, errp))
		prop_visit(obj, v, name, opaque, errp);
}

static char *board_get(Object *obj, Error **errp)
{
	return g_strdup(QGM_PF(obj)->board ?: "L40");
}

static void board_set(Object *obj, const char *value, Error **errp)
{
	struct qgm_pf *pf = QGM_PF(obj);

	if (!still_open(obj, "board", errp))
		return;
	g_free(pf->board);
	pf->board = g_strdup(value);
}

/* ---- at run time ---- */

static bool model_ready(struct qgm_pf *pf, Error **errp)
{
	if (pf->model)
		return true;
	error_setg(errp, "gpu-model: the board is not realized yet");
	return false;
}

static char *fail_get(Object *obj, Error **errp)
{
	return g_strdup(QGM_PF(obj)->fail ?: "");
}

static void fail_set(Object *obj, const char *value, Error **errp)
{
	struct qgm_pf *pf = QGM_PF(obj);
	char err[QGM_ERR_BYTES] = "";

	/* Before realize gpu_model_new() checks the words. */
	if (pf->model) {
		int ret;

		if (!qgm_enter(pf, "fail"))
			return;
		ret = gpu_model_set_fail(pf->model, value, err, sizeof(err));
		qgm_leave(pf);
		if (ret) {
			error_setg(errp, "gpu-model: %s", err);
			return;
		}
	}
	g_free(pf->fail);
	pf->fail = g_strdup(value);
}

static void inject_set(Object *obj, const char *value, Error **errp)
{
	struct qgm_pf *pf = QGM_PF(obj);
	char err[QGM_ERR_BYTES] = "";
	int ret;

	if (!model_ready(pf, errp) || !qgm_enter(pf, "inject"))
		return;
	ret = gpu_model_inject(pf->model, value, err, sizeof(err));
	qgm_leave(pf);
	if (ret)
		error_setg(errp, "gpu-model: %s", err);
}

static char *trace_file_get(Object *obj, Error **errp)
{
	return g_strdup(QGM_PF(obj)->trace_file ?: "");
}

static void trace_file_set(Object *obj, const char *value, Error **errp)
{
	struct qgm_pf *pf = QGM_PF(obj);
	char err[QGM_ERR_BYTES] = "";
	int ret;

	/* Before realize model_new() opens it. */
	if (pf->model) {
		if (!qgm_enter(pf, "trace-file"))
			return;
		ret = gpu_model_trace(pf->model, value, err, sizeof(err));
		qgm_leave(pf);
		if (ret)
			error_setg(errp, "gpu-model: %s", err);
	}
	g_free(pf->trace_file);
	pf->trace_file = g_strdup(value);
}

static void trace_mark_set(Object *obj, const char *value, Error **errp)
{
	struct qgm_pf *pf = QGM_PF(obj);

	if (!model_ready(pf, errp) || !qgm_enter(pf, "trace-mark"))
		return;
	gpu_model_trace_mark(pf->model, value);
	qgm_leave(pf);
}

/* Hex digits to bytes; the count, or 0 for anything else. */
static size_t parse_hex(const char *hex, uint8_t *out, size_t max)
{
	size_t len = strlen(hex), i;

	if (len == 0 || len % 2 || len / 2 > max)
		return 0;
	for (i = 0; i < len / 2; i++) {
		int hi = g_ascii_xdigit_value(hex[2 * i]);
		int lo = g_ascii_xdigit_value(hex[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return 0;
		out[i] = hi << 4 | lo;
	}
	return len / 2;
}

static char *hits_json(const struct gpu_model_hit *hits, size_t count)
{
	GString *out = g_string_new("[");
	size_t i;

	for (i = 0; i < count; i++)
		g_string_append_printf(out,
				       "%s{\"spa\":%" PRIu64 ",\"gfid\":%u,\"gpa\":%" PRIu64 "}",
				       i ? "," : "", hits[i].spa, hits[i].gfid, hits[i].gpa);
	g_string_append_c(out, ']');
	return g_string_free(out, false);
}

static void find_set(Object *obj, const char *value, Error **errp)
{
	struct qgm_pf *pf = QGM_PF(obj);
	g_autofree struct gpu_model_hit *hits = NULL;
	g_autofree uint8_t *needle = g_malloc(QGM_MAX_NEEDLE);
	size_t len = parse_hex(value, needle, QGM_MAX_NEEDLE), count;

	if (!model_ready(pf, errp))
		return;
	if (!len) {
		error_setg(errp, "gpu-model: find takes 1 to %u bytes as hex digits",
			   QGM_MAX_NEEDLE);
		return;
	}
	hits = g_new0(struct gpu_model_hit, QGM_MAX_HITS);
	if (!qgm_enter(pf, "find"))
		return;
	count = gpu_model_vram_find(pf->model, needle, len, hits, QGM_MAX_HITS);
	qgm_leave(pf);
	if (count > QGM_MAX_HITS) {
		qgm_log(pf, GPU_MODEL_LOG_WARN, "%zu places found, the first %u are reported",
			count, QGM_MAX_HITS);
		count = QGM_MAX_HITS;
	}
	g_free(pf->hits);
	pf->hits = hits_json(hits, count);
}

static char *hits_get(Object *obj, Error **errp)
{
	return g_strdup(QGM_PF(obj)->hits ?: "[]");
}

static void translate_set(Object *obj, const char *value, Error **errp)
{
	struct qgm_pf *pf = QGM_PF(obj);
	g_auto(GStrv) words = g_strsplit(value, " ", 2);
	struct gpu_model_page page;
	guint64 number[2];
	size_t i;

	if (!model_ready(pf, errp))
		return;
	for (i = 0; i < G_N_ELEMENTS(number); i++) {
		if (!words[0] || !words[i] ||
		    !g_ascii_string_to_unsigned(words[i] + 2 * g_str_has_prefix(words[i], "0x"),
						16, 0, G_MAXUINT64, &number[i], NULL)) {
			error_setg(errp, "gpu-model: translate takes a root's address in VRAM and "
				   "a virtual address, both in hex");
			return;
		}
	}
	if (!qgm_enter(pf, "translate"))
		return;
	gpu_model_translate(pf->model, number[0], number[1], &page);
	qgm_leave(pf);
	g_free(pf->translation);
	pf->translation = g_strdup_printf("{\"kind\":\"%s\",\"address\":%" PRIu64
					  ",\"left\":%" PRIu64 ",\"read_only\":%s}",
					  page.kind, page.address, page.left,
					  page.read_only ? "true" : "false");
}

static char *translation_get(Object *obj, Error **errp)
{
	return g_strdup(QGM_PF(obj)->translation ?: "{}");
}

static char *stats_get(Object *obj, Error **errp)
{
	struct qgm_pf *pf = QGM_PF(obj);
	char *json, *copy;

	if (!pf->model || !qgm_enter(pf, "stats"))
		return g_strdup("{}");
	json = gpu_model_stats_json(pf->model);
	qgm_leave(pf);
	copy = g_strdup(json ?: "{}");
	free(json);
	return copy;
}

static char *config_diff_get(Object *obj, Error **errp)
{
	struct qgm_pf *pf = QGM_PF(obj);
	char *json;

	if (!pf->model || !qgm_enter(pf, "config-diff"))
		return g_strdup("[]");
	json = qgm_layout_diff(pf);
	qgm_leave(pf);
	return json;
}

void qgm_props_init(ObjectClass *oc)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(board_props); i++) {
		const struct prop *prop = &board_props[i];

		object_class_property_add(oc, prop->name, prop->type, prop_visit, prop_set, NULL,
					  (void *)prop);
		object_class_property_set_description(oc, prop->name, prop->description);
	}
	object_class_property_add_str(oc, "board", board_get, board_set);
	object_class_property_set_description(oc, "board", "which board to be (default L40)");
	object_class_property_add_str(oc, "fail", fail_get, fail_set);
	object_class_property_set_description(oc, "fail", "injected faults, comma separated");
	object_class_property_add_str(oc, "inject", NULL, inject_set);
	object_class_property_set_description(oc, "inject", "make something happen now");
	object_class_property_add_str(oc, "find", NULL, find_set);
	object_class_property_set_description(oc, "find", "search VRAM for these hex bytes");
	object_class_property_add_str(oc, "hits", hits_get, NULL);
	object_class_property_set_description(oc, "hits", "what the last find found, JSON");
	object_class_property_add_str(oc, "translate", NULL, translate_set);
	object_class_property_set_description(oc, "translate",
					      "walk page tables: address of the root and virtual "
					      "address, hex");
	object_class_property_add_str(oc, "translation", translation_get, NULL);
	object_class_property_set_description(oc, "translation",
					      "where the last translate led, JSON");
	object_class_property_add_str(oc, "trace-file", trace_file_get, trace_file_set);
	object_class_property_set_description(oc, "trace-file",
					      "record register accesses and RPCs in this file");
	object_class_property_add_str(oc, "trace-mark", NULL, trace_mark_set);
	object_class_property_set_description(oc, "trace-mark", "put a milestone into the trace");
	object_class_property_add_str(oc, "stats", stats_get, NULL);
	object_class_property_set_description(oc, "stats", "counters and state, JSON");
	object_class_property_add_str(oc, "config-diff", config_diff_get, NULL);
	object_class_property_set_description(oc, "config-diff",
					      "where QEMU's config space is not the model's, JSON");
}
