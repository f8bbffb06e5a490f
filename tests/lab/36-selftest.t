#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The allocators, page tables and address spaces inside the kernel: the vectors of the unit tests on
# the kernel's own bitmaps, maple tree and slab. And the map of the card as its operator sees it.
. "${0%/*}/tap.sh"

R=/sys/kernel/debug/vgpu_selftest/report
klog-mark
runs "the self-test loads" insmod "$LABDIR/vgpu_selftest.ko"
n=0
while read -r line; do
	case $line in
	"ok "*) ok 0 "in the kernel: ${line#ok * - }" && n=$((n + 1)) ;;
	"not ok "*) ok 1 "in the kernel: ${line#not ok * - }" ;;
	*) echo "# ${line#\# }" ;;
	esac
done < "$R"
is "1..$n" "$(tail -n 1 "$R")" "every check ran"
runs "it unloads" rmmod vgpu_selftest
is "$(ls /sys/kernel/slab | grep -c '^vgpu')" 0 "no slab cache of it is left"

# The map through daemon and command line.
runs "enable" vgpuctl enable "$PF" --vfs 2
u=11111111-2222-4333-8444-555555555555
runs "a vGPU" vgpuctl create --gpu "$PF" --type L40-12Q --uuid $u
runs "its map" vgpuctl vram
map=$(vgpuctl vram "$PF")
like "$map" "* partition  0 *$u*" "names the vGPU's framebuffer"
like "$map" "*heap       0 *$u*" "and its management heap"
like "$map" "*firmware*" "and the firmware's part"
like "$map" "*PAGE TABLES*BAR1 *" "and page tables"
is "$(printf '%s\n' "$map" | awk 'length > 80')" "" "in 80 columns"
printf '%s\n' "$map" | sed 's/^/# /'
like "$(vgpuctl vram --json)" '*"kind":"partition"*"vf":0*"uuid":"'$u'"*"source":"daemon"*' "and as JSON, through the daemon"
refuses "the file is root's" "*ermission*" setpriv --reuid=65534 --clear-groups cat "/sys/kernel/debug/vgpu/$PF/vram"
runs "destroy" vgpuctl destroy $u
runs "disable" vgpuctl disable "$PF"
runs "kernel log is clean" klog-clean
done_testing
