// SPDX-License-Identifier: GPL-2.0-or-later
/* Names for the trace: those of kmod/abi, which no driver's source gave. */
#include <stdio.h>
#include <string.h>

#include "../../kmod/abi/regs.h"
#include "../../kmod/abi/rm_channel.h"
#include "../../kmod/abi/rpc.h"
#include "../../kmod/abi/vgpu_host.h"
#include "trace.h"

struct reg_name {
	uint32_t offset, count, stride, first; /* a row of @count, the first has index @first */
	enum gm_trace_kind kind;
	const char *name;
};

#define ONE(reg, kind) { reg, 1, 4, 0, GM_TRACE_##kind, #reg }
#define ROW(reg, count, kind) { reg(0), count, reg(1) - reg(0), 0, GM_TRACE_##kind, #reg }
#define FUSES(reg)                                                                        \
	{ reg(1), NV_FUSE_UCODE_ID_MAX, reg(2) - reg(1), NV_FUSE_UCODE_ID_MIN, GM_TRACE_VALUE, \
	  #reg }
#define AREA(reg, bytes) { reg, bytes, 1, 0, GM_TRACE_AREA, #reg }

static const struct reg_name pf_names[] = {
	/* Handlers look at it, too, to see whether the board is still there. */
	ONE(NV_PMC_BOOT_0, ASYNC),
	ONE(NV_PMC_BOOT_1, VALUE),
	ONE(NV_PMC_BOOT_42, VALUE),
	ONE(NV_STRAP_CRYSTAL, VALUE),
	ROW(NV_PBUS_SW_SCRATCH, NV_PBUS_SW_SCRATCH_COUNT, VALUE),
	ONE(NV_PBUS_BAR0_WINDOW, ADDRESS),
	ONE(NV_PBUS_BAR1_BLOCK, ADDRESS),
	ONE(NV_PBUS_BAR2_BLOCK, ADDRESS),
	ONE(NV_PBUS_BIND_STATUS, VALUE),
	AREA(NV_PRAMIN, NV_PRAMIN_BYTES),
	ONE(NV_PTIMER_INTR_0, ASYNC),
	ONE(NV_PTIMER_INTR_EN_0, VALUE),
	ONE(NV_PTIMER_NUMERATOR, VALUE),
	ONE(NV_PTIMER_DENOMINATOR, VALUE),
	ONE(NV_PTIMER_TIME_0, TIME),
	ONE(NV_PTIMER_TIME_1, TIME),
	ONE(NV_PTIMER_ALARM_0, TIME),
	ONE(NV_XVE_ROM_CTRL, VALUE),
	ONE(NV_XVE_PRIV_MISC_1, VALUE),
	ONE(NV_XVE_CYA_2, ASYNC),
	AREA(NV_XVE_MIRROR, NV_XVE_MIRROR_BYTES),
	AREA(NV_PROM, NV_PROM_BYTES),
	ROW(NV_PTOP_DEVICE_INFO, NV_PTOP_DEVICE_INFO_COUNT, VALUE),
	ONE(NV_PGC6_SCRATCH_05_PRIV_MASK, VALUE),
	ONE(NV_PGC6_SCRATCH_05_GFW_BOOT, VALUE),
	ONE(NV_PGC6_BSI_SCRATCH_14, VALUE),
	ONE(NV_PGC6_BSI_SCRATCH_15, VALUE),
	ONE(NV_USABLE_FB_SIZE, VALUE),
	ONE(NV_FUSE_OPT_DISPLAY, VALUE),
	ONE(NV_FUSE_OPT_DISPLAY_TU, VALUE),
	ONE(NV_FUSE_GSP_DEBUG_DISABLE, VALUE),
	FUSES(NV_FUSE_UCODE_VERSION_NVDEC),
	FUSES(NV_FUSE_UCODE_VERSION_SEC2),
	FUSES(NV_FUSE_UCODE_VERSION_GSP),
	ONE(NV_PDISP_VGA_WORKSPACE, VALUE),
	ONE(NV_PDISP_VGA_CRTC_INDEX, VALUE),
	{ NV_PDISP_VGA_CRTC_DATA, 1, 1, 0, GM_TRACE_VALUE, "NV_PDISP_VGA_CRTC_DATA" },
	ONE(NV_PFB_FLUSH_SYSMEM_LO, ADDRESS),
	ONE(NV_PFB_FLUSH_SYSMEM_HI, ADDRESS),
	ONE(NV_PFB_MMU_WPR1_LO, VALUE),
	ONE(NV_PFB_MMU_WPR1_HI, VALUE),
	ONE(NV_PFB_MMU_WPR2_LO, VALUE),
	ONE(NV_PFB_MMU_WPR2_HI, VALUE),
	ONE(NV_PFB_MMU_LOCK_CFG, VALUE),
	ONE(NV_PFB_MMU_LOCK_LO, VALUE),
	ONE(NV_PFB_MMU_LOCK_HI, VALUE),
	ONE(NV_PFB_FAULT_INFO, VALUE),
	ONE(NV_UFLUSH_FB_FLUSH, VALUE),
	ONE(NV_UFLUSH_L2_SYSMEM_INVALIDATE, VALUE),
	ONE(NV_UFLUSH_L2_PEERMEM_INVALIDATE, VALUE),
	ONE(NV_UFLUSH_L2_CLEAN_COMPTAGS, VALUE),
	ONE(NV_UFLUSH_L2_FLUSH_DIRTY, VALUE),
};

/* Offsets from a falcon's base. */
static const struct reg_name falcon_names[] = {
	ONE(NV_PFALCON_IRQSSET, ASYNC),
	ONE(NV_PFALCON_IRQSCLR, ASYNC),
	ONE(NV_PFALCON_IRQSTAT, ASYNC),
	ONE(NV_PFALCON_IRQMODE, VALUE),
	ONE(NV_PFALCON_IRQMSET, VALUE),
	ONE(NV_PFALCON_IRQMCLR, VALUE),
	ONE(NV_PFALCON_IRQMASK, ASYNC),
	ONE(NV_PFALCON_IRQDEST, ASYNC),
	ONE(NV_PFALCON_MAILBOX0, ADDRESS),
	ONE(NV_PFALCON_MAILBOX1, ADDRESS),
	ONE(NV_PFALCON_ITFEN, VALUE),
	ONE(NV_PFALCON_OS, VALUE),
	ONE(NV_PFALCON_RM, VALUE),
	ONE(NV_PFALCON_DEBUGINFO, VALUE),
	ONE(NV_PFALCON_HWCFG2, VALUE),
	ONE(NV_PFALCON_CPUCTL, VALUE),
	ONE(NV_PFALCON_BOOTVEC, VALUE),
	ONE(NV_PFALCON_HWCFG, VALUE),
	ONE(NV_PFALCON_DMACTL, VALUE),
	ONE(NV_PFALCON_DMATRFBASE, ADDRESS),
	ONE(NV_PFALCON_DMATRFMOFFS, VALUE),
	ONE(NV_PFALCON_DMATRFCMD, VALUE),
	ONE(NV_PFALCON_DMATRFFBOFFS, VALUE),
	ONE(NV_PFALCON_DMATRFBASE1, ADDRESS),
	ONE(NV_PFALCON_HWCFG1, VALUE),
	ONE(NV_PFALCON_CPUCTL_ALIAS, VALUE),
	ROW(NV_PFALCON_IMEMC, 4, VALUE),
	ROW(NV_PFALCON_IMEMD, 4, AREA),
	ROW(NV_PFALCON_IMEMT, 4, VALUE),
	ROW(NV_PFALCON_DMEMC, 8, VALUE),
	ROW(NV_PFALCON_DMEMD, 8, AREA),
	ONE(NV_PFALCON_ENGINE, VALUE),
	ONE(NV_PFALCON_INTR_VECTOR, VALUE),
	ROW(NV_PFALCON_INTR_RETRIGGER, 2, ASYNC),
	ROW(NV_PFALCON_FBIF_TRANSCFG, NV_PFALCON_FBIF_TRANSCFG_COUNT, VALUE),
	ONE(NV_PFALCON_FBIF_CTL, VALUE),
	ROW(NV_PGSP_MAILBOX, NV_PGSP_MAILBOX_COUNT, VALUE),
	ROW(NV_PGSP_QUEUE_HEAD, NV_PGSP_QUEUE_COUNT, VALUE),
	ROW(NV_PGSP_QUEUE_TAIL, NV_PGSP_QUEUE_COUNT, VALUE),
	ONE(NV_PFALCON2_MOD_SEL, VALUE),
	ONE(NV_PFALCON2_BROM_CURR_UCODE_ID, VALUE),
	ONE(NV_PFALCON2_BROM_ENGIDMASK, VALUE),
	ROW(NV_PFALCON2_BROM_PARAADDR, 1, VALUE),
	ONE(NV_PFALCON2_RISCV_CPUCTL, VALUE),
	ONE(NV_PFALCON2_RISCV_IRQMASK, ASYNC),
	ONE(NV_PFALCON2_RISCV_IRQDEST, ASYNC),
	ONE(NV_PFALCON2_RISCV_IRQDELEG, VALUE),
	ONE(NV_PFALCON2_BCR_CTRL, VALUE),
	ONE(NV_PFALCON2_BCR_DMACFG, VALUE),
};

/* Offsets in a function's window. */
static const struct reg_name window_names[] = {
	ONE(NV_VFN_BAR1_BLOCK, ADDRESS),
	ONE(NV_VFN_BAR2_BLOCK, ADDRESS),
	ONE(NV_VFN_BIND_STATUS, VALUE),
	ONE(NV_VFN_L2_SYSMEM_INVALIDATE, VALUE),
	ONE(NV_VFN_L2_PEERMEM_INVALIDATE, VALUE),
	ROW(NV_VFN_INTR_LEAF, NV_VFN_INTR_LEAVES, ASYNC),
	/* Handlers turn off a vector that nobody serves any more. */
	ROW(NV_VFN_INTR_LEAF_EN_SET, NV_VFN_INTR_LEAVES, ASYNC),
	ROW(NV_VFN_INTR_LEAF_EN_CLEAR, NV_VFN_INTR_LEAVES, ASYNC),
	ONE(NV_VFN_INTR_TOP, ASYNC),
	ONE(NV_VFN_INTR_TOP_EN_SET, ASYNC),
	ONE(NV_VFN_INTR_TOP_EN_CLEAR, ASYNC),
	ONE(NV_VFN_INTR_LEAF_TRIGGER, ASYNC),
	ROW(NV_VFN_SCRATCH, NV_VFN_SCRATCH_COUNT, ADDRESS),
	ONE(NV_VFN_PRIV_DOORBELL, VALUE),
	ONE(NV_VFN_PRIV_TIMER, TIME),
	ROW(NV_VFN_FAULT_BUFFER_LO, NV_VFN_FAULT_BUFFER_COUNT, ADDRESS),
	ROW(NV_VFN_FAULT_BUFFER_HI, NV_VFN_FAULT_BUFFER_COUNT, ADDRESS),
	ROW(NV_VFN_FAULT_BUFFER_GET, NV_VFN_FAULT_BUFFER_COUNT, VALUE),
	ROW(NV_VFN_FAULT_BUFFER_PUT, NV_VFN_FAULT_BUFFER_COUNT, VALUE),
	ROW(NV_VFN_FAULT_BUFFER_SIZE, NV_VFN_FAULT_BUFFER_COUNT, VALUE),
	ONE(NV_VFN_PAGE_FAULT_CTRL, VALUE),
	ONE(NV_VFN_LATCHED_FAULT_ADDR_LO, ADDRESS),
	ONE(NV_VFN_LATCHED_FAULT_ADDR_HI, ADDRESS),
	ONE(NV_VFN_LATCHED_FAULT_INST_LO, ADDRESS),
	ONE(NV_VFN_LATCHED_FAULT_INST_HI, ADDRESS),
	ONE(NV_VFN_LATCHED_FAULT_INFO, VALUE),
	ONE(NV_VFN_LATCHED_FAULT_STATUS, VALUE),
	ONE(NV_VFN_MMU_INVALIDATE_PDB, ADDRESS),
	ONE(NV_VFN_MMU_INVALIDATE_UPPER_PDB, ADDRESS),
	ONE(NV_VFN_MMU_INVALIDATE, VALUE),
	ROW(NV_VFN_ACCESS_COUNTER, NV_VFN_ACCESS_COUNTER_COUNT, VALUE),
	AREA(NV_VFN_MSIX_TABLE, NV_VFN_MSIX_PBA - NV_VFN_MSIX_TABLE),
	ONE(NV_VFN_USERMODE_CFG0, VALUE),
	ONE(NV_VFN_USERMODE_TIME_0, TIME),
	ONE(NV_VFN_USERMODE_TIME_1, TIME),
	ONE(NV_VFN_USERMODE_DOORBELL, VALUE),
	ONE(NV_VFN_USERMODE_ERR_CONT, VALUE),
};

static const struct {
	uint32_t base;
	const char *name;
} falcons[] = {
	{ NV_PGSP, "NV_PGSP" },
	{ NV_PSEC2, "NV_PSEC2" },
	{ NV_PNVDEC0, "NV_PNVDEC0" },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Kind of the register at @offset, its name appended to @prefix; 0 when no row has it. */
static int name_find(const struct reg_name *rows, size_t n, uint32_t offset, const char *prefix,
		     char *name)
{
	for (size_t i = 0; i < n; i++) {
		const struct reg_name *r = &rows[i];
		size_t base = strcspn(r->name, "(");
		uint32_t index;

		if (offset < r->offset || offset - r->offset >= r->count * r->stride ||
		    (offset - r->offset) % r->stride)
			continue;
		index = (offset - r->offset) / r->stride + r->first;
		if (r->count == 1 || r->stride == 1)
			snprintf(name, GM_TRACE_NAME_BYTES, "%s%.*s", prefix, (int)base, r->name);
		else
			snprintf(name, GM_TRACE_NAME_BYTES, "%s%.*s(%u)", prefix, (int)base, r->name,
				 index);
		return r->kind;
	}
	return 0;
}

enum gm_trace_kind gm_trace_register(unsigned int function, uint64_t offset, char *name)
{
	uint32_t at = (uint32_t)offset;
	char prefix[32] = "";
	int kind = 0;

	if (function)
		snprintf(prefix, sizeof(prefix), "gfid%u:", function);
	if (function || (at >= NV_VFN && at < NV_VFN + NV_VFN_BYTES))
		kind = name_find(window_names, COUNT(window_names), function ? at : at - NV_VFN,
				 prefix, name);
	for (size_t i = 0; !kind && !function && i < COUNT(falcons); i++) {
		if (at < falcons[i].base || at >= falcons[i].base + NV_PFALCON_BYTES)
			continue;
		snprintf(prefix, sizeof(prefix), "%s:", falcons[i].name);
		kind = name_find(falcon_names, COUNT(falcon_names), at - falcons[i].base, prefix,
				 name);
	}
	if (!kind && !function)
		kind = name_find(pf_names, COUNT(pf_names), at, prefix, name);
	if (!kind)
		snprintf(name, GM_TRACE_NAME_BYTES, "%s0x%06x", function ? prefix : "", at);
	return kind ? (enum gm_trace_kind)kind : GM_TRACE_VALUE;
}

struct number_name {
	uint32_t number;
	const char *name;
};

#define N(x) { x, #x }

static const struct number_name rpc_names[] = {
	N(RPC_FN_NOP), N(RPC_FN_ALLOC_MEMORY), N(RPC_FN_FREE), N(RPC_FN_DUP_OBJECT),
	N(RPC_FN_IDLE_CHANNELS), N(RPC_FN_UNLOADING_GUEST_DRIVER), N(RPC_FN_SET_PAGE_DIRECTORY),
	N(RPC_FN_GET_GSP_STATIC_INFO), N(RPC_FN_UPDATE_BAR_PDE), N(RPC_FN_CONTINUATION_RECORD),
	N(RPC_FN_GSP_SET_SYSTEM_INFO), N(RPC_FN_SET_REGISTRY), N(RPC_FN_GSP_RM_CONTROL),
	N(RPC_FN_UNSET_PAGE_DIRECTORY), N(RPC_FN_GSP_RM_ALLOC), N(RPC_FN_INVALIDATE_TLB),
	N(RPC_FN_ECC_NOTIFIER_WRITE_ACK), N(RPC_EV_GSP_INIT_DONE),
	N(RPC_EV_GSP_RUN_CPU_SEQUENCER), N(RPC_EV_POST_EVENT), N(RPC_EV_RC_TRIGGERED),
	N(RPC_EV_MMU_FAULT_QUEUED), N(RPC_EV_OS_ERROR_LOG), N(RPC_EV_VGPU_GSP_PLUGIN_TRIGGERED),
	N(RPC_EV_VGPU_CONFIG),
};

static const struct number_name control_names[] = {
	N(RM_CTRL_DMA_SET_PAGE_DIRECTORY), N(RM_CTRL_DMA_UNSET_PAGE_DIRECTORY),
	N(RM_CTRL_GPU_QUERY_ECC_STATUS), N(RM_CTRL_GPU_GET_GPC_MASK), N(RM_CTRL_GPU_GET_TPC_MASK),
	N(RM_CTRL_GPU_GET_ENGINES_V2), N(RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE),
	N(RM_CTRL_INTERNAL_MEMSYS_GET_CONFIG), N(RM_CTRL_GPU_GET_CONSTRUCTED_FALCONS),
	N(RM_CTRL_INTERNAL_GET_CONSTRUCTED_FALCONS), N(RM_CTRL_INTERNAL_INTR_GET_TABLE),
	N(RM_CTRL_FIFO_GET_DEVICE_INFO_TABLE), N(RM_CTRL_FIFO_OBJSCHED_GET_STATE),
	N(RM_CTRL_FIFO_OBJSCHED_SET_STATE), N(RM_CTRL_FIFO_OBJSCHED_GET_CAPS),
	N(RM_CTRL_CE_GET_FAULT_METHOD_BUFFER_SIZE), N(RM_CTRL_GSP_GET_FEATURES),
	N(RM_CTRL_VASPACE_COPY_SERVER_RESERVED_PDES),
	N(RM_CTRL_CHANNEL_SCHEDULE), N(RM_CTRL_CHANNEL_BIND), N(RM_CTRL_CHANNEL_GET_TOKEN),
	N(RM_CTRL_GPU_PROMOTE_CTX), N(RM_CTRL_INTERNAL_GR_GET_CONTEXT_BUFFERS),
	N(RM_CTRL_GR_GET_ZCULL_INFO),
};

static const struct number_name class_names[] = {
	N(RM_CLASS_ROOT), N(RM_CLASS_ROOT_CLIENT), N(RM_CLASS_EVENT_CALLBACK_EX),
	N(RM_CLASS_DEVICE), N(RM_CLASS_SUBDEVICE), N(RM_CLASS_VASPACE),
};

static void number_name(const struct number_name *rows, size_t n, uint32_t number, char *name)
{
	snprintf(name, GM_TRACE_NAME_BYTES, "0x%x", number);
	for (size_t i = 0; i < n; i++)
		if (rows[i].number == number)
			snprintf(name, GM_TRACE_NAME_BYTES, "%s", rows[i].name);
}

void gm_trace_rpc_name(uint32_t function, char *name)
{
	number_name(rpc_names, COUNT(rpc_names), function, name);
}

void gm_trace_control_name(uint32_t cmd, char *name)
{
	number_name(control_names, COUNT(control_names), cmd, name);
}

void gm_trace_class_name(uint32_t class_id, char *name)
{
	number_name(class_names, COUNT(class_names), class_id, name);
}
