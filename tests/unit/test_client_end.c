// SPDX-License-Identifier: GPL-2.0-or-later
/* How clients of a GPU end: at its shutdown, its removal, the loss of its firmware. */
#include "client_board.h"

struct witness {
	struct vgpu_client *client;
	unsigned int lost, revoked;
	int last_call;
};

static void witness_changed(void *owner, enum vgpu_client_state state)
{
	struct witness *w = owner;
	u32 vram;

	if (state == VGPU_CLIENT_LOST)
		w->lost++;
	else
		w->revoked++;
	/* Calls are allowed in here. */
	w->last_call = vgpu_client_vram_alloc(w->client, 4096, 0, &vram);
}

static const struct vgpu_client_ops witness_ops = { .changed = witness_changed };

/* Everything a client can hold. */
static void hold_all(struct vgpu_client *client, u32 number[3], void __iomem **io, u64 *va)
{
	*va = 0;
	assert_int_equal(vgpu_client_vram_alloc(client, MIB, 0, &number[0]), 0);
	assert_int_equal(vgpu_client_space_create(client, &number[1]), 0);
	assert_int_equal(vgpu_client_map(client, number[1], number[0], 0, MIB, 0, va), 0);
	assert_int_equal(vgpu_client_window_map(client, number[0], 0, MIB, &number[2], io), 0);
}

static void all_calls_return(struct vgpu_client *client, const u32 number[3], int err)
{
	struct vgpu_client_space_info info;
	struct vgpu_client_limits limits;
	struct vgpu_client_page page;
	u32 vram, word = 0;
	void __iomem *io;
	u64 va = 0, page_address = 4096;

	assert_int_equal(vgpu_client_limits(client, &limits), err);
	assert_int_equal(vgpu_client_vram_alloc(client, 4096, 0, &vram), err);
	assert_int_equal(vgpu_client_vram_info(client, number[0], NULL, NULL), err);
	assert_int_equal(vgpu_client_space_create(client, &vram), err);
	assert_int_equal(vgpu_client_space_info(client, number[1], &info), err);
	assert_int_equal(vgpu_client_map(client, number[1], number[0], 0, 4096, 0, &va), err);
	assert_int_equal(vgpu_client_map_pages(client, number[1], &page_address, 1, 0, &va), err);
	assert_int_equal(vgpu_client_query(client, number[1], 2 * MIB, &page), err);
	assert_int_equal(vgpu_client_peek(client, number[1], 2 * MIB, &word, 4), err);
	assert_int_equal(vgpu_client_poke(client, number[1], 2 * MIB, &word, 4), err);
	assert_int_equal(vgpu_client_window_map(client, number[0], 0, 4096, &vram, &io), err);
	assert_int_equal(vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE,
					     RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, NULL, 0, NULL),
			 err);
}

static struct vgpu_client *open_witness(struct witness *w, const char *name)
{
	struct vgpu_client *client = vgpu_client_open(&h->gpu, name, &witness_ops, w);

	assert_false(IS_ERR(client));
	w->client = client;
	return client;
}

static void revoked_at_shutdown(void **state)
{
	struct witness w = { 0 };
	struct vgpu_client *client = open_witness(&w, "stays");
	void __iomem *io;
	u32 number[3];
	char why[128];
	u64 va;

	hold_all(client, number, &io, &va);
	assert_int_equal(vgpu_client_state(client), VGPU_CLIENT_LIVE);
	assert_int_equal(vgpu_client_why(client, why, sizeof(why)), 0);
	vgpu_gpu_shutdown(&h->gpu);
	assert_int_equal(w.revoked, 1);
	assert_int_equal(w.lost, 0);
	assert_int_equal(w.last_call, 0);	/* it came before the end */
	assert_int_equal(vgpu_client_state(client), VGPU_CLIENT_REVOKED);
	assert_true(vgpu_client_why(client, why, sizeof(why)) > 0);
	assert_non_null(strstr(why, "revoked"));
	all_calls_return(client, number, -ENODEV);
	assert_int_equal(vgpu_client_unmap(client, number[1], va), -ENODEV);
	assert_int_equal(vgpu_client_window_unmap(client, number[2]), -ENODEV);
	assert_int_equal(vgpu_client_space_destroy(client, number[1]), -ENODEV);
	assert_int_equal(vgpu_client_vram_free(client, number[0]), -ENODEV);
	assert_false(vgpu_client_enter(client));
	nothing_left();
	vgpu_client_close(client);
	assert_int_equal(PTR_ERR(vgpu_client_open(&h->gpu, "late", NULL, NULL)), -ENODEV);
}

