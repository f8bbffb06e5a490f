/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * BAR0 registers of Turing to Ada boards (flow A: FWSEC and booter), by unit.
 *
 * Names: NV_<UNIT>_<NAME> is a byte offset, NV_<UNIT>_<NAME>_<FIELD> a mask for ABI_GET/ABI_PREP,
 * _VAL_ a field value. Register blocks that exist more than once (falcons, function windows) are
 * offsets from their base. Source tags: nova, nvkm = Linux 7.3 drivers; OKM = NVIDIA's open kernel
 * modules; swref = their published register headers; ORM = the same at 595.45.04.
 */
#ifndef VGPU_ABI_REGS_H
#define VGPU_ABI_REGS_H

#include "bits.h"

/* What a register of a powered-down, absent or foreign unit reads as. */
#define NV_MMIO_GONE 0xffffffffU		/* the function fell off the bus */
#define NV_PRI_ERROR_MASK 0xffff0000U
#define NV_PRI_ERROR_PATTERN 0xbadf0000U	/* privileged or unknown register (nvkm, OKM) */

/* ---- PMC: identification (nova regs.rs, OKM nv_ref.h) ---- */
#define NV_PMC_BOOT_0 0x000000
#define NV_PMC_BOOT_0_ARCH_LO ABI_MASK(28, 24)	/* architecture, low five bits */
#define NV_PMC_BOOT_0_IMPL ABI_MASK(23, 20)
#define NV_PMC_BOOT_0_ARCH_HI ABI_BIT(8)
#define NV_PMC_BOOT_0_MAJOR_REV ABI_MASK(7, 4)
#define NV_PMC_BOOT_0_MINOR_REV ABI_MASK(3, 0)
#define NV_PMC_BOOT_1 0x000004
#define NV_PMC_BOOT_1_VGPU ABI_MASK(17, 16)
#define NV_PMC_BOOT_1_VGPU_VAL_REAL 0
#define NV_PMC_BOOT_1_VGPU_VAL_PV 1
#define NV_PMC_BOOT_1_VGPU_VAL_VF 2
#define NV_PMC_BOOT_1_ENDIAN_BIG 0x01000001U	/* whole register after a switch to big endian */
#define NV_PMC_BOOT_42 0x000a00
#define NV_PMC_BOOT_42_CHIP_ID ABI_MASK(29, 20)	/* architecture << 4 | implementation */
#define NV_PMC_BOOT_42_ARCH ABI_MASK(29, 24)
#define NV_PMC_BOOT_42_IMPL ABI_MASK(23, 20)
#define NV_PMC_BOOT_42_MAJOR_REV ABI_MASK(19, 16)
#define NV_PMC_BOOT_42_MINOR_REV ABI_MASK(15, 12)
#define NV_PMC_BOOT_42_EXT_REV ABI_MASK(11, 8)
/* Architectures and the chip ids of this line. */
#define NV_CHIP_ARCH_TURING 0x16
#define NV_CHIP_ARCH_AMPERE 0x17
#define NV_CHIP_ARCH_HOPPER 0x18
#define NV_CHIP_ARCH_ADA 0x19
#define NV_CHIP_ARCH_BLACKWELL_1 0x1a
#define NV_CHIP_ARCH_BLACKWELL_2 0x1b
#define NV_CHIP_TU102 0x162
#define NV_CHIP_GA100 0x170
#define NV_CHIP_GA102 0x172
#define NV_CHIP_GA103 0x173
#define NV_CHIP_GA104 0x174
#define NV_CHIP_GA106 0x176
#define NV_CHIP_GA107 0x177
#define NV_CHIP_GH100 0x180
#define NV_CHIP_AD102 0x192
#define NV_CHIP_AD103 0x193
#define NV_CHIP_AD104 0x194
#define NV_CHIP_AD106 0x196
#define NV_CHIP_AD107 0x197
#define NV_STRAP_CRYSTAL 0x101000		/* crystal straps, any value (nvkm) */

