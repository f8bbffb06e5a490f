// SPDX-License-Identifier: GPL-2.0-or-later
/* Page-table walk (vectors of hw/mm.md 10), BAR apertures, VMMU isolation. */
#include "model_board.h"

#define PD3 0x101000ULL
#define INST 0x200000ULL
#define SEG (128ULL << 20)
#define VA_2M 0x123440000000ULL
#define VA_64K 0x123440230000ULL
#define VA_4K 0x123440405000ULL

static void put_vectors(void)
{
	vram_put64(0x101000, 0x0000000000010202);
	vram_put64(0x102240, 0x0000000000010302);
	vram_put64(0x103D10, 0x0000000000010402);
	vram_put64(0x104000, 0x0600000004000001);
	vram_put64(0x104010, 0x0000000000010502);
	vram_put64(0x104028, 0x0000000000010602);
	vram_put64(0x105018, 0x0600000008001001);
	vram_put64(0x106028, 0x000000012345670D);
}

#define INVALIDATE (NV_VFN_MMU_INVALIDATE_TRIGGER | NV_VFN_MMU_INVALIDATE_ALL_VA)

/* A function drops what is cached of the tables below @root in its framebuffer. */
static void invalidate(unsigned int fn, uint64_t root, uint32_t flags)
{
	uint32_t low = (uint32_t)(root >> 12) << 4, high = (uint32_t)(root >> 40);

	if (fn) {
		vf_wr(fn, NV_VFN_MMU_INVALIDATE_PDB, low);
		vf_wr(fn, NV_VFN_MMU_INVALIDATE_UPPER_PDB, high);
		vf_wr(fn, NV_VFN_MMU_INVALIDATE, INVALIDATE | flags);
		return;
	}
	wr(NV_VFN + NV_VFN_MMU_INVALIDATE_PDB, low);
	wr(NV_VFN + NV_VFN_MMU_INVALIDATE_UPPER_PDB, high);
	wr(NV_VFN + NV_VFN_MMU_INVALIDATE, INVALIDATE | flags);
}

static struct gm_xlate walk(uint64_t va)
{
	invalidate(0, PD3, 0);
	return gm_mmu_walk(host.gm, 0, PD3, false, va);
}

static void test_vectors(void **state)
{
	struct gm_xlate x;

	board_new(NULL);
	put_vectors();
	x = walk(VA_2M + 0x12345);
	assert_int_equal(x.kind, GM_XLATE_VIDMEM);
	assert_int_equal(x.addr, 0x40012345);
	assert_int_equal(x.left, 0x200000 - 0x12345);
	assert_int_equal(x.pte_kind, 6);
	x = walk(VA_64K + 0xabc);
	assert_int_equal(x.kind, GM_XLATE_VIDMEM);
	assert_int_equal(x.addr, 0x80010abc);
	assert_int_equal(x.pte_kind, 6);
	x = walk(VA_4K + 8);
	assert_int_equal(x.kind, GM_XLATE_SYSMEM);
	assert_int_equal(x.addr, 0x1234567008);
	assert_int_equal(x.pte_kind, 0);
	assert_int_equal(walk(0x123440240000).kind, GM_XLATE_FAULT);
	assert_int_equal(walk(0).kind, GM_XLATE_FAULT);
	assert_int_equal(walk(1ULL << 49).kind, GM_XLATE_FAULT);
	board_free();
}

