// SPDX-License-Identifier: GPL-2.0-or-later
/* The model's GSP on firmware line r550 (550.163.01). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../kmod/abi/channel.h"
#include "../../kmod/abi/mmu.h"
#include "../../kmod/abi/pci.h"
#include "../../kmod/abi/rm_channel.h"
#include "../../kmod/abi/rm_internal.h"
#include "fake_board.h"

static struct fake_reply reply;

static void boot_r550(struct gpu_model *gm)
{
	struct r550_system_info si = {
		.bars = drv_bars(gm),
		.limits = {.pci_config_mirror_base = NV_XVE_MIRROR},
	};

	drv_boot_line(gm, R550_GSP_VERSION, &si, sizeof(si));
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
	assert_int_equal(si->fb_regions.num_regions, 2);
	assert_int_equal(si->fb_regions.region[0].limit, FAKE_RESERVED_START - 1);
	assert_int_equal(si->tail.fb_bytes, FAKE_VRAM_BYTES);
	assert_int_equal(si->gpcs.gpc_mask, gm->board.gpc_mask);
	for (unsigned int i = 0; i < R535_MAX_GPCS; i++) {
		assert_int_equal(si->gpcs.tpc_info[i].gpc_id, i);
		gpcs += si->gpcs.tpc_info[i].tpc_mask != 0;
	}
	assert_int_equal(gpcs, __builtin_popcount(gm->board.gpc_mask));
	assert_int_equal(si->tail.rm.h_internal_client, GSP_H_INTERNAL_CLIENT);
	assert_int_equal(si->tail.rm.h_internal_subdevice, GSP_H_INTERNAL_SUBDEVICE);
	assert_int_equal(si->tail.rm.bar1_pde_base, gm->gsp->bar1_pdb);
	assert_int_equal(si->tail.rm.bar2_pde_base, gm->gsp->bar2_pdb);
	assert_string_equal((const char *)si->tail.names.gpu_name, "NVIDIA L40");
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
	assert_int_equal(intr.table[GSP_NUM_UNIT_KINDS].engine_idx, R570_MC_ENGINE_GR0);
	/* Faults and access counters belong to one subtree, as drivers check. */
	for (unsigned int i = 0; i < intr.count; i++) {
		uint32_t subtree = intr.table[i].vector_stall / NV_VFN_INTR_VECTORS_PER_SUBTREE;

		if (intr.table[i].engine_idx == R570_MC_ENGINE_REPLAYABLE_FAULT ||
		    intr.table[i].engine_idx == R570_MC_ENGINE_ACCESS_COUNTER)
			assert_int_equal(subtree,
					 intr.subtree_map[R570_INTR_CATEGORY_UVM_OWNED].start);
	}
	assert_int_equal(intr.subtree_map[R570_INTR_CATEGORY_UVM_SHARED].end,
			 NV_VFN_VECTOR_GSP / NV_VFN_INTR_VECTORS_PER_SUBTREE);
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

/* What a full RM asks of GSP follows from the board. */
static void test_internal(void **state)
{
	struct gpu_model *gm = *state;
	static struct rm_internal_sm_order order;
	struct rm_internal_floorsweeping masks;
	struct rm_internal_chip_info chip;
	struct rm_internal_gr_info info;
	struct rm_bar_info bars;
	uint32_t tpcs;

	boot_r550(gm);
	assert_int_equal(drv_control(gm, RM_INTERNAL_GPU_GET_CHIP_INFO, &chip, sizeof(chip)), 0);
	assert_int_equal(chip.pci_device_id, gm->board.device << 16 | NV_PCI_VENDOR_ID);
	assert_int_equal(chip.reg_base[RM_INTERNAL_REG_BASE_USERMODE], 0xbb0000);
	assert_int_equal(drv_control(gm, RM_INTERNAL_GR_GET_INFO, &info, sizeof(info)), 0);
	assert_int_not_equal(info.engine[0][RM_INTERNAL_GR_INFO_MAX_SUBCONTEXTS].data, 0);
	assert_int_equal(info.engine[1][RM_INTERNAL_GR_INFO_MAX_SUBCONTEXTS].data, 0);
	assert_int_equal(drv_control(gm, RM_INTERNAL_GR_GET_FLOORSWEEPING, &masks, sizeof(masks)),
			 0);
	assert_int_equal(masks.engine[0].gpc_mask, gm->board.gpc_mask);
	tpcs = masks.engine[0].graphics_tpcs;
	for (unsigned int gpc = 0; gpc < RM_INTERNAL_GR_GPCS; gpc++)
		tpcs -= (uint32_t)__builtin_popcount(masks.engine[0].tpc_mask[gpc]);
	assert_int_equal(tpcs, 0);
	assert_int_equal(drv_control(gm, RM_INTERNAL_GR_GET_SM_ORDER, &order, sizeof(order)), 0);
	assert_int_equal(order.engine[0].num_tpcs, masks.engine[0].graphics_tpcs);
	assert_in_range(order.engine[0].num_sms, 1, RM_INTERNAL_GR_SMS);
	assert_int_equal(drv_control(gm, RM_CTRL_BUS_GET_PCI_BAR_INFO, &bars, sizeof(bars)), 0);
	assert_int_equal(bars.count, 3);
	assert_int_equal(bars.bar[1].bytes, gm->board.pf_bar1_bytes);
	assert_int_equal(bars.bar[1].address, gm_bar_address(gm, 0, 1));
	assert_int_equal(drv_control(gm, RM_CTRL_BUS_GET_PCI_BAR_INFO, &bars, sizeof(bars) - 8),
			 NV_STATUS_INVALID_PARAM_STRUCT);
}