/* ---- PBUS: scratch registers, PRAMIN window (swref dev_bus.h, nova) ---- */
#define NV_PBUS_INTR_0 0x001100		/* [OG] gm107/dev_bus.h */
#define NV_PBUS_SW_SCRATCH(i) (0x001400 + 4 * (i))
#define NV_PBUS_SW_SCRATCH_COUNT 64
#define NV_PBUS_SW_SCRATCH_FRTS NV_PBUS_SW_SCRATCH(0x0e)	/* 0x1438 */
#define NV_PBUS_SW_SCRATCH_FRTS_ERROR ABI_MASK(31, 16)	/* FWSEC-FRTS result, 0 ok */
#define NV_PBUS_SW_SCRATCH_SB NV_PBUS_SW_SCRATCH(0x15)	/* 0x1454 */
#define NV_PBUS_SW_SCRATCH_SB_ERROR ABI_MASK(15, 0)	/* FWSEC-SB result, 0 ok */
#define NV_PBUS_BAR0_WINDOW 0x001700
#define NV_PBUS_BAR0_WINDOW_BASE ABI_MASK(23, 0)	/* VRAM address >> 16 */
#define NV_PBUS_BAR0_WINDOW_TARGET ABI_MASK(25, 24)
#define NV_PBUS_BAR0_WINDOW_TARGET_VAL_VRAM 0
#define NV_PBUS_BAR0_WINDOW_SHIFT 16
#define NV_PBUS_BAR1_BLOCK 0x001704		/* legacy aliases of the VFN block registers */
#define NV_PBUS_BIND_STATUS 0x001710
#define NV_PBUS_BAR2_BLOCK 0x001714
/* 1 MiB view of VRAM at the window base. */
#define NV_PRAMIN 0x700000
#define NV_PRAMIN_BYTES 0x100000

/* ---- PTIMER (nvkm subdev/timer) ---- */
#define NV_PTIMER_INTR_0 0x009100
#define NV_PTIMER_INTR_0_ALARM ABI_BIT(0)
#define NV_PTIMER_INTR_EN_0 0x009140
#define NV_PTIMER_NUMERATOR 0x009200
#define NV_PTIMER_DENOMINATOR 0x009210
#define NV_PTIMER_TIME_0 0x009400		/* nanoseconds, low word */
#define NV_PTIMER_TIME_0_NSEC ABI_MASK(31, 5)
#define NV_PTIMER_TIME_1 0x009410		/* nanoseconds, high word */
#define NV_PTIMER_ALARM_0 0x009420
#define NV_PTIMER_TIME_PLM 0x009430		/* [OG] gv100/dev_timer.h */
#define NV_PTIMER_TIME_PLM_WRITE_L0 ABI_BIT(4)	/* the host may set the time */

/* ---- XVE: mirror of PF configuration space (swref dev_nv_xve.h) ---- */
#define NV_XVE_MIRROR 0x088000
#define NV_XVE_MIRROR_BYTES 0x1000
#define NV_XVE_ROM_CTRL 0x088050
#define NV_XVE_ROM_CTRL_SHADOW ABI_BIT(0)	/* 1: VBIOS is read from its shadow copy */
#define NV_XVE_PRIV_MISC_1 0x08841c
#define NV_XVE_PRIV_MISC_1_HIDE_MSIX ABI_BIT(29)
#define NV_XVE_CYA_2 0x088704			/* any write rearms MSI (Turing to Ada) */

/* ---- PROM: VBIOS window ---- */
#define NV_PROM 0x300000
#define NV_PROM_BYTES 0x100000

/* ---- PTOP: engine list (swref dev_top.h); drivers under GSP-RM do not read it ---- */
#define NV_PTOP_DEVICE_INFO(i) (0x022700 + 4 * (i))
#define NV_PTOP_DEVICE_INFO_COUNT 64

/* ---- Firmware boot progress and scratch (nova tu102.rs, nvkm devinit) ---- */
#define NV_PGC6_SCRATCH_05_PRIV_MASK 0x118128
#define NV_PGC6_SCRATCH_05_PRIV_MASK_READ_L0 ABI_BIT(0)	/* level 0 may read the next register */
#define NV_PGC6_SCRATCH_05_GFW_BOOT 0x118234
#define NV_PGC6_SCRATCH_05_GFW_BOOT_PROGRESS ABI_MASK(7, 0)
#define NV_PGC6_SCRATCH_05_GFW_BOOT_PROGRESS_VAL_DONE 0xff
#define NV_PGC6_BSI_SCRATCH_14 0x1180f8
#define NV_PGC6_BSI_SCRATCH_14_STAGE3_HANDOFF ABI_BIT(26)	/* sequencer CORE_RESUME waits */
#define NV_PGC6_BSI_SCRATCH_15 0x1180fc
#define NV_PGC6_BSI_SCRATCH_15_SCRUBBER ABI_MASK(31, 29)	/* scrubber hand-off */
#define NV_PGC6_BSI_SCRATCH_15_SCRUBBER_VAL_DONE 3		/* this or more: VRAM is scrubbed */
#define NV_USABLE_FB_SIZE 0x1183a4		/* MiB, GA102 and later */
#define NV_USABLE_FB_SIZE_SHIFT 20

