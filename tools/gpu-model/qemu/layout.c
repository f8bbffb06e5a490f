// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration space, laid out from the model's image. A capability that QEMU gives a behaviour
 * (Express, MSI, MSI-X, AER, SR-IOV, ARI) is registered through QEMU's own helper at the offset and
 * with the parameters that the image states; the others are reserved. Then values and writable
 * bits are the image's, except the bits through which QEMU itself works.
 */
#include "adapter.h"

#define MAX_CAPS	 48
#define MAX_DIFFS_LOGGED 24

/* Sorted-by-chain list of capability offsets; returns the count, or -1 for a broken chain. */
static int walk_caps(const uint8_t *image, uint16_t *offsets)
{
	int count = 0;
	uint16_t at;

	if (!(pci_get_word(image + PCI_STATUS) & PCI_STATUS_CAP_LIST))
		return 0;
	for (at = image[PCI_CAPABILITY_LIST]; at; at = image[at + PCI_CAP_LIST_NEXT]) {
		if (at < PCI_CONFIG_HEADER_SIZE || at & 3 || count == MAX_CAPS)
			return -1;
		offsets[count++] = at;
	}
	return count;
}

static int walk_ext_caps(const uint8_t *image, uint16_t *offsets)
{
	uint16_t at = PCI_CONFIG_SPACE_SIZE;
	int count = 0;

	if (!pci_get_long(image + at))
		return 0;
	for (; at; at = PCI_EXT_CAP_NEXT(pci_get_long(image + at))) {
		if (at < PCI_CONFIG_SPACE_SIZE || at & 3 || at > QGM_CONFIG_BYTES - 8 ||
		    count == MAX_CAPS)
			return -1;
		offsets[count++] = at;
	}
	return count;
}

/* Bytes from offsets[i] to whichever capability comes next in space. */
static uint16_t cap_bytes(const uint16_t *offsets, int count, int i, uint16_t end)
{
	int k;

	for (k = 0; k < count; k++) {
		if (offsets[k] > offsets[i] && offsets[k] < end)
			end = offsets[k];
	}
	return end - offsets[i];
}

static bool add_msix(struct qgm_function *fn, uint16_t at, Error **errp)
{
	const uint8_t *cap = fn->image + at;
	uint32_t table = pci_get_long(cap + PCI_MSIX_TABLE);
	uint32_t pba = pci_get_long(cap + PCI_MSIX_PBA);
	unsigned int entries = (pci_get_word(cap + PCI_MSIX_FLAGS) & PCI_MSIX_FLAGS_QSIZE) + 1;
	MemoryRegion *bar0 = &fn->bar[0].mr;
	unsigned int i;

	if ((table & PCI_MSIX_FLAGS_BIRMASK) || (pba & PCI_MSIX_FLAGS_BIRMASK)) {
		error_setg(errp,
			   "gpu-model: MSI-X of function %u lies outside BAR0, which the adapter "
			   "does not support",
			   fn->nr);
		return false;
	}
	if (msix_init(fn->dev, entries, bar0, 0, table, bar0, 0, pba, at, errp))
		return false;
	for (i = 0; i < entries; i++)
		msix_vector_use(fn->dev, i);
	return true;
}

static bool add_express(struct qgm_function *fn, uint16_t at, Error **errp)
{
	if (pcie_endpoint_cap_init(fn->dev, at) < 0) {
		error_setg(errp, "gpu-model: QEMU refuses the Express capability at 0x%x", at);
		return false;
	}
	pcie_cap_deverr_init(fn->dev);
	if (pci_get_long(fn->image + at + PCI_EXP_DEVCAP) & PCI_EXP_DEVCAP_FLR)
		pcie_cap_flr_init(fn->dev);
	return true;
}

static bool add_cap(struct qgm_function *fn, uint16_t at, uint16_t bytes, Error **errp)
{
	uint16_t flags;

	switch (fn->image[at]) {
	case PCI_CAP_ID_EXP:
		return add_express(fn, at, errp);
	case PCI_CAP_ID_MSIX:
		return add_msix(fn, at, errp);
	case PCI_CAP_ID_MSI:
		flags = pci_get_word(fn->image + at + PCI_MSI_FLAGS);
		return !msi_init(fn->dev, at, 1, flags & PCI_MSI_FLAGS_64BIT,
				 flags & PCI_MSI_FLAGS_MASKBIT, errp);
	default:
		return pci_add_capability(fn->dev, fn->image[at], at, bytes, errp) >= 0;
	}
}

/* VF BARs of the SR-IOV capability, from the image's type bits and the model's sizes. */
static void add_vf_bars(struct qgm_function *fn, uint16_t at, bool types_only)
{
	unsigned int i;

	for (i = 0; i < QGM_NUM_BARS; i++) {
		unsigned int bar = fn->bar[i].index;
		uint64_t size = gpu_model_bar_bytes(fn->pf->model, 1, bar);
		uint8_t type = fn->image[at + PCI_SRIOV_BAR + 4 * bar] & ~PCI_BASE_ADDRESS_MEM_MASK;

		/*
		 * 10.0.0 to 10.0.x realize the VFs inside pcie_sriov_pf_init(), before the
		 * types are known to them; harmless elsewhere.
		 */
		if (types_only)
			fn->dev->exp.sriov_pf.vf_bar_type[bar] = type;
		else if (size)
			pcie_sriov_pf_init_vf_bar(fn->dev, bar, type, size);
	}
}

