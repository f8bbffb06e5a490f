/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * PCI face of a Turing to Ada board: identity, BARs, configuration space and the SR-IOV
 * capability. The layout is that of an AD102GL board (lspci and kernel log of an L20) and of the
 * published NV_XVE headers.
 *
 * Sources: hw/sriov.md 1.1-1.3, hw/boot.md 1.2-1.4, hw/irq.md 3; standard fields are those of the
 * PCI Express base specification.
 */
#ifndef VGPU_ABI_PCI_H
#define VGPU_ABI_PCI_H

#include "bits.h"

/* ---- identity (boot.md 1.2) ---- */

#define NV_PCI_VENDOR_ID 0x10de
#define NV_PCI_DEVICE_ID_L40 0x26b5
#define NV_PCI_DEVICE_ID_L40S 0x26b9
#define NV_PCI_DEVICE_ID_L20 0x26ba
#define NV_PCI_DEVICE_ID_RTX_6000_ADA 0x26b1
#define NV_PCI_DEVICE_ID_RTX_5000_ADA 0x26b2
#define NV_PCI_DEVICE_ID_L4 0x27b8
#define NV_PCI_DEVICE_ID_L2 0x27b6
#define NV_PCI_DEVICE_ID_A40 0x2235
#define NV_PCI_SUBSYSTEM_ID_L40 0x169d
#define NV_PCI_SUBSYSTEM_ID_L40S 0x1851
#define NV_PCI_SUBSYSTEM_ID_L20 0x1957
#define NV_PCI_SUBSYSTEM_ID_L4 0x16ca
#define NV_PCI_SUBSYSTEM_ID_A40 0x145a
/* 3D controller; boards with an enabled display report VGA 0x030000 instead. */
#define NV_PCI_CLASS_3D 0x030200
#define NV_PCI_CLASS_VGA 0x030000
#define NV_PCI_REVISION_A1 0xa1
/* Vendor and device id that a VF's own registers read (SR-IOV 3.4.1). */
#define NV_PCI_VF_ID_NONE 0xffff

/* ---- BARs (boot.md 1.3, sriov.md 1.1) ---- */

#define NV_PCI_BAR_REGS 0 /* registers, 32-bit, not prefetchable */
#define NV_PCI_BAR_FB 1	  /* framebuffer aperture, 64-bit prefetchable (indexes 1 and 2) */
#define NV_PCI_BAR_INST 3 /* instance aperture "BAR2", 64-bit prefetchable (indexes 3 and 4) */
#define NV_PCI_PF_BAR0_BYTES (16ULL << 20)
#define NV_PCI_PF_BAR1_BYTES (64ULL << 30)
/* Boards of up to 24 GiB. */
#define NV_PCI_PF_BAR1_24G_BYTES (32ULL << 30)
#define NV_PCI_PF_BAR3_BYTES (32ULL << 20)
#define NV_PCI_VF_BAR0_BYTES (256ULL << 10)
#define NV_PCI_VF_BAR1_BYTES (2ULL << 30)
#define NV_PCI_VF_BAR3_BYTES (32ULL << 20)
/* DMA addresses a Turing to Ada GPU can emit. */
#define NV_PCI_DMA_BITS 47

/* ---- standard header ---- */

