#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# NVIDIA's open module in Debian's default build must refuse a VF, with its own words.
. /opt/openvgpu/lab/tap.sh
. "$LABDIR/stock/nvidia-lib.sh"

klog-mark
modprobe pci-pf-stub
echo pci-pf-stub > "$PFDIR/driver_override" && echo "$PF" > /sys/bus/pci/drivers_probe
echo 0 > "$PFDIR/sriov_drivers_autoprobe"
runs "a VF is on" put 1 "$PFDIR/sriov_numvfs"
vf=$(vf_bdf 0)
echo nvidia > "$(vf_dir 0)/driver_override"
# With no device to drive the module does not stay.
refuses "the module finds nothing to drive" "*No such device*" modprobe nvidia "${MODULE_OPTIONS[@]}"
[ ! -e "$(vf_dir 0)/driver" ]
ok $? "the VF stays without a driver"
log=$(said)
like "$log" "*NVRM: Ignoring probe for VF $vf*" "it says that it ignores the VF"
is "$(bound_to)" pci-pf-stub "the PF keeps its driver"
is "$(stat_of .gsp.state)" off "no firmware runs"
echo > "$(vf_dir 0)/driver_override"
runs "VFs off" put 0 "$PFDIR/sriov_numvfs"
echo > "$PFDIR/driver_override"
runs "the kernel log is clean" klog-clean
done_testing
