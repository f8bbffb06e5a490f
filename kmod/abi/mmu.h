/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * GPU virtual memory: instance block, page-table format version 2 (Pascal to Ada) and version 3
 * (Hopper, Blackwell), page kinds and the values that have a special meaning. The registers that
 * start a walk or an invalidate are in regs.h.
 *
 * Addresses of tables and pages are physical VRAM addresses on the PF and guest-physical ones
 * (below the VMMU) on a VF.
 *
 * Sources: hw/mm.md 3 to 6, test vectors in hw/mm.md 10.
 */
#ifndef VGPU_ABI_MMU_H
#define VGPU_ABI_MMU_H

#include "bits.h"

/* ---- apertures ---- */

/* Targets of instance blocks, BAR blocks and PRAMIN. */
#define NV_MMU_TARGET_VIDMEM 0
#define NV_MMU_TARGET_INVALID 1
#define NV_MMU_TARGET_SYSMEM_COH 2
#define NV_MMU_TARGET_SYSMEM_NONCOH 3
/* Aperture of a page directory entry, v2 and v3. */
#define NV_MMU_PDE_APERTURE_INVALID 0
#define NV_MMU_PDE_APERTURE_VIDMEM 1
#define NV_MMU_PDE_APERTURE_SYSMEM_COH 2
#define NV_MMU_PDE_APERTURE_SYSMEM_NONCOH 3
/* Aperture of a page table entry, v2 and v3; not the same coding as that of a directory entry. */
#define NV_MMU_PTE_APERTURE_VIDMEM 0
#define NV_MMU_PTE_APERTURE_PEER 1
#define NV_MMU_PTE_APERTURE_SYSMEM_COH 2
#define NV_MMU_PTE_APERTURE_SYSMEM_NONCOH 3

/* ---- page sizes ---- */

#define NV_MMU_PAGE_4K_SHIFT 12
#define NV_MMU_PAGE_64K_SHIFT 16
#define NV_MMU_PAGE_2M_SHIFT 21
#define NV_MMU_PAGE_512M_SHIFT 29  /* v2: GA100 and later */
#define NV_MMU_PAGE_256G_SHIFT 38  /* v3: Blackwell */

/* ---- instance block (mm.md 3) ---- */

#define NV_RAMIN_BYTES 4096
#define NV_RAMIN_SHIFT 12
#define NV_RAMIN_PAGE_DIR_BASE 0x200 /* 64 bits */
#define NV_RAMIN_PAGE_DIR_BASE_TARGET ABI_MASK64(1, 0)
#define NV_RAMIN_PAGE_DIR_BASE_VOL ABI_BIT64(2)
#define NV_RAMIN_PAGE_DIR_BASE_FAULT_REPLAY_TEX ABI_BIT64(4)
#define NV_RAMIN_PAGE_DIR_BASE_FAULT_REPLAY_GCC ABI_BIT64(5)
#define NV_RAMIN_PAGE_DIR_BASE_NEW_FORMAT ABI_BIT64(10) /* mandatory for v2 and v3 */
#define NV_RAMIN_PAGE_DIR_BASE_BIG_64K ABI_BIT64(11)
#define NV_RAMIN_PAGE_DIR_BASE_ADDR ABI_MASK64(63, 12) /* address in place */
#define NV_RAMIN_ADR_LIMIT 0x208 /* 64 bits, last valid byte of the address space */
#define NV_RAMIN_ATS_PASID 0x21c
#define NV_RAMIN_SC_PDB_VALID(i) (0x298 + 4 * (i)) /* 2 words, one bit per subcontext */
#define NV_RAMIN_SC_PAGE_DIR_BASE(i) (0x2a0 + 16 * (i))
#define NV_RAMIN_SC_ATS_PASID(i) (0x2a8 + 16 * (i))
#define NV_RAMIN_SC_INVALID 0x0000000100000001ULL

/* ---- format v2 ---- */

