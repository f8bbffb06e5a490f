/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stand-in kernel of the unit tests: memory, DMA, registers, time and interrupts for kmod/core,
 * on top of a GPU model in the same process (or of register hooks of a test).
 *
 * Everything is single threaded and deterministic. Time is virtual. When the code under test sleeps
 * or waits, the shim lets the model work, delivers its interrupts to the hard handler, then runs
 * the interrupt thread and work items, unless it already is inside one of these.
 */
#ifndef SHIM_H
#define SHIM_H

#include <linux/device.h>
#include <linux/types.h>

struct gpu_model;
struct gpu_model_host_ops;

/*
 * Forget everything and start at time 0. Mappings and buffers of an earlier test are leaks there.
 */
void shim_reset(void);

/* Host ops for gpu_model_new(); the opaque argument is not used. */
const struct gpu_model_host_ops *shim_host_ops(void);
/* Accesses to mapped BARs, interrupts and time go to @gm from now on; NULL for none. */
void shim_bind_model(struct gpu_model *gm);

/* Registers without a model: @function is always 0 here. */
struct shim_mmio_ops {
	u64 (*read)(void *ctx, unsigned int bar, u64 offset, unsigned int size);
	void (*write)(void *ctx, unsigned int bar, u64 offset, u64 value, unsigned int size);
};
void shim_bind_mmio(const struct shim_mmio_ops *ops, void *ctx);

/* Reads give all ones and writes are dropped, as after surprise removal. */
void shim_set_gone(bool gone);

/* Map a whole BAR of the PF; shim_unmap_bar() with the same pointer. */
void __iomem *shim_map_bar(unsigned int bar, u64 bytes);
void shim_unmap_bar(void __iomem *ptr);
/* What physical address ioremap() finds the PF's @bar at. */
void shim_set_bar_address(unsigned int bar, u64 base, u64 bytes);

/*
 * Interrupts: @hard is called with the MSI-X entry (or ~0 for INTx) and returns true when @thread
 * has to run.
 */
void shim_set_irq(bool (*hard)(void *ctx, unsigned int vector), void (*thread)(void *ctx),
		  void *ctx);
/* Interrupts that the model raised so far. */
u64 shim_irq_count(void);

/* Let @ns of virtual time pass with everything running. */
void shim_run(u64 ns);

void shim_set_firmware_root(const char *dir);

/* Make allocation number @nr from now on (0: the next one) fail; -1 for none. */
void shim_fail_allocation(long nr);
/* True when the failure asked for above has happened. */
bool shim_allocation_failed(void);

/* What is still allocated, mapped, queued or open, as text; NULL when nothing is. */
const char *shim_leaks(void);
/* DMA accesses of the model outside of all buffers, since shim_reset(). */
u64 shim_dma_faults(void);
/* DMA memory as the device sees it, for tests that play firmware. 0 or -EFAULT. */
int shim_dma_read(u64 addr, void *buf, size_t len);
int shim_dma_write(u64 addr, const void *buf, size_t len);

/* The last log line that contains @text, or NULL. */
const char *shim_log_find(const char *text);
/* Lines at warning level or worse since the last clear. */
unsigned int shim_log_warnings(void);
void shim_log_clear(void);

#endif
