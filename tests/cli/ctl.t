#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Wrong arguments get a helpful sentence and exit status 2; the callout and the type generator.
. tests/cli/lib.sh
: >"$T/daemon.log"

wrong() { local text=$1; shift; ctl 2 "$@" && err_has "$text" && err_has "->"; }

ok "no command: help, status 2" eval 'ctl 2 && err_has usage'
ok "help" eval 'ctl 0 help && out_has doctor'
ok "help of a command" eval 'ctl 0 help create && out_has "--face mdev|vf"'
ok "--help of a command" eval 'ctl 0 create --help && out_has "--face mdev|vf"'
ok "--version" eval 'ctl 0 --version && out_has "vgpuctl 0"'
ok "unknown command" wrong 'no command "frobnicate"' frobnicate
ok "help of an unknown command" wrong 'no command "x"' help x
ok "unknown option" wrong 'has no option --nope' list --nope
ok "option without its value" wrong 'needs a value' create --gpu
ok "enable without an address" wrong 'needs the PCI address' enable
ok "enable with two addresses" wrong 'does not know what to do with "b"' enable 01:00.0 b
ok "enable of no address" wrong 'is not a PCI address' enable zero
ok "enable --vfs 0" wrong 'at least 1' enable $PF --vfs 0
ok "enable --vfs many" wrong 'at least 1' enable $PF --vfs many
ok "enable with a bad mode" wrong 'homogeneous or heterogeneous' enable $PF --placement mixed
ok "create with a bad place" wrong 'number of a place' create --gpu $PF --type 877 --placement left
ok "create with a place beyond all" wrong 'number of a place' create --gpu $PF --type 877 --placement 65535
ok "create without a type" wrong 'needs --gpu and --type' create --gpu $PF
ok "create with a bad UUID" wrong 'is not a UUID' create --gpu $PF --type 877 --uuid 1
ok "create with the nil UUID" wrong 'is not a UUID' create --gpu $PF --type 877 --uuid 00000000-0000-0000-0000-000000000000
ok "create with a bad face" wrong 'either mdev or vf' create --gpu $PF --type 877 --face both
ok "create with a bad wait" wrong 'not a number of seconds' create --gpu $PF --type 877 --wait soon
ok "create with too long a wait" wrong 'from 0 to 300' create --gpu $PF --type 877 --wait 301
ok "destroy without a UUID" wrong 'needs the UUID' destroy
ok "show of nonsense" wrong '"nonsense" is neither' show nonsense
ok "vram of no address" wrong 'is not a PCI address' vram zero
ok "vram of two" wrong 'does not know what to do with "b"' vram $PF b
ok "xml with a bad version" wrong 'such as 9.0.0' xml $U1 --libvirt-version new
ok "usage error as JSON" eval 'ctl 2 --json enable zero && json usage "$T/out" error code && json 1 "$T/out" version'
ok "--socket without a value" eval 'ctl 2 list --socket && err_has "needs a value"'
ok "a socket that is not there" eval 'ctl 1 create --gpu $PF --type 877 --socket "$T/none" && err_has "there is no socket"'

# A socket that may not be used; root may use every one.
if [ "$(id -u)" != 0 ]; then
	mkdir -p "$FAKE_ROOT/run/vgpu-mgr"
	daemon_start
	chmod 000 "$CONTROL"
	ok "a socket one may not use: status 5" eval 'ctl 5 create --gpu $PF --type 877 && err_has "group vgpu"'
	daemon_stop
else
	count=$((count + 1)) skipped=$((skipped + 1))
	echo "ok $count - a socket one may not use: status 5 # SKIP root may use every socket"
fi