#define NV_MMU_V2_VA_BITS 49
#define NV_MMU_V2_VA_LIMIT 0x1ffffffffffffULL
/* Levels by name: VA bits and number of entries. All tables are 4 KiB but PT_BIG (256 bytes). */
#define NV_MMU_V2_PD3_SHIFT 47
#define NV_MMU_V2_PD3_ENTRIES 4
#define NV_MMU_V2_PD2_SHIFT 38
#define NV_MMU_V2_PD2_ENTRIES 512
#define NV_MMU_V2_PD1_SHIFT 29
#define NV_MMU_V2_PD1_ENTRIES 512
#define NV_MMU_V2_PD0_SHIFT 21
#define NV_MMU_V2_PD0_ENTRIES 256
#define NV_MMU_V2_PT_BIG_SHIFT 16
#define NV_MMU_V2_PT_BIG_ENTRIES 32
#define NV_MMU_V2_PT_SMALL_SHIFT 12
#define NV_MMU_V2_PT_SMALL_ENTRIES 512
#define NV_MMU_ENTRY_BYTES 8
#define NV_MMU_DUAL_ENTRY_BYTES 16
#define NV_MMU_TABLE_BYTES 4096
#define NV_MMU_PT_BIG_BYTES 256

/* PDE of PD3, PD2, PD1. */
#define NV_MMU_V2_PDE_IS_PTE ABI_BIT64(0)
#define NV_MMU_V2_PDE_APERTURE ABI_MASK64(2, 1)
#define NV_MMU_V2_PDE_VOL ABI_BIT64(3)
#define NV_MMU_V2_PDE_ADDR_VID ABI_MASK64(32, 8) /* address >> 12 */
#define NV_MMU_V2_PDE_ADDR_SYS ABI_MASK64(53, 8) /* address >> 12 */
#define NV_MMU_V2_PDE_ADDR_SHIFT 12

/* Dual PDE of PD0: the low qword is the big half or a 2 MiB PTE, the high one the small half. */
#define NV_MMU_V2_DUAL_IS_PTE ABI_BIT64(0)
#define NV_MMU_V2_DUAL_APERTURE ABI_MASK64(2, 1)       /* in either half */
#define NV_MMU_V2_DUAL_VOL ABI_BIT64(3)		       /* in either half */
#define NV_MMU_V2_DUAL_BIG_ADDR_VID ABI_MASK64(32, 4)  /* address >> 8 */
#define NV_MMU_V2_DUAL_BIG_ADDR_SYS ABI_MASK64(53, 4)  /* address >> 8 */
#define NV_MMU_V2_DUAL_BIG_ADDR_SHIFT 8
#define NV_MMU_V2_DUAL_SMALL_ADDR_VID ABI_MASK64(32, 8) /* address >> 12 */
#define NV_MMU_V2_DUAL_SMALL_ADDR_SYS ABI_MASK64(53, 8) /* address >> 12 */
#define NV_MMU_V2_DUAL_SMALL_ADDR_SHIFT 12

/* PTE, of any page size. */
#define NV_MMU_V2_PTE_VALID ABI_BIT64(0)
#define NV_MMU_V2_PTE_APERTURE ABI_MASK64(2, 1)
#define NV_MMU_V2_PTE_VOL ABI_BIT64(3)
#define NV_MMU_V2_PTE_ENCRYPTED ABI_BIT64(4)
#define NV_MMU_V2_PTE_PRIVILEGE ABI_BIT64(5)
#define NV_MMU_V2_PTE_READ_ONLY ABI_BIT64(6)
#define NV_MMU_V2_PTE_ATOMIC_DISABLE ABI_BIT64(7)
#define NV_MMU_V2_PTE_ADDR_VID ABI_MASK64(32, 8) /* address >> 12 */
#define NV_MMU_V2_PTE_ADDR_SYS ABI_MASK64(53, 8) /* address >> 12 */
#define NV_MMU_V2_PTE_ADDR_SHIFT 12
#define NV_MMU_V2_PTE_PEER_ID ABI_MASK64(35, 33)
#define NV_MMU_V2_PTE_COMPTAGLINE ABI_MASK64(55, 36) /* vidmem, Turing and later */
#define NV_MMU_V2_PTE_KIND ABI_MASK64(63, 56)

