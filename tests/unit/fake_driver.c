// SPDX-License-Identifier: GPL-2.0-or-later
/* The small driver that speaks to the model's firmware side, see fake_board.h. */
#include <assert.h>
#include <stdlib.h>

#include "fake_board.h"

/* The block's pages lie scattered: every second page, in steps of 7. */
static uint64_t shm_page(uint64_t i)
{
	return FAKE_SHM_ADDR + (i * 7 % GSP_QUEUE_PTES) * 2 * GSP_PAGE_BYTES;
}

uint8_t *fake_shm(struct gpu_model *gm, uint64_t offset)
{
	return gm->sysmem + shm_page(offset / GSP_PAGE_BYTES) + offset % GSP_PAGE_BYTES;
}

static struct gsp_queue_tx *cmd_tx(struct gpu_model *gm)
{
	return (struct gsp_queue_tx *)fake_shm(gm, GSP_QUEUE_CMD_OFFSET);
}

static uint32_t *rx_of(struct gpu_model *gm, uint64_t queue)
{
	return (uint32_t *)fake_shm(gm, queue + GSP_QUEUE_RX_OFFSET);
}

void drv_start_line(struct gpu_model *gm, const char *line, unsigned int vf_partitions)
{
	static const uint64_t ids[4] = {LIBOS_ARG_ID_LOGINIT, LIBOS_ARG_ID_LOGINTR,
					LIBOS_ARG_ID_LOGRM, LIBOS_ARG_ID_RMARGS};
	struct libos_arg *args = (struct libos_arg *)(gm->sysmem + FAKE_ARGS_ADDR);
	struct gsp_arguments_cached_r570 *rm = (void *)(gm->sysmem + FAKE_RMARGS_ADDR);
	uint64_t *pte = (uint64_t *)fake_shm(gm, 0);

	for (unsigned int i = 0; i < 4; i++) {
		uint64_t pa = FAKE_LOG_ADDR + i * (uint64_t)LIBOS_LOG_BYTES;

		args[i] = (struct libos_arg){
			.id = ids[i],
			.pa = i == 3 ? FAKE_RMARGS_ADDR : pa,
			.size = i == 3 ? GSP_RMARGS_BYTES : LIBOS_LOG_BYTES,
			.kind = LIBOS_ARG_KIND_CONTIGUOUS,
			.loc = LIBOS_ARG_LOC_SYSMEM,
		};
		for (unsigned int p = 0; i < 3 && p < LIBOS_LOG_BYTES / GSP_PAGE_BYTES; p++)
			((struct libos_log_header *)(gm->sysmem + pa))->pte[p] =
				pa + p * GSP_PAGE_BYTES;
	}
	for (uint64_t i = 0; i < GSP_QUEUE_PTES; i++)
		pte[i] = shm_page(i);
	rm->msgq.shared_mem_phys_addr = shm_page(0);
	rm->msgq.page_table_entry_count = GSP_QUEUE_PTES;
	rm->msgq.cmd_queue_offset = GSP_QUEUE_CMD_OFFSET;
	rm->msgq.stat_queue_offset = GSP_QUEUE_STAT_OFFSET;
	*cmd_tx(gm) = (struct gsp_queue_tx){
		.size = GSP_QUEUE_BYTES,
		.msg_size = GSP_QUEUE_MSG_BYTES,
		.msg_count = GSP_QUEUE_MSG_COUNT,
		.flags = GSP_QUEUE_FLAG_SWAP_RX,
		.rx_offset = GSP_QUEUE_RX_OFFSET,
		.entry_offset = GSP_QUEUE_ENTRY_OFFSET,
	};
	*rx_of(gm, GSP_QUEUE_CMD_OFFSET) = 0;
	gm->cmd_write = gm->stat_read = gm->cmd_seq = gm->stat_seq = 0;
	gm_gsp_start(gm, FAKE_ARGS_ADDR, line, vf_partitions);
}

void drv_start(struct gpu_model *gm, unsigned int vf_partitions)
{
	drv_start_line(gm, R570_GSP_VERSION, vf_partitions);
}

static uint32_t xor_fold(const uint8_t *data, size_t len)
{
	uint32_t words[2] = {0, 0};

	for (size_t i = 0; i < len; i++)
		((uint8_t *)words)[i % 8] ^= data[i];
	return words[0] ^ words[1];
}

static void copy_slots(struct gpu_model *gm, uint64_t queue, uint32_t slot, uint8_t *buf,
		       uint32_t slots, bool write)
{
	for (uint32_t i = 0; i < slots; i++) {
		uint64_t at = (slot + i) % GSP_QUEUE_MSG_COUNT;
		uint8_t *p =
			fake_shm(gm, queue + GSP_QUEUE_ENTRY_OFFSET + at * GSP_QUEUE_MSG_BYTES);

		if (write)
			memcpy(p, buf + (size_t)i * GSP_QUEUE_MSG_BYTES, GSP_QUEUE_MSG_BYTES);
		else
			memcpy(buf + (size_t)i * GSP_QUEUE_MSG_BYTES, p, GSP_QUEUE_MSG_BYTES);
	}
}