/* ---- Fuses (swref dev_fuse.h, nova, OKM) ---- */
#define NV_FUSE_OPT_DISPLAY 0x820c04
#define NV_FUSE_OPT_DISPLAY_DISABLED ABI_BIT(0)
#define NV_FUSE_OPT_DISPLAY_TU 0x021c04		/* same fuse before GA100; old nouveau reads it */
#define NV_FUSE_GSP_DEBUG_DISABLE 0x82074c
#define NV_FUSE_GSP_DEBUG_DISABLE_PRODUCTION ABI_BIT(0)	/* 1: production images and signatures */
/* Ucode version fuses; id 1 to 16. Value in 15:0, the version is its highest set bit, 1-based. */
#define NV_FUSE_UCODE_VERSION_NVDEC(id) (0x824100 + 4 * ((id) - 1))
#define NV_FUSE_UCODE_VERSION_SEC2(id) (0x824140 + 4 * ((id) - 1))
#define NV_FUSE_UCODE_VERSION_GSP(id) (0x8241c0 + 4 * ((id) - 1))
#define NV_FUSE_UCODE_VERSION_DATA ABI_MASK(15, 0)
#define NV_FUSE_UCODE_ID_MIN 1
#define NV_FUSE_UCODE_ID_MAX 16
#define NV_FUSE_UCODE_ID_BOOTER 3	/* SEC2's; in the images' own description [FW] */

/* ---- Display workspace (nova fb, nvkm) ---- */
#define NV_PDISP_VGA_WORKSPACE 0x625f04
#define NV_PDISP_VGA_WORKSPACE_ADDR ABI_MASK(31, 8)	/* VRAM address >> 16 */
#define NV_PDISP_VGA_WORKSPACE_ADDR_SHIFT 8		/* address = (value & ADDR) << 8 */
#define NV_PDISP_VGA_WORKSPACE_VALID ABI_BIT(3)
#define NV_PDISP_VGA_WORKSPACE_TARGET ABI_MASK(1, 0)
#define NV_PDISP_VGA_WORKSPACE_TARGET_VAL_VRAM 1
/* VGA CRTC index and data, accessed as bytes (nvkm). */
#define NV_PDISP_VGA_CRTC_INDEX 0x6013d4
#define NV_PDISP_VGA_CRTC_DATA 0x6013d5

/* ---- FB: flush page, WPR, MMU lock (nova fb/hal, swref dev_fb.h) ---- */
#define NV_PFB_FLUSH_SYSMEM_LO 0x100c10		/* address >> 8, low 32 bits; write triggers */
#define NV_PFB_FLUSH_SYSMEM_HI 0x100c40		/* address >> 40; written first */
#define NV_PFB_FLUSH_SYSMEM_LO_SHIFT 8
#define NV_PFB_FLUSH_SYSMEM_HI_SHIFT 40
#define NV_PFB_MMU_WPR1_LO 0x1fa81c
#define NV_PFB_MMU_WPR1_HI 0x1fa820
#define NV_PFB_MMU_WPR2_LO 0x1fa824		/* first address of WPR2 */
#define NV_PFB_MMU_WPR2_HI 0x1fa828		/* end of WPR2, exclusive; 0: not set */
#define NV_PFB_MMU_WPR_ADDR ABI_MASK(31, 4)	/* address >> 12 */
#define NV_PFB_MMU_WPR_ADDR_SHIFT 12
#define NV_PFB_MMU_WPR_LO_RESET 0xfffffff0U	/* LO after reset (HI is 0) */
#define NV_PFB_MMU_LOCK_CFG 0x1fa7c8
#define NV_PFB_MMU_LOCK_CFG_READ_L0 ABI_BIT(0)
#define NV_PFB_MMU_LOCK_LO 0x1fa82c
#define NV_PFB_MMU_LOCK_HI 0x1fa830
#define NV_PFB_MMU_LOCK_LO_NONE 0xfffffff0U	/* with HI 0: no lock, for every driver */
/* Pre-Turing fault vectors, read only without GSP-RM. */
#define NV_PFB_FAULT_INFO 0x100ee0

