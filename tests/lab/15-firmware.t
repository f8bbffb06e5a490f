#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# GSP boot with each firmware line from Debian's files, which line is chosen, and how a GPU that
# hosts no vGPUs says so everywhere.
# lab-run: AD102
# lab-run: GA102 --device-opts board=A40
. "${0%/*}/tap.sh"

CHIP=$1
V=$PFDIR/vgpu
SCRUBBER="no framebuffer scrubber for this chip and firmware; "
FILES=/usr/lib/firmware/nvidia/ad102/gsp
[ "$CHIP" = AD102 ] || FILES=/usr/lib/firmware/nvidia/ga102/gsp

bind_pf() { echo "$PF" > /sys/bus/pci/drivers_probe && [ -e "$PFDIR/driver" ]; }
unbind_pf() { echo "$PF" > "$PFDIR/driver/unbind"; }
pf_is() { [ "$(get "$V/state")" = "$1" ]; }
stat_of() { model stats | jq -r "$1"; }

# refuses_vgpus VERSION NEXT-STEP: the same reason wherever a user meets it
refuses_vgpus() {
	local why="$CHIP with firmware $1 cannot host vGPUs: $SCRUBBER$2" other

	is "$(get "$V/why_not")" "$why" "$1: why_not"
	other=$(cat "$V"/types/*/why_not | sort -u)
	is "$other" "$why" "$1: every one of $(ls "$V/types" | wc -l) types says so"
	is "$(cat "$V"/types/*/creatable | sort -u)" 0 "$1: no type can be created"
	refuses "$1: sriov_numvfs is refused" "*not supported*" put 4 "$PFDIR/sriov_numvfs"
	is "$(get "$V/last_error")" "SR-IOV: $why" "$1: last_error"
	is "$(get "$PFDIR/sriov_numvfs")" 0 "$1: there are no VFs"
	refuses "$1: vgpuctl enable" "*$why*" vgpuctl enable "$PF" --vfs 4
	refuses "$1: vgpuctl create" "*$why*" vgpuctl create --gpu "$PF" --type 877
	like "$(vgpuctl list --gpus)" "*GPU $PF: $why*" "$1: vgpuctl list --gpus"
	echo "{\"version\":1,\"gpus\":[{\"bdf\":\"$PF\",\"vfs\":4}]}" > /etc/vgpu-mgr/config.json
	refuses "$1: vgpuctl doctor" "*$why*" vgpuctl doctor
	rm /etc/vgpu-mgr/config.json
	rmmod vgpu_vfio_pci	# vgpuctl enable has loaded it
	pf_is ready
	ok $? "$1: and GSP still runs"
}

klog-mark
runs "the daemon is up" wait_for 20 test -S /run/vgpu-mgr/control.sock
echo vgpu_core > "$PFDIR/driver_override"
for version in 570.144 535.113.01; do
	runs "$version: vgpu_core loads" modprobe vgpu_core firmware=$version
	for round in 1 2 3; do
		runs "$version, round $round: the PF binds" bind_pf
		runs "$version, round $round: GSP is ready" wait_for 30 pf_is ready
		is "$(get "$V/gsp_version") $(get "$V/chipset")" "$version $CHIP" "$version, round $round: it is the one asked for"
		is "$(stat_of '.gsp.line')" "$version" "$version, round $round: the board runs it"
		is "$(stat_of '.gsp.bad | add')" 0 "$version, round $round: GSP found no fault in its messages"
		is "$(get "$V/last_error")" "" "$version, round $round: no error is recorded"
		if [ $round = 1 ]; then
			case $CHIP-$version in
			AD102-570.144) is "$(get "$V/why_not")" "" "$version: vGPUs are hosted" ;;
			AD102-*) refuses_vgpus $version "load vgpu_core with firmware=570.144" ;;
			*) refuses_vgpus $version "use a board with a chip of the AD10x family" ;;
			esac
		fi
		unbind_pf
		is "$(stat_of .gsp.state)" off "$version, round $round: unbound, GSP is off"
	done
	runs "$version: modprobe -r" modprobe -r vgpu_core
	is "$(ls /sys/kernel/slab | grep -c '^vgpu')" 0 "$version: no slab cache of ours is left"
done

# Which line, when nobody asks for one.
mkdir "$WORK/away"
mv "$FILES"/*-570.144.bin "$WORK/away/"
modprobe vgpu_core
bind_pf
if [ "$CHIP" = AD102 ]; then
	runs "without 570.144: a board that could host vGPUs does not start" wait_for 30 pf_is failed
	like "$(get "$V/last_error")" "*-570.144.bin: cannot be loaded (error 2); install *, the only one that hosts vGPUs" "and says what is missing"
else
	runs "without 570.144: a board that hosts none starts" wait_for 30 pf_is ready
	is "$(get "$V/gsp_version")" 535.113.01 "with 535.113.01"
fi
unbind_pf
mv "$WORK/away"/* "$FILES/"
bind_pf
runs "570.144 is back: ready" wait_for 30 pf_is ready
is "$(get "$V/gsp_version")" 570.144 "with 570.144"
runs "modprobe -r while bound" modprobe -r vgpu_core
modprobe vgpu_core firmware=1.2.3
bind_pf
runs "an unknown version does not start" wait_for 30 pf_is failed
like "$(get "$V/last_error")" "firmware 1.2.3: not a version this driver knows; load vgpu_core with firmware=570.144 or *" "and says which there are"
modprobe -r vgpu_core
echo > "$PFDIR/driver_override"
runs "kernel log is clean" klog-clean
done_testing
