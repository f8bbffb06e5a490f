// SPDX-License-Identifier: GPL-2.0-or-later
/* Channels as the model's firmware hands them out, on both lines: who may have what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../kmod/abi/channel.h"
#include "../../kmod/abi/mmu.h"
#include "../../kmod/abi/rm_channel.h"
#include "fake_board.h"

#define CLIENT 0xc1d00001
#define DEVICE 0xde1d0000
#define SUBDEVICE 0x5d1d0000
#define VASPACE 0x90f10000
#define CHANNEL 0xf1f00000
#define COPY 0xc7b50000
#define PDB 0x300000
#define INSTANCE 0x200000
#define USERD 0x201000

static struct fake_reply reply;

static void boot(struct gpu_model *gm, const char *line)
{
	static const uint8_t info[sizeof(struct r570_system_info)];

	drv_boot_line(gm, line, info, gsp_line_find(line)->system_info_bytes);
	assert_int_equal(drv_alloc(gm, CLIENT, CLIENT, CLIENT, RM_CLASS_ROOT), 0);
	assert_int_equal(drv_alloc(gm, CLIENT, CLIENT, DEVICE, RM_CLASS_DEVICE), 0);
	assert_int_equal(drv_alloc(gm, CLIENT, DEVICE, SUBDEVICE, RM_CLASS_SUBDEVICE), 0);
	assert_int_equal(drv_alloc(gm, CLIENT, DEVICE, VASPACE, RM_CLASS_VASPACE), 0);
}

static int setup_570(void **state)
{
	fake_setup(state);
	boot(*state, R570_GSP_VERSION);
	return 0;
}

static int setup_535(void **state)
{
	fake_setup(state);
	boot(*state, R535_GSP_VERSION);
	return 0;
}

/* A control on any object; the reply's parameters come back in @params. */
static uint32_t control(struct gpu_model *gm, uint32_t object, uint32_t cmd, void *params,
			uint32_t bytes)
{
	uint8_t msg[4096];
	struct rpc_rm_control *req = (void *)msg;

	*req = (struct rpc_rm_control){
		.h_client = CLIENT, .h_object = object, .cmd = cmd, .params_bytes = bytes};
	memcpy(req + 1, params, bytes);
	assert_int_equal(drv_call(gm, RPC_FN_GSP_RM_CONTROL, msg, sizeof(*req) + bytes, &reply), 0);
	req = (void *)reply.data;
	memcpy(params, req + 1, bytes);
	return req->status;
}

static uint32_t alloc(struct gpu_model *gm, uint32_t parent, uint32_t handle, uint32_t class_id,
		      const void *params, uint32_t bytes)
{
	uint8_t msg[1024];
	struct rpc_rm_alloc *req = (void *)msg;

	*req = (struct rpc_rm_alloc){CLIENT, parent, handle, class_id, .params_bytes = bytes};
	memcpy(req + 1, params, bytes);
	assert_int_equal(drv_call(gm, RPC_FN_GSP_RM_ALLOC, msg, sizeof(*req) + bytes, &reply), 0);
	return ((struct rpc_rm_alloc *)reply.data)->status;
}

static struct r570_channel_params params(uint32_t chid)
{
	return (struct r570_channel_params){
		.common = {
			.gpfifo_offset = 0x100000,
			.gpfifo_entries = 1024,
			.flags = 1 << 5 | (chid & 7) << 8 | chid >> 3 << 12 | 1 << 21,
			.h_vaspace = VASPACE,
			.engine_type = NV2080_ENGINE_COPY0 + 1,
			.instance = {INSTANCE, 4096, RM_ADDR_FBMEM, 1},
			.userd = {USERD, 512, RM_ADDR_FBMEM, 1},
			.internal_flags = 1,
		},
	};
}

static uint32_t params_bytes(struct gpu_model *gm)
{
	return gm->gsp->line->channel_params_bytes;
}

