// SPDX-License-Identifier: GPL-2.0-only
/* A channel on a copy engine, see copy.h. */

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../abi/channel.h"
#include "../abi/mmu.h"
#include "../abi/regs.h"
#include "../abi/rm_channel.h"
#include "../abi/rpc.h"
#include "backoff.h"
#include "chid.h"
#include "copy.h"
#include "gpu.h"
#include "mmu.h"

/* Objects below the client. */
#define HANDLE_VASPACE 0x90f10000U
#define HANDLE_CHANNEL 0xf1f00000U
#define HANDLE_ENGINE 0xf1f00001U
/* Of the PF's own channel ids. */
#define COPY_CHID 1U
/* Version of the engine's parameters that names an NV2080 engine. */
#define COPY_PARAMS_VERSION 1

/* The channel's block. */
#define INSTANCE_OFFSET 0U
#define USERD_OFFSET 0x1000U
#define RING_OFFSET 0x2000U
#define PUSH_OFFSET 0x3000U
#define SEMAPHORE_OFFSET 0x4000U
#define METHOD_BUFFER_OFFSET 0x5000U
/* The scheduling part of an instance block. */
#define RAMFC_BYTES 0x200U

/* Entry i of the ring uses slot i of the pushbuffer. */
#define RING_ENTRIES 16U
#define SLOT_DWORDS 32U

#define COPY_SUBCHANNEL 4
/* A fill writes elements of four words. */
#define ELEMENT_BYTES 16U
#define WORD_BYTES 4U

/* ---- open ---- */

static int get_method_buffer_bytes(struct vgpu_copy *copy, u32 *bytes)
{
	struct rm_ctrl_ce_fault_buffer params = { 0 };
	int ret = rm_control(copy->gpu, copy->rm.client, copy->rm.subdevice,
			     RM_CTRL_CE_GET_FAULT_METHOD_BUFFER_SIZE, &params, sizeof(params),
			     GSP_RPC_DEFAULT_MS, NULL);

	*bytes = round_up(le32_to_cpu(params.bytes), (u32)VGPU_PAGE_BYTES);
	return ret;
}

/* Memory, all zeroes, at addresses in the space, and the CPU's window onto it. */
static int take_memory(struct vgpu_copy *copy, u32 method_bytes)
{
	const struct vgpu_vram_request vram = {
		.bytes = METHOD_BUFFER_OFFSET + method_bytes,
		.holder = "copy channel",
	};
	const struct vgpu_va_request own = {
		.bytes = METHOD_BUFFER_OFFSET,
		.high = VGPU_SPACE_VRAM_VA,
		.holder = "channel",
	};
	const struct gmmu_attr attr = { .aperture = NV_MMU_PTE_APERTURE_VIDMEM };
	struct vgpu_gpu *gpu = copy->gpu;
	int ret;

	mutex_lock(&gpu->vram_lock);
	ret = vgpu_vram_alloc(gpu, gpu->mmu.vram, &vram, &copy->block);
	if (!ret)
		ret = vgpu_va_alloc(&copy->space->va, &own, &copy->own);
	if (!ret)
		ret = vgpu_va_map(&copy->space->va, &copy->own, 0, copy->block.spa,
				  METHOD_BUFFER_OFFSET, &attr);
	mutex_unlock(&gpu->vram_lock);
	if (!ret)
		ret = vgpu_bar1_map_window(gpu, copy->block.spa, copy->block.bytes, &copy->map);
	if (!ret)
		vgpu_bar1_zero(copy->map.io, copy->block.bytes);
	return ret;
}