/* ---- PFLUSH (swref dev_flush.h) ---- */
#define NV_UFLUSH_FB_FLUSH 0x070000
#define NV_UFLUSH_FB_FLUSH_PENDING ABI_BIT(0)		/* write 1 to start */
#define NV_UFLUSH_FB_FLUSH_OUTSTANDING ABI_BIT(1)
#define NV_UFLUSH_L2_SYSMEM_INVALIDATE 0x070004
#define NV_UFLUSH_L2_PEERMEM_INVALIDATE 0x070008
#define NV_UFLUSH_L2_CLEAN_COMPTAGS 0x07000c
#define NV_UFLUSH_L2_FLUSH_DIRTY 0x070010

/* ---- Falcon (swref dev_falcon_v4.h, nova falcon.rs): offsets from an engine's base ---- */
#define NV_PGSP 0x110000
#define NV_PSEC2 0x840000
#define NV_PNVDEC0 0x848000
#define NV_PFALCON_BYTES 0x2000			/* both pages of one engine */

#define NV_PFALCON_IRQSSET 0x000
#define NV_PFALCON_IRQSCLR 0x004		/* write 1 to clear a latch */
#define NV_PFALCON_IRQSTAT 0x008
#define NV_PFALCON_IRQ_HALT ABI_BIT(4)
#define NV_PFALCON_IRQ_SWGEN0 ABI_BIT(6)	/* GSP: messages wait in the status queue */
#define NV_PFALCON_IRQ_SWGEN1 ABI_BIT(7)
#define NV_PFALCON_IRQMODE 0x00c
#define NV_PFALCON_IRQMSET 0x010
#define NV_PFALCON_IRQMCLR 0x014
#define NV_PFALCON_IRQMASK 0x018
#define NV_PFALCON_IRQDEST 0x01c
#define NV_PFALCON_MAILBOX0 0x040
#define NV_PFALCON_MAILBOX1 0x044
#define NV_PFALCON_ITFEN 0x048
#define NV_PFALCON_ITFEN_CTXEN ABI_BIT(0)
#define NV_PFALCON_ITFEN_MTHDEN ABI_BIT(1)
#define NV_PFALCON_OS 0x080			/* scratch: bootloader's application version */
#define NV_PFALCON_RM 0x084			/* scratch: drivers write PMC_BOOT_0 */
#define NV_PFALCON_DEBUGINFO 0x094
#define NV_PFALCON_HWCFG2 0x0f4
#define NV_PFALCON_HWCFG2_HS ABI_BIT(8)
#define NV_PFALCON_HWCFG2_RISCV ABI_BIT(10)		/* RISC-V core present */
#define NV_PFALCON_HWCFG2_MEM_SCRUBBING ABI_BIT(12)	/* 1: scrub still runs */
#define NV_PFALCON_HWCFG2_BR_LOCKDOWN ABI_BIT(13)
#define NV_PFALCON_HWCFG2_RESET_READY ABI_BIT(31)
#define NV_PFALCON_CPUCTL 0x100
#define NV_PFALCON_CPUCTL_STARTCPU ABI_BIT(1)		/* write only */
#define NV_PFALCON_CPUCTL_HALTED ABI_BIT(4)
#define NV_PFALCON_CPUCTL_ALIAS_EN ABI_BIT(6)
#define NV_PFALCON_BOOTVEC 0x104
#define NV_PFALCON_HWCFG 0x108
#define NV_PFALCON_HWCFG_IMEM_BLOCKS ABI_MASK(8, 0)
#define NV_PFALCON_HWCFG_DMEM_BLOCKS ABI_MASK(17, 9)
#define NV_PFALCON_DMACTL 0x10c
#define NV_PFALCON_DMACTL_REQUIRE_CTX ABI_BIT(0)
#define NV_PFALCON_DMACTL_DMEM_SCRUBBING ABI_BIT(1)
#define NV_PFALCON_DMACTL_IMEM_SCRUBBING ABI_BIT(2)
#define NV_PFALCON_DMATRFBASE 0x110		/* source address >> 8, low 32 bits */
#define NV_PFALCON_DMATRFBASE_SHIFT 8
#define NV_PFALCON_DMATRFMOFFS 0x114		/* destination offset in IMEM or DMEM */
#define NV_PFALCON_DMATRFCMD 0x118
#define NV_PFALCON_DMATRFCMD_FULL ABI_BIT(0)
#define NV_PFALCON_DMATRFCMD_IDLE ABI_BIT(1)
#define NV_PFALCON_DMATRFCMD_SEC ABI_MASK(3, 2)		/* 1: heavy-secure IMEM */
#define NV_PFALCON_DMATRFCMD_IMEM ABI_BIT(4)
#define NV_PFALCON_DMATRFCMD_WRITE ABI_BIT(5)
#define NV_PFALCON_DMATRFCMD_SIZE ABI_MASK(10, 8)
#define NV_PFALCON_DMATRFCMD_SIZE_VAL_256B 6
#define NV_PFALCON_DMATRFCMD_CTXDMA ABI_MASK(14, 12)
#define NV_PFALCON_DMATRFCMD_SET_DMTAG ABI_BIT(16)
#define NV_PFALCON_DMATRFFBOFFS 0x11c		/* source offset; for IMEM also the tag */
#define NV_PFALCON_DMATRFBASE1 0x128		/* source address >> 40 */
#define NV_PFALCON_DMATRFBASE1_ADDR ABI_MASK(8, 0)
#define NV_PFALCON_DMATRFBASE1_SHIFT 40
#define NV_PFALCON_DMA_BLOCK_BYTES 256
#define NV_PFALCON_HWCFG1 0x12c
#define NV_PFALCON_HWCFG1_CORE_REV ABI_MASK(3, 0)
#define NV_PFALCON_HWCFG1_SECURITY ABI_MASK(5, 4)
#define NV_PFALCON_HWCFG1_IMEM_PORTS ABI_MASK(11, 8)
#define NV_PFALCON_HWCFG1_DMEM_PORTS ABI_MASK(15, 12)
#define NV_PFALCON_CPUCTL_ALIAS 0x130
#define NV_PFALCON_IMEMC(i) (0x180 + 16 * (i))
#define NV_PFALCON_IMEMD(i) (0x184 + 16 * (i))
#define NV_PFALCON_IMEMT(i) (0x188 + 16 * (i))
#define NV_PFALCON_DMEMC(i) (0x1c0 + 8 * (i))
#define NV_PFALCON_DMEMD(i) (0x1c4 + 8 * (i))
#define NV_PFALCON_XMEMC_OFFSET ABI_MASK(7, 2)
#define NV_PFALCON_XMEMC_BLOCK ABI_MASK(23, 8)
#define NV_PFALCON_XMEMC_AINCW ABI_BIT(24)
#define NV_PFALCON_XMEMC_AINCR ABI_BIT(25)
#define NV_PFALCON_XMEMC_SECURE ABI_BIT(28)
#define NV_PFALCON_ENGINE 0x3c0
#define NV_PFALCON_ENGINE_RESET ABI_BIT(0)
#define NV_PFALCON_INTR_VECTOR 0x3e0
#define NV_PFALCON_INTR_RETRIGGER(i) (0x3e8 + 4 * (i))	/* GA100 and later */
#define NV_PFALCON_INTR_RETRIGGER_TRIGGER ABI_BIT(0)
#define NV_PFALCON_FBIF_TRANSCFG(i) (0x600 + 4 * (i))
#define NV_PFALCON_FBIF_TRANSCFG_COUNT 8
#define NV_PFALCON_FBIF_TRANSCFG_TARGET ABI_MASK(1, 0)
#define NV_PFALCON_FBIF_TRANSCFG_TARGET_VAL_VRAM 0
#define NV_PFALCON_FBIF_TRANSCFG_TARGET_VAL_COHERENT 1
#define NV_PFALCON_FBIF_TRANSCFG_TARGET_VAL_NONCOHERENT 2
#define NV_PFALCON_FBIF_TRANSCFG_PHYSICAL ABI_BIT(2)
#define NV_PFALCON_FBIF_CTL 0x624
#define NV_PFALCON_FBIF_CTL_PHYS_NO_CTX ABI_BIT(7)	/* physical accesses need no context */
#define NV_PGSP_MAILBOX(i) (0x804 + 4 * (i))		/* GSP only */
#define NV_PGSP_MAILBOX_COUNT 4
#define NV_PGSP_QUEUE_HEAD(i) (0xc00 + 8 * (i))		/* GSP only; write = doorbell */
#define NV_PGSP_QUEUE_TAIL(i) (0xc04 + 8 * (i))
#define NV_PGSP_QUEUE_COUNT 8
/* GSP MAILBOX0 after UNLOADING_GUEST_DRIVER (nova tests bit 31, nvkm the whole word). */
#define NV_PGSP_MAILBOX0_UNLOADED 0x80000000U
/* SEC2 MAILBOX0/1 that tell booter to take WPR2 down. */
#define NV_PSEC2_MAILBOX_UNLOAD 0xff

