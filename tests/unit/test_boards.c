// SPDX-License-Identifier: GPL-2.0-or-later
/* Each board of the model's table that our firmware line can host: our core boots it. */
#include "harness.h"

#include "../../kmod/abi/pci.h"
#include "../../kmod/abi/r570.h"
#include "fw.h"

static void every_board_boots(void **state)
{
	static const struct {
		const char *name, *chip;
		u16 device, subsystem;
		u64 gib;
	} boards[] = {
		{ "L40", "AD102", NV_PCI_DEVICE_ID_L40, NV_PCI_SUBSYSTEM_ID_L40, 48 },
		{ "L40S", "AD102", NV_PCI_DEVICE_ID_L40S, NV_PCI_SUBSYSTEM_ID_L40S, 48 },
		{ "L20", "AD102", NV_PCI_DEVICE_ID_L20, NV_PCI_SUBSYSTEM_ID_L20, 48 },
		{ "L4", "AD104", NV_PCI_DEVICE_ID_L4, NV_PCI_SUBSYSTEM_ID_L4, 24 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(boards); i++) {
		struct harness_options opt = { .board = boards[i].name };
		struct harness *h = harness_new(&opt);

		harness_boot(h);
		assert_string_equal(h->gpu.chip->name, boards[i].chip);
		assert_string_equal(h->gpu.si.gsp_version, R570_GSP_VERSION);
		assert_int_equal(h->gpu.si.fb_bytes, boards[i].gib << 30);
		assert_int_equal(gpu_model_config_read(h->gm, 0, NV_PCI_CFG_DEVICE_ID, 2),
				 boards[i].device);
		assert_int_equal(gpu_model_config_read(h->gm, 0, NV_PCI_CFG_SUBSYS_ID, 2),
				 boards[i].subsystem);
		harness_shutdown(h);
		harness_free(h);
	}
}

static void a_board_that_is_not_in_the_table_is_named(void **state)
{
	struct gpu_model_config config = { .board = "L41" };
	char err[256] = "";

	assert_null(gpu_model_new(&config, shim_host_ops(), NULL, err, sizeof(err)));
	assert_non_null(strstr(err, "\"L41\""));
	assert_non_null(strstr(err, "L40, L40S, L20, L4, A40"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_board_boots),
		cmocka_unit_test(a_board_that_is_not_in_the_table_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