static void test_life(void **state)
{
	struct rm_page_directory pd = {.phys_address = PDB, .num_entries = 4, .h_vaspace = VASPACE};
	struct rm_copy_params copy = {1, NV2080_ENGINE_COPY0 + 1};
	struct rm_ctrl_channel_schedule schedule = {.enable = 1};
	struct rm_ctrl_channel_bind bind = {NV2080_ENGINE_COPY0 + 1};
	struct rm_ctrl_channel_token token = {0};
	struct r570_channel_params p = params(21);
	struct gpu_model *gm = *state;
	const struct gm_chan_config *c = &gm->chan[0].config;
	uint64_t word;

	assert_int_equal(params_bytes(gm), !strcmp(gm->gsp->version, "535.113.01") ? 0x168 : 0x170);
	assert_int_equal(control(gm, DEVICE, RM_CTRL_DMA_SET_PAGE_DIRECTORY, &pd, sizeof(pd)), 0);
	assert_int_equal(alloc(gm, DEVICE, CHANNEL, NV_CLASS_CHANNEL_AMPERE_A, &p,
			       params_bytes(gm)), 0);
	assert_true(gm->chan[0].used);
	assert_false(gm->chan[0].enabled);
	assert_int_equal(c->gfid, 0);
	assert_int_equal(c->runlist, 2);
	assert_int_equal(c->chid, 21);
	assert_int_equal(c->engine, GM_CHAN_ENGINE_CE);
	assert_int_equal(c->engine_id, NV2080_ENGINE_COPY0 + 1);
	assert_int_equal(c->instance, INSTANCE);
	assert_int_equal(c->userd, USERD);
	assert_int_equal(c->gpfifo_va, 0x100000);
	assert_int_equal(c->gpfifo_entries, 1024);
	assert_true(c->privileged && c->physical_ce);
	/* RM has written the address space into the instance block. */
	memcpy(&word, gm->vram + INSTANCE + NV_RAMIN_PAGE_DIR_BASE, 8);
	assert_int_equal(word, PDB | 1 << 10 | 1 << 11);
	assert_int_equal(control(gm, CHANNEL, RM_CTRL_CHANNEL_BIND, &bind, sizeof(bind)), 0);
	bind.engine_type = NV2080_ENGINE_GR0;
	assert_int_equal(control(gm, CHANNEL, RM_CTRL_CHANNEL_BIND, &bind, sizeof(bind)),
			 NV_STATUS_INVALID_ARGUMENT);
	assert_int_equal(control(gm, CHANNEL, RM_CTRL_CHANNEL_SCHEDULE, &schedule,
				 sizeof(schedule)), 0);
	assert_true(gm->chan[0].enabled);
	assert_int_equal(control(gm, CHANNEL, RM_CTRL_CHANNEL_GET_TOKEN, &token, sizeof(token)), 0);
	assert_int_equal(token.token, 2 << 16 | 21);
	assert_int_equal(alloc(gm, CHANNEL, COPY, NV_CLASS_COPY_AMPERE_B, &copy, sizeof(copy)), 0);
	copy.engine_type = NV2080_ENGINE_COPY0;
	assert_int_equal(alloc(gm, CHANNEL, COPY + 1, NV_CLASS_COPY_AMPERE_B, &copy, sizeof(copy)),
			 NV_STATUS_INVALID_ARGUMENT);
	schedule.enable = 0;
	assert_int_equal(control(gm, CHANNEL, RM_CTRL_CHANNEL_SCHEDULE, &schedule,
				 sizeof(schedule)), 0);
	assert_false(gm->chan[0].enabled);
	/* The channel goes with whatever is above it. */
	assert_int_equal(drv_free(gm, CLIENT, DEVICE), 0);
	assert_false(gm->chan[0].used);
}

/* The way of 6.12: the root is the first of the levels it shares with RM. */
static void test_reserved_pdes(void **state)
{
	struct rm_ctrl_reserved_pdes pdes = {
		.page_bytes = 0x20000000,
		.virt_lo = 0x100000000,
		.virt_hi = 0x11fffffff,
		.num_levels = 2,
		.level = {{PDB, 0x20, 1, 47}, {PDB + 4096, 4096, 1, 38}},
	};
	struct r570_channel_params p = params(0);
	struct gpu_model *gm = *state;
	uint64_t word;

	assert_int_equal(control(gm, VASPACE, RM_CTRL_VASPACE_COPY_SERVER_RESERVED_PDES, &pdes,
				 sizeof(pdes)), 0);
	assert_int_equal(alloc(gm, DEVICE, CHANNEL, NV_CLASS_CHANNEL_AMPERE_A, &p,
			       params_bytes(gm)), 0);
	memcpy(&word, gm->vram + INSTANCE + NV_RAMIN_PAGE_DIR_BASE, 8);
	assert_int_equal(word, PDB | 1 << 10 | 1 << 11);
	pdes.level[0].phys_address |= 1;
	assert_int_equal(control(gm, VASPACE, RM_CTRL_VASPACE_COPY_SERVER_RESERVED_PDES, &pdes,
				 sizeof(pdes)), NV_STATUS_INVALID_ARGUMENT);
}

