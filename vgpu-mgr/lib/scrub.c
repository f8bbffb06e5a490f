// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "inventory.h"
#include "json_util.h"
#include "scrub.h"

/* Three lines of a word and a number. */
#define SUMS_LIMIT 256

struct sums {
	uint64_t runs, bytes, ns;
};

static int sums_read(const struct mgr *m, const char *bdf, struct sums *s, struct err *e)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/vgpu/scrub", bdf);
	autofree char *text = file_read(path, SUMS_LIMIT);

	if (!text)
		return err_errno(e, errno, "install the modules of this release",
				 "GPU %s: cannot read %s", bdf, path);
	if (sscanf(text, "runs %" SCNu64 " bytes %" SCNu64 " ns %" SCNu64, &s->runs, &s->bytes,
		   &s->ns) != 3)
		return err_set(e, ERR_FAILED, "install the modules of this release",
			       "GPU %s: %s is not as this release knows it", bdf, path);
	return 0;
}

static int scrub(const struct mgr *m, const char *bdf, struct err *e)
{
	autofree char *path = mgr_path(m, "/sys/bus/pci/devices/%s/vgpu/scrub", bdf);
	char text[TEXT_BYTES];
	int error;

	if (!file_write(path, "1"))
		return 0;
	error = errno;
	vgpu_attribute(m, bdf, "last_error", text, sizeof(text));
	return err_errno(e, error, "what was not scrubbed goes only to the vGPU that used it",
			 "GPU %s: its memory was not scrubbed%s%s", bdf,
			 text[0] ? "; the driver says: " : "", text);
}

struct json_object *gpu_scrub(const struct mgr *m, const char *bdf, struct err *e)
{
	autoinventory inv = { 0 };
	struct sums before, s;
	struct json_object *o;
	struct gpu *g;

	if (inventory_read(m, &inv, e))
		return NULL;
	g = inventory_gpu(&inv, bdf, e);
	if (!g)
		return NULL;
	if (!g->ours) {
		err_set(e, ERR_UNSUPPORTED, "enable it first: vgpuctl enable PF",
			"GPU %s has nothing to scrub: vgpu_core does not drive it", g->pci.bdf);
		return NULL;
	}
	if (sums_read(m, g->pci.bdf, &before, e) || scrub(m, g->pci.bdf, e) ||
	    sums_read(m, g->pci.bdf, &s, e))
		return NULL;
	o = json_object_new_object();
	json_put_string(o, "gpu", g->pci.bdf);
	/* Not the dirty bytes before and after: a vGPU that is released meanwhile adds to them. */
	json_put_u64(o, "scrubbed_bytes", s.bytes > before.bytes ? s.bytes - before.bytes : 0);
	json_put_u64(o, "dirty_bytes", vgpu_number(m, g->pci.bdf, "vram_dirty_bytes"));
	json_put_u64(o, "runs", s.runs);
	json_put_u64(o, "bytes", s.bytes);
	json_put_u64(o, "ns", s.ns);
	return o;
}
