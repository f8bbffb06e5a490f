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
MGR_CFLAGS = $(JSON_CFLAGS) -Ivgpu-mgr
MGR_LIBS = $(JSON_LIBS) -lpci
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

# ---- install ----
SYSTEMD_UNIT_DIR = $(PREFIX)/lib/systemd/system
SYSTEMD_WANTS_DIR = /etc/systemd/system/multi-user.target.wants
MGR_UNITS := vgpu-mgr.service vgpu-mgr-boot.service

install:: $(B)/bin/vgpu-mgr
	install -D -m 0755 $(B)/bin/vgpu-mgr $(DESTDIR)$(PREFIX)/sbin/vgpu-mgr
	install -d $(DESTDIR)$(SYSTEMD_UNIT_DIR) $(DESTDIR)$(SYSTEMD_WANTS_DIR)
	for u in $(MGR_UNITS); do \
		sed 's|@PREFIX@|$(PREFIX)|' vgpu-mgr/systemd/$$u.in >$(DESTDIR)$(SYSTEMD_UNIT_DIR)/$$u && \
		chmod 0644 $(DESTDIR)$(SYSTEMD_UNIT_DIR)/$$u && \
		ln -sf $(SYSTEMD_UNIT_DIR)/$$u $(DESTDIR)$(SYSTEMD_WANTS_DIR)/$$u || exit 1; done
	install -D -m 0644 vgpu-mgr/systemd/vgpu-mgr.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/vgpu-mgr.conf
	install -D -m 0644 vgpu-mgr/systemd/vgpu-mgr.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/vgpu-mgr.conf
	install -D -m 0644 vgpu-mgr/openapi.json $(DESTDIR)$(PREFIX)/share/vgpu-mgr/openapi.json
	install -D -m 0644 vgpu-mgr/vgpu-mgr.8 $(DESTDIR)$(PREFIX)/share/man/man8/vgpu-mgr.8
	install -d $(DESTDIR)$(PREFIX)/share/vgpu-mgr/profiles $(DESTDIR)$(PREFIX)/share/vgpu-mgr/xml
	install -m 0644 vgpu-mgr/profiles/*.json vgpu-mgr/profiles/README.md $(DESTDIR)$(PREFIX)/share/vgpu-mgr/profiles/
	install -m 0644 xml/*.xml xml/*.in $(DESTDIR)$(PREFIX)/share/vgpu-mgr/xml/

uninstall::
	rm -f $(DESTDIR)$(PREFIX)/sbin/vgpu-mgr $(DESTDIR)$(PREFIX)/share/man/man8/vgpu-mgr.8
	for u in $(MGR_UNITS); do rm -f $(DESTDIR)$(SYSTEMD_UNIT_DIR)/$$u $(DESTDIR)$(SYSTEMD_WANTS_DIR)/$$u; done
	rm -f $(DESTDIR)$(PREFIX)/lib/sysusers.d/vgpu-mgr.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/vgpu-mgr.conf
	rm -rf $(DESTDIR)$(PREFIX)/share/vgpu-mgr

LAB_FILES += xml/domain.xml.in:domain.xml.in
