// SPDX-License-Identifier: GPL-2.0-or-later
/* Every board with every firmware line: the good way, each fault, each allocation, the choice. */
#include "harness.h"

#include <stdlib.h>
#include <unistd.h>

#include "../../kmod/abi/boot.h"
#include "../../kmod/abi/firmware.h"
#include "../../kmod/abi/r535.h"
#include "../../kmod/abi/regs.h"
#include "../../kmod/abi/rpc.h"
#include "fw.h"
#include "vgpu.h"

/* Where the lab keeps the real files, seen from the top of the tree. */
#define REAL_FIRMWARE "build/lab/firmware"

struct pair {
	const char *board, *chip, *firmware;
	const struct gsp_fw_ops *ops;
	bool hosts;
	u64 fb_bytes;
};

static const struct pair pairs[] = {
	{ "L40", "AD102", R570_GSP_VERSION, &gsp_fw_ops_r570, true, 48ULL << 30 },
	{ "L40", "AD102", R535_GSP_VERSION, &gsp_fw_ops_r535, false, 48ULL << 30 },
	{ "L4", "AD104", R570_GSP_VERSION, &gsp_fw_ops_r570, true, 24ULL << 30 },
	{ "L4", "AD104", R535_GSP_VERSION, &gsp_fw_ops_r535, false, 24ULL << 30 },
	{ "A40", "GA102", R570_GSP_VERSION, &gsp_fw_ops_r570, false, 48ULL << 30 },
	{ "A40", "GA102", R535_GSP_VERSION, &gsp_fw_ops_r535, false, 48ULL << 30 },
};

static struct harness *board_new(const struct pair *p, const char *fail, const char *root)
{
	struct harness_options opt = { .board = p->board, .firmware = p->firmware, .fail = fail,
				       .firmware_root = root };

	return harness_new(&opt);
}

static int init_and_boot(struct harness *h)
{
	h->gpu.firmware_version = h->opt.firmware;
	assert_int_equal(vgpu_gpu_init(&h->gpu, &h->dev, h->bar0, &h->info), 0);
	return vgpu_gpu_boot(&h->gpu);
}

/* What a board that runs looks like, with any files. */
static void check_up(struct harness *h, const struct pair *p)
{
	const struct vgpu_static_info *si = &h->gpu.si;
	char why[VGPU_ERROR_TEXT_BYTES] = "x";

	assert_int_equal(h->gpu.state, VGPU_GPU_READY);
	assert_string_equal(h->gpu.chip->name, p->chip);
	assert_ptr_equal(h->gpu.boot.ops, p->ops);
	assert_string_equal(si->gsp_version, p->firmware);
	assert_non_null(strstr(si->gpu_name, p->board));
	assert_int_equal(si->fb_bytes, p->fb_bytes);
	assert_int_equal(si->num_regions, 1);
	assert_int_equal(si->region[0].bytes, h->gpu.boot.layout.rsvd_start);
	assert_int_equal(si->gsp_vector, NV_VFN_VECTOR_GSP);
	assert_int_equal(si->emulate_tlb_invalidate, p->hosts);
	assert_int_equal(h->gpu.boot.vgpu_host, p->hosts);
	assert_int_equal(!!h->gpu.host, p->hosts);
	assert_int_equal(vgpu_gpu_hosts_vgpus(&h->gpu, why, sizeof(why)), p->hosts);
	assert_int_equal(!why[0], p->hosts);
	assert_int_equal(harness_stat(h, "scrubber_runs"), p->hosts);
	assert_int_equal(harness_stat(h, "system_info"), 0);	/* mismatches */
	assert_int_equal(harness_stat(h, "checksum"), 0);
	assert_int_equal(harness_stat(h, "unknown_reads"), 0);
	assert_int_equal(harness_stat(h, "unknown_writes"), 0);
}

static void boot_reload(const struct pair *p, const char *root, int rounds)
{
	struct harness *h = board_new(p, NULL, root);

	for (int i = 0; i < rounds; i++) {
		harness_boot(h);
		check_up(h, p);
		harness_shutdown(h);
		assert_int_equal(h->gpu.state, VGPU_GPU_COLD);
		assert_int_equal(harness_stat(h, "booter_unloads"), i + 1);
		memset(&h->gpu, 0, sizeof(h->gpu));
	}
	assert_int_equal(shim_log_warnings(), 0);
	harness_free(h);
}

