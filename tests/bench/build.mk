# SPDX-License-Identifier: GPL-2.0-or-later
# `make bench`: our code against peers in the same run, one line each:
#	name  ours  peer  ratio  spread  status
# Peers come from Debian's linux-source packages (fetch-peers), are built unmodified with the
# stand-ins of tests/bench/standin and tests/shim, and are linked with all symbols but one hidden.
# Nothing here may use vector registers, as kernel code may not. BENCH_ARGS: names of benchmarks;
# BENCH_QUICK=1 makes a short run whose figures are rough.

BENCH := $(B)/bench
BENCH_MACHINE := -mgeneral-regs-only -fno-strict-aliasing -DCONFIG_X86_64
BENCH_INC := -I$(BENCH)/standin -Itests/bench/standin -Itests/bench -Itests/shim
BENCH_CFLAGS = -O2 -g -std=gnu11 -D_GNU_SOURCE $(BENCH_MACHINE) $(BENCH_INC) -Ikmod/core -Wall \
	-Wno-sign-compare -Wno-unused-function
# Headers the peers name and neither the shim nor the peers have.
BENCH_NO_HEADERS := linux/bug linux/container_of linux/export linux/kmemleak \
	linux/mm_types linux/module linux/rcupdate linux/seq_file linux/seqlock linux/sizes \
	linux/stackdepot linux/stacktrace kunit/test-bug drm/drm_print
PEER_DIRS = $(wildcard $(B)/cache/peer-next $(B)/cache/peer-6.12)

.PHONY: bench bench-peers bench-run
bench:
	@tools/lab/setup test
	@tests/bench/fetch-peers >/dev/null
	@$(MAKE) --no-print-directory $(BENCH)/bench
	@$(BENCH)/bench $(BENCH_ARGS)

$(BENCH)/standin/.made: tests/bench/build.mk
	@for h in $(BENCH_NO_HEADERS); do mkdir -p $(BENCH)/standin/$${h%/*}; \
		echo '#include "bench_kernel.h"' > $(BENCH)/standin/$$h.h; done
	@touch $@

# peer_object NAME SOURCE-DIRECTORY EXPORTED-SYMBOL ADAPTER KERNEL-SOURCES
define peer_object
$(BENCH)/$(1).o: tests/bench/$(4) tests/bench/peer.h $(BENCH)/standin/.made \
		$(wildcard tests/bench/standin/*.h tests/bench/standin/*/*.h)
	@mkdir -p $(BENCH)/$(1)
	@for f in $(addprefix $(B)/cache/$(2)/,$(5)) tests/bench/$(4); do \
		$(CC) -O2 -g -std=gnu11 -w -D_GNU_SOURCE $(BENCH_MACHINE) -DPEER=$(3) \
		-DPEER_NAME='"$(1) '$$$$(cut -d- -f1 $(B)/cache/$(2)/VERSION)'"' \
		$(BENCH_INC) -I$(B)/cache/$(2)/include \
		-c $$$$f -o $(BENCH)/$(1)/$$$$(basename $$$$f .c).o || exit 1; done
	ld -r -o $$@.tmp $(BENCH)/$(1)/*.o
	objcopy --keep-global-symbol=$(3) $$@.tmp $$@
	@rm -f $$@.tmp
endef
$(eval $(call peer_object,gpu_buddy,peer-next,peer_buddy_next,peer_buddy.c,drivers/gpu/buddy.c \
	lib/rbtree.c))
$(eval $(call peer_object,gpu_buddy-6.12,peer-6.12,peer_buddy_612,peer_buddy.c,drivers/gpu/buddy.c \
	lib/rbtree.c))
$(eval $(call peer_object,drm_mm,peer-next,peer_mm,peer_mm.c,drivers/gpu/drm/drm_mm.c \
	lib/rbtree.c))

BENCH_PEERS = $(if $(wildcard $(B)/cache/peer-next/VERSION),$(BENCH)/gpu_buddy.o $(BENCH)/drm_mm.o) \
	$(if $(wildcard $(B)/cache/peer-6.12/VERSION),$(BENCH)/gpu_buddy-6.12.o)
BENCH_CORE := $(addprefix $(BENCH)/core/,page_alloc.o page_frame.o page_pack.o page_query.o buddy.o \
	buddy_plan.o gmmu.o gmmu_map.o gmmu_store.o gmmu_format.o gmmu_query.o queue.o)
BENCH_SRCS := $(filter-out tests/bench/peer_buddy.c tests/bench/peer_mm.c tests/bench/echo_model.c,\
	$(wildcard tests/bench/*.c))
BENCH_OBJS := $(patsubst tests/bench/%.c,$(BENCH)/obj/%.o,$(BENCH_SRCS))

$(BENCH)/core/%.o: kmod/core/%.c $(BENCH)/standin/.made
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -MMD -MP -c $< -o $@

# The harness itself may use floating point.
$(BENCH)/obj/%.o: tests/bench/%.c $(BENCH)/standin/.made
	@mkdir -p $(@D)
	$(CC) $(filter-out -mgeneral-regs-only,$(BENCH_CFLAGS)) $(COMMON_CFLAGS) -MMD -MP -c $< -o $@

# The loop that is the peer of the page tables takes twice as long where it crosses a line of code.
$(BENCH)/obj/bench_pt.o: BENCH_CFLAGS += -falign-loops=64

# The other end of the queues: the model's firmware side, built as the model is.
BENCH_MODEL := $(patsubst tools/gpu-model/%.c,$(BENCH)/model/%.o,\
	$(wildcard tools/gpu-model/gsp*.c) tools/gpu-model/plugin.c) \
	$(addprefix $(BENCH)/model/,fake_board.o fake_driver.o echo_model.o)
$(BENCH)/model/%.o: tools/gpu-model/%.c
	@mkdir -p $(@D)
	$(CC) -O2 -g $(COMMON_CFLAGS) -c $< -o $@
$(BENCH)/model/fake_%.o: tests/unit/fake_%.c
	@mkdir -p $(@D)
	$(CC) -O2 -g $(COMMON_CFLAGS) -c $< -o $@
$(BENCH)/model/echo_model.o: tests/bench/echo_model.c
	@mkdir -p $(@D)
	$(CC) -O2 -g $(COMMON_CFLAGS) -c $< -o $@

$(BENCH)/obj/bench_ring.o: BENCH_CFLAGS += -DBENCH_RING='"$(BENCH)/ring"'
RINGTEST := $(B)/cache/peer-next/tools/virtio/ringtest
$(BENCH)/ring: $(wildcard $(RINGTEST)/main.c $(RINGTEST)/ring.c $(RINGTEST)/main.h)
	@mkdir -p $(@D)
	$(CC) -O2 -g -w -pthread -flto -fwhole-program $(filter %.c,$^) -o $@

$(BENCH)/bench: $(BENCH_OBJS) $(BENCH_CORE) $(BENCH_PEERS) $(BENCH_MODEL) \
		$(if $(wildcard $(RINGTEST)/ring.c),$(BENCH)/ring)
	$(CC) -O2 -g $(filter %.o,$^) -lpthread -lm -o $@

-include $(wildcard $(BENCH)/core/*.d $(BENCH)/obj/*.d $(BENCH)/model/*.d)
