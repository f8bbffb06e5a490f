#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The mdev face through mdevctl, the manager and its CLI, dirty partitions, bad requests.
. "${0%/*}/tap.sh"

klog-mark
runs "the daemon is up" wait_for 20 test -S /run/vgpu-mgr/control.sock
runs "vgpuctl enable" vgpuctl enable "$PF" --vfs 32
VF0=$(vf_bdf 0)
free0=$(get "$PFDIR/vgpu/vram_free_bytes")
U1=$(cat /proc/sys/kernel/random/uuid)
U2=$(cat /proc/sys/kernel/random/uuid)
like "$(mdevctl types --parent "$VF0")" "*vgpu_vfio_pci-877*" "mdevctl lists the type"
is "$(cat "/sys/bus/pci/devices/$VF0/mdev_supported_types/vgpu_vfio_pci-877/description")" \
	"num_heads=4, frl_config=60, framebuffer=12288M, max_resolution=7680x4320, max_instance=4" \
	"the type's description names the profile size"
runs "mdevctl define" mdevctl define --uuid "$U1" --parent "$VF0" --type vgpu_vfio_pci-877
runs "mdevctl start" mdevctl start --uuid "$U1"
is "$(basename "$(readlink "/sys/bus/mdev/devices/$U1/iommu_group")")" \
	"$(basename "$(readlink "/sys/bus/pci/devices/$VF0/iommu_group")")" "its IOMMU group is the VF's"
refuses "duplicate UUID" "*" mdevctl start --uuid "$U1" --parent "$(vf_bdf 1)" --type vgpu_vfio_pci-877
"$LABDIR/vfio-probe" "$U1" > "$WORK/vfio.tap" 2>&1
rc=$?
sed 's/^/# vfio-probe: /' "$WORK/vfio.tap"
ok $rc "the VFIO program opens it by UUID"
"$LABDIR/vfio-probe" --hold 20 "$U1" > "$WORK/hold.log" 2>&1 &
holder=$!
opened() { [ "$(get "/sys/bus/pci/devices/$VF0/vgpu/state")" = open ]; }
runs "held open" wait_for 10 opened
refuses "remove while open" "*ermission denied*" put 1 "/sys/bus/mdev/devices/$U1/remove"
refuses "vgpuctl destroy while open" "*" vgpuctl destroy "$U1"
[ -e "/sys/bus/mdev/devices/$U1" ]
ok $? "the mdev is untouched"
refuses "VFs off while open" "*busy*" put 0 "$PFDIR/sriov_numvfs"
kill -9 $holder
wait $holder 2>/dev/null
closed() { [ "$(get "/sys/bus/pci/devices/$VF0/vgpu/state")" = ready ]; }
runs "killed: ready again" wait_for 10 closed
echo 0 > /sys/module/vgpu_core/parameters/scrub_on_release
runs "mdevctl stop" mdevctl stop --uuid "$U1"
runs "mdevctl undefine" mdevctl undefine --uuid "$U1"
echo 1 > /sys/module/vgpu_core/parameters/scrub_on_release

# The partition of U1 is dirty: with everything else taken, another owner is refused, U1 is not.
ids=
for i in 1 2 3; do
	ids="$ids $(vgpuctl create --gpu "$PF" --type L40-12Q --face mdev)"
done
is "$(echo $ids | wc -w)" 3 "three more L40-12Q"
out=$(vgpuctl create --gpu "$PF" --type L40-12Q --face mdev --uuid "$U2" 2>&1)
rc=$?
[ $rc -ne 0 ]
ok $? "another owner does not get the dirty partition"
like "$out" "*$U1*" "and is told whose it is"
got=$(vgpuctl create --gpu "$PF" --type L40-12Q --face mdev --uuid "$U1")
is "$got" "$U1" "its owner gets it back"
is "$(vgpuctl create --gpu "$PF" --type L40-12Q --face mdev --uuid "$U1")" "$U1" "the same create again is the same answer"
like "$(vgpuctl list --json)" "*\"version\"*:*1*$U1*" "list --json shows it"
for u in $ids $U1; do
	vgpuctl destroy "$u" || ok 1 "destroy $u"
done
is $(($(get "$PFDIR/vgpu/vram_free_bytes") + $(get "$PFDIR/vgpu/vram_dirty_bytes"))) "$free0" "all VRAM is back"

vgpuctl create --gpu "$PF" --type NoSuch-1Q > "$WORK/out" 2>&1
is $? 3 "unknown type: exit 3"
like "$(cat "$WORK/out")" "*NoSuch-1Q*" "named in the message"
vgpuctl frobnicate > "$WORK/out" 2>&1
is $? 2 "unknown command: exit 2"
printf 'GARBAGE\r\n\r\n' | timeout 10 socat -t 2 - UNIX-CONNECT:/run/vgpu-mgr/control.sock > "$WORK/out" 2>&1 || true
runs "the daemon survives garbage" vgpuctl list
runs "doctor" vgpuctl doctor
runs "vgpuctl disable" vgpuctl disable "$PF"
runs "kernel log is clean" klog-clean DMAR
done_testing
