#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vGPUs of several sizes: the placement mode of a GPU, places of vGPUs, both over a reboot.
. tests/cli/lib.sh

VF2=0000:01:00.5
VF3=0000:01:00.6
U3=33333333-3333-4333-8333-333333333333
MODE=$DEV/$PF/vgpu/placement_mode
CONFIG=$FAKE_ROOT/etc/vgpu-mgr/config.json
RECORDS=$FAKE_ROOT/var/lib/vgpu-mgr/vf-vgpus.json
ONE_SIZE="[homogeneous] heterogeneous"
SEVERAL="homogeneous [heterogeneous]"
fault() { echo "$2" >"$FAKE_ROOT/fail/$1"; }
no_fault() { rm -f "$FAKE_ROOT/fail/"*; }
# at VF PLACE
at() { content "$DEV/$1/vgpu/placement_id" "$2"; }
free_vf() { content "$DEV/$1/vgpu/current_vgpu_type" 0; }
undefined() { absent "$FAKE_ROOT/etc/mdevctl.d/$1/$2"; }
create() { local want=$1; shift; ctl "$want" create --gpu $PF "$@"; }
attribute() { json "$1" "$FAKE_ROOT/etc/mdevctl.d/$2/$3" attrs 0 vgpu/placement_id; }
back() { # all three, where they were
	content "$MODE" "$SEVERAL" && content "$DEV/$VF1/vgpu/uuid" $U1 && at $VF1 24 &&
		content "$DEV/$VF2/vgpu/uuid" $U2 && at $VF2 12 &&
		content "$DEV/$VF3/vgpu/uuid" $U3 && at $VF3 0
}

ok "the daemon starts" daemon_start

# The mode
fault mode 5
ok "GSP refuses the mode: its sentence, rolled back" eval 'ctl 1 enable $PF --placement heterogeneous && err_has "GSP did not change" && driver_is $PF none && absent "$CONFIG"'
no_fault
ok "enable without a mode" eval 'ctl 0 enable $PF && content "$MODE" "$ONE_SIZE" && ! grep -q placement "$CONFIG"'
ok "show names the mode" eval 'ctl 0 show --json $PF && json homogeneous "$T/out" gpu placement_mode'
ok "enable with several sizes" eval 'ctl 0 enable $PF --placement heterogeneous && out_has "4 VFs, vGPUs of several sizes" && content "$MODE" "$SEVERAL"'
ok "the configuration keeps it" json heterogeneous "$CONFIG" gpus 0 placement
ok "enable without a mode keeps it" eval 'ctl 0 enable $PF && content "$MODE" "$SEVERAL" && json heterogeneous "$CONFIG" gpus 0 placement'
fault numvfs 12
ok "a later step fails: the mode is as before" eval 'ctl 1 enable $PF --placement homogeneous --vfs 2 && content "$MODE" "$SEVERAL" && json heterogeneous "$CONFIG" gpus 0 placement'
no_fault
ok "the VFs again" ctl 0 enable $PF
echo lost >"$DEV/$PF/vgpu/state"
ok "a lost GPU starts with its mode" eval 'ctl 0 enable $PF && content "$DEV/$PF/vgpu/state" ready && content "$MODE" "$SEVERAL"'
echo "$ONE_SIZE" >"$MODE"
ok "doctor sees another mode" eval 'ctl 1 doctor && out_has "placement mode is homogeneous instead of heterogeneous"'
ok "enable puts it right" eval 'ctl 0 enable $PF && content "$MODE" "$SEVERAL"'
printf '{"version":1,"operation":"enable","gpu":"%s"}' $PF >"$FAKE_ROOT/var/lib/vgpu-mgr/pending.json"
echo "$ONE_SIZE" >"$MODE"
ok "a mode that was changed by an enable that was cut off" eval 'create 3 --type none; content "$MODE" "$SEVERAL" && absent "$FAKE_ROOT/var/lib/vgpu-mgr/pending.json"'

