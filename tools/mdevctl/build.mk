# SPDX-License-Identifier: GPL-2.0-or-later
# mdevctl 1.2.0 (Debian 12) looks below /etc only, newer ones below /usr/lib too.

MDEVCTL_CALLOUT_DIRS = /etc/mdevctl.d/scripts.d/callouts $(PREFIX)/lib/mdevctl/scripts.d/callouts

install::
	for d in $(MDEVCTL_CALLOUT_DIRS); do install -D -m 0755 tools/mdevctl/vgpu "$(DESTDIR)$$d/vgpu"; done

uninstall::
	for d in $(MDEVCTL_CALLOUT_DIRS); do rm -f "$(DESTDIR)$$d/vgpu"; done
