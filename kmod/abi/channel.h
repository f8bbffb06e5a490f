/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Channels as the hardware reads them, Volta to Ada: GPFIFO entries, USERD, pushbuffer headers, the
 * methods of host (class AMPERE_CHANNEL_GPFIFO_A) and of the copy engine (AMPERE_DMA_COPY_B). How a
 * channel is asked for is in rm_channel.h.
 *
 * Sources: [OG] class/clc56f.h, clc46f.h, clc7b5.h, clc6b5.h, cla0b5.h, cl906f.h; [NV] nouveau
 * nvhw/class/, nvif/chan*.c; hw/irq.md 6 for the doorbell.
 */
#ifndef VGPU_ABI_CHANNEL_H
#define VGPU_ABI_CHANNEL_H

#include "bits.h"

/* ---- doorbell: what is written to NV_VFN_USERMODE_DOORBELL ---- */
#define NV_DOORBELL_CHID ABI_MASK(11, 0)
#define NV_DOORBELL_RUNLIST ABI_MASK(22, 16)

/* ---- USERD: 512 bytes a channel, in VRAM or system memory ---- */
#define NV_USERD_BYTES 0x200
#define NV_USERD_GET 0x44		/* address behind the last fetched method */
#define NV_USERD_REF 0x48		/* SET_REFERENCE */
#define NV_USERD_TOP_LEVEL_GET 0x58
#define NV_USERD_TOP_LEVEL_GET_HI 0x5c
#define NV_USERD_TOP_LEVEL_GET_HI_VALID ABI_BIT(31)
#define NV_USERD_GET_HI 0x60
#define NV_USERD_GP_GET 0x88		/* index of the next entry to fetch */
#define NV_USERD_GP_PUT 0x8c		/* written by the CPU: index behind the last entry */

/* ---- GPFIFO: a ring of 8-byte entries ---- */
#define NV_GP_ENTRY_BYTES 8
#define NV_GP_MAX_ENTRIES (1U << 20)
#define NV_GP_ENTRY0_GET ABI_MASK(31, 2)	/* address in place */
#define NV_GP_ENTRY1_GET_HI ABI_MASK(7, 0)
#define NV_GP_ENTRY1_SUBROUTINE ABI_BIT(9)	/* TOP_LEVEL_GET does not follow */
#define NV_GP_ENTRY1_LENGTH ABI_MASK(30, 10)	/* dwords; 0: ENTRY1 bits 7:0 are an opcode */
#define NV_GP_ENTRY1_OPCODE ABI_MASK(7, 0)
#define NV_GP_OPCODE_NOP 0
#define NV_GP_OPCODE_ILLEGAL 1
#define NV_GP_OPCODE_GP_CRC 2
#define NV_GP_OPCODE_PB_CRC 3

/* ---- pushbuffer headers ---- */
#define NV_DMA_SEC_OP ABI_MASK(31, 29)
#define NV_DMA_SEC_OP_GRP0 0		/* TERT_OP decides */
#define NV_DMA_SEC_OP_INC 1
#define NV_DMA_SEC_OP_GRP2 2
#define NV_DMA_SEC_OP_NON_INC 3
#define NV_DMA_SEC_OP_IMMD 4
#define NV_DMA_SEC_OP_ONE_INC 5
#define NV_DMA_SEC_OP_END_PB_SEGMENT 7
#define NV_DMA_TERT_OP ABI_MASK(17, 16)
#define NV_DMA_TERT_GRP0_INC 0
#define NV_DMA_TERT_GRP0_SET_SUBDEV_MASK 1
#define NV_DMA_TERT_GRP0_STORE_SUBDEV_MASK 2
#define NV_DMA_TERT_GRP0_USE_SUBDEV_MASK 3
#define NV_DMA_TERT_GRP2_NON_INC 0
#define NV_DMA_COUNT ABI_MASK(28, 16)
#define NV_DMA_IMMD_DATA ABI_MASK(28, 16)
#define NV_DMA_SUBCH ABI_MASK(15, 13)
#define NV_DMA_METHOD ABI_MASK(11, 0)		/* byte offset / 4 */
#define NV_DMA_METHOD_SHIFT 2
#define NV_DMA_COUNT_OLD ABI_MASK(28, 18)	/* of the two TERT forms */
#define NV_DMA_METHOD_OLD ABI_MASK(12, 2)
#define NV_DMA_SUBDEV_MASK ABI_MASK(15, 4)
#define NV_DMA_SUBCHANNELS 8

