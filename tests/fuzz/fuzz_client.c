// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls of other kernel modules in any order with any arguments, on a board that the model plays:
 * several clients, numbers of each other, of the past and made up, a GPU that is given back in the
 * middle. A shadow of what each client holds says what giving back has to answer; all else answers
 * one of its documented errors, and when the clients are gone, so is everything that they had.
 */
#include "../unit/harness.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <stdlib.h>

#include "bytes.h"
#include "client.h"
#include "host.h"
#include "vram_map.h"

#define CLIENTS 3
#define OBJECTS 32
#define LIST_PAGES 24
#define MAX_STEPS 150
#define KIB (1ULL << 10)
#define MIB (1ULL << 20)

enum kind { NOTHING, VRAM, SPACE, WINDOW, MAPPING };

struct object {
	enum kind kind;
	u32 number;		/* MAPPING: of its space */
	u64 va, bytes;
	struct object *vram;	/* of a window or mapping */
	unsigned int users;
	void __iomem *io;
};

static struct {
	struct harness *h;
	u64 free_bytes;
	struct vgpu_client *client[CLIENTS];
	bool revoked[CLIENTS];
	struct object object[CLIENTS][OBJECTS];
} in;

#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond);                 \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static u64 next_value(void)
{
	static const u64 special[] = { 0, 1, 4095, 4096, 2 * MIB, 1ULL << 48, (1ULL << 49) - 4096,
				       ~0ULL, ~0ULL - 4095, 1ULL << 63 };
	uint8_t v = next();

	if (v & 0x80)
		return special[v % ARRAY_SIZE(special)];
	return v & 0x40 ? (u64)next() << next() % 56 : (u64)(v & 0x3f) * 4 * KIB;
}

static struct object *pick(unsigned int c, enum kind kind)
{
	unsigned int start = next() % OBJECTS;

	for (unsigned int i = 0; i < OBJECTS; i++) {
		struct object *o = &in.object[c][(start + i) % OBJECTS];

		if (o->kind == kind)
			return o;
	}
	return NULL;
}

/* Room in the shadow; NULL: take nothing more. */
static struct object *room(unsigned int c)
{
	for (unsigned int i = 0; i < OBJECTS; i++)
		if (in.object[c][i].kind == NOTHING)
			return &in.object[c][i];
	return NULL;
}

/* A number: mostly one of its own of this kind (then *@own), else of anybody or nobody. */
static u32 number(unsigned int c, enum kind kind, struct object **own)
{
	static u32 stale;
	struct object *o;
	uint8_t how = next();

	*own = NULL;
	if (how < 200) {
		*own = pick(c, kind);
		if (*own)
			return stale = (*own)->number;
	}
	if (how < 225) {
		o = pick((c + 1) % CLIENTS, kind);
		return o ? o->number : 0;
	}
	if (how < 240) {
		/* Its own, of another kind. */
		o = pick(c, kind == VRAM ? SPACE : VRAM);
		return o ? o->number : ~0U;
	}
	/* Perhaps still alive: then it is nobody's mistake. */
	for (unsigned int i = 0; i < OBJECTS; i++)
		if (in.object[c][i].kind == kind && in.object[c][i].number == stale)
			*own = &in.object[c][i];
	if (how < 250)
		return stale;
	*own = NULL;
	return (u32)next_value();
}

static void drop(struct object *o)
{
	if (o->vram)
		o->vram->users--;
	memset(o, 0, sizeof(*o));
}

static void drop_mappings(unsigned int c, u32 space)
{
	for (unsigned int i = 0; i < OBJECTS; i++)
		if (in.object[c][i].kind == MAPPING && in.object[c][i].number == space)
			drop(&in.object[c][i]);
}

/* What a call that takes something may say. */
static void check_taking(unsigned int c, int err)
{
	if (in.revoked[c])
		CHECK(err == -ENODEV || err == -EINVAL);
	else
		CHECK(!err || err == -EINVAL || err == -EDQUOT || err == -ENOSPC || err == -EEXIST);
}

static void do_alloc(unsigned int c)
{
	static const u64 aligns[] = { 0, 4 * KIB, 64 * KIB, 2 * MIB, 3, 4 * MIB };
	struct object *o = room(c);
	u64 bytes = next() < 240 ? (u64)next() * 128 : next_value(), got = 0;
	u64 align = aligns[next() % ARRAY_SIZE(aligns)], spa = 0;
	u32 vram = 0;
	int err;

	/* Zeroing more would only take time; what is beyond the quota is refused before. */
	if (!o || (bytes > 256 * KIB && bytes <= in.h->gpu.clients.vram_limit))
		return;
	err = vgpu_client_vram_alloc(in.client[c], bytes, align, &vram);
	check_taking(c, err);
	if (err)
		return;
	CHECK(vram && !vgpu_client_vram_info(in.client[c], vram, &spa, &got));
	CHECK(got >= bytes && !(spa & 4095) && (!align || !(spa & (align - 1))));
	CHECK(got <= in.h->gpu.si.fb_bytes && spa <= in.h->gpu.boot.layout.rsvd_start - got);
	*o = (struct object){ .kind = VRAM, .number = vram, .bytes = got };
}

