// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RM's internal controls, for a driver that is itself a full RM: each answer follows from the
 * board's description or says that a thing is not there. Others are answered NOT_SUPPORTED, which
 * such a driver takes for most of them.
 */
#include "../../kmod/abi/pci.h"
#include "../../kmod/abi/rm_internal.h"
#include "gsp.h"

/* Entries of the fault buffers are 32 bytes; the model takes no faults that fill one. */
#define GSP_FAULT_BUFFER_BYTES 0x20000
#define GSP_FAULT_METADATA_BYTES 0x1000
#define GSP_SMS_PER_TPC	       2
#define GSP_WARPS_PER_SM       48
#define GSP_THREADS_PER_WARP   32
#define GSP_SUBCONTEXTS	       64

static unsigned int bits(uint32_t mask)
{
	return (unsigned int)__builtin_popcount(mask);
}

static uint32_t chip_info(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct rm_internal_chip_info *info = (struct rm_internal_chip_info *)params;
	const struct gm_board *board = gm_board(gm);

	*info = (struct rm_internal_chip_info){
		.pci_device_id = htole32((uint32_t)board->device << 16 | NV_PCI_VENDOR_ID),
		.pci_subdevice_id = htole32((uint32_t)board->subsystem << 16 | NV_PCI_VENDOR_ID),
		.pci_revision_id = htole32(NV_PCI_REVISION_A1),
	};
	info->reg_base[RM_INTERNAL_REG_BASE_USERMODE] = htole32(NV_VFN + NV_VFN_USERMODE);
	return NV_STATUS_OK;
}

static uint32_t gmmu_info(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	*(struct rm_internal_gmmu_info *)params = (struct rm_internal_gmmu_info){
		.replayable_bytes = htole32(GSP_FAULT_BUFFER_BYTES),
		.replayable_metadata_bytes = htole32(GSP_FAULT_METADATA_BYTES),
		.nonreplayable_bytes = htole32(GSP_FAULT_BUFFER_BYTES),
		.nonreplayable_metadata_bytes = htole32(GSP_FAULT_METADATA_BYTES),
	};
	return NV_STATUS_OK;
}

static uint32_t num_channels(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	((struct rm_internal_num_channels *)params)->channels = htole32(GSP_CHANNELS_PER_RUNLIST);
	return NV_STATUS_OK;
}

static uint32_t bif_info(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	*(struct rm_internal_bif_info *)params = (struct rm_internal_bif_info){.pcie_gen4 = 1};
	return NV_STATUS_OK;
}

static uint32_t gr_info(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	static const struct {
		uint32_t index, data;
	} known[] = {
		{RM_INTERNAL_GR_INFO_WARPS_PER_SM, GSP_WARPS_PER_SM},
		{RM_INTERNAL_GR_INFO_THREADS_PER_WARP, GSP_THREADS_PER_WARP},
		{RM_INTERNAL_GR_INFO_MAX_GPCS, RM_INTERNAL_GR_GPCS},
		{RM_INTERNAL_GR_INFO_SMS_PER_TPC, GSP_SMS_PER_TPC},
		{RM_INTERNAL_GR_INFO_MAX_ENGINES, 1},
		{RM_INTERNAL_GR_INFO_MAX_SUBCONTEXTS, GSP_SUBCONTEXTS},
	};
	struct rm_internal_gr_info *info = (struct rm_internal_gr_info *)params;

	memset(info, 0, sizeof(*info));
	for (uint32_t i = 0; i < RM_INTERNAL_GR_INFO_ENTRIES; i++)
		info->engine[0][i].index = htole32(i);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		info->engine[0][known[i].index].data = htole32(known[i].data);
	info->engine[0][RM_INTERNAL_GR_INFO_MAX_TPCS_PER_GPC].data =
		htole32(32 - (uint32_t)__builtin_clz(gm_board(gm)->tpc_mask));
	return NV_STATUS_OK;
}

static uint32_t floorsweeping(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct rm_internal_floorsweeping *f = (struct rm_internal_floorsweeping *)params;
	const struct gm_board *board = gm_board(gm);
	unsigned int logical = 0;

	memset(f, 0, sizeof(*f));
	f->engine[0].gpc_mask = htole32(board->gpc_mask);
	f->engine[0].phys_gpc_mask = htole32(board->gpc_mask);
	f->engine[0].graphics_gpc_mask = htole32(board->gpc_mask);
	f->engine[0].graphics_tpcs = htole32(bits(board->gpc_mask) * bits(board->tpc_mask));
	for (unsigned int gpc = 0; gpc < RM_INTERNAL_GR_GPCS; gpc++) {
		if (!(board->gpc_mask & (1U << gpc)))
			continue;
		f->engine[0].tpc_mask[gpc] = htole32(board->tpc_mask);
		f->engine[0].tpc_count[logical] = htole32(bits(board->tpc_mask));
		f->engine[0].mmus[logical++] = htole32(1);
	}
	return NV_STATUS_OK;
}

