// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration space of the PF and of the VFs: layout of the reference board (hw/sriov.md 1.1). */
#include "board.h"

/* Values of the reference board that no driver depends on. */
#define PM_CAPS 0x4803 /* version 3, PME from D0 and D3hot */
#define EXPRESS_CAPS_ENDPOINT 0x0002
#define EXPRESS_DEVCAP_REF (0x012c8de1 | NV_PCI_EXPRESS_DEVCAP_FLR)
#define EXPRESS_LNKCAP_GEN4_X16 0x0045d504
#define EXPRESS_LNKSTA_GEN4_X16 0x1104
#define EXPRESS_DEVCAP2_REF 0x70993
#define EXPRESS_LNKCAP2_GEN4 0x0000001e
#define VENDOR_CAP_VERSION 0x0114
#define MSIX_BIR 0
#define VSEC_HEADER_REF 0x02410001
/* No snoop and phantom functions are off for good, as on the boards of this family. */
#define DEVCTL_WRITABLE                                                                            \
	(NV_PCI_EXPRESS_DEVCTL_ERRORS | NV_PCI_EXPRESS_DEVCTL_RELAXED |                            \
	 NV_PCI_EXPRESS_DEVCTL_PAYLOAD | NV_PCI_EXPRESS_DEVCTL_EXT_TAG |                           \
	 NV_PCI_EXPRESS_DEVCTL_READ_REQ)
#define DEVCTL_RESET                                                                               \
	(NV_PCI_EXPRESS_DEVCTL_RELAXED |                                                           \
	 ABI_PREP(NV_PCI_EXPRESS_DEVCTL_READ_REQ, NV_PCI_EXPRESS_DEVCTL_READ_REQ_VAL_512))
#define COMMAND_WRITABLE                                                                           \
	(NV_PCI_CFG_COMMAND_MEMORY | NV_PCI_CFG_COMMAND_MASTER | NV_PCI_CFG_COMMAND_PARITY |       \
	 NV_PCI_CFG_COMMAND_SERR | NV_PCI_CFG_COMMAND_INTX_DISABLE)
#define SRIOV_CTRL_WRITABLE                                                                        \
	(NV_PCI_SRIOV_CTRL_VFE | NV_PCI_SRIOV_CTRL_MSE | NV_PCI_SRIOV_CTRL_ARI |                   \
	 NV_PCI_SRIOV_CTRL_10BIT_TAG)
#define LNKCTL_WRITABLE                                                                            \
	(NV_PCI_EXPRESS_LNKCTL_ASPM | NV_PCI_EXPRESS_LNKCTL_RCB |                                  \
	 NV_PCI_EXPRESS_LNKCTL_COMMON_CLOCK | NV_PCI_EXPRESS_LNKCTL_EXT_SYNC |                     \
	 NV_PCI_EXPRESS_LNKCTL_CLOCK_PM | NV_PCI_EXPRESS_LNKCTL_WIDTH_DISABLE)
#define DEVCTL2_WRITABLE                                                                           \
	(NV_PCI_EXPRESS_DEVCTL2_TIMEOUT | NV_PCI_EXPRESS_DEVCTL2_ATOMIC |                          \
	 NV_PCI_EXPRESS_DEVCTL2_LTR | NV_PCI_EXPRESS_DEVCTL2_10BIT_TAG |                           \
	 NV_PCI_EXPRESS_DEVCTL2_OBFF)
#define LNKCTL2_WRITABLE (NV_PCI_EXPRESS_LNKCTL2_SPEED | NV_PCI_EXPRESS_LNKCTL2_TEST)

#define SRIOV(field) (NV_PCI_PF_EXT_SRIOV + (field))
#define PF_EXPRESS(field) (NV_PCI_PF_EXPRESS + (field))

static void cap(uint8_t *img, unsigned int at, uint8_t id, uint8_t next)
{
	img[at] = id;
	img[at + 1] = next;
}

static void ext_cap(uint8_t *img, unsigned int at, uint16_t id, uint8_t version, uint16_t next)
{
	gm_put32(img + at, NV_PCI_EXT_HEADER(id, version, next));
}

