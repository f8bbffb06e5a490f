# SPDX-License-Identifier: GPL-2.0-or-later
# Unit tests that need neither the model nor the shim.

UNIT_TESTS += $(B)/tests/abi_golden

$(B)/tests/abi_golden: tests/unit/abi_golden.c tests/unit/abi_golden_table.h $(wildcard kmod/abi/*.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=gnu11 $(WARN) $(SAN) -o $@ $< -lcmocka

# The model's firmware side over a board of flat memory.
MODEL_GSP_TESTS := $(addprefix $(B)/tests/test_model_,gsp gsp_chan r550 vgpu)
UNIT_TESTS += $(MODEL_GSP_TESTS)

$(MODEL_GSP_TESTS): $(B)/tests/%: $(MODEL_SAN)/tests/%.o $(MODEL_GSP_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SAN) $^ -lcmocka -o $@
