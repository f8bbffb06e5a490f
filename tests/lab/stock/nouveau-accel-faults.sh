#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The twins of nouveau-accel.sh: channels that lie must be noticed, each by what it breaks.
#	nouveau-accel-faults.sh [MODULE-OPTION...]
. /opt/openvgpu/lab/tap.sh

options=("$@")
said() { dmesg | awk '/lab: klog-clean mark/ { out = "" } / nouveau / || /WARNING:/ { out = out $0 "\n" } END { printf "%s", out }'; }
move() { timeout 120 /opt/openvgpu/lab/drm-move "$@" 2>&1; }
# Each fault starts from a board and a driver without one.
start() {
	klog-mark
	echo 1 > "$PFDIR/reset"
	modprobe nouveau modeset=2 "${options[@]}"
	like "$(said)" "*MM: using COPY for buffer copies*" "before $1: the board is right"
}
stop() {
	model fail none > /dev/null
	modprobe -r nouveau
}

# The tables that a driver asks for before its first channel.
refused() { # FAULT PATTERN
	klog-mark
	echo 1 > "$PFDIR/reset"
	model fail "$1" > /dev/null || bail "the model does not know the fault $1"
	modprobe nouveau modeset=2 "${options[@]}"
	like "$(said)" "$2" "$1: nouveau says why"
	grep -q 'using COPY' <<< "$(said)"
	is $? 1 "$1: no copy engine moves its buffers"
	stop
}
refused "control:$((0x20800a32))" "*ctrl cmd:0x20800a32 failed: 0x00000040*failed to create kernel channel*"
refused "control:$((0x20802a08))" "*ctrl cmd:0x20802a08 failed: 0x00000040*"

start copy-flip
model fail copy-flip > /dev/null
out=$(move moves 1 1)
is $? 1 "copy-flip: the contents are found wrong"
like "$out" "contents differ in GART at byte 0:*" "copy-flip: drm-move says where"
stop

# nouveau polls a fence for 15 seconds, then goes on as if it had been right.
start sem-release
model fail sem-release > /dev/null
SECONDS=0
out=$(move copy 8)
is $? 1 "sem-release: the client does not get its copy"
like "$out" "wait for a buffer: Device or resource busy" "sem-release: the wait for it times out"
[ $SECONDS -ge 15 ]
ok $? "sem-release: it took $SECONDS s"
stop
like "$(said)" "*failed to idle channel*" "sem-release: nouveau says that a channel does not come to rest"

# The copy is done and its fence is right, but who sleeps for it is never woken.
start nonstall
model fail nonstall > /dev/null
SECONDS=0
out=$(move copy 8)
is $? 1 "nonstall: the client does not get its copy"
like "$out" "wait for a buffer: Device or resource busy" "nonstall: the wait for it times out"
[ $SECONDS -ge 15 ]
ok $? "nonstall: it took $SECONDS s"
stop

start none
out=$(move moves 1 1)
is $? 0 "without a fault the moves are right"
stop
done_testing
