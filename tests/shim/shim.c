// SPDX-License-Identifier: GPL-2.0-or-later
/* Registers, time, interrupts, work and log of the stand-in kernel. */
#include "shim.h"

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../../tools/gpu-model/gpu_model.h"
#include "shim_priv.h"

#define MAX_REGIONS 512
#define MAX_BARS 6
#define MMIO_READ_NS 200	/* a read crosses the bus */
#define LOG_LINES 256
#define LOG_CHARS 320
#define NEVER UINT64_MAX

struct region {
	char *base;
	u64 bytes;
	unsigned int bar;
	u64 offset;
};

static struct {
	struct gpu_model *gm;
	const struct shim_mmio_ops *mmio;
	void *mmio_ctx;
	bool gone;
	struct region region[MAX_REGIONS];
	unsigned int regions;
	struct {
		u64 base, bytes;
	} bar[MAX_BARS];
	u64 now, due;
	bool in_model;
	u64 irq_pending, irqs;
	bool intx;
	bool (*hard)(void *ctx, unsigned int vector);
	void (*thread)(void *ctx);
	void *irq_ctx;
	bool thread_due, in_thread;
	struct list_head work;
	char log[LOG_LINES][LOG_CHARS];
	unsigned int log_next, warnings;
} s;

int shim_atomic_depth;

void shim_bug(const char *file, int line, const char *what)
{
	fprintf(stderr, "shim: BUG at %s:%d: %s\n", file, line, what ? what : "");
	abort();
}

void shim_warn(const char *file, int line, const char *what)
{
	shim_print(NULL, SHIM_WARN, "WARNING at %s:%d: %s\n", file, line, what);
}

void might_sleep(void)
{
	if (shim_atomic_depth)
		shim_bug(__FILE__, __LINE__, "sleeping function called with a spinlock held");
}

/* ---- log ---- */

void shim_print(const struct device *dev, enum shim_level level, const char *fmt, ...)
{
	char *line = s.log[s.log_next++ % LOG_LINES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, LOG_CHARS, fmt, args);
	va_end(args);
	line[strcspn(line, "\n")] = '\0';
	if (level <= SHIM_WARN)
		s.warnings++;
	if (getenv("SHIM_VERBOSE"))
		fprintf(stderr, "[%9.6f] %s: %s\n", s.now / 1e9, dev ? dev->name : "-", line);
}

const char *shim_log_find(const char *text)
{
	unsigned int i;

	for (i = 1; i <= LOG_LINES && i <= s.log_next; i++)
		if (strstr(s.log[(s.log_next - i) % LOG_LINES], text))
			return s.log[(s.log_next - i) % LOG_LINES];
	return NULL;
}

unsigned int shim_log_warnings(void)
{
	return s.warnings;
}

void shim_log_clear(void)
{
	s.log_next = 0;
	s.warnings = 0;
}

/* ---- registers ---- */

void shim_bind_model(struct gpu_model *gm)
{
	s.gm = gm;
	s.mmio = NULL;
}

void shim_bind_mmio(const struct shim_mmio_ops *ops, void *ctx)
{
	s.mmio = ops;
	s.mmio_ctx = ctx;
	s.gm = NULL;
}

void shim_set_gone(bool gone)
{
	s.gone = gone;
}

static struct region *region_of(const volatile void *addr, unsigned int size)
{
	const char *p = (const char *)addr;
	unsigned int i;

	for (i = 0; i < s.regions; i++)
		if (p >= s.region[i].base && p + size <= s.region[i].base + s.region[i].bytes)
			return &s.region[i];
	shim_bug(__FILE__, __LINE__, "register access outside of every mapping");
}

u64 shim_io_read(const volatile void *addr, unsigned int size)
{
	struct region *r = region_of(addr, size);
	u64 offset = r->offset + ((const char *)addr - r->base);
	u64 value = ~0ULL >> (64 - 8 * size);

	if (offset % size)
		shim_bug(__FILE__, __LINE__, "unaligned register read");
	s.now += MMIO_READ_NS;
	if (s.gone)
		return value;
	s.in_model = true;
	if (s.gm)
		value = gpu_model_mmio_read(s.gm, 0, r->bar, offset, size);
	else if (s.mmio)
		value = s.mmio->read(s.mmio_ctx, r->bar, offset, size);
	s.in_model = false;
	return value;
}

void shim_io_write(volatile void *addr, u64 value, unsigned int size)
{
	struct region *r = region_of(addr, size);
	u64 offset = r->offset + ((const char *)addr - r->base);

	if (offset % size)
		shim_bug(__FILE__, __LINE__, "unaligned register write");
	if (s.gone)
		return;
	s.in_model = true;
	if (s.gm)
		gpu_model_mmio_write(s.gm, 0, r->bar, offset, value, size);
	else if (s.mmio)
		s.mmio->write(s.mmio_ctx, r->bar, offset, value, size);
	s.in_model = false;
}

