// SPDX-License-Identifier: GPL-2.0-only
/* System memory that GSP reads and writes: coherent buffers, radix3 list, logs, boot arguments. */
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "../abi/boot.h"
#include "../abi/firmware.h"
#include "fw.h"
#include "gpu.h"

int gsp_dma_alloc(struct vgpu_gpu *gpu, struct gsp_dma *dma, size_t bytes)
{
	dma->cpu = dma_alloc_coherent(gpu->dev, bytes, &dma->addr, GFP_KERNEL);
	if (!dma->cpu) {
		vgpu_gpu_error(gpu, "DMA memory: %zu bytes cannot be allocated; free some memory and try again",
			       bytes);
		return -ENOMEM;
	}
	dma->bytes = bytes;
	return 0;
}

void gsp_dma_free(struct vgpu_gpu *gpu, struct gsp_dma *dma)
{
	if (dma->cpu)
		dma_free_coherent(gpu->dev, dma->bytes, dma->cpu, dma->addr);
	memset(dma, 0, sizeof(*dma));
}

/* ---- radix3 ---- */

void gsp_radix3_free(struct vgpu_gpu *gpu, struct gsp_radix3 *rx)
{
	while (rx->pages)
		dma_unmap_page(gpu->dev, rx->page[--rx->pages], GSP_PAGE_BYTES, DMA_TO_DEVICE);
	kvfree(rx->page);
	vfree(rx->memory);
	gsp_dma_free(gpu, &rx->level2);
	gsp_dma_free(gpu, &rx->level1);
	gsp_dma_free(gpu, &rx->level0);
	memset(rx, 0, sizeof(*rx));
}

/* Make the pages from @first on, @count of them, readable by the device. */
static int radix3_map(struct vgpu_gpu *gpu, struct gsp_radix3 *rx, u8 *first, size_t count)
{
	dma_addr_t addr;

	rx->page = kvcalloc(count, sizeof(*rx->page), GFP_KERNEL);
	if (!rx->page)
		return -ENOMEM;
	while (rx->pages < count) {
		addr = dma_map_page(gpu->dev,
				    vmalloc_to_page(first + rx->pages * GSP_PAGE_BYTES), 0,
				    GSP_PAGE_BYTES, DMA_TO_DEVICE);
		if (dma_mapping_error(gpu->dev, addr)) {
			vgpu_gpu_error(gpu, "DMA memory: the IOMMU has no room for the GSP image; unbind other devices and try again");
			return -ENOMEM;
		}
		rx->page[rx->pages++] = addr;
	}
	return 0;
}

int gsp_radix3_build(struct vgpu_gpu *gpu, struct gsp_radix3 *rx, u8 *image, size_t bytes)
{
	size_t pages = DIV_ROUND_UP(bytes, GSP_PAGE_BYTES);
	size_t tables = DIV_ROUND_UP(pages, GSP_RADIX3_ENTRIES);
	u8 *first = rx->memory + ALIGN_DOWN(image - rx->memory, GSP_PAGE_BYTES);
	__le64 *pte;
	size_t i;
	int err;

	if (first != image)
		memmove(first, image, bytes);
	memset(first + bytes, 0, pages * GSP_PAGE_BYTES - bytes);
	rx->bytes = bytes;
	err = gsp_dma_alloc(gpu, &rx->level0, GSP_PAGE_BYTES);
	if (!err)
		err = gsp_dma_alloc(gpu, &rx->level1, GSP_PAGE_BYTES);
	if (!err)
		err = gsp_dma_alloc(gpu, &rx->level2, tables * GSP_PAGE_BYTES);
	if (!err)
		err = radix3_map(gpu, rx, first, pages);
	if (err) {
		gsp_radix3_free(gpu, rx);
		return err;
	}
	pte = rx->level2.cpu;
	for (i = 0; i < pages; i++)
		pte[i] = cpu_to_le64(rx->page[i]);
	pte = rx->level1.cpu;
	for (i = 0; i < tables; i++)
		pte[i] = cpu_to_le64(rx->level2.addr + i * GSP_PAGE_BYTES);
	pte = rx->level0.cpu;
	pte[0] = cpu_to_le64(rx->level1.addr);
	return 0;
}

/* ---- logs and libos arguments ---- */

static const struct {
	const char *name;
	u64 id;
} gsp_logs[GSP_LOG_COUNT] = {
	[GSP_LOG_INIT] = { "loginit", LIBOS_ARG_ID_LOGINIT },
	[GSP_LOG_INTR] = { "logintr", LIBOS_ARG_ID_LOGINTR },
	[GSP_LOG_RM] = { "logrm", LIBOS_ARG_ID_LOGRM },
};