# The callout of mdevctl
type=vgpu_vfio_pci-877
vf=$DEV/$VF1
callout() {
	local want=$1
	shift
	echo '{"mdev_type":"x","start":"auto"}' >"$T/in"
	VGPU_CALLOUT_SYSFS=$FAKE_ROOT/sys exits "$want" tools/mdevctl/vgpu "$@" <"$T/in"
}
call() { local want=$1 event=$2 action=$3; shift 3; callout "$want" -t "${1:-$type}" -e "$event" -a "$action" -s none -u $U1 -p $VF1; }
ok "callout: another driver's type" call 2 pre start i915-GVTg_V5_4
ok "callout: define for an absent VF" call 0 pre define
ok "callout: start on an absent VF" eval 'call 1 pre start && err_has "vgpuctl enable"'
mkdir -p "$vf/mdev_supported_types/$type" "$vf/vgpu"
ln -s "$DEV/$PF" "$vf/physfn"
mkdir -p "$DEV/$PF/vgpu/types/877"
echo 1 >"$vf/mdev_supported_types/$type/available_instances"
echo free >"$vf/vgpu/state"
ok "callout: start" call 0 pre start
ok "callout: a type that the VF does not have" eval 'call 1 pre define vgpu_vfio_pci-1 && err_has "has no type"'
echo 0 >"$vf/mdev_supported_types/$type/available_instances"
echo "the board is full" >"$DEV/$PF/vgpu/types/877/why_not"
ok "callout: why a start cannot be" eval 'call 1 pre start && err_has "the board is full"'
ok "callout: stop when idle" call 0 pre stop
echo open >"$vf/vgpu/state"
ok "callout: stop in use" eval 'call 1 pre stop && err_has "in use by a VM"'
ok "callout: no attributes" eval 'call 0 get attributes && content "$T/out" "[]"'
mkdir -p "$FAKE_ROOT/sys/bus/mdev/devices/$U1/vgpu"
echo 24 >"$FAKE_ROOT/sys/bus/mdev/devices/$U1/vgpu/placement_id"
echo "[homogeneous] heterogeneous" >"$DEV/$PF/vgpu/placement_mode"
ok "callout: a place that is like any other" eval 'call 0 get attributes && content "$T/out" "[]"'
echo "homogeneous [heterogeneous]" >"$DEV/$PF/vgpu/placement_mode"
ok "callout: the place among several sizes" eval "call 0 get attributes && content \"\$T/out\" '[{\"vgpu/placement_id\":\"24\"}]'"
ok "callout: notifications" call 0 notify start

# The generator of the type table
gen() { exits "$1" "$B/bin/gen-types" "$T/table.c" "${@:2}"; }
P=vgpu-mgr/profiles
broken() { local text=$1; shift; sed "$@" $P/l40.json >"$T/broken.json" && rm -f "$T/table.c" && gen 1 "$T/broken.json" && err_has "$text" && absent "$T/table.c"; }
ok "profiles: all boards" eval 'gen 0 $P/*.json && [ "$(grep -c "\.name = " "$T/table.c")" = "$(grep -ho "\"guest_subsystem\":" $P/*.json | wc -l)" ]'
ok "profiles: types without an id carry the reason" eval '[ "$(grep -c "\.id = 0," "$T/table.c")" -gt 40 ] && [ "$(grep -c "\.missing = " "$T/table.c")" -ge "$(grep -c "\.id = 0," "$T/table.c")" ]'
ok "profiles: duplicate id" broken 'both have id 869' 's/"id": 870/"id": 869/'
ok "profiles: duplicate name" broken 'is there twice' 's/L40-2B/L40-1B/'
ok "profiles: missing key" broken '"guest_subsystem" is missing' '0,/"guest_subsystem": "176d", /s///'
ok "profiles: unknown key" broken 'is not known' '0,/"max_instances"/s//"max_instance"/'
ok "profiles: wrong kind" broken 'wrong kind' 's/"heap_bytes": 33554432/"heap_bytes": "32M"/'
ok "profiles: undeclared source" broken 'source "xml" is not declared' 's/    "xml": /    "xmk": /'
ok "profiles: undeclared series" broken 'series "Q" is not declared' 's/    "Q": {/    "R": {/'
ok "profiles: id 0" broken 'id 0 means' 's/"id": 869/"id": 0/'
ok "profiles: larger than the board" broken 'sizes do not fit' 's/"framebuffer_mib": 49152/"framebuffer_mib": 1024/'
ok "profiles: not JSON" broken 'not valid JSON' '$d'
ok "profiles: another format" broken 'openvgpu-profiles/1' 's/profiles.1/profiles\/9/'
ok "profiles: the same board twice" eval 'gen 1 $P/l40.json $P/l40.json && err_has "both describe PCI device"'
ok "profiles: no file" eval 'gen 1 "$T/none.json" && err_has "No such file"'

# Man pages and the description name every command and request.
ok "vgpuctl(1) names every command" eval 'ctl 0 help; for c in $(awk "/^  [a-z]/ { print \$1 }" "$T/out"); do grep -q "^.It Cm $c" tools/vgpuctl/vgpuctl.1 || { echo "not $c"; exit 1; }; done'
ok "vgpu-mgr(8) names every request" eval '"$api" list vgpu-mgr/openapi.json | sed "s/{bdf}/BDF/; s/{uuid}/UUID/" | while read -r method path; do grep -q "^.It $method Ta $path Ta" vgpu-mgr/vgpu-mgr.8 || { echo "not $method $path"; exit 1; }; done'
done_testing
