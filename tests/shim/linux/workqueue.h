/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_WORKQUEUE_H
#define SHIM_LINUX_WORKQUEUE_H

#include <linux/list.h>
#include <linux/types.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	struct list_head link;
	work_func_t func;
	bool queued;
};

#define INIT_WORK(w, f)                                                                            \
	do {                                                                                       \
		(w)->func = (f);                                                                   \
		(w)->queued = false;                                                               \
	} while (0)

/* Work runs at the next sleep of whoever is not a work item or interrupt thread itself. */
bool schedule_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
bool flush_work(struct work_struct *work);

#endif
