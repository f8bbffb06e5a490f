// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's framebuffer, used as a driver uses it: page tables written through BAR3 in physical
 * mode, BAR1 bound to them, data through BAR1. All "physical" addresses here are guest-physical,
 * from 0 to the size of the partition.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guest.h"

/* Guest-physical layout; below 0xa00000, where a stock guest driver keeps its RPC buffers. */
#define FB_SCRATCH 0x080000ULL /* written and read in physical mode */
#define FB_INST	   0x100000ULL
#define FB_PD3	   0x101000ULL
#define FB_PD2	   0x102000ULL
#define FB_PD1	   0x103000ULL
#define FB_PD0	   0x104000ULL
#define FB_PT	   0x105000ULL
#define FB_PAGE	   0x201000ULL /* holds the nonce, mapped as a 4 KiB page */
#define FB_OTHER   0x203000ULL /* the page it is moved to for a moment */
#define FB_LARGE   0x600000ULL /* mapped as a 2 MiB page */

#define VA_PAGE	    0x05000ULL
#define VA_UNMAPPED 0x07000ULL
#define VA_PAST	    0x09000ULL /* maps the first byte past the partition */
#define VA_FAR	    0x0b000ULL /* maps FB_FAR, past any board */
#define VA_LARGE    0x400000ULL
#define FB_FAR	    (127ULL << 30) /* a v2 entry holds 37 bits of vidmem address */

#define NONCE_AT	0x40 /* offset of the nonce in its page; the tag is just before */
#define BIND_TIMEOUT_MS 2000

static const char tag[TAG_BYTES + 1] = "openvgpu-nonce->";

/* ---- views ---- */

static void view_read(struct gpu *gpu, unsigned int bar, uint64_t at, void *buf, size_t len)
{
	volatile uint64_t *from = (volatile uint64_t *)(gpu->bar[bar] + at);
	uint64_t *to = buf;
	size_t i;

	for (i = 0; i < len / 8; i++)
		to[i] = from[i];
}

static void view_write(struct gpu *gpu, unsigned int bar, uint64_t at, const void *buf, size_t len)
{
	volatile uint64_t *to = (volatile uint64_t *)(gpu->bar[bar] + at);
	const uint64_t *from = buf;
	size_t i;

	for (i = 0; i < len / 8; i++)
		to[i] = from[i];
}

static void phys_write64(struct gpu *gpu, uint64_t at, uint64_t value)
{
	view_write(gpu, NV_PCI_BAR_INST, at, &value, 8);
}

static void phys_zero(struct gpu *gpu, uint64_t at, size_t len)
{
	static const uint8_t zero[NV_MMU_TABLE_BYTES];

	view_write(gpu, NV_PCI_BAR_INST, at, zero, len);
}

static bool wait_clear(struct gpu *gpu, uint32_t reg, uint32_t bits)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		if (!(reg_read(gpu, reg) & bits))
			return true;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 <
		 BIND_TIMEOUT_MS);
	return false;
}

static void to_hex(const uint8_t *bytes, char *hex)
{
	size_t i;

	for (i = 0; i < NONCE_BYTES; i++)
		sprintf(hex + 2 * i, "%02x", bytes[i]);
}

/* ---- physical mode ---- */

bool mm_physical(struct gpu *gpu, struct plan *plan)
{
	const uint64_t pattern[4] = {0x0123456789abcdefULL, 0xfedcba9876543210ULL,
				     0x5555aaaa5555aaaaULL, 0xdeadbeef0badf00dULL};
	uint64_t back[4] = {};
	bool bound;

	/* RM writes bit 30 of BAR2_BLOCK always; target vidmem, pointer 0, mode physical. */
	reg_write(gpu, NV_VFN_BAR2_BLOCK, NV_VFN_BAR2_BLOCK_DEBUG_OFF);
	bound = wait_clear(gpu, NV_VFN_BIND_STATUS,
			   NV_VFN_BIND_STATUS_BAR2_PENDING | NV_VFN_BIND_STATUS_BAR2_OUTSTANDING);
	check("bar2-bind", bound, "status=0x%x", reg_read(gpu, NV_VFN_BIND_STATUS));
	view_write(gpu, NV_PCI_BAR_INST, FB_SCRATCH, pattern, sizeof(pattern));
	view_read(gpu, NV_PCI_BAR_INST, FB_SCRATCH, back, sizeof(back));
	return check("physical", !memcmp(pattern, back, sizeof(back)),
		     "address=0x%llx wrote=0x%" PRIx64 " read=0x%" PRIx64, FB_SCRATCH, pattern[0],
		     back[0]);
}

/* ---- page tables ---- */

static uint64_t pde(uint64_t table)
{
	return ABI_PREP(NV_MMU_V2_PDE_APERTURE, (uint64_t)NV_MMU_PDE_APERTURE_VIDMEM) |
	       ABI_PREP(NV_MMU_V2_PDE_ADDR_VID, table >> NV_MMU_V2_PDE_ADDR_SHIFT);
}