static void test_special(void **state)
{
	struct gm_xlate x;

	board_new(NULL);
	put_vectors();
	/* Read only. */
	vram_put64(0x105018, 0x0000000008001041);
	x = walk(VA_64K);
	assert_true(x.read_only);
	/* Big over small: both tables, big PTE invalid: the small one is used. */
	vram_put64(0x104018, 0x0000000000010702);
	vram_put64(0x105018, 0);
	vram_put64(0x107000 + 0x30 * 8, 0x0000000012345601);
	assert_int_equal(walk(VA_64K).addr, 0x123456000);
	/* A valid big PTE wins. */
	vram_put64(0x105018, 0x0600000008001001);
	assert_int_equal(walk(VA_64K).addr, 0x80010000);
	/* "Do not look at the small ones". */
	vram_put64(0x105018, NV_MMU_V2_BIG_NO_SMALL);
	assert_int_equal(walk(VA_64K).kind, GM_XLATE_FAULT);
	/* Sparse at each level. */
	vram_put64(0x105018, NV_MMU_V2_SPARSE);
	assert_int_equal(walk(VA_64K).kind, GM_XLATE_SPARSE);
	vram_put64(0x106030, NV_MMU_V2_SPARSE);
	assert_int_equal(walk(VA_4K + 0x1000).kind, GM_XLATE_SPARSE);
	vram_put64(0x104030, NV_MMU_V2_SPARSE);
	assert_int_equal(walk(VA_4K + 0x200000).kind, GM_XLATE_SPARSE);
	vram_put64(0x103D18, NV_MMU_V2_SPARSE);
	assert_int_equal(walk(VA_2M + (1ULL << 29)).kind, GM_XLATE_SPARSE);
	/* 512 MiB leaf. */
	vram_put64(0x103D18, 0x06000001E0000001);
	x = walk(VA_2M + (1ULL << 29) + 0x1234567);
	assert_int_equal(x.kind, GM_XLATE_VIDMEM);
	assert_int_equal(x.addr, 0x1E00000000ULL + 0x1234567);
	/* Peer aperture: there is none. */
	vram_put64(0x104000, 0x0000000004000003);
	assert_int_equal(walk(VA_2M).kind, GM_XLATE_FAULT);
	board_free();
}

static struct gm_xlate walk3(uint64_t va)
{
	return gm_mmu_walk_v3(host.gm, 0, 0x100000, false, va, false);
}

/* hw/mm.md 10, the v3 column and its variants. */
static void test_v3_vectors(void **state)
{
	struct gm_xlate x;

	board_new(NULL);
	vram_put64(0x100000, 0x0000000000101012);
	vram_put64(0x101000, 0x0000000000102012);
	vram_put64(0x102240, 0x0000000000103012);
	vram_put64(0x103D10, 0x0000000000104012);
	vram_put64(0x104000, 0x0000000040000681);
	vram_put64(0x104010, 0x0000000000105012);
	vram_put64(0x104028, 0x0000000000106012);
	vram_put64(0x105018, 0x0000000080010681);
	vram_put64(0x106028, 0x000000123456708D);
	x = walk3(VA_2M + 0x12345);
	assert_int_equal(x.kind, GM_XLATE_VIDMEM);
	assert_int_equal(x.addr, 0x40012345);
	assert_int_equal(x.left, 0x200000 - 0x12345);
	assert_int_equal(x.pte_kind, 6);
	assert_false(x.read_only);
	x = walk3(VA_64K + 0xabc);
	assert_int_equal(x.addr, 0x80010abc);
	assert_int_equal(x.left, 0x10000 - 0xabc);
	x = walk3(VA_4K + 8);
	assert_int_equal(x.kind, GM_XLATE_SYSMEM);
	assert_int_equal(x.addr, 0x1234567008);
	assert_int_equal(walk3(0x123440240000).kind, GM_XLATE_FAULT);
	assert_int_equal(walk3(1ULL << 57).kind, GM_XLATE_FAULT);
	assert_int_equal(walk3(1ULL << 56 | VA_2M).kind, GM_XLATE_FAULT);
	/* Read only; 512 MiB; peer memory. */
	vram_put64(0x105018, 0x00000000800100A1);
	assert_true(walk3(VA_64K).read_only);
	vram_put64(0x103D18, 0x0000000060000681);
	assert_int_equal(walk3(VA_2M + (1ULL << 29) + 0x1234567).addr, 0x61234567);
	vram_put64(0x104000, 0x0000000040000683);
	assert_int_equal(walk3(VA_2M).kind, GM_XLATE_FAULT);
	/* Sparse in PTEs, in a dual PDE and in PDEs with and without ATS; no small page. */
	vram_put64(0x105018, 0x8);
	assert_int_equal(walk3(VA_64K).kind, GM_XLATE_SPARSE);
	vram_put64(0x106028, 0x8);
	assert_int_equal(walk3(VA_4K).kind, GM_XLATE_SPARSE);
	vram_put64(0x104030, 0x8);
	assert_int_equal(walk3(VA_4K + 0x200000).kind, GM_XLATE_SPARSE);
	vram_put64(0x103D18, 0x18);
	assert_int_equal(walk3(VA_2M + (1ULL << 29)).kind, GM_XLATE_SPARSE);
	vram_put64(0x103D18, 0x10);
	assert_int_equal(walk3(VA_2M + (1ULL << 29)).kind, GM_XLATE_FAULT);
	vram_put64(0x104018, 0x0000000000107012);
	vram_put64(0x107000 + 0x30 * 8, 0x0000000123456081);
	vram_put64(0x105018, 0);
	assert_int_equal(walk3(VA_64K).addr, 0x123456000);
	vram_put64(0x105018, 0x18);
	assert_int_equal(walk3(VA_64K).kind, GM_XLATE_FAULT);
	board_free();
}

