#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What must be refused, each with a clear sentence and nothing changed: broken firmware files, types
# that do not fit, a VF that is not ours to use.
. "${0%/*}/tap.sh"

FW=/lib/firmware/nvidia/ad102/gsp
pf_is() { [ "$(get "$PFDIR/vgpu/state")" = "$1" ]; }
settled() { pf_is ready || pf_is failed; }
bind_pf() { echo "$PF" > /sys/bus/pci/drivers_probe; wait_for 20 settled; }
unbind_pf() { echo "$PF" > "$PFDIR/driver/unbind"; }
vram() { echo $(($(get "$PFDIR/vgpu/vram_free_bytes") + $(get "$PFDIR/vgpu/vram_dirty_bytes"))); }
# bind_vf DRIVER: to what it is bound is another question
bind_vf() {
	echo "$1" > "/sys/bus/pci/devices/$VF/driver_override"
	echo "$VF" > /sys/bus/pci/drivers_probe
}
unbind_vf() { echo "$VF" > "/sys/bus/pci/devices/$VF/driver/unbind"; }
vf_driver() { basename "$(readlink "/sys/bus/pci/devices/$VF/driver")"; }

klog-mark
modprobe vgpu_core
modprobe vgpu_vfio_pci
modprobe vfio-pci
echo vgpu_core > "$PFDIR/driver_override"

# bad_firmware WHAT NAME COMMAND...: the command makes another $FW/NAME out of the good one
bad_firmware() {
	local what=$1 name=$2
	shift 2
	cp "$FW/$name" "$WORK/good"
	rm "$FW/$name"
	"$@" "$WORK/good" > "$FW/$name"
	bind_pf
	is "$(get "$PFDIR/vgpu/state")" failed "$what: the boot fails"
	like "$(get "$PFDIR/vgpu/last_error")" "*$name*" "$what: last_error names the file"
	echo "# $(get "$PFDIR/vgpu/last_error")"
	refuses "$what: no VFs" "*" put 1 "$PFDIR/sriov_numvfs"
	unbind_pf
	cp "$WORK/good" "$FW/$name"
}
foreign() { cat "$FW/bootloader-570.144.bin"; }
bad_firmware "truncated booter" booter_load-570.144.bin head -c 700
bad_firmware "truncated GSP image" gsp-570.144.bin head -c 4096
bad_firmware "foreign booter" booter_load-570.144.bin foreign
bad_firmware "empty bootloader" bootloader-570.144.bin head -c 0

bind_pf
is "$(get "$PFDIR/vgpu/state")" ready "with good files it boots"
echo 0 > "$PFDIR/sriov_drivers_autoprobe"
runs "2 VFs" put 2 "$PFDIR/sriov_numvfs"
free0=$(vram)

# A VF that nobody drives has no vGPU; one of another driver neither.
VF=$(vf_bdf 0)
V=/sys/bus/pci/devices/$VF/vgpu
bind_vf vgpu_vfio_pci
put 877 "$V/current_vgpu_type"
bind_vf vfio-pci
is "$(vf_driver)" vgpu_vfio_pci "a claimed VF can't be bound away"
is "$(get "$V/state")" ready "its vGPU is untouched"
runs "unbinding releases the vGPU" unbind_vf
is "$(get "$PFDIR/vgpu/vgpus_claimed")" 0 "none is claimed"
is "$(vram)" "$free0" "all VRAM is back"
udevadm monitor --kernel --property --subsystem-match=pci > "$WORK/uevents" 2>&1 &
monitor=$!
wait_for 5 grep -q KERNEL "$WORK/uevents"
bind_vf vfio-pci
is "$(vf_driver)" vfio-pci "vfio-pci takes the VF"
like "$(get "$PFDIR/vgpu/last_error")" "*$VF*vfio-pci*vgpu_vfio_pci*" "the PF says who took what"
echo "# $(get "$PFDIR/vgpu/last_error")"
runs "and sends a uevent" wait_for 5 grep -q VGPU_EVENT=vf-foreign "$WORK/uevents"
kill $monitor
[ ! -e "$V" ] && [ ! -e "/sys/bus/pci/devices/$VF/mdev_supported_types" ]
ok $? "the VF has no way to a vGPU"
is "$(get "$PFDIR/vgpu/types/877/creatable")" 1 "the other VF could have one"
refuses "VFs off with a foreign driver on one" "*busy*" put 0 "$PFDIR/sriov_numvfs"
like "$(get "$PFDIR/vgpu/last_error")" "*vfio-pci*$VF*" "and says which"
foreign_vf=$VF
VF=$(vf_bdf 1)
bind_vf vfio-pci
is "$(get "$PFDIR/vgpu/types/877/creatable")" 0 "with both gone nothing can be created"
like "$(get "$PFDIR/vgpu/types/877/why_not")" "*vfio-pci*" "and why_not says why"
runs "the daemon is up" wait_for 20 test -S /run/vgpu-mgr/control.sock
refuses "vgpuctl does not take a VF away" "*vfio-pci*" vgpuctl enable "$PF" --vfs 2
is "$(vf_driver)" vfio-pci "it is still vfio-pci's"
unbind_vf
bind_vf vgpu_vfio_pci
V=/sys/bus/pci/devices/$VF/vgpu
runs "given back, it can have a vGPU" put 877 "$V/current_vgpu_type"

# Types that do not fit.
refuses "a type for the whole board beside it" "*" put 880 "$V/current_vgpu_type"
VF=$foreign_vf
unbind_vf
bind_vf vgpu_vfio_pci
like "$(get "$PFDIR/vgpu/types/880/why_not")" "*one size*" "why_not says why"
W=/sys/bus/pci/devices/$VF/vgpu
refuses "another size on another VF" "*nvalid argument*" put 880 "$W/current_vgpu_type"
like "$(get "$W/last_error")" "*one size*" "and its last_error"
refuses "the UUID of a vGPU that exists" "*" eval \
	'cat "$V/uuid" > "$W/uuid" && echo 877 2> /dev/null > "$W/current_vgpu_type"'
like "$(get "$W/last_error")" "*already has a vGPU with this UUID*" "is named"
refuses "a UUID that is none" "*nvalid argument*" put not-a-uuid "$W/uuid"
is "$(get "$W/state")" free "the VF is free as before"
is "$(get "$V/state")" ready "and the vGPU is there"
put 0 "$V/current_vgpu_type"
is "$(vram)" "$free0" "all VRAM is back"

runs "VFs off" put 0 "$PFDIR/sriov_numvfs"
runs "unload" modprobe -r vgpu_vfio_pci vgpu_core
echo > "$PFDIR/driver_override"
runs "kernel log is clean" klog-clean
done_testing
