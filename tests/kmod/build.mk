# SPDX-License-Identifier: GPL-2.0-or-later
# Kernel modules that only tests use, put into the hypervisor VM, not installed by `make install`:
# vgpu_sample is built against vgpu-core.ko, vgpu_selftest holds the core's own sources.

TKMOD_SRC := $(B)/tests-kmod/src/tests/kmod
TKMOD_NAMES := vgpu_sample vgpu_selftest
TKMOD_KO := $(TKMOD_NAMES:%=$(B)/tests-kmod/%.ko)
TKMOD_FILES := $(wildcard tests/kmod/*.c tests/kmod/*.h tests/kmod/Kbuild)
TKMOD_CORE := buddy buddy_plan page_alloc page_frame page_pack page_query gmmu gmmu_map gmmu_store \
	gmmu_format gmmu_query vaspace

.PHONY: kmod-tests
kmod-tests: $(TKMOD_KO)
LAB_FILES += $(foreach k,$(TKMOD_KO),$(k):$(notdir $(k)))

# Linked beside kmod/ as in the tree, so that relative includes hold.
$(B)/tests-kmod/.built: $(TKMOD_FILES) $(wildcard tests/vectors/*.[ch]) $(KMOD_DIR)/.built
	@mkdir -p $(TKMOD_SRC)
	@find $(B)/tests-kmod/src -xtype l -delete
	@ln -sfn $(CURDIR)/kmod $(B)/tests-kmod/src/kmod
	@ln -sfn $(CURDIR)/tests/vectors $(B)/tests-kmod/src/tests/vectors
	@ln -sfn $(CURDIR)/tests/vectors/vectors.c $(TKMOD_SRC)/vectors.c
	@for f in $(TKMOD_FILES); do ln -sfn $(CURDIR)/$$f $(B)/tests-kmod/src/$$f || exit 1; done
	@for f in $(TKMOD_CORE); do ln -sfn $(CURDIR)/kmod/core/$$f.c $(TKMOD_SRC)/core_$$f.c || exit 1; done
	+$(MAKE) -C $(KDIR) M=$(abspath $(TKMOD_SRC)) W=1 \
		KBUILD_EXTRA_SYMBOLS=$(abspath $(KMOD_SRC))/Module.symvers modules
	@cp -f $(TKMOD_NAMES:%=$(TKMOD_SRC)/%.ko) $(B)/tests-kmod/
	@touch $@
$(TKMOD_KO): $(B)/tests-kmod/.built
	@test -e $@ || { rm -f $<; $(MAKE) $<; }