static void image_header(const struct gpu_model *gm, uint8_t *img)
{
	gm_put16(img + NV_PCI_CFG_STATUS, NV_PCI_CFG_STATUS_CAP_LIST);
	img[NV_PCI_CFG_REVISION] = NV_PCI_REVISION_A1;
	img[NV_PCI_CFG_CLASS] = NV_PCI_CLASS_3D & 0xff;
	img[NV_PCI_CFG_CLASS + 1] = NV_PCI_CLASS_3D >> 8 & 0xff;
	img[NV_PCI_CFG_CLASS + 2] = NV_PCI_CLASS_3D >> 16;
	gm_put16(img + NV_PCI_CFG_SUBSYS_VENDOR_ID, NV_PCI_VENDOR_ID);
	gm_put16(img + NV_PCI_CFG_SUBSYS_ID, gm->board.subsystem);
}

static void image_express(uint8_t *img, unsigned int at, uint8_t next)
{
	cap(img, at, NV_PCI_CAP_EXPRESS_ID, next);
	gm_put16(img + at + NV_PCI_EXPRESS_CAPS, EXPRESS_CAPS_ENDPOINT);
	gm_put32(img + at + NV_PCI_EXPRESS_DEVCAP, EXPRESS_DEVCAP_REF);
	gm_put32(img + at + NV_PCI_EXPRESS_LNKCAP, EXPRESS_LNKCAP_GEN4_X16);
	gm_put16(img + at + NV_PCI_EXPRESS_LNKSTA, EXPRESS_LNKSTA_GEN4_X16);
	gm_put32(img + at + NV_PCI_EXPRESS_DEVCAP2, EXPRESS_DEVCAP2_REF);
	gm_put32(img + at + NV_PCI_EXPRESS_LNKCAP2, EXPRESS_LNKCAP2_GEN4);
}

static void image_msix(uint8_t *img, unsigned int at, unsigned int entries, uint32_t table,
		       uint32_t pba)
{
	cap(img, at, NV_PCI_CAP_MSIX_ID, 0);
	gm_put16(img + at + NV_PCI_MSIX_CTRL, (uint16_t)(entries - 1));
	gm_put32(img + at + NV_PCI_MSIX_TABLE, table | MSIX_BIR);
	gm_put32(img + at + NV_PCI_MSIX_PBA, pba | MSIX_BIR);
}

static void image_pf_caps(const struct gpu_model *gm, uint8_t *img)
{
	img[NV_PCI_CFG_CAP_PTR] = NV_PCI_PF_PM;
	cap(img, NV_PCI_PF_PM, NV_PCI_CAP_PM_ID, NV_PCI_PF_MSI);
	gm_put16(img + NV_PCI_PF_PM + 2, PM_CAPS);
	gm_put16(img + NV_PCI_PF_PM + NV_PCI_PM_CTRL, NV_PCI_PM_CTRL_NO_SOFT_RESET);
	cap(img, NV_PCI_PF_MSI, gm->config.msi ? NV_PCI_CAP_MSI_ID : NV_PCI_CAP_NULL_ID,
	    NV_PCI_PF_EXPRESS);
	if (gm->config.msi)
		gm_put16(img + NV_PCI_PF_MSI + NV_PCI_MSI_CTRL, NV_PCI_MSI_CTRL_64BIT);
	image_express(img, NV_PCI_PF_EXPRESS, NV_PCI_PF_VENDOR);
	gm_put16(img + PF_EXPRESS(NV_PCI_EXPRESS_DEVCTL), DEVCTL_RESET);
	gm_put16(img + PF_EXPRESS(NV_PCI_EXPRESS_LNKCTL2), NV_PCI_EXPRESS_LNKCTL2_SPEED_VAL_16GT);
	cap(img, NV_PCI_PF_VENDOR, NV_PCI_CAP_VENDOR_ID, NV_PCI_PF_MSIX);
	gm_put16(img + NV_PCI_PF_VENDOR + 2, VENDOR_CAP_VERSION);
	image_msix(img, NV_PCI_PF_MSIX, gm->config.msix_entries, NV_PCI_PF_MSIX_TABLE,
		   NV_PCI_PF_MSIX_PBA);
}

static unsigned int log2_mib(uint64_t bytes)
{
	unsigned int n = 0;

	while (bytes > 1ULL << (20 + n))
		n++;
	return n;
}

