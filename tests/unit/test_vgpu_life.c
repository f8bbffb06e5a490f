// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of vGPUs on the model: what a claim holds, what each fault says and where it ends, who
 * gets which memory. Every transition of the state table is seen by the end.
 */
#include "harness.h"

#include <linux/errno.h>
#include <linux/uuid.h>

#include "../abi/rpc.h"
#include "fw.h"
#include "host.h"
#include "type.h"
#include "vgpu.h"

#define L40_1Q 871
#define L40_6Q 875
#define L40_12Q 877
#define L40_24Q 879
#define L40_48Q 880
#define L4_2Q 911
#define PID 4242
#define DBDF(vf) (0x100U + 4 + (vf)->index)

static struct harness *h;
static struct vgpu_host_info at_start;

/* What the owner of a VF was told; seen[] outlives the tests. */
static bool seen[VGPU_STATE_COUNT][VGPU_STATE_COUNT];
struct owner {
	struct vgpu_vf *vf;
	enum vgpu_state state;
	unsigned int dead, xid, last_xid;
};
static struct owner owners[32];

static void on_event(void *ctx, enum vgpu_event event, u32 data)
{
	struct owner *owner = ctx;

	switch (event) {
	case VGPU_EVENT_STATE:
		assert_true(vgpu_state_edge(owner->state, data));
		seen[owner->state][data] = true;
		owner->state = data;
		break;
	case VGPU_EVENT_DEAD:
		owner->dead++;
		break;
	case VGPU_EVENT_XID:
		owner->xid++;
		owner->last_xid = data;
		break;
	default:
		break;
	}
	/* No core lock is held here. */
	assert_true(mutex_trylock(&owner->vf->op_lock));
	mutex_unlock(&owner->vf->op_lock);
	assert_true(mutex_trylock(&h->gpu.vram_lock));
	mutex_unlock(&h->gpu.vram_lock);
}

static const struct vgpu_vf_callbacks callbacks = { .event = on_event };

static void board_up(const struct harness_options *opt)
{
	h = harness_new(opt);
	harness_boot(h);
	memset(owners, 0, sizeof(owners));
	for (unsigned int i = 0; i < ARRAY_SIZE(owners); i++) {
		owners[i].vf = vgpu_vf_get(&h->gpu, i);
		assert_non_null(owners[i].vf);
		vgpu_vf_set_owner(owners[i].vf, &callbacks, &owners[i]);
	}
	vgpu_host_info(&h->gpu, &at_start);
}

static int setup(void **state)
{
	board_up(NULL);
	return 0;
}

static int teardown(void **state)
{
	harness_shutdown(h);
	harness_free(h);
	return 0;
}

static uuid_t id(unsigned int n)
{
	uuid_t uuid = { .b = { 0xaa, [14] = (u8)(n >> 8), [15] = (u8)n } };

	return uuid;
}

static struct vgpu_vf *vf_of(unsigned int i)
{
	return vgpu_vf_get(&h->gpu, i);
}

static int claim(unsigned int i, u32 type, unsigned int n)
{
	uuid_t uuid = id(n);

	return vgpu_claim(vf_of(i), type, &uuid);
}

static int open_vf(unsigned int i)
{
	return vgpu_open(vf_of(i), PID, DBDF(vf_of(i)));
}

static void expect_state(unsigned int i, enum vgpu_state want)
{
	struct vgpu_vf_info info;

	vgpu_vf_info(vf_of(i), &info);
	assert_string_equal(vgpu_state_name(info.state), vgpu_state_name(want));
	assert_int_equal(owners[i].state, want);
}

static void expect_text(unsigned int i, const char *text)
{
	char buf[VGPU_ERROR_TEXT_BYTES];

	vgpu_vf_last_error(vf_of(i), buf, sizeof(buf));
	if (!strstr(buf, text))
		print_message("wanted \"%s\" in: %s\n", text, buf);
	assert_non_null(strstr(buf, text));
}

static u64 free_and_dirty(void)
{
	struct vgpu_host_info info;

	vgpu_host_info(&h->gpu, &info);
	return info.vram_free_bytes + info.vram_dirty_bytes;
}

