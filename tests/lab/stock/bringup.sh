#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Boots the board with nouveau and with vgpu_core in turns, each boot a part of the trace:
#	bringup.sh ROUNDS FIRMWARE [NOUVEAU-OPTION...]
# For tests/bench-bringup, which reads the trace. Nobody else touches the board meanwhile.
. /opt/openvgpu/lab/tap.sh

rounds=$1
firmware=$2
shift 2

drm_card() { local c; for c in "$PFDIR"/drm/card*; do [ -e "$c" ] && return; done; return 1; }
is_ready() { [ "$(get "$PFDIR/vgpu/state")" = ready ]; }

# part NAME LOADED MODULE OPTION...: until LOADED is true, then unloaded again
part() {
	local name=$1 loaded=$2 module=$3

	shift 2
	model mark "begin $name" > /dev/null
	modprobe "$@"
	[ "$module" != vgpu_core ] || echo "$PF" > /sys/bus/pci/drivers_probe
	wait_for 60 "$loaded"
	ok $? "$name: $(model stats | jq -r .gsp.line) runs"
	model mark "end $name" > /dev/null
	modprobe -r "$module"
}

# Modules and firmware come from memory, not from the disk.
cat /usr/lib/firmware/nvidia/*/gsp/*-"$firmware".bin > /dev/null
modprobe -n --show-depends nouveau | sed 's/^insmod //' | xargs cat > /dev/null 2>&1
modprobe drm_kms_helper 2> /dev/null
for round in $(seq "$rounds"); do
	part "nouveau.$round" drm_card nouveau modeset=2 noaccel=1 "$@"
	echo vgpu_core > "$PFDIR/driver_override"
	part "ours.$round" is_ready vgpu_core firmware="$firmware" bare_metal=1
	if [ "$firmware" = 570.144 ]; then
		# VRAM stays scrubbed until a reset.
		echo 1 > "$PFDIR/reset"
		part "host.$round" is_ready vgpu_core firmware="$firmware"
	fi
	echo > "$PFDIR/driver_override"
done
done_testing