# Places
ok "types: places" eval 'ctl 0 types --json --gpu $PF && json 24 "$T/out" types 0 placement_ids 2 && json 36 "$T/out" types 0 creatable_placement_ids 3'
ok "types --gpu shows them" eval 'ctl 0 types --gpu $PF && out_has "FREE PLACES" && out_has "yes  0 12 24 36"'
ok "in 80 columns" eval '! grep yes "$T/out" | awk "length > 80" | grep .'
ok "no such place, mdev: the driver's words" eval 'create 1 --type L40-24Q --uuid $U1 --placement 12 && err_has "has no place 12" && err_has "-> \"vgpuctl types"'
ok "nothing remains" eval 'free_vf $VF1 && undefined $VF1 $U1 && ctl 3 show $U1'
ok "no such place, VF face" eval 'create 3 --type L40-24Q --uuid $U1 --placement 12 --face vf && err_has "has no place 12"'
ok "nothing remains of that" eval 'free_vf $VF1 && ctl 3 show $U1 && ! grep -q $U1 "$RECORDS"'
ok "an mdev at a place" eval 'create 0 --type L40-24Q --uuid $U1 --placement 24 && at $VF1 24'
ok "mdevctl keeps it" attribute 24 $VF1 $U1
ok "show prints it" eval 'ctl 0 show $U1 && grep -q "^placement_id  *24$" "$T/out"'
ok "the same again" create 0 --type L40-24Q --uuid $U1 --placement 24
ok "the same without the place" create 0 --type L40-24Q --uuid $U1
ok "the same UUID, another place" eval 'create 1 --type L40-24Q --uuid $U1 --placement 0 && err_has "at place 24 instead of 0"'
ok "as JSON: conflict" eval 'ctl 1 --json create --gpu $PF --type L40-24Q --uuid $U1 --placement 0 && json conflict "$T/out" error code'
ok "the mode cannot change now" eval 'ctl 4 enable $PF --placement homogeneous && err_has "placement mode cannot change" && err_has "held by vGPU $U1"'
ok "place taken, VF face" eval 'create 1 --type L40-12Q --uuid $U2 --placement 36 --face vf && err_has "place 36 is not free"'
ok "place taken, mdev" eval 'create 1 --type L40-12Q --uuid $U2 --placement 36 && err_has "place 36 is not free"'
ok "nothing remains of these" eval 'free_vf $VF2 && undefined $VF2 $U2 && ctl 3 show $U2'
ok "another size on the VF face" eval 'create 0 --type L40-12Q --uuid $U2 --placement 12 --face vf && at $VF2 12'
ok "its record keeps it" json 12 "$RECORDS" vgpus 0 placement_id
fault mdevctl-modify 1
ok "a place that cannot be kept: undone" eval 'create 1 --type L40-12Q --uuid $U3 && err_has "told to fail" && free_vf $VF3 && undefined $VF3 $U3'
no_fault
ok "the driver chooses" eval 'create 0 --type L40-12Q --uuid $U3 && at $VF3 0'
ok "and that is kept" attribute 0 $VF3 $U3
ok "the board is full" eval 'create 4 --type L40-12Q && err_has "cannot be created"'
ok "types says so" eval 'ctl 0 types --gpu $PF && out_has "memory is taken"'

# Reboot: U1 on the first VF is started first, and would get place 0 by itself.
daemon_stop
host_reboot
ok "after a reboot: no place" eval 'ctl 0 show --json $U1 && json null "$T/out" vgpu placement_id'
ok "--boot brings all back" boot
ok "each at its place" back
ok "--boot again changes nothing" eval 'boot && back'
daemon_start
ok "a create of one that is there" eval 'create 0 --type L40-12Q --uuid $U3 && back'

# One that mdevctl has not placed yet while the next one starts: it gets another chance.
host_reboot_late() {
	daemon_stop
	host_reboot
	boot_gpu_only
	echo $U1 >"$T/uuid"
	LD_PRELOAD=$PWD/$B/tests/cli/fake_kernel.so dd if="$T/uuid" status=none conv=notrunc \
		of="$DEV/$VF1/mdev_supported_types/vgpu_vfio_pci-879/create"
	at $VF1 0 || return 1
	{ sleep 1.5; echo 24 >"$T/place"; LD_PRELOAD=$PWD/$B/tests/cli/fake_kernel.so dd if="$T/place" \
		status=none conv=notrunc of="$DEV/$VF1/vgpu/placement_id"; } &
}
boot_gpu_only() {
	mv "$FAKE_ROOT/etc/mdevctl.d" "$RECORDS" "$T"
	boot
	mv "$T/mdevctl.d" "$FAKE_ROOT/etc"
	mv "$T/vf-vgpus.json" "$RECORDS"
}
ok "another tool's start is half done" host_reboot_late
ok "--boot waits for it" boot
wait
ok "each at its place again" back