void memcpy_fromio(void *dst, const volatile void *src, size_t bytes)
{
	const volatile char *from = src;
	char *to = dst;
	size_t n;
	u64 v;

	for (; bytes; bytes -= n, from += n, to += n) {
		n = (uintptr_t)from % 8 == 0 && bytes >= 8 ? 8 : 1;
		v = shim_io_read(from, n);
		memcpy(to, &v, n);
	}
}

void memcpy_toio(volatile void *dst, const void *src, size_t bytes)
{
	volatile char *to = dst;
	const char *from = src;
	size_t n;
	u64 v;

	for (; bytes; bytes -= n, from += n, to += n) {
		n = (uintptr_t)to % 8 == 0 && bytes >= 8 ? 8 : 1;
		v = 0;
		memcpy(&v, from, n);
		shim_io_write(to, v, n);
	}
}

void memset_io(volatile void *dst, int value, size_t bytes)
{
	volatile char *to = dst;
	u64 v = (u8)value * 0x0101010101010101ULL;
	size_t n;

	for (; bytes; bytes -= n, to += n) {
		n = (uintptr_t)to % 8 == 0 && bytes >= 8 ? 8 : 1;
		shim_io_write(to, v, n);
	}
}

/* Address space that nothing can be read from by accident. */
static void *region_add(unsigned int bar, u64 offset, u64 bytes)
{
	u64 slack = offset % PAGE_SIZE;
	struct region *r;
	char *base;

	if (s.regions == MAX_REGIONS)
		shim_bug(__FILE__, __LINE__, "too many register mappings");
	base = mmap(NULL, bytes + slack, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		    0);
	if (base == MAP_FAILED)
		return NULL;
	r = &s.region[s.regions++];
	r->base = base + slack;
	r->bytes = bytes;
	r->bar = bar;
	r->offset = offset;
	return r->base;
}

static void region_del(const volatile void *ptr)
{
	unsigned int i;
	char *page;

	for (i = 0; i < s.regions; i++) {
		if (s.region[i].base != (const char *)ptr)
			continue;
		page = (char *)((uintptr_t)s.region[i].base & PAGE_MASK);
		munmap(page, s.region[i].bytes + (s.region[i].base - page));
		s.region[i] = s.region[--s.regions];
		return;
	}
	shim_bug(__FILE__, __LINE__, "unmapping what is not mapped");
}

void __iomem *shim_map_bar(unsigned int bar, u64 bytes)
{
	return region_add(bar, 0, bytes);
}

void shim_unmap_bar(void __iomem *ptr)
{
	region_del(ptr);
}

void shim_set_bar_address(unsigned int bar, u64 base, u64 bytes)
{
	s.bar[bar].base = base;
	s.bar[bar].bytes = bytes;
}

void __iomem *ioremap(phys_addr_t addr, size_t bytes)
{
	unsigned int i;

	if (shim_should_fail())
		return NULL;
	for (i = 0; i < MAX_BARS; i++)
		if (s.bar[i].bytes && addr >= s.bar[i].base && bytes <= s.bar[i].bytes &&
		    addr - s.bar[i].base <= s.bar[i].bytes - bytes)
			return region_add(i, addr - s.bar[i].base, bytes);
	shim_bug(__FILE__, __LINE__, "ioremap outside of every BAR");
}

void __iomem *ioremap_wc(phys_addr_t addr, size_t bytes)
{
	return ioremap(addr, bytes);
}

void iounmap(volatile void __iomem *addr)
{
	region_del(addr);
}

unsigned int shim_region_count(void)
{
	return s.regions;
}

/* ---- time, interrupts, work ---- */

u64 ktime_get_ns(void)
{
	s.now += 10;	/* so that a loop over the clock ends */
	return s.now;
}

/* What is queued now; what a work item queues waits for the next time. */
static void work_run(void)
{
	struct work_struct *w;
	unsigned int n = 0;

	if (!s.work.next)
		return;
	list_for_each_entry(w, &s.work, link)
		n++;
	while (n-- && !list_empty(&s.work)) {
		w = list_first_entry(&s.work, struct work_struct, link);
		list_del(&w->link);
		w->queued = false;
		w->func(w);
	}
}

/* Everything that is due now. */
static void run_due(void)
{
	unsigned int i;
	u64 pending;

	while (s.gm && !s.in_model && !s.gone && s.due <= s.now) {
		s.due = NEVER;
		s.in_model = true;
		gpu_model_run(s.gm);
		s.in_model = false;
	}
	if (shim_atomic_depth)
		return;
	if (s.hard && !s.gone) {
		pending = s.irq_pending;
		s.irq_pending = 0;
		for (i = 0; i < 64; i++)
			if (pending >> i & 1)
				s.thread_due |= s.hard(s.irq_ctx, i);
		if (s.intx)
			s.thread_due |= s.hard(s.irq_ctx, ~0U);
	}
	if (s.in_thread)
		return;
	s.in_thread = true;
	while (s.thread_due && s.thread) {
		s.thread_due = false;
		s.thread(s.irq_ctx);
	}
	work_run();
	s.in_thread = false;
}

