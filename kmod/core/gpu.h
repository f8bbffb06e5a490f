/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One GPU (one PF) as the core sees it. The PCI driver fills struct vgpu_board_info, calls
 * vgpu_gpu_init() and vgpu_gpu_boot(), and gives the core interrupts; everything else is here.
 *
 * Lock order (outer to inner): vgpu_gpu.life_lock > a client's locks > vgpu_gpu.vram_lock >
 * gsp_rpc.lock > spinlocks. vgpu_clients.lock is taken under any of the mutexes.
 */
#ifndef VGPU_GPU_H
#define VGPU_GPU_H

#include <linux/device.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "bar1.h"
#include "boot.h"
#include "buddy.h"
#include "client.h"
#include "mmu.h"
#include "rpc.h"
#include "static_info.h"
#include "vfn.h"

struct vgpu_chip;
struct vgpu_type;
struct vgpu_vf;
struct vgpu_host;

/* What the PCI side knows before any register is touched. vf_bar_*: 0 BAR0, 1 BAR1, 2 BAR3. */
struct vgpu_board_info {
	u16 device, subvendor, subdevice;
	u8 revision;
	u32 domain;
	u8 bus, devfn;
	u64 bar_base[3];
	u64 bar_bytes[3];
	u16 total_vfs, first_vf_offset, vf_stride;
	u64 vf_bar_base[3];
	u64 vf_bar_bytes[3];
	bool vf_bar_64bit[3];
	bool irq_requested;	/* handlers are installed: test and use interrupts */
};

enum vgpu_gpu_state {
	VGPU_GPU_COLD,	  /* probed, GSP not started */
	VGPU_GPU_BOOTING,
	VGPU_GPU_READY,	  /* GSP runs, vGPUs can be claimed */
	VGPU_GPU_FAILED,  /* boot failed, last_error says why */
	VGPU_GPU_LOST,	  /* GSP crashed, stopped answering, or the device fell off the bus */
};

#define VGPU_ERROR_TEXT_BYTES 256

struct vgpu_gpu {
	struct device *dev;
	void __iomem *bar0;
	struct vgpu_board_info info;
	const struct vgpu_chip *chip;

	enum vgpu_gpu_state state;	/* written under error_lock, read anywhere (READ_ONCE) */
	/*
	 * Set before boot, may be NULL: told after each change of state. Mutexes of the core may be
	 * held, spinlocks are not; it must not call the core back, but for vgpu_gpu_last_error().
	 */
	void (*state_changed)(struct vgpu_gpu *gpu, enum vgpu_gpu_state state);
	bool gone;			/* off the bus: no register is touched any more */
	struct mutex life_lock;
	spinlock_t error_lock;
	char last_error[VGPU_ERROR_TEXT_BYTES]; /* one sentence; under error_lock */

	struct gsp_boot boot;		/* firmware images, layout, log buffers */
	struct gsp_rpc rpc;		/* queues, one RPC in flight */
	struct vgpu_static_info si;	/* what GSP told about the board */
	struct vgpu_vfn vfn;

	struct mutex vram_lock;		/* buddy, mmu, bar1 and the host's vram */
	struct vgpu_buddy buddy;	/* guest partitions, in VMMU segments */
	struct vgpu_mmu mmu;		/* page tables of the GPU's own address spaces */
	struct vgpu_bar1 bar1;		/* windows onto VRAM */
	struct mutex tlb_lock;		/* one MMU invalidate at a time, see mmu.h; innermost */

	struct vgpu_clients clients;	/* other modules that use this GPU */
	struct vgpu_host *host;		/* vGPU hosting; NULL until vgpu_host_init() */
	const char *firmware_dir;	/* "nvidia/" below the firmware root */
	const char *firmware_version;	/* module parameter firmware: no other; NULL or "": choose */
	bool allow_unscrubbed;		/* module parameter of the same name */
	const bool *scrub_on_release;	/* the same; may change at any time; NULL: on */
	bool bare_metal;		/* module parameter of the same name: host no vGPUs */
	u64 boot_ns;			/* first MMIO of the boot to ready */
};

/*
 * vgpu_gpu_init - identify the chip and prepare the object; touches registers read-only
 * Returns 0, -ENODEV for a chip this driver does not know (last_error says which), -ENOMEM.
 */
int vgpu_gpu_init(struct vgpu_gpu *gpu, struct device *dev, void __iomem *bar0,
		  const struct vgpu_board_info *info);
/* Counterpart of vgpu_gpu_init(); the GPU must be shut down. */
void vgpu_gpu_fini(struct vgpu_gpu *gpu);

/*
 * vgpu_gpu_boot - load firmware, boot GSP, learn the board, prepare vGPU hosting
 *
 * Sleeps, takes seconds on hardware. The interrupt handlers below may run from now on. On failure
 * everything is undone except the GSP log buffers, and last_error holds a sentence.
 */
int vgpu_gpu_boot(struct vgpu_gpu *gpu);
/*
 * vgpu_gpu_hosts_vgpus - can this chip with this firmware host vGPUs?
 * @why: receives the reason as a sentence when not, or is empty
 *
 * Follows from chip, firmware line and SR-IOV capability; before the first boot, from the line that
 * is tried first. Any context.
 */
bool vgpu_gpu_hosts_vgpus(const struct vgpu_gpu *gpu, char *why, size_t why_size);
/* Stop all vGPUs, unload GSP, release firmware memory. Safe in every state, also when lost. */
void vgpu_gpu_shutdown(struct vgpu_gpu *gpu);
/* The same after a boot whose caller could not make use of it: the state is failed, not cold. */
void vgpu_gpu_boot_undo(struct vgpu_gpu *gpu);
/* The device is gone (all-ones reads): no register or RPC is touched from here on. */
void vgpu_gpu_mark_lost(struct vgpu_gpu *gpu, const char *why);

/*
 * Interrupt of @subtree (MSI-X entry number; INTx or MSI pass ~0). Hard-irq context. Returns true
 * when it was ours; *@wake is set when vgpu_gpu_irq_thread() has to run.
 */
bool vgpu_gpu_irq(struct vgpu_gpu *gpu, unsigned int subtree, bool *wake);
/* Threaded half: drains the status queue and dispatches events. */
void vgpu_gpu_irq_thread(struct vgpu_gpu *gpu);

/* Record and log one sentence for the operator ("object: cause; next step"). */
void vgpu_gpu_error(struct vgpu_gpu *gpu, const char *fmt, ...) __printf(2, 3);
/* Copy last_error, NUL-terminated; returns its length. */
size_t vgpu_gpu_last_error(struct vgpu_gpu *gpu, char *buf, size_t size);

static inline u32 vgpu_rd32(struct vgpu_gpu *gpu, u32 offset)
{
	return readl(gpu->bar0 + offset);
}

static inline void vgpu_wr32(struct vgpu_gpu *gpu, u32 offset, u32 value)
{
	writel(value, gpu->bar0 + offset);
}

#endif
