// SPDX-License-Identifier: GPL-2.0-or-later
/* Message queues: geometry, wrap, free slots, checksums, and a peer that lies. */
#include "harness.h"

#include "../../kmod/abi/rpc.h"
#include "gsp_peer.h"

static struct gsp_queues q;
static struct gsp_peer peer;
static u8 big[GSP_QUEUE_MAX_PAYLOAD_BYTES], got[GSP_QUEUE_MAX_PAYLOAD_BYTES];

static int setup(void **state)
{
	size_t i;

	shim_reset();
	memset(&q, 0, sizeof(q));
	q.mem.cpu = calloc(1, GSP_QUEUE_SHARED_BYTES);
	q.mem.bytes = GSP_QUEUE_SHARED_BYTES;
	q.mem.addr = 0x777000;
	assert_int_equal(gsp_queues_init(&q), 0);
	peer_link(&peer, q.mem.cpu);
	for (i = 0; i < sizeof(big); i++)
		big[i] = (u8)(i * 31 + i / 256);
	return 0;
}

static int teardown(void **state)
{
	gsp_queues_fini(&q);
	free(q.mem.cpu);
	assert_null(shim_leaks());
	return 0;
}

static void block_is_as_documented(void **state)
{
	const struct gsp_queue_tx *tx = peer_cmd_tx(&peer);
	const __le64 *pte = q.mem.cpu;

	assert_int_equal(le64toh(pte[0]), 0x777000);
	assert_int_equal(le64toh(pte[0x80]), 0x777000 + 0x80000);
	assert_int_equal(le64toh(pte[0x81]), 0);
	assert_int_equal(le32toh(tx->version), 0);
	assert_int_equal(le32toh(tx->size), 0x40000);
	assert_int_equal(le32toh(tx->msg_size), 0x1000);
	assert_int_equal(le32toh(tx->msg_count), 63);
	assert_int_equal(le32toh(tx->flags), 1);
	assert_int_equal(le32toh(tx->rx_offset), 0x20);
	assert_int_equal(le32toh(tx->entry_offset), 0x1000);
}

/* Many sizes both ways, round the ring several times. */
static void messages_go_round(void **state)
{
	struct gsp_record rec;
	const char *why;
	u32 function, i;
	size_t len;

	for (i = 0; i < 400; i++) {
		len = i * 977 % (sizeof(big) + 1);
		assert_int_equal(gsp_queue_put(&q, 100 + i, i, big, len, false), 0);
		assert_int_equal(peer_receive(&peer, &function, got, sizeof(got)), len);
		assert_int_equal(function, 100 + i);
		assert_memory_equal(got, big, len);

		peer_send(&peer, 0x1000 + i, i, big, len, NULL);
		assert_int_equal(gsp_queue_get(&q, &rec, &why), 1);
		assert_int_equal(rec.function, 0x1000 + i);
		assert_int_equal(rec.result, i);
		assert_int_equal(rec.len, len);
		assert_memory_equal(rec.payload, big, len);
		assert_int_equal(gsp_queue_get(&q, &rec, &why), 0);
	}
	assert_int_equal(q.sequence_gaps, 0);
	assert_int_equal(q.tx_sequence, 400);
}

static void one_slot_stays_free(void **state)
{
	u32 function, n;

	for (n = 0; gsp_queue_put(&q, 1, 0, NULL, 0, false) == 0; n++)
		;
	assert_int_equal(n, 62);
	assert_int_equal(gsp_queue_put(&q, 1, 0, NULL, 0, false), -EAGAIN);
	assert_int_equal(peer_receive(&peer, &function, got, sizeof(got)), 0);
	assert_int_equal(gsp_queue_put(&q, 1, 0, NULL, 0, false), 0);
	assert_int_equal(gsp_queue_put(&q, 1, 0, NULL, 0, false), -EAGAIN);
	assert_int_equal(gsp_queue_put(&q, 1, 0, big, sizeof(big) + 1, false), -EMSGSIZE);
}

/* Commands that another one follows are not seen before that one, or before room is wanted. */
static void followed_commands_are_held(void **state)
{
	u32 function, n;

	for (n = 0; n < 3; n++) {
		assert_int_equal(gsp_queue_put(&q, 10 + n, n, big, 100, n < 2), 0);
		if (n < 2)
			assert_int_equal(peer_receive(&peer, &function, got, sizeof(got)), -1);
	}
	for (n = 0; n < 3; n++) {
		assert_int_equal(peer_receive(&peer, &function, got, sizeof(got)), 100);
		assert_int_equal(function, 10 + n);
	}
	assert_int_equal(peer_receive(&peer, &function, got, sizeof(got)), -1);

	for (n = 0; gsp_queue_put(&q, 1, 0, NULL, 0, true) == 0; n++)
		;
	assert_int_equal(n, 62);
	for (n = 0; n < 62; n++)
		assert_int_equal(peer_receive(&peer, &function, got, sizeof(got)), 0);
	assert_int_equal(gsp_queue_put(&q, 2, 0, NULL, 0, true), 0);
	assert_int_equal(peer_receive(&peer, &function, got, sizeof(got)), -1);
	assert_int_equal(gsp_queue_put(&q, 3, 0, NULL, 0, false), 0);
	assert_int_equal(peer_receive(&peer, &function, got, sizeof(got)), 0);
	assert_int_equal(function, 2);
	assert_int_equal(peer_receive(&peer, &function, got, sizeof(got)), 0);
	assert_int_equal(function, 3);
}

