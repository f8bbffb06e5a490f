// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client of vgpu_core: how another module uses a GPU, and what becomes of it when the GPU goes.
 *
 * Each line written to debugfs vgpu_sample/do is a command, vgpu_sample/report has its outcome:
 *	thin	memory through BAR1, through page tables, system memory, a control; all given back
 *	abuse	numbers that were freed, of another client, of another kind; each has to be refused
 *	hold	keep one of everything, and a thread that uses it all the time
 *	where	root, virtual and physical address of what is held
 *	calls	the result of each call on the handle, as it is now
 *	ping	one control
 *	unmap	what is held from its address space; the thread meets that
 *	stat	what the client was told, how its thread does
 *	close	stop the thread, close the handle
 *	open	a handle again
 * The parameter keep=1 leaves the handle open when the device goes.
 */
#include <linux/auxiliary_bus.h>
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "../../kmod/abi/rpc.h"
#include "../../kmod/linux/openvgpu_client.h"

#define SAMPLE_BYTES (4ULL << 20)
#define SAMPLE_PATTERN 0x5ca1ab1eU
#define REPORT_BYTES 1024
#define COMMAND_BYTES 16

static bool keep;
module_param(keep, bool, 0644);
MODULE_PARM_DESC(keep, "Leave the handle open when the device is removed");

/* Everything below is under the lock, but what the thread uses while it runs. */
static DEFINE_MUTEX(sample_lock);
static struct auxiliary_device *sample_adev;
static struct vgpu_client *sample_client;
static u32 sample_vram, sample_space, sample_window;
static void __iomem *sample_io;
static u64 sample_va;
static struct task_struct *sample_thread;
static u64 sample_rounds;
static int sample_thread_error;
static unsigned int sample_told[VGPU_CLIENT_REVOKED + 1];
static char sample_report[REPORT_BYTES];
static struct dentry *sample_dir;

static void report(const char *fmt, ...) __printf(1, 2);
static void report(const char *fmt, ...)
{
	size_t len = strlen(sample_report);
	va_list args;

	va_start(args, fmt);
	vscnprintf(sample_report + len, sizeof(sample_report) - len, fmt, args);
	va_end(args);
}