static int make_space(struct vgpu_copy *copy)
{
	struct rm_vaspace_alloc vaspace = {
		.common.index = cpu_to_le32(RM_VASPACE_INDEX_NEW),
		.common.flags = cpu_to_le32(RM_VASPACE_FLAG_EXTERNALLY_OWNED),
	};
	struct rm_page_directory directory = {
		.phys_address = cpu_to_le64(copy->space->va.root),
		.num_entries = cpu_to_le32(NV_MMU_V2_PD3_ENTRIES),
		.flags = cpu_to_le32(RM_PAGE_DIRECTORY_APERTURE_VIDMEM),
		.h_vaspace = cpu_to_le32(HANDLE_VASPACE),
	};
	int ret = rm_alloc(copy->gpu, copy->rm.client, copy->rm.device, HANDLE_VASPACE,
			   RM_CLASS_VASPACE, &vaspace, sizeof(vaspace));

	return ret ? ret : rm_control(copy->gpu, copy->rm.client, copy->rm.device,
				      RM_CTRL_DMA_SET_PAGE_DIRECTORY, &directory,
				      sizeof(directory), GSP_RPC_DEFAULT_MS, NULL);
}

static struct rm_memory_desc memory(const struct vgpu_copy *copy, u32 offset, u32 bytes)
{
	return (struct rm_memory_desc){
		.base = cpu_to_le64(copy->block.spa + offset),
		.bytes = cpu_to_le64(bytes),
		.address_space = cpu_to_le32(RM_ADDR_FBMEM),
		.cache_attrib = cpu_to_le32(RM_CACHE_UNCACHED),
	};
}

static int make_channel(struct vgpu_copy *copy, u32 method_bytes)
{
	u32 flags = ABI_PREP(RM_CHANNEL_FLAG_USERD_PAGE, COPY_CHID / RM_CHANNELS_PER_USERD_PAGE) |
		    ABI_PREP(RM_CHANNEL_FLAG_USERD_INDEX, COPY_CHID % RM_CHANNELS_PER_USERD_PAGE) |
		    RM_CHANNEL_FLAG_USERD_PAGE_FIXED;
	struct r570_channel_params p = {
		.common = {
			.gpfifo_offset = cpu_to_le64(copy->own.va + RING_OFFSET),
			.gpfifo_entries = cpu_to_le32(RING_ENTRIES),
			.flags = cpu_to_le32(flags),
			.h_vaspace = cpu_to_le32(HANDLE_VASPACE),
			.engine_type = cpu_to_le32(copy->engine),
			.instance = memory(copy, INSTANCE_OFFSET, NV_RAMIN_BYTES),
			.userd = memory(copy, USERD_OFFSET, NV_USERD_BYTES),
			.ramfc = memory(copy, INSTANCE_OFFSET, RAMFC_BYTES),
			.method_buffer = memory(copy, METHOD_BUFFER_OFFSET, method_bytes),
			.internal_flags = cpu_to_le32(ABI_PREP(RM_CHANNEL_INTERNAL_PRIVILEGE,
							       RM_CHANNEL_INTERNAL_PRIVILEGE_USER)),
		},
	};
	struct rm_ctrl_channel_bind bind = { .engine_type = cpu_to_le32(copy->engine) };
	struct rm_ctrl_channel_schedule schedule = { .enable = 1 };
	struct rm_ctrl_channel_token token = { 0 };
	struct rm_copy_params engine = {
		.version = cpu_to_le32(COPY_PARAMS_VERSION),
		.engine_type = cpu_to_le32(copy->engine),
	};
	const struct {
		u32 cmd;
		void *params;
		u32 bytes;
	} controls[] = {
		{ RM_CTRL_CHANNEL_BIND, &bind, sizeof(bind) },
		{ RM_CTRL_CHANNEL_SCHEDULE, &schedule, sizeof(schedule) },
		{ RM_CTRL_CHANNEL_GET_TOKEN, &token, sizeof(token) },
	};
	size_t i;
	int ret;

	ret = rm_alloc(copy->gpu, copy->rm.client, copy->rm.device, HANDLE_CHANNEL,
		       NV_CLASS_CHANNEL_AMPERE_A, &p, sizeof(p));
	for (i = 0; !ret && i < ARRAY_SIZE(controls); i++)
		ret = rm_control(copy->gpu, copy->rm.client, HANDLE_CHANNEL, controls[i].cmd,
				 controls[i].params, controls[i].bytes, GSP_RPC_DEFAULT_MS, NULL);
	if (!ret)
		ret = rm_alloc(copy->gpu, copy->rm.client, HANDLE_CHANNEL, HANDLE_ENGINE,
			       NV_CLASS_COPY_AMPERE_B, &engine, sizeof(engine));
	copy->token = le32_to_cpu(token.token);
	return ret;
}