static void do_free(unsigned int c)
{
	struct object *o;
	u32 vram = number(c, VRAM, &o);
	int err = vgpu_client_vram_free(in.client[c], vram);

	if (in.revoked[c])
		CHECK(err == -ENODEV);
	else
		CHECK(err == (!o ? -EINVAL : o->users ? -EBUSY : 0));
	if (!err)
		drop(o);
}

static void do_space(unsigned int c)
{
	struct vgpu_client_space_info info;
	struct object *o = room(c);
	u32 space = 0;
	int err;

	if (!o)
		return;
	err = vgpu_client_space_create(in.client[c], &space);
	check_taking(c, err);
	if (err)
		return;
	CHECK(!vgpu_client_space_info(in.client[c], space, &info));
	CHECK(!info.mapped_bytes && !info.mappings && !(info.pdb_spa & 4095));
	*o = (struct object){ .kind = SPACE, .number = space };
}

static void do_destroy(unsigned int c)
{
	struct object *o;
	u32 space = number(c, SPACE, &o);
	int err = vgpu_client_space_destroy(in.client[c], space);

	CHECK(err == (in.revoked[c] ? -ENODEV : o ? 0 : -EINVAL));
	if (err)
		return;
	drop_mappings(c, space);
	drop(o);
}

static void do_map(unsigned int c, bool system)
{
	struct object *o = room(c), *vram = NULL, *space;
	u64 va = next() < 100 ? next_value() : VGPU_CLIENT_FIRST_VA + next() * 64 * KIB, at = va;
	unsigned int flags = next() < 240 ? next() & VGPU_CLIENT_MAP_FLAGS : next();
	u64 pages[LIST_PAGES], offset = next_value(), bytes = next_value();
	u32 s = number(c, SPACE, &space), v = number(c, VRAM, &vram), count = next() % LIST_PAGES;
	struct vgpu_client_page page;
	int err;

	if (!o)
		return;
	if (vram && next() < 200) {
		offset = 0;
		bytes = vram->bytes;
	}
	for (u32 i = 0; i < count; i++)
		pages[i] = next() < 250 ? (u64)next() << 12 : next_value();
	if (system)
		err = vgpu_client_map_pages(in.client[c], s, pages, count, flags, &va);
	else
		err = vgpu_client_map(in.client[c], s, v, offset, bytes, flags, &va);
	check_taking(c, err);
	if (err) {
		CHECK(va == at);
		return;
	}
	CHECK(space && (system || vram));
	CHECK(va >= VGPU_CLIENT_FIRST_VA && (!(flags & VGPU_CLIENT_MAP_FIXED) || va == at));
	CHECK(!vgpu_client_query(in.client[c], s, va, &page));
	CHECK(page.vram == !system);
	if (system)
		CHECK(page.address == pages[0]);
	*o = (struct object){ .kind = MAPPING, .number = s, .va = va,
			      .bytes = system ? count * 4 * KIB : bytes,
			      .vram = system ? NULL : vram };
	if (o->vram)
		o->vram->users++;
}

static void do_unmap(unsigned int c)
{
	struct object *o = next() < 220 ? pick(c, MAPPING) : NULL, *space;
	u32 s = o ? o->number : number(c, SPACE, &space);
	u64 va = o ? o->va : next_value();
	int err;

	/* A guess may hit: look before. */
	for (unsigned int i = 0; i < OBJECTS && !o; i++)
		if (in.object[c][i].kind == MAPPING && in.object[c][i].number == s &&
		    in.object[c][i].va == va)
			o = &in.object[c][i];
	err = vgpu_client_unmap(in.client[c], s, va);
	CHECK(err == (in.revoked[c] ? -ENODEV : o ? 0 : -EINVAL));
	if (!err)
		drop(o);
}

static void do_window(unsigned int c)
{
	struct object *o = room(c), *vram;
	u32 v = number(c, VRAM, &vram), window = 0;
	u64 offset = next_value(), bytes = next_value();
	void __iomem *io = NULL;
	int err;

	if (!o)
		return;
	if (vram && next() < 200) {
		offset = 0;
		bytes = vram->bytes;
	}
	err = vgpu_client_window_map(in.client[c], v, offset, bytes, &window, &io);
	check_taking(c, err);
	if (err)
		return;
	CHECK(vram && io && offset + bytes <= vram->bytes);
	*o = (struct object){ .kind = WINDOW, .number = window, .bytes = bytes, .vram = vram,
			      .io = io };
	vram->users++;
}

static void do_close_window(unsigned int c)
{
	struct object *o;
	u32 window = number(c, WINDOW, &o);
	int err = vgpu_client_window_unmap(in.client[c], window);

	CHECK(err == (in.revoked[c] ? -ENODEV : o ? 0 : -EINVAL));
	if (!err)
		drop(o);
}

