// SPDX-License-Identifier: GPL-2.0-or-later
/* The model's GSP: hand-over, queues, RM objects and controls, static info, unload, faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake_board.h"

static struct fake_reply reply;

static void test_start(void **state)
{
	struct gpu_model *gm = *state;
	const struct libos_log_header *log = (void *)(gm->sysmem + FAKE_LOG_ADDR);
	const struct gsp_queue_tx *tx;

	drv_start(gm, 32);
	assert_true(gm->active);
	fake_run(gm, 10000000);
	tx = (void *)fake_shm(gm, GSP_QUEUE_STAT_OFFSET);
	assert_int_equal(tx->size, GSP_QUEUE_BYTES);
	assert_int_equal(tx->msg_size, GSP_QUEUE_MSG_BYTES);
	assert_int_equal(tx->msg_count, GSP_QUEUE_MSG_COUNT);
	assert_int_equal(tx->flags, GSP_QUEUE_FLAG_SWAP_RX);
	assert_int_equal(tx->rx_offset, GSP_QUEUE_RX_OFFSET);
	assert_true(log->put > 0);
	assert_non_null(strstr((const char *)(log + 1), "LOGINIT"));
	/* No message before both infos have come. */
	assert_false(drv_recv(gm, &reply));
	drv_send_boot_infos(gm, true);
	assert_true(drv_recv(gm, &reply));
	assert_int_equal(reply.function, RPC_EV_GSP_RUN_CPU_SEQUENCER);
	assert_int_equal(reply.bytes, sizeof(struct rpc_run_cpu_sequencer));
	assert_int_equal(((struct rpc_run_cpu_sequencer *)reply.data)->buffer_dwords, 1);
	assert_int_equal(((struct rpc_run_cpu_sequencer *)reply.data)->used_dwords, 0);
	assert_true(drv_recv(gm, &reply));
	assert_int_equal(reply.function, RPC_EV_GSP_INIT_DONE);
	assert_int_equal(reply.result, 0);
	assert_false(drv_recv(gm, &reply));
	assert_true(gm->swgen >= 2);
	assert_int_equal(gm->gsp->stats.system_info_mismatches, 0);
	assert_true(gm->gsp->sriov_mode);
	assert_int_equal(gm->pdb[1], FAKE_RESERVED_START + GSP_BAR1_PDB_OFFSET);
}

/* Both infos already lie in the queue when GSP starts. */
static void test_start_queued(void **state)
{
	struct gpu_model *gm = *state;

	drv_start(gm, 0);
	drv_send_boot_infos(gm, false);
	assert_false(gm->gsp->have_registry);
	fake_run(gm, 10000000);
	while (drv_recv(gm, &reply))
		;
	assert_int_equal(reply.function, RPC_EV_GSP_INIT_DONE);
	/* A second boot of the same memory begins from zero. */
	gm_gsp_stop(gm);
	drv_boot(gm, 0, false);
	assert_true(gm->gsp->init_sent);
	assert_int_equal(gm->gsp->stats.bad_sequence, 0);
}

static void test_start_bad(void **state)
{
	struct gpu_model *gm = *state;

	gm_gsp_start(gm, FAKE_SYSMEM_BYTES, R570_GSP_VERSION, 0);
	fake_run(gm, 10000000);
	assert_int_equal(gm->halts, 1);
	assert_false(gm->active);
	gm_gsp_start(gm, FAKE_ARGS_ADDR, "1.2.3", 0);
	fake_run(gm, 10000000);
	assert_int_equal(gm->halts, 2);
	/* Page list that does not begin with its own page. */
	drv_start(gm, 0);
	fake_run(gm, 10000000);
	assert_int_equal(gm->halts, 2);
	((uint64_t *)fake_shm(gm, 0))[0] += GSP_PAGE_BYTES;
	gm_gsp_start(gm, FAKE_ARGS_ADDR, R570_GSP_VERSION, 0);
	fake_run(gm, 10000000);
	assert_int_equal(gm->halts, 3);
}

static void test_mismatch(void **state)
{
	struct gpu_model *gm = *state;

	gm->board.subsystem = 1;
	gm->board.num_vfs = 16;
	drv_boot(gm, 32, true);
	assert_int_equal(gm->gsp->stats.system_info_mismatches, 2);
}

