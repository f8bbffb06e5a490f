// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A firmware whose messages are well formed but whose answers lie: on a board that the model plays,
 * the input edits what replies say (description of the board, interrupt vectors, engines, segment
 * size, objects, plugins) and makes up events. The driver refuses, or takes over facts that make
 * sense: memory inside VRAM, no two vGPUs in one place, everything given back.
 *
 * Linked with --wrap for the two calls that every reply passes.
 */
#include "../unit/harness.h"

#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/uuid.h>
#include <stdlib.h>

#include "../abi/r570.h"
#include "../abi/regs.h"
#include "../abi/rpc.h"
#include "bytes.h"
#include "event.h"
#include "fw.h"
#include "host.h"
#include "vgpu.h"

#define L40_6Q 875
#define VM_PID 4242
#define FIRST_VF_DBDF 0x104
#define MAX_VGPUS 3
/* A new board after so many inputs: handles that an edit lost are not given out again. */
#define INPUTS_PER_BOARD 64

ssize_t __real_gsp_rpc_call(struct vgpu_gpu *gpu, u32 function, const void *req, size_t req_len,
			    void *reply, size_t reply_len, unsigned int timeout_ms);
ssize_t __wrap_gsp_rpc_call(struct vgpu_gpu *gpu, u32 function, const void *req, size_t req_len,
			    void *reply, size_t reply_len, unsigned int timeout_ms);
ssize_t __real_gsp_rpc_call_result(struct vgpu_gpu *gpu, u32 function, const void *req,
				   size_t req_len, void *reply, size_t reply_len,
				   unsigned int timeout_ms, u32 *result);
ssize_t __wrap_gsp_rpc_call_result(struct vgpu_gpu *gpu, u32 function, const void *req,
				   size_t req_len, void *reply, size_t reply_len,
				   unsigned int timeout_ms, u32 *result);

static struct {
	bool armed;		/* replies are edited */
	struct harness *h;
	unsigned int inputs;
} in;

static uint64_t next_value(void)
{
	static const uint64_t special[] = { 0, 1, 0x7fffffff, 0xffffffff, ~0ULL, 1ULL << 27,
					    (48ULL << 30) - 1, (1ULL << 27) - 1 };
	uint8_t v = next();

	return v & 0x80 ? special[v % 8] << (v >> 3 & 3) : (uint64_t)v << next() % 48;
}

/* Where an edit of a reply hurts: the members that the driver reads. */
static size_t next_place(u32 function, size_t bytes)
{
	static const size_t info[] = {
		offsetof(struct r570_static_info, fb_regions.num_regions),
		offsetof(struct r570_static_info, fb_regions.region[0].base),
		offsetof(struct r570_static_info, fb_regions.region[0].limit),
		offsetof(struct r570_static_info, fb_regions.region[1].base),
		offsetof(struct r570_static_info, fb_regions.region[1].limit),
		offsetof(struct r570_static_info, fb_regions.region[1].reserved),
		offsetof(struct r570_static_info, fb_regions.region[1].support_compressed),
		offsetof(struct r570_static_info, fb_bytes),
		offsetof(struct r570_static_info, sriov_max_gfid),
		offsetof(struct r570_static_info, names.gpu_name),
		offsetof(struct r570_static_info, rm.bar1_pde_base),
		offsetof(struct r570_static_info, rm.h_internal_client),
	};
	uint8_t what = next();

	if (function == RPC_FN_GET_GSP_STATIC_INFO && what & 0x80)
		return info[what % ARRAY_SIZE(info)];
	if (function == RPC_FN_GSP_RM_CONTROL && what & 0x80)
		return sizeof(struct rpc_rm_control) + what % 64;
	return bytes ? (what | (size_t)next() << 8) % bytes : 0;
}