static void send_record(struct gpu_model *gm, uint32_t function, const uint8_t *payload, size_t len)
{
	static uint8_t msg[GSP_QUEUE_MAX_MSG_BYTES];
	struct gsp_queue_element *el = (struct gsp_queue_element *)msg;
	struct gsp_rpc_header *rpc = (struct gsp_rpc_header *)(el + 1);
	size_t total = sizeof(*el) + sizeof(*rpc) + len;
	uint32_t slots = (total + GSP_QUEUE_MSG_BYTES - 1) / GSP_QUEUE_MSG_BYTES;

	memset(msg, 0, sizeof(msg));
	rpc->header_version = GSP_RPC_HEADER_VERSION;
	rpc->signature = GSP_RPC_SIGNATURE;
	rpc->length = sizeof(*rpc) + len;
	rpc->function = function;
	rpc->result = rpc->result_private = GSP_RPC_RESULT_PENDING;
	rpc->sequence = 1000 + gm->cmd_seq;
	if (len)
		memcpy(rpc + 1, payload, len);
	el->sequence = gm->cmd_seq++;
	el->elements = slots;
	el->checksum = xor_fold(msg, total) ^ (gm->break_checksum ? 0x10 : 0);
	for (;;) {
		uint32_t read = *rx_of(gm, GSP_QUEUE_STAT_OFFSET);

		if ((read + GSP_QUEUE_MSG_COUNT - gm->cmd_write - 1) % GSP_QUEUE_MSG_COUNT >= slots)
			break;
		gm_gsp_doorbell(gm);
		assert(*rx_of(gm, GSP_QUEUE_STAT_OFFSET) != read);
	}
	copy_slots(gm, GSP_QUEUE_CMD_OFFSET, gm->cmd_write, msg, slots, true);
	gm->cmd_write = (gm->cmd_write + slots) % GSP_QUEUE_MSG_COUNT;
	cmd_tx(gm)->write_ptr = gm->cmd_write;
}

void drv_send(struct gpu_model *gm, uint32_t function, const void *payload, size_t len)
{
	const uint8_t *p = payload;
	size_t done = 0;

	do {
		size_t n = len - done;

		if (n > GSP_QUEUE_MAX_PAYLOAD_BYTES)
			n = GSP_QUEUE_MAX_PAYLOAD_BYTES;
		send_record(gm, done ? RPC_FN_CONTINUATION_RECORD : function, p + done, n);
		done += n;
	} while (done < len);
	gm_gsp_doorbell(gm);
}

static bool recv_record(struct gpu_model *gm, struct gsp_rpc_header *rpc, uint8_t *data, size_t max)
{
	struct gsp_queue_tx *tx = (struct gsp_queue_tx *)fake_shm(gm, GSP_QUEUE_STAT_OFFSET);
	static uint8_t msg[GSP_QUEUE_MAX_MSG_BYTES];
	struct gsp_queue_element *el = (struct gsp_queue_element *)msg;
	uint32_t slots;

	assert(tx->write_ptr < GSP_QUEUE_MSG_COUNT && tx->msg_count == GSP_QUEUE_MSG_COUNT);
	if (tx->write_ptr == gm->stat_read)
		return false;
	copy_slots(gm, GSP_QUEUE_STAT_OFFSET, gm->stat_read, msg, 1, false);
	slots = el->elements;
	assert(slots >= 1 && slots <= GSP_QUEUE_MAX_ELEMENTS);
	copy_slots(gm, GSP_QUEUE_STAT_OFFSET, gm->stat_read, msg, slots, false);
	memcpy(rpc, el + 1, sizeof(*rpc));
	assert(!xor_fold(msg, sizeof(*el) + rpc->length));
	assert(el->sequence == gm->stat_seq++);
	assert(slots ==
	       (sizeof(*el) + rpc->length + GSP_QUEUE_MSG_BYTES - 1) / GSP_QUEUE_MSG_BYTES);
	assert(rpc->length - sizeof(*rpc) <= max);
	memcpy(data, msg + sizeof(*el) + sizeof(*rpc), rpc->length - sizeof(*rpc));
	gm->stat_read = (gm->stat_read + slots) % GSP_QUEUE_MSG_COUNT;
	*rx_of(gm, GSP_QUEUE_CMD_OFFSET) = gm->stat_read;
	return true;
}

static uint64_t reply_wants(const struct fake_reply *r)
{
	return gsp_call_want(r->function, r->data, r->bytes);
}

bool drv_recv(struct gpu_model *gm, struct fake_reply *r)
{
	struct gsp_rpc_header rpc;

	if (!recv_record(gm, &rpc, r->data, sizeof(r->data)))
		return false;
	r->function = rpc.function;
	r->result = rpc.result;
	r->sequence = rpc.sequence;
	r->bytes = rpc.length - sizeof(rpc);
	r->records = 1;
	while (r->bytes >= GSP_QUEUE_MAX_PAYLOAD_BYTES && reply_wants(r) > r->bytes) {
		if (!recv_record(gm, &rpc, r->data + r->bytes, sizeof(r->data) - r->bytes)) {
			fake_run(gm, 1000000);
			continue;
		}
		assert(rpc.function == RPC_FN_CONTINUATION_RECORD && rpc.result == r->result);
		assert(rpc.sequence == r->sequence + r->records);
		r->bytes += rpc.length - sizeof(rpc);
		r->records++;
	}
	return true;
}

