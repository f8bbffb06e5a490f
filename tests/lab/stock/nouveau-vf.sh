#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nouveau must refuse a VF, with its own words, and leave it as it was.
. /opt/openvgpu/lab/tap.sh

klog-mark
modprobe pci-pf-stub
echo pci-pf-stub > "$PFDIR/driver_override" && echo "$PF" > /sys/bus/pci/drivers_probe
echo 0 > "$PFDIR/sriov_drivers_autoprobe"
runs "a VF is on" put 1 "$PFDIR/sriov_numvfs"
vf=$(vf_bdf 0)
runs "modprobe nouveau" modprobe nouveau modeset=2 noaccel=1
echo nouveau > "$(vf_dir 0)/driver_override"
echo "$vf" > /sys/bus/pci/drivers_probe
[ ! -e "$(vf_dir 0)/driver" ]
ok $? "the VF stays without a driver"
log=$(dmesg | awk '/lab: klog-clean mark/ { out = "" } / nouveau / { out = out $0 "\n" } END { printf "%s", out }')
like "$log" "*$vf: *vGPUs are not supported*" "nouveau says that vGPUs are not supported"
echo "# $(grep -m1 'vGPU' <<< "$log")"
[ ! -e "$PFDIR/drm" ]
ok $? "there is no DRM device"
modprobe -r nouveau
runs "VFs off" put 0 "$PFDIR/sriov_numvfs"
echo > "$PFDIR/driver_override"
runs "the kernel log is clean" klog-clean
done_testing
