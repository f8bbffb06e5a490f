// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads at work on one board, under ThreadSanitizer: the allocators and address spaces with the
 * locks that their headers ask for, the clients without any lock of the caller, the map of the card
 * beside all of them, the end of the GPU in the middle, and events while hosting ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../xorshift.h"
#include "board.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "page_alloc.h"
#include "vaspace.h"
#include "vram_map.h"

#define THREADS 2
/* A thread's work is so many operations; TSAN_ROUNDS gives another number. */
#define DEFAULT_ROUNDS 10000
#define KIB (1ULL << 10)
#define MIB (1ULL << 20)

struct worker {
	unsigned int number, rounds;
	uint64_t random;
	void *shared;
};

static unsigned int rounds(void)
{
	const char *text = getenv("TSAN_ROUNDS");

	return text ? (unsigned int)strtoul(text, NULL, 0) : DEFAULT_ROUNDS;
}

static u32 next(struct worker *w, u32 limit)
{
	return (u32)(xorshift_next(&w->random) >> 16) % limit;
}

/* Checks in threads: cmocka's own jump out of the wrong stack. */
static void must(bool ok, const char *what)
{
	if (!ok)
		shim_bug(__FILE__, __LINE__, what);
}

#define MUST(cond) must(cond, #cond)

static void run(void *(*work)(void *), void *shared)
{
	struct worker worker[THREADS];
	pthread_t thread[THREADS];

	for (unsigned int i = 0; i < THREADS; i++) {
		worker[i] = (struct worker){ i, rounds(), 0x9e3779b97f4a7c15ULL * (i + 1), shared };
		MUST(!pthread_create(&thread[i], NULL, work, &worker[i]));
	}
	for (unsigned int i = 0; i < THREADS; i++)
		MUST(!pthread_join(thread[i], NULL));
}

/* ---- page allocator ---- */

struct shared_pages {
	struct vgpu_pages pages;
	spinlock_t lock;
};

#define PAGES_BYTES (16 * MIB)
#define EXTENTS 8

static void *use_pages(void *arg)
{
	struct vgpu_extent extent[EXTENTS];
	struct worker *w = arg;
	struct shared_pages *s = w->shared;
	struct vgpu_pages_usage usage;

	for (unsigned int i = 0; i < w->rounds; i++) {
		struct vgpu_pages_request req = {
			.count = 1 + next(w, 600),
			.flags = next(w, 2) ? VGPU_PAGES_CONTIGUOUS : 0,
		};
		unsigned int num = 0;
		int err;

		spin_lock(&s->lock);
		err = vgpu_pages_alloc(&s->pages, &req, extent, EXTENTS, &num);
		spin_unlock(&s->lock);
		MUST(!err || err == -ENOSPC);
		if (!(i % 64)) {
			spin_lock(&s->lock);
			vgpu_pages_usage(&s->pages, &usage);
			spin_unlock(&s->lock);
		}
		if (err)
			continue;
		spin_lock(&s->lock);
		MUST(!vgpu_pages_free(&s->pages, extent, num, next(w, 2)));
		MUST(vgpu_pages_free(&s->pages, extent, num, false) == -EINVAL || num == 0);
		spin_unlock(&s->lock);
	}
	return NULL;
}

static void page_allocator(void **state)
{
	struct shared_pages s = { 0 };

	spin_lock_init(&s.lock);
	assert_int_equal(vgpu_pages_init(&s.pages, 0, PAGES_BYTES, true), 0);
	run(use_pages, &s);
	assert_int_equal(s.pages.free_pages, PAGES_BYTES >> VGPU_PAGE_SHIFT);
	assert_null(vgpu_pages_check(&s.pages));
	vgpu_pages_fini(&s.pages);
}

/* ---- VRAM, partitions and windows ---- */

static void *use_vram(void *arg)
{
	struct worker *w = arg;
	struct board *board = w->shared;
	struct vgpu_gpu *gpu = &board->gpu;
	struct vgpu_heap_block block = { 0 };
	struct vgpu_bar1_usage usage;
	struct vgpu_bar1_map map;

	for (unsigned int i = 0; i < w->rounds / 4; i++) {
		struct vgpu_vram_request req = {
			.bytes = 4 * KIB * (1 + next(w, 64)),
			.zeroed = next(w, 2),
			.holder = "thread",
		};
		struct vgpu_buddy_request part = { .count = 1 + next(w, 3) };
		u32 first;
		int err;

		mutex_lock(&gpu->vram_lock);
		err = vgpu_vram_alloc(gpu, &board->host.vram, &req, &block);
		mutex_unlock(&gpu->vram_lock);
		MUST(!err);
		MUST(!vgpu_vram_scrub(gpu, &block));
		MUST(!vgpu_bar1_map_window(gpu, block.spa, block.bytes, &map));
		writel(w->number, map.io);
		MUST(readl(map.io) == w->number);
		vgpu_bar1_unmap_window(gpu, &map);
		mutex_lock(&gpu->vram_lock);
		block.zeroed = false;
		MUST(!vgpu_heap_free(gpu, &board->host.vram, &block));
		err = vgpu_buddy_alloc(&gpu->buddy, &part, &first);
		mutex_unlock(&gpu->vram_lock);
		MUST(!err);
		vgpu_bar1_usage(gpu, &usage);
		mutex_lock(&gpu->vram_lock);
		MUST(!vgpu_buddy_free(&gpu->buddy, first, part.count));
		mutex_unlock(&gpu->vram_lock);
	}
	return NULL;
}

