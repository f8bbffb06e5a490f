// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PF's sysfs directory vgpu/, described file by file in kmod/ABI.md.
 *
 * The directory exists from before the boot, so that its progress can be read. Attributes run
 * under kernfs' active reference only; vgpu_pf_sysfs_fini() waits for them, so that pf is valid in
 * every one. No store takes a device lock.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "../core/fw.h"
#include "pf.h"
#include "sysfs.h"

static struct kmem_cache *vgpu_pf_dir_cache;

struct vgpu_pf_attr {
	struct attribute attr;
	ssize_t (*show)(struct vgpu_pf *pf, char *buf);
	ssize_t (*store)(struct vgpu_pf *pf, const char *buf, size_t count);
};

#define VGPU_PF_ATTR_RO(_name)                                                                     \
	static const struct vgpu_pf_attr vgpu_pf_attr_##_name = {                                  \
		.attr = { .name = __stringify(_name), .mode = 0444 },                              \
		.show = _name##_show,                                                              \
	}

/* Files that mean something only once GSP runs are empty until then. */
#define VGPU_PF_ATTR_UP(_name, fmt, ...)                                                           \
	static ssize_t _name##_show(struct vgpu_pf *pf, char *buf)                                 \
	{                                                                                          \
		return vgpu_pf_is_up(pf) ? sysfs_emit(buf, fmt "\n", __VA_ARGS__) :                \
					   sysfs_emit(buf, "\n");                                  \
	}                                                                                          \
	VGPU_PF_ATTR_RO(_name)

static struct vgpu_host_info vgpu_pf_host_info(struct vgpu_pf *pf)
{
	struct vgpu_host_info info = {};

	if (pf->gpu.host)
		vgpu_host_info(&pf->gpu, &info);
	return info;
}

static const char *vgpu_gpu_state_name(enum vgpu_gpu_state state)
{
	switch (state) {
	case VGPU_GPU_COLD:
		return "cold";
	case VGPU_GPU_BOOTING:
		return "booting";
	case VGPU_GPU_READY:
		return "ready";
	case VGPU_GPU_FAILED:
		return "failed";
	case VGPU_GPU_LOST:
		return "lost";
	}
	return "unknown";
}

static ssize_t state_show(struct vgpu_pf *pf, char *buf)
{
	enum vgpu_gpu_state state = READ_ONCE(pf->gpu.state);

	/* Who reads "ready" can enable VFs. */
	if (state == VGPU_GPU_READY && !vgpu_pf_is_up(pf))
		state = VGPU_GPU_BOOTING;
	return sysfs_emit(buf, "%s\n", vgpu_gpu_state_name(state));
}
VGPU_PF_ATTR_RO(state);

static ssize_t chipset_show(struct vgpu_pf *pf, char *buf)
{
	return sysfs_emit(buf, "%s\n", pf->gpu.chip->name);
}
VGPU_PF_ATTR_RO(chipset);

static ssize_t last_error_show(struct vgpu_pf *pf, char *buf)
{
	size_t len = vgpu_gpu_last_error(&pf->gpu, buf, VGPU_ERROR_TEXT_BYTES);

	return len + sysfs_emit_at(buf, len, "\n");
}
VGPU_PF_ATTR_RO(last_error);

/* Why no type at all can be created here; empty where vGPUs are hosted. */
static ssize_t why_not_show(struct vgpu_pf *pf, char *buf)
{
	char why[VGPU_ERROR_TEXT_BYTES];

	vgpu_gpu_hosts_vgpus(&pf->gpu, why, sizeof(why));
	return sysfs_emit(buf, "%s\n", why);
}
VGPU_PF_ATTR_RO(why_not);

static ssize_t placement_mode_show(struct vgpu_pf *pf, char *buf)
{
	return sysfs_emit(buf, vgpu_pf_host_info(pf).mixed ? "homogeneous [heterogeneous]\n" :
							     "[homogeneous] heterogeneous\n");
}

static ssize_t placement_mode_store(struct vgpu_pf *pf, const char *buf, size_t count)
{
	bool mixed = sysfs_streq(buf, "heterogeneous");
	int rc;

	if (!mixed && !sysfs_streq(buf, "homogeneous"))
		return -EINVAL;
	rc = vgpu_pf_is_up(pf) ? vgpu_host_set_mixed(&pf->gpu, mixed) : -EAGAIN;
	return rc ?: count;
}

static const struct vgpu_pf_attr vgpu_pf_attr_placement_mode = {
	.attr = { .name = "placement_mode", .mode = 0644 },
	.show = placement_mode_show,
	.store = placement_mode_store,
};

/* Keys and numbers, a line each. */
static ssize_t scrub_show(struct vgpu_pf *pf, char *buf)
{
	struct vgpu_scrub_info info;

	vgpu_host_scrub_info(&pf->gpu, &info);
	return sysfs_emit(buf, "runs %llu\nbytes %llu\nns %llu\n", info.runs, info.bytes, info.ns);
}

static ssize_t scrub_store(struct vgpu_pf *pf, const char *buf, size_t count)
{
	int rc;

	if (!sysfs_streq(buf, "1"))
		return -EINVAL;
	rc = vgpu_pf_is_up(pf) ? vgpu_host_scrub(&pf->gpu) : -EAGAIN;
	return rc ?: count;
}

static const struct vgpu_pf_attr vgpu_pf_attr_scrub = {
	.attr = { .name = "scrub", .mode = 0644 },
	.show = scrub_show,
	.store = scrub_store,
};

