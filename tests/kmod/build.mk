# SPDX-License-Identifier: GPL-2.0-or-later
# Kernel modules that only tests use, put into the hypervisor VM, not installed by `make install`:
# vgpu_sample is built against vgpu-core.ko, vgpu_selftest holds the core's own sources.

TKMOD_DIR := $(B)/tests-kmod
TKMOD_SRC := $(TKMOD_DIR)/src/tests/kmod
TKMOD_NAMES := vgpu_sample vgpu_selftest
TKMOD_KO := $(TKMOD_NAMES:%=$(TKMOD_DIR)/%.ko)
TKMOD_FILES := $(wildcard tests/kmod/*.c tests/kmod/*.h tests/kmod/Kbuild)
TKMOD_CORE := buddy buddy_plan page_alloc page_frame page_pack page_query gmmu gmmu_map gmmu_store \
	gmmu_format gmmu_query vaspace

.PHONY: kmod-tests
kmod-tests: $(TKMOD_KO)
LAB_FILES += $(foreach k,$(TKMOD_KO),$(k):$(notdir $(k)))

# Linked beside kmod/ as in the tree, so that relative includes hold.
$(TKMOD_DIR)/.built: $(TKMOD_FILES) $(wildcard tests/vectors/*.[ch]) $(KMOD_DIR)/.built
	@mkdir -p $(TKMOD_SRC)
	@find $(TKMOD_DIR)/src -xtype l -delete
	@ln -sfn $(CURDIR)/kmod $(TKMOD_DIR)/src/kmod
	@ln -sfn $(CURDIR)/tests/vectors $(TKMOD_DIR)/src/tests/vectors
	@ln -sfn $(CURDIR)/tests/vectors/vectors.c $(TKMOD_SRC)/vectors.c
	@for f in $(TKMOD_FILES); do ln -sfn $(CURDIR)/$$f $(TKMOD_DIR)/src/$$f || exit 1; done
	@for f in $(TKMOD_CORE); do ln -sfn $(CURDIR)/kmod/core/$$f.c $(TKMOD_SRC)/core_$$f.c || exit 1; done
	+$(MAKE) -C $(KDIR) M=$(abspath $(TKMOD_SRC)) W=1 \
		KBUILD_EXTRA_SYMBOLS=$(abspath $(KMOD_SRC))/Module.symvers modules
	@cp -f $(TKMOD_NAMES:%=$(TKMOD_SRC)/%.ko) $(TKMOD_DIR)/
	@touch $@
$(TKMOD_KO): $(TKMOD_DIR)/.built
	@test -e $@ || { rm -f $<; $(MAKE) $<; }