const char *gsp_log_name(enum gsp_log_id id)
{
	return id < GSP_LOG_COUNT ? gsp_logs[id].name : "unknown";
}

int gsp_logs_prepare(struct vgpu_gpu *gpu)
{
	struct libos_log_header *head;
	struct gsp_dma *log;
	unsigned int i, page;
	int err;

	for (i = 0; i < GSP_LOG_COUNT; i++) {
		log = &gpu->boot.log[i];
		if (!log->cpu) {
			err = gsp_dma_alloc(gpu, log, LIBOS_LOG_BYTES);
			if (err)
				return err;
		}
		memset(log->cpu, 0, log->bytes);
		head = log->cpu;
		for (page = 0; page < ARRAY_SIZE(head->pte); page++)
			head->pte[page] = cpu_to_le64(log->addr + page * GSP_PAGE_BYTES);
	}
	return 0;
}

static void libos_arg_set(struct libos_arg *arg, u64 id, const struct gsp_dma *mem)
{
	arg->id = cpu_to_le64(id);
	arg->pa = cpu_to_le64(mem->addr);
	arg->size = cpu_to_le64(mem->bytes);
	arg->kind = LIBOS_ARG_KIND_CONTIGUOUS;
	arg->loc = LIBOS_ARG_LOC_SYSMEM;
}

int gsp_libos_args_build(struct vgpu_gpu *gpu)
{
	struct gsp_boot *boot = &gpu->boot;
	struct libos_arg *arg;
	unsigned int i;
	int err;

	err = gsp_dma_alloc(gpu, &boot->rm_args, GSP_RMARGS_BYTES);
	if (!err)
		err = gsp_dma_alloc(gpu, &boot->libos_args, LIBOS_ARGS_BYTES);
	if (err)
		return err;
	boot->ops->fill_rm_args(gpu, boot->rm_args.cpu);
	arg = boot->libos_args.cpu;
	for (i = 0; i < GSP_LOG_COUNT; i++)
		libos_arg_set(arg++, gsp_logs[i].id, &boot->log[i]);
	libos_arg_set(arg, LIBOS_ARG_ID_RMARGS, &boot->rm_args);
	return 0;
}

void gsp_wpr_meta_fill(struct vgpu_gpu *gpu)
{
	const struct gsp_boot *boot = &gpu->boot;
	const struct gsp_layout *l = &boot->layout;
	struct gsp_fw_wpr_meta *meta = boot->wpr_meta.cpu;

	memset(meta, 0, sizeof(*meta));
	meta->magic = cpu_to_le64(GSP_FW_WPR_META_MAGIC);
	meta->revision = cpu_to_le64(GSP_FW_WPR_META_REVISION);
	meta->sysmem_addr_of_radix3_elf = cpu_to_le64(boot->radix3.level0.addr);
	meta->size_of_radix3_elf = cpu_to_le64(boot->radix3.bytes);
	meta->sysmem_addr_of_bootloader = cpu_to_le64(boot->bootloader.addr);
	meta->size_of_bootloader = cpu_to_le64(boot->bootloader.bytes);
	meta->bootloader_code_offset = cpu_to_le64(boot->bootloader_code_offset);
	meta->bootloader_data_offset = cpu_to_le64(boot->bootloader_data_offset);
	meta->bootloader_manifest_offset = cpu_to_le64(boot->bootloader_manifest_offset);
	meta->sysmem_addr_of_signature = cpu_to_le64(boot->signature.addr);
	meta->size_of_signature = cpu_to_le64(boot->signature.bytes);
	meta->gsp_fw_rsvd_start = cpu_to_le64(l->rsvd_start);
	meta->non_wpr_heap_offset = cpu_to_le64(l->non_wpr_offset);
	meta->non_wpr_heap_size = cpu_to_le64(l->non_wpr_bytes);
	meta->gsp_fw_wpr_start = cpu_to_le64(l->wpr_start);
	meta->gsp_fw_heap_offset = cpu_to_le64(l->heap_offset);
	meta->gsp_fw_heap_size = cpu_to_le64(l->heap_bytes);
	meta->gsp_fw_offset = cpu_to_le64(l->image_offset);
	meta->boot_bin_offset = cpu_to_le64(l->bootloader_offset);
	meta->frts_offset = cpu_to_le64(l->frts_offset);
	meta->frts_size = cpu_to_le64(l->frts_bytes);
	meta->gsp_fw_wpr_end = cpu_to_le64(l->wpr_end);
	meta->fb_size = cpu_to_le64(l->fb_bytes);
	meta->vga_workspace_offset = cpu_to_le64(l->vga_offset);
	meta->vga_workspace_size = cpu_to_le64(l->vga_bytes);
	if (boot->vgpu_host)
		meta->gsp_fw_heap_vf_partition_count = boot->ops->vf_partitions;
}
