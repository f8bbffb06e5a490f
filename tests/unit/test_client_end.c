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

/* A client with everything that one can hold. */
struct holder {
	struct vgpu_client *client;
	u32 vram, space, window;
	void __iomem *io;	/* of the window */
	u64 va;			/* of the memory in the space */
};

static void hold_all(struct holder *c, struct vgpu_client *client)
{
	*c = (struct holder){ .client = client };
	assert_int_equal(vgpu_client_vram_alloc(client, MIB, 0, &c->vram), 0);
	assert_int_equal(vgpu_client_space_create(client, &c->space), 0);
	assert_int_equal(vgpu_client_map(client, c->space, c->vram, 0, MIB, 0, &c->va), 0);
	assert_int_equal(vgpu_client_window_map(client, c->vram, 0, MIB, &c->window, &c->io), 0);
}

static void witness_holds_all(struct witness *w, struct holder *c, const char *name)
{
	*w = (struct witness){ .client = vgpu_client_open(&h->gpu, name, &witness_ops, w) };
	assert_false(IS_ERR(w->client));
	hold_all(c, w->client);
}

static void ended_because(const struct holder *c, enum vgpu_client_state state, const char *text)
{
	char why[256];

	assert_int_equal(vgpu_client_state(c->client), state);
	assert_true(vgpu_client_why(c->client, why, sizeof(why)) > 0);
	assert_non_null(strstr(why, text));
}

static void all_calls_return(const struct holder *c, int err)
{
	struct vgpu_client *client = c->client;
	struct vgpu_client_space_info info;
	struct vgpu_client_limits limits;
	struct vgpu_client_page page;
	u32 vram, word = 0;
	void __iomem *io;
	u64 va = 0, page_address = 4096;

	assert_int_equal(vgpu_client_limits(client, &limits), err);
	assert_int_equal(vgpu_client_vram_alloc(client, 4096, 0, &vram), err);
	assert_int_equal(vgpu_client_vram_info(client, c->vram, NULL, NULL), err);
	assert_int_equal(vgpu_client_space_create(client, &vram), err);
	assert_int_equal(vgpu_client_space_info(client, c->space, &info), err);
	assert_int_equal(vgpu_client_map(client, c->space, c->vram, 0, 4096, 0, &va), err);
	assert_int_equal(vgpu_client_map_pages(client, c->space, &page_address, 1, 0, &va), err);
	assert_int_equal(vgpu_client_query(client, c->space, 2 * MIB, &page), err);
	assert_int_equal(vgpu_client_peek(client, c->space, 2 * MIB, &word, 4), err);
	assert_int_equal(vgpu_client_poke(client, c->space, 2 * MIB, &word, 4), err);
	assert_int_equal(vgpu_client_window_map(client, c->vram, 0, 4096, &vram, &io), err);
	assert_int_equal(vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE,
					     RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, NULL, 0, NULL),
			 err);
}

static void revoked_at_shutdown(void **state)
{
	struct witness w;
	struct holder c;
	char why[128];

	witness_holds_all(&w, &c, "stays");
	assert_int_equal(vgpu_client_state(c.client), VGPU_CLIENT_LIVE);
	assert_int_equal(vgpu_client_why(c.client, why, sizeof(why)), 0);
	vgpu_gpu_shutdown(&h->gpu);
	assert_int_equal(w.revoked, 1);
	assert_int_equal(w.lost, 0);
	assert_int_equal(w.last_call, 0);	/* it came before the end */
	ended_because(&c, VGPU_CLIENT_REVOKED, "revoked");
	all_calls_return(&c, -ENODEV);
	assert_int_equal(vgpu_client_unmap(c.client, c.space, c.va), -ENODEV);
	assert_int_equal(vgpu_client_window_unmap(c.client, c.window), -ENODEV);
	assert_int_equal(vgpu_client_space_destroy(c.client, c.space), -ENODEV);
	assert_int_equal(vgpu_client_vram_free(c.client, c.vram), -ENODEV);
	assert_false(vgpu_client_enter(c.client));
	nothing_left();
	vgpu_client_close(c.client);
	assert_int_equal(PTR_ERR(vgpu_client_open(&h->gpu, "late", NULL, NULL)), -ENODEV);
}

