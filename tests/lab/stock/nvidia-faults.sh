#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The twins of nvidia.sh: told to lie, the board must not come up, and NVIDIA's module must say the
# right thing at the right step. Each starts from an FLR, because a boot that fails halfway leaves
# WPR2 set. Left out: the FIFO's device table (0x20801112), for want of which the module dereferences
# NULL in memmgrCalcReservedFbSpaceHal_GM107.
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
# refused FAULT STEP:STATUS PATTERN: initialisation ends at this step (0x62 is the firmware's, 0x23
# to 0x25 the engines', 0x11 the module's test of the system) with this NV_STATUS
refused() {
	start "$1"
	[ $opened -ne 0 ]
	ok $? "$1: the node does not open"
	is "$(failed_at "$log")" "$2" "$1: initialisation stops at $2"
	like "$log" "$3" "$1: the module says why"
	stop
}
refused gfw 0x62:0x65 "*failed to wait for GFW boot complete*"
refused prom 0x62:0x25 "*did not find valid ROM signature*"
refused vbios 0x62:0x25 "*failed to parse FWSEC ucode*"
refused fwsec 0x62:0xffff "*FRTS error code 0x1*"
refused wpr2 0x62:0xffff "*no initialized WPR2 found*"
refused booter 0x62:0xffff "*Booter failed with non-zero error code: 0x1*"
refused riscv 0x62:0x55 "*Failed to boot GSP*"
refused init-done 0x62:0x65 "*Xid*119*GSP_INIT_DONE*"
# nouveau looks at neither.
refused queue-checksum 0x62:0x25 "*GspMsgQueueReceiveStatus: Bad checksum*"
refused queue-sequence 0x62:0x25 "*GspMsgQueueReceiveStatus: Bad sequence number*"
refused rpc:1 0x62:0x40 "*SET_GUEST_SYSTEM_INFO failed: 0x40*"
is "$statics" 0 "rpc:1: the static info is not asked for"
refused rpc:65 0x62:0x40 "*GET_GSP_STATIC_INFO failed: 0x40*"
refused static-info 0x62:0x40 "*GET_GSP_STATIC_INFO failed: 0x40*"

# What an engine's initialisation cannot do without, then the module's own tests: BAR2 against
# PRAMIN, and an interrupt that it triggers.
refused control:$((0x20800a36)) 0x23:0x40 "*INTERNAL_GPU_GET_CHIP_INFO*"
refused control:$((0x20800a5c)) 0x24:0x40 "*INTERNAL_INTR_GET_KERNEL_TABLE*"
refused control:$((0x20800a61)) 0x24:0x40 "*pChidMgr->numChannels is 0*"
refused bar-pde 0x24:0x72 "*kbusVerifyBar2_*returned garbage*"
refused irq-none 0x11:0x45 "*RmVerifySystemEnvironment failed*"

# It polls for GSP's answers.
start irq-lost
is "$opened" 0 "irq-lost: the node opens all the same"
stop
# Nor for its watchdog's first notification.
notices=$(stat_of .notifications)
start notify
is "$opened" 0 "notify: the node opens all the same"
is "$(stat_of .notifications)" "$notices" "notify: without the watchdog's notification"
stop
start none
is "$opened" 0 "without a fault the same board's node opens"
is "$statics" 1 "and the static info is taken once"
stop
done_testing