static void expect_all_back(void)
{
	struct vgpu_bar1_usage usage;
	struct vgpu_chid_pool fresh;
	struct vgpu_host_info info;

	vgpu_host_info(&h->gpu, &info);
	assert_int_equal(info.claimed, 0);
	assert_int_equal(info.open, 0);
	assert_false(vgpu_host_busy(&h->gpu));
	assert_int_equal(free_and_dirty(), at_start.vram_free_bytes + at_start.vram_dirty_bytes);
	vgpu_bar1_usage(&h->gpu, &usage);
	assert_int_equal(usage.mapped_bytes, 0);
	vgpu_chid_init(&fresh);
	assert_memory_equal(&fresh, &h->gpu.host->chids, sizeof(fresh));
}

/* ---- the good life ---- */

static void facts_of_the_board(void **state)
{
	assert_int_equal(at_start.segment_bytes, 128ULL << 20);
	assert_int_equal(at_start.vfs, 32);
	assert_true(at_start.vram_total_bytes > 47ULL << 30);
	assert_int_equal(at_start.vram_free_bytes, at_start.vram_total_bytes);
	assert_int_equal(at_start.vram_dirty_bytes, 0);
	assert_true(test_bit(NV2080_ENGINE_GR0, h->gpu.host->engines));
	assert_true(test_bit(NV2080_ENGINE_COPY0, h->gpu.host->engines));
	assert_null(vgpu_vf_get(&h->gpu, 32));
	assert_true(vgpu_types_of(&h->gpu, NULL, 0) >= 20);
}

static void one_life(void **state)
{
	struct vgpu_vf_info info;

	assert_int_equal(claim(0, L40_12Q, 1), 0);
	expect_state(0, VGPU_READY);
	vgpu_vf_info(vf_of(0), &info);
	assert_string_equal(info.type->name, "NVIDIA L40-12Q");
	assert_int_equal(info.gfid, 1);
	assert_int_equal(info.fb_bytes, 92 * (128ULL << 20));
	assert_int_equal(info.heap_bytes, 128ULL << 20);
	assert_int_equal(info.chid_count, 256);
	assert_int_equal(info.chid_base, 1792);
	assert_int_equal(info.placement_id, 0);
	assert_true(vgpu_host_busy(&h->gpu));

	assert_int_equal(open_vf(0), 0);
	expect_state(0, VGPU_OPEN);
	vgpu_vf_info(vf_of(0), &info);
	assert_true(info.open_ns > 0);
	assert_int_equal(vgpu_set_bus_master(vf_of(0), true), 0);
	assert_int_equal(vgpu_set_bus_master(vf_of(0), false), 0);
	assert_int_equal(vgpu_reset(vf_of(0)), 0);
	assert_int_equal(vgpu_set_bus_master(vf_of(0), true), 0);
	vgpu_close(vf_of(0));
	expect_state(0, VGPU_READY);
	assert_int_equal(open_vf(0), 0); /* and again */
	vgpu_close(vf_of(0));
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_state(0, VGPU_FREE);
	expect_all_back();
	assert_int_equal(owners[0].dead, 0);
}

static void fifty_lives(void **state)
{
	for (unsigned int i = 0; i < 50; i++) {
		unsigned int vf = i % 3;

		assert_int_equal(claim(vf, i & 1 ? L40_6Q : L40_24Q, 7), 0);
		assert_int_equal(open_vf(vf), 0);
		assert_int_equal(vgpu_set_bus_master(vf_of(vf), true), 0);
		shim_run(1000000);
		vgpu_close(vf_of(vf));
		assert_int_equal(vgpu_release(vf_of(vf)), 0);
		shim_run(1000000);
		expect_all_back();
	}
	/* One owner only: the whole of it was its own. */
	assert_int_equal(claim(0, L40_48Q, 7), 0);
}

