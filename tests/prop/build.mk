# SPDX-License-Identifier: GPL-2.0-or-later
# Property tests: tests/prop/prop_NAME.c decodes bytes into operations and judges them by an oracle.
# `make test-prop` generates a million operations for each, `make test-prop-short` some; with clang,
# `make explore` lets libFuzzer look for more (EXPLORE_SECONDS each, EXPLORE_ARGS for its options),
# `make explore-prop_NAME` for one of them.

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

# The same tests under libFuzzer: it explores by coverage and keeps what it learns in a corpus. A
# failure is made as small as it can be, and then replays with the property test itself.
EXPLORE_OBJ := $(B)/obj/explore
EXPLORE_SECONDS ?= 60
EXPLORE_CFLAGS := -g -O1 -std=gnu11 -D_GNU_SOURCE -DOPENVGPU_VERSION='"$(VERSION)"' -w -MMD -MP \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined $(PROP_CFLAGS)
EXPLORE_SRCS := $(CORE_SRCS) $(wildcard tests/shim/*.c tests/unit/harness*.c) \
	$(filter-out %/config_main.c,$(wildcard tools/gpu-model/*.c)) tests/prop/explore.c
EXPLORE_OBJS := $(EXPLORE_SRCS:%.c=$(EXPLORE_OBJ)/%.o) $(EXPLORE_OBJ)/vgpu_type_table.o

$(EXPLORE_OBJ)/%.o: %.c
	@mkdir -p $(@D)
	clang $(EXPLORE_CFLAGS) -c $< -o $@

$(EXPLORE_OBJ)/vgpu_type_table.o: $(B)/gen/vgpu_type_table.c
	@mkdir -p $(@D)
	clang $(EXPLORE_CFLAGS) -c $< -o $@

$(PROP_NAMES:%=$(B)/prop/explore-%): $(B)/prop/explore-%: $(EXPLORE_OBJ)/tests/prop/%.o $(EXPLORE_OBJS)
	@mkdir -p $(@D)
	clang -fsanitize=fuzzer,address,undefined $^ -lcmocka -o $@

.PHONY: explore $(PROP_NAMES:%=explore-%)
explore:
	@$(MAKE) --no-print-directory $(PROP_NAMES:%=explore-%)

$(PROP_NAMES:%=explore-%): explore-%: $(B)/prop/explore-%
	@tests/prop/explore $< $(B)/prop/corpus-$* $(EXPLORE_SECONDS) $(EXPLORE_ARGS)

-include $(EXPLORE_OBJS:.o=.d) $(PROP_NAMES:%=$(EXPLORE_OBJ)/tests/prop/%.d)
