// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes nouveau move a buffer between VRAM and system memory, and checks every byte from the CPU:
 *	drm-move moves MIB ROUNDS   placements change: the kernel's copy channel moves the buffer
 *	drm-move copy MIB           a channel of this process copies between two buffers, once the
 *	                            CPU opens a semaphore; the end is awaited asleep, which only an
 *	                            interrupt ends
 *	drm-move fault              that channel is told to copy from nowhere and must be stopped
 * The interface is the kernel's legacy one (include/uapi/drm/nouveau_drm.h); its structures are
 * spelled here because Debian 12's headers have only a part of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

struct channel_alloc {
	uint32_t fb_ctxdma_handle; /* ~0: tt_ctxdma_handle names an engine */
	uint32_t tt_ctxdma_handle;
	int32_t channel;
	uint32_t pushbuf_domains;
	uint32_t notifier_handle;
	struct {
		uint32_t handle, grclass;
	} subchan[8];
	uint32_t nr_subchan;
};

struct gem_info {
	uint32_t handle, domain;
	uint64_t size, offset, map_handle;
	uint32_t tile_mode, tile_flags;
};

struct gem_new {
	struct gem_info info;
	uint32_t channel_hint, align;
};

struct pushbuf_bo {
	uint64_t user_priv;
	uint32_t handle, read_domains, write_domains, valid_domains;
	struct {
		uint32_t valid, domain;
		uint64_t offset;
	} presumed;
};

struct pushbuf_push {
	uint32_t bo_index, pad;
	uint64_t offset, length;
};

struct pushbuf {
	uint32_t channel, nr_buffers;
	uint64_t buffers;
	uint32_t nr_relocs, nr_push;
	uint64_t relocs, push;
	uint32_t suffix0, suffix1;
	uint64_t vram_available, gart_available;
};

struct cpu_prep {
	uint32_t handle, flags;
};

#define IOCTL_CHANNEL_ALLOC _IOWR('d', 0x42, struct channel_alloc)
#define IOCTL_GEM_NEW _IOWR('d', 0x80, struct gem_new)
#define IOCTL_GEM_PUSHBUF _IOWR('d', 0x81, struct pushbuf)
#define IOCTL_GEM_CPU_PREP _IOW('d', 0x82, struct cpu_prep)
#define IOCTL_GEM_INFO _IOWR('d', 0x84, struct gem_info)

#define ENGINE_CE 0x30
#define DOMAIN_VRAM 2
#define DOMAIN_GART 4
#define DOMAIN_MAPPABLE 8
#define CPU_PREP_WRITE 4
#define PUSHBUF_SYNC 1 /* in vram_available */

/* Pushbuffer: incrementing header, and the methods used (clc56f.h, clc7b5.h). */
#define HEADER(subch, mthd, count) (1u << 29 | (count) << 16 | (subch) << 13 | (mthd) >> 2)
#define SUBCH_COPY 4
#define SET_OBJECT 0x00
#define HOST_NOP 0x08
#define HOST_SEM_ADDR_LO 0x5c
#define SEM_ACQUIRE (0u | 1u << 12) /* when equal; others may run meanwhile */
#define SEM_OFFSET 2048		     /* in the pushbuffer's page */
#define SEM_OPEN 0x600d
#define SEM_DELAY_US 300000
#define CLASS_COPY 0xc7b5
#define OFFSET_IN_UPPER 0x400
#define LAUNCH_DMA 0x300
#define LAUNCH_PITCH_COPY (2u | 1u << 2 | 3u << 7)
#define NOWHERE 0x7f00000000ULL

static int fd;
static uint32_t channel;

static void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	exit(1);
}

static void must(unsigned long request, void *arg, const char *what)
{
	if (ioctl(fd, request, arg))
		die("%s: %s", what, strerror(errno));
}

/* ---- buffers ---- */

struct buffer {
	struct gem_info info;
	uint8_t *map;
};

static struct buffer buffer_new(uint64_t bytes, uint32_t domains)
{
	struct gem_new req = {.info = {.size = bytes, .domain = domains}, .align = 4096};
	struct buffer b;

	must(IOCTL_GEM_NEW, &req, "new buffer");
	b.info = req.info;
	b.map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		     (off_t)b.info.map_handle);
	if (b.map == MAP_FAILED)
		die("mapping of a buffer: %s", strerror(errno));
	return b;
}