static void test_static_info(void **state)
{
	struct gpu_model *gm = *state;
	struct r570_static_info req = {0};
	const struct r570_static_info *si = (void *)reply.data;

	drv_boot(gm, 32, true);
	assert_int_equal(drv_call(gm, RPC_FN_GET_GSP_STATIC_INFO, &req, sizeof(req), &reply), 0);
	assert_int_equal(reply.bytes, sizeof(req));
	assert_int_equal(si->fb_regions.num_regions, 2);
	assert_int_equal(si->fb_regions.region[1].base, FAKE_RESERVED_START);
	assert_int_equal(si->fb_regions.region[1].limit, FAKE_VRAM_BYTES - 1);
	assert_int_not_equal(si->fb_regions.region[1].reserved, 0);
	assert_int_equal(si->fb_regions.region[0].limit, FAKE_RESERVED_START - 1);
	assert_int_equal(si->fb_bytes, FAKE_VRAM_BYTES);
	assert_int_equal(si->rm.h_internal_subdevice, GSP_H_INTERNAL_SUBDEVICE);
	assert_int_equal(si->sriov_caps.caps.total_vfs, 32);
	assert_int_equal(si->sriov_caps.caps.vf_bar_bytes[2], 32 << 20);
	assert_int_equal(si->sriov_caps.caps.sriov_enabled, 1);
	assert_string_equal((const char *)si->names.gpu_name, "NVIDIA L40");
	/* A request without payload gets the whole structure too. */
	assert_int_equal(drv_call(gm, RPC_FN_GET_GSP_STATIC_INFO, NULL, 0, &reply), 0);
	assert_int_equal(reply.bytes, sizeof(req));
}

static void test_objects(void **state)
{
	struct gpu_model *gm = *state;
	unsigned int base;

	drv_boot(gm, 0, false);
	base = gm->gsp->num_objects;
	assert_int_equal(drv_alloc(gm, 0xc1d00001, 0xc1d00001, 0xc1d00001, RM_CLASS_ROOT), 0);
	assert_int_equal(drv_alloc(gm, 0xc1d00001, 0xc1d00001, 0xc1d00001, RM_CLASS_ROOT),
			 GSP_STATUS_DUPLICATE_NAME);
	assert_int_equal(drv_alloc(gm, 0xc1d00002, 0xc1d00002, 0x80, RM_CLASS_DEVICE),
			 NV_STATUS_INVALID_CLIENT);
	assert_int_equal(drv_alloc(gm, 0xc1d00001, 0xc1d00001, 0x2080, RM_CLASS_SUBDEVICE),
			 NV_STATUS_INVALID_OBJECT_PARENT);
	assert_int_equal(drv_alloc(gm, 0xc1d00001, 0xc1d00001, 0x80, RM_CLASS_DEVICE), 0);
	assert_int_equal(drv_alloc(gm, 0xc1d00001, 0x80, 0x2080, RM_CLASS_SUBDEVICE), 0);
	assert_int_equal(drv_alloc(gm, 0xc1d00001, 0x80, 0x90f1, RM_CLASS_VASPACE), 0);
	assert_int_equal(gm->gsp->num_objects, base + 4);
	assert_int_equal(drv_free(gm, 0xc1d00001, 0x80), 0);
	assert_int_equal(gm->gsp->num_objects, base + 1);
	assert_int_equal(drv_free(gm, 0xc1d00001, 0x80), NV_STATUS_OBJECT_NOT_FOUND);
	assert_int_equal(drv_alloc(gm, 0xc1d00001, 0xc1d00001, 0x80, RM_CLASS_DEVICE), 0);
	assert_int_equal(drv_free(gm, 0xc1d00001, 0xc1d00001), 0);
	assert_int_equal(gm->gsp->num_objects, base);
}