VGPU_PF_ATTR_UP(gsp_version, "%s", pf->gpu.si.gsp_version);
VGPU_PF_ATTR_UP(gpu_name, "%s", pf->gpu.si.gpu_name);
VGPU_PF_ATTR_UP(boot_time_ns, "%llu", pf->gpu.boot_ns);
VGPU_PF_ATTR_UP(vram_total_bytes, "%llu", vgpu_pf_host_info(pf).vram_total_bytes);
VGPU_PF_ATTR_UP(vram_free_bytes, "%llu", vgpu_pf_host_info(pf).vram_free_bytes);
VGPU_PF_ATTR_UP(vram_dirty_bytes, "%llu", vgpu_pf_host_info(pf).vram_dirty_bytes);
VGPU_PF_ATTR_UP(vram_largest_free_bytes, "%llu", vgpu_pf_host_info(pf).vram_largest_free_bytes);
VGPU_PF_ATTR_UP(vmmu_segment_bytes, "%llu", vgpu_pf_host_info(pf).segment_bytes);
VGPU_PF_ATTR_UP(ecc, "%s", vgpu_pf_host_info(pf).ecc ? "enabled" : "disabled");
VGPU_PF_ATTR_UP(vgpus_claimed, "%u", vgpu_pf_host_info(pf).claimed);
VGPU_PF_ATTR_UP(vgpus_open, "%u", vgpu_pf_host_info(pf).open);

static const struct attribute *vgpu_pf_attrs[] = {
	&vgpu_pf_attr_state.attr,
	&vgpu_pf_attr_chipset.attr,
	&vgpu_pf_attr_gsp_version.attr,
	&vgpu_pf_attr_gpu_name.attr,
	&vgpu_pf_attr_vram_total_bytes.attr,
	&vgpu_pf_attr_vram_free_bytes.attr,
	&vgpu_pf_attr_vram_dirty_bytes.attr,
	&vgpu_pf_attr_vram_largest_free_bytes.attr,
	&vgpu_pf_attr_vmmu_segment_bytes.attr,
	&vgpu_pf_attr_ecc.attr,
	&vgpu_pf_attr_boot_time_ns.attr,
	&vgpu_pf_attr_last_error.attr,
	&vgpu_pf_attr_why_not.attr,
	&vgpu_pf_attr_placement_mode.attr,
	&vgpu_pf_attr_scrub.attr,
	&vgpu_pf_attr_vgpus_claimed.attr,
	&vgpu_pf_attr_vgpus_open.attr,
	NULL,
};

static ssize_t vgpu_pf_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct vgpu_pf_dir *dir = container_of(kobj, struct vgpu_pf_dir, kobj);

	return container_of(attr, struct vgpu_pf_attr, attr)->show(dir->pf, buf);
}

static ssize_t vgpu_pf_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf,
				  size_t count)
{
	struct vgpu_pf_dir *dir = container_of(kobj, struct vgpu_pf_dir, kobj);
	struct vgpu_pf_attr *pf_attr = container_of(attr, struct vgpu_pf_attr, attr);

	return pf_attr->store ? pf_attr->store(dir->pf, buf, count) : -EIO;
}

static const struct sysfs_ops vgpu_pf_sysfs_ops = {
	.show = vgpu_pf_attr_show,
	.store = vgpu_pf_attr_store,
};

static void vgpu_pf_dir_release(struct kobject *kobj)
{
	kmem_cache_free(vgpu_pf_dir_cache, container_of(kobj, struct vgpu_pf_dir, kobj));
}

static struct kobj_type vgpu_pf_dir_ktype = {
	.sysfs_ops = &vgpu_pf_sysfs_ops,
	.release = vgpu_pf_dir_release,
};

int vgpu_pf_sysfs_init(struct vgpu_pf *pf)
{
	struct vgpu_pf_dir *dir;
	int rc;

	dir = kmem_cache_zalloc(vgpu_pf_dir_cache, GFP_KERNEL);
	if (!dir)
		return -ENOMEM;
	dir->pf = pf;
	INIT_LIST_HEAD(&dir->types);
	rc = kobject_init_and_add(&dir->kobj, &vgpu_pf_dir_ktype, &pf->pdev->dev.kobj, "vgpu");
	if (rc)
		goto err;
	rc = sysfs_create_files(&dir->kobj, vgpu_pf_attrs);
	if (rc)
		goto err_del;
	rc = vgpu_type_dirs_init(dir);
	if (rc)
		goto err_del;
	pf->dir = dir;
	return 0;
err_del:
	kobject_del(&dir->kobj);
err:
	kobject_put(&dir->kobj);
	return rc;
}

int vgpu_pf_sysfs_refresh_types(struct vgpu_pf *pf)
{
	return vgpu_type_dirs_refresh(pf->dir);
}

void vgpu_pf_sysfs_notify_state(struct vgpu_pf *pf)
{
	sysfs_notify(&pf->dir->kobj, NULL, vgpu_pf_attr_state.attr.name);
}

void vgpu_pf_sysfs_fini(struct vgpu_pf *pf)
{
	struct vgpu_pf_dir *dir = pf->dir;

	if (!dir)
		return;
	pf->dir = NULL;
	vgpu_type_dirs_fini(dir);
	kobject_del(&dir->kobj);
	kobject_put(&dir->kobj);
}

int vgpu_sysfs_caches_init(void)
{
	int rc;

	vgpu_pf_dir_cache = KMEM_CACHE(vgpu_pf_dir, 0);
	if (!vgpu_pf_dir_cache)
		return -ENOMEM;
	rc = vgpu_type_dir_cache_init();
	if (rc)
		kmem_cache_destroy(vgpu_pf_dir_cache);
	return rc;
}

void vgpu_sysfs_caches_fini(void)
{
	vgpu_type_dir_cache_fini();
	kmem_cache_destroy(vgpu_pf_dir_cache);
}
