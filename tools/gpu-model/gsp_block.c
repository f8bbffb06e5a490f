// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory that GSP shares with the CPU for its two message queues, reached through the block's
 * page list: access, geometry, checksum.
 */
#include <errno.h>

#include "gsp.h"

static int gsp_shm_access(struct gpu_model *gm, uint64_t offset, void *buf, size_t len, bool write)
{
	struct gm_gsp *g = gsp_of(gm);
	uint8_t *p = buf;

	while (len) {
		uint64_t page = offset / GSP_PAGE_BYTES;
		size_t in_page = offset % GSP_PAGE_BYTES;
		size_t n = GSP_PAGE_BYTES - in_page;
		int ret;

		if (page >= g->shm_pages)
			return -ERANGE;
		if (n > len)
			n = len;
		if (write)
			ret = gm_dma_write(gm, 0, g->shm_page[page] + in_page, p, n);
		else
			ret = gm_dma_read(gm, 0, g->shm_page[page] + in_page, p, n);
		if (ret)
			return ret;
		offset += n;
		p += n;
		len -= n;
	}
	return 0;
}

int gsp_ring_pages(struct gpu_model *gm, const struct gsp_queue *q, uint32_t slot, uint32_t offset,
		   void *buf, size_t len, bool write)
{
	uint64_t base = q->offset + q->entry_offset;
	uint64_t ring = (uint64_t)q->count * GSP_QUEUE_MSG_BYTES;
	uint64_t at = (uint64_t)slot * GSP_QUEUE_MSG_BYTES + offset;
	size_t first;
	int ret;

	if (at >= ring)
		at -= ring;
	first = ring - at < len ? ring - at : len;
	ret = gsp_shm_access(gm, base + at, buf, first, write);
	if (ret || first == len)
		return ret;
	return gsp_shm_access(gm, base, (uint8_t *)buf + first, len - first, write);
}

_Static_assert(GSP_QUEUE_MSG_BYTES == GSP_PAGE_BYTES, "a slot is a page");

static inline uint64_t gsp_word(const uint8_t *data)
{
	uint64_t word;

	memcpy(&word, data, sizeof(word));
	return word;
}

uint32_t gsp_checksum(const uint8_t *data, size_t len)
{
	uint64_t sum = 0, word = 0;

	for (; len >= 4 * sizeof(word); len -= 4 * sizeof(word), data += 4 * sizeof(word))
		sum ^= gsp_word(data) ^ gsp_word(data + 8) ^ gsp_word(data + 16) ^
		       gsp_word(data + 24);
	for (; len >= sizeof(word); len -= sizeof(word), data += sizeof(word))
		sum ^= gsp_word(data);
	if (len)
		memcpy(&word, data, len);
	sum ^= word;
	return (uint32_t)(sum >> 32) ^ (uint32_t)sum;
}

static int gsp_map_block(struct gpu_model *gm, const struct gsp_msgq_init_args *args)
{
	uint32_t pages = le32toh(args->page_table_entry_count);
	uint64_t base = le64toh(args->shared_mem_phys_addr);
	struct gm_gsp *g = gsp_of(gm);

	if (!pages || pages > GSP_MAX_SHM_PAGES || base % GSP_PAGE_BYTES) {
		gm_log(gm, GPU_MODEL_LOG_ERROR, "gsp: queue block: %u pages at 0x%llx cannot be",
		       pages, (unsigned long long)base);
		return -EINVAL;
	}
	if (gm_dma_read(gm, 0, base, g->shm_page, (size_t)pages * sizeof(*g->shm_page))) {
		gm_log(gm, GPU_MODEL_LOG_ERROR, "gsp: queue block: page list cannot be read");
		return -EFAULT;
	}
	for (uint32_t i = 0; i < pages; i++) {
		g->shm_page[i] = le64toh(g->shm_page[i]);
		if (g->shm_page[i] % GSP_PAGE_BYTES) {
			gm_log(gm, GPU_MODEL_LOG_ERROR, "gsp: queue block: page %u is not aligned",
			       i);
			return -EINVAL;
		}
	}
	if (g->shm_page[0] != base) {
		gm_log(gm, GPU_MODEL_LOG_ERROR,
		       "gsp: queue block: entry 0 is not the list's own page");
		return -EINVAL;
	}
	g->shm_pages = pages;
	return 0;
}

