#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A PF without enough MSI-X entries, and one without messages at all; a run each, with the options
# below. MSI-X is what all other scripts use.
# lab-run: msi --device-opts msi=on,msix-entries=1
# lab-run: intx --append pci=nomsi
. "${0%/*}/tap.sh"

kind=$1
pf_is() { [ "$(get "$PFDIR/vgpu/state")" = "$1" ]; }
# Lines of /proc/interrupts that are the PF's, and how often they fired in all.
lines() { grep "vgpu_core\[$PF\]" /proc/interrupts; }
fired() { lines | awk '{ for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }'; }
boot() { echo "$PF" > /sys/bus/pci/drivers_probe; wait_for 20 pf_is ready; }

klog-mark
modprobe vgpu_core
echo vgpu_core > "$PFDIR/driver_override"
boot
ok $? "$kind: PF is ready"
is "$(get "$PFDIR/vgpu/last_error")" "" "$kind: without an error"
lines | sed 's/^/# /'
case $kind in
msi) pattern="*PCI-MSI*" ;;
intx) pattern="*IO-APIC*fasteoi*" ;;
esac
is "$(lines | wc -l)" 1 "$kind: one interrupt"
like "$(lines)" "$pattern" "$kind: of that kind"

# The pin is shared with others, so only messages can be counted.
if [ "$kind" = msi ]; then
	n=$(fired)
	[ "$n" -gt 2 ]
	ok $? "$kind: GSP's answers came by interrupt ($n so far)"
	modprobe vgpu_vfio_pci
	echo 0 > "$PFDIR/sriov_drivers_autoprobe"
	put 1 "$PFDIR/sriov_numvfs"
	VF=$(vf_bdf 0)
	echo vgpu_vfio_pci > "$PFDIR/virtfn0/driver_override"
	echo "$VF" > /sys/bus/pci/drivers_probe
	put 877 "$PFDIR/virtfn0/vgpu/current_vgpu_type"
	"$LABDIR/vfio-limits" --hold 0 "$VF" > "$WORK/open.log" 2>&1
	ok $? "$kind: a vGPU opens"
	put 0 "$PFDIR/virtfn0/vgpu/current_vgpu_type"
	runs "$kind: VFs off" put 0 "$PFDIR/sriov_numvfs"
	[ "$(fired)" -gt "$n" ]
	ok $? "$kind: with more interrupts"
fi
# Nothing but an interrupt tells of this.
model inject gsp-crash > /dev/null
runs "$kind: a crash of GSP is heard of" wait_for 10 pf_is lost
echo "$PF" > "$PFDIR/driver/unbind"
is "$(lines | wc -l)" 0 "$kind: unbound, no interrupt is left"
boot
ok $? "$kind: it boots again"
runs "unload" modprobe -r vgpu_vfio_pci vgpu_core
echo > "$PFDIR/driver_override"
runs "kernel log is clean" klog-clean
done_testing
