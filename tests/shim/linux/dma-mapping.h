/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DMA memory has made-up bus addresses; the model reaches nothing else. */
#ifndef SHIM_LINUX_DMA_MAPPING_H
#define SHIM_LINUX_DMA_MAPPING_H

#include <linux/types.h>

struct device;

enum dma_data_direction {
	DMA_BIDIRECTIONAL,
	DMA_TO_DEVICE,
	DMA_FROM_DEVICE,
};

#define DMA_MAPPING_ERROR (~(dma_addr_t)0)
#define DMA_BIT_MASK(n) ((n) == 64 ? ~0ULL : (1ULL << (n)) - 1)

void *dma_alloc_coherent(struct device *dev, size_t bytes, dma_addr_t *addr, gfp_t gfp);
void dma_free_coherent(struct device *dev, size_t bytes, void *cpu, dma_addr_t addr);
dma_addr_t dma_map_single(struct device *dev, void *cpu, size_t bytes,
			  enum dma_data_direction dir);
void dma_unmap_single(struct device *dev, dma_addr_t addr, size_t bytes,
		      enum dma_data_direction dir);
struct page;
dma_addr_t dma_map_page(struct device *dev, struct page *page, size_t offset, size_t bytes,
			enum dma_data_direction dir);
#define dma_unmap_page dma_unmap_single
#define dma_mapping_error(dev, addr) ((addr) == DMA_MAPPING_ERROR)

#endif
