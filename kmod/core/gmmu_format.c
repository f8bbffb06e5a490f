// SPDX-License-Identifier: GPL-2.0-only
/* Entries of GPU page tables, versions 2 and 3, see gmmu.h. */

#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "gmmu.h"

/* Fields of one entry share no bit, and with those that are reserved make up the whole word. */
#define ASSERT_APART(a, b) static_assert(!((a) & (b)), #a " overlaps " #b)
#define ASSERT_WHOLE(known, reserved) static_assert(((known) ^ (reserved)) == ~0ULL, "entry bits")

#define V2_PTE_FLAGS                                                                               \
	(NV_MMU_V2_PTE_VALID | NV_MMU_V2_PTE_APERTURE | NV_MMU_V2_PTE_VOL |                        \
	 NV_MMU_V2_PTE_ENCRYPTED | NV_MMU_V2_PTE_PRIVILEGE | NV_MMU_V2_PTE_READ_ONLY |             \
	 NV_MMU_V2_PTE_ATOMIC_DISABLE)
static_assert(V2_PTE_FLAGS == 0xff, "v2 PTE flags fill the low byte");
ASSERT_APART(NV_MMU_V2_PTE_ADDR_VID, NV_MMU_V2_PTE_PEER_ID);
ASSERT_APART(NV_MMU_V2_PTE_PEER_ID, NV_MMU_V2_PTE_COMPTAGLINE);
ASSERT_APART(NV_MMU_V2_PTE_ADDR_SYS, NV_MMU_V2_PTE_KIND);
ASSERT_WHOLE(V2_PTE_FLAGS | NV_MMU_V2_PTE_ADDR_VID | NV_MMU_V2_PTE_PEER_ID |
		     NV_MMU_V2_PTE_COMPTAGLINE | NV_MMU_V2_PTE_KIND, 0);
ASSERT_APART(NV_MMU_V2_PDE_IS_PTE | NV_MMU_V2_PDE_APERTURE | NV_MMU_V2_PDE_VOL,
	     NV_MMU_V2_PDE_ADDR_SYS);
static_assert((NV_MMU_V2_PDE_ADDR_VID & ~NV_MMU_V2_PDE_ADDR_SYS) == 0, "v2 PDE addresses");
ASSERT_APART(NV_MMU_V2_DUAL_IS_PTE | NV_MMU_V2_DUAL_APERTURE | NV_MMU_V2_DUAL_VOL,
	     NV_MMU_V2_DUAL_BIG_ADDR_SYS);
static_assert(NV_MMU_V2_SPARSE == NV_MMU_V2_PTE_VOL, "v2 sparse is VOL without VALID");
static_assert(NV_MMU_V2_BIG_NO_SMALL == NV_MMU_V2_PTE_PRIVILEGE, "v2 no small is PRIVILEGE alone");

#define V3_PTE_ALL                                                                                 \
	(NV_MMU_V3_PTE_VALID | NV_MMU_V3_PTE_APERTURE | NV_MMU_V3_PTE_PCF | NV_MMU_V3_PTE_KIND |   \
	 NV_MMU_V3_PTE_ADDR | NV_MMU_V3_PTE_PEER_ID)
ASSERT_APART(NV_MMU_V3_PTE_APERTURE, NV_MMU_V3_PTE_PCF);
ASSERT_APART(NV_MMU_V3_PTE_PCF, NV_MMU_V3_PTE_KIND);
ASSERT_APART(NV_MMU_V3_PTE_KIND, NV_MMU_V3_PTE_ADDR);
ASSERT_APART(NV_MMU_V3_PTE_ADDR, NV_MMU_V3_PTE_PEER_ID);
/* Bits 52 to 60 have no meaning. */
ASSERT_WHOLE(V3_PTE_ALL, ABI_MASK64(60, 52));
ASSERT_APART(NV_MMU_V3_PDE_IS_PTE | NV_MMU_V3_PDE_APERTURE, NV_MMU_V3_PDE_PCF);
ASSERT_APART(NV_MMU_V3_PDE_PCF, NV_MMU_V3_PDE_ADDR);
ASSERT_APART(NV_MMU_V3_PDE_PCF, NV_MMU_V3_DUAL_BIG_ADDR);

/* An address field: @addr >> @shift placed in @mask, if it fits and nothing is lost. */
static int encode_addr(u64 addr, unsigned int shift, u64 mask, u64 *entry)
{
	u64 value = addr >> shift;

	if (addr & (BIT_ULL(shift) - 1) || value > ABI_GET(mask, mask))
		return -EINVAL;
	*entry |= ABI_PREP(mask, value);
	return 0;
}