static void vram_and_windows(void **state)
{
	struct board *board = board_new();

	run(use_vram, board);
	board_free(board);
}

/* ---- address spaces ---- */

static void *use_space(void *arg)
{
	static const struct gmmu_attr attr = { .aperture = NV_MMU_PTE_APERTURE_VIDMEM };
	struct worker *w = arg;
	struct board *board = w->shared;
	struct vgpu_gpu *gpu = &board->gpu;
	struct vgpu_va_range range = { 0 };
	struct vgpu_vaspace space;

	mutex_lock(&gpu->vram_lock);
	MUST(!vgpu_mmu_space_init(gpu, &space, 2 * MIB, 1ULL << 40));
	mutex_unlock(&gpu->vram_lock);
	for (unsigned int i = 0; i < w->rounds / 4; i++) {
		struct vgpu_va_request req = {
			.bytes = 4 * KIB * (1 + next(w, 2048)),
			.align = next(w, 2) ? 2 * MIB : 0,
		};
		struct gmmu_mapping mapping;

		mutex_lock(&gpu->vram_lock);
		MUST(!vgpu_va_alloc(&space, &req, &range));
		MUST(!vgpu_va_map(&space, &range, 0, 64 * MIB, req.bytes, &attr));
		MUST(!gmmu_query(&space.mmu, range.va, &mapping));
		MUST(mapping.pa == 64 * MIB);
		mutex_unlock(&gpu->vram_lock);
		mutex_lock(&gpu->vram_lock);
		MUST(!vgpu_va_free(&space, &range));
		mutex_unlock(&gpu->vram_lock);
	}
	mutex_lock(&gpu->vram_lock);
	vgpu_mmu_space_fini(gpu, &space);
	mutex_unlock(&gpu->vram_lock);
	return NULL;
}

static void address_spaces(void **state)
{
	struct board *board = board_new();

	run(use_space, board);
	board_free(board);
}

/* ---- clients ---- */

struct shared_client {
	struct board *board;
	struct vgpu_client *client;	/* of both threads */
	unsigned int changes;		/* what it was told */
};

/* Everything once, until something says that the GPU is gone; the errors that may be. */
static int use_client(struct worker *w, struct vgpu_client *client)
{
	u32 vram, space, window, word = w->number;
	struct vgpu_client_limits limits;
	void __iomem *io;
	u64 va = 0;
	int err = vgpu_client_vram_alloc(client, 4 * KIB * (1 + next(w, 32)), 0, &vram);

	if (err)
		return err;
	err = vgpu_client_space_create(client, &space);
	if (!err)
		err = vgpu_client_map(client, space, vram, 0, 4 * KIB, 0, &va);
	if (!err)
		err = vgpu_client_poke(client, space, va, &word, sizeof(word));
	if (!err)
		err = vgpu_client_window_map(client, vram, 0, 4 * KIB, &window, &io);
	if (!err && vgpu_client_enter(client)) {
		writel(word, io);
		vgpu_client_exit(client);
	}
	if (!err)
		err = vgpu_client_limits(client, &limits);
	if (!err)
		err = vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE, 0x20800101, NULL, 0, NULL);
	if (!err)
		err = vgpu_client_window_unmap(client, window);
	if (!err)
		err = next(w, 2) ? vgpu_client_unmap(client, space, va) :
				   vgpu_client_space_destroy(client, space);
	/* What is left goes with the client, or now. */
	vgpu_client_space_destroy(client, space);
	vgpu_client_vram_free(client, vram);
	return err;
}

static void *clients_work(void *arg)
{
	struct worker *w = arg;
	struct shared_client *s = w->shared;
	struct vgpu_client *own;
	struct vgpu_map map;

	for (unsigned int i = 0; i < w->rounds / 30; i++) {
		own = vgpu_client_open(&s->board->gpu, w->number ? "one" : "zero", NULL, NULL);
		MUST(!IS_ERR(own));
		MUST(!use_client(w, own));
		MUST(!use_client(w, s->client));
		MUST(!vgpu_map_take(&s->board->gpu, &map));
		MUST(map.clients >= 2 && map.count);
		vgpu_map_put(&map);
		vgpu_client_close(own);
	}
	return NULL;
}

static void clients_side_by_side(void **state)
{
	struct shared_client s = { .board = board_new() };

	s.client = vgpu_client_open(&s.board->gpu, "both", NULL, NULL);
	assert_false(IS_ERR(s.client));
	run(clients_work, &s);
	vgpu_client_close(s.client);
	board_free(s.board);
}