/* A region list of its own making, in VRAM for the most part. */
static void edit_regions(struct r570_static_info *info)
{
	u64 fb = le64_to_cpu(info->fb_bytes), base, bytes, end = 0;
	u32 i, count = 1 + next() % 4;

	info->fb_regions.num_regions = cpu_to_le32(count);
	for (i = 0; i < count; i++) {
		struct gsp_fb_region *r = &info->fb_regions.region[i];

		base = next() % 4 ? end + ((u64)next() << 20) : next_value() % (fb ?: 1);
		bytes = next() % 4 ? ((u64)next() << 26) + next() : next_value();
		memset(r, 0, sizeof(*r));
		r->base = cpu_to_le64(base);
		end = min(base + bytes, fb);
		r->limit = cpu_to_le64(end - 1);
		r->support_compressed = 1;
		r->support_iso = next() % 8 != 0;
		r->reserved = cpu_to_le64(next() % 8 == 0);
	}
}

static ssize_t edit_reply(u32 function, u8 *reply, size_t room, ssize_t ret, u32 *result)
{
	unsigned int edits;
	uint8_t what;

	if (!in.armed || ret <= 0 || !reply)
		return ret;
	what = next();
	if (!(what & 1))
		return ret;
	if (what % 32 == 1) {
		*result = (u32)next_value() | 1;
		return -EIO;
	}
	if (what % 32 == 3)
		return next_value() % (2 * (size_t)ret);
	if (function == RPC_FN_GET_GSP_STATIC_INFO && what & 0x40) {
		edit_regions((struct r570_static_info *)reply);
		return ret;
	}
	for (edits = what / 32 + 1; edits; edits--) {
		size_t bytes = min((size_t)ret, room), at = next_place(function, bytes);
		size_t width = 1U << next() % 4;
		u64 value = next_value();

		if (at < bytes && width <= bytes - at)
			memcpy(reply + at, &value, width);
	}
	return ret;
}

ssize_t __wrap_gsp_rpc_call(struct vgpu_gpu *gpu, u32 function, const void *req, size_t req_len,
			    void *reply, size_t reply_len, unsigned int timeout_ms)
{
	u32 result = 0;

	return edit_reply(function, reply, reply_len,
			  __real_gsp_rpc_call(gpu, function, req, req_len, reply, reply_len,
					      timeout_ms), &result);
}

ssize_t __wrap_gsp_rpc_call_result(struct vgpu_gpu *gpu, u32 function, const void *req,
				   size_t req_len, void *reply, size_t reply_len,
				   unsigned int timeout_ms, u32 *result)
{
	return edit_reply(function, reply, reply_len,
			  __real_gsp_rpc_call_result(gpu, function, req, req_len, reply, reply_len,
						     timeout_ms, result), result);
}

/* ---- what must hold ---- */

static void check_static_info(const struct vgpu_static_info *si)
{
	if (si->num_regions > VGPU_MAX_FB_REGIONS || !si->num_regions ||
	    !memchr(si->gpu_name, 0, sizeof(si->gpu_name)) ||
	    !memchr(si->gsp_version, 0, sizeof(si->gsp_version)) ||
	    si->gsp_vector >= NV_VFN_INTR_LEAVES * NV_VFN_INTR_VECTORS_PER_LEAF)
		abort();
	for (unsigned int i = 0; i < si->num_regions; i++) {
		const struct vgpu_fb_region *r = &si->region[i];

		if (!r->bytes || r->bytes > si->fb_bytes || r->base > si->fb_bytes - r->bytes)
			abort();
	}
}

struct range {
	u64 start, end;
};

static void check_memory(struct vgpu_gpu *gpu, unsigned int vgpus)
{
	struct range range[2 * MAX_VGPUS + 1];
	struct vgpu_host_info info;
	unsigned int n = 0;

	vgpu_host_info(gpu, &info);
	if (info.vram_total_bytes > gpu->si.fb_bytes || !is_power_of_2(info.segment_bytes) ||
	    info.vram_free_bytes + info.vram_dirty_bytes > info.vram_total_bytes)
		abort();
	range[n++] = (struct range){ gpu->host->vram.pf_pool.spa,
				     gpu->host->vram.pf_pool.spa + gpu->host->vram.pf_pool.bytes };
	for (unsigned int i = 0; i < vgpus; i++) {
		struct vgpu_vf_info vf;

		vgpu_vf_info(vgpu_vf_get(gpu, i), &vf);
		if (vf.state == VGPU_FREE)
			continue;
		range[n++] = (struct range){ vf.fb_spa, vf.fb_spa + vf.fb_bytes };
		range[n++] = (struct range){ vf.heap_spa, vf.heap_spa + vf.heap_bytes };
	}
	for (unsigned int i = 0; i < n; i++) {
		if (range[i].start >= range[i].end || range[i].end > gpu->si.fb_bytes)
			abort();
		for (unsigned int j = 0; j < i; j++)
			if (range[i].start < range[j].end && range[j].start < range[i].end)
				abort();
	}
}