static void hostile_read_pointer_means_full(void **state)
{
	struct gsp_queue_rx *rx = (void *)(peer.mem + GSP_QUEUE_STAT_OFFSET + GSP_QUEUE_RX_OFFSET);

	rx->read_ptr = htole32(63);
	assert_int_equal(gsp_queue_put(&q, 1, 0, NULL, 0, false), -EAGAIN);
	rx->read_ptr = htole32(~0U);
	assert_int_equal(gsp_queue_put(&q, 1, 0, NULL, 0, false), -EAGAIN);
}

static void lie(const struct peer_lie *l, size_t len, const char *sentence)
{
	struct gsp_record rec;
	const char *why = "";

	peer_send(&peer, 0x1001, 0, big, len, l);
	assert_int_equal(gsp_queue_get(&q, &rec, &why), -EPROTO);
	assert_string_equal(why, sentence);
	/* What comes after is read again. */
	peer_send(&peer, 0x1002, 0, big, 8, NULL);
	assert_int_equal(gsp_queue_get(&q, &rec, &why), 1);
	assert_int_equal(rec.function, 0x1002);
	assert_int_equal(gsp_queue_get(&q, &rec, &why), 0);
}

static void lies_are_skipped(void **state)
{
	static const struct peer_lie checksum = { .bad_checksum = true };
	static const struct peer_lie signature = { .bad_signature = true };
	static const struct peer_lie none = { .elements = 0x80000000 };
	static const struct peer_lie many = { .elements = 17 };
	static const struct peer_lie two = { .elements = 2 };
	static const struct peer_lie shorter = { .length = 0x1f };
	static const struct peer_lie longer = { .length = 0x2000 };
	static const struct peer_lie huge = { .length = 0xffffffff };

	lie(&checksum, 100, "a message has a wrong checksum");
	lie(&signature, 100, "a message has no RPC header");
	lie(&none, 100, "a message takes an impossible number of slots");
	lie(&many, 100, "a message takes an impossible number of slots");
	lie(&two, 100, "a message takes an impossible number of slots");
	lie(&shorter, 100, "a message's length does not match its slots");
	lie(&longer, 100, "a message's length does not match its slots");
	lie(&huge, 100, "a message's length does not match its slots");
}

static void broken_pointers_end_it(void **state)
{
	struct gsp_record rec;
	const char *why;

	peer_stat_tx(&peer)->write_ptr = htole32(63);
	assert_int_equal(gsp_queue_get(&q, &rec, &why), -EIO);
	peer_stat_tx(&peer)->write_ptr = htole32(0xffffffff);
	assert_int_equal(gsp_queue_get(&q, &rec, &why), -EIO);
	peer_stat_tx(&peer)->write_ptr = htole32(1);
	peer_stat_tx(&peer)->msg_count = htole32(64);
	assert_int_equal(gsp_queue_get(&q, &rec, &why), -EIO);
	assert_string_equal(why, "GSP describes its queue in another layout");
}

static void sequence_gaps_are_counted(void **state)
{
	static const struct peer_lie skip = { .sequence_skip = 3 };
	struct gsp_record rec;
	const char *why;

	peer_send(&peer, 0x1001, 0, NULL, 0, NULL);
	assert_int_equal(gsp_queue_get(&q, &rec, &why), 1);
	peer_send(&peer, 0x1001, 0, NULL, 0, &skip);
	assert_int_equal(gsp_queue_get(&q, &rec, &why), 1);
	peer_send(&peer, 0x1001, 0, NULL, 0, NULL);
	assert_int_equal(gsp_queue_get(&q, &rec, &why), 1);
	assert_int_equal(q.sequence_gaps, 1);
}

/* Whatever was in a slot before, behind a message it holds zeroes. */
static void slots_end_in_zeroes(void **state)
{
	static const size_t sizes[] = { sizeof(big), 0, 3000, 9000, 17 };
	const u8 *slots = (u8 *)q.mem.cpu + GSP_QUEUE_CMD_OFFSET + GSP_QUEUE_ENTRY_OFFSET;
	u32 function, at = 0, i;

	for (i = 0; i < 300; i++) {
		size_t len = sizes[i * 7 % ARRAY_SIZE(sizes)], total, count, k;

		total = sizeof(struct gsp_queue_element) + sizeof(struct gsp_rpc_header) + len;
		count = DIV_ROUND_UP(total, GSP_QUEUE_MSG_BYTES);
		assert_int_equal(gsp_queue_put(&q, 1, i, big, len, false), 0);
		for (k = total; k < count * GSP_QUEUE_MSG_BYTES; k++)
			assert_int_equal(slots[(at * GSP_QUEUE_MSG_BYTES + k) %
					       (GSP_QUEUE_MSG_COUNT * GSP_QUEUE_MSG_BYTES)], 0);
		at = (u32)((at + count) % GSP_QUEUE_MSG_COUNT);
		assert_int_equal(peer_receive(&peer, &function, got, sizeof(got)), len);
	}
}

static void checksum_pads_with_zeros(void **state)
{
	u8 data[11] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };

	assert_int_equal(gsp_queue_checksum(data, 11), peer_sum(data, 11));
	assert_int_equal(gsp_queue_checksum(data, 0), 0);
	assert_int_equal(gsp_queue_checksum(data, 8), (0x04030201U ^ 0x08070605U));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(block_is_as_documented),
		TEST(messages_go_round),
		TEST(one_slot_stays_free),
		TEST(followed_commands_are_held),
		TEST(hostile_read_pointer_means_full),
		TEST(lies_are_skipped),
		TEST(broken_pointers_end_it),
		TEST(sequence_gaps_are_counted),
		TEST(slots_end_in_zeroes),
		TEST(checksum_pads_with_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