static bool add_sriov(struct qgm_function *fn, uint16_t at, Error **errp)
{
	const uint8_t *cap = fn->image + at;

	add_vf_bars(fn, at, true);
	if (!qgm_sriov_pf_init(fn->dev, at, TYPE_QGM_VF, pci_get_word(cap + PCI_SRIOV_VF_DID),
			       pci_get_word(cap + PCI_SRIOV_INITIAL_VF),
			       pci_get_word(cap + PCI_SRIOV_TOTAL_VF),
			       pci_get_word(cap + PCI_SRIOV_VF_OFFSET),
			       pci_get_word(cap + PCI_SRIOV_VF_STRIDE), errp))
		return false;
	add_vf_bars(fn, at, false);
	return true;
}

static bool add_ext_cap(struct qgm_function *fn, uint16_t at, uint16_t bytes, Error **errp)
{
	uint32_t header = pci_get_long(fn->image + at);

	switch (PCI_EXT_CAP_ID(header)) {
	case PCI_EXT_CAP_ID_ERR:
		if (bytes > PCI_ERR_SIZEOF)
			bytes = PCI_ERR_SIZEOF;
		return !pcie_aer_init(fn->dev, PCI_EXT_CAP_VER(header), at, bytes, errp);
	case PCI_EXT_CAP_ID_SRIOV:
		return add_sriov(fn, at, errp);
	case PCI_EXT_CAP_ID_ARI:
		qgm_ari_init(fn->dev, at, fn->image[at + PCI_ARI_CAP + 1]);
		return true;
	default:
		pcie_add_capability(fn->dev, PCI_EXT_CAP_ID(header), PCI_EXT_CAP_VER(header), at,
				    bytes);
		return true;
	}
}

static bool add_all(struct qgm_function *fn, Error **errp)
{
	uint16_t caps[MAX_CAPS];
	int count = walk_caps(fn->image, caps);
	int i;

	if (count < 0)
		goto broken;
	/* QEMU puts a new capability at the head of its list. */
	for (i = count - 1; i >= 0; i--) {
		if (!add_cap(fn, caps[i], cap_bytes(caps, count, i, PCI_CONFIG_SPACE_SIZE), errp))
			return false;
	}
	count = walk_ext_caps(fn->image, caps);
	if (count < 0)
		goto broken;
	for (i = 0; i < count; i++) {
		if (!add_ext_cap(fn, caps[i], cap_bytes(caps, count, i, QGM_CONFIG_BYTES), errp))
			return false;
	}
	if (!fn->dev->exp.exp_cap || !msix_present(fn->dev)) {
		error_setg(errp,
			   "gpu-model: the image of function %u has no Express or no MSI-X "
			   "capability",
			   fn->nr);
		return false;
	}
	return true;
broken:
	error_setg(errp, "gpu-model: the capability list in the image of function %u is broken",
		   fn->nr);
	return false;
}

/* The image must announce the BARs that were registered, or the guest would size others. */
static bool check_bars(struct qgm_function *fn, unsigned int base, unsigned int owner, Error **errp)
{
	unsigned int i;

	for (i = 0; i < QGM_NUM_BARS; i++) {
		unsigned int bar = fn->bar[i].index;
		unsigned int at = base + 4 * bar;
		uint64_t size = gpu_model_bar_bytes(fn->pf->model, owner, bar);
		bool wide = fn->image[at] & PCI_BASE_ADDRESS_MEM_TYPE_64;
		uint64_t want = size ? ~(size - 1) : 0;
		uint64_t have = wide ? pci_get_quad(fn->mask + at) : pci_get_long(fn->mask + at);

		if (!wide)
			want &= UINT32_MAX;
		if (have != want) {
			error_setg(errp,
				   "gpu-model: the image makes 0x%" PRIx64 " of BAR%u at 0x%x "
				   "writable, its size asks for 0x%" PRIx64,
				   have, bar, at, want);
			return false;
		}
	}
	return true;
}

