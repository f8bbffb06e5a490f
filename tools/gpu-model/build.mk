# SPDX-License-Identifier: GPL-2.0-or-later
#
# The GPU model: build/obj/gpu-model/libgpumodel.a, and a sanitized variant for tests and fuzzers.

GPU_MODEL_DIR := tools/gpu-model
GPU_MODEL_SRCS := $(sort $(wildcard $(GPU_MODEL_DIR)/*.c))
# Without the firmware side: unit tests of the board bring a fake of it.
GPU_MODEL_BOARD_SRCS := $(filter-out $(GPU_MODEL_DIR)/gsp%.c $(GPU_MODEL_DIR)/plugin%.c, \
	$(GPU_MODEL_SRCS))

GPU_MODEL_OBJ := $(B)/obj/gpu-model
GPU_MODEL_LIB := $(GPU_MODEL_OBJ)/libgpumodel.a
GPU_MODEL_SAN_LIB := $(GPU_MODEL_OBJ)/libgpumodel-san.a
GPU_MODEL_BOARD_SAN_LIB := $(GPU_MODEL_OBJ)/libgpumodel-board-san.a

gm_objs = $(patsubst $(GPU_MODEL_DIR)/%.c,$(GPU_MODEL_OBJ)/$(1)/%.o,$(2))

$(GPU_MODEL_OBJ)/plain/%.o: $(GPU_MODEL_DIR)/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COMMON_CFLAGS) -c $< -o $@

$(GPU_MODEL_OBJ)/san/%.o: $(GPU_MODEL_DIR)/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COMMON_CFLAGS) $(SAN) -c $< -o $@

$(GPU_MODEL_LIB): $(call gm_objs,plain,$(GPU_MODEL_SRCS))
	rm -f $@ && $(AR) rcs $@ $^

$(GPU_MODEL_SAN_LIB): $(call gm_objs,san,$(GPU_MODEL_SRCS))
	rm -f $@ && $(AR) rcs $@ $^

$(GPU_MODEL_BOARD_SAN_LIB): $(call gm_objs,san,$(GPU_MODEL_BOARD_SRCS))
	rm -f $@ && $(AR) rcs $@ $^

ALL += $(GPU_MODEL_LIB)

.PHONY: gpu-model
gpu-model: $(GPU_MODEL_LIB) $(GPU_MODEL_SAN_LIB)

# Unit tests of the board side, each with tests/unit/model_board.c: a host in this process and a
# fake firmware side.
GPU_MODEL_TESTS := test_model_config test_model_regs test_model_vfn test_model_falcon \
	test_model_booter test_model_mmu test_model_vram test_model_channel test_model_ce

GPU_MODEL_TEST_HELPER := $(GPU_MODEL_OBJ)/san/tests/model_board.o

$(GPU_MODEL_OBJ)/san/tests/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COMMON_CFLAGS) $(SAN) -I$(GPU_MODEL_DIR) -c $< -o $@

$(addprefix $(B)/tests/,$(GPU_MODEL_TESTS)): $(B)/tests/%: $(GPU_MODEL_OBJ)/san/tests/%.o \
		$(GPU_MODEL_TEST_HELPER) $(GPU_MODEL_BOARD_SAN_LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SAN) $^ -lcmocka -o $@

UNIT_TESTS += $(addprefix $(B)/tests/,$(GPU_MODEL_TESTS))

# The whole model against any driver, and hostile channels: there the firmware side only takes their
# errors.
GPU_MODEL_FUZZERS := $(B)/fuzz/fuzz_model_mmio $(B)/fuzz/fuzz_pushbuffer
FUZZ_TARGETS += $(GPU_MODEL_FUZZERS)

$(GPU_MODEL_FUZZERS): $(B)/fuzz/%: tests/fuzz/%.c tests/fuzz/model_host.c tests/fuzz/replay.c \
		tests/fuzz/model_host.h tests/fuzz/input.h $(GPU_MODEL_SAN_LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -std=gnu11 $(WARN) -D_GNU_SOURCE $(SAN) -o $@ $(filter-out %.h,$^)
