// SPDX-License-Identifier: GPL-2.0-only
/* The GPU object: identification, boot, shutdown, errors. */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/string.h>

#include "../abi/regs.h"
#include "fw.h"
#include "gpu.h"
#include "vgpu.h"

/* ---- errors and state ---- */

#define GPU_ANY_STATE -1

/* Change from state @from, or from any. */
static void gpu_change_state(struct vgpu_gpu *gpu, int from, enum vgpu_gpu_state state)
{
	unsigned long flags;
	bool changed;

	spin_lock_irqsave(&gpu->error_lock, flags);
	changed = gpu->state != state && (from == GPU_ANY_STATE || gpu->state == from);
	if (changed)
		WRITE_ONCE(gpu->state, state);
	spin_unlock_irqrestore(&gpu->error_lock, flags);
	if (changed && gpu->state_changed)
		gpu->state_changed(gpu, state);
}

static void gpu_set_state(struct vgpu_gpu *gpu, enum vgpu_gpu_state state)
{
	gpu_change_state(gpu, GPU_ANY_STATE, state);
}

void vgpu_gpu_set_lost(struct vgpu_gpu *gpu)
{
	gpu_change_state(gpu, VGPU_GPU_READY, VGPU_GPU_LOST);
}

void vgpu_gpu_error(struct vgpu_gpu *gpu, const char *fmt, ...)
{
	char text[VGPU_ERROR_TEXT_BYTES];
	unsigned long flags;
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	dev_err(gpu->dev, "%s\n", text);
	if (gpu->boot.undoing)
		return;		/* the first error is the one that explains the rest */
	spin_lock_irqsave(&gpu->error_lock, flags);
	memcpy(gpu->last_error, text, sizeof(text));
	spin_unlock_irqrestore(&gpu->error_lock, flags);
}

size_t vgpu_gpu_last_error(struct vgpu_gpu *gpu, char *buf, size_t size)
{
	unsigned long flags;
	ssize_t len;

	if (!size)
		return 0;
	spin_lock_irqsave(&gpu->error_lock, flags);
	len = strscpy(buf, gpu->last_error, size);
	spin_unlock_irqrestore(&gpu->error_lock, flags);
	return len < 0 ? size - 1 : (size_t)len;
}

void vgpu_gpu_set_gone(struct vgpu_gpu *gpu)
{
	WRITE_ONCE(gpu->gone, true);
}

bool vgpu_gpu_check_gone(struct vgpu_gpu *gpu)
{
	if (!gpu->gone && vgpu_rd32(gpu, NV_PMC_BOOT_0) == NV_MMIO_GONE)
		vgpu_gpu_set_gone(gpu);
	return gpu->gone;
}

void vgpu_gpu_mark_lost(struct vgpu_gpu *gpu, const char *why)
{
	vgpu_gpu_set_gone(gpu);
	if (READ_ONCE(gpu->rpc.running))
		gsp_rpc_lost(gpu, why);
	gpu_set_state(gpu, VGPU_GPU_LOST);
}

/* ---- life ---- */

int vgpu_gpu_init(struct vgpu_gpu *gpu, struct device *dev, void __iomem *bar0,
		  const struct vgpu_board_info *info)
{
	gpu->dev = dev;
	gpu->bar0 = bar0;
	gpu->info = *info;
	gpu->state = VGPU_GPU_COLD;
	gpu->gone = false;
	gpu->last_error[0] = '\0';
	mutex_init(&gpu->life_lock);
	mutex_init(&gpu->vram_lock);
	spin_lock_init(&gpu->error_lock);
	spin_lock_init(&gpu->vfn.lock);
	init_completion(&gpu->vfn.test_done);
	vgpu_clients_setup(gpu);
	gsp_rpc_setup(gpu);
	return vgpu_chip_identify(gpu);
}

void vgpu_gpu_fini(struct vgpu_gpu *gpu)
{
	gsp_boot_fini(gpu);
	mutex_destroy(&gpu->clients.lock);
	mutex_destroy(&gpu->vram_lock);
	mutex_destroy(&gpu->life_lock);
}

/* Tell vGPU hosting about events, or stop doing so and wait for the one being told. */
static void gpu_set_host_events(struct vgpu_gpu *gpu, bool on)
{
	mutex_lock(&gpu->rpc.dispatch_lock);
	gpu->rpc.host_events = on;
	mutex_unlock(&gpu->rpc.dispatch_lock);
}

