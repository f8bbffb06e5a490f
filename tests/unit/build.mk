# SPDX-License-Identifier: GPL-2.0-or-later
# Unit tests that need neither the model nor the shim.

UNIT_TESTS += $(B)/tests/abi_golden

$(B)/tests/abi_golden: tests/unit/abi_golden.c tests/unit/abi_golden_table.h $(wildcard kmod/abi/*.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=gnu11 $(WARN) $(SAN) -o $@ $< -lcmocka

# The model's firmware side over a board of flat memory.
MODEL_GSP_SRC := $(wildcard tools/gpu-model/gsp*.c) tools/gpu-model/plugin.c
MODEL_GSP_TESTS := $(addprefix $(B)/tests/test_model_,gsp gsp_chan r550 vgpu)
UNIT_TESTS += $(MODEL_GSP_TESTS)

$(MODEL_GSP_TESTS): $(B)/tests/%: tests/unit/%.c tests/unit/fake_board.c tests/unit/fake_driver.c \
		tests/unit/fake_board.h \
		$(MODEL_GSP_SRC) tools/gpu-model/gsp.h tools/gpu-model/gm.h $(wildcard kmod/abi/*.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=gnu11 $(WARN) -D_GNU_SOURCE $(SAN) -o $@ $(filter %.c,$^) -lcmocka
