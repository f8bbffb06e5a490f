// SPDX-License-Identifier: GPL-2.0-only
/* vGPU hosting on one GPU: what GSP says about the board, the pools, the VF objects. */

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../abi/mmu.h"
#include "../abi/rpc.h"
#include "host.h"

/* RM_ENGINE_TYPE to NV2080_ENGINE_TYPE, ranges of equal order. */
static const struct {
	u8 rm_first, count, nv2080_first;
} engine_ranges[] = {
	{ R570_RM_ENGINE_GR0, 8, NV2080_ENGINE_GR0 },
	{ R570_RM_ENGINE_COPY0, 10, NV2080_ENGINE_COPY0 },
	{ R570_RM_ENGINE_COPY10, 10, NV2080_ENGINE_COPY10 },
	{ R570_RM_ENGINE_NVDEC0, 8, NV2080_ENGINE_NVDEC0 },
	{ R570_RM_ENGINE_NVENC0, 3, NV2080_ENGINE_NVENC0 },
	{ R570_RM_ENGINE_SW, 1, NV2080_ENGINE_SW },
	{ R570_RM_ENGINE_SEC2, 1, NV2080_ENGINE_SEC2 },
	{ R570_RM_ENGINE_NVJPEG0, 8, NV2080_ENGINE_NVJPEG0 },
	{ R570_RM_ENGINE_OFA0, 1, NV2080_ENGINE_OFA0 },
};

/* No board has more pages of the device info table. */
#define MAX_DEVICE_INFO_PAGES 8
#define CACHE_NAME_BYTES 64

static int host_control(struct vgpu_host *host, u32 cmd, void *params, u32 size)
{
	return rm_control(host->gpu, host->rm.client, host->rm.subdevice, cmd, params, size,
			  GSP_RPC_DEFAULT_MS, NULL);
}

