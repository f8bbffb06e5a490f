#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job, inside the hypervisor VM. Prints facts for tools/lab/demo:
#
#	FACT<tab>key<tab>value<tab>command it came from
#	STEP<tab>text
#	FAIL<tab>sentence
#
# and exits non-zero at the first thing that is missing.
. "${0%/*}/tap.sh"
. "${0%/*}/guest.sh"

TYPE=L40-12Q
TYPE_ID=877
SUBSYSTEM=1775
GUEST_BAR1=$((256 << 20))

fact() { printf 'FACT\t%s\t%s\t%s\n' "$1" "$2" "$3"; }
step() { printf 'STEP\t%s\n' "$1"; }
die() {
	printf 'FAIL\t%s\n' "$1"
	exit 1
}
file_fact() { # KEY FILE
	fact "$1" "$(get "$2")" "cat ${2/#$PFDIR/\$PF}"
}
libvirt_answers() { virsh -q version > /dev/null; }
vram_sum() {
	echo $(($(get "$PFDIR/vgpu/vram_free_bytes") + $(get "$PFDIR/vgpu/vram_dirty_bytes")))
}
vram_text() {
	echo "$(get "$PFDIR/vgpu/vram_free_bytes") + $(get "$PFDIR/vgpu/vram_dirty_bytes")"
}

# libvirtd probes QEMU for seconds when it starts; that can go on beside the GPU's boot.
systemctl start --no-block libvirtd.service
step "Enabling the GPU: GSP boot with the real firmware files, 32 VFs"
wait_for 30 test -S /run/vgpu-mgr/control.sock || die "vgpu-mgr did not open its socket within 30 s; see its journal below"
if ! out=$(vgpuctl enable "$PF" --vfs 32 2>&1); then
	reason=$(get "$PFDIR/vgpu/last_error")
	die "${reason:-$out}"
fi
fact chip "$(get "$PFDIR/vgpu/gpu_name") ($(get "$PFDIR/vgpu/chipset"))" "cat \$PF/vgpu/{gpu_name,chipset}"
file_fact vram_total_bytes "$PFDIR/vgpu/vram_total_bytes"
file_fact gsp_version "$PFDIR/vgpu/gsp_version"
file_fact gsp_boot_ns "$PFDIR/vgpu/boot_time_ns"
vfs=$(ls -d "$PFDIR"/virtfn* | wc -l)
fact vfs "$vfs" "ls -d \$PF/virtfn* | wc -l"
[ "$vfs" -eq 32 ] || die "$PF has $vfs VFs, 32 were asked for"
before=$(vram_sum)
fact vram_free_plus_dirty_before "$(vram_text)" "cat \$PF/vgpu/vram_{free,dirty}_bytes"

step "Creating four $TYPE: two through mdevctl, two through the VF face"
M1=$(cat /proc/sys/kernel/random/uuid)
M2=$(cat /proc/sys/kernel/random/uuid)
n=0
for u in $M1 $M2; do
	parent=$(vf_bdf $n)
	mdevctl define --uuid "$u" --parent "$parent" --type vgpu_vfio_pci-$TYPE_ID &&
		mdevctl start --uuid "$u" || die "mdevctl could not make a $TYPE on $parent"
	n=$((n + 1))
done
F1=$(vgpuctl create --gpu "$PF" --type $TYPE --face vf --wait 20) || die "vgpuctl could not create a $TYPE on the VF face"
F2=$(vgpuctl create --gpu "$PF" --type $TYPE --face vf --wait 20) || die "vgpuctl could not create a second $TYPE on the VF face"
mdevs=$(mdevctl list | grep -c vgpu_vfio_pci-$TYPE_ID)
fact mdevs "$mdevs" "mdevctl list"
vfface=0
for i in "$PFDIR"/virtfn*; do
	case $(get "$i/vgpu/uuid" 2>/dev/null) in
	"$F1" | "$F2") vfface=$((vfface + 1)) ;;
	esac
done
fact vf_vgpus "$vfface" "cat \$PF/virtfn*/vgpu/uuid"
fact vgpu_type "$TYPE" "vgpuctl list"
vgpuctl list | sed 's/^/LIST\t/'
[ "$mdevs" -eq 2 ] && [ "$vfface" -eq 2 ] || die "expected 2 mdev and 2 VF vGPUs, found $mdevs and $vfface"