static void test_sysmem_tables(void **state)
{
	uint64_t pd3 = HOST_RAM_BASE, pd2 = HOST_RAM_BASE + 0x1000;

	board_new(NULL);
	put_vectors();
	gm_put64(ram_at(pd3), (pd2 >> 4) | 2 << 1 | 8);
	gm_put64(ram_at(pd2 + 0x240), 0x0000000000010302);
	assert_int_equal(gm_mmu_walk(host.gm, 0, pd3, true, VA_2M).addr, 0x40000000);
	/* A table outside host memory is a fault, not a crash. */
	gm_put64(ram_at(pd3), (0x1234567000ULL >> 4) | 2 << 1);
	invalidate(0, pd3, 0);
	assert_int_equal(gm_mmu_walk(host.gm, 0, pd3, true, VA_2M).addr, 0x40000000);
	wr(NV_VFN + NV_VFN_MMU_INVALIDATE_PDB,
	   (uint32_t)(pd3 >> 12) << 4 | NV_VFN_MMU_INVALIDATE_PDB_SYSMEM);
	wr(NV_VFN + NV_VFN_MMU_INVALIDATE, INVALIDATE);
	assert_int_equal(gm_mmu_walk(host.gm, 0, pd3, true, VA_2M).kind, GM_XLATE_FAULT);
	board_free();
}

/* Map one 4 KiB page of BAR space at @va with tables at @root in a function's own view. */
static void map_page(unsigned int gfid, uint64_t root, uint64_t va, uint64_t pte)
{
	uint64_t pd2 = root + 0x1000, pd1 = root + 0x2000, pd0 = root + 0x3000, pt = root + 0x4000;
	const struct {
		uint64_t at, value;
	} entry[] = {
		{ root + (va >> 47) * 8, pd2 >> 4 | 2 },
		{ pd2 + (va >> 38 & 511) * 8, pd1 >> 4 | 2 },
		{ pd1 + (va >> 29 & 511) * 8, pd0 >> 4 | 2 },
		{ pd0 + (va >> 21 & 255) * 16 + 8, pt >> 4 | 2 },
		{ pt + (va >> 12 & 511) * 8, pte },
	};

	for (unsigned int i = 0; i < 5; i++) {
		uint8_t raw[8];

		gm_put64(raw, entry[i].value);
		assert_int_equal(gm_fb_write(host.gm, gfid, entry[i].at, raw, 8), 0);
	}
}

static void put_instance(unsigned int gfid, uint64_t at, uint64_t root, uint64_t limit)
{
	uint8_t raw[16];

	gm_put64(raw, root | 0xc00);
	gm_put64(raw + 8, limit);
	assert_int_equal(gm_fb_write(host.gm, gfid, at + 0x200, raw, sizeof(raw)), 0);
}

static uint64_t bar_rd(unsigned int fn, unsigned int bar, uint64_t at)
{
	return gpu_model_mmio_read(host.gm, fn, bar, at, 8);
}

static void bar_wr(unsigned int fn, unsigned int bar, uint64_t at, uint64_t value)
{
	gpu_model_mmio_write(host.gm, fn, bar, at, value, 8);
}

static bool is_junk(uint64_t v)
{
	return ((uint32_t)v & NV_PRI_ERROR_MASK) == NV_PRI_ERROR_PATTERN;
}