/* ---- methods of host: below NV_CHANNEL_ENGINE_METHODS on every subchannel ---- */
#define NV_CHANNEL_ENGINE_METHODS 0x100
#define NVC56F_SET_OBJECT 0x00
#define NVC56F_SET_OBJECT_NVCLASS ABI_MASK(15, 0)
#define NVC56F_NOP 0x08
#define NVC56F_SEMAPHOREA 0x10			/* of NV906F, still decoded */
#define NVC56F_SEMAPHOREA_OFFSET_UPPER ABI_MASK(7, 0)
#define NVC56F_SEMAPHOREB 0x14
#define NVC56F_SEMAPHOREB_OFFSET_LOWER ABI_MASK(31, 2)
#define NVC56F_SEMAPHOREC 0x18			/* payload */
#define NVC56F_SEMAPHORED 0x1c
#define NVC56F_SEMAPHORED_OPERATION ABI_MASK(4, 0)
#define NVC56F_SEMAPHORED_OPERATION_ACQUIRE 1
#define NVC56F_SEMAPHORED_OPERATION_RELEASE 2
#define NVC56F_SEMAPHORED_OPERATION_ACQ_GEQ 4	/* circular */
#define NVC56F_SEMAPHORED_OPERATION_ACQ_AND 8
#define NVC56F_SEMAPHORED_RELEASE_SIZE_4BYTE ABI_BIT(24) /* 0: 16 bytes, with timestamp */
#define NVC56F_NON_STALL_INTERRUPT 0x20
#define NVC56F_FB_FLUSH 0x24
#define NVC56F_MEM_OP_A 0x28
#define NVC56F_MEM_OP_B 0x2c
#define NVC56F_MEM_OP_C 0x30
#define NVC56F_MEM_OP_C_PDB_ALL ABI_BIT(0)
#define NVC56F_MEM_OP_C_PDB_APERTURE ABI_MASK(11, 10)	/* NV_MMU_TARGET_* */
#define NVC56F_MEM_OP_C_PDB_ADDR_LO ABI_MASK(31, 12)	/* address in place */
#define NVC56F_MEM_OP_D 0x34
#define NVC56F_MEM_OP_D_PDB_ADDR_HI ABI_MASK(26, 0)
#define NVC56F_MEM_OP_D_OPERATION ABI_MASK(31, 27)
#define NVC56F_MEM_OP_MEMBAR 0x05
#define NVC56F_MEM_OP_TLB_INVALIDATE 0x09		/* privileged */
#define NVC56F_MEM_OP_TLB_INVALIDATE_TARGETED 0x0a	/* privileged */
#define NVC56F_MEM_OP_L2_PEERMEM_INVALIDATE 0x0d
#define NVC56F_MEM_OP_L2_SYSMEM_INVALIDATE 0x0e
#define NVC56F_MEM_OP_L2_CLEAN_COMPTAGS 0x0f
#define NVC56F_MEM_OP_L2_FLUSH_DIRTY 0x10
#define NVC56F_MEM_OP_L2_WAIT_FOR_SYS_PENDING_READS 0x15
#define NVC56F_MEM_OP_ACCESS_COUNTER_CLR 0x16		/* privileged */
#define NVC56F_SET_REFERENCE 0x50
#define NVC56F_SEM_ADDR_LO 0x5c
#define NVC56F_SEM_ADDR_LO_OFFSET ABI_MASK(31, 2)
#define NVC56F_SEM_ADDR_HI 0x60
#define NVC56F_SEM_ADDR_HI_OFFSET ABI_MASK(7, 0)
#define NVC56F_SEM_PAYLOAD_LO 0x64
#define NVC56F_SEM_PAYLOAD_HI 0x68
#define NVC56F_SEM_EXECUTE 0x6c
#define NVC56F_SEM_EXECUTE_OPERATION ABI_MASK(2, 0)
#define NVC56F_SEM_EXECUTE_ACQUIRE 0
#define NVC56F_SEM_EXECUTE_RELEASE 1
#define NVC56F_SEM_EXECUTE_ACQ_STRICT_GEQ 2
#define NVC56F_SEM_EXECUTE_ACQ_CIRC_GEQ 3
#define NVC56F_SEM_EXECUTE_ACQ_AND 4
#define NVC56F_SEM_EXECUTE_ACQ_NOR 5
#define NVC56F_SEM_EXECUTE_REDUCTION_OP 6
#define NVC56F_SEM_EXECUTE_PAYLOAD_64BIT ABI_BIT(24)
#define NVC56F_SEM_EXECUTE_RELEASE_TIMESTAMP ABI_BIT(25)
#define NVC56F_SEM_EXECUTE_REDUCTION ABI_MASK(30, 27)
#define NVC56F_SEM_EXECUTE_REDUCTION_UNSIGNED ABI_BIT(31)
#define NV_SEM_REDUCTION_IMIN 0
#define NV_SEM_REDUCTION_IMAX 1
#define NV_SEM_REDUCTION_IXOR 2
#define NV_SEM_REDUCTION_IAND 3
#define NV_SEM_REDUCTION_IOR 4
#define NV_SEM_REDUCTION_IADD 5
#define NV_SEM_REDUCTION_INC 6	/* wraps to 0 behind the payload */
#define NV_SEM_REDUCTION_DEC 7	/* wraps to the payload below 0 */
#define NVC56F_WFI 0x78
#define NVC56F_YIELD 0x80
#define NVC56F_CLEAR_FAULTED 0x84

