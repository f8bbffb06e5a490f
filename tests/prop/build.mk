# SPDX-License-Identifier: GPL-2.0-or-later
# Property tests: tests/prop/prop_NAME.c decodes bytes into operations and judges them by an oracle.
# `make test-prop` generates a million operations for each, `make test-prop-short` some; with clang, `make explore-prop_NAME`
# lets libFuzzer look for more (EXPLORE_ARGS for its options).

PROP_NAMES := $(basename $(notdir $(wildcard tests/prop/prop_*.c)))
PROP_TESTS := $(addprefix $(B)/prop/,$(PROP_NAMES))
PROP_CFLAGS := $(SHIM_CFLAGS) -Itools/gpu-model

$(CORE_OBJ)/prop/%.o: tests/prop/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(COMMON_CFLAGS) $(SAN) $(PROP_CFLAGS) -c $< -o $@

$(PROP_TESTS): $(B)/prop/%: $(CORE_OBJ)/prop/%.o $(CORE_OBJ)/prop/prop.o $(HARNESS_OBJS) \
		$(CORE_SAN_LIB) $(SHIM_SAN_LIB) $(B)/obj/gpu-model/libgpumodel-san.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SAN) $(CORE_OBJ)/prop/$*.o $(CORE_OBJ)/prop/prop.o $(HARNESS_OBJS) \
		$(CORE_TEST_LIBS) -lcmocka -o $@

# The smoke run of `make test-fuzz` has its own count of inputs and knows no operations.
.PHONY: test-prop
test-prop:
	@$(MAKE) --no-print-directory $(PROP_TESTS)
	@for t in $(PROP_TESTS); do PROP_SAVE=$(B)/prop/$$(basename $$t)-failed-input $$t || exit 1; done

# For `make test`: enough to see a slip, in seconds.
PROP_SHORT_OPS := 60000
.PHONY: test-prop-short
test-prop-short:
	@$(MAKE) --no-print-directory -j$(JOBS) $(PROP_TESTS)
	@PROP_OPS=$(PROP_SHORT_OPS) tests/run-prop $(PROP_TESTS)

EXPLORE_SRCS = $(CORE_SRCS) $(B)/gen/vgpu_type_table.c $(wildcard tests/shim/*.c)
explore-%: tests/prop/%.c $(B)/obj/gpu-model/libgpumodel-san.a
	clang -g -O1 -std=gnu11 -D_GNU_SOURCE -DOPENVGPU_VERSION='"$(VERSION)"' -w \
		-fsanitize=fuzzer,address,undefined $(PROP_CFLAGS) $< tests/prop/explore.c \
		$(EXPLORE_SRCS) $(wildcard tests/unit/harness*.c) \
		$(filter-out %/config_main.c,$(wildcard tools/gpu-model/*.c)) -lcmocka -o $(B)/prop/explore-$*
	mkdir -p $(B)/prop/corpus-$* && $(B)/prop/explore-$* $(EXPLORE_ARGS) $(B)/prop/corpus-$*
