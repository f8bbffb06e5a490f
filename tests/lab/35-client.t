#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Another kernel module uses the GPU: as documented, badly, and while the GPU is taken away.
. "${0%/*}/tap.sh"

D=/sys/kernel/debug/vgpu_sample
RM_CONTROL=76	# RPC function
pf_is() { [ "$(get "$PFDIR/vgpu/state")" = "$1" ]; }
bind_pf() {
	echo vgpu_core > "$PFDIR/driver_override" && echo "$PF" > /sys/bus/pci/drivers_probe &&
		wait_for 30 pf_is ready
}
# sample COMMAND: its report on stdout
sample() {
	echo "$1" > "$D/do"
	local rc=$?
	cat "$D/report"
	return $rc
}
sample_ok() { # COMMAND DESCRIPTION
	local out
	out=$(sample "$1" 2>&1)
	is "$out" ok "$2"
}
# all_give ERRNO DESCRIPTION [CALLS]: every call of the kept handle, or each of these, returns it
all_give() {
	local bad
	report=$(sample calls)
	[ -n "$report" ] || report="peek none"
	bad=$(printf '%s\n' "$report" | awk -v want="$1" \
		-v calls="^(${3:-alloc|free|space|map|unmap|window|peek|control})\$" '$1 ~ calls && $2 != want')
	is "$bad" "" "$2"
}
# A map without gaps or overlaps?
whole() {
	local at=0 address size rest
	while read -r address size rest; do
		[[ $address == 0x* ]] || continue
		[ $((address)) -eq $at ] || return 1
		at=$((at + ${size%K} * 1024))
	done
	[ $at -gt 0 ]
}
ran() { sample stat | grep -q ", ran"; }

klog-mark
modprobe vgpu_core
runs "the sample loads without a GPU" insmod "$LABDIR/vgpu_sample.ko"
refuses "vgpu_core can't be unloaded under it" "*in use*" rmmod vgpu_core
refuses "no GPU, no handle" "*No such device*" sample open
runs "PF is ready" bind_pf
[ -e "$PFDIR/vgpu_core.gpu.0/driver" ]
ok $? "the auxiliary device is bound to the sample"
free0=$(get "$PFDIR/vgpu/vram_free_bytes")

sample_ok thin "memory through BAR1 and page tables, system memory, a control"
sample_ok thin "and again"
sample_ok abuse "freed, foreign and mistaken numbers are refused"
is "$(get "$PFDIR/vgpu/vram_free_bytes")" "$free0" "all VRAM is back"

# The orderly end: remove closes the handle, also while it is in use.
sample_ok hold "one of everything is held, a thread uses it"
wait_for 10 ran
ok $? "the thread works"
[ "$(get "$PFDIR/vgpu/vram_free_bytes")" -lt "$free0" ]
ok $? "it costs VRAM"
# The GPU's own walk, by the root in VRAM: it is the word that the CPU wrote through BAR1.
read -r pdb va spa <<< "$(sample where)"
like "$(model find 1eaba15c)" "*\"spa\":$spa,*" "the word lies in the client's VRAM"
is "$(model translate "$pdb" "$va")" \
	"{\"kind\":\"vram\",\"address\":$spa,\"left\":2097152,\"read_only\":false}" \
	"the GPU finds it by the client's page tables, in a page of 2 MiB"
is "$(model translate "$pdb" "$(printf '0x%x' $((va + 4 * 1048576)))")" \
	'{"kind":"fault","address":0,"left":0,"read_only":false}' "and nothing behind it"
map=$(cat "/sys/kernel/debug/vgpu/$PF/vram")
like "$map" "*0x*4096K client *client sample*" "the map of the card names it"
like "$map" "*space 1 4194304 client sample*tables *PD3 1 *" "and its page tables"
is "$(printf '%s\n' "$map" | awk 'length > 80')" "" "in lines of 80 columns"
printf '%s\n' "$map" | sed 's/^/# /'
n=0
end=$((SECONDS + 3))
while [ $SECONDS -lt $end ] && whole < "/sys/kernel/debug/vgpu/$PF/vram"; do n=$((n + 1)); done
[ $SECONDS -ge $end ]
ok $? "$n readings while the thread allocates: each is whole"
sample_ok unmap "unmapped"
like "$(model translate "$pdb" "$va")" '{"kind":"fault",*' "the GPU does not find it any more"
runs "the PF is unbound" put "$PF" "$PFDIR/driver/unbind"
refuses "the handle is closed" "*No such device*" sample calls
runs "PF is ready again" bind_pf
is "$(get "$PFDIR/vgpu/vram_free_bytes")" "$free0" "with all its VRAM"
sample_ok thin "and the sample works on it"