static void image_pf_ext_caps(const struct gpu_model *gm, uint8_t *img)
{
	static const struct {
		uint16_t at, id;
		uint8_t version;
	} chain[] = {
		{ NV_PCI_PF_EXT_VC, NV_PCI_EXT_VC_ID, 1 },
		{ NV_PCI_PF_EXT_PWR, NV_PCI_EXT_PWR_ID, 1 },
		{ NV_PCI_PF_EXT_LTR, NV_PCI_EXT_LTR_ID, 1 },
		{ NV_PCI_PF_EXT_L1SS, NV_PCI_EXT_L1SS_ID, 1 },
		{ NV_PCI_PF_EXT_AER, NV_PCI_EXT_AER_ID, 2 },
		{ NV_PCI_PF_EXT_VSEC, NV_PCI_EXT_VSEC_ID, 1 },
		{ NV_PCI_PF_EXT_SECPCI, NV_PCI_EXT_SECPCI_ID, 1 },
		{ NV_PCI_PF_EXT_REBAR, NV_PCI_EXT_REBAR_ID, 1 },
		{ NV_PCI_PF_EXT_SRIOV, NV_PCI_EXT_SRIOV_ID, 1 },
		{ NV_PCI_PF_EXT_ARI, NV_PCI_EXT_ARI_ID, 1 },
		{ NV_PCI_PF_EXT_16GT, NV_PCI_EXT_16GT_ID, 1 },
		{ NV_PCI_PF_EXT_LMR, NV_PCI_EXT_LMR_ID, 1 },
		{ NV_PCI_PF_EXT_DLF, NV_PCI_EXT_DLF_ID, 1 },
	};
	const size_t n = sizeof(chain) / sizeof(chain[0]);
	unsigned int size = log2_mib(gm->board.pf_bar1_bytes);
	uint32_t ctrl = ABI_PREP(NV_PCI_REBAR_CTRL_INDEX, NV_PCI_BAR_FB) |
			ABI_PREP(NV_PCI_REBAR_CTRL_COUNT, 1) |
			ABI_PREP(NV_PCI_REBAR_CTRL_SIZE, size);

	for (size_t i = 0; i < n; i++)
		ext_cap(img, chain[i].at, chain[i].id, chain[i].version,
			i + 1 < n ? chain[i + 1].at : 0);
	gm_put32(img + NV_PCI_PF_EXT_VC + NV_PCI_VC0_CTRL,
		 NV_PCI_VC0_CTRL_ENABLE | NV_PCI_VC0_CTRL_TC_MAP);
	gm_put32(img + NV_PCI_PF_EXT_AER + NV_PCI_AER_UNCOR_SEVERITY, NV_PCI_AER_UNCOR_FATAL_RESET);
	gm_put32(img + NV_PCI_PF_EXT_AER + NV_PCI_AER_COR_MASK, NV_PCI_AER_COR_MASK_RESET);
	gm_put32(img + NV_PCI_PF_EXT_VSEC + 4, VSEC_HEADER_REF);
	/* The host maps BAR1 once, so only its present size is offered. */
	gm_put32(img + NV_PCI_PF_EXT_REBAR + NV_PCI_REBAR_CAP, NV_PCI_REBAR_CAP_SIZE(size));
	gm_put32(img + NV_PCI_PF_EXT_REBAR + NV_PCI_REBAR_CTRL, ctrl);
	gm_put32(img + NV_PCI_PF_REBAR_BAR1_CTRL, ctrl);
}