static uint64_t pte(uint64_t page)
{
	return NV_MMU_V2_PTE_VALID |
	       ABI_PREP(NV_MMU_V2_PTE_APERTURE, (uint64_t)NV_MMU_PTE_APERTURE_VIDMEM) |
	       ABI_PREP(NV_MMU_V2_PTE_ADDR_VID, page >> NV_MMU_V2_PTE_ADDR_SHIFT) |
	       ABI_PREP(NV_MMU_V2_PTE_KIND, (uint64_t)NV_MMU_KIND_PITCH);
}

static void map_small(struct gpu *gpu, uint64_t va, uint64_t page)
{
	phys_write64(gpu, FB_PT + NV_MMU_ENTRY_BYTES * (va >> NV_MMU_V2_PT_SMALL_SHIFT), pte(page));
}

/* One page directory base, all of its addresses; a guest may not ask for all directories. */
static bool invalidate(struct gpu *gpu)
{
	uint64_t pdb = FB_PD3 >> NV_VFN_MMU_INVALIDATE_PDB_SHIFT;

	/* Posted writes first. */
	(void)*(volatile uint32_t *)(gpu->bar[NV_PCI_BAR_INST] + FB_PT);
	reg_write(gpu, NV_VFN_MMU_INVALIDATE_PDB, (uint32_t)(pdb << 4));
	reg_write(gpu, NV_VFN_MMU_INVALIDATE_UPPER_PDB, (uint32_t)(pdb >> 28));
	reg_write(gpu, NV_VFN_MMU_INVALIDATE,
		  NV_VFN_MMU_INVALIDATE_TRIGGER | NV_VFN_MMU_INVALIDATE_ALL_VA);
	return wait_clear(gpu, NV_VFN_MMU_INVALIDATE, NV_VFN_MMU_INVALIDATE_TRIGGER);
}

void mm_build(struct gpu *gpu, struct plan *plan)
{
	uint64_t at;
	bool bound;

	for (at = FB_INST; at <= FB_PT; at += NV_MMU_TABLE_BYTES)
		phys_zero(gpu, at, NV_MMU_TABLE_BYTES);
	phys_zero(gpu, FB_PAGE, NV_MMU_TABLE_BYTES);
	phys_zero(gpu, FB_OTHER, NV_MMU_TABLE_BYTES);
	phys_write64(gpu, FB_PD3, pde(FB_PD2));
	phys_write64(gpu, FB_PD2, pde(FB_PD1));
	phys_write64(gpu, FB_PD1, pde(FB_PD0));
	/* Entry 0: small pages, in the high half; entry of VA_LARGE: a 2 MiB page. */
	phys_write64(gpu, FB_PD0 + NV_MMU_ENTRY_BYTES, pde(FB_PT));
	phys_write64(gpu, FB_PD0 + NV_MMU_DUAL_ENTRY_BYTES * (VA_LARGE >> NV_MMU_V2_PD0_SHIFT),
		     pte(FB_LARGE));
	map_small(gpu, VA_PAGE, FB_PAGE);
	map_small(gpu, VA_FAR, FB_FAR);
	if (plan->fb_bytes)
		map_small(gpu, VA_PAST, plan->fb_bytes);
	phys_write64(gpu, FB_INST + NV_RAMIN_PAGE_DIR_BASE,
		     FB_PD3 | NV_RAMIN_PAGE_DIR_BASE_NEW_FORMAT | NV_RAMIN_PAGE_DIR_BASE_BIG_64K);
	phys_write64(gpu, FB_INST + NV_RAMIN_ADR_LIMIT, gpu->bar_bytes[NV_PCI_BAR_FB] - 1);

	reg_write(gpu, NV_VFN_BAR1_BLOCK,
		  NV_VFN_BAR_BLOCK_VIRTUAL | (uint32_t)(FB_INST >> NV_VFN_BAR_BLOCK_PTR_SHIFT));
	bound = wait_clear(gpu, NV_VFN_BIND_STATUS,
			   NV_VFN_BIND_STATUS_BAR1_PENDING | NV_VFN_BIND_STATUS_BAR1_OUTSTANDING);
	check("bar1-bind", bound, "status=0x%x", reg_read(gpu, NV_VFN_BIND_STATUS));
	check("invalidate", invalidate(gpu), "pdb=0x%llx", FB_PD3);
}

/* ---- data ---- */

