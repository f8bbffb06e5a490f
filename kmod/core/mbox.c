// SPDX-License-Identifier: GPL-2.0-only
/* Plugin mailbox, see mbox.h. */

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uuid.h>

#include "../abi/regs.h"
#include "../abi/rpc.h"
#include "../abi/vgpu_host.h"
#include "backoff.h"
#include "gpu.h"
#include "mbox.h"

#define ALL_ONES 0xffffffffU
#define PLUGIN_CHANNELS 1

#define CTRL(field) (VGPU_HEAP_CTRL_OFFSET + offsetof(struct vgpu_ctrl_buf, field))
#define RESPONSE(field) (VGPU_HEAP_RESPONSE_OFFSET + offsetof(struct r570_vgpu_response_buf, field))

static u32 read_word(const struct vgpu_mbox *mbox, size_t offset)
{
	return readl(mbox->io + offset);
}

static void write_word(const struct vgpu_mbox *mbox, size_t offset, u32 value)
{
	writel(value, mbox->io + offset);
}

/* Push write-combined stores out to VRAM before anybody is told about them. */
static void push(const struct vgpu_mbox *mbox)
{
	wmb();
	read_word(mbox, CTRL(version));
}

static void write_bytes(const struct vgpu_mbox *mbox, size_t offset, const void *buf, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i += sizeof(u64)) {
		__le64 word = 0;

		memcpy(&word, buf + i, min(bytes - i, sizeof(word)));
		writeq(le64_to_cpu(word), mbox->io + offset + i);
	}
}

static void read_bytes(const struct vgpu_mbox *mbox, size_t offset, void *buf, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i += sizeof(u32)) {
		__le32 word = cpu_to_le32(read_word(mbox, offset + i));

		memcpy(buf + i, &word, min(bytes - i, sizeof(word)));
	}
}

static void zero_bytes(const struct vgpu_mbox *mbox, size_t offset, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i += sizeof(u64))
		writeq(0, mbox->io + offset + i);
}

void vgpu_mbox_prepare(struct vgpu_mbox *mbox)
{
	zero_bytes(mbox, VGPU_HEAP_CTRL_OFFSET, VGPU_HEAP_CTRL_BYTES);
	zero_bytes(mbox, VGPU_HEAP_RESPONSE_OFFSET, VGPU_HEAP_RESPONSE_BYTES);
	zero_bytes(mbox, VGPU_HEAP_MESSAGE_OFFSET, VGPU_HEAP_MESSAGE_BYTES);
	push(mbox);
	mbox->seq = 0;
	mbox->broken = false;
	mbox->result = 0;
}

/* Why a wait should end early: 0 when it should not. */
static int wait_verdict(const struct vgpu_mbox *mbox, u32 word)
{
	if (READ_ONCE(mbox->gpu->state) == VGPU_GPU_LOST)
		return -ENODEV;
	if (mbox->abort && READ_ONCE(*mbox->abort))
		return -ECONNRESET;
	/* A card that fell off the bus reads all ones everywhere. */
	if (word == ALL_ONES && vgpu_rd32(mbox->gpu, NV_PMC_BOOT_0) == ALL_ONES)
		return -ENODEV;
	return 0;
}

/* Poll until the word at @offset is @want. */
static int wait_word(struct vgpu_mbox *mbox, size_t offset, u32 want, unsigned int timeout_ms)
{
	struct vgpu_backoff backoff;

	vgpu_backoff_start(&backoff);
	for (;;) {
		u32 word = read_word(mbox, offset);
		int ret;

		if (word == want)
			return 0;
		ret = wait_verdict(mbox, word);
		if (ret)
			return ret;
		if (vgpu_backoff_expired(&backoff, timeout_ms))
			return -ETIMEDOUT;
		vgpu_backoff_pause(&backoff);
	}
}

static void write_header(struct vgpu_mbox *mbox)
{
	struct vgpu_ctrl_buf ctrl = {
		.response_offset = cpu_to_le64(VGPU_HEAP_RESPONSE_OFFSET),
		.message_offset = cpu_to_le64(VGPU_HEAP_MESSAGE_OFFSET),
		.migration_offset = cpu_to_le64(VGPU_HEAP_MIGRATION_OFFSET),
		.error_offset = cpu_to_le64(VGPU_HEAP_ERROR_OFFSET),
	};
	const size_t first = offsetof(struct vgpu_ctrl_buf, response_offset);
	const size_t end = offsetof(struct vgpu_ctrl_buf, migration_cpu_access_offset);

	/* Not the words before: the marker may be there already. */
	write_bytes(mbox, VGPU_HEAP_CTRL_OFFSET + first, (u8 *)&ctrl + first, end - first);
	wmb();
	write_word(mbox, CTRL(version), VGPU_CTRL_BUF_VERSION);
	push(mbox);
}