/* One step of a run: the first that fails is named. */
#define STEP(call)                                                                                 \
	do {                                                                                       \
		int step_rc = (call);                                                              \
		if (step_rc) {                                                                     \
			report("failed: " #call " gave %d\n", step_rc);                           \
			return step_rc;                                                            \
		}                                                                                  \
	} while (0)
#define CHECK(cond) STEP((cond) ? 0 : -EILSEQ)

/* ---- thin ---- */

static u32 window_read(struct vgpu_client *client, void __iomem *io)
{
	u32 value = 0;

	if (vgpu_client_enter(client)) {
		value = readl(io);
		vgpu_client_exit(client);
	}
	return value;
}

static int thin_memory(struct vgpu_client *client, u32 vram, u32 space)
{
	u64 offset = SAMPLE_BYTES / 2, va = 0, fixed;
	u32 word = 0, window, second;
	void __iomem *io, *again;

	STEP(vgpu_client_window_map(client, vram, 0, SAMPLE_BYTES, &window, &io));
	STEP(vgpu_client_map(client, space, vram, 0, SAMPLE_BYTES, 0, &va));
	CHECK(vgpu_client_enter(client));
	writel(SAMPLE_PATTERN, io + offset);
	word = readl(io + offset);
	vgpu_client_exit(client);
	CHECK(word == SAMPLE_PATTERN);
	/* The same word through the page tables, which PRAMIN reads and writes. */
	word = 0;
	STEP(vgpu_client_peek(client, space, va + offset, &word, sizeof(word)));
	CHECK(word == SAMPLE_PATTERN);
	word = ~SAMPLE_PATTERN;
	STEP(vgpu_client_poke(client, space, va + offset + PAGE_SIZE, &word, sizeof(word)));
	STEP(vgpu_client_window_map(client, vram, offset, 2 * PAGE_SIZE, &second, &again));
	CHECK(window_read(client, again) == SAMPLE_PATTERN);
	CHECK(window_read(client, again + PAGE_SIZE) == ~SAMPLE_PATTERN);
	/* A second mapping of the same memory. */
	fixed = va + (1ULL << 30);
	STEP(vgpu_client_map(client, space, vram, offset, PAGE_SIZE, VGPU_CLIENT_MAP_FIXED,
			     &fixed));
	word = 0;
	STEP(vgpu_client_peek(client, space, fixed, &word, sizeof(word)));
	CHECK(word == SAMPLE_PATTERN);
	STEP(vgpu_client_unmap(client, space, fixed));
	CHECK(vgpu_client_peek(client, space, fixed, &word, sizeof(word)) == -ENOENT);
	STEP(vgpu_client_unmap(client, space, va));
	STEP(vgpu_client_window_unmap(client, second));
	STEP(vgpu_client_window_unmap(client, window));
	return 0;
}

static int thin_mapped_list(struct vgpu_client *client, u32 space, const struct sg_table *sgt)
{
	struct vgpu_client_page page;
	u64 va = 0, bytes = 0;

	STEP(openvgpu_client_map_sgt(client, space, sgt, 0, &va, &bytes));
	CHECK(bytes == PAGE_SIZE);
	STEP(vgpu_client_query(client, space, va, &page));
	CHECK(!page.vram && page.address == sg_dma_address(sgt->sgl));
	STEP(vgpu_client_unmap(client, space, va));
	return 0;
}

static int thin_list(struct vgpu_client *client, u32 space)
{
	struct device *dev = openvgpu_client_dma_device(sample_adev);
	struct page *page = alloc_page(GFP_KERNEL);
	struct sg_table sgt;
	int rc = -ENOMEM;

	if (!page)
		return rc;
	rc = sg_alloc_table_from_pages(&sgt, &page, 1, 0, PAGE_SIZE, GFP_KERNEL);
	if (!rc) {
		rc = dma_map_sgtable(dev, &sgt, DMA_BIDIRECTIONAL, 0);
		if (!rc) {
			rc = thin_mapped_list(client, space, &sgt);
			dma_unmap_sgtable(dev, &sgt, DMA_BIDIRECTIONAL, 0);
		}
		sg_free_table(&sgt);
	}
	__free_page(page);
	return rc;
}

static int thin(struct vgpu_client *client)
{
	struct rm_ctrl_vmmu_segment segment = {};
	struct vgpu_client_limits limits;
	u32 vram, space;

	STEP(vgpu_client_vram_alloc(client, SAMPLE_BYTES, 0, &vram));
	STEP(vgpu_client_space_create(client, &space));
	STEP(thin_memory(client, vram, space));
	STEP(thin_list(client, space));
	STEP(vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE, RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE,
				 &segment, sizeof(segment), NULL));
	CHECK(segment.segment_bytes);
	STEP(vgpu_client_space_destroy(client, space));
	STEP(vgpu_client_vram_free(client, vram));
	STEP(vgpu_client_limits(client, &limits));
	CHECK(!limits.objects_used && !limits.mappings_used);
	report("ok\n");
	return 0;
}

/* ---- abuse ---- */

static int abuse(struct vgpu_client *client)
{
	struct vgpu_client *other = openvgpu_client_open(sample_adev, "other", NULL, NULL);
	u32 vram, space, window, word = 0;
	void __iomem *io;
	u64 va = 0;

	STEP(PTR_ERR_OR_ZERO(other));
	CHECK(PTR_ERR(openvgpu_client_open(NULL, "x", NULL, NULL)) == -EINVAL);
	CHECK(PTR_ERR(openvgpu_client_open(sample_adev, "no spaces", NULL, NULL)) == -EINVAL);
	STEP(vgpu_client_vram_alloc(client, SAMPLE_BYTES, 0, &vram));
	STEP(vgpu_client_space_create(client, &space));
	STEP(vgpu_client_map(client, space, vram, 0, SAMPLE_BYTES, 0, &va));
	CHECK(vgpu_client_vram_free(client, vram) == -EBUSY);
	CHECK(vgpu_client_vram_free(other, vram) == -EINVAL);
	CHECK(vgpu_client_vram_free(client, space) == -EINVAL);
	CHECK(vgpu_client_unmap(other, space, va) == -EINVAL);
	CHECK(vgpu_client_map(client, space, vram, 0, SAMPLE_BYTES, VGPU_CLIENT_MAP_FIXED, &va) ==
	      -EEXIST);
	CHECK(vgpu_client_window_map(client, vram, 0, 2 * SAMPLE_BYTES, &window, &io) == -EINVAL);
	CHECK(vgpu_client_poke(client, space, va + SAMPLE_BYTES, &word, sizeof(word)) == -ENOENT);
	CHECK(vgpu_client_vram_alloc(client, 1ULL << 60, 0, &window) == -EINVAL);
	CHECK(vgpu_client_vram_alloc(client, VGPU_CLIENT_VRAM_BYTES, 0, &window) == -EDQUOT);
	CHECK(vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE, RM_CTRL_INTERNAL_INTR_GET_TABLE,
				  NULL, 0, NULL) == -EACCES);
	STEP(vgpu_client_space_destroy(client, space));
	CHECK(vgpu_client_space_destroy(client, space) == -EINVAL);
	CHECK(vgpu_client_unmap(client, space, va) == -EINVAL);
	STEP(vgpu_client_vram_free(client, vram));
	CHECK(vgpu_client_vram_free(client, vram) == -EINVAL);
	CHECK(vgpu_client_window_map(client, vram, 0, PAGE_SIZE, &window, &io) == -EINVAL);
	vgpu_client_close(other);
	report("ok\n");
	return 0;
}

