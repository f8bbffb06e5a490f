#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nouveau, headless, with acceleration, on the PF:
#	nouveau-accel.sh ROUNDS LINE[:MODULE-OPTION]...
# N8: channels, fences, buffers that the copy engine moves, a channel that is stopped for its fault;
# unload and reload, ROUNDS times with each firmware line.
# Environment: CHIP (AD102), VRAM_MIB, IRQ (IO-APIC or PCI-MSI: how interrupts must arrive), HIGH=1
# (the moves must have reached memory above 4 GiB).
. /opt/openvgpu/lab/tap.sh

rounds=$1
shift
CHIP=${CHIP:-AD102}
MOVES=4 # drm-move "moves 1 2" below: 1 MiB, twice there and back

drm_card() { local c; for c in "$PFDIR"/drm/card*; do [ -e "$c" ] && { basename "$c"; return; }; done; return 1; }
said() { dmesg | awk '/lab: klog-clean mark/ { out = "" } / nouveau / || /\[drm\]/ || /WARNING:/ { out = out $0 "\n" } END { printf "%s", out }'; }
complaints() { grep -iE 'rror|ail|imed out|timeout|stall|unknown|WARN|killed|Xid' <<< "$1"; }
stat_of() { model stats | jq -r "$1"; }
interrupts() { awk '/nvkm/ { for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' /proc/interrupts; }
move() { timeout 120 /opt/openvgpu/lab/drm-move "$@"; }

round() { # FIRMWARE PREFIX [MODULE-OPTION]
	local firmware=$1 r=$2 errors log before after irqs
	shift 2
	klog-mark
	errors=$(stat_of .channel_errors)
	runs "${r}modprobe nouveau" modprobe nouveau modeset=2 "$@"
	wait_for 60 drm_card > /dev/null
	ok $? "${r}a DRM device is registered ($(drm_card))"
	log=$(said)
	like "$log" "*NVIDIA $CHIP (*" "${r}N1: the chip is an $CHIP"
	is "$(stat_of .gsp.line)" "$firmware" "${r}N5: GSP runs $firmware"
	like "$log" "*MM: using COPY for buffer copies*Initialized nouveau*" "${r}N8: buffers are moved by a copy engine"
	[ -z "${VRAM_MIB:-}" ] || like "$log" "*VRAM: $VRAM_MIB MiB*" "${r}$VRAM_MIB MiB of VRAM"
	is "$(complaints "$log")" "" "${r}nouveau complains about nothing"
	is "$(stat_of .channels)" 2 "${r}nouveau has two channels, graphics and copy"

	before=$(model stats) irqs=$(interrupts)
	runs "${r}N8: moves between VRAM and system memory, every byte checked" move moves 1 2
	runs "${r}N8: a client's own copy, awaited by interrupt, every byte checked" move copy 8
	after=$(model stats)
	delta() { echo $(($(jq -r ".$1" <<< "$after") - $(jq -r ".$1" <<< "$before"))); }
	is "$(delta ce_launches)" $((MOVES + 1)) "${r}the copy engine has done each of them"
	is "$(delta ce_bytes)" $(((MOVES + 8) << 20)) "${r}and every byte of them"
	[ "$(delta semaphore_releases)" -gt $MOVES ]
	ok $? "${r}fences were released in memory"
	[ "$(delta nonstall_irqs)" -gt $MOVES ] && [ "$(interrupts)" -gt "$irqs" ]
	ok $? "${r}non-stall interrupts arrive"
	[ -z "${IRQ:-}" ] || like "$(grep -w nvkm /proc/interrupts)" "*$IRQ*" "${r}its interrupt is $IRQ"
	if [ -n "${HIGH:-}" ]; then
		[ "$(delta dma_above_4g)" -gt 0 ]
		ok $? "${r}the moves reached memory above 4 GiB ($(delta dma_above_4g) accesses)"
	fi
	is "$(stat_of .channels)" 2 "${r}the clients' channels are gone"
	is "$(complaints "$(said)")" "" "${r}nouveau complains about nothing after the moves"
	is "$(stat_of .channel_errors)" "$errors" "${r}no channel had an error"

	runs "${r}a copy from nowhere is refused" move fault
	like "$(said)" "*Xid:31 channel *no translation*rc*type:31 *killed!*" "${r}nouveau says that the channel is stopped"
	is "$(stat_of .channel_errors)" $((errors + 1)) "${r}one channel had an error"
	runs "${r}the next client's moves are right" move moves 1 1

	is "$(stat_of '.gsp.bad | add')" 0 "${r}GSP found no fault in its messages"
	is "$(stat_of '.gsp.unknown_controls | length')" 0 "${r}no control is unknown to the model"
	klog-mark
	runs "${r}N7: modprobe -r nouveau" modprobe -r nouveau
	[ ! -e "$PFDIR/driver" ]
	ok $? "${r}nothing is bound any more"
	is "$(stat_of .channels)" 0 "${r}no channel is left"
	is "$(stat_of .gsp.state)" off "${r}GSP is off again"
	is "$(complaints "$(said)")" "" "${r}nouveau leaves without a complaint"
	runs "${r}the kernel log is clean" klog-clean
}

for line in "$@"; do
	option=${line#*:}
	[ "$option" != "$line" ] || option=
	for i in $(seq 1 "$rounds"); do
		# shellcheck disable=SC2086
		round "${line%%:*}" "${line%%:*} round $i: " $option
	done
done
[ $tap_failed -eq 0 ] || said | sed 's/^/# /'
done_testing