static void thirty_two_1q(void **state)
{
	struct vgpu_vf_info a, b;

	for (unsigned int i = 0; i < 32; i++) {
		assert_int_equal(claim(i, L40_1Q, i), 0);
		assert_int_equal(open_vf(i), 0);
	}
	for (unsigned int i = 0; i < 32; i++) {
		vgpu_vf_info(vf_of(i), &a);
		for (unsigned int j = 0; j < i; j++) {
			vgpu_vf_info(vf_of(j), &b);
			assert_true(a.fb_spa >= b.fb_spa + b.fb_bytes ||
				    b.fb_spa >= a.fb_spa + a.fb_bytes);
			assert_true(a.chid_base >= b.chid_base + b.chid_count ||
				    b.chid_base >= a.chid_base + a.chid_count);
		}
	}
	for (unsigned int i = 0; i < 32; i++) {
		vgpu_close(vf_of(i));
		assert_int_equal(vgpu_release(vf_of(i)), 0);
	}
	expect_all_back();
}

static void every_type_to_its_maximum(void **state)
{
	const struct vgpu_type *types[64];
	size_t count = vgpu_types_of(&h->gpu, types, ARRAY_SIZE(types));

	h->gpu.allow_unscrubbed = true;
	for (size_t t = 0; t < count; t++) {
		unsigned int i;

		if (types[t]->missing)
			continue;
		for (i = 0; i < types[t]->max_instances; i++) {
			assert_int_equal(claim(i, types[t]->id, i), 0);
			assert_int_equal(open_vf(i), 0);
		}
		if (i < 32)
			assert_int_equal(claim(i, types[t]->id, i), -ENOSPC);
		while (i--) {
			vgpu_close(vf_of(i));
			assert_int_equal(vgpu_release(vf_of(i)), 0);
		}
		expect_all_back();
	}
}

/* AD104: half the memory, and types whose framebuffer is not whole segments. */
static int setup_l4(void **state)
{
	const struct harness_options opt = { .board = "L4" };

	board_up(&opt);
	return 0;
}

static void l4_2q_gets_whole_segments(void **state)
{
	const struct vgpu_type *type = vgpu_type_find(&h->gpu, L4_2Q);
	struct vgpu_vf_info info;

	assert_string_equal(h->gpu.chip->name, "AD104");
	assert_string_equal(h->gpu.si.gpu_name, "NVIDIA L4");
	assert_true(at_start.vram_total_bytes > 23ULL << 30);
	assert_true(at_start.vram_total_bytes < 24ULL << 30);
	assert_non_null(type);
	assert_int_equal(type->fb_bytes, 1856ULL << 20);
	assert_int_equal(claim(0, L4_2Q, 1), 0);
	assert_int_equal(open_vf(0), 0);
	vgpu_vf_info(vf_of(0), &info);
	assert_string_equal(info.type->name, "NVIDIA L4-2Q");
	assert_int_equal(info.fb_bytes, 14 * (128ULL << 20));
	vgpu_close(vf_of(0));
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_all_back();
}

/* ---- refusals ---- */