static int encode_directory(u64 table, u32 aperture, bool vol, unsigned int shift, u64 vid_mask,
			    u64 sys_mask, u64 *entry)
{
	u64 mask = aperture == NV_MMU_PDE_APERTURE_VIDMEM ? vid_mask : sys_mask;

	*entry = 0;
	if (aperture == NV_MMU_PDE_APERTURE_INVALID ||
	    aperture > NV_MMU_PDE_APERTURE_SYSMEM_NONCOH || encode_addr(table, shift, mask, entry))
		return -EINVAL;
	*entry |= ABI_PREP(NV_MMU_V2_PDE_APERTURE, (u64)aperture);
	if (vol)
		*entry |= NV_MMU_V2_PDE_VOL;
	return 0;
}

int gmmu_v2_pde(u64 table, u32 aperture, bool vol, u64 *entry)
{
	return encode_directory(table, aperture, vol, NV_MMU_V2_PDE_ADDR_SHIFT,
				NV_MMU_V2_PDE_ADDR_VID, NV_MMU_V2_PDE_ADDR_SYS, entry);
}

int gmmu_v2_dual_big(u64 table, u32 aperture, bool vol, u64 *half)
{
	return encode_directory(table, aperture, vol, NV_MMU_V2_DUAL_BIG_ADDR_SHIFT,
				NV_MMU_V2_DUAL_BIG_ADDR_VID, NV_MMU_V2_DUAL_BIG_ADDR_SYS, half);
}

int gmmu_v2_dual_small(u64 table, u32 aperture, bool vol, u64 *half)
{
	return encode_directory(table, aperture, vol, NV_MMU_V2_DUAL_SMALL_ADDR_SHIFT,
				NV_MMU_V2_DUAL_SMALL_ADDR_VID, NV_MMU_V2_DUAL_SMALL_ADDR_SYS, half);
}

/* Sizes that both versions have. */
static bool page_size_known(unsigned int page_shift)
{
	return page_shift == NV_MMU_PAGE_4K_SHIFT || page_shift == NV_MMU_PAGE_64K_SHIFT ||
	       page_shift == NV_MMU_PAGE_2M_SHIFT || page_shift == NV_MMU_PAGE_512M_SHIFT;
}

static bool is_sysmem(u32 aperture)
{
	return aperture == NV_MMU_PTE_APERTURE_SYSMEM_COH ||
	       aperture == NV_MMU_PTE_APERTURE_SYSMEM_NONCOH;
}

int gmmu_v2_pte(u64 page, unsigned int page_shift, const struct gmmu_attr *attr, u64 *entry)
{
	bool sysmem = is_sysmem(attr->aperture);
	u64 mask = sysmem ? NV_MMU_V2_PTE_ADDR_SYS : NV_MMU_V2_PTE_ADDR_VID;

	*entry = 0;
	/* Peer memory needs a peer id, which no caller has; access counters came with version 3. */
	if (!page_size_known(page_shift) || attr->count_access ||
	    (!sysmem && attr->aperture != NV_MMU_PTE_APERTURE_VIDMEM) ||
	    attr->kind > ABI_GET(NV_MMU_V2_PTE_KIND, NV_MMU_V2_PTE_KIND) ||
	    attr->kind == NV_MMU_KIND_INVALID || page & (BIT_ULL(page_shift) - 1) ||
	    encode_addr(page, NV_MMU_V2_PTE_ADDR_SHIFT, mask, entry))
		return -EINVAL;

	*entry |= NV_MMU_V2_PTE_VALID | ABI_PREP(NV_MMU_V2_PTE_APERTURE, (u64)attr->aperture) |
		  ABI_PREP(NV_MMU_V2_PTE_KIND, (u64)attr->kind);
	if (attr->vol)
		*entry |= NV_MMU_V2_PTE_VOL;
	if (attr->privilege)
		*entry |= NV_MMU_V2_PTE_PRIVILEGE;
	if (attr->read_only)
		*entry |= NV_MMU_V2_PTE_READ_ONLY;
	if (attr->atomic_disable)
		*entry |= NV_MMU_V2_PTE_ATOMIC_DISABLE;
	return 0;
}

