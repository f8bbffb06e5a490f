// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Graphics: no drawing and no computing. Of its classes the methods that all have, and of the 2D
 * class what a driver asks for to see whether the engine still gets along: a notification.
 */
#include "chan.h"

static bool not_modelled(struct gpu_model *gm, struct gm_chan *c, uint32_t mthd)
{
	return gm_chan_error(gm, c, NV_XID_GR_CLASS_ERROR, 0,
			     "method 0x%04x of class 0x%04x is not modelled", mthd,
			     c->class_of[c->subch]);
}

/* No error, no information: the time, and zeroes. */
static bool notify(struct gpu_model *gm, struct gm_chan *c)
{
	uint8_t raw[NV_NOTIFICATION_BYTES] = { 0 };

	c->gr.notify_armed = false;
	if (gm_fail(gm, "notify"))
		return true;
	gm->stats.notifications++;
	gm_put64(raw + NV_NOTIFICATION_TIMESTAMP, gm_ptimer_ns(gm));
	return gm_chan_write(gm, c, c->gr.notify_addr, raw, sizeof(raw));
}

static bool twod_method(struct gpu_model *gm, struct gm_chan *c, uint32_t mthd, uint32_t data)
{
	uint64_t upper = ABI_GET(NV902D_SET_NOTIFY_A_ADDRESS_UPPER, data);

	switch (mthd) {
	case NV902D_SET_NOTIFY_A:
		c->gr.notify_addr = (uint32_t)c->gr.notify_addr | upper << 32;
		return true;
	case NV902D_SET_NOTIFY_B:
		c->gr.notify_addr = (c->gr.notify_addr & ~(uint64_t)UINT32_MAX) | data;
		return true;
	case NV902D_NOTIFY:
		if (data != NV902D_NOTIFY_WRITE_ONLY)
			return not_modelled(gm, c, mthd);
		c->gr.notify_armed = true;
		return true;
	default:
		return not_modelled(gm, c, mthd);
	}
}

/* Of any engine but the copy engine: those that are not modelled at all do nothing, too. */
bool gm_gr_method(struct gpu_model *gm, struct gm_chan *c, uint32_t mthd, uint32_t data)
{
	/* A notification tells of the method behind the one that asks for it. */
	bool armed = c->gr.notify_armed, ok = true;

	bool twod = c->config.engine == GM_CHAN_ENGINE_GR &&
		    c->class_of[c->subch] == NV_CLASS_TWOD_FERMI_A;

	if (mthd != NV_CLASS_NO_OPERATION && mthd != NV_CLASS_WAIT_FOR_IDLE)
		ok = twod ? twod_method(gm, c, mthd, data) : not_modelled(gm, c, mthd);
	return ok && (!armed || notify(gm, c));
}