static void told(void *owner, enum vgpu_client_state state)
{
	struct shared_client *s = owner;

	__atomic_fetch_add(&s->changes, 1, __ATOMIC_RELAXED);
}

static const struct vgpu_client_ops told_ops = { .changed = told };

/* Thread 0 ends the GPU, the other one goes on until it notices, and then some. */
static void *end_work(void *arg)
{
	struct worker *w = arg;
	struct shared_client *s = w->shared;
	struct vgpu_gpu *gpu = &s->board->gpu;
	int err;

	if (!w->number) {
		for (unsigned int i = 0; i < 3 * next(w, 20); i++)
			use_client(w, s->client);
		vgpu_clients_lost(gpu);
		vgpu_clients_stop(gpu);
		return NULL;
	}
	do {
		err = use_client(w, s->client);
		/* Thread 0 may be in the middle: what it took is gone, not what is asked for. */
		MUST(!err || err == -ENODEV || err == -EINVAL);
	} while (err != -ENODEV);
	MUST(vgpu_client_state(s->client) == VGPU_CLIENT_REVOKED);
	MUST(!vgpu_client_enter(s->client));
	MUST(IS_ERR(vgpu_client_open(gpu, "late", NULL, NULL)));
	return NULL;
}

static void the_end_in_the_middle(void **state)
{
	for (unsigned int i = 0; i < 4 + rounds() / 200; i++) {
		struct shared_client s = { .board = board_new() };

		s.client = vgpu_client_open(&s.board->gpu, "end", &told_ops, &s);
		assert_false(IS_ERR(s.client));
		run(end_work, &s);
		assert_int_equal(s.changes, 2);
		vgpu_client_close(s.client);
		board_free(s.board);
	}
}

/* Revoked and closed at the same time: one of them takes everything back. */
static void *close_work(void *arg)
{
	struct worker *w = arg;
	struct shared_client *s = w->shared;

	if (w->number)
		vgpu_clients_stop(&s->board->gpu);
	else
		vgpu_client_close(s->client);
	return NULL;
}

static void closed_while_revoked(void **state)
{
	for (unsigned int i = 0; i < 4 + rounds() / 100; i++) {
		struct shared_client s = { .board = board_new() };
		u32 vram;

		s.client = vgpu_client_open(&s.board->gpu, "close", &told_ops, &s);
		assert_false(IS_ERR(s.client));
		assert_int_equal(vgpu_client_vram_alloc(s.client, 4 * KIB, 0, &vram), 0);
		run(close_work, &s);
		board_free(s.board);
	}
}

/* ---- events ---- */

struct shared_host {
	struct vgpu_gpu gpu;
	struct device dev;
	bool ended;
	unsigned int told;
};

static void event_told(void *owner, enum vgpu_event event, u32 data)
{
	struct shared_host *s = owner;

	s->told++;
}

static const struct vgpu_vf_callbacks event_told_ops = { .event = event_told };

/* Hosting begins and ends, and its memory is gone, however many events are under way. */
static void host_once(struct shared_host *s)
{
	struct vgpu_host *host = calloc(1, sizeof(*host));
	struct vgpu_vf *vf = calloc(1, sizeof(*vf)), *vfs[] = { vf };

	MUST(host && vf);
	spin_lock_init(&host->lock);
	host->gpu = &s->gpu;
	host->num_vfs = 1;
	host->vfs = vfs;
	vf->host = host;
	vgpu_vf_set_owner(vf, &event_told_ops, s);
	host_publish(host);
	sched_yield();
	vgpu_vf_set_owner(vf, NULL, NULL);
	host_unpublish(host);
	memset(vf, 0xff, sizeof(*vf));
	memset(host, 0xff, sizeof(*host));
	free(vf);
	free(host);
}

static void *event_work(void *arg)
{
	struct worker *w = arg;
	struct shared_host *s = w->shared;

	if (!w->number) {
		for (unsigned int i = 0; i < w->rounds; i++)
			host_once(s);
		__atomic_store_n(&s->ended, true, __ATOMIC_RELAXED);
		return NULL;
	}
	while (!__atomic_load_n(&s->ended, __ATOMIC_RELAXED)) {
		vgpu_event_plugin(&s->gpu, 1, VGPU_NOTIFY_GUEST_DRIVER_LOADED);
		vgpu_event_gsp_lost(&s->gpu);
	}
	return NULL;
}

static void events_beside_the_end_of_hosting(void **state)
{
	struct shared_host s = { .gpu.dev = &s.dev };

	run(event_work, &s);
	assert_null(s.gpu.host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_allocator),
		cmocka_unit_test(vram_and_windows),
		cmocka_unit_test(address_spaces),
		cmocka_unit_test(clients_side_by_side),
		cmocka_unit_test(the_end_in_the_middle),
		cmocka_unit_test(closed_while_revoked),
		cmocka_unit_test(events_beside_the_end_of_hosting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
