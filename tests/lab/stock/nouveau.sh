#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nouveau, headless and without acceleration, on the PF:
#	nouveau.sh FIRMWARE ROUNDS [MODULE-OPTION...]
# boots the line FIRMWARE, registers a DRM device, unloads, ROUNDS times.
# Environment: VRAM_MIB (49152), CHIP (AD102), IRQ (IO-APIC or PCI-MSI: how interrupts must arrive).
. /opt/openvgpu/lab/tap.sh

firmware=$1
rounds=$2
shift 2
VRAM_MIB=${VRAM_MIB:-49152}
CHIP=${CHIP:-AD102}

drm_card() { local c; for c in "$PFDIR"/drm/card*; do [ -e "$c" ] && { basename "$c"; return; }; done; return 1; }
unbound() { [ ! -e "$PFDIR/driver" ]; }
# What nouveau said since the mark.
said() { dmesg | awk '/lab: klog-clean mark/ { out = "" } / nouveau / || /\[drm\]/ { out = out $0 "\n" } END { printf "%s", out }'; }
stat_of() { model stats | jq -r "$1"; }

for round in $(seq 1 "$rounds"); do
	klog-mark
	r="round $round: "
	[ "$rounds" -gt 1 ] || r=
	model mark "begin round $round"
	runs "${r}modprobe nouveau" modprobe nouveau modeset=2 noaccel=1 "$@"
	wait_for 60 drm_card > /dev/null
	ok $? "${r}a DRM device is registered ($(drm_card))"
	log=$(said)
	like "$log" "*NVIDIA $CHIP (*" "${r}N1: the chip is an $CHIP"
	like "$log" "*bios: version *" "${r}N2: the VBIOS is understood"
	is "$(stat_of .gsp.line)" "$firmware" "${r}N5: GSP runs $firmware"
	like "$log" "*VRAM: $VRAM_MIB MiB*GART: *Initialized nouveau*" "${r}N6: $VRAM_MIB MiB of VRAM, driver initialized"
	is "$(grep -E 'rror|ail|imed out|timeout|stall|unknown|WARN' <<< "$log")" "" "${r}nouveau complains about nothing"
	if [ -n "${IRQ:-}" ]; then
		line=$(grep -w nvkm /proc/interrupts)
		like "$line" "*$IRQ*" "${r}its interrupt is $IRQ"
		[ "$(awk '{ for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' <<< "$line")" -gt 0 ]
		ok $? "${r}interrupts arrive"
	fi
	is "$(stat_of '.gsp.bad | add')" 0 "${r}GSP found no fault in its messages"
	runs "${r}N7: modprobe -r nouveau" modprobe -r nouveau
	unbound
	ok $? "${r}nothing is bound any more"
	model mark "end round $round"
	is "$(stat_of .gsp.state)" off "${r}GSP is off again"
	runs "${r}the kernel log is clean" klog-clean
done
[ $tap_failed -eq 0 ] || said | sed 's/^/# /'
done_testing