static void test_controls(void **state)
{
	struct gpu_model *gm = *state;
	struct r570_device_info_table table = {0};
	struct rm_ctrl_vmmu_segment seg = {0};
	struct r570_gsp_features features = {0};
	struct r570_intr_table intr = {0};
	struct r570_engines engines = {0};
	uint32_t word = 0;

	drv_boot(gm, 0, false);
	assert_int_equal(drv_control(gm, RM_CTRL_GSP_GET_FEATURES, &features, sizeof(features)), 0);
	assert_string_equal((const char *)features.firmware_version, R570_GSP_VERSION);
	assert_int_equal(drv_control(gm, RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, &seg, sizeof(seg)), 0);
	assert_int_equal(seg.segment_bytes, FAKE_SEGMENT_BYTES);
	assert_int_equal(drv_control(gm, RM_CTRL_FIFO_GET_DEVICE_INFO_TABLE, &table, sizeof(table)),
			 0);
	assert_int_equal(drv_control(gm, RM_CTRL_GPU_GET_ENGINES_V2, &engines, sizeof(engines)), 0);
	assert_int_equal(table.num_entries, engines.count);
	assert_int_equal(drv_control(gm, RM_CTRL_INTERNAL_INTR_GET_TABLE, &intr, sizeof(intr)), 0);
	assert_int_equal(intr.table[0].engine_idx, R570_MC_ENGINE_GSP);
	assert_int_equal(intr.table[0].vector_stall, NV_VFN_VECTOR_GSP);
	table.base_index = ~0U;
	assert_int_equal(drv_control(gm, RM_CTRL_FIFO_GET_DEVICE_INFO_TABLE, &table, sizeof(table)),
			 0);
	assert_int_equal(table.num_entries, 0);
	assert_int_equal(drv_control(gm, RM_CTRL_GSP_GET_FEATURES, &word, sizeof(word)),
			 NV_STATUS_INVALID_PARAM_STRUCT);
	assert_int_equal(drv_control(gm, 0x20800fff, &word, sizeof(word)), NV_STATUS_NOT_SUPPORTED);
	/* Needs VF partitions. */
	assert_int_equal(drv_control(gm, VGPU_CTRL_BOOTLOAD, &word, sizeof(word)),
			 NV_STATUS_INVALID_PARAM_STRUCT);
}

static void test_bar_pde(void **state)
{
	struct gpu_model *gm = *state;
	struct rpc_update_bar_pde req = {RPC_BAR_PDE_BAR2, {0}, 0x1234567, 47};
	uint64_t value = 0;

	drv_boot(gm, 0, false);
	assert_int_equal(drv_call(gm, RPC_FN_UPDATE_BAR_PDE, &req, sizeof(req), &reply), 0);
	gm_vram_read(gm, FAKE_RESERVED_START + GSP_BAR2_PDB_OFFSET, &value, sizeof(value));
	assert_int_equal(value, 0x1234567);
	req.bar_type = 2;
	assert_int_equal(drv_call(gm, RPC_FN_UPDATE_BAR_PDE, &req, sizeof(req), &reply),
			 NV_STATUS_INVALID_ARGUMENT);
	assert_int_equal(drv_call(gm, RPC_FN_UPDATE_BAR_PDE, &req, 4, &reply),
			 RPC_RESULT_INVALID_MESSAGE);
	assert_int_equal(drv_call(gm, 99, &req, 4, &reply), RPC_RESULT_UNKNOWN_FUNCTION);
}