static void test_pf_bars(void **state)
{
	board_new(NULL);
	/* Physical mode after reset. */
	bar_wr(0, 3, 0x40, 0x1122334455667788);
	assert_int_equal(vram_get64(0x40), 0x1122334455667788);
	assert_int_equal(bar_rd(0, 1, 0x40), 0x1122334455667788);
	/* Virtual mode through an instance block. */
	map_page(0, 0x300000, 0x5000, 0x777000 >> 4 | 1);
	put_instance(0, INST, 0x300000, (64ULL << 30) - 1);
	wr(NV_VFN + NV_VFN_BAR1_BLOCK, (uint32_t)(INST >> 12) | NV_VFN_BAR_BLOCK_VIRTUAL);
	assert_int_equal(rd(NV_VFN + NV_VFN_BIND_STATUS), 0);
	bar_wr(0, 1, 0x5010, 0xabcdef);
	assert_int_equal(vram_get64(0x777010), 0xabcdef);
	assert_int_equal(bar_rd(0, 1, 0x5010), 0xabcdef);
	assert_true(is_junk(bar_rd(0, 1, 0x6010)));
	assert_true(rd(NV_VFN + NV_VFN_LATCHED_FAULT_STATUS) & NV_VFN_LATCHED_FAULT_STATUS_VALID);
	assert_int_equal(rd(NV_VFN + NV_VFN_LATCHED_FAULT_ADDR_LO), 0x6000);
	wr(NV_VFN + NV_VFN_LATCHED_FAULT_STATUS, NV_VFN_LATCHED_FAULT_STATUS_VALID);
	assert_int_equal(rd(NV_VFN + NV_VFN_LATCHED_FAULT_STATUS), 0);
	/* Beyond the limit of the address space. */
	put_instance(0, INST, 0x300000, 0x3fff);
	assert_true(is_junk(bar_rd(0, 1, 0x5010)));
	/* Old format. */
	vram_put64(INST + 0x208, (64ULL << 30) - 1);
	vram_put64(INST + 0x200, 0x300000);
	assert_true(is_junk(bar_rd(0, 1, 0x5010)));
	/* The firmware's root takes over, until it lets go. */
	gm_bar_set_pdb(host.gm, 1, 0x300000);
	assert_int_equal(bar_rd(0, 1, 0x5010), 0xabcdef);
	gm_bar_set_pdb(host.gm, 1, GM_BAR_PDB_NONE);
	assert_true(is_junk(bar_rd(0, 1, 0x5010)));
	board_free();
}

static void test_vmmu_map_rules(void **state)
{
	board_new(NULL);
	assert_int_equal(gm_vmmu_segment_bytes(host.gm), SEG);
	assert_int_equal(gm_vmmu_map(host.gm, 0, 0, 0, SEG), -EINVAL);
	assert_int_equal(gm_vmmu_map(host.gm, 33, 0, 0, SEG), -EINVAL);
	assert_int_equal(gm_vmmu_map(host.gm, 1, 0x1000, 0, SEG), -EINVAL);
	assert_int_equal(gm_vmmu_map(host.gm, 1, 0, 0, SEG / 2), -EINVAL);
	assert_int_equal(gm_vmmu_map(host.gm, 1, 0, 48ULL << 30, SEG), -ERANGE);
	assert_int_equal(gm_vmmu_map(host.gm, 1, 0, 0, 49ULL << 30), -ERANGE);
	assert_int_equal(gm_vmmu_map(host.gm, 1, 0, SEG, SEG), 0);
	assert_int_equal(gm_vmmu_map(host.gm, 1, 0, 2 * SEG, SEG), -EEXIST);
	assert_int_equal(host.gm->stats.vmmu_shared, 0);
	assert_int_equal(gm_vmmu_map(host.gm, 2, 0, SEG, SEG), 0);
	assert_int_equal(host.gm->stats.vmmu_shared, 1);
	gm_vmmu_clear(host.gm, 1);
	gm_vmmu_clear(host.gm, 1);
	gm_vmmu_clear(host.gm, 99);
	board_free();
}

