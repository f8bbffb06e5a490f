// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sequence that brings GSP up on boards without FSP (Turing to Ada), and down again:
 *
 *   wait for the board's own firmware, flush page, VBIOS, files, layout, buffers,
 *   FWSEC-FRTS on GSP (opens WPR2), GSP reset into RISC-V, scrubber and booter on SEC2,
 *   GSP's first messages.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/firmware.h>
#include <linux/iopoll.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/boot.h"
#include "../abi/regs.h"
#include "../abi/rpc.h"
#include "fw.h"
#include "gpu.h"

#define BOOT_GFW_US 4000000
#define BOOT_GFW_POLL_US 1000
#define BOOT_RISCV_US 5000000
#define BOOT_RISCV_POLL_US 1000
#define BOOT_INIT_DONE_MS 30000
#define BOOT_UNLOAD_US 5000000
#define BOOT_UNLOAD_POLL_US 1000
#define BOOT_MSG_POLL_US 200

static int gsp_wait_gfw(struct vgpu_gpu *gpu)
{
	u32 priv, progress = 0;
	ktime_t limit = ktime_add_us(ktime_get(), BOOT_GFW_US);

	for (;;) {
		priv = vgpu_rd32(gpu, NV_PGC6_SCRATCH_05_PRIV_MASK);
		if (priv == NV_MMIO_GONE && vgpu_gpu_check_gone(gpu)) {
			vgpu_gpu_error(gpu, "GPU: registers read all ones; the board fell off the bus");
			return -ENODEV;
		}
		if (priv & NV_PGC6_SCRATCH_05_PRIV_MASK_READ_L0) {
			progress = ABI_GET(NV_PGC6_SCRATCH_05_GFW_BOOT_PROGRESS,
					   vgpu_rd32(gpu, NV_PGC6_SCRATCH_05_GFW_BOOT));
			if (progress == NV_PGC6_SCRATCH_05_GFW_BOOT_PROGRESS_VAL_DONE)
				return 0;
		}
		if (ktime_after(ktime_get(), limit))
			break;
		usleep_range(BOOT_GFW_POLL_US, BOOT_GFW_POLL_US * 2);
	}
	vgpu_gpu_error(gpu, "GFW: the board's own firmware did not finish within %u ms (progress 0x%02x); power-cycle the board",
		       BOOT_GFW_US / 1000, progress);
	return -ETIMEDOUT;
}

/* ---- sysmem flush page ---- */

static int gsp_flush_page_set(struct vgpu_gpu *gpu)
{
	struct gsp_dma *page = &gpu->boot.flush_page;
	int err;

	err = gsp_dma_alloc(gpu, page, GSP_PAGE_BYTES);
	if (err)
		return err;
	vgpu_wr32(gpu, NV_PFB_FLUSH_SYSMEM_HI,
		  (u32)((u64)page->addr >> NV_PFB_FLUSH_SYSMEM_HI_SHIFT));
	vgpu_wr32(gpu, NV_PFB_FLUSH_SYSMEM_LO,
		  lower_32_bits((u64)page->addr >> NV_PFB_FLUSH_SYSMEM_LO_SHIFT));
	return 0;
}

static void gsp_flush_page_clear(struct vgpu_gpu *gpu)
{
	struct gsp_dma *page = &gpu->boot.flush_page;

	if (!page->cpu)
		return;
	/* Only when nobody has put another page there meanwhile. */
	if (!gpu->gone && vgpu_rd32(gpu, NV_PFB_FLUSH_SYSMEM_LO) ==
				  lower_32_bits((u64)page->addr >> NV_PFB_FLUSH_SYSMEM_LO_SHIFT)) {
		vgpu_wr32(gpu, NV_PFB_FLUSH_SYSMEM_HI, 0);
		vgpu_wr32(gpu, NV_PFB_FLUSH_SYSMEM_LO, 0);
	}
	gsp_dma_free(gpu, page);
}

/* ---- firmware images ---- */