static void boots_and_reloads(void **state)
{
	boot_reload(*state, NULL, 4);
}

/* Debian's files, where the lab has fetched them. */
static void boots_the_real_files(void **state)
{
	if (access(REAL_FIRMWARE "/nvidia", R_OK)) {
		print_message("# SKIP no firmware in " REAL_FIRMWARE ", `make firmware` fetches it\n");
		skip();
	}
	boot_reload(*state, REAL_FIRMWARE, 2);
}

static void boot_fault(const struct pair *p, const char *fault, int err, const char *sentence)
{
	struct harness *h = board_new(p, fault, NULL);
	int ret = init_and_boot(h);

	if (ret != err)
		print_error("%s, %s, fault %s: error %d instead of %d: %s\n", p->board,
			    p->firmware, fault, ret, err, h->gpu.last_error);
	assert_int_equal(ret, err);
	harness_expect_error(h, sentence);
	assert_int_equal(h->gpu.state, VGPU_GPU_FAILED);
	assert_null(h->gpu.host);
	harness_set_fail(h, "");
	assert_int_equal(vgpu_gpu_boot(&h->gpu), 0);
	assert_string_equal(h->gpu.last_error, "");
	harness_shutdown(h);
	harness_free(h);
}

static void board_faults(void **state)
{
	static const struct {
		const char *fault;
		int err;
		const char *sentence;
		bool host_only;
	} rows[] = {
		{ "gfw", -ETIMEDOUT, "GFW:" },
		{ "vbios", -ENOENT, "VBIOS:" },
		{ "prom", -EINVAL, "VBIOS:" },
		{ "fwsec", -EIO, "FWSEC-FRTS: reports error" },
		{ "wpr2", -EIO, "FWSEC-FRTS: WPR2 is" },
		{ "scrubber", -EIO, "scrubber: halted", true },
		{ "booter", -EIO, "booter: refused the GSP image" },
		{ "riscv", -ETIMEDOUT, "RISC-V core did not start" },
		{ "init-done", -ETIMEDOUT, "the firmware was not ready" },
		{ "static-info", -EIO, "does not describe the board" },
		{ "rpc:65", -EIO, "does not describe the board" },
		{ "rpc-timeout:65", -ETIMEDOUT, "GSP:" },
		{ "fb-region", -EPROTO, "no framebuffer region is usable" },
		{ "control:0x20800a5c", -EINVAL, "does not tell its interrupt vectors" },
		{ "queue-checksum", -ETIMEDOUT, "the firmware was not ready" },
	};
	const struct pair *p = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (p->hosts || !rows[i].host_only)
			boot_fault(p, rows[i].fault, rows[i].err, rows[i].sentence);
}