/* RISC-V and BROM page of a falcon, GA102 and later (swref dev_riscv_pri.h). */
#define NV_PFALCON2 0x1000			/* from the engine's base */
#define NV_PFALCON2_MOD_SEL (NV_PFALCON2 + 0x180)
#define NV_PFALCON2_MOD_SEL_ALGO ABI_MASK(7, 0)
#define NV_PFALCON2_MOD_SEL_ALGO_VAL_RSA3K 1
#define NV_PFALCON2_BROM_CURR_UCODE_ID (NV_PFALCON2 + 0x198)
#define NV_PFALCON2_BROM_CURR_UCODE_ID_VAL ABI_MASK(7, 0)
#define NV_PFALCON2_BROM_ENGIDMASK (NV_PFALCON2 + 0x19c)
#define NV_PFALCON2_BROM_PARAADDR(i) (NV_PFALCON2 + 0x210 + 4 * (i))
#define NV_PFALCON2_RISCV_CPUCTL (NV_PFALCON2 + 0x388)
#define NV_PFALCON2_RISCV_CPUCTL_STARTCPU ABI_BIT(0)
#define NV_PFALCON2_RISCV_CPUCTL_HALTED ABI_BIT(4)
#define NV_PFALCON2_RISCV_CPUCTL_STOPPED ABI_BIT(5)
#define NV_PFALCON2_RISCV_CPUCTL_ACTIVE ABI_BIT(7)
#define NV_PFALCON2_RISCV_IRQMASK (NV_PFALCON2 + 0x528)
#define NV_PFALCON2_RISCV_IRQDEST (NV_PFALCON2 + 0x52c)
#define NV_PFALCON2_RISCV_IRQDELEG (NV_PFALCON2 + 0x534)
#define NV_PFALCON2_BCR_CTRL (NV_PFALCON2 + 0x668)
#define NV_PFALCON2_BCR_CTRL_VALID ABI_BIT(0)
#define NV_PFALCON2_BCR_CTRL_CORE_RISCV ABI_BIT(4)	/* 0: falcon core */
#define NV_PFALCON2_BCR_CTRL_BRFETCH ABI_BIT(8)
#define NV_PFALCON2_BCR_DMACFG (NV_PFALCON2 + 0x66c)
/* Engine id mask bits of signed ucode (nova, OKM). */
#define NV_PFALCON_ENGID_SEC2 ABI_BIT(0)
#define NV_PFALCON_ENGID_NVDEC ABI_BIT(2)
#define NV_PFALCON_ENGID_GSP ABI_BIT(10)

