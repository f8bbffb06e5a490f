# SPDX-License-Identifier: GPL-2.0-or-later
# What the CLI tests share: TAP output, a fake host, the daemon on it. Sourced by tests that run in
# the project's top folder.
set -u
B=${B:-build}
T=$(mktemp -d) || exit 1
export FAKE_ROOT=$T/root MDEVCTL=$PWD/$B/tests/cli/fake_mdevctl VIRSH=$T/virsh
PF=0000:01:00.0
OTHER=0000:02:00.0
VF1=0000:01:00.4
U1=11111111-1111-4111-8111-111111111111
U2=22222222-2222-4222-8222-222222222222
CONTROL=$FAKE_ROOT/run/vgpu-mgr/control.sock
MONITOR=$FAKE_ROOT/run/vgpu-mgr/monitor.sock
DEV=$FAKE_ROOT/sys/bus/pci/devices
api=$PWD/$B/tests/cli/apitest
daemon=
count=0 passed=0 failed=0 skipped=0

finish() {
	daemon_stop
	rm -rf "$T"
}
trap finish EXIT
trap 'exit 1' INT TERM

# ok NAME COMMAND...: a test that passes when the command does
ok() {
	local name=$1
	shift
	count=$((count + 1))
	if "$@" >"$T/output" 2>&1; then
		passed=$((passed + 1))
		echo "ok $count - $name"
	else
		failed=$((failed + 1))
		echo "not ok $count - $name"
		sed 's/^/# /' "$T/output" | head -n 20
	fi
}

done_testing() {
	echo "1..$count"
	daemon_stop
	[ "$failed" = 0 ] || sed 's/^/# daemon: /' "$T/daemon.log" | tail -n 40
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
	exit
}

# exits STATUS COMMAND...: does the command end with this status? Output in $T/out and $T/err.
exits() {
	local want=$1 got
	shift
	"$@" >"$T/out" 2>"$T/err"
	got=$?
	[ "$got" = "$want" ] || { echo "status $got instead of $want"; cat "$T/out" "$T/err"; return 1; }
}

# ctl STATUS ARGUMENTS...: vgpuctl on the fake host
ctl() {
	local want=$1
	shift
	exits "$want" "$B/bin/vgpuctl" --root "$FAKE_ROOT" "$@"
}

out_has() { grep -qF -- "$1" "$T/out" || { echo "no \"$1\" in:"; cat "$T/out"; return 1; }; }
err_has() { grep -qF -- "$1" "$T/err" || { echo "no \"$1\" in:"; cat "$T/err"; return 1; }; }
# content FILE TEXT
content() { [ "$(cat "$1" 2>/dev/null)" = "$2" ] || { echo "$1: \"$(cat "$1" 2>&1)\", not \"$2\""; return 1; }; }
driver_of() { basename "$(readlink "$DEV/$1/driver" || echo none)"; }
driver_is() { [ "$(driver_of "$1")" = "$2" ] || { echo "$1: $(driver_of "$1")"; return 1; }; }
absent() { [ ! -e "$1" ] && [ ! -L "$1" ]; }
# json WANT FILE KEY...
json() {
	local want=$1 got
	shift
	got=$("$api" get "$@")
	[ "$got" = "$want" ] || { echo "$*: \"$got\" instead of \"$want\""; return 1; }
}

# A host with one GPU nobody has, and one that nouveau has.
host_make() {
	local bus=$FAKE_ROOT/sys/bus/pci d i
	rm -rf "$FAKE_ROOT"
	mkdir -p "$bus/devices" "$FAKE_ROOT"/{fail,etc,run,var/lib,dev/vfio,proc} \
		"$FAKE_ROOT/sys/bus/mdev/devices"
	for d in vgpu_core vgpu_vfio_pci nouveau; do
		mkdir -p "$bus/drivers/$d"
		: >"$bus/drivers/$d/unbind"
	done
	: >"$bus/drivers_probe"
	for d in $PF $OTHER; do
		mkdir "$bus/devices/$d"
		echo 0x10de >"$bus/devices/$d/vendor"
		echo 0x26b5 >"$bus/devices/$d/device"
		echo 0x030200 >"$bus/devices/$d/class"
		echo 0x10de >"$bus/devices/$d/subsystem_vendor"
		echo 0x169d >"$bus/devices/$d/subsystem_device"
		echo 4 >"$bus/devices/$d/sriov_totalvfs"
		echo 0 >"$bus/devices/$d/sriov_numvfs"
		echo 1 >"$bus/devices/$d/sriov_drivers_autoprobe"
		echo "(null)" >"$bus/devices/$d/driver_override"
	done
	ln -s "$bus/drivers/nouveau" "$bus/devices/$OTHER/driver"
	for i in 4 5 6 7; do
		mkdir -p "$FAKE_ROOT/sys/kernel/iommu_groups/$i"
		: >"$FAKE_ROOT/dev/vfio/$i"
	done
	printf '#!/bin/sh\necho 9.0.0\n' >"$VIRSH"
	chmod +x "$VIRSH"
}

# What a reboot does: drivers, VFs and vGPUs are gone, files stay.
host_reboot() {
	local keep=$T/keep
	rm -rf "$keep"
	mkdir -p "$keep"
	cp -a "$FAKE_ROOT/etc" "$FAKE_ROOT/var" "$keep"
	host_make
	cp -a "$keep"/* "$FAKE_ROOT"
}

daemon_start() {
	local i
	LD_PRELOAD=$PWD/$B/tests/cli/fake_kernel.so "$B/bin/vgpu-mgr" --root "$FAKE_ROOT" 2>>"$T/daemon.log" &
	daemon=$!
	for ((i = 0; i < 200; i++)); do
		[ -S "$MONITOR" ] && "$api" call "$MONITOR" GET /v1/version >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	echo "the daemon did not start"
	return 1
}

daemon_stop() {
	[ -n "$daemon" ] || return 0
	kill "$daemon" 2>/dev/null
	wait "$daemon" 2>/dev/null
	daemon=
}

daemon_kill() {
	kill -9 "$daemon"
	wait "$daemon" 2>/dev/null
	daemon=
}

boot() { LD_PRELOAD=$PWD/$B/tests/cli/fake_kernel.so "$B/bin/vgpu-mgr" --root "$FAKE_ROOT" --boot; }

host_make
