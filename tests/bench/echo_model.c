// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The GPU model's firmware side over flat memory, as the other end of the message queues: it takes
 * each call as it always does and answers. Built like the model, not like the driver.
 */
#include "echo_model.h"

#include "../unit/fake_board.h"

/* Clear of what the fake board's own driver uses. */
#define ECHO_ADDR 0x800000ULL

static struct gpu_model *gm;

void *echo_memory(uint64_t *addr)
{
	if (!gm) {
		gm = fake_new();
		gm->quiet = true;
		drv_boot(gm, 0, false);
	}
	*addr = ECHO_ADDR;
	return gm->sysmem + ECHO_ADDR;
}

int echo_start(void)
{
	const struct gsp_msgq_init_args args = {
		.shared_mem_phys_addr = ECHO_ADDR,
		.page_table_entry_count = GSP_QUEUE_PTES,
		.cmd_queue_offset = GSP_QUEUE_CMD_OFFSET,
		.stat_queue_offset = GSP_QUEUE_STAT_OFFSET,
	};

	return gsp_queue_start(gm, &args);
}

void echo_poll(void)
{
	gsp_queue_poll(gm);
}
