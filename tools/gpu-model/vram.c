// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VRAM: a sparse memfd, mapped once. A bitmap says which pages hold content: pages that were never
 * written, were written with zeros only, or were zeroed take no memory and are never touched
 * through the mapping (a read fault on a hole would allocate it).
 */
#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include "board.h"

#define GM_DEFAULT_RESIDENT_BYTES (2ULL << 30)
/* Longest needle of gpu_model_vram_find(): one page, so that it crosses at most one border. */
#define GM_FIND_MAX_BYTES GM_PAGE_BYTES

static uint64_t vram_pages(const struct gpu_model *gm)
{
	return gm->board.vram_bytes >> GM_PAGE_SHIFT;
}

static bool page_resident(const struct gpu_model *gm, uint64_t page)
{
	return gm->resident[page / 64] >> (page % 64) & 1;
}

int gm_vram_init(struct gpu_model *gm, char *errbuf, size_t errbuf_size)
{
	uint64_t bytes = gm->board.vram_bytes;
	uint64_t cap = gm->config.resident_cap_bytes ? gm->config.resident_cap_bytes :
						       GM_DEFAULT_RESIDENT_BYTES;

	gm->vram_fd = memfd_create("gpu-model-vram", MFD_CLOEXEC);
	if (gm->vram_fd < 0 || ftruncate(gm->vram_fd, (off_t)bytes)) {
		snprintf(errbuf, errbuf_size, "VRAM: no memory file of %llu MiB (%s)",
			 (unsigned long long)(bytes >> 20), strerror(errno));
		return -ENOMEM;
	}
	gm->vram = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
			gm->vram_fd, 0);
	gm->resident = calloc((vram_pages(gm) + 63) / 64, sizeof(uint64_t));
	if (gm->vram == MAP_FAILED || !gm->resident) {
		gm->vram = NULL;
		snprintf(errbuf, errbuf_size,
			 "VRAM: mapping %llu MiB failed (%s); raise the address space limit",
			 (unsigned long long)(bytes >> 20), strerror(errno));
		return -ENOMEM;
	}
	gm->resident_cap_pages = cap >> GM_PAGE_SHIFT;
	return 0;
}

void gm_vram_fini(struct gpu_model *gm)
{
	if (gm->vram)
		munmap(gm->vram, gm->board.vram_bytes);
	if (gm->vram_fd >= 0)
		close(gm->vram_fd);
	free(gm->resident);
}

uint64_t gm_vram_bytes(const struct gpu_model *gm)
{
	return gm->board.vram_bytes;
}

static bool vram_range_ok(const struct gpu_model *gm, uint64_t spa, uint64_t len)
{
	return spa <= gm->board.vram_bytes && len <= gm->board.vram_bytes - spa;
}

int gm_vram_read(struct gpu_model *gm, uint64_t spa, void *buf, size_t len)
{
	uint8_t *out = buf;

	if (!vram_range_ok(gm, spa, len))
		return -ERANGE;
	while (len) {
		size_t n = GM_PAGE_BYTES - (spa & (GM_PAGE_BYTES - 1));

		if (n > len)
			n = len;
		if (page_resident(gm, spa >> GM_PAGE_SHIFT))
			memcpy(out, gm->vram + spa, n);
		else
			memset(out, 0, n);
		out += n;
		spa += n;
		len -= n;
	}
	return 0;
}

static bool all_zero(const uint8_t *p, size_t len)
{
	return !len || (!p[0] && !memcmp(p, p + 1, len - 1));
}

/*
 * First write to a page; through the descriptor, so that a lack of memory is an error, no signal.
 */
static int vram_populate(struct gpu_model *gm, uint64_t spa, const uint8_t *buf, size_t len)
{
	uint64_t page = spa >> GM_PAGE_SHIFT;

	if (gm->resident_pages >= gm->resident_cap_pages) {
		if (!gm->stats.vram_full++)
			gm_log(gm, GPU_MODEL_LOG_ERROR,
			       "VRAM: %llu MiB of content are resident, the configured limit; the write at 0x%llx and later ones are lost",
			       (unsigned long long)(gm->resident_cap_pages >> 8),
			       (unsigned long long)spa);
		return -ENOMEM;
	}
	if (pwrite(gm->vram_fd, buf, len, (off_t)spa) != (ssize_t)len) {
		if (!gm->stats.vram_full++)
			gm_log(gm, GPU_MODEL_LOG_ERROR,
			       "VRAM: the host has no memory for page 0x%llx (%s)",
			       (unsigned long long)spa, strerror(errno));
		return -ENOMEM;
	}
	gm->resident[page / 64] |= 1ULL << (page % 64);
	gm->resident_pages++;
	return 0;
}

int gm_vram_write(struct gpu_model *gm, uint64_t spa, const void *buf, size_t len)
{
	const uint8_t *in = buf;

	if (!vram_range_ok(gm, spa, len))
		return -ERANGE;
	while (len) {
		size_t n = GM_PAGE_BYTES - (spa & (GM_PAGE_BYTES - 1));

		if (n > len)
			n = len;
		if (page_resident(gm, spa >> GM_PAGE_SHIFT)) {
			memcpy(gm->vram + spa, in, n);
		} else if (!all_zero(in, n)) {
			int ret = vram_populate(gm, spa, in, n);

			if (ret)
				return ret;
		}
		in += n;
		spa += n;
		len -= n;
	}
	return 0;
}