#define NV_PCI_CFG_BYTES 4096
#define NV_PCI_CFG_VENDOR_ID 0x000
#define NV_PCI_CFG_DEVICE_ID 0x002
#define NV_PCI_CFG_COMMAND 0x004
#define NV_PCI_CFG_COMMAND_MEMORY ABI_BIT(1)
#define NV_PCI_CFG_COMMAND_MASTER ABI_BIT(2)
#define NV_PCI_CFG_COMMAND_PARITY ABI_BIT(6)
#define NV_PCI_CFG_COMMAND_SERR ABI_BIT(8)
#define NV_PCI_CFG_COMMAND_INTX_DISABLE ABI_BIT(10)
#define NV_PCI_CFG_STATUS 0x006
#define NV_PCI_CFG_STATUS_INTX ABI_BIT(3)
#define NV_PCI_CFG_STATUS_CAP_LIST ABI_BIT(4)
#define NV_PCI_CFG_REVISION 0x008
#define NV_PCI_CFG_CLASS 0x009
#define NV_PCI_CFG_CACHE_LINE 0x00c
#define NV_PCI_CFG_HEADER_TYPE 0x00e
#define NV_PCI_CFG_BAR(i) (0x010 + 4 * (i))
#define NV_PCI_CFG_BAR_64BIT ABI_BIT(2)
#define NV_PCI_CFG_BAR_PREFETCH ABI_BIT(3)
#define NV_PCI_CFG_BAR_FLAGS ABI_MASK(3, 0)
#define NV_PCI_CFG_SUBSYS_VENDOR_ID 0x02c
#define NV_PCI_CFG_SUBSYS_ID 0x02e
#define NV_PCI_CFG_ROM 0x030
#define NV_PCI_CFG_CAP_PTR 0x034
#define NV_PCI_CFG_INT_LINE 0x03c
#define NV_PCI_CFG_INT_PIN 0x03d
#define NV_PCI_CFG_INT_PIN_A 1
/* Writable copy of the subsystem ids, as on every NVIDIA board (NV_XVE_SUBSYSTEM_ALIAS). */
#define NV_PCI_CFG_SUBSYS_ALIAS 0x040
/* ROM shadow control: bit 0 selects the VBIOS shadow (boot.md 1.4). */
#define NV_PCI_CFG_ROM_SHADOW 0x050
#define NV_PCI_CFG_ROM_SHADOW_ENABLE ABI_BIT(0)

/* ---- PF capabilities ---- */

#define NV_PCI_CAP_NULL_ID 0x00
#define NV_PCI_CAP_PM_ID 0x01
#define NV_PCI_CAP_MSI_ID 0x05
#define NV_PCI_CAP_VENDOR_ID 0x09
#define NV_PCI_CAP_EXPRESS_ID 0x10
#define NV_PCI_CAP_MSIX_ID 0x11