static void image_sriov(const struct gpu_model *gm, uint8_t *img)
{
	gm_put32(img + SRIOV(NV_PCI_SRIOV_CAP),
		 NV_PCI_SRIOV_CAP_ARI_PRESERVED | NV_PCI_SRIOV_CAP_10BIT_TAG);
	gm_put16(img + SRIOV(NV_PCI_SRIOV_INITIAL_VFS), (uint16_t)gm->board.num_vfs);
	gm_put16(img + SRIOV(NV_PCI_SRIOV_TOTAL_VFS), (uint16_t)gm->board.num_vfs);
	gm_put16(img + SRIOV(NV_PCI_SRIOV_VF_OFFSET), (uint16_t)gm->board.vf_offset);
	gm_put16(img + SRIOV(NV_PCI_SRIOV_VF_STRIDE), (uint16_t)gm->board.vf_stride);
	gm_put16(img + SRIOV(NV_PCI_SRIOV_VF_DEVICE_ID), gm->board.device);
	gm_put32(img + SRIOV(NV_PCI_SRIOV_PAGE_SIZES), NV_PCI_SRIOV_PAGE_SIZES_SUPPORTED);
	gm_put32(img + SRIOV(NV_PCI_SRIOV_PAGE_SIZE), NV_PCI_SRIOV_PAGE_SIZE_4K);
	gm_put32(img + SRIOV(NV_PCI_SRIOV_VF_BAR(NV_PCI_BAR_FB)),
		 NV_PCI_CFG_BAR_64BIT | NV_PCI_CFG_BAR_PREFETCH);
	gm_put32(img + SRIOV(NV_PCI_SRIOV_VF_BAR(NV_PCI_BAR_INST)),
		 NV_PCI_CFG_BAR_64BIT | NV_PCI_CFG_BAR_PREFETCH);
}

static void config_image_pf(const struct gpu_model *gm, uint8_t *img)
{
	memset(img, 0, NV_PCI_CFG_BYTES);
	image_header(gm, img);
	gm_put16(img + NV_PCI_CFG_VENDOR_ID, NV_PCI_VENDOR_ID);
	gm_put16(img + NV_PCI_CFG_DEVICE_ID, gm->board.device);
	gm_put32(img + NV_PCI_CFG_BAR(NV_PCI_BAR_FB),
		 NV_PCI_CFG_BAR_64BIT | NV_PCI_CFG_BAR_PREFETCH);
	gm_put32(img + NV_PCI_CFG_BAR(NV_PCI_BAR_INST),
		 NV_PCI_CFG_BAR_64BIT | NV_PCI_CFG_BAR_PREFETCH);
	img[NV_PCI_CFG_INT_PIN] = NV_PCI_CFG_INT_PIN_A;
	gm_put16(img + NV_PCI_CFG_SUBSYS_ALIAS, NV_PCI_VENDOR_ID);
	gm_put16(img + NV_PCI_CFG_SUBSYS_ALIAS + 2, gm->board.subsystem);
	gm_put32(img + NV_PCI_CFG_ROM_SHADOW, NV_PCI_CFG_ROM_SHADOW_ENABLE);
	gm_put32(img + NV_PCI_PF_HDA, NV_PCI_PF_HDA_ENABLE);
	image_pf_caps(gm, img);
	image_pf_ext_caps(gm, img);
	image_sriov(gm, img);
}

static void config_image_vf(const struct gpu_model *gm, uint8_t *img)
{
	memset(img, 0, NV_PCI_CFG_BYTES);
	image_header(gm, img);
	gm_put16(img + NV_PCI_CFG_VENDOR_ID, NV_PCI_VF_ID_NONE);
	gm_put16(img + NV_PCI_CFG_DEVICE_ID, NV_PCI_VF_ID_NONE);
	img[NV_PCI_CFG_CAP_PTR] = NV_PCI_VF_EXPRESS;
	image_express(img, NV_PCI_VF_EXPRESS, NV_PCI_VF_MSIX);
	image_msix(img, NV_PCI_VF_MSIX, NV_PCI_MSIX_ENTRIES, NV_PCI_MSIX_TABLE_WINDOW,
		   NV_PCI_MSIX_PBA_WINDOW);
	ext_cap(img, NV_PCI_VF_EXT_ARI, NV_PCI_EXT_ARI_ID, 1, 0);
}

/* Writable bits of a BAR register pair or single, by the BAR's size. */
static void mask_bar(uint8_t *mask, unsigned int at, uint64_t bytes, bool is_64bit)
{
	uint64_t writable = ~(bytes - 1);

	gm_put32(mask + at, (uint32_t)writable & ~NV_PCI_CFG_BAR_FLAGS);
	if (is_64bit)
		gm_put32(mask + at + 4, (uint32_t)(writable >> 32));
}