# Without a saved place: a definition that was cut off, or made by hand.
daemon_start
for u in $U1 $U2 $U3; do ok "destroy $u" ctl 0 destroy $u; done
mkdir -p "$FAKE_ROOT/etc/mdevctl.d/$VF1"
define() { printf '{\n  "mdev_type": "vgpu_vfio_pci-877",\n  "start": "auto",\n  "attrs": []\n}\n' >"$FAKE_ROOT/etc/mdevctl.d/$VF1/$U1"; }
define
ok "a create finishes one that was cut off, at the place" eval 'create 0 --type L40-12Q --uuid $U1 --placement 36 && at $VF1 36 && attribute 36 $VF1 $U1'
ok "destroy it" ctl 0 destroy $U1
define
ok "or where the driver puts it" eval 'create 0 --type L40-12Q --uuid $U1 && at $VF1 0 && attribute 0 $VF1 $U1'
ok "destroy that" ctl 0 destroy $U1

# Places of vGPUs that are saved but not running: one on each face, 12Q at 0 and at 12
saved() { # UUID VF PLACE
	mkdir -p "$FAKE_ROOT/etc/mdevctl.d/$2"
	printf '{"mdev_type": "vgpu_vfio_pci-877", "start": "manual", "attrs": [ {"vgpu/placement_id": "%s"} ]}\n' "$3" >"$FAKE_ROOT/etc/mdevctl.d/$2/$1"
}
saved $U1 $VF1 0
ok "a new vGPU leaves the place of one that is stopped" eval 'create 0 --type L40-12Q --uuid $U3 && at $VF2 12 && attribute 12 $VF2 $U3'
ok "destroy it" ctl 0 destroy $U3
ok "so does one of another size" eval 'create 0 --type L40-24Q --uuid $U3 && at $VF2 24 && attribute 24 $VF2 $U3'
ok "destroy that" ctl 0 destroy $U3
ok "one that is asked to be there is" eval 'create 0 --type L40-12Q --uuid $U3 --placement 0 && at $VF2 0'
ok "destroy that too" ctl 0 destroy $U3
echo 1073741824 >"$DEV/$PF/vgpu/vram_dirty_bytes"
ok "memory that its UUID left is where the driver says" eval 'create 0 --type L40-12Q --uuid $U3 && at $VF2 0'
ok "destroy what has it" ctl 0 destroy $U3
echo 0 >"$DEV/$PF/vgpu/vram_dirty_bytes"
printf '{"version":1,"vgpus":[{"uuid":"%s","gpu":"%s","vf":"%s","type_id":877,"placement_id":12}]}' $U2 $PF $VF2 >"$RECORDS"
ok "a stopped one on the VF face keeps its place, too" eval 'create 0 --type L40-12Q --uuid $U3 --face vf && at $VF3 24'
ok "both start where they were" eval 'create 0 --type L40-12Q --uuid $U1 && at $VF1 0 && create 0 --type L40-12Q --uuid $U2 && at $VF2 12'
for u in $U1 $U2 $U3; do ok "destroy $u" ctl 0 destroy $u; done
saved $U1 $VF1 0
saved $U2 $VF2 36
ok "no place but theirs: the driver chooses" eval 'create 0 --type L40-24Q --uuid $U3 && at $VF3 0'
for u in $U1 $U2 $U3; do ok "destroy $u" ctl 0 destroy $u; done

# One size again
ok "enable with one size" eval 'ctl 0 enable $PF --placement homogeneous && content "$MODE" "$ONE_SIZE" && ! grep -q placement "$CONFIG"'
ok "a place in this mode" eval 'create 0 --type L40-12Q --uuid $U1 --placement 36 && at $VF1 36 && attribute 36 $VF1 $U1'
ok "without one, none is kept" eval 'create 0 --type L40-12Q --uuid $U2 && at $VF2 0 && ! grep -q placement "$FAKE_ROOT/etc/mdevctl.d/$VF2/$U2"'
ok "destroy" eval 'ctl 0 destroy $U1 && ctl 0 destroy $U2'
saved $U1 $VF1 0
ok "with one size any place is right" eval 'create 0 --type L40-12Q --uuid $U2 && at $VF2 0'
ok "destroy them" eval 'ctl 0 destroy $U1 && ctl 0 destroy $U2'

# A driver of before there was a mode
ok "disable" ctl 0 disable $PF
ok "enable" ctl 0 enable $PF
rm "$MODE"
ok "no mode there: enable is fine" ctl 0 enable $PF
ok "but not with several sizes" eval 'ctl 1 enable $PF --placement heterogeneous && err_has "has no placement_mode"'
ok "show says null" eval 'ctl 0 show --json $PF && json null "$T/out" gpu placement_mode'

# Bad configuration
daemon_stop
sed -i 's/"vfs"/"placement": "mixed", "vfs"/' "$CONFIG"
daemon_start
ok "a word that is no mode" eval 'ctl 1 enable $PF && err_has "neither \"homogeneous\" nor \"heterogeneous\"" && grep -q mixed "$CONFIG"'
done_testing