static int gsp_load_bootloader(struct vgpu_gpu *gpu)
{
	struct gsp_boot *boot = &gpu->boot;
	struct gsp_bootloader bl;
	const struct firmware *fw;
	const char *why = "";
	int err;

	err = gsp_firmware_request(gpu, "bootloader", &fw);
	if (err)
		return err;
	err = gsp_bootloader_parse(fw->data, fw->size, &bl, &why);
	if (err) {
		vgpu_gpu_error(gpu, "firmware bootloader-%s.bin: %s; reinstall the firmware package",
			       boot->ops->version, why);
		goto out;
	}
	err = gsp_dma_alloc(gpu, &boot->bootloader, bl.image.bytes);
	if (err)
		goto out;
	memcpy(boot->bootloader.cpu, bl.image.data, bl.image.bytes);
	boot->bootloader_app_version = bl.app_version;
	boot->bootloader_code_offset = bl.code_offset;
	boot->bootloader_data_offset = bl.data_offset;
	boot->bootloader_manifest_offset = bl.manifest_offset;
out:
	release_firmware(fw);
	return err;
}

static int gsp_load_image(struct vgpu_gpu *gpu)
{
	struct gsp_boot *boot = &gpu->boot;
	struct gsp_image img;
	struct fw_span file;
	const char *why = "";
	int err;

	err = gsp_firmware_request_image(gpu, "gsp", &boot->radix3.memory, &file);
	if (err)
		return err;
	err = gsp_image_parse(file.data, file.bytes, gpu->chip->signature, &img, &why);
	if (err) {
		vgpu_gpu_error(gpu, "firmware gsp-%s.bin: %s; reinstall the firmware package",
			       boot->ops->version, why);
		goto out;
	}
	if (strcmp(img.version, boot->ops->version)) {
		vgpu_gpu_error(gpu, "firmware gsp-%s.bin: says it is version %s; reinstall the firmware package",
			       boot->ops->version, img.version);
		err = -EINVAL;
		goto out;
	}
	err = gsp_dma_alloc(gpu, &boot->signature, ALIGN(img.signature.bytes, GSP_PAGE_BYTES));
	if (err)
		goto out;
	memcpy(boot->signature.cpu, img.signature.data, img.signature.bytes);
	/* The span is read-only to parsers; the memory is ours. */
	return gsp_radix3_build(gpu, &boot->radix3,
				boot->radix3.memory + (img.image.data - boot->radix3.memory),
				img.image.bytes);
out:
	gsp_radix3_free(gpu, &boot->radix3);
	return err;
}

static int gsp_plan_layout(struct vgpu_gpu *gpu)
{
	struct gsp_boot *boot = &gpu->boot;
	struct gsp_layout_input in = {};
	u32 workspace = 0;
	int err;

	in.fb_bytes = (u64)vgpu_rd32(gpu, NV_USABLE_FB_SIZE) << NV_USABLE_FB_SIZE_SHIFT;
	if (in.fb_bytes < GSP_VGA_WORKSPACE_DEFAULT_BYTES) {
		vgpu_gpu_error(gpu, "VRAM: the board reports %llu bytes; power-cycle it",
			       in.fb_bytes);
		return -EIO;
	}
	if (!(vgpu_rd32(gpu, NV_FUSE_OPT_DISPLAY) & NV_FUSE_OPT_DISPLAY_DISABLED))
		workspace = vgpu_rd32(gpu, NV_PDISP_VGA_WORKSPACE);
	in.vga_offset = gsp_layout_vga_offset(in.fb_bytes, workspace);
	in.image_bytes = boot->radix3.bytes;
	in.bootloader_bytes = boot->bootloader.bytes;
	in.heap_bytes = gsp_layout_heap_bytes(boot->ops, in.fb_bytes, boot->vgpu_host);
	err = gsp_layout_compute(&in, &boot->layout);
	if (err)
		vgpu_gpu_error(gpu, "VRAM: %llu MiB are too few for the firmware's reservation; this board cannot be used",
			       in.fb_bytes >> 20);
	return err;
}

/* Everything GSP needs in system memory. */
static int gsp_prepare(struct vgpu_gpu *gpu)
{
	struct gsp_boot *boot = &gpu->boot;
	int err;

	err = fwsec_load(gpu);
	if (!err)
		err = gsp_firmware_hs(gpu, "booter_unload", &boot->booter_unload);
	if (!err)
		err = gsp_load_bootloader(gpu);
	if (!err)
		err = gsp_load_image(gpu);
	if (!err)
		err = gsp_plan_layout(gpu);
	if (!err)
		err = gsp_logs_prepare(gpu);
	if (!err)
		err = gsp_rpc_init(gpu);
	if (!err)
		err = gsp_libos_args_build(gpu);
	if (!err)
		err = gsp_dma_alloc(gpu, &boot->wpr_meta, GSP_PAGE_BYTES);
	if (!err)
		gsp_wpr_meta_fill(gpu);
	return err;
}