/* Absolute addresses of the GSP registers used outside the falcon code. */
#define NV_PGSP_FALCON_IRQSCLR (NV_PGSP + NV_PFALCON_IRQSCLR)
#define NV_PGSP_FALCON_IRQSTAT (NV_PGSP + NV_PFALCON_IRQSTAT)
#define NV_PGSP_DOORBELL (NV_PGSP + NV_PGSP_QUEUE_HEAD(0))

/*
 * ---- VFN: a function's register window (swref dev_vm.h) ----
 * Offsets from the window: the PF's is at NV_VFN in BAR0, a VF's is its BAR0 itself.
 */
#define NV_VFN 0xb80000
#define NV_VFN_BYTES 0x40000			/* PRIV block and USERMODE page, a VF's BAR0 */
/* Interrupt tree: leaf = vector / 32, bit = vector % 32, subtree = vector / 64 = MSI-X entry. */
#define NV_VFN_INTR_LEAF(i) (0x1000 + 4 * (i))		/* pending; write 1 to clear */
#define NV_VFN_INTR_LEAF_EN_SET(i) (0x1200 + 4 * (i))
#define NV_VFN_INTR_LEAF_EN_CLEAR(i) (0x1400 + 4 * (i))
#define NV_VFN_INTR_TOP 0x1600				/* read only, leaf enables applied */
#define NV_VFN_INTR_TOP_EN_SET 0x1608
#define NV_VFN_INTR_TOP_EN_CLEAR 0x1610
#define NV_VFN_INTR_LEAF_TRIGGER 0x1640
#define NV_VFN_INTR_LEAF_TRIGGER_VECTOR ABI_MASK(11, 0)
#define NV_VFN_INTR_LEAVES 8				/* Turing to Ada */
#define NV_VFN_INTR_SUBTREES 4
#define NV_VFN_INTR_VECTORS_PER_LEAF 32
#define NV_VFN_INTR_VECTORS_PER_SUBTREE 64
#define NV_VFN_SCRATCH(i) (0x2100 + 4 * (i))		/* mailbox scratch words */
#define NV_VFN_SCRATCH_COUNT 16
#define NV_VFN_PRIV_DOORBELL 0x2200
/* PRIV_DOORBELL value: leaf (GFID) * 32 + request bit. */
#define NV_VFN_PRIV_DOORBELL_VALUE(gfid, bit) ((gfid) * 32 + (bit))
#define NV_VFN_PRIV_DOORBELL_BIT_VF_RPC_SETUP 0
#define NV_VFN_PRIV_DOORBELL_BIT_VF_RPC_MESSAGE 1
#define NV_VFN_PRIV_DOORBELL_BIT_HOST_PLUGIN 17	/* PF: request for the GFID's plugin */
#define NV_VFN_PRIV_TIMER 0x2300
#define NV_VFN_MSIX_TABLE 0x10000
#define NV_VFN_MSIX_PBA 0x20000
/* Known vectors. */
#define NV_VFN_VECTOR_REPLAYABLE_FAULT 64
#define NV_VFN_VECTOR_DOORBELL 129		/* CPU doorbell, all architectures */
#define NV_VFN_VECTOR_NONREPLAYABLE_FAULT 132
#define NV_VFN_VECTOR_GSP 155			/* GSP falcon */
#define NV_VFN_VECTOR_STALL_BASE 192		/* engine stall vectors, Turing to Ada */
#define NV_VFN_VECTOR_NONE 0xffffffffU

