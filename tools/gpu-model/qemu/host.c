// SPDX-License-Identifier: GPL-2.0-or-later
/* What the model asks of its host: DMA, interrupts, time, log. */
#include "adapter.h"

static const char *const level_names[] = {
	[GPU_MODEL_LOG_ERROR] = "error",
	[GPU_MODEL_LOG_WARN] = "warning",
	[GPU_MODEL_LOG_INFO] = "info",
	[GPU_MODEL_LOG_TRACE] = "trace",
};

void qgm_log(struct qgm_pf *pf, enum gpu_model_log_level level, const char *fmt, ...)
{
	va_list ap;

	if (level == GPU_MODEL_LOG_TRACE && !pf->trace)
		return;
	fprintf(stderr, "gpu-model: %s: ", level_names[level]);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static void host_log(void *opaque, enum gpu_model_log_level level, const char *line)
{
	qgm_log(opaque, level, "%s", line);
}

static bool may_master(PCIDevice *dev)
{
	return pci_get_word(dev->config + PCI_COMMAND) & PCI_COMMAND_MASTER;
}

static int host_dma_read(void *opaque, unsigned int function, uint64_t addr, void *buf, size_t len)
{
	PCIDevice *dev = qgm_function_dev(opaque, function);

	if (!dev)
		return -ENODEV;
	if (!may_master(dev))
		return -EPERM;
	return pci_dma_read(dev, addr, buf, len) == MEMTX_OK ? 0 : -EIO;
}

static int host_dma_write(void *opaque, unsigned int function, uint64_t addr, const void *buf,
			  size_t len)
{
	PCIDevice *dev = qgm_function_dev(opaque, function);

	if (!dev)
		return -ENODEV;
	if (!may_master(dev))
		return -EPERM;
	return pci_dma_write(dev, addr, buf, len) == MEMTX_OK ? 0 : -EIO;
}

static void host_raise_msix(void *opaque, unsigned int function, unsigned int vector)
{
	PCIDevice *dev = qgm_function_dev(opaque, function);

	/* QEMU would remember a message as pending while MSI-X is off; hardware forgets it. */
	if (!dev || !msix_enabled(dev) || vector >= (unsigned int)dev->msix_entries_nr)
		return;
	msix_notify(dev, vector);
}

static void host_raise_msi(void *opaque)
{
	struct qgm_pf *pf = opaque;

	if (msi_enabled(pf->fn.dev))
		msi_notify(pf->fn.dev, 0);
}

static void host_set_intx(void *opaque, bool level)
{
	struct qgm_pf *pf = opaque;

	if (pf->intx_level == level)
		return;
	pf->intx_level = level;
	pci_set_irq(pf->fn.dev, level);
}

static uint64_t host_now_ns(void *opaque)
{
	return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

static void host_schedule(void *opaque, uint64_t delay_ns)
{
	struct qgm_pf *pf = opaque;
	int64_t now_ns = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
	int64_t when_ns =
		delay_ns < (uint64_t)(INT64_MAX - now_ns) ? now_ns + (int64_t)delay_ns : INT64_MAX;

	if (pf->deadline_ns >= 0 && pf->deadline_ns <= when_ns)
		return;
	pf->deadline_ns = when_ns;
	timer_mod_ns(pf->timer, when_ns);
}

void qgm_timer_fired(void *opaque)
{
	struct qgm_pf *pf = opaque;

	pf->deadline_ns = -1;
	if (!qgm_enter(pf, "timer"))
		return;
	gpu_model_run(pf->model);
	qgm_leave(pf);
}

const struct gpu_model_host_ops qgm_host_ops = {
	.dma_read = host_dma_read,
	.dma_write = host_dma_write,
	.raise_msix = host_raise_msix,
	.raise_msi = host_raise_msi,
	.set_intx = host_set_intx,
	.now_ns = host_now_ns,
	.schedule = host_schedule,
	.log = host_log,
};
