// SPDX-License-Identifier: GPL-2.0-or-later
/* Bringing model, shim and core together. */
#include "harness.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../kmod/abi/pci.h"
#include "../../kmod/abi/r535.h"

/* Where a BIOS might have put the BARs. */
#define BAR0_ADDRESS 0xe0000000ULL
#define BAR1_ADDRESS 0x2000000000ULL
#define BAR3_ADDRESS 0x4000000000ULL
#define VF_BAR0_ADDRESS 0xe2000000ULL
#define VF_BAR1_ADDRESS 0x3000000000ULL
#define VF_BAR3_ADDRESS 0x4100000000ULL

const bool harness_off;

static bool irq_hard(void *ctx, unsigned int vector)
{
	struct harness *h = ctx;
	bool wake = false;

	vgpu_gpu_irq(&h->gpu, vector, &wake);
	return wake;
}

static void irq_thread(void *ctx)
{
	struct harness *h = ctx;

	vgpu_gpu_irq_thread(&h->gpu);
}

static void write_bar64(struct harness *h, unsigned int offset, u64 address)
{
	gpu_model_config_write(h->gm, 0, offset, lower_32_bits(address), 4);
	gpu_model_config_write(h->gm, 0, offset + 4, upper_32_bits(address), 4);
}

/* What firmware of the machine and the PCI core do to the PF. */
static void program_pci(struct harness *h)
{
	u32 command = NV_PCI_CFG_COMMAND_MEMORY | NV_PCI_CFG_COMMAND_MASTER;
	struct vgpu_board_info *info = &h->info;
	u32 word;

	gpu_model_config_write(h->gm, 0, NV_PCI_CFG_BAR(0), BAR0_ADDRESS, 4);
	write_bar64(h, NV_PCI_CFG_BAR(1), BAR1_ADDRESS);
	write_bar64(h, NV_PCI_CFG_BAR(3), BAR3_ADDRESS);
	gpu_model_config_write(h->gm, 0, NV_PCI_PF_EXT_SRIOV + NV_PCI_SRIOV_VF_BAR(0),
			       VF_BAR0_ADDRESS, 4);
	write_bar64(h, NV_PCI_PF_EXT_SRIOV + NV_PCI_SRIOV_VF_BAR(1), VF_BAR1_ADDRESS);
	write_bar64(h, NV_PCI_PF_EXT_SRIOV + NV_PCI_SRIOV_VF_BAR(3), VF_BAR3_ADDRESS);
	if (!h->opt.intx)
		command |= NV_PCI_CFG_COMMAND_INTX_DISABLE;
	gpu_model_config_write(h->gm, 0, NV_PCI_CFG_COMMAND, command, 2);
	if (h->opt.msi)
		gpu_model_config_write(h->gm, 0, NV_PCI_PF_MSI + NV_PCI_MSI_CTRL,
				       NV_PCI_MSI_CTRL_ENABLE, 2);
	else if (!h->opt.intx)
		gpu_model_config_write(h->gm, 0, NV_PCI_PF_MSIX + NV_PCI_MSIX_CTRL,
				       NV_PCI_MSIX_CTRL_ENABLE, 2);

	word = gpu_model_config_read(h->gm, 0, 0, 4);
	info->device = word >> 16;
	word = gpu_model_config_read(h->gm, 0, NV_PCI_CFG_SUBSYS_VENDOR_ID, 4);
	info->subvendor = word & 0xffff;
	info->subdevice = word >> 16;
	info->revision = gpu_model_config_read(h->gm, 0, NV_PCI_CFG_REVISION, 1);
	info->bus = 1;
	info->bar_base[0] = BAR0_ADDRESS;
	info->bar_base[1] = BAR1_ADDRESS;
	info->bar_base[2] = BAR3_ADDRESS;
	info->bar_bytes[0] = gpu_model_bar_bytes(h->gm, 0, 0);
	info->bar_bytes[1] = gpu_model_bar_bytes(h->gm, 0, 1);
	info->bar_bytes[2] = gpu_model_bar_bytes(h->gm, 0, 3);
	info->total_vfs = gpu_model_num_vfs(h->gm);
	word = gpu_model_config_read(h->gm, 0, NV_PCI_PF_EXT_SRIOV + NV_PCI_SRIOV_VF_OFFSET, 4);
	info->first_vf_offset = word & 0xffff;
	info->vf_stride = word >> 16;
	info->vf_bar_base[0] = VF_BAR0_ADDRESS;
	info->vf_bar_base[1] = VF_BAR1_ADDRESS;
	info->vf_bar_base[2] = VF_BAR3_ADDRESS;
	info->vf_bar_bytes[0] = gpu_model_bar_bytes(h->gm, 1, 0);
	info->vf_bar_bytes[1] = gpu_model_bar_bytes(h->gm, 1, 1);
	info->vf_bar_bytes[2] = gpu_model_bar_bytes(h->gm, 1, 3);
	info->vf_bar_64bit[1] = true;
	info->vf_bar_64bit[2] = true;
	shim_set_bar_address(0, info->bar_base[0], info->bar_bytes[0]);
	shim_set_bar_address(1, info->bar_base[1], info->bar_bytes[1]);
	shim_set_bar_address(3, info->bar_base[2], info->bar_bytes[2]);
}