int vgpu_mbox_connect(struct vgpu_mbox *mbox)
{
	int ret;

	write_header(mbox);
	ret = wait_word(mbox, CTRL(message_seq_num), VGPU_PLUGIN_MARKER, VGPU_MBOX_BOOT_MS);
	if (ret)
		mbox->broken = true;
	return ret;
}

int vgpu_mbox_call(struct vgpu_mbox *mbox, u32 msg, const void *req, size_t req_bytes, void *reply,
		   size_t reply_bytes, unsigned int timeout_ms)
{
	int ret;

	if (mbox->broken)
		return -EPIPE;
	if (req_bytes > VGPU_HEAP_MESSAGE_BYTES || reply_bytes > VGPU_HEAP_MESSAGE_BYTES)
		return -EINVAL;
	if (req_bytes)
		write_bytes(mbox, VGPU_HEAP_MESSAGE_OFFSET, req, req_bytes);
	write_word(mbox, CTRL(message_type), msg);
	mbox->seq++;
	wmb();
	write_word(mbox, CTRL(message_seq_num), mbox->seq);
	push(mbox);

	vgpu_wr32(mbox->gpu, NV_VFN + NV_VFN_PRIV_DOORBELL, VGPU_DOORBELL_VALUE(mbox->gfid));
	vgpu_rd32(mbox->gpu, NV_VFN + NV_VFN_PRIV_DOORBELL); /* flush */

	ret = wait_word(mbox, RESPONSE(message_seq_num_processed), mbox->seq, timeout_ms);
	if (ret) {
		mbox->broken = true;
		return ret;
	}
	rmb();
	mbox->result = read_word(mbox, RESPONSE(result_code));
	if (mbox->result)
		return -EREMOTEIO;
	if (reply_bytes)
		read_bytes(mbox, VGPU_HEAP_MESSAGE_OFFSET, reply, reply_bytes);
	return 0;
}

int vgpu_mbox_negotiate(struct vgpu_mbox *mbox, u32 *version)
{
	struct vgpu_msg_version msg = { 0 };
	int ret = vgpu_mbox_call(mbox, VGPU_MSG_VERSION_NEGOTIATION, &msg, sizeof(msg), &msg,
				 sizeof(msg), VGPU_MBOX_MS);

	if (!ret)
		*version = le32_to_cpu(msg.version_negotiated);
	return ret;
}

int vgpu_mbox_setup(struct vgpu_mbox *mbox, const struct vgpu_mbox_config *config)
{
	struct r570_vgpu_msg_setup msg = {
		.dbdf = cpu_to_le32(config->dbdf),
		.driver_vm_vf_dbdf = cpu_to_le32(config->dbdf),
		.vgpu_device_instance_id = cpu_to_le32(config->client),
		.vgpu_type = cpu_to_le32(config->type_id),
		.vm_pid = cpu_to_le32(config->vm_pid),
		.swizz_id = 0,
		.num_channels = cpu_to_le32(config->num_channels),
		.num_plugin_channels = cpu_to_le32(PLUGIN_CHANNELS),
		.hypervisor_type = cpu_to_le32(NV_HYPERVISOR_UNKNOWN),
		.host_cpu_arch = cpu_to_le32(IS_ENABLED(CONFIG_ARM64) ? VGPU_CPU_ARCH_AARCH64 :
									VGPU_CPU_ARCH_X86_64),
		.host_page_bytes = cpu_to_le64(PAGE_SIZE),
		/*
		 * The bytes that the one open host driver known to work with this firmware sends
		 * ([RFC2]); which of them the plugin needs is not known.
		 */
		.linux_interrupt_optimization = 1,
		.rev2 = 1,
		.enable_console_vnc = 1,
		.placement_id = cpu_to_le16(config->placement_id),
	};

	export_uuid(msg.vgpu_uuid, config->uuid);
	return vgpu_mbox_call(mbox, VGPU_MSG_SETUP, &msg, sizeof(msg), NULL, 0, VGPU_MBOX_MS);
}

int vgpu_mbox_reset(struct vgpu_mbox *mbox)
{
	return vgpu_mbox_call(mbox, VGPU_MSG_RESET, NULL, 0, NULL, 0, VGPU_MBOX_VCPU_MS);
}

int vgpu_mbox_bus_master(struct vgpu_mbox *mbox, bool enable)
{
	struct vgpu_msg_bme msg = { .enable = enable };
	int ret = vgpu_mbox_call(mbox, VGPU_MSG_UPDATE_BME, &msg, sizeof(msg), &msg, sizeof(msg),
				 VGPU_MBOX_VCPU_MS);

	if (!ret && enable && !msg.allowed)
		return -EACCES;
	return ret;
}
