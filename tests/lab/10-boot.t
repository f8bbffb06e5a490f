#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# GSP boot in the hypervisor VM: load, boot, read everything, unload, again.
. "${0%/*}/tap.sh"

bind_pf() {
	echo vgpu_core > "$PFDIR/driver_override" && echo "$PF" > /sys/bus/pci/drivers_probe
}
pf_is() { [ "$(get "$PFDIR/vgpu/state")" = "$1" ]; }
slabs() { ls /sys/kernel/slab 2>/dev/null | grep -c '^vgpu'; }

klog-mark
runs "vgpu_core loads" modprobe vgpu_core
is "$(readlink -e "$PFDIR/driver")" "" "loading claims no device"
runs "driver_override binds the PF" bind_pf
runs "GSP is ready within 20 s" wait_for 20 pf_is ready
is "$(get "$PFDIR/vgpu/gsp_version")" 570.144 "GSP reports its version"
like "$(get "$PFDIR/vgpu/chipset")" "AD102*" "chip is an AD102"
like "$(get "$PFDIR/vgpu/vram_total_bytes")" "[1-9]*" "VRAM has a size"
is "$(get "$PFDIR/vgpu/vram_free_bytes")" "$(get "$PFDIR/vgpu/vram_total_bytes")" "all of it is free"
is "$(get "$PFDIR/vgpu/vmmu_segment_bytes")" $((128 << 20)) "VMMU segment is 128 MiB"
like "$(get "$PFDIR/vgpu/boot_time_ns")" "[1-9]*" "boot took a measured time"
is "$(get "$PFDIR/vgpu/last_error")" "" "no error is recorded"
[ "$(cat "$PFDIR/vgpu/types/877/name")" = "NVIDIA L40-12Q" ]
ok $? "type 877 is the L40-12Q"
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
for log in loginit logintr logrm; do
	[ "$(wc -c < "/sys/kernel/debug/vgpu/$PF/$log")" -ge 4096 ]
	ok $? "GSP log $log can be read"
done
for i in 1 2 3; do
	echo "$PF" > "$PFDIR/driver/unbind"
	is "$(readlink -e "$PFDIR/driver")" "" "round $i: unbound"
	bind_pf
	runs "round $i: ready again" wait_for 20 pf_is ready
done
runs "modprobe -r while bound" modprobe -r vgpu_core
is "$(slabs)" 0 "no slab cache of ours is left"
runs "it loads again" modprobe vgpu_core
bind_pf
runs "and boots again" wait_for 20 pf_is ready
modprobe -r vgpu_core
echo > "$PFDIR/driver_override"
runs "kernel log is clean" klog-clean
done_testing