static void test_vmmu_isolation(void **state)
{
	uint64_t a = 0x1111111111111111, b = 0x2222222222222222, v;

	board_new(NULL);
	vfs_enable(3);
	assert_int_equal(gm_vmmu_map(host.gm, 1, 0, 8 * SEG, 2 * SEG), 0);
	assert_int_equal(gm_vmmu_map(host.gm, 2, 0, 16 * SEG, 2 * SEG), 0);
	/* Same guest address, physical mode, different memory. */
	bar_wr(1, 3, 0x1000, a);
	bar_wr(2, 3, 0x1000, b);
	assert_int_equal(bar_rd(1, 3, 0x1000), a);
	assert_int_equal(bar_rd(2, 3, 0x1000), b);
	assert_int_equal(vram_get64(8 * SEG + 0x1000), a);
	assert_int_equal(vram_get64(16 * SEG + 0x1000), b);
	assert_int_equal(vram_get64(0x1000), 0);
	/*
	 * Contiguous guest segments, a page table, a virtual address that is not the physical one.
	 */
	map_page(1, 0x400000, 0x7000, (SEG + 0x3000) >> 4 | 1);
	put_instance(1, 0x500000, 0x400000, (2ULL << 30) - 1);
	vf_wr(1, NV_VFN_BAR1_BLOCK, (0x500000 >> 12) | NV_VFN_BAR_BLOCK_VIRTUAL);
	bar_wr(1, 1, 0x7000, a + 1);
	assert_int_equal(vram_get64(9 * SEG + 0x3000), a + 1);
	assert_int_equal(bar_rd(1, 1, 0x7000), a + 1);
	/* Past the partition: the table may say so, the VMMU does not. */
	map_page(1, 0x400000, 0x8000, (2 * SEG) >> 4 | 1);
	invalidate(1, 0x400000, 0);
	bar_wr(1, 1, 0x8000, 5);
	assert_true(is_junk(bar_rd(1, 1, 0x8000)));
	assert_int_equal(vram_get64(10 * SEG), 0);
	assert_int_equal(gm_fb_read(host.gm, 1, 2 * SEG - 4, &v, 8), -EFAULT);
	assert_int_equal(gm_fb_read(host.gm, 1, SEG - 4, &v, 8), 0);
	/* No segments, no framebuffer. */
	assert_true(is_junk(bar_rd(3, 3, 0)));
	bar_wr(3, 3, 0, 1);
	gm_vmmu_clear(host.gm, 1);
	assert_true(is_junk(bar_rd(1, 3, 0x1000)));
	assert_int_equal(bar_rd(2, 3, 0x1000), b);
	board_free();
}

static void test_vf_sysmem(void **state)
{
	board_new(NULL);
	vfs_enable(2);
	assert_int_equal(gm_vmmu_map(host.gm, 2, 0, 8 * SEG, SEG), 0);
	map_page(2, 0x400000, 0x7000, HOST_RAM_BASE >> 4 | 2 << 1 | 1);
	put_instance(2, 0x500000, 0x400000, (2ULL << 30) - 1);
	vf_wr(2, NV_VFN_BAR1_BLOCK, (0x500000 >> 12) | NV_VFN_BAR_BLOCK_VIRTUAL);
	bar_wr(2, 1, 0x7008, 0x99);
	assert_int_equal(gm_get64(ram_at(HOST_RAM_BASE + 8)), 0x99);
	assert_int_equal(host.dma_function, 2);
	assert_int_equal(bar_rd(2, 1, 0x7008), 0x99);
	/* Bus mastering off. */
	gpu_model_config_write(host.gm, 2, NV_PCI_CFG_COMMAND, 0, 2);
	assert_true(is_junk(bar_rd(2, 1, 0x7008)));
	board_free();
}

/* VF 0 maps its framebuffer page @page at BAR1 offset 0x7000. */
static void vf_map(uint64_t page)
{
	map_page(1, 0x400000, 0x7000, page >> 4 | 1);
}

/* Not before its own invalidate of that root does a function see a change of its tables. */
static void test_tlb(void **state)
{
	board_new(NULL);
	vfs_enable(2);
	assert_int_equal(gm_vmmu_map(host.gm, 1, 0, 8 * SEG, SEG), 0);
	assert_int_equal(gm_vmmu_map(host.gm, 2, 0, 16 * SEG, SEG), 0);
	vram_put64(8 * SEG + 0x3000, 3);
	vram_put64(8 * SEG + 0x5000, 5);
	vf_map(0x3000);
	put_instance(1, 0x500000, 0x400000, (2ULL << 30) - 1);
	vf_wr(1, NV_VFN_BAR1_BLOCK, (0x500000 >> 12) | NV_VFN_BAR_BLOCK_VIRTUAL);
	assert_int_equal(bar_rd(1, 1, 0x7000), 3);
	vf_map(0x5000);
	assert_int_equal(bar_rd(1, 1, 0x7000), 3);
	/* Another root, another function, all roots of another function, no addresses. */
	invalidate(1, 0x401000, 0);
	invalidate(2, 0x400000, 0);
	invalidate(0, 0, NV_VFN_MMU_INVALIDATE_ALL_PDB);
	vf_wr(1, NV_VFN_MMU_INVALIDATE_PDB, 0x400 << 4);
	vf_wr(1, NV_VFN_MMU_INVALIDATE, NV_VFN_MMU_INVALIDATE_TRIGGER);
	assert_int_equal(bar_rd(1, 1, 0x7000), 3);
	bar_wr(1, 1, 0x7000, 33);
	assert_int_equal(vram_get64(8 * SEG + 0x5000), 5);
	invalidate(1, 0x400000, 0);
	assert_int_equal(bar_rd(1, 1, 0x7000), 5);
	/* All roots of its own. */
	vf_map(0x3000);
	assert_int_equal(bar_rd(1, 1, 0x7000), 5);
	invalidate(1, 0, NV_VFN_MMU_INVALIDATE_ALL_PDB);
	assert_int_equal(bar_rd(1, 1, 0x7000), 33);
	/* A reset of the function, and a change of its segments. */
	vf_map(0x5000);
	gpu_model_function_reset(host.gm, 1);
	vf_wr(1, NV_VFN_BAR1_BLOCK, (0x500000 >> 12) | NV_VFN_BAR_BLOCK_VIRTUAL);
	assert_int_equal(bar_rd(1, 1, 0x7000), 5);
	gm_vmmu_clear(host.gm, 1);
	assert_true(is_junk(bar_rd(1, 1, 0x7000)));
	board_free();
}