static void refused_claims(void **state)
{
	const struct vgpu_type *types[64];
	size_t count = vgpu_types_of(&h->gpu, types, ARRAY_SIZE(types));
	char why[VGPU_ERROR_TEXT_BYTES];
	uuid_t one = id(1), two = id(2);
	bool unknown_id = false;

	assert_int_equal(claim(0, 99999, 1), -ENOENT);
	expect_text(0, "type 99999 does not exist");
	assert_int_equal(claim(0, 0, 1), -ENOENT);
	assert_int_equal(vgpu_claim(vf_of(0), L40_12Q, &uuid_null), -EINVAL);
	assert_int_equal(vgpu_claim(vf_of(0), L40_12Q, NULL), -EINVAL);
	assert_int_equal(vgpu_release(vf_of(0)), -ENOENT);
	assert_int_equal(open_vf(0), -EINVAL);
	assert_int_equal(vgpu_reset(vf_of(0)), -EIO);
	assert_int_equal(vgpu_set_bus_master(vf_of(0), true), -EIO);
	vgpu_close(vf_of(0)); /* nothing to do */
	for (size_t t = 0; t < count; t++) {
		if (!types[t]->missing)
			continue;
		unknown_id = true;
		assert_int_equal(vgpu_creatable(vf_of(0), types[t], NULL, why, sizeof(why)),
				 -EOPNOTSUPP);
		assert_non_null(strstr(why, types[t]->missing));
	}
	assert_true(unknown_id);

	assert_int_equal(claim(0, L40_12Q, 1), 0);
	assert_int_equal(claim(0, L40_12Q, 2), -EBUSY);
	assert_int_equal(claim(1, L40_12Q, 1), -EEXIST);
	expect_text(1, "VF 0 already has a vGPU with this UUID");
	assert_int_equal(claim(1, L40_6Q, 2), -EINVAL);
	expect_text(1, "cannot be beside NVIDIA L40-12Q on VF 0");
	assert_int_equal(vgpu_creatable(vf_of(1), vgpu_type_find(&h->gpu, L40_6Q), &two, why,
					sizeof(why)), -EINVAL);
	assert_int_equal(vgpu_creatable(vf_of(1), vgpu_type_find(&h->gpu, L40_12Q), &two, why,
					sizeof(why)), 0);
	assert_int_equal(vgpu_creatable(vf_of(1), vgpu_type_find(&h->gpu, L40_12Q), &one, why,
					sizeof(why)), -EEXIST);
	assert_int_equal(vgpu_creatable(vf_of(0), vgpu_type_find(&h->gpu, L40_12Q), &two, NULL, 0),
			 -EBUSY);
	for (unsigned int i = 1; i < 4; i++)
		assert_int_equal(claim(i, L40_12Q, i + 1), 0);
	assert_int_equal(claim(4, L40_12Q, 9), -ENOSPC);
	expect_text(4, "4 vGPUs of this size exist");

	assert_int_equal(open_vf(0), 0);
	assert_int_equal(open_vf(0), -EINVAL);
	assert_int_equal(vgpu_release(vf_of(0)), -EBUSY);
	expect_text(0, "in use");
	vgpu_host_set_closing(&h->gpu, true);
	assert_int_equal(open_vf(1), -EBUSY);
	vgpu_close(vf_of(0));
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	assert_int_equal(claim(0, L40_12Q, 1), -EBUSY);
	vgpu_host_set_closing(&h->gpu, false);
	assert_int_equal(claim(0, L40_12Q, 1), 0);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(vgpu_release(vf_of(i)), 0);
	expect_all_back();
}