static void v2_pte_decode(u64 entry, u64 *page, struct gmmu_attr *attr)
{
	*attr = (struct gmmu_attr){
		.aperture = (u32)ABI_GET(NV_MMU_V2_PTE_APERTURE, entry),
		.kind = (u32)ABI_GET(NV_MMU_V2_PTE_KIND, entry),
		.vol = entry & NV_MMU_V2_PTE_VOL,
		.privilege = entry & NV_MMU_V2_PTE_PRIVILEGE,
		.read_only = entry & NV_MMU_V2_PTE_READ_ONLY,
		.atomic_disable = entry & NV_MMU_V2_PTE_ATOMIC_DISABLE,
	};
	*page = (is_sysmem(attr->aperture) ? ABI_GET(NV_MMU_V2_PTE_ADDR_SYS, entry) :
					     ABI_GET(NV_MMU_V2_PTE_ADDR_VID, entry))
		<< NV_MMU_V2_PTE_ADDR_SHIFT;
}

static u64 v2_page_mask(u32 aperture)
{
	return (is_sysmem(aperture) ? ABI_GET(NV_MMU_V2_PTE_ADDR_SYS, NV_MMU_V2_PTE_ADDR_SYS) :
				      ABI_GET(NV_MMU_V2_PTE_ADDR_VID, NV_MMU_V2_PTE_ADDR_VID))
	       << NV_MMU_V2_PTE_ADDR_SHIFT;
}

/* ---- version 3: addresses in place, one field for cacheability and rights ---- */

static int v3_directory(u64 table, u32 aperture, bool vol, u64 mask, u64 *entry)
{
	u64 pcf;

	*entry = 0;
	switch (aperture) {
	case NV_MMU_PDE_APERTURE_VIDMEM:
		pcf = vol ? NV_MMU_V3_PDE_PCF_UNCACHED_NO_ATS : NV_MMU_V3_PDE_PCF_CACHED_NO_ATS;
		break;
	case NV_MMU_PDE_APERTURE_SYSMEM_COH:
		pcf = NV_MMU_V3_PDE_PCF_UNCACHED_ATS;
		break;
	case NV_MMU_PDE_APERTURE_SYSMEM_NONCOH:
		pcf = NV_MMU_V3_PDE_PCF_CACHED_ATS;
		break;
	default:
		return -EINVAL;
	}
	if (table & ~mask)
		return -EINVAL;
	*entry = table | ABI_PREP(NV_MMU_V3_PDE_APERTURE, (u64)aperture) |
		 ABI_PREP(NV_MMU_V3_PDE_PCF, pcf);
	return 0;
}

int gmmu_v3_pde(u64 table, u32 aperture, bool vol, u64 *entry)
{
	return v3_directory(table, aperture, vol, NV_MMU_V3_PDE_ADDR, entry);
}

int gmmu_v3_dual_big(u64 table, u32 aperture, bool vol, u64 *half)
{
	return v3_directory(table, aperture, vol, NV_MMU_V3_DUAL_BIG_ADDR, half);
}

int gmmu_v3_dual_small(u64 table, u32 aperture, bool vol, u64 *half)
{
	return v3_directory(table, aperture, vol, NV_MMU_V3_DUAL_SMALL_ADDR, half);
}

int gmmu_v3_pte(u64 page, unsigned int page_shift, const struct gmmu_attr *attr, u64 *entry)
{
	u64 pcf = 0;

	*entry = 0;
	if ((!page_size_known(page_shift) && page_shift != NV_MMU_PAGE_256G_SHIFT) ||
	    page & (BIT_ULL(page_shift) - 1) || page & ~NV_MMU_V3_PTE_ADDR ||
	    (!is_sysmem(attr->aperture) && attr->aperture != NV_MMU_PTE_APERTURE_VIDMEM) ||
	    attr->kind > ABI_GET(NV_MMU_V3_PTE_KIND, NV_MMU_V3_PTE_KIND) ||
	    attr->kind == NV_MMU_KIND_INVALID)
		return -EINVAL;
	if (attr->vol)
		pcf |= NV_MMU_V3_PTE_PCF_UNCACHED;
	if (attr->privilege)
		pcf |= NV_MMU_V3_PTE_PCF_PRIVILEGE;
	if (attr->read_only)
		pcf |= NV_MMU_V3_PTE_PCF_READ_ONLY;
	if (attr->atomic_disable)
		pcf |= NV_MMU_V3_PTE_PCF_NO_ATOMIC;
	if (!attr->count_access)
		pcf |= NV_MMU_V3_PTE_PCF_ACD;
	*entry = page | NV_MMU_V3_PTE_VALID |
		 ABI_PREP(NV_MMU_V3_PTE_APERTURE, (u64)attr->aperture) |
		 ABI_PREP(NV_MMU_V3_PTE_PCF, pcf) | ABI_PREP(NV_MMU_V3_PTE_KIND, (u64)attr->kind);
	return 0;
}