static void buffer_wait(const struct buffer *b)
{
	struct cpu_prep prep = {b->info.handle, CPU_PREP_WRITE};

	must(IOCTL_GEM_CPU_PREP, &prep, "wait for a buffer");
}

static uint32_t buffer_domain(struct buffer *b)
{
	must(IOCTL_GEM_INFO, &b->info, "buffer info");
	return b->info.domain & (DOMAIN_VRAM | DOMAIN_GART);
}

static uint64_t next_word(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed ^ *seed >> 29;
}

static void fill(const struct buffer *b, uint64_t seed)
{
	volatile uint64_t *p = (volatile uint64_t *)b->map;

	for (uint64_t i = 0; i < b->info.size / 8; i++)
		p[i] = next_word(&seed);
}

static void check(const struct buffer *b, uint64_t seed, const char *where)
{
	const volatile uint64_t *p = (const volatile uint64_t *)b->map;

	for (uint64_t i = 0; i < b->info.size / 8; i++) {
		uint64_t want = next_word(&seed), got = p[i];

		if (got != want)
			die("contents differ in %s at byte %llu: 0x%016llx is not 0x%016llx", where,
			    (unsigned long long)i * 8, (unsigned long long)got,
			    (unsigned long long)want);
	}
}

/* ---- channel ---- */

static void channel_open(void)
{
	struct channel_alloc req = {.fb_ctxdma_handle = ~0U, .tt_ctxdma_handle = ENGINE_CE};

	must(IOCTL_CHANNEL_ALLOC, &req, "channel on a copy engine");
	channel = (uint32_t)req.channel;
}

/*
 * Run @dwords of @push with @b (and @b2) placed in @domain. The kernel polls for the end when
 * @sync. Returns 0 or -errno.
 */
static int submit(bool sync, const struct buffer *push, uint32_t dwords, const struct buffer *b,
		  uint32_t domain, const struct buffer *b2, uint32_t domain2)
{
	struct pushbuf_bo bos[3] = {
		{.handle = push->info.handle, .read_domains = DOMAIN_GART,
		 .valid_domains = DOMAIN_GART},
		{.handle = b->info.handle, .read_domains = domain, .write_domains = domain,
		 .valid_domains = domain},
	};
	struct pushbuf_push p = {.length = dwords * 4ULL};
	struct pushbuf req = {
		.channel = channel,
		.nr_buffers = b2 ? 3 : 2,
		.buffers = (uintptr_t)bos,
		.nr_push = 1,
		.push = (uintptr_t)&p,
		.vram_available = sync ? PUSHBUF_SYNC : 0,
	};

	if (b2)
		bos[2] = (struct pushbuf_bo){.handle = b2->info.handle, .read_domains = domain2,
					     .write_domains = domain2, .valid_domains = domain2};
	return ioctl(fd, IOCTL_GEM_PUSHBUF, &req) ? -errno : 0;
}

static void place(const struct buffer *push, struct buffer *b, uint32_t domain, const char *name)
{
	volatile uint32_t *p = (volatile uint32_t *)push->map;
	int ret;

	p[0] = HEADER(0, HOST_NOP, 1);
	p[1] = 0;
	ret = submit(true, push, 2, b, domain, NULL, 0);
	if (ret)
		die("submission for the move to %s: %s", name, strerror(-ret));
	buffer_wait(b);
	if (buffer_domain(b) != domain)
		die("the buffer is not in %s after the move", name);
}

static void moves(uint64_t bytes, unsigned int rounds)
{
	struct buffer push = buffer_new(4096, DOMAIN_GART | DOMAIN_MAPPABLE);
	struct buffer b = buffer_new(bytes, DOMAIN_VRAM | DOMAIN_GART | DOMAIN_MAPPABLE);

	fill(&b, 1);
	if (buffer_domain(&b) != DOMAIN_VRAM)
		die("a new buffer is not in VRAM");
	for (unsigned int i = 1; i <= rounds; i++) {
		place(&push, &b, DOMAIN_GART, "GART");
		check(&b, 2 * i - 1, "GART");
		fill(&b, 2 * i);
		place(&push, &b, DOMAIN_VRAM, "VRAM");
		check(&b, 2 * i, "VRAM");
		fill(&b, 2 * i + 1);
	}
	printf("%u moves of %llu bytes each, contents as written\n", 2 * rounds,
	       (unsigned long long)bytes);
}

