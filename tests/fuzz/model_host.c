// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine of model_host.h. */
#include "model_host.h"

struct fuzz_host host;

uint8_t *host_ram(uint64_t addr, size_t len)
{
	if (addr < RAM_BASE || addr - RAM_BASE > host.ram_bytes ||
	    len > host.ram_bytes - (addr - RAM_BASE))
		return NULL;
	return host.ram + (addr - RAM_BASE);
}

static int op_dma_read(void *opaque, unsigned int function, uint64_t addr, void *buf, size_t len)
{
	if (!host_ram(addr, len))
		return -EFAULT;
	memcpy(buf, host_ram(addr, len), len);
	return 0;
}

static int op_dma_write(void *opaque, unsigned int function, uint64_t addr, const void *buf,
			size_t len)
{
	if (!host_ram(addr, len))
		return -EFAULT;
	memcpy(host_ram(addr, len), buf, len);
	return 0;
}

static void op_raise_msix(void *opaque, unsigned int function, unsigned int vector)
{
	if (function > host.num_vfs || vector >= NV_PCI_MSIX_ENTRIES)
		abort();
}

static void op_raise_msi(void *opaque)
{
}

static void op_set_intx(void *opaque, bool level)
{
}

static uint64_t op_now_ns(void *opaque)
{
	return host.now;
}

static void op_schedule(void *opaque, uint64_t delay_ns)
{
}

static void op_log(void *opaque, enum gpu_model_log_level level, const char *line)
{
}

static const struct gpu_model_host_ops ops = {
	.dma_read = op_dma_read, .dma_write = op_dma_write, .raise_msix = op_raise_msix,
	.raise_msi = op_raise_msi, .set_intx = op_set_intx, .now_ns = op_now_ns,
	.schedule = op_schedule, .log = op_log,
};

void host_begin(const struct gpu_model_config *config, size_t ram_bytes)
{
	host.now = 1;
	host.num_vfs = config->num_vfs;
	host.ram_bytes = ram_bytes;
	memset(host.ram, 0, ram_bytes);
	host.gm = gpu_model_new(config, &ops, NULL, NULL, 0);
	if (!host.gm)
		abort();
}

void host_end(void)
{
	gpu_model_free(host.gm);
	host.gm = NULL;
}