static void v3_pte_decode(u64 entry, u64 *page, struct gmmu_attr *attr)
{
	u64 pcf = ABI_GET(NV_MMU_V3_PTE_PCF, entry);

	*attr = (struct gmmu_attr){
		.aperture = (u32)ABI_GET(NV_MMU_V3_PTE_APERTURE, entry),
		.kind = (u32)ABI_GET(NV_MMU_V3_PTE_KIND, entry),
		.vol = pcf & NV_MMU_V3_PTE_PCF_UNCACHED,
		.privilege = pcf & NV_MMU_V3_PTE_PCF_PRIVILEGE,
		.read_only = pcf & NV_MMU_V3_PTE_PCF_READ_ONLY,
		.atomic_disable = pcf & NV_MMU_V3_PTE_PCF_NO_ATOMIC,
		.count_access = !(pcf & NV_MMU_V3_PTE_PCF_ACD),
	};
	*page = entry & NV_MMU_V3_PTE_ADDR;
}

static u64 v3_page_mask(u32 aperture)
{
	return NV_MMU_V3_PTE_ADDR;
}

/* Both versions are alike from PD2 down. */
#define LOWER_LEVELS                                                                               \
	{ NV_MMU_V2_PD2_SHIFT, NV_MMU_V2_PD2_ENTRIES, NV_MMU_V2_PD2_ENTRIES },                     \
	{ NV_MMU_V2_PD1_SHIFT, NV_MMU_V2_PD1_ENTRIES, NV_MMU_V2_PD1_ENTRIES },                     \
	{ NV_MMU_V2_PD0_SHIFT, NV_MMU_V2_PD0_ENTRIES, 2 * NV_MMU_V2_PD0_ENTRIES },                 \
	{ NV_MMU_V2_PT_BIG_SHIFT, NV_MMU_V2_PT_BIG_ENTRIES, NV_MMU_V2_PT_BIG_ENTRIES },            \
	{ NV_MMU_V2_PT_SMALL_SHIFT, NV_MMU_V2_PT_SMALL_ENTRIES, NV_MMU_V2_PT_SMALL_ENTRIES }

static const struct gmmu_format formats[] = {
	[GMMU_V2] = {
		.va_limit = NV_MMU_V2_VA_LIMIT,
		.sparse = NV_MMU_V2_SPARSE,
		.root = 1,
		.addr_shift = NV_MMU_V2_PTE_ADDR_SHIFT - 8,
		.max_page_shift = NV_MMU_PAGE_512M_SHIFT,
		.level = {
			{ 0 },
			{ NV_MMU_V2_PD3_SHIFT, NV_MMU_V2_PD3_ENTRIES, NV_MMU_V2_PD3_ENTRIES },
			LOWER_LEVELS,
		},
		.pde = gmmu_v2_pde,
		.dual_big = gmmu_v2_dual_big,
		.dual_small = gmmu_v2_dual_small,
		.pte = gmmu_v2_pte,
		.page_mask = v2_page_mask,
		.pte_decode = v2_pte_decode,
	},
	[GMMU_V3] = {
		.va_limit = NV_MMU_V3_VA_LIMIT,
		/* PCF "sparse" of an entry without VALID, and of a PDE that allows ATS. */
		.sparse = ABI_PREP(NV_MMU_V3_PTE_PCF, (u64)NV_MMU_V3_PTE_PCF_INVALID_SPARSE),
		.root = 0,
		.addr_shift = 0,
		.max_page_shift = NV_MMU_PAGE_256G_SHIFT,
		.level = {
			{ NV_MMU_V3_PD4_SHIFT, NV_MMU_V3_PD4_ENTRIES, NV_MMU_V3_PD4_ENTRIES },
			{ NV_MMU_V3_PD3_SHIFT, NV_MMU_V3_PD3_ENTRIES, NV_MMU_V3_PD3_ENTRIES },
			LOWER_LEVELS,
		},
		.pde = gmmu_v3_pde,
		.dual_big = gmmu_v3_dual_big,
		.dual_small = gmmu_v3_dual_small,
		.pte = gmmu_v3_pte,
		.page_mask = v3_page_mask,
		.pte_decode = v3_pte_decode,
	},
};

const struct gmmu_format *gmmu_format(enum gmmu_version version)
{
	return &formats[version];
}