/* A semaphore in memory: payload, its upper half or 0, then the time in nanoseconds. */
#define NV_SEM_TIMESTAMP 8
#define NV_SEM_BYTES 16

/* Methods that every engine class has. */
#define NV_CLASS_NO_OPERATION 0x100
#define NV_CLASS_WAIT_FOR_IDLE 0x110	/* graphics and compute */

/*
 * ---- a notification, of the 2D class ----
 * [OG] class/cl902d.h, kernel_rc_watchdog.c; that the method behind NOTIFY writes it is what
 * earlier chips do, UNVERIFIED for these.
 */
#define NV902D_SET_NOTIFY_A 0x104		/* upper address */
#define NV902D_SET_NOTIFY_A_ADDRESS_UPPER ABI_MASK(24, 0)
#define NV902D_SET_NOTIFY_B 0x108		/* lower address */
#define NV902D_NOTIFY 0x10c
#define NV902D_NOTIFY_WRITE_ONLY 0		/* no interrupt */
#define NV_NOTIFICATION_BYTES 16		/* time, 32 and 16 bits of information, status: 0 */
#define NV_NOTIFICATION_TIMESTAMP 0		/* nanoseconds */

/* ---- copy engine ---- */
#define NVC7B5_NOP 0x100
#define NVC7B5_PM_TRIGGER 0x140
#define NVC7B5_SET_SEMAPHORE_A 0x240	/* upper address */
#define NVC7B5_SET_SEMAPHORE_B 0x244
#define NVC7B5_SET_SEMAPHORE_PAYLOAD 0x248
#define NVC7B5_SET_SEMAPHORE_PAYLOAD_UPPER 0x24c
#define NVC7B5_SET_RENDER_ENABLE_A 0x254
#define NVC7B5_SET_RENDER_ENABLE_B 0x258
#define NVC7B5_SET_RENDER_ENABLE_C 0x25c
#define NVC7B5_SET_RENDER_ENABLE_C_MODE ABI_MASK(2, 0)
#define NVC7B5_SET_RENDER_ENABLE_C_MODE_FALSE 0
#define NVC7B5_SET_RENDER_ENABLE_C_MODE_TRUE 1
#define NVC7B5_SET_SRC_PHYS_MODE 0x260
#define NVC7B5_SET_DST_PHYS_MODE 0x264
#define NVC7B5_PHYS_MODE_TARGET ABI_MASK(1, 0)
#define NVC7B5_PHYS_MODE_TARGET_LOCAL_FB 0
#define NVC7B5_PHYS_MODE_TARGET_COHERENT_SYSMEM 1
#define NVC7B5_PHYS_MODE_TARGET_NONCOHERENT_SYSMEM 2
#define NVC7B5_LAUNCH_DMA 0x300
#define NVC7B5_LAUNCH_TRANSFER ABI_MASK(1, 0)
#define NVC7B5_LAUNCH_TRANSFER_NONE 0
#define NVC7B5_LAUNCH_TRANSFER_PIPELINED 1
#define NVC7B5_LAUNCH_TRANSFER_NON_PIPELINED 2
#define NVC7B5_LAUNCH_FLUSH ABI_BIT(2)
#define NVC7B5_LAUNCH_SEMAPHORE ABI_MASK(4, 3)
#define NVC7B5_LAUNCH_SEMAPHORE_NONE 0
#define NVC7B5_LAUNCH_SEMAPHORE_ONE_WORD 1
#define NVC7B5_LAUNCH_SEMAPHORE_FOUR_WORD 2	/* with timestamp */
#define NVC7B5_LAUNCH_INTERRUPT ABI_MASK(6, 5)
#define NVC7B5_LAUNCH_INTERRUPT_NONE 0
#define NVC7B5_LAUNCH_INTERRUPT_BLOCKING 1
#define NVC7B5_LAUNCH_INTERRUPT_NON_BLOCKING 2
#define NVC7B5_LAUNCH_SRC_PITCH ABI_BIT(7)	/* 0: block linear */
#define NVC7B5_LAUNCH_DST_PITCH ABI_BIT(8)
#define NVC7B5_LAUNCH_MULTI_LINE ABI_BIT(9)
#define NVC7B5_LAUNCH_REMAP ABI_BIT(10)
#define NVC7B5_LAUNCH_SRC_PHYSICAL ABI_BIT(12)
#define NVC7B5_LAUNCH_DST_PHYSICAL ABI_BIT(13)
#define NVC7B5_LAUNCH_SEMAPHORE_REDUCTION ABI_BIT(19)
#define NVC7B5_LAUNCH_SEMAPHORE_TWO_WORD ABI_BIT(27)	/* 64-bit payload */
#define NVC7B5_OFFSET_IN_UPPER 0x400
#define NVC7B5_OFFSET_IN_LOWER 0x404
#define NVC7B5_OFFSET_OUT_UPPER 0x408
#define NVC7B5_OFFSET_OUT_LOWER 0x40c
#define NVC7B5_OFFSET_UPPER ABI_MASK(16, 0)
#define NVC7B5_PITCH_IN 0x410			/* bytes, signed */
#define NVC7B5_PITCH_OUT 0x414
#define NVC7B5_LINE_LENGTH_IN 0x418		/* bytes, elements with REMAP */
#define NVC7B5_LINE_COUNT 0x41c
#define NVC7B5_SET_REMAP_CONST_A 0x700
#define NVC7B5_SET_REMAP_CONST_B 0x704
#define NVC7B5_SET_REMAP_COMPONENTS 0x708
#define NVC7B5_REMAP_DST(i) (4 * (i))		/* shift of the 3 bits of destination i: X Y Z W */
#define NVC7B5_REMAP_DST_MASK 7
#define NVC7B5_REMAP_CONST_A 4			/* 0 to 3: source component */
#define NVC7B5_REMAP_CONST_B 5
#define NVC7B5_REMAP_NO_WRITE 6
#define NVC7B5_REMAP_COMPONENT_SIZE ABI_MASK(17, 16)	/* bytes - 1 */
#define NVC7B5_REMAP_NUM_SRC ABI_MASK(21, 20)		/* components - 1 */
#define NVC7B5_REMAP_NUM_DST ABI_MASK(25, 24)
#define NVC7B5_SET_DST_BLOCK_SIZE 0x70c		/* first of the block linear geometry */
#define NVC7B5_SET_SRC_ORIGIN 0x738		/* last of it */
#define NVC7B5_PM_TRIGGER_END 0x1114

/* Classes. [OG] class/ */
#define NV_CLASS_CHANNEL_AMPERE_A 0xc56f
/* Older names of a channel that Ampere and Ada still take [OG] clc36f.h, clc46f.h */
#define NV_CLASS_CHANNEL_VOLTA_A 0xc36f
#define NV_CLASS_CHANNEL_TURING_A 0xc46f
#define NV_CLASS_TWOD_FERMI_A 0x902d	/* 2D of all chips since */
#define NV_CLASS_COPY_TURING_A 0xc5b5
#define NV_CLASS_COPY_AMPERE_A 0xc6b5
#define NV_CLASS_COPY_AMPERE_B 0xc7b5

/* ---- Xid numbers of channel errors [OG] nverror.h ---- */
#define NV_XID_GR_CLASS_ERROR 13	/* method of a class that the engine cannot do */
#define NV_XID_MMU_FAULT 31
#define NV_XID_PBDMA_ERROR 32		/* pushbuffer that does not decode */
#define NV_XID_CE_ERROR 39

#endif