static void dirty_memory_stays_with_its_owner(void **state)
{
	const struct vgpu_type *q48 = vgpu_type_find(&h->gpu, L40_48Q);
	const struct vgpu_type *q24 = vgpu_type_find(&h->gpu, L40_24Q);
	char why[VGPU_ERROR_TEXT_BYTES];
	uuid_t one = id(1), two = id(2);
	struct vgpu_host_info info;
	struct vgpu_vf_info vf;

	/* Claimed but never opened: clean for anybody. */
	assert_int_equal(claim(0, L40_48Q, 1), 0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	assert_int_equal(claim(0, L40_48Q, 2), 0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);

	assert_int_equal(claim(0, L40_24Q, 1), 0);
	assert_int_equal(open_vf(0), 0);
	vgpu_close(vf_of(0));
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	vgpu_host_info(&h->gpu, &info);
	assert_true(info.vram_dirty_bytes >= 184 * (128ULL << 20));
	expect_all_back();

	/* Another one skips it, and says so when there is nothing else. */
	assert_int_equal(claim(0, L40_24Q, 2), 0);
	assert_non_null(shim_log_find("skipped 1 place"));
	vgpu_vf_info(vf_of(0), &vf);
	assert_int_equal(vf.fb_spa, 184 * (128ULL << 20));
	assert_int_equal(claim(1, L40_24Q, 3), -ENOSPC);
	expect_text(1, "1 of 2 places are in use, 1 hold what another vGPU left: "
		       "aa000000-0000-0000-0000-000000000001 and go only to its UUID");
	expect_text(1, "write 1 to vgpu/scrub");
	assert_int_equal(vgpu_creatable(vf_of(1), q24, NULL, why, sizeof(why)), -ENOSPC);
	assert_int_equal(vgpu_claimable(vf_of(1), q24), 0);
	/* Its owner gets the very same place. */
	assert_int_equal(claim(1, L40_24Q, 1), 0);
	vgpu_vf_info(vf_of(1), &vf);
	assert_int_equal(vf.fb_spa, 0);
	assert_int_equal(vgpu_release(vf_of(1)), 0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);

	assert_int_equal(vgpu_creatable(vf_of(0), q48, &two, why, sizeof(why)), -ENOSPC);
	assert_non_null(strstr(why, "left: aa000000-0000-0000-0000-000000000001 and"));
	assert_int_equal(vgpu_creatable(vf_of(0), q48, &one, why, sizeof(why)), 0);
	h->gpu.allow_unscrubbed = true;
	assert_int_equal(claim(0, L40_48Q, 2), 0);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_all_back();
}

/* ---- faults: each has its sentence and its state ---- */

static void open_faults(void **state)
{
	static const struct {
		const char *fail, *text;
	} faults[] = {
		{ "plugin-boot", "did not start in time" },
		{ "plugin-bootload", "GSP refused to start its plugin (INVALID_ARGUMENT)" },
		{ "control:545275905", "GSP refused to start its plugin" }, /* 0x20804001 */
		{ "plugin-negotiate", "refused to negotiate a version (NOT_SUPPORTED" },
		{ "plugin-init", "refused to take its configuration (INVALID_STATE" },
		{ "plugin-timeout", "did not negotiate a version in time" },
	};

	assert_int_equal(claim(0, L40_12Q, 1), 0);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		harness_set_fail(h, faults[i].fail);
		assert_int_equal(open_vf(0), -EIO);
		expect_state(0, VGPU_READY);
		expect_text(0, faults[i].text);
		harness_expect_error(h, faults[i].text);
		harness_set_fail(h, NULL);
		assert_int_equal(open_vf(0), 0); /* nothing lasting */
		vgpu_close(vf_of(0));
	}
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_all_back();
	assert_int_equal(owners[0].dead, 0);
}

static void refused_bootload_leaves_clean_memory(void **state)
{
	struct vgpu_host_info info;

	assert_int_equal(claim(0, L40_12Q, 1), 0);
	harness_set_fail(h, "plugin-bootload");
	assert_int_equal(open_vf(0), -EIO);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	vgpu_host_info(&h->gpu, &info);
	assert_int_equal(info.vram_dirty_bytes, 0);
}

/* GSP does not confirm the end: reserved until reset, in every way to get there. */
static void quarantine(void **state)
{
	static const char *const faults[] = { "plugin-shutdown", "plugin-cleanup" };
	u64 before, after;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		assert_int_equal(claim(i, L40_6Q, i), 0);
		assert_int_equal(open_vf(i), 0);
		before = free_and_dirty();
		harness_set_fail(h, faults[i]);
		vgpu_close(vf_of(i));
		harness_set_fail(h, NULL);
		expect_state(i, VGPU_QUARANTINED);
		expect_text(i, "did not confirm that its plugin is gone");
		assert_int_equal(vgpu_release(vf_of(i)), -EBUSY);
		assert_int_equal(claim(i, L40_6Q, 20 + i), -EBUSY);
		assert_int_equal(open_vf(i), -EINVAL);
		vgpu_close(vf_of(i));
		assert_int_equal(free_and_dirty(), before);
	}
	/* While it boots. */
	assert_int_equal(claim(i, L40_6Q, i), 0);
	harness_set_fail(h, "plugin-init,plugin-shutdown");
	assert_int_equal(open_vf(i), -EIO);
	harness_set_fail(h, NULL);
	expect_state(i++, VGPU_QUARANTINED);
	/* After a crash. */
	assert_int_equal(claim(i, L40_6Q, i), 0);
	assert_int_equal(open_vf(i), 0);
	assert_int_equal(gpu_model_inject(h->gm, "plugin-crash:4", NULL, 0), 0);
	shim_run(1000000);
	harness_set_fail(h, "plugin-cleanup");
	vgpu_close(vf_of(i));
	harness_set_fail(h, NULL);
	expect_state(i, VGPU_QUARANTINED);
	/* Others live on beside them, elsewhere. */
	after = free_and_dirty();
	assert_int_equal(claim(9, L40_6Q, 9), 0);
	assert_int_equal(open_vf(9), 0);
	vgpu_close(vf_of(9));
	assert_int_equal(vgpu_release(vf_of(9)), 0);
	assert_int_equal(free_and_dirty(), after);
}