/* Zero part of one page. */
static void vram_zero_partial(struct gpu_model *gm, uint64_t spa, uint64_t len)
{
	if (len && page_resident(gm, spa >> GM_PAGE_SHIFT))
		memset(gm->vram + spa, 0, len);
}

int gm_vram_zero(struct gpu_model *gm, uint64_t spa, uint64_t len)
{
	uint64_t end = spa + len, first, last;

	if (!vram_range_ok(gm, spa, len))
		return -ERANGE;
	first = (spa + GM_PAGE_BYTES - 1) >> GM_PAGE_SHIFT;
	last = end >> GM_PAGE_SHIFT;
	if (first > last) {
		vram_zero_partial(gm, spa, len);
		return 0;
	}
	vram_zero_partial(gm, spa, (first << GM_PAGE_SHIFT) - spa);
	vram_zero_partial(gm, last << GM_PAGE_SHIFT, end - (last << GM_PAGE_SHIFT));
	if (first == last)
		return 0;
	if (fallocate(gm->vram_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      (off_t)(first << GM_PAGE_SHIFT), (off_t)((last - first) << GM_PAGE_SHIFT)))
		return -EIO;
	for (uint64_t page = first; page < last;) {
		uint64_t span = 64 - page % 64, mask, *word = &gm->resident[page / 64];

		if (span > last - page)
			span = last - page;
		mask = (span == 64 ? ~0ULL : (1ULL << span) - 1) << (page % 64);
		gm->resident_pages -= (uint64_t)__builtin_popcountll(*word & mask);
		*word &= ~mask;
		page += span;
	}
	return 0;
}

int gpu_model_vram_read(struct gpu_model *gm, uint64_t spa, void *buf, size_t len)
{
	return gm_vram_read(gm, spa, buf, len);
}

/* ---- CPU view: WPR2 is closed ---- */

static bool wpr_blocks(struct gpu_model *gm, uint64_t spa, size_t len)
{
	uint64_t start, end;

	if (!gm_wpr2_range(gm, &start, &end) || spa >= end || spa + len <= start)
		return false;
	if (!gm->stats.wpr_blocked++)
		gm_log(gm, GPU_MODEL_LOG_WARN, "CPU access to VRAM 0x%llx inside WPR2 is blocked",
		       (unsigned long long)spa);
	return true;
}

void gm_vram_cpu_read(struct gpu_model *gm, uint64_t spa, void *buf, size_t len)
{
	if (wpr_blocks(gm, spa, len))
		gm_fill_pattern(buf, spa, len, GM_PRI_PROTECTED);
	else if (gm_vram_read(gm, spa, buf, len))
		gm_fill_pattern(buf, spa, len, GM_BAR_UNMAPPED);
}

void gm_vram_cpu_write(struct gpu_model *gm, uint64_t spa, const void *buf, size_t len)
{
	if (!wpr_blocks(gm, spa, len))
		gm_vram_write(gm, spa, buf, len);
}

/* ---- search ---- */

struct find {
	struct gpu_model *gm;
	const uint8_t *needle;
	size_t len, found, max;
	struct gpu_model_hit *hits;
};

static void find_add(struct find *f, uint64_t spa)
{
	if (f->found < f->max) {
		struct gpu_model_hit *hit = &f->hits[f->found];

		hit->spa = spa;
		hit->gpa = 0;
		hit->gfid = gm_vmmu_owner(f->gm, spa, &hit->gpa);
	}
	f->found++;
}

/* Matches that cross @border, where content meets a hole. */
static void find_border(struct find *f, uint64_t border)
{
	uint8_t window[2 * GM_FIND_MAX_BYTES];
	uint64_t from = border < f->len - 1 ? 0 : border - (f->len - 1);
	uint64_t to = border + f->len - 1;

	if (to > f->gm->board.vram_bytes)
		to = f->gm->board.vram_bytes;
	if (to <= border || from == border || gm_vram_read(f->gm, from, window, to - from))
		return;
	for (uint64_t at = from; at < border && at + f->len <= to; at++)
		if (!memcmp(window + (at - from), f->needle, f->len))
			find_add(f, at);
}

static void find_run(struct find *f, uint64_t first_page, uint64_t end_page)
{
	const uint8_t *base = f->gm->vram;
	const uint8_t *at = base + (first_page << GM_PAGE_SHIFT);
	const uint8_t *end = base + (end_page << GM_PAGE_SHIFT);

	find_border(f, first_page << GM_PAGE_SHIFT);
	while ((at = memmem(at, (size_t)(end - at), f->needle, f->len))) {
		find_add(f, (uint64_t)(at - base));
		at++;
	}
	find_border(f, end_page << GM_PAGE_SHIFT);
}

size_t gpu_model_vram_find(struct gpu_model *gm, const void *needle, size_t len,
			   struct gpu_model_hit *hits, size_t max)
{
	struct find f = { .gm = gm, .needle = needle, .len = len, .max = max, .hits = hits };
	uint64_t pages = vram_pages(gm), page = 0;

	if (!len || len > GM_FIND_MAX_BYTES)
		return 0;
	while (page < pages) {
		uint64_t first;

		if (!(page % 64) && !gm->resident[page / 64]) {
			page += 64;
			continue;
		}
		if (!page_resident(gm, page)) {
			page++;
			continue;
		}
		first = page;
		while (page < pages && page_resident(gm, page))
			page++;
		find_run(&f, first, page);
	}
	return f.found;
}
