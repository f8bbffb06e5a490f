# SPDX-License-Identifier: GPL-2.0-or-later
# Threads under ThreadSanitizer: part of the core, locks that work (standin/), a board of plain
# memory instead of the model.

TSAN_CORE := buddy buddy_plan page_alloc page_frame page_pack page_query gmmu gmmu_map gmmu_store \
	gmmu_format gmmu_query vaspace mmu vram bar1 pramin client client_mem client_space vram_map \
	notify state
TSAN_OBJ := $(B)/obj/tsan
TSAN_OBJS := $(TSAN_CORE:%=$(TSAN_OBJ)/core/%.o) $(TSAN_OBJ)/shim/shim_maple.o \
	$(TSAN_OBJ)/shim/shim_print.o $(TSAN_OBJ)/tsan/board.o $(TSAN_OBJ)/tsan/test_threads.o
TSAN_CFLAGS = $(CFLAGS) $(COMMON_CFLAGS) -fsanitize=thread -Itests/tsan/standin $(SHIM_CFLAGS)

$(TSAN_OBJ)/core/%.o: kmod/core/%.c
	@mkdir -p $(@D)
	$(CC) $(TSAN_CFLAGS) -c $< -o $@

$(TSAN_OBJ)/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(TSAN_CFLAGS) -c $< -o $@

$(B)/tests/test_threads: $(TSAN_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fsanitize=thread $^ -lcmocka -pthread -o $@

UNIT_TESTS += $(B)/tests/test_threads