static void crashed_plugin(void **state)
{
	assert_int_equal(claim(2, L40_12Q, 1), 0);
	assert_int_equal(open_vf(2), 0);
	assert_int_equal(gpu_model_inject(h->gm, "plugin-crash:3", NULL, 0), 0);
	shim_run(1000000);
	expect_state(2, VGPU_FAILED);
	expect_text(2, "crashed");
	assert_int_equal(owners[2].dead, 1);
	assert_int_equal(vgpu_reset(vf_of(2)), -EIO);
	assert_int_equal(vgpu_release(vf_of(2)), -EBUSY); /* its VM still has it */
	vgpu_close(vf_of(2));
	expect_state(2, VGPU_FAILED);
	assert_int_equal(open_vf(2), -EINVAL);
	assert_int_equal(vgpu_release(vf_of(2)), 0);
	assert_int_equal(owners[2].dead, 1);
	expect_all_back();
	assert_int_equal(claim(2, L40_12Q, 1), 0);
	assert_int_equal(open_vf(2), 0);
	vgpu_close(vf_of(2));
}

static void failed_reset(void **state)
{
	assert_int_equal(claim(0, L40_12Q, 1), 0);
	assert_int_equal(open_vf(0), 0);
	harness_set_fail(h, "plugin-reset");
	assert_int_equal(vgpu_reset(vf_of(0)), -EIO);
	expect_state(0, VGPU_FAILED);
	expect_text(0, "failed to reset");
	assert_int_equal(owners[0].dead, 1);
	harness_set_fail(h, NULL);
	vgpu_close(vf_of(0));
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_all_back();
}

static void bus_master_faults(void **state)
{
	assert_int_equal(claim(0, L40_12Q, 1), 0);
	assert_int_equal(open_vf(0), 0);
	harness_set_fail(h, "plugin-bme");
	assert_int_equal(vgpu_set_bus_master(vf_of(0), true), -EACCES);
	expect_state(0, VGPU_OPEN);
	expect_text(0, "did not allow bus mastering");
	assert_int_equal(owners[0].dead, 0);
	harness_set_fail(h, "plugin-timeout");
	assert_int_equal(vgpu_set_bus_master(vf_of(0), true), -EIO);
	expect_state(0, VGPU_FAILED);
	assert_int_equal(owners[0].dead, 1);
	harness_set_fail(h, NULL);
	vgpu_close(vf_of(0));
	assert_int_equal(vgpu_release(vf_of(0)), 0);
	expect_all_back();
}

static void guest_xid(void **state)
{
	struct vgpu_vf_info info;

	assert_int_equal(claim(1, L40_12Q, 1), 0);
	assert_int_equal(open_vf(1), 0);
	assert_int_equal(gpu_model_inject(h->gm, "xid:2:31", NULL, 0), 0);
	shim_run(1000000);
	expect_state(1, VGPU_OPEN);
	assert_true(owners[1].xid >= 1);
	assert_int_equal(owners[1].last_xid, 31);
	assert_int_equal(owners[1].dead, 0);
	assert_int_equal(owners[0].xid, 0);
	expect_text(1, "Xid 31");
	vgpu_vf_info(vf_of(1), &info);
	assert_true(info.xid_count >= 1);
	vgpu_event_plugin(&h->gpu, 77, 2);	/* nobody's */
	vgpu_event_xid(&h->gpu, 0, 13, "of the\x01 board\n");
	harness_expect_error(h, "Xid 13 of the GPU: of the  board");
}

