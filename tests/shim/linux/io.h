/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Register access: the address is looked up among the shim's mappings of model BARs. */
#ifndef SHIM_LINUX_IO_H
#define SHIM_LINUX_IO_H

#include <asm/barrier.h>
#include <linux/types.h>

u64 shim_io_read(const volatile void *addr, unsigned int size);
void shim_io_write(volatile void *addr, u64 value, unsigned int size);

#define readb(a) ((u8)shim_io_read(a, 1))
#define readw(a) ((u16)shim_io_read(a, 2))
#define readl(a) ((u32)shim_io_read(a, 4))
#define readq(a) shim_io_read(a, 8)
#define writeb(v, a) shim_io_write(a, (u8)(v), 1)
#define writew(v, a) shim_io_write(a, (u16)(v), 2)
#define writel(v, a) shim_io_write(a, (u32)(v), 4)
#define writeq(v, a) shim_io_write(a, (u64)(v), 8)
#define __raw_writeq(v, a) shim_io_write(a, v, 8)
#define ioread32 readl
#define iowrite32 writel

void memcpy_fromio(void *dst, const volatile void *src, size_t bytes);
void memcpy_toio(volatile void *dst, const void *src, size_t bytes);
void memset_io(volatile void *dst, int value, size_t bytes);
void __iomem *ioremap(phys_addr_t addr, size_t bytes);
void __iomem *ioremap_wc(phys_addr_t addr, size_t bytes);
void iounmap(volatile void __iomem *addr);

#endif
