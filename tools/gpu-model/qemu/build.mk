# SPDX-License-Identifier: GPL-2.0-or-later
#
# The QEMU adapter: build/qemu/gpu-model-qemu.so, adapter and model in one object, for the QEMU of
# this machine. Needs that QEMU's headers (`prepare` gets and caches them) and libglib2.0-dev.
#
# In a QEMU tree instead: copy the files of this folder but loader.c, and the model's, below
# hw/misc/gpu-model, add them to system_ss in hw/misc/meson.build and compile with -DQGM_IN_TREE.

QEMU ?= qemu-system-x86_64

QGM_DIR := tools/gpu-model/qemu
QGM_SO := $(B)/qemu/gpu-model-qemu.so
QGM_OBJ := $(B)/obj/tools/gpu-model/qemu
QGM_PIC := $(B)/obj/tools/gpu-model/pic
QGM_SRCS := $(addprefix $(QGM_DIR)/,device.c host.c layout.c loader.c props.c selftest.c)
QGM_OBJS = $(QGM_SRCS:$(QGM_DIR)/%.c=$(QGM_OBJ)/%.o)
QGM_MODEL_OBJS = $(GPU_MODEL_SRCS:tools/gpu-model/%.c=$(QGM_PIC)/%.o)

# A QEMU of another build is another prerequisite, so an upgrade rebuilds.
QGM_BUILD_ID := $(shell readelf -n "$$(command -v $(QEMU))" 2>/dev/null | \
	sed -n 's/^ *Build ID: //p' | head -n 1)
QGM_HOST := $(QGM_OBJ)/host-$(or $(QGM_BUILD_ID),none)

# Flags that QEMU itself is built with where they matter; -iquote because QEMU has an elf.h that
# must not hide the system's. GLib's headers only: the running QEMU has the library.
QGM_CFLAGS = -std=gnu11 -O2 -g -fPIC -fvisibility=hidden -fno-strict-aliasing -fno-common -fwrapv \
	-Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers \
	-Wmissing-prototypes -Wno-redundant-decls \
	-D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_LARGEFILE_SOURCE \
	-DOPENVGPU_VERSION='"$(VERSION)"' -DQGM_HOST_BUILD_ID='"$(QGM_BUILD_ID)"' -MMD -MP \
	-iquote $(QGM_DIR) -iquote tools/gpu-model \
	-iquote $$(cat $(QGM_HOST))/gen -iquote $$(cat $(QGM_HOST))/include \
	$$(pkg-config --cflags glib-2.0)
QGM_MODEL_CFLAGS = $(CFLAGS) $(COMMON_CFLAGS) -fPIC -fvisibility=hidden

.PHONY: adapter
adapter: $(QGM_SO)

# Part of `all` where there is a QEMU to build it for and what it takes to get its headers.
ifneq ($(QGM_BUILD_ID),)
ifneq ($(shell command -v dpkg-source >/dev/null && pkg-config --exists glib-2.0 && echo yes),)
ALL += $(QGM_SO)
endif
endif

$(QGM_HOST): $(QGM_DIR)/prepare
	@mkdir -p $(@D)
	@$(QGM_DIR)/prepare "$$(command -v $(QEMU) || echo $(QEMU))" >$@.tmp
	@mv $@.tmp $@

$(QGM_OBJ)/%.o: $(QGM_DIR)/%.c $(QGM_HOST)
	$(CC) $(QGM_CFLAGS) -c -o $@ $<

$(QGM_PIC)/%.o: tools/gpu-model/%.c
	@mkdir -p $(@D)
	$(CC) $(QGM_MODEL_CFLAGS) -c -o $@ $<

# No symbol but the plugin door's is visible, and no data is taken from QEMU: a process that inherits
# LD_PRELOAD by accident then still starts.
$(QGM_SO): $(QGM_OBJS) $(QGM_MODEL_OBJS)
	@mkdir -p $(@D)
	$(CC) -shared -Wl,-Bsymbolic -o $@.tmp $^
	@if nm -D --undefined-only $@.tmp | awk '{print $$NF}' | sort >$@.want && \
	    nm -D --defined-only "$$(command -v $(QEMU))" | awk '$$2 ~ /[BDRV]/ && $$3 !~ /@/ {print $$3}' | sort | \
	    comm -12 - $@.want | grep .; then \
		echo "gpu-model-qemu.so: takes the data symbols above from QEMU, it must not" >&2; exit 1; fi
	@rm -f $@.want
	mv $@.tmp $@
