// SPDX-License-Identifier: GPL-2.0-or-later
/* vGPUs on the board of a test, see harness_vgpu.h. */
#include "harness_vgpu.h"

#include <linux/io.h>

#define PID 4242
#define DBDF(vf) (0x100U + 4 + (vf)->index)

struct harness *h;
struct vgpu_host_info at_start;
struct owner owners[32];
bool seen[VGPU_STATE_COUNT][VGPU_STATE_COUNT];

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

void board_up(const struct harness_options *opt)
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

int board_setup(void **state)
{
	board_up(NULL);
	return 0;
}

int board_teardown(void **state)
{
	harness_shutdown(h);
	harness_free(h);
	return 0;
}

uuid_t uuid_of(unsigned int n)
{
	uuid_t uuid = { .b = { 0xaa, [14] = (u8)(n >> 8), [15] = (u8)n } };

	return uuid;
}

struct vgpu_vf *vf_of(unsigned int i)
{
	return vgpu_vf_get(&h->gpu, i);
}

int claim(unsigned int i, u32 type, unsigned int n)
{
	uuid_t uuid = uuid_of(n);

	return vgpu_claim(vf_of(i), type, &uuid);
}

int open_vf(unsigned int i)
{
	return vgpu_open(vf_of(i), PID, DBDF(vf_of(i)));
}

struct vgpu_vf_info info_of(unsigned int i)
{
	struct vgpu_vf_info info;

	vgpu_vf_info(vf_of(i), &info);
	return info;
}

u64 free_and_dirty(void)
{
	struct vgpu_host_info info;

	vgpu_host_info(&h->gpu, &info);
	return info.vram_free_bytes + info.vram_dirty_bytes;
}

u64 vram_word(u64 spa, const u64 *value)
{
	u64 page = spa & ~(u64)(VGPU_PAGE_BYTES - 1);
	struct vgpu_bar1_map map;
	u64 got;

	assert_int_equal(vgpu_bar1_map_window(&h->gpu, page, VGPU_PAGE_BYTES, &map), 0);
	if (value)
		writeq(*value, map.io + (spa - page));
	got = readq(map.io + (spa - page));
	vgpu_bar1_unmap_window(&h->gpu, &map);
	return got;
}

void expect_state(unsigned int i, enum vgpu_state want)
{
	assert_string_equal(vgpu_state_name(info_of(i).state), vgpu_state_name(want));
	assert_int_equal(owners[i].state, want);
}

void expect_text(unsigned int i, const char *text)
{
	char buf[VGPU_ERROR_TEXT_BYTES];

	vgpu_vf_last_error(vf_of(i), buf, sizeof(buf));
	if (!strstr(buf, text))
		print_message("wanted \"%s\" in: %s\n", text, buf);
	assert_non_null(strstr(buf, text));
}

void expect_all_back(void)
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

void expect_dirty(u64 bytes)
{
	struct vgpu_host_info info;

	expect_all_back();
	vgpu_host_info(&h->gpu, &info);
	assert_int_equal(info.vram_dirty_bytes, bytes);
}