static void spoil_engine(struct r570_channel_params *p)
{
	p->common.engine_type = 0x7f;
}

static void spoil_vaspace(struct r570_channel_params *p)
{
	p->common.h_vaspace = SUBDEVICE;
}

static void spoil_instance(struct r570_channel_params *p)
{
	p->common.instance.base = FAKE_RESERVED_START;
}

static void spoil_userd(struct r570_channel_params *p)
{
	p->common.userd.base = UINT64_MAX - 0x1ff;
}

static void spoil_aperture(struct r570_channel_params *p)
{
	p->common.userd.address_space = 7;
}

static void spoil_page(struct r570_channel_params *p)
{
	p->common.flags &= ~(1u << 21);
}

/* What is refused leaves nothing behind. */
static void test_refused(void **state)
{
	static void (*const spoil[])(struct r570_channel_params *) = {
		spoil_engine, spoil_vaspace, spoil_instance,
		spoil_userd, spoil_aperture, spoil_page,
	};
	struct gpu_model *gm = *state;
	unsigned int objects = gm->gsp->num_objects;
	struct r570_channel_params p = params(3);

	for (size_t i = 0; i < sizeof(spoil) / sizeof(spoil[0]); i++) {
		p = params(3);
		spoil[i](&p);
		assert_int_not_equal(alloc(gm, DEVICE, CHANNEL, NV_CLASS_CHANNEL_AMPERE_A, &p,
					   params_bytes(gm)), 0);
		assert_int_equal(gm->gsp->num_objects, objects);
		assert_false(gm->chan[0].used);
	}
	p = params(3);
	assert_int_equal(alloc(gm, DEVICE, CHANNEL, NV_CLASS_CHANNEL_AMPERE_A, &p,
			       params_bytes(gm) - 1), NV_STATUS_INVALID_PARAM_STRUCT);
	assert_int_equal(alloc(gm, SUBDEVICE, CHANNEL, NV_CLASS_CHANNEL_AMPERE_A, &p,
			       params_bytes(gm)), NV_STATUS_INVALID_OBJECT_PARENT);
	assert_int_equal(alloc(gm, DEVICE, CHANNEL, NV_CLASS_CHANNEL_AMPERE_A, &p,
			       params_bytes(gm)), 0);
	assert_int_equal(alloc(gm, DEVICE, CHANNEL + 1, NV_CLASS_CHANNEL_AMPERE_A, &p,
			       params_bytes(gm)), NV_STATUS_STATE_IN_USE);
	assert_int_equal(gm->gsp->num_objects, objects + 1);
	/* A user's channel has no privileges, whatever its flags say. */
	p = params(4);
	p.common.internal_flags = 0;
	assert_int_equal(alloc(gm, DEVICE, CHANNEL + 1, NV_CLASS_CHANNEL_AMPERE_A, &p,
			       params_bytes(gm)), 0);
	assert_false(gm->chan[1].config.privileged || gm->chan[1].config.physical_ce);
	/* GSP's end is theirs, too. */
	gm_gsp_stop(gm);
	assert_false(gm->chan[0].used || gm->chan[1].used);
}