int vgpu_copy_open(struct vgpu_gpu *gpu, u32 engine, struct vgpu_space *space,
		   struct vgpu_copy *copy)
{
	const char *what = "an RM client";
	u32 method_bytes = 0;
	int ret;

	memset(copy, 0, sizeof(*copy));
	copy->gpu = gpu;
	copy->engine = engine;
	copy->space = space;
	ret = rm_client_init(gpu, &copy->rm);
	if (!ret) {
		what = "the size of its method buffer";
		ret = get_method_buffer_bytes(copy, &method_bytes);
	}
	if (!ret) {
		what = "memory or page tables";
		ret = take_memory(copy, method_bytes);
	}
	if (!ret) {
		what = "an address space";
		copy->told = true;
		ret = make_space(copy);
	}
	if (!ret) {
		what = "a channel";
		ret = make_channel(copy, method_bytes);
	}
	if (ret)
		vgpu_gpu_error(gpu, "copy engine: it did not get %s (error %d); see the kernel log",
			       what, ret);
	return ret;
}

void vgpu_copy_forget(struct vgpu_copy *copy)
{
	struct vgpu_gpu *gpu = copy->gpu;

	vgpu_bar1_unmap_window(gpu, &copy->map);
	mutex_lock(&gpu->vram_lock);
	if (copy->own.space)
		vgpu_va_free(&copy->space->va, &copy->own);
	if (copy->block.bytes)
		vgpu_heap_free(gpu, gpu->mmu.vram, &copy->block);
	mutex_unlock(&gpu->vram_lock);
}

int vgpu_copy_close(struct vgpu_copy *copy)
{
	struct vgpu_gpu *gpu = copy->gpu;
	int ret;

	/* RM ends the channel with its client; nothing reads the memory any more then. */
	ret = rm_client_fini(gpu, &copy->rm);
	/* A lost GPU confirms nothing, and nothing of it is given out again. */
	if (ret && copy->told && READ_ONCE(gpu->state) != VGPU_GPU_LOST)
		return -EBUSY;
	vgpu_copy_forget(copy);
	return 0;
}

/* ---- work ---- */

static void put_word(const struct vgpu_copy *copy, u32 offset, u32 value)
{
	writel(value, copy->map.io + offset);
}

static u32 get_word(const struct vgpu_copy *copy, u32 offset)
{
	return readl(copy->map.io + offset);
}

/* A method of @subchannel that writes @count words from @method on. */
static u32 method(u32 subchannel, u32 method, u32 count)
{
	return ABI_PREP(NV_DMA_SEC_OP, NV_DMA_SEC_OP_INC) | ABI_PREP(NV_DMA_COUNT, count) |
	       ABI_PREP(NV_DMA_SUBCH, subchannel) |
	       ABI_PREP(NV_DMA_METHOD, method >> NV_DMA_METHOD_SHIFT);
}