/* GPC by GPC, TPC by TPC; the firmware's own order is not published. */
static uint32_t sm_order(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	struct rm_internal_sm_order *o = (struct rm_internal_sm_order *)params;
	const struct gm_board *board = gm_board(gm);
	uint16_t gpcs = (uint16_t)bits(board->gpc_mask), tpcs = (uint16_t)bits(board->tpc_mask);
	uint16_t sms = (uint16_t)(tpcs * GSP_SMS_PER_TPC), n = 0;

	memset(o, 0, sizeof(*o));
	for (uint16_t gpc = 0; gpc < gpcs; gpc++) {
		for (uint16_t i = 0; i < sms && n < RM_INTERNAL_GR_SMS; i++, n++) {
			uint16_t tpc = i / GSP_SMS_PER_TPC, global = (uint16_t)(gpc * tpcs + tpc);

			o->engine[0].sm[n].gpc = htole16(gpc);
			o->engine[0].sm[n].virtual_gpc = htole16(gpc);
			o->engine[0].sm[n].local_tpc = htole16(tpc);
			o->engine[0].sm[n].local_sm = htole16(i % GSP_SMS_PER_TPC);
			o->engine[0].sm[n].global_tpc = htole16(global);
			o->engine[0].sm[n].migratable_tpc = htole16(global);
		}
	}
	o->engine[0].num_sms = htole16(n);
	o->engine[0].num_tpcs = htole16((uint16_t)(gpcs * tpcs));
	return NV_STATUS_OK;
}

static uint32_t bar_info(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	static const unsigned int bars[] = {NV_PCI_BAR_REGS, NV_PCI_BAR_FB, NV_PCI_BAR_INST};
	struct rm_bar_info *info = (struct rm_bar_info *)params;
	const struct gm_board *board = gm_board(gm);
	const uint64_t sizes[] = {NV_PCI_PF_BAR0_BYTES, board->pf_bar1_bytes, board->pf_bar3_bytes};

	memset(info, 0, sizeof(*info));
	info->count = htole32(sizeof(bars) / sizeof(bars[0]));
	for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		info->bar[i].mib = htole32((uint32_t)(sizes[i] >> 20));
		info->bar[i].bytes = htole64(sizes[i]);
		info->bar[i].address = htole64(gm_bar_address(gm, 0, bars[i]));
	}
	return NV_STATUS_OK;
}

/* Not there, switched off, or no capability: all zero says so. */
static uint32_t none(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	memset(params, 0, bytes);
	return NV_STATUS_OK;
}

/* Nothing to do: the model has no cache to flush, and maps engines as they are asked for. */
static uint32_t accept(struct gpu_model *gm, uint8_t *params, uint32_t bytes)
{
	return NV_STATUS_OK;
}

static const struct internal_ctrl {
	uint32_t cmd, bytes;
	uint32_t (*run)(struct gpu_model *gm, uint8_t *params, uint32_t bytes);
} internal_ctrls[] = {
	{RM_INTERNAL_GPU_GET_CHIP_INFO, sizeof(struct rm_internal_chip_info), chip_info},
	{RM_INTERNAL_GPU_GET_REGISTER_MAP, sizeof(struct rm_internal_register_map), none},
	{RM_INTERNAL_GMMU_GET_STATIC_INFO, sizeof(struct rm_internal_gmmu_info), gmmu_info},
	{RM_INTERNAL_FIFO_GET_NUM_CHANNELS, sizeof(struct rm_internal_num_channels), num_channels},
	{RM_INTERNAL_BIF_GET_STATIC_INFO, sizeof(struct rm_internal_bif_info), bif_info},
	{RM_INTERNAL_GR_GET_INFO, sizeof(struct rm_internal_gr_info), gr_info},
	{RM_INTERNAL_GR_GET_FLOORSWEEPING, sizeof(struct rm_internal_floorsweeping), floorsweeping},
	{RM_INTERNAL_GR_GET_SM_ORDER, sizeof(struct rm_internal_sm_order), sm_order},
	{RM_CTRL_BUS_GET_PCI_BAR_INFO, sizeof(struct rm_bar_info), bar_info},
	/* A copy of PTOP, which has no entries; engines are in the FIFO's table. */
	{RM_INTERNAL_GET_DEVICE_INFO, 0, none},
	/* No optional capability, no context-switch trace, no header for each subcontext. */
	{RM_INTERNAL_GR_GET_CAPS, 0, none},
	{RM_INTERNAL_GR_GET_FECS_TRACE_ENABLE, 0, none},
	{RM_INTERNAL_GR_GET_FECS_RECORD_BYTES, 0, none},
	{RM_INTERNAL_GR_GET_PDB_PROPERTIES, 0, none},
	/* No boost shared among boards, no confidential computing. */
	{RM_INTERNAL_PERF_BOOST_SYNC_GET_INFO, 0, none},
	{RM_INTERNAL_CC_GET_STATIC_INFO, 0, none},
	/* No copy engine is without hardware. */
	{RM_CTRL_CE_UPDATE_CLASS_DB, 0, none},
	{RM_CTRL_CE_UPDATE_PCE_LCE_MAPPINGS, 0, accept},
	{RM_INTERNAL_MEMSYS_L2_INVALIDATE, 0, accept},
	{RM_INTERNAL_BUS_FLUSH, 0, accept},
	/* The model's walks start at each address space's root, which holds these entries too. */
	{RM_INTERNAL_GMMU_COPY_SPLIT_PDES, sizeof(struct rm_ctrl_reserved_pdes), accept},
	/* Nothing is published there: no sensor is modelled. */
	{RM_INTERNAL_SET_USER_SHARED_DATA, 0, accept},
	{RM_CTRL_EVENT_SET_NOTIFICATION, 0, accept},
};

uint32_t gsp_internal_control(struct gpu_model *gm, uint32_t cmd, uint8_t *params, uint32_t bytes)
{
	for (size_t i = 0; i < sizeof(internal_ctrls) / sizeof(internal_ctrls[0]); i++) {
		if (internal_ctrls[i].cmd != cmd)
			continue;
		if (bytes < internal_ctrls[i].bytes)
			return NV_STATUS_INVALID_PARAM_STRUCT;
		return internal_ctrls[i].run(gm, params, bytes);
	}
	return NV_STATUS_NOT_SUPPORTED;
}
