#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SR-IOV, the VF face through sysfs, a user-space VFIO program, cycles and refusals.
. "${0%/*}/tap.sh"

pf_is() { [ "$(get "$PFDIR/vgpu/state")" = "$1" ]; }
bind_vf() {
	echo vgpu_vfio_pci > "$(vf_dir "$1")/driver_override" &&
		echo "$(vf_bdf "$1")" > /sys/bus/pci/drivers_probe
}

klog-mark
modprobe vgpu_core
modprobe vgpu_vfio_pci
echo vgpu_core > "$PFDIR/driver_override"
echo "$PF" > /sys/bus/pci/drivers_probe
runs "PF is ready" wait_for 20 pf_is ready
echo 0 > "$PFDIR/sriov_drivers_autoprobe"
runs "32 VFs" put 32 "$PFDIR/sriov_numvfs"
is "$(ls -d "$PFDIR"/virtfn* | wc -l)" 32 "32 virtfn links"
is "$(vf_bdf 0)" "0000:01:00.4" "first VF is at offset 4"
runs "VF 0 binds to vgpu_vfio_pci" bind_vf 0
runs "VF 1 binds too" bind_vf 1
V0=$(vf_dir 0)/vgpu
V1=$(vf_dir 1)/vgpu
is "$(get "$V0/current_vgpu_type")" 0 "VF 0 has no type"
is "$(get "$V0/state")" free "VF 0 is free"
like "$(cat "$V0/creatable_vgpu_types")" "ID*: vGPU Name*877   : NVIDIA L40-12Q*" "creatable types in the vendor's format"
refuses "unknown type id" "*" put 4242 "$V0/current_vgpu_type"
is "$(get "$V0/state")" free "and nothing changed"
free0=$(get "$PFDIR/vgpu/vram_free_bytes")
runs "L40-12Q on VF 0" put 877 "$V0/current_vgpu_type"
is "$(get "$V0/state")" ready "VF 0 is ready"
[ "$(get "$PFDIR/vgpu/vram_free_bytes")" -lt "$free0" ]
ok $? "VRAM was taken"
refuses "a second claim of VF 0 is busy" "*busy*" put 877 "$V0/current_vgpu_type"
refuses "another size beside it" "*" put 871 "$V1/current_vgpu_type"
like "$(get "$V1/last_error")" "*" "the VF says why"
[ -n "$(get "$V1/last_error")" ]
ok $? "in a sentence"
refuses "sriov_numvfs=0 with a claimed vGPU" "*busy*" put 0 "$PFDIR/sriov_numvfs"
is "$(cat "$PFDIR/sriov_numvfs")" 32 "VFs are still there"

"$LABDIR/vfio-probe" "$(vf_bdf 0)" > "$WORK/vfio.tap" 2>&1
rc=$?
sed 's/^/# vfio-probe: /' "$WORK/vfio.tap"
ok $rc "user-space VFIO program: BAR0, MSI-X interrupt, DMA inside and outside its mappings"
is "$(get "$V0/state")" ready "closed again: ready"
t=$(get "$V0/open_time_ns")
[ "${t:-0}" -gt 0 ]
ok $? "open took $((t / 1000)) us in the core"
runs "release" put 0 "$V0/current_vgpu_type"
is "$(get "$PFDIR/vgpu/vram_dirty_bytes")" 0 "what the opened vGPU used was scrubbed"
is "$(get "$PFDIR/vgpu/vram_free_bytes")" "$free0" "all of it is free for anybody"
like "$(cat "$PFDIR/vgpu/scrub")" "runs 1*bytes [1-9]*" "by one run of the copy engine"
sed 's/^/# scrub: /' "$PFDIR/vgpu/scrub"

u=11111111-2222-4333-8444-555555555555
n=0
for i in $(seq 50); do
	echo $u > "$V1/uuid" && echo 877 > "$V1/current_vgpu_type" || break
	"$LABDIR/vfio-probe" --open-only "$(vf_bdf 1)" > "$WORK/open.log" 2>&1 || break
	echo 0 > "$V1/current_vgpu_type" || break
	n=$((n + 1))
done
is $n 50 "50 cycles of create, open, close, destroy by one owner"
is "$(get "$PFDIR/vgpu/vram_free_bytes")" "$free0" "all VRAM is back"
like "$(cat "$PFDIR/vgpu/scrub")" "runs 51*" "scrubbed each time"

# The parameter can be changed while vGPUs exist.
runs "scrub_on_release off" put 0 /sys/module/vgpu_core/parameters/scrub_on_release
echo $u > "$V1/uuid" && echo 877 > "$V1/current_vgpu_type"
"$LABDIR/vfio-probe" --open-only "$(vf_bdf 1)" > "$WORK/open.log" 2>&1
runs "release unscrubbed" put 0 "$V1/current_vgpu_type"
dirty=$(get "$PFDIR/vgpu/vram_dirty_bytes")
[ "$dirty" -gt 0 ]
ok $? "the opened partition is dirty"
is $(($(get "$PFDIR/vgpu/vram_free_bytes") + dirty)) "$free0" "free plus dirty is what it was"
runs "sriov_numvfs=0 when nothing is claimed" put 0 "$PFDIR/sriov_numvfs"
runs "vgpu_vfio_pci unloads" modprobe -r vgpu_vfio_pci
runs "vgpu_core unloads" modprobe -r vgpu_core
is "$(ls /sys/kernel/slab | grep -c '^vgpu')" 0 "no slab cache of ours is left"
echo > "$PFDIR/driver_override"
runs "kernel log is clean" klog-clean DMAR
done_testing
