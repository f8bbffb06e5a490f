#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The twins of nvidia.sh: told to lie, the board must not come up, and NVIDIA's module must say the
# right thing at the right step. Each starts from an FLR, because a boot that fails halfway leaves
# WPR2 set.
. /opt/openvgpu/lab/tap.sh
. "$LABDIR/stock/nvidia-lib.sh"

start() { # FAULT
	klog-mark
	echo 1 > "$PFDIR/reset"
	model fail "$1" > /dev/null || bail "the model does not know the fault $1"
	modprobe nvidia "${MODULE_OPTIONS[@]}"
	statics=$(calls_of 65)
	open_node
	opened=$?
	log=$(said)
	statics=$(($(calls_of 65) - statics))
}
stop() {
	model fail none > /dev/null
	rmmod nvidia
}
# refused FAULT STATUS PATTERN: firmware initialisation (0x62) ends with this NV_STATUS
refused() {
	start "$1"
	[ $opened -ne 0 ]
	ok $? "$1: the node does not open"
	is "$(failed_at "$log")" "0x62:$2" "$1: firmware initialisation fails with status $2"
	like "$log" "$3" "$1: the module says why"
	stop
}
refused gfw 0x65 "*failed to wait for GFW boot complete*"
refused prom 0x25 "*did not find valid ROM signature*"
refused vbios 0x25 "*failed to parse FWSEC ucode*"
refused fwsec 0xffff "*FRTS error code 0x1*"
refused wpr2 0xffff "*no initialized WPR2 found*"
refused booter 0xffff "*Booter failed with non-zero error code: 0x1*"
refused riscv 0x55 "*Failed to boot GSP*"
refused init-done 0x65 "*Xid*119*GSP_INIT_DONE*"
# nouveau looks at neither.
refused queue-checksum 0x25 "*GspMsgQueueReceiveStatus: Bad checksum*"
refused queue-sequence 0x25 "*GspMsgQueueReceiveStatus: Bad sequence number*"
refused rpc:1 0x40 "*SET_GUEST_SYSTEM_INFO failed: 0x40*"
is "$statics" 0 "rpc:1: the static info is not asked for"
refused rpc:65 0x40 "*GET_GSP_STATIC_INFO failed: 0x40*"
refused static-info 0x40 "*GET_GSP_STATIC_INFO failed: 0x40*"

start none
[ "$(failed_at "$log" | cut -d: -f1)" != 0x62 ]
ok $? "without a fault the same board gets past its firmware"
is "$statics" 1 "and the static info is taken"
stop
done_testing
