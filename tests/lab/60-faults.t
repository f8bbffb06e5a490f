#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each injected fault: a clear sentence, the state that follows, nothing leaked, recovery after it.
. "${0%/*}/tap.sh"

pf_state() { get "$PFDIR/vgpu/state"; }
pf_is() { [ "$(pf_state)" = "$1" ]; }
settled() { case $(pf_state) in ready | failed | lost) return 0 ;; esac; return 1; }
unbind_pf() { [ ! -e "$PFDIR/driver" ] || echo "$PF" > "$PFDIR/driver/unbind"; }
bind_pf() { echo "$PF" > /sys/bus/pci/drivers_probe; }

klog-mark
modprobe vgpu_core
modprobe vgpu_vfio_pci
echo vgpu_core > "$PFDIR/driver_override"

# boot_fault NAME PATTERN
boot_fault() {
	model fail "$1" > /dev/null || ok 1 "the model knows fault $1"
	bind_pf
	wait_for 60 settled
	is "$(pf_state)" failed "fail=$1: the boot fails"
	like "$(get "$PFDIR/vgpu/last_error")" "$2" "fail=$1: last_error says so"
	echo "# $(get "$PFDIR/vgpu/last_error")"
	model fail none > /dev/null
	unbind_pf
	bind_pf
	wait_for 30 settled
	is "$(pf_state)" ready "fail=$1: without it the next boot works"
	unbind_pf
}
boot_fault gfw "*GFW*"
boot_fault vbios "*VBIOS*"
boot_fault fwsec "*FWSEC*"
boot_fault wpr2 "*WPR2*"
echo 1 > "$PFDIR/reset"	# a board that was scrubbed once does not run the scrubber again
boot_fault scrubber "*scrubber*"
boot_fault booter "*ooter*"
boot_fault riscv "*RISC-V*"
boot_fault init-done "*"
boot_fault static-info "*"
boot_fault add-type "*type*"

bind_pf
wait_for 30 settled
echo 0 > "$PFDIR/sriov_drivers_autoprobe"
put 1 "$PFDIR/sriov_numvfs"
echo vgpu_vfio_pci > "$(vf_dir 0)/driver_override"
vf_bdf 0 > /sys/bus/pci/drivers_probe
V0=$(vf_dir 0)/vgpu
free0=$(($(get "$PFDIR/vgpu/vram_free_bytes") + $(get "$PFDIR/vgpu/vram_dirty_bytes")))
u=99999999-2222-4333-8444-555555555555

# open_fault NAME PATTERN
open_fault() {
	model fail "$1" > /dev/null || ok 1 "the model knows fault $1"
	echo $u > "$V0/uuid"
	put 877 "$V0/current_vgpu_type"
	"$LABDIR/vfio-probe" --open-only "$(vf_bdf 0)" > "$WORK/open.log" 2>&1
	rc=$?
	[ $rc -ne 0 ]
	ok $? "fail=$1: open fails"
	like "$(get "$V0/last_error")" "$2" "fail=$1: last_error says so"
	echo "# $(get "$V0/last_error")"
	model fail none > /dev/null
	"$LABDIR/vfio-probe" --open-only "$(vf_bdf 0)" > "$WORK/open.log" 2>&1
	ok $? "fail=$1: without it the same vGPU opens"
	put 0 "$V0/current_vgpu_type"
	is $(($(get "$PFDIR/vgpu/vram_free_bytes") + $(get "$PFDIR/vgpu/vram_dirty_bytes"))) "$free0" "fail=$1: nothing leaked"
}
open_fault plugin-negotiate "*"
open_fault plugin-init "*"
open_fault plugin-boot "*plugin*"

# The scrub of a release: an engine that hangs, and a channel that is refused. Released all the same.
scrub_fault() {
	echo $u > "$V0/uuid"
	put 877 "$V0/current_vgpu_type"
	"$LABDIR/vfio-probe" --open-only "$(vf_bdf 0)" > "$WORK/open.log" 2>&1
	model fail "$1" > /dev/null || ok 1 "the model knows fault $1"
	runs "fail=$1: release" put 0 "$V0/current_vgpu_type"
	model fail none > /dev/null
	is "$(get "$V0/state")" free "fail=$1: the VF is free"
	like "$(get "$V0/last_error")" "*could not be scrubbed*vgpu/scrub*" "fail=$1: last_error says what to do"
	[ "$(get "$PFDIR/vgpu/vram_dirty_bytes")" -gt 0 ]
	ok $? "fail=$1: what it left is dirty"
	runs "fail=$1: scrubbed without the fault" put 1 "$PFDIR/vgpu/scrub"
	is "$(get "$PFDIR/vgpu/vram_dirty_bytes")" 0 "fail=$1: nothing is dirty"
	is "$(get "$PFDIR/vgpu/vram_free_bytes")" "$free0" "fail=$1: nothing leaked"
}
scrub_fault sem-release
scrub_fault control:0xa06f0103

# GSP does not confirm the end of the channel: reserved until the GPU is started again.
echo $u > "$V0/uuid"
put 877 "$V0/current_vgpu_type"
"$LABDIR/vfio-probe" --open-only "$(vf_bdf 0)" > "$WORK/open.log" 2>&1
model fail rpc:10 > /dev/null
refuses "fail=rpc:10: release" "*" put 0 "$V0/current_vgpu_type"
model fail none > /dev/null
is "$(get "$V0/state")" quarantined "its memory is kept"
like "$(get "$V0/last_error")" "*stays reserved until the GPU is reset*" "and last_error says so"
[ $(($(get "$PFDIR/vgpu/vram_free_bytes") + $(get "$PFDIR/vgpu/vram_dirty_bytes"))) -lt "$free0" ]
ok $? "nobody can have it"
unbind_pf
bind_pf
wait_for 30 settled
is "$(get "$PFDIR/vgpu/vram_free_bytes")" "$free0" "the next start has all VRAM"

runs "VFs off" put 0 "$PFDIR/sriov_numvfs"
runs "unload" modprobe -r vgpu_vfio_pci vgpu_core
is "$(ls /sys/kernel/slab | grep -c '^vgpu')" 0 "no slab cache of ours is left"
echo > "$PFDIR/driver_override"
runs "kernel log is clean" klog-clean
done_testing