/* Time goes on to @until, from one model event to the next, or until *@stop. */
static void run_until(u64 until, const unsigned int *stop)
{
	run_due();
	while (s.now < until && !(stop && *stop)) {
		s.now = s.gm && s.due < until ? max(s.due, s.now + 1) : until;
		run_due();
	}
}

void shim_run(u64 ns)
{
	run_until(s.now + ns, NULL);
}

void udelay(unsigned long us)
{
	s.now += us * NSEC_PER_USEC;
	while (s.gm && !s.in_model && !s.gone && s.due <= s.now) {
		s.due = NEVER;
		s.in_model = true;
		gpu_model_run(s.gm);
		s.in_model = false;
	}
}

void usleep_range(unsigned long min_us, unsigned long max_us)
{
	might_sleep();
	run_until(s.now + max(min_us, 1UL) * NSEC_PER_USEC, NULL);
}

void msleep(unsigned int ms)
{
	might_sleep();
	run_until(s.now + (u64)ms * NSEC_PER_MSEC, NULL);
}

void cond_resched(void)
{
	might_sleep();
	run_due();
}

unsigned long wait_for_completion_timeout(struct completion *c, unsigned long timeout)
{
	u64 until = s.now + (u64)timeout * NSEC_PER_MSEC;

	might_sleep();
	run_until(until, &c->done);
	if (!c->done)
		return 0;
	if (c->done != ~0U)
		c->done--;
	return until > s.now ? (until - s.now) / NSEC_PER_MSEC + 1 : 1;
}

void wait_for_completion(struct completion *c)
{
	if (!wait_for_completion_timeout(c, 3600 * 1000UL))
		shim_bug(__FILE__, __LINE__, "a wait without limit never ended");
}

bool schedule_work(struct work_struct *work)
{
	if (work->queued)
		return false;
	if (!s.work.next)
		INIT_LIST_HEAD(&s.work);
	work->queued = true;
	list_add_tail(&work->link, &s.work);
	return true;
}

bool cancel_work_sync(struct work_struct *work)
{
	if (!work->queued)
		return false;
	list_del(&work->link);
	work->queued = false;
	return true;
}

bool flush_work(struct work_struct *work)
{
	if (!cancel_work_sync(work))
		return false;
	work->func(work);
	return true;
}

bool shim_work_pending(void)
{
	return s.work.next && !list_empty(&s.work);
}

void shim_set_irq(bool (*hard)(void *ctx, unsigned int vector), void (*thread)(void *ctx),
		  void *ctx)
{
	s.hard = hard;
	s.thread = thread;
	s.irq_ctx = ctx;
	s.irq_pending = 0;
	s.thread_due = false;
}

u64 shim_irq_count(void)
{
	return s.irqs;
}

/* ---- the model's host ---- */

static int op_dma_read(void *opaque, unsigned int function, uint64_t addr, void *buf, size_t len)
{
	return shim_dma_access(addr, buf, len, false);
}

static int op_dma_write(void *opaque, unsigned int function, uint64_t addr, const void *buf,
			size_t len)
{
	return shim_dma_access(addr, (void *)buf, len, true);
}

static void op_raise_msix(void *opaque, unsigned int function, unsigned int vector)
{
	if (function || vector >= 64)
		return;
	s.irqs++;
	s.irq_pending |= 1ULL << vector;
}

static void op_raise_msi(void *opaque)
{
	s.irqs++;
	s.irq_pending |= 1ULL << 63;
}

static void op_set_intx(void *opaque, bool level)
{
	s.intx = level;
}

static uint64_t op_now_ns(void *opaque)
{
	return s.now;
}

static void op_schedule(void *opaque, uint64_t delay_ns)
{
	s.due = min((u64)s.due, (u64)(s.now + delay_ns));
}

static void op_log(void *opaque, enum gpu_model_log_level level, const char *line)
{
	static const struct device model = { .name = "model" };

	shim_print(&model, level == GPU_MODEL_LOG_TRACE ? SHIM_DBG : SHIM_INFO, "model: %s", line);
}

static const struct gpu_model_host_ops host_ops = {
	.dma_read = op_dma_read,
	.dma_write = op_dma_write,
	.raise_msix = op_raise_msix,
	.raise_msi = op_raise_msi,
	.set_intx = op_set_intx,
	.now_ns = op_now_ns,
	.schedule = op_schedule,
	.log = op_log,
};

const struct gpu_model_host_ops *shim_host_ops(void)
{
	return &host_ops;
}

void shim_reset(void)
{
	while (s.regions)
		region_del(s.region[0].base);
	memset(&s, 0, sizeof(s));
	s.now = NSEC_PER_SEC;
	s.due = NEVER;
	shim_atomic_depth = 0;
	shim_memory_reset();
}