static void test_bad_messages(void **state)
{
	struct gpu_model *gm = *state;
	struct gsp_queue_element *el;
	uint32_t before;

	drv_boot(gm, 0, false);
	gm->break_checksum = true;
	drv_send(gm, RPC_FN_NOP, NULL, 0);
	gm->break_checksum = false;
	assert_false(drv_recv(gm, &reply));
	assert_int_equal(gm->gsp->stats.bad_checksum, 1);
	assert_int_equal(drv_call(gm, RPC_FN_NOP, NULL, 0, &reply), 0);
	gm->cmd_seq += 5;
	drv_send(gm, RPC_FN_NOP, NULL, 0);
	assert_false(drv_recv(gm, &reply));
	assert_int_equal(gm->gsp->stats.bad_sequence, 1);
	gm->cmd_seq -= 6;
	assert_int_equal(drv_call(gm, RPC_FN_NOP, NULL, 0, &reply), 0);
	/* A stray continuation, a wrong element count, a pointer that cannot be. */
	drv_send(gm, RPC_FN_CONTINUATION_RECORD, "x", 1);
	assert_int_equal(gm->gsp->stats.stray_continuation, 1);
	before = gm->cmd_write;
	el = (void *)fake_shm(gm, GSP_QUEUE_CMD_OFFSET + GSP_QUEUE_ENTRY_OFFSET +
					  before * GSP_QUEUE_MSG_BYTES);
	memset(el, 0xff, sizeof(*el) + sizeof(struct gsp_rpc_header));
	gm->cmd_write = (gm->cmd_write + 1) % GSP_QUEUE_MSG_COUNT;
	((struct gsp_queue_tx *)fake_shm(gm, GSP_QUEUE_CMD_OFFSET))->write_ptr = gm->cmd_write;
	gm_gsp_doorbell(gm);
	assert_int_equal(gm->gsp->stats.bad_geometry, 1);
	((struct gsp_queue_tx *)fake_shm(gm, GSP_QUEUE_CMD_OFFSET))->write_ptr = 0xfffffff0;
	gm_gsp_doorbell(gm);
	assert_int_equal(gm->gsp->stats.bad_geometry, 2);
	assert_int_equal(drv_call(gm, RPC_FN_NOP, NULL, 0, &reply), 0);
}

/* Many calls, so that messages of several slots run over the ring's end in both directions. */
static void test_wrap(void **state)
{
	struct gpu_model *gm = *state;
	uint32_t bytes = 3 * GSP_QUEUE_MSG_BYTES;
	uint8_t *params = malloc(bytes);

	drv_boot(gm, 0, false);
	for (unsigned int i = 0; i < 200; i++) {
		memset(params, i, bytes);
		assert_int_equal(
			drv_control(gm, RM_CTRL_INTERNAL_MEMSYS_GET_CONFIG, params, bytes - i * 8),
			0);
		assert_int_equal(params[0], 0);
	}
	free(params);
	assert_int_equal(gm->gsp->stats.bad_geometry, 0);
}

/* The reader does not empty the status queue: replies wait, nothing is lost or overwritten. */
static void test_full(void **state)
{
	struct gpu_model *gm = *state;
	unsigned int got = 0;

	drv_boot(gm, 0, false);
	for (unsigned int i = 0; i < 90; i++)
		drv_send(gm, RPC_FN_NOP, NULL, 0);
	assert_true(gm->gsp->stats.queue_full > 0);
	for (;;) {
		while (drv_recv(gm, &reply))
			got++;
		fake_run(gm, 1000000);
		if (!drv_recv(gm, &reply))
			break;
		got++;
	}
	assert_int_equal(got, 90);
	assert_int_equal(gm->gsp->out_count, 0);
}

static void test_length_outside(void **state)
{
	struct gpu_model *gm = *state;
	struct {
		struct rpc_rm_alloc alloc;
		struct rm_device_params params;
	} req = {{0xc1d00001, 0, 0xc1d00001, RM_CLASS_ROOT_CLIENT}};

	drv_boot(gm, 0, false);
	/* Parameters behind the announced length, in the same slot. */
	req.alloc.params_bytes = sizeof(req.params);
	assert_int_equal(drv_call(gm, RPC_FN_GSP_RM_ALLOC, &req, sizeof(req.alloc), &reply), 0);
	assert_int_equal(((struct rpc_rm_alloc *)reply.data)->status, 0);
	req.alloc.params_bytes = GSP_QUEUE_MSG_BYTES;
	assert_int_equal(drv_call(gm, RPC_FN_GSP_RM_ALLOC, &req, sizeof(req.alloc), &reply),
			 RPC_RESULT_INVALID_MESSAGE);
}

