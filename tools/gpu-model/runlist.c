// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runlists: round robin over all channels, a slice each. What waits for a semaphore is looked at
 * again after every release of the model's own, and, because the CPU or another device may be the
 * one that releases, after a delay that grows while nothing happens.
 */
#include "chan.h"

/* Channels that get a slice in one call. */
#define SLICES_PER_RUN 8
/* Between two calls the host has its turn: a call is never followed by the next at once. */
#define GAP_NS 1000
#define BACKOFF_FIRST_NS 50000
#define BACKOFF_LAST_NS 5000000

static void runlist_run(struct gpu_model *gm, uint64_t arg);

static void runlist_schedule(struct gpu_model *gm, uint64_t delay_ns)
{
	gm_cancel(gm, runlist_run);
	gm->chan_run_pending = !gm_after(gm, delay_ns, runlist_run, 0);
}

void gm_runlist_kick(struct gpu_model *gm)
{
	gm->chan_backoff_ns = 0;
	runlist_schedule(gm, 0);
}

static void runlist_run(struct gpu_model *gm, uint64_t arg)
{
	unsigned int slices = SLICES_PER_RUN;
	bool more = false, waiting = false;
	uint64_t backoff = gm->chan_backoff_ns;

	gm->chan_run_pending = false;
	for (unsigned int i = 0; i < GM_MAX_CHANNELS; i++) {
		unsigned int at = (gm->chan_next + i) % GM_MAX_CHANNELS;
		struct gm_slice slice = { GM_SLICE_DWORDS, GM_SLICE_BYTES };
		struct gm_chan *c = gm->chan[at];

		if (!c || !gm_host_runnable(c))
			continue;
		if (!slices) {
			/* It is this one's turn next time. */
			gm->chan_next = at;
			more = true;
			break;
		}
		slices--;
		gm->chan_running = c;
		gm_host_run(gm, c, &slice);
		gm->chan_running = NULL;
		if (gm->chan[at] != c) {
			/* Destroyed while it ran. */
			free(c);
			continue;
		}
		if (!gm_host_runnable(c))
			continue;
		if (c->waiting)
			waiting = true;
		else
			more = true;
	}
	if (more) {
		runlist_schedule(gm, GAP_NS);
	} else if (waiting && !gm->chan_run_pending) {
		backoff = backoff ? 2 * backoff : BACKOFF_FIRST_NS;
		gm->chan_backoff_ns = backoff < BACKOFF_LAST_NS ? backoff : BACKOFF_LAST_NS;
		runlist_schedule(gm, gm->chan_backoff_ns);
	}
}