/* From INIT_DONE to ready: interrupts, facts about the board, vGPU hosting. */
static int gpu_go_live(struct vgpu_gpu *gpu)
{
	char why[VGPU_ERROR_TEXT_BYTES];
	int err;

	err = gsp_static_info_get(gpu);
	if (err)
		return err;
	if (gpu->info.irq_requested) {
		vgpu_vfn_gsp_enable(gpu, true);
		WRITE_ONCE(gpu->rpc.irq_live, true);
	}
	/* What arrived before the vector was enabled raises no interrupt any more. */
	gsp_rpc_drain(gpu);
	gsp_rpc_dispatch(gpu);
	if (!vgpu_gpu_hosts_vgpus(gpu, why, sizeof(why))) {
		dev_info(gpu->dev, "%s; GSP runs bare-metal\n", why);
		return 0;
	}
	err = vgpu_host_init(gpu);
	if (err)
		return err;
	gpu_set_host_events(gpu, true);
	return 0;
}

static int gpu_boot_locked(struct vgpu_gpu *gpu)
{
	int err;

	vgpu_vfn_init(gpu);
	if (gpu->info.irq_requested) {
		err = vgpu_vfn_selftest(gpu);
		if (err)
			goto fail_vfn;
	}
	err = gsp_boot_start(gpu);
	if (err)
		goto fail_vfn;
	err = gpu_go_live(gpu);
	if (err)
		goto fail_boot;
	return 0;

fail_boot:
	gpu->boot.undoing = true;
	vgpu_vfn_gsp_enable(gpu, false);
	WRITE_ONCE(gpu->rpc.irq_live, false);
	gsp_boot_stop(gpu);
	gpu->boot.undoing = false;
fail_vfn:
	vgpu_vfn_fini(gpu);
	return err;
}

int vgpu_gpu_boot(struct vgpu_gpu *gpu)
{
	u64 start = ktime_get_ns();
	int err;

	mutex_lock(&gpu->life_lock);
	if (gpu->gone || (gpu->state != VGPU_GPU_COLD && gpu->state != VGPU_GPU_FAILED)) {
		mutex_unlock(&gpu->life_lock);
		return gpu->gone ? -ENODEV : -EBUSY;
	}
	gpu_set_state(gpu, VGPU_GPU_BOOTING);
	spin_lock_irq(&gpu->error_lock);
	gpu->last_error[0] = '\0';
	spin_unlock_irq(&gpu->error_lock);

	err = gpu_boot_locked(gpu);
	if (!err) {
		gpu->boot_ns = ktime_get_ns() - start;
		gpu_set_state(gpu, VGPU_GPU_READY);
		/* Lost between its last answer and here: nobody else will say so. */
		if (!READ_ONCE(gpu->rpc.running))
			gpu_set_state(gpu, VGPU_GPU_LOST);
	} else {
		if (!gpu->last_error[0])
			vgpu_gpu_error(gpu, "GSP boot: failed with error %d; see the kernel log",
				       -err);
		gpu_set_state(gpu, gpu->gone ? VGPU_GPU_LOST : VGPU_GPU_FAILED);
	}
	mutex_unlock(&gpu->life_lock);
	return err;
}

void vgpu_gpu_shutdown(struct vgpu_gpu *gpu)
{
	enum vgpu_gpu_state state;

	mutex_lock(&gpu->life_lock);
	state = gpu->state;
	if (state == VGPU_GPU_READY || state == VGPU_GPU_LOST) {
		gpu_set_host_events(gpu, false);
		if (gpu->host)
			vgpu_host_fini(gpu);
		/* GSP's last words are polled for: the vector ends before its memory does. */
		vgpu_vfn_gsp_enable(gpu, false);
		WRITE_ONCE(gpu->rpc.irq_live, false);
		gsp_boot_stop(gpu);
		vgpu_vfn_fini(gpu);
		gpu_set_state(gpu, gpu->gone ? VGPU_GPU_LOST : VGPU_GPU_COLD);
	}
	mutex_unlock(&gpu->life_lock);
}

void vgpu_gpu_boot_undo(struct vgpu_gpu *gpu)
{
	vgpu_gpu_shutdown(gpu);
	gpu_change_state(gpu, VGPU_GPU_COLD, VGPU_GPU_FAILED);
}