static void test_unload(void **state)
{
	struct gpu_model *gm = *state;
	struct rpc_unloading req = {0};

	drv_boot(gm, 32, true);
	assert_int_equal(drv_call(gm, RPC_FN_UNLOADING_GUEST_DRIVER, &req, sizeof(req), &reply), 0);
	/* It answers, then it halts. */
	assert_int_not_equal(gm->mailbox[0], RPC_UNLOADING_MAILBOX0_DONE);
	assert_true(gm->active);
	fake_run(gm, 10000000);
	assert_int_equal(gm->mailbox[0], RPC_UNLOADING_MAILBOX0_DONE);
	assert_false(gm->active);
	drv_send(gm, RPC_FN_NOP, NULL, 0);
	assert_false(drv_recv(gm, &reply));
}

static void test_faults(void **state)
{
	struct gpu_model *gm = *state;

	strcpy(gm->fail, "init-done");
	drv_boot(gm, 0, false);
	assert_int_equal(gm->gsp->stats.events[RPC_EV_GSP_INIT_DONE - RPC_EV_FIRST], 0);
	strcpy(gm->fail, "static-info");
	assert_int_not_equal(drv_call(gm, RPC_FN_GET_GSP_STATIC_INFO, NULL, 0, &reply), 0);
	strcpy(gm->fail, "rpc:10");
	assert_int_not_equal(drv_free(gm, 1, 1), NV_STATUS_OBJECT_NOT_FOUND);
	strcpy(gm->fail, "rpc-timeout:0");
	assert_int_equal(drv_call(gm, RPC_FN_NOP, NULL, 0, &reply), ~0U);
	gm->fail[0] = 0;
	assert_int_equal(drv_call(gm, RPC_FN_NOP, NULL, 0, &reply), 0);
	assert_int_equal(gm_gsp_inject(gm, "nonsense", NULL, 0), -22);
	assert_int_equal(gm_gsp_inject(gm, "plugin-crash:3", NULL, 0), -22);
	assert_int_equal(gm_gsp_inject(gm, "xid:3:31", NULL, 0), 0);
	assert_true(drv_recv(gm, &reply));
	assert_int_equal(reply.function, RPC_EV_OS_ERROR_LOG);
	assert_true(drv_recv(gm, &reply));
	assert_int_equal(reply.function, RPC_EV_RC_TRIGGERED);
	assert_int_equal(((struct r570_rc_triggered *)reply.data)->gfid, 3);
	assert_int_equal(gm_gsp_inject(gm, "gsp-crash", NULL, 0), 0);
	assert_int_equal(gm->halts, 1);
	drv_send(gm, RPC_FN_NOP, NULL, 0);
	assert_false(drv_recv(gm, &reply));
	free(gm_gsp_stats(gm));
}

/* ---- firmware line r535 ---- */

static void boot_r535(struct gpu_model *gm)
{
	struct r535_system_info si = {
		.bars = drv_bars(gm),
		.limits = {.pci_config_mirror_base = NV_XVE_MIRROR},
	};

	drv_boot_line(gm, R535_GSP_VERSION, &si, sizeof(si));
	assert_int_equal(gm->gsp->stats.system_info_mismatches, 0);
}

static void test_r535_static_info(void **state)
{
	struct gpu_model *gm = *state;
	const struct r535_static_info *si = (void *)reply.data;

	boot_r535(gm);
	assert_int_equal(drv_call(gm, RPC_FN_GET_GSP_STATIC_INFO, NULL, 0, &reply), 0);
	assert_int_equal(reply.bytes, 0x878);
	assert_int_equal(si->fb_regions.num_regions, 2);
	assert_int_equal(si->fb_regions.region[0].limit, FAKE_RESERVED_START - 1);
	assert_int_equal(si->tail.fb_bytes, FAKE_VRAM_BYTES);
	assert_int_equal(si->gpcs.gpc_mask, gm->board.gpc_mask);
	assert_int_equal(si->tail.rm.h_internal_client, GSP_H_INTERNAL_CLIENT);
	assert_int_equal(si->tail.rm.bar2_pde_base, gm->gsp->bar2_pdb);
	assert_string_equal((const char *)si->tail.names.gpu_name, "NVIDIA L40");
}