/* Bits that QEMU needs writable to work; the image agrees on all but the self-clearing FLR bit. */
static void keep_writable(struct qgm_function *fn, uint8_t *keep)
{
	PCIDevice *dev = fn->dev;

	memset(keep, 0, QGM_CONFIG_BYTES);
	pci_set_word(keep + PCI_COMMAND,
		     fn->nr ? PCI_COMMAND_MASTER
			    : PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE);
	pci_set_word(keep + dev->exp.exp_cap + PCI_EXP_DEVCTL,
		     pci_get_word(dev->wmask + dev->exp.exp_cap + PCI_EXP_DEVCTL) &
			     PCI_EXP_DEVCTL_BCR_FLR);
	pci_set_word(keep + dev->msix_cap + PCI_MSIX_FLAGS,
		     PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	if (dev->exp.sriov_cap && !fn->nr) {
		pci_set_word(keep + dev->exp.sriov_cap + PCI_SRIOV_CTRL,
			     PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE | PCI_SRIOV_CTRL_ARI);
		pci_set_word(keep + dev->exp.sriov_cap + PCI_SRIOV_NUM_VF, 0xffff);
	}
	if (msi_present(dev))
		pci_set_word(keep + dev->msi_cap + PCI_MSI_FLAGS, PCI_MSI_FLAGS_ENABLE);
}

/* Bits of @at that QEMU itself changes at run time or holds by other means. */
static bool owned_by_qemu(const struct qgm_function *fn, unsigned int at)
{
	return at < PCI_CONFIG_HEADER_SIZE && at >= PCI_BASE_ADDRESS_0 && at < PCI_CARDBUS_CIS;
}

static void overlay(struct qgm_function *fn)
{
	PCIDevice *dev = fn->dev;
	uint8_t keep[QGM_CONFIG_BYTES];
	unsigned int values = 0, masks = 0, kept = 0, at;

	keep_writable(fn, keep);
	for (at = 0; at < QGM_CONFIG_BYTES; at++) {
		uint8_t mask = fn->mask[at] & ~dev->w1cmask[at];

		if (owned_by_qemu(fn, at))
			continue;
		if (dev->config[at] != fn->image[at]) {
			/* All VFs are alike. */
			if (values++ < MAX_DIFFS_LOGGED && fn->nr <= 1)
				qgm_log(fn->pf, GPU_MODEL_LOG_TRACE,
					"function %u config 0x%03x: QEMU lays out %02x, model %02x",
					fn->nr, at, dev->config[at], fn->image[at]);
			dev->config[at] = fn->image[at];
		}
		if (dev->wmask[at] != mask)
			masks++;
		if (keep[at] & ~mask && at != dev->exp.exp_cap + PCI_EXP_DEVCTL + 1u) {
			kept++;
			qgm_log(fn->pf, fn->nr > 1 ? GPU_MODEL_LOG_TRACE : GPU_MODEL_LOG_INFO,
				"function %u config 0x%03x: bits %02x stay writable for QEMU",
				fn->nr, at, keep[at] & ~mask);
		}
		dev->wmask[at] = mask | keep[at];
		/* A migration stream is never loaded: the device is not migratable. */
		dev->cmask[at] = 0;
	}
	qgm_log(fn->pf, fn->nr > 1 ? GPU_MODEL_LOG_TRACE : GPU_MODEL_LOG_INFO,
		"function %u: config space from the model; QEMU's defaults differed in %u bytes, "
		"write masks in %u, %u kept for QEMU",
		fn->nr, values, masks, kept);
}

bool qgm_layout_init(struct qgm_function *fn, Error **errp)
{
	PCIDevice *dev = fn->dev;

	if (!add_all(fn, errp))
		return false;
	if (fn->nr == 0) {
		if (!check_bars(fn, PCI_BASE_ADDRESS_0, 0, errp))
			return false;
		if (dev->exp.sriov_cap &&
		    !check_bars(fn, dev->exp.sriov_cap + PCI_SRIOV_BAR, 1, errp))
			return false;
	}
	overlay(fn);
	return true;
}

void qgm_layout_exit(struct qgm_function *fn)
{
	PCIDevice *dev = fn->dev;

	if (!fn->nr && dev->exp.sriov_cap)
		pcie_sriov_pf_exit(dev);
	if (dev->exp.aer_cap)
		pcie_aer_exit(dev);
	if (msix_present(dev))
		msix_uninit(dev, &fn->bar[0].mr, &fn->bar[0].mr);
	if (msi_present(dev))
		msi_uninit(dev);
	if (dev->exp.exp_cap)
		pcie_cap_exit(dev);
}

void qgm_layout_reset(struct qgm_function *fn)
{
	PCIDevice *dev = fn->dev;
	unsigned int at;

	for (at = PCI_CONFIG_HEADER_SIZE; at < QGM_CONFIG_BYTES; at++) {
		uint8_t live = dev->wmask[at] | dev->w1cmask[at];

		dev->config[at] = (dev->config[at] & ~live) | (fn->image[at] & live);
	}
}

char *qgm_layout_diff(struct qgm_pf *pf)
{
	GString *out = g_string_new("[");
	unsigned int nr, at;

	for (nr = 0; nr <= gpu_model_num_vfs(pf->model); nr++) {
		PCIDevice *dev = qgm_function_dev(pf, nr);

		for (at = 0; dev && at < QGM_CONFIG_BYTES; at += 4) {
			uint32_t qemu = dev->config_read(dev, at, 4);
			uint32_t model = gpu_model_config_read(pf->model, nr, at, 4);

			if (qemu == model)
				continue;
			g_string_append_printf(out,
					       "%s{\"function\":%u,\"offset\":%u,\"qemu\":%" PRIu32
					       ",\"model\":%" PRIu32 "}",
					       out->len > 1 ? "," : "", nr, at, qemu, model);
		}
	}
	g_string_append_c(out, ']');
	return g_string_free(out, false);
}
