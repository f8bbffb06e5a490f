#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two libvirt guests with a vGPU each: what they see, that neither sees the other, and that the
# vGPU is usable again after power-off, reset and kill -9.
. "${0%/*}/tap.sh"
. "${0%/*}/guest.sh"

klog-mark
wait_for 20 test -S /run/vgpu-mgr/control.sock
runs "enable" vgpuctl enable "$PF" --vfs 4
runs "libvirt answers" wait_for 60 virsh -q version
U1=$(vgpuctl create --gpu "$PF" --type L40-12Q --face mdev --wait 20)
U2=$(vgpuctl create --gpu "$PF" --type L40-12Q --face mdev --wait 20)
[ -n "$U1" ] && [ -n "$U2" ]
ok $? "two L40-12Q"
V1=$(readlink -f "/sys/bus/mdev/devices/$U1/..")
V2=$(readlink -f "/sys/bus/mdev/devices/$U2/..")
fb=$(get "$V1/vgpu/framebuffer_bytes")
N1=$(nonce)
N2=$(nonce)
BAR1=$((256 << 20))
runs "define guest 1" guest_define one "$U1" "$N1" 1775 "$fb" $BAR1 "vgpu.foreign=$N2 vgpu.hold"
runs "define guest 2" guest_define two "$U2" "$N2" 1775 "$fb" $BAR1 "vgpu.foreign=$N1 vgpu.hold"
runs "start guest 1" virsh -q start one || bail "libvirt does not start the guest"
runs "start guest 2" virsh -q start two || bail "libvirt does not start the guest"
runs "guest 1 reports" wait_for 90 guest_says one done
runs "guest 2 reports" wait_for 90 guest_says two done
sed -n 's/^GUEST /# one: /p' "$WORK/one.log"
sed -n 's/^GUEST /# two: /p' "$WORK/two.log"
is "$(guest_value one done)" pass "guest 1 passed its own checks"
is "$(guest_value two done)" pass "guest 2 passed its own checks"
is "$(guest_value one nonce)" "$N1" "guest 1 read its nonce back"
is "$(guest_value two nonce)" "$N2" "guest 2 read its nonce back"
model find "$N1" > "$WORK/hits1"
model find "$N2" > "$WORK/hits2"
echo "# hits 1: $(cat "$WORK/hits1")"
echo "# hits 2: $(cat "$WORK/hits2")"
is "$(grep -o '"gfid": *[0-9]*' "$WORK/hits1" | tr -dc '0-9\n' | sort -u)" "$(($(readlink "$PFDIR"/virtfn* | grep -n "${V1##*/}" | cut -d: -f1)))" "nonce 1 lies in vGPU 1's segments only"
is "$(grep -o '"gfid": *[0-9]*' "$WORK/hits2" | tr -dc '0-9\n' | sort -u)" "$(($(readlink "$PFDIR"/virtfn* | grep -n "${V2##*/}" | cut -d: -f1)))" "nonce 2 lies in vGPU 2's segments only"

# An Xid of guest 1 leaves its VM running and is counted.
gfid=$(grep -o '"gfid": *[0-9]*' "$WORK/hits1" | tr -dc '0-9\n' | head -n 1)
runs "a guest Xid" model inject "xid:$gfid:31"
xid_seen() { [ "$(get "$V1/vgpu/xid_count")" = 1 ]; }
runs "is counted" wait_for 5 xid_seen
is "$(virsh -q domstate one)" running "and the VM goes on"

refuses "destroy while the guest runs" "*" vgpuctl destroy "$U1"
: > "$WORK/one.log"
runs "reset guest 1" virsh -q reset one
runs "it reports again" wait_for 90 guest_says one done
is "$(guest_value one done)" pass "after a reset its checks pass"
kill -9 "$(cat /run/libvirt/qemu/two.pid)"
runs "guest 2 killed with -9" wait_for 20 guest_is_off two
: > "$WORK/two.log"
runs "start guest 2 again" virsh -q start two
runs "it reports again" wait_for 90 guest_says two done
is "$(guest_value two done)" pass "after kill -9 its checks pass"
runs "destroy guest 1" virsh -q destroy one
runs "destroy guest 2" virsh -q destroy two
virsh -q undefine one
runs "define guest 1 without hold" guest_define one "$U1" "$N1" 1775 "$fb" $BAR1
runs "start it" virsh -q start one
runs "it powers itself off" wait_for 90 guest_is_off one
is "$(guest_value one done)" pass "and its checks passed"
runs "vGPU 1 destroyed" vgpuctl destroy "$U1"
runs "vGPU 2 destroyed" vgpuctl destroy "$U2"
runs "disable" vgpuctl disable "$PF"
runs "kernel log is clean" klog-clean
done_testing