/* Power management, version 3. */
#define NV_PCI_PF_PM 0x060
#define NV_PCI_PM_CTRL 4
#define NV_PCI_PM_CTRL_STATE ABI_MASK(1, 0)
#define NV_PCI_PM_CTRL_PME_EN ABI_BIT(8)
#define NV_PCI_PM_CTRL_NO_SOFT_RESET ABI_BIT(3)
/* MSI, or a null capability in its place on vGPU boards (MSI hidden). */
#define NV_PCI_PF_MSI 0x068
#define NV_PCI_MSI_CTRL 2
#define NV_PCI_MSI_CTRL_ENABLE ABI_BIT(0)
#define NV_PCI_MSI_CTRL_64BIT ABI_BIT(7)
#define NV_PCI_MSI_CTRL_MULTI ABI_MASK(6, 4)
#define NV_PCI_MSI_ADDR_LO 4
#define NV_PCI_MSI_ADDR_HI 8
#define NV_PCI_MSI_DATA 12
/* PCI Express capability version 2, PF at 0x78 and VF at 0x40; 0x3c bytes. */
#define NV_PCI_PF_EXPRESS 0x078
#define NV_PCI_VF_EXPRESS 0x040
#define NV_PCI_EXPRESS_CAPS 0x02
#define NV_PCI_EXPRESS_DEVCAP 0x04
#define NV_PCI_EXPRESS_DEVCAP_FLR ABI_BIT(28)
#define NV_PCI_EXPRESS_DEVCTL 0x08
#define NV_PCI_EXPRESS_DEVCTL_ERRORS ABI_MASK(3, 0)	/* what is reported */
#define NV_PCI_EXPRESS_DEVCTL_RELAXED ABI_BIT(4)	/* relaxed ordering; on after reset */
#define NV_PCI_EXPRESS_DEVCTL_PAYLOAD ABI_MASK(7, 5)
#define NV_PCI_EXPRESS_DEVCTL_EXT_TAG ABI_BIT(8)
#define NV_PCI_EXPRESS_DEVCTL_READ_REQ ABI_MASK(14, 12) /* largest read: 128 bytes << n */
#define NV_PCI_EXPRESS_DEVCTL_READ_REQ_VAL_512 2	/* after reset */
#define NV_PCI_EXPRESS_DEVCTL_FLR ABI_BIT(15)
#define NV_PCI_EXPRESS_DEVSTA 0x0a
#define NV_PCI_EXPRESS_DEVSTA_PENDING ABI_BIT(5)
#define NV_PCI_EXPRESS_LNKCAP 0x0c
#define NV_PCI_EXPRESS_LNKCTL 0x10
#define NV_PCI_EXPRESS_LNKCTL_ASPM ABI_MASK(1, 0)
#define NV_PCI_EXPRESS_LNKCTL_RCB ABI_BIT(3)		/* read completion boundary */
#define NV_PCI_EXPRESS_LNKCTL_COMMON_CLOCK ABI_BIT(6)
#define NV_PCI_EXPRESS_LNKCTL_EXT_SYNC ABI_BIT(7)
#define NV_PCI_EXPRESS_LNKCTL_CLOCK_PM ABI_BIT(8)
#define NV_PCI_EXPRESS_LNKCTL_WIDTH_DISABLE ABI_BIT(9)	/* no autonomous width change */
#define NV_PCI_EXPRESS_LNKSTA 0x12
#define NV_PCI_EXPRESS_DEVCAP2 0x24
#define NV_PCI_EXPRESS_DEVCTL2 0x28
#define NV_PCI_EXPRESS_DEVCTL2_TIMEOUT ABI_MASK(4, 0)	/* of completions: range, disable */
#define NV_PCI_EXPRESS_DEVCTL2_ATOMIC ABI_BIT(6)	/* may send atomic operations */
#define NV_PCI_EXPRESS_DEVCTL2_LTR ABI_BIT(10)
#define NV_PCI_EXPRESS_DEVCTL2_10BIT_TAG ABI_BIT(12)
#define NV_PCI_EXPRESS_DEVCTL2_OBFF ABI_MASK(14, 13)
#define NV_PCI_EXPRESS_LNKCAP2 0x2c
#define NV_PCI_EXPRESS_LNKCTL2 0x30
#define NV_PCI_EXPRESS_LNKCTL2_SPEED ABI_MASK(3, 0)	/* target; the fastest after reset */
#define NV_PCI_EXPRESS_LNKCTL2_SPEED_VAL_16GT 4
/* Compliance entry, autonomous speed, margin and compliance presets; not de-emphasis (bit 6). */
#define NV_PCI_EXPRESS_LNKCTL2_TEST (ABI_MASK(5, 4) | ABI_MASK(15, 7))
#define NV_PCI_PF_VENDOR 0x0b4
#define NV_PCI_PF_VENDOR_BYTES 0x14
/* MSI-X: PF at 0xc8, VF at 0x7c. Entry i serves subtree i of the interrupt tree (irq.md 3). */
#define NV_PCI_PF_MSIX 0x0c8
#define NV_PCI_VF_MSIX 0x07c
#define NV_PCI_MSIX_CTRL 2
#define NV_PCI_MSIX_CTRL_SIZE ABI_MASK(10, 0)
#define NV_PCI_MSIX_CTRL_MASKALL ABI_BIT(14)
#define NV_PCI_MSIX_CTRL_ENABLE ABI_BIT(15)
#define NV_PCI_MSIX_TABLE 4
#define NV_PCI_MSIX_PBA 8
#define NV_PCI_MSIX_ENTRIES 6
#define NV_PCI_MSIX_ENTRY_BYTES 16
#define NV_PCI_MSIX_ENTRY_CTRL 12
#define NV_PCI_MSIX_ENTRY_CTRL_MASKED ABI_BIT(0)
/* Offsets inside a function's register window; the PF adds the window base 0xb80000. */
#define NV_PCI_MSIX_TABLE_WINDOW 0x10000
#define NV_PCI_MSIX_PBA_WINDOW 0x20000
#define NV_PCI_PF_MSIX_TABLE 0xb90000
#define NV_PCI_PF_MSIX_PBA 0xba0000