/* ---- what happens ---- */

/* An event of any content, in a buffer of exactly its length. */
static void one_event(struct vgpu_gpu *gpu)
{
	static const u32 functions[] = {
		RPC_EV_RC_TRIGGERED, RPC_EV_OS_ERROR_LOG, RPC_EV_VGPU_GSP_PLUGIN_TRIGGERED,
		RPC_EV_MMU_FAULT_QUEUED, RPC_EV_GSP_RUN_CPU_SEQUENCER, 0x1fff,
	};
	static const size_t lengths[] = {
		sizeof(struct r570_rc_triggered), sizeof(struct r570_os_error_log),
		sizeof(struct rpc_vgpu_plugin_triggered), 0, 64, 300,
	};
	uint8_t what = next();
	size_t len = lengths[what % ARRAY_SIZE(lengths)];
	struct gsp_event *ev;

	if (what & 0x80)
		len = next() * 2;
	ev = malloc(sizeof(*ev) + len);
	if (!ev)
		abort();
	memset(ev, 0, sizeof(*ev));
	ev->function = functions[what % ARRAY_SIZE(functions)];
	ev->gfid = next() % 40;
	ev->len = len;
	for (size_t i = 0; i < len; i++)
		ev->data[i] = i < 16 ? next() % 40 : next();
	gsp_event_handle(gpu, ev);
	free(ev);
}

static void live(struct vgpu_gpu *gpu)
{
	unsigned int i, vgpus = min(1U + next() % MAX_VGPUS, gpu->host->num_vfs);

	for (i = 0; i < vgpus; i++) {
		uuid_t uuid = { .b = { 1, [15] = (u8)(i + 1) } };

		if (vgpu_claim(vgpu_vf_get(gpu, i), L40_6Q, &uuid))
			continue;
		check_memory(gpu, vgpus);
		if (!vgpu_open(vgpu_vf_get(gpu, i), VM_PID, FIRST_VF_DBDF + i))
			vgpu_set_bus_master(vgpu_vf_get(gpu, i), true);
	}
	for (i = next() % 8; i; i--)
		one_event(gpu);
	for (i = 0; i < vgpus; i++) {
		vgpu_close(vgpu_vf_get(gpu, i));
		vgpu_release(vgpu_vf_get(gpu, i));
	}
}

static void board_down(void)
{
	if (!in.h)
		return;
	harness_shutdown(in.h);
	harness_free(in.h);
	in.h = NULL;
}

static struct vgpu_gpu *board_up(void)
{
	if (in.h && (in.inputs % INPUTS_PER_BOARD == 0 || !in.h->gpu.rpc.running))
		board_down();
	if (!in.h) {
		if (!in.inputs)
			atexit(board_down);
		in.h = harness_new(NULL);
		harness_boot(in.h);
	}
	in.inputs++;
	return &in.h->gpu;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vgpu_gpu *gpu = board_up();
	struct vgpu_static_info good = gpu->si;
	int err;

	vgpu_host_fini(gpu);
	input = (struct fuzz_input){ data, size };
	in.armed = true;
	err = gsp_static_info_get(gpu);
	if (err)
		gpu->si = good;
	else
		check_static_info(&gpu->si);
	if (!vgpu_host_init(gpu)) {
		check_memory(gpu, 0);
		live(gpu);
	}
	in.armed = false;
	vgpu_host_fini(gpu);
	gpu->si = good;
	/* Whatever was believed, the next one starts afresh. */
	if (gpu->rpc.running && vgpu_host_init(gpu))
		in.inputs = in.inputs / INPUTS_PER_BOARD * INPUTS_PER_BOARD + INPUTS_PER_BOARD;
	return 0;
}