/* BAR blocks of a function, Turing to Ada. */
#define NV_VFN_BAR1_BLOCK 0xf40
#define NV_VFN_BAR2_BLOCK 0xf48
#define NV_VFN_BAR_BLOCK_PTR ABI_MASK(27, 0)		/* instance block address >> 12 */
#define NV_VFN_BAR_BLOCK_PTR_SHIFT 12
#define NV_VFN_BAR_BLOCK_TARGET ABI_MASK(29, 28)
#define NV_VFN_BAR_BLOCK_TARGET_VAL_VRAM 0
#define NV_VFN_BAR_BLOCK_TARGET_VAL_COHERENT 2
#define NV_VFN_BAR_BLOCK_TARGET_VAL_NONCOHERENT 3
#define NV_VFN_BAR2_BLOCK_DEBUG_OFF ABI_BIT(30)
#define NV_VFN_BAR_BLOCK_VIRTUAL ABI_BIT(31)		/* 0: the BAR shows physical addresses */
#define NV_VFN_BIND_STATUS 0xf50
#define NV_VFN_BIND_STATUS_BAR1_PENDING ABI_BIT(0)
#define NV_VFN_BIND_STATUS_BAR1_OUTSTANDING ABI_BIT(1)
#define NV_VFN_BIND_STATUS_BAR2_PENDING ABI_BIT(2)
#define NV_VFN_BIND_STATUS_BAR2_OUTSTANDING ABI_BIT(3)
#define NV_VFN_L2_SYSMEM_INVALIDATE 0xf00
#define NV_VFN_L2_PEERMEM_INVALIDATE 0xf04