/* Numbers that moved between the lines; no vGPU host on this one. */
static void test_r535_controls(void **state)
{
	struct gpu_model *gm = *state;
	struct r570_device_info_table table = {0};
	struct r570_intr_table intr = {0};
	struct r535_engines engines = {0};
	struct r570_gsp_features features = {0};
	bool ofa = false;

	boot_r535(gm);
	assert_int_equal(drv_control(gm, RM_CTRL_GSP_GET_FEATURES, &features, sizeof(features)), 0);
	assert_string_equal((const char *)features.firmware_version, R535_GSP_VERSION);
	assert_int_equal(drv_control(gm, RM_CTRL_INTERNAL_INTR_GET_TABLE, &intr, sizeof(intr)), 0);
	assert_int_equal(intr.table[0].engine_idx, R535_MC_ENGINE_GSP);
	assert_int_equal(intr.table[GSP_NUM_UNIT_KINDS].engine_idx, R535_MC_ENGINE_GR0);
	assert_int_equal(drv_control(gm, RM_CTRL_GPU_GET_ENGINES_V2, &engines, sizeof(engines)), 0);
	assert_int_equal(drv_control(gm, RM_CTRL_FIFO_GET_DEVICE_INFO_TABLE, &table, sizeof(table)),
			 0);
	/* Each engine of the device table has its interrupt. */
	assert_int_equal(intr.count, table.num_entries + GSP_NUM_UNIT_KINDS);
	for (unsigned int i = 0; i < table.num_entries; i++)
		ofa |= table.entries[i].engine_data[R570_ENGINE_DATA_RM_ENGINE_TYPE] ==
		       R535_RM_ENGINE_OFA0;
	assert_true(ofa);
	assert_int_equal(drv_control(gm, VGPU_CTRL_ADD_TYPE, &engines, sizeof(engines)),
			 NV_STATUS_NOT_SUPPORTED);
}

static void test_r535_events(void **state)
{
	struct gpu_model *gm = *state;

	boot_r535(gm);
	assert_int_equal(gm_gsp_inject(gm, "xid:0:31", NULL, 0), 0);
	assert_true(drv_recv(gm, &reply));
	assert_int_equal(reply.function, RPC_EV_OS_ERROR_LOG);
	assert_int_equal(reply.bytes, sizeof(struct gsp_os_error));
	assert_true(drv_recv(gm, &reply));
	assert_int_equal(reply.function, RPC_EV_RC_TRIGGERED);
	assert_int_equal(reply.bytes, sizeof(struct r535_rc_triggered));
	assert_int_equal(((struct r535_rc_triggered *)reply.data)->except_type, 31);
}

/* What the stock drivers ask for beyond the boot. */
static void test_stock_controls(void **state)
{
	struct gpu_model *gm = *state;
	struct rm_ctrl_constructed_falcons falcons = {.count = 7};
	struct rm_ctrl_ce_fault_buffer fault = {0};

	drv_boot(gm, 0, false);
	assert_int_equal(drv_control(gm, RM_CTRL_GPU_GET_CONSTRUCTED_FALCONS, &falcons,
				     sizeof(falcons)), 0);
	assert_int_equal(falcons.count, 0);
	assert_int_equal(drv_control(gm, RM_CTRL_CE_GET_FAULT_METHOD_BUFFER_SIZE, &fault,
				     sizeof(fault)), 0);
	assert_int_not_equal(fault.bytes, 0);
	strcpy(gm->fail, "intr-table");
	{
		struct r570_intr_table intr = {0};

		assert_int_equal(drv_control(gm, RM_CTRL_INTERNAL_INTR_GET_TABLE, &intr,
					     sizeof(intr)), 0);
		for (unsigned int i = 0; i < intr.count; i++)
			assert_int_not_equal(intr.table[i].engine_idx, R570_MC_ENGINE_GSP);
	}
	gm->fail[0] = 0;
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		T(test_start),	  T(test_start_queued), T(test_start_bad),
		T(test_mismatch), T(test_static_info),	T(test_objects),
		T(test_controls), T(test_bar_pde),	T(test_bad_messages),
		T(test_wrap),	  T(test_full),		T(test_length_outside),
		T(test_unload),	  T(test_faults),	T(test_r535_static_info),
		T(test_r535_controls), T(test_r535_events), T(test_stock_controls),
	};

	return cmocka_run_group_tests_name("model_gsp", tests, NULL, NULL);
}
