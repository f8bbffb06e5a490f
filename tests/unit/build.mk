# SPDX-License-Identifier: GPL-2.0-or-later
# Unit tests that need neither the model nor the shim.

UNIT_TESTS += $(B)/tests/abi_golden

$(B)/tests/abi_golden: tests/unit/abi_golden.c tests/unit/abi_golden_table.h $(wildcard kmod/abi/*.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=gnu11 $(WARN) $(SAN) -o $@ $< -lcmocka