/* Special values (mm.md 4.5). */
#define NV_MMU_V2_SPARSE 0x8ULL		/* PTE, PDE, low half of a dual PDE: reads 0 */
#define NV_MMU_V2_BIG_NO_SMALL 0x20ULL	/* big PTE: invalid, the small PTEs are not looked at */
#define NV_MMU_V2_INVALID 0ULL

/* ---- format v3 ---- */

#define NV_MMU_V3_VA_BITS 57
#define NV_MMU_V3_VA_LIMIT 0x1ffffffffffffffULL
#define NV_MMU_V3_PD4_SHIFT 56
#define NV_MMU_V3_PD4_ENTRIES 2
#define NV_MMU_V3_PD3_SHIFT 47
#define NV_MMU_V3_PD3_ENTRIES 512

/* PDE; halves of a dual PDE have the same fields, the big half with ADDR_BIG. */
#define NV_MMU_V3_PDE_IS_PTE ABI_BIT64(0)
#define NV_MMU_V3_PDE_APERTURE ABI_MASK64(2, 1)
#define NV_MMU_V3_PDE_PCF ABI_MASK64(5, 3)
#define NV_MMU_V3_PDE_PCF_CACHED_ATS 0
#define NV_MMU_V3_PDE_PCF_UNCACHED_ATS 1
#define NV_MMU_V3_PDE_PCF_CACHED_NO_ATS 2
#define NV_MMU_V3_PDE_PCF_UNCACHED_NO_ATS 3
#define NV_MMU_V3_PDE_ADDR ABI_MASK64(51, 12)	   /* address in place */
#define NV_MMU_V3_DUAL_BIG_ADDR ABI_MASK64(51, 8)  /* address in place */
#define NV_MMU_V3_DUAL_SMALL_ADDR ABI_MASK64(51, 12)

#define NV_MMU_V3_PTE_VALID ABI_BIT64(0)
#define NV_MMU_V3_PTE_APERTURE ABI_MASK64(2, 1)
#define NV_MMU_V3_PTE_PCF ABI_MASK64(7, 3)
#define NV_MMU_V3_PTE_PCF_UNCACHED 0x01
#define NV_MMU_V3_PTE_PCF_PRIVILEGE 0x02
#define NV_MMU_V3_PTE_PCF_READ_ONLY 0x04
#define NV_MMU_V3_PTE_PCF_NO_ATOMIC 0x08
#define NV_MMU_V3_PTE_PCF_ACD 0x10 /* access counting disabled */
#define NV_MMU_V3_PTE_PCF_INVALID_SPARSE 0x01	/* with VALID = 0 */
#define NV_MMU_V3_PTE_PCF_INVALID_NO_SMALL 0x03 /* with VALID = 0, big PTE */
#define NV_MMU_V3_PTE_KIND ABI_MASK64(11, 8)
#define NV_MMU_V3_PTE_ADDR ABI_MASK64(51, 12) /* address in place */
#define NV_MMU_V3_PTE_PEER_ID ABI_MASK64(63, 61)

/* ---- page kinds, Turing and later ---- */

#define NV_MMU_KIND_PITCH 0x00
#define NV_MMU_KIND_GENERIC 0x06
#define NV_MMU_KIND_INVALID 0x07
#define NV_MMU_KIND_GENERIC_COMPRESSIBLE 0x08

/* ---- VMMU (mm.md 8) ---- */

#define NV_VMMU_SEGMENT_MIN_BYTES (32ULL << 20)
#define NV_VMMU_SEGMENT_DEFAULT_BYTES (128ULL << 20)
#define NV_VMMU_SEGMENT_MAX_BYTES (1024ULL << 20)
#define NV_VMMU_MAX_GUEST_SEGMENTS 384

#endif
