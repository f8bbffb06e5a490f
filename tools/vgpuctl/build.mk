# SPDX-License-Identifier: GPL-2.0-or-later
# The command line tool.

VGPUCTL_OBJS := $(patsubst tools/vgpuctl/%.c,$(B)/obj/tools/vgpuctl/%.o,$(sort $(wildcard tools/vgpuctl/*.c)))

$(B)/obj/tools/vgpuctl/%.o: tools/vgpuctl/%.c
	@mkdir -p $(@D)
	$(CC) $(COMMON_CFLAGS) $(CFLAGS) $(MGR_CFLAGS) -c -o $@ $<

$(B)/bin/vgpuctl: $(VGPUCTL_OBJS) $(B)/obj/vgpu-mgr/libmgr.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(MGR_LIBS) -lcurl

ALL += $(B)/bin/vgpuctl

install:: $(B)/bin/vgpuctl
	install -D -m 0755 $(B)/bin/vgpuctl $(DESTDIR)$(PREFIX)/bin/vgpuctl
	install -D -m 0644 tools/vgpuctl/vgpuctl.1 $(DESTDIR)$(PREFIX)/share/man/man1/vgpuctl.1
	install -D -m 0644 tools/vgpuctl/bash-completion $(DESTDIR)$(PREFIX)/share/bash-completion/completions/vgpuctl

uninstall::
	rm -f $(DESTDIR)$(PREFIX)/bin/vgpuctl $(DESTDIR)$(PREFIX)/share/man/man1/vgpuctl.1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/vgpuctl