/* ---- PF extended capabilities ---- */

#define NV_PCI_EXT_AER_ID 0x0001
#define NV_PCI_EXT_VC_ID 0x0002
#define NV_PCI_EXT_PWR_ID 0x0004
#define NV_PCI_EXT_VSEC_ID 0x000b
#define NV_PCI_EXT_ARI_ID 0x000e
#define NV_PCI_EXT_SRIOV_ID 0x0010
#define NV_PCI_EXT_REBAR_ID 0x0015
#define NV_PCI_EXT_LTR_ID 0x0018
#define NV_PCI_EXT_SECPCI_ID 0x0019
#define NV_PCI_EXT_L1SS_ID 0x001e
#define NV_PCI_EXT_DLF_ID 0x0025
#define NV_PCI_EXT_16GT_ID 0x0026
#define NV_PCI_EXT_LMR_ID 0x0027
/* Header dword of an extended capability. */
#define NV_PCI_EXT_HEADER(id, version, next) \
	((__u32)(id) | (__u32)(version) << 16 | (__u32)(next) << 20)

#define NV_PCI_PF_EXT_VC 0x100
#define NV_PCI_PF_EXT_PWR 0x128
#define NV_PCI_PF_EXT_LTR 0x250
#define NV_PCI_PF_EXT_L1SS 0x258
/* Bit 29 of NV_XVE_PRIV_MISC_1 hides the MSI-X capability. */
#define NV_PCI_PF_PRIV_MISC_1 0x41c
#define NV_PCI_PF_EXT_AER 0x420
/* Bit 25 shows the audio function; Linux sets it where it finds it clear (quirk_nvidia_hda). */
#define NV_PCI_PF_HDA 0x488
#define NV_PCI_PF_HDA_ENABLE ABI_BIT(25)
#define NV_PCI_PF_EXT_VSEC 0x600
/* NV_XVE_CYA_2: any write re-arms the MSI (BAR0 0x088704). */
#define NV_PCI_PF_MSI_REARM 0x704
#define NV_PCI_PF_EXT_SECPCI 0x900
#define NV_PCI_PF_EXT_REBAR 0xbb0
#define NV_PCI_PF_EXT_SRIOV 0xbcc
#define NV_PCI_PF_EXT_ARI 0xc14
#define NV_PCI_PF_EXT_16GT 0xc1c
#define NV_PCI_PF_EXT_LMR 0xd00
#define NV_PCI_PF_EXT_DLF 0xe00
#define NV_PCI_VF_EXT_ARI 0x100

/* Virtual channel capability: the only channel's resource control (PCIe base 7.9.1.8). */
#define NV_PCI_VC0_CTRL 0x14
#define NV_PCI_VC0_CTRL_TC_MAP ABI_MASK(7, 0)	/* all classes; class 0 cannot be taken off */
#define NV_PCI_VC0_CTRL_TC0 ABI_BIT(0)
#define NV_PCI_VC0_CTRL_ENABLE ABI_BIT(31)	/* always */
/* Power budgeting: which record the data register shows. */
#define NV_PCI_PWR_SELECT 0x04
#define NV_PCI_PWR_SELECT_INDEX ABI_MASK(7, 0)
/* Latency tolerance: largest snooped and not snooped latency, each value and scale. */
#define NV_PCI_LTR_MAX 0x04
#define NV_PCI_LTR_MAX_FIELDS (ABI_MASK(12, 0) | ABI_MASK(28, 16))
/* Advanced errors: those an endpoint must know, and the state after reset (PCIe base 7.8.4). */
#define NV_PCI_AER_UNCOR_MASK 0x08
#define NV_PCI_AER_UNCOR_SEVERITY 0x0c
#define NV_PCI_AER_UNCOR_KNOWN (ABI_MASK(5, 4) | ABI_MASK(20, 12))
/* Protocol, surprise down, flow control, overflow, malformed packet. */
#define NV_PCI_AER_UNCOR_FATAL_RESET                                                              \
	(ABI_MASK(5, 4) | ABI_BIT(13) | ABI_MASK(18, 17))
