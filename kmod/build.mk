# SPDX-License-Identifier: GPL-2.0-or-later
# Kernel modules. Sources are linked into $(B)/kmod/src, so that Kbuild leaves nothing in the tree.

LAB_HEADERS := $(B)/lab/kernel/headers
KDIR ?= $(if $(wildcard $(LAB_HEADERS)/Makefile),$(abspath $(LAB_HEADERS)),$(lastword \
	$(shell ls -d /lib/modules/6.1*-amd64/build 2>/dev/null | sort -V)))
KMOD_DIR := $(B)/kmod
KMOD_SRC := $(KMOD_DIR)/src
KMOD_FILES := kmod/Kbuild $(wildcard kmod/*/*.c kmod/*/*.h kmod/compat/include/*/*.h)
KMOD_KO := $(KMOD_DIR)/vgpu-core.ko $(KMOD_DIR)/vgpu-vfio-pci.ko
KMOD_MAKE = $(MAKE) -C $(KDIR) M=$(abspath $(KMOD_SRC)) VGPU_VERSION=$(VERSION) W=1
KMOD_RELEASE = $(or $(MODULES_RELEASE),$(shell sed -n 's/.*UTS_RELEASE "\(.*\)".*/\1/p' \
	$(KDIR)/include/generated/utsrelease.h))

KMOD_DKMS := $(B)/dkms/openvgpu-$(VERSION)

.PHONY: kmod kmod-sparse dkms-source kmod-force

ALL += $(KMOD_KO)
kmod: $(KMOD_KO)

# A link per file: Kbuild then writes beside the link. Links to files that are gone go, too.
$(KMOD_SRC)/.linked: $(KMOD_FILES) $(B)/gen/vgpu_type_table.c
	@test -n "$(KDIR)" || { echo "kmod: no kernel headers found;" \
		"apt-get install linux-headers-amd64, or give KDIR=" >&2; exit 1; }
	@mkdir -p $(KMOD_SRC)/gen $(patsubst kmod/%,$(KMOD_SRC)/%,$(sort $(dir $(KMOD_FILES))))
	@find $(KMOD_SRC) -xtype l -delete
	@for f in $(KMOD_FILES); do ln -sfn $(CURDIR)/$$f $(KMOD_SRC)/$${f#kmod/} || exit 1; done
	@ln -sfn $(abspath $(B)/gen/vgpu_type_table.c) $(KMOD_SRC)/gen/vgpu_type_table.c
	@touch $@

# Other headers than last time: everything again.
$(KMOD_DIR)/.kdir: kmod-force
	@mkdir -p $(@D)
	@echo '$(KDIR)' | cmp -s - $@ || echo '$(KDIR)' > $@

# One run makes both.
$(KMOD_DIR)/.built: $(KMOD_SRC)/.linked $(KMOD_DIR)/.kdir
	+$(KMOD_MAKE) modules
	@cp -f $(KMOD_SRC)/vgpu-core.ko $(KMOD_SRC)/vgpu-vfio-pci.ko $(KMOD_DIR)/
	@touch $@
$(KMOD_KO): $(KMOD_DIR)/.built
	@test -e $@ || { rm -f $<; $(MAKE) $<; }

# Everything again under sparse, endian checks included; its own output is the result.
kmod-sparse: $(KMOD_SRC)/.linked
	+$(KMOD_MAKE) C=2 CF=-D__CHECK_ENDIAN__ modules

# What dkms wants below /usr/src: the folder with the generated table inside.
dkms-source: $(KMOD_FILES) $(B)/gen/vgpu_type_table.c
	rm -rf $(KMOD_DKMS)
	mkdir -p $(KMOD_DKMS)/gen
	cd kmod && cp --parents $(KMOD_FILES:kmod/%=%) dkms.conf $(abspath $(KMOD_DKMS))
	cp $(B)/gen/vgpu_type_table.c $(KMOD_DKMS)/gen/

# About a minute of compiling; needs dkms.
.PHONY: test-dkms
test-dkms:
	@tools/lab/setup test && $(MAKE) --no-print-directory lab-kernel dkms-source && \
		tests/run-dkms $(KMOD_DKMS) $(VERSION) $(B)/lab/kernel

.PHONY: install
install:: $(KMOD_KO)
	install -d $(DESTDIR)/lib/modules/$(KMOD_RELEASE)/updates
	install -m 644 $(KMOD_KO) $(DESTDIR)/lib/modules/$(KMOD_RELEASE)/updates/
	$(if $(DESTDIR),,depmod $(KMOD_RELEASE))

.PHONY: uninstall
uninstall::
	rm -f $(addprefix $(DESTDIR)/lib/modules/$(KMOD_RELEASE)/updates/,$(notdir $(KMOD_KO)))
	$(if $(DESTDIR),,depmod $(KMOD_RELEASE))