static void lost_gsp(void **state)
{
	uuid_t uuid = id(9);

	assert_int_equal(claim(0, L40_12Q, 1), 0);
	assert_int_equal(claim(1, L40_12Q, 2), 0);
	assert_int_equal(claim(2, L40_12Q, 3), 0);
	assert_int_equal(open_vf(0), 0);
	assert_int_equal(open_vf(2), 0);
	assert_int_equal(gpu_model_inject(h->gm, "gsp-crash", NULL, 0), 0);
	shim_run(100000000);
	/* However it is noticed: at the latest by the next RPC, here that of a close. */
	vgpu_close(vf_of(2));
	shim_run(100000000);
	expect_state(0, VGPU_FAILED);
	expect_state(1, VGPU_READY);
	expect_state(2, VGPU_FAILED);
	assert_int_equal(owners[0].dead, 1);
	assert_int_equal(vgpu_claim(vf_of(5), L40_12Q, &uuid), -ENODEV);
	assert_int_equal(open_vf(1), -ENODEV);
	vgpu_close(vf_of(0));
	assert_int_equal(owners[0].dead, 1);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(vgpu_release(vf_of(i)), 0);
	expect_all_back();
}

static void lost_while_opening_and_closing(void **state)
{
	assert_int_equal(claim(0, L40_12Q, 1), 0);
	assert_int_equal(claim(1, L40_12Q, 2), 0);
	assert_int_equal(open_vf(1), 0);
	harness_set_fail(h, "rpc-timeout:76");
	assert_int_equal(open_vf(0), -EIO);
	expect_state(0, VGPU_FAILED);
	expect_text(0, "did not answer");
	shim_run(1000000);
	expect_state(1, VGPU_FAILED);
	assert_int_equal(owners[1].dead, 1);
	teardown(state);

	setup(state);
	assert_int_equal(claim(0, L40_12Q, 1), 0);
	assert_int_equal(open_vf(0), 0);
	harness_set_fail(h, "rpc-timeout:76");
	vgpu_close(vf_of(0));
	expect_state(0, VGPU_FAILED);
	assert_int_equal(vgpu_release(vf_of(0)), 0);
}

static void shutdown_takes_all_down(void **state)
{
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(claim(i, L40_12Q, i), 0);
		if (i < 3)
			assert_int_equal(open_vf(i), 0);
	}
	harness_set_fail(h, "plugin-cleanup");
	vgpu_close(vf_of(2));
	harness_set_fail(h, NULL);
	expect_state(2, VGPU_QUARANTINED);
	/* teardown checks for leaks */
}

static void every_edge_was_walked(void **state)
{
	for (unsigned int from = 0; from < VGPU_STATE_COUNT; from++)
		for (unsigned int to = 0; to < VGPU_STATE_COUNT; to++)
			if (vgpu_state_edge(from, to) != seen[from][to])
				fail_msg("%s -> %s: in the table %d, seen %d",
					 vgpu_state_name(from), vgpu_state_name(to),
					 vgpu_state_edge(from, to), seen[from][to]);
	assert_string_equal(vgpu_state_name(VGPU_STATE_COUNT), "unknown");
	assert_false(vgpu_state_edge(VGPU_STATE_COUNT, VGPU_FREE));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(facts_of_the_board),
		TEST(one_life),
		TEST(fifty_lives),
		TEST(thirty_two_1q),
		TEST(every_type_to_its_maximum),
		cmocka_unit_test_setup_teardown(l4_2q_gets_whole_segments, setup_l4, teardown),
		{ "every_l4_type_to_its_maximum", every_type_to_its_maximum, setup_l4, teardown,
		  NULL },
		TEST(refused_claims),
		TEST(dirty_memory_stays_with_its_owner),
		TEST(open_faults),
		TEST(refused_bootload_leaves_clean_memory),
		TEST(quarantine),
		TEST(crashed_plugin),
		TEST(failed_reset),
		TEST(bus_master_faults),
		TEST(guest_xid),
		TEST(lost_gsp),
		TEST(lost_while_opening_and_closing),
		TEST(shutdown_takes_all_down),
		cmocka_unit_test(every_edge_was_walked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