static void mask_pf_ext(const struct gpu_model *gm, uint8_t *m)
{
	gm_put32(m + NV_PCI_PF_EXT_VC + NV_PCI_VC0_CTRL,
		 NV_PCI_VC0_CTRL_TC_MAP & ~NV_PCI_VC0_CTRL_TC0);
	gm_put32(m + NV_PCI_PF_EXT_PWR + NV_PCI_PWR_SELECT, NV_PCI_PWR_SELECT_INDEX);
	gm_put32(m + NV_PCI_PF_EXT_LTR + NV_PCI_LTR_MAX, NV_PCI_LTR_MAX_FIELDS);
	gm_put32(m + NV_PCI_PF_EXT_AER + NV_PCI_AER_UNCOR_MASK, NV_PCI_AER_UNCOR_KNOWN);
	gm_put32(m + NV_PCI_PF_EXT_AER + NV_PCI_AER_UNCOR_SEVERITY, NV_PCI_AER_UNCOR_KNOWN);
	gm_put32(m + NV_PCI_PF_EXT_AER + NV_PCI_AER_COR_MASK, NV_PCI_AER_COR_KNOWN);
	gm_put32(m + NV_PCI_PF_PRIV_MISC_1, 0xffffffff);
	gm_put32(m + NV_PCI_PF_HDA, NV_PCI_PF_HDA_ENABLE);
	gm_put16(m + SRIOV(NV_PCI_SRIOV_CTRL), SRIOV_CTRL_WRITABLE);
	gm_put16(m + SRIOV(NV_PCI_SRIOV_NUM_VFS), 0xffff);
	gm_put32(m + SRIOV(NV_PCI_SRIOV_PAGE_SIZE), NV_PCI_SRIOV_PAGE_SIZES_SUPPORTED);
	mask_bar(m, SRIOV(NV_PCI_SRIOV_VF_BAR(NV_PCI_BAR_REGS)), gm->board.vf_bar0_bytes, false);
	mask_bar(m, SRIOV(NV_PCI_SRIOV_VF_BAR(NV_PCI_BAR_FB)), gm->board.vf_bar1_bytes, true);
	mask_bar(m, SRIOV(NV_PCI_SRIOV_VF_BAR(NV_PCI_BAR_INST)), gm->board.vf_bar3_bytes, true);
}

static void mask_express(uint8_t *m, unsigned int at)
{
	gm_put16(m + at + NV_PCI_EXPRESS_DEVCTL, DEVCTL_WRITABLE);
	gm_put16(m + at + NV_PCI_EXPRESS_LNKCTL, LNKCTL_WRITABLE);
	gm_put16(m + at + NV_PCI_EXPRESS_DEVCTL2, DEVCTL2_WRITABLE);
	gm_put16(m + at + NV_PCI_EXPRESS_LNKCTL2, LNKCTL2_WRITABLE);
}

void gm_config_init_masks(struct gpu_model *gm)
{
	uint8_t *m = gm->pf_mask;

	gm_put16(m + NV_PCI_CFG_COMMAND, COMMAND_WRITABLE);
	m[NV_PCI_CFG_CACHE_LINE] = 0xff;
	mask_bar(m, NV_PCI_CFG_BAR(NV_PCI_BAR_REGS), NV_PCI_PF_BAR0_BYTES, false);
	mask_bar(m, NV_PCI_CFG_BAR(NV_PCI_BAR_FB), gm->board.pf_bar1_bytes, true);
	mask_bar(m, NV_PCI_CFG_BAR(NV_PCI_BAR_INST), gm->board.pf_bar3_bytes, true);
	m[NV_PCI_CFG_INT_LINE] = 0xff;
	gm_put32(m + NV_PCI_CFG_SUBSYS_ALIAS, 0xffffffff);
	gm_put32(m + NV_PCI_CFG_ROM_SHADOW, NV_PCI_CFG_ROM_SHADOW_ENABLE);
	gm_put16(m + NV_PCI_PF_PM + NV_PCI_PM_CTRL, NV_PCI_PM_CTRL_STATE | NV_PCI_PM_CTRL_PME_EN);
	if (gm->config.msi) {
		m[NV_PCI_PF_MSI + NV_PCI_MSI_CTRL] = NV_PCI_MSI_CTRL_ENABLE;
		gm_put32(m + NV_PCI_PF_MSI + NV_PCI_MSI_ADDR_LO, 0xfffffffc);
		gm_put32(m + NV_PCI_PF_MSI + NV_PCI_MSI_ADDR_HI, 0xffffffff);
		gm_put16(m + NV_PCI_PF_MSI + NV_PCI_MSI_DATA, 0xffff);
	}
	mask_express(m, NV_PCI_PF_EXPRESS);
	gm_put16(m + NV_PCI_PF_MSIX + NV_PCI_MSIX_CTRL,
		 NV_PCI_MSIX_CTRL_ENABLE | NV_PCI_MSIX_CTRL_MASKALL);
	mask_pf_ext(gm, m);

	/* A VF takes the settings of its Express capability from the PF (SR-IOV 3.5). */
	m = gm->vf_mask;
	gm_put16(m + NV_PCI_CFG_COMMAND, NV_PCI_CFG_COMMAND_MASTER);
	gm_put16(m + NV_PCI_VF_MSIX + NV_PCI_MSIX_CTRL,
		 NV_PCI_MSIX_CTRL_ENABLE | NV_PCI_MSIX_CTRL_MASKALL);
}

