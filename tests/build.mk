# SPDX-License-Identifier: GPL-2.0-or-later
#
# Unit tests and fuzz smoke. kmod/core is compiled unmodified against tests/shim, with sanitizers,
# into one library; tests/unit/test_*.c that are not the model's own are linked with it, the GPU
# model, the shim and the harness.

CORE_SRCS := $(sort $(wildcard kmod/core/*.c))
CORE_OBJ := $(B)/obj/core-san
SHIM_CFLAGS := -Itests/shim -Ikmod/core -Itests/unit -Itests/shim/.. -Wno-sign-compare \
	-Wno-missing-prototypes

# The model's firmware side and the fake that stands in for its board: the model's build compiles
# them.
MODEL_SAN := $(B)/obj/gpu-model/san
MODEL_GSP_OBJS := $(patsubst tools/gpu-model/%.c,$(MODEL_SAN)/%.o,\
	$(wildcard tools/gpu-model/gsp*.c) tools/gpu-model/plugin.c) \
	$(addprefix $(MODEL_SAN)/tests/,fake_board.o fake_driver.o)

# Our own shim's headers win over the system's linux/*.h, so nothing else is compiled this way.
CORE_SAN_LIB := $(CORE_OBJ)/libcore-san.a
SHIM_SAN_LIB := $(CORE_OBJ)/libshim-san.a
HARNESS_OBJS := $(patsubst tests/unit/%.c,$(CORE_OBJ)/unit/%.o,$(wildcard tests/unit/harness*.c))

$(CORE_OBJ)/core/%.o: kmod/core/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COMMON_CFLAGS) $(SAN) $(SHIM_CFLAGS) -c $< -o $@

$(CORE_OBJ)/core/vgpu_type_table.o: $(B)/gen/vgpu_type_table.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COMMON_CFLAGS) $(SAN) $(SHIM_CFLAGS) -c $< -o $@

$(CORE_OBJ)/shim/%.o: tests/shim/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COMMON_CFLAGS) $(SAN) $(SHIM_CFLAGS) -c $< -o $@

$(CORE_OBJ)/unit/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COMMON_CFLAGS) $(SAN) $(SHIM_CFLAGS) -c $< -o $@

$(CORE_OBJ)/fuzz/%.o: tests/fuzz/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COMMON_CFLAGS) $(SAN) $(SHIM_CFLAGS) -c $< -o $@

$(CORE_SAN_LIB): $(patsubst kmod/core/%.c,$(CORE_OBJ)/core/%.o,$(CORE_SRCS)) \
		$(CORE_OBJ)/core/vgpu_type_table.o
	rm -f $@ && $(AR) rcs $@ $^

$(SHIM_SAN_LIB): $(patsubst tests/shim/%.c,$(CORE_OBJ)/shim/%.o,$(wildcard tests/shim/*.c))
	rm -f $@ && $(AR) rcs $@ $^

CORE_TESTS := $(filter-out test_model_% test_vectors,$(basename $(notdir $(wildcard tests/unit/test_*.c))))

# The core and the shim need each other's symbols.
CORE_TEST_LIBS = -Wl,--start-group $(CORE_SAN_LIB) $(SHIM_SAN_LIB) $(GPU_MODEL_OBJ)/libgpumodel-san.a \
	-Wl,--end-group

$(addprefix $(B)/tests/,$(CORE_TESTS)): $(B)/tests/%: $(CORE_OBJ)/unit/%.o $(HARNESS_OBJS) \
		$(CORE_SAN_LIB) $(SHIM_SAN_LIB) $(B)/obj/gpu-model/libgpumodel-san.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SAN) $< $(HARNESS_OBJS) $(CORE_TEST_LIBS) -lcmocka -o $@

UNIT_TESTS += $(addprefix $(B)/tests/,$(CORE_TESTS))

CORE_FUZZERS := $(filter fuzz_vbios fuzz_firmware fuzz_queue fuzz_metadata fuzz_mbox \
	fuzz_trap fuzz_config_space fuzz_rpc fuzz_sequencer fuzz_client fuzz_line,\
	$(basename $(notdir $(wildcard tests/fuzz/fuzz_*.c))))

# Replies of GSP pass through the target itself.
$(B)/fuzz/fuzz_rpc: FUZZ_LDFLAGS := -Wl,--wrap=gsp_rpc_call,--wrap=gsp_rpc_call_result

$(addprefix $(B)/fuzz/,$(CORE_FUZZERS)): $(B)/fuzz/%: $(CORE_OBJ)/fuzz/%.o \
		$(CORE_OBJ)/fuzz/replay.o $(HARNESS_OBJS) $(CORE_SAN_LIB) $(SHIM_SAN_LIB) \
		$(B)/obj/gpu-model/libgpumodel-san.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SAN) $(CORE_OBJ)/fuzz/$*.o $(CORE_OBJ)/fuzz/replay.o $(HARNESS_OBJS) \
		$(FUZZ_LDFLAGS) $(CORE_TEST_LIBS) -lcmocka -o $@

FUZZ_TARGETS += $(addprefix $(B)/fuzz/,$(CORE_FUZZERS))

.PHONY: test-unit test-cli test-fuzz

# The lists grow after this fragment is read, so they are expanded in the recipe.
test-unit:
	@$(MAKE) --no-print-directory -j$(JOBS) $(sort $(UNIT_TESTS))
	@tests/run-unit $(sort $(UNIT_TESTS))

test-cli:
	@$(MAKE) --no-print-directory -j$(JOBS) $(CLI_TESTS)
	@tests/run-unit $(CLI_TESTS)

test-fuzz:
	@$(MAKE) --no-print-directory -j$(JOBS) $(sort $(FUZZ_TARGETS))
	@tests/run-fuzz $(sort $(FUZZ_TARGETS))
