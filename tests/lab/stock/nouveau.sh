#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nouveau, headless and without acceleration, on the PF:
#	nouveau.sh ROUNDS LINE[:MODULE-OPTION]...
# for each firmware LINE boots, registers a DRM device, unloads, ROUNDS times.
# Environment, what the VM must be and the log must show:
#	VRAM_MIB (49152), CHIP (AD102)
#	IRQ		IO-APIC or PCI-MSI: how interrupts must arrive
#	IOMMU=off	there must be none
#	HIGH=1		more than 4 GiB of memory, and the board must have used addresses up there
#	GPCS, TPCS	masks that the board must have
. /opt/openvgpu/lab/tap.sh

rounds=$1
shift
VRAM_MIB=${VRAM_MIB:-49152}
CHIP=${CHIP:-AD102}

drm_card() { local c; for c in "$PFDIR"/drm/card*; do [ -e "$c" ] && { basename "$c"; return; }; done; return 1; }
unbound() { [ ! -e "$PFDIR/driver" ]; }
# What nouveau said since the mark.
said() { dmesg | awk '/lab: klog-clean mark/ { out = "" } / nouveau / || /\[drm\]/ { out = out $0 "\n" } END { printf "%s", out }'; }
stat_of() { model stats | jq -r "$1"; }
# What the log has of a pattern, as evidence in a description.
quote() { grep -oEm1 "$1" <<< "$log" || echo "not in the log"; }

vm_is_as_asked() {
	local kib
	if [ "${IOMMU:-on}" = off ]; then
		is "$(ls /sys/class/iommu)$(readlink "$PFDIR/iommu_group")" "" "there is no IOMMU"
	else
		[ -e "$PFDIR/iommu_group" ]
		ok $? "the board is behind an IOMMU ($(ls /sys/class/iommu))"
	fi
	if [ -n "${HIGH:-}" ]; then
		kib=$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)
		[ "$kib" -gt $((4 << 20)) ]
		ok $? "more than 4 GiB of memory ($((kib >> 10)) MiB)"
	fi
	[ -z "${GPCS:-}" ] || is "$(model get gpc-mask) $(model get tpc-mask)" "$((GPCS)) $((TPCS))" \
		"the board has GPCs $GPCS, TPCs $TPCS"
}

boots() { # WHAT LINE OPTION...
	local r=$1 line=$2 irq high
	shift 2
	model mark "begin $r"
	runs "$r: modprobe nouveau $*" modprobe nouveau modeset=2 noaccel=1 "$@"
	wait_for 60 drm_card > /dev/null
	ok $? "$r: a DRM device is registered ($(drm_card))"
	log=$(said)
	like "$log" "*NVIDIA $CHIP (*" "$r: N1 ($(quote 'NVIDIA [A-Z0-9]+ \([0-9a-f]+\)'))"
	like "$log" "*bios: version *" "$r: N2 ($(quote 'bios: version .*'))"
	is "$(stat_of .gsp.line)" "$line" "$r: N5, GSP runs $line"
	like "$log" "*VRAM: $VRAM_MIB MiB*GART: *Initialized nouveau*" \
		"$r: N6 ($(quote 'VRAM: [0-9]+ MiB'), $(quote 'GART: [0-9]+ MiB'), $(quote 'Initialized nouveau [0-9.]+'))"
	is "$(grep -E 'rror|ail|imed out|timeout|stall|unknown|WARN' <<< "$log")" "" "$r: nouveau complains about nothing"
	if [ -n "${IRQ:-}" ]; then
		irq=$(grep -w nvkm /proc/interrupts)
		like "$irq" "*$IRQ*" "$r: its interrupt is $IRQ"
		irq=$(awk '{ for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' <<< "$irq")
		[ "$irq" -gt 0 ]
		ok $? "$r: interrupts arrive ($irq)"
	fi
	if [ -n "${HIGH:-}" ]; then
		high=$(stat_of .dma_above_4g)
		[ "$high" -gt "$high_before" ]
		ok $? "$r: the board reached memory above 4 GiB ($((high - high_before)) accesses)"
		high_before=$high
	fi
	is "$(stat_of '.gsp.bad | add')" 0 "$r: GSP found no fault in its messages"
	runs "$r: N7, modprobe -r nouveau" modprobe -r nouveau
	unbound
	ok $? "$r: nothing is bound any more"
	model mark "end $r"
	is "$(stat_of .gsp.state)" off "$r: GSP is off again"
	runs "$r: the kernel log is clean" klog-clean
}

echo "# kernel $(uname -r)"
vm_is_as_asked
high_before=$(stat_of .dma_above_4g)
for which in "$@"; do
	line=${which%%:*}
	option=${which#"$line"}
	for round in $(seq 1 "$rounds"); do
		klog-mark
		# shellcheck disable=SC2086
		boots "$line round $round" "$line" ${option#:}
	done
done
[ $tap_failed -eq 0 ] || said | sed 's/^/# /'
done_testing