struct harness *harness_new(const struct harness_options *opt)
{
	static const struct harness_options defaults;
	struct gpu_model_fw_row rows[] = {
		{ HARNESS_GSP_IMAGE_BYTES, R570_GSP_VERSION },
		{ HARNESS_GSP_R535_IMAGE_BYTES, R535_GSP_VERSION },
	};
	struct gpu_model_config config = { .fw_rows = rows, .num_fw_rows = ARRAY_SIZE(rows) };
	struct harness *h = calloc(1, sizeof(*h));
	char err[512] = "";

	if (!opt)
		opt = &defaults;
	h->opt = *opt;
	shim_reset();
	config.msi = opt->msi;
	config.board = opt->board;
	config.fail = opt->fail;
	config.vmmu_segment_bytes = opt->vmmu_segment_bytes;
	config.require_signatures = opt->require_signatures;
	h->gm = gpu_model_new(&config, shim_host_ops(), NULL, err, sizeof(err));
	if (!h->gm)
		fail_msg("model: %s", err);
	shim_bind_model(h->gm);
	program_pci(h);
	if (!opt->firmware_root) {
		strcpy(h->firmware_root, "/tmp/openvgpu-fw-XXXXXX");
		assert_non_null(mkdtemp(h->firmware_root));
		harness_write_firmware(h);
	}
	shim_set_firmware_root(opt->firmware_root ?: h->firmware_root);
	h->dev.name = "0000:01:00.0";
	h->bar0 = shim_map_bar(0, h->info.bar_bytes[0]);
	assert_non_null(h->bar0);
	h->info.irq_requested = !opt->no_irq;
	if (!opt->no_irq)
		shim_set_irq(irq_hard, irq_thread, h);
	return h;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

void harness_free(struct harness *h)
{
	const char *leaks;
	u64 faults;

	shim_set_irq(NULL, NULL, NULL);
	shim_unmap_bar(h->bar0);
	if (h->firmware_root[0])
		nftw(h->firmware_root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	leaks = shim_leaks();
	faults = shim_dma_faults();
	gpu_model_free(h->gm);
	shim_bind_model(NULL);
	free(h);
	if (leaks)
		fail_msg("left behind: %s", leaks);
	if (faults)
		fail_msg("%llu DMA accesses outside of all buffers", faults);
}

void harness_boot(struct harness *h)
{
	char text[VGPU_ERROR_TEXT_BYTES];
	int err;

	h->gpu.firmware_version = h->opt.firmware;
	err = vgpu_gpu_init(&h->gpu, &h->dev, h->bar0, &h->info);
	if (!err)
		err = vgpu_gpu_boot(&h->gpu);
	if (err) {
		vgpu_gpu_last_error(&h->gpu, text, sizeof(text));
		fail_msg("boot failed with %d: %s", err, text);
	}
}

void harness_boot_short_of_memory(struct harness *h, long least)
{
	const long most = 2000;
	long nr;
	int err;

	h->gpu.firmware_version = h->opt.firmware;
	assert_int_equal(vgpu_gpu_init(&h->gpu, &h->dev, h->bar0, &h->info), 0);
	for (nr = 0; nr < most; nr++) {
		shim_fail_allocation(nr);
		err = vgpu_gpu_boot(&h->gpu);
		if (!shim_allocation_failed()) {
			assert_int_equal(err, 0);
			break;
		}
		if (err) {
			assert_int_equal(h->gpu.state, VGPU_GPU_FAILED);
			assert_true(h->gpu.last_error[0] != '\0');
			assert_null(h->gpu.host);
		}
		vgpu_gpu_shutdown(&h->gpu);
	}
	shim_fail_allocation(-1);
	assert_in_range(nr, least + 1, most - 1);
}

void harness_shutdown(struct harness *h)
{
	vgpu_gpu_shutdown(&h->gpu);
	vgpu_gpu_fini(&h->gpu);
}

void harness_reset_pf(struct harness *h)
{
	gpu_model_function_reset(h->gm, 0);
	program_pci(h);
}

void harness_set_fail(struct harness *h, const char *names)
{
	char err[1024];

	if (gpu_model_set_fail(h->gm, names, err, sizeof(err)))
		fail_msg("%s", err);
}

void harness_expect_error(struct harness *h, const char *text)
{
	char error[VGPU_ERROR_TEXT_BYTES];

	vgpu_gpu_last_error(&h->gpu, error, sizeof(error));
	if (!strstr(error, text))
		fail_msg("last_error is \"%s\", expected something with \"%s\"", error, text);
}

u64 harness_stat(struct harness *h, const char *name)
{
	char *json = gpu_model_stats_json(h->gm), key[64], *at;
	u64 value;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = strstr(json, key);
	if (!at)
		fail_msg("the model has no statistic %s: %s", name, json);
	value = strtoull(at + strlen(key), NULL, 0);
	free(json);
	return value;
}
