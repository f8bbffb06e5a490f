/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The GPU model as a device of QEMU: what the adapter's files share.
 *
 *   device.c    the PF and VF types: realize, BARs, config cycles, reset
 *   host.c      what the model asks of its host: DMA, interrupts, time, log
 *   layout.c    configuration space laid out from the model's image
 *   props.c     properties, at start (-device) and at run time (QMP qom-get, qom-set)
 *   selftest.c  are QEMU's structures where our headers say they are?
 *   loader.c    how the shared object gets into a stock QEMU (not built in a QEMU tree)
 *
 * Everything here runs under QEMU's big lock. The model is not re-entrant: every call into it sits
 * between qgm_enter() and qgm_leave(), and an access that comes back to the board while one is
 * under way (a DMA or an MSI aimed at one of its own BARs) is refused.
 */
#ifndef QGM_ADAPTER_H
#define QGM_ADAPTER_H

#include "compat.h"
#include "gpu_model.h"

#define TYPE_QGM_PF "gpu-model"
#define TYPE_QGM_VF "gpu-model-vf" /* made by the PF, never by a user */

#define QGM_CONFIG_BYTES 0x1000u
#define QGM_NUM_BARS	 3u /* BAR indexes 0, 1 and 3 */
#define QGM_ERR_BYTES	 1024u /* one sentence of the model, which may list all fault names */
#define QGM_MAX_HITS	 4096u /* places that one search of VRAM reports */
#define QGM_MAX_NEEDLE	 4096u /* bytes that one search may look for */

struct qgm_pf;

/* One BAR of one function. */
struct qgm_bar {
	MemoryRegion mr;
	struct qgm_function *fn;
	unsigned int index; /* PCI BAR index */
};

/* What PF and VF have in common. */
struct qgm_function {
	PCIDevice *dev;
	struct qgm_pf *pf;
	unsigned int nr; /* 0: the PF, n: VF n-1 */
	struct qgm_bar bar[QGM_NUM_BARS];
	uint8_t image[QGM_CONFIG_BYTES]; /* power-on values */
	uint8_t mask[QGM_CONFIG_BYTES]; /* bits the model says are writable */
};

struct qgm_pf {
	PCIDevice parent_obj;
	struct qgm_function fn;
	struct gpu_model *model;
	struct gpu_model_config config;
	char *board;
	char *fail;
	char *hits; /* JSON of the last search */
	char *translation; /* JSON of the last one */
	char *trace_file; /* a trace is recorded there */
	bool trace; /* log TRACE lines and configuration space differences */
	bool entered; /* a call into the model is under way */
	bool refused_logged; /* a re-entrant access was reported */
	bool intx_level;
	QEMUTimer *timer;
	int64_t deadline_ns; /* when the timer fires, -1: idle */
};

struct qgm_vf {
	PCIDevice parent_obj;
	struct qgm_function fn;
};

DECLARE_INSTANCE_CHECKER(struct qgm_pf, QGM_PF, TYPE_QGM_PF)
DECLARE_INSTANCE_CHECKER(struct qgm_vf, QGM_VF, TYPE_QGM_VF)

/* Begin a call into the model; false (and one log line) when one is already under way. */
bool qgm_enter(struct qgm_pf *pf, const char *what);
static inline void qgm_leave(struct qgm_pf *pf)
{
	pf->entered = false;
}

/* The device of function @nr (0: PF), NULL while that VF does not exist. */
PCIDevice *qgm_function_dev(struct qgm_pf *pf, unsigned int nr);

/* host.c */
extern const struct gpu_model_host_ops qgm_host_ops;
void qgm_log(struct qgm_pf *pf, enum gpu_model_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void qgm_timer_fired(void *opaque);

/*
 * layout.c: give fn->dev the capabilities, values and writable bits of the model's image. The BARs
 * are registered already. False with @errp set when QEMU and the model cannot agree.
 */
bool qgm_layout_init(struct qgm_function *fn, Error **errp);
void qgm_layout_exit(struct qgm_function *fn);
/* Registers past the header back to the power-on values (FLR and bus reset). */
void qgm_layout_reset(struct qgm_function *fn);
/* JSON array of the dwords in which QEMU's copy differs from the model's, now. Caller frees. */
char *qgm_layout_diff(struct qgm_pf *pf);

/* props.c */
void qgm_props_init(ObjectClass *oc);

/* selftest.c: 0 and the number of facts compared, or -1 with @err filled. */
int qgm_selftest(unsigned int *facts, char *err, size_t err_size);

/* loader.c: the last guard, fatal; nothing in a QEMU tree, where the compiler is the guard. */
#ifdef QGM_IN_TREE
static inline void qgm_check_host(void)
{
}
#else
void qgm_check_host(void);
#endif

/* device.c: registers both types, called once by whichever door opened. */
void qgm_register_types(void);

#endif /* QGM_ADAPTER_H */