static void surprise_removal(void **state)
{
	struct vgpu_client *client = open_client("gone");
	void __iomem *io;
	u32 number[3];
	u64 va;

	hold_all(client, number, &io, &va);
	shim_set_gone(true);
	assert_true(vgpu_client_enter(client));
	assert_int_equal(readl(io), ~0U);
	vgpu_client_exit(client);
	vgpu_gpu_mark_lost(&h->gpu, "the device is gone from the bus");
	all_calls_return(client, number, -ENODEV);
	/* Giving back works, without the hardware. */
	assert_int_equal(vgpu_client_window_unmap(client, number[2]), 0);
	vgpu_gpu_shutdown(&h->gpu);
	assert_int_equal(vgpu_client_state(client), VGPU_CLIENT_REVOKED);
	all_calls_return(client, number, -ENODEV);
	nothing_left();
	vgpu_client_close(client);
	shim_set_gone(false);
}

/* Off the bus, and the first to notice is a client. */
static void removal_without_notice(void **state)
{
	for (unsigned int first = 0; first < 4; first++) {
		struct vgpu_client *client = open_client("first");
		u32 number[3], window, word = 0;
		void __iomem *io;
		u64 va, at = 0;
		int err = 0;

		hold_all(client, number, &io, &va);
		shim_set_gone(true);
		if (first == 0)
			err = vgpu_client_peek(client, number[1], va, &word, sizeof(word));
		else if (first == 1)
			err = vgpu_client_map(client, number[1], number[0], 0, 4096, 0, &at);
		else if (first == 2)
			err = vgpu_client_window_map(client, number[0], 0, 4096, &window, &io);
		else
			err = vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE,
						  RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, &at,
						  sizeof(at), NULL);
		assert_int_equal(err, -ENODEV);
		assert_true(h->gpu.gone);
		assert_int_equal(vgpu_client_state(client), VGPU_CLIENT_LOST);
		all_calls_return(client, number, -ENODEV);
		assert_int_equal(vgpu_client_unmap(client, number[1], va), 0);
		vgpu_gpu_shutdown(&h->gpu);
		vgpu_client_close(client);
		shim_set_gone(false);
		board_teardown(state);
		board_setup(state);
	}
}

static void gsp_lost(void **state)
{
	struct witness w = { 0 };
	struct vgpu_client *client = open_witness(&w, "lost");
	void __iomem *io;
	u32 number[3];
	char why[256];
	u64 va;

	hold_all(client, number, &io, &va);
	gsp_rpc_lost(&h->gpu, "a test says so");
	vgpu_clients_lost(&h->gpu);
	vgpu_clients_lost(&h->gpu);
	assert_int_equal(w.lost, 1);
	assert_int_equal(w.last_call, -EIO);
	assert_int_equal(vgpu_client_state(client), VGPU_CLIENT_LOST);
	assert_true(vgpu_client_why(client, why, sizeof(why)) > 0);
	assert_non_null(strstr(why, "a test says so"));
	all_calls_return(client, number, -EIO);
	/* The registers are still there, so is the window. */
	assert_true(vgpu_client_enter(client));
	assert_int_equal(readl(io), 0);
	vgpu_client_exit(client);
	assert_int_equal(vgpu_client_unmap(client, number[1], va), 0);
	assert_int_equal(vgpu_client_window_unmap(client, number[2]), 0);
	assert_int_equal(vgpu_client_vram_free(client, number[0]), 0);
	assert_int_equal(vgpu_client_vram_free(client, number[0]), -EINVAL);
	assert_int_equal(PTR_ERR(vgpu_client_open(&h->gpu, "more", NULL, NULL)), -ENODEV);
	vgpu_gpu_shutdown(&h->gpu);
	assert_int_equal(w.revoked, 1);
	all_calls_return(client, number, -ENODEV);
	vgpu_client_close(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLIENT_TEST(revoked_at_shutdown),
		CLIENT_TEST(surprise_removal),
		CLIENT_TEST(removal_without_notice),
		CLIENT_TEST(gsp_lost),
	};

	return cmocka_run_group_tests_name("client_end", tests, NULL, NULL);
}