struct gsp_bar_addresses drv_bars(struct gpu_model *gm)
{
	return (struct gsp_bar_addresses){
		.gpu_phys_address = gm_bar_address(gm, 0, 0),
		.gpu_phys_fb_address = gm_bar_address(gm, 0, 1),
		.gpu_phys_inst_address = gm_bar_address(gm, 0, 3),
	};
}

void drv_send_boot_infos(struct gpu_model *gm, bool sriov_mode)
{
	struct r570_system_info si = {
		.bars = drv_bars(gm),
		.limits = {.pci_config_mirror_base = NV_XVE_MIRROR},
		.pci_device_id = 0x26b510de,
		.pci_subdevice_id = 0x169d10de,
		.vf_info = {.total_vfs = 32, .first_vf_offset = 4},
	};
	uint8_t table[128] = {0};
	struct rpc_registry *reg = (struct rpc_registry *)table;

	reg->num_entries = 1;
	reg->entries[0].name_offset = sizeof(*reg) + sizeof(reg->entries[0]);
	reg->entries[0].type = RPC_REGISTRY_TYPE_DWORD;
	reg->entries[0].data = 1;
	reg->entries[0].length = 4;
	strcpy((char *)table + reg->entries[0].name_offset,
	       sriov_mode ? RPC_REGISTRY_KEY_SRIOV_MODE : RPC_REGISTRY_KEY_DEVID_IGNORE);
	reg->size = sizeof(table);
	drv_send(gm, RPC_FN_GSP_SET_SYSTEM_INFO, &si, sizeof(si));
	drv_send(gm, RPC_FN_SET_REGISTRY, table, sizeof(table));
}

void drv_boot(struct gpu_model *gm, unsigned int vf_partitions, bool sriov_mode)
{
	static struct fake_reply r;

	drv_start(gm, vf_partitions);
	fake_run(gm, 10000000);
	drv_send_boot_infos(gm, sriov_mode);
	while (drv_recv(gm, &r))
		;
}

uint32_t drv_call(struct gpu_model *gm, uint32_t function, const void *payload, size_t len,
		  struct fake_reply *reply)
{
	drv_send(gm, function, payload, len);
	do {
		if (!drv_recv(gm, reply))
			return ~0U;
	} while (reply->function != function);
	return reply->result;
}

uint32_t drv_control(struct gpu_model *gm, uint32_t cmd, void *params, uint32_t bytes)
{
	struct rpc_rm_control *req = calloc(1, sizeof(*req) + bytes), *done;
	static struct fake_reply r;
	uint32_t result;

	req->h_client = GSP_H_INTERNAL_CLIENT;
	req->h_object = GSP_H_INTERNAL_SUBDEVICE;
	req->cmd = cmd;
	req->params_bytes = bytes;
	if (bytes)
		memcpy(req + 1, params, bytes);
	result = drv_call(gm, RPC_FN_GSP_RM_CONTROL, req, sizeof(*req) + bytes, &r);
	free(req);
	if (result)
		return 0xffff0000 | result;
	done = (struct rpc_rm_control *)r.data;
	assert(r.bytes == sizeof(*done) + bytes);
	if (bytes)
		memcpy(params, done + 1, bytes);
	return done->status;
}

uint32_t drv_alloc(struct gpu_model *gm, uint32_t client, uint32_t parent, uint32_t handle,
		   uint32_t class_id)
{
	struct rpc_rm_alloc req = {client, parent, handle, class_id};
	static struct fake_reply r;
	uint32_t result = drv_call(gm, RPC_FN_GSP_RM_ALLOC, &req, sizeof(req), &r);

	return result ? result : ((struct rpc_rm_alloc *)r.data)->status;
}

uint32_t drv_free(struct gpu_model *gm, uint32_t client, uint32_t handle)
{
	struct rpc_rm_free req = {client, 0, handle};
	static struct fake_reply r;
	uint32_t result = drv_call(gm, RPC_FN_FREE, &req, sizeof(req), &r);

	return result ? result : ((struct rpc_rm_free *)r.data)->status;
}

void drv_boot_line(struct gpu_model *gm, const char *version, const void *info, size_t bytes)
{
	struct rpc_registry empty = {.size = sizeof(empty)};
	static struct fake_reply r;

	drv_start_line(gm, version, 0);
	fake_run(gm, 10000000);
	drv_send(gm, RPC_FN_GSP_SET_SYSTEM_INFO, info, bytes);
	drv_send(gm, RPC_FN_SET_REGISTRY, &empty, sizeof(empty));
	while (drv_recv(gm, &r))
		;
	assert(gm->gsp->init_sent);
}