static void unload_faults(void **state)
{
	static const char *const rows[][2] = {
		{ "unload", "did not take the unload request" },
		{ "fwsec-sb", "FWSEC-SB: reports error" },
		{ "booter-unload", "WPR2: is still set" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct harness *h = board_new(*state, NULL, NULL);

		harness_boot(h);
		harness_set_fail(h, rows[i][0]);
		harness_shutdown(h);
		assert_non_null(shim_log_find(rows[i][1]));
		harness_free(h);
	}
}

static void every_allocation_may_fail(void **state)
{
	struct harness *h = board_new(*state, NULL, NULL);

	harness_boot_short_of_memory(h, 15);
	harness_shutdown(h);
	harness_free(h);
}

/* A GSP file whose image does not follow the header, as real files' does: it is moved to a page. */
static void shift_image(u8 *data, size_t *bytes, void *ctx)
{
	struct gsp_elf_header *eh = (void *)data;
	size_t by = *(size_t *)ctx, at = sizeof(*eh), n = *bytes - at;
	u64 shoff = le64_to_cpu(eh->shoff);
	struct gsp_elf_section *sh;

	memmove(data + at + by, data + at, n);
	memset(data + at, 0xee, by);
	eh->shoff = cpu_to_le64(shoff + by);
	sh = (void *)(data + shoff + by);
	for (unsigned int i = 0; i < le16_to_cpu(eh->shnum); i++)
		sh[i].offset = cpu_to_le64(le64_to_cpu(sh[i].offset) + by);
	*bytes += by;
}

static void image_elsewhere_in_the_file(void **state)
{
	static const size_t by[] = { 8, 4096, 4104, 64 << 20 };

	for (size_t i = 0; i < ARRAY_SIZE(by); i++) {
		struct harness *h = board_new(*state, NULL, NULL);
		size_t shift = by[i];

		harness_edit_firmware(h, "gsp", shift_image, &shift);
		harness_boot(h);
		check_up(h, *state);
		harness_shutdown(h);
		harness_free(h);
	}
}

/* An error of the host's own channels is told in the log; bare metal has no vGPU to tell. */
static void errors_are_decoded(void **state)
{
	struct harness *h = board_new(*state, NULL, NULL);

	harness_boot(h);
	assert_int_equal(gpu_model_inject(h->gm, "xid:0:31", NULL, 0), 0);
	shim_run(20 * 1000 * 1000);
	assert_non_null(shim_log_find("Xid 31: error on engine 1"));
	assert_non_null(shim_log_find("error 31 injected into the GPU model"));
	harness_shutdown(h);
	harness_free(h);
}

/* ---- which line ---- */

static void chosen(const char *board, bool sriov, const char *without, const char *want)
{
	struct harness_options opt = { .board = board };
	struct harness *h = harness_new(&opt);

	if (!sriov)
		h->info.total_vfs = 0;
	if (without)
		harness_remove_line(h, without);
	assert_int_equal(init_and_boot(h), 0);
	assert_string_equal(h->gpu.si.gsp_version, want);
	harness_shutdown(h);
	harness_free(h);
}

/* A board that could host vGPUs, told not to: no scrubber, the small reservation. */
static void bare_metal_on_request(void **state)
{
	struct harness *h = harness_new(NULL);
	char why[VGPU_ERROR_TEXT_BYTES];

	h->gpu.bare_metal = true;
	harness_boot(h);
	assert_false(h->gpu.boot.vgpu_host);
	assert_null(h->gpu.host);
	assert_int_equal(harness_stat(h, "scrubber_runs"), 0);
	assert_true(h->gpu.boot.layout.heap_bytes < GSP_HEAP_VGPU_R570_BYTES);
	assert_false(vgpu_gpu_hosts_vgpus(&h->gpu, why, sizeof(why)));
	assert_non_null(strstr(why, "load vgpu_core without bare_metal=1"));
	harness_shutdown(h);
	harness_free(h);
}

/* The newest first; the older one only where nothing is lost by it. */
static void chooses_a_line(void **state)
{
	chosen("L40", true, NULL, R570_GSP_VERSION);
	chosen("A40", true, NULL, R570_GSP_VERSION);
	chosen("L40", true, R535_GSP_VERSION, R570_GSP_VERSION);
	chosen("A40", true, R570_GSP_VERSION, R535_GSP_VERSION);
	chosen("L40", false, R570_GSP_VERSION, R535_GSP_VERSION);
}

static void refused(const char *board, const char *firmware, const char *without, int err,
		    const char *sentence)
{
	struct harness_options opt = { .board = board, .firmware = firmware };
	struct harness *h = harness_new(&opt);

	if (without)
		harness_remove_line(h, without);
	assert_int_equal(init_and_boot(h), err);
	harness_expect_error(h, sentence);
	assert_int_equal(h->gpu.state, VGPU_GPU_FAILED);
	harness_write_firmware(h);
	h->gpu.firmware_version = "";
	assert_int_equal(vgpu_gpu_boot(&h->gpu), 0);
	harness_shutdown(h);
	harness_free(h);
}

static void refuses_rather_than_guesses(void **state)
{
	refused("L40", NULL, R570_GSP_VERSION, -ENOENT,
		"570.144, the only one that hosts vGPUs");
	refused("L40", R570_GSP_VERSION, R570_GSP_VERSION, -ENOENT, "-570.144.bin");
	refused("A40", R570_GSP_VERSION, R570_GSP_VERSION, -ENOENT, "-570.144.bin");
	refused("L40", R535_GSP_VERSION, R535_GSP_VERSION, -ENOENT, "-535.113.01.bin");
	refused("L40", "535", NULL, -EINVAL,
		"firmware 535: not a version this driver knows; load vgpu_core with firmware=570.144");
}

static void says_why_it_hosts_nothing(void **state)
{
	static const struct {
		const char *board, *firmware;
		bool sriov;
		const char *sentence;
	} rows[] = {
		{ "A40", NULL, true,
		  "GA102 with firmware 570.144 cannot host vGPUs: no framebuffer scrubber for this chip and firmware; use a board with a chip of the AD10x family" },
		{ "A40", R535_GSP_VERSION, true,
		  "GA102 with firmware 535.113.01 cannot host vGPUs: no framebuffer scrubber for this chip and firmware; use a board with a chip of the AD10x family" },
		{ "L40", R535_GSP_VERSION, true,
		  "AD102 with firmware 535.113.01 cannot host vGPUs: no framebuffer scrubber for this chip and firmware; load vgpu_core with firmware=570.144" },
		{ "L40", NULL, false,
		  "AD102 with firmware 570.144 cannot host vGPUs: the board shows no virtual functions; switch SR-IOV on in the machine's firmware set-up" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct harness_options opt = { .board = rows[i].board,
					       .firmware = rows[i].firmware };
		struct harness *h = harness_new(&opt);
		char why[VGPU_ERROR_TEXT_BYTES];

		if (!rows[i].sriov)
			h->info.total_vfs = 0;
		assert_int_equal(init_and_boot(h), 0);
		assert_false(vgpu_gpu_hosts_vgpus(&h->gpu, why, sizeof(why)));
		assert_string_equal(why, rows[i].sentence);
		assert_int_equal(vgpu_host_init(&h->gpu), -EOPNOTSUPP);
		assert_null(vgpu_vf_get(&h->gpu, 0));
		harness_shutdown(h);
		harness_free(h);
	}
}

/* ---- parsers of the older line ---- */

static void r535_events_that_are_too_short(void **state)
{
	struct gsp_os_error log = { .except_type = cpu_to_le32(79) };
	struct r535_rc_triggered rc = { .except_type = cpu_to_le32(31),
					.chid = cpu_to_le32(5) };
	struct gsp_error_event ev = {};

	memset(log.text, 'x', sizeof(log.text)); /* no NUL at its end */
	assert_false(gsp_fw_ops_r535.decode_rc(&rc, sizeof(rc) - 1, &ev));
	assert_false(gsp_fw_decode_error_log(&log, sizeof(log) - 1, &ev));
	assert_int_equal(ev.xid, 0);
	assert_true(gsp_fw_ops_r535.decode_rc(&rc, sizeof(rc), &ev));
	assert_int_equal(ev.xid, 31);
	assert_int_equal(ev.chid, 5);
	assert_int_equal(ev.gfid, 0);
	assert_true(gsp_fw_decode_error_log(&log, sizeof(log), &ev));
	assert_int_equal(ev.xid, 79);
	assert_int_equal(strlen(ev.text), sizeof(ev.text) - 1);
}

#define PAIR_TESTS(i)                                                                              \
	{ "boots_and_reloads " #i, boots_and_reloads, NULL, NULL, (void *)&pairs[i] },              \
	{ "boots_the_real_files " #i, boots_the_real_files, NULL, NULL, (void *)&pairs[i] },        \
	{ "board_faults " #i, board_faults, NULL, NULL, (void *)&pairs[i] },                        \
	{ "unload_faults " #i, unload_faults, NULL, NULL, (void *)&pairs[i] },                      \
	{ "every_allocation_may_fail " #i, every_allocation_may_fail, NULL, NULL,                   \
	  (void *)&pairs[i] },                                                                     \
	{ "errors_are_decoded " #i, errors_are_decoded, NULL, NULL, (void *)&pairs[i] }

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TESTS(0),
		PAIR_TESTS(1),
		PAIR_TESTS(2),
		PAIR_TESTS(3),
		PAIR_TESTS(4),
		PAIR_TESTS(5),
		{ "image_elsewhere_in_the_file", image_elsewhere_in_the_file, NULL, NULL,
		  (void *)&pairs[0] },
		cmocka_unit_test(bare_metal_on_request),
		cmocka_unit_test(chooses_a_line),
		cmocka_unit_test(refuses_rather_than_guesses),
		cmocka_unit_test(says_why_it_hosts_nothing),
		cmocka_unit_test(r535_events_that_are_too_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
