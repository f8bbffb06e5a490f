#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vGPUs of several sizes on one board: the mode, places on both faces, two libvirt guests of different
# sizes at a time, each with its own memory.
. "${0%/*}/tap.sh"
. "${0%/*}/guest.sh"

SUBSYSTEM_24Q=1777
SUBSYSTEM_6Q=1773
GUEST_BAR1=$((256 << 20))
TYPE_24Q=879
TYPE_12Q=877
TYPE_6Q=875
MODE=$PFDIR/vgpu/placement_mode
type_file() { get "$PFDIR/vgpu/types/$1/$2"; }
vf_file() { get "/sys/bus/pci/devices/$(vf_bdf "$1")/vgpu/$2"; }
vf_put() { put "$3" "/sys/bus/pci/devices/$(vf_bdf "$1")/vgpu/$2"; }

klog-mark
runs "the daemon is up" wait_for 20 test -S /run/vgpu-mgr/control.sock
runs "vgpuctl enable" vgpuctl enable "$PF" --vfs 8
free0=$(get "$PFDIR/vgpu/vram_free_bytes")

# The mode.
is "$(get "$MODE")" "[homogeneous] heterogeneous" "one size at first"
is "$(type_file $TYPE_12Q placement_ids)" "0 12 24 36" "places of one size"
refuses "a word that is no mode" "*nvalid*" put several "$MODE"
runs "a 12Q on VF 0" vf_put 0 current_vgpu_type $TYPE_12Q
refuses "a 6Q beside it" "*" vf_put 1 current_vgpu_type $TYPE_6Q
like "$(vf_file 1 last_error)" "*placement_mode*" "the refusal says what to do"
refuses "the mode cannot change now" "*busy*" put heterogeneous "$MODE"
like "$(get "$PFDIR/vgpu/last_error")" "*while the GPU has vGPUs*" "and says why"
runs "the 12Q moves to place 24" vf_put 0 placement_id 24
is "$(vf_file 0 placement_id)" 24 "and is there"
refuses "there is no place 13" "*" vf_put 0 placement_id 13
runs "released" vf_put 0 current_vgpu_type 0
runs "mixed sizes" put heterogeneous "$MODE"
is "$(get "$MODE")" "homogeneous [heterogeneous]" "are on"
is "$(type_file 876 placement_ids)" "0 16 24 40" "places of L40-8Q then"

# A vGPU that is saved but not running keeps its place.
M12=$(cat /proc/sys/kernel/random/uuid)
runs "mdevctl define a 12Q" mdevctl define --uuid "$M12" --parent "$(vf_bdf 3)" --type vgpu_vfio_pci-$TYPE_12Q
runs "at the first place" mdevctl modify --uuid "$M12" --addattr vgpu/placement_id --value 0
new=$(vgpuctl create --gpu "$PF" --type L40-24Q)
is "$(vf_file 0 placement_id)" 24 "a new 24Q goes elsewhere"
runs "the 12Q starts at its place" mdevctl start --uuid "$M12"
is "$(vf_file 3 placement_id)" 0 "and is there"
for u in "$new" "$M12"; do
	runs "destroy $u" vgpuctl destroy "$u"
done

# Three sizes, both faces; the mdev is placed by an attribute that mdevctl keeps.
M24=$(cat /proc/sys/kernel/random/uuid)
M6=$(cat /proc/sys/kernel/random/uuid)
runs "mdevctl define a 24Q" mdevctl define --uuid "$M24" --parent "$(vf_bdf 0)" --type vgpu_vfio_pci-$TYPE_24Q
runs "with a place" mdevctl modify --uuid "$M24" --addattr vgpu/placement_id --value 24
runs "mdevctl start" mdevctl start --uuid "$M24"
is "$(vf_file 0 placement_id)" 24 "the 24Q is where the attribute says"
runs "mdevctl define a 6Q" mdevctl define --uuid "$M6" --parent "$(vf_bdf 1)" --type vgpu_vfio_pci-$TYPE_6Q
runs "mdevctl start" mdevctl start --uuid "$M6"
is "$(vf_file 1 placement_id)" 0 "the 6Q takes the first place"
mdevctl undefine --uuid "$M6"
runs "mdevctl define of the running one" mdevctl define --uuid "$M6"
like "$(mdevctl list --defined --uuid "$M6" --dumpjson)" '*"vgpu/placement_id": "0"*' "keeps where it is"
runs "a 12Q on the VF face" vf_put 2 current_vgpu_type $TYPE_12Q
is "$(vf_file 2 placement_id)" 12 "is beside them"
is "$(type_file $TYPE_12Q creatable_placement_ids)" "" "no second one fits"
is "$(type_file $TYPE_6Q creatable_placement_ids)" "6" "another 6Q would"
refuses "the 12Q cannot move into the 24Q" "*" vf_put 2 placement_id 36
like "$(vf_file 2 last_error)" "*place 36 is not free*" "and says so"
is "$(vf_file 2 placement_id)" 12 "it stays where it was"
vgpuctl list | sed 's/^/# /'
vgpuctl vram | sed 's/^/# /'