/* A fill of @bytes at @va with zeroes, then the semaphore. Returns dwords. */
static u32 write_fill(const struct vgpu_copy *copy, u32 at, u64 va, u64 bytes)
{
	u64 semaphore = copy->own.va + SEMAPHORE_OFFSET;
	const u32 words[] = {
		method(COPY_SUBCHANNEL, NVC56F_SET_OBJECT, 1),
		NV_CLASS_COPY_AMPERE_B,
		method(COPY_SUBCHANNEL, NVC7B5_SET_SEMAPHORE_A, 3),
		upper_32_bits(semaphore),
		lower_32_bits(semaphore),
		copy->fence,
		method(COPY_SUBCHANNEL, NVC7B5_SET_REMAP_CONST_A, 3),
		0,
		0,
		NVC7B5_REMAP_CONST_A << NVC7B5_REMAP_DST(0) |
			NVC7B5_REMAP_CONST_A << NVC7B5_REMAP_DST(1) |
			NVC7B5_REMAP_CONST_A << NVC7B5_REMAP_DST(2) |
			NVC7B5_REMAP_CONST_A << NVC7B5_REMAP_DST(3) |
			ABI_PREP(NVC7B5_REMAP_COMPONENT_SIZE, WORD_BYTES - 1) |
			ABI_PREP(NVC7B5_REMAP_NUM_SRC, ELEMENT_BYTES / WORD_BYTES - 1) |
			ABI_PREP(NVC7B5_REMAP_NUM_DST, ELEMENT_BYTES / WORD_BYTES - 1),
		method(COPY_SUBCHANNEL, NVC7B5_OFFSET_OUT_UPPER, 2),
		upper_32_bits(va),
		lower_32_bits(va),
		method(COPY_SUBCHANNEL, NVC7B5_LINE_LENGTH_IN, 2),
		(u32)(bytes / ELEMENT_BYTES),
		1,
		method(COPY_SUBCHANNEL, NVC7B5_LAUNCH_DMA, 1),
		ABI_PREP(NVC7B5_LAUNCH_TRANSFER, NVC7B5_LAUNCH_TRANSFER_NON_PIPELINED) |
			NVC7B5_LAUNCH_FLUSH | NVC7B5_LAUNCH_SRC_PITCH | NVC7B5_LAUNCH_DST_PITCH |
			NVC7B5_LAUNCH_REMAP |
			ABI_PREP(NVC7B5_LAUNCH_SEMAPHORE, NVC7B5_LAUNCH_SEMAPHORE_ONE_WORD),
	};
	u32 i;

	BUILD_BUG_ON(ARRAY_SIZE(words) > SLOT_DWORDS);
	for (i = 0; i < ARRAY_SIZE(words); i++)
		put_word(copy, at + i * WORD_BYTES, words[i]);
	return ARRAY_SIZE(words);
}

static void submit(struct vgpu_copy *copy, u64 va, u64 bytes)
{
	u32 slot = PUSH_OFFSET + copy->put * SLOT_DWORDS * WORD_BYTES;
	u64 push_va = copy->own.va + slot;
	u32 entry = RING_OFFSET + copy->put * NV_GP_ENTRY_BYTES, dwords;

	copy->fence++;
	dwords = write_fill(copy, slot, va, bytes);
	put_word(copy, entry, lower_32_bits(push_va) & NV_GP_ENTRY0_GET);
	put_word(copy, entry + WORD_BYTES,
		 ABI_PREP(NV_GP_ENTRY1_GET_HI, upper_32_bits(push_va)) |
		 ABI_PREP(NV_GP_ENTRY1_LENGTH, dwords));
	copy->put = (copy->put + 1) % RING_ENTRIES;
	/* The entry before its index, and both in VRAM before the doorbell. */
	wmb();
	put_word(copy, USERD_OFFSET + NV_USERD_GP_PUT, copy->put);
	wmb();
	get_word(copy, USERD_OFFSET + NV_USERD_GP_PUT);
	vgpu_wr32(copy->gpu, NV_VFN + NV_VFN_USERMODE_DOORBELL, copy->token);
}

/* Until the semaphore has the fence. */
static int wait_fence(const struct vgpu_copy *copy)
{
	struct vgpu_backoff backoff;

	vgpu_backoff_start(&backoff);
	while (get_word(copy, SEMAPHORE_OFFSET) != copy->fence) {
		if (READ_ONCE(copy->gpu->state) == VGPU_GPU_LOST)
			return -ENODEV;
		if (vgpu_backoff_expired(&backoff, VGPU_COPY_TIMEOUT_MS))
			return -ETIMEDOUT;
		vgpu_backoff_pause(&backoff);
	}
	return 0;
}

int vgpu_copy_zero(struct vgpu_copy *copy, u64 spa, u64 bytes)
{
	int ret;

	if ((spa | bytes) % VGPU_PAGE_BYTES || !bytes || bytes > VGPU_COPY_MAX_BYTES)
		return -EINVAL;
	submit(copy, VGPU_SPACE_VRAM_VA + spa, bytes);
	ret = wait_fence(copy);
	if (ret)
		vgpu_gpu_error(copy->gpu, "copy engine: it did not fill %llu MiB at 0x%llx in time (error %d); reset the GPU",
			       bytes >> 20, spa, ret);
	return ret;
}
