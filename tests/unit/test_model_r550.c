// SPDX-License-Identifier: GPL-2.0-or-later
/* The model's GSP on firmware line r550 (550.163.01). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake_board.h"

static struct fake_reply reply;

static int setup(void **state)
{
	*state = fake_new();
	((struct gpu_model *)*state)->quiet = true;
	return 0;
}

static int teardown(void **state)
{
	fake_free(*state);
	return 0;
}

static void boot_r550(struct gpu_model *gm)
{
	struct r550_system_info si = {
		.gpu_phys_address = gm_bar_address(gm, 0, 0),
		.gpu_phys_fb_address = gm_bar_address(gm, 0, 1),
		.gpu_phys_inst_address = gm_bar_address(gm, 0, 3),
		.pci_config_mirror_base = NV_XVE_MIRROR,
	};
	struct rpc_registry empty = {.size = sizeof(empty)};

	drv_start_line(gm, R550_GSP_VERSION, 0);
	fake_run(gm, 10000000);
	drv_send(gm, RPC_FN_GSP_SET_SYSTEM_INFO, &si, sizeof(si));
	drv_send(gm, RPC_FN_SET_REGISTRY, &empty, sizeof(empty));
	while (drv_recv(gm, &reply))
		;
	assert_true(gm->gsp->init_sent);
	assert_int_equal(gm->gsp->stats.system_info_mismatches, 0);
}

/* The version that the driver offers is taken, and its message comes back whole. */
static void test_version(void **state)
{
	struct gpu_model *gm = *state;
	struct vgpu_guest_system_info info = {
		.head = {.major = htole32(0x25), .minor = htole32(0x1b)},
		.driver_version = "550.163.01",
	};
	const uint32_t function = RPC_FN_SET_GUEST_SYSTEM_INFO;

	boot_r550(gm);
	assert_int_equal(drv_call(gm, function, &info, sizeof(info), &reply), 0);
	assert_int_equal(reply.bytes, 0x318);
	assert_memory_equal(reply.data, &info, sizeof(info));
	assert_int_equal(drv_call(gm, function, &info, sizeof(info) - 1, &reply),
			 RPC_RESULT_INVALID_MESSAGE);
	assert_int_equal(gm->gsp->stats.calls[function], 2);
}

static void test_static_info(void **state)
{
	struct gpu_model *gm = *state;
	const struct r550_static_info *si = (void *)reply.data;
	unsigned int gpcs = 0;

	boot_r550(gm);
	assert_int_equal(drv_call(gm, RPC_FN_GET_GSP_STATIC_INFO, NULL, 0, &reply), 0);
	assert_int_equal(reply.bytes, 0x888);
	assert_int_equal(si->fb_regions.num_regions, 1);
	assert_int_equal(si->fb_regions.region[0].limit, FAKE_RESERVED_START - 1);
	assert_int_equal(si->fb_bytes, FAKE_VRAM_BYTES);
	assert_int_equal(si->gpc_mask, gm->board.gpc_mask);
	for (unsigned int i = 0; i < R535_MAX_GPCS; i++) {
		assert_int_equal(si->tpc_info[i].gpc_id, i);
		gpcs += si->tpc_info[i].tpc_mask != 0;
	}
	assert_int_equal(gpcs, __builtin_popcount(gm->board.gpc_mask));
	assert_int_equal(si->h_internal_client, GSP_H_INTERNAL_CLIENT);
	assert_int_equal(si->h_internal_subdevice, GSP_H_INTERNAL_SUBDEVICE);
	assert_int_equal(si->bar1_pde_base, gm->gsp->bar1_pdb);
	assert_int_equal(si->bar2_pde_base, gm->gsp->bar2_pdb);
	assert_string_equal((const char *)si->gpu_name, "NVIDIA L40");
}

/* r570's numbers, no vGPU host. */
static void test_controls(void **state)
{
	struct gpu_model *gm = *state;
	struct r570_intr_table intr = {0};
	struct r570_gsp_features features = {0};
	uint32_t nothing = 0;

	boot_r550(gm);
	assert_int_equal(drv_control(gm, RM_CTRL_GSP_GET_FEATURES, &features, sizeof(features)), 0);
	assert_string_equal((const char *)features.firmware_version, R550_GSP_VERSION);
	assert_int_equal(drv_control(gm, RM_CTRL_INTERNAL_INTR_GET_TABLE, &intr, sizeof(intr)), 0);
	assert_int_equal(intr.table[0].engine_idx, R570_MC_ENGINE_GSP);
	assert_int_equal(intr.table[2].engine_idx, R570_MC_ENGINE_GR0);
	assert_int_equal(drv_control(gm, VGPU_CTRL_ADD_TYPE, &nothing, sizeof(nothing)),
			 NV_STATUS_NOT_SUPPORTED);
}

static void test_events(void **state)
{
	struct gpu_model *gm = *state;

	boot_r550(gm);
	assert_int_equal(gm_gsp_inject(gm, "xid:0:31", NULL, 0), 0);
	assert_true(drv_recv(gm, &reply));
	assert_int_equal(reply.function, RPC_EV_OS_ERROR_LOG);
	assert_int_equal(reply.bytes, 0x10c);
	assert_true(drv_recv(gm, &reply));
	assert_int_equal(reply.function, RPC_EV_RC_TRIGGERED);
	assert_int_equal(reply.bytes, 0x1c);
	assert_int_equal(((struct r550_rc_triggered *)reply.data)->except_type, 31);
}

/* Each line takes its own system info only. */
static void test_system_info_size(void **state)
{
	struct gpu_model *gm = *state;
	uint8_t other[sizeof(struct r570_system_info)] = {0};
	struct rpc_registry empty = {.size = sizeof(empty)};

	drv_start_line(gm, R550_GSP_VERSION, 0);
	fake_run(gm, 10000000);
	drv_send(gm, RPC_FN_GSP_SET_SYSTEM_INFO, other, sizeof(struct r535_system_info));
	drv_send(gm, RPC_FN_SET_REGISTRY, &empty, sizeof(empty));
	while (drv_recv(gm, &reply))
		assert_int_not_equal(reply.function, RPC_EV_GSP_INIT_DONE);
	assert_false(gm->gsp->init_sent);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_version),  T(test_static_info),	    T(test_controls),
		T(test_events),	  T(test_system_info_size),
	};

	return cmocka_run_group_tests_name("model_r550", tests, NULL, NULL);
}