# A handle that outlives the device.
echo 1 > /sys/module/vgpu_sample/parameters/keep
sample_ok hold "held and used"
wait_for 10 ran
runs "the PF is unbound under a kept handle" put "$PF" "$PFDIR/driver/unbind"
all_give -19 "each call returns -ENODEV"
report=$(sample stat)
like "$report" "*told lost 0 revoked 1*" "the client was told once"
printf '%s\n' "$report" | sed 's/^/# /'
like "$report" "*thread -19*" "its thread met -ENODEV"
refuses "vgpu_core stays loaded" "*in use*" rmmod vgpu_core
runs "PF is ready beside the revoked handle" bind_pf
all_give -19 "which stays revoked"
runs "closing it" put close "$D/do"
runs "a new one" put open "$D/do"
sample_ok thin "works"

# The PF disappears from the bus.
sample_ok hold "held and used"
wait_for 10 ran
runs "the PF is removed from the bus" put 1 "$PFDIR/remove"
[ ! -e "$PFDIR" ]
ok $? "it is gone"
all_give -19 "each call returns -ENODEV"
runs "closing the handle" put close "$D/do"
runs "rescan" put 1 /sys/bus/pci/rescan
runs "PF is ready again" bind_pf
sample_ok thin "the sample works on it"

# GSP stops answering.
sample_ok hold "held and used"
wait_for 10 ran
model fail "rpc-timeout:$RM_CONTROL" > /dev/null
lost() { sample ping > /dev/null; pf_is lost; }
wait_for 60 lost
ok $? "GSP is lost"
model fail none > /dev/null
all_give -5 "each call that needs the GPU returns -EIO" "alloc|space|map|window|peek|control"
like "$report" "*the GPU is lost*" "and the client says why"
like "$(sample stat)" "*told lost 1 revoked 0*" "the client was told"
runs "the PF is unbound" put "$PF" "$PFDIR/driver/unbind"
all_give -19 "then -ENODEV"
runs "closing the handle" put close "$D/do"
runs "PF is ready again" bind_pf

# The board falls off the bus, and the client is the first to notice.
sample_ok hold "held and used"
wait_for 10 ran
model fail gone > /dev/null
gone() { sample ping | grep -q 'control -19'; }
wait_for 60 gone
ok $? "a call finds the board gone"
runs "the GPU is lost" wait_for 10 pf_is lost
all_give -19 "each call returns -ENODEV" "alloc|space|map|window|peek|control"
runs "the PF is unbound" put "$PF" "$PFDIR/driver/unbind"
all_give -19 "all of them, then"
runs "closing the handle" put close "$D/do"
model fail none > /dev/null
runs "back on the bus, the board is reset" put 1 "$PFDIR/reset"
runs "PF is ready again" bind_pf

# The client goes first, in the middle of its work.
echo 0 > /sys/module/vgpu_sample/parameters/keep
sample_ok hold "held and used"
wait_for 10 ran
runs "the sample unloads in the middle of its use" rmmod vgpu_sample
is "$(get "$PFDIR/vgpu/vram_free_bytes")" "$free0" "all VRAM is back"
runs "vgpu_core unloads now" rmmod vgpu_core
is "$(ls /sys/kernel/slab | grep -c '^vgpu')" 0 "no slab cache of ours is left"

# Switched off by the operator.
modprobe vgpu_core client_vram_mib=0
runs "PF is ready without clients" bind_pf
[ ! -e "$PFDIR/vgpu_core.gpu.0" ]
ok $? "there is no auxiliary device"
modprobe -r vgpu_core
echo > "$PFDIR/driver_override"
runs "kernel log is clean" klog-clean "GSP: "
done_testing