void gpu_model_config_image(struct gpu_model *gm, unsigned int function, uint8_t *image,
			    uint8_t *write_mask)
{
	if (function)
		config_image_vf(gm, image);
	else
		config_image_pf(gm, image);
	memcpy(write_mask, function ? gm->vf_mask : gm->pf_mask, NV_PCI_CFG_BYTES);
	if (!function)
		gm_put16(write_mask + SRIOV(NV_PCI_SRIOV_NUM_VFS), 0xffff);
}

void gm_config_reset(struct gpu_model *gm, unsigned int function)
{
	if (function)
		config_image_vf(gm, gm->fn[function].cfg);
	else
		config_image_pf(gm, gm->fn[0].cfg);
}

uint32_t gm_config_get(const struct gpu_model *gm, unsigned int function, unsigned int offset,
		       unsigned int size)
{
	uint32_t value = 0;

	for (unsigned int i = 0; i < size; i++)
		value |= (uint32_t)gm->fn[function].cfg[offset + i] << (8 * i);
	return value;
}

static bool config_access_ok(const struct gpu_model *gm, unsigned int function,
			     unsigned int offset, unsigned int size)
{
	return function <= gm->board.num_vfs && (size == 1 || size == 2 || size == 4) &&
	       !(offset & (size - 1)) && offset <= NV_PCI_CFG_BYTES - size;
}

uint32_t gpu_model_config_read(struct gpu_model *gm, unsigned int function, unsigned int offset,
			       unsigned int size)
{
	if (!config_access_ok(gm, function, offset, size))
		return NV_MMIO_GONE;
	return gm_config_get(gm, function, offset, size);
}

static bool touches(unsigned int offset, unsigned int size, unsigned int reg, unsigned int bytes)
{
	return offset < reg + bytes && reg < offset + size;
}

/* VF Enable went up or down; the VFs it takes away lose their state. */
static void sriov_update(struct gpu_model *gm)
{
	uint32_t ctrl = gm_config_get(gm, 0, SRIOV(NV_PCI_SRIOV_CTRL), 2);
	unsigned int want = 0, old = gm->vfs_enabled;

	if (ctrl & NV_PCI_SRIOV_CTRL_VFE)
		want = gm_config_get(gm, 0, SRIOV(NV_PCI_SRIOV_NUM_VFS), 2);
	if (want > gm->board.num_vfs)
		want = gm->board.num_vfs;
	if (want == old)
		return;
	gm_log(gm, GPU_MODEL_LOG_INFO, "SR-IOV: %u VFs", want);
	for (unsigned int fn = want + 1; fn <= old; fn++)
		gpu_model_function_reset(gm, fn);
	gm->vfs_enabled = want;
	/* NumVFs is fixed while VFs exist. */
	gm_put16(gm->pf_mask + SRIOV(NV_PCI_SRIOV_NUM_VFS), want ? 0 : 0xffff);
}