/* The numbers of these controls move between releases: other lines do not know them. */
static void test_internal_other_line(void **state)
{
	struct gpu_model *gm = *state;
	struct rm_internal_chip_info chip;

	drv_boot(gm, 0, false);
	assert_int_equal(drv_control(gm, RM_INTERNAL_GPU_GET_CHIP_INFO, &chip, sizeof(chip)),
			 NV_STATUS_NOT_SUPPORTED);
}

static uint32_t alloc(struct gpu_model *gm, uint32_t client, uint32_t parent, uint32_t handle,
		      uint32_t class_id, const void *params, uint32_t bytes)
{
	struct {
		struct rpc_rm_alloc head;
		uint8_t params[512];
	} req = {
		.head = {
			.h_client = htole32(client),
			.h_parent = htole32(parent),
			.h_object = htole32(handle),
			.h_class = htole32(class_id),
			.params_bytes = htole32(bytes),
		},
	};

	if (bytes)
		memcpy(req.params, params, bytes);
	assert_int_equal(drv_call(gm, RPC_FN_GSP_RM_ALLOC, &req, sizeof(req.head) + bytes, &reply),
			 0);
	return le32toh(((struct rpc_rm_alloc *)reply.data)->status);
}

/* A root client without a handle, the device's own address space, an older channel class. */
static void test_objects(void **state)
{
	struct gpu_model *gm = *state;
	struct rm_vaspace_params own = {.index = htole32(RM_VASPACE_INDEX_DEVICE)};
	struct rm_channel_params chan = {
		.flags = htole32(RM_CHANNEL_FLAG_USERD_PAGE_FIXED),
		.engine_type = htole32(NV2080_ENGINE_COPY0),
		.gpfifo_entries = htole32(0x400),
		.instance = {.base = htole64(0x10000), .bytes = htole64(0x1000),
			     .address_space = htole32(RM_ADDR_FBMEM)},
		.userd = {.base = htole64(0x20000), .bytes = htole64(0x200),
			  .address_space = htole32(RM_ADDR_FBMEM)},
	};
	struct rm_page_directory dir = {.phys_address = htole64(0x30000)};
	struct {
		struct rpc_rm_control head;
		struct rm_page_directory dir;
	} control = {
		.head = {
			.h_client = htole32(0x100),
			.h_object = htole32(0x101),
			.cmd = htole32(RM_CTRL_DMA_SET_PAGE_DIRECTORY),
			.params_bytes = htole32(sizeof(dir)),
		},
		.dir = dir,
	};
	uint64_t base = 0;

	boot_r550(gm);
	assert_int_equal(alloc(gm, 0x100, 0, 0, RM_CLASS_ROOT, NULL, 0), 0);
	assert_int_equal(alloc(gm, 0x100, 0x100, 0x101, RM_CLASS_DEVICE, NULL, 0), 0);
	assert_int_equal(alloc(gm, 0x100, 0x101, 0x102, RM_CLASS_VASPACE, &own, sizeof(own)), 0);
	control.dir.h_vaspace = htole32(0x102);
	assert_int_equal(drv_call(gm, RPC_FN_GSP_RM_CONTROL, &control, sizeof(control), &reply), 0);
	assert_int_equal(((struct rpc_rm_control *)reply.data)->status, 0);
	/* The reference goes, the address space stays. */
	gsp_object_remove(gm, gsp_object_find(gm->gsp, 0x100, 0x102));
	assert_int_equal(alloc(gm, 0x100, 0x101, 0x103, NV_CLASS_CHANNEL_VOLTA_A, &chan,
			       sizeof(chan)), 0);
	gm_vram_read(gm, 0x10000 + NV_RAMIN_PAGE_DIR_BASE, &base, sizeof(base));
	assert_int_equal(le64toh(base) & NV_RAMIN_PAGE_DIR_BASE_ADDR, 0x30000);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		T(test_version),  T(test_static_info),	    T(test_controls),
		T(test_events),	  T(test_system_info_size), T(test_internal),
		T(test_objects),  T(test_internal_other_line),
	};

	return cmocka_run_group_tests_name("model_r550", tests, NULL, NULL);
}