/* ---- hold, calls, close ---- */

static int sample_work(void *data)
{
	struct vgpu_client *client = data;
	u32 word, vram;
	int rc = 0;

	while (!kthread_should_stop()) {
		/* After the first error it goes on: a revoked handle may be called, too. */
		if (vgpu_client_enter(client)) {
			writel(SAMPLE_PATTERN, sample_io);
			word = readl(sample_io);
			vgpu_client_exit(client);
		}
		rc = vgpu_client_peek(client, sample_space, sample_va, &word, sizeof(word));
		if (!rc)
			rc = vgpu_client_vram_alloc(client, PAGE_SIZE, 0, &vram);
		if (!rc)
			rc = vgpu_client_vram_free(client, vram);
		if (rc && !sample_thread_error)
			WRITE_ONCE(sample_thread_error, rc);
		WRITE_ONCE(sample_rounds, sample_rounds + 1);
		cond_resched();
	}
	return 0;
}

static int hold(struct vgpu_client *client)
{
	struct task_struct *thread;

	if (sample_thread)
		return -EBUSY;
	sample_va = 0;
	sample_rounds = 0;
	sample_thread_error = 0;
	STEP(vgpu_client_vram_alloc(client, SAMPLE_BYTES, 0, &sample_vram));
	STEP(vgpu_client_space_create(client, &sample_space));
	STEP(vgpu_client_map(client, sample_space, sample_vram, 0, SAMPLE_BYTES, 0, &sample_va));
	STEP(vgpu_client_window_map(client, sample_vram, 0, SAMPLE_BYTES, &sample_window,
				    &sample_io));
	thread = kthread_run(sample_work, client, "vgpu_sample");
	STEP(PTR_ERR_OR_ZERO(thread));
	sample_thread = thread;
	report("ok\n");
	return 0;
}

static int where(struct vgpu_client *client)
{
	struct vgpu_client_space_info space;
	u64 spa, bytes;

	STEP(vgpu_client_space_info(client, sample_space, &space));
	STEP(vgpu_client_vram_info(client, sample_vram, &spa, &bytes));
	report("0x%llx 0x%llx %llu\n", space.pdb_spa, sample_va, spa);
	return 0;
}

static int unmap(struct vgpu_client *client)
{
	STEP(vgpu_client_unmap(client, sample_space, sample_va));
	report("ok\n");
	return 0;
}

static int calls(struct vgpu_client *client)
{
	char why[128];
	u32 number, word = 0;
	void __iomem *io;
	u64 va = 0;

	vgpu_client_why(client, why, sizeof(why));
	report("state %d\n", vgpu_client_state(client));
	report("alloc %d\n", vgpu_client_vram_alloc(client, PAGE_SIZE, 0, &number));
	report("free %d\n", vgpu_client_vram_free(client, sample_vram));
	report("space %d\n", vgpu_client_space_create(client, &number));
	report("map %d\n", vgpu_client_map(client, sample_space, sample_vram, 0, PAGE_SIZE, 0, &va));
	report("unmap %d\n", vgpu_client_unmap(client, sample_space, sample_va));
	report("window %d\n", vgpu_client_window_map(client, sample_vram, 0, PAGE_SIZE, &number,
						     &io));
	report("peek %d\n", vgpu_client_peek(client, sample_space, sample_va, &word, 4));
	report("control %d\n", vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE,
						   RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, &va,
						   sizeof(va), NULL));
	report("%s\n", why);
	return 0;
}

static int ping(struct vgpu_client *client)
{
	struct rm_ctrl_vmmu_segment segment = {};

	report("control %d\n", vgpu_client_control(client, VGPU_CLIENT_SUBDEVICE,
						   RM_CTRL_GPU_GET_VMMU_SEGMENT_SIZE, &segment,
						   sizeof(segment), NULL));
	return 0;
}

