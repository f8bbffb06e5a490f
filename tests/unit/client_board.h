/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A board for tests of its clients: none may be left at the end, nor anything that one held. */
#ifndef CLIENT_BOARD_H
#define CLIENT_BOARD_H

#include "harness_vgpu.h"

#include <linux/err.h>
#include <linux/io.h>

#include "../abi/rpc.h"
#include "client.h"

static inline void nothing_left(void)
{
	assert_int_equal(h->gpu.clients.vram_used, 0);
	assert_int_equal(h->gpu.clients.bar1_used, 0);
	assert_int_equal(h->gpu.clients.count, 0);
	assert_int_equal(h->gpu.clients.tags, 0);
}

static inline int clients_teardown(void **state)
{
	if (h->gpu.host) {
		nothing_left();
		assert_int_equal(free_and_dirty(),
				 at_start.vram_free_bytes + at_start.vram_dirty_bytes);
	}
	return board_teardown(state);
}

static inline struct vgpu_client *open_client(const char *name)
{
	struct vgpu_client *client = vgpu_client_open(&h->gpu, name, NULL, NULL);

	assert_false(IS_ERR(client));
	return client;
}

#define CLIENT_TEST(name) cmocka_unit_test_setup_teardown(name, board_setup, clients_teardown)

#endif