static void test_graphics(void **state)
{
	struct gpu_model *gm = *state;
	uint32_t count = gm->gsp->line->context_buffers;
	struct rm_context_buffer buffers[RM_GR_MAX_ENGINES * R570_CONTEXT_BUFFERS] = {{0}};
	struct rm_ctrl_promote_ctx promote = {
		.engine_type = 1,
		.h_chan_client = CLIENT,
		.h_object = CHANNEL,
		.entry_count = 1,
		.entry = {{.gpu_phys_address = 0x400000, .bytes = 0x8000, .initialize = 1}},
	};
	struct rm_ctrl_zcull_info zcull = {0};
	struct r570_channel_params p = params(0);

	assert_int_equal(count, !strcmp(gm->gsp->version, "535.113.01") ? 25 : 26);
	assert_int_equal(control(gm, SUBDEVICE, RM_CTRL_INTERNAL_GR_GET_CONTEXT_BUFFERS, buffers,
				 8 * count * 8), 0);
	for (uint32_t i = 0; i < RM_GR_MAX_ENGINES * count; i++) {
		uint32_t align = buffers[i].alignment;

		assert_int_equal(!!buffers[i].bytes, i < count);
		assert_int_equal(align & (align - 1), 0);
	}
	assert_int_equal(control(gm, SUBDEVICE, RM_CTRL_INTERNAL_GR_GET_CONTEXT_BUFFERS, buffers,
				 8 * count * 8 - 4), NV_STATUS_INVALID_PARAM_STRUCT);
	assert_int_equal(control(gm, SUBDEVICE, RM_CTRL_GR_GET_ZCULL_INFO, &zcull, sizeof(zcull)),
			 0);
	assert_int_not_equal(zcull.aliquot_total, 0);
	assert_int_equal(control(gm, SUBDEVICE, RM_CTRL_GPU_PROMOTE_CTX, &promote,
				 sizeof(promote)), NV_STATUS_INVALID_OBJECT_HANDLE);
	p.common.engine_type = NV2080_ENGINE_GR0;
	assert_int_equal(alloc(gm, DEVICE, CHANNEL, NV_CLASS_CHANNEL_AMPERE_A, &p,
			       params_bytes(gm)), 0);
	assert_int_equal(gm->chan[0].config.engine, GM_CHAN_ENGINE_GR);
	assert_int_equal(control(gm, SUBDEVICE, RM_CTRL_GPU_PROMOTE_CTX, &promote,
				 sizeof(promote)), 0);
	promote.entry[0].bytes = FAKE_RESERVED_START;
	assert_int_equal(control(gm, SUBDEVICE, RM_CTRL_GPU_PROMOTE_CTX, &promote,
				 sizeof(promote)), NV_STATUS_INVALID_ARGUMENT);
	promote.entry_count = 17;
	assert_int_equal(control(gm, SUBDEVICE, RM_CTRL_GPU_PROMOTE_CTX, &promote,
				 sizeof(promote)), NV_STATUS_INVALID_ARGUMENT);
}

/* Text, then recovery, with the channel's numbers in each. */
static void test_error(void **state)
{
	struct gpu_model *gm = *state;
	const struct gm_chan_fault fault = {
		.runlist = 2, .chid = 21, .engine_id = 10, .xid = 31, .addr = 0x123456789000,
		.text = "read of 0x123456789000: no translation",
	};
	const struct gsp_os_error *log = (void *)reply.data;
	const struct r570_rc_triggered *rc = (void *)reply.data;
	bool r535 = !strcmp(gm->gsp->version, "535.113.01");

	gm_gsp_channel_error(gm, 0, &fault);
	assert_true(drv_recv(gm, &reply));
	assert_int_equal(reply.function, RPC_EV_OS_ERROR_LOG);
	assert_int_equal(log->except_type, 31);
	assert_int_equal(log->runlist_id, 2);
	assert_int_equal(log->chid, 21);
	assert_non_null(strstr((const char *)log->text, "no translation"));
	assert_true(drv_recv(gm, &reply));
	assert_int_equal(reply.function, RPC_EV_RC_TRIGGERED);
	assert_int_equal(reply.bytes, r535 ? 0x14 : 0x30);
	assert_int_equal(rc->engine_type, 10);
	assert_int_equal(rc->chid, 21);
	if (!r535) {
		assert_int_equal(rc->mmu_fault_addr_lo, 0x56789000);
		assert_int_equal(rc->mmu_fault_addr_hi, 0x1234);
	}
	gm_gsp_stop(gm);
	gm_gsp_channel_error(gm, 0, &fault);
}

int main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, setup_570, fake_teardown),            \
		cmocka_unit_test_setup_teardown(name, setup_535, fake_teardown)
	const struct CMUnitTest tests[] = {
		T(test_life), T(test_reserved_pdes), T(test_refused), T(test_graphics),
		T(test_error),
	};

	return cmocka_run_group_tests_name("model_gsp_chan", tests, NULL, NULL);
}