/* Which firmware runs; also proves that controls work at all. */
static int read_features(struct vgpu_host *host)
{
	struct r570_gsp_features features = { 0 };
	struct vgpu_gpu *gpu = host->gpu;
	int ret = host_control(host, RM_CTRL_GSP_GET_FEATURES, &features, sizeof(features));

	if (ret) {
		vgpu_gpu_error(gpu, "GSP did not tell its features (error %d); vGPUs are off", ret);
		return ret;
	}
	features.firmware_version[sizeof(features.firmware_version) - 1] = '\0';
	if (!gpu->si.gsp_version[0])
		strscpy(gpu->si.gsp_version, (const char *)features.firmware_version,
			sizeof(gpu->si.gsp_version));
	if (strcmp((const char *)features.firmware_version, R570_GSP_VERSION)) {
		vgpu_gpu_error(gpu, "GSP runs firmware %.63s, vGPUs need %s; install that one",
			       features.firmware_version, R570_GSP_VERSION);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int read_segment_size(struct vgpu_host *host, u64 *bytes)
{
	struct rm_ctrl_vmmu_segment params = { 0 };
	int ret = host_control(host, RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, &params, sizeof(params));

	if (ret) {
		vgpu_gpu_error(host->gpu, "GSP did not tell the VMMU segment size (error %d); vGPUs are off",
			       ret);
		return ret;
	}
	*bytes = le64_to_cpu(params.segment_bytes);
	if (!is_power_of_2(*bytes) || *bytes < NV_VMMU_SEGMENT_MIN_BYTES ||
	    *bytes > NV_VMMU_SEGMENT_MAX_BYTES) {
		vgpu_gpu_error(host->gpu, "GSP reports VMMU segments of %llu bytes, which no board has; vGPUs are off",
			       *bytes);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int read_ecc(struct vgpu_host *host)
{
	struct r570_ecc_status *status = kzalloc(sizeof(*status), GFP_KERNEL);
	int ret;

	if (!status)
		return -ENOMEM;
	ret = host_control(host, RM_CTRL_GPU_QUERY_ECC_STATUS, status, sizeof(*status));
	if (ret)
		vgpu_gpu_error(host->gpu, "GSP did not tell the ECC state (error %d); vGPUs are off",
			       ret);
	else
		host->ecc = status->units[0].enabled;
	kfree(status);
	return ret;
}

static void add_rm_engine(struct vgpu_host *host, u32 rm_type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(engine_ranges); i++)
		if (rm_type >= engine_ranges[i].rm_first &&
		    rm_type - engine_ranges[i].rm_first < engine_ranges[i].count)
			__set_bit(engine_ranges[i].nv2080_first + rm_type -
					  engine_ranges[i].rm_first, host->engines);
}

/* The long way: the FIFO's table, in the firmware's own numbering. */
static int read_device_info(struct vgpu_host *host)
{
	struct r570_device_info_table *table = kvzalloc(sizeof(*table), GFP_KERNEL);
	unsigned int page, i;
	int ret = 0;

	if (!table)
		return -ENOMEM;
	for (page = 0; page < MAX_DEVICE_INFO_PAGES; page++) {
		u32 count;

		memset(table, 0, sizeof(*table));
		table->base_index = cpu_to_le32(page * R570_DEVICE_INFO_PAGE);
		ret = host_control(host, RM_CTRL_FIFO_GET_DEVICE_INFO_TABLE, table, sizeof(*table));
		if (ret)
			break;
		count = min(le32_to_cpu(table->num_entries), (u32)R570_DEVICE_INFO_PAGE);
		for (i = 0; i < count; i++)
			add_rm_engine(host, le32_to_cpu(table->entries[i].engine_data
							[R570_ENGINE_DATA_RM_ENGINE_TYPE]));
		if (!table->more)
			break;
	}
	kvfree(table);
	return ret;
}

/* Engines with channels: the plugin wants to know where a vGPU's ids begin on each. */
static int read_engines(struct vgpu_host *host)
{
	struct r570_engines engines = { 0 };
	u32 i, count;
	int ret;

	if (!host_control(host, RM_CTRL_GPU_GET_ENGINES_V2, &engines, sizeof(engines))) {
		count = min(le32_to_cpu(engines.count), (u32)R570_NV2080_ENGINE_COUNT);
		for (i = 0; i < count; i++) {
			u32 engine = le32_to_cpu(engines.list[i]);

			if (engine && engine < R570_NV2080_ENGINE_COUNT)
				__set_bit(engine, host->engines);
		}
	}
	ret = bitmap_empty(host->engines, R570_NV2080_ENGINE_COUNT) ? read_device_info(host) : 0;
	if (!ret && bitmap_empty(host->engines, R570_NV2080_ENGINE_COUNT))
		ret = -EPROTO;
	if (ret)
		vgpu_gpu_error(host->gpu, "GSP did not tell the board's engines (error %d); vGPUs are off",
			       ret);
	return ret;
}

static void memory_fini(struct vgpu_host *host)
{
	struct vgpu_gpu *gpu = host->gpu;

	vgpu_bar1_fini(gpu);
	vgpu_mmu_fini(gpu);
	mutex_lock(&gpu->vram_lock);
	vgpu_vram_fini(gpu, &host->vram);
	mutex_unlock(&gpu->vram_lock);
}

static int memory_init(struct vgpu_host *host)
{
	struct vgpu_gpu *gpu = host->gpu;
	u64 segment_bytes;
	int ret;

	ret = read_segment_size(host, &segment_bytes);
	if (ret)
		return ret;
	mutex_lock(&gpu->vram_lock);
	ret = vgpu_vram_init(gpu, &host->vram, segment_bytes);
	/* Of what a GPU did before, nobody has told us. */
	if (!ret && !gpu->boot.scrubbed)
		vgpu_vram_distrust(gpu, &host->vram);
	mutex_unlock(&gpu->vram_lock);
	if (ret) {
		vgpu_gpu_error(gpu, "%llu MiB of VRAM cannot be split into segments of %llu MiB (error %d); vGPUs are off",
			       gpu->si.fb_bytes >> 20, segment_bytes >> 20, ret);
		return ret;
	}
	host->region.fb_bytes = gpu->si.fb_bytes;
	host->region.segment_bytes = segment_bytes;
	host->region.segments = vgpu_buddy_region(&gpu->buddy, &host->region.first_segment);
	vgpu_chid_init(&host->chids);

	ret = vgpu_mmu_init(gpu, &host->vram);
	if (!ret)
		ret = vgpu_bar1_init(gpu);
	if (ret)
		memory_fini(host);
	return ret;
}

static void vfs_fini(struct vgpu_host *host)
{
	unsigned int i;

	for (i = 0; host->vfs && i < host->num_vfs; i++) {
		if (!host->vfs[i])
			continue;
		mutex_destroy(&host->vfs[i]->op_lock);
		kmem_cache_free(host->vf_cache, host->vfs[i]);
	}
	kfree(host->vfs);
	kmem_cache_destroy(host->vf_cache);
}

static int vfs_init(struct vgpu_host *host)
{
	const struct vgpu_gpu *gpu = host->gpu;
	u32 max_gfid = min_t(u32, gpu->si.max_gfid ? : R570_MAX_GFID, R570_MAX_GFID);
	char name[CACHE_NAME_BYTES];
	unsigned int i;

	host->num_vfs = min_t(unsigned int, gpu->info.total_vfs, max_gfid);
	snprintf(name, sizeof(name), "vgpu_vf_%s", dev_name(gpu->dev));
	host->vf_cache = kmem_cache_create(name, sizeof(struct vgpu_vf), 0, 0, NULL);
	host->vfs = kcalloc(max(host->num_vfs, 1U), sizeof(*host->vfs), GFP_KERNEL);
	if (!host->vf_cache || !host->vfs) {
		vfs_fini(host);
		return -ENOMEM;
	}
	for (i = 0; i < host->num_vfs; i++) {
		struct vgpu_vf *vf = kmem_cache_zalloc(host->vf_cache, GFP_KERNEL);

		if (!vf) {
			vfs_fini(host);
			return -ENOMEM;
		}
		vf->host = host;
		vf->index = i;
		vf->gfid = (u16)VGPU_GFID(i);
		vf->state = VGPU_FREE;
		mutex_init(&vf->op_lock);
		host->vfs[i] = vf;
	}
	return 0;
}

int vgpu_host_init(struct vgpu_gpu *gpu)
{
	struct vgpu_host *host;
	int ret;

	if (!gpu->boot.vgpu_host)
		return -EOPNOTSUPP;
	host = kzalloc(sizeof(*host), GFP_KERNEL);
	if (!host)
		return -ENOMEM;
	host->gpu = gpu;
	host->mode = VGPU_PLACEMENT_HOMOGENEOUS;
	spin_lock_init(&host->lock);
	mutex_init(&host->scrub.lock);

	ret = rm_client_init(gpu, &host->rm);
	if (ret)
		goto free_host;
	ret = read_features(host);
	if (!ret)
		ret = read_ecc(host);
	if (!ret)
		ret = read_engines(host);
	if (ret)
		goto free_client;
	ret = memory_init(host);
	if (ret)
		goto free_client;
	ret = vfs_init(host);
	if (ret)
		goto free_memory;
	ret = host_types_init(host);
	if (ret)
		goto free_vfs;
	host_publish(host);
	if (!gpu->boot.scrubbed && host_scrub(host))
		dev_warn(gpu->dev, "scrub: not all that was in VRAM before this start is gone, and no vGPU gets the rest; write 1 to vgpu/scrub\n");
	vgpu_clients_start(gpu);
	host_catalogue_init(host);
	dev_info(gpu->dev, "vGPU host: %u VFs, %llu MiB in segments of %llu MiB, ECC %s\n",
		 host->num_vfs, host->vram.total_bytes >> 20, host->region.segment_bytes >> 20,
		 host->ecc ? "on" : "off");
	return 0;

free_vfs:
	vgpu_metadata_free(&host->metadata);
	vfs_fini(host);
free_memory:
	memory_fini(host);
free_client:
	rm_client_fini(gpu, &host->rm);
free_host:
	kfree(host);
	return ret;
}

void vgpu_host_fini(struct vgpu_gpu *gpu)
{
	struct vgpu_host *host = gpu->host;
	unsigned int i;

	if (!host)
		return;
	vgpu_clients_stop(gpu);
	vgpu_host_set_closing(gpu, true);
	vf_scrub_fini(host);
	for (i = 0; i < host->num_vfs; i++) {
		struct vgpu_vf *vf = host->vfs[i];

		vgpu_close(vf);
		/* Also what is quarantined: GSP itself stops next. */
		mutex_lock(&vf->op_lock);
		if (vf->state != VGPU_FREE)
			vf_put_resources(vf);
		mutex_unlock(&vf->op_lock);
		vgpu_vf_set_owner(vf, NULL, NULL);
	}
	host_unpublish(host);
	vfs_fini(host);
	memory_fini(host);
	rm_client_fini(gpu, &host->rm);
	vgpu_metadata_free(&host->metadata);
	kfree(host);
}

struct vgpu_vf *vgpu_vf_get(struct vgpu_gpu *gpu, unsigned int index)
{
	return gpu->host && index < gpu->host->num_vfs ? gpu->host->vfs[index] : NULL;
}

void vgpu_host_info(struct vgpu_gpu *gpu, struct vgpu_host_info *info)
{
	struct vgpu_host *host = gpu->host;
	u64 segment_bytes;
	unsigned int i;

	memset(info, 0, sizeof(*info));
	if (!host)
		return;
	segment_bytes = host->region.segment_bytes;
	info->segment_bytes = segment_bytes;
	info->vfs = host->num_vfs;
	info->ecc = host->ecc;
	info->mixed = READ_ONCE(host->mode) == VGPU_PLACEMENT_HETEROGENEOUS;
	mutex_lock(&gpu->vram_lock);
	info->vram_total_bytes = host->vram.total_bytes;
	info->vram_free_bytes = gpu->buddy.free_units * segment_bytes +
				vgpu_heap_free_bytes(gpu, &host->vram);
	info->vram_dirty_bytes = gpu->buddy.dirty_units * segment_bytes;
	info->vram_largest_free_bytes = vgpu_buddy_largest(&gpu->buddy, NULL, 0) * segment_bytes;
	mutex_unlock(&gpu->vram_lock);
	spin_lock(&host->lock);
	for (i = 0; i < host->num_vfs; i++) {
		const struct vgpu_vf *vf = host->vfs[i];

		if (vf->state != VGPU_FREE || vf->claiming)
			info->claimed++;
		if (vf->plugin_up)
			info->open++;
	}
	spin_unlock(&host->lock);
}

static int set_mode_locked(struct vgpu_host *host, enum vgpu_placement_mode mode)
{
	__u8 param = mode == VGPU_PLACEMENT_HETEROGENEOUS;
	struct vgpu_gpu *gpu = host->gpu;
	u32 status = NV_STATUS_OK;
	int ret;

	if (mode == VGPU_PLACEMENT_HETEROGENEOUS && !host->region.mixed_segments) {
		vgpu_gpu_error(gpu, "placement mode: this board has no places for vGPUs of several sizes");
		return -EOPNOTSUPP;
	}
	if (vgpu_host_busy(gpu)) {
		vgpu_gpu_error(gpu, "placement mode: it cannot change while the GPU has vGPUs; release them first");
		return -EBUSY;
	}
	ret = rm_control(gpu, host->rm.client, host->rm.subdevice, VGPU_CTRL_SET_HETEROGENEOUS,
			 &param, sizeof(param), GSP_RPC_DEFAULT_MS, &status);
	if (ret) {
		vgpu_gpu_error(gpu, "placement mode: GSP did not change to %s (%s)",
			       vgpu_placement_mode_name(mode),
			       status != NV_STATUS_OK ? rm_status_name(status) : "RPC error");
		return -EIO;
	}
	/* Claims read it under either lock. */
	spin_lock(&host->lock);
	WRITE_ONCE(host->mode, mode);
	spin_unlock(&host->lock);
	return 0;
}

int vgpu_host_set_mixed(struct vgpu_gpu *gpu, bool mixed)
{
	enum vgpu_placement_mode mode = mixed ? VGPU_PLACEMENT_HETEROGENEOUS :
						VGPU_PLACEMENT_HOMOGENEOUS;
	struct vgpu_host *host = gpu->host;
	int ret = 0;

	if (!host || READ_ONCE(gpu->state) != VGPU_GPU_READY)
		return -EAGAIN;
	/* Claims hold it from their checks until their memory is taken. */
	mutex_lock(&gpu->vram_lock);
	if (host->mode != mode)
		ret = set_mode_locked(host, mode);
	mutex_unlock(&gpu->vram_lock);
	return ret;
}

bool vgpu_host_busy(struct vgpu_gpu *gpu)
{
	struct vgpu_host *host = gpu->host;
	bool busy = false;
	unsigned int i;

	if (!host)
		return false;
	spin_lock(&host->lock);
	for (i = 0; i < host->num_vfs && !busy; i++)
		busy = host->vfs[i]->state != VGPU_FREE || host->vfs[i]->claiming;
	spin_unlock(&host->lock);
	return busy;
}

void vgpu_host_set_closing(struct vgpu_gpu *gpu, bool closing)
{
	if (!gpu->host)
		return;
	spin_lock(&gpu->host->lock);
	gpu->host->closing = closing;
	spin_unlock(&gpu->host->lock);
}