void gpu_model_config_write(struct gpu_model *gm, unsigned int function, unsigned int offset,
			    uint32_t value, unsigned int size)
{
	const uint8_t *mask;
	unsigned int express;
	uint8_t *cfg;

	if (!config_access_ok(gm, function, offset, size))
		return;
	mask = function ? gm->vf_mask : gm->pf_mask;
	cfg = gm->fn[function].cfg;
	for (unsigned int i = 0; i < size; i++)
		cfg[offset + i] = (uint8_t)((cfg[offset + i] & ~mask[offset + i]) |
					    (value >> (8 * i) & mask[offset + i]));

	express = (function ? NV_PCI_VF_EXPRESS : NV_PCI_PF_EXPRESS) + NV_PCI_EXPRESS_DEVCTL;
	if (touches(offset, size, express + 1, 1) &&
	    (value >> (8 * (express + 1 - offset)) & NV_PCI_EXPRESS_DEVCTL_FLR >> 8)) {
		gpu_model_function_reset(gm, function);
		return;
	}
	if (!function && touches(offset, size, SRIOV(NV_PCI_SRIOV_CTRL), 2))
		sriov_update(gm);
	if (!function && touches(offset, size, NV_PCI_PF_MSI_REARM, 4))
		gm_msi_rearm(gm);
	gm_vfn_update(gm, function);
}

/* ---- what the rest of the board asks ---- */

bool gm_bus_master(struct gpu_model *gm, unsigned int function)
{
	if (function >= GM_MAX_FUNCTIONS || (function && function > gm->vfs_enabled))
		return false;
	return gm_config_get(gm, function, NV_PCI_CFG_COMMAND, 2) & NV_PCI_CFG_COMMAND_MASTER;
}

bool gm_config_msix_enabled(const struct gpu_model *gm, unsigned int function)
{
	unsigned int at = function ? NV_PCI_VF_MSIX : NV_PCI_PF_MSIX;

	return gm_config_get(gm, function, at + NV_PCI_MSIX_CTRL, 2) & NV_PCI_MSIX_CTRL_ENABLE;
}

bool gm_config_msi_enabled(const struct gpu_model *gm)
{
	return gm->config.msi &&
	       (gm_config_get(gm, 0, NV_PCI_PF_MSI + NV_PCI_MSI_CTRL, 2) & NV_PCI_MSI_CTRL_ENABLE);
}

void gm_config_set_intx_status(struct gpu_model *gm, bool pending)
{
	uint8_t *status = &gm->fn[0].cfg[NV_PCI_CFG_STATUS];

	*status = (uint8_t)(pending ? *status | NV_PCI_CFG_STATUS_INTX :
				      *status & ~NV_PCI_CFG_STATUS_INTX);
}

static uint64_t bar_value(const struct gpu_model *gm, unsigned int at, bool is_64bit)
{
	uint64_t value = gm_config_get(gm, 0, at, 4) & ~NV_PCI_CFG_BAR_FLAGS;

	if (is_64bit)
		value |= (uint64_t)gm_config_get(gm, 0, at + 4, 4) << 32;
	return value;
}

uint64_t gm_bar_address(struct gpu_model *gm, unsigned int function, unsigned int bar)
{
	bool is_64bit = bar != NV_PCI_BAR_REGS;
	uint64_t base;

	if (!gpu_model_bar_bytes(gm, function, bar))
		return 0;
	if (!function)
		return bar_value(gm, NV_PCI_CFG_BAR(bar), is_64bit);
	base = bar_value(gm, SRIOV(NV_PCI_SRIOV_VF_BAR(bar)), is_64bit);
	return base ? base + (function - 1) * gpu_model_bar_bytes(gm, function, bar) : 0;
}

uint64_t gpu_model_bar_bytes(const struct gpu_model *gm, unsigned int function, unsigned int bar)
{
	if (function > gm->board.num_vfs)
		return 0;
	switch (bar) {
	case NV_PCI_BAR_REGS:
		return function ? gm->board.vf_bar0_bytes : NV_PCI_PF_BAR0_BYTES;
	case NV_PCI_BAR_FB:
		return function ? gm->board.vf_bar1_bytes : gm->board.pf_bar1_bytes;
	case NV_PCI_BAR_INST:
		return function ? gm->board.vf_bar3_bytes : gm->board.pf_bar3_bytes;
	}
	return 0;
}