/* MMU page of a function: fault buffers and TLB invalidate (trapped for VFs by erratum 3007008). */
#define NV_VFN_MMU_PAGE 0x3000
#define NV_VFN_MMU_PAGE_BYTES 0x1000
#define NV_VFN_FAULT_BUFFER_NONREPLAYABLE 0
#define NV_VFN_FAULT_BUFFER_REPLAYABLE 1
#define NV_VFN_FAULT_BUFFER_COUNT 2
#define NV_VFN_FAULT_BUFFER_LO(i) (0x3000 + 0x20 * (i))
#define NV_VFN_FAULT_BUFFER_HI(i) (0x3004 + 0x20 * (i))
#define NV_VFN_FAULT_BUFFER_GET(i) (0x3008 + 0x20 * (i))
#define NV_VFN_FAULT_BUFFER_PUT(i) (0x300c + 0x20 * (i))
#define NV_VFN_FAULT_BUFFER_SIZE(i) (0x3010 + 0x20 * (i))
#define NV_VFN_FAULT_BUFFER_PTR ABI_MASK(19, 0)		/* GET, PUT: entry index */
#define NV_VFN_FAULT_BUFFER_GETPTR_CORRUPTED ABI_BIT(30)
#define NV_VFN_FAULT_BUFFER_OVERFLOW ABI_BIT(31)
#define NV_VFN_FAULT_BUFFER_SIZE_ENTRIES ABI_MASK(19, 0)
#define NV_VFN_FAULT_BUFFER_SIZE_OVERFLOW_INTR ABI_BIT(29)
#define NV_VFN_FAULT_BUFFER_SIZE_SET_DEFAULT ABI_BIT(30)
#define NV_VFN_FAULT_BUFFER_SIZE_ENABLE ABI_BIT(31)
#define NV_VFN_FAULT_ENTRY_BYTES 32
#define NV_VFN_PAGE_FAULT_CTRL 0x3070
#define NV_VFN_LATCHED_FAULT_ADDR_LO 0x3080
#define NV_VFN_LATCHED_FAULT_ADDR_HI 0x3084
#define NV_VFN_LATCHED_FAULT_INST_LO 0x3088
#define NV_VFN_LATCHED_FAULT_INST_HI 0x308c
#define NV_VFN_LATCHED_FAULT_INFO 0x3090
#define NV_VFN_LATCHED_FAULT_STATUS 0x3094
#define NV_VFN_LATCHED_FAULT_STATUS_VALID ABI_BIT(31)	/* write 1 to clear */
/* Access counters: eight words of buffer and notification state (stock-drivers.md 4.2). */
#define NV_VFN_ACCESS_COUNTER(i) (0x3100 + 4 * (i))
#define NV_VFN_ACCESS_COUNTER_COUNT 8
#define NV_VFN_MMU_INVALIDATE_PDB 0x30a0
#define NV_VFN_MMU_INVALIDATE_PDB_SYSMEM ABI_BIT(1)
#define NV_VFN_MMU_INVALIDATE_PDB_ADDR ABI_MASK(31, 4)	/* low 28 bits of PDB >> 12 */
#define NV_VFN_MMU_INVALIDATE_PDB_SHIFT 12
#define NV_VFN_MMU_INVALIDATE_UPPER_PDB 0x30a4
#define NV_VFN_MMU_INVALIDATE_UPPER_PDB_ADDR ABI_MASK(19, 0)	/* (PDB >> 12) >> 28 */
#define NV_VFN_MMU_INVALIDATE 0x30b0
#define NV_VFN_MMU_INVALIDATE_ALL_VA ABI_BIT(0)
#define NV_VFN_MMU_INVALIDATE_ALL_PDB ABI_BIT(1)
#define NV_VFN_MMU_INVALIDATE_HUBTLB_ONLY ABI_BIT(2)
#define NV_VFN_MMU_INVALIDATE_REPLAY ABI_MASK(5, 3)
#define NV_VFN_MMU_INVALIDATE_SYS_MEMBAR ABI_BIT(6)
#define NV_VFN_MMU_INVALIDATE_ACK ABI_MASK(8, 7)
#define NV_VFN_MMU_INVALIDATE_ACK_VAL_GLOBALLY 1
#define NV_VFN_MMU_INVALIDATE_CACHE_LEVEL ABI_MASK(26, 24)
#define NV_VFN_MMU_INVALIDATE_CACHE_LEVEL_VAL_ALL 0
#define NV_VFN_MMU_INVALIDATE_CACHE_LEVEL_VAL_PTE 1	/* then up to PDE0, PDE1 and so on */
#define NV_VFN_MMU_INVALIDATE_TRIGGER ABI_BIT(31)	/* hardware clears it when done */

/* USERMODE page of a function. */
#define NV_VFN_USERMODE 0x30000
#define NV_VFN_USERMODE_CFG0 0x30000
#define NV_VFN_USERMODE_TIME_0 0x30080			/* nanoseconds, low word */
#define NV_VFN_USERMODE_TIME_1 0x30084
#define NV_VFN_USERMODE_DOORBELL 0x30090
#define NV_VFN_USERMODE_ERR_CONT 0x30094

#endif