/* Absent entries are kept as well, and the cache level spares directories. */
static void test_tlb_levels(void **state)
{
	struct gpu_model *gm;

	gm = board_new(NULL);
	put_vectors();
	assert_int_equal(gm_mmu_walk(gm, 0, PD3, false, VA_64K).addr, 0x80010000);
	assert_int_equal(gm_mmu_walk(gm, 0, PD3, false, VA_64K + 0x10000).kind, GM_XLATE_FAULT);
	vram_put64(0x105020, 0x0600000008002001);
	assert_int_equal(gm_mmu_walk(gm, 0, PD3, false, VA_64K + 0x10000).kind, GM_XLATE_FAULT);
	/* The directory entry moves to another table. */
	vram_put64(0x104010, 0x0000000000010802);
	vram_put64(0x108018, 0x0600000008003001);
	invalidate(0, PD3, ABI_PREP(NV_VFN_MMU_INVALIDATE_CACHE_LEVEL, 1));
	assert_int_equal(gm_mmu_walk(gm, 0, PD3, false, VA_64K).addr, 0x80010000);
	assert_int_equal(gm_mmu_walk(gm, 0, PD3, false, VA_64K + 0x10000).addr, 0x80020000);
	invalidate(0, PD3, ABI_PREP(NV_VFN_MMU_INVALIDATE_CACHE_LEVEL, 2));
	assert_int_equal(gm_mmu_walk(gm, 0, PD3, false, VA_64K).addr, 0x80030000);
	/* A large page in a directory is a page; higher directories need a higher level. */
	assert_int_equal(gm_mmu_walk(gm, 0, PD3, false, VA_2M).addr, 0x40000000);
	vram_put64(0x104000, 0x0600000005000001);
	invalidate(0, PD3, ABI_PREP(NV_VFN_MMU_INVALIDATE_CACHE_LEVEL, 1));
	assert_int_equal(gm_mmu_walk(gm, 0, PD3, false, VA_2M).addr, 0x50000000);
	vram_put64(0x101000, 0);
	invalidate(0, PD3, ABI_PREP(NV_VFN_MMU_INVALIDATE_CACHE_LEVEL, 4));
	assert_int_equal(gm_mmu_walk(gm, 0, PD3, false, VA_2M).addr, 0x50000000);
	invalidate(0, PD3, ABI_PREP(NV_VFN_MMU_INVALIDATE_CACHE_LEVEL, 5));
	assert_int_equal(gm_mmu_walk(gm, 0, PD3, false, VA_2M).kind, GM_XLATE_FAULT);
	/* The fault that tests of drivers use. */
	assert_int_equal(gpu_model_set_fail(gm, "tlb-stale", NULL, 0), 0);
	vram_put64(0x101000, 0x0000000000010202);
	invalidate(0, PD3, 0);
	assert_int_equal(gm_mmu_walk(gm, 0, PD3, false, VA_2M).kind, GM_XLATE_FAULT);
	board_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),	       cmocka_unit_test(test_special),
		cmocka_unit_test(test_v3_vectors),
		cmocka_unit_test(test_sysmem_tables),  cmocka_unit_test(test_pf_bars),
		cmocka_unit_test(test_vmmu_map_rules), cmocka_unit_test(test_vmmu_isolation),
		cmocka_unit_test(test_vf_sysmem),      cmocka_unit_test(test_tlb),
		cmocka_unit_test(test_tlb_levels),
	};

	return cmocka_run_group_tests_name("model_mmu", tests, NULL, NULL);
}