/* The two messages that wait in the queue when GSP starts. */
static int gsp_queue_first_messages(struct vgpu_gpu *gpu)
{
	void *info, *registry = NULL;
	ssize_t len;
	int err;

	info = kzalloc(gpu->boot.ops->system_info_bytes, GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	gpu->boot.ops->fill_system_info(gpu, info);
	err = gsp_rpc_post(gpu, RPC_FN_GSP_SET_SYSTEM_INFO, info,
			   gpu->boot.ops->system_info_bytes);
	kfree(info);
	if (err)
		return err;
	len = gsp_registry_build(gpu->boot.vgpu_host, &registry);
	if (len < 0)
		return len;
	err = gsp_rpc_post(gpu, RPC_FN_SET_REGISTRY, registry, len);
	kvfree(registry);
	return err;
}

/* ---- starting ---- */

int gsp_core_reset(struct vgpu_gpu *gpu)
{
	u64 args = gpu->boot.libos_args.addr;
	int err = falcon_reset(gpu, &falcon_gsp, true);

	if (err)
		return err;
	falcon_write(gpu, &falcon_gsp, NV_PFALCON_MAILBOX0, lower_32_bits(args));
	falcon_write(gpu, &falcon_gsp, NV_PFALCON_MAILBOX1, upper_32_bits(args));
	return 0;
}

static int gsp_start_core(struct vgpu_gpu *gpu)
{
	struct falcon_ucode booter = {};
	u32 cpuctl;
	int err;

	err = gsp_core_reset(gpu);
	if (err)
		return err;
	err = gsp_scrub(gpu);
	if (err)
		return err;
	err = gsp_firmware_hs(gpu, "booter_load", &booter);
	if (err)
		return err;
	err = booter_run_load(gpu, &booter);
	falcon_ucode_free(&booter);
	if (err)
		return err;
	falcon_write(gpu, &falcon_gsp, NV_PFALCON_OS, gpu->boot.bootloader_app_version);
	if (readl_poll_timeout(gpu->bar0 + NV_PGSP + NV_PFALCON2_RISCV_CPUCTL, cpuctl,
			       cpuctl & NV_PFALCON2_RISCV_CPUCTL_ACTIVE, BOOT_RISCV_POLL_US,
			       BOOT_RISCV_US)) {
		vgpu_gpu_error(gpu, "GSP: its RISC-V core did not start within %u ms after booter (state 0x%08x); power-cycle the board",
			       BOOT_RISCV_US / 1000, cpuctl);
		return -ETIMEDOUT;
	}
	return 0;
}

static int gsp_wait_init_done(struct vgpu_gpu *gpu)
{
	struct gsp_boot *boot = &gpu->boot;
	ktime_t limit = ktime_add_ms(ktime_get(), BOOT_INIT_DONE_MS);

	while (!boot->init_done) {
		gsp_rpc_drain(gpu);
		gsp_rpc_dispatch(gpu);
		if (boot->init_done)
			break;
		if (!gpu->rpc.running)
			return -EIO;	/* gsp_rpc_lost() has said why */
		if (!falcon_riscv_active(gpu, &falcon_gsp)) {
			vgpu_gpu_error(gpu, "GSP: the firmware halted before it was ready; its logs are in debugfs");
			return -EIO;
		}
		if (ktime_after(ktime_get(), limit)) {
			vgpu_gpu_error(gpu, "GSP: the firmware was not ready within %u s; its logs are in debugfs",
				       BOOT_INIT_DONE_MS / 1000);
			return -ETIMEDOUT;
		}
		usleep_range(BOOT_MSG_POLL_US, BOOT_MSG_POLL_US * 2);
	}
	if (boot->init_result) {
		vgpu_gpu_error(gpu, "GSP: its initialisation ended with %s (0x%x); its logs are in debugfs",
			       rm_status_name(boot->init_result), boot->init_result);
		return -EIO;
	}
	return 0;
}

/* Booter has copied the image into WPR2: the copy in system memory is not read again. */
static void gsp_free_images(struct vgpu_gpu *gpu)
{
	struct gsp_boot *boot = &gpu->boot;

	gsp_radix3_free(gpu, &boot->radix3);
	gsp_dma_free(gpu, &boot->bootloader);
	gsp_dma_free(gpu, &boot->signature);
	gsp_dma_free(gpu, &boot->wpr_meta);
}

int gsp_boot_start(struct vgpu_gpu *gpu)
{
	struct gsp_boot *boot = &gpu->boot;
	int err;

	err = gsp_fw_select(gpu);
	if (err)
		return err;
	boot->hw_touched = false;
	boot->gsp_started = false;
	boot->init_done = false;
	boot->init_result = 0;

	err = gsp_wait_gfw(gpu);
	if (!err)
		err = gsp_flush_page_set(gpu);
	if (!err)
		err = gsp_prepare(gpu);
	if (!err)
		err = gsp_queue_first_messages(gpu);
	if (!err)
		err = fwsec_run_frts(gpu);
	if (!err)
		err = gsp_start_core(gpu);
	if (!err)
		err = gsp_wait_init_done(gpu);
	if (err) {
		boot->undoing = true;
		gsp_boot_stop(gpu);
		boot->undoing = false;
		return err;
	}
	gsp_free_images(gpu);
	return 0;
}

/* ---- stopping ---- */

/* Ask GSP to end. Whether it does or not, the falcon is reset afterwards. */
static void gsp_unload_rpc(struct vgpu_gpu *gpu)
{
	struct rpc_unloading req = { .new_level = cpu_to_le32(RPC_UNLOADING_LEVEL_UNLOAD) };
	u32 mailbox;
	ssize_t ret;

	ret = gsp_rpc_call(gpu, RPC_FN_UNLOADING_GUEST_DRIVER, &req, sizeof(req), &req, sizeof(req),
			   GSP_RPC_DEFAULT_MS);
	if (ret < 0) {
		dev_warn(gpu->dev, "GSP did not take the unload request (error %zd)\n", -ret);
		return;
	}
	if (readl_poll_timeout(gpu->bar0 + NV_PGSP + NV_PFALCON_MAILBOX0, mailbox,
			       mailbox & NV_PGSP_MAILBOX0_UNLOADED, BOOT_UNLOAD_POLL_US,
			       BOOT_UNLOAD_US))
		dev_warn(gpu->dev, "GSP did not report that it has unloaded (mailbox 0x%08x)\n",
			 mailbox);
}

/* Stop the core and take WPR2 down, so that the next driver finds a board as after power-on. */
static void gsp_clean_hardware(struct vgpu_gpu *gpu)
{
	struct gsp_boot *boot = &gpu->boot;

	if (falcon_reset(gpu, &falcon_gsp, false))
		dev_warn(gpu->dev, "the GSP falcon could not be reset\n");
	if (fwsec_run_sb(gpu))
		dev_warn(gpu->dev, "FWSEC-SB failed, see above\n");
	if (gsp_wpr2_end(gpu) && booter_run_unload(gpu))
		dev_warn(gpu->dev, "booter unload failed, see above\n");
	if (gsp_wpr2_end(gpu) && !gpu->gone)
		vgpu_gpu_error(gpu, "WPR2: is still set after unloading GSP; reset the GPU before the next boot");
	boot->hw_touched = false;
}

void gsp_boot_stop(struct vgpu_gpu *gpu)
{
	struct gsp_boot *boot = &gpu->boot;

	if (!gpu->gone && boot->init_done && gpu->rpc.running)
		gsp_unload_rpc(gpu);
	if (!gpu->gone && boot->hw_touched)
		gsp_clean_hardware(gpu);
	boot->gsp_started = false;
	boot->init_done = false;

	gsp_rpc_fini(gpu);
	gsp_free_images(gpu);
	gsp_dma_free(gpu, &boot->libos_args);
	gsp_dma_free(gpu, &boot->rm_args);
	falcon_ucode_free(&boot->booter_unload);
	falcon_ucode_free(&boot->fwsec.ucode);
	gsp_flush_page_clear(gpu);
}

void gsp_boot_fini(struct vgpu_gpu *gpu)
{
	unsigned int i;

	for (i = 0; i < GSP_LOG_COUNT; i++)
		gsp_dma_free(gpu, &gpu->boot.log[i]);
}
