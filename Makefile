# SPDX-License-Identifier: GPL-2.0-or-later
# openvgpu. `make help` lists the targets; each folder's rules are in its build.mk.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
SHELL := /bin/bash

# Downloads, image and compilers side by side in demo and test.
JOBS ?= $(shell nproc)

# One short line a target, unless V=1: make asks for SHELL before each line of a recipe.
ifneq ($(V),1)
MAKEFLAGS += -s
SHELL = $(if $(filter-out $(shown),$(filter-out %/.kdir,$(filter $(B)/%,$@))),$(eval shown := $@)$(info $()  MAKE      $@))/bin/bash
endif

B := build
VERSION := 0.1.0
PREFIX ?= /usr
DESTDIR ?=
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif

WARN := -Wall -Wextra -Wno-unused-parameter -Wmissing-prototypes -Wstrict-prototypes -Wvla \
	-Wno-missing-field-initializers
CFLAGS ?= -O2 -g
COMMON_CFLAGS := -std=gnu11 $(WARN) -D_GNU_SOURCE -DOPENVGPU_VERSION='"$(VERSION)"' -MMD -MP
SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

.PHONY: all help clean demo test lint test-host test-lab test-demo
all:

# Each fragment adds to these.
ALL :=
UNIT_TESTS :=
FUZZ_TARGETS :=
CLI_TESTS :=
CLEAN :=

-include $(wildcard */build.mk */*/build.mk */*/*/build.mk)

all: $(ALL)

help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST))

## make demo         the main job: two libvirt guests with a vGPU each, on the GPU model
## make demo FAIL=X  the same with a fault of the model injected: says what failed, exits non-zero
## make test         everything below, what it needs is installed first
## make lint         rules of the tree, kernel modules under W=1 and sparse
## make test-unit    unit tests with sanitizers
## make test-cli     daemon and command line against a fake system
## make test-fuzz    each fuzz target for some seconds
## make test-prop    property tests, a million operations each (make test: 60,000)
## make explore      the property tests under libFuzzer (needs clang), EXPLORE_SECONDS=60 each
## make bench        benchmarks against kernel allocators of Debian source packages
## make bench-bringup  registers and time until GSP is up, beside nouveau's
## make test-lab     the tests in the hypervisor VM
## make test-nouveau Debian's nouveau boots on the GPU model
## make test-stock   every driver and tool of Debian that can judge the model (STOCK=PATTERN: some)
## make test-debug-kernel  tests/lab on a kernel with KASAN, lockdep and more, which is built (DEBUG_TESTS=: some)
## make test-dkms    dkms builds, installs and removes the modules, in a temporary folder
## make lab          a shell in the hypervisor VM
## make all          build only; make install DESTDIR= PREFIX=; make uninstall; make clean

# Each starts with the check of the machine, in a make of its own: what it installs (compilers,
# headers) must be there before the rules are read for real.
demo:
	@start=$$(date +%s%N); echo "== This machine =="; tools/lab/setup demo && \
		printf '\n== Building ==\n' && $(MAKE) --no-print-directory lab-kernel && \
		$(MAKE) --no-print-directory -j$(JOBS) lab-image && \
		tools/lab/demo $$start $(FAIL)

test:
	@tools/lab/setup test && $(MAKE) --no-print-directory lab-kernel && \
		$(MAKE) --no-print-directory -j$(JOBS) lab-image && tests/run-all $(MAKE)

lint: kmod-sparse
	@tests/lint

# Scripts of tests/lab, each in a fresh hypervisor VM.
LAB_TESTS ?= $(sort $(wildcard tests/lab/*.t))
test-lab: lab-image
	@tests/run-lab $(LAB_TESTS)

# Other people's drivers, on kernels of newer releases.
.PHONY: test-stock test-nouveau
test-stock:
	@tools/lab/setup test && $(MAKE) --no-print-directory lab-kernel && \
		$(MAKE) --no-print-directory -j$(JOBS) lab-nvidia && \
		$(MAKE) --no-print-directory $(addprefix lab-stock-,$(STOCK_KERNELS)) $(B)/bin/gpu-trace && \
		tests/run-stock $(STOCK)
test-nouveau: lab-stock-6.12 $(B)/bin/gpu-trace
	@tests/run-stock --quick
.PHONY: bench-bringup
bench-bringup:
	@tools/lab/setup test && $(MAKE) --no-print-directory lab-kernel && \
		$(MAKE) --no-print-directory $(addprefix lab-stock-,$(STOCK_KERNELS)) $(B)/bin/gpu-trace && \
		tests/bench-bringup

# On a kernel that watches memory and locks; it has no KVM, so not what starts guests.
DEBUG_TESTS ?= $(filter-out %/22-mixed.t %/50-libvirt.t,$(LAB_TESTS))
.PHONY: test-debug-kernel
test-debug-kernel:
	@tools/lab/setup test && $(MAKE) --no-print-directory lab-kernel && \
		$(MAKE) --no-print-directory -j$(JOBS) lab-debug && tests/run-debug $(DEBUG_TESTS)

# Two demos that must fail, each with its fault's sentence.
test-demo: lab-image
	@tests/run-demo-faults

clean:
	rm -rf $(B)/obj $(B)/bin $(B)/gen $(B)/tests $(B)/fuzz $(B)/kmod

-include $(wildcard $(B)/obj/*.d $(B)/obj/*/*.d $(B)/obj/*/*/*.d $(B)/obj/*/*/*/*.d)