static void surprise_removal(void **state)
{
	struct holder c;

	hold_all(&c, open_client("gone"));
	shim_set_gone(true);
	assert_true(vgpu_client_enter(c.client));
	assert_int_equal(readl(c.io), ~0U);
	vgpu_client_exit(c.client);
	vgpu_gpu_mark_lost(&h->gpu, "the device is gone from the bus");
	all_calls_return(&c, -ENODEV);
	/* Giving back works, without the hardware. */
	assert_int_equal(vgpu_client_window_unmap(c.client, c.window), 0);
	vgpu_gpu_shutdown(&h->gpu);
	assert_int_equal(vgpu_client_state(c.client), VGPU_CLIENT_REVOKED);
	all_calls_return(&c, -ENODEV);
	nothing_left();
	vgpu_client_close(c.client);
	shim_set_gone(false);
}

/* Off the bus, and the first to notice is a client. */
static void removal_without_notice(void **state)
{
	for (unsigned int first = 0; first < 4; first++) {
		u32 window, word = 0;
		struct holder c;
		void __iomem *io;
		u64 at = 0;
		int err = 0;

		hold_all(&c, open_client("first"));
		shim_set_gone(true);
		if (first == 0)
			err = vgpu_client_peek(c.client, c.space, c.va, &word, sizeof(word));
		else if (first == 1)
			err = vgpu_client_map(c.client, c.space, c.vram, 0, 4096, 0, &at);
		else if (first == 2)
			err = vgpu_client_window_map(c.client, c.vram, 0, 4096, &window, &io);
		else
			err = vgpu_client_control(c.client, VGPU_CLIENT_SUBDEVICE,
						  RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, &at,
						  sizeof(at), NULL);
		assert_int_equal(err, -ENODEV);
		assert_true(h->gpu.gone);
		assert_int_equal(vgpu_client_state(c.client), VGPU_CLIENT_LOST);
		all_calls_return(&c, -ENODEV);
		assert_int_equal(vgpu_client_unmap(c.client, c.space, c.va), 0);
		vgpu_gpu_shutdown(&h->gpu);
		vgpu_client_close(c.client);
		shim_set_gone(false);
		board_teardown(state);
		board_setup(state);
	}
}

static void gsp_lost(void **state)
{
	struct witness w;
	struct holder c;

	witness_holds_all(&w, &c, "lost");
	gsp_rpc_lost(&h->gpu, "a test says so");
	vgpu_clients_lost(&h->gpu);
	vgpu_clients_lost(&h->gpu);
	assert_int_equal(w.lost, 1);
	assert_int_equal(w.last_call, -EIO);
	ended_because(&c, VGPU_CLIENT_LOST, "a test says so");
	all_calls_return(&c, -EIO);
	/* The registers are still there, so is the window. */
	assert_true(vgpu_client_enter(c.client));
	assert_int_equal(readl(c.io), 0);
	vgpu_client_exit(c.client);
	assert_int_equal(vgpu_client_unmap(c.client, c.space, c.va), 0);
	assert_int_equal(vgpu_client_window_unmap(c.client, c.window), 0);
	assert_int_equal(vgpu_client_vram_free(c.client, c.vram), 0);
	assert_int_equal(vgpu_client_vram_free(c.client, c.vram), -EINVAL);
	assert_int_equal(PTR_ERR(vgpu_client_open(&h->gpu, "more", NULL, NULL)), -ENODEV);
	vgpu_gpu_shutdown(&h->gpu);
	assert_int_equal(w.revoked, 1);
	all_calls_return(&c, -ENODEV);
	vgpu_client_close(c.client);
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
