// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Faults in the life of vGPUs on the model: each has its sentence and its state. Every transition
 * of the state table is seen by the end.
 */
#include "harness_vgpu.h"

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
	assert_int_equal(vgpu_reset(vf_of(0)), 0);
	expect_state(0, VGPU_OPEN);
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
	uuid_t uuid = uuid_of(9);

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
	board_teardown(state);

	board_setup(state);
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
	harness_set_fail(h, "rpc:10"); /* the end of the channel that scrubs */
	vgpu_close(vf_of(1));
	assert_int_equal(vgpu_release(vf_of(1)), -EIO);
	harness_set_fail(h, NULL);
	expect_state(1, VGPU_QUARANTINED);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOARD_TEST(open_faults),
		BOARD_TEST(refused_bootload_leaves_clean_memory),
		BOARD_TEST(quarantine),
		BOARD_TEST(crashed_plugin),
		BOARD_TEST(failed_reset),
		BOARD_TEST(bus_master_faults),
		BOARD_TEST(guest_xid),
		BOARD_TEST(lost_gsp),
		BOARD_TEST(lost_while_opening_and_closing),
		BOARD_TEST(shutdown_takes_all_down),
		cmocka_unit_test(every_edge_was_walked),
	};

	return cmocka_run_group_tests_name("vgpu_faults", tests, NULL, NULL);
}
