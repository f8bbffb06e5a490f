# SPDX-License-Identifier: GPL-2.0-or-later
# The lab: what turns a bare Debian into a running hypervisor VM with the GPU model in it.
#
# Other fragments add to:
#   LAB_FILES  SRC:NAME pairs; SRC is built first and becomes /opt/openvgpu/lab/NAME in the VM

LAB_DIR := tools/lab
LAB_FILES ?=
VGPU_LAB := $(B)/bin/vgpu-lab

LAB_SRCS := $(addprefix $(LAB_DIR)/,lab.c opts.c vm.c console.c qmp.c tap.c)
LAB_OBJS := $(LAB_SRCS:$(LAB_DIR)/%.c=$(B)/obj/lab/%.o)

ALL += $(VGPU_LAB)

$(B)/obj/lab/%.o: $(LAB_DIR)/%.c
	@mkdir -p $(@D)
	$(CC) $(COMMON_CFLAGS) $(CFLAGS) -c -o $@ $<

$(VGPU_LAB): $(LAB_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ -ljson-c

# In the VM, whatever libc is there: static.
$(B)/bin/lab-agent: $(LAB_DIR)/agent.c $(LAB_DIR)/proto.h
	@mkdir -p $(@D)
	$(CC) $(COMMON_CFLAGS) -MF $(B)/obj/lab-agent.d $(CFLAGS) -static -o $@ $< -lutil

.PHONY: setup-demo setup-test lab lab-image lab-kernel lab-refresh firmware FORCE

setup-demo:
	@$(LAB_DIR)/setup demo

setup-test:
	@$(LAB_DIR)/setup test

# Each of these looks itself whether there is something to do, in a few milliseconds.
lab-kernel:
	@$(LAB_DIR)/fetch-kernel

firmware:
	@$(LAB_DIR)/fetch-firmware

.PHONY: lab-base
lab-base:
	@$(LAB_DIR)/build-image

lab-image: lab-kernel firmware lab-base $(VGPU_LAB) $(B)/bin/lab-agent all
	@$(MAKE) -s --no-print-directory lab-layers

# A second make: LAB_FILES is complete only when every fragment was read.
.PHONY: lab-layers
lab-files:
	@$(if $(strip $(LAB_FILES)),$(MAKE) -s --no-print-directory $(foreach f,$(LAB_FILES),$(firstword $(subst :, ,$(f)))))
lab-layers: $(B)/bin/lab-agent lab-files
	+@$(LAB_DIR)/build-caps
	+@$(LAB_DIR)/build-layers $(LAB_FILES)

# Kernels of newer releases: our modules for them, in build/kmod-6.12 and so on, and the same VM with
# such a kernel, in build/lab-6.12, where other people's drivers are tested, and ours beside them.
STOCK_KERNELS := 6.12 7
.PHONY: $(addprefix lab-stock-,$(STOCK_KERNELS)) $(addprefix kmod-,$(STOCK_KERNELS)) lab-files
$(addprefix kmod-,$(STOCK_KERNELS)): kmod-%: $(KMOD_SRC)/.linked
	@LAB_KERNEL=$* $(LAB_DIR)/fetch-stock-kernel
	@LAB_KERNEL=$* $(LAB_DIR)/build-modules $(KMOD_SRC)
$(addprefix lab-stock-,$(STOCK_KERNELS)): lab-stock-%: firmware lab-base $(VGPU_LAB) $(B)/bin/lab-agent \
		adapter kmod-%
	@$(MAKE) -s --no-print-directory lab-files
	@LAB_KERNEL=$* $(LAB_DIR)/build-layers $(LAB_FILES)

# NVIDIA's open module for the 6.12 kernel; takes minutes from nothing, so only test-stock asks for it.
.PHONY: lab-nvidia
lab-nvidia: kmod-6.12
	@LAB_KERNEL=6.12 $(LAB_DIR)/fetch-nvidia-module || [ $$? -eq 3 ]

# A kernel with checks that Debian's have not, and the same VM with it and all of ours. The second
# make builds our modules against it, with the undefined behaviour sanitizer.
LAB_DEBUG_VARS := KDIR=$(abspath $(B)/lab-debug/kernel/headers) KMOD_DIR=$(B)/kmod-debug \
	TKMOD_DIR=$(B)/tests-kmod-debug UBSAN_SANITIZE=y
.PHONY: lab-debug lab-debug-layers
lab-debug: firmware lab-base $(VGPU_LAB) $(B)/bin/lab-agent
	@LAB_KERNEL=debug $(LAB_DIR)/build-debug-kernel
	+@$(MAKE) --no-print-directory $(LAB_DEBUG_VARS) all
	+@$(MAKE) --no-print-directory $(LAB_DEBUG_VARS) lab-debug-layers
lab-debug-layers: lab-files
	+@LAB_KERNEL=debug LAB_MAKE_VARS="$(LAB_DEBUG_VARS)" $(LAB_DIR)/build-layers $(LAB_FILES)

# A shell in the VM.
lab:
	@$(LAB_DIR)/setup demo && $(MAKE) --no-print-directory lab-image && $(VGPU_LAB) shell $(LAB_ARGS)

# Forget the chosen kernel version, package lists and images: the next build takes today's.
lab-refresh:
	rm -rf $(B)/lab $(B)/lab-* $(B)/apt $(B)/cache/kernel-* $(B)/cache/debug-kernel-* $(B)/cache/stock-kernel-* $(B)/cache/image-* \
		$(B)/cache/layer-* $(B)/cache/nvidia-* \
		$(B)/cache/toolchain-* $(B)/cache/module-root-*

# With rules, `make install` works even when no other fragment installs anything.
.PHONY: install uninstall
install::
	@:
uninstall::
	@:

# Interrupts, kills, time limits: nothing may be left behind. Needs no GPU model.
.PHONY: test-lab-robust
test-lab-robust: lab-image
	@tests/lab/lab-robust