#define NV_PCI_AER_COR_MASK 0x14
#define NV_PCI_AER_COR_KNOWN (ABI_BIT(0) | ABI_MASK(8, 6) | ABI_MASK(13, 12))
#define NV_PCI_AER_COR_MASK_RESET ABI_BIT(13)	/* advisory errors */

/* Resizable BAR: capability +4 (bit 4 + n = 2^n MiB supported), control +8. */
#define NV_PCI_REBAR_CAP 4
#define NV_PCI_REBAR_CAP_SIZE(log2_mib) ABI_BIT(4 + (log2_mib))
#define NV_PCI_REBAR_CTRL 8
#define NV_PCI_REBAR_CTRL_INDEX ABI_MASK(2, 0)
#define NV_PCI_REBAR_CTRL_COUNT ABI_MASK(7, 5)
#define NV_PCI_REBAR_CTRL_SIZE ABI_MASK(12, 8)
/* NV_XVE_RESIZE_BAR1_CTRL, where drivers look for the size of BAR1 in the BAR0 mirror. */
#define NV_PCI_PF_REBAR_BAR1_CTRL 0xbc0

/* SR-IOV capability, offsets from NV_PCI_PF_EXT_SRIOV (boot.md 1.4, sriov.md 1.1). */
#define NV_PCI_SRIOV_CAP 0x04
#define NV_PCI_SRIOV_CAP_ARI_PRESERVED ABI_BIT(1)
#define NV_PCI_SRIOV_CAP_10BIT_TAG ABI_BIT(2)
#define NV_PCI_SRIOV_CTRL 0x08
#define NV_PCI_SRIOV_CTRL_VFE ABI_BIT(0)
#define NV_PCI_SRIOV_CTRL_MSE ABI_BIT(3)
#define NV_PCI_SRIOV_CTRL_ARI ABI_BIT(4)
#define NV_PCI_SRIOV_CTRL_10BIT_TAG ABI_BIT(5)
#define NV_PCI_SRIOV_STATUS 0x0a
#define NV_PCI_SRIOV_INITIAL_VFS 0x0c
#define NV_PCI_SRIOV_TOTAL_VFS 0x0e
#define NV_PCI_SRIOV_NUM_VFS 0x10
#define NV_PCI_SRIOV_LINK 0x12
#define NV_PCI_SRIOV_VF_OFFSET 0x14
#define NV_PCI_SRIOV_VF_STRIDE 0x16
#define NV_PCI_SRIOV_VF_DEVICE_ID 0x1a
#define NV_PCI_SRIOV_PAGE_SIZES 0x1c
#define NV_PCI_SRIOV_PAGE_SIZES_SUPPORTED 0x573
#define NV_PCI_SRIOV_PAGE_SIZE 0x20
#define NV_PCI_SRIOV_PAGE_SIZE_4K 1
#define NV_PCI_SRIOV_VF_BAR(i) (0x24 + 4 * (i))
#define NV_PCI_SRIOV_BYTES 0x40
/* Geometry of the reference board; the L40 has the same (TotalVFs UNVERIFIED for the L40). */
#define NV_PCI_SRIOV_REF_TOTAL_VFS 32
#define NV_PCI_SRIOV_REF_VF_OFFSET 4
#define NV_PCI_SRIOV_REF_VF_STRIDE 1

#endif