static int stat(struct vgpu_client *client)
{
	report("state %d\n", vgpu_client_state(client));
	report("told lost %u revoked %u\n", sample_told[VGPU_CLIENT_LOST],
	       sample_told[VGPU_CLIENT_REVOKED]);
	report("thread %d, %s\n", READ_ONCE(sample_thread_error),
	       READ_ONCE(sample_rounds) ? "ran" : "did not run");
	return 0;
}

static void sample_close(void)
{
	if (sample_thread)
		kthread_stop(sample_thread);
	sample_thread = NULL;
	vgpu_client_close(sample_client);
	sample_client = NULL;
}

/* Not under the lock: remove may hold it. */
static void sample_changed(void *owner, enum vgpu_client_state state)
{
	sample_told[state]++;
}

static const struct vgpu_client_ops sample_ops = { .changed = sample_changed };

static int sample_open(void)
{
	struct vgpu_client *client;

	if (sample_client || !sample_adev)
		return sample_client ? -EBUSY : -ENODEV;
	memset(sample_told, 0, sizeof(sample_told));
	client = openvgpu_client_open(sample_adev, "sample", &sample_ops, NULL);
	if (IS_ERR(client))
		return PTR_ERR(client);
	sample_client = client;
	return 0;
}

/* ---- debugfs ---- */

static int sample_command(const char *name)
{
	static const struct {
		const char *name;
		int (*run)(struct vgpu_client *client);
	} commands[] = { { "thin", thin }, { "abuse", abuse }, { "hold", hold },
			 { "where", where }, { "unmap", unmap }, { "calls", calls }, { "ping", ping }, { "stat", stat } };
	int i;

	sample_report[0] = '\0';
	if (!strcmp(name, "open"))
		return sample_open();
	if (!sample_client)
		return -ENODEV;
	if (!strcmp(name, "close")) {
		sample_close();
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(name, commands[i].name))
			return commands[i].run(sample_client);
	return -EINVAL;
}

static ssize_t sample_do(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char name[COMMAND_BYTES];
	ssize_t rc;

	if (count >= sizeof(name))
		return -EINVAL;
	if (copy_from_user(name, buf, count))
		return -EFAULT;
	name[count] = '\0';
	mutex_lock(&sample_lock);
	rc = sample_command(strim(name));
	mutex_unlock(&sample_lock);
	return rc ?: (ssize_t)count;
}

static const struct file_operations sample_do_fops = {
	.owner = THIS_MODULE,
	.write = sample_do,
};

static ssize_t sample_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	ssize_t rc;

	mutex_lock(&sample_lock);
	rc = simple_read_from_buffer(buf, count, pos, sample_report, strlen(sample_report));
	mutex_unlock(&sample_lock);
	return rc;
}

static const struct file_operations sample_report_fops = {
	.owner = THIS_MODULE,
	.read = sample_read,
};

/* ---- driver ---- */

static int sample_probe(struct auxiliary_device *adev, const struct auxiliary_device_id *id)
{
	int rc = 0;

	mutex_lock(&sample_lock);
	if (sample_adev) {
		rc = -EBUSY;	/* one GPU is enough here */
	} else {
		sample_adev = adev;
		/* A handle that was kept comes first. */
		if (!sample_client)
			rc = sample_open();
		if (rc)
			sample_adev = NULL;
	}
	mutex_unlock(&sample_lock);
	return rc;
}

static void sample_remove(struct auxiliary_device *adev)
{
	mutex_lock(&sample_lock);
	sample_adev = NULL;
	if (!keep)
		sample_close();
	mutex_unlock(&sample_lock);
}

static const struct auxiliary_device_id sample_ids[] = { { .name = OPENVGPU_CLIENT_MATCH }, {} };
MODULE_DEVICE_TABLE(auxiliary, sample_ids);

static struct auxiliary_driver sample_driver = {
	.name = "sample",
	.id_table = sample_ids,
	.probe = sample_probe,
	.remove = sample_remove,
};

static int __init sample_init(void)
{
	int rc;

	sample_dir = debugfs_create_dir("vgpu_sample", NULL);
	debugfs_create_file("do", 0200, sample_dir, NULL, &sample_do_fops);
	debugfs_create_file("report", 0400, sample_dir, NULL, &sample_report_fops);
	rc = auxiliary_driver_register(&sample_driver);
	if (rc)
		debugfs_remove_recursive(sample_dir);
	return rc;
}

static void __exit sample_exit(void)
{
	auxiliary_driver_unregister(&sample_driver);
	debugfs_remove_recursive(sample_dir);
	/* What keep left open. */
	sample_close();
}

module_init(sample_init);
module_exit(sample_exit);

MODULE_DESCRIPTION("Sample client of vgpu_core");
MODULE_LICENSE("GPL");
