#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A GPU that goes: GSP dies with nobody there, the PF is removed while a vGPU is claimed, while it is
# open, after it fell off the bus; and a whole GPU passed through by the VFs' driver.
. "${0%/*}/tap.sh"

pf_is() { [ "$(get "$PFDIR/vgpu/state")" = "$1" ]; }
bind_pf() {
	echo "${1:-vgpu_core}" > "$PFDIR/driver_override" && echo "$PF" > /sys/bus/pci/drivers_probe
}
# All the way to a vGPU on VF 0.
claim_vgpu() {
	bind_pf && wait_for 20 pf_is ready &&
		echo 0 > "$PFDIR/sriov_drivers_autoprobe" &&
		echo 2 > "$PFDIR/sriov_numvfs" || return 1
	VF=$(vf_bdf 0)
	V=/sys/bus/pci/devices/$VF/vgpu
	echo vgpu_vfio_pci > "/sys/bus/pci/devices/$VF/driver_override" &&
		echo "$VF" > /sys/bus/pci/drivers_probe &&
		echo 877 > "$V/current_vgpu_type"
}
is_open() { [ "$(get "$V/state")" = open ]; }
is_gone() { [ ! -e "$PFDIR" ]; }
come_back() { echo 1 > /sys/bus/pci/rescan && wait_for 5 test -e "$PFDIR"; }
# hold OPTION...: an opener in the background, its lines in $WORK/hold.tap
hold() {
	"$LABDIR/vfio-limits" "$@" "$VF" > "$WORK/hold.tap" 2>&1 &
	holder=$!
	wait_for 10 is_open
}

klog-mark
modprobe vgpu_core
modprobe vgpu_vfio_pci
mkdir -p "$WORK"

# GSP dies and no vGPU is there to hear of it.
bind_pf
runs "PF is ready" wait_for 20 pf_is ready
udevadm monitor --kernel --property --subsystem-match=pci > "$WORK/uevents" 2>&1 &
monitor=$!
wait_for 5 grep -q KERNEL "$WORK/uevents"
perl -e 'open(F, "<", $ARGV[0]) or die; sysread(F, $b, 64); print STDERR "armed\n"; $e = "";
	vec($e, fileno(F), 1) = 1; $n = select(undef, undef, $e, 10); sysseek(F, 0, 0);
	sysread(F, $b, 64); print "$n $b"' "$PFDIR/vgpu/state" > "$WORK/poll" 2> "$WORK/armed" &
poller=$!
wait_for 5 grep -q armed "$WORK/armed"
model inject gsp-crash > /dev/null
runs "a crash of GSP shows as lost" wait_for 10 pf_is lost
wait $poller
is "$(cat "$WORK/poll")" "1 lost" "who polls the state file is woken"
runs "a uevent says so" wait_for 5 grep -q VGPU_EVENT=gpu-lost "$WORK/uevents"
kill $monitor
like "$(get "$PFDIR/vgpu/last_error")" "GSP: the firmware halted*" "last_error says why"
echo "$PF" > "$PFDIR/driver/unbind"

# Removed while a vGPU is claimed.
claim_vgpu
ok $? "a vGPU is claimed"
runs "the PF is removed under it" put 1 "$PFDIR/remove"
is_gone && [ ! -e "/sys/bus/pci/devices/$VF" ]
ok $? "it and its VFs are gone"
runs "a rescan finds it" come_back

# Removed while open: the user is asked, and waited for.
claim_vgpu
ok $? "claimed again"
hold --await-request 20
runs "the PF is removed under an open vGPU" put 1 "$PFDIR/remove"
wait $holder
ok $? "its user was asked to close it"
is_gone
ok $? "and the PF is gone"
runs "a rescan finds it again" come_back

# Off the bus while open: no answer from GSP, and nobody waits for one.
claim_vgpu
ok $? "claimed once more"
hold --await-lost 20
model fail gone > /dev/null
t=$SECONDS
runs "the PF is removed after it fell off the bus" put 1 "$PFDIR/remove"
t=$((SECONDS - t))
wait $holder
ok $? "its user heard of the loss"
[ $t -lt $((5 * ${TAP_SLOW:-1})) ]
ok $? "nobody waited for time-outs"
model fail none > /dev/null
runs "it comes back" come_back
put 1 "$PFDIR/reset"
bind_pf
runs "and boots after a reset" wait_for 20 pf_is ready
echo "$PF" > "$PFDIR/driver/unbind"

# The whole GPU for one guest, by the same driver as the VFs.
runs "the PF binds to vgpu_vfio_pci" bind_pf vgpu_vfio_pci
is "$(basename "$(readlink "$PFDIR/driver")")" vgpu_vfio_pci "it is its driver"
[ ! -e "$PFDIR/vgpu" ] && [ ! -e "$PFDIR/mdev_supported_types" ]
ok $? "as plain vfio-pci"
"$LABDIR/vfio-limits" --hold 1 "$PF" > "$WORK/hold.tap" 2>&1
ok $? "a VFIO program opens it"
sed 's/^/# vfio-limits: /' "$WORK/hold.tap"
echo "$PF" > "$PFDIR/driver/unbind"
bind_pf
runs "back at vgpu_core it boots" wait_for 20 pf_is ready

runs "unload" modprobe -r vgpu_vfio_pci vgpu_core
is "$(ls /sys/kernel/slab | grep -c '^vgpu')" 0 "no slab cache of ours is left"
echo > "$PFDIR/driver_override"
runs "kernel log is clean" klog-clean
done_testing