void mm_translated(struct gpu *gpu, struct plan *plan)
{
	const uint64_t large = 0x1122334455667788ULL, other = 0x8877665544332211ULL;
	uint64_t back = 0, phys = 0;

	view_write(gpu, NV_PCI_BAR_FB, VA_PAGE + NONCE_AT - TAG_BYTES, tag, TAG_BYTES);
	view_write(gpu, NV_PCI_BAR_FB, VA_PAGE + NONCE_AT, plan->nonce, NONCE_BYTES);
	mm_verify(gpu, plan, "first");

	view_write(gpu, NV_PCI_BAR_FB, VA_LARGE + 0x1000, &large, 8);
	view_read(gpu, NV_PCI_BAR_FB, VA_LARGE + 0x1000, &back, 8);
	view_read(gpu, NV_PCI_BAR_INST, FB_LARGE + 0x1000, &phys, 8);
	check("large-page", back == large && phys == large,
	      "va=0x%llx physical=0x%llx read=0x%" PRIx64 " seen=0x%" PRIx64, VA_LARGE, FB_LARGE,
	      back, phys);

	/* Point the same address elsewhere: after an invalidate the new page must show. */
	phys_write64(gpu, FB_OTHER, other);
	map_small(gpu, VA_PAGE, FB_OTHER);
	invalidate(gpu);
	view_read(gpu, NV_PCI_BAR_FB, VA_PAGE, &back, 8);
	check("remap", back == other, "va=0x%llx physical=0x%llx read=0x%" PRIx64, VA_PAGE,
	      FB_OTHER, back);
	map_small(gpu, VA_PAGE, FB_PAGE);
	invalidate(gpu);
}

/* Nothing that is written at @va may ever be read there; hardware answers a junk pattern. */
static void check_void(struct gpu *gpu, const char *name, uint64_t va)
{
	const uint64_t probe = 0xa5c3f00d12345678ULL;
	uint64_t back = 0;
	uint32_t word;
	bool refused;

	view_write(gpu, NV_PCI_BAR_FB, va, &probe, 8);
	view_read(gpu, NV_PCI_BAR_FB, va, &back, 8);
	word = back;
	refused = back != probe && (word == ~0u || (word & 0xffff0000) == NV_PRI_ERROR_PATTERN);
	say("%s=%s, reads 0x%" PRIx64, name, refused ? "refused" : "answered", back);
	check(name, refused, "va=0x%" PRIx64 " read=0x%" PRIx64, va, back);
}

void mm_outside(struct gpu *gpu, struct plan *plan)
{
	check_void(gpu, "unmapped", VA_UNMAPPED);
	check_void(gpu, "past_board", VA_FAR);
	if (plan->fb_bytes)
		check_void(gpu, "past_partition", VA_PAST);
}

void mm_verify(struct gpu *gpu, struct plan *plan, const char *when)
{
	uint8_t virt[NONCE_BYTES], phys[NONCE_BYTES];
	char hex[2 * NONCE_BYTES + 1];

	view_read(gpu, NV_PCI_BAR_FB, VA_PAGE + NONCE_AT, virt, NONCE_BYTES);
	view_read(gpu, NV_PCI_BAR_INST, FB_PAGE + NONCE_AT, phys, NONCE_BYTES);
	to_hex(virt, hex);
	say("nonce=%s", hex);
	say("nonce_at=BAR1 address 0x%llx, framebuffer address 0x%llx", VA_PAGE + NONCE_AT,
	    FB_PAGE + NONCE_AT);
	check("nonce", !memcmp(virt, plan->nonce, NONCE_BYTES), "when=%s", when);
	check("nonce-physical", !memcmp(phys, plan->nonce, NONCE_BYTES), "when=%s", when);
}

/* ---- searching ---- */

static uint8_t *snapshot(struct gpu *gpu, struct plan *plan)
{
	uint8_t *copy = malloc(plan->scan_bytes);

	if (copy)
		view_read(gpu, NV_PCI_BAR_INST, 0, copy, plan->scan_bytes);
	return copy;
}

void mm_scan(struct gpu *gpu, struct plan *plan, struct sightings *seen)
{
	uint8_t *copy = snapshot(gpu, plan), *at = copy, *hit;

	if (!copy)
		return;
	seen->bytes = plan->scan_bytes;
	while ((hit = memmem(at, copy + seen->bytes - at, tag, TAG_BYTES))) {
		at = hit + TAG_BYTES;
		if (at + NONCE_BYTES > copy + seen->bytes)
			break;
		if (!memcmp(at, plan->nonce, NONCE_BYTES)) {
			seen->own++;
			continue;
		}
		seen->others++;
		seen->other_at = hit - copy;
		to_hex(at, seen->other_hex);
	}
	free(copy);
}

uint64_t mm_find(struct gpu *gpu, struct plan *plan, const uint8_t *nonce)
{
	uint8_t *copy = snapshot(gpu, plan), *hit;
	uint64_t at = UINT64_MAX;

	if (!copy)
		return at;
	hit = memmem(copy, plan->scan_bytes, nonce, NONCE_BYTES);
	if (hit)
		at = hit - copy;
	free(copy);
	return at;
}