static void do_access(unsigned int c)
{
	struct object *o = pick(c, WINDOW), *map = pick(c, MAPPING), *space;
	u32 word = next(), back = ~word, s = number(c, SPACE, &space);
	u64 va = map && next() < 200 ? map->va : next_value();
	uint8_t buf[256];
	int err;

	if (map && va == map->va)
		s = map->number;
	if (vgpu_client_enter(in.client[c])) {
		CHECK(!in.revoked[c]);
		if (o) {
			writel(word, o->io + o->bytes - 4);
			CHECK(readl(o->io + o->bytes - 4) == word);
		}
		vgpu_client_exit(in.client[c]);
	} else {
		CHECK(in.revoked[c]);
	}
	err = vgpu_client_poke(in.client[c], s, va, &word, sizeof(word));
	if (!err) {
		CHECK(!vgpu_client_peek(in.client[c], s, va, &back, sizeof(back)));
		CHECK(back == word);
	} else {
		CHECK(err == -EINVAL || err == -ENOENT || err == -EOPNOTSUPP || err == -EACCES ||
		      err == -ENODEV);
	}
	vgpu_client_peek(in.client[c], s, va, buf, next());
}

static void do_control(unsigned int c)
{
	uint8_t params[256] = { 0 };
	u32 cmd = (next() & 1 ? 0x20800000U : 0x00800000U) | (u32)next() << 8 | next();

	vgpu_client_control(in.client[c], next() % 4, cmd, next() & 7 ? params : NULL,
			    next() & 1 ? next() : 0, NULL);
}

/* Questions, which change nothing: the state is known here, and quotas are kept. */
static void do_ask(unsigned int c)
{
	struct vgpu_client *client = in.client[c];
	struct vgpu_client_limits limits;
	char why[128];
	int ret = vgpu_client_limits(client, &limits);

	CHECK(ret == (in.revoked[c] ? -ENODEV : 0));
	CHECK(vgpu_client_state(client) ==
	      (in.revoked[c] ? VGPU_CLIENT_REVOKED : VGPU_CLIENT_LIVE));
	CHECK(vgpu_client_why(client, why, 1 + next() % sizeof(why)) < sizeof(why));
	if (ret)
		return;
	CHECK(limits.vram_used_bytes <= limits.vram_bytes &&
	      limits.bar1_used_bytes <= limits.bar1_bytes);
	CHECK(limits.objects_used <= limits.objects && limits.mappings_used <= limits.mappings);
}

static void open_client(unsigned int c)
{
	in.client[c] = vgpu_client_open(&in.h->gpu, "fuzz", NULL, NULL);
	CHECK(!IS_ERR(in.client[c]));
	in.revoked[c] = false;
	memset(in.object[c], 0, sizeof(in.object[c]));
}

static void revoke_all(void)
{
	vgpu_clients_stop(&in.h->gpu);
	vgpu_clients_start(&in.h->gpu);
	for (unsigned int c = 0; c < CLIENTS; c++) {
		in.revoked[c] = true;
		memset(in.object[c], 0, sizeof(in.object[c]));
	}
}

static void check_map(void)
{
	struct vgpu_map map;
	u64 at = 0;

	CHECK(!vgpu_map_take(&in.h->gpu, &map));
	for (u32 i = 0; i < map.count; at += map.run[i++].bytes)
		CHECK(map.run[i].spa == at && map.run[i].bytes);
	CHECK(at >= map.fb_bytes);
	vgpu_map_put(&map);
}

static void step(void)
{
	unsigned int c = next() % CLIENTS;

	switch (next() % 26) {
	case 0 ... 3:
		return do_alloc(c);
	case 4 ... 5:
		return do_free(c);
	case 6 ... 7:
		return do_space(c);
	case 8:
		return do_destroy(c);
	case 9 ... 11:
		return do_map(c, false);
	case 12:
		return do_map(c, true);
	case 13 ... 14:
		return do_unmap(c);
	case 15 ... 16:
		return do_window(c);
	case 17:
		return do_close_window(c);
	case 18 ... 20:
		return do_access(c);
	case 21:
		return do_control(c);
	case 22:
		if (next() < 30)
			revoke_all();
		return;
	case 23 ... 24:
		return do_ask(c);
	default:
		if (next() < 60) {
			vgpu_client_close(in.client[c]);
			open_client(c);
		} else {
			check_map();
		}
	}
}

static u64 free_bytes(void)
{
	struct vgpu_host_info info;

	vgpu_host_info(&in.h->gpu, &info);
	return info.vram_free_bytes;
}

static void board_end(void)
{
	harness_shutdown(in.h);
	harness_free(in.h);
	in.h = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = (struct fuzz_input){ data, size };
	if (!in.h) {
		in.h = harness_new(NULL);
		harness_boot(in.h);
		in.h->gpu.clients.vram_limit = 16 * MIB;
		in.free_bytes = free_bytes();
		atexit(board_end);
	}
	for (unsigned int c = 0; c < CLIENTS; c++)
		open_client(c);
	for (unsigned int i = 0; input.left && i < MAX_STEPS; i++)
		step();
	for (unsigned int c = 0; c < CLIENTS; c++)
		vgpu_client_close(in.client[c]);
	CHECK(!in.h->gpu.clients.count && !in.h->gpu.clients.vram_used &&
	      !in.h->gpu.clients.bar1_used);
	CHECK(free_bytes() == in.free_bytes);
	return 0;
}
