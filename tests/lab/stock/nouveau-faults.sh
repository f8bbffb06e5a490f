#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The twins of nouveau.sh: told to lie, the board must not come up, and nouveau must say the right
# thing. Each starts from an FLR, because a boot that fails halfway leaves WPR2 set.
#	nouveau-faults.sh [MODULE-OPTION...]
# Left out: faults that keep GSP silent (nouveau counts four million sleeps before it gives up) and
# fb-region (nouveau dereferences NULL in nvkm_mmu_oneinit when no framebuffer region is usable).
. /opt/openvgpu/lab/tap.sh

said() { dmesg | awk '/lab: klog-clean mark/ { out = "" } / nouveau / || /WARNING:/ { out = out $0 "\n" } END { printf "%s", out }'; }
start() { # FAULT
	klog-mark
	echo 1 > "$PFDIR/reset"
	model fail "$1" > /dev/null || bail "the model does not know the fault $1"
	modprobe nouveau modeset=2 noaccel=1 "${options[@]}"
	log=$(said)
}
stop() {
	model fail none > /dev/null
	modprobe -r nouveau
}

options=("$@")
refused() { # FAULT PATTERN
	start "$1"
	[ ! -e "$PFDIR/drm" ]
	ok $? "$1: there is no DRM device"
	like "$log" "$2" "$1: nouveau says why"
	grep -q 'probe with driver nouveau failed' <<< "$log"
	ok $? "$1: the probe fails"
	stop
}
refused gfw "*preinit failed with -110*"
refused prom "*bios: unable to locate usable image*"
refused vbios "*gsp: *init failed, -22*"
refused fwsec "*gsp: fwsec-frts: 0x0001*"
refused wpr2 "*booter-load: boot failed*"
refused booter "*sec2(gsp): mbox 00000001*booter-load: boot failed*"
refused riscv "*gsp: init failed, -5*"
refused static-info "*msg fn:65 *res:0x40*gsp: init failed, -22*"
refused rpc:65 "*msg fn:65 *res:0x40*gsp: init failed, -22*"
refused intr-table "*gsp: init failed, -2*"
refused "control:$((0x20800a5c))" "*ctrl cmd:0x20800a5c failed: 0x00000040*"

# nouveau looks at neither; whoever does (NVIDIA's module, our own driver) must refuse.
for f in queue-checksum queue-sequence; do
	start $f
	[ -e "$PFDIR/drm" ]
	ok $? "$f: nouveau boots all the same"
	stop
done

# Twins of the unload: nouveau boots, then the way down fails. It must say so, and when WPR2 stays up
# the next boot must fail, until an FLR.
unloads() { # FAULT
	start none
	[ -e "$PFDIR/drm" ]
	ok $? "$1: nouveau boots"
	model fail "$1"
	modprobe -r nouveau
	like "$(said)" "*WARNING: *gsp*" "$1: nouveau warns on the way down ($(said | grep -om1 'WARNING: .*'))"
	model fail none
}
unloads fwsec-sb
unloads booter-unload
klog-mark
modprobe nouveau modeset=2 noaccel=1 "${options[@]}"
log=$(said)
[ ! -e "$PFDIR/drm" ]
ok $? "booter-unload: the next boot has no DRM device"
like "$log" "*gsp: fwsec-frts: 0x0006*" "booter-unload: it finds WPR2 set"
modprobe -r nouveau

# Without GSP an AD102 is nothing to nouveau.
options=(config=NvGspRm=0)
start none
[ ! -e "$PFDIR/drm" ]
ok $? "NvGspRm=0: there is no DRM device"
like "$log" "*probe with driver nouveau failed*" "NvGspRm=0: the probe fails"
stop

options=("$@")
start none
[ -e "$PFDIR/drm" ]
ok $? "without a fault the same board boots"
stop
done_testing