# Two guests of different sizes.
N1=$(nonce)
N2=$(nonce)
fb24=$(vf_file 0 framebuffer_bytes)
fb6=$(vf_file 1 framebuffer_bytes)
libvirt_answers() { virsh -q version > /dev/null 2>&1; }
systemctl start --no-block libvirtd.service
runs "libvirtd answers" wait_for 60 libvirt_answers
runs "guest big" guest_define big "$M24" "$N1" $SUBSYSTEM_24Q "$fb24" $GUEST_BAR1 "vgpu.foreign=$N2 vgpu.hold"
runs "guest small" guest_define small "$M6" "$N2" $SUBSYSTEM_6Q "$fb6" $GUEST_BAR1 "vgpu.foreign=$N1 vgpu.hold"
runs "start big" virsh -q start big
runs "start small" virsh -q start small
for g in big small; do
	runs "guest $g reports" wait_for 120 guest_says $g done
	is "$(guest_value $g done)" pass "guest $g: identity, BARs, registers, memory, nothing of the other"
done
for pair in "big $N1 1" "small $N2 2"; do
	set -- $pair
	hits=$(model find "$2")
	count=$(grep -o '"spa"' <<< "$hits" | wc -l)
	own=$(grep -o "\"gfid\": *$3\b" <<< "$hits" | wc -l)
	[ "$count" -gt 0 ] && [ "$count" -eq "$own" ]
	ok $? "the nonce of guest $1 is in its own segments only ($own of $count places)"
done
refuses "an open vGPU does not move" "*busy*" vf_put 1 placement_id 6
for g in big small; do
	runs "stop $g" virsh -q destroy $g
	virsh -q undefine $g
done

# What the small guest left is gone when its vGPU is. The big one's is told not to scrub.
nonces() { model find "$1" | grep -c '"spa"'; }
[ "$(nonces "$N2")" -gt 0 ]
ok $? "the small guest's nonce is in VRAM as long as its vGPU is there"
runs "mdevctl stop" wait_for 10 mdevctl stop --uuid "$M6"
is "$(nonces "$N2")" 0 "and nowhere when it is released"
is "$(get "$PFDIR/vgpu/vram_dirty_bytes")" 0 "nothing is dirty"
runs "scrub_on_release off" put 0 /sys/module/vgpu_core/parameters/scrub_on_release
like "$(vgpuctl doctor)" "*scrub_on_release: off*" "doctor warns of it"
runs "mdevctl stop" wait_for 10 mdevctl stop --uuid "$M24"
for u in $M24 $M6; do
	mdevctl undefine --uuid "$u"
done
runs "the 12Q goes" vf_put 2 current_vgpu_type 0
is $(($(get "$PFDIR/vgpu/vram_free_bytes") + $(get "$PFDIR/vgpu/vram_dirty_bytes"))) "$free0" "all VRAM is back"

# What the big guest left: not gone by itself now, gone after a scrub, and free for others then.
PLACES12="0 12 24 36"
[ "$(get "$PFDIR/vgpu/vram_dirty_bytes")" -gt 0 ]
ok $? "what the big guest left is dirty"
like "$(model find "$N1")" '*"spa"*' "the big guest's nonce is still in VRAM"
runs "one size again" put homogeneous "$MODE"
[ "$(type_file $TYPE_12Q creatable_placement_ids)" != "$PLACES12" ]
ok $? "not all places are for others"
refuses "a word that is not 1" "*nvalid*" put 2 "$PFDIR/vgpu/scrub"
like "$(vgpuctl scrub "$PF")" "GPU $PF: [1-9]* MiB scrubbed." "vgpuctl scrub"
runs "a second one has nothing to do" put 1 "$PFDIR/vgpu/scrub"
sed 's/^/# scrub: /' "$PFDIR/vgpu/scrub"
is "$(get "$PFDIR/vgpu/vram_dirty_bytes")" 0 "nothing is dirty any more"
is "$(nonces "$N1")" 0 "its nonce is nowhere in VRAM"
is "$(type_file $TYPE_12Q creatable_placement_ids)" "$PLACES12" "all places are free for anybody"
runs "vgpuctl disable" vgpuctl disable "$PF"
runs "the kernel log is clean" klog-clean
done_testing