static volatile uint32_t *gate(const struct buffer *push)
{
	return (volatile uint32_t *)(push->map + SEM_OFFSET);
}

/* Behind the gate. */
static uint32_t put_copy(const struct buffer *push, uint64_t from, uint64_t to, uint32_t bytes)
{
	volatile uint32_t *p = (volatile uint32_t *)push->map;
	uint64_t sem = push->info.offset + SEM_OFFSET;
	uint32_t n = 0;

	p[n++] = HEADER(0, HOST_SEM_ADDR_LO, 5);
	p[n++] = (uint32_t)sem;
	p[n++] = (uint32_t)(sem >> 32);
	p[n++] = SEM_OPEN;
	p[n++] = 0;
	p[n++] = SEM_ACQUIRE;
	p[n++] = HEADER(SUBCH_COPY, SET_OBJECT, 1);
	p[n++] = CLASS_COPY;
	p[n++] = HEADER(SUBCH_COPY, OFFSET_IN_UPPER, 8);
	p[n++] = (uint32_t)(from >> 32);
	p[n++] = (uint32_t)from;
	p[n++] = (uint32_t)(to >> 32);
	p[n++] = (uint32_t)to;
	p[n++] = 0;
	p[n++] = 0;
	p[n++] = bytes;
	p[n++] = 1;
	p[n++] = HEADER(SUBCH_COPY, LAUNCH_DMA, 1);
	p[n++] = LAUNCH_PITCH_COPY;
	return n;
}

static void copy(uint64_t bytes)
{
	struct buffer push = buffer_new(4096, DOMAIN_GART | DOMAIN_MAPPABLE);
	struct buffer a = buffer_new(bytes, DOMAIN_VRAM | DOMAIN_MAPPABLE);
	struct buffer b = buffer_new(bytes, DOMAIN_GART | DOMAIN_MAPPABLE);
	int ret;

	fill(&a, 77);
	*gate(&push) = 0;
	ret = submit(false, &push, put_copy(&push, a.info.offset, b.info.offset, (uint32_t)bytes),
		     &a, DOMAIN_VRAM, &b, DOMAIN_GART);
	if (ret)
		die("submission of the copy: %s", strerror(-ret));
	if (b.map[0] || b.map[bytes - 1])
		die("the copy did not wait for its semaphore");
	if (!fork()) {
		usleep(SEM_DELAY_US);
		*gate(&push) = SEM_OPEN;
		_exit(0);
	}
	buffer_wait(&b);
	check(&b, 77, "the copy");
	printf("a copy of %llu bytes by this process, contents as written\n",
	       (unsigned long long)bytes);
}

static void fault(void)
{
	struct buffer push = buffer_new(4096, DOMAIN_GART | DOMAIN_MAPPABLE);
	struct buffer b = buffer_new(4096, DOMAIN_GART | DOMAIN_MAPPABLE);
	int ret;

	*gate(&push) = SEM_OPEN;
	ret = submit(true, &push, put_copy(&push, NOWHERE, b.info.offset, 4096), &b, DOMAIN_GART,
		     NULL, 0);
	if (!ret)
		die("a copy from nowhere was carried out");
	printf("refused: %s\n", strerror(-ret));
	ret = submit(true, &push, 2, &b, DOMAIN_GART, NULL, 0);
	if (ret != -ENODEV)
		die("the stopped channel took more work (%d)", ret);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	uint64_t bytes = argc > 2 ? strtoull(argv[2], NULL, 0) << 20 : 1 << 20;

	fd = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("/dev/dri/card0: %s", strerror(errno));
	channel_open();
	if (!strcmp(what, "moves"))
		moves(bytes, argc > 3 ? (unsigned int)atoi(argv[3]) : 1);
	else if (!strcmp(what, "copy"))
		copy(bytes);
	else if (!strcmp(what, "fault"))
		fault();
	else
		die("usage: drm-move moves MIB ROUNDS | copy MIB | fault");
	return 0;
}
