# SPDX-License-Identifier: GPL-2.0-or-later
# Profiles, library and daemon.

PKG_CONFIG ?= pkg-config
JSON_CFLAGS := $(shell $(PKG_CONFIG) --cflags json-c 2>/dev/null)
JSON_LIBS := $(or $(shell $(PKG_CONFIG) --libs json-c 2>/dev/null),-ljson-c)

# ---- vGPU type catalogue ----
VGPU_PROFILES := $(sort $(wildcard vgpu-mgr/profiles/*.json))
VGPU_TYPE_TABLE := $(B)/gen/vgpu_type_table.c

$(B)/obj/vgpu-mgr/profiles/%.o: vgpu-mgr/profiles/%.c
	@mkdir -p $(@D)
	$(CC) $(COMMON_CFLAGS) $(CFLAGS) $(JSON_CFLAGS) -c -o $@ $<

$(B)/bin/gen-types: $(B)/obj/vgpu-mgr/profiles/gen-types.o $(B)/obj/vgpu-mgr/profiles/profile.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(JSON_LIBS)

$(VGPU_TYPE_TABLE): $(B)/bin/gen-types $(VGPU_PROFILES)
	@mkdir -p $(@D)
	$(B)/bin/gen-types $@ $(VGPU_PROFILES)

ALL += $(VGPU_TYPE_TABLE)

# ---- library ----
MGR_CFLAGS := $(JSON_CFLAGS) -Ivgpu-mgr
MGR_LIBS := $(JSON_LIBS) -lpci
MGR_LIB_OBJS := $(patsubst vgpu-mgr/%.c,$(B)/obj/vgpu-mgr/%.o,$(sort $(wildcard vgpu-mgr/lib/*.c)))
MGR_LIB := $(B)/obj/vgpu-mgr/libmgr.a

$(B)/obj/vgpu-mgr/%.o: vgpu-mgr/%.c
	@mkdir -p $(@D)
	$(CC) $(COMMON_CFLAGS) $(CFLAGS) $(MGR_CFLAGS) -c -o $@ $<

$(MGR_LIB): $(MGR_LIB_OBJS)
	rm -f $@
	$(AR) rcs $@ $^

# ---- daemon ----
MGR_OBJS := $(patsubst vgpu-mgr/%.c,$(B)/obj/vgpu-mgr/%.o,$(sort $(wildcard vgpu-mgr/*.c)))

$(B)/bin/vgpu-mgr: $(MGR_OBJS) $(MGR_LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(MGR_LIBS) -lmicrohttpd

ALL += $(B)/bin/vgpu-mgr
