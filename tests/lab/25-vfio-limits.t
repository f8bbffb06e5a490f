#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The VFIO device against a hostile user, and against everybody who takes it away while it is open.
. "${0%/*}/tap.sh"

pf_is() { [ "$(get "$PFDIR/vgpu/state")" = "$1" ]; }
bind_vf() {
	echo vgpu_vfio_pci > "$(vf_dir 0)/driver_override" &&
		echo "$VF" > /sys/bus/pci/drivers_probe
}
is_open() { [ "$(get "$V/state")" = open ]; }
# limits WHAT ARGUMENT...: a run of the program, its lines as comments
limits() {
	local what=$1 rc
	shift
	"$LABDIR/vfio-limits" "$@" > "$WORK/limits.tap" 2>&1
	rc=$?
	grep -v '^ok' "$WORK/limits.tap" | sed 's/^/# vfio-limits: /'
	ok $rc "$what"
}

klog-mark
modprobe vgpu_core allow_unscrubbed=1
modprobe vgpu_vfio_pci
echo vgpu_core > "$PFDIR/driver_override"
echo "$PF" > /sys/bus/pci/drivers_probe
runs "PF is ready" wait_for 20 pf_is ready
echo 0 > "$PFDIR/sriov_drivers_autoprobe"
runs "4 VFs" put 4 "$PFDIR/sriov_numvfs"
VF=$(vf_bdf 0)
V=/sys/bus/pci/devices/$VF/vgpu
T=/sys/bus/pci/devices/$VF/mdev_supported_types/vgpu_vfio_pci-877
runs "VF binds" bind_vf
free0=$(($(get "$PFDIR/vgpu/vram_free_bytes") + $(get "$PFDIR/vgpu/vram_dirty_bytes")))

# A VF without a vGPU can't be opened.
"$LABDIR/vfio-limits" "$VF" > "$WORK/limits.tap" 2>&1
[ $? -ne 0 ]
ok $? "no vGPU, no open"

put 877 "$V/current_vgpu_type"
limits "trap page, BAR1, configuration space, a storm with resets" --storm 3 "$VF"
refuses "a second claim of the VF" "*busy*" put 877 "$V/current_vgpu_type"
model fail plugin-bme > /dev/null
limits "bus mastering refused by the plugin" --no-bme "$VF"
model fail none > /dev/null
model fail plugin-reset > /dev/null
limits "a plugin that fails its reset" --lost "$VF"
model fail none > /dev/null
like "$(get "$V/last_error")" "*reset*" "last_error names the reset"
runs "the lost vGPU can be released" put 0 "$V/current_vgpu_type"

# Removal and SR-IOV off while open: refused. Unbinding can't be: it waits.
u=22222222-3333-4444-8555-666666666666
put $u "$T/create"
"$LABDIR/vfio-limits" --hold 4 $u > "$WORK/hold.tap" 2>&1 &
wait_for 10 is_open
refuses "an mdev in use can't be removed" "*ermission denied*" put 1 "/sys/bus/mdev/devices/$u/remove"
refuses "VFs can't be disabled" "*busy*" put 0 "$PFDIR/sriov_numvfs"
refuses "nor released by the VF's file" "*busy*" put 0 "$V/current_vgpu_type"
is_open
ok $? "it is still open"
model inject xid:1:43 > /dev/null
has_xid() { [ "$(get "$V/xid_count")" = 1 ]; }
wait_for 5 has_xid
ok $? "a Xid of its guest is counted"
runs "unbinding waits for the user" put "$VF" "/sys/bus/pci/devices/$VF/driver/unbind"
[ ! -e "/sys/bus/mdev/devices/$u" ]
ok $? "and takes the mdev away"
wait
grep -q '^ok' "$WORK/hold.tap"
ok $? "a Xid raised no error event"
runs "VF binds again" bind_vf

# Races: nobody may be stuck, nothing may stay behind.
"$LABDIR/vfio-limits" --open-loop 5 $u > /dev/null 2>&1 &
"$LABDIR/vfio-limits" --open-loop 5 $u > /dev/null 2>&1 &
end=$((SECONDS + 4))
n=0
while [ $SECONDS -lt $end ]; do
	echo $u > "$T/create" && n=$((n + 1))
	echo 1 > "/sys/bus/mdev/devices/$u/remove"
done 2> /dev/null
wait
ok 0 "$n mdevs created and removed under two openers"
[ ! -e "/sys/bus/mdev/devices/$u" ] || put 1 "/sys/bus/mdev/devices/$u/remove"
is "$(get "$V/state")" free "the VF is free"
"$LABDIR/vfio-limits" --open-loop 5 "$VF" > /dev/null 2>&1 &
(end=$((SECONDS + 4)); while [ $SECONDS -lt $end ]; do echo 1 > "/sys/bus/pci/devices/$VF/reset"; done) 2> /dev/null &
end=$((SECONDS + 4))
n=0
while [ $SECONDS -lt $end ]; do
	echo 877 > "$V/current_vgpu_type" && n=$((n + 1))
	echo "$VF" > "/sys/bus/pci/devices/$VF/driver/unbind"
	echo "$VF" > /sys/bus/pci/drivers_probe
done 2> /dev/null
wait
ok 0 "$n rounds of claim, unbind and bind under an opener and resets"
[ -e "$V/state" ] || bind_vf
is "$(get "$V/state")" free "the VF is free again"
is $(($(get "$PFDIR/vgpu/vram_free_bytes") + $(get "$PFDIR/vgpu/vram_dirty_bytes"))) "$free0" "all VRAM is back"

# The PF itself is taken away while a vGPU is open.
put 877 "$V/current_vgpu_type"
"$LABDIR/vfio-limits" --hold 2 "$VF" > /dev/null 2>&1 &
wait_for 10 is_open
runs "unbinding the PF waits for the user" put "$PF" "$PFDIR/driver/unbind"
wait
is "$(cat "$PFDIR/sriov_numvfs")" 0 "and leaves no VF behind"
runs "unload" modprobe -r vgpu_vfio_pci vgpu_core
is "$(ls /sys/kernel/slab | grep -c '^vgpu')" 0 "no slab cache of ours is left"
echo > "$PFDIR/driver_override"
runs "kernel log is clean" klog-clean
done_testing
