#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Reboot of the hypervisor VM, in two runs on one disk: "70-reboot.sh before", "70-reboot.sh after".
# vGPUs of two sizes, where by itself the driver would put neither: one at a place that was asked for,
# one at a place that was the first free one then.
. "${0%/*}/tap.sh"

U1=aaaaaaaa-1111-4222-8333-444444444444
U2=bbbbbbbb-1111-4222-8333-444444444444
U3=cccccccc-1111-4222-8333-444444444444
place() { vgpuctl show "$1" | awk '$1 == "placement_id" { print $2 }'; }
case $1 in
before)
	wait_for 20 test -S /run/vgpu-mgr/control.sock
	runs "enable" vgpuctl enable "$PF" --vfs 4 --placement heterogeneous
	is "$(vgpuctl create --gpu "$PF" --type L40-24Q --face mdev --uuid $U1 --placement 24)" $U1 "an mdev vGPU"
	is "$(vgpuctl create --gpu "$PF" --type L40-12Q --face vf --uuid $U3)" $U3 "one that goes again"
	is "$(vgpuctl create --gpu "$PF" --type L40-12Q --face vf --uuid $U2)" $U2 "a VF vGPU"
	runs "destroy" vgpuctl destroy $U3
	is "$(place $U1) $(place $U2)" "24 12" "their places"
	;;
after)
	# No command of ours: the boot unit alone must have brought everything back.
	runs "PF is ready" wait_for 30 grep -q ready "$PFDIR/vgpu/state"
	is "$(cat "$PFDIR/vgpu/placement_mode")" "homogeneous [heterogeneous]" "its placement mode is back"
	runs "the mdev is back" wait_for 30 test -e /sys/bus/mdev/devices/$U1
	is "$(cat "$PFDIR/sriov_numvfs")" 4 "4 VFs"
	vf_back() { grep -q $U2 "$PFDIR"/virtfn*/vgpu/uuid; }
	runs "the VF vGPU is back" wait_for 30 vf_back
	runs "and listed" wait_for 20 test -S /run/vgpu-mgr/control.sock
	like "$(vgpuctl list)" "*$U1*" "vgpuctl list shows the mdev"
	placed() { [ "$(place $U1) $(place $U2)" = "24 12" ]; }
	runs "both are at their places" wait_for 10 placed
	;;
esac
runs "kernel log is clean" klog-clean
done_testing
