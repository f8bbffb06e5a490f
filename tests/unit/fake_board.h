/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A board made of flat memory for tests of the model's firmware side, and a small driver that
 * speaks to it through the queues. No register, no page table: gm.h's board functions only.
 */
#ifndef FAKE_BOARD_H
#define FAKE_BOARD_H

#include "../../tools/gpu-model/gsp.h"

#define FAKE_VRAM_BYTES	    (4ULL << 30)
#define FAKE_RESERVED_START (3ULL << 30)
#define FAKE_SEGMENT_BYTES  (64ULL << 20)
#define FAKE_SYSMEM_BYTES   (32ULL << 20)
#define FAKE_ARGS_ADDR	    0x10000
#define FAKE_RMARGS_ADDR    0x11000
#define FAKE_LOG_ADDR	    0x20000
#define FAKE_SHM_ADDR	    0x100000
#define FAKE_GUEST_ADDR	    0x1000000 /* system memory that only VFs use */
#define FAKE_TIMERS	    64

struct fake_timer {
	bool used;
	uint64_t when;
	void (*fn)(struct gpu_model *gm, uint64_t arg);
	uint64_t arg;
};

#define FAKE_CHANNELS 16

struct fake_chan {
	bool used, enabled;
	struct gm_chan_config config;
};

struct gpu_model {
	struct gm_gsp *gsp;
	struct gpu_model_config config;
	struct gm_board board;
	uint8_t *sysmem, *vram;
	uint64_t now;
	struct fake_timer timer[FAKE_TIMERS];
	char fail[64];
	uint32_t scratch[GPU_MODEL_MAX_VFS + 1][16];
	struct {
		unsigned int count;
		uint64_t gpa[8], spa[8], len[8];
	} vmmu[GPU_MODEL_MAX_VFS + 1];
	unsigned int no_dma_function; /* its DMA fails; ~0: none */
	uint64_t dma_by[GPU_MODEL_MAX_VFS + 1];
	uint32_t mailbox[2];
	bool active, quiet;
	unsigned int swgen, halts, warnings;
	uint64_t pdb[4];
	struct fake_chan chan[FAKE_CHANNELS];

	/* driver side */
	uint32_t cmd_write, stat_read, cmd_seq, stat_seq;
	bool break_checksum;
};

struct fake_reply {
	uint32_t function, result, sequence, bytes, records;
	_Alignas(16) uint8_t data[0x60000];
};

struct gpu_model *fake_new(void);
void fake_free(struct gpu_model *gm);

/* For cmocka: a board in *@state that keeps its log to itself, and its end. */
static inline int fake_setup(void **state)
{
	struct gpu_model *gm = fake_new();

	gm->quiet = true;
	*state = gm;
	return 0;
}

static inline int fake_teardown(void **state)
{
	fake_free(*state);
	return 0;
}
/* Let @ns pass, running timers in order. */
void fake_run(struct gpu_model *gm, uint64_t ns);
/* Address of a byte of the queue block. */
uint8_t *fake_shm(struct gpu_model *gm, uint64_t offset);

/* Lay out the hand-over structures and start GSP; it boots with the next fake_run(). */
void drv_start(struct gpu_model *gm, unsigned int vf_partitions);
/* The same with another firmware line. */
void drv_start_line(struct gpu_model *gm, const char *line, unsigned int vf_partitions);
/* The addresses of the PF's BARs, as each line's system info begins. */
struct gsp_bar_addresses drv_bars(struct gpu_model *gm);
/* System info and registry; @sriov_mode adds RMSetSriovMode=1. */
void drv_send_boot_infos(struct gpu_model *gm, bool sriov_mode);
/* start, infos, and the two boot events consumed. */
void drv_boot(struct gpu_model *gm, unsigned int vf_partitions, bool sriov_mode);
/* The same on firmware line @version with a system info of its own layout; GSP must start. */
void drv_boot_line(struct gpu_model *gm, const char *version, const void *info, size_t bytes);
/* Send one call, in records if needed; rings the doorbell whenever the queue is full. */
void drv_send(struct gpu_model *gm, uint32_t function, const void *payload, size_t len);
/* Next record set from the status queue; false when it is empty. Fails the test on a bad record. */
bool drv_recv(struct gpu_model *gm, struct fake_reply *reply);
/* Call and reply; events in between are dropped. Returns the RPC result. */
uint32_t drv_call(struct gpu_model *gm, uint32_t function, const void *payload, size_t len,
		  struct fake_reply *reply);
/* RM control on the internal subdevice; returns the status, or 0xffff0000 | RPC result. */
uint32_t drv_control(struct gpu_model *gm, uint32_t cmd, void *params, uint32_t bytes);
uint32_t drv_alloc(struct gpu_model *gm, uint32_t client, uint32_t parent, uint32_t handle,
		   uint32_t class_id);
uint32_t drv_free(struct gpu_model *gm, uint32_t client, uint32_t handle);

#endif
