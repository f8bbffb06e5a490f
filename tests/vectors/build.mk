# SPDX-License-Identifier: GPL-2.0-or-later
# Checks shared by the unit tests and tests/kmod/vgpu_selftest.

$(CORE_OBJ)/vectors/%.o: tests/vectors/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COMMON_CFLAGS) $(SAN) $(SHIM_CFLAGS) -c $< -o $@

$(B)/tests/test_vectors: $(CORE_OBJ)/unit/test_vectors.o $(CORE_OBJ)/vectors/vectors.o $(HARNESS_OBJS) \
		$(CORE_SAN_LIB) $(SHIM_SAN_LIB) $(B)/obj/gpu-model/libgpumodel-san.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SAN) $(filter %.o,$^) $(CORE_TEST_LIBS) -lcmocka -o $@

UNIT_TESTS += $(B)/tests/test_vectors
