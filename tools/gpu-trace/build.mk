# SPDX-License-Identifier: GPL-2.0-or-later
# gpu-trace: traces of the GPU model, shown and compared.

GPU_TRACE := $(B)/bin/gpu-trace
GPU_TRACE_DIR := tools/gpu-trace
GPU_TRACE_OBJ := $(B)/obj/gpu-trace
GPU_TRACE_SRCS := $(sort $(wildcard $(GPU_TRACE_DIR)/*.c))
# What tests link: all but main().
GPU_TRACE_LIB_SRCS := $(filter-out $(GPU_TRACE_DIR)/main.c,$(GPU_TRACE_SRCS))

$(GPU_TRACE_OBJ)/plain/%.o: $(GPU_TRACE_DIR)/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COMMON_CFLAGS) -c $< -o $@

$(GPU_TRACE_OBJ)/san/%.o: $(GPU_TRACE_DIR)/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COMMON_CFLAGS) $(SAN) -c $< -o $@

$(GPU_TRACE): $(GPU_TRACE_SRCS:$(GPU_TRACE_DIR)/%.c=$(GPU_TRACE_OBJ)/plain/%.o)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $^ -o $@

GPU_TRACE_SAN_LIB := $(GPU_TRACE_OBJ)/libgputrace-san.a
$(GPU_TRACE_SAN_LIB): $(GPU_TRACE_LIB_SRCS:$(GPU_TRACE_DIR)/%.c=$(GPU_TRACE_OBJ)/san/%.o)
	rm -f $@ && $(AR) rcs $@ $^

ALL += $(GPU_TRACE)
