// SPDX-License-Identifier: GPL-2.0-or-later
/* VMMU: guest-physical to physical framebuffer, in fixed segments per GFID. */
#include "board.h"

#define GM_VMMU_VALID 1ULL /* segments are far larger: bit 0 of an SPA is free */

uint64_t gm_vmmu_segment_bytes(const struct gpu_model *gm)
{
	return gm->config.vmmu_segment_bytes;
}

static uint64_t vmmu_segments(const struct gpu_model *gm)
{
	return gm->board.vram_bytes / gm->config.vmmu_segment_bytes;
}

unsigned int gm_vmmu_owner(struct gpu_model *gm, uint64_t spa, uint64_t *gpa)
{
	uint64_t seg = gm->config.vmmu_segment_bytes;
	uint64_t want = gm_align_down(spa, seg) | GM_VMMU_VALID;

	for (unsigned int gfid = 1; gfid <= gm->board.num_vfs; gfid++) {
		if (!gm->fn[gfid].vmmu)
			continue;
		for (uint64_t i = 0; i < vmmu_segments(gm); i++) {
			if (gm->fn[gfid].vmmu[i] == want) {
				*gpa = i * seg + (spa & (seg - 1));
				return gfid;
			}
		}
	}
	return 0;
}

int gm_vmmu_map(struct gpu_model *gm, unsigned int gfid, uint64_t gpa, uint64_t spa, uint64_t len)
{
	uint64_t seg = gm->config.vmmu_segment_bytes, vram = gm->board.vram_bytes, unused;

	if (!gfid || gfid > gm->board.num_vfs || !len || ((gpa | spa | len) & (seg - 1)))
		return -EINVAL;
	if (spa > vram || len > vram - spa || gpa > vram || len > vram - gpa)
		return -ERANGE;
	if (!gm->fn[gfid].vmmu) {
		gm->fn[gfid].vmmu = calloc(vmmu_segments(gm), sizeof(uint64_t));
		if (!gm->fn[gfid].vmmu)
			return -ENOMEM;
	}
	for (uint64_t off = 0; off < len; off += seg)
		if (gm->fn[gfid].vmmu[(gpa + off) / seg])
			return -EEXIST;
	for (uint64_t off = 0; off < len; off += seg) {
		unsigned int owner = gm_vmmu_owner(gm, spa + off, &unused);

		if (owner && owner != gfid) {
			/* Hardware maps what GSP tells it to; tests hold this count at 0. */
			gm->stats.vmmu_shared++;
			gm_log(gm, GPU_MODEL_LOG_WARN,
			       "VMMU: segment at VRAM 0x%llx is mapped for GFID %u and GFID %u",
			       (unsigned long long)(spa + off), owner, gfid);
		}
		gm->fn[gfid].vmmu[(gpa + off) / seg] = (spa + off) | GM_VMMU_VALID;
	}
	gm_tlb_drop_function(gm, gfid);
	return 0;
}

void gm_vmmu_clear(struct gpu_model *gm, unsigned int gfid)
{
	if (gfid > gm->board.num_vfs)
		return;
	free(gm->fn[gfid].vmmu);
	gm->fn[gfid].vmmu = NULL;
	gm_tlb_drop_function(gm, gfid);
}

void gm_vmmu_fini(struct gpu_model *gm)
{
	for (unsigned int gfid = 0; gfid < GM_MAX_FUNCTIONS; gfid++) {
		free(gm->fn[gfid].vmmu);
		gm->fn[gfid].vmmu = NULL;
	}
}

bool gm_vmmu_translate(struct gpu_model *gm, unsigned int gfid, uint64_t gpa, uint64_t *spa)
{
	uint64_t seg = gm->config.vmmu_segment_bytes, entry;

	if (!gfid) {
		*spa = gpa;
		return gpa < gm->board.vram_bytes;
	}
	if (gfid > gm->board.num_vfs || !gm->fn[gfid].vmmu || gpa / seg >= vmmu_segments(gm))
		return false;
	entry = gm->fn[gfid].vmmu[gpa / seg];
	if (!(entry & GM_VMMU_VALID))
		return false;
	*spa = (entry & ~GM_VMMU_VALID) + (gpa & (seg - 1));
	return true;
}

/* Bytes that can be accessed at @gpa before the next segment. */
static size_t vmmu_chunk(const struct gpu_model *gm, uint64_t gpa, size_t len)
{
	uint64_t left = gm->config.vmmu_segment_bytes - (gpa & (gm->config.vmmu_segment_bytes - 1));

	return len < left ? len : (size_t)left;
}

int gm_fb_read(struct gpu_model *gm, unsigned int gfid, uint64_t gpa, void *buf, size_t len)
{
	uint8_t *out = buf;

	while (len) {
		size_t n = vmmu_chunk(gm, gpa, len);
		uint64_t spa;

		if (!gm_vmmu_translate(gm, gfid, gpa, &spa) || gm_vram_read(gm, spa, out, n))
			return -EFAULT;
		out += n;
		gpa += n;
		len -= n;
	}
	return 0;
}

int gm_fb_write(struct gpu_model *gm, unsigned int gfid, uint64_t gpa, const void *buf, size_t len)
{
	const uint8_t *in = buf;

	while (len) {
		size_t n = vmmu_chunk(gm, gpa, len);
		uint64_t spa;
		int ret;

		if (!gm_vmmu_translate(gm, gfid, gpa, &spa))
			return -EFAULT;
		ret = gm_vram_write(gm, spa, in, n);
		if (ret)
			return ret == -ERANGE ? -EFAULT : ret;
		in += n;
		gpa += n;
		len -= n;
	}
	return 0;
}