step "Starting two libvirt guests, a vGPU each"
wait_for 60 libvirt_answers || die "libvirtd did not answer within 60 s"
fact libvirt "$(virsh --version)" "virsh --version"
fb=$(get "$PFDIR/virtfn0/vgpu/framebuffer_bytes")
N1=${NONCE1:-$(nonce)}
N2=${NONCE2:-$(nonce)}
guest_define one "$M1" "$N1" $SUBSYSTEM "$fb" $GUEST_BAR1 "vgpu.foreign=$N2 vgpu.hold" || die "libvirt refused the domain of guest one"
guest_define two "$M2" "$N2" $SUBSYSTEM "$fb" $GUEST_BAR1 "vgpu.foreign=$N1 vgpu.hold" || die "libvirt refused the domain of guest two"
# Each into a file of its own: what two of them say at a time would be mixed within a line.
start_pid=() missing=
for g in one two; do
	virsh -q start $g > "$WORK/start-$g.log" 2>&1 &
	start_pid+=($!)
done
i=0
for g in one two; do
	if ! wait "${start_pid[$i]}"; then
		cat "$WORK/start-$g.log" >&2
		missing="${missing:-guest $g did not start: $(get "$PFDIR/virtfn$i/vgpu/last_error")}"
	fi
	i=$((i + 1))
done
[ -z "$missing" ] || die "$missing"
# Nobody asks the manager anything while the guests boot: what it does now it does idle.
mgr_pid=$(systemctl show -p MainPID --value vgpu-mgr.service)
mgr_switches() { sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$mgr_pid/status"; }
idle_from=$SECONDS
idle_switches=$(mgr_switches)
i=0
for g in one two; do
	wait_for 120 guest_says $g done || die "guest $g did not report within 120 s; last line: $(tail -n 1 "$WORK/$g.log")"
	for key in identity bar_sizes boot0 boot1 boot42 usermode_time nonce unmapped past_partition foreign; do
		fact guest_${g}_$key "$(guest_value $g $key)" "guest $g's console"
	done
	result=$(guest_value $g done)
	fact guest_${g}_result "$result" "guest $g's console"
	[ "$result" = pass ] || die "guest $g failed: $(guest_value $g reason)"
	file_fact guest_${g}_open_ns "$PFDIR/virtfn$i/vgpu/open_time_ns"
	file_fact guest_${g}_claim_ns "$PFDIR/virtfn$i/vgpu/claim_time_ns"
	i=$((i + 1))
done
idle_switches=$(($(mgr_switches) - idle_switches))
fact manager_wakeups "$idle_switches in $((SECONDS - idle_from)) s idle, a watchdog ping each 15 s" "/proc/\$(pidof vgpu-mgr)/status"
[ "$(guest_value one nonce)" = "$N1" ] || die "guest one did not read its nonce back"
[ "$(guest_value two nonce)" = "$N2" ] || die "guest two did not read its nonce back"

step "Looking for both nonces in the model's VRAM, from outside"
gfid=1
for pair in "one $N1" "two $N2"; do
	set -- $pair
	hits=$(model find "$2") || die "the model did not answer"
	fact guest_$1_vram "$hits" "model find NONCE (QMP, outside the VM)"
	count=$(grep -o '"spa"' <<< "$hits" | wc -l)
	own=$(grep -o "\"gfid\": *$gfid\b" <<< "$hits" | wc -l)
	[ "$count" -gt 0 ] && [ "$count" -eq "$own" ] ||
		die "nonce of guest $1: $count places in VRAM, $own of them inside its vGPU's segments"
	gfid=$((gfid + 1))
done

step "Releasing everything"
virsh -q destroy one || die "guest one could not be stopped"
virsh -q destroy two || die "guest two could not be stopped"
for u in $M1 $M2; do
	wait_for 10 mdevctl stop --uuid "$u" || die "mdev $u could not be stopped"
	mdevctl undefine --uuid "$u"
done
for u in $F1 $F2; do
	vgpuctl destroy "$u" || die "vGPU $u could not be destroyed"
done
after=$(vram_sum)
fact vram_free_plus_dirty_after "$(vram_text)" "cat \$PF/vgpu/vram_{free,dirty}_bytes"
[ "$after" -eq "$before" ] || die "VRAM free plus dirty is $after bytes, it was $before"
fact manager_private_kib "$(awk '/^Private/ { s += $2 } END { print s }' "/proc/$mgr_pid/smaps_rollup")" "/proc/\$(pidof vgpu-mgr)/smaps_rollup"
vgpuctl disable "$PF" > /dev/null || die "vgpuctl disable failed"
klog-clean || die "the kernel log is not clean"
fact kernel_log clean klog-clean
fact boot_to_shell_ms "$(cat /run/openvgpu-boot-ms 2>/dev/null)" "time from QEMU's start to the agent"
step "Done"