/* What is used of a queue over and over again. */
static void gsp_place(const struct gm_gsp *g, struct gsp_queue *q)
{
	const uint64_t *page = g->shm_page + q->offset / GSP_PAGE_BYTES;

	q->write_addr = page[0] + __builtin_offsetof(struct gsp_queue_tx, write_ptr);
	q->read_addr = page[q->rx_offset / GSP_PAGE_BYTES] + q->rx_offset % GSP_PAGE_BYTES;
	q->slot_page = page + q->entry_offset / GSP_PAGE_BYTES;
}

/* Take the command queue's geometry from its header. */
static int gsp_map_cmd(struct gpu_model *gm, uint64_t offset)
{
	struct gm_gsp *g = gsp_of(gm);
	uint64_t total = (uint64_t)g->shm_pages * GSP_PAGE_BYTES;
	struct gsp_queue *q = &g->cmd;
	struct gsp_queue_tx tx;

	if (offset >= total || offset % GSP_PAGE_BYTES ||
	    gsp_shm_access(gm, offset, &tx, sizeof(tx), false))
		return -EINVAL;
	*q = (struct gsp_queue){
		.offset = offset,
		.bytes = le32toh(tx.size),
		.entry_offset = le32toh(tx.entry_offset),
		.rx_offset = le32toh(tx.rx_offset),
		.count = le32toh(tx.msg_count),
	};
	if (le32toh(tx.version) != GSP_QUEUE_VERSION ||
	    le32toh(tx.msg_size) != GSP_QUEUE_MSG_BYTES ||
	    !(le32toh(tx.flags) & GSP_QUEUE_FLAG_SWAP_RX) || q->bytes > total - offset ||
	    q->rx_offset < sizeof(tx) || q->rx_offset % 4 ||
	    q->entry_offset % GSP_QUEUE_MSG_BYTES ||
	    q->entry_offset < q->rx_offset + sizeof(struct gsp_queue_rx) ||
	    q->bytes <= q->entry_offset ||
	    q->count != (q->bytes - q->entry_offset) / GSP_QUEUE_MSG_BYTES || q->count < 2)
		return -EINVAL;
	gsp_place(g, q);
	return 0;
}

int gsp_queue_start(struct gpu_model *gm, const struct gsp_msgq_init_args *args)
{
	struct gm_gsp *g = gsp_of(gm);
	struct gsp_queue_tx tx = {0};
	struct gsp_queue *q = &g->stat;
	uint64_t total;

	if (gsp_map_block(gm, args))
		return -EINVAL;
	if (gsp_map_cmd(gm, le64toh(args->cmd_queue_offset))) {
		gm_log(gm, GPU_MODEL_LOG_ERROR, "gsp: command queue: header is not valid");
		return -EINVAL;
	}
	total = (uint64_t)g->shm_pages * GSP_PAGE_BYTES;
	*q = g->cmd;
	q->offset = le64toh(args->stat_queue_offset);
	if (q->offset % GSP_PAGE_BYTES || q->offset > total || q->bytes > total - q->offset ||
	    (q->offset < g->cmd.offset + g->cmd.bytes && g->cmd.offset < q->offset + q->bytes)) {
		gm_log(gm, GPU_MODEL_LOG_ERROR,
		       "gsp: status queue: does not fit behind offset 0x%llx",
		       (unsigned long long)q->offset);
		return -EINVAL;
	}
	gsp_place(g, q);
	tx.version = htole32(GSP_QUEUE_VERSION);
	tx.size = htole32(q->bytes);
	tx.msg_size = htole32(GSP_QUEUE_MSG_BYTES);
	tx.msg_count = htole32(q->count);
	tx.flags = htole32(GSP_QUEUE_FLAG_SWAP_RX);
	tx.rx_offset = htole32(q->rx_offset);
	tx.entry_offset = htole32(q->entry_offset);
	if (gsp_word_write(gm, q->read_addr, 0) ||
	    gsp_shm_access(gm, q->offset, &tx, sizeof(tx), true))
		return -EFAULT;
	return 0;
}
